"""The publication: everything that readers see, swapped in whole, and the log of what moved.

Belongs here: the last two steps. Does not belong here: what is in a publication
(`warehouse.publish`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.forget import drop_publications
from pipelines.notify import notify
from pipelines.observe import end_crawl
from pipelines.progress import reporter
from pipelines.publication import data_docs_annex, made_now, run_facts
from pipelines.settings import RunSettings
from pipelines.tables import OWNERS, Built, at_work, key_of, metadata_of, report_link, spec_of
from warehouse import database, models
from warehouse.publish.changes import TABLE, renew_log
from warehouse.publish.swap import add_to_run, publish

# Every table: a check that blocks on any of them blocks the publication too.
EVERYTHING = [key_of(table) for table in models.models()]


@dg.multi_asset(
    name="figure_changes",
    specs=[spec_of(TABLE, deps=[key_of(read) for read in models.models()[TABLE].reads])],
)
def figure_changes(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> Iterator[dg.MaterializeResult[Any]]:
    """Find the published figures that moved since the last publication, and why."""
    with at_work(context, settings, "changes") as work:
        new = renew_log(work.con, work.data, made_now(work))
        work.stage.found = f"{new:,} new rows" if new else "nothing moved"
        yield dg.MaterializeResult(
            asset_key=key_of(TABLE),
            metadata=metadata_of(work.con, TABLE, Built(new > 0), is_sample=work.is_sample),
        )


@dg.asset(
    deps=EVERYTHING,
    group_name="publication",
    owners=OWNERS,
    kinds={"duckdb", "csv", "html"},
    metadata=report_link("publication"),
    description="All that readers see: warehouse, CSVs, SQLite, report, archive, Data Docs.",
)
def publication(
    context: dg.AssetExecutionContext, settings: RunSettings
) -> dg.MaterializeResult[Any]:
    """Publish, when every blocking check has passed."""
    plan = settings.plan()
    with at_work(context, settings, "publish (facts)") as work:
        facts = run_facts(work, plan, context.run_id)
        data_docs = data_docs_annex(work)
    with reporter().stage("publish") as stage:
        result = publish(
            plan.data / database.FILE, plan.data, facts, annexes=[data_docs], tell=stage.tell
        )
        stage.found = "new publication" if result.is_changed else "unchanged, kept"
        drop_publications(plan.data)
    with database.open_working(plan.data) as con:
        database.add_seconds(con, context.run_id, "publish", stage.seconds)
    end_crawl(plan.data)
    if result.is_changed and (told := notify(plan.data, warn=context.log.warning)):
        add_to_run(result.path, {"webhook": told})
    return dg.MaterializeResult(
        metadata={
            "publication": result.publication_id,
            "is_changed": result.is_changed,
            "report": dg.MetadataValue.path(str(plan.data / "published" / "index.html")),
            "rows": dg.MetadataValue.json(result.rows),
            "rows_in_all": sum(result.rows.values()),
            "seconds": round(stage.seconds, 3),
            "bytes": sum(path.stat().st_size for path in result.path.rglob("*") if path.is_file()),
        }
    )
