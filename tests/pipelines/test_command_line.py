"""The command line itself: help, errors that say what to do, formats, completion.

Belongs here: what every command has in common. Does not belong here: what a command does
(`test_run`, `test_doctor`, …).
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from pipelines import cli
from pipelines.bench import parts
from pipelines.bench_calibration import CALIBRATION
from pipelines.doctor import Setup, examine
from pipelines.manual import page
from pipelines.observe import SOURCES
from pipelines.options import (
    claim_ids,
    examples_of,
    list_names,
    source_names,
    table_names,
    words_of,
)
from tests.pipelines.conftest import ON_SAMPLE, Command
from tests.pipelines.conftest import PROGRAM as AS_A_PERSON
from tests.publish.tables import build, change

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
ESCAPE = "\x1b"


class Done(NamedTuple):
    code: int
    out: str
    err: str


Main = Callable[..., Done]


@pytest.fixture
def main(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Main:
    """Runs the program in this process: importing it anew for each case would take a minute."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster_home"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["hiring-signal", *map(str, words)])
        code = 0
        with Path(os.devnull).open() as nothing:
            monkeypatch.setattr(sys, "stdin", nothing)
            try:
                cli.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Done(code, *capfd.readouterr())

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A DATA folder with a small publication."""
    folder = tmp_path / "there"
    (folder / "published").mkdir(parents=True)
    path = build(folder / "published" / "warehouse.duckdb")
    change(path, "ALTER TABLE out.claim_verdicts ADD is_sample BOOLEAN DEFAULT false")
    return folder


# --- help ----------------------------------------------------------------------------------------


def _commands() -> dict[str, TyperCommand]:
    found: dict[str, TyperCommand] = {}

    def walk(command: object, path: str) -> None:
        if isinstance(command, TyperGroup):
            for name, inner in command.commands.items():
                walk(inner, f"{path} {name}".strip())
        else:
            assert isinstance(command, TyperCommand)
            found[path] = command

    walk(typer.main.get_command(cli.app), "")
    return found


COMMANDS = _commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_how_it_ends_and_gives_an_example(
    name: str, main: Main
) -> None:
    done = main(*name.split(), "--help")
    assert done.code == 0
    text = COMMANDS[name].help or ""
    summary = text.partition("\n\n")[0]
    assert summary.endswith(".")
    assert "\n" not in summary.strip()
    assert "Exit status: 0 " in " ".join(text.split())
    assert examples_of(text)
    assert ESCAPE not in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_understood(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("captures", "trial", "crawl", "labels", "live"):
        (tmp_path / folder).mkdir()
    for file in ("jobs.csv", "jobs.yaml", "query.sql"):
        (tmp_path / file).touch()
    for example in examples_of(COMMANDS[name].help or ""):
        line = example.partition("hiring-signal ")[2]
        words = shlex.split(re.split(r" [<>|] ", line)[0])
        assert words[: len(name.split())] == name.split(), example
        # Parses what follows, and runs nothing.
        context = COMMANDS[name].make_context(name, words[len(name.split()) :])
        assert context.params is not None, example


def test_the_page_about_the_command_line_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_version_names_what_it_is_built_on(main: Main) -> None:
    done = main("--version")
    names = [line.split()[0] for line in done.out.splitlines()]
    assert names[:5] == ["hiring-signal", "method", "duckdb", "dagster", "scrapy"]
    assert f"duckdb {duckdb.__version__}" in done.out


# --- errors --------------------------------------------------------------------------------------

USAGE = [
    ("run --sample --live", "choose one of --sample, --replay"),
    ("run --as-of yesterday", "write it like 2026-01-31"),
    ("run --source levr", "did you mean lever?"),
    ("run --replay nowhere", "'nowhere' does not exist"),
    ("run --replay empty --boards wrong", "'monster' is no platform"),
    ("run --live --boards lacking", "needed: board, company, country"),
    ("run --live --origins broken.yaml", "can't be read as YAML"),
    ("run --live --origins odd.yaml", "is not an origin such as https://api.example"),
    ("run --depth 3", "No such option: --depth"),
    ("run extra", "'extra' does not exist"),
    ("run empty", "only --warc takes several paths"),
    ("run --data broken.yaml", "is a file"),
    ("run --format xml", "'table', 'json'"),
    ("run --warc nothing.warc", "'nothing.warc' does not exist"),
    ("import nowhere.csv --source x --map m", "'nowhere.csv' does not exist"),
    ("import t.csv --map m", "Missing option '--source'"),
    ("import t.csv --source x --map broken.yaml", "can't be read as YAML"),
    ("import t.csv --source lever --map broken.yaml", "give the table another name"),
    ("import t.csv --source A --map broken.yaml", "small letters"),
    ("import t.csv --source x --map ml_jobs", "the project has: "),
    ("import t.csv --source x --map ml_jobs_linkedin", "has no column"),
    ("import t.csv --source x --map m --observed-on soon", "2026-01-31"),
    ("import t.csv --source x --map ml_jobs_linkedin --observed-on 2999-01-01", "still to come"),
    ("forget", "give one of --posting"),
    ("forget --before 2020-13-01", "2026-01-31"),
    ("forget --posting x --data empty", "give the folder with --data"),
    ("sql x --memory much", "write it like 500MB or 2GB"),
    ("sql x --file t.csv", "either a query or --file"),
    ("sql x --timeout never", "'--timeout'"),
    ("claims --format xml", "'csv'"),
    ("score nowhere", "'nowhere' does not exist"),
    ("score empty --errors e.csv", "needs --data"),
    ("up --port 0", "greater than or equal to 1"),
    ("report --port 70000", "less than or equal to 65535"),
    ("doctor --origins nowhere.yaml", "does not exist"),
    ("bench --only pays", "did you mean pay?"),
    ("bench --only text --format markdown", "for calibration alone"),
    ("bench --only text --worlds 30", "for --only calibration alone"),
    ("boards list --source levr", "did you mean lever?"),
    ("boards check --boards nowhere", "does not exist"),
    ("boards add lever x", "Missing option '--company'"),
    ("boards add lever a/b --company X", "without escapes"),
    ("market serve --fault nosuch", "there are: 429"),
    ("market serve --day soon", "2026-01-31"),
    ("clams", "Did you mean 'claims'?"),
]
FAILURES = [
    ("run --kept --data worldless", "world.json: damaged; remove the file"),
    ("run --data blocked/data", "give another folder with --data"),
    ("sql --data empty", "run `hiring-signal run` first"),
    ("sql x --data empty", "run `hiring-signal run` first"),
    ("claims --data empty", "run `hiring-signal run` first"),
    ("findings --data empty", "run `hiring-signal run` first"),
    ("report --path --data empty", "run `hiring-signal run` first"),
    ("score empty", "holds none of frameworks.jsonl"),
    ("claims --data damaged", "then hiring-signal run --kept"),
    ("claims hire_ratio_two_to_on --data there", "is no claim"),
    ("sql 'FROM postins' --data there", 'Did you mean "postings"?'),
    ("sql 'DROP TABLE postings' --data there", "only reading statements"),
]


@pytest.fixture
def things(tmp_path: Path, data: Path) -> None:
    """What the cases below name."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "monster.csv").write_text("board,company,country\n")
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "lever.csv").write_text("nonsense\n")
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "odd.yaml").write_text("https://x.example: ftp://y.example")
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "worldless").mkdir()
    (tmp_path / "worldless" / "world.json").write_text("{broken")
    (tmp_path / "blocked").write_text("a file")
    (tmp_path / "damaged" / "published").mkdir(parents=True)
    (tmp_path / "damaged" / "published" / "warehouse.duckdb").write_text("garbage\n" * 900)


@pytest.mark.parametrize(("line", "says"), USAGE)
@pytest.mark.usefixtures("things")
def test_wrong_usage_says_what_is_right(line: str, says: str, main: Main) -> None:
    done = main(*shlex.split(line))
    said = " ".join(done.err.replace("│", " ").split())
    assert done.code == 2
    assert says in said
    assert "Traceback" not in done.err
    assert done.out == ""


@pytest.mark.parametrize(("line", "says"), FAILURES)
@pytest.mark.usefixtures("things")
def test_what_can_not_be_done_says_what_to_do(line: str, says: str, main: Main) -> None:
    done = main(*shlex.split(line))
    assert done.code == 1
    assert says in done.err
    assert "error: " in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("raised", "says"),
    [
        (OSError(28, "No space left on device", "/x/y"), "/x/y: the disk is full; free some space"),
        (PermissionError(13, "Permission denied", "/x"), "another folder with --data"),
        (duckdb.IOException("IO Error: Could not set lock on file"), "wait for that run"),
        (duckdb.IOException("IO Error: Could not write: No space left"), "the disk is full"),
        (MemoryError(), "not enough memory"),
        (KeyError("x\x1b[31m"), "HIRING_SIGNAL_TRACEBACK=1"),
    ],
)
def test_what_nobody_foresaw_is_said_in_words(
    raised: Exception, says: str, main: Main, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise raised

    monkeypatch.setattr("pipelines.show.show_verdicts", broken)
    done = main("claims", "--data", data)
    assert done.code == 1
    assert says in done.err
    assert "Traceback" not in done.err
    assert ESCAPE not in done.err
    monkeypatch.setenv("HIRING_SIGNAL_TRACEBACK", "1")
    with pytest.raises(type(raised)):
        main("claims", "--data", data)


def test_a_warehouse_that_is_open_elsewhere_is_named(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    holder = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('on', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(duckdb.IOException) as caught:
            duckdb.connect(str(path))
        found = {finding.name: finding for finding in examine(Setup(tmp_path))}
        other.stdin.close()
    assert words_of(caught.value).startswith("the warehouse is open for writing in another process")
    assert found["warehouse"].state == "warn"
    assert "another process" in found["warehouse"].said


# --- formats -------------------------------------------------------------------------------------


def test_claims_as_csv_and_json(main: Main, data: Path) -> None:
    rows = json.loads(main("claims", "--data", data, "--format", "json").out)
    table = list(csv.DictReader(io.StringIO(main("claims", "--data", data, "--format", "csv").out)))
    assert [row["claim_id"] for row in rows] == [row["claim_id"] for row in table] != []
    assert list(rows[0]) == list(table[0])


@ON_SAMPLE
def test_one_claim_as_json_has_all_that_is_published_of_it(sample: Path, command: Command) -> None:
    done = command("claims", "hire_tf_declining", "--format", "json", "--data", sample)
    claim = json.loads(done.stdout)
    assert claim["claim_id"] == "hire_tf_declining"
    assert claim["is_sample"] is True
    assert claim["sensitivity"]
    assert claim["evidence"][0].keys() >= {"cell", "company", "title", "url"}
    assert "claim_id" not in claim["parts"][0]


@ON_SAMPLE
def test_the_outcome_of_a_run_as_json_is_one_object_and_progress_is_beside_it(
    sample: Path, command: Command
) -> None:
    done = command("run", "--sample", "--data", sample, "--format", "json")
    said = json.loads(done.stdout)
    assert said["is_sample"] is True
    assert sum(said["verdicts"].values()) > 40
    assert said["sources"]["lever"]["state"] == "partial"
    assert said["checks"]["failed"] == []
    assert said["checks"]["passed"] > 500
    assert Path(said["paths"]["report"]).is_file()
    assert said["seconds"] > 0
    assert "publish" in done.stderr
    assert ESCAPE not in done.stderr
    quiet = command("run", "--sample", "--data", sample, "--format", "json", "--quiet")
    assert json.loads(quiet.stdout)["publication"] == said["publication"]
    assert quiet.stderr == ""


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_verdict_table_fits_its_terminal(
    width: int, main: Main, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(
        data / "published" / "warehouse.duckdb",
        "UPDATE out.claim_verdicts SET claim_id = 'paper_only_framework_2026', estimate = 185000, "
        "ci_low = 170000, ci_high = 206500 WHERE claim_id = "
        "(SELECT min(claim_id) FROM out.claim_verdicts WHERE verdict <> 'out_of_scope')",
    )
    monkeypatch.setattr(cli.console, "_width", width)
    lines = main("claims", "--data", data).out.splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.split()[:1] == ["paper_only_framework_2026"] for line in lines)
    assert any("employers" in line for line in lines) == (width >= 96)


def test_a_table_is_named_without_sql(main: Main, data: Path) -> None:
    short = main("sql", "postings", "--format", "csv", "--data", data)
    assert short.code == 0
    assert short.out == main("sql", "FROM postings", "--format", "csv", "--data", data).out


# --- completion ----------------------------------------------------------------------------------


def test_names_for_the_shell_are_those_that_there_are() -> None:
    from warehouse import models
    from warehouse.claims.registry import load_registry

    assert set(claim_ids()) == {claim.id for claim in load_registry()}
    assert set(source_names()) == set(SOURCES)
    assert set(list_names()) <= set(SOURCES)
    assert {name if "." in name else f"out.{name}" for name in table_names()} == {
        table for table in models.models() if not table.startswith("raw.")
    }
    assert set(cli._PARTS) == {*parts(), CALIBRATION}


PROGRAM = "import sys; sys.argv[0] = 'hiring-signal'; from pipelines.cli import main; main()"


@pytest.mark.parametrize(
    ("shell", "line", "offered"),
    [
        ("bash", "claims hire_tf_d", {"hire_tf_declining"}),
        ("bash", "run --source lev", {"lever"}),
        ("bash", "do", {"doctor"}),
        ("zsh", "sql claim_v", {"claim_verdicts", "claim_versions"}),
        ("fish", "boards list --source work", {"workday", "workable"}),
    ],
)
def test_a_shell_completes(shell: str, line: str, offered: set[str]) -> None:
    words = f"hiring-signal {line}"
    told = {
        "bash": {"COMP_WORDS": words, "COMP_CWORD": str(len(line.split()))},
        "zsh": {"_TYPER_COMPLETE_ARGS": words},
        "fish": {"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "_HIRING_SIGNAL_COMPLETE": f"complete_{shell}", **told},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for name in offered:
        assert name in done.stdout


def test_completion_imports_nothing_heavy() -> None:
    heavy = "duckdb pandas dagster scrapy altair numpy pydantic great_expectations"
    code = f"import sys, pipelines.cli; print([n for n in {heavy.split()!r} if n in sys.modules])"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
    assert time.perf_counter() - started < 5, "0.2 s on an idle machine"


# --- streams -------------------------------------------------------------------------------------


def shell(line: str, home: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `$hs` is the program."""
    program = shlex.join(AS_A_PERSON)
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; hs() {{ {program} "$@"; }}; {line}'],
        env=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("hs sql claim_verdicts --format json --data {} >&-", 0, ""),
        ("hs claims --format json --data {} >&-", 0, ""),
        ("hs extract <&-", 0, ""),
        ("hs claims nope --data {} 2>&-", 1, ""),
        # more than a pipe holds
        ("hs sql 'SELECT repeat($$x$$, 99) FROM range(9999)' --data {} | head -1", 0, ""),
        ("hs sql 'FROM range(99999)' --format csv --data {} | head -1", 0, ""),
    ],
)
def test_streams_that_are_closed_are_no_error(
    line: str, code: int, says: str, data: Path, home: dict[str, str]
) -> None:
    done = shell(line.replace("{}", shlex.quote(str(data))), home)
    assert (done.returncode, done.stderr) == (code, says)


def test_an_interrupt_is_said_in_a_word(
    main: Main, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.show.show_verdicts", interrupted)
    done = main("claims", "--data", data)
    assert (done.code, done.out, done.err) == (130, "", "interrupted\n")


def test_two_servers_need_two_ports(main: Main, data: Path) -> None:
    done = main("up", "--port", "38111", "--report-port", "38111", "--data", data)
    assert done.code == 2
    assert "must be another than --port" in done.err


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_well_when_its_terminal_goes(
    number: signal.Signals, data: Path, home: dict[str, str]
) -> None:
    (data / "published" / "index.html").write_text("<p>here</p>")
    with subprocess.Popen(
        [*AS_A_PERSON, "report", "--port", "0", "--data", str(data)],
        env=home,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        while "Ctrl-C" not in server.stderr.readline():
            assert server.poll() is None
        server.send_signal(number)
        assert server.wait(20) == 0
