"""The frozen archive of Papers with Code: links between papers and repositories, as Parquet.

Belongs here: the archive's address and columns. Does not belong here: when a paper came out
(`warehouse.normalise.papers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.landing import Line, PaperLink
from scrapers.spiders.base import Board, BoardSpider, ShapeError, each_row

COLUMNS = ("paper_url", "paper_title", "paper_arxiv_id", "repo_url", "is_official", "framework")
_ADDRESS = re.compile(
    r"https://huggingface\.co/datasets/pwc-archive/([\w-]+)/resolve/main/data/train-00000-of-00001\.parquet"
)


class PwcArchiveSpider(BoardSpider):
    """One file; `board` is the data set's name."""

    name = "pwc_archive"
    takes_boards = False

    @staticmethod
    def address(board: str) -> str:
        """The request address of a data set."""
        return (
            f"https://huggingface.co/datasets/pwc-archive/{board}"
            "/resolve/main/data/train-00000-of-00001.parquet"
        )

    @staticmethod
    def board_of(url: str) -> str | None:
        """The data set whose address this is."""
        match = _ADDRESS.fullmatch(url)
        return match[1] if match and match[1] == "links-between-paper-and-code" else None

    def requests(self) -> Iterator[Any]:
        """The one file, where nothing else is asked for."""
        if not self._asked and self.archive is None:
            self._asked = ["links-between-paper-and-code"]
        yield from super().requests()

    @staticmethod
    def decode(body: bytes) -> Any:
        """The table in a Parquet file."""
        try:
            table = pq.read_table(BytesIO(body))
        except (pa.ArrowInvalid, OSError) as error:
            raise ShapeError(f"not Parquet: {str(error)[:100]}") from error
        missing = [name for name in COLUMNS if name not in table.column_names]
        if missing:
            raise ShapeError(f"column {missing[0]!r} is missing")
        return table.select(COLUMNS)

    @staticmethod
    def postings(payload: pa.Table, board: Board) -> Iterator[Line]:
        """The links, one line each."""

        def build(row: dict[str, Any]) -> PaperLink:
            return PaperLink(
                **board.envelope(),
                paper_url=row["paper_url"],
                title=row["paper_title"],
                arxiv_id=row["paper_arxiv_id"],
                repo_url=row["repo_url"],
                is_official=row["is_official"],
                framework=row["framework"],
            )

        for batch in payload.to_batches(max_chunksize=10_000):
            yield from each_row(batch.to_pylist(), "of links", board, build)
