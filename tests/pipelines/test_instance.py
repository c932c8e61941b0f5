"""Dagster's instance is made once, whole, however many begin together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from pipelines.instance import prepare_home
from pipelines.launch import LaunchError, _instance, launch

PREPARE = [sys.executable, "-c", "from pipelines.instance import prepare_home; prepare_home()"]


def test_processes_that_begin_together_make_one_instance(tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path / "home")}
    running = [subprocess.Popen(PREPARE, env=environment) for _ in range(3)]
    assert [process.wait(120) for process in running] == [0, 0, 0]
    with dg.DagsterInstance.from_config(str(tmp_path / "home")) as instance:
        assert instance.get_runs_count() == 0
        assert not instance.telemetry_enabled
    assert not list((tmp_path / "home").glob(".new-*"))


def test_an_instance_with_a_store_of_its_own_is_left_alone(tmp_path: Path) -> None:
    config = "storage:\n  sqlite:\n    base_dir: elsewhere\n"
    (tmp_path / "dagster.yaml").write_text(config)
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path)}
    subprocess.run(PREPARE, env=environment, check=True, timeout=120)
    assert [path.name for path in tmp_path.iterdir()] == ["dagster.yaml"]


def test_steps_have_no_processes_beside_them_but_where_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those would answer a Ctrl-C with a traceback."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    home = prepare_home()
    with _instance(home) as instance:
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
    with (home / "dagster.yaml").open("a") as config:
        config.write(
            "compute_logs:\n  module: dagster.core.storage.local_compute_log_manager\n"
            f"  class: LocalComputeLogManager\n  config:\n    base_dir: {tmp_path}/logs\n"
        )
    with _instance(home) as instance:
        assert type(instance.compute_log_manager).__name__ == "LocalComputeLogManager"


@pytest.mark.parametrize(
    ("is_published", "said"), [(False, "Nothing was published"), (True, "is in place all the same")]
)
def test_a_run_that_fails_says_whether_it_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_published: bool, said: str
) -> None:
    class Job:
        nodes = ()

        def execute_in_process(self, **_: object) -> SimpleNamespace:
            if is_published:
                (tmp_path / "data" / "published").symlink_to("publications/000001")
            return SimpleNamespace(success=False, all_events=[])

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "pipelines.definitions.defs", lambda: SimpleNamespace(resolve_job_def=lambda _: Job())
    )
    with pytest.raises(LaunchError, match=said):
        launch({"mode": "sample", "data": str(tmp_path / "data")}, is_quiet=True)
