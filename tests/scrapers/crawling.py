"""Whole crawls, as a person would run them.

Belongs here: the command line of a crawl, and reading what it landed. Does not belong here: servers
(`server`), or what a crawl of one source is told.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapers.landing import BoardObservation, Line, read_line

ENVIRONMENT_OF_SCRAPY = {"SCRAPY_SETTINGS_MODULE": "scrapers.settings"}


def origins_file(folder: Path, origins: Mapping[str, str]) -> Path:
    """A file that says where each origin is served."""
    path = folder / "origins.yaml"
    path.write_text("".join(f"{origin}: {there}\n" for origin, there in origins.items()))
    return path


def words_of(spider: str, out: Path, boards: str | None, settings: Mapping[str, Any]) -> list[str]:
    """The command line of a crawl."""
    words = [sys.executable, "-m", "scrapy", "crawl", spider, "-O", str(out)]
    words += ["-a", f"boards={boards}"] if boards else []
    for name, value in settings.items():
        words += ["-s", f"{name}={value}"]
    return words


def crawled(words: list[str], out: Path) -> list[Line]:
    """Run a crawl to its end, and read what it landed."""
    done = subprocess.run(
        words,
        check=False,
        cwd=out.parent,
        # The environment of the moment: a test may have changed it.
        env={**os.environ, **ENVIRONMENT_OF_SCRAPY},
        timeout=120,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [read_line(line) for line in out.read_bytes().splitlines()]


def by_board(lines: list[Line]) -> dict[str, BoardObservation]:
    """What came of each board."""
    return {line.board: line for line in lines if isinstance(line, BoardObservation)}
