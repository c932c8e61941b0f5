"""The data dictionary in docs/ is the one that the headers give."""

from __future__ import annotations

from pathlib import Path

from warehouse.publish.dictionary import page

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_data_dictionary_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
