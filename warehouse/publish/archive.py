"""The archive: one zip of figures for each publication, kept when the publication is gone.

Belongs here: which tables and columns are figures and nothing else, the zip, and the list of zips.
Does not belong here: the publications themselves (`swap`).

A zip is a Frictionless data package that outlives every request to delete something, so nothing may
be in it that such a request could be about: no employer, no board, no title, no text, no address of
an advert. Tables are let in by name; a new one stays out until it is listed here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from warehouse.publish.snapshot import Relation
from warehouse.publish.tables import write_csv, write_data_package

FOLDER = "archive"
INDEX = "index.json"
FIGURES = (
    "claim_parts",
    "claim_sensitivity",
    "claim_verdicts",
    "claim_versions",
    "comention_by_year",
    "cross_checks",
    "figure_changes",
    "framework_ratio_by_month",
    "framework_ratio_by_quarter",
    "framework_ratio_by_year",
    "framework_share_by_month",
    "framework_share_by_quarter",
    "framework_share_by_year",
    "market_flow_by_month",
    "model_share",
    "paper_share_by_quarter",
    "paper_share_by_year",
    "pay_by_framework_level",
    "skill_by_framework",
)
"""Tables of `out` whose rows are of no single advert, employer or board."""
LEFT_OUT = frozenset(
    {"board", "boards", "company", "company_id", "evidence", "example", "posting_id", "role_id"}
    | {"sample", "title", "url"}
)
"""Columns that are left out wherever they are."""
_RUN = ("as_of", "is_sample", "method_version", "publication", "verdicts", "changes", "made_from")
_SOURCE = ("state", "boards_asked", "boards_answered", "postings_seen", "newest_on")
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{6,})\.zip")
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip can tell


class Archived(NamedTuple):
    """One zip of the archive.

    Attributes:
        file: Its name.
        as_of: As-of day of the publication, ISO 8601.
        publication: Id of the publication.
        method_version: Version of the normalisers, None where it was not told.
        is_sample: Whether it is of the sample market.
        bytes: Its size.
        sha256: Its digest, in hex.
    """

    file: str
    as_of: str
    publication: str
    method_version: str | None
    is_sample: bool
    bytes: int
    sha256: str


def name_of(run: Mapping[str, Any], publication_id: str) -> str:
    """The name of a publication's zip: as-of day and running number."""
    return f"{run['as_of']}-{publication_id.partition('-')[0]}.zip"


def write_zip(
    con: duckdb.DuckDBPyConnection,
    published: Sequence[Relation],
    run: Mapping[str, Any],
    summary: str,
    path: Path,
    *,
    licence: Mapping[str, str] | None = None,
) -> None:
    """Writes the figures of a publication as a zipped data package; the same ones, the same bytes.

    Args:
        con: Connection whose current database is the published copy.
        published: Its relations.
        run: What `run.json` says, `publication` included.
        summary: What changed, as Markdown.
        path: The file to make; a folder of the same name without suffix is used meanwhile.
        licence: As for the data package.
    """
    folder = path.with_suffix("")
    folder.mkdir()
    try:
        files = [
            write_csv(con, without_subjects(relation), folder)
            for relation in sorted(published)
            if relation.schema == "out" and relation.name in FIGURES
        ]
        write_data_package(
            files,
            folder / "datapackage.json",
            is_sample=bool(run["is_sample"]),
            version=run.get("method_version"),
            licence=licence,
        )
        (folder / "changes.md").write_text(summary, encoding="utf-8")
        said = json.dumps(harmless(run), indent=2, sort_keys=True, ensure_ascii=False, default=str)
        (folder / "run.json").write_text(said + "\n", encoding="utf-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
            for file in sorted(folder.iterdir()):
                member = zipfile.ZipInfo(file.name, _MIDNIGHT)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = 3
                member.external_attr = 0o100644 << 16
                target.writestr(member, file.read_bytes())
    finally:
        shutil.rmtree(folder)
    path.chmod(0o444)


def without_subjects(relation: Relation) -> Relation:
    """The relation without columns that may name what a request to delete is about."""
    columns = tuple(column for column in relation.columns if column.name not in LEFT_OUT)
    return relation._replace(columns=columns)


def harmless(run: Mapping[str, Any]) -> dict[str, Any]:
    """What of `run.json` goes into the archive: no reasons, samples or refused rows.

    Args:
        run: Its content.
    """
    checks = run.get("checks") or {}
    return {
        **{name: run[name] for name in _RUN if name in run},
        "sources": {
            name: {key: of[key] for key in _SOURCE if key in of}
            for name, of in (run.get("sources") or {}).items()
        },
        "checks": {
            "passed": checks.get("passed"),
            "failed": [
                {"table": check["table"], "check": check["check"]}
                for check in checks.get("failed", ())
            ],
        },
    }


def link_all(archive: Path, folder: Path) -> None:
    """Shows the zips of before in a new publication, at no cost of room where the disk has links.

    Args:
        archive: DATA/archive; it need not be there.
        folder: The publication's folder for zips.
    """
    if archive.is_dir():
        for path in sorted(archive.iterdir()):
            if _is_kept(path) and not (folder / path.name).exists():
                _link(path, folder / path.name)


def newest_number(archive: Path) -> int:
    """The highest running number of a publication that is archived; 0 where none is.

    Args:
        archive: DATA/archive; it need not be there.
    """
    if not archive.is_dir():
        return 0
    matches = (_NAME.fullmatch(name) for name in os.listdir(archive))
    return max((int(match[2]) for match in matches if match), default=0)


def keep(publication: Path, run: Mapping[str, Any], archive: Path) -> None:
    """Keeps a publication's zip for good; what is kept already stays.

    Args:
        publication: Its folder; one of before there was an archive has no zip.
        run: Its `run.json`.
        archive: DATA/archive.
    """
    name = name_of(run, publication.name)
    made = publication / FOLDER / name
    if not made.is_file():
        return
    archive.mkdir(exist_ok=True)
    there = archive / name
    if not there.exists() or not there.samefile(made):
        fresh = archive / f".{name}"
        fresh.unlink(missing_ok=True)  # left by a publisher that was killed
        _link(made, fresh)
        fresh.replace(there)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a file system without hard links
        shutil.copy2(path, target)


def write_index(folder: Path, known: Sequence[Mapping[str, Any]] = ()) -> list[Archived]:
    """Writes the list of zips in a folder, newest publication first.

    Args:
        folder: The folder with the zips.
        known: Entries of an earlier list, so that only new zips are read.

    Returns:
        What was written.
    """
    before = {entry.get("file"): entry for entry in known}
    found = []
    for path in folder.iterdir():
        if not _is_kept(path):
            continue
        entry = before.get(path.name, {})
        is_known = entry.keys() == set(Archived._fields) and entry["bytes"] == path.stat().st_size
        archived = Archived(**entry) if is_known else _read(path)
        if archived is not None:
            found.append(archived)
    found.sort(key=lambda entry: (entry.publication, entry.file), reverse=True)
    text = json.dumps([entry._asdict() for entry in found], indent=2, ensure_ascii=False)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
    return found


def read_index(folder: Path) -> list[dict[str, Any]]:
    """The list of zips in a publication's folder; empty where there is none that can be read."""
    try:
        found = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _is_kept(path: Path) -> bool:
    return bool(_NAME.fullmatch(path.name)) and path.is_file()


def _read(path: Path) -> Archived | None:
    """What a zip says of itself; None of one that is damaged, which is not listed."""
    try:
        with zipfile.ZipFile(path) as source:
            run = json.loads(source.read("run.json"))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Archived(
            path.name,
            str(run["as_of"]),
            str(run["publication"]),
            run.get("method_version"),
            bool(run["is_sample"]),
            path.stat().st_size,
            digest,
        )
    # Whatever it is that was put there: encrypted, cut off, or with bits that were lost.
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        RuntimeError,
        EOFError,
        zlib.error,
    ):
        return None
