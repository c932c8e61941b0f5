"""Forgotten adverts in files: they go, and all else stays byte for byte."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.archive import Archive, DamagedArchiveError
from scrapers.forgotten import MARK, Forgotten, Version
from scrapers.landing import BoardObservation, Line, Page, Posting, Refusal, Seen, read_line
from scrapers.mappings.model import TableMapping
from scrapers.scrub import scrub_landing, scrub_lines, scrub_payload, scrub_table, scrub_warc
from scrapers.spiders.base import Board, TruncatedError
from scrapers.spiders.hackernews import HackernewsSpider
from scrapers.spiders.lever import LeverSpider
from scrapers.tables import Table
from tests.scrapers import test_keys as keys

AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
BOARD = Board("lever", "acme", "Acme", None, AT)
TEXT = "Every tide is modelled by hand in our tower."


def advert(number: int, text: str = TEXT) -> dict[str, Any]:
    return {
        "id": f"advert-{number}",
        "text": f"Tide Modeller {number}",
        "description": f"<p>{text}</p>",
        "hostedUrl": f"https://jobs.lever.co/acme/advert-{number}",
        "categories": {"location": "Lisbon", "team": "Tides"},
        "createdAt": 1_700_000_000_000,
        "salaryRange": {"min": 1, "max": 2, "currency": "EUR", "interval": "per-year-salary"},
    }


def member(url: str, body: bytes, *, kind: str = "application/json", coding: str = "") -> bytes:
    """One response as a gzip member."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    packed = gzip.compress(body) if coding == "gzip" else body
    headers = [("Content-Type", kind), ("Content-Length", str(len(packed)))]
    headers += [("Content-Encoding", coding)] if coding else []
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(packed),
            http_headers=StatusAndHeaders("200 OK", headers, "HTTP/1.1"),
            warc_headers_dict={"WARC-Date": "2026-03-01T06:00:00Z"},
        )
    )
    return buffer.getvalue()


def inflated(path: Path) -> bytes:
    raw, found = path.read_bytes(), []
    while raw.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        found.append(unpacker.decompress(raw))
        raw = unpacker.unused_data
    return b"".join(found)


# --- answers -------------------------------------------------------------------------------------


def test_an_advert_is_emptied_and_its_neighbours_stay() -> None:
    rows = [advert(1), advert(2, "Another text."), advert(3)]
    left = scrub_payload(json.dumps(rows).encode(), "", "", frozenset({"advert-1"}))
    assert left is not None
    read = json.loads(left)
    assert read[1:] == rows[1:]
    assert TEXT not in json.dumps(read[0])
    [first, *others] = LeverSpider.postings(read, BOARD)
    assert isinstance(first, Posting)
    assert (first.source_id, first.title, first.body) == (
        "advert-1", MARK, MARK
    )  # fmt: skip
    assert first.posted_on is not None
    assert others == list(LeverSpider.postings(rows, BOARD))[1:]


def test_a_comment_is_emptied_with_all_replies() -> None:
    def comment(number: int, children: list[dict[str, Any]]) -> dict[str, Any]:
        said = {"id": number, "text": f"{TEXT} {number}", "author": f"author-{number}"}
        return {**said, "created_at": "2026-03-01T00:00:00Z", "children": children}

    thread = {
        "id": 1,
        "title": "Ask HN: Who is hiring? (March 2026)",
        "children": [comment(200, [comment(201, [])]), comment(300, [])],
    }
    left = scrub_payload(json.dumps(thread).encode(), "", "", frozenset({"200"}))
    assert left is not None
    assert f"{TEXT} 201".encode() not in left
    assert b"author-200" not in left
    lines = list(HackernewsSpider.postings(json.loads(left), BOARD))
    assert [line.source_id for line in lines if isinstance(line, Posting)] == ["200", "300"]


def _raw(table: keys.Table) -> Iterator[tuple[str, bytes]]:
    for sample in table.samples:
        if isinstance(sample, str):
            yield "text/html" if "<html" in sample else "", sample.encode()
        else:
            yield "application/json", json.dumps(sample).encode()


@keys.each_table
def test_the_answers_of_every_source_keep_their_ids(table: keys.Table) -> None:
    spider, step, board = keys.spider_of(table.source), keys.step_of(table), keys.board_of(table)
    is_tried = False
    if table.source == "jobhive":
        pytest.skip("its files are tables, which go whole")

    def lines(body: bytes) -> list[Line]:
        document = spider.decode(body)
        payload = {"rows": document, "next": None} if spider.uses_link_header else document
        return [i for i in spider.read(payload, step, board) if isinstance(i, Posting | Refusal)]

    for kind, body in _raw(table):
        try:
            before = lines(body)
        except TruncatedError:
            continue
        for row in before:
            if not isinstance(row, Posting):
                continue
            is_tried = True
            left = scrub_payload(body, step.url, kind, frozenset({row.source_id}))
            assert left
            after = lines(left)
            assert [line.source_id for line in after] == [line.source_id for line in before]
            for old, new in zip(before, after, strict=True):
                if old.source_id != row.source_id:
                    assert new == old
                elif isinstance(new, Posting):
                    assert row.body not in new.body
                    assert row.title is None or row.title not in (new.title or "")
    if not is_tried:
        pytest.skip("an answer of that kind shows no advert")


@pytest.mark.parametrize(
    ("body", "url", "kind", "is_touched"),
    [
        (b'{"a": [', "", "", False),
        (b'{"id": "x", "text": "cut sho', "", "", True),
        (b'{"text": "of another"}', "https://a.example/jobs/x", "", True),
        (b'{"text": "of another"}', "https://a.example/jobs/xy", "", False),
        (b"<jobs><job><id>x</id><text>t</text></job></jobs>", "", "application/xml", True),
        (b"<jobs><job><id>y</id><text>x y</text></job></jobs>", "", "application/xml", False),
        (b"<html><p>No advert.</p></html>", "https://a.example/", "text/html", False),
        (b"<html><p>Gone.</p></html>", "https://a.example/x", "text/html", True),
        (b"id;text\nx;t", "", "text/csv", True),
        (b"id;text\ny;t", "", "text/csv", False),
        (b"", "", "", False),
    ],
)
def test_answers_that_name_an_advert_are_found(
    body: bytes, url: str, kind: str, is_touched: bool
) -> None:
    left = scrub_payload(body, url, kind, frozenset({"x"}))
    assert (left is not None) == is_touched
    assert left is None or b"cut sho" not in left


def test_only_the_row_of_a_feed_is_emptied() -> None:
    feed = (
        f"<jobs><job><id>x</id><name>Modeller</name><text><![CDATA[{TEXT}]]></text></job>"
        "<job><id>y</id><name>Painter</name></job></jobs>"
    )
    left = scrub_payload(feed.encode(), "", "text/xml", frozenset({"x"}))
    assert left is not None
    assert TEXT.encode() not in left
    assert b"Modeller" not in left
    assert b"<id>x</id>" in left
    assert b"<id>y</id><name>Painter</name>" in left


def test_a_page_keeps_the_id_of_its_advert() -> None:
    url = "https://acme.example/jobs/tide-modeller"
    said = {"@type": "JobPosting", "title": "Tide Modeller", "description": TEXT}
    page = (
        "<html><head><title>Tide Modeller</title>"
        f'<script type="application/ld+json">{json.dumps(said)}</script></head>'
        f"<body><p>{TEXT}</p></body></html>"
    ).encode()
    left = scrub_payload(page, url, "text/html", frozenset({"acme.example/jobs/tide-modeller"}))
    assert left
    assert TEXT.encode() not in left
    assert b"acme" not in left
    assert scrub_payload(page, url, "text/html", frozenset({"acme.example/jobs/other"})) is None


# --- WARC files ----------------------------------------------------------------------------------


def test_a_file_without_the_advert_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lever-1.warc.gz"
    path.write_bytes(member("https://a.example/", json.dumps([advert(2)]).encode()))
    before = path.stat()
    assert scrub_warc(path, {"lever": {"advert-1"}}, "lever").emptied == 0
    assert scrub_warc(path, {"ashby": {"advert-2"}}, "lever").emptied == 0
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_looking_only_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lever-1.warc.gz"
    path.write_bytes(member("https://a.example/", json.dumps([advert(1)]).encode()))
    before = path.read_bytes()
    assert scrub_warc(path, {"lever": {"advert-1"}}, "lever", is_trial=True).emptied == 1
    assert path.read_bytes() == before


def test_a_rewritten_answer_is_a_whole_record_again(tmp_path: Path) -> None:
    path = tmp_path / "lever-1.warc.gz"
    body = json.dumps([advert(1), advert(2)]).encode()
    path.write_bytes(member("https://a.example/", body, coding="gzip"))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    with path.open("rb") as file:
        old = next(iter(ArchiveIterator(file))).rec_headers
    assert scrub_warc(path, {"lever": {"advert-1"}}, "lever") == (1, 0)
    assert path.stat().st_mtime == 1_000_000_000
    with path.open("rb") as file:
        records = list(ArchiveIterator(file, check_digests="raise"))
        assert len(records) == 1
    for name in ("WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "WARC-Type"):
        with path.open("rb") as file:
            assert next(iter(ArchiveIterator(file))).rec_headers.get_header(name) == old.get_header(
                name
            )
    found = Archive([path]).fetch("https://a.example/")
    assert dict(found.headers)["Content-Length"] == str(len(found.body))
    assert json.loads(found.body)[1] == advert(2)
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_said_and_left(tmp_path: Path) -> None:
    path = tmp_path / "lever-1.warc.gz"
    whole = member("https://a.example/", json.dumps([advert(1)]).encode())
    path.write_bytes(whole + whole[: len(whole) // 2])
    before = path.read_bytes()
    with pytest.raises(DamagedArchiveError, match="could not be taken out"):
        scrub_warc(path, {"lever": {"advert-1"}}, "lever")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    boards=st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=6),
    noise=st.binary(max_size=200),
    gone=st.sets(st.integers(0, 5), max_size=3),
    coding=st.sampled_from(["", "gzip"]),
)
def test_all_other_records_keep_their_bytes(
    boards: list[list[int]], noise: bytes, gone: set[int], coding: str, tmp_path: Path
) -> None:
    path = tmp_path / "lever-1.warc.gz"
    members = [member("https://a.example/noise", b"\x00" + noise, kind="text/plain")]
    members += [
        member(
            f"https://a.example/{n}",
            json.dumps([advert(a, f"own words {a}") for a in rows]).encode(),
            coding=coding,
        )
        for n, rows in enumerate(boards)
    ]
    path.write_bytes(b"".join(members))
    touched = [bool(gone & set(rows)) for rows in ([], *boards)]
    done = scrub_warc(path, {"lever": {f"advert-{a}" for a in gone}}, "lever")
    assert done == (sum(touched), 0)
    raw = path.read_bytes()
    for old, is_touched in zip(members, touched, strict=True):
        if not is_touched:
            assert raw.startswith(old)
            raw = raw[len(old) :]
        else:
            unpacker = zlib.decompressobj(wbits=31)
            unpacker.decompress(raw)
            raw = unpacker.unused_data
    assert raw == b""
    for n, rows in enumerate(boards):
        left = json.loads(Archive([path]).fetch(f"https://a.example/{n}").body)
        assert [row["id"] for row in left] == [f"advert-{a}" for a in rows]
        for row, a in zip(left, rows, strict=True):
            assert (row == advert(a, f"own words {a}")) == (a not in gone)


# --- landing files -------------------------------------------------------------------------------


def posting(source_id: str = "x", **more: Any) -> Posting:
    said = {
        "source": "lever",
        "board": "acme",
        "observed_at": AT,
        "body": TEXT,
        "title": "Modeller",
    }
    return Posting(**said | {"source_id": source_id, "company": "Acme"} | more)


VERSIONS = [
    Version("lever", "acme", "x", date(2026, 2, 1), "first", None),
    Version("lever", "acme", "x", date(2026, 4, 1), "second", None),
]


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-01-01", "first"), ("2026-02-01", "first"), ("2026-03-31", "first"),
     ("2026-04-01", "second"), ("2027-01-01", "second")],
)  # fmt: skip
def test_an_advert_stands_in_the_version_of_its_day(day: str, version: str) -> None:
    at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    left = Forgotten(VERSIONS).of(posting(observed_at=at, requisition_id="R1", url="https://a"))
    assert isinstance(left, Posting)
    assert (left.forgotten, left.body, left.title, left.company) == (version, MARK, MARK, MARK)
    assert (left.requisition_id, left.url, left.is_excerpt) == ("R1", None, False)


def test_what_is_not_forgotten_is_left() -> None:
    forgotten = Forgotten(VERSIONS)
    envelope = {"source": "lever", "board": "acme", "observed_at": AT}
    for line in (
        posting("y"),
        posting(source="ashby"),
        posting(board="other"),
        Seen(**envelope, source_id="x"),
        BoardObservation(**envelope, state="ok", url=""),
        Refusal(**envelope, source_id="x", stage="load", reason=""),
        Page(**envelope, url="", http_status=200, payload_digest="", steps=('{"url": "a"}',)),
    ):
        assert forgotten.of(line) is line
    once = forgotten.of(posting())
    assert forgotten.of(once) is once


def test_new_adverts_of_a_forgotten_employer_are_excerpts_of_one_version() -> None:
    forgotten = Forgotten([], lambda name: "forgotten:x" if name == "Acme" else None)
    left = [forgotten.of(posting("new", body=text)) for text in ("One text.", "Another text.")]
    assert left[0] == left[1]
    assert isinstance(left[0], Posting)
    assert (left[0].company, left[0].is_excerpt) == ("forgotten:x", True)
    other = posting("new", company="Acme Two")
    assert forgotten.of(other) is other


def test_a_landing_file_keeps_its_lines_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    envelope = {"source": "lever", "board": "acme", "observed_at": AT}
    step = json.dumps({"url": "a", "source_id": "x", "extra": [["title", TEXT]]})
    rows = [
        posting("y"),
        posting("x"),
        Page(**envelope, url="", http_status=200, payload_digest="", steps=(step,)),
        BoardObservation(**envelope, state="ok", url="", rows_seen=2),
    ]
    lines = [row.model_dump_json(exclude_none=True).encode() + b"\n" for row in rows]
    cut = lines[1][: lines[1].index(b"tower")] + b"\n"
    path.write_bytes(b"".join([*lines, cut]))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    emptied, ids = scrub_landing(path, Forgotten(VERSIONS))
    left = path.read_bytes().splitlines(keepends=True)
    assert (emptied, ids) == (3, {"lever": {"x"}})
    assert (left[0], left[3]) == (lines[0], lines[3])
    assert len(left) == 5
    assert sum(b"tide is" in line for line in left) == 1
    found = read_line(left[1])
    assert isinstance(found, Posting)
    assert found.forgotten == "first"
    assert path.stat().st_mtime == 1_000_000_000
    assert scrub_landing(path, Forgotten(VERSIONS))[0] == 0


# --- tables --------------------------------------------------------------------------------------

MAPPING = {"fields": {"source_id": "id", "body": "text"}}
ROWS = [{"id": "a", "text": TEXT}, {"id": "b", "text": 'Ours, "quoted".\nTwo lines.'}]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.jsonl", "t.parquet"])
def test_rows_of_kept_tables_go(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        tab = "\t" if ".tsv" in name else ","
        quoted = ROWS[1]["text"].replace('"', '""')
        text = f'id{tab}text\na{tab}{TEXT}\nb{tab}"{quoted}"\n'.encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    path.chmod(0o444)
    assert scrub_table(path, MAPPING, ["nobody"]).emptied == 0
    assert scrub_table(path, MAPPING, ["a"]).emptied == 1
    assert path.stat().st_mode & 0o777 == 0o444
    left = [row.row for row in Table(path, TableMapping.model_validate(MAPPING), "m").rows()]
    assert left == ROWS[1:]


def test_other_files_of_json_lines_are_emptied_too(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert scrub_lines(path, {"x": {"a"}}).emptied == 1
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"id": "a", "text": MARK},
        ROWS[1],
    ]
