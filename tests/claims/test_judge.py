"""Verdicts from a warehouse: variants, labels, versions, sources that can't speak, empty tables."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse.claims.judge import SENSITIVITY_COLUMNS, VERDICT_COLUMNS, Judged, judge
from warehouse.claims.registry import REGISTRY, OutOfScope, load_registry

AS_OF = date(2026, 6, 30)
TABLES = ("roles", "postings", "mentions", "companies", "papers", "paper_frameworks", "models")


def judged(
    con: duckdb.DuckDBPyConnection,
    as_of: date = AS_OF,
    *,
    is_sample: bool = False,
    claims: tuple[str, ...] = (),
):
    """Judge all claims, or a few of them, which is quicker."""
    with tempfile.TemporaryDirectory() as folder:
        for claim in claims:
            shutil.copy(REGISTRY / f"{claim}.yaml", folder)
        found = judge(
            con,
            as_of=as_of,
            method_version="test",
            is_sample=is_sample,
            registry=Path(folder) if claims else REGISTRY,
        )
    return _indexed(found)


def _indexed(found: Judged):
    return (
        found.verdicts.set_index("claim_id"),
        found.sensitivity.set_index(["claim_id", "variant"]),
    )


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return market(7, n_companies=1500, n_roles=12_000)


@pytest.fixture(scope="module")
def found(con: duckdb.DuckDBPyConnection) -> Judged:
    return judge(con, as_of=AS_OF, method_version="test", is_sample=False)


@pytest.fixture(scope="module")
def tables(found: Judged):
    return _indexed(found)


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
    counted = verdicts["n_roles"].fillna(verdicts["n_papers"]).fillna(verdicts["n_models"])
    assert (cells == counted).all()
    assert len(verdicts) == sum(not isinstance(claim, OutOfScope) for claim in load_registry())


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
    others = {name for name in proxies.index if not name.startswith(("pay_", "emp_"))}
    assert others == {"hire_ratio_two_to_one", "seg_tf_enterprise"}
    assert {"emp_both_40", "pay_pytorch_senior"} < set(proxies.index)
    assert proxies["reason"].str.contains("proxy: ").all()


def test_dates_are_told_in_words(tables):
    assert "202" in tables[0].loc["hire_crossover_by_2024", "finding"]
    assert tables[0].loc["hire_crossover_by_2024", "unit"] == "year"


def test_everything_is_the_same_again_in_any_order_of_rows(con: duckdb.DuckDBPyConnection, tables):
    other = empty()
    rng = np.random.default_rng(1)
    for table in TABLES:
        rows = con.execute(f"FROM core.{table}").df()
        fill(other, table, rows.iloc[rng.permutation(len(rows))])
    for first, second in zip(tables, judged(other), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_nothing_after_now_is_looked_at(con: duckdb.DuckDBPyConnection):
    earlier = date(2024, 6, 30)
    verdicts, _ = judged(con, earlier)
    past = empty()
    for table in TABLES:
        fill(past, table, con.execute(f"FROM core.{table}").df())
    past.execute("DELETE FROM core.postings WHERE posted_on > ?", [earlier])
    past.execute("DELETE FROM core.roles WHERE entered_on > ?", [earlier])
    past.execute("DELETE FROM core.papers WHERE published_on > ?", [earlier])
    past.execute("DELETE FROM core.models WHERE snapshot > ?", [earlier])
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
    verdicts, sensitivity = judged(con, claims=("hire_more_pytorch_2026",))
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
    verdicts, sensitivity = judged(con, claims=("hire_more_pytorch_2026",))
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
    verdicts, sensitivity = judged(con, claims=("hire_more_pytorch_2026",))
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
    sensitivity = judged(con, claims=("hire_more_pytorch_2026",))[1].loc["hire_more_pytorch_2026"]
    assert sensitivity.loc["without boilerplate", "estimate"] == pytest.approx(40 / 60)
    assert sensitivity.loc["adverts unmerged", "estimate"] == pytest.approx(80 / 60)


def test_roles_that_were_seen_late_do_not_speak_of_the_day_they_came():
    con = empty()
    day = date(2020, 5, 1)
    add_roles(
        con,
        many("b", "ashby", 30, 2, "pytorch", day)
        + many("h", "hackernews", 30, 2, "tensorflow", day)
        + many("t", "hackernews", 30, 1, "pytorch", day),
    )
    con.execute("UPDATE core.postings SET first_seen_on = '2025-10-01'")
    verdicts, sensitivity = judged(con, claims=("hire_tf_led_2020",))
    row = verdicts.loc["hire_tf_led_2020"]
    assert (row["estimate"], row["n_roles"]) == (0.5, 90)  # a thread of 2020 is still what it was
    assert row["sources"] == "hackernews"
    assert row["silent_sources"].startswith(
        "ashby (what it has of the window was first seen over 92 days"
    )
    late = sensitivity.loc["hire_tf_led_2020"]
    assert "with roles that were seen late" not in late.index  # ashby would speak after all
    assert "source: ashby" not in late.index


def test_a_source_that_is_silent_in_part_is_heard_in_a_variant():
    con = empty()
    day = date(2020, 5, 1)
    add_roles(
        con,
        many("b", "ashby", 30, 2, "pytorch", day) + many("t", "ashby", 30, 2, "tensorflow", day),
    )
    con.execute("UPDATE core.postings SET first_seen_on = '2021-01-01' WHERE company_id < 'b-020'")
    verdicts, sensitivity = judged(con, claims=("hire_tf_led_2020",))
    assert verdicts.loc["hire_tf_led_2020", "estimate"] == pytest.approx(20 / 60)
    late = sensitivity.loc[("hire_tf_led_2020", "with roles that were seen late")]
    assert (late["estimate"], late["n_roles"]) == (1, 120)


def test_roles_of_unknown_age_speak_of_the_present_alone():
    con = empty()
    roles = many("p", "ashby", 30, 2, "pytorch") + many("t", "ashby", 30, 1, "tensorflow")
    add_roles(con, roles)
    con.execute("UPDATE core.postings SET posted_on = NULL, board = 'b'")
    con.execute("INSERT INTO core.boards VALUES ('ashby', 'b', '2026-02-01', '2026-06-30', true)")
    verdicts, _ = judged(con, claims=("hire_jax_fraction", "hire_more_pytorch_2026"))
    assert verdicts.loc["hire_jax_fraction", "n_roles"] == 90  # the last 12 months
    assert verdicts.loc["hire_more_pytorch_2026", "n_roles"] == 0  # came in 2026, or long before
    con.execute("UPDATE core.boards SET first_listing_on = '2026-01-31'")
    assert (
        judged(con, claims=("hire_jax_fraction", "hire_more_pytorch_2026"))[0].loc[
            "hire_more_pytorch_2026", "n_roles"
        ]
        == 90
    )


def test_a_new_source_can_not_pass_for_a_trend():
    """TensorFlow's share is level in each source; the later one just names it less."""
    con = empty()
    roles = []
    for i in range(1200):
        early = i % 2 == 0
        source, share = ("hackernews", 5) if early else ("ashby", 1)
        start = date(2021, 8, 1) if early else date(2024, 1, 1)
        roles.append(
            {
                "company_id": f"{source}-{i % 60:02}",
                "source": source,
                "entered_on": start + timedelta(days=(i * 7) % 810),
                "has_tensorflow": (i // 2) % 10 < share,
                "has_pytorch": False,
            }
        )
    add_roles(con, roles)
    verdicts, sensitivity = judged(con, claims=("hire_tf_declining",))
    assert verdicts.loc["hire_tf_declining", "verdict"] == "undetermined"
    assert sensitivity.loc[("hire_tf_declining", "sources pooled"), "verdict"] == "supported"


def test_a_source_of_some_months_has_no_part_in_a_trend():
    con = empty()
    roles = []
    for source, n_days in (("hackernews", 1500), ("ashby", 300)):
        for i in range(300):
            day = AS_OF - timedelta(days=(i * 7) % n_days)
            roles.append(
                {"company_id": f"{source}-{i % 40}", "source": source, "entered_on": day}
                | {"has_tensorflow": i % 3 == 0, "has_pytorch": i % 2 == 0}
            )
    add_roles(con, roles)
    row = judged(con, claims=("hire_tf_declining",))[0].loc["hire_tf_declining"]
    assert (row["sources"], row["n_roles"]) == ("hackernews", 300)
    assert row["silent_sources"] == "ashby (its adverts span less than 2 years)"


def test_both_versions_of_a_rule_that_changed_are_judged(found: Judged):
    versions = found.versions.set_index(["claim_id", "claim_version"])
    assert ("hire_tf_declining", 1) in versions.index
    old, new = versions.loc[("hire_tf_declining", 1)], found.verdicts.set_index("claim_id")
    assert new.loc["hire_tf_declining", "claim_version"] == 2
    assert old["n_roles"] > new.loc["hire_tf_declining", "n_roles"]
    assert old[["rule", "superseded_because", "verdict", "registered_on"]].notna().all()


def test_every_part_of_a_claim_is_told(found: Judged):
    parts = found.parts.set_index(["claim_id", "part"])
    verdicts = found.verdicts.set_index("claim_id")
    claims = [claim for claim in load_registry() if not isinstance(claim, OutOfScope)]
    assert list(parts.index) == [(c.id, name) for c in claims for name in c.measure.part_names]
    for claim in claims:
        row, rows = verdicts.loc[claim.id], parts.loc[claim.id]
        is_row = (rows["estimate"] == row["estimate"]) & (rows["unit"] == row["unit"])
        assert is_row.any() or np.isnan(row["estimate"])
        judged_parts = rows[rows["condition"].notna()]
        needs = claim.rule.needs or len(judged_parts)
        n_supported = (judged_parts["verdict"] == "supported").sum()
        assert (row["verdict"] == "supported") == (n_supported >= needs)


def test_pay_is_never_said_to_be_nothing(found: Judged):
    differences = found.parts[found.parts["unit"] == "relative difference"]
    assert len(differences) >= 4
    assert not (differences["ci_low"] <= -1).any()  # an end that no data put there is open


def test_an_undetermined_claim_says_what_would_decide_it(tables):
    verdicts = tables[0]
    open_ones = verdicts[verdicts["verdict"] == "undetermined"]
    assert open_ones["would_decide"].str.contains("roles|papers|no amount").all()
    assert verdicts.loc[verdicts["verdict"] != "undetermined", "would_decide"].isna().all()


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
    verdicts, sensitivity = judged(con, claims=("paper_pytorch_60",))
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
    row = judged(con, claims=("hire_crossover_by_2024",))[0].loc["hire_crossover_by_2024"]
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
