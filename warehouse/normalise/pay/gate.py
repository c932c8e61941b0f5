"""A quick look at a text: could it state pay at all?

Belongs here: scans in linear time that spare most texts the grammar. Does not belong here: any
verdict; what passes is read by the grammar.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import re2

from warehouse.normalise.pay import currency, words

_CODES_WRITTEN_SMALL = "usd|eur|gbp|chf|cad|aud|pln|inr|sek|euros?"
# An amount without a currency needs a word of pay before it, this near.
_REACH = 60
_GROUPING = r".,'’ \x{a0}\x{202f}"
_BARE = re.compile(r"\d(?:\d{0,2}(?:[.,'’ \u00a0\u202f]\d{3})+|\d{4,}|(?<!1)(?<!2)\d{3})(?![\d])")


@cache
def _marked() -> Any:
    """Amounts that carry a currency or a scale, but for millions and billions."""
    marks = {
        mark
        for row in currency.currencies().values()
        for mark in (*row.symbols, *row.shared_symbols, *row.names)
    }
    sign = "|".join(re.escape(m) for m in sorted(marks) if not m.isascii() or not m[-1].isalpha())
    word = "|".join(
        re.escape(m.rstrip("*")) for m in sorted(marks) if m.isascii() and m[0].isalpha()
    )
    codes = "|".join(currency.currencies())
    return _set(
        rf"(?:{sign})[ \x{{a0}}]?\)?~?\d[{_GROUPING}\d]*"
        rf"(?:[^{_GROUPING}\dmMbB]|[mMbB](?:[^\Wi_]|i[^l])|$)",
        rf"\d[\d.,–-]*[ \x{{a0}}\x{{202f}}]?[kKmTL万萬만]?[ \x{{a0}}]?\(?(?:{sign})",
        rf"(?:{codes}|{word})[\s:()$]*\d",
        rf"\d[ \x{{a0}}]?[kKM]?[ \x{{a0}}]?\(?(?:{codes}|{word})",
        rf"(?i)\d ?k? ?(?:{_CODES_WRITTEN_SMALL})\b|\b(?:{_CODES_WRITTEN_SMALL}) ?\d",
        r"(?:[02-9]|[^0]1|[^4]01) ?[kKкК]\b",
        r"(?i)\d ?(?:lpa|l\b|lakhs?|lacs?|crores?|тыс|tys\b|thousand\b|[万萬만])",
        r"(?i)\d\d ?(?:/|per |an ) ?(?:hr|hour|h)\b",
    )


@cache
def _labels() -> Any:
    labels = {w.replace("*", "") for role, _, w in words.rows() if role == "pay"}
    return _set(rf"(?i){'|'.join(re.escape(w) for w in sorted(labels))}")


def _set(*patterns: str) -> Any:  # re2 has no types
    options = re2.Options()
    options.max_mem = 64 << 20  # the automaton is built as texts are read; keep all of it
    kind: Any = re2.Set
    compiled = kind.SearchSet(options)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


def may_state_pay(text: str) -> bool:
    """Whether a text has anything that the grammar could read as pay.

    Args:
        text: Plain text.

    Returns:
        False only where there is no figure with a currency or a scale, nor a larger figure behind
        a word of pay.
    """
    if _marked().Match(text):
        return True
    if not _labels().Match(text):
        return False
    return any(
        cue.role == "pay"
        for figure in _BARE.finditer(text)
        for cue in words.cues(text[max(0, figure.start() - _REACH) : figure.start()])
    )
