"""Titles as hiring comments write them: which words make one, and where one ends.

Belongs here: telling a title from other words, the several titles of one string, and the title that
opens a line. Does not belong here: what kind of work a title is for (`role`), or which titles an
advert offers (`hn_header`, `several`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, NamedTuple

import re2

from warehouse.normalise.place import is_place, names_place
from warehouse.normalise.spans import compile_pattern, find_spans
from warehouse.normalise.wording import (
    ANY_ROLE,
    MAKER,
    PERSON,
    SIDE,
    TERMS,
    TITLE,
    WHERE,
    short_signs,
    signs_in,
    word_set,
    words_of_people,
)

MAX_TITLE_CHARS: Final = 120
MAX_HEAD_CHARS: Final = 100  # of a line, all that is read for the title that opens it


# --- several titles in a string ------------------------------------------------------------------

CUT: Final = "\0"
"""Stands in a string where something was taken out: no title goes across it."""
_BREAK = re.compile(r"[;,\0]|\s(?:and|or|AND|OR|\+|&)\s|&\s|\s&")
_ARTICLE = re.compile(r"\s*(?:an?|the|our|and|or)\s", re.IGNORECASE)
_PLURAL = re.compile(r"(?i)\b(?:engineer|developer|dev|designer|manager|scientist|architect)s\b")
_SLASH = re.compile(r" / ")
_TRIM: Final = " -–—,:;<>=*/&|\t"
_TRIM_CUT: Final = _TRIM + CUT
_TRIM_END: Final = _TRIM + ".!"


def split_outside_brackets(text: str, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the stretches between separators that stand outside of brackets."""
    if "(" not in text:
        starts, ends = [0], []
        for match in separator.finditer(text):
            ends.append(match.start())
            starts.append(match.end())
        return list(zip(starts, [*ends, len(text)], strict=True))
    spans = []
    start = seen = depth = 0
    for match in separator.finditer(text):
        between = text[seen : match.start()]
        depth = max(0, depth + between.count("(") - between.count(")"))
        seen = match.start()
        if depth == 0:
            spans.append((start, match.start()))
            start = match.end()
    return [*spans, (start, len(text))]


def split_titles(text: str) -> list[str]:
    """Split "Data Engineer, Platform & Designer" into its titles, as written.

    Pieces without an occupation belong to the title before; where the string names fewer than
    two kinds of people it is one title.
    """
    if not _BREAK.search(text) and " / " not in text:
        return _trimmed([text])
    spans = [
        (start + begin, start + end)
        for start, stop in split_outside_brackets(text, _BREAK)
        for begin, end in _split_slashed(text[start:stop])
    ]
    if len(spans) < 2:
        return _trimmed([text])
    pieces = [(start, end, short_signs(text[start:end])) for start, end in spans]
    if sum(bool(signs & MAKER) for _, _, signs in pieces) < 2:
        return _trimmed([text])
    titles: list[tuple[int, int]] = []
    pending: int | None = None
    for number, (start, end, signs) in enumerate(pieces):
        begin = start if pending is None else pending
        is_whole = not _leans_on_next(text, pieces, number) and not _qualifies(text, pieces, number)
        if signs & TITLE and is_whole:
            titles.append((begin, end))
            pending = None
        elif not text[start:end].strip(_TRIM):
            pass
        elif titles and (not signs & TITLE or _qualifies(text, pieces, number)):
            titles[-1] = (titles[-1][0], end)
        else:
            pending = begin
    return _trimmed(text[start:end] for start, end in titles)


def _qualifies(text: str, pieces: list[tuple[int, int, int]], number: int) -> bool:
    """Whether it is the "Full Stack" of "Software Engineer, Full Stack", which is one title."""
    start, end, signs = pieces[number]
    if not number or not signs & SIDE or signs & PERSON or "dev" in text[start:end].lower():
        return False
    before, before_end, before_signs = pieces[number - 1]
    is_one = before_signs & PERSON and not _PLURAL.search(text[before:before_end])
    is_last = number + 1 == len(pieces) or bool(
        pieces[number + 1][2] & PERSON and text[end : pieces[number + 1][0]].strip() == ","
    )
    return bool(is_one) and is_last and text[before_end:start].strip() == ","


def _leans_on_next(text: str, pieces: list[tuple[int, int, int]], number: int) -> bool:
    """Whether it is the "Backend" of "Backend and Mobile Engineer", which is one title."""
    _, end, signs = pieces[number]
    if signs & (PERSON | ANY_ROLE) or number + 1 == len(pieces):
        return False
    after = pieces[number + 1]
    is_joined = text[end : after[0]].strip().lower() in ("and", "&", "+", "or")
    return is_joined and bool(after[2] & PERSON) and not _PLURAL.search(text[after[0] : after[1]])


def _split_slashed(text: str) -> list[tuple[int, int]]:
    """Split "Data Engineer / Clock Designer", but not "Web Developer / Engineer"."""
    if " / " not in text:
        return [(0, len(text))]
    spans = split_outside_brackets(text, _SLASH)
    parts = [text[start:end].strip() for start, end in spans]
    if len(parts) > 1 and all(" " in part and short_signs(part) & PERSON for part in parts):
        return spans
    return [(0, len(text))]


def _without_article(title: str) -> str:
    article = _ARTICLE.match(title)
    return title[article.end() :] if article else title


def _trimmed(titles: Iterable[str]) -> list[str]:
    bare = (
        _without_article(title)
        .strip(_TRIM_CUT)
        .split(CUT)[0]
        .strip(_TRIM)
        .removesuffix(" +")
        .rstrip(_TRIM_END)
        for title in titles
    )
    return [title for title in bare if 0 < len(title) <= MAX_TITLE_CHARS]


# --- the title that opens a line -----------------------------------------------------------------


class LineTitle(NamedTuple):
    """The title that opens a line."""

    start: int
    end: int
    marker: str  # the bullet before it, a number as "1"; empty where there is none
    signs: int  # of `wording`
    separator: str  # what ends it: "", "(", ":", "-", ",", "|", "link", "pay", "word" …


_MAX_LINE_TITLE: Final = 75
_MAX_TITLE_WORDS: Final = 11
_MARKER = re.compile(
    r"(?:(?P<bullet>[-–—*•·●▪◦‣∙○■□➢➤►▸→✓✔+>#=~_]+)|\(?(?P<number>\d{1,2})[.)\]]|\[\d{1,2}\]:?"
    r"|(?P<letter>[a-z])[.)])?\s*"
    r"(?:(?:[Aa]n?|one|two|three|\d|x|\(\d\))\s+)?[*_\"“]*"
)
_STOP_WORDS: Final = word_set(
    "to who whom with for in at that on as across from based joining interested capable willing"
    " working wanted needed available here will you we is are required apply via by having focus"
    " focused focusing using position role job opening"
)
_STOP_WORDS_ANY_CASE: Final = frozenset(
    form for word in _STOP_WORDS for form in (word, word.capitalize(), word.upper())
)
_DASHES: Final = frozenset("-–—")
_INSIDE_A_TITLE: Final = frozenset((("in", "test"), ("on", "rails")))
_STOP_IN_WORD = re.compile(
    r"(?P<link>\(?\[?(?:https?:|www\.))|(?P<pay>\(?[$€£¥₹]\d|^\(?\d{2,3}[kK]\b)|(?P<bracket>[(\[{])"
    r"|(?P<colon>:)|(?P<pipe>[|│•·◦●▪])|(?P<dash>^(?:[-–—]+>?|=>|→)$|—|--+)"
    r"|(?P<end>(?<!\b[SJsj]r)[.!?;]$)|(?P<next>^\d{1,2}[.)]$)|(?P<mail>\S@\S)"
    r"|(?P<quote>[\"”]|\*\*?|_$)"
)
_NO_TITLE_WORDS: Final = word_set(
    "i i'm i’m we we're we’re we've we’ve you you'll you’ll you're your our my me they their its"
    " it's this that these those there the a an is are am was were be been has have had do does"
    " did can could should would will may must not no if when while because what how why where"
    " which years year experience looking seeking hiring searching recruiting apply contact email"
    " about please hello hi build building built working worked works worked join joining"
    " make makes making helps helping by into more than like such"
)
_NO_FIRST_WORDS: Final = word_set(
    "work help develop create manage mentor collaborate ensure write drive define own deliver"
    " implement maintain partner coordinate report interact provide use using used communicate"
    " conduct strong solid excellent proven ability able bachelor's bachelor master's degree"
    " knowledge understanding familiarity proficiency comfortable some any every each many"
    " most other both all and or but so for of also note ps edit update requirements"
    " responsibilities benefits perks compensation salary location stack technologies skills"
    " nice bonus must plus contact ask meet see read check click find currently interested"
    " former ex participate facilitate identify assist translate turn bring take get give let"
    " love enjoy remote onsite visa"
)


STEMS_OF_PEOPLE: Final = (
    "engin", "develop", "design", "manage", "scien", "lead", "dev", "analyst", "architect", "admin",
    "intern", "research", "programmer", "director", "sre", "recruit", "consult", "founder", "cto",
    "sdet", "technolog", "hackers", "desarroll", "ingen", "ingén", "entwickl", "stack", "front",
    "back",
)  # fmt: skip
"""What words for people hold in any form or compound; in lower case."""
_PUNCTUATION: Final = "()[],.:;!"
_NO_LAST_WORDS: Final = frozenset(("and", "or", "of", "the", "a", "to", "plus"))
_BEFORE_NO_TITLE: Final = (_NO_TITLE_WORDS | _STOP_WORDS) - {"a", "an", "in", "on", "as", "working"}
_NO_OPENING_WORDS: Final = _BEFORE_NO_TITLE | _NO_FIRST_WORDS
_MARKS: Final = "-–—*•·●▪◦‣∙○■□➢➤►▸→✓✔+>#=~_()[]{}.,:;!?\"“”'’|"


def lines_with_titles(text: str) -> list[int]:
    """Find quickly the lines that a title may open: a word for people before one of a sentence.

    Args:
        text: Several lines.

    Returns:
        The numbers of those lines below the first (which is 0) that are worth `title_of_line`.
    """
    page = text.encode("utf-8", "replace")
    numbers: list[int] = []
    number = seen = 0
    for start, _ in find_spans(_titled_line(), page):
        number += page.count(b"\n", seen, start)
        seen = start
        numbers.append(number + 1)
    return numbers


@cache
def _titled_line() -> re2._Regexp:
    # One set of words for all places of a line: with another for the first word, the automaton is
    # three times as large, and no faster for what it rules out
    blank, edge = r"[^\S\n]", r"(?:\b|_)"
    token = _token_except(_BEFORE_NO_TITLE)
    people = "|".join(map(re.escape, words_of_people()))
    return compile_pattern(rf"\n{blank}*(?:{token}{blank}+)*?\S*?{edge}(?:{people}){edge}")


def _token_except(words: Iterable[str]) -> str:
    """Return a pattern for a run of characters without blanks that is none of the words.

    RE2 looks neither ahead nor behind, so the pattern spells out where a run leaves their tree.
    """
    further: dict[str, list[str]] = {}  # by first letter
    for word in words:
        if word:
            further.setdefault(word[0], []).append(word[1:])
    if not further:
        return r"\S+"
    begins = "".join(map(re.escape, further))
    branches = [rf"[^{begins}\s]\S*"]
    for letter, rests in further.items():
        may_end = "" if "" in rests else "?"
        branches.append(f"{re.escape(letter)}{_token_except(rests)}{may_end}")
    return f"(?:{'|'.join(branches)})"


def _may_end_early(head: str) -> bool:
    """Whether a long line may hold more than a title: something that ends one is in sight."""
    return (
        ":" in head
        or "(" in head
        or " - " in head
        or "|" in head
        or "[" in head
        or not head[0].isalpha()
        or not head.isascii()
    )


def title_of_line(line: str) -> LineTitle | None:
    """Find the title that opens a line, after its bullet.

    Args:
        line: One line (or paragraph) of a text, without blanks around it.

    Returns:
        Where the title stands in the line; None for a sentence and for other lines.
    """
    return _title_of_head(line[:MAX_HEAD_CHARS])


@lru_cache(maxsize=8_192)  # the header's reader and the one of several roles ask for the same
def _title_of_head(head: str) -> LineTitle | None:
    opening = head.split(None, 1)
    if not opening or opening[0].lower() in _NO_OPENING_WORDS:
        return None
    if len(head) > _MAX_LINE_TITLE and not _may_end_early(head[:_MAX_LINE_TITLE]):
        return None
    found = opening_of_line(head)
    return found if found and found.signs & PERSON else None


def opening_of_line(line: str, *, is_item: bool = False) -> LineTitle | None:
    """Find the words that open a line where they could be a title, whatever they name.

    Args:
        line: One line of a text, not blank.
        is_item: Whether the line is known to be an item of a list of roles, so that words of
            sentences are none against it.
    """
    head = line[:MAX_HEAD_CHARS]
    marker = _MARKER.match(head)
    start = marker.end() if marker else 0
    end, separator = _end_of_title(head, start)
    if separator in ("bracket", "dash"):
        end = _with_qualifier(head, end)
    title = head[start:end].strip(_TRIM)
    if "," in title:
        title = _without_places(title)
    if not 2 <= len(title) <= _MAX_LINE_TITLE:
        return None
    words = title.lower().split()
    if not title.replace(" ", "").isalnum():
        words = [word.strip(_PUNCTUATION) for word in words]
    if len(words) > _MAX_TITLE_WORDS or words[-1] in _NO_LAST_WORDS:
        return None
    if not is_item and (words[0] in _NO_FIRST_WORDS or not _NO_TITLE_WORDS.isdisjoint(words)):
        return None
    start = head.index(title, start)
    kind = ""
    if marker and marker["bullet"]:
        kind = marker["bullet"][0]
    elif marker and (marker["number"] or marker["letter"]):
        kind = "1"
    return LineTitle(start, start + len(title), kind, short_signs(title), separator)


def _end_of_title(head: str, start: int) -> tuple[int, str]:
    """Return where the title ends, and what ends it."""
    position = start
    resume = start  # behind a bracket that stands inside the title
    words = head[start:].split(" ")
    for number, word in enumerate(words):
        if position < resume or not word:
            pass
        elif word.isalnum():
            if word in _STOP_WORDS_ANY_CASE and number:
                after = words[number + 1].lower() if number + 1 < len(words) else ""
                if (word.lower(), after.strip(_PUNCTUATION)) not in _INSIDE_A_TITLE:
                    return position - 1, "word"
        elif word[-1] == ":" and word[:-1].isalnum():
            return position + len(word) - 1, "colon"
        elif word in _DASHES and position > start:
            return position, "dash"
        elif word[-1] != "," or not word[:-1].isalnum():
            for stop in _STOP_IN_WORD.finditer(word):
                kind = stop.lastgroup or ""
                at = position + stop.start()
                if kind == "bracket" and (at <= start + 1 or _goes_on(head, at + 1)):
                    resume = head.find(")", at) + 1
                elif at > start or kind not in ("quote", "dash"):
                    return at, kind
        position += len(word) + 1
    return len(head), ""


_QUALIFIER = re.compile(
    r"\s?[(\[](?P<aside>[^()\[\]\d$€£/@]{2,30})[)\]]"
    r"|\s?[-–—]\s(?P<part>[A-Z][\w+#/&, ]{2,40}?)(?=\s*(?:[:(\[|]|https?:|$))"
)


def _with_qualifier(head: str, position: int) -> int:
    """Let "(Payments)" and "- Payments" belong to the title, but no place, link or terms."""
    qualifier = _QUALIFIER.match(head, position)
    if not qualifier:
        return position
    words = qualifier["aside"] or qualifier["part"]
    if short_signs(words) & (WHERE | TERMS) or names_place(words):
        return position
    if qualifier["part"] and not _NO_TITLE_WORDS.isdisjoint(words.lower().split()):
        return position
    return qualifier.end()


def _without_places(title: str) -> str:
    """Cut places and terms of employment off the end of "Data Engineer, Oslo, full-time"."""
    while True:
        rest, comma, last = title.rpartition(",")
        signs = short_signs(last)
        if not comma or signs & TITLE or not (signs & (WHERE | TERMS) or is_place(last)):
            return title
        title = rest.rstrip()


_LEVEL_BRACKET = re.compile(r"[^()\d$€£]{1,20}\)\s+(?!http)\w")


def _goes_on(head: str, position: int) -> bool:
    """Whether a bracket stands inside a title: words of a title follow."""
    inside = _LEVEL_BRACKET.match(head, position)
    if not inside:
        return False
    return bool(signs_in(head[inside.end() - 1 : inside.end() + 40].split(" - ")[0]) & PERSON)
