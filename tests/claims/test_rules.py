"""Decision rules: what an interval says about a claim, and when there is too little of it."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.claims.population import Window
from warehouse.claims.rules import Condition, Part, Rule, Side, Unit, judge_parts
from warehouse.claims.words import say
from warehouse.statistics.intervals import NO_INTERVAL, Interval

INF = math.inf
ENOUGH = (Side("one", 30, 10), Side("other", 30, 10))


def part(name: str, low: float, high: float, sides: tuple[Side, ...] = ENOUGH) -> Part:
    return Part(name, name, "ratio", (low + high) / 2, Interval(low, high), sides)


@pytest.mark.parametrize(
    ("condition", "ends", "verdict"),
    [
        ({"above": 1}, (1.01, 3), "supported"),
        ({"above": 1}, (1, 3), "undetermined"),
        ({"above": 1}, (0.5, 1), "contradicted"),
        ({"above": 1}, (1.2, INF), "supported"),
        ({"above": 1}, (0.9, INF), "undetermined"),
        ({"below": 0}, (-3, -0.1), "supported"),
        ({"below": 0}, (-1, 0.1), "undetermined"),
        ({"below": 0}, (0, 1), "contradicted"),
        ({"at_least": 5}, (5, 6), "supported"),
        ({"at_least": 5}, (4, 5), "undetermined"),
        ({"at_least": 5}, (4, 4.9), "contradicted"),
        ({"at_most": 5}, (4, 5), "supported"),
        ({"at_most": 5}, (5, 6), "undetermined"),
        ({"at_most": 5}, (5.1, 6), "contradicted"),
        ({"band": (1.5, 2.5)}, (1.5, 2.5), "supported"),
        ({"band": (1.5, 2.5)}, (1.4, 2), "undetermined"),
        ({"band": (1.5, 2.5)}, (2, 2.6), "undetermined"),
        ({"band": (1.5, 2.5)}, (1, 3), "undetermined"),
        ({"band": (1.5, 2.5)}, (1, 1.4), "contradicted"),
        ({"band": (1.5, 2.5)}, (2.6, INF), "contradicted"),
        ({"band": (1.5, 2.5)}, (-INF, INF), "undetermined"),
        ({"above": 1}, NO_INTERVAL, "undetermined"),
    ],
)
def test_the_whole_interval_decides(condition, ends, verdict: str):
    assert Condition(**condition).judge(Interval(*ends)) == verdict


@given(
    st.sampled_from(["above", "below", "at_least", "at_most"]),
    st.floats(-10, 10),
    st.tuples(st.floats(-20, 20), st.floats(-20, 20)).map(sorted),
    st.floats(0, 5),
)
def test_widening_never_turns_a_verdict_round(kind: str, bound: float, ends, more: float):
    condition = Condition(**{kind: bound})
    narrow = condition.judge(Interval(*ends))
    wide = condition.judge(Interval(ends[0] - more, ends[1] + more))
    assert wide in (narrow, "undetermined")


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ((Side("PyTorch", 500, 90), Side("TensorFlow", 29, 20)), "TensorFlow: 29 roles at 20"),
        ((Side("PyTorch", 500, 9), Side("TensorFlow", 30, 20)), "PyTorch: 500 roles at 9"),
        ((Side("PyTorch", 0, 0), Side("TensorFlow", 30, 20)), "PyTorch: 0 roles at 0"),
        ((Side("PyTorch", 29, None),), "PyTorch: 29 roles, 30 are needed"),
    ],
)
def test_a_side_with_too_little_decides_nothing(sides: tuple[Side, ...], words: str):
    rule = Rule(conditions=(Condition(above=1),))
    judgement = judge_parts(rule, (part("ratio", 5, 9, sides),), "roles")
    assert judgement.verdict == "undetermined"
    assert judgement.reason.startswith(f"too few: {words}")
    assert judgement.is_too_few


def test_just_enough_is_enough():
    rule = Rule(conditions=(Condition(above=1),))
    assert judge_parts(rule, (part("ratio", 5, 9),), "roles").verdict == "supported"
    papers = (Side("PyTorch", 30, None),)
    assert judge_parts(rule, (part("ratio", 5, 9, papers),), "papers").verdict == "supported"


IN, OUT, ACROSS = (0.1, 0.3), (0.6, 0.9), (0.4, 0.6)


@pytest.mark.parametrize(
    ("ends", "needs", "verdict", "decisive"),
    [
        ([IN, IN], None, "supported", "a"),
        ([IN, OUT], None, "contradicted", "b"),
        ([IN, ACROSS], None, "undetermined", "b"),
        ([ACROSS, OUT], None, "contradicted", "b"),
        ([ACROSS, ACROSS], None, "undetermined", "a"),
        ([IN, OUT, OUT], 1, "supported", "a"),
        ([OUT, OUT, OUT], 1, "contradicted", "a"),
        ([OUT, ACROSS, OUT], 1, "undetermined", "b"),
        ([IN, IN, OUT, OUT], 2, "supported", "a"),
        ([IN, OUT, OUT, OUT], 2, "contradicted", "b"),
    ],
)
def test_joint_rules(ends, needs: int | None, verdict: str, decisive: str):
    parts = tuple(part(name, *e) for name, e in zip("abcd", ends, strict=False))
    rule = Rule(conditions=(Condition(below=0.5),), needs=needs)
    judgement = judge_parts(rule, parts, "roles")
    assert (judgement.verdict, judgement.part.name) == (verdict, decisive)


def test_a_part_without_condition_is_only_reported():
    rule = Rule(conditions=(Condition(part="a", below=0.5),))
    assert judge_parts(rule, (part("b", *OUT), part("a", *IN)), "roles").verdict == "supported"


def test_each_part_has_its_own_condition():
    rule = Rule(conditions=(Condition(part="a", below=0.5), Condition(part="b", above=0.5)))
    assert judge_parts(rule, (part("a", *IN), part("b", *OUT)), "roles").verdict == "supported"
    assert judge_parts(rule, (part("a", *OUT), part("b", *OUT)), "roles").verdict == "contradicted"
    assert "joint rule" in rule.words


def test_a_part_that_can_not_be_estimated_says_so():
    rule = Rule(conditions=(Condition(above=1),))
    judgement = judge_parts(rule, (part("ratio", math.nan, math.nan),), "roles")
    assert judgement.verdict == "undetermined"
    assert judgement.reason.startswith("no interval")


@pytest.mark.parametrize(
    ("window", "as_of", "days"),
    [
        ({"last_months": 12}, date(2026, 6, 30), (date(2025, 7, 1), date(2026, 6, 30))),
        ({"last_months": 12}, date(2025, 2, 28), (date(2024, 2, 29), date(2025, 2, 28))),
        ({"last_months": 12}, date(2024, 2, 29), (date(2023, 3, 1), date(2024, 2, 29))),
        ({"last_months": 1}, date(2026, 1, 1), (date(2025, 12, 2), date(2026, 1, 1))),
        ({"last_months": 60}, date(2026, 12, 31), (date(2022, 1, 1), date(2026, 12, 31))),
        ({"first": date(2020, 1, 1)}, date(2026, 6, 30), (date(2020, 1, 1), date(2026, 6, 30))),
        (
            {"first": date(2026, 1, 1), "last": date(2026, 12, 31)},
            date(2026, 6, 30),
            (date(2026, 1, 1), date(2026, 6, 30)),
        ),
        (
            {"first": date(2026, 1, 1), "last": date(2026, 12, 31)},
            date(2025, 6, 30),
            (date(2026, 1, 1), date(2026, 12, 31)),
        ),
    ],
)
def test_windows(window, as_of: date, days: tuple[date, date]):
    assert Window(**window).days(as_of) == days


@pytest.mark.parametrize(
    ("unit", "estimate", "interval", "said"),
    [
        (
            "share per year",
            0.0573,
            (0.0381, 0.075),
            "+5.73 points a year (95 % interval +3.81 to +7.50 points a year)",
        ),
        (
            "USD a year",
            147_500,
            (137_666, 177_500),
            "147,500 USD a year (95 % interval 137,666 to 177,500 USD a year)",
        ),
        ("share", 0.5, (0.4, 0.6), "50.0 % (95 % interval 40.0 % to 60.0 %)"),
    ],
)
def test_a_long_unit_is_said_once_for_both_ends(
    unit: Unit, estimate: float, interval: tuple[float, float], said: str
) -> None:
    part = Part("one", "This", unit, estimate, Interval(*interval), ())
    assert say(part) == f"This: {said}"
