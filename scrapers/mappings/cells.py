"""What the cells of bulk tables say: nothing, a text, a list, yes or no, a day.

Belongs here: the spellings that tables have for these. Does not belong here: which column is which
field (`scrapers.mappings.model`), or reading files (`scrapers.tables`).
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

from scrapers.landing import encodable

NULLS = frozenset(
    ("", "-1", "-1.0", "none", "n/a", "#n/a", "null", "nan", "nat", "<na>", "undefined")
)
"""Spellings of "nothing" that tables are full of, in lower case."""
YES = frozenset(("true", "t", "yes", "y", "1", "1.0"))
NO = frozenset(("false", "f", "no", "n", "0", "0.0"))

ListCoding = Literal["json", "python"]

EPOCH = date(1970, 1, 1)
# A count of seconds since 1970 beyond the first is one of milliseconds, beyond the second one of
# microseconds, beyond the third one of nanoseconds: as seconds they would be past the year 5000.
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
_EPOCH_DIGITS = re.compile(r"\d{9,19}(?:\.\d+)?")
_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)|\s*(?:UTC|GMT)$")
_NO_DAY = re.compile(r"0{4}-00-00.*|0")

_DAYS = {"d": 1, "w": 7, "mo": 30, "y": 365}
# A lone "m" is left out: minutes to some, months to others.
_UNIT = {
    "d": r"d|days?",
    "w": r"w|wks?|weeks?",
    "mo": r"mo|mos|mths?|months?",
    "y": r"y|yrs?|years?",
    "h": r"h|hrs?|hours?",
    "min": r"s|secs?|seconds?|mins?|minutes?",
}
_AGO = re.compile(
    r"(?P<open>(?:over|more than)\s+)?(?:about\s+)?(?P<count>\d{1,3}|an?|one)\s*(?P<plus>\+)?\s*(?:"
    + "|".join(f"(?P<{name}>{spelt})" for name, spelt in _UNIT.items())
    + r")(?P<late_plus>\+)?(?:\s+ago)?"
)
_LEAD = re.compile(r"^(?:re)?(?:posted|listed|active|updated|published)\b[\s:]*")
_NOW = re.compile(
    r"(?:just )?(?:now|posted|today|new)|(?:a )?(?:few )?(?:moments?|minutes|hours) ago"
)


class Day(NamedTuple):
    """A day as a table tells it."""

    day: date
    basis: Literal["stated", "relative", "inferred"]
    """inferred: the table only says that it was that day or earlier ("30+ days ago")."""


def is_null(cell: Any, nulls: Collection[str] = NULLS) -> bool:
    """Whether a cell says nothing.

    Args:
        cell: A text, or what a typed table holds.
        nulls: Texts that mean nothing, in lower case.
    """
    if isinstance(cell, str):
        return cell.strip().casefold() in nulls
    if isinstance(cell, float):
        return math.isnan(cell) or cell == -1
    return cell is None or (cell == -1 and not isinstance(cell, bool)) or cell in ([], {})


def as_text(cell: Any) -> str:
    """A cell as text; whole numbers without a fraction, days in ISO 8601.

    Raises:
        ValueError: It holds a list or an object.
    """
    match cell:
        case str():
            return encodable(cell).strip()
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case date():
            return cell.isoformat()
        case bytes():
            return cell.decode("utf-8").strip()
        case list() | tuple() | dict():
            raise ValueError("holds a list or an object where one value is due")
    return str(cell)


def as_items(
    cell: Any,
    coding: ListCoding | None = None,
    split: str | None = None,
    nulls: Collection[str] = NULLS,
) -> list[str]:
    """The items of a cell that may hold several.

    Args:
        cell: A list of a typed table, or a text.
        coding: How a text writes its list: "json", or "python" (`['a', 'b']`).
        split: What stands between the items of a text.
        nulls: Items that mean nothing, in lower case.

    Returns:
        Texts, without the empty ones; the whole text where neither coding nor split is given.

    Raises:
        ValueError: The text is no list of that coding, or an item is not a single value.
    """
    if isinstance(cell, str) and coding:
        cell = _coded(cell, coding)
    elif isinstance(cell, str) and split:
        cell = cell.split(split)
    items = list(cell) if isinstance(cell, list | tuple) else [cell]
    return [text for item in items if not is_null(item, nulls) and (text := as_text(item))]


def _coded(text: str, coding: ListCoding) -> Any:
    try:
        return json.loads(text) if coding == "json" else ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        name = {"json": "JSON", "python": "Python"}[coding]
        raise ValueError(f"is no list as {name} writes it") from error


def as_flag(cell: Any, means_yes: Collection[str] = (), means_no: Collection[str] = ()) -> bool:
    """Whether a cell says yes.

    Args:
        cell: A truth value, number or text.
        means_yes: Further texts for yes, in any case.
        means_no: Further texts for no.

    Raises:
        ValueError: It says neither.
    """
    said = as_text(cell).casefold()
    if said in {text.casefold() for text in means_yes}:
        return True
    if said in {text.casefold() for text in means_no}:
        return False
    if said in YES or said in NO:
        return said in YES
    raise ValueError(f"{said[:40]!r} is neither yes nor no; say which in means_yes or means_no")


def as_day(cell: Any, seen_on: date | None = None, formats: Sequence[str] = ()) -> Day | None:
    """The day that a cell tells.

    ISO 8601 and RFC 5322 dates, Unix time in seconds down to nanoseconds, and days counted back
    from the day of observation: "3 days ago", "24h", "30d+", "Just posted", "Yesterday". Weeks,
    months and years count 7, 30 and 365 days, as the sites round them anyway.

    Args:
        cell: A text, number, date or instant.
        seen_on: Day on which the row was read off its site; for days counted back.
        formats: How dates are written otherwise, in the codes of `datetime.strptime`.

    Returns:
        The day; None for the spellings of none (1970-01-01 and before, "0000-00-00").

    Raises:
        ValueError: It tells no day, or counts back and there is nothing to count from.
    """
    if isinstance(cell, datetime):
        found = _utc_day(cell)
    elif isinstance(cell, date):
        found = cell
    else:
        text = as_text(cell)
        if _NO_DAY.fullmatch(text):
            return None
        stated = _stated(text, formats)
        if stated is None:
            return _relative(text, seen_on)
        found = stated
    return Day(found, "stated") if found > EPOCH else None


def _stated(text: str, formats: Sequence[str]) -> date | None:
    for form in formats:
        try:
            return _utc_day(datetime.strptime(text, form))  # noqa: DTZ007
        except ValueError:
            continue
    if _EPOCH_DIGITS.fullmatch(text):
        count = float(text)
        unit = next(size for limit, size in _UNITS if count >= limit)
        return datetime.fromtimestamp(count / unit, UTC).date()
    try:
        return _utc_day(datetime.fromisoformat(_ZONE.sub("", text)))
    except ValueError:
        pass
    try:
        return _utc_day(parsedate_to_datetime(text))
    except (ValueError, IndexError):
        return None


def _utc_day(instant: datetime) -> date:
    try:
        return (instant.astimezone(UTC) if instant.tzinfo else instant).date()
    except OverflowError as error:  # the first or last day there is
        raise ValueError(f"{instant} is no date") from error


def _relative(text: str, seen_on: date | None) -> Day:
    said = " ".join(text.casefold().split())
    said = _LEAD.sub("", said) or said
    ago = _AGO.fullmatch(said)
    if not ago and said != "yesterday" and not _NOW.fullmatch(said):
        raise ValueError(f"{text[:40]!r} is no date; say how dates are written in `formats`")
    if seen_on is None:
        raise ValueError(f"{text[:40]!r} counts back from a day of observation that is not known")
    if ago is None:
        return Day(seen_on - timedelta(days=said == "yesterday"), "relative")
    count = int(ago["count"]) if ago["count"].isdigit() else 1
    days = next((count * size for name, size in _DAYS.items() if ago[name]), 0)
    if ago["h"]:
        days = count // 24
    is_open = ago["open"] or ago["plus"] or ago["late_plus"]
    return Day(seen_on - timedelta(days=days), "inferred" if is_open else "relative")
