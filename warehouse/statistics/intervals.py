"""From draws to 95 % intervals, with honest ends where the data gives none.

Belongs here: intervals of any estimate that was drawn, and of proportions of independent units.
Does not belong here: the drawing (`bootstrap`), or what an interval means for a claim.

Two kinds of intervals are clustered by company, and both are widened where companies are few or
unequal. What counts is the effective number of companies, (sum |l|)^2 / sum l^2 over their
influences l on the estimate (Kish 1965; Carter, Schnepel and Steigerwald 2017 for clusters).

- `jackknifed`: of smooth functions of totals, by leaving out each company, on a scale of their own.
  The first choice for ratios, shares, odds and lifts.
- `interval`, `clustered`: percentiles of draws, for what is no smooth function of totals
  (quantiles, dates) and for slopes. Percentiles are too narrow with few companies, or when one
  holds much of the data. They are widened after Hesterberg (2015, "What teachers should know about
  the bootstrap", section 5.3): taken at the normal tail of sqrt(m / (m - 1)) * t(0.975, m - 1)
  instead of 1.96, m the effective number of companies. Tried on planted worlds of 15 to 300
  companies, one of them with 30 % of the roles: 92 to 98 % of these intervals hold the truth,
  against 90 to 95 % of plain percentile, 81 to 97 % of BCa and 84 to 94 % of studentised ones. The
  92 % are small shares: percentiles lack the skew that the logit scale has.

Ends are order statistics of the draws, so an interval of a ratio is that of its logarithm. A draw
whose denominator is zero counts as infinite, and an interval that reaches into such draws is open.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse, special, stats

from warehouse.statistics.bootstrap import Counts, Floats, totals

CONFIDENCE = 0.95
NORMAL = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
Statistic = Callable[[Floats], Floats]
Scale = Literal["linear", "log", "logit"]
_SCALES: dict[Scale, tuple[Statistic, Statistic]] = {
    "linear": (np.asarray, np.asarray),
    "log": (np.log, np.exp),
    "logit": (special.logit, special.expit),
}
_MOST_LEVERAGE = 2.0


class Interval(NamedTuple):
    """A 95 % interval; an infinite end is open, NaN at both ends is no interval at all."""

    low: float
    high: float


NO_INTERVAL = Interval(np.nan, np.nan)


def effective_clusters(influence: Floats) -> float:
    """Count the companies that an estimate really rests on.

    Args:
        influence: Influence of each company on the estimate, in any unit.

    Returns:
        Between 1 and the number of companies; 0 where no company has any influence.
    """
    squares = float(np.square(influence).sum())
    return float(np.abs(influence).sum()) ** 2 / squares if squares else 0.0


def tail(n_effective: float | Floats) -> Floats:
    """Give the probability below (and above) a widened percentile interval.

    Args:
        n_effective: Effective number of companies; below 2 counts as 2, where the tail is so thin
            that the interval spans all draws.

    Returns:
        Probability in one tail, below 0.025.
    """
    m = np.maximum(np.asarray(n_effective, np.float64), 2.0)
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, m - 1) * np.sqrt(m / (m - 1))
    return np.asarray(stats.norm.sf(quantile), np.float64)


def widening(n_effective: float) -> float:
    """Give how many times wider than a normal interval one from few companies is.

    Args:
        n_effective: Effective number of companies; below 2 counts as 2.

    Returns:
        sqrt(m / (m - 1)) * t(0.975, m - 1) / 1.96.
    """
    m = max(n_effective, 2.0)
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, m - 1) * np.sqrt(m / (m - 1))
    return float(quantile / NORMAL)


def percentile_intervals(lows: Floats, highs: Floats, n_effective: Floats) -> tuple[Floats, Floats]:
    """Take the widened percentile interval of each column of draws.

    Args:
        lows: Draws by columns, the least value that each draw allows; NaN counts as -infinity.
        highs: The same for the greatest value. For most estimates both are the same array.
        n_effective: Effective number of companies of each column.

    Returns:
        Low and high ends of each column.
    """
    n_draws = len(lows)
    rank = np.clip(np.ceil(tail(n_effective) * n_draws).astype(int) - 1, 0, n_draws - 1)
    columns = np.arange(lows.shape[1])
    ascending = np.sort(np.where(np.isnan(lows), -np.inf, lows), axis=0)
    low = ascending[rank, columns]
    ascending = np.sort(np.where(np.isnan(highs), np.inf, highs), axis=0)
    return low, ascending[n_draws - 1 - rank, columns]


def interval(lows: Floats, n_effective: float, highs: Floats | None = None) -> Interval:
    """Take the widened percentile interval of one estimate's draws.

    Args:
        lows: Draws of the estimate, or of the least value that each draw allows.
        n_effective: Effective number of companies.
        highs: Draws of the greatest value, where it differs from the least.

    Returns:
        The interval; none where every draw is NaN.
    """
    upper = lows if highs is None else highs
    if np.isnan(lows).all():
        return NO_INTERVAL
    low, high = percentile_intervals(lows[:, None], upper[:, None], np.array([n_effective]))
    return Interval(float(low[0]), float(high[0]))


def influences(sums: Floats, statistic: Statistic) -> Floats:
    """Give each company's influence on a smooth statistic of totals (delta method).

    Args:
        sums: Sums of each company, companies by columns.
        statistic: The statistic, taking totals along the last axis.

    Returns:
        Influence of each company, by central differences of the statistic.
    """
    total = sums.sum(axis=0)
    step = 1e-6 * np.maximum(np.abs(sums).sum(axis=0), 1e-9)
    shifts = np.diag(step)
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = (statistic(total + shifts) - statistic(total - shifts)) / (2 * step)
    return np.asarray(sums @ np.nan_to_num(gradient, posinf=0.0, neginf=0.0), np.float64)


def jackknifed(sums: Floats, statistic: Statistic, scale: Scale) -> tuple[float, Interval]:
    """Estimate a smooth statistic with its company-clustered interval, without drawing.

    The variance is the sum of squares of what leaving out each company does to the estimate (the
    cluster jackknife, CR3; MacKinnon, Nielsen and Webb 2023, "Cluster-robust inference: a guide to
    empirical practice"), on the scale given. A leave-out shift counts at most twice the company's
    linear influence, because a company without which a cell would be empty shifts a logarithm
    without bound. The interval takes the quantile of t for the effective number of companies.

    Tried on planted worlds (`warehouse.bench.worlds_counts`): 93 to 96 % of these intervals of
    ratios, shares, odds and lifts hold the truth with 150 companies, giant or not, and 94 to 99 %
    with 20. Widened percentiles of 2,000 draws hold it in 92 to 96 % and 94 to 99 %, and with 20
    companies 3 of 4 of their intervals of a ratio of ratios are open, against 1 of 40 here. Linear
    influences alone (the infinitesimal jackknife, the limit of many draws) hold it in 87 to 93 %
    with a giant, because a giant draws the estimate to itself; halfway between (CR2) it is 92 to
    95 %. It takes as many evaluations as there are companies instead of 2,000 weighted sums.

    Args:
        sums: Sums of each company, companies by columns.
        statistic: The statistic, taking totals along the last axis.
        scale: On which the interval is symmetric: log for ratios, logit for shares.

    Returns:
        The estimate and its interval; no interval where the estimate has no place on the scale, or
        no company has any influence.
    """
    forward, backward = _SCALES[scale]
    sums = sums[(sums != 0).any(axis=1)]
    total = sums.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = float(statistic(total))
        centre = float(forward(np.array(estimate)))
        if not np.isfinite(centre):
            return estimate, NO_INTERVAL
        linear = np.abs(influences(sums, lambda t: forward(statistic(t))))
        shifts = np.abs(forward(statistic(total - sums)) - centre)
        shifts = np.minimum(np.where(np.isfinite(shifts), shifts, np.inf), _MOST_LEVERAGE * linear)
        m = max(effective_clusters(linear), 2.0)
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, m - 1) * np.sqrt(np.square(shifts).sum()))
        if len(sums) < 2 or half == 0:
            return estimate, NO_INTERVAL
        ends = backward(np.array([centre - half, centre + half]))
    return estimate, Interval(float(ends[0]), float(ends[1]))


def clustered(
    weights: Counts, clusters: npt.NDArray[np.intp], columns: Floats, statistic: Statistic
) -> tuple[float, Interval]:
    """Estimate a smooth statistic of column totals with its company-clustered interval.

    Args:
        weights: Counts of `bootstrap.poisson_weights`.
        clusters: Row of each unit's company in `weights`.
        columns: What is totalled, units by columns.
        statistic: The statistic, taking totals along the last axis.

    Returns:
        The estimate and its interval; no interval with fewer than two companies.
    """
    present, position = np.unique(clusters, return_inverse=True)
    sums = np.stack(
        [np.bincount(position, c, len(present)).astype(np.float64) for c in columns.T], axis=1
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(sums.sum(axis=0))) if len(present) else np.nan
        if len(present) < 2 or not np.isfinite(estimate):
            return estimate, NO_INTERVAL
        draws = statistic(totals(weights[present], sparse.csr_array(sums)))
    return estimate, interval(draws, effective_clusters(influences(sums, statistic)))


def wilson(successes: int, n: int) -> Interval:
    """Wilson interval of a share of independent units (papers, or companies counted once each).

    Args:
        successes: Units that have the property.
        n: All units.

    Returns:
        The interval; none for no units.
    """
    if n == 0:
        return NO_INTERVAL
    ends = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(float(ends.low), float(ends.high))


def share_without_contrast(n_clusters: int, *, all_have_it: bool) -> Interval:
    """Interval of a share of 0 or 1, where no draw can differ from the estimate.

    Each company counts as one observation, the least that it can be worth (Clopper-Pearson on the
    effective sample, Korn and Graubard 1998).

    Args:
        n_clusters: Companies seen.
        all_have_it: True for a share of 1, False for 0.

    Returns:
        The interval; none for no companies.
    """
    if n_clusters == 0:
        return NO_INTERVAL
    successes = n_clusters if all_have_it else 0
    ends = stats.binomtest(successes, n_clusters).proportion_ci(CONFIDENCE, method="exact")
    return Interval(float(ends.low), float(ends.high))


def ratio_without_contrast(n_numerator: int, n_denominator: int) -> Interval:
    """Interval of a ratio of which one side is zero, from the companies on the other side.

    Args:
        n_numerator: Companies on the upper side.
        n_denominator: Companies on the lower side.

    Returns:
        Open above when the denominator is zero, down to 0 when the numerator is; none when both
        are.
    """
    n = n_numerator + n_denominator
    if n == 0:
        return NO_INTERVAL
    share = share_without_contrast(n, all_have_it=n_denominator == 0)
    if n_denominator == 0:
        return Interval(share.low / (1 - share.low), np.inf)
    return Interval(0.0, share.high / (1 - share.high))


def ratio_of_cells(upper_only: int, lower_only: int, both: int) -> tuple[float, Interval]:
    """Ratio of two overlapping sets of independent units (papers, or companies counted once each).

    Units of one cell are alike, so a cell's total under Poisson(1) weights is a Poisson count of
    the cell's size, and the variance of the log ratio (a + b) is (upper_only + lower_only) / (a b)
    for sides a and b (Bonett and Price 2006, "Confidence intervals for a ratio of binomial
    proportions based on paired data"). The interval is normal on the scale of the logarithm.

    Args:
        upper_only: Units of the upper side alone.
        lower_only: Units of the lower side alone.
        both: Units of both.

    Returns:
        The ratio and its interval; see `ratio_without_contrast` where a side is empty, and where
        all units are of both sides the ratio is 1 with the interval of no difference among them.
    """
    upper, lower = upper_only + both, lower_only + both
    if not (upper and lower):
        estimate = 0.0 if lower else (np.inf if upper else np.nan)
        return estimate, ratio_without_contrast(upper, lower)
    if upper_only == lower_only == 0:
        differing = share_without_contrast(both, all_have_it=False).high
        return 1.0, Interval(1 - differing, 1 / (1 - differing) if differing < 1 else np.inf)
    half = NORMAL * math.sqrt((upper_only + lower_only) / (upper * lower))
    estimate = upper / lower
    return estimate, Interval(estimate * math.exp(-half), estimate * math.exp(half))
