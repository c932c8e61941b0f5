"""The simulated job market, served: which answer a request gets, on which day, with which fault.

Belongs here: the market's size, what is answered, robots.txt, what was asked, and the ports on
127.0.0.1. Does not belong here: who answers for which origin (`sources`), payloads (one module per
source), what can go wrong (`faults`) and HTTP (`wire`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from csv import writer as csv_writer
from dataclasses import replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

from scrapers.market.faults import (
    FAULTS,
    HTML,
    LOGIN_PAGE,
    LOGIN_PATH,
    NOT_FOUND,
    Answer,
    Call,
    Planted,
)
from scrapers.market.sources import Listed, Source, is_first, sources_of, target_of
from scrapers.market.wire import Ask, Connection, Prepared, Reply, file_reply, prepared, reply
from scrapers.market.world import MarketSpec, World, simulate
from scrapers.origins import SAMPLE_LINE

HOST = "127.0.0.1"
DAY_PATH, STATS_PATH = "/__day", "/__stats"
CACHE_BYTES = 256 * 1024 * 1024
SHARES: Mapping[str, float] = {
    "ashby": 0.21,
    "greenhouse": 0.19,
    "lever": 0.13,
    "workable": 0.09,
    "recruitee": 0.08,
    "personio": 0.07,
    "teamtailor": 0.07,
    "bamboohr": 0.05,
    "pinpoint": 0.05,
    "workday": 0.06,
}
"""The share of a market's boards that each platform has."""
LEAST_BOARDS = 40
PRIVATE = "/private/"
"""What every robots.txt forbids."""
OPENS_AT = time(6, tzinfo=UTC)


def served_spec(boards: int = 400, seed: int = MarketSpec.seed) -> MarketSpec:
    """The market that is served: its boards spread over all platforms.

    Args:
        boards: How many, at least `LEAST_BOARDS`.
        seed: Decides everything that is left to chance.

    Returns:
        A spec whose boards add up to that number; threads and papers as in the sample market, or
        fewer where it has fewer boards than that.

    Raises:
        ValueError: Too few boards for all platforms.
    """
    if boards < LEAST_BOARDS:
        raise ValueError(f"at least {LEAST_BOARDS} boards are needed, not {boards}")
    normal = MarketSpec.scaled(seed, min(1.0, boards / sum(MarketSpec().boards.values())))
    counts = {name: max(3, int(share * boards)) for name, share in SHARES.items()}
    missing = boards - sum(counts.values())
    largest = max(counts, key=lambda name: counts[name])
    counts[largest] += missing
    return replace(normal, boards=counts)


class Wanted(NamedTuple):
    """What a request is for."""

    source: Source
    board: str
    host: str
    target: str
    body: bytes

    def form(self) -> Any:
        """The JSON of a POST; None where there is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


class Market:
    """The served market: answers requests, without sockets.

    `day` and `faults` may be changed while it is served.
    """

    def __init__(
        self,
        world: World,
        *,
        day: date | None = None,
        faults: Sequence[Planted] = (),
        crawl_delay_s: float | None = None,
    ) -> None:
        """Build from a world.

        Args:
            world: The market.
            day: The day that it shows; the newest where None.
            faults: What goes wrong, and where; the first that strikes a request counts.
            crawl_delay_s: What each robots.txt asks for, seconds; nothing where None.

        Raises:
            ValueError: The market has no such day.
        """
        self.world = world
        self.day = self.checked(day or world.spec.as_of)
        self.faults = list(faults)
        self.crawl_delay_s = crawl_delay_s
        self.sources = sources_of(world)
        self.stats: dict[str, Counter[str]] = {}
        """Requests, bytes of bodies and statuses by source."""
        self.trespasses: list[str] = []
        """What was asked for although robots.txt forbids it."""
        self._asked: Counter[tuple[str, str, bytes]] = Counter()
        self._first: dict[tuple[str, str, date], Answer] = {}
        self._cache: OrderedDict[tuple[Wanted, date], Prepared] = OrderedDict()
        self._cached_bytes = 0
        self._since: dict[tuple[str, str, str], str] = {}
        self._by_origin: dict[str, list[Source]] = {}
        for source in self.sources:
            for origin in source.origins:
                self._by_origin.setdefault(origin, []).append(source)

    def checked(self, day: date) -> date:
        """The day, if it is one of the market's.

        Raises:
            ValueError: It is not.
        """
        first, last = self.world.spec.observation_dates[0], self.world.spec.as_of
        if not first <= day <= last:
            raise ValueError(f"the market's days are {first} to {last}, not {day}")
        return day

    def origins(self) -> list[str]:
        """All origins that are served, each once."""
        return list(self._by_origin)

    def respond(self, origin: str, ask: Ask) -> Reply:
        """Answer a request.

        Args:
            origin: The origin that the port stands for.
            ask: The request; the header `X-Forwarded-Host` names the host that is meant.

        Returns:
            What goes over the wire.
        """
        if ask.target.startswith("/__"):
            return self._control(ask)
        if ask.method not in ("GET", "HEAD", "POST"):
            return reply(ask, Prepared(Answer(status=405, headers=(("Allow", "GET, HEAD, POST"),))))
        host = ask.headers.get("x-forwarded-host") or _host_of(origin, ask.headers.get("host", ""))
        path = urlsplit(ask.target).path
        if path == "/robots.txt":
            text = self._robots(host, origin)
            return self._counted(
                "robots.txt", reply(ask, Prepared(Answer(text.encode(), "text/plain")))
            )
        if path == LOGIN_PATH:
            return self._counted("login", reply(ask, Prepared(Answer(LOGIN_PAGE, HTML))))
        wanted = self._wanted(origin, host, ask)
        if wanted is None:
            return self._counted("nobody", reply(ask, Prepared(NOT_FOUND)))
        fault = self._fault(wanted)
        if path.startswith(PRIVATE) or (fault and fault.name == "disallow"):
            self.trespasses.append(f"https://{host}{ask.target}")
        found = self._spoilt(wanted, fault) if fault else self._good(wanted)
        sent = file_reply(ask, found) if isinstance(found, Path) else reply(ask, found)
        return self._counted(wanted.source.name, sent)

    def _wanted(self, origin: str, host: str, ask: Ask) -> Wanted | None:
        for source in self._by_origin[origin]:
            board = source.board_of(host, ask.target)
            if board is not None:
                return Wanted(source, board, host, ask.target, ask.body)
        return None

    def _fault(self, wanted: Wanted) -> Planted | None:
        if not self.faults:
            return None
        source, board = wanted.source, wanted.board
        begins = is_first(source, board, wanted.target, wanted.form())
        return next((f for f in self.faults if f.strikes(source.name, board, begins)), None)

    def _good(self, wanted: Wanted) -> Prepared | Path:
        """What there is, whatever goes wrong; made when it is first asked for."""
        key = (wanted, self.day)
        kept = self._cache.get(key)
        if kept is not None:
            self._cache.move_to_end(key)
            return kept
        source = wanted.source
        answer = source.answer(wanted.host, wanted.target, wanted.form(), self.day)
        if isinstance(answer, Path):
            return answer
        made = self._validated(wanted, answer or NOT_FOUND)
        self._cache[key] = made
        self._cached_bytes += _size(made)
        while self._cached_bytes > CACHE_BYTES and len(self._cache) > 1:
            self._cached_bytes -= _size(self._cache.popitem(last=False)[1])
        return made

    def _validated(self, wanted: Wanted, answer: Answer) -> Prepared:
        if wanted.body:
            # What a POST gets has no validators.
            return prepared(answer)
        # The market's day on which this body was first given under this address.
        begun = format_datetime(datetime.combine(self.day, OPENS_AT), usegmt=True)
        digest = hashlib.sha256(answer.body).hexdigest()
        return prepared(answer, self._since.setdefault((wanted.host, wanted.target, digest), begun))

    def _spoilt(self, wanted: Wanted, fault: Planted) -> Prepared:
        """What is answered instead; never kept, as some faults pass."""
        asked = (wanted.host, wanted.target, wanted.body)
        path = urlsplit(wanted.target).path

        def good() -> Answer:
            found = self._good(wanted)
            if isinstance(found, Path):
                return Answer(found.read_bytes(), "application/octet-stream")
            return found.answer

        call = Call(
            target=wanted.target,
            times=self._asked[asked],
            good=good,
            first=lambda: self._first.setdefault((wanted.host, path, self.day), good()),
            elsewhere=wanted.source.beside(wanted.board),
        )
        self._asked[asked] += 1
        return self._validated(wanted, FAULTS[fault.name].spoil(call))

    def _robots(self, host: str, origin: str) -> str:
        lines = ["User-agent: *", f"Disallow: {PRIVATE}"]
        if self.crawl_delay_s is not None:
            lines.append(f"Crawl-delay: {self.crawl_delay_s:g}")
        for source in self._by_origin[origin]:
            for fault in self.faults:
                if fault.name != "disallow" or fault.source not in (None, source.name):
                    continue
                if fault.board is None:
                    lines.append("Disallow: /")
                    continue
                first = urlsplit(source.first(fault.board))
                # Where each board has a host of its own, the others are not forbidden.
                if "*" not in origin or first.netloc == host:
                    lines.append(f"Disallow: {first.path}")
        return "\n".join(lines) + "\n"

    def _control(self, ask: Ask) -> Reply:
        parts = urlsplit(ask.target)
        if parts.path == DAY_PATH and ask.method == "POST":
            try:
                said = parse_qs(parts.query).get("date", [""])[0]
                self.day = self.checked(date.fromisoformat(said))
            except ValueError as error:
                told = {"error": str(error)}
                return reply(ask, Prepared(Answer(json.dumps(told).encode(), status=400)))
        elif parts.path == STATS_PATH and ask.method == "POST":
            self.forget_stats()
        elif parts.path not in (DAY_PATH, STATS_PATH):
            return reply(ask, Prepared(NOT_FOUND))
        state = {
            "day": self.day.isoformat(),
            "sources": {name: dict(counts) for name, counts in sorted(self.stats.items())},
            "trespasses": self.trespasses,
        }
        return reply(ask, Prepared(Answer(json.dumps(state).encode())))

    def forget_stats(self) -> None:
        """Count from nought."""
        self.stats = {}
        self.trespasses = []

    def _counted(self, source: str, sent: Reply) -> Reply:
        counts = self.stats.setdefault(source, Counter())
        counts["requests"] += 1
        counts["body_bytes"] += sent.length if sent.file else len(sent.body)
        counts[f"status_{sent.head[9:12].decode('ascii') or 'none'}"] += 1
        return sent


def _size(made: Prepared) -> int:
    return len(made.answer.body) + len(made.squeezed or b"")


def _host_of(origin: str, host: str) -> str:
    """The host that is meant where no header says so: the origin's own, or what `Host` says."""
    own = urlsplit(origin).netloc
    return host if "*" in own else own


class Served(NamedTuple):
    """A market that is being served."""

    market: Market
    ports: dict[str, int]
    """The port of each origin."""

    def at(self, url: str) -> str:
        """Where an address is served; the request needs the header `X-Forwarded-Host` as well."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host = parts.netloc
        while origin not in self.ports and "." in host:
            host = host.split(".", 1)[1]
            origin = f"{parts.scheme}://*.{host}"
        return f"http://{HOST}:{self.ports[origin]}{target_of(url)}"

    def write_origins(self, path: Path) -> None:
        """Write the origins file that a crawl takes; it says that this is a sample.

        Args:
            path: The YAML file; its folder is made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = {origin: f"http://{HOST}:{port}" for origin, port in self.ports.items()}
        path.write_text(SAMPLE_LINE + yaml.safe_dump(lines, sort_keys=False), encoding="utf-8")

    def write_boards(self, directory: Path) -> None:
        """Write the board lists that a crawl takes, `<source>.csv`.

        Args:
            directory: The folder; it is made.
        """
        directory.mkdir(parents=True, exist_ok=True)
        for source in self.market.sources:
            if not source.listed():
                continue
            path = directory / f"{source.name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                rows = csv_writer(file, lineterminator="\n")
                rows.writerow(Listed._fields)
                rows.writerows(source.listed())


async def open_ports(
    market: Market, port: int, open_ones: set[Connection]
) -> tuple[list[asyncio.Server], Served]:
    """Listen on one port for each origin.

    Args:
        market: The market.
        port: The first one, the others follow; 0 for any that are free.
        open_ones: Where connections note themselves.

    Returns:
        The servers, and what is served where.

    Raises:
        OSError: A port is taken; those opened before it are closed again.
    """
    loop = asyncio.get_running_loop()
    servers: list[asyncio.Server] = []
    ports: dict[str, int] = {}
    try:
        for number, origin in enumerate(market.origins()):
            made = partial(Connection, partial(market.respond, origin), open_ones)
            server = await loop.create_server(made, HOST, port + number if port else 0)
            servers.append(server)
            ports[origin] = server.sockets[0].getsockname()[1]
    except OSError:
        for server in servers:
            server.close()
        raise
    return servers, Served(market, ports)


async def serve_until(
    stopped: asyncio.Event, market: Market, port: int, ready: Callable[[Served], object]
) -> None:
    """Serve a market.

    Args:
        stopped: Ends it.
        market: The market.
        port: The first port, the others follow; 0 for any that are free.
        ready: Called once all ports are open.

    Raises:
        OSError: A port is taken.
    """
    open_ones: set[Connection] = set()
    servers, served = await open_ports(market, port, open_ones)
    ready(served)
    await stopped.wait()
    for server in servers:
        server.close()
    for connection in tuple(open_ones):
        connection.close()
    # Aborted connections end on the loop's next turn.
    await asyncio.sleep(0)


@contextmanager
def serving(market: Market, port: int = 0) -> Iterator[Served]:
    """Serve a market from a thread while the block runs.

    Args:
        market: The market.
        port: The first port, the others follow; 0 for any that are free.

    Yields:
        What is served where.

    Raises:
        OSError: A port is taken.
    """
    loop = asyncio.new_event_loop()
    stopped = asyncio.Event()
    opened = threading.Event()
    outcome: list[Served | OSError] = []

    def ready(served: Served) -> None:
        outcome.append(served)
        opened.set()

    def run() -> None:
        try:
            loop.run_until_complete(serve_until(stopped, market, port, ready))
        except OSError as error:
            outcome.append(error)
            opened.set()
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="market", daemon=True)
    thread.start()
    opened.wait()
    if isinstance(outcome[0], OSError):
        thread.join()
        raise outcome[0]
    try:
        yield outcome[0]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()


def simulated(boards: int = 400, seed: int = MarketSpec.seed) -> World:
    """The market that is served (half a second for 400 boards)."""
    return simulate(served_spec(boards, seed))
