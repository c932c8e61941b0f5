"""What Dagster is told: every table, check, source, and the job."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from expectations.catalogue import JUDGED, all_checks
from pipelines.definitions import defs
from pipelines.defs.jobs import MARKET_JOB, daily
from pipelines.observe import SOURCES
from tests.pipelines.conftest import PROGRAM
from warehouse import models


@pytest.fixture(scope="module")
def repository() -> dg.Definitions:
    return defs()


def test_every_source_table_and_the_publication_is_an_asset(repository: dg.Definitions) -> None:
    keys = {spec.key.to_user_string() for spec in repository.resolve_all_asset_specs()}
    assert keys == {
        *(f"landing/{source}" for source in SOURCES),
        *(table.replace(".", "/") for table in models.models()),
        "publication",
    }


def test_every_asset_says_what_it_is_and_whose(repository: dg.Definitions) -> None:
    for spec in repository.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.group_name in ("sources", "raw", "core", "out", "publication"), spec.key


def test_every_expectation_is_a_check_of_its_own_and_critical_ones_block(
    repository: dg.Definitions,
) -> None:
    graph = repository.resolve_asset_graph()
    found = {
        (key.asset_key.to_user_string().replace("/", "."), key.name): graph.get_check_spec(key)
        for key in graph.asset_check_keys
    }
    expected = {(table, check.name): check for table in JUDGED for check in all_checks(table)}
    assert set(found) == set(expected)
    for key, spec in found.items():
        assert spec.blocking == (expected[key].severity == "critical"), key
        assert (spec.description or "").startswith(expected[key].description)
        said = "nothing is published" if spec.blocking else "published all the same"
        assert said in (spec.description or "")


def test_the_publication_waits_for_every_table(repository: dg.Definitions) -> None:
    graph = repository.resolve_asset_graph()
    parents = graph.get(dg.AssetKey("publication")).parent_keys
    assert parents == {dg.AssetKey(table.split(".")) for table in models.models()}


def test_one_job_runs_all_of_it_every_day(repository: dg.Definitions) -> None:
    job = repository.resolve_job_def(MARKET_JOB)
    assert dg.AssetKey("publication") in job.asset_layer.selected_asset_keys
    [schedule] = repository.schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.cron_schedule == "17 5 * * *"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


@pytest.mark.parametrize(("variable", "mode"), [(None, "live"), ("sample", "sample")])
def test_the_schedule_asks_for_a_run_that_the_job_accepts(
    repository: dg.Definitions,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str | None,
    mode: str,
) -> None:
    # Else it is the mode of what lies in the checkout's own data folder.
    monkeypatch.setenv("HIRING_SIGNAL_DATA", str(tmp_path))
    monkeypatch.delenv("HIRING_SIGNAL_MODE", raising=False)
    if variable:
        monkeypatch.setenv("HIRING_SIGNAL_MODE", variable)
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 10, 31, 5, 17, tzinfo=UTC)
    )
    request = daily(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == "2026-10-31"
    assert request.run_config["resources"]["settings"]["config"]["mode"] == mode
    assert dg.validate_run_config(repository.resolve_job_def(MARKET_JOB), request.run_config)


def test_up_serves_on_loopback_and_ends_on_an_interrupt(home: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*PROGRAM, "up", "--port", str(port), "--report-port", "0"],
        env=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        answered = b""
        while not answered and time.monotonic() < deadline:
            assert process.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info") as answer:
                    answered = answer.read()
            except OSError:
                time.sleep(0.5)
        assert b"dagster_webserver_version" in answered
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
