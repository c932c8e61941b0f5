"""The sample market as the JobHive data set holds it: a manifest, and the files that it names.

Belongs here: rows in the data set's columns, and writing files of any size. Does not belong here:
who serves them (`sources`), or what an advert says (`texts`).

Of the platforms only those are told whose ids the data set and the boards agree on: the same advert
is then on both, and must be counted once.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.market.shelf import Shelf, amount, department, place_said
from scrapers.market.texts import Section, plain
from scrapers.market.workable import shortcode
from scrapers.market.world import Advert, Band, World

ORIGIN = "https://storage.stapply.ai"
FOLDER = "jobhive/v1"
MANIFEST = "manifest.json"
DAYS = 7
"""Days for which there is a file of what they changed."""
GROUP_ROWS = 2_000
TEXT_CHARS = 25_000
"""The data set cuts longer texts."""

Row = dict[str, Any]

_GENERATED_AT = time(5, tzinfo=UTC)
_CONTINENTS = {"US": "North America", "CA": "North America", "IN": "Asia", "SG": "Asia"}
_CONTRACTS = {"full": "FULL_TIME", "part": "PART_TIME", "intern": "INTERN", "contract": "CONTRACT"}
_TEXT, _NUMBER, _INSTANT = pa.string(), pa.float64(), pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    {
        "global_id": _TEXT,
        "url": _TEXT,
        "title": _TEXT,
        "company": _TEXT,
        "ats_type": _TEXT,
        "ats_id": _TEXT,
        "location": _TEXT,
        "country_iso": _TEXT,
        "region": _TEXT,
        "lat": _NUMBER,
        "lon": _NUMBER,
        "is_remote": pa.bool_(),
        "salary_currency": _TEXT,
        "salary_period": _TEXT,
        "salary_summary": _TEXT,
        "salary_min": _NUMBER,
        "salary_max": _NUMBER,
        "experience": pa.int64(),
        "employment_type": _TEXT,
        "department": _TEXT,
        "team": _TEXT,
        "requisition_id": _TEXT,
        "apply_url": _TEXT,
        "commitment": _TEXT,
        "description": _TEXT,
        "posted_at": _INSTANT,
        "fetched_at": _INSTANT,
        "application_deadline": _TEXT,
        "language": _TEXT,
        "raw": _TEXT,
    }
)


class Platform(NamedTuple):
    """How a platform names its adverts."""

    number: Callable[[Advert], str]
    url: str


PLATFORMS: Mapping[str, Platform] = {
    "ashby": Platform(lambda item: item.source_id, "https://jobs.ashbyhq.com/{board}/{number}"),
    "greenhouse": Platform(
        lambda item: item.source_id, "https://job-boards.greenhouse.io/{board}/jobs/{number}"
    ),
    "lever": Platform(lambda item: item.source_id, "https://jobs.lever.co/{board}/{number}"),
    "personio": Platform(
        lambda item: item.source_id, "https://{board}.jobs.personio.de/job/{number}"
    ),
    "workable": Platform(shortcode, "https://apply.workable.com/j/{number}"),
}


def files(world: World, day: date, folder: Path) -> None:
    """Write the snapshot of a day: everything, each platform, and what the last days changed.

    Args:
        world: The market.
        day: The day.
        folder: Where the files go, each under its path.
    """
    days = [day - timedelta(days=back) for back in reversed(range(DAYS))]
    deltas = {each: [row for row, on in _dated(world, each) if on == each] for each in days}
    write_snapshot(folder, rows(world, day), day, deltas)


def rows(world: World, day: date) -> Iterator[Row]:
    """The adverts that are open on a day, in the data set's columns."""
    return (row for row, _ in _dated(world, day))


def many(world: World, day: date, count: int, *, text_chars: int = TEXT_CHARS) -> Iterator[Row]:
    """So many rows, whatever the size of the market: its own again and again under new ids.

    Args:
        world: The market.
        day: The day that it shows.
        count: How many.
        text_chars: Longest text, characters.
    """
    for number, row in enumerate(islice(cycle(list(rows(world, day))), count)):
        yield row | {
            "global_id": f"{row['ats_type']}:{number}",
            "ats_id": str(number),
            "description": f"Opening {number}. {row['description']}"[:text_chars],
        }


def write_snapshot(
    folder: Path,
    found: Iterable[Row],
    day: date,
    deltas: Mapping[date, Iterable[Row]] | None = None,
) -> None:
    """Write the files of a snapshot and the manifest that names them; memory does not grow.

    Args:
        folder: Where the files go, each under its path.
        found: Rows of `all` and of the platforms' files.
        day: When it was generated.
        deltas: Rows of the days' files.
    """
    base = folder / FOLDER
    base.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        whole = stack.enter_context(
            pq.ParquetWriter(base / "all.parquet", SCHEMA, compression="zstd")
        )
        tables: dict[str, csv.DictWriter[str]] = {}
        for group in _groups(found):
            whole.write_table(pa.Table.from_pylist(group, SCHEMA))
            for row in group:
                platform = row["ats_type"]
                if platform not in tables:
                    tables[platform] = _table(stack, base / platform / "jobs.csv")
                tables[platform].writerow(row)
                counts[platform] = counts.get(platform, 0) + 1
    by_date: dict[str, Any] = {}
    for each, changed in sorted((deltas or {}).items()):
        path = base / "by-date" / f"{each.isoformat()}.parquet"
        path.parent.mkdir(exist_ok=True)
        number = 0
        with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for group in _groups(changed):
                writer.write_table(pa.Table.from_pylist(group, SCHEMA))
                number += len(group)
        by_date[each.isoformat()] = _entry(path, base, number)
    total = sum(counts.values())
    manifest = {
        "version": "1.0",
        "generated_at": datetime.combine(day, _GENERATED_AT).isoformat(),
        "stats": {"total_jobs": total, "total_companies": 0, "ats_count": len(counts)},
        "all": _entry(base / "all.parquet", base, total)
        | {"sha256": _sha256(base / "all.parquet")},
        "by_ats": {
            platform: _entry(base / platform / "jobs.csv", base, number)
            for platform, number in sorted(counts.items())
        },
        "by_date": by_date,
        "companies": None,
    }
    (base / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def _dated(world: World, day: date) -> Iterator[tuple[Row, date]]:
    """The open adverts, and when each was last changed."""
    for name, platform in PLATFORMS.items():
        owners = {e.board: e.name for e in world.employers if e.platform == name}
        for board, adverts in world.boards.get(name, {}).items():
            shelf = Shelf(board, owners[board], day, world.spec.seed, adverts)
            for item in adverts:
                if item.is_listed and item.is_open(day):
                    edited = item.edited_at.date() if item.edited_at and item.version(day) else None
                    yield _row(shelf, item, name, platform), edited or item.posted_at.date()


def _row(shelf: Shelf, item: Advert, name: str, platform: Platform) -> Row:
    role, place, rng = item.role, item.places[0], shelf.rng("jobhive", item)
    number = platform.number(item)
    url = platform.url.format(board=shelf.board, number=number)
    band = shelf.band(item)
    return {
        "global_id": f"{name}:{number}",
        "url": url,
        "title": role.title,
        # Some platforms do not tell the employer's name, and the board's name stands for it.
        "company": shelf.board if name in ("ashby", "lever") else shelf.company,
        "ats_type": name,
        "ats_id": number,
        "location": ", ".join(place_said(p) for p in item.places),
        "country_iso": place.country if rng.random() < 0.7 else None,
        "region": _CONTINENTS.get(place.country, "Europe"),
        "is_remote": True if role.workplace == "remote" else None,
        **_pay(band),
        "employment_type": _CONTRACTS[role.contract],
        "department": department(item) if rng.random() < 0.8 else None,
        "requisition_id": f"REQ-{item.internal_id % 9973}" if name == "greenhouse" else None,
        "apply_url": f"{url}/apply" if name == "lever" else None,
        "commitment": role.contract,
        "description": _text(shelf.sections(item), rng),
        "posted_at": item.posted_at.astimezone(UTC),
        "fetched_at": datetime.combine(shelf.day, _GENERATED_AT),
        "language": role.language,
        "raw": json.dumps({"board": shelf.board}),
    }


def _pay(band: Band | None) -> Row:
    if band is None:
        return {}
    ends = [amount(v) for v in (band.pay_min, band.pay_max) if v is not None]
    period = {"YEAR": "per year", "MONTH": "per month", "HOUR": "per hour"}[band.period]
    return {
        "salary_currency": band.currency,
        "salary_period": band.period,
        "salary_summary": f"{' - '.join(dict.fromkeys(ends))} {band.currency} {period}",
        "salary_min": band.pay_min,
        "salary_max": band.pay_max,
    }


def _text(sections: Iterable[Section], rng: Random) -> str:
    """The text as the data set has it: without markup, and half of the time on one line."""
    lines: list[str] = []
    for section in sections:
        lines += [section.heading or "", *section.paragraphs, *section.bullets]
    joint = rng.choice((" ", "\n"))
    return plain(joint.join(filter(None, lines)))[:TEXT_CHARS]


def _groups(found: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(found)
    while group := list(islice(left, GROUP_ROWS)):
        yield group


def _table(stack: ExitStack, path: Path) -> csv.DictWriter[str]:
    path.parent.mkdir(exist_ok=True)
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    table = csv.DictWriter(file, SCHEMA.names)
    table.writeheader()
    return table


def _entry(path: Path, base: Path, count: int) -> Row:
    """What the manifest says of a file; its address is relative to the manifest's."""
    form = path.suffix.removeprefix(".")
    return {
        form: path.relative_to(base).as_posix(),
        "rows": count,
        "size_bytes": path.stat().st_size,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
