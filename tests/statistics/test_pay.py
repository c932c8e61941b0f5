"""Pay by framework, level, family, country: quantiles by hand, margins, what is too little."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse import models
from warehouse.statistics.pay import median_ranks, pay_by_framework_level

AS_OF = date(2026, 6, 30)
KEYS = ["framework", "level", "family", "country"]


def world(pays: list[float | None], *, n_companies: int = 3, **fields: Any) -> Any:
    """Roles of one kind by what they pay; companies take turns."""
    con = empty()
    usual = {
        "entered_on": date(2026, 2, 1),
        "country": "US",
        "level": "senior",
        "has_pytorch": True,
    }
    add_roles(
        con,
        [
            {"company_id": f"c{i % n_companies}", "pay_mid_usd_year": pay} | usual | fields
            for i, pay in enumerate(pays)
        ],
    )
    return con


def cell(con: duckdb.DuckDBPyConnection, *key: str) -> Any:
    rows = pay_by_framework_level(con, AS_OF).set_index(KEYS)
    return rows.loc[key]


def test_quantiles_are_the_least_pay_that_so_many_do_not_exceed():
    con = world([100.0 * i for i in range(1, 11)] + [None] * 10)
    row = cell(con, "pytorch", "senior", "ml_engineer", "US")
    found = row[["p10", "p25", "p50", "p75", "p90"]].tolist()
    assert found == [100.0, 300.0, 500.0, 800.0, 900.0]
    assert row[["n_roles", "n_roles_paid", "n_companies", "n_companies_paid"]].tolist() == [
        20, 10, 3, 3,
    ]  # fmt: skip
    assert row["disclosure_rate"] == 0.5
    assert (row["window_start"].date(), row["window_end"].date()) == (date(2025, 7, 1), AS_OF)


def test_each_role_counts_in_the_margins_too():
    con = world([100.0, 200, 300, 400, 500, 600])
    con.execute("UPDATE core.roles SET country = NULL WHERE role_id = 'role-000000'")
    rows = pay_by_framework_level(con, AS_OF).set_index(KEYS)["n_roles"]
    assert len(rows) == 16  # pytorch and all, twice two to the third
    assert set(rows[rows.index.get_level_values("country") == "US"]) == {5}
    assert set(rows[rows.index.get_level_values("country") == "all"]) == {6}


@pytest.mark.parametrize(
    ("pays", "n_companies", "fields", "is_listed", "is_measured"),
    [
        ([1.0] * 5, 3, {}, True, True),
        ([1.0] * 4, 3, {}, False, False),  # too few roles
        ([1.0] * 5, 2, {}, False, False),  # too few companies
        ([1.0] * 4 + [None] * 9, 3, {}, True, False),  # too few state pay
        ([1.0, None, None, None] * 6, 4, {}, True, False),  # one company alone states pay
        ([1.0] * 5, 3, {"entered_on": date(2025, 6, 30)}, False, False),  # over a year ago
        ([1.0] * 5, 3, {"entered_on": date(2025, 7, 1)}, True, True),
        ([1.0] * 5, 3, {"entered_on": date(2026, 7, 1)}, False, False),  # not yet
        ([1.0] * 5, 3, {"has_pytorch": False}, False, False),
    ],
)
def test_what_is_too_little_is_left_out_or_empty(
    pays, n_companies: int, fields, is_listed: bool, is_measured: bool
):
    rows = pay_by_framework_level(world(pays, n_companies=n_companies, **fields), AS_OF)
    of_pytorch = rows[rows["framework"] == "pytorch"]
    assert bool(len(of_pytorch)) is is_listed
    quantiles = of_pytorch[["p10", "p25", "p50", "p75", "p90"]]
    assert bool(quantiles.notna().all(axis=None) and len(quantiles)) is is_measured
    assert is_measured or quantiles.isna().all(axis=None)


def test_a_role_counts_under_each_framework_that_it_names_but_not_what_it_denies():
    con = world([1.0] * 6, has_jax=True)
    rows = con.execute("SELECT posting_id FROM core.postings").df()
    said = {"technology": "keras", "family": "keras", "kind": "framework"}
    fill(con, "mentions", rows.assign(is_negated=True, **said))
    fill(con, "mentions", rows.assign(technology="sql", family="sql", kind="skill"))
    assert set(pay_by_framework_level(con, AS_OF)["framework"]) == {"all", "jax", "pytorch"}


def test_figures_are_those_of_plain_sql():
    con = market(5, n_companies=150, n_roles=6000)
    con.execute("UPDATE core.roles SET country = CASE WHEN is_us THEN 'US' END")
    rows = pay_by_framework_level(con, AS_OF)
    recent = "FROM core.roles WHERE entered_on BETWEEN '2025-07-01' AND '2026-06-30'"
    figures = """count(*)::INT, count(DISTINCT company_id)::INT, count(pay_mid_usd_year)::INT,
        quantile_disc(pay_mid_usd_year, [0.1, 0.25, 0.5, 0.75, 0.9])"""
    for framework, clause in (("all", ""), ("tensorflow", "AND has_tensorflow")):
        for level, family, country in (
            ("senior", "all", "all"),
            ("all", "research", "US"),
            ("all", "all", "all"),
        ):
            where = "".join(
                f" AND {name} = '{value}'"
                for name, value in (("level", level), ("family", family), ("country", country))
                if value != "all"
            )
            [plain] = con.execute(f"SELECT {figures} {recent} {clause} {where}").fetchall()
            row = rows.set_index(KEYS).loc[framework, level, family, country]
            assert row[["n_roles", "n_companies", "n_roles_paid"]].tolist() == list(plain[:3])
            assert row[["p10", "p25", "p50", "p75", "p90"]].tolist() == plain[3]
    measured = rows.dropna(subset=["p50"])
    assert (measured["p50_ci_low"].fillna(0) <= measured["p50"]).all()
    assert (measured["p50"] <= measured["p50_ci_high"].fillna(np.inf)).all()
    assert not rows.duplicated(KEYS).any()


def test_the_interval_of_a_median_of_roles_alone_is_that_of_order_statistics():
    # 100 companies with a role each: 50 -+ 1.96 * 5, so 41 to 59 may lie below.
    con = world([float(i) for i in range(1, 101)], n_companies=100)
    row = cell(con, "pytorch", "all", "all", "all")
    assert (row["p50_ci_low"], row["p50_ci_high"]) == (41.0, 60.0)


def test_roles_of_few_companies_leave_an_interval_open():
    con = world([float(i) for i in range(30)], n_companies=3)
    con.execute(
        "UPDATE core.roles SET pay_mid_usd_year = 10 * right(company_id, 1)::INT + random() / 9"
    )
    row = cell(con, "pytorch", "all", "all", "all")
    assert row[["p50_ci_low", "p50_ci_high"]].isna().all()


def test_where_all_are_paid_alike_the_median_is_known():
    row = cell(world([7.0] * 30, n_companies=10), "pytorch", "all", "all", "all")
    assert row[["p50_ci_low", "p50", "p50_ci_high"]].tolist() == [7.0, 7.0, 7.0]


def test_ranks_are_those_of_a_plain_sign_test_by_companies():
    rng = np.random.default_rng(2)
    cells, companies, pays = [], [], []
    for number in range(30):
        n = int(rng.integers(5, 60))
        cells += [number] * n
        companies += list(rng.integers(0, rng.integers(3, 20), n) + 100 * number)
        pays += sorted(rng.integers(1, 40, n).astype(float))  # many paid alike
    cells, companies, pays = (np.array(values) for values in (cells, companies, pays))
    found = median_ranks(cells, companies, pays).set_index("cell")
    for number in range(30):
        own, by = pays[cells == number], companies[cells == number]
        between = [own[0] - 1, *np.unique(own) + 0.5]
        held = []
        for pay in between:
            sums = np.array([((own[by == c] < pay) - 0.5).sum() for c in np.unique(by)])
            if abs(sums.sum()) <= stats.norm.ppf(0.975) * np.sqrt(np.square(sums).sum()):
                held.append(int((own < pay).sum()))
        middle = int(np.ceil(len(own) / 2))
        expected = (min([*held, middle]), max([*(k + 1 for k in held), middle]))
        low, high = found.loc[number]
        # A rank stands for its pay.
        assert min(low, middle) == expected[0]
        assert max(high, middle) == expected[1]


@pytest.mark.parametrize(("n_companies", "has_giant"), [(15, False), (30, True), (120, True)])
def test_intervals_of_medians_hold_the_truth(n_companies: int, has_giant: bool):
    """Many markets at once; pay is log-normal, and companies differ."""
    rng = np.random.default_rng(20260101)
    cells, companies, pays = [], [], []
    for number in range(600):
        sizes = np.maximum(1, rng.lognormal(1, 1, n_companies)).astype(int)
        if has_giant:
            sizes[0] = round(0.43 * sizes[1:].sum())
        company = np.repeat(np.arange(n_companies), sizes)
        pay = np.exp(rng.normal(0, 0.3, n_companies)[company] + rng.normal(0, 0.2, len(company)))
        order = np.argsort(pay)
        cells.append(np.full(len(pay), number))
        companies.append(company[order])
        pays.append(pay[order])
    ranks = median_ranks(*(np.concatenate(parts) for parts in (cells, companies, pays)))
    held = [
        (low < 1 or own[low - 1] <= 1) and (high > len(own) or own[high - 1] >= 1)
        for own, low, high in zip(pays, ranks["low"], ranks["high"], strict=True)
    ]
    assert 0.945 <= np.mean(held) <= 0.995


def test_frames_fit_their_table_even_when_empty():
    with duckdb.connect() as con:
        models.create_schemas(con)
        for frame in (
            pay_by_framework_level(empty(), AS_OF),
            pay_by_framework_level(world([1.0] * 6), AS_OF),
        ):
            assert models.fill(con, "out.pay_by_framework_level", frame) == len(frame)
    con = world([1.0] * 6)
    before = con.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    pay_by_framework_level(con, AS_OF)
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == before
