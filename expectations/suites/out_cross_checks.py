"""Suite of `out.cross_checks`: our series beside those of others.

Belongs here: that a comparison says only what both sides allow. Does not belong here: whether they
agree; that they don't is a finding, not a failure.
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, Check, Frame, Suite

TABLE = "out.cross_checks"
check = partial(Check, TABLE)

SUITE = Suite(
    TABLE,
    {ROWS: Frame(TABLE, ("our_series", "outside_series", "measure", "period_start"))},
    (
        check(
            "ours_is_within_interval",
            "ExpectIntervalToHoldEstimate",
            {"column": "ours"},
            "critical",
            "The interval holds our figure, or one of the two is wrong. Look at how the series is "
            "drawn.",
        ),
        check(
            "theirs_high_is_not_below_theirs_low",
            "ExpectOrder",
            {"column": "theirs_high", "low": "theirs_low"},
            "critical",
            "The least value of an outside figure comes first. Look at outside_figures.csv.",
        ),
        check(
            "period_end_is_not_before_period_start",
            "ExpectOrder",
            {"column": "period_end", "low": "period_start"},
            "critical",
            "Years compared run forward. Look at the comparison.",
        ),
        check(
            "agrees_is_told_of_figures_alone",
            "ExpectNoOffender",
            {},
            "critical",
            "Nothing agrees or disagrees without a figure of ours, and levels are not judged. Look "
            "at the comparison.",
            offender="CASE WHEN agrees IS NOT NULL AND (measure = 'level' OR "
            "(ci_low IS NULL AND ci_high IS NULL)) THEN agrees END",
        ),
        check(
            "n_units_is_enough_when_told",
            "ExpectNoOffender",
            {},
            "critical",
            "Under 30 roles or papers nothing is said of a series. Look at how its years are "
            "chosen.",
            offender="CASE WHEN agrees IS NOT NULL AND coalesce(n_units, 0) < 30 "
            "THEN coalesce(n_units, 0) END",
        ),
        check(
            "note_is_stated",
            "ExpectToBeStated",
            {"column": "note"},
            "critical",
            "A comparison says what was found, or why nothing was. Look at the comparison.",
        ),
        check(
            "licence_is_stated",
            "ExpectToBeStated",
            {"column": "licence"},
            "critical",
            "Figures of others are shown with their licence or terms. Look at outside_series.csv.",
        ),
    ),
)
