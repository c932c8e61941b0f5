"""Estimators that count employers, each once, whatever number of roles it has.

Belongs here: which companies name which framework. Does not belong here: counting roles (`counts`).

A company counts as naming what any of its roles names. The error of the extractor is not taken out
of these figures: what a company's roles name together is no sum over them.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from warehouse.claims.counts import NAMES, Measured
from warehouse.claims.filters import Entry, Framework
from warehouse.claims.population import Mask, Rows, Units
from warehouse.claims.rules import Part, Side
from warehouse.statistics import intervals


class _Companies(NamedTuple):
    """What each company of some units names."""

    row: Rows  # of the company in the weights
    n_roles: Rows
    names: dict[str, Mask]

    def side(self, label: str, mask: Mask) -> Side:
        """Count the companies of a mask, and their roles."""
        return Side(label, int(self.n_roles[mask].sum()), int(mask.sum()))


def _companies(units: Units, min_roles: int) -> _Companies:
    """Put the roles of each company together; those with too few roles are left out."""
    size = len(units.weights)
    n_roles = np.bincount(units.company, minlength=size)
    row = np.flatnonzero(n_roles >= min_roles)
    names = {
        framework: np.bincount(units.company[units.has(framework)], minlength=size)[row] > 0
        for framework in NAMES
    }
    return _Companies(row, n_roles[row], names)


def _of(units: Units, companies: _Companies, mask: Mask) -> Units:
    """Keep the roles of the companies of a mask."""
    kept = np.zeros(len(units.weights), np.bool_)
    kept[companies.row[mask]] = True
    return units.where(kept[units.company])


class CompanyShare(Entry):
    """Share of companies naming both frameworks, among those naming either.

    Each company counts once, so companies are independent units and the interval is Wilson's.
    """

    is_correctable: ClassVar[bool] = False
    estimator: Literal["company_share"]
    min_roles: Annotated[int, Field(gt=0)]  # a company with fewer roles can't show a mix

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("share",)

    def measure(self, units: Units) -> Measured:
        """Count companies."""
        companies = _companies(units, self.min_roles)
        pytorch, tensorflow = companies.names["pytorch"], companies.names["tensorflow"]
        either, both = pytorch | tensorflow, pytorch & tensorflow
        sides = (
            companies.side("companies naming both", both),
            companies.side("naming one", either & ~both),
        )
        n, k = int(either.sum()), int(both.sum())
        label = (
            "share of companies naming both, among those naming PyTorch or TensorFlow "
            f"in {self.min_roles} or more roles"
        )
        estimate = k / n if n else np.nan
        part = Part("share", label, "share", estimate, intervals.wilson(k, n), sides)
        return Measured((part,), _of(units, companies, either))


class CompanyShares(Entry):
    """Share of all companies of the population that name each of several frameworks."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["company_shares"]
    naming: Annotated[tuple[Framework, ...], Field(min_length=1)]
    min_roles: Annotated[int, Field(gt=0)] = 1

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return self.naming

    def measure(self, units: Units) -> Measured:
        """Count companies."""
        companies = _companies(units, self.min_roles)
        n, parts = len(companies.row), []
        for framework in self.naming:
            named = companies.names[framework]
            sides = (
                companies.side(f"companies naming {NAMES[framework]}", named),
                companies.side("not naming it", ~named),
            )
            label = f"share of companies naming {NAMES[framework]}"
            k = int(named.sum())
            ends = intervals.wilson(k, n)
            parts.append(Part(framework, label, "share", k / n if n else np.nan, ends, sides))
        return Measured(tuple(parts), _of(units, companies, np.ones(n, np.bool_)))


class CompanyRatio(Entry):
    """Companies naming one framework per company naming another."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["company_ratio"]
    upper: Framework
    lower: Framework

    @model_validator(mode="after")
    def _compares_two(self) -> Self:
        if self.upper == self.lower:
            raise ValueError("a framework can't be compared with itself")
        return self

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("ratio",)

    def measure(self, units: Units) -> Measured:
        """Divide the numbers of companies; one that names both is on both sides."""
        companies = _companies(units, 1)
        upper, lower = companies.names[self.upper], companies.names[self.lower]
        sides = tuple(
            companies.side(f"companies naming {NAMES[f]}", mask)
            for f, mask in ((self.upper, upper), (self.lower, lower))
        )
        base = _of(units, companies, upper | lower)
        label = f"companies naming {NAMES[self.upper]} per one naming {NAMES[self.lower]}"
        cells = upper & ~lower, lower & ~upper, upper & lower
        estimate, ends = intervals.ratio_of_cells(*(int(cell.sum()) for cell in cells))
        estimate = estimate if np.isfinite(estimate) else np.nan
        part = Part("ratio", label, "ratio", estimate, ends, sides)
        return Measured((part,), base)
