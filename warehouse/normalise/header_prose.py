"""What the sentences of a hiring comment say that its header leaves out.

Belongs here: the employer's name and the titles in the lines below a header, or instead of one.
Does not belong here: headers with fields (`hn_header`), or what a single field says
(`header_fields`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import re2

from warehouse.normalise.header_fields import (
    MAX_NAME_WORDS,
    MAX_SHORT_LINE_CHARS,
    clean_line,
    company_in,
    read_field,
    site_name,
)
from warehouse.normalise.job_titles import (
    MAX_HEAD_CHARS,
    STEMS_OF_PEOPLE,
    lines_with_titles,
    split_titles,
    title_of_line,
)
from warehouse.normalise.place import (
    is_place,
)
from warehouse.normalise.spans import compile_pattern, find_spans, in_characters
from warehouse.normalise.wording import (
    MAKER,
    TITLE,
    short_signs,
    signs_in,
)

LINES_AFTER_HEADER: Final = 12  # where titles stand that the header lacks
_MAX_PROSE_CHARS: Final = 3_000
_MAX_PLACE_CHARS: Final = 1_500
_NAME = (
    r"[A-Z0-9][\w&'’+!-]*(?:\.\w+)*"
    r"(?: (?:[A-Z0-9&][\w&'’+!-]*(?:\.\w+)*|of|and|the|for|de)){0,4}"
)
_ASIDE = r"(?:\s*[(\[][^)\]]{0,120}[)\]]|\s*,[^,.]{2,80},)?"
_PROSE_COMPANY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:[Ww]e|[Ii]|[Tt]eam)?\s*(?:here\s+)?(?:[Aa]t|[Ff]rom)\s+(?:the\s+)?({_NAME}){_ASIDE}"
        r"\s*,?\s+(?:we|is|are|am|our|you)\b",
        rf"^(?:[Ii]['’]m|[Ii] am|[Mm]y name is|[Tt]his is|[Ww]e['’]re|[Ww]e are)\s[^.|\n]{{0,60}}?"
        rf"\b(?:from|at|of|with)\s+({_NAME})",
        rf"^(?:[Ww]e['’]re|[Ww]e are|[Tt]his is)\s+({_NAME})\b",
        rf"^[Cc]ome\s[^.|\n]{{0,40}}?\b(?:at|with|for|to)\s+({_NAME})",
        rf"^[Jj]oin\s+(?:us\s+at\s+|the\s+)?({_NAME})",
        r"^(?:[Ww]ork|[Hh]iring|[Ww]e['’]re hiring|[Ww]e are hiring|[Nn]ow hiring)\s+(?:at|for|@)"
        rf"\s+({_NAME})",
        rf"^({_NAME}|[a-z][\w.-]+)(?: [a-z]+){{0,2}}{_ASIDE} (?:is|are)(?: \w+)?"
        r" (?:hiring|looking (?:for|to)|seeking|recruiting)\b",
        rf"^({_NAME}){_ASIDE}\s*(?:['’]s|\s(?:is|are|has|have|was|provides?|builds?|makes?|helps?"
        r"|offers?|develops?|creates?|lets?|needs?|seeks?|wants?))\s",
    )
)
# "Acme bridges the gap": enough where a comment opens so and offers a job further down
_TOLD_COMPANY = re.compile(rf"^({_NAME}){_ASIDE} [a-z]{{3,}}s (?:the|an?|your|our|[a-z]{{4,}})\b")
_COMPANY_LABEL = re.compile(r"(?:company|employer)(?: name)?\s*[:-]\s+(.+)", re.IGNORECASE)
_ASKING = (
    r"\b(?:hiring(?: for)?|looking (?:for|to hire)|seeking|searching for|recruiting|in search of"
    r"|need|wants?|openings? for|position for|roles? (?:for|of|as))\s+"
)
_ASKS_FOR = re.compile(
    rf"{_ASKING}(?:an?\s+|our\s+|the\s+|some\s+|several\s+|multiple\s+|more\s+|all\s+kinds\s+of\s+"
    r"|great\s+|few\s+|couple\s+of\s+|number\s+of\s+|two\s+|three\s+|\d\s+|talented\s+"
    r"|experienced\s+|passionate\s+|awesome\s+|good\s+|additional\s+|\w+ly\s+)*"
    r"([^.;:!?\n|]{3,90})",
    re.IGNORECASE,
)
_ASKING_AGAIN = re.compile(_ASKING, re.IGNORECASE)
_TITLE_END = re.compile(
    r"\s+(?:to|who|with|for|in|at|that|on|as|across|from|based|joining|interested|capable|willing)\b.*$"
    r"|[\s,;(]*https?\b.*$"
    r"|\s*[(\[].*$|\s+[-–—]\s.*$"
)
_SENTENCE = re.compile(
    r"[.!?]$|\b(?:i'?m|i|we|we're|you|your|our|my|us|years?|experience|work|working|looking|apply"
    r"|hiring|is|are|have|has|build|building|join|team of|contact|email|about|please|hello|hi)\b",
    re.IGNORECASE,
)
_PROSE_PLACE = re.compile(
    r"\b(?:in|based in|located in|from|near|HQ in|offices? in|Location:)\s+(?:the\s+|our\s+"
    r"|downtown\s+|sunny\s+|beautiful\s+|central\s+)*"
    r"(?P<place>[A-Z][\w.'’ -]{1,30}(?:,\s?[A-Z][\w.]+)?)"
)


def labelled_company(lines: list[str]) -> str | None:
    """Return the name after "Company:"."""
    for line in first_lines(lines, LINES_AFTER_HEADER):
        if line[:7].lower() in ("company", "employe"):
            labelled = _COMPANY_LABEL.match(line)
            return company_in(re.split(r"[.!?]\s", labelled[1])[0]) if labelled else None
    return None


def named_again(field: str, rest: list[str]) -> str | None:
    """Return a first field that is a town's name, too, where the text makes it the employer."""
    name = company_in(field)
    if not name:
        return None
    opening = " ".join(line for line in rest if line)[:400]
    if name not in opening:
        return None
    again = re.search(
        rf"\b(?:[Aa]t |[Jj]oin ){re.escape(name)}\b|{re.escape(name)} (?:is|has)\b", opening
    )
    return name if again else None


def told_company(opening: str) -> str | None:
    """Return the name of whom a comment's first words tell something."""
    told = _TOLD_COMPANY.match(opening)
    company = company_in(told[1]) if told else None
    return company if company and not short_signs(company) & (MAKER | TITLE) else None


def name_line(lines: list[str]) -> str | None:
    """Return a name that has the first line for itself."""
    line = next(first_lines(lines, 1), "")
    if len(line) > MAX_SHORT_LINE_CHARS or line.endswith(("!", "?", ":")):
        return None
    field = read_field(clean_line(line))
    if field.kind not in ("other", "link", "domain") or field.signs or is_place(field.bare):
        return None
    if field.kind == "link":
        return site_name(line) if line.rstrip("/").count("/") <= 2 else None
    words = field.bare.split()
    is_name = words and len(words) <= MAX_NAME_WORDS and words[-1][0].isupper()
    return company_in(field.text) if is_name and words[0][0].isupper() else None


def titles_in_body(lines: list[str]) -> list[str]:
    """Find titles below a header that has none: short lines, list items, "looking for …"."""
    titles = []
    near = list(first_lines(lines, LINES_AFTER_HEADER))
    for number in lines_with_titles("\n".join(["", *(line[:MAX_HEAD_CHARS] for line in near)])):
        line = near[number - 1]
        found = title_of_line(line)
        is_item = found and (
            found.marker
            or found.separator not in ("word", "end")
            or len(line) < MAX_SHORT_LINE_CHARS
            or "http" in line
        )
        if found and is_item:
            titles.append(line[found.start : found.end])
    return titles or asked_for("\n".join(near))


def first_lines(lines: Iterable[str], count: int) -> Iterator[str]:
    """Yield the first lines that are not blank, without blanks around them."""
    for line in lines:
        stripped = line.strip()
        if stripped:
            yield stripped
            count -= 1
            if not count:
                return


def asked_for(text: str) -> list[str]:
    """Find what the text says that it looks for."""
    for position in _asking_at(text[:_MAX_PROSE_CHARS]):
        match = _ASKS_FOR.match(text, position)
        if not match:
            continue
        title = _TITLE_END.sub("", match[1]).strip(" ,-–—")
        is_job = signs_in(title) & MAKER and not _SENTENCE.search(title)
        if is_job and title[:4].lower() != "and ":
            return split_titles(title)
    return []


def _asking_at(text: str) -> Iterator[int]:
    """Yield where `_ASKS_FOR` may match: an asking word, and one for people in its sentence."""
    page = text.encode("utf-8", "replace")
    for start, end in in_characters(find_spans(_asking_for_people(), page), page):
        yield start
        # "Looking for people who need engineers" asks twice
        yield from (again.start() for again in _ASKING_AGAIN.finditer(text, start + 1, end))


@cache
def _asking_for_people() -> re2._Regexp:
    return compile_pattern(rf"{_ASKING}[^.;:!?|]*?(?:{'|'.join(STEMS_OF_PEOPLE)})")


def place_in_prose(text: str) -> str:
    """Return the first place after "in", "based in" and the like; empty where there is none."""
    for match in _PROSE_PLACE.finditer(text[:_MAX_PLACE_CHARS]):
        place: str = match["place"].strip(" .")
        if is_place(place):
            return place
    return ""


def prose_company(lines: list[str]) -> str | None:
    """Find the employer in the first lines: "At Acme we …", "Acme is hiring …"."""
    for line in first_lines(lines, 5):
        for pattern in _PROSE_COMPANY:
            match = pattern.match(line)
            company = company_in(match[1]) if match else None
            is_name = company and not company.isdigit() and not short_signs(company) & MAKER
            if company and is_name and not is_place(company):
                return company
    return None
