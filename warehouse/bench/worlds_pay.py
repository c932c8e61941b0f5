"""Made-up labour markets with a planted truth on pay, to see how often intervals hold it.

Belongs here: markets for the statistics of pay, one `Family` for each kind of estimate. Does not
belong here: counting the intervals that hold (`worlds`), or worlds of shares and ratios.

In each market companies have long-tailed sizes, a level of pay and tastes of their own; what is
planted holds for the population that companies are drawn from. The kinds are 'many' (150
companies), 'giant' (150, of which one has 30 % of the roles), 'few' (20 companies) and 'reposts'
(150, a fifth of the roles advertised again one to three times and not recognised).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from warehouse.bench.worlds import Family, Kind
from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import Interval
from warehouse.statistics.matched import matched_median_difference, median_difference
from warehouse.statistics.quantiles import clustered_quantile
from warehouse.statistics.regression import (
    Premium,
    VarianceShares,
    prevalence_gap,
    skill_premium,
    variance_shares,
)

Codes = npt.NDArray[np.intp]
Drawn = tuple[float, Interval]

_LEVEL = np.array([-0.4, -0.1, 0.1, 0.4])  # of log pay, as all that follows
_FRAMEWORK = np.array([0.0, 0.05, -0.02, 0.06])
_PLACE = np.array([0.0, 0.05, -0.05, 0.1, 0.0])
_FAMILY = np.array([0.0, 0.1, -0.05])
_COMPANY_SD, _ROLE_SD = 0.2, 0.25
_LEVEL_TASTE, _FRAMEWORK_TASTE = 4.0, 3.0  # the greater, the more alike companies are
_LEVEL_SHARE = np.array([0.2, 0.3, 0.3, 0.2])
_FRAMEWORK_SHARE = np.array([0.4, 0.3, 0.1, 0.2])
_TOP_QUANTILE = float(stats.norm.ppf(0.9))


def _sizes(rng: np.random.Generator, kind: Kind) -> Codes:
    """Roles per company."""
    drawn = rng.lognormal(2, 0.8, 20) if kind == "few" else rng.lognormal(1, 1, 150)
    sizes = np.maximum(1, drawn).astype(np.intp)
    if kind == "giant":
        sizes[0] = round(0.3 / 0.7 * sizes[1:].sum())
    return sizes


def _reposted(rng: np.random.Generator, kind: Kind, n: int) -> Codes:
    """Which role each advert is for: itself, and in a market of reposts some of them again."""
    times = np.ones(n, np.intp)
    if kind == "reposts":
        times += np.where(rng.random(n) < 0.2, rng.integers(1, 4, n), 0)
    return np.repeat(np.arange(n), times)


def _chosen(rng: np.random.Generator, chances: Floats) -> Codes:
    """Draw a code for each row of chances."""
    is_reached = chances.cumsum(axis=1) > rng.random((len(chances), 1))
    return np.asarray(is_reached.argmax(axis=1), np.intp)


def _by_taste(
    rng: np.random.Generator, companies: Codes, n_companies: int, share: Floats, alike: float
) -> Codes:
    """Draw a code for each role from its company's own shares."""
    return _chosen(rng, rng.dirichlet(alike * share, n_companies)[companies])


def _quantile(rng: np.random.Generator, kind: Kind, probability: float, equal: bool) -> Drawn:
    """A quantile of pay in USD a year."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    logs = rng.normal(0, _COMPANY_SD, len(sizes))[companies]
    logs += rng.normal(0, _ROLE_SD, len(companies))
    adverts = _reposted(rng, kind, len(companies))
    companies, logs = companies[adverts], logs[adverts]
    worth = 1 / np.bincount(companies)[companies] if equal else np.ones(len(companies))
    _, ends = clustered_quantile(companies, np.exp(12 + logs), probability, worth)
    spread = float(np.hypot(_COMPANY_SD, _ROLE_SD))
    return float(np.exp(12 + spread * stats.norm.ppf(probability))), ends


def _matched(rng: np.random.Generator, kind: Kind) -> Drawn:
    """5 % more in the median of each of 60 strata, where companies' premiums differ."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    n = len(companies)
    level, family = rng.integers(0, 4, n), rng.integers(0, 3, n)
    home = rng.integers(0, 5, len(sizes))[companies]
    place = np.where(rng.random(n) < 0.7, home, rng.integers(0, 5, n))
    taste = rng.beta(0.8, 1.2, len(sizes))[companies] * np.array([0.5, 0.8, 1, 1])[level]
    is_treated = rng.random(n) < taste
    premium = np.log(1.05) + rng.normal(0, 0.05, len(sizes))[companies]
    logs = rng.normal(0, _COMPANY_SD, len(sizes))[companies] + _LEVEL[level] + _PLACE[place]
    logs += _FAMILY[family] + premium * is_treated + rng.normal(0, 0.2 + 0.05 * level)
    strata = (level * 5 + place) * 3 + family
    i = _reposted(rng, kind, n)
    found = matched_median_difference(
        companies[i], np.exp(12 + logs[i]), is_treated[i], strata[i], np.ones(len(i))
    )
    return 0.05, found.interval


def _group(rng: np.random.Generator, kind: Kind) -> Drawn:
    """The median of a group, a fifth of all roles, that is paid 10 % more, against all."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    n = len(companies)
    is_in_group = rng.random(n) < rng.beta(0.6, 2.4, len(sizes))[companies]
    logs = rng.normal(0, _COMPANY_SD, len(sizes))[companies] + 0.1 * is_in_group
    logs += rng.normal(0, _ROLE_SD, n)
    i = _reposted(rng, kind, n)
    _, ends = median_difference(companies[i], np.exp(12 + logs[i]), is_in_group[i], np.ones(len(i)))
    return float(np.expm1(0.1 - _median_of_all())), ends


def _median_of_all() -> float:
    """Median of log pay of all roles of `_group`."""
    spread = float(np.hypot(_COMPANY_SD, _ROLE_SD))

    def excess(value: float) -> float:
        shares = special.ndtr(np.array([value - 0.1, value]) / spread)
        return float(np.array([0.2, 0.8]) @ shares) - 0.5

    return float(optimize.brentq(excess, -1, 1))


def _variance(effects: Floats, shares: Floats) -> float:
    """Variance of an effect over roles."""
    return float(shares @ np.square(effects) - (shares @ effects) ** 2)


def _varied(rng: np.random.Generator, kind: Kind) -> tuple[dict[str, float], VarianceShares]:
    """Pay of companies, levels, frameworks, places and families, and what explains it."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    n = len(companies)
    level = _by_taste(rng, companies, len(sizes), _LEVEL_SHARE, _LEVEL_TASTE)
    framework = _by_taste(rng, companies, len(sizes), _FRAMEWORK_SHARE, _FRAMEWORK_TASTE)
    place = _by_taste(rng, companies, len(sizes), np.full(5, 0.2), 1.5)
    family = rng.integers(0, 3, n)
    logs = rng.normal(0, _COMPANY_SD, len(sizes))[companies] + rng.normal(0, _ROLE_SD, n)
    logs += _LEVEL[level] + _FRAMEWORK[framework] + _PLACE[place] + _FAMILY[family]
    i = _reposted(rng, kind, n)
    codes = {"level": level, "framework": framework, "place": place, "family": family}
    found = variance_shares(
        logs[i], companies[i], {name: code[i] for name, code in codes.items()}, np.ones(len(i))
    )
    of_level = _variance(_LEVEL, _LEVEL_SHARE)
    of_framework = _variance(_FRAMEWORK, _FRAMEWORK_SHARE)
    total = _COMPANY_SD**2 + _ROLE_SD**2 + of_level + of_framework
    total += _variance(_PLACE, np.full(5, 1 / 5)) + _variance(_FAMILY, np.full(3, 1 / 3))
    # What varies between companies in level and framework is theirs already.
    truth = {
        "company": _COMPANY_SD**2 / total,
        "level": of_level * _LEVEL_TASTE / (_LEVEL_TASTE + 1) / total,
        "framework": of_framework * _FRAMEWORK_TASTE / (_FRAMEWORK_TASTE + 1) / total,
    }
    return truth, found


def _share(rng: np.random.Generator, kind: Kind, name: str) -> Drawn:
    """The share of one factor."""
    truth, found = _varied(rng, kind)
    return truth[name], found.shares[name].interval


def _share_difference(rng: np.random.Generator, kind: Kind, one: str, other: str) -> Drawn:
    """The share of one factor less another's."""
    truth, found = _varied(rng, kind)
    return truth[one] - truth[other], found.differences[one, other].interval


def _skilled(
    rng: np.random.Generator, kind: Kind, skills: Sequence[float], frameworks: Sequence[float]
) -> Premium:
    """What skills and frameworks add to pay, where companies' premiums differ."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    n = len(companies)
    level, family = rng.integers(0, 4, n), rng.integers(0, 3, n)
    place = _by_taste(rng, companies, len(sizes), np.full(5, 0.2), 1.5)
    logs = rng.normal(0, _COMPANY_SD, len(sizes))[companies] + rng.normal(0, _ROLE_SD, n)
    logs += _LEVEL[level] + _FAMILY[family] + _PLACE[place]
    named = []
    for effect in (*skills, *frameworks):
        names = rng.random(n) < rng.beta(1.2, 2.4, len(sizes))[companies]
        logs += names * (effect + rng.normal(0, 0.05, len(sizes))[companies])
        named.append(names.astype(np.float64))
    i = _reposted(rng, kind, n)
    of_skills = {f"skill {k}": names[i] for k, names in enumerate(named[: len(skills)])}
    of_frameworks = {f"framework {k}": names[i] for k, names in enumerate(named[len(skills) :])}
    controls = {"level": level[i], "family": family[i], "place": place[i]}
    return skill_premium(logs[i], companies[i], of_skills, of_frameworks, controls, np.ones(len(i)))


_GRADED = (0.12, 0.05, 0.03, 0.02, 0.0, -0.01), (0.03, -0.01)
_ALIKE = (0.05,) * 6, (0.02, 0.02)


def _coefficient(rng: np.random.Generator, kind: Kind, name: str) -> Drawn:
    """One coefficient of pay."""
    skills, frameworks = _GRADED
    truth = skills[0] if name == "skill 0" else frameworks[0]
    return truth, _skilled(rng, kind, *_GRADED).coefficients[name].interval


def _excess(
    rng: np.random.Generator, kind: Kind, effects: tuple[tuple[float, ...], tuple[float, ...]]
) -> Drawn:
    """The greatest skill coefficient less the greatest framework coefficient."""
    skills, frameworks = effects
    return max(skills) - max(frameworks), _skilled(rng, kind, *effects).excess.interval


def _gap(rng: np.random.Generator, kind: Kind, constant: float, slope: float) -> Drawn:
    """How much commoner a skill is in the top tenth of pay, by its log odds along pay."""
    sizes = _sizes(rng, kind)
    companies = np.repeat(np.arange(len(sizes)), sizes)
    n = len(companies)
    pay = rng.normal(0, 0.6, len(sizes))[companies] + rng.normal(0, 0.8, n)
    # Two roles of five follow their company's own taste.
    follows = rng.random(n) < 0.4
    threshold = np.where(follows, rng.random(len(sizes))[companies], rng.random(n))
    names = (threshold < special.expit(constant + slope * pay)).astype(np.float64)
    i = _reposted(rng, kind, n)
    found = prevalence_gap(pay[i], companies[i], {"skill": names[i]}, np.ones(len(i)))
    return _true_gap(constant, slope), found["skill"].interval


def _true_gap(constant: float, slope: float) -> float:
    """The gap where pay is standard normal."""
    pay = np.linspace(-8, 8, 20001)
    density = stats.norm.pdf(pay)
    is_top = pay > _TOP_QUANTILE
    chance = special.expit(constant + slope * pay)
    top, rest = (float(np.average(chance[s], weights=density[s])) for s in (is_top, ~is_top))
    return top - rest


FAMILIES = [
    *(
        Family(f"pay p{100 * p:.0f}", partial(_quantile, probability=p, equal=False))
        for p in (0.1, 0.5, 0.9)
    ),
    Family("pay p50, companies alike", partial(_quantile, probability=0.5, equal=True)),
    Family("matched difference of medians", _matched),
    Family("median of a group against all", _group),
    *(
        Family(f"share of variance: {name}", partial(_share, name=name))
        for name in ("company", "level", "framework")
    ),
    *(
        Family(
            f"share of variance: {one} less framework",
            partial(_share_difference, one=one, other="framework"),
        )
        for one in ("company", "level")
    ),
    *(
        Family(f"coefficient of a {name[:-2]}", partial(_coefficient, name=name))
        for name in ("skill 0", "framework 0")
    ),
    Family("skill premium, one skill ahead", partial(_excess, effects=_GRADED)),
    Family("skill premium, skills alike", partial(_excess, effects=_ALIKE)),
    Family("gap of a common skill", partial(_gap, constant=-1.0, slope=0.8)),
    Family("gap of a skill that is no commoner", partial(_gap, constant=-1.0, slope=0.0)),
    Family("gap of a rare skill", partial(_gap, constant=-2.0, slope=0.3)),
]
