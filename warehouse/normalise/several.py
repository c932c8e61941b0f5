"""The several roles that one post offers, and which stretch of its text speaks of which.

Belongs here: telling roles apart that a post lists, in its header or line by line. Does not belong
here: what a role is (`role`) or pays (`pay`): whoever asks reads each stretch with those.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple

from warehouse.normalise.hn_header import Header, parse_header
from warehouse.normalise.job_titles import (
    LineTitle,
    lines_with_titles,
    opening_of_line,
    title_of_line,
)
from warehouse.normalise.spans import compile_pattern, encode
from warehouse.normalise.wording import ANY_ROLE, OCCUPATION, short_signs, states_money

_MAX_ROLES: Final = 40
_MAX_LINES: Final = 400  # of a post; what stands below is left alone
_MAX_TITLE_LINE_CHARS: Final = 110
_MAX_NAME_CHARS: Final = 60
_MAX_SIBLING_CHARS: Final = 300
_MAX_BARE_TITLE_CHARS: Final = 50
_BEFORE_PAY: Final = ("pipe", "pay", "bracket", "dash", "colon")


class StatedRole(NamedTuple):
    """A role of a post.

    `text[start:end]` speaks of this role alone: its line, bullet or paragraphs. Of titles that
    stand together in one line it is the title, since what follows is common to all.
    """

    title: str  # as written, without bullet, link, pay and place
    start: int
    end: int


class _Line(NamedTuple):
    start: int
    end: int
    text: str


_Heads = dict[int, LineTitle]  # by the number of the line


def find_roles(
    text: str, title: str = "", *, header: Header | None = None
) -> tuple[StatedRole, ...]:
    """Tell the roles of a post apart, where it offers several and says so.

    Args:
        text: The post as plain text.
        title: The title of a board's advert; an advert that has one is for one role.
        header: What `parse_header` says of the text, where the caller knows.

    Returns:
        The roles in the order of the text, their stretches apart from each other; none where the
        post offers one role or can't be told apart.
    """
    if title:
        return ()
    known = (header or parse_header(text)).titles
    numbers = lines_with_titles(text)
    may_be_paid = _has_currency(text, len(text))
    if len(numbers) > 1 or may_be_paid:
        raw_lines = text.split("\n", _MAX_LINES)[:_MAX_LINES]
        likely = [raw_lines[number] for number in numbers if number < len(raw_lines)]
        if may_be_paid:
            likely += filter(_has_currency, raw_lines[1:])
        found = _heads(likely) if len(likely) > 1 else {}
        if found:
            lines = _lines(text, raw_lines)
            heads = {
                number: found[line.text]
                for number, line in enumerate(lines)
                if number and line.text in found
            }
            if len(heads) > 1:
                roles = _listed(lines, heads, known)
                if len(roles) > 1:
                    return roles
    return _under_headers(text) or _in_one_line(text, known)


def _has_currency(text: str, end: int = _MAX_TITLE_LINE_CHARS) -> bool:
    head = text[:end]
    return "$" in head or "€" in head or "£" in head


def _heads(lines: list[str]) -> dict[str, LineTitle]:
    """Return the titles that head lines, by the line."""
    return {line: head for raw in lines if (head := _head(line := raw.strip()))}


def _lines(text: str, raw_lines: list[str]) -> list[_Line]:
    """Return the lines that are not blank."""
    lines: list[_Line] = []
    start = 0
    for raw in raw_lines:
        stripped = raw.strip()
        if stripped:
            begin = start if raw[0] == stripped[0] else text.index(stripped, start)
            lines.append(_Line(begin, begin + len(stripped), stripped))
        start += len(raw) + 1
    return lines


# --- titles that stand together ------------------------------------------------------------------


def _in_one_line(text: str, known: tuple[str, ...]) -> tuple[StatedRole, ...]:
    """Return the titles of a header, or of one sentence."""
    if len(known) < 2:
        return ()
    roles: list[StatedRole] = []
    position = 0
    for title in known:
        if short_signs(title) & ANY_ROLE:
            continue
        start = text.find(title, position)
        if start < 0:
            return ()
        position = start + len(title)
        roles.append(StatedRole(title, start, position))
    if len(roles) < 2 or "\n" in text[roles[0].start : roles[-1].end]:
        return ()
    limits = [role.start for role in roles[1:]] + [len(text)]
    return tuple(
        role._replace(end=_with_aside(text, role, limit))
        for role, limit in zip(roles, limits, strict=True)
    )


_ASIDE = re.compile(r"[^|\n(,;&]{0,12}\([^()\n|]*\)")


def _with_aside(text: str, role: StatedRole, limit: int) -> int:
    """Return where a role's stretch ends: brackets behind a title are of this role alone."""
    aside = _ASIDE.match(text, role.end, limit)
    return aside.end() if aside and states_money(aside[0]) else role.end


# --- a header for each role ----------------------------------------------------------------------


def _under_headers(text: str) -> tuple[StatedRole, ...]:
    """Return the roles of a post that says "Acme | Engineer | …" and "Acme | Designer | …"."""
    name, pipe, _ = text[: _MAX_NAME_CHARS + 1].lstrip().partition("|")
    opening = name + pipe
    if not pipe or "\n" in name or f"\n{opening}" not in text:
        return ()
    lines = _lines(text, text.split("\n", _MAX_LINES)[:_MAX_LINES])
    numbers = [number for number, line in enumerate(lines) if line.text.startswith(opening)]
    titles = [parse_header(lines[number].text).titles for number in numbers]
    if any(len(stated) != 1 or stated[0] not in text for stated in titles):
        return ()
    return tuple(
        StatedRole(stated[0], lines[number].start, lines[after - 1].end)
        for number, after, stated in zip(
            numbers, [*numbers[1:], numbers[-1] + 1], titles, strict=True
        )
    )


# --- titles that open lines ----------------------------------------------------------------------

_LINK = re.compile(r"\S@\S|\[e-mail\]|\[\d\]")
_ASKS = compile_pattern(
    r"\b(?:hiring|looking|positions?|roles?|openings?|opportunit\w+|jobs?|seeking|need|recruit\w*"
    r"|vacanc\w+|hire|wanted|join us|apply|searching|search|careers?|stellen|featured|open|add)\b"
)
_NO_ROLES = compile_pattern(
    r"\b(?:work(?:ing)? (?:closely |directly )?with|collaborat\w+|alongside|consists? of|made up of"
    r"|report(?:s|ing)? to|you will|you['’]ll|responsib\w+|requirements?|qualifications?|skills"
    r"|experience|you are|you['’]re|about you|stack|benefits|perks|team (?:is|has|of|includes)"
    r"|our team:|founders?|customers?|clients?|used by|built for|process|interviews?|steps)\b"
)
# What opens the text that is common to all roles: anywhere, and below the last of them.
_ALL_ROLES = re.compile(
    r"(?:[*_(]*for )?(?:all|both|every|each|any|either)\b.{0,20}"
    r"\b(?:positions?|roles?|jobs?|offers?)\b",
    re.IGNORECASE,
)
_LINK_LINE = re.compile(r"\W*(?:https?:|www\.)\S*\W*$")
_COMMON = re.compile(
    r"(?:(?:to|how to) )?apply\b|please|interested|contact|e-?mail|send|drop|reach|feel free"
    r"|questions|check|for (?:more|all|any|further|details)|more (?:info|about|details|at)|about\b"
    r"|benefits|perks|why |what we|what you|we offer|we (?:are|have|also|provide|use|value)"
    r"|we['’]re|our\b|the (?:team|company|interview)|if you|don['’]t|not |no |see "
    r"|full (?:list|job|details)|additional|and many"
    r"|compensation|salar(?:y|ies) (?:range|for|are|is)|tech(?:nolog\w+)? ?(?:stack)?:|stack\b"
    r"|location|visit|learn|read|find|come|join|thanks|cheers|edit|ps\b|p\.s|http|www|\[|also\b|other\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"[^.!?]{2,60}:$|[A-Z][A-Z &/]{3,40}$|\W*[-=_*#~]{3,}|#+ ")
_BULLET = re.compile(r"[-–—*•·●▪◦‣∙○+>~]+\s*\S|\(?\d{1,2}[.)]\s")


def _listed(lines: list[_Line], heads: _Heads, known: tuple[str, ...]) -> tuple[StatedRole, ...]:
    """Return the roles whose titles open lines of their own."""
    offered: _Heads = {}
    for marker in dict.fromkeys(found.marker for found in heads.values()):
        group = {number: found for number, found in heads.items() if found.marker == marker}
        if _offers(lines, group, known):
            offered |= _with_siblings(lines, group)
    if len(offered) < 2:
        return ()
    numbers = sorted(offered)[:_MAX_ROLES]
    roles = tuple(
        StatedRole(
            lines[number].text[offered[number].start : offered[number].end],
            lines[number].start,
            lines[last].end,
        )
        for number, last in zip(numbers, _last_lines(lines, numbers, offered), strict=True)
    )
    half = len(roles) // 2
    is_told_twice = [role.title for role in roles[:half]] == [role.title for role in roles[half:]]
    return roles[:half] if is_told_twice and half > 1 else roles


def _head(line: str) -> LineTitle | None:
    """Return the title that heads a line, if a title does rather than a sentence."""
    found = title_of_line(line)
    if found is None:
        # "Enterprise Sales | $70k": other kinds of work count beside their pay
        if not _has_currency(line):
            return None
        found = opening_of_line(line)
        is_paid = found and found.separator in _BEFORE_PAY and found.signs & OCCUPATION
        return found if is_paid and len(line) <= _MAX_TITLE_LINE_CHARS else None
    if found.separator in ("word", "end", "next", "mail", "quote") and not found.marker:
        is_sentence = len(line) > _MAX_TITLE_LINE_CHARS or line.endswith(".")
        return None if is_sentence else found
    return found


def _offers(lines: list[_Line], group: _Heads, known: tuple[str, ...]) -> bool:
    """Whether lines that open with titles offer them, rather than tell of colleagues."""
    first = min(group)
    lead_in = encode(lines[first - 1].text[-200:]) if first else b""
    if _ASKS.search(lead_in):
        return True
    if 2 * sum(_has_link_or_pay(lines, number) for number in group) > len(group):
        return True
    if _NO_ROLES.search(lead_in):
        return False
    if not known or any(short_signs(title) & ANY_ROLE for title in known):
        return True
    names = [_words(title) for title in known]
    return any(
        _words(lines[number].text[found.start : found.end]) & name
        for number, found in group.items()
        for name in names
    )


def _words(title: str) -> frozenset[str]:
    return frozenset(title.lower().rstrip("s").split())


def _has_link_or_pay(lines: list[_Line], number: int) -> bool:
    line = lines[number].text
    if "http" in line or states_money(line) or _has_link(line):
        return True
    below = lines[number + 1].text if number + 1 < len(lines) else ""
    return below.startswith(("http", "www."))


def _has_link(line: str) -> bool:
    if "http:" in line or "https:" in line or "www." in line:
        return True
    return ("@" in line or "[" in line) and _LINK.search(line) is not None


def _with_siblings(lines: list[_Line], group: _Heads) -> _Heads:
    """Add lines between and beside the heads that look the same but name no known occupation."""
    marker = next(iter(group.values())).marker
    first, last = min(group), max(group)
    found = dict(group)
    for number in range(first + 1, last):
        if number not in found and (sibling := _sibling(lines[number].text, marker)):
            found[number] = sibling
    for step, number in ((1, last + 1), (-1, first - 1)):
        while 0 < number < len(lines) and (sibling := _sibling(lines[number].text, marker)):
            found[number] = sibling
            number += step
    return found


def _sibling(line: str, marker: str) -> LineTitle | None:
    """Return the words that open a line where it looks like the lines of a list of roles."""
    has_pay_or_link = "http" in line or _has_currency(line)
    is_short = len(line) <= _MAX_BARE_TITLE_CHARS
    looks_alike = _BULLET.match(line) if marker else has_pay_or_link or is_short
    if not looks_alike or len(line) > _MAX_SIBLING_CHARS:
        return None
    found = opening_of_line(line, is_item=bool(marker) and states_money(line))
    if found is None or found.marker != marker or found.separator in ("word", "end", "next"):
        return None
    if found.signs & OCCUPATION:
        return found if marker or has_pay_or_link or found.separator == "" else None
    return found if marker and (has_pay_or_link or _has_link(line)) else None


def _last_lines(lines: list[_Line], numbers: list[int], heads: _Heads) -> list[int]:
    """Return the last line of each role's stretch.

    What stands below a title up to the next one is the role's, where most titles have something
    below them; below the last title it is as much as below the others at most.
    """
    gaps = [after - before - 1 for before, after in pairwise(numbers)]
    usual = sorted(gaps)[len(gaps) // 2]
    most = max((gap for gap in gaps if gap <= 3 * usual + 2), default=0) if usual else 0
    ends = []
    for number, limit in zip(numbers, [*numbers[1:], len(lines)], strict=True):
        is_last = limit == len(lines)
        end = number
        for below in range(number + 1, limit):
            line = lines[below].text
            if heads[number].marker and line[0] == heads[number].marker:
                break
            is_detail = _LINK_LINE.match(line) or _is_detail(line, heads[number].marker)
            if is_detail and (usual or not is_last or _LINK_LINE.match(line)):
                end = below
                continue
            if below - number > most or _ALL_ROLES.match(line) or _HEADING.match(line):
                break
            if is_last and _COMMON.match(line):
                break
            end = below
        ends.append(end)
    return ends


def _is_detail(line: str, marker: str) -> bool:
    """Whether a line is an item of a list below a title."""
    bullet = _BULLET.match(line)
    return bullet is not None and line[0] != marker and not _HEADING.match(line)
