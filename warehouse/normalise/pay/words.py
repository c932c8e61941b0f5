"""The vocabulary of pay: which words speak of pay, which of other money, which of a period.

Belongs here: loading `vocabulary/pay_words.csv` and finding its words in a piece of text.
Does not belong here: what the words mean for a figure beside them (`grammar`, `evidence`).
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from warehouse.normalise.types import Period

PERIODS: tuple[Period, ...] = ("YEAR", "MONTH", "WEEK", "DAY", "HOUR")

# The roles that are looked up around a figure; the others are built into patterns.
CUE_ROLES = frozenset(
    {"pay", "weak_pay", "hint", "stipend", "not_pay", "total", "adverb", "compound"}
    | {"minimum_pay", "maximum_pay", "job"}
)

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # Thai to Korean


class Cue(NamedTuple):
    """A word of the vocabulary where it stands in a text."""

    start: int
    end: int
    role: str  # a role of pay_words.csv
    value: str  # a period for adverbs and compounds; the currency that a pay word goes with


class Lexicon(NamedTuple):
    """Words by how they are looked up; what is found is role and value."""

    exact: dict[str, tuple[tuple[str, str], ...]]  # lower-cased words, phrases of up to four
    endings: dict[str, tuple[str, str]]  # "*gehalt": any word that ends so
    beginnings: dict[str, tuple[str, str]]  # "Jahres*"
    any_ending: tuple[str, ...]
    any_beginning: tuple[str, ...]
    unspaced: dict[str, tuple[tuple[str, str], ...]]  # scripts without spaces, and "з/п"
    unspaced_pattern: re.Pattern[str]
    phrase_starts: frozenset[str]  # first words of the phrases


@cache
def rows() -> tuple[tuple[str, str, str], ...]:
    """The vocabulary, one word a row.

    Returns:
        Role, value and word.
    """
    table = files("warehouse.normalise") / "vocabulary" / "pay_words.csv"
    with table.open(encoding="utf-8") as lines:
        return tuple(
            (row["role"], row["value"], word)
            for row in csv.DictReader(lines)
            for word in row["words"].split("|")
        )


def alternatives(*roles: str, value: str = "", spaces: str = r"[\s-]") -> str:
    """A regular expression for any word of some roles, longest first.

    Args:
        roles: Roles of the vocabulary.
        value: Only the words with this value, where given.
        spaces: What a space in a phrase stands for.

    Returns:
        The alternatives, escaped, without a group around them.
    """
    words = {w for role, v, w in rows() if role in roles and (not value or v == value)}
    return "|".join(
        re.escape(w).replace(r"\*", r"\w*").replace(r"\ ", spaces)
        for w in sorted(words, key=lambda w: (-len(w), w))
    )


@cache
def _stems(role: str) -> tuple[str, ...]:
    return tuple(sorted({word.lower()[:5] for r, _, word in rows() if r == role}))


def may_have(text: str, role: str) -> bool:
    """Whether a text could have a word of a role: a test that costs less than the pattern.

    Args:
        text: A few lines, in small letters.
        role: A role of the vocabulary.
    """
    for stem in _stems(role):  # noqa: SIM110  # several times as fast as any()
        if stem in text:
            return True
    return False


@cache
def lexicon() -> Lexicon:
    """The words that decide whether a figure is pay, ready for look-up."""
    exact: dict[str, tuple[tuple[str, str], ...]] = {}
    endings: dict[str, tuple[str, str]] = {}
    beginnings: dict[str, tuple[str, str]] = {}
    unspaced: dict[str, tuple[tuple[str, str], ...]] = {}
    for role, value, word in rows():
        if role not in CUE_ROLES:
            continue
        lowered = word.lower()
        if _UNSPACED.search(word) or "/" in word:
            unspaced[word] = (*unspaced.get(word, ()), (role, value))
        elif lowered.startswith("*"):
            endings[lowered[1:]] = role, value
        elif lowered.endswith("*"):
            beginnings[lowered[:-1]] = role, value
        else:
            exact[lowered] = (*exact.get(lowered, ()), (role, value))
    longest_first = sorted(unspaced, key=lambda w: (-len(w), w))
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    starts = frozenset(phrase.split()[0] for phrase in exact if " " in phrase)
    return Lexicon(
        *(exact, endings, beginnings, tuple(endings), tuple(beginnings)),
        *(unspaced, pattern, starts),
    )


def cues(text: str) -> list[Cue]:
    """The vocabulary's words in a short piece of text, in order.

    Args:
        text: A clause or two.

    Returns:
        Each word with its role; a word of two roles ("年収" is pay and a year) gives two cues, and
        a phrase hides the words in it.
    """
    if not text:
        return []
    words = lexicon()
    found: list[Cue] = []
    tokens = [token.lower() for token in _TOKEN.findall(text)]
    said = [*map(_single, tokens)]
    if not any(said) and words.phrase_starts.isdisjoint(tokens):
        spans: list[tuple[int, int]] = []  # many clauses say nothing
    else:
        spans = [m.span() for m in _TOKEN.finditer(text)]
    i = 0
    while i < len(spans):
        hits = said[i]
        taken = 1
        if tokens[i] in words.phrase_starts:
            for length in (4, 3, 2):
                phrase = " ".join(tokens[i : i + length])
                if i + length <= len(tokens) and phrase in words.exact:
                    hits, taken = words.exact[phrase], length
                    break
        for role, value in hits:
            found.append(Cue(spans[i][0], spans[i + taken - 1][1], role, value))
        i += taken
    if not text.isascii():
        for m in words.unspaced_pattern.finditer(text):
            found += [Cue(m.start(), m.end(), *hit) for hit in words.unspaced[m.group()]]
        found.sort()
    return found


@lru_cache(maxsize=1 << 16)
def _single(token: str) -> tuple[tuple[str, str], ...]:
    words = lexicon()
    hits = words.exact.get(token, ())
    if len(token) < 4:
        return hits
    found: list[tuple[str, str]] = []
    if token.endswith(words.any_ending) or token.startswith(words.any_beginning):
        found = [hit for ending, hit in words.endings.items() if token.endswith(ending)]
        found += [hit for start, hit in words.beginnings.items() if token.startswith(start)]
    if not hits and not found and "-" in token:
        found = [hit for part in token.split("-") for hit in words.exact.get(part, ())]
    return (*hits, *found)
