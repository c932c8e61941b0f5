"""Intervals on a scale: every known value has its place, and what is open says so."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from warehouse.publish.strips import Measured, Panel, panel_of

UNITS = ("ratio", "share", "USD a year", "year", "difference of shares", "share of variance", None)


def figure(
    estimate: float | None,
    low: float | None,
    high: float | None,
    claimed: tuple[float | None, float | None] | None = None,
) -> Measured:
    return Measured("what", estimate, low, high, "supported", "", claimed)


def panel(*figures: Measured, unit: str | None = "ratio") -> Panel:
    found = panel_of(figures, unit, said=[""] * len(figures))
    assert found is not None
    return found


def test_ratios_are_on_a_log_scale() -> None:
    drawn = panel(figure(1.0, 0.25, 4.0)).strips[0]
    assert drawn.at == pytest.approx(50)
    assert drawn.bar is not None
    assert drawn.bar[0] == pytest.approx(100 - drawn.bar[0] - drawn.bar[1], abs=0.02)


def test_shares_never_leave_their_bounds() -> None:
    drawn = panel(figure(0.01, 0.0, 0.99), unit="share")
    assert drawn.strips[0].bar == (0.0, pytest.approx(100 * 0.99 / 1.0, abs=4))
    assert drawn.ticks[0].label == "0.0\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("low", "high", "is_open"),
    [
        (0.5, 2.0, (False, False)),
        (None, 2.0, (True, False)),
        (0.5, math.nan, (False, True)),
        (0.0, 2.0, (True, False)),  # no place on a log scale
        (0.5, math.inf, (False, True)),
    ],
)
def test_an_open_end_goes_on_beyond_the_strip(
    low: float | None, high: float | None, is_open: tuple[bool, bool]
) -> None:
    drawn = panel(figure(1.0, low, high)).strips[0]
    assert drawn.is_open == is_open
    assert drawn.bar is not None


def test_no_interval_is_no_bar() -> None:
    assert panel(figure(1.0, None, None)).strips[0].bar is None


def test_a_hopeless_interval_does_not_flatten_the_others() -> None:
    usual = [figure(1.2, 0.9, 1.6) for _ in range(5)]
    alone = panel(*usual).strips[0].bar
    beside = panel(*usual, figure(1.0, 1e-6, 1e6)).strips
    assert alone is not None
    assert beside[0].bar is not None
    assert beside[0].bar[1] > alone[1] / 3
    assert beside[-1].is_open == (True, True)


def test_what_is_claimed_is_a_band() -> None:
    above = panel(figure(2.0, 1.5, 2.6, (1.0, None))).strips[0]
    assert above.claimed is not None
    assert above.claimed[0] + above.claimed[1] == pytest.approx(100)
    within = panel(figure(0.6, 0.5, 0.7, (0.3, 0.5)), unit="share").strips[0]
    assert within.claimed is not None
    assert within.bar is not None
    assert within.claimed[0] + within.claimed[1] == pytest.approx(within.bar[0], abs=0.02)


def test_nothing_known_is_nothing_drawn() -> None:
    assert panel_of([figure(None, None, math.nan)], "ratio", said=[""]) is None
    assert panel_of([figure(0.0, None, None)], "ratio", said=[""]) is None


def test_years_have_whole_ticks() -> None:
    labels = [tick.label for tick in panel(figure(2021.04, 2020.5, 2021.8), unit="year").ticks]
    assert labels == ["2021"]


NUMBERS = st.one_of(st.none(), st.floats(1, 9999), st.just(math.nan), st.just(math.inf))
ANY_NUMBERS = NUMBERS | st.floats(-1e9, 1e9)


@st.composite
def panels(draw: st.DrawFn) -> tuple[str | None, list[tuple[float | None, ...]]]:
    unit = draw(st.sampled_from(UNITS))
    number = NUMBERS if unit == "year" else ANY_NUMBERS  # a year that no calendar has
    rows = draw(st.lists(st.tuples(*[number] * 5), min_size=1, max_size=8))
    return unit, [(row[0], *in_order(*row[1:3]), *in_order(*row[3:])) for row in rows]


def in_order(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    if low is None or high is None or not low > high:
        return low, high
    return high, low


@given(panels())
def test_every_place_is_on_the_strip(
    asked: tuple[str | None, list[tuple[float | None, ...]]],
) -> None:
    unit, rows = asked
    figures = [figure(*row[:3], (row[3], row[4])) for row in rows]
    found = panel_of(figures, unit, said=[""] * len(figures))
    assume(found is not None)
    assert found is not None
    for drawn in found.strips:
        for start, _ in filter(None, (drawn.bar, drawn.claimed)):
            assert 0 <= start <= 100
        assert drawn.at is None or 0 <= drawn.at <= 100
    places = [tick.at for tick in found.ticks]
    assert places == sorted(places)
    assert len(places) <= 8
