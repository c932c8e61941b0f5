"""Suite of `core.models`: models of a hub as its rankings show them.

Belongs here: keys, ranks and labels of models. Does not belong here: the shares made from them.
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, not_empty, whole

TABLE = "core.models"
check = partial(Check, TABLE)

SUITE = Suite(
    TABLE,
    {
        ROWS: Frame(TABLE, ("snapshot", "ranking", "model_id")),
        WHOLE: whole(TABLE, "raw.models"),
        "repeats": Frame(
            f"""(
            SELECT source, ranking, snapshot, model_id, count(*) AS n_rows
            FROM {TABLE}
            GROUP BY ALL
            HAVING count(*) > 1
            )""",
            ("source", "ranking", "snapshot", "model_id"),
        ),
        "snapshots": Frame(
            f"""(
            SELECT
                source, ranking, snapshot,
                count(*) FILTER (WHERE frameworks = ['none']) / count(*) AS share_unknown
            FROM {TABLE}
            GROUP BY ALL
            )""",
            ("source", "ranking", "snapshot"),
        ),
    },
    (
        not_empty(
            TABLE,
            "No model was kept. Look at source_health and refused_rows of hf_models.",
        ),
        check(
            "source_is_known",
            "ExpectSourceToBeKnown",
            {},
            "warning",
            "A source outside the list is an imported table or a misspelt name. Rename it, or "
            "add it to the list.",
        ),
        check(
            "ranking_is_known",
            "ExpectWordToBeKnown",
            {"column": "ranking", "words": ["newest", "most downloaded"]},
            "critical",
            "Shares are of the newest and of the most downloaded models. Look at the names of "
            "the spider's boards.",
        ),
        check(
            "model_id_is_unique_per_ranking",
            "ExpectNoOffender",
            {},
            "critical",
            "A model that is twice in a ranking counts twice. Look at how the model takes one row "
            "of each.",
            frame="repeats",
            offender="n_rows",
        ),
        check(
            "rank_is_not_negative",
            "ExpectCount",
            {"column": "rank"},
            "warning",
            "Places are counted from 0. Look at how the spider goes on counting over pages.",
        ),
        check(
            "frameworks_are_stated",
            "ExpectNoOffender",
            {},
            "critical",
            "A model of which nothing is known says none, in words. Look at the model that reads "
            "its tags.",
            offender="CASE WHEN coalesce(len(frameworks), 0) = 0 THEN model_id END",
        ),
        check(
            "frameworks_are_mostly_found",
            "ExpectNoOffender",
            {},
            "warning",
            "Of more than nine in ten models of a ranking neither framework nor format is known. "
            "Look at the tags that the hub gives.",
            frame="snapshots",
            offender="CASE WHEN share_unknown > 0.9 THEN share_unknown END",
        ),
    ),
    covers=frozenset({"table_key_is_unique"}),
)
