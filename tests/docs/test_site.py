"""The documentation: the site as it is built, and the pages as they lie.

Belongs here: that it builds, loads nothing from elsewhere, and leads nowhere that is not there.
Does not belong here: the examples on it (`test_examples`), or the search in a browser
(`tests.browser`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG = ROOT / "mkdocs.yml"
PAGES = sorted(DOCS.glob("*.md"))
PICTURE = DOCS / "images" / "report.png"
PICTURE_BYTES = 200_000
_LOADED = "script[src], link[href], img[src], iframe[src], source[src], video[src], audio[src]"
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", CONFIG, "-d", folder],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_loads_nothing_from_elsewhere(built: Path) -> None:
    pages = sorted(built.rglob("*.html"))
    assert len(pages) >= len(PAGES)
    for page in pages:
        tree = LexborHTMLParser(page.read_text(encoding="utf-8"))
        for node in tree.css(_LOADED):
            address = node.attributes.get("src") or node.attributes.get("href") or ""
            is_link = node.attributes.get("rel") in ("canonical", "next", "prev")
            assert is_link or not re.match(r"(?:\w+:)?//", address), (page.name, address)
        inline = " ".join(node.text() for node in tree.css("script:not([src]), style"))
        assert not re.search(r"unpkg|cdn\.|fonts\.g|@import", inline), page.name
    for sheet in built.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8"))


def test_every_page_has_its_place() -> None:
    named = list(_files(yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["nav"]))
    assert sorted(named) == [page.name for page in PAGES]


def _files(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    for child in entry.values() if isinstance(entry, dict) else entry:
        yield from _files(child)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_first_what_it_answers(page: Path) -> None:
    text = re.sub(r"\A<!--.*?-->\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    title, first, *_ = re.split(r"\n+", text)
    assert title.startswith("# ")
    assert len(first) > 40
    assert not first.startswith(("#", "|", "```", "- ", "!"))


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem)
def test_links_lead_somewhere_where_the_pages_lie(page: Path) -> None:
    """The site is checked when it is built; this is how a forge shows the files."""
    for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.is_file(), target
        assert path.is_relative_to(ROOT), target
        assert not anchor or anchor in _anchors(path), target


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_picture_of_the_report_is_small() -> None:
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size < PICTURE_BYTES
    for page in (ROOT / "README.md", DOCS / "index.md"):
        [alternative] = re.findall(
            r"!\[([^\]]+)\]\([^)]*images/report\.png\)", page.read_text("utf-8")
        )
        assert "SAMPLE" in alternative
