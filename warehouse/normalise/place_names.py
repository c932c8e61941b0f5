"""The countries, states and metropolitan areas that a short string names.

Belongs here: finding names in a location string, and choosing among the meanings of a name by what
stands beside it ("London, ON"). Does not belong here: the meanings themselves (`gazetteer`), or
which strings of a posting are asked (`place`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from warehouse.normalise.gazetteer import SCORES, UNSPACED_SCRIPT, Kind, Reading, fold, gazetteer


class Named(NamedTuple):
    """What one or more strings name."""

    countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()  # US states only
    metros: frozenset[str] = frozenset()  # US metropolitan areas only
    is_wide: bool = False  # names a part of the world ("EMEA"), which no country follows from
    is_world: bool = False  # "Worldwide"
    is_only_places: bool = False  # nothing but names of places and words like "office"
    is_georgia: bool = False  # "Georgia", a state or a country; among `countries` once settled


class _Mention(NamedTuple):
    """A name found in a string: words `start` to `end`."""

    start: int
    end: int
    readings: tuple[Reading, ...]


class _Words(NamedTuple):
    """A string as words and what stands between them (`gaps[i]` follows `words[i]`)."""

    words: list[str]
    lower: list[str]
    gaps: list[str]
    has_case: bool  # capitals and small letters both, so that case tells names from words


class _Parsed(NamedTuple):
    """A string and the names found in it."""

    words: list[str]
    lower: list[str]
    gaps: list[str]
    mentions: list[_Mention]
    covered: set[int]  # the words that belong to a name
    filled: list[bool]  # by word: its segment holds but names and words like "office"


Text = Literal["field", "part", "cell", "prose"]
NOTHING = Named()
# A string that says where a job is; a bound for strings that are none
MAX_CHARS = 6_000
_REMEMBERED_CHARS = 300  # longer strings do not come back, and would fill the memory

_CONFIRMED_BY_REGION = 8.0
_CONFIRMED_BY_COUNTRY = 6.0
_AFTER_ITS_COUNTRY = 1.0
_IN_A_LIST_OF_COUNTRIES = 1.0
# Scores from which a city counts that nothing around confirms: beside other words, and where it is
# all that its segment says. With less, "Ridge Mall" would be a place.
_FAMOUS = math.log10(600_000)
_NEVER = math.inf
_TELLING_TOWN = math.log10(200_000)
"""A town from this size on (population times prior) is left out of titles that are compared."""
_BESIDE_WORDS: dict[Text, float] = {
    "field": _FAMOUS, "part": _FAMOUS, "cell": _FAMOUS, "prose": math.log10(1_000_000)
}  # fmt: skip
_BY_ITSELF: dict[Text, float] = {
    "field": 0.0,
    "part": 0.0,
    "cell": math.log10(100_000),
    "prose": _NEVER,
}
_UNMISTAKABLE = math.log10(5_000_000)
_CONFIRMED_STATE = SCORES["state"] + _CONFIRMED_BY_COUNTRY
# What a state that follows may turn into a small town of the same name.
_UNMISTAKABLE_SCORES: dict[Kind, float] = {
    "city": _UNMISTAKABLE,
    "state": _CONFIRMED_STATE,
    "country": SCORES["country"] + _AFTER_ITS_COUNTRY,
}

# Two letters that are also words (or Los Angeles): a state only where a city of it stands before.
_WORD_CODES = frozenset({"OR", "IN", "ME", "HI", "OK", "LA", "ON", "OH"})
# The same for degrees, titles, time zones and other abbreviations; alone between commas they stand.
_STATE_ACRONYMS = frozenset(
    {"MD", "PA", "MS", "CO", "AR", "AL", "ID", "CT", "MT", "GA", "DE", "MA", "VA", "AZ", "SC", "NE",
     "NS", "NB", "PE", "SD", "ND", "AK", "KS", "MO", "NT", "SK"}
)  # fmt: skip
_ZONE_CODES = frozenset({"CT", "ET", "MT", "PT"})
_ZONE_WORDS = frozenset(
    {"time", "times", "timezone", "timezones", "tz", "zone", "zones", "hours", "hrs", "based"}
)
# Alpha-2 codes that employers write for the country ("Berlin, DE", "NL", "Remote (PL)"). Any other
# is more often an abbreviation (SE, PT, ML, HR), and needs a town of the country before it.
_USUAL_CODES = frozenset(
    {"AU", "BG", "BR", "CA", "CH", "CN", "CR", "CY", "CZ", "DE", "DK", "EG", "ES", "FI", "FR", "GB",
     "GR", "HK", "HU", "IE", "IL", "IN", "JP", "KE", "KR", "LT", "LV", "LU", "MX", "MY", "NG", "NL",
     "NZ", "PH", "PK", "PL", "RO", "RS", "RU", "SG", "SI", "SK", "TH", "TR", "TW", "UA", "UK", "US",
     "UY", "VN", "ZA"}
)  # fmt: skip
# States as well, but countries where the code is all that is named
_COUNTRY_BY_ITSELF = frozenset({"DE", "IN"})
_HAVE_STATES = frozenset({"US", "CA"})
_ENOUGH_FOR_A_LIST_OF_CODES = 3
_CERTAIN_CODES = frozenset({"US", "UK", "EU", "GB", "USA", "UAE"})
# After these a code is a place's ("local in CO")
_BEFORE_PLACES = frozenset({"in", "from", "within", "near", "around"})
# A name before these is a street's or an institution's ("11 Holland Avenue")
_AFTER_OTHER_NAMES = frozenset(
    {"avenue", "ave", "street", "str", "road", "rd", "blvd", "boulevard", "lane", "drive",
     "airlines", "airways", "bank", "ventures", "capital", "partners", "healthcare",
     "university", "mall"}
)  # fmt: skip
# Short names that are written small, too, and are no words
_SMALL_LETTER_NAMES = frozenset({"nyc", "usa", "sf", "uk", "uae", "dc"})
_NOT_AVAILABLE = "NA"
_GEORGIA = "georgia"

_SPLIT = re.compile(r"([^\W_]+)")
_GLUED_HQ = re.compile(r"(?<=[a-z])HQ\b")
_SEGMENT_BREAK = re.compile(r"[,;/|\\()\[\]–—•·:&+\n\"?!>~]|\s-+\s|\.\s")
# Across these the following name does not qualify the one before: "London / Ontario".
_LIST_BREAK = re.compile(r"[;/|\\•·&+\n\"?!~]|\.\s")
_LIST_WORDS = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o"})


def read_names(text: str, kind: Text = "field") -> Named:
    """Say which countries, US states and US metropolitan areas a short string names.

    Args:
        text: The string; what follows its first 6,000 characters is not read.
        kind: What the string is: a "field" for locations, where "NL", "Reading" or a small town
            alone is one; a "part" of a field, where "NL" and "Reading" need more; a "cell" of a
            heading, which may as well hold a company or a technology; or "prose", where a city
            counts alone only if it is well known.
    """
    return _settled(_read(text[:MAX_CHARS], kind))


def read_fields(fields: Iterable[str]) -> Named:
    """Say what several location fields name together.

    Args:
        fields: The fields; one may hold several cells, with "|" between them.
    """
    named = NOTHING
    for field in fields:
        cells = field[:MAX_CHARS].split("|")
        kind: Text = "field" if len(cells) == 1 else "part"
        for cell in cells:
            named = union(named, _read(cell.strip(), kind))
    return _settled(named)


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
    read = _parsed(text[:MAX_CHARS])
    if read is None:
        return text
    left = dict(enumerate(read.words))
    for mention in read.mentions:
        best = max(mention.readings, key=lambda reading: reading.score)
        is_town = best.kind in ("city", "state", "subdivision") and best.score >= _TELLING_TOWN
        name = " ".join(read.words[mention.start : mention.end])
        is_country = best.kind == "country" and (len(name) > 2 or name in ("US", "UK"))
        is_behind_in = mention.start > 0 and read.lower[mention.start - 1] == "in"
        if (
            (is_country or is_town)
            and name.lower() not in words
            and (is_behind_in or read.filled[mention.start])
        ):
            for index in range(mention.start, mention.end):
                del left[index]
    behind = _SPLIT.split(text)[-1]  # "C++"
    marks = [*read.gaps, behind]
    return "".join(f"{left.get(index, '')}{mark}" for index, mark in enumerate(marks))


def union(one: Named, other: Named) -> Named:
    """Put together what two strings name."""
    if one is NOTHING:
        return other
    if other is NOTHING:
        return one
    return Named(
        one.countries | other.countries,
        one.states | other.states,
        one.metros | other.metros,
        is_wide=one.is_wide or other.is_wide,
        is_world=one.is_world or other.is_world,
        is_only_places=one.is_only_places and other.is_only_places,
        is_georgia=one.is_georgia or other.is_georgia,
    )


def _settled(named: Named) -> Named:
    """Read "Georgia" as the country in a list of countries without the US, else as the state."""
    if not named.is_georgia:
        return named
    if len(named.countries) > 1 and "US" not in named.countries:
        return named._replace(countries=named.countries | {"GE"})
    return named._replace(countries=named.countries | {"US"}, states=named.states | {"GA"})


def _read(text: str, kind: Text) -> Named:
    return _remembered(text, kind) if len(text) <= _REMEMBERED_CHARS else _answer(text, kind)


@lru_cache(maxsize=65_536)
def _remembered(text: str, kind: Text) -> Named:
    return _answer(text, kind)


def _answer(text: str, kind: Text) -> Named:
    read = _parsed(text)
    return _choose(read, kind) if read else NOTHING


@lru_cache(maxsize=1_024)  # a header's cell is asked for as a cell, then as a field
def _parsed(text: str) -> _Parsed | None:
    read = _words_of(text)
    mentions = _mentions(read)
    if not mentions:
        return None
    covered: set[int] = set()
    for mention in mentions:
        covered.update(range(mention.start, mention.end))
    return _Parsed(*read[:3], mentions, covered, _filled(read, covered))


def _words_of(text: str) -> _Words:
    text = fold(text)
    if "HQ" in text:
        text = _GLUED_HQ.sub(" HQ", text)
    if not text.isascii() and UNSPACED_SCRIPT.search(text):
        text = gazetteer().unspaced.sub(r" \g<0> ", text)
    parts = _SPLIT.split(text)
    words = parts[1::2]
    lower = text.lower()
    return _Words(
        words,
        [word.lower() for word in words],
        parts[2:-1:2],
        has_case=text != lower and text != text.upper(),
    )


def _mentions(read: _Words) -> list[_Mention]:
    words, lower, gaps, has_case = read
    known = gazetteer()
    names, longest, fillers = known.names, known.longest, known.fillers
    mentions: list[_Mention] = []
    start, count = 0, len(words)
    while start < count:
        most = longest.get(lower[start])
        if most is None:
            start += 1
            continue
        end = start + 1
        while end < count and end - start < most and not _ends_a_segment(gaps[end - 1]):
            end += 1
        for stop in range(end, start, -1):
            readings = names.get(lower[start] if stop == start + 1 else " ".join(lower[start:stop]))
            if readings and not (
                stop == start + 1 and _is_word(read, start, has_case, lower[start] in fillers)
            ):
                mentions.append(_Mention(start, stop, readings))
                start = stop
                break
        else:
            start += 1
    return mentions


def _is_word(read: _Words, index: int, has_case: bool, is_filler: bool) -> bool:
    """Whether a single word is "us", "me" or the end of a domain rather than a name."""
    word = read.words[index]
    if word.isupper() or not word.isascii():
        return False
    if word.islower() and index and read.gaps[index - 1] in (".", "@"):
        return True
    if is_filler:
        # "in", "or": of codes that small letters spell, a word
        return len(word) > 2 or has_case or not _follows_comma(read, index)
    if len(word) > 3:
        return False
    if len(word) == 3:
        # Zug, Rio; where all is small: usa, atx
        lower = read.lower[index]
        is_name = word.istitle() and lower not in gazetteer().abbreviations
        return has_case and not is_name and lower not in _SMALL_LETTER_NAMES
    if word in _SMALL_LETTER_NAMES or (word == "us" and not has_case):
        return False
    # A code in small letters stands after a town's comma or in brackets
    return not (_follows_comma(read, index) or _is_bracketed(read, index))


@lru_cache(maxsize=512)
def _ends_a_segment(gap: str) -> bool:
    return _SEGMENT_BREAK.search(gap) is not None


@lru_cache(maxsize=512)
def _ends_an_item(gap: str) -> bool:
    return _LIST_BREAK.search(gap) is not None


def _follows_comma(read: _Words | _Parsed, index: int) -> bool:
    return index > 0 and "," in read.gaps[index - 1]


def _is_bracketed(read: _Words, index: int) -> bool:
    return index > 0 and read.gaps[index - 1].endswith("(")


def _choose(read: _Parsed, kind: Text) -> Named:
    if kind != "prose" and (code := _country_code(read)):
        return Named(frozenset({code}), is_only_places=True)
    chosen: list[Reading] = []
    is_georgia = is_world = False
    mentions = read.mentions
    for mention, leader, follower in zip(
        mentions, [None, *mentions[:-1]], [*mentions[1:], None], strict=True
    ):
        # A code: no other name stands in a list of codes
        is_code = mention.end == mention.start + 1 and len(read.words[mention.start]) < 4
        listed = _listed_countries(read, leader, mention, follower) if is_code else []
        if leader and not _qualifies(read.gaps, leader, mention):
            leader = None
        if follower and not _qualifies(read.gaps, mention, follower):
            follower = None
        score, reading = _best(mention.readings, leader, follower, listed)
        is_confirmed = score > reading.score and score >= reading.score + (
            _CONFIRMED_BY_REGION
            if reading.kind == "state" and _is_doubtful_state(read, mention)
            else _CONFIRMED_BY_COUNTRY
        )
        if not is_confirmed and not _counts(read, mention, reading, len(listed), kind):
            chosen += [
                other for other in mention.readings if _is_city_by_code(read, mention, other)
            ]
        elif (
            _is_part_of_code(read, mention, leader)
            or _names_something_else(read, mention)
            or (follower and _is_unknown_town(read, mention, score, reading, follower))
            or (leader and follower and _is_between_others(reading, leader, follower))
        ):
            continue
        elif score == SCORES["state"] and read.lower[mention.start] == _GEORGIA:
            is_georgia = True
        else:
            is_world |= reading.kind == "anywhere" and read.filled[mention.start]
            chosen.append(reading)
    return _named(tuple(chosen), is_world, False not in read.filled, is_georgia)


@lru_cache(maxsize=4_096)  # few strings name something that no other does
def _named(
    chosen: tuple[Reading, ...], is_world: bool, is_only_places: bool, is_georgia: bool
) -> Named:
    return Named(
        frozenset(code for reading in chosen for code in reading.country.split()),
        frozenset(
            reading.region for reading in chosen if reading.country == "US" and reading.region
        ),
        frozenset(reading.metro for reading in chosen if reading.metro),
        is_wide=any(reading.kind == "area" and not reading.country for reading in chosen),
        is_world=is_world,
        is_only_places=is_only_places,
        is_georgia=is_georgia,
    )


def _country_code(read: _Parsed) -> str | None:
    """Return the country where a code is all that is named: "Remote (DE)", "DE-BY"."""
    first = read.mentions[0]
    code = read.words[first.start]
    if code in _COUNTRY_BY_ITSELF and len(read.mentions) == 1 and False not in read.filled:
        return code
    is_subdivision = len(read.words) == 2 and read.gaps[0] == "-" and "".join(read.words).isupper()
    is_country = any(reading.country == code for reading in first.readings)
    if is_subdivision and is_country and code not in _HAVE_STATES and len(code) == 2:
        return None if read.words[1] in _USUAL_CODES else code
    return None


def _counts(read: _Parsed, mention: _Mention, reading: Reading, listed: int, kind: Text) -> bool:
    """Whether a name is one of a place though no name beside it confirms that."""
    name = read.words[mention.start] if mention.end == mention.start + 1 else ""
    fills = read.filled[mention.start]
    is_bare = kind == "field" and False not in read.filled
    if len(name) == 2 and name.isascii():
        return _is_code(read, mention, reading, listed, kind, is_bare=is_bare)
    if reading.kind == "country":
        # "PER", "FIN" are countries only by themselves
        return len(name) != 3 or fills or name in _CERTAIN_CODES
    if reading.kind != "city":
        return True
    if name and read.lower[mention.start] in gazetteer().words:
        return is_bare and len(read.mentions) == 1
    return reading.score >= _BESIDE_WORDS[kind] or (fills and reading.score >= _BY_ITSELF[kind])


def _is_city_by_code(read: _Parsed, mention: _Mention, reading: Reading) -> bool:
    """Whether two letters that are no state or country mean a city ("LA")."""
    is_code = mention.end == mention.start + 1 and len(read.words[mention.start]) == 2
    return is_code and reading.kind == "city" and reading.score >= _FAMOUS


def _is_unknown_town(
    read: _Parsed, mention: _Mention, score: float, reading: Reading, follower: _Mention
) -> bool:
    """Whether it is a town like "Lafayette, Georgia", "Ontario, Ohio" or "Lebanon, NH"."""
    if score >= _UNMISTAKABLE_SCORES.get(reading.kind, 0.0):
        return False
    if _is_doubtful_state(read, follower, mention.end - 1):
        return False
    if len(read.words[mention.start]) == 2 and mention.end == mention.start + 1:
        return False  # "DE, FR, IN": no town has a code's name
    if reading.kind == "country" and read.lower[follower.start] == _GEORGIA:
        return False
    has_comma = "," in read.gaps[mention.end - 1]
    return (has_comma or reading.kind == "city") and _is_elsewhere(follower, reading)


def _is_code(
    read: _Parsed, mention: _Mention, reading: Reading, listed: int, kind: Text, *, is_bare: bool
) -> bool:
    """Whether two letters, which no town before confirms, are the code of a state or country."""
    code = read.words[mention.start].upper()
    if code in _ZONE_CODES and _is_zone(read, mention):
        return False
    if reading.kind == "city" or reading.kind == "area":
        alone = len(read.words) == 1
        return not (code == _NOT_AVAILABLE and alone)
    fills = read.filled[mention.start]
    if code in _CERTAIN_CODES:
        return read.words[mention.start].isupper() or fills
    if not read.words[mention.start].isupper():
        return False
    if reading.kind == "state":
        if code in _WORD_CODES:
            return not _is_doubtful_state(read, mention)
        previous = read.words[mention.start - 1] if mention.start else ""
        return (
            code not in _STATE_ACRONYMS
            or fills
            or _follows_comma(read, mention.start)
            or previous in _BEFORE_PLACES
            or (kind in ("field", "part") and previous.istitle() and _ends_segment(read, mention))
        )
    if code in _USUAL_CODES and fills:
        return is_bare or len(read.words) == 1 or listed > 0 or _follows_comma(read, mention.start)
    is_list = sum(word in _USUAL_CODES for word in read.words) >= _ENOUGH_FOR_A_LIST_OF_CODES
    return (is_bare and len(read.words) == 1) or listed > 1 or (listed > 0 and is_list)


def _ends_segment(read: _Parsed, mention: _Mention) -> bool:
    gaps = read.gaps
    return mention.end > len(gaps) or _ends_a_segment(gaps[mention.end - 1])


def _names_something_else(read: _Parsed, mention: _Mention) -> bool:
    """Whether it is part of the name of a street or an institution."""
    following = read.lower[mention.end] if mention.end < len(read.lower) else ""
    return following in _AFTER_OTHER_NAMES and not _ends_segment(read, mention)


def _is_zone(read: _Parsed, mention: _Mention) -> bool:
    """Whether the code is a time zone's: "ET/CT", "PT hours"."""
    following = read.lower[mention.end] if mention.end < len(read.lower) else ""
    near = read.words[max(0, mention.start - 2) : mention.end + 2]
    return following in _ZONE_WORDS or sum(word in _ZONE_CODES for word in near) > 1


def _is_part_of_code(read: _Parsed, mention: _Mention, leader: _Mention | None) -> bool:
    """Whether it is the second part of an ISO 3166-2 code ("DE-BY"), which is no country."""
    if not leader or read.gaps[mention.start - 1] != "-" or mention.end - mention.start > 1:
        return False
    first, second = read.words[leader.start], read.words[mention.start]
    if len(first) != 2 or len(second) > 3 or not (first + second).isupper():
        return False
    countries = {reading.country for reading in leader.readings if reading.kind == "country"}
    is_country = any(reading.kind == "country" for reading in mention.readings)
    is_own = any(reading.country in countries for reading in mention.readings)
    return bool(countries) and is_country and not is_own and second not in _USUAL_CODES


def _listed_countries(
    read: _Parsed, before: _Mention | None, mention: _Mention, after: _Mention | None
) -> list[str]:
    """Return the countries that stand beside a code in a list ("NL, UK, IE", "US/CA")."""
    listed: list[str] = []
    if not read.filled[mention.start]:
        return listed
    for one, other, neighbour in ((before, mention, before), (mention, after, after)):
        if one is None or other is None or neighbour is None:
            continue
        if any(word not in _LIST_WORDS for word in read.lower[one.end : other.start]):
            continue
        best = max(neighbour.readings, key=lambda reading: reading.score)
        code = read.words[neighbour.start].upper()
        is_usual = len(code) > 2 or code in _USUAL_CODES or neighbour.end > neighbour.start + 1
        if best.kind == "country" and is_usual:
            gap = read.gaps[one.end - 1]
            is_list = "," not in gap and (_ends_an_item(gap) or one.end < other.start)
            # After a comma, "US, CA" is California
            if best.country != "US" or is_list:
                listed.append(best.country)
    return listed


def _best(
    readings: tuple[Reading, ...],
    leader: _Mention | None,
    follower: _Mention | None,
    listed: list[str],
) -> tuple[float, Reading]:
    """Return the likeliest reading and its score."""
    best = readings[0]
    if leader is None and follower is None and not listed:
        for reading in readings:
            if reading.score > best.score:
                best = reading
        return best.score, best
    highest = -math.inf
    for reading in readings:
        score = _score(reading, leader, follower)
        if listed and reading.kind == "country":
            score += _IN_A_LIST_OF_COUNTRIES
        if score > highest:
            highest, best = score, reading
    return highest, best


def _is_doubtful_state(read: _Parsed, mention: _Mention, unknown: int = -1) -> bool:
    """Whether it is "OR" or "IN" that does not follow the comma of an unknown town.

    `unknown` is a word that counts as unknown though a name covers it.
    """
    if mention.end - mention.start > 1 or read.words[mention.start] not in _WORD_CODES:
        return False
    previous = mention.start - 1
    is_glued = mention.end <= len(read.gaps) and read.gaps[mention.end - 1] == "-"
    if is_glued or not _follows_comma(read, mention.start):  # "ON-SITE"
        return True
    is_known = previous in read.covered or read.lower[previous] in gazetteer().fillers
    return is_known and previous != unknown


def _qualifies(gaps: list[str], first: _Mention, second: _Mention) -> bool:
    return first.end == second.start and not _ends_an_item(gaps[first.end - 1])


def _score(reading: Reading, before: _Mention | None, after: _Mention | None) -> float:
    score = reading.score
    country = reading.country
    if after:
        most = 0.0
        for other in after.readings:
            if other.country == country:
                most = max(most, _confirmed(reading, other))
        score += most
    if before:
        most = 0.0
        for other in before.readings:
            if other.country == country:
                most = max(most, _after(reading, other))
        score += most
    return score


def _confirmed(reading: Reading, follower: Reading) -> float:
    """What a name of the same country that follows adds to a reading."""
    kind, following = reading.kind, follower.kind
    if kind == "country":
        # "MX - Guadalajara", "CA-ON"
        return _CONFIRMED_BY_COUNTRY if following in ("city", "state", "subdivision") else 0.0
    if kind not in ("city", "subdivision", "state"):
        return 0.0
    if following == "state" and kind == "city" and follower.region == reading.region:
        return _CONFIRMED_BY_REGION
    return _CONFIRMED_BY_COUNTRY if following in ("country", "subdivision") else 0.0


def _after(reading: Reading, leader: Reading) -> float:
    """What a name of the same country that stands before adds to a reading."""
    kind, leading = reading.kind, leader.kind
    if kind == "country" and leading in ("city", "subdivision", "state"):
        return _CONFIRMED_BY_REGION
    if kind in ("state", "subdivision") and leading in ("city", "subdivision"):
        return _CONFIRMED_BY_REGION if leader.region == reading.region else 0.0
    return _AFTER_ITS_COUNTRY if leading == "country" else 0.0


def _is_between_others(reading: Reading, leader: _Mention, follower: _Mention) -> bool:
    """Whether the names around share a country that has no such place ("X, Santiago, Spain")."""
    if reading.kind not in ("city", "subdivision", "state"):
        return False
    if reading.kind == "city" and reading.score >= _UNMISTAKABLE:
        return False
    around = {other.country for other in leader.readings} & {
        other.country for other in follower.readings if other.kind == "country"
    }
    return bool(around) and reading.country not in around


def _is_elsewhere(after: _Mention, place: Reading) -> bool:
    """Whether `after` is a US state or a Canadian province that has no such place."""
    states = [
        reading for reading in after.readings if reading.kind == "state" and reading.region != "DC"
    ]
    is_big_city = any(
        reading.kind == "city" and reading.score >= _UNMISTAKABLE for reading in after.readings
    )
    if not states or is_big_city:
        return False
    if place.kind == "city":
        return all(place.region != state.region for state in states)
    return all(place.country != reading.country for reading in after.readings)


def _filled(read: _Words, covered: set[int]) -> list[bool]:
    """Whether nothing but names of places and words like "office" stands in a word's segment."""
    fillers = gazetteer().fillers
    filled: list[bool] = []
    start = 0
    fills = True
    for index, word in enumerate(read.lower):
        fills = fills and (index in covered or word in fillers or word.isdigit())
        if index == len(read.gaps) or _ends_a_segment(read.gaps[index]):
            filled += [fills] * (index + 1 - start)
            start, fills = index + 1, True
    return filled
