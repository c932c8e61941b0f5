"""A spider lives as long as the one who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import cast
from unittest.mock import MagicMock

import pytest

from pipelines import observe as observing
from pipelines.observe import Landing, run_spider
from pipelines.settings import Plan
from tests.scrapers.server import Answer, as_json, serve


def settings(origins: Path, origin: str) -> dict[str, object]:
    origins.write_text(f"https://*.lever.co: {origin}\n")
    return {"ORIGINS_FILE": origins, "DOWNLOAD_DELAY": 0, "RETRY_BACK_OFF_S": 0}


def test_a_spider_that_is_done_ends_well(tmp_path: Path) -> None:
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "lever.csv").write_text("board,company,country\nacme,Acme,US\n")
    with serve() as site:
        job = {"id": "1", "text": "Engineer", "description": "Work."}
        site.routes["/v0/postings/acme?mode=json"] = as_json([job])
        told = {**settings(tmp_path / "o.yaml", site.origin), "BOARDS_DIR": boards}
        done = run_spider("lever", told, tmp_path / "out.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 2


def test_a_spider_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    asked = []

    def slow(_times: int) -> Answer:
        asked.append(time.monotonic())
        time.sleep(0.5)
        return as_json([])

    boards = tmp_path / "boards"
    boards.mkdir()
    rows = "".join(f"b{n},B,US\n" for n in range(60))
    (boards / "lever.csv").write_text(f"board,company,country\n{rows}")
    with serve() as site:
        for n in range(60):
            site.routes[f"/v0/postings/b{n}?mode=json"] = slow
        told = {**settings(tmp_path / "o.yaml", site.origin), "BOARDS_DIR": boards}
        program = (
            "from pathlib import Path; from pipelines.observe import run_spider; "
            f"run_spider('lever', { ({k: str(v) for k, v in told.items()})!r}, "
            f"Path({str(tmp_path / 'out.jsonl')!r}), cwd=Path({str(tmp_path)!r}))"
        )
        with subprocess.Popen([sys.executable, "-c", program]) as run:
            until = time.monotonic() + 60
            while len(asked) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            os.kill(run.pid, signal.SIGKILL)
        time.sleep(1.5)
        before = len(asked)
        time.sleep(2)
        assert 2 <= len(asked) == before


def test_after_an_interrupt_no_further_source_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_plan: Plan, source: str, *_: object) -> Landing:
        asked.append(source)
        time.sleep(0.05)
        return Landing(source, "asked")

    monkeypatch.setattr(observing, "_observe_source", ask)
    monkeypatch.setattr(observing, "LIVE_PARALLEL", 2)
    known = dict.fromkeys(observing.SOURCES, MagicMock())
    found = cast("Generator[Landing, None, None]", observing.observe(Plan("live", tmp_path), known))
    next(found)
    with pytest.raises(KeyboardInterrupt):
        found.throw(KeyboardInterrupt())
    assert len(asked) < len(observing.SOURCES) / 2
