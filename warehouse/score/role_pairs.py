"""How well adverts of one role are put together, on pairs of adverts that people labelled.

Belongs here: what is right for a pair, and reading the labels (`labels/role_pairs.csv`: ids of
adverts of the real captures, no texts). Does not belong here: how roles are found
(`warehouse.matching`).

Each pair was labelled by two people, independently and by reading; the 115 of 547 pairs of which
one of them was unsure or on which they differed were left out. Pairs are hard where word overlap
says little: nearly the same text with another title, country or level, comments reworded by a
tenth to three quarters. Thresholds were set with the half "tuned" in view, the half "kept" tried
once.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

from warehouse.score.intervals import Counts


class LabelledPair(NamedTuple):
    """Two adverts, and whether people hold them to be for one role."""

    posting_a: str
    posting_b: str
    is_same: bool
    type: str
    is_hard: bool
    half: str  # "tuned" or "kept"

    @property
    def name(self) -> str:
        """Both ids, for a list of mistakes."""
        return f"{self.posting_a} = {self.posting_b}"


def labelled_pairs() -> list[LabelledPair]:
    """The labelled pairs that come with the project."""
    with (files("warehouse.score") / "labels" / "role_pairs.csv").open(encoding="utf-8") as lines:
        return [
            LabelledPair(
                row["posting_a"],
                row["posting_b"],
                row["is_same"] == "true",
                row["type"],
                row["is_hard"] == "true",
                row["half"],
            )
            for row in csv.DictReader(lines)
        ]


def score_pairs(
    pairs: Iterable[LabelledPair], role_of: Mapping[str, str]
) -> list[tuple[LabelledPair, Counts]]:
    """Compare the roles that adverts were put in with the labels.

    Args:
        pairs: Labelled pairs.
        role_of: `role_id` by `posting_id`; pairs of which an advert is not there are left out.

    Returns:
        For each pair right, superfluous and missed joins: both of one role and joined is right.
    """
    scored = []
    for pair in pairs:
        if pair.posting_a not in role_of or pair.posting_b not in role_of:
            continue
        is_joined = role_of[pair.posting_a] == role_of[pair.posting_b]
        outcome = Counts(
            int(is_joined and pair.is_same),
            int(is_joined and not pair.is_same),
            int(pair.is_same and not is_joined),
        )
        scored.append((pair, outcome))
    return scored


def parts(scored: Sequence[tuple[LabelledPair, Counts]]) -> dict[str, list[Counts]]:
    """The counts of pairs by the parts that are reported.

    Args:
        scored: As `score_pairs` gives them.
    """
    chosen: dict[str, Callable[[LabelledPair], bool]] = {
        "same role": lambda _: True,
        "same role: hard pairs": lambda pair: pair.is_hard,
        "same role: pairs not tuned on": lambda pair: pair.half == "kept",
        "same role: hard pairs not tuned on": lambda pair: pair.is_hard and pair.half == "kept",
    }
    return {
        name: [counts for pair, counts in scored if belongs(pair)]
        for name, belongs in chosen.items()
    }
