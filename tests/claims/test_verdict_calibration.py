"""Do verdicts come out right in worlds whose truth is planted? A small part of the calibration.

The whole of it is `hiring-signal bench --only calibration`; its figures are in docs/calibration.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from pipelines.bench_calibration import sample_shape
from pipelines.cli import app
from warehouse.bench.calibration import (
    Calibration,
    Covered,
    Judged,
    as_json,
    calibrate,
    family_of,
    judge_worlds,
    misses_of,
    page,
    share_of,
    tables_of,
)
from warehouse.bench.plants import CLEAR, Clear, plant, states_of
from warehouse.bench.worlds_claims import (
    FEW,
    GIANT_SHARE,
    Scenario,
    Shape,
    World,
    draft,
    draw_world,
    frame_of,
)
from warehouse.claims.quantities import Quantity, resolved
from warehouse.claims.registry import Claim, load_registry
from warehouse.claims.rules import Condition, Part, Rule
from warehouse.claims.variants import speaking
from warehouse.statistics.bootstrap import Counts
from warehouse.statistics.intervals import Interval

WORLDS, COMPANIES = 80, 300
CHANCE = 0.001  # that a test fails of a rule that keeps its mark

CLAIMS = {claim.id: claim for claim in load_registry() if isinstance(claim, Claim)}


@cache
def shape() -> Shape:
    return sample_shape()


def most(share: float, worlds: int) -> int:
    """As many worlds as a share may reach by chance."""
    return int(stats.binom(worlds, share).ppf(1 - CHANCE))


def world(claim: str, scenario: Scenario = "as it is", companies: int = 300) -> World:
    rng = np.random.default_rng(20260101)
    return draw_world(rng, shape(), CLAIMS[claim], scenario, companies)


def assert_on_threshold(rows: Sequence[Judged]) -> None:
    """No more worlds are judged than chance has it, each threshold by itself."""
    for row in rows:
        if row.position == "threshold":
            on = share_of([row], "threshold")
            assert on.count <= most(0.05, on.worlds), (row.claim_id, row.scenario, on.value)


# --- verdicts -----------------------------------------------------------------------------------

BY_FAMILY = (
    "hire_more_pytorch_2026",  # a ratio
    "seg_rl",  # a share
    "seg_new_vs_legacy",
    "seg_research",  # by a family of roles
    "seg_finetuning",  # by what roles name
    "skill_tf_cloud_scale",  # a joint rule: two of three
    "hire_both_in_demand",  # a joint rule: both
    "emp_market_share",  # within bands, too
    "hire_tf_declining",
    "pay_senior_ml",
    "pay_tf_mlops",
    "paper_pytorch_60",
)


@pytest.mark.parametrize("claim_id", BY_FAMILY)
def test_verdicts_are_right(claim_id: str) -> None:
    size = 600 if claim_id.startswith("emp_") else COMPANIES  # each company tells one thing
    rows = judge_worlds(CLAIMS[claim_id], shape(), "as it is", range(WORLDS), companies=size)
    assert_on_threshold(rows)
    for position in ("true", "false"):
        right = share_of(rows, position)
        assert right.worlds - right.count <= most(0.05, right.worlds), (position, right.value)


@pytest.mark.parametrize("scenario", ["one giant", "twenty companies", "reposts as roles"])
@pytest.mark.parametrize("claim_id", ["seg_rl", "seg_finetuning"])
def test_markets_out_of_the_ordinary_give_no_more_wrong_verdicts(
    claim_id: str, scenario: Scenario
) -> None:
    worlds = range(WORLDS)
    assert_on_threshold(
        judge_worlds(CLAIMS[claim_id], shape(), scenario, worlds, companies=COMPANIES)
    )


def test_roles_taken_for_independent_give_wrong_verdicts() -> None:
    """The same roles, each taken for a company of its own, are judged far too often."""

    def apart(drawn: World) -> World:
        alike = replace(drawn)
        for name in ("pytorch", "both"):
            alike.uniform(name)  # drawn while companies are what they are
        each = np.arange(len(drawn))
        return replace(alike, company=each, n_companies=len(each))

    claim, worlds = CLAIMS["seg_rl"], range(30)
    apart_rows = judge_worlds(claim, shape(), "twenty companies", worlds, alter=apart)
    on = share_of(apart_rows, "threshold")
    assert on.count > most(0.05, on.worlds)
    assert_on_threshold(judge_worlds(claim, shape(), "twenty companies", worlds))


def test_intervals_half_as_wide_give_wrong_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    def halved(weights: Counts, asked: Sequence[Quantity | Part]) -> list[Part]:
        return [
            part._replace(interval=Interval(*((end + part.estimate) / 2 for end in part.interval)))
            for part in resolved(weights, asked)
        ]

    monkeypatch.setattr("warehouse.bench.calibration.resolved", halved)
    rows = judge_worlds(CLAIMS["seg_rl"], shape(), "as it is", range(WORLDS), companies=COMPANIES)
    on = share_of(rows, "threshold")
    assert on.count > most(0.05, on.worlds)


# --- worlds -------------------------------------------------------------------------------------


def test_worlds_of_one_number_are_one_world() -> None:
    claim = CLAIMS["seg_rl"]
    whole = judge_worlds(claim, shape(), "as it is", range(12))
    parts = [judge_worlds(claim, shape(), "as it is", [number]) for number in range(12)]
    for place, row in enumerate(whole):
        for verdict, count in row.verdicts.items():
            assert count == sum(part[place].verdicts.get(verdict, 0) for part in parts)


def test_a_giant_has_its_share() -> None:
    giant = world("seg_rl", "one giant")
    assert np.mean(giant.company == 0) == pytest.approx(GIANT_SHARE, abs=0.001)


def test_twenty_companies_are_twenty() -> None:
    assert len(np.unique(world("seg_rl", "twenty companies").company)) == FEW


def test_reposts_say_what_the_role_says() -> None:
    drawn = world("seg_rl", "reposts as roles")
    copies = np.flatnonzero(np.diff(drawn.unit) == 0)
    assert len(copies) > 0.05 * len(drawn)
    for name in ("pytorch", "anything"):
        u = drawn.uniform(name)
        assert (u[copies] == u[copies + 1]).all()
    companies, roles = drawn.log_pay()
    assert (roles[copies] == roles[copies + 1]).all()
    assert (companies[copies] == companies[copies + 1]).all()


def test_chances_are_exact_and_alike_inside_companies() -> None:
    drawn = world("seg_rl", companies=2000)
    u = drawn.uniform("pytorch")
    sizes = np.bincount(drawn.company)
    mean = (np.bincount(drawn.company, u < 0.3) / np.maximum(sizes, 1)).mean()
    assert mean == pytest.approx(0.3, abs=0.02)  # companies, each once
    own = np.bincount(drawn.company, u) / sizes
    assert own[sizes > 20].std() > 1.3 * np.sqrt(1 / 12 / 20)


def is_near(estimate: float, truth: float, clear: Clear, unit: str) -> bool:
    """An estimate from many companies lies within half the distance that counts as clear."""
    if clear.is_factor:
        return abs(math.log(estimate / truth)) < math.log(clear.size) / 2
    if unit == "USD a year":
        estimate /= 170_000
    return abs(estimate - truth) < clear.size / 2


@pytest.mark.parametrize("claim_id", sorted(CLAIMS))
def test_what_is_planted_is_there(claim_id: str) -> None:
    claim = CLAIMS[claim_id]
    drawn_world = world(claim_id, companies=1500)
    for state in states_of(claim):
        planted = draft(drawn_world, claim)
        plant(planted, state.truths)
        units = speaking(claim, planted.evidence(), shape().as_of)
        assert len(units) > 0.6 * len(drawn_world)  # a source that began late has no trend
        by_name = {part.name: part for part in claim.measure.measure(units).parts}
        for name, truth in state.truths.items():
            part = by_name[name]
            clear = CLEAR[claim.measure.estimator]
            assert is_near(part.estimate, truth, clear, part.unit), (state, name, part.estimate)


@pytest.mark.parametrize("claim_id", sorted(CLAIMS))
def test_states_are_what_the_rule_makes_of_them(claim_id: str) -> None:
    claim = CLAIMS[claim_id]
    states = states_of(claim)
    assert {state.position for state in states} == {"threshold", "true", "false"}
    for state in states:
        conditions = {name: claim.rule.condition(name) for name in claim.measure.part_names}
        judged = {name: c for name, c in conditions.items() if c is not None}
        assert state.truths.keys() == judged.keys()
        met = sum(c.is_met(state.truths[name]) for name, c in judged.items())
        needs = claim.rule.needs or len(judged)
        if state.position == "threshold":
            assert any(state.truths[name] in c.bounds for name, c in judged.items())
            assert met in (needs - 1, needs)
        else:
            assert (met >= needs) == (state.position == "true")


def test_every_estimator_has_its_clear_distance() -> None:
    assert {claim.measure.estimator for claim in CLAIMS.values()} <= set(CLEAR)


def test_one_part_decides_a_joint_rule() -> None:
    states = states_of(CLAIMS["skill_pytorch_llm"])  # four of six
    on = next(state for state in states if state.position == "threshold")
    assert sorted(on.truths.values()) == pytest.approx([1 / 1.5] * 2 + [1] + [1.5] * 3)


def test_both_ends_of_a_band_are_tried() -> None:
    claim = CLAIMS["paper_pytorch_60"]
    on = [state.truths["share"] for state in states_of(claim) if state.position == "threshold"]
    assert on == [0.5, 0.7]


def test_a_share_near_its_end_moves_half_the_way() -> None:
    claim = CLAIMS["seg_rl"]
    rule = Rule(conditions=(Condition(above=0.9),))
    states = states_of(claim.model_copy(update={"rule": rule}))
    assert [state.truths["share"] for state in states] == pytest.approx([0.9, 0.95, 0.8])


def test_the_shape_is_that_of_the_sample_market() -> None:
    taken = shape()
    roles = len(taken.company)
    assert roles == len(taken.log_pay) == len(taken.n_adverts) == len(taken.columns["day"])
    assert (np.diff(taken.company) >= 0).all()
    assert taken.n_adverts.min() == 1
    assert taken.n_adverts.max() >= 3  # its other cities, reopened, posted again
    stated = ~np.isnan(taken.log_pay)
    assert not stated[taken.columns["is_us"] == 0].any()
    assert 11 < taken.log_pay[stated].mean() < 12.5  # log of yearly USD
    # What is planted there: employers differ by 13 %, their roles by 7 % and the steps of pay.
    assert 0.12 < taken.sd_pay_companies < 0.2
    assert 0.07 < taken.sd_pay_roles < 0.12
    assert taken.tastes.correlation < 0
    assert set(taken.texts["source"].values) == {"ashby", "greenhouse", "hackernews", "lever"}


def test_a_claims_frame_holds_its_population_and_window() -> None:
    claim = CLAIMS["pay_research_pytorch"]
    frame = frame_of(shape(), claim)
    assert frame.sizes.sum() == len(frame.rows)
    family = shape().texts["family"]
    assert {family.values[code] for code in family.codes[frame.rows]} == {"research"}
    assert (shape().columns["is_us"][frame.rows] == 1).all()
    assert not np.isnan(shape().log_pay[frame.rows]).any()
    first, _ = claim.window.days(shape().as_of)
    day = shape().columns["day"][frame.rows]
    assert day.min() >= first.toordinal() - date(1970, 1, 1).toordinal()


# --- tables -------------------------------------------------------------------------------------


def judged(claim_id: str, position: str, supported: int, contradicted: int) -> Judged:
    verdicts = {"supported": supported, "contradicted": contradicted}
    verdicts["undetermined"] = 1000 - supported - contradicted
    return Judged(claim_id, family_of(CLAIMS[claim_id]), "as it is", position, verdicts, 0)  # type: ignore[arg-type]


FOUND = Calibration(
    [
        Covered("ratio", "many", 1000, 950, 0),
        Covered("ratio", "few", 1000, 910, 20),
    ],
    [
        judged("seg_rl", "threshold", 40, 38),
        judged("seg_rl", "true", 990, 0),
        judged("seg_rl", "false", 0, 900),
    ],
    2000,
    {"seg_rl": 1000},
    {"seg_rl": 14290.0},
)


def test_misses_are_marked_and_named() -> None:
    coverage, families, claims = tables_of(FOUND)
    assert coverage.rows == [("ratio", "95.0 %", "", "91.0 % ! (2 % open)", "")]
    assert families.rows[0][4:7] == ("7.8 % !", "99.0 %", "90.0 % !")
    assert claims.rows[0][:4] == ("seg_rl", "1,000", "1,000", "14,290")
    assert len(misses_of(FOUND)) == 5


def test_a_miss_within_chance_is_none() -> None:
    rows = [judged("seg_rl", "threshold", 32, 31), judged("seg_rl", "true", 940, 0)]
    assert "!" not in str(tables_of(FOUND._replace(covered=[], judged=rows))[1].rows)


def test_the_page_says_how_it_was_made() -> None:
    text = page(FOUND)
    assert "--worlds 2000" in text
    assert "| seg_rl | 1,000 |" in text
    assert "0.5 points" in text  # the error of 5 % in 2,000 worlds


def test_all_of_it_runs_in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [CLAIMS["paper_rl"], CLAIMS["hire_ratio_two_to_one"]]
    monkeypatch.setattr("warehouse.bench.calibration.load_registry", lambda: chosen)
    monkeypatch.setattr("warehouse.bench.calibration.MODULES", ())
    found = calibrate(shape(), 20, processes=1)
    assert {(row.claim_id, row.scenario) for row in found.judged} == {
        ("paper_rl", "as it is"),
        ("hire_ratio_two_to_one", "as it is"),
        ("hire_ratio_two_to_one", "one giant"),
        ("hire_ratio_two_to_one", "twenty companies"),
        ("hire_ratio_two_to_one", "reposts as roles"),
    }
    assert all(sum(row.verdicts.values()) == 20 for row in found.judged)
    assert as_json(found)["worlds"] == 20


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--only", "calibration", "--only", "text"], "measured alone"),
        (["--only", "text", "--worlds", "20"], "calibration alone"),
        (["--only", "text", "--format", "markdown"], "calibration alone"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: list[str], fault: str) -> None:
    result = CliRunner().invoke(app, ["bench", *options])
    assert result.exit_code == 2
    assert fault in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("format_", "said"),
    [("markdown", "# Calibration"), ("table", "Verdicts by family"), ("json", '"worlds": 2000')],
)
def test_the_command_prints_it(format_: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def done(_: Shape, worlds: int, **__: object) -> Calibration:
        asked.append(worlds)
        return FOUND

    monkeypatch.setattr("warehouse.bench.calibration.calibrate", done)
    command = ["bench", "--only", "calibration", "--worlds", "2000", "--format", format_]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert asked == [2000]
    assert said in result.output
