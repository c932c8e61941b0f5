"""Puts the adverts of each employer that are for one role together.

Belongs here: which adverts are compared with which, and the table that comes of it. Does not
belong here: when two are for one role (`rules`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from warehouse.forget import keep_links
from warehouse.matching.changes import BATCH_ROWS, REQUISITION, SCRATCH, find_affected, scratch
from warehouse.matching.changes import TABLE as INPUTS
from warehouse.matching.rules import Basis, basis_of_same, overlap
from warehouse.matching.signature import THREADS, Signature, apply_address, title_words, words_of

MOST_ROLES = 200
"""Roles of one bucket that an advert is compared with, newest first: a bound on the work that an
employer with thousands of adverts under one title can cause."""
STEPS_LEAD_ON_DAYS = 400
"""A year, and the monthly thread after it."""
_LATEST = 3  # versions of a role that an advert is compared with, beside its first

TABLE = "core.role_links"
_LINKS = pa.schema(
    {"posting_id": pa.string(), "first_posting_id": pa.string(), "basis": pa.string()}
)
# Exact copies are one row here: one of them is compared.
_ADVERTS = f"""
    SELECT
        company_id, source, countries, titles, text,
        {REQUISITION} AS requisition,
        min(posted_or_seen_on) AS first_on,
        first(board ORDER BY posted_or_seen_on, posting_id) AS board,
        list(posting_id ORDER BY posted_or_seen_on, posting_id) AS posting_ids,
        list(url ORDER BY posted_or_seen_on, posting_id) AS urls,
        CASE WHEN bool_and(was IS NOT NULL) THEN min(was) END AS was,
        first(basis_was ORDER BY posted_or_seen_on, posting_id) AS basis_was,
        bool_or(is_in_doubt) AS is_in_doubt,
        any_value(outdated_in_bucket) AS outdated_in_bucket
    FROM core.adverts
    INNER JOIN {SCRATCH}.compared USING (posting_id)
    GROUP BY ALL
    ORDER BY company_id, first_on, posting_ids[1]
"""
_FOUND = f"{SCRATCH}.found"
_DIFFERENT = f"""
    CREATE TABLE {SCRATCH}.different AS
    SELECT posting_id, first_posting_id, basis
    FROM (
        FROM {_FOUND}
        UNION ALL
        SELECT posting_id, posting_id AS first_posting_id, 'first' AS basis
        FROM {SCRATCH}.affected ANTI JOIN {SCRATCH}.compared USING (posting_id)
    )
    ANTI JOIN {TABLE} USING (posting_id, first_posting_id, basis)
"""
_WRITE = (
    f"DELETE FROM {TABLE} WHERE posting_id IN (SELECT posting_id FROM {SCRATCH}.outdated"
    f" ANTI JOIN {SCRATCH}.affected USING (posting_id)"
    f" UNION ALL SELECT posting_id FROM {SCRATCH}.different)",
    f"INSERT INTO {TABLE} BY NAME FROM {SCRATCH}.different",
    f"DELETE FROM {INPUTS} WHERE posting_id IN (SELECT posting_id FROM {SCRATCH}.outdated)",
    f"INSERT INTO {INPUTS} BY NAME FROM {SCRATCH}.changed_inputs",
)


class Linked(NamedTuple):
    """What was done, in adverts."""

    linked: int  # to an earlier one, of all
    changed: int  # since the last time; new ones and those that went are among them
    affected: int  # whose role was looked for anew
    written: int  # links that are new or other ones


def link_roles(con: duckdb.DuckDBPyConnection) -> Linked:
    """Bring `core.role_links` up to date: for each advert the first one of its role, and why.

    Adverts are compared again only where a change of one can matter (`changes`), and only rows
    that differ are written, with those of `core.role_inputs` or not at all. The rows are those that
    comparing all adverts would give. Memory holds the adverts of one employer, and a batch of rows.

    Args:
        con: The working warehouse, with `core.adverts`.

    Returns:
        How many adverts are linked, changed, were looked at and written.
    """
    reader = con.cursor()  # results stream; it keeps the reading apart from the writing
    with scratch(con), closing(reader):
        reader.execute("SET VARIABLE as_of = $day", {"day": _as_of(con)})
        scope = find_affected(con, reader)
        written = 0
        if scope.changed or scope.outdated:
            _compare(con, reader)
            [(written,)] = con.execute(_DIFFERENT).fetchall()
            _write(con)
        else:
            keep_links(con)
    [(linked,)] = con.execute(f"SELECT count(*) FROM {TABLE} WHERE basis <> 'first'").fetchall()
    return Linked(linked, max(scope.changed, scope.outdated), scope.affected, written)


def _as_of(con: duckdb.DuckDBPyConnection) -> Any:
    [(day,)] = con.execute("SELECT getvariable('as_of')").fetchall()
    return day


def _compare(con: duckdb.DuckDBPyConnection, reader: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE TABLE {_FOUND} AS SELECT * FROM {TABLE} LIMIT 0")
    batches = reader.sql(_ADVERTS).to_arrow_reader(BATCH_ROWS)
    found = links(row for batch in batches for row in batch.to_pylist())
    while some := list(islice(found, BATCH_ROWS)):
        columns = dict(zip(_LINKS.names, zip(*some, strict=True), strict=True))
        con.register("incoming_links", pa.table(columns, _LINKS))
        con.execute(f"INSERT INTO {_FOUND} BY NAME SELECT * FROM incoming_links")
        con.unregister("incoming_links")


def _write(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("BEGIN")
    try:
        for statement in _WRITE:
            con.execute(statement)
        keep_links(con)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise


def links(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield for each advert the first advert of its role, and what says so.

    Args:
        rows: Adverts by employer (`company_id`), oldest first, exact copies in one row: `source`,
            `board`, `countries`, `titles`, `requisition`, `text`, `first_on`, `posting_ids`,
            `urls`; and what is known of the last time: `was` (the first advert of its role; None
            where something changed, or nothing is known), `basis_was`, `is_in_doubt` and
            `outdated_in_bucket` (see `changes.find_affected`).

    Yields:
        posting_id, posting_id of the role's first advert, basis ("first", "copy" or that of
        `rules`).
    """
    for _, adverts in groupby(rows, key=itemgetter("company_id")):
        group = [_Advert(row) for row in adverts]
        for advert, (first, basis) in zip(group, _group(group), strict=True):
            yield from _copies(advert.posting_ids, first, basis or "first")


def _copies(ids: Sequence[str], first: str, basis: str) -> Iterator[tuple[str, str, str]]:
    yield ids[0], first, basis
    for copy in ids[1:]:
        yield copy, first, "copy"


class _Advert:
    """An advert, how it was linked, and its signature; the words of its text when asked for."""

    def __init__(self, row: dict[str, Any]) -> None:
        is_thread = row["source"] in THREADS
        requisition = row["requisition"]
        self.posting_ids: list[str] = row["posting_ids"]
        self.posting_id = self.posting_ids[0]
        self.on: date = row["first_on"]
        self.requisition = f"{row['source']}:{requisition}" if requisition else None
        self.apply_url = None if is_thread else apply_address(row["urls"][0])
        self.title = title_words(row["titles"] or (), is_thread=is_thread)
        self.bucket: object = "thread" if is_thread else self.title
        """What adverts must share to be compared by their texts."""
        self.was: str | None = row["was"]
        self.basis_was: Basis = row["basis_was"]
        self.is_in_doubt: bool = row["is_in_doubt"]
        self.outdated_in_bucket: int = row["outdated_in_bucket"]
        self._row = row

    @cached_property
    def signature(self) -> Signature:
        row = self._row
        return Signature(
            posting_id=self.posting_id,
            is_thread=row["source"] in THREADS,
            source=row["source"],
            board=row["board"],
            on=self.on,
            title=self.title,
            countries=frozenset(row["countries"] or ()),
            words=words_of(row["text"]),
            text_chars=len(row["text"]),
            requisition=self.requisition,
            apply_url=self.apply_url,
        )


_Role = list[_Advert]
_Found = tuple[_Role, Basis] | tuple[None, None]


def _group(adverts: Sequence[_Advert]) -> list[tuple[str, Basis | None]]:
    """Assign each advert, oldest first, to the role that it is most like, else to a new one.

    What is known of the last time saves comparing. A role is in doubt as soon as it may hold other
    adverts than it held then when it had come as far. All other roles are as they were, so that an
    advert that is as it was is as like to them as it was: none of them comes before the role that
    it was put to, and only roles in doubt must be compared with it anew.
    """
    assigned: list[tuple[str, Basis | None]] = []
    buckets: dict[object, list[_Role]] = {}
    by_evidence: dict[str, list[_Role]] = {}
    in_doubt = {advert.was for advert in adverts if advert.is_in_doubt}
    gone: Counter[object] = Counter()  # roles that a bucket may have had, and has not
    for advert in adverts:
        known = _by_evidence(advert, by_evidence)
        roles = buckets.setdefault(advert.bucket, [])
        found: _Found | None = known
        if not found and len(roles) + gone[advert.bucket] + advert.outdated_in_bucket <= MOST_ROLES:
            found = _as_it_was(advert, roles, in_doubt)
        role, basis = found or _most_like(advert, roles[-MOST_ROLES:])
        if role is None:
            role = []
            roles.append(role)
        elif advert.was in (None, advert.posting_id):
            gone[advert.bucket] += 1
        role.append(advert)
        first = role[0].posting_id
        assigned.append((first, basis))
        if advert.was != first:
            in_doubt |= {advert.was, first}
        for evidence in (advert.requisition, advert.apply_url):
            if evidence and known is None:
                by_evidence.setdefault(evidence, []).append(role)
    return assigned


def _as_it_was(
    advert: _Advert, roles: Sequence[_Role], in_doubt: Collection[str | None]
) -> _Found | None:
    """What `_most_like` says of all roles, by what was said the last time; None: it can't be known.

    That no role has the advert by evidence is known. Its role of the last time, where it is not in
    doubt, has the same adverts, which brought it to the same evidence; so it was for its text that
    the advert was put there.
    """
    was_first = advert.was == advert.posting_id
    if advert.was is None or (advert.was in in_doubt and not was_first):
        return None
    rivals = [
        role for role in roles if role[0].posting_id == advert.was or role[0].posting_id in in_doubt
    ]
    if not was_first:
        own = [role for role in rivals if role[0].posting_id == advert.was]
        if not own:
            return None
        if len(rivals) == 1:
            return own[0], advert.basis_was
    return _most_like(advert, rivals)


def _by_evidence(advert: _Advert, roles: dict[str, list[_Role]]) -> tuple[_Role, Basis] | None:
    for evidence in (advert.apply_url, advert.requisition):
        for role in roles.get(evidence, ()) if evidence else ():
            basis = basis_of_same(role[0].signature, advert.signature)
            if basis:
                return role, basis
    return None


def _compared(role: _Role, advert: _Advert) -> Sequence[_Advert]:
    """The adverts of a role that a new one is compared with.

    Small steps may lead on for a year; later on what is posted must still be like the first, or a
    comment that is posted again every month would be one role for ever, whatever it asks for.
    """
    if (advert.on - role[0].on).days > STEPS_LEAD_ON_DAYS:
        return role[:1]
    return role if len(role) <= _LATEST + 1 else (role[0], *role[-_LATEST:])


def _most_like(advert: _Advert, roles: Sequence[_Role]) -> _Found:
    best: tuple[float, _Role, Basis] | None = None
    for role in roles:
        for other in _compared(role, advert):
            basis = basis_of_same(other.signature, advert.signature)
            likeness = overlap(other.signature, advert.signature) if basis else 0.0
            if basis and (best is None or likeness > best[0]):
                best = (likeness, role, basis)
    return (best[1], best[2]) if best else (None, None)
