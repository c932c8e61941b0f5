"""The normalisers alone: one JSON object in, one out.

Belongs here: the shape of `hiring-signal extract`. Does not belong here: how facts are found
(`warehouse.normalise`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BufferedIOBase
from typing import Any, NamedTuple

from warehouse.normalise.posting import Advert, Facts, read_batch, settle

BATCH_LINES = 128
"""Adverts that are read together: enough for the automata to stay in the processor's caches."""
_BLOCK_BYTES = 1 << 18


class LineError(ValueError):
    """A line that is not an advert; the message says why."""


def lines_by_batch(stream: BufferedIOBase) -> Iterator[list[bytes]]:
    """The lines of a stream, as many at once as have come.

    Who types a line gets its answer; what is piped in comes in batches.

    Args:
        stream: A buffered binary stream.

    Yields:
        Whole lines, at most `BATCH_LINES` together.
    """
    begun: list[bytes] = []  # pieces of a line that has not ended yet
    while block := stream.read1(_BLOCK_BYTES):
        first, *more = block.split(b"\n")
        begun.append(first)
        if not more:
            continue
        lines = [b"".join(begun), *more[:-1]]
        begun = [more[-1]]
        for start in range(0, len(lines), BATCH_LINES):
            yield lines[start : start + BATCH_LINES]
    if any(begun):
        yield [b"".join(begun)]


def extract_batches(batches: Iterable[Sequence[bytes]]) -> Iterator[list[dict[str, Any]]]:
    """Read the facts of adverts, one answer per line, in order.

    Args:
        batches: JSON objects, one a line, UTF-8; `id` and `text` are required. Those of a batch are
            read together.

    Yields:
        For each batch its answers: `{"id", "mentions", "pay_bands", "role", "roles", "place"}`,
        or `{"id", "error"}` for a line that is no advert.
    """
    number = 0
    for lines in batches:
        rows = []
        for line in lines:
            number += 1
            rows.append(_row(number, line))
        answers = list(_answers(rows))
        settle()
        yield answers


class _Row(NamedTuple):
    """A line that was read, with the advert that it holds or what is wrong with it."""

    number: int
    identity: Any
    advert: Advert | None
    error: str = ""


def _row(number: int, line: bytes) -> _Row:
    identity = None
    try:
        row = _read(line)
        identity = row.get("id")
        return _Row(number, identity, advert_of(row))
    except LineError as error:
        return _Row(number, identity, None, f"line {number}: {error}")


def _answers(rows: Sequence[_Row]) -> Iterator[dict[str, Any]]:
    adverts = [row.advert for row in rows if row.advert]
    try:
        found = iter(read_batch(adverts))
    # Whatever one text does to the normalisers, the other lines are still answered.
    except Exception as error:  # noqa: BLE001
        if len(rows) > 1:
            for row in rows:
                yield from _answers([row])
            return
        [row] = rows
        yield {"id": row.identity, "error": f"line {row.number}: {type(error).__name__}: {error}"}
        return
    for row in rows:
        if row.advert:
            yield {"id": row.identity, **answer_of(next(found))}
        else:
            yield {"id": row.identity, "error": row.error}


def _read(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise LineError("not a JSON object")
    cleaned: dict[str, Any] = _encodable(row)
    return cleaned


def _encodable(value: Any) -> Any:
    """Without the lone halves of surrogate pairs, which JSON lets through and UTF-8 does not."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return value


def advert_of(row: dict[str, Any]) -> Advert:
    """An advert from an input line.

    Args:
        row: `id` and `text`; `title`, `location`, `secondaryLocations`, `address` (schema.org's
            `addressLocality`, `addressRegion`, `addressCountry`), `month` ("2017-05"), `isRemote`,
            `department`, `company` and `pay_raw` where known; the rest is ignored.

    Raises:
        LineError: A field is missing or has the wrong type.
    """
    for name in ("id", "text"):
        if row.get(name) is None:
            raise LineError(f"{name!r} is missing")
    for name in ("text", "title", "location", "department", "company", "pay_raw", "month"):
        if not isinstance(row.get(name), str | None):
            raise LineError(f"{name!r} must be a string")
    places = row.get("secondaryLocations") or []
    if not isinstance(places, list):
        raise LineError("'secondaryLocations' must be a list")
    if not isinstance(row.get("isRemote"), bool | None):
        raise LineError("'isRemote' must be true, false or null")
    return Advert(
        body=row["text"],
        title=row.get("title") or "",
        company=row.get("company") or "",
        location=row.get("location") or "",
        # As plain strings, or as Ashby serves them.
        secondary_locations=[
            str(place.get("location") or "") if isinstance(place, dict) else str(place)
            for place in places
            if place
        ],
        address=_address(row.get("address")),
        is_remote=row.get("isRemote"),
        department=row.get("department") or "",
        posted_on=_month(row.get("month")),
        pay_text=row.get("pay_raw") or "",
    )


def _address(said: Any) -> dict[str, str] | None:
    if not isinstance(said, dict):
        return None
    parts = ("addressLocality", "addressRegion", "addressCountry")
    return {part: said[part] for part in parts if isinstance(said.get(part), str)} or None


def _month(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError as error:
        raise LineError(f"'month' must look like 2017-05, not {text!r}") from error


def answer_of(facts: Facts) -> dict[str, Any]:
    """Facts in the shape of an output line.

    Args:
        facts: What was read out of an advert.
    """
    return {
        "mentions": [
            {
                "framework": mention.technology,
                "surface": mention.surface,
                "start": mention.start,
                "end": mention.end,
                "section": mention.section,
                "negated": mention.is_negated,
                "kind": mention.kind,
                "family": mention.family,
            }
            for mention in facts.mentions
            # What sort of work it is for is no technology that it names.
            if mention.kind != "topic"
        ],
        "pay_bands": [
            {
                "min": _number(band.pay_min),
                "max": _number(band.pay_max),
                "currency": band.currency,
                "period": band.period,
                "kind": band.kind,
                "zone": band.zone,
                "evidence": band.evidence,
                "provenance": band.provenance,
                "is_plausible": band.is_plausible,
                "role": band.role,
            }
            for band in facts.pay_bands
        ],
        "role": {
            "ml_role": facts.role.is_ml,
            "family": facts.role.family,
            "level": facts.role.level,
        },
        "roles": [
            {
                "title": posted.title,
                "ml_role": posted.role.is_ml,
                "family": posted.role.family,
                "level": posted.role.level,
                "start": posted.start,
                "end": posted.end,
            }
            for posted in facts.roles
        ],
        "place": {
            "countries": list(facts.place.countries),
            "us": facts.place.is_us,
            "region": facts.place.region,
            "workplace": facts.place.workplace,
        },
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
