"""From landing files into the raw schema, once per source, board and day.

Belongs here: reading landing lines, versions of adverts by content hash, the ledger of
observations, and what is refused on the way. Does not belong here: what a text means
(`warehouse.facts`).
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
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

CHUNK_LINES = 5_000

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
        "bodies": {"content_hash": _TEXT} | _CONTENT,
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
        | {"source_id": _TEXT, "stage": _TEXT, "reason": _TEXT, "sample": _TEXT},
    }.items()
}


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
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = con.execute(
        "SELECT lines FROM raw.landings WHERE file = $1 AND digest = $2", [name, digest]
    ).fetchall()
    if known:
        return LoadReport(lines=known[0][0], is_new=False)
    lines = 0
    forgotten = known_forgotten(con)
    con.execute("BEGIN")
    try:
        for kind, schema in _INCOMING.items():
            empty = schema.empty_table()
            con.register("incoming_rows", empty)
            con.execute(f"CREATE OR REPLACE TEMP TABLE incoming_{kind} AS FROM incoming_rows")
        with path.open("rb") as file:
            numbered = enumerate(file)
            while chunk := tuple(islice(numbered, CHUNK_LINES)):
                lines += len(chunk)
                for kind, rows in _read_chunk(chunk, name.split("/")[0], forgotten).items():
                    table = pa.Table.from_pylist(rows, schema=_INCOMING[kind])
                    con.register("incoming_rows", table)
                    con.execute(f"INSERT INTO incoming_{kind} FROM incoming_rows")
        con.unregister("incoming_rows")
        for statement in _MERGE:
            con.execute(statement)
        con.execute("DELETE FROM raw.landings WHERE file = $1", [name])
        con.execute("INSERT INTO raw.landings VALUES ($1, $2, $3)", [name, digest, lines])
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return LoadReport(lines=lines, is_new=True)


def _read_chunk(
    chunk: tuple[tuple[int, bytes], ...], source: str, forgotten: Forgotten
) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _INCOMING}
    for number, raw in chunk:
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
                content = _content(line)
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
                rows["refused"].append(row)
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
                ANTI JOIN raw.observations AS known
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


_KEY = "source, board, observed_on"
# Rows that are kept as they were listed, day by day; adverts are kept by version.
_LISTED = ("papers", "paper_links", "models", "series")
_ROWS = ("observations", "seen", *_LISTED)
# How much an answer tells: rows and that they are all, that nothing changed, some rows, nothing.
_RANK = "CASE state WHEN 'ok' THEN 3 WHEN 'unchanged' THEN 2 WHEN 'truncated' THEN 1 ELSE 0 END"
# The steps that make the incoming rows part of raw, in order, inside one transaction.
_MERGE: tuple[str, ...] = (
    # One answer per board and day: the best, of equally good ones the latest, whatever order they
    # are loaded in.
    f"""
    CREATE OR REPLACE TEMP TABLE accepted AS
    WITH answers AS (
        SELECT *, {_RANK} AS rank FROM incoming_boards
        QUALIFY row_number() OVER (
            PARTITION BY {_KEY} ORDER BY rank DESC, observed_at DESC, line DESC) = 1
    ),
    old AS (SELECT {_KEY}, observed_at, {_RANK} AS rank FROM raw.boards)
    SELECT answers.* EXCLUDE (rank, line)
    FROM answers LEFT JOIN old USING ({_KEY})
    WHERE old.rank IS NULL
        OR (answers.rank, answers.observed_at) >= (old.rank, old.observed_at)
    """,
    # Two windows of one day, or two archives of one site, together show more: whatever came of the
    # other.
    f"""
    CREATE OR REPLACE TEMP TABLE kept AS
    SELECT DISTINCT {_KEY}, observed_at FROM accepted
    UNION SELECT {_KEY}, observed_at FROM incoming_boards WHERE NOT is_listing
    """,
    # Rows whose board says nothing: the crawl broke off before it was through with it.
    f"""
    INSERT INTO incoming_refused BY NAME
    SELECT {_KEY}, any_value(rows.observed_at) AS observed_at, min(rows.line) AS line,
        'load' AS stage,
        count(*) || ' rows, but no observation of their board: the crawl broke off' AS reason,
        '' AS sample
    FROM (
        {" UNION ALL ".join(f"SELECT {_KEY}, observed_at, line FROM incoming_{k}" for k in _ROWS)}
    ) AS rows
    ANTI JOIN incoming_boards USING ({_KEY})
    GROUP BY ALL
    """,
    # The same id twice in one listing: rows that moved between its pages.
    f"""
    INSERT INTO incoming_refused BY NAME
    SELECT {_KEY}, observed_at, line, source_id, 'load' AS stage,
        'the same id again in one listing' AS reason, '' AS sample
    FROM incoming_observations
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, observed_at, source_id ORDER BY line) > 1
    """,
    # Versions that are known now: of the day itself too, before its rows are taken away.
    """
    CREATE OR REPLACE TEMP TABLE versions AS
    SELECT source, board, source_id, observed_on, content_hash FROM raw.observations
    SEMI JOIN (
        SELECT source, board, source_id FROM incoming_seen
        UNION SELECT source, board, source_id FROM incoming_refused WHERE stage = 'parse'
    ) AS needed USING (source, board, source_id)
    """,
    *(
        f"DELETE FROM raw.{table} USING accepted WHERE "
        + " AND ".join(f"raw.{table}.{key} = accepted.{key}" for key in _KEY.split(", "))
        + (" AND accepted.is_listing" if table == "observations" else "")
        for table in ("boards", "observations", *_LISTED, "refused")
    ),
    "INSERT INTO raw.boards BY NAME SELECT * FROM accepted",
    """
    INSERT INTO raw.bodies BY NAME
    SELECT DISTINCT ON (content_hash) * FROM incoming_bodies
    ANTI JOIN raw.bodies USING (content_hash)
    """,
    f"""
    INSERT INTO raw.observations BY NAME
    SELECT {_KEY}, source_id, content_hash
    FROM incoming_observations
    SEMI JOIN kept USING ({_KEY}, observed_at)
    ANTI JOIN raw.observations USING ({_KEY}, source_id)
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, source_id ORDER BY line) = 1
    """,
    # An unchanged board shows what the same bytes showed, on the nearest day that has them; also
    # where those are loaded after it.
    """
    INSERT INTO raw.observations BY NAME
    WITH asked AS (
        SELECT now.source, now.board, now.observed_on,
            arg_min(old.observed_on, abs(old.observed_on - now.observed_on)) AS shown_on
        FROM raw.boards AS now
        ANTI JOIN raw.observations AS seen
            ON now.source = seen.source AND now.board = seen.board
            AND now.observed_on = seen.observed_on
        INNER JOIN raw.boards AS old
            ON now.source = old.source AND now.board = old.board
            AND now.payload_digest = old.payload_digest AND old.state = 'ok'
        WHERE now.state = 'unchanged'
        GROUP BY ALL
    )
    SELECT asked.source, asked.board, asked.observed_on, shown.source_id, shown.content_hash
    FROM asked
    INNER JOIN raw.observations AS shown
        ON asked.source = shown.source AND asked.board = shown.board
        AND asked.shown_on = shown.observed_on
    """,
    # Still there, in the version that was read on the nearest day; an advert that can't be read
    # today is also still there.
    f"""
    CREATE OR REPLACE TEMP TABLE still_there AS
    SELECT now.source, now.board, now.observed_on, now.source_id, arg_min(
        old.content_hash, abs(old.observed_on - now.observed_on)
    ) AS content_hash
    FROM (
        SELECT {_KEY}, observed_at, source_id FROM incoming_seen
        UNION SELECT {_KEY}, observed_at, source_id FROM incoming_refused
        WHERE stage = 'parse' AND source_id IS NOT NULL
    ) AS now
    SEMI JOIN kept USING ({_KEY}, observed_at)
    ANTI JOIN raw.observations AS there USING ({_KEY}, source_id)
    INNER JOIN versions AS old USING (source, board, source_id)
    GROUP BY ALL
    """,
    "INSERT INTO raw.observations BY NAME FROM still_there",
    f"""
    INSERT INTO incoming_refused BY NAME
    SELECT {_KEY}, observed_at, line, source_id, 'load' AS stage,
        'said to be unchanged, but no earlier version of it is known' AS reason, '' AS sample
    FROM incoming_seen
    SEMI JOIN kept USING ({_KEY}, observed_at)
    ANTI JOIN raw.observations USING ({_KEY}, source_id)
    """,
    # A listing with such an advert is not whole: it closes nothing, and is read again.
    f"""
    UPDATE raw.boards SET
        state = 'truncated',
        reason = concat_ws('; ', reason, 'adverts said to be unchanged are not known')
    FROM (
        SELECT DISTINCT {_KEY} FROM incoming_seen
        SEMI JOIN accepted USING ({_KEY}, observed_at)
        ANTI JOIN raw.observations USING ({_KEY}, source_id)
    ) AS lost
    WHERE raw.boards.state = 'ok'
        AND {" AND ".join(f"raw.boards.{key} = lost.{key}" for key in _KEY.split(", "))}
    """,
    *(
        f"INSERT INTO raw.{table} BY NAME SELECT * EXCLUDE (observed_at) FROM incoming_{table} "
        f"SEMI JOIN accepted USING ({_KEY}, observed_at)"
        for table in _LISTED
    ),
    # Only of what was kept: a page that is remembered stands for its adverts.
    f"DELETE FROM incoming_pages WHERE ({_KEY}, observed_at) NOT IN "
    f"(SELECT ({_KEY}, observed_at) FROM kept)",
    "DELETE FROM raw.pages USING incoming_pages AS new WHERE raw.pages.source = new.source "
    "AND raw.pages.board = new.board AND raw.pages.url = new.url "
    "AND raw.pages.observed_at <= new.observed_at",
    """
    INSERT INTO raw.pages BY NAME
    SELECT * EXCLUDE (observed_on, line) FROM incoming_pages
    ANTI JOIN raw.pages USING (source, board, url)
    QUALIFY row_number() OVER (
        PARTITION BY source, board, url ORDER BY observed_at DESC, line DESC) = 1
    """,
    f"""
    INSERT INTO raw.refused BY NAME
    SELECT * EXCLUDE (observed_at, line),
        row_number() OVER (PARTITION BY {_KEY} ORDER BY line) - 1 AS line
    FROM incoming_refused
    WHERE (source, board, observed_on) NOT IN (SELECT (source, board, observed_on)
        FROM incoming_boards ANTI JOIN accepted USING (source, board, observed_on))
    """,
)
