"""The reports of whole runs, the sample market's and that of the real captures, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import browser, visit
from tests.browser.test_claim_cards import faults, open_every_card
from tests.pipelines.conftest import ON_CAPTURES, ON_SAMPLE

__all__ = ["browser"]
pytestmark = pytest.mark.browser
MOST_BYTES = 2_000_000


def switched(page: Page) -> Iterator[str]:
    """Chooses every panel of every switch in turn; yields what does not show itself alone."""
    for group in page.locator(".switched:visible").all():
        choices = group.locator("> .switch input")
        for place in range(choices.count()):
            choices.nth(place).check(force=True)
            shown = group.locator("> [class*='panel-']:visible")
            classes = {
                name
                for panel in shown.all()
                for name in (panel.get_attribute("class") or "").split()
                if name.startswith("panel-")
            }
            if classes != {f"panel-{place}"}:
                yield f"{choices.nth(place).get_attribute('id')}: {sorted(classes)}"


def reads_well(browser: Browser, data: Path, *, is_sample: bool) -> None:
    file = data / "published" / "index.html"
    assert file.stat().st_size < MOST_BYTES
    seen = visit(browser, file, is_offline=True)
    page = seen.page
    assert seen.complaints == []
    assert {url.split(":", 1)[0] for url in seen.requests} <= {"file", "data"}
    painted_ms = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert painted_ms < 1000
    assert page.locator(".switched:visible").count() >= 2
    assert list(switched(page)) == []
    assert open_every_card(page) == 54
    pictures = page.locator("[role=img]:visible")
    assert pictures.count() >= 4
    for picture in pictures.all():
        assert picture.locator("text=SAMPLE").count() == (1 if is_sample else 0)
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@ON_SAMPLE
def test_the_sample_markets_report_reads_well(browser: Browser, sample: Path) -> None:
    reads_well(browser, sample, is_sample=True)


@ON_CAPTURES
def test_the_captures_report_reads_well(browser: Browser, captures: Path) -> None:
    reads_well(browser, captures, is_sample=False)
