"""Figures, intervals and days in the words of a reader.

Belongs here: how a value is written for people, on the page and in Markdown alike. Does not belong
here: reading the values, or the layout around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

VERDICTS = {
    "supported": "✓",
    "contradicted": "✗",
    "undetermined": "?",
    "out_of_scope": "–",
}
"""Verdicts in the order of the page, with the sign that tells them apart without colour."""

TOPICS = {
    "hire": "Hiring volume",
    "seg": "Who hires for what",
    "emp": "Employers and teams",
    "pay": "Pay",
    "skill": "Skills that travel with a framework",
    "paper": "Papers",
    "model": "Models",
}
"""Topics by the first word of a claim's id, in the order of the page."""
REASONS = {
    "too few": "too few roles, companies or papers on one side",
    "straddles": "the interval lies on both sides of the threshold",
    "source missing": "no source holds what the claim is about",
    "not yet": "the time that it speaks of has not begun",
    "no interval": "no interval can be had",
}
"""How reasons of undetermined claims begin, with what that means; in the order of the page."""

_REASON_CHARS = 220
_POINTS = "\N{NO-BREAK SPACE}points"
_SLOPE = " points a year"


def figure(value: float | Decimal | None, unit: str | None = None) -> str:
    """A figure in words, to the precision that a reader can use.

    Args:
        value: The figure; NULL and NaN give a dash.
        unit: One of `warehouse.claims.rules.Unit`: shares are told in per cent, their differences
            in points, log pay as a per cent of pay, `year` (decimal) as its month; a ratio and
            anything else is plain.
    """
    if not is_number(value):
        return "–"
    number = float(value or 0)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    match unit:
        case "share" | "share of variance":
            digits = 1 if abs(number) < 0.1 else 0
            said = f"{number * 100:.{digits}f}\N{NO-BREAK SPACE}%"
        case "difference of shares":
            said = f"{number * 100:+.1f}{_POINTS}"
        case "share per year":
            said = f"{number * 100:+.1f}{_SLOPE}"
        case "relative difference":
            said = f"{number * 100:+.1f}\N{NO-BREAK SPACE}%"
        case "log pay":
            said = f"{math.expm1(number) * 100:+.1f}\N{NO-BREAK SPACE}%"
        case "USD a year":
            said = f"${number:,.0f}"
        case "year":
            said = f"{date(int(number), int(number % 1 * 12) + 1, 1):%B %Y}"
        case _:
            digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
            said = f"{number:,.{digits}f}"
    return said.replace("-", "−")


def interval(low: float | None, high: float | None, unit: str | None) -> str:
    """Both ends of an interval in words; an open one is told as such.

    Args:
        low: Lower end; NULL and NaN are open.
        high: Upper end likewise.
        unit: As for `figure`.
    """
    match is_number(low), is_number(high):
        case True, True:
            start = figure(low, unit).removesuffix(_SLOPE).removesuffix(_POINTS)
            return f"{start} to {figure(high, unit)}"
        case True, False:
            return f"{figure(low, unit)} or {'later' if unit == 'year' else 'more'}"
        case False, True:
            return f"{figure(high, unit)} or {'earlier' if unit == 'year' else 'less'}"
        case _:
            return ""


def points(value: float | None) -> str:
    """A change of a share in percentage points, with its sign."""
    return f"{value * 100:+.1f} points".replace("-", "−") if is_number(value) and value else "–"


def is_number(value: float | Decimal | None) -> bool:
    """Whether a value can be written at all: neither NULL nor NaN."""
    return value is not None and not math.isnan(value)


def is_ratio(value: float | None) -> bool:
    """Whether a value can stand on a log axis."""
    return value is not None and 0 < value < math.inf


def count(value: int | None) -> str:
    """A count with thousands apart; NULL is a dash."""
    return "–" if value is None else f"{value:,}"


def date_of(value: date | str) -> date:
    """A day that JSON may have made a text of."""
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def day_said(value: date | str) -> str:
    """A day as people write it: 8 August 2026."""
    day = date_of(value)
    return f"{day.day} {day:%B %Y}"


def period_namer(period: str) -> Callable[[date], str]:
    """What names a `year`, `quarter` or `month` by its first day."""
    names: dict[str, Callable[[date], str]] = {
        "year": lambda day: f"{day.year}",
        "quarter": lambda day: f"{day.year} Q{(day.month + 2) // 3}",
        "month": lambda day: f"{day:%Y-%m}",
    }
    return names[period]


def listed(value: str | Sequence[str] | None) -> str:
    """Names in one line."""
    return value if isinstance(value, str) else ", ".join(value or ())


def shortened(text: str | None) -> str:
    """A text from outside, cut where it would flood the page; NULL is empty."""
    if text is None:
        return ""
    return text if len(text) <= _REASON_CHARS else text[: _REASON_CHARS - 1].rstrip() + "…"
