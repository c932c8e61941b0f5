"""Planted worlds: markets of companies whose truth is known, and how often intervals hold it.

Belongs here: the kinds of market, what a family of worlds is, and running one. Does not belong
here: the families themselves (`worlds_counts` and its neighbours), or any statistic under test.

A market is a sample of companies. Each has its own size and its own tastes, drawn independently of
each other, so that the mean over the tastes is the truth that an interval has to hold.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import Interval

Kind = Literal["many", "giant", "few", "reposts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WORLDS = 1000
SEED = 20260101

_COMPANIES = {"many": 150, "giant": 150, "few": 20, "reposts": 150}
MAX_COMPANIES = max(_COMPANIES.values())
_GIANT_SHARE = 0.3
_REPOSTED = 0.2  # of the roles, one to three times each


class Family(NamedTuple):
    """Worlds of one family of estimators."""

    name: str
    draw: Callable[[np.random.Generator, Kind], tuple[float, Interval]]  # truth, interval
    kinds: tuple[Kind, ...] = KINDS  # papers have no employers: "many" and "few" alone


class Market(NamedTuple):
    """Roles of companies; what a role says is drawn by role and then taken for each advert."""

    sizes: npt.NDArray[np.intp]  # roles of each company
    role: npt.NDArray[np.intp]  # of each advert, ascending; a reposted role has several

    @property
    def n_companies(self) -> int:
        """Companies, numbered from 0."""
        return len(self.sizes)

    @property
    def company_of_role(self) -> npt.NDArray[np.intp]:
        """Number of each role's company."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def company(self) -> npt.NDArray[np.intp]:
        """Number of each advert's company."""
        return self.company_of_role[self.role]


class Coverage(NamedTuple):
    """How a family's intervals did in one kind of market."""

    family: str
    kind: Kind
    worlds: int
    held: float  # share of worlds whose interval holds the truth
    below: float  # share of worlds whose interval lies wholly below the truth
    above: float  # share of worlds whose interval lies wholly above it
    width: float  # mean over the closed intervals
    open: float  # share of worlds with an open end, or no interval at all (which holds nothing)


def make_market(rng: np.random.Generator, kind: Kind, mean_roles: float = 4.5) -> Market:
    """Draw the companies and roles of a market.

    Args:
        rng: Source of chance.
        kind: "many": 150 companies, sizes log-normal with sigma 1. "giant": the same, one of them
            with 30 % of the roles. "few": 20 companies. "reposts": a fifth of the roles are
            advertised two to four times.
        mean_roles: Mean roles of a company, before the giant grows.

    Returns:
        The market; the giant is company 0.
    """
    drawn = rng.lognormal(np.log(mean_roles) - 0.5, 1, _COMPANIES[kind])
    sizes = np.maximum(1, drawn.round()).astype(np.intp)
    if kind == "giant":
        sizes[0] = round(_GIANT_SHARE / (1 - _GIANT_SHARE) * sizes[1:].sum())
    role = np.arange(sizes.sum())
    if kind == "reposts":
        copies = np.where(rng.random(len(role)) < _REPOSTED, rng.integers(1, 4, len(role)), 0)
        role = np.repeat(role, 1 + copies)
    return Market(sizes, role)


def tastes(rng: np.random.Generator, mean: float, n: int, strength: float = 2.0) -> Floats:
    """Draw each company's own chance of something.

    Args:
        rng: Source of chance.
        mean: Mean chance, the truth of a share.
        n: Companies.
        strength: The chances are Beta(mean * strength, (1 - mean) * strength): the larger, the more
            alike; the default correlates the roles of one company by 1/3.

    Returns:
        A chance for each company.
    """
    return rng.beta(mean * strength, (1 - mean) * strength, n)


def says(rng: np.random.Generator, market: Market, chances: Floats) -> npt.NDArray[np.bool_]:
    """Draw whether each role says something, by its company's chance.

    Args:
        rng: Source of chance.
        market: The market.
        chances: Chance of each company.

    Returns:
        True or false for each advert; all adverts of a role say the same.
    """
    role = rng.random(int(market.sizes.sum())) < chances[market.company_of_role]
    return np.asarray(role[market.role])


def cover(family: Family, kind: Kind, worlds: int = WORLDS, seed: int = SEED) -> Coverage:
    """Draw worlds of a family and count how often the interval holds the truth.

    Args:
        family: The family.
        kind: Kind of market.
        worlds: How many.
        seed: Start of the chance; family and kind enter too, so that each is a stream of its own.

    Returns:
        The counts.
    """
    rng = np.random.default_rng([seed, zlib.crc32(f"{family.name} {kind}".encode())])
    drawn = [family.draw(rng, kind) for _ in range(worlds)]
    truth, low, high = np.array([(t, *ends) for t, ends in drawn], np.float64).T
    widths = high - low
    closed = np.isfinite(widths)
    return Coverage(
        family.name,
        kind,
        worlds,
        held=float(((low <= truth) & (truth <= high)).mean()),
        below=float((high < truth).mean()),
        above=float((low > truth).mean()),
        width=float(widths[closed].mean()) if closed.any() else np.nan,
        open=float(1 - closed.mean()),
    )


def table(rows: Iterable[Coverage]) -> str:
    """Write coverages as a Markdown table.

    Args:
        rows: The coverages.

    Returns:
        The table, a line a row.
    """
    lines = [
        "| estimator | market | worlds | held | below | above | mean width | open |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shares = f"{row.held:.1%} | {row.below:.1%} | {row.above:.1%} | {row.width:.3g}"
        lines.append(f"| {row.family} | {row.kind} | {row.worlds:,} | {shares} | {row.open:.1%} |")
    return "\n".join(lines)
