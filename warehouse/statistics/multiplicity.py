"""Many claims at once: p-values of verdicts, how many come by chance, and which hold all the same.

Belongs here: p-values from intervals, the number of verdicts that chance alone would give, Holm's
correction. Does not belong here: which claims are judged, and by which thresholds
(`warehouse.claims`).

A verdict is a one-sided test at 2.5 %: the whole 95 % interval lies beyond a threshold. The
p-value is read off the interval, so that it is 2.5 % exactly where the interval's end touches the
threshold and both always agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from warehouse.statistics.intervals import CONFIDENCE, NORMAL, Interval

LEVEL = (1 - CONFIDENCE) / 2  # of a one-sided verdict


def p_value(
    estimate: float,
    interval: Interval,
    threshold: float,
    side: Literal["above", "below"],
    scale: Literal["linear", "log"] = "linear",
) -> float:
    """Give the p-value of "the truth lies on this side of the threshold".

    The distance from estimate to threshold, in units of the half width towards the threshold (of
    which a normal interval has 1.96 standard errors), is taken for a normal deviate. For half
    widths that were widened for few companies the p-value is that much larger.

    Args:
        estimate: The estimate.
        interval: Its 95 % interval.
        threshold: What it is compared with.
        side: On which side the truth would lie.
        scale: On which half widths are taken: "log" for ratios.

    Returns:
        The probability of an estimate at least as far on this side if the truth were the threshold.
        Without an estimate that is finite on the scale, what the interval alone tells: 0.025 where
        it lies wholly on this side, else 1. NaN without an interval.
    """
    if math.isnan(interval.low) or math.isnan(interval.high):
        return math.nan
    point, low, high, bound = (_on(scale, v) for v in (estimate, *interval, threshold))
    if side == "below":
        point, low, high, bound = -point, -high, -low, -bound
    reach = point - low if point >= bound else high - point
    if not (math.isfinite(point) and math.isfinite(bound)) or (
        math.isinf(reach) and point >= bound
    ):
        return LEVEL if low > bound else 1.0
    if reach <= 0:
        return 0.5 if point == bound else float(point < bound)
    return float(stats.norm.sf(NORMAL * (point - bound) / reach))


def p_value_of_band(
    estimate: float,
    interval: Interval,
    band: tuple[float, float],
    scale: Literal["linear", "log"] = "linear",
) -> float:
    """Give the p-value of "the truth lies within the band" (two one-sided tests; Schuirmann 1987).

    Args:
        estimate: The estimate.
        interval: Its 95 % interval.
        band: Lower and upper end.
        scale: On which half widths are taken.

    Returns:
        The larger of the two one-sided p-values.
    """
    low, high = band
    return float(
        np.maximum(
            p_value(estimate, interval, low, "above", scale),
            p_value(estimate, interval, high, "below", scale),
        )
    )


def p_value_outside_band(
    estimate: float,
    interval: Interval,
    band: tuple[float, float],
    scale: Literal["linear", "log"] = "linear",
) -> float:
    """Give the p-value of "the truth lies outside the band", on whichever side the estimate is.

    Args:
        estimate: The estimate.
        interval: Its 95 % interval.
        band: Lower and upper end.
        scale: On which half widths are taken.

    Returns:
        The smaller of the two one-sided p-values: a truth within the band can be left on one side
        only (the far side adds next to nothing).
    """
    low, high = band
    return float(
        np.minimum(
            p_value(estimate, interval, low, "below", scale),
            p_value(estimate, interval, high, "above", scale),
        )
    )


def p_value_of_parts(p_values: Sequence[float], needs: int) -> float:
    """Give the p-value of "at least so many of the parts hold".

    Args:
        p_values: Of the parts; NaN, of a part that can't be judged, counts as 1.
        needs: How many must hold, from 1 to all.

    Returns:
        (n - needs + 1) times the `needs`-th smallest, at most 1 (partial conjunction; Benjamini and
        Heller 2008, "Screening for partial conjunction hypotheses"): the largest where all must
        hold, Bonferroni where one is enough.

    Raises:
        ValueError: If `needs` is not from 1 to the number of parts.
    """
    if not 1 <= needs <= len(p_values):
        raise ValueError(f"of {len(p_values)} parts {needs} can't be needed")
    ordered = sorted(1.0 if math.isnan(p) else p for p in p_values)
    return min(1.0, (len(ordered) - needs + 1) * ordered[needs - 1])


class ByChance(NamedTuple):
    """How many of the judged claims get a verdict when each truth sits on its threshold."""

    judged: int
    expected: float  # supported; as many are contradicted
    at_most: int  # supported in 95 of 100 such sets of claims, if claims were independent


def by_chance(judged: int) -> ByChance:
    """Count the verdicts that chance alone would give.

    A claim whose truth sits on its threshold is supported with 2.5 % probability and contradicted
    with 2.5 %. The expected number holds however claims depend on each other. The bound takes them
    for independent; those that rest on the same adverts err together, so that there are mostly
    fewer such verdicts and now and then more.

    Args:
        judged: Claims with enough data for a verdict.

    Returns:
        The numbers, of supported (or as well of contradicted) claims.

    Raises:
        ValueError: If `judged` is negative.
    """
    if judged < 0:
        raise ValueError(f"{judged} claims can't be judged")
    bound = int(stats.binom.ppf(CONFIDENCE, judged, LEVEL)) if judged else 0
    return ByChance(judged, judged * LEVEL, bound)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that a verdict which holds is wrong in one set of claims out of so many.

    Args:
        p_values: One of each claim; NaN, of one that isn't judged, doesn't count.

    Returns:
        Adjusted p-values in the same order (Holm 1979, "A simple sequentially rejective multiple
        test procedure"), valid however claims depend on each other; a verdict holds where its value
        is at most `LEVEL`. NaN stays.
    """
    judged = [at for at, p in enumerate(p_values) if not math.isnan(p)]
    adjusted, largest = [math.nan] * len(p_values), 0.0
    for rank, at in enumerate(sorted(judged, key=lambda at: p_values[at])):
        largest = max(largest, min(1.0, (len(judged) - rank) * p_values[at]))
        adjusted[at] = largest
    return adjusted


def _on(scale: Literal["linear", "log"], value: float) -> float:
    if scale == "linear":
        return float(value)
    return math.log(value) if value > 0 else (-math.inf if value == 0 else math.nan)
