"""Dagster's instance: where runs are recorded, and making it without a race.

Belongs here: `dagster_home/`. Does not belong here: what is recorded (`pipelines.launch`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import yaml

HOME = Path(__file__).resolve().parent.parent / "dagster_home"
HOME_VARIABLE = "DAGSTER_HOME"
CONFIG = "dagster.yaml"
STORES = ("history", "schedules")
"""Folders of the SQLite files that Dagster makes on first use."""

_OWN_STORAGE = {"storage", "run_storage", "event_log_storage", "schedule_storage"}


def prepare_home() -> Path:
    """Make sure that Dagster's instance is there, whole, before anything uses it.

    Dagster makes its SQLite files in several steps on first use: two processes that begin together,
    or one that is killed meanwhile, leave files that no later run can open. So they are made aside,
    by one process at a time, and moved into place.

    Returns:
        The instance's folder: DAGSTER_HOME, else the project's `dagster_home/`, which it is set to.
    """
    home = Path(os.environ.setdefault(HOME_VARIABLE, str(HOME))).resolve()
    home.mkdir(parents=True, exist_ok=True)
    config = home / CONFIG
    if not config.exists():
        shutil.copy(HOME / CONFIG, config)
    if _OWN_STORAGE & set(yaml.safe_load(config.read_text(encoding="utf-8")) or {}):
        return home
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((home / store).exists() for store in STORES):
            _make_stores(home)
    return home


def _make_stores(home: Path) -> None:
    import dagster as dg

    with tempfile.TemporaryDirectory(prefix=".new-", dir=home) as folder:
        shutil.copy(home / CONFIG, folder)
        with dg.DagsterInstance.from_config(folder):
            pass
        for store in STORES:
            if not (home / store).exists():
                (Path(folder) / store).rename(home / store)
