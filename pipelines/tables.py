"""From tables of the warehouse to assets of Dagster.

Belongs here: how a table becomes an asset, when it is built anew, and what is shown of it. Does not
belong here: how its rows come about (`warehouse`).
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import duckdb

from pipelines.previews import IN_PLACE, plots, preview
from pipelines.progress import Stage, reporter
from pipelines.settings import REPORT_VARIABLE, RunSettings
from warehouse import database, models
from warehouse.load import newest_observation

OWNERS = ["team:hiring-signal"]
GROUPS = {"raw": "raw", "core": "core", "out": "out"}
SECTIONS = {
    "verdicts": ("out.claim_",),
    "ratio": ("out.framework_",),
    "pay": ("out.pay_", "core.pay_"),
    "skills": ("out.skill_", "out.comention_"),
    "employers": ("out.company_", "out.companies", "core.companies"),
    "papers": ("out.paper_", "core.paper"),
    "models": ("out.model_",),
    "changes": ("out.figure_changes",),
    "compared": ("out.cross_checks", "out.reference_"),
    "quality": ("out.source_", "out.board_", "out.refused_", "out.row_accounts"),
}
"""Sections of the report page, and how the names of the tables begin that they show."""


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
                    "nothing was observed: no source was asked, or the captures hold none of ours; "
                    "hiring-signal run shows all of it on the sample market"
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
        description=f"{model.description}{_links(table)}",
        group_name=GROUPS[table.split(".")[0]],
        owners=OWNERS,
        kinds={"duckdb", "sql" if model.sql else "python"},
        metadata={
            **report_link(table),
            "dagster/table_name": f"hiring_signal.{table}",
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(column.name, type=column.type, description=column.description)
                    for column in model.columns
                ]
            ),
        },
        **more,
    )


def key_of(table: str) -> dg.AssetKey:
    """The asset key of a table."""
    return dg.AssetKey(table.split("."))


def report_link(table: str) -> dict[str, Any]:
    """Where the report shows a table, as long as `hiring-signal up` serves it.

    It belongs to the definition: what a run notes of an address would be wrong by tomorrow.

    Args:
        table: Its name, with schema.
    """
    address = os.environ.get(REPORT_VARIABLE)
    if not address or table.startswith("raw."):
        return {}
    section = next((name for name, begins in SECTIONS.items() if table.startswith(begins)), None)
    return {"report": dg.MetadataValue.url(f"{address}{f'#{section}' if section else ''}")}


def docs_link(table: str) -> str | None:
    """The page of Data Docs about a table, as long as `hiring-signal up` serves it."""
    address = os.environ.get(REPORT_VARIABLE)
    return f"{address}data_docs/{table}.html" if address else None


def _links(table: str) -> str:
    """The same as a line of Markdown: the description is what a reader sees first."""
    shown = [f"[in the report]({link['report'].url})"] if (link := report_link(table)) else []
    if (docs := docs_link(table)) and not table.startswith("raw."):
        shown.append(f"[what its checks found]({docs})")
    return f"\n\n{' · '.join(shown)}" if shown else ""


class Built(NamedTuple):
    """What to say of the building of a table."""

    is_new: bool
    seconds: float | None = None
    rows_before: int | None = None


def rows_noted(con: duckdb.DuckDBPyConnection, table: str) -> int | None:
    """Rows that a table had when it was last built; None where it never was.

    Args:
        con: The working warehouse.
        table: Its name, with schema.
    """
    found = con.execute(
        "SELECT (detail ->> 'rows')::BIGINT FROM meta.builds WHERE name = $1", [table]
    ).fetchall()
    return found[0][0] if found else None


def metadata_of(
    con: duckdb.DuckDBPyConnection, table: str, built: Built, *, is_sample: bool
) -> dict[str, Any]:
    """What Dagster shows of a table: counts that it plots over time, first rows, a drawing.

    A view would have to be run to be counted, and rows of raw hold texts, which Dagster would keep.
    Drawings that are too long to be shown in place are kept of a new table alone.

    Args:
        con: The working warehouse, with the table built.
        table: Its name, with schema.
        built: How it was built.
        is_sample: Whether it is about the sample market.
    """
    said: dict[str, Any] = {"built": "anew" if built.is_new else "unchanged, kept"}
    if built.is_new and built.seconds is not None:
        said["seconds"] = round(built.seconds, 3)
    if models.models()[table].materialized == "view":
        return said
    rows = models.count(con, table)
    said["dagster/row_count"] = rows
    if built.rows_before is not None:
        said["rows_more_than_before"] = rows - built.rows_before
    if not table.startswith("raw."):
        for title, drawn in plots(con, table, is_sample=is_sample).items():
            if built.is_new or len(drawn) < IN_PLACE:
                said[title] = dg.MetadataValue.md(drawn)
        if rows:
            said["preview"] = dg.MetadataValue.md(preview(con, table))
    return said


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
            before, started = rows_noted(work.con, table), time.perf_counter()
            if is_new:
                rows = models.build(work.con, table, as_of=work.as_of)
                database.note_built(work.con, table, fingerprint, {"rows": rows})
            if model.materialized == "table":
                work.stage.found = f"{models.count(work.con, table):,} rows"
            built = Built(is_new, time.perf_counter() - started, before)
            return dg.MaterializeResult(
                asset_key=key_of(table),
                metadata=metadata_of(work.con, table, built, is_sample=work.is_sample),
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
            before = {table: rows_noted(work.con, table) for table in tables}
            started = time.perf_counter()
            if is_new:
                for table, frame in make(work).items():
                    rows = models.fill(work.con, table, frame)
                    database.note_built(work.con, table, fingerprints[table], {"rows": rows})
            work.stage.found = ", ".join(
                f"{table.split('.')[1]} {models.count(work.con, table):,}" for table in tables
            )
            seconds = time.perf_counter() - started
            for table in tables:
                built = Built(is_new, seconds, before[table])
                yield dg.MaterializeResult(
                    asset_key=key_of(table),
                    metadata=metadata_of(work.con, table, built, is_sample=work.is_sample),
                )

    return build
