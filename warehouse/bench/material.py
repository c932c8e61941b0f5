"""What the suite works on: adverts, and how many of what.

Belongs here: choosing adverts from landing lines, and writing them as a landing file of any size.
Does not belong here: where the lines come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import NamedTuple

from pydantic import ValidationError

from scrapers.landing import BoardObservation, Line, Posting, read_line
from warehouse.normalise.hn_header import parse_header
from warehouse.normalise.posting import Advert
from warehouse.normalise.text import to_text

_OBSERVED_AT = datetime(2026, 1, 31, tzinfo=UTC)
_BOARD = "bench"


class BenchError(ValueError):
    """There is nothing to measure on; the message says why."""


class Sample(NamedTuple):
    """An advert, and what the normalisers are told of it after its text is read."""

    advert: Advert
    markup: str
    text: str
    title: str
    location: str


@dataclass(frozen=True)
class Material:
    """The adverts and the sizes. `postings` are chosen only when a part asks for them."""

    choose_postings: Callable[[int], list[Posting]]
    """Gives at most so many adverts."""
    adverts: int = 4_000
    """Of the smaller size; from 4,000 on `normalise_pending` uses all cores."""
    roles: int = 80_000
    companies: int = 15_000
    growth: int = 4
    """The larger size of a stage that is measured at two."""
    repeats: int = 5
    stage_repeats: int = 3

    @cached_property
    def postings(self) -> list[Posting]:
        """The adverts of the larger size, as far as there are so many, in no order."""
        return self.choose_postings(self.adverts * self.growth)

    @cached_property
    def samples(self) -> list[Sample]:
        """The adverts of the smaller size, as the normalisers see them."""
        return [_sample(posting) for posting in self.postings[: self.adverts]]

    def samples_of(self, markup: str) -> list[Sample]:
        """Those whose text is marked up in one way."""
        return [sample for sample in self.samples if sample.markup == markup]


def choose(lines: Iterable[Line], adverts: int) -> list[Posting]:
    """Choose postings at random, always the same from the same lines, each advert once.

    Args:
        lines: Landing lines; those that are no postings are passed over.
        adverts: How many at most.

    Raises:
        BenchError: There are none.
    """
    # Reservoir sampling (Vitter's algorithm R): the lines may be more than memory holds.
    random = Random(0)
    chosen: list[Posting] = []
    known: set[tuple[str, str, str]] = set()
    for line in lines:
        if not isinstance(line, Posting):
            continue
        key = (line.source, line.board, line.source_id)
        if key in known:
            continue
        known.add(key)
        if len(chosen) < adverts:
            chosen.append(line)
        elif (place := random.randrange(len(known))) < adverts:
            chosen[place] = line
    if not chosen:
        raise BenchError("there is no advert to measure on")
    random.shuffle(chosen)
    return chosen


def read_landing(path: Path) -> Iterator[Line]:
    """The lines of a landing file, or of all those in a folder.

    Args:
        path: JSON lines, as spiders write them, or a folder of such files (`DATA/landing`).

    Raises:
        BenchError: A line does not fit the landing contract.
    """
    for landing in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
        with landing.open("rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    yield read_line(raw)
                except ValidationError as error:
                    raise BenchError(f"{landing}, line {number}: not a landing line") from error


def write_landing(postings: Iterable[Posting], adverts: int, path: Path) -> None:
    """Write a landing file of any length: the adverts again and again, each time under new ids.

    Args:
        postings: At least one.
        adverts: Postings that the file shall hold; a line more says that their board is complete.
        path: The file.
    """
    with path.open("w", encoding="utf-8") as file:
        for number, posting in enumerate(islice(cycle(postings), adverts)):
            line = posting.model_copy(
                update={
                    "source": _BOARD,
                    "board": _BOARD,
                    "source_id": str(number),
                    "observed_at": _OBSERVED_AT,
                }
            )
            file.write(line.model_dump_json(exclude_none=True) + "\n")
        board = BoardObservation(
            source=_BOARD,
            board=_BOARD,
            observed_at=_OBSERVED_AT,
            state="ok",
            url="",
            rows_seen=adverts,
        )
        file.write(board.model_dump_json(exclude_none=True) + "\n")


def _sample(posting: Posting) -> Sample:
    advert = _advert(posting)
    text = to_text(advert.body)
    title, location = advert.title, advert.location
    if not title:
        header = parse_header(text)
        title, location = header.title, location or header.location
    return Sample(advert, _markup(posting), text, title, location)


def _markup(posting: Posting) -> str:
    if posting.source == "hackernews":
        return "comments"
    if "</" in posting.body:
        return "board HTML"
    return "escaped HTML" if "lt;" in posting.body else "plain text"


def _advert(posting: Posting) -> Advert:
    address = posting.address
    return Advert(
        body=posting.body,
        title=posting.title or "",
        company=posting.company or "",
        location=posting.location or "",
        secondary_locations=posting.secondary_locations,
        address={
            name: value
            for name, value in (
                ("addressLocality", address.locality),
                ("addressRegion", address.region),
                ("addressCountry", address.country),
            )
            if value
        }
        if address
        else None,
        is_remote=posting.is_remote,
        workplace=posting.workplace or "",
        department=posting.department or "",
        team=posting.team or "",
        posted_on=posting.posted_on,
        pay_text=posting.pay_text or "",
        pay_components=[component.model_dump() for component in posting.pay_components],
    )
