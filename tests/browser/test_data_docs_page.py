"""Data Docs in a real browser: quiet, inert, readable, with the network not asked for anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from expectations.datadocs import write_data_docs
from tests.browser.conftest import visit
from tests.browser.test_report_page import CONTRASTS
from tests.expectations.test_datadocs import outcomes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data_docs")
    write_data_docs(folder, outcomes(), as_of="2026-08-01", is_sample=True)
    return folder


@pytest.mark.parametrize("name", ["index.html", "core.postings.html", "core.roles.html"])
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (360, "dark")])
def test_every_page_is_quiet_and_readable(
    browser: Browser, docs: Path, name: str, width: int, scheme: str
) -> None:
    seen = visit(browser, docs / name, width=width, scheme=scheme)
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [(docs / name).as_uri()]
    assert seen.page.title() != "owned"
    seen.page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate(CONTRASTS) == []
    seen.page.close()


def test_links_lead_from_page_to_page(browser: Browser, docs: Path) -> None:
    page = visit(browser, docs / "index.html").page
    page.get_by_role("link", name="core.postings").click()
    assert page.get_by_role("heading", level=1).inner_text() == "core.postings"
    page.get_by_role("link", name="Data Docs").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Data Docs"
    page.close()
