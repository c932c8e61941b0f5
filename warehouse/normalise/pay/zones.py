"""For whom a band is: the place, level or role that a label beside it names.

Belongs here: reading that label as written. Does not belong here: which country or metro it is.
"""

from __future__ import annotations

import re

from warehouse.normalise.pay import words

_LABEL_END = re.compile(r"\s*(?:[:=]|\bis\b|(?<=\s)[-–—])\s*[^\w\s]?\s*\Z")
_LABEL_LENGTH = 80
_PLACE_FIRST = re.compile(
    r"\b(?:[Ii]n|[Ff]or)\s+(?:the\s+)?((?:[A-Z][\w.&'’-]*)(?:[\s,]+(?:and|of|or|[A-Z][\w.&'’-]*))*)"
)
_NO_LABEL = re.compile(
    r"(?:Abhängigkeit|Höhe|The|This|These|Our|Your|For|An?|We|In|At|Base|Total|Annual|Target|Estimated|Starting|Expected"
    r"|Job|Full|Posted|Anticipated|Typical|Current|It|You|Actual|What|How|If|As|On)\b"
)
_BRACKET = re.compile(r"\s*\(([^()\n]{2,60})\)")
_TIER = re.compile(
    r"\b((?:[Zz]one|ZONE|[Tt]ier|TIER|[Ll]evel|LEVEL|[Bb]and|[Rr]egion|[Gg]eo|[Gg]roup)"
    r"\s+(?:\d[\w.-]*|[IVX]+|[A-Z]\d?|[Oo]ne|[Tt]wo|[Tt]hree)(?!\w))"
)
_EDGE = " \t,.:;-–—*•●·([{|"


def zone_of(left: str, right: str) -> str | None:
    """The label of a band.

    Args:
        left: The clause before the amount: "Zone A (SF, NYC): ", "In Canada, the salary is ".
        right: The words behind it: " (US only)".

    Returns:
        The label as written, or None where the clause only says that this is pay.
    """
    tiers = _TIER.findall(left)
    if tiers:
        return str(tiers[-1])  # the line above may be that of another tier
    place = _PLACE_FIRST.search(left)
    if place and not _NO_LABEL.match(place.group(1)) and not _money_words(place.group(1)):
        return place.group(1).strip(_EDGE)
    label = _LABEL_END.search(left, max(0, len(left) - 12))
    if label:
        said = left[: label.start()].rpartition("\n")[2].rpartition(":")[2][-_LABEL_LENGTH:]
        first = next((c for c in _money_words(said) if c.role != "not_pay"), None)
        said = (said[: first.start] if first else said).strip(_EDGE)
        if 1 < len(said) <= 60 and said[0].isupper() and not _NO_LABEL.match(said):
            return said
    bracket = _BRACKET.match(right)
    if bracket and bracket.group(1)[0].isupper() and not _money_words(bracket.group(1)):
        return bracket.group(1)
    return None


def _money_words(piece: str) -> list[words.Cue]:
    return [cue for cue in words.cues(piece) if cue.role != "job"]
