"""Tables of the warehouse: one asset each.

Belongs here: which step makes which tables. Does not belong here: how
(`pipelines.tables`, `warehouse`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.forget import forget_again, forgotten_employers_are_back, keep_forgotten
from pipelines.observe import SOURCES
from pipelines.settings import RunSettings, renew_seconds
from pipelines.tables import Built, Work, at_work, key_of, metadata_of, spec_of, sql_asset
from warehouse import database, models
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.matching.grouping import TABLE as LINKS
from warehouse.matching.grouping import link_roles

LOADERS = ("warehouse.load", "warehouse.forget")
LOADED = tuple(t for t, model in models.models().items() if model.made_by in LOADERS)
READ_OUT = tuple(t for t, model in models.models().items() if model.made_by == "warehouse.facts")
MATCHED = tuple(t for t, model in models.models().items() if model.made_by == "warehouse.matching")
LANDINGS = [dg.AssetKey(["landing", source]) for source in SOURCES]


@dg.multi_asset(specs=[spec_of(table, deps=LANDINGS) for table in LOADED])
def load(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> Iterator[dg.MaterializeResult[Any]]:
    """Load every landing file that is not loaded yet, oldest first."""
    with at_work(context, settings, "load", needs_observations=False) as work:
        keep_forgotten(work.con, work.data)
        folder = work.data / "landing"
        files = sorted(folder.glob("*/*.jsonl"), key=lambda path: (path.stat().st_mtime_ns, path))
        new = 0
        for done, path in enumerate(files, 1):
            name = path.relative_to(folder).as_posix()
            work.stage.advance(done - 1, len(files), name)
            report = load_file(work.con, path, name)
            new += report.lines if report.is_new else 0
            work.stage.advance(done, len(files), name)
        work.stage.found = f"{new:,} new lines"
        for table in LOADED:
            yield _result(work, table, is_new=new > 0)


@dg.multi_asset(
    specs=[
        spec_of(table, deps=[key_of("raw.bodies"), key_of("raw.sightings")]) for table in READ_OUT
    ]
)
def normalise(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> Iterator[dg.MaterializeResult[Any]]:
    """Read mentions, pay, role and place out of every version of an advert that is new."""
    with at_work(context, settings, "normalise") as work:
        done = normalise_pending(
            work.con, progress=work.stage.advance, renew_seconds=renew_seconds()
        )
        rows = done.read
        work.stage.found = f"{rows:,} adverts read"
        if done.waiting:
            work.stage.found += f", {done.waiting:,} still by an older method, in the next runs"
        is_back = forgotten_employers_are_back(work.con, work.data)
    if is_back:
        forget_again(settings.plan().data)
    with at_work(context, settings, "normalise (tables)") as work:
        for table in READ_OUT:
            yield _result(work, table, is_new=rows > 0)


@dg.multi_asset(
    specs=[
        spec_of(table, deps=[key_of(read) for read in models.models()[table].reads])
        for table in MATCHED
    ]
)
def match(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> Iterator[dg.MaterializeResult[Any]]:
    """Find the adverts that are for one role, anew where one of them changed."""
    with at_work(context, settings, "match") as work:
        fingerprint = work.fingerprints.of(LINKS)
        is_new = database.built(work.con, LINKS, fingerprint) is None
        if is_new:
            done = link_roles(work.con)
            database.note_built(work.con, LINKS, fingerprint, done._asdict())
            work.stage.found = (
                f"{done.linked:,} adverts are for a role of an earlier one; "
                f"{done.affected:,} looked at again"
            )
        for table in MATCHED:
            yield _result(work, table, is_new=is_new)


def _result(work: Work, table: str, *, is_new: bool) -> dg.MaterializeResult[Any]:
    metadata = metadata_of(work.con, table, Built(is_new), is_sample=work.is_sample)
    return dg.MaterializeResult(asset_key=key_of(table), metadata=metadata)


QUERIES = [sql_asset(table) for table, model in models.models().items() if model.sql]
