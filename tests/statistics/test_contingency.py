"""Comparisons of counts, and their honest ends where cells are empty."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from warehouse.statistics import contingency
from warehouse.statistics.bootstrap import poisson_weights
from warehouse.statistics.contingency import compare

YEARS = np.arange(2018.0, 2022.0)


@pytest.mark.parametrize(
    ("statistic", "totals", "expected"),
    [
        (contingency.ratio, [8, 5], 1.6),
        (contingency.share_gap, [3, 10, 1, 5], 0.1),
        (contingency.ratio_of_ratios, [8, 4, 3, 6], 4.0),
        # 1 + 2 t, twice, and far apart: the slope inside each stratum
        (contingency.share_slope, [2, 0, 2, 2, 4, 2, 0, 40, 2, 4], 2.0),
        (contingency.share_slope, [2, 0, 2, 2, 4, 0, 0, 0, 0, 0], 2.0),
        (lambda t: contingency.cramers_v(t, (2, 2)), [500, 0, 0, 500], 1.0),
        (lambda t: contingency.cramers_v(t, (2, 2)), [25, 25, 25, 25], 0.0),
    ],
)
def test_statistics_of_totals(statistic, totals, expected):
    row = np.array(totals, np.float64)
    assert statistic(row) == pytest.approx(expected, rel=1e-3)
    together = statistic(np.stack([row, 2 * row, row]))
    assert together.shape == (3,)
    assert together[0] == together[2] == pytest.approx(float(statistic(row)))


def test_log_ratio_slopes():
    def of(slope: float, years: np.ndarray) -> np.ndarray:
        share = 1 / (1 + np.exp(-slope * (years - years.mean())))
        return 1e7 * np.concatenate([share, 1 - share])

    assert contingency.log_ratio_slope(of(0.3, YEARS), YEARS) == pytest.approx(0.3, abs=1e-4)
    late = YEARS + 4
    both = np.concatenate([of(0.5, late), of(0.3, YEARS)])
    assert contingency.log_ratio_slope_gap(both, late, YEARS) == pytest.approx(0.2, abs=1e-4)


def test_cramers_v_against_scipy_and_bergsmas_correction():
    table = np.array([[30, 12, 8], [10, 25, 15]], np.float64)
    biased = stats.contingency.association(table.astype(int), method="cramer")
    phi_squared = biased**2 - 1 * 2 / 99
    sides = 2 - 1 / 99, 3 - 4 / 99
    found = contingency.cramers_v(table.ravel(), (2, 3))
    assert found == pytest.approx(math.sqrt(phi_squared / (min(sides) - 1)))


def test_slope_gap_of_cells_is_the_slope_of_its_sides():
    rng = np.random.default_rng(0)
    late_cells, early_cells = rng.integers(5, 90, (2, 4, 3))
    found, ends = contingency.slope_gap_of_cells(late_cells, early_cells, YEARS + 4, YEARS)
    slopes = []
    for cells, years in ((late_cells, YEARS + 4), (early_cells, YEARS)):
        sides = cells[:, :2] + cells[:, 2:]
        slopes.append(contingency.log_ratio_slope(sides.T.ravel().astype(float), years))
    assert found == pytest.approx(slopes[0] - slopes[1])
    assert ends.low < found < ends.high
    # against plain drawing
    drawn = []
    for _ in range(2000):
        cells = rng.poisson(late_cells), rng.poisson(early_cells)
        drawn.append(contingency.slope_gap_of_cells(*cells, YEARS + 4, YEARS)[0])
    assert ends.high - ends.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.1)


def companies(*rows: tuple[int, ...]) -> np.ndarray:
    """Twenty companies, the rows given in turn."""
    return np.array([rows[at % len(rows)] for at in range(20)], np.float64)


@pytest.mark.parametrize(
    ("comparison", "sums"),
    [
        ("ratio", companies((3, 1), (1, 2))),
        ("share", companies((3, 4), (1, 2))),
        ("share_gap", companies((3, 4, 1, 5), (1, 2, 2, 3))),
        ("ratio_of_ratios", companies((3, 1, 1, 2), (1, 1, 2, 1), (0, 0, 3, 1))),
        ("lift", companies((3, 4, 1, 5), (1, 2, 2, 3))),
    ],
)
def test_intervals_hold_the_estimate_and_narrow_with_companies(comparison, sums):
    estimate, ends = compare(comparison, sums)
    assert estimate == contingency.statistic_of(comparison)(sums.sum(axis=0))
    assert ends.low < estimate < ends.high
    four, wide = compare(comparison, np.tile(sums, (4, 1)))[1], ends.high - ends.low
    assert 0.3 * wide < four.high - four.low < 0.6 * wide


ZERO = stats.beta.ppf(0.975, 1, 20)  # Clopper and Pearson, 0 of 20 companies


@pytest.mark.parametrize(
    ("comparison", "sums", "estimate", "low", "high"),
    [
        ("share", companies((0, 4)), 0.0, 0.0, ZERO),
        ("share", companies((4, 4)), 1.0, 1 - ZERO, 1.0),
        ("ratio", companies((0, 4)), 0.0, 0.0, ZERO / (1 - ZERO)),
        ("ratio", companies((4, 0)), math.inf, (1 - ZERO) / ZERO, math.inf),
        ("share_gap", companies((4, 4, 0, 4)), 1.0, 1 - ZERO * math.sqrt(2), 1.0),
        ("share_gap", companies((0, 4, 0, 4)), 0.0, -ZERO, ZERO),
        ("lift", companies((4, 4, 0, 4)), math.inf, (1 - ZERO) / ZERO, math.inf),
    ],
)
def test_empty_sides_rest_on_companies(comparison, sums, estimate, low, high):
    found, ends = compare(comparison, sums)
    assert found == estimate
    assert ends == pytest.approx((low, high))


def test_one_empty_side_of_four_leaves_the_other_ratio_its_interval():
    found, ends = compare("ratio_of_ratios", companies((3, 0, 1, 2), (1, 0, 2, 1)))
    other = compare("ratio", companies((1, 2), (2, 1)))[1]
    assert found == math.inf
    assert ends == pytest.approx(((1 - ZERO) / ZERO / other.high, math.inf))
    found, ends = compare("ratio_of_ratios", companies((0, 3, 1, 2), (0, 1, 2, 1)))
    assert (found, ends.low) == (0.0, 0.0)
    assert ends.high == pytest.approx(ZERO / (1 - ZERO) / other.low)


@pytest.mark.parametrize(
    "sums",
    [
        np.zeros((20, 4)),
        companies((0, 0, 1, 2)),
        np.array([[3.0, 2.0, 1.0, 2.0]]),  # one company
        np.array([[3.0, 0.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0]]),
    ],
)
def test_nothing_seen_has_no_interval(sums):
    for comparison in ("ratio_of_ratios", "share_gap"):
        assert all(math.isnan(end) for end in compare(comparison, sums)[1])


def table_of(v: float, n_companies: int, rng: np.random.Generator) -> np.ndarray:
    joint = (np.full((2, 2), 0.25) + 0.25 * v * np.array([[1, -1], [-1, 1]])).ravel()
    return rng.multinomial(rng.integers(1, 9, n_companies), joint).astype(np.float64)


def test_clustered_cramers_v_of_independent_units_is_bergsmas():
    rng = np.random.default_rng(5)
    units = np.eye(4)[rng.choice(4, 150, p=[0.4, 0.1, 0.2, 0.3])]
    found = contingency.clustered_cramers_v(units, poisson_weights(150), (2, 2))
    assert found.estimate == pytest.approx(
        contingency.cramers_v(units.sum(axis=0), (2, 2)), abs=0.02
    )
    assert found.interval.low < found.estimate < found.interval.high


def test_cramers_v_near_zero_reaches_zero_and_a_large_one_does_not():
    rng = np.random.default_rng(5)
    weights = poisson_weights(150)
    none = contingency.clustered_cramers_v(table_of(0.0, 150, rng), weights, (2, 2))
    much = contingency.clustered_cramers_v(table_of(0.6, 150, rng), weights, (2, 2))
    assert none.interval.low == pytest.approx(0, abs=1e-6)
    assert none.interval.high < 0.15
    assert 0.5 < much.interval.low < 0.6 < much.interval.high < 0.7


def test_empty_rows_and_columns_of_a_table_play_no_part():
    rng = np.random.default_rng(5)
    sums, weights = table_of(0.3, 60, rng), poisson_weights(60)
    wider = np.zeros((60, 9))
    wider[:, [0, 2, 6, 8]] = sums
    found = contingency.clustered_cramers_v(wider, weights, (3, 3))
    expected = contingency.clustered_cramers_v(sums, weights, (2, 2))
    assert found.estimate == pytest.approx(expected.estimate)
    assert found.interval == pytest.approx(expected.interval)
    only = contingency.clustered_cramers_v(sums * [1, 1, 0, 0], weights, (2, 2))
    assert math.isnan(only.estimate)
    assert math.isnan(only.interval.low)
