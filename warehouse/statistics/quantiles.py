"""Quantiles of what roles of many companies pay, with company-clustered intervals.

Belongs here: quantiles of one group of values. Does not belong here: medians of two groups compared
(`matched`), the table of pay (`pay`).

The interval of a quantile holds each value that a test by companies (`inversion`) doesn't refute:
a company contributes how much of its roles lies up to the value, less the probability. Away from
the median these contributions are skewed and the sum's spread moves with the sum, so that 90 to 93
of 100 intervals would hold the truth. As in Wilson's interval of a share (1927), the spread is that
at the probability tested instead, p(1 - p), over the one observed, as far as the many small
companies go; a large one's contribution is mostly its own. Johnson's correction for skewness
(1978) was tried and made it worse (84 to 92).

scipy.stats has quantile tests of independent values only (`quantile_test`), statsmodels and
pyfixest quantile regressions with clustered errors by a density estimate, which is that of the one
large employer where there is one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import NO_INTERVAL, Interval
from warehouse.statistics.inversion import ALPHA, scaled_p_value, sums

Codes = npt.NDArray[np.intp]


class _Ordered:
    """Values in ascending order, as companies hold them."""

    def __init__(self, clusters: Codes, values: Floats, worth: Floats) -> None:
        order = np.argsort(values, kind="stable")
        present, position = np.unique(clusters, return_inverse=True)
        self.companies = position[order]
        self.worth = worth[order].astype(np.float64)
        self.n_companies = len(present)
        self.weight = sums(self.companies, self.worth, self.n_companies)
        self.total = float(self.weight.sum())
        ordered = values[order]
        # How many roles lie up to each distinct value.
        self.until = np.append(np.flatnonzero(np.diff(ordered)) + 1, len(ordered))
        self.distinct = ordered[self.until - 1]
        self.cumulated = np.cumsum(self.worth)[self.until - 1] / self.total

    def contributions(self, n_below: int, probability: float) -> Floats:
        """What each company has beyond its due among the first values."""
        below = sums(self.companies[:n_below], self.worth[:n_below], self.n_companies)
        return below - probability * self.weight

    def is_held(self, k: int, probability: float) -> bool:
        """Say whether a value between the k-th and the next distinct one is not refuted."""
        n_below = int(self.until[k - 1]) if k else 0
        share = float(self.cumulated[k - 1]) if k else 0.0
        odds = probability / (1 - probability)
        variance = probability * (1 - probability)
        # With no role on one side, contributions are as small as they get.
        most = max(odds, 1 / odds)
        ratio = min(variance / max(share * (1 - share), variance / most), most)
        found = self.contributions(n_below, probability)
        return scaled_p_value(float(found.sum()), found, np.sqrt(ratio)) > ALPHA

    def quantile(self, probability: float) -> tuple[float, Interval]:
        """The least value that so large a share of the roles is not above, and its interval."""
        at = int(np.searchsorted(self.cumulated, probability * (1 - 1e-12)))
        at = min(at, len(self.distinct) - 1)
        estimate = float(self.distinct[at])
        if self.n_companies < 2:
            return estimate, NO_INTERVAL
        low = high = estimate
        # Values between the k-th and the next are one case; the estimate lies between two.
        if self.is_held(at, probability):
            k = self._last_held(at, 0, probability)
            low = float(self.distinct[k - 1]) if k else -np.inf
        if self.is_held(at + 1, probability):
            k = self._last_held(at + 1, len(self.distinct), probability)
            high = float(self.distinct[k]) if k < len(self.distinct) else np.inf
        return estimate, Interval(low, high)

    def _last_held(self, held: int, end: int, probability: float) -> int:
        """Search from a case that is held towards an end for the last that is."""
        if self.is_held(end, probability):
            return end
        refuted = end
        while abs(refuted - held) > 1:
            middle = (held + refuted) // 2
            if self.is_held(middle, probability):
                held = middle
            else:
                refuted = middle
        return held


def quantiles_of(values: Floats, worth: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Find weighted quantiles, halfway where two values qualify.

    Args:
        values: At least one value.
        worth: How much each counts.
        probabilities: Which quantiles.

    Returns:
        A quantile for each probability.
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(worth[order])
    due = np.asarray(probabilities) * cumulated[-1]
    slack = 1e-12 * cumulated[-1]
    last = len(values) - 1
    low = np.minimum(np.searchsorted(cumulated, due - slack), last)
    high = np.minimum(np.searchsorted(cumulated, due + slack, side="right"), last)
    return np.asarray((values[order[low]] + values[order[high]]) / 2, np.float64)


def clustered_quantiles(
    clusters: Codes, values: Floats, probabilities: tuple[float, ...], worth: Floats
) -> list[tuple[float, Interval]]:
    """Estimate quantiles of the roles' values with their company-clustered 95 % intervals.

    Args:
        clusters: Company of each role.
        values: Value of each role, e.g. the midpoint of its yearly base pay in USD.
        probabilities: Which quantiles, each between 0 and 1.
        worth: How much each role counts: 1, or 1 / roles of its company.

    Returns:
        For each probability the quantile (the least value that so large a share of the roles is
        not above; NaN without roles) and its interval in the unit of the values; infinite where
        the data gives no end, none with fewer than two companies.
    """
    if not len(values):
        return [(np.nan, NO_INTERVAL)] * len(probabilities)
    ordered = _Ordered(clusters, values, worth)
    return [ordered.quantile(probability) for probability in probabilities]


def clustered_quantile(
    clusters: Codes, values: Floats, probability: float, worth: Floats
) -> tuple[float, Interval]:
    """Estimate one quantile: see `clustered_quantiles`."""
    [found] = clustered_quantiles(clusters, values, (probability,), worth)
    return found
