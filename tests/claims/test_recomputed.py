"""Every figure and verdict again on a second path, over a planted market."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.claims import recomputed as anew
from tests.claims.small_warehouse import fill, market
from tests.claims.table_checks import Judged, differences_of, held
from warehouse.claims.judge import judge

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def judged() -> Judged:
    con = market(7, n_companies=1500, n_roles=12_000)
    # The market's papers begin in 2019; a claim compares slopes from 2018 on.
    papers = pd.DataFrame(
        {
            "paper_id": [f"old-{i}" for i in range(400)],
            "source": "pwc_archive",
            "published_on": date(2018, 7, 1),
            "title": "Convolutions",
        }
    )
    links = papers[["paper_id"]].assign(
        framework=["pytorch" if i % 3 else "tf" for i in range(400)], is_official=True
    )
    fill(con, "papers", papers)
    fill(con, "paper_frameworks", links)
    tables = judge(con, as_of=AS_OF, method_version="test", is_sample=False)
    return held(con, tables.verdicts, tables.parts)


def test_no_judged_claim_lacks_its_recomputation() -> None:
    assert set(anew.CLAIMS) == set(anew.entries())


@pytest.mark.parametrize("claim", sorted(anew.CLAIMS))
def test_figures_and_verdict_are_those_of_the_second_path(judged: Judged, claim: str) -> None:
    assert differences_of(judged, claim) == []


# Claims of every estimator whose interval is one of draws, or of leaving companies out, and how far
# an end may be from that of a plain bootstrap, in widths of the interval: chance of the draws, and
# the widening for few companies; more for a share near 1, where percentiles are too narrow.
DRAWN = [
    ("hire_more_pytorch_2026", "pytorch:tensorflow", 0.1),
    ("hire_volume_order", "gap", 0.1),
    ("hire_both_in_demand", "tensorflow", 0.1),
    ("hire_both_named", "share", 0.1),
    ("hire_tf_declining", "slope", 0.1),
    ("hire_crossover_by_2024", "crossing", 0.15),
    ("seg_llm", "ratio", 0.1),
    ("seg_new_vs_legacy", "difference", 0.1),
    ("seg_routing", "applied AI, language models, research", 0.1),
    ("skill_tf_cloud_scale", "cloud", 0.1),
    ("emp_both_40", "share", 0.1),
    ("emp_count_ratio", "ratio", 0.1),
    ("emp_market_share", "pytorch", 0.1),
    ("paper_pytorch_led_2020", "pytorch:tensorflow", 0.1),
    ("paper_growth_2022_2025", "turn", 0.1),
    ("model_pytorch_primary", "pytorch newest", 0.2),
]
# Intervals of pay hold what a test by companies does not refute. Bootstraps of medians and of
# coefficients of few roles are themselves rough, so the two need only lie alike.
TESTED = [
    ("pay_senior_ml", "p10", 0.35),
    ("pay_pytorch_senior", "p90", 0.35),
    ("pay_platform_premium", "difference", 0.35),
    ("pay_skill_premium", "pytorch", 0.35),
    ("pay_top_skillset", "inference", 0.35),
    ("pay_tf_mlops", "difference", 0.5),
]
SLOW = ("hire_tf_declining", "hire_crossover_by_2024", "pay_skill_premium", "pay_platform_premium")


@pytest.mark.parametrize(("claim", "part", "slack"), DRAWN + TESTED)
def test_intervals_are_those_of_a_plain_bootstrap(
    judged: Judged, claim: str, part: str, slack: float
) -> None:
    draws = 300 if claim in SLOW else 2000
    low, high = anew.bootstrap(judged.con, claim, part, draws)
    told = judged.parts.loc[(claim, part)]
    width = told["ci_high"] - told["ci_low"]
    assert width > 0
    assert abs(told["ci_low"] - low) <= slack * width, (told["ci_low"], low)
    assert abs(told["ci_high"] - high) <= slack * width, (told["ci_high"], high)


def test_the_interval_of_association_is_that_of_a_test_turned_round(judged: Judged) -> None:
    low, high = anew.association(judged.con, "seg_level_by_framework")
    told = judged.parts.loc[("seg_level_by_framework", "v")]
    width = told["ci_high"] - told["ci_low"]
    assert abs(told["ci_low"] - low) <= 0.1 * width
    assert abs(told["ci_high"] - high) <= 0.1 * width


@pytest.mark.parametrize(("claim", "flag"), [("paper_pytorch_60", "p"), ("paper_tf_15", "t")])
def test_shares_of_papers_have_wilsons_interval(judged: Judged, claim: str, flag: str) -> None:
    told = judged.parts.loc[(claim, "share")]
    ends = anew.wilson(anew.rows_of(judged.con, claim), flag)
    assert (told["ci_low"], told["ci_high"]) == pytest.approx(ends, rel=1e-7)


@pytest.mark.parametrize(
    ("claim", "column", "value", "said"),
    [
        ("hire_more_pytorch_2026", "n_both", 1, "n_both"),
        ("hire_more_pytorch_2026", "n_papers", 3, "n_papers"),
        ("hire_tf_led_2020", "window_start", date(2019, 12, 31), "window"),
        ("hire_volume_order", "estimate", 0.39, "is of no part"),
        ("hire_volume_order", "verdict", "contradicted", "read anew supported"),
        ("hire_volume_order", "estimate_corrected", 0.39, "corrected"),
    ],
)
def test_a_wrong_cell_of_the_table_is_told(
    judged: Judged, claim: str, column: str, value: object, said: str
) -> None:
    verdicts = judged.verdicts.astype(object)
    verdicts.loc[claim, column] = value
    found = differences_of(judged._replace(verdicts=verdicts), claim)
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("column", "value"),
    [("estimate", 0.384709), ("sides", "PyTorch: 491 roles at 266 companies")],
)
def test_a_wrong_part_is_told(judged: Judged, column: str, value: object) -> None:
    parts = judged.parts.astype(object)
    parts.loc[("hire_volume_order", "gap"), column] = value
    assert differences_of(judged._replace(parts=parts), "hire_volume_order")


@pytest.mark.parametrize(
    ("condition", "low", "high", "verdict"),
    [
        ({"above": 1}, 1.1, 2.0, "supported"),
        ({"above": 1}, 1.0, 2.0, "undetermined"),
        ({"above": 1}, 0.5, 1.0, "contradicted"),
        ({"at_least": 1}, 1.0, 2.0, "supported"),
        ({"at_most": 1}, np.nan, 1.0, "supported"),
        ({"below": 1}, 1.0, np.nan, "contradicted"),
        ({"band": [1, 2]}, 1.0, 2.0, "supported"),
        ({"band": [1, 2]}, 2.1, np.nan, "contradicted"),
        ({"band": [1, 2]}, 0.5, 1.5, "undetermined"),
        ({"above": 1}, np.nan, np.nan, "undetermined"),
    ],
)
def test_a_rule_speaks_of_the_whole_interval(
    condition: dict[str, object], low: float, high: float, verdict: str
) -> None:
    assert anew.holds(condition, low, high) == verdict


@pytest.mark.parametrize(
    ("n", "companies", "kind", "few"),
    [
        (30, 10, "hire", False),
        (29, 10, "hire", True),
        (30, 9, "hire", True),
        (30, 0, "paper", False),
    ],
)
def test_too_few_is_under_thirty_units_or_ten_companies(
    n: int, companies: int, kind: str, few: bool
) -> None:
    assert anew.is_too_few([(100, 50), (n, companies)], kind) is few
