"""Our own series as they are held against others: shares by year, their change, the crossing date.

Belongs here: reading them from `core`, with intervals. Does not belong here: figures of others
(`outside`), or what follows from both (`compare`).

Of what leads after the crossing (ahead) and what led before (behind), the share is that of ahead
among ahead and behind, where a unit that names both counts on both sides: an outside count of
papers per framework allows no other. The share passes one half when the ratio passes 1.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from warehouse.crosschecks.outside import Measures, Subject
from warehouse.statistics.bootstrap import DRAWS, SEED, Floats, poisson_weights, totals
from warehouse.statistics.changepoint import crossing
from warehouse.statistics.intervals import (
    Interval,
    effective_clusters,
    interval,
    share_without_contrast,
)

LEAST_UNITS, LEAST_COMPANIES = 30, 10
"""What a side, or a year, must hold for anything to be said; as for verdicts."""

HACKERNEWS, PAPERS, OWN_CODE = (
    "hackernews roles",
    "papers",
    "papers with the authors' own code",
)

_ROLES = """
SELECT
    coalesce(company_id, role_id) AS cluster,
    (12 * year(entered_on) + month(entered_on) - 1)::INTEGER AS month,
    count(*) FILTER (WHERE has_pytorch) AS pytorch,
    count(*) FILTER (WHERE has_tensorflow) AS tensorflow,
    count(*) FILTER (WHERE has_pytorch OR has_tensorflow) AS named,
    count(*) FILTER (WHERE is_ml_role) AS ml,
    count(*) FILTER (WHERE is_ml_role IS NOT true) AS others,
    count(*) AS everyone,
    coalesce(sum(dayofmonth(entered_on) - 0.5) FILTER (has_pytorch OR has_tensorflow), 0)
        AS named_days,
    sum(dayofmonth(entered_on) - 0.5) AS everyone_days
FROM core.roles
WHERE entered_on <= $as_of AND list_contains(sources, 'hackernews')
GROUP BY ALL ORDER BY ALL
"""

# As for the claims: a paper counts once, whichever sources list it, and the new Papers with Code
# is asked by framework and lists no paper without one.
_PAPERS = """
WITH named AS (
    SELECT
        coalesce(p.arxiv_id, p.paper_id) AS paper,
        min(p.published_on) AS published_on,
        bool_or(l.framework = 'pytorch') AS has_pytorch,
        bool_or(l.framework = 'tf') AS has_tensorflow
    FROM core.papers AS p JOIN core.paper_frameworks AS l USING (paper_id)
    WHERE p.published_on <= $as_of AND p.source <> 'pwc' AND (l.is_official OR NOT $only_official)
    GROUP BY ALL
)
SELECT
    (12 * year(published_on) + month(published_on) - 1)::INTEGER AS month,
    has_pytorch::INTEGER AS ahead, has_tensorflow::INTEGER AS behind, 1 AS units, count(*) AS n,
    avg(dayofmonth(published_on) - 0.5) AS units_days
FROM named WHERE has_pytorch OR has_tensorflow
GROUP BY ALL ORDER BY ALL
"""


_MONTH_DAYS = 365.2425 / 12


class Estimate(NamedTuple):
    """A figure of ours with its 95 % interval and what it rests on."""

    value: float
    ends: Interval
    n_units: int
    n_companies: int | None  # None for papers


class Series(NamedTuple):
    """Counts by month, observed and drawn."""

    name: str
    subject: Subject
    measures: Measures
    first_month: int  # from year 0
    ahead: sparse.csr_array  # clusters by months; a row of papers is one of their kind
    behind: sparse.csr_array
    units: sparse.csr_array  # that count on either side, once
    multiplicity: Floats  # how many clusters a row stands for
    drawn: tuple[Floats, Floats]  # totals of ahead and of behind, draws by months
    days: Floats  # mean day of the month of the units, from 0

    @property
    def months(self) -> npt.NDArray[np.intp]:
        """Numbers of the months from year 0."""
        return self.first_month + np.arange(self.ahead.shape[1])

    @property
    def years(self) -> list[int]:
        """Years that hold enough to be compared, ascending."""
        return [
            year
            for year in np.unique(self.months // 12).tolist()
            if self._is_enough(self._in(year))
        ]

    def share(self, year: int) -> Estimate:
        """Share of a year."""
        return self._estimate(((1, self._in(year)),))

    def change(self, first: int, last: int) -> Estimate:
        """Change of the share from one year to another."""
        return self._estimate(((-1, self._in(first)), (1, self._in(last))))

    def crossing(self) -> Estimate | None:
        """Date at which ahead overtook behind, in decimal years; None where a side is too small.

        The value is NaN where the lead does not change inside the series.
        """
        whole = np.ones(len(self.months), np.bool_)
        if not all(self._is_enough(whole, side) for side in (self.ahead, self.behind)):
            return None
        # A thread that opens on the first of a month would move the date by half a month.
        middles = (self.months + self.days / _MONTH_DAYS) / 12
        seen = [self.multiplicity @ side for side in (self.ahead, self.behind)]
        least, greatest = crossing(seen[0][None, :], seen[1][None, :], middles)
        lows, highs = crossing(*self.drawn, middles)
        held = np.asarray((self.ahead + self.behind).sum(axis=1), np.float64)
        ends = interval(lows, _effective(held, self.multiplicity), highs)
        value = float(least[0]) if least[0] == greatest[0] else np.nan
        return Estimate(value, ends, *self._counted(whole))

    def _in(self, year: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self.months // 12 == year, np.bool_)

    def _counted(
        self, held: npt.NDArray[np.bool_], side: sparse.csr_array | None = None
    ) -> tuple[int, int | None]:
        """Units in some months, and companies behind them."""
        units = (self.units if side is None else side)[:, np.flatnonzero(held)]
        by_row = np.asarray(units.sum(axis=1), np.float64)
        n_companies = None if self.subject == "papers" else int((by_row > 0).sum())
        return round(float(self.multiplicity @ by_row)), n_companies

    def _is_enough(self, held: npt.NDArray[np.bool_], side: sparse.csr_array | None = None) -> bool:
        n_units, n_companies = self._counted(held, side)
        return n_units >= LEAST_UNITS and (n_companies is None or n_companies >= LEAST_COMPANIES)

    def _estimate(self, parts: tuple[tuple[int, npt.NDArray[np.bool_]], ...]) -> Estimate:
        """Sum of shares of some months, each with its sign."""
        value, influence = 0.0, np.zeros(self.ahead.shape[0])
        draws = np.zeros(len(self.drawn[0]))
        n_units, companies = 0, np.zeros(self.ahead.shape[0], np.bool_)
        for sign, held in parts:
            columns = np.flatnonzero(held)
            upper, lower = (
                np.asarray(side[:, columns].sum(axis=1), np.float64)
                for side in (self.ahead, self.behind)
            )
            both = float(self.multiplicity @ (upper + lower))
            share = float(self.multiplicity @ upper) / both
            value += sign * share
            influence += sign * (upper - share * (upper + lower)) / both
            drawn = [side[:, columns].sum(axis=1) for side in self.drawn]
            with np.errstate(invalid="ignore"):
                draws += sign * drawn[0] / (drawn[0] + drawn[1])
            n_units += self._counted(held)[0]
            companies |= upper + lower > 0
        ends = interval(draws, _effective(influence, self.multiplicity))
        n_companies = None if self.subject == "papers" else int(companies.sum())
        if len(parts) == 1 and value in (0, 1):
            n = n_units if n_companies is None else n_companies
            ends = share_without_contrast(n, all_have_it=value == 1)
        least = 0 if len(parts) == 1 else -1
        ends = Interval(max(ends.low, least), min(ends.high, 1))
        return Estimate(value, ends, n_units, n_companies)


def our_series(con: duckdb.DuckDBPyConnection, as_of: date) -> list[Series]:
    """The series that are held against others; one without any unit is not there.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.papers` and
            `core.paper_frameworks`.
        as_of: The day that counts as now; roles and papers of later days are left out.

    Returns:
        Hacker News roles by framework and by whether they are for machine learning, intervals
        company-clustered; papers by framework, all and with the authors' own code, each paper a
        cluster of its own.
    """
    roles = con.execute(_ROLES, {"as_of": as_of}).df()
    found = [
        _of_roles(roles, "framework_share", "pytorch", "tensorflow", "named"),
        _of_roles(roles, "ml_share", "ml", "others", "everyone"),
    ]
    for name, only_official in ((PAPERS, False), (OWN_CODE, True)):
        papers = con.execute(_PAPERS, {"as_of": as_of, "only_official": only_official}).df()
        found.append(_of_papers(papers, name))
    return [series for series in found if series is not None]


def _of_roles(
    frame: pd.DataFrame, measures: Measures, ahead: str, behind: str, units: str
) -> Series | None:
    frame = frame[frame[units] > 0]
    if frame.empty:
        return None
    clusters, rows = np.unique(frame["cluster"].to_numpy(dtype=object), return_inverse=True)
    first, sides = _matrices(frame, rows, len(clusters), (ahead, behind, units))
    weights = poisson_weights(len(clusters))
    drawn = totals(weights, sides[0]), totals(weights, sides[1])
    return Series(
        HACKERNEWS,
        "roles",
        measures,
        first,
        *sides,
        np.ones(len(clusters)),
        drawn,
        _days(frame, units),
    )


def _of_papers(frame: pd.DataFrame, name: str) -> Series | None:
    """Papers are alike within a month and what they name, so that whole kinds can be drawn.

    The sum of n independent Poisson(1) weights is Poisson(n): no table with a row per paper.
    """
    if frame.empty:
        return None
    first, sides = _matrices(frame, np.arange(len(frame)), len(frame), ("ahead", "behind", "units"))
    n = frame["n"].to_numpy(np.float64)
    bits = np.random.PCG64(SEED).random_raw(DRAWS * len(frame)).reshape(len(frame), DRAWS)
    # The methods of Generator may change between versions of NumPy, its bits don't.
    uniform = (bits >> np.uint64(11)) * 2.0**-53 + 2.0**-54
    weights = np.asarray(stats.poisson.ppf(uniform, n[:, None]), np.float64)
    drawn = weights.T @ sides[0], weights.T @ sides[1]
    return Series(
        name, "papers", "framework_share", first, *sides, n, drawn, _days(frame, "units", n)
    )


def _days(frame: pd.DataFrame, units: str, n: Floats | None = None) -> Floats:
    """Mean day of each month on which its units came; the middle of a month without any."""
    month = frame["month"].to_numpy(np.intp)
    place = month - month.min()
    count = np.bincount(place, frame[units].to_numpy(np.float64) if n is None else n)
    days = frame[f"{units}_days"].to_numpy(np.float64) * (1.0 if n is None else n)
    mean = np.bincount(place, days) / np.maximum(count, 1)
    return np.where(count > 0, mean, _MONTH_DAYS / 2)


def _matrices(
    frame: pd.DataFrame, rows: npt.NDArray[np.intp], n_rows: int, names: tuple[str, str, str]
) -> tuple[int, tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]]:
    """Number of the first month, and a matrix of rows by months for each column."""
    month = frame["month"].to_numpy(np.intp)
    first = int(month.min())
    shape = (n_rows, int(month.max()) - first + 1)

    def of(name: str) -> sparse.csr_array:
        values = frame[name].to_numpy(np.float64)
        return sparse.csr_array((values, (rows, month - first)), shape=shape)

    return first, (of(names[0]), of(names[1]), of(names[2]))


def _effective(influence: Floats, multiplicity: Floats) -> float:
    """Effective number of clusters where a row stands for several that are alike."""
    if (multiplicity == 1).all():
        return effective_clusters(influence)
    squares = float(multiplicity @ np.square(influence))
    return float(multiplicity @ np.abs(influence)) ** 2 / squares if squares else 0.0
