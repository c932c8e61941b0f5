"""We Work Remotely's feed: its newest adverts as RSS.

Belongs here: the feed's address and payload. Does not belong here: what a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree as ET

from scrapers.landing import Line, Posting
from scrapers.spiders.base import (
    EXCERPT_CHARS,
    Board,
    BoardSpider,
    ShapeError,
    TruncatedError,
    day,
    each_row,
    html_of,
)

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}\bencoding\s*=\s*[\"']([\w.:-]+)")
# No characters of XML 1.0, but texts that were pasted together are full of them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


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
        text = _FORBIDDEN.sub("", _text(body, charset)).strip().removeprefix("\ufeff")
        if not text:
            raise ShapeError("the body is empty")
        prolog, opening, _ = text.partition("<rss")
        # Nothing that they serve declares a type or entities; what does is a page or an attack.
        if not opening or "<!" in prolog:
            excerpt = " ".join(text[: 4 * EXCERPT_CHARS].split())[:EXCERPT_CHARS]
            raise ShapeError(f"not RSS; it begins {excerpt!r}")
        try:
            root = ET.fromstring(text)
        except ET.ParseError as error:
            if not text.endswith("</rss>"):
                raise TruncatedError(f"XML cut short after {len(body)} bytes") from error
            raise ShapeError(f"not XML: {error}") from error
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


def _text(body: bytes, charset: str | None) -> str:
    declared = _DECLARED.match(body)
    said = declared[1].decode() if declared else charset
    try:
        return body.decode(said or "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")
