"""The frozen archive of Papers with Code, as Parquet: links to repositories, dates and tasks.

Belongs here: the archive's addresses and columns. Does not belong here: how papers and links are
put together (`core.papers`, `core.paper_frameworks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.landing import Line, Paper, PaperLink
from scrapers.spiders.base import Board, ShapeError, TruncatedError, day, each_row
from scrapers.spiders.lists import ListSpider

LINKS, ABSTRACTS = "links-between-paper-and-code", "papers-with-abstracts"
FILES = {LINKS: f"{LINKS}/resolve/main/data/train-00000-of-00001.parquet"} | {
    f"{ABSTRACTS}-{n}": f"{ABSTRACTS}/resolve/main/data/train-{n:05}-of-00004.parquet"
    for n in range(4)
}
"""The files of the archive by board."""
_ORIGIN = "https://huggingface.co/datasets/pwc-archive/"

COLUMNS = ("paper_url", "paper_title", "paper_arxiv_id", "repo_url", "is_official", "framework")
PAPER_COLUMNS = ("paper_url", "arxiv_id", "title", "tasks", "date")
IGNORED = {
    "paper_url_abs": "the arXiv id, or a page of another publisher",
    "paper_url_pdf": "the same as a file",
    "mentioned_in_paper": "how the link was found",
    "mentioned_in_github": "how the link was found",
    "nips_id": "a publisher's own id",
    "openreview_id": "a publisher's own id",
    "abstract": "not needed, and the largest part by far",
    "short_abstract": "not needed",
    "url_abs": "the arXiv id, or a page of another publisher",
    "url_pdf": "the same as a file",
    "proceeding": "not needed",
    "authors": "persons",
    "conference_url_abs": "not needed",
    "conference_url_pdf": "not needed",
    "conference": "not needed",
    "reproduces_paper": "not needed",
    "methods": "what the paper is made of, not what its code is written in",
}
"""Columns that are not read, and why."""
BATCH_ROWS = 10_000


class PwcArchiveSpider(ListSpider):
    """One file a board."""

    name = "pwc_archive"
    fixed_boards = tuple(FILES)
    # The files lie with a network of servers, whose addresses change.
    may_move = True
    # Up to 160 MB each.
    custom_settings = {"DOWNLOAD_MAXSIZE": 256 * 1024 * 1024, "DOWNLOAD_TIMEOUT": 600}  # noqa: RUF012

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The address of a file."""
        return [_ORIGIN + FILES.get(board, board)]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The file whose address this is."""
        return next((board for board, file in FILES.items() if url == _ORIGIN + file), None)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> pq.ParquetFile:  # noqa: ARG004
        """An open Parquet file; its rows are read as they are asked for."""
        try:
            file = pq.ParquetFile(BytesIO(body))
        except (pa.ArrowException, OSError) as error:
            if body.startswith(b"PAR1") and not body.endswith(b"PAR1"):
                raise TruncatedError(f"Parquet cut short after {len(body)} bytes") from error
            raise ShapeError(f"not Parquet: {str(error)[:100]}") from error
        names = set(file.schema_arrow.names)
        missing = [name for name in _columns(names) if name not in names]
        if missing:
            raise ShapeError(f"column {missing[0]!r} is missing")
        return file

    @staticmethod
    def postings(payload: pq.ParquetFile, board: Board) -> Iterator[Line]:
        """The links or the papers of a file, one line each, a batch at a time."""
        columns = _columns(set(payload.schema_arrow.names))
        build: Callable[[dict[str, Any]], Line]
        if columns == COLUMNS:

            def build(row: dict[str, Any]) -> PaperLink:
                return PaperLink(
                    **board.envelope(),
                    paper_url=row["paper_url"],
                    title=row["paper_title"],
                    arxiv_id=row["paper_arxiv_id"],
                    repo_url=row["repo_url"],
                    is_official=row["is_official"],
                    framework=row["framework"],
                    basis="label",
                )

        else:

            def build(row: dict[str, Any]) -> Paper:
                return Paper(
                    **board.envelope(),
                    paper_url=row["paper_url"],
                    title=row["title"],
                    arxiv_id=row["arxiv_id"],
                    published_on=_day(row["date"]),
                    tasks=tuple(task for task in row["tasks"] if task) if row["tasks"] else (),
                )

        try:
            for batch in payload.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
                yield from each_row(batch.to_pylist(), "of rows", board, build)
        except (pa.ArrowException, OSError) as error:
            raise TruncatedError(f"Parquet that is damaged: {str(error)[:100]}") from error


def _columns(names: set[str]) -> tuple[str, ...]:
    is_papers = {"tasks", "date"} <= names and "repo_url" not in names
    return PAPER_COLUMNS if is_papers else COLUMNS


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else day(value)
