"""What the words around an amount say about it: pay or other money, from or up to, base or total.

Belongs here: the reading of the clause before an amount and of the words right behind it. Does not
belong here: how amounts are written (`grammar`), in which currency (`currency`), per what
(`period`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import re2

from warehouse.normalise.pay import words
from warehouse.normalise.pay.words import Cue

_LEFT_REACH = 140
_RIGHT_REACH = 60
_LINE_REACH = 400  # of a header line, in search of its cells
_HEADING_LENGTH = 80
_HEADING_WORDS = 7
_BULLETS = "-*•●·–—+>"

# Where the clause before an amount starts: a new cell, line or sentence. Flattened texts have two
# blanks where a line ended.
# The search ends at the amount, which is what "\Z" stands for. The pattern begins with a set of
# characters, and asks later which one it was: that makes it several times as fast.
_SEPARATORS = "\n|;●•"
_CLAUSE_START = re.compile(
    r"[\s.!?](?:(?<=\s)(?:\s+|[-–—]\s(?=[A-Z]))|(?<=[!?])(?:\s+(?=[^a-z\d])|\s*\Z)"
    r"|(?<=\.)(?<!min\.)(?<!max\.)(?<!mind\.)(?<!approx\.)(?<!ca\.)(?<!\bc\.)(?<!incl\.)"
    r"(?<!zzgl\.)(?<!\bRs\.)(?!\s\w*[Jj]ahr)(?:\s+(?=[^a-z\d])|\s*\Z))"
)
_ROW_CELL = re.compile(rf"{_CLAUSE_START.pattern}|,\s\Z")
_NEW_LINE = re.compile(r"(?:\n|\s{2})\s*\Z")
_LINES = re.compile(r"\n|\s{2,}|\|")
_PHRASE_END = re.compile(
    r"[|;●•\n(){}\[\],.+&:!?/]|\s[-–—]\s|\s{2}"
    r"|\b(?:plus|and|with|or|w/|depending|dependent|based|including|to|und|et|y|doe|not|but|as|at"
    r"|who|that|which|we|you|is|are|will|commensurate|negotiable)\b",
    re.IGNORECASE,
)
# Other money joined to pay is part of it: "salary + bonus: $150k", "salary and generous equity".
_JOINED = re.compile(r"[\s,]*(?:\+|&|/|and|plus|und|et)\s*(?:[\w-]+\s){0,3}", re.IGNORECASE)
# Other money that only says what the pay is for: "the salary for this sales position is".
_SUBJECT = re.compile(r"\s*(?:\w+\s+){0,2}?(?:for|of|in|at|as)\s[^,;:+&$]*", re.IGNORECASE)
# From a word of other money to the noun of a job's title: "Investment Operations Associate".
_TITLE = re.compile(r"[\s/&-]*(?:[\w-]+[\s/&-]+){0,2}")
_COPULA = re.compile(r":|=|\b(?:is|are|ranges?|will|would|between|starts?|from)\b", re.IGNORECASE)
_ADDED = re.compile(r"(?:[+&]|\bplus|\band)\s*(?:an?\s)?\Z", re.IGNORECASE)
_PACKAGE = re.compile(
    r"[ )*\]+]*?(?:\+|plus|and|&|,|/|w/|with|\|)\s*(?:\d+(?:\.\d+)?\+?\s?%"
    r"|(?:[\w.%~–-]+\s){0,3}?(?:equipment[^|.\n]{0,25}?\+\s?)?"
    r"(?:equity|bonus|bonuses|benefits|stock|options|shares?|super|commissions?|profit|package"
    r"|variable|perks|RSUs?|tokens?|coins|healthcare|health|medical|dental|401|pension"
    r"|incentives?|holidays?|vacation|PTO)(?!\w))",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\s?\+(?!\s*\w)|\+(?=\s(?!equity|bonus|benefits|stock|super|package|options))")
_BASE = re.compile(r"\b(?:base|basic|salary|wages?|fixed)\b", re.IGNORECASE)
_OPENING_TO = re.compile(r"(?:^|[|:;\n(,]\s*)[Tt]o\s\Z")  # "Salary: to £100k"
_CEILING_BEHIND = re.compile(r"\s?(?:(?:max(?:imum)?|tops)\b|以下|以内|まで|이하)", re.IGNORECASE)
_ITEM_LABEL = re.compile(r"\s*[-*•]?\s*[^\W\d][\w /()+-]{0,30}:\s*")  # "Senior: "
_LABEL_END = re.compile(r"(?=.*[:=–—>(\n-])[\s:=~*–—>(-]*")


class Surroundings(NamedTuple):
    """What stands around an amount."""

    left: str  # the clause before it, or the line above where it begins its own line
    right: str  # the words behind it and its period
    cues: tuple[Cue, ...]  # of `left`
    start: int  # where the clause starts
    is_cell: bool  # it has a line, a cell or brackets to itself
    opens_cell: bool  # it stands first in a cell of a row
    ends_cell: bool  # it stands last in a cell of a row


class Reading(NamedTuple):
    """What the surroundings say."""

    is_pay: bool  # a word of pay governs the amount
    is_named: bool  # that word stands right behind it: "150k base"
    is_weak: bool  # a word that often means something else: "rate", "base", "+ equity" behind
    is_hint: bool  # a word that says little: "range", "offer"
    is_other: bool  # other money governs it
    is_stipend: bool
    gap: str | None  # the text from the word of pay before to the amount
    implied_currency: str  # what the pay word's language suggests, or ""


class _Before(NamedTuple):
    """The last word of each sort in the clause before."""

    pay: Cue | None
    weak: Cue | None
    hint: Cue | None
    stipend: Cue | None
    other: Cue | None


def surroundings(text: str, start: int, after: int) -> Surroundings:
    """The text around an amount that can speak of it.

    Args:
        text: The text.
        start: Where the amount starts.
        after: Where the amount and the words of its period end.

    Returns:
        The clause before and the words behind.
    """
    reach = max(0, start - _LEFT_REACH)
    cut = reach
    for sign in _SEPARATORS:
        cut = max(cut, text.rfind(sign, cut, start) + 1)
    far = max(0, start - _LINE_REACH)
    line = text[max(far, text.rfind("\n", far, start) + 1) : start]
    is_row = "|" in line or line.count(" - ") > 1  # a header such as "Company | Place | $120k"
    for m in (_ROW_CELL if is_row else _CLAUSE_START).finditer(text, cut, start):
        cut = m.end()
    clause = text[cut:start]
    right = text[after : after + _RIGHT_REACH]
    governing = clause
    is_cell = opens_cell = False
    if is_unspoken(clause):
        is_cell = bool(_cell_end().match(right))
        opens_cell = is_row and text[max(0, cut - 2) : cut].rstrip()[-1:] in {"|", ","}
        above = text[max(0, cut - _HEADING_LENGTH - 20) : cut]
        if _NEW_LINE.search(above):
            heading = _LINES.split(above.rstrip())[-1]
            is_item = heading[:1] in _BULLETS and heading[:1] == clause.lstrip()[:1]
            is_long = len(heading.split()) > _HEADING_WORDS and not heading.endswith(":")
            governing = "" if is_item or is_long else heading
    elif clause.rstrip()[-1:] in {"(", "["}:
        is_cell = right.lstrip(" +*")[:1] in {")", "]"}
    elif _ITEM_LABEL.fullmatch(clause) and text[cut - 1 : cut] == "\n":
        heading = text[max(0, cut - _HEADING_LENGTH) : cut].rstrip().rpartition("\n")[2]
        if len(heading.split()) <= _HEADING_WORDS or heading.endswith(":"):
            governing = f"{heading}\n{clause}"
    return Surroundings(
        governing,
        right,
        tuple(words.cues(governing)),
        cut,
        is_cell,
        opens_cell,
        is_row and bool(_cell_end().match(right)),
    )


def read(around: Surroundings) -> Reading:
    """Whether the words before and behind an amount make it pay.

    Of the words before, the nearest decides; the noun right behind overrides it.

    Args:
        around: What stands around the amount.

    Returns:
        The reading.
    """
    before = _before(around)
    best = before.pay or before.weak
    gap = around.left[best.end :] if best else None
    is_label = gap is not None and bool(_LABEL_END.fullmatch(gap))
    behind = _behind(around.right, is_label=is_label)
    nearest = max(
        (c for c in (before.pay, before.weak, before.other, before.stipend) if c),
        key=lambda c: c.end,
        default=None,
    )
    is_other = behind == "not_pay" or (
        behind not in {"pay", "package"} and nearest is not None and nearest is before.other
    )
    return Reading(
        is_pay=before.pay is not None or behind == "pay",
        is_named=behind == "pay",
        is_weak=before.weak is not None or behind == "package",
        is_hint=before.hint is not None,
        is_other=is_other or _is_added(around),
        is_stipend=behind == "stipend" or (nearest is not None and nearest is before.stipend),
        gap=gap,
        implied_currency=best.value if best else "",
    )


def _before(around: Surroundings) -> _Before:
    left = around.left
    pay = weak = hint = stipend = None
    others: list[Cue] = []
    for cue in around.cues:
        role = cue.role
        if role in {"pay", "total"}:
            pay = cue
        elif role == "weak_pay":
            if left[cue.end : cue.end + 1] in {":", "\n"}:
                pay = cue
            else:
                weak = cue
        elif role == "hint":
            hint = cue
        elif role == "stipend":
            stipend = cue
        elif role == "job":  # "Account Executive: $90k"
            title = cue.start
            while others and _TITLE.fullmatch(left, others[-1].end, title):
                title = others.pop().start
        elif role == "not_pay":
            if pay and _JOINED.fullmatch(left, pay.end, cue.start):
                pay = cue._replace(value=pay.value)
            elif weak and _JOINED.fullmatch(left, weak.end, cue.start):
                weak = cue._replace(value="")
            elif not (
                pay
                and _SUBJECT.fullmatch(left, pay.end, cue.start)
                and _COPULA.search(left, cue.end)
            ):
                others.append(cue)
    return _Before(pay, weak, hint, stipend, others[-1] if others else None)


def _behind(right: str, *, is_label: bool) -> str:
    """The role of the noun phrase that an amount opens: "$5M ARR", "$150k base".

    Behind a label ("Pay: $18 for direct client work") only its first word counts.
    """
    if _PACKAGE.match(right):
        return "package"
    if _after_words().match(right):
        return "pay"
    stop = _PHRASE_END.search(right)
    phrase = right[: stop.start()] if stop else right
    for cue in words.cues(phrase):
        if cue.role in {"pay", "total"}:
            return "pay"
        if cue.role in {"not_pay", "stipend"}:
            return "" if is_label and phrase[: cue.start].strip() else cue.role
    return ""


def _is_added(around: Surroundings) -> bool:
    """Whether an amount of other money is added to pay: "base & 200k+ equity"."""
    if not _ADDED.search(around.left):
        return False
    found = words.cues(around.right[:25].lstrip("+ "))
    return bool(found) and found[0].role == "not_pay"


def is_unspoken(clause: str) -> bool:
    """Whether a clause before an amount says nothing but "from" or "up to"."""
    return bool(_only_marks().fullmatch(clause))


@cache
def _only_marks() -> re.Pattern[str]:
    bounds = words.alternatives("floor", "ceiling")
    return re.compile(rf"(?:[\W_]|(?:{bounds}|c|ca|circa|about|around|approx|the)(?!\w))*", re.I)


@cache
def _after_words() -> re.Pattern[str]:
    return re.compile(
        rf"(?!\s\s)[ *,(\[+-]{{0,4}}(?:{words.alternatives('after')})(?!\w)", re.IGNORECASE
    )


@cache
def _bound(*roles: str) -> Any:  # re2 has no types
    return re2.compile(
        rf"(?i)(?:^|[^\p{{L}}\d_])({words.alternatives(*roles, spaces='[ -]')})"
        r"(?:[\s:~*]|(?:of|is|a|the|ca\.?|about|around|gross|brutto|bruto|EUR)\b)*$"
    )


@cache
def _cell_end() -> re.Pattern[str]:
    return re.compile(
        rf"(?:\s?(?:{words.alternatives('open')})(?!\w))?[\s)*+.,\]]*?"
        r"(?:[|\n●•;)\]]|\Z|\s[-–—●•]\s|\s\s|\shttps?://)",
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
    words_before = text[max(0, start - 30) : start]
    ceiling = _bound("ceiling", "labelled_ceiling").search(words_before)
    floor = _bound("floor").search(words_before)
    if ceiling and floor:  # "no less than": the longer one
        return "floor" if floor.start(1) < ceiling.start(1) else "ceiling"
    is_maximum = any(cue.role == "maximum_pay" for cue in cues)
    if (
        ceiling
        or is_maximum
        or _OPENING_TO.search(words_before)
        or _CEILING_BEHIND.match(text, end)
    ):
        return "ceiling"
    is_minimum = any(cue.role == "minimum_pay" for cue in cues)
    is_plus = "+" in text[start:end] or _PLUS.match(text, end)
    return "floor" if floor or is_minimum or is_plus or _open().match(text, end) else ""


def is_total(around: Surroundings) -> bool:
    """Whether the amount is pay with its variable part: "OTE $200k"."""
    right = around.right.lstrip("+ ")
    stop = _PHRASE_END.search(right)
    phrase = right[: stop.start()] if stop else right
    if _BASE.match(phrase):
        return False
    said = max((cue.end for cue in around.cues if cue.role == "total"), default=0)
    if said and not _BASE.search(around.left, said):
        return True
    return any(cue.role == "total" for cue in words.cues(phrase))


def names_a_job(around: Surroundings) -> bool:
    """Whether a job's title stands right before an amount that ends its line or is in brackets."""
    jobs = [cue.end for cue in around.cues if cue.role == "job"]
    return bool(jobs) and (
        around.left.rstrip().endswith(("(", "[")) or bool(_cell_end().match(around.right))
    )


def is_open(right: str) -> bool:
    """Whether an amount is said to be the least: "100k and up"."""
    return bool(_open().match(right.lstrip("+")))


def is_breakdown(right: str) -> bool:
    """Whether what follows only says what the amount is made of."""
    right = right[:40].lower()
    return any(phrase in right for phrase in _breakdown())


@cache
def _breakdown() -> tuple[str, ...]:
    return tuple(phrase for role, _, phrase in words.rows() if role == "breakdown")
