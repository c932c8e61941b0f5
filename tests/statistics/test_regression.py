"""Shares of variance, coefficients and gaps: against plain numpy, and how often they hold."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.bench.worlds import cover
from warehouse.bench.worlds_pay import FAMILIES
from warehouse.statistics.regression import prevalence_gap, skill_premium, variance_shares


def made(n_companies: int = 60, per_company: int = 10, seed: int = 1):
    rng = np.random.default_rng(seed)
    companies = np.repeat(np.arange(n_companies), per_company)
    n = len(companies)
    codes = {
        "level": rng.integers(0, 4, n),
        "framework": rng.integers(0, 4, n),
        "place": rng.integers(0, 5, n),
    }
    logs = 11 + 0.2 * codes["level"] + 0.05 * codes["framework"] + rng.normal(0, 0.2, n)
    logs += rng.normal(0, 0.2, n_companies)[companies]
    return logs, companies, codes, np.ones(n)


def dummies(codes) -> np.ndarray:
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def variance_left(logs, *codes) -> float:
    """Residual variance of a regression on dummies, over its degrees of freedom."""
    matrix = np.hstack([dummies(c) for c in codes])
    fitted, _, rank, _ = np.linalg.lstsq(matrix, logs, rcond=None)
    return float(np.sum((logs - matrix @ fitted) ** 2) / (len(logs) - rank))


def test_shares_are_increments_of_adjusted_r2_where_companies_are_alike():
    logs, companies, codes, worth = made()
    found = variance_shares(logs, companies, codes, worth)
    full = variance_left(logs, companies, *codes.values())
    for name in ("level", "framework"):
        rest = [c for other, c in codes.items() if other != name]
        increment = (variance_left(logs, companies, *rest) - full) / logs.var(ddof=1)
        assert found.shares[name].estimate == pytest.approx(increment, rel=0.01)
    increment = (variance_left(logs, *codes.values()) - full) / logs.var(ddof=1)
    assert found.shares["company"].estimate == pytest.approx(increment, rel=0.03)
    for (one, other), difference in found.differences.items():
        apart = found.shares[one].estimate - found.shares[other].estimate
        assert difference.estimate == pytest.approx(apart)
        assert difference.interval.low < apart < difference.interval.high


def test_a_thousand_companies_do_not_win_by_number_alone():
    rng = np.random.default_rng(2)
    companies = rng.integers(0, 1000, 4000)
    codes = {name: rng.integers(0, 4, 4000) for name in ("level", "framework")}
    found = variance_shares(rng.normal(size=4000), companies, codes, np.ones(4000))
    for share in found.shares.values():
        assert abs(share.estimate) < 0.06
        assert share.interval.low <= 0 <= share.interval.high


def test_copies_of_roles_are_not_companies_that_pay_alike():
    logs, companies, codes, worth = made()
    once = variance_shares(logs, companies, codes, worth)
    twice = variance_shares(
        np.tile(logs, 2), np.tile(companies, 2), {k: np.tile(c, 2) for k, c in codes.items()},
        np.ones(2 * len(logs)),
    )  # fmt: skip
    for name, share in once.shares.items():
        assert twice.shares[name].estimate == pytest.approx(share.estimate, rel=1e-6)
        np.testing.assert_allclose(twice.shares[name].interval, share.interval, rtol=1e-3)


@pytest.mark.parametrize(
    "companies", [np.zeros(20, int), np.arange(20)], ids=["one company", "one role each"]
)
def test_no_shares_of_what_cannot_be_told_apart(companies):
    rng = np.random.default_rng(3)
    codes = {name: rng.integers(0, 3, 20) for name in ("level", "framework")}
    found = variance_shares(rng.normal(size=20), companies, codes, np.ones(20))
    for measured in (*found.shares.values(), *found.differences.values()):
        assert np.isnan([measured.estimate, *measured.interval]).all()


def named(seed: int = 5):
    logs, companies, codes, worth = made(seed=seed)
    rng = np.random.default_rng(seed + 1)
    flags = {k: (rng.random(len(logs)) < 0.4).astype(float) for k in ("mlops", "rag", "pt", "tf")}
    logs = logs + 0.2 * flags["mlops"] + 0.05 * flags["pt"]
    skills = {k: flags[k] for k in ("mlops", "rag")}
    frameworks = {k: flags[k] for k in ("pt", "tf")}
    return logs, companies, skills, frameworks, codes, worth


def test_coefficients_are_those_of_dummies():
    logs, companies, skills, frameworks, codes, worth = named()
    found = skill_premium(logs, companies, skills, frameworks, codes, worth)
    flags = [*skills.values(), *frameworks.values()]
    matrix = np.hstack(
        [np.stack(flags, axis=1), dummies(companies), *(dummies(c) for c in codes.values())]
    )
    plain = np.linalg.lstsq(matrix, logs, rcond=None)[0][:4]
    estimates = [m.estimate for m in found.coefficients.values()]
    np.testing.assert_allclose(estimates, plain, atol=1e-9)
    assert found.excess.estimate == pytest.approx(max(plain[:2]) - max(plain[2:]))
    assert 0 < found.excess.interval.low < found.excess.estimate < found.excess.interval.high
    again = skill_premium(logs, companies, skills, frameworks, codes, worth)
    assert again == found


def test_worth_is_a_weight():
    logs, companies, skills, frameworks, codes, worth = named()
    worth = worth + (np.arange(len(worth)) % 3)
    found = skill_premium(logs, companies, skills, frameworks, codes, worth)
    matrix = np.hstack(
        [
            np.stack([*skills.values(), *frameworks.values()], axis=1),
            dummies(companies),
            *(dummies(c) for c in codes.values()),
        ]
    )
    root = np.sqrt(worth)
    plain = np.linalg.lstsq(matrix * root[:, None], logs * root, rcond=None)[0][:4]
    np.testing.assert_allclose([m.estimate for m in found.coefficients.values()], plain, atol=1e-9)


def test_what_never_varies_inside_a_company_has_no_coefficient():
    logs, companies, skills, frameworks, codes, worth = named()
    frameworks = {"pt": (companies % 2).astype(float), "tf": np.zeros(len(logs))}
    found = skill_premium(logs, companies, skills, frameworks, codes, worth)
    assert np.isnan(found.coefficients["pt"].estimate)
    assert np.isnan(found.coefficients["tf"].estimate)
    assert np.isfinite(found.coefficients["mlops"].estimate)
    assert np.isnan(found.excess.estimate)
    alone = skill_premium(logs, np.zeros_like(companies), skills, frameworks, codes, worth)
    assert np.isnan(alone.coefficients["mlops"].estimate)


def test_gap_by_hand():
    pay = np.arange(100.0)
    skill = np.zeros(100)
    skill[90:97] = 1  # 7 of the best paid 10
    skill[:18] = 1  # 18 of the other 90
    found = prevalence_gap(pay, np.arange(100), {"rag": skill}, np.ones(100))["rag"]
    assert found.estimate == pytest.approx(0.7 - 0.2)
    assert -1 <= found.interval.low < 0.5 < found.interval.high <= 1
    assert found.interval.low > 0
    # Weights: the best paid tenth is then one role, that names nothing.
    worth = np.where(pay == 99, 11.0, 1.0)
    weighted = prevalence_gap(pay, np.arange(100), {"rag": skill}, worth)["rag"]
    assert weighted.estimate == pytest.approx(-25 / 99)


@pytest.mark.parametrize(
    ("pay", "companies", "has_estimate"),
    [
        (np.zeros(0), np.zeros(0, int), False),
        (np.full(30, 5.0), np.arange(30), False),  # nobody is above the threshold
        (np.arange(30.0), np.zeros(30, int), True),
    ],
)
def test_no_interval_of_a_gap(pay, companies, has_estimate: bool):
    skill = (np.arange(len(pay)) % 2).astype(float)
    found = prevalence_gap(pay, companies, {"rag": skill}, np.ones(len(pay)))["rag"]
    assert bool(np.isfinite(found.estimate)) is has_estimate
    assert np.isnan(found.interval).all()


OWN = ("share of variance: ", "coefficient", "skill premium", "gap")


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.name.startswith(OWN)])
def test_intervals_hold_the_truth(family):
    rows = [cover(family, kind, 15) for kind in family.kinds]
    assert np.mean([row.held for row in rows]) >= 0.86
    assert all(0 < row.width < np.inf for row in rows)
