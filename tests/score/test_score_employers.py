"""What counts as right for pairs of employers' names, and how well they meet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from warehouse.normalise.employer import company_key
from warehouse.score.employers import NamePair, score_employers
from warehouse.score.intervals import Counts

LABELLED = Path(__file__).parents[1] / "normalise" / "employer_pairs.csv"


@pytest.mark.parametrize(
    ("one", "other", "is_same", "counts"),
    [
        ("Acme", "ACME", True, Counts(tp=1)),
        ("Acme", "Bolt", True, Counts(fn=1)),
        ("Acme", "acme", False, Counts(fp=1)),
        ("Acme", "Bolt", False, Counts()),
    ],
)
def test_a_pair_is_right_or_wrong(one, other, is_same, counts):
    assert score_employers([NamePair(one, other, is_same)], str.casefold) == counts


def test_pairs_are_added_up():
    pairs = [
        NamePair("Acme", "ACME", True),
        NamePair("Acme", "Acme Inc", True),
        NamePair("Bolt", "BOLT", False),
    ]
    assert score_employers(pairs, str.casefold) == Counts(tp=1, fp=1, fn=1)
    assert score_employers([], str.casefold) == Counts()


def test_labelled_names_meet():
    rows = list(csv.DictReader(LABELLED.read_text(encoding="utf-8").splitlines()))
    pairs = [NamePair(row["name_a"], row["name_b"], row["is_same"] == "true") for row in rows]
    assert len(set(pairs)) == len(rows) > 200
    counts = score_employers(pairs, company_key)
    assert counts.precision > 0.95
    assert counts.recall > 0.9
