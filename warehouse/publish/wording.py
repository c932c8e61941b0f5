"""Figures, intervals and days in the words of a reader.

Belongs here: how a value is written for people, on the page and in Markdown alike. Does not belong
here: reading the values, or the layout around them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

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
NAME_CHARS = 100
"""Characters of an employer's name that the page shows."""
_POINTS = "\N{NO-BREAK SPACE}points"
_SLOPE = " points a year"
_MOMENT = 1e-6  # of a day
_MOST_LOG = 50.0  # beyond it no logarithm of pay means anything


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
            if number > _MOST_LOG:
                return "∞"
            said = f"{math.expm1(number) * 100:+,.1f}\N{NO-BREAK SPACE}%"
        case "USD a year":
            said = f"${number:,.0f}"
        case "year":
            said = _month(number)
        case _:
            digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
            said = f"{number:,.{digits}f}"
    return _unsigned_zero(said).replace("-", "−")


def _month(year: float) -> str:
    """The month of a decimal year, by its days, as findings name it; far ones as plain years."""
    if not date.min.year <= year < date.max.year:
        return f"the year {round(year):,}"
    first = date(math.floor(year), 1, 1)
    days = (date(first.year + 1, 1, 1) - first).days
    # the first of a month as a float may lie a moment before it
    day = first + timedelta(days=math.floor((year - first.year) * days + _MOMENT))
    return f"{day:%B} {day.year}"


def _unsigned_zero(said: str) -> str:
    """Without the sign of what rounds to nothing."""
    return said if re.search("[1-9]", said) else re.sub("[+-]", "", said)


def interval(low: float | None, high: float | None, unit: str | None) -> str:
    """Both ends of an interval in words; an open one is told as such.

    Args:
        low: Lower end; NULL, NaN and infinite ones are open.
        high: Upper end likewise.
        unit: As for `figure`.
    """
    match _is_end(low), _is_end(high):
        case True, True:
            start = figure(low, unit).removesuffix(_SLOPE).removesuffix(_POINTS)
            return f"{start} to {figure(high, unit)}"
        case True, False:
            return f"{figure(low, unit)} or {'later' if unit == 'year' else 'more'}"
        case False, True:
            return f"{figure(high, unit)} or {'earlier' if unit == 'year' else 'less'}"
        case _:
            return ""


def _is_end(value: float | Decimal | None) -> bool:
    return value is not None and math.isfinite(value)


def points(value: float | None) -> str:
    """A change of a share in percentage points, with its sign."""
    if value is None or not math.isfinite(value):
        return "–"
    return figure(value, "difference of shares").replace("\N{NO-BREAK SPACE}", " ")


def is_number(value: float | Decimal | None) -> bool:
    """Whether a value can be written at all: neither NULL nor NaN."""
    return value is not None and not math.isnan(value)


def is_ratio(value: float | None) -> bool:
    """Whether a value can stand on a log axis."""
    return value is not None and 0 < value < math.inf


def count(value: int | None) -> str:
    """A count with thousands apart; NULL is a dash."""
    return "–" if value is None else f"{value:,}"


def counted(value: int | None, noun: str) -> str:
    """A count with what is counted, in the singular for one: 1 company, 2,000 companies.

    Args:
        value: The count; NULL is a dash.
        noun: What is counted, in the plural.
    """
    one = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{count(value)} {one if value == 1 else noun}"


def topic_of(row: Mapping[str, Any]) -> str:
    """The topic of a claim, a key of `TOPICS`: the first word of its id."""
    return str(row["claim_id"]).split("_")[0]


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


def shortened(text: str | None, most: int = _REASON_CHARS) -> str:
    """A text from outside, cut where it would flood the page; NULL is empty.

    Args:
        text: The text.
        most: Characters that may stand.
    """
    if text is None:
        return ""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
