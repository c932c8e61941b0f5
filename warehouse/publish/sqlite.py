"""A copy of the report tables in one SQLite file, for Datasette, BI tools and spreadsheets.

Belongs here: how a table of the warehouse becomes one of SQLite, and Datasette's description of
it. Does not belong here: which tables are reports (`tables`, `swap`), or what they hold.

SQLite has no dates, lists or exact decimals: dates and instants are ISO 8601 text, lists and
structs JSON, booleans 0 and 1, and decimals floating-point numbers. What tables and columns mean
stands in the tables `_tables` and `_columns`, and in the JSON file that Datasette reads
(https://docs.datasette.io/en/stable/metadata.html). The same tables give the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from warehouse.publish.snapshot import SAMPLE_MARK, Column, Relation, identifier
from warehouse.publish.tables import field_type, primary_key

DATABASE = "reports.sqlite"
METADATA = "metadata.json"
_BATCH = 10_000
_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}
_BEYOND_64_BITS = ("HUGEINT", "UHUGEINT", "UBIGINT")
_DESCRIBED = {
    "_tables": "What each table holds",
    "_columns": "What each column of each table means",
}


def write_sqlite(
    con: duckdb.DuckDBPyConnection, published: Sequence[Relation], path: Path
) -> dict[str, int]:
    """Writes tables into a new SQLite file, with what they and their columns mean.

    A table has the key of its model as primary key, where its rows have one.

    Args:
        con: Connection whose current database holds the relations.
        published: The tables and views; names are unique.
        path: The file to make; it must not exist.

    Returns:
        Rows by table.

    Raises:
        sqlite3.Error: The file can't be written.
    """
    with closing(sqlite3.connect(path)) as target:
        # nobody reads the file before it is whole, so a journal would only cost time
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA page_size = 4096")
        with target:
            target.execute(
                "CREATE TABLE _tables (name TEXT PRIMARY KEY, description TEXT, n_rows INTEGER)"
            )
            target.execute(
                "CREATE TABLE _columns (table_name TEXT, position INTEGER, name TEXT, type TEXT, "
                "description TEXT, PRIMARY KEY (table_name, position))"
            )
            rows = {relation.name: _copy(con, relation, target) for relation in published}
            for relation in published:
                target.execute(
                    "INSERT INTO _tables VALUES (?, ?, ?)",
                    (relation.name, relation.comment, rows[relation.name]),
                )
                target.executemany(
                    "INSERT INTO _columns VALUES (?, ?, ?, ?, ?)",
                    [
                        (relation.name, position, column.name, _type(column), column.comment)
                        for position, column in enumerate(relation.columns, 1)
                    ],
                )
        target.execute("VACUUM")
    return rows


def write_metadata(
    published: Sequence[Relation],
    path: Path,
    *,
    is_sample: bool,
    licence: Mapping[str, str] | None = None,
) -> None:
    """Writes what Datasette shows of the file and its tables.

    Args:
        published: The tables of `DATABASE`.
        path: Where to write.
        is_sample: Says so in title and description.
        licence: The data's licence as `title` and `path`; left out when not given.
    """
    said: dict[str, Any] = {
        "title": ("SAMPLE: " if is_sample else "") + "Hiring Signal reports",
        "description": (SAMPLE_MARK if is_sample else "")
        + "What public job postings and papers say about PyTorch, TensorFlow and JAX.",
        "databases": {
            Path(DATABASE).stem: {
                "tables": {
                    **{name: {"description": text} for name, text in _DESCRIBED.items()},
                    **{relation.name: _described(relation) for relation in published},
                }
            }
        },
    }
    if licence:
        said |= {"license": licence.get("title"), "license_url": licence.get("path")}
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _described(relation: Relation) -> dict[str, Any]:
    columns = {column.name: column.comment for column in relation.columns if column.comment}
    return {
        **({"description": relation.comment} if relation.comment else {}),
        **({"columns": columns} if columns else {}),
    }


def _copy(con: duckdb.DuckDBPyConnection, relation: Relation, target: sqlite3.Connection) -> int:
    columns = [f"{identifier(column.name)} {_type(column)}" for column in relation.columns]
    key = primary_key(con, relation)
    if key:
        columns.append(f"PRIMARY KEY ({', '.join(map(identifier, key))})")
    target.execute(f"CREATE TABLE {identifier(relation.name)} ({', '.join(columns)})")
    select = ", ".join(_expression(column) for column in relation.columns)
    # a view has no order of its own
    order = " ORDER BY ALL" if relation.view_sql is not None else ""
    cursor = con.execute(f"SELECT {select} FROM {relation.sql_name()}{order}")
    insert = (
        f"INSERT INTO {identifier(relation.name)} VALUES ({', '.join('?' * len(relation.columns))})"
    )
    n = 0
    while batch := cursor.fetchmany(_BATCH):
        target.executemany(insert, batch)
        n += len(batch)
    return n


def _type(column: Column) -> str:
    if column.type in _BEYOND_64_BITS:
        return "TEXT"
    return _TYPES.get(field_type(column.type), "TEXT")


def _expression(column: Column) -> str:
    name = identifier(column.name)
    match field_type(column.type):
        case "array" | "object":
            return f"{name}::JSON::VARCHAR"
        case "number":
            return f"{name}::DOUBLE"
        case "date":
            return f"strftime({name}, '%Y-%m-%d')"
        case "datetime":
            at = f"{name} AT TIME ZONE 'UTC'" if "ZONE" in column.type else name
            return f"strftime({at}, '%Y-%m-%dT%H:%M:%SZ')"
        case "integer" if column.type not in _BEYOND_64_BITS:
            return name
        case "boolean":
            return f"{name}::TINYINT"
        case _:
            return f"{name}::VARCHAR"
