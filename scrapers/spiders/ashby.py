"""Ashby job boards: one request per company.

Belongs here: Ashby's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.landing import Address, Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, day, each_row


class AshbySpider(BoardSpider):
    """Boards on jobs.ashbyhq.com, by their public posting API."""

    name = "ashby"
    templates = ("https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true",)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The listed adverts of a board."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting | None:
            if row.get("isListed") is False:
                return None
            postal = (row.get("address") or {}).get("postalAddress") or {}
            compensation = row.get("compensation") or {}
            return Posting(
                **board.envelope(),
                source_id=row["id"],
                url=row.get("jobUrl"),
                company=board.company,
                title=row["title"],
                body=row.get("descriptionHtml") or row["descriptionPlain"],
                location=row.get("location"),
                secondary_locations=tuple(
                    _place(place)
                    for place in row.get("secondaryLocations") or ()
                    if place.get("location")
                ),
                address=Address(
                    locality=postal.get("addressLocality"),
                    region=postal.get("addressRegion"),
                    country=postal.get("addressCountry"),
                ),
                is_remote=row.get("isRemote"),
                workplace=row.get("workplaceType"),
                department=row.get("department"),
                team=row.get("team"),
                employment_type=row.get("employmentType"),
                posted_on=day(row.get("publishedAt")),
                posted_basis="stated" if row.get("publishedAt") else None,
                pay_text=compensation.get("compensationTierSummary"),
                pay_components=tuple(
                    PayComponent(
                        type=component.get("compensationType"),
                        min=component.get("minValue"),
                        max=component.get("maxValue"),
                        currency=component.get("currencyCode"),
                        interval=component.get("interval"),
                        zone=tier.get("title"),
                    )
                    for tier in compensation.get("compensationTiers") or ()
                    for component in tier.get("components") or ()
                ),
            )

        return each_row(payload.get("jobs"), "'jobs'", board, build)


def _place(place: dict[str, Any]) -> str:
    """A further location with its country, which many a name lacks ("Remote")."""
    name: str = place["location"]
    country = ((place.get("address") or {}).get("postalAddress") or {}).get("addressCountry")
    return f"{name}, {country}" if country and country.casefold() not in name.casefold() else name
