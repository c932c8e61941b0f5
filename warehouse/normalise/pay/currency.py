"""Which currency a figure is in.

Belongs here: the marks of currencies ("C$", "kr", "EUR") and what a shared mark means in a place.
Does not belong here: what a currency is worth (`warehouse.normalise.annualise`).
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

# Codes that are English words or names when written small are read in capitals only.
_SMALL_CODES = "usd|eur|gbp|chf|cad|aud|nzd|sgd|hkd|pln|sek|nok|dkk|czk|huf|inr|aed|zar|jpy|brl"

# Marks that stand before the figure only: behind it they are words or initials.
_BEFORE_ONLY = frozenset({"R", "RM", "Rp", "Rp.", "Fr.", "S/", "S/.", "L.E.", "Tk", "Tk.", "din."})

# What may stand between a mark and its figure.
_PASSED_BEFORE = " \u00a0\u202f~≈*:()"
_PASSED_WITHIN = " \t\n\r\u00a0\u202f:()"  # between "USD" and "$"
_PASSED_BEHIND = " \u00a0\u202f*("
_WORD = re.compile(r"\w+")
_BEFORE_REACH = 12  # characters before a figure in which its mark starts

_US_STATE = re.compile(
    r",\s?(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI"
    r"|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\b(?!\s*,\s*Canada)"
)


class Currency(NamedTuple):
    """A row of `vocabulary/currencies.csv`."""

    code: str  # ISO 4217
    symbols: tuple[str, ...]  # its own marks
    shared_symbols: tuple[str, ...]  # marks it shares with others; the first row is the default
    names: tuple[str, ...]
    year_from: Decimal  # the least bare figure that is read as a yearly salary
    is_quoted_monthly: bool  # salaries are spoken of per month where it is used
    countries: tuple[str, ...]  # ISO 3166 alpha-2
    places: tuple[str, ...]


class Resolved(NamedTuple):
    """A currency and whether a shared mark was read by the place."""

    code: str
    is_ambiguous: bool


@cache
def currencies() -> dict[str, Currency]:
    """The currencies that the parser knows, by code, in the order of the vocabulary."""
    table = files("warehouse.normalise") / "vocabulary" / "currencies.csv"

    def split(cell: str) -> tuple[str, ...]:
        return tuple(filter(None, cell.split("|")))

    with table.open(encoding="utf-8") as lines:
        return {
            row["code"]: Currency(
                row["code"],
                split(row["symbols"]),
                split(row["shared_symbols"]),
                split(row["names"]),
                Decimal(row["year_from"]),
                row["pay_is_quoted"] == "MONTH",
                split(row["countries"]),
                split(row["places"]),
            )
            for row in csv.DictReader(lines)
        }


@cache
def _marks() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """Own marks and names by code, and the marks that several currencies share."""
    symbols: dict[str, str] = {}
    names: dict[str, str] = {}
    shared: set[str] = set()
    for code, row in currencies().items():
        symbols.update(dict.fromkeys((*row.symbols, code), code))
        names.update(dict.fromkeys(row.names, code))
        shared.update(row.shared_symbols)
    return symbols, names, frozenset(shared)


def _pattern(words: set[str]) -> str:
    return "|".join(
        re.escape(w).replace(r"\*", r"\w*") for w in sorted(words, key=lambda w: (-len(w), w))
    )


@cache
def marks() -> tuple[frozenset[str], frozenset[str]]:
    """All marks that are looked for before a figure, and those behind it ("*": any ending)."""
    symbols, names, shared = _marks()
    small = _SMALL_CODES.split("|")
    before = {*symbols, *shared, *small, "euro", "euros", "Euro", "Euros"}
    return frozenset(before), frozenset({*symbols, *shared, *names, *small} - _BEFORE_ONLY)


@cache
def _tails() -> frozenset[str]:
    """The last one or two characters of marks before a figure."""
    return frozenset(mark[-2:] for mark in marks()[0])


@cache
def _heads() -> frozenset[str]:
    """The first one or two characters of marks behind a figure."""
    return frozenset(mark[:2] for mark in marks()[1])


def may_be_marked(text: str, begin: int, end: int) -> bool:
    """Whether the ends of the neighbouring words are such as marks have: a quick test.

    Args:
        text: The text.
        begin: Where a figure's digits begin.
        end: Where they end.
    """
    edge = text[max(0, begin - 6) : begin].rstrip(_PASSED_BEFORE)
    tails = _tails()
    if edge[-2:] in tails or edge[-1:] in tails:
        return True
    edge = text[end : end + 5].lstrip(_PASSED_BEHIND)
    heads = _heads()
    return edge[:2] in heads or edge[:1] in heads


@cache
def _mark_before() -> re.Pattern[str]:
    """A currency mark that ends where the searched stretch ends (pass `endpos`)."""
    symbols, names, shared = _marks()
    worded = {w for w in (*symbols, *shared) if w[0].isalpha() and w.isascii()}
    worded |= {name for name in names if name.lower() in {"euro", "euros"}}
    signs = {*symbols, *shared} - worded
    return re.compile(
        rf"(?:(?<![A-Za-z])(?:{_pattern(worded)}|{_SMALL_CODES})[\s:()]{{0,3}}[$€£]?"
        rf"|{_pattern(signs)})\s?\Z"
    )


@cache
def _mark_after() -> re.Pattern[str]:
    """A currency mark right behind a figure; a second group where another figure follows."""
    symbols, names, shared = _marks()
    words = {*symbols, *shared, *names} - _BEFORE_ONLY
    return re.compile(
        rf"[ \u00a0\u202f*]{{0,2}}\(?({_pattern(words)}|{_SMALL_CODES})(?![A-Za-z])\)?(\s?\d)?"
    )


def before(text: str, begin: int) -> tuple[str, int] | None:
    """The currency mark before a figure.

    Args:
        text: The text.
        begin: Where the figure's digits begin.

    Returns:
        The mark as written and where it starts, or None.
    """
    stretch = text[max(0, begin - _BEFORE_REACH) : begin]
    edge = stretch.rstrip(_PASSED_BEFORE)
    tails = _tails()
    if edge[-2:] not in tails and edge[-1:] not in tails:
        return None
    if stretch[-1] == "$" and not stretch[-2:-1].isalpha():  # most marks, but for "C$"
        edge = stretch[:-1].rstrip(_PASSED_WITHIN)
        if edge[-2:] not in tails and edge[-1:] not in tails:  # "USD $"
            return "$", begin - 1
    end = begin - min(3, len(stretch) - len(stretch.rstrip(" \u00a0\u202f~≈*")))
    hit = _mark_before().search(text, max(0, begin - _BEFORE_REACH), end)
    return (hit.group().strip(), hit.start()) if hit else None


def after(text: str, end: int) -> re.Match[str] | None:
    """The currency mark behind a figure.

    Args:
        text: The text.
        end: Where the figure ends.

    Returns:
        A match whose first group is the mark, and whose second is there where the next figure
        follows the mark at once.
    """
    edge = text[end : end + 5].lstrip(_PASSED_BEHIND)
    if edge[:2] not in _heads() and edge[:1] not in _heads():
        return None
    return _mark_after().match(text, end)


@cache
def _stated() -> re.Pattern[str]:
    """Codes and full names that say which dollar, krone, rupee or yen is meant."""
    sharing = [row for row in currencies().values() if row.shared_symbols]
    said = {
        w
        for row in sharing
        for w in (row.code, *row.symbols, *row.names)
        if " " in w or w != w.lower()
    }
    return re.compile(rf"(?<![\w$])(?:{_pattern(said)})(?!\w)")


@cache
def _stated_behind() -> re.Pattern[str]:
    return re.compile(
        rf"\+?[\s*)(\[,/]{{0,4}}(?:\+\s*super(?:annuation)?[\s(]*)?(?:[Gg]ross\s)?(?:in\s)?({_stated().pattern})"
    )


@cache
def _place_words() -> frozenset[str]:
    """The first words of the places' names: a quick test."""
    names = (place for row in currencies().values() for place in row.places)
    return frozenset(_WORD.findall(name)[0] for name in names)


@cache
def _places() -> re.Pattern[str]:
    names = {place for row in currencies().values() for place in row.places}
    return re.compile(rf"(?<!\w)(?:{_pattern(names)})(?!\w)")


@cache
def _by_place() -> dict[str, str]:
    return {p: code for code, row in currencies().items() for p in row.places}


def code_of(mark: str) -> str | None:
    """The currency that a mark names by itself.

    Args:
        mark: A mark as matched by `before` or `after`.

    Returns:
        The ISO code, or None for a mark that several currencies share ("$", "kr", "Rs").
    """
    symbols, names, _ = _marks()
    mark = mark.strip()
    found = symbols.get(mark) or symbols.get(mark.upper()) or names.get(mark)
    if found is None and len(mark) > 3:
        found = symbols.get(re.sub(r"[\s:()$€£]", "", mark).upper()) or next(
            (code for n, code in names.items() if n[-1] == "*" and mark.startswith(n[:-1])), None
        )
    return found


def places_of(text: str) -> set[str]:
    """The currencies of the places that a location or a header line names.

    Args:
        text: "Toronto, ON or NYC".

    Returns:
        ISO codes; the US dollar alone where a US state's letters stand behind a comma.
    """
    if _US_STATE.search(text):
        return {"USD"}  # "Vancouver, WA", "Melbourne, FL"
    found: set[str] = set()
    for cell in text.split("|"):
        found |= _places_of_cell(cell)
    return found


@lru_cache(maxsize=4096)  # cells of headers repeat
def _places_of_cell(cell: str) -> frozenset[str]:
    if _place_words().isdisjoint(_WORD.findall(cell)):
        return frozenset()
    return frozenset(_by_place()[place] for place in _places().findall(cell))


@lru_cache(maxsize=512)
def of_country(country: str) -> str | None:
    """The currency of a country (ISO 3166 alpha-2; "UK" is understood)."""
    wanted = country.upper()
    return next((code for code, row in currencies().items() if wanted in row.countries), None)


@lru_cache(maxsize=256)
def sharing(mark: str | None) -> tuple[str, ...]:
    """The currencies that use a shared mark, the default first; all of them where there is none.

    Args:
        mark: A mark as matched by `before`, which may end in brackets, colons or a sign: "kr)".
    """
    if mark is None:
        return tuple(currencies())
    return next(filter(None, map(_using, (mark, mark.rstrip(" :()"), mark[-1:]))), ())


def _using(mark: str) -> tuple[str, ...]:
    return tuple(code for code, row in currencies().items() if mark in row.shared_symbols)


_LABEL_REACH = 40


@cache
def _in_label() -> re.Pattern[str]:
    """A currency that a label names for the figures behind it: "Salary (€): ", "Lohn in CHF: "."""
    symbols, names, _ = _marks()
    return re.compile(
        rf"(?:[(\[,/:]|(?<!\w)in)\s*({_pattern({*symbols, *names})})"
        r"\s*[)\]]?[\s:=–+/±-]*(?:(?:is|of|ca\.?|approx\.?|about|around|from)\s+){0,2}\Z"
    )


# What the script of an amount without a mark says: the sign for ten thousand and words of pay.
_SCRIPTS = (
    (re.compile("[만천억월]"), "KRW"),
    (re.compile("[円給収]"), "JPY"),
    (re.compile("萬"), "TWD"),
    (re.compile("[万千薪亿]"), "CNY"),
    (re.compile("triệu"), "VND"),
    (re.compile(r"\d\s?(?:juta|jt|ribu|rb)\b"), "IDR"),
)


def of_script(piece: str) -> str | None:
    """The currency that goes with the script of an amount and the few words at it.

    Args:
        piece: "1.5-2万/月", "15-25K·14薪".

    Returns:
        ISO code, or None for Latin digits and words.
    """
    return next((code for pattern, code in _SCRIPTS if pattern.search(piece)), None)


def resolve(
    text: str, left: str, ends: tuple[int, ...], marks: tuple[str, ...], hints: tuple[str, ...]
) -> Resolved | None:
    """The currency of an amount.

    Args:
        text: The text.
        left: The clause that governs the amount, without other amounts.
        ends: Where the amount ends, and where the words of its period end.
        marks: The currency marks of the amount as written.
        hints: Currencies to take for a shared mark or for none, in order of weight: that of the
            only place, that of the language of the word for pay.

    Returns:
        The currency: the mark's own; else the one that the words around say ("$ … (AUD)"); else
        the first hint that uses the mark. None where nothing says.
    """
    for mark in reversed(marks):
        code = code_of(mark)
        if code:
            return Resolved(code, False)
    candidates = sharing(marks[0] if marks else None)
    behind = [m.group(1) for end in ends if (m := _stated_behind().match(text, end))]
    before = _stated().findall(left)
    for said in (*behind, *before[-1:]):
        code = code_of(said)
        if code in candidates:
            return Resolved(code, False)
    if not marks:
        label = _in_label().search(left[-_LABEL_REACH:])
        code = code_of(label.group(1)) if label else None
        if code:
            return Resolved(code, False)
        return Resolved(hints[0], False) if hints else None
    if not candidates:
        return Resolved(hints[0], False) if hints else None
    local = next((hint for hint in hints if hint in candidates), candidates[0])
    return Resolved(local, local != candidates[0] and marks[0] == "$")
