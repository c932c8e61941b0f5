"""The example queries of docs/queries.md, for the prompt and for the test that runs each.

Belongs here: reading that page. Does not belong here: the queries themselves (the page owns them),
or running one (`query`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_PLACES = (
    Path(__file__).parents[1] / "docs" / "queries.md",
    Path(__file__).with_name("queries.md"),  # where the wheel has it
)
_MARK = "<!-- may be empty -->"
_PART = re.compile(
    r"^## (?P<group>[^\n]+)$"
    r"|^### (?P<title>[^\n]+)\n(?P<note>(?:(?!#|```)[^\n]*\n)*)```sql\n(?P<sql>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Example(NamedTuple):
    """One documented query.

    Attributes:
        group: Heading that it stands under.
        title: What it asks.
        note: What it tells, and its traps.
        sql: The statement.
        may_be_empty: Whether no row is an answer too.
    """

    group: str
    title: str
    note: str
    sql: str
    may_be_empty: bool


@cache
def examples() -> tuple[Example, ...]:
    """The examples in the order of the page; none where the page is not there."""
    path = next((place for place in _PLACES if place.is_file()), None)
    return parse(path.read_text(encoding="utf-8")) if path else ()


def parse(page: str) -> tuple[Example, ...]:
    """The examples of a page: each `###` heading with text and a block of SQL under it."""
    found = []
    group = ""
    for part in _PART.finditer(page):
        if part["group"]:
            group = part["group"].strip()
            continue
        note = " ".join(part["note"].replace(_MARK, "").split())
        is_marked = _MARK in part["note"]
        found.append(Example(group, part["title"].strip(), note, part["sql"].strip(), is_marked))
    return tuple(found)
