"""What the commands share: formats, consoles, words of failure, and what a shell can complete.

Belongs here: anything that two commands must do alike. Does not belong here: a command (`cli`,
`boards`, `market`). A shell waits for it whenever the tab key is pressed: it imports nothing heavy.
"""

from __future__ import annotations

import difflib
import errno
import io
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

TRACEBACK_VARIABLE = "HIRING_SIGNAL_TRACEBACK"
"""Set to anything, an unforeseen error shows where it arose."""


class Panel(StrEnum):
    """Headings that the commands are listed under."""

    MAKE = "Observe and publish"
    READ = "Read what is published"
    MEASURE = "Measure"
    LOOK_AFTER = "Look after it"


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class OutcomeFormat(StrEnum):
    """How the outcome of a command is printed."""

    TABLE = "table"
    JSON = "json"


class ReportFormat(StrEnum):
    """How scores and the benchmark's results are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class PageFormat(StrEnum):
    """How a page is written."""

    MARKDOWN = "markdown"


console = Console()
stderr = Console(stderr=True)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress, only errors.")]
Outcome = Annotated[
    OutcomeFormat,
    typer.Option("--format", help="How the outcome is printed; progress is on standard error."),
]
Rows = Annotated[Format, typer.Option("--format", help="How rows are printed.")]
Origins = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="HIRING_SIGNAL_ORIGINS",
        exists=True,
        dir_okay=False,
        help="YAML of origins that are served elsewhere.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="HIRING_SIGNAL_DATA",
        file_okay=False,
        help="Where captures, warehouse and publications lie.",
        show_default="data",
    ),
]


# --- output --------------------------------------------------------------------------------------


def print_json(value: object) -> None:
    """Print one JSON document on standard output, in UTF-8 whatever the terminal thinks."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    _write(text + "\n")


def print_rows(names: Sequence[str], rows: Sequence[Mapping[str, Any]], style: Format) -> None:
    """Print rows as JSON or CSV on standard output; a CSV is safe to open in a spreadsheet.

    Args:
        names: Columns, in their order.
        rows: By column.
        style: `Format.JSON` or `Format.CSV`.
    """
    from warehouse.answers import FORMATS, Result

    text = io.StringIO()
    FORMATS[style.value](
        Result(tuple(names), iter([tuple(row[name] for name in names) for row in rows])), text
    )
    _write(text.getvalue())


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


# --- failing -------------------------------------------------------------------------------------


def fail(message: str, code: int = 1) -> NoReturn:
    """Say on standard error what is wrong and what to do, and end.

    Args:
        message: Whole sentences; what somebody else wrote may be quoted in it.
        code: Exit status: 2 for wrong usage, else 1.

    Raises:
        typer.Exit: Always.
    """
    from warehouse.answers import printable  # what went wrong may quote what somebody else wrote

    stderr.print(f"[red]error:[/] {escape(printable(message))}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def words_of(error: BaseException) -> str:
    """What an error that no command foresaw means, and what to do.

    Args:
        error: The error.
    """
    if isinstance(error, MemoryError):
        return "there is not enough memory; end other programs, or give it a smaller part at a time"
    if isinstance(error, OSError):
        return _words_of_os(error)
    if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
        return words_of_io(str(error))
    return (
        f"unforeseen, {type(error).__name__}: {' '.join(str(error).split())[:500]}\n"
        f"That is a fault of the program; with {TRACEBACK_VARIABLE}=1 it says where."
    )


def _words_of_os(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return where + words_of_io("No space left")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{where}{error.strerror}; give yourself the right to it, or another folder with --data"
        )
    return f"{where}{error.strerror or error}"


def words_of_io(text: str) -> str:
    """What a message of DuckDB or of the system about a file means, and what to do.

    Args:
        text: The message; one that is not known is given back as it is.
    """
    said = text.partition("Error: ")[2] or text
    first = said.strip().splitlines()[0][:300] if said.strip() else "a file can't be used"
    if "Could not set lock" in text:
        return (
            "the warehouse is open for writing in another process: wait for that run, or close the "
            "client that has it open (published/warehouse.duckdb is there to be read meanwhile)"
        )
    if "No space left" in text or "Disk quota" in text:
        return (
            "the disk is full; free some space and give the same command again: what was published "
            "stands"
        )
    if "Permission denied" in text:
        return f"{first}; give yourself the right to the file, or another folder with --data"
    if any(word in text for word in ("not a valid DuckDB database", "Corrupt", "corrupt")):
        remedy = "remove that publication" if "/publications/" in first else "move it away"
        return f"{first}\nThe file is damaged: {remedy}, then hiring-signal run --kept"
    return first


def nearest(word: str, known: Iterable[str]) -> str:
    """Words that ask if another was meant, where one of the known is like the given; else none.

    Args:
        word: What was given.
        known: What there is.
    """
    known = sorted(known)
    found = difflib.get_close_matches(word.lower(), known, n=2, cutoff=0.6)
    # A part of a name is no misspelling, and is not near by the measure of one.
    found = found or [name for name in known if len(word) > 1 and word.lower() in name.lower()][:4]
    return f"; did you mean {' or '.join(found)}?" if found else ""


PROGRAM = "hiring-signal"


def command(*words: str, data: Path | None = None) -> str:
    """A command line to type next, which works in the shell that this one came from.

    Args:
        words: The command and its options.
        data: The DATA folder that is meant; it is named unless it is the one that is meant anyway.

    Returns:
        The line, with the program's path where the shell would not find it by its name.
    """
    from pipelines.settings import data_folder

    called = Path(sys.argv[0])
    found = shutil.which(PROGRAM)
    is_by_path = called.name == PROGRAM and (
        found is None or Path(found).resolve() != called.resolve()
    )
    line = [str(called) if is_by_path else PROGRAM, *words]
    if data is not None and data.resolve() != data_folder():
        here = Path.cwd()
        line += ["--data", str(data.relative_to(here) if data.is_relative_to(here) else data)]
    return shlex.join(line)


def examples_of(text: str) -> list[str]:
    """The command lines that a help text gives as examples.

    Args:
        text: The docstring of a command.
    """
    _, _, given = " ".join(text.split()).partition(" Example")
    return re.findall(r"`((?:\w+=\S+ |echo .*\| )?hiring-signal [^`]+)`", given)


def day_of(text: str | None, option: str = "--as-of") -> date | None:
    """A day that was given as an option.

    Args:
        text: As it was given.
        option: Name of the option, for the message.

    Raises:
        typer.BadParameter: It is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no date; write it like 2026-01-31", param_hint=option
        ) from error


# --- completion ----------------------------------------------------------------------------------
# Names are read off the files that define them: importing those takes seconds.


def _folder(package: str, *parts: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.joinpath(*parts)


def claim_ids() -> list[str]:
    """Ids of all claims."""
    return sorted(path.stem for path in _folder("warehouse", "claims").glob("*.yaml"))


def source_names() -> list[str]:
    """Names of all sources that can be asked."""
    return sorted(
        path.stem
        for path in _folder("scrapers", "spiders").glob("*.py")
        if f'name = "{path.stem}"' in path.read_text(encoding="utf-8")
    )


def list_names() -> list[str]:
    """Names of the platforms whose boards are listed."""
    return sorted(path.stem for path in _folder("scrapers", "boards").glob("*.csv"))


def table_names() -> list[str]:
    """Names of the tables of `out` and `core`."""
    folder = _folder("warehouse", "models")
    return [path.stem for path in sorted(folder.glob("out/*.sql"))] + [
        f"core.{path.stem}" for path in sorted(folder.glob("core/*.sql"))
    ]


def mapping_names() -> list[str]:
    """Names of the mappings that are shipped."""
    return sorted(path.stem for path in _folder("scrapers", "mappings").glob("*.yaml"))


def completing(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """What typer asks for the words that may stand in an option's or argument's place.

    Args:
        names: Gives all of them.
    """

    def complete(incomplete: str) -> list[str]:
        return [name for name in names() if name.startswith(incomplete)]

    return complete


def is_asked_for_traceback() -> bool:
    """Whether unforeseen errors are to show where they arose."""
    return bool(os.environ.get(TRACEBACK_VARIABLE))
