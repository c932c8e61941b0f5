"""What answers look like, as a table, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publish.tables import FORMULA_COMPANY
from warehouse.answers import (
    FORMATS,
    RECORDS,
    Result,
    format_of,
    printable,
    write_csv,
    write_json,
    write_table,
)
from warehouse.query import run_query

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


def test_table(con: duckdb.DuckDBPyConnection) -> None:
    text = _written(con, "table", "SELECT 1 AS one, 'x' AS word UNION ALL SELECT 22, NULL")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[0].split() == ["one", "word"]
    assert [line.split() for line in lines[2:4]] == [["1", "x"], ["22", "NULL"]]
    assert lines[-1] == "2 rows"


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("NULL", "NULL"),
        ("true", "true"),
        ("123456789012345678901234567890::HUGEINT", "123456789012345678901234567890"),
        ("154321.456::DOUBLE", "154321"),
        ("12345678.9::DOUBLE", "12345679"),
        ("1e15::DOUBLE", "1e+15"),
        ("0.05::DOUBLE", "0.05"),
        ("2.0::DOUBLE", "2"),
        ("1234.5678::DOUBLE", "1234.57"),
        ("-0.00001::DOUBLE", "-1e-05"),
        ("0.0::DOUBLE", "0"),
        ("'nan'::DOUBLE", "nan"),
        ("0.0000001::DECIMAL(18, 7)", "0.0000001"),
        ("DATE '0044-03-15'", "0044-03-15"),
        ("DATE '294247-01-10'", "294247-01-10"),
        ("TIMESTAMP '2026-03-01 06:05:04'", "2026-03-01 06:05:04"),
        ("'\\xAB\\x00'::BLOB", "ab00"),
        ("[DATE '2026-03-01', NULL]", '["2026-03-01", null]'),
        ("'a' || chr(10) || 'b'", "a b"),
    ],
)
def test_values_in_a_table(con: duckdb.DuckDBPyConnection, sql: str, shown: str) -> None:
    text = _written(con, "table", f"SELECT {sql} AS v")
    assert text.splitlines()[3].strip() == shown


def test_a_text_of_any_size_is_cut(con: duckdb.DuckDBPyConnection) -> None:
    text = _written(con, "table", "SELECT repeat('word ', 10000000) AS v, range(1000) AS w")
    assert max(map(len, text.splitlines())) < 450


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _in_terminal(monkeypatch: pytest.MonkeyPatch, width: int, result: Result) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = _Terminal()
    write_table(result, stream)
    return stream.getvalue()


def test_rows_too_wide_for_the_terminal_are_records(monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(f"column_{number}" for number in range(20))

    def rows() -> Result:
        return Result(names, iter([tuple(range(20))] * (RECORDS + 5)))

    text = _in_terminal(monkeypatch, 80, rows())
    assert text.count("row ") == RECORDS
    assert f"the first {RECORDS} rows" in text
    assert "column_19  19" in text
    assert "25 rows" in _in_terminal(monkeypatch, 400, rows())
    assert _written_plainly(rows()).splitlines()[1].split() == list(names)


def _written_plainly(result: Result) -> str:
    stream = io.StringIO()
    write_table(result, stream)
    return stream.getvalue()


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


def test_names_of_columns_can_be_formulas_too(con: duckdb.DuckDBPyConnection) -> None:
    pivot = "PIVOT (SELECT company, 1 AS one FROM postings LIMIT 40) ON company USING sum(one)"
    header = next(csv.reader(io.StringIO(_written(con, "csv", pivot))))
    assert f"'{FORMULA_COMPANY}" in header


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe"


@pytest.mark.parametrize("name", ["table", "csv", "json"])
def test_a_terminal_obeys_no_format(name: str) -> None:
    stream = _Terminal()
    FORMATS[name](Result((HOSTILE,), iter([(HOSTILE,), ([HOSTILE],), ({HOSTILE: 1},)])), stream)
    shown = stream.getvalue()
    allowed = re.sub(r"\x1b\[[0-9;]*m", "", shown)  # rich's own styles
    assert not set(allowed) & set("\x1b\x07\x9b\u202e")


def test_a_file_gets_every_character() -> None:
    for write in (write_csv, write_json):
        stream = io.StringIO()
        write(Result(("v",), iter([(HOSTILE,)])), stream)
        read = stream.getvalue()
        value = json.loads(read)[0]["v"] if write is write_json else next(_rows(read))["v"]
        assert value == HOSTILE


def _rows(text: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(text, newline=""))


def test_every_type_of_duckdb_can_be_written(con: duckdb.DuckDBPyConnection) -> None:
    sql = "FROM test_all_types()"
    rows = json.loads(_written(con, "json", sql))
    assert len(rows) == 3
    assert rows[0]["bigint"] == -(2**63)
    assert rows[1]["uhugeint"] == 2**128 - 1
    assert rows[1]["dec38_10"] == "9999999999999999999999999999.9999999999"
    assert rows[1]["dec_9_4"] == 99999.9999
    assert rows[1]["timestamp_ns"] == "2262-04-11T23:47:16.854775Z"
    assert rows[0]["timestamp_array"] == []
    assert rows[2]["struct"] is None
    assert len(list(csv.reader(io.StringIO(_written(con, "csv", sql))))) == 4
    assert "3 rows" in _written(con, "table", sql)


VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(names=st.lists(st.text(), min_size=1, max_size=4), value=VALUE)
def test_whatever_the_value_the_answer_can_be_read_back(names: list[str], value: Any) -> None:
    row = tuple(value for _ in names)
    as_json, as_csv, as_table = io.StringIO(), io.StringIO(newline=""), io.StringIO()
    write_json(Result(tuple(names), iter([row])), as_json)
    [read] = json.loads(as_json.getvalue())
    assert len(read) == len(names)
    if isinstance(value, float) and math.isfinite(value):
        assert set(read.values()) == {value}
    write_csv(Result(tuple(names), iter([row])), as_csv)
    cells = list(csv.reader(io.StringIO(as_csv.getvalue(), newline="")))
    assert [len(line) for line in cells] == [len(names)] * 2
    write_table(Result(tuple(names), iter([row])), as_table)
    shown = as_table.getvalue()
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("name", "form"), [("a.csv", "csv"), ("a.JSON", "json"), ("a.b.txt", "table"), ("csv", "csv")]
)
def test_the_format_of_a_file(name: str, form: str) -> None:
    assert format_of(name) == form


def test_columns_with_one_name_stay_apart() -> None:
    stream = io.StringIO()
    write_json(Result(("a", "a_2", "a", "a"), iter([(1, 2, 3, 4)])), stream)
    assert json.loads(stream.getvalue()) == [{"a": 1, "a_2": 2, "a_3": 3, "a_4": 4}]
