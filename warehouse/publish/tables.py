"""The CSV reports and the Frictionless data package that describes them.

Belongs here: how a table of the warehouse becomes a CSV file that a spreadsheet may open, and its
description. Does not belong here: which run is published where (`swap`), or what a table holds.

Text that a spreadsheet would read as a formula gets a leading apostrophe, after OWASP's "CSV
Injection" page (https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from warehouse.publish.snapshot import SAMPLE_MARK, Column, Relation, identifier, literal

FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"
"""Texts that a spreadsheet may run, as a pattern that RE2 and Python read alike."""

ON_REQUEST = frozenset(
    {
        "claim_evidence",
        "claim_papers",
        "claim_roles",
        "claim_sets",
        "claim_units",
        "market_flow_by_day",
        "mentions",
        "newest_postings",
        "posting_spells",
        "posting_versions",
        "postings",
        "sightings",
    }
)
"""Tables of `out` that are written as CSV only when asked for: they are large."""

_FIELD_TYPES = (
    (re.compile(r".*\]$"), "array"),
    (re.compile(r"(STRUCT|MAP)\(.*|JSON"), "object"),
    (re.compile(r"BOOLEAN"), "boolean"),
    (re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?"), "integer"),
    (re.compile(r"DOUBLE|FLOAT|DECIMAL.*"), "number"),
    (re.compile(r"DATE"), "date"),
    (re.compile(r"TIMESTAMP.*"), "datetime"),
)


class CsvFile(NamedTuple):
    """A written CSV report: the relation it shows, its rows, and the file's size and digest."""

    relation: Relation
    path: Path
    rows: int
    bytes: int
    sha256: str


def field_type(duckdb_type: str) -> str:
    """The Frictionless field type that a column of `duckdb_type` has in the CSV."""
    for pattern, name in _FIELD_TYPES:
        if pattern.fullmatch(duckdb_type):
            return name
    return "string"


def write_csv(con: duckdb.DuckDBPyConnection, relation: Relation, folder: Path) -> CsvFile:
    """Writes one relation as `<name>.csv`: UTF-8, a header, ISO dates, empty for NULL.

    Rows keep the order of the table, which the published copy fixes. Lists and structs are JSON,
    instants end in `Z`, and numbers that are not finite read `INF`, `-INF` or `NaN`.

    Args:
        con: Connection whose current database holds the relation.
        relation: The table or view.
        folder: An existing directory.

    Returns:
        What was written.
    """
    path = folder / f"{relation.name}.csv"
    select = ", ".join(
        f"{_csv_expression(column)} AS {identifier(column.name)}" for column in relation.columns
    )
    # a view has no order of its own
    order = " ORDER BY ALL" if relation.view_sql is not None else ""
    rows = con.execute(
        f"COPY (SELECT {select} FROM {relation.sql_name()}{order}) TO {literal(str(path))} "
        "(FORMAT csv, HEADER, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', "
        "DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"
    ).fetchall()[0][0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return CsvFile(relation, path, rows, path.stat().st_size, digest)


def write_data_package(
    files: Iterable[CsvFile],
    path: Path,
    *,
    is_sample: bool,
    version: str | None = None,
    licence: Mapping[str, str] | None = None,
) -> None:
    """Writes the `datapackage.json` (Frictionless, version 1 of the specification) of `files`.

    Args:
        files: Reports in the directory of `path`.
        path: Where to write.
        is_sample: Says so in title and description.
        version: Method version that the figures were made with.
        licence: The data's licence as `name`, `title` and `path`; left out when not given.

    Source: https://specs.frictionlessdata.io/tabular-data-package/
    """
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "hiring-signal-sample" if is_sample else "hiring-signal",
        "title": ("SAMPLE: " if is_sample else "") + "Hiring Signal reports",
        "description": (SAMPLE_MARK if is_sample else "")
        + "What public job postings and papers say about PyTorch, TensorFlow and JAX. Text that a "
        "spreadsheet would read as a formula has a leading apostrophe.",
        "resources": [_resource(file) for file in files],
    }
    if version:
        package["version"] = version
    if licence:
        package["licenses"] = [dict(licence)]
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _resource(file: CsvFile) -> dict[str, Any]:
    relation = file.relation
    return {
        "profile": "tabular-data-resource",
        "name": relation.name,
        "path": file.path.name,
        "title": relation.name.replace("_", " "),
        **({"description": relation.comment} if relation.comment else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "dialect": {"delimiter": ",", "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": field_type(column.type),
                    **({"description": column.comment} if column.comment else {}),
                }
                for column in relation.columns
            ],
            "missingValues": [""],
        },
    }


def _csv_expression(column: Column) -> str:
    name = identifier(column.name)
    match field_type(column.type):
        case "array" | "object":
            return f"{name}::JSON::VARCHAR"
        case "number" if column.type in ("DOUBLE", "FLOAT"):
            return (
                f"CASE WHEN isnan({name}) THEN 'NaN' WHEN isinf({name}) "
                f"THEN if({name} > 0, 'INF', '-INF') ELSE {name}::VARCHAR END"
            )
        case "datetime" if column.type == "TIMESTAMP WITH TIME ZONE":
            return f"{name} AT TIME ZONE 'UTC'"
        case "string":
            # a zero byte ends the file for some readers
            text = f"replace({name}::VARCHAR, chr(0), '')"
            return f"if(regexp_matches({text}, {literal(FORMULA)}), '''' || {text}, {text})"
        case _:
            return name
