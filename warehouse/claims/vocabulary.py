"""The terms that claims may look for: every technology, family and topic that normalisers find.

Belongs here: reading which there are. Does not belong here: how they are found
(`warehouse.normalise.mentions`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def families() -> Mapping[str, str]:
    """Give the family of each technology and topic of the vocabulary.

    Returns:
        Family by technology; the technology itself where it has none.
    """
    table = resources.files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["technology"]: row["family"] for row in rows}


@cache
def known_terms() -> frozenset[str]:
    """Give every term that a claim may look for."""
    return frozenset({*families(), *families().values()})
