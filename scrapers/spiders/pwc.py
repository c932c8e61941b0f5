"""The new Papers with Code (paperswithcode.co): papers by the framework that it files them under.

Belongs here: the addresses and payloads of its public API. Does not belong here: which papers a
share counts (`warehouse`).

The API echoes the filters that it applied; an answer without them is a list of something else and
no data. Shapes are those that its public command-line client reads: the catalogue nests domains,
categories and frameworks, a page of papers has `results` and `next_page` or `count`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy import Request

from scrapers.boards import BoardRow
from scrapers.landing import Line, Paper, PaperLink, Refusal, encodable, sample_of
from scrapers.spiders.base import (
    FAULTS,
    Board,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    day,
    explain,
)
from scrapers.spiders.lists import ListSpider

CATALOGUE = "https://paperswithcode.co/api/v1/frameworks/"
PAPERS = "https://paperswithcode.co/api/v1/papers/"
BOARD = "papers"
PAGE = "papers"
"""The kind of the answers that follow the catalogue."""
SINCE = date(2025, 7, 29)
"""The first day that the frozen archive does not cover."""
OVERLAP_DAYS = 60
"""Papers are filed under frameworks for weeks after they came out; so far back is read anew."""
PAGE_SIZE = 100
MOST_PAGES = 100
"""The API serves no page beyond this one."""
FRAMEWORKS = {
    "caffe2": "caffe2",
    "flax": "jax",
    "jax": "jax",
    "keras": "tf",
    "mindspore": "mindspore",
    "mxnet": "mxnet",
    "apache-mxnet": "mxnet",
    "paddle": "paddle",
    "paddlepaddle": "paddle",
    "pytorch": "pytorch",
    "tensorflow": "tf",
    "tf": "tf",
    "torch": "torch",
    "torch7": "torch",
}
"""The archive's label for a framework by its name here, in lower case with hyphens."""


class PwcSpider(ListSpider):
    """One walk: the catalogue of frameworks, then the papers of those that are counted."""

    name = "pwc"
    fixed_boards = (BOARD,)
    # That the catalogue stays the same says nothing of the papers.
    is_paged = True
    needed_kinds = frozenset({PAGE})

    @classmethod
    def addresses(cls, board: str) -> list[str]:  # noqa: ARG003
        """The address of the catalogue."""
        return [CATALOGUE]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The walk that begins at an address: the catalogue, or a first page of papers."""
        if url == CATALOGUE:
            return BOARD
        asked = _asked(url)
        return f"{BOARD}?{urlsplit(url).query}" if asked and asked.get("page") == "1" else None

    def requests(self) -> Iterator[Request]:
        """The catalogue; in a replay without it, the first pages of papers that are there."""
        archive = self.archive
        if archive is None:
            since = self._since()
            step = Step(CATALOGUE, kind=self.first_kind, extra=(("since", since.isoformat()),))
            yield self.begin(BoardRow(BOARD, None, None), [CATALOGUE], step=step)
        elif archive.entries(CATALOGUE):
            yield from self.requests_for(BoardRow(BOARD, None, None))
        else:
            for url in archive.urls():
                board = self.board_of(url)
                for entry in archive.entries(url) if board else ():
                    row, step = BoardRow(board or BOARD, None, None), Step(url, kind=PAGE)
                    yield self.begin(row, [url], entry.captured_at, step)

    def _since(self) -> date:
        read_at = self.known_boards.get(CATALOGUE, {}).get("observed_at")
        if not read_at:
            return SINCE
        return max(SINCE, datetime.fromisoformat(read_at).date() - timedelta(days=OVERLAP_DAYS))

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The catalogue's frameworks that are counted, or one page of papers."""
        if step.kind == cls.first_kind:
            yield from _ask_for_papers(payload, step, board)
            return
        asked = _asked(step.url) or {}
        check_filters(payload, asked)
        framework = FRAMEWORKS[_key(asked["framework"])]
        rows = _rows(payload)
        for row in rows:
            yield from lines_of(row, framework, board)
        page = int(asked["page"])
        if _has_more(payload, rows, page, int(asked.get("page_size") or PAGE_SIZE)):
            if page >= MOST_PAGES:
                raise TruncatedError(f"{asked['framework']}: cap of {MOST_PAGES} pages reached")
            yield Step(papers_address({**asked, "page": str(page + 1)}), kind=PAGE)


def papers_address(asked: dict[str, str]) -> str:
    """The address of a page of papers.

    Args:
        asked: Values of framework, start_date, end_date, page and page_size.
    """
    names = ("framework", "start_date", "end_date", "page", "page_size")
    return f"{PAPERS}?{urlencode([(name, asked.get(name, '')) for name in names])}"


def check_filters(payload: Any, asked: dict[str, str]) -> None:
    """Make sure that an answer is to the question.

    Args:
        payload: A page of papers.
        asked: What was asked for.

    Raises:
        ShapeError: A filter is not among those that the answer says were applied, or has another
            value there.
    """
    applied = payload.get("applied_filters") if isinstance(payload, dict) else None
    if not isinstance(applied, dict):
        raise ShapeError("the answer does not say which filters were applied")
    for name in ("framework", "start_date", "end_date"):
        if asked.get(name) and _key(str(applied.get(name) or "")) != _key(asked[name]):
            said = applied.get(name)
            raise ShapeError(f"the filter {name}={asked[name]} was not applied, but {said!r}"[:200])


def lines_of(row: Any, framework: str, board: Board) -> Iterator[Line]:
    """The paper of one row and its link to the framework; a refusal where it does not fit.

    Args:
        row: A paper of a page.
        framework: The label of the framework that was asked for.
        board: The walk.
    """
    try:
        repositories = [r for r in row.get("repositories") or () if r.get("url")]
        repositories.sort(key=lambda r: r.get("is_official") is not True)
        official = repositories[0].get("is_official") if repositories else None
        arxiv_id = re.sub(r"v\d+$", "", row.get("arxiv_id") or "") or None
        said = {
            **board.envelope(),
            "paper_url": f"https://paperswithcode.co/paper/{arxiv_id or row['id']}",
            "title": " ".join((row.get("title") or "").split()) or None,
            "arxiv_id": arxiv_id,
            "published_on": day(row.get("published") or row.get("date_published")),
            "repo_url": repositories[0]["url"] if repositories else None,
        }
        tasks = tuple(t["name"] if isinstance(t, dict) else t for t in row.get("tasks") or ())
        paper = Paper(**said, tasks=tasks)
        link = PaperLink(**said, is_official=official, framework=framework, basis="label")
        has_code = repositories or row.get("code_repository_count") != 0
    except FAULTS as error:
        identity = row.get("id") if isinstance(row, dict) else None
        yield Refusal(
            **board.envelope(),
            source_id=None if identity is None else encodable(str(identity)),
            reason=encodable(explain(error)),
            sample=sample_of(row),
        )
        return
    yield paper
    if has_code:
        yield link


def _ask_for_papers(payload: Any, step: Step, board: Board) -> Iterator[Step]:
    names = [name for name in dict.fromkeys(_names(payload)) if _key(name) in FRAMEWORKS]
    if not names:
        raise ShapeError("the catalogue has none of the frameworks")
    for name in names:
        asked = {
            "framework": name,
            "start_date": dict(step.extra).get("since", SINCE.isoformat()),
            "end_date": board.observed_at.date().isoformat(),
            "page": "1",
            "page_size": str(PAGE_SIZE),
        }
        yield Step(papers_address(asked), kind=PAGE)


def _names(payload: Any) -> Iterator[str]:
    """Names of the frameworks in a catalogue, nested or flat."""
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, dict) and isinstance(part.get("name") or part.get("slug"), str):
                inner = [part.get(key) for key in ("categories", "frameworks")]
                if any(isinstance(value, list) for value in inner):
                    yield from _names(part)
                else:
                    yield part.get("name") or part["slug"]
            elif isinstance(part, dict):
                yield from _names(part)
    elif isinstance(payload, dict):
        for key in ("domains", "categories", "frameworks", "results", "items"):
            yield from _names(payload.get(key))


def _rows(payload: dict[str, Any]) -> list[Any]:
    rows = payload.get("results")
    rows = payload.get("items") if rows is None else rows
    if not isinstance(rows, list):
        raise ShapeError("no list 'results' in the payload")
    return rows


def _has_more(payload: dict[str, Any], rows: list[Any], page: int, size: int) -> bool:
    """Whether there is a page after this one, however the API says so."""
    if not rows:
        return False
    if "next_page" in payload:
        following = payload["next_page"]
        if isinstance(following, int) and following <= page:
            raise TruncatedError(f"page {page} says that page {following} comes next")
        return following is not None
    total = payload.get("count", payload.get("total"))
    return page * size < total if isinstance(total, int) else len(rows) >= size


def _asked(url: str) -> dict[str, str] | None:
    """What an address of a page of papers asks for."""
    place, _, query = url.partition("?")
    said = {name: values[0] for name, values in parse_qs(query).items()}
    return said if place == PAPERS and _key(said.get("framework", "")) in FRAMEWORKS else None


def _key(name: str) -> str:
    return re.sub(r"[\s_]+", "-", name.strip().lower())
