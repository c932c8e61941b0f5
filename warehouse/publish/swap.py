"""Publishing: build the whole publication aside, then put it in place with one rename.

Belongs here: the directories under DATA/publications, the order of the steps, and what survives a
crash. Does not belong here: what the files hold (`snapshot`, `tables`, `report`).

Readers follow DATA/published, a symbolic link that is replaced atomically: they see the last
publication or the new one, never a mixture. A reader that already opened a file keeps it. One who
reads several files resolves the link once and reads from there.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from warehouse.digest import digest_of_code
from warehouse.publish import archive, report
from warehouse.publish.changed import changes_of, summary
from warehouse.publish.changes import Published, newest_published
from warehouse.publish.parquet import ParquetFile, with_a_copy, write_parquet
from warehouse.publish.snapshot import (
    Relation,
    content_digest,
    copy_warehouse,
    literal,
    publishable,
    relations,
)
from warehouse.publish.sqlite import DATABASE, METADATA, write_metadata, write_sqlite
from warehouse.publish.tables import ON_REQUEST, write_csv, write_data_package

WAREHOUSE = "warehouse.duckdb"
RUN = "run.json"
CHANGES = "changes.md"
KEEP = 7
_FILLED_IN = ("rows", "parquet", "changes")
_ADDED = ("webhook",)  # to a publication that stands, which a later run leaves as it is
_MEMORY = "2GB"  # the copy sorts on disk beyond this
_BUILDING = ".building"
_SPILL = ".spill"
_PUBLICATION = re.compile(r"(\d{6,})-([0-9a-f]{16})")


class Annex(NamedTuple):
    """A folder of pages that is published beside the report and swapped in with it.

    Attributes:
        name: Name of the folder in the publication; the report links to `index.html` in it.
        title: What the report calls it.
        digest: Changes when the pages do.
        write: Writes the pages into the folder that it is given; called for a new publication only.
    """

    name: str
    title: str
    digest: str
    write: Callable[[Path], object]


class _Options(NamedTuple):
    """What shapes the files of a publication."""

    csv_on_request: frozenset[str]
    licence: Mapping[str, str] | None
    annexes: tuple[Annex, ...]
    archive: Path


class PublicationResult(NamedTuple):
    """What `publish` did.

    Attributes:
        publication_id: Running number and content digest; the directory's name.
        path: The directory of the publication that readers now see.
        is_changed: False when the published content already was this one.
        rows: Rows per published relation, as in `run.json`.
        pruned: Ids of old publications that were removed.
    """

    publication_id: str
    path: Path
    is_changed: bool
    rows: dict[str, int]
    pruned: tuple[str, ...]


def publish(
    working: Path,
    data: Path,
    run: Mapping[str, Any],
    *,
    keep: int = KEEP,
    csv_on_request: Collection[str] = (),
    licence: Mapping[str, str] | None = None,
    annexes: Sequence[Annex] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> PublicationResult:
    """Publishes what the working warehouse holds, in whole or not at all.

    When tables, schemas, comments, the sample flag, the outcomes of checks, the annexes and the
    code of this package are those of the published state, its files stay as they are and only
    `run.json` is replaced.

    Args:
        working: The working warehouse, checkpointed, with no connection of this process open.
        data: The data directory; `published` in it is swapped.
        run: What `run.json` says; `is_sample` and `as_of` are required. `rows`, `parquet`,
            `changes` and `publication` are filled in.
        keep: Publications to keep, the new one included.
        csv_on_request: Tables of `out` out of `ON_REQUEST` to write as CSV all the same.
        licence: Licence of the data for `datapackage.json` (`name`, `title`, `path`).
        annexes: Folders of pages to publish beside the report.
        tell: Is told each part before it is made.

    Returns:
        Where the publication lies and whether it is a new one.

    Raises:
        KeyError: `run` lacks a required entry.
        ValueError: `keep` is below 1, or `csv_on_request` names a table that is not on request.
        duckdb.IOException: Another process is writing to the working warehouse.
        OSError: The file system refused; the last publication stands.
    """
    is_sample = bool(run["is_sample"])
    if keep < 1:
        raise ValueError(f"keep must be at least 1, not {keep}")
    if unknown := set(csv_on_request) - ON_REQUEST:
        raise ValueError(f"no such report on request: {', '.join(sorted(unknown))}")
    options = {
        "is_sample": is_sample,
        "as_of": str(run["as_of"]),
        "method_version": run.get("method_version"),
        "csv_on_request": sorted(csv_on_request),
        "licence": licence and dict(licence),
        "checks": run.get("checks"),
        "annexes": [(annex.name, annex.title, annex.digest) for annex in annexes],
        "code": _code_digest(),
    }
    publications = data / "publications"
    publications.mkdir(parents=True, exist_ok=True)
    with _only_publisher(publications) as building, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{_MEMORY}'")
        con.execute(f"SET temp_directory = {literal(str(publications / _SPILL))}")
        con.execute(f"ATTACH {literal(str(working))} AS working (READ_ONLY)")
        con.execute("SET VARIABLE as_of = $day::DATE", {"day": str(run["as_of"])})
        found = publishable(relations(con, "working"))
        tell("comparing with what is published")
        digest = content_digest(con, "working", found, options)
        current = _current(data)
        if current is not None and current.name.endswith(f"-{digest}"):
            said = json.loads((current / RUN).read_text(encoding="utf-8"))
            kept = {name: said[name] for name in (*_FILLED_IN, *_ADDED) if name in said}
            archive.keep(current, {**run, **kept}, data / archive.FOLDER)
            _write_run(current, {**run, **kept}, current.name)
            return PublicationResult(current.name, current, False, said["rows"], ())
        number = max(_newest_number(publications), archive.newest_number(data / archive.FOLDER))
        publication_id = f"{number + 1:06d}-{digest}"
        last = newest_published(data)
        if current is not None and last is not None:
            archive.keep(current, last.run, data / archive.FOLDER)  # where that broke off
        tell("warehouse")
        copy_warehouse(con, "working", building / WAREHOUSE, found, is_sample=is_sample)
        con.execute("DETACH working")
        # a client that forgets to open it read-only must neither change it nor lock others out
        (building / WAREHOUSE).chmod(0o444)
        tell("tables and report")
        said = _write_readables(
            con,
            building,
            {**run, "publication": publication_id},
            last,
            _Options(frozenset(csv_on_request), licence, tuple(annexes), data / archive.FOLDER),
        )
        for annex in annexes:
            tell(annex.title)
            folder = building / annex.name
            folder.mkdir()
            annex.write(folder)
        tell("Parquet")
        copies = _write_copies(con, building, is_sample=is_sample)
        said["parquet"] = {f"parquet/{copy.path.name}": copy.said() for copy in copies}
        _write_run(building, said, publication_id)
        tell("writing to the disk")
        _sync(building)
        target = publications / publication_id
        building.rename(target)
        _point(data, target)
        archive.keep(target, said, data / archive.FOLDER)
        pruned = _prune(publications, keep, publication_id)
    return PublicationResult(publication_id, target, True, said["rows"], pruned)


def add_to_run(publication: Path, more: Mapping[str, Any]) -> None:
    """Adds what is known only after publishing to a publication's `run.json`.

    Args:
        publication: Its folder.
        more: Entries, which go before those of the same name.

    Raises:
        OSError: It can't be read or written.
    """
    said = json.loads((publication / RUN).read_text(encoding="utf-8"))
    _write_run(publication, {**said, **more}, publication.name)


@contextmanager
def _only_publisher(publications: Path) -> Iterator[Path]:
    """Holds the lock, and gives a fresh directory to build in that is gone afterwards."""
    with (publications / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        building = publications / _BUILDING
        shutil.rmtree(building, ignore_errors=True)  # left by a publisher that was killed
        building.mkdir()
        try:
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)
            shutil.rmtree(publications / _SPILL, ignore_errors=True)


def _code_digest() -> str:
    """Digest of this package: a page that would look different is a different publication."""
    return digest_of_code(Path(__file__).parent)


def _current(data: Path) -> Path | None:
    """The publication that readers see, if there is one and it is whole."""
    link = data / "published"
    if not link.is_symlink():
        if link.exists():
            raise FileExistsError(f"{link} is not the link that publishing swaps: move it away")
        return None
    current = data / os.readlink(link)
    parts = (WAREHOUSE, "index.html", RUN, CHANGES, DATABASE, "reports/datapackage.json")
    return current if all((current / part).is_file() for part in parts) else None


def _numbered(publications: Path) -> list[tuple[int, str]]:
    matches = (_PUBLICATION.fullmatch(name) for name in os.listdir(publications))
    return sorted((int(match[1]), match[0]) for match in matches if match)


def _newest_number(publications: Path) -> int:
    return max((number for number, _ in _numbered(publications)), default=0)


def _write_readables(
    con: duckdb.DuckDBPyConnection,
    building: Path,
    run: Mapping[str, Any],
    last: Published | None,
    options: _Options,
) -> dict[str, Any]:
    """Writes all that is made from the fresh copy alone; returns `run` with what it found."""
    con.execute(f"ATTACH {literal(str(building / WAREHOUSE))} AS fresh (READ_ONLY)")
    con.execute("USE fresh")
    try:
        fresh = sorted(relations(con))
        rows = {
            relation.label: con.execute(f"SELECT count(*) FROM {relation.sql_name()}").fetchall()[
                0
            ][0]
            for relation in fresh
        }
        before = last if last and bool(last.run["is_sample"]) == bool(run["is_sample"]) else None
        said = {**run, "rows": rows, "changes": changes_of(con, before, rows)}
        shown = [
            relation
            for relation in fresh
            if relation.schema == "out" and relation.name not in ON_REQUEST - options.csv_on_request
        ]
        _write_reports(con, building, shown, said, options)
        text = summary(con, said)
        (building / CHANGES).write_text(text, encoding="utf-8")
        zips = building / archive.FOLDER
        zips.mkdir()
        archive.write_zip(
            con,
            fresh,
            said,
            text,
            zips / archive.name_of(said, said["publication"]),
            licence=options.licence,
        )
        archive.link_all(options.archive, zips)
        known = archive.read_index(last.path / archive.FOLDER) if last else []
        archived = archive.write_index(zips, known)
        page = report.render_report(
            con,
            said,
            reports=[relation.name for relation in shown],
            annexes={annex.name: annex.title for annex in options.annexes},
            archived=archived,
        )
        (building / "index.html").write_text(page, encoding="utf-8")
    finally:
        con.execute("USE memory")
        con.execute("DETACH fresh")
    return said


def _write_reports(
    con: duckdb.DuckDBPyConnection,
    building: Path,
    shown: Sequence[Relation],
    run: Mapping[str, Any],
    options: _Options,
) -> None:
    """Writes the report tables as CSV with their description, and as one SQLite file with its."""
    reports = building / "reports"
    reports.mkdir()
    write_data_package(
        [write_csv(con, relation, reports) for relation in shown],
        reports / "datapackage.json",
        is_sample=bool(run["is_sample"]),
        version=run.get("method_version"),
        licence=options.licence,
    )
    write_sqlite(con, shown, building / DATABASE)
    (building / DATABASE).chmod(0o444)
    write_metadata(
        shown, building / METADATA, is_sample=bool(run["is_sample"]), licence=options.licence
    )


def _write_copies(
    con: duckdb.DuckDBPyConnection, building: Path, *, is_sample: bool
) -> list[ParquetFile]:
    """Writes the Parquet copies from the fresh copy."""
    folder = building / "parquet"
    folder.mkdir()
    con.execute(f"ATTACH {literal(str(building / WAREHOUSE))} AS fresh (READ_ONLY)")
    con.execute("USE fresh")
    try:
        return [
            write_parquet(con, relation, folder, is_sample=is_sample)
            for relation in with_a_copy(relations(con))
        ]
    finally:
        con.execute("USE memory")
        con.execute("DETACH fresh")


def _write_run(publication: Path, run: Mapping[str, Any], publication_id: str) -> None:
    """Writes `run.json` so that a reader sees the old text or the new one."""
    said = {**run, "publication": publication_id}
    text = json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    fresh = publication / f".{RUN}"
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(publication / RUN)


def _sync(folder: Path) -> None:
    """Brings every file to disk: the link must not outlive its target in a power cut."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_file() and path.stat().st_nlink > 1:
            continue  # a zip of before, which is on disk since then
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _point(data: Path, target: Path) -> None:
    fresh = data / ".published"
    fresh.unlink(missing_ok=True)  # left by a publisher that was killed
    fresh.symlink_to(target.relative_to(data))
    fresh.replace(data / "published")


def _prune(publications: Path, keep: int, current: str) -> tuple[str, ...]:
    old = [name for _, name in _numbered(publications)[:-keep] if name != current]
    for name in old:
        shutil.rmtree(publications / name)
    return tuple(old)
