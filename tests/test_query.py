"""Read-only SQL: what it answers, what it refuses, and how it writes."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.publish.tables import FORMULA_COMPANY, RUN, build, change, plain_page
from warehouse import query
from warehouse.publish import report
from warehouse.publish.swap import publish
from warehouse.query import (
    FORMATS,
    NothingPublishedError,
    QueryError,
    Result,
    open_published,
    run_query,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "render_report", plain_page)
        publish(build(folder / "warehouse.duckdb"), folder, RUN)
    return folder


@pytest.fixture
def con(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(data) as opened:
        yield opened


def _all(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return list(run_query(con, sql).rows)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM out.postings", [(40,)]),
        ("select 1;", [(1,)]),
        ("FROM out.mentions SELECT count(*)", [(40,)]),
        ("WITH a AS (SELECT 2 AS b) SELECT b FROM a", [(2,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
        ("SELECT 1 WHERE false", []),
        ("SELECT max(title) FROM out.open_postings", [("Engineer 8",)]),
        ("SELECT count(*) FROM core.postings WHERE text LIKE '%PyTorch%'", [(40,)]),
        ("-- a remark\nSELECT 3", [(3,)]),
        ("SELECT provenance FROM out.pay_bands WHERE pay_min > 0", [("structured",)]),
        (
            "PIVOT (SELECT is_open, 1 AS one FROM out.postings) ON is_open USING count(*)",
            [(1, 20, 20)],
        ),
    ],
)
def test_reading(con: duckdb.DuckDBPyConnection, sql: str, rows: list[tuple[Any, ...]]) -> None:
    assert _all(con, sql) == rows


@pytest.mark.parametrize("sql", ["DESCRIBE out.postings", "SHOW ALL TABLES", "SUMMARIZE out.roles",
                                 "EXPLAIN SELECT 1"])  # fmt: skip
def test_looking_around(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    if "roles" in sql:
        sql = "SUMMARIZE core.roles"
    assert _all(con, sql)


REFUSED = [
    "INSERT INTO out.mentions FROM out.mentions",
    "UPDATE out.postings SET title = 'x'",
    "DELETE FROM out.postings",
    "DROP TABLE out.postings",
    "CREATE TABLE out.x AS SELECT 1 AS one",
    "CREATE TEMP TABLE x AS SELECT 1 AS one",
    "CREATE MACRO m() AS 1",
    "ALTER TABLE out.postings ADD x INTEGER",
    "COMMENT ON TABLE out.postings IS 'x'",
    "COPY out.postings TO '{file}'",
    "COPY out.postings FROM '{file}'",
    "EXPORT DATABASE '{file}'",
    "IMPORT DATABASE '{file}'",
    "ATTACH '{file}'",
    "DETACH warehouse",
    "USE core",
    "INSTALL httpfs",
    "LOAD json",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET VARIABLE x = 1",
    "RESET threads",
    "PRAGMA threads = 1",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_statements_that_do_not_read_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, sql: str
) -> None:
    file = tmp_path / "file"
    with pytest.raises(QueryError, match="only reading statements are allowed"):
        run_query(con, sql.format(file=file))
    assert not file.exists()
    assert _all(con, "SELECT count(*) FROM out.postings") == [(40,)]


ESCAPES = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM parquet_metadata('{file}')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_text('https://example.org/')",
    "SELECT getenv('HOME')",
    "SELECT * FROM query('COPY out.postings TO ''{file}2''')",
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{folder}')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM a_python_frame",
    "EXPLAIN ANALYZE COPY out.postings TO '{file}2'",
    "EXPLAIN ANALYZE INSERT INTO out.mentions FROM out.mentions",
    "WITH i AS (INSERT INTO out.mentions FROM out.mentions RETURNING 1) SELECT * FROM i",
    "SELECT * FROM force_checkpoint()",
]


@pytest.mark.parametrize("sql", ESCAPES)
def test_reading_statements_reach_no_further_than_the_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    frame = duckdb.sql("SELECT 1 AS one").df()
    monkeypatch.setattr(query, "a_python_frame", frame, raising=False)  # where DuckDB would look
    file = tmp_path / "file.csv"
    file.write_text("secret\n1\n")
    with pytest.raises(QueryError):
        _all(con, sql.format(file=file, folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "this holds 0"),
        ("-- nothing", "this holds 0"),
        ("SELECT 1; SELECT 2", "this holds 2"),
        ("SELECT 1; DROP TABLE out.postings", "this holds 2"),
        ("SELEC 1", "syntax error"),
        ("SELECT no_such_column FROM out.postings", "no_such_column"),
        ("SELECT * FROM raw.postings", "does not exist"),
        ("SELECT 'x'::INTEGER", "Could not convert"),
    ],
)
def test_faults_are_told_in_words(con: duckdb.DuckDBPyConnection, sql: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        _all(con, sql)


ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
LONG = "SELECT range FROM range(100000000000)"


@pytest.mark.parametrize("sql", [ENDLESS, LONG])
def test_time_limit(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after 0\.3 s"):
        for _ in run_query(con, sql, 0.3).rows:
            pass
    assert time.monotonic() - began < 5
    assert _all(con, "SELECT 1") == [(1,)], "the connection goes on"


def test_a_slow_reader_is_not_timed_out(con: duckdb.DuckDBPyConnection) -> None:
    rows = run_query(con, "SELECT range FROM range(5000)", 0.4).rows
    next(rows)
    time.sleep(0.6)
    assert sum(1 for _ in rows) == 4999


def test_rows_stream(con: duckdb.DuckDBPyConnection) -> None:
    began = time.monotonic()
    rows = run_query(con, "SELECT repeat('x', 1000) FROM range(100000000)").rows
    assert len(next(rows)[0]) == 1000
    assert time.monotonic() - began < 5, "100 GB would not be there so soon"


def test_nothing_published(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="hiring-signal run"):
        open_published(tmp_path)


def test_works_while_a_run_swaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    working = build(tmp_path / "warehouse.duckdb")
    publish(working, tmp_path, RUN, keep=1)
    is_over = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not is_over.is_set():
            with open_published(tmp_path) as con:
                seen.extend(n for (n,) in _all(con, "SELECT count(*) FROM out.postings"))

    reader = threading.Thread(target=read)
    reader.start()
    with open_published(tmp_path) as old, duckdb.connect(str(tmp_path / "other.duckdb")):
        for number in range(3):
            change(working, f"UPDATE out.postings SET title = '{number}'")
            publish(working, tmp_path, RUN, keep=1)
        assert _all(old, "SELECT count(DISTINCT title) FROM out.postings") == [(40,)]
    is_over.set()
    reader.join()
    assert len(seen) > 3
    assert set(seen) == {40}


def test_reads_while_the_working_file_is_written(data: Path) -> None:
    with duckdb.connect(str(data / "warehouse.duckdb")) as writer:
        writer.execute("BEGIN")
        writer.execute("CREATE TABLE raw.more AS SELECT 1 AS one")
        with open_published(data) as con:
            assert _all(con, "SELECT count(*) FROM out.postings") == [(40,)]
        writer.execute("ROLLBACK")


VALUES = """
SELECT * FROM (VALUES
    ('plain', 1, 1.50::DECIMAL(18, 2), 0.25::DOUBLE, true, DATE '2026-03-01',
        TIMESTAMP '2026-03-01 06:05:04', ['a', '=b'], {'k': 1}),
    ('=1+1', -2, -3.00, 'inf', false, NULL, NULL, NULL, NULL)
) AS t (text, number, money, ratio, flag, day, instant, list, record)
"""


def _written(con: duckdb.DuckDBPyConnection, name: str, sql: str) -> str:
    stream = io.StringIO()
    FORMATS[name](run_query(con, sql), stream)
    return stream.getvalue()


def test_csv(con: duckdb.DuckDBPyConnection) -> None:
    rows = list(csv.reader(io.StringIO(_written(con, "csv", VALUES))))
    assert rows == [
        ["text", "number", "money", "ratio", "flag", "day", "instant", "list", "record"],
        ["plain", "1", "1.50", "0.25", "true", "2026-03-01", "2026-03-01T06:05:04Z",
         '["a", "=b"]', '{"k": 1}'],
        ["'=1+1", "-2", "-3.00", "INF", "false", "", "", "", ""],
    ]  # fmt: skip


def test_json(con: duckdb.DuckDBPyConnection) -> None:
    assert json.loads(_written(con, "json", VALUES)) == [
        {
            "text": "plain", "number": 1, "money": 1.5, "ratio": 0.25, "flag": True,
            "day": "2026-03-01", "instant": "2026-03-01T06:05:04Z", "list": ["a", "=b"],
            "record": {"k": 1},
        },
        {
            "text": "=1+1", "number": -2, "money": -3, "ratio": None, "flag": False, "day": None,
            "instant": None, "list": None, "record": None,
        },
    ]  # fmt: skip


def test_json_of_nothing_and_of_twins(con: duckdb.DuckDBPyConnection) -> None:
    assert json.loads(_written(con, "json", "SELECT 1 AS a WHERE false")) == []
    assert json.loads(_written(con, "json", "SELECT 1 AS a, 2 AS a")) == [{"a": 1, "a_2": 2}]


def test_instants_are_utc_whatever_the_machine(con: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT TIMESTAMPTZ '2026-03-01 06:05:04+02' AS t"
    assert json.loads(_written(con, "json", sql)) == [{"t": "2026-03-01T04:05:04Z"}]


def test_two_connections_at_a_time(data: Path) -> None:
    with open_published(data) as one, open_published(data) as other:
        rows = run_query(one, "SELECT range FROM range(5000)").rows
        next(rows)
        assert _all(other, "SELECT count(*) FROM out.postings") == [(40,)]
        assert sum(1 for _ in rows) == 4999


def test_table(con: duckdb.DuckDBPyConnection) -> None:
    text = _written(con, "table", "SELECT 1 AS one, 'x' AS word UNION ALL SELECT 22, NULL")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[0].split() == ["one", "word"]
    assert [line.split() for line in lines[2:4]] == [["1", "x"], ["22"]]
    assert lines[-1] == "2 rows"


def test_a_long_table_says_that_there_is_more(con: duckdb.DuckDBPyConnection) -> None:
    text = _written(con, "table", "SELECT range AS n FROM range(100000000)")
    assert "the first 200 rows" in text
    assert len(text.splitlines()) < 220


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b[31mred", "\u202egnp.exe", "\x9b31m", "[bold]x"])
def test_a_terminal_obeys_nothing_in_a_table(hostile: str) -> None:
    stream = io.StringIO()
    FORMATS["table"](Result((hostile,), iter([(hostile,), (["ok", hostile],)])), stream)
    text = stream.getvalue()
    assert not set(text) & set("\x1b\x9b\u202e")
    assert ("[bold]x" in text) is (hostile == "[bold]x")


def test_formulas_in_csv_of_a_query(con: duckdb.DuckDBPyConnection) -> None:
    text = _written(con, "csv", "SELECT company FROM out.postings WHERE posting_id LIKE '%:0'")
    assert list(csv.reader(io.StringIO(text)))[1] == [f"'{FORMULA_COMPANY}"]


def _typed(con: duckdb.DuckDBPyConnection, history: Path, keys: str) -> str:
    """What the prompt answers to the keys typed, then an end of input."""
    stream = io.StringIO()
    with (
        create_pipe_input() as pipe,
        create_app_session(input=pipe, output=DummyOutput()),
    ):
        pipe.send_text(keys + "\x04")
        query.prompt(con, stream=stream, history=history)
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
        ("\\d nowhere\r", ["no table out.nowhere"]),
        ("\\x\r", ["no command \\x"]),
        ("\\?\r", ["Ctrl-C"]),
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
    assert query.history_path() == tmp_path / "hiring-signal" / "sql_history"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert query.history_path() == tmp_path / ".local/state/hiring-signal/sql_history"


@pytest.mark.parametrize(
    ("text", "completions"),
    [
        ("SELECT * FROM pay_b", ["out.pay_bands"]),
        ("SELECT * FROM core.pos", ["core.postings"]),
        ("SELECT provenan", ["provenance"]),
        ("SELE", ["select"]),
        ("\\d out.pap", ["out.paper_share_by_year"]),
        ("\\f", ["\\format"]),
        ("\\format j", ["json"]),
        ("SELECT ", []),
    ],
)
def test_completion(con: duckdb.DuckDBPyConnection, text: str, completions: list[str]) -> None:
    found = query._Completer(con).get_completions(Document(text), None)
    assert [one.text for one in found] == completions
