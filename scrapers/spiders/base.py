"""What all spiders share: asking, judging the answers, and saying what came of it.

Belongs here: the walk from a board's first address to its landing lines, and the states of an
observation. Does not belong here: addresses and payload shapes (one module per platform beside this
one), robots.txt, pauses and budgets (`scrapers.politeness`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import multiprocessing
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from pydantic import ValidationError
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import JsonRequest, Response
from twisted.python.failure import Failure

from scrapers.archive import Archive, ArchiveMiddleware, address_of
from scrapers.boards import BoardRow, read_boards
from scrapers.export import redacted, text_of
from scrapers.landing import (
    Batch,
    BoardObservation,
    BoardState,
    Line,
    Page,
    Posting,
    Refusal,
    Seen,
    encodable,
    sample_of,
)
from scrapers.personal import redact

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


_UNKNOWN = frozenset((404, 410))
_ONE_WALK = timedelta(hours=12)


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


class Step(NamedTuple):
    """One request of a board's walk."""

    url: str
    kind: str = "listing"
    form: dict[str, Any] | None = None
    """The JSON body of a POST; a GET where None."""
    source_id: str | None = None
    """The advert that a detail is of."""
    changed_at: datetime | None = None
    """When the source says that it last changed."""
    extra: tuple[tuple[str, str], ...] = ()
    """What a listing said of the advert and its detail does not."""

    def dump(self) -> str:
        """As kept between runs."""
        said = self._asdict() | {"changed_at": self.changed_at and self.changed_at.isoformat()}
        return json.dumps({key: value for key, value in said.items() if value})

    @classmethod
    def load(cls, text: str) -> Step:
        """The inverse of `dump`."""
        said = json.loads(text)
        if "changed_at" in said:
            said["changed_at"] = datetime.fromisoformat(said["changed_at"])
        said["extra"] = tuple((key, value) for key, value in said.get("extra", ()))
        return cls(**said)


class Total(NamedTuple):
    """How many adverts the source itself says that the board has."""

    rows: int


class Note(NamedTuple):
    """What to say of a board beside its state."""

    text: str


class ShapeError(ValueError):
    """A payload as a whole does not have the platform's shape."""


class TruncatedError(ValueError):
    """A payload ends too early, or holds fewer rows than it says."""


@dataclass(slots=True)
class Walk:
    """All that is asked for one board at one time, and what came of it so far."""

    row: BoardRow
    addresses: list[str]
    """Where the board may be; tried in order while the platform knows no such board."""
    capture_at: datetime | None = None
    board: Board | None = None
    url: str = ""
    first: Response | None = None
    unknown_at: tuple[str, Response] | None = None
    """The first address that knew no such board, while the others are tried."""
    pending: int = 0
    rows: int = 0
    refused: int = 0
    total: int | None = None
    ids: set[str] = field(default_factory=set)
    """Adverts that a listing named, with or without their text."""
    shown: set[str] = field(default_factory=set)
    """Adverts that a row or a `Seen` was yielded for."""
    gone: int = 0
    pages: int = 0
    digests: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    troubles: list[tuple[BoardState, str]] = field(default_factory=list)
    lost: Counter[tuple[BoardState, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


class Asked(NamedTuple):
    """An answer, and what is needed to read it, in whatever process."""

    spider: type[BoardSpider]
    body: bytes
    charset: str | None
    following: str | None
    """The next page by the Link header."""
    step: Step
    board: Board
    shown: frozenset[str]
    """Adverts that earlier pages showed."""


@dataclass
class Shown:
    """What one answer showed."""

    ids: list[str] = field(default_factory=list)
    adverts: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    nameless: int = 0
    """Refused rows that have no id: which adverts they were is not known."""
    total: int | None = None
    notes: list[str] = field(default_factory=list)
    trouble: tuple[BoardState, str] | None = None


class BoardSpider(Spider):
    """Walks through each board once and yields its rows, then what came of asking it.

    A platform says `templates` and `postings`, and `read` where a board takes several requests.
    Boards are rows of `boards/<name>.csv`, or given with `-a boards=a,b`, or, in a replay, those
    that the archive holds.
    """

    name: str
    templates: ClassVar[tuple[str, ...]] = ()
    """Addresses of a board, `{board}` in them; the later ones are tried when the earlier ones know
    no such board."""
    takes_boards: ClassVar[bool] = True
    """False where what to ask is no company's board (feeds, threads, files): not in a csv."""
    fixed_boards: ClassVar[tuple[str, ...]] = ()
    """What is asked where `takes_boards` is False."""
    is_paged: ClassVar[bool] = False
    """Whether a first page that is unchanged leaves open what the others show."""
    keeps_pages: ClassVar[bool] = True
    """Whether answers after the first are known from run to run, each by itself. False where all
    are read anew once the first has changed."""
    needed_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds of answers, beside the first, of which none may be gone: with a detail that is gone
    (404) an advert has closed, with one of these a part of the list is lost."""
    side_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds of answers from elsewhere that add to the rows: an archive may lack them."""
    may_move: ClassVar[bool] = False
    """Whether an answer from another address than was asked is still the answer."""
    sends_unknown_away: ClassVar[bool] = False
    """Whether a redirect elsewhere is how the platform says that it knows no such board."""
    first_kind: ClassVar[str] = "listing"
    detail_days: ClassVar[int] = 14
    """A detail that was read less than so many days ago is not asked again, unless its listing
    says that it changed."""
    is_listing: ClassVar[bool] = True
    """Whether a board shows all its open adverts, and not a window of the newest ones."""
    on_request: ClassVar[bool] = False
    """Whether a run asks it only when it is named: too large for every day."""
    uses_link_header: ClassVar[bool] = False
    """Whether `read` gets `{"rows": payload, "next": address}` with the next page of the header."""

    def __init__(self, boards: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked = [name.strip() for name in boards.split(",") if name.strip()] if boards else []

    # --- what a platform says -------------------------------------------------------------------

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The request addresses of a board, in the order in which they are tried."""
        return [template.replace("{board}", quote(board, safe="")) for template in cls.templates]

    @classmethod
    def address(cls, board: str) -> str:
        """The first request address of a board."""
        return cls.addresses(board)[0]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The board whose address this is, or None: the inverse of `addresses`."""
        for template in cls.templates:
            match = _pattern(template).fullmatch(url)
            if match:
                return unquote(match[1])
        return None

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """The boards whose first address an archive can answer."""
        return sorted({b for url in archive.urls() if (b := cls.board_of(url)) is not None})

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """Pure: the landing lines of a payload, one per row, refused ones among them.

        Raises:
            ShapeError: The payload as a whole is not what the platform serves.
            TruncatedError: Rows are missing from it.
        """
        raise NotImplementedError

    @classmethod
    def read(
        cls,
        payload: Any,
        step: Step,  # noqa: ARG003
        board: Board,
    ) -> Iterator[Line | Step | Total | Note]:
        """Pure: the landing lines of one answer, and what it says to ask next.

        Raises:
            ShapeError: The payload as a whole is not what the platform serves.
            TruncatedError: Rows are missing from it; those before it are kept.
        """
        yield from cls.postings(payload, board)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """The payload in a response's body; JSON unless a platform says otherwise.

        Raises:
            ShapeError: It is not.
            TruncatedError: It begins well and stops short.
        """
        return decode_json(body, charset)

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
            names = self.boards_in(archive)
        else:
            names = list(rows) if self.takes_boards else list(self.fixed_boards)
        for name in names:
            yield from self.requests_for(rows.get(name) or BoardRow(name, None, None))

    def requests_for(self, row: BoardRow) -> Iterator[Request]:
        """The first request of one board, or in a replay one per capture of it."""
        addresses = self.addresses(row.board)
        if self.archive is None:
            # Where it was found the last time, first.
            addresses.sort(key=lambda url: url not in self.known_boards)
            yield self.begin(row, addresses)
            return
        captures: list[tuple[datetime, list[str]]] = []
        unknown_at: list[datetime] = []
        for number, url in enumerate(addresses):
            for entry in self.archive.entries(url):
                # Asked because an earlier address knew no such board: part of that walk.
                if any(timedelta() <= entry.captured_at - at < _ONE_WALK for at in unknown_at):
                    continue
                captures.append((entry.captured_at, addresses[number:]))
                if entry.status in _UNKNOWN:
                    unknown_at.append(entry.captured_at)
        for number, (captured_at, left) in enumerate(sorted(captures)):
            # In the order of time: a capture can only be the same as one that was read before it.
            yield self.begin(row, left, captured_at).replace(priority=-number)
        if not captures:
            yield self.begin(row, addresses[:1])

    def begin(
        self,
        row: BoardRow,
        addresses: list[str],
        captured_at: datetime | None = None,
        step: Step | None = None,
    ) -> Request:
        """The first request of a board's walk.

        Args:
            row: The board.
            addresses: Where it may be.
            captured_at: In a replay, the capture that is meant.
            step: What to ask, where that is more than the first address.
        """
        walk = Walk(row, addresses[1:], captured_at, url=addresses[0], pending=1)
        return self.ask(walk, step or Step(addresses[0], kind=self.first_kind))

    def ask(self, walk: Walk, step: Step) -> Request:
        """A request whose answer `parse` takes, conditional where validators are known."""
        headers = {}
        if self.archive is None:
            known = self.known_of(walk, step)
            if known.get("etag"):
                headers["If-None-Match"] = known["etag"]
            if known.get("last_modified"):
                headers["If-Modified-Since"] = known["last_modified"]
        more: dict[str, Any] = {
            "callback": self.parse,
            "errback": self.failed,
            "headers": headers,
            "cb_kwargs": {"walk": walk, "step": step},
            "meta": {"capture_at": walk.capture_at} if walk.capture_at else {},
            "dont_filter": True,
        }
        if step.form is not None:
            return JsonRequest(step.url, data=step.form, **more)
        return Request(step.url, **more)

    @property
    def archive(self) -> Archive | None:
        """The archive that answers this crawl; None where it is live."""
        middleware = self.crawler.get_downloader_middleware(ArchiveMiddleware)
        return middleware.archive if middleware else None

    @property
    def known(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What is known of earlier observations: `boards` and `pages`, by address."""
        if not hasattr(self, "_known"):
            path = self.settings["KNOWN_FILE"]
            said = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
            self._known: dict[str, dict[str, dict[str, Any]]] = {"boards": {}, "pages": {}, **said}
        return self._known

    @property
    def known_boards(self) -> dict[str, dict[str, Any]]:
        """By address: etag, last_modified, digest, instant of the newest complete observation."""
        return self.known["boards"]

    def known_of(self, walk: Walk, step: Step) -> dict[str, Any]:
        """What is known of one answer."""
        address = address_of(step.url, step.form)
        if walk.board is None and not self.is_paged:
            return self.known_boards.get(address, {})
        known = self.known["pages"].get(address, {}) if self.keeps_pages else {}
        # Under another board's name its adverts are others.
        return known if known.get("board", walk.row.board) == walk.row.board else {}

    # --- judging the answers --------------------------------------------------------------------

    async def parse(
        self, response: Response, walk: Walk, step: Step
    ) -> AsyncIterator[Line | Batch | Request]:
        """Yield the rows of an answer and what to ask next; at the end, what came of the board."""
        assert response.request is not None
        failure = judge_status(response.status) or self._moved(response, walk, step)
        is_first = walk.board is None
        if is_first and failure and failure[0] == "unknown" and walk.addresses:
            walk.unknown_at = walk.unknown_at or (walk.url, response)
            walk.url = walk.addresses.pop(0)
            yield self.ask(walk, step._replace(url=walk.url))
            return
        if is_first and failure and walk.unknown_at:
            yield self._unknown(walk, f"{step.url}: {failure[1]}")
            return
        if walk.board is None:
            observed_at = response.request.meta.get("observed_at") or datetime.now(UTC)
            known = self.known_of(walk, step)
            walk.board = self.board(walk.row, observed_at)
            walk.first = response
        else:
            known = self.known_of(walk, step)
        if failure:
            self._note_failure(walk, step, failure, is_first=is_first)
            if failure[0] != "unknown":
                for line in self._seen(walk, known.get("ids", ())):
                    yield line
        else:
            async for item in self._take(response, walk, step, known, is_first=is_first):
                yield item
        walk.pending -= 1
        if not walk.pending:
            yield self._end(walk)

    def failed(self, failure: Failure) -> Iterator[Line | Request]:
        """Note a request that got no answer; at the end, say what came of the board."""
        # Scrapy puts the request on the failure of an errback.
        request: Request = failure.request  # type: ignore[attr-defined]
        walk: Walk = request.cb_kwargs["walk"]
        step: Step = request.cb_kwargs["step"]
        is_first = walk.board is None
        if is_first and walk.unknown_at:
            _, reason = judge_exception(failure.value or RuntimeError("no reason given"))
            yield self._unknown(walk, f"{step.url}: {reason}")
            return
        if walk.board is None:
            near = request.meta.get("capture_at") or self.newest_capture() or datetime.now(UTC)
            walk.board = self.board(walk.row, near)
        walk.pending -= 1
        trouble = judge_exception(failure.value or RuntimeError("no reason given"))
        self._note_failure(walk, step, trouble, is_first=is_first)
        if not is_first:
            yield from self._seen(walk, self.known_of(walk, step).get("ids", ()))
        if not walk.pending:
            yield self._end(walk)

    def _unknown(self, walk: Walk, elsewhere: str) -> BoardObservation:
        """No address knows the board, as far as they could be asked."""
        assert walk.unknown_at is not None
        url, response = walk.unknown_at
        assert response.request is not None
        board = self.board(walk.row, response.request.meta["observed_at"])
        state, reason = judge_status(response.status) or ("unknown", "")
        said = f"{reason}; {elsewhere}"
        return observation(board, url, state, said, response=response, is_listing=self.is_listing)

    async def _take(
        self, response: Response, walk: Walk, step: Step, known: dict[str, Any], *, is_first: bool
    ) -> AsyncIterator[Line | Batch | Request]:
        assert walk.board is not None
        digest = f"sha256:{hashlib.sha256(response.body).hexdigest()}"
        if response.status == 304 and not known.get("digest"):
            trouble: tuple[BoardState, str] = ("failed", "304 to a request without a condition")
            self._note_failure(walk, step, trouble, is_first=is_first)
            return
        is_same = response.status == 304 or known.get("digest") == digest
        if is_same and is_first and not self.is_paged:
            walk.is_unchanged = True
            walk.digests.append(known.get("digest") or digest)
            return
        walk.digests.append(known.get("digest", digest) if is_same else digest)
        page = Shown()
        before = len(walk.ids)
        if is_same:
            page.ids = list(known.get("ids", ()))
            page.adverts = page.ids
            page.steps = [Step.load(text) for text in known.get("steps", ())]
            for line in self._seen(walk, page.ids):
                yield line
        else:
            async for line_or_batch in self._read(response, walk, step, page):
                yield line_or_batch
        if page.trouble:
            self._note_failure(walk, step, page.trouble, is_first=is_first)
        if page.nameless:
            walk.troubles.append(("truncated", f"{page.nameless} rows can't be told apart"))
        details = [s for s in page.steps if s.kind != step.kind]
        walk.ids.update(page.ids, (s.source_id or s.url for s in details))
        steps = page.steps
        if step.kind == self.first_kind:
            walk.pages += 1
            if (page.ids or details) and not is_first and len(walk.ids) == before:
                walk.troubles.append(
                    ("truncated", f"page {walk.pages} shows only adverts that came before")
                )
                steps = []
            elif steps and not (page.ids or details or page.refused or is_first):
                walk.troubles.append(
                    ("truncated", f"page {walk.pages} is empty and names a next one")
                )
                steps = []
        if self.settings.getbool("CHECK_ONLY"):
            return
        is_known_by_itself = self.keeps_pages and (self.is_paged or not is_first)
        if is_known_by_itself and not page.trouble and not page.refused:
            yield self._page(response, walk, step, known, digest, page.adverts, steps)
        for number, after in enumerate(steps):
            for item in self._follow(walk, after, number):
                yield item

    async def _read(
        self, response: Response, walk: Walk, step: Step, page: Shown
    ) -> AsyncIterator[Line | Batch]:
        """Yield the lines of an answer, and note what it showed."""
        assert walk.board is not None
        asked = Asked(
            type(self),
            response.body,
            charset_of(response),
            next_link(response) if self.uses_link_header else None,
            step,
            walk.board,
            frozenset(walk.shown if self.is_paged else ()),
        )
        if self.readers is None:
            for line in read_answer(asked, page):
                yield line
        else:
            shown, text = await self.readers.read(asked)
            page.__dict__.update(shown.__dict__)
            yield Batch([], text)
        walk.shown.update(page.adverts)
        walk.rows += page.rows
        walk.refused += page.refused
        walk.notes += page.notes
        walk.total = page.total if walk.total is None else walk.total

    @cached_property
    def readers(self) -> Readers | None:
        """Where answers are read: here, or where nothing else slows the crawl down, beside it."""
        feeds = self.settings.getdict("FEEDS").values()
        if not feeds or any(feed.get("format") != "jsonl" for feed in feeds):
            return None
        processes = self.settings.getint("READERS")
        return Readers(processes, self.crawler) if processes else None

    def _follow(self, walk: Walk, step: Step, number: int) -> Iterator[Line | Request]:
        assert walk.board is not None
        known = self.known_of(walk, step)
        if self.archive is None and step.kind != self.first_kind and known.get("observed_at"):
            read_at = datetime.fromisoformat(known["observed_at"])
            is_fresh = (
                step.changed_at <= read_at
                if step.changed_at
                else walk.board.observed_at - read_at < timedelta(days=self.detail_days)
            )
            if is_fresh:
                yield from self._seen(walk, known.get("ids", ()))
                return
        if walk.capture_at is None and self.archive is not None:
            walk.capture_at = walk.board.observed_at
        try:
            request = self.ask(walk, step).replace(priority=-number)
        except ValueError:
            trouble: tuple[BoardState, str] = ("failed", "an address that can't be asked")
            self._note_failure(walk, step, trouble, is_first=False)
            return
        walk.pending += 1
        yield request

    @staticmethod
    def _seen(walk: Walk, ids: Iterable[str]) -> Iterator[Line]:
        assert walk.board is not None
        for source_id in ids:
            walk.ids.add(source_id)
            if source_id not in walk.shown:
                walk.shown.add(source_id)
                walk.rows += 1
                yield Seen(**walk.board.envelope(), source_id=source_id)

    def _page(
        self,
        response: Response,
        walk: Walk,
        step: Step,
        known: dict[str, Any],
        digest: str,
        found: list[str],
        steps: list[Step],
    ) -> Page:
        assert walk.board is not None
        return Page(
            **walk.board.envelope(),
            url=address_of(step.url, step.form),
            http_status=response.status,
            payload_digest=known.get("digest", digest) if response.status == 304 else digest,
            etag=header(response, "ETag") or known.get("etag"),
            last_modified=header(response, "Last-Modified") or known.get("last_modified"),
            source_ids=tuple(dict.fromkeys(found)),
            steps=tuple(
                s._replace(extra=tuple((key, redact(said)) for key, said in s.extra)).dump()
                for s in steps
            ),
        )

    def _moved(self, response: Response, walk: Walk, step: Step) -> tuple[BoardState, str] | None:
        """A redirect to another board, or to a login page, answers something else."""
        assert response.request is not None
        if self.may_move or not response.request.meta.get("redirect_urls"):
            return None
        there = response.request.meta.get("asked_url", response.url)
        if _place(there) == _place(step.url):
            return None
        if walk.board is None and (self.board_of(there) or "").lower() == walk.row.board.lower():
            return None
        if self.sends_unknown_away:
            return "unknown", f"no such board: redirected to {there}"
        return "failed", f"redirected to {there}"

    def _note_failure(
        self, walk: Walk, step: Step, trouble: tuple[BoardState, str], *, is_first: bool
    ) -> None:
        state, reason = trouble
        if is_first:
            walk.troubles.append(trouble)
        elif step.kind == self.first_kind:
            walk.troubles.append(("truncated", f"page {walk.pages + 1}: {reason}"))
        elif state == "unknown" and step.kind not in self.needed_kinds:
            # An advert that closed since the listing was made.
            walk.gone += 1
        elif self.archive is not None and step.kind in self.side_kinds:
            walk.notes.append(f"{step.kind} not read: {reason}")
        else:
            walk.lost[trouble] += 1

    def _end(self, walk: Walk) -> BoardObservation:
        assert walk.board is not None
        troubles = list(walk.troubles)
        for (_, reason), count in walk.lost.items():
            troubles.append(("truncated", f"{count} of its pages can't be read: {reason}"))
        rows = max(walk.rows, len(walk.ids)) if self.settings.getbool("CHECK_ONLY") else walk.rows
        shown = walk.rows + walk.refused
        is_whole = walk.is_unchanged or self.settings.getbool("CHECK_ONLY")
        if walk.total not in (None, shown + walk.gone) and not troubles and not is_whole:
            troubles.append(("truncated", f"the board says {walk.total} adverts and gives {shown}"))
        state: BoardState = troubles[0][0] if troubles else "ok"
        reasons = [*(reason for _, reason in troubles), *walk.notes]
        if walk.refused:
            reasons.append(f"{walk.refused} of {shown} rows refused")
            if not walk.rows:
                state = "failed"
        if walk.is_unchanged:
            state = "unchanged"
        digest = None
        if walk.digests:
            digest = walk.digests[0]
            if self.is_paged:
                digest = f"sha256:{hashlib.sha256(repr(walk.digests).encode()).hexdigest()}"
        if state == "ok" and not self.is_paged and self.archive is not None:
            # Within one replay the same bytes come again on later days: no need to read them twice.
            self.known_boards[walk.url] = {"digest": digest}
        return observation(
            walk.board,
            walk.url,
            state,
            "; ".join(dict.fromkeys(reasons)) or None,
            response=walk.first,
            rows=rows,
            digest=digest,
            is_listing=self.is_listing,
        )

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


def read_answer(asked: Asked, page: Shown) -> Iterator[Line]:
    """The lines of an answer; nothing that a server sends gets past here as an exception.

    Args:
        asked: What was answered.
        page: Gets what the answer showed, while it is read.
    """
    spider = asked.spider
    try:
        if spider.decode is BoardSpider.decode:
            note = undecodable(asked.body, asked.charset)
            page.notes += [note] if note else []
        payload = spider.decode(asked.body, asked.charset)
        if spider.uses_link_header:
            payload = {"rows": payload, "next": asked.following}
        for item in spider.read(payload, asked.step, asked.board):
            if isinstance(item, Total):
                page.total = item.rows if page.total is None else page.total
            elif isinstance(item, Note):
                page.notes.append(item.text)
            elif isinstance(item, Step):
                page.steps.append(item)
            elif isinstance(item, Refusal):
                page.refused += 1
                page.nameless += item.source_id is None and spider.is_listing
                yield item
            else:
                identity = identity_of(item)
                page.ids.append(identity)
                if isinstance(item, Posting):
                    page.adverts.append(identity)
                    if identity in asked.shown:
                        continue  # it moved between pages while we turned them
                page.rows += 1
                yield item
    except TruncatedError as error:
        page.trouble = ("truncated", encodable(str(error)))
    except ShapeError as error:
        page.trouble = ("failed", encodable(str(error)))
    except FAULTS as error:
        page.trouble = ("failed", encodable(f"the payload can't be read: {explain(error)}"))


def read_to_text(asked: Asked) -> tuple[Shown, bytes]:
    """Read an answer to the end, as text that can go to the landing file as it is."""
    page = Shown()
    lines = [redacted(line) for line in read_answer(asked, page)]
    return page, text_of(lines)


class Readers:
    """Processes beside the crawl that read answers while it waits for the next."""

    def __init__(self, processes: int, crawler: Crawler) -> None:
        # Spawned: a fork would take the reactor's threads and sockets along.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, mp_context=context)
        crawler.signals.connect(self._close, signals.engine_stopped)

    async def read(self, asked: Asked) -> tuple[Shown, bytes]:
        """`read_to_text` in one of them."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, read_to_text, asked)

    def _close(self) -> None:
        self._pool.shutdown()


def identity_of(line: Line) -> str:
    """What tells a row of a listing from the others."""
    for name in ("source_id", "paper_url", "model_id"):
        if hasattr(line, name):
            return str(getattr(line, name))
    return line.model_dump_json()


def observation(
    board: Board,
    url: str,
    state: BoardState,
    reason: str | None = None,
    *,
    response: Response | None = None,
    rows: int = 0,
    digest: str | None = None,
    is_listing: bool = True,
) -> BoardObservation:
    """What came of asking a board, with the validators that its answer had."""
    return BoardObservation(
        **board.envelope(),
        state=state,
        is_listing=is_listing,
        url=url,
        http_status=response.status if response is not None else None,
        reason=reason,
        rows_seen=rows,
        payload_digest=digest,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
    )


def header(response: Response | None, name: str) -> str | None:
    """A header of a response."""
    value = response.headers.get(name) if response is not None else None
    return value.decode("latin-1") if value else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    before, _, after = template.partition("{board}")
    in_host = "/" not in before.removeprefix("https://")
    name = r"([^/?#.]+)" if in_host else r"([^/?#]+)"
    return re.compile(re.escape(before) + name + re.escape(after))


_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_NEXT_LINK = re.compile(r"<([^>]+)>\s*;[^,]*\brel\s*=\s*\"?next\b", re.IGNORECASE)


def charset_of(response: Response) -> str | None:
    """The charset that a response's Content-Type declares."""
    match = _CHARSET.search(header(response, "Content-Type") or "")
    return match[1] if match else None


def next_link(response: Response) -> str | None:
    """The next page by the Link header (RFC 8288)."""
    match = _NEXT_LINK.search(header(response, "Link") or "")
    return response.urljoin(match[1]) if match else None


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.netloc.lower(), parts.path.rstrip("/").lower(), parts.query


def judge_status(status: int) -> tuple[BoardState, str] | None:
    """What an HTTP status says of a board; None where the body is to be read."""
    if status in (200, 304):
        return None
    if status in _UNKNOWN:
        return "unknown", f"HTTP {status}: the platform knows no such board"
    if status in (401, 403, 451):
        return "forbidden", f"HTTP {status}: the platform does not let us read this board"
    return "failed", f"HTTP {status}"


def judge_exception(error: BaseException) -> tuple[BoardState, str]:
    """What an exception on the way says of a board."""
    if isinstance(error, IgnoreRequest):
        said = str(error) or "request ignored"
        return ("forbidden" if said.startswith("Forbidden by robots") else "failed"), said[:200]
    name = type(error).__name__
    if name == "ResponseDataLossError":
        return "truncated", "the connection closed before the whole body had come"
    return "failed", encodable(f"{_EXCEPTIONS.get(name, name)}: {error}")[:200]


_EXCEPTIONS = {
    "CannotResolveHostError": "the host name is not known (DNS)",
    "DownloadTimeoutError": "no whole answer in time",
    "DownloadConnectionRefusedError": "the connection was refused",
    "DownloadCancelledError": "the body is too large",
}


def decode_json(body: bytes, charset: str | None = None) -> Any:
    """Read a JSON body: UTF-8 (RFC 8259), else as declared, else with damaged bytes replaced.

    Raises:
        ShapeError: It is not JSON.
        TruncatedError: It is the beginning of some JSON.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = body.decode(charset or "utf-8-sig", errors="replace")
        except LookupError:
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


def undecodable(body: bytes, charset: str | None) -> str | None:
    """A note on a JSON body that is neither UTF-8 nor what its server declares."""
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            body.decode(charset or "utf-8")
        except (UnicodeDecodeError, LookupError):
            said = charset or "no charset"
            return f"wrong charset: not UTF-8 at byte {error.start} ({said} declared), replaced"
    return None


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
