"""Small faults of what is given to a run: each has a message of its own and breaks nothing else.

Belongs here: wrong board lists, empty folders, days without an answer, figures beyond all bounds.
Does not belong here: whole runs (`test_run`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import WORLD_FILE, FolderError, Plan, try_folder, world_of
from pipelines.tables import NothingObservedError, _check_day
from scrapers.origins import SAMPLE_LINE
from tests.pipelines.conftest import Command
from warehouse import models
from warehouse.load import load_file

Line = dict[str, Any]
ENVELOPE = {"source": "toy", "board": "top", "observed_at": "2026-10-01T06:00:00Z"}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def load(con: duckdb.DuckDBPyConnection, folder: Path, *lines: Line) -> None:
    path = folder / "toy.jsonl"
    path.write_text("".join(json.dumps(ENVELOPE | line) + "\n" for line in lines))
    load_file(con, path, "toy/toy.jsonl")


def asked(**more: Any) -> Line:
    return {"kind": "board", "state": "ok", "url": "https://toy.example/top", **more}


def test_where_nothing_is_complete_the_newest_reasons_are_said(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    older = [
        asked(board=f"b{n}", state="failed", reason=f"HTTP 50{n}", observed_at=f"2026-09-0{n}")
        for n in range(1, 7)
    ]
    for line in older:
        line["observed_at"] += "T06:00:00Z"
    newest = asked(board="z", state="truncated", observed_at="2026-10-02T06:00:00Z")
    load(con, tmp_path, *older, newest)
    with pytest.raises(NothingObservedError) as caught:
        _check_day(con, date(2026, 10, 2))
    said = str(caught.value)
    assert said.startswith("no source answered: toy z: truncated; toy b6: HTTP 506; toy b5: ")
    assert "toy b3: HTTP 503" in said
    assert "toy b2" not in said


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "model", "model_id": "m/two", "rank": 1, "downloads": 10**30},
        {"kind": "model", "model_id": "m/two", "rank": 1, "downloads": -1},
        {"kind": "model", "model_id": "m/two", "rank": 1, "likes": 2**63},
        {"kind": "model", "model_id": "m/two", "rank": 10**30},
        {"kind": "page", "url": "https://toy.example/2", "http_status": 2**31}
        | {"payload_digest": "d"},
        asked(board="other", http_status=10**30),
        asked(board="other", http_status=-1),
        asked(board="other", rows_seen=2**31),
    ],
)
def test_a_figure_that_no_column_holds_is_a_refused_line(
    fault: Line, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    good = {"kind": "model", "model_id": "m/one", "rank": 0, "downloads": 2**63 - 1, "likes": 0}
    load(con, tmp_path, good, fault, asked(http_status=200, rows_seen=2**31 - 1))
    assert con.execute("SELECT model_id, downloads FROM raw.models").fetchall() == [
        ("m/one", 2**63 - 1)
    ]
    assert con.execute("SELECT board, rows_seen FROM raw.boards").fetchall() == [("top", 2**31 - 1)]
    [(stage, reason)] = con.execute("SELECT stage, reason FROM raw.refused").fetchall()
    assert stage == "load"
    assert "line 2 of the landing file" in reason


def test_a_run_of_what_was_kept_does_not_say_which_market_a_folder_is_for(
    command: Command, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    done = command("run", "--kept", "--data", data)
    assert done.returncode == 1
    assert "nothing was observed" in done.stderr
    assert not (data / WORLD_FILE).exists()
    try_folder(Plan(mode="sample", data=data))
    assert world_of(data) == "sample"


def test_a_folder_with_a_market_is_kept_for_it(tmp_path: Path) -> None:
    try_folder(Plan(mode="live", data=tmp_path))
    try_folder(Plan(mode="kept", data=tmp_path))
    assert world_of(tmp_path) == "real"
    with pytest.raises(FolderError, match="real market"):
        try_folder(Plan(mode="sample", data=tmp_path))


def test_what_the_served_market_says_is_a_sample(tmp_path: Path) -> None:
    origins = tmp_path / "market.yaml"
    origins.write_text(f"{SAMPLE_LINE}https://api.acme.example: http://127.0.0.1:8001\n")
    data = tmp_path / "data"
    served = Plan(mode="live", data=data, origins=origins)
    assert served.is_sample
    try_folder(served)
    try_folder(Plan(mode="kept", data=data))
    assert Plan(mode="kept", data=data).is_sample
    for other in (Plan(mode="sample", data=data), Plan(mode="live", data=data)):
        with pytest.raises(FolderError, match="another folder"):
            try_folder(other)
    origins.write_text("https://api.acme.example: http://127.0.0.1:8001\n")
    assert not Plan(mode="live", data=data, origins=origins).is_sample, "a mirror is the world"


@pytest.mark.parametrize("name", ["bambohr", "hackernews", "Lever"])
def test_a_board_list_of_no_platform_is_wrong_usage(
    name: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "lists").mkdir()
    for platform in (name, "ashby"):
        text = "board,company,country\nacme,Acme,US\n"
        (tmp_path / "lists" / f"{platform}.csv").write_text(text)
    done = command("run", "--boards", tmp_path / "lists", "--data", tmp_path / "data")
    assert done.returncode == 2
    said = "".join(done.stderr.replace("│", " ").split())  # as it was before it was framed
    assert f"lists/{name}.csv" in said
    assert "bamboohr,greenhouse" in said
    assert "hackernews" not in said.replace(name, "")
    assert not (tmp_path / "data").exists()
