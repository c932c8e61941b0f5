"""What is known of each source beforehand: its name for people, and what it holds.

Belongs here: reading `source_terms.csv`. Does not belong here: what a run has seen of a source
(tables of `out`), or the words around it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def source_terms() -> Mapping[str, Mapping[str, str]]:
    """The facts on each source, by its name in the tables: name, what, time_basis, terms, url."""
    text = (files("warehouse.publish") / "source_terms.csv").read_text(encoding="utf-8")
    return {row["source"]: row for row in csv.DictReader(text.splitlines())}


def source_name(source: str) -> str:
    """A source as people call it; one that nobody described keeps the name of the tables."""
    return source_terms().get(source, {"name": source})["name"]
