"""The plain ways: what one would write in an afternoon with the standard library.

Belongs here: what the normalisers are raced against. Does not belong here: anything that a verdict
rests on.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module, resources
from importlib.util import find_spec
from typing import Any, NamedTuple

from babel import Locale

_TAG = re.compile(r"<[^>]+>")
_REGEX = re.compile(r"[][()?*+|{}\\]")
_PAY = re.compile(r"[$€£¥₹]\s?\d[\d.,]*\s?[kK]?(?:\s?(?:-|–|—|to)\s?[$€£¥₹]?\s?\d[\d.,]*\s?[kK]?)?")
_ML = re.compile(
    r"\b(?:machine learning|deep learning|ML|AI|NLP|computer vision|data scien(?:ce|tists?))\b",
    re.IGNORECASE,
)


class Plain(NamedTuple):
    """What the plain way reads out of an advert."""

    text: str
    technologies: frozenset[str]  # as spelled
    has_pay: bool
    is_ml: bool
    countries: frozenset[str]


def plain_text(raw: str) -> str:
    """Unescape once, and take everything in angle brackets for a tag."""
    return _TAG.sub(" ", html.unescape(raw))


def surfaces_at_once(text: str) -> frozenset[str]:
    """What one alternation of all aliases finds; where two would match at a place, the first."""
    return frozenset(_alternation().findall(text))


@cache
def technologies_of(surface: str) -> frozenset[str]:
    """The technologies that a spelling may mean, gates and context left aside."""
    return frozenset(name for name, pattern in _patterns() if pattern.fullmatch(surface))


def technologies_one_by_one(text: str) -> frozenset[str]:
    """One search per alias."""
    return frozenset(technology for technology, pattern in _patterns() if pattern.search(text))


def has_flashtext() -> bool:
    """Whether flashtext2 is installed; it is needed for nothing but the comparison."""
    return find_spec("flashtext2") is not None


def technologies_by_flashtext(text: str) -> frozenset[str]:
    """The aliases that are plain words, by a trie of words."""
    return frozenset(_flashtext().extract_keywords(text))


def has_pay(text: str) -> bool:
    """Whether a currency sign stands before a number."""
    return bool(_PAY.findall(text))


def is_ml(title: str, text: str) -> bool:
    """Whether a word of the field stands in the title or the text."""
    return _ML.search(title or text) is not None


def countries(location: str) -> frozenset[str]:
    """The countries whose English name stands in a location."""
    return frozenset(_territories()[match[0].lower()] for match in _country().finditer(location))


def plain_facts(body: str, title: str, location: str) -> Plain:
    """All of the above, for one advert."""
    text = plain_text(body)
    return Plain(
        text=text,
        technologies=surfaces_at_once(text),
        has_pay=has_pay(text),
        is_ml=is_ml(title, text),
        countries=countries(location or text[:200]),
    )


def _rows() -> Iterator[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    return csv.DictReader(path.read_text(encoding="utf-8").splitlines())


@cache
def _aliases() -> tuple[tuple[str, str], ...]:
    """Technology and pattern of every row of the vocabulary, in the syntax of `re`."""
    found = []
    for row in _rows():
        alias = row["alias"]
        body = re.sub(r" (?![^\[]*\])", lambda _: r"[\s_-]?", alias.strip("*"))
        left = "" if alias.startswith("*") else r"\b"
        right = "" if alias.endswith("*") else r"\b"
        found.append((row["technology"], f"{left}(?:{body}){right}"))
    return tuple(found)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(body, re.IGNORECASE)) for name, body in _aliases())


@cache
def _flashtext() -> Any:  # has no types
    module = import_module("flashtext2")
    processor = module.KeywordProcessor(case_sensitive=False)
    for row in _rows():
        spelling = row["alias"].strip("*").replace("\\.", ".")
        if not _REGEX.search(spelling):
            processor.add_keyword(spelling, row["technology"])
    return processor


@cache
def _alternation() -> re.Pattern[str]:
    bodies = [body for _, body in _aliases()]
    # A word boundary first lets the pattern fail fast nearly everywhere.
    bounded = "|".join(body for body in bodies if body.startswith(r"\b"))
    glued = "|".join(body for body in bodies if not body.startswith(r"\b"))
    return re.compile(rf"\b(?:{bounded})|{glued}", re.IGNORECASE)


@cache
def _territories() -> dict[str, str]:
    names = Locale("en").territories
    return {name.lower(): code for code, name in names.items() if code.isalpha()}


@cache
def _country() -> re.Pattern[str]:
    names = sorted(map(re.escape, _territories()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE)
