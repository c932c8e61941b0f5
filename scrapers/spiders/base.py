"""What all spiders share: asking, judging the answer, and saying what came of it.

Belongs here: the walk from boards to landing lines, and the states of an observation. Does not
belong here: addresses and payload shapes (one module per platform beside this one).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pydantic import ValidationError
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.archive import Archive, ArchiveMiddleware, NotArchivedError
from scrapers.boards import BoardRow, read_boards
from scrapers.landing import (
    BoardObservation,
    BoardState,
    Line,
    Refusal,
    encodable,
    sample_of,
)
from scrapers.politeness import HostBusyError

EXCERPT_CHARS = 60

FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading a payload of another shape can raise."""


class Board(NamedTuple):
    """One board as it is asked at one time: what `postings` needs beside the payload."""

    source: str
    name: str
    company: str
    country: str | None
    observed_at: datetime

    def envelope(self) -> dict[str, Any]:
        """The fields that every landing line of this board has."""
        return {"source": self.source, "board": self.name, "observed_at": self.observed_at}


class ShapeError(ValueError):
    """A payload as a whole does not have the platform's shape."""


class TruncatedError(ValueError):
    """A payload ends too early, or holds fewer rows than it says."""


class BoardSpider(Spider):
    """Asks each board once and yields its rows, then what came of asking it.

    A platform says `address`, `board_of` and `postings`; boards are rows of `boards/<name>.csv`, or
    given with `-a boards=a,b`, or, in a replay, those that the archive holds.
    """

    name: str
    takes_boards: ClassVar[bool] = True
    """False where what to ask is found on the way (threads, files) and not listed in a csv."""

    def __init__(self, boards: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked = [name.strip() for name in boards.split(",") if name.strip()] if boards else []

    # --- what a platform says -------------------------------------------------------------------

    @staticmethod
    def address(board: str) -> str:
        """The request address of a board."""
        raise NotImplementedError

    @staticmethod
    def board_of(url: str) -> str | None:
        """The board whose address this is, or None: the inverse of `address`."""
        raise NotImplementedError

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """Pure: the landing lines of a payload, one per row, refused ones among them.

        Raises:
            ShapeError: The payload as a whole is not what the platform serves.
            TruncatedError: Rows are missing from it.
        """
        raise NotImplementedError

    @staticmethod
    def decode(body: bytes) -> Any:
        """The payload in a response's body; JSON unless a platform says otherwise.

        Raises:
            ShapeError: It is not.
            TruncatedError: It begins well and stops short.
        """
        return decode_json(body)

    # --- asking ---------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """One request per board, or in a replay one per board and capture."""
        for request in self.requests():
            yield request

    def requests(self) -> Iterator[Request]:
        """What `start` asks; in a replay without named boards, all that the archive holds."""
        directory = self.settings["BOARDS_DIR"]
        rows = read_boards(self.name, Path(directory) if directory else None)
        archive = self.archive
        if self._asked:
            names = self._asked
        elif archive is not None and not (directory and self.takes_boards):
            names = sorted({b for url in archive.urls() if (b := self.board_of(url)) is not None})
        else:
            names = list(rows)
        for name in names:
            yield from self.requests_for(rows.get(name) or BoardRow(name, None, None))

    def requests_for(self, row: BoardRow) -> Iterator[Request]:
        """The request of one board, or in a replay one per capture of it."""
        url = self.address(row.board)
        captures = self.archive.entries(url) if self.archive else []
        for number, capture in enumerate(captures):
            # In the order of time: a capture can only be the same as one that was read before it.
            yield self.request(url, row, capture.captured_at).replace(priority=-number)
        if not captures:
            yield self.request(url, row)

    def request(self, url: str, row: BoardRow, captured_at: datetime | None = None) -> Request:
        """A request whose answer `parse` takes, conditional where validators are known."""
        known = self.known.get(url, {}) if self.archive is None else {}
        headers = {}
        if known.get("etag"):
            headers["If-None-Match"] = known["etag"]
        if known.get("last_modified"):
            headers["If-Modified-Since"] = known["last_modified"]
        return Request(
            url,
            callback=self.parse,
            errback=self.failed,
            headers=headers,
            cb_kwargs={"row": row, "asked": url},
            meta={"capture_at": captured_at} if captured_at else {},
            dont_filter=True,
        )

    @property
    def archive(self) -> Archive | None:
        """The archive that answers this crawl; None where it is live."""
        middleware = self.crawler.get_downloader_middleware(ArchiveMiddleware)
        return middleware.archive if middleware else None

    @property
    def known(self) -> dict[str, dict[str, str]]:
        """By address: etag, last_modified and digest of the newest complete observation."""
        if not hasattr(self, "_known"):
            path = self.settings["KNOWN_FILE"]
            self._known: dict[str, dict[str, str]] = (
                json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
            )
        return self._known

    # --- judging the answer ---------------------------------------------------------------------

    def parse(self, response: Response, row: BoardRow, asked: str) -> Iterator[Line]:
        """Yield the rows of an answer, then the observation that says how complete it was."""
        assert response.request is not None
        board = self.board(row, response.request.meta.get("observed_at") or datetime.now(UTC))
        failure = judge_status(response.status)
        if failure:
            yield observation(board, asked, *failure, response=response)
            return
        digest = f"sha256:{hashlib.sha256(response.body).hexdigest()}"
        known = self.known.get(asked, {})
        if response.status == 304 or known.get("digest") == digest:
            yield observation(
                board, asked, "unchanged", response=response, digest=known.get("digest")
            )
            return
        rows = refused = 0
        state: BoardState = "ok"
        reason = None
        try:
            for line in self.postings(self.decode(response.body), board):
                refused += isinstance(line, Refusal)
                rows += not isinstance(line, Refusal)
                yield line
        except TruncatedError as error:
            state, reason = "truncated", str(error)
        except ShapeError as error:
            state, reason = "failed", str(error)
        except FAULTS as error:
            # Nothing that a server sends may leave a board without an observation.
            state, reason = "failed", encodable(f"the payload can't be read: {explain(error)}")
        if refused:
            reason = "; ".join(
                filter(None, [reason, f"{refused} of {rows + refused} rows refused"])
            )
            if not rows:
                state = "failed"
        if state == "ok":
            # Within one replay the same bytes come again on later days: no need to read them twice.
            self.known[asked] = {"digest": digest}
        yield observation(board, asked, state, reason, response=response, rows=rows, digest=digest)

    def failed(self, failure: Failure) -> Iterator[Line]:
        """Yield the observation of a request that got no answer."""
        # Scrapy puts the request on the failure of an errback.
        request: Request = failure.request  # type: ignore[attr-defined]
        near = request.meta.get("capture_at") or self.newest_capture() or datetime.now(UTC)
        board = self.board(request.cb_kwargs["row"], near)
        state, reason = judge_exception(failure.value or RuntimeError("no reason given"))
        yield observation(board, request.cb_kwargs["asked"], state, reason)

    def newest_capture(self) -> datetime | None:
        """When the archive of a replay was last written to by this source; None where live."""
        archive = self.archive
        if archive is None:
            return None
        own = [
            archive.entries(url)[-1].captured_at
            for url in archive.urls()
            if self.board_of(url) is not None
        ]
        every = [archive.entries(url)[-1].captured_at for url in archive.urls()]
        return max(own or every, default=None)

    def board(self, row: BoardRow, observed_at: datetime) -> Board:
        """The board as it is asked now."""
        return Board(self.name, row.board, row.company or row.board, row.country, observed_at)


def observation(
    board: Board,
    url: str,
    state: BoardState,
    reason: str | None = None,
    *,
    response: Response | None = None,
    rows: int = 0,
    digest: str | None = None,
) -> BoardObservation:
    """What came of asking a board, with the validators that its answer had."""

    def header(name: str) -> str | None:
        value = response.headers.get(name) if response is not None else None
        return value.decode("latin-1") if value else None

    return BoardObservation(
        **board.envelope(),
        state=state,
        url=url,
        http_status=response.status if response is not None else None,
        reason=reason,
        rows_seen=rows,
        payload_digest=digest,
        etag=header("ETag"),
        last_modified=header("Last-Modified"),
    )


def judge_status(status: int) -> tuple[BoardState, str] | None:
    """What an HTTP status says of a board; None where the body is to be read."""
    if status in (200, 304):
        return None
    if status in (404, 410):
        return "unknown", f"HTTP {status}: the platform knows no such board"
    if status in (401, 403, 451):
        return "forbidden", f"HTTP {status}: the platform does not let us read this board"
    return "failed", f"HTTP {status}"


def judge_exception(error: BaseException) -> tuple[BoardState, str]:
    """What an exception on the way says of a board."""
    if isinstance(error, NotArchivedError | HostBusyError):
        return "failed", str(error)
    if isinstance(error, IgnoreRequest):
        return "forbidden", str(error) or "request ignored"
    if type(error).__name__ == "ResponseDataLossError":
        return "truncated", "the connection closed before the whole body had come"
    return "failed", f"{type(error).__name__}: {error}"[:200]


def decode_json(body: bytes) -> Any:
    """Read a JSON body.

    Raises:
        ShapeError: It is not JSON.
        TruncatedError: It is the beginning of some JSON.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise ShapeError("the body is empty") from error
        # An unfinished document lacks its end: the parser stops there, or the last bracket is not
        # there.
        stripped = text.strip()
        close = {"[": "]", "{": "}"}.get(stripped[0])
        if close and (error.pos >= len(text.rstrip()) or not stripped.endswith(close)):
            raise TruncatedError(f"JSON cut short after {len(body)} bytes") from error
        excerpt = " ".join(text.split())[:EXCERPT_CHARS]
        raise ShapeError(f"not JSON; it begins {excerpt!r}") from error
    except (RecursionError, ValueError) as error:
        raise ShapeError(f"JSON that can't be read: {type(error).__name__}") from error


def each_row(
    rows: Any, where: str, board: Board, build: Callable[[Any], Line | None]
) -> Iterator[Line]:
    """Build one landing line per row; a row that does not fit is refused, the rest goes on.

    Args:
        rows: The list in the payload.
        where: What it is called there, for the message.
        board: The board that was asked.
        build: From one row to a landing line, or None for a row that is no posting.

    Raises:
        ShapeError: `rows` is no list.
    """
    if not isinstance(rows, list):
        raise ShapeError(f"no list {where} in the payload")
    for row in rows:
        try:
            line = build(row)
        except FAULTS as error:
            identity = row.get("id") if isinstance(row, dict) else None
            line = Refusal(
                **board.envelope(),
                source_id=None if identity is None else encodable(str(identity)),
                reason=encodable(explain(error)),
                sample=sample_of(row),
            )
        if line is not None:
            yield line


def explain(error: Exception) -> str:
    """One line that says why a row did not fit."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"field {error} is missing"
    return f"{type(error).__name__}: {error}"[:200]


def html_of(parts: Iterable[str | None]) -> str:
    """Join the sections of an advert in reading order."""
    return "\n".join(part for part in parts if part and part.strip())


def day(value: str | int | None) -> date | None:
    """The UTC day of an ISO 8601 instant or day, or of epoch milliseconds.

    Raises:
        ValueError: It is neither.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).date()
    if len(value) == len("2026-01-31"):
        return date.fromisoformat(value)
    instant = datetime.fromisoformat(value)
    return (instant if instant.tzinfo is None else instant.astimezone(UTC)).date()
