"""JobHive: an open data set of the adverts of many platforms, as files that a manifest names.

Belongs here: the manifest, which of its files are asked for, and their rows. Does not belong here:
fetching large files (`scrapers.download`), or whose adverts ours are the same as (`core.postings`).

A board is a file: `all` (every advert), `ats/<platform>` or `date/<day>` (what that day changed).
Only the first two are listings: a day's file does not say what has closed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.archive import Archive
from scrapers.boards import BoardRow
from scrapers.download import NO_SUCH_FILE, Download, Fetched, Wanted, forget
from scrapers.jobhive import DATE, MANIFEST, WHOLE, File, files_of, read_row, rows_of
from scrapers.landing import BoardObservation, BoardState, Line, Page, Posting, Refusal, encodable
from scrapers.spiders.base import (
    FAULTS,
    Board,
    ShapeError,
    TruncatedError,
    Walk,
    explain,
    judge_exception,
    judge_status,
)
from scrapers.spiders.files import FileSpider, stem_of

WHOLE_EVERY = timedelta(days=14)
"""A day's file does not say what has closed, so the whole is read again now and then; it has some
gigabytes, which is too much for every day."""

_SUFFIXES = (".parquet", ".csv.gz", ".csv")


@dataclass(slots=True)
class Reading:
    """A board whose file is being fetched and read."""

    board: Board
    files: list[File]
    """Its forms, the best first."""
    manifest: str
    """Digest of the manifest that named them."""
    covered: set[str]
    """Days' files that need not be asked for any more; all boards of a crawl share it."""
    covers: set[str]
    """Days' files that this one adds to them."""
    named: set[str]
    """Days' files that the manifest names."""
    meta: dict[str, Any]
    reasons: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """What to know of the manifest now that the file is read."""
        self.covered |= self.covers
        newest = max(self.covered, default="")
        return Page(
            **self.board.envelope(),
            url=MANIFEST,
            http_status=200,
            payload_digest=self.manifest,
            steps=tuple(sorted(d for d in self.covered if d in self.named or d == newest)),
        )


class JobhiveSpider(FileSpider):
    """Asks the manifest, then for files that it names."""

    name = "jobhive"
    fixed_boards: ClassVar[tuple[str, ...]] = (WHOLE,)
    on_request = True
    templates = (MANIFEST,)

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The manifest's address alone says nothing of a file; it stands for the whole."""
        return WHOLE if url == MANIFEST else None

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """What a manifest in the archive names is known when it is read."""
        return [WHOLE] if archive.entries(MANIFEST) else []

    @staticmethod
    def postings(payload: Iterable[dict[str, Any]], board: Board) -> Iterator[Posting | Refusal]:
        """The landing lines of rows, one each."""
        return (read_row(row, board) for row in payload)

    async def start(self) -> AsyncIterator[Request]:
        """The manifest; in a replay each capture of it."""
        captures = self.archive.entries(MANIFEST) if self.archive is not None else []
        for number, captured_at in enumerate([e.captured_at for e in captures] or [None]):
            request = self.begin(BoardRow(WHOLE, None, None), [MANIFEST], captured_at)
            yield request.replace(
                callback=self.parse_manifest, errback=self.no_manifest, priority=-number
            )

    # --- which files ----------------------------------------------------------------------------

    def parse_manifest(self, response: Response, walk: Walk, step: Any) -> Iterator[Any]:  # noqa: ARG002
        """Ask for the files that are due."""
        assert response.request is not None
        observed_at = response.request.meta.get("observed_at") or datetime.now(UTC)
        failure = judge_status(response.status)
        try:
            manifest = {} if failure else self.decode(response.body)
            files = {} if failure else files_of(manifest)
        except FAULTS as error:
            is_ours = isinstance(error, ShapeError | TruncatedError)
            said = str(error) if is_ours else f"it can't be read: {explain(error)}"
            failure = ("failed", encodable(said))
        if failure:
            state: BoardState = "forbidden" if failure[0] == "forbidden" else "failed"
            yield from self._fail_all(observed_at, state, f"the manifest: {failure[1]}", response)
            return
        days = {name for name in files if name.startswith(DATE)}
        covered = self._covered(files)
        for name in self._asked or self._due(files, observed_at):
            board = self.board(BoardRow(name, None, None), observed_at)
            if not files.get(name):
                some = ", ".join([*files][:5])
                reason = f"the manifest names no such file, but {some}"
                yield self.said(board, MANIFEST, Fetched("unknown", reason))
                continue
            reading = Reading(
                board=board,
                files=list(files[name]),
                manifest=f"sha256:{hashlib.sha256(response.body).hexdigest()}",
                covered=covered,
                covers=days if name == WHOLE else days & {name},
                named=days,
                meta={"capture_at": walk.capture_at} if walk.capture_at else {},
            )
            yield from self._fetch(reading)

    def no_manifest(self, failure: Failure) -> Iterator[Any]:
        """Without a manifest nothing is known of any file."""
        # Scrapy puts the request on the failure of an errback.
        request: Request = failure.request  # type: ignore[attr-defined]
        near = request.meta.get("capture_at") or self.newest_capture() or datetime.now(UTC)
        state, reason = judge_exception(failure.value or RuntimeError("no reason given"))
        state = "forbidden" if state == "forbidden" else "failed"
        yield from self._fail_all(near, state, f"the manifest: {reason}")

    def _fail_all(
        self, at: datetime, state: BoardState, reason: str, response: Response | None = None
    ) -> Iterator[BoardObservation]:
        for name in self._asked or self.fixed_boards:
            board = self.board(BoardRow(name, None, None), at)
            status = response.status if response is not None else None
            yield self.said(board, MANIFEST, Fetched(state, reason, status=status))

    def _due(self, files: Mapping[str, list[File]], now: datetime) -> list[str]:
        """The whole, where it was not read lately, else the days that came since."""
        if self.archive is not None:
            held = [n for n, fs in files.items() if any(self._is_held(n, f) for f in fs)]
            return held or [WHOLE]
        read_at, covered = self._read_at(files), self._covered(files)
        days = sorted(name for name in files if name.startswith(DATE) and name not in covered)
        if read_at is None or now - read_at >= WHOLE_EVERY or _is_gap(covered, days):
            return [WHOLE]
        return days

    def _covered(self, files: Mapping[str, list[File]]) -> set[str]:
        """The days' files that are known, or came before the whole that is known."""
        page, read_at = self.known["pages"].get(MANIFEST), self._read_at(files)
        if page is not None:
            return set(page.get("steps") or ())
        if read_at is None:
            return set()
        since = f"{DATE}{read_at.date()}"
        return {since, *(name for name in files if name.startswith(DATE) and name <= since)}

    def _read_at(self, files: Mapping[str, list[File]]) -> datetime | None:
        found = [
            datetime.fromisoformat(known["observed_at"])
            for file in files.get(WHOLE, ())
            if (known := self.known_boards.get(file.url, {})).get("observed_at")
        ]
        return max(found, default=None)

    # --- one file -------------------------------------------------------------------------------

    def _fetch(self, reading: Reading) -> Iterator[Any]:
        file = reading.files[0]
        known = self.known_boards.get(file.url, {})
        if file.sha256 and known.get("digest") == _digest(file):
            yield self.said(reading.board, file.url, Fetched("unchanged", digest=_digest(file)))
            return
        path = self.place_of(self._file_name(reading.board.name, file))
        is_live = self.archive is None
        if is_live:
            _forget_others(reading.board.name, path)
        wanted = Wanted(
            file.url,
            path,
            file.sha256,
            file.size,
            is_settled=not is_live,
            # With a sum the one that is known is another than the one that is meant.
            known={} if file.sha256 else known,
        )
        download = Download(wanted, partial(self._land, reading), meta=reading.meta)
        yield from download.begin()

    def _land(self, reading: Reading, fetched: Fetched) -> Iterator[Any]:
        """The rows of a file that was fetched, then what came of it."""
        board, file = reading.board, reading.files[0]
        if fetched.path is None and fetched.reason is not None:
            reading.reasons.append(f"{_name(file)}: {fetched.reason}")
            is_other = fetched.has_wrong_sum and file.is_sum_shared
            if (is_other or fetched.status in NO_SUCH_FILE) and reading.files[1:]:
                reading.files.pop(0)
                yield from self._fetch(reading)
                return
            fetched = fetched._replace(reason="; ".join(reading.reasons))
        state = yield from self.land(
            board,
            file.url,
            fetched,
            rows_said=file.rows,
            is_proven=file.sha256 is not None,
            may_be_empty=not self.shows_all(board),
        )
        if state == "ok" and reading.covers:
            yield reading.page()

    def lines_of(self, path: Path, board: Board) -> Iterator[Line]:
        """The adverts of a file."""
        return self.postings(rows_of(path), board)

    def shows_all(self, board: Board) -> bool:
        """A day's file shows only what that day changed."""
        return not board.name.startswith(DATE)

    # --- where files lie ------------------------------------------------------------------------

    @staticmethod
    def _file_name(name: str, file: File) -> str:
        suffix = next((s for s in _SUFFIXES if urlsplit(file.url).path.endswith(s)), "")
        mark = f"-{file.sha256[:12]}" if file.sha256 else ""
        return f"{stem_of(name)}{mark}{suffix}"

    def _is_held(self, name: str, file: File) -> bool:
        """Whether a replay can give the file."""
        assert self.archive is not None
        is_beside = self.kept(self._file_name(name, file)) is not None
        return is_beside or bool(self.archive.entries(file.url))


def _digest(file: File) -> str:
    return f"sha256:{file.sha256}"


def _name(file: File) -> str:
    return urlsplit(file.url).path.rpartition("/")[2]


def _is_gap(covered: set[str], days: list[str]) -> bool:
    """Whether days are named no more that nothing covers."""
    if not covered or not days:
        return False
    newest, oldest = (date.fromisoformat(d.removeprefix(DATE)) for d in (max(covered), days[0]))
    return oldest - newest > timedelta(days=1)


def _forget_others(board: str, path: Path) -> None:
    """Remove beginnings of versions of a file that are not served any more."""
    mark = re.compile(rf"{re.escape(stem_of(board))}-[0-9a-f]{{12}}(?:\.\w+)*\.part")
    for old in path.parent.glob("*.part"):
        if mark.fullmatch(old.name) and old.name != f"{path.name}.part":
            forget(old.with_suffix(""))
