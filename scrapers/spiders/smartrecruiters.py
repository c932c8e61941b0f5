"""SmartRecruiters job sites: a company's page, then a page with JobPosting data for each advert.

Belongs here: the addresses of jobs.smartrecruiters.com, and what its pages say beside their
JobPosting data. Does not belong here: reading JobPosting data (`scrapers.jobposting`), and the
platform's API: its host asks crawlers to stay away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scrapers.jobposting import absolute, page_of, parse, postings_of
from scrapers.landing import Line, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    decode_json,
    each_row,
)

SITE = "https://jobs.smartrecruiters.com"
SEARCH_ROWS = 100
"""What a search gives at most; its later pages repeat the first."""

_ADVERT = re.compile(
    r"https?://(?:jobs|careers)\.smartrecruiters\.com/([^/?#\s\"'<>\\]+)/(\d{6,})(?![\w])[^?#\s\"'<>\\]*"
)


class SmartrecruitersSpider(BoardSpider):
    """Companies on jobs.smartrecruiters.com, page by page.

    Where a company's page builds its list in the browser, the search of the same host that it
    builds it from is asked.
    """

    name = "smartrecruiters"
    templates = (f"{SITE}/{{board}}",)
    # A text can change while the list stays the same.
    is_paged = True

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """A page's data, links and place, or the JSON of a search."""
        if body.lstrip()[:1] != b"<":
            return decode_json(body, charset)
        tree = parse(body, charset)
        if tree is None:
            raise ShapeError("the page is empty")
        return {
            **page_of(tree),
            "links": [str(link) for link in tree.xpath("//a/@href")],
            "next": [str(link) for link in tree.xpath("//*[@rel='next']/@href")],
            "place": next((dict(e.attrib) for e in tree.iter("spl-job-location")), {}),
        }

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """What a list says to ask, or the advert of a page."""
        if not isinstance(payload, dict) or ("links" in payload) == (step.kind == "search"):
            raise ShapeError("JSON where a page was due, or a page where JSON was")
        if step.kind == "detail":
            yield from _advert(payload, step, board)
        elif step.kind == "search":
            yield from _found(payload, board)
        else:
            yield from _listed(payload, step, board)


def search_address(board: str) -> str:
    """Where a company's page asks for its adverts."""
    return f"{SITE}/sr-jobs/search?company={quote(board, safe='')}&limit={SEARCH_ROWS}"


def _listed(page: dict[str, Any], step: Step, board: Board) -> Iterator[Step]:
    """The adverts that a company's page links to, and the next page of them."""
    steps: dict[str, Step] = {}
    for link in page["links"]:
        match = _ADVERT.match(absolute(step.url, link))
        if match and unquote(match[1]).casefold() == board.name.casefold():
            address = f"{SITE}{urlsplit(match[0]).path}"
            steps.setdefault(match[2], Step(address, kind="detail", source_id=match[2]))
    yield from steps.values()
    own = urlsplit(step.url)
    for link in page["next"][:1]:
        parts = urlsplit(absolute(step.url, link))
        if (parts.netloc, parts.path) == (own.netloc, own.path) and parts.query != own.query:
            yield Step(parts.geturl(), kind=step.kind)
    if not steps:
        yield Step(search_address(board.name), kind="search")


def _found(payload: dict[str, Any], board: Board) -> Iterator[Line | Step | Total]:
    """The adverts of a search: all fields but the texts."""
    steps: list[Step] = []

    def add(row: dict[str, Any]) -> None:
        company = (row.get("company") or {}).get("identifier") or board.name
        if str(company).casefold() == board.name.casefold():
            number = str(row["id"])
            page = f"{SITE}/{quote(str(company), safe='')}/{quote(number, safe='')}"
            steps.append(Step(page, kind="detail", source_id=number, extra=_said(row)))

    yield from each_row(payload.get("content"), "'content'", board, add)
    total = payload.get("totalFound")
    if isinstance(total, int):
        yield Total(total)
    yield from steps
    if not steps:
        # The same answer as for a company that it does not know.
        raise TruncatedError("the search gives no advert of this company")


def _said(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a row says that a page may leave out."""
    place = row.get("location") or {}
    spelled = ", ".join(place[key] for key in ("city", "region", "country") if place.get(key))
    said = {
        "title": row.get("name"),
        "company": (row.get("company") or {}).get("name"),
        "department": (row.get("department") or {}).get("label"),
        "employment_type": (row.get("typeOfEmployment") or {}).get("label"),
        "location": place.get("fullLocation") or spelled,
        "workplace": next((kind for kind in ("remote", "hybrid") if place.get(kind) is True), None),
        "requisition_id": row.get("refNumber"),
    }
    return tuple((key, str(value)) for key, value in said.items() if value)


def _advert(page: dict[str, Any], step: Step, board: Board) -> Iterator[Line]:
    """The advert of a page, with what its list said where the page is silent."""
    lines = list(postings_of(page, step.url, board))
    if not lines:
        raise ShapeError("no JobPosting on the page")
    postings = [line for line in lines if isinstance(line, Posting)]
    if not postings:
        yield from lines
        return
    posting = postings[0]
    said = {**dict(step.extra), **_shown(page)}
    changes: dict[str, Any] = {
        name: said[name]
        for name in ("title", "department", "employment_type", "location", "requisition_id")
        if said.get(name) and not getattr(posting, name)
    }
    workplace = said.get("workplace")
    if workplace and not posting.workplace:
        changes |= {"workplace": workplace, "is_remote": workplace == "remote" or None}
    yield posting.model_copy(
        update={
            **changes,
            "source_id": step.source_id,
            "url": step.url,
            "company": posting.company or said.get("company") or board.company,
            # It is the employer's own board.
            "origin_source": None,
            "origin_id": None,
        }
    )


def _shown(page: dict[str, Any]) -> dict[str, str]:
    """What the page's own element for a place says."""
    place = page["place"]
    said = {
        "location": str(place.get("formattedaddress") or "").strip(),
        "workplace": str(place.get("workplacetype") or "").strip().lower(),
    }
    return {name: value for name, value in said.items() if value}
