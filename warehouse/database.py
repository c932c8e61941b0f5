"""The working warehouse: one file, one writer.

Belongs here: opening it, what was built from what (so that nothing is built twice), and how long
the stages of a run took. Does not belong here: the tables themselves (`warehouse.models`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse import models
from warehouse.digest import digest_of_code
from warehouse.normalise.posting import method_version

FILE = "warehouse.duckdb"
MEMORY_LIMIT = "2GB"
"""For DuckDB alone; beyond it, it spills to disk."""

SCHEMAS = "schemas"
"""What the making of schemas is called in `meta.builds`."""

_CODE = Path(__file__).parent
_MAKERS = {
    "warehouse.matching": ("matching", "normalise"),
    "warehouse.statistics": ("statistics", "claims"),
    "warehouse.claims": ("statistics", "claims"),
    "warehouse.crosschecks": ("crosschecks", "statistics"),
}
"""Folders whose code says what a table that is made by code holds."""


@contextmanager
def open_working(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working warehouse for writing, with its schemas made.

    Args:
        data: The DATA folder.

    Yields:
        A connection; the file is closed afterwards.

    Raises:
        duckdb.IOException: Another process has it open.
    """
    data.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        str(data / FILE),
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(data / "tmp")},
    )
    try:
        con.execute("SET TimeZone = 'UTC'")
        # Rows have no order of their own; keeping one costs memory.
        con.execute("SET preserve_insertion_order = false")
        con.execute("CREATE SCHEMA IF NOT EXISTS meta")
        con.execute(
            "CREATE TABLE IF NOT EXISTS meta.builds "
            "(name VARCHAR PRIMARY KEY, fingerprint VARCHAR, detail JSON)"
        )
        con.execute(
            "CREATE TABLE IF NOT EXISTS meta.stages "
            "(run_id VARCHAR, stage VARCHAR, seconds DOUBLE, PRIMARY KEY (run_id, stage))"
        )
        definition = models.definition_digest(models.models())
        if built(con, SCHEMAS, definition) is None:
            models.create_schemas(con)
            note_built(con, SCHEMAS, definition, {})
        yield con
    finally:
        con.close()


class Fingerprints:
    """What each table would be built from now: its definition, its inputs, and the as-of day."""

    def __init__(self, con: duckdb.DuckDBPyConnection, as_of: date) -> None:
        """Read what was loaded.

        Args:
            con: The working warehouse.
            as_of: Newest day of observation that counts.
        """
        landings = con.execute("SELECT file, digest FROM raw.landings ORDER BY file").fetchall()
        forgotten = con.execute("SELECT request, n_versions FROM raw.forgotten ORDER BY ALL")
        self._landed = _digest([landings, forgotten.fetchall()])
        read = con.execute(
            "SELECT method_version, count(*) FROM core.facts GROUP BY ALL ORDER BY ALL"
        )
        self._read = _digest([method_version(), *read.fetchall()])
        self._as_of = as_of.isoformat()
        self._con = con
        self._known: dict[str, str] = {}

    def of(self, table: str) -> str:
        """The fingerprint of a table of ours.

        Args:
            table: Its name, with schema.
        """
        if table not in self._known:
            model = models.models()[table]
            parts = [models.definition_digest([table])]
            if model.made_by in ("warehouse.load", "warehouse.forget"):
                parts.append(self._landed)
            elif model.made_by == "warehouse.facts":
                parts += [self._landed, self._read]
            elif model.made_by == "warehouse.publish":
                parts.append(self._rows(table))  # made from publications, which have no fingerprint
            else:
                parts += [self._as_of, *map(self.of, model.reads)]
                if model.made_by:
                    parts.append(digest_of_code(*(_CODE / name for name in _MAKERS[model.made_by])))
            self._known[table] = _digest(parts)
        return self._known[table]

    def _rows(self, table: str) -> str:
        return repr(
            self._con.execute(
                f"SELECT count(*), bit_xor(hash(t))::VARCHAR FROM {table} AS t"
            ).fetchall()
        )


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def built(con: duckdb.DuckDBPyConnection, name: str, fingerprint: str) -> Any:
    """What was noted when something was built from exactly this.

    Args:
        con: The working warehouse.
        name: A table, or another thing that is built.
        fingerprint: What it would be built from now.

    Returns:
        The detail given to `note_built`; None where it was built from something else, or never.
    """
    rows = con.execute(
        "SELECT detail FROM meta.builds WHERE name = $1 AND fingerprint = $2", [name, fingerprint]
    ).fetchall()
    return json.loads(rows[0][0]) if rows else None


def add_seconds(con: duckdb.DuckDBPyConnection, run_id: str, stage: str, seconds: float) -> None:
    """Note how long a stage of a run took; several parts of one stage add up.

    Args:
        con: The working warehouse.
        run_id: The run.
        stage: The stage.
        seconds: Wall-clock seconds.
    """
    con.execute(
        "INSERT INTO meta.stages VALUES ($1, $2, $3) "
        "ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds",
        [run_id, stage, seconds],
    )


def seconds_by_stage(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, float]:
    """How long the stages of a run took so far, wall-clock seconds."""
    rows = con.execute(
        "SELECT stage, seconds FROM meta.stages WHERE run_id = $1", [run_id]
    ).fetchall()
    return {stage: round(seconds, 2) for stage, seconds in rows}


def note_built(con: duckdb.DuckDBPyConnection, name: str, fingerprint: str, detail: Any) -> None:
    """Note that something was built.

    Args:
        con: The working warehouse.
        name: A table, or another thing that is built.
        fingerprint: What it was built from.
        detail: What to know of it without building it again; anything that JSON can hold.
    """
    con.execute(
        "INSERT OR REPLACE INTO meta.builds VALUES ($1, $2, $3)",
        [name, fingerprint, json.dumps(detail)],
    )
