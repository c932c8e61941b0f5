"""What the sentences of a text state about place and workplace, found in a pass or two.

Belongs here: the wordings. Does not belong here: what follows from them (`place`, `workplace`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import re2

Statement = Literal[
    "hybrid",  # this job is hybrid, or N days a week are spent in the office
    "all_week",  # five days a week in the office
    "onsite",
    "no_remote",
    "remote",  # this job is or may be remote
    "remote_role",  # the same, said of the job in so many words
    "remote_company",  # said of the employer rather than of the job
    "remote_sign",  # "REMOTE" as threads and headers write it
    "onsite_sign",
    "hybrid_sign",
    "customers",  # at events, in shops, at doors
    "place",  # a wording that a place follows
    "us_status",
]

_NUMBER = r"(?:[1-4]|one|two|three|four)"
_ALL_WEEK = r"(?:[45] ?(?:-|–|to|or) ?5|5|five)"
_WEEKLY = (
    r"(?:\s+(?:a|per|each|every|out of the)\s+week|\s*/\s*(?:week|wk)|\s+weekly|x\s+per\s+week)"
)
_PRESENT = (
    r"(?:in|at|from|on|to|of)[\s-]+(?:the\s+|our\s+|an\s+|your\s+)?(?:[\w.'’-]+\s+){0,3}?"
    r"(?:office|hq|headquarters|person|site|studio)|on-?site|in-?office"
)
_AWAY = (
    r"(?:remote(?:ly)?|from\s+home|wfh|home[\s-]?office|homeoffice|t[ée]l[ée]travail|teletrabajo)"
)
_IN_OFFICE = r"(?:on-?\s?site|in[\s-](?:the\s+)?(?:office|person))"
_JOB = r"(?:role|position|job|opportunity)"

# What follows these words is where the job is
PLACE_FOLLOWS = (
    r"(?:\b(?:[Bb]ased|[Ll]ocated|[Ll]iv(?:e|ing)|[Rr]esid(?:e|ing)|[Rr]emote(?:ly)?"
    r"|[Ww]ork(?:ing)?|[Hh]iring|[Aa]nywhere|[Oo]ffices?|[Hh]ub|[Hh]eadquarter(?:s|ed)"
    r"|[Aa]uthori[sz]ed to work|[Ee]ligible to work|[Rr]ight to work|[Cc]andidates|[Oo]pportunity"
    r"|[Rr]ole|[Pp]osition|[Pp]erson|[Oo]n-?site|[Ee]ngineers?|[Dd]evelopers?)\s+"
    r"(?:out of|from|in|within|across|throughout)\s+"
    r"(?:the\s+|our\s+|downtown\s+|either\s+|beautiful\s+)?"
    r"|\b(?:[Ll]ocations?|LOCATIONS?|[Ss]tandort|[Oo]rt|[Ll]ieu|[Uu]bicaci[óo]n|[Rr]emote)\*?\s*:\*?\s*"
    r"|\b[Rr]emote\s*(?:\(|[-–—,|]\s*)|📍\s*)"
)

_WORDINGS: tuple[tuple[Statement, str], ...] = (
    (
        "hybrid",
        r"(?i)"
        r"\bhybrid[\s,/-]+(?:in[\s-]office\s+|remote\s+|flexible\s+|first\s+)?"
        r"(?:work|role|position|schedule|set-?up|polic(?:y|ies)|team|office|arrangements?|basis"
        r"|opportunity|job|company|working|environment|remote|culture|workplace|employ\w*)\b"
        r"|\bhybrid\s+(?:model|approach)\b[^.\n]*\b(?:office|days|week|home|remote)"
        r"|\b(?:is|are|as|be|operates?|working|on a|location:|type:|model:|policy:)\s+(?:a\s+)?"
        r"hybrid\b\s*(?:[.,;(\n–—-]|$|with\b)"
        r"|\(hybrid\b|\bhybrid\)|\bhybrid\s*:|\bhybrid\s*\((?:\w+\s+)?\d|#(?:li-)?hybrid\b"
        r"|\bhybrid\s+(?:options?|possible|available|flexibility)"
        rf"|\b{_NUMBER}\+?(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:x|(?:(?:full|core|fixed)\s+)?(?:office\s+)?"
        rf"days?){_WEEKLY}?\s*,?\s*(?:{_PRESENT})"
        rf"|\b{_NUMBER}\s+(?:core\s+|fixed\s+)?(?:in[\s-])?office\s+days\b"
        rf"|\b(?:{_PRESENT})\s+(?:at\s+least\s+|for\s+|a\s+minimum\s+of\s+|minimum\s+|about\s+|around\s+)*"
        rf"(?:location\s+)?{_NUMBER}\+?(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:days|times){_WEEKLY}"
        rf"|\b(?:presence|office|on-?site|in[\s-]person)\b[^.\n]*[\s,(]{_NUMBER}\+?\s*days{_WEEKLY}"
        rf"|\b{_NUMBER}(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:days?\s*(?:{_WEEKLY})?\s*(?:of\s+)?{_AWAY}\b"
        rf"|(?:{_AWAY}|remote\s+work|home[\s-]office)[\s-]+days?\b)"
        rf"|\b{_AWAY}(?:\s+(?:work|policy))?\s*(?::|\(|,|up\s+to|for)?\s*(?:up\s+to\s+)?{_NUMBER}\+?"
        rf"(?:\s*(?:-|–|to|or)\s*{_NUMBER})?\s*(?:days?|x){_WEEKLY}"
        r"|\banchor\s+days\b"
        r"|\boffices?\s+(?:on\s+)?(?:mondays?|tuesdays?|wednesdays?|thursdays?)(?:\s*,|\s+and|\s+through)"
        r"|\b(?:partly|partially|part(?:ial)?)[\s-]remote\b"
        r"|\bhybrides?\s+(?:arbeit|modell|arbeiten)|\bmode\s+hybride|\bmodelo\s+h[íi]brido"
        r"|\b(?:tage|jours?|d[íi]as)\s+(?:pro\s+woche\s+|par\s+semaine\s+|por\s+semana\s+|a\s+la\s+semana\s+)?"
        r"(?:im\s+(?:home[\s-]?)?office|homeoffice|mobiles?\s+arbeiten|(?:de|en)\s+t[ée]l[ée]travail"
        r"|de\s+teletrabajo|au\s+bureau|en\s+la\s+oficina)",
    ),
    (
        "all_week",
        r"(?i)"
        rf"\b{_ALL_WEEK}\s*(?:x|(?:full\s+)?days?){_WEEKLY}?\s*,?\s*(?:{_PRESENT})"
        rf"|\b(?:{_PRESENT})\s+(?:for\s+)?{_ALL_WEEK}\s*(?:days|times){_WEEKLY}",
    ),
    (
        "onsite",
        r"(?i)"
        rf"\b(?:fully|100%|full-?\s?time|entirely|primarily|mostly|strictly|predominantly)[\s,]+{_IN_OFFICE}\b"
        r"|\b(?:on-?site|in[\s-]office|in[\s-]person|in the office)\s+"
        r"(?:role|position|job|only|work\b|work\s+model|company|team\b|culture|first|requirement"
        r"|\(|full[\s-]time|environment|every\s?day|daily|in\s+(?:our|the))"
        r"|\b(?:is|be|are|as|work|working|works|location:|type:)\s+(?:an?\s+|fully\s+|based\s+)?"
        r"(?:on-?site|in[\s-]office|in[\s-]person)\b"
        r"|\((?:on-?site|in[\s-]office|in[\s-]person)\b|#li-on-?site"
        r"|\b(?:provide|deliver)\s+in[\s-]person\b"
        r"|\bin[\s-]person\s+(?:presence\s+)?(?:is\s+)?(?:required|mandatory|expected)"
        r"|\b(?:on|at)\s+the\s+(?:shop|sales|factory|production)\s+floor\b"
        r"|\bwork\s+(?:primarily|mostly|mainly|full[\s-]time|every\s+day)\s+(?:from|in|out\s+of)\s+(?:our|the)"
        r"\s+(?:\w+\s+)?office\b"
        r"|\b(?:located|based|working)\s+on-?site\b|\bon-?site\s+(?:at|in)\s+our\b"
        r"|\bon-?site\s+(?:engineers?|developers?|roles?|positions?|jobs?)\b"
        r"|\bvor\s+ort\s+in\b|\bpr[ée]sentiel\b|\bpresencial\b",
    ),
    (
        "no_remote",
        r"(?i)\b(?:no|not|non)[\s-](?:a\s+)?remote\b|\bremote:?\s+no\b"
        r"|\bremote\b[^.\n]*\b(?:not|never)\s+(?:be\s+)?(?:considered|possible|available|offered|eligible"
        r"|an\s+option|on\s+offer|permitted|allowed|supported|accepted|feasible)"
        r"|\b(?:do\s+not|don['’]t|does\s+not|doesn['’]t|cannot|can['’]t|unable\s+to|not\s+able\s+to)"
        r"\s+(?:currently\s+)?(?:offer|support|allow|accept|consider|accommodate|hire|do|provide)"
        r"\s+(?:fully[\s-])?remote\b|\bnot\s+(?:eligible\s+for|open\s+to)\s+(?:fully[\s-])?remote\b"
        r"|\brequires?\s+you\s+to\s+be\s+on-?site\b",
    ),
    # A capital follows: "in-office in Berlin"
    ("onsite", r"\b(?:[Oo]n-?site|[Ii]n[\s-]office|[Ii]n[\s-]person|in the office) in [A-Z]"),
    (
        "remote",
        r"(?i)"
        rf"\b(?:{_JOB}|location|work)\s*(?:is|:|-|–|would\s+be|will\s+be|can\s+be|may\s+be)?\s*"
        r"(?:an?\s+)?(?:fully\s+|100\s?%\s+|entirely\s+|completely\s+|currently\s+|all[\s-])*remote\b"
        r"|\b(?:fully|100\s?%|entirely|completely|permanently|predominantly|primarily|mostly)[\s-]+remote\b"
        r"|\bremote[\s-](?:only|role|position|opportunit|job|ok\b|okay\b|eligible|within|welcome|considered"
        r"|is\s+(?:ok|fine|possible|welcome|an\s+option|great)|can(?:didates|\s+work)|employees\s+welcome"
        r"|in\s+(?:the\s+)?(?:us|usa|u\.s|united|uk|eu|canada|europe))"
        r"|\bremote\s+(?:or|and)\s+(?:on-?site|in[\s-]office|part-?\s?time|full-?\s?time)"
        r"|\bremote\s+(?:full-?\s?time|totally\s+fine|arrangements?|flexibility)"
        r"|\bremote\s+(?:work\s+)?(?:arrangements?\s+)?(?:is\s+)?(?:a\s+)?(?:possible|possibility|an?\s+option)\b"
        r"|\(remote\b|\bremote\)|\bremote\]|\[(?:fully\s+)?remote\b|#li-remote"
        r"|\b(?:open|amenable)\s+to\s+(?:fully\s+|having\s+)?remote\b|\bor\s+(?:fully\s+)?remote\b"
        r"|\bwork(?:ing)?[\s-]from[\s-]home\s+(?:role|position|job)"
        r"|\b100\s?%\s+(?:t[ée]l[ée]travail|home[\s-]?office|teletrabajo)\b"
        r"|\bremote:\s*(?:yes|ok|possible|optional|100)",
    ),
    (
        "remote_role",
        rf"(?i)\b(?:this|the)\s+(?:is\s+an?\s+)?(?:{_JOB}\s+is\s+(?:an?\s+)?)?(?:fully\s+|100\s?%\s+)?"
        rf"remote\s+(?:{_JOB}|in|within|and)\b"
        rf"|\bthis\s+{_JOB}\s+is\s+(?:an?\s+)?(?:fully\s+|100\s?%\s+)?remote\b",
    ),
    (
        "remote_company",
        r"(?i)"
        r"\bremote[\s-](?:first|friendly|possible)|\ball[\s-]remote\b"
        r"|\b(?:we(?:'|’)re|we\s+are|team\s+is)\s+(?:an?\s+)?remote\b"
        r"|\bwork\s+(?:fully\s+)?remotely\b|\bwork\s+from\s+anywhere\b"
        r"|\bremote\s+team\b",
    ),
    ("remote_sign", r"\bREMOTE\b|\bRemote\s*\||(?:[|/\\]|\s[–-])\s*Remote\b|\b[Tt]ype:\s*Remote\b"),
    (
        "onsite_sign",
        r"\b(?:ONSITE|ON-SITE|ON SITE)\b|\bOn-?site\s*\||(?:[|/\\]|\s[–-])\s*[Oo]n-?[Ss]ite\b"
        r"|\b[Tt]ype:\s*On-?site\b",
    ),
    ("hybrid_sign", r"\bHYBRID\b|\bHybrid\s*\||(?:[|/\\]|\s[–-])\s*Hybrid\b"),
    (
        "customers",
        r"(?i)\b(?:activation events|face[\s-]to[\s-]face sales|in[\s-]store|door[\s-]to[\s-]door"
        r"|at (?:a )?retail (?:location|store)s?|at our (?:store|kiosk)s?)\b",
    ),
    ("place", rf"{PLACE_FOLLOWS}[A-Z]"),
    (
        "us_status",
        r"\bU\.?S\.?A?\.?[ -](?:[Cc]itizen|[Pp]erson|based|only|[Rr]esident|[Tt]ime ?zone"
        r"|[Pp]assport)|\b[Uu]nited [Ss]tates (?:[Cc]itizen|[Rr]esident)"
        r"|\b(?:E-?Verify|401\s?\(?k\)?|W-?2 employee)",
    ),
)

_PLACE_IN_TEXT: re.Pattern[bytes] = re2.compile(rf"{PLACE_FOLLOWS}([A-Z][^\n!?)]{{1,70}})".encode())
_OFFICE_DAYS = frozenset({"hybrid", "all_week"})
# One of these is in any wording of days in the office
_DAYS = (
    r"(?i)h[iyí]brid|(?:\b|\d\+?)(?:day|days|times)\b|(?:\b|\d\+?)x\s+(?:per|weekly)\b|\b[1-5]\+?\s*x"
    r"|\b(?:one|two|three|four|five)\s*x\b|\b(?:mon|tues|wednes|thurs)days?\b"
    r"|\bpart(?:ly|ially|ial)?[\s-]remote\b|\btage\b|\bjours?\b|\bd[íi]as\b"
)
# With less memory an automaton falls back to a slower way of matching
_AUTOMATON_BYTES = 128 << 20


def statements_of(text: bytes) -> frozenset[Statement]:
    """Say which kinds of statements stand in a text (its first page is enough).

    Args:
        text: The posting as plain text in UTF-8. Time is linear in its length.
    """
    (names, wordings), (names_of_days, wordings_of_days) = _automata()
    found = wordings.Match(text) or ()  # None where none match
    said = {names[index] for index in found if index < len(names)}
    if len(names) in found:
        said.update(names_of_days[index] for index in wordings_of_days.Match(text) or ())
    return frozenset(said)


def places_stated(text: bytes) -> Iterator[str]:
    """Yield what follows the wordings that a place follows, to the end of the sentence.

    Args:
        text: The posting as plain text in UTF-8.
    """
    for match in _PLACE_IN_TEXT.finditer(text):
        yield match[1].decode("utf-8", "replace").partition(". ")[0]


@lru_cache(maxsize=1)
def _automata() -> tuple[tuple[list[Statement], re2.Set], tuple[list[Statement], re2.Set]]:
    """Compile the wordings into two sets: together, their states would multiply.

    Returns:
        The wordings that are looked for in every text, and behind them `_DAYS`; those of days in
        the office.
    """
    of_days = [wording for wording in _WORDINGS if wording[0] in _OFFICE_DAYS]
    others = [wording for wording in _WORDINGS if wording[0] not in _OFFICE_DAYS]
    return _compiled(others, _DAYS), _compiled(of_days)


def _compiled(wordings: list[tuple[Statement, str]], *more: str) -> tuple[list[Statement], re2.Set]:
    options = re2.Options()
    options.max_mem = _AUTOMATON_BYTES
    compiled = re2.Set.SearchSet(options)
    for wording in (*(wording for _, wording in wordings), *more):
        compiled.Add(wording)
    compiled.Compile()
    return [statement for statement, _ in wordings], compiled
