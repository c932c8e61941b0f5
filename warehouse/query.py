"""Read-only SQL on the published warehouse, for people and for scripts.

Belongs here: a connection that can do nothing but read that one file, running one statement under
a time limit, writing results as table, CSV or JSON, and the interactive prompt. Does not belong
here: the command line's options, or what the tables hold.

Four things keep a query harmless: the file is opened read-only, DuckDB's access to files, network
and Python objects is off, its configuration is locked, and statements that are not reading are
refused before they run (https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview).
"""

from __future__ import annotations

import csv
import json
import math
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import duckdb
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.publish.snapshot import relations
from warehouse.publish.tables import FORMULA

TIMEOUT_S = 60.0
TABLE_ROWS = 200
_BATCH_ROWS = 2_000
_CELL_CHARS = 200
_TRIES = 3

_READING = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.EXPLAIN,
        duckdb.StatementType.MULTI,  # what PIVOT is parsed to
    }
)
_FORMULA = re.compile(FORMULA)
# escape sequences and marks that turn the direction of text could forge what a terminal shows
_WORD = re.compile(r"[\w.]+$")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NothingPublishedError(Exception):
    """There is no publication to read yet; the message says what to do."""


class QueryError(Exception):
    """A query that cannot be answered, with a message meant for its author."""


class Result(NamedTuple):
    """The answer to a query: its columns, and its rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def open_published(data: Path) -> duckdb.DuckDBPyConnection:
    """Opens the published warehouse for reading, locked down.

    A later publication replaces the file for those who open it then; this connection keeps
    reading the one it opened.

    Args:
        data: The data directory.

    Returns:
        A connection; the caller closes it.

    Raises:
        NothingPublishedError: `data` holds no publication.
    """
    config: dict[str, Any] = {
        "enable_external_access": "false",
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "2GB",
        "threads": str(min(4, os.cpu_count() or 1)),
        "temp_directory": str(Path(tempfile.gettempdir()) / f"hiring-signal-sql-{os.getpid()}"),
        "max_temp_directory_size": "8GB",
        "lock_configuration": "true",
    }
    link = data / "published" / "warehouse.duckdb"
    for _ in range(_TRIES):  # the publication may be pruned between the two steps
        try:
            path = link.resolve(strict=True)
        except FileNotFoundError:
            break
        try:
            return duckdb.connect(str(path), read_only=True, config=config)
        except duckdb.IOException:
            if path.exists():
                raise
    raise NothingPublishedError(f"nothing is published in {data}: run `hiring-signal run` first")


def run_query(con: duckdb.DuckDBPyConnection, sql: str, timeout_s: float = TIMEOUT_S) -> Result:
    """Runs one reading statement; its rows stream as they are asked for.

    Args:
        con: A connection of `open_published`; the next query on it ends this one.
        sql: One statement, with or without a semicolon.
        timeout_s: Seconds that the database may work on it, fetching included; the time that the
            reader takes over the rows does not count.

    Returns:
        Columns and rows. While rows come, the same errors can.

    Raises:
        QueryError: Not one statement, not a reading one, faulty, or out of time.
        KeyboardInterrupt: The user stopped it.
    """
    statement = _reading_statement(sql)
    allowance = _Allowance(con, timeout_s)
    with allowance.used():
        cursor = con.execute(statement)
        columns = tuple(column[0] for column in cursor.description or ())

    def rows() -> Iterator[tuple[Any, ...]]:
        while True:
            with allowance.used():
                batch = cursor.fetchmany(_BATCH_ROWS)
            if not batch:
                return
            yield from batch

    return Result(columns, rows())


class _Allowance:
    """The time that a query may still use; interrupts it when that is up."""

    def __init__(self, con: duckdb.DuckDBPyConnection, timeout_s: float) -> None:
        self._con = con
        self._timeout_s = timeout_s
        self._left_s = timeout_s
        self._is_over = threading.Event()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Counts the time inside, and says DuckDB's errors in our words."""
        timer = threading.Timer(max(0.0, self._left_s), self._stop)
        timer.daemon = True
        began = time.monotonic()
        timer.start()
        try:
            yield
        except duckdb.InterruptException as error:
            if self._is_over.is_set():
                raise QueryError(f"stopped after {self._timeout_s:g} s, the time limit") from error
            raise KeyboardInterrupt from error
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # DuckDB's way to pass on Ctrl-C
                raise KeyboardInterrupt from error
            raise
        finally:
            timer.cancel()
            self._left_s -= time.monotonic() - began

    def _stop(self) -> None:
        self._is_over.set()
        self._con.interrupt()


def _reading_statement(sql: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if len(statements) != 1:
        raise QueryError(f"one statement at a time, please: this holds {len(statements)}")
    if statements[0].type not in _READING:
        kind = statements[0].type.name
        raise QueryError(f"only reading statements are allowed (SELECT, FROM, ...), not {kind}")
    return statements[0]


def write_table(result: Result, stream: TextIO, *, limit: int = TABLE_ROWS) -> None:
    """Writes an aligned table for a person, at most `limit` rows, long cells cut.

    Args:
        result: The answer.
        stream: Where to write; as wide as the terminal, if it is one.
        limit: Rows to show; a note says when there are more.
    """
    rows = list(islice(result.rows, limit + 1))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for position, name in enumerate(result.columns):
        is_number = any(_is_number(row[position]) for row in rows)
        table.add_column(
            Text(_shown(name)), justify="right" if is_number else "left", overflow="fold"
        )
    for row in rows[:limit]:
        table.add_row(*(Text(_shown(value)) for value in row))
    console = Console(file=stream, highlight=False, soft_wrap=False)
    console.print(table)
    if len(rows) > limit:
        console.print(f"the first {limit:,} rows; all of them with the format csv or json")
    else:
        console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")


def write_csv(result: Result, stream: TextIO) -> None:
    """Writes CSV as the published reports are: a header, ISO dates, inert in a spreadsheet.

    Args:
        result: The answer; streamed.
        stream: Where to write, opened with `newline=""` if it is a file.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(result.columns)
    for row in result.rows:
        writer.writerow([_csv_cell(value) for value in row])


def write_json(result: Result, stream: TextIO) -> None:
    """Writes a JSON array of objects, one a line.

    Args:
        result: The answer; streamed. A column name that comes twice gets a number.
        stream: Where to write.
    """
    names = _distinct(result.columns)
    separator = "[\n"
    for row in result.rows:
        record = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        stream.write(separator + json.dumps(record, ensure_ascii=False))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


FORMATS: Mapping[str, Callable[[Result, TextIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}
"""Writers by the name that the command line and the prompt know them by."""


def prompt(
    con: duckdb.DuckDBPyConnection,
    *,
    stream: TextIO | None = None,
    history: Path | None = None,
    timeout_s: float = TIMEOUT_S,
) -> None:
    r"""Reads and answers queries until the user leaves; errors are shown, and it goes on.

    A statement ends with a semicolon and may span lines; `\?` lists the commands.

    Args:
        con: A connection of `open_published`.
        stream: Where answers go; standard output by default.
        history: File of past queries; `hiring-signal/sql_history` in the user's state directory
            by default.
        timeout_s: Time limit of each query, seconds.
    """
    stream = stream or sys.stdout
    session: PromptSession[str] = PromptSession(
        "sql> ",
        prompt_continuation="...> ",
        history=FileHistory(str(_prepared(history or history_path()))),
        completer=_Completer(con),
        complete_while_typing=False,
        multiline=True,
        key_bindings=_keys(),
        enable_history_search=True,
    )
    shell = _Shell(con, stream, timeout_s)
    stream.write("Read-only SQL on the published warehouse. \\? for help, \\q to leave.\n")
    while not shell.is_done:
        try:
            line = session.prompt()
            shell.answer(line.strip())
        except KeyboardInterrupt:
            continue  # drops the line, or stops the query
        except EOFError:
            return
        except QueryError as error:
            stream.write(f"{_shown(str(error), None)}\n")


def history_path() -> Path:
    """The default file for past queries, after the XDG base directory specification."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "hiring-signal" / "sql_history"


_HELP = r"""\d            tables
\d TABLE      columns of a table
ormat NAME  table, csv or json
\q            leave
A query ends with a semicolon. Tab completes names, Ctrl-C stops a query."""


class _Shell:
    """The state of a prompt: the format, and whether the user has left."""

    def __init__(self, con: duckdb.DuckDBPyConnection, stream: TextIO, timeout_s: float) -> None:
        self._con = con
        self._stream = stream
        self._timeout_s = timeout_s
        self._format = "table"
        self.is_done = False

    def answer(self, line: str) -> None:
        """Answers a command or a query.

        Raises:
            QueryError: It can't be answered.
            KeyboardInterrupt: The user stopped it.
        """
        match line.rstrip(";").split():
            case []:
                return
            case ["\\q" | "exit" | "quit"]:
                self.is_done = True
            case ["\\?"]:
                self._stream.write(_HELP + "\n")
            case ["\\d"]:
                self._tables()
            case ["\\d", name]:
                self._columns(name)
            case ["\\format", name]:
                if name not in FORMATS:
                    raise QueryError(f"no format {name}: {', '.join(FORMATS)}")
                self._format = name
            case [word, *_] if word.startswith("\\"):
                raise QueryError(f"no command {line}: \\? lists them")
            case _:
                FORMATS[self._format](run_query(self._con, line, self._timeout_s), self._stream)
                self._stream.flush()

    def _tables(self) -> None:
        rows = ((found.label, found.comment) for found in relations(self._con))
        write_table(Result(("table", "meaning"), rows), self._stream)

    def _columns(self, name: str) -> None:
        wanted = name if "." in name else f"out.{name}"
        found = next((one for one in relations(self._con) if one.label == wanted), None)
        if found is None:
            raise QueryError(f"no table {wanted}: \\d lists them")
        write_table(Result(("column", "type", "meaning"), iter(found.columns)), self._stream)


class _Completer(Completer):
    """Names of tables and columns, SQL keywords, and the prompt's own commands."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        found = relations(con)
        self._tables = [one.label for one in found]
        columns = {column.name for one in found for column in one.columns}
        keywords = [
            row[0] for row in con.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
        ]
        self._words = [*self._tables, *sorted(columns), *sorted(keywords)]

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterator[Completion]:
        text = document.text_before_cursor.lstrip()
        command, is_complete, _ = text.partition(" ")
        words = {"\\d": self._tables, "\\format": list(FORMATS)}.get(command, self._words)
        if command.startswith("\\") and not is_complete:
            words, begun = ["\\?", "\\d", "\\format", "\\q"], command
        else:
            found = _WORD.search(text)
            begun = found[0].lower() if found else ""
        for word in words:
            # a table of `out` is found by its bare name too
            if begun and word.lower().startswith((begun, f"out.{begun}")):
                yield Completion(word, start_position=-len(begun))


def _keys() -> KeyBindings:
    """Enter sends what is complete, and begins a new line otherwise."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        text = event.current_buffer.text.strip()
        if not text or text.endswith(";") or text.startswith("\\") or text in ("exit", "quit"):
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")

    return keys


def _prepared(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _shown(value: object, limit: int | None = _CELL_CHARS) -> str:
    """A value as a person reads it, with nothing in it that a terminal would obey."""
    if value is None:
        return ""
    if isinstance(value, float):
        said = f"{value:.6g}"
    elif isinstance(value, list | dict):
        said = json.dumps(_plain(value), ensure_ascii=False)
    else:
        said = str(value)
    if limit is not None:
        said = " ".join(said.split())
        said = said if len(said) <= limit else said[: limit - 1] + "…"
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", said)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        text = value.replace("\0", "")
        return f"'{text}" if _FORMULA.search(text) else text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json.dumps(_plain(value), ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    return _plain(value) if isinstance(value, datetime) else value


def _plain(value: object) -> object:
    """A value as JSON knows it: ISO dates, UTC instants with `Z`, null for what is not a number."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            instant = value.astimezone(UTC) if value.tzinfo else value
            return f"{instant:%Y-%m-%dT%H:%M:%S}Z"
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
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct
