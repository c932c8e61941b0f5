"""`hiring-signal changes` in its three forms."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.show_changes import show_changes
from tests.publish.logged import build_logged, publish_logged
from tests.publish.tables import change, plain_page
from warehouse.publish import report

FLIP = """UPDATE out.claim_verdicts SET verdict = 'undetermined', estimate = 1.1, ci_low = 0.8
WHERE claim_id = 'hire_more'"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changed")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "render_report", plain_page)
        working = build_logged(folder / "working.duckdb")
        publish_logged(working, folder)
        change(
            working,
            f"{FLIP}; UPDATE out.source_health SET source = '[red]x' || chr(27), state = 'ok' "
            "WHERE source = 'lever'",
        )
        publish_logged(working, folder, as_of="2026-03-02", is_sample=False)
    return folder


def printed(data: Path, since: date | None = None) -> str:
    stream = io.StringIO()
    show_changes(data, "table", since, Console(file=stream, width=200))
    return stream.getvalue()


def test_as_a_table(data: Path) -> None:
    said = printed(data)
    assert "hire_more" in said
    assert "supported 2.00 (1.50 to 2.60)" in said
    assert "undetermined 1.10 (0.80 to 2.60)" in said
    assert "[red]x" in said
    assert "\x1b" not in said, "a name from outside steers no terminal"
    assert "nothing moved since 1 April 2026" in printed(data, date(2026, 4, 1))


def test_as_markdown_it_is_the_published_file(data: Path) -> None:
    done = CliRunner().invoke(app, ["changes", "--format", "markdown", "--data", str(data)])
    assert done.exit_code == 0, done.output
    assert done.stdout == (data / "published" / "changes.md").read_text(encoding="utf-8")


def test_as_json(data: Path) -> None:
    done = CliRunner().invoke(
        app, ["changes", "--format", "json", "--since", "2026-03-02", "--data", str(data)]
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["changes"]["figures"]["verdict flipped"] == 1
    [flip] = [row for row in said["rows"] if row["kind"] == "verdict flipped"]
    assert (flip["figure"], flip["said_after"], flip["why"]) == (
        "hire_more", "undetermined", "new data",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status"),
    [(["--since", "yesterday"], 2), (["--format", "csv"], 2), (["--data", "nowhere"], 1)],
)
def test_wrong_usage(words: list[str], status: int, tmp_path: Path) -> None:
    at = [] if "--data" in words else ["--data", str(tmp_path)]
    assert CliRunner().invoke(app, ["changes", *words, *at]).exit_code == status
