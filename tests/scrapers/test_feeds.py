"""The feeds: what their payloads become, and their pages over real HTTP.

Belongs here: the six feeds of adverts of many employers. Does not belong here: what goes wrong in
any walk (`test_walk`), or that no key of a payload is lost (`test_keys`).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.landing import BoardObservation, Line, PayComponent, Posting, Refusal
from scrapers.market import arbeitnow, himalayas, jobicy, remoteok, themuse, weworkremotely
from scrapers.market.shelf import html_of
from scrapers.market.texts import advert
from scrapers.market.world import MarketSpec, World, simulate
from scrapers.spiders.arbeitnow import ArbeitnowSpider
from scrapers.spiders.base import Board, BoardSpider, ShapeError, Step, Total, TruncatedError
from scrapers.spiders.himalayas import HimalayasSpider
from scrapers.spiders.jobicy import JobicySpider, is_teaser
from scrapers.spiders.remoteok import RemoteokSpider, repaired
from scrapers.spiders.themuse import LAST_PAGE, ThemuseSpider
from scrapers.spiders.weworkremotely import WeworkremotelySpider
from tests.scrapers.crawling import crawled, origins_file, words_of
from tests.scrapers.server import Answer, Site, as_json
from warehouse.normalise.text import to_text

AT = datetime(2026, 10, 31, 6, tzinfo=UTC)
FEEDS: tuple[type[BoardSpider], ...] = (
    ArbeitnowSpider,
    HimalayasSpider,
    RemoteokSpider,
    ThemuseSpider,
    JobicySpider,
    WeworkremotelySpider,
)
ORIGINS = (
    "https://www.arbeitnow.com",
    "https://himalayas.app",
    "https://remoteok.com",
    "https://www.themuse.com",
    "https://jobicy.com",
    "https://weworkremotely.com",
)


def board_of(spider: type[BoardSpider]) -> Board:
    name = spider.fixed_boards[0]
    return Board(spider.name, name, name, None, AT)


def lines_of(spider: type[BoardSpider], payload: Any) -> list[Line]:
    return list(spider.postings(payload, board_of(spider)))


def posting_of(spider: type[BoardSpider], payload: Any) -> Posting:
    [line] = lines_of(spider, payload)
    assert isinstance(line, Posting), line
    return line


def step_of(spider: type[BoardSpider], url: str | None = None) -> Step:
    return Step(url or spider.address(spider.fixed_boards[0]))


# ------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("spider", "url"),
    [
        (ArbeitnowSpider, "https://www.arbeitnow.com/api/job-board-api?page=1"),
        (HimalayasSpider, "https://himalayas.app/jobs/api?limit=20&offset=0"),
        (RemoteokSpider, "https://remoteok.com/api"),
        (ThemuseSpider, "https://www.themuse.com/api/public/jobs?page=0"),
        (JobicySpider, "https://jobicy.com/api/v2/remote-jobs?count=100"),
        (WeworkremotelySpider, "https://weworkremotely.com/remote-jobs.rss"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_feed_is_asked_at_its_address_and_known_by_it(
    spider: type[BoardSpider], url: str
) -> None:
    assert not spider.takes_boards
    [board] = spider.fixed_boards
    assert spider.addresses(board) == [url]
    assert spider.board_of(url) == board
    host = url.split("/")[2]
    for other in (f"https://{host}/robots.txt", f"https://{host}/", f"{url}&more=1", "https://a/b"):
        assert spider.board_of(other) is None


# ------------------------------------------------------------------------------------- Arbeitnow


def arbeitnow_row(slug: str = "ml-engineer-berlin-1", **changes: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "company_name": "Apfelwerk GmbH",
        "title": "ML Engineer (m/w/d)",
        "description": "<p>Wir sortieren Äpfel mit PyTorch.</p>\n",
        "remote": False,
        "url": f"https://www.arbeitnow.com/jobs/companies/apfelwerk/{slug}",
        "tags": ["Remote", "Data"],
        "job_types": ["Full time", "Permanent"],
        "location": "Berlin",
        "created_at": 1793000000,
        **changes,
    }


def arbeitnow_page(*rows: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    own = "https://www.arbeitnow.com/api/job-board-api"
    links = {"first": f"{own}?page=1", "last": None, "prev": None, "next": following}
    return {"data": list(rows), "links": links, "meta": {"per_page": 100, "path": own}}


def test_arbeitnow_an_advert() -> None:
    found = posting_of(ArbeitnowSpider, arbeitnow_page(arbeitnow_row()))
    assert found.source_id == "ml-engineer-berlin-1"
    assert found.url == "https://www.arbeitnow.com/jobs/companies/apfelwerk/ml-engineer-berlin-1"
    assert (found.company, found.title) == ("Apfelwerk GmbH", "ML Engineer (m/w/d)")
    assert (found.location, found.is_remote) == ("Berlin", False)
    assert (found.department, found.employment_type) == ("Data", "Full time, Permanent")
    assert found.posted_on == date(2026, 10, 26), "seconds, not milliseconds"
    assert found.posted_basis == "stated"


FOOTER = '<p>Find {more}<a href="https://www.arbeitnow.{tld}/x">{said}</a> on Arbeitnow</a>'


@pytest.mark.parametrize(
    "footer",
    [
        FOOTER.format(more="", tld="com", said="Jobs in Germany"),
        FOOTER.format(more="more ", tld="co.uk", said="English Speaking Jobs in United Kingdom"),
        FOOTER.format(more="more ", tld="com", said="English Speaking Jobs") + "</p>\n",
    ],
)
@pytest.mark.parametrize("text", ["<p>Work.</p>", "&lt;p&gt;Work.&lt;/p&gt;"])
def test_arbeitnow_its_own_last_line_is_no_part_of_the_advert(text: str, footer: str) -> None:
    row = arbeitnow_row(description=f"{text}\n{footer}")
    assert posting_of(ArbeitnowSpider, arbeitnow_page(row)).body == text
    within = arbeitnow_row(description=f"{footer}<p>And so on.</p>")
    assert "on Arbeitnow" in posting_of(ArbeitnowSpider, arbeitnow_page(within)).body
    alone = arbeitnow_row(description=footer)
    assert posting_of(ArbeitnowSpider, arbeitnow_page(alone)).title == "ML Engineer (m/w/d)"


def test_arbeitnow_the_next_page_is_asked_of_the_host_that_was_asked() -> None:
    page = arbeitnow_page(following="http://mirror.example/api/job-board-api?page=7")
    [step] = ArbeitnowSpider.read(page, step_of(ArbeitnowSpider), board_of(ArbeitnowSpider))
    assert step == Step("https://www.arbeitnow.com/api/job-board-api?page=7")
    last = arbeitnow_page()
    assert not list(ArbeitnowSpider.read(last, step_of(ArbeitnowSpider), board_of(ArbeitnowSpider)))


# ------------------------------------------------------------------------------------- Himalayas


def himalayas_row(slug: str = "ml-engineer-1", **changes: Any) -> dict[str, Any]:
    page = f"https://himalayas.app/companies/orchard/jobs/{slug}"
    return {
        "title": "ML Engineer",
        "excerpt": "We sort apples",
        "companyName": "Orchard",
        "companySlug": "orchard",
        "employmentType": "Full Time",
        "minSalary": None,
        "maxSalary": None,
        "salaryPeriod": "annual",
        "currency": None,
        "seniority": ["Senior"],
        "locationRestrictions": [],
        "timezoneRestrictions": [-5],
        "categories": ["ML-Engineer"],
        "description": "<p>We sort apples with PyTorch.</p>",
        "pubDate": 1793000000,
        "expiryDate": 1798000000,
        "applicationLink": page,
        "guid": page,
        **changes,
    }


def himalayas_page(
    *rows: dict[str, Any], offset: int = 0, total: int | None = None, **more: Any
) -> dict[str, Any]:
    said = {} if total is None else {"totalCount": total}
    return {"updatedAt": 1793000000, "offset": offset, "limit": 20, **said, "jobs": rows, **more}


def as_served(page: dict[str, Any]) -> Any:
    return json.loads(json.dumps(page))


@pytest.mark.parametrize(
    ("low", "high", "currency", "period"),
    [
        (120_000, 150_000, "USD", "annual"),
        (2_738.1, 2_738.1, "EUR", "monthly"),
        (25.5, 34.5, "USD", "hourly"),
        (None, 90_000, "GBP", "annual"),
    ],
)
def test_himalayas_pay_has_the_period_that_stands_beside_it(
    low: float | None, high: float | None, currency: str, period: str
) -> None:
    row = himalayas_row(minSalary=low, maxSalary=high, currency=currency, salaryPeriod=period)
    found = posting_of(HimalayasSpider, as_served(himalayas_page(row)))
    assert found.pay_components == (
        PayComponent(type="Salary", min=low, max=high, currency=currency, interval=period),
    )


def test_himalayas_an_advert() -> None:
    row = himalayas_row(
        locationRestrictions=["Canada", "United States"],
        description="<div>We sort apples.</div>"
        '<p>Originally posted on <a href="https://himalayas.app">Himalayas</a></p>',
    )
    found = posting_of(HimalayasSpider, as_served(himalayas_page(row)))
    assert found.source_id == found.url == row["guid"]
    assert (found.company, found.location) == ("Orchard", "Canada")
    assert found.secondary_locations == ("United States",)
    assert found.body == "<div>We sort apples.</div>", "the same text as elsewhere"
    assert (found.posted_on, found.expires_on) == (date(2026, 10, 26), date(2026, 12, 23))
    assert found.is_remote
    assert not found.pay_components, "a period without a figure is no pay"
    anywhere = posting_of(HimalayasSpider, as_served(himalayas_page(himalayas_row())))
    assert anywhere.location is None


def steps(spider: type[BoardSpider], payload: Any, url: str | None = None) -> list[str]:
    found = spider.read(payload, step_of(spider, url), board_of(spider))
    return [item.url for item in found if isinstance(item, Step)]


def test_himalayas_pages_follow_what_came() -> None:
    rows = [himalayas_row(str(number)) for number in range(19)]
    base = "https://himalayas.app/jobs/api?limit=20&"

    def following(page: dict[str, Any], url: str | None = None) -> list[str]:
        return steps(HimalayasSpider, as_served(page), url)

    assert following(himalayas_page(*rows, total=40)) == [f"{base}offset=19"]
    assert following(himalayas_page(*rows, total=59), f"{base}offset=40") == []
    assert following(himalayas_page(total=40)) == [], "no rows, though more are claimed"
    assert following(himalayas_page(*rows)) == [f"{base}offset=19"], "no total is said"
    by_cursor = himalayas_page(*rows, total=40, nextCursor="a/b=")
    assert following(by_cursor) == [f"{base}cursor=a%2Fb%3D"]
    assert following(himalayas_page(*rows, total=40), f"{base}cursor=last") == []


# ------------------------------------------------------------------------------------- Remote OK


def asked_by(word: str = "GRACE", address: str = "RMTk4LjUxLjEwMC43") -> str:
    return (
        f"<br/><br/>Please mention the word **{word}** and tag {address}= when applying to show "
        f"you read the job post completely (#{address}=). This is a beta feature to avoid spam "
        "applicants. Companies can search these words to find applicants that read this and see "
        "they're human."
    )


NOTICE = {"last_updated": 1793000000, "legal": "Link back, please."}


def remoteok_row(**changes: Any) -> dict[str, Any]:
    return {
        "slug": "remote-ml-engineer-orchard-77",
        "id": "77",
        "epoch": 1793000000,
        "date": "2026-10-26T07:33:20+00:00",
        "company": "Orchard",
        "company_logo": "",
        "position": "ML Engineer",
        "tags": ["engineer"],
        "description": "<p>We sort apples.</p>" + asked_by(),
        "location": "Remote, ",
        "salary_min": 0,
        "salary_max": 0,
        "apply_url": "https://remoteOK.com/remote-jobs/remote-ml-engineer-orchard-77",
        "url": "https://remoteOK.com/remote-jobs/remote-ml-engineer-orchard-77",
        **changes,
    }


def test_remoteok_the_notice_is_no_advert_and_nothing_stated_is_no_pay() -> None:
    found = posting_of(RemoteokSpider, [NOTICE, remoteok_row()])
    assert (found.source_id, found.company, found.title) == ("77", "Orchard", "ML Engineer")
    assert found.url == "https://remoteOK.com/remote-jobs/remote-ml-engineer-orchard-77"
    assert found.location == "Remote"
    assert found.posted_on == date(2026, 10, 26)
    assert found.pay_components == ()
    assert lines_of(RemoteokSpider, [NOTICE]) == []


@pytest.mark.parametrize("is_own", [True, False])
def test_remoteok_pay_of_adverts_from_elsewhere_is_a_guess(is_own: bool) -> None:
    more = {"original": True} if is_own else {}
    row = remoteok_row(salary_min=60_000, salary_max=90_000, **more)
    [pay] = posting_of(RemoteokSpider, [row]).pay_components
    assert (pay.min, pay.max, pay.currency, pay.interval) == (60_000, 90_000, "USD", "YEAR")
    assert pay.is_estimated is not is_own
    [half] = posting_of(RemoteokSpider, [remoteok_row(salary_max=80_000)]).pay_components
    assert (half.min, half.max) == (None, 80_000)


@pytest.mark.parametrize(
    "tail",
    [
        asked_by(),
        asked_by("SWIFT", "RMjAzLjAuMTEzLjk"),
        " Please mention the word **FAIR** when applying to show you read the job post completely. "
        "This is a beta feature to avoid spam applicants.",
        "\nBe sure to mention the words RALLY CLOWN CEREAL when applying to show you read the job "
        "post completely.",
        f"<p>{asked_by().removeprefix('<br/><br/>')}</p>",
    ],
)
@pytest.mark.parametrize("text", ["<p>We sort apples.</p>", "Please mention the word on the box."])
def test_remoteok_who_asked_is_no_part_of_the_advert(text: str, tail: str) -> None:
    found = posting_of(RemoteokSpider, [remoteok_row(description=text + tail)])
    assert found.body == text


def damaged(text: str, charset: str = "latin-1") -> str:
    """As a text reads when its UTF-8 is taken for something else."""
    return text.encode().decode(charset)


MEANT = [
    "Café in São Paulo – we’re hiring",
    "Se busca analista de migración",
    "Größe, Übermut, Straße",
    "Приём на работу",
    "拼貼趣 in 台北",
    "🚀 Ship it",
    "Zażółć gęślą jaźń",
    "à Paris, déjà vu",
]


@pytest.mark.parametrize("text", MEANT)
def test_remoteok_texts_of_the_wrong_charset_are_repaired(text: str) -> None:
    assert repaired(damaged(text)) == text
    row = remoteok_row(
        position=damaged(text), company=damaged(text), description=f"<p>{damaged(text)}</p>"
    )
    found = posting_of(RemoteokSpider, [row])
    assert (found.title, found.company, found.body) == (text, text, f"<p>{text}</p>")


def test_remoteok_the_other_wrong_charset_too() -> None:
    assert repaired("weâ€™re hiring â€“ now") == "we’re hiring – now"
    assert repaired("gestiÃ³n") == "gestión"
    cut = damaged("– Café – déjà – vu") + " servi\xc3"
    assert repaired(cut) == "– Café – déjà – vu servi\xc3", "what is left of a character stays"


@pytest.mark.parametrize(
    "text",
    [
        *MEANT,
        "NESTLÉ®",
        "MANHÃ\xa0e TARDE",
        "SOCIÉTÉ\xa0: l’été",
        "«\xa0CAFÉ\xa0»",
        "naïve “quotes” – and £5",
        "A\xa0b",
        "São Paulo, AÇÃO",
        "plain",
        "",
    ],
)
def test_remoteok_what_is_right_stays(text: str) -> None:
    assert repaired(text) == text


LETTERS = st.characters(whitelist_categories=("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "So"))


@given(st.lists(st.text(LETTERS, min_size=1), min_size=1).map(" ".join))
def test_remoteok_words_survive_the_damage_and_only_that_is_changed(text: str) -> None:
    bad = damaged(text)
    assert repaired(bad) in (text, bad), (
        "repaired as a whole, or left alone where nothing proves it"
    )
    if re.search("[\x80-\x9f]", bad):
        assert repaired(bad) == text


# -------------------------------------------------------------------------------------- The Muse


def muse_row(number: int = 5, **changes: Any) -> dict[str, Any]:
    return {
        "contents": "<p>We sort apples.</p>",
        "name": "ML Engineer",
        "type": "external",
        "publication_date": "2026-10-26T07:33:20Z",
        "short_name": "ml-engineer-5",
        "model_type": "jobs",
        "id": number,
        "locations": [{"name": "Flexible / Remote"}, {"name": "New York, NY"}],
        "categories": [{"name": "Software Engineering"}, {"name": "Data Science"}],
        "levels": [{"name": "Senior Level", "short_name": "senior"}],
        "tags": [],
        "refs": {"landing_page": f"https://www.themuse.com/jobs/orchard/ml-engineer-{number}"},
        "company": {"id": 9, "short_name": "orchard", "name": "Orchard"},
        **changes,
    }


def muse_page(*rows: dict[str, Any], page: int = 0, pages: int = 1, **more: Any) -> dict[str, Any]:
    return {"page": page, "page_count": pages, "timed_out": False, "results": list(rows), **more}


def test_themuse_an_advert() -> None:
    found = posting_of(ThemuseSpider, muse_page(muse_row()))
    assert (found.source_id, found.company, found.title) == ("5", "Orchard", "ML Engineer")
    assert (found.location, found.secondary_locations) == ("Flexible / Remote", ("New York, NY",))
    assert found.url == "https://www.themuse.com/jobs/orchard/ml-engineer-5"
    assert found.posted_on == date(2026, 10, 26)
    assert found.department is None, "a category is the feed's guess"
    assert posting_of(ThemuseSpider, muse_page(muse_row(locations=[]))).location is None


def test_themuse_pages_end_at_the_cap_with_a_reason() -> None:
    def read(page: int, pages: int, **more: Any) -> list[Any]:
        url = f"https://www.themuse.com/api/public/jobs?page={page}"
        payload = muse_page(muse_row(), page=page, pages=pages, **more)
        return list(
            ThemuseSpider.read(payload, step_of(ThemuseSpider, url), board_of(ThemuseSpider))
        )

    assert Total(30) in read(0, 2, total=30)
    assert read(0, 2)[-1] == Step("https://www.themuse.com/api/public/jobs?page=1")
    assert not [item for item in read(1, 2) if isinstance(item, Step)]
    assert not [item for item in read(LAST_PAGE, LAST_PAGE + 1) if isinstance(item, Step)]
    with pytest.raises(TruncatedError, match="cap is page 99, and the feed has 20000 pages"):
        read(LAST_PAGE, 20_000)
    with pytest.raises(TruncatedError, match="ran out of time"):
        read(0, 1, timed_out=True)


# ---------------------------------------------------------------------------------------- Jobicy

WHOLE = "<p>We sort apples.</p>" + "<p>You will teach a model what a good apple is.</p>" * 30
TEASER = "We sort apples. You will teach a model what a good apple is, and then&hellip;"


def jobicy_row(**changes: Any) -> dict[str, Any]:
    return {
        "id": 150_001,
        "url": "https://jobicy.com/jobs/150001-ml-engineer",
        "jobSlug": "150001-ml-engineer",
        "jobTitle": "ML Engineer &amp; Grader",
        "companyName": "Orchard",
        "companyLogo": "https://jobicy.com/logo.webp",
        "jobIndustry": ["Data Science &amp; Analytics"],
        "jobType": ["Full-Time", "Contract"],
        "jobGeo": "EMEA,  UK",
        "jobLevel": "Senior",
        "jobExcerpt": TEASER,
        "jobDescription": WHOLE,
        "pubDate": "2026-10-26T07:33:20+00:00",
        **changes,
    }


def test_jobicy_an_advert() -> None:
    found = posting_of(JobicySpider, {"jobs": [jobicy_row()]})
    assert (found.source_id, found.title) == ("150001", "ML Engineer & Grader")
    assert found.url == "https://jobicy.com/jobs/150001-ml-engineer"
    assert (found.location, found.secondary_locations) == ("EMEA", ("UK",))
    assert found.employment_type == "Full-Time, Contract"
    assert found.posted_on == date(2026, 10, 26)
    assert found.pay_components == ()
    older = jobicy_row(pubDate="2026-10-26 07:33:20", jobGeo=["Europe", "USA"], jobType="full-time")
    found = posting_of(JobicySpider, {"jobs": [older]})
    assert (found.posted_on, found.employment_type) == (date(2026, 10, 26), "full-time")
    assert (found.location, found.secondary_locations) == ("Europe", ("USA",))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"salaryMin": 54_000, "salaryMax": 98_000, "salaryPeriod": "yearly"},
            (54_000, 98_000, "yearly"),
        ),
        ({"salaryMin": 30, "salaryMax": 45, "salaryPeriod": "hourly"}, (30, 45, "hourly")),
        ({"annualSalaryMin": "70000", "annualSalaryMax": "90000"}, ("70000", "90000", "yearly")),
        ({"salaryMin": 0, "salaryMax": 0, "salaryPeriod": "yearly"}, None),
        ({"annualSalaryMin": "", "annualSalaryMax": ""}, None),
    ],
)
def test_jobicy_pay_by_its_present_and_its_former_names(
    fields: dict[str, Any], expected: tuple[Any, ...] | None
) -> None:
    row = jobicy_row(salaryCurrency="USD", **fields)
    pay = posting_of(JobicySpider, {"jobs": [row]}).pay_components
    assert [(p.min, p.max, p.interval) for p in pay] == ([expected] if expected else [])
    assert all(p.currency == "USD" for p in pay)


@pytest.mark.parametrize(
    ("description", "excerpt", "expected"),
    [
        (WHOLE, TEASER, False),
        (WHOLE, "", False),
        ("<p>We sort apples.</p>", "We sort apples.", False),
        (f"{WHOLE}<p>Apply, and join us...</p>", TEASER, False),
        ("", TEASER, True),
        ("<p> </p>", "", True),
        (TEASER, TEASER, True),
        (f"<p>{TEASER}</p>", "", True),
        ("<p>We sort apples [...]</p>", "", True),
        ("<p>We sort apples [&#8230;]</p>", "", True),
        ("<p>We sort apples... <a>Read more</a></p>", "", True),
        ("<p>We sort apples. You will teach</p>", TEASER, True),
    ],
)
def test_jobicy_a_teaser_is_told_from_an_advert_and_marked(
    description: str, excerpt: str, expected: bool
) -> None:
    assert is_teaser(description, excerpt) == expected
    row = jobicy_row(jobDescription=description, jobExcerpt=excerpt)
    [line] = lines_of(JobicySpider, {"jobs": [row]})
    assert isinstance(line, Posting)
    assert line.is_excerpt == expected


# ------------------------------------------------------------------------------ We Work Remotely


def rss(*items: dict[str, str], head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    said = "".join(
        "<item>"
        + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in item.items())
        + '<media:content url="https://pictures.example/logo.gif" type="image/png"/></item>'
        for item in items
    )
    return (
        f'{head}\n<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss"><channel>'
        f"<title>Remote jobs</title>{said}</channel></rss>\n"
    ).encode()


def rss_item(slug: str = "orchard-ml-engineer", **changes: str) -> dict[str, str]:
    page = f"https://weworkremotely.com/remote-jobs/{slug}"
    return {
        "title": "Orchard: ML Engineer: Apples",
        "region": "Europe Only",
        "country": "",
        "state": "California",
        "skills": "PyTorch, C++, and R&D",
        "category": "Programming",
        "type": "Full-Time",
        "description": "<p>We sort <b>apples</b>.</p>",
        "pubDate": "Mon, 26 Oct 2026 23:30:00 -0200",
        "expires_at": "Wed, 25 Nov 2026 07:33:20 +0000",
        "guid": page,
        "link": page,
        **changes,
    }


def read_rss(body: bytes) -> list[Line]:
    return lines_of(WeworkremotelySpider, WeworkremotelySpider.decode(body))


def test_weworkremotely_an_advert() -> None:
    [found] = read_rss(rss(rss_item(country="🇵🇹 Portugal")))
    assert isinstance(found, Posting)
    assert (found.company, found.title) == ("Orchard", "ML Engineer: Apples")
    assert (
        found.source_id == found.url == "https://weworkremotely.com/remote-jobs/orchard-ml-engineer"
    )
    assert (found.location, found.secondary_locations) == ("Europe Only", ("🇵🇹 Portugal",))
    assert (found.department, found.employment_type) == ("Programming", "Full-Time")
    assert (found.posted_on, found.expires_on) == (date(2026, 10, 27), date(2026, 11, 25))
    assert found.body == (
        "<p>We sort <b>apples</b>.</p>\n<h3>Skills</h3><p>PyTorch, C++, and R&amp;D</p>"
    )


@pytest.mark.parametrize(
    ("title", "company", "said"),
    [
        ("Orchard &amp; Sons: Grader", "Orchard & Sons", "Grader"),
        ("Grader", None, "Grader"),
        ("Ratio 3:1 Grader", None, "Ratio 3:1 Grader"),
    ],
)
def test_weworkremotely_the_company_stands_before_the_colon(
    title: str, company: str | None, said: str
) -> None:
    [found] = read_rss(rss(rss_item(title=title)))
    assert isinstance(found, Posting)
    assert (found.company, found.title) == (company, said)


def test_weworkremotely_damaged_documents() -> None:
    whole = rss(rss_item(), rss_item("other"))
    for cut in range(60, len(whole) - 8, 97):
        with pytest.raises(TruncatedError):
            WeworkremotelySpider.decode(whole[:cut])
    with pytest.raises(ShapeError, match="empty"):
        WeworkremotelySpider.decode(b" \n")
    with pytest.raises(ShapeError, match="not RSS; it begins '<html>"):
        WeworkremotelySpider.decode(b"<html><p>Back soon</p></html>")
    with pytest.raises(ShapeError, match="not XML"):
        WeworkremotelySpider.decode(whole.replace(b"</item>", b"", 1))
    with pytest.raises(ShapeError, match="channel"):
        WeworkremotelySpider.decode(b"<rss></rss>")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>'
    with pytest.raises(ShapeError, match="not RSS"):
        WeworkremotelySpider.decode(bomb)
    assert read_rss(rss()) == []


def test_weworkremotely_charsets_and_forbidden_characters() -> None:
    latin = rss(rss_item(title="Café: Grader"), head='<?xml version="1.0" encoding="ISO-8859-1"?>')
    [found] = read_rss(latin.decode().encode("latin-1"))
    assert isinstance(found, Posting)
    assert found.company == "Café"
    [found] = read_rss(b"\xef\xbb\xbf" + rss(rss_item(title="Orch\x0bard: Grader")))
    assert isinstance(found, Posting)
    assert found.company == "Orchard"


# ------------------------------------------------------------------------------- odd payloads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "jobs", "results", "links", "id", "slug", "guid", "title"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_a_payload_of_any_shape_gives_rows_refusals_or_a_shape_error(payload: Any) -> None:
    for spider in FEEDS[:-1]:
        try:
            lines = lines_of(spider, payload)
        except ShapeError:
            continue
        assert all(isinstance(line, Posting | Refusal) for line in lines)


ROWS: dict[type[BoardSpider], Callable[[dict[str, Any]], Any]] = {
    ArbeitnowSpider: lambda row: {"data": [{**arbeitnow_row(), **row}]},
    HimalayasSpider: lambda row: {"jobs": [{**himalayas_row(), **row}]},
    RemoteokSpider: lambda row: [{**remoteok_row(), **row}],
    ThemuseSpider: lambda row: {"results": [{**muse_row(), **row}]},
    JobicySpider: lambda row: {"jobs": [{**jobicy_row(), **row}]},
}


@pytest.mark.parametrize("spider", ROWS, ids=lambda spider: spider.name)
def test_a_row_with_one_odd_field_is_refused_or_read_and_never_more(
    spider: type[BoardSpider],
) -> None:
    sample = ROWS[spider]({})
    [rows] = sample.values() if isinstance(sample, dict) else [sample]
    for name in rows[0]:
        for odd in (None, "", 7, -1, 1e300, "x", [], ["x"], [None], {}, {"x": 1}, True):
            [line] = lines_of(spider, ROWS[spider]({name: odd}))
            assert isinstance(line, Posting | Refusal)


@pytest.mark.parametrize("piece", [" ", "<p", "<", "<br", "&nbsp;", "<p>Find ", "<a ", "Ã", "..."])
def test_a_hostile_text_costs_no_time(piece: str) -> None:
    text = piece * 300_000
    begin = time.process_time()
    lines_of(ArbeitnowSpider, arbeitnow_page(arbeitnow_row(description=text)))
    lines_of(HimalayasSpider, {"jobs": [himalayas_row(description=text)]})
    lines_of(RemoteokSpider, [remoteok_row(description=text)])
    lines_of(JobicySpider, {"jobs": [jobicy_row(jobDescription=text, jobExcerpt=text)]})
    assert time.process_time() - begin < 10


# ------------------------------------------------------------------------------ the made-up feeds

MADE_UP: dict[type[BoardSpider], Any] = {
    ArbeitnowSpider: arbeitnow,
    HimalayasSpider: himalayas,
    RemoteokSpider: remoteok,
    ThemuseSpider: themuse,
    JobicySpider: jobicy,
    WeworkremotelySpider: weworkremotely,
}


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(MarketSpec())


def walk(spider: type[BoardSpider], world: World, day: date) -> list[Any]:
    """All that a made-up feed gives, page by page."""
    module = MADE_UP[spider]
    answers = module.answers(world, day)
    found: list[Any] = []
    todo = [step_of(spider)]
    for step in todo:
        body, _ = answers.pop(step.url.removeprefix(module.ORIGIN))
        items = list(spider.read(spider.decode(body), step, board_of(spider)))
        todo += [item for item in items if isinstance(item, Step)]
        found += [item for item in items if not isinstance(item, Step)]
    assert not answers, "a page that nobody is sent to"
    return found


@pytest.mark.parametrize("spider", MADE_UP, ids=lambda spider: spider.name)
def test_a_made_up_feed_passes_on_what_employers_advertise(
    spider: type[BoardSpider], world: World
) -> None:
    day = world.spec.as_of
    said = {
        (role.employer.name, role.title): to_text(
            html_of(advert(role, world.spec.seed, item.version(day)))
        )
        for boards in world.boards.values()
        for adverts in boards.values()
        for item in adverts
        for role in [item.role]
        if item.is_open(day) and item.is_listed
    }
    postings = [
        item
        for item in walk(spider, world, day)
        if isinstance(item, Posting) and not item.is_excerpt
    ]
    assert len({posting.source_id for posting in postings}) > 30
    same = 0
    for posting in postings:
        text = said[posting.company or "", posting.title or ""]
        same += text in to_text(posting.body)
    # Two roles of an employer may share a title.
    assert same > 0.9 * len(postings)


def test_a_made_up_feed_has_what_is_odd_in_the_real_one(world: World) -> None:
    day = world.spec.as_of
    slugs = ids(walk(ArbeitnowSpider, world, day))
    assert len(slugs) > len(set(slugs)), "rows that move between pages"
    rows = walk(HimalayasSpider, world, day)
    postings = [item for item in rows if isinstance(item, Posting)]
    assert Total(len(postings)) in rows
    pay = [part for posting in postings for part in posting.pay_components]
    assert {part.interval for part in pay} >= {"annual", "hourly"}
    read = [item for item in walk(JobicySpider, world, day) if isinstance(item, Posting)]
    assert 0 < sum(line.is_excerpt for line in read) < len(read)
    raw, _ = remoteok.answers(world, day)["/api"]
    assert "legal" in json.loads(raw)[0]


def test_a_made_up_feed_is_the_same_again_and_who_asks_is_not(world: World) -> None:
    day = world.spec.as_of
    for module in MADE_UP.values():
        assert module.answers(world, day) == module.answers(world, day)
    texts = {
        line["id"]: line["description"]
        for line in json.loads(remoteok.answers(world, day)["/api"][0])[1:]
    }
    before = date.fromordinal(day.toordinal() - 1)
    earlier = {
        line["id"]: line["description"]
        for line in json.loads(remoteok.answers(world, before)["/api"][0])[1:]
    }
    both = texts.keys() & earlier.keys()
    assert both
    assert not any(texts[number] == earlier[number] for number in both)


# -------------------------------------------------------------------------------- over real HTTP


QUICK = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "RETRY_TIMES": "0",
    "RETRY_BACK_OFF_S": "0",
}


def crawl(folder: Path, spider: str, site: Site | None = None, **settings: Any) -> list[Line]:
    """Run `scrapy crawl` as a person would."""
    out = folder / f"{spider}.jsonl"
    given = QUICK | settings
    if site is not None:
        given["ORIGINS_FILE"] = origins_file(folder, dict.fromkeys(ORIGINS, site.origin))
    return crawled(words_of(spider, out, None, given), out)


def seen_of(lines: list[Line]) -> BoardObservation:
    [found] = [line for line in lines if isinstance(line, BoardObservation)]
    return found


def ids(lines: list[Line]) -> list[str]:
    return [line.source_id for line in lines if isinstance(line, Posting)]


ARBEITNOW = "/api/job-board-api?page={}"
HIMALAYAS = "/jobs/api?limit=20&offset={}"
MUSE = "/api/public/jobs?page={}"


def test_arbeitnow_rows_that_move_between_pages_come_once(site: Site, tmp_path: Path) -> None:
    pages = [("a", "b", "c"), ("c", "d", "e"), ("e", "f")]
    for number, slugs in enumerate(pages, 1):
        there = f"{site.origin}{ARBEITNOW.format(number + 1)}" if number < len(pages) else None
        page = arbeitnow_page(*map(arbeitnow_row, slugs), following=there)
        site.routes[ARBEITNOW.format(number)] = as_json(page)
    lines = crawl(tmp_path, "arbeitnow", site)
    assert ids(lines) == ["a", "b", "c", "d", "e", "f"]
    found = seen_of(lines)
    assert (found.state, found.rows_seen, found.board) == ("ok", 6, "job-board")
    assert found.is_listing
    assert site.paths() == [ARBEITNOW.format(n) for n in (1, 2, 3)]


def test_arbeitnow_pages_that_repeat_for_ever_end_and_are_said(site: Site, tmp_path: Path) -> None:
    for number in range(1, 9):
        page = arbeitnow_page(arbeitnow_row("a"), following=ARBEITNOW.format(number + 1))
        site.routes[ARBEITNOW.format(number)] = as_json(page)
    lines = crawl(tmp_path, "arbeitnow", site)
    assert ids(lines) == ["a"]
    found = seen_of(lines)
    assert found.state == "truncated"
    assert "page 2 shows only adverts that came before" in (found.reason or "")
    assert len(site.paths()) == 2


def himalayas_site(site: Site, count: int, total: int) -> None:
    for offset in range(0, count, 20):
        rows = [himalayas_row(str(n)) for n in range(offset, min(offset + 20, count))]
        page = himalayas_page(*rows, offset=offset, total=total)
        site.routes[HIMALAYAS.format(offset)] = as_json(page)


def test_himalayas_is_read_to_its_end(site: Site, tmp_path: Path) -> None:
    himalayas_site(site, 45, total=45)
    lines = crawl(tmp_path, "himalayas", site)
    assert len(ids(lines)) == len(set(ids(lines))) == 45
    assert seen_of(lines).state == "ok"
    assert site.paths() == [HIMALAYAS.format(n) for n in (0, 20, 40)]


def test_himalayas_fewer_than_it_says_is_truncated_and_the_rows_are_kept(
    site: Site, tmp_path: Path
) -> None:
    himalayas_site(site, 40, total=60)
    site.routes[HIMALAYAS.format(40)] = as_json(himalayas_page(offset=40, total=60))
    lines = crawl(tmp_path, "himalayas", site)
    assert len(ids(lines)) == 40
    found = seen_of(lines)
    assert found.state == "truncated"
    assert "says 60 adverts and gives 40" in (found.reason or "")


def test_a_page_that_fails_truncates(site: Site, tmp_path: Path) -> None:
    himalayas_site(site, 40, total=60)
    site.routes[HIMALAYAS.format(40)] = Answer(status=500)
    found = seen_of(crawl(tmp_path, "himalayas", site))
    assert (found.state, found.rows_seen) == ("truncated", 40)
    assert "page 3: HTTP 500" in (found.reason or "")


def test_themuse_stops_at_the_cap(site: Site, tmp_path: Path) -> None:
    for page in range(LAST_PAGE + 2):
        rows = muse_page(muse_row(page), page=page, pages=300, total=6000)
        site.routes[MUSE.format(page)] = as_json(rows)
    lines = crawl(tmp_path, "themuse", site)
    found = seen_of(lines)
    assert (found.state, found.rows_seen) == ("truncated", LAST_PAGE + 1)
    assert "cap is page 99" in (found.reason or "")
    assert site.paths()[-1] == MUSE.format(LAST_PAGE)


def test_remoteok_is_the_same_advert_whoever_asks(site: Site, tmp_path: Path) -> None:
    texts = [asked_by("ONE", "RMTI3LjAuMC4x"), asked_by("TWO", "RMTkyLjAuMi4x")]
    site.routes["/api"] = lambda times: as_json(
        [NOTICE, remoteok_row(description=f"<p>We sort apples.</p>{texts[times - 1]}")]
    )
    first, second = (crawl(tmp_path, "remoteok", site) for _ in texts)
    [one] = [line for line in first if isinstance(line, Posting)]
    [two] = [line for line in second if isinstance(line, Posting)]
    assert one.model_copy(update={"observed_at": AT}) == two.model_copy(update={"observed_at": AT})
    assert seen_of(first).state == "ok"
    assert not seen_of(first).is_listing, "the newest ones: what is absent need not have closed"


def test_jobicy_teasers_are_no_refusals(site: Site, tmp_path: Path) -> None:
    teaser = jobicy_row(id=2, jobDescription=TEASER)
    site.routes["/api/v2/remote-jobs?count=100"] = as_json({"jobs": [jobicy_row(), teaser]})
    lines = crawl(tmp_path, "jobicy", site)
    assert ids(lines) == ["150001", "2"]
    assert seen_of(lines).reason is None


def test_weworkremotely_is_read_as_xml(site: Site, tmp_path: Path) -> None:
    body = rss(rss_item(), rss_item("other"))
    kind = {"Content-Type": "application/rss+xml; charset=utf-8"}
    site.routes["/remote-jobs.rss"] = Answer(body, headers=kind)
    lines = crawl(tmp_path, "weworkremotely", site)
    assert len(ids(lines)) == 2
    assert seen_of(lines).state == "ok"
    site.routes["/remote-jobs.rss"] = Answer(body[:-200], headers=kind)
    assert seen_of(crawl(tmp_path, "weworkremotely", site)).state == "truncated"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("arbeitnow", 175),
        ("himalayas", 300),
        ("remoteok", 100),
        ("themuse", 100),
        ("jobicy", 5),
        ("weworkremotely", 3),
    ],
)
def test_real_captures_are_read_whole(source: str, rows: int, shared: Path, tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (feeds / "aggregators.warc.gz").symlink_to(shared / "captures" / "aggregators-2026.warc.gz")
    lines = crawl(tmp_path, source, REPLAY_DIR=feeds)
    assert len(set(ids(lines))) == len(ids(lines)) == rows
    found = seen_of(lines)
    assert (found.state, found.reason, found.rows_seen) == ("ok", None, rows)
    assert not any(isinstance(line, Refusal) for line in lines)
