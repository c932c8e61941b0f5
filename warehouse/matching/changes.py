"""Which adverts must be compared again after some of them changed.

Belongs here: what an advert's role is found from, kept in `core.role_inputs`, and which other
adverts a change of it can reach. Does not belong here: the comparing (`grouping`, `rules`).

Two adverts of an employer can have to do with each other only where they share a bucket (the words
of the title, or being comments), an address to apply at or a requisition: `grouping` looks up roles
by these three and by nothing else, and the adverts of a role share one of them with its first. So
adverts fall into blocks, the connected components of sharing one, and what is found in a block does
not depend on any advert outside it. What is to be compared again are the blocks that hold a changed
advert, as it was or as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from warehouse.digest import digest_of_code
from warehouse.matching.signature import THREADS, apply_address, title_words
from warehouse.normalise.posting import method_version

TABLE = "core.role_inputs"
SCRATCH = "matching_scratch"
"""A database in memory: its tables are seen by every cursor, as temporary ones are not."""

REQUISITION = "CASE WHEN requisition_id IS NOT NULL THEN board || ':' || requisition_id END"
"""A board matters to its requisitions only."""
BATCH_ROWS = 20_000

# The version of an advert and that of the normalisers stand for its text, titles, countries,
# address, requisition and board: hashing those would mean to read them, for all adverts, each time.
_NOW = f"""
    CREATE TABLE {SCRATCH}.now AS
    SELECT
        posting_id,
        hash(posting_id, content_hash, method_version, company_id, posted_or_seen_on, $method)
            AS inputs_hash
    FROM core.adverts
    -- The texts of those that were forgotten can't be compared; `keep_links` keeps their roles.
    WHERE NOT is_excerpt AND content_hash NOT IN (SELECT content_hash FROM raw.forgotten_versions)
"""
_CHANGED = f"""
    CREATE TABLE {SCRATCH}.changed AS
    SELECT posting_id, inputs_hash FROM {SCRATCH}.now ANTI JOIN {TABLE} USING (inputs_hash)
"""
_OUTDATED = f"""
    CREATE TABLE {SCRATCH}.outdated AS
    SELECT posting_id, bucket_hash, address_hash, requisition_hash
    FROM {TABLE} ANTI JOIN {SCRATCH}.now USING (inputs_hash)
"""
_TO_READ = f"""
    SELECT
        posting_id, changed.inputs_hash, company_id, source, titles, url,
        {REQUISITION} AS requisition
    FROM core.adverts
    INNER JOIN {SCRATCH}.changed USING (posting_id)
"""
_READ = f"""
    INSERT INTO {SCRATCH}.changed_inputs
    SELECT
        posting_id,
        inputs_hash,
        hash('bucket', company_id, bucket),
        CASE WHEN address IS NOT NULL THEN hash('address', company_id, address) END,
        CASE
            WHEN requisition IS NOT NULL THEN hash('requisition', company_id, source, requisition)
        END
    FROM incoming_inputs
"""
_SHARED = "unnest([bucket_hash, address_hash, requisition_hash]) AS shared"
_SEED = f"""
    CREATE TABLE {SCRATCH}.reached AS
    SELECT DISTINCT shared, 0 AS step
    FROM (
        SELECT {_SHARED} FROM {SCRATCH}.changed_inputs
        UNION ALL
        SELECT {_SHARED} FROM {SCRATCH}.outdated
    )
    WHERE shared IS NOT NULL
"""
_LAST = f"(SELECT shared FROM {SCRATCH}.reached WHERE step = $step - 1)"
_STEP = f"""
    INSERT INTO {SCRATCH}.reached
    SELECT DISTINCT shared, $step
    FROM (
        SELECT {_SHARED} FROM {TABLE}
        WHERE bucket_hash IN {_LAST} OR address_hash IN {_LAST} OR requisition_hash IN {_LAST}
    )
    ANTI JOIN {SCRATCH}.reached USING (shared)
    WHERE shared IS NOT NULL
"""
# Once nothing more is reached, an advert of which one hash is reached has them all reached.
_AFFECTED = f"""
    CREATE TABLE {SCRATCH}.affected AS
    SELECT posting_id, bucket_hash, address_hash, requisition_hash FROM {SCRATCH}.changed_inputs
    UNION ALL
    SELECT posting_id, bucket_hash, address_hash, requisition_hash
    FROM {TABLE} SEMI JOIN {SCRATCH}.now USING (inputs_hash)
    WHERE bucket_hash IN (SELECT shared FROM {SCRATCH}.reached)
"""
# An advert that shares nothing is the first of its role, whatever its text is.
_COMPARED = f"""
    CREATE TABLE {SCRATCH}.compared AS
    WITH by_several AS (
        SELECT shared FROM (SELECT {_SHARED} FROM {SCRATCH}.affected)
        WHERE shared IS NOT NULL
        GROUP BY shared
        HAVING count(*) > 1
    ),

    in_doubt AS (
        SELECT DISTINCT first_posting_id
        FROM core.role_links SEMI JOIN {SCRATCH}.outdated USING (posting_id)
    ),

    outdated_in_bucket AS (
        SELECT bucket_hash, count(*) AS adverts FROM {SCRATCH}.outdated GROUP BY bucket_hash
    ),

    -- Roles whose first advert can't be compared: what is in them is looked at as if it were new.
    forgotten AS (
        SELECT posting_id AS first_posting_id FROM raw.forgotten_links
        UNION SELECT first_posting_id FROM raw.forgotten_links
    )

    SELECT
        affected.posting_id,
        CASE
            WHEN changed.posting_id IS NULL AND forgotten.first_posting_id IS NULL
                THEN link.first_posting_id
        END AS was,
        link.basis AS basis_was,
        in_doubt.first_posting_id IS NOT NULL AS is_in_doubt,
        coalesce(outdated_in_bucket.adverts, 0) AS outdated_in_bucket
    FROM {SCRATCH}.affected
    LEFT JOIN {SCRATCH}.changed ON affected.posting_id = changed.posting_id
    LEFT JOIN core.role_links AS link ON affected.posting_id = link.posting_id
    LEFT JOIN forgotten ON link.first_posting_id = forgotten.first_posting_id
    LEFT JOIN in_doubt ON link.first_posting_id = in_doubt.first_posting_id
    LEFT JOIN outdated_in_bucket ON affected.bucket_hash = outdated_in_bucket.bucket_hash
    WHERE
        affected.bucket_hash IN (FROM by_several)
        OR affected.address_hash IN (FROM by_several)
        OR affected.requisition_hash IN (FROM by_several)
"""


class Scope(NamedTuple):
    """How much is to be looked at again, in adverts."""

    changed: int  # new ones, and those of which something else is known than was
    outdated: int  # adverts as they were before they changed or went
    affected: int  # whose role may be another one, the changed ones included
    compared: int  # of these, those that share something with another


@contextmanager
def scratch(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have an empty database `SCRATCH` beside the warehouse for a while.

    Args:
        con: The working warehouse.
    """
    con.execute(f"ATTACH ':memory:' AS {SCRATCH}")
    try:
        yield
    finally:
        con.execute(f"DETACH {SCRATCH}")


def find_affected(con: duckdb.DuckDBPyConnection, reader: duckdb.DuckDBPyConnection) -> Scope:
    """Find the adverts whose role may be another one than what is written.

    Fills tables of `SCRATCH`: `changed_inputs` (what is to be written to `core.role_inputs`),
    `outdated` (posting_id of what is to leave it), `affected` (posting_id of what is to be linked)
    and `compared` (those whose texts may be needed for it, and how an advert that is as it was is
    linked: `was`, `basis_was`, `is_in_doubt` where its role lost or may have lost an advert, and
    `outdated_in_bucket`).

    Args:
        con: The working warehouse, with `core.adverts`, within `scratch`.
        reader: A cursor of it with the variable `as_of`, to read from while `con` writes.

    Returns:
        How many there are; where nothing changed, nothing else is filled.
    """
    reader.execute(_NOW, {"method": _method()})
    [(changed,)] = con.execute(_CHANGED).fetchall()
    [(outdated,)] = con.execute(_OUTDATED).fetchall()
    if not changed and not outdated:
        return Scope(0, 0, 0, 0)
    _read_changed(con, reader)
    [(reached,)] = con.execute(_SEED).fetchall()
    step = 0
    while reached:
        step += 1
        [(reached,)] = con.execute(_STEP, {"step": step}).fetchall()
    [(affected,)] = con.execute(_AFFECTED).fetchall()
    [(compared,)] = con.execute(_COMPARED).fetchall()
    return Scope(changed, outdated, affected, compared)


def _method() -> str:
    """What else than the adverts says which are for one role: the code, and the kind of hash."""
    return f"{digest_of_code(Path(__file__).parent)} {method_version()} {duckdb.__version__}"


def _read_changed(con: duckdb.DuckDBPyConnection, reader: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE TABLE {SCRATCH}.changed_inputs AS FROM {TABLE} LIMIT 0")
    for batch in reader.sql(_TO_READ).to_arrow_reader(BATCH_ROWS):
        given = (batch[name].to_pylist() for name in ("source", "titles", "url"))
        buckets, addresses = [], []
        for source, titles, url in zip(*given, strict=True):
            is_thread = source in THREADS
            buckets.append(_bucket(None if is_thread else tuple(titles or ())))
            addresses.append(None if is_thread else apply_address(url))
        read = pa.table(
            {
                **{name: batch[name] for name in ("posting_id", "inputs_hash", "company_id")},
                **{name: batch[name] for name in ("source", "requisition")},
                "bucket": pa.array(buckets, pa.string()),
                "address": pa.array(addresses, pa.string()),
            }
        )
        con.register("incoming_inputs", read)
        con.execute(_READ)
        con.unregister("incoming_inputs")


@lru_cache(maxsize=65_536)
def _bucket(titles: Sequence[str] | None) -> str:
    """The words of titles in one order; the comments of an employer (None) are one bucket."""
    if titles is None:
        return "comment:"  # no word of a title has a colon
    return " ".join(sorted(title_words(titles, is_thread=False)))
