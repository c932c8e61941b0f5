"""Counts of right and wrong answers, and 95 % intervals of what is made of them.

Belongs here: what every score needs, whatever it scores. Does not belong here: what counts as right
(one module per kind of fact), or the intervals of claims (`warehouse.statistics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

_DRAWS = 2000
_SEED = 20260101


class Interval(NamedTuple):
    """An estimate with its 95 % interval; all three are fractions."""

    estimate: float
    low: float
    high: float


class Counts(NamedTuple):
    """Right, superfluous and missed answers. A ratio without any case is 1: nothing went wrong."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """The share of the answers given that are right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """The share of the answers due that were given."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        wrong = self.fp + self.fn
        return 2 * self.tp / (2 * self.tp + wrong) if self.tp + wrong else 1.0


def total(counts: Sequence[Counts]) -> Counts:
    """Add counts up."""
    return Counts(*(sum(column) for column in zip(*counts, strict=True))) if counts else Counts()


def wilson(successes: int, trials: int) -> Interval:
    """Return a proportion of independent trials with Wilson's score interval (1927).

    Args:
        successes: How many trials succeeded.
        trials: How many there were; without any, the interval is all of [0, 1].

    Raises:
        ValueError: If there are more successes than trials, or fewer than none.
    """
    if not trials and not successes:
        return Interval(1.0, 0.0, 1.0)
    interval = binomtest(successes, trials).proportion_ci(method="wilson")
    return Interval(successes / trials, float(interval.low), float(interval.high))


def bootstrap_f1(
    documents: Sequence[Counts], *, draws: int = _DRAWS, seed: int = _SEED
) -> Interval:
    """Return micro F1 with its percentile interval over documents drawn with replacement.

    Labels of one document hang together, so documents are drawn, not labels.

    Args:
        documents: The counts of each document.
        draws: How many resamples.
        seed: Of the generator; the same input gives the same interval.
    """
    estimate = total(documents).f1
    if not documents:
        return Interval(estimate, 0.0, 1.0)
    table = np.asarray(documents, dtype=np.int64)
    picks = np.random.default_rng(seed).integers(len(table), size=(draws, len(table)))
    tp, fp, fn = table[picks].sum(axis=1).T
    cases = 2 * tp + fp + fn
    f1 = np.where(cases > 0, 2 * tp / np.maximum(cases, 1), 1.0)
    low, high = np.quantile(f1, [0.025, 0.975])
    return Interval(estimate, float(low), float(high))
