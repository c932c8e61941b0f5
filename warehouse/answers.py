"""What an answer to a query looks like: a table for a person, CSV, JSON.

Belongs here: turning rows of any DuckDB type into text that harms neither terminal nor spreadsheet.
Does not belong here: running queries (`query`), or the prompt (`shell`).
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.publish.tables import FORMULA

TABLE_ROWS = 200
RECORDS = 20
_CELL_CHARS = 200
_FOLDED_CHARS = 24  # what a column needs before folding makes it hard to read
_ANY_WIDTH = 1_000_000
_FORMULA = re.compile(FORMULA)
# escape sequences and marks that turn the direction of text could forge what a terminal shows
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Result(NamedTuple):
    """The answer to a query: its columns, and its rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def printable(text: str) -> str:
    """`text` with a replacement character for all that a terminal would obey."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def write_table(
    result: Result, stream: TextIO, *, limit: int = TABLE_ROWS, as_records: bool | None = None
) -> None:
    """Writes an aligned table for a person, at most `limit` rows, long cells cut.

    In a terminal that is too narrow for the columns, each row becomes a record of its own, one
    column a line, and at most `RECORDS` of them are shown. A file or a pipe has no width.

    Args:
        result: The answer.
        stream: Where to write.
        limit: Rows to show; a note says when there are more.
        as_records: Whether rows are records; by the width of the terminal when it is None.
    """
    rows = list(islice(result.rows, limit + 1))
    console = Console(file=stream, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(file=stream, highlight=False, soft_wrap=False, width=_ANY_WIDTH)
    names = [_shown(name) for name in result.columns]
    cells = [[_shown(value) for value in row] for row in rows[:limit]]
    if as_records is None:
        as_records = _needed_width(names, cells) > console.width
    shown = min(RECORDS, limit) if as_records else limit
    if as_records:
        _write_records(names, rows[:shown], cells, console)
    else:
        _write_grid(names, rows[:shown], cells, console)
    if len(rows) > shown:
        console.print(f"the first {shown:,} rows; all of them with the format csv or json")
    else:
        console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")


def _needed_width(names: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    widths = [cell_len(name) for name in names]
    for row in cells:
        widths = [max(width, cell_len(text)) for width, text in zip(widths, row, strict=True)]
    return sum(min(width, _FOLDED_CHARS) + 2 for width in widths)


def _write_grid(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    cells: Sequence[Sequence[str]],
    console: Console,
) -> None:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for position, name in enumerate(names):
        is_number = any(_is_number(row[position]) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row, texts in zip(rows, cells, strict=False):
        table.add_row(*(_styled(*pair) for pair in zip(row, texts, strict=True)))
    console.print(table)


def _write_records(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    cells: Sequence[Sequence[str]],
    console: Console,
) -> None:
    width = max(cell_len(name) for name in names)
    for number, (row, texts) in enumerate(zip(rows, cells, strict=False), start=1):
        console.rule(Text(f"row {number}"), align="left", style="dim")
        for name, value, text in zip(names, row, texts, strict=True):
            label = Text(name + " " * (width - cell_len(name) + 2), style="bold")
            console.print(label + _styled(value, text), soft_wrap=True)


def _styled(value: object, text: str) -> Text:
    return Text(text, style="dim" if value is None else "")


def write_csv(result: Result, stream: TextIO) -> None:
    """Writes CSV as the published reports are: a header, ISO dates, inert in a spreadsheet.

    A terminal gets a replacement character for what it would obey; a file gets every character but
    zero bytes.

    Args:
        result: The answer; streamed.
        stream: Where to write, opened with `newline=""` if it is a file.
    """
    writer = csv.writer(_Lines(stream), lineterminator="\r\n")
    clean = printable if stream.isatty() else str
    for row in _header_and_rows(result):
        cells = (_csv_cell(value) for value in row)
        writer.writerow([clean(cell) if isinstance(cell, str) else cell for cell in cells])


class _Lines:
    """Ends lines with a line feed where a CSV writer ends them with CR LF.

    Only a writer that ends them so puts cells with either character in quotes before Python 3.13; a
    bare CR in a cell would begin a row of its own for many readers.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> int:
        """Writes one line of a CSV writer."""
        return self._stream.write(line.removesuffix("\r\n") + "\n")


def _header_and_rows(result: Result) -> Iterator[tuple[Any, ...]]:
    yield result.columns  # names can come out of the data: PIVOT makes them
    yield from result.rows


def write_json(result: Result, stream: TextIO) -> None:
    """Writes a JSON array of objects, one a line.

    Whole numbers are exact whatever their size. A decimal that a double cannot hold, dates and
    instants are strings; what is not finite is null.

    Args:
        result: The answer; streamed. A column name that comes twice gets a number.
        stream: Where to write.
    """
    names = _distinct(result.columns)
    separator = "[\n"
    for row in result.rows:
        record = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        text = json.dumps(record, ensure_ascii=False)
        stream.write(separator + _UNSHOWABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


FORMATS: Mapping[str, Callable[[Result, TextIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}
"""Writers by the name that the command line and the prompt know them by."""


def format_of(file_name: str) -> str:
    """The format that a file's ending asks for; a table where it asks for none."""
    ending = file_name.rpartition(".")[2].lower()
    return ending if ending in FORMATS else "table"


def _shown(value: object) -> str:
    """A value as a person reads it, short, with nothing in it that a terminal would obey."""
    match value:
        case None:
            said = "NULL"
        case bool():
            said = str(value).lower()
        case float():
            said = _float(value)
        case Decimal():
            said = f"{value:f}"
        case str():
            said = value[: 4 * _CELL_CHARS]  # a text may be as large as the memory allows
        case bytes():
            said = value[:_CELL_CHARS].hex()
        case list() | dict() | tuple():
            said = json.dumps(_plain(value), ensure_ascii=False)
        case _:
            said = str(value)
    said = " ".join(said[: 4 * _CELL_CHARS].split())
    said = said if len(said) <= _CELL_CHARS else said[: _CELL_CHARS - 1] + "…"
    return printable(said)


def _float(value: float) -> str:
    """Six digits, more where they are needed to show the whole part."""
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.6g}"
    decimals = max(0, 5 - math.floor(math.log10(abs(value))))
    said = f"{value:.{decimals}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _csv_cell(value: object) -> object:
    match value:
        case str():
            text = value.replace("\0", "")
            return f"'{text}" if _FORMULA.search(text) else text
        case bool():
            return str(value).lower()
        case list() | dict() | tuple():
            return json.dumps(_plain(value), ensure_ascii=False)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
        case Decimal():
            return f"{value:f}"
        case None | int() | float():
            return value
        case _:
            return _plain(value)


def _plain(value: object) -> object:
    """A value as JSON knows it: ISO dates, UTC instants with `Z`, null for what is not a number."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            if value == value.to_integral_value():
                return int(value)
            near = float(value)
            return near if Decimal(repr(near)) == value else f"{value:f}"
        case datetime():
            instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return f"{instant.isoformat()}Z"
        case date() | clock_time():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case bytes():
            return value.hex()
        case _:
            return str(value)


def _distinct(names: Sequence[str]) -> list[str]:
    taken = set(names)
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        number = seen.get(name, 0) + 1
        said = name if number == 1 else f"{name}_{number}"
        while number > 1 and said in taken:
            number += 1
            said = f"{name}_{number}"
        seen[name] = number
        taken.add(said)
        distinct.append(said)
    return distinct
