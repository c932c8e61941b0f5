"""What spiders of papers, models and series share, and job boards do not have.

Belongs here: how the pages of a list count. Does not belong here: the walk itself (`base`),
addresses and payloads (one module per source).

Nothing closes because such a list does not show it. The rows of one answer belong together, so
only the first answer of a walk is asked for conditionally: behind an unchanged one nothing has
changed, and behind a changed one all is read anew.
"""

from __future__ import annotations

from typing import Any, ClassVar

from scrapers.landing import BoardState
from scrapers.spiders.base import BoardSpider, Step, Walk

PAGE = "page"
"""The kind of a further page."""


class ListSpider(BoardSpider):
    """Files and lists that are no company's board."""

    takes_boards = False
    is_listing = False
    detail_days = 0
    side_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds of answers that add to the rows and may lack, from another host than the list."""

    def known_of(self, walk: Walk, step: Step) -> dict[str, Any]:
        """What is known of the first answer, and nothing of the others."""
        return super().known_of(walk, step) if walk.board is None else {}

    def _note_failure(
        self, walk: Walk, step: Step, trouble: tuple[BoardState, str], *, is_first: bool
    ) -> None:
        state, reason = trouble
        if step.kind in self.side_kinds:
            if self.archive is not None and state != "unknown":
                # An archive of the lists need not hold what they lead to.
                walk.notes.append(f"{step.kind} not read: {reason}")
                return
        elif state == "unknown" and not is_first:
            trouble = ("failed", reason.partition(":")[0])
        super()._note_failure(walk, step, trouble, is_first=is_first)
