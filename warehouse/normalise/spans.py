"""The UTF-8 of a text: spans of RE2 patterns in it, and its words.

Belongs here: searching the bytes (RE2's own alphabet, several times faster than searching the str)
and leading their offsets back to characters. Does not belong here: any pattern, any word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import re2

_DFA_MEMORY = 64 << 20  # bytes; the default of 8 MiB makes RE2 rebuild its states all the time

_UNANCHORED = re2._re2.RE2.Anchor.UNANCHORED

# ASCII in lower case, its punctuation as spaces
_TO_WORDS = bytes(
    code if code > 127 or chr(code).isalnum() else ord(" ") for code in range(256)
).lower()

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


def words(text: str) -> list[bytes]:
    """Split a text into the UTF-8 of its words in lower case; "don't" gives "don" and "t"."""
    if not text.isascii():
        text = text.replace("’", "'")
    return encode(text).translate(_TO_WORDS).split()


def word_set(listed: str) -> frozenset[bytes]:
    """Return the words of a list, to be compared with those of a text."""
    return frozenset(words(listed))


def find_spans(pattern: re2._Regexp, data: bytes, *, is_ascii: bool) -> list[tuple[int, int]]:
    """Find all matches of a pattern.

    Args:
        pattern: An RE2 pattern (`compile_pattern`) that matches no empty text.
        data: The text, by `encode`.
        is_ascii: Whether every byte is a character.

    Returns:
        (start, end) of every match, in characters of the text and in its order.
    """
    # What `finditer` does, at a third of its cost: a match object asks RE2 for its groups each time
    search, end = pattern._regexp.Match, 0
    found = []
    while True:
        ((start, end),) = search(_UNANCHORED, data, end, len(data))
        if start < 0:
            break
        found.append((start, end))
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
