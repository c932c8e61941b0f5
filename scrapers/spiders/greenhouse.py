"""Greenhouse job boards: one request per company.

Belongs here: Greenhouse's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from scrapy import Request

from scrapers.boards import BoardRow
from scrapers.landing import Line, PayComponent, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    TruncatedError,
    day,
    each_row,
)

# A range says its period only in the words of its title, if at all.
_PERIOD = re.compile(
    r"\b(?:hourly|daily|weekly|monthly|annual(?:ly)?|yearly|per (?:hour|day|week|month|year))\b",
    re.IGNORECASE,
)


class GreenhouseSpider(BoardSpider):
    """Boards on boards.greenhouse.io, by their public board API."""

    name = "greenhouse"
    templates = (
        "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true&pay_transparency=true",
        # Without the ranges: answers a replay of what was captured so.
        "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true",
    )

    def begin(
        self,
        row: BoardRow,
        addresses: list[str],
        captured_at: datetime | None = None,
        step: Step | None = None,
    ) -> Request:
        """The request of a board; only a replay asks for the address without the ranges."""
        if self.archive is None:
            addresses = [self.address(row.board)]
        return super().begin(row, addresses, captured_at, step)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a board; its own total must fit them."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=row.get("absolute_url"),
                company=row.get("company_name") or board.company,
                title=row["title"],
                body=row["content"],
                location=(row.get("location") or {}).get("name"),
                department=_names(row.get("departments")),
                team=None,
                posted_on=day(row.get("first_published")),
                posted_basis="stated" if row.get("first_published") else None,
                # Many ids share one internal job: one role, advertised in several places.
                requisition_id=str(row["internal_job_id"]) if row.get("internal_job_id") else None,
                expires_on=day(row.get("application_deadline")),
                pay_components=tuple(
                    _pay(said)
                    for said in row.get("pay_input_ranges") or ()
                    if said.get("min_cents") or said.get("max_cents")
                ),
            )

        rows = payload.get("jobs")
        yield from each_row(rows, "'jobs'", board, build)
        meta = payload.get("meta")
        total = meta.get("total") if isinstance(meta, dict) else None
        if isinstance(total, int) and isinstance(rows, list) and total != len(rows):
            raise TruncatedError(f"the board says {total} adverts and gives {len(rows)}")


def _names(rows: list[dict[str, Any]] | None) -> str | None:
    return "; ".join(row["name"] for row in rows or () if row.get("name")) or None


def _pay(said: dict[str, Any]) -> PayComponent:
    period = _PERIOD.search(said.get("title") or "")
    return PayComponent(
        type="Salary",
        min=_units(said.get("min_cents")),
        max=_units(said.get("max_cents")),
        currency=said.get("currency_type"),
        interval=period[0] if period else None,
        zone=said.get("title") or None,
    )


def _units(cents: int | None) -> str | None:
    """Whole units of a currency, exactly, as a decimal number."""
    return None if cents is None else str(Decimal(cents) / 100)
