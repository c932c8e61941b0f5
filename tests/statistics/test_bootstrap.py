"""The weights of resampled companies, and sums and quantiles under them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse, stats

from warehouse.statistics.bootstrap import poisson_weights, totals


def test_weights_are_poisson_one():
    weights = poisson_weights(400)
    observed = np.bincount(weights.ravel(), minlength=7)[:7] / weights.size
    assert observed == pytest.approx(stats.poisson(1).pmf(np.arange(7)), abs=0.002)
    between_companies = np.corrcoef(weights[:50])[np.triu_indices(50, 1)]
    assert np.abs(between_companies).max() < 0.1  # 1,225 pairs of 2,000 draws: sd 0.022


def test_weights_of_a_company_do_not_depend_on_how_many_follow():
    few = poisson_weights(3).copy()
    assert (poisson_weights(5000)[:3] == few).all()


def test_weights_are_pinned():
    # A change here changes every published interval.
    assert poisson_weights(2, 8).tolist() == [[2, 1, 0, 0, 1, 1, 2, 2], [1, 0, 5, 1, 0, 1, 1, 2]]


def test_another_seed_gives_other_weights():
    assert (poisson_weights(3, 400, 1) != poisson_weights(3, 400, 2)).any()


def test_draws_come_in_fours():
    with pytest.raises(ValueError, match="multiple of 4"):
        poisson_weights(3, 10)


def test_weights_can_not_be_spoilt():
    with pytest.raises(ValueError, match="read-only"):
        poisson_weights(3)[0, 0] = 9


@pytest.mark.parametrize("shape", [(1, 1), (40, 7), (3000, 2)])
def test_totals_are_the_plain_matrix_product(shape: tuple[int, int]):
    rng = np.random.default_rng(0)
    sums = rng.integers(0, 4, shape) * (rng.random(shape) < 0.3)
    weights = poisson_weights(shape[0])
    expected = weights.T.astype(float) @ sums
    assert (totals(weights, sums.astype(float)) == expected).all()
    assert (totals(weights, sparse.csr_array(sums.astype(float))) == expected).all()
