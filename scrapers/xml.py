"""XML as servers send it: in any charset, with characters that XML does not have.

Belongs here: from a body to its root element, and what is wrong with one that has none. Does not
belong here: what the elements mean (`scrapers.spiders`), or pages (`scrapers.jobposting`).
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from scrapers.spiders.base import EXCERPT_CHARS, ShapeError, TruncatedError

# No characters of XML 1.0, but texts that were pasted together are full of them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}\bencoding\s*=\s*[\"']([\w.:-]+)")


def root_of(
    body: bytes, charset: str | None, root: str, what: str, ends: tuple[str, ...]
) -> ET.Element:
    """The root element of a document; damaged characters in it are replaced.

    Args:
        body: The document.
        charset: What its server declares; what it declares itself goes before.
        root: Name of its root element.
        what: What it should be, for the message.
        ends: What a whole one can end with.

    Raises:
        ShapeError: It is no such document.
        TruncatedError: It stops before its end.
    """
    text = _FORBIDDEN.sub("", _text(body, charset)).strip().removeprefix("\ufeff")
    if not text:
        raise ShapeError("the body is empty")
    prolog, opening, _ = text.partition(f"<{root}")
    # Nothing that they serve declares a type or entities; what does is a page or an attack.
    if not opening or "<!" in prolog:
        excerpt = " ".join(text[: 4 * EXCERPT_CHARS].split())[:EXCERPT_CHARS]
        raise ShapeError(f"not {what}; it begins {excerpt!r}")
    try:
        return ET.fromstring(text)
    except ET.ParseError as error:
        if not text.endswith(ends):
            raise TruncatedError(f"XML cut short after {len(body)} bytes") from error
        raise ShapeError(f"not XML: {error}") from error


def _text(body: bytes, charset: str | None) -> str:
    declared = _DECLARED.match(body)
    said = declared[1].decode() if declared else charset
    try:
        return body.decode(said or "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")
