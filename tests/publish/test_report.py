"""The report page as text: what it says, and that nothing from outside gets to say more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.publish.tables import FORMULA_COMPANY, RUN, SCRIPT_TITLE
from warehouse.publish.report import figure, render_report


@pytest.fixture(scope="module")
def page(published: Path) -> LexborHTMLParser:
    return _parsed(published)


@pytest.fixture(scope="module")
def sample_page(sample: Path) -> LexborHTMLParser:
    return _parsed(sample)


def _parsed(data: Path) -> LexborHTMLParser:
    return LexborHTMLParser((data / "published" / "index.html").read_text(encoding="utf-8"))


def _rendered(script: str, **more: Any) -> LexborHTMLParser:
    """The page of a warehouse made by `script`."""
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA out;" + script)
        return LexborHTMLParser(render_report(con, {**RUN, **more}))


def _texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in page.css(selector)]


def test_page_is_one_document_that_asks_for_nothing(page: LexborHTMLParser) -> None:
    assert page.css("script, iframe, object, embed, form, img, link[rel=stylesheet]") == []
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    addresses = [
        value
        for node in page.css("[src], [href]")
        for value in (node.attributes.get("src"), node.attributes.get("href"))
        if value
    ]
    assert addresses
    assert all(re.match(r"#|data:,$|[\w/]+\.(csv|json|duckdb)$", value) for value in addresses)
    assert "@import" not in (page.html or "")
    assert "url(http" not in (page.html or "")


def test_downloads_are_there(published: Path, page: LexborHTMLParser) -> None:
    links = {node.attributes["href"] or "" for node in page.css("#downloads ~ p a, .files a")}
    assert {"warehouse.duckdb", "run.json", "reports/datapackage.json"} <= links
    assert "reports/postings.csv" in links
    assert all((published / "published" / link).is_file() for link in links)


def test_verdicts_are_told_by_topic(page: LexborHTMLParser) -> None:
    headings = _texts(page, ".verdicts .group")
    assert headings == ["Hiring volume", "Pay", "Papers"]
    rows = {
        row.css_first("code").text(): " ".join(row.text(separator=" ").split())
        for row in page.css(".verdicts tbody tr:not(.group)")
    }
    assert (
        "? undetermined May 2022 August 2021 or later 1,490 roles 420 companies"
        in (rows["hire_crossover"])
    )
    assert "✓ supported 59 % 55 % to 62 % 812 papers" in rows["paper_sixty"]
    assert "Fragile: equal company weights" in rows["hire_led_2020"]
    assert "✗ contradicted $241,000 $232,500 to $249,900" in rows["pay_senior"]
    assert "Proxy" in rows["pay_senior"]
    assert "out_debugging" not in rows
    folded = _texts(page, "details tbody tr")
    assert "One of the two is easier to debug. no advert can show it" in folded


def test_headlines_are_the_decided_claims_firm_ones_first(page: LexborHTMLParser) -> None:
    assert _texts(page, ".tally li") == ["3 supported", "1 contradicted", "2 undetermined"]
    said = _texts(page, ".headlines .said")
    assert len(said) == 4
    assert said[-1] == "TensorFlow led job adverts in 2020."


def test_charts_have_words_and_a_table(page: LexborHTMLParser) -> None:
    pictures = page.css("[role=img]")
    assert len(pictures) == 4
    assert "in 2019 Q2" in (pictures[0].attributes["aria-label"] or "")
    assert "PyTorch 59 %" in (pictures[2].attributes["aria-label"] or "")
    rows = _texts(page, "#ratio ~ details tbody tr")
    assert len(rows) == 30
    assert rows[0] == "2019 Q1 0.26 0.00 to ∞ 4 30 5 20 partial"
    assert rows[2].startswith("2019 Q3 – – to –")
    papers = _texts(page, "#papers ~ details tbody tr")
    assert len(papers) == 50, "the rarest framework is in the table too"


def test_newest_state_of_each_source(page: LexborHTMLParser) -> None:
    rows = _texts(page, "#quality ~ .reflow tbody tr")
    assert rows[0] == "ashby ok 2026-03-01 12 of 12 40"
    assert rows[1].startswith("lever failed 2026-03-01 0 of 3 0")
    assert rows[1].endswith("…")
    assert rows[2].endswith("3"), "three rows were refused for one reason"
    assert "must not show" not in (page.html or "")


def test_hostile_texts_stay_texts(page: LexborHTMLParser) -> None:
    assert SCRIPT_TITLE in _texts(page, ".verdicts .statement")
    assert FORMULA_COMPANY in page.text()
    assert page.css("[onerror]") == []
    assert SCRIPT_TITLE in _texts(page, "#papers ~ details td")


def test_sample_is_said_everywhere(page: LexborHTMLParser, sample_page: LexborHTMLParser) -> None:
    assert "SAMPLE" not in (page.html or "").replace("--chart-sample", "")
    assert "SAMPLE" in _texts(sample_page, "title")[0]
    assert "SAMPLE DATA" in _texts(sample_page, ".sample-banner")[0]
    badges = sample_page.css(".verdicts .badge + .mark")
    assert len(badges) == len(sample_page.css(".verdicts .badge")) > 0
    assert all("SAMPLE" in text for text in _texts(sample_page, "caption"))
    for picture in sample_page.css("[role=img]"):
        assert "Sample data" in (picture.attributes["aria-label"] or "")
        assert "SAMPLE" in [text.strip() for text in _texts_of(picture, "svg text")]
    assert "SAMPLE" in _texts(sample_page, "footer")[0]


def _texts_of(node: Any, selector: str) -> list[str]:
    return [child.text() for child in node.css(selector)]


def test_a_thin_warehouse_gives_a_page_that_says_so() -> None:
    page = _rendered("CREATE TABLE core.postings AS SELECT 1 AS posting_id")
    text = page.text()
    assert "This publication holds no verdicts." in text
    assert text.count("This publication holds no figures for this chart.") == 2
    assert "This publication holds no state of any source." in text
    assert "1 adverts" in text


RATIO = """
CREATE TABLE out.framework_ratio_by_{period} AS
SELECT DATE '2020-01-01' + (i * 32)::INTEGER AS period_start, 'all' AS sources,
    'ml' AS population, 1 AS pytorch_only, 1 AS tensorflow_only, 1 AS "both", 1 AS neither,
    {ratio} AS ratio, 0.5::DOUBLE AS ci_low, 2.0::DOUBLE AS ci_high, 3 AS n_roles, 2 AS n_companies,
    false AS is_partial
FROM range({n}) AS numbers (i);
"""


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [
        ({"quarter": 8, "month": 24}, "quarter"),
        ({"quarter": 3, "month": 9}, "month"),
        ({"quarter": 1, "month": 3, "year": 1}, "month"),
        ({"year": 2}, "year"),
    ],
)
def test_the_series_worth_drawing_is_drawn(counts: Mapping[str, int], drawn: str) -> None:
    page = _rendered(
        "".join(
            RATIO.format(period=period, n=n, ratio="1.5::DOUBLE") for period, n in counts.items()
        )
    )
    assert f"by {drawn}" in (page.css_first("[role=img]").attributes["aria-label"] or "")
    assert len(page.css("#ratio ~ details tbody tr")) == counts[drawn]


@pytest.mark.parametrize("ratio", ["NULL::DOUBLE", "'inf'::DOUBLE", "0.0::DOUBLE", "'nan'::DOUBLE"])
def test_no_ratio_at_all_is_no_chart(ratio: str) -> None:
    page = _rendered(RATIO.format(period="quarter", n=8, ratio=ratio))
    assert page.css("[role=img]") == []


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "ratio", "–"),
        (float("nan"), "ratio", "–"),
        (float("inf"), "ratio", "∞"),
        (2.314, "ratio", "2.31"),
        (23.14, "ratio", "23.1"),
        (0.0312, "share", "3.1 %"),
        (0.588, "share", "59 %"),
        (-0.0312, "share per year", "−3.1 points a year"),
        (241250.4, "USD a year", "$241,250"),
        (2022.4, "year", "May 2022"),
        (2022.0, "year", "January 2022"),
        (2022.999, "year", "December 2022"),
        (Decimal("1234.5"), None, "1,234"),
        (-2.5, None, "−2.50"),
    ],
)
def test_figures(value: Any, unit: str | None, said: str) -> None:
    assert figure(value, unit) == said


@pytest.mark.parametrize("lacking", ["as_of", "is_sample"])
def test_a_run_that_lacks_what_the_page_must_say(lacking: str) -> None:
    run = {key: value for key, value in RUN.items() if key != lacking}
    with duckdb.connect() as con, pytest.raises(KeyError, match=lacking):
        render_report(con, run)
