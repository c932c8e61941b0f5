"""CSV reports and their data package, as spreadsheets and the Frictionless library read them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publish.tables import FORMULA_COMPANY, RUN, SCRIPT_TITLE
from warehouse.publish.snapshot import relations
from warehouse.publish.swap import publish
from warehouse.publish.tables import FORMULA, field_type, write_csv, write_data_package


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _one_cell(tmp_path: Path, sql_value: str) -> str:
    """What a single value becomes in a CSV."""
    with duckdb.connect() as con:
        con.execute(f"CREATE SCHEMA out; CREATE TABLE out.cell AS SELECT {sql_value} AS value, 1 b")
        write_csv(con, relations(con)[0], tmp_path)
    header, row = _rows(tmp_path / "cell.csv")
    assert header == ["value", "b"]
    return row[0]


@pytest.mark.parametrize(
    ("sql_value", "cell"),
    [
        ("NULL::VARCHAR", ""),
        ("''", ""),
        ("'plain'", "plain"),
        ("'a,b' || chr(10) || 'c \"d\"'", 'a,b\nc "d"'),
        ("'Zürich 東京'", "Zürich 東京"),
        ("'=1+1'", "'=1+1"),
        ("'+1'", "'+1"),
        ("'-1'", "'-1"),
        ("'@SUM(A1)'", "'@SUM(A1)"),
        ("'  =1+1'", "'  =1+1"),
        ("chr(9) || 'x'", "'\tx"),
        ("chr(13) || 'x'", "'\rx"),
        ("'＝1+1'", "'＝1+1"),
        ("'a=1'", "a=1"),
        ("'x' || chr(0) || 'y'", "xy"),
        ("chr(0) || '=1'", "'=1"),
        ("-5", "-5"),
        ("-5.25::DECIMAL(18, 2)", "-5.25"),
        ("-0.5::DOUBLE", "-0.5"),
        ("0.1::DOUBLE + 0.2::DOUBLE", "0.30000000000000004"),
        ("'inf'::DOUBLE", "INF"),
        ("'-inf'::DOUBLE", "-INF"),
        ("'nan'::DOUBLE", "NaN"),
        ("true", "true"),
        ("DATE '2026-03-01'", "2026-03-01"),
        ("TIMESTAMP '2026-03-01 06:05:04'", "2026-03-01T06:05:04Z"),
        ("TIMESTAMPTZ '2026-03-01 06:05:04+02'", "2026-03-01T04:05:04Z"),
        ("['=x', 'y']", '["=x","y"]'),
        ("{'a': 1}", '{"a":1}'),
    ],
)
def test_values_in_csv(tmp_path: Path, sql_value: str, cell: str) -> None:
    assert _one_cell(tmp_path, sql_value) == cell


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=12))
def test_no_text_begins_like_a_formula(text: str) -> None:
    quoted = f"'{text}" if re.search(FORMULA, text) else text
    assert quoted.lstrip()[:1] not in set("=+-@＝＋－＠") - {"'"}
    assert quoted[:1] not in set("\t\r\n")
    with duckdb.connect() as con:
        is_formula = con.execute("SELECT regexp_matches($1, $2)", [text, FORMULA]).fetchall()[0][0]
    assert is_formula is bool(re.search(FORMULA, text)), "DuckDB and Python read it alike"


@pytest.mark.parametrize(
    ("duckdb_type", "expected"),
    [
        ("VARCHAR", "string"),
        ("VARCHAR[]", "array"),
        ("INTEGER[3]", "array"),
        ("STRUCT(a INTEGER)", "object"),
        ("MAP(VARCHAR, INTEGER)", "object"),
        ("BIGINT", "integer"),
        ("UTINYINT", "integer"),
        ("HUGEINT", "integer"),
        ("INTERVAL", "string"),
        ("DECIMAL(18,2)", "number"),
        ("DOUBLE", "number"),
        ("DATE", "date"),
        ("TIMESTAMP", "datetime"),
        ("TIMESTAMP WITH TIME ZONE", "datetime"),
        ("TIME", "string"),
        ("BOOLEAN", "boolean"),
        ("ENUM('a', 'b')", "string"),
    ],
)
def test_field_types(duckdb_type: str, expected: str) -> None:
    assert field_type(duckdb_type) == expected


def _package(data: Path) -> dict[str, Any]:
    text = (data / "published" / "reports" / "datapackage.json").read_text(encoding="utf-8")
    package: dict[str, Any] = json.loads(text)
    return package


def test_large_tables_come_on_request(published: Path, sample: Path) -> None:
    names = [
        {path.stem for path in (data / "published" / "reports").glob("*.csv")}
        for data in (published, sample)
    ]
    assert names[0] - names[1] == {"postings", "mentions"}
    assert names[0] == {resource["name"] for resource in _package(published)["resources"]}


def test_frictionless_finds_the_package_valid(published: Path) -> None:
    folder = (published / "published" / "reports").resolve()
    report = frictionless.validate(folder / "datapackage.json")
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])
    assert report.stats["tasks"] == len(list(folder.glob("*.csv")))


@pytest.mark.parametrize("damage", ["rows", "hash"])
def test_frictionless_notices_damage(published: Path, tmp_path: Path, damage: str) -> None:
    source = (published / "published" / "reports").resolve()
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    csv_file = tmp_path / "pay_bands.csv"
    text = csv_file.read_text(encoding="utf-8")
    changed = text + "x,parsed,1,2,,y\n" if damage == "rows" else text.replace("90000", "90001")
    csv_file.write_text(changed, encoding="utf-8")
    report = frictionless.validate(tmp_path / "datapackage.json")
    assert not report.valid


def test_package_describes_tables_by_their_comments(published: Path) -> None:
    resources = {resource["name"]: resource for resource in _package(published)["resources"]}
    bands = resources["pay_bands"]
    assert bands["description"] == "A band | of a posting."
    fields = {field["name"]: field for field in bands["schema"]["fields"]}
    assert fields["pay_min"] == {
        "name": "pay_min",
        "type": "number",
        "description": "Lower end, as stated",
    }
    assert fields["seen_at"]["type"] == "datetime"
    path = published / "published" / "reports" / "pay_bands.csv"
    assert bands["bytes"] == path.stat().st_size
    assert bands["hash"] == f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    assert bands["rows"] == len(_rows(path)) - 1


def test_header_order_is_that_of_the_table(published: Path) -> None:
    header, *rows = _rows(published / "published" / "reports" / "postings.csv")
    assert header == [
        "posting_id", "source", "board", "source_id", "company", "title", "countries",
        "posted_on", "is_open",
    ]  # fmt: skip
    assert rows == sorted(rows)
    assert rows[0][4:7] == ["'" + FORMULA_COMPANY, SCRIPT_TITLE, '["US","CA"]']


def test_sample_and_licence_are_told(built: Path, tmp_path: Path) -> None:
    licence = {"name": "CC0-1.0", "title": "CC0", "path": "https://example.org/cc0"}
    publish(built, tmp_path, {**RUN, "is_sample": True}, licence=licence)
    package = _package(tmp_path)
    assert package["title"].startswith("SAMPLE")
    assert package["description"].startswith("SAMPLE DATA")
    assert package["licenses"] == [licence]
    assert package["version"] == RUN["method_version"]


def test_package_without_a_licence_has_none(tmp_path: Path) -> None:
    write_data_package([], tmp_path / "datapackage.json", is_sample=False)
    package = json.loads((tmp_path / "datapackage.json").read_text())
    assert "licenses" not in package
    assert "SAMPLE" not in package["title"] + package["description"]
