"""Dates at which the lead changes hands."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from warehouse.statistics.bootstrap import poisson_weights
from warehouse.statistics.changepoint import crossing, crossing_of_companies, crossing_of_papers

YEARS = 2016 + (np.arange(120) + 0.5) / 12


def counts(log_ratio: np.ndarray, volume: np.ndarray | float = 200.0) -> tuple[np.ndarray, ...]:
    share = 1 / (1 + np.exp(-log_ratio))
    return (share * volume)[None, :], ((1 - share) * volume)[None, :]


@pytest.mark.parametrize("date", [2018.5, 2020.0, 2021.25, 2023.9])
@pytest.mark.parametrize("growth", [0.0, 0.5, -0.5])
def test_finds_the_date_at_any_pace_of_volume(date: float, growth: float):
    ahead, behind = counts(0.6 * (YEARS - date), 100 * np.exp(growth * (YEARS - 2020)))
    least, greatest = crossing(ahead, behind, YEARS)
    assert least == greatest == pytest.approx(date, abs=0.03)


def test_takes_the_last_change_of_lead():
    # ahead from 2018, behind from 2020, ahead for good from 2023
    log_ratio = np.select([YEARS < 2018, YEARS < 2020, YEARS < 2023], [-1.0, 1.0, -1.0], 1.0)
    least, _ = crossing(*counts(log_ratio), YEARS)
    assert least == pytest.approx(2023, abs=0.05)


def test_a_lead_throughout_lies_before_the_series():
    least, greatest = crossing(*counts(np.ones(120)), YEARS)
    assert least == -np.inf
    assert 2016 <= greatest < 2017


def test_a_lead_not_yet_taken_lies_after_the_series():
    least, greatest = crossing(*counts(-np.ones(120)), YEARS)
    assert 2025 < least <= 2026
    assert greatest == np.inf


def test_no_counts_tell_nothing():
    least, greatest = crossing(np.zeros((1, 120)), np.zeros((1, 120)), YEARS)
    assert np.isnan([least, greatest]).all()


def test_a_gap_in_the_series_does_no_harm():
    ahead, behind = counts(0.6 * (YEARS - 2020))
    gap = (YEARS > 2021) & (YEARS < 2024)
    ahead[:, gap] = behind[:, gap] = 0
    least, greatest = crossing(ahead, behind, YEARS)
    assert least == greatest == pytest.approx(2020, abs=0.05)


def test_a_single_month_is_no_crossing():
    least, greatest = crossing(np.array([[5.0]]), np.array([[2.0]]), YEARS[:1])
    assert least == -np.inf
    assert greatest == YEARS[0]


def test_rows_do_not_touch_each_other():
    pairs = [counts(0.6 * (YEARS - date)) for date in (2018.0, 2022.0)]
    together = crossing(*(np.concatenate(side) for side in zip(*pairs, strict=True)), YEARS)
    alone = [crossing(*pair, YEARS)[0][0] for pair in pairs]
    assert together[0] == pytest.approx(alone)


def papers(log_ratio: np.ndarray, volume: float) -> list[np.ndarray]:
    share = 1 / (1 + np.exp(-log_ratio))
    cells = (share * volume, (1 - share) * volume, np.full(len(share), 0.1 * volume))
    return [np.round(cell).astype(int) for cell in cells]


def test_papers_date_the_crossing_the_better_the_more_there_are():
    widths = []
    for volume in (20, 200):
        dates, ends = crossing_of_papers(*papers(0.6 * (YEARS - 2020), volume), YEARS)
        assert dates.low == dates.high == pytest.approx(2020, abs=0.15)
        assert ends.low < dates.low < ends.high
        widths.append(ends.high - ends.low)
    assert widths[1] == pytest.approx(widths[0] / np.sqrt(10), rel=0.3)


def test_papers_are_companies_of_one():
    rng = np.random.default_rng(2)
    month, is_ahead = rng.integers(0, 120, 900), rng.random(900)
    is_ahead = is_ahead < 1 / (1 + np.exp(-0.6 * (YEARS[month] - 2020)))
    rows = np.arange(900)
    sides = [
        sparse.csr_array((flag.astype(float), (rows, month)), shape=(900, 120))
        for flag in (is_ahead, ~is_ahead)
    ]
    first, ends = crossing_of_companies(*sides, YEARS, poisson_weights(900))
    cells = [np.asarray(side.sum(axis=0)).astype(int) for side in sides]
    second, others = crossing_of_papers(*cells, np.zeros(120, int), YEARS)
    assert first == pytest.approx(second)
    assert ends == pytest.approx(others, abs=0.15)


def test_a_lead_not_surely_taken_leaves_the_interval_open():
    ends = crossing_of_papers(*papers(0.6 * (YEARS - 2025.8), 20), YEARS)[1]
    assert 2023 < ends.low < 2025.8
    assert ends.high == np.inf
    never = crossing_of_papers(*papers(np.full(120, -3.0), 50), YEARS)[1]
    assert never.low > 2025
    assert never.high == np.inf
