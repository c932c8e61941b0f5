"""P-values of verdicts, chance verdicts, Holm."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from warehouse.statistics.intervals import NO_INTERVAL, Interval
from warehouse.statistics.multiplicity import (
    LEVEL,
    by_chance,
    holm,
    p_value,
    p_value_of_band,
    p_value_of_parts,
    p_value_outside_band,
)


@pytest.mark.parametrize(
    ("estimate", "interval", "threshold", "side", "scale", "expected"),
    [
        (2.0, (1.0, 3.0), 1.0, "above", "linear", 0.025),
        (2.0, (1.0, 3.0), 3.0, "below", "linear", 0.025),
        (2.0, (1.0, 3.0), 2.0, "above", "linear", 0.5),
        (2.0, (1.0, 3.0), 3.0, "above", "linear", 0.975),
        (2.0, (1.5, 4.0), 1.0, "above", "linear", stats.norm.sf(2 * 1.959964)),
        (4.0, (2.0, 8.0), 1.0, "above", "log", stats.norm.sf(2 * 1.959964)),
        (4.0, (2.0, 8.0), 8.0, "below", "log", 0.025),
        # one end is open, or there is no finite estimate
        (4.0, (2.0, np.inf), 2.0, "above", "log", 0.025),
        (4.0, (2.0, np.inf), 8.0, "below", "log", 1.0),
        (np.inf, (3.0, np.inf), 2.0, "above", "log", 0.025),
        (np.inf, (3.0, np.inf), 4.0, "above", "log", 1.0),
        (0.0, (0.0, 0.5), 1.0, "below", "log", 0.025),
        (0.0, (0.0, 0.5), 0.1, "above", "log", 1.0),
    ],
)
def test_p_values(estimate, interval, threshold, side, scale, expected):
    found = p_value(estimate, Interval(*interval), threshold, side, scale)
    assert found == pytest.approx(expected, rel=1e-5)


def test_no_interval_has_no_p_value():
    assert math.isnan(p_value(1.0, NO_INTERVAL, 0.0, "above"))
    assert math.isnan(p_value_of_band(1.0, NO_INTERVAL, (0.0, 2.0)))


@given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-8, 8))
def test_p_values_agree_with_the_interval(estimate, below, above, threshold):
    ends = Interval(estimate - below, estimate + above)
    found = p_value(estimate, ends, threshold, "above")
    if abs(ends.low - threshold) > 1e-9:
        assert (found < LEVEL) == (ends.low > threshold)
    assert p_value(-estimate, Interval(-ends.high, -ends.low), -threshold, "below") == found


def test_bands_take_the_worse_edge_inside_and_the_better_one_outside():
    ends = Interval(1.0, 3.0)
    assert p_value_of_band(2.0, ends, (0.0, 3.0)) == pytest.approx(0.025)
    assert p_value_of_band(2.0, ends, (0.0, 2.0)) == pytest.approx(0.5)
    assert p_value_outside_band(2.0, ends, (3.0, 9.0)) == pytest.approx(0.025)
    assert p_value_outside_band(2.0, ends, (0.0, 9.0)) > 0.99


@pytest.mark.parametrize(
    ("p_values", "needs", "expected"),
    [
        ([0.01, 0.02, 0.3], 3, 0.3),
        ([0.01, 0.02, 0.3], 2, 0.04),
        ([0.01, 0.02, 0.3], 1, 0.03),
        ([0.01, math.nan], 2, 1.0),
        ([0.6, 0.7], 1, 1.0),
    ],
)
def test_joint_rules(p_values, needs, expected):
    assert p_value_of_parts(p_values, needs) == pytest.approx(expected)


@pytest.mark.parametrize("needs", [0, 3])
def test_joint_rules_need_some_of_their_parts(needs):
    with pytest.raises(ValueError, match="can't be needed"):
        p_value_of_parts([0.1, 0.2], needs)


def test_by_chance():
    assert by_chance(0) == (0, 0.0, 0)
    judged, expected, at_most = by_chance(40)
    assert (judged, expected) == (40, pytest.approx(1.0))
    # at least 95 % of such sets have no more, and with one fewer it would not be 95 %
    assert stats.binom.cdf(at_most, 40, 0.025) >= 0.95 > stats.binom.cdf(at_most - 1, 40, 0.025)
    with pytest.raises(ValueError, match="can't be judged"):
        by_chance(-1)


def test_holm_against_a_worked_figure():
    # .01, .02, .03, .04 of four: 4 x .01, 3 x .02, 2 x .03, then never falling
    assert holm([0.04, 0.01, math.nan, 0.03, 0.02])[:2] == pytest.approx([0.06, 0.04])
    assert holm([0.04, 0.01, math.nan, 0.03, 0.02])[3:] == pytest.approx([0.06, 0.06])
    assert math.isnan(holm([0.04, math.nan])[1])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_lowers(p_values):
    adjusted = holm(p_values)
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()
