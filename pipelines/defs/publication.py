"""The publication: everything that readers see, swapped in whole.

Belongs here: the last step. Does not belong here: what is in a publication (`warehouse.publish`).
"""

from typing import Any

import dagster as dg

from pipelines.forget import drop_publications
from pipelines.observe import end_crawl
from pipelines.progress import reporter
from pipelines.publication import data_docs_annex, run_facts
from pipelines.settings import RunSettings
from pipelines.tables import OWNERS, at_work, key_of, report_link
from warehouse import database, models
from warehouse.publish.swap import publish

# Every table: a check that blocks on any of them blocks the publication too.
EVERYTHING = [key_of(table) for table in models.models()]


@dg.asset(
    deps=EVERYTHING,
    group_name="publication",
    owners=OWNERS,
    kinds={"duckdb", "csv", "html"},
    metadata=report_link("publication"),
    description="The published warehouse, CSVs, data package, report, Data Docs and run.json.",
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
