"""A real Chromium, Debian's, driven by Playwright.

Belongs here: finding and starting the browser. Does not belong here: what a page must do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.publish.tables import RUN, build
from warehouse.publish.swap import publish

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a small one crashes pages
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Visit(NamedTuple):
    """A loaded page, what it asked for, and what the browser complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of a module's tests; they are skipped where it is not installed.

    Playwright keeps an event loop running in this thread, so it must be gone before other tests.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=os.fspath(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


def visit(
    browser: Browser,
    file: Path,
    *,
    width: int = 1200,
    scheme: str = "light",
    is_offline: bool = False,
) -> Visit:
    """Opens a page from its file in a window of its own.

    Args:
        browser: The running browser.
        file: The page.
        width: Width of the window, CSS pixels.
        scheme: `light` or `dark`, as the reader's system prefers.
        is_offline: Whether the network is off.
    """
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=is_offline,
    )
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.resolve().as_uri(), wait_until="networkidle")
    return Visit(page, requests, complaints)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of the hostile corpus, as a sample market and as the real one."""
    pages = {}
    for name, is_sample in (("real", False), ("sample", True)):
        data = tmp_path_factory.mktemp(name)
        publish(build(data / "warehouse.duckdb"), data, {**RUN, "is_sample": is_sample})
        pages[name] = data / "published" / "index.html"
    return pages
