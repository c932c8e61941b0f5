"""Intervals from draws, and their honest ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from warehouse.statistics import intervals
from warehouse.statistics.bootstrap import poisson_weights


def ratio(t):
    return t[..., 0] / t[..., 1]


@pytest.mark.parametrize(
    ("influence", "expected"),
    [
        ([1.0, -1.0, 1.0, -1.0], 4.0),
        ([3.0, 0.0, 0.0], 1.0),
        ([0.0, 0.0], 0.0),
        ([2.0, 1.0, 1.0], 16 / 6),
    ],
)
def test_effective_clusters(influence: list[float], expected: float):
    assert intervals.effective_clusters(np.array(influence)) == pytest.approx(expected)


def test_tail_tends_to_the_plain_percentile_and_thins_with_few_companies():
    assert intervals.tail(1e6) == pytest.approx(0.025, rel=1e-4)
    # 10 companies: t(0.975, 9) = 2.2622, times sqrt(10 / 9) = 2.3845
    assert intervals.tail(10) == pytest.approx(stats.norm.sf(2.38452), rel=1e-4)
    assert intervals.tail(1) == intervals.tail(2) < 1e-6


def test_interval_takes_order_statistics():
    draws = np.random.default_rng(0).permutation(np.arange(1, 2001)).astype(float)
    assert intervals.interval(draws, 1e9) == (50, 1951)
    assert intervals.interval(draws, 1.0) == (1, 2000)


def test_draws_without_a_denominator_open_the_interval():
    draws = np.concatenate([np.full(1900, 2.0), np.full(100, np.inf)])
    assert intervals.interval(draws, 1e9) == (2.0, np.inf)


def test_draws_that_tell_nothing_widen_both_ends():
    draws = np.concatenate([np.full(1900, 2.0), np.full(100, np.nan)])
    assert intervals.interval(draws, 1e9) == (-np.inf, np.inf)
    assert all(math.isnan(end) for end in intervals.interval(np.full(2000, np.nan), 1e9))


def test_influences_of_a_ratio_are_the_delta_method():
    sums = np.random.default_rng(0).integers(1, 9, (30, 2)).astype(float)
    a, b = sums.sum(axis=0)
    expected = (a / b) * (sums[:, 0] / a - sums[:, 1] / b)
    assert intervals.influences(sums, ratio) == pytest.approx(expected, rel=1e-6)


def test_clustered_sums_units_of_a_company_wherever_they_stand():
    rng = np.random.default_rng(0)
    clusters, columns = rng.integers(0, 40, 500), rng.integers(0, 2, (500, 2)).astype(float)
    columns[:, 1] = 1
    order = rng.permutation(500)
    weights = poisson_weights(40)
    first = intervals.clustered(weights, clusters, columns, ratio)
    assert first == intervals.clustered(weights, clusters[order], columns[order], ratio)
    assert first[0] == columns[:, 0].mean()
    assert first[1].low < first[0] < first[1].high


def test_one_company_has_an_estimate_but_no_interval():
    columns = np.array([[1.0, 1.0], [0.0, 1.0]])
    estimate, ends = intervals.clustered(poisson_weights(1), np.array([0, 0]), columns, ratio)
    assert estimate == 0.5
    assert math.isnan(ends.low)
    assert math.isnan(ends.high)


def test_repeating_every_role_of_each_company_leaves_the_interval():
    # Ten copies of each advert are no more evidence than one.
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(50), 4)
    columns = np.stack([rng.random(200) < 0.4, np.ones(200)], axis=1).astype(float)
    weights = poisson_weights(50)
    once = intervals.clustered(weights, clusters, columns, ratio)
    tenfold = intervals.clustered(weights, np.tile(clusters, 10), np.tile(columns, (10, 1)), ratio)
    assert tenfold[0] == pytest.approx(once[0])
    assert tenfold[1] == pytest.approx(once[1])


def test_wilson_against_a_worked_figure():
    # 10 of 50: Newcombe (1998) gives .1124 to .3304 by the score method.
    assert intervals.wilson(10, 50) == pytest.approx((0.1124, 0.3304), abs=5e-5)
    assert all(math.isnan(end) for end in intervals.wilson(0, 0))


def test_shares_of_zero_and_one_rest_on_companies():
    low, high = intervals.share_without_contrast(20, all_have_it=False)
    assert (low, high) == pytest.approx((0, 1 - 0.025 ** (1 / 20)))
    assert intervals.share_without_contrast(20, all_have_it=True) == pytest.approx((1 - high, 1))
    assert math.isnan(intervals.share_without_contrast(0, all_have_it=True).low)


def test_ratios_with_a_zero_side_are_open_or_reach_zero():
    low, high = intervals.ratio_without_contrast(20, 0)
    assert high == np.inf
    assert low == pytest.approx(0.025 ** (1 / 20) / (1 - 0.025 ** (1 / 20)))
    assert intervals.ratio_without_contrast(0, 20) == pytest.approx((0, 1 / low))
    assert math.isnan(intervals.ratio_without_contrast(0, 0).low)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=60),
    st.floats(2, 500),
    st.floats(1, 20),
)
def test_fewer_effective_companies_never_narrow_an_interval(
    draws: list[float], n_effective: float, fewer: float
):
    values = np.array(draws)
    wide = intervals.interval(values, n_effective / fewer)
    narrow = intervals.interval(values, n_effective)
    assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_leaving_out_companies_agrees_with_drawing_where_companies_are_many_and_alike():
    rng = np.random.default_rng(4)
    sums = rng.poisson(3, (400, 2)) + 1.0
    drawn = intervals.clustered(poisson_weights(400), np.arange(400), sums, ratio)
    found = intervals.jackknifed(sums, ratio, "log")
    assert found[0] == drawn[0]
    assert found[1] == pytest.approx(drawn[1], rel=0.01)


def test_the_jackknife_of_a_mean_is_students_interval_for_one_company_fewer():
    values = np.random.default_rng(4).normal(5, 1, 12)
    _, ends = intervals.jackknifed(np.stack([values, np.ones(12)], axis=1), ratio, "linear")
    m = intervals.effective_clusters(values - values.mean())
    half = stats.t.ppf(0.975, m - 1) * values.std(ddof=1) / np.sqrt(11)
    assert ends == pytest.approx((values.mean() - half, values.mean() + half))


def test_scales_keep_shares_and_ratios_in_their_bounds():
    sums = np.array([[1.0, 9.0], [0.0, 9.0], [2.0, 9.0], [0.0, 9.0]])
    assert intervals.jackknifed(sums, ratio, "linear")[1].low < 0
    assert intervals.jackknifed(sums, ratio, "logit")[1].low > 0
    assert intervals.jackknifed(sums, ratio, "log")[1].low > 0
    assert intervals.jackknifed(sums, ratio, "logit")[1].high < 1


@pytest.mark.parametrize(
    "sums",
    [
        np.array([[1.0, 2.0]]),  # one company
        np.array([[1.0, 2.0], [1.0, 2.0]]),  # no company makes a difference
        np.array([[0.0, 2.0], [0.0, 1.0]]),  # no place on the scale
        np.zeros((3, 2)),
    ],
)
def test_no_jackknife_without_contrast(sums: np.ndarray):
    assert all(math.isnan(end) for end in intervals.jackknifed(sums, ratio, "log")[1])


def test_a_company_that_holds_a_whole_side_counts_with_a_bound():
    # Without the first company the ratio would be 0: its logarithm moves without end.
    sums = np.array([[5.0, 4.0], [0.0, 3.0], [0.0, 5.0], [0.0, 2.0]])
    _, ends = intervals.jackknifed(sums, ratio, "log")
    assert 0 < ends.low < 5 / 14 < ends.high < np.inf


def test_ratios_of_independent_units():
    # a = 60, b = 30, 10 of both: var of the log = 70 / 1800
    estimate, ends = intervals.ratio_of_cells(50, 20, 10)
    assert estimate == 2
    half = 1.959964 * math.sqrt(70 / 1800)
    assert ends == pytest.approx((2 * math.exp(-half), 2 * math.exp(half)), rel=1e-6)


@pytest.mark.parametrize(
    ("cells", "estimate", "low", "high"),
    [
        ((20, 0, 0), np.inf, 0.025 ** (1 / 20) / (1 - 0.025 ** (1 / 20)), np.inf),
        ((0, 20, 0), 0.0, 0.0, (1 - 0.025 ** (1 / 20)) / 0.025 ** (1 / 20)),
        ((0, 0, 20), 1.0, 0.025 ** (1 / 20), 1 / 0.025 ** (1 / 20)),
    ],
)
def test_ratios_of_units_that_are_all_alike(cells, estimate, low, high):
    found, ends = intervals.ratio_of_cells(*cells)
    assert found == estimate
    assert ends == pytest.approx((low, high))


def test_no_units_have_no_ratio():
    estimate, ends = intervals.ratio_of_cells(0, 0, 0)
    assert math.isnan(estimate)
    assert math.isnan(ends.low)
