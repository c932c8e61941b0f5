"""Do 95 % intervals hold the planted truth 95 times of 100?

Small: a few hundred worlds per kind of market. At 95 % the share that holds lies between 92 and
98 % of 300 worlds with 98 % probability; the seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import poisson_weights
from warehouse.statistics.intervals import Interval

WORLDS = 300
ALIKE, UNLIKE, GIANT, FEW = "alike", "unlike", "giant", "few"


def sizes(rng: np.random.Generator, kind: str) -> np.ndarray:
    """Roles per company: a long tail; in a giant market one employer has 30 % of them."""
    n = np.maximum(1, rng.lognormal(1, 1, 25 if kind == FEW else 120)).astype(int)
    if kind == GIANT:
        n[0] = round(0.43 * n[1:].sum())
    return n


def tastes(rng: np.random.Generator, kind: str, share: float, n: int) -> np.ndarray:
    """Each company's own chance of naming a framework; the mean is the planted truth."""
    return np.full(n, share) if kind == ALIKE else rng.beta(2 * share, 2 * (1 - share), n)


def ratio_world(rng: np.random.Generator, kind: str) -> tuple[float, Interval]:
    """PyTorch 40 %, TensorFlow 25 %: a ratio of 1.6."""
    n = sizes(rng, kind)
    company = np.repeat(np.arange(len(n)), n)
    columns = [rng.random(n.sum()) < tastes(rng, kind, p, len(n))[company] for p in (0.4, 0.25)]
    _, ends = intervals.clustered(
        poisson_weights(len(n)),
        company,
        np.stack(columns, axis=1).astype(float),
        lambda t: t[..., 0] / t[..., 1],
    )
    return 1.6, ends


def share_world(rng: np.random.Generator, kind: str) -> tuple[float, Interval]:
    """A share of 40 %."""
    n = sizes(rng, kind)
    company = np.repeat(np.arange(len(n)), n)
    named = rng.random(n.sum()) < tastes(rng, kind, 0.4, len(n))[company]
    columns = np.stack([named, np.ones(n.sum())], axis=1).astype(float)
    _, ends = intervals.clustered(
        poisson_weights(len(n)), company, columns, lambda t: t[..., 0] / t[..., 1]
    )
    return 0.4, ends


@pytest.mark.parametrize("kind", [ALIKE, UNLIKE, GIANT, FEW])
@pytest.mark.parametrize("world", [ratio_world, share_world])
def test_intervals_hold_the_truth(world, kind: str):
    rng = np.random.default_rng(20260101)
    held = 0
    for _ in range(WORLDS):
        truth, ends = world(rng, kind)
        held += ends.low <= truth <= ends.high
    assert 0.92 <= held / WORLDS <= 0.98


def test_roles_taken_as_independent_would_not_hold_it():
    # The reason for clustering: with tastes of their own, companies' roles are alike.
    rng = np.random.default_rng(20260101)
    held = 0
    for _ in range(WORLDS):
        n = sizes(rng, UNLIKE)
        chance = np.repeat(tastes(rng, UNLIKE, 0.4, len(n)), n)
        ends = intervals.wilson(int((rng.random(n.sum()) < chance).sum()), int(n.sum()))
        held += ends.low <= 0.4 <= ends.high
    assert held / WORLDS < 0.8
