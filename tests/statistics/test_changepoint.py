"""Dates at which the lead changes hands."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.statistics.changepoint import crossing

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
