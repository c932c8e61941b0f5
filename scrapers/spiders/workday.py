"""Workday job boards: a list in pages, each asked by POST, then a page for each advert.

Belongs here: Workday's addresses, pages and payloads. Does not belong here: what a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scrapy import Request

from scrapers.archive import address_of
from scrapers.boards import BoardRow
from scrapers.landing import Address, Line, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    day,
    each_row,
)

PAGE_ROWS = 20
"""Adverts of a page; asking for more is an error."""
LISTED_AT_MOST = 2_000
"""No list is longer, and `total` never says more."""

_BOARD = re.compile(r"([\w-]+)/([\w-]+)/([^/]+)")
_ADDRESS = re.compile(
    r"https://([\w-]+)\.([\w-]+)\.myworkdayjobs\.com/wday/cxs/([^/]+)/([^/]+)/jobs"
    r"(?:\?__wb_method=POST&.*)?$"
)
_RELATIVE = re.compile(r"\b(?:(today)|(yesterday)|(\d+)\+?\s+days?\s+ago)\b", re.IGNORECASE)


class WorkdaySpider(BoardSpider):
    """Boards on myworkdayjobs.com, written `tenant/wd5/Site`, by what their pages load."""

    name = "workday"
    is_paged = True
    # What loads these answers in a page asks for JSON; a reader of pages may be sent to one.
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "DEFAULT_REQUEST_HEADERS": {"Accept": "application/json", "Accept-Language": "en"}
    }

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The one request address of a board."""
        match = _BOARD.fullmatch(board)
        if not match:
            # Where the platform has no board: found out by asking, as for any other wrong name.
            return [f"https://www.myworkdayjobs.com/wday/cxs/{quote(board, safe='')}/jobs"]
        tenant, shard, site = match.groups()
        host = f"{tenant}.{shard}.myworkdayjobs.com"
        return [f"https://{host}/wday/cxs/{tenant}/{quote(site, safe='')}/jobs"]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The board whose address this is, as it stands or as archives keep a POST of it."""
        match = _ADDRESS.match(url)
        if not match or match[1] != match[3]:
            return None
        return f"{match[1]}/{match[2]}/{unquote(match[4])}"

    def requests_for(self, row: BoardRow) -> Iterator[Request]:
        """The request for the first page of a board, or in a replay one per capture of it."""
        [url] = self.addresses(row.board)
        first = _page(url, 0, 0)
        captures = self.archive.entries(address_of(url, first.form)) if self.archive else []
        for number, capture in enumerate(captures):
            yield self.begin(row, [url], capture.captured_at, first).replace(priority=-number)
        if not captures:
            yield self.begin(row, [url], step=first)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """What a page of the list says to ask, or the advert of a page."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")
        if step.kind == "detail":
            if not isinstance(payload.get("jobPostingInfo"), dict):
                raise ShapeError("no object 'jobPostingInfo' in the payload")
            said = {**payload, **dict(step.extra), "id": step.source_id, "asked": step.url}
            yield from each_row([said], "of adverts", board, lambda row: _build(row, board))
            return
        rows = payload.get("jobPostings")
        steps: list[Step] = []
        yield from each_row(
            rows, "'jobPostings'", board, lambda row: steps.append(_detail(row, step.url))
        )
        offset = (step.form or {}).get("offset", 0)
        # The later pages say 0, so the first one's word goes along.
        stated = payload.get("total")
        total = int(dict(step.extra).get("total", stated if isinstance(stated, int) else 0))
        yield from steps
        following = offset + PAGE_ROWS
        if rows and (following < total or (not total and len(rows) >= PAGE_ROWS)):
            yield _page(step.url, following, total)
        if offset:
            return
        if total >= LISTED_AT_MOST:
            raise TruncatedError(
                f"the platform lists {LISTED_AT_MOST:,} adverts at most, and the board has so many"
            )
        if total:
            yield Total(total)


def _page(url: str, offset: int, total: int) -> Step:
    form = {"appliedFacets": {}, "limit": PAGE_ROWS, "offset": offset, "searchText": ""}
    return Step(url, form=form, extra=(("total", str(total)),) if total else ())


def _detail(row: dict[str, Any], listing: str) -> Step:
    path: str = row["externalPath"]
    bullets = [said for said in row.get("bulletFields") or () if isinstance(said, str)]
    said = {
        "title": row.get("title"),
        "locationsText": row.get("locationsText"),
        "postedOn": row.get("postedOn"),
        "remoteType": row.get("remoteType"),
        "bulletField": bullets[0] if bullets else None,
    }
    return Step(
        listing.removesuffix("/jobs") + path,
        kind="detail",
        source_id=_source_id(path),
        extra=tuple((key, value) for key, value in said.items() if value),
    )


def _source_id(path: str) -> str:
    """The number of an advert: what follows the title in its path, which alone stays the same."""
    name = unquote(path.rstrip("/").rpartition("/")[2])
    number = name.rpartition("_")[2]
    return number if any(map(str.isdigit, number)) else name


def _build(row: dict[str, Any], board: Board) -> Posting:
    info = row["jobPostingInfo"]
    tenant = board.name.split("/")[0]
    employer = row.get("hiringOrganization") or {}
    location = _name(info.get("location")) or row.get("locationsText")
    country = info.get("country") or (info.get("jobRequisitionLocation") or {}).get("country")
    posted = day(info.get("startDate"))
    said = info.get("postedOn") or row.get("postedOn")
    relative = None if posted else days_ago(said, board.observed_at)
    return Posting(
        **board.envelope(),
        source_id=row["id"],
        url=info.get("externalUrl") or _public(row["asked"]),
        # The organisation is a legal entity with a number, of which a company has many.
        company=board.company if board.company != board.name else employer.get("name") or tenant,
        title=info.get("title") or row["title"],
        body=info["jobDescription"],
        location=location,
        secondary_locations=tuple(
            name for place in info.get("additionalLocations") or () if (name := _name(place))
        ),
        address=Address(country=_name(country)) if _name(country) else None,
        workplace=info.get("remoteType") or row.get("remoteType"),
        employment_type=info.get("timeType"),
        posted_on=posted or relative,
        posted_basis="stated" if posted else "relative" if relative else None,
        expires_on=day(info.get("endDate")),
        requisition_id=info.get("jobReqId") or row.get("bulletField"),
    )


def _name(value: Any) -> str | None:
    said = value.get("descriptor") if isinstance(value, dict) else value
    return said or None


def _public(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.split("/", 4)[4]
    return parts._replace(path=f"/{path}").geturl()


def days_ago(said: str | None, observed_at: datetime) -> date | None:
    """The day that "Posted 3 Days Ago" means.

    Args:
        said: As the page says it; "30+ Days Ago" is its word for all that is older, so the day is
            then the latest that it can be.
        observed_at: When it was said.

    Returns:
        The UTC day; None where nothing is said or it can't be read.
    """
    match = _RELATIVE.search(said or "")
    if not match:
        return None
    days = 0 if match[1] else 1 if match[2] else int(match[3])
    return (observed_at - timedelta(days=days)).date() if days < 10_000 else None
