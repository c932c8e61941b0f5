"""Read-only SQL: what it answers, what it refuses, and what it can't be made to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.publish.tables import RUN, build, change, plain_page
from warehouse import query
from warehouse.publish import report
from warehouse.publish.swap import publish
from warehouse.query import (
    NothingPublishedError,
    QueryError,
    memory_bytes,
    open_published,
    run_query,
    statements,
    whole_file,
)


def _all(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return list(run_query(con, sql).rows)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM out.postings", [(40,)]),
        ("select 1;", [(1,)]),
        ("FROM out.mentions SELECT count(*)", [(40,)]),
        ("FROM roles SELECT count(*)", [(40,)]),  # only core has it
        (
            "SELECT table_schema FROM information_schema.tables WHERE table_name = 'roles'",
            [("core",)],
        ),
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


def test_a_bare_name_is_one_of_out_first(con: duckdb.DuckDBPyConnection) -> None:
    names = [column for column, *_ in _all(con, "DESCRIBE postings")]
    assert "title" in names
    assert "text" not in names, "that is core.postings"


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
    "SELECT * FROM read_duckdb('{file}')",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM which_secret('s3://bucket', 's3')",
    "SELECT * FROM disable_logging()",
    "SELECT * FROM query_table('{file}')",
    "SELECT * FROM query('SELECT 1; COPY out.postings TO ''{file}2'' ')",
    "SELECT * FROM sql_auto_complete('SEL')",  # in an extension
    "SELECT * FROM parquet_kv_metadata('{file}')",
    "SELECT * FROM python_map_function(1)",
    "SELECT * FROM arrow_scan(1, 2, 3)",
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
        ("SELECT * FROM raw.postings", "raw stays in the working copy"),
        ("SELECT * FROM postngs", 'Did you mean "postings"'),
        ("SELECT compny FROM postings", 'Candidate bindings: "company"'),
        ("SELECT p.titel FROM postings AS p", '"title"'),
        ("SELECT '\ud800'", "UTF-8"),
        ("SELECT * FROM read_text('x')", "reads the published tables and nothing else"),
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


# what each must end in: out of memory, out of time, or a limit of DuckDB's own
BOMBS = [
    "SELECT list(range) FROM range(10000000000)",
    "SELECT range(10000000000)",
    "SELECT generate_series(1, 100000000000)",
    "SELECT unnest(range(1000000000))",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) FROM t",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "+".join(["1"] * 20_000),
    "SELECT " + "(SELECT " * 600 + "1" + ")" * 600,
    "FROM range(100000000) AS a, range(100000) AS b ORDER BY random()",
    "SELECT quantile_cont(random(), 0.5) FROM range(3000000000)",
    "EXPLAIN ANALYZE FROM range(10000000) AS a, range(10000000) AS b SELECT sum(a.range)",
    "FROM repeat_row(1, num_rows = 100000000000)",
    "SELECT repeat('x', 4000000000)",
    "SELECT printf('%1000000000d', 1) || repeat('y', 1000000000)",
    "FROM repeat(repeat('x', 1000000), 100000000)",
    "SELECT array_to_string(list_transform(range(10000000), lambda x: repeat('x', 1000)), '')",
]
ROOM = """
import json, sys, time
from pathlib import Path
from warehouse import query
query.GRACE_S = 0.5 if len(sys.argv) == 4 else 30
query.confine("256MB")
with query.open_published(Path(sys.argv[1]), memory="256MB") as con:
    for sql in json.loads(sys.argv[2]):
        began, said = time.monotonic(), ""
        try:
            for _ in query.run_query(con, sql, 0.4, when_stuck=lambda: query.abandon(9)).rows:
                pass
        except query.QueryError as error:
            said = str(error)
        goes_on = list(query.run_query(con, "SELECT 1").rows) == [(1,)]
        print(json.dumps([sql[:60], said, time.monotonic() - began, goes_on]), flush=True)
[peak] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(int(peak.split()[1]) // 1024)
"""


def _in_a_room(
    data: Path, temporary: Path, bombs: list[str], *more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ROOM, str(data), json.dumps(bombs), *more],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems enforce no limit")


@ON_LINUX
def test_bombs_go_off_in_a_small_room(data: Path, tmp_path: Path) -> None:
    done = _in_a_room(data, tmp_path, BOMBS)
    assert done.returncode == 0, done.stdout + done.stderr
    *ends, peak_mb = done.stdout.splitlines()
    for sql, said, seconds, goes_on in map(json.loads, ends):
        assert said, sql
        assert len(said) < 2_100, sql
        assert "SET " not in said, f"{sql}: advice that can't be followed"
        assert seconds < 15, sql
        assert goes_on, sql
    assert len(ends) == len(BOMBS)
    assert int(peak_mb) < 2_000
    assert list(tmp_path.iterdir()) == []


STUCK = [
    "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))",
    "WITH a0 AS (SELECT 1 AS c), "
    + ", ".join(f"a{n} AS (SELECT * FROM a{n - 1} AS x, a{n - 1} AS y)" for n in range(1, 26))
    + " SELECT count(*) FROM a25",
]


@ON_LINUX
@pytest.mark.parametrize("sql", STUCK)
def test_a_query_that_does_not_stop_is_ended_with_its_process(
    data: Path, tmp_path: Path, sql: str
) -> None:
    began = time.monotonic()
    done = _in_a_room(data, tmp_path, [sql], "with a short grace")
    assert done.returncode == 9, done.stdout + done.stderr
    assert time.monotonic() - began < 20
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2GB", 2 * 10**9), ("1.5 GiB", 3 * 2**29), ("500mb", 500 * 10**6), ("64MB", 64 * 10**6)],
)
def test_amounts_of_memory(text: str, amount: int) -> None:
    assert memory_bytes(text) == amount


@pytest.mark.parametrize("text", ["", "2", "GB", "-1GB", "2 gigs", "1MB", "nanGB", "1e9GB"])
def test_what_is_no_amount_of_memory(text: str) -> None:
    with pytest.raises(ValueError, match=r"64MB|500MB"):
        memory_bytes(text)


def test_memory_that_is_short_is_made_up_for_on_disk(data: Path) -> None:
    sorting = (
        "SELECT max(x) FROM (SELECT hash(range) AS x FROM range(20000000) ORDER BY x OFFSET 9)"
    )
    with open_published(data, memory="64MB") as con:
        [(folder,)] = _all(con, "SELECT current_setting('temp_directory')")
        assert Path(folder).stat().st_mode & 0o077 == 0, "nobody else reads it"
        watched: list[int] = []
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.02):
                watched.append(sum(1 for _ in Path(folder).iterdir()))

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert _all(con, sorting)
        is_over.set()
        watcher.join()
    assert max(watched) > 0
    assert list(Path(folder).iterdir()) == []


def test_a_script_is_taken_apart(con: duckdb.DuckDBPyConnection) -> None:
    found = statements(con, "SELECT ';' AS a; -- one\nSELECT 2")
    assert [_all(con, sql) for sql in found] == [[(";",)], [(2,)]]


def test_a_file_is_there_in_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_text("before")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines(["half", None])  # type: ignore[list-item]
    assert path.read_text() == "before"
    with whole_file(path) as file:
        file.write("after\n")
    assert path.read_text() == "after\n"
    assert [one.name for one in tmp_path.iterdir()] == ["answer.csv"]
    with pytest.raises(QueryError, match="can't be written"), whole_file(tmp_path / "no" / "x"):
        pass


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


READER = """
import sys, duckdb
path = sys.argv[1]
old = duckdb.connect(path, read_only=True)
titles = "SELECT count(DISTINCT title) FROM out.postings"
while line := sys.stdin.readline().strip():
    if line == "reopen":
        old.close()
        old = duckdb.connect(path, read_only=True)
    print(old.execute(titles).fetchall()[0][0], flush=True)
"""


def test_any_client_in_another_process_reads_while_runs_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    working = build(tmp_path / "warehouse.duckdb")
    publish(working, tmp_path, RUN)
    published = tmp_path / "published" / "warehouse.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(READER), str(published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdin
        assert reader.stdout

        def asked(line: str) -> int:
            reader.stdin.write(line + "\n")
            reader.stdin.flush()
            return int(reader.stdout.readline())

        assert asked("again") == 40
        with duckdb.connect(str(working)) as writer:
            writer.execute("BEGIN")
            writer.execute("UPDATE out.postings SET title = 'the same'")
            assert asked("again") == 40, "a run holds the working file"
            assert asked("reopen") == 40
            writer.execute("COMMIT")
        publish(working, tmp_path, RUN)
        assert asked("again") == 40, "an open connection keeps its publication"
        assert asked("reopen") == 1, "a new one sees the new"
        reader.stdin.close()
    assert reader.returncode == 0


def test_the_published_file_is_writable_for_nobody(data: Path) -> None:
    path = (data / "published" / "warehouse.duckdb").resolve()
    assert path.stat().st_mode & 0o222 == 0


def test_reads_while_the_working_file_is_written(data: Path) -> None:
    with duckdb.connect(str(data / "warehouse.duckdb")) as writer:
        writer.execute("BEGIN")
        writer.execute("CREATE TABLE raw.more AS SELECT 1 AS one")
        with open_published(data) as con:
            assert _all(con, "SELECT count(*) FROM out.postings") == [(40,)]
        writer.execute("ROLLBACK")


def test_two_connections_at_a_time(data: Path) -> None:
    with open_published(data) as one, open_published(data) as other:
        rows = run_query(one, "SELECT range FROM range(5000)").rows
        next(rows)
        assert _all(other, "SELECT count(*) FROM out.postings") == [(40,)]
        assert sum(1 for _ in rows) == 4999


def test_no_progress_bar_is_drawn_into_the_rows(data: Path) -> None:
    # `python -c` passes for a person at a prompt, for whom DuckDB draws one on standard output
    script = """
import sys
from pathlib import Path
from warehouse.query import open_published, run_query
for _ in range(2):
    with open_published(Path(sys.argv[1])) as con, open_published(Path(sys.argv[1])) as other:
        for each in (con, other):
            print(*run_query(each, "SELECT current_setting('enable_progress_bar')").rows)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(data)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["(False,)"] * 4
