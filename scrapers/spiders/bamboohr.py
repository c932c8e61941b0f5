"""BambooHR job boards: a list of what is open, then a page for each advert.

Belongs here: BambooHR's addresses and payloads. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin

from scrapers.landing import Address, Line, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    Total,
    day,
    each_row,
)

_WORKPLACES = {"0": "onsite", "1": "remote", "2": "hybrid"}
"""What the careers page writes for `locationType`."""


class BamboohrSpider(BoardSpider):
    """Boards on bamboohr.com, by what their careers pages load."""

    name = "bamboohr"
    sends_unknown_away = True
    templates = ("https://{board}.bamboohr.com/careers/list",)
    # A text can change while the list stays the same.
    is_paged = True
    # What loads these answers in a page asks for JSON; a reader of pages may be sent to one.
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "DEFAULT_REQUEST_HEADERS": {"Accept": "application/json", "Accept-Language": "en"}
    }

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """What the list says to ask, or the advert of a page."""
        result = payload.get("result") if isinstance(payload, dict) else None
        if step.kind == "detail":
            opening = result.get("jobOpening") if isinstance(result, dict) else None
            if not isinstance(opening, dict):
                raise ShapeError("no object 'jobOpening' in the payload")
            row = {**opening, "id": step.source_id, **dict(step.extra)}
            yield from each_row([row], "of adverts", board, lambda said: _build(said, board))
            return
        steps: list[Step] = []
        yield from each_row(
            result, "'result'", board, lambda row: steps.append(_detail(row, step.url))
        )
        meta = payload.get("meta")
        total = meta.get("totalCount") if isinstance(meta, dict) else None
        if isinstance(total, int):
            yield Total(total)
        yield from steps


def _detail(row: dict[str, Any], listing: str) -> Step:
    number = str(row["id"])
    return Step(
        urljoin(listing, f"/careers/{quote(number, safe='')}/detail"),
        kind="detail",
        source_id=number,
        extra=(("isRemote", "yes"),) if row.get("isRemote") else (),
    )


def _build(row: dict[str, Any], board: Board) -> Posting:
    place = row.get("location") or {}
    # The other form of address, where a position is at none of the company's own sites.
    other = row.get("atsLocation") or {}
    city = place.get("city") or other.get("city")
    region = place.get("state") or other.get("state") or other.get("province")
    country = place.get("addressCountry") or place.get("country") or other.get("country")
    kind = row.get("locationType")
    workplace = _WORKPLACES.get(str(kind))
    return Posting(
        **board.envelope(),
        source_id=row["id"],
        url=row.get("jobOpeningShareUrl")
        or f"https://{board.name}.bamboohr.com/careers/{row['id']}",
        company=board.company,
        title=row["jobOpeningName"],
        body=row["description"],
        location=", ".join(part for part in (city, region, country) if part) or None,
        address=Address(locality=city or None, region=region or None, country=country or None),
        is_remote=True if row.get("isRemote") or workplace == "remote" else None,
        workplace=workplace,
        department=row.get("departmentLabel"),
        employment_type=row.get("employmentStatusLabel") or row.get("employmentType") or None,
        posted_on=day(row.get("datePosted")),
        posted_basis="stated" if row.get("datePosted") else None,
        pay_text=row.get("compensation") or None,
    )
