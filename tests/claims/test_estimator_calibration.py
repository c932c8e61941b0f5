"""Do the intervals of trends, crossing dates and pay percentiles hold the planted truth?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from warehouse.claims.estimators import Crossing, PayRange, YearlySlope
from warehouse.claims.population import Units
from warehouse.statistics.bootstrap import poisson_weights

WORLDS = 200
FIRST, LAST = date(2018, 1, 1), date(2025, 12, 31)
PAY_SD, PAY_COMPANY_SD = 0.2, 0.15


def world(rng: np.random.Generator, n_companies: int = 80) -> Units:
    """Roles of 80 companies of unlike sizes and tastes over eight years.

    PyTorch's share rises by 5 points a year through 30 % in mid-2022, TensorFlow's falls alike, so
    that the lead changes at 2022.5; yearly pay is log-normal around 200,000.
    """
    sizes = np.maximum(2, rng.lognormal(2, 1, n_companies)).astype(int)
    company = np.repeat(np.arange(n_companies), sizes)
    n = len(company)
    day = rng.integers(FIRST.toordinal(), LAST.toordinal() + 1, n)
    years = (day - date(2022, 7, 2).toordinal()) / 365.25
    taste = rng.uniform(-0.05, 0.05, (n_companies, 2))[company]
    share = 0.3 + 0.05 * years * np.array([[1.0], [-1.0]]) + taste.T
    named = rng.random((2, n)) < share
    level = rng.normal(0, PAY_COMPANY_SD, n_companies)[company]
    pay = 200_000 * np.exp(level + rng.normal(0, PAY_SD, n))
    frame = pd.DataFrame(
        {
            "company": company,
            "entered_on": pd.to_datetime([date.fromordinal(d) for d in day]),
            "source": "hackernews",
            "has_pytorch": named[0],
            "has_tensorflow": named[1],
            "pay_min_usd_year": pay * 0.9,
            "pay_max_usd_year": pay * 1.1,
            "pay_mid_usd_year": pay,
        }
    )
    return Units("roles", frame, FIRST, LAST, poisson_weights(n_companies))


P10 = 200_000 * np.exp(stats.norm.ppf(0.1) * np.hypot(PAY_SD, PAY_COMPANY_SD))
SLOPE = YearlySlope(estimator="yearly_slope", naming="tensorflow")
CROSSING = Crossing(estimator="crossing", ahead="pytorch", behind="tensorflow")
PAY = PayRange(estimator="pay_range", naming="pytorch", range_usd_year=(230_000, 430_000))


@pytest.mark.parametrize(
    ("measure", "truth"),
    [(SLOPE, -0.05), (CROSSING, 2022.5), (PAY, P10)],
    ids=lambda m: str(m)[:20],
)
def test_intervals_hold_the_truth(measure, truth: float):
    rng = np.random.default_rng(20260101)
    parts = [measure.measure(world(rng)).parts[0] for _ in range(WORLDS)]
    held = np.mean([part.interval.low <= truth <= part.interval.high for part in parts])
    assert 0.92 <= held <= 0.985
    spread = np.nanstd([part.estimate for part in parts])
    assert abs(np.nanmean([part.estimate for part in parts]) - truth) < 0.25 * spread
