"""Scores that need a whole market of adverts: what only shows when they stand side by side.

Belongs here: reading a publication and asking the measures beside this module. Does not belong
here: labelled texts (`report`).
"""

from __future__ import annotations

import duckdb

from warehouse.score import role_pairs
from warehouse.score.report import Mistake, Report, micro


def score_publication(con: duckdb.DuckDBPyConnection) -> Report:
    """Score a publication made from the captures that the labels speak of.

    Args:
        con: A published warehouse.

    Returns:
        Parts for which the publication has the adverts: which adverts are for one role.
    """
    pairs = role_pairs.labelled_pairs()
    wanted = sorted({pair.posting_a for pair in pairs} | {pair.posting_b for pair in pairs})
    role_of = dict(
        con.execute(
            "SELECT posting_id, role_id FROM out.postings WHERE posting_id IN (SELECT unnest($1))",
            [wanted],
        ).fetchall()
    )
    scored = role_pairs.score_pairs(pairs, role_of)
    if not scored:
        return Report({}, [])
    return Report(
        {name: micro(counts) for name, counts in role_pairs.parts(scored).items()},
        [
            Mistake(
                "same role",
                pair.name,
                pair.type or "one role" if pair.is_same else f"other ({pair.type})",
                "one role" if counts.fp else "two roles",
            )
            for pair, counts in scored
            if counts.fp or counts.fn
        ],
    )
