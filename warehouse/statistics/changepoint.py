"""When the lead changed hands: the date at which a smoothed log ratio crosses zero.

Belongs here: crossing dates of a series and of its draws. Does not belong here: loading series.

The log ratio is smoothed over time with a normal kernel before its change of sign is sought. A
monotone fit would need no bandwidth, but the bootstrap is inconsistent for it (Sen, Banerjee and
Woodroofe 2010); a kernel of fixed width is an ordinary smooth function of the counts.
"""

from __future__ import annotations

import numpy as np

from warehouse.statistics.bootstrap import Floats

BANDWIDTH_YEARS = 0.5
_HALF = 0.5  # added to both counts: the log of a ratio with a zero (Haldane 1956, Anscombe 1956)


def smooth(counts: Floats, years: Floats) -> Floats:
    """Smooth counts over time, leaving their level as it is.

    Args:
        counts: Counts, any number of rows by periods.
        years: Middle of each period in decimal years.

    Returns:
        Kernel-weighted mean count at each period, same shape.
    """
    distance = (years[:, None] - years[None, :]) / BANDWIDTH_YEARS
    kernel = np.exp(-0.5 * np.square(distance))
    return np.asarray(counts @ (kernel / kernel.sum(axis=0)))


def crossing(ahead: Floats, behind: Floats, years: Floats) -> tuple[Floats, Floats]:
    """Date the last change of lead from `behind` to `ahead`, per row.

    A smoothed value stands for the mean date of the counts under its kernel rather than for the
    middle of it, or growing volume would pull every date back.

    Args:
        ahead: Counts of what leads after the crossing, draws by periods.
        behind: Counts of what led before, same shape.
        years: Middle of each period in decimal years, ascending.

    Returns:
        Least and greatest date that each row allows. The same where the lead changed inside the
        series. A row that leads throughout crossed before it: (-inf, first date). A row that
        doesn't lead at the end has not crossed: (last date, inf). A row of zeros is NaN.
    """
    upper, lower = smooth(ahead, years), smooth(behind, years)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = smooth((ahead + behind) * years, years) / smooth(ahead + behind, years)
    at = np.where(np.isfinite(at), at, years)
    width = len(years) * BANDWIDTH_YEARS * np.sqrt(2 * np.pi)
    span = max(years[-1] - years[0], BANDWIDTH_YEARS)
    in_kernel = width / span  # periods that one kernel averages, so that a half is half a role
    log_ratio = np.log(upper + _HALF / in_kernel) - np.log(lower + _HALF / in_kernel)

    rows = np.arange(len(log_ratio))
    trails = log_ratio <= 0
    last = log_ratio.shape[1] - 1 - trails[:, ::-1].argmax(axis=1)  # last period still behind
    after = np.minimum(last + 1, log_ratio.shape[1] - 1)
    before, beyond = log_ratio[rows, last], log_ratio[rows, after]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = before / (before - beyond)
    date = at[rows, last] + np.nan_to_num(part) * (at[rows, after] - at[rows, last])

    always, never = ~trails.any(axis=1), trails[:, -1]
    lows = np.where(always, -np.inf, np.where(never, at[:, -1], date))
    highs = np.where(always, at[:, 0], np.where(never, np.inf, date))
    empty = ahead.sum(axis=1) + behind.sum(axis=1) == 0
    lows[empty] = highs[empty] = np.nan
    return lows, highs
