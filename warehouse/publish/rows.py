"""Rows of a published warehouse, and the chart that a section makes of them.

Belongs here: reading rows, and what stands in for a chart where it can't be seen. Does not belong
here: which rows a section wants, or how it puts them in words (`wording`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
from markupsafe import Markup

from warehouse.publish.snapshot import Relation, relations

Row = dict[str, Any]


class Figure(NamedTuple):
    """A chart with what stands in for it: words for those who can't see it, and its rows."""

    wide: Markup
    narrow: Markup
    alternative: str
    note: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Publication:
    """Rows of a published warehouse, by relation; an absent relation is told from an empty one."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.relations: dict[str, Relation] = {
            relation.label: relation for relation in relations(con)
        }

    def has(self, label: str) -> bool:
        """Whether the warehouse holds `schema.name`."""
        return label in self.relations

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a query as mappings from column to value."""
        cursor = self._con.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
