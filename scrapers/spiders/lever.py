"""Lever job boards: one request per company.

Belongs here: Lever's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from scrapers.landing import Address, Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, day, each_row, html_of


class LeverSpider(BoardSpider):
    """Boards on jobs.lever.co and jobs.eu.lever.co, by their public postings API."""

    name = "lever"
    templates = (
        "https://api.lever.co/v0/postings/{board}?mode=json",
        "https://api.eu.lever.co/v0/postings/{board}?mode=json",
    )

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a board; requirements stand in `lists`, apart from the description."""

        def build(row: dict[str, Any]) -> Posting:
            categories = row.get("categories") or {}
            places = [p for p in categories.get("allLocations") or () if p]
            pay = row.get("salaryRange")
            return Posting(
                **board.envelope(),
                source_id=row["id"],
                url=row.get("hostedUrl"),
                company=board.company,
                title=row["text"],
                body=html_of(
                    [
                        row.get("description") or row.get("descriptionPlain"),
                        *(
                            f"<h3>{escape(part.get('text') or '', quote=False)}</h3>"
                            f"<ul>{part.get('content') or ''}</ul>"
                            for part in row.get("lists") or ()
                        ),
                        row.get("additional") or row.get("additionalPlain"),
                        row.get("salaryDescription") or row.get("salaryDescriptionPlain"),
                    ]
                ),
                location=categories.get("location"),
                secondary_locations=tuple(p for p in places if p != categories.get("location")),
                address=Address(country=row["country"]) if row.get("country") else None,
                workplace=row.get("workplaceType"),
                department=categories.get("department"),
                team=categories.get("team"),
                employment_type=categories.get("commitment"),
                posted_on=day(row.get("createdAt")),
                posted_basis="stated" if row.get("createdAt") else None,
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=pay.get("min"),
                        max=pay.get("max"),
                        currency=pay.get("currency"),
                        interval=pay.get("interval"),
                    ),
                )
                if pay
                else (),
            )

        return each_row(payload, "of adverts", board, build)
