"""Do 95 % intervals hold the planted truth 95 times of 100?

Small: a hundred worlds of each family and market, of slow families fewer and one market; the
benchmark draws a thousand of all. The bound is what 93 % would fall below once in 1,000 tests.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from warehouse.bench.worlds import KINDS, Coverage, Family, cover, make_market, says, table, tastes
from warehouse.bench.worlds_counts import FAMILIES, UNCORRECTED
from warehouse.statistics import intervals
from warehouse.statistics.intervals import NO_INTERVAL, Interval

SLOW = ("crossing", "Cramér", "yearly slope")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_intervals_hold_the_truth(family: Family):
    is_slow = any(word in family.name for word in SLOW)
    worlds = 12 if is_slow else 100
    for kind in family.kinds[:1] if is_slow else family.kinds:
        found = cover(family, kind, worlds)
        assert found.held >= stats.binom.ppf(0.001, worlds, 0.93) / worlds, found
        assert found.open < 0.5 or " the end" in family.name, found


@pytest.mark.parametrize("family", UNCORRECTED, ids=lambda family: family.name)
def test_what_is_misread_would_not_hold_it(family: Family):
    assert cover(family, "many", worlds=150).held < 0.8


def _wilson(rng, kind):
    market = make_market(rng, kind)
    named = says(rng, market, tastes(rng, 0.4, market.n_companies))
    return 0.4, intervals.wilson(int(named.sum()), len(named))


def test_roles_taken_as_independent_would_not_hold_it():
    # The reason for clustering: with tastes of their own, companies' roles are alike.
    assert cover(Family("roles as independent", _wilson), "many", worlds=150).held < 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_markets_are_what_they_are_called(kind):
    market = make_market(np.random.default_rng(1), kind)
    assert market.n_companies == (20 if kind == "few" else 150)
    assert market.sizes.min() >= 1
    assert market.sizes.sum() == len(market.company_of_role)
    copies = np.bincount(market.role)
    assert copies.min() == 1
    assert copies.max() == (4 if kind == "reposts" else 1)
    if kind == "reposts":
        assert 0.1 < (copies > 1).mean() < 0.3
    share = market.sizes[0] / market.sizes.sum()
    assert (share == pytest.approx(0.3, abs=0.005)) == (kind == "giant")


def test_adverts_of_a_role_say_the_same_and_the_mean_taste_is_the_truth():
    rng = np.random.default_rng(1)
    market = make_market(rng, "reposts")
    named = says(rng, market, np.full(150, 0.5))
    by_role = np.bincount(market.role, named) / np.bincount(market.role)
    assert set(by_role) == {0.0, 1.0}
    assert tastes(rng, 0.3, 100_000).mean() == pytest.approx(0.3, abs=0.01)


def test_coverage_counts_each_way_of_missing():
    ends = iter([Interval(0, 2), Interval(2, 4), Interval(-3, 0), Interval(0, np.inf), NO_INTERVAL])
    found = cover(Family("made up", lambda *_: (1.0, next(ends))), "few", worlds=5)
    assert found == pytest.approx(("made up", "few", 5, 0.4, 0.2, 0.2, 7 / 3, 0.4))
    assert table([found]).splitlines()[-1] == (
        "| made up | few | 5 | 40.0% | 20.0% | 20.0% | 2.33 | 40.0% |"
    )


def test_worlds_are_the_same_each_time():
    first = cover(FAMILIES[0], "few", worlds=3)
    assert isinstance(first, Coverage)
    assert first == cover(FAMILIES[0], "few", worlds=3)
    assert first.width != cover(FAMILIES[0], "few", worlds=3, seed=1).width
