"""The first lines of a Hacker News "Who is hiring?" comment: employer, titles, place.

Belongs here: splitting a header like "Acme (YC S21) | Data Engineer | Oslo | REMOTE", its older
spellings with dashes, and prose openings. Does not belong here: what the parts mean (`role`,
`place`, `pay` and `employer` read them).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from warehouse.normalise.place import is_place, names_place

_MAX_TITLES: Final = 8
_MAX_TITLE_CHARS: Final = 120
_MAX_COMPANY_CHARS: Final = 60
_MAX_HEADER_CHARS: Final = 500
_LINES_AFTER_HEADER: Final = 12  # where titles stand that the header lacks


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
_PIPES = re.compile(r"\s*[|｜¦│•]+\s*")
_CAPITAL_I = re.compile(r"\sI\s")  # "Acme I Engineer I Oslo"
_DASHES = re.compile(
    r"\s+[-–—―•·:*]+\s+|\s*(?:--+|—|―|::|//(?=\s)|•|·|→|=>|\s-(?=[A-Z])|;(?=\s))\s*"
)
_URL = re.compile(r"\(?\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_EMPTY_BRACKETS = re.compile(r"[(\[<]\s*[)\]>]")
_DOMAIN_ONLY = re.compile(r"^[\w-]+(?:\.[\w-]+)+(?:/\S*)?$")
_BATCH = re.compile(
    r"\(?\b(?:YC|Y ?Combinator|Techstars|TS)\s*'?[-\s]?[WSFX]?'?\d{2,4}\b[^)]*\)?", re.I
)
_ROUND = re.compile(r"\((?:series [a-f]|seed|pre-seed|yc|public|nasdaq[^)]*|nyse[^)]*)\)", re.I)
_RULE = re.compile(r"^[\W_]*$")

_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[- ]?time\b|\bfull or part[- ]time\b|\bft\b|\bpt\b|\bcontract(?:ors?)?\b"
    r"|\bpermanent\b|\bfreelance\w*|\binterns?\b(?:\s*(?:ok|welcome))?|\bvisas?\b(?:\s+\w+)?|\bh-?1b\b"
    r"|\bsponsor\w*|\brelocation\b|\bequity\b|\bsalary\b|\bcompetitive\b|\bimmediate\b|\basap\b"
    r"|\bw-?2\b|\bc2c\b|\bpaid\b|\bdirect hire\b|\b(?:us )?citizens?(?:hip)?\b|\bcompensation\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₹]\s?\d|\b\d{2,3}\s?k\b|\d\s?%|\b\d{2,3}[,.]?000\b|\b(?:USD|EUR|GBP|CHF)\b"
)
_REMOTE = re.compile(
    r"\bremot\w*|\bdistributed\b(?! (?:sys|comp|data|soft))|\banywhere\b|\bwork from home\b"
    r"|\bWFH\b",
    re.I,
)
_NO_REMOTE = re.compile(
    r"\b(?:no|not|non)[- ]?remote|remote[\s:?=-]{0,3}(?:no|not)\b|on-?site only|\bno\s+remot",
    re.IGNORECASE,
)
_ONSITE = re.compile(r"\bon-?\s?site\b|\bin[- ]?office\b|\bin[- ]person\b|\blocal only\b", re.I)
_HYBRID = re.compile(r"\bhybrid\b", re.IGNORECASE)

# Words that name an occupation: what a field must hold to be read as a title.
_NOUN = (
    r"engineers?|engineering|enginers?|developers?|devs?|front-?enders?|backenders?|programmers?|designers?|scientists?"
    r"|researchers?|managers?|leads?|leader|head of|directors?|vp|cto|ciso|architects?|analysts?"
    r"|administrators?|admins?|sysadmins?|sysops|sres?|devops|qa|sdet|swe|interns?|internships?"
    r"|hackers?|consultants?|specialists?|marketers?|writers?|recruiters?|testers?|technologists?"
    r"|co-?founders?|evangelists?|advocates?|devrel|representatives?|coordinators?|executives?"
    r"|strategists?|owners?|ops|associates?|support|dba|dbas|wizards?|ninjas?|gurus?|rockstars?"
    r"|coders?|editors?|technicians?|officers?|instructors?|teachers?|assistants?|data science"
    r"|machine learning|fullstack|full[- ]stack|front[- ]?end|back[- ]?end|ios|android|mobile"
    r"|entwickler\w*|d[ée]veloppeu\w+|ing[ée]nieur\w*|marketing|sales|product|embedded|firmware"
)
_OCCUPATION = re.compile(rf"\b(?:{_NOUN})\b", re.IGNORECASE)
# The same that can hardly be part of a company's name.
_CERTAIN = re.compile(
    r"\b(?:engineers?|developers?|devs|programmers?|designers?|scientists?|managers?|architects?"
    r"|analysts?|sres?|devops engineers?|interns?|hackers|tech lead|team lead|full[- ]?stack"
    r"|front[- ]?end|back[- ]?end|co-?founder)\b",
    re.IGNORECASE,
)
_ANY_ROLE = re.compile(
    r"\b(?:multiple|various|several|many|all|open|different|other|\d+)\s+(?:\w+\s+)?"
    r"(?:roles?|positions?|openings?|levels?|jobs?)\b",
    re.IGNORECASE,
)
_TITLE_BREAK = re.compile(r"\s*(?:[;+&]|,|\s/\s|\sand\s|\sor\s|\s-\s)\s*(?![^()]*\))")
_COMMA = re.compile(r"\s*,\s*(?![^()]*\))")
_AT_COMPANY = re.compile(r"^(?P<title>.{3,80}?)\s+(?:at|@)\s+(?P<company>[A-Z0-9][^|,]{1,50})$")
_OFFICE = re.compile(r"^(?P<company>[^()|]{2,60}?)\s*\((?P<place>[^()]*)\)$")
_HIRES = re.compile(
    r"^(?P<company>[A-Z0-9][^|]{1,60}?)\s+(?:is|are)\s+(?:\w+\s+)?(?:hiring|looking\s+for|seeking"
    r"|recruiting|searching\s+for)\s+(?:an?\s+|for\s+)*(?P<title>.{3,120})$"
)
_IN_PLACE = re.compile(r"^(?P<rest>.+?)\s+in\s+(?:the\s+)?(?P<place>[A-Z][^|]+)$")
_PARENTHESIS = re.compile(r"\(([^()]*)\)?")
_BLANKS = re.compile(r"\s+")

_FIRST_PERSON = re.compile(r"(?:we|we['’]re|i|i['’]m|my|our)\s", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:(?:hi|hey|hello|howdy|greetings)\b(?: there| all| everyone| hn| folks|,? hacker ?news)*"
    r"[\s!,.:-]*)?",
    re.IGNORECASE,
)
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
        rf"^({_NAME}){_ASIDE}\s*(?:['’]s|\s(?:is|are|has|have|was|provides?|builds?|makes?|helps?"
        r"|offers?|develops?|creates?|lets?|needs?|seeks?|wants?))\s",
    )
)
_NOT_A_NAME = re.compile(
    r"we|we['’]?re|we['’]?ve|our|i|i['’]?m|my|the|this|that|it|it['’]?s|there|they|you|your|if|are|is"
    r"|do|does|what|who|an?|as|at|in|on|for|from|looking|seeking|hiring|apply|hi|hey|hello|join|come"
    r"|work|please|yes|no|not|also|edit|update|thanks|location|remote|onsite|position|title|role|job"
    r"|startup|full-?time|interns?|internship|multiple|senior|testing|meta",
    re.IGNORECASE,
)
_ASKS_FOR = re.compile(
    r"\b(?:hiring(?: for)?|looking (?:for|to hire)|seeking|searching for|recruiting|in search of"
    r"|need|wants?|openings? for|position for|roles? (?:for|of|as))\s+"
    r"(?:an?\s+|our\s+|the\s+|some\s+|several\s+|multiple\s+|more\s+|all\s+kinds\s+of\s+|great\s+"
    r"|few\s+|couple\s+of\s+|number\s+of\s+|two\s+|three\s+|\d\s+|talented\s+|experienced\s+"
    r"|passionate\s+|awesome\s+|good\s+|additional\s+|\w+ly\s+)*"
    r"([^.;:!?\n|]{3,90})",
    re.IGNORECASE,
)
_TITLE_END = re.compile(
    r"\s+(?:to|who|with|for|in|at|that|on|as|across|from|based|joining|interested|capable|willing)\b.*$"
    r"|\s*[(\[].*$|\s+[-–—]\s.*$"
)
_SENTENCE = re.compile(
    r"[.!?]$|\b(?:i'?m|i|we|we're|you|your|our|my|us|years?|experience|work|working|looking|apply"
    r"|hiring|is|are|have|has|build|building|join|team of|contact|email|about|please|hello|hi)\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"^\s*(?:[-*•·+>–—#=~]+|\(?\d{1,2}[.)])\s*(?:an?\s)?")


def parse_header(text: str) -> Header:
    """Read employer, titles and place from the first lines of a hiring comment.

    Args:
        text: The comment as plain text.

    Returns:
        What the header says; `company` None, no titles and an empty location where it is none
        (a reply, a question).
    """
    lines = [line.strip() for line in text.split("\n")]
    while lines and _RULE.match(lines[0]):
        lines.pop(0)
    if not lines or lines[0].startswith(">") or _SEEKER.match(text):
        return _NO_ADVERT
    fields, used = _fields(lines)
    if len(fields) < 2:
        return _from_prose(lines)
    return _from_fields(fields, lines[used:])


def _fields(lines: list[str]) -> tuple[list[str], int]:
    """Split the header into its fields; also say how many lines it takes."""
    first = _clean_line(lines[0])
    if len(_CAPITAL_I.findall(first)) >= 2:
        first = _CAPITAL_I.sub(" | ", first)
    fields = [field for field in _PIPES.split(first) if field]
    if len(fields) >= 2:
        # "Acme | Engineer |" goes on in the next line
        if len(lines) > 1 and (lines[0].endswith("|") or lines[1].startswith("|")):
            fields += [field for field in _PIPES.split(_clean_line(lines[1])) if field]
            return fields, 2
        return fields, 1
    fields = [field for field in _DASHES.split(first[:200]) if field and not _RULE.match(field)]
    enough = 2 if len(first) <= 200 or (len(fields) > 1 and names_place(fields[1][:30])) else 4
    if len(fields) >= enough and len(fields[0]) <= _MAX_COMPANY_CHARS and not _is_sentence(fields):
        return fields, 1
    if len(first) <= 120:
        office = _OFFICE.match(first)
        fields = [office["company"], office["place"]] if office else _split_joined([first])
        is_header = len(fields) >= 2 and (_is_where(fields[-1]) or _is_title(fields[1]))
        if is_header and not _is_sentence(fields):
            return fields, 1
    return _stacked_fields(lines)


def _clean_line(line: str) -> str:
    return _BLANKS.sub(" ", line[:_MAX_HEADER_CHARS]).strip(" -–—*=#_~|")


def _is_sentence(fields: list[str]) -> bool:
    """Whether the line is prose with a dash in it rather than a header."""
    opening = fields[0].split()
    return _NOT_A_NAME.fullmatch(opening[0]) is not None or len(opening) > 8


def _stacked_fields(lines: list[str]) -> tuple[list[str], int]:
    """Read headers that give each fact a short line of its own: name, title, place."""
    fields: list[str] = []
    used = 0
    for line in lines[:6]:
        if line and (len(line) > 70 or line.endswith((".", "!", "?", ":"))):
            break
        used += 1
        if line and not _RULE.match(line):
            fields.extend(part for part in _PIPES.split(_clean_line(line)) if part)
    known = sum(bool(_is_title(field) or _is_where(field)) for field in fields[1:])
    return (fields, used) if known else ([], 0)


# --- headers with fields -------------------------------------------------------------------------


def _from_fields(fields: list[str], rest: list[str]) -> Header:
    fields = _split_joined(fields)
    kinds = [_kind(field) for field in fields]
    company_at = _company_position(fields, kinds)
    titles: list[str] = []
    places: list[str] = []
    for position, (field, kind) in enumerate(zip(fields, kinds, strict=True)):
        if position == company_at:
            continue
        if kind == "title":
            titles_here, places_here = _titles_and_places(field)
            titles += titles_here
            places += places_here
        elif kind == "where":
            places.append(_without_links(field).rstrip("."))
    company = _company(fields[company_at]) if company_at is not None else None
    if company is None:
        company = _prose_company(rest) or _named_again(fields[0], rest)
    if company_at is not None:  # the office of "Acme (Berlin)"
        places.extend(
            part
            for part in map(_without_links, _PARENTHESIS.findall(fields[company_at]))
            if _is_where(part)
        )
    location = " | ".join(place for place in places if place)
    if not titles:
        titles = _titles_in_body(rest)
    elif all(_ANY_ROLE.search(title) for title in titles):
        titles = [*titles, *_titles_in_body(rest)]
    titles = [title for title in titles if title != company]
    return _header(company, titles, location, " | ".join(fields))


def _named_again(field: str, rest: list[str]) -> str | None:
    """Return a first field that is a town's name, too, where the text makes it the employer."""
    name = _company(field)
    if not name:
        return None
    opening = " ".join(line for line in rest if line)[:400]
    again = re.search(
        rf"\b(?:[Aa]t |[Jj]oin ){re.escape(name)}\b|{re.escape(name)} (?:is|has)\b", opening
    )
    return name if again else None


def _split_joined(fields: list[str]) -> list[str]:
    """Split "Engineer at Acme" and "Acme is hiring Engineers in Oslo" into their parts."""
    split: list[str] = []
    for position, field in enumerate(fields):
        hires = _HIRES.match(_without_links(field)) if position == 0 else None
        if hires and _company(hires["company"]):
            split += _split_joined([hires["company"]]) + _split_joined([hires["title"]])
            continue
        dashed = _DASHES.split(field) if position == 0 else []
        if len(dashed) == 2 and all(dashed) and _kind(dashed[1]) in ("title", "where"):
            split += dashed
            continue
        at = _AT_COMPANY.match(_without_links(field)) if position < 2 else None
        if at and _OCCUPATION.search(at["title"]) and not names_place(at["company"]):
            company = _IN_PLACE.match(at["company"])
            if company and names_place(company["place"]):
                split += [company["rest"], at["title"], company["place"]]
            else:
                split += [at["company"], at["title"]]
            continue
        inside = _IN_PLACE.match(field)
        if inside and _CERTAIN.search(inside["rest"]) and names_place(inside["place"]):
            split += [inside["rest"], inside["place"]]
            continue
        split.append(field)
    return split


def _kind(field: str) -> str:
    """Say what a field is: link, title, where, terms (of employment), or other."""
    bare = _without_links(field)
    if not bare or _RULE.match(bare):
        return "link"
    if _DOMAIN_ONLY.match(bare):
        return "domain"
    if _is_title(bare):
        return "title"
    if _is_where(bare):
        return "where"
    if _MONEY.search(bare) or _RULE.match(_EMPLOYMENT.sub("", bare)):
        return "terms"
    return "other"


def _is_title(field: str) -> bool:
    if len(field) > 250:
        return False
    if _ANY_ROLE.search(field):
        return True
    if not _OCCUPATION.search(field) or _MONEY.search(field):
        return False
    # "REMOTE (US) or office", "Interns welcome": terms and places may hold such a word too
    return bool(_OCCUPATION.search(_EMPLOYMENT.sub("", _REMOTE.sub("", field))))


def _is_where(field: str) -> bool:
    return bool(
        _REMOTE.search(field)
        or _ONSITE.search(field)
        or _HYBRID.search(field)
        or names_place(field)
    )


def _company_position(fields: list[str], kinds: list[str]) -> int | None:
    """Return which field names the employer: the first, unless it is surely something else."""
    first = fields[0]
    # An employer may be named like a town: then the place is another field
    is_other_thing = (
        (kinds[0] == "where" and (_REMOTE.search(first) or is_place(_without_links(first))))
        or (kinds[0] == "title" and _CERTAIN.search(first))
        or kinds[0] == "terms"
    )
    if kinds[0] == "where" and any(is_place(_without_links(field)) for field in fields[1:]):
        is_other_thing = False
    if not is_other_thing:
        return 0 if _company(first) else None
    for position, kind in enumerate(kinds[:4]):
        if kind in ("other", "domain") and position and _company(fields[position]):
            return position
    return None


def _without_links(field: str) -> str:
    bare = _EMPTY_BRACKETS.sub(" ", _URL.sub(" ", field))
    return _BLANKS.sub(" ", bare).strip(" -–—,:;<>=+*/")


def _company(field: str) -> str | None:
    """Return the employer's name of a field, without batch, link and remarks."""
    name = _ROUND.sub(" ", _BATCH.sub(" ", field))
    without_links = _URL.sub(" ", name)
    if not re.search(r"\w", without_links):
        domain = re.search(r"(?:https?://)?(?:www\.)?([\w-]+)\.[\w.-]+", name)
        return domain[1] if domain else None
    name = re.sub(r"\s*[(\[{<].*$", "", without_links) or without_links
    name = re.split(
        r"\s+(?:is|are|was)\s+(?:\w+\s+)?(?:hiring|looking|seeking|searching|recruiting|growing|an?\b)"
        r"|\s+(?:hiring|seeks|wants)\b|,\s+(?:an?|the)\s|\s[-–—]\s",
        name,
    )[0]
    name = re.sub(r"(?i)^(?:company|employer)\s*:\s*|\s[@\"“].*$", "", name)
    name = _BLANKS.sub(" ", name).strip(" -–—,:;.!*\"'()[]<>")
    head, comma, tail = name.rpartition(",")
    if comma and is_place(tail):
        name = head.strip()
    if name.casefold().startswith("www."):
        name = name[4:]
    if not name or len(name) > _MAX_COMPANY_CHARS or _NOT_A_NAME.fullmatch(name):
        return None
    if _GREETING.match(name)[0] or _FIRST_PERSON.match(name):  # type: ignore[index]
        return None
    return name


# --- titles --------------------------------------------------------------------------------------


def _titles_and_places(field: str) -> tuple[list[str], list[str]]:
    """Split "Ruby Engineer, Oslo, Onsite" into titles and places."""
    bare = _without_links(field)
    pieces = _COMMA.split(bare)
    places = [piece for piece in pieces if _is_where(piece) and not _OCCUPATION.search(piece)]
    rest = ", ".join(piece for piece in pieces if piece not in places)
    places += [
        part for part in _PARENTHESIS.findall(rest) if _REMOTE.search(part) or is_place(part)
    ]
    return _titles(rest), [", ".join(places)] if places else []


def _titles(field: str) -> list[str]:
    """Split a field into titles; pieces without an occupation belong to the piece before."""
    field = _without_links(field)
    pieces = [piece for piece in _TITLE_BREAK.split(field) if piece]
    if sum(bool(_CERTAIN.search(piece)) for piece in pieces) < 2:
        return [field[:_MAX_TITLE_CHARS]]
    titles: list[str] = []
    pending = ""
    for piece in pieces:
        if _OCCUPATION.search(piece) or _ANY_ROLE.search(piece):
            titles.append(f"{pending}, {piece}" if pending else piece)
            pending = ""
        elif titles:
            titles[-1] = f"{titles[-1]}, {piece}"
        else:
            pending = f"{pending}, {piece}" if pending else piece
    return [title[:_MAX_TITLE_CHARS] for title in titles]


def _titles_in_body(lines: list[str]) -> list[str]:
    """Find titles below a header that has none: short lines, list items, "looking for …"."""
    titles = []
    for line in [line for line in lines if line][:_LINES_AFTER_HEADER]:
        item = _without_links(_LIST_ITEM.sub("", line))
        item = re.split(r"\s*(?:[:(\[|]|\s[-–—]+\s)", item)[0].strip()
        is_short = 4 <= len(item) <= 60 and len(item.split()) <= 8
        if is_short and _CERTAIN.search(item) and not _SENTENCE.search(item):
            titles.append(item)
    return titles or _asked_for("\n".join(lines[:_LINES_AFTER_HEADER]))


def _asked_for(text: str) -> list[str]:
    for match in _ASKS_FOR.finditer(_URL.sub("", text[:3_000])):
        title = _TITLE_END.sub("", match[1]).strip(" ,-–—")
        if _CERTAIN.search(title) and not _SENTENCE.search(title) and title[:4] != "and ":
            return _titles(title)
    return []


# --- prose ---------------------------------------------------------------------------------------


def _from_prose(lines: list[str]) -> Header:
    text = "\n".join(line for line in lines[:_LINES_AFTER_HEADER] if line)
    opening = _GREETING.sub("", text).strip()
    company = _prose_company([opening])
    titles = _asked_for(opening)
    if not titles and company:
        titles = _titles_in_body(lines[1:])
    if not titles:
        # Without a job it is a reply: its first word is no employer
        return _NO_ADVERT
    company = company or _prose_company(lines[1:])
    first = lines[0]
    places = [
        match["place"]
        for match in _PROSE_PLACE.finditer(text[:1_500])
        if is_place(match["place"].strip(" ."))
    ]
    places += [part for part in _PARENTHESIS.findall(lines[0]) if is_place(part)]
    location = places[0].strip(" .") if places else ""
    if _REMOTE.search(first) and not _NO_REMOTE.search(first):
        location = f"{location} | REMOTE" if location else "REMOTE"
    return _header(company, titles, location, first)


def _prose_company(lines: list[str]) -> str | None:
    """Find the employer in the first lines: "At Acme we …", "Acme is hiring …"."""
    for line in [line for line in lines if line][:5]:
        for pattern in _PROSE_COMPANY:
            match = pattern.match(line)
            company = _company(match[1]) if match else None
            if company and not is_place(company) and not _CERTAIN.search(company):
                return company
    return None


_PROSE_PLACE = re.compile(
    r"\b(?:in|based in|located in|from|near|HQ in|offices? in|Location:)\s+(?:the\s+|our\s+"
    r"|downtown\s+|sunny\s+|beautiful\s+|central\s+)*"
    r"(?P<place>[A-Z][\w.'’ -]{1,30}(?:,\s?[A-Z][\w.]+)?)"
)


def _header(company: str | None, titles: list[str], location: str, whole: str) -> Header:
    unique = tuple(dict.fromkeys(title for title in titles if title))[:_MAX_TITLES]
    is_remote: bool | None = None
    if _NO_REMOTE.search(whole):
        is_remote = False
    elif _REMOTE.search(whole):
        is_remote = True
    elif _ONSITE.search(whole):
        is_remote = False
    return Header(company, unique, ", ".join(unique), location, is_remote)
