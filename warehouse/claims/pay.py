"""Estimators of stated pay: percentiles, matched differences, and what pay goes with.

Belongs here: which roles are compared, and what is held alike. Does not belong here: the statistics
(`warehouse.statistics.quantiles`, `matched`, `regression`), or reading pay.

Pay is the midpoint of a role's stated base bands, in US dollars a year; roles that state none are
left out. A framework that is wrongly found or missed only blurs a difference between groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from warehouse.claims.counts import Measured, share_part, side
from warehouse.claims.filters import Entry, RoleFilter, Terms
from warehouse.claims.population import Codes, Units
from warehouse.claims.quantities import Quantity
from warehouse.claims.rules import MIN_UNITS, Part, Side
from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.matched import matched_median_difference, median_difference
from warehouse.statistics.quantiles import clustered_quantiles
from warehouse.statistics.regression import prevalence_gap, skill_premium, variance_shares

Skills = Annotated[Mapping[str, Terms], Field(min_length=1)]


def _paid(units: Units) -> Units:
    """Keep the roles that state pay."""
    return units.where(~np.isnan(units.column("pay_mid_usd_year")))


def _pay(units: Units) -> Floats:
    return units.column("pay_mid_usd_year")


def _places(units: Units) -> Codes:
    """Code the place of each role: its metro area, else its state, else nowhere."""
    metro, region = units.codes("metro"), units.codes("region")
    n = len(units.store.texts["metro"].values)
    return np.where(metro >= 0, metro, np.where(region >= 0, n + region, -1)).astype(np.int32)


def _open(ends: intervals.Interval) -> intervals.Interval:
    """Leave an end open at which pay would be nothing: no data put it there."""
    return ends if ends.low > -1 else ends._replace(low=-np.inf)


def _named(units: Units, skills: Skills) -> dict[str, Floats]:
    """Tell which roles name each skill: 0 or 1."""
    return {name: units.has_any(terms).astype(np.float64) for name, terms in skills.items()}


def _framework(units: Units) -> Codes:
    """Code what each role names: neither, PyTorch, TensorFlow or both."""
    return (units.has("pytorch") + 2 * units.has("tensorflow")).astype(np.int32)


class PayRange(Entry):
    """10th and 90th percentile of stated yearly midpoints, and how many bands overlap a range."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["pay_range"]
    range_usd_year: tuple[float, float]

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.range_usd_year[0] >= self.range_usd_year[1]:
            raise ValueError("the lower end of range_usd_year must be below the upper one")
        return self

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("p10", "p90", "overlap")

    def measure(self, units: Units) -> Measured:
        """Take the percentiles and the overlap of the roles that state pay."""
        base = _paid(units)
        sides = (side("roles with pay stated", base, np.ones(len(base), np.bool_)),)
        worth, at = base.worth(), (0.1, 0.9)
        parts: list[Part | Quantity] = []
        found = clustered_quantiles(base.company, _pay(base), at, worth)
        for probability, (estimate, ends) in zip(at, found, strict=True):
            percent = round(100 * probability)
            text = f"{percent}th percentile of stated midpoints"
            parts.append(Part(f"p{percent}", text, "USD a year", estimate, ends, sides))
        low, high = self.range_usd_year
        middle = _pay(base)
        starts, stops = (base.column(f"pay_{end}_usd_year") for end in ("min", "max"))
        starts = np.where(np.isnan(starts), middle, starts)
        stops = np.where(np.isnan(stops), middle, stops)
        overlaps = ((starts <= high) & (stops >= low)).astype(np.float64)
        text = f"share of stated bands that overlap {low:,.0f}–{high:,.0f} USD"
        parts.append(share_part(base, "overlap", text, overlaps, np.ones(len(base)), sides))
        return Measured(tuple(parts), base)


class MatchedMedian(Entry):
    """Median pay of one group over that of another, between roles that are otherwise alike."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["matched_median"]
    group: RoleFilter
    against: RoleFilter
    alike: Annotated[tuple[Literal["level", "family", "place"], ...], Field(min_length=1)]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("difference",)

    def measure(self, units: Units) -> Measured:
        """Compare medians inside strata of roles that are alike."""
        paid = _paid(units)
        groups = paid.matches(self.group), paid.matches(self.against)
        base = paid.where(groups[0] ^ groups[1])
        is_first = base.matches(self.group)
        strata = np.zeros(len(base), np.int64)
        for name in self.alike:
            # Roles whose place isn't stated are alike in that.
            codes = _places(base) if name == "place" else base.codes(name)
            strata = strata * (codes.max(initial=0) + 2) + codes + 1
        first, second = f"roles {self.group.words}", f"roles {self.against.words}"
        label = (
            f"median pay of {first} over that of {second}, less one, at the same "
            f"{', '.join(self.alike)}"
        )
        found = matched_median_difference(base.company, _pay(base), is_first, strata, base.worth())
        sides = tuple(
            Side(f"{text} that have a counterpart", n, m)
            for text, n, m in (
                (first, found.n_treated, found.n_companies_treated),
                (second, found.n_control, found.n_companies_control),
            )
        )
        ends = _open(found.interval)
        part = Part("difference", label, "relative difference", found.estimate, ends, sides)
        return Measured((part,), base)


class MedianAgainst(Entry):
    """Median pay of a group over that of all roles of the population."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["median_against"]
    group: RoleFilter

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("difference",)

    def measure(self, units: Units) -> Measured:
        """Compare the medians."""
        base = _paid(units)
        inside = base.matches(self.group)
        sides = (
            side("roles of the group with pay stated", base, inside),
            side("all roles with pay stated", base, np.ones(len(base), np.bool_)),
        )
        estimate, ends = median_difference(base.company, _pay(base), inside, base.worth())
        label = "median pay of the group over that of all, less one"
        part = Part("difference", label, "relative difference", estimate, _open(ends), sides)
        return Measured((part,), base)


class VarianceShares(Entry):
    """How much of the variance of log pay company and level explain beyond what framework does.

    Each share is the increment of adjusted R² when the factor comes last, after all others.
    """

    is_correctable: ClassVar[bool] = False
    estimator: Literal["variance_shares"]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("company less framework", "level less framework", "company", "level", "framework")

    def measure(self, units: Units) -> Measured:
        """Fit the nested regressions."""
        base = _paid(units)
        framework = _framework(base)
        sides = (
            side("roles with pay stated", base, np.ones(len(base), np.bool_)),
            side("of them naming a framework", base, framework > 0),
        )
        factors = {
            "level": base.codes("level"),
            "framework": framework,
            "family": base.codes("family"),
            "place": _places(base),
        }
        found = variance_shares(np.log(_pay(base)), base.company, factors, base.worth())
        has_companies = base.n_companies() >= MIN_UNITS
        parts = []
        for name in self.part_names:
            first, _, second = name.partition(" less ")
            measured = found.differences[first, second] if second else found.shares[first]
            # The variance between companies has companies for units: planted worlds of twenty are
            # judged on the threshold four times too often.
            ends = measured.interval if has_companies else intervals.NO_INTERVAL
            label = f"share of the variance of log pay that {first} explains"
            if second:
                label += f", less what {second} explains"
            parts.append(Part(name, label, "share of variance", measured.estimate, ends, sides))
        return Measured(tuple(parts), base)


class SkillPremium(Entry):
    """What the best paid of several skills adds to log pay beyond what the framework adds.

    Coefficients of one regression with level, family, company and place held.
    """

    is_correctable: ClassVar[bool] = False
    estimator: Literal["skill_premium"]
    skills: Skills

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("premium", *self.skills, "pytorch", "tensorflow")

    def measure(self, units: Units) -> Measured:
        """Fit the regression."""
        base = _paid(units)
        skills = _named(base, self.skills)
        frameworks = {name: base.names(name) for name in ("pytorch", "tensorflow")}
        controls = {
            "level": base.codes("level"),
            "family": base.codes("family"),
            "place": _places(base),
        }
        found = skill_premium(
            np.log(_pay(base)), base.company, skills, frameworks, controls, base.worth()
        )
        either = base.has_any(frameworks)
        of_all = (
            side("roles with pay stated", base, np.ones(len(base), np.bool_)),
            side("of them naming a framework", base, either),
            side("of them naming a skill", base, np.any([mask > 0 for mask in skills.values()], 0)),
        )
        parts = [
            Part(
                "premium",
                "what the best paid skill adds to log pay, less what the framework adds",
                "log pay",
                found.excess.estimate,
                found.excess.interval,
                of_all,
            )
        ]
        for name, named in (skills | frameworks).items():
            sides = (side(f"with pay stated, naming {name}", base, named > 0),)
            estimate, ends = found.coefficients[name]
            parts.append(
                Part(name, f"what naming {name} adds to log pay", "log pay", estimate, ends, sides)
            )
        return Measured(tuple(parts), base)


class TopDecile(Entry):
    """How much oftener each of several skills is named in the best paid tenth than in the rest."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["top_decile"]
    skills: Skills

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return tuple(self.skills)

    def measure(self, units: Units) -> Measured:
        """Subtract the shares that name each skill."""
        base = _paid(units)
        skills = _named(base, self.skills)
        found = prevalence_gap(_pay(base), base.company, skills, base.worth())
        top = (
            _pay(base) > np.quantile(_pay(base), 0.9, method="inverted_cdf")
            if len(base)
            else np.zeros(0, np.bool_)
        )
        sides = side("best paid tenth", base, top), side("the rest", base, ~top)
        parts = []
        for name, (estimate, ends) in found.items():
            label = f"share naming {name} in the best paid tenth less that in the rest"
            parts.append(Part(name, label, "difference of shares", estimate, ends, sides))
        return Measured(tuple(parts), base)
