"""What is named together: how much more often than by chance a role names two technologies.

Belongs here: the tables `comention_by_year` and `skill_by_framework`, read from `core` and returned
as frames. Does not belong here: reading technologies out of texts, or storing the frames.

The lift of two technologies is the share of roles that name both over the product of the shares
that name each: 1 where they have nothing to do with each other. What a role names is read as
`core.roles` reads its frameworks: not negated, in adverts of its first year, by family.

There are tens of thousands of pairs, each resting on four totals of every company. Their intervals
are those of the company-clustered bootstrap in the limit of many draws (the infinitesimal
jackknife; Efron 1982, "The jackknife, the bootstrap and other resampling plans", chapter 6):
Poisson(1) weights have variance 1, so the variance of the drawn logarithm tends to the sum of the
companies' squared influences, which needs sums of products alone. The interval is normal on the
scale of the logarithm, widened for few or unequal companies just as drawn ones are
(`intervals.tail`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse, stats

from warehouse.statistics.bootstrap import Floats
from warehouse.statistics.intervals import CONFIDENCE, tail
from warehouse.statistics.windows import first_of_twelve_months

MIN_ROLES = 5  # a pair that fewer roles name, or roles of fewer companies, is left out
MIN_COMPANIES = 3
POPULATIONS = ("all", "ml")

_COMENTION_COLUMNS = (
    "year",
    "population",
    "technology_a",
    "technology_b",
    "n_roles",
    "n_companies",
    "n_roles_a",
    "n_roles_b",
    "n_roles_all",
    "lift",
    "ci_low",
    "ci_high",
    "is_partial",
)
_SKILL_COLUMNS = (
    "framework",
    "skill",
    "kind",
    "population",
    "n_roles",
    "n_companies",
    "n_roles_framework",
    "share",
    "share_all",
    "lift",
    "ci_low",
    "ci_high",
    "window_start",
    "window_end",
)

# Numbers in place of ids: pairs are many. The order of numbers has no bearing on any result.
_ROLES = """
CREATE OR REPLACE TEMP TABLE comention_roles AS
WITH entered AS (
    SELECT
        role_id, coalesce(company_id, role_id) AS company, entered_on,
        coalesce(is_ml_role, false) AS is_ml
    FROM core.roles WHERE entered_on <= $as_of
), companies AS (
    SELECT company, row_number() OVER ()::INTEGER AS company_no
    FROM (SELECT DISTINCT company FROM entered)
)
SELECT
    role_id, row_number() OVER ()::INTEGER AS role_no, company_no, entered_on, is_ml
FROM entered JOIN companies USING (company)
"""

_TECHNOLOGIES = """
CREATE OR REPLACE TEMP TABLE comention_technologies AS
SELECT
    (row_number() OVER (ORDER BY family) - 1)::SMALLINT AS technology, family,
    any_value(kind) = 'framework' AS is_framework
FROM core.mentions WHERE kind IN ('framework', 'skill') GROUP BY family
"""

_NAMES = """
CREATE OR REPLACE TEMP TABLE comention_names AS
WITH named AS (
    SELECT DISTINCT r.role_no, t.technology
    FROM core.mentions AS m
    JOIN comention_technologies AS t USING (family)
    JOIN core.postings AS p USING (posting_id)
    JOIN comention_roles AS r USING (role_id)
    WHERE
        m.is_negated IS NOT true
        AND coalesce(p.posted_on, p.first_seen_on) <= r.entered_on + 365
)
SELECT role_no, company_no, entered_on, is_ml, technology, is_framework
FROM named
JOIN comention_technologies USING (technology)
JOIN comention_roles USING (role_no)
"""

# Of each company: roles that name a technology.
_SINGLES = """
SELECT
    company_no, technology, count(*) AS n_all, count(*) FILTER (is_ml) AS n_ml
FROM comention_names WHERE entered_on BETWEEN $first AND $last
GROUP BY ALL
"""

_COMPANIES = """
SELECT company_no, count(*) AS n_all, count(*) FILTER (is_ml) AS n_ml
FROM comention_roles WHERE entered_on BETWEEN $first AND $last
GROUP BY ALL
"""

# Of each pair: totals over companies of the roles naming both (x), and of their products with the
# company's roles naming one (a), the other (b), and all of its roles (n).
_PAIRS = f"""
WITH named AS (
    SELECT role_no, company_no, is_ml, technology, is_framework
    FROM comention_names WHERE entered_on BETWEEN $first AND $last
), singles AS ({_SINGLES}), companies AS ({_COMPANIES}), joint AS (
    SELECT
        one.company_no, least(one.technology, other.technology) AS a,
        greatest(one.technology, other.technology) AS b,
        count(*) AS x_all, count(*) FILTER (one.is_ml) AS x_ml
    FROM (FROM named WHERE is_framework) AS one JOIN named AS other
        ON one.role_no = other.role_no
    WHERE one.technology < other.technology OR NOT other.is_framework
    GROUP BY ALL
)
SELECT
    a, b,
    sum(x_all)::DOUBLE AS x_all, count(*) AS companies_all,
    sum(x_all * x_all)::DOUBLE AS xx_all, sum(x_all * one.n_all)::DOUBLE AS xa_all,
    sum(x_all * other.n_all)::DOUBLE AS xb_all, sum(x_all * every.n_all)::DOUBLE AS xn_all,
    sum(x_ml)::DOUBLE AS x_ml, count(*) FILTER (x_ml > 0) AS companies_ml,
    sum(x_ml * x_ml)::DOUBLE AS xx_ml, sum(x_ml * one.n_ml)::DOUBLE AS xa_ml,
    sum(x_ml * other.n_ml)::DOUBLE AS xb_ml, sum(x_ml * every.n_ml)::DOUBLE AS xn_ml
FROM joint
JOIN singles AS one ON joint.company_no = one.company_no AND joint.a = one.technology
JOIN singles AS other ON joint.company_no = other.company_no AND joint.b = other.technology
JOIN companies AS every ON joint.company_no = every.company_no
GROUP BY a, b
HAVING x_all >= {MIN_ROLES} AND companies_all >= {MIN_COMPANIES}
ORDER BY a, b
"""


@contextmanager
def _names_read(con: duckdb.DuckDBPyConnection, as_of: date) -> Iterator[pd.DataFrame]:
    """Read what each role names; yields the technologies (family, is_framework) by number."""
    try:
        con.execute(_ROLES, {"as_of": as_of})
        con.execute(_TECHNOLOGIES)
        con.execute(_NAMES)
        yield con.execute("FROM comention_technologies ORDER BY technology").df()
    finally:
        for table in ("names", "technologies", "roles"):
            con.execute(f"DROP TABLE IF EXISTS comention_{table}")


def _products(con: duckdb.DuckDBPyConnection, days: dict[str, date]) -> dict[str, Floats]:
    """Add up the products of companies' counts, of each population.

    Returns:
        Sums over companies, technologies by technologies; the last row and column stand for roles
        of any kind, and a further row holds the totals themselves.
    """
    singles = con.execute(_SINGLES, days).fetchnumpy()
    companies = con.execute(_COMPANIES, days).fetchnumpy()
    any_role = np.full(len(companies["company_no"]), int(np.max(singles["technology"])) + 1)
    places = (
        np.concatenate([singles["company_no"], companies["company_no"]]),
        np.concatenate([singles["technology"], any_role]),
    )
    found = {}
    for population in POPULATIONS:
        values = np.concatenate([counts[f"n_{population}"] for counts in (singles, companies)])
        counts = sparse.csr_array((values.astype(np.float64), places))
        products = np.asarray((counts.T @ counts).todense(), np.float64)
        found[population] = np.vstack([products, counts.sum(axis=0)])
    return found


def log_lift_variance(totals: Floats, products: Floats) -> Floats:
    """Sum the companies' squared influences on the logarithm of each lift.

    The influence of a company is x/X - a/A - b/B + n/N, of its roles naming both, one, the other,
    and all of its roles, each over the total of all companies.

    Args:
        totals: X, A, B, N of each pair, pairs by 4.
        products: Sums over companies of the products of their x, a, b, n, pairs by 4 by 4.

    Returns:
        Variance of each pair's log lift.
    """
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    gradient = signs / totals
    variance = np.einsum("pi,pij,pj->p", gradient, products, gradient)
    return np.asarray(np.maximum(variance, 0.0), np.float64)


def lift_intervals(
    totals: Floats, products: Floats, n_companies: Floats
) -> tuple[Floats, Floats, Floats]:
    """Give the lift of each pair with its company-clustered 95 % interval.

    Args:
        totals: Roles naming both, one, the other, and all roles, pairs by 4.
        products: Sums over companies of the products of these counts, pairs by 4 by 4.
        n_companies: Companies with a role naming both, of each pair.

    Returns:
        Lifts, and both ends of their intervals.
    """
    x, a, b, n = totals.T
    lift = x * n / (a * b)
    effective = x**2 / products[:, 0, 0]  # Kish's, of the scarcest count
    spread = stats.norm.isf(tail(effective)) * np.sqrt(log_lift_variance(totals, products))
    low, high = lift * np.exp(-spread), lift * np.exp(spread)
    # Where all roles that name one name the other, no resampling shows a role that doesn't: the
    # share of 1 is then as sure as that of companies counted once each (Clopper-Pearson).
    is_whole = x >= np.minimum(a, b)
    surest = lift * ((1 - CONFIDENCE) / 2) ** (1 / n_companies)
    return lift, np.where(is_whole, np.minimum(low, surest), low), high


def _lifts(con: duckdb.DuckDBPyConnection, first: date, last: date) -> pd.DataFrame:
    """Measure the pairs that roles of some days name, of which one is a framework at least.

    Returns:
        Columns population, a, b (numbers of technologies, a before b), n_roles, n_companies,
        n_roles_a, n_roles_b, n_roles_all, lift, ci_low, ci_high.
    """
    days = {"first": first, "last": last}
    pairs = con.execute(_PAIRS, days).df()
    if pairs.empty:
        return pd.DataFrame()
    grams = _products(con, days)
    frames = []
    for population, gram in grams.items():
        x, n_companies, *with_x = (
            pairs[f"{name}_{population}"].to_numpy(np.float64)
            for name in ("x", "companies", "xx", "xa", "xb", "xn")
        )
        is_listed = (x >= MIN_ROLES) & (n_companies >= MIN_COMPANIES)
        a, b = (pairs.loc[is_listed, side].to_numpy(np.intp) for side in ("a", "b"))
        every = np.full(len(a), gram.shape[1] - 1)
        places = (a, b, every)
        totals = np.stack([x[is_listed], *(gram[-1, place] for place in places)], axis=1)
        products = np.empty((len(a), 4, 4))
        products[:, 0, :] = products[:, :, 0] = np.stack(with_x, axis=1)[is_listed]
        for row, left in enumerate(places, 1):
            for column, right in enumerate(places, 1):
                products[:, row, column] = gram[left, right]
        lift, low, high = lift_intervals(totals, products, n_companies[is_listed])
        frames.append(
            pd.DataFrame(
                {
                    "population": population,
                    "a": a,
                    "b": b,
                    "n_roles": totals[:, 0].astype(np.int64),
                    "n_companies": n_companies[is_listed].astype(np.int64),
                    "n_roles_a": totals[:, 1].astype(np.int64),
                    "n_roles_b": totals[:, 2].astype(np.int64),
                    "n_roles_all": totals[:, 3].astype(np.int64),
                    "lift": lift,
                    "ci_low": low,
                    "ci_high": high,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


class Comentions(NamedTuple):
    """The tables of what is named together."""

    by_year: pd.DataFrame  # out.comention_by_year
    by_framework: pd.DataFrame  # out.skill_by_framework


def comentions(con: duckdb.DuckDBPyConnection, as_of: date) -> Comentions:
    """Measure how often two technologies are named in one role, against chance.

    Pairs of which neither is a framework, and pairs in fewer than `MIN_ROLES` roles or
    `MIN_COMPANIES` companies, are left out.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.postings` and `core.mentions`.
        as_of: The day that counts as now; roles that entered later are left out.

    Returns:
        By year: columns year, population ('all' or 'ml'), technology_a, technology_b (in the
        order of the alphabet), n_roles and n_companies naming both, n_roles_a, n_roles_b,
        n_roles_all, lift with ci_low and ci_high, is_partial. By framework, of the last twelve
        months: columns framework, skill (any other technology), kind (of the skill), population,
        n_roles and n_companies naming both, n_roles_framework, share (of the framework's roles
        that name the skill), share_all (of all roles), lift (share over share_all) with ci_low
        and ci_high, window_start, window_end.
    """
    first = first_of_twelve_months(as_of)
    with _names_read(con, as_of) as technologies:
        years = con.execute(
            "SELECT DISTINCT year(entered_on) FROM comention_names ORDER BY 1"
        ).fetchall()
        by_year = {year: _lifts(con, date(year, 1, 1), date(year, 12, 31)) for (year,) in years}
        recent = _lifts(con, first, as_of)
    return Comentions(
        _by_year(by_year, technologies, as_of), _by_framework(recent, technologies, first, as_of)
    )


def _by_year(
    lifts: dict[int, pd.DataFrame], technologies: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    frames = [
        frame.assign(year=year, is_partial=as_of < date(year, 12, 31))
        for year, frame in lifts.items()
        if len(frame)
    ]
    if not frames:
        return pd.DataFrame(columns=list(_COMENTION_COLUMNS))
    table = pd.concat(frames, ignore_index=True)
    family = technologies["family"].to_numpy(dtype=object)
    for side in ("a", "b"):
        table[f"technology_{side}"] = family[table[side]]
    return table[list(_COMENTION_COLUMNS)]


def _by_framework(
    lifts: pd.DataFrame, technologies: pd.DataFrame, first: date, last: date
) -> pd.DataFrame:
    if lifts.empty:
        return pd.DataFrame(columns=list(_SKILL_COLUMNS))
    family = technologies["family"].to_numpy(dtype=object)
    is_framework = technologies["is_framework"].to_numpy(np.bool_)
    turned = lifts.rename(
        columns={"a": "b", "b": "a", "n_roles_a": "n_roles_b", "n_roles_b": "n_roles_a"}
    )
    table = pd.concat([lifts, turned], ignore_index=True)
    table = table[is_framework[table["a"]]]
    table = table.assign(
        framework=family[table["a"]],
        skill=family[table["b"]],
        kind=np.where(is_framework[table["b"]], "framework", "skill"),
        n_roles_framework=table["n_roles_a"],
        share=table["n_roles"] / table["n_roles_a"],
        share_all=table["n_roles_b"] / table["n_roles_all"],
        window_start=first,
        window_end=last,
    )
    order = ["framework", "population", "skill"]
    return table.sort_values(order, ignore_index=True)[list(_SKILL_COLUMNS)]
