"""Web archives of any origin: from WARC files to the adverts of the pages in them.

Belongs here: walking through WARC and ARC files (Common Crawl's among them) at flat memory, and
what is said of pages, sites and files. Does not belong here: reading a page
(`scrapers.jobposting`), or archives that answer the requests of a replayed crawl
(`scrapers.archive`).

An archive is no listing: it holds the pages that somebody happened to ask for. So an advert that it
lacks has not closed, and its observations say so (`is_listing`).
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from scrapers.archive import instant_of
from scrapers.export import redacted, text_of
from scrapers.jobposting import may_hold_posting, read_page, stable
from scrapers.landing import BoardObservation, BoardState, Line, Posting, Refusal, Seen, encodable
from scrapers.spiders.base import FAULTS, Board

SOURCE = "jobposting"
SUFFIXES = (".warc.gz", ".warc", ".arc.gz", ".arc")
PAGE_BYTES = 8 * 1024 * 1024
"""What lies beyond in a page is not read; Common Crawl itself keeps 5 MiB at most."""
BLOCK_BYTES = 64 * 1024
SITES_WITHOUT = 1_000
"""So many sites without an advert are named; of the others a file says how many pages it holds."""
PAGES_REMEMBERED = 50_000
"""Pages that a `revisit` record can refer to."""

_GZIP_START = b"\x1f\x8b\x08"
_WARC_START = b"\r\n\r\nWARC/"
_FORMS = {b"WARC/": "warc", b"filedesc:": "arc"}
_UNREADABLE = (
    *FAULTS,
    ArchiveLoadFailed,
    EOFError,
    StatusAndHeadersParserException,
    zlib.error,
)


class Counts(NamedTuple):
    """What reading archives came to."""

    files: int
    damaged_files: int
    records: int
    pages: int
    """HTML pages that were served, with or without an advert."""
    pages_with_postings: int
    postings: int
    """Adverts, each once per site and day."""
    refused: int
    unchanged: int
    """Revisits of pages whose adverts were read before."""
    unresolved: int
    """Revisits of pages that the files do not hold, or that have no advert."""
    cut_short: int
    """Pages of which the archive keeps only the beginning."""
    sites: int
    """Hosts with adverts."""


def archives(paths: Iterable[Path]) -> list[Path]:
    """The archives under some paths.

    Args:
        paths: Files of any name, and folders that are searched through.

    Returns:
        Files in order of name within a folder.

    Raises:
        FileNotFoundError: A path does not exist, or a folder holds no archive.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.name.endswith(SUFFIXES) and p.is_file())
        if not inside:
            raise FileNotFoundError(f"{path}: no file in it ends in {', '.join(SUFFIXES)}")
        found += inside
    return list(dict.fromkeys(found))


def land_warc(paths: Iterable[Path], out: Path) -> Counts:
    """Write the landing lines of archives, without personal data.

    Args:
        paths: WARC files, and folders of them.
        out: The landing file; it gets its name only when it is whole.

    Returns:
        What was read.

    Raises:
        FileNotFoundError: A path does not exist, or a folder holds no archive.
    """
    counts: Counter[str] = Counter()
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f"{out.name}.open")
    with unfinished.open("wb") as file:
        for line in read_warc(paths, counts):
            file.write(text_of([redacted(line)]))
    unfinished.replace(out)
    return Counts(*(counts[name] for name in Counts._fields))


def read_warc(paths: Iterable[Path], counts: Counter[str] | None = None) -> Iterator[Line]:
    """The landing lines of archives.

    The board of an advert is the host of its page. A capture is observed on the day of its
    `WARC-Date`; captures of the same page on several days are as many observations, on the same day
    the first counts.

    Args:
        paths: WARC files, and folders of them.
        counts: Gets the figures of `Counts`.

    Yields:
        Adverts and refused ones; at the end, per host and day what was seen of it, and per file
        that is damaged or holds pages of many sites without adverts what is the matter with it.

    Raises:
        FileNotFoundError: A path does not exist, or a folder holds no archive.
    """
    reading = _Reading(counts if counts is not None else Counter())
    for path in archives(paths):
        yield from reading.file(path)
    yield from reading.sites()


@dataclass(slots=True)
class _Site:
    """One host on one day."""

    board: Board
    url: str
    rows: int = 0
    refused: int = 0
    without: int = 0
    cut_short: int = 0


class _Reading:
    """One pass through archives."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self._sites: dict[tuple[str, date], _Site] = {}
        self._without = 0
        self._pages: OrderedDict[str, tuple[str, tuple[str, ...]]] = OrderedDict()
        self._hosts: set[str] = set()
        self._ids: set[int] = set()

    def file(self, path: Path) -> Iterator[Line]:
        """The lines of one file."""
        self.counts["files"] += 1
        damage: list[str] = []
        newest: datetime | None = None
        records = unnamed = 0
        for record in _records(path, damage):
            records += 1
            self.counts["records"] += 1
            try:
                at = instant_of(record.rec_headers.get_header("WARC-Date") or "")
                newest = max(newest or at, at)
                before = self.counts["unnamed"]
                yield from self._record(record, at)
                unnamed += self.counts["unnamed"] - before
            except _UNREADABLE as error:
                damage.append(f"a record can't be read: {type(error).__name__}: {error}"[:150])
        # Flat memory: captures of one page on one day mostly lie in one file.
        self._ids.clear()
        reasons = _few(damage)
        if unnamed:
            reasons.append(f"{unnamed} more pages without a JobPosting, of sites that have none")
        if damage or not records:
            self.counts["damaged_files"] += 1
        if not reasons:
            return
        state: BoardState = "ok" if records and not damage else "truncated" if records else "failed"
        at = newest or datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield BoardObservation(
            source=SOURCE,
            board=encodable(path.name),
            observed_at=at,
            state=state,
            is_listing=False,
            url=encodable(path.name),
            reason=encodable("; ".join(reasons)),
        )

    def sites(self) -> Iterator[BoardObservation]:
        """What was seen of each host and day."""
        for site in self._sites.values():
            seen = site.rows + site.refused
            reasons = []
            state: BoardState = "ok"
            if site.refused:
                state = "ok" if site.rows else "failed"
                reasons.append(f"{site.refused} of {seen} rows refused")
            if site.cut_short:
                state = "truncated"
                reasons.append(f"{_number(site.cut_short, 'page')} cut short in the archive")
            if not seen:
                where = "the page" if site.without == 1 else f"{site.without} pages"
                reasons.append(f"no JobPosting on {where}")
            yield BoardObservation(
                **site.board.envelope(),
                state=state,
                is_listing=False,
                url=site.url,
                http_status=200,
                reason="; ".join(reasons) or None,
                rows_seen=site.rows,
            )

    def _record(self, record: ArcWarcRecord, at: datetime) -> Iterator[Line]:
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        if record.rec_type == "revisit":
            yield from self._revisit(record, url, at)
            return
        kind = _page_kind(record)
        host = _host(url) if kind is not None else None
        if kind is None or host is None:
            return
        body, is_whole = _body(record)
        self.counts["pages"] += 1
        is_cut = not is_whole or bool(record.rec_headers.get_header("WARC-Truncated"))
        self.counts["cut_short"] += is_cut
        if not may_hold_posting(body):
            self._note_without(host, url, at)
            return
        site = self._site(host, url, at)
        charset = kind.partition("charset=")[2].strip(" \"';") or None
        ids: list[str] = []
        is_empty = True
        for line in read_page(body, encodable(url), site.board, charset):
            is_empty = False
            if isinstance(line, Posting):
                ids.append(line.source_id)
                if not self._is_new(site, line.source_id):
                    continue
                self.counts["postings"] += 1
                site.rows += 1
            elif isinstance(line, Refusal):
                self.counts["refused"] += 1
                site.refused += 1
            yield line
        site.without += is_empty
        site.cut_short += is_cut and not is_empty
        if ids:
            self.counts["pages_with_postings"] += 1
            self._count_host(host)
            digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
            self._pages[stable(url)] = digest, tuple(ids)
            self._pages.move_to_end(stable(url))
            if len(self._pages) > PAGES_REMEMBERED:
                self._pages.popitem(last=False)

    def _revisit(self, record: ArcWarcRecord, url: str, at: datetime) -> Iterator[Line]:
        """A page that the crawler found as it was: its adverts are still there."""
        header = record.rec_headers.get_header
        meant = header("WARC-Refers-To-Target-URI") or url
        digest = header("WARC-Payload-Digest") or ""
        known, ids = self._pages.get(stable(url), ("", ()))
        host = _host(url)
        is_same = (
            not (digest and known)
            or digest == known
            or "not-modified" in (header("WARC-Profile") or "")
        )
        if not ids or host is None or stable(meant) != stable(url) or not is_same:
            self.counts["unresolved"] += 1
            return
        self.counts["unchanged"] += 1
        site = self._site(host, url, at)
        for source_id in ids:
            if self._is_new(site, source_id):
                site.rows += 1
                yield Seen(**site.board.envelope(), source_id=source_id)

    def _site(self, host: str, url: str, at: datetime) -> _Site:
        key = host, at.date()
        if key not in self._sites:
            self._sites[key] = _Site(Board(SOURCE, host, host, None, at), encodable(url))
        return self._sites[key]

    def _note_without(self, host: str, url: str, at: datetime) -> None:
        site = self._sites.get((host, at.date()))
        if site is None:
            if self._without >= SITES_WITHOUT:
                self.counts["unnamed"] += 1
                return
            self._without += 1
            site = self._site(host, url, at)
        site.without += 1

    def _count_host(self, host: str) -> None:
        self._hosts.add(host)
        self.counts["sites"] = len(self._hosts)

    def _is_new(self, site: _Site, source_id: str) -> bool:
        key = hash((site.board.name, site.board.observed_at, source_id))
        if key in self._ids:
            return False
        self._ids.add(key)
        return True


# --- files and records ---------------------------------------------------------------------------


def _records(path: Path, damage: list[str]) -> Iterator[ArcWarcRecord]:
    """The records of a file; behind damage it goes on with the next one that begins.

    Args:
        path: A WARC or ARC file, compressed record by record, as a whole, or not at all.
        damage: Gets what is wrong with the file.
    """
    with path.open("rb") as file:
        form = _form(file.read(BLOCK_BYTES))
        if form is None:
            damage.append("no WARC record begins there" if path.stat().st_size else "empty")
            return
        start: int | None = 0
        while start is not None:
            file.seek(start)
            iterator = _iterator(file, form)
            last: ArcWarcRecord | None = None
            count, begin = 0, start
            try:
                for record in iterator:
                    if last is not None and _is_cut(last):
                        raise EOFError("a record is cut short")
                    begin = iterator.offset
                    if record.length is None:
                        raise ValueError("a record without a length")
                    count, last = count + 1, record
                    yield record
                if last is not None and _is_cut(last):
                    raise EOFError("the last record is cut short")
                return
            except _UNREADABLE as error:
                if "non-chunked gzip" in str(error):
                    yield from _records_of_whole_gzip(path, form, count, damage)
                    return
                at = begin if last is not None and _is_cut(last) else max(start, iterator.offset)
                if count or not start:
                    # Else what looked like a beginning behind the damage was none.
                    damage.append(f"damaged at byte {at:,}: {_why(error)}")
            # The last record that seemed whole may have swallowed the beginning of the next.
            start = _next_start(file, begin + 1)


def _why(error: Exception) -> str:
    if isinstance(error, ArchiveLoadFailed | StatusAndHeadersParserException):
        return "no WARC record begins there"
    return " ".join(str(error).split())[:100] or type(error).__name__


def _is_cut(record: ArcWarcRecord) -> bool:
    """Whether a record that was read to its end is shorter than it says."""
    return getattr(record.raw_stream, "limit", 0) > 0


def _form(start: bytes) -> str | None:
    """Which kind of archive begins so; None where none does."""
    if start.startswith(_GZIP_START):
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, 16)
        except zlib.error:
            return None
    return next((form for mark, form in _FORMS.items() if start.startswith(mark)), None)


def _iterator(file: IO[bytes] | gzip.GzipFile, form: str) -> ArchiveIterator:
    iterator = ArchiveIterator(file, arc2warc=form == "arc", block_size=BLOCK_BYTES)
    if form == "warc":
        # Else it takes any line behind damage for the head of an ARC record.
        iterator.known_format = form
    return iterator


def _records_of_whole_gzip(
    path: Path, form: str, skip: int, damage: list[str]
) -> Iterator[ArcWarcRecord]:
    """The records of a file that was compressed in one piece."""
    with gzip.open(path) as file:
        last: ArcWarcRecord | None = None
        try:
            for number, record in enumerate(_iterator(file, form)):
                last = record
                if number >= skip:
                    yield record
            if last is not None and _is_cut(last):
                raise EOFError("the last record is cut short")
        except _UNREADABLE as error:
            damage.append(f"damaged, read up to there: {_why(error)}")


def _next_start(file: IO[bytes], at: int) -> int | None:
    """Where the next record may begin; None where none does."""
    overlap = len(_WARC_START) - 1
    file.seek(at)
    tail = b""
    while block := file.read(1024 * 1024):
        data = tail + block
        begins = [
            at - len(tail) + found + skip
            for mark, skip in ((_GZIP_START, 0), (_WARC_START, 4))
            if (found := data.find(mark)) >= 0
        ]
        if begins:
            return min(begins)
        at += len(block)
        tail = data[-overlap:]
    return None


def _page_kind(record: ArcWarcRecord) -> str | None:
    """The content type of a page that was served; None where it is no such page."""
    if record.rec_type == "response" and record.http_headers is not None:
        if not (record.http_headers.get_statuscode() or "").startswith("2"):
            return None
        kind = record.http_headers.get_header("Content-Type") or ""
    elif record.rec_type == "resource":
        kind = record.content_type or ""
    else:
        return None
    kind = kind.lower()
    return kind if not kind or "html" in kind else None


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def _body(record: ArcWarcRecord) -> tuple[bytes, bool]:
    """A page without transfer and content coding, and whether that is all of it."""
    stream = record.content_stream()
    parts: list[bytes] = []
    left = PAGE_BYTES
    while left > 0 and (part := stream.read(min(left, BLOCK_BYTES))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts), left > 0


def _few(reasons: list[str]) -> list[str]:
    return reasons[:3] + ([f"and {len(reasons) - 3} more"] if len(reasons) > 3 else [])


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
