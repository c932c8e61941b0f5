"""Where in a posting the requirements, the nice-to-haves and the company's own praise stand.

Belongs here: finding headings (`vocabulary/headings.csv`, English, German, French) and what they
govern. Does not belong here: what is named in a section (`mentions`), or text that recurs over a
company's postings (boilerplate is decided over many postings, in the warehouse).
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Literal, NamedTuple

import re2

from warehouse.normalise.spans import (
    Cues,
    compile_pattern,
    encode,
    find_spans,
    make_options,
    word_set,
    words,
)
from warehouse.normalise.types import Section

_LONGEST_HEADING = 60  # characters; what is longer and reads like one is a sentence
_LONGEST_WITH_COLON = 100
_LONGEST_INLINE = 60  # characters before the ":" of "Requirements: Python, SQL"
_SENTENCE_MARKS = (".", ",", ";", ")")
# In order of precedence: "About the role" is no company's praise
_SECTIONS: tuple[Section, ...] = ("requirements", "preferred", "other", "about")
# What may stand before a heading on its line: bullets, emoji, "##", "3."
_LEAD = r"[^\pL\pN_\n]{0,8}(?:\d{1,2}[.)][ \t]*)?"
_END = r"[ \t]*[:：?!.…*#=_\-–—】\]>]*[ \t]*$"
# What may follow an opening on its line, but for more of its last word
_MORE = r"(?:[^\n.:!?\pL\pN_][^\n.:!?]{0,40})?"
# A paragraph before any heading that presents the company rather than the work
_PRESENTS_COMPANY = re.compile(
    r"^(?:founded in|since \d{4}|at [A-Z]\w+,? (?:we|our)|we(?:'re| are) (?:an? |the |on a mission|"
    r"building|backed)|our (?:mission|vision)|[A-Z][\w.&-]+ (?:is|was) (?:an? |the |on a mission|"
    r"building|backed|founded|revolutioni|transforming))",
    re.IGNORECASE,
)
_SEEKS = re.compile(r"\b(?:look(?:ing)? for|hiring|seeking|seek|join)\b", re.IGNORECASE)
_EQUAL_OPPORTUNITY = re.compile(
    r"[Ee]qual[- ][Oo]pportunity [Ee]mployer|[Ee]qual [Ee]mployment [Oo]pportunit"
    r"|without regard to|regardless of (?:race|gender|age)|reasonable accommodation"
)
# A sentence that says of what it names that it is welcome, not required
_WELCOME = compile_pattern(
    r"\b(?:nice[- ]to[- ]haves?|good to have|(?:a|big|huge|strong|definite|major|added|real) plus\b"
    r"|bonus(?: points?)?\b|(?:is|are|strongly|highly) preferred\b|preferred but|preferably"
    r"|preferred\)|ideally\b|(?:an?|added|distinct) (?:advantage|asset)\b|desirable\b"
    r"|not (?:strictly )?required|would be (?:great|nice|helpful|beneficial|ideal|a bonus)"
    r"|(?:is|are) (?:helpful|beneficial|welcome)\b|von vorteil|wünschenswert|idealerweise"
    r"|(?:est |serait )?un (?:vrai |gros )?(?:plus|atout)\b|idéalement|appréciée?s?\b)",
)
# A word of every way of saying it
_WELCOME_WORDS = word_set(
    "nice good plus bonus preferred preferably ideally advantage asset desirable required "
    "great helpful beneficial ideal welcome vorteil wünschenswert idealerweise atout "
    "idéalement apprécié appréciée appréciés appréciées"
)
# A sentence that asks for what it names
_NEED = compile_pattern(
    r"(?:\bmust[- ](?:haves?|know|be)\b|\b(?:is|are) (?:a must|required|mandatory|essential)\b"
    r"|\brequired\b|\byou (?:should |must |will |already )?(?:have|bring|know|need)\b"
    r"|\byou(?:['’]ll| will) need\b|\byou['’]ve (?:built|worked|used|shipped|got)\b"
    r"|\byou(?:['’]re| are) (?:an? |very )?(?:experienced?|expert|proficient|fluent|familiar)\b"
    r"|\byou(?:['’]re| are) (?:skilled|comfortable|well[- ]versed)\b"
    r"|\bexperienced? (?:with|in|using|building|of)\b"
    r"|\b(?:proficien\w+|expertise|fluen\w+|skilled|skills|well[- ]versed|competen\w+|background"
    r"|familiar(?:ity)?|comfortable|knowledge|understanding|command|mastery) (?:with|in|of|using)\b"
    r"|\blooking for\b|\bshould (?:have|know|be)\b"
    r"|\bideal candidate|\berfahrung(?:en)? (?:mit|in)\b|kenntnisse\b|\bma[iî]trise\b"
    r"|\bexpérience (?:avec|en|de|sur)\b|\bexperiencia (?:con|en)\b|\bconocimientos? (?:de|en)\b)",
)
_NEEDED = re.compile(r"\b(?:a must|required|mandatory|essential)\b", re.IGNORECASE)
_NEED_WORDS = word_set(
    "must required mandatory essential have bring know need built worked used shipped got "
    "experienced expert proficient proficiently fluent familiar skilled comfortable versed "
    "experience proficiency expertise fluency skills competent competence competency "
    "competencies background familiarity knowledge understanding command mastery looking "
    "should ideal erfahrung erfahrungen kenntnisse grundkenntnisse programmierkenntnisse "
    "maitrise maîtrise expérience experiencia conocimiento conocimientos"
)
# What is no need: what its readers will learn, or what others know
_NO_NEED = re.compile(
    r"\b(?:gain(?:ing)?|get(?:ting)?|give you|acquire|build|our|we(?: all)? (?:have|share|bring)"
    r"|we['’]ve|team (?:has|with|of|brings)|founders?(?: have| bring| with)?|combin\w+"
    r"|(?:he|she|they) ha(?:s|ve))\s+(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:experience|proficien|expert|master|familiar|knowledge|fluen|strong|understanding|ability)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\{0?\d*,\d{2,}\}")
_SENTENCE_ENDS = ("\n", ". ", "! ", "? ", "; ")
_LONGEST_SENTENCE = 300  # characters that a cue reaches back or ahead


def find_sections(text: str, data: bytes | None = None) -> list[tuple[int, Section]]:
    """Divide a posting by its headings.

    Args:
        text: Plain text (`warehouse.normalise.text.to_text`).
        data: Its UTF-8 (`warehouse.normalise.spans.encode`), where the caller has it.

    Returns:
        (start, section) in the order of the text, the first at 0; each holds up to the next start.
        Empty text gives [(0, "other")].
    """
    signs = _signs().in_text(encode(text) if data is None else data)
    found: list[tuple[int, Section]] = [(0, "other")]
    if not signs:
        return found
    if "heading" in signs:
        _add_headings(text, found)
    if len(found) > 1:
        introduction = text[: found[1][0]].lstrip()
        if not introduction:
            found[:2] = [(0, found[1][1])]
        elif _PRESENTS_COMPANY.match(introduction) and not _SEEKS.search(introduction):
            found[0] = (0, "about")
    if "notice" in signs and (notice := _EQUAL_OPPORTUNITY.search(text, len(text) // 2)):
        found.append((text.rfind("\n", 0, notice.start()) + 1, "about"))
        found.sort(key=lambda item: item[0])
    return found


def _add_headings(text: str, found: list[tuple[int, Section]]) -> None:
    start = 0
    for line in text.split("\n"):
        colon = line.find(":", 0, _LONGEST_INLINE)
        rest = line[colon + 1 :] if colon >= 0 else ""
        is_short = len(line) <= _LONGEST_HEADING and line[-1:] not in _SENTENCE_MARKS
        if rest:
            # The line break says that the heading is not all of its line
            heading = line[: colon + 1] + "\n"
        elif is_short or (line[-1:] == ":" and len(line) <= _LONGEST_WITH_COLON):
            heading = line
        else:
            heading = ""
        if heading and (section := _section_of(heading)):
            # "Tools: a strong command of PyTorch" among the requirements is one of them
            is_one_more = section == "other" and found[-1][1] in ("requirements", "preferred")
            if not (is_one_more and _ASKS.search(rest)):
                found.append((start, section))
        start += len(line) + 1


def section_at(sections: Sequence[tuple[int, Section]], position: int) -> Section:
    """Return the section that holds a position of the text (`sections` from `find_sections`)."""
    return sections[bisect_right(sections, position, key=lambda item: item[0]) - 1][1]


class Sentence(NamedTuple):
    """Where a sentence stands, and its words (`warehouse.normalise.spans.words`)."""

    first: int
    last: int
    words: list[bytes]


def sentence_around(text: str, start: int, end: int) -> Sentence:
    """Return the sentence around a span, 300 characters to each side at most."""
    first, last = max(0, start - _LONGEST_SENTENCE), min(len(text), end + _LONGEST_SENTENCE)
    for mark in _SENTENCE_ENDS:
        if (found := text.rfind(mark, first, start)) >= 0:
            first = found + 1
        if (found := text.find(mark, end, last)) >= 0:
            last = found
    return Sentence(first, last, words(text[first:last]))


def section_said(text: str, sentence: Sentence, start: int, end: int) -> Section | None:
    """Return what a sentence says of the names at a span in it.

    Returns:
        "preferred" where it calls them a plus, "requirements" where it asks for them, else None.
    """
    is_welcome_likely = not _WELCOME_WORDS.isdisjoint(sentence.words)
    is_need_likely = not _NEED_WORDS.isdisjoint(sentence.words)
    if not (is_welcome_likely or is_need_likely):
        return None
    before, after = text[sentence.first : start], text[end : sentence.last]
    data = encode(before)
    if is_welcome_likely and (_WELCOME.search(data) or _WELCOME.search(encode(after))):
        return "preferred"
    if is_need_likely:
        needs = find_spans(_NEED, data, is_ascii=len(data) == len(before))
        if any(not _NO_NEED.search(before[:need]) for need, _ in needs) or _NEEDED.search(after):
            return "requirements"
    return None


@lru_cache(maxsize=16384)  # boards repeat their headings from advert to advert
def _section_of(heading: str) -> Section | None:
    matched = _headings().Match(encode(heading))
    return _SECTIONS[min(matched)] if matched else None


@cache
def _headings() -> re2.Set:
    """One pattern for each section, in the order of precedence."""
    headings = re2.Set.MatchSet(make_options())
    for section in _SECTIONS:
        headings.Add(_LEAD + _pattern_of(section))
    headings.Compile()
    return headings


def _pattern_of(section: Section) -> str:
    rows = [row for row in _rows() if row["section"] == section]
    whole = "|".join(row["heading"] for row in rows if row["whole"])
    opening = "|".join(row["heading"] for row in rows if not row["whole"])
    # Some headings begin sentences too ("you have"): they must fill the line, or end in ":"
    return (
        rf"(?:(?:{opening})(?:{_MORE}{_END}|[ \t]*:)"
        rf"|(?:{whole})(?:{_END}|[ \t]*:))"
    )


@cache
def _signs() -> Cues[Literal["heading", "notice"]]:
    """What a text has to have somewhere for a look at its lines to be worth while."""
    # Counted repeats make automata large
    patterns = [_COUNTED.sub("*", _pattern_of(section)) for section in _SECTIONS]
    return Cues(
        {
            "heading": rf"(?m)^{_LEAD}(?:{'|'.join(patterns)})",
            "notice": _EQUAL_OPPORTUNITY.pattern,
        }
    )


@cache
def _rows() -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / "headings.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return [row | {"heading": row["heading"].replace("'", "['’]")} for row in rows]
