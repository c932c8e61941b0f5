"""Where in a posting the requirements, the nice-to-haves and the company's own praise stand.

Belongs here: finding headings (`vocabulary/headings.csv`, English, German, French) and what they
govern. Does not belong here: what is named in a section (`mentions`), or text that recurs over a
company's postings (boilerplate is decided over many postings, in the warehouse).
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

import re2

from warehouse.normalise.spans import (
    compile_pattern,
    decode,
    encode,
    find_spans,
    first_match,
    make_options,
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
_AFTER_WHOLE = r"[ \t:：?!.…*#=_\-–—】\]>]"
_AFTER_OPENING = r"[^\pL\pN_]"
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
_EQUAL_OPPORTUNITY = (
    r"equal[- ]opportunity employer|equal employment opportunit"
    r"|without regard to|regardless of (?:race|gender|age)|reasonable accommodation"
)
# A sentence that says of what it names that it is welcome, not required
_WELCOME = (
    r"\b(?:nice[- ]to[- ]haves?|good to have|(?:a|big|huge|strong|definite|major|added|real) plus\b"
    r"|bonus(?: points?)?\b|(?:is|are|strongly|highly) preferred\b|preferred but|preferably"
    r"|preferred\)|ideally\b|(?:an?|added|distinct) (?:advantage|asset)\b|desirable\b"
    r"|not (?:strictly )?required|would be (?:great|nice|helpful|beneficial|ideal|a bonus)"
    r"|(?:is|are) (?:helpful|beneficial|welcome)\b|von vorteil|wünschenswert|idealerweise"
    r"|(?:est |serait )?un (?:vrai |gros )?(?:plus|atout)\b|idéalement|appréciée?s?\b)"
)
# A sentence that asks for what it names
_NEED = (
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
    r"|\bexpérience (?:avec|en|de|sur)\b|\bexperiencia (?:con|en)\b|\bconocimientos? (?:de|en)\b)"
)
_NEEDED = r"\b(?:a must|required|mandatory|essential)\b"
# What is no need: what its readers will learn, or what others know
_NO_NEED = (
    r"\b(?:gain(?:ing)?|get(?:ting)?|give you|acquire|build|our|we(?: all)? (?:have|share|bring)"
    r"|we['’]ve|team (?:has|with|of|brings)|founders?(?: have| bring| with)?|combin\w+"
    r"|(?:he|she|they) ha(?:s|ve))[ \t]+(?:[\w-]+[ \t]+){0,3}$"
)
_ASKS = re.compile(
    r"\b(?:experience|proficien|expert|master|familiar|knowledge|fluen|strong|understanding|ability)",
    re.IGNORECASE,
)
_ANY_ENDING = re.compile(r"\.\{\d+,\d+\}(?=\)*\??(?:$|\|))")
_COUNTED = re.compile(r"\{0?\d*,\d{2,}\}")
_SENTENCE_END = re.compile(rb"\n|[.!?;] ")
_LONGEST_SENTENCE = 300  # bytes that a cue reaches back or ahead
_LONGEST_NO_NEED = 80  # bytes before a cue

# Wordings that decide a section together with the place where they stand: patterns for RE2, case
# ignored, to be looked for by who calls the functions below.
SECTION_CUES: dict[str, str] = {
    "notice": _EQUAL_OPPORTUNITY,
    "welcome": _WELCOME,
    "need": _NEED,
    "needed": _NEEDED,
}


def find_sections(data: bytes, notices: Sequence[int]) -> list[tuple[int, Section]]:
    """Divide a posting by its headings.

    Args:
        data: The UTF-8 (`warehouse.normalise.spans.encode`) of plain text
            (`warehouse.normalise.text.to_text`).
        notices: Where it has the cue "notice".

    Returns:
        (start, section) in the order of the text, the first at 0; each holds up to the next start.
        Empty text gives [(0, "other")].
    """
    found: list[tuple[int, Section]] = [(0, "other")]
    for start, _ in find_spans(_heading_beginnings(), data):
        end = data.find(b"\n", start)
        _add_heading(decode(data[start : end if end >= 0 else None]), start, found)
    if len(found) > 1:
        introduction = decode(data[: found[1][0]]).lstrip()
        if not introduction:
            found[:2] = [(0, found[1][1])]
        elif _PRESENTS_COMPANY.match(introduction) and not _SEEKS.search(introduction):
            found[0] = (0, "about")
    number = bisect_left(notices, len(data) // 2)
    if number < len(notices):
        found.append((data.rfind(b"\n", 0, notices[number]) + 1, "about"))
        found.sort(key=_start)
    return found


def _start(section: tuple[int, Section]) -> int:
    return section[0]


def _add_heading(line: str, start: int, found: list[tuple[int, Section]]) -> None:
    colon = line.find(":", 0, _LONGEST_INLINE)
    rest = line[colon + 1 :] if colon >= 0 else ""
    if rest:
        # The line break says that the heading is not all of its line
        heading = line[: colon + 1] + "\n"
    elif (len(line) <= _LONGEST_HEADING and line[-1:] not in _SENTENCE_MARKS) or (
        line[-1:] == ":" and len(line) <= _LONGEST_WITH_COLON
    ):
        heading = line
    else:
        return
    if section := _section_of(heading):
        # "Tools: a strong command of PyTorch" among the requirements is one of them
        is_one_more = section == "other" and found[-1][1] in ("requirements", "preferred")
        if not (is_one_more and _ASKS.search(rest)):
            found.append((start, section))


def section_at(sections: Sequence[tuple[int, Section]], position: int) -> Section:
    """Return the section that holds a position of the text (`sections` from `find_sections`)."""
    if len(sections) == 1:
        return sections[0][1]
    return sections[bisect_right(sections, position, key=_start) - 1][1]


def section_said(
    data: bytes, start: int, end: int, cues: Mapping[str, Sequence[int]]
) -> Section | None:
    """Return what the sentence around some names says of them.

    Args:
        data: The text.
        start: Where the names stand.
        end: Where they end.
        cues: Where the text has each of `SECTION_CUES`, in order.

    Returns:
        "preferred" where it calls them a plus, "requirements" where it asks for them, else None.
    """
    if (welcomes := cues.get("welcome")) and (
        _is_before(data, welcomes, start) or _is_after(data, welcomes, end)
    ):
        return "preferred"
    if needs := cues.get("need"):
        number = bisect_left(needs, start)
        while number:
            number -= 1
            need = needs[number]
            if need < start - _LONGEST_SENTENCE or _SENTENCE_END.search(data, need, start):
                break
            if first_match(_no_need(), data[max(0, need - _LONGEST_NO_NEED) : need]) < 0:
                return "requirements"
    if (needed := cues.get("needed")) and _is_after(data, needed, end):
        return "requirements"
    return None


def _is_before(data: bytes, cues: Sequence[int], start: int) -> bool:
    """Say whether a cue stands before a place in its sentence."""
    number = bisect_left(cues, start)
    return (
        number > 0
        and cues[number - 1] >= start - _LONGEST_SENTENCE
        and not _SENTENCE_END.search(data, cues[number - 1], start)
    )


def _is_after(data: bytes, cues: Sequence[int], end: int) -> bool:
    number = bisect_left(cues, end)
    return (
        number < len(cues)
        and cues[number] < end + _LONGEST_SENTENCE
        and not _SENTENCE_END.search(data, end, cues[number])
    )


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
def _no_need() -> re2._Regexp:
    return compile_pattern(_NO_NEED)


@cache
def _heading_beginnings() -> re2._Regexp:
    """Beginnings of the lines that may be headings: what could be any text is not waited for."""
    patterns = []
    for row in _rows():
        # Counted repeats make automata large, and so do endings that any text matches
        pattern = _COUNTED.sub("*", _ANY_ENDING.sub("", row["heading"]))
        if not _ANY_ENDING.search(row["heading"]):
            pattern = f"(?:{pattern})(?:$|{_AFTER_WHOLE if row['whole'] else _AFTER_OPENING})"
        patterns.append(pattern)
    return compile_pattern(rf"(?m)^{_LEAD}(?:{'|'.join(patterns)})")


@cache
def _rows() -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / "headings.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return [row | {"heading": row["heading"].replace("'", "['’]")} for row in rows]
