"""What roles pay, by what they name and what they are: quantiles of the stated yearly midpoint.

Belongs here: the table `pay_by_framework_level`, read from `core` and returned as a frame. Does not
belong here: reading pay out of texts, or comparing the pay of two groups.

The interval of a median holds each pay that a sign test by companies doesn't refute: how many roles
are paid up to it, less half of all, over the root of the companies' squared contributions to that
difference. Woodruff's interval (1952, "Confidence intervals for medians and other position
measures") takes the contributions at the sample's median alone, which is too narrow where one
employer has much of a cell, because the median is then its own. A sum over its own norm needs no
widening for few companies: tried on planted markets of 6 to 120 companies, one of them with 30 % of
the roles or none, 96 to 99 % of these intervals hold the truth, against 89 % of Woodruff's at the
worst.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import CONFIDENCE
from warehouse.statistics.windows import first_of_twelve_months

Codes = npt.NDArray[np.integer]

MIN_ROLES = 5  # quantiles of fewer roles that state pay, or of fewer companies, are left empty
MIN_COMPANIES = 3

_THRESHOLD = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) ** 2

_COLUMNS = (
    "framework",
    "level",
    "family",
    "country",
    "n_roles",
    "n_companies",
    "n_roles_paid",
    "n_companies_paid",
    "disclosure_rate",
    "p10",
    "p25",
    "p50",
    "p50_ci_low",
    "p50_ci_high",
    "p75",
    "p90",
    "window_start",
    "window_end",
)

# A row per role and framework that it names, and one as "all", whatever it names.
_ROLES = """
CREATE OR REPLACE TEMP TABLE pay_roles AS
WITH entered AS (
    SELECT
        role_id, coalesce(company_id, role_id) AS company, entered_on, level, family, country,
        pay_mid_usd_year AS pay
    FROM core.roles WHERE entered_on BETWEEN $first AND $as_of
), named AS (
    SELECT DISTINCT p.role_id, m.family AS framework
    FROM core.mentions AS m
    JOIN core.postings AS p USING (posting_id)
    JOIN entered AS r USING (role_id)
    WHERE
        m.is_negated IS NOT true AND m.kind = 'framework'
        AND coalesce(p.posted_on, p.first_seen_on) <= r.entered_on + 365
)
SELECT 'all' AS framework, * EXCLUDE (role_id, entered_on) FROM entered
UNION ALL
SELECT framework, * EXCLUDE (framework, role_id, entered_on)
FROM named JOIN entered USING (role_id)
"""

# The least pay that so large a share of roles is not above.
_QUANTILES = ", ".join(
    f"CASE WHEN is_measured THEN pays[ceil({percent} * n_roles_paid / 100)::INTEGER] END "
    f"AS p{percent}"
    for percent in (10, 25, 50, 75, 90)
)

# A role whose level, family or (one) country is not known counts under "all" alone.
_CELLS = f"""
CREATE OR REPLACE TEMP TABLE pay_cells AS
WITH counted AS (
    SELECT
        framework,
        CASE grouping(level) WHEN 1 THEN 'all' ELSE level END AS level,
        CASE grouping(family) WHEN 1 THEN 'all' ELSE family END AS family,
        CASE grouping(country) WHEN 1 THEN 'all' ELSE country END AS country,
        count(*) AS n_roles,
        count(DISTINCT company) AS n_companies,
        count(pay) AS n_roles_paid,
        count(DISTINCT company) FILTER (pay IS NOT NULL) AS n_companies_paid,
        list(pay ORDER BY pay) FILTER (pay IS NOT NULL) AS pays
    FROM pay_roles
    GROUP BY framework, CUBE (level, family, country)
)
SELECT
    row_number() OVER (ORDER BY framework, level, family, country)::INTEGER AS cell, *,
    n_roles_paid >= {MIN_ROLES} AND n_companies_paid >= {MIN_COMPANIES} AS is_measured,
    {_QUANTILES}
FROM counted
WHERE
    level IS NOT NULL AND family IS NOT NULL AND country IS NOT NULL
    AND n_roles >= {MIN_ROLES} AND n_companies >= {MIN_COMPANIES}
"""

# Each role that states pay counts in the eight cells that hold it.
_PAID = """
WITH numbered AS (
    SELECT company, row_number() OVER () AS company_no FROM (SELECT DISTINCT company FROM pay_roles)
), paid AS (
    SELECT
        framework, company_no, pay,
        CASE WHEN any_level THEN 'all' ELSE level END AS level,
        CASE WHEN any_family THEN 'all' ELSE family END AS family,
        CASE WHEN any_country THEN 'all' ELSE country END AS country
    FROM pay_roles
    JOIN numbered USING (company)
    CROSS JOIN (VALUES (true), (false)) AS levels (any_level)
    CROSS JOIN (VALUES (true), (false)) AS families (any_family)
    CROSS JOIN (VALUES (true), (false)) AS countries (any_country)
    WHERE pay IS NOT NULL
)
SELECT cell, company_no, pay
FROM paid JOIN pay_cells USING (framework, level, family, country)
WHERE is_measured
ORDER BY cell, pay
"""

# Below the least and above the greatest pay an interval is open.
_TABLE = """
SELECT
    framework, level, family, country, n_roles, n_companies, n_roles_paid, n_companies_paid,
    n_roles_paid / n_roles AS disclosure_rate, p10, p25, p50,
    CASE WHEN low >= 1 THEN least(pays[low], p50) END AS p50_ci_low,
    CASE WHEN high <= n_roles_paid THEN greatest(pays[high], p50) END AS p50_ci_high,
    p75, p90, $first::DATE AS window_start, $as_of::DATE AS window_end
FROM pay_cells LEFT JOIN pay_ranks USING (cell)
ORDER BY framework, level, family, country
"""


@contextmanager
def _cells_made(con: duckdb.DuckDBPyConnection, first: date, as_of: date) -> Iterator[None]:
    """Make the temporary table of cells, with the ordered pay of each."""
    try:
        con.execute(_ROLES, {"first": first, "as_of": as_of})
        con.execute(_CELLS)
        yield
    finally:
        for table in ("cells", "roles"):
            con.execute(f"DROP TABLE IF EXISTS pay_{table}")


def median_ranks(cells: Codes, companies: Codes, pays: Floats) -> pd.DataFrame:
    """Find which of a cell's ordered pays are the ends of its median's interval.

    Args:
        cells: Cell of each role, ascending.
        companies: Company of each role.
        pays: Pay of each role, ascending within its cell.

    Returns:
        Columns cell, low and high: ranks from 1 in the cell; 0, and one more than there are roles,
        stand for an open end. Where no other pay than the sample's median can be the median, both
        are ranks of it.
    """
    if not len(cells):
        return pd.DataFrame({"cell": cells, "low": cells, "high": cells})
    roles = pd.DataFrame({"cell": cells, "company": companies})
    of_company = roles.groupby(["cell", "company"])["cell"]
    size = of_company.transform("size").to_numpy(np.float64)
    before = of_company.cumcount().to_numpy(np.float64) - size / 2
    first, n = np.unique(cells, return_index=True, return_counts=True)[1:]
    position = np.repeat(np.arange(len(first)), n)
    # Sum of squared contributions, below the least pay (size² / 4 of each company, spread over
    # its roles) and then after each role, which adds one to the contribution of its company.
    none = np.add.reduceat(size / 4, first)
    steps = np.cumsum(2 * before + 1)
    squares = none[position] + steps - (steps[first] - (2 * before[first] + 1))[position]
    rank = np.arange(len(cells)) - first[position] + 1
    is_held = np.square(rank - n[position] / 2) <= _THRESHOLD * squares
    # Between roles that are paid alike there is no pay to test.
    is_held[:-1] &= (pays[1:] > pays[:-1]) | (cells[1:] != cells[:-1])
    middle = np.ceil(n / 2).astype(np.int64)
    low, high = (
        np.where(np.square(n / 2) <= _THRESHOLD * none, end, middle) for end in (0, middle)
    )
    held = pd.Series(rank[is_held]).groupby(position[is_held]).agg(["min", "max"])
    at = held.index.to_numpy()
    low[at] = np.minimum(low[at], held["min"])
    high[at] = held["max"] + 1
    return pd.DataFrame({"cell": cells[first], "low": low, "high": high})


def pay_by_framework_level(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Quantiles of the stated yearly base pay of roles of the last twelve months.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.postings` and `core.mentions`.
        as_of: The day that counts as now; roles that entered later are left out.

    Returns:
        Columns framework (a family, or 'all' roles), level, family, country (each 'all' for the
        margin), n_roles, n_companies, n_roles_paid, n_companies_paid (of the roles that state
        base pay), disclosure_rate, p10, p25, p50 with p50_ci_low and p50_ci_high (NULL where
        open), p75, p90 (of the yearly midpoint in USD, inverse of the distribution function),
        window_start, window_end. Cells of fewer than `MIN_ROLES` roles or `MIN_COMPANIES`
        companies are left out; where so few state pay, the quantiles are empty.
    """
    first = first_of_twelve_months(as_of)
    with _cells_made(con, first, as_of):
        paid = con.execute(_PAID).fetchnumpy()
        ranks = median_ranks(
            np.asarray(paid["cell"]), np.asarray(paid["company_no"]), np.asarray(paid["pay"])
        )
        con.register("pay_ranks", ranks)
        try:
            table = con.execute(_TABLE, {"first": first, "as_of": as_of}).df()
        finally:
            con.unregister("pay_ranks")
    return table[list(_COLUMNS)]
