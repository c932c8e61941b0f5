"""Puts the adverts of each employer that are for one role together.

Belongs here: which adverts are compared with which, and the table that comes of it. Does not
belong here: when two are for one role (`rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.forget import keep_links
from warehouse.matching.rules import Basis, basis_of_same, overlap
from warehouse.matching.signature import Signature, apply_address, title_words, words_of

THREADS = frozenset({"hackernews"})
"""Sources whose adverts are comments, which may offer several roles."""
MOST_ROLES = 200
"""Roles of one bucket that an advert is compared with, newest first: a bound on the work that an
employer with thousands of adverts under one title can cause."""
STEPS_LEAD_ON_DAYS = 400
"""A year, and the monthly thread after it."""
_LATEST = 3  # versions of a role that an advert is compared with, beside its first

TABLE = "core.role_links"
_BATCH_ROWS = 20_000
_LINKS = pa.schema(
    {"posting_id": pa.string(), "first_posting_id": pa.string(), "basis": pa.string()}
)
# Exact copies are one row here: one of them is compared. A board matters to its requisitions only.
_ADVERTS = """
    SELECT
        company_id, source, countries, titles, text,
        CASE WHEN requisition_id IS NOT NULL THEN board || ':' || requisition_id END AS requisition,
        min(posted_or_seen_on) AS first_on,
        first(board ORDER BY posted_or_seen_on, posting_id) AS board,
        list(posting_id ORDER BY posted_or_seen_on, posting_id) AS posting_ids,
        list(url ORDER BY posted_or_seen_on, posting_id) AS urls
    FROM core.adverts
    WHERE NOT is_excerpt AND content_hash NOT IN (SELECT content_hash FROM raw.forgotten_versions)
    GROUP BY ALL
    ORDER BY company_id, first_on, posting_ids[1]
"""


def link_roles(con: duckdb.DuckDBPyConnection) -> int:
    """Fill `core.role_links`: for each advert the first one of its role, and why.

    Memory holds the adverts of one employer, and a batch of rows.

    Args:
        con: The working warehouse, with `core.adverts`.

    Returns:
        How many adverts are linked to an earlier one.
    """
    reader = con.cursor()  # results stream; it keeps the reading apart from the writing
    reader.execute("SET VARIABLE as_of = $day", {"day": _as_of(con)})
    batches = reader.sql(_ADVERTS).to_arrow_reader(_BATCH_ROWS)
    found = links(row for batch in batches for row in batch.to_pylist())
    linked = 0
    con.execute("BEGIN")
    try:
        con.execute(f"DELETE FROM {TABLE}")
        while some := list(islice(found, _BATCH_ROWS)):
            linked += sum(posting != first for posting, first, _ in some)
            columns = dict(zip(_LINKS.names, zip(*some, strict=True), strict=True))
            con.register("incoming_links", pa.table(columns, _LINKS))
            con.execute(f"INSERT INTO {TABLE} BY NAME SELECT * FROM incoming_links")
            con.unregister("incoming_links")
        keep_links(con)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return linked


def _as_of(con: duckdb.DuckDBPyConnection) -> Any:
    [(day,)] = con.execute("SELECT getvariable('as_of')").fetchall()
    return day


def links(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield for each advert the first advert of its role, and what says so.

    Args:
        rows: Adverts by employer (`company_id`), oldest first, exact copies in one row: `source`,
            `board`, `countries`, `titles`, `requisition`, `text`, `first_on`, `posting_ids`,
            `urls`.

    Yields:
        posting_id, posting_id of the role's first advert, basis ("first", "copy" or that of
        `rules`).
    """
    for _, adverts in groupby(rows, key=itemgetter("company_id")):
        group = list(adverts)
        if len(group) == 1:
            yield from _copies(group[0]["posting_ids"], group[0]["posting_ids"][0], "first")
            continue
        first_of = _group([_signature(row) for row in group])
        for row in group:
            own = row["posting_ids"][0]
            first, basis = first_of[own]
            yield from _copies(row["posting_ids"], first, basis or "first")


def _copies(ids: Sequence[str], first: str, basis: str) -> Iterator[tuple[str, str, str]]:
    yield ids[0], first, basis
    for copy in ids[1:]:
        yield copy, first, "copy"


def _signature(row: dict[str, Any]) -> Signature:
    is_thread = row["source"] in THREADS
    requisition = row["requisition"]
    return Signature(
        posting_id=row["posting_ids"][0],
        is_thread=is_thread,
        source=row["source"],
        board=row["board"],
        on=row["first_on"],
        title=title_words(row["titles"] or (), is_thread=is_thread),
        countries=frozenset(row["countries"] or ()),
        words=words_of(row["text"]),
        text_chars=len(row["text"]),
        requisition=f"{row['source']}:{requisition}" if requisition else None,
        apply_url=None if is_thread else apply_address(row["urls"][0]),
    )


def _group(adverts: Sequence[Signature]) -> dict[str, tuple[str, Basis | None]]:
    """Assign each advert, oldest first, to the role that it is most like, else to a new one."""
    assigned: dict[str, tuple[str, Basis | None]] = {}
    buckets: dict[object, list[list[Signature]]] = {}
    by_evidence: dict[str, list[list[Signature]]] = {}
    for advert in adverts:
        known = _by_evidence(advert, by_evidence)
        roles = buckets.setdefault(_bucket(advert), [])
        role, basis = known or _most_like(advert, roles)
        if role is None:
            role = []
            roles.append(role)
        role.append(advert)
        assigned[advert.posting_id] = (role[0].posting_id, basis)
        for evidence in (advert.requisition, advert.apply_url):
            if evidence and known is None:
                by_evidence.setdefault(evidence, []).append(role)
    return assigned


def _bucket(advert: Signature) -> object:
    """What adverts must share to be compared by their texts."""
    return "thread" if advert.is_thread else advert.title


def _by_evidence(
    advert: Signature, roles: dict[str, list[list[Signature]]]
) -> tuple[list[Signature], Basis] | None:
    for evidence in (advert.apply_url, advert.requisition):
        for role in roles.get(evidence, ()) if evidence else ():
            basis = basis_of_same(role[0], advert)
            if basis:
                return role, basis
    return None


def _compared(role: Sequence[Signature], advert: Signature) -> Sequence[Signature]:
    """The adverts of a role that a new one is compared with.

    Small steps may lead on for a year; later on what is posted must still be like the first, or a
    comment that is posted again every month would be one role for ever, whatever it asks for.
    """
    if (advert.on - role[0].on).days > STEPS_LEAD_ON_DAYS:
        return role[:1]
    return role if len(role) <= _LATEST + 1 else (role[0], *role[-_LATEST:])


def _most_like(
    advert: Signature, roles: Sequence[list[Signature]]
) -> tuple[list[Signature] | None, Basis | None]:
    best: tuple[float, list[Signature], Basis] | None = None
    for role in roles[-MOST_ROLES:]:
        for other in _compared(role, advert):
            basis = basis_of_same(other, advert)
            likeness = overlap(other, advert) if basis else 0.0
            if basis and (best is None or likeness > best[0]):
                best = (likeness, role, basis)
    return (best[1], best[2]) if best else (None, None)
