"""Sources: one asset each, all asked in one step so that they wait for their servers together.

Belongs here: landing. Does not belong here: what a spider does (`scrapers`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.observe import SOURCES, SPIDERS, counts, observe, preview
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
    with reporter().stage("observe") as stage:
        for done, result in enumerate(observe(plan, known), 1):
            stage.advance(done, len(SOURCES))
            metadata: dict[str, Any] = {"state": result.state, "reason": result.reason or ""}
            if result.path is not None:
                metadata["lines"] = counts(result.path)
                metadata["preview"] = dg.MetadataValue.json(preview(result.path))
                metadata["file"] = dg.MetadataValue.path(str(result.path))
            if result.state == "failed":
                context.log.warning("%s: %s", result.source, result.reason)
            if result.state != "absent":
                stage.found += f"{result.source} {result.state}  "
            yield dg.MaterializeResult(asset_key=["landing", result.source], metadata=metadata)
    with database.open_working(plan.data) as con:
        database.add_seconds(con, context.run_id, "observe", stage.seconds)
