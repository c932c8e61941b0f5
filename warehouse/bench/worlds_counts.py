"""Planted worlds of the statistics of counts: ratios, shares, odds, lifts, association, dates.

Belongs here: what each family plants and which interval it puts to the test. Does not belong here:
kinds of market and the counting (`worlds`), or worlds of pay.

Each world plants its truth as the mean over the companies a market is drawn from.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from warehouse.bench.worlds import (
    MAX_COMPANIES,
    Family,
    Kind,
    Market,
    make_market,
    says,
    tastes,
)
from warehouse.statistics import changepoint, contingency, intervals
from warehouse.statistics.bootstrap import Counts, Floats, poisson_weights
from warehouse.statistics.contingency import Comparison
from warehouse.statistics.intervals import Interval
from warehouse.statistics.misclassification import (
    MEASURE,
    ErrorCounts,
    Posterior,
    corrected,
    posteriors,
    with_extractor_error,
)

Flags = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]
World = tuple[float, Interval]

_PAPERS: dict[Kind, int] = {"many": 600, "few": 60}
_OF_PAPERS: tuple[Kind, ...] = ("many", "few")


def _weights(market: Market) -> Counts:
    """Weights of the market's companies; one table serves all worlds."""
    return poisson_weights(MAX_COMPANIES)[: market.n_companies]


def _sums(market: Market, *columns: npt.NDArray[np.generic]) -> Floats:
    """Sum columns of adverts by company."""
    company, n = market.company, market.n_companies
    return np.stack([np.bincount(company, c, n).astype(np.float64) for c in columns], axis=1)


def _compared(comparison: Comparison, truth: float, sums: Floats) -> World:
    return truth, contingency.compare(comparison, sums)[1]


def _named(rng: np.random.Generator, market: Market, mean: float) -> Flags:
    """Draw which adverts name something that a share of them names."""
    return says(rng, market, tastes(rng, mean, market.n_companies))


# --- roles ---------------------------------------------------------------------------------------


def _ratio(rng: np.random.Generator, kind: Kind) -> World:
    """PyTorch 40 %, TensorFlow 25 %."""
    market = make_market(rng, kind)
    sums = _sums(market, *(_named(rng, market, mean) for mean in (0.4, 0.25)))
    return _compared("ratio", 1.6, sums)


def _share(rng: np.random.Generator, kind: Kind, truth: float) -> World:
    market = make_market(rng, kind)
    sums = _sums(market, _named(rng, market, truth), np.ones(len(market.role)))
    return _compared("share", truth, sums)


def _gap(rng: np.random.Generator, kind: Kind) -> World:
    """Shares of two frameworks among the same roles, 45 % and 25 %."""
    market = make_market(rng, kind)
    everyone = np.ones(len(market.role))
    first, second = (_named(rng, market, mean) for mean in (0.45, 0.25))
    return _compared("share_gap", 0.2, _sums(market, first, everyone, second, everyone))


def _gap_of_groups(rng: np.random.Generator, kind: Kind) -> World:
    """A share of 20 % inside a group of 30 % of the roles, of 35 % outside."""
    market = make_market(rng, kind)
    inside = _named(rng, market, 0.3)
    named = np.where(inside, _named(rng, market, 0.2), _named(rng, market, 0.35))
    sums = _sums(market, inside & named, inside, ~inside & named, ~inside)
    return _compared("share_gap", -0.15, sums)


def _ratio_of_ratios(rng: np.random.Generator, kind: Kind) -> World:
    """2.5 inside a segment of 35 % of the roles, 1.25 outside."""
    market = make_market(rng, kind)
    inside = _named(rng, market, 0.35)
    upper = np.where(inside, _named(rng, market, 0.5), _named(rng, market, 0.375))
    lower = np.where(inside, _named(rng, market, 0.2), _named(rng, market, 0.3))
    sums = _sums(market, inside & upper, inside & lower, ~inside & upper, ~inside & lower)
    return _compared("ratio_of_ratios", 2.0, sums)


def _odds_ratio(rng: np.random.Generator, kind: Kind) -> World:
    """A property that 30 % of one group have and 15 % of the other, each a half of the roles."""
    market = make_market(rng, kind)
    group = _named(rng, market, 0.5)
    has = np.where(group, _named(rng, market, 0.3), _named(rng, market, 0.15))
    sums = _sums(market, group & has, group & ~has, ~group & has, ~group & ~has)
    return _compared("ratio_of_ratios", (0.3 / 0.7) / (0.15 / 0.85), sums)


def _lift(rng: np.random.Generator, kind: Kind) -> World:
    """A skill that 30 % of one framework's roles name and 20 % of the other's; some name both."""
    market = make_market(rng, kind)
    first, second = (_named(rng, market, mean) for mean in (0.5, 0.3))
    skill = np.where(second, _named(rng, market, 0.2), _named(rng, market, 0.36))
    # among the first: half x (0.3 x 0.2 + 0.7 x 0.36) / half
    truth = (0.3 * 0.2 + 0.7 * 0.36) / 0.2
    return _compared("lift", truth, _sums(market, first & skill, first, second & skill, second))


def _association(rng: np.random.Generator, kind: Kind, truth: float) -> World:
    """Three groups by four levels; each company's table is drawn about that of all."""
    market = make_market(rng, kind)
    rows, columns = np.array([0.4, 0.3, 0.3]), np.array([0.15, 0.35, 0.35, 0.15])
    scores = []
    for margin, raw in ((rows, [0.0, 2.0, 1.0]), (columns, [0.0, 1.0, 2.0, 3.0])):
        centred = np.array(raw) - np.dot(margin, raw)
        scores.append(centred / np.sqrt(np.dot(margin, centred**2)))
    independent = np.outer(rows, columns)
    joint = independent * (1 + truth * np.sqrt(2) * np.outer(*scores))
    own = rng.dirichlet(4 * joint.ravel(), market.n_companies)
    company = market.company_of_role
    drawn = (rng.random(len(company))[:, None] > np.cumsum(own, axis=1)[company]).sum(axis=1)
    cell = np.minimum(drawn, joint.size - 1)[market.role]
    sums = _sums(market, *(cell == number for number in range(joint.size)))
    return truth, contingency.clustered_cramers_v(sums, _weights(market), (3, 4)).interval


def _share_slope(rng: np.random.Generator, kind: Kind) -> World:
    """A share that falls from 37.5 % to 22.5 % in five years, in two sources of unlike level."""
    market = make_market(rng, kind)
    n = int(market.sizes.sum())
    years, company = rng.uniform(-2.5, 2.5, n), market.company_of_role
    is_second = (rng.random(market.n_companies) < 0.5)[company]
    own = 2 * rng.random(market.n_companies)  # mean 1
    chance = (0.3 - 0.03 * years + 0.05 * np.where(is_second, 1, -1)) * own[company]
    role = market.role
    named, years, is_second = (rng.random(n) < chance)[role], years[role], is_second[role]
    moments = [np.ones(len(role)), years, named, years**2, years * named]
    columns = [moment * stratum for stratum in (is_second, ~is_second) for moment in moments]
    _, ends = intervals.clustered(
        _weights(market), market.company, np.stack(columns, axis=1), contingency.share_slope
    )
    return -0.03, ends


def _crossing(
    rng: np.random.Generator, kind: Kind, per_year: float, truth: float = 2020.8
) -> World:
    """Ten years of months, 2016 to 2025; companies differ by when they change over."""
    market = make_market(rng, kind, mean_roles=12)
    middles = 2016 + (np.arange(120) + 0.5) / 12
    n, company = int(market.sizes.sum()), market.company_of_role
    month = rng.integers(0, 120, n)
    shift = rng.normal(0, 1, market.n_companies)[company]
    chance = 1 / (1 + np.exp(-per_year * (middles[month] - truth) - shift))
    is_ahead, both = rng.random(n) < chance, rng.random(n) < 0.15
    shape = (market.n_companies, 120)
    ahead, behind = (
        sparse.csr_array(
            (said[market.role].astype(np.float64), (market.company, month[market.role])),
            shape=shape,
        )
        for said in (is_ahead | both, ~is_ahead | both)
    )
    _, ends = changepoint.crossing_of_companies(ahead, behind, middles, _weights(market))
    return truth, ends


# --- companies and papers ------------------------------------------------------------------------


def _company_share(rng: np.random.Generator, kind: Kind) -> World:
    n = make_market(rng, kind).n_companies
    return 0.4, intervals.wilson(int((rng.random(n) < 0.4).sum()), n)


def _cells(rng: np.random.Generator, n: int, chances: tuple[float, float, float]) -> Cells:
    """Draw how many of n units are of the upper side alone, of the lower alone, of both."""
    return rng.multinomial(n, (*chances, 1 - sum(chances)))[:3]


def _company_ratio(rng: np.random.Generator, kind: Kind) -> World:
    cells = _cells(rng, make_market(rng, kind).n_companies, (0.25, 0.15, 0.2))
    return 0.45 / 0.35, intervals.ratio_of_cells(*cells.tolist())[1]


def _paper_share(rng: np.random.Generator, kind: Kind, truth: float) -> World:
    n = _PAPERS[kind]
    return truth, intervals.wilson(int((rng.random(n) < truth).sum()), n)


def _paper_ratio(rng: np.random.Generator, kind: Kind) -> World:
    cells = _cells(rng, _PAPERS[kind], (0.45, 0.1, 0.05))
    return 0.5 / 0.15, intervals.ratio_of_cells(*cells.tolist())[1]


def _paper_slope(rng: np.random.Generator, kind: Kind) -> World:
    """A log ratio that rises by 0.3 a year in one window of four years, by 0.5 in another."""
    early, late = np.arange(2018.0, 2022.0), np.arange(2022.0, 2026.0)
    cells = []
    for years, slope, start in ((late, 0.5, 1.2), (early, 0.3, 0.0)):
        log_ratio = start + slope * (years - years[0])
        upper = 0.9 / (1 + np.exp(-log_ratio)) - 0.05
        cells.append([_cells(rng, _PAPERS[kind], (p, 0.8 - p, 0.05)) for p in upper])
    of_late, of_early = (np.array(of_window) for of_window in cells)
    return 0.2, contingency.slope_gap_of_cells(of_late, of_early, late, early)[1]


def _paper_crossing(rng: np.random.Generator, kind: Kind, per_year: float) -> World:
    """Eight years of months, each with as many papers as a twelfth of a year has."""
    truth = 2019.6
    middles = 2016 + (np.arange(96) + 0.5) / 12
    upper = 0.8 / (1 + np.exp(-per_year * (middles - truth)))
    n = rng.poisson(_PAPERS[kind] / 12, 96)
    cells = np.array([_cells(rng, k, (p, 0.8 - p, 0.05)) for k, p in zip(n, upper, strict=True)])
    ahead_only, behind_only, both = cells.T
    return truth, changepoint.crossing_of_papers(ahead_only, behind_only, both, middles)[1]


# --- readings that err -------------------------------------------------------------------------

_LABELLED = 60  # adverts that may name a framework, as many as were labelled and kept aside
_HARD_CLEARED = 0.98  # share of hard cases (adverts that only seem to name it) that are cleared


class _Reading(NamedTuple):
    """One framework as a reader that errs sees it."""

    seen: Flags  # by advert
    posterior: Posterior  # what a labelled sample says of the reader


def _read(rng: np.random.Generator, market: Market, mean: float, found: float) -> _Reading:
    """Draw a framework's adverts, the readings of them, and a labelled sample of the latter.

    A half of the adverts without the framework are hard cases, and the labelled sample is drawn
    from the adverts that are hard cases or name it.
    """
    named, is_hard = _named(rng, market, mean), rng.random(len(market.role)) < 0.5
    luck = rng.random(len(market.role))
    seen = np.where(named, luck < found, is_hard & (luck > _HARD_CLEARED))
    n_named = int(rng.binomial(_LABELLED, mean / (mean + 0.5 * (1 - mean))))
    tp = int(rng.binomial(n_named, found))
    fp = int(rng.binomial(_LABELLED - n_named, 1 - _HARD_CLEARED))
    counts = ErrorCounts("pytorch", MEASURE, tp, n_named - tp, _LABELLED - n_named - fp, fp)
    posterior = posteriors([counts], {"pytorch": float(seen.mean())})["pytorch"]
    return _Reading(seen, posterior)


def _corrected_share(rng: np.random.Generator, kind: Kind, *, is_corrected: bool = True) -> World:
    """A share of 40 %, of which the reader finds four fifths."""
    market = make_market(rng, kind)
    seen, posterior = _read(rng, market, 0.4, 0.8)
    _, raw = contingency.compare("share", _sums(market, seen, np.ones(len(seen))))
    if not is_corrected:
        return 0.4, raw
    return 0.4, with_extractor_error(
        lambda rates: float(corrected(seen, *rates["pytorch"]).mean()),
        raw,
        {"pytorch": posterior},
        "linear",
    )[1]


def _corrected_ratio(rng: np.random.Generator, kind: Kind, *, is_corrected: bool = True) -> World:
    """A ratio of 1.6; the reader finds 70 % of one side and 95 % of the other."""
    market = make_market(rng, kind)
    upper, lower = _read(rng, market, 0.4, 0.7), _read(rng, market, 0.25, 0.95)
    _, raw = contingency.compare("ratio", _sums(market, upper.seen, lower.seen))
    if not (is_corrected and np.isfinite(raw.high)):
        return 1.6, raw
    return 1.6, with_extractor_error(
        lambda rates: float(
            corrected(upper.seen, *rates["pytorch"]).mean()
            / corrected(lower.seen, *rates["tensorflow"]).mean()
        ),
        raw,
        {"pytorch": upper.posterior, "tensorflow": lower.posterior},
        "log",
    )[1]


FAMILIES = (
    Family("ratio", _ratio),
    Family("share of 40 %", partial(_share, truth=0.4)),
    Family("share of 10 %", partial(_share, truth=0.1)),
    Family("difference of shares, same roles", _gap),
    Family("difference of shares, two groups", _gap_of_groups),
    Family("ratio of ratios", _ratio_of_ratios),
    Family("odds ratio", _odds_ratio),
    Family("lift", _lift),
    *(Family(f"Cramér's V of {v:g}", partial(_association, truth=v)) for v in (0, 0.05, 0.15, 0.3)),
    Family("yearly slope of a share", _share_slope),
    Family("crossing date, fast", partial(_crossing, per_year=1.0)),
    Family("crossing date, slow", partial(_crossing, per_year=0.4)),
    Family("crossing date, near the end", partial(_crossing, per_year=1.0, truth=2025.5)),
    Family("crossing date, after the end", partial(_crossing, per_year=1.0, truth=2026.5)),
    Family("company share", _company_share),
    Family("company ratio", _company_ratio),
    Family("paper share of 60 %", partial(_paper_share, truth=0.6), _OF_PAPERS),
    Family("paper share of 15 %", partial(_paper_share, truth=0.15), _OF_PAPERS),
    Family("paper ratio", _paper_ratio, _OF_PAPERS),
    Family("paper slopes of the log ratio", _paper_slope, _OF_PAPERS),
    Family("paper crossing date, fast", partial(_paper_crossing, per_year=1.0), _OF_PAPERS),
    Family("paper crossing date, slow", partial(_paper_crossing, per_year=0.4), _OF_PAPERS),
    Family("share corrected for misreading", _corrected_share),
    Family("ratio corrected for misreading", _corrected_ratio),
)
# Not calibrated, and meant not to be: the same worlds without the correction.
UNCORRECTED = (
    Family("share as misread", partial(_corrected_share, is_corrected=False)),
    Family("ratio as misread", partial(_corrected_ratio, is_corrected=False)),
)
