"""The frozen archive of Papers with Code, as Parquet: links to repositories, dates and tasks.

Belongs here: the archive's addresses and columns. Does not belong here: how papers and links are
put together (`core.papers`, `core.paper_frameworks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.archive import Archive
from scrapers.boards import BoardRow
from scrapers.download import NO_SUCH_FILE, Download, Fetched, Wanted
from scrapers.landing import Line, Paper, PaperLink
from scrapers.spiders.base import Board, ShapeError, TruncatedError, day, each_row
from scrapers.spiders.files import FileSpider, stem_of

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
BATCH_ROWS = 1_000
READ_BUFFER_BYTES = 1024 * 1024
_MARK = b"PAR1"


class PwcArchiveSpider(FileSpider):
    """One file a board; up to 160 MB each."""

    name = "pwc_archive"
    fixed_boards = tuple(FILES)
    is_listing = False
    # The files lie with a network of servers, whose addresses change.
    may_move = True

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The address of a file."""
        return [_ORIGIN + FILES.get(board, board)]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The file whose address this is."""
        return next((board for board, file in FILES.items() if url == _ORIGIN + file), None)

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """The files that an archive holds, or that lie beside it."""
        folders = {e.path.parent / cls.name for url in archive.urls() for e in archive.entries(url)}
        beside = {b for b in FILES for f in folders if (f / _file_name(b)).exists()}
        return sorted({*super().boards_in(archive), *beside})

    def requests_for(self, row: BoardRow) -> Iterator[Any]:
        """The file in ranges; in a replay as the archive holds it, else as it lies beside."""
        [url] = self.addresses(row.board)
        name = _file_name(row.board)
        if self.archive is not None and (self.archive.entries(url) or not self.kept(name)):
            yield from super().requests_for(row)
            return
        wanted = Wanted(
            url,
            self.place_of(name),
            is_settled=self.archive is not None,
            known=self.known_boards.get(url, {}),
        )
        yield from Download(wanted, partial(self._land, row, url)).begin()

    def _land(self, row: BoardRow, url: str, fetched: Fetched) -> Iterator[Line]:
        at = self.newest_capture() or datetime.now(UTC)
        if fetched.status in NO_SUCH_FILE:
            fetched = fetched._replace(state="unknown")
        yield from self.land(self.board(row, at), url, fetched)

    def lines_of(self, path: Path, board: Board) -> Iterator[Line]:
        """The links or the papers of a file."""
        with path.open("rb") as source, _opened(source) as file:
            yield from self.postings(file, board)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> pq.ParquetFile:  # noqa: ARG004
        """An open Parquet file; its rows are read as they are asked for."""
        return _opened(BytesIO(body))

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
            for batch in payload.iter_batches(
                batch_size=BATCH_ROWS, columns=list(columns), use_threads=False
            ):
                yield from each_row(batch.to_pylist(), "of rows", board, build)
        except (pa.ArrowException, OSError) as error:
            raise TruncatedError(f"Parquet that is damaged: {str(error)[:100]}") from error


def _opened(source: BinaryIO) -> pq.ParquetFile:
    beginning = source.read(len(_MARK))
    size = source.seek(0, SEEK_END)
    source.seek(max(0, size - len(_MARK)))
    is_cut = beginning == _MARK and source.read() != _MARK
    source.seek(0)
    try:
        # Buffered, a row group is read page by page; a file may be a single row group.
        file = pq.ParquetFile(source, buffer_size=READ_BUFFER_BYTES, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        if is_cut:
            raise TruncatedError(f"Parquet cut short after {size} bytes") from error
        raise ShapeError(f"not Parquet: {str(error)[:100]}") from error
    names = set(file.schema_arrow.names)
    missing = [name for name in _columns(names) if name not in names]
    if missing:
        raise ShapeError(f"column {missing[0]!r} is missing")
    return file


def _file_name(board: str) -> str:
    return f"{stem_of(board)}.parquet"


def _columns(names: set[str]) -> tuple[str, ...]:
    is_papers = {"tasks", "date"} <= names and "repo_url" not in names
    return PAPER_COLUMNS if is_papers else COLUMNS


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else day(value)
