"""CSV reports and their data package, as spreadsheets and the Frictionless library read them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.publish.tables import FORMULA_COMPANY, RUN, SCRIPT_TITLE
from warehouse import models
from warehouse.publish.snapshot import relations
from warehouse.publish.swap import publish
from warehouse.publish.tables import (
    FORMULA,
    ON_REQUEST,
    field_type,
    guarded,
    original,
    write_csv,
    write_data_package,
)


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
        ("chr(160) || '=1'", "'\u00a0=1"),
        ("chr(8203) || '=1'", "'\u200b=1"),
        ("chr(8207) || '@SUM(1)'", "'\u200f@SUM(1)"),
        ("chr(8238) || ' +1'", "'\u202e +1"),
        ("chr(65279) || '=1'", "'\ufeff=1"),
        ("chr(12288) || '－1'", "'\u3000－1"),
        ("chr(917505) || '=1'", "'\U000e0001=1"),
        ("'﹦1'", "'﹦1"),
        ("chr(10) || 'x'", "'\nx"),
        ("chr(39) || '=1'", "''=1"),
        ("chr(39) || 'quoted' || chr(39)", "'quoted'"),
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


# Beginnings that matter, before anything.
SIGNS = st.text(
    "=+-@＝＋－＠﹢﹣﹦﹫'\t\r\n \u00a0\u200b\u200f\u202e\u2028\u3000\ufeffa;,\"|%", max_size=5
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
TEXTS = st.builds(str.__add__, SIGNS, ANY_TEXT)


def is_formula(cell: str) -> bool:
    """As a spreadsheet that forgives everything would see it: by what is left when it is bare."""
    if cell[:1] in set("\t\r\n"):
        return True
    seen = "".join(
        sign
        for sign in cell
        if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
    )
    return unicodedata.normalize("NFKC", seen[:1])[:1] in {"=", "+", "-", "@"}


@given(TEXTS)
def test_no_text_is_a_formula_and_every_text_can_be_had_back(text: str) -> None:
    cell = guarded(text)
    assert not is_formula(cell)
    assert original(cell) == text


@settings(max_examples=10, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=60))
def test_what_is_written_is_guarded_as_python_guards_it(texts: list[str]) -> None:
    """DuckDB and Python read the pattern alike, and a CSV reader has the guarded texts back."""
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        con.execute("CREATE SCHEMA out; CREATE TABLE out.cell (n INTEGER, value VARCHAR)")
        con.executemany("INSERT INTO out.cell VALUES (?, ?)", list(enumerate(texts)))
        write_csv(con, relations(con)[0], Path(folder))
        _, *written = _rows(Path(folder) / "cell.csv")
    assert [cell for _, cell in written] == [guarded(text) for text in texts]


def test_all_blanks_and_marks_are_passed_over() -> None:
    """Every character that shows nothing, before a sign; unassigned ones are no text."""
    unseen = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs", "Zl", "Zp")
    ]
    assert [f"U+{ord(sign):04X}" for sign in unseen if not re.search(FORMULA, f"{sign}=1")] == []


def test_headers_are_guarded_too(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute('CREATE SCHEMA out; CREATE TABLE out.t AS SELECT 1 AS "=1+1", 2 AS plain')
        file = write_csv(con, relations(con)[0], tmp_path)
    write_data_package([file], tmp_path / "datapackage.json", is_sample=False)
    assert _rows(tmp_path / "t.csv")[0] == ["'=1+1", "plain"]
    assert frictionless.validate(tmp_path / "datapackage.json").valid


def test_the_encoding_is_utf_8_without_a_mark(published: Path) -> None:
    for path in (published / "published" / "reports").glob("*.csv"):
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        assert not content.startswith(b"#"), "no comment before the header"
        content.decode("utf-8")


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


def test_keys_words_and_references_are_described(published: Path) -> None:
    schemas = {found["name"]: found["schema"] for found in _package(published)["resources"]}
    assert schemas["claim_verdicts"]["primaryKey"] == ["claim_id"]
    assert schemas["framework_ratio_by_quarter"]["primaryKey"] == [
        "period_start", "sources", "population",
    ]  # fmt: skip
    words = {
        (name, field["name"]): field["constraints"]["enum"]
        for name, schema in schemas.items()
        for field in schema["fields"]
        if "constraints" in field
    }
    assert words["claim_verdicts", "verdict"] == [
        "supported", "contradicted", "undetermined", "out_of_scope",
    ]  # fmt: skip
    assert words["framework_ratio_by_quarter", "population"] == ["ml", "all"]


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE out.claim_verdicts SET verdict = 'perhaps' WHERE claim_id = 'a'", "constraint"),
        ("UPDATE out.claim_parts SET claim_id = 'c'", "foreign-key"),
    ],
)
def test_frictionless_finds_what_breaks_them(tmp_path: Path, sql: str, fault: str) -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA out;"
            "CREATE TABLE out.claim_verdicts AS SELECT * FROM (VALUES ('a', 'supported'), "
            "('b', 'out_of_scope')) AS v (claim_id, verdict);"
            "CREATE TABLE out.claim_parts AS SELECT 'a' AS claim_id, 'one' AS part"
        )
        for is_broken in (False, True):
            if is_broken:
                con.execute(sql)
            files = [write_csv(con, relation, tmp_path) for relation in relations(con)]
            write_data_package(files, tmp_path / "datapackage.json", is_sample=False)
            found = frictionless.validate(tmp_path / "datapackage.json")
            assert found.valid is not is_broken
    assert {kind for [kind] in found.flatten(["type"])} & {fault, f"{fault}-error"}


@pytest.mark.parametrize("rows", ["'a' FROM range(2)", "NULL::VARCHAR"])
def test_a_key_that_rows_break_is_not_stated(tmp_path: Path, rows: str) -> None:
    with duckdb.connect() as con:
        con.execute(
            f"CREATE SCHEMA out; CREATE TABLE out.claim_verdicts (claim_id) AS SELECT {rows}"
        )
        assert write_csv(con, relations(con)[0], tmp_path).key == ()


CONTRACT = """
postings mentions pay_bands papers paper_frameworks framework_share_by_month
framework_ratio_by_month framework_ratio_by_quarter framework_ratio_by_year pay_by_framework_level
comention_by_year skill_by_framework company_framework_use paper_share_by_quarter
paper_share_by_year model_share claim_verdicts claim_sensitivity source_health board_health
refused_rows
""".split()


def test_every_promised_table_is_a_report() -> None:
    names = {table.removeprefix("out.") for table in models.models() if table.startswith("out.")}
    assert set(CONTRACT) <= names
    assert set(CONTRACT) & ON_REQUEST == {"postings", "mentions"}


def test_columns_keep_their_order() -> None:
    """Who reads a CSV by position goes on reading it: new columns come at the end.

    A column that is added goes to the end of its line in column_order.txt.
    """
    pinned = {
        name: columns.split()
        for line in (Path(__file__).parent / "column_order.txt").read_text().splitlines()
        for name, columns in [line.split(":", 1)]
    }
    assert pinned.keys() == {*CONTRACT, "figure_changes"}
    for name, columns in pinned.items():
        now = [column.name for column in models.models()[f"out.{name}"].columns]
        assert now[: len(columns)] == columns, name


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
