"""What the command line prints of a claim's evidence."""

from __future__ import annotations

import io

import duckdb
import pytest
from rich.console import Console

from pipelines.show import show_claim


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        """CREATE SCHEMA out;
        CREATE TABLE out.claim_verdicts AS
        SELECT unnest(['c', 'silent']) AS claim_id, 'ratio' AS unit, false AS is_sample;
        CREATE TABLE out.claim_sensitivity (claim_id VARCHAR, variant VARCHAR);
        CREATE TABLE out.claim_evidence AS
        SELECT 'c' AS claim_id, cell, DATE '2026-01-01' + i::INTEGER AS entered_on,
            'r' || i AS role_id, NULL AS paper_id, 'Acme' AS company, 'Engineer ' || i AS title,
            'https://acme.example/' || i AS url
        FROM range(5) AS n (i), (VALUES ('neither'), ('both')) AS c (cell)"""
    )
    return connection


def shown(con: duckdb.DuckDBPyConnection, claim: str) -> list[str]:
    text = io.StringIO()
    show_claim(con, claim, Console(file=text, width=60, force_terminal=False))
    return text.getvalue().splitlines()


def test_the_newest_of_each_cell_are_shown_with_their_addresses(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lines = shown(con, "c")
    start = next(i for i, line in enumerate(lines) if "it rests on" in line)
    assert "10 units" in lines[start]
    assert [line for line in lines[start:] if "https" not in line][-4:] == [
        "both · 2026-01-05 · Acme · Engineer 4",
        "both · 2026-01-04 · Acme · Engineer 3",
        "neither · 2026-01-05 · Acme · Engineer 4",
        "neither · 2026-01-04 · Acme · Engineer 3",
    ]
    assert lines[-1] == "  https://acme.example/3"


def test_a_claim_without_units_shows_none(con: duckdb.DuckDBPyConnection) -> None:
    assert not any("it rests on" in line for line in shown(con, "silent"))


def test_titles_do_not_steer_the_terminal(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "UPDATE out.claim_evidence SET title = chr(27) || '[31m[bold]red' || chr(8238), url = NULL"
    )
    text = "\n".join(shown(con, "c"))
    assert "[31m[bold]red" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
