"""HTML to the text that a reader sees.

Belongs here: taking markup, entities and invisible characters off a posting. Does not belong here:
what the text says (`sections`, `mentions` and the other normalisers read the result).
"""

from __future__ import annotations

import html
import re

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
_BREAKS: dict[str, str] = {
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
_NAMES = [name for name in _BREAKS if not name.startswith("/")]
_TAG = re.compile(rf"<(/?(?:{'|'.join(sorted(_NAMES, key=str.isupper))})){_TAG_END}")
_CLOSED_BLOCK = re.compile(r"</(?:p|li|ul|ol|div|h[1-6]|P|LI|UL|OL|DIV|H[1-6])\s*>")
_UNSEEN = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|![dD][oO][cC][tT][yY][pP][eE][^>]*>|\?xml[^>]*>|!\[CDATA\["
    rf"|(script|style|template|title|SCRIPT|STYLE|TEMPLATE|TITLE){_TAG_END}.*?(?:</\1\s*>|\Z))"
    r"|\]\]>",
    re.DOTALL,
)
_UNSEEN_START = re.compile(
    r"<(?:[!?]|script|style|template|title|SCRIPT|STYLE|TEMPLATE|TITLE)|\]\]>"
)
_PRE = re.compile(rf"(<pre{_TAG_END}.*?(?:</pre\s*>|\Z))", re.DOTALL)

# With the semicolon only: "R&D", "AT&T" and "?a=1&copy=2" are text.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# The entities that make up nearly all of a posting's, by str.replace (ten times a callback's speed)
_COMMON_ENTITIES = (
    ("&#x2F;", "/"),
    ("&#x27;", "'"),
    ("&#39;", "'"),
    ("&quot;", '"'),
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
)
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")
# Nobody escapes this often in earnest, and each level costs a pass over the whole text.
_DEEP_ESCAPES = re.compile("&(?:amp;){4,}")
_SPACES = ("\u00a0", "\u202f", "\u2007")


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
    text = _DEEP_ESCAPES.sub("&amp;amp;amp;", _plain_spaces(_encodable(raw)))
    while True:
        before = text
        if "<" in text:
            text = _without_tags(text)
        if "&" in text:
            text = _unescape_once(text)
        if text == before:
            return text
        text = _plain_spaces(text)
        if not text.isascii():
            text = _ZERO_WIDTH.sub("", text)


def _encodable(text: str) -> str:
    """Put a mark for the halves of surrogate pairs that JSON lets through and UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _plain_spaces(text: str) -> str:
    if text.isascii():
        return text
    for space in _SPACES:
        text = text.replace(space, " ")
    return text


def _unescape_once(text: str) -> str:
    for entity, character in _COMMON_ENTITIES:
        text = text.replace(entity, character)
    # "&amp;" last, or "&amp;lt;" would lose two levels at once
    if _has_rare_entity(text):
        text = _ENTITY.sub(_resolve, text)
    return text.replace("&amp;", "&")


def _has_rare_entity(text: str) -> bool:
    return any(match[0] != "&amp;" for match in _ENTITY.finditer(text))


def _resolve(match: re.Match[str]) -> str:
    return match[0] if match[0] == "&amp;" else html.unescape(match[0])


def _without_tags(text: str) -> str:
    stripped = _UNSEEN.sub("", text) if _UNSEEN_START.search(text) else text
    if _CLOSED_BLOCK.search(stripped):
        # True HTML, where a line break in the source is a space. Hacker News never closes its
        # <p>: there the line breaks are the author's.
        stripped = _join_source_lines(stripped)
    parts = _TAG.split(stripped)  # odd parts are "p", "/p"
    parts[1::2] = [_BREAKS[name] for name in parts[1::2]]
    stripped = "".join(parts)
    if stripped == text:
        return text
    return _tidy(stripped)


def _tidy(text: str) -> str:
    """Single spaces, none at the ends of lines, one empty line at most.

    Chained str.replace is an order of magnitude faster here than patterns or splitting.
    """
    text = text.replace("\t", " ").replace("\r", " ")
    for untidy, tidy in (("  ", " "), (" \n", "\n"), ("\n ", "\n"), ("\n\n\n", "\n\n")):
        while untidy in text:
            text = text.replace(untidy, tidy)
    return text.strip()


def _join_source_lines(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return text
    if "<pre" not in text:
        return text.replace("\r", " ").replace("\n", " ")
    parts = _PRE.split(text)  # odd parts are the <pre> elements
    parts[::2] = [part.replace("\r", " ").replace("\n", " ") for part in parts[::2]]
    return "".join(parts)
