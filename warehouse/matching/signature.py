"""What of an advert is compared with others.

Belongs here: the words of texts and titles that count, and addresses without what varies. Does not
belong here: how alike two of them must be (`rules`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from warehouse.normalise.place_names import without_places

THREADS = frozenset({"hackernews"})
"""Sources whose adverts are comments, which may offer several roles."""

_WORD_BYTES = bytes(
    byte if chr(byte).isalnum() or byte >= 0x80 else ord(" ")  # letters of other alphabets stay
    for byte in range(256)
)
_TYPOGRAPHY = "’‘“”—–•·…"

# Titles: "Sr. Back-End Dev (m/f/d)" and "Senior Backend Developer" are one.
_TITLE_WORD = re.compile(r"[^\W_+#]+[+#]*")
_GENDER = re.compile(
    r"\((?:m|f|w|d|x|h|i|all genders?|gn)(?:\s?[/|*,]\s?(?:m|f|w|d|x|h|i|nb|gn|div))*\)"
    r"|(?<=\w)[:*_/-]in(?:nen)?\b",
    re.IGNORECASE,
)

_TRACKING = re.compile(r"utm_|gh_src$|lever-(?:source|origin)$|source$|src$|ref(?:errer)?$|gclid$")
_LISTING_PATH = re.compile(r"/?(?:jobs?|careers?|positions?|openings?|join(?:-us)?|en)?/?")


class Signature(NamedTuple):
    """An advert as it is compared."""

    posting_id: str
    is_thread: bool  # a comment of a thread, which may offer several roles
    source: str
    board: str  # or thread
    on: date  # posted, else first seen
    title: frozenset[str]  # words of its title, or of all the roles it states
    countries: frozenset[str]
    words: frozenset[bytes]  # of its text
    text_chars: int
    requisition: str | None  # of this source's board
    apply_url: str | None


def words_of(text: str) -> frozenset[bytes]:
    """The distinct words of a text, in small letters.

    Args:
        text: Plain text.
    """
    if not text.isascii():
        for mark in _TYPOGRAPHY:  # five times as fast as str.translate
            text = text.replace(mark, " ")
    return frozenset(text.lower().encode("utf-8", "replace").translate(_WORD_BYTES).split())


def title_words(titles: Sequence[str], *, is_thread: bool) -> frozenset[str]:
    """The words of titles that tell one role of an employer from another.

    Args:
        titles: The title of an advert, or all titles that a thread's comment states.
        is_thread: Whether it is a comment, where a town in the title is none to leave out.

    Returns:
        Words in one spelling and number, without towns and countries (which are compared by
        themselves; names of wider areas stay), genders and words for the terms of work.
    """
    return frozenset().union(*(_title_words(title, is_thread) for title in titles))


@lru_cache(maxsize=65_536)
def _title_words(title: str, is_thread: bool) -> frozenset[str]:
    bare = _GENDER.sub(" ", title)
    if not is_thread:
        bare = without_places(bare, frozenset(_vocabulary()["word"]))
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    spellings = _vocabulary()["spelling"]
    found: set[str] = set()
    for word in _TITLE_WORD.findall(bare.lower()):
        for part in spellings.get(word, word).split():
            is_plural = len(part) > 3 and part.endswith("s") and not part.endswith("ss")
            single = part[:-1] if is_plural else part
            found.update(spellings.get(single, single).split())
    return frozenset(found - _vocabulary()["ignored"].keys())


@cache
def _vocabulary() -> dict[str, dict[str, str]]:
    """The words of `title_words.csv` by what is done with them."""
    found: dict[str, dict[str, str]] = {}
    with (files("warehouse.matching") / "title_words.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["use"], {})[row["word"]] = row["meaning"]
    return found


def telling_words(title: frozenset[str]) -> frozenset[str]:
    """The words of a title but those that most titles of the trade have.

    Args:
        title: As `title_words` gives it.
    """
    return title - _vocabulary()["common"].keys()


def apply_address(url: str | None) -> str | None:
    """The address of an advert without what varies between links to it.

    Args:
        url: As the source gives it.

    Returns:
        Host, path and what of the query is no tracking; None for what is no address of one advert.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    query = [(k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.match(k.lower())]
    path = parts.path.rstrip("/").removesuffix("/apply").removesuffix("/application")
    if not parts.netloc or (not query and _LISTING_PATH.fullmatch(path)):
        return None
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{path}?{urlencode(sorted(query))}" if query else f"{host}{path}"
