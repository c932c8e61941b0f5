"""Himalayas' feed of remote jobs: twenty adverts a page, newest first.

Belongs here: the feed's address, paging and payload. Does not belong here: what pay or a text
means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from scrapers.landing import Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, Step, Total, day, each_row

PAGE_ROWS = 20
"""The most that the feed gives at once, whatever is asked for."""

_MS = 1000

# The feed's own last line. The same advert elsewhere lacks it, and is to be recognised.
_FOOTER_CHARS = 1_000  # of the end, where alone it is looked for
_FOOTER = re.compile(
    r"\s*<p[^>]*>\s*Originally posted on <a [^>]*>\s*Himalayas\s*</a>\.?\s*</p>\s*\Z", re.IGNORECASE
)


class HimalayasSpider(BoardSpider):
    """The whole feed; its terms ask for a link back, which is each posting's `url`."""

    name = "himalayas"
    takes_boards = False
    fixed_boards = ("jobs",)
    templates = (f"https://himalayas.app/{{board}}/api?limit={PAGE_ROWS}&offset=0",)
    is_paged = True

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The adverts of a page, how many the feed has, and the next page."""
        yield from cls.postings(payload, board)
        total = payload.get("totalCount")
        if isinstance(total, int):
            yield Total(total)
        asked = urlsplit(step.url)
        cursor = payload.get("nextCursor")
        if cursor:
            # Where the feed gives one: rows that come in meanwhile do not shift it.
            query = f"limit={PAGE_ROWS}&cursor={quote(cursor, safe='')}"
            yield Step(asked._replace(query=query).geturl())
            return
        begin = parse_qs(asked.query).get("offset")
        # By what came, not by what was asked for: a shorter page must not make a gap.
        reached = int(begin[0]) + len(payload["jobs"]) if begin else 0
        if begin and payload["jobs"] and (not isinstance(total, int) or reached < total):
            yield Step(asked._replace(query=f"limit={PAGE_ROWS}&offset={reached}").geturl())

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a page; yearly, monthly and hourly pay share two fields."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            published, expires = row.get("pubDate"), row.get("expiryDate")  # epoch seconds
            # From where the work can be done; none where that is anywhere.
            places = [place for place in row.get("locationRestrictions") or () if place]
            low, high = row.get("minSalary"), row.get("maxSalary")
            text = row["description"]
            return Posting(
                **board.envelope(),
                source_id=row["guid"],
                url=row.get("applicationLink") or row["guid"],
                company=row.get("companyName"),
                title=row["title"],
                body=text[:-_FOOTER_CHARS] + _FOOTER.sub("", text[-_FOOTER_CHARS:]),
                location=places[0] if places else None,
                secondary_locations=tuple(places[1:]),
                is_remote=True,
                employment_type=row.get("employmentType"),
                posted_on=day(int(published) * _MS) if published else None,
                posted_basis="stated" if published else None,
                expires_on=day(int(expires) * _MS) if expires else None,
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=low,
                        max=high,
                        currency=row.get("currency"),
                        interval=row.get("salaryPeriod"),
                    ),
                )
                if low or high
                else (),
            )

        yield from each_row(payload.get("jobs"), "'jobs'", board, build)
