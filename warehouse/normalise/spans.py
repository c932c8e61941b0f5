"""The UTF-8 of a text, and spans of RE2 patterns in it.

Belongs here: searching the bytes (RE2's own alphabet, several times faster than searching the str)
and leading their offsets back to characters. Does not belong here: any pattern, any word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import re2

_DFA_MEMORY = 64 << 20  # bytes; the default of 8 MiB makes RE2 rebuild its states all the time

_UNANCHORED = re2._re2.RE2.Anchor.UNANCHORED

Name = TypeVar("Name", bound=str)


def compile_pattern(pattern: str, *, longest: bool = False) -> re2._Regexp:
    """Compile an RE2 pattern, case ignored.

    Args:
        pattern: In RE2's syntax.
        longest: Whether the longest of several alternatives counts, rather than the first.
    """
    return re2.compile(pattern, make_options(longest=longest))


class Cues(Generic[Name]):
    """Several patterns looked for in one pass; which of them a text has."""

    def __init__(self, patterns: Mapping[Name, str]) -> None:
        self._names = tuple(patterns)
        self._set = re2.Set.SearchSet(make_options())
        for pattern in patterns.values():
            self._set.Add(pattern)
        self._set.Compile()

    def in_text(self, data: bytes) -> set[Name]:
        """Return the names of the patterns that the text (by `encode`) has somewhere."""
        found = self._set.Match(data)
        return {self._names[number] for number in found} if found else set()


def make_options(*, longest: bool = False) -> re2.Options:
    """Options of all patterns here: case ignored, no groups, memory for large automata."""
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.longest_match = longest
    options.max_mem = _DFA_MEMORY
    return options


def encode(text: str) -> bytes:
    """Return the UTF-8 of any str; halves of surrogate pairs become bytes that no pattern knows."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """Return the text of a stretch of UTF-8; a character cut in two becomes a mark for it."""
    return data.decode("utf-8", "replace")


def find_spans(pattern: re2._Regexp, data: bytes) -> list[tuple[int, int]]:
    """Find all matches of a pattern.

    Args:
        pattern: An RE2 pattern (`compile_pattern`) that matches no empty text.
        data: The text, by `encode`.

    Returns:
        (start, end) of every match, in bytes and in the text's order.
    """
    # What `finditer` does, at a third of its cost: a match object asks RE2 for its groups each time
    search, end, size = pattern._regexp.Match, 0, len(data)
    found: list[tuple[int, int]] = []
    while True:
        ((start, end),) = search(_UNANCHORED, data, end, size)
        if start < 0:
            return found
        found.append((start, end))


def first_match(pattern: re2._Regexp, data: bytes) -> int:
    """Return where the first match of a pattern (`compile_pattern`) starts, -1 without."""
    ((start, _),) = pattern._regexp.Match(_UNANCHORED, data, 0, len(data))
    return int(start)


def in_characters(spans: Iterable[tuple[int, int]], data: bytes) -> list[tuple[int, int]]:
    """Lead spans in bytes (by start, equal or apart) back to characters of the text."""
    found: list[tuple[int, int]] = []
    done = lead = 0  # bytes so far, and how many more they are than the characters in them
    first, before = 0, (0, 0)
    for span in spans:
        if span != before:
            before = start, end = span
            if data[done:end].isascii():
                first = start - lead
            else:
                lead += start - done - len(_decode_whole(data[done:start]))
                first = start - lead
                lead += end - start - len(_decode_whole(data[start:end]))
            done = end
        found.append((first, done - lead))
    return found


def is_any_within(positions: Sequence[int], start: int, end: int) -> bool:
    """Say whether one of some positions, in order, is at a start or before an end."""
    number = bisect_left(positions, start)
    return number < len(positions) and positions[number] < end


def _decode_whole(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
