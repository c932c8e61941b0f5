"""Suites over time: how far the figures of a table may move from one run to the next.

Belongs here: tolerances, each with the rule that it comes from, and the checks that hold a table's
figures against those of the runs before, or against what such a figure can be at all. Does not
belong here: what is measured (`expectations.history`), or rules of single rows (the other suites).

Four runs are looked back at, by day of observation, and their median is the usual value: one odd
run moves it little, and a level that lasts is the usual one after three days. So an alarm that
blocks lasts two days at most, as a board that halves is believed once it is seen again
(`core.listings`).

Two tests keep chance and trifles apart, and a figure must fail both: it moved by more than chance
moves it, and by enough to matter.

* Shares: Cohen's h, the difference of 2·asin(√share), with 0.2 for small, 0.5 for medium and 0.8
  for large differences (Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, ch. 6).
  Its standard error is √(1/n₁ + 1/n₂) whatever the share, so that h over it is a z-test that holds
  for rare frameworks too.
* Medians of pay: ratio, and the difference of logarithms over its standard error, which is
  1.25·IQR/(1.35·√n) a median (McGill, Tukey and Larsen 1978, Variations of Box Plots).
* Counts: ratio, and 4 standard deviations of a Poisson count.

A test counts from z = 4: of the some 25,000 a year (a hundred figures a day) one or two then fail
by chance, were the runs independent. They share most of their adverts, so that fewer do. Groups of
fewer than 20 rows are not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from expectations.check import Check, Frame, Severity, Suite
from warehouse import models

MIN_ROWS = 20
Z = 4

SMALL_H = 0.2
LARGE_H = 0.8

HALVED = 0.5
"""More than half gone is more often a fault than a change, as for boards in `core.listings`."""

LOST = 0.9
"""Tables hold what was ever seen, so they grow: a tenth less was lost on the way."""

LOW = 0.8
"""A market does not lose a fifth of its open adverts in a few days: in the worst week on record,
the last of March 2020, the index of US postings fell by 11 % (Indeed Hiring Lab)."""

DOUBLED = 2.0
"""Twice as many from one run to the next, as in the worked example of Deequ's anomaly checks."""

PAY_STEP = 1.25
PAY_JUMP = 2.0
"""No mistake of a unit is smaller: a fortnight for a week is 2, a month for a year 12."""

TEXT_STEP = 1.25

PLAUSIBLE_USD_YEAR = (3_000, 600_000)
"""A median outside is a mistake of unit: real medians of groups of ten bands and more lie between
15,000 (a currency) and 225,000 (a level of a source); cents, thousands, or months taken for years
leave the range. The median of software developers in the
United States was 133,080 in May 2024 (Bureau of Labor Statistics, OEWS)."""

OWN_MONEY = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY")
"""Money that employers of its countries pay in; where money is weak, dollars are common."""

FOREIGN_SHARE = 0.6
AFTER_SEEN_SHARE = 0.02
DAYS_WITHOUT_ANSWER = 3
DAYS_WITHOUT_NEW = 45

MAY_SHRINK = ("out.refused_rows", "core.fact_refusals")
"""Fewer refusals are no loss."""

SOURCED = ("core.postings", "core.roles")
"""Tables whose columns are watched for each source: a spider breaks one source at a time."""

_COUNTS = ("volume", "adverts", "new_adverts")  # a source that is gone shows nought

_JUDGED = f"n >= {MIN_ROWS} AND usual_n >= {MIN_ROWS}"
_H = "2 * abs(asin(sqrt(value)) - asin(sqrt({before})))"
_H_NOISE = "sqrt(1 / n + 1 / usual_n)"
_LOG_RATIO = "abs(ln(value / usual))"
# A twentieth: pay that hardly varies is still known to no better than that.
_LOG_NOISE = (
    "0.93 * sqrt(greatest(spread, 0.05) ** 2 / n + greatest(usual_spread, 0.05) ** 2 / usual_n)"
)
_MEAN_NOISE = "sqrt(spread ** 2 / n + usual_spread ** 2 / usual_n)"

_SHARE_SAID = "format('{:.1f} % after {:.1f} %, n {}', 100 * value, 100 * usual, n)"
_COUNT_SAID = "format('{:,} after {:,}', value::BIGINT, usual::BIGINT)"
_PAY_SAID = "format('{:,} after {:,} USD, n {}', value::BIGINT, usual::BIGINT, n)"


class _Rule(NamedTuple):
    """A check of a measure, before it is known of which table."""

    name: str
    metrics: tuple[str, ...]
    severity: Severity
    fails: str  # SQL over a row of the frame
    said: str  # SQL: what is seen, in words
    description: str


def _drifts(h: float, *, before: str = "usual") -> str:
    moved = _H.format(before=before)
    return f"{_JUDGED} AND {moved} >= {h} AND {moved} >= {Z} * {_H_NOISE}"


def _falls_below(ratio: float) -> str:
    return f"usual >= {MIN_ROWS} AND value < {ratio} * usual AND usual - value > {Z} * sqrt(usual)"


def _steps(ratio: float) -> str:
    return f"{_JUDGED} AND {_LOG_RATIO} >= ln({ratio}) AND {_LOG_RATIO} >= {Z} * {_LOG_NOISE}"


_ROWS = (
    _Rule(
        "table_keeps_its_rows",
        ("rows",),
        "warning",
        f"usual >= {MIN_ROWS} AND value < {LOST} * usual",
        _COUNT_SAID,
        "The table holds a tenth fewer rows than the runs before found, and it should grow. If "
        "nothing was deleted on request, look at the step that makes it.",
    ),
    _Rule(
        "table_is_not_halved",
        ("rows",),
        "critical",
        f"usual >= {MIN_ROWS} AND value < {HALVED} * usual",
        _COUNT_SAID,
        "More than half of the rows that the runs before found are gone: every count falls with "
        "them. If nothing was deleted on request, look at the step that makes the table.",
    ),
)
_NULLS = (
    _Rule(
        "columns_keep_their_values",
        ("null_share",),
        "warning",
        f"value > lowest AND {_drifts(SMALL_H, before='lowest')}",
        "format('{:.1f} % NULL after {:.1f} %', 100 * value, 100 * lowest)",
        "A column lacks its value in more rows than in the last run. Look at what feeds it: a "
        "field was renamed, or a source was added that does not have it.",
    ),
)
_NULLS_OF_SOURCES = (
    _Rule(
        "sources_keep_their_columns",
        ("null_share_of_source",),
        "critical",
        f"value > lowest AND {_drifts(LARGE_H, before='lowest')}",
        "format('{:.1f} % NULL after {:.1f} %', 100 * value, 100 * lowest)",
        "A source no longer fills a column that it filled in the last run, so that segments and "
        "pay lose its adverts. Look at the spider: a field of the payload was renamed.",
    ),
)

_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "core.listings": (
        _Rule(
            "volume_is_not_low",
            ("volume",),
            "warning",
            _falls_below(LOW),
            _COUNT_SAID,
            "A source shows a fifth fewer adverts than in the last four runs. Look at the states "
            "of its boards in board_health; a market that shrinks so fast is news.",
        ),
        _Rule(
            "volume_is_not_halved",
            ("volume",),
            "critical",
            _falls_below(HALVED),
            _COUNT_SAID,
            "A source shows less than half of the adverts of the last four runs, and what is "
            "absent would count as closed. Look at whether its payload was cut off; when it "
            "stays so, it is believed on the third day.",
        ),
        _Rule(
            "volume_is_not_doubled",
            ("volume",),
            "warning",
            f"usual >= {MIN_ROWS} AND value > {DOUBLED} * usual",
            _COUNT_SAID,
            "A source shows more than twice the adverts of the last four runs. If no board was "
            "added, look at whether rows are there twice, or an archive came in as a listing.",
        ),
        _Rule(
            "newest_answer_is_recent",
            ("days_without_answer",),
            "warning",
            f"value > {DAYS_WITHOUT_ANSWER}",
            "value::INTEGER || ' days without an answer'",
            "No board of the source gave a complete answer in the last three days: what is said "
            "of it is old. Look at the reasons in board_health.",
        ),
    ),
    "core.postings": (
        _Rule(
            "adverts_of_a_source_are_not_lost",
            ("adverts",),
            "critical",
            _falls_below(HALVED),
            _COUNT_SAID,
            "More than half of a source's adverts of the runs before are gone, though adverts are "
            "kept when they close. Look at the load of that source.",
        ),
        _Rule(
            "new_adverts_keep_coming",
            ("new_adverts",),
            "warning",
            _falls_below(HALVED),
            _COUNT_SAID,
            "A source found less than half as many new adverts in four weeks as in the last four "
            "runs. It may serve an old copy: look at the newest dates of posting.",
        ),
        _Rule(
            "posted_on_is_recent",
            ("days_without_new",),
            "warning",
            f"value > {DAYS_WITHOUT_NEW}",
            "value::INTEGER || ' days since the newest advert'",
            "The newest advert of a source that is still listed is more than 45 days older than "
            "the day of the run: the source has stopped, or serves an old copy.",
        ),
        _Rule(
            "posted_on_is_not_after_first_seen_on",
            ("posted_after_seen_share",),
            "critical",
            f"n >= {MIN_ROWS} AND value > {AFTER_SEEN_SHARE} AND value * n >= 5",
            "format('{:.1f} % of {}', 100 * value, n)",
            "More than 2 % of a source's adverts are dated after the day on which they were first "
            "seen (a day is allowed for time zones): its dates are shifted, or day and month "
            "swapped, and series by month with them. Look at how the source writes dates.",
        ),
        _Rule(
            "posted_on_keeps_its_weekdays",
            ("weekend_share",),
            "warning",
            _drifts(SMALL_H),
            _SHARE_SAID,
            "The share of a source's open adverts that are dated to a Saturday or Sunday moved: "
            "dates are shifted by days, or are no longer those of posting. Look at the field that "
            "the spider takes them from.",
        ),
        _Rule(
            "text_chars_keeps_its_mean",
            ("text_chars",),
            "warning",
            f"{_JUDGED} AND {_LOG_RATIO} >= ln({TEXT_STEP}) "
            f"AND abs(value - usual) >= {Z} * {_MEAN_NOISE}",
            "format('{:,} after {:,} characters, n {}', value::BIGINT, usual::BIGINT, n)",
            "The texts of a source became a quarter shorter or longer: a part of them moved to "
            "another field, or a footer came in, and mentions follow. Look at its payload.",
        ),
    ),
    "core.roles": (
        _Rule(
            "mention_share_is_steady",
            ("mention_share_open", "mention_share_all"),
            "warning",
            _drifts(SMALL_H),
            _SHARE_SAID,
            "The share of a source's machine-learning roles that name a framework moved further "
            "than chance moves it, by Cohen's h of 0.2 or more. It is news, or the vocabulary, "
            "the texts or the boards changed: look at which roles are new.",
        ),
        _Rule(
            "mention_share_has_not_jumped",
            ("mention_share_open", "mention_share_all"),
            "critical",
            _drifts(LARGE_H),
            _SHARE_SAID,
            "The share of a source's machine-learning roles that name a framework jumped, by "
            "Cohen's h of 0.8 or more: no market moves so from run to run. Look at the mention "
            "normaliser, and at whether the texts are whole.",
        ),
        _Rule(
            "pay_mid_usd_year_is_steady",
            ("pay_usd_year_open", "pay_usd_year_all"),
            "warning",
            _steps(PAY_STEP),
            _PAY_SAID,
            "The median pay of a level at a source moved by a quarter, further than chance moves "
            "it. Look at the evidence of its newest bands, then at rates of exchange.",
        ),
        _Rule(
            "pay_mid_usd_year_has_not_jumped",
            ("pay_usd_year_open", "pay_usd_year_all"),
            "critical",
            _steps(PAY_JUMP),
            _PAY_SAID,
            "The median pay of a level at a source doubled or halved: a unit, a period or a "
            "currency is misread, and every pay claim with it. Look at the evidence of its bands.",
        ),
        _Rule(
            "pay_mid_usd_year_median_is_plausible",
            ("pay_usd_year_all",),
            "critical",
            f"n >= {MIN_ROWS} AND value NOT BETWEEN {PLAUSIBLE_USD_YEAR[0]} "
            f"AND {PLAUSIBLE_USD_YEAR[1]}",
            "format('median {:,} USD, n {}', value::BIGINT, n)",
            "The median pay of a level at a source is none that a level can have: months are "
            "taken for years, or thousands for ones. Look at units and periods of its bands.",
        ),
    ),
    "core.pay_bands": (
        _Rule(
            "pay_usd_year_is_plausible_by_currency_and_period",
            ("band_median_usd_year",),
            "critical",
            f"n >= {MIN_ROWS} AND value NOT BETWEEN {PLAUSIBLE_USD_YEAR[0]} "
            f"AND {PLAUSIBLE_USD_YEAR[1]}",
            "format('median {:,} USD, n {}', value::BIGINT, n)",
            "The median of all bands of a currency or a period is no year's pay: its rate of "
            "exchange, or the factor to a year, is wrong. Look at the rates and at the periods.",
        ),
        _Rule(
            "currency_fits_country",
            ("foreign_currency_share",),
            "critical",
            f"n >= {MIN_ROWS} AND value >= {FOREIGN_SHARE} AND local_currency IN {OWN_MONEY}",
            "format('{:.1f} % of {} bands', 100 * value, n)",
            "Most bands of a source in a country are in another country's money, where employers "
            "pay in their own: dollars are taken for what the sign stands for, or the place is "
            "wrong. Look at how the source states currency.",
        ),
        _Rule(
            "currency_share_is_steady",
            ("foreign_currency_share",),
            "critical",
            _drifts(LARGE_H),
            _SHARE_SAID,
            "The share of foreign money among a source's bands in a country jumped (Cohen's h of "
            "0.8 or more): another currency is read than in the runs before, and the figures in "
            "dollars with it. Look at how the source states currency.",
        ),
        _Rule(
            "pay_share_is_steady",
            ("pay_share",),
            "warning",
            _drifts(SMALL_H),
            _SHARE_SAID,
            "The share of a source's open adverts that state pay moved further than chance moves "
            "it. It is news, or a form of writing pay is no longer read: look at adverts that "
            "lost theirs.",
        ),
        _Rule(
            "pay_share_has_not_jumped",
            ("pay_share",),
            "critical",
            _drifts(LARGE_H),
            _SHARE_SAID,
            "The share of a source's open adverts that state pay jumped, by Cohen's h of 0.8 or "
            "more. Look at the field of the payload that held it.",
        ),
    ),
    "core.paper_frameworks": (
        _Rule(
            "framework_share_is_steady",
            ("framework_share",),
            "warning",
            _drifts(SMALL_H),
            _SHARE_SAID,
            "The share of a framework among links of papers to code moved: labels were mapped "
            "anew, or another archive came in. Look at the newest links.",
        ),
    ),
}


def _frame(table: str, rule: _Rule) -> Frame:
    """The measures of this run beside those of up to four runs before, one row per group."""
    metrics = ", ".join(f"'{metric}'" for metric in rule.metrics)
    value = "coalesce(found.value, 0)" if rule.metrics[0] in _COUNTS else "found.value"
    local = (
        "(SELECT currency FROM local_currencies WHERE country = split_part(group_name, '/', 2))"
        if "foreign_currency_share" in rule.metrics
        else "NULL"
    )
    return Frame(
        f"""(
        WITH earlier AS (
            SELECT *, dense_rank() OVER (ORDER BY as_of DESC) AS run
            FROM meta.run_metrics
            WHERE table_name = '{table}' AND metric IN ({metrics})
                AND as_of < getvariable('as_of')
        ),
        before AS (
            SELECT metric, group_name,
                median(value) AS usual,
                min(value) FILTER (run <= 2) AS lowest,
                median(n) AS usual_n,
                median(spread) AS usual_spread
            FROM earlier
            WHERE run <= 4
            GROUP BY metric, group_name
        ),
        found AS (FROM metrics_now WHERE table_name = '{table}' AND metric IN ({metrics}))
        SELECT
            CASE WHEN ends_with(metric, '_open') THEN 'open ' WHEN ends_with(metric, '_all')
                THEN 'all ' ELSE '' END || group_name AS measured,
            {value} AS value, coalesce(found.n, 0) AS n, found.spread,
            before.usual, before.lowest, before.usual_n, before.usual_spread,
            {local} AS local_currency
        FROM found
        FULL JOIN before USING (metric, group_name)
        )""",
        ("measured",),
    )


def _suite(table: str) -> Suite:
    rules = (
        *(() if table in MAY_SHRINK else _ROWS),
        *_NULLS,
        *(_NULLS_OF_SOURCES if table in SOURCED else ()),
        *_RULES.get(table, ()),
    )
    frames = {"_".join(rule.metrics): _frame(table, rule) for rule in rules}
    checks = tuple(
        Check(
            table,
            rule.name,
            "ExpectSteadyMeasure",
            {},
            rule.severity,
            rule.description,
            frame="_".join(rule.metrics),
            offender=f"CASE WHEN {rule.fails} THEN {rule.said} END",
        )
        for rule in rules
    )
    return Suite(table, frames, checks)


WATCHED = tuple(
    table
    for table, model in models.models().items()
    if table.startswith("out.")
    or (table.startswith("core.") and model.materialized == "table")
    or table in _RULES
)
"""Tables of core and out, but for views of core, whose rows other tables hold."""

SUITES = tuple(_suite(table) for table in WATCHED)
