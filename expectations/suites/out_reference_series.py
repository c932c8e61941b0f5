"""Suite of `out.reference_series`: figures of others, to check our own against.

Belongs here: keys, days and units of outside series. Does not belong here: what they are compared
with.
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, not_empty, whole

TABLE = "out.reference_series"
check = partial(Check, TABLE)

SUITE = Suite(
    TABLE,
    {
        ROWS: Frame(TABLE, ("source", "series", "period_start")),
        WHOLE: whole(TABLE, "raw.series"),
        "repeats": Frame(
            f"""(
            SELECT source, series, period_start, count(*) AS n_rows
            FROM {TABLE}
            GROUP BY ALL
            HAVING count(*) > 1
            )""",
            ("source", "series", "period_start"),
        ),
        "units": Frame(
            f"""(
            SELECT source, series, count(DISTINCT unit) AS n_units
            FROM {TABLE}
            GROUP BY ALL
            )""",
            ("source", "series"),
        ),
    },
    (
        not_empty(
            TABLE,
            "No value was kept. Look at source_health and refused_rows of reference.",
        ),
        check(
            "series_is_unique_per_period",
            "ExpectNoOffender",
            {},
            "critical",
            "A series has one value for a period. Look at how the model takes the newest one.",
            frame="repeats",
            offender="n_rows",
        ),
        check(
            "value_is_a_number",
            "ExpectNoOffender",
            {},
            "critical",
            "A value that is missing or not finite can't be compared. Look at the file that was "
            "read.",
            offender="CASE WHEN value IS NULL OR NOT isfinite(value) THEN series END",
        ),
        check(
            "unit_is_one_per_series",
            "ExpectNoOffender",
            {},
            "warning",
            "A series whose unit changes is two series. Look at the spider that names them.",
            frame="units",
            offender="CASE WHEN n_units <> 1 THEN n_units END",
        ),
        check(
            "period_start_is_not_after_observation",
            "ExpectNoOffender",
            {},
            "warning",
            "A period that had not begun when its value was read is misdated. Look at how the "
            "spider reads its days.",
            offender="CASE WHEN period_start > observed_on THEN period_start END",
        ),
    ),
    covers=frozenset({"table_key_is_unique"}),
)
