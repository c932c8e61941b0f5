"""Bulk tables: the rows of a CSV, JSON lines or Parquet file, and the landing lines made of them.

Belongs here: reading such files row by row with flat memory, saying what is wrong with one, and the
landing lines of its rows. Does not belong here: which column is which field (`scrapers.mappings`),
or where a table and its landing lines are kept (`pipelines.imports`).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from scrapers.landing import (
    Address,
    BoardObservation,
    Line,
    PayComponent,
    Posting,
    Refusal,
    sample_of,
)
from scrapers.mappings.model import PayColumns, Row, TableMapping, Value

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".parquet": "parquet",
}
PACKED = ".gz"
GZIP_MAGIC = b"\x1f\x8b"
MAX_CELL_CHARS = 16 * 1024 * 1024
"""Longest cell of a CSV and line of a JSON file; a quote that is never closed ends here."""
BATCH_ROWS = 256
"""Rows of a Parquet file that are in memory at a time, beside one row group's pages."""
READ_BYTES = 1024 * 1024

_TEXTS = (
    "url", "company", "title", "location", "workplace", "department", "team", "employment_type",
    "pay_text", "estimated_pay_text", "requisition_id", "origin_source", "origin_id",
)  # fmt: skip


class TableError(ValueError):
    """A table that is not what it says; the message names the file and the row."""


class Numbered(NamedTuple):
    """One row of a table."""

    place: str  # "line 17" of a text file, "row 17" of a Parquet file
    row: Row | None
    fault: str = ""  # why there is no row


class Table:
    """A bulk table, read row by row as often as asked."""

    def __init__(self, path: Path, mapping: TableMapping, mapping_name: str) -> None:
        """Look at the name of a file.

        Args:
            path: CSV, JSON lines or Parquet by its name, also with `.gz`.
            mapping: What is read of it, and how it is written.
            mapping_name: What messages call the mapping.

        Raises:
            TableError: Its name is of no kind of table.
        """
        self.path = path
        self.mapping = mapping
        self.mapping_name = mapping_name
        self.columns: dict[str, None] = {}
        """Its columns in order, and fields inside them; of JSON lines those met so far."""
        kind = KINDS.get(Path(unpacked(path)).suffix.lower())
        if kind is None:
            raise TableError(
                f"{path.name}: the name ends in none of {', '.join(KINDS)} (also with {PACKED})"
            )
        self._read: Callable[[], Iterator[Numbered]] = {
            "csv": self._csv_rows,
            "json": self._json_rows,
            "parquet": self._parquet_rows,
        }[kind]
        self._place = "the beginning"

    @property
    def board(self) -> str:
        """What its rows are listed under: the file's name without endings."""
        return Path(unpacked(self.path)).stem

    def rows(self) -> Iterator[Numbered]:
        """The rows, in the file's order; empty lines are none.

        Raises:
            TableError: The file is not what its name says, from some row on.
            scrapers.mappings.model.MappingError: It lacks a column that the mapping names.
        """
        self._place = "the beginning"
        try:
            for numbered in self._read():
                self._place = numbered.place
                yield numbered
        except UnicodeDecodeError as error:
            raise self._not_decodable(error) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._error(
                f"the gzip file is damaged or cut short after {self._place}"
            ) from error
        except OSError as error:
            raise self._error(f"can't be read after {self._place}: {error}") from error

    def _error(self, what: str, place: str = "") -> TableError:
        return TableError(f"{self.path.name}{place and ', '}{place}: {what}")

    # --- text -----------------------------------------------------------------------------------

    def _encoding(self) -> str:
        with self._bytes() as file:
            has_mark = file.read(3) == codecs.BOM_UTF8
        return "utf-8-sig" if has_mark else self.mapping.encoding or "utf-8"

    def _is_packed(self) -> bool:
        with self.path.open("rb") as file:
            is_packed = file.read(2) == GZIP_MAGIC
        if self.path.name.lower().endswith(PACKED) and not is_packed:
            raise self._error("the name says gzip, the content does not")
        return is_packed

    @contextmanager
    def _bytes(self) -> Iterator[IO[bytes]]:
        with gzip.open(self.path) if self._is_packed() else self.path.open("rb") as file:
            yield cast("IO[bytes]", file)

    @contextmanager
    def _text(self, newline: str) -> Iterator[TextIOWrapper]:
        encoding = self._encoding()
        with self._bytes() as file:
            yield TextIOWrapper(file, encoding, newline=newline)

    def _not_decodable(self, error: UnicodeDecodeError) -> TableError:
        """The error with the line of the first fault: a decoder reads ahead of the rows."""
        encoding = self._encoding()
        decoder = codecs.getincrementaldecoder(encoding)()
        line = 1
        with self._bytes() as file:
            first = file.read(2)
            chunk = first + file.read(READ_BYTES)
            while True:
                try:
                    line += decoder.decode(chunk, final=not chunk).count("\n")
                except UnicodeDecodeError as found:
                    error = found
                    line += found.object[: found.start].decode(encoding, "ignore").count("\n")
                    break
                if not chunk:
                    break
                chunk = file.read(READ_BYTES)
        guess = "utf-16" if first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252"
        byte = error.object[error.start : error.start + 1].hex()
        return self._error(
            f"byte 0x{byte} is not {encoding}; say what it is in the mapping "
            f"({self.mapping_name}), for instance encoding: {guess}",
            f"line {line}",
        )

    def _csv_rows(self) -> Iterator[Numbered]:
        csv.field_size_limit(MAX_CELL_CHARS)
        is_tabbed = unpacked(self.path).lower().endswith(".tsv")
        with self._text(newline="") as file:
            reader = csv.reader(
                file,
                delimiter=self.mapping.delimiter or ("\t" if is_tabbed else ","),
                escapechar=self.mapping.escape,
                doublequote=self.mapping.escape is None,
                strict=True,
            )
            header: list[str] | None = None
            while True:
                place = f"line {reader.line_num + 1}"
                try:
                    cells = next(reader)
                except StopIteration:
                    break
                except csv.Error as error:
                    raise self._error(f"not CSV: {error}", place) from error
                if not cells:
                    continue
                if header is None:
                    header = self._header(cells)
                elif len(cells) != len(header):
                    raise self._error(
                        f"{len(cells)} cells where the header has {len(header)}", place
                    )
                else:
                    yield Numbered(place, dict(zip(header, cells, strict=True)))

    def _header(self, cells: list[str]) -> list[str]:
        header = [cell.strip() for cell in cells]
        twice = [name for name, times in Counter(header).items() if times > 1]
        if twice:
            raise self._error(f"the header has {twice[0]!r} twice", "line 1")
        self._has_columns(header)
        return header

    def _has_columns(self, columns: list[str]) -> None:
        self.columns = dict.fromkeys(columns)
        self.mapping.check_columns(self.mapping_name, self.columns, self.path.name)

    def _json_rows(self) -> Iterator[Numbered]:
        number = 0
        with self._text(newline="\n") as file:
            while line := file.readline(MAX_CELL_CHARS):
                number += 1
                if not line.strip():
                    continue
                place = f"line {number}"
                is_whole = line.endswith("\n")
                if not is_whole and len(line) == MAX_CELL_CHARS:
                    raise self._error(f"longer than {MAX_CELL_CHARS:,} characters", place)
                try:
                    row, fault = json.loads(line), ""
                except (ValueError, RecursionError) as error:
                    row, fault = None, f"not JSON: {str(error)[:80]}"
                    if not is_whole:
                        raise self._error("not JSON: the file is cut short", place) from error
                if not isinstance(row, dict):
                    fault = fault or f"a JSON {type(row).__name__}, not an object"
                    if not self.columns:
                        raise self._error(f"{fault}; one object a line is due", place)
                    yield Numbered(place, None, fault)
                    continue
                for name in _leaves(row):
                    self.columns.setdefault(name)
                yield Numbered(place, row)
        # Only now is it known that no row has a column.
        if self.columns:
            self.mapping.check_columns(self.mapping_name, self.columns, self.path.name)

    # --- Parquet --------------------------------------------------------------------------------

    @contextmanager
    def _seekable(self) -> Iterator[IO[bytes]]:
        with self._bytes() as file:
            if not self._is_packed():
                yield file
                return
            with tempfile.TemporaryFile() as unpacking:
                shutil.copyfileobj(file, unpacking, READ_BYTES)
                yield unpacking

    def _parquet_rows(self) -> Iterator[Numbered]:
        with self._seekable() as file:
            try:
                table = pq.ParquetFile(file)
            except (pa.ArrowException, OSError) as error:
                raise self._error(f"not a Parquet file: {error}") from error
            self._has_columns([name for field in table.schema_arrow for name in _fields(field)])
            needed = {column for _, column in self.mapping.named()}
            roots = {name if name in self.columns else name.split(".")[0] for name in needed}
            batches = table.iter_batches(BATCH_ROWS, columns=sorted(roots))
            number = 0
            while True:
                try:
                    batch = next(batches).to_pylist()
                except StopIteration:
                    break
                except (pa.ArrowException, ValueError, OverflowError, OSError) as error:
                    raise self._error(f"damaged after row {number}: {error}") from error
                for row in batch:
                    number += 1
                    yield Numbered(f"row {number}", row)


def unpacked(path: Path) -> str:
    """A file's name without the ending for gzip."""
    return path.name[: -len(PACKED)] if path.name.lower().endswith(PACKED) else path.name


def _leaves(row: Row, before: str = "") -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield before + name


def _fields(field: Any, before: str = "") -> Iterator[str]:
    if pa.types.is_struct(field.type):
        for position in range(field.type.num_fields):
            yield from _fields(field.type.field(position), f"{before}{field.name}.")
    else:
        yield before + field.name


# --- rows to landing lines ----------------------------------------------------------------------


def lines_of(
    table: Table, source: str, *, observed_on: date | None, not_after: date, digest: str
) -> Iterator[Line]:
    """The landing lines of a table: one per row, then an observation per day.

    A table is what somebody collected and not all that was open, unless the mapping says so: an
    advert that is absent from a later day or file is not taken for closed.

    Args:
        table: The table.
        source: Name of the source that it becomes.
        observed_on: Day on which rows were read off their site, where they do not say.
        not_after: The last day on which a row can have been seen.
        digest: SHA-256 of the file, for the observations.

    Yields:
        Postings; refusals of rows that don't fit; observations at the end.

    Raises:
        TableError: The file is not what it says, no day of observation is known, or no row fits.
        scrapers.mappings.model.MappingError: The table lacks a column that the mapping names.
    """
    reader = _RowReader(table, source, _one_day(table, observed_on), not_after)
    postings: Counter[datetime] = Counter()
    refused: Counter[datetime] = Counter()
    newest: datetime | None = None
    undated: list[tuple[Numbered, str]] = []
    example = ""
    for numbered in table.rows():
        line = reader.line(numbered)
        if isinstance(line, Posting):
            postings[line.observed_at] += 1
            newest = line.observed_at
            while undated:
                early = reader.refusal(*undated.pop(), newest)
                refused[newest] += 1
                yield early
            yield line
            continue
        at, reason = line
        example = example or f"{numbered.place}: {reason}"
        # A refused row that tells no day is told of with its neighbours.
        at = at or newest
        if at is None:
            undated.append((numbered, reason))
            continue
        refused[at] += 1
        yield reader.refusal(numbered, reason, at)
    if not postings:
        raise TableError(f"{table.path.name}: no row fits; {example or 'it has none'}")
    for at in sorted(postings.keys() | refused.keys()):
        rows = postings[at] + refused[at]
        yield BoardObservation(
            **reader.envelope(at),
            state="ok" if postings[at] else "failed",
            is_listing=table.mapping.is_listing,
            url=f"file:{table.path.name}",
            reason=f"{refused[at]} of {rows} rows refused" if refused[at] else None,
            rows_seen=postings[at],
            payload_digest=f"sha256:{digest}",
        )


def _one_day(table: Table, observed_on: date | None) -> date | None:
    """The day of observation of rows that don't tell their own."""
    value = table.mapping.fields.observed_on
    if observed_on is not None:
        return observed_on
    if value is None:
        raise TableError(
            f"{table.path.name}: the day of observation is not known: the mapping "
            f"({table.mapping_name}) names no column for it (fields.observed_on), and "
            "--observed-on is not given"
        )
    if not value.newest:
        return None
    nulls = table.mapping.null_spellings()
    newest = None
    for numbered in table.rows():
        try:
            found = value.day(numbered.row, None, nulls) if numbered.row is not None else None
        except ValueError:
            continue  # said when the row is read
        newest = max(filter(None, (newest, found and found.day)), default=None)
    if newest is None:
        raise TableError(
            f"{table.path.name}: the day of observation is not known: no row has a day in "
            f"{', '.join(value.columns())}, and --observed-on is not given"
        )
    return newest


class _RowReader:
    """Makes landing lines of rows."""

    def __init__(self, table: Table, source: str, day: date | None, not_after: date) -> None:
        self.table = table
        self._source = source
        self._day = day
        self._not_after = not_after
        self._nulls = table.mapping.null_spellings()
        fields = table.mapping.fields
        self._texts = [
            (name, value) for name in _TEXTS if (value := getattr(fields, name)) is not None
        ]

    def envelope(self, at: datetime) -> dict[str, Any]:
        """The fields that every landing line has."""
        return {"source": self._source, "board": self.table.board, "observed_at": at}

    def refusal(self, numbered: Numbered, reason: str, at: datetime) -> Refusal:
        """A row that does not fit."""
        return Refusal(
            **self.envelope(at),
            reason=f"{numbered.place}: {reason}",
            sample="" if numbered.row is None else sample_of(numbered.row),
        )

    def line(self, numbered: Numbered) -> Posting | tuple[datetime | None, str]:
        """The posting of a row; or the instant of observation where it tells one, and a reason."""
        at = None
        if numbered.row is None:
            return at, numbered.fault
        try:
            seen_on = self._seen_on(numbered.row)
            at = datetime(seen_on.year, seen_on.month, seen_on.day, tzinfo=UTC)
            return self._posting(numbered.row, at, seen_on)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return at, f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        except ValueError as error:
            return at, str(error)

    def _seen_on(self, row: Row) -> date:
        value = self.table.mapping.fields.observed_on
        found = None
        if value is not None and not value.newest:
            with _naming("observed_on"):
                found = value.day(row, None, self._nulls)
        day = found.day if found else self._day
        if day is None:
            raise ValueError("observed_on: its column says nothing, and --observed-on is not given")
        if day > self._not_after:
            raise ValueError(f"observed_on: {day} has not been yet")
        return day

    def _posting(self, row: Row, at: datetime, seen_on: date) -> Posting:
        fields, nulls = self.table.mapping.fields, self._nulls
        said: dict[str, Any] = self.envelope(at)
        name = ""
        try:
            for name in ("source_id", "body"):
                said[name] = self._needed(getattr(fields, name), row)
            for name, value in self._texts:
                said[name] = value.text(row, nulls)
            name = "secondary_locations"
            if fields.secondary_locations:
                said[name] = tuple(fields.secondary_locations.items(row, nulls))
            name = "is_remote"
            said[name] = fields.is_remote and fields.is_remote.flag(row, nulls)
            name = "posted_on"
            day = fields.posted_on and fields.posted_on.day(row, seen_on, nulls)
            said[name], said["posted_basis"] = (day.day, day.basis) if day else (None, None)
            name = "expires_on"
            day = fields.expires_on and fields.expires_on.day(row, seen_on, nulls)
            said[name] = day.day if day else None
            name = "address"
            said[name] = self._address(row)
            name = "pay_components"
            said[name] = tuple(
                part for columns in fields.pay_components if (part := self._pay(columns, row))
            )
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        return Posting(**said)

    def _needed(self, value: Value, row: Row) -> str:
        text = value.text(row, self._nulls)
        if text is None:
            raise ValueError(f"nothing in {', '.join(map(repr, value.columns()))}")
        return text

    def _address(self, row: Row) -> Address | None:
        columns = self.table.mapping.fields.address
        if columns is None:
            return None
        said = {
            name: value.text(row, self._nulls)
            for name in type(columns).model_fields
            if (value := getattr(columns, name)) is not None
        }
        return Address(**said) if any(said.values()) else None

    def _pay(self, columns: PayColumns, row: Row) -> PayComponent | None:
        said: dict[str, Any] = {
            name: value.text(row, self._nulls)
            for name in ("min", "max", "currency", "interval", "type", "zone")
            if (value := getattr(columns, name)) is not None
        }
        for end in ("min", "max"):
            if said.get(end) and _is_nought(said[end]):
                said[end] = None
        if not said.get("min") and not said.get("max"):
            return None
        return PayComponent(**said, is_estimated=bool(columns.is_estimated.flag(row, self._nulls)))


def _is_nought(figure: str) -> bool:
    try:
        return float(figure) == 0
    except ValueError:
        return False


@contextmanager
def _naming(key: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error
