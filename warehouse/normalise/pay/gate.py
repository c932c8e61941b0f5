"""A quick look at a text: could it state pay at all?

Belongs here: scans in linear time that spare most texts the grammar. Does not belong here: any
verdict; what passes is read by the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import re2

from warehouse.normalise.pay import currency, words

_SPACE = r"(?:[ \t]|\x{a0}|\x{202f}|\x{2009})"
_GROUPING = r".,'’ \x{a0}\x{202f}"
# Two figures at least, or a scale or a period right behind one: "$5" is no pay.
_SOME = rf"(?:\d(?:[{_GROUPING}]?\d)+|\d ?[kK/])"
# What may follow: not a scale of millions and more, "$5 million", "$2T", "$80mm".
_NOT_MILLIONS = (
    r"(?:[^\w\s.,'’]|[.,'’](?:\D|$)|\s*(?:\s[^\w]|[^\W\dmMbBtT]|[mM](?:[^\Wilmn_]|i[^lo])"
    r"|[bB](?:[^\Winl_]|i[^l])|[tT](?:[^\Wnr_]|/|€))|\n|\s*$)"
)
_THOUSANDS = r"(?:^|\D)(?:[1-35-9]?\d\d|4[1-9]\d|40[02-9]|\d) ?[kKкК]"
_LARGER = r"(?:\d{3,}|\d[\d.,’' ]+\d|\d+ ?[kK/–-]|\d\d ?(?:per|an?|to|bis|à|€)\b)"
# Words behind thousands that name nothing that is counted: unlike "10k users".
_NO_NOUN = "per|plus|and|or|for|with|if|to|in|as|is|on|at|a|doe|of|euro|euros|https?|www"
_SCALES = (
    r"lpa\b|l\b|lakhs?\b|lacs?\b|crores?\b|cr\b|тыс|tys\b|tis\b|mil\b|tsd\b|thousand\b|triệu|juta\b"
    r"|[万萬만千천億억亿]"
)
# A figure without a currency that may be pay where a word of pay stands before it: not "2019".
_BARE = (
    rf"(?:\d{{1,3}}(?:[.,'’]|{_SPACE})\d{{3}}|[3-9]\d{{3}}|\d{{5}}|(?:1[0-8]|2[1-9])\d\d"
    r"|(?:[1-35-9]?\d\d|4[1-9]\d|40[02-9]|\d) ?[kKкК])"
)


_IS_MARKED = 0  # the number of the first pattern of `_looks`


@cache
def _looks() -> Any:  # re2 has no types
    """Amounts with a currency or a scale, but for millions and billions; bare figures."""
    before, behind = currency.marks()
    sign = _alternatives(mark for mark in before if not mark.isascii() or not mark[-1].isalpha())
    word = _alternatives(mark for mark in before if mark.isascii() and mark[-1].isalpha())
    behind_sign = _alternatives(mark for mark in behind if not mark.isascii() or "$" in mark)
    behind_word = _alternatives(mark for mark in behind if mark.isascii() and "$" not in mark)
    scale = rf"{_SPACE}?(?:[kKmTL万萬만천千]|тыс\.?|tys\.?|tis\.?)?"
    noun = f"{words.alternatives('after', spaces=' ')}|{_NO_NOUN}"
    patterns = (
        rf"(?:{sign}){_SPACE}?[)*~]*{_SOME}{_NOT_MILLIONS}",
        r"[¥￥₩₫円원] ?\d[\d.,]*[mM]\b",
        r"(?:&#?\w+;|â‚¬|â,¬|＄) ?\d|\d ?(?:&#?\w+;|â‚¬|â,¬)|[０-９]",
        rf"\d[\d.,–-]*{scale}{_SPACE}?\(?(?:{behind_sign})",
        rf"(?:^|[^A-Za-z])(?:{word})[\s:()$*]*{_LARGER}",
        rf"\d[\d.,kKTM]{_SPACE}?[kKTM]?{_SPACE}?\(?(?:{behind_word})(?:[^A-Za-z]|$)",
        rf"{_THOUSANDS}\+?(?:[^\w\s+а-я]|[^\S\n]+(?:[^a-zа-я]|(?:{noun})(?:\P{{L}}|$))|\n|$)",
        rf"(?i)\d ?(?:{_SCALES})",
        r"(?i)\d\d ?(?:/|per |an ) ?(?:hr|hour|h)\b",
    )
    return _set("|".join(f"(?:{pattern})" for pattern in patterns), rf"[\s(:：~=≈>–-]{_BARE}")


@cache
def _labelled() -> Any:
    """A bare figure behind a word of pay, on its line or the next but one.

    An automaton of its own: few texts get here.
    """
    return _set(
        rf"(?i:{_labels()})(?:[^\d\n]*(?:\d{{1,3}}|20\d\d)[a-zA-Z]?\b)?"
        rf"[^\d\n]*\n?\n?[^\d\n]*[\s(:：~=≈>–-]{_BARE}",
    )


def _set(*patterns: str) -> Any:
    options = re2.Options()
    options.max_mem = 64 << 20  # the automaton is built as texts are read; keep all of it
    kind: Any = re2.Set
    compiled = kind.SearchSet(options)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


def _alternatives(marks: Iterable[str]) -> str:
    return "|".join(sorted(re.escape(mark.rstrip("*")) for mark in marks))


def _labels() -> str:
    """The words of pay; word borders of re2 know the letters of ASCII only."""
    found = []
    for role, _, word in words.rows():
        if role in {"pay", "total"} or word in {"pay", "rate"}:
            start = r"\b" if word[0] < "\x7f" and word[0] != "*" else ""
            end = r"\b" if word[-1] < "\x7f" and word[-1] != "*" else ""
            found.append(start + re.escape(word.strip("*")) + end)
    return "|".join(sorted(found))


def may_state_pay(text: str) -> bool:
    """Whether a text has anything that the grammar could read as pay.

    Args:
        text: Plain text.

    Returns:
        False only where there is no figure with a currency or a scale, nor a figure of some size
        behind a word of pay.
    """
    data = text.encode(errors="replace")
    seen = _looks().Match(data)
    return seen is not None and (_IS_MARKED in seen or _labelled().Match(data) is not None)
