"""Suite of `core.postings`: what we think an advert means, one row per advert of a source.

Belongs here: keys, vocabularies, dates and references of adverts. Does not belong here: what was
found in their texts (`core_mentions`, `core_pay_bands`).
"""

from __future__ import annotations

from functools import partial
from typing import get_args

from expectations.check import KEYS, ROWS, WHOLE, Check, Frame, Suite, keys, not_empty, whole
from warehouse.normalise.types import Family, Level, Workplace

TABLE = "core.postings"
check = partial(Check, TABLE)

FRAMES = {
    ROWS: Frame(TABLE, ("posting_id",)),
    WHOLE: whole(TABLE, "raw.observations"),
    KEYS: keys(TABLE, ("posting_id",)),
    "facts": Frame(
        """(
        SELECT source, family, level, workplace, posted_basis, is_ml_role, is_duplicate,
            method_version,
            count(*) AS n_rows,
            min(posting_id) AS example
        FROM core.postings
        GROUP BY source, family, level, workplace, posted_basis, is_ml_role, is_duplicate,
            method_version
        )""",
        ("n_rows", "example"),
    ),
    "sources": Frame(
        """(
        SELECT source,
            max(posted_on) AS newest_posted_on,
            -- An imported table or an archive is of its day and does not go stale.
            CASE
                WHEN source IN (
                    SELECT source FROM raw.boards GROUP BY source HAVING NOT bool_or(is_listing)
                ) THEN 0
                ELSE (SELECT max(last_seen_on) FROM core.postings) - max(posted_on)
            END AS days_behind,
            avg((company IS NOT NULL)::INT) AS company_share,
            avg((title IS NOT NULL)::INT) FILTER (source <> 'hackernews') AS title_share
        FROM core.postings
        WHERE source IS NOT NULL
        GROUP BY source
        )""",
        ("source", "newest_posted_on"),
    ),
    "miscounted_roles": Frame(
        """(
        SELECT role_id, count(*) FILTER (NOT is_duplicate) AS n_originals
        FROM core.postings
        WHERE role_id IS NOT NULL AND is_duplicate IS NOT NULL
        GROUP BY role_id
        HAVING n_originals <> 1
        )""",
        ("role_id",),
    ),
}

CHECKS = (
    not_empty(
        TABLE,
        "No advert was kept. Look at refused_rows: every row was refused, or the normalisers did "
        "not run.",
    ),
    check(
        "posting_id_is_stated",
        "ExpectToBeStated",
        {"column": "posting_id"},
        "critical",
        "Mentions and pay hang on the id. Look at the model that builds it.",
    ),
    check(
        "posting_id_is_unique",
        "ExpectKeyToBeUnique",
        {},
        "critical",
        "An advert that is there twice counts twice. The model did not take the newest "
        "observation alone.",
        frame=KEYS,
    ),
    check(
        "posting_id_names_its_source",
        "ExpectNoOffender",
        {},
        "critical",
        "The id begins with the source and ends with the source's own id, or an advert can't be "
        "traced to what was served. Look at the model that builds it.",
        offender="CASE WHEN NOT (starts_with(posting_id, source || ':') "
        "AND ends_with(posting_id, ':' || source_id)) THEN posting_id END",
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
        "role_id_is_stated",
        "ExpectToBeStated",
        {"column": "role_id"},
        "critical",
        "Figures count roles: an advert without one is not counted. Look at the merging of copies.",
    ),
    check(
        "family_is_stated",
        "ExpectToBeStated",
        {"column": "family"},
        "critical",
        "Every advert has a kind of work. The role normaliser did not see this one: look at "
        "method_version.",
        frame="facts",
    ),
    check(
        "family_is_known",
        "ExpectWordToBeKnown",
        {"column": "family", "words": list(get_args(Family))},
        "critical",
        "A kind of work outside the vocabulary falls out of every segment. Look at the role "
        "normaliser.",
        frame="facts",
    ),
    check(
        "level_is_stated",
        "ExpectToBeStated",
        {"column": "level"},
        "critical",
        "Every advert has a level (mid where none is said). The role normaliser did not see this "
        "one: look at method_version.",
        frame="facts",
    ),
    check(
        "level_is_known",
        "ExpectWordToBeKnown",
        {"column": "level", "words": list(get_args(Level))},
        "critical",
        "A level outside the vocabulary falls out of the pay tables. Look at the role normaliser.",
        frame="facts",
    ),
    check(
        "workplace_is_known",
        "ExpectWordToBeKnown",
        {"column": "workplace", "words": list(get_args(Workplace))},
        "warning",
        "Workplace is onsite, hybrid, remote or unspecified. Look at the place normaliser.",
        frame="facts",
    ),
    check(
        "posted_basis_is_known",
        "ExpectWordToBeKnown",
        {"column": "posted_basis", "words": ["stated", "relative", "inferred"]},
        "warning",
        "A date says whether the source stated it, counted it back, or we inferred it. Look at "
        "the spider of the source.",
        frame="facts",
    ),
    check(
        "is_ml_role_is_stated",
        "ExpectToBeStated",
        {"column": "is_ml_role"},
        "critical",
        "ML roles are the population of most claims; an advert must be in or out. Look at the "
        "role normaliser.",
        frame="facts",
    ),
    check(
        "is_duplicate_is_stated",
        "ExpectToBeStated",
        {"column": "is_duplicate"},
        "critical",
        "Copies are counted once; an advert must be a copy or not. Look at the merging of copies.",
        frame="facts",
    ),
    check(
        "is_duplicate_spares_one_per_role",
        "ExpectNoOffender",
        {},
        "critical",
        "All adverts of a role but one are copies; a role without an original, or with two, is "
        "described at random. Look at the merging of copies.",
        frame="miscounted_roles",
        offender="n_originals",
    ),
    check(
        "country_is_iso",
        "ExpectIsoCountry",
        {"mostly": 0.99},
        "critical",
        "Countries are ISO 3166 codes: UK for GB would lose a country. Look at the place "
        "normaliser.",
    ),
    check(
        "is_us_agrees_with_country",
        "ExpectNoOffender",
        {},
        "critical",
        "Claims about the US take the adverts with is_us. It contradicts the advert's only "
        "country: look at the place normaliser.",
        offender="CASE WHEN is_us <> (country = 'US') THEN country END",
    ),
    check(
        "posted_on_is_within_data",
        "ExpectNoOffender",
        {"mostly": 0.99},
        "critical",
        "Adverts are dated from 2005 to the newest day seen, or whole series shift. Look at how "
        "the source writes dates, and at the dates of the captures.",
        offender="""CASE WHEN posted_on NOT BETWEEN DATE '2005-01-01'
            AND (SELECT max(last_seen_on) FROM core.postings) + 1 THEN posted_on END""",
    ),
    check(
        "posted_on_is_fresh",
        "ExpectDaysBehindToBeFew",
        {"max_value": 45},
        "warning",
        "A source's newest advert is more than 45 days older than the newest observation: it may "
        "have stopped, or serve an old copy. Look at source_health.",
        frame="sources",
    ),
    check(
        "first_seen_on_is_stated",
        "ExpectToBeStated",
        {"column": "first_seen_on"},
        "critical",
        "An advert without a first day enters no period. Look at the model that reads the "
        "observations.",
    ),
    check(
        "last_seen_on_is_not_before_first_seen_on",
        "ExpectOrder",
        {"column": "last_seen_on", "low": "first_seen_on"},
        "critical",
        "Stock and lifetimes follow from the two days. Look at the model that reads the "
        "observations.",
    ),
    check(
        "is_open_agrees_with_closed_on",
        "ExpectNoOffender",
        {},
        "critical",
        "An advert that was closed is not open, and is closed after it was first seen; otherwise "
        "the stock is wrong. Look at the rule that closes adverts.",
        offender="CASE WHEN closed_on IS NOT NULL AND (is_open OR closed_on < first_seen_on) "
        "THEN closed_on END",
    ),
    check(
        "text_chars_is_positive",
        "ExpectNoOffender",
        {"mostly": 0.99},
        "critical",
        "An advert without text names no framework and pulls every share down, unless it is known "
        "to be an excerpt. Look at the conversion of HTML to text.",
        offender="CASE WHEN text_chars < 1 AND NOT is_excerpt THEN text_chars END",
    ),
    check(
        "company_is_mostly_stated",
        "ExpectShareToBeAtLeast",
        {"column": "company_share", "min_value": 0.7},
        "warning",
        "Less than 70 % of a source's adverts have an employer. Intervals are clustered by "
        "employer: look at the company normaliser.",
        frame="sources",
    ),
    check(
        "title_is_mostly_stated",
        "ExpectShareToBeAtLeast",
        {"column": "title_share", "min_value": 0.95},
        "warning",
        "Less than 95 % of a source's adverts have a title (comments of Hacker News have none). "
        "Level and family come from it: look at the spider of the source.",
        frame="sources",
    ),
    check(
        "method_version_is_stated",
        "ExpectToBeStated",
        {"column": "method_version"},
        "critical",
        "A fact without the method that found it can't be compared or renewed. Look at the "
        "normalising step.",
        frame="facts",
    ),
)

SUITE = Suite(TABLE, FRAMES, CHECKS)
