"""Starts a run of the market job in this process, recorded in the instance of `dagster_home/`.

Belongs here: the instance, the run's configuration, and what is said when it fails. Does not belong
here: the job (`pipelines.defs`), or options and exit codes (`pipelines.cli`).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.instance import CONFIG, prepare_home
from pipelines.options import words_of_io
from pipelines.progress import Reporter, own_stderr, use_reporter

if TYPE_CHECKING:
    from dagster import DagsterInstance

OURS = ("pipelines.", "scrapers.", "warehouse.", "expectations.")
PID_TAG = "hiring_signal/pid"


_UNPUBLISHED = "Nothing was published; what was published stands."
_PUBLISHED = "The publication is in place all the same; the next run does what was left."


class LaunchError(RuntimeError):
    """A run that did not publish; the message says why and what to do."""


def known_sources() -> tuple[str, ...]:
    """Names of the sources that a run can ask."""
    from pipelines.observe import SOURCES

    return SOURCES


def launch(settings: Mapping[str, Any], *, is_quiet: bool) -> str:
    """Run the whole job.

    Args:
        settings: Fields of `RunSettings`.
        is_quiet: Whether to leave stages unreported.

    Returns:
        The run's id in Dagster.

    Raises:
        LaunchError: A stage or a blocking check failed, or another run has the DATA folder.
    """
    home = prepare_home()

    from pipelines.definitions import defs
    from pipelines.defs.jobs import MARKET_JOB
    from pipelines.event_log import kept_open
    from pipelines.settings import FolderError, RunSettings, try_folder

    # Dagster's log goes to its instance, where the UI shows it; the console has our own lines.
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="dagster")
    plan = RunSettings(**settings).plan()
    try:
        try_folder(plan)
    except FolderError as error:
        raise LaunchError(str(error)) from error
    before = _published(plan.data)
    with (
        own_stderr() as console,
        _instance(home) as instance,
        kept_open(instance),
    ):
        told = Reporter(console, is_quiet=is_quiet)
        use_reporter(told)
        _end_orphans(instance, MARKET_JOB)
        job = defs().resolve_job_def(MARKET_JOB)
        # Normalising shows two stages in one step, as publishing does.
        told.expect(len(job.nodes) + 2)
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags={PID_TAG: str(os.getpid())},
            run_config={
                "resources": {"settings": {"config": dict(settings)}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
        if not result.success:
            stands = _UNPUBLISHED if _published(plan.data) == before else _PUBLISHED
            raise LaunchError(f"{_why(result)}\n{stands}")
        return result.run_id


def _published(data: Path) -> str | None:
    """What `published` leads to."""
    link = data / "published"
    return os.readlink(link) if link.is_symlink() else None


def _instance(home: Path) -> DagsterInstance:
    """Dagster's instance, which does not copy what steps print where its owner does not want it.

    For the copy Dagster has four processes beside each step. They get a Ctrl-C too, and answer it
    with pages of source code.
    """
    from dagster import DagsterInstance
    from dagster._core.instance.ref import InstanceRef

    said = yaml.safe_load((home / CONFIG).read_text(encoding="utf-8")) or {}
    if "compute_logs" in said:
        return DagsterInstance.get()
    no_copy = {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
    reference = InstanceRef.from_dir(str(home), overrides={"compute_logs": no_copy})
    return DagsterInstance.from_ref(reference)


def _end_orphans(instance: Any, job: str) -> None:
    """Runs whose process was killed would stay "started" for ever."""
    import dagster as dg

    started = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(started):
        pid = run.tags.get(PID_TAG)
        if pid and not Path(f"/proc/{pid}").exists():
            instance.report_run_failed(run, "its process is gone")


def _why(result: Any) -> str:
    """What failed, in the words of the one who must mend it."""
    lines: list[str] = []
    last_resort = ""
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.event_specific_data
            if not check.passed and check.severity.value == "ERROR":
                table = check.asset_key.to_user_string().replace("/", ".")
                lines.append(f"check {check.check_name} of {table} failed: {check.description}")
                guards = check.metadata.get("what to do")
                if guards is not None:
                    lines.append(f"  {guards.value}")
        elif event.event_type_value == "STEP_FAILURE":
            error = _root(event.event_specific_data.error)
            if error.cls_name != "DagsterAssetCheckFailedError":
                lines.append(_words(error))
        elif event.event_type_value in ("RESOURCE_INIT_FAILURE", "PIPELINE_FAILURE"):
            error = getattr(event.event_specific_data, "error", None)
            if error is not None:
                last_resort = _words(_root(error))
    if not lines and last_resort:
        lines.append(last_resort)
    if not lines:
        lines.append("the run failed; the Dagster UI (hiring-signal up) shows where")
    return "\n".join(dict.fromkeys(lines))


def _root(error: Any) -> Any:
    """The first error below Dagster's own: ours says more than what lies beneath it."""
    while error.cause is not None and error.cls_name.startswith("Dagster"):
        error = error.cause
    return error


def _words(error: Any) -> str:
    """What an error says, without the path of its class."""
    if error.cls_name == "DagsterExecutionInterruptedError":
        return "interrupted"
    text: str = error.message.strip()
    if error.cls_name in ("IOException", "OSError", "PermissionError"):
        return words_of_io(text)
    prefix, _, rest = text.partition(": ")
    return rest if rest and prefix.endswith(error.cls_name) and prefix.startswith(OURS) else text
