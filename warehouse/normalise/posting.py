"""From one advert as served to all its facts.

Belongs here: the order in which the normalisers are asked, and what each is told. Does not belong
here: how a single fact is found (one module per kind beside this one), or where facts are kept.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.digest import digest_of_code
from warehouse.normalise.employer import company_key
from warehouse.normalise.hn_header import Header, parse_header
from warehouse.normalise.mentions import find_mentions
from warehouse.normalise.pay import find_pay, parse_pay_field, pay_from_components
from warehouse.normalise.place import locate
from warehouse.normalise.role import classify_role
from warehouse.normalise.several import find_roles
from warehouse.normalise.text import to_text
from warehouse.normalise.types import Mention, PayBand, Place, PostedRole, Role

_LOWER_CASE = bytes(range(256)).lower()
_NO_LETTERS_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
# U+2000 to U+2BFF in UTF-8: quotes, dashes, spaces, bullets, currencies, arrows; no letters
_SYMBOLS = re.compile(rb"\xe2[\x80-\xaf].", re.DOTALL)
_NO_LETTERS = re.compile(r"[\W_]+")


class Advert(NamedTuple):
    """An advert as served: what the normalisers look at. Only the body is needed."""

    body: str
    title: str = ""
    company: str = ""
    location: str = ""
    secondary_locations: Sequence[str] = ()
    address: Mapping[str, str] | None = None
    is_remote: bool | None = None
    workplace: str = ""
    department: str = ""
    team: str = ""
    posted_on: date | None = None
    pay_text: str = ""
    pay_components: Sequence[Mapping[str, Any]] = ()
    estimated_pay_text: str = ""


class Facts(NamedTuple):
    """All that was read out of an advert."""

    text: str
    text_hash: str
    company: str | None
    company_id: str | None
    title: str | None
    role: Role  # of several the first for machine learning, else the first
    roles: list[PostedRole]  # at least one
    place: Place
    mentions: list[Mention]
    pay_bands: list[PayBand]


@cache
def settle() -> None:
    """Take what the normalisers have loaded out of the rounds of the garbage collector.

    Vocabularies are some hundred thousand objects that never go, and each full round looks at all
    of them. To be called once some adverts were read, in a process that reads many.
    """
    gc.collect()
    gc.freeze()
    # At the end all is to be freed as ever, or libraries complain of leaks.
    atexit.register(gc.unfreeze)


class _Said(NamedTuple):
    """What an advert is told by: its own fields, else the first lines of its text."""

    title: str
    company: str
    location: str
    is_remote: bool | None
    header: Header | None  # of an advert without a title


def read_facts(advert: Advert) -> Facts:
    """Read all facts out of one advert.

    Where the source gives no title (a thread's comment), the first lines of the text stand in for
    title, employer and location, and the roles that the text tells apart are read one by one.

    Args:
        advert: The advert as served.

    Returns:
        Its facts; spans of mentions are offsets in `Facts.text`.
    """
    [facts] = read_batch([advert])
    return facts


def read_batch(adverts: Sequence[Advert]) -> list[Facts]:
    """Read all facts out of some adverts, one kind of fact after the other.

    The automata of one kind of fact fill the caches of a processor: with a batch of some dozens
    they are loaded once for all its adverts, which is a quarter faster than advert by advert.

    Args:
        adverts: Adverts as served.

    Returns:
        The facts of each.
    """
    texts = [to_text(advert.body) for advert in adverts]
    said = [_said(advert, text) for advert, text in zip(adverts, texts, strict=True)]
    known = list(zip(adverts, texts, said, strict=True))
    roles = [_roles(advert, text, by) for advert, text, by in known]
    places = [_place(advert, text, by) for advert, text, by in known]
    mentions = [_mentions(advert, text, by) for advert, text, by in known]
    bands = [
        _pay(advert, text, by, place)
        for (advert, text, by), place in zip(known, places, strict=True)
    ]
    return [
        Facts(
            text=text,
            text_hash=text_hash(text),
            company=by.company or None,
            company_id=company_key(by.company) if by.company else None,
            title=by.title or None,
            role=next((posted.role for posted in offered if posted.role.is_ml), offered[0].role),
            roles=offered,
            place=place,
            mentions=named,
            pay_bands=[_for_role(band, text, offered) for band in paid],
        )
        for text, by, offered, place, named, paid in zip(
            texts, said, roles, places, mentions, bands, strict=True
        )
    ]


def _said(advert: Advert, text: str) -> _Said:
    if advert.title:
        return _Said(advert.title, advert.company, advert.location, advert.is_remote, None)
    header = parse_header(text)
    return _Said(
        header.title,
        advert.company or header.company or "",
        advert.location or header.location,
        header.is_remote if advert.is_remote is None else advert.is_remote,
        header,
    )


def _roles(advert: Advert, text: str, said: _Said) -> list[PostedRole]:
    stated = find_roles(text, header=said.header) if said.header else ()
    if not stated:
        role = classify_role(said.title, text, department=advert.department, team=advert.team)
        return [PostedRole(said.title or None, role, 0, len(text))]
    return [
        PostedRole(
            one.title, classify_role(one.title, text[one.start : one.end]), one.start, one.end
        )
        for one in stated
    ]


def _place(advert: Advert, text: str, said: _Said) -> Place:
    return locate(
        said.location,
        text,
        secondary=advert.secondary_locations,
        address=advert.address,
        is_remote=said.is_remote,
        workplace_raw=advert.workplace,
        title=said.title,
    )


def _mentions(advert: Advert, text: str, said: _Said) -> list[Mention]:
    month = advert.posted_on.isoformat()[:7] if advert.posted_on else None
    return find_mentions(text, title=said.title, month=month)


def _for_role(band: PayBand, text: str, roles: Sequence[PostedRole]) -> PayBand:
    """Give a band to the role in whose stretch of the text it stands, if it stands in one alone."""
    if len(roles) == 1 or band.start is None:
        return band
    saying = [
        number
        for number, role in enumerate(roles)
        if role.start <= band.start < role.end or band.evidence in text[role.start : role.end]
    ]
    return band._replace(role=saying[0]) if len(saying) == 1 else band


def _pay(advert: Advert, text: str, said: _Said, place: Place) -> list[PayBand]:
    country = place.countries[0] if len(place.countries) == 1 else None
    parsed = find_pay(text, title=said.title, location=said.location, country=country)
    if not (advert.pay_components or advert.pay_text or advert.estimated_pay_text):
        return parsed
    stated = [part for part in advert.pay_components if not part.get("is_estimated")]
    guessed = [part for part in advert.pay_components if part.get("is_estimated")]
    estimated = _of_source(guessed, advert.estimated_pay_text, country)
    return [
        *_of_source(stated, advert.pay_text, country),
        *parsed,
        *(band._replace(provenance="estimated") for band in estimated),
    ]


def _of_source(
    components: Sequence[Mapping[str, Any]], in_words: str, country: str | None
) -> list[PayBand]:
    """Bands outside the text: figures come before the words that say the same."""
    bands = pay_from_components([dict(component) for component in components])
    return bands or (parse_pay_field(in_words, country=country) if in_words else [])


def text_hash(text: str) -> str:
    """Hash of a text without case, spacing and punctuation: equal for copies of one advert."""
    bare = text.encode("utf-8", "surrogatepass").translate(_LOWER_CASE, _NO_LETTERS_ASCII)
    if not bare.isascii():
        bare = _SYMBOLS.sub(b"", bare)
    if not bare.isascii():
        letters = _NO_LETTERS.sub("", bare.decode("utf-8", "surrogatepass").lower())
        bare = letters.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(bare, digest_size=16).hexdigest()


def line_hash(text: str, position: int) -> str:
    """Hash of the line of a text that holds a position."""
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text_hash(text[begin : end if end >= 0 else None])[:16]


@cache
def method_version() -> str:
    """Version of the normalisers: changes with any line of their code or vocabularies."""
    return f"1.{digest_of_code(Path(__file__).parent)[:8]}"
