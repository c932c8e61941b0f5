"""Verdicts from a warehouse: figures recomputed in plain SQL, variants, labels, empty tables."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse.claims.judge import SENSITIVITY_COLUMNS, VERDICT_COLUMNS, judge
from warehouse.claims.registry import OutOfScope, load_registry

AS_OF = date(2026, 6, 30)


def judged(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF, *, is_sample: bool = False):
    verdicts, sensitivity, *_ = judge(con, as_of=as_of, method_version="test", is_sample=is_sample)
    return verdicts.set_index("claim_id"), sensitivity.set_index(["claim_id", "variant"])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return market(7, n_companies=1500, n_roles=12_000)


@pytest.fixture(scope="module")
def tables(con: duckdb.DuckDBPyConnection):
    return judged(con)


# Plain SQL over core, one query per claim: estimate, then n units of the population or base.
LAST_12 = "entered_on BETWEEN '2025-07-01' AND '2026-06-30'"
ML_12 = f"is_ml_role AND {LAST_12}"
RATIO = "sum(has_pytorch::INT) / sum(has_tensorflow::INT), count(*)"
PAPER = """
    WITH paper AS (
        SELECT paper_id, bool_or(framework = 'pytorch') AS p, bool_or(framework = 'tf') AS t
        FROM core.papers JOIN core.paper_frameworks USING (paper_id)
        WHERE year(published_on) = {year} GROUP BY paper_id
    ) SELECT {what}, count(*) FROM paper
"""
SQL = {
    "hire_more_pytorch_2026": f"""SELECT {RATIO} FROM core.roles
        WHERE is_ml_role AND entered_on BETWEEN '2026-01-01' AND '2026-06-30'""",
    "hire_ratio_two_to_one": f"""SELECT {RATIO} FROM core.roles
        WHERE is_us AND year(entered_on) = 2024 AND quarter(entered_on) = 4""",
    "hire_tf_led_2020": f"""SELECT {RATIO} FROM core.roles
        WHERE year(entered_on) = 2020""",
    "hire_tf_declining": """WITH dated AS (
            SELECT source, has_tensorflow::INT AS named,
                date_diff('day', DATE '2021-07-01', entered_on) / 365.2425 AS years
            FROM core.roles
            WHERE is_ml_role AND entered_on BETWEEN '2021-07-01' AND '2026-06-30'),
        inside AS (
            SELECT regr_sxy(named, years) AS sxy, regr_sxx(named, years) AS sxx, count(*) AS n
            FROM dated GROUP BY source)
        SELECT sum(sxy) / sum(sxx), sum(n) FROM inside""",
    "emp_both_40": f"""WITH company AS (
            SELECT company_id, count(*) AS n, bool_or(has_pytorch) AS p,
                bool_or(has_tensorflow) AS t
            FROM core.roles WHERE {ML_12} GROUP BY company_id)
        SELECT avg((p AND t)::INT), sum(n) FROM company WHERE n >= 2 AND (p OR t)""",
    "seg_research_pytorch": """SELECT avg(has_pytorch::INT), count(*) FROM core.roles
        WHERE family = 'research' AND (has_pytorch OR has_tensorflow)
        AND entered_on BETWEEN '2025-07-01' AND '2026-06-30'""",
    "pay_pytorch_senior": f"""WITH paid AS (
            SELECT pay_mid_usd_year AS pay, row_number() OVER (ORDER BY pay_mid_usd_year) AS rank,
                count(*) OVER () AS n
            FROM core.roles WHERE {LAST_12} AND is_us AND level = 'senior' AND has_pytorch
            AND pay_mid_usd_year IS NOT NULL)
        SELECT pay, n FROM paid WHERE rank = ceil(0.1 * n)""",
    "paper_pytorch_60": PAPER.format(year=2025, what="avg(p::INT)"),
    "paper_tf_15": PAPER.format(year=2025, what="avg(t::INT)"),
    "paper_pytorch_led_2020": PAPER.format(year=2020, what="sum(p::INT) / sum(t::INT)"),
}


@pytest.mark.parametrize("claim", SQL)
def test_estimates_are_those_of_plain_sql(con: duckdb.DuckDBPyConnection, tables, claim: str):
    row = tables[0].loc[claim]
    estimate, n = con.execute(SQL[claim]).fetchone()
    counted = row["n_papers"] if claim.startswith("paper") else row["n_roles"]
    assert (row["estimate"], counted) == (pytest.approx(float(estimate), rel=1e-8), n)


def test_both_ratios_of_jax_are_those_of_plain_sql(con: duckdb.DuckDBPyConnection, tables):
    row = tables[0].loc["hire_jax_fraction"]
    query = f"""SELECT sum(has_jax::INT) / sum(has_pytorch::INT),
        sum(has_jax::INT) / sum(has_tensorflow::INT), count(*) FROM core.roles WHERE {LAST_12}"""
    to_pytorch, to_tensorflow, n = con.execute(query).fetchone()
    assert (row["estimate"], row["n_roles"]) == (pytest.approx(to_pytorch), n)
    assert f"naming PyTorch: {to_pytorch:.2f} (" in row["finding"]
    assert f"naming TensorFlow: {to_tensorflow:.2f} (" in row["finding"]


def test_the_crossing_is_that_of_a_plain_loop(con: duckdb.DuckDBPyConnection, tables):
    """The same definition, month by month: last change of sign of the smoothed log ratio."""
    months = con.execute(
        """SELECT year(entered_on) + (month(entered_on) - 0.5) / 12, sum(has_pytorch::INT),
            sum(has_tensorflow::INT) FROM core.roles GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    at, log_ratio = [], []
    for here, _, _ in months:
        weight = [np.exp(-0.5 * ((here - year) / 0.5) ** 2) for year, _, _ in months]
        p = sum(w * row[1] for w, row in zip(weight, months, strict=True))
        t = sum(w * row[2] for w, row in zip(weight, months, strict=True))
        when = sum(w * row[0] * (row[1] + row[2]) for w, row in zip(weight, months, strict=True))
        at.append(when / (p + t))
        log_ratio.append(np.log((p + 0.5) / (t + 0.5)))
    last = max(i for i, value in enumerate(log_ratio) if value <= 0)
    crossing = np.interp(0, log_ratio[last : last + 2], at[last : last + 2])
    assert tables[0].loc["hire_crossover_by_2024", "estimate"] == pytest.approx(crossing, abs=1e-5)


def test_every_claim_that_is_judged_is_recomputed():
    judged_ids = {c.id for c in load_registry() if not isinstance(c, OutOfScope)}
    assert judged_ids == {*SQL, "hire_jax_fraction", "hire_crossover_by_2024"}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("hire_more_pytorch_2026", "supported"),
        ("hire_tf_led_2020", "supported"),
        ("hire_crossover_by_2024", "supported"),
        ("hire_tf_declining", "supported"),
        ("pay_pytorch_senior", "contradicted"),
        ("paper_pytorch_led_2020", "supported"),
        ("paper_pytorch_60", "contradicted"),
        ("out_linkedin_count", "out_of_scope"),
    ],
)
def test_verdicts_are_those_of_the_planted_market(tables, claim: str, verdict: str):
    assert tables[0].loc[claim, "verdict"] == verdict


def test_four_cells_add_up(tables):
    verdicts = tables[0].dropna(subset=["n_neither"])
    cells = verdicts[["n_pytorch_only", "n_tensorflow_only", "n_both", "n_neither"]].sum(axis=1)
    assert (cells == verdicts["n_roles"].fillna(verdicts["n_papers"])).all()
    assert len(verdicts) == 12


def test_columns_and_order(tables):
    verdicts, sensitivity = tables
    assert ["claim_id", *verdicts.columns] == list(VERDICT_COLUMNS)
    assert ["claim_id", "variant", *sensitivity.columns] == list(SENSITIVITY_COLUMNS)
    assert list(verdicts.index) == [claim.id for claim in load_registry()]


def test_every_verdict_has_reason_and_rule(tables):
    verdicts = tables[0]
    assert verdicts["reason"].notna().all()
    in_scope = verdicts[verdicts["verdict"] != "out_of_scope"]
    assert in_scope[["rule", "finding", "estimand", "sources", "unit"]].notna().all(axis=None)
    assert (in_scope["window_start"] <= in_scope["window_end"]).all()
    assert in_scope["window_end"].max() == AS_OF
    assert "and the whole" in verdicts.loc["hire_jax_fraction", "rule"]


def test_proxies_are_marked_and_explained(tables):
    verdicts = tables[0]
    proxies = verdicts[verdicts["proxy"]]
    assert set(proxies.index) == {"hire_ratio_two_to_one", "emp_both_40", "pay_pytorch_senior"}
    assert proxies["reason"].str.contains("proxy: ").all()


def test_dates_are_told_in_words(tables):
    assert "202" in tables[0].loc["hire_crossover_by_2024", "finding"]
    assert tables[0].loc["hire_crossover_by_2024", "unit"] == "year"


def test_everything_is_the_same_again_in_any_order_of_rows(con: duckdb.DuckDBPyConnection, tables):
    other = empty()
    rng = np.random.default_rng(1)
    for table in ("roles", "postings", "mentions", "papers", "paper_frameworks"):
        rows = con.execute(f"FROM core.{table}").df()
        fill(other, table, rows.iloc[rng.permutation(len(rows))])
    for first, second in zip(tables, judged(other), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_nothing_after_now_is_looked_at(con: duckdb.DuckDBPyConnection):
    earlier = date(2024, 6, 30)
    verdicts, _ = judged(con, earlier)
    past = empty()
    for table in ("roles", "postings", "mentions", "papers", "paper_frameworks"):
        fill(past, table, con.execute(f"FROM core.{table}").df())
    past.execute("DELETE FROM core.postings WHERE posted_on > ?", [earlier])
    past.execute("DELETE FROM core.roles WHERE entered_on > ?", [earlier])
    past.execute("DELETE FROM core.papers WHERE published_on > ?", [earlier])
    pd.testing.assert_frame_equal(verdicts, judged(past, earlier)[0], check_exact=True)
    not_yet = verdicts.loc["hire_more_pytorch_2026"]
    assert not_yet["verdict"] == "undetermined"
    assert not_yet["reason"] == "not yet: the window begins on 2026-01-01"


def test_the_sample_says_that_it_is_one(con: duckdb.DuckDBPyConnection, tables):
    verdicts, sensitivity = judged(con, is_sample=True)
    assert verdicts["is_sample"].all()
    assert sensitivity["is_sample"].all()
    assert verdicts["finding"].dropna().str.startswith("SAMPLE").all()
    assert not tables[0]["is_sample"].any()
    assert not tables[0]["finding"].dropna().str.contains("SAMPLE").any()


def test_no_roles_and_no_papers_decide_nothing():
    verdicts, sensitivity = judged(empty())
    in_scope = verdicts[verdicts["verdict"] != "out_of_scope"]
    assert set(in_scope["verdict"]) == {"undetermined"}
    assert in_scope["reason"].str.startswith("source missing").all()
    assert in_scope["estimate"].isna().all()
    assert set(sensitivity["verdict"]) == {"undetermined"}


def test_frames_become_typed_tables(tables):
    con = duckdb.connect()
    for name, frame in zip("vs", tables, strict=True):
        con.register(f"{name}_frame", frame.reset_index())
        con.execute(f"CREATE TABLE {name} AS FROM {name}_frame")
    types = dict(con.execute("SELECT column_name, column_type FROM (DESCRIBE v)").fetchall())
    assert types["window_start"] == types["as_of"] == "DATE"
    assert types["proxy"] == types["is_sample"] == "BOOLEAN"
    assert types["estimate"] == types["ci_low"] == "DOUBLE"
    assert types["n_roles"] == types["n_papers"] == "BIGINT"
    assert types["fragile_under"] == types["sources"] == types["caveats"] == "VARCHAR"
    nans = con.execute("SELECT count(*) FILTER (isnan(estimate)) FROM v").fetchone()
    assert nans == (0,)
    assert con.execute("SELECT count(*) FROM s WHERE variant IS NULL").fetchone() == (0,)


def naming(
    company: str, source: str, n: int, framework: str, day: date = date(2026, 2, 1)
) -> list[dict[str, object]]:
    return [
        {"company_id": company, "source": source, "entered_on": day, f"has_{framework}": True}
        for _ in range(n)
    ]


def many(
    prefix: str, source: str, companies: int, n: int, framework: str, day: date = date(2026, 2, 1)
) -> list[dict[str, object]]:
    return [
        row
        for c in range(companies)
        for row in naming(f"{prefix}-{c:03}", source, n, framework, day)
    ]


def test_a_verdict_that_one_source_turns_round_is_fragile():
    con = empty()
    add_roles(
        con,
        many("a", "ashby", 60, 6, "pytorch")
        + many("b", "ashby", 20, 2, "tensorflow")
        + many("c", "lever", 15, 2, "pytorch")
        + many("d", "lever", 50, 2, "tensorflow"),
    )
    verdicts, sensitivity = judged(con)
    row = verdicts.loc["hire_more_pytorch_2026"]
    assert row["verdict"] == "supported"
    assert row["fragile_under"] == "source: lever"
    lever = sensitivity.loc[("hire_more_pytorch_2026", "source: lever")]
    assert (lever["verdict"], lever["n_roles"]) == ("contradicted", 130)
    assert lever["estimate"] == pytest.approx(0.3)
    assert row["sources"] == "ashby, lever"


def test_one_large_employer_is_seen_through():
    con = empty()
    add_roles(
        con,
        naming("giant", "ashby", 900, "pytorch")
        + many("p", "ashby", 15, 2, "pytorch")
        + many("t", "ashby", 60, 2, "tensorflow"),
    )
    verdicts, sensitivity = judged(con)
    claim = "hire_more_pytorch_2026"
    assert verdicts.loc[claim, "verdict"] == "undetermined"  # of roles alone, 7.75 : 1
    assert sensitivity.loc[(claim, "without the largest employer"), "verdict"] == "contradicted"
    equal = sensitivity.loc[(claim, "equal company weights")]
    assert equal["estimate"] == pytest.approx(16 / 60)
    assert equal["verdict"] == "contradicted"


def test_adverts_unmerged_count_each_copy():
    con = empty()
    add_roles(con, many("p", "ashby", 20, 2, "pytorch") + many("t", "ashby", 20, 2, "tensorflow"))
    copies = con.execute("FROM core.postings WHERE company_id LIKE 'p-%'").df()
    named = con.execute("FROM core.mentions WHERE family = 'pytorch'").df()
    for table, rows in (("postings", copies), ("mentions", named)):
        fill(con, table, rows.assign(posting_id="copy of " + rows["posting_id"]))
    verdicts, sensitivity = judged(con)
    assert verdicts.loc["hire_more_pytorch_2026", "estimate"] == 1
    unmerged = sensitivity.loc[("hire_more_pytorch_2026", "adverts unmerged")]
    assert (unmerged["estimate"], unmerged["n_roles"]) == (2, 120)


def test_boilerplate_and_negation_can_be_left_out():
    con = empty()
    add_roles(con, many("p", "ashby", 40, 2, "pytorch") + many("t", "ashby", 40, 2, "tensorflow"))
    con.execute(
        """UPDATE core.mentions SET is_boilerplate = true
        WHERE posting_id IN (SELECT posting_id FROM core.postings WHERE company_id < 'p-020')"""
    )
    con.execute(
        """UPDATE core.mentions SET is_negated = true
        WHERE posting_id IN (SELECT posting_id FROM core.postings WHERE company_id >= 't-030')"""
    )
    sensitivity = judged(con)[1].loc["hire_more_pytorch_2026"]
    assert sensitivity.loc["without boilerplate", "estimate"] == pytest.approx(40 / 60)
    assert sensitivity.loc["adverts unmerged", "estimate"] == pytest.approx(80 / 60)


def test_survivors_of_a_board_can_be_left_out():
    con = empty()
    day = date(2020, 5, 1)
    add_roles(
        con,
        many("b", "ashby", 30, 2, "pytorch", day)
        + many("h", "hackernews", 30, 2, "tensorflow", day),
    )
    con.execute("UPDATE core.postings SET first_seen_on = '2025-10-01'")
    verdicts, sensitivity = judged(con)
    assert verdicts.loc["hire_tf_led_2020", "estimate"] == 1
    row = sensitivity.loc[("hire_tf_led_2020", "without survivors")]
    assert (row["estimate"], row["n_roles"]) == (0, 60)  # a thread of 2020 is still what it was
    assert "without survivors" not in sensitivity.loc["hire_more_pytorch_2026"].index


def test_a_new_source_can_not_pass_for_a_trend():
    """TensorFlow's share is level in each source; the later one just names it less."""
    con = empty()
    roles = []
    for i in range(1200):
        early = i % 2 == 0
        source, share = ("hackernews", 5) if early else ("ashby", 1)
        start = date(2021, 8, 1) if early else date(2024, 8, 1)
        roles.append(
            {
                "company_id": f"{source}-{i % 60:02}",
                "source": source,
                "entered_on": start + timedelta(days=(i * 7) % 650),
                "has_tensorflow": (i // 2) % 10 < share,
                "has_pytorch": False,
            }
        )
    add_roles(con, roles)
    verdicts, sensitivity = judged(con)
    assert verdicts.loc["hire_tf_declining", "verdict"] == "undetermined"
    assert sensitivity.loc[("hire_tf_declining", "sources pooled"), "verdict"] == "supported"


def test_papers_listed_by_two_sources_count_once():
    con = empty()
    papers = pd.DataFrame(
        {
            "paper_id": ["x:1", "y:1", "x:2"],
            "source": ["x", "y", "x"],
            "arxiv_id": ["2501.00001", "2501.00001", None],
            "published_on": [date(2025, 1, 2), date(2025, 1, 3), date(2025, 2, 1)],
        }
    )
    links = pd.DataFrame(
        {
            "paper_id": ["x:1", "y:1", "x:2"],
            "framework": ["none", "pytorch", "tf"],
            "is_official": [True, False, True],
        }
    )
    fill(con, "papers", papers)
    fill(con, "paper_frameworks", links)
    verdicts, sensitivity = judged(con)
    row = verdicts.loc["paper_pytorch_60"]
    assert (row["n_papers"], row["estimate"], row["sources"]) == (2, 0.5, "x, y")
    official = sensitivity.loc[("paper_pytorch_60", "official repositories only")]
    assert (official["n_papers"], official["estimate"]) == (2, 0)
    known = sensitivity.loc[("paper_pytorch_60", "papers of known framework only")]
    assert known["n_papers"] == 2


def test_a_lead_that_never_changed_is_told_as_such():
    con = empty()
    days = [date(2020 + i // 12, i % 12 + 1, 5) for i in range(72)]
    for framework, n in (("pytorch", 3), ("tensorflow", 1)):
        roles = [row for d in days for row in many("c", "hackernews", 12, n, framework, d)]
        _append(con, roles, framework)
    row = judged(con)[0].loc["hire_crossover_by_2024"]
    assert "PyTorch led from the start" in row["finding"]
    assert np.isnan(row["estimate"])
    assert row["verdict"] == "contradicted"  # it changed hands before 2021, if ever


def _append(con: duckdb.DuckDBPyConnection, roles: list[dict[str, object]], prefix: str) -> None:
    """Append roles whose ids don't clash with those already there."""
    other = empty()
    add_roles(other, roles)
    for table in ("roles", "postings", "mentions"):
        rows = other.execute(f"FROM core.{table}").df()
        for column in ("role_id", "posting_id"):
            if column in rows:
                rows[column] = prefix + rows[column]
        fill(con, table, rows)


def test_a_broken_registry_judges_nothing(tmp_path: Path):
    (tmp_path / "hire_x.yaml").write_text("id: hire_x", encoding="utf-8")
    with pytest.raises(ValueError, match=r"hire_x\.yaml: version"):
        judge(empty(), as_of=AS_OF, method_version="t", is_sample=False, registry=tmp_path)
