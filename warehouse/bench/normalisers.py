"""The normalisers, one core: each against the plain way to do the same.

Belongs here: what is called on what, and what counts as the same answer. Does not belong here: the
stages that run them over a warehouse (`stages`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from warehouse.bench import baselines
from warehouse.bench.material import Material, Sample
from warehouse.bench.measure import Contender, Row, race
from warehouse.normalise.hn_header import parse_header
from warehouse.normalise.mentions import find_mentions
from warehouse.normalise.pay import find_pay
from warehouse.normalise.place import locate
from warehouse.normalise.posting import read_facts
from warehouse.normalise.role import classify_role
from warehouse.normalise.text import to_text
from warehouse.normalise.types import Mention, PayBand, Place, Role

MARKUPS = ("board HTML", "escaped HTML", "comments")
SLOW_ITEMS, SLOWEST_ITEMS = 100, 20
"""Of each repeat, where a baseline is so slow that a few adverts must do."""


def _body_bytes(sample: Sample) -> int:
    return len(sample.advert.body.encode())


def _text_bytes(sample: Sample) -> int:
    return len(sample.text.encode())


def text(material: Material) -> Iterator[Row]:
    """`to_text` on each kind of markup."""
    for markup in MARKUPS:
        samples = material.samples_of(markup)
        if samples:
            yield race(
                "text",
                Contender(f"to_text, {markup}", lambda s: to_text(s.advert.body)),
                [Contender("unescape and one regex", _plain_text)],
                samples,
                _body_bytes,
                material.repeats,
            )


def _plain_text(sample: Sample) -> str:
    return baselines.plain_text(sample.advert.body)


def mentions(material: Material) -> Iterator[Row]:
    """`find_mentions` against the ways of other extractors, with the same aliases."""
    ways = [
        Contender("one re alternation, IGNORECASE", _alternation, _meant, items=SLOW_ITEMS),
        Contender("one re.search per alias", _one_by_one, _itself, items=SLOWEST_ITEMS),
    ]
    if baselines.has_flashtext():
        ways.append(Contender("flashtext2, plain spellings", _flashtext, _itself))
    yield race(
        "mentions",
        Contender("find_mentions", _mentions, _technologies),
        ways,
        material.samples,
        _text_bytes,
        material.repeats,
    )


def _mentions(sample: Sample) -> list[Mention]:
    return find_mentions(sample.text, title=sample.title)


def _technologies(found: list[Mention]) -> Iterable[Hashable]:
    return (mention.technology for mention in found)


def _alternation(sample: Sample) -> frozenset[str]:
    return baselines.surfaces_at_once(sample.text)


def _meant(surfaces: frozenset[str]) -> Iterable[Hashable]:
    return (name for surface in surfaces for name in baselines.technologies_of(surface))


def _one_by_one(sample: Sample) -> frozenset[str]:
    return baselines.technologies_one_by_one(sample.text)


def _flashtext(sample: Sample) -> frozenset[str]:
    return baselines.technologies_by_flashtext(sample.text)


def _itself(found: Iterable[Hashable]) -> Iterable[Hashable]:
    return found


def pay(material: Material) -> Iterator[Row]:
    """`find_pay` against a currency sign before a number."""
    yield race(
        "pay",
        Contender("find_pay", _pay, _states_pay),
        [Contender("one currency regex", lambda s: baselines.has_pay(s.text), _true)],
        material.samples,
        _text_bytes,
        material.repeats,
    )


def _pay(sample: Sample) -> list[PayBand]:
    return find_pay(sample.text, title=sample.title, location=sample.location)


def _states_pay(bands: list[PayBand]) -> Iterable[Hashable]:
    return {band.is_plausible for band in bands} - {False}


def _true(found: bool) -> Iterable[Hashable]:
    return {found} - {False}


def role(material: Material) -> Iterator[Row]:
    """Role and place (and the first lines where there is no title) against two keyword searches."""
    yield race(
        "role",
        Contender("header, role and place", _role_and_place, _is_ml_and_countries),
        [Contender("two keyword regexes", _keywords, _itself)],
        material.samples,
        _text_bytes,
        material.repeats,
    )


def _role_and_place(sample: Sample) -> tuple[Role, Place]:
    advert, said = sample.advert, sample.text
    title, location, is_remote = advert.title, advert.location, advert.is_remote
    if not title:
        header = parse_header(said)
        title, location = header.title, location or header.location
        is_remote = header.is_remote if is_remote is None else is_remote
    place = locate(
        location,
        said,
        secondary=advert.secondary_locations,
        address=advert.address,
        is_remote=is_remote,
        workplace_raw=advert.workplace,
        title=title,
    )
    return classify_role(title, said, department=advert.department, team=advert.team), place


def _is_ml_and_countries(found: tuple[Role, Place]) -> Iterable[Hashable]:
    kind, place = found
    return {"an ML job"} | set(place.countries) if kind.is_ml else place.countries


def _keywords(sample: Sample) -> set[Hashable]:
    found = baselines.countries(sample.location or sample.text[:200])
    return {"an ML job", *found} if baselines.is_ml(sample.title, sample.text) else {*found}


def facts(material: Material) -> Iterator[Row]:
    """`read_facts` as a whole, on all adverts and on each kind of markup."""
    for markup in (None, *MARKUPS):
        samples = material.samples_of(markup) if markup else material.samples
        if samples:
            yield race(
                "facts",
                Contender(f"read_facts, {markup or 'all'}", lambda s: read_facts(s.advert)),
                [Contender("the plain ways together", _plain_facts, items=SLOW_ITEMS)],
                samples,
                _body_bytes,
                material.repeats,
            )


def _plain_facts(sample: Sample) -> baselines.Plain:
    return baselines.plain_facts(sample.advert.body, sample.title, sample.location)
