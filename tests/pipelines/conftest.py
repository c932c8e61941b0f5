"""The command line as a person runs it: a process of its own, with an instance of its own.

Belongs here: running `hiring-signal`, and small markets to replay. Does not belong here: what a run
must give (the tests).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest

from scrapers.market.write import write_market

F = TypeVar("F", bound=Callable[..., Any])
Run = subprocess.CompletedProcess[str]
Command = Callable[..., Run]

# One worker runs the sample market, once.
ON_SAMPLE = pytest.mark.xdist_group("sample")


def ON_CAPTURES(test: F) -> F:  # noqa: N802 - a mark, as the one above
    """One worker replays the real captures, once; it takes a minute and a half."""
    return pytest.mark.shared(pytest.mark.xdist_group("captures")(test))


PROGRAM = [sys.executable, "-c", "from pipelines.cli import main; main()"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a Dagster instance that no other test process has."""
    folder = tmp_path_factory.mktemp("dagster_home")
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    names = {name: value for name, value in os.environ.items() if "HIRING_SIGNAL" not in name}
    return {**names, "DAGSTER_HOME": str(folder), "COLUMNS": "200"}


@pytest.fixture(scope="session")
def command(home: dict[str, str]) -> Command:
    """Runs `hiring-signal` with the given words."""

    def run(*words: str | Path, stdin: bytes | None = None, cwd: Path | None = None) -> Run:
        done = subprocess.run(
            [*PROGRAM, *map(str, words)],
            input=stdin,
            cwd=cwd,
            env=home,
            capture_output=True,
            timeout=600,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample market of some hundred adverts."""
    folder = tmp_path_factory.mktemp("market") / "captures"
    write_market(folder, scale=0.05)
    return folder


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A DATA folder with the sample market in it, published."""
    data = tmp_path_factory.mktemp("sample") / "data"
    done = command("run", "--sample", "--data", data)
    assert done.returncode == 0, done.stderr
    assert "SAMPLE MARKET" in done.stdout
    return data


@pytest.fixture(scope="session")
def captures(shared: Path, tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A DATA folder with the real captures replayed into it."""
    data = tmp_path_factory.mktemp("captures") / "data"
    done = command("run", "--quiet", "--replay", shared / "captures", "--data", data)
    assert done.returncode == 0, done.stderr
    return data


def published(data: Path) -> dict[str, list[Any]]:
    """Every row that readers can see, by table."""
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        tables = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()
        return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in tables}


def archived_with(data: Path, query: str) -> set[str]:
    """Members of the archive's zips that hold one of the names that a query gives."""
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        names = [name for (name,) in con.execute(query).fetchall() if name]
    assert names
    one_of_them = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    found = set()
    for path in (data / "archive").glob("*.zip"):
        with zipfile.ZipFile(path) as opened:
            texts = {member: opened.read(member).decode() for member in opened.namelist()}
        found |= {f"{path.name} {name}" for name, text in texts.items() if one_of_them.search(text)}
    return found
