"""Estimators that count units: ratios, shares, lifts, and how two groups differ.

Belongs here: from the units of a claim to the totals that its figure is made of. Does not belong
here: trends over time, employers, or pay (their own modules beside this one).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from warehouse.claims.filters import Entry, Framework, RoleFilter, Terms
from warehouse.claims.population import Mask, Units
from warehouse.claims.quantities import Quantity, comparison, quantity
from warehouse.claims.rules import Part, Side
from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.contingency import clustered_cramers_v

NAMES: dict[str, str] = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}


class Measured(NamedTuple):
    """What an estimator found, and the units that it rests on."""

    parts: tuple[Part | Quantity, ...]
    base: Units


def side(label: str, units: Units, mask: Mask) -> Side:
    """Count one side's units and companies."""
    companies = None if units.kind == "papers" else units.n_companies(mask)
    return Side(label, int(mask.sum()), companies)


def share_part(
    units: Units, name: str, label: str, named: Floats, among: Floats, sides: tuple[Side, ...]
) -> Part | Quantity:
    """Share of what counts as named among what counts at all.

    Args:
        units: The units.
        name: Name of the part.
        label: What it is, in plain words.
        named: How much each unit counts above the line; part of `among`.
        among: How much it counts below it.
        sides: What is compared, with its numbers.
    """
    if units.kind != "papers":
        return comparison(units, name, label, "share", (named, among), "share", sides)
    above, below = float(named.sum()), float(among.sum())
    ends = intervals.wilson(round(above), round(below))
    return Part(name, label, "share", above / below if below else np.nan, ends, sides)


def ratio_part(
    units: Units, name: str, label: str, upper: Floats, lower: Floats, sides: tuple[Side, ...]
) -> Part | Quantity:
    """Ratio of two totals, open at an end where one of them is zero."""
    if units.kind != "papers":
        return comparison(units, name, label, "ratio", (upper, lower), "ratio", sides)
    is_upper, is_lower = upper > 0, lower > 0
    cells = is_upper & ~is_lower, is_lower & ~is_upper, is_upper & is_lower
    estimate, ends = intervals.ratio_of_cells(*(int(cell.sum()) for cell in cells))
    estimate = estimate if np.isfinite(estimate) else np.nan
    return Part(name, label, "ratio", estimate, ends, sides)


class Ratio(Entry):
    """Units naming one framework per unit naming another, for one or more pairs."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["ratio"]
    pairs: Annotated[tuple[tuple[Framework, Framework], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _compares_two(self) -> Self:
        if any(upper == lower for upper, lower in self.pairs):
            raise ValueError("a framework can't be compared with itself")
        return self

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return tuple(f"{upper}:{lower}" for upper, lower in self.pairs)

    def measure(self, units: Units) -> Measured:
        """Divide the totals of each pair."""
        parts = []
        for (upper, lower), name in zip(self.pairs, self.part_names, strict=True):
            sides = tuple(side(NAMES[f], units, units.has(f)) for f in (upper, lower))
            label = f"{units.kind} naming {NAMES[upper]} per one naming {NAMES[lower]}"
            above, below = units.names(upper), units.names(lower)
            parts.append(ratio_part(units, name, label, above, below, sides))
        return Measured(tuple(parts), units)


class Share(Entry):
    """Share of units naming a framework, or having what a filter asks."""

    estimator: Literal["share"]
    naming: Framework | Literal["both"] | None = None
    having: RoleFilter | None = None
    among: Literal["all", "either"]

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.naming is None) == (self.having is None):
            raise ValueError("give either naming or having")
        return self

    @property
    def is_correctable(self) -> bool:
        """A share of roles that have something else than a framework is not moved by its error."""
        return self.having is None

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("share",)

    def measure(self, units: Units) -> Measured:
        """Divide the units that name it by all that count."""
        is_either = self.among == "either"
        among = units.names_either() if is_either else np.ones(len(units))
        counted = units.has("pytorch") | units.has("tensorflow") if is_either else among > 0
        if self.having is not None:
            seen = units.matches(self.having)
            named, what = seen.astype(np.float64), "as described"
        elif self.naming == "both":
            seen = units.has("pytorch") & units.has("tensorflow")
            named = units.names("pytorch") * units.names("tensorflow")
            what = "naming both frameworks"
        else:
            assert self.naming is not None
            seen, named = units.has(self.naming), units.names(self.naming)
            what = f"naming {NAMES[self.naming]}"
        sides = (
            side(what, units, seen & counted),
            side("not so" if self.having else "not naming it", units, counted & ~seen),
        )
        restricted = " among those naming PyTorch or TensorFlow" if is_either else ""
        label = f"share of {units.kind} {what}{restricted}"
        part = share_part(units, "share", label, named, among, sides)
        return Measured((part,), units.where(counted))


class Shares(Entry):
    """Share of all units that name each of several frameworks."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["shares"]
    naming: Annotated[tuple[Framework, ...], Field(min_length=1)]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return self.naming

    def measure(self, units: Units) -> Measured:
        """Divide the units that name each by all."""
        parts = []
        for framework in self.naming:
            seen, label = units.has(framework), f"share of {units.kind} naming {NAMES[framework]}"
            sides = (
                side(f"naming {NAMES[framework]}", units, seen),
                side("not naming it", units, ~seen),
            )
            named = units.names(framework)
            parts.append(share_part(units, framework, label, named, np.ones(len(units)), sides))
        return Measured(tuple(parts), units)


def _gap(t: Floats) -> Floats:
    return np.asarray((t[..., 0] - t[..., 1]) / t[..., 2])


class ShareGap(Entry):
    """Share of units naming one framework less the share naming another, in the same units."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["share_gap"]
    naming: Framework
    minus: Framework

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("gap",)

    def measure(self, units: Units) -> Measured:
        """Subtract the two shares."""
        sides = tuple(side(NAMES[f], units, units.has(f)) for f in (self.naming, self.minus))
        columns = units.names(self.naming), units.names(self.minus), np.ones(len(units))
        label = (
            f"share of {units.kind} naming {NAMES[self.naming]} less that naming "
            f"{NAMES[self.minus]}"
        )
        part = quantity(
            units, "gap", label, "difference of shares", columns, _gap, sides,
            lambda sums: intervals.jackknifed(sums, _gap, "linear"),
        )  # fmt: skip
        return Measured((part,), units)


class ShareContrast(Entry):
    """Share naming a framework inside one group of roles, less that inside another."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["share_contrast"]
    naming: Framework
    among: Literal["all", "either"]
    inside: RoleFilter
    against: RoleFilter

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("difference",)

    def measure(self, units: Units) -> Measured:
        """Subtract the shares of the two groups; a role in both counts in both."""
        named = units.names(self.naming)
        among = units.names_either() if self.among == "either" else np.ones(len(units))
        either = units.has("pytorch") | units.has("tensorflow")
        counted = either if self.among == "either" else np.ones(len(units), np.bool_)
        groups = units.matches(self.inside), units.matches(self.against)
        said = tuple(f"roles {asked.words}" for asked in (self.inside, self.against))
        sides = tuple(
            side(text, units, group & counted) for text, group in zip(said, groups, strict=True)
        )
        columns = [column * group for group in groups for column in (named, among)]
        label = f"share naming {NAMES[self.naming]} of {said[0]} less that of {said[1]}"
        part = comparison(
            units, "difference", label, "difference of shares", columns, "share_gap", sides
        )
        return Measured((part,), units.where((groups[0] | groups[1]) & counted))


class RatioOfRatios(Entry):
    """Ratio of two frameworks inside a group over that outside: the odds ratio of the group."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["ratio_of_ratios"]
    pair: tuple[Framework, Framework]
    inside: RoleFilter

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("ratio",)

    def measure(self, units: Units) -> Measured:
        """Divide the two ratios."""
        inside = units.matches(self.inside)
        seen = [units.has(f) for f in self.pair]
        names = [NAMES[f] for f in self.pair]
        sides = tuple(
            side(f"{name} {where}", units, mask & group)
            for where, group in (("inside", inside), ("outside", ~inside))
            for name, mask in zip(names, seen, strict=True)
        )
        columns = [units.names(f) * group for group in (inside, ~inside) for f in self.pair]
        label = f"{names[0]} per {names[1]} inside the group over that outside"
        part = comparison(units, "ratio", label, "ratio", columns, "ratio_of_ratios", sides)
        return Measured((part,), units)


class Lift(Entry):
    """How much oftener each of several skills goes with one framework than with another.

    The share of the first framework's units that name the skill over the same share of the
    second's: the ratio of their lifts.
    """

    is_correctable: ClassVar[bool] = True
    estimator: Literal["lift"]
    skills: Annotated[Mapping[str, Terms], Field(min_length=1)]
    of: Framework
    against: Framework

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return tuple(self.skills)

    def measure(self, units: Units) -> Measured:
        """Divide the shares of each skill."""
        frameworks = (self.of, self.against)
        named = {f: units.names(f) for f in frameworks}
        parts = []
        for skill, terms in self.skills.items():
            has = units.has_any(terms)
            sides = tuple(
                side(f"{NAMES[f]} with {skill}", units, has & units.has(f)) for f in frameworks
            )
            first, second = (named[f] for f in frameworks)
            columns = [first * has, first, second * has, second]
            label = (
                f"share of {NAMES[self.of]} roles naming {skill} over that of "
                f"{NAMES[self.against]} roles"
            )
            parts.append(comparison(units, skill, label, "ratio", columns, "lift", sides))
        return Measured(tuple(parts), units.where(units.has(self.of) | units.has(self.against)))


class GroupGaps(Entry):
    """How much more of one framework's roles lie in each of several groups than of another's."""

    is_correctable: ClassVar[bool] = True
    estimator: Literal["group_gaps"]
    of: Framework
    against: Framework
    groups: Annotated[Mapping[str, RoleFilter], Field(min_length=1)]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return tuple(self.groups)

    def measure(self, units: Units) -> Measured:
        """Subtract the shares of each group."""
        frameworks = (self.of, self.against)
        named = [units.names(f) for f in frameworks]
        parts = []
        for group, asked in self.groups.items():
            inside = units.matches(asked)
            sides = tuple(side(NAMES[f], units, units.has(f)) for f in frameworks)
            columns = [n * i for n in named for i in (inside, 1.0)]
            label = (
                f"share of {NAMES[self.of]} roles in “{group}” less that of "
                f"{NAMES[self.against]} roles"
            )
            parts.append(
                comparison(units, group, label, "difference of shares", columns, "share_gap", sides)
            )
        return Measured(tuple(parts), units.where(units.has(self.of) | units.has(self.against)))


class CramersV(Entry):
    """How much a field goes with the framework named: only one of two, only the other, or both."""

    is_correctable: ClassVar[bool] = False  # a table of corrected cells may hold less than nothing
    estimator: Literal["cramers_v"]
    by: Literal["level", "family"]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("v",)

    def measure(self, units: Units) -> Measured:
        """Make the table of field by framework."""
        codes = units.codes(self.by)
        pytorch, tensorflow = units.has("pytorch"), units.has("tensorflow")
        base = units.where((pytorch | tensorflow) & (codes >= 0))
        codes = base.codes(self.by)
        cell = base.has("pytorch") + 2 * base.has("tensorflow") - 1
        sides = (
            side("naming PyTorch", base, base.has("pytorch")),
            side("naming TensorFlow", base, base.has("tensorflow")),
        )
        label = f"Cramér's V of framework and {self.by}"
        if len(base) == 0:
            part = Part("v", label, "Cramér's V", np.nan, intervals.NO_INTERVAL, sides)
            return Measured((part,), base)
        shape = len(base.store.texts[self.by].values), 3
        companies, row = np.unique(base.company, return_inverse=True)
        n_cells = shape[0] * shape[1]
        place = row * n_cells + codes * shape[1] + cell
        flat = np.bincount(place, base.worth(), len(companies) * n_cells)
        sums = np.asarray(flat.reshape(-1, n_cells), np.float64)
        found = clustered_cramers_v(sums, base.weights[companies], shape)
        part = Part("v", label, "Cramér's V", found.estimate, found.interval, sides)
        return Measured((part,), base)


class ModelShares(Entry):
    """Share of a hub's models that are for each of two frameworks, in each of its rankings."""

    is_correctable: ClassVar[bool] = False  # the hub's own tags
    estimator: Literal["model_shares"]
    naming: Annotated[tuple[Framework, ...], Field(min_length=1)]
    rankings: tuple[Literal["newest", "most downloaded"], ...] = ("newest", "most downloaded")

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return tuple(f"{f} {r}" for r in self.rankings for f in self.naming)

    def measure(self, units: Units) -> Measured:
        """Divide the models for each framework by all of a ranking."""
        parts = []
        for ranking in self.rankings:
            listed = units.where(
                units.store.texts["ranking"].among([ranking])[units.codes("ranking")]
            )
            for framework in self.naming:
                seen = listed.has(framework)
                label = f"share of the {ranking} models for {NAMES[framework]}"
                # All models of the ranking are counted: a share near 0 or 1 is no lack of data.
                sides = (side(f"{ranking} models", listed, np.ones(len(listed), np.bool_)),)
                name = f"{framework} {ranking}"
                one = np.ones(len(listed))
                parts.append(share_part(listed, name, label, seen.astype(np.float64), one, sides))
        return Measured(tuple(parts), units)
