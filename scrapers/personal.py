"""Personal data: e-mail addresses, phone numbers and contacts' names are taken out of texts.

Belongs here: finding them, the neutral marks that stand for them, the keyed hash of an author, and
which fields of a landing line hold texts. Does not belong here: what an advert says of the work
(`warehouse.normalise`).

What is looked for stands in three tables: `personal_phrases.csv` (what precedes or follows a name
or a number, by kind and language), `personal_names.csv` (first names; `is_word` where the word is
more often no name) and `personal_words.csv` (capitalised words that end a name or are none). A name
is only taken where the text introduces a person: a phrase, and then a known first name, an address
of the same name, or an address or number right behind it. Names of founders, customers and products
that an advert tells of stay.

The text may be plain, HTML, or HTML that is escaped any number of times.

Most texts hold nothing, and most patterns are in none: sets of expressions (`_Kinds`) tell in one
pass each which patterns a text holds at all, and only those look for places.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import phonenumbers
import re2
from pydantic import BaseModel

from scrapers.landing import BoardObservation, PayComponent, Posting, Refusal, encodable

MARKS = EMAIL, PHONE, NAME = "[e-mail]", "[phone]", "[name]"
KEY_VARIABLE = "HIRING_SIGNAL_KEY"
KEY_FILE = "author.key"

_ROUNDS = 8
"""A removal can bring a name next to a mark, which makes it recognisable; two rounds are usual."""
_AUTHOR_BYTES = 16
_DFA_MEMORY = 64 << 20  # bytes; the default of 8 MiB makes RE2 rebuild its states all the time
_BLAKE2_KEY_BYTES = 64

# --- pieces of patterns (RE2 and `re` alike) ------------------------------------------------------

_AMP = r"&(?:amp;)*"
_LT, _GT = rf"(?:<|{_AMP}lt;)", rf"(?:>|{_AMP}gt;)"
_SLASH = rf"(?:/|\\/|{_AMP}#(?:x2[fF]|47);|%2[fF])"
_NBSP = rf"(?:\x{{a0}}|{_AMP}(?:nbsp|#160|#x[aA]0);)"
_BLANK = rf"(?:[ \t]|{_NBSP})"
# No entity of an angle bracket in it, or a run of tags could be read in countless ways
_TAG_INNER = rf"(?:[^<>&]|{_AMP}(?:quot|apos|nbsp|[b-fh-km-zA-Z]\w*|#\w+);)*"
_INLINE_TAG = (
    rf"(?:</?(?:a|b|i|u|em|strong|span|font|mark|small)\b[^<>]*>"
    rf"|{_AMP}lt;/?(?:a|b|i|u|em|strong|span|font|mark|small)\b{_TAG_INNER}{_AMP}gt;)"
)
_ANY_TAG = rf"(?:</?[A-Za-z][^<>]*>|{_AMP}lt;/?[A-Za-z]{_TAG_INNER}{_AMP}gt;)"
_GAP = rf"(?:\s|{_NBSP}|{_INLINE_TAG})"
_WIDE_GAP = rf"(?:\s|{_NBSP}|{_ANY_TAG})"


def _re(pattern: str) -> re.Pattern[str]:
    # `re` writes a code point otherwise than RE2
    return re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda m: f"\\x{m[1]:0>2}", pattern))


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _DFA_MEMORY
    return options


def _re2(pattern: str) -> re.Pattern[str]:
    compiled: re.Pattern[str] = re2.compile(pattern, _options())
    return compiled


def _re2_bytes(pattern: str) -> re.Pattern[bytes]:
    compiled: re.Pattern[bytes] = re2.compile(pattern.encode(), _options())
    return compiled


class _Kinds:
    """Which of several expressions a text holds, in one pass over its bytes."""

    def __init__(self, patterns: dict[str, str]) -> None:
        self._names = tuple(patterns)
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns.values():
            self._set.Add(pattern)
        self._set.Compile()

    def of(self, raw: bytes) -> set[str]:
        return {self._names[index] for index in self._set.Match(raw) or ()}


def _rows(table: str) -> list[dict[str, str]]:
    file = resources.files(__package__).joinpath(f"personal_{table}.csv")
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


@cache
def _phrases(kind: str) -> str:
    """All phrases of a kind as one alternation, the longest first."""
    found = [row["phrase"].replace(" ", r"\s") for row in _rows("phrases") if row["kind"] == kind]
    return "|".join(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=1 << 14)
def fold(word: str) -> str:
    """A word in small letters without accents, entities and possessive, as the tables have it."""
    return re.sub(r"['’](?:s)?$", "", _unaccented(word)).lower()


def _unaccented(text: str) -> str:
    if "&" in text:
        text = _ACCENTED_LETTER.sub(r"\1", text)
    if text.isascii():
        return text
    for letter, plain in _NO_ACCENT.items():
        text = text.replace(letter, plain)
    apart = unicodedata.normalize("NFKD", text)
    return text if apart == text else _ACCENTS.sub("", apart)


_ACCENT = "(?:uml|acute|grave|circ|tilde|cedil|ring|slash|caron|lig);"
_ACCENTED_LETTER = re.compile(rf"{_AMP}([A-Za-z])[A-Za-z]?{_ACCENT}")
_NO_ACCENT = {"ß": "ss", **dict(zip("øØłŁđĐ", "oOlLdD", strict=True))}
_ACCENTS = re.compile(r"[\u0300-\u036f]+")


@cache
def _first_names() -> dict[str, bool]:
    return {row["name"]: row["is_word"] == "true" for row in _rows("names")}


@cache
def _words(kind: str) -> frozenset[str]:
    """Words that are no name, no domain, no mailbox, or stand within a name."""
    return frozenset(row["word"] for row in _rows("words") if row["kind"] == kind)


class _Span(NamedTuple):
    start: int
    end: int
    mark: str


def _has_mark(text: str) -> bool:
    return "[" in text and any(mark in text for mark in MARKS)


def _replace(text: str, spans: Iterable[_Span]) -> str:
    """Put each span's mark in its place; of spans that overlap, the first."""
    parts, done = [], 0
    for start, end, mark in sorted(spans):
        if start >= done:
            parts += [text[done:start], mark]
            done = end
    return "".join([*parts, text[done:]])


# --- links ----------------------------------------------------------------------------------------

_PROFILE = (
    rf"(?:linkedin\.com{_SLASH}(?:mwlite{_SLASH})?(?:in|pub)|xing\.com{_SLASH}profile"
    rf"|calendly\.com){_SLASH}"
)
_ANCHOR = _re(
    rf"(?is){_LT}(a|span)\b((?:[^>&]|(?!{_GT})&){{0,1500}}){_GT}"
    rf"(?:[^<&]|(?!{_LT}(?:/?a\b|/\1\s*{_GT}))[<&]){{0,400}}{_LT}/\1\s*{_GT}"
)
_LINKS = {
    "mail link": r"(?i:mailto:|cfemail|email-protection)",
    "phone link": r"(?i:\btel:|callto:|\bsms:|wa\.me)",
    "profile": rf"(?i:{_PROFILE})[\pL\pN_%.-]",
}
_TARGETS = tuple(
    (_re2(pattern), mark)
    for pattern, mark in zip(_LINKS.values(), (EMAIL, PHONE, NAME), strict=True)
)
_URL_PART = rf"(?!{_AMP}(?:quot|gt|lt|#3[49]|#x2[27]);)[^\s\"'<>\[\])]"
_SCHEME = rf"https?:{_SLASH}{_SLASH}"
# What begins a link, what may stand before it, and what follows; the first is quick to find
_BARE_LINKS = (
    (_re2(r"(?i)mailto:"), None, _re(rf"(?i:{_URL_PART}){{1,400}}"), EMAIL),
    (_re2(r"(?i)\b(?:tel|callto|sms):"), None, _re(rf"(?i:{_URL_PART}){{1,400}}"), PHONE),
    (
        _re2(rf"(?i){_PROFILE}"),
        _re(rf"(?i)(?:{_SCHEME}(?:[\w-]+\.)?|(?<![\w-])[\w-]+\.)$"),
        _re(rf"(?i)[\w%.-](?:{_URL_PART}){{0,400}}"),
        NAME,
    ),
    (_re2(rf"(?i)wa\.me{_SLASH}"), _re(rf"(?i){_SCHEME}$"), _re(r"\+?\d+"), PHONE),
)
_LABEL_CHARS = 100  # characters before a domain in which a scheme and a part of it stand


def _links(text: str, tokens: set[str], _: set[str]) -> Iterator[_Span]:
    for match in _ANCHOR.finditer(text):
        for target, mark in _TARGETS:
            if target.search(match[2]):
                if mark == EMAIL:
                    _learn(match[2], tokens)
                yield _Span(match.start(), match.end(), mark)
                break


def _bare_links(text: str, tokens: set[str], _: set[str]) -> Iterator[_Span]:
    for pattern, before, after, mark in _BARE_LINKS:
        done = 0
        for match in pattern.finditer(text):
            rest = after.match(text, match.end())
            if rest is None or match.start() < done:
                continue
            start, done = match.start(), rest.end()
            if before and (lead := before.search(text[max(0, start - _LABEL_CHARS) : start])):
                start -= len(lead[0])
            if mark == PHONE and sum(c.isdigit() for c in text[start:done]) < 5:
                continue
            if mark == EMAIL:
                _learn(text[start:done], tokens)
            yield _Span(start, done, mark)


_LOCAL_PART = re.compile(r"mailto:([\w.+%-]+?)(?:@|%40)", re.IGNORECASE)


def _learn(link: str, tokens: set[str]) -> None:
    match = _LOCAL_PART.search(link)
    if match:
        tokens.update(_parts(match[1]))


def _parts(local: str) -> list[str]:
    return [p for p in re.split(r"[^a-z]+", fold(local)) if len(p) > 1]


# --- e-mail addresses -----------------------------------------------------------------------------

_AT = rf"(?:@|＠|%40|{_AMP}(?:#0*64|#x0*40|commat);)"
_LABEL = r"[\pL\pN][\pL\pN-]*"
_TLD = r"\pL{2,24}"
_LOCAL = r"[\pL\pN_][\pL\pN_.+%'-]*"
# Numeric entities but for the quote and the slash, which stand around addresses
_ENTITY = (
    rf"{_AMP}#(?:x(?:2[bBdDeE]|3\d|[4-7][\da-fA-F])"
    r"|4[3-6]|4[89]|5\d|6[5-9]|[7-9]\d|1[01]\d|12[0-2]);"
)
_OPEN, _CLOSE = rf"(?:[\[({{<|]|{_AMP}lt;)", rf"(?:[\])}}>|]|{_AMP}gt;)"
_BRACKETED_AT = (
    rf"[ \t]{{0,3}}(?:{_OPEN}{{1,2}}[ \t]{{0,2}}(?:at|@|at[- ]sign|arroba|ät|æ|chez){_BLANK}{{0,2}}"
    rf"{_CLOSE}{{1,2}})[ \t]{{0,3}}"
)
_WEAK_AT = r"(?:[ \t]{0,2}(?:[*_-]{1,2}(?:at|@)[*_-]{1,2}|\.\.+at\.\.+)[ \t]{0,2}|[(\[]a[)\]])"
_WORD_DOT = (
    rf"(?:[ \t]{{0,2}}{_OPEN}[ \t]?(?:dot|punkt|point|punto|ponto|\.)[ \t]?{_CLOSE}[ \t]{{0,2}}"
    r"|[ \t]{1,2}dot[ \t]{1,2}|[*_-]dot[*_-])"
)
_DOT = rf"(?:\.|{_WORD_DOT})"
_SPELT_LOCAL = rf"[\pL\pN_][\pL\pN_+%-]*(?:{_DOT}[\pL\pN_+%-]+){{0,3}}"
_SPELT_DOMAIN = rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}"
_SPELT_TLD = (
    r"(?:\pL{2}|com|org|net|edu|gov|info|biz|dev|app|tech|xyz|jobs|careers|cloud|agency|studio|health"
    r"|systems|digital|world|life|live|team|works?|space|site|online|store|shop|design|software|games"
    r"|solutions|company|consulting|ventures|capital|energy|bank|finance|money|media|news|network"
    r"|group|global|email|chat|club|zone|run|pro|inc|ltd|one|vip|today|house|social|security|travel)\b"
)
_ASKING = (
    r"(?:e-?mails?|mail|contact|reach|ping|writ(?:e|ing)|message|send|drop|shoot|apply|resumes?|cvs?"
    r"|résumés?|questions?|line|note|inquir(?:y|ies)|touch|chat|talk|kontakt|bewerbung(?:en)?"
    r"|schreib\w*|candidature|interested|hn|hello|reply|respond|forward|via)"
)

_PLAIN = _re2(rf"{_LOCAL}{_AT}(?:{_LABEL}\.)+{_TLD}")
_PLAIN_PARTS = _re(rf"(.+){_AT}.+\.(.+)")  # a group in what RE2 searches for costs it much
_SET_OF_LOCALS = _re2(rf"\{{[\pL\pN_.+, |/-]{{2,80}}\}}[ \t]?@[ \t]?((?:{_LABEL}\.)+{_TLD})")
_ENTITIES = _re2(rf"(?:[\pL\pN_.+-]|{_ENTITY})+{_AMP}(?:#0*64|#x0*40);(?:[\pL\pN.-]|{_ENTITY})+")
_NO_TLD = _re2(rf"\b([a-z][\w.+-]*)@({_LABEL})")
_SPACED_SIGN = _re2(
    rf"\b({_SPELT_LOCAL})(?:[ \t]{{1,2}}@[ \t]{{0,2}}|@[ \t]{{1,2}})({_SPELT_DOMAIN})"
)
_BRACKETED = _re2(
    rf"(?i)({_SPELT_LOCAL}[\])}}]?{_BRACKETED_AT})(?:[\[({{]?({_SPELT_DOMAIN})|[\[({{<]|{_AMP}lt;)"
)
_WEAKLY_BRACKETED = _re2(rf"(?i)({_SPELT_LOCAL}){_WEAK_AT}({_LABEL}(?:{_DOT}{_LABEL}){{1,4}})")
_SPOKEN = _re2(
    rf"(?i)({_SPELT_LOCAL})[ \t]{{1,3}}(?:at|at-sign|arroba)[ \t]{{1,3}}"
    rf"({_LABEL}(?:(?:\.|[ \t]){_LABEL}){{0,2}}(?:{_WORD_DOT}{_LABEL}){{0,2}}"
    rf"{_WORD_DOT}{_SPELT_TLD})"
)
_HALF_SPOKEN = _re2(
    r"\b(?i:e-?mail|mail|contact|ping|message|write|writing|reach|reached|touch|resumes?|cvs?|via|note"
    r"|line|info|apply|questions?|talk|chat|hello)\b(?:[ \t]+(?i:me|us|him|her|it|out|in|with"
    r"|directly|direct|address|is|and|cover|letter|to|at|via)\b)*[ \t:;,(–-]+"
    rf"({_SPELT_LOCAL}\)?[ \t]{{1,2}}at[ \t]{{1,2}}\(?((?:{_LABEL}\.)+(?i:{_SPELT_TLD})))"
)
_NO_HOST = _re2(r"\b([a-z][a-z0-9.+_-]{1,30})@")
_ASKED = _re2(rf"(?i)\b{_ASKING}\b")

_SIGN = rf"[@＠]|%40|{_AMP}(?:#0*64|#x0*40|commat);"
_SPELT = (
    rf"(?i:{_BRACKETED_AT}(?:{_LABEL}|{_OPEN})|{_WEAK_AT}{_LABEL}{_DOT}"
    rf"|[ \t](?:at(?:-sign)?|arroba)[ \t]{{1,3}}"
    rf"(?:{_LABEL}(?:[ \t]{_LABEL}){{0,2}}{_WORD_DOT}|\(?(?:{_LABEL}\.)+\pL))"
)
_FILES = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "html", "htm", "pdf"))
_ASK_REACH = 90  # characters before an incomplete address in which it is asked for


def _tld(domain: str) -> str:
    return re.split(r"[^\w]+|dot", domain.lower())[-1]


def _spelt_local(text: str) -> str:
    return re.split(r"[^\w.+-]", text, maxsplit=1)[0]


def _is_asked(text: str, start: int) -> bool:
    return _ASKED.search(text[max(0, start - _ASK_REACH) : start]) is not None


def _emails(text: str, tokens: set[str], kinds: set[str]) -> Iterator[_Span]:
    def found(match: re.Match[str], local: str, group: int = 0) -> _Span:
        tokens.update(_parts(local))
        return _Span(match.start(group), match.end(group), EMAIL)

    if "mail" in kinds:
        signs = text.count("@")  # that no whole address has
        for match in _PLAIN.finditer(text):
            said = _PLAIN_PARTS.fullmatch(match[0])
            if said and said[1] != "git" and said[2].lower() not in _FILES:
                signs -= "@" in match[0]
                yield found(match, said[1])
        for pattern, parts in ((_ENTITIES, ("64;", "40;")), (_SET_OF_LOCALS, ("}",))):
            if any(part in text for part in parts):
                yield from (found(match, "") for match in pattern.finditer(text))
        if signs:
            yield from (found(match, match[1]) for match in _incomplete_emails(text))
    if "spelt mail" not in kinds:
        return
    for match in _BRACKETED.finditer(text):
        # "jane (at) our domain" has no domain, but is an address
        is_whole = match[2] is not None and match[2].lower() not in _words("domain")
        yield found(match, _spelt_local(match[1]), 0 if is_whole else 1)
    for match in _WEAKLY_BRACKETED.finditer(text):
        if _tld(match[2]).isalpha() and match[1].lower() not in _words("local"):
            yield found(match, match[1])
    for match in _SPOKEN.finditer(text):
        if match[2].split()[0].lower() not in _words("domain"):
            yield found(match, match[1])
    for match in _HALF_SPOKEN.finditer(text):
        local = match[1].split()[0].rstrip(")")
        after = text[match.end() : match.end() + 6]
        if local.lower() not in _words("local") and not after.startswith(("/", "&#x2F", "&#47")):
            yield found(match, local, 1)


def _incomplete_emails(text: str) -> Iterator[re.Match[str]]:
    """Addresses with blanks around the sign, without a top-level domain, or without any."""
    for match in _SPACED_SIGN.finditer(text):
        if _is_address(text, match):
            yield match
    for match in _NO_TLD.finditer(text):
        end = match.end()
        if (
            len(match[2]) > 2
            and match[2].lower() not in _words("domain")
            and match[1] not in _words("local")
            and text[end : end + 1] not in ("@", ".")
            and not match[2][0].isdigit()
            and _is_asked(text, match.start())
        ):
            yield match
    for match in _NO_HOST.finditer(text):
        rest = text[match.end() : match.end() + 3]
        if (
            (not rest or rest[0] in " \t\n()<,;.!?\"'&]|")
            and not rest.lstrip()[:1].isdigit()
            and match[1] not in _words("local")
            and text[max(0, match.start() - 1) : match.start()] not in ("/", "@", ".")
            and (rest.startswith(")") or _is_asked(text, match.start()))
        ):
            yield match


def _is_address(text: str, match: re.Match[str]) -> bool:
    local, domain = match[1], match[2]
    if not local[0].islower() or local in _words("local") or domain.lower() in _words("domain"):
        return False
    if " @" in match[0] and "@ " not in match[0] and domain.isalnum():
        return False  # a handle
    return "." in local or _is_asked(text, match.start())


# --- phone numbers --------------------------------------------------------------------------------

_DIGITS = r"\d(?:[ \t.()/\x{a0}\x{2010}-\x{2014}-]{0,3}\d){6,16}"
_LABELLED_DIGITS = r"\(?\d(?:[ \t.()/\x{a0}\x{2010}-\x{2014}-]{0,3}\d){5,15}"
_INTERNATIONAL = _re2(rf"(?:\+|\b00)[ \t]?\(?{_DIGITS}")
_NATIONAL = (
    (
        _re2(
            r"(?:\b1[ .-])?(?:\(\d{3}\)[ \x{a0}]?\d{3}[ .\x{2011}-]\d{4}|\d{3}-\d{3}-\d{4}"
            r"|\d{3}\.\d{3}\.\d{4}|\d{3}\x{2011}\d{3}\x{2011}\d{4})"
        ),
        ("US",),
    ),
    (
        _re2(r"\(?0\d{1,5}\)?(?:[ \t./\x{a0}\x{2013}-]{1,3}\d{1,8}){1,5}"),
        ("DE", "GB", "FR", "AT", "CH", "NL", "AU"),
    ),
)


@cache
def _dialled() -> str:
    """What announces a number, up to where it begins."""
    return (
        rf"(?i:\b(?:{_phrases('phone')})\b(?:{_WIDE_GAP}|[.:()+-]|number|nummer|no\.|nr\.?|n°|is|ist"
        r"|at|on|us|me|him|her|unter|au|al|en|or|&amp;){0,10})"
    )


@cache
def _labelled() -> re.Pattern[str]:
    return _re2(rf"{_dialled()}({_LABELLED_DIGITS})")


@cache
def _phone() -> str:
    """What each number has."""
    return (
        rf"(?:\+|\b00)[ \t]?\(?{_DIGITS}|{_dialled()}\(?\d(?:[^\pL\n]{{0,4}}\d){{5}}"
        r"|\d{3}\)?[ \x{a0}.\x{2011}-]\d{3}[ .\x{2011}-]\d{4}"
        r"|\b0\d{1,5}\)?[ \t./\x{a0}-]{1,3}\d"
    )


_REGIONS = ("US", "DE", "GB", "FR", "ES", "IT", "NL", "IN", "AT", "CH", "PL", "BR", "AU")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|INR|PLN|SEK|kr))\s?\+?$")
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£¥₹%]|(?:USD|EUR|GBP|CHF|CAD|AUD|INR|PLN|SEK|euros?|dollars?|k|K|kr|users|people|h|Uhr)\b)"
)
_DATES = re.compile(
    r"(?:\D|^)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:19|20)\d\d"
    r"|(?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d|(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d)(?:\D|$)"
)
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:[ .\xa0]\d{3})*[ .\xa0]000(?!\d)")
_ADDRESS_BEFORE = re.compile(r"(?:https?:|www\.|&#x2F;|&#47;|/|=|#|%|@)[^\s<>\"()]*$")
_IN_TAG = re.compile(rf"(?:<|{_AMP}lt;)/?[A-Za-z](?:(?!{_AMP}gt;)[^<>])*$")
_NEAR = 300  # characters before a number that tell whether it stands in a tag or an address


def _phones(text: str, *_: set[str]) -> Iterator[_Span]:
    for match in _INTERNATIONAL.finditer(text):
        said = _without_open_bracket(match[0])
        if _is_number(text, match.start(), said) and _is_international(said):
            yield _Span(match.start(), match.start() + len(said), PHONE)
    for match in _labelled().finditer(text):
        said = match[1]
        start = match.start(1)
        if (
            _is_number(text, start, said)
            and not _THOUSANDS.search(said)
            and any(_is_possible(said, region) for region in _REGIONS)
        ):
            start -= text[:start].endswith("+")
            yield _Span(start, match.start(1) + len(said), PHONE)
    for pattern, regions in _NATIONAL:
        for match in pattern.finditer(text):
            said = match[0] if ")" in match[0] else match[0].lstrip("(")
            start = match.end() - len(said)
            before = text[max(0, start - 1) : start]
            if (
                before not in ("-", ".", ",", "+")
                and sum(c.isdigit() for c in said) >= 9
                and _is_number(text, start, said)
                and any(_is_valid(said, region) for region in regions)
            ):
                yield _Span(start, match.end(), PHONE)


def _without_open_bracket(said: str) -> str:
    bracket = said.rfind("(")
    if bracket > said.rfind(")") and sum(c.isdigit() for c in said[bracket:]) < 3:
        return said[:bracket].rstrip()
    return said


def _is_number(text: str, start: int, said: str) -> bool:
    """Whether what stands around a number leaves it one to call."""
    before = text[max(0, start - _NEAR) : start]
    after = text[start + len(said) : start + len(said) + 8]
    if before[-1:].isalnum() or before[-1:] == "_" or after[:1].isalnum() or after[:1] == "_":
        return False
    if re.match(r"[.,:]\d", after) or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return False
    if _DATES.search(said):
        return False
    return not (_ADDRESS_BEFORE.search(before) or _IN_TAG.search(before))


def _is_international(said: str) -> bool:
    number = said if said.startswith("+") else f"+{said[2:]}"
    try:
        # The trunk zero in brackets is read but not dialled from abroad.
        parsed = phonenumbers.parse(re.sub(r"\(0\)", "", number), None)
    except phonenumbers.NumberParseException:
        return False
    if said.startswith("+"):
        return phonenumbers.is_possible_number(parsed)
    return phonenumbers.is_valid_number(parsed)


def _is_possible(said: str, region: str) -> bool:
    try:
        parsed = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)


def _is_valid(said: str, region: str) -> bool:
    try:
        parsed = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


# --- names ----------------------------------------------------------------------------------------

_FILLER = (
    r"(?i:directly|direct|out|to|with|at|bei|an|our|the|my|your|me|us|unsere?[rnm]?|notre|nuestr[oa]"
    r"|à|al|la|le|please|bitte|gerne?|hiring|recruiting|manager|recruiter|talent|partner|lead|cto|ceo"
    r"|founder|co-founder|colleague|kolleg(?:e|in|en)|teammate|friend|von|by|from|vp|head|of"
    r"|engineering|people|team)\b"
)
_COLON = rf"(?:[:：|>]|[–—-]|{_AMP}(?:ndash|mdash);|\b(?i:is|are|ist|sind|est|es|è|wird)\b)"
_LABELS = _re(r"[:：]|\b(?i:is|are|ist|sind|est|es|è)\b")
_SIGN_OFF = rf"(?:[-–—~]{{1,3}}|{_AMP}[mn]dash;)"
_LINE = (
    r"(?:\n|<br\s*/?>|</?(?:p|div|li|h\d)\b[^<>]*>"
    rf"|{_AMP}lt;(?:br|/?(?:p|div|li|h\d))\b{_TAG_INNER}{_AMP}gt;)"
)
_ACCENTED = rf"{_AMP}[A-Za-z]{{1,2}}{_ACCENT}"
_APOSTROPHE = rf"(?:['’-]|{_AMP}(?:#x27|#39|rsquo|apos);)"
_CAPITALISED = rf"\p{{Lu}}(?:\pL|{_ACCENTED})*(?:{_APOSTROPHE}\pL+)*\.?"
_MORE_NAMES = rf"(?:{_GAP}{{1,3}}(?:{_CAPITALISED}|von|van|de|der)){{0,3}}"
_FULL_NAME = rf"{_CAPITALISED}{_MORE_NAMES}"

_MARK = r"\[(?:e-mail|phone|name)\]"
_BEFORE_MARK = _re2(
    rf"({_FULL_NAME})(?:{_GAP}|[:,;(|<–—-]|{_AMP}[lg]t;|\b(?i:at|on|via|by|is|directly|e-?mail|mail|phone"
    rf"|tel|unter|per|or|and)\b){{0,6}}{_MARK}"
)


@cache
def _leads() -> dict[str, str]:
    """What stands before a name, by kind."""
    lead = {
        kind: rf"(?i:{_phrases(kind)})"
        for kind in ("person", "contact", "intro", "hello", "close", "honorific")
    }
    return {
        "person": rf"\b{lead['person']}(?:/?(?:in|innen|e|s))?"
        rf"((?:{_WIDE_GAP}|{_COLON}|[(,]|{_FILLER}){{1,8}})",
        "contact": rf"\b{lead['contact']}\b(?:{_GAP}|[:(,–-]|{_FILLER}){{0,8}}",
        "intro": rf"\b{lead['intro']}{_GAP}+",
        "hello": rf"\b{lead['hello']}{_GAP}+",
        "close": rf"\b{lead['close']}[ \t]*[,.!]*(?:{_LINE}|[,!–—-]|{_WIDE_GAP}+{_SIGN_OFF})"
        rf"(?:{_WIDE_GAP}|{_SIGN_OFF})*",
        "honorific": rf"\b{lead['honorific']}{_GAP}+",
        "line": rf"(?:^|{_LINE}){_WIDE_GAP}*(?:{_SIGN_OFF}[ \t]*)?",
        "dash": rf"(?:\s|{_ANY_TAG}){_SIGN_OFF}[ \t]?",
    }


@cache
def _rests() -> dict[str, str]:
    """What stands behind a name that only is taken where it is known, by kind."""
    return {
        "titled": rf"[ \t]?(?:[,(|–—-]|{_AMP}[mn]dash;){_GAP}{{0,3}}"
        rf"(?:(?i:our|the|unsere?|notre)[ \t])?(?i:{_phrases('recruiter')})\b",
        "answers": rf"{_GAP}(?:here\b|(?:will|would|can)[ \t](?:be[ \t](?:in[ \t]touch|happy)"
        r"|respond|get[ \t]back|contact|reach[ \t]out|answer))",
    }


@cache
def _befores() -> dict[str, re.Pattern[bytes]]:
    return {kind: _re2_bytes(lead) for kind, lead in _leads().items()}


@cache
def _behinds() -> dict[str, re.Pattern[str]]:
    return {kind: _re2(rf"({_FULL_NAME}){rest}") for kind, rest in _rests().items()}


@cache
def _kinds() -> _Kinds:
    """Of links, addresses and numbers, and of what stands around a name of the table.

    "accented" are words that may be of the table without their accents, in the same places.
    """
    listed = "|".join(f"{name[0].upper()}(?i:{re.escape(name[1:])})" for name in _first_names())
    far = rf"(?:[\x{{c0}}-\x{{1fff}}\x{{2c00}}-\x{{10ffff}}]|{_ACCENTED})"

    def around(name: str) -> dict[str, str]:
        name = rf"{name}(?:{_APOSTROPHE}\pL+)*\.?"
        return {
            **{kind: rf"{_leads()[kind]}{_PREFIXES}{name}" for kind in _SIGNED},
            **{kind: rf"\b{name}{_MORE_NAMES}{rest}" for kind, rest in _rests().items()},
        }

    accented = around(rf"(?:\p{{Lu}}[A-Za-z]*{far}|{far}\pL)(?:\pL|{_ACCENTED})*").values()
    contacts = {**_LINKS, "mail": _SIGN, "spelt mail": _SPELT, "phone": _phone()}
    return _Kinds({**contacts, **around(rf"(?:{listed})\b"), "accented": "|".join(accented)})


@cache
def _lead_kinds() -> _Kinds:
    """Of what stands before any name; with the others it would have too many states."""
    return _Kinds(
        {
            kind: rf"{lead}(?:\p{{Lu}}|{_ACCENTED})"
            for kind, lead in _leads().items()
            if kind not in _SIGNED
        }
    )


_SIGNED = frozenset(("dash", "line"))
_KNOWN_ALONE = _SIGNED | {"titled", "answers"}
_TAIL_BYTES = 400


@cache
def _signature() -> _Kinds:
    """Of a text's end that is a name, or a name and a role."""
    end = (
        rf"(?:[\n>–—~-]{_GAP}*|^){_CAPITALISED}(?:{_GAP}+{_CAPITALISED}){{0,2}}"
        rf"(?:[ \t]?[,(|–—-]{{1,2}}{_GAP}*{_titles()}|[,.!~–—-]?{_WIDE_GAP}*$)"
    )
    return _Kinds({"line": end})


def _titles() -> str:
    return rf"(?i:{_phrases('title')}|{_phrases('recruiter')})"


@cache
def _roles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A role behind "I'm Jane", and one behind a name that fills a line."""
    return (
        _re(
            rf"(?:{_GAP}|[,(|–—-]|{_AMP}[mn]dash;|\b(?:and|the|an?)\b"
            rf"|\bI(?:'|’|{_AMP}#x27;| a)m\b){{1,8}}{_titles()}\b"
        ),
        _re(
            rf"(?:{_GAP}|[,(|–—-]|{_AMP}[mn]dash;|{_LINE}){{1,4}}{_titles()}\b"
            rf"[^\n<>]{{0,70}}(?:$|{_LINE}|\.\s*$|\.?{_GAP}*\[)"
        ),
    )


_WORD = _re(rf"(?:[^\W\d_]|{_ACCENTED})+(?:{_APOSTROPHE}[^\W\d_]+)*")
_WORD_GAP = _re(rf"(?:[ ]|{_NBSP}|{_INLINE_TAG}){{1,4}}")
_PREFIXES = (
    r"(?:(?:Frau|Herrn?|Dr\.?|Prof\.?|Mr\.?|Mrs\.?|Ms\.?|Mme\.?|Mlle\.?|Sra\.|Dipl\.-\w+\.?|Ing\.|Mag\.)"
    rf"(?:[ ]|{_NBSP})+){{0,3}}"
)
_PREFIX = _re(_PREFIXES)
_PLACE_BEFORE = re.compile(r"\b(?:San|Los|Las|St\.?|Saint|Sankt|Santa|New|Fort|Port|Mount|Lake) $")
_JOINT = _re(
    rf"(?i:(?:{_GAP}|,)*(?:,|\b(?:and|or|und|oder|et|ou|y|o|e)\b|&(?:amp;)*|/)(?:{_GAP}|,)*)"
)
_THEN_MARK = _re(
    rf"(?:{_GAP}|[:(,|–—<>-]|{_AMP}[lg]t;|\b(?:directly|direct|at|on|via|by|per|through|unter|with|e-?mail|mail"
    r"|tel|phone|telefon|au|à|a|sur|por|en|al|bei|and|und|or|oder|is|über)\b\.?){0,8}"
    rf"{_MARK}"
)
_THEN_STOP = _re(rf"\s*(?:[,.;!(|:–—]|-\s|$|{_LT}|(?:at|from|here|and|via|on|directly|or|for)\b)")
_LINE_END = _re(rf"(?:{_GAP}|[.!,])*(?:$|{_LINE}|\[)")
_TEXT_END = _re(rf"[.!~–—-]?{_WIDE_GAP}*$")
_TITLE_CHARS = 40
_ENDING = 160  # characters before a text's end that may sign it


class _Person(NamedTuple):
    start: int
    end: int
    words: tuple[str, ...]


class _Reader:
    """Reads names in one text; knows which words its e-mail addresses gave away."""

    def __init__(self, text: str, tokens: set[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.first_names = _first_names()
        self.no_names = _words("name")
        self.particles = _words("particle")
        self.then_role, self.title_line = _roles()

    def person(self, start: int) -> _Person | None:
        """The capitalised words from `start` on that can be a name."""
        text, end = self.text, start
        if not (text[start : start + 1].isupper() or text[start : start + 1] == "&"):
            return None
        if _PLACE_BEFORE.search(text[max(0, start - 8) : start]):
            return None
        prefix = _PREFIX.match(text, start)
        place = prefix.end() if prefix else start
        words: list[str] = []
        while len(words) < 4:
            word = _WORD.match(text, place)
            if not word:
                break
            said, stop = word[0], word.end()
            if said.endswith(("'s", "’s")):
                said, stop = said[:-2], stop - 2
            elif "&" in said and re.search(r"&(?:amp;)*#(?:x27|39);s$", said):
                cut = re.sub(r"&(?:amp;)*#(?:x27|39);s$", "", said)
                said, stop = cut, stop - len(said) + len(cut)
            if not self._fits(said, words):
                break
            if len(said) == 1 and text[stop : stop + 1] == ".":
                stop += 1
            words.append(said)
            if said not in self.particles:
                end = stop
            gap = _WORD_GAP.match(text, stop)
            if not gap:
                break
            place = gap.end()
        while words and words[-1] in self.particles:
            words.pop()
        # An initial alone is no name
        if not words or max(map(len, words)) < 2:
            return None
        return _Person(start, end, tuple(words))

    def _fits(self, word: str, before: list[str]) -> bool:
        if word in self.particles:
            return bool(before)
        if not (word[0].isupper() or word[0] == "&"):
            return False
        folded = fold(word)
        if folded in self.no_names:
            return False
        if len(word) > 1 and word.isupper():
            return (
                folded in self.first_names
                or folded in self.tokens
                or (bool(before) and len(word) > 2 and before[0].isupper() and len(before[0]) > 1)
            )
        # CamelCase is a product, but for McDonald and DeVito
        inner = sum(c.isupper() for c in word[1:])
        return (
            inner == 0
            or "-" in word
            or "'" in word
            or "’" in word
            or word[:2] in ("Mc", "De", "La", "Ma", "Di", "Le", "Fi", "Va")
        )

    def is_known(self, person: _Person) -> bool:
        """Whether the first word is a first name, or an e-mail address is of this name."""
        first, *others = map(fold, person.words)
        if first in self.first_names or first.split("-")[0] in self.first_names:
            return True
        # "Ask Jane" begins with no name, "Vasek Jan" does where vasek@ answers
        return self.is_given_away(person) and (
            first in self.tokens or not any(word in self.first_names for word in others)
        )

    def is_given_away(self, person: _Person) -> bool:
        """Whether an address that the text had is of this name."""
        first, *others = map(fold, person.words)
        for token in self.tokens:
            if len(first) > 2 and first in (token, token[:-1]):
                return True  # jane@, janed@
            for last in others:
                if len(last) > 2 and token in (last, first[:1] + last):
                    return True  # jane.doe@, jdoe@
        return False

    def is_doubtful(self, person: _Person) -> bool:
        """Whether it is one word that more often is none."""
        return (
            len(person.words) == 1
            and self.first_names.get(fold(person.words[0]), False)
            and not self.is_given_away(person)
        )

    def has_mark(self, person: _Person) -> bool:
        """Whether an address or number stands right behind it."""
        return _THEN_MARK.match(self.text, person.end) is not None

    def is_contact(self, person: _Person) -> bool:
        """Whether a name after "contact", "write to" and the like is a person's."""
        if self.is_known(person):
            return (
                not self.is_doubtful(person) or _THEN_STOP.match(self.text, person.end) is not None
            )
        # An employer is named again
        return self.has_mark(person) and self.text.count(person.words[0]) < 2

    def is_labelled(self, person: _Person) -> bool:
        """Whether a name after "Recruiter:" and the like is a person's."""
        return self.is_contact(person) or len(person.words) > 1 or self.has_mark(person)

    def is_self(self, person: _Person) -> bool:
        """Whether a name after "I'm" is the writer's."""
        if self.is_known(person) and not self.is_doubtful(person):
            return True
        return self.then_role.match(self.text, person.end) is not None or (
            self.is_known(person) and _THEN_STOP.match(self.text, person.end) is not None
        )

    def is_signed(self, person: _Person) -> bool:
        """Whether a name that begins a line signs the text, or a part of it."""
        # The first line is a heading, of a title or of a longer text
        is_heading = person.start == 0 or person.start < _ENDING < len(self.text) - person.end
        if is_heading or not self.is_known(person):
            return False
        if self.title_line.match(self.text, person.end):
            return True
        end = _LINE_END.match(self.text, person.end)
        return (
            end is not None
            and len(self.text) - person.end < _ENDING
            and not self.is_doubtful(person)
        )

    def is_dashed(self, person: _Person) -> bool:
        """Whether a name behind a dash is the last word, or followed by a title that is."""
        if not self.is_known(person):
            return False
        if self.title_line.match(self.text, person.end):
            return True
        is_last = _TEXT_END.match(self.text, person.end) is not None
        # Shorter, and it is a title: "Backend Engineer - August"
        return is_last and person.start > _TITLE_CHARS and not self.is_doubtful(person)

    def is_closing(self, person: _Person) -> bool:
        """Whether a name after "Best regards" is the writer's."""
        if _LINE_END.match(self.text, person.end) or self.title_line.match(self.text, person.end):
            return self.is_known(person) or len(self.text) - person.end < _ENDING
        return False


def _names(text: str, tokens: set[str], kinds: set[str]) -> Iterator[_Span]:
    raw = text.encode()
    is_contacted = bool(tokens or _has_mark(text) or kinds - _KNOWN_ALONE - {"accented"})
    if "accented" in kinds:
        kinds = _kinds().of(_unaccented(text).encode())
    kinds = (kinds & _KNOWN_ALONE) | _lead_kinds().of(raw)
    # Where nothing else speaks of people, a name only signs the end
    if not is_contacted and kinds <= _SIGNED and not _signature().of(raw[-_TAIL_BYTES:]):
        return
    if _is_given_away(text, tokens):
        kinds |= _KNOWN_ALONE
    if not (kinds or is_contacted):
        return
    reader = _Reader(text, tokens)
    people: list[_Person] = []

    def take(start: int, is_person: Callable[[_Person], bool]) -> None:
        person = reader.person(start)
        if person is None or not is_person(person):
            return
        people.append(person)
        while joint := _JOINT.match(text, person.end):
            # "Jane or John"
            other = reader.person(joint.end())
            if other is None or not reader.is_known(other) or reader.is_doubtful(other):
                return
            people.append(other)
            person = other

    def led(kind: str) -> Iterator[tuple[int, re.Match[bytes]]]:
        return _led(_befores()[kind], raw) if kind in kinds else iter(())

    for start, match in led("person"):
        is_label = _LABELS.search(match[1].decode()) is not None
        take(start, reader.is_labelled if is_label else reader.is_contact)
    for kind, is_person in (
        ("contact", reader.is_contact),
        ("intro", lambda _: True),
        ("hello", reader.is_self),
        ("close", reader.is_closing),
        ("line", reader.is_signed),
        ("dash", reader.is_dashed),
    ):
        for start, _ in led(kind):
            take(start, is_person)
    for start, match in led("honorific"):
        said = match[0].decode()
        begun = start - len(said)
        is_german = fold(said.strip()) in ("frau", "herr", "herrn")
        if is_german or _ASKED.search(text[max(0, begun - _ASK_REACH) : begun]):
            person = reader.person(start)
            if person:
                people.append(person._replace(start=begun))
    behind = [pattern for kind, pattern in _behinds().items() if kind in kinds]
    if _has_mark(text):
        behind.append(_BEFORE_MARK)
    for full_name in chain.from_iterable(pattern.finditer(text) for pattern in behind):
        start, end = full_name.span(1)
        for word in _WORD.finditer(text, start, end):
            person = reader.person(word.start())
            if person and person.end >= end - 1 and reader.is_known(person):
                if not reader.is_doubtful(person):
                    people.append(person)
                break
    yield from (_Span(p.start, p.end, NAME) for p in people)
    yield from _named_again(text, reader, people)


def _led(before: re.Pattern[bytes], raw: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """What stands before a capital letter or an entity, and where that is among characters."""
    place = chars = 0
    for match in before.finditer(raw):
        end = match.end()
        first = raw[end : end + 1]
        if first.isupper() or first == b"&" or first > b"\x7f":
            chars += len(raw[place:end].decode())
            place = end
            yield chars, match


def _is_given_away(text: str, tokens: set[str]) -> bool:
    """Whether a text has a word that makes a name known since an address is of it."""
    # As in `_Reader.is_given_away`: jane@, janed@, jdoe@
    forms = {form for token in tokens for form in (token, token[:-1], token[1:]) if len(form) > 2}
    forms -= _words("name")
    if not forms:
        return False
    text = _unaccented(text)
    small = text.lower()
    return any(
        text[place].isupper()
        for form in forms
        if form in small
        for place in (match.start() for match in re.finditer(form, small))
    )


def _named_again(text: str, reader: _Reader, people: list[_Person]) -> Iterator[_Span]:
    """The same people elsewhere in the text, by first name too where that is nothing else."""
    given_away = {
        token.capitalize()
        for token in reader.tokens
        if reader.first_names.get(token) is False and len(token) > 2
    }
    again = given_away | {
        p.words[0] for p in people if reader.first_names.get(fold(p.words[0])) is False
    }
    known = {word for p in people for word in p.words}
    for name in again:
        if name not in text:
            continue
        for match in re.finditer(rf"(?<![\w.@/-]){re.escape(name)}(?![\w@-]|\.\w)", text):
            person = reader.person(match.start())
            # Another word behind it makes it another name, an employer's perhaps
            if person and known.issuperset(person.words[1:]):
                yield _Span(person.start, person.end, NAME)


# --- all of it ------------------------------------------------------------------------------------

_Finder = Callable[[str, set[str], set[str]], Iterator[_Span]]
_FINDERS: tuple[tuple[_Finder, frozenset[str]], ...] = (
    (_links, frozenset(_LINKS)),
    (_bare_links, frozenset(_LINKS)),
    (_emails, frozenset(("mail", "spelt mail"))),
    (_phones, frozenset(("phone",))),
    (_names, frozenset()),
)
"""What finds, and of which kinds the text must be; in this order, since addresses tell names."""


def redact(text: str) -> str:
    """A text without e-mail addresses, phone numbers and the names of its contacts.

    Args:
        text: Plain, HTML, or escaped HTML.

    Returns:
        The text with `[e-mail]`, `[phone]` and `[name]` in their places; the same text where there
        is nothing to take out. Redacting it again changes nothing.
    """
    return _without(text, _FINDERS)


@lru_cache(maxsize=1 << 12)  # boards repeat places and departments
def redact_label(text: str) -> str:
    """A title, a place or the like without e-mail addresses, phone numbers and personal links.

    Its words all stay: "Siri - Machine Learning Engineer" is not signed by anybody.
    """
    return _without(text, _FINDERS[:-1])


def _without(text: str, finders: tuple[tuple[_Finder, frozenset[str]], ...]) -> str:
    try:
        kinds = _kinds().of(text.encode())
    except UnicodeEncodeError:
        text = encodable(text)
        kinds = _kinds().of(text.encode())
    tokens: set[str] = set()
    clean: dict[_Finder, str] = {}
    for _ in range(_ROUNDS):
        begun = text
        for find, needed in finders:
            if (needed and needed.isdisjoint(kinds)) or clean.get(find) is text:
                continue
            now = _replace(text, find(text, tokens, kinds))
            if now == text:
                clean[find] = text
            else:
                text, kinds = now, _kinds().of(now.encode())
        if text is begun:
            break
    return text


def author_key(name: str, key: bytes) -> str:
    """A keyed hash of an author's name: the same person is recognised, nobody is named.

    BLAKE2b in its keyed mode (RFC 7693); without the key a list of names can't be tried.

    Args:
        name: The author's name as the source writes it.
        key: A secret of at least 16 bytes.

    Returns:
        32 hexadecimal digits.

    Raises:
        ValueError: The key is too short to keep anything secret.
    """
    if len(key) < _AUTHOR_BYTES:
        raise ValueError(f"the key must have at least {_AUTHOR_BYTES} bytes")
    if len(key) > _BLAKE2_KEY_BYTES:
        key = hashlib.blake2b(key).digest()
    return hashlib.blake2b(name.encode(), digest_size=_AUTHOR_BYTES, key=key).hexdigest()


def read_key(data: Path) -> bytes:
    """The secret of `author_key`: of the environment, else kept in a DATA folder.

    Args:
        data: The DATA folder; a random key is made there once, readable by its owner alone.

    Raises:
        OSError: The folder can't be written.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return given.encode()
    path = data / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BLAKE2_KEY_BYTES))
    return path.read_bytes()


_TEXTS: dict[type[BaseModel], tuple[str, ...]] = {
    Posting: ("body", "pay_text", "estimated_pay_text"),
    Refusal: ("reason", "sample"),
    BoardObservation: ("reason",),
}
_LABELS_OF: dict[type[BaseModel], tuple[str, ...]] = {
    Posting: (
        "company",
        "title",
        "location",
        "department",
        "team",
        "workplace",
        "employment_type",
        "url",
    ),
    PayComponent: ("type", "zone"),
}
Row = TypeVar("Row", bound=BaseModel)


def redact_row(row: Row) -> Row:
    """A landing line with its texts redacted; titles, places and the like keep their names.

    Args:
        row: Any landing line, or a part of one.

    Returns:
        A copy; the same object where nothing is to be taken out.
    """
    changes: dict[str, Any] = {}
    for fields, clean in ((_TEXTS, redact), (_LABELS_OF, redact_label)):
        for name in fields.get(type(row), ()):
            said = getattr(row, name)
            if said and (left := clean(said)) != said:
                # A mark is no address to go to.
                changes[name] = None if name == "url" else left
    if isinstance(row, Posting):
        places = tuple(map(redact_label, row.secondary_locations))
        if places != row.secondary_locations:
            changes["secondary_locations"] = places
        pay = tuple(map(redact_row, row.pay_components))
        if pay != row.pay_components:
            changes["pay_components"] = pay
    return row.model_copy(update=changes) if changes else row
