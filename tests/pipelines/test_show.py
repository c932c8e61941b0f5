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
        CREATE TABLE out.claim_parts AS
        SELECT 'c' AS claim_id, part, i AS part_no, 'ratio' AS unit, 1.5 AS estimate,
            1.25 AS ci_low, NULL::DOUBLE AS ci_high,
            CASE WHEN i = 1 THEN 'above 1' END AS condition,
            CASE WHEN i = 1 THEN 'supported' END AS verdict, 'one: 40 roles' AS sides
        FROM (VALUES (1, 'first'), (2, 'second')) AS p (i, part);
        CREATE TABLE out.claim_versions AS
        SELECT 'c' AS claim_id, 1 AS claim_version, DATE '2026-02-03' AS superseded_on,
            'it was [red]vague' AS superseded_because, 'contradicted' AS verdict,
            0.5 AS estimate, 0.25 AS ci_low, 0.75 AS ci_high, NULL AS reason;
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


def test_parts_and_earlier_versions_are_shown(con: duckdb.DuckDBPyConnection) -> None:
    text = " ".join(shown(con, "c"))
    for word in ("first", "second", "supported", "reported", "above 1"):
        assert word in text
    said = "By version 1 of the rule (until 2026-02-03: it was [red]vague): contradicted"
    assert said in " ".join(text.split())
    assert "By version" not in " ".join(shown(con, "silent"))


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
