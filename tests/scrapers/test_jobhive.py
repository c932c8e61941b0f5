"""Files in ranges, the JobHive manifest and its rows: piece by piece, then as whole crawls."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers import download
from scrapers.download import Download, Fetched, Wanted
from scrapers.jobhive import MANIFEST, files_of, read_row, rows_of
from scrapers.landing import Line, Page, Posting, Refusal
from scrapers.market import jobhive as market
from scrapers.market.serve import simulated
from scrapers.spiders.base import Board, ShapeError
from scrapers.spiders.jobhive import WHOLE_EVERY, JobhiveSpider
from tests.scrapers.crawling import by_board as boards_of
from tests.scrapers.crawling import crawled, origins_file, words_of
from tests.scrapers.ranges import ranged
from tests.scrapers.server import Answer, Site, as_json

BOARD = Board("jobhive", "all", "all", None, datetime(2026, 10, 31, 6, tzinfo=UTC))
ADDRESS = "https://data.example/v1/all.bin"
CONTENT = bytes(range(256)) * 5
PIECE = 300


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- ranges, without a network ------------------------------------------------------------------


class Server:
    """Serves one file; what it does wrong is said by its attributes."""

    def __init__(self, content: bytes = CONTENT, etag: str | None = '"v1"') -> None:
        self.content = content
        self.etag = etag
        self.has_ranges = True
        self.heeds_if_range = True
        self.breaks_after: int | None = None
        """How many requests are answered before the line breaks."""
        self.status: int | None = None
        self.asked: list[dict[str, str]] = []
        self.before: Callable[[int], None] | None = None

    def __call__(self, request: Request) -> Response | Exception:
        headers = {k.decode(): v[0].decode() for k, v in request.headers.items()}
        if self.before is not None:
            self.before(len(self.asked))
        self.asked.append(headers)
        if self.breaks_after is not None and len(self.asked) > self.breaks_after:
            return DownloadTimeoutError("no answer")
        said = {"ETag": self.etag} if self.etag else {}
        if self.status is not None:
            return Response(request.url, self.status, request=request)
        if self.etag and headers.get("If-None-Match") == self.etag:
            return Response(request.url, 304, headers=said, request=request)
        first, last = map(int, headers["Range"].removeprefix("bytes=").split("-"))
        is_other = headers.get("If-Range") not in (None, self.etag)
        if not self.has_ranges or (is_other and self.heeds_if_range):
            return Response(request.url, 200, headers=said, body=self.content, request=request)
        if first >= len(self.content):
            said["Content-Range"] = f"bytes */{len(self.content)}"
            return Response(request.url, 416, headers=said, request=request)
        body = self.content[first : last + 1]
        said["Content-Range"] = f"bytes {first}-{first + len(body) - 1}/{len(self.content)}"
        return Response(request.url, 206, headers=said, body=body, request=request)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RANGE_BYTES", PIECE)


def fetch(server: Server, path: Path, **wanted: Any) -> Fetched:
    """Drive a download as Scrapy would, until it says what came of it."""
    done: list[Fetched] = []

    def then(fetched: Fetched) -> Iterator[Any]:
        done.append(fetched)
        yield from ()

    asked = list(Download(Wanted(ADDRESS, path, **wanted), then).begin())
    while asked:
        [request] = asked
        assert request.meta["dont_record"]
        answer = server(request)
        if isinstance(answer, Exception):
            asked = list(request.errback(Failure(answer)))
        else:
            asked = list(request.callback(answer))
        assert len(server.asked) < 50
    [fetched] = done
    return fetched


def test_a_file_is_fetched_in_ranges_and_kept(tmp_path: Path) -> None:
    server = Server()
    fetched = fetch(server, tmp_path / "all.bin", sha256=sha256(CONTENT))
    assert fetched.state == "ok"
    assert fetched.path is not None
    assert fetched.path.read_bytes() == CONTENT
    assert (fetched.digest, fetched.etag) == (f"sha256:{sha256(CONTENT)}", '"v1"')
    assert [asked["Range"] for asked in server.asked] == [
        "bytes=0-299",
        "bytes=300-599",
        "bytes=600-899",
        "bytes=900-1199",
        "bytes=1200-1499",
    ]
    assert all(asked["Accept-Encoding"] == "identity" for asked in server.asked)
    assert [asked.get("If-Range") for asked in server.asked] == [None, *['"v1"'] * 4]
    assert not list(tmp_path.glob("*.part"))


def test_a_download_goes_on_where_an_earlier_one_broke_off(tmp_path: Path) -> None:
    path, broken, whole = tmp_path / "all.bin", Server(), Server()
    broken.breaks_after = 2
    fetched = fetch(broken, path, sha256=sha256(CONTENT))
    assert (fetched.state, fetched.path) == ("failed", None)
    assert "no whole answer in time" in (fetched.reason or "")
    assert "600 bytes are kept" in (fetched.reason or "")
    fetched = fetch(whole, path, sha256=sha256(CONTENT))
    assert fetched.state == "ok"
    assert path.read_bytes() == CONTENT
    assert whole.asked[0]["Range"] == "bytes=600-899"
    assert whole.asked[0]["If-Range"] == '"v1"'


@pytest.mark.parametrize("heeds_if_range", [True, False])
def test_a_file_that_changed_since_is_begun_anew(tmp_path: Path, heeds_if_range: bool) -> None:
    path, broken = tmp_path / "all.bin", Server()
    broken.breaks_after = 2
    fetch(broken, path)
    other = Server(CONTENT[::-1], '"v2"')
    other.heeds_if_range = heeds_if_range
    fetched = fetch(other, path)
    assert fetched.state == "ok"
    assert path.read_bytes() == CONTENT[::-1]
    assert fetched.etag == '"v2"'


def test_a_file_that_keeps_changing_is_given_up(tmp_path: Path) -> None:
    server = Server()
    server.heeds_if_range = False

    def change(number: int) -> None:
        server.etag = f'"v{number}"'

    server.before = change
    fetched = fetch(server, tmp_path / "all.bin")
    assert fetched.state == "failed"
    assert "changed while it was fetched, and again when begun anew" in (fetched.reason or "")


def test_a_changed_file_too_large_for_one_answer_is_begun_anew(tmp_path: Path) -> None:
    path, broken = tmp_path / "all.bin", Server()
    broken.breaks_after = 2
    fetch(broken, path)
    other = Server(CONTENT[::-1], '"v2"')
    whole = other.__call__

    class Large(Server):
        def __call__(self, request: Request) -> Response | Exception:
            answer = whole(request)
            if isinstance(answer, Response) and answer.status == 200:
                return DownloadCancelledError("the body has 1280 bytes")
            return answer

    assert fetch(Large(), path).state == "ok"
    assert path.read_bytes() == CONTENT[::-1]


def test_a_server_without_ranges_gives_the_file_whole_or_not_at_all(tmp_path: Path) -> None:
    server = Server()
    server.has_ranges = False
    assert fetch(server, tmp_path / "a.bin", sha256=sha256(CONTENT)).state == "ok"
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert len(server.asked) == 1

    class Large(Server):
        def __call__(self, request: Request) -> Response | Exception:
            self.asked.append(dict(request.meta))
            return DownloadCancelledError("the body is too large")

    fetched = fetch(Large(), tmp_path / "b.bin")
    assert fetched.state == "failed"
    assert "serves no parts of the file" in (fetched.reason or "")


def test_without_ranges_a_beginning_is_replaced_by_the_whole(tmp_path: Path) -> None:
    path, broken, server = tmp_path / "all.bin", Server(), Server()
    broken.breaks_after = 2
    fetch(broken, path)
    server.has_ranges = False
    assert fetch(server, path).state == "ok"
    assert path.read_bytes() == CONTENT


def test_a_wrong_sum_is_a_failure_and_the_file_is_gone(tmp_path: Path) -> None:
    fetched = fetch(Server(), tmp_path / "all.bin", sha256=sha256(b"another"))
    assert (fetched.state, fetched.path, fetched.has_wrong_sum) == ("failed", None, True)
    assert "sha256" in (fetched.reason or "")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_sum_after_going_on_is_tried_once_from_the_start(tmp_path: Path) -> None:
    path, broken = tmp_path / "all.bin", Server()
    broken.breaks_after = 2
    fetch(broken, path, sha256=sha256(CONTENT))
    part = tmp_path / "all.bin.part"
    part.write_bytes(b"\0" * 600)
    server = Server()
    assert fetch(server, path, sha256=sha256(CONTENT)).state == "ok"
    assert path.read_bytes() == CONTENT
    assert [asked["Range"] for asked in server.asked].count("bytes=0-299") == 1


def test_a_size_counts_where_there_is_no_sum(tmp_path: Path) -> None:
    fetched = fetch(Server(), tmp_path / "a.bin", size=len(CONTENT) + 1)
    assert fetched.state == "failed"
    assert "1280 bytes and shall have 1281" in (fetched.reason or "")
    assert fetch(Server(), tmp_path / "b.bin", size=len(CONTENT)).state == "ok"
    checked = fetch(Server(), tmp_path / "c.bin", size=1, sha256=sha256(CONTENT))
    assert checked.state == "ok"


def test_a_file_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    path, first, again, newer = tmp_path / "all.bin", Server(), Server(), Server(b"new", '"v2"')
    fetch(first, path, sha256=sha256(CONTENT))
    assert fetch(again, path, sha256=sha256(CONTENT)).path == path
    assert again.asked == []
    fetched = fetch(newer, path, sha256=sha256(b"new"))
    assert fetched.state == "ok"
    assert path.read_bytes() == b"new"


def test_without_a_sum_a_file_that_is_there_is_asked_for_when_it_changed(tmp_path: Path) -> None:
    path, first, again, newer = tmp_path / "all.bin", Server(), Server(), Server(b"new", '"v2"')
    fetch(first, path)
    fetched = fetch(again, path)
    assert [asked["If-None-Match"] for asked in again.asked] == ['"v1"']
    assert (fetched.state, fetched.status, path.read_bytes()) == ("ok", 304, CONTENT)
    assert fetch(Server(), path, is_settled=True).status is None
    assert fetch(newer, path).state == "ok"
    assert path.read_bytes() == b"new"


def test_a_version_that_is_known_is_not_sent_again(tmp_path: Path) -> None:
    known = {"etag": '"v1"', "digest": f"sha256:{sha256(CONTENT)}", "observed_at": "2026-10-01"}
    server = Server()
    fetched = fetch(server, tmp_path / "all.bin", known=known)
    assert (fetched.state, fetched.status, fetched.path) == ("unchanged", 304, None)
    assert (fetched.digest, fetched.etag) == (known["digest"], '"v1"')
    assert [asked["If-None-Match"] for asked in server.asked] == ['"v1"']
    assert list(tmp_path.iterdir()) == []
    newer = Server(CONTENT[::-1], '"v2"')
    assert fetch(newer, tmp_path / "all.bin", known=known).path is not None
    # What has no digest is no version whose rows were read.
    assert fetch(Server(), tmp_path / "other.bin", known={"etag": '"v1"'}).state == "ok"


def test_the_beginning_of_a_newer_version_is_gone_on_with(tmp_path: Path) -> None:
    known = {"etag": '"v1"', "digest": f"sha256:{sha256(CONTENT)}"}
    path, broken = tmp_path / "all.bin", Server(CONTENT[::-1], '"v2"')
    broken.breaks_after = 2
    assert fetch(broken, path, known=known).state == "failed"
    server = Server(CONTENT[::-1], '"v2"')
    assert fetch(server, path, known=known).state == "ok"
    assert server.asked[0]["Range"] == "bytes=600-899"
    assert "If-None-Match" not in server.asked[0]
    download.forget(path)
    assert list(tmp_path.iterdir()) == []


def test_without_any_proof_a_beginning_is_not_believed(tmp_path: Path) -> None:
    path, broken, other = tmp_path / "all.bin", Server(etag=None), Server(CONTENT[::-1], None)
    broken.breaks_after = 2
    fetch(broken, path)
    assert fetch(other, path).state == "ok"
    assert other.asked[0]["Range"] == "bytes=0-299"
    assert path.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize(
    ("status", "state"),
    [(403, "forbidden"), (401, "forbidden"), (404, "failed"), (503, "failed"), (302, "failed")],
)
def test_other_answers_are_failures(tmp_path: Path, status: int, state: str) -> None:
    server = Server()
    server.status = status
    fetched = fetch(server, tmp_path / "all.bin")
    assert (fetched.state, fetched.status) == (state, status)
    assert str(status) in (fetched.reason or "")


def test_a_full_disk_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = download.shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _path: usage)
    fetched = fetch(Server(), tmp_path / "all.bin")
    assert fetched.state == "failed"
    assert "free on the disk" in (fetched.reason or "")


@given(
    content=st.binary(min_size=1, max_size=2_000),
    breaks_after=st.lists(st.integers(0, 4), max_size=4),
)
def test_however_often_it_breaks_off_the_whole_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, breaks_after: list[int]
) -> None:
    path = tmp_path_factory.mktemp("files") / "all.bin"
    for number in breaks_after:
        server = Server(content)
        server.breaks_after = number
        fetch(server, path)
    assert fetch(Server(content), path).state == "ok"
    assert path.read_bytes() == content


# --- the manifest -------------------------------------------------------------------------------

V1 = "https://storage.stapply.ai/jobhive/v1/"


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("all.parquet", f"{V1}all.parquet"),
        ("lever/jobs.parquet", f"{V1}lever/jobs.parquet"),
        ("jobhive/v1/all.parquet", f"{V1}all.parquet"),  # a key of the bucket
        ("/jobhive/v1/all.parquet", f"{V1}all.parquet"),
        ("https://cdn.example/a.parquet", "https://cdn.example/a.parquet"),
        ("//cdn.example/a.parquet", "https://cdn.example/a.parquet"),
    ],
)
def test_addresses_may_be_relative(said: str, url: str) -> None:
    assert [file.url for file in files_of({"all": {"parquet": said}})["all"]] == [url]


@pytest.mark.parametrize("said", ["file:///etc/passwd", "ftp://a.example/x.csv", "", 7, None])
def test_what_is_no_web_address_is_no_file(said: Any) -> None:
    with pytest.raises(ShapeError):
        files_of({"all": {"parquet": said}})


def test_boards_are_the_whole_the_platforms_and_the_days() -> None:
    entry = {"csv": "x.csv", "rows": 1}
    files = files_of(
        {
            "all": entry,
            "by_ats": {"lever": entry, "new_one": "new_one/jobs.csv"},
            "by_date": {"2026-10-30": entry, "latest": entry},
            "companies": entry,
        }
    )
    assert set(files) == {"all", "ats/lever", "ats/new_one", "date/2026-10-30"}
    assert files["ats/new_one"][0].url == f"{V1}new_one/jobs.csv"


def test_sums_are_of_the_form_that_they_are_said_of() -> None:
    both = {"parquet": "a.parquet", "csv": "a.csv", "sha256": "AA", "size_bytes": 9, "rows": 3}
    own = both | {"parquet_sha256": "sha256:bb", "parquet_size_bytes": 4}
    [parquet, table] = files_of({"all": own})["all"]
    assert (parquet.sha256, parquet.size, parquet.is_sum_shared) == ("bb", 4, False)
    assert (table.sha256, table.size, table.rows) == ("aa", 9, 3)
    [parquet, table] = files_of({"all": both})["all"]
    assert (parquet.sha256, parquet.size, parquet.is_sum_shared) == ("aa", None, True)
    [alone] = files_of({"all": both | {"csv": None}})["all"]
    assert (alone.sha256, alone.size, alone.is_sum_shared) == ("aa", 9, False)


@pytest.mark.parametrize("manifest", [None, [], "x", {}, {"all": None, "by_ats": []}])
def test_a_manifest_without_files_is_refused(manifest: Any) -> None:
    with pytest.raises(ShapeError):
        files_of(manifest)


# --- rows ---------------------------------------------------------------------------------------


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row as the data set has it."""
    return {
        "global_id": f"greenhouse:{number}",
        "url": f"https://job-boards.greenhouse.io/acme/jobs/{number}",
        "title": f"ML Engineer {number}",
        "company": "Acme",
        "ats_type": "greenhouse",
        "ats_id": str(number),
        "location": "Paris, France",
        "description": "We train models.\nYou know PyTorch.",
        "posted_at": "2026-10-01T10:00:00",
        **changes,
    }


def posting(**changes: Any) -> Posting:
    line = read_row(row(**changes), BOARD)
    assert isinstance(line, Posting), line
    return line


def test_a_row_becomes_a_posting() -> None:
    line = posting(
        country_iso="FR",
        region="Europe",
        is_remote=True,
        salary_currency="EUR",
        salary_period="YEAR",
        salary_summary="65.000 €",
        salary_min=65.0,
        employment_type="FULL_TIME",
        commitment="Permanent",
        application_deadline="2026-11-30",
        requisition_id="R-7",
    )
    assert (line.source, line.board, line.source_id) == ("jobhive", "all", "greenhouse:1")
    assert (line.origin_source, line.origin_id) == ("greenhouse", "1")
    assert line.address is not None
    # A continent is no region of an address.
    assert (line.address.country, line.address.region) == ("FR", None)
    assert line.pay_text == "65.000 €"
    [component] = line.pay_components
    assert component.is_estimated
    assert (component.min, component.max, component.currency) == (65, None, "EUR")
    assert (line.posted_on, line.posted_basis) == (date(2026, 10, 1), "stated")
    assert (line.expires_on, line.employment_type) == (date(2026, 11, 30), "FULL_TIME")


@pytest.mark.parametrize(
    ("changes", "identity", "origin"),
    [
        ({}, "greenhouse:1", ("greenhouse", "1")),
        ({"global_id": None}, "greenhouse:1", ("greenhouse", "1")),
        # What pandas makes of a column of numbers with a gap in it.
        ({"global_id": None, "ats_id": 41.0}, "greenhouse:41", ("greenhouse", "41")),
        ({"global_id": "greenhouse:41", "ats_id": 41.0}, "greenhouse:41", ("greenhouse", "41")),
        (
            {"global_id": "ashby:a:b", "ats_type": "ashby", "ats_id": "a:b"},
            "ashby:a:b",
            ("ashby", "a:b"),
        ),
        ({"global_id": "icims:9", "ats_type": "icims", "ats_id": "9"}, "icims:9", (None, None)),
        (
            {"global_id": "neverheardof:9", "ats_type": "neverheardof"},
            "neverheardof:9",
            (None, None),
        ),
        # The platform gave none, and the data set drew one: it will draw another tomorrow.
        (
            {"global_id": "7a1c2d0e-5b1f-4a55-9c53-0f6d6a3f8a11", "ats_id": None},
            "https://job-boards.greenhouse.io/acme/jobs/1",
            ("greenhouse", None),
        ),
    ],
)
def test_ids(changes: dict[str, Any], identity: str, origin: tuple[str | None, str | None]) -> None:
    line = posting(**changes)
    assert line.source_id == identity
    assert (line.origin_source, line.origin_id) == (origin if origin[1] else (None, None))


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("is_remote", "True", "is_remote", True),
        ("is_remote", "1.0", "is_remote", True),
        ("is_remote", False, "is_remote", False),
        ("is_remote", "", "is_remote", None),
        ("is_remote", float("nan"), "is_remote", None),
        ("posted_at", "2026-10-01 23:30:00-05:00", "posted_on", date(2026, 10, 2)),
        ("posted_at", "2026-10-01T10:00:00Z", "posted_on", date(2026, 10, 1)),
        ("posted_at", date(2026, 10, 3), "posted_on", date(2026, 10, 3)),
        ("posted_at", "not-a-date", "posted_on", None),
        ("application_deadline", "open until filled", "expires_on", None),
        ("location", "  ", "location", None),
        ("location", float("nan"), "location", None),
        ("salary_min", "abc", "pay_components", ()),
        ("salary_min", 0.0, "pay_components", ()),
        ("salary_max", float("inf"), "pay_components", ()),
        ("requisition_id", 1234.0, "requisition_id", "1234"),
        ("url", None, "url", None),
    ],
)
def test_values_as_files_have_them(name: str, value: Any, field: str, expected: Any) -> None:
    assert getattr(posting(**{name: value}), field) == expected


@pytest.mark.parametrize("blank", [None, "", " \n", float("nan")])
def test_an_advert_may_lack_its_text_or_its_title_but_not_both(blank: Any) -> None:
    assert posting(description=blank).body == ""
    assert posting(title=blank).title is None
    line = read_row(row(title=blank, description=blank), BOARD)
    assert isinstance(line, Refusal)
    assert line.source_id == "greenhouse:1"
    assert "neither a title nor a text" in line.reason


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(),
                st.text(max_size=20),
                st.datetimes(),
                st.lists(st.integers(), max_size=2),
            )
            for name in row(country_iso="", region="", is_remote="", salary_min="", salary_max="")
        },
    )
)
def test_any_row_is_a_posting_or_a_refusal(said: dict[str, Any]) -> None:
    line = read_row(said, BOARD)
    assert isinstance(line, Posting | Refusal)
    assert line.model_dump_json()


def parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), buffer)
    return buffer.getvalue()


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.StringIO()
    table = csv.DictWriter(buffer, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return buffer.getvalue().encode()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


ROWS = [row(number) for number in range(3)]


@pytest.mark.parametrize(
    "content",
    [parquet(ROWS), as_csv(ROWS), gzip.compress(as_csv(ROWS)), b"\xef\xbb\xbf" + as_csv(ROWS)],
    ids=["parquet", "csv", "csv.gz", "csv with a mark"],
)
def test_a_file_is_known_by_how_it_begins(tmp_path: Path, content: bytes) -> None:
    lines = [read_row(found, BOARD) for found in rows_of(written(tmp_path, content))]
    assert lines == [read_row(found, BOARD) for found in ROWS]


@pytest.mark.parametrize("form", [parquet, as_csv])
def test_unknown_columns_are_left_and_optional_ones_may_be_missing(
    tmp_path: Path, form: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    said = [{"title": "A", "description": "B", "url": "https://a.example/1", "seniority": "x"}]
    [found] = rows_of(written(tmp_path, form(said)))
    assert "seniority" not in found
    line = read_row(found, BOARD)
    assert isinstance(line, Posting)
    assert line.source_id == "https://a.example/1"


@pytest.mark.parametrize("form", [parquet, as_csv])
def test_a_file_without_texts_is_refused(
    tmp_path: Path, form: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    with pytest.raises(ShapeError, match="'description' is missing"):
        list(rows_of(written(tmp_path, form([{"title": "A"}]))))


def test_types_of_columns_may_be_any(tmp_path: Path) -> None:
    schema = pa.schema(
        {
            "global_id": pa.dictionary(pa.int32(), pa.string()),
            "title": pa.large_string(),
            "description": pa.string(),
            "ats_id": pa.int64(),
            "posted_at": pa.timestamp("ns", tz="America/New_York"),
            "application_deadline": pa.timestamp("s"),
            "is_remote": pa.string(),
            "salary_min": pa.int32(),
            "raw": pa.struct({"a": pa.list_(pa.int8())}),
        }
    )
    posted = datetime(2026, 10, 2, 3, tzinfo=UTC)
    said = {
        "global_id": "lever:1",
        "title": "T",
        "description": "D",
        "ats_id": 1,
        "posted_at": posted,
        "application_deadline": datetime(2026, 12, 1),  # noqa: DTZ001 - of no zone in the file
        "is_remote": "True",
        "salary_min": 5,
        "raw": {"a": [1]},
    }
    [found] = rows_of(written(tmp_path, parquet([said], schema)))
    line = read_row(found, BOARD)
    assert isinstance(line, Posting)
    assert (line.posted_on, line.expires_on) == (date(2026, 10, 2), date(2026, 12, 1))
    assert line.is_remote


def test_a_crooked_row_of_a_table_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = as_csv(ROWS).decode().replace("\r\n", "\r\none,two\r\n", 1).encode()
    lines = [read_row(found, BOARD) for found in rows_of(written(tmp_path, text))]
    assert [isinstance(line, Refusal) for line in lines] == [True, False, False, False]


# --- whole crawls -------------------------------------------------------------------------------


def crawl(folder: Path, site: Site, boards: str | None = None, **options: Any) -> list[Line]:
    """Run `scrapy crawl jobhive` as a person would; keyword arguments are settings."""
    folder.mkdir(exist_ok=True)
    settings = {
        "ORIGINS_FILE": origins_file(folder, {"https://storage.stapply.ai": site.origin}),
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "RETRY_TIMES": 1,
        "RETRY_BACK_OFF_S": 0,
        **options,
    }
    out = folder / "out.jsonl"
    return crawled(words_of("jobhive", out, boards, settings), out)


def ids_of(lines: list[Line]) -> list[str]:
    return [line.source_id for line in lines if isinstance(line, Posting)]


def known_of(lines: list[Line]) -> dict[str, Any]:
    """What the warehouse would say of these lines in the next run."""
    boards = {
        line.url: {"digest": line.payload_digest, "observed_at": line.observed_at.isoformat()}
        for line in boards_of(lines).values()
        if line.state in ("ok", "unchanged")
    }
    pages = {line.url: {"steps": line.steps} for line in lines if isinstance(line, Page)}
    return {"boards": boards, "pages": pages}


MANIFEST_PATH = "/jobhive/v1/manifest.json"


def test_every_kind_of_file_in_one_crawl(site: Site, tmp_path: Path) -> None:
    whole, table = parquet(ROWS), as_csv([*ROWS, row(3, title="", description="")])
    day = parquet([row(9)])
    cut = parquet(ROWS)[:-30]
    site.routes |= {
        "/jobhive/v1/all.parquet": ranged(site, whole),
        "/jobhive/v1/lever/jobs.csv": ranged(site, table),
        "/jobhive/v1/packed/jobs.csv.gz": Answer(gzip.compress(table)),
        "/jobhive/v1/wrong.parquet": ranged(site, whole),
        "/jobhive/v1/short.parquet": ranged(site, whole),
        "/jobhive/v1/cut.parquet": ranged(site, cut),
        "/jobhive/v1/only.csv": ranged(site, table),
        "/jobhive/v1/dropped.csv": Answer(table[:100], promised=len(table)),
        "/jobhive/v1/day.parquet": ranged(site, day),
        MANIFEST_PATH: as_json(
            {
                "version": "2.0",
                "all": {"parquet": "all.parquet", "rows": 3, "sha256": sha256(whole)},
                "by_ats": {
                    "lever": {"csv": f"{V1}lever/jobs.csv", "rows": 4, "size_bytes": len(table)},
                    "packed": {"csv": "jobhive/v1/packed/jobs.csv.gz", "rows": 4},
                    "wrong": {"parquet": "wrong.parquet", "rows": 3, "sha256": "0" * 64},
                    "short": {"parquet": "short.parquet", "rows": 30},
                    "cut": {"parquet": "cut.parquet", "rows": 3},
                    "missing": {"parquet": "missing.parquet", "rows": 3},
                    "only": {"parquet": "none.parquet", "csv": "only.csv", "rows": 4},
                    "dropped": {"csv": "dropped.csv", "rows": 4},
                },
                "by_date": {"2026-10-30": {"parquet": "day.parquet", "rows": 1}},
            }
        ),
    }
    names = ["lever", "packed", "wrong", "short", "cut", "missing", "only", "dropped"]
    asked = ["all", *(f"ats/{name}" for name in names), "ats/nobody", "date/2026-10-30"]
    lines = crawl(tmp_path, site, ",".join(asked), RECORD_DIR=tmp_path / "captures")
    boards = boards_of(lines)
    assert {name: line.state for name, line in boards.items()} == {
        "all": "ok",
        "ats/lever": "ok",
        "ats/packed": "ok",
        "ats/wrong": "failed",
        "ats/short": "truncated",
        "ats/cut": "failed",
        "ats/missing": "failed",
        "ats/only": "ok",
        "ats/dropped": "failed",
        "ats/nobody": "unknown",
        "date/2026-10-30": "ok",
    }
    assert [n for n, line in boards.items() if not line.is_listing] == ["date/2026-10-30"]
    assert boards["all"].payload_digest == f"sha256:{sha256(whole)}"
    assert (boards["all"].url, boards["all"].etag) == (f"{V1}all.parquet", '"v1"')
    assert (boards["all"].rows_seen, boards["ats/lever"].rows_seen) == (3, 3)
    assert boards["ats/lever"].reason == "1 of 4 rows refused"
    assert "sha256" in (boards["ats/wrong"].reason or "")
    assert "says 30 rows, and the file has 3" in (boards["ats/short"].reason or "")
    assert "404" in (boards["ats/missing"].reason or "")
    assert "lever" in (boards["ats/nobody"].reason or "")
    found = {(line.board, line.source_id) for line in lines if isinstance(line, Posting)}
    assert ("all", "greenhouse:2") in found
    assert not [board for board, _ in found if board in ("ats/wrong", "ats/cut", "ats/dropped")]
    kept = {path.name for path in (tmp_path / "captures" / "jobhive").iterdir()}
    assert f"all-{sha256(whole)[:12]}.parquet" in kept
    assert not [name for name in kept if name.startswith("ats-wrong")]
    # The pieces are no records; the manifest is one.
    [archive] = (tmp_path / "captures").glob("*.warc.gz")
    assert b"PAR1" not in gzip.decompress(archive.read_bytes())
    # What was recorded can be replayed, from the archive and the files beside it.
    again = crawl(tmp_path / "replay", site, REPLAY_DIR=tmp_path / "captures")
    assert boards_of(again)["all"].state == "ok"
    assert ids_of([line for line in again if line.board == "all"]) == [
        "greenhouse:0",
        "greenhouse:1",
        "greenhouse:2",
    ]


def test_a_crawl_goes_on_where_the_one_before_broke_off(site: Site, tmp_path: Path) -> None:
    whole = parquet(ROWS)
    mark = sha256(whole)
    entry = {"parquet": "all.parquet", "rows": 3, "sha256": mark}
    site.routes |= {
        MANIFEST_PATH: as_json({"all": entry}),
        "/jobhive/v1/all.parquet": ranged(site, whole),
    }
    folder = tmp_path / "captures" / "jobhive"
    folder.mkdir(parents=True)
    name = f"all-{mark[:12]}.parquet"
    about = {"url": f"{V1}all.parquet", "wanted": mark, "etag": '"v1"'}
    (folder / f"{name}.part").write_bytes(whole[:1000])
    (folder / f"{name}.json").write_text(json.dumps(about))
    (folder / "all-0123456789ab.parquet.part").write_bytes(b"of yesterday")
    lines = crawl(tmp_path, site, RECORD_DIR=tmp_path / "captures")
    assert boards_of(lines)["all"].state == "ok"
    [asked] = [a for a in site.asked if a.path.endswith("all.parquet")]
    assert asked.headers["Range"].startswith("bytes=1000-")
    assert asked.headers["If-Range"] == '"v1"'
    assert {path.name for path in folder.iterdir()} == {name, f"{name}.json"}


def test_after_the_whole_only_the_days_since_are_asked_for(site: Site, tmp_path: Path) -> None:
    whole, known = parquet(ROWS), tmp_path / "known.json"
    days = [f"2026-10-{number}" for number in (29, 30, 31)]
    by_date = {day: {"parquet": f"{day}.parquet", "rows": 1} for day in days}
    site.routes |= {
        f"/jobhive/v1/{day}.parquet": ranged(site, parquet([row(n, ats_type="lever")]))
        for n, day in enumerate(days, 100)
    }
    site.routes["/jobhive/v1/all.parquet"] = ranged(site, whole)
    entry = {"parquet": "all.parquet", "rows": 3, "sha256": sha256(whole)}

    def manifest(*named: str) -> Answer:
        return as_json({"all": entry, "by_date": {day: by_date[day] for day in named}})

    def run() -> list[Line]:
        settings = {"KNOWN_FILE": known} if known.exists() else {}
        lines = crawl(tmp_path, site, **settings)
        before = json.loads(known.read_text()) if known.exists() else {"boards": {}, "pages": {}}
        after = known_of(lines)
        merged = {kind: before[kind] | after[kind] for kind in before}
        known.write_text(json.dumps(merged))
        return lines

    site.routes[MANIFEST_PATH] = manifest(*days[:1])
    assert list(boards_of(run())) == ["all"]
    site.routes[MANIFEST_PATH] = manifest(*days[:2])
    lines = run()
    assert list(boards_of(lines)) == ["date/2026-10-30"]
    assert ids_of(lines) == ["greenhouse:101"]
    site.routes[MANIFEST_PATH] = manifest(*days)
    # A day whose file can't be had is asked for again.
    broken, site.routes["/jobhive/v1/2026-10-31.parquet"] = (
        site.routes["/jobhive/v1/2026-10-31.parquet"],
        Answer(b"", 404),
    )
    assert boards_of(run())["date/2026-10-31"].state == "failed"
    site.routes["/jobhive/v1/2026-10-31.parquet"] = broken
    assert boards_of(run())["date/2026-10-31"].state == "ok"
    asked = len(site.asked)
    assert boards_of(run()) == {}
    assert len([a for a in site.asked[asked:] if a.path != "/robots.txt"]) == 1


def test_a_manifest_that_can_not_be_had_fails_what_was_asked(site: Site, tmp_path: Path) -> None:
    site.routes[MANIFEST_PATH] = Answer(b"<html>not here</html>")
    boards = boards_of(crawl(tmp_path, site, "all,ats/lever"))
    assert {name: line.state for name, line in boards.items()} == {
        "all": "failed",
        "ats/lever": "failed",
    }
    assert all("manifest" in (line.reason or "") for line in boards.values())
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /jobhive/\n")
    asked = len(site.paths())
    [line] = boards_of(crawl(tmp_path, site)).values()
    assert (line.board, line.state) == ("all", "forbidden")
    assert len(site.paths()) == asked


# --- which files are due ------------------------------------------------------------------------


def spider_with(known: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> JobhiveSpider:
    spider = JobhiveSpider()
    monkeypatch.setattr(JobhiveSpider, "archive", None)
    spider._known = {"boards": {}, "pages": {}, **known}
    return spider


NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
READ_AT = NOW - timedelta(days=2)


@pytest.mark.parametrize(
    ("read_at", "steps", "due"),
    [
        (None, None, ["all"]),
        (READ_AT, ["date/2026-10-29"], ["date/2026-10-30", "date/2026-10-31"]),
        (READ_AT, ["date/2026-10-29", "date/2026-10-30", "date/2026-10-31"], []),
        # Nothing is remembered but when the whole was read.
        (READ_AT, None, ["date/2026-10-31"]),
        # Between the last day that was read and the first that is named lies one that is lost.
        (READ_AT, ["date/2026-10-01"], ["all"]),
        (NOW - WHOLE_EVERY, ["date/2026-10-31"], ["all"]),
    ],
)
def test_what_is_due(
    monkeypatch: pytest.MonkeyPatch,
    read_at: datetime | None,
    steps: list[str] | None,
    due: list[str],
) -> None:
    entry = {"parquet": "x.parquet"}
    days = ("2026-10-29", "2026-10-30", "2026-10-31")
    files = files_of({"all": {"parquet": "all.parquet"}, "by_date": dict.fromkeys(days, entry)})
    known: dict[str, Any] = {}
    if read_at is not None:
        known["boards"] = {f"{V1}all.parquet": {"observed_at": read_at.isoformat()}}
    if steps is not None:
        known["pages"] = {MANIFEST: {"steps": steps}}
    assert spider_with(known, monkeypatch)._due(files, NOW) == due


# --- the sample market --------------------------------------------------------------------------


def test_the_sample_market_is_a_snapshot_that_can_be_read(tmp_path: Path) -> None:
    world = simulated(40)
    day = world.spec.as_of
    market.files(world, day, tmp_path)
    base = tmp_path / market.FOLDER
    files = files_of(json.loads((base / "manifest.json").read_text()))
    assert {"all", "ats/ashby", f"date/{day}"} <= set(files)
    shown = {
        (platform, item.source_id)
        for platform in ("ashby", "greenhouse", "lever")
        for adverts in world.boards[platform].values()
        for item in adverts
        if item.is_listed and item.is_open(day)
    }
    counts = {}
    for name, [file] in files.items():
        path = tmp_path / file.url.removeprefix(f"{market.ORIGIN}/")
        lines = [read_row(found, BOARD) for found in rows_of(path)]
        assert all(isinstance(line, Posting) for line in lines)
        counts[name] = len(lines)
        assert (file.rows, file.size) == (len(lines), path.stat().st_size)
        if name == "all":
            assert file.sha256 == sha256(path.read_bytes())
            origins = {(x.origin_source, x.origin_id) for x in lines if isinstance(x, Posting)}
            assert shown <= origins
    assert counts["all"] == sum(n for name, n in counts.items() if name.startswith("ats/"))


def test_a_snapshot_of_any_size_has_ids_of_its_own(tmp_path: Path) -> None:
    world = simulated(40)
    count = 3 * len(list(market.rows(world, world.spec.as_of))) + 1
    made = market.many(world, world.spec.as_of, count, text_chars=100)
    market.write_snapshot(tmp_path, made, world.spec.as_of)
    found = list(rows_of(tmp_path / market.FOLDER / "all.parquet"))
    assert len({line["global_id"] for line in found}) == len(found) == count
    assert max(len(line["description"]) for line in found) == 100
