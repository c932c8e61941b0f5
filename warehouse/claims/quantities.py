"""Quantities that are functions of totals: their intervals by leaving out companies, or by draws.

Belongs here: from what a claim totals to its parts with intervals. Does not belong here: what is
totalled (the estimators), or the statistics of intervals (`warehouse.statistics`).

Ratios, shares, lifts and their differences have a closed form by company (`contingency.compare`),
which holds a planted truth oftener than drawn percentiles do; all else is drawn. What is drawn of a
claim and its variants is drawn together, as one product of matrices under the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from warehouse.claims.population import Units
from warehouse.claims.rules import Part, Side, Unit
from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import DRAWS, SEED, Counts, Floats
from warehouse.statistics.contingency import Comparison, compare, statistic_of
from warehouse.statistics.intervals import Interval, Statistic

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
    closed: Callable[[Floats], tuple[float, Interval]] | None = None
    """Estimate and interval from the sums without drawing, where there is such a form."""

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
    closed: Callable[[Floats], tuple[float, Interval]] | None = None,
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
        closed: Estimate and interval from the sums of companies, where there is a closed form.

    Returns:
        The quantity, to be resolved by `resolved`.
    """
    none = np.zeros(0, np.intp)
    if units.kind == "papers":
        stacked = np.stack(columns, axis=1)
        alike, counts = np.unique(stacked.astype(np.float64), axis=0, return_counts=True)
        return Quantity(name, label, unit, sides, none, alike, counts, statistic)
    company, worth = units.company, units.worth()
    size = len(units.weights)
    by_company = [np.bincount(company, worth * c, size).astype(np.float64) for c in columns]
    sums = np.stack(by_company, axis=1)
    present = np.flatnonzero(np.bincount(company, minlength=size))
    return Quantity(name, label, unit, sides, present, sums[present], none, statistic, closed)


def comparison(
    units: Units,
    name: str,
    label: str,
    unit: Unit,
    columns: Sequence[Floats],
    kind: Comparison,
    sides: tuple[Side, ...] = (),
) -> Quantity:
    """Total the columns of a comparison that has a closed form: see `contingency.compare`."""
    closed = partial(compare, kind)
    return quantity(units, name, label, unit, columns, statistic_of(kind), sides, closed)


def resolved(
    weights: Counts, asked: Sequence[Quantity | Part], *, is_drawn: bool = False
) -> list[Part]:
    """Give each quantity its company-clustered interval.

    Args:
        weights: Bootstrap weights, companies by draws.
        asked: Quantities; parts that have their interval already are passed on.
        is_drawn: Draw also those that have a closed form.

    Returns:
        The parts, in the same order.
    """
    clustered = [
        (i, q)
        for i, q in enumerate(asked)
        if isinstance(q, Quantity) and len(q.clusters) and (is_drawn or q.closed is None)
    ]
    totals = _totals(weights, [q for _, q in clustered])
    by_place = {i: t for (i, _), t in zip(clustered, totals, strict=True)}
    parts = []
    for place, q in enumerate(asked):
        if isinstance(q, Part):
            parts.append(q)
        elif place in by_place:
            n_effective = intervals.effective_clusters(intervals.influences(q.sums, q.statistic))
            parts.append(_part(q, by_place[place], n_effective))
        elif len(q.clusters) and q.closed is not None:
            estimate, ends = q.closed(q.sums)
            estimate = estimate if np.isfinite(estimate) else np.nan
            parts.append(Part(q.name, q.label, q.unit, estimate, ends, q.sides))
        elif len(q.counts):
            # Alike papers: their total under Poisson(1) weights is a Poisson count of their number.
            counts = np.random.default_rng(SEED).poisson(q.counts, (DRAWS, len(q.counts)))
            parts.append(_part(q, counts @ q.sums, float(q.counts.sum())))
        else:
            parts.append(Part(q.name, q.label, q.unit, np.nan, intervals.NO_INTERVAL, q.sides))
    return parts


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
    order, starts = _alike(sums)
    rows, sums = rows[order], sums[order[starts]]
    n_draws = weights.shape[1]
    totals = np.empty((n_draws, stops[-1]))
    step = max(1, _CHUNK_CELLS // max(1, len(rows)))
    for start in range(0, n_draws if len(rows) else 0, step):
        part = weights[rows, start : start + step]
        together = np.add.reduceat(part, starts, axis=0, dtype=np.uint32).astype(np.float64)
        totals[start : start + step] = together.T @ sums
    if not len(rows):
        totals[:] = 0.0
    return [totals[:, stop - q.sums.shape[1] : stop] for stop, q in zip(stops, asked, strict=True)]


def _alike(sums: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Put clusters of the same sums together, whose weights may then be added up first.

    Most companies have one role or name nothing, so there are far fewer kinds than companies.

    Returns:
        The clusters that have any sum, in an order in which alike ones are neighbours, and where in
        that order each kind starts.
    """
    key = (sums * np.sqrt(np.arange(2.0, 2.0 + sums.shape[1]))).sum(axis=1)
    order = np.argsort(key, kind="stable")
    order = order[sums[order].any(axis=1)]
    ordered = sums[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return order, np.flatnonzero(is_first)
