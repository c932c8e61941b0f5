"""Runs the normalisers over the versions of adverts that they have not seen yet.

Belongs here: what is pending, the batches, the processes, and storing the results. Does not belong
here: the normalisers (`warehouse.normalise`), which know no database.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from warehouse.normalise.annualise import to_usd_year
from warehouse.normalise.employer import is_agency_name
from warehouse.normalise.posting import (
    Advert,
    Facts,
    line_hash,
    method_version,
    read_batch,
    settle,
)

logger = logging.getLogger(__name__)

BATCH_ROWS = 1_000
TOGETHER = 200
"""Adverts that the normalisers read together, one kind of fact after the other."""
PARALLEL_FROM_ROWS = 4_000
"""Below this many adverts, starting processes costs more than they save."""

_TEXT = pa.string()
_MONEY = pa.decimal128(18, 2)
_FACTS = pa.schema(
    {
        "content_hash": _TEXT, "method_version": _TEXT, "text": _TEXT, "text_chars": pa.int32(),
        "text_hash": _TEXT, "company": _TEXT, "company_id": _TEXT, "title": _TEXT,
        "titles": pa.list_(_TEXT), "is_ml_role": pa.bool_(),
        "family": _TEXT, "level": _TEXT, "countries": pa.list_(_TEXT), "is_us": pa.bool_(),
        "region": _TEXT, "metro": _TEXT, "workplace": _TEXT, "is_agency_name": pa.bool_(),
    }
)  # fmt: skip
_MENTIONS = pa.schema(
    {
        "content_hash": _TEXT, "technology": _TEXT, "family": _TEXT, "kind": _TEXT,
        "section": _TEXT, "is_negated": pa.bool_(), "is_alternative": pa.bool_(),
        "surface": _TEXT, "span_start": pa.int32(), "span_end": pa.int32(), "line_hash": _TEXT,
    }
)  # fmt: skip
_ROLES = pa.schema(
    {
        "content_hash": _TEXT, "role_no": pa.int32(), "title": _TEXT, "is_ml_role": pa.bool_(),
        "family": _TEXT, "level": _TEXT, "is_main": pa.bool_(), "span_start": pa.int32(),
        "span_end": pa.int32(),
    }
)  # fmt: skip
_BANDS = pa.schema(
    {
        "content_hash": _TEXT, "band": pa.int32(), "role_no": pa.int32(), "provenance": _TEXT,
        "kind": _TEXT, "pay_min": _MONEY, "pay_max": _MONEY, "currency": _TEXT, "period": _TEXT,
        "pay_min_usd_year": pa.float64(), "pay_max_usd_year": pa.float64(), "zone": _TEXT,
        "evidence": _TEXT, "is_plausible": pa.bool_(), "reason": _TEXT,
    }
)  # fmt: skip
_REFUSED = pa.schema(
    {
        "source": _TEXT, "board": _TEXT, "observed_on": pa.date32(), "content_hash": _TEXT,
        "source_id": _TEXT, "reason": _TEXT, "sample": _TEXT,
    }
)  # fmt: skip
_TARGETS = {
    "core.facts": _FACTS,
    "core.fact_roles": _ROLES,
    "core.fact_mentions": _MENTIONS,
    "core.fact_pay_bands": _BANDS,
    "core.fact_refusals": _REFUSED,
}
_BY_VERSION = ("core.fact_roles", "core.fact_mentions", "core.fact_pay_bands", "core.facts")
_ADVERTS = """
    SELECT content_hash, body, title, company, location, secondary_locations, address_locality,
        address_region, address_country, is_remote, workplace, department, team, posted_on,
        pay_text, pay_components, estimated_pay_text, source, board, source_id,
        seen.first_seen_on
    FROM raw.bodies
    INNER JOIN (
        SELECT content_hash, min(from_on) AS first_seen_on, bool_or(until_on IS NULL) AS is_shown
        FROM raw.sightings GROUP BY content_hash
    ) AS seen USING (content_hash)
    -- Their texts are gone; what was read out of them before stays.
    ANTI JOIN raw.forgotten_versions USING (content_hash)
"""
_NEW = f"{_ADVERTS} ANTI JOIN core.facts USING (content_hash)"
# What is on show comes first: it is what most people ask about.
_OLD = f"""{_ADVERTS}
    SEMI JOIN (FROM core.facts WHERE method_version <> $version) AS old USING (content_hash)
    ORDER BY seen.is_shown DESC, seen.first_seen_on DESC, content_hash
"""

Tables = dict[str, pa.Table]


class Progress(NamedTuple):
    """How far the reading of adverts is."""

    read: int
    """Versions of adverts that were read now."""
    renewed: int
    """Of those, the ones that had facts by an older method."""
    waiting: int
    """Versions whose facts are still by an older method."""


def normalise_pending(
    con: duckdb.DuckDBPyConnection,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    renew_seconds: float | None = None,
) -> Progress:
    """Read the facts out of every version that has none, then of those by an older method.

    Facts by an older method stand until they are read anew, adverts on show first; a large
    warehouse does so over several runs. Batches are stored as they come, so that a run that breaks
    off goes on where it was.

    Args:
        con: The working warehouse.
        workers: Processes; as many as there are cores where None.
        progress: Called with adverts done and adverts to do.
        renew_seconds: Wall-clock seconds to spend on facts by an older method; as many as it takes
            where None.

    Returns:
        How many versions were read, and how many are still by an older method.
    """
    version = method_version()
    con.execute("DELETE FROM core.fact_refusals")
    workers = workers or os.cpu_count() or 1
    new = _count(con, _NEW)
    old = _count(con, _OLD, {"version": version})
    total = new + old
    tell = progress or (lambda _done, _total: None)
    tell(0, total)
    read = renewed = 0
    for tables in _read(con, _NEW, {}, workers, new):
        read += _store(con, tables)
        tell(read, total)
    until = None if renew_seconds is None else monotonic() + renew_seconds
    for tables in _read(con, _OLD, {"version": version}, workers, old):
        renewed += _store(con, tables)
        tell(read + renewed, total)
        if until is not None and monotonic() >= until:
            break
    return Progress(read + renewed, renewed, _count(con, _OLD, {"version": version}))


def _count(
    con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> int:
    [(rows,)] = con.execute(f"SELECT count(*) FROM ({query})", parameters or {}).fetchall()
    return int(rows)


def _read(
    con: duckdb.DuckDBPyConnection,
    query: str,
    parameters: dict[str, Any],
    workers: int,
    total: int,
) -> Iterator[Tables]:
    if not total:
        return
    # Results stream; a second cursor keeps the reading apart from the writing.
    batches = con.cursor().sql(query, params=parameters).to_arrow_reader(BATCH_ROWS)
    yield from _map(batches, workers, total)


def _store(con: duckdb.DuckDBPyConnection, tables: Tables) -> int:
    """Store what was read out of a batch, in the place of what was read before."""
    con.execute("BEGIN")
    for part in ("core.facts", "core.fact_refusals"):
        con.register("incoming_facts", tables[part])
        for name in _BY_VERSION:
            con.execute(
                f"DELETE FROM {name} USING incoming_facts "
                f"WHERE {name}.content_hash = incoming_facts.content_hash"
            )
    for name, table in tables.items():
        con.register("incoming_facts", table)
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming_facts")
    con.unregister("incoming_facts")
    con.execute("COMMIT")
    return int(tables["core.facts"].num_rows + tables["core.fact_refusals"].num_rows)


def _map(batches: Iterator[pa.RecordBatch], workers: int, total: int) -> Iterator[Tables]:
    if workers == 1 or total < PARALLEL_FROM_ROWS:
        yield from map(facts_of_batch, batches)
        return
    # Not forked: the parent holds DuckDB's threads and locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[Tables]] = deque()
        for batch in batches:
            waiting.append(pool.submit(facts_of_batch, batch))
            # A bounded queue keeps memory flat however many adverts there are.
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def facts_of_batch(batch: pa.RecordBatch) -> Tables:
    """Read the facts of a batch of adverts.

    Args:
        batch: Columns as in `raw.bodies`.

    Returns:
        Rows for the tables that this step fills, by name.
    """
    version = method_version()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TARGETS}
    adverts = batch.to_pylist()
    for start in range(0, len(adverts), TOGETHER):
        for found in _rows_of_some(adverts[start : start + TOGETHER], version):
            for name, more in found.items():
                rows[name] += more
    settle()
    return {name: pa.Table.from_pylist(rows[name], schema) for name, schema in _TARGETS.items()}


def _rows_of_some(
    rows: list[dict[str, Any]], version: str
) -> Iterator[dict[str, list[dict[str, Any]]]]:
    try:
        facts = read_batch([_advert(row) for row in rows])
    # One odd text must not stop the market; it is kept in view as a refused row.
    except Exception as error:
        if len(rows) > 1:
            for row in rows:
                yield from _rows_of_some([row], version)
            return
        [row] = rows
        logger.debug("%s:%s:%s", row["source"], row["board"], row["source_id"], exc_info=True)
        yield {"core.fact_refusals": [_refusal(row, error)]}
        return
    for row, found in zip(rows, facts, strict=True):
        yield _rows_of(row, found, version)


def _rows_of(row: dict[str, Any], facts: Facts, version: str) -> dict[str, list[dict[str, Any]]]:
    key = row["content_hash"]
    dated_on: date = row["posted_on"] or row["first_seen_on"]
    main = next((n for n, posted in enumerate(facts.roles) if posted.role is facts.role), 0)
    bands = []
    for number, band in enumerate(facts.pay_bands):
        low, high = to_usd_year(band, dated_on)
        bands.append(
            {
                "content_hash": key,
                **band._asdict(),
                "band": number,
                "role_no": band.role,
                "pay_min": _money(band.pay_min),
                "pay_max": _money(band.pay_max),
                "pay_min_usd_year": None if low is None else float(low),
                "pay_max_usd_year": None if high is None else float(high),
            }
        )
    return {
        "core.facts": [
            {
                "content_hash": key,
                "method_version": version,
                "text": facts.text,
                "text_chars": len(facts.text),
                "text_hash": facts.text_hash,
                "company": facts.company,
                "company_id": facts.company_id,
                "title": facts.title,
                "titles": [posted.title for posted in facts.roles if posted.title] or None,
                "is_ml_role": facts.role.is_ml,
                "family": facts.role.family,
                "level": facts.role.level,
                "countries": list(facts.place.countries),
                "is_us": facts.place.is_us,
                "region": facts.place.region,
                "metro": facts.place.metro,
                "workplace": facts.place.workplace,
                "is_agency_name": is_agency_name(facts.company) if facts.company else None,
            }
        ],
        "core.fact_roles": [
            {
                "content_hash": key,
                "role_no": number,
                "title": posted.title,
                "is_ml_role": posted.role.is_ml,
                "family": posted.role.family,
                "level": posted.role.level,
                "is_main": number == main,
                "span_start": posted.start,
                "span_end": posted.end,
            }
            for number, posted in enumerate(facts.roles)
        ],
        "core.fact_mentions": _mention_rows(key, facts),
        "core.fact_pay_bands": bands,
    }


def _mention_rows(key: str, facts: Facts) -> list[dict[str, Any]]:
    found = []
    line_end, of_line = -1, ""
    for mention in facts.mentions:
        if mention.start > line_end:  # most lines that name a technology name several
            line_end = facts.text.find("\n", mention.start)
            line_end = len(facts.text) if line_end < 0 else line_end
            of_line = line_hash(facts.text, mention.start)
        found.append(
            {
                "content_hash": key,
                "technology": mention.technology,
                "family": mention.family,
                "kind": mention.kind,
                "section": mention.section,
                "is_negated": mention.is_negated,
                "is_alternative": mention.is_alternative,
                "surface": mention.surface,
                "span_start": mention.start,
                "span_end": mention.end,
                "line_hash": of_line,
            }
        )
    return found


def _money(value: Decimal | None) -> Decimal | None:
    """To the cent; a figure that no column of money can hold is no pay."""
    if value is None or abs(value) >= Decimal(10) ** 16:
        return None
    return value.quantize(Decimal("0.01"))


def _refusal(row: dict[str, Any], error: Exception) -> dict[str, Any]:
    return {
        "source": row["source"],
        "board": row["board"],
        "observed_on": row["first_seen_on"],
        "content_hash": row["content_hash"],
        "source_id": row["source_id"],
        "reason": f"the normalisers failed: {type(error).__name__}: {error}"[:200],
        "sample": f"text of {len(row['body'])} characters",
    }


def _advert(row: dict[str, Any]) -> Advert:
    address = {
        name: row[column]
        for name, column in (
            ("addressLocality", "address_locality"),
            ("addressRegion", "address_region"),
            ("addressCountry", "address_country"),
        )
        if row[column]
    }
    return Advert(
        body=row["body"],
        title=row["title"] or "",
        company=row["company"] or "",
        location=row["location"] or "",
        secondary_locations=row["secondary_locations"] or (),
        address=address or None,
        is_remote=row["is_remote"],
        workplace=row["workplace"] or "",
        department=row["department"] or "",
        team=row["team"] or "",
        posted_on=row["posted_on"],
        pay_text=row["pay_text"] or "",
        pay_components=row["pay_components"] or (),
        estimated_pay_text=row["estimated_pay_text"] or "",
    )
