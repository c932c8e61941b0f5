"""Archives of any origin, through the JobPosting reader."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from base64 import b32encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers import webarchive
from scrapers.landing import BoardObservation, Line, Posting, Refusal, Seen, read_line
from scrapers.webarchive import archives, land_warc, read_warc

# The writer of warcio does so.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")

HOST = "jobs.apples.example"
PLAIN = b"<html><body>About our apples</body></html>"


def advert(number: int, text: str = "You sort apples.") -> bytes:
    data = {
        "@type": "JobPosting",
        "title": f"Sorter {number}",
        "description": text,
        "hiringOrganization": "Apples GmbH",
        "datePosted": "2026-07-01",
    }
    return f'<html><script type="application/ld+json">{json.dumps(data)}</script></html>'.encode()


class Archived:
    """A WARC file in the making."""

    def __init__(self, *, is_gzip: bool = True) -> None:
        self._file = BytesIO()
        self._writer = WARCWriter(self._file, gzip=True)
        self._is_gzip = is_gzip
        self._ends: list[int] = []

    def add(
        self,
        path: str = "/1",
        body: bytes = PLAIN,
        day: str = "2026-08-01",
        kind: str = "response",
        *,
        host: str = HOST,
        status: str = "200 OK",
        http: dict[str, str] | None = None,
        warc: dict[str, str] | None = None,
    ) -> Archived:
        """Append a record."""
        headers = {"Content-Type": "text/html; charset=utf-8"} | (http or {})
        is_http = kind in ("request", "response", "revisit")
        record = self._writer.create_warc_record(
            f"https://{host}{path}",
            kind,
            payload=BytesIO(body),
            http_headers=StatusAndHeaders(
                "GET / HTTP/1.1" if kind == "request" else status,
                list(headers.items()),
                "" if kind == "request" else "HTTP/1.1",
                is_http_request=kind == "request",
            )
            if is_http
            else None,
            warc_content_type="" if is_http else "text/html",
            warc_headers_dict={"WARC-Date": f"{day}T06:00:00Z"} | (warc or {}),
        )
        self._writer.write_record(record)
        self._ends.append(self._file.tell())
        return self

    def bytes(self) -> bytes:
        """The file."""
        data = self._file.getvalue()
        return data if self._is_gzip else gzip.decompress(data)

    def end(self, number: int) -> int:
        """Where a record ends."""
        end = self._ends[number]
        return end if self._is_gzip else len(gzip.decompress(self._file.getvalue()[:end]))


def lines_of(folder: Path, *files: bytes) -> list[Line]:
    for number, data in enumerate(files):
        (folder / f"{number}.warc.gz").write_bytes(data)
    return list(read_warc([folder]))


def titles(lines: list[Line]) -> list[str | None]:
    return [line.title for line in lines if isinstance(line, Posting)]


def health(lines: list[Line]) -> dict[tuple[str, date], BoardObservation]:
    found = [line for line in lines if isinstance(line, BoardObservation)]
    said = {(line.board, line.observed_at.date()): line for line in found}
    assert len(said) == len(found), "one observation per site and day"
    return said


DAY = date(2026, 8, 1)


def test_pages_become_adverts_observed_on_the_day_of_their_capture(tmp_path: Path) -> None:
    archive = Archived()
    archive.add("/1", advert(1)).add("/1", advert(1), kind="request").add("/2", advert(2))
    archive.add("/about").add("/x", b"dns", kind="metadata").add(
        "/1", advert(1, "New"), "2026-09-01"
    )
    lines = lines_of(tmp_path, archive.bytes())
    assert titles(lines) == ["Sorter 1", "Sorter 2", "Sorter 1"]
    said = health(lines)
    assert [(line.state, line.rows_seen) for line in said.values()] == [("ok", 2), ("ok", 1)]
    assert not any(line.is_listing for line in said.values()), "what it lacks has not closed"
    for line in lines:
        # A row only counts with the observation of its site and day.
        assert line.observed_at == said[line.board, line.observed_at.date()].observed_at
        assert (line.source, line.board) == ("jobposting", HOST)


def test_a_page_without_an_advert_is_an_observation(tmp_path: Path) -> None:
    [line] = lines_of(tmp_path, Archived().add("/about").bytes())
    assert isinstance(line, BoardObservation)
    assert (line.state, line.rows_seen, line.is_listing) == ("ok", 0, False)
    assert line.reason == "no JobPosting on the page"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "request"},
        {"kind": "metadata"},
        {"kind": "conversion"},
        {"status": "404 Not Found"},
        {"status": "301 Moved"},
        {"http": {"Content-Type": "application/json"}},
        {"http": {"Content-Type": "text/plain"}},
    ],
    ids=str,
)
def test_what_is_no_page_is_passed_over(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert lines_of(tmp_path, Archived().add(body=advert(1), **changes).bytes()) == []


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("http", "body", "kind"),
    [
        ({}, advert(1), "resource"),
        ({"Content-Type": "application/xhtml+xml"}, advert(1), "response"),
        ({"Content-Type": ""}, advert(1), "response"),
        ({"Content-Encoding": "gzip"}, gzip.compress(advert(1)), "response"),
        ({"Transfer-Encoding": "chunked"}, chunked(advert(1)), "response"),
        ({"Transfer-Encoding": "chunked"}, advert(1), "response"),
        ({"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"},
         chunked(gzip.compress(advert(1), mtime=0)), "response"),
        ({"X-Crawl-Content-Encoding": "gzip"}, advert(1), "response"),
    ],
    ids=["resource", "xhtml", "no type", "gzip", "chunked", "not chunked", "both", "taken off"],
)  # fmt: skip
def test_pages_are_read_however_they_are_kept(
    tmp_path: Path, http: dict[str, str], body: bytes, kind: str
) -> None:
    lines = lines_of(tmp_path, Archived().add(body=body, http=http, kind=kind).bytes())
    assert titles(lines) == ["Sorter 1"]


def plain() -> bytes:
    return Archived(is_gzip=False).add("/1", advert(1)).add("/2", advert(2)).bytes()


def arc() -> bytes:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + advert(1)
    about = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://x.arc 0.0.0.0 20260801060000 text/plain %d\n%b\n" % (len(about), about)
    url = f"https://{HOST}/1".encode()
    return head + b"%b 10.0.0.1 20260801060000 text/html %d\n%b\n" % (url, len(page), page)


@pytest.mark.parametrize(
    ("data", "count"),
    [(plain, 2), (lambda: gzip.compress(plain()), 2), (arc, 1)],
    ids=["plain", "compressed as a whole", "ARC"],
)
def test_other_forms_of_archives(tmp_path: Path, data: Callable[[], bytes], count: int) -> None:
    lines = lines_of(tmp_path, data())
    assert len(titles(lines)) == count
    assert [line.state for line in health(lines).values()] == ["ok"]


def test_the_same_page_twice_on_a_day_counts_once(tmp_path: Path) -> None:
    archive = Archived().add("/1", advert(1)).add("/1?utm_source=x", advert(1)).add("/2", advert(2))
    lines = lines_of(tmp_path, archive.bytes())
    assert titles(lines) == ["Sorter 1", "Sorter 2"]
    assert health(lines)[HOST, DAY].rows_seen == 2


def test_files_of_one_reading_make_one_observation_of_a_day(tmp_path: Path) -> None:
    first = Archived().add("/1", advert(1), warc={"WARC-Date": "2026-08-01T01:00:00Z"})
    second = Archived().add("/2", advert(2), warc={"WARC-Date": "2026-08-01T23:00:00Z"})
    lines = lines_of(tmp_path, first.bytes(), second.bytes())
    assert len({line.observed_at for line in lines}) == 1
    assert health(lines)[HOST, DAY].rows_seen == 2


# --- revisits, cut pages, damage -----------------------------------------------------------------

SAME = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@pytest.mark.parametrize(
    ("path", "warc", "is_seen"),
    [
        ("/1", {"WARC-Profile": SAME}, True),
        ("/1", {"WARC-Profile": SAME, "WARC-Refers-To-Target-URI": f"http://{HOST}/1"}, True),
        ("/1", {"WARC-Profile": SAME, "WARC-Refers-To-Target-URI": f"https://{HOST}/2"}, False),
        ("/1", {"WARC-Profile": SAME, "WARC-Payload-Digest": "sha1:OTHER"}, False),
        ("/1", {"WARC-Profile": SAME.replace("identical-payload-digest", "server-not-modified"),
                "WARC-Payload-Digest": "sha1:OTHER"}, True),
        ("/about", {"WARC-Profile": SAME}, False),
        ("/unknown", {"WARC-Profile": SAME}, False),
    ],
)  # fmt: skip
def test_a_revisit_says_that_adverts_are_still_there(
    tmp_path: Path, path: str, warc: dict[str, str], is_seen: bool
) -> None:
    digest = b32encode(sha1(advert(1)).digest()).decode()
    archive = Archived().add("/1", advert(1)).add("/about")
    said = {"WARC-Payload-Digest": f"sha1:{digest}"} | warc
    archive.add(path, b"", "2026-09-01", "revisit", warc=said)
    (tmp_path / "a.warc.gz").write_bytes(archive.bytes())
    out = tmp_path / "out.jsonl"
    counts = land_warc([tmp_path / "a.warc.gz"], out)
    seen = [
        line for line in map(read_line, out.read_bytes().splitlines()) if isinstance(line, Seen)
    ]
    assert [line.source_id for line in seen] == ([f"{HOST}/1"] if is_seen else [])
    assert (counts.unchanged, counts.unresolved) == (int(is_seen), int(not is_seen))


def test_pages_that_a_crawler_cut_are_read_and_said_to_be(tmp_path: Path) -> None:
    cut = {"WARC-Truncated": "length"}
    archive = Archived().add("/1", advert(1), warc=cut).add("/2", advert(2)[:-40], warc=cut)
    archive.add("/3", advert(3))
    lines = lines_of(tmp_path, archive.bytes())
    assert titles(lines) == ["Sorter 1", "Sorter 3"]
    assert [type(line) for line in lines].count(Refusal) == 1
    said = health(lines)[HOST, DAY]
    assert said.state == "truncated"
    assert "2 pages cut short" in (said.reason or "")


def test_huge_pages_are_read_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webarchive, "PAGE_BYTES", 100_000)
    bomb = gzip.compress(advert(1) + b" " * 50_000_000)
    lines = lines_of(tmp_path, Archived().add(body=bomb, http={"Content-Encoding": "gzip"}).bytes())
    assert titles(lines) == ["Sorter 1"]
    assert health(lines)[HOST, DAY].state == "truncated"


@cache
def three(*, is_gzip: bool = True) -> Archived:
    archive = Archived(is_gzip=is_gzip)
    for number in (1, 2, 3):
        # Long enough for the damage to hit the text, in words that don't compress away.
        random = Random(number)
        words = " ".join(str(random.random()) for _ in range(400))
        archive.add(f"/{number}", advert(number, words))
    return archive


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_damaged_tail_costs_only_itself(tmp_path: Path, is_gzip: bool) -> None:
    archive = three(is_gzip=is_gzip)
    lines = lines_of(tmp_path, archive.bytes()[:-2_000])
    assert titles(lines) == ["Sorter 1", "Sorter 2"]
    of_file = health(lines)["0.warc.gz", DAY]
    assert (of_file.state, of_file.is_listing) == ("truncated", False)
    assert f"damaged at byte {archive.end(1):,}" in (of_file.reason or "")
    assert health(lines)[HOST, DAY].rows_seen == 2


@pytest.mark.parametrize("is_gzip", [True, False])
@pytest.mark.parametrize("place", [3, 300, 1_000])
def test_behind_damage_it_goes_on(tmp_path: Path, is_gzip: bool, place: int) -> None:
    archive = three(is_gzip=is_gzip)
    data = bytearray(archive.bytes())
    at = archive.end(0) + place
    if is_gzip:
        data[at : at + 400] = b"\0" * 400
    else:
        del data[at : at + 400]
    lines = lines_of(tmp_path, bytes(data))
    assert [title for title in titles(lines) if title != "Sorter 2"] == ["Sorter 1", "Sorter 3"]
    assert health(lines)["0.warc.gz", DAY].state == "truncated"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 no archive at all", "no WARC record begins there"),
        (gzip.compress(b"some text\n" * 50, mtime=0), "no WARC record begins there"),
    ],
    ids=["empty", "zip", "text"],
)
def test_what_is_no_archive_is_a_failed_observation(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    [line] = lines_of(tmp_path, data)
    assert isinstance(line, BoardObservation)
    assert line.state == "failed"
    assert reason in (line.reason or "")


@pytest.mark.parametrize(
    "instant",
    ["yesterday", "", "2026-08-01T06:00:00.123456789Z"],
)
@pytest.mark.parametrize("host", [HOST, "[broken", ""])
def test_a_strange_record_costs_only_itself(tmp_path: Path, instant: str, host: str) -> None:
    archive = Archived().add("/1", advert(1), host=host, warc={"WARC-Date": instant})
    archive.add("/2", advert(2))
    is_good = host == HOST and instant.endswith("Z")
    found = titles(lines_of(tmp_path, archive.bytes()))
    assert found == (["Sorter 1", "Sorter 2"] if is_good else ["Sorter 2"])


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_no_damage_raises(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(three(is_gzip=data.draw(st.booleans())).bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(whole)))
        whole[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    lines = lines_of(tmp_path, bytes(whole))
    assert any(isinstance(line, BoardObservation) for line in lines)


# --- files, amounts ------------------------------------------------------------------------------


def test_folders_are_searched_through_and_files_taken_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    inside, named = tmp_path / "a" / "b" / "x.warc.gz", tmp_path / "export.dat"
    for path in (inside, named, tmp_path / "a" / "notes.txt"):
        path.write_bytes(b"")
    assert archives([tmp_path / "a", named, inside]) == [inside, named]


@pytest.mark.parametrize("name", ["missing.warc", "empty"])
def test_a_path_without_archives_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=name):
        land_warc([tmp_path / name], tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_the_landing_file_has_no_personal_data_and_the_counts(tmp_path: Path) -> None:
    archive = (
        Archived().add("/1", advert(1, "Mail jane.doe@apples.example to apply.")).add("/about")
    )
    (tmp_path / "a.warc.gz").write_bytes(archive.bytes())
    out = tmp_path / "landing" / "warc.jsonl"
    counts = land_warc([tmp_path / "a.warc.gz"], out)
    assert b"jane.doe" not in out.read_bytes()
    assert [read_line(line).kind for line in out.read_bytes().splitlines()] == ["posting", "board"]
    assert (counts.files, counts.records, counts.pages, counts.postings) == (1, 2, 2, 1)
    assert (counts.pages_with_postings, counts.sites, counts.damaged_files) == (1, 1, 0)
    assert not list(out.parent.glob("*.open"))


def many(count: int) -> Iterator[bytes]:
    """A file of pages of as many sites, none with an advert."""
    archive = Archived()
    for number in range(count):
        archive.add("/", PLAIN + b" " * 20_000, host=f"s{number}.example")
    yield archive.bytes()


def test_of_many_sites_without_adverts_only_the_number_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webarchive, "SITES_WITHOUT", 10)
    lines = lines_of(tmp_path, *many(50))
    said = health(lines)
    assert len(said) == 11
    assert "40 more pages without a JobPosting" in (said["0.warc.gz", DAY].reason or "")
    assert said["0.warc.gz", DAY].state == "ok"


def test_memory_does_not_grow_with_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webarchive, "SITES_WITHOUT", 10)
    peaks = []
    for count in (400, 400, 1600):
        [data] = many(count)
        (tmp_path / "0.warc.gz").write_bytes(data)
        tracemalloc.start()
        for _ in read_warc([tmp_path]):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.2 * peaks[1], peaks


@pytest.mark.shared
def test_archived_pages_of_real_sites(shared: Path, tmp_path: Path) -> None:
    counts = land_warc([shared / "captures"], tmp_path / "out.jsonl")
    assert (counts.pages, counts.postings, counts.refused) == (4, 3, 0)
    lines = [read_line(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    said = {board: line.state for (board, _), line in health(lines).items()}
    assert said == dict.fromkeys(
        ("www.metacareers.com", "neura-robotics.com", "www.reed.co.uk", "www.seek.com.au"), "ok"
    )
    instants = {line.board: line.observed_at for line in lines if isinstance(line, Posting)}
    assert instants["www.reed.co.uk"] == datetime(2020, 12, 22, 6, tzinfo=UTC)
