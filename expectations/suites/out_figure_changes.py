"""Suite of `out.figure_changes`: the log of published figures that moved.

Belongs here: that a row says of a move what its figures show. Does not belong here: whether a move
is right; that figures move with new data is a finding, not a failure.
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, Check, Frame, Suite

TABLE = "out.figure_changes"
check = partial(Check, TABLE)

SUITE = Suite(
    TABLE,
    {ROWS: Frame(TABLE, ("publication_before", "table_name", "kind", "figure", "measure"))},
    (
        check(
            "why_is_stated",
            "ExpectToBeStated",
            {"column": "why"},
            "critical",
            "A figure that moved says why, or readers take a new method for news. Look at "
            "warehouse.publish.changes.",
        ),
        check(
            "said_after_differs_when_flipped",
            "ExpectNoOffender",
            {},
            "critical",
            "A verdict flipped when another one stands there now. Look at "
            "warehouse.publish.changes.",
            offender="CASE WHEN kind = 'verdict flipped' AND said_before IS NOT DISTINCT FROM "
            "said_after THEN figure END",
        ),
        check(
            "value_after_is_outside_when_beyond",
            "ExpectNoOffender",
            {},
            "critical",
            "A figure is beyond its interval of before when it lies outside of it. Look at "
            "warehouse.publish.changes.",
            offender="CASE WHEN kind = 'moved beyond its interval' AND NOT coalesce(value_after < "
            "ci_low_before, false) AND NOT coalesce(value_after > ci_high_before, false) "
            "THEN figure END",
        ),
        check(
            "n_figures_is_stated",
            "ExpectToBeStated",
            {"column": "n_figures"},
            "critical",
            "A row stands for one figure at least, or sums of moves are short. Look at "
            "warehouse.publish.changes.",
        ),
    ),
)
