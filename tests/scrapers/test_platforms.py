"""Job boards, platform by platform: what their payloads say, and how they are asked.

Belongs here: what is particular to a platform. Does not belong here: which keys are read
(`test_keys`), or what holds for every board (`test_walk`).
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.landing import Line, Posting, Refusal, Seen
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.bamboohr import BamboohrSpider
from scrapers.spiders.base import Board, BoardSpider, ShapeError, Step, Total, TruncatedError
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.lever import LeverSpider
from scrapers.spiders.personio import PersonioSpider
from scrapers.spiders.pinpoint import PinpointSpider
from scrapers.spiders.recruitee import RecruiteeSpider
from scrapers.spiders.teamtailor import PAGE_ROWS, TeamtailorSpider
from scrapers.spiders.workable import WorkableSpider
from scrapers.spiders.workday import LISTED_AT_MOST, WorkdaySpider, days_ago
from tests.scrapers.crawling import by_board as seen_of
from tests.scrapers.crawling import crawled as run
from tests.scrapers.server import Answer, Site, as_json, serve
from tests.scrapers.test_walk import command
from warehouse.normalise.pay import pay_from_components
from warehouse.normalise.place import locate

AT = datetime(2026, 10, 31, 6, tzinfo=UTC)
PLATFORMS: tuple[type[BoardSpider], ...] = (
    AshbySpider,
    BamboohrSpider,
    GreenhouseSpider,
    LeverSpider,
    PersonioSpider,
    PinpointSpider,
    RecruiteeSpider,
    TeamtailorSpider,
    WorkableSpider,
    WorkdaySpider,
)
WORKDAY = "acme/wd5/Careers"


def board(source: str, name: str = "acme") -> Board:
    return Board(source, name, "Acme Robotics", "US", AT)


def postings(spider: type[BoardSpider], payload: Any) -> list[Posting]:
    found = list(spider.postings(payload, board(spider.name)))
    assert all(isinstance(line, Posting) for line in found), found
    return [line for line in found if isinstance(line, Posting)]


def bands(line: Posting) -> list[tuple[Any, ...]]:
    """What the warehouse makes of a posting's structured pay."""
    found = pay_from_components(part.model_dump() for part in line.pay_components)
    return [
        (band.pay_min, band.pay_max, band.currency, band.period, band.zone, band.is_plausible)
        for band in found
    ]


# --- payloads ------------------------------------------------------------------------------------


def workable_job(code: str, city: str, country: str, **more: Any) -> dict[str, Any]:
    place = {"country": country, "countryCode": country[:2].upper(), "city": city, "region": None}
    return {
        "title": "Kite Engineer",
        "shortcode": code,
        "telecommuting": False,
        "url": f"https://apply.workable.com/j/{code}",
        "published_on": "2026-08-05",
        "city": city,
        "state": "",
        "country": country,
        "locations": [place],
        "description": "<p>Wind.</p>",
        **more,
    }


def test_workable_repeats_an_advert_for_each_place_and_it_is_one() -> None:
    rows = [
        workable_job("A1", "Athens", "Greece"),
        workable_job("B2", "", "Spain", telecommuting=True),
        workable_job("A1", "Porto", "Portugal"),
    ]
    first, second = postings(WorkableSpider, {"name": "Acme", "jobs": rows})
    assert (first.source_id, first.location) == ("A1", "Athens, Greece")
    assert first.secondary_locations == ("Porto, Portugal",)
    assert first.posted_on == date(2026, 8, 5)
    assert (second.location, second.is_remote) == ("Spain", True)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["Oslo", "Bonn", "Pau"]))))
def test_workable_gives_each_advert_once_and_loses_no_place(rows: list[tuple[str, str]]) -> None:
    payload = {"jobs": [workable_job(code, city, "X-land") for code, city in rows]}
    found = postings(WorkableSpider, payload)
    assert [line.source_id for line in found] == list(dict.fromkeys(code for code, _ in rows))
    for line in found:
        said = {line.location, *line.secondary_locations}
        assert said == {f"{city}, X-land" for code, city in rows if code == line.source_id}


def test_recruitee_reads_sections_places_and_pay() -> None:
    offer = {
        "id": 9,
        "title": "Bridge Builder",
        "careers_url": "https://acme.recruitee.com/o/bridge-builder",
        "description": "<p>Banks.</p>",
        "requirements": "<p>Swimming.</p>",
        "location": "Berlin, Berlin, Germany",
        "city": "Berlin",
        "country": "Germany",
        "locations": [
            {"name": "Berlin", "city": "Berlin", "state": "Berlin", "country": "Germany"},
            {"name": "Remote", "city": "", "country": "Poland", "note": "Now & then"},
        ],
        "remote": False,
        "hybrid": True,
        "on_site": False,
        "published_at": "2026-07-31 23:26:40 UTC",
        "salary": {"min": "60000", "max": "75000.5", "period": "year", "currency": "EUR"},
    }
    none = {"min": None, "max": None, "period": None, "currency": None}
    first, second = postings(
        RecruiteeSpider,
        {"offers": [offer, {**offer, "id": 10, "salary": none, "remote": True, "hybrid": False}]},
    )
    assert first.body.index("Banks") < first.body.index("Swimming") < first.body.index("Now &amp;")
    assert first.secondary_locations == ("Poland", "Remote")
    assert (first.posted_on, first.workplace) == (date(2026, 7, 31), "hybrid")
    assert bands(first) == [(60000, 75000.5, "EUR", "YEAR", None, True)]
    assert (second.pay_components, second.workplace, second.is_remote) == ((), "remote", True)


@pytest.mark.parametrize(
    ("flags", "workplace"),
    [
        ({"on_site": True}, "onsite"),
        ({"hybrid": True}, "hybrid"),
        ({"remote": True}, "remote"),
        ({"on_site": True, "hybrid": True}, "hybrid"),
        ({"on_site": True, "remote": True}, "remote"),
        ({}, "unspecified"),
    ],
)
def test_recruitee_flags_are_words_that_the_warehouse_reads(
    flags: dict[str, bool], workplace: str
) -> None:
    offer = {"id": 1, "title": "Builder", "description": "<p>Banks.</p>", **flags}
    [line] = postings(RecruiteeSpider, {"offers": [offer]})
    assert locate("", "", workplace_raw=line.workplace or "").workplace == workplace


def position(number: int, more: str = "") -> str:
    return (
        f"<position><id>{number}</id><name>Pump &amp; Tap Engineer</name><office>Köln</office>"
        "<additionalOffices><office>Berlin</office><office>Remote</office></additionalOffices>"
        "<jobDescriptions>"
        "<jobDescription><name>Aufgaben &amp; mehr</name>"
        "<value><![CDATA[<p>You move water.\x0b</p>]]></value></jobDescription>"
        "<jobDescription><name>Profil</name><value>&lt;ul&gt;&lt;li&gt;Go&lt;/li&gt;&lt;/ul&gt;"
        "</value></jobDescription></jobDescriptions>"
        f"<createdAt>2026-05-13T23:30:00-02:00</createdAt>{more}</position>"
    )


def personio(*rows: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{"".join(rows)}</workzag-jobs>\n'


def test_personio_sections_stay_in_order_under_their_headings() -> None:
    pay = (
        "<salaryInformation><min>3772.00</min><max>4084.00</max><currencyCode>EUR</currencyCode>"
        "<type>monthly</type></salaryInformation>"
    )
    payload = PersonioSpider.decode(personio(position(1, pay), position(2)).encode())
    first, second = postings(PersonioSpider, payload)
    assert first.title == "Pump & Tap Engineer"
    assert first.body == (
        "<h3>Aufgaben &amp; mehr</h3>\n<p>You move water.</p>\n"
        "<h3>Profil</h3>\n<ul><li>Go</li></ul>"
    )
    assert (first.location, first.secondary_locations) == ("Köln", ("Berlin", "Remote"))
    assert first.posted_on == date(2026, 5, 14)
    assert bands(first) == [(3772, 4084, "EUR", "MONTH", None, True)]
    assert second.pay_components == ()
    assert first.url == "https://acme.jobs.personio.de/job/1"


def test_personio_links_lead_to_the_host_that_answered() -> None:
    payload = PersonioSpider.decode(personio(position(1)).encode())
    step = Step("https://acme.jobs.personio.com/xml")
    [line] = PersonioSpider.read(payload, step, board("personio"))
    assert isinstance(line, Posting)
    assert line.url == "https://acme.jobs.personio.com/job/1"


def test_an_empty_personio_board_is_a_board() -> None:
    assert postings(PersonioSpider, PersonioSpider.decode(b"<workzag-jobs></workzag-jobs>")) == []
    assert postings(PersonioSpider, PersonioSpider.decode(b"<workzag-jobs/>")) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><p>Careers at Acme", "begins"),
        (b"<html><body>Log in</body></html>", "begins"),
        (b'{"error": "gone"}', "begins"),
        (b"<rss><channel/></rss>", "begins"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            b"<workzag-jobs><position><id>&b;</id></position></workzag-jobs>",
            "begins",
        ),
        (b"<workzag-jobs><position></id></position></workzag-jobs>", "mismatched"),
    ],
)
def test_what_is_not_personio_says_what_it_is(body: bytes, error: str) -> None:
    with pytest.raises(ShapeError, match=error):
        PersonioSpider.decode(body)


@given(st.data())
def test_every_beginning_of_a_personio_board_is_truncated(data: st.DataObject) -> None:
    whole = personio(position(1), position(2)).rstrip()
    cut = data.draw(st.integers(whole.index("<workzag-jobs") + 13, len(whole) - 1))
    with pytest.raises(TruncatedError):
        PersonioSpider.decode(whole[:cut].encode())


@given(st.binary())
def test_any_bytes_are_personio_or_refused(body: bytes) -> None:
    with pytest.raises((ShapeError, TruncatedError)):
        PersonioSpider.decode(body)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252"])
def test_personio_is_read_as_it_says_it_is_written(charset: str) -> None:
    text = personio(position(1)).replace("UTF-8", charset)
    [line] = postings(PersonioSpider, PersonioSpider.decode(text.encode(charset)))
    assert line.location == "Köln"
    bare = personio(position(1)).partition("\n")[2]
    [line] = postings(PersonioSpider, PersonioSpider.decode(bare.encode(charset), charset))
    assert line.location == "Köln"


def teamtailor_item(number: int, **job: Any) -> dict[str, Any]:
    return {
        "id": f"id-{number}",
        "title": f"Knitter {number}",
        "url": f"https://acme.teamtailor.com/jobs/{number}",
        "content_html": "<p>Wool.</p>",
        "date_published": "2026-02-04T00:30:00+01:00",
        "_jobposting": {"@type": "JobPosting", **job},
    }


@pytest.mark.parametrize(
    ("salary", "expected"),
    [
        (
            {
                "currency": "SEK",
                "value": {"minValue": 40000, "maxValue": 52000, "unitText": "MONTH"},
            },
            [(40000, 52000, "SEK", "MONTH", None, True)],
        ),
        (
            {"currency": "EUR", "value": {"value": 55000, "unitText": "YEAR"}},
            [(55000, 55000, "EUR", "YEAR", None, True)],
        ),
        (
            {"currency": "GBP", "value": {"minValue": "15.50", "unitText": "HOUR"}},
            [(15.5, None, "GBP", "HOUR", None, True)],
        ),
        ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}, []),
        (None, []),
    ],
)
def test_teamtailor_pay_is_that_of_the_job_posting(salary: Any, expected: list[Any]) -> None:
    [line] = postings(TeamtailorSpider, {"items": [teamtailor_item(1, baseSalary=salary)]})
    assert bands(line) == expected


def test_teamtailor_places_may_be_one_or_several_and_remote_says_from_where() -> None:
    def place(city: str, country: str) -> dict[str, Any]:
        return {"address": {"addressLocality": city, "addressCountry": country}}

    several = teamtailor_item(1, jobLocation=[place("Madrid", "ES"), place("Malmö", "SE")])
    one = teamtailor_item(
        2,
        jobLocation=place("Madrid", "ES"),
        jobLocationType="TELECOMMUTE",
        applicantLocationRequirements=[{"name": "Spain"}, {"name": "Portugal"}],
        employmentType=["FULL_TIME", "CONTRACTOR"],
    )
    first, second = postings(TeamtailorSpider, {"title": "Acme Knits", "items": [several, one]})
    assert (first.location, first.secondary_locations) == ("Madrid, ES", ("Malmö, SE",))
    assert (first.company, first.posted_on) == ("Acme Knits", date(2026, 2, 3))
    assert second.secondary_locations == ("Spain", "Portugal")
    assert (second.is_remote, second.employment_type) == (True, "FULL_TIME, CONTRACTOR")


@pytest.mark.parametrize(
    ("asked", "rows", "next_url", "then"),
    [
        ("", PAGE_ROWS, None, "?page=2"),
        ("?page=7", PAGE_ROWS, None, "?page=8"),
        ("", PAGE_ROWS - 1, None, None),
        ("", 2, "https://jobs.acme.example/jobs.json?page=2", "?page=2"),
        ("", 2, "https://elsewhere.example/feed?page=2", None),
        ("", 0, None, None),
    ],
)
def test_teamtailor_has_another_page_behind_a_full_one(
    asked: str, rows: int, next_url: str | None, then: str | None
) -> None:
    address = TeamtailorSpider.address("acme")
    payload = {"items": [teamtailor_item(n) for n in range(rows)], "next_url": next_url}
    found = list(TeamtailorSpider.read(payload, Step(address + asked), board("teamtailor")))
    steps = [item.url for item in found if isinstance(item, Step)]
    assert steps == ([address + then] if then else [])
    assert len(found) == rows + len(steps)


def bamboohr_opening(**more: Any) -> dict[str, Any]:
    opening = {
        "jobOpeningShareUrl": "https://acme.bamboohr.com/careers/86",
        "jobOpeningName": "Lamp Lighter",
        "departmentLabel": "Night ",
        "employmentStatusLabel": "Full-Time",
        "location": {"city": "Boise", "state": "Idaho", "addressCountry": "United States"},
        "atsLocation": {"country": None, "state": None, "city": None},
        "description": "<p>Lamps.</p>",
        "compensation": "$20 - $25 / hour",
        "datePosted": "2026-09-07",
        "locationType": "0",
        **more,
    }
    return {"meta": {}, "result": {"jobOpening": opening}}


@pytest.mark.parametrize(
    ("said", "workplace", "is_remote"),
    [
        ({"locationType": "0"}, "onsite", None),
        ({"locationType": "1"}, "remote", True),
        ({"locationType": "2"}, "hybrid", None),
        ({"locationType": None}, None, None),
    ],
)
def test_bamboohr_location_types_are_workplaces(
    said: dict[str, Any], workplace: str | None, is_remote: bool | None
) -> None:
    step = Step("https://acme.bamboohr.com/careers/86/detail", kind="detail", source_id="86")
    [line] = BamboohrSpider.read(bamboohr_opening(**said), step, board("bamboohr"))
    assert isinstance(line, Posting)
    assert (line.source_id, line.workplace, line.is_remote) == ("86", workplace, is_remote)
    assert line.location == "Boise, Idaho, United States"
    assert (line.pay_text, line.posted_on) == ("$20 - $25 / hour", date(2026, 9, 7))


def test_pinpoint_sections_have_their_own_headings_and_hidden_pay_stays_hidden() -> None:
    row = {
        "id": "61",
        "title": "Clock Maker",
        "path": "/en/postings/61",
        "description": "<p>Time.</p>",
        "key_responsibilities_header": "Hours & minutes",
        "key_responsibilities": "<ul><li>Wind.</li></ul>",
        "benefits": "",
        "compensation": "$70 - $90 / hour",
        "compensation_minimum": 70,
        "compensation_maximum": 90.0,
        "compensation_currency": "USD",
        "compensation_frequency": "hour",
        "compensation_visible": True,
        "location": {"name": "Remote", "city": "Atlanta", "province": "Georgia"},
        "deadline_at": "2026-08-28T23:59:59-04:00",
    }
    first, hidden = postings(
        PinpointSpider, {"data": [row, {**row, "id": "62", "compensation_visible": False}]}
    )
    assert first.body == "<p>Time.</p>\n<h3>Hours &amp; minutes</h3>\n<ul><li>Wind.</li></ul>"
    assert bands(first) == [(70, 90, "USD", "HOUR", None, True)]
    assert (first.location, first.posted_on) == ("Remote, Atlanta, Georgia", None)
    assert (first.url, first.expires_on) == (
        "https://acme.pinpointhq.com/en/postings/61",
        date(2026, 8, 29),
    )
    assert (hidden.pay_text, hidden.pay_components) == (None, ())


def test_greenhouse_ranges_are_in_cents_one_for_each_zone() -> None:
    ranges = [
        {"min_cents": 18000000, "max_cents": 22000050, "currency_type": "USD", "title": "Zone 1"},
        {"min_cents": 300000, "max_cents": 400000, "currency_type": "MXN", "title": "Monthly pay"},
        {"min_cents": 4550, "max_cents": 6000, "currency_type": "USD", "title": "Hourly pay range"},
        {"min_cents": None, "max_cents": 0, "currency_type": "USD", "title": "None"},
    ]
    row = {"id": 1, "title": "Engineer", "content": "Pipes.", "pay_input_ranges": ranges}
    [line] = postings(GreenhouseSpider, {"jobs": [row]})
    assert [(part.min, part.max, part.zone) for part in line.pay_components] == [
        ("180000", "220000.5", "Zone 1"),
        ("3000", "4000", "Monthly pay"),
        ("45.5", "60", "Hourly pay range"),
    ]
    assert [(low, per) for low, _, _, per, _, _ in bands(line)] == [
        (180000, "YEAR"),
        (3000, "MONTH"),
        (45.5, "HOUR"),
    ]


def test_greenhouse_boards_of_before_the_ranges_are_recognised() -> None:
    short = "https://boards-api.greenhouse.io/v1/boards/a%26b/jobs?content=true"
    assert GreenhouseSpider.address("a&b") == f"{short}&pay_transparency=true"
    assert GreenhouseSpider.board_of(short) == "a&b"
    assert GreenhouseSpider.board_of(f"{short}&questions=true") is None


def test_ashby_further_locations_keep_their_country() -> None:
    def place(name: str, country: str | None) -> dict[str, Any]:
        return {"location": name, "address": {"postalAddress": {"addressCountry": country}}}

    row = {
        "id": "1",
        "title": "Engineer",
        "descriptionPlain": "Things.",
        "secondaryLocations": [
            place("Remote", "Canada"),
            place("Toronto, Canada", "Canada"),
            place("Oslo", None),
            {"location": "Pau", "address": None},
        ],
    }
    [line] = postings(AshbySpider, {"jobs": [row]})
    assert line.secondary_locations == ("Remote, Canada", "Toronto, Canada", "Oslo", "Pau")


def workday_row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "title": f"Tide Modeller {number}",
        "externalPath": f"/job/Lisbon/Tide-Modeller-{number}_JR{number}",
        "locationsText": "3 Locations",
        "postedOn": "Posted Yesterday",
        "bulletFields": [f"JR{number}"],
        **more,
    }


def workday_detail(**more: Any) -> dict[str, Any]:
    info = {
        "title": "Tide Modeller",
        "jobDescription": "<p>Water.</p>",
        "location": "Portugal, Lisbon",
        "additionalLocations": ["Portugal, Faro", {"descriptor": "Spain, Vigo"}],
        "country": {"descriptor": "Portugal", "id": "c0de"},
        "timeType": "Full time",
        "jobReqId": "JR7",
        "postedOn": "Posted 3 Days Ago",
        "externalUrl": "https://acme.wd5.myworkdayjobs.com/Careers/job/Lisbon/x_JR7",
        **more,
    }
    return {
        "jobPostingInfo": {key: value for key, value in info.items() if value is not None},
        "hiringOrganization": {"name": "0042 Acme Oceans Lda"},
    }


def workday_posting(
    payload: Any, extra: tuple[tuple[str, str], ...] = (), company: str = "Acme Oceans"
) -> Posting:
    url = WorkdaySpider.address(WORKDAY).removesuffix("/jobs") + "/job/Lisbon/x_JR7"
    step = Step(url, kind="detail", source_id="JR7", extra=extra)
    [line] = WorkdaySpider.read(payload, step, Board("workday", WORKDAY, company, None, AT))
    assert isinstance(line, Posting)
    return line


@pytest.mark.parametrize(
    ("said", "expected", "basis"),
    [
        ({"startDate": "2026-10-02"}, date(2026, 10, 2), "stated"),
        ({}, date(2026, 10, 28), "relative"),
        ({"postedOn": "Posted Today"}, date(2026, 10, 31), "relative"),
        ({"postedOn": "Posted Yesterday"}, date(2026, 10, 30), "relative"),
        ({"postedOn": "Posted 30+ Days Ago"}, date(2026, 10, 1), "relative"),
        ({"postedOn": None}, date(2026, 10, 30), "relative"),
        ({"postedOn": "Evergreen"}, None, None),
    ],
)
def test_workday_days_are_stated_or_counted_back(
    said: dict[str, Any], expected: date | None, basis: str | None
) -> None:
    extra = (("postedOn", "Posted Yesterday"),)
    line = workday_posting(workday_detail(**said), extra)
    assert (line.posted_on, line.posted_basis) == (expected, basis)


@given(st.integers(0, 9_999), st.sampled_from(["", "+"]), st.sampled_from(["Day", "Days"]))
def test_workday_counts_any_number_of_days(days: int, plus: str, unit: str) -> None:
    found = days_ago(f"Posted {days}{plus} {unit} Ago", AT)
    assert found is not None
    assert (AT.date() - found).days == days


def test_workday_takes_the_places_from_the_advert_and_not_their_number() -> None:
    line = workday_posting(workday_detail(), (("locationsText", "3 Locations"),))
    assert line.location == "Portugal, Lisbon"
    assert line.secondary_locations == ("Portugal, Faro", "Spain, Vigo")
    assert line.address is not None
    assert line.address.country == "Portugal"


def test_workday_names_the_company_as_the_list_does_and_else_as_the_advert() -> None:
    assert workday_posting(workday_detail()).company == "Acme Oceans"
    assert workday_posting(workday_detail(), company=WORKDAY).company == "0042 Acme Oceans Lda"
    alone = {"jobPostingInfo": workday_detail()["jobPostingInfo"]}
    assert workday_posting(alone, company=WORKDAY).company == "acme"


def test_workday_links_to_the_page_that_people_see() -> None:
    line = workday_posting(workday_detail(externalUrl=None))
    assert line.url == "https://acme.wd5.myworkdayjobs.com/Careers/job/Lisbon/x_JR7"


@pytest.mark.parametrize(
    ("path", "source_id"),
    [
        ("/job/US-CA-Santa-Clara/Senior-Engineer_JR2018518", "JR2018518"),
        ("/job/Lisbon/Tide-Modeller_JR17-1", "JR17-1"),
        ("/job/Lisbon/Tide-Modeller_Two_R-0042/", "R-0042"),
        ("/job/Tide-Modeller_General", "Tide-Modeller_General"),
    ],
)
def test_workday_adverts_are_known_by_what_follows_their_title(path: str, source_id: str) -> None:
    payload = {"total": 1, "jobPostings": [workday_row(1, externalPath=path)]}
    step = Step(WorkdaySpider.address(WORKDAY))
    found = list(WorkdaySpider.read(payload, step, board("workday", WORKDAY)))
    [detail] = [item for item in found if isinstance(item, Step)]
    assert (detail.kind, detail.source_id) == ("detail", source_id)
    assert detail.url == f"https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers{path}"


@pytest.mark.parametrize(
    ("offset", "total", "carried", "rows", "following"),
    [
        (0, 45, None, 20, 20),
        (20, 0, "45", 20, 40),
        (40, 0, "45", 5, None),
        (0, 20, None, 20, None),
        (0, 0, None, 20, 20),
        (0, 0, None, 3, None),
        (20, 0, "45", 0, None),
    ],
)
def test_workday_pages_go_on_by_the_total_of_the_first(
    offset: int, total: int, carried: str | None, rows: int, following: int | None
) -> None:
    form = {"appliedFacets": {}, "limit": 20, "offset": offset, "searchText": ""}
    extra = (("total", carried),) if carried else ()
    step = Step(WorkdaySpider.address(WORKDAY), form=form, extra=extra)
    payload = {"total": total, "jobPostings": [workday_row(n) for n in range(rows)]}
    found = list(WorkdaySpider.read(payload, step, board("workday", WORKDAY)))
    pages = [item for item in found if isinstance(item, Step) and item.kind == "listing"]
    assert [page.form and page.form["offset"] for page in pages] == (
        [following] if following else []
    )
    assert (
        all(dict(page.extra).get("total") == str(total or carried) for page in pages) or not total
    )
    assert [item for item in found if isinstance(item, Total)] == (
        [Total(total)] if total and not offset else []
    )


@pytest.mark.parametrize("name", ["acme", "acme/wd5", "a b/wd5/x", ""])
def test_a_workday_board_that_is_written_otherwise_is_asked_for_nowhere_else(name: str) -> None:
    [url] = WorkdaySpider.addresses(name)
    assert url.startswith("https://www.myworkdayjobs.com/wday/cxs/")


def test_workday_boards_are_recognised_as_asked_and_as_archived() -> None:
    url = WorkdaySpider.address("acme/wd503/Éxternal Site")
    assert WorkdaySpider.board_of(url) == "acme/wd503/Éxternal Site"
    assert WorkdaySpider.board_of(f"{url}?__wb_method=POST&limit=20") == "acme/wd503/Éxternal Site"
    assert WorkdaySpider.board_of(url.removesuffix("/jobs") + "/job/Lisbon/x_JR7") is None


@pytest.mark.parametrize("spider", PLATFORMS)
@pytest.mark.parametrize("payload", [None, [1], {}, {"error": "x"}, "text", 3])
def test_another_shape_is_not_an_empty_board(spider: type[BoardSpider], payload: Any) -> None:
    if isinstance(payload, list) and spider in (LeverSpider, PersonioSpider):
        pytest.skip("a list is the shape of this platform")
    step = Step(spider.address("acme"))
    with pytest.raises(ShapeError):
        list(spider.read(payload, step, board(spider.name)))


KEYS = st.sampled_from(
    ["id", "title", "name", "text", "description", "locations", "location", "salary", "shortcode",
     "externalPath", "_jobposting", "baseSalary", "jobLocation", "bulletFields", "job", "value",
     "pay_input_ranges", "jobDescriptions", "compensation", "categories", "meta", "content"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
LISTS = {
    "ashby": "jobs",
    "bamboohr": "result",
    "greenhouse": "jobs",
    "pinpoint": "data",
    "recruitee": "offers",
    "teamtailor": "items",
    "workable": "jobs",
    "workday": "jobPostings",
}


@pytest.mark.parametrize("spider", PLATFORMS)
@given(rows=st.lists(JSON, max_size=3))
def test_no_row_of_a_list_keeps_the_others_from_being_read(
    spider: type[BoardSpider], rows: list[Any]
) -> None:
    where = LISTS.get(spider.name)
    payload = {where: rows} if where else rows
    found = list(spider.read(payload, Step(spider.address("acme")), board(spider.name)))
    assert all(isinstance(item, Posting | Refusal | Step) for item in found)


# --- asking --------------------------------------------------------------------------------------


def crawl(folder: Path, spider: str, site: Site, boards: str, **settings: Any) -> list[Line]:
    hosts = (
        "https://api.lever.co",
        "https://api.eu.lever.co",
        "https://boards-api.greenhouse.io",
        "https://apply.workable.com",
        "https://*.jobs.personio.de",
        "https://*.jobs.personio.com",
        "https://*.teamtailor.com",
        "https://*.bamboohr.com",
        "https://*.wd5.myworkdayjobs.com",
        "https://www.myworkdayjobs.com",
    )
    settings["SPIDER_MODULES"] = "scrapers.spiders"
    return run(*command(folder, spider, dict.fromkeys(hosts, site.origin), boards, **settings))


def ids(lines: list[Line]) -> list[str]:
    return sorted(line.source_id for line in lines if isinstance(line, Posting | Seen))


def test_lever_is_asked_in_europe_when_it_is_not_in_america(site: Site, tmp_path: Path) -> None:
    job = {"id": "1", "text": "Job", "description": "Work."}
    unknown = Answer(b'{"ok":false,"error":"Document not found"}', 404)
    here, there = ("/v0/postings/acme?mode=json", "/v0/postings/gone?mode=json")
    site.routes[here] = lambda times: unknown if times == 1 else as_json([job])
    site.routes[there] = unknown
    lines = crawl(tmp_path, "lever", site, "acme,gone")
    assert ids(lines) == ["1"]
    assert seen_of(lines)["acme"].state == "ok"
    assert seen_of(lines)["acme"].url == "https://api.eu.lever.co/v0/postings/acme?mode=json"
    assert seen_of(lines)["gone"].state == "unknown"
    assert sorted(site.paths()) == [here, here, there, there]


def test_greenhouse_is_asked_once_with_the_ranges(site: Site, tmp_path: Path) -> None:
    job = {"id": 1, "title": "Job", "content": "Work."}
    asked = "/v1/boards/acme/jobs?content=true&pay_transparency=true"
    site.routes[asked] = as_json({"jobs": [job], "meta": {"total": 1}})
    lines = crawl(tmp_path, "greenhouse", site, "acme,gone")
    assert {name: line.state for name, line in seen_of(lines).items()} == {
        "acme": "ok",
        "gone": "unknown",
    }
    assert sorted(site.paths()) == [asked, asked.replace("acme", "gone")]


def test_personio_sends_on_what_it_does_not_have_and_the_other_host_has_it(
    site: Site, tmp_path: Path
) -> None:
    away = Answer(b"", 307, {"Location": f"{site.origin}/hr-software"})
    xml = Answer(personio(position(1)).encode(), headers={"Content-Type": "application/xml"})
    site.routes["/xml"] = lambda times: away if times == 1 else xml
    site.routes["/hr-software"] = Answer(b"<!doctype html><p>Try our software")
    lines = crawl(tmp_path, "personio", site, "acme")
    [line] = [line for line in lines if isinstance(line, Posting)]
    assert line.url == "https://acme.jobs.personio.com/job/1"
    assert seen_of(lines)["acme"].state == "ok"


def test_a_company_that_bamboohr_does_not_have_is_unknown_and_not_empty(
    site: Site, tmp_path: Path
) -> None:
    site.routes["/careers/list"] = Answer(b"", 302, {"Location": f"{site.origin}/welcome"})
    site.routes["/welcome"] = Answer(b"<!doctype html><p>Try our software")
    observed = seen_of(crawl(tmp_path, "bamboohr", site, "acme"))["acme"]
    assert observed.state == "unknown"
    assert "/welcome" in (observed.reason or "")


def test_bamboohr_is_read_in_two_steps_and_a_closed_advert_is_no_loss(
    site: Site, tmp_path: Path
) -> None:
    rows = [{"id": number, "jobOpeningName": "Lamp Lighter"} for number in ("86", "87", "88")]
    site.routes["/careers/list"] = as_json({"meta": {"totalCount": 3}, "result": rows})
    for number in ("86", "87"):
        site.routes[f"/careers/{number}/detail"] = as_json(bamboohr_opening())
    record = tmp_path / "captures"
    lines = crawl(tmp_path, "bamboohr", site, "acme", RECORD_DIR=record)
    assert ids(lines) == ["86", "87"], "88 was closed in between: 404"
    observed = seen_of(lines)["acme"]
    assert (observed.state, observed.rows_seen) == ("ok", 2)

    asked = len(site.asked)
    again = crawl(tmp_path, "bamboohr", site, "acme", REPLAY_DIR=record)
    assert (ids(again), seen_of(again)["acme"].state) == (["86", "87"], "ok")
    assert len(site.asked) == asked, "a replay asks nobody"

    site.routes["/careers/87/detail"] = Answer(b"", 500)
    observed = seen_of(crawl(tmp_path, "bamboohr", site, "acme"))["acme"]
    assert observed.state == "truncated"
    assert "HTTP 500" in (observed.reason or "")


def workday_site(site: Site, adverts: int, total: int | None = None) -> None:
    """Answer as Workday does: the total on the first page alone, 20 rows a page."""
    rows = [workday_row(number) for number in range(adverts)]

    def page(form: dict[str, Any]) -> Answer:
        if form["limit"] != 20:
            return Answer(b'{"errorCode":"HTTP_400"}', 400)
        offset = form["offset"]
        said = (adverts if total is None else total) if offset == 0 else 0
        return as_json({"total": said, "jobPostings": rows[offset : offset + 20], "facets": []})

    site.forms["/wday/cxs/acme/Careers/jobs"] = page
    for row in rows:
        site.routes[f"/wday/cxs/acme/Careers{row['externalPath']}"] = as_json(workday_detail())


def test_workday_is_asked_page_by_page_and_then_advert_by_advert(
    site: Site, tmp_path: Path
) -> None:
    workday_site(site, 45)
    record = tmp_path / "captures"
    lines = crawl(tmp_path, "workday", site, WORKDAY, RECORD_DIR=record)
    assert len(ids(lines)) == 45
    assert (seen_of(lines)[WORKDAY].state, seen_of(lines)[WORKDAY].rows_seen) == ("ok", 45)
    forms = [asked.form for asked in site.asked if asked.form]
    assert [form["offset"] for form in forms] == [0, 20, 40]
    assert forms[0] == {"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": ""}
    details = [asked for asked in site.asked if "/job/" in asked.path]
    assert {asked.headers["Accept"] for asked in details} == {"application/json"}

    asked = len(site.asked)
    again = crawl(tmp_path, "workday", site, "", REPLAY_DIR=record)
    assert ids(again) == ids(lines)
    assert seen_of(again)[WORKDAY].state == "ok"
    assert len(site.asked) == asked, "a replay asks nobody"


def test_a_workday_list_at_its_limit_is_truncated(site: Site, tmp_path: Path) -> None:
    workday_site(site, 25, total=LISTED_AT_MOST)
    lines = crawl(tmp_path, "workday", site, f"{WORKDAY},acme")
    observed = seen_of(lines)[WORKDAY]
    assert (observed.state, observed.rows_seen) == ("truncated", 25)
    assert "2,000" in (observed.reason or "")
    assert seen_of(lines)["acme"].state == "unknown", "no way to write a board, but no crash"


def test_workday_adverts_that_the_total_counts_and_no_page_shows_are_missed(
    site: Site, tmp_path: Path
) -> None:
    workday_site(site, 22, total=30)
    observed = seen_of(crawl(tmp_path, "workday", site, WORKDAY))[WORKDAY]
    assert observed.state == "truncated"
    assert "30 adverts and gives 22" in (observed.reason or "")


def test_teamtailor_pages_are_turned_to_the_last_on_whatever_domain(
    site: Site, tmp_path: Path
) -> None:
    full = [teamtailor_item(number) for number in range(PAGE_ROWS)]
    rest = [teamtailor_item(number) for number in range(PAGE_ROWS - 1, PAGE_ROWS + 2)]
    with serve() as own:
        own.routes["/jobs.json"] = as_json({"title": "Acme", "items": full})
        own.routes["/jobs.json?page=2"] = as_json({"title": "Acme", "items": rest})
        for path in own.routes:
            site.routes[path] = Answer(b"", 301, {"Location": f"{own.origin}{path}"})
        lines = crawl(tmp_path, "teamtailor", site, "acme")
    assert len(ids(lines)) == PAGE_ROWS + 2, "one moved from the first page to the second"
    assert seen_of(lines)["acme"].state == "ok"


def test_a_teamtailor_feed_that_repeats_itself_ends(site: Site, tmp_path: Path) -> None:
    full = as_json({"items": [teamtailor_item(number) for number in range(PAGE_ROWS)]})
    site.routes |= {"/jobs.json": full, "/jobs.json?page=2": full, "/jobs.json?page=3": full}
    observed = seen_of(crawl(tmp_path, "teamtailor", site, "acme"))["acme"]
    assert (observed.state, observed.rows_seen) == ("truncated", PAGE_ROWS)
    assert site.paths() == ["/jobs.json", "/jobs.json?page=2"]


# --- real payloads -------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("spider", "boards", "adverts"),
    [("ashby", 281, 5612), ("greenhouse", 1, 547), ("lever", 2, 82)],
)
def test_the_captures_are_read_whole(
    spider: str, boards: int, adverts: int, shared: Path, site: Site, tmp_path: Path
) -> None:
    lines = crawl(tmp_path, spider, site, "", REPLAY_DIR=shared / "captures")
    assert len(seen_of(lines)) == boards
    assert {line.state for line in seen_of(lines).values()} <= {"ok", "unknown"}
    assert len(set(ids(lines))) == adverts
    assert not [line for line in lines if isinstance(line, Refusal)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("spider", "file", "adverts", "textless"),
    [
        (WorkableSpider, "workable.json", 0, 1),
        (RecruiteeSpider, "recruitee.json", 2, 0),
        (PersonioSpider, "personio.xml", 0, 2),
        (TeamtailorSpider, "teamtailor.json", 0, 2),
        (PinpointSpider, "pinpoint.json", 2, 0),
        (LeverSpider, "lever.json", 2, 0),
        (AshbySpider, "ashby.json", 2, 0),
    ],
)
def test_the_fixtures_are_read_adverts_without_a_text_too(
    spider: type[BoardSpider], file: str, adverts: int, textless: int, shared: Path
) -> None:
    body = (shared / "fixtures" / spider.name / file).read_bytes()
    found = list(spider.read(spider.decode(body), Step(spider.address("acme")), board(spider.name)))
    read = [line for line in found if isinstance(line, Posting)]
    assert sum(bool(line.body) for line in read) == adverts
    assert sum(not line.body for line in read) == textless
    assert not [line for line in found if isinstance(line, Refusal)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("spider", "name", "file", "adverts"),
    [
        (BamboohrSpider, "acme", "bamboohr.json", 2),
        (WorkdaySpider, WORKDAY, "workday.json", 2),
        (WorkdaySpider, WORKDAY, "workday_nvidia.json", 10),
    ],
)
def test_the_lists_among_the_fixtures_lead_to_their_adverts(
    spider: type[BoardSpider], name: str, file: str, adverts: int, shared: Path
) -> None:
    payload = json.loads((shared / "fixtures" / spider.name / file).read_bytes())
    found: list[Any] = []
    try:
        found.extend(spider.read(payload, Step(spider.address(name)), board(spider.name, name)))
    except TruncatedError:
        assert payload["total"] == LISTED_AT_MOST
    details = [item for item in found if isinstance(item, Step) and item.kind == "detail"]
    assert len({step.source_id for step in details}) == adverts
    assert not [item for item in found if isinstance(item, Refusal)]
