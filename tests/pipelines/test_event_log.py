"""Events of a run are all kept, and seen by others while it goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from pipelines.event_log import kept_open


@dg.asset
def thing() -> None:
    """Something."""


@dg.asset_check(asset=thing)
def thing_is_there() -> dg.AssetCheckResult:
    """It is."""
    return dg.AssetCheckResult(passed=True)


def run(instance: dg.DagsterInstance) -> str:
    return dg.materialize([thing, thing_is_there], instance=instance).run_id


def kinds(home: Path, run_id: str) -> list[str]:
    with dg.DagsterInstance.local_temp(str(home)) as other:
        return [str(entry.dagster_event_type) for entry in other.all_logs(run_id)]


def test_the_same_events_are_kept(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        expected = kinds(tmp_path, run(instance))
        with kept_open(instance):
            run_id = run(instance)
            assert kinds(tmp_path, run_id) == expected  # another process can read them already
        assert kinds(tmp_path, run_id) == expected
        assert len(kinds(tmp_path, run(instance))) == len(expected)  # as before afterwards
        executions = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(thing.key, "thing_is_there"), limit=5
        )
        assert len(executions) == 3


def test_few_files_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = sqlite3.connect

    def counting(database: object, *rest: object, **more: object) -> sqlite3.Connection:
        opened.append(database)
        return connect(database, *rest, **more)  # type: ignore[call-overload, no-any-return]

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance, kept_open(instance):
        run(instance)
        monkeypatch.setattr("sqlite3.dbapi2.connect", counting)
        monkeypatch.setattr("sqlite3.connect", counting)
        run(instance)
    of_events = [name for name in map(str, opened) if "/history/runs/" in name]
    assert len(of_events) < 10  # it was one for each of some thirty events, and more


def test_an_instance_that_keeps_events_elsewhere_is_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        before = instance.event_log_storage._connect  # type: ignore[attr-defined]
        with kept_open(instance):
            assert instance.event_log_storage._connect == before  # type: ignore[attr-defined]
            run(instance)
