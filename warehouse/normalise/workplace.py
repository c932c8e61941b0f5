"""Where the work is done: on site, hybrid, remote.

Belongs here: what short fields state ("ONSITE or REMOTE"), and which of a posting's statements
counts. Does not belong here: the wordings of sentences (`statements`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import re2

from warehouse.normalise.spans import Cues, encode
from warehouse.normalise.statements import Statement
from warehouse.normalise.types import Workplace

# On lower-case text; `in` finds them four times as fast as a pattern
_HINTS = (
    "remot", "hybrid", "híbrid", "hibrid", "site", "office", "person", "anywhere", "home", "wfh",
    "tele", "télé", "telé", "téle", "distributed", "vor ort", "place", "presencial", "présentiel",
    "presentiel", "local only",
)  # fmt: skip
_MAY_BE_ELSEWHERE = re.compile(
    r"remot|h[iíy]brid|anywhere|home|wfh|tele|t[ée]l[ée]|distributed|days?\b|only"
)
# "Remote" and "hybrid" that say nothing of the workplace
_OTHER_SENSE = (
    r"\bremote[ -](?:sens\w*|control\w*|support|monitoring|desktop|access|patient|hands|operat\w*"
    r"|pilot\w*|sites?|areas?|diagnos\w*|device\w*|identi\w*|machine\w*|vehicle\w*)\b"
    r"|\bhybrid[ -](?:cloud\w*|mobile|apps?|search|electric\w*|vehicles?|systems?|infrastructure"
    r"|bonds?|power\w*|it|integration\w*|aircraft|database\w*|data|event\w*|optimi\w*|perovskite\w*)\b"
    r"|\bdistributed (?:sys|comp|data|soft|ledger|storage|training|infra|energy|teams?)\w*"
    r"|\bnon-?site\b|\bhome ?(?:health|care|loan\w*|insurance|services|automation)\b"
)
_PARTLY = (
    r"\b(?:partly|partially|partial|part(?:[- ]time)?|some|semi|occasional(?:ly)?|flex(?:ible)?"
    r"|limited|[1-4] days?)[- ](?:remote|wfh|work from home|home[- ]?office|from home)"
    r"|\b(?:wfh|remote|home[- ]?office) ?(?:work )?(?:\d|days?\b|fridays?|part|partially)"
    r"|\b[1-4](?:[-–/]\d)? ?(?:days?|x) ?(?:(?:a|per) week|/week)?,? ?(?:in|at|on)[- ]?"
    r"(?:the |our )?(?:office|site)|\bwfh days|\boffice [1-4] days"
)
_ALSO_REMOTE = r"(?:\bor|\band|&) (?:fully[- ]|100% )?remote\b"
_ONSITE = (
    r"\bon[- _]?site\b|\bin[- ]?(?:the )?office\b|\bin[- ](?:person|house)\b|\bvor ort\b"
    r"|\bsur (?:site|place)\b|\bpresencial\b|\bpr[ée]sentiel\b"
)
# What fields say, found in one pass
_SIGNS: dict[str, str] = {
    "other_sense": _OTHER_SENSE,
    "hybrid": r"\bhybrid|\bh[íi]brid",
    "partly": _PARTLY,
    "remote": (
        r"\bremot|t[ée]l[ée]-?travail|teletrabajo|teletrabalho|home[- ]?office"
        r"|work from (?:home|any)|\bwfh\b|\banywhere\b|\bdistributed\b|\btelecommut|\btelework"
    ),
    "not_remote": (
        r"\b(?:no|not|non|without)[- ]remot|\bremote:? ?(?:=|is )?no\b|\bno (?:fully[- ])?remot"
        r"|\bon-?site only\b|\boffice only\b|\blocal only\b"
    ),
    "for_now": (
        r"covid|pandemic|corona|plague|lockdown|for now|for the moment|until|temporar|initially"
        r"|currently|at first|remote now|now remote"
    ),
    "onsite": _ONSITE,
    "also_remote": _ALSO_REMOTE,
    "or_remote": r"\bor\b.{0,12}\bremote|\bremote\b.{0,12}\bor\b|remote ?/ ?hybrid",
}
# A job whose place is its customers' or a shop's, whatever the advert leaves out.
_PHYSICAL: re.Pattern[str] = re2.compile(
    r"(?i)\b(?:store|mall|retail|kiosk|warehouse|barista|cashier|branch|shop floor|plant"
    r"|behaviou?r technician|aba therapist|janitor|cook|chef|driver|forklift|front desk"
    r"|receptionist|veterinary technician|dental|phlebotom|data center technician)\b"
)
_MAX_CHARS = 1_000


def stated_workplace(field: str) -> Workplace:
    """Read the workplace that a short field (location, title, the board's own word) states.

    Args:
        field: The field as written; what follows its first 1,000 characters is not read.

    Returns:
        What it states; "remote" where remote is one of several ways, and "onsite" where it is only
        so for a time.
    """
    return _stated(field[:_MAX_CHARS])


@lru_cache(maxsize=32_768)
def _stated(field: str) -> Workplace:
    text = field.lower()
    for hint in _HINTS:
        if hint in text:
            break
    else:
        return "unspecified"
    if not _MAY_BE_ELSEWHERE.search(text):
        return "onsite" if re.search(_ONSITE, text) else "unspecified"
    said = _signs().in_text(encode(text))
    if "other_sense" in said:
        text = re.sub(_OTHER_SENSE, " ", text)
        said = _signs().in_text(encode(text))
    if "not_remote" in said:
        return "hybrid" if "hybrid" in said else "onsite"
    is_remote = "remote" in said
    if "hybrid" in said and not (is_remote and "or_remote" in said):
        return "hybrid"
    is_onsite = "onsite" in said
    if is_remote:
        if "also_remote" in said and re.search(_ALSO_REMOTE, re.sub(_PARTLY, " ", text)):
            return "remote"
        if is_onsite and "for_now" in said:
            return "onsite"
        return "hybrid" if "partly" in said else "remote"
    if "partly" in said:
        return "hybrid"
    return "onsite" if is_onsite else "unspecified"


@cache
def _signs() -> Cues[str]:
    return Cues(_SIGNS)


def workplace_of_fields(location: str, title: str, workplace_raw: str) -> Workplace:
    """Read the workplace from the fields that state it in words, the board's own field first."""
    for field in (workplace_raw, location, title):
        if field:
            stated = stated_workplace(field)
            if stated != "unspecified":
                return stated
    return "unspecified"


def workplace_of_text(
    said: frozenset[Statement],
    *,
    is_remote: bool | None,
    secondary: Sequence[str],
    title: str,
    location: str,
) -> Workplace:
    """Weigh what a text states against the board's flag, where no field states the workplace.

    Args:
        said: The statements of the text.
        is_remote: The board's flag. Many employers tick it for hybrid work, so what a text says of
            days in the office outranks it; where it is False, only the job's own remoteness counts.
        secondary: Further locations.
        title: The title; with `location` it may name a shop.
        location: The main location.
    """
    if "hybrid" in said and not (is_remote and "remote_role" in said):
        return "hybrid"
    if is_remote:
        return "onsite" if "all_week" in said else "remote"
    if "no_remote" in said:
        return "onsite"
    others = {stated_workplace(other) for other in secondary}
    if "remote" in others:
        return "remote"
    if "hybrid" in others or ("hybrid_sign" in said and is_remote is None):
        return "hybrid"
    if "all_week" in said:
        return "onsite"
    is_onsite = "onsite" in said or "onsite_sign" in said
    if is_remote is None:
        signs_remote = "remote_sign" in said and "onsite" not in said
        if "remote" in said or signs_remote:
            return "remote"
        if "remote_company" in said and not is_onsite:
            return "remote"
    if is_onsite:
        return "onsite"
    if "remote" in said:
        return "remote"
    if "customers" in said or _PHYSICAL.search(f"{title}\n{location}"):
        return "onsite"
    return "onsite" if "onsite" in others else "unspecified"
