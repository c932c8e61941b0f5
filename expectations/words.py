"""What an expectation means in words, without importing Great Expectations.

Belongs here: the first line of each docstring of `expectations.vocabulary`, and parameters in
words. Does not belong here: the pages of Data Docs (`expectations.datadocs`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from expectations.check import Check

_SAID_BY_NAME = ("ExpectNoOffender", "ExpectSteadyMeasure")
"""Expectations whose rule is written in the check: its name says it best."""
SHOWN_VALUES = 12
"""Of the words that a column may hold, how many are listed."""


@cache
def _kinds() -> Mapping[str, str]:
    # Importing the vocabulary takes five seconds; Dagster loads these words with the definitions.
    path = Path(__file__).with_name("vocabulary.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name: (ast.get_docstring(node) or "").splitlines()[0]
        for node in tree.body
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node)
    }


def expected(check: Check) -> str:
    """What a check expects, as a sentence or two.

    Args:
        check: Any of the catalogue.

    Raises:
        KeyError: Its expectation is not in the vocabulary.
    """
    said = [_kinds()[check.expectation]]
    if check.expectation in _SAID_BY_NAME:
        said = [f"{check.name.replace('_', ' ').capitalize()}."]
    details = [
        f"{name.replace('_', ' ')} {_listed(value)}"
        for name, value in check.kwargs.items()
        if name != "mostly"
    ]
    if details:
        said.append(f"Here: {'; '.join(details)}.")
    if "mostly" in check.kwargs:
        said.append(f"At least {100 * check.kwargs['mostly']:g} % of the rows keep it.")
    return " ".join(said)


def found(check: Check, observed: Mapping[str, Any]) -> str:
    """What a check found, as a sentence.

    Args:
        check: Any of the catalogue.
        observed: `unexpected_count` of `element_count` rows, as the runner says.
    """
    broken, looked_at = observed["unexpected_count"], observed["element_count"]
    rows = "row" if looked_at == 1 else "rows"
    if not broken:
        return f"all {looked_at:,} {rows} looked at keep the rule" if looked_at else "no rows"
    few = " (few enough to pass)" if _is_few(check, broken, looked_at) else ""
    return f"{broken:,} of {looked_at:,} {rows} looked at break the rule{few}"


def _is_few(check: Check, broken: int, looked_at: int) -> bool:
    mostly = check.kwargs.get("mostly", 1.0)
    return bool(looked_at) and broken <= (1 - mostly) * looked_at


def _listed(value: object) -> str:
    values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    more = f" and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
    return ", ".join(map(str, values[:SHOWN_VALUES])) + more
