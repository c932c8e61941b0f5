"""Personio job boards: one XML document per company.

Belongs here: Personio's addresses and payload. Does not belong here: what pay or a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from scrapers.landing import Line, PayComponent, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    Step,
    Total,
    day,
    each_row,
    html_of,
)
from scrapers.xml import root_of

_ROOT = "workzag-jobs"
# Elements whose children are a list, not fields.
_LISTS = (_ROOT, "additionalOffices", "jobDescriptions")


class PersonioSpider(BoardSpider):
    """Boards on jobs.personio.de and jobs.personio.com; most are on both, some on one."""

    name = "personio"
    sends_unknown_away = True
    templates = (
        "https://{board}.jobs.personio.de/xml",
        "https://{board}.jobs.personio.com/xml",
    )

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The adverts of a board, with links to the host that answered."""
        yield from cls.postings(payload, board, urlsplit(step.url).netloc)

    @staticmethod
    def postings(payload: Any, board: Board, host: str | None = None) -> Iterator[Line]:
        """The adverts of a board.

        Args:
            payload: What `decode` makes of the XML: a list of mappings.
            board: The board that was asked.
            host: The host that answered; the older of the two where None.

        Raises:
            ShapeError: The payload is no list.
        """
        host = host or f"{board.name}.jobs.personio.de"

        def build(row: dict[str, Any]) -> Posting:
            pay = row.get("salaryInformation") or {}
            return Posting(
                **board.envelope(),
                source_id=row["id"],
                url=f"https://{host}/job/{row['id']}",
                company=row.get("subcompany") or board.company,
                title=row["name"],
                body=html_of(
                    f"<h3>{escape(part.get('name') or '', quote=False)}</h3>\n{part['value']}"
                    for part in row.get("jobDescriptions") or ()
                    if part.get("value")
                ),
                location=row.get("office"),
                secondary_locations=tuple(o for o in row.get("additionalOffices") or () if o),
                workplace=row.get("workplaceType"),
                department=row.get("department"),
                team=row.get("recruitingCategory"),
                employment_type=", ".join(
                    said for said in (row.get("employmentType"), row.get("schedule")) if said
                )
                or None,
                posted_on=day(row.get("createdAt")),
                posted_basis="stated" if row.get("createdAt") else None,
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=pay.get("min"),
                        max=pay.get("max"),
                        currency=pay.get("currencyCode") or pay.get("currencySymbol"),
                        interval=pay.get("type"),
                    ),
                )
                if pay.get("min") or pay.get("max")
                else (),
            )

        yield from each_row(payload, "of positions", board, build)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """The positions in an XML document; damaged characters in it are replaced.

        Returns:
            A list of mappings, one for each position; elements within are mappings, lists or texts.

        Raises:
            ShapeError: It is no such document.
            TruncatedError: It stops before its end.
        """
        return _plain(root_of(body, charset, _ROOT, "Personio's XML", (f"</{_ROOT}>", "/>")))


def _plain(element: ET.Element) -> Any:
    if element.tag in _LISTS:
        return [_plain(child) for child in element]
    if len(element):
        return {child.tag: _plain(child) for child in element}
    return (element.text or "").strip() or None
