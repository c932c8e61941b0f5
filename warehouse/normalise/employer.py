"""One identity for an employer, however a board, a thread or a feed spells its name.

Belongs here: the key under which the spellings of an employer meet, and whether a name is one of a
staffing firm. Does not belong here: which
name to show, or who owns whom. Spellings that no rule joins are rows of
`vocabulary/employer_aliases.csv`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple
from urllib.parse import unquote

from cleanco.clean import basename, prepare_default_terms

from warehouse.normalise.place import is_place

_MAX_CHARS: Final = 300  # of a name that is none
_MIN_STEM_CHARS: Final = 4

_MARKS = re.compile(r"[™®©℠]")
_LINK = re.compile(
    r"^(?:(?:company|employer|name)\s*:\s*)?(?:https?://)?(?:www\.|careers?\.|jobs\.)?",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\s*[(\[{].*$", re.DOTALL)
# What follows in a heading: "Acme – Payments", "Acme/Bolt", "Acme: the story", "Acme by Bolt"
_REMARK = re.compile(
    r"(?<=\w)(?:\s+[-–—|•·+]+\s|[–—|]|-\s|:\s|\s*/+\s*(?=\D)|\s+(?:formerly|now)\s"
    r"|\s+by\s(?=\w)|\s#).*$",
    re.DOTALL | re.IGNORECASE,
)
_MIN_NAME_BEFORE_REMARK: Final = 2
_DOMAIN = re.compile(
    r"(?<=\w\w)\.(?:com?(?:\.[a-z]{2})?|[a-z]{2}|org|net|dev|app|xyz|inc|tech|health|work|cloud|games"
    r"|studio|agency|energy|finance|careers|jobs|one|live|life|world|video|space|design|earth|bio|law"
    r"|care|edu|gov)$",
    re.IGNORECASE,
)
_AI_DOMAIN = re.compile(r"\.ai$", re.IGNORECASE)
# What boards and headings add to an employer's name
_ADDED_WORD = re.compile(
    r"(?<=\w)[\s-]+(?:careers?|jobs?|hiring|internal|external|job board|early careers|students?"
    r"|onsite|remote|pbc)$|(?<=\w\w\w)\s+team$|(?<=\w)-\d{1,2}$|(?<=\w)-\d{5,}$",
    re.IGNORECASE,
)
_ARTICLE_WORD = re.compile(r"^the\s+(?=\w{2})", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?<=\w)\s+(?:nyc|sf|usa|u\.?s\.?|uk|emea|apac|europe|germany|india|berlin|london)$",
    re.IGNORECASE,
)
# Whose branches are other employers
_INSTITUTION = re.compile(
    r"universit|college|school|institut|museum|\bbank\b|\bof$|\bhochschule|\btu\b", re.IGNORECASE
)
_NOT_ALNUM = re.compile(r"[\W_]+")

# Glued in the identifiers of boards: "thetradedesk", but not "thermo" or "theorem"
_ARTICLE = re.compile(r"^the(?!a|e|i|m|n|o|r|s|ta|y)(?=\w{4,})")
_GLUED_FORMS = ("inc", "llc", "ltd", "gmbh", "corporation", "company", "careers", "jobs", "pbc")
_MIN_CHARS_BEFORE_A_FORM: Final = 5
# Dropped after a name that is no word of its own: "Scale AI" is not "Scale", but "Hebbia AI" is
# "Hebbia", and "Anduril Industries" is "Anduril"
_DESCRIPTIONS = (
    "technologies", "technology", "systems", "solutions", "group", "holdings", "industries",
    "software", "computing", "global", "international", "enterprise", "enterprises", "hq", "db",
)  # fmt: skip
_AI_GLUED: Final = "ai"
# Second boards of one employer get a number ("acmerobotics2"); names with one ("Acme4") are short
_BOARD_NUMBER = re.compile(r"(?<=[a-z]{8})\d{1,2}$")


class _AgencyWords(NamedTuple):
    tell: re.Pattern[str]
    deny: re.Pattern[str]


class _Aliases(NamedTuple):
    exact: Mapping[str, str]
    units: Mapping[str, str]  # first words of names whose employer they tell ("amazon")
    keys: frozenset[str]


def company_key(name: str) -> str:
    """Return the key under which the spellings of an employer's name meet.

    Legal forms (by cleanco), case, accents, punctuation, links, remarks and a leading "The" go,
    then the alias table has its say. A trailing "AI", "Technologies" or number goes where what is
    left is no common word. "Stripe", "Stripe, Inc.", "stripe.com" and "Stripe | Payments" all give
    "stripe". Different employers of one name do meet: the key joins adverts, whose titles and
    texts still have to agree.

    Args:
        name: The name as a source says it, the identifier of a board or a domain included.

    Returns:
        Lower-case letters and digits; never empty for a name that is not blank. The key of a key
        is the key.
    """
    return _remembered(name[:_MAX_CHARS])


@lru_cache(maxsize=65_536)
def is_agency_name(name: str) -> bool:
    """Say whether an employer's name says that it staffs or recruits for others.

    Args:
        name: The name as a source says it ("Acme Staffing Ltd").

    Returns:
        Whether a word of `vocabulary/agency_words.csv` tells so, and none says that it sells
        software or is something else.
    """
    words = _agency_words()
    plain = _without_accents(name[:_MAX_CHARS]).casefold()
    return bool(words.tell.search(plain)) and not words.deny.search(plain)


@lru_cache(maxsize=1)
def _agency_words() -> _AgencyWords:
    patterns: dict[str, list[str]] = {"agency": [], "other": []}
    for row in _rows("agency_words.csv"):
        patterns[row["means"]].append(row["pattern"])
    tell, deny = ("|".join(patterns[means]) for means in ("agency", "other"))
    return _AgencyWords(re.compile(rf"(?:{tell})\b"), re.compile(rf"(?:{deny})\b"))


@lru_cache(maxsize=65_536)
def _remembered(name: str) -> str:
    key = _key(name)
    while not (key.isascii() and key.isalnum()):  # such a key is the key of itself
        again = _key(key)
        if again == key or len(again) > len(key):
            break
        key = again
    return key


def _key(name: str) -> str:
    if name.isascii() and name.isalnum() and name.islower():
        return _key_of_compact(name)  # most boards' identifiers
    plain = text = _without_accents(unquote(name) if "%" in name else name).strip()
    is_words = text.replace(" ", "").isalnum()
    if not is_words:
        text = _LINK.sub("", text)
        text = _PARENTHESIS.sub("", text) or text
    whole = _compact(text)
    if whole in _aliases().exact:
        return _aliases().exact[whole]
    if " " in text or not is_words:
        text = _without_additions(text)
    if text[:4].lower() == "the ":
        text = _ARTICLE_WORD.sub("", text)
    return _key_of_compact(_compact(text) or whole) or plain.casefold() or name


def _without_additions(text: str) -> str:
    """Return the name without remarks, places, legal forms and the end of a domain."""
    text = _ADDED_WORD.sub("", _without_remark(text))
    unit = _aliases().units.get(_compact(text.split(" ", 1)[0]))
    if unit and _compact(text) not in _aliases().exact:
        return unit
    text = _without_legal_form(_without_place(text))
    if "." not in text:
        return text
    text = _AI_DOMAIN.sub("ai", text) if _compact(_AI_DOMAIN.sub("", text)) else text
    return _DOMAIN.sub("", text) or text


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", _MARKS.sub("", text).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _compact(text: str) -> str:
    return _NOT_ALNUM.sub("", text.replace("&", "and")).casefold()


def _without_remark(text: str) -> str:
    name = _REMARK.sub("", text)
    return name if len(name) >= _MIN_NAME_BEFORE_REMARK else text


def _without_place(text: str) -> str:
    """Return "Acme" of "Acme, Berlin" and of "Acme NYC"."""
    if len(text) <= _MIN_STEM_CHARS or _INSTITUTION.search(text):
        return text
    head, comma, tail = text.rpartition(",")
    if comma and _compact(head) and (is_place(tail.strip().upper()) or _DOMAIN.search(tail)):
        text = head
    shorter = _OFFICE.sub("", text)
    if shorter == text:
        return text
    return shorter if len(_compact(shorter)) > _MIN_STEM_CHARS else text


def _without_legal_form(text: str) -> str:
    # cleanco takes one form at a time, and all of "Co."; it is slow, so it is asked only where the
    # last word is one of a form
    words = text.replace(",", ", ").rsplit(None, 1)
    if len(words) < 2 or _compact(words[1]) not in _last_words_of_forms():
        return text
    bare: str = basename(" ".join(words), suffix=True, middle=False)
    return bare if _compact(bare) else text


@lru_cache(maxsize=1)
def _last_words_of_forms() -> frozenset[str]:
    return frozenset(_compact(parts[-1]) for _, parts in prepare_default_terms())


def _key_of_compact(key: str) -> str:
    """Apply the rules that need no word borders, until none applies."""
    aliases = _aliases()
    while True:
        if key in aliases.exact:
            return aliases.exact[key]
        shorter = _ARTICLE.sub("", key) if key.startswith("the") else key
        shorter = _without_ending(shorter, _GLUED_FORMS)
        if shorter == key and key not in aliases.keys:
            shorter = _stem(key)
        if shorter == key:
            return key
        key = shorter


def _stem(key: str) -> str:
    """Return the key without a glued "ai", a description or a number, or as it is."""
    stem = _without_ending(key, _DESCRIPTIONS)
    if stem == key:
        stem = _BOARD_NUMBER.sub("", key) if key[-1:].isdigit() else key.removesuffix(_AI_GLUED)
    is_name = len(stem) >= _MIN_STEM_CHARS and stem not in _words()
    return stem if is_name else key


def _without_ending(key: str, endings: tuple[str, ...]) -> str:
    if not key.endswith(endings):
        return key
    ending = max((ending for ending in endings if key.endswith(ending)), key=len)
    stem = key[: -len(ending)]
    return stem if len(stem) >= _MIN_CHARS_BEFORE_A_FORM else key


@lru_cache(maxsize=1)
def _aliases() -> _Aliases:
    rows = _rows("employer_aliases.csv")
    return _Aliases(
        {_compact(row["name"]): row["key"] for row in rows},
        {_compact(row["name"]): row["key"] for row in rows if row["covers"] == "units"},
        frozenset(row["key"] for row in rows),
    )


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(row["word"] for row in _rows("employer_words.csv"))


def _rows(table: str) -> list[dict[str, str]]:
    path = files("warehouse.normalise").joinpath("vocabulary", table)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
