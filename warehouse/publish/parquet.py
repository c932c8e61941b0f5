"""Parquet copies of the large tables, for pandas, polars and whatever else reads Parquet.

Belongs here: which tables get a copy, and how a column of DuckDB is kept in Parquet. Does not
belong here: the small tables, which are CSV reports (`tables`), or what a table holds.

A copy keeps the table's rows, order and logical types (dates stay dates, lists lists, money exact
decimals), and carries its comments in the file's key-value metadata: `description` for the table,
`columns` for a JSON object of column names and their meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse.publish.snapshot import SAMPLE_MARK, Column, Relation, identifier, literal

UNITS = frozenset({"posting_id", "role_id", "paper_id"})
"""A table with one of these columns has rows for each advert, role or paper: it is large."""

_SELECTIONS = frozenset({"newest_postings", "open_ml_roles"})  # of rows that are copied anyway
_LONG_TEXT = "text"
_WIDE_INTEGERS = ("HUGEINT", "UHUGEINT")


class ParquetFile(NamedTuple):
    """A written copy: the relation it is of, its rows, and the file's size in bytes."""

    relation: Relation
    path: Path
    rows: int
    bytes: int

    def said(self) -> dict[str, str | int]:
        """What `run.json` says of it."""
        return {"table": self.relation.label, "rows": self.rows, "bytes": self.bytes}


def with_a_copy(published: Iterable[Relation]) -> list[Relation]:
    """The relations that get a copy: those of the units, `out` before `core` for one name.

    What holds the full texts of adverts stays in the DuckDB file alone: they are most of its bytes.

    Args:
        published: All relations of the publication.
    """
    chosen: dict[str, Relation] = {}
    for relation in sorted(published, key=lambda one: (one.schema != "out", one.name)):
        names = {column.name for column in relation.columns}
        if names & UNITS and _LONG_TEXT not in names and relation.name not in _SELECTIONS:
            chosen.setdefault(relation.name, relation)
    return [chosen[name] for name in sorted(chosen)]


def write_parquet(
    con: duckdb.DuckDBPyConnection, relation: Relation, folder: Path, *, is_sample: bool
) -> ParquetFile:
    """Writes one relation as `<name>.parquet`, compressed with zstd.

    Args:
        con: Connection whose current database holds the relation.
        relation: The table or view.
        folder: An existing directory.
        is_sample: Says so in the file's metadata.

    Returns:
        What was written.
    """
    path = folder / f"{relation.name}.parquet"
    select = ", ".join(
        f"{_parquet_expression(column)} AS {identifier(column.name)}" for column in relation.columns
    )
    # a view has no order of its own
    order = " ORDER BY ALL" if relation.view_sql is not None else ""
    description = (relation.comment or "").removeprefix(SAMPLE_MARK.strip()).strip()
    meanings = {one.name: one.comment for one in relation.columns if one.comment}
    metadata = {
        "table": relation.label,
        "description": (SAMPLE_MARK if is_sample else "") + description,
        "columns": json.dumps(meanings, ensure_ascii=False),
    }
    pairs = ", ".join(f"{identifier(key)}: {literal(text)}" for key, text in metadata.items())
    rows = con.execute(
        f"COPY (SELECT {select} FROM {relation.sql_name()}{order}) TO {literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{pairs}}})"
    ).fetchall()[0][0]
    return ParquetFile(relation, path, rows, path.stat().st_size)


def _parquet_expression(column: Column) -> str:
    name = identifier(column.name)
    if column.type in _WIDE_INTEGERS:
        return f"{name}::DECIMAL(38, 0)"  # DuckDB would write a double
    return name
