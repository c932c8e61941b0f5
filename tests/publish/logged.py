"""A working warehouse with the log of moved figures, as its models describe the tables.

Belongs here: rows of followed figures, and publishing them. Does not belong here: assertions.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse import models
from warehouse.publish.changes import TABLE, Made, renew_log
from warehouse.publish.snapshot import literal
from warehouse.publish.swap import PublicationResult, publish

DAY = date(2026, 3, 1)
KEEP = 7
COMPANY = "Heron Counters"
BOARD = "heron-board"

TABLES = {
    TABLE,
    *models.models()[TABLE].reads,
    *("core.postings", "out.board_health", "out.claim_parts", "out.cross_checks", "out.postings"),
}

ROWS = f"""
INSERT INTO out.claim_verdicts BY NAME
SELECT
    claim_id, 1 AS claim_version, 'careers' AS article, statement, 'ratio' AS unit,
    estimate::DOUBLE AS estimate, ci_low::DOUBLE AS ci_low, ci_high::DOUBLE AS ci_high,
    200 AS n_roles, 80 AS n_companies, 'above 1' AS rule, verdict, 'the whole interval' AS reason,
    false AS proxy, false AS is_sample, '1.0' AS method_version, DATE '2026-03-01' AS as_of
FROM (VALUES
    ('hire_more', 'More roles name PyTorch than TensorFlow.', 2.0, 1.5, 2.6, 'supported'),
    ('hire_open', 'The lead is growing.', 1.2, 0.9, NULL, 'undetermined'),
    ('out_one', 'One is easier to debug.', NULL, NULL, NULL, 'out_of_scope')
) AS claims (claim_id, statement, estimate, ci_low, ci_high, verdict);
INSERT INTO out.framework_ratio_by_month BY NAME
SELECT
    (DATE '2025-01-01' + to_months(i::INTEGER))::DATE AS period_start, 'all' AS sources,
    'ml' AS population, 10 AS pytorch_only, 5 AS tensorflow_only, 5 AS "both", 80 AS neither,
    1.5 + i / 100 AS ratio, 1.2 + i / 100 AS ci_low, 1.9 + i / 100 AS ci_high,
    100 + i AS n_roles, 40 AS n_companies, false AS is_partial
FROM range(12) AS numbers (i);
INSERT INTO out.source_health BY NAME
SELECT
    source, DATE '2026-03-01' AS observed_on, state, 2 AS boards_asked, 1 AS boards_answered,
    5 AS postings_seen, 'failed {BOARD} of {COMPANY}' AS reason
FROM (VALUES ('ashby', 'ok'), ('lever', 'failed'), ('greenhouse', 'partial')) AS s (source, state);
INSERT INTO out.board_health BY NAME
SELECT 'ashby' AS source, '{BOARD}' AS board, DATE '2026-03-01' AS observed_on, 'ok' AS state,
    5 AS postings_seen;
INSERT INTO out.cross_checks BY NAME
SELECT 'papers' AS our_series, 'index' AS outside_series, 'level' AS measure,
    DATE '2020-01-01' AS period_start, 'https://{COMPANY}.example' AS url;
"""


def build_logged(path: Path) -> Path:
    """Makes a working warehouse at `path` with the tables of the models; returns it."""
    with duckdb.connect(str(path)) as con:
        for schema in models.SCHEMAS:
            con.execute(f"CREATE SCHEMA {schema}")
        for name, model in models.models().items():
            if name in TABLES:
                columns = ", ".join(f'"{one.name}" {one.type}' for one in model.columns)
                con.execute(f"CREATE TABLE {name} ({columns})")
                con.execute(f"COMMENT ON TABLE {name} IS {literal(model.description)}")
        con.execute(ROWS)
        for table in ("core.postings", "out.postings"):
            con.execute(f"INSERT INTO {table} (posting_id, company) VALUES ('a:b:1', '{COMPANY}')")
    return path


def publish_logged(working: Path, data: Path, **more: Any) -> PublicationResult:
    """Renews the log and publishes, as a run does; `more` replaces entries of `run.json`."""
    run: dict[str, Any] = {
        "as_of": DAY.isoformat(),
        "is_sample": False,
        "method_version": "1.0",
        "adverts_by_method": {"1.0": 10},
        "made_from": {"landed": "a", "code": "b"},
        "verdicts": {"supported": 1},
        "sources": {"ashby": {"state": "partial", "reason": f"failed {BOARD} of {COMPANY}"}},
        "refused_rows": [{"reason": COMPANY}],
        "checks": {
            "passed": 2,
            "failed": [{"table": "out.postings", "check": "x", "observed": {"samples": [COMPANY]}}],
        },
        **more,
    }
    with duckdb.connect(str(working)) as con:
        renew_log(con, data, Made.of_run(run))
    return publish(working, data, run, keep=KEEP)


def logged(data: Path, columns: str = "table_name, kind, figure, why, n_figures") -> list[Any]:
    """Rows of the published log."""
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(f"SELECT {columns} FROM {TABLE} ORDER BY ALL").fetchall()
