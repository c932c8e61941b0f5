"""Arbeitnow's job feed: pages of a hundred adverts, most of them German.

Belongs here: the feed's address, paging and payload. Does not belong here: what a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.landing import Line, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, Step, Total, day, each_row

_MS = 1000

# The feed's own last line. The same advert elsewhere lacks it, and is to be recognised.
_FOOTER_CHARS = 1_000  # of the end, where alone it is looked for
_FOOTER = re.compile(
    r"\s*(?:<p[^>]*>\s*)?Find(?: more)? <a [^>]*\barbeitnow\.[^>]*>[^<]*</a>\s*on Arbeitnow\.?"
    r"(?:\s*</(?:a|p)>)*\s*\Z",
    re.IGNORECASE,
)


class ArbeitnowSpider(BoardSpider):
    """The whole feed; its terms ask for a link back, which is each posting's `url`."""

    name = "arbeitnow"
    takes_boards = False
    fixed_boards = ("job-board",)
    templates = ("https://www.arbeitnow.com/api/{board}-api?page=1",)
    is_paged = True

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The adverts of a page, and the page that it names as the next one."""
        yield from cls.postings(payload, board)
        link = (payload.get("links") or {}).get("next")
        if link:
            # By its number: the host that a mirror writes in its links need not be the one asked.
            asked = urlsplit(step.url)
            number = int(parse_qs(urlsplit(link).query)["page"][0])
            yield Step(asked._replace(query=f"page={number}").geturl())

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a page."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            created = row.get("created_at")  # epoch seconds
            text = row["description"]
            return Posting(
                **board.envelope(),
                source_id=row["slug"],
                url=row.get("url"),
                company=row.get("company_name"),
                title=row["title"],
                # Some have no other text; they are adverts all the same.
                body=text[:-_FOOTER_CHARS] + _FOOTER.sub("", text[-_FOOTER_CHARS:]) or text,
                location=row.get("location"),
                is_remote=row.get("remote"),
                department=", ".join(tag for tag in row.get("tags") or () if tag != "Remote"),
                employment_type=", ".join(row.get("job_types") or ()) or None,
                posted_on=day(int(created) * _MS) if created else None,
                posted_basis="stated" if created else None,
            )

        yield from each_row(payload.get("data"), "'data'", board, build)
