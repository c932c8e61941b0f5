"""Scores of mentions on hand-counted cases, and the properties of the intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.score.intervals import Counts, bootstrap_f1, total, wilson
from warehouse.score.mentions import score_mentions

ROWS = [
    {"id": "1", "labels": ["pytorch", "jax"], "optional": []},
    {"id": "2", "labels": ["keras"], "optional": ["tensorrt"]},
    {"id": "3", "labels": [], "optional": []},
]


def test_labels_are_counted_by_document_and_by_label() -> None:
    score = score_mentions(ROWS, {"1": {"pytorch"}, "2": {"keras", "tensorrt"}, "3": {"ray"}})
    assert score.total == Counts(tp=2, fp=1, fn=1)
    assert score.by_document == {"1": Counts(1, 0, 1), "2": Counts(1, 0, 0), "3": Counts(0, 1, 0)}
    assert score.by_label == {
        "jax": Counts(0, 0, 1),
        "keras": Counts(1, 0, 0),
        "pytorch": Counts(1, 0, 0),
        "ray": Counts(0, 1, 0),
    }
    assert score.precision.estimate == pytest.approx(2 / 3)
    assert score.f1.low <= score.f1.estimate <= score.f1.high


def test_an_optional_label_counts_neither_way() -> None:
    with_it = score_mentions(ROWS, {"2": {"keras", "tensorrt"}})
    without = score_mentions(ROWS, {"2": {"keras"}})
    assert with_it.total == without.total


def test_a_missing_prediction_is_an_empty_one() -> None:
    assert score_mentions(ROWS, {}).total == Counts(tp=0, fp=0, fn=3)


def test_wilson_agrees_with_its_closed_form() -> None:
    k, n, z = 45, 50, 1.959963984540054
    centre = (k / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    interval = wilson(k, n)
    assert interval.low == pytest.approx(centre - half)
    assert interval.high == pytest.approx(centre + half)
    with pytest.raises(ValueError, match="k"):
        wilson(3, 2)


def test_no_cases_tell_nothing() -> None:
    assert wilson(0, 0) == (1.0, 0.0, 1.0)
    assert bootstrap_f1([]) == (1.0, 0.0, 1.0)


def test_the_bootstrap_draws_documents() -> None:
    even = bootstrap_f1([Counts(1, 1, 0)] * 50)
    assert even.low == even.estimate == even.high == pytest.approx(2 / 3)
    uneven = bootstrap_f1([Counts(2, 0, 0), Counts(0, 2, 0)] * 25)
    assert uneven.low < 2 / 3 < uneven.high
    assert uneven.estimate == pytest.approx(2 / 3)
    assert uneven == bootstrap_f1([Counts(2, 0, 0), Counts(0, 2, 0)] * 25)


@given(st.lists(st.builds(Counts, *[st.integers(0, 5)] * 3), max_size=12))
def test_f1_lies_between_precision_and_recall(documents: list[Counts]) -> None:
    counts = total(documents)
    assert 0 <= counts.f1 <= 1
    if counts.tp:
        bounds = sorted([counts.precision, counts.recall])
        assert bounds[0] - 1e-12 <= counts.f1 <= bounds[1] + 1e-12
