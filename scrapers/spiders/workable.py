"""Workable job boards: one request per company.

Belongs here: Workable's address and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.landing import Address, Line, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, day, each_row, html_of


class WorkableSpider(BoardSpider):
    """Boards on apply.workable.com, by the public widget that careers pages embed."""

    name = "workable"
    templates = ("https://apply.workable.com/api/v1/widget/accounts/{board}?details=true",)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a board, each once."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            first, *others = _places(row) or [{}]
            return Posting(
                **board.envelope(),
                source_id=row["shortcode"],
                url=row.get("url") or row.get("shortlink"),
                company=payload.get("name") or board.company,
                title=row["title"],
                body=html_of(row.get(part) for part in ("description", "requirements", "benefits")),
                location=_said(first),
                secondary_locations=tuple(said for place in others if (said := _said(place))),
                address=Address(
                    locality=first.get("city") or None,
                    region=first.get("region") or None,
                    country=first.get("countryCode") or first.get("country") or None,
                ),
                is_remote=row.get("telecommuting"),
                department=row.get("department"),
                # The employer's own branch of work, where it names no team.
                team=row.get("function"),
                employment_type=row.get("employment_type") or None,
                posted_on=day(row.get("published_on") or row.get("created_at")),
                posted_basis="stated" if row.get("published_on") or row.get("created_at") else None,
                requisition_id=row.get("code") or None,
            )

        yield from each_row(_each_once(payload.get("jobs")), "'jobs'", board, build)


def _each_once(rows: Any) -> Any:
    """The widget repeats an advert for each of its places: one row with all of them."""
    if not isinstance(rows, list):
        return rows
    merged: list[Any] = []
    by_code: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row.get("shortcode") if isinstance(row, dict) else None
        if isinstance(code, str) and code in by_code:
            by_code[code]["locations"].extend(_places(row))
            continue
        if isinstance(code, str):
            row = by_code[code] = {**row, "locations": _places(row)}
        merged.append(row)
    return merged


def _places(row: dict[str, Any]) -> list[dict[str, Any]]:
    flat = {"city": row.get("city"), "region": row.get("state"), "country": row.get("country")}
    said = row.get("locations")
    listed = [p for p in said if isinstance(p, dict)] if isinstance(said, list) else []
    # The flat fields say the first place again, or the only one.
    if any(flat.values()) and _said(flat) not in map(_said, listed):
        listed.insert(0, flat)
    return listed


def _said(place: dict[str, Any]) -> str | None:
    parts = (place.get(part) for part in ("city", "region", "country"))
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None
