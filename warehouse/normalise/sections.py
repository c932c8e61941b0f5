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
from typing import cast

import re2

from warehouse.normalise.spans import compile_pattern, encode, find_spans
from warehouse.normalise.types import Section

_LONGEST_HEADING = 100  # characters
_LONGEST_INLINE = 60  # characters before the ":" of "Requirements: Python, SQL"
_SENTENCE_MARKS = (".", ",", ";", ")")
# In order of precedence: "About the role" is no company's praise
_SECTIONS: tuple[Section, ...] = ("requirements", "preferred", "other", "about")
# What may stand before a heading on its line: bullets, emoji, "##", "3."
_LEAD = r"[^\w\n]{0,8}(?:\d{1,2}[.)][ \t]*)?"
_END = r"[ \t]*[:?!.…*#=_\-–—]*[ \t]*$"
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
WELCOME_CUES = (
    r"\b(?:nice[- ]to[- ]haves?|good to have|(?:a|big|huge|strong|definite|major|added|real) plus\b"
    r"|bonus(?: points?)?\b|(?:is|are|strongly|highly) preferred\b|preferred but|preferably"
    r"|preferred\)|ideally\b|(?:an?|added|distinct) (?:advantage|asset)\b|desirable\b"
    r"|not (?:strictly )?required|would be (?:great|nice|helpful|beneficial|ideal|a bonus)"
    r"|(?:is|are) (?:helpful|beneficial|welcome)\b|von vorteil|wünschenswert|idealerweise"
    r"|(?:est |serait )?un (?:vrai |gros )?(?:plus|atout)\b|idéalement|appréciée?s?\b)"
)
_COUNTED = re.compile(r"\{0?\d*,\d{2,}\}")
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n")
_LONGEST_SENTENCE = 300  # characters that a welcome reaches back or ahead


def find_sections(text: str, data: bytes | None = None) -> list[tuple[int, Section]]:
    """Divide a posting by its headings.

    Args:
        text: Plain text (`warehouse.normalise.text.to_text`).
        data: Its UTF-8 (`warehouse.normalise.spans.encode`), where the caller has it.

    Returns:
        (start, section) in the order of the text, the first at 0; each holds up to the next start.
        Empty text gives [(0, "other")].
    """
    data = encode(text) if data is None else data
    found: list[tuple[int, Section]] = [(0, "other")]
    notice: int | None = None
    for start, _ in find_spans(_cues(), data, is_ascii=len(data) == len(text)):
        first = text.rfind("\n", 0, start) + 1
        close = text.find("\n", start)
        line = text[first : close if close >= 0 else None]
        is_short = len(line) <= _LONGEST_HEADING and line[-1:] not in _SENTENCE_MARKS
        if (
            first == start
            and (is_short or ":" in line[:_LONGEST_INLINE])
            and (section := _heading(line))
        ):
            found.append((start, section))
        elif notice is None and 2 * start > len(text) and _notice().search(encode(line)):
            notice = first
    if len(found) > 1:
        introduction = text[: found[1][0]].lstrip()
        if not introduction:
            found[:2] = [(0, found[1][1])]
        elif _PRESENTS_COMPANY.match(introduction) and not _SEEKS.search(introduction):
            found[0] = (0, "about")
    if notice is not None:
        found.append((notice, "about"))
        found.sort(key=lambda item: item[0])
    return found


def section_at(sections: Sequence[tuple[int, Section]], position: int) -> Section:
    """Return the section that holds a position of the text (`sections` from `find_sections`)."""
    return sections[bisect_right(sections, position, key=lambda item: item[0]) - 1][1]


def find_welcomes(text: str, data: bytes | None = None) -> list[tuple[int, int]]:
    """Return the spans of sentences that call what they name a plus rather than a need.

    Args:
        text: Plain text.
        data: Its UTF-8, where the caller has it.

    Returns:
        (start, end); neither starts nor ends ever fall.
    """
    data = encode(text) if data is None else data
    found = []
    for start, end in find_spans(_welcome(), data, is_ascii=len(data) == len(text)):
        first = max(0, start - _LONGEST_SENTENCE)
        for mark in _SENTENCE_END.finditer(text, first, start):
            first = mark.end()
        close = _SENTENCE_END.search(text, end, end + _LONGEST_SENTENCE)
        found.append((first, close.start() if close else end + _LONGEST_SENTENCE))
    return found


def is_inside(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Say whether a position is in one of some spans (as `find_welcomes` gives them)."""
    before = bisect_right(spans, position, key=lambda span: span[0])
    return before > 0 and position < spans[before - 1][1]


@lru_cache(maxsize=16384)  # boards repeat their headings from advert to advert
def _heading(line: str) -> Section | None:
    match = _headings().match(line)
    return cast("Section", match.lastgroup) if match else None


@cache
def _headings() -> re.Pattern[str]:
    """One pattern for all headings; the name of the group that matched is the section."""
    groups = [f"(?P<{section}>{_pattern_of(section)})" for section in _SECTIONS]
    return re.compile(rf"{_LEAD}(?:{'|'.join(groups)})", re.IGNORECASE)


def _pattern_of(section: Section) -> str:
    rows = [row for row in _rows() if row["section"] == section]
    whole = "|".join(row["heading"] for row in rows if row["whole"])
    opening = "|".join(row["heading"] for row in rows if not row["whole"])
    # Some headings begin sentences too ("you have"): they must fill the line, or end in ":"
    return (
        rf"(?:{opening})(?:\b[^\n.:!?]{{0,40}}{_END}|[ \t]*:)"
        rf"|(?:{whole})(?:{_END}|[ \t]*:)"
    )


@cache
def _heading_cues() -> str:
    """Pattern of the lines that are worth a look, a few more than are headings."""
    # Counted repeats make automata large
    patterns = [_COUNTED.sub("*", _pattern_of(section)) for section in _SECTIONS]
    return rf"(?m)^{_LEAD}(?:{'|'.join(patterns)})"


@cache
def section_cues() -> str:
    """Pattern of what every text has that `find_sections` would divide."""
    return f"{_heading_cues()}|{_EQUAL_OPPORTUNITY}"


@cache
def _notice() -> re2._Regexp:
    return compile_pattern(_EQUAL_OPPORTUNITY)


@cache
def _cues() -> re2._Regexp:
    return compile_pattern(section_cues())


@cache
def _rows() -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / "headings.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return [row | {"heading": row["heading"].replace("'", "['’]")} for row in rows]


@cache
def _welcome() -> re2._Regexp:
    return compile_pattern(WELCOME_CUES)
