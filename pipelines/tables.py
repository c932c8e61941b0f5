"""From tables of the warehouse to assets of Dagster.

Belongs here: how a table becomes an asset, when it is built anew, and what is shown of it. Does not
belong here: how its rows come about (`warehouse`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import duckdb

from pipelines.progress import Stage, reporter
from pipelines.settings import RunSettings
from warehouse import database, models
from warehouse.load import newest_observation

OWNERS = ["team:hiring-signal"]
PREVIEW_ROWS = 5
PREVIEW_CHARS = 60
GROUPS = {"raw": "raw", "core": "core", "out": "out"}


class NothingObservedError(RuntimeError):
    """There is not a single observation to build anything from."""


class Work(NamedTuple):
    """One step at work: the open warehouse, and what the run is about."""

    con: duckdb.DuckDBPyConnection
    data: Path
    as_of: date
    is_sample: bool
    fingerprints: database.Fingerprints
    stage: Stage


@contextmanager
def at_work(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    settings: RunSettings,
    name: str,
    *,
    needs_observations: bool = True,
) -> Iterator[Work]:
    """Open the warehouse for one step and note how long it took.

    Args:
        context: The step.
        settings: The run.
        name: The stage that its seconds count for.
        needs_observations: Whether the step makes no sense before anything was observed.

    Yields:
        What the step needs.

    Raises:
        NothingObservedError: There is no observation on or before the as-of day.
    """
    plan = settings.plan()
    with database.open_working(plan.data) as con:
        with reporter().stage(name) as stage:
            newest = newest_observation(con)
            if needs_observations and newest is None:
                raise NothingObservedError(
                    "nothing was observed: no source was asked, or the captures hold none of ours"
                )
            as_of = plan.as_of or newest or date.min
            if needs_observations:
                _check_day(con, as_of)
            con.execute("SET VARIABLE as_of = $day", {"day": as_of})
            fingerprints = database.Fingerprints(con, as_of)
            yield Work(con, plan.data, as_of, plan.is_sample, fingerprints, stage)
        database.add_seconds(con, context.run.run_id, name.split(" ")[0], stage.seconds)


def _check_day(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Nothing is known of a day before the first complete answer, or after the newest.

    Raises:
        NothingObservedError: The as-of day is such a day.
    """
    [(first, newest)] = con.execute(
        "SELECT min(observed_on) FILTER (WHERE state IN ('ok', 'unchanged')), max(observed_on) "
        "FROM raw.boards"
    ).fetchall()
    if first is None:
        reasons = con.execute(
            "SELECT source || ' ' || board || ': ' || coalesce(reason, state) FROM raw.boards "
            "ORDER BY observed_at DESC, source, board LIMIT 5"
        ).fetchall()
        raise NothingObservedError(f"no source answered: {'; '.join(r for (r,) in reasons)}")
    if not first <= as_of <= newest:
        raise NothingObservedError(
            f"nothing is known as of {as_of}: the observations are of {first} to {newest}"
        )


def spec_of(table: str, **more: Any) -> dg.AssetSpec:
    """The asset of a table, described by its header.

    Args:
        table: Its name, with schema.
        more: Further fields of the spec.
    """
    model = models.models()[table]
    return dg.AssetSpec(
        key=key_of(table),
        description=model.description,
        group_name=GROUPS[table.split(".")[0]],
        owners=OWNERS,
        kinds={"duckdb", "sql" if model.sql else "python"},
        metadata={
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(column.name, type=column.type, description=column.description)
                    for column in model.columns
                ]
            )
        },
        **more,
    )


def key_of(table: str) -> dg.AssetKey:
    """The asset key of a table."""
    return dg.AssetKey(table.split("."))


def metadata_of(con: duckdb.DuckDBPyConnection, table: str, *, is_new: bool) -> dict[str, Any]:
    """What Dagster shows of a table: row count, whether it was built anew, first rows.

    A view would have to be run to be counted, and rows of raw hold texts, which Dagster would keep.
    """
    said: dict[str, Any] = {"built": "anew" if is_new else "unchanged, kept"}
    if models.models()[table].materialized == "view":
        return said
    said["dagster/row_count"] = models.count(con, table)
    if not table.startswith("raw."):
        said["preview"] = dg.MetadataValue.md(preview(con, table))
    return said


def preview(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """The first rows of a table as a Markdown table; long values are cut."""
    names = [column.name for column in models.models()[table].columns]
    rows = con.execute(f"SELECT * FROM {table} LIMIT {PREVIEW_ROWS}").fetchall()

    def cell(value: object) -> str:
        text = "" if value is None else " ".join(str(value).split())[:PREVIEW_CHARS]
        # Texts from outside must not become markup in the UI.
        for old, new in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("[", "\\["), ("`", "'")):
            text = text.replace(old, new)
        return text

    lines = [names, ["---"] * len(names), *([cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def sql_asset(table: str) -> dg.AssetsDefinition:
    """The asset of a table that a query makes."""
    model = models.models()[table]
    spec = spec_of(table, deps=[key_of(read) for read in model.reads])

    @dg.multi_asset(name=table.replace(".", "_"), specs=[spec])
    def build(
        context: dg.AssetExecutionContext, settings: RunSettings
    ) -> dg.MaterializeResult[Any]:
        with at_work(context, settings, f"tables ({table})") as work:
            fingerprint = work.fingerprints.of(table)
            is_new = database.built(work.con, table, fingerprint) is None
            if is_new:
                rows = models.build(work.con, table, as_of=work.as_of)
                database.note_built(work.con, table, fingerprint, {"rows": rows})
            if model.materialized == "table":
                work.stage.found = f"{models.count(work.con, table):,} rows"
            return dg.MaterializeResult(
                asset_key=key_of(table), metadata=metadata_of(work.con, table, is_new=is_new)
            )

    return build


def made_asset(
    name: str, tables: tuple[str, ...], make: Callable[[Work], dict[str, Any]]
) -> dg.AssetsDefinition:
    """The assets of tables that code makes together, built anew only when they would differ.

    Args:
        name: Name of the step.
        tables: Its tables.
        make: Gives the rows of each table as a pandas frame.
    """
    reads = {read for table in tables for read in models.models()[table].reads}
    deps = [key_of(read) for read in sorted(reads - set(tables))]
    specs = [spec_of(table, deps=deps) for table in tables]

    @dg.multi_asset(name=name, specs=specs)
    def build(
        context: dg.AssetExecutionContext, settings: RunSettings
    ) -> Iterator[dg.MaterializeResult[Any]]:
        with at_work(context, settings, name) as work:
            fingerprints = {table: work.fingerprints.of(table) for table in tables}
            is_new = any(
                database.built(work.con, table, fingerprint) is None
                for table, fingerprint in fingerprints.items()
            )
            if is_new:
                for table, frame in make(work).items():
                    rows = models.fill(work.con, table, frame)
                    database.note_built(work.con, table, fingerprints[table], {"rows": rows})
            work.stage.found = ", ".join(
                f"{table.split('.')[1]} {models.count(work.con, table):,}" for table in tables
            )
            for table in tables:
                yield dg.MaterializeResult(
                    asset_key=key_of(table), metadata=metadata_of(work.con, table, is_new=is_new)
                )

    return build
