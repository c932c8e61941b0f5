"""Pages with schema.org `JobPosting` data: from the bytes of a page to its adverts.

Belongs here: reading JSON-LD and microdata as sites write them, damage included, and the address
that an advert is known by. Does not belong here: which pages are asked for
(`scrapers.spiders.jobposting`), archives of pages (`scrapers.webarchive`), or what pay, places and
texts mean (`warehouse.normalise`).
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from babel.dates import get_month_names
from lxml import etree, html
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    resolve_encoding,
)

from scrapers.landing import Address, Line, PayComponent, Posting, Refusal, encodable
from scrapers.spiders.base import FAULTS, Board, explain

Node = dict[str, Any]

MARK = b"JobPosting"
"""Without it a page has no advert to read; looking for it is far cheaper than parsing."""
SECTIONS: tuple[tuple[str, str], ...] = (
    ("employeroverview", "About us"),
    ("description", ""),
    ("responsibilities", "Responsibilities"),
    ("qualifications", "Qualifications"),
    ("skills", "Skills"),
    ("experiencerequirements", "Experience"),
    ("educationrequirements", "Education"),
    ("physicalrequirement", "Physical requirements"),
    ("securityclearancerequirement", "Security clearance"),
    ("eligibilitytoworkrequirement", "Eligibility to work"),
    ("workhours", "Working hours"),
    ("specialcommitments", "Commitments"),
    ("jobbenefits", "Benefits"),
    ("benefits", "Benefits"),
    ("incentivecompensation", "Incentives"),
    ("incentives", "Incentives"),
)
"""The properties that are text of the advert, in reading order, and the headings they get."""
EARLIEST = date(2000, 1, 1)
"""Dates before are what software writes for "no date" (1970, 0001)."""
LATEST = date(2100, 1, 1)
LEAST_PAGE_CHARS = 200
"""A page whose own text stands in for a missing description says at least so much."""
DEEPEST = 24
"""Nesting beyond is no data but a fault, or an attack."""
MONTH_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv")

_NOTHING = frozenset(("", "-", "null", "none", "undefined", "nan", "n/a", "na"))
_PREFIX = re.compile(r".*[/#:]", re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&(?:amp;)*(?:lt|#0*60|#x0*3c);/?[a-z]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]\w*);", re.IGNORECASE)
_WRITTEN_ESCAPE = re.compile(r"\\(?:u([\da-fA-F]{4})|([nrt\"/]))")
_ESCAPES = {"n": "\n", "r": "\n", "t": "\t", '"': '"', "/": "/"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def may_hold_posting(body: bytes) -> bool:
    """Whether it is worth parsing a page.

    Args:
        body: The page as served, without content coding.

    Returns:
        False where it has no JobPosting for certain.
    """
    if MARK in body:
        return True
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return is_wide and any(MARK.decode().encode(f"utf-16-{end}") in body for end in ("le", "be"))


def read_page(body: bytes, url: str, board: Board, charset: str | None = None) -> Iterator[Line]:
    """The adverts of a page, from its bytes: `page_of`, then `postings_of`.

    Args:
        body: The page as served, without content coding.
        url: Its address.
        board: The site that it belongs to.
        charset: What the server declares; the page's own bytes have the last word.

    Yields:
        One posting or refusal per advert; nothing for a page without one.
    """
    tree = parse(body, charset) if may_hold_posting(body) else None
    if tree is not None:
        yield from postings_of(page_of(tree), url, board)


def page_of(tree: html.HtmlElement) -> Node:
    """What a page says of adverts.

    JSON-LD counts where it gives an advert, microdata where JSON-LD gives none.

    Args:
        tree: The page; its scripts and texts of microdata are mended in place.

    Returns:
        `postings`, adverts by property, names in lower case and without prefix, with what they
        refer to (`@id`) in its place; `damage`, why data of the page can't be read; and for want of
        better `canonical`, the address that the page calls its own, `heading` and `text`.
    """
    by_id: dict[str, Node] = {}
    damage = _mend_scripts(tree)
    found = _distinct(list(_walk(_extract(tree, "json-ld"), by_id)))
    if not found and tree.xpath("//@itemscope"):
        try:
            _mend_microdata(tree)
            found = _distinct(list(_walk(_extract(tree, "microdata"), by_id)))
        except FAULTS as error:
            damage = f"microdata that can't be read: {explain(error)}"
    for node in found:
        for name in _REFERRING:
            if name in node:
                node[name] = _resolved(node[name], by_id)
    page: Node = {"postings": found}
    if damage and not found:
        page["damage"] = damage
    if len(found) == 1:
        canonical = next(iter(tree.xpath("//link[@rel='canonical']/@href")), None)
        heading = next(iter(tree.iter("h1")), None)
        if canonical:
            page["canonical"] = str(canonical)
        if heading is not None and not found[0].get("title"):
            page["heading"] = heading.text_content()
        if not _text(found[0].get("description")):
            page["text"] = _page_text(tree)
    return page


def postings_of(page: Node, url: str, board: Board) -> Iterator[Line]:
    """The adverts of a page, from what it says.

    An advert that does not fit, or data that is damaged beyond repair, is refused.

    Args:
        page: As `page_of` gives it.
        url: Its address.
        board: The site that it belongs to.

    Yields:
        One posting or refusal per advert; nothing for a page without one.
    """
    known: set[str] = set()
    for node in page["postings"]:
        source_id, link = identify(node, page, url)
        if source_id in known:
            source_id = f"{source_id}#{_slug(_text(node.get('title')) or str(len(known)))}"
            if source_id in known:
                continue
        known.add(source_id)
        try:
            yield _build(node, page, board, source_id, link)
        except FAULTS as error:
            yield _refusal(board, source_id, explain(error), f"properties: {', '.join(node)}")
    if page.get("damage"):
        yield _refusal(board, stable(url), page["damage"])


def _refusal(board: Board, source_id: str, reason: str, sample: str = "") -> Refusal:
    return Refusal(
        **board.envelope(),
        source_id=encodable(source_id),
        reason=encodable(reason),
        sample=encodable(sample)[:200],
    )


# --- the page ------------------------------------------------------------------------------------


def text_of(body: bytes, charset: str | None = None) -> str:
    """A page's text, whatever it declares.

    Bytes that are UTF-8 are taken for UTF-8: hardly any text in another encoding passes for it,
    and wrong declarations are common.

    Args:
        body: The page.
        charset: What the server declares.

    Returns:
        The text; bytes that fit no encoding are replaced.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(bom):
            return body[len(bom) :].decode(name, errors="replace")
    declared = http_content_type_encoding(f"text/html; charset={charset}") if charset else None
    named = declared or html_body_declared_encoding(body)
    if named is None or resolve_encoding(named) in ("utf-8", "ascii"):
        # Not quite UTF-8: mostly a stray byte, or what Western Windows writes.
        text = body.decode("utf-8", errors="replace")
        return text if text.count("\ufffd") * 200 < len(text) else body.decode("cp1252", "replace")
    return body.decode(named, errors="replace")


def parse(body: bytes, charset: str | None = None) -> html.HtmlElement | None:
    """The tree of a page.

    Args:
        body: The page.
        charset: What the server declares.

    Returns:
        Its root; None where there is nothing to parse.
    """
    text = _CONTROL.sub("", text_of(body, charset))
    try:
        # As bytes: of a string lxml refuses an XML declaration that names an encoding.
        return html.document_fromstring(
            text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError, ValueError):
        return None


def _extract(tree: html.HtmlElement, syntax: str) -> Any:
    # A third of a second, and every spider's process imports this module by way of its loader.
    import extruct

    return extruct.extract(tree, syntaxes=[syntax], uniform=True)[syntax]


def _distinct(nodes: list[Node]) -> list[Node]:
    """Each advert once: plugins write the same block again."""
    kept: list[Node] = []
    for node in nodes:
        if node not in kept and not _is_stub(node):
            kept.append(node)
    return kept


_REFERRING = ("hiringorganization", "joblocation", "basesalary")


def _resolved(said: Any, by_id: dict[str, Node]) -> Any:
    """A value with the node that it refers to by `@id` in its place."""
    if isinstance(said, list):
        return [_resolved(one, by_id) for one in said]
    if isinstance(said, dict) and not set(said) - {"id", "type"}:
        return by_id.get(str(said.get("id")), said)
    return said


# --- damaged JSON-LD -----------------------------------------------------------------------------

_CDATA = re.compile(r"(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|(?://|/\*)?\s*\]\]>\s*(?:\*/)?")
_COMMENT_BEFORE = re.compile(r"\s*<!--.*?-->\s*(?=[{\[])", re.DOTALL)
# A string, or what stands outside of strings and does not belong into JSON.
_OUTSIDE = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*(?:,|[}\]]))""", re.DOTALL
)
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])|\\u(?![\da-fA-F]{4})")


def _mend_scripts(tree: html.HtmlElement) -> str | None:
    """Make the JSON-LD scripts of a page valid, and take out those that can't be mended.

    One broken block would otherwise cost all others.

    Returns:
        Why a block with an advert can't be read; None where all can.
    """
    damage = None
    for script in list(tree.iter("script")):
        kind = (script.get("type") or "").split(";")[0].strip().lower()
        if kind != "application/ld+json":
            continue
        text = script.xpath("string()")
        try:
            mended = json.dumps(loads(text), ensure_ascii=True)
        except (ValueError, RecursionError) as error:
            script.set("type", "text/plain")
            if MARK.decode() in text:
                damage = f"JSON-LD that can't be read: {str(error)[:120] or 'nested too deeply'}"
            continue
        script.set("type", "application/ld+json")
        script.text = mended
    return damage


def loads(text: str) -> Any:
    """Read JSON as sites write it into pages.

    Control characters in strings, comments and CDATA marks around the data, comments and too many
    commas inside, escapes that JSON does not have, entities instead of quotes, semicolons at the
    end, and several values in a row are taken as they are meant.

    Args:
        text: The content of a script element.

    Returns:
        The value; a list of them where there are several.

    Raises:
        ValueError: It can't be read (RecursionError where it is nested too deeply).
    """
    try:
        return json.loads(text, strict=False)
    except ValueError:
        pass
    text = _COMMENT_BEFORE.sub("", _CDATA.sub("", text), count=1)
    if '"' not in text and "&quot;" in text:
        text = unescape(text)
    try:
        return _values(text)
    except ValueError:
        text = _OUTSIDE.sub(
            lambda m: _BAD_ESCAPE.sub(r"\\\\", m["string"]) if m["string"] else "", text
        )
        # What a removed comment leaves: a comma before it is at the end now.
        text = _OUTSIDE.sub(lambda m: m["string"] or "", text)
        return _values(text)


def _values(text: str) -> Any:
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    start = re.search(r"[{\[]", text)
    at = start.start() if start else len(text)
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1
        if at < len(text) and text[at] not in "{[":
            break
    if not found:
        raise ValueError("the block is empty")
    return found[0] if len(found) == 1 else found


# --- microdata -----------------------------------------------------------------------------------

_TEXT_PROPS = frozenset(name for name, _ in SECTIONS)
_NAME_PROPS = frozenset(("title", "name", "hiringorganization", "employmenttype", "industry"))


def _mend_microdata(tree: html.HtmlElement) -> None:
    """Make extruct give what is meant: texts with their markup, names and not their links."""
    for element in tree.xpath("//*[@itemprop]"):
        props = set(element.get("itemprop").casefold().split())
        if element.get("itemscope") is not None or element.tag == "meta":
            continue
        if props & _TEXT_PROPS:
            inner = _CONTROL.sub("", _inner_html(element))
            if inner.strip():
                element.tag = "div"
                element.set("content", inner)
        elif props & _NAME_PROPS and element.tag in ("a", "link", "img"):
            element.tag = "span"
        elif element.tag == "time" and not element.get("datetime"):
            said = element.get("content") or element.text_content()
            element.set("datetime", _CONTROL.sub("", said).strip())
    scopes = [
        element
        for element in tree.xpath("//*[@itemscope][@itemtype]")
        if _is_posting(element.get("itemtype").split())
    ]
    if len(scopes) == 1 and not scopes[0].get("itemref"):
        _widen(scopes[0])


def _inner_html(element: html.HtmlElement) -> str:
    copy = deepcopy(element)
    copy.tail = None
    etree.strip_elements(copy, "script", "style", "template", etree.Comment, with_tail=False)
    parts = [escape(copy.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode", method="html") for child in copy]
    return "".join(parts)


def _widen(scope: html.HtmlElement) -> None:
    """Give an element that was closed too early the properties that stand behind it."""
    essential = ".//*[@itemprop='title' or @itemprop='description']"
    if scope.xpath(".//*[@itemprop]"):
        return
    count = len(scope.getroottree().getroot().xpath(essential))
    for ancestor in scope.iterancestors():
        if ancestor.get("itemscope") is not None:
            return
        if count and len(ancestor.xpath(essential)) == count:
            ancestor.set("itemscope", "")
            ancestor.set("itemtype", scope.get("itemtype"))
            del scope.attrib["itemscope"], scope.attrib["itemtype"]
            return


# --- nodes ---------------------------------------------------------------------------------------


def _walk(value: Any, by_id: dict[str, Node], depth: int = 0) -> Iterator[Node]:
    """All JobPosting nodes in some data, and on the way the nodes that have an id."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for part in value:
            yield from _walk(part, by_id, depth + 1)
    elif isinstance(value, dict):
        node = _plain(value)
        name = node.get("id")
        if isinstance(name, str) and len(node) > 1:
            by_id.setdefault(name, node)
        if _is_posting(node.get("type")):
            yield node
        for part in value.values():
            if isinstance(part, dict | list):
                yield from _walk(part, by_id, depth + 1)


def _plain(node: Any, depth: int = 0) -> Any:
    """A node with property names in lower case and without prefix: `schema:Title` is `title`."""
    if depth > DEEPEST:
        return None
    if isinstance(node, list):
        return [_plain(part, depth + 1) for part in node]
    if not isinstance(node, dict):
        return node
    plain: Node = {}
    for key, value in node.items():
        name = _PREFIX.sub("", str(key)).lstrip("@").casefold()
        if name not in plain or key.startswith("@"):
            plain[name] = _plain(value, depth + 1)
    return plain


def _is_posting(kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(k, str) and _PREFIX.sub("", k).casefold() == "jobposting" for k in kinds)


def _is_stub(node: Node) -> bool:
    """Whether it only points to an advert ("similar jobs"), or is empty."""
    said = {key for key, value in node.items() if value not in (None, "", [], {})}
    return not said - {"type", "context", "id", "url", "title", "name", "position", "value"}


def _all(value: Any) -> list[Any]:
    """What a property holds, one after the other; nothing for what means nothing."""
    if isinstance(value, list):
        return [part for one in value for part in _all(one)]
    if isinstance(value, dict) and set(value) <= {"value", "language", "type"} and "value" in value:
        # A JSON-LD value object, {"@value": …}.
        return _all(value["value"])
    if isinstance(value, str) and value.strip().casefold() in _NOTHING:
        return []
    return [] if value is None or value == {} else [value]


def _texts(value: Any) -> list[str]:
    """The texts of a property, each once."""
    found: dict[str, None] = {}
    for one in _all(value):
        said = one
        if isinstance(one, dict):
            for key in ("name", "title", "description", "text", "credentialcategory", "value"):
                said = next(iter(_texts(one.get(key))), None)
                if said:
                    break
            else:
                months = one.get("monthsofexperience")
                said = f"{months} months" if isinstance(months, int | float | str) else None
        if isinstance(said, bool) or not isinstance(said, str | int | float):
            continue
        text = mend_text(str(said))
        if text.casefold() not in _NOTHING:
            found[text] = None
    return list(found)


def _text(value: Any) -> str | None:
    """The first text of a property: many say ten times what is due once."""
    return next(iter(_texts(value)), None)


def _line(value: Any) -> str | None:
    """The first text of a property that is one line without markup."""
    text = _text(value)
    if text is None:
        return None
    return _no_entities(" ".join(_TAG.sub(" ", text).split())) or None


def _no_entities(text: str) -> str:
    while _ENTITY.search(text) and (plain := unescape(text)) != text:
        text = plain
    return text


def mend_text(text: str) -> str:
    r"""A text as it was before a site's software escaped it too often.

    Args:
        text: HTML or plain text, as the data has it.

    Returns:
        HTML where its tags were escaped (once or more often), with line breaks for a written
        `\n`, without control characters.
    """
    if "\\" in text:
        text = _WRITTEN_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES[m[2]], text)
    while not _TAG.search(text) and _ESCAPED_TAG.search(text):
        text = unescape(text)
    return encodable(_CONTROL.sub("", text)).strip()


# --- the advert ----------------------------------------------------------------------------------


def _build(node: Node, page: Node, board: Board, source_id: str, link: str) -> Posting:
    places = [place for said in _all(node.get("joblocation")) for place in _places(said)]
    where = _where(places)
    wanted = [
        _line(said.get("name") or said.get("address") or said) if isinstance(said, dict) else
        _line(said)
        for said in _all(node.get("applicantlocationrequirements"))
    ]  # fmt: skip
    for name in wanted:
        if name and name not in where:
            where.append(name)
    kind = _line(node.get("joblocationtype"))
    kind = _PREFIX.sub("", kind) if kind else None
    is_remote = bool(kind and ("telecommut" in kind.casefold() or kind.casefold() == "remote"))
    posted_on = day_of(node.get("dateposted"), board.observed_at.date() + timedelta(days=1))
    components, pay_text = pay_of(node.get("basesalary"), _line(node.get("salarycurrency")))
    guessed, guessed_text = pay_of(
        node.get("estimatedsalary"), _line(node.get("salarycurrency")), is_estimated=True
    )
    origin = origin_of(link)
    body = _body(node, page)
    if not _bare(body):
        raise ValueError("the advert has no text")
    return Posting(
        **board.envelope(),
        source_id=source_id,
        url=link,
        company=_company(node) or (board.company if board.company != board.name else None),
        title=_line(node.get("title")) or _line(node.get("name")) or _line(page.get("heading")),
        body=body,
        is_excerpt=_TAG.sub("", body).rstrip().endswith(("…", "...", "&hellip;")),
        location=where[0] if where else None,
        secondary_locations=tuple(where[1:]),
        address=next((address for _, address in places if address), None),
        is_remote=is_remote or None,
        workplace="remote" if is_remote else kind,
        department=_line(node.get("employmentunit")),
        employment_type="; ".join(_PREFIX.sub("", t) for t in _texts(node.get("employmenttype")))
        or None,
        posted_on=posted_on,
        posted_basis="stated" if posted_on else None,
        pay_text=pay_text,
        pay_components=(*components, *guessed),
        estimated_pay_text=guessed_text,
        requisition_id=_identifier(node),
        expires_on=day_of(node.get("validthrough"), LATEST),
        origin_source=origin[0] if origin else None,
        origin_id=origin[1] if origin else None,
    )


def _company(node: Node) -> str | None:
    for said in _all(node.get("hiringorganization")):
        name = _line([said.get("name"), said.get("legalname")] if isinstance(said, dict) else said)
        if name and not name.startswith(("http://", "https://")):
            return name
    return None


def _identifier(node: Node) -> str | None:
    for said in _all(node.get("identifier")):
        name = _line(said.get("value") if isinstance(said, dict) else said)
        if name:
            return name
    return None


def _body(node: Node, page: Node) -> str:
    parts: list[tuple[str, str]] = []
    said = ""
    # What others repeat, first.
    for name, heading in sorted(SECTIONS, key=lambda section: section[0] != "description"):
        texts = _texts(node.get(name))
        if name == "description":
            texts = texts[:1]
        text = ", ".join(texts) if name == "skills" else "\n".join(texts)
        bare = _bare(text)
        if bare and bare not in said:
            said += f" {bare}"
            parts.append((heading, text))
    if page.get("text"):
        return str(page["text"])
    if len(parts) == 1 and not parts[0][0]:
        return parts[0][1]
    order = {heading: number for number, (_, heading) in reversed(list(enumerate(SECTIONS)))}
    return "\n".join(
        (f"<h3>{heading}</h3>\n" if heading else "") + _as_html(text)
        for heading, text in sorted(parts, key=lambda part: order[part[0]])
    )


def _as_html(text: str) -> str:
    return text if _TAG.search(text) else f"<p>{'<br>'.join(text.splitlines())}</p>"


def _bare(text: str) -> str:
    return "".join(c for c in unescape(_TAG.sub("", text)).casefold() if c.isalnum())


def _page_text(tree: html.HtmlElement) -> str | None:
    """The main part of a page, as HTML, where the data have no description."""
    for path in ("//main", "//*[@role='main']", "//article", "//body"):
        for element in tree.xpath(path)[:1]:
            copy = deepcopy(element)
            copy.tail = None
            etree.strip_elements(
                copy, "script", "style", "noscript", "template", "svg", "iframe", "form", "nav",
                "header", "footer", "aside", "button", etree.Comment, with_tail=False,
            )  # fmt: skip
            if len(_bare(copy.text_content())) >= LEAST_PAGE_CHARS:
                return mend_text(_inner_html(copy))
    return None


# --- places --------------------------------------------------------------------------------------


def _places(said: Any) -> Iterator[tuple[tuple[str, str], Address | None]]:
    """Of each place what its address says and what it is called, and the address."""
    if not isinstance(said, dict):
        text = _line(said)
        if text:
            yield (text, text), None
        return
    name = _line(said.get("name")) or ""
    parts = ("addresslocality", "addressregion", "addresscountry")
    addresses = _all(said.get("address")) or [said]
    for one in addresses:
        if not isinstance(one, dict):
            text = _line(one) or ""
            yield (text or name, name or text), None
            continue
        locality, region, country = (_line(one.get(part)) for part in parts)
        known = list(dict.fromkeys(part for part in (locality, region, country) if part))
        text = ", ".join(known) or name or _line(one.get("streetaddress")) or _line(one) or ""
        if text:
            address = Address(locality=locality, region=region, country=country) if known else None
            yield (text, name or text), address


def _where(places: list[tuple[tuple[str, str], Address | None]]) -> list[str]:
    """Places in words, each once."""
    said = list(dict.fromkeys(text for (text, _), _ in places))
    names = list(dict.fromkeys(name for (_, name), _ in places))
    # Software that repeats the first address under the names of all places.
    return names if len(said) == 1 and len(names) > 1 else said


# --- pay -----------------------------------------------------------------------------------------

_DIGITS = r"\d[\d.,'’ \u00a0]*k?"
_FIGURE = re.compile(rf"\s*{_DIGITS}\s*", re.IGNORECASE)
_RANGE = re.compile(rf"\s*({_DIGITS})\s*(?:-|–|—|to|bis|à)\s*({_DIGITS})\s*", re.IGNORECASE)
_UNITS = {
    "ANN": "YEAR", "MON": "MONTH", "WEE": "WEEK", "HUR": "HOUR",
    "P1Y": "YEAR", "P1M": "MONTH", "P1W": "WEEK", "P1D": "DAY", "PT1H": "HOUR",
}  # fmt: skip
"""UN/CEFACT codes and ISO 8601 durations that stand for a unit's name."""


def pay_of(
    said: Any, currency: str | None = None, *, is_estimated: bool = False
) -> tuple[tuple[PayComponent, ...], str | None]:
    """What `baseSalary` or `estimatedSalary` says.

    Args:
        said: A number, a text, a MonetaryAmount with a number, a text or a QuantitativeValue in it,
            a PriceSpecification, a MonetaryAmountDistribution, or several of these.
        currency: What holds where they name none.
        is_estimated: Whether it is a guess.

    Returns:
        Components, without those of 0 (which means: none said); and what is said in words.
    """
    components: list[PayComponent] = []
    words: list[str] = []
    _collect(said, currency, None, "Salary", is_estimated, components, words)
    return tuple(dict.fromkeys(components)), "; ".join(dict.fromkeys(words)) or None


def _collect(
    said: Any,
    currency: str | None,
    unit: str | None,
    kind: str,
    is_estimated: bool,
    components: list[PayComponent],
    words: list[str],
    depth: int = 0,
) -> None:
    if depth > DEEPEST:
        return
    for one in _all(said):
        if isinstance(one, dict):
            currency_here = _line([one.get("currency"), one.get("pricecurrency")]) or currency
            unit_here = (
                _line([one.get(key) for key in ("unittext", "unitcode", "duration")]) or unit
            )
            name = _line(one.get("name")) if is_estimated else None
            kind_here = kind if name is None or name.casefold() == "base" else name
            low = _figure(one, "minvalue", "minprice", "percentile10", "percentile25", "median")
            high = _figure(one, "maxvalue", "maxprice", "percentile90", "percentile75", "median")
            if low is None and high is None:
                inner = [one.get(key) for key in ("value", "price", "amount", "pricespecification")]
                _collect(
                    *(inner, currency_here, unit_here, kind_here, is_estimated, components, words),
                    depth=depth + 1,
                )
                continue
        else:
            currency_here, unit_here, kind_here = currency, unit, kind
            text = _line(one) or ""
            span = _RANGE.fullmatch(text) if isinstance(one, str) else None
            low, high = (_amount(span[1]), _amount(span[2])) if span else (_amount(one),) * 2
            if low is None and high is None and isinstance(one, str) and re.search("[1-9]", text):
                words.append(text if _LONG_WORD.search(text) else _in_words(currency, text, unit))
                continue
        if low is None and high is None:
            continue
        unit_said = _PREFIX.sub("", unit_here) if unit_here else None
        components.append(
            PayComponent(
                type=kind_here,
                min=low,
                max=high,
                currency=currency_here,
                interval=_UNITS.get(unit_said.upper(), unit_said) if unit_said else None,
                is_estimated=is_estimated,
            )
        )


_LONG_WORD = re.compile(r"[^\W\d_]{4}")


def _in_words(currency: str | None, text: str, unit: str | None) -> str:
    per = f"per {_PREFIX.sub('', unit).lower()}" if unit else None
    return " ".join(part for part in (currency, text, per) if part)


def _figure(node: Node, *names: str) -> float | int | str | None:
    for name in names:
        for one in _all(node.get(name)):
            amount = _amount(one.get("value") if isinstance(one, dict) else one)
            if amount is not None:
                return amount
    return None


def _amount(said: Any) -> float | int | str | None:
    """A figure as said; None where it is none, or 0."""
    if isinstance(said, bool):
        return None
    if isinstance(said, int | float):
        return said if 0 < said < math.inf and said < 10**15 else None
    if isinstance(said, str) and len(said) <= 40 and _FIGURE.fullmatch(said):
        return said.strip() if re.search(r"[1-9]", said) else None
    return None


# --- days ----------------------------------------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=T|\Z)")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]+(?:de )?([^\W\d]{3,})\.?,?[\s-]+(?:de )?(\d{4})"
)
_MONTH_DAY = re.compile(r"([^\W\d]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")


def day_of(said: Any, latest: date) -> date | None:
    """The day that a property means, in any of the shapes that sites use.

    The day is that of UTC; midnight at any offset stands for the day itself.

    Args:
        said: ISO 8601, epoch seconds or milliseconds, or a written date.
        latest: A later day is no date.

    Returns:
        The day; None where there is none, where it is ambiguous (02/03/2026), or out of range.
    """
    for one in _all(said):
        try:
            found = _day(one)
        except (ValueError, OverflowError, OSError):
            continue
        if found and EARLIEST <= found <= latest:
            return found
    return None


def _day(said: Any) -> date | None:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    text = str(said).strip()
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}", text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC).date()
    if match := _ISO.match(text):
        return _day_of_instant(match)
    if match := _COMPACT.match(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.match(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHED.match(text):
        first, second, year = (int(part) for part in match.groups())
        if first > 12 or first == second:
            return date(year, second, first)
        return date(year, first, second) if second > 12 else None
    for pattern, month_at, day_at in ((_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        for match in pattern.finditer(text):
            month = _months().get(match[month_at].casefold())
            if month:
                return date(int(match[3]), month, int(match[day_at]))
    return None


def _day_of_instant(match: re.Match[str]) -> date:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    zone = (match[7] or "").upper().replace(":", "")
    if not zone.startswith(("+", "-")) or not (hour or minute or second):
        return date(year, month, day)
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:] or 0))
    instant = datetime(year, month, day, hour % 24, minute, second % 60, tzinfo=UTC)
    return (instant - ahead if zone[0] == "+" else instant + ahead).date()


@cache
def _months() -> dict[str, int]:
    """Months by name, whole and short, in `MONTH_LANGUAGES`."""
    return {
        name.rstrip(".").casefold(): number
        for language in reversed(MONTH_LANGUAGES)
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
    } | {"sept": 9}


# --- addresses -----------------------------------------------------------------------------------

_TRACKING = re.compile(
    r"utm_\w+|(?:g|fb|d)clid|[gw]braid|msclkid|mc_[ce]id|_ga|_gl|gh_src|lever-(?:source|origin).*|trk|src|source"
    r"|referrer|(?:php|j)?sess(?:ion)?id",
    re.IGNORECASE,
)
_ORIGINS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (source, host, re.compile(path))
    for source, host, path in (
        ("greenhouse", "boards.greenhouse.io", r"/[^/]+/jobs/(\d+)"),
        ("greenhouse", "job-boards.greenhouse.io", r"/[^/]+/jobs/(\d+)"),
        ("greenhouse", "job-boards.eu.greenhouse.io", r"/[^/]+/jobs/(\d+)"),
        ("lever", "jobs.lever.co", r"/[^/]+/([\da-f]{8}-[\da-f-]{27})"),
        ("lever", "jobs.eu.lever.co", r"/[^/]+/([\da-f]{8}-[\da-f-]{27})"),
        ("ashby", "jobs.ashbyhq.com", r"/[^/]+/([\da-f]{8}-[\da-f-]{27})"),
        ("workable", "apply.workable.com", r"/(?:[^/]+/)?j/([\dA-F]{10})"),
        ("smartrecruiters", "jobs.smartrecruiters.com", r"/[^/]+/(\d{9,})"),
        ("bamboohr", "bamboohr.com", r"/careers/(\d+)"),
    )
)
"""Public pages of platforms that our own spiders read: where the id stands in their addresses."""


def origin_of(url: str) -> tuple[str, str] | None:
    """The platform that an address belongs to, and the advert's id there.

    Args:
        url: The address of an advert's page, or one that it is embedded in (`gh_jid`, `ashby_jid`).

    Returns:
        A source and the id that its spider gives the advert; None where neither is certain.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    for source, key, shape in (
        ("greenhouse", "gh_jid", r"\d+"),
        ("ashby", "ashby_jid", r"[\da-f-]{36}"),
    ):
        if re.fullmatch(shape, query.get(key, "")):
            return source, query[key]
    for source, suffix, path in _ORIGINS:
        is_host = host.endswith(f".{suffix}") if suffix == "bamboohr.com" else host == suffix
        if is_host and (match := path.match(parts.path)):
            return source, match[1]
    return None


def stable(url: str, *, with_fragment: bool = False) -> str:
    """An address without what differs between links to the same page.

    Args:
        url: An absolute address.
        with_fragment: Whether the part after `#` tells pages apart.

    Returns:
        Host (without `www.`), path and query without tracking parameters.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url.strip()
    query = urlencode(
        [
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(key)
        ]
    )
    path = re.sub(r";jsessionid=[^/?#]*", "", parts.path, flags=re.IGNORECASE).rstrip("/")
    tail = f"#{parts.fragment}" if with_fragment and parts.fragment else ""
    return encodable(f"{host}{port}{path}{f'?{query}' if query else ''}{tail}") or url.strip()


def identify(node: Node, page: Node, url: str) -> tuple[str, str]:
    """What an advert is known by.

    An `identifier` counts where the page's address has it too, so that it is this advert's own;
    many sites give all adverts the same. Else it is the address: a canonical one where that says as
    much as the page's own.

    Args:
        node: The advert.
        page: Its page.
        url: The address of the page.

    Returns:
        Its id, unique over all sites, and its address.
    """
    said = [text for text in map(_text, _all(node.get("url"))) if text]
    name = _identifier(node)
    if len(page["postings"]) > 1:
        links = [absolute(url, text) for text in said]
        own = next(
            (link for link in links if stable(link, with_fragment=True) != stable(url)), None
        )
        if own:
            return stable(own, with_fragment=True), own
        return (f"{stable(url)}#{_slug(name)}" if name else stable(url)), url
    link = url
    for text in [page.get("canonical"), *said]:
        if text and _says_as_much(better := absolute(url, text), url):
            link = better
            break
    if name and re.search(r"\d{3}", name) and name in _words_of(url):
        return f"{stable(link).partition('/')[0]}#{name}", link
    return stable(link), link


def _words_of(url: str) -> set[str]:
    """What stands between the separators of an address, coarse and fine."""
    text = unquote(url)
    parts = re.split(r"[/?&=#]", text)
    return {*parts, *re.split(r"\W|_", text), *(part.partition("-")[0] for part in parts)}


def absolute(base: str, link: str) -> str:
    """A link as an address of its own; empty where it is none.

    Args:
        base: Address of the page that has the link.
        link: As it stands there.
    """
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def _says_as_much(link: str, url: str) -> bool:
    there, here = stable(link), stable(url)
    if there == here:
        return link.startswith(("http://", "https://"))
    path, _, query = there.partition("?")
    own_path, _, own_query = here.partition("?")
    return (
        path.split("/")[0] == own_path.split("/")[0]
        and path.count("/") >= max(1, own_path.count("/"))
        and (bool(query) or not own_query)
    )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"\w+", text.casefold()))[:80]
