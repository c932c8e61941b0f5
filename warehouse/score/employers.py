"""How well spellings of employers meet: one right or wrong answer a pair of names.

Belongs here: labelled pairs of names (`labels/employer_pairs.csv`) and counting them. Does not
belong here: the key under which names meet (`warehouse.normalise.employer`).

Pairs were drawn from the captures and boards: names that met, names that nearly did, and names of
which one begins with the other. One person labelled them by reading; those that could not be
decided were left out. Rules and aliases were mended where they failed on them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import NamedTuple

from warehouse.score.intervals import Counts


class NamePair(NamedTuple):
    """Two names, and whether they are one employer's."""

    name_a: str
    name_b: str
    is_same: bool


def labelled_names() -> list[NamePair]:
    """The labelled pairs that come with the project."""
    path = files("warehouse.score") / "labels" / "employer_pairs.csv"
    with path.open(encoding="utf-8") as lines:
        return [
            NamePair(row["name_a"], row["name_b"], row["is_same"] == "true")
            for row in csv.DictReader(lines)
        ]


def score_employers(
    pairs: Iterable[NamePair], key: Callable[[str], str]
) -> list[tuple[NamePair, Counts]]:
    """Count which pairs of names meet under a key, and which should.

    Args:
        pairs: Labelled pairs.
        key: The key of a name, e.g. `company_key`.

    Returns:
        For each pair: one that meets rightly is a true positive, one that meets wrongly a false
        positive, one employer's names that stay apart a false negative.
    """
    return [(pair, _counts(pair, key(pair.name_a) == key(pair.name_b))) for pair in pairs]


def _counts(pair: NamePair, is_met: bool) -> Counts:
    return Counts(
        tp=int(is_met and pair.is_same),
        fp=int(is_met and not pair.is_same),
        fn=int(pair.is_same and not is_met),
    )
