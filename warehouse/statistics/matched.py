"""Pay of two groups compared: stratum by stratum, or a group against all it is part of.

Belongs here: differences of medians with company-clustered intervals. Does not belong here: which
roles are compared, or quantiles of one group (`quantiles`).

Both work on the logarithm of pay and give a fraction: 0.05 says that the median is 5 % higher. Pay
multiplies: a difference in dollars grows with the level, so that an average over strata would be
that of the best paid, and the spread is alike in logarithms. The sign is that of dollars.

**Matched.** A difference of medians in each stratum, averaged, is unstable where a stratum holds
one role of a side: the median of one role is only that role. Instead one difference is looked for
at which, strata together, as many of the treated as of the controls lie above their stratum's
median, after it is taken off the treated: median regression on the group and its strata (Koenker
and Bassett 1978). With one stratum it is the difference of medians; with several it is, to first
order, the average of the strata's differences with overlap weights, n1 n0 / (n1 + n0) (Li, Morgan
and Zaslavsky 2018), the weights that make an average the least uncertain and that no stratum
with one side almost empty can dominate. That plain average is given beside it. The interval turns
round the rank score test of that regression (Gutenbrunner et al. 1993), by companies (`inversion`).

pyfixest and statsmodels have quantile regression, but its clustered errors rest on a density
estimate (Parente and Santos Silva 2016) and neither absorbs strata in it; their dummies make
300,000 roles of many strata a matter of minutes.

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
from warehouse.statistics.inversion import invert
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
        weight = np.bincount(self.strata, self.worth, self.n)
        share = np.bincount(self.strata, self.worth * self.treated, self.n) / weight
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
        held = np.bincount(self.pair, self.worth, n_pairs)
        share = held / weight[stratum]
        squares = np.bincount(stratum, np.square(share), self.n)
        left = 1 - 2 * share + squares[stratum]
        self.pair_factor = 1 / np.sqrt(np.maximum(left, 1e-3))
        self.pair_contrast = np.bincount(self.pair, self.contrast, n_pairs)
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
        sums = np.bincount(self.pair, self.contrast * above, n_pairs)
        means = np.bincount(self.pair, self.worth * above, n_pairs) / self.pair_weight
        # A company's two sides in a stratum are compared without the median.
        sums_scaled = sums + (self.pair_factor - 1) * self.pair_contrast * means
        return float(sums.sum()), np.bincount(self.pair_company, sums_scaled, self.n_companies)

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

    A difference is tested by how far the group is from even about the median that it implies. What
    a company puts into the median of all is taken off its contribution (Bahadur 1966), which needs
    how dense the group's values are there against those of all: the inverse ratio of the two
    ranges between quartiles.

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
    n_companies = int(companies.max()) + 1
    of_group, group_worth = logs[is_in_group], worth[is_in_group].astype(np.float64)
    group_companies = companies[is_in_group]
    group, whole = (
        quantiles_of(part, weight, (0.25, 0.5, 0.75))
        for part, weight in ((of_group, group_worth), (logs, worth.astype(np.float64)))
    )
    estimate = group[1] - whole[1]
    if len(np.unique(group_companies)) < 2:
        return float(np.expm1(estimate)), NO_INTERVAL
    density = (whole[2] - whole[0]) / (group[2] - group[0]) if group[2] > group[0] else 1.0
    common = np.bincount(companies, worth * np.sign(logs - whole[1]), n_companies)
    common *= density * group_worth.sum() / worth.sum()
    # A company has pulled the median of all towards itself, and so lessened what it shows.
    share_of_all = np.bincount(companies, worth, n_companies) / worth.sum()
    share_of_group = np.bincount(group_companies, group_worth, n_companies) / group_worth.sum()
    pulled = (share_of_group - share_of_all) / np.maximum(1 - share_of_all, 1e-3) * common

    def score(difference: float) -> tuple[float, Floats]:
        above = group_worth * np.sign(of_group - (whole[1] + difference))
        sums = np.bincount(group_companies, above, n_companies)
        return float(sums.sum()), sums - common + pulled

    step = max(2 * float(np.std(of_group)) / np.sqrt(len(of_group)), 10 * _FINEST)
    ends = invert(score, float(estimate), step, tolerance=_FINEST / step)
    return float(np.expm1(estimate)), Interval(float(np.expm1(ends.low)), float(np.expm1(ends.high)))
