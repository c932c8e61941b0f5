"""Where the work of a posting can be done: countries, US state, workplace.

Belongs here: reading location fields, postal addresses and the few sentences of a text that say
where a job is. Does not belong here: place names (`vocabulary/places.csv` holds other spellings,
regions and metro areas, `vocabulary/cities.csv` cities; names of countries come from CLDR), or the
zone of a pay band (`pay`).
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal, NamedTuple

import re2
from babel import Locale

from warehouse.normalise.types import Place, Workplace

_Kind = Literal["country", "state", "subdivision", "city", "area", "anywhere"]


class _Reading(NamedTuple):
    """One thing that a name can mean."""

    kind: _Kind
    country: str  # ISO 3166 alpha-2; several, separated by spaces, for the small areas (Benelux)
    region: str  # US state or Canadian province
    score: float


class _Mention(NamedTuple):
    """A name found in a location string: tokens `start` to `end`."""

    start: int
    end: int
    readings: tuple[_Reading, ...]


class _Found(NamedTuple):
    """What a location string names."""

    countries: frozenset[str]
    states: frozenset[str]  # US states only
    is_wide: bool = False  # names a part of the world ("EMEA"), which no country follows from


_NOTHING = _Found(frozenset(), frozenset())

# Scores only rank the readings of one name against each other. A city scores log10 of its
# population (4 to 8), so a country or a US state outranks any city of the same name unless what
# follows ("Lebanon, NH") confirms the city.
_SCORES: dict[_Kind, float] = {
    "anywhere": 12,
    "area": 12,
    "state": 10.5,
    "country": 10,
    "subdivision": 5.5,
}
_ALIAS_CITY_SCORE = 8.5
_CONFIRMED_BY_REGION = 8.0
_CONFIRMED_BY_COUNTRY = 6.0
_AFTER_ITS_COUNTRY = 1.0
# A city below this (population times prior) must be all that its segment says, or "Ridge Mall"
# would be a place.
_FAMOUS = math.log10(600_000)
_TELLING_TOWN = math.log10(200_000)
"""A town from this size on (population times prior) is left out of titles that are compared."""
_UNMISTAKABLE = math.log10(5_000_000)
_CONFIRMED_STATE = _SCORES["state"] + _CONFIRMED_BY_COUNTRY
# What a state that follows may turn into a small town of the same name.
_UNMISTAKABLE_SCORES: dict[_Kind, float] = {
    "city": _UNMISTAKABLE,
    "state": _CONFIRMED_STATE,
    "country": _SCORES["country"] + _AFTER_ITS_COUNTRY,
}
# How much likelier than by population alone a posting means a city of that country: a stated
# assumption, read off the boards that this project observes (mostly US, then Europe and India).
_PRIOR = {"US": 4.0} | dict.fromkeys(
    ("GB", "CA", "DE", "FR", "ES", "IE", "NL", "CH", "SE", "PL", "PT", "IL", "IN", "AU", "SG"), 2.0
)
_NAME_LOCALES = ("en", "de", "fr", "es", "pt", "it", "nl", "sv", "pl")
# Two letters that are also words (or Los Angeles): a state only where a city of it stands before.
_CODES_TO_CONFIRM = frozenset({"OR", "IN", "ME", "HI", "OK", "LA", "ON"})
# Alpha-2 codes that mean something else in a location more often than the country.
_NOT_COUNTRY_CODES = frozenset({"AI", "IT", "QA", "TV", "AM", "PM", "NO", "SO", "TO", "AS", "BE"})
_MAX_WORDS = 5

_TOKEN = re.compile(r"\w+")
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)\.?|(?<=\w)\.(?=\s|$|,)")
_GLUED_HQ = re.compile(r"(?<=[a-z])HQ\b")
_SEGMENT_BREAK = re.compile(r"[,;/|()\[\]–—•·:&+\n\"?!>]|\s-+\s|\.\s")
# Across these the following name does not qualify the one before: "London / Ontario".
_LIST_BREAK = re.compile(r"[;/|•·&+\n\"?!]|\.\s")


def _linear(expression: str) -> re.Pattern[str]:
    """Compile a pattern that is run over whole texts: RE2's time is linear in their length."""
    pattern: re.Pattern[str] = re2.compile(expression)
    return pattern


def locate(
    location: str,
    text: str,
    *,
    secondary: Sequence[str] = (),
    address: Mapping[str, str] | None = None,
    is_remote: bool | None = None,
    workplace_raw: str = "",
    title: str = "",
) -> Place:
    """Say where a job can be done.

    Countries come from the location fields and the postal address; where these name none, from
    the title, then from sentences of the text that say where the job is.

    Args:
        location: The main location as the board says it.
        text: The posting as plain text.
        secondary: Further locations.
        address: A postal address with any of `addressLocality`, `addressRegion`, `addressCountry`.
        is_remote: The board's own flag.
        workplace_raw: The board's own workplace field ("Hybrid", "ON_SITE").
        title: The title of the posting, which may name a place or "(Remote)".

    Returns:
        The place. `countries` is empty and `is_us` None where it can't be told; `region` is the US
        state where the main location (else all of them together) names exactly one.
    """
    main = _read(location)
    places = [main, *(_read(other) for other in secondary)]
    if address:
        places.append(_read_address(address))
    countries = frozenset[str]().union(*(place.countries for place in places))
    states = main.states or frozenset[str]().union(*(place.states for place in places))
    if not countries and not any(place.is_wide for place in places):
        found = _read_title(title) if title else _NOTHING
        if not found.countries and not found.is_wide:
            found = _read_text(text)
        countries, states = found.countries, found.states
    return Place(
        countries=tuple(sorted(countries)),
        is_us="US" in countries if countries else None,
        region=next(iter(states)) if len(states) == 1 else None,
        workplace=_workplace(location, secondary, title, text, is_remote, workplace_raw),
    )


def names_place(text: str) -> bool:
    """Say whether a short string names a country, a state, a city or a part of the world."""
    found = _read(text)
    return bool(found.countries) or found.is_wide


@lru_cache(maxsize=16_384)
def is_place(text: str) -> bool:
    """Say whether a short string is nothing but names of places ("Oslo, Norway (remote)")."""
    if not names_place(text):
        return False
    plain, tokens, gaps = _tokenise(text)
    mentions = _mentions(plain, tokens, gaps)
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    fillers = _fillers()
    return all(
        index in covered or token[0].casefold() in fillers for index, token in enumerate(tokens)
    )


@lru_cache(maxsize=65_536)
def without_places(text: str, words: frozenset[str] = frozenset()) -> str:
    """A short string without the towns, states and countries that it names.

    A name counts where it is all that stands between two marks, or behind "in". Wider areas stay,
    and so do codes of countries, which may stand for anything else.

    Args:
        text: "Account Executive - Munich".
        words: Names of towns, in small letters, that are words here ("mobile").

    Returns:
        What is left, without accents and the dots of initials.
    """
    plain, tokens, gaps = _tokenise(text)
    mentions = _mentions(plain, tokens, gaps)
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    kept: list[str] = []
    done = 0
    for mention in mentions:
        first, last = tokens[mention.start], tokens[mention.end - 1]
        best = max(mention.readings, key=lambda reading: reading.score)
        is_town = best.kind in ("city", "state", "subdivision") and best.score >= _TELLING_TOWN
        name = plain[first.start() : last.end()]
        is_country = best.kind == "country" and (len(name) > 2 or name in ("US", "UK"))
        if not (is_country or is_town) or name.casefold() in words:
            continue
        is_behind_in = mention.start > 0 and tokens[mention.start - 1][0].casefold() == "in"
        if is_behind_in or _fills_segment(tokens, gaps, mention, covered):
            kept.append(plain[done : first.start()])
            done = last.end()
    return "".join([*kept, plain[done:]])


def _read_address(address: Mapping[str, str]) -> _Found:
    parts = (address.get(f"address{part}") for part in ("Locality", "Region", "Country"))
    return _read(", ".join(part.strip() for part in parts if part and part.strip()))


# --- names in a location string ------------------------------------------------------------------


def _fold(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _key(name: str) -> str:
    folded = _DOTTED.sub("", _fold(name).replace("'", "").replace("’", ""))
    return " ".join(_TOKEN.findall(folded)).casefold()


@lru_cache(maxsize=1)
def _gazetteer() -> Mapping[str, tuple[_Reading, ...]]:
    names: dict[str, list[_Reading]] = {}

    def add(name: str, reading: _Reading) -> None:
        readings = names.setdefault(_key(name), [])
        if reading not in readings:
            readings.append(reading)

    for row in _rows("places.csv"):
        if row["kind"] == "filler":
            continue
        kind: _Kind = row["kind"]  # type: ignore[assignment]  # the table's own test checks it
        score = _SCORES.get(kind, _ALIAS_CITY_SCORE)
        add(row["name"], _Reading(kind, row["country"], row["region"], score))
    for language in _NAME_LOCALES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB"}:
                country = _Reading("country", code, "", _SCORES["country"])
                add(name, country)
                if language == "en" and code not in _NOT_COUNTRY_CODES:
                    add(code, country)
    for row in _rows("cities.csv"):
        weight = int(row["population"]) * _PRIOR.get(row["country"], 1.0)
        add(row["name"], _Reading("city", row["country"], row["region"], math.log10(weight)))
    return {name: tuple(readings) for name, readings in names.items()}


@lru_cache(maxsize=1)
def _fillers() -> frozenset[str]:
    return frozenset(row["name"] for row in _rows("places.csv") if row["kind"] == "filler")


def _rows(table: str) -> list[dict[str, str]]:
    path = files("warehouse.normalise").joinpath("vocabulary", table)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@lru_cache(maxsize=65_536)
def _read(location: str) -> _Found:
    """Read the countries and US states that a location string names."""
    return _read_names(location, lone_cities_from=0.0)


def _read_names(location: str, *, lone_cities_from: float) -> _Found:
    text, tokens, gaps = _tokenise(location)
    mentions = _mentions(text, tokens, gaps)
    chosen = _choose(tokens, gaps, mentions, lone_cities_from)
    return _Found(
        frozenset(code for reading in chosen for code in reading.country.split()),
        frozenset(
            reading.region for reading in chosen if reading.country == "US" and reading.region
        ),
        is_wide=any(reading.kind == "area" and not reading.country for reading in chosen),
    )


def _tokenise(location: str) -> tuple[str, list[re.Match[str]], list[str]]:
    """Return the string without dots and accents, its words and what stands between them."""
    text = _DOTTED.sub("", _fold(location).replace("'", "").replace("’", ""))
    text = _GLUED_HQ.sub(" HQ", text)
    tokens = list(_TOKEN.finditer(text))
    return text, tokens, [text[a.end() : b.start()] for a, b in pairwise(tokens)]


def _mentions(text: str, tokens: list[re.Match[str]], gaps: list[str]) -> list[_Mention]:
    names = _gazetteer()
    has_case = text != text.upper() and text != text.lower()
    mentions: list[_Mention] = []
    start = 0
    while start < len(tokens):
        end = start + 1
        while (
            end < len(tokens)
            and end - start < _MAX_WORDS
            and not _SEGMENT_BREAK.search(gaps[end - 1])
        ):
            end += 1
        for stop in range(end, start, -1):
            name = " ".join(token[0] for token in tokens[start:stop])
            readings = names.get(name.casefold())
            if readings and not (has_case and _is_word(name, readings)):
                mentions.append(_Mention(start, stop, readings))
                start = stop
                break
        else:
            start += 1
    return mentions


def _is_word(name: str, readings: tuple[_Reading, ...]) -> bool:
    """Whether it is "us", "me" or "area", where other letters of the string are capitals."""
    if name.casefold() in _fillers():
        return not name.isupper()
    if len(name) > 3 or name.isupper():
        return False
    is_name = len(name) == 3 and name.istitle()  # Zug, Rio
    return not (is_name and any(reading.kind in ("city", "subdivision") for reading in readings))


def _choose(
    tokens: list[re.Match[str]],
    gaps: list[str],
    mentions: list[_Mention],
    lone_cities_from: float,
) -> list[_Reading]:
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    chosen: list[_Reading] = []
    for number, mention in enumerate(mentions):
        after = mentions[number + 1] if number + 1 < len(mentions) else None
        if after and not _qualifies(gaps, mention, after):
            after = None
        before = mentions[number - 1] if number else None
        if before and not _qualifies(gaps, before, mention):
            before = None
        score, reading = max(
            ((_score(reading, before, after), reading) for reading in mention.readings),
            key=lambda scored: scored[0],
        )
        if _is_doubtful_code(tokens, gaps, mention, covered) and score < _CONFIRMED_STATE:
            cities = [other for other in mention.readings if other.kind == "city"]
            chosen.extend(cities[:1])  # "LA" is a city then
            continue
        if reading.kind == "city" and score < max(_FAMOUS, lone_cities_from):
            fills = lone_cities_from == 0.0 and _fills_segment(tokens, gaps, mention, covered)
            if not fills:
                continue
        is_doubtful = after and _is_doubtful_code(tokens, gaps, after, covered - {mention.end - 1})
        if after and not is_doubtful and score < _UNMISTAKABLE_SCORES.get(reading.kind, 0.0):
            comma = "," in gaps[mention.end - 1]
            if _is_elsewhere(after, reading) and (comma or reading.kind == "city"):
                continue  # "Lafayette, Georgia", "Ontario, Ohio", "Lebanon, NH": towns there
        chosen.append(reading)
    return chosen


def _is_doubtful_code(
    tokens: list[re.Match[str]], gaps: list[str], mention: _Mention, covered: set[int]
) -> bool:
    """Whether it is "OR" or "IN" that does not follow the comma of an unknown town."""
    if tokens[mention.start][0] not in _CODES_TO_CONFIRM or mention.end - mention.start > 1:
        return False
    follows_town = (
        mention.start > 0 and "," in gaps[mention.start - 1] and mention.start - 1 not in covered
    )
    return not follows_town


def _qualifies(gaps: list[str], first: _Mention, second: _Mention) -> bool:
    return first.end == second.start and not _LIST_BREAK.search(gaps[first.end - 1])


def _score(reading: _Reading, before: _Mention | None, after: _Mention | None) -> float:
    score = reading.score
    if reading.kind in ("city", "subdivision", "state") and after:
        score += max((_confirmation(reading, other) for other in after.readings), default=0.0)
    if before:
        if any(
            other.kind in ("city", "subdivision")
            and other.country == reading.country
            and (reading.kind == "country" or other.region == reading.region)
            for other in before.readings
        ) and reading.kind in ("country", "state", "subdivision"):
            score += _CONFIRMED_BY_REGION
        elif any(
            other.kind == "country" and other.country == reading.country
            for other in before.readings
        ):
            score += _AFTER_ITS_COUNTRY
    return score


def _confirmation(reading: _Reading, after: _Reading) -> float:
    if after.country != reading.country:
        return 0.0
    if after.kind == "state" and reading.kind == "city" and after.region == reading.region:
        return _CONFIRMED_BY_REGION
    if after.kind in ("country", "subdivision"):
        return _CONFIRMED_BY_COUNTRY
    return 0.0


def _is_elsewhere(after: _Mention, place: _Reading) -> bool:
    """Whether `after` is a US state or a Canadian province that has no such place."""
    states = [reading for reading in after.readings if reading.kind == "state"]
    is_big_city = any(
        reading.kind == "city" and reading.score >= _UNMISTAKABLE for reading in after.readings
    )
    if not states or is_big_city:
        return False
    if place.kind == "city":
        return all(place.region != state.region for state in states)
    return all(place.country != reading.country for reading in after.readings)


def _fills_segment(
    tokens: list[re.Match[str]], gaps: list[str], mention: _Mention, covered: set[int]
) -> bool:
    """Whether nothing but names of places and words like "office" stands beside the mention."""
    first, last = mention.start, mention.end - 1
    while first > 0 and not _SEGMENT_BREAK.search(gaps[first - 1]):
        first -= 1
    while last < len(gaps) and not _SEGMENT_BREAK.search(gaps[last]):
        last += 1
    return all(
        index in covered or tokens[index][0].casefold() in _fillers() or tokens[index][0].isdigit()
        for index in range(first, last + 1)
    )


# --- the title and the text ----------------------------------------------------------------------

_IN_TITLE = re.compile(r"[(\[]([^)\]]{2,60})[)\]]|(?:\s[-–—|@]\s|,\s)([^,()|–—]{2,40})")
# What follows these words in a text is where the job is.
_STATES_PLACE = re.compile(
    r"(?:\b(?:[Bb]ased|[Ll]ocated|[Ll]iv(?:e|ing)|[Rr]esid(?:e|ing)|[Rr]emote(?:ly)?"
    r"|[Ww]ork(?:ing)?|[Hh]iring|[Aa]nywhere|[Oo]ffices?|[Hh]ub|[Hh]eadquarter(?:s|ed)"
    r"|[Aa]uthori[sz]ed to work|[Ee]ligible to work|[Rr]ight to work|[Cc]andidates|[Oo]pportunity"
    r"|[Rr]ole|[Pp]osition|[Pp]erson)\s+(?:out of|from|in|within|across|throughout)\s+"
    r"(?:the\s+|our\s+|downtown\s+|either\s+|beautiful\s+)?"
    r"|\b(?:[Ll]ocations?|LOCATIONS?|[Ss]tandort|[Oo]rt|[Ll]ieu|[Uu]bicaci[óo]n|[Rr]emote)\s*:\s*"
    r"|\b[Rr]emote\s*(?:\(|[-–—,|]\s*)|📍\s*)"
    r"([A-Z](?:[^\n.!?)]|\.(?=\w)){1,70})"
)
_US_STATUS = re.compile(
    r"\bU\.?S\.?A?\.?[ -](?:[Cc]itizen|[Pp]erson|based|only|[Rr]esident|[Tt]ime ?zone|[Pp]assport)"
    r"|\b[Uu]nited [Ss]tates (?:[Cc]itizen|[Rr]esident)|\b(?:E-?Verify|401\s?\(?k\)?|W-?2 employee)"
)
_TEXT_LIMIT_CHARS = 20_000  # where the job is stands in the first page; a bound for huge texts
_WELL_KNOWN = math.log10(1_000_000)


@lru_cache(maxsize=16_384)
def _read_title(title: str) -> _Found:
    for match in _IN_TITLE.finditer(title):
        found = _read_names(match[1] or match[2], lone_cities_from=_WELL_KNOWN)
        if found.countries or found.is_wide:
            return found
    return _NOTHING


def _read_text(text: str) -> _Found:
    text = text[:_TEXT_LIMIT_CHARS]
    for match in _STATES_PLACE.finditer(text):
        found = _read_names(match[1], lone_cities_from=_WELL_KNOWN)
        if found.countries:
            return found
    if _US_STATUS.search(text):
        return _Found(frozenset({"US"}), frozenset())
    return _NOTHING


# --- workplace -----------------------------------------------------------------------------------

_HYBRID_FIELD = re.compile(r"\bhybrid|\bh[íi]brid|\bhybride\b", re.IGNORECASE)
_REMOTE_FIELD = re.compile(
    r"\bremot|t[ée]l[ée]-?travail|teletrabajo|teletrabalho|home[- ]?office|work from (?:home|any)"
    r"|\bwfh\b|\banywhere\b|\bdistributed\b(?! (?:sys|comp|data|soft))|\btelecommut|\btelework",
    re.IGNORECASE,
)
_NOT_REMOTE_FIELD = re.compile(
    r"\b(?:no|not|non)[- ]remote|remote:? no\b|remote sensing|remote (?:control|support)",
    re.IGNORECASE,
)
_ONSITE_FIELD = re.compile(
    r"\bon[- _]?site\b|\bin[- ]?office\b|\bin[- ]person\b|\bvor ort\b|\bsur (?:site|place)\b"
    r"|\bpresencial\b|\bno remote\b|\bnot remote\b",
    re.IGNORECASE,
)
_OR_REMOTE = re.compile(r"\bor\b.{0,12}\bremote|\bremote\b.{0,12}\bor\b", re.IGNORECASE)

_NUMBER = r"(?:[1-4]|one|two|three|four)"
_ALL_WEEK = r"(?:5|five)"
_WEEKLY = r"(?:\s+(?:a|per|each|every|out of the)\s+week|\s*/\s*week|\s+weekly|x\s+per\s+week)"
_PRESENT = (
    r"(?:in|at|from|on|to|of)[\s-]+(?:the\s+|our\s+|an\s+|your\s+)?(?:[\w.'’-]+\s+){0,3}?"
    r"(?:office|hq|headquarters|person|site|studio)|on-?site|in-?office"
)
# Statements about the job itself: "hybrid cloud" and "on-site construction" are none.
_HYBRID_TEXT = _linear(
    r"(?i)"
    r"\bhybrid[\s,/-]+(?:in[\s-]office\s+|remote\s+|flexible\s+|first\s+)?"
    r"(?:work|role|position|schedule|set-?up|polic|team|office|arrangement|basis|opportunit"
    r"|job|company|working|environment|remote|culture|workplace|employ)"
    r"|\bhybrid\s+(?:model|approach)\b[^.\n]{0,80}\b(?:office|days|week|home|remote)"
    r"|\b(?:is|are|as|be|operates?|working|on a|location:|type:|model:)\s+(?:a\s+)?hybrid\b"
    r"\s*(?:[.,;(\n–—-]|$)"
    r"|\(hybrid\b|\bhybrid\)|\bhybrid\s*:|\bhybrid\s*\((?:\w+\s+)?\d|#li-hybrid"
    rf"|\b{_NUMBER}\+?(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:x|(?:full\s+)?days?){_WEEKLY}?\s*,?\s*"
    rf"(?:{_PRESENT})"
    rf"|\b(?:{_PRESENT})\s+(?:at\s+least\s+|for\s+|a\s+minimum\s+of\s+|minimum\s+|about\s+|around\s+)*"
    rf"(?:location\s+)?{_NUMBER}\+?(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:days|times){_WEEKLY}"
    rf"|\b(?:presence|office|on-?site|in[\s-]person)\b[^.\n]{{0,50}}[\s,(]{_NUMBER}\+?\s*days{_WEEKLY}"
    r"|\banchor\s+days\b"
    r"|\boffices?\s+(?:on\s+)?(?:mondays?|tuesdays?|wednesdays?|thursdays?)(?:\s*,|\s+and|\s+through)"
    r"|\bhybrides?\s+(?:arbeit|modell)|\bmode\s+hybride|\bmodelo\s+h[íi]brido"
)
_ALL_WEEK_TEXT = _linear(
    r"(?i)"
    rf"\b{_ALL_WEEK}\s*(?:x|(?:full\s+)?days?){_WEEKLY}?\s*,?\s*(?:{_PRESENT})"
    rf"|\b(?:{_PRESENT})\s+(?:for\s+)?{_ALL_WEEK}\s*(?:days|times){_WEEKLY}"
)
_ONSITE_TEXT = _linear(
    r"(?i)"
    r"\b(?:fully|100%|full-?time|entirely|primarily|mostly|strictly)\s+"
    r"(?:on-?\s?site|in[\s-](?:the\s+)?(?:office|person))"
    r"|\b(?:on-?site|in[\s-]office|in[\s-]person|in the office)\s+"
    r"(?:role|position|job|only|work\b|work\s+model|company|team\b|culture|first|requirement"
    r"|\(|full[\s-]time|environment|every\s?day|daily|in\s+(?:[A-Z]|our|the))"
    r"|\b(?:is|be|are|as|work|working|works|location:|type:)\s+(?:an?\s+|fully\s+|based\s+)?"
    r"(?:on-?site|in[\s-]office|in[\s-]person)\b"
    r"|\((?:on-?site|in[\s-]office|in[\s-]person)\b|#li-on-?site"
    r"|\b(?:provide|deliver)\s+in[\s-]person\b"
    r"|\bin[\s-]person\s+(?:presence\s+)?(?:is\s+)?(?:required|mandatory|expected)"
    r"|\b(?:on|at)\s+the\s+(?:shop|sales|factory|production)\s+floor\b"
    r"|\bvor\s+ort\s+in\b"
)
_REMOTE_TEXT = _linear(
    r"(?i)"
    r"\b(?:role|position|job|opportunity|location)\s*(?:is|:|-|–)?\s*"
    r"(?:an?\s+)?(?:fully\s+|100\s?%\s+|entirely\s+|completely\s+|currently\s+|all[\s-])*remote\b"
    r"|\b(?:fully|100\s?%|entirely|completely|permanently)[\s-]+remote\b"
    r"|\bremote[\s-](?:only|role|position|opportunit|job|ok\b|eligible|within"
    r"|in\s+(?:the\s+)?(?:us|usa|u\.s|united|uk|eu|canada|europe))"
    r"|\(remote\b|\bremote\)|#li-remote|\bopen\s+to\s+(?:fully\s+)?remote\b"
    r"|\bwork(?:ing)?[\s-]from[\s-]home\s+(?:role|position|job)"
)
# Of the employer rather than of the job: not enough where the board says that it is not remote.
_REMOTE_COMPANY_TEXT = _linear(
    r"(?i)"
    r"\bremote[\s-](?:first|friendly|possible)|\ball[\s-]remote\b"
    r"|\b(?:we(?:'|’)re|we\s+are|team\s+is)\s+(?:an?\s+)?remote\b"
    r"|\bwork\s+(?:fully\s+)?remotely\b|\bwork\s+from\s+anywhere\b"
)
# A job whose place is its customers' or a shop's, whatever the advert leaves out.
_PHYSICAL = _linear(
    r"(?i)\b(?:store|mall|retail|kiosk|warehouse|barista|cashier|branch|shop floor|plant"
    r"|behaviou?r technician|aba therapist|janitor|cook|chef|driver|forklift|front desk"
    r"|receptionist|veterinary technician|dental|phlebotom|data center technician)\b"
)
_EVENT_SALES = _linear(
    r"(?i)\b(?:activation events|face[\s-]to[\s-]face sales|in[\s-]store|door[\s-]to[\s-]door"
    r"|at (?:a )?retail (?:location|store)s?|at our (?:store|kiosk)s?)\b"
)


@lru_cache(maxsize=65_536)
def _stated_workplace(field: str) -> Workplace:
    """Read the workplace that a short field (location, title, the board's own word) states."""
    is_hybrid = bool(_HYBRID_FIELD.search(field))
    is_remote = bool(_REMOTE_FIELD.search(field)) and not _NOT_REMOTE_FIELD.search(field)
    if is_hybrid and not (is_remote and _OR_REMOTE.search(field)):
        return "hybrid"
    if is_remote:
        return "remote"
    return "onsite" if _ONSITE_FIELD.search(field) else "unspecified"


def _workplace(
    location: str,
    secondary: Sequence[str],
    title: str,
    text: str,
    is_remote: bool | None,
    workplace_raw: str,
) -> Workplace:
    if workplace_raw:
        stated = _stated_workplace(workplace_raw)
        if stated != "unspecified":
            return stated
    stated = _stated_workplace(location)
    if stated == "unspecified" and title:
        stated = _stated_workplace(title)
    if stated != "unspecified":
        return stated
    # What a text says of days in the office outranks the board's flag, which many employers tick
    # for hybrid work.
    if _HYBRID_TEXT.search(text):
        return "hybrid"
    if is_remote:
        return "onsite" if _ALL_WEEK_TEXT.search(text) else "remote"
    others = {_stated_workplace(other) for other in secondary}
    if "remote" in others:
        return "remote"
    if "hybrid" in others:
        return "hybrid"
    if _ALL_WEEK_TEXT.search(text) or _ONSITE_TEXT.search(text):
        return "onsite"
    if _REMOTE_TEXT.search(text) or (is_remote is None and _REMOTE_COMPANY_TEXT.search(text)):
        return "remote"
    if _PHYSICAL.search(f"{title}\n{location}") or _EVENT_SALES.search(text):
        return "onsite"
    return "onsite" if "onsite" in others else "unspecified"
