"""What the words around an amount say about it: pay or other money, from or up to, base or total.

Belongs here: the reading of the clause before an amount and of the words right behind it. Does not
belong here: how amounts are written (`grammar`), in which currency (`currency`), per what
(`period`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from warehouse.normalise.pay import words
from warehouse.normalise.pay.words import Cue

_LEFT_REACH = 140
_RIGHT_REACH = 60
_HEADING_LENGTH = 80
_HEADING_WORDS = 7
_BULLETS = "-*•●·–—+>"
_CLAUSE_START = re.compile(r"[|;●•\n]|\s{2,}|[.!?]\s+(?=[^a-z\d])|\s[-–—]\s(?=[A-Z])")
_NEW_LINE = re.compile(r"(?:\n|\s{2})\s*\Z")
_LINES = re.compile(r"\n|\s{2,}|\|")
_ONLY_MARKS = re.compile(r"[\s\W_]*\Z")
_PHRASE_END = re.compile(
    r"[|;●•\n(){}\[\],.+&:!?]|\s[-–—]\s|\s{2}|\b(?:plus|and|with|or|w/|depending|dependent|based|including|to|und|et|y"
    r"|doe|not|but|as|at|who|that|which|we|you|is|are|will|commensurate|negotiable)\b",
    re.IGNORECASE,
)
# Money joined to pay is a whole ("salary + bonus: $150k"), not other money.
_JOINED = re.compile(r"[\s,]*(?:\+|&|/|and|plus|und|et)\s*(?:\w+\s)?\Z", re.IGNORECASE)
_ADDED = re.compile(r"(?:[+&]|\bplus|\band)\s*(?:an?\s)?\Z", re.IGNORECASE)
_PACKAGE = re.compile(
    r"[ )*\]]*(?:(?:\+|plus|and|&|,|w/|with|\|)\s*)(?:[\w.%~-]+\s){0,3}?"
    r"(?:equity|bonus|bonuses|benefits|stock|options|shares?\b|super\b|commissions?|profit|package"
    r"|variable|perks|RSUs?|tokens?|healthcare|health|medical|dental|401|pension|incentives?"
    r"|share options|\d+(?:\.\d+)?\s?%|holidays?|vacation|PTO)(?!\w)",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\s?\+(?!\s*\w)|\+(?=\s(?!equity|bonus|benefits|stock|super|package|options))")
_BASE = re.compile(r"\b(?:base|basic|salary|wages?|fixed)\b", re.IGNORECASE)
_CEILING_BEHIND = re.compile(r"\s?(?:max(?:imum)?|tops)\b", re.IGNORECASE)


class Surroundings(NamedTuple):
    """What stands around an amount."""

    left: str  # the clause before it, or the line above where it begins its own line
    right: str  # the words behind it and its period
    cues: tuple[Cue, ...]  # of `left`
    is_cell: bool  # nothing else in its line or cell
    start: int  # where the clause starts


class Reading(NamedTuple):
    """What the surroundings say."""

    is_pay: bool  # a word of pay governs the amount
    is_weak: bool  # only a word that often means something else ("rate", "paid")
    is_other: bool  # other money governs it
    is_stipend: bool
    gap: str | None  # the text from the pay word to the amount; None where there is none before
    implied_currency: str  # what the pay word's language suggests, or ""


def surroundings(text: str, start: int, end: int, after: int) -> Surroundings:
    """The text around an amount that can speak of it.

    Args:
        text: The text.
        start: Where the amount starts.
        end: Where it ends.
        after: Where the words of its period end.

    Returns:
        The clause before and the words behind.
    """
    reach = max(0, start - _LEFT_REACH)
    cut = reach
    for m in _CLAUSE_START.finditer(text, reach, start):
        cut = m.end()
    clause = text[cut:start]
    governing = clause
    right = text[after : after + _RIGHT_REACH]
    is_cell = False
    if _ONLY_MARKS.match(clause):
        is_cell = bool(_cell_end().match(right))
        above = text[max(0, cut - _HEADING_LENGTH - 20) : cut]
        if _NEW_LINE.search(above):
            heading = _LINES.split(above.rstrip())[-1]
            is_item = heading[:1] in _BULLETS and heading[:1] == clause.lstrip()[:1]
            governing = "" if is_item or len(heading.split()) > _HEADING_WORDS else heading
    return Surroundings(governing, right, tuple(words.cues(governing)), is_cell, cut)


def read(around: Surroundings) -> Reading:
    """Whether the words before and behind an amount make it pay.

    The nearest word decides; a word of other money that is joined to a word of pay does not count.

    Args:
        around: What stands around the amount.

    Returns:
        The reading.
    """
    pay = weak = stipend = other = None
    for cue in around.cues:
        if cue.role in {"pay", "total"}:
            pay = cue
        elif cue.role == "weak_pay":
            is_label = around.left[cue.end : cue.end + 1] in {":", "\n"}
            weak, pay = (weak, cue) if is_label else (cue, pay)
        elif cue.role == "stipend":
            stipend = cue
        elif cue.role == "not_pay":
            joined = pay or weak
            if joined and _JOINED.fullmatch(around.left[joined.end : cue.start]):
                if pay:
                    pay = cue._replace(role="pay", value=pay.value)
                else:
                    weak = cue
            else:
                other = cue
    behind = _behind(around.right)
    nearest = max((c for c in (pay, weak, other, stipend) if c), key=lambda c: c.end, default=None)
    is_other = behind == "not_pay" or (behind not in {"pay", "package"} and nearest is not None and nearest is other)
    if _ADDED.search(around.left) and _adds_other(around.right):
        is_other = True
    best = pay or weak
    return Reading(
        is_pay=bool(pay) or behind == "pay",
        is_weak=bool(weak) or behind == "package",
        is_other=is_other,
        is_stipend=behind == "stipend" or (nearest is not None and nearest is stipend),
        gap=around.left[best.end :] if best else None,
        implied_currency=best.value if best else "",
    )


def _behind(right: str) -> str:
    """The role of the noun phrase that an amount opens: "$5M ARR", "$150k base"."""
    if _PACKAGE.match(right):
        return "package"
    stop = _PHRASE_END.search(right)
    phrase = right[: stop.start()] if stop else right
    if _after_words().match(right):
        return "pay"
    for cue in words.cues(phrase):
        if cue.role in {"pay", "total"}:
            return "pay"
        if cue.role in {"not_pay", "stipend"}:
            return cue.role
    return ""


def _adds_other(right: str) -> bool:
    """Whether an added amount is of other money: "& 200k+ equity"."""
    found = words.cues(right[:25].lstrip("+ "))
    return bool(found) and found[0].role == "not_pay"


@cache
def _after_words() -> re.Pattern[str]:
    return re.compile(rf"(?!\s\s)[ *,(\[+-]{{0,4}}(?:{words.alternatives('after')})(?!\w)", re.IGNORECASE)


@cache
def _bound(role: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{words.alternatives(role)})"
        r"(?:[\s:~*]|(?:of|is|a|the|ca\.?|about|around|gross|brutto|bruto|EUR)\b)*\Z",
        re.IGNORECASE,
    )


@cache
def _cell_end() -> re.Pattern[str]:
    return re.compile(
        rf"(?:\s?(?:{words.alternatives('open')})(?!\w))?[\s)*+.,\]]*?(?:[|\n●•;)]|\Z|\s[-–—●•]\s|\s\s)",
        re.IGNORECASE,
    )


@cache
def _open() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{words.alternatives('open')})(?!\w)", re.IGNORECASE)


def bound(text: str, start: int, end: int, cues: tuple[Cue, ...]) -> str:
    """Which end of a band a single figure is.

    Args:
        text: The text.
        start: Where the figure starts.
        end: Where it ends.
        cues: The vocabulary's words in the clause before.

    Returns:
        "ceiling" ("up to $200k"), "floor" ("from $120k", "$120k+"), or "" where it is both.
    """
    reach = max(0, start - 30)
    ceiling = _bound("ceiling").search(text, reach, start)
    floor = _bound("floor").search(text, reach, start)
    if ceiling and floor:  # "no less than": the longer one
        return "floor" if floor.start() < ceiling.start() else "ceiling"
    if ceiling or _CEILING_BEHIND.match(text, end):
        return "ceiling"
    is_minimum = any(cue.role == "minimum_pay" for cue in cues)
    if floor or is_minimum or _PLUS.match(text, end) or _open().match(text, end):
        return "floor"
    return ""


def is_total(around: Surroundings) -> bool:
    """Whether the amount is pay with its variable part: "OTE $200k"."""
    said = max((c.end for c in around.cues if c.role == "total"), default=0)
    if said and not _BASE.search(around.left, said):
        return True
    stop = _PHRASE_END.search(around.right)
    phrase = around.right[: stop.start()] if stop else around.right
    return any(cue.role == "total" for cue in words.cues(phrase))


def is_breakdown(right: str) -> bool:
    """Whether what follows only says what the amount is made of."""
    return any(cue.role == "breakdown" for cue in words.cues(right[:40]))
