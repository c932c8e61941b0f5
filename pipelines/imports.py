"""Imports a bulk table: checks it, lands it, and keeps the file beside the other captures.

Belongs here: where a table and its landing lines are kept, and when an import changes nothing. Does
not belong here: what is in a table (`scrapers.tables`), or building on what was landed (the job).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

import scrapers
from pipelines.observe import SAMPLE_FOLDER, SOURCES
from pipelines.settings import Plan, take_folder
from scrapers.landing import Line, Posting, Refusal
from scrapers.mappings.model import mapping_file, read_mapping
from scrapers.personal import redact_row
from scrapers.tables import Table, TableError, lines_of, unpacked
from warehouse import database
from warehouse.digest import digest_of_code

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
EXAMPLES = 5
"""Refused rows that the report quotes."""
TELL_EVERY = 500
"""Rows between two words on how far an import is."""
READ_ONLY = 0o444
_DIGEST_CHARS = 12


class ImportUsageError(ValueError):
    """An import that makes no sense; the message says why and what to do."""


class ImportReport(NamedTuple):
    """What an import gave."""

    rows: int
    """Adverts that were landed."""
    refused: int
    """Rows that were refused."""
    path: Path
    """The landing file."""
    examples: tuple[str, ...]
    """Why the first of the refused rows were, each with its place in the file."""
    unmapped: tuple[str, ...] = ()
    """Columns that the mapping neither uses nor leaves out knowingly."""
    is_new: bool = True
    """False where exactly this was imported before, and nothing changed."""


def import_table(
    data: Path,
    file: Path,
    source: str,
    mapping: str | Path,
    observed_on: date | None = None,
    *,
    tell: Callable[[int, int | None], None] = lambda *_: None,
) -> ImportReport:
    """Land a bulk table as captures of one more source.

    Importing a file again changes nothing; with another mapping or day it replaces what was
    imported. Another file of the same name (next month's) is one more observation beside it.

    Args:
        data: The DATA folder.
        file: A CSV, JSON lines or Parquet file, also with `.gz`.
        source: Name that its adverts are listed under; none of the built-in sources.
        mapping: A mapping file, or the bare name of one that the project ships.
        observed_on: Day on which rows were read off their site, where they don't say.
        tell: Told now and then how many rows were read, of how many where that is known.

    Returns:
        What was landed and refused, and where it is.

    Raises:
        ImportUsageError: The name is taken or no name, or the day is still to come.
        scrapers.mappings.model.MappingError: The mapping can't be used, or not with this table.
        scrapers.tables.TableError: The file is missing or not what its name says, or no row fits.
        pipelines.settings.FolderError: DATA is in use, holds the sample market, or can't be
            written.
    """
    today = datetime.now(UTC).date()
    _check(source, observed_on, today)
    if not file.is_file():
        raise TableError(f"{file}: no such file")
    described = mapping_file(mapping)
    table = Table(file, read_mapping(described), str(described))
    with _folder(data):
        digest = _digest_of(file)
        about = {
            "file": file.name,
            "sha256": digest,
            "observed_on": observed_on and observed_on.isoformat(),
            "mapping": table.mapping.model_dump(mode="json", exclude_defaults=True),
            "code": digest_of_code(Path(scrapers.__file__ or "").parent, without=("market",)),
        }
        name = f"{table.board}-{digest[:_DIGEST_CHARS]}"
        path = data / "landing" / source / f"{name}.jsonl"
        noted = path.with_suffix(".import.json")
        known = _noted(noted) if path.exists() else {}
        if known.get("import") == about:
            report: dict[str, Any] = known["report"]
            return ImportReport(
                rows=report["rows"],
                refused=report["refused"],
                path=path,
                examples=tuple(report["examples"]),
                unmapped=tuple(report["unmapped"]),
                is_new=False,
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = lines_of(table, source, observed_on=observed_on, not_after=today, digest=digest)
        with _written_whole(path) as partial:
            rows, refused, examples = _write(partial, lines, tell, _rows_of(file))
            _keep(file, data / "captures" / source / f"{name}{_endings(file)}", digest)
            if path.exists():
                _forget(data, source, table.board)
        done = ImportReport(
            rows, refused, path, examples, table.mapping.unmapped(table.columns), is_new=True
        )
        told = {name: value for name, value in done._asdict().items() if name != "path"}
        with _written_whole(noted) as partial:
            partial.write_text(json.dumps({"import": about, "report": told}, indent=1) + "\n")
        return done


def _check(source: str, observed_on: date | None, today: date) -> None:
    if not SOURCE_NAME.fullmatch(source):
        raise ImportUsageError(
            f"{source!r} is no name for a source: small letters, digits and underscores, "
            "a letter first"
        )
    if source in (*SOURCES, SAMPLE_FOLDER):
        raise ImportUsageError(f"{source!r} is a source of its own; give the table another name")
    if observed_on is not None and observed_on > today:
        raise ImportUsageError(f"the day of observation, {observed_on}, is still to come")


@contextmanager
def _folder(data: Path) -> Iterator[None]:
    """The DATA folder for this import alone, marked as one of the real world."""
    lock = take_folder(Plan(mode="live", data=data))
    try:
        yield
    finally:
        lock.close()


def _digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _noted(path: Path) -> dict[str, Any]:
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # broken off or damaged: import anew
    return noted if isinstance(noted, dict) else {}


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """A file that gets its name only when it is whole."""
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _rows_of(file: Path) -> int | None:
    """Rows of a table where that is told quickly: a CSV has lines within its fields."""
    if file.suffix == ".parquet":
        with suppress(pa.ArrowInvalid, OSError):
            return int(pq.read_metadata(file).num_rows)
    if file.suffix in (".jsonl", ".ndjson"):
        with file.open("rb") as opened:
            return sum(1 for _ in opened)
    return None


def _write(
    path: Path,
    lines: Iterable[Line],
    tell: Callable[[int, int | None], None],
    in_all: int | None,
) -> tuple[int, int, tuple[str, ...]]:
    rows = refused = 0
    examples: list[str] = []
    with path.open("wb") as file:
        for line in map(redact_row, lines):
            file.write(line.model_dump_json(exclude_none=True).encode() + b"\n")
            rows += isinstance(line, Posting)
            if (rows + refused) % TELL_EVERY == 0:
                tell(rows + refused, in_all)
            if isinstance(line, Refusal):
                refused += 1
                if len(examples) < EXAMPLES:
                    examples.append(line.reason)
    return rows, refused, tuple(examples)


def _endings(file: Path) -> str:
    return file.name[len(Path(unpacked(file)).stem) :]


def _keep(file: Path, path: Path, digest: str) -> None:
    if path.exists():
        return  # its name has the digest of its content
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written_whole(path) as partial:
        shutil.copyfile(file, partial)
        if _digest_of(partial) != digest:
            raise TableError(f"{file.name}: it changed while it was read; import it again")
        partial.chmod(READ_ONLY)


def _forget(data: Path, source: str, board: str) -> None:
    """Take the board's observations out of the warehouse, for all of its files to be loaded anew.

    The load only replaces days that a landing file still has; another mapping or day may leave none
    of them.
    """
    if not (data / database.FILE).exists():
        return
    own = re.compile(rf"{re.escape(board)}-[0-9a-f]{{{_DIGEST_CHARS}}}\.jsonl")
    landings = [
        f"{source}/{path.name}"
        for path in (data / "landing" / source).iterdir()
        if own.fullmatch(path.name)
    ]
    with database.open_working(data) as con:
        con.execute("BEGIN")
        for name in ("boards", "sightings", "refused"):
            con.execute(f"DELETE FROM raw.{name} WHERE source = $1 AND board = $2", [source, board])
        for name in ("landings", "accounts"):
            con.execute(f"DELETE FROM raw.{name} WHERE list_contains($1, file)", [landings])
        con.execute("COMMIT")
