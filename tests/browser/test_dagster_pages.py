"""Dagster's pages with what comes from outside in them: inert, and the drawings are shown."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

DEFINITIONS = """
import dagster as dg
from pipelines.previews import Judged, Point, forest, line, table

HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/x.png)",
    "[click](javascript:alert(2)) <b>bold</b>",
    "`` ![x](http://evil.example/y.png) ``",
    "a | b \\\\| ![x](http://evil.example/z.png)",
    "&lt;iframe src=http://evil.example&gt; http://auto.example",
    "\\u202edrowssap\\u202c",
]
POINTS = [Point(f"20{n}", n, n - 1, n + 1) for n in range(10, 26)]
CLAIMS = [Judged(f"claim_{n}", "supported", 2.0, 1.5, 2.5, 1.0, 1.0) for n in range(40)]


@dg.asset
def adverts():
    return dg.MaterializeResult(metadata={
        "plot": dg.MetadataValue.md(line(POINTS, "PyTorch : TensorFlow")),
        "preview": dg.MetadataValue.md(table(["n", "title"], list(enumerate(HOSTILE[:3])))),
        "more": dg.MetadataValue.md(table(["n", "title"], list(enumerate(HOSTILE[3:])))),
        "forest": dg.MetadataValue.md(forest(CLAIMS, "intervals")),
    })


@dg.asset_check(asset=adverts, description="Titles")
def titles():
    rows = dg.MetadataValue.md(table(["row"], [[text] for text in HOSTILE[:4]], chars=160))
    return dg.AssetCheckResult(passed=False, metadata={"rows that break it": rows})


defs = dg.Definitions(assets=[adverts], asset_checks=[titles])
if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        defs.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web server over an instance in which one asset was made."""
    folder = tmp_path_factory.mktemp("dagster")
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\nnux:\n  enabled: false\n")
    file = folder / "pages.py"
    file.write_text(DEFINITIONS, encoding="utf-8")
    environment = {**os.environ, "DAGSTER_HOME": str(folder)}
    subprocess.run(
        [sys.executable, str(file)], env=environment, check=True, capture_output=True, timeout=120
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "dagster_webserver"),
            *("-h", "127.0.0.1", "-p", str(port), "-f", str(file)),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info").close()
                break
            except OSError:
                assert time.monotonic() < deadline
                assert server.poll() is None
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def test_texts_from_outside_are_inert_and_drawings_are_shown(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1600})
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/assets/adverts?view=overview", wait_until="networkidle")
    page.get_by_text("onerror=alert(1)").wait_for()
    picture = page.get_by_alt_text("line")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") == 300
    shown = page.locator("body").inner_text()
    for text in (
        "<script>document.title",
        "![x](http://evil.example/x.png)",
        "javascript:alert(2)",
    ):
        assert text in shown
    assert "\u202e" not in shown
    # What is too long to be shown in place is shown when it is asked for.
    page.get_by_text("[Show Markdown]").click()
    forest = page.get_by_alt_text("intervals")
    forest.wait_for()
    assert forest.evaluate("image => image.naturalHeight") > 500
    page.keyboard.press("Escape")
    page.goto(f"{address}/assets/adverts?view=checks", wait_until="networkidle")
    page.get_by_text("rows that break it").first.wait_for()
    for _ in page.get_by_text("[Show Markdown]").all():
        page.get_by_text("[Show Markdown]").first.click()
        page.get_by_text("onerror=alert(1)").wait_for()
        page.keyboard.press("Escape")
    assert page.locator("img[src*='evil'], iframe[src*='evil'], a[href^='javascript']").count() == 0
    assert page.locator("a[href*='auto.example']").count() == 0
    assert "owned" not in page.title()
    assert dialogs == []
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    page.close()
