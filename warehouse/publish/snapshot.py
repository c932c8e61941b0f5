"""The published copy of the warehouse: which tables it holds, their digest, and the copying.

Belongs here: reading table metadata from DuckDB's catalogue and writing a fresh, compact file with
the same data, types and comments. Does not belong here: the directories and the swap (`swap`), or
other formats (`tables`, `report`, `dictionary`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse import models

PUBLISHED_CORE = (
    "boards",
    "companies",
    "mentions",
    "paper_frameworks",
    "papers",
    "pay_bands",
    "postings",
    "role_links",
    "roles",
    "texts",
)
"""Tables of `core` that analysts get beside all of `out`; `raw` stays with the working copy."""

STORAGE_VERSION = "v1.0.0"
"""Clients since DuckDB 1.0 open the file. Measured on adverts, "v1.4.0" halves the text, at the
price of every client older than 1.4."""

SAMPLE_MARK = "SAMPLE DATA, generated, not the world. "

_OURS = re.compile(r'"?\b(raw|core|out)"?\."?(\w+)')
_LONG_TEXT = "text"  # never needed to tell two rows apart, and dear to sort by


_READ_BY_MACROS = {
    "core.postings",
    "out.board_health",
    "out.posting_spells",
    "out.posting_versions",
    "out.sightings",
}


class Column(NamedTuple):
    """A column as DuckDB's catalogue describes it."""

    name: str
    type: str
    comment: str | None


class Relation(NamedTuple):
    """A table, or a view when `view_sql` is given, with its columns in their order."""

    schema: str
    name: str
    comment: str | None
    view_sql: str | None
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        """`schema.name`, as people and `run.json` write it."""
        return f"{self.schema}.{self.name}"

    def sql_name(self, database: str | None = None) -> str:
        """The quoted name, with the database before it when one is given."""
        parts = (database, self.schema, self.name) if database else (self.schema, self.name)
        return ".".join(identifier(part) for part in parts)


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string, for statements that take no parameters (ATTACH, COMMENT, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def relations(con: duckdb.DuckDBPyConnection, database: str | None = None) -> list[Relation]:
    """The relations of `core` and `out` in a database, tables before views, views as created.

    Args:
        con: Any connection that sees the database.
        database: Its name in `con`; the current one by default.
    """
    database = database or con.execute("SELECT current_database()").fetchall()[0][0]
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, table, name, type_, comment in con.execute(
        """SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
        WHERE database_name = ? AND NOT internal ORDER BY schema_name, table_name, column_index""",
        [database],
    ).fetchall():
        columns.setdefault((schema, table), []).append(Column(name, type_, comment))
    rows = con.execute(
        """SELECT schema_name, table_name, comment, NULL AS view_sql, NULL AS created
        FROM duckdb_tables() WHERE database_name = $1 AND NOT internal
        UNION ALL
        SELECT schema_name, view_name, comment, sql, view_oid
        FROM duckdb_views() WHERE database_name = $1 AND NOT internal
        ORDER BY created NULLS FIRST, schema_name, table_name""",
        [database],
    ).fetchall()
    return [
        Relation(schema, name, comment, view_sql, tuple(columns[schema, name]))
        for schema, name, comment, view_sql, _ in rows
        if schema == "out" or (schema == "core" and name in PUBLISHED_CORE)
    ]


def publishable(found: Sequence[Relation]) -> list[Relation]:
    """The relations as they are published: tables first, then views on what is published.

    A view on what stays behind, as those of `core` are, becomes a table.

    Args:
        found: Relations of a working warehouse (`relations`).
    """
    there = {relation.label for relation in found}
    views, tables = [], []
    for relation in found:
        reads = {".".join(names) for names in _OURS.findall(relation.view_sql or "")}
        if relation.view_sql is None or relation.schema == "core" or not reads <= there:
            tables.append(relation._replace(view_sql=None))
        else:
            views.append(relation)
    return tables + views


def content_digest(
    con: duckdb.DuckDBPyConnection,
    database: str,
    published: Iterable[Relation],
    also: object,
) -> str:
    """A digest of what readers would see: rows in any order, schemas, comments and `also`.

    Rows are summed up by DuckDB's 64-bit `hash` (a change detector, no proof against forgery; it
    may differ between DuckDB versions, which costs one needless publication).

    Args:
        con: Connection that has `database` attached.
        database: Name of the database in `con`.
        published: The relations to digest.
        also: Anything else that shapes the publication, serialisable as JSON.

    Returns:
        Sixteen hexadecimal digits.
    """
    described: list[object] = [also]
    for relation in sorted(published):
        data: object = None
        if relation.view_sql is None:
            data = con.execute(
                "SELECT count(*), bit_xor(hash(t))::VARCHAR, sum(hash(t))::VARCHAR FROM "
                f"{relation.sql_name(database)} AS t"
            ).fetchall()[0]
        described.append([relation, data])
    canonical = json.dumps(described, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def copy_warehouse(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: Path,
    published: Sequence[Relation],
    *,
    is_sample: bool,
) -> None:
    """Writes `published` into a fresh file with their comments, rows in a fixed order.

    Args:
        con: Connection that has `source` attached; its current database is left as it was.
        source: Name of the working database in `con`.
        target: The file to make; it must not exist.
        published: Relations as `relations` gives them (views after what they may stand on).
        is_sample: Marks every table's comment, so that a copy of the file tells it too.

    Raises:
        duckdb.Error: A view stands on something that is not published, or the disk is full.
    """
    home = con.execute("SELECT current_database()").fetchall()[0][0]
    con.execute(
        f"ATTACH {literal(str(target))} AS fresh (STORAGE_VERSION {literal(STORAGE_VERSION)})"
    )
    con.execute("USE fresh")
    try:
        for schema in ("core", "out"):
            con.execute(f"CREATE SCHEMA {identifier(schema)}")
        for relation in published:
            if relation.view_sql is not None:
                con.execute(relation.view_sql)
            else:
                order = ", ".join(
                    identifier(column.name)
                    for column in relation.columns
                    if column.name != _LONG_TEXT
                )
                con.execute(
                    f"CREATE TABLE {relation.sql_name()} AS FROM {relation.sql_name(source)} "
                    f"ORDER BY {order or 'ALL'}"
                )
            _comment(con, relation, SAMPLE_MARK if is_sample else "")
        if {relation.label for relation in published} >= _READ_BY_MACROS:
            models.create_macros(con)
        con.execute("CHECKPOINT fresh")
    finally:
        con.execute(f"USE {identifier(home)}")
        con.execute("DETACH fresh")


def _comment(con: duckdb.DuckDBPyConnection, relation: Relation, mark: str) -> None:
    kind = "TABLE" if relation.view_sql is None else "VIEW"
    name = relation.sql_name()
    comment = mark + (relation.comment or "")
    if comment:
        con.execute(f"COMMENT ON {kind} {name} IS {literal(comment.strip())}")
    for column in relation.columns:
        if column.comment:
            con.execute(
                f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {literal(column.comment)}"
            )
