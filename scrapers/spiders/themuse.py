"""The Muse's public feed: pages of twenty adverts, of which it shows only the first hundred.

Belongs here: the feed's address, paging and payload. Does not belong here: what a text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.landing import Line, Posting
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    day,
    each_row,
)

LAST_PAGE = 99
"""The last page that is answered without a key (counted from 0), however many there are."""


class ThemuseSpider(BoardSpider):
    """The feed as far as it can be read; where it says that it has more pages, that is said."""

    name = "themuse"
    takes_boards = False
    fixed_boards = ("jobs",)
    templates = ("https://www.themuse.com/api/public/{board}?page=0",)
    is_paged = True

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The adverts of a page, how many there are, and the next page up to the cap."""
        yield from cls.postings(payload, board)
        total, pages = payload.get("total"), payload.get("page_count")
        if isinstance(total, int):
            yield Total(total)
        asked = urlsplit(step.url)
        page = int(parse_qs(asked.query)["page"][0])
        if page + 1 < pages if isinstance(pages, int) else payload["results"]:
            if page >= LAST_PAGE:
                raise TruncatedError(f"the cap is page {LAST_PAGE}, and the feed has {pages} pages")
            yield Step(asked._replace(query=f"page={page + 1}").geturl())
        if payload.get("timed_out"):
            raise TruncatedError("the feed's own search ran out of time")

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts of a page."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            places = [place["name"] for place in row.get("locations") or () if place.get("name")]
            posted = row.get("publication_date")
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=(row.get("refs") or {}).get("landing_page"),
                company=(row.get("company") or {}).get("name"),
                title=row["name"],
                body=row["contents"],
                location=places[0] if places else None,
                secondary_locations=tuple(places[1:]),
                posted_on=day(posted),
                posted_basis="stated" if posted else None,
            )

        yield from each_row(payload.get("results"), "'results'", board, build)
