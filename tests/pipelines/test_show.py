"""What the command line prints of a claim's evidence."""

from __future__ import annotations

import io
import json
from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from pipelines.defs.sources import summary
from pipelines.options import command, nearest
from pipelines.show import show_claim, show_outcome


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


def test_the_outcome_names_the_sources_that_are_not_well_and_the_folder_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "trial"
    (data / "published").mkdir(parents=True)
    failed = {
        "table": "core.postings",
        "check": "is_fresh",
        "observed": {"unexpected_count": 2, "element_count": 9},
        "guards": "A source that stopped, or one that serves an old copy of all that it ever had.",
    }
    states = {"ashby": "ok", "lever": "partial", "pwc": "ok"}
    run = {
        "as_of": "2026-06-30",
        "sources": {name: {"state": state} for name, state in states.items()},
        "checks": {"failed": [failed]},
    }
    (data / "published" / "run.json").write_text(json.dumps(run), encoding="utf-8")
    monkeypatch.setattr("pipelines.show.open_published", lambda _data: nullcontext(None))
    monkeypatch.setattr("pipelines.show.show_verdicts", lambda _con, _console: None)
    text = io.StringIO()
    show_outcome(data, Console(file=text, width=60, force_terminal=False))
    lines = text.getvalue().splitlines()
    assert lines[0] == "as of 2026-06-30 · 2 of 3 sources ok · lever: partial"
    assert all(line.startswith(" " * 8) for line in lines[2:4])
    assert lines[-2:] == [
        "To read it in a browser: hiring-signal report --open --data trial",
        "One claim in full: hiring-signal claims ID --data trial",
    ]


@pytest.mark.parametrize(
    ("called", "on_path", "line"),
    [
        (".venv/bin/hiring-signal", "", ".venv/bin/hiring-signal up"),
        ("bin/hiring-signal", "bin", "hiring-signal up"),
        (".venv/bin/hiring-signal", "bin", ".venv/bin/hiring-signal up"),
        ("/usr/bin/pytest", "", "hiring-signal up"),
    ],
)
def test_the_next_command_works_in_the_shell_of_this_one(
    called: str, on_path: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("bin", ".venv/bin"):
        program = tmp_path / folder / "hiring-signal"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / on_path) if on_path else "")
    monkeypatch.setattr("sys.argv", [called])
    assert command("up") == line


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("PAY", "; did you mean pay_both or pay_senior?"),
        ("hire_tf_decling", "; did you mean hire_tf_declining?"),
        ("zzz", ""),
    ],
)
def test_a_part_of_a_name_leads_to_those_that_have_it(word: str, said: str) -> None:
    assert nearest(word, ["pay_both", "pay_senior", "hire_tf_declining"]) == said


def test_sources_are_summed_up_by_what_came_of_them() -> None:
    assert summary({}) == ""
    assert summary({"asked": 1}) == "1 source asked"
    assert summary({"kept": 2, "asked": 24, "failed": 1}) == "24 sources asked, 1 failed, 2 kept"


def test_what_one_reads_first_of_a_claim_comes_first(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """ALTER TABLE out.claim_verdicts ADD COLUMN verdict VARCHAR DEFAULT 'supported';
        ALTER TABLE out.claim_verdicts ADD COLUMN finding VARCHAR DEFAULT 'More than one.'"""
    )
    names = [line.split()[0] for line in shown(con, "silent") if line.strip()]
    assert names == ["claim_id", "verdict", "finding", "unit", "is_sample"]
