"""Hacker News "Who is hiring?": monthly threads whose top-level comments are adverts.

Belongs here: the threads' addresses and payload. Does not belong here: who hires for what in a
comment (`warehouse.normalise.hn_header`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from scrapers.archive import Archive
from scrapers.boards import BoardRow
from scrapers.landing import Line, Posting
from scrapers.spiders.base import (
    FAULTS,
    Board,
    BoardSpider,
    ShapeError,
    Step,
    TruncatedError,
    Walk,
    day,
    decode_json,
    each_row,
    explain,
    judge_status,
    observation,
)

LISTING = (
    "https://hn.algolia.com/api/v1/search_by_date?tags=story,author_whoishiring&hitsPerPage=1000"
)
LISTING_BOARD = "listing"
SETTLED_AFTER = timedelta(days=45)
"""Comments on a story close after two weeks; a thread seen after this does not change any more."""

_TITLE = re.compile(r"\s*ask hn:?\s+who(?:\s+is|'s|’s)\s+hiring\b", re.IGNORECASE)


class HackernewsSpider(BoardSpider):
    """All top-level comments of all threads; `board` is the thread's id."""

    name = "hackernews"
    takes_boards = False

    templates = ("https://hn.algolia.com/api/v1/items/{board}",)

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """The threads, and the list of them."""
        listing = [LISTING_BOARD] if archive.entries(LISTING) else []
        return listing + super().boards_in(archive)

    def requests(self) -> Iterator[Request]:
        """The list of threads first; in a replay also the threads that the archive holds."""
        if self._asked:
            for name in self._asked:
                yield from self.requests_for(BoardRow(name, None, None))
            return
        archive = self.archive
        if archive is None or archive.entries(LISTING):
            request = self.begin(BoardRow(LISTING_BOARD, None, None), [LISTING])
            yield request.replace(callback=self.parse_listing)
        for url in archive.urls() if archive else ():
            thread = self.board_of(url)
            if thread is not None:
                yield from self.requests_for(BoardRow(thread, None, None))

    def parse_listing(
        self,
        response: Response,
        walk: Walk,
        step: Step,  # noqa: ARG002 - what Scrapy calls it with
    ) -> Iterator[Line | Request]:
        """Ask for each hiring thread that may have changed since it was last seen."""
        assert response.request is not None
        board = self.board(walk.row, response.request.meta["observed_at"])
        failure = judge_status(response.status)
        try:
            threads = hiring_threads(decode_json(response.body)) if not failure else {}
        except FAULTS as error:
            failure = (
                "failed",
                str(error)
                if isinstance(error, ShapeError | TruncatedError)
                else f"the payload can't be read: {explain(error)}",
            )
        if failure:
            yield observation(board, walk.url, *failure, response=response)
            return
        archive = self.archive
        for thread, created_at in threads.items():
            row, url = BoardRow(thread, None, None), self.address(thread)
            if archive is not None:
                if not archive.entries(url):
                    yield self.begin(row, [url])
                continue
            seen_at = self.known_boards.get(url, {}).get("observed_at")
            if not seen_at or datetime.fromisoformat(seen_at) < created_at + SETTLED_AFTER:
                yield self.begin(row, [url])

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The top-level comments of a hiring thread; deleted ones are no adverts."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")
        if not _TITLE.match(str(payload.get("title") or "")):
            raise ShapeError("the item is no 'Who is hiring?' thread")

        def build(row: dict[str, Any]) -> Posting | None:
            if not row["text"]:
                return None
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=f"https://news.ycombinator.com/item?id={row['id']}",
                body=row["text"],
                poster=row.get("author"),
                posted_on=day(row["created_at"]),
                posted_basis="stated",
            )

        return each_row(payload.get("children"), "'children'", board, build)


def hiring_threads(payload: Any) -> dict[str, datetime]:
    """The hiring threads in a list of the stories of their author.

    Args:
        payload: The search answer.

    Returns:
        When each thread was opened, by its id.

    Raises:
        ShapeError: It is not such an answer.
        TruncatedError: It holds fewer stories than it says.
    """
    hits = payload.get("hits") if isinstance(payload, dict) else None
    if not isinstance(hits, list):
        raise ShapeError("no list 'hits' in the payload")
    if payload.get("nbPages", 1) > 1:
        raise TruncatedError(f"{payload.get('nbHits')} stories, of which {len(hits)} came")
    return {
        str(hit["objectID"]): datetime.fromisoformat(hit["created_at"])
        for hit in hits
        if _TITLE.match(str(hit.get("title") or ""))
    }
