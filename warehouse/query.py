"""Read-only SQL on the published warehouse: a locked connection, and one statement on it at a time.

Belongs here: opening the published file so that a query can do nothing but read it, and running a
statement under limits of time, memory and disk. Does not belong here: what answers look like
(`answers`), the prompt (`shell`), or the command line's options.

Five things keep a query harmless: the file is opened read-only; DuckDB's access to files, network,
extensions and Python objects is off; its configuration is locked; statements that are not reading
are refused before they run; and time, memory and disk are limited
(https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview).
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import duckdb

from warehouse.answers import Result

TIMEOUT_S = 60.0
MEMORY = "2GB"
GRACE_S = 5.0
_MB = 10**6
_LEAST_MEMORY = 64 * _MB
_BESIDE_DUCKDB = 1_500 * _MB  # long texts and plans that its own limit leaves out, and Python
_MOST_SPILLED = 8_000 * _MB
_BATCH_ROWS = 2_000
_MESSAGE_CHARS = 2_000
_TRIES = 3

_leftovers: set[Path] = set()
_READING = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.EXPLAIN,
        duckdb.StatementType.MULTI,  # what PIVOT is parsed to
    }
)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?) *([KMGT])(i?)B", re.IGNORECASE)
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}
# advice that a reader can't follow: the configuration is locked
_ADVICE = re.compile(
    r"\s*(Possible solutions:.*|Use \"SET max_expression_depth.*?\.(?=\s|$)"
    r"|Please try installing and loading.*?(?=\n\nLINE|$))",
    re.DOTALL,
)
_CLOSED = "file system operations are disabled by configuration"


class NothingPublishedError(Exception):
    """There is no publication to read yet; the message says what to do."""


class QueryError(Exception):
    """A query that cannot be answered, with a message meant for its author."""


class OutOfRoomError(QueryError):
    """A query that was over a limit; what it took is only given back with its connection."""


def open_published(data: Path, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Opens the published warehouse for reading, locked down.

    A table may be named without its schema: `out` is looked through before `core`. A later
    publication replaces the file for those who open it then; this connection keeps reading the one
    it opened.

    Args:
        data: The data directory.
        memory: What DuckDB may use, like "2GB"; it goes on on disk where it can.

    Returns:
        A connection; the caller closes it.

    Raises:
        NothingPublishedError: `data` holds no publication.
        ValueError: `memory` is no amount of memory, or too little to work with.
    """
    limit = memory_bytes(memory)
    link = data / "published" / "warehouse.duckdb"
    for _ in range(_TRIES):  # the publication may be pruned between the two steps
        try:
            path = link.resolve(strict=True)
        except FileNotFoundError:
            break
        with _ONE_SPILL_EACH:
            spill = _spill_of(path)
        config: dict[str, Any] = {
            "enable_external_access": "false",
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "memory_limit": f"{limit}B",
            "threads": str(min(4, os.cpu_count() or 1)),
            "temp_directory": spill.folder.name,
            "max_temp_directory_size": f"{spill.bytes}B",
            "allowed_configs": "['enable_progress_bar']",
            "lock_configuration": "true",
        }
        try:
            con = duckdb.connect(str(path), read_only=True, config=config)
        except duckdb.IOException:
            if path.exists():
                raise
        else:
            # both are the connection's own; a bar would be drawn right into the rows
            con.execute("SET search_path = 'out,core'")
            con.execute("SET enable_progress_bar = false")
            return con
    raise NothingPublishedError(nothing_published(data))


def nothing_published(data: Path) -> str:
    """What to say of a folder that holds no publication: a misspelt one is not there at all.

    Args:
        data: The DATA folder.
    """
    where = f"{data}" if data.exists() else f"{data}, a folder that is not there"
    return f"nothing is published in {where}: run `hiring-signal run` first, or give another --data"


class _Spill(NamedTuple):
    """Where one file's queries go on when memory is short; gone when the process ends."""

    folder: tempfile.TemporaryDirectory[str]
    bytes: int


_ONE_SPILL_EACH = threading.Lock()  # a cache alone lets two threads make one each


@cache
def _spill_of(path: Path) -> _Spill:  # noqa: ARG001 - one for each
    """The same for each connection to a file: DuckDB refuses a second configuration of it."""
    folder = tempfile.TemporaryDirectory(prefix="hiring-signal-sql-", ignore_cleanup_errors=True)
    leaves(Path(folder.name))
    return _Spill(folder, min(_MOST_SPILLED, shutil.disk_usage(folder.name).free // 2))


def memory_bytes(text: str) -> int:
    """An amount of memory such as "500MB" or "1.5 GiB", in bytes.

    Raises:
        ValueError: It is none, or less than 64 MB; the message says how to write one.
    """
    match = _MEMORY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no amount of memory; write it like 500MB or 2GB")
    base = 1024 if match[3] else 1000
    amount = int(float(match[1]) * base ** _POWERS[match[2].upper()])
    if amount < _LEAST_MEMORY:
        raise ValueError(f"{text} is too little: a query needs at least 64MB")
    return amount


def confine(memory: str = MEMORY) -> None:
    """Limits the memory of this whole process; for the command line.

    DuckDB's own limit leaves out long texts and query plans: `SELECT repeat('x', 1000000000)` took
    3.9 GB under a limit of 2 GB. Linux refuses more than is allowed here, and DuckDB tells it as an
    error; other systems may not enforce it. Addresses that an allocator keeps without using them do
    not count, as of this call.

    Args:
        memory: The limit of `open_published`; the process may use 1.5 GB beside it.

    Raises:
        ValueError: As `memory_bytes`.
    """
    wanted = memory_bytes(memory) + _BESIDE_DUCKDB + _unused_bytes()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _unused_bytes() -> int:
    """Bytes that this process has mapped for data but does not hold in memory."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    found = dict(re.findall(r"^(VmData|VmRSS):\s+(\d+) kB", status.read_text(), re.MULTILINE))
    return max(0, int(found["VmData"]) - int(found["VmRSS"])) * 1024


def leaves(path: Path) -> None:
    """Notes a file or folder that must go when this process has to end without its usual end."""
    _leftovers.add(path)


def abandon(code: int) -> None:
    """Ends this process at once, with all that its queries left on disk; for one out of control."""
    for path in tuple(_leftovers):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    os._exit(code)


def run_query(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    timeout_s: float = TIMEOUT_S,
    *,
    when_stuck: Callable[[], None] | None = None,
) -> Result:
    """Runs one reading statement; its rows stream as they are asked for.

    Args:
        con: A connection of `open_published`; the next query on it ends this one.
        sql: One statement, with or without a semicolon.
        timeout_s: Seconds that the database may work on it, fetching included; the time that the
            reader takes over the rows does not count.
        when_stuck: Called in another thread when the query goes on for `GRACE_S` after it was told
            to stop: DuckDB looks for that neither within a function nor while it plans.

    Returns:
        Columns and rows. While rows come, the same errors can.

    Raises:
        QueryError: Not one statement, not a reading one, or faulty.
        OutOfRoomError: Out of time or memory.
        KeyboardInterrupt: The user stopped it.
    """
    allowance = _Allowance(con, timeout_s, when_stuck)
    with allowance.used():
        cursor = con.execute(_reading_statement(con, sql))
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

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        timeout_s: float,
        when_stuck: Callable[[], None] | None,
    ) -> None:
        self._con = con
        self._timeout_s = timeout_s
        self._left_s = timeout_s
        self._when_stuck = when_stuck
        self._is_over = threading.Event()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Counts the time inside, and says DuckDB's errors in our words."""
        is_done = threading.Event()
        watch = threading.Thread(
            target=self._watch, args=(max(0.0, self._left_s), is_done), daemon=True
        )
        began = time.monotonic()
        watch.start()
        try:
            yield
        except duckdb.InterruptException as error:
            if self._is_over.is_set():
                said = f"stopped after {self._timeout_s:g} s, the time limit"
                raise OutOfRoomError(said) from error
            raise KeyboardInterrupt from error
        except duckdb.OutOfMemoryException as error:
            raise OutOfRoomError(_said(str(error))) from error
        except duckdb.Error as error:
            raise QueryError(_said(str(error))) from error
        except (MemoryError, RecursionError) as error:
            said = "the answer is too large or too deep for the memory limit"
            raise OutOfRoomError(said) from error
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # DuckDB's way to pass on Ctrl-C
                raise KeyboardInterrupt from error
            raise
        finally:
            is_done.set()
            self._left_s -= time.monotonic() - began

    def _watch(self, left_s: float, is_done: threading.Event) -> None:
        if is_done.wait(left_s):
            return
        self._is_over.set()
        self._con.interrupt()
        if self._when_stuck is not None and not is_done.wait(GRACE_S):
            self._when_stuck()


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file that is there in whole or, when something is raised meanwhile, as it was.

    Args:
        path: The file; what it held is replaced.

    Raises:
        QueryError: It can't be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    leaves(aside)
    try:
        file = aside.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise QueryError(f"{path} can't be written: {error.strerror}") from error
    try:
        with file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise QueryError(f"{path} can't be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def statements(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The statements of a script, each by itself.

    Args:
        con: Any connection.
        sql: Statements with semicolons between them.

    Raises:
        QueryError: It can't be read as SQL.
    """
    return [found.query for found in _parsed(con, sql)]


def _parsed(con: duckdb.DuckDBPyConnection, sql: str) -> list[duckdb.Statement]:
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryError("the query is not valid text in UTF-8") from error
    try:
        return con.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_said(str(error))) from error


def _reading_statement(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    found = _parsed(con, sql)
    if len(found) != 1:
        raise QueryError(f"one statement at a time, please: this holds {len(found)}")
    if found[0].type not in _READING:
        kind = found[0].type.name
        raise QueryError(f"only reading statements are allowed (SELECT, FROM, ...), not {kind}")
    return found[0]


def _said(message: str) -> str:
    """DuckDB's message without advice that can't be followed here, and with some that can."""
    said = _ADVICE.sub("", message)
    if _CLOSED in said:
        said = said.replace(_CLOSED, "a query reads the published tables and nothing else")
    if 'schema "raw" does not exist' in said:
        said += "\nThe schema raw stays in the working copy: out and core are published."
    if len(said) > _MESSAGE_CHARS:
        said = said[:_MESSAGE_CHARS] + " …"
    return said
