"""Sources: one asset each, all asked in one step so that they wait for their servers together.

Belongs here: landing. Does not belong here: what a spider does (`scrapers`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.observe import SOURCES, SPIDERS, Heard, Landing, counts, observe, preview
from pipelines.previews import table
from pipelines.progress import reporter
from pipelines.settings import RunSettings
from pipelines.tables import OWNERS
from warehouse import database
from warehouse.load import known_of


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            key=["landing", source],
            group_name="sources",
            description=(SPIDERS[source].__doc__ or "").splitlines()[0],
            owners=OWNERS,
            kinds={"scrapy", "json"},
        )
        for source in SOURCES
    ]
)
def landing(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> Iterator[dg.MaterializeResult[Any]]:
    """Ask every source of the run and land what it says."""
    plan = settings.plan()
    with database.open_working(plan.data) as con:
        known = {source: known_of(con, source) for source in SOURCES}
    states: Counter[str] = Counter()
    with reporter().stage("observe") as stage:
        done, in_all = 0, len(plan.sources or SOURCES)

        def tell(heard: Heard) -> None:
            said = f"{heard.n_requests:,} requests, {heard.n_adverts:,} adverts"
            stage.part(heard.source, heard.n_boards, heard.n_boards_in_all, said)
            stage.advance(done, in_all, f"{heard.source}: {said}")

        for result in observe(plan, known, tell):
            stage.part_is_done(result.source)
            # A source that is not asked says nothing of how long the others take.
            if result.state == "absent":
                in_all -= result.source in (plan.sources or SOURCES)
            else:
                done += 1
            stage.advance(done, in_all)
            if result.state == "failed":
                context.log.warning("%s: %s", result.source, result.reason)
            if result.state != "absent":
                states[result.state] += 1
                stage.found = summary(states)
            yield dg.MaterializeResult(
                asset_key=["landing", result.source], metadata=_metadata(result)
            )
    with database.open_working(plan.data) as con:
        database.add_seconds(con, context.run_id, "observe", stage.seconds)


def summary(states: Mapping[str, int]) -> str:
    """What came of the sources in a few words: "24 sources asked, 1 failed".

    Args:
        states: How many sources are in which state; those that are absent left out.
    """
    shown = [f"{count:,} {state}" for state, count in sorted(states.items())]
    if not shown:
        return ""
    count, state = shown[0].split()
    first = f"{count} source{'' if count == '1' else 's'} {state}"
    return ", ".join([first, *shown[1:]])


def _metadata(result: Landing) -> dict[str, Any]:
    """What Dagster shows of a landing file: counts that it plots over time, and first rows."""
    said: dict[str, Any] = {"state": result.state, "reason": result.reason or ""}
    if result.path is None:
        return said
    found = counts(result.path)
    said |= {f"lines: {kind}": count for kind, count in sorted(found.items())}
    said["dagster/row_count"] = sum(found.values())
    said["bytes"] = result.path.stat().st_size
    said["file"] = dg.MetadataValue.path(str(result.path))
    rows = preview(result.path)
    if rows:
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[row.get(name) for name in names] for row in rows]
        said["preview"] = dg.MetadataValue.md(table(names, cells))
    return said
