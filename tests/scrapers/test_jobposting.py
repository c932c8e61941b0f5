"""Pages with JobPosting data, and the spiders that find them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.jobposting import (
    day_of,
    loads,
    mend_text,
    origin_of,
    pay_of,
    read_page,
    stable,
    text_of,
)
from scrapers.landing import Line, Posting, Refusal, read_line
from scrapers.market import jobposting as site_market
from scrapers.market import smartrecruiters as smart_market
from scrapers.market.serve import served_spec
from scrapers.market.world import World, simulate
from scrapers.spiders.base import Board, BoardSpider, ShapeError, Step, Total, TruncatedError
from scrapers.spiders.jobposting import JobpostingSpider, choose
from scrapers.spiders.smartrecruiters import SmartrecruitersSpider
from tests.scrapers.crawling import by_board as health
from tests.scrapers.crawling import crawled, words_of
from tests.scrapers.server import Answer, Site

AT = datetime(2026, 10, 31, 6, tzinfo=UTC)
URL = "https://careers.apples.example/jobs/4711-sorter"
BOARD = Board("jobposting", "careers.apples.example", "careers.apples.example", None, AT)


def node(**changes: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Apple Sorter",
        "description": "<p>You sort apples by sound.</p>",
        "datePosted": "2026-10-01",
        "hiringOrganization": {"@type": "Organization", "name": "Apples GmbH"},
        **changes,
    }


def script(content: str, kind: str = "application/ld+json") -> str:
    return f'<script type="{kind}">{content}</script>'


def page(*parts: str) -> bytes:
    return f"<!doctype html><html><head>{''.join(parts)}</head><body></body></html>".encode()


def lines_of(body: bytes, url: str = URL) -> list[Line]:
    return list(read_page(body, url, BOARD))


def only(**changes: Any) -> Posting:
    """The one advert of a page whose data are changed so."""
    [line] = lines_of(page(script(json.dumps(node(**changes)))))
    assert isinstance(line, Posting), line
    return line


# --- reading a page ------------------------------------------------------------------------------


def test_a_page_says_what_its_data_say() -> None:
    posting = only(
        url=URL,
        employmentType=["FULL_TIME", "https://schema.org/PART_TIME"],
        validThrough="2026-12-31T23:59",
        identifier={"@type": "PropertyValue", "name": "Apples", "value": 4711},
        jobLocation={
            "@type": "Place",
            "address": {
                "addressLocality": "Jork",
                "addressRegion": "Lower Saxony",
                "addressCountry": {"@type": "Country", "name": ["DE"] * 10},
            },
        },
        baseSalary={
            "currency": "EUR",
            "value": {"minValue": 50000, "maxValue": "60000.0", "unitText": "YEAR"},
        },
        employmentUnit={"name": "Orchard"},
    )
    assert (posting.title, posting.company) == ("Apple Sorter", "Apples GmbH")
    assert posting.body == "<p>You sort apples by sound.</p>"
    assert posting.location == "Jork, Lower Saxony, DE"
    assert posting.address is not None
    assert posting.address.country == "DE"
    assert posting.employment_type == "FULL_TIME; PART_TIME"
    assert (posting.posted_on, posting.posted_basis) == (date(2026, 10, 1), "stated")
    assert posting.expires_on == date(2026, 12, 31)
    assert posting.department == "Orchard"
    [pay] = posting.pay_components
    assert (pay.min, pay.max, pay.currency, pay.interval) == (50000, "60000.0", "EUR", "YEAR")
    assert posting.requisition_id == "4711"
    assert (posting.source_id, posting.url) == ("careers.apples.example#4711", URL)


WHOLE = json.dumps(node())
DAMAGED = {
    "control characters": WHOLE.replace("by sound", "by\n\tsound\x0b"),
    "HTML comment": f"<!-- {WHOLE} -->",
    "comment before": f"<!-- made by a plugin -->\n{WHOLE}",
    "CDATA": f"//<![CDATA[\n{WHOLE}\n//]]>",
    "CDATA in comments": f"/*<![CDATA[*/{WHOLE}/*]]>*/",
    "bare CDATA": f"<![CDATA[{WHOLE}]]>",
    "semicolon": f"{WHOLE};",
    "comma at the end": WHOLE[:-1] + ",}",
    "commas in a list": WHOLE[:-1] + ', "skills": ["ears",,]}',
    "comment inside": WHOLE[:-1] + '\n// a remark with a "quote"\n}',
    "block comment inside": WHOLE[:-1] + "/* a remark */}",
    "bad escape": WHOLE.replace("by sound", r"by sound\'s"),
    "entities": WHOLE.replace('"', "&quot;"),
    "two values": f'{{"@type": "Organization"}}{WHOLE}',
    "values with a comma": f'{{"@type": "Organization"}},\n{WHOLE}',
    "rubbish behind": f"{WHOLE} var x = 1",
    "byte order mark": f"\ufeff{WHOLE}",
    "array": f"[{WHOLE}]",
    "graph": json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "X"}, node()]}),
    "main entity": json.dumps({"@type": "WebPage", "mainEntity": node()}),
    "list of items": json.dumps({"itemListElement": [{"@type": "ListItem", "item": node()}]}),
    "type in a list": json.dumps(node(**{"@type": ["Thing", "JobPosting"]})),
    "type as an address": json.dumps(node(**{"@type": "http://schema.org/JobPosting"})),
    "type with prefix": json.dumps(node(**{"@type": "schema:JobPosting"})),
    "properties with prefix": json.dumps(
        {key if key[0] == "@" else f"schema:{key}": value for key, value in node().items()}
    ),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_data_are_read_as_they_are_meant(content: str) -> None:
    [line] = lines_of(page(script(content)))
    assert isinstance(line, Posting), line
    assert (line.title, line.company) == ("Apple Sorter", "Apples GmbH")
    assert "sort apples" in line.body
    assert line.posted_on == date(2026, 10, 1)


@pytest.mark.parametrize(
    "kind", ["application/ld+json; charset=utf-8", "Application/LD+JSON", " application/ld+json "]
)
def test_the_type_of_a_script_is_taken_as_browsers_take_it(kind: str) -> None:
    assert len(lines_of(page(script(WHOLE, kind)))) == 1


def test_one_broken_block_costs_no_other() -> None:
    [line] = lines_of(page(script('{"@type": "JobPosting", "title": "Cut'), script(WHOLE)))
    assert isinstance(line, Posting)


def test_data_beyond_repair_are_refused_by_address() -> None:
    [line] = lines_of(page(script('{"@type": "JobPosting", "title": "an "apple" sorter"}')))
    assert isinstance(line, Refusal)
    assert line.source_id == "careers.apples.example/jobs/4711-sorter"
    assert "JSON-LD that can't be read" in line.reason
    assert "apple" not in line.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        page(),
        page(script(json.dumps({"@graph": [{"@type": "WebSite", "name": "Apples"}]}))),
        b"<html><body>How to mark up a JobPosting</body></html>",
        page(script(json.dumps({"@type": "JobPosting", "url": "/jobs/1", "title": "Similar"}))),
    ],
    ids=["empty", "bare", "graph without", "mentioned", "pointer"],
)
def test_a_page_without_an_advert_has_no_lines(body: bytes) -> None:
    assert lines_of(body) == []


def test_an_advert_without_text_is_refused() -> None:
    [line] = lines_of(page(script(json.dumps(node(description=" ")))))
    assert isinstance(line, Refusal)
    assert "no text" in line.reason


def test_the_page_stands_in_for_a_missing_description() -> None:
    told = "Our sorters listen to apples all day long. " * 6
    body = page(script(json.dumps(node(description=None, title="")))).replace(
        b"<body>",
        f"<body><nav>Home</nav><main><h1>Apple Sorter</h1><p>{told}</p>"
        "<script>track()</script></main><footer>Imprint</footer>".encode(),
    )
    [line] = lines_of(body)
    assert isinstance(line, Posting)
    assert line.title == "Apple Sorter"
    assert told.strip() in line.body
    assert "track" not in line.body
    assert "Imprint" not in line.body


def test_a_teaser_is_an_excerpt() -> None:
    assert only(description="<p>You sort apples and &hellip;</p>").is_excerpt
    assert not only().is_excerpt


def test_sections_come_in_reading_order_and_each_once() -> None:
    posting = only(
        description="You sort apples.\nYou need good ears.",
        qualifications="<ul><li>Good ears</li></ul>",
        responsibilities=["Sorting pears", "Counting them"],
        skills=["Python", {"@type": "DefinedTerm", "name": "Listening"}, "Python"],
        experienceRequirements={"monthsOfExperience": 24},
        jobBenefits="Apples",
    )
    order = [
        "You sort apples.<br>",
        "<h3>Responsibilities</h3>",
        "pears<br>Counting",
        "Python, Lis",
    ]
    order += ["<h3>Experience</h3>", "24 months"]
    places = [posting.body.index(part) for part in order]
    assert places == sorted(places)
    assert "Qualifications" not in posting.body, "the description has it"
    assert "Benefits" not in posting.body, "the description has the word"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "<p>R&amp;D</p>"),
        ("&amp;lt;p&amp;gt;Ears&amp;lt;/p&amp;gt;", "<p>Ears</p>"),
        ("<p>a &lt;b&gt; c</p>", "<p>a &lt;b&gt; c</p>"),
        (r"One\nTwo\u00e9 \"x\" <\/p>", 'One\nTwoé "x" </p>'),
        ("a\x00b\x1fc", "abc"),
        ("Plain & simple", "Plain & simple"),
        ("half \ud83d of a pair", "half ? of a pair"),
    ],
)
def test_texts_are_unescaped_until_they_are_html(said: str, meant: str) -> None:
    assert mend_text(said) == meant


@pytest.mark.parametrize(
    ("said", "company"),
    [
        ("Apples GmbH", "Apples GmbH"),
        ([{"name": "Apples GmbH"}, {"name": "Pears"}], "Apples GmbH"),
        ({"legalName": "Apples GmbH"}, "Apples GmbH"),
        ({"name": ["Apples &amp; Sons", "x"]}, "Apples & Sons"),
        ({"@id": "#us"}, "Apples by reference"),
        ({"name": "https://apples.example"}, None),
        ({"name": "N/A"}, None),
        (None, None),
    ],
)
def test_employers_come_in_many_shapes(said: Any, company: str | None) -> None:
    us = {"@type": "Organization", "@id": "#us", "name": "Apples by reference"}
    data = json.dumps({"@graph": [us, node(hiringOrganization=said)]})
    [line] = lines_of(page(script(data)))
    assert isinstance(line, Posting)
    assert line.company == company


def place(city: str, name: str = "") -> dict[str, Any]:
    return {"@type": "Place", "name": name, "address": {"addressLocality": city}}


@pytest.mark.parametrize(
    ("changes", "where", "workplace"),
    [
        ({"jobLocation": "Jork, Germany"}, ("Jork, Germany",), None),
        ({"jobLocation": [place("Jork"), place("Stade"), place("Jork")]}, ("Jork", "Stade"), None),
        # Software that repeats the first address.
        ({"jobLocation": [place("Jork", "Jork, DE"), place("Jork", "Stade, DE")]},
         ("Jork, DE", "Stade, DE"), None),
        ({"jobLocation": {"address": "Am Deich 1, Jork"}}, ("Am Deich 1, Jork",), None),
        ({"jobLocation": {"@type": "PostalAddress", "addressCountry": "DE"}}, ("DE",), None),
        ({"jobLocation": {"name": "Everywhere", "address": {"addressCountry": "null"}}},
         ("Everywhere",), None),
        ({"jobLocationType": "TELECOMMUTE",
          "applicantLocationRequirements": [{"@type": "Country", "name": "USA"}, "Canada"]},
         ("USA", "Canada"), "remote"),
        ({"jobLocationType": ["https://schema.org/TELECOMMUTE"], "jobLocation": place("Jork")},
         ("Jork",), "remote"),
        ({"jobLocationType": "Hybrid", "jobLocation": place("Jork")}, ("Jork",), "Hybrid"),
        ({"jobLocation": [[], {}, None, ""]}, (), None),
    ],
)  # fmt: skip
def test_places(changes: dict[str, Any], where: tuple[str, ...], workplace: str | None) -> None:
    posting = only(**changes)
    said = (posting.location, *posting.secondary_locations) if posting.location else ()
    assert said == where
    assert posting.workplace == workplace
    assert posting.is_remote is (True if workplace == "remote" else None)


AMOUNT = {"@type": "MonetaryAmount", "currency": "USD"}


@pytest.mark.parametrize(
    ("said", "bands", "words"),
    [
        ({**AMOUNT, "value": {"value": 40, "unitText": "HOUR"}}, [(40, 40, "USD", "HOUR")], None),
        ({**AMOUNT, "value": {"value": 5, "minValue": 1, "maxValue": 9}}, [(1, 9, "USD", None)],
         None),
        ({**AMOUNT, "minValue": "50,000", "unitText": "YEAR"}, [("50,000", None, "USD", "YEAR")],
         None),
        ({**AMOUNT, "value": "50000-60000"}, [("50000", "60000", "USD", None)], None),
        (50000, [(50000, 50000, "EUR", None)], None),
        ("50000", [("50000", "50000", "EUR", None)], None),
        ([{**AMOUNT, "value": 1}, {**AMOUNT, "value": 2}, {**AMOUNT, "value": 1}],
         [(1, 1, "USD", None), (2, 2, "USD", None)], None),
        ({"@type": "PriceSpecification", "price": 7, "priceCurrency": "SEK"},
         [(7, 7, "SEK", None)], None),
        ({"value": {"@value": 12, "@type": "Number"}}, [(12, 12, "EUR", None)], None),
        ({**AMOUNT, "value": {"minValue": 0, "maxValue": 0, "unitText": "YEAR"}}, [], None),
        ({**AMOUNT, "value": {"minValue": 0, "maxValue": 9, "unitCode": "ANN"}},
         [(None, 9, "USD", "YEAR")], None),
        ({**AMOUNT, "value": {"minValue": None, "maxValue": float("nan")}}, [], None),
        ("£50k to £60k a year", [], "£50k to £60k a year"),
        ({**AMOUNT, "value": {"value": "$40/h+", "unitText": "HOUR"}}, [], "USD $40/h+ per hour"),
        ("Competitive", [], None),
        (True, [], None),
        (None, [], None),
    ],
)  # fmt: skip
def test_pay(said: Any, bands: list[tuple[Any, ...]], words: str | None) -> None:
    posting = only(baseSalary=said, salaryCurrency="EUR")
    assert [(p.min, p.max, p.currency, p.interval) for p in posting.pay_components] == bands
    assert not any(p.is_estimated for p in posting.pay_components)
    assert posting.pay_text == words


def test_estimated_pay_is_kept_apart() -> None:
    said = [
        {"@type": "MonetaryAmountDistribution", "name": "base", "currency": "USD",
         "duration": "P1Y", "percentile10": 90, "median": 100, "percentile90": 120},
        {"name": "bonus", "currency": "USD", "median": 5},
    ]  # fmt: skip
    base, bonus = only(estimatedSalary=said).pay_components
    assert (base.type, base.min, base.max, base.interval) == ("Salary", 90, 120, "YEAR")
    assert (bonus.type, bonus.min, bonus.max) == ("bonus", 5, 5)
    assert base.is_estimated
    assert bonus.is_estimated
    assert only(estimatedSalary="about 50 apples").estimated_pay_text == "about 50 apples"
    assert pay_of("about 50 apples") == ((), "about 50 apples")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-10-01", date(2026, 10, 1)),
        ("2026-1-5", date(2026, 1, 5)),
        ("2026/10/01", date(2026, 10, 1)),
        ("2026-10-01 23:30:00", date(2026, 10, 1)),
        ("2026-10-01T23:30:00-05:00", date(2026, 10, 2)),
        ("2026-10-01T23:30:00.123+0000", date(2026, 10, 1)),
        ("2026-10-01T00:00:00+02:00", date(2026, 10, 1)),
        ("2026-10-01T00:30+02:00", date(2026, 9, 30)),
        ("20261001", date(2026, 10, 1)),
        (1790812800, date(2026, 10, 1)),
        (1790812800000, date(2026, 10, 1)),
        ("1790812800", date(2026, 10, 1)),
        ("October 1, 2026", date(2026, 10, 1)),
        ("Oct 1st 2026", date(2026, 10, 1)),
        ("1 October 2026", date(2026, 10, 1)),
        ("Thu, 01 Oct 2026 00:00:00 GMT", date(2026, 10, 1)),
        ("Thu Oct 01 2026 00:00:00 GMT+0000 (Coordinated Universal Time)", date(2026, 10, 1)),
        ("1. Oktober 2026", date(2026, 10, 1)),
        ("1 de octubre de 2026", date(2026, 10, 1)),
        ("01.10.2026", date(2026, 10, 1)),
        ("31/10/2026", date(2026, 10, 31)),
        ("10/31/2026", date(2026, 10, 31)),
        ("05/05/2026", date(2026, 5, 5)),
        (["", "2026-10-01"], date(2026, 10, 1)),
        ({"@type": "Date", "@value": "2026-10-01"}, date(2026, 10, 1)),
        ("02/03/2026", None),
        ("1970-01-01", None),
        ("0001-01-01T00:00:00", None),
        ("2099-01-01", None),
        ("2026-02-31", None),
        ("2026-13-01T10:00:00+05:00", None),
        (0, None),
        (True, None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_days(said: Any, day: date | None) -> None:
    # A value object is plain by the time that it is read.
    plain = {k.lstrip("@"): v for k, v in said.items()} if isinstance(said, dict) else said
    assert day_of(plain, date(2026, 11, 1)) == day
    posting = only(datePosted=said)
    assert (posting.posted_on, posting.posted_basis) == (day, "stated" if day else None)


def test_a_posting_without_end_does_not_expire() -> None:
    assert only(validThrough="9999-12-31").expires_on is None
    assert only(validThrough="2035-01-01").expires_on == date(2035, 1, 1)


MICRODATA = b"""<!doctype html><html><body>
<div itemscope itemtype="http://schema.org/JobPosting">
  <h1 itemprop="title">Apple Sorter</h1>
  <a itemprop="hiringOrganization" href="/about">Apples GmbH</a>
  <time itemprop="datePosted">2026-10-01</time>
  <span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place">
    <span itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">
      <span itemprop="addressLocality">Jork</span><meta itemprop="addressCountry" content="DE">
    </span>
  </span>
  <span itemprop="baseSalary" itemscope itemtype="http://schema.org/MonetaryAmount">
    <meta itemprop="currency" content="EUR"><meta itemprop="minValue" content="50000.00">
  </span>
  <div itemprop="description"><h2>Work</h2>
    <ul><li>You sort apples</li></ul><script>x()</script>
    <div itemprop="qualifications">Good ears</div>
  </div>
</div></body></html>"""


def test_microdata_keep_the_markup_of_texts() -> None:
    [line] = lines_of(MICRODATA)
    assert isinstance(line, Posting)
    assert (line.title, line.company, line.location) == ("Apple Sorter", "Apples GmbH", "Jork, DE")
    assert line.posted_on == date(2026, 10, 1)
    assert "<li>You sort apples</li>" in line.body
    assert line.body.count("Good ears") == 1
    assert "x()" not in line.body
    [pay] = line.pay_components
    assert (pay.min, pay.max, pay.currency) == ("50000.00", None, "EUR")


def test_microdata_whose_element_was_closed_too_early() -> None:
    opening = b'<div itemscope itemtype="http://schema.org/JobPosting">'
    body = MICRODATA.replace(opening, b"<div>" + opening + b"</div>")
    [line] = lines_of(body)
    assert isinstance(line, Posting)
    assert (line.title, line.location) == ("Apple Sorter", "Jork, DE")
    assert "You sort apples" in line.body


def test_json_ld_counts_before_microdata_and_damage_before_neither() -> None:
    both = MICRODATA.replace(
        b"<body>", b"<body>" + script(json.dumps(node(title="By JSON"))).encode()
    )
    assert [line.title for line in lines_of(both) if isinstance(line, Posting)] == ["By JSON"]
    damaged = MICRODATA.replace(b"<body>", b"<body>" + script('{"@type": "JobPosting", ').encode())
    assert [type(line) for line in lines_of(damaged)] == [Posting]


@pytest.mark.parametrize(
    ("encoded", "declared"),
    [
        ("utf-8", "iso-8859-1"),
        ("utf-8", "utf-16"),
        ("utf-8", None),
        ("utf-8-sig", "x-unknown"),
        ("windows-1252", "windows-1252"),
        ("windows-1252", None),
        ("windows-1252", "utf-8"),
        ("utf-16", "utf-8"),
    ],
)
def test_wrong_charset_declarations_do_no_harm(encoded: str, declared: str | None) -> None:
    title = "Apfelprüfer für Öl – Größe"
    body = page(script(json.dumps(node(title=title), ensure_ascii=False))).decode().encode(encoded)
    [line] = read_page(body, URL, BOARD, declared)
    assert isinstance(line, Posting)
    assert line.title == title


def test_a_declaration_in_the_page_counts() -> None:
    body = '<meta charset="iso-8859-2">Łódź'.encode("iso-8859-2")
    assert text_of(body).endswith("Łódź")


# --- what an advert is known by ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.apples.example/jobs/1/?utm_source=x&gh_src=y#top", "apples.example/jobs/1"),
        ("http://Apples.example:80/jobs/1;jsessionid=0F", "apples.example/jobs/1"),
        ("https://apples.example/jobs?id=1&fbclid=z", "apples.example/jobs?id=1"),
        ("https://apples.example:8443/jobs", "apples.example:8443/jobs"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_links_to_the_same_page_are_one(url: str, name: str) -> None:
    assert stable(url) == name


@pytest.mark.parametrize(
    ("url", "canonical", "identifier", "source_id"),
    [
        # An identifier that the address has is the advert's own; one that it lacks may be all's.
        ("https://a.example/jobs/sorter-4711", "", "4711", "a.example#4711"),
        ("https://a.example/job/4711-sorter", "", {"value": "4711"}, "a.example#4711"),
        ("https://a.example/jobs/sorter", "", "4711", "a.example/jobs/sorter"),
        ("https://a.example/jobs/sorter-4711", "", "sorter", "a.example/jobs/sorter-4711"),
        # The canonical address, where it says as much.
        ("https://a.example/jobs/1?lang=de", "https://a.example/jobs/1-sorter?x=1", None,
         "a.example/jobs/1-sorter?x=1"),
        ("https://a.example/x/jobs/1", "/jobs/1", None, "a.example/x/jobs/1"),
        ("https://a.example/careers?gh_jid=7", "https://a.example/careers", None,
         "a.example/careers?gh_jid=7"),
        ("https://a.example/jobs/1", "https://b.example/jobs/1", None, "a.example/jobs/1"),
        ("https://a.example/jobs/1", "http://[broken", None, "a.example/jobs/1"),
    ],
)  # fmt: skip
def test_identity(url: str, canonical: str, identifier: Any, source_id: str) -> None:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    [line] = lines_of(page(link, script(json.dumps(node(identifier=identifier)))), url)
    assert isinstance(line, Posting)
    assert line.source_id == source_id


def test_several_adverts_on_a_page_are_told_apart() -> None:
    nodes = [
        node(title="A", url="/jobs/1"),
        node(title="B", url="/jobs/2"),
        node(title="C", identifier="R-3"),
        node(title="D"),
        node(title="E"),
        node(title="A", url="/jobs/1"),
        {"@type": "JobPosting", "title": "Only a pointer", "url": "/jobs/9"},
    ]
    found = lines_of(page(script(json.dumps(nodes))), "https://a.example/jobs")
    assert [line.source_id for line in found if isinstance(line, Posting)] == [
        "a.example/jobs/1",
        "a.example/jobs/2",
        "a.example/jobs#r-3",
        "a.example/jobs",
        "a.example/jobs#e",
    ]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://apples.example/careers?gh_jid=4711", ("greenhouse", "4711")),
        ("https://boards.greenhouse.io/apples/jobs/4711#app", ("greenhouse", "4711")),
        ("https://jobs.lever.co/apples/0b1c2d3e-0000-4000-8000-000000000001/apply",
         ("lever", "0b1c2d3e-0000-4000-8000-000000000001")),
        ("https://jobs.smartrecruiters.com/Apples/744000000000001-sorter",
         ("smartrecruiters", "744000000000001")),
        ("https://apples.bamboohr.com/careers/12", ("bamboohr", "12")),
        ("https://apples.example/jobs/4711", None),
        ("https://apples.example/?gh_jid=x", None),
        ("http://[broken", None),
    ],
)  # fmt: skip
def test_adverts_of_platforms_are_recognised(url: str, origin: tuple[str, str] | None) -> None:
    assert origin_of(url) == origin


# --- nothing raises ------------------------------------------------------------------------------

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "N/A", "2026-10-01", "0", "50-60", "<p>x</p>", "\ud83d", "&lt;b&gt;", "\\u"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@value",
                    "name",
                    "value",
                    "minValue",
                    "currency",
                    "address",
                    "unitText",
                    "addressCountry",
                    "url",
                    "addressLocality",
                    "median",
                    "description",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
_PROPERTIES = st.sampled_from(
    ["title", "description", "skills", "hiringOrganization", "jobLocation", "baseSalary", "url",
     "estimatedSalary", "identifier", "datePosted", "validThrough", "employmentType",
     "jobLocationType", "applicantLocationRequirements", "employmentUnit",
     "salaryCurrency", "@id", "@type"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(_PROPERTIES, _VALUES, max_size=5), url=st.text(max_size=30))
def test_no_value_of_any_property_raises(changes: dict[str, Any], url: str) -> None:
    body = page(script(json.dumps({**node(), **changes})))
    for address in (URL, url):
        for line in lines_of(body, address or "x"):
            assert isinstance(line, Posting | Refusal)
            assert read_line(line.model_dump_json(exclude_none=True)) is not None


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([page(script(WHOLE)), MICRODATA])))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        end = min(len(whole), start + data.draw(st.integers(0, 8)))
        whole[start:end] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b'"', b"{", b"<", b">"])
        )
    for line in lines_of(bytes(whole)):
        assert isinstance(line, Posting | Refusal)


@given(st.text(max_size=60))
def test_loads_gives_a_value_or_says_that_it_can_not(text: str) -> None:
    try:
        loads(text)
    except (ValueError, RecursionError):
        return


def test_deep_nesting_is_refused_or_ignored() -> None:
    deep = '{"@type": "JobPosting", "title": ' + "[" * 100_000 + "]" * 100_000 + "}"
    [line] = lines_of(page(script(deep)))
    assert isinstance(line, Refusal)
    nested = (
        '<div itemscope itemtype="https://schema.org/JobPosting"><div itemprop="description">' * 400
    )
    assert lines_of(nested.encode() + b"x") is not None


# --- sitemaps ------------------------------------------------------------------------------------


def steps_of(body: bytes, step: Step, board: Board = BOARD) -> list[Step]:
    payload = JobpostingSpider.decode(body)
    return [s for s in JobpostingSpider.read(payload, step, board) if isinstance(s, Step)]


def urlset(*urls: str, lastmod: str = "") -> bytes:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    rows = "".join(f"<url><loc> {url} </loc>{changed}</url>" for url in urls)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    ).encode()


SITEMAP = Step("https://careers.apples.example/sitemap.xml", kind="sitemap")


def test_robots_txt_names_the_sitemaps() -> None:
    robots = Step("https://careers.apples.example/robots.txt")
    said = b"User-agent: *\nDisallow:\nSitemap: /s.xml\r\nsitemap:https://cdn.example/j.xml.gz\n"
    assert [step.url for step in steps_of(said, robots)] == [
        "https://careers.apples.example/s.xml",
        "https://cdn.example/j.xml.gz",
    ]
    for silent in (b"User-agent: *", b"", b"<!doctype html><html><body>Home</body></html>"):
        assert steps_of(silent, robots) == [SITEMAP]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_gives_pages_with_the_newest_first(pack: Any) -> None:
    body = urlset("https://careers.apples.example/jobs/1", lastmod="2026-10-01T10:00:00+02:00")
    more = urlset("https://careers.apples.example/jobs/2", lastmod="2026-10-02")
    both = body.replace(b"</urlset>", more.partition(b'0.9">')[2])
    first, second = steps_of(pack(both), SITEMAP)
    assert (first.url[-1], second.url[-1]) == ("2", "1")
    assert first.kind == "page"
    assert second.changed_at == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert first.changed_at is not None
    assert first.changed_at.date() == date(2026, 10, 2)
    assert first.changed_at.hour == 23, "a change later on that day must not be missed"


def test_an_index_leads_to_the_sitemaps_about_jobs_and_not_deeper_than_it_should() -> None:
    body = urlset(
        "https://careers.apples.example/post-sitemap.xml",
        "https://careers.apples.example/job-sitemap.xml",
    )
    index = body.replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>")
    [step] = steps_of(index, SITEMAP)
    assert step.url.endswith("job-sitemap.xml")
    assert dict(step.extra) == {"depth": "1", "note": "1 of 2 sitemaps are about jobs"}
    with pytest.raises(TruncatedError, match="nested"):
        steps_of(index, SITEMAP._replace(extra=(("depth", "3"),)))


def test_a_text_is_a_sitemap_too() -> None:
    assert len(steps_of(b"https://careers.apples.example/jobs/1\n\n", SITEMAP)) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<!doctype html><html><body>Not found</body></html>", ShapeError),
        (b"", ShapeError),
        (b"No sitemap here", ShapeError),
        (b'<?xml version="1.0"?><rss><channel/></rss>', ShapeError),
        (urlset("https://careers.apples.example/jobs/1")[:-20], TruncatedError),
        (gzip.compress(b"<urlset>" + b" " * 70_000_000), TruncatedError),
    ],
    ids=["page", "empty", "text", "feed", "cut", "bomb"],
)
def test_what_is_no_sitemap_is_named(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        steps_of(body, SITEMAP)


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "https://careers.apples.example/jobs/1">]>'
    body = urlset("&a;").replace(b"<urlset", bomb + b"<urlset")
    assert steps_of(body, SITEMAP) == []


MIXED = [
    "https://apples.example/about",
    "https://apples.example/careers",
    "https://apples.example/careers/sorter-1",
    "https://www.apples.example/en/jobs/sorter-2",
    "https://apples.example/blog/how-we-sort",
    "https://jobs.apples.example/x/3",
    "https://pears.example/jobs/4",
]


@pytest.mark.parametrize(
    ("urls", "sitemap", "board", "chosen"),
    [
        (MIXED, "https://apples.example/sitemap.xml", "apples.example", [2, 3]),
        (MIXED, "https://apples.example/sitemap.xml", "apples.example/careers", [2]),
        (MIXED[:1] * 3, "https://apples.example/sitemap.xml", "apples.example", [0]),
        ([f"https://apples.example/{n}" for n in range(60)], "https://apples.example/s.xml",
         "apples.example", []),
        ([f"https://apples.example/{n}" for n in range(60)], "https://apples.example/jobs.xml",
         "apples.example", list(range(60))),
        ([f"https://jobs.apples.example/{n}" for n in range(60)], "https://jobs.apples.example/s.xml",
         "jobs.apples.example", list(range(60))),
    ],
)  # fmt: skip
def test_pages_that_look_like_adverts_are_chosen(
    urls: list[str], sitemap: str, board: str, chosen: list[int]
) -> None:
    assert choose(urls, sitemap, board) == [urls[number] for number in chosen]


def test_a_sitemap_without_a_likely_address_is_no_empty_board() -> None:
    with pytest.raises(TruncatedError, match="none of the 60"):
        steps_of(
            urlset(*(f"https://apples.example/{n}" for n in range(60))),
            Step("https://apples.example/sitemap.xml", kind="sitemap"),
            BOARD._replace(name="apples.example"),
        )


def test_a_page_as_board_gives_its_adverts_or_leads_to_them() -> None:
    entry = Step("https://apples.example/careers")
    [line] = JobpostingSpider.read(JobpostingSpider.decode(page(script(WHOLE))), entry, BOARD)
    assert isinstance(line, Posting)
    links = (
        b'<a href="/careers/1">A</a><a href="/about">B</a><a href="https://x.example/jobs/1">C</a>'
    )
    [step] = steps_of(b"<html>" + links + b"</html>", entry)
    assert step == Step("https://apples.example/careers/1", kind="page")
    with pytest.raises(ShapeError, match="no JobPosting"):
        steps_of(b"<html><a href='/about'>About</a></html>", entry)


@pytest.mark.parametrize(
    ("board", "first"),
    [
        ("careers.apples.example", "https://careers.apples.example/robots.txt"),
        ("apples.example/careers", "https://apples.example/robots.txt"),
        ("http://apples.example:8080", "http://apples.example:8080/robots.txt"),
        ("https://apples.example/jobs.xml", "https://apples.example/jobs.xml"),
    ],
)
def test_boards_are_hosts_folders_or_addresses(board: str, first: str) -> None:
    assert JobpostingSpider.address(board) == first


# --- SmartRecruiters -----------------------------------------------------------------------------

COMPANY = Board("smartrecruiters", "Apples", "Apples", None, AT)


def smart(body: bytes, step: Step) -> list[Any]:
    return list(SmartrecruitersSpider.read(SmartrecruitersSpider.decode(body), step, COMPANY))


LISTING = Step(SmartrecruitersSpider.address("Apples"))
ADVERT = Step(
    "https://jobs.smartrecruiters.com/Apples/744000000000001-sorter",
    kind="detail",
    source_id="744000000000001",
)


def test_smartrecruiters_lists_the_adverts_of_the_company_alone() -> None:
    body = b"""<html><body><a href="/Apples/744000000000001-sorter?trid=1">A</a>
        <a href="https://jobs.smartrecruiters.com/apples/744000000000001-sorter">again</a>
        <a href="https://careers.smartrecruiters.com/Apples/744000000000002">B</a>
        <a href="/Pears/744000000000003-x">C</a><a href="/Apples">Home</a>
        <a href="https://api.smartrecruiters.com/v1/companies/Apples/postings/744000000000004">D</a>
        <a rel="next" href="/Apples?page=2">More</a></body></html>"""
    steps = smart(body, LISTING)
    assert [step.url for step in steps] == [
        "https://jobs.smartrecruiters.com/Apples/744000000000001-sorter",
        "https://jobs.smartrecruiters.com/Apples/744000000000002",
        "https://jobs.smartrecruiters.com/Apples?page=2",
    ]
    assert [step.source_id for step in steps] == ["744000000000001", "744000000000002", None]


def test_smartrecruiters_asks_the_search_behind_a_page_that_is_built_in_the_browser() -> None:
    [step] = smart(b"<html><body><div id=app></div></body></html>", LISTING)
    assert step.kind == "search"
    row = {
        "id": "744000000000001",
        "name": "Sorter",
        "company": {"identifier": "apples", "name": "Apples GmbH"},
        "location": {"city": "Jork", "country": "de", "hybrid": True},
        "typeOfEmployment": {"label": "Full-time"},
        "refNumber": "REF1",
        "ref": "https://api.smartrecruiters.com/v1/companies/Apples/postings/744000000000001",
    }
    other = {**row, "id": "2", "company": {"identifier": "Pears"}}
    total, found = smart(json.dumps({"totalFound": 1, "content": [row, other]}).encode(), step)
    assert total == Total(1)
    assert found.url == "https://jobs.smartrecruiters.com/apples/744000000000001"
    assert dict(found.extra)["workplace"] == "hybrid"
    [posting] = smart(page(script(json.dumps(node()))), found)
    assert posting.source_id == "744000000000001"
    assert (posting.location, posting.workplace) == ("Jork, de", "hybrid")
    assert (posting.requisition_id, posting.employment_type) == ("REF1", "Full-time")


def test_smartrecruiters_never_leads_to_the_host_that_asks_crawlers_to_stay_away() -> None:
    body = b'<a href="https://api.smartrecruiters.com/v1/companies/Apples/postings">API</a>'
    row = {
        "id": "1",
        "ref": "https://api.smartrecruiters.com/x",
        "company": {"identifier": "Apples"},
    }
    found = [
        *smart(b"<html>" + body + b"</html>", LISTING),
        *smart(json.dumps({"content": [row]}).encode(), LISTING._replace(kind="search")),
    ]
    assert found
    assert not [s for s in found if "//jobs.smartrecruiters.com/" not in s.url]
    assert all(t.startswith("https://jobs.") for t in SmartrecruitersSpider.templates)


def test_smartrecruiters_reads_the_place_that_its_microdata_leave_out() -> None:
    body = MICRODATA.replace(
        b"</h1>",
        b"</h1><spl-job-location formattedaddress='Jork, Germany' workplacetype='Remote'>"
        b"</spl-job-location>",
    ).replace(b"jobLocation", b"x-location")
    [posting] = smart(body, ADVERT)
    assert posting.source_id == "744000000000001"
    assert (posting.location, posting.workplace, posting.is_remote) == (
        "Jork, Germany", "remote", True,
    )  # fmt: skip
    assert posting.origin_source is None


@pytest.mark.parametrize(
    ("body", "step", "error"),
    [
        (b"<html>This job has closed</html>", ADVERT, ShapeError),
        (b'{"error": 1}', ADVERT, ShapeError),
        (b"{}", LISTING, ShapeError),
        (b"<html></html>", LISTING._replace(kind="search"), ShapeError),
        (b'{"content": [], "totalFound": 0}', LISTING._replace(kind="search"), TruncatedError),
    ],
)
def test_smartrecruiters_takes_nothing_else_for_an_answer(
    body: bytes, step: Step, error: type[Exception]
) -> None:
    with pytest.raises(error):
        smart(body, step)


# --- whole crawls --------------------------------------------------------------------------------


def crawl(folder: Path, spider: str, boards: str = "", **options: Any) -> list[Line]:
    out = folder / "out.jsonl"
    quick = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0}
    return crawled(words_of(spider, out, boards, quick | options), out)


def origins(folder: Path, **sites: str) -> Path:
    path = folder / "origins.yaml"
    path.write_text("".join(f"https://{host}: {to}\n" for host, to in sites.items()))
    return path


def advert(number: int) -> Answer:
    body = page(script(json.dumps(node(title=f"Sorter {number}"))))
    return Answer(body, headers={"Content-Type": "text/html", "ETag": f'"{number}"'})


def read_order(lines: list[Line]) -> list[str]:
    return sorted(line.model_dump_json() for line in lines if isinstance(line, Posting))


def test_a_site_is_read_through_its_sitemaps(site: Site, tmp_path: Path) -> None:
    host = "careers.apples.example"
    index = urlset(f"https://{host}/jobs-1.xml.gz", f"https://{host}/jobs-1.xml.gz")
    site.routes |= {
        "/robots.txt": Answer(
            f"Sitemap: https://{host}/index.xml\nDisallow: /jobs/secret".encode()
        ),
        "/index.xml": Answer(
            index.replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>")
        ),
        "/jobs-1.xml.gz": Answer(
            gzip.compress(
                urlset(*(f"https://{host}/jobs/{n}" for n in (1, 2, "gone", "blank", "about")))
            )
        ),
        "/jobs/1": advert(1),
        "/jobs/2": advert(2),
        "/jobs/blank": Answer(b"<html>JobPosting</html>", headers={"Content-Type": "text/html"}),
        "/jobs/about": Answer(b"<html>About</html>", headers={"Content-Type": "text/html"}),
    }
    file = origins(tmp_path, **{host: site.origin})
    lines = crawl(tmp_path, "jobposting", host, ORIGINS_FILE=file, RECORD_DIR=tmp_path / "warc")
    assert {line.source_id for line in lines if isinstance(line, Posting)} == {
        f"{host}/jobs/1",
        f"{host}/jobs/2",
    }
    said = health(lines)[host]
    assert (said.state, said.is_listing, said.rows_seen) == ("ok", True, 2)
    assert said.reason == "no JobPosting on 2 pages"
    again = crawl(tmp_path, "jobposting", REPLAY_DIR=tmp_path / "warc")
    assert read_order(again) == read_order(lines)


@pytest.mark.parametrize(
    ("routes", "state", "reason"),
    [
        ({}, "unknown", "404"),
        ({"/robots.txt": Answer(b"User-agent: *")}, "failed", "/sitemap.xml: HTTP 404"),
        ({"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n")}, "forbidden", "robots"),
        ({"/sitemap.xml": Answer(b"<html>Home</html>")}, "failed", "no sitemap but a page"),
        ({"/sitemap.xml": Answer(urlset("https://a.example/jobs/1")),
          "/jobs/1": Answer(b"<html>Built in the browser</html>")}, "failed", "no JobPosting on"),
        ({"/sitemap.xml": Answer(urlset("https://a.example/jobs/1", "https://a.example/jobs/2")),
          "/jobs/1": advert(1), "/jobs/2": Answer(b"", 500)}, "truncated", "500"),
    ],
    ids=["nothing", "no sitemap", "forbidden", "page for sitemap", "no data", "one page fails"],
)  # fmt: skip
def test_no_failure_of_a_site_is_an_empty_board(
    site: Site, tmp_path: Path, routes: dict[str, Any], state: str, reason: str
) -> None:
    site.routes |= routes
    file = origins(tmp_path, **{"a.example": site.origin})
    said = health(crawl(tmp_path, "jobposting", "a.example", ORIGINS_FILE=file))["a.example"]
    assert said.state == state
    assert reason in (said.reason or "")


def test_smartrecruiters_over_http(site: Site, tmp_path: Path) -> None:
    listing = b'<html><a href="/Apples/744000000000001-sorter">Sorter</a></html>'
    html = {"Content-Type": "text/html; charset=utf-8"}
    site.routes |= {
        "/Apples": Answer(listing, headers=html),
        "/Apples/744000000000001-sorter": Answer(MICRODATA, headers=html),
    }
    file = origins(tmp_path, **{"jobs.smartrecruiters.com": site.origin})
    lines = crawl(tmp_path, "smartrecruiters", "Apples,Pears", ORIGINS_FILE=file)
    [posting] = [line for line in lines if isinstance(line, Posting)]
    assert (posting.board, posting.source_id) == ("Apples", "744000000000001")
    assert {name: line.state for name, line in health(lines).items()} == {
        "Apples": "ok",
        "Pears": "unknown",
    }


@pytest.mark.shared
def test_archived_pages_that_nobody_else_asks_for_are_read(shared: Path, tmp_path: Path) -> None:
    lines = crawl(tmp_path, "jobposting", REPLAY_DIR=shared / "captures")
    said = health(lines)
    assert {name: (line.state, line.rows_seen) for name, line in said.items()} == {
        "neura-robotics.com": ("ok", 1),
        "www.metacareers.com": ("ok", 1),
        "www.reed.co.uk": ("ok", 1),
        "www.seek.com.au": ("ok", 0),
    }
    assert said["www.seek.com.au"].reason == "no JobPosting on the page"
    assert not any(line.is_listing for line in said.values())
    postings = {line.board: line for line in lines if isinstance(line, Posting)}
    assert len(postings["www.metacareers.com"].secondary_locations) == 8
    assert postings["www.reed.co.uk"].pay_components[0].currency == "GBP"
    assert postings["www.reed.co.uk"].observed_at.date() == date(2020, 12, 22)
    assert all(len(line.body) > 500 and line.title and line.company for line in postings.values())


# --- the simulated market ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(served_spec(200))


def walk(
    spider: type[BoardSpider], board: Board, table: Mapping[str, tuple[bytes, str]]
) -> list[Line]:
    """All that a spider reads of a board, without a network."""
    steps, found = [Step(spider.addresses(board.name)[-1])], list[Any]()
    while steps:
        step = steps.pop()
        body, _ = table[f"/{step.url.split('/', 3)[3]}"]
        for item in spider.read(spider.decode(body), step, board):
            (steps if isinstance(item, Step) else found).append(item)
    return [item for item in found if not isinstance(item, Total)]


@pytest.mark.parametrize("module", [site_market, smart_market], ids=["jobposting", "smart"])
def test_the_markets_pages_are_read_without_loss(module: Any, world: World) -> None:
    day = world.spec.as_of
    spider = JobpostingSpider if module is site_market else SmartrecruitersSpider
    table = module.answers(world, day)
    adverts = [a for b in world.boards.values() for ads in b.values() for a in ads]
    # A title has no markup, also where somebody tries.
    titles = {" ".join(re.sub(r"<[^>]+>", " ", a.role.title).split()) for a in adverts}
    employers = {n for e in world.employers for n in (e.name, e.said_as)}
    total = 0
    for name, company, _ in module.boards(world):
        lines = walk(spider, Board(spider.name, name, company or name, None, AT), table)
        assert not [line for line in lines if not isinstance(line, Posting)]
        postings = [line for line in lines if isinstance(line, Posting)]
        assert len({p.source_id for p in postings}) == len(postings)
        for posting in postings:
            assert posting.title in titles
            assert posting.company in employers
            assert posting.location
            assert len(posting.body) > 200
            assert not re.search("&lt;(p|h3|ul)&gt;", posting.body)
            assert posting.posted_on is None or posting.posted_on <= day
        total += len(postings)
    assert total > 5
    pages = {body for path, (body, _) in table.items() if re.search(r"/jobs/|/\d{9,}", path)}
    assert total == len(pages), "every page with an advert is read"
