"""The section on employers: shares by year, the largest of a year, and who went over."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborNode

from tests.publish.pages import parsed, rendered, section, shapes, texts
from tests.publish.tables import FORMULA_COMPANY, RIGHT_TO_LEFT, SCRIPT_TITLE
from warehouse.publish.charts_employers import employers_chart

TABLE = """CREATE TABLE out.company_framework_use AS SELECT
    company_id, company_id AS company, year, p > 0 AS uses_pytorch, t > 0 AS uses_tensorflow,
    p > 0 AND t > 0 AS uses_both, false AS uses_jax, 10 AS n_roles, 5 AS n_ml_roles,
    p AS n_roles_pytorch, t AS n_roles_tensorflow, least(p, t) AS n_roles_both, 0 AS n_roles_jax,
    year = 2026 AS is_partial
    FROM (VALUES {rows}) AS used (company_id, year, p, t)"""


def _employers(*rows: tuple[str, int, int, int]) -> LexborNode:
    table = TABLE.format(rows=", ".join(map(str, rows)))
    return section(rendered(table), "employers")


def _year(year: int, *, pytorch: int = 0, both: int = 0, tensorflow: int = 0) -> list[tuple]:  # type: ignore[type-arg]
    return [
        (f"{name} {n}", year, *roles)
        for name, count, roles in (
            ("p", pytorch, (1, 0)),
            ("b", both, (1, 1)),
            ("t", tensorflow, (0, 1)),
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def employers(published: Path) -> LexborNode:
    return section(parsed(published), "employers")


def test_what_is_said_is_computed(employers: LexborNode) -> None:
    assert texts(employers, "h2 + p")[0] == (
        "In 2025, the newest year that is over and has enough of them, 13 employers name PyTorch "
        "or TensorFlow: 6 PyTorch alone, 2 both and 5 TensorFlow alone. PyTorch is named by 62 % "
        "(95 % interval 36 % to 82 %) of them, TensorFlow by 54 % (95 % interval 29 % to 77 %). "
        "In 2020, of 13 employers, PyTorch was named by 23 % (95 % interval 8.2 % to 50 %), "
        "TensorFlow by 92 % (95 % interval 67 % to 99 %). Of the 119 roles of 2025 that name "
        "either, the 5 employers with the most hold 60 %, and 5 hold half."
    )


def test_years_are_drawn_and_in_the_table(employers: LexborNode) -> None:
    rows = texts(employers, "figure + details tbody tr")
    assert len(rows) == 7
    assert rows[0].startswith("2020 13 1 2 10 1 23 % 8.2 % to 50 %")
    assert rows[-1].endswith("partial")
    drawn = shapes(employers.css_first(".wide svg").html or "")
    dashed = [shape for shape in drawn if "stroke-dasharray" in shape]
    assert len(dashed) == 3, "the year that is not over, and no other"


def test_thin_years_are_in_the_table_only() -> None:
    found = _employers(*_year(2024, pytorch=6, both=4), *_year(2025, pytorch=9))
    assert [row.split()[0] for row in texts(found, "figure + details tbody tr")] == ["2024", "2025"]
    labels = texts(found, ".wide svg text")
    assert "2024" in labels
    assert "2025" not in labels
    assert (
        "In 2024, the newest year that is over and has enough of them, 10 employers" in found.text()
    )
    thin = _employers(*_year(2025, tensorflow=9))
    assert thin.css("figure") == []
    assert "No year that is over has 10 employers" in thin.text()


def test_the_largest_employers_are_named_as_texts(employers: LexborNode) -> None:
    assert texts(employers, ".switch label") == ["2026, not over", "2025"]
    assert texts(employers, ".panel-0 tbody tr")[:6] == [
        "name not known 19 10 10 1 0 26",
        "Company 5 17 9 9 1 2 25",
        f"{FORMULA_COMPANY} 14 0 14 0 0 30",
        f"{SCRIPT_TITLE} 13 0 13 0 0 29",
        f"{RIGHT_TO_LEFT} 12 0 12 0 0 28",
        "Company 3 agency 11 0 11 0 0 27",
    ]
    names = employers.css(".reflow tbody th")
    assert len(names) == 13 + 13 + 6
    assert all(name.css("bdi") for name in names), "a name turns round no text but its own"
    assert employers.css("script, [onerror]") == []


def test_the_year_with_more_roles_is_shown_first() -> None:
    old, new = _year(2025, pytorch=2), _year(2026, pytorch=3)
    assert texts(_employers(*old, *new), ".switch label") == ["2026, not over", "2025"]
    assert texts(_employers(*old, *new[:1]), ".switch label") == ["2025", "2026, not over"]
    assert texts(_employers(*old), ".switch label") == [], "nothing to choose from"


@pytest.mark.parametrize(
    ("used", "said"),
    [
        # PyTorch, TensorFlow roles of 2020, 2021, …
        ([(0, 2), (3, 0)], "e TensorFlow, 2020 2 roles PyTorch, 2021 3 roles no longer named"),
        ([(0, 1), (1, 1)], "e TensorFlow, 2020 to 2021 2 roles PyTorch, 2021 1 role still named"),
        (
            [(0, 1), (1, 1), (1, 0)],
            "e TensorFlow, 2020 to 2021 2 roles PyTorch, 2021 to 2022 2 roles no longer named",
        ),
        ([(1, 0), (0, 1)], "e PyTorch, 2020 1 role TensorFlow, 2021 1 role no longer named"),
        ([(1, 1), (1, 0)], None),
        ([(1, 0), (1, 0)], None),
        ([(0, 0), (1, 1)], None),
    ],
)
def test_who_went_over(used: list[tuple[int, int]], said: str | None) -> None:
    found = _employers(*(("e", 2020 + n, *roles) for n, roles in enumerate(used)))
    assert texts(found, ".switched ~ .reflow tbody tr") == ([said] if said else [])


def test_moves_are_counted_with_their_interval(employers: LexborNode) -> None:
    assert (
        "13 employers name either in two years or more. 6 of them (46 %, 95 % interval 23 % to "
        "71 %) named TensorFlow first and PyTorch in a later year; in the newest year in which "
        "they named either, 4 of those named PyTorch alone. None of them (0.0 %, 95 % interval "
        "0.0 % to 23 %) named PyTorch first and TensorFlow in a later year."
    ) in texts(employers, "h3 + p")[-1]


@pytest.mark.parametrize("rows", [[], [("e", 2025, 0, 0)]])
def test_too_little_is_said_plainly(rows: list[tuple[str, int, int, int]]) -> None:
    found = _employers(*rows) if rows else section(rendered(""), "employers")
    assert "This publication holds no employer that names PyTorch or TensorFlow." in found.text()


def test_a_name_that_would_flood_the_page_is_cut() -> None:
    found = _employers(("W" * 300, 2025, 3, 0))
    names = texts(found, "tbody th bdi")
    assert names == ["W" * 99 + "…"]


def test_sample_is_marked(sample: Path) -> None:
    found = section(parsed(sample), "employers")
    assert texts(found, "h2")[0].endswith("SAMPLE")
    captions = texts(found, "table caption")
    assert len(captions) == len(found.css("table"))
    assert all("SAMPLE" in caption for caption in captions)
    assert all("SAMPLE" in [t.text() for t in svg.css("text")] for svg in found.css("svg"))


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no employer"):
        employers_chart([{"n_named": 0}], "wide", is_sample=False)
