"""Hugging Face's daily papers, and the frameworks of their repositories.

Belongs here: the addresses and payload of the daily lists, which days are asked, and how a
repository's files become links. Does not belong here: what a dependency file names
(`scrapers.dependencies`).

The archive of Papers with Code names frameworks up to `ARCHIVE_ENDS`. For a later paper that names
a repository on GitHub its dependency files are read: each readable one gives a link per framework,
or one with "none"; which of them count is said in `core.paper_frameworks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scrapy import Request

from scrapers.boards import BoardRow
from scrapers.dependencies import file_of, frameworks, github_repository
from scrapers.landing import Line, Paper, PaperLink
from scrapers.spiders.base import (
    Board,
    ShapeError,
    Step,
    Total,
    day,
    decode_json,
    each_row,
)
from scrapers.spiders.lists import ListSpider

ARCHIVE_ENDS = date(2025, 7, 28)
"""The day on which the archive of Papers with Code was made."""
LOOK_BACK_DAYS = 14
"""How far back a run asks for days that were never read."""
SETTLES_AFTER_DAYS = 3
"""Papers are added to a day, and repositories to papers, for some days."""
PAGE_SIZE = 50
MOST_PAGES = 10
REPOSITORY = "dependencies"
NONE = "none"


class HfPapersSpider(ListSpider):
    """One list a day; `board` is the day."""

    name = "hf_papers"
    templates = ("https://huggingface.co/api/daily_papers?date={board}",)
    side_kinds = frozenset({REPOSITORY})

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The day whose first address this is."""
        board = super().board_of(url)
        try:
            return date.fromisoformat(board).isoformat() if board else None
        except ValueError:
            return None

    def requests(self) -> Iterator[Request]:
        """The days of late that are not settled; in a replay those that the archive holds."""
        if self._asked or self.archive is not None:
            yield from super().requests()
            return
        read_on = {
            date.fromisoformat(board): datetime.fromisoformat(known["observed_at"]).date()
            for url, known in self.known_boards.items()
            if (board := self.board_of(url)) and known.get("observed_at")
        }
        for on in days_to_ask(datetime.now(UTC).date(), read_on):
            yield from self.requests_for(BoardRow(on.isoformat(), None, None))

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """The JSON of a list, or else the text of a repository's file."""
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return text_of(body, charset)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The papers of a day and what to ask of their repositories, or the links of one file."""
        if step.kind == REPOSITORY:
            yield from links(payload, step, board)
            return
        if isinstance(payload, str):
            decode_json(payload.encode(errors="replace"))  # says what is wrong with it
        yield from cls.postings(payload, board)
        for row in payload:
            yield from repository_steps(row, board)
        page = int(dict(step.extra).get("page", "0")) + 1
        if len(payload) >= PAGE_SIZE and page < MOST_PAGES:
            following = f"{cls.address(board.name)}&p={page}"
            yield Step(following, extra=(("page", str(page)),))

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The papers of a day."""
        return each_row(payload, "of papers", board, lambda row: paper_of(row, board))


def days_to_ask(today: date, read_on: Mapping[date, date]) -> list[date]:
    """The days that a run asks for.

    Args:
        today: The present day, UTC.
        read_on: For each day that was read whole, on which day that was.

    Returns:
        Days up to today, oldest first, without those that were read after they had settled.
    """
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, -1, -1)]
    settles = timedelta(days=SETTLES_AFTER_DAYS)
    return [on for on in days if on not in read_on or read_on[on] < on + settles]


def paper_of(row: Any, board: Board) -> Paper:
    """One entry of a day's list.

    Args:
        row: The entry.
        board: The day.

    Returns:
        The paper; its id at Hugging Face is that of arXiv.

    Raises:
        KeyError: It has no id.
        ValueError: A field of it is of another kind.
    """
    paper = row["paper"]
    arxiv_id = str(paper["id"])
    return Paper(
        **board.envelope(),
        paper_url=f"https://huggingface.co/papers/{arxiv_id}",
        title=" ".join((paper.get("title") or row.get("title") or "").split()) or None,
        arxiv_id=arxiv_id,
        published_on=day(paper.get("publishedAt") or row.get("publishedAt")),
        repo_url=paper.get("githubRepo") or None,
    )


def repository_steps(row: Any, board: Board) -> Iterator[Step]:
    """What to ask for the frameworks of a paper: nothing of one that the archive may hold.

    Args:
        row: An entry of a day's list, of any shape.
        board: The day.
    """
    try:
        paper = paper_of(row, board)
    except (LookupError, TypeError, ValueError, AttributeError):
        return  # refused as a row
    repository = github_repository(paper.repo_url)
    if repository is None or paper.published_on is None or paper.published_on <= ARCHIVE_ENDS:
        return
    said = paper.model_dump(
        mode="json", include={"paper_url", "title", "arxiv_id", "published_on", "repo_url"}
    )
    extra = tuple((name, value) for name, value in said.items() if value is not None)
    for address in repository.addresses():
        yield Step(address, kind=REPOSITORY, extra=extra)


def links(payload: Any, step: Step, board: Board) -> Iterator[PaperLink]:
    """The links that one file of a repository gives.

    Args:
        payload: The text of the file.
        step: What was asked, with the paper that it is of.
        board: The day.

    Yields:
        One link per framework; one with "none" where the file names other dependencies alone;
        nothing where it does not say what is needed.
    """
    found = frameworks(file_of(step.url), payload) if isinstance(payload, str) else None
    if found is None:
        return
    said = dict(step.extra)
    if "paper_url" not in said:
        raise ShapeError("the step names no paper")
    for framework in sorted(found) or [NONE]:
        yield PaperLink(
            **board.envelope(),
            paper_url=said["paper_url"],
            title=said.get("title"),
            arxiv_id=said.get("arxiv_id"),
            published_on=day(said.get("published_on")),
            repo_url=said.get("repo_url"),
            framework=framework,
            basis="dependencies",
        )


def text_of(body: bytes, charset: str | None = None) -> str:
    """The text of a file, whatever editor wrote it.

    Args:
        body: Its bytes.
        charset: What the server declares.

    Returns:
        The text: by its byte-order mark (PowerShell writes UTF-16), as UTF-8, or as declared, with
        undecodable bytes replaced.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")
