"""A text without what mark-up languages leave behind in it, and the way back.

Belongs here: entities and escapes that outlived the conversion to plain text, and offsets in the
text as given. Does not belong here: the conversion itself (`warehouse.normalise.text`).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import NamedTuple

# "\$", "&pound;", "&#8364;", "&amp;mdash;"
_LEFT_OVER = re.compile(r"\\([^\w\s])|&(?:amp;)*(?:[A-Za-z]{2,8}|#\d{2,7}|#[xX][\dA-Fa-f]{2,6});")


class Cleaned(NamedTuple):
    """A cleaned text with the places where it differs from the text as given."""

    text: str
    given: str
    starts: tuple[int, ...]  # offsets in `text` behind each change
    shifts: tuple[int, ...]  # what to add from there on to come to the offset in `given`

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text as given that a stretch of the cleaned text stands for."""
        if not self.starts:
            return start, end
        return self._origin(start), self._origin(end)

    def _origin(self, position: int) -> int:
        i = bisect_right(self.starts, position)
        return position + (self.shifts[i - 1] if i else 0)


def clean(text: str) -> Cleaned:
    """Undo escapes and entities.

    Args:
        text: Plain text that may have been escaped once too often.

    Returns:
        The text as its author saw it.
    """
    if "\\" not in text and "&" not in text:
        return Cleaned(text, text, (), ())
    pieces: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    length = copied = 0
    for m in _LEFT_OVER.finditer(text):
        meant = m.group(1) or _meaning(m.group())
        pieces += (text[copied : m.start()], meant)
        length += m.start() - copied + len(meant)
        copied = m.end()
        starts.append(length)
        shifts.append(copied - length)
    pieces.append(text[copied:])
    return Cleaned("".join(pieces), text, tuple(starts), tuple(shifts))


def _meaning(entity: str) -> str:
    while (meant := html.unescape(entity)) != entity:
        entity = meant
    return entity
