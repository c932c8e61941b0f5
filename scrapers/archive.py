"""Record and replay: every response becomes a WARC record, and WARC records can answer requests.

Belongs here: reading and writing WARC files, and the Scrapy add-on that does so around a crawl.
Does not belong here: what is asked for (`scrapers.spiders`), or what a payload means.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.origins import leads_to_sample

logger = logging.getLogger(__name__)

SAMPLE_MARK = b"SAMPLE"
"""In the first record of each file of a sample market."""

WARC_SUFFIXES = (".warc.gz", ".warc")
OPEN_SUFFIX = ".open"
"""Of a file that is still written to."""
STAMP = "%Y%m%dT%H%M%S%fZ"
"""Instants in file names; they sort by time."""
# Nearest the network: below compression, so that the bytes are recorded as they were sent.
MIDDLEWARE_ORDER = 950
# An answer like these is no answer: it is asked for again.
_ASK_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_RECORDED = "was_recorded"
"""Where a request notes in its meta that an earlier crawl has its answer."""


class NotArchivedError(IgnoreRequest):
    """A replayed crawl asked for something that the archive does not hold."""


class DamagedArchiveError(Exception):
    """A file that should hold WARC records can't be read."""


class Entry(NamedTuple):
    """Where one response lies."""

    path: Path
    offset: int
    captured_at: datetime
    digest: str
    status: int


class ArchivedResponse(NamedTuple):
    """One response as it was served."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    captured_at: datetime


def address_of(url: str, form: Mapping[str, Any] | None = None) -> str:
    """What a request is known under: its address, and for a POST also the fields of its body.

    Args:
        url: The request address.
        form: The JSON object that is sent, None for a GET.

    Returns:
        The address, with the body's fields in the way in which web archives index POST requests
        (`__wb_method`, as pywb does).
    """
    if form is None:
        return url
    fields = [
        ("__wb_method", "POST"),
        *(
            (key, value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))
            for key, value in form.items()
        ),
    ]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


def _address_of_body(url: str, body: bytes) -> str:
    try:
        form = json.loads(body)
    except ValueError:
        form = None
    if not isinstance(form, dict):
        form = {"__wb_post_data": body.decode("utf-8", "replace")}
    return address_of(url, form)


def warc_files(directory: Path) -> list[Path]:
    """The WARC files of a folder, not of its subfolders, in order of name.

    Args:
        directory: A folder.

    Returns:
        Paths of files that end in `.warc.gz` or `.warc`.

    Raises:
        NotADirectoryError: There is no such folder.
    """
    if not directory.is_dir():
        raise NotADirectoryError(f"{directory}: no such folder of WARC files")
    return sorted(p for p in directory.iterdir() if p.name.endswith(WARC_SUFFIXES) and p.is_file())


@cache
def holds_sample(directory: Path) -> bool:
    """Whether WARC files of a folder say of themselves that they are a sample and not the world.

    Args:
        directory: A folder of WARC files.
    """
    for path in warc_files(directory):
        with path.open("rb") as file:
            try:
                first = next(iter(ArchiveIterator(file)), None)
            except (ArchiveLoadFailed, ValueError):
                continue  # said when the folder is indexed
            said = first.raw_stream.read() if first and first.rec_type == "warcinfo" else b""
            if SAMPLE_MARK in said:
                return True
    return False


class Archive:
    """The responses in WARC files, by request address and time."""

    def __init__(self, files: Path | Iterable[Path]) -> None:
        """Index the files (reads each once; 200 MB of payloads take half a second).

        Args:
            files: WARC files, or a folder of them.

        Raises:
            NotADirectoryError: There is no such folder.
            DamagedArchiveError: A file of it is not WARC.
        """
        self._entries: dict[str, list[Entry]] = {}
        for path in warc_files(files) if isinstance(files, Path) else files:
            for url, entry in _index(path):
                self._entries.setdefault(url, []).append(entry)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: entry.captured_at)

    def urls(self) -> list[str]:
        """The addresses that the archive can answer, in order."""
        return sorted(self._entries)

    def entries(self, url: str) -> list[Entry]:
        """The captures of one address, oldest first; empty where there is none."""
        return self._entries.get(url, [])

    def fetch(self, url: str, near: datetime | None = None) -> ArchivedResponse:
        """Read the capture of an address.

        Args:
            url: The request address.
            near: Take the capture nearest to this instant; the newest where None.

        Returns:
            The response as it was served.

        Raises:
            NotArchivedError: The archive has no capture of that address.
        """
        entries = self.entries(url)
        if not entries:
            raise NotArchivedError("the archive holds no response for this address")
        entry = entries[-1]
        if near is not None:
            entry = min(entries, key=lambda e: abs(e.captured_at - near))
        with entry.path.open("rb") as file:
            file.seek(entry.offset)
            record = next(iter(ArchiveIterator(file)))
            return ArchivedResponse(
                status=int(record.http_headers.get_statuscode()),
                headers=list(record.http_headers.headers),
                # Without transfer and content coding, however the archive keeps them.
                body=record.content_stream().read(),
                captured_at=entry.captured_at,
            )


def _index(path: Path) -> Iterator[tuple[str, Entry]]:
    responses: dict[str, tuple[str, Entry]] = {}
    sent: dict[str, bytes] = {}
    for key, url, entry in _records(path):
        if isinstance(entry, bytes):
            sent[key] = entry
        else:
            # Of archives without record ids, every response counts.
            responses[key or f"{entry.offset}"] = (url, entry)
    for key, (url, entry) in responses.items():
        yield (_address_of_body(url, sent[key]) if key in sent else url), entry


def _records(path: Path) -> Iterator[tuple[str, str, Entry | bytes]]:
    """Responses by record id, and by the id of their response the bodies of POST requests."""
    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        last: ArcWarcRecord | None = None
        try:
            for record in iterator:
                last = record
                header = record.rec_headers.get_header
                if record.rec_type == "request" and record.http_headers is not None:
                    if record.http_headers.protocol == "POST":
                        about = header("WARC-Concurrent-To") or ""
                        yield about, "", record.content_stream().read()
                    continue
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                entry = Entry(
                    path=path,
                    offset=iterator.get_record_offset(),
                    captured_at=instant_of(header("WARC-Date")),
                    digest=header("WARC-Payload-Digest") or "",
                    status=int(record.http_headers.get_statuscode()),
                )
                yield header("WARC-Record-ID") or "", header("WARC-Target-URI"), entry
            if last is not None:
                iterator.read_to_end(last)
                # What the record promised and the file does not hold: a download that broke off.
                if last.raw_stream.limit > 0:
                    raise EOFError("the last record is cut short")
        except (ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError) as error:
            raise DamagedArchiveError(
                f"{path}: damaged after byte {file.tell()}: {str(error).strip() or 'cut short'}; "
                "take the file out of the folder or fetch it again"
            ) from error


def instant_of(text: str) -> datetime:
    """A WARC-Date as an instant in UTC.

    Raises:
        ValueError: It is no date.
    """
    instant = datetime.fromisoformat(text)
    # The standard wants a zone; without one it can only be meant as UTC.
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class Recorder:
    """Writes responses to one new WARC file, which gets its name only when it is whole."""

    def __init__(self, path: Path, *, description: str) -> None:
        """Open the file.

        Args:
            path: Where the finished file shall lie (`.warc.gz`).
            description: Said in the file's first record.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._open_path = path.with_name(path.name + OPEN_SUFFIX)
        self._file: IO[bytes] = self._open_path.open("wb")
        self._writer = WARCWriter(self._file, gzip=True)
        info = {"format": "WARC File Format 1.1", "description": description}
        self._write(self._writer.create_warcinfo_record(path.name, info))

    def write(
        self, url: str, response: Response, captured_at: datetime, sent: bytes | None = None
    ) -> None:
        """Append one response.

        Args:
            url: The request address.
            response: The response as it came.
            captured_at: When it came, UTC.
            sent: The body of a POST, which is part of what was asked.
        """
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = "Unknown"
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        dated = {"WARC-Date": captured_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        record: ArcWarcRecord = self._writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(response.body),
            http_headers=StatusAndHeaders(f"{response.status} {phrase}", headers, "HTTP/1.1"),
            warc_headers_dict=dated,
        )
        self._write(record)
        if sent is not None:
            about = record.rec_headers.get_header("WARC-Record-ID")
            self._write(
                self._writer.create_warc_record(
                    url,
                    "request",
                    payload=BytesIO(sent),
                    http_headers=StatusAndHeaders(
                        f"POST {urlsplit(url).path or '/'} HTTP/1.1",
                        [("Host", urlsplit(url).netloc), ("Content-Type", "application/json")],
                        is_http_request=True,
                    ),
                    warc_headers_dict={**dated, "WARC-Concurrent-To": about},
                )
            )

    def _write(self, record: ArcWarcRecord) -> None:
        self._writer.write_record(record)
        self._file.flush()

    def close(self) -> None:
        """Finish the file and give it its name."""
        self._file.close()
        self._open_path.replace(self._path)


def finish_open(path: Path) -> Path | None:
    """Finish a WARC file whose writer was killed: keep its whole records, give it its name.

    Args:
        path: A file `*.warc.gz.open`.

    Returns:
        The finished file; None where there was no whole record in it.
    """
    end = 0
    last: ArcWarcRecord | None = None
    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        with suppress(ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError):
            for record in iterator:
                end = iterator.get_record_offset()
                last = record
            if last is not None:
                iterator.read_to_end(last)
                if last.raw_stream.limit <= 0:
                    end = path.stat().st_size
    if not end:
        path.unlink()
        return None
    with path.open("rb+") as file:
        file.truncate(end)
    finished = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    path.replace(finished)
    return finished


class ArchiveMiddleware:
    """Answers requests from an archive, or lets them through and records the responses.

    A crawl that goes on where another broke off answers from what that one recorded, and asks only
    for the rest. Either way `request.meta["observed_at"]` says when the response was served.
    """

    def __init__(
        self,
        archive: Archive | None,
        record_dir: Path | None,
        name: str,
        recorded: Archive | None = None,
        *,
        is_sample: bool = False,
    ) -> None:
        self.archive = archive
        self._is_sample = is_sample
        self._record_dir = record_dir
        self._name = name
        self._recorded = recorded
        self._recorder: Recorder | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the settings REPLAY_DIR, RECORD_DIR, RESUME_SINCE, ORIGINS_FILE."""
        replay_dir = crawler.settings["REPLAY_DIR"]
        record_dir = crawler.settings["RECORD_DIR"]
        since = crawler.settings["RESUME_SINCE"]
        origins = crawler.settings["ORIGINS_FILE"]
        name = crawler.spidercls.name
        recorded = None
        if record_dir and since:
            files = [
                path
                for path in warc_files(Path(record_dir))
                if path.name.startswith(f"{name}-") and path.name >= f"{name}-{since}"
            ]
            recorded = Archive(files) if files else None
        middleware = cls(
            Archive(Path(replay_dir)) if replay_dir else None,
            Path(record_dir) if record_dir else None,
            name,
            recorded,
            is_sample=bool(origins) and leads_to_sample(Path(origins)),
        )
        crawler.signals.connect(middleware.close, signals.spider_closed)
        return middleware

    def process_request(self, request: Request) -> Response | None:
        """Answer from the archive, where there is one."""
        address = _asked(request)
        if self.archive is not None:
            found = self.archive.fetch(address, request.meta.get("capture_at"))
        elif self._recorded is not None and any(
            entry.status not in _ASK_AGAIN for entry in self._recorded.entries(address)
        ):
            found = self._recorded.fetch(address)
            if found.status in _ASK_AGAIN:
                return None
            request.meta[_RECORDED] = True
        else:
            return None
        request.meta["observed_at"] = found.captured_at
        return _as_response(request, found)

    def process_response(self, request: Request, response: Response) -> Response:
        """Record what came from the network."""
        if self.archive is not None or request.meta.pop(_RECORDED, False):
            return response
        observed_at = datetime.now(UTC)
        request.meta["observed_at"] = observed_at
        if self._record_dir is not None and not request.meta.get("dont_record"):
            if self._recorder is None:
                stamp = observed_at.strftime(STAMP)
                of = ", SAMPLE MARKET" if self._is_sample else ""
                self._recorder = Recorder(
                    self._record_dir / f"{self._name}-{stamp}.warc.gz",
                    description=f"responses to the {self._name} spider of hiring-signal{of}",
                )
            url = request.meta.get("asked_url", request.url)
            sent = request.body if request.method == "POST" else None
            self._recorder.write(url, response, observed_at, sent)
        return response

    def close(self) -> None:
        """Finish the file that was recorded."""
        if self._recorder is not None:
            self._recorder.close()


def _asked(request: Request) -> str:
    url: str = request.meta.get("asked_url", request.url)
    return _address_of_body(url, request.body) if request.method == "POST" else url


def _as_response(request: Request, found: ArchivedResponse) -> Response:
    headers = Headers()
    for name, value in found.headers:
        # The body is given without them.
        if name.lower() not in ("transfer-encoding", "content-encoding"):
            headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=found.body)
    return kind(
        url=request.url,
        status=found.status,
        headers=headers,
        body=found.body,
        request=request,
    )


class ArchiveAddon:
    """Adds record and replay to any spider, by the settings RECORD_DIR and REPLAY_DIR."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Put the middleware nearest the network; a replay has nobody to be polite to."""
        name = "scrapers.archive.ArchiveMiddleware"
        settings["DOWNLOADER_MIDDLEWARES"][name] = MIDDLEWARE_ORDER
        if settings["REPLAY_DIR"]:
            for name, value in {
                "ROBOTSTXT_OBEY": False,
                "AUTOTHROTTLE_ENABLED": False,
                "DOWNLOAD_DELAY": 0,
                "RETRY_ENABLED": False,
                # One after the other, or captures of one board would come in any order.
                "CONCURRENT_REQUESTS": 1,
            }.items():
                settings.set(name, value, "cmdline")
