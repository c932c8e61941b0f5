"""Bulk tables to landing lines: cells, mapping files, the shipped mappings, files of every kind."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from scrapers.landing import BoardObservation, Line, Posting, Refusal
from scrapers.mappings import model
from scrapers.mappings.cells import as_day, as_flag, as_items, as_text, is_null
from scrapers.mappings.model import (
    SHIPPED,
    Fields,
    MappingError,
    TableMapping,
    lookup,
    mapping_file,
    read_mapping,
)
from scrapers.tables import Table, TableError, lines_of

SEEN = date(2024, 5, 20)
TODAY = date(2026, 10, 31)
SHIPPED_NAMES = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
PLAIN = {"fields": {"source_id": "id", "body": "text"}}


def mapping(**changes: Any) -> TableMapping:
    """A mapping of the columns id and text; further fields are given in `fields`."""
    fields = {**PLAIN["fields"], **changes.pop("fields", {})}
    return TableMapping.model_validate({"fields": fields, **changes})


def lines(
    path: Path, described: TableMapping | None = None, observed_on: date | None = SEEN
) -> list[Line]:
    table = Table(path, described or mapping(), "shape.yaml")
    return list(lines_of(table, "trove", observed_on=observed_on, not_after=TODAY, digest="0"))


def only(found: list[Line], kind: type[BaseModel]) -> list[Any]:
    return [line for line in found if isinstance(line, kind)]


def posting(described: TableMapping, row: dict[str, Any], folder: Path) -> Posting:
    """The posting that a mapping makes of one row."""
    path = folder / "one.jsonl"
    path.write_text(json.dumps({"id": "1", "text": "We build.", **row}) + "\n")
    found = lines(path, described)[0]
    assert isinstance(found, Posting), found
    return found


# --- cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "day", "basis"),
    [
        ("2024-05-03", date(2024, 5, 3), "stated"),
        ("2024-05-03 23:30:00 -0200", date(2024, 5, 4), "stated"),
        ("2024-05-03T23:30:00Z", date(2024, 5, 3), "stated"),
        ("2024-05-03 10:00:00 UTC", date(2024, 5, 3), "stated"),
        ("Fri, 03 May 2024 10:00:00 GMT", date(2024, 5, 3), "stated"),
        ("1714730400", date(2024, 5, 3), "stated"),
        ("1714730400000", date(2024, 5, 3), "stated"),
        (1714730400.0, date(2024, 5, 3), "stated"),
        (1714730400000000000, date(2024, 5, 3), "stated"),
        (20240503, date(2024, 5, 3), "stated"),
        (date(2024, 5, 3), date(2024, 5, 3), "stated"),
        (datetime(2024, 5, 3, 12), date(2024, 5, 3), "stated"),  # noqa: DTZ001
        ("3d", date(2024, 5, 17), "relative"),
        ("3 days ago", date(2024, 5, 17), "relative"),
        ("Posted 3 Days Ago", date(2024, 5, 17), "relative"),
        ("a week ago", date(2024, 5, 13), "relative"),
        ("2mo", date(2024, 3, 21), "relative"),
        ("1 year ago", date(2023, 5, 21), "relative"),
        ("24h", date(2024, 5, 19), "relative"),
        ("5 hours ago", date(2024, 5, 20), "relative"),
        ("45 minutes ago", date(2024, 5, 20), "relative"),
        ("Just posted", date(2024, 5, 20), "relative"),
        ("Posted today", date(2024, 5, 20), "relative"),
        ("Yesterday", date(2024, 5, 19), "relative"),
        ("30d+", date(2024, 4, 20), "inferred"),
        ("30+ days ago", date(2024, 4, 20), "inferred"),
        ("Posted 30+ Days Ago", date(2024, 4, 20), "inferred"),
        ("More than 30 days ago", date(2024, 4, 20), "inferred"),
    ],
)
def test_days(cell: Any, day: date, basis: str) -> None:
    assert as_day(cell, SEEN) == (day, basis)


@pytest.mark.parametrize(
    "cell", [0, "0", "1970-01-01", "1970-01-01T00:00:00Z", "0001-01-01", "0000-00-00", 0.0]
)
def test_spellings_of_no_day(cell: Any) -> None:
    assert as_day(cell, SEEN) is None


@pytest.mark.parametrize("cell", ["soon", "3", "30m", "03/05/2024", "2024-13-01", "Remote", "d"])
def test_what_is_no_day(cell: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        as_day(cell, SEEN)


def test_days_are_not_counted_back_from_nowhere() -> None:
    with pytest.raises(ValueError, match="counts back"):
        as_day("3 days ago", None)


def test_days_in_the_mappings_own_formats() -> None:
    assert as_day("03/05/2024", SEEN, ("%Y.%m.%d", "%d/%m/%Y")) == (date(2024, 5, 3), "stated")
    assert as_day("2 days ago", SEEN, ("%d/%m/%Y",)) == (date(2024, 5, 18), "relative")


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_any_cell_is_a_day_or_a_value_error(cell: Any) -> None:
    try:
        found = as_day(cell, SEEN)
    except ValueError:
        return
    assert found is None or (found.day > date(1970, 1, 1) and found.basis)


@given(
    st.integers(0, 999),
    st.sampled_from(["d", " days ago", " weeks ago", "h", "mo", "+ years ago", " hr ago"]),
)
def test_days_counted_back_are_never_later(count: int, unit: str) -> None:
    found = as_day(f"{count}{unit}", SEEN)
    assert found is not None
    assert found.day <= SEEN
    assert found.basis == ("inferred" if "+" in unit else "relative")


@pytest.mark.parametrize(
    "cell",
    ["", "  ", "-1", "None", "N/A", "null", "NaN", "nan", None, float("nan"), -1, -1.0, [], {}],
)
def test_nulls(cell: Any) -> None:
    assert is_null(cell)


@pytest.mark.parametrize("cell", ["0", "NA", "no", "-10", 0, False, True, [0], "none of these"])
def test_what_is_not_null(cell: Any) -> None:
    assert not is_null(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [(1807.0, "1807"), (0.5, "0.5"), (True, "true"), (7, "7"), (date(2024, 5, 3), "2024-05-03")],
)
def test_typed_cells_as_text(cell: Any, text: str) -> None:
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "coding", "split", "items"),
    [
        ("['Oslo', 'Bergen']", "python", None, ["Oslo", "Bergen"]),
        ("['it\\'s', \"5\", None, '']", "python", None, ["it's", "5"]),
        ('["Oslo", null, "Bergen"]', "json", None, ["Oslo", "Bergen"]),
        ("Oslo | Bergen ||", None, "|", ["Oslo", "Bergen"]),
        (["Oslo", None, "nan", "Bergen"], None, None, ["Oslo", "Bergen"]),
        ("Oslo, Norway", None, None, ["Oslo, Norway"]),
    ],
)
def test_items(cell: Any, coding: Any, split: str | None, items: list[str]) -> None:
    assert as_items(cell, coding, split) == items


@pytest.mark.parametrize("text", ["['cut sh", "__import__('os')", "[" * 5000, "[{'a': 1}]"])
def test_what_is_no_list(text: str) -> None:
    with pytest.raises(ValueError, match="list"):
        as_items(text, "python")


def test_flags() -> None:
    assert [as_flag(cell) for cell in ("Yes", 1, True, "0", "F")] == [True] * 3 + [False] * 2
    assert as_flag("Remote", means_yes=["remote"]) is True
    assert as_flag("On-site", means_no=["ON-SITE"]) is False
    with pytest.raises(ValueError, match="neither yes nor no"):
        as_flag("Remote")


# --- mapping files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ("fields: {source_id: a, body: b, titel: c}", "fields.titel", "no such key; there are"),
        ("fields: {source_id: a, body: {colum: b}}", "fields.body.colum", "there are: column"),
        ("fields: {body: b}", "fields.source_id", "is missing"),
        ("fields: {source_id: a}", "fields.body", "is missing"),
        ("ignored: {}", "fields", "is missing"),
        ("fields: {source_id: {hash: []}, body: b}", "fields.source_id.hash", "at least 1"),
        ("fields: {source_id: {hash: [a], column: b}, body: b}", "fields.source_id", "give one of"),
        ("fields: {source_id: a, body: {remove: x}}", "fields.body", "give one of"),
        ("fields: {source_id: a, body: {template: b}}", "fields.body", "in braces"),
        ("fields: {source_id: a, body: {column: b, find: '('}}", "fields.body.find", "regular"),
        ("fields: {source_id: a, body: b, posted_on: {column: c, format: x}}", "format", "formats"),
        ("fields: {source_id: a, body: b, pay_components: {currency: c}}", "[0]", "min or max"),
        ("fields: {source_id: a, body: b, body: c}", "'body'", "there twice"),
        ("encoding: utf-88\nfields: {source_id: a, body: b}", "encoding", "no encoding"),
        ("delimiter: ';;'\nfields: {source_id: a, body: b}", "delimiter", "at most 1"),
        ("- a", "", "must have the keys"),
        ("fields: [", "", "can't be read as YAML"),
    ],
)
def test_what_is_wrong_with_a_mapping(text: str, key: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert key.replace("[0]", ".0") in said
    assert what in said


def test_a_mapping_is_found_by_name_or_path(tmp_path: Path) -> None:
    assert mapping_file("data_scientist_indeed") == SHIPPED / "data_scientist_indeed.yaml"
    mine = tmp_path / "mine.yaml"
    mine.touch()
    assert mapping_file(mine) == mine
    with pytest.raises(MappingError, match=r"the project has: .*data_scientist_glassdoor"):
        mapping_file("data_scientist")
    with pytest.raises(MappingError, match="no such mapping file"):
        mapping_file(tmp_path / "data_scientist_indeed")


def test_every_field_of_a_posting_can_be_mapped() -> None:
    set_by_us = {"kind", "source", "board", "observed_at", "posted_basis", "is_excerpt", "poster"}
    set_by_us |= {"forgotten"}
    assert set(Posting.model_fields) - set_by_us == set(Fields.model_fields) - {"observed_on"}


def test_messages_know_the_kind_of_every_field() -> None:
    for entry in (TableMapping, Fields, model.PayColumns):
        for name, field in entry.model_fields.items():
            said = str(field.annotation)
            kinds = [kind for kind in model._MODELS.values() if f".{kind.__name__}" in said]
            named = model._MODELS.get((entry, name))
            assert (named is None) == (not kinds), name
            assert named is None or named in kinds, name


@pytest.mark.parametrize(
    ("value", "row", "text"),
    [
        ("Place", {"Place": " Oslo "}, "Oslo"),
        ("Place", {"Place": "-1"}, None),
        ({"constant": "Oslo"}, {}, "Oslo"),
        ({"template": "{City}, {Land}"}, {"City": "Oslo", "Land": "NO"}, "Oslo, NO"),
        ({"template": "{City}, {Land}"}, {"City": "Oslo", "Land": "None"}, None),
        ([{"template": "{City}, {Land}"}, "City"], {"City": "Oslo", "Land": ""}, "Oslo"),
        (["Place", "City"], {"Place": "N/A", "City": "Oslo"}, "Oslo"),
        ({"join": ["City", "Land"], "join_with": " / "}, {"City": "A", "Land": "B"}, "A / B"),
        ({"join": ["City", "Land"], "join_with": " / "}, {"City": "A", "Land": None}, "A"),
        ({"column": "Place", "find": r"\((.+)\)"}, {"Place": "Remote (Oslo)"}, "Oslo"),
        ({"column": "Place", "find": r"^[^,]+"}, {"Place": "Oslo, Norway"}, "Oslo"),
        ({"column": "Place", "find": r"\d+"}, {"Place": "Oslo"}, None),
        ({"column": "Place", "remove": [r"\d+", "!"]}, {"Place": "0150 Oslo!"}, "Oslo"),
        ({"column": "Place", "only_if": "(?i)oslo"}, {"Place": "OSLO"}, "OSLO"),
        ({"column": "Place", "only_if": "(?i)oslo"}, {"Place": "Bergen"}, None),
        ({"column": "Place", "not_if": "(?i)remote"}, {"Place": "Remote"}, None),
        ({"column": "Place", "list_as": "json", "join_with": "; "}, {"Place": '["A","B"]'}, "A; B"),
        ("job.place.city", {"job": {"place": {"city": "Oslo"}}}, "Oslo"),
        ("job.city", {"job.city": "Oslo"}, "Oslo"),
        ("Place", {"Place": "lone \ud800 half"}, "lone ? half"),
    ],
)
def test_values(value: Any, row: dict[str, Any], text: str | None, tmp_path: Path) -> None:
    named = {"Place": None, "City": None, "Land": None, "job": {"place": {"city": None}}}
    described = mapping(fields={"location": value})
    known = dict(row)
    if "job.city" not in row:
        known = {**named, **row}
    assert posting(described, known, tmp_path).location == text


def test_a_list_where_one_value_is_due_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "1", "text": "x", "at": ""}\n{"id": "2", "text": "y", "at": {"a": 1}}\n'
    )
    [refusal] = only(lines(path, mapping(fields={"title": "at"})), Refusal)
    assert refusal.reason == "line 2: title: holds a list or an object where one value is due"


def test_all_kinds_of_fields(tmp_path: Path) -> None:
    described = mapping(
        nulls=["?"],
        fields={
            "secondary_locations": {"column": "also", "split": ";"},
            "address": {"locality": "town", "country": {"constant": "NO"}},
            "is_remote": {"column": "remote", "means_yes": "Fully remote"},
            "team": "team",
            "posted_on": {"column": "posted", "formats": "%d.%m.%Y"},
            "expires_on": "until",
            "pay_components": [
                {"min": "low", "max": "high", "currency": "coin", "interval": {"constant": "year"}},
                {"max": "guess", "is_estimated": "is_guess"},
            ],
            "origin_source": {"constant": "lever"},
            "origin_id": "lever_id",
        },
    )
    found = posting(
        described,
        {
            "also": "Bergen; ;Bodø",
            "town": "Oslo",
            "remote": "fully remote",
            "team": "?",
            "posted": "03.05.2024",
            "until": "2024-07-01T00:00:00Z",
            "low": 500_000,
            "high": "0",
            "coin": "NOK",
            "guess": 610_000.0,
            "is_guess": 1,
            "lever_id": "8f",
        },
        tmp_path,
    )
    assert found.secondary_locations == ("Bergen", "Bodø")
    assert found.address is not None
    assert (found.address.locality, found.address.country) == ("Oslo", "NO")
    assert found.is_remote is True
    assert found.team is None
    assert (found.posted_on, found.posted_basis) == (date(2024, 5, 3), "stated")
    assert found.expires_on == date(2024, 7, 1)
    stated, guessed = found.pay_components
    assert (stated.min, stated.max, stated.currency) == ("500000", None, "NOK")
    assert (stated.interval, stated.is_estimated) == ("year", False)
    assert (guessed.max, guessed.is_estimated) == ("610000", True)
    assert (found.origin_source, found.origin_id) == ("lever", "8f")


def test_no_figure_is_no_pay(tmp_path: Path) -> None:
    described = mapping(fields={"pay_components": {"min": "low", "max": "high"}})
    for low, high in (("-1", ""), (0, 0), ("None", 0.0), (None, None)):
        assert posting(described, {"low": low, "high": high}, tmp_path).pay_components == ()


def test_ids_made_of_columns_are_stable(tmp_path: Path) -> None:
    described = mapping(fields={"source_id": {"hash": ["title", "firm"]}})
    first = posting(described, {"title": "Vision  Engineer", "firm": "Acme", "n": 1}, tmp_path)
    again = posting(described, {"n": 2, "firm": " Acme ", "title": "Vision Engineer"}, tmp_path)
    other = posting(described, {"title": "Vision", "firm": "Engineer Acme"}, tmp_path)
    assert first.source_id == again.source_id != other.source_id
    assert len(first.source_id) == 32


# --- files --------------------------------------------------------------------------------------

ROWS = [
    {"id": "1", "text": 'Says "yes",\nand, no', "place": "Tromsø"},
    {"id": "2", "text": "Second; advert\tof two", "place": ""},
]


def as_csv(rows: list[dict[str, Any]], **form: Any) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), **form)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def as_json(rows: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), written, row_group_size=1)
    return written.getvalue()


FORMS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "a.csv": as_csv,
    "b.CSV.gz": lambda rows: gzip.compress(as_csv(rows)),
    "c.tsv": lambda rows: as_csv(rows, delimiter="\t"),
    "d.csv": lambda rows: b"\xef\xbb\xbf" + as_csv(rows, lineterminator="\n") + b"\n\n",
    "e.jsonl": as_json,
    "f.ndjson.gz": lambda rows: gzip.compress(b"\n" + as_json(rows) + b"\n"),
    "g.parquet": as_parquet,
    "h.parquet.gz": lambda rows: gzip.compress(as_parquet(rows)),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_kind_of_file_says_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name](ROWS))
    found = lines(path, mapping(fields={"location": "place"}))
    assert [(p.source_id, p.body, p.location) for p in only(found, Posting)] == [
        ("1", 'Says "yes",\nand, no', "Tromsø"),
        ("2", "Second; advert\tof two", None),
    ]
    [seen] = only(found, BoardObservation)
    assert (seen.source, seen.board, seen.url) == ("trove", name[0], f"file:{name}")
    assert (seen.state, seen.rows_seen, seen.is_listing) == ("ok", 2, False)
    assert seen.observed_at == datetime(2024, 5, 20, tzinfo=UTC)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    texts=st.lists(CELLS, min_size=1, max_size=5),
    name=st.sampled_from(["a.csv", "e.jsonl", "g.parquet"]),
)
def test_any_text_survives_its_file(texts: list[str], name: str, tmp_path: Path) -> None:
    rows = [{"id": f"n{number}", "text": f"x{text}x"} for number, text in enumerate(texts)]
    path = tmp_path / name
    path.write_bytes(FORMS[name](rows))
    assert [p.body for p in only(lines(path), Posting)] == [row["text"] for row in rows]


def test_csv_in_other_hands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('id;text\n1;"Sagt \\"já\\""\n'.encode("cp1252"))
    described = mapping(encoding="cp1252", delimiter=";", escape="\\")
    assert lines(path, described)[0].body == 'Sagt "já"'  # type: ignore[union-attr]
    path.write_bytes("id,text\n1,Zürich\n".encode("utf-16"))
    assert lines(path, mapping(encoding="utf-16"))[0].body == "Zürich"  # type: ignore[union-attr]


CUT = gzip.compress(as_csv([{"id": str(n), "text": f"{n * 7919:x} words"} for n in range(9000)]))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"id,text\n1,ok\n2,caf\xe9\n", "line 3: byte 0xe9 is not utf-8"),
        ("a.csv", "id,text\n1,x\n".encode("utf-16"), "encoding: utf-16"),
        ("a.jsonl", b'{"id":"1","text":"caf\xe9"}\n', "line 1: byte 0xe9"),
        ("a.csv", b'id,text\n1,"a\nb"\n2,x,y\n', "line 4: 3 cells where the header has 2"),
        ("a.csv", b"id,text\n1,x\n2\n", "line 3: 1 cells where the header has 2"),
        ("a.csv", b'id,text\n1,"never closed\n', "line 2: not CSV"),
        ("a.csv", b'id,text\n1,"a" b\n', "line 2: not CSV"),
        ("a.csv", b"id,text,id\n1,x,2\n", "'id' twice"),
        ("a.csv", b"", "no row fits; it has none"),
        ("a.csv", b"id,text\n", "no row fits; it has none"),
        ("a.csv", b"id,text\n,x\n", "no row fits; line 2: source_id: nothing in 'id'"),
        ("a.csv.gz", CUT[: len(CUT) // 2], "gzip file is damaged or cut short after line "),
        ("a.csv.gz", b"id,text\n1,x\n", "the name says gzip"),
        ("a.jsonl", b'[{"id": "1"}]\n', "line 1: a JSON list, not an object"),
        ("a.jsonl", b"<html>\n", "line 1: not JSON"),
        ("a.jsonl", b'{"id":"1","text":"x"}\n{"id":"2","te', "line 2: not JSON: the file is cut"),
        ("a.jsonl", b"\n\n", "no row fits"),
        ("a.parquet", b"PAR1 and no more", "not a Parquet file"),
        ("a.parquet", as_parquet(ROWS)[:-40], "not a Parquet file"),
        ("a.xlsx", b"PK", "the name ends in none of .csv"),
        ("a", b"id,text\n", "the name ends in none of"),
    ],
)
def test_a_table_that_is_not_what_it_says(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        lines(path)
    assert str(caught.value).startswith(name)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["a.csv", "e.jsonl", "g.parquet"])
def test_a_column_that_the_table_lacks(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name](ROWS))
    with pytest.raises(MappingError) as caught:
        lines(path, mapping(fields={"address": {"country": "USD"}}))
    assert str(caught.value) == (
        f"shape.yaml: fields.address.country: {name} has no column 'USD'; there are: "
        "'id', 'text', 'place' (the same value for all rows is written {constant: USD})"
    )


@pytest.mark.parametrize("name", ["e.jsonl", "g.parquet"])
def test_fields_inside_columns_are_columns(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name]([{"id": "1", "text": "x", "job": {"at": "Oslo", "n": 1}}]))
    described = mapping(fields={"location": "job.at"}, ignored={"text": "seen"})
    table = Table(path, described, "shape.yaml")
    found = list(lines_of(table, "trove", observed_on=SEEN, not_after=TODAY, digest="0"))
    assert found[0].location == "Oslo"  # type: ignore[union-attr]
    assert list(table.columns) == ["id", "text", "job.at", "job.n"]
    assert described.unmapped(table.columns) == ("job.n",)
    assert lookup({"job": {"at": "Oslo"}}, "job.away") is None


def test_rows_that_do_not_fit_are_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "1", "text": "x", "posted": "soon"}\n'
        '{"id": "2", "text": "x", "posted": "2024-05-03"}\n'
        "{cut\n"
        '{"id": "3", "text": " ", "posted": null}\n'
        "7\n"
        '{"id": "4", "text": "x"}\n'
    )
    found = lines(path, mapping(fields={"posted_on": "posted"}))
    assert [p.source_id for p in only(found, Posting)] == ["2", "4"]
    refusals = only(found, Refusal)
    reasons = sorted(refusal.reason for refusal in refusals)
    assert reasons[0].startswith("line 1: posted_on: 'soon' is no date")
    assert reasons[1].startswith("line 3: not JSON")
    assert reasons[2] == "line 4: body: nothing in 'text'"
    assert reasons[3] == "line 5: a JSON int, not an object"
    assert refusals[0].sample == "fields: id, text, posted"
    [seen] = only(found, BoardObservation)
    assert (seen.state, seen.rows_seen) == ("ok", 2)
    assert seen.reason == "4 of 6 rows refused"


def test_rows_are_counted_by_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"two\nlines"\n\n2,\n')
    [refusal] = only(lines(path), Refusal)
    assert refusal.reason.startswith("line 5: body")


# --- the day of observation ---------------------------------------------------------------------

DAYS = (
    b"id,text,seen,posted\n"
    b"0,x,,2024-05-01\n"
    b"1,x,2024-05-06,3d\n"
    b"2,x,2024-05-07,3d\n"
    b"3,x,2999-01-01,2024-05-01\n"
    b"4,x,2024-05-06,2024-05-09\n"
)


def test_each_row_is_of_its_own_day(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DAYS)
    found = lines(path, mapping(fields={"observed_on": "seen", "posted_on": "posted"}), None)
    postings = {p.source_id: p for p in only(found, Posting)}
    assert {i: p.observed_at.date().day for i, p in postings.items()} == {"1": 6, "2": 7, "4": 6}
    assert [postings[i].posted_on for i in "12"] == [date(2024, 5, 3), date(2024, 5, 4)]
    assert [refusal.reason for refusal in only(found, Refusal)] == [
        "line 2: observed_on: its column says nothing, and --observed-on is not given",
        "line 5: observed_on: 2999-01-01 has not been yet",
    ]
    days = only(found, BoardObservation)
    assert [(d.observed_at.day, d.rows_seen, d.is_listing) for d in days] == [
        (6, 2, False),
        (7, 1, False),
    ]
    assert found[-2:] == days


def test_a_day_given_fills_in_for_rows_without_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DAYS)
    found = lines(path, mapping(fields={"observed_on": "seen"}, is_listing=True))
    days = {p.source_id: p.observed_at.date() for p in only(found, Posting)}
    assert days["0"] == SEEN
    assert days["1"] == date(2024, 5, 6)
    assert all(seen.is_listing for seen in only(found, BoardObservation))


@pytest.mark.parametrize(("given_day", "day"), [(None, date(2024, 5, 9)), (SEEN, SEEN)])
def test_a_snapshot_is_of_its_newest_day_or_the_one_given(
    given_day: date | None, day: date, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DAYS)
    described = mapping(
        fields={
            "posted_on": {"column": "posted"},
            "observed_on": {"column": "posted", "newest": True},
        }
    )
    found = lines(path, described, given_day)
    assert {p.observed_at.date() for p in only(found, Posting)} == {day}
    assert len(only(found, Posting)) == 5


def test_a_table_of_no_known_day_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DAYS)
    with pytest.raises(TableError, match=r"fields\.observed_on\), and --observed-on is not given"):
        lines(path, observed_on=None)
    described = mapping(fields={"observed_on": {"column": "text", "newest": True}})
    with pytest.raises(TableError, match="no row has a day in text"):
        lines(path, described, observed_on=None)


def test_memory_does_not_grow_with_the_table(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_bytes(as_csv([{"id": n, "text": f"{n} " * 1000} for n in range(rows)]))
        table = Table(path, mapping(), "shape.yaml")
        tracemalloc.start()
        for _ in lines_of(table, "trove", observed_on=SEEN, not_after=TODAY, digest="0"):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    small, large = peak(100), peak(2000)
    assert large < small + 500_000  # the larger file has 8 MB more


# --- shipped mappings ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_shipped_mappings_are_valid_and_say_why_columns_are_left_out(name: str) -> None:
    described = read_mapping(mapping_file(name))
    assert described.description
    assert all(described.ignored.values())
    assert described.fields.title
    assert described.fields.company


def glassdoor(folder: Path, **cells: str) -> Posting:
    row = {
        "": "7",
        "Job Title": "Vision Scientist",
        "Salary Estimate": "-1",
        "Job Description": "You will look at plants.",
        "Rating": "3.8",
        "Company Name": "Acme Botany\n3.8",
        "Location": "Troy, NY",
        "Competitors": "-1",
        **cells,
    }
    path = folder / "glass.csv"
    path.write_bytes(as_csv([row]))
    described = read_mapping(mapping_file("data_scientist_glassdoor"))
    table = Table(path, described, "g")
    found = next(lines_of(table, "g", observed_on=SEEN, not_after=TODAY, digest="0"))
    assert isinstance(found, Posting)
    assert described.unmapped(table.columns) == ()
    return found


@pytest.mark.parametrize(
    ("salary", "stated", "estimated"),
    [
        ("-1", None, None),
        ("$80K-$95K (Glassdoor est.)", None, "$80K-$95K"),
        ("$31-$44 Per Hour(Glassdoor Est.)", None, "$31-$44 Per Hour"),
        ("$80K-$95K (Employer est.)", "$80K-$95K", None),
        ("Employer Provided Salary:$80K-$95K", "$80K-$95K", None),
        ("$80K-$95K", "$80K-$95K", None),
    ],
)
def test_glassdoors_guesses_are_kept_apart(
    salary: str, stated: str | None, estimated: str | None, tmp_path: Path
) -> None:
    found = glassdoor(tmp_path, **{"Salary Estimate": salary})
    assert (found.pay_text, found.estimated_pay_text) == (stated, estimated)


@pytest.mark.parametrize(
    ("cell", "company"),
    [("Acme Botany\n3.8", "Acme Botany"), ("Studio 54", "Studio 54"), ("Level 9.1", "Level 9.1")],
)
def test_ratings_are_taken_off_employers(cell: str, company: str, tmp_path: Path) -> None:
    assert glassdoor(tmp_path, **{"Company Name": cell}).company == company


def test_linkedin_shape(tmp_path: Path) -> None:
    text = [
        "Posted by:", "Jo Doe", "Jo Doe", "Recruiter of Botanists", "Look at plants. ", "Gently.",
        "Seniority level", "Associate", "Employment type", "Contract", "Job function", "Science",
    ]  # fmt: skip
    row = {
        "": "0",
        "Name": "Botanist",
        "Company": "Acme Botany",
        "State": "",
        "City": "Greater Troy",
        "Salary": "",
        "Location": "Greater Troy",
        "Url": "https://jobs.example/view/botanist-at-acme-4-1234567?refId=8&position=2",
        "Description": repr(text),
    }
    path = tmp_path / "in.csv"
    path.write_bytes(as_csv([row]))
    [found, _] = lines(path, read_mapping(mapping_file("data_scientist_linkedin")))
    assert isinstance(found, Posting)
    assert found.source_id == "1234567"
    assert found.url == "https://jobs.example/view/botanist-at-acme-4-1234567"
    assert found.body == "Look at plants.\nGently."
    assert found.employment_type == "Contract"


BULK = {
    "data_scientist_2020_04_a.csv": ("data_scientist_linkedin", 1000, 825, 0),
    "data_scientist_2020_04_b.csv": ("data_scientist_indeed", 944, 944, 86),
    "ml_jobs_2022_2024.csv": ("ml_jobs_linkedin", 862, 852, 0),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", BULK)
def test_real_tables(name: str, shared: Path) -> None:
    shape, rows, adverts, with_pay = BULK[name]
    described = read_mapping(mapping_file(shape))
    table = Table(shared / "bulk" / name, described, shape)
    found = list(lines_of(table, "t", observed_on=TODAY, not_after=TODAY, digest="0"))
    postings = only(found, Posting)
    assert len(postings) == rows == len(found) - 1
    assert len({posting.source_id for posting in postings}) == adverts
    assert sum(posting.pay_text is not None for posting in postings) == with_pay
    assert all(posting.title and posting.location for posting in postings)
    assert sum(posting.company is None for posting in postings) == 1  # one in each names none
    assert not any("Posted by:\n" in posting.body[:100] for posting in postings)
    # Every column is a field, or is said to be left out.
    assert described.unmapped(table.columns) == ()
