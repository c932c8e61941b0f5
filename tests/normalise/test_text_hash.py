"""Which texts count as copies of one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.posting import line_hash, text_hash

COPIES = [
    pytest.param("We train models in PyTorch.", "WE TRAIN MODELS IN PYTORCH", id="case"),
    pytest.param("We train\n\n  models", "We train models", id="spacing"),
    pytest.param("Tensor Flow", "TensorFlow", id="no-space"),
    pytest.param("It's a “team” – ours…", 'It’s a "team" - ours...', id="typography"),
    pytest.param("• Python\n• Go", "* Python\n* Go", id="bullets"),
    pytest.param("É Ü Ж", "é ü ж", id="case-beyond-ascii"),
    pytest.param("Köln 🚀 · remote", "Köln, remote", id="symbols-beside-letters"),
    pytest.param("Pay: €60k™", "Pay 60k", id="currency"),
]


@pytest.mark.parametrize(("one", "other"), COPIES)
def test_copies_are_equal(one: str, other: str) -> None:
    assert text_hash(one) == text_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("PyTorch 1", "PyTorch 2"), ("résumé", "resume"), ("机器学习", "机器人"), ("", "a")],
)
def test_other_letters_are_another_text(one: str, other: str) -> None:
    assert text_hash(one) != text_hash(other)


@given(st.text(st.characters(), max_size=60))
def test_any_text_has_a_hash(text: str) -> None:
    assert len(text_hash(text)) == 32
    assert text_hash(text) == text_hash(f" {text}!\n")


def test_a_line_is_known_by_a_position_in_it() -> None:
    text = "First line\nSecond, line\nThird"
    assert line_hash(text, text.index("Second")) == line_hash("second line", 0)
    assert line_hash(text, 0) == text_hash("first line")[:16]
    assert line_hash(text, len(text)) == text_hash("third")[:16]
