"""Recruitee job boards: one request per company.

Belongs here: Recruitee's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

from scrapers.landing import Address, Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, day, each_row, html_of


class RecruiteeSpider(BoardSpider):
    """Boards on recruitee.com, by the public API of their careers sites."""

    name = "recruitee"
    templates = ("https://{board}.recruitee.com/api/offers",)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The published adverts of a board."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting | None:
            if row.get("status") not in (None, "published"):
                return None
            listed = row.get("locations") or []
            location = row.get("location") or _joined(row.get("city"), row.get("country"))
            others = [
                said
                for place in listed
                for said in (_place(place), place.get("name"))
                if said and said not in (location or "")
            ]
            pay = row.get("salary") or {}
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=row.get("careers_url"),
                company=row.get("company_name") or board.company,
                title=row["title"],
                body=html_of(
                    [
                        row.get("highlight"),
                        row.get("description"),
                        row.get("requirements"),
                        *(
                            f"<p>{escape(place['note'], quote=False)}</p>"
                            for place in listed
                            if place.get("note")
                        ),
                    ]
                ),
                location=location,
                secondary_locations=tuple(dict.fromkeys(others)),
                address=Address(
                    locality=row.get("city") or None,
                    region=row.get("state_name") or None,
                    country=row.get("country") or row.get("country_code") or None,
                ),
                is_remote=row.get("remote"),
                workplace=" or ".join(
                    word
                    for flag, word in (
                        ("on_site", "onsite"),
                        ("hybrid", "hybrid"),
                        ("remote", "remote"),
                    )
                    if row.get(flag)
                )
                or None,
                department=row.get("department"),
                employment_type=row.get("employment_type_code") or None,
                posted_on=_day(row.get("published_at") or row.get("created_at")),
                posted_basis="stated" if row.get("published_at") or row.get("created_at") else None,
                expires_on=_day(row.get("close_at")),
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=pay.get("min"),
                        max=pay.get("max"),
                        currency=pay.get("currency"),
                        interval=pay.get("period"),
                    ),
                )
                if pay.get("min") or pay.get("max")
                else (),
            )

        yield from each_row(payload.get("offers"), "'offers'", board, build)


def _place(place: dict[str, Any]) -> str:
    country = place.get("country") or place.get("country_code")
    return _joined(place.get("city"), place.get("state"), country)


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _day(value: str | None) -> date | None:
    # The zone is written by its name.
    return day(value.replace(" UTC", "+00:00") if value else None)
