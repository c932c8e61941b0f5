"""Suite of `raw.postings`: what was said, one row per advert and observation.

Belongs here: that observations are whole, named and not doubled. Does not belong here: whether
what was said makes sense; a raw table keeps nonsense too (`core_postings`).
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, not_empty, whole

TABLE = "raw.postings"
check = partial(Check, TABLE)

FRAMES = {
    ROWS: Frame(TABLE, ("source", "source_id", "observed_on")),
    WHOLE: whole(TABLE, "raw.observations"),
    "sources": Frame(
        """(
        SELECT source,
            max(observed_on) AS newest_observed_on,
            -- An imported table or an archive is of its day and does not go stale.
            CASE
                WHEN source IN (
                    SELECT source FROM raw.boards GROUP BY source HAVING NOT bool_or(is_listing)
                ) THEN 0
                ELSE (SELECT max(observed_on) FROM raw.postings) - max(observed_on)
            END AS days_behind,
            avg((company IS NOT NULL)::INT) FILTER (source <> 'hackernews') AS company_share,
            avg((title IS NOT NULL)::INT) FILTER (source <> 'hackernews') AS title_share
        FROM raw.postings
        WHERE source IS NOT NULL
        GROUP BY source
        )""",
        ("source", "newest_observed_on"),
    ),
    "repeats": Frame(
        """(
        SELECT source, board, source_id, observed_on, count(*) AS n_rows
        FROM raw.postings
        GROUP BY ALL
        HAVING count(*) > 1
        )""",
        ("source", "board", "source_id", "observed_on"),
    ),
}

CHECKS = (
    not_empty(
        TABLE,
        "Nothing was loaded. Look at source_health: either no source answered, or the landing "
        "files were not found.",
    ),
    check(
        "source_is_stated",
        "ExpectToBeStated",
        {"column": "source"},
        "critical",
        "Every advert belongs to a source. Look at the spider that wrote the row.",
    ),
    check(
        "source_is_known",
        "ExpectNoOffender",
        {},
        "warning",
        "A source is written in small letters, digits and underscores, as spiders and imported "
        "tables are named; another spelling would split it in two. Look at who landed the row.",
        offender="CASE WHEN NOT regexp_full_match(source, '[a-z][a-z0-9_]*') THEN source END",
    ),
    check(
        "source_id_is_stated",
        "ExpectToBeStated",
        {"column": "source_id"},
        "critical",
        "Without the source's own id an advert can't be followed from day to day. Look at the "
        "spider: a field of the payload was renamed.",
    ),
    check(
        "source_id_is_unique_per_day",
        "ExpectNoOffender",
        {},
        "critical",
        "An advert is observed at most once a day, or every count of it doubles. The load of that "
        "source and day was not idempotent: load it again.",
        frame="repeats",
        offender="n_rows",
    ),
    check(
        "observed_on_is_stated",
        "ExpectToBeStated",
        {"column": "observed_on"},
        "critical",
        "First seen, last seen and closed all follow from the day of observation. Look at the "
        "capture that the row came from.",
    ),
    check(
        "observed_on_fits_observed_at",
        "ExpectNoOffender",
        {},
        "warning",
        "The day of observation lies within a day of the instant; more means a wrong clock or a "
        "time zone applied twice. Look at the capture's dates.",
        offender="CASE WHEN abs(observed_on - observed_at::DATE) > 1 THEN observed_at END",
    ),
    check(
        "observed_on_is_fresh",
        "ExpectDaysBehindToBeFew",
        {"max_value": 3},
        "warning",
        "A source lags more than three days behind the newest observation: its figures are old. "
        "Look at its state and reason in source_health.",
        frame="sources",
    ),
    check(
        "content_hash_is_stated",
        "ExpectNoOffender",
        {},
        "critical",
        "The hash of the content decides what is normalised; a row without it is never read. "
        "Load the source again.",
        offender="CASE WHEN content_hash IS NULL THEN true END",
    ),
    check(
        "body_is_mostly_stated",
        "ExpectNoOffender",
        {"mostly": 0.99},
        "critical",
        "An advert without its text names no framework and pulls every share down. Look at the "
        "spider: the text has moved to another field.",
        offender="CASE WHEN body IS NULL THEN true END",  # texts stay in the database
    ),
    check(
        "posted_on_is_not_after_observation",
        "ExpectNoOffender",
        {"mostly": 0.99},
        "warning",
        "Adverts were dated after the day they were seen (a day is allowed for time zones). Look "
        "at how the source writes dates: day and month may be swapped.",
        offender="CASE WHEN posted_on > observed_on + 1 THEN posted_on END",
    ),
    check(
        "url_is_address",
        "ExpectAddress",
        {"mostly": 0.99},
        "warning",
        "Readers follow the address to the advert. Look at the field that the spider takes it "
        "from.",
    ),
    check(
        "company_is_mostly_stated",
        "ExpectShareToBeAtLeast",
        {"column": "company_share", "min_value": 0.7},
        "warning",
        "Less than 70 % of a source's adverts say who the employer is (comments of Hacker News "
        "say it in their text). Intervals are clustered by employer: look at the spider's field.",
        frame="sources",
    ),
    check(
        "title_is_mostly_stated",
        "ExpectShareToBeAtLeast",
        {"column": "title_share", "min_value": 0.95},
        "warning",
        "Less than 95 % of a source's adverts have a title (comments of Hacker News have none). "
        "Level and family come from it: look at the field that the spider takes it from.",
        frame="sources",
    ),
)

SUITE = Suite(TABLE, FRAMES, CHECKS)
