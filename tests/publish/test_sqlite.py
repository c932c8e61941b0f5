"""The SQLite copy: the same rows, described, as Datasette and others open it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from datasette.app import Datasette

from tests.publish.tables import FORMULA_COMPANY, SCRIPT_TITLE
from warehouse.publish.snapshot import relations
from warehouse.publish.sqlite import write_metadata, write_sqlite


def query(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        return con.execute(sql).fetchall()


def test_it_holds_the_reports(published: Path) -> None:
    folder = (published / "published").resolve()
    path = folder / "reports.sqlite"
    csvs = {file.stem for file in (folder / "reports").glob("*.csv")}
    tables = {name for (name,) in query(path, "SELECT name FROM _tables")}
    assert tables == csvs
    rows = query(path, "SELECT name, n_rows FROM _tables")
    for name, n in rows:
        assert query(path, f"SELECT count(*) FROM {name}") == [(n,)]
    [texts] = query(
        path, "SELECT company, title, countries, posted_on, is_open FROM postings "
        "WHERE posting_id = 'ashby:board:0'"
    )  # fmt: skip
    # a text is a text here: no guard against formulas
    assert texts == (FORMULA_COMPANY, SCRIPT_TITLE, '["US","CA"]', "2026-03-01", 1)
    assert path.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        ("'a'", "TEXT", "a"),
        ("NULL::VARCHAR", "TEXT", None),
        ("42::BIGINT", "INTEGER", 42),
        (f"{2**127 - 1}::HUGEINT", "TEXT", f"{2**127 - 1}"),
        ("true", "INTEGER", 1),
        ("-1.25::DECIMAL(18, 2)", "REAL", -1.25),
        ("'nan'::DOUBLE", "REAL", None),
        ("'inf'::DOUBLE", "REAL", float("inf")),
        ("DATE '2026-03-01'", "TEXT", "2026-03-01"),
        ("TIMESTAMP '2026-03-01 06:05:04'", "TEXT", "2026-03-01T06:05:04Z"),
        ("TIMESTAMPTZ '2026-03-01 06:05:04+02'", "TEXT", "2026-03-01T04:05:04Z"),
        ("['x', 'y']", "TEXT", '["x","y"]'),
        ("{'a': 1}", "TEXT", '{"a":1}'),
        ("INTERVAL 2 DAY", "TEXT", "2 days"),
        ("'x' || chr(0) || 'y'", "TEXT", "x\0y"),
    ],
)  # fmt: skip
def test_values(tmp_path: Path, value: str, kind: str, kept: object) -> None:
    with duckdb.connect() as con:
        con.execute(f'CREATE SCHEMA out; CREATE TABLE out.t AS SELECT {value} AS "a ""b"')
        con.execute("COMMENT ON TABLE out.t IS 'A table'")
        assert write_sqlite(con, relations(con), tmp_path / "t.sqlite") == {"t": 1}
    assert query(tmp_path / "t.sqlite", 'SELECT "a ""b" FROM t') == [(kept,)]
    assert query(tmp_path / "t.sqlite", "SELECT name, type FROM _columns") == [('a "b', kind)]
    assert query(tmp_path / "t.sqlite", "SELECT * FROM _tables") == [("t", "A table", 1)]


def test_a_key_is_declared_where_the_rows_keep_to_it(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA out; CREATE TABLE out.claim_verdicts AS SELECT 'a' AS claim_id;"
            "CREATE TABLE out.source_health AS SELECT 'x' AS source, DATE '2026-01-01' AS "
            "observed_on FROM range(2)"
        )
        write_sqlite(con, relations(con), tmp_path / "t.sqlite")
    keys = {
        name: [
            row[1] for row in query(tmp_path / "t.sqlite", f"PRAGMA table_info({name})") if row[5]
        ]
        for name in ("claim_verdicts", "source_health")
    }
    assert keys == {"claim_verdicts": ["claim_id"], "source_health": []}


def test_the_same_tables_give_the_same_bytes(published: Path, tmp_path: Path) -> None:
    digests = set()
    path = published / "published" / "warehouse.duckdb"
    for name in ("a.sqlite", "b.sqlite"):
        with duckdb.connect(str(path), read_only=True) as con:
            write_sqlite(
                con, [one for one in relations(con) if one.schema == "out"], tmp_path / name
            )
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_datasette_opens_it_and_shows_what_it_means(published: Path, sample: Path) -> None:
    async def ask(folder: Path, *paths: str) -> list[Any]:
        datasette = Datasette(
            immutables=[str(folder / "reports.sqlite")],
            metadata=json.loads((folder / "metadata.json").read_text(encoding="utf-8")),
        )
        await datasette.invoke_startup()
        return [await datasette.client.get(path) for path in paths]

    folder = (published / "published").resolve()
    rows, page, home = asyncio.run(
        ask(
            folder,
            "/reports/claim_verdicts.json?_shape=array&verdict=contradicted",
            "/reports/pay_bands",
            "/",
        )
    )
    assert [row["claim_id"] for row in rows.json()] == ["pay_senior"]
    assert page.status_code == 200
    assert "A band | of a posting." in page.text
    assert "Lower end, as stated" in page.text
    assert "Hiring Signal reports" in home.text
    [home] = asyncio.run(ask((sample / "published").resolve(), "/"))
    assert "SAMPLE DATA" in home.text
    [page] = asyncio.run(ask(folder, "/reports/postings"))
    assert SCRIPT_TITLE not in page.text, "Datasette escapes what it shows"


def test_a_licence_is_told(tmp_path: Path) -> None:
    licence = {"name": "CC0-1.0", "title": "CC0", "path": "https://example.org/cc0"}
    write_metadata([], tmp_path / "metadata.json", is_sample=False, licence=licence)
    said = json.loads((tmp_path / "metadata.json").read_text())
    assert (said["license"], said["license_url"]) == ("CC0", "https://example.org/cc0")
