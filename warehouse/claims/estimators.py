"""How claims are measured: each estimator with the parameters that a registry file gives it.

Belongs here: from the units of a claim to its measured parts. Does not belong here: selecting the
units (`population`), deciding (`rules`), or statistics that know nothing of frameworks.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from scipy import sparse

from warehouse.claims.population import Entry, Framework, Mask, Units
from warehouse.claims.rules import Part, Side
from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import DRAWS, SEED, Floats, quantile_draws, totals
from warehouse.statistics.changepoint import crossing

NAMES: dict[str, str] = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
_YEAR_DAYS = 365.2425


class Measured(NamedTuple):
    """What an estimator found, and the units that it rests on."""

    parts: tuple[Part, ...]
    base: Units


def _side(label: str, units: Units, mask: Mask) -> Side:
    """Count one side's units and companies."""
    if units.kind == "papers":
        return Side(label, int(mask.sum()), None)
    return Side(label, int(mask.sum()), len(np.unique(units.company[mask])))


def _names_either(units: Units) -> Mask:
    return units.names("pytorch") | units.names("tensorflow")


def _ratio_of_papers(upper: Mask, lower: Mask) -> tuple[float, intervals.Interval]:
    """Ratio of two overlapping sets of papers, each paper its own cluster.

    Papers in a cell (upper only, lower only, both) are alike, so a cell's total under Poisson(1)
    weights is a Poisson count of the cell's size: exact, and without a table of weights.
    """
    cells = np.array([(upper & ~lower).sum(), (lower & ~upper).sum(), (upper & lower).sum()])
    a, b = cells[0] + cells[2], cells[1] + cells[2]
    drawn = np.random.default_rng(SEED).poisson(cells, (DRAWS, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = (drawn[:, 0] + drawn[:, 2]) / (drawn[:, 1] + drawn[:, 2])
    return float(a / b), intervals.interval(draws, float(cells.sum()))


class Ratio(Entry):
    """Units naming one framework per unit naming another, for one or more pairs."""

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
        worth = units.worth()
        parts = []
        for (upper, lower), name in zip(self.pairs, self.part_names, strict=True):
            named = units.names(upper), units.names(lower)
            sides = tuple(
                _side(NAMES[framework], units, mask)
                for framework, mask in zip((upper, lower), named, strict=True)
            )
            if not (named[0].any() and named[1].any()):
                estimate = 0.0 if named[1].any() else np.nan
                counts = [s.n_units if s.n_companies is None else s.n_companies for s in sides]
                ends = intervals.ratio_without_contrast(counts[0], counts[1])
            elif units.kind == "papers":
                estimate, ends = _ratio_of_papers(*named)
            else:
                columns = np.stack(named, axis=1) * worth[:, None]
                estimate, ends = intervals.clustered(
                    units.weights, units.company, columns, lambda t: t[..., 0] / t[..., 1]
                )
            label = f"{units.kind} naming {NAMES[upper]} per one naming {NAMES[lower]}"
            parts.append(Part(name, label, "ratio", estimate, ends, sides))
        return Measured(tuple(parts), units)


class Share(Entry):
    """Share of units naming a framework, among all units or among those naming either of two."""

    estimator: Literal["share"]
    naming: Framework | Literal["both"]
    among: Literal["all", "either"]

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("share",)

    def measure(self, units: Units) -> Measured:
        """Divide the units that name it by all that count."""
        base = units.where(_names_either(units)) if self.among == "either" else units
        if self.naming == "both":
            named, label = base.names("pytorch") & base.names("tensorflow"), "both frameworks"
        else:
            named, label = base.names(self.naming), NAMES[self.naming]
        sides = (_side(f"naming {label}", base, named), _side("not naming it", base, ~named))
        n, k = len(named), int(named.sum())
        if units.kind == "papers":
            estimate, ends = (k / n if n else np.nan), intervals.wilson(k, n)
        elif k in (0, n):
            estimate = k / n if n else np.nan
            n_companies = len(np.unique(base.company))
            ends = intervals.share_without_contrast(n_companies, all_have_it=k > 0)
        else:
            columns = np.stack([named, np.ones(n)], axis=1) * base.worth()[:, None]
            estimate, ends = intervals.clustered(
                base.weights, base.company, columns, lambda t: t[..., 0] / t[..., 1]
            )
        among = " among those naming PyTorch or TensorFlow" if self.among == "either" else ""
        text = f"share of {units.kind} naming {label}{among}"
        return Measured((Part("share", text, "share", estimate, ends, sides),), base)


class CompanyShare(Entry):
    """Share of companies naming both frameworks, among those naming either.

    Each company counts once, so companies are independent units and the interval is Wilson's.
    """

    estimator: Literal["company_share"]
    min_roles: Annotated[int, Field(gt=0)]  # a company with fewer roles can't show a mix

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("share",)

    def measure(self, units: Units) -> Measured:
        """Count companies."""
        flags = pd.DataFrame(
            {
                "company": units.company,
                "pytorch": units.names("pytorch"),
                "tensorflow": units.names("tensorflow"),
            }
        )
        by_company = flags.groupby("company").agg(
            n_roles=("pytorch", "size"),
            pytorch=("pytorch", "max"),
            tensorflow=("tensorflow", "max"),
        )
        is_counted = (by_company["pytorch"] | by_company["tensorflow"]) & (
            by_company["n_roles"] >= self.min_roles
        )
        counted = by_company[is_counted]
        uses_both = counted["pytorch"] & counted["tensorflow"]
        sides = tuple(
            Side(label, int(counted.loc[mask, "n_roles"].sum()), int(mask.sum()))
            for label, mask in (("companies naming both", uses_both), ("naming one", ~uses_both))
        )
        n, k = len(counted), int(uses_both.sum())
        part = Part(
            "share",
            "share of companies naming both, among those naming PyTorch or TensorFlow "
            f"in {self.min_roles} or more roles",
            "share",
            k / n if n else np.nan,
            intervals.wilson(k, n),
            sides,
        )
        return Measured((part,), units.where(np.isin(units.company, counted.index.to_numpy())))


class YearlySlope(Entry):
    """Change per year of the share of roles naming a framework.

    A straight line through the roles themselves (linear probability model), so that no binning
    has to be chosen; the window's halves are sides of their own, because a trend needs both. The
    slope is that inside each source, so that a source that begins within the window can't look
    like a trend.
    """

    estimator: Literal["yearly_slope"]
    naming: Framework

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names that conditions may refer to."""
        return ("slope",)

    def measure(self, units: Units) -> Measured:
        """Fit the line from each company's moments."""
        named = units.names(self.naming)
        first, last = pd.Timestamp(units.first), pd.Timestamp(units.last)
        middle = first + (last - first) / 2
        years = (units.frame["entered_on"] - middle).dt.days.to_numpy(np.float64) / _YEAR_DAYS
        worth = units.worth()
        moments = np.stack([np.ones(len(years)), years, named, years**2, years * named], axis=1)
        source = units.frame["source"].to_numpy(dtype=object)
        strata = (not units.has_pooled_sources and sorted(set(source))) or [None]
        columns = np.concatenate(
            [
                moments * (worth * (1.0 if stratum is None else source == stratum))[:, None]
                for stratum in strata
            ],
            axis=1,
        )
        estimate, ends = intervals.clustered(units.weights, units.company, columns, _pooled_slope)
        label = NAMES[self.naming]
        sides = (
            _side(f"naming {label}", units, named),
            _side("not naming it", units, ~named),
            _side("first half of the window", units, years < 0),
            _side("second half of the window", units, years >= 0),
        )
        text = f"change per year of the share of roles naming {label}"
        return Measured((Part("slope", text, "share per year", estimate, ends, sides),), units)


def _pooled_slope(moments: Floats) -> Floats:
    """Slope from (1, t, y, tt, ty) of each stratum: pooled covariance over pooled variance."""
    by_stratum = moments.reshape(*moments.shape[:-1], -1, 5)
    n, t, y, tt, ty = np.moveaxis(by_stratum, -1, 0)
    n = np.where(n > 0, n, 1.0)
    return np.asarray((ty - t * y / n).sum(axis=-1) / (tt - t * t / n).sum(axis=-1))


class Crossing(Entry):
    """Date at which one framework's roles overtook another's, in decimal years."""

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
        named = units.names(self.ahead), units.names(self.behind)
        base = units.where(named[0] | named[1])
        sides = tuple(
            _side(NAMES[framework], units, mask)
            for framework, mask in zip((self.ahead, self.behind), named, strict=True)
        )
        text = f"date at which {NAMES[self.ahead]} overtook {NAMES[self.behind]}"
        if base.frame.empty or 0 in (sides[0].n_units, sides[1].n_units):
            part = Part("crossing", text, "year", np.nan, intervals.NO_INTERVAL, sides)
            return Measured((part,), units)
        entered = base.frame["entered_on"].dt
        month = 12 * entered.year.to_numpy(np.intp) + entered.month.to_numpy(np.intp) - 1
        start, n_months = month.min(), month.max() - month.min() + 1
        middles = (start + np.arange(n_months) + 0.5) / 12
        companies, row = np.unique(base.company, return_inverse=True)
        worth = base.worth()
        sums = [
            sparse.csr_array(
                (worth * base.names(framework), (row, month - start)),
                shape=(len(companies), n_months),
            )
            for framework in (self.ahead, self.behind)
        ]
        seen, drawn = (
            [np.asarray(s.sum(axis=0), np.float64)[None, :] for s in sums],
            [totals(base.weights[companies], s) for s in sums],
        )
        least, greatest = crossing(seen[0], seen[1], middles)
        estimate = float(least[0]) if least[0] == greatest[0] else np.nan
        if np.isneginf(least[0]):
            text += f" ({NAMES[self.ahead]} led from the start of the series)"
        elif np.isposinf(greatest[0]):
            text += f" ({NAMES[self.ahead]} did not lead at the end of the series)"
        lows, highs = crossing(drawn[0], drawn[1], middles)
        n_effective = intervals.effective_clusters(np.bincount(row, worth).astype(np.float64))
        ends = intervals.interval(lows, n_effective, highs)
        n_crossing = int((lows == highs).sum())
        if n_crossing < len(lows):
            text += (
                f" (the lead changes inside the series in {n_crossing:,} of {len(lows):,} draws)"
            )
        return Measured((Part("crossing", text, "year", estimate, ends, sides),), units)


class PayRange(Entry):
    """10th and 90th percentile of stated yearly midpoints, and how many bands overlap a range."""

    estimator: Literal["pay_range"]
    naming: Framework
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
        has_pay = units.frame["pay_mid_usd_year"].notna().to_numpy()
        base = units.where(units.names(self.naming) & has_pay)
        pay = base.frame
        label = NAMES[self.naming]
        sides = (_side(f"naming {label} with pay stated", base, np.ones(len(pay), np.bool_)),)
        middles = pay["pay_mid_usd_year"].to_numpy(np.float64)
        n_companies = len(np.unique(base.company))
        worth, at = base.worth(), (0.1, 0.9)
        parts = []
        if n_companies:
            once = np.ones((base.company.max() + 1, 1), np.uint8)
            points = quantile_draws(once, base.company, middles, at, worth)[0]
            draws = quantile_draws(base.weights, base.company, middles, at, worth)
        for column, probability in enumerate(at):
            estimate, ends = np.nan, intervals.NO_INTERVAL
            if n_companies:
                estimate = float(points[column])
            if n_companies > 1:
                excess = worth * (probability - (middles <= estimate))
                by_company = np.bincount(base.company, excess).astype(np.float64)
                n_effective = intervals.effective_clusters(by_company)
                ends = intervals.interval(draws[:, column], n_effective)
            name = f"p{round(100 * probability)}"
            text = f"{round(100 * probability)}th percentile of stated midpoints"
            parts.append(Part(name, text, "USD a year", estimate, ends, sides))
        low, high = self.range_usd_year
        starts, stops = (
            pay[f"pay_{end}_usd_year"].fillna(pay["pay_mid_usd_year"]).to_numpy(np.float64)
            for end in ("min", "max")
        )
        overlaps = np.asarray((starts <= high) & (stops >= low), np.float64)
        if n_companies and 0 < overlaps.sum() < len(overlaps):
            columns = np.stack([overlaps, np.ones(len(pay))], axis=1) * worth[:, None]
            estimate, ends = intervals.clustered(
                base.weights, base.company, columns, lambda t: t[..., 0] / t[..., 1]
            )
        else:
            estimate = float(overlaps.mean()) if n_companies else np.nan
            ends = intervals.share_without_contrast(n_companies, all_have_it=estimate == 1)
        text = f"share of stated bands that overlap {low:,.0f}–{high:,.0f} USD"
        parts.append(Part("overlap", text, "share", estimate, ends, sides))
        return Measured(tuple(parts), base)


Measure = Annotated[
    Ratio | Share | CompanyShare | YearlySlope | Crossing | PayRange,
    Field(discriminator="estimator"),
]
OF_PAPERS = (Ratio, Share)  # the others need companies
