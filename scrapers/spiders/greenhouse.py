"""Greenhouse job boards: one request per company.

Belongs here: Greenhouse's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from scrapers.landing import Line, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, TruncatedError, day, each_row

_ADDRESS = re.compile(r"https://boards-api\.greenhouse\.io/v1/boards/([^/?]+)/jobs\?content=true")


class GreenhouseSpider(BoardSpider):
    """Boards on boards.greenhouse.io, by their public board API."""

    name = "greenhouse"

    @staticmethod
    def address(board: str) -> str:
        """The request address of a board."""
        return (
            f"https://boards-api.greenhouse.io/v1/boards/{quote(board, safe='')}/jobs?content=true"
        )

    @staticmethod
    def board_of(url: str) -> str | None:
        """The board whose address this is."""
        match = _ADDRESS.fullmatch(url)
        return unquote(match[1]) if match else None

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
            )

        rows = payload.get("jobs")
        yield from each_row(rows, "'jobs'", board, build)
        meta = payload.get("meta")
        total = meta.get("total") if isinstance(meta, dict) else None
        if isinstance(total, int) and isinstance(rows, list) and total != len(rows):
            raise TruncatedError(f"the board says {total} adverts and gives {len(rows)}")


def _names(rows: list[dict[str, Any]] | None) -> str | None:
    return "; ".join(row["name"] for row in rows or () if row.get("name")) or None
