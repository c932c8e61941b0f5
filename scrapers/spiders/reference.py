"""Outside series to check our figures against; no verdict is made from them.

Belongs here: where the series are published and how their files read. Does not belong here: any
comparison (`warehouse.publish`).

- Indeed Hiring Lab (CC BY 4.0): the share of postings that name AI, by country, and the index of
  US postings, https://github.com/hiring-lab.
- Downloads of packages over 30 days, for those among the most downloaded of PyPI, from
  https://github.com/hugovk/top-pypi-packages.
- `conference_papers.csv`: papers of nine conferences that name a framework, and all papers, as
  counted by Horace He, "The State of Machine Learning Frameworks in 2019" (The Gradient, 2019) and
  its later figures. The counts ship with the project: nothing is asked for them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

from scrapy import Request

from scrapers.boards import BoardRow
from scrapers.landing import Line, Refusal, SeriesPoint, encodable
from scrapers.spiders.base import (
    EXCERPT_CHARS,
    FAULTS,
    Board,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    day,
    decode_json,
    each_row,
    explain,
    observation,
)
from scrapers.spiders.lists import ListSpider

AI_SHARE, POSTINGS, DOWNLOADS = "hiring_lab_ai_share", "hiring_lab_postings_us", "pypi_downloads"
CONFERENCES = "conference_papers"
ADDRESSES = {
    AI_SHARE: "https://raw.githubusercontent.com/hiring-lab/ai-tracker/main/AI_posting.csv",
    POSTINGS: (
        "https://raw.githubusercontent.com/hiring-lab/job_postings_tracker/master/US/"
        "aggregate_job_postings_US.csv"
    ),
    DOWNLOADS: "https://hugovk.github.io/top-pypi-packages/top-pypi-packages.min.json",
}
COUNTED_AT = "https://thegradient.pub/state-of-ml-frameworks-2019-pytorch-dominates-research-tensorflow-dominates-industry/"
PACKAGES = (
    "torch",
    "torchvision",
    "pytorch-lightning",
    "lightning",
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tf-nightly",
    "keras",
    "jax",
    "jaxlib",
    "flax",
    "mxnet",
    "paddlepaddle",
    "theano",
    "onnx",
    "onnxruntime",
    "scikit-learn",
    "transformers",
    "vllm",
    "numpy",
)
"""What downloads are kept of: the frameworks, and a few to compare them with."""


class ReferenceSpider(ListSpider):
    """One file a board."""

    name = "reference"
    fixed_boards = tuple(ADDRESSES)
    # Pages of GitHub move to their owners' own hosts.
    may_move = True

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The address of a file."""
        return [ADDRESSES.get(board, board)]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The file whose address this is."""
        return next((board for board, address in ADDRESSES.items() if url == address), None)

    async def start(self) -> AsyncIterator[Any]:
        """The counts that ship with the project, then one request per file."""
        if not self._asked or CONFERENCES in self._asked:
            for line in self.counts():
                yield line
        for request in self.requests():
            yield request

    def requests(self) -> Iterator[Request]:
        """One request per file; the counts that ship with the project need none."""
        if CONFERENCES in self._asked:
            for board in self._asked:
                if board != CONFERENCES:
                    yield from self.requests_for(BoardRow(board, None, None))
        else:
            yield from super().requests()

    def counts(self) -> Iterator[Line]:
        """The lines of the shipped counts; none in a replay of other sources."""
        at = datetime.now(UTC)
        if self.archive is not None:
            boards = self.boards_in(self.archive)
            if not boards:
                return
            at = self.newest_capture() or at
        board = self.board(BoardRow(CONFERENCES, None, None), at)
        text = (files("scrapers") / "conference_papers.csv").read_text(encoding="utf-8")
        lines = list(of_conferences(read_csv(text), board))
        yield from lines
        yield observation(board, COUNTED_AT, "ok", rows=len(lines), is_listing=False)

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:
        """The JSON of a file, or the rows of its CSV by column."""
        begin = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if begin in (b"{", b"[", b"<", b""):
            return decode_json(body, charset)
        return read_csv(body.decode("utf-8-sig", "replace"))

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:  # noqa: ARG003
        """The values of a file."""
        readers: dict[str, Callable[[Any, Board], Iterator[Line]]] = {
            AI_SHARE: of_ai_share,
            POSTINGS: of_postings,
            DOWNLOADS: of_downloads,
        }
        if board.name not in readers:
            raise ShapeError(f"no series is known by the name {board.name}")
        yield from readers[board.name](payload, board)


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file by the names in its first line.

    Args:
        text: The file.

    Raises:
        ShapeError: It has no header of several columns.
        TruncatedError: Its last line has fewer fields than the header.
    """
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or len(lines[0]) < 2:
        raise ShapeError(f"not CSV; it begins {' '.join(text.split())[:EXCERPT_CHARS]!r}")
    names = [name.strip() for name in lines[0]]
    rows = [line for line in lines[1:] if line]
    if rows and len(rows[-1]) < len(names):
        raise TruncatedError("the last line of the CSV is cut short")
    return [dict(zip(names, row, strict=False)) for row in rows]


def of_ai_share(payload: Any, board: Board) -> Iterator[Line]:
    """Per day and country, the share of postings that name AI, in percent."""

    def build(row: dict[str, str]) -> SeriesPoint | None:
        if row["AI_share_postings"] in ("", "NA"):
            return None
        return SeriesPoint(
            **board.envelope(),
            series=f"ai_share_of_postings_{row['jobcountry'].lower()}",
            period_start=date.fromisoformat(row["date"]),
            value=float(row["AI_share_postings"]),
            unit="percent of postings",
        )

    return each_row(payload, "of days", board, build)


def of_postings(payload: Any, board: Board) -> Iterator[Line]:
    """Per day, the index of all and of new US postings, seasonally adjusted and not."""
    if not isinstance(payload, list):
        raise ShapeError("no list of days in the payload")
    for column, adjusted in (("SA", "adjusted"), ("NSA", "unadjusted")):

        def build(
            row: dict[str, str], column: str = column, adjusted: str = adjusted
        ) -> SeriesPoint | None:
            value = row[f"indeed_job_postings_index_{column}"]
            if value in ("", "NA"):
                return None
            which = row.get("variable", "total postings").replace(" ", "_")
            return SeriesPoint(
                **board.envelope(),
                series=f"{which}_{row['jobcountry'].lower()}_{adjusted}",
                period_start=date.fromisoformat(row["date"]),
                value=float(value),
                unit="index, 1 February 2020 = 100",
            )

        yield from each_row(payload, "of days", board, build)


def of_downloads(payload: Any, board: Board) -> Iterator[Line]:
    """Downloads of the packages that are followed; one that is not in the list is not known."""
    rows = payload.get("rows") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ShapeError("no list 'rows' in the payload")
    try:
        counted_on = day(str(payload["last_update"])[: len("2026-01-31")])
    except FAULTS as error:
        raise ShapeError(f"no day in 'last_update': {explain(error)}") from error

    def build(row: dict[str, Any]) -> SeriesPoint | None:
        if row["project"] not in PACKAGES:
            return None
        return SeriesPoint(
            **board.envelope(),
            series=f"downloads_{row['project']}",
            period_start=counted_on,
            value=row["download_count"],
            unit="downloads in 30 days",
        )

    yield from each_row(rows, "'rows'", board, build)


def of_conferences(rows: list[dict[str, str]], board: Board) -> Iterator[Line]:
    """Per conference: papers that name a framework, and all papers."""
    for row in rows:
        for column in ("pytorch", "tensorflow", "papers"):
            try:
                yield SeriesPoint(
                    **board.envelope(),
                    series=f"{row['conference'].lower()}_{column}",
                    period_start=date.fromisoformat(row["held"]),
                    value=float(row[column]),
                    unit="papers",
                )
            except FAULTS as error:
                yield Refusal(**board.envelope(), reason=encodable(explain(error)))
