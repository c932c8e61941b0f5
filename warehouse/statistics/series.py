"""The series over time: ratio and shares of frameworks in roles, and their shares in papers.

Belongs here: the tables `framework_ratio_by_*`, `framework_share_by_*`, `paper_share_by_*`,
read from `core` and returned as frames. Does not belong here: claims, or storing the frames.

A series is gap-free: each period between the first and the last of its source set has a row, with
zero counts and empty figures where nothing was seen. A period is partial unless it is over at
`as_of` and sources that were observed from its first day to its last hold at least half of its
roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from warehouse.statistics.bootstrap import Floats, poisson_weights, totals
from warehouse.statistics.intervals import (
    percentile_intervals,
    ratio_without_contrast,
    share_without_contrast,
    wilson,
)

Grain = Literal["month", "quarter", "year"]
_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}

# Sources whose adverts stay readable after the role is filled. Their first observation doesn't
# bound what they can tell of the past; that of a job board does, because only the adverts that
# were still open then are left of the time before.
ARCHIVES = frozenset({"hackernews"})
FRAMEWORKS = ("pytorch", "tensorflow", "jax")

_RATIO_COLUMNS = (
    "period_start",
    "sources",
    "population",
    "pytorch_only",
    "tensorflow_only",
    "both",
    "neither",
    "ratio",
    "ci_low",
    "ci_high",
    "n_roles",
    "n_companies",
    "is_partial",
)
_SHARE_COLUMNS = (
    "period_start",
    "sources",
    "population",
    "framework",
    "n_roles",
    "n_companies",
    "n_roles_all",
    "share",
    "ci_low",
    "ci_high",
    "is_partial",
)
_PAPER_COLUMNS = (
    "period_start",
    "framework",
    "scope",
    "n_papers",
    "share",
    "share_of_named",
    "ci_low",
    "ci_high",
    "is_partial",
)

# One row per role and source set ("all" and "panel" beside each source), month and population.
_ROLES = """
CREATE OR REPLACE TEMP TABLE series_roles AS
SELECT
    coalesce(company_id, role_id) AS company,
    unnest(list_concat(
        ['all'], list_distinct(sources), CASE WHEN board.is_panel THEN ['panel'] ELSE [] END
    )) AS sources,
    (12 * year(entered_on) + month(entered_on) - 1)::INTEGER AS month,
    coalesce(is_ml_role, false) AS is_ml,
    coalesce(has_pytorch, false) AS pytorch,
    coalesce(has_tensorflow, false) AS tensorflow,
    coalesce(has_jax, false) AS jax
FROM core.roles AS role
LEFT JOIN core.boards AS board ON role.source = board.source AND role.board = board.board
WHERE entered_on <= $as_of
"""

_CELLS = """
SELECT
    company, sources, population, month // $months AS period,
    count(*) FILTER (pytorch AND NOT tensorflow) AS pytorch_only,
    count(*) FILTER (tensorflow AND NOT pytorch) AS tensorflow_only,
    count(*) FILTER (pytorch AND tensorflow) AS both,
    count(*) FILTER (jax) AS jax,
    count(*) AS n_roles
FROM (
    SELECT *, 'all' AS population FROM series_roles
    UNION ALL SELECT *, 'ml' AS population FROM series_roles WHERE is_ml
)
GROUP BY ALL ORDER BY ALL
"""

# From when to when a source speaks: see ARCHIVES. Months of an archive count as wholly covered.
_COVERAGE = """
SELECT
    source,
    CASE WHEN list_contains($archives, source)
        THEN date_trunc('month', min(coalesce(posted_on, first_seen_on)))
        ELSE min(first_seen_on) END::DATE AS covered_from,
    CASE WHEN list_contains($archives, source)
        THEN last_day(max(coalesce(posted_on, first_seen_on)))
        ELSE max(last_seen_on) END::DATE AS covered_to
FROM core.postings GROUP BY source
UNION ALL
SELECT 'panel', min(first_listing_on), max(newest_listing_on)
FROM core.boards WHERE is_panel HAVING count(*) > 0
"""

# The new Papers with Code is asked by framework and lists no paper without one.
_PAPERS = """
WITH named AS (
    SELECT paper_id, scope, list_distinct(list(framework)) AS frameworks
    FROM (
        SELECT paper_id, 'all' AS scope, framework FROM core.paper_frameworks
        UNION ALL
        SELECT paper_id, 'official' AS scope, framework FROM core.paper_frameworks WHERE is_official
    ) GROUP BY paper_id, scope
)
SELECT
    coalesce(p.arxiv_id, p.paper_id) AS paper, scope,
    min((12 * year(published_on) + month(published_on) - 1)::INTEGER) AS month,
    list_distinct(flatten(list(frameworks))) AS frameworks
FROM core.papers AS p JOIN named USING (paper_id)
WHERE published_on <= $as_of AND p.source <> 'pwc'
GROUP BY ALL ORDER BY ALL
"""


class Coverage(NamedTuple):
    """The days from and to which a source set speaks, both included."""

    first: date
    last: date


def period_start(period: int, grain: Grain) -> date:
    """Give the first day of a period, numbered from year 0 in its grain."""
    months = period * _MONTHS[grain]
    return date(months // 12, months % 12 + 1, 1)


def is_partial(period: int, grain: Grain, covered: Coverage, as_of: date) -> bool:
    """Tell whether a period's figures can still change, or never were whole.

    Args:
        period: Number of the period from year 0 in its grain.
        grain: Length of a period.
        covered: The days that the source set speaks for.
        as_of: The day that counts as now.

    Returns:
        True unless each day of the period is past, and covered by the source set.
    """
    last_day = period_start(period + 1, grain).toordinal() - 1
    starts_late = covered.first > period_start(period, grain)
    return starts_late or last_day > min(as_of, covered.last).toordinal()


def _coverage(con: duckdb.DuckDBPyConnection) -> dict[str, list[Coverage]]:
    """Read the days that each source covers; of "all", each source covers its own."""
    rows = con.execute(_COVERAGE, {"archives": sorted(ARCHIVES)}).fetchall()
    by_source = {source: [Coverage(first, last)] for source, first, last in rows}
    return by_source | {"all": [days[0] for name, days in by_source.items() if name != "panel"]}


class _Cells(NamedTuple):
    """Roles counted by company and by series period, as sparse matrices, companies by rows."""

    rows: pd.DataFrame  # sources, population, period: one row per column of the matrices
    counts: dict[str, sparse.csr_array]

    def total(self, name: str) -> npt.NDArray[np.int64]:
        """Roles in each row."""
        return np.asarray(self.counts[name].sum(axis=0)).astype(np.int64)

    def companies(self, name: str) -> npt.NDArray[np.int64]:
        """Companies with at least one role in each row."""
        held = sparse.csc_array(self.counts[name])
        held.eliminate_zeros()
        return np.diff(held.indptr).astype(np.int64)


def _cells(con: duckdb.DuckDBPyConnection, grain: Grain, as_of: date) -> _Cells:
    """Count roles by company, source set, population and period, with gaps filled."""
    con.execute(_ROLES, {"as_of": as_of})
    cells = con.execute(_CELLS, {"months": _MONTHS[grain]}).df()
    con.execute("DROP TABLE series_roles")
    keys = ["sources", "population"]
    ranges = cells.groupby("sources", sort=True)["period"].agg(["min", "max"])
    rows = pd.DataFrame(
        [
            (sources, population, period)
            for sources, first, last in ranges.itertuples()
            for population in ("all", "ml")
            for period in range(first, last + 1)
        ],
        columns=[*keys, "period"],
    )
    column = cells.merge(rows.reset_index(), on=[*keys, "period"], how="left")["index"].to_numpy()
    companies, company = np.unique(cells["company"].to_numpy(dtype=object), return_inverse=True)
    shape = (len(companies), len(rows))

    def matrix(values: pd.Series) -> sparse.csr_array:
        entries = (values.to_numpy(np.float64), (company, column))
        result = sparse.csr_array(entries, shape=shape)
        result.eliminate_zeros()
        return result

    counts = {
        name: matrix(cells[name])
        for name in ("pytorch_only", "tensorflow_only", "both", "jax", "n_roles")
    }
    counts["pytorch"] = matrix(cells["pytorch_only"] + cells["both"])
    counts["tensorflow"] = matrix(cells["tensorflow_only"] + cells["both"])
    return _Cells(rows, counts)


def _quotients(upper: sparse.csr_array, lower: sparse.csr_array) -> tuple[Floats, Floats, Floats]:
    """Divide the totals of two matrices, column by column, with company-clustered intervals.

    Returns:
        Quotients and both ends of their intervals; NaN where a side is zero.
    """
    a, b = (np.asarray(m.sum(axis=0), np.float64) for m in (upper, lower))
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where((a > 0) & (b > 0), a / b, np.nan)
        scale_a, scale_b = (np.nan_to_num(1 / t, posinf=0.0) for t in (a, b))
    influence = sparse.csr_array(
        upper @ sparse.diags_array(scale_a) - lower @ sparse.diags_array(scale_b)
    )
    squares = np.asarray((influence * influence).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        n_effective = np.nan_to_num(np.asarray(abs(influence).sum(axis=0)) ** 2 / squares)
    low, high = (np.full(len(a), np.nan) for _ in range(2))
    measurable = np.flatnonzero(np.isfinite(quotient))
    weights = poisson_weights(upper.shape[0])
    for start in range(0, len(measurable), 1000):
        columns = measurable[start : start + 1000]
        with np.errstate(divide="ignore", invalid="ignore"):
            draws = totals(weights, upper[:, columns]) / totals(weights, lower[:, columns])
        low[columns], high[columns] = percentile_intervals(draws, draws, n_effective[columns])
    return quotient, low, high


def _finish(
    frame: pd.DataFrame,
    grain: Grain,
    as_of: date,
    coverage: dict[str, list[Coverage]],
    counted: str | None = None,
) -> pd.DataFrame:
    """Replace the period's number by its first day, and mark periods that are not wholly covered.

    Args:
        frame: A row per period and source set.
        grain: Length of a period.
        as_of: The day that counts as now.
        coverage: The days that each source set speaks for.
        counted: Column of the roles of the period, where "all" stands beside its sources.
    """
    frame["is_partial"] = [
        all(is_partial(period, grain, days, as_of) for days in coverage.get(sources, ()))
        for period, sources in zip(frame["period"], frame["sources"], strict=True)
    ]
    if counted is not None:
        frame["is_partial"] |= _is_mostly_partial(frame, counted)
    frame["period"] = pd.Series(
        [period_start(period, grain) for period in frame["period"]], dtype=object
    )
    ends = frame[["ci_low", "ci_high"]]
    frame[["ci_low", "ci_high"]] = ends.where(np.isfinite(ends))
    return frame.rename(columns={"period": "period_start"})


def _is_mostly_partial(frame: pd.DataFrame, counted: str) -> pd.Series:
    """Tell of "all" in which periods most roles come from sources that saw only a part of them.

    A source that was first asked in October shows of the year what is still open: were it most of
    the year's roles, its beginning would look like a turn of the market.
    """
    keys = ["population", "period"]
    single = frame[~frame["sources"].isin(["all", "panel"])]
    whole = single[counted].where(~single["is_partial"], 0)
    held = single.assign(whole=whole).groupby(keys)[[counted, "whole"]].sum()
    mostly = held.index[2 * held["whole"] < held[counted]]
    return (frame["sources"] == "all") & pd.MultiIndex.from_frame(frame[keys]).isin(mostly)


def framework_ratio(con: duckdb.DuckDBPyConnection, grain: Grain, as_of: date) -> pd.DataFrame:
    """Ratio of roles naming PyTorch to roles naming TensorFlow, per period.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.postings` and `core.boards`.
        grain: Length of a period.
        as_of: The day that counts as now; roles that entered later are left out.

    Returns:
        Columns period_start, sources ('all', 'panel' or one source), population ('ml' or 'all'),
        pytorch_only, tensorflow_only, both, neither, ratio, ci_low, ci_high, n_roles,
        n_companies, is_partial. A ratio is empty where either side is zero; the end of an
        interval is empty where it is open.
    """
    cells = _cells(con, grain, as_of)
    frame = cells.rows.copy()
    for name in ("pytorch_only", "tensorflow_only", "both"):
        frame[name] = cells.total(name)
    frame["n_roles"] = cells.total("n_roles")
    frame["neither"] = frame["n_roles"] - frame["pytorch_only"] - frame["tensorflow_only"]
    frame["neither"] -= frame["both"]
    frame["n_companies"] = cells.companies("n_roles")
    upper, lower = cells.counts["pytorch"], cells.counts["tensorflow"]
    ratio, low, high = _quotients(upper, lower)
    sides = cells.companies("pytorch"), cells.companies("tensorflow")
    for row in np.flatnonzero((sides[0] == 0) != (sides[1] == 0)):
        low[row], high[row] = ratio_without_contrast(int(sides[0][row]), int(sides[1][row]))
    frame = frame.assign(ratio=ratio, ci_low=low, ci_high=high)
    frame = _finish(frame, grain, as_of, _coverage(con), "n_roles")
    return frame[list(_RATIO_COLUMNS)]


def framework_share(con: duckdb.DuckDBPyConnection, grain: Grain, as_of: date) -> pd.DataFrame:
    """Share of each period's new roles that name a framework.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.postings` and `core.boards`.
        grain: Length of a period.
        as_of: The day that counts as now; roles that entered later are left out.

    Returns:
        Columns period_start, sources, population, framework (pytorch, tensorflow, jax), n_roles
        (naming it), n_companies (naming it), n_roles_all (of the period), share (of those),
        ci_low, ci_high, is_partial. The share is empty in a period without roles.
    """
    cells = _cells(con, grain, as_of)
    everyone = cells.total("n_roles")
    companies = cells.companies("n_roles")
    frames = []
    for framework in FRAMEWORKS:
        frame = cells.rows.assign(
            framework=framework,
            n_roles=cells.total(framework),
            n_companies=cells.companies(framework),
            n_roles_all=everyone,
        )
        named = frame["n_roles"].to_numpy()
        _, low, high = _quotients(cells.counts[framework], cells.counts["n_roles"])
        for row in np.flatnonzero((everyone > 0) & ((named == 0) | (named == everyone))):
            low[row], high[row] = share_without_contrast(
                int(companies[row]), all_have_it=bool(named[row])
            )
        with np.errstate(invalid="ignore"):
            frame["share"] = named / np.where(everyone > 0, everyone, np.nan)
        frames.append(frame.assign(ci_low=low, ci_high=high))
    frame = pd.concat(frames).sort_values(
        ["sources", "population", "framework", "period"], ignore_index=True
    )
    frame = _finish(frame, grain, as_of, _coverage(con), "n_roles_all")
    return frame[list(_SHARE_COLUMNS)]


def framework_share_by_month(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """`framework_share` by month, in the columns of its table.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.postings` and `core.boards`.
        as_of: The day that counts as now; roles that entered later are left out.

    Returns:
        As `framework_share`, with month for period_start and without n_roles_all.
    """
    frame = framework_share(con, "month", as_of)
    return frame.drop(columns="n_roles_all").rename(columns={"period_start": "month"})


def _paper_rows(papers: pd.DataFrame, periods: Sequence[int]) -> list[dict[str, object]]:
    """Count one scope's papers by period and framework."""
    named_anything = papers["named"].map(bool)
    n_code = papers.groupby("period").size()
    n_named = papers[named_anything].groupby("period").size()
    by_framework = papers.explode("named").groupby(["period", "named"]).size()
    nothing = papers[~named_anything].groupby("period").size()
    frameworks = sorted(set(by_framework.index.get_level_values("named")))
    rows: list[dict[str, object]] = []
    for period in periods:
        of_code = int(n_code.get(period, 0))
        for framework in [*frameworks, "none"]:
            is_none = framework == "none"
            counted = (
                nothing.get(period, 0) if is_none else by_framework.get((period, framework), 0)
            )
            n = int(counted)
            of_named = 0 if is_none else int(n_named.get(period, 0))
            low, high = wilson(n, of_code)
            rows.append(
                {
                    "period": period,
                    "framework": framework,
                    "n_papers": n,
                    "share": n / of_code if of_code else np.nan,
                    "share_of_named": n / of_named if of_named else np.nan,
                    "ci_low": low,
                    "ci_high": high,
                }
            )
    return rows


def paper_share(
    con: duckdb.DuckDBPyConnection, grain: Literal["quarter", "year"], as_of: date
) -> pd.DataFrame:
    """Share of papers with code whose code uses a framework, per period.

    A paper counts once, whichever sources list it; it uses each framework that one of its
    repositories uses, and "none" where no repository names any. Papers are independent units, so
    the interval is Wilson's, which is what resampling papers tends to.

    Args:
        con: Connection to a warehouse with `core.papers` and `core.paper_frameworks`.
        grain: Length of a period.
        as_of: The day that counts as now; papers published later are left out.

    Returns:
        Columns period_start, framework, scope ('all' repositories or 'official' ones only),
        n_papers, share (of papers with code), share_of_named (of papers naming any framework),
        ci_low, ci_high (of share), is_partial.
    """
    papers = con.execute(_PAPERS, {"as_of": as_of}).df()
    papers["named"] = [[f for f in fs if f != "none"] for fs in papers["frameworks"]]
    papers["period"] = papers["month"] // _MONTHS[grain]
    frames = []
    for scope, of_scope in papers.groupby("scope", sort=True):
        periods = range(int(of_scope["period"].min()), int(of_scope["period"].max()) + 1)
        frames.append(pd.DataFrame(_paper_rows(of_scope, periods)).assign(scope=scope))
    if not frames:
        return pd.DataFrame(columns=list(_PAPER_COLUMNS))
    covered = Coverage(
        period_start(int(papers["month"].min()), "month"),
        date.fromordinal(period_start(int(papers["month"].max()) + 1, "month").toordinal() - 1),
    )
    frame = pd.concat(frames, ignore_index=True).assign(sources="all")
    return _finish(frame, grain, as_of, {"all": [covered]})[list(_PAPER_COLUMNS)]
