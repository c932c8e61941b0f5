"""Per what an amount is paid.

Belongs here: the words for periods beside a figure, and the reading by size where none is said.
Does not belong here: what a year of such pay comes to (`warehouse.normalise.annualise`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from warehouse.normalise.pay import currency, words
from warehouse.normalise.types import Period

_PER = (
    r"(?:[/\\]\s?(?:per\s)?|p/|p\.\s?|(?:à\s|de\s)?l['’]|all['’]|每"
    r"|(?:per|pr\.?|an?|each|every|par|pro|por|al|la|le|im|am|die|na|za|om|i|ao|в|за|на|pe)[\s-])"
)
# "$60k + annual bonus": the bonus is annual.
_OTHER = (
    r"\s(?:\w+\s)?(?:bonus|bonuses|commissions?|incentives?|equity|stipend|allowance|budget|grants?"
    r"|variable|profit|raises?|reviews?|performance|leave|stock|refresh)"
)
# Without "per" these alone are understood behind a figure: "$50 hr".
_BARE: dict[str, Period] = {
    "hr": "HOUR",
    "hrs": "HOUR",
    "hour": "HOUR",
    "yr": "YEAR",
    "month": "MONTH",
}


@cache
def _after() -> re.Pattern[str]:
    by_period = "|".join(
        rf"(?P<{period}>"
        rf"{_PER}(?:{words.alternatives('unit', value=period)})"
        rf"|(?:{words.alternatives('adverb', 'initials', value=period)})(?!{_OTHER}))"
        for period in words.PERIODS
    )
    bare = rf"(?P<bare>{'|'.join(_BARE)})"
    return re.compile(
        rf"(?:[\s*_,;:()\[\]~.+/-]|(?:{words.alternatives('gross')})(?!\w)){{0,12}}?"
        rf"(?:(?<![A-Za-jl-z])|(?=[/\\]))(?:{by_period}|{bare})(?!\w)",
        re.IGNORECASE,
    )


# What may stand between an amount and its period.
_BETWEEN = " \t\n\r\u00a0\u202f*_,;:()[]~.+-"
_LETTERS = re.compile("[A-Za-z]+")
_REACH = 48
_PARTICLES = (  # of `_PER`
    "/ \\ p/ p. à de l' l’ all 每 per pr an a each every par pro por al la le im am die na"
    " za om i ao в за на pe"
)


@cache
def _heads() -> frozenset[str]:
    """The first two letters of all that `_after` looks for: a quick test."""
    roles = {"unit", "adverb", "initials", "gross"}
    said = (word for role, _, word in words.rows() if role in roles)
    return frozenset(start.lower()[:2] for start in (*_PARTICLES.split(), *_BARE, *said))


@cache
def _first_words() -> frozenset[str]:
    """The Latin letters that all of that begins with, where it begins with any."""
    roles = {"adverb", "initials", "gross"}
    said = (word.lstrip(_BETWEEN) for role, _, word in words.rows() if role in roles)
    found = map(_LETTERS.match, (*_PARTICLES.split(), *_BARE, *said))
    return frozenset(m.group().lower() for m in found if m)


@cache
def inline() -> str:
    """A regular expression for a period that stands between the two figures of a range."""
    return "|".join(
        rf"{_PER}(?:{words.alternatives('unit', value=period)})(?!\w)"
        rf"|(?:{words.alternatives('adverb', 'initials', value=period)})(?!\w)"
        for period in words.PERIODS
    )


def after(text: str, position: int) -> tuple[Period | None, int]:
    """The period said right behind a figure.

    Args:
        text: The text.
        position: Where the figure ends.

    Returns:
        The period and where its word ends; None and the position where there is none.
    """
    behind = text[position : position + _REACH].lstrip(_BETWEEN)
    head = behind[:2].lower()
    if head not in _heads() and head[:1] not in _heads():
        return None, position
    letters = _LETTERS.match(behind)
    if letters and letters.group().lower() not in _first_words():
        return None, position
    m = _after().match(text, position, min(len(text), position + _REACH))
    if m is None:
        return None, position
    group = m.lastgroup or "bare"
    if group == "bare":
        return _BARE[m.group("bare").lower()], m.end()
    return next(p for p in words.PERIODS if p == group), m.end()


@cache
def _by_word() -> dict[str, Period]:
    roles = {"unit", "adverb", "initials"}
    periods: dict[str, Period] = {period: period for period in words.PERIODS}
    return {word.lower(): periods[value] for role, value, word in words.rows() if role in roles}


def of_word(word: str) -> Period | None:
    """The period that a single word of the vocabulary says: "stunde", "mensuel"."""
    return _by_word().get(word)


def before(cues: list[words.Cue]) -> Period | None:
    """The period said last in the clause before a figure: "hourly rate", "Jahresgehalt"."""
    for cue in reversed(cues):
        if cue.role in {"adverb", "compound"}:
            return next(p for p in words.PERIODS if p == cue.value)
    return None


def by_size(amount: Decimal, code: str) -> Period:
    """The period that an amount of money is likely for when none is said.

    The least yearly salary of a currency (`year_from`) sets the scale: a twelfth of it is the
    least monthly pay, or half of that where pay is mostly quoted per month; a sixtieth the least
    for a week's or a contractor's day.

    Args:
        amount: The upper end of the band.
        code: ISO 4217.

    Returns:
        YEAR, MONTH, DAY or HOUR.
    """
    row = currency.currencies()[code]
    year_from = row.year_from
    if amount >= year_from:
        return "YEAR"
    if amount >= year_from / (24 if row.is_quoted_monthly else 12):
        return "MONTH"
    return "DAY" if amount >= year_from / 60 else "HOUR"
