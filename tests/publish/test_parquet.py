"""Parquet copies: which tables have one, and that pandas and pyarrow read what DuckDB holds."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.publish.parquet import with_a_copy, write_parquet
from warehouse.publish.snapshot import relations

TABLES = """
CREATE SCHEMA core;
CREATE SCHEMA out;
CREATE TABLE out.postings AS SELECT * FROM (VALUES
    ('b:2', DATE '2026-03-01', true, ['US', 'CA'], 0.10::DECIMAL(18, 2), 7::BIGINT,
        TIMESTAMP '2026-03-01 06:05:04', 1.5::DOUBLE, 170141183460469231731687303715884105727),
    ('a:1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('c:3', DATE '1999-12-31', false, [], 99999999.99, -1, NULL, 'nan', 0)
) AS t (posting_id, posted_on, is_us, countries, pay_min, n, seen_at, ratio, hashed);
UPDATE out.postings SET hashed = NULL WHERE hashed > 0;
CREATE TABLE core.postings AS SELECT posting_id, 'long' AS text FROM out.postings;
CREATE TABLE core.roles AS SELECT 'r' AS role_id;
CREATE TABLE core.texts AS SELECT 'p' AS posting_id, 'long' AS text;
CREATE TABLE core.facts AS SELECT 'f' AS posting_id;
CREATE TABLE out.claim_verdicts AS SELECT 'c' AS claim_id;
CREATE VIEW out.newest_postings AS SELECT posting_id, 1 AS rank FROM out.postings;
CREATE VIEW out.claim_evidence AS SELECT 'c' AS claim_id, posting_id FROM out.postings;
COMMENT ON TABLE out.postings IS 'SAMPLE DATA, generated, not the world. The ''adverts''.';
COMMENT ON COLUMN out.postings.pay_min IS 'Lower end, "as stated"';
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(TABLES)
    return con


@pytest.fixture
def path(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Path:
    [relation] = [one for one in relations(con) if one.label == "out.postings"]
    written = write_parquet(con, relation, tmp_path, is_sample=True)
    assert written.said() == {
        "table": "out.postings", "rows": 3, "bytes": written.path.stat().st_size,
    }  # fmt: skip
    return written.path


def test_tables_of_units_have_a_copy_once(con: duckdb.DuckDBPyConnection) -> None:
    labels = [one.label for one in with_a_copy(relations(con))]
    assert labels == ["out.claim_evidence", "out.postings", "core.roles"]


def test_types_are_those_of_the_table(path: Path) -> None:
    schema = pq.read_schema(path)
    assert {name: schema.field(name).type for name in schema.names} == {
        "posting_id": pa.string(),
        "posted_on": pa.date32(),
        "is_us": pa.bool_(),
        "countries": pa.list_(pa.field("element", pa.string())),
        "pay_min": pa.decimal128(18, 2),
        "n": pa.int64(),
        "seen_at": pa.timestamp("us"),
        "ratio": pa.float64(),
        "hashed": pa.decimal128(38, 0),
    }
    group = pq.ParquetFile(path).metadata.row_group(0)
    assert {group.column(number).compression for number in range(9)} == {"ZSTD"}


def test_values_are_those_of_the_table_in_its_order(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    copied = [tuple(row.values()) for row in pq.read_table(path).to_pylist()]
    expected = con.execute("FROM out.postings").fetchall()
    assert repr(copied) == repr(
        [(*row[:-1], None if row[-1] is None else Decimal(row[-1])) for row in expected]
    )


def test_pandas_reads_it_without_surprise(path: Path) -> None:
    frame = pd.read_parquet(path, dtype_backend="pyarrow")
    assert frame["posted_on"].dt.year.tolist()[::2] == [2026, 1999]
    assert frame["is_us"].sum() == 1
    assert frame["is_us"].isna().sum() == 1
    assert frame["pay_min"].sum() == Decimal("100000000.09")
    assert frame["countries"].list.len().tolist()[::2] == [2, 0]
    assert frame["n"].dtype.kind == "i"
    plain = pd.read_parquet(path)
    assert plain["posted_on"].iloc[0] == date(2026, 3, 1)
    assert plain["pay_min"].iloc[2] == Decimal("99999999.99")
    assert plain["seen_at"].iloc[0] == pd.Timestamp("2026-03-01 06:05:04")


def test_comments_travel_along(path: Path) -> None:
    metadata = pq.read_schema(path).metadata
    assert metadata[b"table"] == b"out.postings"
    assert metadata[b"description"] == b"SAMPLE DATA, generated, not the world. The 'adverts'."
    assert json.loads(metadata[b"columns"]) == {"pay_min": 'Lower end, "as stated"'}


def test_a_publication_lists_its_copies(published: Path) -> None:
    folder = published / "published"
    said = json.loads((folder / "run.json").read_text())["parquet"]
    assert sorted(said) == sorted(f"parquet/{one.name}" for one in (folder / "parquet").iterdir())
    assert said["parquet/postings.parquet"]["rows"] == 40
    for name, of in said.items():
        assert pq.read_metadata(folder / name).num_rows == of["rows"]
