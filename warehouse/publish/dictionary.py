"""The data dictionary: Markdown made from the comments that the warehouse itself carries.

Belongs here: laying out table and column comments for readers. Does not belong here: the comments
(the models own them).
"""

from __future__ import annotations

import re
from datetime import date

import duckdb

from warehouse import models
from warehouse.publish.snapshot import relations

_INTRODUCTION = (
    "Every published table with its columns: what a row is, and what each column means, in which "
    "unit, and when it is NULL."
)


def data_dictionary(con: duckdb.DuckDBPyConnection) -> str:
    """The published tables of `con`'s current database as Markdown, `out` before `core`.

    Args:
        con: Connection to a working or published warehouse.

    Returns:
        One heading and one column table per relation; a missing comment shows as a dash.
    """
    found = sorted(relations(con), key=lambda relation: (relation.schema != "out", relation.name))
    lines = ["# Data dictionary", "", _INTRODUCTION, ""]
    for relation in found:
        kind = "" if relation.view_sql is None else " (view)"
        lines += [
            f"## {relation.label}{kind}",
            "",
            _cell(relation.comment),
            "",
            "| column | type | meaning |",
            "|---|---|---|",
            *(
                f"| `{column.name}` | {_cell(column.type)} | {_cell(column.comment)} |"
                for column in relation.columns
            ),
            "",
        ]
    return "\n".join(lines)


def macro_dictionary() -> str:
    """The table macros of a publication as Markdown, laid out as its tables are."""
    lines = []
    for macro in models.macros().values():
        lines += [
            f"## {macro.name}({', '.join(macro.parameters)}) (macro)",
            "",
            _cell(macro.description),
            "",
            "| column | meaning |",
            "|---|---|",
            *(f"| `{name}` | {_cell(text)} |" for name, text in macro.columns),
            "",
        ]
    return "\n".join(lines)


def page() -> str:
    """The data dictionary of the models themselves, without any data: `docs/data-dictionary.md`."""
    with duckdb.connect() as con:
        models.create_schemas(con)
        for table, model in models.models().items():
            if model.sql:
                models.build(con, table, as_of=date.min)
        return data_dictionary(con) + "\n" + macro_dictionary()


def _cell(text: str | None) -> str:
    """`text` on one line and inert in a Markdown table."""
    if not text:
        return "—"
    return re.sub(r"([|<>`*_\[\]\\])", r"\\\1", " ".join(text.split()))
