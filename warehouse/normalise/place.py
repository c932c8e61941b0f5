"""Where the work of a posting can be done: countries, US state, workplace.

Belongs here: which fields and sentences of a posting are asked, and in which order. Does not belong
here: names in a string (`place_names`), wordings (`statements`), workplaces (`workplace`), or the
zone of a pay band (`pay`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from warehouse.normalise.gazetteer import gazetteer, key_of
from warehouse.normalise.place_names import NOTHING, Named, read_fields, read_names, union
from warehouse.normalise.statements import Statement, places_stated, statements_of
from warehouse.normalise.types import Place
from warehouse.normalise.workplace import workplace_of_fields, workplace_of_text

_TEXT_LIMIT_CHARS = 20_000  # where the job is stands in the first page; a bound for huge texts
_TITLE_LIMIT_CHARS = 300
_ADDRESS_LIMIT_CHARS = 200
_HEAD_CHARS = 120
_ADDRESS = ("Locality", "Region", "Country")
_UNITED_STATES = Named(frozenset({"US"}))

_IN_TITLE = re.compile(r"[(\[]([^)\]]{2,60})[)\]]|(?:\s[-–—|@]\s|,\s)([^,()|–—]{2,40})")


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
        state, and `metro` the large US metropolitan area (`vocabulary/metros.csv`), where the main
        location (else all of them together) names exactly one.
    """
    main, named = _fields(location, secondary, address)
    countries, states = named.countries, main.states or named.states
    metros = main.metros or named.metros
    workplace = workplace_of_fields(location, title, workplace_raw)
    is_anywhere = named.is_wide or (named.is_world and workplace == "remote")
    needs_place = not countries and not is_anywhere
    if needs_place and title:
        found = _read_title(title[:_TITLE_LIMIT_CHARS])
        countries, states, metros = found.countries, found.states, found.metros
        needs_place = not countries and not found.is_wide
    if needs_place or workplace == "unspecified":
        page = text[:_TEXT_LIMIT_CHARS].encode("utf-8", "replace")
        said = statements_of(page)
        if needs_place:
            head = text[:_HEAD_CHARS] if workplace != "remote" else ""
            found = _read_text(head, page, said)
            countries, states, metros = found.countries, found.states, found.metros
        if workplace == "unspecified":
            workplace = workplace_of_text(
                said, is_remote=is_remote, secondary=secondary, title=title, location=location
            )
    return Place(
        countries=tuple(sorted(countries)),
        is_us="US" in countries if countries else None,
        region=next(iter(states)) if len(states) == 1 else None,
        workplace=workplace,
        metro=next(iter(metros)) if len(metros) == 1 else None,
    )


def metro_of(
    location: str, *, secondary: Sequence[str] = (), address: Mapping[str, str] | None = None
) -> str | None:
    """Return the large US metropolitan area of a job.

    Args:
        location: The main location as the board says it.
        secondary: Further locations.
        address: A postal address as in `locate`.

    Returns:
        A name of `vocabulary/metros.csv` ("San Francisco Bay Area") where the main location (else
        all of them together) names exactly one, else None.
    """
    main, named = _fields(location, secondary, address)
    metros = main.metros or named.metros
    return next(iter(metros)) if len(metros) == 1 else None


def names_place(text: str) -> bool:
    """Say whether a short string names a country, a state, a city or a part of the world."""
    named = read_names(text, "cell")
    return bool(named.countries) or named.is_wide


def is_place(text: str) -> bool:
    """Say whether a short string is nothing but names of places ("Oslo, Norway (remote)")."""
    return names_place(text) and read_names(text, "cell").is_only_places


def _fields(
    location: str, secondary: Sequence[str], address: Mapping[str, str] | None
) -> tuple[Named, Named]:
    """Read the main location, and all locations and the address together."""
    main = read_fields([location]) if location else NOTHING
    named = read_fields([location, *secondary]) if secondary else main
    if address:
        named = union(
            named,
            _read_address(
                *[(address.get(f"address{part}") or "")[:_ADDRESS_LIMIT_CHARS] for part in _ADDRESS]
            ),
        )
    return main, named


@lru_cache(maxsize=16_384)
def _read_address(locality: str, region: str, country: str) -> Named:
    parts = [part.strip() for part in (locality, region, country) if part.strip()]
    named = read_names(", ".join(parts))
    # What a field for countries says is a country: "Georgia", "DE"
    codes = frozenset(
        reading.country
        for reading in gazetteer().names.get(key_of(country), ())
        if reading.kind == "country"
    )
    if not codes:
        return named
    is_us = "US" in codes
    return named._replace(
        countries=codes,
        states=named.states if is_us else frozenset(),
        metros=named.metros if is_us else frozenset(),
    )


@lru_cache(maxsize=16_384)
def _read_title(title: str) -> Named:
    for match in _IN_TITLE.finditer(title):
        found = read_names(match[1] or match[2], "prose")
        if found.countries or found.is_wide:
            return found
    return NOTHING


def _read_text(head: str, page: bytes, said: frozenset[Statement]) -> Named:
    """Read the place of a job from its text: a heading, then sentences, then signs of the US."""
    if head:
        named = read_names(head, "prose")
        if named.is_world:
            return NOTHING
        if named.countries:
            return named
    if "place" in said:
        for stated in places_stated(page):
            named = read_names(stated, "prose")
            if named.countries:
                return named
    return _UNITED_STATES if "us_status" in said else NOTHING
