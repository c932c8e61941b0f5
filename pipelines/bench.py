"""The benchmark suite as the command line runs it: on the sample market, with whole runs.

Belongs here: where its adverts come from, and timing the whole job twice. Does not belong here: the
parts that need the warehouse alone (`warehouse.bench`).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from pipelines.bench_crawl import CRAWL, crawl
from pipelines.bench_snapshot import snapshot
from pipelines.bench_year import YEAR, YearError, year
from pipelines.instance import HOME_VARIABLE
from scrapers.landing import Line
from scrapers.market import ashby, greenhouse, hackernews, lever
from scrapers.market.world import MarketSpec, World, simulate
from scrapers.market.write import write_market
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.base import Board
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.hackernews import HackernewsSpider
from scrapers.spiders.lever import LeverSpider
from warehouse.bench.material import Material, choose, read_landing
from warehouse.bench.measure import Row, Timing, compare, machine, timed_process
from warehouse.bench.suite import PARTS, Part

RUN = "run"
RUN_SCALE = 0.1
"""Size of the sample market of whole runs; 1.0 takes as long as `make run`."""
RUN_REPEATS = 1
"""A first run takes half a minute; starting it dominates, and that is known to vary little."""

_FULL_MARKET = 8_000
"""Adverts of the sample market at scale 1, boards and threads together, rather less than more."""
_SEED = 20261031


class RunError(RuntimeError):
    """A run that was to be timed failed, or gave something else than it must."""


class Results(NamedTuple):
    """What was measured, on what."""

    rows: list[Row]
    machine: dict[str, Any]
    input: dict[str, Any]
    seconds: float


def parts() -> dict[str, Part]:
    """All parts of the suite by name."""
    return {**PARTS, CRAWL: crawl, "snapshot": snapshot, YEAR: _planted_year, RUN: whole_run}


def measure(
    names: Sequence[str], material: Material, origin: str, tell: Callable[[int, int, str], None]
) -> Results:
    """Run parts of the suite, one after the other.

    Args:
        names: Of parts; all where empty.
        material: What they work on.
        origin: Where its adverts come from, for the record.
        tell: Called before each part with how many are done, of how many, and its name.

    Raises:
        warehouse.bench.material.BenchError: There are no adverts to measure on.
        RunError: A whole run failed, or a year was not read as it was planted.
        pipelines.bench_crawl.CrawlError: A crawl failed.
    """
    began_on = machine()
    start = perf_counter()
    rows: list[Row] = []
    chosen = {name: part for name, part in parts().items() if not names or name in names}
    for done, (name, part) in enumerate(chosen.items()):
        tell(done, len(chosen), name)
        rows += part(material)
    read: dict[str, Any] = {"adverts_from": origin}
    if "samples" in vars(material):  # asked for by one of the parts
        size = sum(len(sample.advert.body.encode()) for sample in material.samples)
        markup = Counter(sample.markup for sample in material.samples)
        read |= {"adverts": len(material.samples), "mb": round(size / 1e6, 2), "markup": markup}
    return Results(rows, began_on, read, perf_counter() - start)


def material_of(texts: Path | None, adverts: int) -> Material:
    """The adverts to measure on: those of a landing file, else the sample market's.

    Args:
        texts: A landing file.
        adverts: How many at most, in the smaller size of what is measured at two.
    """
    lines = partial(read_landing, texts) if texts else partial(sample_lines, adverts)
    return Material(choose_postings=lambda most: choose(lines(), most), adverts=adverts)


def sample_lines(adverts: int) -> Iterator[Line]:
    """Landing lines of a sample market that has at least so many adverts."""
    world = simulate(MarketSpec.scaled(_SEED, adverts / _FULL_MARKET))
    for platform, spider in (
        ("ashby", AshbySpider),
        ("greenhouse", GreenhouseSpider),
        ("lever", LeverSpider),
    ):
        for board in world.boards[platform]:
            payload = json.loads(_board_payload(world, platform, board))
            yield from spider.postings(payload, _board(world, platform, board))
    for thread in world.threads:
        payload = json.loads(hackernews.item(thread, world.spec))
        yield from HackernewsSpider.postings(
            payload, _board(world, "hackernews", str(thread.thread_id))
        )


def _board(world: World, source: str, name: str) -> Board:
    observed_at = datetime.combine(world.spec.as_of, datetime.min.time(), UTC)
    return Board(source, name, name, None, observed_at)


def _board_payload(world: World, platform: str, board: str) -> bytes:
    """All adverts that a board ever had, each as it stood when it was posted."""
    seed = world.spec.seed
    adverts = [(item, item.posted_at.date()) for item in world.boards[platform][board]]
    if platform == "ashby":
        return ashby.body(ashby.dump(ashby.row(i, board, day, seed)) for i, day in adverts)
    if platform == "lever":
        return lever.body(lever.dump(lever.row(i, board, day, seed)) for i, day in adverts)
    rows = (greenhouse.row(i, board, day, seed, board, 2) for i, day in adverts)
    return greenhouse.body(map(greenhouse.dump, rows))


def _planted_year(material: Material) -> Iterator[Row]:
    try:
        yield from year(material)
    except YearError as error:
        raise RunError(str(error)) from error


def whole_run(material: Material, *, scale: float = RUN_SCALE) -> Iterator[Row]:  # noqa: ARG001
    """The whole job on a small market, first and again, in processes of their own.

    Args:
        material: Not needed; each part is given it.
        scale: Size of the market.

    Raises:
        RunError: A run failed.
    """
    first, second = [], []
    for _ in range(RUN_REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            market, home = Path(folder) / "market", Path(folder) / "dagster"
            write_market(market, scale=scale)
            command = [sys.executable, "-c", "from pipelines.cli import main; main()"]
            command += ["run", "--quiet", "--replay", str(market)]
            command += ["--boards", str(market / "boards"), "--data", f"{folder}/data"]
            first.append(_timed(command, home))
            second.append(_timed(command, home))
    yield compare(RUN, "run, nothing new", "runs/s", second, {"the first run": first})


def _timed(command: list[str], home: Path) -> Timing:
    return timed_process(
        command,
        1,
        {HOME_VARIABLE: str(home)},
        lambda said: RunError(f"a run of the sample market failed: {said}"),
    )
