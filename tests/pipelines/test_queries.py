"""The documented queries, the notebook and other processes, on the published sample market."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.pipelines.conftest import ON_SAMPLE, Command
from warehouse.examples import Example, examples
from warehouse.publish.snapshot import relations
from warehouse.query import open_published, run_query
from warehouse.shell import macros

DOCS = Path(__file__).parents[2] / "docs"
_NAME = re.compile(r"\b(?:out|core)\.\w+")


def test_every_query_of_the_page_is_an_example() -> None:
    page = (DOCS / "queries.md").read_text(encoding="utf-8")
    assert len(examples()) == page.count("```sql") >= 30
    assert all(one.group and one.note for one in examples())
    assert all(_NAME.search(one.sql) for one in examples())


@ON_SAMPLE
@pytest.mark.parametrize("example", examples(), ids=lambda one: one.title)
def test_a_documented_query_has_an_answer(sample: Path, example: Example) -> None:
    with open_published(sample) as con:
        known = {one.label for one in relations(con)} | {one.label for one in macros(con)}
        missing = set(_NAME.findall(example.sql)) - known
        if missing:
            pytest.skip(f"not in this publication: {', '.join(sorted(missing))}")
        rows = list(run_query(con, example.sql).rows)
    assert rows or example.may_be_empty
    assert not rows or any(value is not None for value in rows[0])


@ON_SAMPLE
@pytest.mark.skipif(
    importlib.util.find_spec("marimo") is None, reason="marimo (the extra notebook) is not here"
)
def test_the_notebook_runs(sample: Path) -> None:
    script = """
import sys, json, importlib
sys.path.insert(0, sys.argv[1])
_, found = importlib.import_module("start").app.run()
print(json.dumps({name: len(found[name]) for name in ("tables", "ratio", "pay", "as_of")}
                 | {"chart": len(found["chart"].to_json()), "is_sample": bool(found["is_sample"])}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(DOCS / "notebooks")],
        env={**os.environ, "HIRING_SIGNAL_DATA": str(sample)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said.pop("is_sample") is True
    assert all(said.values()), said


@ON_SAMPLE
def test_parquet_copies_hold_the_tables_of_the_sample_market(sample: Path) -> None:
    published = sample / "published"
    said = json.loads((published / "run.json").read_text())["parquet"]
    assert {"parquet/postings.parquet", "parquet/roles.parquet"} <= set(said)
    with duckdb.connect(str(published / "warehouse.duckdb"), read_only=True) as con:
        for name, of in said.items():
            assert (published / name).stat().st_size == of["bytes"]
            [(rows,)] = con.execute(f"SELECT count(*) FROM {of['table']}").fetchall()
            copied = f"read_parquet('{published / name}')"
            columns = ", ".join(
                f'"{column}"' for column, *_ in con.execute(f"DESCRIBE FROM {copied}").fetchall()
            )
            table = f"SELECT {columns} FROM {of['table']}"
            assert con.execute(f"FROM {copied} EXCEPT ALL {table}").fetchall() == []
            assert con.execute(f"{table} EXCEPT ALL FROM {copied}").fetchall() == []
            assert rows == of["rows"]


@ON_SAMPLE
@pytest.mark.parametrize(
    ("words", "status", "stdout", "stderr"),
    [
        (
            ["SELECT count(*) > 5000 AS many FROM postings", "--format", "csv"],
            0,
            "many\ntrue\n",
            "",
        ),
        (["SELECT 1 AS a; SELECT 2 AS b"], 0, "b", ""),
        (["SELECT 1; SELECT 2", "--format", "csv"], 1, "", "holds 2"),
        (["FROM postngs"], 1, "", 'Did you mean "postings"'),
        (["SELECT '[/red]\x1b[31m'::INTEGER"], 1, "", "'[/red]\N{REPLACEMENT CHARACTER}[31m'"),
        (["SELECT 1", "--memory", "lots"], 2, "", "500MB"),
        (["SELECT 1", "--file", "/etc/passwd"], 2, "", "either"),
        (["SELECT 1", "--timeout", "0"], 2, "", "timeout"),
    ],
)
def test_the_command_sql(
    sample: Path, command: Command, words: list[str], status: int, stdout: str, stderr: str
) -> None:
    done = command("sql", *words, "--data", sample)
    assert done.returncode == status, done.stderr
    assert stdout in done.stdout
    assert stderr in done.stderr
    assert "\x1b[31m" not in done.stderr
    assert "Traceback" not in done.stderr


@ON_SAMPLE
def test_sql_from_files_and_into_files(sample: Path, command: Command, tmp_path: Path) -> None:
    question = tmp_path / "question.sql"
    question.write_text("\ufeffSELECT count(*) AS n FROM out.claim_verdicts;\n", encoding="utf-8")
    answer = tmp_path / "answer.json"
    done = command("sql", "--file", question, "--output", answer, "--data", sample)
    assert done.returncode == 0, done.stderr
    [row] = json.loads(answer.read_text())
    assert row["n"] >= 12
    piped = command("sql", "--format", "json", "--data", sample, stdin=question.read_bytes())
    assert json.loads(piped.stdout) == [row]
    for odd, reason in ((b"\xff\xfe", "UTF-8"), (b" " * 1_000_001, "over 1 MB"), (b"", "holds 0")):
        done = command("sql", "--data", sample, stdin=odd)
        assert (done.returncode, reason in done.stderr) == (1, True), done.stderr
    failed = command("sql", "SELECT 'x'::INTEGER", "--output", answer, "--data", sample)
    assert failed.returncode == 1
    assert json.loads(answer.read_text()) == [row], "a failed query leaves the file as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "question.sql"]


@ON_SAMPLE
def test_a_query_out_of_control_is_ended_and_leaves_nothing(
    sample: Path,
    command: Command,
    home: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setitem(home, "TMPDIR", str(temporary))
    # one call of a function: DuckDB can't interrupt it
    endless = "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))"
    answer = tmp_path / "answer.csv"
    done = command("sql", endless, "--timeout", "0.5", "--output", answer, "--data", sample)
    assert done.returncode == 1
    assert "would not stop" in done.stderr
    assert list(temporary.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]
