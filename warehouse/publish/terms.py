"""What is known beforehand of each source and article: names for people, and what they hold.

Belongs here: reading `source_terms.csv` and `articles.csv`. Does not belong here: what a run has
seen of a source (tables of `out`), or the words around it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def source_terms() -> Mapping[str, Mapping[str, str]]:
    """The facts on each source, by its name in the tables: name, what, time_basis, terms, url."""
    return _by_name("source_terms.csv", "source")


@cache
def articles() -> Mapping[str, Mapping[str, str]]:
    """The facts on each article, by the name that claims give it: title, kind, published."""
    return _by_name("articles.csv", "article")


def articles_named(cell: str) -> list[str]:
    """The names of articles in a cell of `out.claim_verdicts.article`."""
    return [name.strip() for name in cell.split(",") if name.strip()]


def _by_name(file: str, key: str) -> dict[str, dict[str, str]]:
    text = (files("warehouse.publish") / file).read_text(encoding="utf-8")
    return {row[key]: row for row in csv.DictReader(text.splitlines())}


def source_name(source: str) -> str:
    """A source as people call it; one that nobody described keeps the name of the tables."""
    return source_terms().get(source, {"name": source})["name"]
