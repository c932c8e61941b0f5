"""Who answers for which origin of the served market.

Belongs here: the boards of each platform, tables of addresses and folders of files, as one kind of
thing. Does not belong here: payloads (one module per source), HTTP (`wire`) and failures
(`faults`).

A module of this package joins by itself: with `ORIGIN` and `answers(world, day)`, which gives
`(body, content type)` or `(body, content type, headers)` by path and query, or with `ORIGIN` and
`files(world, day, folder)`, which writes the files that are then served under their paths. It may
have `boards(world)` beside that: `(board, company, country)` rows for its board list. With
`url(board)`, the address at which a board is asked for first, a fault can be planted at one board;
its name is then a part of all of its paths.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import scrapers.market as package
from scrapers.market import (
    ashby,
    bamboohr,
    greenhouse,
    hackernews,
    lever,
    papers,
    personio,
    pinpoint,
    recruitee,
    teamtailor,
    workable,
    workday,
)
from scrapers.market.faults import JSON, NOT_FOUND, Answer
from scrapers.market.shelf import Shelf
from scrapers.market.world import Advert, World

EUROPEAN = 0.25
"""The share of Lever's boards that only its European host knows."""
SPEAKERS: Mapping[str, ModuleType] = {
    "workable": workable,
    "recruitee": recruitee,
    "personio": personio,
    "teamtailor": teamtailor,
    "bamboohr": bamboohr,
    "pinpoint": pinpoint,
    "workday": workday,
}
"""Platforms whose module speaks the whole protocol."""


class Listed(NamedTuple):
    """A row of a board list."""

    board: str
    company: str
    country: str


class Source(Protocol):
    """Who answers for some origins; `board` is a board's name in board lists, or a path."""

    name: str
    origins: Sequence[str]

    def board_of(self, host: str, target: str) -> str | None:
        """The board that a request is for; None where the address is not this source's."""

    def answer(self, host: str, target: str, form: Any, day: date) -> Answer | Path | None:
        """The answer, a file to send, or None where there is nothing under that address."""

    def first(self, board: str) -> str:
        """The address at which a board's walk begins."""

    def beside(self, board: str) -> str:
        """The address of another board; of the same one where there is no other."""

    def listed(self) -> Sequence[Listed]:
        """The rows of its board list; none where the spider knows what to ask."""


def is_first(source: Source, board: str, target: str, form: Any) -> bool:
    """Whether a board's walk begins with a request: not one for a detail or a further page."""
    first = source.first(board)
    if target == target_of(first):
        return True
    asked = urlsplit(target)
    pages = {"page", "offset", "skip", "cursor"} & parse_qs(asked.query).keys()
    offset = form.get("offset") if isinstance(form, dict) else None
    return asked.path == urlsplit(first).path and not pages and not offset


def target_of(url: str) -> str:
    """The path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


class Platform:
    """The boards of a platform whose `module` has ORIGINS, `url`, `board_of` and `answer`."""

    def __init__(self, world: World, name: str, module: ModuleType) -> None:
        self.name = name
        self.origins: Sequence[str] = getattr(module, "ORIGINS", ())
        self._module = module
        self._seed = world.spec.seed
        self._adverts = world.boards[name]
        self._owners = {e.board: e for e in world.employers if e.platform == name and e.board}
        said: Callable[[str], str] = getattr(module, "name_of", str)
        self._said = {board: said(board) for board in self._adverts}
        self._meant = {listed: board for board, listed in self._said.items()}

    def listed(self) -> Sequence[Listed]:
        """The rows of its board list."""
        return [
            Listed(listed, self._owners[board].name, self._owners[board].places[0].country)
            for listed, board in sorted(self._meant.items())
        ]

    def first(self, board: str) -> str:
        """The address at which a board's walk begins."""
        return self.url(self._meant.get(board, board))

    def beside(self, board: str) -> str:
        """The address of another board."""
        return self.first(_next(sorted(self._meant), board))

    def board_of(self, host: str, target: str) -> str | None:
        """The board that a request is for, by its name in board lists."""
        board = self.find(host, target)
        return None if board is None else self._said.get(board, board)

    def answer(self, host: str, target: str, form: Any, day: date) -> Answer | None:
        """The answer; None where the platform has nothing under that address."""
        board = self.find(host, target)
        if board is None:
            return None
        if board not in self._adverts or not self.is_at(board, host):
            return self.unknown()
        shown = tuple(a for a in self._adverts[board] if a.is_open(day))
        shelf = Shelf(board, self._owners[board].name, day, self._seed, shown)
        body = self.body(shelf, target, form)
        return None if body is None else Answer(body, getattr(self._module, "CONTENT_TYPE", JSON))

    # --- what a platform whose module is older says itself ---------------------------------------

    def url(self, board: str) -> str:
        """The address of a board."""
        address: str = self._module.url(board)
        return address

    def find(self, host: str, target: str) -> str | None:
        """The board that a request is for, by its name in the world."""
        board: str | None = self._module.board_of(host, target)
        return board

    def is_at(self, board: str, host: str) -> bool:  # noqa: ARG002
        """Whether a host knows the board."""
        return True

    def body(self, shelf: Shelf, target: str, form: Any) -> bytes | None:
        """The body of an answer."""
        body: bytes | None = self._module.answer(shelf, target, form)
        return body

    def unknown(self) -> Answer:
        """What the platform says of a board that it does not have."""
        goes_to = getattr(self._module, "UNKNOWN_GOES_TO", None)
        return Answer(status=307, headers=(("Location", goes_to),)) if goes_to else NOT_FOUND


class Ashby(Platform):
    """Ashby's posting API."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "ashby", ashby)
        self.origins = ("https://api.ashbyhq.com",)

    def find(self, host: str, target: str) -> str | None:  # noqa: ARG002
        """The board that a request is for."""
        return _named(r"/posting-api/job-board/([^/?]+)", target)

    def body(self, shelf: Shelf, target: str, form: Any) -> bytes | None:  # noqa: ARG002
        """The body of an answer."""
        rows = (ashby.row(a, shelf.board, shelf.day, shelf.seed) for a in shelf.adverts)
        return ashby.body(map(ashby.dump, rows))


class Lever(Platform):
    """Lever's postings API; some boards only its European host knows."""

    _HOSTS = ("api.lever.co", "api.eu.lever.co")

    def __init__(self, world: World) -> None:
        super().__init__(world, "lever", lever)
        self.origins = tuple(f"https://{host}" for host in self._HOSTS)

    def url(self, board: str) -> str:
        """The address of a board, at the host that knows it."""
        return lever.url(board).replace(self._HOSTS[0], self._host(board))

    def find(self, host: str, target: str) -> str | None:  # noqa: ARG002
        """The board that a request is for."""
        return _named(r"/v0/postings/([^/?]+)", target)

    def is_at(self, board: str, host: str) -> bool:
        """Whether a host knows the board."""
        return host == self._host(board)

    def body(self, shelf: Shelf, target: str, form: Any) -> bytes | None:  # noqa: ARG002
        """The body of an answer."""
        rows = (lever.row(a, shelf.board, shelf.day, shelf.seed) for a in shelf.adverts)
        body = lever.body(map(lever.dump, rows))
        if self._host(shelf.board) != self._HOSTS[0]:
            return body.replace(b"https://jobs.lever.co/", b"https://jobs.eu.lever.co/")
        return body

    def unknown(self) -> Answer:
        """What Lever says of a board that it does not have."""
        return Answer(lever.UNKNOWN, status=404)

    def _host(self, board: str) -> str:
        return self._HOSTS[Random(f"lever:{board}").random() < EUROPEAN]


class Greenhouse(Platform):
    """Greenhouse's job board API: texts and pay ranges only where the query asks for them."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "greenhouse", greenhouse)
        self.origins = ("https://boards-api.greenhouse.io",)

    def url(self, board: str) -> str:
        """The address of a board, pay included."""
        return f"{greenhouse.url(board)}&pay_transparency=true"

    def find(self, host: str, target: str) -> str | None:  # noqa: ARG002
        """The board that a request is for."""
        return _named(r"/v1/boards/([^/?]+)/jobs", target)

    def body(self, shelf: Shelf, target: str, form: Any) -> bytes | None:  # noqa: ARG002
        """The body of an answer."""
        wants = parse_qs(urlsplit(target).query)
        escapes = 2 if Random(f"{shelf.seed}:escapes:{shelf.board}").random() < 2 / 3 else 1
        rows = []
        for item in shelf.adverts:
            row = greenhouse.row(item, shelf.board, shelf.day, shelf.seed, shelf.company, escapes)
            if wants.get("content") != ["true"]:
                for key in ("content", "departments", "offices"):
                    del row[key]
            if wants.get("pay_transparency") == ["true"]:
                row["pay_input_ranges"] = _pay_input_ranges(shelf, item)
            rows.append(greenhouse.dump(row))
        return greenhouse.body(rows)


def _pay_input_ranges(shelf: Shelf, item: Advert) -> list[dict[str, Any]]:
    """The board's own pay field as Greenhouse has it: in cents, a range for each zone."""
    band = shelf.band(item)
    if band is None:
        return []
    said = {"YEAR": "Annual Salary", "MONTH": "Monthly Pay", "HOUR": "Hourly Rate"}[band.period]
    return [
        {
            "min_cents": None if band.pay_min is None else round(band.pay_min * 100),
            "max_cents": None if band.pay_max is None else round(band.pay_max * 100),
            "currency_type": band.currency,
            "title": f"{said} Range",
            "blurb": "",
        }
    ]


def _next(names: Sequence[str], name: str) -> str:
    """The name that follows, the first one after the last."""
    return names[(names.index(name) + 1) % len(names)] if name in names else name


def _named(path: str, target: str) -> str | None:
    """The board in a path."""
    match = re.fullmatch(path, urlsplit(target).path)
    return unquote(match[1]) if match else None


class Table:
    """A source that is a table of addresses; its boards are the paths, or those that it lists."""

    def __init__(
        self,
        name: str,
        origin: str,
        make: Callable[[World, date], Mapping[str, Sequence[Any]]],
        world: World,
        listed: Sequence[Listed] = (),
        url: Callable[[str], str] | None = None,
    ) -> None:
        self.name = name
        self.origins: Sequence[str] = (origin,)
        self._make = make
        self._world = world
        self._listed = listed
        self._url = url
        self._boards = sorted(row.board for row in listed) if url else []
        self._day = world.spec.as_of
        self._table: dict[Address, Answer] = {}
        self._paths: dict[str, Address] = {}

    def _fill(self, day: date) -> None:
        """Make the table of a day; one day's is kept."""
        if self._table and self._day == day:
            return
        self._table = {
            _address(target): Answer(given[0], given[1], headers=_headers(*given[2:]))
            for target, given in self._make(self._world, day).items()
        }
        self._day = day
        self._paths = {}
        for address in self._table:
            self._paths.setdefault(address[0], address)

    def board_of(self, host: str, target: str) -> str | None:  # noqa: ARG002
        """The board that is named in the path, else the path, where there is something under it."""
        self._fill(self._day)
        path = _address(target)[0]
        if path not in self._paths:
            return None
        return next((part for part in path.split("/") if part in self._boards), path)

    def answer(self, host: str, target: str, form: Any, day: date) -> Answer | None:  # noqa: ARG002
        """The answer; None where there is nothing under that address."""
        self._fill(day)
        return self._table.get(_address(target))

    def first(self, board: str) -> str:
        """The address at which a board's walk begins, or that of a path."""
        if self._url is not None and board in self._boards:
            return self._url(board)
        return f"{self.origins[0]}{board}"

    def beside(self, board: str) -> str:
        """The address of another board, or of another path."""
        known = self._boards if board in self._boards else list(self._paths)
        return self.first(_next(known, board))

    def listed(self) -> Sequence[Listed]:
        """The rows of its board list."""
        return self._listed


Address = tuple[str, tuple[tuple[str, str], ...]]
"""A path, and the pairs of the query in order of name."""


@cache
def _address(target: str) -> Address:
    parts = urlsplit(target)
    return unquote(parts.path), tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))


def _headers(given: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    return tuple((given or {}).items())


class Files:
    """A source of files, written when the first of a day is asked for; its boards are the paths."""

    def __init__(
        self, name: str, origin: str, write: Callable[[World, date, Path], object], world: World
    ) -> None:
        self.name = name
        self.origins: Sequence[str] = (origin,)
        self._write = write
        self._world = world
        self._scratch = Path(tempfile.mkdtemp(prefix="market-")).resolve()
        weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)

    def board_of(self, host: str, target: str) -> str | None:  # noqa: ARG002
        """The path."""
        return unquote(urlsplit(target).path)

    def answer(self, host: str, target: str, form: Any, day: date) -> Path | None:  # noqa: ARG002
        """The file; None where there is none of that name."""
        folder = self._scratch / day.isoformat()
        if not folder.exists():
            folder.mkdir()
            self._write(self._world, day, folder)
        path = (folder / unquote(urlsplit(target).path).lstrip("/")).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None

    def first(self, board: str) -> str:
        """The address of a path."""
        return f"{self.origins[0]}{board}"

    def beside(self, board: str) -> str:
        """The address of the same file: which others there are is not known."""
        return self.first(board)

    def listed(self) -> Sequence[Listed]:
        """No rows: the spider knows what to ask."""
        return ()


def _thread_answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The threads that were opened by a day, as they ended, and their list."""
    threads = [t for t in world.threads if t.created_at.date() <= day]
    found = {target_of(hackernews.LISTING_URL): (hackernews.listing(threads), JSON)}
    for thread in threads:
        found[target_of(hackernews.thread_url(thread))] = hackernews.item(thread, world.spec), JSON
    return found


def _paper_answers(world: World, _day: date) -> dict[str, tuple[bytes, str]]:
    content = papers.parquet(papers.links(world.spec))
    return {target_of(papers.URL): (content, "application/octet-stream")}


def sources_of(world: World) -> list[Source]:
    """Everybody who answers, the modules that join by themselves included.

    Args:
        world: The market.

    Returns:
        Sources in a fixed order; where two share an origin, the one that has the path answers.
    """
    found: list[Source] = [Ashby(world), Greenhouse(world), Lever(world)]
    found += [Platform(world, name, module) for name, module in SPEAKERS.items()]
    found.append(Table("hackernews", "https://hn.algolia.com", _thread_answers, world))
    found.append(Table("pwc_archive", "https://huggingface.co", _paper_answers, world))
    known = {source.name for source in found}
    for info in pkgutil.iter_modules(package.__path__):
        # The two that import this one can't be imported by it, and have no origin.
        if info.name in known or info.name in ("serve", "wire"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        origin = getattr(module, "ORIGIN", None)
        if not origin:
            continue
        if hasattr(module, "answers"):
            rows: Iterable[Sequence[str]] = getattr(module, "boards", lambda _world: ())(world)
            listed = [Listed(*row) for row in rows]
            url = getattr(module, "url", None)
            found.append(Table(info.name, origin, module.answers, world, listed, url))
        else:
            found.append(Files(info.name, origin, module.files, world))
    return found
