"""What the JobHive data set says: its manifest, and the rows of the files that it names.

Belongs here: reading both, in flat memory whatever the size of a file. Does not belong here: which
files are asked for (`scrapers.spiders.jobhive`), or fetching them (`scrapers.download`).
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.landing import Address, PayComponent, Posting, Refusal, encodable, sample_of
from scrapers.spiders.base import FAULTS, Board, ShapeError, day, explain

MANIFEST = "https://storage.stapply.ai/jobhive/v1/manifest.json"
WHOLE = "all"
DATE = "date/"
"""How the boards of days begin."""
COLUMNS = (
    "global_id",
    "url",
    "title",
    "company",
    "ats_type",
    "ats_id",
    "location",
    "country_iso",
    "region",
    "is_remote",
    "salary_currency",
    "salary_period",
    "salary_summary",
    "salary_min",
    "salary_max",
    "employment_type",
    "department",
    "team",
    "requisition_id",
    "apply_url",
    "commitment",
    "description",
    "posted_at",
    "application_deadline",
)
"""What is read of a row; other columns, `raw` above all, stay in the file."""
REQUIRED = ("title", "description")
"""Columns without which a file is something else; a row may lack the one or the other."""
BATCH_ROWS = 512
READ_BUFFER_BYTES = 1024 * 1024
CELL_CHARS = 16 * 1024 * 1024
"""Longest cell of a CSV file: a quote that is never closed must not take in the rest of it."""
CONTINENTS = frozenset(
    ("africa", "antarctica", "asia", "europe", "north america", "oceania", "south america")
)
"""What `region` holds; it is no part of an address."""
SAME_IDS = frozenset(
    (
        "ashby",
        "bamboohr",
        "greenhouse",
        "lever",
        "personio",
        "pinpoint",
        "recruitee",
        "remoteok",
        "smartrecruiters",
        "themuse",
        "weworkremotely",
        "workable",
        "workday",
    )
)
"""Platforms whose adverts have the same id here as on our own boards. Teamtailor's have not: its
address holds a number, and its feed a UUID."""


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class File(NamedTuple):
    """One form of a file that the manifest names."""

    url: str
    sha256: str | None
    size: int | None
    rows: int | None
    is_sum_shared: bool = False
    """Whether the entry has one checksum for several forms, so that it may be another's."""


# --- the manifest -------------------------------------------------------------------------------


def files_of(manifest: Any) -> dict[str, list[File]]:
    """The files that a manifest names, by board, each in its forms with the best first.

    Args:
        manifest: The manifest's JSON.

    Raises:
        ShapeError: It names no files.
    """
    if not isinstance(manifest, dict):
        raise ShapeError("it is no object")
    entries: dict[str, Any] = {WHOLE: manifest.get("all")}
    for kind, key in (("ats", "by_ats"), ("date", "by_date")):
        named = manifest.get(key)
        for name, entry in named.items() if isinstance(named, dict) else ():
            if kind == "ats" or _DAY.fullmatch(str(name)):
                entries[f"{kind}/{name}"] = entry
    files = {name: found for name, entry in entries.items() if (found := _forms(entry))}
    if not files:
        raise ShapeError("it names no file")
    return files


def _forms(entry: Any) -> list[File]:
    """An entry's Parquet and CSV file, as far as it has them.

    The newer layout has sums of their own for Parquet, and the plain ones are the CSV's; in the
    older one the plain ones are of either.
    """
    if isinstance(entry, str):
        entry = {"parquet" if entry.endswith(".parquet") else "csv": entry}
    if not isinstance(entry, dict):
        return []
    addresses = {form: _address(entry.get(form)) for form in ("parquet", "csv")}
    own_sums = {
        form: form == "parquet"
        and any(entry.get(f"{form}_{key}") for key in ("sha256", "size_bytes"))
        for form in addresses
    }
    is_shared = all(addresses.values()) and not own_sums["parquet"]
    rows = _count(entry.get("rows"))
    found = []
    for form, url in addresses.items():
        if url is None:
            continue
        before = f"{form}_" if own_sums[form] else ""
        sha256 = entry.get(f"{before}sha256")
        found.append(
            File(
                url=url,
                sha256=str(sha256).lower().removeprefix("sha256:") if sha256 else None,
                # Of one of two forms, and nothing says which.
                size=None if is_shared else _count(entry.get(f"{before}size_bytes")),
                rows=rows,
                is_sum_shared=is_shared,
            )
        )
    return found


def _address(said: Any) -> str | None:
    """A file's address; it may be relative to the manifest, or a key in its bucket."""
    if not isinstance(said, str) or not said.strip():
        return None
    said = said.strip()
    folder = urlsplit(MANIFEST).path.rpartition("/")[0].lstrip("/") + "/"
    url = urljoin(MANIFEST, f"/{said}" if said.startswith(folder) else said)
    # Scrapy would also open local files.
    return url if urlsplit(url).scheme in ("http", "https") else None


def _count(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


# --- rows ---------------------------------------------------------------------------------------


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, a few at a time, with the columns that are read.

    A row of a CSV file that has more or fewer cells than the file has columns comes without them.

    Args:
        path: A Parquet file, or a CSV file, gzipped or not; told apart by how it begins.

    Raises:
        ShapeError: A column that is needed is missing.
        pyarrow.ArrowException, csv.Error, OSError, EOFError, zlib.error: The file is damaged.
    """
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning == b"PAR1":
        return _parquet_rows(path)
    return _csv_rows(path, gzip.open if beginning.startswith(b"\x1f\x8b") else open)


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    # Buffered, a row group is read page by page; a file may be a single row group.
    with pq.ParquetFile(path, buffer_size=READ_BUFFER_BYTES, pre_buffer=False) as file:
        there = file.schema_arrow.names
        _check(there)
        columns = [name for name in COLUMNS if name in there]
        for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
            yield from pa.RecordBatch.from_arrays(
                [_plain(column) for column in batch.columns], names=batch.schema.names
            ).to_pylist()


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # Days of UTC; nanoseconds would need pandas, row by row.
        utc = column.cast(pa.timestamp("us", column.type.tz and "UTC"), safe=False)
        return utc.cast(pa.timestamp("us"), safe=False).cast(pa.date32(), safe=False)
    return column


def _csv_rows(path: Path, opened: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(CELL_CHARS)
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        there = next(reader, [])
        _check(there)
        columns = [(there.index(name), name) for name in COLUMNS if name in there]
        for cells in reader:
            if len(cells) == len(there):
                yield {name: cells[place] for place, name in columns}
            elif cells:
                yield {}


def _check(there: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in there]
    if missing:
        raise ShapeError(f"column {missing[0]!r} is missing")


def read_row(row: dict[str, Any], board: Board) -> Posting | Refusal:
    """The landing line of a row; a refusal where it is no advert: without title and text, say.

    Args:
        row: A row of a file, by column.
        board: The file.
    """
    try:
        return _build(row, board)
    except FAULTS as error:
        return Refusal(
            **board.envelope(),
            source_id=_identity(row),
            reason=encodable(explain(error)),
            sample=sample_of(row),
        )


def _build(row: dict[str, Any], board: Board) -> Posting:
    if not row:
        raise ShapeError("the row has more or fewer cells than the file has columns")
    get = {name: _text(value) for name, value in row.items()}.get
    platform = (get("ats_type") or "").lower()
    number = _number(row, platform)
    is_same = platform in SAME_IDS and number is not None
    region = get("region")
    country = get("country_iso")
    if region and region.lower() in CONTINENTS:
        region = None
    posted_on = _day(row.get("posted_at"))
    return Posting(
        **board.envelope(),
        source_id=_identity(row) or "",
        url=get("url") or get("apply_url"),
        company=get("company"),
        title=get("title"),
        body=get("description") or "",
        location=get("location"),
        address=Address(region=region, country=country) if region or country else None,
        is_remote=_flag(row.get("is_remote")),
        department=get("department"),
        team=get("team"),
        employment_type=get("employment_type") or get("commitment"),
        posted_on=posted_on,
        posted_basis="stated" if posted_on else None,
        pay_text=get("salary_summary"),
        pay_components=_pay(row, get),
        requisition_id=get("requisition_id"),
        expires_on=_day(row.get("application_deadline")),
        origin_source=platform if is_same else None,
        origin_id=number if is_same else None,
    )


def _identity(row: dict[str, Any]) -> str | None:
    """The data set's id of an advert.

    Where the platform gives it none, the data set draws one anew each time: then the address.
    """
    given = _text(row.get("global_id"))
    number = _text(row.get("ats_id"))
    if given and (number or not _RANDOM_ID.fullmatch(given)):
        return given
    platform = _text(row.get("ats_type"))
    if platform and number:
        return f"{platform}:{number}"
    return _text(row.get("url")) or given


def _number(row: dict[str, Any], platform: str) -> str | None:
    """The platform's id of an advert: as in the global id, where a number is not yet a float."""
    before, _, after = (_text(row.get("global_id")) or "").partition(":")
    return after if after and before.lower() == platform else _text(row.get("ats_id"))


def _pay(row: dict[str, Any], get: Callable[[str], str | None]) -> tuple[PayComponent, ...]:
    """The data set's own reading of the pay: mostly its parser's, so an estimate.

    Ashby and Lever have fields for both ends, which the data set may just pass on. But a row does
    not say whether its numbers came so or were read out of `salary_summary`, where "65.000 €"
    becomes 65: none of them counts as the employer's word, and we read the summary ourselves.
    """
    low, high = _amount(row.get("salary_min")), _amount(row.get("salary_max"))
    if not low and not high:
        return ()
    return (
        PayComponent(
            type="Salary",
            min=low,
            max=high,
            currency=get("salary_currency"),
            interval=get("salary_period"),
            is_estimated=True,
        ),
    )


def _text(value: Any) -> str | None:
    if type(value) is str:  # nearly always
        return value.strip() or None
    if value is None or value != value:  # NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _amount(value: Any) -> int | float | None:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(amount):
        return None
    return int(amount) if amount.is_integer() else amount


def _flag(value: Any) -> bool | None:
    said = (_text(value) or "").lower()
    if said in ("true", "1", "1.0", "yes"):
        return True
    return False if said in ("false", "0", "0.0", "no") else None


def _day(value: Any) -> date | None:
    """A day; what is none says nothing, and the advert stays."""
    if isinstance(value, datetime):
        return day(value.isoformat())
    if isinstance(value, date):
        return value
    try:
        return day(_text(value))
    except ValueError:
        return None
