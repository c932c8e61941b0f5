"""Previews and drawings on Dagster's pages: inert, and small enough to be shown in place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.previews import (
    CELL_CHARS,
    IN_PLACE,
    SAMPLE,
    VERDICTS,
    Judged,
    Point,
    Range,
    bars,
    forest,
    line,
    ranges,
    table,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "`` ![x](http://evil.example/x.png) ``",
    "| a | b |\n|---|---|",
    "\\| x",
    "&lt;img src=x onerror=alert(1)&gt;",
    "https://evil.example www.evil.example",
    "\u202edrowssap\u2066",
    "a\x00b\x1b[31m",
    "\ud800 half a pair",
    "# heading",
    "```\ncode\n```",
    "$$x$$ :smile: ~~x~~",
]


def cells(text: str) -> list[str]:
    lines = text.split("\n")
    assert lines[1] == "| --- |"
    assert len(lines) == 3
    return lines[2:]


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_value_is_one_code_span_in_one_cell(value: str) -> None:
    [row] = cells(table(["title"], [[value]]))
    assert row == "|  |" or re.fullmatch(r"\| `[^`|\\\n]+` \|", row)
    assert len(row) <= CELL_CHARS + 6
    assert not set(row) & set(
        "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x1b\x00"
    )
    row.encode("utf-8")


def test_days_are_not_broken_at_their_hyphens() -> None:
    assert cells(table(["day"], [[date(2026, 10, 31)]])) == ["| `2026\u201110\u201131` |"]
    assert cells(table(["day"], [[None]])) == ["|  |"]


def drawn(text: str) -> ElementTree.Element:
    match = re.search(r"!\[\w+\]\(<data:image/svg\+xml,([^<>]*)>\)", text)
    assert match
    assert not re.search(r"[<>#\"\n]", match[1])
    return ElementTree.fromstring(unquote(match[1]))


@given(
    st.lists(
        st.builds(
            Point,
            st.just("2026-01"),
            st.none() | st.floats(-1e6, 1e6),
            st.none() | st.floats(-1e6, 1e6),
            st.none() | st.floats(-1e6, 1e6),
        ),
        max_size=200,
    ),
    st.booleans(),
)
def test_a_line_of_anything_is_shown_in_place(points: list[Point], is_log: bool) -> None:
    text = line(points, "PyTorch : TensorFlow", is_log=is_log)
    if text:
        assert len(text) < IN_PLACE
        assert len(text) + len(SAMPLE) + 2 <= 1_000
        assert drawn(text).tag.endswith("svg")


def test_a_line_says_from_what_to_what_it_goes() -> None:
    points = [Point("2024", None), Point("2025", 0.5, 0.4, 0.6), Point("2026", 2.0, 1.5, None)]
    assert line(points, "ratio", is_log=True).endswith("ratio\n\n2025: 0.5 → 2026: 2")
    assert line(points[:2], "ratio") == ""


def test_counts_become_one_bar() -> None:
    text = bars({"supported": 12, "contradicted": 0, "undetermined": 27}, "Claims", VERDICTS)
    assert "12 supported, 0 contradicted, 27 undetermined" in text
    assert len(text) < IN_PLACE
    assert [e.text for e in drawn(text).iter() if e.tag.endswith("text")] == ["12", "27"]
    assert bars({}, "Claims", VERDICTS) == ""


def test_a_forest_has_a_row_for_each_claim_against_what_is_claimed() -> None:
    rows = [
        Judged("hire_more", "supported", 2.3, 1.9, 2.8, 1.0, 1.0),
        Judged("pay_both", "undetermined", 212_500, None, None, 210_000, 500_000),
        Judged("same", "undetermined", 1.0, 1.0, 1.0, 1.0, 1.0),
    ]
    svg = drawn(forest(rows, "all"))
    assert [e.text for e in svg.iter() if e.tag.endswith("text")] == [
        "hire_more",
        "pay_both",
        "same",
    ]
    # All of the first interval lies above the bound.
    claimed, interval = svg.find(".//{*}rect"), svg.find(".//{*}path")
    assert claimed is not None
    assert interval is not None
    assert int(claimed.attrib["x"]) < int(interval.attrib["d"].split()[0].removeprefix("M"))
    assert forest([], "all") == ""


@pytest.mark.parametrize("n", [0, 1, 14])
def test_ranges_share_one_scale(n: int) -> None:
    text = ranges([Range(f"g{i}", "#c2500a", 100.0, 150.0, 200.0 + i) for i in range(n)], "pay")
    assert bool(text) == bool(n)
    if n:
        assert len([e for e in drawn(text).iter() if e.tag.endswith("circle")]) == n
