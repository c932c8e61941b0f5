"""Pay by framework, level, family, country: quantiles by hand, margins, what is too little."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse import models
from warehouse.statistics.pay import pay_by_framework_level

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
    # 100 companies with a role each: ranks 50 and 51, -+ 1.994 * 5.
    con = world([float(i) for i in range(1, 101)], n_companies=100)
    row = cell(con, "pytorch", "all", "all", "all")
    assert (row["p50_ci_low"], row["p50_ci_high"]) == (40.0, 61.0)


def test_roles_of_few_companies_leave_an_interval_open():
    con = world([float(i) for i in range(30)], n_companies=3)
    con.execute(
        "UPDATE core.roles SET pay_mid_usd_year = 10 * right(company_id, 1)::INT + random() / 9"
    )
    row = cell(con, "pytorch", "all", "all", "all")
    assert row[["p50_ci_low", "p50_ci_high"]].isna().all()


@pytest.mark.parametrize("n_companies", [30, 120])
def test_intervals_of_medians_hold_the_truth(n_companies: int):
    """Two hundred worlds at once, each a country; pay is log-normal around 200,000."""
    rng = np.random.default_rng(20260101)
    frames = []
    for number in range(200):
        sizes = np.maximum(1, rng.lognormal(1, 1, n_companies)).astype(int)
        company = np.repeat(np.arange(n_companies), sizes)
        pay = 200_000 * np.exp(
            rng.normal(0, 0.15, n_companies)[company] + rng.normal(0, 0.2, len(company))
        )
        frames.append(
            pd.DataFrame({"company_id": company, "pay_mid_usd_year": pay, "country": f"w{number}"})
        )
    roles = pd.concat(frames, ignore_index=True)
    con = empty()
    fill(
        con,
        "roles",
        roles.assign(
            role_id=roles.index.astype(str),
            company_id=roles["country"] + roles["company_id"].astype(str),
            entered_on=date(2026, 1, 1),
            level="mid",
            family="research",
        ),
    )
    rows = pay_by_framework_level(con, AS_OF)
    rows = rows[(rows["country"] != "all") & (rows["level"] == "mid") & (rows["family"] == "all")]
    assert len(rows) == 200
    low, high = rows["p50_ci_low"].fillna(0), rows["p50_ci_high"].fillna(np.inf)
    assert 0.93 <= np.mean((low <= 200_000) & (high >= 200_000)) <= 0.99


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
