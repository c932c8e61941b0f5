"""What the name of a place can mean.

Belongs here: the table from names to countries, states, cities and larger areas, built from
`vocabulary/places.csv` (other spellings, regions), `vocabulary/cities.csv`, `vocabulary/metros.csv`
and the names of countries in CLDR. Does not belong here: which meaning a string has
(`place_names`).
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from sys import intern
from typing import Literal, NamedTuple

from babel import Locale

Kind = Literal["country", "state", "subdivision", "city", "area", "anywhere", "vague"]


class Reading(NamedTuple):
    """One thing that a name can mean."""

    kind: Kind
    country: str  # ISO 3166 alpha-2; several, separated by spaces, for the small areas (Benelux)
    region: str  # US state or Canadian province
    score: float
    metro: str | None = None  # US metropolitan area


class Gazetteer(NamedTuple):
    """All names, by key (`key_of`)."""

    names: Mapping[str, tuple[Reading, ...]]
    longest: Mapping[str, int]  # first word of a name -> words of the longest name that begins so
    # Towns that are also words ("Mission", "Reading"): places only where more than the name says so
    words: frozenset[str]
    abbreviations: frozenset[str]  # names that are written in capitals ("ATL")
    fillers: frozenset[str]  # words beside places ("office")
    unspaced: re.Pattern[str]  # names in scripts without spaces between words


# Scores only rank the readings of one name against each other. A city scores log10 of its
# population (4 to 8), so a country or a US state outranks any city of the same name unless what
# follows ("Lebanon, NH") confirms the city.
SCORES: dict[Kind, float] = {
    "anywhere": 12,
    "vague": 12,
    "area": 12,
    "state": 10.5,
    "country": 10,
    "subdivision": 5.5,
}
_ALIAS_CITY_SCORE = 8.5
# How much likelier than by population alone a posting means a city of that country: a stated
# assumption, read off the boards that this project observes (mostly US, then Europe and India).
_PRIOR = {"US": 4.0} | dict.fromkeys(
    ("GB", "CA", "DE", "FR", "ES", "IE", "NL", "CH", "SE", "PL", "PT", "IL", "IN", "AU", "SG"), 2.0
)
_NAME_LOCALES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "sv", "pl", "da", "nb", "fi", "cs", "hu", "ro", "tr",
    "ru", "uk", "el", "ja", "zh", "ko", "he", "ar",
)  # fmt: skip
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB"})
# A shorter name of another language than English is too often something else ("Čad", Chad)
_MIN_FOREIGN_NAME_CHARS = 4

WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)\.?|(?<=\w)\.(?=\s|$|,)")
UNSPACED_SCRIPT = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff]")


def fold(text: str) -> str:
    """Return the text without accents, apostrophes and the dots of abbreviations."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.replace("’", ""))
        text = "".join(
            character for character in decomposed if not unicodedata.combining(character)
        )
    if "'" in text:
        text = text.replace("'", "")
    return _DOTTED.sub("", text) if "." in text else text


def key_of(name: str) -> str:
    """Return the key of a name: its words in lower case, one space between them."""
    return " ".join(WORD.findall(fold(name))).lower()


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the gazetteer, built once from the vocabulary."""
    places, metros = _rows("places.csv"), _metros()
    fillers = frozenset(row["name"] for row in places if row["kind"] == "filler")
    words = frozenset(key_of(row["name"]) for row in places if row["kind"] == "word")
    names: dict[str, list[Reading]] = {}

    def add(key: str, reading: Reading) -> None:
        readings = names.setdefault(key, [])
        if reading not in readings:
            readings.append(reading)

    for row in places:
        if row["kind"] in ("filler", "word"):
            continue
        kind: Kind = row["kind"]  # type: ignore[assignment]  # the table's own test checks it
        key = key_of(row["name"])
        metro = metros.get((key, row["region"])) if kind == "city" else None
        score = SCORES.get(kind, _ALIAS_CITY_SCORE)
        add(key, Reading(kind, row["country"], row["region"], score, metro))
    for language in _NAME_LOCALES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES:
                country = Reading("country", intern(code), "", SCORES["country"])
                key = key_of(name.replace("&", "and"))
                if language == "en":
                    add(code.lower(), country)
                    add(key, country)
                elif len(key) >= _MIN_FOREIGN_NAME_CHARS or not key.isascii():
                    add(key, country)
    for row in _rows("cities.csv"):
        key = key_of(row["name"])
        if key in fillers:
            continue
        weight = int(row["population"]) * _PRIOR.get(row["country"], 1.0)
        metro = metros.get((key, row["region"]))
        add(key, Reading("city", row["country"], row["region"], math.log10(weight), metro))
    longest: dict[str, int] = {}
    for name in names:
        first, _, rest = name.partition(" ")
        longest[first] = max(longest.get(first, 0), 1 + rest.count(" ") + bool(rest))
    unspaced = sorted(filter(UNSPACED_SCRIPT.match, names), key=len, reverse=True)
    return Gazetteer(
        names={name: tuple(readings) for name, readings in names.items()},
        longest=longest,
        words=words,
        abbreviations=frozenset(
            key_of(row["name"]) for row in places if row["name"].isupper()
        ).difference(key_of(row["name"]) for row in places if not row["name"].isupper()),
        fillers=fillers,
        unspaced=re.compile("|".join(map(re.escape, unspaced))),
    )


def _metros() -> dict[tuple[str, str], str]:
    return {(key_of(row["name"]), row["region"]): row["metro"] for row in _rows("metros.csv")}


def _rows(table: str) -> list[dict[str, str]]:
    path = files("warehouse.normalise").joinpath("vocabulary", table)
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    # One object for "US", or the tens of thousands of them would fill the processor's caches
    return [{column: intern(value) for column, value in row.items()} for row in rows]
