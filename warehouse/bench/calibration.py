"""How often intervals hold the truth, and how often verdicts are right, in planted worlds.

Belongs here: running the worlds on all cores, counting, and the tables of it. Does not belong here:
what is planted (`worlds`, `worlds_claims`, `plants`), or the statistics and rules under test.

A claim whose truth lies on its threshold may be judged, for or against, in at most 5 % of worlds; one
that is clearly true or false must get its verdict in 95 %. Both are counted with the very rules of
the registry. Shares of n worlds have a Monte-Carlo error, which the tables tell; one that is worse
than its mark by more than two standard errors counts as a miss.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from warehouse.bench.plants import CLEAR, Position, State, plant, states_of
from warehouse.bench.worlds_claims import (
    COMPANIES,
    SCENARIOS,
    Scenario,
    Shape,
    World,
    draft,
    draw_world,
)
from warehouse.claims.quantities import drawn
from warehouse.claims.registry import Claim, load_registry
from warehouse.claims.rules import Verdict, judge_parts
from warehouse.claims.variants import speaking

WORLDS = 1000
SEED = 20260101


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
    alter: Callable[[World], World] = lambda world: world,
) -> list[Judged]:
    """Judge a claim in planted worlds, by its own rule.

    Args:
        claim: The claim.
        shape: Shape of the market that worlds are drawn in.
        scenario: What is out of the ordinary in them.
        worlds: Their numbers; a number is the same world again, whatever others there are.
        alter: Changes each world before a truth is planted in it.

    Returns:
        The counts for each state that the claim is tried in.
    """
    states = states_of(claim)
    counts = [Counter[Verdict]() for _ in states]
    too_few = [0] * len(states)
    stream = zlib.crc32(f"{claim.id} {scenario}".encode())
    for number in worlds:
        rng = np.random.default_rng([SEED, stream, number])
        world = alter(draw_world(rng, shape, claim, scenario, companies_for(claim)))
        for place, judgement in enumerate(_judgements(claim, world, states)):
            counts[place][judgement.verdict] += 1
            too_few[place] += judgement.is_too_few
    return [
        Judged(claim.id, family_of(claim), scenario, state.position, dict(count), few)
        for state, count, few in zip(states, counts, too_few, strict=True)
    ]


_LARGER = {"company_ratio": 2000, "matched_median": 2000}


def companies_for(claim: Claim) -> int:
    """Say how many companies a world of a claim has."""
    return _LARGER.get(claim.measure.estimator, COMPANIES)


def _judgements(claim: Claim, world: World, states: Sequence[State]) -> Iterator[Any]:
    """Measure a claim at all states of one world, drawn together."""
    measured = []
    for state in states:
        planted = draft(world, claim)
        plant(planted, state.truths)
        units, _ = speaking(claim, planted.evidence(), world.shape.as_of)
        measured.append(claim.measure.measure(units))
    weights = measured[0].base.weights
    parts = iter(drawn(weights, [part for found in measured for part in found.parts]))
    for found in measured:
        of_state = tuple(next(parts) for _ in found.parts)
        yield judge_parts(claim.rule, of_state, found.base.kind)
