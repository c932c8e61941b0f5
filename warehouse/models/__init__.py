"""The tables: one SQL file each, whose header is the only place where a table is described.

Belongs here: reading the headers, building tables in order, and comments. Does not belong here:
what a table means (`warehouse.statistics`), or whether its rows are good (`expectations`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb
import pandas as pd
import yaml

SCHEMAS = ("raw", "core", "out")
FOLDER = Path(__file__).parent
BY_DIFFERENCE_FROM_ROWS = 20_000
"""Below, a table is made whole: comparing costs more than writing."""
BY_DIFFERENCE_TO_SHARE = 0.3
"""Share of rows that may differ before a table is made whole, which leaves no gaps in it."""
_HEADER = re.compile(r"\A/\*\n(.*?)\*/\n?(.*)\Z", re.DOTALL)


class ModelError(ValueError):
    """A model file that does not say what it must; the message names the file."""


class Column(NamedTuple):
    """A column as the header describes it."""

    name: str
    type: str
    description: str


class Model(NamedTuple):
    """A table: what it is, and the query that makes it."""

    table: str  # schema.name
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sql: str  # empty where code makes it
    made_by: str | None
    materialized: Literal["table", "view"]
    reads: tuple[str, ...]  # tables of ours that it is made from
    values: Mapping[str, tuple[str, ...] | str]
    """By column all words that may stand in it, or the name of a vocabulary."""


class Macro(NamedTuple):
    """A table with parameters, which readers of a publication call."""

    name: str  # schema.name
    description: str
    parameters: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]  # name and meaning
    sql: str


@cache
def macros() -> dict[str, Macro]:
    """All table macros by name, each after those that it reads.

    Raises:
        ModelError: A header is missing or incomplete.
    """
    found = {}
    for path in sorted((FOLDER / "out" / "macros").glob("*.sql")):
        match = _HEADER.match(path.read_text(encoding="utf-8"))
        if not match:
            raise ModelError(f"{path}: must begin with a /* header */")
        header = yaml.safe_load(match[1])
        try:
            macro = Macro(
                name=f"out.{path.stem}",
                description=" ".join(header["description"].split()),
                parameters=tuple(header["parameters"]),
                columns=tuple(header["columns"].items()),
                sql=match[2].strip(),
            )
        except (KeyError, TypeError) as error:
            raise ModelError(f"{path}: the header lacks {error}") from error
        found[macro.name] = macro
    order = TopologicalSorter(
        {
            name: {other for other in found if other != name and f"{other}(" in macro.sql}
            for name, macro in found.items()
        }
    )
    return {name: found[name] for name in order.static_order()}


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros, which read published tables alone."""
    for macro in macros().values():
        said = f"{macro.name}({', '.join(macro.parameters)})"
        con.execute(f"CREATE OR REPLACE MACRO {said} AS TABLE {macro.sql}")
        con.execute(f"COMMENT ON MACRO TABLE {macro.name} IS {_quoted(macro.description)}")


@cache
def models() -> dict[str, Model]:
    """All tables by name, each after those that it reads.

    Raises:
        ModelError: A header is missing or incomplete, or tables read each other in a circle.
    """
    found = {
        model.table: model
        for schema in SCHEMAS
        for path in sorted((FOLDER / schema).glob("*.sql"))
        for model in [_read(schema, path)]
    }
    order = TopologicalSorter({name: model.reads for name, model in found.items()})
    return {name: found[name] for name in order.static_order()}


def _read(schema: str, path: Path) -> Model:
    match = _HEADER.match(path.read_text(encoding="utf-8"))
    if not match:
        raise ModelError(f"{path}: must begin with a /* header */")
    header = yaml.safe_load(match[1])
    sql = match[2].strip()
    table = f"{schema}.{path.stem}"
    if bool(sql) == bool(header.get("made_by")):
        raise ModelError(f"{path}: needs either a query or made_by in its header")
    try:
        columns = tuple(
            Column(name, *(part.strip() for part in text.split("|", 1)))
            for name, text in _columns(path, header).items()
        )
        return Model(
            table=table,
            description=" ".join(header["description"].split()),
            key=tuple(header["key"]),
            columns=columns,
            sql=sql,
            made_by=header.get("made_by"),
            materialized=header.get("materialized", "table"),
            reads=tuple(sorted(_tables_in(sql) if sql else header.get("reads", ()))),
            values=_values(path, header, {column.name for column in columns}),
        )
    except (KeyError, TypeError) as error:
        raise ModelError(f"{path}: the header lacks {error}") from error


def _columns(path: Path, header: dict[str, Any]) -> dict[str, str]:
    """The columns as stated, or as the table that this one is like states them.

    `like: core.papers` takes all columns of that table; with a list of `columns`, only those; with
    a mapping, those that are left empty.
    """
    stated = header.get("columns")
    if "like" not in header:
        return dict(header["columns"])
    like = _columns(*_other(path, header))
    if stated is None:
        return like
    if isinstance(stated, list):
        stated = dict.fromkeys(stated)
    return {name: text or like[name] for name, text in stated.items()}


def _values(
    path: Path, header: dict[str, Any], columns: set[str]
) -> dict[str, tuple[str, ...] | str]:
    """The words of columns as stated, else those of the table that this one is like.

    Raises:
        ModelError: Words are stated of a column that the table does not have.
    """
    stated = header.get("values", {})
    if not stated.keys() <= columns:
        raise ModelError(f"{path}: values of no column: {sorted(stated.keys() - columns)}")
    found = {
        name: words if isinstance(words, str) else tuple(words) for name, words in stated.items()
    }
    if "like" not in header:
        return found
    other, its_header = _other(path, header)
    like = _values(other, its_header, set(_columns(other, its_header)))
    return {name: words for name, words in like.items() if name in columns} | found


def _other(path: Path, header: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """The file and the header of the table that this one is like."""
    other = FOLDER / f"{header['like'].replace('.', '/')}.sql"
    match = _HEADER.match(other.read_text(encoding="utf-8"))
    if not match:
        raise ModelError(f"{path}: {other} has no header to be like")
    return other, yaml.safe_load(match[1])


def _tables_in(sql: str) -> set[str]:
    # DuckDB's own get_table_names binds without types, and fails on joins by time.
    with duckdb.connect() as con:
        [(said,)] = con.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchall()
    tree = json.loads(said)
    if tree["error"]:
        raise ModelError(f"{tree['error_message']}: {sql[:200]}")
    return {f"{schema}.{name}" for schema, name in _base_tables(tree) if schema in SCHEMAS}


def _base_tables(tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree["schema_name"], tree["table_name"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _base_tables(part)


def create_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Make the schemas and the tables that code fills; what is there stays.

    A table of `core` or `out` whose columns are no longer those of its header is made anew, empty:
    all that it held is read out of `raw` again.

    Raises:
        ModelError: A table of `raw` is there with other columns than its header says.
    """
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    made = [model for model in models().values() if model.made_by]
    outdated = set()
    for model in made:
        con.execute(f"CREATE TABLE IF NOT EXISTS {model.table} ({_columns_of(model)})")
        try:
            _check_columns(con, model)
        except ModelError:
            if model.table.startswith("raw."):
                raise
            outdated.add(model.made_by)
    for model in made:
        # What one step makes belongs together: rows of one table alone would pass for all of it.
        if model.made_by in outdated:
            con.execute(f"CREATE OR REPLACE TABLE {model.table} ({_columns_of(model)})")
        _comment(con, model)
    # What raw shows of itself does not depend on a day.
    for model in models().values():
        if model.sql and model.table.startswith("raw."):
            _make(con, model)


def _columns_of(model: Model) -> str:
    return ", ".join(f'"{column.name}" {column.type}' for column in model.columns)


def build(con: duckdb.DuckDBPyConnection, table: str, *, as_of: date) -> int:
    """Make one table from its query, whole or not at all.

    Args:
        con: The working warehouse.
        table: Its name, with schema.
        as_of: Newest day of observation that counts.

    Returns:
        Rows in it; 0 of a view, which would have to be run.

    Raises:
        ModelError: The query gives other columns than the header says.
    """
    model = models()[table]
    con.execute("BEGIN")
    try:
        con.execute("SET VARIABLE as_of = $day", {"day": as_of})
        _make(con, model)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return 0 if model.materialized == "view" else count(con, table)


def _make(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind = "VIEW" if model.materialized == "view" else "TABLE"
    there = _kind_of(con, model.table)
    if there not in (kind, None):
        con.execute(f"DROP {there} {model.table}")
    elif there == "TABLE" and _make_by_difference(con, model):
        return
    con.execute(f"CREATE OR REPLACE {kind} {model.table} AS {model.sql}")
    _check_columns(con, model)
    _comment(con, model)


def _kind_of(con: duckdb.DuckDBPyConnection, table: str) -> str | None:
    found = con.execute(
        "SELECT 'TABLE' FROM duckdb_tables() WHERE schema_name || '.' || table_name = $1 "
        "UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE schema_name || '.' || view_name = $1",
        [table],
    ).fetchall()
    return str(found[0][0]) if found else None


def _make_by_difference(con: duckdb.DuckDBPyConnection, model: Model) -> bool:
    """Write only the rows of a large table that differ; False where it has to be made whole.

    It is made whole where it is small, has other columns, differs in most rows, or holds a row
    twice, which the comparison would not see.
    """
    rows = count(con, model.table)
    if rows < BY_DIFFERENCE_FROM_ROWS:
        return False
    try:
        _check_columns(con, model)
    except ModelError:
        return False
    names = ", ".join(f'"{column.name}"' for column in model.columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh_rows AS "
        f"SELECT *, hash({names}) AS row_hash FROM ({model.sql})"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE stale_rows AS SELECT old.row_no FROM "
        f"(SELECT rowid AS row_no, hash({names}) AS row_hash FROM {model.table}) AS old "
        "ANTI JOIN fresh_rows USING (row_hash)"
    )
    if count(con, "stale_rows") > rows * BY_DIFFERENCE_TO_SHARE:
        con.execute("DROP TABLE fresh_rows")
        return False
    con.execute(
        f"INSERT INTO {model.table} SELECT {names} FROM fresh_rows ANTI JOIN "
        f"(SELECT hash({names}) AS row_hash FROM {model.table}) AS old USING (row_hash)"
    )
    con.execute(f"DELETE FROM {model.table} WHERE rowid IN (FROM stale_rows)")
    is_same = count(con, model.table) == count(con, "fresh_rows")
    con.execute("DROP TABLE fresh_rows")
    if is_same:
        _comment(con, model)
    return is_same


def fill(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> int:
    """Replace the rows of a table that code makes, whole or not at all.

    Args:
        con: The working warehouse.
        table: Its name, with schema.
        frame: Its rows; columns are matched by name and must be those of the header.

    Returns:
        Rows in it.

    Raises:
        ModelError: A column is missing or not in the header.
    """
    model = models()[table]
    names = [column.name for column in model.columns]
    if set(names) != set(frame.columns):
        odd = sorted(set(names) ^ set(frame.columns))
        raise ModelError(f"{table}: columns differ from the header: {', '.join(odd)}")
    con.execute("BEGIN")
    try:
        con.execute(f"DELETE FROM {table}")
        con.register("incoming_frame", frame[names])
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming_frame")
        con.unregister("incoming_frame")
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return count(con, table)


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows in a table."""
    [(rows,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)


def definition_digest(tables: Iterable[str]) -> str:
    """Digest of how some tables are made: changes when a query or a header does."""
    text = "\n".join(repr(models()[table]) for table in sorted(tables))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_columns(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    actual = [(name, kind) for name, kind, *_ in con.execute(f"DESCRIBE {model.table}").fetchall()]
    stated = [(column.name, column.type.replace('"', "")) for column in model.columns]
    for position in range(max(len(actual), len(stated))):
        is_there = actual[position : position + 1]
        is_said = stated[position : position + 1]
        if [(n, k.replace('"', "").replace(", ", ",")) for n, k in is_there] != [
            (n, k.replace(", ", ",")) for n, k in is_said
        ]:
            raise ModelError(
                f"{model.table}: column {position + 1} is {is_there or 'missing'}, "
                f"its header says {is_said or 'nothing'}"
            )


def _comment(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind = "VIEW" if model.materialized == "view" else "TABLE"
    con.execute(f"COMMENT ON {kind} {model.table} IS {_quoted(model.description)}")
    for column in model.columns:
        con.execute(
            f'COMMENT ON COLUMN {model.table}."{column.name}" IS {_quoted(column.description)}'
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
