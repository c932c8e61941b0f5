"""The days that tables of the present speak of.

Belongs here: windows that no registry file gives. Does not belong here: the windows of claims
(`warehouse.claims.population`), or periods of series (`series`).
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def first_of_twelve_months(as_of: date) -> date:
    """Give the first day of the twelve months that end with a day, as windows of claims do.

    Args:
        as_of: The last day, included.

    Returns:
        The day after the same day of the year before (after 28 February for the 29th).
    """
    day = min(as_of.day, calendar.monthrange(as_of.year - 1, as_of.month)[1])
    return date(as_of.year - 1, as_of.month, day) + timedelta(days=1)
