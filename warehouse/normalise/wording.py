"""What the words of a short string tell: a person, a workplace, terms of employment, pay.

Belongs here: the vocabulary by which fields and lines of hiring comments are told apart. Does not
belong here: names of places (`place`), or what kind of work a title is for (`role`).

Looking words up in a table costs a tenth of what a pattern with as many alternatives does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

PERSON: Final = 1  # a word for people
OCCUPATION: Final = 2  # a word for a kind of work, people included
SIDE: Final = 4096  # "backend", "full stack": people by what they work on, or a part of a product
ANY_ROLE: Final = 4  # "various roles"
REMOTE: Final = 8
NOT_REMOTE: Final = 16
ONSITE: Final = 32
HYBRID: Final = 64
TERMS: Final = 128  # of employment: "full-time", "visa", "equity"
MONEY: Final = 256
WHERE: Final = REMOTE | ONSITE | HYBRID
TITLE: Final = OCCUPATION | ANY_ROLE
MAKER: Final = PERSON | SIDE
"""Hardly part of an employer's name or of a place."""
_DISTRIBUTED: Final = 512
_IN_PHRASE: Final = 1024  # tells something only together with its neighbours
_OPENINGS: Final = 2048
_WORK_FROM: Final = 8192
_FROM_HOME: Final = 16_384

_WORDS_BY_SIGN: Final = {
    PERSON | OCCUPATION: """
        engineer engineers enginer enginers developer developers developper devs programmer
        programmers designer designers scientist scientists manager managers architect architects
        analyst analysts administrator administrators sysadmin sysadmins sre sres devops sdet sdets
        intern interns internship internships hackers researcher researchers consultant consultants
        recruiter recruiters technologist technologists cofounder cofounders cto ctos director
        directors entwickler entwicklerin softwareentwickler développeur
        développeuse developpeur ingénieur ingénieure ingenieur desarrollador ingeniero""",
    SIDE | OCCUPATION: "fullstack frontend backend",
    OCCUPATION: """
        engineering dev hacker frontenders frontender backenders backender lead leads leader vp ciso
        admin admins sysops qa swe specialist specialists marketer marketers writer writers tester
        testers evangelist evangelists advocate advocates devrel representative representatives
        coordinator coordinators executive executives strategist strategists owner owners ops
        associate associates support dba dbas wizard wizards ninja ninjas guru gurus rockstar
        rockstars coder coders editor editors technician technicians officer officers instructor
        instructors teacher teachers assistant assistants ios android mobile marketing sales product
        embedded firmware""",
    REMOTE | _IN_PHRASE: "remote",
    REMOTE: "remotes remotely remoto anywhere wfh",
    NOT_REMOTE: "noremote nonremote",
    ONSITE | _IN_PHRASE: "onsite",
    HYBRID: "hybrid",
    TERMS: """
        ft pt fulltime contract contractor contractors permanent freelance freelancer freelancers
        intern interns visa visas h1b sponsor sponsors sponsored sponsoring sponsorship relocation
        equity salary competitive immediate asap w2 c2c paid citizen citizens citizenship
        compensation parttime""",
    MONEY: "usd eur gbp chf",
    _DISTRIBUTED | _IN_PHRASE: "distributed",
    _OPENINGS: """
        role roles position positions opening openings level levels job jobs""",
    _IN_PHRASE: """
        from full part front back head machine data tech team co work on in local
        direct h w""",
}
_PAIRS: Final = {
    tuple(pair.split()): sign
    for sign, pairs in {
        SIDE | OCCUPATION: ("full stack", "front end", "back end"),
        PERSON | OCCUPATION: ("co founder", "co founders", "tech lead", "team lead"),
        OCCUPATION: ("front enders", "head of", "data science", "machine learning"),
        _WORK_FROM: ("work from",),
        _FROM_HOME: ("from home",),
        ONSITE: ("on site", "in office", "in person", "local only"),
        NOT_REMOTE: ("onsite only", "site only"),
        TERMS: ("full time", "part time", "direct hire", "h 1b", "w 2"),
    }.items()
    for pair in pairs
}

_DISTRIBUTED_THING = re.compile(r"distributed[ /](?:sys|comp|data|soft)", re.IGNORECASE)
_NOT_REMOTE = re.compile(
    r"\b(?:no|not|non)[- ]?remote|remote[\s:?=-]{0,3}(?:no|not)\b(?!\s\w)", re.IGNORECASE
)
_ANY_ROLE = re.compile(
    r"\b(?:\d+\s+(?:\w+\s+)?|(?:multiple|various|several|many|all|open|different|other)\s+(?:[\w/+-]+\s+){0,3})"
    r"(?:roles?|positions?|openings?|levels?|jobs?)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₹]\s?\d|\b\d{2,3}\s?[kK]\b|\d\s?%|\b\d{2,3}[,.]?000\b|\b\d{2,3}[kK]?\s?[-–]\s?\d{2,3}[kK]"
)
_WORD = re.compile(r"[^\W_]+")


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for sign, words in _WORDS_BY_SIGN.items():
        for word in words.split():
            table[word] = table.get(word, 0) | sign
    return table


_SIGNS: Final = _table()


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string as a set."""
    return frozenset(words.split())


def signs_in(text: str) -> int:
    """Return the signs that the words of a string give, as a sum of this module's constants.

    `MONEY` is given for codes of currencies alone; `states_money` reads figures.
    """
    words = _WORD.findall(text.lower())
    signs = 0
    for word in words:
        if word in _SIGNS:
            signs |= _SIGNS[word]
    if signs & _IN_PHRASE:
        for pair in pairwise(words):
            if pair in _PAIRS:
                signs |= _PAIRS[pair]
        if signs & _WORK_FROM and signs & _FROM_HOME:
            signs |= REMOTE
        if signs & _DISTRIBUTED and not _DISTRIBUTED_THING.search(text):
            signs |= REMOTE
        if signs & REMOTE and _NOT_REMOTE.search(text):
            signs |= NOT_REMOTE
    if signs & _OPENINGS and _ANY_ROLE.search(text):
        signs |= ANY_ROLE
    return signs & _PUBLIC


def words_of_people() -> list[str]:
    """Return the words for people, and those that make one of a title ("Lead, Payments")."""
    people = [word for word, signs in _SIGNS.items() if signs & PERSON]
    return [*people, "lead", "leads", "founder", "founders"]


def states_money(text: str) -> bool:
    """Whether a short string states an amount of money, or a share."""
    return _MONEY.search(text) is not None


_PUBLIC: Final = TITLE | PERSON | SIDE | WHERE | NOT_REMOTE | TERMS | MONEY
short_signs = lru_cache(maxsize=32_768)(signs_in)
"""`signs_in` for fields and titles, which repeat."""
