"""Differences of medians: by hand, strata, who counts, and how often intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.bench.worlds import cover
from warehouse.bench.worlds_pay import FAMILIES
from warehouse.statistics.matched import matched_median_difference, median_difference


def made(n_companies: int = 40, n: int = 800, seed: int = 1, premium: float = 0.1):
    rng = np.random.default_rng(seed)
    companies, strata = rng.integers(0, n_companies, n), rng.integers(0, 6, n)
    treated = rng.random(n) < 0.4
    logs = 11 + 0.1 * strata + rng.normal(0, 0.2, n) + premium * treated
    logs += rng.normal(0, 0.1, n_companies)[companies]
    return companies, np.exp(logs), treated, strata, np.ones(n)


def test_one_stratum_is_the_difference_of_medians():
    companies, pay, treated, strata, worth = made()
    one = np.zeros_like(strata)
    found = matched_median_difference(companies, pay, treated, one, worth)
    plain = np.median(np.log(pay[treated])) - np.median(np.log(pay[~treated]))
    assert found.averaged == pytest.approx(np.expm1(plain))
    assert found.estimate == pytest.approx(np.expm1(plain), abs=0.002)
    assert found.interval.low < found.estimate < found.interval.high


def test_strata_are_averaged_by_overlap():
    # 10 % more in a stratum of 2 and 2, 20 % more in one of 1 and 3: weights 1 and 3/4.
    pay = np.array([110.0, 110, 100, 100, 240, 200, 200, 200])
    treated = np.array([1, 1, 0, 0, 1, 0, 0, 0], bool)
    strata = np.array([5, 5, 5, 5, 9, 9, 9, 9])
    found = matched_median_difference(np.arange(8), pay, treated, strata, np.ones(8))
    expected = (np.log(1.1) + 0.75 * np.log(1.2)) / 1.75
    assert found.averaged == pytest.approx(np.expm1(expected))
    assert 0.1 - 1e-4 <= found.estimate <= 0.2 + 1e-4


def test_averaged_difference_is_that_of_plain_numpy():
    companies, pay, treated, strata, worth = made(premium=0.2)
    found = matched_median_difference(companies, pay, treated, strata, worth)
    differences, weights = [], []
    for stratum in np.unique(strata):
        sides = [np.log(pay[(strata == stratum) & side]) for side in (treated, ~treated)]
        differences.append(np.median(sides[0]) - np.median(sides[1]))
        weights.append(len(sides[0]) * len(sides[1]) / (len(sides[0]) + len(sides[1])))
    assert found.averaged == pytest.approx(np.expm1(np.average(differences, weights=weights)))
    assert found.estimate == pytest.approx(found.averaged, abs=0.02)


def test_strata_with_one_side_count_for_nothing():
    companies, pay, treated, strata, worth = made()
    found = matched_median_difference(companies, pay, treated, strata, worth)
    more = matched_median_difference(
        np.r_[companies, 98, 99],
        np.r_[pay, 1.0, 1e9],
        np.r_[treated, True, False],
        np.r_[strata, 77, 78],
        np.r_[worth, 1, 1],
    )
    assert more == found
    assert found.n_strata == 6
    assert (found.n_treated, found.n_control) == (treated.sum(), (~treated).sum())
    assert found.n_companies_treated == found.n_companies_control == 40


def test_pay_raised_by_a_factor_raises_all_by_it():
    companies, pay, treated, strata, worth = made()
    found = matched_median_difference(companies, pay, treated, strata, worth)
    raised = matched_median_difference(
        companies, np.where(treated, 1.5 * pay, pay), treated, strata, worth
    )
    assert raised.estimate == pytest.approx(1.5 * (1 + found.estimate) - 1, abs=1e-3)
    np.testing.assert_allclose(raised.interval, 1.5 * (1 + np.array(found.interval)) - 1, atol=2e-3)
    dearer = matched_median_difference(companies, 3 * pay, treated, strata, worth)
    assert dearer.estimate == pytest.approx(found.estimate, abs=1e-4)


def test_confounding_by_level_is_held():
    rng = np.random.default_rng(4)
    level = rng.integers(0, 2, 2000)
    treated = rng.random(2000) < np.where(level, 0.8, 0.2)
    pay = np.exp(11 + 0.5 * level + rng.normal(0, 0.1, 2000))
    companies, worth = rng.integers(0, 100, 2000), np.ones(2000)
    held = matched_median_difference(companies, pay, treated, level, worth)
    free = matched_median_difference(companies, pay, treated, np.zeros_like(level), worth)
    assert held.interval.low < 0 < held.interval.high
    assert free.interval.low > 0.2


@pytest.mark.parametrize(
    ("treated", "strata"),
    [([], []), ([True, True], [1, 1]), ([True, False], [1, 2])],
)
def test_nothing_to_compare(treated, strata):
    n = len(treated)
    found = matched_median_difference(
        np.arange(n), np.full(n, 5.0), np.array(treated, bool), np.array(strata, int), np.ones(n)
    )
    assert np.isnan([found.estimate, found.averaged, *found.interval]).all()
    assert found[3:] == (0, 0, 0, 0, 0)


def test_one_company_has_no_interval_and_five_an_open_one():
    companies, pay, treated, strata, worth = made()
    one = matched_median_difference(np.zeros_like(companies), pay, treated, strata, worth)
    assert one.estimate > 0
    assert np.isnan(one.interval).all()
    five = matched_median_difference(companies % 5, pay, treated, strata, worth)
    assert tuple(five.interval) == (-1, np.inf)


def test_a_group_against_all_of_which_it_is_part():
    pay = np.arange(1.0, 102)
    in_group = pay > 80
    estimate, ends = median_difference(np.arange(101), pay, in_group, np.ones(101))
    assert estimate == pytest.approx(91 / 51 - 1)
    assert ends.low < estimate < ends.high
    assert ends.low > 0


def test_a_group_that_is_all_does_not_differ():
    companies, pay, _, _, worth = made()
    estimate, ends = median_difference(companies, pay, np.ones(len(pay), bool), worth)
    assert (estimate, *ends) == (0, 0, 0)


@pytest.mark.parametrize(("members", "has_estimate"), [([], False), ([0, 1], True)])
def test_a_group_of_nobody_or_of_one_company(members, has_estimate: bool):
    in_group = np.isin(np.arange(20), members)
    companies = np.repeat(np.arange(10), 2)
    estimate, ends = median_difference(companies, np.arange(1.0, 21), in_group, np.ones(20))
    assert bool(np.isfinite(estimate)) is has_estimate
    assert np.isnan(ends).all()


@pytest.mark.parametrize("family", [f for f in FAMILIES if "median" in f.name])
def test_intervals_hold_the_truth(family):
    held = [cover(family, kind, 40).held for kind in family.kinds]
    assert np.mean(held) >= 0.9
    assert min(held) >= 0.84
