"""Pinpoint job boards: one request per company.

Belongs here: Pinpoint's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from scrapers.landing import Address, Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, day, each_row, html_of

_SECTIONS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


class PinpointSpider(BoardSpider):
    """Boards on pinpointhq.com, by the public list of their careers sites."""

    name = "pinpoint"
    templates = ("https://{board}.pinpointhq.com/postings.json",)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a board, their sections under the board's own headings."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            job = row.get("job") or {}
            place = row.get("location") or {}
            city, region = place.get("city") or None, place.get("province") or None
            is_shown = row.get("compensation_visible") is not False
            low, high = row.get("compensation_minimum"), row.get("compensation_maximum")
            url = row.get("url")
            if not url and row.get("path"):
                url = f"https://{board.name}.pinpointhq.com{row['path']}"
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=url,
                company=board.company,
                title=row["title"],
                body=html_of(
                    [row.get("description"), *(_section(row, name) for name in _SECTIONS)]
                ),
                location=_location(place.get("name"), city, region),
                address=Address(locality=city, region=region) if city or region else None,
                workplace=row.get("workplace_type") or row.get("workplace_type_text"),
                department=_name(job.get("department")) or _name(row.get("department")),
                team=_name(job.get("division")) or _name(row.get("division")),
                employment_type=row.get("employment_type_text") or row.get("employment_type"),
                expires_on=day(row.get("deadline_at")),
                pay_text=(row.get("compensation") or None) if is_shown else None,
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=low,
                        max=high,
                        currency=row.get("compensation_currency"),
                        interval=row.get("compensation_frequency"),
                    ),
                )
                if is_shown and (low or high)
                else (),
                requisition_id=_text(job.get("requisition_id")) or _text(job.get("id")),
            )

        yield from each_row(payload.get("data"), "'data'", board, build)


def _section(row: dict[str, Any], name: str) -> str | None:
    text = row.get(name)
    heading = row.get(f"{name}_header")
    if not text or not heading:
        return text
    return f"<h3>{escape(heading, quote=False)}</h3>\n{text}"


def _location(name: str | None, city: str | None, region: str | None) -> str | None:
    """The name that the company gives the place, with its city where the name lacks it."""
    if name and (not city or city.casefold() in name.casefold()):
        return name
    parts = (name, city, region)
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _name(value: Any) -> str | None:
    return value.get("name") if isinstance(value, dict) else value


def _text(value: Any) -> str | None:
    return str(value) if value else None
