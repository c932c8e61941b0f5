"""When a claim holds: decision rules on 95 % intervals, never on points.

Belongs here: conditions, how several of them make a verdict, and what is too little data. Does not
belong here: measuring.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from warehouse.claims.filters import Entry
from warehouse.statistics.intervals import Interval
from warehouse.statistics.multiplicity import (
    p_value,
    p_value_of_band,
    p_value_of_parts,
    p_value_outside_band,
)

Verdict = Literal["supported", "contradicted", "undetermined", "out_of_scope"]
Unit = Literal[
    "ratio",
    "share",
    "difference of shares",
    "share per year",
    "log ratio per year",
    "USD a year",
    "relative difference",
    "share of variance",
    "log pay",
    "Cramér's V",
    "year",
]

_SIDES: tuple[Literal["above", "below"], ...] = ("above", "below")
MIN_UNITS = 30  # roles (or papers) on the smaller side, pre-registered
MIN_COMPANIES = 10  # companies on the smaller side, pre-registered


def number_of(n: int, noun: str) -> str:
    """Write a number of things."""
    one = "company" if noun == "companies" else noun.removesuffix("s")
    return f"{n:,} {one if n == 1 else noun}"


class Side(NamedTuple):
    """One side of a comparison: what it is, and how much of it was seen."""

    label: str
    n_units: int
    n_companies: int | None  # None where companies play no part (papers)

    def words(self, noun: str) -> str:
        """The side and its numbers."""
        text = f"{self.label}: {number_of(self.n_units, noun)}"
        if self.n_companies is None:
            return text
        return f"{text} at {number_of(self.n_companies, 'companies')}"

    def shortage(self, noun: str) -> str | None:
        """Say what is missing, None when it is enough."""
        has_companies = self.n_companies is None or self.n_companies >= MIN_COMPANIES
        if self.n_units >= MIN_UNITS and has_companies:
            return None
        if self.n_companies is None:
            return f"{self.words(noun)}, {MIN_UNITS} are needed"
        return f"{self.words(noun)}, {MIN_UNITS} at {MIN_COMPANIES} are needed"


class Part(NamedTuple):
    """One measured quantity of a claim."""

    name: str
    label: str  # in plain words, before a colon and the figure
    unit: Unit
    estimate: float  # NaN where it can't be told
    interval: Interval
    sides: tuple[Side, ...]


def _plain(bound: float) -> str:
    """Write a bound; thousands are set apart in sums of money, not in years."""
    return f"{bound:,.10g}" if abs(bound) >= 10_000 else f"{bound:.10g}"


class Condition(Entry):
    """What the interval of a part must satisfy; of all parts where none is named."""

    part: str | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    band: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _is_one_bound(self) -> Self:
        given = (self.above, self.below, self.at_least, self.at_most, self.band)
        if sum(bound is not None for bound in given) != 1:
            raise ValueError("give exactly one of above, below, at_least, at_most, band")
        if self.band is not None and self.band[0] >= self.band[1]:
            raise ValueError("the lower end of a band must be below the upper one")
        return self

    @property
    def words(self) -> str:
        """The condition in words."""
        if self.band is not None:
            return f"between {_plain(self.band[0])} and {_plain(self.band[1])}"
        for name in ("above", "below", "at_least", "at_most"):
            bound = getattr(self, name)
            if bound is not None:
                return f"{name.replace('_', ' ')} {_plain(bound)}"
        raise AssertionError("the validator lets no condition without a bound pass")

    @property
    def bounds(self) -> tuple[float, ...]:
        """The figures at which the condition turns."""
        if self.band is not None:
            return self.band
        return tuple(
            bound
            for bound in (self.above, self.below, self.at_least, self.at_most)
            if bound is not None
        )

    @property
    def claimed(self) -> tuple[float | None, float | None]:
        """Both ends of where the claim puts the figure; None is open."""
        if self.band is not None:
            return self.band
        [bound] = self.bounds
        is_lower = self.above is not None or self.at_least is not None
        return (bound, None) if is_lower else (None, bound)

    def p_values(self, part: Part) -> tuple[float, float]:
        """Give the one-sided p-values of "it is met" and of "it is violated".

        A bound that counts as met itself is told apart from one that doesn't by no data.
        """
        scale: Literal["linear", "log"] = "log" if part.unit == "ratio" else "linear"
        if self.band is not None:
            found = part.estimate, part.interval, self.band, scale
            return p_value_of_band(*found), p_value_outside_band(*found)
        [bound] = self.bounds
        is_lower = self.above is not None or self.at_least is not None
        upwards, downwards = (
            p_value(part.estimate, part.interval, bound, side, scale) for side in _SIDES
        )
        return (upwards, downwards) if is_lower else (downwards, upwards)

    def is_met(self, value: float) -> bool:
        """Tell whether a single value satisfies the condition."""
        if self.band is not None:
            return self.band[0] <= value <= self.band[1]
        if self.above is not None:
            return value > self.above
        if self.below is not None:
            return value < self.below
        if self.at_least is not None:
            return value >= self.at_least
        assert self.at_most is not None
        return value <= self.at_most

    def judge(self, ends: Interval) -> Verdict:
        """Judge an interval: wholly inside, wholly outside, or neither."""
        if math.isnan(ends.low) or math.isnan(ends.high):
            return "undetermined"
        inside = self.is_met(ends.low), self.is_met(ends.high)
        if all(inside):
            return "supported"
        # Both ends outside a band may still enclose it; a one-sided bound can't be enclosed.
        encloses = self.band is not None and ends.low < self.band[0] and ends.high > self.band[1]
        return "undetermined" if any(inside) or encloses else "contradicted"


class Rule(Entry):
    """The decision rule of a claim: each part judged by its condition, then counted.

    Of k judged parts `needs` must hold (all, where it is left out). The claim is supported when so
    many are supported, contradicted when so many are contradicted that it can no longer hold, and
    undetermined otherwise. With `needs` = all, each part is tested at the full level
    (intersection-union test): supporting two parts wrongly is no likelier than one.
    """

    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    needs: Annotated[int, Field(gt=0)] | None = None

    def condition(self, part: str) -> Condition | None:
        """Give the condition that a part is judged by; None for one that is only reported."""
        return next((c for c in self.conditions if c.part in (None, part)), None)

    @property
    def words(self) -> str:
        """The rule in words, as it stands in the table of verdicts."""
        wholes = [
            f"whole 95 % interval {'of ' + c.part + ' ' if c.part else ''}is {c.words}"
            for c in self.conditions
        ]
        text = "supported when the " + " and the ".join(wholes)
        text += "; contradicted when wholly outside; else undetermined"
        if self.needs:
            return f"{text} (joint rule: at least {self.needs} parts must hold)"
        if any(c.part for c in self.conditions):
            text += " (joint rule: every part must hold, one that is contradicted refutes)"
        return text


class Judgement(NamedTuple):
    """A verdict with its reason, and the part of the claim that decided it."""

    verdict: Verdict
    reason: str
    part: Part
    is_too_few: bool
    by_part: Mapping[str, Verdict]  # of each part that a condition judges


def judge_parts(rule: Rule, parts: tuple[Part, ...], noun: str) -> Judgement:
    """Apply a rule to the measured parts of a claim.

    Args:
        rule: The rule.
        parts: All parts; those without a condition are left out of the verdict.
        noun: What units are called in the reason ("roles", "papers").

    Returns:
        The judgement; its part is the first that decided it.
    """
    judged: dict[Verdict, list[Part]] = {"supported": [], "contradicted": [], "undetermined": []}
    shortages: dict[str, str] = {}
    words: dict[str, str] = {}
    for part in parts:
        condition = rule.condition(part.name)
        if condition is None:
            continue
        words[part.name] = condition.words
        lacks = [s for s in (side.shortage(noun) for side in part.sides) if s is not None]
        if lacks:
            shortages[part.name] = "; ".join(lacks)
        judged["undetermined" if lacks else condition.judge(part.interval)].append(part)
    needs = rule.needs or len(words)
    by_part = {part.name: verdict for verdict, found in judged.items() for part in found}
    if len(judged["supported"]) >= needs:
        part = judged["supported"][0]
        reason = f"the whole interval is {words[part.name]}"
        return Judgement("supported", reason, part, False, by_part)
    if len(judged["contradicted"]) > len(words) - needs:
        part = judged["contradicted"][0]
        reason = f"the whole interval of {part.name} violates “{words[part.name]}”"
        return Judgement("contradicted", reason, part, False, by_part)
    part = judged["undetermined"][0] if judged["undetermined"] else judged["contradicted"][0]
    if part.name in shortages:
        reason = f"too few: {shortages[part.name]}"
        return Judgement("undetermined", reason, part, True, by_part)
    if math.isnan(part.interval.low):
        reason = f"no interval: {part.name} can't be estimated from what was seen"
        return Judgement("undetermined", reason, part, True, by_part)
    reason = f"straddles: the interval of {part.name} lies on both sides of “{words[part.name]}”"
    return Judgement("undetermined", reason, part, False, by_part)


def claim_p_value(rule: Rule, judgement: Judgement, parts: tuple[Part, ...]) -> float:
    """How likely a figure so far on its side is, should the truth lie on the threshold.

    Args:
        rule: The claim's rule.
        judgement: What it came to.
        parts: All parts.

    Returns:
        One-sided p-value of the verdict; of an undetermined claim the smaller of those of both
        verdicts; NaN for one of too little data.
    """
    if judgement.is_too_few:
        return math.nan
    judged = [(part, rule.condition(part.name)) for part in parts]
    found = [condition.p_values(part) for part, condition in judged if condition is not None]
    needs = rule.needs or len(found)
    supported = p_value_of_parts([met for met, _ in found], needs)
    contradicted = p_value_of_parts([violated for _, violated in found], len(found) - needs + 1)
    by_verdict = {"supported": supported, "contradicted": contradicted}
    return by_verdict.get(judgement.verdict, min(supported, contradicted))


def what_would_decide(
    rule: Rule, judgement: Judgement, noun: str, n_units: int, n_companies: int
) -> str | None:
    """Say how much more data like these would settle an undetermined claim.

    The width of an interval shrinks with the root of the number of companies (or papers), so a
    distance d from the estimate to the nearest threshold, and a half width h towards it, ask for
    (h / d)² times the data, should the estimate stay as it is.

    Args:
        rule: The claim's rule.
        judgement: What it came to.
        noun: What units are called ("roles", "papers").
        n_units: Units that were counted.
        n_companies: Companies behind them; 0 where companies play no part.

    Returns:
        The sentence; None for a claim that is decided.
    """
    if judgement.verdict != "undetermined":
        return None
    part, condition = judgement.part, rule.condition(judgement.part.name)
    lacking = [side for side in part.sides if side.shortage(noun) is not None]
    if lacking:
        if n_units == 0 or any(side.n_units == 0 for side in lacking):
            empty = lacking[0].label if n_units else noun
            return f"a source that shows any such {noun} in the window ({empty}: none seen)"
        factor = max(
            max(
                MIN_UNITS / side.n_units,
                MIN_COMPANIES / side.n_companies if side.n_companies else 1.0,
            )
            for side in lacking
        )
    else:
        low, high = part.interval
        if condition is None or not all(map(math.isfinite, (part.estimate, low, high))):
            return f"{noun} on both sides of the comparison: the interval is open"
        reached = [bound for bound in condition.bounds if low <= bound <= high]
        nearest = min(reached, key=lambda bound: abs(bound - part.estimate), default=None)
        if nearest is None:
            return None
        distance = abs(nearest - part.estimate)
        half = part.estimate - low if nearest < part.estimate else high - part.estimate
        if distance == 0 or half / distance > _HOPELESS:
            return "no amount that can be had: the estimate lies on the threshold"
        factor = (half / distance) ** 2
    more = math.ceil(n_units * (factor - 1))
    text = f"about {_round(more):,} more {noun} like these"
    if n_companies:
        text += f" at {_round(math.ceil(n_companies * (factor - 1))):,} more companies"
    return text if lacking else f"{text}, if the estimate stays"


_HOPELESS = 30.0  # times narrower than now: 900 times the data


def _round(n: int) -> int:
    """Two leading digits, upwards: the figure is a guess."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step
