"""The countries, states and metropolitan areas that a short string names.

Belongs here: finding names in a location string, and choosing among the meanings of a name by what
stands beside it ("London, ON"). Does not belong here: the meanings themselves (`gazetteer`), or
which strings of a posting are asked (`place`).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal, NamedTuple

from warehouse.normalise.gazetteer import SCORES, Kind, Reading, fold, gazetteer


class Named(NamedTuple):
    """What a string names."""

    countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()  # US states only
    metros: frozenset[str] = frozenset()  # US metropolitan areas only
    is_wide: bool = False  # names a part of the world ("EMEA"), which no country follows from
    is_world: bool = False  # "Worldwide"
    is_only_places: bool = False  # nothing but names of places and words like "office"


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


Text = Literal["field", "cell", "prose"]
NOTHING = Named()
# A string that says where a job is; a bound for strings that are none
MAX_CHARS = 6_000

_CONFIRMED_BY_REGION = 8.0
_CONFIRMED_BY_COUNTRY = 6.0
_AFTER_ITS_COUNTRY = 1.0
_IN_A_LIST_OF_COUNTRIES = 1.0
# Scores from which a city counts that nothing around confirms: beside other words, and where it is
# all that its segment says. With less, "Ridge Mall" would be a place.
_FAMOUS = math.log10(600_000)
_NEVER = math.inf
_BESIDE_WORDS: dict[Text, float] = {
    "field": _FAMOUS, "cell": _FAMOUS, "prose": math.log10(1_000_000)
}  # fmt: skip
_BY_ITSELF: dict[Text, float] = {"field": 0.0, "cell": math.log10(100_000), "prose": _NEVER}
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
_CERTAIN_CODES = frozenset({"US", "UK", "EU", "GB", "USA", "UAE"})
# After these a code is a place's ("local in CO")
_BEFORE_PLACES = frozenset({"in", "from", "within", "near", "around"})
# A name before these is a street's or an institution's ("11 Holland Avenue")
_AFTER_OTHER_NAMES = frozenset(
    {"avenue", "ave", "street", "str", "road", "rd", "blvd", "boulevard", "lane", "drive", "airlines",
     "airways", "bank", "ventures", "capital", "partners", "healthcare", "university", "mall"}
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


@lru_cache(maxsize=32_768)
def read_names(text: str, kind: Text = "field") -> Named:
    """Say which countries, US states and US metropolitan areas a short string names.

    Args:
        text: The string; what follows its first 6,000 characters is not read.
        kind: What the string is: a "field" for locations, where "NL", "Reading" or a small town
            alone is one; a "cell", which may as well hold a company or a technology; or "prose",
            where a city counts alone only if it is well known.
    """
    read = _words_of(text[:MAX_CHARS])
    mentions = _mentions(read)
    if not mentions:
        return NOTHING
    return _choose(read, mentions, kind)


def _words_of(text: str) -> _Words:
    text = fold(text)
    if "HQ" in text:
        text = _GLUED_HQ.sub(" HQ", text)
    if not text.isascii():
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
        while end < count and end - start < most and not _SEGMENT_BREAK.search(gaps[end - 1]):
            end += 1
        for stop in range(end, start, -1):
            readings = names.get(
                lower[start] if stop == start + 1 else " ".join(lower[start:stop])
            )
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
    # "Austin, Tx", "paris, fr", "Remote (us)"
    return not (_follows_comma(read, index) or _is_bracketed(read, index))


def _follows_comma(read: _Words, index: int) -> bool:
    return index > 0 and "," in read.gaps[index - 1]


def _is_bracketed(read: _Words, index: int) -> bool:
    return index > 0 and read.gaps[index - 1].endswith("(")


def _choose(read: _Words, mentions: list[_Mention], kind: Text) -> Named:
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    filled = _filled(read, covered)
    is_only_places = all(filled)
    is_bare = kind == "field" and is_only_places
    chosen: list[Reading] = []
    unsure_of_georgia = is_world = False
    for number, mention in enumerate(mentions):
        after = mentions[number + 1] if number + 1 < len(mentions) else None
        before = mentions[number - 1] if number else None
        is_code = mention.end == mention.start + 1 and filled[mention.start]
        listed = _listed_countries(read, before, mention, after) if is_code else []
        follower = after if after and _qualifies(read.gaps, mention, after) else None
        leader = before if before and _qualifies(read.gaps, before, mention) else None
        score, reading = max(
            (
                (_score(reading, leader, follower) + _in_list(reading, listed), reading)
                for reading in mention.readings
            ),
            key=lambda scored: scored[0],
        )
        name = read.words[mention.start] if mention.end == mention.start + 1 else ""
        is_confirmed = score >= reading.score + _CONFIRMED_BY_COUNTRY
        if _is_part_of_code(read, mention, leader) or _names_something_else(read, mention):
            continue
        if len(name) == 2 and name.isascii() and not is_confirmed:
            if not _is_code(
                read, mention, reading, covered, filled, len(listed), kind, is_bare=is_bare
            ):
                chosen += [  # "LA" is a city then
                    other
                    for other in mention.readings
                    if other.kind == "city" and other.score >= _FAMOUS
                ]
                continue
        elif len(name) == 3 and name not in _CERTAIN_CODES and reading.kind == "country":
            if not is_confirmed and not filled[mention.start]:
                continue  # "PER", "FIN" are countries only by themselves
        elif reading.kind == "city" and not is_confirmed:
            if name and read.lower[mention.start] in gazetteer().words:
                counts = is_bare and len(mentions) == 1
            else:
                counts = score >= _BESIDE_WORDS[kind] or (
                    filled[mention.start] and score >= _BY_ITSELF[kind]
                )
            if not counts:
                continue
        if _is_between_names_of_another_country(reading, leader, follower):
            continue
        is_doubtful = follower and _is_doubtful_state(read, follower, covered, mention.end - 1)
        if follower and not is_doubtful and score < _UNMISTAKABLE_SCORES.get(reading.kind, 0.0):
            comma = "," in read.gaps[mention.end - 1]
            if _is_elsewhere(follower, reading) and (comma or reading.kind == "city"):
                continue  # "Lafayette, Georgia", "Ontario, Ohio", "Lebanon, NH": towns there
        is_world |= reading.kind == "anywhere" and filled[mention.start]
        unsure_of_georgia |= read.lower[mention.start] == _GEORGIA and score == SCORES["state"]
        chosen.append(reading)
    if unsure_of_georgia:
        chosen = _with_the_country_georgia(chosen)
    return Named(
        frozenset(code for reading in chosen for code in reading.country.split()),
        frozenset(
            reading.region for reading in chosen if reading.country == "US" and reading.region
        ),
        frozenset(reading.metro for reading in chosen if reading.metro),
        is_wide=any(reading.kind == "area" and not reading.country for reading in chosen),
        is_world=is_world,
        is_only_places=is_only_places,
    )


def _is_code(
    read: _Words,
    mention: _Mention,
    reading: Reading,
    covered: set[int],
    filled: list[bool],
    listed: int,
    kind: Text,
    *,
    is_bare: bool,
) -> bool:
    """Whether two letters, which no town before confirms, are the code of a state or country."""
    code = read.words[mention.start].upper()
    if code in _ZONE_CODES and _is_zone(read, mention):
        return False
    if reading.kind == "city" or reading.kind == "area":
        alone = len(read.words) == 1
        return not (code == _NOT_AVAILABLE and alone)
    fills = filled[mention.start]
    if code in _CERTAIN_CODES:
        return read.words[mention.start].isupper() or fills
    if not read.words[mention.start].isupper():
        return False
    if reading.kind == "state":
        if code in _WORD_CODES:
            return not _is_doubtful_state(read, mention, covered)
        previous = read.words[mention.start - 1] if mention.start else ""
        return (
            code not in _STATE_ACRONYMS
            or fills
            or _follows_comma(read, mention.start)
            or previous in _BEFORE_PLACES
            or (kind == "field" and previous.istitle() and _ends_segment(read, mention))
        )
    if code in _USUAL_CODES and fills:
        return is_bare or len(read.words) == 1 or listed > 0 or _follows_comma(read, mention.start)
    return (is_bare and len(read.words) == 1) or listed > 1


def _ends_segment(read: _Words, mention: _Mention) -> bool:
    gaps = read.gaps
    return mention.end > len(gaps) or bool(_SEGMENT_BREAK.search(gaps[mention.end - 1]))


def _names_something_else(read: _Words, mention: _Mention) -> bool:
    """Whether it is part of the name of a street or an institution."""
    following = read.lower[mention.end] if mention.end < len(read.lower) else ""
    return following in _AFTER_OTHER_NAMES and not _ends_segment(read, mention)


def _is_zone(read: _Words, mention: _Mention) -> bool:
    """Whether the code is a time zone's: "ET/CT", "PT hours"."""
    following = read.lower[mention.end] if mention.end < len(read.lower) else ""
    near = read.words[max(0, mention.start - 2) : mention.end + 2]
    return following in _ZONE_WORDS or sum(word in _ZONE_CODES for word in near) > 1


def _is_part_of_code(read: _Words, mention: _Mention, leader: _Mention | None) -> bool:
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
    read: _Words, before: _Mention | None, mention: _Mention, after: _Mention | None
) -> list[str]:
    """Return the countries that stand beside a code in a list ("NL, UK, IE", "US/CA")."""
    listed = []
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
            is_list = "," not in gap and bool(_LIST_BREAK.search(gap) or one.end < other.start)
            # After a comma, "US, CA" is California
            if best.country != "US" or is_list:
                listed.append(best.country)
    return listed


def _in_list(reading: Reading, listed: list[str]) -> float:
    return _IN_A_LIST_OF_COUNTRIES if reading.kind == "country" and listed else 0.0


def _is_doubtful_state(
    read: _Words, mention: _Mention, covered: set[int], unknown: int = -1
) -> bool:
    """Whether it is "OR" or "IN" that does not follow the comma of an unknown town.

    `unknown` is a word that counts as unknown though a name covers it.
    """
    if mention.end - mention.start > 1 or read.words[mention.start] not in _WORD_CODES:
        return False
    previous = mention.start - 1
    is_glued = mention.end <= len(read.gaps) and read.gaps[mention.end - 1] == "-"
    if is_glued or not _follows_comma(read, mention.start):  # "ON-SITE"
        return True
    is_known = previous in covered or read.lower[previous] in gazetteer().fillers
    return is_known and previous != unknown


def _qualifies(gaps: list[str], first: _Mention, second: _Mention) -> bool:
    return first.end == second.start and not _LIST_BREAK.search(gaps[first.end - 1])


def _score(reading: Reading, before: _Mention | None, after: _Mention | None) -> float:
    score = reading.score
    if after and reading.kind in ("city", "subdivision", "state", "country"):
        score += max((_confirmation(reading, other) for other in after.readings), default=0.0)
    if before:
        if any(
            other.kind in ("city", "subdivision", "state")
            and other.country == reading.country
            and (reading.kind == "country" or other.region == reading.region)
            and not (other.kind == "state" and reading.kind != "country")
            for other in before.readings
        ) and reading.kind in ("country", "state", "subdivision"):
            score += _CONFIRMED_BY_REGION
        elif any(
            other.kind == "country" and other.country == reading.country
            for other in before.readings
        ):
            score += _AFTER_ITS_COUNTRY
    return score


def _confirmation(reading: Reading, after: Reading) -> float:
    if after.country != reading.country:
        return 0.0
    if reading.kind == "country":
        # "MX - Guadalajara", "CA-ON"
        return _CONFIRMED_BY_COUNTRY if after.kind in ("city", "state", "subdivision") else 0.0
    if after.kind == "state" and reading.kind == "city" and after.region == reading.region:
        return _CONFIRMED_BY_REGION
    if after.kind in ("country", "subdivision"):
        return _CONFIRMED_BY_COUNTRY
    return 0.0


def _is_between_names_of_another_country(
    reading: Reading, leader: _Mention | None, follower: _Mention | None
) -> bool:
    """Whether the names around share a country that has no such place ("X, Santiago, Spain")."""
    if not leader or not follower or reading.kind not in ("city", "subdivision", "state"):
        return False
    if reading.kind == "city" and reading.score >= _UNMISTAKABLE:
        return False
    around = {other.country for other in leader.readings} & {
        other.country for other in follower.readings if other.kind == "country"
    }
    return bool(around) and reading.country not in around


def _is_elsewhere(after: _Mention, place: Reading) -> bool:
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


def _filled(read: _Words, covered: set[int]) -> list[bool]:
    """Whether nothing but names of places and words like "office" stands in a word's segment."""
    fillers = gazetteer().fillers
    filled: list[bool] = []
    start = 0
    fills = True
    for index, word in enumerate(read.lower):
        fills = fills and (index in covered or word in fillers or word.isdigit())
        if index == len(read.gaps) or _SEGMENT_BREAK.search(read.gaps[index]):
            filled += [fills] * (index + 1 - start)
            start, fills = index + 1, True
    return filled


def _with_the_country_georgia(chosen: list[Reading]) -> list[Reading]:
    """Read "Georgia" as the country where all else are countries other than the US."""
    others = [reading for reading in chosen if reading.region != "GA"]
    if len(others) < 2 or any(
        reading.kind != "country" or reading.country == "US" for reading in others
    ):
        return chosen
    return [*others, Reading("country", "GE", "", SCORES["country"])]
