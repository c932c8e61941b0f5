"""The phrase tables of the sample market, and how a phrase becomes a sentence.

Belongs here: reading the tables of `phrases/` and filling one phrase. Does not belong here: which
phrases make up an advert (`texts`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "phrases"

_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def table(name: str) -> Any:
    """Read one table; a text block becomes a tuple of its lines.

    Args:
        name: The stem of a YAML file in `phrases/`.

    Returns:
        The nesting of the file, with tuples of phrases at its leaves.
    """
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        return _as_lines(yaml.safe_load(file))


def _as_lines(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _as_lines(value) for key, value in node.items()}
    if isinstance(node, str) and node.endswith("\n"):
        return tuple(node.splitlines())
    return node


@cache
def places() -> tuple[Mapping[str, str], ...]:
    """The rows of `phrases/places.csv`."""
    with (FOLDER / "places.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def fill(phrase: str, slots: Mapping[str, str], rng: Random) -> str:
    """Make a sentence of a phrase.

    Args:
        phrase: Text with `<a|b>` choices and `{slot}` gaps.
        slots: What goes into the gaps.
        rng: Decides the choices.

    Returns:
        The sentence.

    Raises:
        KeyError: The phrase has a gap that no slot fills.
    """
    if "<" in phrase:
        phrase = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), phrase)
    if "{" in phrase:
        phrase = _SLOT.sub(lambda m: slots[m[1]], phrase)
    return phrase
