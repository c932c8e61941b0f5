"""Estimators of what moves with time: slopes of shares and ratios, and when the lead changed.

Belongs here: from dated units to a trend. Does not belong here: counts of one window (`counts`).
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator
from scipy import sparse

from warehouse.claims.counts import NAMES, Measured, side
from warehouse.claims.filters import Entry, Framework
from warehouse.claims.population import Units
from warehouse.claims.quantities import quantity
from warehouse.claims.rules import Part
from warehouse.statistics import intervals
from warehouse.statistics.changepoint import crossing_of_companies
from warehouse.statistics.contingency import share_slope, slope_gap_of_cells

_YEAR_DAYS = 365.2425
_EPOCH = 719_163  # ordinal of 1970-01-01


class YearlySlope(Entry):
    """Change per year of the share of roles naming a framework.

    A straight line through the roles themselves (linear probability model), so that no binning
    has to be chosen; the window's halves are sides of their own, because a trend needs both. The
    slope is that inside each source, so that a source that begins within the window can't look
    like a trend.
    """

    is_correctable: ClassVar[bool] = True
    estimator: Literal["yearly_slope"]
    naming: Framework

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("slope",)

    def measure(self, units: Units) -> Measured:
        """Fit the line from each company's moments."""
        named, seen = units.names(self.naming), units.has(self.naming)
        middle = (units.first.toordinal() + units.last.toordinal() + 1) // 2 - _EPOCH
        years = (units.column("day") - middle) / _YEAR_DAYS
        moments = [np.ones(len(units)), years, named, years**2, years * named]
        source = units.codes("source")
        strata = [None] if units.has_pooled_sources else list(np.unique(source)) or [None]
        columns = [
            column * (1.0 if stratum is None else source == stratum)
            for stratum in strata
            for column in moments
        ]
        label = NAMES[self.naming]
        sides = (
            side(f"naming {label}", units, seen),
            side("not naming it", units, ~seen),
            side("first half of the window", units, years < 0),
            side("second half of the window", units, years >= 0),
        )
        text = f"change per year of the share of roles naming {label}"
        part = quantity(units, "slope", text, "share per year", columns, share_slope, sides)
        return Measured((part,), units)


class LogRatioTurn(Entry):
    """How much steeper the log ratio of two frameworks' papers rises in later years than before.

    A line through the log ratios of the years of each span, each weighing by its precision.
    """

    is_correctable: ClassVar[bool] = False  # papers' frameworks are their repositories' labels
    estimator: Literal["log_ratio_turn"]
    upper: Framework
    lower: Framework
    before: tuple[int, int]  # first and last year
    after: tuple[int, int]

    @model_validator(mode="after")
    def _spans_are_spans(self) -> Self:
        if self.upper == self.lower:
            raise ValueError("a framework can't be compared with itself")
        if any(last <= first for first, last in (self.before, self.after)):
            raise ValueError("a slope needs two years: the last year must come after the first")
        return self

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("turn",)

    def measure(self, units: Units) -> Measured:
        """Fit both lines to the yearly totals."""
        year = np.floor(units.years()).astype(np.int64)
        upper, lower = units.has(self.upper), units.has(self.lower)
        cells = (upper & ~lower, lower & ~upper, upper & lower)
        spans = [np.arange(first, last + 1) for first, last in (self.before, self.after)]
        before, after = (
            np.stack([[(cell & (year == y)).sum() for cell in cells] for y in span])
            for span in spans
        )
        sides = tuple(
            side(f"{NAMES[framework]} in {y}", units, mask & (year == y))
            for framework, mask in ((self.upper, upper), (self.lower, lower))
            for span in spans
            for y in span
        )
        estimate, ends = slope_gap_of_cells(
            after, before, spans[1].astype(np.float64), spans[0].astype(np.float64)
        )
        label = (
            f"yearly rise of the log ratio of {NAMES[self.upper]} to {NAMES[self.lower]} in "
            f"{self.after[0]}–{self.after[1]} less that in {self.before[0]}–{self.before[1]}"
        )
        if not (before.any() and after.any() and np.isfinite(estimate)):
            estimate, ends = np.nan, intervals.NO_INTERVAL
        part = Part("turn", label, "log ratio per year", estimate, ends, sides)
        return Measured((part,), units)


class Crossing(Entry):
    """Date at which one framework's roles overtook another's, in decimal years."""

    is_correctable: ClassVar[bool] = False
    estimator: Literal["crossing"]
    ahead: Framework
    behind: Framework

    @model_validator(mode="after")
    def _compares_two(self) -> Self:
        if self.ahead == self.behind:
            raise ValueError("a framework can't be compared with itself")
        return self

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("crossing",)

    def measure(self, units: Units) -> Measured:
        """Find the crossing of the series and of each draw."""
        named = units.has(self.ahead), units.has(self.behind)
        base = units.where(named[0] | named[1])
        sides = tuple(
            side(NAMES[framework], units, mask)
            for framework, mask in zip((self.ahead, self.behind), named, strict=True)
        )
        text = f"date at which {NAMES[self.ahead]} overtook {NAMES[self.behind]}"
        if len(base) == 0 or 0 in (sides[0].n_units, sides[1].n_units):
            part = Part("crossing", text, "year", np.nan, intervals.NO_INTERVAL, sides)
            return Measured((part,), units)
        month = base.months()
        start, n_months = month.min(), month.max() - month.min() + 1
        # A thread that opens on the first of a month would move the date by half a month.
        n_named = np.bincount(month - start, minlength=n_months)
        mean_day = np.bincount(month - start, base.years(), n_months) / np.maximum(n_named, 1)
        middles = np.where(n_named > 0, mean_day, (start + np.arange(n_months) + 0.5) / 12)
        companies, row = np.unique(base.company, return_inverse=True)
        worth = base.worth()
        sums = [
            sparse.csr_array(
                (worth * base.has(framework), (row, month - start)),
                shape=(len(companies), n_months),
            )
            for framework in (self.ahead, self.behind)
        ]
        weights = base.weights[companies]
        (least, greatest), ends = crossing_of_companies(sums[0], sums[1], middles, weights)
        estimate = least if least == greatest else np.nan
        if np.isneginf(least):
            text += f" ({NAMES[self.ahead]} led from the start of the series)"
        elif np.isposinf(greatest):
            text += f" ({NAMES[self.ahead]} did not lead at the end of the series)"
        return Measured((Part("crossing", text, "year", estimate, ends, sides),), units)
