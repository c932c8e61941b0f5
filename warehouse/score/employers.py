"""How well spellings of employers meet: one right or wrong answer a pair of names.

Belongs here: counting pairs. Does not belong here: the labelled pairs
(`tests/normalise/employer_pairs.csv`), or the key under which names meet (`normalise.employer`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from warehouse.score.intervals import Counts, total


class NamePair(NamedTuple):
    """Two names, and whether they are one employer's."""

    name_a: str
    name_b: str
    is_same: bool


def score_employers(pairs: Iterable[NamePair], key: Callable[[str], str]) -> Counts:
    """Count which pairs of names meet under a key, and which should.

    Args:
        pairs: Labelled pairs.
        key: The key of a name, e.g. `company_key`.

    Returns:
        A pair that meets rightly is a true positive, one that meets wrongly a false positive, one
        employer's names that stay apart a false negative.
    """
    return total([_counts(pair, key(pair.name_a) == key(pair.name_b)) for pair in pairs])


def _counts(pair: NamePair, is_met: bool) -> Counts:
    return Counts(
        tp=int(is_met and pair.is_same),
        fp=int(is_met and not pair.is_same),
        fn=int(pair.is_same and not is_met),
    )
