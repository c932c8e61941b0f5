"""Teamtailor job boards: a JSON Feed with a schema.org JobPosting in each item.

Belongs here: Teamtailor's address, pages and payload. Does not belong here: JobPostings in pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from scrapy.http import Response

from scrapers.landing import Address, BoardState, Line, PayComponent, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    Total,
    Walk,
    day,
    each_row,
)

PAGE_ROWS = 100
"""Items of a full page; the feed does not say that there is another one."""


class TeamtailorSpider(BoardSpider):
    """Boards on teamtailor.com, by the feed of their careers sites (jsonfeed.org/version/1.1)."""

    name = "teamtailor"
    templates = ("https://{board}.teamtailor.com/jobs.json",)
    is_paged = True

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The adverts of a page, and the next one behind a full page."""
        yield from cls.postings(payload, board)
        # The address without its query, as a site of its own domain may write another host.
        own = urlsplit(step.url)
        said = payload.get("next_url")
        if isinstance(said, str) and urlsplit(urljoin(step.url, said)).path == own.path:
            yield Step(own._replace(query=urlsplit(said).query).geturl())
        elif len(payload["items"]) >= PAGE_ROWS:
            number = int(parse_qs(own.query).get("page", ["1"])[0])
            yield Step(own._replace(query=f"page={number + 1}").geturl())

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a page."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            job = row.get("_jobposting") or {}
            addresses = [
                place.get("address") or {}
                for place in _listed(job.get("jobLocation"))
                if isinstance(place, dict)
            ]
            first = addresses[0] if addresses else {}
            said = [*filter(None, map(_place, addresses)), *_eligible(job)]
            posted = job.get("datePosted") or row.get("date_published")
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=row.get("url"),
                company=(job.get("hiringOrganization") or {}).get("name")
                or payload.get("title")
                or board.company,
                title=row.get("title") or job["title"],
                body=row.get("content_html")
                or job.get("description")
                or row.get("content_text")
                or "",
                location=said[0] if said else None,
                secondary_locations=tuple(dict.fromkeys(p for p in said[1:] if p != said[0])),
                address=Address(
                    locality=first.get("addressLocality") or None,
                    region=first.get("addressRegion") or None,
                    country=first.get("addressCountry") or None,
                ),
                is_remote=True if "TELECOMMUTE" in _listed(job.get("jobLocationType")) else None,
                department=", ".join(_listed(job.get("occupationalCategory"))) or None,
                employment_type=", ".join(_listed(job.get("employmentType"))) or None,
                posted_on=day(posted),
                posted_basis="stated" if posted else None,
                expires_on=day(job.get("validThrough")),
                pay_components=tuple(_pay(job)),
                requisition_id=_identifier(job),
            )

        yield from each_row(payload.get("items"), "'items'", board, build)

    def _moved(self, response: Response, walk: Walk, step: Step) -> tuple[BoardState, str] | None:
        """A board may have a domain of the company's own, which the platform sends to."""
        assert response.request is not None
        there = urlsplit(response.request.meta.get("asked_url", response.url))
        is_own = not (there.hostname or "").endswith("teamtailor.com")
        if is_own and there.path == urlsplit(step.url).path:
            return None
        return super()._moved(response, walk, step)


def _listed(value: Any) -> list[Any]:
    """One value or several, as schema.org lets both be written."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _place(address: dict[str, Any]) -> str:
    # Regions are the company's own ("Europe", "Nordics").
    parts = (address.get("addressLocality"), address.get("addressCountry"))
    return ", ".join(part for part in parts if part)


def _eligible(job: dict[str, Any]) -> list[str]:
    """From where a remote job can be done."""
    said = _listed(job.get("applicantLocationRequirements"))
    return [area["name"] for area in said if isinstance(area, dict) and area.get("name")]


def _identifier(job: dict[str, Any]) -> str | None:
    said = job.get("identifier")
    value = said.get("value") if isinstance(said, dict) else said
    return str(value) if value else None


def _pay(job: dict[str, Any]) -> Iterator[PayComponent]:
    for salary in _listed(job.get("baseSalary")):
        value = salary.get("value")
        figures = value if isinstance(value, dict) else {"value": value}
        low = figures.get("minValue") or figures.get("value")
        high = figures.get("maxValue") or figures.get("value")
        if low or high:
            yield PayComponent(
                type="Salary",
                min=low,
                max=high,
                currency=salary.get("currency") or figures.get("currency"),
                interval=figures.get("unitText") or salary.get("unitText"),
            )
