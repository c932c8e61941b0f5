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
from warehouse.publish.report import render_report
from warehouse.publish.wording import counted, figure, interval


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


def _rows(page: LexborHTMLParser, details: str) -> list[str]:
    """The rows of the first table behind a chart."""
    first = page.css(details)[0]
    return [" ".join(row.text(separator=" ").split()) for row in first.css("tbody tr")]


def test_page_is_one_document_that_asks_for_nothing(page: LexborHTMLParser) -> None:
    assert page.css("script, iframe, object, embed, form, img, link[rel=stylesheet]") == []
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    addresses = [
        value
        for node in page.css("[src], [href]:not([rel~=external])")
        for value in (node.attributes.get("src"), node.attributes.get("href"))
        if value
    ]
    assert addresses
    allowed = re.compile(r"#|data:,$|[\w/-]+\.(csv|json|duckdb|md|sqlite|zip)$")
    assert all(allowed.match(value) for value in addresses)
    assert "@import" not in (page.html or "")
    assert "url(http" not in (page.html or "")


def test_downloads_are_there(published: Path, page: LexborHTMLParser) -> None:
    links = {node.attributes["href"] or "" for node in page.css("#downloads ~ p a, .files a")}
    assert {"warehouse.duckdb", "run.json", "reports/datapackage.json"} <= links
    assert "reports/postings.csv" in links
    assert all((published / "published" / link).is_file() for link in links)


def _card(page: LexborHTMLParser, claim: str) -> Any:
    return page.css_first(f"details.card#{claim}")


def _said(node: Any) -> str:
    return " ".join(node.text(separator=" ").split())


def test_claims_have_a_card_each_by_topic(page: LexborHTMLParser) -> None:
    assert _texts(page, ".topic h3") == ["Hiring volume", "Pay", "Papers"]
    summaries = {
        card.attributes["id"]: _said(card.css_first("summary")) for card in page.css(".card")
    }
    assert set(summaries) == {
        "hire_more", "hire_led_2020", "hire_crossover", "hire_hostile", "pay_senior", "paper_sixty",
    }  # fmt: skip
    assert summaries["hire_crossover"].endswith(
        "May 2022 August 2021 or later 1,490 roles at 420 companies"
    )
    assert summaries["paper_sixty"].endswith("59 % 55 % to 62 % 812 papers")
    assert summaries["hire_led_2020"].startswith("✓ supported fragile TensorFlow led")
    assert summaries["pay_senior"].startswith("✗ contradicted proxy Senior pay")
    folded = _texts(page, "details tbody tr")
    assert "One of the two is easier to debug. no advert can show it" in folded


def test_a_card_draws_its_parts_beside_what_is_claimed(page: LexborHTMLParser) -> None:
    card = _card(page, "pay_senior")
    by_unit = card.css("figure.forest")
    assert [len(panel.css(".strips > li")) - 1 for panel in by_unit] == [2, 1]
    first, second = by_unit[0].css(".strips > li")[:2]
    assert _said(first).startswith("Tenth percentile 88 roles $241,000 $232,500 to $249,900")
    assert _said(second).endswith("contradicted")
    for strip in by_unit[0].css(".strips > li:not(.axis)"):
        assert len(strip.css(".band")) == len(strip.css("circle")) == 1
        assert len(strip.css("rect")) == 2, "what is claimed and what is found"
    assert by_unit[1].css(".band") == [], "a part that is only reported is not claimed"


def test_a_card_says_what_moves_its_verdict(page: LexborHTMLParser) -> None:
    firm = _said(_card(page, "hire_more"))
    assert "The verdict is the same under 1 of 3 variants; 1 has too little to tell." in firm, (
        "hardly a role of one source names either"
    )
    assert "Fragile: turns round under equal company weights." in _said(
        _card(page, "hire_led_2020")
    )
    strips = _card(page, "hire_more").css("figure.forest")[-1].css(".strips > li")
    assert _said(strips[0]).startswith("as judged 812 roles at 240 companies 2.31 1.90 to 2.84")
    assert len(strips) == 1 + 3 + 1, "and the scale"
    [hopeless] = [strip for strip in strips if "source: lever" in _said(strip)]
    assert len(hopeless.css("path")) == 2, "a hopeless interval must not flatten the others"


def test_a_card_lists_the_newest_evidence_with_its_links(page: LexborHTMLParser) -> None:
    evidence = _card(page, "hire_more").css_first(".evidence")
    assert [_said(cell) for cell in evidence.css("dt")] == [
        "both 10", "PyTorch only 10", "TensorFlow only 10", "neither 10",
    ]  # fmt: skip
    links = [link.attributes for link in evidence.css("a")]
    assert links[0]["href"] == "https://jobs.example.org/4"
    assert all("noopener" in (link["rel"] or "") for link in links)
    assert all((link["href"] or "").startswith("https://") for link in links)
    assert len(evidence.css("dd li")) == 8
    assert len(links) == 7, "an address that runs something is no link"
    assert evidence.css_first("bdi") is not None, "a text that turns writing round stays by itself"


def test_a_card_shows_the_sql_that_redoes_it(page: LexborHTMLParser) -> None:
    [code] = _card(page, "hire_more").css("pre code")
    assert code.text().startswith("/* hire_more */ SELECT")
    assert _card(page, "pay_senior").css("pre") == []


def test_undetermined_claims_are_counted_by_reason() -> None:
    page = _rendered(
        """CREATE TABLE out.claim_verdicts AS SELECT 'hire_' || i AS claim_id,
        'careers' AS article, 'Claim ' || i AS statement, 1.5::DOUBLE AS estimate,
        NULL::DOUBLE AS ci_low, 2.0::DOUBLE AS ci_high, 4 AS n_roles, 2 AS n_companies,
        'undetermined' AS verdict, NULL::VARCHAR AS fragile_under, false AS proxy,
        if(i < 2, 'too few: 4 roles', 'straddles: 1') AS reason
        FROM range(3) AS numbers (i)"""
    )
    assert _texts(page, ".articles li") == [
        "PyTorch vs TensorFlow for ML Careers in 2026: Which Framework Hires More "
        "guide, 25 April 2026 "
        "Of 3 statements: none supported, none contradicted, 3 undetermined."
    ]
    assert (
        "What keeps the rest undetermined: too few roles, companies or papers on one side (2); "
        in page.text()
    )


def test_headlines_are_the_decided_claims_firm_ones_first(page: LexborHTMLParser) -> None:
    assert _texts(page, ".tally li") == ["3 supported", "1 contradicted", "2 undetermined"]
    assert [text.split()[0] for text in _texts(page, ".headlines .said")] == [
        "More", "Senior", "About", "TensorFlow",
    ], "by topic, the fragile one last"  # fmt: skip


ANSWERS = """
CREATE TABLE out.claim_verdicts AS
SELECT
    claim_id, 'careers' AS article, 'Statement of ' || claim_id AS statement,
    'What is measured' AS estimand, estimate::DOUBLE AS estimate, low::DOUBLE AS ci_low,
    high::DOUBLE AS ci_high, unit, 40 AS n_roles, 12 AS n_companies, verdict,
    'too few: 12 roles' AS reason, NULL::VARCHAR AS fragile_under, false AS proxy
FROM (VALUES
    ('hire_more_pytorch_2026', 1.4, 1.1, 2.0, 'ratio', 'supported'),
    ('pay_pytorch_over_tf', NULL, NULL, NULL, 'relative difference', 'undetermined'),
    ('pay_tf_senior', 90000, 80000, 99000, 'USD a year', 'contradicted'),
    ('paper_only_framework_2026', 0.5, 0.4, 0.6, 'share', 'contradicted')
) AS rows (claim_id, estimate, low, high, unit, verdict)
"""


def test_what_readers_come_for_is_answered_first_whatever_the_verdict() -> None:
    page = _rendered(ANSWERS)
    assert _texts(page, ".questions dt") == [
        "Do employers ask for PyTorch more than for TensorFlow?",
        "Do they pay more for it?",
        "Do papers use little else?",
    ]
    assert _texts(page, ".questions dd") == [
        "Yes, by these data. 1.40 (1.10 to 2.00) What is measured",
        "It can’t be told from these data. Why What is measured",
        "No, by these data. 50 % (40 % to 60 %) What is measured",
    ]
    links = [link.attributes["href"] for link in page.css(".questions a")]
    assert links[1] == "#claim-pay_pytorch_over_tf"


def test_a_section_names_the_claims_that_it_is_about() -> None:
    page = _rendered(ANSWERS)
    about = page.css_first("section[aria-labelledby=pay] details.about")
    assert _said(about.css_first("summary")) == (
        "What the articles say of pay: 2 claims, 1 contradicted, 1 undetermined"
    )
    links = [link.attributes["href"] for link in about.css("a")]
    assert links == ["#claim-pay_tf_senior", "#claim-pay_pytorch_over_tf"], "decided ones first"
    assert page.css("section[aria-labelledby=employers] details.about") == []


def test_headlines_beyond_the_limit_are_counted() -> None:
    page = _rendered(
        """CREATE TABLE out.claim_verdicts AS SELECT 'hire_' || i AS claim_id,
        ['careers', 'experts'] AS article, 'Claim ' || i AS statement, 1.5::DOUBLE AS estimate,
        NULL::DOUBLE AS ci_low, 2.0::DOUBLE AS ci_high, 40 AS n_roles, 12 AS n_companies,
        'supported' AS verdict, NULL::VARCHAR AS reason, NULL::VARCHAR AS fragile_under,
        true AS proxy FROM range(9) AS numbers (i)"""
    )
    assert len(page.css(".headlines li")) == 8
    assert "1 more decided claim among all claims" in page.text()
    found = _texts(page, ".headlines .found")[0]
    assert found == (
        "We find 1.50 (95 % interval 2.00 or less), from 40 roles at 12 companies. "
        "A proxy for what the article counts."
    )
    articles = _card(page, "hire_0").css_first(".body p .small").text()
    assert "Which Framework Hires More" in articles
    assert "Expertshub.ai" in articles


def test_charts_have_words_and_a_table(page: LexborHTMLParser) -> None:
    pictures = page.css("[role=img]")
    figures = page.css("figure:not(.forest)")
    assert len(pictures) == 2 * len(figures)
    assert len(page.css("figure:not(.forest) + details table")) == len(figures)
    assert "in 2019 Q2" in (pictures[0].attributes["aria-label"] or "")
    [papers] = page.css("[aria-labelledby=papers] .panel-0")
    assert "PyTorch 53\u00a0%" in (papers.css_first("[role=img]").attributes["aria-label"] or "")
    rows = _rows(page, "[aria-labelledby=ratio] .panel-0 details")
    assert len(rows) == 30
    assert rows[0].startswith("2019 Q1 0.26 0.00 or more 4 30 5 20 ")
    assert rows[0].endswith(" partial")
    assert rows[2].startswith("2019 Q3 – 6 28 5")
    rows = _rows(page, "[aria-labelledby=papers] .panel-0 details")
    assert len(rows) == 50, "the rarest framework is in the table too"


def test_thin_years_of_papers_are_in_the_table_only() -> None:
    page = _rendered(
        """CREATE TABLE out.paper_share_by_year AS SELECT make_date(y, 1, 1) AS period_start,
        'pytorch' AS framework, 'all' AS scope, if(y = 2012, 19, 50) AS n_papers,
        if(y = 2013, NULL, 1.0)::DOUBLE AS share, share AS share_of_named, share AS ci_low,
        share AS ci_high, false AS is_partial
        FROM (VALUES (2012), (2013), (2014), (2016)) AS years (y)"""
    )
    labels = _texts(page, "figure .wide svg text")
    assert "2014" in labels
    assert "2012" not in labels
    assert [row.split()[0] for row in _rows(page, "[aria-labelledby=papers] details")] == [
        "2012", "2014", "2016",
    ]  # fmt: skip


def test_newest_state_of_each_source(page: LexborHTMLParser) -> None:
    rows = _texts(page, "#quality ~ .reflow tbody tr")
    assert rows[0] == "ashby ok 2026-03-01 2026-03-01 2 of 2 40"
    assert rows[1] == "greenhouse partial 2026-03-01 – 1 of 2 7 unknown delta (HTTP 404)"
    assert rows[2].startswith(f"lever failed 2026-03-01 – 0 of 1 0 failed {SCRIPT_TITLE} (and so")
    assert rows[2].endswith("…")
    assert rows[3].endswith("3"), "three rows were refused for one reason"
    assert "must not show" not in (page.html or "")


def test_series_of_others_stand_beside_ours(page: LexborHTMLParser) -> None:
    section = page.css_first("section[aria-labelledby=compared]")
    rows = [" ".join(row.text(separator=" ").split()) for row in section.css(".reflow tbody tr")]
    assert rows == [
        "Hacker News roles Posts, counted by others Direction +48.0 points +36.0 points to "
        "+60.0 points from 69 +44.0 points to +57.0 points agree From 2018 to 2022: ours up, "
        "theirs up.",
        "Hacker News roles Posts, counted by others When PyTorch took the lead February 2021 "
        "August 2020 to October 2021 from 69 July 2021 to July 2022 differ Ours earlier than "
        "theirs.",
        "Papers Posts, counted by others When PyTorch took the lead January 2019 September 2019 "
        "or earlier from 69 July 2020 or earlier can’t be told Our interval meets theirs, but is "
        "open at its lower end.",
    ]
    assert "Of the comparisons that can be told, 1 of 2 agree." in section.text()
    # levels of what is no share of frameworks are not drawn beside it
    [details] = section.css("details")
    said = [" ".join(row.text(separator=" ").split()) for row in details.css("tbody tr")]
    assert said == [
        "2021 Posts, counted by others 53 % 43 % to 63 % 48 % 69",
        "2022 Posts, counted by others 67 % 57 % to 76 % 62 % to 70 % 69",
    ]
    assert "CC BY 4.0" in section.css("ul li")[0].text()
    assert SCRIPT_TITLE in section.css("ul")[0].text()


def test_hostile_texts_stay_texts(page: LexborHTMLParser) -> None:
    assert SCRIPT_TITLE in _texts(page, ".card .statement")
    assert any(SCRIPT_TITLE in text for text in _texts(page, ".card .strips li span"))
    assert FORMULA_COMPANY in page.text()
    assert page.css("[onerror]") == []
    assert SCRIPT_TITLE in _texts(page, "[aria-labelledby=papers] details td")


def test_sample_is_said_everywhere(page: LexborHTMLParser, sample_page: LexborHTMLParser) -> None:
    assert "SAMPLE" not in (page.html or "").replace("--chart-sample", "")
    assert "SAMPLE" in _texts(sample_page, "title")[0]
    assert "SAMPLE DATA" in _texts(sample_page, ".sample-banner")[0]
    badges = sample_page.css(".card .badge + .mark")
    assert len(badges) == len(sample_page.css(".card .badge")) > 0
    assert all(axis.css(".watermark") for axis in sample_page.css(".forest .axis"))
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
    assert text.count("This publication holds no verdicts.") == 2
    assert "no period in which a machine-learning role names PyTorch" in text
    assert "This publication holds no paper whose code names a framework." in text
    assert "This publication does not say which rows were refused." in text
    assert "No model was observed" in text
    assert "This publication holds no state of any source." in text
    assert re.search(r"· 1 advert\b", text)


RATIO = """
CREATE TABLE out.framework_ratio_by_{period} AS
SELECT DATE '2010-01-01' + (i * {days})::INTEGER AS period_start, 'all' AS sources,
    'ml' AS population, {named} AS pytorch_only, 0 AS tensorflow_only, 0 AS "both", 1 AS neither,
    {ratio} AS ratio, 0.5::DOUBLE AS ci_low, 2.0::DOUBLE AS ci_high, 3 AS n_roles,
    2 AS n_companies, false AS is_partial
FROM range({n}) AS numbers (i);
"""
DAYS = {"year": 366, "quarter": 92, "month": 31}


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [
        ({"quarter": (8, 30), "year": (8, 120), "month": (24, 10)}, "quarter"),
        ({"quarter": (32, 12), "year": (8, 48), "month": (96, 4)}, "year"),
        ({"quarter": (24, 3), "year": (6, 12)}, "year"),
        ({"quarter": (3, 90), "month": (9, 30), "year": (1, 270)}, "month"),
        ({"quarter": (3, 12), "month": (9, 4), "year": (1, 36)}, "month"),
        ({"quarter": (1, 90), "month": (3, 30), "year": (1, 90)}, "month"),
        ({"year": (2, 5)}, "year"),
    ],
)
def test_the_series_worth_drawing_is_drawn(
    counts: Mapping[str, tuple[int, int]], drawn: str
) -> None:
    tables = [
        RATIO.format(period=period, n=n, named=named, days=DAYS[period], ratio="1.5::DOUBLE")
        for period, (n, named) in counts.items()
    ]
    page = _rendered("".join(tables))
    assert f"by {drawn}" in (page.css_first("[role=img]").attributes["aria-label"] or "")
    assert len(_rows(page, "[aria-labelledby=ratio] details")) == counts[drawn][0]


def test_thin_periods_are_in_the_table_only() -> None:
    table = RATIO.format(
        period="year", n=9, days=366, named="if(i < 2, 9, 40)", ratio="if(i < 2, 64.0, 1.5)::DOUBLE"
    )
    page = _rendered(table)
    assert "1.50 in 2012" in (page.css_first("[role=img]").attributes["aria-label"] or "")
    assert "64.0" in _rows(page, "[aria-labelledby=ratio] details")[0]
    labels = _texts(page, "figure .wide svg text")
    assert "2012" in labels
    assert not {"2010", "64 : 1"} & set(labels)


@pytest.mark.parametrize("ratio", ["NULL::DOUBLE", "'inf'::DOUBLE", "0.0::DOUBLE", "'nan'::DOUBLE"])
def test_no_ratio_at_all_is_no_chart(ratio: str) -> None:
    page = _rendered(RATIO.format(period="quarter", n=8, days=92, named=40, ratio=ratio))
    assert page.css("[role=img]") == []


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "ratio", "–"),
        (float("nan"), "ratio", "–"),
        (float("inf"), "ratio", "∞"),
        (2.314, "ratio", "2.31"),
        (23.14, "ratio", "23.1"),
        (0.0312, "share", "3.1\u00a0%"),
        (0.588, "share", "59\u00a0%"),
        (-0.0312, "share per year", "−3.1 points a year"),
        (241250.4, "USD a year", "$241,250"),
        (2022.4, "year", "May 2022"),
        (2022.0, "year", "January 2022"),
        (2022.999, "year", "December 2022"),
        (2021.08363, "year", "January 2021"),
        (2017 + 59 / 365, "year", "March 2017"),
        (-3.5, "year", "the year −4"),
        (40321.5, "year", "the year 40,322"),
        (1e6, "log pay", "∞"),
        (-0.0004, "share", "0.0\u00a0%"),
        (-0.0004, "difference of shares", "0.0\u00a0points"),
        (0.0, "share per year", "0.0 points a year"),
        (-0.001, None, "0.00"),
        (-0.2, "USD a year", "$0"),
        (Decimal("1234.5"), None, "1,234"),
        (-2.5, None, "−2.50"),
    ],
)
def test_figures(value: Any, unit: str | None, said: str) -> None:
    assert figure(value, unit) == said


def test_figures_of_others_that_are_missing_are_not_drawn() -> None:
    with duckdb.connect(":memory:") as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA out")
        con.execute(
            """CREATE TABLE out.cross_checks AS SELECT 'hackernews roles' AS our_series,
                'counts' AS outside_series, 'Posts' AS outside_name, measure, unit,
                NULL::DOUBLE AS ours, NULL::DOUBLE AS ci_low, 'nan'::DOUBLE AS ci_high,
                NULL::BIGINT AS n_units, NULL::DOUBLE AS theirs_low, NULL::DOUBLE AS theirs_high,
                DATE '2021-01-01' AS period_start, NULL::BOOLEAN AS agrees, 'Too few.' AS note,
                NULL AS caveats, DATE '2025-12-31' AS newest_figure_on, false AS is_observed,
                'Counts' AS source, 'https://series.example.org' AS url, 'CC BY 4.0' AS licence
            FROM (VALUES ('level', 'share'), ('crossing_date', 'year')) AS m (measure, unit)"""
        )
        page = LexborHTMLParser(render_report(con, RUN))
    section = page.css_first("section[aria-labelledby=compared]")
    assert "can’t be told" in section.text()
    assert not re.search("nan|None", section.text())


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (1.2, float("inf"), "ratio", "1.20 or more"),
        (float("-inf"), -0.02, "difference of shares", "−2.0\u00a0points or less"),
        (float("-inf"), float("inf"), "ratio", ""),
        (-0.0001, 0.02, "difference of shares", "0.0 to +2.0\u00a0points"),
        (1.0, 1.0, "ratio", "1.00 to 1.00"),
    ],
)
def test_intervals(low: float, high: float, unit: str, said: str) -> None:
    assert interval(low, high, unit) == said


@pytest.mark.parametrize(
    ("n", "noun", "said"),
    [
        (1, "companies", "1 company"),
        (0, "roles", "0 roles"),
        (1, "machine-learning roles", "1 machine-learning role"),
        (10_000_000, "papers", "10,000,000 papers"),
        (None, "models", "– models"),
    ],
)
def test_what_is_counted_agrees_with_its_number(n: int | None, noun: str, said: str) -> None:
    assert counted(n, noun) == said


@pytest.mark.parametrize("lacking", ["as_of", "is_sample"])
def test_a_run_that_lacks_what_the_page_must_say(lacking: str) -> None:
    run = {key: value for key, value in RUN.items() if key != lacking}
    with duckdb.connect() as con, pytest.raises(KeyError, match=lacking):
        render_report(con, run)
