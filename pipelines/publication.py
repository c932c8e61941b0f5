"""What a run says of itself: the content of `run.json`, and of Data Docs.

Belongs here: gathering it from the warehouse. Does not belong here: writing or publishing it
(`warehouse.publish`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb

from expectations.catalogue import all_checks
from pipelines.checks import outcomes_noted, suites_digest
from pipelines.settings import Plan
from pipelines.tables import Work
from warehouse import database
from warehouse.forget import forgotten_in_all
from warehouse.normalise.posting import method_version
from warehouse.publish.changes import Made, figures_code, landed_digest
from warehouse.publish.swap import Annex


def run_facts(work: Work, plan: Plan, run_id: str) -> dict[str, Any]:
    """All that `run.json` says, but for what publishing itself adds.

    Args:
        work: The publishing step.
        plan: The run.
        run_id: Its id in Dagster.

    Returns:
        A mapping that JSON can hold.
    """
    con = work.con
    return {
        "run_id": run_id,
        "mode": plan.mode,
        "is_sample": plan.is_sample,
        "as_of": work.as_of.isoformat(),
        "method_version": method_version(),
        "sources": _sources(con),
        "checks": _checks(con),
        "verdicts": dict(
            con.execute(
                "SELECT verdict, count(*) FROM out.claim_verdicts GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        ),
        "refused_rows": [
            {"source": source, "stage": stage, "reason": reason, "rows": rows}
            for source, stage, reason, rows in con.execute(
                "SELECT source, stage, reason, count(*) FROM out.refused_rows "
                "GROUP BY ALL ORDER BY ALL LIMIT 100"
            ).fetchall()
        ],
        "row_accounts": _accounts(con),
        "adverts_by_method": _methods(con),
        "made_from": {"landed": landed_digest(con), "code": figures_code()},
        "forgotten": forgotten_in_all(con),
        "seconds_by_stage": database.seconds_by_stage(con, run_id),
    }


def made_now(work: Work) -> Made:
    """What the figures of this run are made from, as `run.json` will say it.

    Args:
        work: The step.
    """
    return Made(
        as_of=work.as_of,
        is_sample=work.is_sample,
        method_version=method_version(),
        by_method=_methods(work.con),
        landed=landed_digest(work.con),
        code=figures_code(),
    )


def _accounts(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Rows in, kept, refused and set aside at every stage, all sources together."""
    rows = con.execute(
        "SELECT stage, sum(rows_in)::BIGINT, sum(rows_kept)::BIGINT, sum(rows_refused)::BIGINT, "
        "sum(rows_set_aside)::BIGINT FROM out.row_accounts GROUP BY stage ORDER BY stage"
    ).fetchall()
    names = ("rows_in", "rows_kept", "rows_refused", "rows_set_aside")
    return {stage: dict(zip(names, counts, strict=True)) for stage, *counts in rows}


def _methods(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Versions of adverts by the method that read them: how far a new one has come."""
    rows = con.execute(
        "SELECT method_version, count(*) FROM core.facts GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return dict(rows)


def data_docs_annex(work: Work) -> Annex:
    """Data Docs of this run, to be published beside the report.

    Args:
        work: The publishing step.
    """
    outcomes = outcomes_noted(work.con)
    as_of, is_sample = work.as_of.isoformat(), work.is_sample

    def write(folder: Path) -> object:
        # Great Expectations takes seconds to import: only where the pages are new.
        from expectations.datadocs import write_data_docs

        return write_data_docs(folder, outcomes, as_of=as_of, is_sample=is_sample)

    shown = json.dumps([outcomes, suites_digest()], sort_keys=True)
    return Annex("data_docs", "Data Docs", hashlib.sha256(shown.encode()).hexdigest(), write)


def _sources(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The newest answer of every board, summed up by source."""
    rows = con.execute(
        """
        WITH newest AS (
            SELECT * FROM out.board_health
            QUALIFY row_number() OVER (PARTITION BY source, board ORDER BY observed_on DESC) = 1
        )
        SELECT
            source,
            count(*) AS asked,
            count(*) FILTER (WHERE state IN ('ok', 'unchanged')) AS answered,
            sum(postings_seen)::BIGINT AS seen,
            max(observed_on)::VARCHAR AS newest_on,
            string_agg(state || ' ' || board || coalesce(': ' || reason, ''), '; ' ORDER BY board)
                FILTER (WHERE state NOT IN ('ok', 'unchanged')) AS reason
        FROM newest GROUP BY source ORDER BY source
        """
    ).fetchall()
    return {
        source: {
            "state": "ok" if answered == asked else "partial" if answered else "failed",
            "boards_asked": asked,
            "boards_answered": answered,
            "postings_seen": seen,
            "newest_on": newest_on,
            "reason": reason,
        }
        for source, asked, answered, seen, newest_on, reason in rows
    }


def _checks(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How many checks passed, and which did not."""
    passed = 0
    failed: list[dict[str, Any]] = []
    for table, outcomes in outcomes_noted(con).items():
        guards = {check.name: check.description for check in all_checks(table)}
        for check, outcome in outcomes.items():
            passed += outcome["passed"]
            if not outcome["passed"]:
                failed.append(
                    {"table": table, "check": check, "guards": guards.get(check), **outcome}
                )
    return {"passed": passed, "failed": failed}
