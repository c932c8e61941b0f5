"""Spans of RE2 patterns in a text, in characters.

Belongs here: searching the UTF-8 of a text (RE2's own alphabet, several times faster than searching
the str) and leading its byte offsets back to characters. Does not belong here: any pattern.
"""

from __future__ import annotations

import re2


def encode(text: str) -> bytes:
    """Return the UTF-8 of any str; halves of surrogate pairs become bytes that no pattern knows."""
    return text.encode("utf-8", "surrogatepass")


def find_spans(pattern: re2._Regexp, data: bytes, *, is_ascii: bool) -> list[tuple[int, int]]:
    """Find all matches of a pattern.

    Args:
        pattern: An RE2 pattern.
        data: The text, by `encode`.
        is_ascii: Whether every byte is a character.

    Returns:
        (start, end) of every match, in characters of the text and in its order.
    """
    found = [match.span() for match in pattern.finditer(data)]
    if is_ascii:
        return found
    spans = []
    done_bytes = done = 0
    for start, end in found:
        first = done + _characters(data[done_bytes:start])
        done_bytes, done = end, first + _characters(data[start:end])
        spans.append((first, done))
    return spans


def _characters(data: bytes) -> int:
    return len(data) if data.isascii() else len(data.decode("utf-8", "surrogatepass"))
