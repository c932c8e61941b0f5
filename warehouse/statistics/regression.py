import numpy as np
from warehouse.statistics.intervals import NO_INTERVAL
from collections import defaultdict


def variance_shares(*a):
    return defaultdict(lambda: (np.nan, NO_INTERVAL))


def skill_premium(*a):
    return defaultdict(lambda: (np.nan, NO_INTERVAL))


def prevalence_gaps(c, v, skills, w):
    return {k: (np.nan, NO_INTERVAL) for k in skills}
