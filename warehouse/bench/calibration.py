"""How often intervals hold the truth, and how often verdicts are right, in planted worlds.

Belongs here: running the worlds on all cores, counting, and the tables of it. Does not belong here:
what is planted (`worlds`, `worlds_claims`, `plants`), or the statistics and rules under test.

A claim whose truth lies on its threshold may be judged, for or against, in at most 5 % of worlds;
one that is clearly true or false must get its verdict in 95 %. Both are counted with the very rules
of the registry. Shares of n worlds have a Monte-Carlo error, which the page tells; one that is
worse than its mark by more than two standard errors counts as a miss.
"""

from __future__ import annotations

import importlib
import math
import multiprocessing
import os
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from warehouse.bench.plants import CLEAR, Position, State, plant, states_of
from warehouse.bench.worlds import KINDS, Family, Kind
from warehouse.bench.worlds_claims import (
    COMPANIES,
    SCENARIOS,
    Scenario,
    Shape,
    World,
    draft,
    draw_world,
)
from warehouse.claims.counts import Measured
from warehouse.claims.quantities import resolved
from warehouse.claims.registry import Claim, load_registry
from warehouse.claims.rules import Judgement, Verdict, judge_parts
from warehouse.claims.variants import speaking

WORLDS = 1000
SEED = 20260101
MOST_WRONG, LEAST_RIGHT = 0.05, 0.95
HELD = (0.93, 0.97)
MODULES = ("warehouse.bench.worlds_counts", "warehouse.bench.worlds_pay")
"""Where the worlds of intervals are; one that is not there is passed over."""
_WITH_ENOUGH: tuple[Scenario, ...] = ("as it is", "reposts as roles")
"""Markets of so many independent companies that what is clear must be seen."""
_DRAWN_TOGETHER = 8  # worlds: the same weights are handed to the processor once for all
_CHUNK = 48  # worlds that a process is given at a time


class Covered(NamedTuple):
    """How often the intervals of a family held the truth in a kind of market."""

    family: str
    market: str
    worlds: int
    held: int
    open: int  # intervals that lack an end


class Judged(NamedTuple):
    """How worlds of one claim in one state and scenario were judged."""

    claim_id: str
    family: str
    scenario: Scenario
    position: Position
    verdicts: Mapping[Verdict, int]
    too_few: int  # of the undetermined ones: less data than is asked for


def family_of(claim: Claim) -> str:
    """Name the family of estimators that a claim is measured by."""
    name = claim.measure.estimator.replace("_", " ")
    return f"{name}, papers" if claim.population.of == "papers" else name


def judge_worlds(
    claim: Claim,
    shape: Shape,
    scenario: Scenario,
    worlds: Iterable[int],
    *,
    companies: int | None = None,
    alter: Callable[[World], World] = lambda world: world,
) -> list[Judged]:
    """Judge a claim in planted worlds, by its own rule.

    Args:
        claim: The claim.
        shape: Shape of the market that worlds are drawn in.
        scenario: What is out of the ordinary in them.
        worlds: Their numbers; a number is the same world again, whatever others there are.
        companies: How many a world has, where not as many as in the calibration.
        alter: Changes each world before a truth is planted in it.

    Returns:
        The counts for each state that the claim is tried in.
    """
    states = states_of(claim)
    counts = [Counter[Verdict]() for _ in states]
    too_few = [0] * len(states)
    stream = zlib.crc32(f"{claim.id} {scenario}".encode())
    numbers, size = list(worlds), companies or companies_for(claim)
    for start in range(0, len(numbers), _DRAWN_TOGETHER):
        measured = []
        for number in numbers[start : start + _DRAWN_TOGETHER]:
            rng = np.random.default_rng([SEED, stream, number])
            world = alter(draw_world(rng, shape, claim, scenario, size))
            measured += [_measured(claim, world, state) for state in states]
        for place, judgement in enumerate(_judgements(claim, measured)):
            counts[place % len(states)][judgement.verdict] += 1
            too_few[place % len(states)] += judgement.is_too_few
    return [
        Judged(claim.id, family_of(claim), scenario, state.position, dict(count), few)
        for state, count, few in zip(states, counts, too_few, strict=True)
    ]


_SIZES = {
    "ratio": 1000,  # a band of 1.5 to 2.5 takes as many with the roles of a quarter
    "company_share": 1000,
    "company_ratio": 2000,  # a band of 1.2 to 1.8
    "crossing": 300,
    "skill_premium": 400,
    "top_decile": 1200,  # a tenth of the roles that state pay is one side
}


def companies_for(claim: Claim) -> int:
    """Say how many companies a world of a claim has."""
    return _SIZES.get(claim.measure.estimator, COMPANIES)


def _measured(claim: Claim, world: World, state: State) -> Measured:
    """Plant a truth in a world and measure what the claim judges."""
    planted = draft(world, claim)
    plant(planted, state.truths)
    units = speaking(claim, planted.evidence(), world.shape.as_of)
    found = claim.measure.measure(units)
    judged = [part for part in found.parts if claim.rule.condition(part.name) is not None]
    return found._replace(parts=tuple(judged))


def _judgements(claim: Claim, measured: Sequence[Measured]) -> Iterator[Judgement]:
    """Draw what was measured in several worlds under the same weights, and judge each."""
    weights = max((found.base.weights for found in measured), key=len)
    parts = iter(resolved(weights, [part for found in measured for part in found.parts]))
    for found in measured:
        of_world = tuple(next(parts) for _ in found.parts)
        yield judge_parts(claim.rule, of_world, found.base.kind)


# --- running ------------------------------------------------------------------------------------


class Calibration(NamedTuple):
    """All that was counted."""

    covered: list[Covered]
    judged: list[Judged]
    worlds: int
    companies: Mapping[str, int]  # in the world of each claim
    units: Mapping[str, float]  # mean of each claim's worlds as they are; papers for papers


def calibrate(
    shape: Shape,
    worlds: int = WORLDS,
    *,
    processes: int | None = None,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Calibration:
    """Count how often intervals hold the truth, and how often verdicts are right.

    Args:
        shape: Shape of the market that whole worlds are drawn in.
        worlds: Worlds of each family and market, and of each family of claims and scenario; a
            claim has at least a quarter as many in worlds as they are.
        processes: How many work at once; all cores where left out.
        tell: Called with how many portions of the worlds are done, and of how many.

    Returns:
        The counts; the same for the same shape and number, whatever the processes.
    """
    claims = [claim for claim in load_registry() if isinstance(claim, Claim)]
    covered: dict[tuple[str, str], list[Covered]] = defaultdict(list)
    judged: dict[tuple[str, str], list[list[Judged]]] = defaultdict(list)
    with _pool(shape, processes) as pool:
        jobs: dict[Future[Any], tuple[str, str]] = {}
        for module, place, family, market in _families():
            for part in _chunks(worlds):
                jobs[pool.submit(_cover, module, place, market, part)] = (family, market)
        for claim, scenario, number in _tasks(claims, worlds):
            for part in _chunks(number):
                jobs[pool.submit(_judge, claim.id, scenario, part)] = (claim.id, scenario)
        for done, job in enumerate(as_completed(jobs), 1):
            tell(done, len(jobs))
            result = job.result()
            (covered if isinstance(result, Covered) else judged)[jobs[job]].append(result)
    return Calibration(
        [_all_covered(covered[family, market]) for _, _, family, market in _families()],
        [
            row
            for claim, scenario, _ in _tasks(claims, worlds)
            for row in _all_judged(judged[claim.id, scenario])
        ],
        worlds,
        {claim.id: companies_for(claim) for claim in claims},
        {claim.id: _mean_units(claim, shape) for claim in claims},
    )


def _families() -> Iterator[tuple[str, int, str, Kind]]:
    """Yield module, place in it, name and market of each family of intervals."""
    for module in MODULES:
        for place, family in enumerate(importlib.import_module(module).FAMILIES):
            for market in family.kinds:
                yield module, place, family.name, market


def _tasks(claims: Sequence[Claim], worlds: int) -> Iterator[tuple[Claim, Scenario, int]]:
    """Yield how many worlds each claim has in each scenario."""
    shares = Counter(family_of(claim) for claim in claims)
    for claim in claims:
        share = math.ceil(worlds / shares[family_of(claim)])
        for scenario in SCENARIOS:
            if scenario == "as it is":
                yield claim, scenario, max(share, math.ceil(worlds / 4))
            elif claim.population.of != "papers":
                yield claim, scenario, share


def _chunks(worlds: int) -> list[range]:
    return [range(start, min(start + _CHUNK, worlds)) for start in range(0, worlds, _CHUNK)]


def _mean_units(claim: Claim, shape: Shape) -> float:
    rngs = [np.random.default_rng([SEED, number]) for number in range(5)]
    size = companies_for(claim)
    return float(np.mean([len(draw_world(rng, shape, claim, "as it is", size)) for rng in rngs]))


@contextmanager
def _pool(shape: Shape, processes: int | None) -> Iterator[ProcessPoolExecutor]:
    """Start processes that know the shape, each with linear algebra on one core."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        with ProcessPoolExecutor(
            processes or os.cpu_count(),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(shape,),
        ) as pool:
            yield pool
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


_OF_PROCESS: dict[str, Any] = {}


def _begin(shape: Shape) -> None:
    claims = {claim.id: claim for claim in load_registry() if isinstance(claim, Claim)}
    _OF_PROCESS.update(shape=shape, claims=claims)


def _judge(claim_id: str, scenario: Scenario, worlds: range) -> list[Judged]:
    return judge_worlds(_OF_PROCESS["claims"][claim_id], _OF_PROCESS["shape"], scenario, worlds)


def _cover(module: str, place: int, market: Kind, worlds: range) -> Covered:
    family: Family = importlib.import_module(module).FAMILIES[place]
    stream = zlib.crc32(f"{family.name} {market}".encode())
    held = is_open = 0
    for number in worlds:
        truth, (low, high) = family.draw(np.random.default_rng([SEED, stream, number]), market)
        held += low <= truth <= high
        is_open += not (math.isfinite(low) and math.isfinite(high))
    return Covered(family.name, market, len(worlds), int(held), is_open)


def _all_covered(parts: Sequence[Covered]) -> Covered:
    return parts[0]._replace(
        worlds=sum(part.worlds for part in parts),
        held=sum(part.held for part in parts),
        open=sum(part.open for part in parts),
    )


def _all_judged(parts: Sequence[Sequence[Judged]]) -> Iterator[Judged]:
    for of_state in zip(*parts, strict=True):
        verdicts = Counter[Verdict]()
        for part in of_state:
            verdicts.update(part.verdicts)
        few = sum(part.too_few for part in of_state)
        yield of_state[0]._replace(verdicts=dict(verdicts), too_few=few)


# --- tables -------------------------------------------------------------------------------------


class Table(NamedTuple):
    """A table for readers."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Share:
    """A share of worlds."""

    count: int
    worlds: int

    @property
    def value(self) -> float:
        """The share; NaN of no worlds."""
        return self.count / self.worlds if self.worlds else math.nan

    def error(self, at: float) -> float:
        """Give its standard error where it really is `at`."""
        return math.sqrt(at * (1 - at) / self.worlds) if self.worlds else math.nan

    def is_above(self, mark: float) -> bool:
        """Tell whether it is above a mark by more than chance."""
        return self.value > mark + 2 * self.error(mark)

    def is_below(self, mark: float) -> bool:
        """Tell whether it is below a mark by more than chance."""
        return self.value < mark - 2 * self.error(mark)

    def words(self, is_miss: bool) -> str:
        """Write it; a miss is marked."""
        return f"{100 * self.value:.1f} %{' !' if is_miss else ''}"


def share_of(rows: Iterable[Judged], position: Position) -> Share:
    """Count the worlds that were judged wrongly on the threshold, else those judged rightly.

    Args:
        rows: Of any claims.
        position: Where the truth lies.
    """
    wanted: dict[Position, tuple[Verdict, ...]] = {
        "threshold": ("supported", "contradicted"),
        "true": ("supported",),
        "false": ("contradicted",),
    }
    chosen = [row for row in rows if row.position == position]
    count = sum(row.verdicts.get(verdict, 0) for row in chosen for verdict in wanted[position])
    return Share(count, sum(sum(row.verdicts.values()) for row in chosen))


def tables_of(found: Calibration) -> list[Table]:
    """Lay out what was counted.

    Args:
        found: The counts.

    Returns:
        Coverage of intervals, verdicts by family and scenario, and verdicts of each claim in
        worlds as they are.
    """
    return [_coverage_table(found.covered), _family_table(found.judged), _claim_table(found)]


def _coverage_table(covered: Sequence[Covered]) -> Table:
    cells = {(row.family, row.market): row for row in covered}
    rows = []
    for family in dict.fromkeys(row.family for row in covered):
        row = [family]
        for market in KINDS:
            cell = cells.get((family, market))
            if cell is None:
                row.append("")
                continue
            held = Share(cell.held, cell.worlds)
            text = held.words(held.is_below(HELD[0]) or held.is_above(HELD[1]))
            if cell.open:
                text += f" ({100 * cell.open / cell.worlds:.0f} % open)"
            row.append(text)
        rows.append(tuple(row))
    return Table("Intervals that hold the truth", ("estimate", *KINDS), rows)


def _verdict_cells(rows: Sequence[Judged]) -> tuple[str, str, str]:
    on, true, false = (share_of(rows, position) for position in ("threshold", "true", "false"))
    has_enough = rows[0].scenario in _WITH_ENOUGH
    return (
        on.words(on.is_above(MOST_WRONG)),
        true.words(has_enough and true.is_below(LEAST_RIGHT)),
        false.words(has_enough and false.is_below(LEAST_RIGHT)),
    )


def _family_table(judged: Sequence[Judged]) -> Table:
    grouped: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in judged:
        grouped[row.family, row.scenario].append(row)
    rows = []
    for (family, scenario), of_family in sorted(
        grouped.items(), key=lambda item: (item[0][0], SCENARIOS.index(item[1][0].scenario))
    ):
        claims = {row.claim_id for row in of_family}
        worlds = share_of(of_family, "true").worlds
        few = sum(row.too_few for row in of_family)
        total = sum(sum(row.verdicts.values()) for row in of_family)
        rows.append(
            (
                family,
                f"{len(claims)}",
                scenario,
                f"{worlds:,}",
                *_verdict_cells(of_family),
                f"{100 * few / total:.0f} %" if few else "",
            )
        )
    header = (
        "family", "claims", "scenario", "worlds", "judged on the threshold",
        "clearly true: supported", "clearly false: contradicted", "too few to judge",
    )  # fmt: skip
    return Table("Verdicts by family of claims", header, rows)


def _claim_table(found: Calibration) -> Table:
    by_claim: dict[str, list[Judged]] = defaultdict(list)
    for row in found.judged:
        if row.scenario == "as it is":
            by_claim[row.claim_id].append(row)
    rows = []
    for claim_id, of_claim in by_claim.items():
        estimator = of_claim[0].family.removesuffix(", papers").replace(" ", "_")
        is_on_papers = of_claim[0].family.endswith("papers")
        rows.append(
            (
                claim_id,
                f"{share_of(of_claim, 'true').worlds:,}",
                "" if is_on_papers else f"{found.companies[claim_id]:,}",
                f"{found.units[claim_id]:,.0f}",
                CLEAR[estimator].words,
                *_verdict_cells(of_claim),
            )
        )
    header = (
        "claim", "worlds", "companies", "units", "clear is", "judged on the threshold",
        "clearly true: supported", "clearly false: contradicted",
    )  # fmt: skip
    return Table("Verdicts of each claim, worlds as they are", header, rows)


def misses_of(found: Calibration) -> list[str]:
    """Name every cell of the tables that is worse than its mark by more than chance."""
    return [
        f"{table.title}: {', '.join(row[:1] if i == 0 else row[: 3 if i == 1 else 1])}: "
        f"{name} {cell.removesuffix(' !')}"
        for i, table in enumerate(tables_of(found))
        for row in table.rows
        for name, cell in zip(table.header, row, strict=True)
        if cell.endswith("!") or "! (" in cell
    ]


def as_json(found: Calibration) -> dict[str, Any]:
    """Give the counts as plain data.

    Args:
        found: The counts.
    """
    return {
        "worlds": found.worlds,
        "intervals": [row._asdict() for row in found.covered],
        "verdicts": [row._asdict() for row in found.judged],
        "companies": dict(found.companies),
        "units": dict(found.units),
    }


_PAGE = """# Calibration: how often intervals and verdicts are right

Made by `make calibration`, which runs `hiring-signal bench --only calibration --worlds {worlds}
--format markdown`. A world is a market whose truth is planted. `!` marks a figure that is worse
than its mark by more than two standard errors of its own.

The marks: intervals at 95 % hold the truth in 93 to 97 % of worlds; a claim whose truth lies
exactly on its threshold is judged, for or against, in at most 5 %; one that is clearly true or
clearly false gets its verdict in at least 95 %, in markets of as many companies as the last table
names. Of {worlds:,} worlds, a share of 5 or 95 % has a standard error of {error:.1f} points, of
{claim_worlds:,} worlds {claim_error:.1f} points.

What the worlds of claims are like: companies are drawn from those of the sample market with all
their roles (days, sources, families, levels, places, whether pay is stated); what roles name and
pay is drawn anew, with companies' tastes as unlike as there. The rule is the registry's own, and so
is the least number of roles and companies. Of a rule with several parts the verdict hangs on one:
as many others hold as it needs. A band is tried at both ends. Of company claims it is the company
that has the truth. Owners of models are as large as employers. Papers are independent, so that no
scenario changes them.

- **one giant**: one company has 30 % of the roles. It is one company all the same: what it names is
  chance, and intervals are as wide as that makes them, so that clear truths are seen less often. No
  mark is set for that.
- **twenty companies**: no more, each ten times as large. Many claims then have too few companies to
  be judged, or need truths that are more than clear. No mark is set for that either.
- **reposts as roles**: all adverts of a role are taken for roles of their own.
"""


def page(found: Calibration) -> str:
    """Write the page of the documentation.

    Args:
        found: The counts.

    Returns:
        Markdown.
    """
    claim_worlds = math.ceil(found.worlds / 4)
    text = _PAGE.format(
        worlds=found.worlds,
        error=100 * Share(0, found.worlds).error(MOST_WRONG),
        claim_worlds=claim_worlds,
        claim_error=100 * Share(0, claim_worlds).error(MOST_WRONG),
    )
    for table in tables_of(found):
        text += f"\n## {table.title}\n\n| {' | '.join(table.header)} |\n"
        text += "|---" * len(table.header) + "|\n"
        text += "".join(f"| {' | '.join(row)} |\n" for row in table.rows)
    return text
