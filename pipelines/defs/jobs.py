"""The job for the whole, and its schedule.

Belongs here: when what is run. Does not belong here: what the steps do.
"""

from __future__ import annotations

import os

import dagster as dg

from pipelines.settings import MODE_VARIABLE, data_folder, world_of

MARKET_JOB = "market"

market = dg.define_asset_job(
    MARKET_JOB,
    selection=dg.AssetSelection.all(),
    description="Observe, load, normalise, check, judge and publish.",
    executor_def=dg.in_process_executor,
)


@dg.schedule(
    job=market,
    cron_schedule="17 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day at 05:17 UTC: boards change little over a day, and threads monthly.",
)
def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One live run a day; the sample market where DATA holds it, or as HIRING_SIGNAL_MODE says."""
    kept = "sample" if world_of(data_folder()) == "sample" else "live"
    mode = os.environ.get(MODE_VARIABLE) or kept
    return dg.RunRequest(
        run_key=f"{context.scheduled_execution_time:%Y-%m-%d}",
        run_config={"resources": {"settings": {"config": {"mode": mode}}}},
    )
