"""From landing files into the raw schema, once per source, board and day.

Belongs here: reading landing lines, versions of adverts by content hash, and what is known for
conditional requests. Does not belong here: how rows become part of raw (`warehouse.merge`), or what
a text means (`warehouse.facts`).
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationError

from scrapers.forgotten import Forgotten
from scrapers.landing import (
    BoardObservation,
    Model,
    Page,
    Paper,
    PaperLink,
    Posting,
    Refusal,
    Seen,
    SeriesPoint,
    read_line,
)
from warehouse.forget import known_forgotten
from warehouse.merge import merge, prepare

CHUNK_LINES = 5_000
# The beginning of an advert's line, as spiders write it; RE2 and Python read it alike.
_BEGINS = (
    r'^\{"source":"([^"\\]+)","board":"([^"\\]+)","observed_at":"([0-9T:.-]+Z)",'
    r'"kind":"posting","source_id":"([^"\\]+)"'
)
_ADVERT_LINE = re.compile(_BEGINS.encode())
_LONGEST_LINE = 16_000_000
_KNOWN_LINES = f"""
    CREATE OR REPLACE TEMP TABLE known_lines AS
    WITH landed AS (
        SELECT row_number() OVER () - 1 AS line, text,
            regexp_extract(
                left(text, 1000), '{_BEGINS}', ['source', 'board', 'observed_at', 'source_id']
            ) AS part
        FROM read_csv(
            $path, columns = {{text: 'VARCHAR'}}, header = false, auto_detect = false,
            delim = '\x1f', quote = '', escape = '', new_line = '\\n', strict_mode = false,
            max_line_size = {_LONGEST_LINE}, buffer_size = {4 * _LONGEST_LINE}
        )
    ),

    hashed AS (
        SELECT line, part.source, part.board, part.source_id,
            part.observed_at::TIMESTAMP AS observed_at, observed_at::DATE AS observed_on,
            unhex(md5(replace(text, '"observed_at":"' || part.observed_at || '"', '')))
                AS line_digest
        FROM landed WHERE part.source <> ''
    )

    SELECT hashed.*, body.content_hash
    FROM hashed INNER JOIN raw.bodies AS body
        ON hashed.line_digest = body.line_digest
        AND (hashed.source, hashed.board, hashed.source_id)
        = (body.source, body.board, body.source_id)
"""

_TEXT = pa.string()
_COMPONENT = pa.struct(
    [
        *((name, _TEXT) for name in ("type", "min", "max", "currency", "interval", "zone")),
        ("is_estimated", pa.bool_()),
    ]
)
_ENVELOPE = {
    "source": _TEXT,
    "board": _TEXT,
    "observed_on": pa.date32(),
    "observed_at": pa.timestamp("us"),
    "line": pa.int64(),
}
_CONTENT = {
    "source": _TEXT,
    "board": _TEXT,
    "source_id": _TEXT,
    "url": _TEXT,
    "company": _TEXT,
    "title": _TEXT,
    "body": _TEXT,
    "is_excerpt": pa.bool_(),
    "location": _TEXT,
    "secondary_locations": pa.list_(_TEXT),
    "address_locality": _TEXT,
    "address_region": _TEXT,
    "address_country": _TEXT,
    "is_remote": pa.bool_(),
    "workplace": _TEXT,
    "department": _TEXT,
    "team": _TEXT,
    "employment_type": _TEXT,
    "posted_on": pa.date32(),
    "posted_basis": _TEXT,
    "pay_text": _TEXT,
    "pay_components": pa.list_(_COMPONENT),
    "estimated_pay_text": _TEXT,
    "requisition_id": _TEXT,
    "poster": _TEXT,
    "expires_on": pa.date32(),
    "origin_source": _TEXT,
    "origin_id": _TEXT,
}
_PAPER = {
    "paper_url": _TEXT,
    "title": _TEXT,
    "arxiv_id": _TEXT,
    "published_on": pa.date32(),
    "repo_url": _TEXT,
}
_INCOMING: dict[str, pa.Schema] = {
    name: pa.schema(fields)
    for name, fields in {
        "boards": _ENVELOPE
        | {"state": _TEXT, "is_listing": pa.bool_(), "url": _TEXT, "http_status": pa.int32()}
        | {"reason": _TEXT, "rows_seen": pa.int32(), "payload_digest": _TEXT}
        | {"etag": _TEXT, "last_modified": _TEXT},
        "bodies": {"content_hash": _TEXT, "line_digest": pa.binary()} | _CONTENT,
        "observations": _ENVELOPE | {"source_id": _TEXT, "content_hash": _TEXT},
        "seen": _ENVELOPE | {"source_id": _TEXT},
        "pages": _ENVELOPE
        | {"url": _TEXT, "http_status": pa.int32(), "payload_digest": _TEXT, "etag": _TEXT}
        | {"last_modified": _TEXT, "source_ids": pa.list_(_TEXT), "steps": pa.list_(_TEXT)},
        "papers": _ENVELOPE | _PAPER | {"tasks": pa.list_(_TEXT)},
        "paper_links": _ENVELOPE
        | _PAPER
        | {"is_official": pa.bool_(), "framework": _TEXT, "basis": _TEXT},
        "models": _ENVELOPE
        | {"model_id": _TEXT, "library": _TEXT, "tags": pa.list_(_TEXT), "downloads": pa.int64()}
        | {"likes": pa.int64(), "created_on": pa.date32(), "rank": pa.int64()},
        "series": _ENVELOPE
        | {"series": _TEXT, "period_start": pa.date32(), "value": pa.float64(), "unit": _TEXT},
        "refused": _ENVELOPE
        | {"source_id": _TEXT, "stage": _TEXT, "reason": _TEXT, "sample": _TEXT}
        | {"n_rows": pa.int64()},
    }.items()
}


_COUNTED = _INCOMING.keys() - {"boards", "bodies", "pages"}
"""Kinds of incoming rows that are rows of a source; bodies are the texts of observations."""


class LoadReport(NamedTuple):
    """What became of one landing file."""

    lines: int
    is_new: bool  # False where this very file was loaded before


def load_file(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> LoadReport:
    """Load one landing file, whole or not at all.

    A board that was asked twice on one day counts once: the later answer, but never one that is not
    complete, or that only says "unchanged", in the place of one that is. Loading a file again
    changes nothing. A line that does not fit the contract is kept in `raw.refused`, and the rest
    goes on.

    Args:
        con: The working warehouse, with its schemas.
        path: The landing file.
        name: What it is called in `raw.landings`.

    Returns:
        How many lines it has and whether they were new.

    Raises:
        OSError: The file can't be read.
        warehouse.merge.LostRowsError: Rows of it would be lost.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    there = con.execute(
        "SELECT lines FROM raw.landings WHERE file = $1 AND digest = $2", [name, digest]
    ).fetchall()
    if there:
        return LoadReport(lines=there[0][0], is_new=False)
    try:
        lines = _load(con, path, name, digest, _find_known(con, path))
    except _Misnumbered:
        lines = _load(con, path, name, digest, _NOTHING_KNOWN)
    return LoadReport(lines=lines, is_new=True)


def _load(con: duckdb.DuckDBPyConnection, path: Path, name: str, digest: str, known: _Known) -> int:
    lines = 0
    rows = int(known.is_known.sum())
    source = name.split("/")[0]
    forgotten = known_forgotten(con)
    for kind, schema in _INCOMING.items():
        con.register("incoming_rows", schema.empty_table())
        con.execute(f"CREATE OR REPLACE TEMP TABLE incoming_{kind} AS FROM incoming_rows")
    prepare(con)
    con.execute("BEGIN")
    try:
        if len(known.is_known):
            con.execute(
                "INSERT INTO incoming_observations BY NAME "
                "SELECT * EXCLUDE (line_digest) FROM known_lines"
            )
        with path.open("rb") as file:
            numbered = enumerate(file)
            while chunk := tuple(islice(numbered, CHUNK_LINES)):
                lines += len(chunk)
                for kind, some in _read_chunk(chunk, source, known, forgotten).items():
                    rows += len(some) if kind in _COUNTED else 0
                    table = pa.Table.from_pylist(some, schema=_INCOMING[kind])
                    con.register("incoming_rows", table)
                    con.execute(f"INSERT INTO incoming_{kind} FROM incoming_rows")
        con.unregister("incoming_rows")
        merge(con, name, rows)
        con.execute("DELETE FROM raw.landings WHERE file = $1", [name])
        con.execute("INSERT INTO raw.landings VALUES ($1, $2, $3)", [name, digest, lines])
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return lines


class _Misnumbered(Exception):  # noqa: N818 - a reason to read all lines, not an error
    """DuckDB counts the lines of a file otherwise than we do."""


class _Known(NamedTuple):
    """Lines of a file that were read before; most of what a board shows it showed yesterday."""

    is_known: npt.NDArray[np.bool_]  # by line number
    samples: dict[int, bytes]  # digests of some of them, to hold the numbering against


_NOTHING_KNOWN = _Known(np.zeros(0, np.bool_), {})


def _find_known(con: duckdb.DuckDBPyConnection, path: Path) -> _Known:
    """Find the adverts of a landing file that were read before, and take over their versions.

    DuckDB reads, cuts and hashes the lines many times faster than they can be read one by one.
    """
    if not con.execute("FROM raw.bodies LIMIT 1").fetchall():
        return _NOTHING_KNOWN
    try:
        con.execute("SET preserve_insertion_order = true")  # lines are counted
        con.execute(_KNOWN_LINES, {"path": str(path)})
    except duckdb.InvalidInputException as error:  # bytes that are no text, or an endless line
        raise _Misnumbered from error
    finally:
        con.execute("SET preserve_insertion_order = false")
    found = con.execute("SELECT line, line_digest FROM known_lines WHERE line % 97 = 0").fetchall()
    [(lines,)] = con.execute("SELECT coalesce(max(line) + 1, 0) FROM known_lines").fetchall()
    is_known = np.zeros(lines, np.bool_)
    is_known[con.execute("SELECT line FROM known_lines").fetchnumpy()["line"]] = True
    return _Known(is_known, dict(found))


def _digest_of(raw: bytes) -> bytes | None:
    """Digest of an advert's line but for its instant; None of a line that is written otherwise."""
    match = _ADVERT_LINE.match(raw)
    if match is None:
        return None
    rest = raw.rstrip(b"\r\n").replace(b'"observed_at":"' + match[3] + b'"', b"")
    return hashlib.md5(rest, usedforsecurity=False).digest()


def _read_chunk(
    chunk: tuple[tuple[int, bytes], ...],
    source: str,
    known: _Known,
    forgotten: Forgotten,
) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _INCOMING}
    for number, raw in chunk:
        if number < len(known.is_known) and known.is_known[number]:
            if number in known.samples and known.samples[number] != _digest_of(raw):
                raise _Misnumbered
            continue
        try:
            line = forgotten.of(read_line(raw))
        except ValidationError as error:
            rows["refused"].append(_unreadable(raw, number, error, source))
            continue
        row = line.model_dump(exclude={"kind"})
        # DuckDB's TIMESTAMP has no zone; the contract lets only UTC through.
        row["observed_at"] = line.observed_at.replace(tzinfo=None)
        row["observed_on"] = line.observed_at.date()
        row["line"] = number
        match line:
            case Posting():
                content = _content(line) | {"line_digest": _digest_of(raw)}
                row["content_hash"] = content["content_hash"]
                rows["bodies"].append(content)
                rows["observations"].append(row)
            case Seen():
                rows["seen"].append(row)
            case Page():
                rows["pages"].append(row)
            case Paper():
                rows["papers"].append(row)
            case PaperLink():
                rows["paper_links"].append(row)
            case Model():
                rows["models"].append(row)
            case SeriesPoint():
                rows["series"].append(row)
            case BoardObservation():
                rows["boards"].append(row)
            case Refusal():
                rows["refused"].append(row | {"n_rows": 1})
    return {kind: found for kind, found in rows.items() if found}


def _content(posting: Posting) -> dict[str, Any]:
    row = posting.model_dump(exclude={"kind", "observed_at", "address", "forgotten"})
    row["is_excerpt"] = posting.is_excerpt or not posting.body.strip()
    address = posting.address
    row["address_locality"] = address.locality if address else None
    row["address_region"] = address.region if address else None
    row["address_country"] = address.country if address else None
    row["pay_components"] = [
        {
            key: value if value is None or key == "is_estimated" else str(value)
            for key, value in component.items()
        }
        for component in row["pay_components"]
    ]
    # Some boards move the last day on every day, and keys differ; the advert stays the same.
    said = {key: value for key, value in row.items() if key not in ("expires_on", "poster")}
    canonical = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    own_hash = hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()
    row["content_hash"] = posting.forgotten or own_hash
    return row


def _unreadable(raw: bytes, number: int, error: ValidationError, source: str) -> dict[str, Any]:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    try:
        said = json.loads(raw)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    return {
        "source": str(said.get("source") or source),
        "board": str(said.get("board") or ""),
        "observed_on": _day_or_none(said.get("observed_at")),
        "line": number,
        "source_id": str(said["source_id"]) if said.get("source_id") else None,
        "stage": "load",
        "reason": f"line {number + 1} of the landing file: {where}: {first['msg']}"[:200],
        "sample": f"fields: {', '.join(said)}"[:200] if said else "not a JSON object",
        "n_rows": 1,
    }


def _day_or_none(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


Known = dict[str, dict[str, dict[str, Any]]]


def known_of(con: duckdb.DuckDBPyConnection, source: str) -> Known:
    """What is known of a source, for conditional requests.

    Args:
        con: The working warehouse.
        source: Name of the source.

    Returns:
        `boards` (newest complete observations) and `pages` (single answers), each by address: etag,
        last_modified, digest, observed_at, and of pages the board, ids of adverts and steps.
    """
    kinds = {
        "boards": """
            SELECT url, etag, last_modified, payload_digest AS digest, observed_at
            FROM raw.boards
            WHERE source = $1 AND state IN ('ok', 'unchanged')
            QUALIFY row_number() OVER (PARTITION BY url ORDER BY observed_at DESC) = 1
            """,
        # A page whose adverts are not all known has to be read again.
        "pages": """
            SELECT url, board, etag, last_modified, payload_digest AS digest, observed_at,
                source_ids AS ids, steps
            FROM raw.pages AS page
            WHERE source = $1 AND NOT EXISTS (
                SELECT 1 FROM unnest(page.source_ids) AS shown (source_id)
                ANTI JOIN raw.sightings AS known
                    ON known.source = page.source AND known.board = page.board
                    AND known.source_id = shown.source_id
            )
            QUALIFY row_number() OVER (PARTITION BY url ORDER BY observed_at DESC, board) = 1
            """,
    }
    known: Known = {}
    for kind, query in kinds.items():
        found = con.execute(query, [source])
        names = [name for name, *_ in found.description or ()]
        known[kind] = {}
        for row in found.fetchall():
            said = dict(zip(names, row, strict=True))
            said["observed_at"] = f"{said['observed_at'].isoformat()}+00:00"
            url = said.pop("url")
            known[kind][url] = {name: value for name, value in said.items() if value}
    return known


def newest_observation(con: duckdb.DuckDBPyConnection) -> date | None:
    """The newest day on which anything was observed; None where nothing was."""
    [(newest,)] = con.execute("SELECT max(observed_on) FROM raw.boards").fetchall()
    return newest if isinstance(newest, date) else None
