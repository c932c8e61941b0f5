"""Models on the Hugging Face Hub: the most downloaded and the newest ones.

Belongs here: the addresses and payload of the rankings. Does not belong here: which framework a
model is for (`core.models`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from scrapers.landing import Line, Model
from scrapers.spiders.base import Board, Note, ShapeError, Step, Total, day, each_row
from scrapers.spiders.lists import ListSpider

PAGE_SIZE = 1000
MOST_PAGES = 5
"""Pages of a ranking that are read: it goes on through millions of models."""
_SORTED_BY = {"downloads": ("downloads",), "newest": ("createdAt", "createdAt&direction=-1")}


class HfModelsSpider(ListSpider):
    """Two rankings, by cursor; `board` is the ranking."""

    name = "hf_models"
    fixed_boards = tuple(_SORTED_BY)
    uses_link_header = True

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The addresses of a ranking; its order is descending by itself, or when asked for."""
        return [
            f"https://huggingface.co/api/models?sort={key}&limit={PAGE_SIZE}&full=true"
            for key in _SORTED_BY.get(board, (board,))
        ]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The ranking whose first address this is."""
        return next((board for board in _SORTED_BY if url in cls.addresses(board)), None)

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total | Note]:
        """The models of one page, and the next page."""
        said = dict(step.extra)
        rank, page = int(said.get("rank", "0")), int(said.get("page", "1"))
        rows = payload["rows"]
        yield from cls.postings(rows, board, rank)
        if not payload["next"] or not rows:
            return
        reached = rank + len(rows)
        if page >= MOST_PAGES:
            yield Note(f"the first {reached} of the ranking, as meant")
        else:
            extra = (("rank", str(reached)), ("page", str(page + 1)))
            yield Step(payload["next"], extra=extra)

    @staticmethod
    def postings(payload: Any, board: Board, rank: int = 0) -> Iterator[Line]:
        """The models of a page.

        Args:
            payload: The list of models.
            board: The ranking.
            rank: Place of the first one, from 0.

        Raises:
            ShapeError: It is no list of models.
        """
        if not isinstance(payload, list):
            raise ShapeError("the payload is no list of models")

        places = count(rank)

        def build(row: dict[str, Any]) -> Model:
            place = next(places)
            return Model(
                **board.envelope(),
                model_id=row.get("id") or row["modelId"],
                library=row.get("library_name") or None,
                tags=tuple(tag for tag in row.get("tags") or () if isinstance(tag, str)),
                downloads=row.get("downloads"),
                likes=row.get("likes"),
                created_on=day(row.get("createdAt")),
                rank=place,
            )

        yield from each_row(payload, "of models", board, build)
