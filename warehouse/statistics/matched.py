"""Pay of two groups compared: stratum by stratum, or a group against all it is part of.

Belongs here: differences of medians with company-clustered intervals. Does not belong here: which
roles are compared, or quantiles of one group (`quantiles`).

Both work on the logarithm of pay and give a fraction: 0.05 says that the median is 5 % higher. Pay
multiplies: a difference in dollars grows with the level, so that an average over strata would be
that of the best paid, and the spread is alike in logarithms. The sign is that of dollars.

**Matched.** One difference is looked for at which, strata together, as many of the treated as of
the controls lie above their stratum's median, after it is taken off the treated: median regression
on the group and its strata (Koenker and Bassett 1978). With one stratum it is the difference of
medians; with several it is, to first order, the average of the strata's differences with overlap
weights, n1 n0 / (n1 + n0) (Li, Morgan and Zaslavsky 2018), the weights that make an average the
least uncertain and that no stratum with one side almost empty can dominate. That plain average is
given beside it: it is as exact, and easily recomputed, but has no test by companies where strata
are small, because the one role of a side is its own median. The interval turns round the rank score
test of the regression (Gutenbrunner et al. 1993), by companies (`inversion`), each company's part
scaled for what it has put into its strata's medians; unscaled, 86 to 92 of 100 intervals would hold
the truth, against 94 to 96.

statsmodels and pyfixest have quantile regression, but clustered errors by a density estimate at
best (Parente and Santos Silva 2016), and a dummy for each stratum.

A framework or group that is misread in some adverts dilutes a difference towards zero and can't
turn it round; Rogan and Gladen's correction is one of shares and has no counterpart here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import NO_INTERVAL, Interval
from warehouse.statistics.inversion import invert, sums
from warehouse.statistics.quantiles import quantiles_of

Codes = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

_FINEST = 1e-5  # of the logarithm: a thousandth of a per cent


class Matched(NamedTuple):
    """A matched difference of medians, and what it rests on.

    Attributes:
        estimate: Median of the treated over that of the controls of their stratum, less 1: 0.05
            is 5 % more. NaN where no stratum holds both sides.
        interval: Its 95 % interval, by company; an end is -1 or infinite where there is none.
        averaged: The strata's own differences of log medians, averaged with overlap weights and
            turned into the same unit.
        n_strata: Strata that hold both sides. Only their roles and companies are counted:
        n_treated: Roles treated.
        n_control: Roles not treated.
        n_companies_treated: Companies of the former.
        n_companies_control: Companies of the latter; one may be among both.
    """

    estimate: float
    interval: Interval
    averaged: float
    n_strata: int
    n_treated: int
    n_control: int
    n_companies_treated: int
    n_companies_control: int


class _Strata:
    """Roles of the strata that hold both sides, ordered by stratum."""

    def __init__(
        self, clusters: Codes, logs: Floats, is_treated: Flags, strata: Codes, worth: Floats
    ) -> None:
        present, position = np.unique(strata, return_inverse=True)
        sides = [
            np.bincount(position[is_side], minlength=len(present)) > 0
            for is_side in (is_treated, ~is_treated)
        ]
        kept = np.flatnonzero((sides[0] & sides[1])[position])
        kept = kept[np.argsort(position[kept], kind="stable")]
        self.treated = is_treated[kept].astype(np.float64)
        self.logs = logs[kept]
        self.worth = worth[kept].astype(np.float64)
        self.clusters = clusters[kept]
        self.companies = np.unique(self.clusters, return_inverse=True)[1]
        self.n_companies = int(self.companies.max(initial=-1)) + 1
        self.strata = np.unique(position[kept], return_inverse=True)[1]
        self.n = int(self.strata.max(initial=-1)) + 1
        weight = sums(self.strata, self.worth, self.n)
        share = sums(self.strata, self.worth * self.treated, self.n) / weight
        # How far a role's side is from its stratum's mix.
        self.contrast = self.worth * (self.treated - share[self.strata])
        self.overlap = weight * share * (1 - share)
        self._find_leverage(weight)

    def _find_leverage(self, weight: Floats) -> None:
        """Find how much of itself each company puts into the median of a stratum."""
        pairs = self.companies * self.n + self.strata
        of_pairs, self.pair = np.unique(pairs, return_inverse=True)
        self.pair_company, stratum = np.divmod(of_pairs, max(self.n, 1))
        n_pairs = len(of_pairs)
        held = sums(self.pair, self.worth, n_pairs)
        share = held / weight[stratum]
        squares = sums(stratum, np.square(share), self.n)
        left = 1 - 2 * share + squares[stratum]
        self.pair_factor = 1 / np.sqrt(np.maximum(left, 1e-3))
        self.pair_contrast = sums(self.pair, self.contrast, n_pairs)
        self.pair_weight = held

    def medians(self, values: Floats, worth: Floats) -> Floats:
        """Weighted median of each stratum, halfway where two values qualify."""
        low = values.min()
        width = float(values.max() - low) + 1.0
        order = np.argsort(self.strata * width + (values - low))
        ordered = worth[order]
        ends = np.cumsum(np.bincount(self.strata, minlength=self.n)) - 1
        cumulated = np.cumsum(ordered)
        before = np.append(0.0, cumulated[ends[:-1]])
        half = before + (cumulated[ends] - before) / 2
        slack = 1e-12 * cumulated[-1]
        lower = np.searchsorted(cumulated, half - slack)
        upper = np.minimum(np.searchsorted(cumulated, half + slack, side="right"), ends)
        return np.asarray((values[order[lower]] + values[order[upper]]) / 2, np.float64)

    def score(self, difference: float) -> tuple[float, Floats]:
        """What there is of the treated above their stratum's median, beyond its due.

        Args:
            difference: Taken off the logarithm of each treated role's pay.

        Returns:
            The sum, and the contribution of each company, with what the medians took of it.
        """
        shifted = self.logs - difference * self.treated
        above = np.sign(shifted - self.medians(shifted, self.worth)[self.strata])
        n_pairs = len(self.pair_weight)
        of_pairs = sums(self.pair, self.contrast * above, n_pairs)
        means = sums(self.pair, self.worth * above, n_pairs) / self.pair_weight
        # A company's two sides in a stratum are compared without the median.
        scaled = of_pairs + (self.pair_factor - 1) * self.pair_contrast * means
        return float(of_pairs.sum()), sums(self.pair_company, scaled, self.n_companies)

    def averaged(self) -> float:
        """The strata's differences of medians, averaged with overlap weights."""
        # A side's median is that of all with the other side worth nothing.
        sides = [self.medians(self.logs, self.worth * side) for side in self.sides()]
        return float(np.average(sides[0] - sides[1], weights=self.overlap))

    def sides(self) -> tuple[Floats, Floats]:
        """1 for the treated, and 1 for the controls."""
        return self.treated, 1 - self.treated


def matched_median_difference(
    clusters: Codes, values: Floats, is_treated: Flags, strata: Codes, worth: Floats
) -> Matched:
    """Compare the median pay of two groups within strata of like roles.

    Args:
        clusters: Company of each role; one may be on both sides and in several strata.
        values: Pay of each role, positive (midpoint, USD a year).
        is_treated: Whether a role is of the group whose premium is asked for.
        strata: Code of what is held: level, family and place together.
        worth: How much each role counts: 1, or 1 / roles of its company.

    Returns:
        The difference as a fraction of the controls' pay, with what it rests on; no interval with
        fewer than two companies.
    """
    held = _Strata(clusters, np.log(values), is_treated, strata, worth)
    if not held.n:
        return Matched(np.nan, NO_INTERVAL, np.nan, 0, 0, 0, 0, 0)
    estimate, ends = _difference(held)
    treated = held.treated > 0
    return Matched(
        float(np.expm1(estimate)),
        Interval(float(np.expm1(ends.low)), float(np.expm1(ends.high))),
        float(np.expm1(held.averaged())),
        held.n,
        int(treated.sum()),
        int((~treated).sum()),
        len(np.unique(held.clusters[treated])),
        len(np.unique(held.clusters[~treated])),
    )


def _difference(held: _Strata) -> tuple[float, Interval]:
    """Difference of log medians that leaves the sides even, and its interval."""
    widest = float(np.ptp(held.logs)) + 10 * _FINEST

    def excess(difference: float) -> float:
        return held.score(difference)[0]

    # The sum falls in steps: the middle of where it passes zero.
    slack = 1e-9 * float(np.abs(held.contrast).sum())
    ends = [
        optimize.brentq(
            lambda difference, shift=shift: excess(difference) + shift,
            -widest,
            widest,
            xtol=_FINEST,
        )
        for shift in (-slack, slack)
    ]
    estimate = float(np.mean(ends))
    if held.n_companies < 2:
        return estimate, NO_INTERVAL
    # Spread of the values over the root of how many there are, as a first distance to look at.
    spread = float(np.std(held.logs)) / np.sqrt(max(held.overlap.sum(), 1.0))
    step = max(2 * spread, 10 * _FINEST)
    return estimate, invert(held.score, estimate, step, tolerance=_FINEST / step)


def median_difference(
    clusters: Codes, values: Floats, is_in_group: Flags, worth: Floats
) -> tuple[float, Interval]:
    """Compare the median pay of a group with that of all roles, of which the group is part.

    A difference is tested by how far the group and all roles are from even about the two medians
    that it implies, of those the likeliest together: each gives way as it is uncertain. The two
    are put on one scale (Bahadur 1966) by how dense the values are about each median, which the
    range between its quartiles says.

    Args:
        clusters: Company of each role.
        values: Pay of each role, positive (midpoint, USD a year).
        is_in_group: Whether a role is of the group.
        worth: How much each role counts: 1, or 1 / roles of its company.

    Returns:
        Median of the group over that of all, less 1, and its interval; an end is -1 or infinite
        where the data gives none; no interval where the group has fewer than two companies.
    """
    if not is_in_group.any():
        return np.nan, NO_INTERVAL
    logs, companies = np.log(values), np.unique(clusters, return_inverse=True)[1]
    of_group, group_worth = logs[is_in_group], worth[is_in_group].astype(np.float64)
    group_companies = companies[is_in_group]
    group, whole = (
        quantiles_of(part, weight, (0.25, 0.5, 0.75))
        for part, weight in ((of_group, group_worth), (logs, worth.astype(np.float64)))
    )
    estimate = group[1] - whole[1]
    if len(np.unique(group_companies)) < 2:
        return float(np.expm1(estimate)), NO_INTERVAL
    middle = _Medians(
        companies,
        (group_companies, group_worth, of_group, group),
        (companies, worth.astype(np.float64), logs, whole),
    )
    ends = middle.interval()
    return (
        float(np.expm1(estimate)),
        Interval(float(np.expm1(ends.low)), float(np.expm1(ends.high))),
    )


class _Medians:
    """The medians of a group and of all, and how the companies' roles lie about both."""

    def __init__(
        self,
        companies: Codes,
        group: tuple[Codes, Floats, Floats, Floats],
        whole: tuple[Codes, Floats, Floats, Floats],
    ) -> None:
        self.n_companies = int(companies.max()) + 1
        self.parts = group, whole
        self.medians = float(group[3][1]), float(whole[3][1])
        self.estimate = self.medians[0] - self.medians[1]
        one, other = (self.above(k, self.medians[k]) for k in range(2))
        covariance = np.cov(np.stack([one, other]), bias=True) * self.n_companies
        of_one, of_other = covariance @ np.array([1.0, -1.0])
        self.variance = float(of_one - of_other)
        # How far each median moves with a difference that isn't the one observed; never both to
        # one side, where a test of their difference would lose its power.
        other_moves = min(max(of_other / self.variance, -1.0), 0.0) if self.variance > 0 else 0.0
        self.moves = 1 + other_moves, other_moves
        # A median that stays where it is has been pulled by each company towards itself, which
        # lessens what the company shows of both.
        held = [sums(part[0], part[1], self.n_companies) / part[1].sum() for part in self.parts]
        self.pulled = (1 + other_moves) * (held[0] - held[1]) / np.maximum(1 - held[1], 0.05)

    def above(self, which: int, median: float) -> Floats:
        """How far each company draws a median up from a value, in the unit of the values."""
        companies, worth, values, quartiles = self.parts[which]
        scale = max(float(quartiles[2] - quartiles[0]), _FINEST) / float(worth.sum())
        return sums(companies, scale * worth * np.sign(values - median), self.n_companies)

    def score(self, difference: float) -> tuple[float, Floats]:
        """What the companies say against a difference."""
        distance = difference - self.estimate
        one, other = (self.above(k, self.medians[k] + distance * self.moves[k]) for k in range(2))
        return float((one - other).sum()), one - other + self.pulled * other

    def interval(self) -> Interval:
        """The differences that the companies do not refute."""
        spread = float(np.sqrt(self.variance)) if self.variance > 0 else 0.0
        if spread <= _FINEST:
            return Interval(self.estimate, self.estimate)
        return invert(self.score, self.estimate, 2 * spread, tolerance=_FINEST / spread)
