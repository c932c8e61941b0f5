"""Cards of claims in a real browser: they open, are found by address, can be chosen from."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import visit

pytestmark = pytest.mark.browser


def faults(page: Page) -> list[str]:
    """What axe-core finds, whatever its impact."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:150]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
        # a watermark is faint on purpose, and said in full beside it
        if not (rule["id"] == "color-contrast" and node["html"].endswith(">SAMPLE</text>"))
    ]


def open_every_card(page: Page) -> int:
    """Opens every card by a click on it, as a reader would; returns how many there are."""
    for card in page.locator("details.card > summary").all():
        card.click()
    assert page.locator("details.card:not([open])").count() == 0
    return page.locator("details.card .body:visible").count()


@pytest.mark.parametrize("name", ["real", "sample"])
def test_every_card_opens(browser: Browser, files: dict[str, Path], name: str) -> None:
    page = visit(browser, files[name]).page
    assert open_every_card(page) == 6
    assert page.title() != "owned"
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (360, "dark")])
def test_axe_finds_no_fault(
    browser: Browser, files: dict[str, Path], width: int, scheme: str
) -> None:
    page = visit(browser, files["sample"], width=width, scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert faults(page) == []
    page.close()


def test_axe_finds_a_fault_where_there_is_one(browser: Browser, files: dict[str, Path]) -> None:
    page = visit(browser, files["real"]).page
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in faults(page))
    page.close()


def test_claims_are_chosen_by_verdict_with_the_keyboard(
    browser: Browser, files: dict[str, Path]
) -> None:
    page = visit(browser, files["real"]).page
    assert page.locator("details.card:visible").count() == 6
    page.get_by_role("radio", name="all 6").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="supported 3").is_checked()
    assert page.locator("details.card:visible").count() == 3
    page.keyboard.press("ArrowRight")
    assert page.locator("details.card:visible").count() == 1
    assert page.locator(".topic:visible").count() == 1, "a topic without any is not shown"
    page.close()


def test_a_headline_leads_to_its_card_and_opens_it(
    browser: Browser, files: dict[str, Path]
) -> None:
    page = visit(browser, files["real"]).page
    page.get_by_role("link", name="More new machine-learning roles name PyTorch").click()
    assert page.locator("#hire_more").evaluate("node => node.open")
    assert page.locator("#claim-hire_more").is_visible()
    page.close()


def test_a_link_that_would_run_something_is_none(browser: Browser, files: dict[str, Path]) -> None:
    page = visit(browser, files["real"]).page
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator(".evidence a[rel~=noopener][rel~=nofollow]").count() == 7
    page.close()


def test_the_first_paint_comes_within_a_second(browser: Browser, files: dict[str, Path]) -> None:
    page = visit(browser, files["real"]).page
    painted_ms = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert painted_ms < 1000
    page.close()
