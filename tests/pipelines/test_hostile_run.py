"""A hostile corpus through a whole run: it stays text on pages, in tables, on the terminal."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import browser, visit
from tests.pipelines.conftest import Command
from tests.pipelines.hostile import COMPANIES, SCRIPT, write_hostile

__all__ = ["browser"]
ALONE = pytest.mark.xdist_group("hostile")
# What a spreadsheet may run: one of these first, whatever invisible stands before it.
RUNS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?(\d+(\.\d+)?(e[+-]?\d+)?|INF)", re.IGNORECASE)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A DATA folder with the hostile corpus imported and published."""
    folder = tmp_path_factory.mktemp("hostile")
    table, mapping = write_hostile(folder)
    data = folder / "data"
    words = ("--source", "trove", "--map", mapping, "--observed-on", "2026-06-30", "--data", data)
    done = command("import", table, *words)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    return data


@ALONE
@pytest.mark.browser
@pytest.mark.parametrize("page", ["index.html", "data_docs/index.html"], ids=["report", "docs"])
def test_pages_run_nothing(browser: Browser, hostile: Path, page: str) -> None:
    seen = visit(browser, hostile / "published" / page)
    seen.page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert seen.page.title() != "owned"
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert seen.page.locator("script, [onerror], [onload], a[href^='javascript']").count() == 0
    seen.page.close()


@ALONE
@pytest.mark.browser
def test_the_page_shows_the_texts_as_texts(browser: Browser, hostile: Path) -> None:
    seen = visit(browser, hostile / "published" / "index.html")
    seen.page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert seen.page.get_by_text(SCRIPT).count() > 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1200
    seen.page.close()


@ALONE
def test_no_cell_of_a_report_can_run(hostile: Path) -> None:
    companies = set()
    for path in sorted((hostile / "published" / "reports").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                companies.add(row.get("company") or "")
                for name, cell in row.items():
                    risky = RUNS.match(cell) and not NUMBER.fullmatch(cell)
                    assert not risky, f"{path.name}: {name}: {cell!r}"
    assert {"'" + company for company in COMPANIES if company[0] in "=@-"} <= companies


@ALONE
def test_the_terminal_is_not_steered(hostile: Path, command: Command) -> None:
    for words in (
        ("claims", "hire_volume_order"),
        ("sql", "SELECT title, company FROM out.postings ORDER BY ALL"),
    ):
        done = command(*words, "--data", hostile)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
