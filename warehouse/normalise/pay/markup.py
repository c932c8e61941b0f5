"""A text without what mark-up languages and wrong encodings leave behind in it, and the way back.

Belongs here: entities, escapes and damaged characters that outlived the conversion to plain text
(`warehouse.normalise.text`), and offsets in the text as given. Does not belong here: that
conversion.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import NamedTuple

# UTF-8 that was read as Windows-1252 or Latin-1: a lead byte's letter, then those of what follows.
_LEADS = "ÂÃÄÅâ"
_FOLLOWING = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LEFT_OVER = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|(?P<entity>&(?:amp;){0,3}(?:[A-Za-z]{2,8}|#\d{2,7}|#[xX][\dA-Fa-f]{2,6});)"
    rf"|(?P<damaged>[ÂÃÄÅ][{_FOLLOWING}]|â[{_FOLLOWING}]{{2}})|(?P<lost>Â(?=[\s\d£€¥$]))"
    r"|â(?:(?P<euro>,¬)|(?P<dash>€(?:[\"“”-]|\?)))"
)
_ENTITY = re.compile(r"&[#\w]+;")
# Whether a text has full-width forms: one of these is in any amount or label with them.
_FULL_WIDTH = "：～＄－０５"
_TO_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


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


def encodable(text: str) -> str:
    """The text with "?" for each half of a surrogate pair, which no encoding has."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def clean(text: str) -> Cleaned:
    """Undo escapes, entities, wrong encodings and full-width forms.

    Args:
        text: Plain text that may have been escaped or encoded once too often.

    Returns:
        The text as its author saw it.
    """
    given = text
    text = encodable(text)
    is_damaged = False
    if not text.isascii():
        if any(letter in text for letter in _FULL_WIDTH):
            text = text.translate(_TO_HALF_WIDTH)
        is_damaged = any(lead in text for lead in _LEADS)
    if not (is_damaged or "\\" in text or ("&" in text and _ENTITY.search(text))):
        return Cleaned(text, given, (), ())
    pieces: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    length = copied = 0
    for m in _LEFT_OVER.finditer(text):
        meant = _meaning(m)
        pieces += (text[copied : m.start()], meant)
        length += m.start() - copied + len(meant)
        copied = m.end()
        starts.append(length)
        shifts.append(copied - length)
    pieces.append(text[copied:])
    return Cleaned("".join(pieces), given, tuple(starts), tuple(shifts))


def _meaning(left_over: re.Match[str]) -> str:
    piece = left_over.group()
    match left_over.lastgroup:
        case "escaped":
            return left_over["escaped"]
        case "entity":
            while (meant := html.unescape(piece)) != piece:
                piece = meant
            return piece
        case "damaged":
            try:
                return b"".join(map(_byte, piece)).decode()
            except UnicodeDecodeError:
                return piece
        case "euro":
            return "€"
        case "dash":
            return "–"
        case _:
            return ""


def _byte(letter: str) -> bytes:
    """The byte that was read as this letter; Windows-1252 leaves five of them to Latin-1."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
