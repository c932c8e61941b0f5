"""The prompt: commands, completion, history."""

from __future__ import annotations

import io
import json
from pathlib import Path

import duckdb
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from warehouse import examples, shell
from warehouse.query import open_published, run_query


def _typed(con: duckdb.DuckDBPyConnection, history: Path, keys: str) -> str:
    """What the prompt answers to the keys typed, then an end of input."""
    stream = io.StringIO()
    with (
        create_pipe_input() as pipe,
        create_app_session(input=pipe, output=DummyOutput()),
    ):
        pipe.send_text(keys + "\x04")
        shell.prompt(con, stream=stream, history=history)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        ("SELECT 41 + 1 AS n;\r", ["42", "1 row"]),
        ("SELECT 41\r+ 1 AS n;\r", ["42"]),
        ("\\format json\rSELECT 1 AS n;\r", ['{"n": 1}']),
        ("\\format csv\rSELECT 1 AS n;\r", ["n\n1\n"]),
        ("\\format xml\r", ["no format xml: table, csv, json"]),
        ("\\d\r", ["out.pay_bands", "A band | of a posting."]),
        ("\\d pay_bands\r", ["pay_min", "DECIMAL(18,2)", "Lower end, as stated"]),
        ("\\d core.postings\r", ["text"]),
        ("\\d ROLES;\r", ["core.roles", "role_id"]),
        ("\\d nowhere\r", ["no table out.nowhere"]),
        ("\\d open_postings\r", ["Adverts that are open.", "Title as served"]),
        ("\\d+ open_postings\r", ["CREATE VIEW", "WHERE is_open", "holds 20 rows"]),
        (
            "\\d+ pay_bands\r",
            ["NULL %", "33.3", "-1.00", "100000.00", "2026-03-01 06:00:00", "holds 3 rows"],
        ),
        ("\\d\r", ["out.open_since(day)", "macro", "Adverts since a day."]),
        ("\\d open_since\r", ["FROM out.open_since(day)", "posting_id", "VARCHAR"]),
        ("\\d+ out.open_since(day)\r", ["posted_on + 0"]),
        ("\\d out.twice\r", ["SELECT out.twice(x)"]),
        ("FROM open_since(DATE '2026-02-28');\r", ["2 rows"]),
        ("\\x\rSELECT 1 AS n;\r", ["rows as records: on", "row 1", "n  1"]),
        ("\\x\r\\x\r", ["rows as records: off"]),
        ("\\y\r", ["no command \\y"]),
        ("\\?\r", ["Ctrl-C", "\\format NAME", "\\examples"]),
        ("help\r", ["Ctrl-C"]),
        (".tables\r", ["out.pay_bands"]),
        (".mode csv\r", ["no command .mode csv"]),
        ("\\examples pay\r", ["Median stated pay", "examples N runs one"]),
        ("\\examples nonsense\r", ["no example about nonsense"]),
        ("\\examples 999\r", ["no example 999"]),
        ("SELECT chr(27) || '[31m' || 'x' AS v;\r", ["\N{REPLACEMENT CHARACTER}[31mx"]),
        ("SELECT (chr(27) || '[31m')::INTEGER;\r", ["\N{REPLACEMENT CHARACTER}[31m"]),
        ("SELEC 1;\rSELECT 7 AS n;\r", ["syntax error", "7"]),
        ("DROP TABLE out.postings;\r", ["only reading statements"]),
        ("\r", []),
    ],
)
def test_prompt_answers(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, keys: str, answers: list[str]
) -> None:
    text = _typed(con, tmp_path / "state" / "history", keys)
    assert all(answer in text for answer in answers), text
    assert "Traceback" not in text
    assert "\x1b" not in text
    assert "\f" not in text


@pytest.mark.parametrize("leave", ["\\q\r", "exit\r", "quit;\r"])
def test_prompt_is_left(con: duckdb.DuckDBPyConnection, tmp_path: Path, leave: str) -> None:
    assert "43" not in _typed(con, tmp_path / "history", leave + "SELECT 43 AS n;\r")


def test_ctrl_c_drops_the_line(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = _typed(con, tmp_path / "history", "SELECT 43\x03SELECT 44 AS n;\r")
    assert "44" in text
    assert "43" not in text


def test_history_is_kept(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    history = tmp_path / "state" / "sql_history"
    _typed(con, history, "SELECT 1 AS n;\r")
    assert "SELECT 1 AS n;" in history.read_text()


def test_history_lies_in_the_state_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert shell.history_path() == tmp_path / "hiring-signal" / "sql_history"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shell.history_path() == tmp_path / ".local/state/hiring-signal/sql_history"


def test_history_is_for_the_user_alone(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    history = tmp_path / "state" / "sql_history"
    _typed(con, history, "SELECT 1 AS n;\r")
    assert history.stat().st_mode & 0o077 == 0


def test_a_prompt_without_a_place_for_history(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert "42" in _typed(con, tmp_path / "file" / "history", "SELECT 42 AS n;\r")


def test_the_next_answer_goes_to_a_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "two words.json"
    keys = f"\\o {path}\rSELECT 43 AS n;\rSELECT 44 AS n;\r"
    text = _typed(con, tmp_path / "history", keys)
    assert json.loads(path.read_text()) == [{"n": 43}]
    assert "43" not in text.replace(str(path), "")
    assert "44" in text
    text = _typed(con, tmp_path / "history", "\\o /no/such/folder/x.csv\rSELECT 45 AS n;\r")
    assert "can't be written" in text


def test_an_example_is_run(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "## Group\n### A question\nWhat it tells.\n```sql\nSELECT 40 + 2 AS n\n```\n"
    monkeypatch.setattr(shell, "examples", lambda: examples.parse(page))
    text = _typed(con, tmp_path / "history", "\\examples\r\\examples 1\r")
    assert "A question" in text
    assert "What it tells." in text
    assert "42" in text


def test_a_query_over_a_limit_costs_its_connection_and_no_more(data: Path, tmp_path: Path) -> None:
    opened = []

    def reopen() -> duckdb.DuckDBPyConnection:
        opened.append(open_published(data))
        return opened[-1]

    stream = io.StringIO()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("FROM range(100000000000) SELECT sum(range);\rSELECT 41 + 1 AS n;\r\x04")
        shell.prompt(
            open_published(data), stream=stream, history=tmp_path / "h", timeout_s=0.2,
            reopen=reopen,
        )  # fmt: skip
    assert "stopped after 0.2 s" in stream.getvalue()
    assert "42" in stream.getvalue()
    assert len(opened) == 1
    with pytest.raises(duckdb.ConnectionException):
        opened[0].execute("SELECT 1")


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("SELECT * FROM pay_b", ["out.pay_bands"], []),
        ("SELECT * FROM core.pos", ["core.postings"], []),
        ("SELECT * FROM ", ["out.postings", "core.roles", "out.open_since("], ["title", "select"]),
        ("FROM postings JOIN ", ["out.pay_bands"], ["title"]),
        ("FROM postings p, ", ["out.pay_bands"], ["title"]),
        ("SELECT provenan", ["provenance"], []),
        ("FROM pay_bands SELECT p", ["provenance", "pay_min"], ["period_start"]),
        ("FROM pay_bands AS b SELECT b.pay_m", ["b.pay_min", "b.pay_max"], []),
        ("FROM out.pay_bands SELECT pay_bands.ev", ["pay_bands.evidence"], []),
        ("SELE", ["select"], []),
        ("SELECT quantile_c", ["quantile_cont("], []),
        ("\\d out.pap", ["out.paper_share_by_year"], []),
        ("\\d open_s", ["out.open_since"], []),
        ("\\f", ["\\format"], ["\\d"]),
        ("\\format j", ["json"], ["csv"]),
        ("SELECT ", [], ["select"]),
    ],
)
def test_completion(
    con: duckdb.DuckDBPyConnection, text: str, some: list[str], none: list[str]
) -> None:
    found = {one.text for one in shell.SqlCompleter(con).get_completions(Document(text), None)}
    assert set(some) <= found
    assert not found & set(none)
    if not some:
        assert not found


def test_columns_of_a_table_that_is_named_later(con: duckdb.DuckDBPyConnection) -> None:
    document = Document("SELECT ev FROM pay_bands", cursor_position=len("SELECT ev"))
    found = [one.text for one in shell.SqlCompleter(con).get_completions(document, None)]
    assert found[0] == "evidence"


def test_figures_of_a_table_without_rows(con: duckdb.DuckDBPyConnection) -> None:
    [relation] = [one for one in shell.relations(con) if one.label == "out.mentions"]
    assert len(list(run_query(con, shell._figures_of(relation)).rows)) == len(relation.columns)
