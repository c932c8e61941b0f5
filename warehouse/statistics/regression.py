"""What explains pay: shares of its variance, coefficients of skills, skills of the best paid.

Belongs here: least squares on log pay with companies held, and their company-clustered intervals.
Does not belong here: medians (`quantiles`, `matched`), or which roles and skills are looked at.

Companies are thousands, so they are taken out by centring each on its own mean, never as dummies
(Frisch and Waugh 1933). Cross products of the other columns are taken sparse, role by role, less
those of the companies' means, so that no matrix of roles by columns is ever made. Resampled
companies leave that centring as it is: it happens inside each of them.

pyfixest has such regressions with CRV1 to CRV3 errors, but neither shares of variance with their
intervals nor those of a maximum; its errors reject a true value in 7 to 12 of 100 cases beside one
very large employer; statsmodels makes companies dummies. A test by companies with the null imposed
(`inversion`) holds there too.

Rogan and Gladen's correction is one of shares and does not apply to what is measured here. A
framework or skill that is misread in some adverts only dilutes: its coefficient, share of variance
or gap shrinks towards zero, and so do claims that rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse, special

from warehouse.statistics.bootstrap import SEED, Floats
from warehouse.statistics.intervals import NO_INTERVAL, Interval
from warehouse.statistics.inversion import ALPHA, Scale, invert_ratio

Codes = npt.NDArray[np.integer]

TOP = 0.1  # the best paid tenth
_NEAR = 0.05  # share of roles on both sides of the threshold that say what is common there
_DRAWS = 4000
_CONTENDERS = 2.5  # standard errors behind the greatest, beyond which a coefficient can't be it


class Measured(NamedTuple):
    """An estimate with its company-clustered 95 % interval."""

    estimate: float
    interval: Interval


class VarianceShares(NamedTuple):
    """What part of the variance of log pay each factor explains beyond all others.

    Attributes:
        shares: By factor ('company' and those asked for), from 0 to 1.
        differences: By pair of factors, the first one's share less the second's.
    """

    shares: dict[str, Measured]
    differences: dict[tuple[str, str], Measured]


class Premium(NamedTuple):
    """What skills and frameworks add to log pay, with all else held.

    Attributes:
        excess: Greatest skill coefficient less the greatest framework coefficient.
        coefficients: By skill or framework; 0.05 is about 5 % more pay.
    """

    excess: Measured
    coefficients: dict[str, Measured]


class _Model:
    """Weighted least squares of columns on log pay, with or without companies centred."""

    def __init__(
        self, logs: Floats, companies: Codes, columns: sparse.csr_array, worth: Floats
    ) -> None:
        self.logs, self.companies, self.columns, self.worth = logs, companies, columns, worth
        self.n_companies = int(companies.max()) + 1
        self.weight = np.bincount(companies, worth, self.n_companies)
        member = sparse.csr_array(
            (worth, (companies, np.arange(len(logs)))), (self.n_companies, len(logs))
        )
        self.sums = (member @ columns).toarray()
        self.means = self.sums / self.weight[:, None]
        self.log_means = np.bincount(companies, worth * logs, self.n_companies) / self.weight
        weighted = columns.multiply(worth[:, None]).tocsr()
        self.raw_gram = (columns.T @ weighted).toarray()
        self.raw_moments = weighted.T @ logs
        self.gram = self.raw_gram - self.means.T @ self.sums
        self.moments = self.raw_moments - self.sums.T @ self.log_means

    def inverse(self, kept: npt.NDArray[np.intp], *, centred: bool) -> Floats:
        """Inverse cross products of some columns; those that say nothing more count as zero."""
        gram = (self.gram if centred else self.raw_gram)[np.ix_(kept, kept)]
        scale = np.sqrt(np.maximum(np.diag(self.raw_gram)[kept], 1e-300))
        return linalg.pinvh(gram / np.outer(scale, scale), rtol=1e-10) / np.outer(scale, scale)

    def without_columns(self) -> Floats:
        """Log pay less what the columns explain inside companies; the companies' part stays."""
        fitted = self.inverse(np.arange(self.columns.shape[1]), centred=True) @ self.moments
        return self.logs - self.columns @ fitted

    def residuals(self, kept: npt.NDArray[np.intp], *, centred: bool) -> tuple[Floats, Floats]:
        """Residuals of log pay on some columns, and the inverse of their cross products."""
        inverse = self.inverse(kept, centred=centred)
        moments = self.moments if centred else self.raw_moments
        fitted = np.zeros(self.columns.shape[1])
        fitted[kept] = inverse @ moments[kept]
        left = self.logs - self.columns @ fitted
        if centred:
            left -= (self.log_means - self.means @ fitted)[self.companies]
        return left, inverse

    def by_company(self, values: Floats) -> Floats:
        """Weighted sums of each company."""
        return np.bincount(self.companies, self.worth * values, self.n_companies)


def _dummies(factors: Mapping[str, Codes]) -> tuple[sparse.csr_array, dict[str, Codes]]:
    """A column for each value of each factor, and which columns are whose."""
    blocks, places, start = [], {}, 0
    for name, codes in factors.items():
        present, position = np.unique(codes, return_inverse=True)
        n = len(codes)
        blocks.append(
            sparse.csr_array((np.ones(n), (np.arange(n), position)), (n, len(present)))
        )
        places[name] = np.arange(start, start + len(present))
        start += len(present)
    return sparse.csr_array(sparse.hstack(blocks)), places


def _densify(companies: Codes) -> npt.NDArray[np.intp]:
    """Number companies from 0 without gaps."""
    return np.asarray(np.unique(companies, return_inverse=True)[1], np.intp)


def variance_shares(
    log_values: Floats,
    companies: Codes,
    factors: Mapping[str, Codes],
    worth: Floats,
    measured: tuple[str, ...] = ("level", "framework"),
    differences: tuple[tuple[str, str], ...] = (
        ("company", "framework"),
        ("level", "framework"),
    ),
) -> VarianceShares:
    """Measure what the company and some factors each add to the explained variance of log pay.

    The increment of R2 when a factor is added last, with each variance estimated without bias, so
    that a thousand company effects don't win by number alone: residual variances over their
    degrees of freedom, as in adjusted R2; that of companies by Henderson's third method (1953;
    Searle, Casella and McCulloch 1992, chapter 5), which adjusted R2 is where companies are
    alike in size and many. Small shares may come out below zero, as adjusted R2 does.

    Args:
        log_values: Logarithm of each role's yearly pay.
        companies: Company of each role.
        factors: Codes of level, framework (none, PyTorch only, TensorFlow only, both), family,
            place, each role; all are held.
        worth: How much each role counts: 1, or 1 / roles of its company.
        measured: Which factors' shares are wanted beside the company's.
        differences: Which shares are compared.

    Returns:
        Shares and differences; NaN without intervals where fewer than two companies, or no
        company with two roles, leave nothing to compare.
    """
    names = ("company", *measured)
    dense = _densify(companies)
    counts = np.bincount(dense)
    if len(counts) < 2 or counts.max() < 2:
        nothing = Measured(np.nan, NO_INTERVAL)
        return VarianceShares(dict.fromkeys(names, nothing), dict.fromkeys(differences, nothing))
    log_values, dense, factors, worth = _repeats_joined(log_values, dense, factors, worth)
    columns, places = _dummies(factors)
    model = _Model(log_values, dense, columns, worth)
    parts = _variance_parts(model, places, measured)
    return VarianceShares(
        {name: parts[name].over(parts["total"]) for name in names},
        {
            (one, other): (parts[one].less(parts[other])).over(parts["total"])
            for one, other in differences
        },
    )


def _repeats_joined(
    log_values: Floats, companies: Codes, factors: Mapping[str, Codes], worth: Floats
) -> tuple[Floats, Codes, dict[str, Codes], Floats]:
    """Join the roles of a company that are alike in pay and in all that is held.

    A role that was advertised twice, or opened twice under one band, is one decision on pay: its
    copies would look like companies whose roles are all paid alike. Its worth is that of all.
    """
    keys = (*factors.values(), log_values, companies)
    order = np.lexsort(keys)
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    kept = order[is_first]
    joined = np.bincount(np.cumsum(is_first) - 1, worth[order])
    of_kept = {name: codes[kept] for name, codes in factors.items()}
    return log_values[kept], companies[kept], of_kept, joined


class _Part(NamedTuple):
    """A variance, split over companies.

    Attributes:
        by_company: What each company adds to its estimate.
        expected: What part of it each company adds on average; adds up to 1.
        noise: Standard deviation of it that the companies' parts don't show.
        of_companies: The variance of company effects in it, whose spread grows with itself.
    """

    by_company: Floats
    expected: Floats
    noise: float = 0.0
    of_companies: float = 0.0

    def less(self, other: _Part) -> _Part:
        """The difference of two variances, expected as the first one's parts are."""
        sizes = float(other.by_company.sum()) * (self.expected - other.expected)
        return _Part(
            self.by_company - other.by_company - sizes,
            self.expected,
            float(np.hypot(self.noise, other.noise)),
            self.of_companies - other.of_companies,
        )

    def over(self, total: _Part) -> Measured:
        """This variance as a share of another."""
        whole = float(total.by_company.sum())
        if not whole > 0:
            return Measured(np.nan, NO_INTERVAL)
        # At the share tested, a company's part is expected to be that share of its due.
        denominators = total.by_company + whole * (self.expected - total.expected)
        return Measured(
            float(self.by_company.sum()) / whole,
            invert_ratio(
                self.by_company, denominators, noise=self.noise, scale=self._scale(whole)
            ),
        )


    def _scale(self, whole: float) -> Scale:
        """How the spread of a share moves with it: as share * (1 - share) where of companies."""
        estimate = float(self.by_company.sum()) / whole
        share = self.of_companies / whole
        if not 0 < share < 1:
            return lambda _: 1.0

        def ratio(value: float) -> float:
            tested = min(max(share + value - estimate, 0.02), 0.98)
            return tested * (1 - tested) / (share * (1 - share))

        return ratio


def _variance_parts(
    model: _Model, places: Mapping[str, Codes], measured: tuple[str, ...]
) -> dict[str, _Part]:
    """Estimate each variance without bias, split over the companies."""
    every = np.arange(model.columns.shape[1])
    whole = float(model.weight.sum())
    squares = model.by_company(model.worth)  # of the worths: their sum over roles of worth squared
    per_column = float(squares.sum()) / whole
    own = model.weight - squares / model.weight
    due = own / own.sum()

    def residual_variance(kept: Codes) -> tuple[Floats, float]:
        """Sums of squares within companies, and their degrees of freedom."""
        left, inverse = model.residuals(kept, centred=True)
        rank = float(np.sum(inverse * model.gram[np.ix_(kept, kept)]))
        freedom = float(own.sum()) - rank * per_column
        return model.by_company(np.square(left)), max(freedom, 1e-9)

    left, freedom = residual_variance(every)
    noise = float(left.sum()) / freedom
    parts = {}
    for name in measured:
        without, freedom_without = residual_variance(np.setdiff1d(every, places[name]))
        # What chance alone puts into the squares of so many coefficients.
        n_coefficients = max((freedom_without - freedom) / per_column, 0.0)
        chance = np.sqrt(2 * n_coefficients) * noise * per_column / freedom_without
        parts[name] = _Part(without / freedom_without - left / freedom, due, float(chance))
    pooled, inverse = model.residuals(every, centred=False)
    # Henderson's third method: what noise and companies put into the pooled squares.
    of_noise = whole - float(np.sum(inverse * _square_gram(model)))
    of_companies = max(whole - float(np.sum(inverse * (model.sums.T @ model.sums))), 1e-9)
    effect = (float(model.worth @ np.square(pooled)) - noise * of_noise) / of_companies
    between, expected = _between(model, model.without_columns())
    between *= (effect + noise) / between.sum()
    parts["company"] = _Part(
        between - noise * expected - (left / freedom - noise * due),
        expected,
        of_companies=effect,
    )
    parts["total"] = _Part(*_between(model, model.logs))
    return parts


def _between(model: _Model, values: Floats) -> tuple[Floats, Floats]:
    """Variance between roles of different companies, split over the companies.

    Half the mean squared difference of two such roles: the variance about a mean that one large
    company has made its own is too small. A company's part is measured about a mean in which
    companies count nearly alike, for the same reason.

    Returns:
        What each company adds, and which part of the whole that is on average.
    """
    whole = float(model.weight.sum())
    means = model.by_company(values) / model.weight
    centred = values - np.average(means, weights=model.weight / (model.weight + model.worth.mean()))
    squares, sums = model.by_company(np.square(centred)), model.by_company(centred)
    pairs = whole**2 - float(np.square(model.weight).sum())
    variance = (whole * squares - model.weight * squares + np.square(sums)).sum()
    variance = (variance - sums.sum() ** 2) / pairs
    expected = model.weight * (whole - model.weight) / pairs
    parts = squares / model.weight * expected
    return parts * float(variance / parts.sum()), expected


def _square_gram(model: _Model) -> Floats:
    """Cross products of the columns under squared weights."""
    weighted = model.columns.multiply(np.square(model.worth)[:, None]).tocsr()
    return np.asarray((model.columns.T @ weighted).toarray(), np.float64)
