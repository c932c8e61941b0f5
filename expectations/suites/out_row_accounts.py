"""Suite of `out.row_accounts`: nothing is lost between two stages.

Belongs here: what each stage must account for. Does not belong here: why a row was refused
(`out.refused_rows` says it), or what follows from the header (`expectations.skeleton`).
"""

from __future__ import annotations

from expectations.check import WHOLE, Check, Frame, Suite, not_empty, whole

TABLE = "out.row_accounts"

_TOLD = "told"

SUITE = Suite(
    TABLE,
    {
        WHOLE: whole(TABLE, "raw.accounts", day=""),
        _TOLD: Frame(
            f"""(
            SELECT account.stage, account.source, account.rows_refused,
                coalesce(sum(refused.n_rows), 0) AS n_told
            FROM {TABLE} AS account
            LEFT JOIN out.refused_rows AS refused
                ON account.stage = refused.stage AND account.source = refused.source
            WHERE account.stage IN ('normalise', 'pay')
            GROUP BY ALL
            )""",
            ("stage", "source"),
        ),
    },
    (
        not_empty(TABLE, "Rows were loaded and none is accounted for. Look at the table's query."),
        Check(
            TABLE,
            "rows_refused_are_told",
            "ExpectNoOffender",
            {},
            "critical",
            "Every refused row has its reason in out.refused_rows: one that has none is lost. Look "
            "at the query of out.refused_rows.",
            frame=_TOLD,
            offender="CASE WHEN rows_refused <> n_told THEN n_told END",
        ),
    ),
)
