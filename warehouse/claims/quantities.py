"""Quantities that are functions of totals: drawn for many at once, by company or by paper.

Belongs here: from what a claim totals to its parts with intervals. Does not belong here: what is
totalled (the estimators), or the statistics of intervals (`warehouse.statistics`).

A claim is measured a dozen times, once for each variant, each time under the same weights of
companies. All of these are drawn together, as one product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from warehouse.claims.population import Units
from warehouse.claims.rules import Part, Side, Unit
from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import DRAWS, SEED, Counts, Floats
from warehouse.statistics.intervals import Statistic

_CHUNK_CELLS = 8_000_000  # weights widened to float64 at a time: 64 MB


class Quantity(NamedTuple):
    """A part of a claim whose interval has still to be drawn."""

    name: str
    label: str
    unit: Unit
    sides: tuple[Side, ...]
    clusters: npt.NDArray[
        np.intp
    ]  # row of each cluster in the weights; empty where units are alone
    sums: Floats  # clusters by columns; of units that are alone, distinct units by columns
    counts: npt.NDArray[np.intp]  # units that are alone and alike, by row of `sums`; else empty
    statistic: Statistic
    influence: Floats | None = None  # of each cluster, where it is not that of the statistic

    @property
    def estimate(self) -> float:
        """The quantity as it was seen."""
        worth = self.counts if len(self.counts) else np.ones(len(self.sums))
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(self.statistic(worth @ self.sums))


def quantity(
    units: Units,
    name: str,
    label: str,
    unit: Unit,
    columns: Sequence[Floats],
    statistic: Statistic,
    sides: tuple[Side, ...] = (),
) -> Quantity:
    """Total columns by company, or count alike papers.

    Args:
        units: The units.
        name: Name of the part.
        label: What it is, in plain words.
        unit: Unit of the estimate.
        columns: What is totalled, a value per unit each.
        statistic: The quantity as a function of the totals (last axis).
        sides: What is compared, with its numbers.

    Returns:
        The quantity, to be drawn by `drawn`.
    """
    none = np.zeros(0, np.intp)
    if units.kind == "papers":
        stacked = np.stack(columns, axis=1)
        alike, counts = np.unique(stacked.astype(np.float64), axis=0, return_counts=True)
        return Quantity(name, label, unit, sides, none, alike, counts, statistic)
    company, worth = units.company, units.worth()
    size = len(units.weights)
    sums = np.stack([np.bincount(company, worth * c, size) for c in columns], axis=1)
    present = np.flatnonzero(np.bincount(company, minlength=size))
    return Quantity(name, label, unit, sides, present, sums[present], none, statistic)


def drawn(weights: Counts, asked: Sequence[Quantity | Part]) -> list[Part]:
    """Give each quantity its company-clustered interval.

    Args:
        weights: Bootstrap weights, companies by draws.
        asked: Quantities; parts that have their interval already are passed on.

    Returns:
        The parts, in the same order.
    """
    clustered = [(i, q) for i, q in enumerate(asked) if isinstance(q, Quantity) and len(q.clusters)]
    totals = _totals(weights, [q for _, q in clustered])
    by_place = {i: t for (i, _), t in zip(clustered, totals, strict=True)}
    parts = []
    for place, q in enumerate(asked):
        if isinstance(q, Part):
            parts.append(q)
        elif place in by_place:
            parts.append(_part(q, by_place[place], _n_effective(q)))
        elif len(q.counts):
            # Alike papers: their total under Poisson(1) weights is a Poisson count of their number.
            counts = np.random.default_rng(SEED).poisson(q.counts, (DRAWS, len(q.counts)))
            parts.append(_part(q, counts @ q.sums, float(q.counts.sum())))
        else:
            parts.append(Part(q.name, q.label, q.unit, np.nan, intervals.NO_INTERVAL, q.sides))
    return parts


def _n_effective(q: Quantity) -> float:
    influence = intervals.influences(q.sums, q.statistic) if q.influence is None else q.influence
    return intervals.effective_clusters(influence)


def _part(q: Quantity, totals: Floats, n_effective: float) -> Part:
    """Make the part from the totals of each draw."""
    estimate = q.estimate
    is_alone = len(q.clusters) == 1
    if is_alone or not np.isfinite(estimate):
        return Part(q.name, q.label, q.unit, estimate, intervals.NO_INTERVAL, q.sides)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = q.statistic(totals)
    return Part(q.name, q.label, q.unit, estimate, intervals.interval(draws, n_effective), q.sides)


def _totals(weights: Counts, asked: Sequence[Quantity]) -> list[Floats]:
    """Add up the sums of all quantities under the weights of each draw, draws by columns each."""
    if not asked:
        return []
    rows = np.unique(np.concatenate([q.clusters for q in asked]))
    stops = np.cumsum([q.sums.shape[1] for q in asked])
    sums = np.zeros((len(rows), stops[-1]))
    for stop, q in zip(stops, asked, strict=True):
        sums[np.searchsorted(rows, q.clusters), stop - q.sums.shape[1] : stop] = q.sums
    n_draws = weights.shape[1]
    totals = np.empty((n_draws, stops[-1]))
    step = max(1, _CHUNK_CELLS // len(rows))
    for start in range(0, n_draws, step):
        part = weights[rows, start : start + step].astype(np.float64)
        totals[start : start + step] = part.T @ sums
    return [totals[:, stop - q.sums.shape[1] : stop] for stop, q in zip(stops, asked, strict=True)]
