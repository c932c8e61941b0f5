"""The first lines of a Hacker News "Who is hiring?" comment: employer, titles, place.

Belongs here: splitting a header like "Acme (YC S21) | Data Engineer | Oslo | REMOTE", its older
spellings with dashes or commas, and prose openings. Does not belong here: which words make a title
(`job_titles`), or what the parts mean (`role`, `place`, `pay` and `employer` read them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from warehouse.normalise.header_fields import (
    COMMA,
    GREETING,
    HAS_LETTER,
    LINK,
    MAX_COMPANY_CHARS,
    MAX_NAME_WORDS,
    MAX_SHORT_LINE_CHARS,
    NOT_A_NAME,
    PARENTHESIS,
    REMEMBERED_FIELDS,
    REMOTE_WORDS,
    WHERE_WORDS,
    Field,
    clean_line,
    company_in,
    is_telling,
    is_title,
    is_where,
    mask_links,
    may_open_place,
    read_field,
    site_name,
    without_links,
)
from warehouse.normalise.header_prose import (
    LINES_AFTER_HEADER,
    asked_for,
    first_lines,
    labelled_company,
    name_line,
    named_again,
    place_in_prose,
    prose_company,
    titles_in_body,
    told_company,
)
from warehouse.normalise.job_titles import (
    split_outside_brackets,
    split_titles,
    title_of_line,
)
from warehouse.normalise.place import (
    is_place,
    names_place,
)
from warehouse.normalise.wording import (
    ANY_ROLE,
    MAKER,
    MONEY,
    NOT_REMOTE,
    ONSITE,
    REMOTE,
    TERMS,
    TITLE,
    WHERE,
    short_signs,
    signs_in,
)

_MAX_TITLES: Final = 8
_MAX_READ_CHARS: Final = 8_000  # more than any header and the lines below it
_MAX_PLACE_FIELD_CHARS: Final = 150
_MAX_JOINED_CHARS: Final = 160


class Header(NamedTuple):
    """What the first lines of a comment say; all but empty for a comment that is no advert."""

    company: str | None
    titles: tuple[str, ...]
    title: str  # all titles in one string
    location: str  # place and workplace as written
    is_remote: bool | None


_NO_ADVERT = Header(None, (), "", "", None)
# People who look for work use the same thread, with this form.
_SEEKER = re.compile(r"\s*Location:.{0,60}\n+\s*(?:Remote|Willing to relocate):", re.IGNORECASE)
_ODD_PIPES = str.maketrans("｜¦│❘∣•・", "|||||||")
_CAPITAL_I = re.compile(r"\sI\s")  # "Acme I Engineer I Oslo"
_DASHES = re.compile(
    r"\s+[-–—―•·:*~]+\s+|\s*(?:--+|—|―|::|//(?=\s)|•|·|→|=>|\s-(?=[A-Z])|(?<=\w)-\s+(?=[A-Z])|;(?=\s))\s*"
)
_YEAR = re.compile(r"'?\d\d\b")  # of a batch
_DASH_HINT = re.compile(r"\s[-*:~]|-\s|[-:]{2}|//|=>|;\s|[^\x00-\x7f]")
_SLASHES = re.compile(r"(?<!:)\s*//+\s*|\s+/\s*|\s*/\s+")
_LINK_BETWEEN = re.compile(
    r"\s[(\[<]?(?:https?://|www\.)[^\s()]+[)\]>]?(?=\s)"  # "Acme (acme.example) Oslo"
)
_WHERE_FILLERS = re.compile(
    r"\b(?:only|or|and|from|in|ok|okay|possible|preferred|friendly|welcome|optional|first)\b",
    re.IGNORECASE,
)
_AT_COMPANY = re.compile(r"^(?P<title>.{3,80}?)\s+(?:at|@)\s+(?P<company>[A-Z0-9][^|,]{1,50})$")
_OFFICE = re.compile(r"^(?P<company>[^()|]{2,60}?)\s*\((?P<place>[^()]*)\)$")
_HIRES = re.compile(
    r"^(?P<company>[A-Za-z0-9][^|:]{1,60}?)\s+(?:is|are)\s+(?:\w+\s+)?(?:hiring|looking\s+for"
    r"|looking\s+to\s+hire|seeking|recruiting|searching\s+for)[\s:]+(?:an?\s+|for\s+)*"
    r"(?P<title>.{3,120})$",
    re.IGNORECASE,
)
_HIRES_AT_ALL = re.compile(
    r"\b(?:is|are|['’]re)\s+(?:\w+\s+)?(?:hiring|looking\s+(?:for|to)|seeking|recruiting)\b"
    r"|\bopen (?:positions|roles)\b|\b[Jj]oin (?:us|our)\b"
)
_JOINT = re.compile(r"\s(?:is|are|at|in)\s", re.IGNORECASE)
_BE = re.compile(r"\s(?:is|are)\s", re.IGNORECASE)
_IN_PLACE = re.compile(r"^(?P<rest>.+?)\s+in\s+(?:the\s+)?(?P<place>[A-Z][^|]+)$")
_SEVERAL_PLACES = re.compile(r"[,/&;]|\b(?:and|or)\b")
_COLON = re.compile(r":\s+")
_ENDS_WITH_PERSON = re.compile(
    r"\b(?:engineers?|developers?|programmers?|designers?|scientists?|managers?|architects?"
    r"|analysts?|researchers?|directors?|interns?|cto)(?: (?:[IVX]+|\d))?\s*$|[,(&/]| - ",
    re.IGNORECASE,
)


def parse_header(text: str) -> Header:
    """Read employer, titles and place from the first lines of a hiring comment.

    Args:
        text: The comment as plain text.

    Returns:
        What the header says, in the comment's own words; `company` None, no titles and an empty
        location where it is none (a reply, a question).
    """
    lines = text.lstrip()[:_MAX_READ_CHARS].split("\n")
    number = 0
    while not HAS_LETTER.search(lines[number]):
        number += 1
        if number == len(lines):
            return _NO_ADVERT
    line = lines[number]
    if line.lstrip()[:1] == ">" or (line[:9].lower() == "location:" and _SEEKER.match(text)):
        return _NO_ADVERT
    below = lines[number + 1 :]
    fields, used = _fields(line, below)
    if len(fields) < 2:
        return _from_prose(line.strip(), below)
    return _from_fields(fields, below[used:])


def _fields(line: str, below: list[str]) -> tuple[list[str], int]:
    """Split the header into its fields; also say how many lines below the first it takes."""
    first = clean_line(line)
    if " I " in first and len(_CAPITAL_I.findall(first)) >= 2:
        first = _CAPITAL_I.sub(" | ", first)
    fields = _split_pipes(first)
    if len(fields) >= 2:
        # "Acme | Engineer |" goes on in the next line
        if below and (line.rstrip().endswith("|") or below[0].lstrip().startswith("|")):
            return fields + _split_pipes(clean_line(below[0])), 1
        return fields, 0
    fields, used = _name_above_fields(first, below)
    if not fields:
        fields = _dashed_fields(first) or _joined_fields(first)
    return (fields, used) if fields else _stacked_fields(first, below)


def _split_pipes(line: str) -> list[str]:
    if not line.isascii():
        line = line.translate(_ODD_PIPES)
    return [field for part in line.split("|") if (field := part.strip())]


def _name_above_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    """Read a name on a line of its own above a line with pipes."""
    used, second = _next_line(below)
    if second.count("|") < 1 or len(first) > MAX_SHORT_LINE_CHARS or first.endswith((".", "!")):
        return [], 0
    rest = _split_pipes(clean_line(second))
    if len(rest) < 2 or not company_in(first) or read_field(rest[0]).kind not in ("title", "where"):
        return [], 0
    return [first, *rest], used


def _next_line(lines: list[str]) -> tuple[int, str]:
    for number, line in enumerate(lines[:3]):
        if line and not line.isspace():
            return number + 1, line
    return 0, ""


def _dashed_fields(first: str) -> list[str]:
    if first.count("/") > 1 and len(_SLASHES.findall(first)) > 1:
        fields = _split_at(_SLASHES, first[:200])
    else:
        fields = _split_at(_DASHES, first[:200]) if _DASH_HINT.search(first) else []
    if len(fields) < 2 or (len(first) > 200 and len(fields) < 4 and not _is_headed(fields)):
        return []
    if len(fields[0]) > MAX_COMPANY_CHARS or _is_sentence(fields):
        return []
    is_name = fields[0][0].isupper() and len(fields[0].split()) <= MAX_NAME_WORDS
    return fields if is_name or any(map(is_telling, fields)) else []


def _is_headed(fields: list[str]) -> bool:
    """Whether a name or a place stands behind or before the first dash of a long line."""
    words = fields[0].split()
    is_name = len(words) <= 3 and all(word[0].isupper() or word[0] == "(" for word in words)
    return is_name or "http" in fields[0] or names_place(fields[1][:30])


def _split_at(separator: re.Pattern[str], text: str) -> list[str]:
    spans = split_outside_brackets(text, separator)
    return [field for start, end in spans if HAS_LETTER.search(field := text[start:end].strip())]


def _joined_fields(first: str) -> list[str]:
    """Read "Acme (Oslo)", "Acme is hiring engineers" and "Acme, Oslo, Data Engineer"."""
    if len(first) > _MAX_JOINED_CHARS or first.endswith(("!", "?", ":")):
        return []
    fields = list(_split_field(first, 0))
    office = _OFFICE.match(first) if len(fields) < 2 else None
    if office:
        fields = [office["company"], office["place"]]
    is_header = any(is_title(field) or is_where(field) for field in fields[1:])
    return fields if is_header and not _is_sentence(fields) else []


def _is_sentence(fields: list[str]) -> bool:
    """Whether the line is prose with a dash in it rather than a header."""
    opening = fields[0].split()
    if opening[0] == "The" and len(opening) > 1 and opening[1][0].isupper():
        return False
    is_word = NOT_A_NAME.fullmatch(opening[0]) and not signs_in(opening[0])
    return bool(is_word and opening[0].lower() != "senior") or len(opening) > 8


def _stacked_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    """Read headers that give each fact a short line of its own: name, title, place."""
    fields: list[str] = []
    used = 0
    for number, line in enumerate([first, *below[:5]]):
        stripped = line.strip()
        if len(stripped) > MAX_SHORT_LINE_CHARS or stripped.endswith((".", "!", "?", ":")):
            break
        used = number
        if HAS_LETTER.search(stripped):
            fields.extend(_split_pipes(clean_line(stripped)))
    known = any(is_title(field) or is_where(field) for field in fields[1:])
    return (fields, used) if known else ([], 0)


def _from_fields(texts: list[str], rest: list[str]) -> Header:
    fields = [read_field(part) for part in _split_fields(texts)]
    company_at = _company_position(fields)
    titles: list[str] = []
    places: list[str] = []
    signs = 0
    for position, field in enumerate(fields):
        if position == company_at:
            continue
        signs |= field.signs
        if field.kind == "title":
            titles += field.titles
            places += field.places
        elif field.kind == "where" and len(field.bare) > _MAX_PLACE_FIELD_CHARS:
            places += [word[0] for word in WHERE_WORDS.finditer(field.bare)][:1]
        elif field.kind == "where" or (field.kind == "other" and names_place(field.bare)):
            places.append(field.bare.rstrip("."))
    company = None
    if company_at is not None:
        named = fields[company_at]
        company = company_in(named.text)
        if named.kind == "where" or "(" in named.text:
            signs |= named.signs
        if "(" in named.text:  # the office of "Acme (Berlin)"
            asides = map(without_links, PARENTHESIS.findall(named.text))
            places += [
                aside for aside in asides if aside and is_where(aside) and not _YEAR.search(aside)
            ]
    if company is None:
        company = (
            labelled_company([*texts, *rest])
            or prose_company(rest)
            or named_again(fields[0].text, rest)
            or name_line(rest)
            or next(filter(None, (site_name(field.text) for field in fields)), None)
        )
    if not titles:
        titles = titles_in_body(rest)
    elif signs & ANY_ROLE and all(short_signs(title) & ANY_ROLE for title in titles):
        titles = [*titles, *titles_in_body(rest)]
    titles = [title for title in titles if title and title != company]
    return _header(company, titles, " | ".join(filter(None, places)), signs)


def _split_fields(texts: list[str]) -> list[str]:
    fields = [texts[0]] if _is_plain(texts[0]) else [*_split_field(texts[0], 0)]
    if len(texts) > 1:
        fields += [texts[1]] if texts[1].isalpha() else _split_field(texts[1], 1)
    for text in texts[2:]:
        if " in " in text or " - " in text:
            fields += _split_at_place(text)
        else:
            fields.append(text)
    return fields


@lru_cache(maxsize=REMEMBERED_FIELDS)
def _split_field(text: str, position: int) -> tuple[str, ...]:
    """Split "Engineer at Acme" and "Acme is hiring Engineers in Oslo" into their parts.

    Args:
        text: The field.
        position: Its position in the header: 0 or 1.
    """
    if position == 0 and not _is_plain(text):
        hires = _HIRES.match(mask_links(text)) if _BE.search(text) else None
        if hires and company_in(hires["company"]):
            return _split_field(hires["company"], 0) + _split_field(hires["title"], 0)
        for separator in _separators_in(text):
            parts = _split_at(separator, text)
            if len(parts) < (3 if separator is _SLASHES else 2):
                continue
            if _are_fields(parts, text, may_turn=separator is not COMMA):
                return tuple(_join_places(parts) if separator is COMMA else parts)
    if " at " in text or "@" in text:
        at = _AT_COMPANY.match(mask_links(text).rstrip(f" ({LINK}"))
        if at and short_signs(at["title"]) & TITLE and not names_place(at["company"]):
            company = _IN_PLACE.match(at["company"])
            if company and names_place(company["place"]):
                return company["rest"], at["title"], company["place"]
            return at["company"], at["title"]
    return _split_at_place(text)


def _is_plain(text: str) -> bool:
    """Whether a first field is a name, or a name and a link behind it."""
    link = text.find("http")
    name = text if link < 0 or " " in text[link:] else text[:link].rstrip(" (<[-")
    return name.replace(" ", "").isalnum() and not _JOINT.search(name)


def _separators_in(text: str) -> Iterator[re.Pattern[str]]:
    if text.count("/") > 1:
        yield _SLASHES
    if _DASH_HINT.search(text):
        yield _DASHES
    if "://" in text or "www." in text:
        yield _LINK_BETWEEN
    if ": " in text:
        yield _COLON
    if "," in text:
        yield COMMA


def _split_at_place(text: str) -> tuple[str, ...]:
    """Split "Data Engineer in Oslo" and "Data Engineer - Oslo"."""
    for separator in (" in ", " - "):
        if separator in text:
            role, _, place = text.rpartition(separator)
            place = place.removeprefix("the ")
            if not place[:1].isupper() or not signs_in(role) & (MAKER | ANY_ROLE):
                continue
            signs = signs_in(place)
            if separator == " in ":
                is_apart = signs & WHERE or names_place(place)
            else:
                is_apart = signs & WHERE or (not signs & TITLE and is_place(place))
            if is_apart:
                return role, place
    return (text,)


def _join_places(parts: list[str]) -> list[str]:
    """Put "Oslo", "Norway" together again."""
    joined: list[str] = []
    for part in parts:
        if len(joined) > 1 and is_where(joined[-1]) and is_where(part):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return joined


def _are_fields(parts: list[str], whole: str, *, may_turn: bool) -> bool:
    """Whether the parts of a first field are fields themselves: a name, then other things.

    Args:
        parts: The parts.
        whole: The field.
        may_turn: Whether the place may stand before the name.
    """
    if not may_turn and is_place(parts[0]):
        return False
    if short_signs(parts[0]) & MAKER or len(parts[0].split()) > MAX_NAME_WORDS:
        return False
    if all(map(is_telling, parts[1:])):
        return not is_place(whole)
    return may_turn and len(parts) == 2 and is_where(parts[0]) and not is_where(parts[1])


def _company_position(fields: list[Field]) -> int | None:
    """Return which field names the employer: the first, unless it is surely something else."""
    if not _is_other_thing(fields):
        return 0 if company_in(fields[0].text) else None
    candidates = [
        position
        for position, field in enumerate(fields[1:4], start=1)
        if field.kind in ("other", "domain")
        and not field.signs & (MONEY | TERMS)
        and company_in(field.text)
    ]
    # "Engineer | Acme (acme.example)": a link stands by the employer's name, a town by none
    for position in candidates:
        if fields[position].text != fields[position].bare:
            return position
    for position in candidates:
        if fields[position].kind == "domain" or not names_place(fields[position].bare):
            return position
    return None


def _is_other_thing(fields: list[Field]) -> bool:
    first = fields[0]
    if first.kind == "title":
        # "Acme Developer Tools | Data Engineer" is the team's name
        is_name = not _ENDS_WITH_PERSON.search(first.bare) and any(
            field.kind == "title" for field in fields[1:]
        )
        return bool(first.signs & MAKER) and not is_name
    if first.kind == "where":
        rest = without_links(_WHERE_FILLERS.sub(" ", WHERE_WORDS.sub(" ", first.bare)))
        return not HAS_LETTER.search(rest) or is_place(rest)
    if first.kind == "terms":
        return True
    # A link or a batch in brackets stands by an employer's name
    if first.kind != "other" or any(mark in first.text for mark in ("(http", "(YC", "University")):
        return False
    if not may_open_place(first.bare):
        return False
    # An employer may be named like a town: then the place is another field
    if not _SEVERAL_PLACES.search(first.bare):
        for kind in ("other", "where"):
            for field in fields[1:]:
                if field.kind == kind and names_place(field.bare):
                    return False
    return is_place(first.bare)


def _from_prose(first: str, below: list[str]) -> Header:
    lines = [first, *first_lines(below, LINES_AFTER_HEADER - 1)]
    text = "\n".join(lines)
    opening = GREETING.sub("", text).strip()
    company = prose_company([opening]) or name_line([first]) or told_company(opening)
    titles = asked_for(opening)
    if not titles and company:
        titles = titles_in_body(below)
    if not titles and (found := title_of_line(first)):
        titles = split_titles(first[found.start : found.end])
    if not titles and not (company and _HIRES_AT_ALL.search(text)):
        # Without a job it is a reply: its first word is no employer
        return _NO_ADVERT
    company = company or labelled_company(below) or prose_company(below)
    location = place_in_prose(text) or next(filter(is_place, PARENTHESIS.findall(first)), "")
    signs = signs_in(first)
    remote = REMOTE_WORDS.search(first) if signs & REMOTE else None
    if remote and not signs & NOT_REMOTE:
        location = f"{location} | {remote[0]}" if location else remote[0]
    return _header(company, titles, location, signs)


def _header(company: str | None, titles: list[str], location: str, signs: int) -> Header:
    unique = tuple(dict.fromkeys(titles))[:_MAX_TITLES]
    is_remote: bool | None = None
    if signs & NOT_REMOTE:
        is_remote = False
    elif signs & REMOTE:
        is_remote = True
    elif signs & ONSITE:
        is_remote = False
    return Header(company, unique, ", ".join(unique), location, is_remote)
