"""The CSV reports and the Frictionless data package that describes them.

Belongs here: how a table of the warehouse becomes a CSV file that a spreadsheet may open, and its
description. Does not belong here: which run is published where (`swap`), or what a table holds.

Text that a spreadsheet would read as a formula gets a leading apostrophe, after OWASP's "CSV
Injection" page (https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers. A
text that has apostrophes before such a beginning gets one more, so that `original` has every text
back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from warehouse import models
from warehouse.publish.snapshot import SAMPLE_MARK, Column, Relation, identifier, literal
from warehouse.publish.wording import VERDICTS

# What a spreadsheet may pass over or not show before a sign: controls, spaces of all widths,
# joiners, marks of direction, fillers, variation selectors, tags. RE2 and Python write those beyond
# U+00FF in different ways, so they stand here as themselves.
_UNSEEN = (
    r"\x00-\x20\x7f-\xa0\xad"
    "\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SIGNS = r"=+\-@" "\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b"
FORMULA = rf"^'*(?:[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n])"
"""Texts that a spreadsheet may run, or would after what guards them is gone, as a pattern that RE2
and Python read alike."""
_GUARDED = re.compile(rf"^'(?={FORMULA[1:]})")

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

_CLAIMS = "claim_verdicts"
_TO_CLAIMS = {
    "fields": ["claim_id"],
    "reference": {"resource": _CLAIMS, "fields": ["claim_id"]},
}

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
    """A written CSV report: the relation it shows, its rows, the file's size and digest, its key.

    The key is empty where rows have none.
    """

    relation: Relation
    path: Path
    rows: int
    bytes: int
    sha256: str
    key: tuple[str, ...] = ()


def guarded(text: str) -> str:
    """`text` as it stands in a CSV: with a leading apostrophe where a spreadsheet may run it."""
    return f"'{text}" if re.search(FORMULA, text) else text


def original(cell: str) -> str:
    """The text that a cell of a CSV stands for; the inverse of `guarded`."""
    return _GUARDED.sub("", cell)


def primary_key(con: duckdb.DuckDBPyConnection, relation: Relation) -> tuple[str, ...]:
    """The key of a table as its model states it, where its rows keep to it; else nothing.

    Args:
        con: Connection whose current database holds the relation.
        relation: The table or view.
    """
    model = models.models().get(relation.label)
    names = {column.name for column in relation.columns}
    if model is None or not model.key or not names >= set(model.key):
        return ()
    columns = [identifier(name) for name in model.key]
    is_null = " OR ".join(f"{column} IS NULL" for column in columns)
    [(is_kept,)] = con.execute(
        f"SELECT count(*) = count(DISTINCT ({', '.join(columns)})) "
        f"AND count(*) FILTER (WHERE {is_null}) = 0 FROM {relation.sql_name()}"
    ).fetchall()
    return model.key if is_kept else ()


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
        f"{_csv_expression(column)} AS {identifier(guarded(column.name))}"
        for column in relation.columns
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
    key = primary_key(con, relation)
    return CsvFile(relation, path, rows, path.stat().st_size, digest, key)


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
    files = list(files)
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "hiring-signal-sample" if is_sample else "hiring-signal",
        "title": ("SAMPLE: " if is_sample else "") + "Hiring Signal reports",
        "description": (SAMPLE_MARK if is_sample else "")
        + "What public job postings and papers say about PyTorch, TensorFlow and JAX. Text that a "
        "spreadsheet would read as a formula has a leading apostrophe.",
        "resources": [_resource(file, {one.relation.name for one in files}) for file in files],
    }
    if version:
        package["version"] = version
    if licence:
        package["licenses"] = [dict(licence)]
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _resource(file: CsvFile, there: Collection[str]) -> dict[str, Any]:
    relation = file.relation
    model = models.models().get(relation.label)
    words = dict(model.values) if model else {}
    names = {column.name for column in relation.columns}
    if "verdict" in names:
        words["verdict"] = tuple(VERDICTS)
    is_of_claim = "claim_id" in names and relation.name != _CLAIMS and _CLAIMS in there
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
                    "name": guarded(column.name),
                    "type": field_type(column.type),
                    **({"description": column.comment} if column.comment else {}),
                    **_constraints(column, words.get(column.name)),
                }
                for column in relation.columns
            ],
            "missingValues": [""],
            **({"primaryKey": list(file.key)} if file.key else {}),
            **({"foreignKeys": [_TO_CLAIMS]} if is_of_claim else {}),
        },
    }


def _constraints(column: Column, words: Sequence[str] | str | None) -> dict[str, Any]:
    """The words that a column may hold, where its model lists them."""
    if not words or isinstance(words, str) or field_type(column.type) != "string":
        return {}
    return {"constraints": {"enum": [guarded(word) for word in words]}}


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
