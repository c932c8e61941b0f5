"""The first lines of a Hacker News "Who is hiring?" comment: employer, titles, place.

Belongs here: splitting a header like "Acme (YC S21) | Data Engineer | Oslo | REMOTE", its older
spellings with dashes or commas, and prose openings. Does not belong here: which words make a title
(`job_titles`), or what the parts mean (`role`, `place`, `pay` and `employer` read them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from warehouse.normalise.job_titles import (
    CUT,
    may_name_person,
    split_outside_brackets,
    split_titles,
    title_of_line,
)
from warehouse.normalise.place import is_place, names_place
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
    states_money,
)

_MAX_TITLES: Final = 8
_MAX_TITLE_FIELD_CHARS: Final = 250
_MAX_COMPANY_CHARS: Final = 80
_MAX_HEADER_CHARS: Final = 500
_MAX_SHORT_LINE_CHARS: Final = 70
_LINES_AFTER_HEADER: Final = 12  # where titles stand that the header lacks
_MAX_READ_CHARS: Final = 8_000  # more than any header and the lines below it
_MAX_JOINED_CHARS: Final = 160
_MAX_NAME_WORDS: Final = 5
_MAX_PROSE_CHARS: Final = 3_000
_MAX_ASKING_CHARS: Final = 160
_MAX_PLACE_CHARS: Final = 1_500
_REMEMBERED_FIELDS: Final = 32_768

_Kind = Literal["link", "domain", "title", "where", "terms", "other"]


class Header(NamedTuple):
    """What the first lines of a comment say; all but empty for a comment that is no advert."""

    company: str | None
    titles: tuple[str, ...]
    title: str  # all titles in one string
    location: str  # place and workplace as written
    is_remote: bool | None


class _Field(NamedTuple):
    """One field of a header."""

    text: str
    bare: str  # without links
    kind: _Kind
    signs: int  # of `wording`
    titles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


_NO_ADVERT = Header(None, (), "", "", None)

# People who look for work use the same thread, with this form.
_SEEKER = re.compile(r"\s*Location:.{0,60}\n+\s*(?:Remote|Willing to relocate):", re.IGNORECASE)
_ODD_PIPES = str.maketrans("｜¦│❘∣•・", "|||||||")
_CAPITAL_I = re.compile(r"\sI\s")  # "Acme I Engineer I Oslo"
_DASHES = re.compile(
    r"\s+[-–—―•·:*~]+\s+|\s*(?:--+|—|―|::|//(?=\s)|•|·|→|=>|\s-(?=[A-Z])|;(?=\s))\s*"
)
_DASH_HINT = re.compile(r"\s[-*:~]|[-:]{2}|//|=>|;\s|[^\x00-\x7f]")
_SLASHES = re.compile(r"(?<!:)\s*//+\s*|\s+/\s*|\s*/\s+")
_URL = re.compile(r"\(?\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_LINK_BETWEEN = re.compile(
    r"\s[(\[<]?(?:https?://|www\.)[^\s()]+[)\]>]?(?=\s)"  # "Acme (acme.example) Oslo"
)
_LINK: Final = "\0"  # stands for a link
_OPEN_BRACKET = re.compile(r"\s*[(\[<]\s*$|^\s*[)\]>]\s*")
_DOMAIN_ONLY = re.compile(r"^[\w-]+(?:\.[\w-]+)+(?:/\S*)?$")
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?([\w-]+)\.[\w.-]+")
_SITE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[\w-]+\.){0,3}?(?P<name>[\w-]{2,40})"
    r"\.(?:com|io|ai|co|org|net|dev|app|so|de|eu|tech|me|ca|co\.uk|uk|nl|fr|us)(?=[/\s)\]>,]|$)"
)
# Boards, forms and posts of all employers
_FOREIGN_SITES: Final = frozenset(
    "greenhouse lever workable ashbyhq angel wellfound ycombinator workatastartup breezy bamboohr"
    " recruitee jobvite smartrecruiters applytojob myworkdayjobs workday icims taleo rippling gusto"
    " personio teamtailor jobscore hire google goo linkedin github medium youtube twitter facebook"
    " notion bit tinyurl typeform airtable stackoverflow keybase techcrunch glassdoor indeed ziprecruiter node next"
    " vue react asp e-mail gmail".split()
)
_HAS_DIGIT = re.compile(r"\d")
_HAS_LETTER = re.compile(r"[^\W_]")

_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[- ]?time\b|\bfull or part[- ]time\b|\bft\b|\bpt\b|\bcontract(?:ors?)?\b"
    r"|\bpermanent\b|\bfreelance\w*|\binterns?\b(?:\s*(?:ok|welcome))?|\bvisas?\b(?:\s+\w+)?|\bh-?1b\b"
    r"|\bsponsor\w*|\brelocation\b|\bequity\b|\bsalary\b|\bcompetitive\b|\bimmediate\b|\basap\b"
    r"|\bw-?2\b|\bc2c\b|\bpaid\b|\bdirect hire\b|\b(?:us )?citizens?(?:hip)?\b|\bcompensation\b",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"\bremot(?:e|es|ely|o|ing)?\b|\banywhere\b|\bwork from home\b|\bWFH\b|\bdistributed\b",
    re.IGNORECASE,
)
_WHERE = re.compile(
    rf"{_REMOTE.pattern}|\bon-?\s?site\b|\bin[- ]?office\b|\bin[- ]person\b"
    r"|\bhybrid\b|\blocal only\b",
    re.IGNORECASE,
)
_WHERE_FILLERS = re.compile(
    r"\b(?:only|or|and|from|in|ok|okay|possible|preferred|friendly|welcome|optional|first)\b",
    re.IGNORECASE,
)
_TITLE_LEAD_IN = re.compile(
    r"^\s*(?:(?:we(?: are|['’]re) |now |currently )*(?:hiring|seeking|looking for|recruiting)(?: for)?"
    r"|wanted|roles?|positions?|jobs?|open(?:ings| positions| roles))[\s:–-]+(?:an?\s)?",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[a-z][.!?]\s+[A-Z]")
_PAY_ASIDE = re.compile(
    r"\s*(?:\([^()]*[$€£¥₹]\s?\d[^()]*\)|[(,–-]?\s*(?:up to\s*)?[$€£¥₹]\s?\d.*$"
    r"|[(,–-]?\s*\d{2,3}\s?[kK]?\s?[-–]\s?\d{2,3}\s?[kK]\b.*$)"
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
    r"\b(?:is|are|['’]re)\s+(?:\w+\s+)?(?:hiring|looking\s+(?:for|to)|seeking|recruiting)\b[^?]*$"
)
_JOINT = re.compile(r"\s(?:is|are|at|in)\s", re.IGNORECASE)
_BE = re.compile(r"\s(?:is|are)\s", re.IGNORECASE)
_IN_PLACE = re.compile(r"^(?P<rest>.+?)\s+in\s+(?:the\s+)?(?P<place>[A-Z][^|]+)$")
_SEVERAL_PLACES = re.compile(r"[,/&;]|\b(?:and|or)\b")
_PARENTHESIS = re.compile(r"\(([^()]*)\)?")
_COLON = re.compile(r":\s+")
_COMMA = re.compile(r",")

_ENDS_WITH_PERSON = re.compile(
    r"\b(?:engineers?|developers?|programmers?|designers?|scientists?|managers?|architects?"
    r"|analysts?|researchers?|directors?|interns?|cto)(?: (?:[IVX]+|\d))?\s*$|[,(&/]| - ",
    re.IGNORECASE,
)
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
        rf"^({_NAME}|[a-z][\w.-]+)(?: [a-z]+){{0,2}}{_ASIDE} (?:is|are)(?: \w+)? (?:hiring|looking (?:for|to)"
        r"|seeking|recruiting)\b",
        rf"^({_NAME}){_ASIDE}\s*(?:['’]s|\s(?:is|are|has|have|was|provides?|builds?|makes?|helps?"
        r"|offers?|develops?|creates?|lets?|needs?|seeks?|wants?))\s",
    )
)
_NOT_A_NAME = re.compile(
    r"we|we['’]?re|we['’]?ve|our|i|i['’]?m|my|the|this|that|it|it['’]?s|there|they|you|your|if|are|is"
    r"|do|does|what|who|an?|as|at|in|on|for|from|looking|seeking|hiring|apply|hi|hey|hello|join|come"
    r"|work|please|yes|no|not|also|edit|update|thanks|location|remote|onsite|position|title|role|job"
    r"|startup|job description|about(?: us)?|company|full-?time|interns?|internship|multiple|senior|testing|meta",
    re.IGNORECASE,
)
_BATCH = re.compile(
    r"\(?\b(?:YC|Y ?Combinator|Techstars|TS)\s*'?[-\s]?[WSFX]?'?\d{2,4}\b[^)]*\)?", re.I
)
_ROUND = re.compile(r"\((?:series [a-f]|seed|pre-seed|yc|public|nasdaq[^)]*|nyse[^)]*)\)", re.I)
_BRACKETED_REST = re.compile(r"\s*[(\[{<].*$")
_NAME_END = re.compile(
    r"\s+(?i:is|are|was)\s+(?i:\w+\s+)?(?i:hiring|looking|seeking|searching|recruiting|growing|an?\b)"
    r"|\s+(?i:hiring|seeks|wants|here$|at$)\b|,\s+(?:an?|the)\s|\s[-–—/]\s|:\s"
    r"|\s(?:ONSITE|REMOTE|INTERNS?|VISA|[Oo]n-?site|[Ff]ull[- ]?[Tt]ime)\b"
)
_WORDS_BEHIND_NAMES: Final = frozenset(
    "is are was hiring seeks wants here at in Is Are Hiring HIRING IS ARE Hi Hey Hello Howdy"
    " Greetings ONSITE REMOTE INTERN INTERNS VISA Onsite onsite Fulltime FULL Full".split()
)
_LABEL = re.compile(
    r"^(?:roles?|positions?|job|(?:job )?title|locations?|where|what|company|employer|salary|type)\s?:\s*",
    re.IGNORECASE,
)
_COMPANY_LABEL = re.compile(r"(?:company|employer)(?: name)?\s*[:-]\s+(.+)", re.IGNORECASE)
_LEGAL_FORM = re.compile(r"inc|llc|ltd|co|corp|ab|ag|as|bv|sa|oy|pte|pty", re.IGNORECASE)
_NAME_LABEL = re.compile(
    r"^(?:company|employer)\s*:\s*|^(?-i:ONSITE|REMOTE)\s?[-:]\s*|\s[@\"“].*$", re.IGNORECASE
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
_ASKING: Final = (
    "hiring", "looking", "seeking", "search", "recruit", "need", "want", "opening", "position",
    "role",
)  # fmt: skip
_BEFORE_ASKING: Final = " \n(\"“*_>'"
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


@lru_cache(maxsize=16)  # read for the facts of a post, then for its several roles
def parse_header(text: str) -> Header:
    """Read employer, titles and place from the first lines of a hiring comment.

    Args:
        text: The comment as plain text.

    Returns:
        What the header says, in the comment's own words; `company` None, no titles and an empty
        location where it is none (a reply, a question).
    """
    lines = text.lstrip()[:_MAX_READ_CHARS].split("\n")
    for number, line in enumerate(lines):
        if line[:1].isalnum() or _HAS_LETTER.search(line):
            break
    else:
        return _NO_ADVERT
    if line.lstrip().startswith(">") or (line[:9].lower() == "location:" and _SEEKER.match(text)):
        return _NO_ADVERT
    below = lines[number + 1 :]
    fields, used = _fields(line, below)
    if len(fields) < 2:
        return _from_prose(line.strip(), below)
    return _from_fields(fields, below[used:])


def _fields(line: str, below: list[str]) -> tuple[list[str], int]:
    """Split the header into its fields; also say how many lines below the first it takes."""
    first = _clean_line(line)
    if " I " in first and len(_CAPITAL_I.findall(first)) >= 2:
        first = _CAPITAL_I.sub(" | ", first)
    fields = _split_pipes(first)
    if len(fields) >= 2:
        # "Acme | Engineer |" goes on in the next line
        if below and (line.rstrip().endswith("|") or below[0].lstrip().startswith("|")):
            return fields + _split_pipes(_clean_line(below[0])), 1
        return fields, 0
    for find in (_name_above_fields, _dashed_fields, _joined_fields, _stacked_fields):
        fields, used = find(first, below)
        if fields:
            return fields, used
    return [], 0


def _clean_line(line: str) -> str:
    line = line[:_MAX_HEADER_CHARS]
    if "  " in line or "\t" in line:
        line = " ".join(line.split())
    return line.strip(" -–—*=#_~|\r")


def _split_pipes(line: str) -> list[str]:
    if not line.isascii():
        line = line.translate(_ODD_PIPES)
    return [field for part in line.split("|") if (field := part.strip())]


def _name_above_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    """Read a name on a line of its own above a line with pipes."""
    used, second = _next_line(below)
    if second.count("|") < 1 or len(first) > _MAX_SHORT_LINE_CHARS or first.endswith((".", "!")):
        return [], 0
    rest = _split_pipes(_clean_line(second))
    if len(rest) < 2 or not _company(first) or _field(rest[0]).kind not in ("title", "where"):
        return [], 0
    return [first, *rest], used


def _next_line(lines: list[str]) -> tuple[int, str]:
    for number, line in enumerate(lines[:3]):
        if line and not line.isspace():
            return number + 1, line
    return 0, ""


def _dashed_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    separator = _SLASHES if len(_SLASHES.findall(first)) > 1 else _DASHES
    fields = _split_at(separator, first[:200])
    enough = 2 if len(first) <= 200 or (len(fields) > 1 and names_place(fields[1][:30])) else 4
    if len(fields) < enough or len(fields[0]) > _MAX_COMPANY_CHARS or _is_sentence(fields):
        return [], 0
    is_name = fields[0][0].isupper() and len(fields[0].split()) <= _MAX_NAME_WORDS
    return (fields, 0) if is_name or any(map(_is_telling, fields)) else ([], 0)


def _split_at(separator: re.Pattern[str], text: str) -> list[str]:
    spans = split_outside_brackets(text, separator)
    return [field for start, end in spans if _HAS_LETTER.search(field := text[start:end].strip())]


def _joined_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    """Read "Acme (Oslo)", "Acme is hiring engineers" and "Acme, Oslo, Data Engineer"."""
    if len(first) > _MAX_JOINED_CHARS or first.endswith(("!", "?", ":")):
        return [], 0
    fields = list(_split_field(first, 0))
    office = _OFFICE.match(first) if len(fields) < 2 else None
    if office:
        fields = [office["company"], office["place"]]
    is_header = any(_is_title(field) or _is_where(field) for field in fields[1:])
    return (fields, 0) if is_header and not _is_sentence(fields) else ([], 0)


def _is_sentence(fields: list[str]) -> bool:
    """Whether the line is prose with a dash in it rather than a header."""
    opening = fields[0].split()
    if opening[0] == "The" and len(opening) > 1 and opening[1][0].isupper():
        return False
    is_word = _NOT_A_NAME.fullmatch(opening[0]) and not signs_in(opening[0])
    return bool(is_word and opening[0].lower() != "senior") or len(opening) > 8


def _stacked_fields(first: str, below: list[str]) -> tuple[list[str], int]:
    """Read headers that give each fact a short line of its own: name, title, place."""
    fields: list[str] = []
    used = 0
    for number, line in enumerate([first, *below[:5]]):
        stripped = line.strip()
        if len(stripped) > _MAX_SHORT_LINE_CHARS or stripped.endswith((".", "!", "?", ":")):
            break
        used = number
        if _HAS_LETTER.search(stripped):
            fields.extend(_split_pipes(_clean_line(stripped)))
    known = any(_is_title(field) or _is_where(field) for field in fields[1:])
    return (fields, used) if known else ([], 0)


# --- headers with fields -------------------------------------------------------------------------


@lru_cache(maxsize=_REMEMBERED_FIELDS)
def _field(text: str) -> _Field:
    """Say what a field is, as far as its words tell: names of places are not looked up."""
    if text.startswith("http") and " " not in text:
        return _Field(text, "", "link", 0)
    if text.replace(" ", "").isalpha():  # most fields are words and nothing else
        bare = text
        signs = signs_in(bare)
    else:
        bare = _without_links(text)
        if ":" in bare:
            bare = _LABEL.sub("", bare)
        if not _HAS_LETTER.search(bare):
            return _Field(text, bare, "link", 0)
        if "." in bare and _DOMAIN_ONLY.match(bare):
            return _Field(text, bare, "domain", 0)
        signs = signs_in(bare)
        if len(bare) + 10 < len(text):
            signs |= signs_in(_mask_links(text)) & (WHERE | NOT_REMOTE)
        if _HAS_DIGIT.search(bare) and states_money(bare):
            signs |= MONEY
    if not signs:
        return _Field(text, bare, "other", 0)
    if _has_title(bare, signs):
        return _Field(text, bare, "title", signs, *_titles_and_places(bare, signs))
    kind: _Kind = "other"
    if signs & WHERE and _WHERE.search(bare):
        kind = "where"
    elif signs & TERMS and not _HAS_LETTER.search(_EMPLOYMENT.sub("", bare)):
        kind = "terms"
    return _Field(text, bare, kind, signs)


def _has_title(bare: str, signs: int) -> bool:
    if not signs & TITLE:
        return False
    if len(bare) > _MAX_TITLE_FIELD_CHARS or (len(bare) > 100 and _SENTENCES.search(bare)):
        return False
    if signs & ANY_ROLE:
        # "All jobs are remote until summer"
        return not (signs & WHERE and not signs & MAKER and bare.count(" ") > _MAX_NAME_WORDS)
    rest = _PAY_ASIDE.sub("", bare) if signs & MONEY else bare
    # "Interns welcome": terms may hold such a word, too
    if signs & TERMS:
        rest = _EMPLOYMENT.sub("", rest)
    return rest is bare or bool(short_signs(rest) & TITLE)


def _is_title(field: str) -> bool:
    return _field(field).kind == "title"


def _is_where(field: str) -> bool:
    """Whether a field says where the work is done."""
    known = _field(field)
    if known.kind == "other":
        return names_place(known.bare)
    return known.kind == "where"


def _is_telling(field: str) -> bool:
    """Whether a field is anything that stands in headers, the employer's name apart."""
    known = _field(field)
    return known.kind != "other" or bool(known.signs) or names_place(known.bare)


def _from_fields(texts: list[str], rest: list[str]) -> Header:
    fields = [_field(part) for part in _split_fields(texts)]
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
        elif field.kind == "where" or (field.kind == "other" and names_place(field.bare)):
            places.append(field.bare.rstrip("."))
    company = None
    if company_at is not None:
        named = fields[company_at]
        company = _company(named.text)
        if named.kind == "where" or "(" in named.text:
            signs |= named.signs
        if "(" in named.text:  # the office of "Acme (Berlin)"
            asides = map(_without_links, _PARENTHESIS.findall(named.text))
            places += [aside for aside in asides if aside and _is_where(aside)]
    if company is None:
        company = (
            _labelled_company([*texts, *rest])
            or _prose_company(rest)
            or _named_again(fields[0].text, rest)
            or _name_line(rest)
            or next(filter(None, (_site_name(field.text) for field in fields)), None)
        )
    if not titles:
        titles = _titles_in_body(rest)
    elif signs & ANY_ROLE and all(short_signs(title) & ANY_ROLE for title in titles):
        titles = [*titles, *_titles_in_body(rest)]
    titles = [title for title in titles if title and title != company]
    return _header(company, titles, " | ".join(filter(None, places)), signs)


def _labelled_company(lines: list[str]) -> str | None:
    """Return the name after "Company:"."""
    for line in _first_lines(lines, _LINES_AFTER_HEADER):
        if line[:7].lower() in ("company", "employe"):
            labelled = _COMPANY_LABEL.match(line)
            return _company(re.split(r"[.!?]\s", labelled[1])[0]) if labelled else None
    return None


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


@lru_cache(maxsize=_REMEMBERED_FIELDS)
def _split_field(text: str, position: int) -> tuple[str, ...]:
    """Split "Engineer at Acme" and "Acme is hiring Engineers in Oslo" into their parts.

    Args:
        text: The field.
        position: Its position in the header: 0 or 1.
    """
    if position == 0 and not _is_plain(text):
        hires = _HIRES.match(_mask_links(text)) if _BE.search(text) else None
        if hires and _company(hires["company"]):
            return _split_field(hires["company"], 0) + _split_field(hires["title"], 0)
        for separator in _separators_in(text):
            parts = _split_at(separator, text)
            if len(parts) < (3 if separator is _SLASHES else 2):
                continue
            if _are_fields(parts, text, may_turn=separator is not _COMMA):
                return tuple(_join_places(parts) if separator is _COMMA else parts)
    if " at " in text or "@" in text:
        at = _AT_COMPANY.match(_mask_links(text).rstrip(f" ({_LINK}"))
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
        yield _COMMA


def _split_at_place(text: str) -> tuple[str, ...]:
    """Split "Data Engineer in Oslo" and "Data Engineer - Oslo"."""
    for separator in (" in ", " - "):
        if separator in text:
            role, _, place = text.rpartition(separator)
            place = place.removeprefix("the ")
            if not place[:1].isupper() or not signs_in(role) & (MAKER | ANY_ROLE):
                continue
            signs = signs_in(place)
            if separator == " in " or signs & WHERE or (not signs & TITLE and is_place(place)):
                if signs & WHERE or names_place(place):
                    return role, place
    return (text,)


def _join_places(parts: list[str]) -> list[str]:
    """Put "Oslo", "Norway" together again."""
    joined: list[str] = []
    for part in parts:
        if len(joined) > 1 and _is_where(joined[-1]) and _is_where(part):
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
    if short_signs(parts[0]) & MAKER or len(parts[0].split()) > _MAX_NAME_WORDS:
        return False
    if all(map(_is_telling, parts[1:])):
        return not is_place(whole)
    return may_turn and len(parts) == 2 and _is_where(parts[0]) and not _is_where(parts[1])


def _company_position(fields: list[_Field]) -> int | None:
    """Return which field names the employer: the first, unless it is surely something else."""
    if not _is_other_thing(fields):
        return 0 if _company(fields[0].text) else None
    candidates = [
        position
        for position, field in enumerate(fields[1:4], start=1)
        if field.kind in ("other", "domain")
        and not field.signs & (MONEY | TERMS)
        and _company(field.text)
    ]
    # "Engineer | Acme (acme.example)": a link stands by the employer's name, a town by none
    for position in candidates:
        if fields[position].text != fields[position].bare:
            return position
    for position in candidates:
        if fields[position].kind == "domain" or not names_place(fields[position].bare):
            return position
    return None


def _is_other_thing(fields: list[_Field]) -> bool:
    first = fields[0]
    if first.kind == "title":
        # "Acme Developer Tools | Data Engineer" is the team's name
        is_name = not _ENDS_WITH_PERSON.search(first.bare) and any(
            field.kind == "title" for field in fields[1:]
        )
        return bool(first.signs & MAKER) and not is_name
    if first.kind == "where":
        rest = _without_links(_WHERE_FILLERS.sub(" ", _WHERE.sub(" ", first.bare)))
        return not _HAS_LETTER.search(rest) or is_place(rest)
    if first.kind == "terms":
        return True
    if first.kind != "other" or "University" in first.bare:
        return False
    # An employer may be named like a town: then the place is another field
    if not _SEVERAL_PLACES.search(first.bare):
        for kind in ("other", "where"):
            for field in fields[1:]:
                if field.kind == kind and names_place(field.bare):
                    return False
    return is_place(first.bare)


def _mask_links(field: str) -> str:
    if "." in field or "@" in field or ":" in field:
        return _URL.sub(_LINK, field)
    return field


def _without_links(field: str) -> str:
    """Return the field up to its link, or what is behind a link that opens it."""
    bare = _mask_links(field)
    if _LINK in bare:
        bare = next(filter(_HAS_LETTER.search, bare.split(_LINK)), "")
        bare = _OPEN_BRACKET.sub("", bare)
    return bare.strip(" -–—,:;<>=+*/")


def _name_line(lines: list[str]) -> str | None:
    """Return a name that has the first line for itself."""
    line = next(_first_lines(lines, 1), "")
    if len(line) > _MAX_SHORT_LINE_CHARS or line.endswith(("!", "?", ":")):
        return None
    field = _field(_clean_line(line))
    if field.kind not in ("other", "link", "domain") or field.signs or is_place(field.bare):
        return None
    if field.kind == "link":
        return _site_name(line) if line.rstrip("/").count("/") <= 2 else None
    words = field.bare.split()
    is_name = words and len(words) <= _MAX_NAME_WORDS and words[-1][0].isupper()
    return _company(field.text) if is_name and words[0][0].isupper() else None


def _site_name(text: str) -> str | None:
    """Return the name in the address of an employer's own site."""
    if "." not in text:
        return None
    site = _SITE.search(text)
    return site["name"] if site and site["name"].lower() not in _FOREIGN_SITES else None


@lru_cache(maxsize=_REMEMBERED_FIELDS)
def _company(field: str) -> str | None:
    """Return the employer's name of a field, without batch, link and remarks."""
    name = field
    if name.replace(" ", "").isalpha():
        if _WORDS_BEHIND_NAMES.isdisjoint(name.split()) and not _NOT_A_NAME.match(name):
            return " ".join(name.split()) if len(name) <= _MAX_COMPANY_CHARS else None
    else:
        bare = _URL.sub(_LINK, _ROUND.sub(_LINK, _BATCH.sub(_LINK, name)))
        name = next(filter(_HAS_LETTER.search, bare.split(_LINK)), "")
        if not name:
            domain = _DOMAIN.search(field)
            return domain[1] if domain else None
        name = _BRACKETED_REST.sub("", name) or name
    name = _NAME_END.split(_NAME_LABEL.sub("", name), maxsplit=1)[0]
    name = " ".join(name.split()).strip(" -–—,:;.!*\"'“”‘’()[]<>")
    for separator in (",", ":", " / ", " in "):
        if separator not in name:
            continue
        head, found, tail = name.partition(separator)
        tail = tail.partition(separator)[0]
        is_town = found and "University" not in head and not _LEGAL_FORM.fullmatch(tail.strip())
        if is_town and head and is_place(tail):
            name = head.strip()
    if name[:4].lower() == "www.":
        name = name[4:]
    if not name or len(name) > _MAX_COMPANY_CHARS or _NOT_A_NAME.fullmatch(name):
        return None
    if _GREETING.match(name)[0] or _FIRST_PERSON.match(name):  # type: ignore[index]
        return None
    return name


# --- titles --------------------------------------------------------------------------------------


def _titles_and_places(bare: str, signs: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split "Ruby Engineer, Oslo, Onsite" into titles and places."""
    places: list[str] = []
    titles: list[str] = []
    spans = split_outside_brackets(bare, _COMMA) if "," in bare else ()
    if len(spans) > 1:
        begin: int | None = None  # of the run of pieces that may make a title
        end = 0
        for start, stop in spans:
            piece = bare[start:stop].strip()
            if piece and _is_where(piece):
                places.append(piece)
                if begin is not None:
                    titles += _titles(bare[begin:end])
                    begin = None
            else:
                begin = start if begin is None else begin
                end = stop
        if begin is not None:
            titles += _titles(bare[begin:end])
    else:
        titles = _titles(bare)
    if "(" in bare:
        places += [
            part
            for part in _PARENTHESIS.findall(bare)
            if part not in places and (_REMOTE.search(part) or _is_only_place(part))
        ]
    if not places and signs & WHERE:
        places = [match[0] for match in _WHERE.finditer(bare) if match[0][0] not in "dD"]
    return tuple(titles), (", ".join(places),) if places else ()


def _is_only_place(text: str) -> bool:
    return not short_signs(text) & TERMS and is_place(text)


def _titles(text: str) -> list[str]:
    plain = text
    if _HAS_DIGIT.search(plain) and states_money(plain):
        plain = _PAY_ASIDE.sub(CUT, plain)
    lead_in = _TITLE_LEAD_IN.match(plain)
    titles = split_titles(plain[lead_in.end() :] if lead_in else plain)
    return titles if len(titles) > 1 or signs_in(text) & TITLE else []


def _titles_in_body(lines: list[str]) -> list[str]:
    """Find titles below a header that has none: short lines, list items, "looking for …"."""
    titles = []
    near = [stripped for line in lines if (stripped := line.strip())][:_LINES_AFTER_HEADER]
    for line in near:
        found = title_of_line(line)
        is_item = found and (
            found.marker
            or found.separator not in ("word", "end")
            or len(line) < _MAX_SHORT_LINE_CHARS
            or "http" in line
        )
        if found and is_item:
            titles.append(line[found.start : found.end])
    return titles or _asked_for("\n".join(near))


def _first_lines(lines: Iterable[str], count: int) -> Iterator[str]:
    for line in lines:
        stripped = line.strip()
        if stripped:
            yield stripped
            count -= 1
            if not count:
                return


def _asked_for(text: str) -> list[str]:
    """Find what the text says that it looks for."""
    for position in _asking_at(text[:_MAX_PROSE_CHARS]):
        match = _ASKS_FOR.match(text, position)
        if not match:
            continue
        title = _TITLE_END.sub("", match[1]).strip(" ,-–—")
        is_title = signs_in(title) & MAKER and not _SENTENCE.search(title)
        if is_title and title[:4].lower() != "and ":
            return split_titles(title)
    return []


def _asking_at(text: str) -> list[int]:
    """Return where words stand that `_ASKS_FOR` begins with: finding them is much cheaper."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text
    positions = []
    for word in _ASKING:
        position = lowered.find(word)
        while position >= 0:
            is_word = not position or lowered[position - 1] in _BEFORE_ASKING
            if is_word and may_name_person(lowered[position : position + _MAX_ASKING_CHARS]):
                positions.append(position)
            position = lowered.find(word, position + 4)
    return sorted(positions)


# --- prose ---------------------------------------------------------------------------------------


def _from_prose(first: str, below: list[str]) -> Header:
    lines = [first, *_first_lines(below, _LINES_AFTER_HEADER - 1)]
    text = "\n".join(lines)
    opening = _GREETING.sub("", text).strip()
    company = _prose_company([opening]) or _name_line([first])
    titles = _asked_for(opening)
    if not titles and company:
        titles = _titles_in_body(below)
    if not titles and (found := title_of_line(first)):
        titles = split_titles(first[found.start : found.end])
    if not titles and not (company and _HIRES_AT_ALL.search(first)):
        # Without a job it is a reply: its first word is no employer
        return _NO_ADVERT
    company = company or _labelled_company(below) or _prose_company(below)
    places = [
        match["place"].strip(" .")
        for match in _PROSE_PLACE.finditer(text[:_MAX_PLACE_CHARS])
        if is_place(match["place"].strip(" ."))
    ]
    places += [part for part in _PARENTHESIS.findall(first) if is_place(part)]
    location = places[0] if places else ""
    signs = signs_in(first)
    remote = _REMOTE.search(first) if signs & REMOTE else None
    if remote and not signs & NOT_REMOTE:
        location = f"{location} | {remote[0]}" if location else remote[0]
    return _header(company, titles, location, signs)


def _prose_company(lines: list[str]) -> str | None:
    """Find the employer in the first lines: "At Acme we …", "Acme is hiring …"."""
    for line in _first_lines(lines, 5):
        for pattern in _PROSE_COMPANY:
            match = pattern.match(line)
            company = _company(match[1]) if match else None
            if company and not short_signs(company) & MAKER and not is_place(company):
                return company
    return None


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
