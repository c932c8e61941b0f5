"""Takes the picture of the report that the documentation shows: `picture.py index.html report.png`.

Only of the sample market, which says SAMPLE in the picture: no figure of the world, and no name of
an employer, is put into the repository this way.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1200, 960
MAX_BYTES = 200_000
CHROMIUM = "/usr/bin/chromium"


def take(page_file: Path, picture: Path) -> None:
    """Write the picture of the upper part of a report, light and at 1200 pixels.

    Args:
        page_file: The report of a sample market.
        picture: The PNG file.

    Raises:
        SystemExit: The report is not of the sample market, or the picture is too large.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.goto(page_file.resolve().as_uri(), wait_until="load")
        mark = page.get_by_text("SAMPLE DATA").first
        if not mark.is_visible() or (mark.bounding_box() or {"y": HEIGHT})["y"] >= HEIGHT:
            raise SystemExit(f"{page_file} does not say SAMPLE where the picture is taken")
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture)
        browser.close()
    if picture.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{picture} has {picture.stat().st_size:,} bytes, over {MAX_BYTES:,}")


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
