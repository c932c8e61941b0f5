"""From landing files into the raw schema, once per source, board and day.

Belongs here: reading landing lines, versions of adverts by content hash, when each was shown, what
is refused on the way, and an account of every row. Does not belong here: what a text means
(`warehouse.facts`).
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
from pydantic import ValidationError

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

CHUNK_LINES = 5_000
# The beginning of an advert's line, in the order of the contract.
_ADVERT_LINE = re.compile(
    rb'\{"source":"([^"\\]+)","board":"([^"\\]+)","observed_at":"([^"\\]+)",'
    rb'"kind":"posting","source_id":"([^"\\]+)"'
)

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
                rows_of = _read_chunk(chunk, name.split("/")[0], _known_lines(con, chunk))
                for kind, rows in rows_of.items():
                    table = pa.Table.from_pylist(rows, schema=_INCOMING[kind])
                    con.register("incoming_rows", table)
                    con.execute(f"INSERT INTO incoming_{kind} FROM incoming_rows")
        con.unregister("incoming_rows")
        _merge(con, name)
        con.execute("DELETE FROM raw.landings WHERE file = $1", [name])
        con.execute("INSERT INTO raw.landings VALUES ($1, $2, $3)", [name, digest, lines])
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return LoadReport(lines=lines, is_new=True)


def _merge(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make the incoming rows part of raw, and note where each of them went."""
    [(refused,)] = con.execute("SELECT count(*) FROM incoming_refused").fetchall()
    con.execute("CREATE OR REPLACE TEMP TABLE kept_adverts (n BIGINT)")
    for statement in _SORT:
        con.execute(statement)
    [(rounds,)] = con.execute("SELECT coalesce(max(round), 0) FROM work").fetchall()
    for number in range(1, rounds + 1):
        con.execute("SET VARIABLE round = $number", {"number": number})
        for statement in _ROUND:
            con.execute(statement)
    con.execute("DELETE FROM raw.accounts WHERE file = $1", [name])
    con.execute(_ACCOUNT, {"file": name, "source": name.split("/")[0], "refused": refused})
    for statement in _STORE:
        con.execute(statement)


class _Parts(NamedTuple):
    """What a line of an advert says when only its beginning is read."""

    digest: bytes
    """Of all but the instant of the observation."""
    row: dict[str, Any]


def _parts_of(raw: bytes) -> _Parts | None:
    """The parts of a line as spiders write it; None for any other, which is read in full."""
    match = _ADVERT_LINE.match(raw)
    if match is None:
        return None
    source, board, instant, source_id = (part.decode() for part in match.groups())
    try:
        observed_at = datetime.fromisoformat(instant)
    except ValueError:
        return None
    if observed_at.utcoffset() != timedelta(0):
        return None
    digest = hashlib.blake2b(raw[: match.start(3)], digest_size=16)
    digest.update(raw[match.end(3) :].rstrip())
    observed_at = observed_at.replace(tzinfo=None)
    row = {"source": source, "board": board, "observed_at": observed_at, "source_id": source_id}
    return _Parts(digest.digest(), row | {"observed_on": observed_at.date()})


def _known_lines(
    con: duckdb.DuckDBPyConnection, chunk: tuple[tuple[int, bytes], ...]
) -> dict[int, tuple[_Parts, str | None]]:
    """Adverts among some lines by line number, with the content hash of those read before.

    Most of what a board shows it showed yesterday: such a line needs no reading.
    """
    parts = {number: found for number, raw in chunk if (found := _parts_of(raw))}
    if not parts:
        return {}
    digests = pa.array([found.digest for found in parts.values()], pa.binary())
    con.register("incoming_digests", pa.table({"line_digest": digests}))
    known = dict(
        con.execute(
            "SELECT line_digest, content_hash FROM raw.bodies SEMI JOIN incoming_digests "
            "USING (line_digest)"
        ).fetchall()
    )
    con.unregister("incoming_digests")
    return {number: (found, known.get(found.digest)) for number, found in parts.items()}


def _read_chunk(
    chunk: tuple[tuple[int, bytes], ...],
    source: str,
    known: dict[int, tuple[_Parts, str | None]],
) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _INCOMING}
    for number, raw in chunk:
        parts, content_hash = known.get(number, (None, None))
        if parts and content_hash:
            rows["observations"].append(
                {**parts.row, "line": number, "content_hash": content_hash}
            )
            continue
        try:
            line = read_line(raw)
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
                content = _content(line) | {"line_digest": parts and parts.digest}
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
    row = posting.model_dump(exclude={"kind", "observed_at", "address"})
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
    row["content_hash"] = hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()
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


_KEY = "source, board, observed_on"
# Rows that are kept as they were listed, day by day; adverts are kept by version.
_LISTED = ("papers", "paper_links", "models", "series")
_ROWS = ("observations", "seen", *_LISTED)
# How much an answer tells: rows and that they are all, that nothing changed, some rows, nothing.
_RANK = "CASE state WHEN 'ok' THEN 3 WHEN 'unchanged' THEN 2 WHEN 'truncated' THEN 1 ELSE 0 END"


def _same(table: str, other: str, columns: str = _KEY) -> str:
    return " AND ".join(f"{table}.{name} = {other}.{name}" for name in columns.split(", "))


# What the incoming rows are, before any of them becomes part of raw.
_SORT: tuple[str, ...] = (
    # One answer per board and day: the best, of equally good ones the latest, whatever order they
    # are loaded in.
    f"""
    CREATE OR REPLACE TEMP TABLE accepted AS
    WITH answers AS (
        SELECT *, {_RANK} AS rank FROM incoming_boards
        QUALIFY row_number() OVER (
            PARTITION BY {_KEY} ORDER BY rank DESC, observed_at DESC, line DESC) = 1
    ),
    old AS (SELECT {_KEY}, observed_at, {_RANK} AS rank, is_read FROM raw.boards)
    SELECT answers.* EXCLUDE (rank, line), coalesce(old.is_read, false) AS was_read
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
        '' AS sample, count(*) AS n_rows
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
        'the same id again in one listing' AS reason, '' AS sample, 1 AS n_rows
    FROM incoming_observations
    SEMI JOIN kept USING ({_KEY}, observed_at)
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, observed_at, source_id ORDER BY line) > 1
    """,
    # Boards and days at work. A board's own days come one after the other; an unchanged answer
    # whose bytes were not known so far may be now.
    f"""
    CREATE OR REPLACE TEMP TABLE work AS
    WITH asked AS (
        SELECT {_KEY}, state, is_listing, payload_digest, was_read, true AS is_accepted
        FROM accepted
        UNION ALL
        SELECT {_KEY}, state, is_listing, payload_digest, is_read, false FROM raw.boards
        WHERE state = 'unchanged' AND NOT is_read
        UNION ALL
        SELECT {_KEY}, state, is_listing, payload_digest, is_read, false FROM raw.boards
        SEMI JOIN kept USING ({_KEY})
        WHERE NOT is_listing
    )
    SELECT DISTINCT ON ({_KEY}) *,
        dense_rank() OVER (PARTITION BY source, board ORDER BY observed_on) AS round
    FROM asked ORDER BY {_KEY}, is_accepted DESC
    """,
)
# What each board shows on one day, and what of that differs from the day before and after it.
_ROUND: tuple[str, ...] = (
    # The answers beside it in time. Where the bytes are those of the answer before, so are the
    # rows, and nothing is to be written.
    f"""
    CREATE OR REPLACE TEMP TABLE today AS
    WITH now AS (FROM work WHERE round = getvariable('round')),
    beside AS (
        SELECT now.source, now.board,
            max(old.observed_on) FILTER (old.observed_on < now.observed_on) AS before_on,
            min(old.observed_on) FILTER (old.observed_on > now.observed_on) AS after_on
        FROM now INNER JOIN raw.boards AS old USING (source, board)
        WHERE old.is_read
        GROUP BY now.source, now.board
    )
    SELECT now.*, beside.after_on,
        now.state = 'unchanged' AND NOT now.was_read AND coalesce(
            old.payload_digest = now.payload_digest AND old.state IN ('ok', 'unchanged'), false
        ) AS is_same
    FROM now
    LEFT JOIN beside USING (source, board)
    LEFT JOIN raw.boards AS old
        ON now.source = old.source AND now.board = old.board AND beside.before_on = old.observed_on
    """,
    # What raw says of the day so far.
    """
    CREATE OR REPLACE TEMP TABLE covered AS
    SELECT shown.*, today.observed_on, today.after_on
    FROM raw.sightings AS shown INNER JOIN today USING (source, board)
    WHERE NOT today.is_same AND shown.from_on <= today.observed_on
        AND coalesce(shown.until_on > today.observed_on, true)
    """,
    # A window adds to what others of the day showed; a failure takes nothing away.
    f"""
    CREATE OR REPLACE TEMP TABLE shown_now AS
    SELECT {_KEY}, source_id, content_hash FROM covered
    INNER JOIN today USING ({_KEY})
    WHERE today.was_read
        AND (NOT today.is_accepted OR NOT today.is_listing
            OR today.state NOT IN ('ok', 'unchanged', 'truncated'))
    """,
    f"""
    INSERT INTO shown_now BY NAME
    SELECT {_KEY}, source_id, content_hash
    FROM incoming_observations
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id)
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, source_id ORDER BY line) = 1
    """,
    # An unchanged board shows what the same bytes showed, on the nearest day that has them; also
    # where those are loaded after it.
    f"""
    CREATE OR REPLACE TEMP TABLE copied AS
    SELECT today.source, today.board, today.observed_on,
        arg_min(old.observed_on, abs(old.observed_on - today.observed_on)) AS shown_on
    FROM today
    ANTI JOIN shown_now USING ({_KEY})
    INNER JOIN raw.boards AS old
        ON today.source = old.source AND today.board = old.board
        AND today.payload_digest = old.payload_digest AND old.state = 'ok'
    WHERE today.state = 'unchanged' AND NOT today.is_same
    GROUP BY ALL
    """,
    f"""
    INSERT INTO shown_now BY NAME
    SELECT {_KEY}, source_id, content_hash
    FROM copied INNER JOIN raw.sightings AS shown USING (source, board)
    WHERE shown.from_on <= copied.shown_on AND coalesce(shown.until_on > copied.shown_on, true)
    """,
    # Still there, in the version that was read on the nearest day; an advert that can't be read
    # today is also still there.
    f"""
    INSERT INTO shown_now BY NAME
    SELECT now.source, now.board, now.observed_on, now.source_id, arg_min(
        old.content_hash,
        CASE
            WHEN now.observed_on < old.from_on THEN old.from_on - now.observed_on
            WHEN now.observed_on >= old.until_on THEN now.observed_on - old.until_on + 1
            ELSE 0
        END
    ) AS content_hash
    FROM (
        SELECT {_KEY}, observed_at, source_id FROM incoming_seen
        UNION SELECT {_KEY}, observed_at, source_id FROM incoming_refused
        WHERE stage = 'parse' AND source_id IS NOT NULL
    ) AS now
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now AS there USING ({_KEY}, source_id)
    INNER JOIN raw.sightings AS old USING (source, board, source_id)
    GROUP BY ALL
    """,
    f"""
    CREATE OR REPLACE TEMP TABLE unknown AS
    SELECT {_KEY}, observed_at, line, source_id
    FROM incoming_seen
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id)
    """,
    """
    INSERT INTO incoming_refused BY NAME
    SELECT *, 'load' AS stage, '' AS sample, 1 AS n_rows,
        'said to be unchanged, but no earlier version of it is known' AS reason
    FROM unknown
    """,
    f"""
    CREATE OR REPLACE TEMP TABLE answered AS
    SELECT {_KEY}, is_accepted, after_on, is_same,
        was_read OR is_same OR state IN ('ok', 'truncated')
        OR copied.shown_on IS NOT NULL OR showing.source IS NOT NULL AS is_read
    FROM today
    LEFT JOIN copied USING ({_KEY})
    LEFT JOIN (SELECT DISTINCT {_KEY} FROM shown_now) AS showing USING ({_KEY})
    """,
    f"DELETE FROM raw.boards USING accepted, answered WHERE {_same('raw.boards', 'accepted')} "
    f"AND {_same('accepted', 'answered')}",
    # A listing with an advert that is not known is not whole: it closes nothing, and is read again.
    f"""
    INSERT INTO raw.boards BY NAME
    SELECT accepted.* EXCLUDE (was_read, state, reason), answered.is_read,
        CASE WHEN accepted.state = 'ok' AND lost.source IS NOT NULL THEN 'truncated'
            ELSE accepted.state END AS state,
        CASE WHEN accepted.state = 'ok' AND lost.source IS NOT NULL
            THEN concat_ws('; ', reason, 'adverts said to be unchanged are not known')
            ELSE accepted.reason END AS reason
    FROM accepted
    INNER JOIN answered USING ({_KEY})
    LEFT JOIN (SELECT DISTINCT {_KEY} FROM unknown) AS lost USING ({_KEY})
    """,
    f"""
    UPDATE raw.boards SET is_read = true FROM answered
    WHERE {_same('raw.boards', 'answered')} AND answered.is_read
        AND NOT answered.is_accepted AND NOT raw.boards.is_read
    """,
    # Where a sighting ends on this day, it may go on at the next answer.
    f"""
    CREATE OR REPLACE TEMP TABLE ended AS
    SELECT covered.* FROM covered
    SEMI JOIN (SELECT {_KEY} FROM answered WHERE is_read) AS was_read USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id, content_hash)
    """,
    # Where one begins, it may be the end of an earlier or the beginning of a later one.
    f"""
    CREATE OR REPLACE TEMP TABLE begun AS
    SELECT now.source, now.board, now.source_id, now.content_hash, now.observed_on,
        before.from_on AS goes_on_from, after.from_on AS joins_on,
        CASE WHEN after.from_on IS NULL THEN answered.after_on ELSE after.until_on END AS until_on
    FROM shown_now AS now
    INNER JOIN answered USING ({_KEY})
    LEFT JOIN raw.sightings AS before
        ON {_same('now', 'before', 'source, board, source_id, content_hash')}
        AND before.until_on = now.observed_on
    LEFT JOIN raw.sightings AS after
        ON {_same('now', 'after', 'source, board, source_id, content_hash')}
        AND after.from_on = answered.after_on
    ANTI JOIN covered
        ON {_same('now', 'covered', 'source, board, source_id, content_hash, observed_on')}
    """,
    f"""
    DELETE FROM raw.sightings AS old USING (
        SELECT source, board, source_id, content_hash, from_on FROM ended
        UNION ALL
        SELECT source, board, source_id, content_hash, unnest([goes_on_from, joins_on]) FROM begun
    ) AS gone (source, board, source_id, content_hash, from_on)
    WHERE {_same('old', 'gone', 'source, board, source_id, content_hash, from_on')}
    """,
    """
    INSERT INTO raw.sightings BY NAME
    SELECT source, board, source_id, content_hash, from_on, observed_on AS until_on
    FROM ended WHERE from_on < observed_on
    UNION ALL
    SELECT source, board, source_id, content_hash, after_on, until_on
    FROM ended WHERE after_on IS NOT NULL AND coalesce(until_on > after_on, true)
    UNION ALL
    SELECT source, board, source_id, content_hash, coalesce(goes_on_from, observed_on), until_on
    FROM begun
    """,
    f"""
    INSERT INTO kept_adverts
    SELECT count(*) FROM (
        SELECT {_KEY}, observed_at, source_id FROM incoming_observations
        QUALIFY row_number() OVER (PARTITION BY {_KEY}, observed_at, source_id ORDER BY line) = 1
        UNION ALL SELECT {_KEY}, observed_at, source_id FROM incoming_seen
    ) SEMI JOIN kept USING ({_KEY}, observed_at) SEMI JOIN shown_now USING ({_KEY}, source_id)
    """,
)
_STORE: tuple[str, ...] = (
    """
    INSERT INTO raw.bodies BY NAME
    SELECT DISTINCT ON (content_hash) * FROM incoming_bodies
    ANTI JOIN raw.bodies USING (content_hash)
    """,
    *(
        f"DELETE FROM raw.{table} USING accepted WHERE {_same(f'raw.{table}', 'accepted')}"
        for table in (*_LISTED, "refused")
    ),
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
# Every row of the file is in one of three places, and each of them is counted by itself.
_ACCOUNT = f"""
    INSERT INTO raw.accounts BY NAME
    WITH adverts AS (
        SELECT {_KEY}, observed_at FROM incoming_observations
        UNION ALL SELECT {_KEY}, observed_at FROM incoming_seen
    ),
    listed AS ({" UNION ALL ".join(f"SELECT {_KEY}, observed_at FROM incoming_{k}" for k in _LISTED)}),
    beside AS (
        SELECT * FROM (FROM adverts ANTI JOIN kept USING ({_KEY}, observed_at))
        UNION ALL SELECT * FROM (FROM listed ANTI JOIN accepted USING ({_KEY}, observed_at))
    )
    SELECT $file AS file, $source AS source,
        $refused + (SELECT count(*) FROM adverts) + (SELECT count(*) FROM listed) AS rows_in,
        (SELECT coalesce(sum(n), 0) FROM kept_adverts)
        + (SELECT count(*) FROM listed SEMI JOIN accepted USING ({_KEY}, observed_at)) AS rows_kept,
        (SELECT coalesce(sum(n_rows), 0) FROM incoming_refused) AS rows_refused,
        (SELECT count(*) FROM beside SEMI JOIN incoming_boards USING ({_KEY})) AS rows_set_aside
"""
