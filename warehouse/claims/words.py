"""Figures of claims in words, for the findings of the table of verdicts.

Belongs here: how an estimate and its interval are said. Does not belong here: what they are
(`estimators`), or how a page shows them (`warehouse.publish`).
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

from warehouse.claims.rules import Part, Unit


def _month(year: float) -> str:
    """Name the month of a decimal year."""
    first = date(math.floor(year), 1, 1)
    days = (date(first.year + 1, 1, 1) - first).days
    return (first + timedelta(days=math.floor((year - first.year) * days))).strftime("%B %Y")


_SHARED = (" points a year", " points", " USD a year")


def _figure(value: float, unit: Unit) -> str:
    """Write a figure as a reader expects it; what rounds to nothing has no sign."""
    text = _with_sign(value, unit)
    if not re.search("[1-9]", text):
        return text.lstrip("+-")
    return text.replace("-", "−")


def _with_sign(value: float, unit: Unit) -> str:
    if unit in ("share", "share of variance"):
        return f"{100 * value:.1f} %"
    if unit == "difference of shares":
        return f"{100 * value:+.1f} points"
    if unit == "share per year":
        return f"{100 * value:+.2f} points a year"
    if unit == "log pay":
        return f"{100 * math.expm1(value):+.1f} %"
    if unit == "relative difference":
        return f"{100 * value:+.1f} %"
    if unit == "USD a year":
        return f"{value:,.0f} USD a year"
    return _month(value) if unit == "year" else f"{value:.2f}"


def say(part: Part) -> str:
    """Say in words what a part's estimate and interval are.

    Args:
        part: The part, with its interval.
    """
    low, high = part.interval
    text = "can't be told" if math.isnan(part.estimate) else _figure(part.estimate, part.unit)
    if math.isnan(low) or math.isnan(high):
        return f"{part.label}: {text} (no interval)"
    if math.isinf(low) and math.isinf(high):
        ends = "open at both ends"
    elif math.isinf(high):
        ends = f"{_figure(low, part.unit)} or {'later' if part.unit == 'year' else 'more'}"
    elif math.isinf(low):
        ends = f"{_figure(high, part.unit)} or {'earlier' if part.unit == 'year' else 'less'}"
    else:
        start = _figure(low, part.unit)
        for unit in _SHARED:
            start = start.removesuffix(unit)
        ends = f"{start} to {_figure(high, part.unit)}"
    return f"{part.label}: {text} (95 % interval {ends})"
