"""Texts that are deleted on request: what goes from the warehouse, what stays, and the record.

Belongs here: choosing the adverts, the tombstones below DATA/forgotten, emptying the tables, and
writing the file anew so that no byte of a text is left in it. Does not belong here: landing files
and captures (`scrapers.scrub`), the order of the steps and publications (`pipelines.forget`).

A tombstone is a folder of one request: `request.json` and Parquet files with all that is kept of
its adverts (ids, days, facts, roles; no text). It is written before anything is deleted and lies
beside the warehouse, so that a warehouse that is made anew knows what was forgotten, and what had
been read out of it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb

from scrapers.forgotten import MARK, PSEUDONYM, Forgotten, Version
from scrapers.personal import author_key
from warehouse import models
from warehouse.normalise.employer import company_key

Scope = Literal["posting", "company", "before"]

FOLDER = "forgotten"
REQUEST, DONE = "request.json", "done.json"
FACTS = ("core.facts", "core.fact_roles", "core.fact_mentions", "core.fact_pay_bands")

_PENDING = ".new"
_COMPACT = ".compact"
_MEMORY = "2GB"  # the copy spills to disk beyond this
# Neither vowels nor the letters of legal forms: no rule for names takes anything off such a word.
_LETTERS = "cdfghjkmnprstvwx"

# The id that people see: a day's file of that data set is part of the whole one.
_POSTING_ID = """
    source || ':' || CASE WHEN source = 'jobhive' THEN 'all' ELSE board END || ':' || source_id
"""


class Tombstone(NamedTuple):
    """One request."""

    request: str
    """Instant at which it was asked; the name of its folder."""
    forgotten_on: date
    scope: Scope
    subject: str
    """Keyed hash of the ids or the employer; the day where the scope is `before`."""
    reason: str
    n_adverts: int
    n_versions: int
    n_landing_lines: int = 0
    n_captures: int = 0
    is_done: bool = False


class Chosen(NamedTuple):
    """What a request is about."""

    n_adverts: int
    n_versions: int
    n_known: int
    """Adverts that it is about, those among them that were forgotten before."""


# --- choosing ------------------------------------------------------------------------------------


def choose(
    con: duckdb.DuckDBPyConnection, scope: Scope, value: Sequence[str] | str | date, key: bytes
) -> Chosen:
    """Note in the temporary table `forgetting` which versions of adverts a request is about.

    Args:
        con: The working warehouse.
        scope: What is asked.
        value: Ids of adverts (`source:board:source_id`), the name of an employer, or the day before
            which adverts were last seen.
        key: Secret of the DATA folder (`scrapers.personal.read_key`).

    Returns:
        How many there are; `n_adverts` and `n_versions` without those whose texts are gone already.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE forgetting_adverts "
        "(source VARCHAR, board VARCHAR, source_id VARCHAR)"
    )
    pseudonym, employer = None, ""
    names: list[str] = []
    if scope == "posting":
        con.execute(
            "INSERT INTO forgetting_adverts SELECT DISTINCT source, board, source_id "
            f"FROM raw.bodies WHERE list_contains($1, {_POSTING_ID})",
            [list(value) if not isinstance(value, str | date) else [value]],
        )
    elif scope == "before":
        con.execute(
            f"""
            INSERT INTO forgetting_adverts
            WITH newest AS (
                SELECT {_POSTING_ID} AS posting_id, max(observed_on) AS last_seen_on
                FROM raw.observations GROUP BY posting_id
            )
            SELECT DISTINCT source, board, source_id
            FROM (SELECT *, {_POSTING_ID} AS posting_id FROM raw.bodies)
            LEFT JOIN newest USING (posting_id)
            WHERE coalesce(last_seen_on < $1, TRUE)
            """,
            [value],
        )
    else:
        employer = company_key(str(value))
        pseudonym = pseudonym_of_key(employer, key)
        said = con.execute("SELECT DISTINCT company FROM raw.bodies WHERE company IS NOT NULL")
        names = [name for (name,) in said.fetchall() if company_key(name) == employer]
        con.execute(
            "INSERT INTO forgetting_adverts SELECT DISTINCT source, board, source_id "
            "FROM raw.bodies LEFT JOIN core.facts USING (content_hash) "
            "WHERE company_id = $1 OR list_contains($2, raw.bodies.company)",
            [employer, names],
        )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE forgetting AS
        SELECT
            content_hash, source, board, source_id, {_POSTING_ID} AS posting_id,
            CASE WHEN fact.company_id = $2 OR list_contains($3, body.company) THEN $1 END AS company
        FROM raw.bodies AS body
        LEFT JOIN (SELECT content_hash, company_id FROM core.facts) AS fact USING (content_hash)
        SEMI JOIN forgetting_adverts USING (source, board, source_id)
        WHERE content_hash NOT IN (SELECT content_hash FROM raw.forgotten_versions)
            OR fact.company_id = $2
        """,
        [pseudonym, employer, names],
    )
    [(adverts, versions)] = con.execute(
        "SELECT count(DISTINCT posting_id), count(*) FROM forgetting"
    ).fetchall()
    [(known,)] = con.execute(
        f"SELECT count(DISTINCT {_POSTING_ID}) FROM forgetting_adverts"
    ).fetchall()
    return Chosen(adverts, versions, known)


def subject_of(scope: Scope, value: Sequence[str] | str | date, key: bytes) -> str:
    """What a request says of whom it is about: a keyed hash; the day where that is all it says."""
    if isinstance(value, date):
        return value.isoformat()
    if scope == "company":
        return author_key(f"company {company_key(str(value))}", key)
    ids = [value] if isinstance(value, str) else sorted(value)
    return author_key(f"posting {json.dumps(ids)}", key)


def pseudonym_of_key(employer: str, key: bytes) -> str:
    """What an employer is called once it was forgotten: the same name for the same employer.

    Args:
        employer: Its key (`warehouse.normalise.employer`).
        key: Secret of the DATA folder.
    """
    digest = author_key(f"company {employer}", key)[:16]
    return PSEUDONYM + "".join(_LETTERS[int(digit, 16)] for digit in digest)


# --- tombstones ----------------------------------------------------------------------------------


def write_tombstone(
    con: duckdb.DuckDBPyConnection, data: Path, tombstone: Tombstone, key: bytes
) -> None:
    """Write down what is forgotten and what stays of it, before anything is deleted.

    Args:
        con: The working warehouse, after `choose`; facts of the chosen versions are there.
        data: The DATA folder.
        tombstone: The request.
        key: Secret of the DATA folder; titles become keyed hashes, so that different ones differ.
    """
    parent = data / FOLDER
    new = parent / f"{tombstone.request}{_PENDING}"
    for left in parent.glob(f"*{_PENDING}"):
        shutil.rmtree(left)
    new.mkdir(parents=True)
    for name, (query, values) in _KEPT.items():
        given = {"mark": MARK, "secret": key.hex()}
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE kept_of_it AS {query}",
            {value: given[value] for value in values},
        )
        con.table("kept_of_it").write_parquet(str(new / f"{name}.parquet"))
    con.execute("DROP TABLE kept_of_it")
    write_json(new / REQUEST, {**tombstone._asdict(), "forgotten_on": str(tombstone.forgotten_on)})
    _sync_to_disk(new)
    new.replace(parent / tombstone.request)


_TITLE = "CASE WHEN {0} IS NOT NULL THEN $mark || ' ' || left(sha256($secret || {0}), 8) END"
# What is kept, by the name of its file, and the values that the query takes.
_KEPT: dict[str, tuple[str, tuple[str, ...]]] = {
    "versions": (
        """
        SELECT source, board, source_id, shown.from_on, content_hash, company
        FROM forgetting
        LEFT JOIN (
            SELECT source, board, source_id, content_hash, observed_on AS from_on
            FROM raw.observations
            SEMI JOIN forgetting USING (source, board, source_id)
            QUALIFY content_hash IS DISTINCT FROM lag(content_hash) OVER (
                PARTITION BY source, board, source_id ORDER BY observed_on)
        ) AS shown USING (source, board, source_id, content_hash)
        """,
        (),
    ),
    "links": (
        """
        SELECT posting_id, first_posting_id, basis FROM core.role_links
        WHERE first_posting_id IN (
            SELECT first_posting_id FROM core.role_links SEMI JOIN forgetting USING (posting_id)
        )
        """,
        (),
    ),
    "raw.bodies": (
        """
        SELECT body.* REPLACE (
            NULL::VARCHAR AS url,
            CASE WHEN body.company IS NOT NULL THEN coalesce(f.company, $mark) END AS company,
            CASE WHEN body.title IS NOT NULL THEN $mark END AS title,
            CASE WHEN trim(body.body) = '' AND body.title IS NOT NULL THEN '' ELSE $mark END
                AS body,
            NULL::VARCHAR AS location,
            []::VARCHAR[] AS secondary_locations,
            NULL::VARCHAR AS address_locality,
            NULL::VARCHAR AS address_region,
            NULL::VARCHAR AS address_country,
            NULL::VARCHAR AS workplace,
            NULL::VARCHAR AS department,
            NULL::VARCHAR AS team,
            NULL::VARCHAR AS employment_type,
            NULL::VARCHAR AS pay_text,
            body.pay_components[:0] AS pay_components,
            NULL::VARCHAR AS estimated_pay_text,
            NULL::VARCHAR AS poster
        )
        FROM raw.bodies AS body INNER JOIN forgetting AS f USING (content_hash)
        """,
        ("mark",),
    ),
    "core.facts": (
        f"""
        SELECT fact.* REPLACE (
            $mark AS text,
            CASE WHEN fact.company IS NOT NULL THEN coalesce(f.company, $mark) END AS company,
            coalesce(replace(f.company, '{PSEUDONYM}', 'forgotten'), fact.company_id) AS company_id,
            {_TITLE.format("fact.title")} AS title,
            NULL::VARCHAR[] AS titles
        )
        FROM core.facts AS fact INNER JOIN forgetting AS f USING (content_hash)
        """,
        ("mark", "secret"),
    ),
    "core.fact_roles": (
        f"""
        SELECT * REPLACE ({_TITLE.format("title")} AS title)
        FROM core.fact_roles SEMI JOIN forgetting USING (content_hash)
        """,
        ("mark", "secret"),
    ),
    "core.fact_mentions": (
        """
        SELECT * REPLACE (
            technology AS surface, (span_start + length(technology))::INTEGER AS span_end
        )
        FROM core.fact_mentions SEMI JOIN forgetting USING (content_hash)
        """,
        (),
    ),
    "core.fact_pay_bands": (
        """
        SELECT * REPLACE (
            CASE WHEN evidence IS NOT NULL THEN $mark END AS evidence,
            CASE WHEN zone IS NOT NULL THEN $mark END AS zone
        )
        FROM core.fact_pay_bands SEMI JOIN forgetting USING (content_hash)
        """,
        ("mark",),
    ),
}


def tombstones(data: Path) -> list[Tombstone]:
    """All requests of a DATA folder, oldest first."""
    found = []
    for path in sorted((data / FOLDER).glob(f"*/{REQUEST}")):
        if path.parent.name.endswith(_PENDING):
            continue
        said = json.loads(path.read_text(encoding="utf-8"))
        done = path.with_name(DONE)
        if done.exists():
            said |= json.loads(done.read_text(encoding="utf-8")) | {"is_done": True}
        found.append(Tombstone(**said | {"forgotten_on": date.fromisoformat(said["forgotten_on"])}))
    return found


def note_done(data: Path, request: str, n_landing_lines: int, n_captures: int) -> None:
    """Note that a request was carried through; figures of an earlier pass add up.

    Args:
        data: The DATA folder.
        request: The request.
        n_landing_lines: Lines of landing files that were emptied.
        n_captures: Answers and rows that were emptied or dropped in captures.
    """
    path = data / FOLDER / request / DONE
    said = {"n_landing_lines": n_landing_lines, "n_captures": n_captures}
    if path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        said = {name: count + earlier[name] for name, count in said.items()}
    write_json(path, said)


def recall(con: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Make the warehouse know all tombstones, and what is kept of their adverts.

    What it knows already is left as it is; rows of the warehouse that have a text still are
    replaced by what is kept of them.

    Args:
        con: The working warehouse.
        data: The DATA folder.
    """
    found = tombstones(data)
    if not found:
        return
    con.execute("BEGIN")
    try:
        # Of an advert that is in several, the newest says the most of it is gone.
        for tombstone in reversed(found):
            _recall_one(con, data / FOLDER / tombstone.request, tombstone)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise


def _recall_one(con: duckdb.DuckDBPyConnection, folder: Path, tombstone: Tombstone) -> None:
    request = tombstone.request
    known = con.execute("FROM raw.forgotten WHERE request = $1", [request]).fetchall()
    if known != [tuple(tombstone)]:
        con.execute("DELETE FROM raw.forgotten WHERE request = $1", [request])
        con.execute(
            f"INSERT INTO raw.forgotten VALUES ({', '.join('?' * len(tombstone))})",
            list(tombstone),
        )
        if not known:
            con.execute(
                "INSERT INTO raw.forgotten_versions BY NAME "
                "SELECT *, $2 AS request FROM read_parquet($1)",
                [str(folder / "versions.parquet"), request],
            )
            con.execute(
                "INSERT INTO raw.forgotten_links BY NAME "
                "SELECT *, $2 AS request FROM read_parquet($1) "
                "ANTI JOIN raw.forgotten_links USING (posting_id)",
                [str(folder / "links.parquet"), request],
            )
    for table in ("raw.bodies", *FACTS):
        names = {column.name for column in models.models()[table].columns}
        kept = con.from_parquet(str(folder / f"{table}.parquet"))
        # Of a table whose columns have changed since, those that it still has.
        columns = ", ".join(f'"{name}"' for name in kept.columns if name in names)
        con.register("kept_of_it", kept)
        con.execute(
            f"INSERT INTO {table} BY NAME SELECT {columns} FROM kept_of_it "
            f"WHERE content_hash NOT IN (SELECT content_hash FROM {table})"
        )
        con.unregister("kept_of_it")


def known_forgotten(
    con: duckdb.DuckDBPyConnection, pseudonym_of: Callable[[str], str | None] | None = None
) -> Forgotten:
    """What the warehouse knows of forgotten adverts; for the loading of landing lines.

    Args:
        con: The working warehouse.
        pseudonym_of: From an employer's name to its pseudonym, where it was forgotten.
    """
    rows = con.execute(
        "SELECT source, board, source_id, from_on, content_hash, "
        "max_by(company, request) AS company FROM raw.forgotten_versions GROUP BY ALL"
    ).fetchall()
    versions = map(Version._make, rows)
    return Forgotten(versions, pseudonym_of) if pseudonym_of else Forgotten(versions)


def forgotten_employers(data: Path, key: bytes) -> Callable[[str], str | None] | None:
    """From an employer's name to its pseudonym; None where no employer was forgotten.

    Args:
        data: The DATA folder.
        key: Its secret.
    """
    subjects = {t.subject for t in tombstones(data) if t.scope == "company"}
    if not subjects:
        return None
    known: dict[str, str | None] = {}

    def pseudonym_of(name: str) -> str | None:
        if name not in known:
            employer = company_key(name)
            is_forgotten = author_key(f"company {employer}", key) in subjects
            known[name] = pseudonym_of_key(employer, key) if is_forgotten else None
        return known[name]

    return pseudonym_of


def forgotten_boards(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Boards, with their sources, all of whose adverts are of forgotten employers.

    What such a board answers goes from captures as a whole: it may hold adverts that are not
    listed, and were never landed.

    Args:
        con: The working warehouse.
    """
    rows = con.execute(
        f"""
        SELECT source, board FROM raw.bodies
        SEMI JOIN (SELECT * FROM raw.forgotten_versions WHERE company IS NOT NULL) AS gone
            USING (source, board)
        GROUP BY source, board
        HAVING bool_and(
            coalesce(starts_with(company, '{PSEUDONYM}'), FALSE)
            OR content_hash IN (
                SELECT content_hash FROM raw.forgotten_versions WHERE company IS NOT NULL
            )
        )
        """
    ).fetchall()
    return set(rows)


def keep_links(con: duckdb.DuckDBPyConnection) -> None:
    """Put forgotten adverts into the roles that they were in, and what was linked to them.

    Without their texts they can't be compared any more; the roles, which all figures count, stay.

    Args:
        con: The working warehouse, with `core.role_links` and `core.role_inputs` of all others.
    """
    con.execute(
        "DELETE FROM core.role_links WHERE EXISTS (FROM raw.forgotten_versions) "
        "AND posting_id NOT IN (SELECT posting_id FROM core.role_inputs)"
    )
    con.execute(
        """
        INSERT INTO core.role_links BY NAME
        SELECT posting_id, coalesce(kept.first_posting_id, posting_id) AS first_posting_id,
            coalesce(kept.basis, 'first') AS basis
        FROM core.adverts
        LEFT JOIN raw.forgotten_links AS kept USING (posting_id)
        WHERE NOT is_excerpt
            AND content_hash IN (SELECT content_hash FROM raw.forgotten_versions)
        """
    )
    # Also adverts that came since and are linked to one of them.
    con.execute(
        """
        UPDATE core.role_links SET
            first_posting_id = kept.first_posting_id,
            basis = CASE
                WHEN core.role_links.posting_id = kept.posting_id THEN kept.basis
                ELSE core.role_links.basis
            END
        FROM raw.forgotten_links AS kept
        WHERE core.role_links.first_posting_id = kept.posting_id
        """
    )


def forgotten_in_all(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What `run.json` says of deleted texts: requests, adverts, the newest request's day."""
    [(requests, adverts, newest)] = con.execute(
        "SELECT count(*), coalesce(sum(n_adverts), 0)::BIGINT, max(forgotten_on)::VARCHAR "
        "FROM raw.forgotten"
    ).fetchall()
    return {"requests": requests, "adverts": adverts, "newest_on": newest}


# --- emptying ------------------------------------------------------------------------------------


def empty_tables(con: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Take the texts of all tombstones out of the warehouse.

    What is made from others by a query is dropped, and made again by the next run; noted outcomes
    of checks go too, for they quote rows.

    Args:
        con: The working warehouse.
        data: The DATA folder.
    """
    con.execute("BEGIN")
    try:
        for tombstone in tombstones(data):
            folder = data / FOLDER / tombstone.request
            con.execute(
                "CREATE OR REPLACE TEMP TABLE emptied AS "
                "SELECT DISTINCT content_hash, source, board FROM read_parquet($1)",
                [str(folder / "versions.parquet")],
            )
            for table in ("raw.bodies", *FACTS):
                con.execute(f"DELETE FROM {table} USING emptied AS e "
                            f"WHERE {table}.content_hash = e.content_hash")  # fmt: skip
            con.execute(
                "UPDATE core.fact_refusals SET reason = 'the normalisers failed', sample = '' "
                "WHERE content_hash IN (SELECT content_hash FROM emptied)"
            )
            # What to ask next may quote a listing; without it, the board is read anew.
            con.execute(
                "DELETE FROM raw.pages USING emptied AS e "
                "WHERE raw.pages.source = e.source AND raw.pages.board = e.board"
            )
        con.execute("DROP TABLE IF EXISTS emptied")
        for table in ("raw.forgotten_links", "raw.forgotten_versions", "raw.forgotten"):
            con.execute(f"DELETE FROM {table}")
        con.execute("DELETE FROM meta.builds WHERE name <> 'schemas'")
        made = {name for name, model in models.models().items() if model.made_by}
        for schema, name in con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE schema_name IN ('core', 'out') AND NOT internal"
        ).fetchall():
            if f"{schema}.{name}" not in made:
                con.execute(f'DROP TABLE "{schema}"."{name}"')
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    recall(con, data)


def compact(path: Path) -> None:
    """Write a warehouse's file anew: deleted rows stay in the blocks of the old one.

    Args:
        path: The file; no connection has it open.

    Raises:
        duckdb.Error: It can't be read, or the disk is full; the file is left as it was.
    """
    new = path.with_name(path.name + _COMPACT)
    spill = path.with_name("tmp")
    new.unlink(missing_ok=True)
    try:
        with duckdb.connect() as con:
            con.execute("SET memory_limit = $1", [_MEMORY])
            con.execute("SET temp_directory = $1", [str(spill)])
            con.execute(f"ATTACH {_literal(path)} AS old")
            con.execute(f"ATTACH {_literal(new)} AS new")
            con.execute("COPY FROM DATABASE old TO new")
            con.execute("CHECKPOINT new")
            con.execute("DETACH new")
            con.execute("DETACH old")
        _sync_to_disk(new)
        new.replace(path)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
    finally:
        new.unlink(missing_ok=True)
        new.with_name(new.name + ".wal").unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def write_json(path: Path, value: object) -> None:
    """Write a small file that is there whole or not at all.

    Args:
        path: The file.
        value: Anything that JSON can hold.
    """
    new = path.with_name(f".{path.name}")
    new.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _sync_to_disk(new)
    new.replace(path)


def _sync_to_disk(path: Path) -> None:
    for part in [*path.glob("*"), path] if path.is_dir() else [path]:
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
