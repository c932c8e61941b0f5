"""A year of the sample market, asked day by day, and what a reliable reader of it must find.

Belongs here: boards that join, break down and die, adverts that go and come back, the landing lines
of each day, and the truth of spells, stock and flow by the definitions below. Does not belong here:
employers, roles and their openings (`world`), or what adverts say (`texts`).

The world gives openings, copies in other cities, reposts under new ids, and edits. Added here:
adverts that come back under the same id, employers with a second board, boards that join later or
die, and answers that fail, are cut short, show a third of what is open, or nothing. Titles carry a
team's name, which no other role of the employer has: two roles of one title, place and text could
not be told apart by any reader.

Definitions. All is seen from an as-of day: answers after it are not known.

- A listing is an answer that is `ok` or `unchanged`. It is *kept apart*, and says nothing, where it
  shows less than half of the adverts of the listing before, unless the listing after it (if there
  is one) also shows less than half of those. A truncated answer says what is there, not what is
  gone. All other answers say nothing. Only versions of a text count from any answer that shows
  them.
- A *spell* of an advert opens on the first day that shows it. It closes on the first listing
  without it, once that and the next listing lack it; seen again before that, it was never away,
  and seen again after it, a new spell opens. Where no two listings have closed it and it was not
  seen for 45 days, because its board no longer answers, it is lost: on the 46th day after it was
  last seen. Should the board answer again, that is taken back.
- A *spell of a role* is a stretch of days on which a spell of one of its adverts goes on, from
  `opened_on` to the day before `ended_on`. One that ends on the day on which another begins leaves
  no gap.
- How a spell of a role came: it was *found* where the advert that opens it was there, not after the
  first listing of its board; else the first one is *new*, and a later one *reopened* where it opens
  with an advert that the role had before, and *reposted* where not. Of adverts that open it on one
  day, the first by source, board and id counts.
- How it ended: as the spell of its advert that lasted longest did, *closed* or *lost*; *open* where
  it has not. It is *whole* where it was not found and has closed.
- A role counts for the source and board of its first advert. Boards that never gave a listing do
  not count. The *panel* are boards with a listing in the first eight days of the market (or of its
  newest 365) and in its last two weeks, and none of their gaps longer than 45 days.
- The *stock* of a day are the roles in a spell on it; what opened or ended on a day is its flow. A
  day is *partial* from the last listing but one: closures of it can still become known.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from random import Random
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from scrapers.landing import BoardObservation, BoardState, Line, Posting
from scrapers.market import ashby, greenhouse, lever
from scrapers.market.world import (
    HOSTILE_TITLE,
    JAX_FAMILY,
    PYTORCH_FAMILY,
    TENSORFLOW_FAMILY,
    Advert,
    Employer,
    MarketSpec,
    Place,
    Role,
    Tools,
    World,
    simulate,
)
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.base import Board
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.lever import LeverSpider

MISSING_LISTINGS = 2
"""Listings in a row that must lack an advert before it counts as closed."""
LOST_AFTER_DAYS = 45
"""Days without a sight of an advert after which it no longer counts as open."""

BoardFault = Literal["failed", "truncated", "partial", "empty"]
Entry = Literal["found", "new", "reopened", "reposted"]
Exit = Literal["open", "closed", "lost"]
Framework = Literal["any", "pytorch", "tensorflow", "jax"]

_FULL_BOARDS: Mapping[str, int] = MappingProxyType({"ashby": 128, "greenhouse": 70, "lever": 44})
_ASKED_AT = time(6, tzinfo=UTC)
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_TIME_SAID = '"1970-01-01T00:00:00Z"'
_SYLLABLES = ("ba", "ko", "ri", "tu", "ve", "sa", "lo", "mi", "ne", "du", "fa", "gi")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class YearSpec:
    """The size of the market, its days, and how often things happen to its boards.

    `*_rate` are shares: of boards (`late`, `dying`, `second_board`, `breakdown`, `silent`), of days
    of a board (`failed`, `truncated`, `partial`, `empty`), of adverts (`returning`), or of the
    roles of an employer with two boards (`shared`).
    """

    seed: int = 20261031
    first_day: date = date(2025, 11, 1)
    days: int = 365
    boards: Mapping[str, int] = field(default_factory=lambda: dict(_FULL_BOARDS))
    open_per_board: float = 20.0
    late_rate: float = 0.15
    dying_rate: float = 0.06
    second_board_rate: float = 0.10
    shared_rate: float = 0.40
    returning_rate: float = 0.06
    failed_rate: float = 0.010
    truncated_rate: float = 0.005
    partial_rate: float = 0.004
    empty_rate: float = 0.002
    breakdown_rate: float = 0.20
    silent_rate: float = 0.03

    @classmethod
    def scaled(cls, scale: float, seed: int = 20261031) -> YearSpec:
        """The default year with more or fewer boards.

        Args:
            scale: 1.0 for more than 20,000 roles.
            seed: Decides everything that is left to chance.

        Returns:
            A spec of at least three boards on each platform.

        Raises:
            ValueError: The scale is not above zero.
        """
        if not scale > 0:
            raise ValueError(f"scale must be above zero, not {scale}")
        boards = {name: max(3, round(n * scale)) for name, n in _FULL_BOARDS.items()}
        return cls(seed=seed, boards=boards)

    def calendar(self) -> tuple[date, ...]:
        """The days on which boards are asked."""
        return tuple(self.first_day + timedelta(days=n) for n in range(self.days))


class Opening(NamedTuple):
    """An advert, and the days on which it is open: from each start to the day before its end."""

    advert: Advert
    spans: tuple[tuple[date, date], ...]


class Answer(NamedTuple):
    """What a board says when it is asked on a day."""

    day: date
    state: BoardState
    shown: tuple[tuple[Opening, int], ...]  # with the version of the text
    digest: str | None


@dataclass(frozen=True)
class BoardYear:
    """A board: its adverts, the days on which it is there, and what goes wrong with it."""

    source: str
    board: str
    employer: Employer
    openings: tuple[Opening, ...]
    days: tuple[date, ...]  # on which it is asked
    dies_on: date | None
    faults: Mapping[date, BoardFault]

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What it says on each of its days, one after the other."""
        return tuple(_answers(self))


@dataclass(frozen=True)
class Year:
    """All boards of a year."""

    spec: YearSpec
    boards: tuple[BoardYear, ...]

    def roles(self) -> dict[str, Role]:
        """The roles by key, shown by any board on any day or not."""
        found = (o.advert.role for board in self.boards for o in board.openings)
        return {role.key: role for role in found}


def simulate_year(spec: YearSpec) -> Year:
    """Let a year pass.

    Args:
        spec: Its sizes and rates; the same spec gives the same year.

    Returns:
        The boards with everything that happens to them.
    """
    calendar = spec.calendar()
    world = simulate(
        MarketSpec(
            seed=spec.seed,
            first_month=spec.first_day.replace(day=1),
            as_of=calendar[-1],
            observation_dates=calendar,
            boards=spec.boards,
            open_per_board=spec.open_per_board,
            thread_employers=1,
            posts_per_month=0.0,
            reopened_rate=0.08,
            edited_rate=0.15,
            unlisted_rate=0.0,
            foreign_language_rate=0.0,
        )
    )
    return Year(spec, tuple(_boards(spec, world)))


def _boards(spec: YearSpec, world: World) -> Iterator[BoardYear]:
    for source, boards in world.boards.items():
        for name, adverts in boards.items():
            employer = world.employer_of(source, name)
            rng = _rng(spec, "board", source, name)
            told = _told_apart(adverts)
            openings = tuple(_openings(spec, rng, told))
            yield _board(spec, source, name, employer, openings)
            if rng.random() < spec.second_board_rate:
                other = "ashby" if source == "lever" else "lever"
                shared = tuple(_shared(spec, rng, openings))
                if shared:
                    yield _board(spec, other, f"{name}-jobs", employer, shared)


def _rng(spec: YearSpec, *parts: object) -> Random:
    return Random(f"{spec.seed}:year:{':'.join(map(str, parts))}")


def _board(
    spec: YearSpec, source: str, name: str, employer: Employer, openings: tuple[Opening, ...]
) -> BoardYear:
    rng = _rng(spec, "calendar", source, name)
    days = spec.calendar()
    dies_on = None
    if rng.random() < spec.late_rate:
        days = days[rng.randrange(len(days) * 3 // 4) + 1 :] or days[-1:]
    elif rng.random() < spec.dying_rate:
        dies_on = days[rng.randrange(len(days) // 4, len(days))]
    return BoardYear(source, name, employer, openings, days, dies_on, _faults(spec, rng, days))


def _faults(spec: YearSpec, rng: Random, days: Sequence[date]) -> dict[date, BoardFault]:
    kinds: dict[BoardFault, float] = {
        "failed": spec.failed_rate,
        "truncated": spec.truncated_rate,
        "partial": spec.partial_rate,
        "empty": spec.empty_rate,
    }
    sound = 1.0 - sum(kinds.values())
    drawn = rng.choices([*kinds, None], [*kinds.values(), sound], k=len(days))
    faults = {day: kind for day, kind in zip(days, drawn, strict=True) if kind}
    longest = 0
    if rng.random() < spec.breakdown_rate:
        longest = rng.randrange(2, 12)
    elif rng.random() < spec.silent_rate:
        longest = LOST_AFTER_DAYS + rng.randrange(2, 15)
    if longest:
        start = rng.randrange(len(days))
        faults |= dict.fromkeys(days[start : start + longest], "failed")
    return faults


def _told_apart(adverts: Sequence[Advert]) -> Iterator[Advert]:
    """The adverts, their roles with a title of their own and no wording that is hard to read.

    What a normaliser can't tell is measured elsewhere; here it would hide faults of the ledger.
    """
    roles: dict[str, Role] = {}
    for advert in adverts:
        role = advert.role
        if role.key not in roles:
            title = role.title.removesuffix(f" {HOSTILE_TITLE}")
            title = title.replace("GPU Performance", "Machine Learning Platform")
            tools = role.tools._replace(boilerplate=(), negated=())
            if tools.asked() & JAX_FAMILY:
                # Alone, it may be a name: it is read as a framework beside another.
                tools = Tools(must=("pytorch", "jax"))
            title = f"{title}, {_team(role.key)}"
            employer = replace(role.employer, boilerplate_tools=())
            roles[role.key] = replace(role, title=title, tools=tools, employer=employer)
        yield replace(advert, role=roles[role.key])


def _team(role_key: str) -> str:
    number = int(role_key.rsplit("-", 1)[1])
    parts = []
    for _ in range(3):
        number, place = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[place])
    return f"{''.join(parts)}x".title()


def _openings(spec: YearSpec, rng: Random, adverts: Iterable[Advert]) -> Iterator[Opening]:
    last_day = spec.calendar()[-1]
    listed = list(adverts)
    of_role = Counter(advert.role.key for advert in listed)
    for advert in listed:
        spans = [(advert.posted_at.date(), advert.closed_on)]
        is_single = of_role[advert.role.key] == 1
        if is_single and advert.closed_on < last_day and rng.random() < spec.returning_rate:
            again = advert.closed_on + rng.randrange(1, 40) * _DAY
            spans.append((again, again + rng.randrange(10, 120) * _DAY))
        yield Opening(advert, tuple(spans))


def _shared(spec: YearSpec, rng: Random, openings: Iterable[Opening]) -> Iterator[Opening]:
    """Adverts for an employer's roles on its second board, with days of their own."""
    for opening in openings:
        advert = opening.advert
        if advert.is_copy or rng.random() >= spec.shared_rate:
            continue
        posted_at = advert.posted_at + rng.randrange(5) * _DAY
        closed_on = max(advert.closed_on + rng.randrange(-5, 6) * _DAY, posted_at.date() + _DAY)
        copy = replace(
            advert,
            source_id=_uuid(rng),
            posted_at=posted_at,
            closed_on=closed_on,
            edited_at=None,
            is_copy=True,
        )
        yield Opening(copy, ((posted_at.date(), closed_on),))


def _uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# ------------------------------------------------------------------------------------ answers


def _answers(board: BoardYear) -> Iterator[Answer]:
    rng = Random(f"{board.source}:{board.board}:answers")
    known: str | None = None  # digest of the newest listing, which the next one is compared with
    for day, shown in _open_by_day(board):
        fault = board.faults.get(day)
        if board.dies_on is not None and day >= board.dies_on:
            yield Answer(day, "unknown", (), None)
            continue
        if fault == "failed":
            yield Answer(day, "failed", (), None)
            continue
        if fault == "truncated":
            part = shown[: len(shown) // 2]
            yield Answer(day, "truncated", part, _digest(part))
            continue
        if fault == "partial":
            shown = tuple(rng.sample(shown, len(shown) // 3))
        elif fault == "empty":
            shown = ()
        digest = _digest(shown)
        yield Answer(day, "unchanged" if digest == known else "ok", shown, digest)
        known = digest


def _open_by_day(board: BoardYear) -> Iterator[tuple[date, tuple[tuple[Opening, int], ...]]]:
    """The open adverts of each day, oldest first, in the version that they have."""
    moves = {board.days[0]} if board.days else set()
    for opening in board.openings:
        moves.update(day for span in opening.spans for day in span)
        if opening.advert.edited_at is not None:
            moves.add(opening.advert.edited_at.date())
    shown: tuple[tuple[Opening, int], ...] = ()
    for day in board.days:
        if day in moves:
            shown = tuple(
                (opening, opening.advert.version(day))
                for opening in board.openings
                if any(start <= day < end for start, end in opening.spans)
            )
        yield day, shown


def _digest(shown: Iterable[tuple[Opening, int]]) -> str:
    said = repr([(opening.advert.source_id, version) for opening, version in shown])
    return f"sha256:{hashlib.sha256(said.encode()).hexdigest()}"


# -------------------------------------------------------------------------------------- lines


class Landing:
    """Writes the landing lines of one day after the other, as the spiders do.

    Lines are kept as long as their board shows the advert, so that any order of days works and the
    usual one is quick.
    """

    def __init__(self, year: Year) -> None:
        """Get ready.

        Args:
            year: The year.
        """
        self._year = year
        self._kept: dict[tuple[str, str], dict[tuple[str, int], str]] = {}
        self._by_day: dict[date, list[tuple[BoardYear, Answer]]] = defaultdict(list)
        for board in year.boards:
            for answer in board.answers:
                self._by_day[answer.day].append((board, answer))

    def lines(self, day: date) -> Iterator[str]:
        """Yield the landing lines of a day, each with its line break.

        Args:
            day: One of the calendar; another one has no lines.

        Yields:
            For each board that is asked its adverts, if it shows others than in the listing before,
            and what became of asking it.
        """
        observed_at = datetime.combine(day, _ASKED_AT)
        for board, answer in self._by_day[day]:
            if answer.state in ("ok", "truncated"):
                yield from self._adverts(board, answer, observed_at)
            yield f"{_observation(board, answer, observed_at).model_dump_json(exclude_none=True)}\n"

    def _adverts(self, board: BoardYear, answer: Answer, observed_at: datetime) -> Iterator[str]:
        said_at = f'"{observed_at.strftime("%Y-%m-%dT%H:%M:%SZ")}"'
        earlier = self._kept.get((board.source, board.board), {})
        lines: dict[tuple[str, int], str] = {}
        for opening, version in answer.shown:
            key = (opening.advert.source_id, version)
            line = earlier.get(key)
            if line is None:
                posting = posting_of(board, opening.advert, version, self._year.spec.seed)
                line = f"{posting.model_dump_json(exclude_none=True)}\n"
            lines[key] = line
            yield line.replace(_ANY_TIME_SAID, said_at, 1)
        self._kept[board.source, board.board] = lines


def posting_of(board: BoardYear, advert: Advert, version: int, seed: int) -> Posting:
    """Read an advert as its spider would, asked at some time in 1970.

    Args:
        board: The board that shows it.
        advert: The advert.
        version: 1 for its text after the edit, else 0.
        seed: The market's seed.

    Returns:
        The landing line, with places that any reader can tell.
    """
    day = advert.posted_at.date()
    if version and advert.edited_at is not None:
        day = advert.edited_at.date()
    asked = Board(board.source, board.board, board.employer.name, None, _ANY_TIME)
    [line] = _READ[board.source](board, advert, day, seed, asked)
    assert isinstance(line, Posting)
    return line.model_copy(
        update={
            "location": _said(advert.places[0]),
            "secondary_locations": tuple(map(_said, advert.places[1:])),
            "address": None,
            "is_remote": None,
            "workplace": advert.role.workplace,
        }
    )


def _said(place: Place) -> str:
    return f"{place.city}, {place.country_name}"


_Reader = Callable[[BoardYear, Advert, date, int, Board], Iterator[Line]]


def _read_ashby(
    board: BoardYear, advert: Advert, day: date, seed: int, asked: Board
) -> Iterator[Line]:
    row = ashby.row(advert, board.board, day, seed)
    return AshbySpider.postings(_served({"jobs": [row]}), asked)


def _read_greenhouse(
    board: BoardYear, advert: Advert, day: date, seed: int, asked: Board
) -> Iterator[Line]:
    row = greenhouse.row(advert, board.board, day, seed, board.employer.name, 1)
    return GreenhouseSpider.postings(_served({"jobs": [row]}), asked)


def _read_lever(
    board: BoardYear, advert: Advert, day: date, seed: int, asked: Board
) -> Iterator[Line]:
    return LeverSpider.postings(_served([lever.row(advert, board.board, day, seed)]), asked)


_READ: Mapping[str, _Reader] = {
    "ashby": _read_ashby,
    "greenhouse": _read_greenhouse,
    "lever": _read_lever,
}


def _served(payload: Any) -> Any:
    return json.loads(json.dumps(payload))


_REASONS: Mapping[BoardState, tuple[int, str | None]] = {
    "failed": (503, "HTTP 503"),
    "unknown": (404, "HTTP 404: the platform knows no such board"),
}


def _observation(board: BoardYear, answer: Answer, observed_at: datetime) -> BoardObservation:
    status, reason = _REASONS.get(answer.state, (200, None))
    if answer.state == "truncated":
        reason = "the board says more adverts than it gives"
    return BoardObservation(
        source=board.source,
        board=board.board,
        observed_at=observed_at,
        state=answer.state,
        url=f"https://{board.source}.example/{board.board}",
        http_status=status,
        reason=reason,
        rows_seen=0 if answer.state == "unchanged" else len(answer.shown),
        payload_digest=answer.digest,
    )


# -------------------------------------------------------------------------------------- truth


class AdvertSpell(NamedTuple):
    """A spell of an advert."""

    opened_on: date
    last_seen_on: date
    ended_on: date | None  # None while it is open
    exit: Exit
    is_found: bool

    @property
    def is_closed(self) -> bool:
        """Whether listings without it have closed it."""
        return self.exit == "closed"


class AdvertTruth(NamedTuple):
    """What is to be known of an advert that was seen."""

    posting_id: str  # source:board:source_id
    role_key: str
    first_seen_on: date
    last_seen_on: date
    days_seen: int
    versions: tuple[tuple[int, date], ...]  # each with the first day that showed it
    spells: tuple[AdvertSpell, ...]

    @property
    def closed_on(self) -> date | None:
        """The day on which its newest spell closed; None where it is open or was lost."""
        newest = self.spells[-1]
        return newest.ended_on if newest.exit == "closed" else None


class RoleSpell(NamedTuple):
    """A spell of a role."""

    role_key: str
    spell_no: int  # from 1
    source: str  # of the role's first advert
    board: str
    opened_on: date
    ended_on: date | None
    entry: Entry
    exit: Exit

    @property
    def is_whole(self) -> bool:
        """Whether both its beginning and its end were seen, so that its length is a lifetime."""
        return self.entry != "found" and self.exit == "closed"

    @property
    def days_open(self) -> int | None:
        """Its length in days; None where it has not closed."""
        if self.exit != "closed" or self.ended_on is None:
            return None
        return (self.ended_on - self.opened_on).days


class Flow(NamedTuple):
    """Stock of a day, and what came and went on it."""

    day: date
    stock: int
    found: int
    n_new: int
    n_reopened: int
    n_reposted: int
    closures: int
    lost: int
    is_partial: bool

    @property
    def inflow(self) -> int:
        """All that came on the market."""
        return self.n_new + self.n_reopened + self.n_reposted


@dataclass(frozen=True)
class YearTruth:
    """What a reliable reader knows on an as-of day."""

    as_of: date
    adverts: Mapping[str, AdvertTruth]  # by posting_id
    role_spells: tuple[RoleSpell, ...]
    roles: Mapping[str, Role]
    listings: Mapping[tuple[str, str], Sequence[date]]
    """Days of the listings of each board, those that are kept apart left out."""

    @cached_property
    def panel(self) -> frozenset[tuple[str, str]]:
        """The boards of the fixed panel."""
        every = [day for days in self.listings.values() for day in days]
        if not every:
            return frozenset()
        last = max(every)
        first = max(min(every), last - 365 * _DAY)
        return frozenset(
            board for board, days in self.listings.items() if _is_steady(days, first, last)
        )

    def flow(
        self, sources: str = "all", *, is_ml: bool | None = None, framework: Framework = "any"
    ) -> list[Flow]:
        """Stock and flow of each day from the first listing to the as-of day.

        Args:
            sources: "all", "panel" or a source.
            is_ml: Only roles that are ML roles, or that are not; all where None.
            framework: Only roles that ask for it.

        Returns:
            One row per day; none where there is no listing.
        """
        boards = {
            board
            for board in self.listings
            if sources in ("all", board[0]) or (sources == "panel" and board in self.panel)
        }
        listed = sorted({day for board in boards for day in self.listings[board]})
        chosen = {
            key
            for key, role in self.roles.items()
            if (is_ml is None or role.is_ml == is_ml) and asks_for(role, framework)
        }
        spells = (
            spell
            for spell in self.role_spells
            if spell.role_key in chosen and (spell.source, spell.board) in boards
        )
        return flow_of(spells, listed, self.as_of) if listed else []


def _is_steady(days: Sequence[date], first: date, last: date) -> bool:
    inside = [day for day in days if day >= first]
    return (
        bool(inside)
        and inside[0] <= first + 7 * _DAY
        and inside[-1] >= last - 14 * _DAY
        and all(after - day <= 45 * _DAY for day, after in pairwise(inside))
    )


def asks_for(role: Role, framework: Framework) -> bool:
    """Whether a role names a framework's family, not negated."""
    families: dict[Framework, frozenset[str]] = {
        "pytorch": PYTORCH_FAMILY,
        "tensorflow": TENSORFLOW_FAMILY,
        "jax": JAX_FAMILY,
    }
    return framework == "any" or bool(role.tools.asked() & families[framework])


def truth_of(year: Year, as_of: date) -> YearTruth:
    """Work out the truth from what was planted, by the definitions of this module.

    Args:
        year: The year.
        as_of: The newest day whose answers are known.

    Returns:
        Adverts and spells as they are known on that day.
    """
    adverts: dict[str, AdvertTruth] = {}
    listings: dict[tuple[str, str], Sequence[date]] = {}
    of_role: dict[str, list[_Shown]] = defaultdict(list)
    for board in year.boards:
        answers = [answer for answer in board.answers if answer.day <= as_of]
        telling = _telling(answers)
        complete = [answer.day for answer in telling if answer.state != "truncated"]
        if complete:
            listings[board.source, board.board] = complete
        for advert in _adverts_of(board, answers, telling, complete, as_of):
            adverts[advert.posting_id] = advert
            if complete:
                place = (board.source, board.board, advert.posting_id)
                of_role[advert.role_key] += [_Shown(s, *place) for s in advert.spells]
    spells = tuple(spell for key, shown in of_role.items() for spell in _role_spells(key, shown))
    return YearTruth(as_of, adverts, spells, year.roles(), listings)


class _Shown(NamedTuple):
    """A spell of an advert, and where."""

    spell: AdvertSpell
    source: str
    board: str
    posting_id: str


def _telling(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that say something, listings and those that were cut short, in order of days."""
    listings = [a for a in answers if a.state in ("ok", "unchanged")]
    apart = _kept_apart([len(a.shown) for a in listings])
    left_out = {a.day for a, is_apart in zip(listings, apart, strict=True) if is_apart}
    states = ("ok", "unchanged", "truncated")
    return [a for a in answers if a.state in states and a.day not in left_out]


def _adverts_of(
    board: BoardYear,
    answers: Iterable[Answer],
    telling: Iterable[Answer],
    complete: Sequence[date],
    as_of: date,
) -> Iterator[AdvertTruth]:
    seen: dict[str, list[date]] = defaultdict(list)
    versions: dict[str, list[tuple[int, date]]] = defaultdict(list)
    role_of: dict[str, str] = {}
    sound = {answer.day for answer in telling}
    for answer in answers:
        for opening, version in answer.shown:
            key = opening.advert.source_id
            role_of[key] = opening.advert.role.key
            if answer.day in sound:
                seen[key].append(answer.day)
            if not versions[key] or versions[key][-1][0] != version:
                versions[key].append((version, answer.day))
    for source_id, days in seen.items():
        yield AdvertTruth(
            f"{board.source}:{board.board}:{source_id}",
            role_of[source_id],
            days[0],
            days[-1],
            len(days),
            tuple(versions[source_id]),
            tuple(_spells(days, complete, as_of)),
        )


def _kept_apart(shown: Sequence[int]) -> list[bool]:
    """Which listings show so much less than the one before that they say nothing."""
    apart = []
    for n, rows in enumerate(shown):
        before = shown[n - 1] if n else 0
        after = shown[n + 1] if n + 1 < len(shown) else before
        apart.append(2 * rows < before <= 2 * after)
    return apart


def _spells(seen: Sequence[date], complete: Sequence[date], as_of: date) -> Iterator[AdvertSpell]:
    """The spells of an advert, of the days that show it and the listings of its board."""
    opened_on = seen[0]
    is_found = not complete or opened_on <= complete[0]
    for day, following in zip(seen, [*seen[1:], None], strict=True):
        after = bisect_right(complete, day)
        without = complete[after : after + MISSING_LISTINGS]
        is_closed = len(without) == MISSING_LISTINGS
        if following is not None:
            if is_closed and without[-1] < following:
                yield AdvertSpell(opened_on, day, without[0], "closed", is_found)
                opened_on, is_found = following, False
            continue
        lost_on = day + (LOST_AFTER_DAYS + 1) * _DAY
        if is_closed:
            yield AdvertSpell(opened_on, day, without[0], "closed", is_found)
        elif lost_on <= as_of:
            yield AdvertSpell(opened_on, day, lost_on, "lost", is_found)
        else:
            yield AdvertSpell(opened_on, day, None, "open", is_found)


def _role_spells(role_key: str, shown: Iterable[_Shown]) -> Iterator[RoleSpell]:
    parts = sorted(shown, key=lambda part: (part.spell.opened_on, *part[1:]))
    stretches: list[list[_Shown]] = []
    reach: date | None = None
    for part in parts:
        if reach is None or part.spell.opened_on > reach:
            stretches.append([])
            reach = None
        stretches[-1].append(part)
        reach = max(reach or date.min, part.spell.ended_on or date.max)
    earlier: set[str] = set()
    for number, stretch in enumerate(stretches, 1):
        opener = stretch[0]
        # At the same time, closed comes before lost.
        last = max(
            stretch, key=lambda part: (part.spell.ended_on or date.max, part.spell.is_closed)
        )
        entry: Entry = "new"
        if opener.spell.is_found:
            entry = "found"
        elif number > 1:
            entry = "reopened" if opener.posting_id in earlier else "reposted"
        yield RoleSpell(
            role_key,
            number,
            parts[0].source,
            parts[0].board,
            opener.spell.opened_on,
            last.spell.ended_on,
            entry,
            last.spell.exit,
        )
        earlier.update(part.posting_id for part in stretch)


def flow_of(spells: Iterable[RoleSpell], listed: Sequence[date], as_of: date) -> list[Flow]:
    """Count stock and flow by day.

    Args:
        spells: Spells of roles.
        listed: The days that have a listing, in order; the count begins with the first.
        as_of: Last day to count.

    Returns:
        One row per day.
    """
    came: Counter[tuple[date, str]] = Counter()
    went: Counter[tuple[date, str]] = Counter()
    for spell in spells:
        came[spell.opened_on, spell.entry] += 1
        if spell.ended_on is not None:
            went[spell.ended_on, spell.exit] += 1
    final_before = listed[-2] if len(listed) > 1 else date.min
    stock, flows = 0, []
    for number in range((as_of - listed[0]).days + 1):
        day = listed[0] + number * _DAY
        flow = Flow(
            day,
            stock,
            found=came[day, "found"],
            n_new=came[day, "new"],
            n_reopened=came[day, "reopened"],
            n_reposted=came[day, "reposted"],
            closures=went[day, "closed"],
            lost=went[day, "lost"],
            is_partial=day >= final_before,
        )
        stock += flow.found + flow.inflow - flow.closures - flow.lost
        flows.append(flow._replace(stock=stock))
    return flows
