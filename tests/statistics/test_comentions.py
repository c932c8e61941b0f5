"""What is named together: lifts by hand, what is left out, and whether intervals hold the truth."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse import models
from warehouse.claims.population import Window
from warehouse.statistics.bootstrap import poisson_weights
from warehouse.statistics.comentions import (
    Comentions,
    comentions,
    lift_intervals,
    log_lift_variance,
)
from warehouse.statistics.intervals import clustered
from warehouse.statistics.windows import first_of_twelve_months

AS_OF = date(2026, 6, 30)


def world(
    named: list[tuple[int, set[str]]], *, n_companies: int = 4, **fields: Any
) -> duckdb.DuckDBPyConnection:
    """Roles of 2026 by what they name: how many alike, and which technologies.

    Companies take turns. A name in lower case is a framework, one in capitals a skill.
    """
    con = empty()
    sets = [names for count, names in named for _ in range(count)]
    roles = [
        {"company_id": f"c{i % n_companies}", "entered_on": date(2026, 2, 1)} | fields
        for i in range(len(sets))
    ]
    add_roles(con, roles)
    mention(con, [(f"role-{i:06}", name) for i, names in enumerate(sets) for name in names])
    return con


def mention(
    con: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]], *, negated: bool = False
) -> None:
    rows = pd.DataFrame(pairs, columns=["posting_id", "family"])
    rows["kind"] = ["skill" if name.isupper() else "framework" for name in rows["family"]]
    fill(con, "mentions", rows.assign(technology=rows["family"], is_negated=negated))


def pairs(found: Comentions, population: str = "all") -> dict[tuple[str, str], Any]:
    rows = found.by_year[found.by_year["population"] == population]
    return {(row.technology_a, row.technology_b): row for row in rows.itertuples()}


def test_topics_are_left_out():
    con = world([(8, {"pytorch", "K8S"}), (2, {"pytorch"}), (2, {"K8S"}), (8, set())])
    before = comentions(con, AS_OF)
    con.execute(
        "INSERT INTO core.mentions BY NAME SELECT DISTINCT posting_id, 'startup' AS family, "
        "'startup' AS technology, 'topic' AS kind, false AS is_negated FROM core.mentions"
    )
    after = comentions(con, AS_OF)
    pd.testing.assert_frame_equal(after.by_year, before.by_year)
    pd.testing.assert_frame_equal(after.by_framework, before.by_framework)


def test_lift_is_that_of_the_fourfold_table():
    con = world([(8, {"pytorch", "K8S"}), (2, {"pytorch"}), (2, {"K8S"}), (8, set())])
    found = comentions(con, AS_OF)
    row = pairs(found)["K8S", "pytorch"]
    assert (row.n_roles, row.n_companies, row.n_roles_all) == (8, 4, 20)
    assert (row.n_roles_a, row.n_roles_b) == (10, 10)
    assert row.lift == pytest.approx(8 * 20 / (10 * 10))
    assert row.ci_low < row.lift < row.ci_high
    [of_framework] = found.by_framework.query("population == 'all'").to_dict("records")
    assert (of_framework["framework"], of_framework["skill"]) == ("pytorch", "K8S")
    assert of_framework["kind"] == "skill"
    assert of_framework["share"] == pytest.approx(8 / 10)
    assert of_framework["share_all"] == pytest.approx(10 / 20)
    for name in ("lift", "ci_low", "ci_high", "n_roles", "n_companies"):
        assert of_framework[name] == getattr(row, name)


def test_two_frameworks_stand_in_one_pair_and_beside_each_other():
    con = world([(6, {"pytorch", "jax"}), (4, {"pytorch"}), (10, {"jax"}), (20, set())])
    found = comentions(con, AS_OF)
    assert list(pairs(found)) == [("jax", "pytorch")]
    rows = found.by_framework.query("population == 'all'").set_index(["framework", "skill"])
    assert rows["share"].to_dict() == pytest.approx(
        {("jax", "pytorch"): 6 / 16, ("pytorch", "jax"): 6 / 10}
    )
    assert rows["share_all"].to_dict() == pytest.approx(
        {("jax", "pytorch"): 10 / 40, ("pytorch", "jax"): 16 / 40}
    )
    assert rows["kind"].tolist() == ["framework", "framework"]


def test_machine_learning_roles_are_a_population_of_their_own():
    con = world([(8, {"pytorch", "K8S"}), (2, {"pytorch"}), (2, {"K8S"}), (8, set())])
    con.execute("UPDATE core.roles SET is_ml_role = NOT (role_id >= 'role-000012')")
    found = comentions(con, AS_OF)
    assert pairs(found, "ml")["K8S", "pytorch"].n_roles_all == 12
    assert pairs(found, "ml")["K8S", "pytorch"].lift == pytest.approx(8 * 12 / (10 * 10))


@pytest.mark.parametrize(
    ("named", "n_companies", "is_listed"),
    [
        ((5, {"pytorch", "K8S"}), 3, True),
        ((4, {"pytorch", "K8S"}), 3, False),  # too few roles
        ((5, {"pytorch", "K8S"}), 2, False),  # too few companies
        ((5, {"AWS", "K8S"}), 3, False),  # no framework
        ((5, {"pytorch"}), 3, False),  # nothing beside it
    ],
)
def test_what_is_too_few_or_no_framework_is_left_out(named, n_companies: int, is_listed: bool):
    con = world([named, (10, {"jax"})], n_companies=n_companies)
    found = comentions(con, AS_OF)
    assert bool(len(found.by_year)) is is_listed
    assert bool(len(found.by_framework)) is is_listed


def test_only_what_a_role_asks_for_in_its_first_year_counts():
    con = world([(6, {"K8S"}), (6, set())])
    ids = [f"role-{i:06}" for i in range(6)]
    mention(con, [(i, "tensorflow") for i in ids], negated=True)
    late = con.execute("FROM core.postings WHERE role_id IN (SELECT unnest($1))", [ids]).df()
    late["posting_id"] = "late-" + late["posting_id"]
    late["posted_on"] = late["first_seen_on"] = date(2027, 2, 2)
    fill(con, "postings", late)
    mention(con, [(f"late-{i}", "pytorch") for i in ids])
    assert pairs(comentions(con, AS_OF)) == {}
    con.execute("UPDATE core.postings SET posted_on = '2027-02-01' WHERE posted_on > '2027-01-01'")
    assert list(pairs(comentions(con, AS_OF))) == [("K8S", "pytorch")]
    con.execute("UPDATE core.mentions SET is_negated = false")
    assert ("K8S", "tensorflow") in pairs(comentions(con, AS_OF))


def test_leaves_count_as_their_family_once():
    con = world([(6, {"K8S"}), (6, set())])
    for leaf in ("pytorch", "pytorch-lightning"):
        rows = pd.DataFrame({"posting_id": [f"role-{i:06}" for i in range(6)]})
        kind = {"family": "pytorch", "kind": "framework", "is_negated": False}
        fill(con, "mentions", rows.assign(technology=leaf, **kind))
    row = pairs(comentions(con, AS_OF))["K8S", "pytorch"]
    assert (row.n_roles, row.n_roles_b, row.lift) == (6, 6, 2.0)


def test_years_are_apart_and_the_last_one_is_partial():
    con = world([(6, {"pytorch", "K8S"}), (6, set())])
    con.execute("UPDATE core.roles SET entered_on = '2025-12-31' WHERE role_id < 'role-000006'")
    assert comentions(con, date(2025, 12, 30)).by_year.empty
    found = comentions(con, date(2025, 12, 31))
    assert found.by_year[["year", "n_roles_all", "is_partial"]].iloc[0].tolist() == [2025, 6, False]
    con.execute("UPDATE core.roles SET entered_on = '2026-01-01'")
    assert comentions(con, AS_OF).by_year["is_partial"].all()


def test_skills_are_those_of_twelve_months():
    con = world([(6, {"pytorch", "K8S"}), (6, set())], entered_on=date(2025, 7, 1))
    table = comentions(con, AS_OF).by_framework
    assert table["window_start"].unique().tolist() == [date(2025, 7, 1)]
    assert table["window_end"].unique().tolist() == [AS_OF]
    con.execute("UPDATE core.roles SET entered_on = '2025-06-30'")
    assert comentions(con, AS_OF).by_framework.empty
    assert len(comentions(con, AS_OF).by_year) == 2


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (date(2026, 6, 30), date(2025, 7, 1)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2025, 2, 28), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 1, 1)),
    ],
)
def test_twelve_months_are_those_of_claims(as_of: date, first: date):
    assert first_of_twelve_months(as_of) == first
    assert Window(last_months=12).days(as_of)[0] == first


def moments(
    company: np.ndarray, a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Totals, products and companies of one pair, as `lift_intervals` takes them."""
    counts = np.stack(
        [np.bincount(company, flags) for flags in (a & b, a, b, np.ones(len(a)))], axis=1
    )
    n_companies = np.array([float((counts[:, 0] > 0).sum())])
    return counts.sum(axis=0)[None], (counts.T @ counts)[None], n_companies


def named_together(
    rng: np.random.Generator, n_companies: int, *, has_giant: bool = False
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Roles of companies of unlike sizes and tastes; PyTorch doubles the odds of the skill."""
    sizes = np.maximum(1, rng.lognormal(1, 1, n_companies)).astype(int)
    if has_giant:
        sizes[0] = round(0.43 * sizes[1:].sum())
    company = np.repeat(np.arange(n_companies), sizes)
    share, with_it, without = 0.3, 0.5, 0.25
    taste = [rng.beta(3 * p, 3 * (1 - p), n_companies)[company] for p in (share, with_it, without)]
    a = rng.random(len(company)) < taste[0]
    b = rng.random(len(company)) < np.where(a, taste[1], taste[2])
    return with_it / (share * with_it + (1 - share) * without), company, a, b


@pytest.mark.parametrize(
    ("n_companies", "has_giant"), [(25, False), (120, False), (120, True)], ids=str
)
def test_intervals_hold_the_truth(n_companies: int, has_giant: bool):
    rng = np.random.default_rng(20260101)
    worlds = [named_together(rng, n_companies, has_giant=has_giant) for _ in range(600)]
    found = [moments(*world[1:]) for world in worlds]
    totals, products, companies = (np.concatenate(parts) for parts in zip(*found, strict=True))
    listed = (totals[:, 0] >= 5) & (companies >= 3)
    _, low, high = lift_intervals(totals[listed], products[listed], companies[listed])
    truth = worlds[0][0]
    assert listed.mean() > 0.9
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.99


def test_intervals_are_those_of_many_draws():
    _, company, a, b = named_together(np.random.default_rng(4), 400)
    lift, low, high = (float(end[0]) for end in lift_intervals(*moments(company, a, b)))
    columns = np.stack([a & b, a, b, np.ones(len(a))], axis=1).astype(np.float64)
    estimate, ends = clustered(
        poisson_weights(400),
        company,
        columns,
        lambda t: t[..., 0] * t[..., 3] / (t[..., 1] * t[..., 2]),
    )
    assert lift == pytest.approx(estimate)
    width = np.log(high / low)
    assert width == pytest.approx(np.log(ends.high / ends.low), rel=0.1)
    assert np.log(low) == pytest.approx(np.log(ends.low), abs=0.1 * width)


def test_variance_is_the_sum_of_squared_influences():
    _, company, a, b = named_together(np.random.default_rng(5), 60)
    totals, products, _ = moments(company, a, b)
    by_company = np.stack(
        [np.bincount(company, flags) for flags in (a & b, a, b, np.ones(len(a)))], axis=1
    )
    influence = by_company / totals @ [1, -1, -1, 1]
    assert log_lift_variance(totals, products)[0] == pytest.approx(np.square(influence).sum())


def test_never_seen_apart_is_not_always_together():
    # Every TFX role names Kubernetes: no draw can differ, yet six roles at four companies are few.
    con = world([(6, {"tfx", "K8S"}), (6, {"K8S"}), (12, set())])
    row = pairs(comentions(con, AS_OF))["K8S", "tfx"]
    assert row.lift == 2.0
    assert row.ci_low == pytest.approx(2.0 * 0.025 ** (1 / 4))


def test_counts_are_those_of_plain_sql_and_the_order_of_rows_has_no_bearing():
    con = market(3, n_companies=60, n_roles=1500)
    found = comentions(con, AS_OF)
    plain = con.execute(
        """SELECT year(entered_on) AS year, count(*) FILTER (has_pytorch AND has_tensorflow) AS n,
            count(DISTINCT company_id) FILTER (has_pytorch AND has_tensorflow) AS companies,
            n * count(*) / (count(*) FILTER (has_pytorch) * count(*) FILTER (has_tensorflow)) AS l
        FROM core.roles WHERE is_ml_role GROUP BY 1 HAVING n >= 5 AND companies >= 3 ORDER BY 1"""
    ).fetchall()
    rows = found.by_year.query(
        "population == 'ml' and technology_a == 'pytorch' and technology_b == 'tensorflow'"
    )
    assert len(rows) > 5
    assert rows[["year", "n_roles", "n_companies"]].to_numpy().tolist() == [
        list(row[:3]) for row in plain
    ]
    assert rows["lift"].tolist() == pytest.approx([row[3] for row in plain])
    other = empty()
    for table in ("roles", "postings", "mentions"):
        shuffled = con.execute(f"FROM core.{table}").df()
        fill(other, table, shuffled.iloc[np.random.default_rng(1).permutation(len(shuffled))])
    for one, two in zip(found, comentions(other, AS_OF), strict=True):
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_frames_fit_their_tables_even_when_empty():
    with duckdb.connect() as con:
        models.create_schemas(con)
        for found in (comentions(empty(), AS_OF), comentions(market(3, n_roles=600), AS_OF)):
            assert models.fill(con, "out.comention_by_year", found.by_year) == len(found.by_year)
            rows = models.fill(con, "out.skill_by_framework", found.by_framework)
            assert rows == len(found.by_framework)


def test_nothing_is_left_behind():
    con = market(3, n_roles=300)
    before = con.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    comentions(con, AS_OF)
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == before
