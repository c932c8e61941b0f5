"""The command that writes the findings to standard output."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from tests.publish.tables import build, change


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A DATA folder with a small publication."""
    (tmp_path / "published").mkdir()
    path = build(tmp_path / "published" / "warehouse.duckdb")
    change(
        path,
        """ALTER TABLE out.claim_verdicts ADD as_of DATE DEFAULT DATE '2026-03-01';
        ALTER TABLE out.claim_verdicts ADD method_version VARCHAR DEFAULT '1.abc'""",
    )
    return tmp_path


def test_page_and_brief_go_to_standard_output(data: Path) -> None:
    page = CliRunner().invoke(app, ["findings", "--data", str(data), "--format", "markdown"])
    brief = CliRunner().invoke(app, ["findings", "--data", str(data), "--brief"])
    assert (page.exit_code, brief.exit_code) == (0, 0)
    assert "# Findings: what the articles got right" in page.stdout
    assert page.stdout.endswith("\n")
    assert brief.stdout.startswith("<!-- findings -->\n")
    assert brief.stdout.endswith("<!-- /findings -->\n")


def test_what_can_t_be_written_fails_with_the_reason(data: Path, tmp_path: Path) -> None:
    change(data / "published" / "warehouse.duckdb", "DELETE FROM out.claim_verdicts")
    empty = CliRunner().invoke(app, ["findings", "--data", str(data)])
    assert empty.exit_code == 1
    assert "holds no verdicts" in empty.stderr
    absent = CliRunner().invoke(app, ["findings", "--data", str(tmp_path / "nowhere")])
    assert absent.exit_code == 1
    assert "nothing is published" in absent.stderr
    wrong = CliRunner().invoke(app, ["findings", "--data", str(data), "--format", "pdf"])
    assert wrong.exit_code == 2
