"""What verdicts rest on: from it alone, every count of every verdict comes out again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.claims.registering import registered
from tests.claims.small_warehouse import empty, market
from warehouse import models
from warehouse.claims.judge import Judged, judge

AS_OF = date(2026, 6, 30)
COUNTS = ["n_roles", "n_companies", "n_papers", "n_models"]
CELLS = ["n_pytorch_only", "n_tensorflow_only", "n_both", "n_neither"]

RECOUNTED = """
SELECT
    claim_id, min(entered_on) AS first, max(entered_on) AS last,
    nullif(count(role_id), 0) AS n_roles, nullif(count(DISTINCT company_id), 0) AS n_companies,
    nullif(count(paper_id), 0) AS n_papers, nullif(count(model_id), 0) AS n_models,
    count(*) FILTER (cell = 'pytorch_only') AS n_pytorch_only,
    count(*) FILTER (cell = 'tensorflow_only') AS n_tensorflow_only,
    count(*) FILTER (cell = 'both') AS n_both, count(*) FILTER (cell = 'neither') AS n_neither
FROM out.claim_evidence GROUP BY claim_id ORDER BY claim_id
"""


def judged(con: duckdb.DuckDBPyConnection, registry: Path | None = None) -> Judged:
    """Judge, and store what `out.claim_evidence` reads."""
    more = {"registry": registry} if registry else {}
    found = judge(con, as_of=AS_OF, method_version="test", is_sample=False, **more)
    con.execute(
        """ALTER TABLE core.postings ADD COLUMN IF NOT EXISTS company VARCHAR;
        ALTER TABLE core.postings ADD COLUMN IF NOT EXISTS title VARCHAR;
        ALTER TABLE core.postings ADD COLUMN IF NOT EXISTS url VARCHAR;"""
    )
    models.create_schemas(con)
    models.fill(con, "out.claim_units", found.units)
    models.fill(con, "out.claim_sets", found.sets)
    models.build(con, "out.claim_evidence", as_of=AS_OF)
    return found


def differences(con: duckdb.DuckDBPyConnection, verdicts: pd.DataFrame) -> list[str]:
    """Claims whose verdict counts other units than its evidence holds."""
    stated = verdicts[verdicts["verdict"] != "out_of_scope"].set_index("claim_id")
    found = con.execute(RECOUNTED).df().set_index("claim_id").reindex(stated.index)
    names = [*COUNTS, *CELLS]
    same = (stated[names].fillna(0).astype(int) == found[names].fillna(0).astype(int)).all(axis=1)
    inside = (found["first"] >= pd.to_datetime(stated["window_start"])) & (
        found["last"] <= pd.to_datetime(stated["window_end"])
    )
    return sorted(stated.index[~(same & (inside | found["first"].isna()))])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return market(7, n_companies=400, n_roles=5000)


@pytest.fixture(scope="module")
def found(con: duckdb.DuckDBPyConnection) -> Judged:
    return judged(con)


def test_every_verdict_is_recounted(con: duckdb.DuckDBPyConnection, found: Judged):
    assert differences(con, found.verdicts) == []
    n_judged = (found.verdicts["verdict"] != "out_of_scope").sum()
    query = "SELECT count(DISTINCT claim_id) FROM out.claim_evidence"
    assert con.execute(query).fetchall() == [(n_judged,)]


@pytest.mark.parametrize(
    ("change", "at_least"),
    [
        ("DELETE FROM out.claim_units WHERE unit_id = (SELECT max(unit_id) "
         "FROM out.claim_units WHERE unit = 'role')", "hire_crossover_by_2024"),
        ("UPDATE out.claim_units SET cell = 'neither' WHERE unit = 'paper'", "paper_tf_15"),
        ("DELETE FROM out.claim_sets WHERE claim_id = 'emp_both_40'", "emp_both_40"),
        ("UPDATE out.claim_units SET entered_on = '1999-01-01'", "hire_tf_led_2020"),
    ],
)  # fmt: skip
def test_a_unit_that_is_missing_or_other_shows(
    con: duckdb.DuckDBPyConnection, found: Judged, change: str, at_least: str
):
    con.execute("BEGIN")
    con.execute(change)
    assert at_least in differences(con, found.verdicts)
    con.execute("ROLLBACK")
    assert differences(con, found.verdicts) == []


def test_each_unit_stands_once_with_its_first_advert(con: duckdb.DuckDBPyConnection, found: Judged):
    assert not found.units.duplicated(["unit", "unit_id", "is_official"]).any()
    query = """SELECT count(*), count(DISTINCT (e.claim_id, e.role_id, e.paper_id, e.model_id)),
            count(*) FILTER (p.role_id = e.role_id AND NOT p.is_duplicate),
            count(*) FILTER (unit = 'role')
        FROM out.claim_evidence AS e LEFT JOIN core.postings AS p USING (posting_id)"""
    [(rows, distinct, first, of_roles)] = con.execute(query).fetchall()
    assert (rows, first) == (distinct, of_roles)
    assert rows > 5_000


def test_sets_keep_their_numbers_when_others_come(con: duckdb.DuckDBPyConnection, found: Judged):
    fewer = judge(con, as_of=date(2026, 5, 31), method_version="test", is_sample=False)

    def numbered(sets: pd.DataFrame) -> dict[tuple[str, ...], int]:
        by_set = sets.groupby("claim_set")["claim_id"].agg(lambda ids: tuple(sorted(ids)))
        return {ids: number for number, ids in by_set.items()}

    before, after = numbered(fewer.sets), numbered(found.sets)
    common = before.keys() & after.keys()
    assert len(common) > 10
    assert all(before[ids] == after[ids] for ids in common)


CLAIM = """id: {id}
version: 1
articles: [careers]
statement: {id}
estimand: {id}
population: {population}
window: {window}
measure: {measure}
rule:
  conditions: [above: 0.5]
"""


def test_many_claims_and_official_repositories_are_recounted(tmp_path: Path):
    share = "{estimator: share, naming: pytorch, among: either}"
    for year in range(2018, 2027):
        for month in (1, 4, 7, 10):
            claim = f"hire_q_{year}_{month:02}"
            text = CLAIM.format(
                id=claim,
                population="{of: roles, is_ml_role: true}",
                window=f"{{first: {year}-{month:02}-01}}",
                measure=share,
            )
            (tmp_path / f"{claim}.yaml").write_text(registered(text), encoding="utf-8")
    for claim, population in (
        ("paper_official", "{of: papers, is_official: true}"),
        ("paper_naming", "{of: papers, is_naming: true}"),
        ("paper_all", "{of: papers}"),
    ):
        text = CLAIM.format(
            id=claim, population=population, window="{first: 2020-01-01}", measure=share
        )
        (tmp_path / f"{claim}.yaml").write_text(registered(text), encoding="utf-8")
    con = market(8, n_companies=100, n_roles=1500)
    found = judged(con, tmp_path)
    assert len(found.verdicts) == 39
    assert differences(con, found.verdicts) == []
    cells = con.execute(
        """SELECT count(DISTINCT cell) FROM out.claim_units WHERE unit = 'paper'
        GROUP BY unit_id ORDER BY 1 DESC LIMIT 1"""
    ).fetchall()
    assert cells == [(2,)]  # an official repository may say otherwise than all of them


def test_nothing_seen_gives_no_evidence():
    con = empty()
    found = judged(con)
    assert (len(found.units), len(found.sets)) == (0, 0)
    assert con.execute("SELECT count(*) FROM out.claim_evidence").fetchall() == [(0,)]
