"""We Work Remotely's feed: its newest adverts as RSS.

Belongs here: the feed's address and payload. Does not belong here: what a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree as ET

from scrapers.landing import Line, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    day,
    each_row,
    html_of,
)
from scrapers.xml import root_of


class WeworkremotelySpider(BoardSpider):
    """The newest adverts; `url` is the feed's own page, where an application begins."""

    name = "weworkremotely"
    takes_boards = False
    fixed_boards = ("remote-jobs",)
    templates = ("https://weworkremotely.com/{board}.rss",)
    is_listing = False

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts, of what `decode` makes of the XML: a list of mappings."""

        def build(row: dict[str, str]) -> Posting:
            company, colon, title = unescape(row["title"]).partition(": ")
            posted, expires = row.get("pubDate"), row.get("expires_at")
            skills = row.get("skills")
            return Posting(
                **board.envelope(),
                source_id=row.get("guid") or row["link"],
                url=row.get("link") or row["guid"],
                company=company if colon else None,
                title=title if colon else company,
                body=html_of(
                    [
                        row.get("description"),
                        f"<h3>Skills</h3><p>{escape(skills, quote=False)}</p>" if skills else None,
                    ]
                ),
                location=row.get("region"),
                secondary_locations=(row["country"],) if row.get("country") else (),
                is_remote=True,
                department=row.get("category"),
                employment_type=row.get("type"),
                posted_on=day(parsedate_to_datetime(posted).isoformat()) if posted else None,
                posted_basis="stated" if posted else None,
                expires_on=day(parsedate_to_datetime(expires).isoformat()) if expires else None,
            )

        return each_row(payload, "of items", board, build)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """The items of an RSS document; damaged characters in it are replaced.

        Returns:
            A list of mappings, one for each item; what an item says twice stands there once, with
            commas between.

        Raises:
            ShapeError: It is no such document.
            TruncatedError: It stops before its end.
        """
        root = root_of(body, charset, "rss", "RSS", ("</rss>",))
        channel = root.find("channel")
        if channel is None:
            raise ShapeError("no 'channel' in the RSS")
        return [_plain(item) for item in channel.iterfind("item")]


def _plain(item: ET.Element) -> dict[str, str]:
    said: dict[str, str] = {}
    for child in item:
        text = (child.text or "").strip()
        if text:
            said[child.tag] = f"{said[child.tag]}, {text}" if child.tag in said else text
    return said
