"""Record and replay: every response becomes a WARC record, and WARC records can answer requests.

Belongs here: reading and writing WARC files, and the Scrapy add-on that does so around a crawl.
Does not belong here: what is asked for (`scrapers.spiders`), or what a payload means.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple, Self

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

logger = logging.getLogger(__name__)

SAMPLE_MARK = b"SAMPLE"
"""In the first record of each file of a sample market."""

WARC_SUFFIXES = (".warc.gz", ".warc")
# Nearest the network: below compression, so that the bytes are recorded as they were sent.
MIDDLEWARE_ORDER = 950


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


class ArchivedResponse(NamedTuple):
    """One response as it was served."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    captured_at: datetime


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
    """The responses in a folder of WARC files, by request address and time."""

    def __init__(self, directory: Path) -> None:
        """Index the folder (reads every file once; 200 MB of payloads take half a second).

        Args:
            directory: A folder of WARC files.

        Raises:
            NotADirectoryError: There is no such folder.
            DamagedArchiveError: A file of it is not WARC.
        """
        self._entries: dict[str, list[Entry]] = {}
        for path in warc_files(directory):
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
    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        last: ArcWarcRecord | None = None
        try:
            for record in iterator:
                last = record
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                header = record.rec_headers.get_header
                yield (
                    header("WARC-Target-URI"),
                    Entry(
                        path=path,
                        offset=iterator.get_record_offset(),
                        captured_at=_instant(header("WARC-Date")),
                        digest=header("WARC-Payload-Digest") or "",
                    ),
                )
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


def _instant(text: str) -> datetime:
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
        self._open_path = path.with_name(path.name + ".open")
        self._file: IO[bytes] = self._open_path.open("wb")
        self._writer = WARCWriter(self._file, gzip=True)
        info = {"format": "WARC File Format 1.1", "description": description}
        self._write(self._writer.create_warcinfo_record(path.name, info))

    def write(self, url: str, response: Response, captured_at: datetime) -> None:
        """Append one response.

        Args:
            url: The request address.
            response: The response as it came.
            captured_at: When it came, UTC.
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
        record: ArcWarcRecord = self._writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(response.body),
            http_headers=StatusAndHeaders(f"{response.status} {phrase}", headers, "HTTP/1.1"),
            warc_headers_dict={"WARC-Date": captured_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        )
        self._write(record)

    def _write(self, record: ArcWarcRecord) -> None:
        self._writer.write_record(record)
        self._file.flush()

    def close(self) -> None:
        """Finish the file and give it its name."""
        self._file.close()
        self._open_path.replace(self._path)


class ArchiveMiddleware:
    """Answers requests from an archive, or lets them through and records the responses.

    Either way `request.meta["observed_at"]` says when the response was served.
    """

    def __init__(self, archive: Archive | None, record_dir: Path | None, name: str) -> None:
        self.archive = archive
        self._record_dir = record_dir
        self._name = name
        self._recorder: Recorder | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the settings REPLAY_DIR and RECORD_DIR."""
        replay_dir = crawler.settings["REPLAY_DIR"]
        record_dir = crawler.settings["RECORD_DIR"]
        archive = Archive(Path(replay_dir)) if replay_dir else None
        middleware = cls(archive, Path(record_dir) if record_dir else None, crawler.spidercls.name)
        crawler.signals.connect(middleware.close, signals.spider_closed)
        return middleware

    def process_request(self, request: Request) -> Response | None:
        """Answer from the archive, where there is one."""
        if self.archive is None:
            return None
        found = self.archive.fetch(
            request.meta.get("asked_url", request.url), request.meta.get("capture_at")
        )
        request.meta["observed_at"] = found.captured_at
        return _as_response(request, found)

    def process_response(self, request: Request, response: Response) -> Response:
        """Record what came from the network."""
        if self.archive is not None:
            return response
        observed_at = datetime.now(UTC)
        request.meta["observed_at"] = observed_at
        if self._record_dir is not None:
            if self._recorder is None:
                stamp = observed_at.strftime("%Y%m%dT%H%M%S%fZ")
                self._recorder = Recorder(
                    self._record_dir / f"{self._name}-{stamp}.warc.gz",
                    description=f"responses to the {self._name} spider of hiring-signal",
                )
            url = request.meta.get("asked_url", request.url)
            self._recorder.write(url, response, observed_at)
        return response

    def close(self) -> None:
        """Finish the file that was recorded."""
        if self._recorder is not None:
            self._recorder.close()


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
