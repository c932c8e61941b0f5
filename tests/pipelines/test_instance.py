"""Dagster's instance is made once, whole, however many begin together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

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
