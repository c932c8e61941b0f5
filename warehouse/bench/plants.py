"""What makes a truth true: for each estimator, chances and pay under which its parts are known.

Belongs here: which truths a claim is tried at, and planting them in a drawn world. Does not belong
here: the worlds (`worlds_claims`), or judging them (`calibration`).

A claim is tried where its truth lies on a threshold, where it clearly holds, and where it clearly
does not; how far that is, `CLEAR` says. Of a rule with several parts, as many as it needs but one
clearly hold, one decides, and the others clearly fail: the hardest case, in which the verdict hangs
on one part. Where all parts must hold, each of the first two decides in turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import special

from warehouse.bench.worlds_claims import Draft, frame_of
from warehouse.claims.counts import (
    CramersV,
    GroupGaps,
    Lift,
    ModelShares,
    Ratio,
    RatioOfRatios,
    Share,
    ShareContrast,
    ShareGap,
    Shares,
)
from warehouse.claims.employers import CompanyRatio, CompanyShare, CompanyShares
from warehouse.claims.filters import RoleFilter, RolePopulation
from warehouse.claims.pay import (
    MatchedMedian,
    MedianAgainst,
    PayRange,
    SkillPremium,
    TopDecile,
    VarianceShares,
)
from warehouse.claims.population import Mask, Units
from warehouse.claims.registry import Claim
from warehouse.claims.rules import Condition
from warehouse.claims.trends import Crossing, LogRatioTurn, YearlySlope
from warehouse.statistics.bootstrap import Floats

Truths = Mapping[str, float]
Position = Literal["threshold", "true", "false"]


class Clear(NamedTuple):
    """How far from a threshold a truth must lie for anybody to call it clear."""

    size: float
    is_factor: bool
    words: str


CLEAR: dict[str, Clear] = {
    "ratio": Clear(1.5, True, "half as much again"),
    "ratio_of_ratios": Clear(2.0, True, "twice"),
    "lift": Clear(1.5, True, "half as much again"),
    "company_ratio": Clear(1.5, True, "half as much again"),
    "share": Clear(0.1, False, "10 points, or half of what is left to 0 or 1"),
    "shares": Clear(0.1, False, "10 points, or half of what is left to 0 or 1"),
    "company_share": Clear(0.1, False, "10 points"),
    "company_shares": Clear(0.1, False, "10 points"),
    "model_shares": Clear(0.1, False, "10 points, or half of what is left to 0 or 1"),
    "share_gap": Clear(0.1, False, "10 points"),
    "share_contrast": Clear(0.15, False, "15 points"),
    "group_gaps": Clear(0.15, False, "15 points"),
    "cramers_v": Clear(0.1, False, "V of 0.1"),
    "yearly_slope": Clear(0.03, False, "3 points a year"),
    "log_ratio_turn": Clear(0.2, False, "0.2 a year"),
    "crossing": Clear(1.0, False, "a year"),
    "pay_range": Clear(1.1, True, "10 % of pay"),
    "matched_median": Clear(0.1, False, "10 % of pay"),
    "median_against": Clear(0.1, False, "10 % of pay"),
    "variance_shares": Clear(0.15, False, "15 % of the variance"),
    "skill_premium": Clear(0.1, False, "10 % of pay"),
    "top_decile": Clear(0.15, False, "15 points"),
}
_OF_SHARES = ("share", "shares", "company_share", "company_shares", "model_shares")


class State(NamedTuple):
    """Truths of all judged parts of a claim, and where the claim stands with them."""

    position: Position
    truths: Truths


def states_of(claim: Claim) -> list[State]:
    """List the truths that a claim is tried at.

    Args:
        claim: The claim.

    Returns:
        One on each threshold of each deciding part, one clearly true, one clearly false.
    """
    clear, is_share = CLEAR[claim.measure.estimator], claim.measure.estimator in _OF_SHARES
    judged = [
        (name, condition)
        for name in claim.measure.part_names
        if (condition := claim.rule.condition(name)) is not None
    ]
    needs = claim.rule.needs or len(judged)
    true = {name: _clearly(condition, clear, is_share)[0] for name, condition in judged}
    false = {name: _clearly(condition, clear, is_share)[1] for name, condition in judged}
    held = [name for name, _ in judged][: needs - 1]
    deciding = judged[needs - 1 : needs]
    if needs == len(judged):
        deciding = judged[:2]
    states = []
    for name, condition in deciding:
        others = {
            other: true[other] if needs == len(judged) or other in held else false[other]
            for other, _ in judged
            if other != name
        }
        states += [State("threshold", others | {name: b}) for b in condition.bounds]
        if name == deciding[0][0]:
            states.append(State("true", others | {name: true[name]}))
            states.append(State("false", others | {name: false[name]}))
    return states


def _clearly(condition: Condition, clear: Clear, is_share: bool) -> tuple[float, float]:
    """Give a value that clearly meets a condition, and one that clearly does not."""
    if condition.band is not None:
        low, high = condition.band
        middle = math.sqrt(low * high) if clear.is_factor else (low + high) / 2
        if clear.words == "a year":  # a lead that changes after the series ends is not seen
            return middle, _moved(low, clear, is_share, -1)
        return middle, _moved(high, clear, is_share, 1)
    [bound] = condition.bounds
    up = 1 if condition.is_met(bound + 1) else -1
    return _moved(bound, clear, is_share, up), _moved(bound, clear, is_share, -up)


def _moved(bound: float, clear: Clear, is_share: bool, way: int) -> float:
    if clear.is_factor:
        return float(bound * clear.size**way)
    if is_share:
        left = 1 - bound if way > 0 else bound
        return bound + way * min(clear.size, left / 2)
    return bound + way * clear.size


def plant(draft: Draft, truths: Truths) -> None:
    """Make a claim's parts have the truths given.

    Args:
        draft: A world of the claim's population.
        truths: Truth of each judged part, in the unit of `CLEAR`.
    """
    population = draft.claim.population
    if isinstance(population, RolePopulation):
        _satisfy(draft, population, np.ones(len(draft.world), np.bool_))
    _PLANTS[type(draft.claim.measure)](draft, draft.claim.measure, truths)


# --- filters ------------------------------------------------------------------------------------


def _satisfy(draft: Draft, asked: RoleFilter, mask: Mask) -> None:
    """Let units of a mask name what a filter asks for."""
    for term in asked.names_all or ():
        draft.name(term, mask)
    if asked.names_any:
        draft.name(asked.names_any[0], mask)
    for part in asked.any_of or ():
        if any(part.terms()):
            _satisfy(draft, part, mask)
            break


def _member(draft: Draft, asked: RoleFilter, name: str, share: Floats | float) -> Mask:
    """Let a share of the units meet a filter, as far as that is a matter of names."""
    if any(asked.terms()):
        _satisfy(draft, asked, draft.world.uniform(name) < share)
    return draft.units().matches(asked)


def _draw(draft: Draft, term: str, chance: Floats | float) -> Mask:
    """Let units name a term by chance."""
    named = draft.world.uniform(term) < chance
    draft.name(term, named)
    return named


# --- counts -------------------------------------------------------------------------------------


def _ratio(draft: Draft, measure: Ratio, truths: Truths) -> None:
    [(upper, _), *others] = measure.pairs
    first = truths[measure.part_names[0]]
    high = 0.2 if others else min(0.4, 0.8 / first) * first
    _draw(draft, upper, high)
    for (_, lower), name in zip(measure.pairs, measure.part_names, strict=True):
        _draw(draft, lower, high / truths[name])


def _share(draft: Draft, measure: Share, truths: Truths) -> None:
    share = truths["share"]
    if measure.having is not None:
        _member(draft, measure.having, "having", share)
        return
    if measure.naming == "both":
        either = draft.world.uniform("either") < 0.6
        both = draft.world.uniform("both") < share
        is_first = draft.world.uniform("pytorch") < 0.5
        draft.name("pytorch", either & (both | is_first))
        draft.name("tensorflow", either & (both | ~is_first))
        return
    assert measure.naming is not None
    named = _draw(draft, measure.naming, share)
    if measure.among == "either":
        other = "tensorflow" if measure.naming == "pytorch" else "pytorch"
        draft.name(other, ~named | (draft.world.uniform("both") < 0.25))


def _shares(draft: Draft, measure: Shares, truths: Truths) -> None:
    for framework in measure.naming:
        _draw(draft, framework, truths[framework])


def _share_gap(draft: Draft, measure: ShareGap, truths: Truths) -> None:
    _draw(draft, measure.naming, 0.3 + truths["gap"])
    _draw(draft, measure.minus, 0.3)


def _share_contrast(draft: Draft, measure: ShareContrast, truths: Truths) -> None:
    inside = _member(draft, measure.inside, "inside", 0.35)
    against = _member(draft, measure.against, "against", 0.35)
    gap = truths["difference"]
    # A role in both groups counts in both: it has the mean chance of the two.
    both = float((inside & against).mean() / max(inside.mean(), 1e-9))
    share = 0.4 + np.where(inside & against, 0.0, np.where(inside, gap, -gap)) / 2 / (1 - both)
    named = _draw(draft, measure.naming, share)
    other = "tensorflow" if measure.naming == "pytorch" else "pytorch"
    draft.name(other, ~named | (draft.world.uniform("both") < 0.25))


def _ratio_of_ratios(draft: Draft, measure: RatioOfRatios, truths: Truths) -> None:
    inside = _member(draft, measure.inside, "inside", 0.4)
    root = math.sqrt(truths["ratio"])
    upper, lower = measure.pair
    _draw(draft, upper, np.where(inside, 0.4 * math.sqrt(root), 0.4 / math.sqrt(root)))
    _draw(draft, lower, np.where(inside, 0.4 / math.sqrt(root), 0.4 * math.sqrt(root)))


_ALONE, _BOTH = 0.35, 0.3  # chance of naming one framework alone, and both
_MIX = _BOTH / (_ALONE + _BOTH) / 2


def _by_framework(draft: Draft, of: str, against: str) -> Callable[[float, float], Floats]:
    """Let every unit name one of two frameworks or both.

    Returns:
        What gives each unit a chance such that so large a share of the first framework's units, and
        of the second's, has what the chance is of.
    """
    u = draft.world.uniform("cell")
    first, second = u < _ALONE + _BOTH, u >= _ALONE
    draft.name(of, first)
    draft.name(against, second)

    def chance(share_of: float, share_against: float) -> Floats:
        gap = (share_of - share_against) / (1 - 2 * _MIX)
        middle = (share_of + share_against) / 2
        own = np.where(first & second, 0.0, np.where(first, gap / 2, -gap / 2))
        return np.asarray(middle + own, np.float64)

    return chance


def _lift(draft: Draft, measure: Lift, truths: Truths) -> None:
    chance = _by_framework(draft, measure.of, measure.against)
    for skill, terms in measure.skills.items():
        root = math.sqrt(truths[skill])
        _draw(draft, terms[0], chance(0.3 * root, 0.3 / root))


def _group_gaps(draft: Draft, measure: GroupGaps, truths: Truths) -> None:
    chance = _by_framework(draft, measure.of, measure.against)
    shape, frame = draft.world.shape, frame_of(draft.world.shape, draft.claim)
    store = shape.store()
    market = Units(store, frame.rows, date.min, date.max)
    for group, asked in measure.groups.items():
        # Roles that lie in the group by their family do so whatever they name.
        fixed = float(np.mean(market.matches(_without_names(asked))))
        half = truths[group] / 2 / (1 - fixed)
        _member(draft, asked, group, chance(0.4 + half, 0.4 - half))


def _without_names(asked: RoleFilter) -> RoleFilter:
    """Leave what a filter asks of facts; a way to meet it by names becomes one that none takes."""
    if asked.any_of is None:
        return asked if not any(asked.terms()) else RoleFilter(family=())
    parts = tuple(_without_names(part) for part in asked.any_of)
    return asked.model_copy(update={"any_of": parts})


def _cramers_v(draft: Draft, measure: CramersV, truths: Truths) -> None:
    """A table of rank one: rows apart as high and low, columns in order."""
    text, frame = draft.world.shape.texts[measure.by], frame_of(draft.world.shape, draft.claim)
    rows = np.bincount(text.codes[frame.rows], minlength=len(text.values)) / len(frame.rows)
    ordered = np.argsort(rows)
    is_high = np.zeros(len(rows), np.bool_)
    is_high[ordered[-1:]] = True  # the commonest against the rest
    columns = np.array([0.35, 0.35, 0.3])  # the one alone, the other alone, both
    scores = []
    for margin, raw in ((rows, is_high * 1.0), (columns, np.array([0.0, 2.0, 1.0]))):
        centred = raw - margin @ raw
        scores.append(centred / math.sqrt(margin @ centred**2))
    # With three columns and as many rows or more, V is the canonical correlation over root two.
    link = truths["v"] * math.sqrt(2)
    chances = columns * (1 + link * np.outer(*scores))
    ends = np.cumsum(chances, axis=1)[text.codes[draft.world.rows]]
    u = draft.world.uniform("cell")[:, None]
    cell = (u > ends[:, :2]).sum(axis=1)
    draft.name("pytorch", cell != 1)
    draft.name("tensorflow", cell != 0)


def _model_shares(draft: Draft, measure: ModelShares, truths: Truths) -> None:
    ranking = draft.texts["ranking"]
    for framework in measure.naming:
        by_ranking = np.array([truths[f"{framework} {value}"] for value in ranking.values])
        _draw(draft, framework, by_ranking[ranking.codes])


# --- employers ----------------------------------------------------------------------------------


def _of_companies(draft: Draft, framework: str, companies: Mask) -> None:
    """Let companies name a framework: in their first advert, and in some of the others."""
    world = draft.world
    some = world.first_advert | (world.uniform(framework) < 0.3)
    draft.name(framework, companies[world.company] & some)


def _company_share(draft: Draft, measure: CompanyShare, truths: Truths) -> None:  # noqa: ARG001
    both = draft.world.of_companies("both") < truths["share"]
    is_first = draft.world.of_companies("pytorch") < 0.5
    _of_companies(draft, "pytorch", both | is_first)
    _of_companies(draft, "tensorflow", both | ~is_first)


def _company_shares(draft: Draft, measure: CompanyShares, truths: Truths) -> None:
    for framework in measure.naming:
        _of_companies(draft, framework, draft.world.of_companies(framework) < truths[framework])


def _company_ratio(draft: Draft, measure: CompanyRatio, truths: Truths) -> None:
    low = min(0.4, 0.9 / truths["ratio"])
    for framework, share in ((measure.upper, low * truths["ratio"]), (measure.lower, low)):
        _of_companies(draft, framework, draft.world.of_companies(framework) < share)


# --- trends -------------------------------------------------------------------------------------


def _yearly_slope(draft: Draft, measure: YearlySlope, truths: Truths) -> None:
    units = draft.units()
    first, last = draft.claim.window.days(draft.world.shape.as_of)
    middle = (first.toordinal() + last.toordinal()) / 2 - date(1970, 1, 1).toordinal()
    years = (units.column("day") - middle) / 365.2425
    _draw(draft, measure.naming, 0.4 + truths["slope"] * years)


def _pair(draft: Draft, upper: str, lower: str, log_ratio: Floats) -> None:
    """Let units name two frameworks such that the chances have a log ratio."""
    _draw(draft, upper, 0.8 * special.expit(log_ratio))
    _draw(draft, lower, 0.8 * special.expit(-log_ratio))


def _log_ratio_turn(draft: Draft, measure: LogRatioTurn, truths: Truths) -> None:
    year = np.floor(draft.units().years())
    before, after = measure.before[0], measure.after[0]
    steps = 0.2 * (year - before) + truths["turn"] * np.maximum(0, year - after)
    _pair(draft, measure.upper, measure.lower, steps - 0.6)


_CROSSING_RATE = 0.8  # of the log ratio a year


def _crossing(draft: Draft, measure: Crossing, truths: Truths) -> None:
    years = draft.units().years() - truths["crossing"]
    _pair(draft, measure.ahead, measure.behind, _CROSSING_RATE * years)


# --- pay ----------------------------------------------------------------------------------------


def _pay_range(draft: Draft, measure: PayRange, truths: Truths) -> None:  # noqa: ARG001
    """Log-normal pay with the two percentiles; companies pay alike as much as in the market."""
    low, high = math.log(truths["p10"]), math.log(truths["p90"])
    parts = draft.world.log_pay()
    spread = math.hypot(draft.world.shape.sd_pay_companies, draft.world.shape.sd_pay_roles)
    tenth = special.ndtri(0.9)
    sd = (high - low) / (2 * tenth)
    draft.pays((low + high) / 2 + sd * (parts[0] + parts[1]) / spread)


def _expected(draft: Draft) -> Floats:
    """Log pay of roles that owe nothing to what they name."""
    companies, roles = draft.world.log_pay()
    return draft.world.shape.log_pay[draft.world.rows] + companies + roles


def _matched_median(draft: Draft, measure: MatchedMedian, truths: Truths) -> None:
    group, against = measure.group, measure.against
    if any(group.terms()):
        u = draft.world.uniform("cell")
        _satisfy(draft, group, u < 0.45)
        _satisfy(draft, against, (u >= 0.45) & (u < 0.9))
    else:
        # The group's pay is told by its family, which the truth is about: it is taken out.
        flat = float(np.mean(draft.world.shape.log_pay[draft.world.rows]))
        companies, roles = draft.world.log_pay()
        effect = truths["difference"] * draft.units().matches(group)
        draft.pays(flat + companies + roles + effect)
        return
    draft.pays(_expected(draft) + truths["difference"] * draft.units().matches(group))


def _median_against(draft: Draft, measure: MedianAgainst, truths: Truths) -> None:
    inside = _member(draft, measure.group, "inside", 0.3)
    companies, roles = draft.world.log_pay()
    flat = float(np.mean(draft.world.shape.log_pay[draft.world.rows]))
    draft.pays(flat + companies + roles + truths["difference"] * inside)


def _variance_shares(draft: Draft, measure: VarianceShares, truths: Truths) -> None:  # noqa: ARG001
    """Effects of framework, company and level, independent of each other."""
    world, of_framework = draft.world, 0.2
    named = world.rng.random(int(world.unit[-1]) + 1)[world.unit] < 0.5
    draft.name("pytorch", named)
    shape, frame = world.shape, frame_of(world.shape, draft.claim)
    # Employers have their own mix of levels and sit where they sit: shares would overlap.
    n = int(world.unit[-1]) + 1
    anybody = frame.rows[world.rng.integers(0, len(frame.rows), n)][world.unit]
    for name in ("level", "family", "region", "metro"):
        draft.texts[name] = draft.texts[name]._replace(codes=shape.texts[name].codes[anybody])
    level = shape.texts["level"]
    is_upper = np.array([value in ("senior", "staff") for value in level.values])
    # Managers form a family of their own, so their level must tell no more than that family does.
    is_apart = np.array([value in ("manager", "executive") for value in level.values])
    codes = level.codes[frame.rows]
    share = float(is_upper[codes].sum() / (~is_apart[codes]).sum())
    score = np.where(is_apart, 0.0, is_upper - share)
    score = score / math.sqrt(float(np.square(score[codes]).mean()))
    own = {name: of_framework + truths[f"{name} less framework"] for name in ("company", "level")}
    rest = 1 - of_framework - sum(own.values())
    companies, roles = world.log_pay()
    draft.pays(
        12
        + 0.25
        * (
            math.sqrt(of_framework) * (2.0 * named - 1)
            + math.sqrt(own["company"]) * companies / world.shape.sd_pay_companies
            + math.sqrt(own["level"]) * score[level.codes[anybody]]
            + math.sqrt(rest) * roles / world.shape.sd_pay_roles
        )
    )


def _skill_premium(draft: Draft, measure: SkillPremium, truths: Truths) -> None:
    """One skill is paid for, and PyTorch."""
    log_pay = _expected(draft)
    of_framework = 0.1
    for number, terms in enumerate(measure.skills.values()):
        named = _draw(draft, terms[0], 0.3)
        if number == 0:
            log_pay = log_pay + (of_framework + truths["premium"]) * named
    log_pay = log_pay + of_framework * _draw(draft, "pytorch", 0.4)
    _draw(draft, "tensorflow", 0.4)
    draft.pays(log_pay)


def _top_decile(draft: Draft, measure: TopDecile, truths: Truths) -> None:
    """Pay first; then the best paid tenth of the market names skills oftener, or not."""
    companies, roles = draft.world.log_pay()
    spread = math.hypot(draft.world.shape.sd_pay_companies, draft.world.shape.sd_pay_roles)
    draft.pays(12 + companies + roles)
    is_top = ((companies + roles) / spread > special.ndtri(0.9)).astype(np.float64)
    for skill, terms in measure.skills.items():
        _draw(draft, terms[0], 0.3 + truths[skill] * is_top)


_PLANTS: dict[type, Callable[[Draft, Any, Truths], None]] = {
    Ratio: _ratio,
    Share: _share,
    Shares: _shares,
    ShareGap: _share_gap,
    ShareContrast: _share_contrast,
    RatioOfRatios: _ratio_of_ratios,
    Lift: _lift,
    GroupGaps: _group_gaps,
    CramersV: _cramers_v,
    ModelShares: _model_shares,
    CompanyShare: _company_share,
    CompanyShares: _company_shares,
    CompanyRatio: _company_ratio,
    YearlySlope: _yearly_slope,
    LogRatioTurn: _log_ratio_turn,
    Crossing: _crossing,
    PayRange: _pay_range,
    MatchedMedian: _matched_median,
    MedianAgainst: _median_against,
    VarianceShares: _variance_shares,
    SkillPremium: _skill_premium,
    TopDecile: _top_decile,
}
