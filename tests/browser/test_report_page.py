"""The report page of a hostile corpus in a real browser: quiet, inert and readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from tests.browser.conftest import visit
from tests.publish.tables import SCRIPT_TITLE

pytestmark = pytest.mark.browser

ALL_VIEWS = [(1200, "light"), (1200, "dark"), (360, "light"), (360, "dark")]

# WCAG 2 contrast of every visible text with the background that shines through behind it
CONTRASTS = r"""
() => {
  const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const parse = s => s.match(/[\d.]+/g).map(Number);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const inSvg = element.closest('svg');
    const box = element.getBoundingClientRect();
    if (!node.textContent.trim() || !box.width || element.closest('style')) continue;
    if (inSvg && element.textContent === 'SAMPLE') continue;  // a watermark, said elsewhere too
    const style = getComputedStyle(element);
    const a = light(parse(inSvg ? style.fill : style.color)), b = light(behind(element));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(ratio.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40));
  }
  return poor;
}
"""


@pytest.fixture
def page(browser: Browser, files: dict[str, Path]) -> Iterator[Page]:
    loaded = visit(browser, files["real"]).page
    yield loaded
    loaded.close()


@pytest.mark.parametrize("name", ["real", "sample"])
def test_loads_from_a_file_without_a_word_or_a_request(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    seen = visit(browser, files[name])
    assert seen.complaints == []
    assert {url.split(":", 1)[0] for url in seen.requests} <= {"file", "data"}
    assert len([url for url in seen.requests if url.startswith("file:")]) == 1
    seen.page.close()


def test_hostile_texts_run_nothing(page: Page) -> None:
    assert page.title() == "Hiring Signal: PyTorch or TensorFlow, as of 1 March 2026"
    assert page.get_by_text(SCRIPT_TITLE, exact=True).count() >= 3
    assert page.locator("script").count() == 0


def test_content_policy_forbids_scripts_all_the_same(page: Page) -> None:
    page.set_content(
        re.sub(r"</main>", "<script>document.title = 'owned'</script></main>", page.content())
    )
    assert page.title() != "owned"


def test_headings_and_tables(page: Page) -> None:
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == [
        "In short",
        "Hiring over time",
        "What roles pay",
        "Skills that travel with a framework",
        "What employers name",
        "Papers with code, by framework",
        "Models on the hub, by framework",
        "Every claim",
        "Checked against others",
        "Data quality",
        "Method and limits",
        "Downloads",
    ]
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("img").count() == 2 + 2 + 1 + 1 + 1, "one layout of one chart each"


def test_a_switch_shows_one_panel_and_works_by_keyboard(page: Page) -> None:
    section = page.locator("section[aria-labelledby=pay]")
    places = section.get_by_role("heading", level=3)
    assert places.all_inner_texts() == ["United States"]
    section.get_by_role("radio", name="United States").focus()
    page.keyboard.press("ArrowRight")
    assert places.all_inner_texts() == ["All countries"]
    assert section.get_by_role("img").count() == 1
    page.get_by_role("radio", name="all roles").check()
    assert page.get_by_role("region", name="Lifts by skill and framework, all roles").is_visible()
    assert not page.get_by_role("region", name="Lifts by skill and framework, machine").is_visible()


def test_every_panel_is_readable(browser: Browser, files: dict[str, Path]) -> None:
    for width, scheme in ALL_VIEWS:
        page = visit(browser, files["sample"], width=width, scheme=scheme).page
        page.add_style_tag(content=".switched > [class*=panel-] { display: block !important; }")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRASTS) == []
        page.close()


def test_details_open_by_keyboard(page: Page) -> None:
    summary = page.get_by_text("The figures behind this chart").first
    figures = page.get_by_role(
        "region", name="PyTorch roles for each TensorFlow role: All sources, as a table"
    )
    assert not figures.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert figures.is_visible()
    page.keyboard.press("Tab")
    assert figures.evaluate("node => node === document.activeElement"), "it scrolls by keyboard"


def test_a_source_is_chosen_by_keyboard(page: Page) -> None:
    charts = page.locator("section[aria-labelledby=ratio]").get_by_role("img")
    assert "all sources together" in (charts.first.get_attribute("aria-label") or "")
    page.get_by_role("radio", name="All sources").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name=SCRIPT_TITLE).is_checked()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="Ashby").is_checked()
    assert charts.count() == 2, "the other sources' charts are hidden"
    assert "Ashby" in (charts.first.get_attribute("aria-label") or "")


def test_a_pointer_over_a_period_finds_its_figures(page: Page) -> None:
    column = page.locator(".panel-0 > figure .wide svg [fill=transparent]:has(title)").first
    column.scroll_into_view_if_needed()
    column.hover()
    found = page.evaluate("() => [...document.querySelectorAll(':hover')].pop().textContent")
    assert re.match(r"20\d\d Q\d: \d", found)


@pytest.mark.parametrize(("width", "scheme"), ALL_VIEWS)
@pytest.mark.parametrize("name", ["real", "sample"])
def test_every_view_fits_and_is_readable(
    browser: Browser, files: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    page = visit(browser, files[name], width=width, scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRASTS) == []
    page.close()


def test_magnified_four_times_nothing_goes_sideways(
    browser: Browser, files: dict[str, Path]
) -> None:
    page = visit(browser, files["sample"], width=320).page  # 1280 pixels at 400 %
    page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@pytest.mark.parametrize("width", [1200, 360])
def test_the_banner_hides_nothing_that_has_the_focus(
    browser: Browser, files: dict[str, Path], width: int
) -> None:
    page = visit(browser, files["sample"], width=width).page
    page.locator("#downloads ~ p a").first.focus()
    hidden = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        hidden += page.evaluate(
            """() => {
              const focused = document.activeElement;
              const banner = document.querySelector('.sample-banner').getBoundingClientRect();
              return focused.getBoundingClientRect().bottom <= banner.bottom
                ? [focused.textContent.trim().slice(0, 40)] : [];
            }"""
        )
    assert hidden == []
    page.close()


def test_without_has_every_panel_is_shown_under_a_name(files: dict[str, Path]) -> None:
    page = LexborHTMLParser(files["real"].read_text(encoding="utf-8"))
    panels = page.css(".switched > [class*=panel-]")
    assert len(panels) > 6
    assert all(panel.css_first("h3, caption") is not None for panel in panels)
    style = page.css_first("style").text()
    hiding, has = style.index('[class*="panel-"] { display: none'), "@supports selector(:has(a))"
    assert style.rindex(has, 0, hiding) > style.rindex("\n}", 0, hiding)


def test_forced_colours_keep_the_choice_apart(browser: Browser, files: dict[str, Path]) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto(files["sample"].resolve().as_uri())
    colours = page.locator(".switch label").evaluate_all(
        "labels => labels.map(label => getComputedStyle(label).backgroundColor)"
    )
    assert len(set(colours)) == 2
    page.close()


@pytest.mark.parametrize("width", [1200, 360])
def test_no_text_of_a_chart_is_cut_off(
    browser: Browser, files: dict[str, Path], width: int
) -> None:
    page = visit(browser, files["real"], width=width).page
    cut = page.evaluate(
        """() => [...document.querySelectorAll('figure svg text')].filter(text => {
          const box = text.getBoundingClientRect();
          const frame = text.closest('svg').getBoundingClientRect();
          return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
        }).map(text => text.textContent)"""
    )
    assert cut == []
    page.close()


def test_dark_mode_recolours_the_charts(browser: Browser, files: dict[str, Path]) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = visit(browser, files["real"], scheme=scheme).page
        marks = page.locator("figure .wide svg [stroke]")
        colours.append(set(marks.evaluate_all("n => n.map(e => getComputedStyle(e).stroke)")))
        page.close()
    assert not colours[0] & colours[1] - {"none"}
