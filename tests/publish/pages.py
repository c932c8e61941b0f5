"""The report page of a small warehouse, and what is read off it.

Belongs here: rendering and reading for the tests of the page's sections. Does not belong here:
assertions, or the tables of the hostile corpus (`tables`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.publish.tables import RUN
from warehouse.publish.report import render_report


def rendered(script: str, **more: Any) -> LexborHTMLParser:
    """The page of a warehouse whose tables of `out` are made by `script`."""
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA out;" + script)
        return LexborHTMLParser(render_report(con, {**RUN, **more}))


def parsed(data: Path) -> LexborHTMLParser:
    """The published page of a data directory."""
    return LexborHTMLParser((data / "published" / "index.html").read_text(encoding="utf-8"))


def section(page: LexborHTMLParser, name: str) -> LexborNode:
    """A section of the page by the id of its heading."""
    found = page.css_first(f"section[aria-labelledby={name}]")
    assert found is not None, f"the page has no section {name}"
    return found


def texts(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    """Texts of what a selector finds, blanks and line ends as one blank."""
    return [" ".join(found.text(separator=" ").split()) for found in node.css(selector)]


def shapes(svg: str) -> list[dict[str, str]]:
    """What is drawn, each with its tag and all attributes, those of its groups included."""
    found: list[dict[str, str]] = []

    def walk(element: ET.Element, held: dict[str, str]) -> None:
        own = {**held, **element.attrib, "tag": element.tag.rpartition("}")[2]}
        if own["tag"] not in ("g", "svg"):
            found.append({**own, "text": element.text or ""})
        for child in element:
            walk(child, own)

    walk(ET.fromstring(svg), {})
    return found
