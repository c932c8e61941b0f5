"""When the lead changed hands: the date at which a smoothed log ratio crosses zero.

Belongs here: crossing dates of a series and of its draws. Does not belong here: loading series.

The log ratio is smoothed over time with a normal kernel before its change of sign is sought. A
monotone fit would need no bandwidth, but the bootstrap is inconsistent for it (Sen, Banerjee and
Woodroofe 2010); a kernel of fixed width is an ordinary smooth function of the counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from warehouse.statistics.bootstrap import Floats

BANDWIDTH_YEARS = 0.5
_HALF = 0.5  # added to both counts: the log of a ratio with a zero (Haldane 1956, Anscombe 1956)


def _kernel(years: Floats) -> Floats:
    """Weight of each period (rows) in the smoothed value at each period (columns)."""
    distance = (years[:, None] - years[None, :]) / BANDWIDTH_YEARS
    return np.asarray(np.exp(-0.5 * np.square(distance)), np.float64)


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
    kernel, both = _kernel(years), ahead + behind
    end = len(years) - 1
    trails = (ahead - behind) @ kernel <= 0
    last = end - trails[:, ::-1].argmax(axis=1)  # last period still behind
    after = np.minimum(last + 1, end)

    def at(period: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Mean date under the kernel at a period of each row, and the log ratio there."""
        under = kernel[:, period].T
        upper, lower = (ahead * under).sum(axis=1), (behind * under).sum(axis=1)
        mean = (both * years * under).sum(axis=1) / (both * under).sum(axis=1)
        return mean, np.log(upper + _HALF) - np.log(lower + _HALF)

    with np.errstate(divide="ignore", invalid="ignore"):
        (start, before), (stop, beyond) = at(last), at(after)
        date = start + np.nan_to_num(before / (before - beyond)) * (stop - start)
    always, never = ~trails.any(axis=1), trails[:, -1]
    lows = np.where(always, -np.inf, np.where(never, years[-1], date))
    highs = np.where(always, years[0], np.where(never, np.inf, date))
    empty = both.sum(axis=1) == 0
    lows[empty] = highs[empty] = np.nan
    return lows, highs
