"""HTML to the text that a reader sees.

Belongs here: taking markup, entities and invisible characters off a posting. Does not belong here:
what the text says (`sections`, `mentions` and the other normalisers read the result).
"""

from __future__ import annotations

import html
import re

import re2

# HTML's own element names only, so that "a < b", "C<T>" and "<at>" in plain text are no tags; the
# frequent ones first, which is what the alternation's speed depends on.
_PARAGRAPH = (
    "p ul h1 h2 h3 h4 h5 h6 ol dl hr table thead tbody tfoot pre section article header footer main"
    " nav aside blockquote address figure figcaption fieldset form details dialog center menu body"
    " html select"
)
_LINE = "br div legend summary caption"
_ITEM = "li tr dt dd option"  # one line each: what follows the end of one opens a line itself
_CELL = "td th"
_INLINE = (
    "strong span a b em u i abbr acronym audio base bdi bdo big button canvas cite code col"
    " colgroup data datalist del dfn embed font head iframe img input ins kbd label link map area"
    " mark meta meter nobr noscript object output param picture progress q rp rt ruby s samp small"
    " source strike sub sup svg path time track tt var video wbr o:p"
)
_BREAKS: dict[str | None, str] = {None: ""} | {
    spelling: characters
    for names, opening, closing in (
        (_PARAGRAPH, "\n\n", "\n\n"),
        (_LINE, "\n", "\n"),
        (_ITEM, "\n", ""),
        (_CELL, " ", " "),
        (_INLINE, "", ""),
    )
    for name in names.split()
    for tag, characters in ((name, opening), (f"/{name}", closing))
    for spelling in (tag, tag.upper())
}
# Attributes need a "=" somewhere: "x <b or c> d" is an inequality. Quoted values may hold ">".
# Possessive, so that no unclosed quote can make it backtrack; then the second way reads the tag.
_TAG_END = r"""(?:/?>|\s(?:\s*/?>|[^<>"'=]*+=(?:(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>|[^<>]*+>)))"""
_NAMES = [name for name in _BREAKS if name and not name.startswith("/")]
_UNSEEN = "|".join(
    rf"{name}{_TAG_END}.*?(?:</{name}\s*>|\Z)"
    for title in ("script", "style", "template", "title")
    for name in (title, title.upper())
)
# Only what leaves a break or joins has a name; what a reader does not see at all matches without.
_MARKUP = re.compile(
    rf"<(?:(/?(?:{'|'.join(sorted(_NAMES, key=str.isupper))})){_TAG_END}"
    r"|!--.*?(?:-->|\Z)|![dD][oO][cC][tT][yY][pP][eE][^>]*>|\?xml[^>]*>|!\[CDATA\["
    rf"|{_UNSEEN})",
    re.DOTALL,
)
_CLOSED_BLOCKS = frozenset(
    spelling
    for name in ("p", "li", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6")
    for spelling in (f"/{name}", f"/{name.upper()}")
)

# With the semicolon only: "R&D", "AT&T" and "?a=1&copy=2" are text.
_ENTITY = re.compile(r"(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_COMMON_ENTITIES = {
    "&#x2F;": "/",
    "&#x27;": "'",
    "&#39;": "'",
    "&quot;": '"',
    "&nbsp;": " ",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
}
_SPACES = ("\u00a0", "\u202f", "\u2007")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")
# The same and `_ZERO_WIDTH` in UTF-8
_ODD_SPACES = re.compile(
    rb"\xe2\x80[\x87\x8b-\x8f\xaf]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf|\xc2[\xa0\xad]"
)
_ASCII = bytes(range(128))
# RE2 over bytes reads a whole text sooner than `re` a character class
_UNTIDY = re2.compile(r"[ \t\r][ \n]|\n\n\n|\n |[\t\r]")
_LINE_BREAKS = re.compile(r"(\n[ \n]*)")
# Boards escape their HTML three times at most; each level costs a pass over the whole text.
_MOST_PASSES = 12


def to_text(raw: str) -> str:
    """Return the text of a posting as its reader sees it.

    Entities are resolved until nothing changes (boards escape their HTML once or twice), block
    elements break lines, inline elements join ("Py<b>Torch</b>"), list items stand on lines of
    their own, scripts, styles and link targets go, and so do zero-width characters.

    Text without markup and entities keeps its length, so that offsets in it stay true: it comes
    back as it is (zero-width characters too), but for no-break spaces, which become spaces, and
    lone surrogates, which become "?". The function is idempotent.

    Args:
        raw: Plain text or HTML, escaped any number of times.

    Returns:
        Plain text; paragraphs are separated by at most one empty line.
    """
    text, has_odd_spaces = raw, False
    if not raw.isascii():
        text = _encodable(raw)
        if has_odd_spaces := _has_odd_spaces(text):
            text = _with_plain_spaces(text)
    for _ in range(_MOST_PASSES):
        before = text
        if "<" in text:
            text = _without_tags(text)
        if "&" in text:
            text, is_common = _unescape_once(text)
            has_odd_spaces = has_odd_spaces or not is_common
        if text == before:
            return text
        if has_odd_spaces:
            text = _ZERO_WIDTH.sub("", _with_plain_spaces(text))
    return _tidy(text.replace("<", "").replace("&", ""))


def _encodable(text: str) -> str:
    """Put a mark for the halves of surrogate pairs that JSON lets through and UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _has_odd_spaces(text: str) -> bool:
    # Three quick passes: few bytes are left to the pattern, which is the slow one
    return bool(_ODD_SPACES.search(text.encode().translate(None, _ASCII)))


def _with_plain_spaces(text: str) -> str:
    for space in _SPACES:
        text = text.replace(space, " ")
    return text


def _unescape_once(text: str) -> tuple[str, bool]:
    """Resolve entities; say whether they were all common ones, none of them an odd space."""
    parts = _ENTITY.split(text)  # odd parts are entities
    if len(parts) == 1:
        return text, True
    entities = parts[1::2]
    try:
        parts[1::2] = [_COMMON_ENTITIES[entity] for entity in entities]
    except KeyError:
        parts[1::2] = [_COMMON_ENTITIES.get(entity) or html.unescape(entity) for entity in entities]
        return "".join(parts), False
    return "".join(parts), True


def _without_tags(text: str) -> str:
    parts = _MARKUP.split(text)  # odd parts are "p", "/p", or None
    if len(parts) == 1:
        return text
    names = parts[1::2]
    if ("\n" in text or "\r" in text) and not _CLOSED_BLOCKS.isdisjoint(names):
        # True HTML, where a line break in the source is a space. Hacker News never closes its
        # <p>: there the line breaks are the author's.
        _join_source_lines(parts)
    breaks = [_BREAKS[name] for name in names]
    parts[1::2] = breaks
    stripped = "".join(parts)
    if None in names:
        stripped = stripped.replace("]]>", "")  # the end of a CDATA section
    return _tidy(stripped)


def _join_source_lines(parts: list[str]) -> None:
    """Make line breaks in the texts between tags spaces, but for those in <pre> elements."""
    is_pre = False
    for index, part in enumerate(parts):
        if index % 2:
            if part in ("pre", "PRE", "/pre", "/PRE"):
                is_pre = not part.startswith("/")
        elif not is_pre:
            parts[index] = part.replace("\r", " ").replace("\n", " ")


def _tidy(text: str) -> str:
    """Single spaces, none at the ends of lines, one empty line at most."""
    text = text.strip()
    if not _UNTIDY.search(text.encode()):
        return text
    text = text.replace("\t", " ").replace("\r", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    parts = _LINE_BREAKS.split(text)  # odd parts are breaks
    parts[1::2] = ["\n\n" if part.count("\n") > 1 else "\n" for part in parts[1::2]]
    return "".join(parts).replace(" \n", "\n")
