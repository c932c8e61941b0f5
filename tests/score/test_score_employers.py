"""What counts as right for pairs of employers' names, and how well they meet."""

from __future__ import annotations

import pytest

from warehouse.normalise.employer import company_key
from warehouse.score.employers import NamePair, labelled_names, score_employers
from warehouse.score.intervals import Counts, total


@pytest.mark.parametrize(
    ("one", "other", "is_same", "counts"),
    [
        ("Acme", "ACME", True, Counts(tp=1)),
        ("Acme", "Bolt", True, Counts(fn=1)),
        ("Acme", "acme", False, Counts(fp=1)),
        ("Acme", "Bolt", False, Counts()),
    ],
)
def test_a_pair_is_right_or_wrong(one: str, other: str, is_same: bool, counts: Counts) -> None:
    pair = NamePair(one, other, is_same)
    assert score_employers([pair], str.casefold) == [(pair, counts)]


def test_labelled_names_meet() -> None:
    pairs = labelled_names()
    assert len(set(pairs)) == len(pairs) > 200
    counts = total([counts for _, counts in score_employers(pairs, company_key)])
    assert counts.precision > 0.95
    assert counts.recall > 0.9
