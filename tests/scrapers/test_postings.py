"""Platform payloads to landing lines, in the shapes that the platforms serve."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrapers.landing import PaperLink, Posting, Refusal
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    TruncatedError,
    day,
    decode_json,
    judge_exception,
    judge_status,
)
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.hackernews import HackernewsSpider, hiring_threads
from scrapers.spiders.lever import LeverSpider
from scrapers.spiders.pwc_archive import PwcArchiveSpider

AT = datetime(2026, 10, 31, 6, tzinfo=UTC)


def board(source: str) -> Board:
    return Board(source, "acme", "Acme Robotics", "US", AT)


def ashby_job(**changes: Any) -> dict[str, Any]:
    return {
        "id": "0f1e",
        "title": " Vision Engineer ",
        "department": "R&D",
        "team": "Perception",
        "employmentType": "FullTime",
        "location": "Lisbon",
        "secondaryLocations": [{"location": "Porto", "address": {}}, {"location": ""}],
        "publishedAt": "2026-09-30T23:30:00.000-02:00",
        "isListed": True,
        "isRemote": None,
        "address": {"postalAddress": {"addressCountry": "Portugal", "addressLocality": "Lisbon"}},
        "jobUrl": "https://jobs.example/acme/0f1e",
        "descriptionHtml": "<p>We see things.</p>",
        "descriptionPlain": "We see things.",
        "compensation": {
            "compensationTierSummary": "€50K – €60K",
            "compensationTiers": [
                {
                    "title": "Zone A",
                    "components": [
                        {
                            "compensationType": "Salary",
                            "interval": "1 YEAR",
                            "currencyCode": "EUR",
                            "minValue": 50000,
                            "maxValue": 60000,
                        },
                        {"compensationType": "EquityPercentage", "interval": "NONE"},
                    ],
                }
            ],
        },
        **changes,
    }


def test_ashby_says_what_the_board_says() -> None:
    [line] = AshbySpider.postings({"jobs": [ashby_job()]}, board("ashby"))
    assert isinstance(line, Posting)
    assert line.title == "Vision Engineer"
    assert line.company == "Acme Robotics"
    assert line.secondary_locations == ("Porto",)
    assert line.posted_on == date(2026, 10, 1), "the day is that of UTC"
    assert line.address is not None
    assert line.address.country == "Portugal"
    assert line.is_remote is None
    salary, equity = line.pay_components
    assert (salary.min, salary.max, salary.zone) == (50000, 60000, "Zone A")
    assert equity.type == "EquityPercentage"


def test_ashby_leaves_unlisted_jobs_out_and_refuses_what_does_not_fit() -> None:
    untitled = ashby_job(id="2")
    del untitled["title"]
    rows = [ashby_job(isListed=False), untitled, "no object", ashby_job(id="4", descriptionHtml="")]
    lines = list(AshbySpider.postings({"jobs": rows}, board("ashby")))
    assert [type(line) for line in lines] == [Refusal, Refusal, Posting]
    first, second, third = lines
    assert isinstance(first, Refusal)
    assert isinstance(second, Refusal)
    assert isinstance(third, Posting)
    assert (first.source_id, first.reason) == ("2", "field 'title' is missing")
    assert second.source_id is None
    assert third.body == "We see things.", "the plain text stands in for an empty page"


def test_a_refusal_keeps_no_text_of_the_row() -> None:
    row = ashby_job(descriptionHtml="mail jane@corp.example", publishedAt="yesterday")
    [line] = AshbySpider.postings({"jobs": [row]}, board("ashby"))
    assert isinstance(line, Refusal)
    assert "jane" not in line.model_dump_json()


def greenhouse_job(**changes: Any) -> dict[str, Any]:
    return {
        "id": 77,
        "internal_job_id": 9,
        "title": "Data Engineer",
        "company_name": "Acme",
        "absolute_url": "https://jobs.example/77",
        "location": {"name": "Austin, TX; Remote"},
        "first_published": "2026-03-01T09:00:00-05:00",
        "updated_at": "2026-10-01T09:00:00-05:00",
        "content": "&lt;p&gt;Pipelines.&lt;/p&gt;",
        "departments": [{"name": "Data"}, {"name": "Platform"}],
        **changes,
    }


def test_greenhouse_dates_by_first_published_and_keeps_the_requisition() -> None:
    payload = {"jobs": [greenhouse_job()], "meta": {"total": 1}}
    [line] = GreenhouseSpider.postings(payload, board("greenhouse"))
    assert isinstance(line, Posting)
    assert line.posted_on == date(2026, 3, 1)
    assert line.requisition_id == "9"
    assert line.department == "Data; Platform"
    assert line.body == "&lt;p&gt;Pipelines.&lt;/p&gt;", "nothing is unescaped on the way in"


def test_greenhouse_gives_its_rows_and_says_when_some_are_missing() -> None:
    lines = GreenhouseSpider.postings(
        {"jobs": [greenhouse_job()], "meta": {"total": 3}}, board("greenhouse")
    )
    assert isinstance(next(lines), Posting)
    with pytest.raises(TruncatedError, match="says 3 adverts and gives 1"):
        next(lines)


def test_lever_reads_the_lists_that_hold_the_requirements() -> None:
    row = {
        "id": "a1",
        "text": "ML Engineer",
        "description": "<div>About us.</div>",
        "lists": [{"text": "You bring R&D", "content": "<li>PyTorch</li><li>SQL</li>"}],
        "additional": "<div>Perks.</div>",
        "createdAt": 1_772_323_200_000,
        "country": "DE",
        "hostedUrl": "https://jobs.example/a1",
        "workplaceType": "hybrid",
        "categories": {"location": "Berlin", "allLocations": ["Berlin", "Hamburg"], "team": "AI"},
        "salaryRange": {"min": 1, "max": 2, "currency": "EUR", "interval": "per-year-salary"},
    }
    [line] = LeverSpider.postings([row], board("lever"))
    assert isinstance(line, Posting)
    assert line.body.index("About us") < line.body.index("PyTorch") < line.body.index("Perks")
    assert "<h3>You bring R&amp;D</h3>" in line.body
    assert line.posted_on == date(2026, 3, 1)
    assert line.secondary_locations == ("Hamburg",)
    assert line.pay_components[0].interval == "per-year-salary"


def test_hacker_news_takes_top_level_comments_with_text() -> None:
    comment = {"id": 11, "created_at": "2026-10-01T15:00:00.000Z", "text": "Acme | ML | SF"}
    payload = {
        "title": "Ask HN: Who is hiring? (October 2026)",
        "children": [
            {**comment, "children": [{**comment, "id": 12, "text": "Is it remote?"}]},
            {**comment, "id": 13, "text": None},
            {"id": 14, "created_at": "2026-10-01T15:00:00.000Z"},
        ],
    }
    lines = list(HackernewsSpider.postings(payload, board("hackernews")))
    assert [type(line) for line in lines] == [Posting, Refusal]
    assert isinstance(lines[0], Posting)
    assert (lines[0].source_id, lines[0].title) == ("11", None)


@pytest.mark.parametrize(
    ("title", "is_hiring"),
    [
        ("Ask HN: Who is hiring? (May 2026)", True),
        ("Ask HN: Who Is Hiring? (May 2012)", True),
        ("Ask HN: Who wants to be hired? (May 2026)", False),
        ("Ask HN: Freelancer? Seeking freelancer? (May 2026)", False),
        ("", False),
    ],
)
def test_only_hiring_threads_are_asked_for(title: str, is_hiring: bool) -> None:
    hit = {"objectID": "5", "title": title, "created_at": "2026-05-01T15:00:00.000Z"}
    assert bool(hiring_threads({"hits": [hit], "nbPages": 1})) is is_hiring


def test_a_list_of_threads_with_more_pages_is_truncated() -> None:
    with pytest.raises(TruncatedError):
        hiring_threads({"hits": [], "nbPages": 2, "nbHits": 1400})


def test_papers_come_out_of_parquet_row_by_row() -> None:
    table = pa.table(
        {
            "paper_url": ["https://papers.example/a", None],
            "paper_title": ["A", "B"],
            "paper_arxiv_id": ["2101.00001", None],
            "repo_url": ["https://code.example/a", "https://code.example/b"],
            "is_official": [True, False],
            "framework": ["pytorch", "none"],
            "mentioned_in_paper": [True, False],
        }
    )
    file = BytesIO()
    pq.write_table(table, file)
    lines = list(
        PwcArchiveSpider.postings(PwcArchiveSpider.decode(file.getvalue()), board("pwc_archive"))
    )
    assert [type(line) for line in lines] == [PaperLink, Refusal]


def test_a_file_without_the_columns_is_a_failed_observation() -> None:
    file = BytesIO()
    pq.write_table(pa.table({"paper_url": ["x"]}), file)
    with pytest.raises(ShapeError, match="paper_title"):
        PwcArchiveSpider.decode(file.getvalue())
    with pytest.raises(ShapeError, match="not Parquet"):
        PwcArchiveSpider.decode(b"<html>")


@pytest.mark.parametrize(
    ("spider", "payload"),
    [
        (AshbySpider, []),
        (AshbySpider, {"jobs": None}),
        (GreenhouseSpider, {"error": "x"}),
        (LeverSpider, {"ok": False}),
        (HackernewsSpider, {"title": "Something else", "children": []}),
    ],
)
def test_another_shape_is_not_an_empty_board(spider: type[BoardSpider], payload: Any) -> None:
    with pytest.raises(ShapeError):
        list(spider.postings(payload, board(spider.name)))


@pytest.mark.parametrize(
    ("spider", "name"),
    [
        (AshbySpider, "deep mind/x?y"),
        (GreenhouseSpider, "acme"),
        (LeverSpider, "Ünïcode"),
        (HackernewsSpider, "42297431"),
        (PwcArchiveSpider, "links-between-paper-and-code"),
    ],
)
def test_board_of_is_the_inverse_of_address(spider: type[BoardSpider], name: str) -> None:
    assert spider.board_of(spider.address(name)) == name
    assert spider.board_of("https://elsewhere.example/") is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ShapeError),
        (b"  \n", ShapeError),
        (b"<!doctype html><p>Sign in", ShapeError),
        (b'{"jobs": [{"id": 1}, {"id"', TruncatedError),
        (b'{"jobs": [{"title": "ML Eng', TruncatedError),
        (b'[{"a": 1}', TruncatedError),
        (b'{"a": 1,, "b": 2}', ShapeError),
    ],
)
def test_a_body_that_is_no_json_is_named_for_what_it_is(
    body: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decode_json(body)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_every_beginning_of_a_payload_is_truncated(cut: int) -> None:
    body = json.dumps({"jobs": [{"id": 1, "title": 'Ünder \\ " quotes', "n": [1.5, None]}]})
    with pytest.raises(TruncatedError):
        decode_json(body[:-cut].encode())


@pytest.mark.parametrize(
    ("status", "state"),
    [(404, "unknown"), (410, "unknown"), (401, "forbidden"), (403, "forbidden"), (429, "failed"),
     (500, "failed"), (503, "failed"), (302, "failed")],
)  # fmt: skip
def test_no_status_but_200_and_304_is_an_answer(status: int, state: str) -> None:
    judged = judge_status(status)
    assert judged is not None
    assert judged[0] == state
    assert str(status) in judged[1]
    assert judge_status(200) is None
    assert judge_status(304) is None


def test_an_exception_is_a_failed_observation_with_its_reason() -> None:
    assert judge_exception(TimeoutError("after 60 s")) == ("failed", "TimeoutError: after 60 s")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T23:30:00-05:00", date(2026, 2, 1)),
        ("2026-01-31T00:30:00+00:00", date(2026, 1, 31)),
        (1_772_323_200_000, date(2026, 3, 1)),
        (None, None),
        ("", None),
    ],
)
def test_days_are_utc(value: str | int | None, expected: date | None) -> None:
    assert day(value) == expected
