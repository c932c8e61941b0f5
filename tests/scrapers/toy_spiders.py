"""Spiders of platforms that do not exist: the shapes of a walk, without a payload's peculiarities.

Belongs here: one spider per shape. Does not belong here: tests (`test_walk`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scrapers.landing import Line, Posting
from scrapers.spiders.base import Board, BoardSpider, Step, Total, TruncatedError, each_row

LAST_PAGE = 6


def rows(payload: Any, board: Board) -> Iterator[Line]:
    def build(row: dict[str, Any]) -> Posting:
        return Posting(**board.envelope(), source_id=str(row["id"]), body=row["text"])

    return each_row(payload["jobs"], "'jobs'", board, build)


class PlainSpider(BoardSpider):
    """A board is one request; a second host knows what the first does not."""

    name = "plain"
    templates: ClassVar[tuple[str, ...]] = (
        "https://toy.example/{board}/jobs",
        "https://eu.toy.example/{board}/jobs",
    )

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        return rows(payload, board)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:  # noqa: ARG003
        if "total" in payload:
            yield Total(payload["total"])
        yield from cls.postings(payload, board)


class HostSpider(PlainSpider):
    """Each board has a host of its own."""

    name = "host"
    templates: ClassVar[tuple[str, ...]] = ("https://{board}.toy-jobs.com/jobs",)


class PagedSpider(PlainSpider):
    """A board is pages, each of which names the next one."""

    name = "paged"
    is_paged = True
    templates: ClassVar[tuple[str, ...]] = ("https://toy.example/{board}/jobs?page=1",)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        yield from super().read(payload, step, board)
        following = payload.get("next")
        if following:
            url = f"https://toy.example/{board.name}/jobs?page={following}"
            if following > LAST_PAGE:
                raise TruncatedError(f"cap of {LAST_PAGE} pages reached")
            yield Step(url)


class DetailSpider(PlainSpider):
    """A board is a listing and a page per advert."""

    name = "detail"
    templates: ClassVar[tuple[str, ...]] = ("https://toy.example/{board}/jobs",)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        if step.kind == "advert":
            yield from cls.postings({"jobs": [payload]}, board)
            return
        if "total" in payload:
            yield Total(payload["total"])
        for row in payload["jobs"]:
            url = f"https://toy.example/{board.name}/jobs/{row['id']}"
            yield Step(url, kind="advert", source_id=str(row["id"]))


class FormSpider(PlainSpider):
    """A board is pages that are asked for by POST."""

    name = "form"
    is_paged = True
    templates: ClassVar[tuple[str, ...]] = ("https://toy.example/{board}/search",)

    def requests_for(self, row: Any) -> Any:
        url = self.address(row.board)
        yield self.begin(row, [url], step=Step(url, form={"offset": 0}))

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        yield Total(payload["total"])
        yield from rows(payload, board)
        assert step.form is not None
        offset = step.form["offset"] + len(payload["jobs"])
        if offset < payload["total"]:
            yield step._replace(form={"offset": offset})
