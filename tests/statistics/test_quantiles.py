"""Quantiles by hand, intervals against an exact test, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from warehouse.bench.worlds import cover
from warehouse.bench.worlds_pay import FAMILIES
from warehouse.statistics.inversion import p_value
from warehouse.statistics.quantiles import clustered_quantile, clustered_quantiles, quantiles_of


def ones(values) -> np.ndarray:
    return np.ones(len(values))


@pytest.mark.parametrize(
    ("values", "worth", "probability", "expected"),
    [
        ([30.0, 10, 20], [1, 1, 1], 0.5, 20),
        ([10.0, 20, 30, 40], [1, 1, 1, 1], 0.5, 20),  # the least that half is not above
        ([10.0, 20, 30, 40], [1, 1, 1, 1], 0.1, 10),
        ([10.0, 20, 30, 40], [1, 1, 1, 1], 0.9, 40),
        ([10.0, 20, 20, 20], [1, 1, 1, 1], 0.25, 10),
        ([10.0, 20, 30, 40], [7, 1, 1, 1], 0.5, 10),  # as the weights say
        ([10.0, 20, 30, 40], [0.5, 0.5, 0.5, 2.5], 0.5, 40),
    ],
)
def test_estimate(values, worth, probability: float, expected: float):
    found, _ = clustered_quantile(
        np.arange(len(values)), np.array(values), probability, np.array(worth, float)
    )
    assert found == expected


def test_nothing_of_nothing_and_no_interval_of_one_company():
    nothing = np.zeros(0)
    estimate, ends = clustered_quantile(np.zeros(0, int), nothing, 0.5, nothing)
    assert np.isnan(estimate)
    assert np.isnan(ends).all()
    estimate, ends = clustered_quantile(np.zeros(9, int), np.arange(9.0), 0.5, np.ones(9))
    assert estimate == 4
    assert np.isnan(ends).all()


@pytest.mark.parametrize(("n_companies", "is_open"), [(2, True), (5, True), (6, False)])
def test_few_companies_refute_nothing(n_companies: int, is_open: bool):
    # Five companies, all on one side, are a chance of 2 in 32.
    companies = np.repeat(np.arange(n_companies), 10)
    values = np.tile(np.arange(10.0), n_companies)
    _, ends = clustered_quantile(companies, values, 0.5, ones(values))
    assert bool(np.isinf(ends).all()) is is_open
    assert is_open or ends.low <= 4 <= ends.high


def test_roles_of_a_company_each_are_as_the_exact_test_has_it():
    values = np.random.default_rng(1).normal(size=201)
    for probability in (0.1, 0.5, 0.9):
        _, ends = clustered_quantile(np.arange(201), values, probability, ones(values))
        exact = stats.quantile_test(values, p=probability).confidence_interval(0.95)
        ordered = np.sort(values)
        for found, known in zip(ends, exact, strict=True):
            # Apart by a rank or two of 201: the exact test is of whole roles.
            assert abs(int(np.searchsorted(ordered, found) - np.searchsorted(ordered, known))) <= 2


def test_where_most_are_paid_alike_nothing_else_is_the_median():
    values = np.r_[np.full(500, 7.0), np.linspace(1, 6, 50), np.linspace(8, 9, 50)]
    estimate, ends = clustered_quantile(np.arange(600), values, 0.5, ones(values))
    assert (estimate, *ends) == (7, 7, 7)


def test_many_at_once_are_one_by_one_in_any_order_and_unit():
    rng = np.random.default_rng(2)
    companies, values, order = rng.integers(0, 40, 500), rng.normal(size=500), rng.permutation(500)
    at = (0.1, 0.5, 0.9)
    found = clustered_quantiles(companies, values, at, ones(values))
    assert found == [clustered_quantile(companies, values, p, ones(values)) for p in at]
    shuffled = clustered_quantiles(companies[order] + 7, 8 * values[order], at, ones(values))
    np.testing.assert_allclose([e for e, _ in shuffled], [8 * e for e, _ in found])
    np.testing.assert_allclose([i for _, i in shuffled], [8 * np.array(i) for _, i in found])


def test_equal_company_weights_are_not_those_of_roles():
    companies = np.r_[np.zeros(100, int), np.arange(1, 21)]
    values = np.r_[np.full(100, 1.0), np.full(20, 2.0)]
    assert clustered_quantile(companies, values, 0.5, ones(values))[0] == 1
    worth = 1 / np.bincount(companies)[companies]
    assert clustered_quantile(companies, values, 0.5, worth)[0] == 2


def test_halfway_where_two_values_qualify():
    found = quantiles_of(np.array([1.0, 2, 3, 4]), np.ones(4), (0.25, 0.5, 1.0))
    assert found.tolist() == [1.5, 2.5, 4]


def test_signs_at_random():
    assert p_value(3.0, np.ones(3)) == 2 / 8  # all three signs alike
    assert p_value(1.0, np.ones(3)) == 1
    many = np.ones(400)
    assert p_value(40.0, many) == pytest.approx(2 * stats.norm.sf(2), abs=0.01)
    # A contribution larger than all others together has two cases, not a bell.
    assert p_value(1.9, np.r_[1.0, np.full(100, 0.05)]) < 0.05 < p_value(1.3, np.r_[1.0, many / 90])


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.name.startswith("pay p")])
def test_intervals_hold_the_truth(family):
    held = [cover(family, kind, 60).held for kind in family.kinds]
    assert np.mean(held) >= 0.9
    assert min(held) >= 0.85


def test_roles_taken_as_independent_would_not_hold_it():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        companies = np.repeat(np.arange(60), rng.integers(1, 20, 60))
        values = (rng.normal(size=60)[companies]) + rng.normal(size=len(companies))
        ends = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
        held += ends.low <= 0 <= ends.high
    assert held / 200 < 0.75
