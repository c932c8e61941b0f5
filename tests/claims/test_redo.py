"""The SQL that each claim is published with gives its estimates, on views of what is published."""

from __future__ import annotations

import math
from datetime import date
from typing import get_args

import duckdb
import pytest

from tests.claims.small_warehouse import market
from tests.claims.table_checks import sql_differences
from warehouse import models
from warehouse.claims.estimators import Measure
from warehouse.claims.judge import Judged, judge
from warehouse.claims.redo import _WRITERS, redo_sql
from warehouse.claims.registry import Claim, load_registry
from warehouse.claims.trends import YearlySlope

AS_OF = date(2026, 6, 30)
FITS = {
    "hire_crossover_by_2024",
    "paper_growth_2022_2025",
    "pay_platform_premium",
    "pay_pytorch_over_tf",
    "pay_research_pytorch",
    "pay_scope_over_framework",
    "pay_skill_premium",
    "seg_level_by_framework",
}


@pytest.fixture(scope="module")
def judged() -> tuple[duckdb.DuckDBPyConnection, Judged]:
    con = market(7, n_companies=1500, n_roles=12_000)
    con.execute("ALTER TABLE core.boards ADD is_archive BOOLEAN DEFAULT false")
    con.execute(
        """INSERT INTO core.boards (source, board, is_archive)
        SELECT DISTINCT source, board, true FROM core.postings AS advert
        WHERE source = 'hackernews' AND NOT EXISTS (
            FROM core.boards AS known
            WHERE (known.source, known.board) = (advert.source, advert.board)
        )"""
    )
    con.execute("UPDATE core.boards SET is_archive = source = 'hackernews'")
    con.execute("CREATE SCHEMA out")
    for table in ("out.claim_roles", "out.claim_papers"):
        con.execute(f"CREATE VIEW {table} AS {models.models()[table].sql}")
    return con, judge(con, as_of=AS_OF, method_version="test", is_sample=False)


def claims() -> dict[str, Claim]:
    return {claim.id: claim for claim in load_registry() if isinstance(claim, Claim)}


@pytest.mark.parametrize(
    "claim", sorted(name for name, claim in claims().items() if claim.population.of != "models")
)
def test_its_sql_gives_the_estimate_of_every_part(
    judged: tuple[duckdb.DuckDBPyConnection, Judged], claim: str
) -> None:
    con, tables = judged
    assert sql_differences(con, tables.verdicts, tables.parts, [claim]) == []


def test_the_planted_market_has_estimates_to_compare(
    judged: tuple[duckdb.DuckDBPyConnection, Judged],
) -> None:
    parts = judged[1].parts
    told = parts[parts["estimate"].map(math.isfinite)]["claim_id"].nunique()
    assert told >= 45


def test_a_wrong_estimate_is_told(judged: tuple[duckdb.DuckDBPyConnection, Judged]) -> None:
    con, tables = judged
    parts = tables.parts.copy()
    parts.loc[parts["claim_id"] == "hire_both_named", "estimate"] += 0.001
    assert len(sql_differences(con, tables.verdicts, parts, ["hire_both_named"])) == 1


def test_every_way_to_measure_can_be_written_as_sql() -> None:
    measures = get_args(get_args(Measure)[0])
    assert len(measures) >= 20
    assert set(measures) == {*_WRITERS, YearlySlope}


def test_only_fits_are_left_to_more_than_sql(
    judged: tuple[duckdb.DuckDBPyConnection, Judged],
) -> None:
    texts = judged[1].verdicts.set_index("claim_id")["redo_sql"].dropna()
    assert {claim for claim, text in texts.items() if "what the fit goes through" in text} == FITS


@pytest.mark.parametrize("claim", sorted(claims()))
def test_it_is_one_select_that_names_claim_and_version(claim: str) -> None:
    found = claims()[claim]
    text = redo_sql(found, date(2025, 1, 1), date(2025, 12, 31), ["it's"])
    assert text.splitlines()[0].startswith(f"/* {claim}, version {found.version}: ")
    assert len(duckdb.extract_statements(text)) == 1


def test_a_claim_that_nobody_speaks_to_is_asked_of_nothing() -> None:
    found = claims()["hire_tf_declining"]
    assert "AND false" in redo_sql(found, date(2025, 1, 1), date(2025, 12, 31), [])
