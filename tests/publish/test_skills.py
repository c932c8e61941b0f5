"""The heat map of skills: which are rows, in which order, how cells are coloured and marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborNode

from tests.publish.pages import parsed, rendered, section, texts
from tests.publish.tables import FORMULA_COMPANY, SCRIPT_TITLE

TABLE = """CREATE TABLE out.skill_by_framework AS SELECT
    framework, skill, kind, 'ml' AS population, n AS n_roles, 8 AS n_companies,
    80 AS n_roles_framework, 0.5::DOUBLE AS share, 0.25::DOUBLE AS share_all,
    lift::DOUBLE AS lift, low::DOUBLE AS ci_low, high::DOUBLE AS ci_high,
    DATE '2025-03-02' AS window_start, DATE '2026-03-01' AS window_end
    FROM (VALUES {rows}) AS cells (framework, skill, kind, n, lift, low, high)"""


def _row(framework: str, skill: str, lift: str, *, n: int = 20, ends: str = "") -> str:
    ends = ends or f"{lift} * 0.9, {lift} * 1.1"
    return f"('{framework}', '{skill}', 'skill', {n}, {lift}, {ends})"


def _skills(*rows: str, **more: object) -> LexborNode:
    return section(rendered(TABLE.format(rows=", ".join(rows)), **more), "skills")


def _heat(found: LexborNode) -> list[str]:
    return texts(found, ".heat tbody tr:not(.group)")


@pytest.fixture(scope="module")
def skills(published: Path) -> LexborNode:
    return section(parsed(published), "skills")


def test_rows_run_from_one_framework_to_the_other(skills: LexborNode) -> None:
    panel = skills.css_first(".panel-0")
    assert _heat(panel) == [
        "Python 20 % 3.75↑ 1.25 1.06",
        "CUDA 20 % 1.88↑ 1.88↑ ·",
        "SQL 20 % 0.62↓ 0.94 ·",
        f"{SCRIPT_TITLE} 20 % 1.00 · ·",
        f"{FORMULA_COMPANY} 20 % · 1.00 ·",
        "Keras 20 % · 2.50↑ ·",
    ]
    assert texts(panel, ".heat .group") == ["Skills", "Other frameworks"]
    assert texts(panel, ".heat thead th")[2:] == [
        "PyTorch 80 roles", "TensorFlow 80 roles", "JAX 80 roles",
    ]  # fmt: skip


def test_what_is_said_is_computed(skills: LexborNode) -> None:
    assert texts(skills, ".panel-0 > p")[0] == (
        "PyTorch roles stand out most by Python: they name it 3.75 times as often as "
        "machine-learning roles do (95 % interval 3.00 to 4.69; 60 roles at 56 companies). "
        "TensorFlow roles stand out most by CUDA: they name it 1.88 times as often as "
        "machine-learning roles do (95 % interval 1.50 to 2.34; 30 roles at 26 companies). "
        "Intervals of the two lie apart for what leans further: Python to PyTorch."
    )
    assert texts(skills, ".switch label") == ["machine-learning roles", "all roles"]
    assert "of the 10 cells about 1 would be marked" in texts(skills, ".panel-0 > p")[1]
    assert "these are machine-learning roles" in texts(skills, ".panel-1 > p")[1]
    alike = _skills(_row("pytorch", "sql", "1.0"), _row("tensorflow", "sql", "1.0"))
    assert "For no skill do the intervals of PyTorch and TensorFlow lie apart" in alike.text()


@pytest.mark.parametrize(
    ("lift", "shade"),
    [
        ("0.2", "less-3"), ("0.26", "less-2"), ("0.5", "less-2"), ("0.8", "less-1"), ("0.81", ""),
        ("1.0", ""), ("1.24", ""), ("1.25", "more-1"), ("2.0", "more-2"), ("4.0", "more-3"),
    ],
)  # fmt: skip
def test_shades(lift: str, shade: str) -> None:
    cell = _skills(_row("pytorch", "sql", lift)).css_first(".heat td:last-child")
    assert (cell.attributes["class"] or "").split()[1:] == ([shade] if shade else [])


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("1.01, 1.4", "1.20↑"),
        ("1.0, 1.4", "1.20"),
        ("0.7, 0.99", "1.20↓"),
        ("NULL, 1.4", "1.20"),
        ("'nan', 'nan'", "1.20"),
        ("'nan'::DOUBLE, 0.9", "1.20↓"),
    ],
)
def test_only_an_interval_that_leaves_out_1_is_marked(ends: str, said: str) -> None:
    assert _heat(_skills(_row("pytorch", "sql", "1.2", ends=ends))) == [f"SQL 25 % {said}"]


def test_thin_and_broken_rows_are_no_row_of_the_map() -> None:
    found = _skills(
        _row("pytorch", "python", "2.0", n=10),
        _row("pytorch", "sql", "2.0", n=9),
        _row("tensorflow", "cuda", "'nan'::DOUBLE"),
        _row("tensorflow", "go", "NULL::DOUBLE"),
    )
    assert _heat(found) == ["Python 25 % 2.00↑"]
    assert [row.split()[0] for row in texts(found, "details tbody tr")] == ["Python", "SQL"]


@pytest.mark.parametrize("rows", [[], [_row("pytorch", "sql", "2.0", n=9)]])
def test_too_little_is_said_plainly(rows: list[str]) -> None:
    found = _skills(*rows) if rows else section(rendered(""), "skills")
    assert "This publication holds no skill" in found.text()


def test_pairs_of_the_newest_whole_year(skills: LexborNode) -> None:
    assert texts(skills, "h3") == [
        "Among machine-learning roles",
        "Among all roles",
        "Named together most out of proportion, 2025",
    ]
    assert texts(skills, ".reflow tbody tr") == [
        "Keras and TensorFlow 4.00 2.67 to 6.00 30 roles 28 companies",
        f"PyTorch and {SCRIPT_TITLE} 3.00 2.00 to 4.50 20 roles 18 companies",
    ], "neither what may be chance nor what few roles carry"


def test_sample_is_marked(sample: Path) -> None:
    found = section(parsed(sample), "skills")
    assert texts(found, "h2")[0].endswith("SAMPLE")
    captions = texts(found, "table caption")
    assert len(captions) == len(found.css("table"))
    assert all("SAMPLE" in caption for caption in captions)
