"""One identity for an employer, however a board, a thread or a feed spells its name.

Belongs here: the key under which the spellings of an employer meet. Does not belong here: which
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
from typing import Final
from urllib.parse import unquote

from cleanco.clean import basename

_PARENTHESIS = re.compile(r"\s*[(\[{].*$")
_LINK = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\.(?:com?|io|ai|org|net|dev|app|so|xyz|inc|fm|me|us|eu|gg|id|is|it|sh|ly|to|tv|vc|de|fr|nl|ch"
    r"|co\.uk|uk|ca|in|au|com\.au)$",
    re.IGNORECASE,
)
# "Scale AI", "Scale.ai" and the board "scaleai" are one employer, and so is "Scale"
_AI_WORD = re.compile(r"[\s.,-]+(?:a\.?i\.?)$", re.IGNORECASE)
_AI_GLUED: Final = "ai"
_MIN_STEM_CHARS: Final = 4
# Glued in the identifiers of boards: "thetradedesk", but not "thermo" or "theorem"
_ARTICLE = re.compile(r"^the(?!a|e|i|m|n|o|r|s|ta|y)(?=\w{4,})")
_GLUED_FORM = re.compile(r"(?<=\w{5})(?:inc|llc|ltd|gmbh|corporation|careers|jobs)$")
# Second boards of one employer get a number ("acmerobotics2"); names with one ("Acme4") are short
_BOARD_NUMBER = re.compile(r"(?<=[a-z]{6})\d{1,2}$")
_MARKS = re.compile(r"[™®©℠]")
# What boards add to an employer's name for a second board of theirs
_BOARD_SUFFIX = re.compile(
    r"(?<=\w)[\s-]+(?:careers?|jobs?|hiring|internal|external|job board|early careers|students?)$",
    re.IGNORECASE,
)
_NOT_ALNUM = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def company_key(name: str) -> str:
    """Return the key under which the spellings of an employer's name meet.

    Legal forms (by cleanco), case, accents, punctuation, domain endings, a leading "The" and a
    trailing "AI" go, then the alias table has its say. "Stripe", "Stripe, Inc." and "stripe.com"
    all give "stripe". Different employers of one name do meet: the key joins adverts, whose titles
    and texts still have to agree.

    Args:
        name: The name as a source says it, the identifier of a board included.

    Returns:
        Lower-case letters and digits; never empty for a name that is not blank.
    """
    plain = _without_accents(_MARKS.sub("", unquote(name))).strip()
    aliases = _aliases()
    text = _LINK.sub("", plain)
    text = _PARENTHESIS.sub("", text) or text
    text = _BOARD_SUFFIX.sub("", text)
    whole = _compact(text)
    if whole in aliases:
        return aliases[whole]
    text = _without_legal_form(text)
    text = _DOMAIN.sub("", text) or text
    text = _AI_WORD.sub("", text) or text
    key = _GLUED_FORM.sub("", _BOARD_NUMBER.sub("", _compact(text)))
    key = _without_glued_ai(_ARTICLE.sub("", key))
    return aliases.get(key, key) or whole or plain.casefold() or name


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _compact(text: str) -> str:
    return _NOT_ALNUM.sub("", text.replace("&", "and")).casefold()


def _without_legal_form(text: str) -> str:
    # cleanco takes one form at a time, and all of "Co."
    bare: str = basename(text, suffix=True, middle=False)
    return bare if _compact(bare) else text


def _without_glued_ai(key: str) -> str:
    stem = key.removesuffix(_AI_GLUED)
    is_word = key in _aliases().values() or len(stem) < _MIN_STEM_CHARS
    return key if is_word else stem


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    path = files("warehouse.normalise").joinpath("vocabulary", "employer_aliases.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {_compact(row["name"]): row["key"] for row in rows}
