"""The section on pay: which cells are drawn, which are too thin, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborNode

from tests.publish.pages import parsed, rendered, section, shapes, texts
from tests.publish.tables import SCRIPT_TITLE
from warehouse.publish.charts_pay import Bar, pay_chart

TABLE = """CREATE TABLE out.pay_by_framework_level AS SELECT
    framework, level, family, country, n_roles, 9 AS n_companies, n_paid AS n_roles_paid,
    n_companies_paid, n_paid / n_roles AS disclosure_rate,
    if(p50 IS NULL, NULL, 90000) AS p10, if(p50 IS NULL, NULL, 110000) AS p25, p50,
    low AS p50_ci_low, high AS p50_ci_high, if(p50 IS NULL, NULL, 190000) AS p75,
    if(p50 IS NULL, NULL, 220000) AS p90, DATE '2025-03-02' AS window_start,
    DATE '2026-03-01' AS window_end
    FROM (VALUES {rows}) AS cells (framework, level, family, country, n_roles, n_paid,
        n_companies_paid, p50, low, high)"""


def _pay(*rows: str, **more: object) -> LexborNode:
    return section(rendered(TABLE.format(rows=", ".join(rows)), **more), "pay")


def _cell(
    framework: str, level: str = "all", *, country: str = "US", family: str = "all", rest: str = ""
) -> str:
    rest = rest or "20, 12, 6, 150000::DOUBLE, 140000::DOUBLE, 160000::DOUBLE"
    return f"('{framework}', '{level}', '{family}', '{country}', {rest})"


def _known(country: str = "US", family: str = "all", n: int = 3) -> list[str]:
    levels = ("all", "mid", "senior", "staff")[:n]
    return [_cell("pytorch", level, country=country, family=family) for level in levels]


@pytest.fixture(scope="module")
def pay(published: Path) -> LexborNode:
    return section(parsed(published), "pay")


def test_what_is_said_is_computed(pay: LexborNode) -> None:
    first = texts(pay, ".panel-0 > p")[0]
    assert first == (
        "In the United States the median stated base pay is $180,000 a year (95 % interval "
        "$156,000 to $204,000; 12 roles at 6 companies) for PyTorch roles and $165,000 a year "
        "(95 % interval $143,000 to $187,000; 8 roles at 4 companies) for TensorFlow roles; for "
        "roles of any kind it is $150,000. Pay is stated at all by 50 % of PyTorch roles, 50 % of "
        "TensorFlow roles and 50 % of roles of any kind."
    )
    assert "from 2 March 2025 to 1 March 2026" in texts(pay, "p.small")[0]


def test_each_place_has_a_panel_behind_a_switch(pay: LexborNode) -> None:
    assert texts(pay, ".switch label") == ["United States", "All countries", "Germany"]
    assert [texts(pay, f".panel-{n} h3") for n in range(3)] == [
        ["United States"], ["All countries"], ["Germany"],
    ]  # fmt: skip
    assert "$162,000" in texts(pay, ".panel-1 > p")[0]
    assert len(pay.css("svg")) == 6


def test_the_table_holds_what_the_chart_does_not(pay: LexborNode) -> None:
    rows = texts(pay, ".panel-0 tbody tr")
    assert len(rows) == 15
    assert rows[0].startswith("all levels anything 80 40 40 20 50 % $150,000 $130,000 to $170,000")
    assert "all levels JAX 8 4 4 2 50 % –" in rows, "too few, and nothing made up for it"
    assert "mid PyTorch 24 12 12 6 50 % $180,000 $204,000 or less" in " ".join(rows)
    assert any(SCRIPT_TITLE in row for row in rows)


def test_thin_cells_say_so_instead_of_a_mark() -> None:
    few = "30, 4, 3, NULL, NULL, NULL"
    one_employer = "30, 9, 2, NULL, NULL, NULL"
    found = _pay(
        *_known(),
        _cell("tensorflow", rest=few),
        _cell("jax", "mid", rest=one_employer),
    )
    labels = texts(found, ".wide svg text")
    assert "too few: 4 of 30 roles state pay" in labels
    assert "too few: 2 companies state pay" in labels
    assert labels.count("fewer than 5 roles or 3 companies") == 7
    assert "Too few TensorFlow roles state pay to tell a median: 4 of 30." in found.text()
    assert "interns, junior" in texts(found, "figcaption")[0]


def test_few_roles_have_a_median_without_quartiles() -> None:
    def pale(n_paid: int) -> int:
        rest = f"20, {n_paid}, 6, 150000::DOUBLE, 140000::DOUBLE, 160000::DOUBLE"
        found = _pay(*_known()[1:], _cell("pytorch", rest=rest))
        drawn = shapes(found.css_first(".wide svg").html or "")
        return sum(shape.get("stroke-width") == "13" for shape in drawn)

    assert (pale(9), pale(10)) == (2, 3)


@pytest.mark.parametrize("missing", ["NULL", "'nan'::DOUBLE"])
def test_a_figure_that_is_missing_is_not_written(missing: str) -> None:
    found = _pay(*_known(), _cell("tensorflow", rest=f"20, 12, 6, {missing}, {missing}, {missing}"))
    assert "nan" not in (found.html or "").lower().replace("tenant", "")
    assert "for TensorFlow roles" not in texts(found, ".panel-0 > p")[0]
    opened = _pay(
        *_known()[:2], _cell("pytorch", "senior", rest=f"9, 9, 6, 150000, {missing}, 2e5")
    )
    assert "stroke-dasharray" in (opened.css_first(".wide svg").html or "")
    assert "$200,000 or less" in texts(opened, "tbody tr")[-1]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([*_known("US"), *_known("DE", n=2)], []),
        ([*_known("GB"), *_known("US", n=4)], ["United States", "United Kingdom"]),
        ([*_known("US"), *_known("all"), *_known("XK")], ["United States", "All countries", "XK"]),
        (
            [*_known("US"), *_known("US", "ml_engineer"), *_known("US", "research", n=2)],
            ["United States", "United States, machine-learning engineers"],
        ),
        (
            [row for code in ("AU", "CA", "DE", "FR", "US") for row in _known(code)],
            ["Australia", "Canada", "Germany"],
        ),
    ],
)
def test_places_and_families_with_enough_are_a_choice(rows: list[str], labels: list[str]) -> None:
    found = _pay(*rows)
    assert texts(found, ".switch label") == labels
    assert len(found.css("figure")) == max(1, len(labels))


def test_too_little_is_said_plainly() -> None:
    said = "too few roles that state pay"
    assert said in _pay(_cell("pytorch", rest="6, 2, 2, NULL, NULL, NULL")).text()
    assert said in section(rendered(""), "pay").text()


def test_sample_is_marked(sample: Path) -> None:
    found = section(parsed(sample), "pay")
    assert texts(found, "h2")[0].endswith("SAMPLE")
    assert all("SAMPLE" in [t.text() for t in svg.css("text")] for svg in found.css("svg"))
    assert len(found.css("table caption")) == len(found.css("table"))
    assert all("Sample data" in (n.attributes["aria-label"] or "") for n in found.css("[role=img]"))


def test_a_chart_of_nothing_is_refused() -> None:
    bar = Bar("pytorch", "PyTorch", {"wide": "too few", "narrow": "too few"})
    with pytest.raises(ValueError, match="no pay is known"):
        pay_chart([("all levels", [bar])], "wide", name="us", is_sample=False)
