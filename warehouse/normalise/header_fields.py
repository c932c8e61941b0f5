"""One field of a hiring comment's header: what it is, and what it says.

Belongs here: telling titles, places, terms of employment, links and names apart, and cutting an
employer's name out of what stands around it. Does not belong here: where a header's fields begin
and end (`hn_header`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from warehouse.normalise.gazetteer import gazetteer
from warehouse.normalise.job_titles import (
    CUT,
    split_outside_brackets,
    split_titles,
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
    TERMS,
    TITLE,
    WHERE,
    short_signs,
    signs_in,
    states_money,
    word_set,
)

_MAX_TITLE_FIELD_CHARS: Final = 250
MAX_COMPANY_CHARS: Final = 80
_MAX_HEADER_CHARS: Final = 500
MAX_SHORT_LINE_CHARS: Final = 70
MAX_NAME_WORDS: Final = 5
REMEMBERED_FIELDS: Final = 32_768
_Kind = Literal["link", "domain", "title", "where", "terms", "other"]


class Field(NamedTuple):
    """One field of a header."""

    text: str
    bare: str  # without links
    kind: _Kind
    signs: int  # of `wording`
    titles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


_URL = re.compile(r"\(?\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)+/\S*")
LINK: Final = "\0"  # stands for a link
_OPEN_BRACKET = re.compile(r"\s*[(\[<]\s*$|^\s*[)\]>]\s*")
_DOMAIN_ONLY = re.compile(r"^[\w-]+(?:\.[\w-]+)+(?:/\S*)?$")
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?([\w-]+)\.[\w.-]+")
_SITE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[\w-]+\.){0,3}?(?P<name>[\w-]{2,40})"
    r"\.(?:com|io|ai|co|org|net|dev|app|so|de|eu|tech|me|ca|co\.uk|uk|nl|fr|us)(?=[/\s)\]>,]|$)"
)
# Boards, forms and posts of all employers
_FOREIGN_SITES: Final = word_set(
    "greenhouse lever workable ashbyhq angel wellfound ycombinator workatastartup breezy bamboohr"
    " recruitee jobvite smartrecruiters applytojob myworkdayjobs workday icims taleo rippling gusto"
    " personio teamtailor jobscore hire google goo linkedin github medium youtube twitter facebook"
    " notion bit tinyurl typeform airtable stackoverflow keybase techcrunch glassdoor"
    " indeed ziprecruiter node next vue react asp e-mail gmail"
)
_HAS_DIGIT = re.compile(r"\d")
HAS_LETTER = re.compile(r"[^\W_]")
_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[- ]?time\b|\bfull or part[- ]time\b|\bft\b|\bpt\b|\bcontract(?:ors?)?\b"
    r"|\bpermanent\b|\bfreelance\w*|\bintern(?:ship)?s?\b(?:\s*(?:ok|welcome))?"
    r"|\bvisas?\b(?:\s+\w+)?|\bh-?1b\b"
    r"|\bsponsor\w*|\brelocation\b|\bequity\b|\bsalary\b|\bcompetitive\b|\bimmediate\b|\basap\b"
    r"|\bw-?2\b|\bc2c\b|\bpaid\b|\bdirect hire\b|\b(?:us )?citizens?(?:hip)?\b|\bcompensation\b",
    re.IGNORECASE,
)
REMOTE_WORDS = re.compile(
    r"\bremot(?:e|es|ely|o|ing)?\b|\banywhere\b|\bwork from home\b|\bWFH\b|\bdistributed\b",
    re.IGNORECASE,
)
WHERE_WORDS = re.compile(
    rf"{REMOTE_WORDS.pattern}|\bon-?\s?site\b|\bin[- ]?office\b|\bin[- ]person\b"
    r"|\bhybrid\b|\blocal only\b",
    re.IGNORECASE,
)
_TITLE_LEAD_IN = re.compile(
    r"^\s*(?:(?:we(?: are|['’]re) |now |currently )*(?:hiring|seeking|looking for|recruiting)"
    r"(?: for)?|wanted|roles?|positions?|jobs?|open(?:ings| positions| roles))[\s:–-]+(?:an?\s)?",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[a-z][.!?]\s+[A-Z]")
_PAY_ASIDE = re.compile(
    r"\s*(?:\([^()]*[$€£¥₹]\s?\d[^()]*\)|[(,–-]?\s*(?:up to\s*)?[$€£¥₹]\s?\d.*$"
    r"|[(,–-]?\s*\d{2,3}\s?[kK]?\s?[-–]\s?\d{2,3}\s?[kK]\b.*$)"
)
PARENTHESIS = re.compile(r"\(([^()]*)\)?")
COMMA = re.compile(r",")
_NO_NAME_OPENS = re.compile(
    r"(?:we|we['’]re|i|i['’]m|my|our|apply|contact|send|email|looking|seeking|please|if|on an?)\s",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^(?:(?:hi|hey|hello|howdy|greetings)\b(?: there| all| everyone| hn| folks|,? hacker ?news)*"
    r"[\s!,.:-]*)?",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(
    r"we|we['’]?re|we['’]?ve|our|i|i['’]?m|my|the|this|that|it|it['’]?s|there|they|you|your|if|are|is"
    r"|do|does|what|who|an?|as|at|in|on|for|from|looking|seeking|hiring|apply|hi|hey|hello|join|come"
    r"|work|please|yes|no|not|also|edit|update|thanks|location|remote|onsite|position|title|role|job"
    r"|startup|job description|about(?: us)?|company|full-?time|interns?"
    r"|internship|multiple|senior|testing|meta",
    re.IGNORECASE,
)
_BATCH = re.compile(
    r"\(?\b(?:YC|Y ?Combinator|Techstars(?: \w+)?|TS)\s*'?[-\s]?[WSFX]?'?\d{2,4}\b[^)]*\)?", re.I
)
_ROUND = re.compile(r"\((?:series [a-f]|seed|pre-seed|yc|public|nasdaq[^)]*|nyse[^)]*)\)", re.I)
_BRACKETED_REST = re.compile(r"\s*[(\[{<].*$")
_NAME_END = re.compile(
    r"\s+(?i:is|are|was)\s+(?i:\w+\s+)?(?i:hiring|looking|seeking|searching|recruiting|growing|an?\b)"
    r"|\s+(?i:hiring|seeks|wants|here$|at$)\b|,\s+(?:an?|the)\s|\s[-–—/]\s|:\s"
    r"|\s(?:ONSITE|REMOTE|INTERNS?|VISA|[Oo]n-?site|[Ff]ull[- ]?[Tt]ime)\b"
)
_WORDS_BEHIND_NAMES: Final = word_set(
    "is are was hiring seeks wants here at in Is Are Hiring HIRING IS ARE Hi Hey Hello Howdy"
    " Greetings ONSITE REMOTE INTERN INTERNS VISA Onsite onsite Fulltime FULL Full"
)
_LABEL = re.compile(
    r"^(?:roles?|positions?|job|(?:job )?title|locations?|where|what|company|employer"
    r"|salary|type)\s?:\s*",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(r"inc|llc|ltd|co|corp|ab|ag|as|bv|sa|oy|pte|pty", re.IGNORECASE)
_NAME_LABEL = re.compile(
    r"^(?:(?:company|employer)\s*:|(?-i:About))\s+|^(?-i:ONSITE|REMOTE)\s?[-:]\s*|\s[@\"“].*$",
    re.IGNORECASE,
)


def clean_line(line: str) -> str:
    """Return the part of a line that a header may take, without rules and bullets around it."""
    line = line[:_MAX_HEADER_CHARS]
    if "  " in line or "\t" in line:
        line = " ".join(line.split())
    return line.strip(" -–—*=#_~|\r")


@lru_cache(maxsize=REMEMBERED_FIELDS)
def read_field(text: str) -> Field:
    """Say what a field is, as far as its words tell: names of places are not looked up."""
    if text.startswith("http") and " " not in text:
        return Field(text, "", "link", 0)
    if text.replace(" ", "").isalpha():  # most fields are words and nothing else
        bare = text
        signs = signs_in(bare)
    else:
        bare = without_links(text)
        if ":" in bare:
            bare = _LABEL.sub("", bare)
        if not HAS_LETTER.search(bare):
            return Field(text, bare, "link", 0)
        if "." in bare and _DOMAIN_ONLY.match(bare):
            return Field(text, bare, "domain", 0)
        signs = signs_in(bare)
        if len(bare) + 10 < len(text):
            signs |= signs_in(mask_links(text)) & (WHERE | NOT_REMOTE)
        if _HAS_DIGIT.search(bare) and states_money(bare):
            signs |= MONEY
    if not signs:
        return Field(text, bare, "other", 0)
    if _has_title(bare, signs):
        return Field(text, bare, "title", signs, *_titles_and_places(bare, signs))
    kind: _Kind = "other"
    if signs & WHERE and WHERE_WORDS.search(bare):
        kind = "where"
    elif signs & TERMS and not HAS_LETTER.search(_EMPLOYMENT.sub("", bare)):
        kind = "terms"
    return Field(text, bare, kind, signs)


def _has_title(bare: str, signs: int) -> bool:
    if not signs & TITLE or bare[:3].lower() == "no ":
        return False
    if len(bare) > _MAX_TITLE_FIELD_CHARS or (len(bare) > 100 and _SENTENCES.search(bare)):
        return False
    if signs & ANY_ROLE:
        # "All jobs are remote until summer"
        return not (signs & WHERE and not signs & MAKER and bare.count(" ") > MAX_NAME_WORDS)
    rest = _PAY_ASIDE.sub("", bare) if signs & MONEY else bare
    # "Interns welcome": terms may hold such a word, too
    if signs & TERMS:
        rest = _EMPLOYMENT.sub("", rest)
    return rest is bare or bool(short_signs(rest) & TITLE)


def is_title(field: str) -> bool:
    """Whether a field names jobs."""
    return read_field(field).kind == "title"


def is_where(field: str) -> bool:
    """Whether a field says where the work is done."""
    known = read_field(field)
    if known.kind == "other":
        return names_place(known.bare)
    return known.kind == "where"


def may_open_place(text: str) -> bool:
    """Say quickly whether a string may be nothing but names of places, by its first word."""
    opening = text.split(None, 1)
    if not opening:
        return False
    word = opening[0]
    if not (word.isascii() and word.isalnum()) or "HQ" in word:
        return True
    known = gazetteer()
    lowered = word.lower()
    return lowered in known.longest or lowered in known.fillers or word.isdigit()


def is_telling(field: str) -> bool:
    """Whether a field is anything that stands in headers, the employer's name apart."""
    known = read_field(field)
    return known.kind != "other" or bool(known.signs) or names_place(known.bare)


def mask_links(field: str) -> str:
    """Put `LINK` for each link and mail address."""
    if "://" in field or "www." in field or "@" in field or ("/" in field and "." in field):
        return _URL.sub(LINK, field)
    return field


def without_links(field: str) -> str:
    """Return the field up to its link, or what is behind a link that opens it."""
    bare = mask_links(field)
    if LINK in bare:
        bare = next(filter(HAS_LETTER.search, bare.split(LINK)), "")
        bare = _OPEN_BRACKET.sub("", bare)
    return bare.strip(" -–—,:;<>=+*/")


def site_name(text: str) -> str | None:
    """Return the name in the address of an employer's own site."""
    if "." not in text:
        return None
    site = _SITE.search(text)
    return site["name"] if site and site["name"].lower() not in _FOREIGN_SITES else None


@lru_cache(maxsize=REMEMBERED_FIELDS)
def company_in(field: str) -> str | None:
    """Return the employer's name of a field, without batch, link and remarks."""
    name = field
    if name.replace(" ", "").isalpha():
        if _WORDS_BEHIND_NAMES.isdisjoint(name.split()) and not NOT_A_NAME.match(name):
            return " ".join(name.split()) if len(name) <= MAX_COMPANY_CHARS else None
    else:
        bare = _BATCH.sub(LINK, name) if _HAS_DIGIT.search(name) else name
        bare = mask_links(_ROUND.sub(LINK, bare) if "(" in bare else bare)
        name = next(filter(HAS_LETTER.search, bare.split(LINK)), "")
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
    if not name or len(name) > MAX_COMPANY_CHARS or NOT_A_NAME.fullmatch(name):
        return None
    if GREETING.match(name)[0] or _NO_NAME_OPENS.match(name):  # type: ignore[index]
        return None
    return name


def _titles_and_places(bare: str, signs: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split "Ruby Engineer, Oslo, Onsite" into titles and places."""
    places: list[str] = []
    titles: list[str] = []
    spans = split_outside_brackets(bare, COMMA) if "," in bare else ()
    if len(spans) > 1:
        begin: int | None = None  # of the run of pieces that may make a title
        end = 0
        for start, stop in spans:
            piece = bare[start:stop].strip()
            if piece and is_where(piece):
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
        titles = _titles(bare, signs)
    if "(" in bare:
        places += [
            part
            for part in PARENTHESIS.findall(bare)
            if part not in places and (REMOTE_WORDS.search(part) or _is_only_place(part))
        ]
    if not places and signs & WHERE:
        places = [match[0] for match in WHERE_WORDS.finditer(bare) if match[0][0] not in "dD"]
    return tuple(titles), (", ".join(places),) if places else ()


def _is_only_place(text: str) -> bool:
    return not short_signs(text) & TERMS and is_place(text)


def _titles(text: str, signs: int | None = None) -> list[str]:
    """Split a string that may hold titles; `signs` are its own, where they are known."""
    plain = text
    if _HAS_DIGIT.search(plain) and states_money(plain):
        plain = _PAY_ASIDE.sub(CUT, plain)
    lead_in = _TITLE_LEAD_IN.match(plain)
    titles = split_titles(plain[lead_in.end() :] if lead_in else plain)
    if len(titles) > 1:
        return titles
    return titles if (short_signs(text) if signs is None else signs) & TITLE else []
