from typing import NamedTuple
from warehouse.statistics.intervals import NO_INTERVAL, Interval
import numpy as np


class Matched(NamedTuple):
    estimate: float
    interval: Interval
    n_strata: int
    n_treated: int
    n_control: int
    n_companies_treated: int
    n_companies_control: int


def matched_median_difference(*a):
    return Matched(np.nan, NO_INTERVAL, 0, 0, 0, 0, 0)


def median_difference(*a):
    return np.nan, NO_INTERVAL
