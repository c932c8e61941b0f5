"""What a person sees while something long works."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pipelines import progress
from pipelines.observe import Heard, _Listener, run_spider
from pipelines.progress import Reporter, Stage
from pipelines.settings import Plan
from scrapers.landing import BoardObservation
from tests.scrapers.server import as_json, serve

ESCAPE = "\x1b"


class Terminal(io.StringIO):
    """A file that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def seen(
    file: io.StringIO, *, is_quiet: bool = False, width: int = 100, term: str = "xterm-256color"
) -> str:
    console = Console(file=file, width=width, _environ={"TERM": term})
    told = Reporter(console, is_quiet=is_quiet)
    told.expect(12)
    with told.stage("load") as stage:
        for done in range(4):
            stage.advance(done, 2_000, "lever/[red]x.jsonl")
            stage.part("lever", done, 40, "12 requests")
        if stage._bar is not None:
            stage._bar.refresh()
        stage.part_is_done("lever")
        assert stage._bar is None or stage._bar.tasks[0].total == 2_000
        stage.found = "16,485 new lines [bold]"
    return file.getvalue()


def test_a_terminal_shows_counts_and_the_stage_of_how_many() -> None:
    text = seen(Terminal())
    assert ESCAPE in text
    for said in ("1/12", "3 of 2,000", "lever/[red]x.jsonl", "12 requests"):
        assert said in text
    assert text.rstrip().endswith("16,485 new lines [bold]")


def test_time_left_is_shown_once_it_can_be_told() -> None:
    bar = Reporter(Console(file=Terminal(), _environ={"TERM": "xterm"}), is_quiet=False)
    kinds = {type(column).__name__ for column in bar._columns()}
    assert {"TimeRemainingColumn", "_Count", "BarColumn"} <= kinds


@pytest.mark.parametrize("file", [io.StringIO(), Terminal()])
def test_elsewhere_lines_are_plain(file: io.StringIO) -> None:
    """A file, and a terminal that can't move its cursor."""
    text = seen(file, term="dumb")
    assert ESCAPE not in text
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "load 0.0 s 16,485 new lines [bold]"
    ]


def test_colours_that_are_forced_make_no_bars_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, _environ={"FORCE_COLOR": "1"})
    assert not Reporter(console, is_quiet=False).is_moving


def test_quiet_says_nothing() -> None:
    assert seen(io.StringIO(), is_quiet=True) == ""
    assert seen(Terminal(), is_quiet=True) == ""


def test_without_a_terminal_a_long_stage_says_now_and_then_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_S", 0.0)
    file = io.StringIO()
    stage = Stage("observe", say=Console(file=file, width=100))
    stage.advance(3, 25, "lever: 40 requests")
    stage.tell("Parquet")
    assert file.getvalue().splitlines() == [
        "  observe: 3 of 25, lever: 40 requests",
        "  observe: at work, Parquet",
    ]


def test_a_narrow_terminal_has_one_line_for_each_stage() -> None:
    text = seen(Terminal(), width=60)
    lines = [line for line in text.replace("\r", "\n").splitlines() if "2,000" in line]
    assert lines
    assert "x.jsonl" not in text


def test_how_far_a_spider_is_is_read_off_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "lever"
    folder.mkdir(parents=True)
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "lever.csv").write_text("board,company,country\na,A,US\nb,B,US\n")
    listener = _Listener(Plan("live", tmp_path, boards=boards), "lever", None, "stem")
    assert listener.hear() is None
    partial = folder / "stem.jsonl.partial"
    posting = b'{"source":"lever","kind":"posting","title":"\\"kind\\":\\"board\\""}\n'
    partial.write_bytes(posting * 3 + b'{"source":"lever","kind":"post')
    assert listener.hear() == Heard("lever", 0, 0, 2, 3)
    (folder / "stem.jsonl.answers").write_text("17")
    board = BoardObservation(
        source="lever", board="a", observed_at="2026-10-01T06:00:00Z", state="ok", url="u"
    )
    partial.write_bytes(posting * 4 + board.model_dump_json().encode() + b"\n")
    assert listener.hear() == Heard("lever", 17, 1, 2, 4)


def test_a_spider_says_how_many_answers_it_has_had(tmp_path: Path) -> None:
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "lever.csv").write_text("board,company,country\nacme,Acme,US\n")
    origins = tmp_path / "origins.yaml"
    answers = tmp_path / "answers"
    with serve() as site:
        origins.write_text(f"https://*.lever.co: {site.origin}\n")
        site.routes["/v0/postings/acme?mode=json"] = as_json([])
        settings = {"BOARDS_DIR": boards, "ORIGINS_FILE": origins, "PROGRESS_FILE": answers}
        done: subprocess.CompletedProcess[str] = run_spider(
            "lever", settings, tmp_path / "out.jsonl", cwd=tmp_path
        )
    assert done.returncode == 0, done.stderr
    assert int(answers.read_text()) >= 1


def test_bars_move_though_steps_have_their_output_turned_into_a_file() -> None:
    code = (
        "import os\n"
        "from pipelines.progress import Reporter, own_stderr\n"
        "with own_stderr() as console:\n"
        "    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)\n"
        "    print(Reporter(console, is_quiet=False).is_moving)\n"
    )
    ours, theirs = pty.openpty()
    try:
        for stream, is_moving in ((theirs, "True"), (subprocess.DEVNULL, "False")):
            done = subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "TERM": "xterm"},
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                timeout=60,
                check=True,
            )
            assert done.stdout.strip() == is_moving
    finally:
        os.close(ours)
        os.close(theirs)
