"""What the charts draw, seen in their SVG."""

from __future__ import annotations

import math
import re
from datetime import date
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.publish.pages import shapes
from warehouse.publish.charts import (
    PALETTE,
    bar_chart,
    comparison_chart,
    ratio_chart,
    share_chart,
)


def _ratios(*ratios: float | None, **changes: Any) -> list[dict[str, Any]]:
    """Years from 2018 on with these ratios; `changes` are lists by column."""
    rows = [
        {
            "period_start": date(2018 + n, 1, 1),
            "ratio": ratio,
            "ci_low": ratio and ratio / 2,
            "ci_high": ratio and ratio * 2,
            "n_named": 40,
            "is_partial": False,
        }
        for n, ratio in enumerate(ratios)
    ]
    for column, values in changes.items():
        for row, value in zip(rows, values, strict=True):
            row[column] = value
    return rows


def _papers(framework: str, *shares: float | None) -> list[dict[str, Any]]:
    return [
        {
            "period_start": date(2018 + n, 1, 1),
            "framework": framework,
            "share": share,
            "ci_low": share and share * 0.9,
            "ci_high": share and share * 1.1,
            "is_partial": False,
        }
        for n, share in enumerate(shares)
    ]


def _texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_parts_of_a_chart_claim_no_role() -> None:
    svg = ratio_chart(_ratios(0.5, 1.0, 2.0), "wide", is_sample=False)
    assert re.findall(r'\b(?:role|aria-[a-z]+)="[^"]*"', svg) == ['role="presentation"']
    assert svg.count("font-family") == 1
    assert re.findall(r"\d\.\d{3}", svg) == []


def _dots(svg: str, colour: str) -> tuple[int, int]:
    """Filled and hollow dots of a colour."""
    dots = [
        shape
        for shape in shapes(svg)
        if shape["tag"] == "circle" and colour in (shape.get("fill"), shape.get("stroke"))
    ]
    filled = [shape for shape in dots if shape.get("fill") == colour]
    return len(filled), len(dots) - len(filled)


def test_partial_periods_are_dashed_and_hollow() -> None:
    whole = ratio_chart(_ratios(0.5, 1.0, 2.0), "wide", is_sample=False)
    partial = ratio_chart(
        _ratios(0.5, 1.0, 2.0, is_partial=[False, False, True]), "wide", is_sample=False
    )
    assert "stroke-dasharray" not in whole
    assert partial.count("stroke-dasharray") == 1
    assert _dots(whole, PALETTE["pytorch"]) == (3, 0)
    assert _dots(partial, PALETTE["pytorch"]) == (2, 1)


def test_partial_shares_are_dashed_and_hollow() -> None:
    rows = _papers("pytorch", 0.2, 0.4, 0.5)
    rows[-1]["is_partial"] = True
    svg = share_chart(rows, "wide", is_sample=False, key="share")
    assert svg.count("stroke-dasharray") == 1
    assert _dots(svg, PALETTE["pytorch"]) == (2, 1)


@pytest.mark.parametrize(
    ("ratios", "strokes"), [((1.0, 2.0, 3.0, 4.0), 1), ((1.0, 2.0, None, 4.0, 5.0), 2)]
)
def test_a_missing_period_breaks_the_line(ratios: tuple[float | None, ...], strokes: int) -> None:
    svg = ratio_chart(_ratios(*ratios), "wide", is_sample=False)
    [line] = [shape for shape in shapes(svg) if shape.get("stroke-width") == "2.2"]
    assert line["stroke"] == PALETTE["pytorch"]
    assert line["d"].count("M") == strokes


def _heights(svg: str) -> list[float]:
    """Vertical ends of the interval band, pixels from the top."""
    [band] = [shape for shape in shapes(svg) if shape.get("opacity") == "0.17"]
    return [float(y) for _, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", band["d"])]


def test_an_open_interval_reaches_the_edge_and_a_lacking_one_is_left_out() -> None:
    closed = _heights(ratio_chart(_ratios(1.0, 1.0, 1.0), "wide", is_sample=False))
    opened = _heights(
        ratio_chart(_ratios(1.0, 1.0, 1.0, ci_high=[2.0, None, math.inf]), "wide", is_sample=False)
    )
    assert min(closed) > 1
    assert min(opened) == pytest.approx(0, abs=0.5)
    none = ratio_chart(
        _ratios(1.0, 1.0, 1.0, ci_low=[None] * 3, ci_high=[None] * 3), "wide", is_sample=False
    )
    assert "0.17" not in [shape.get("opacity") for shape in shapes(none)]


def test_ticks_are_doublings_either_way() -> None:
    texts = _texts(ratio_chart(_ratios(0.2, 1.0, 5.0), "wide", is_sample=False))
    assert {"1 : 4", "1 : 2", "1 : 1", "2 : 1", "4 : 1"} <= set(texts)
    assert {"2018", "2019", "2020"} <= set(texts)


def test_a_hopeless_interval_does_not_flatten_the_line() -> None:
    svg = ratio_chart(_ratios(1.0, 1.2, ci_high=[1e9, 2.0]), "wide", is_sample=False)
    assert "4 : 1" in _texts(svg)
    assert "32 : 1" not in _texts(svg)


def _place(shape: dict[str, str]) -> tuple[float, float]:
    x, y = re.findall(r"-?[\d.]+", shape["transform"])
    return float(x), float(y)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_lines_are_named_at_their_ends_in_their_colours(size: Any) -> None:
    rows = [*_papers("pytorch", 0.2, 0.6), *_papers("tf", 0.4, 0.59), *_papers("mxnet", 0.1, 0.1)]
    svg = share_chart(rows, size, is_sample=False, key="share")
    labels = {shape["text"]: shape for shape in shapes(svg) if shape["tag"] == "text"}
    assert labels["PyTorch"]["fill"] == PALETTE["pytorch"]
    assert labels["TensorFlow"]["fill"] == PALETTE["tensorflow"]
    assert "mxnet" not in svg
    (x1, y1), (x2, y2) = (_place(labels[name]) for name in ("PyTorch", "TensorFlow"))
    assert x1 == x2 > float(ET.fromstring(svg).attrib["width"]) * 0.6, "right of the lines"
    assert y2 - y1 >= 15, "apart, the larger share above"


def test_names_of_lines_stay_below_the_top() -> None:
    rows = [row for name in ("pytorch", "tf", "jax") for row in _papers(name, 0.9, 1.0)]
    svg = share_chart(rows, "wide", is_sample=False, key="share")
    names = ("PyTorch", "TensorFlow", "JAX")
    heights = sorted(_place(shape)[1] for shape in shapes(svg) if shape["text"] in names)
    assert heights[0] >= 0
    assert all(lower - upper >= 15 for upper, lower in pairwise(heights))


def test_lines_are_told_apart_by_the_shape_of_their_dots() -> None:
    svg = share_chart(
        [*_papers("pytorch", 0.2, 0.6), *_papers("tf", 0.4, 0.3)],
        "wide",
        is_sample=False,
        key="share",
    )
    marks = [
        (shape["tag"], shape["fill"]) for shape in shapes(svg) if shape.get("stroke-width") == "2"
    ]
    assert marks == [("circle", PALETTE["pytorch"])] * 2 + [("path", PALETTE["tensorflow"])] * 2


def test_hovering_a_period_tells_its_figures_where_something_can_hover() -> None:
    rows = [{**row, "tip": f"tip of {row['period_start']} <b>"} for row in _ratios(1.0, 2.0)]
    wide = ratio_chart(rows, "wide", is_sample=False)
    titles = [shape for shape in shapes(wide) if shape["tag"] == "title"]
    assert [title["text"] for title in titles] == [
        "tip of 2018-01-01 <b>",
        "tip of 2019-01-01 <b>",
    ]
    assert {title["fill"] for title in titles} == {"transparent"}, "none can't be hovered"
    assert "<title" not in ratio_chart(rows, "narrow", is_sample=False)


def test_a_change_of_the_sources_is_marked_between_its_periods() -> None:
    steps = [(date(2020, 1, 1), "from here mostly Ashby")]
    svg = ratio_chart(_ratios(1.0, 2.0, 2.0), "wide", is_sample=False, steps=steps)
    [rule] = [shape for shape in shapes(svg) if shape.get("stroke-dasharray") == "1,3"]
    dots = [shape for shape in shapes(svg) if shape["tag"] == "circle"]
    assert float(dots[1]["cx"]) < _place(rule)[0] < float(dots[2]["cx"])
    assert "from here mostly Ashby" in _texts(svg)
    first = [(date(2018, 1, 1), "from here mostly Ashby")]
    assert '"1,3"' not in ratio_chart(_ratios(1.0, 2.0), "wide", is_sample=False, steps=first)


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        ([date(year, 1, 1) for year in range(2019, 2023)], {"2019", "2022"}),
        ([date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)], {"2025 Q3", "2026 Q1"}),
        ([date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)], {"Jan 2026", "Apr 2026"}),
        ([date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)], {"2 Mar", "6 Mar"}),
    ],
)
def test_the_axis_is_as_fine_as_its_periods(days: list[date], labels: set[str]) -> None:
    rows = [
        {**row, "period_start": day}
        for row, day in zip(_papers("jax", *[0.1] * len(days)), days, strict=True)
    ]
    assert labels <= set(_texts(share_chart(rows, "wide", is_sample=False, key="share")))


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_bars_are_as_long_as_their_shares(size: Any) -> None:
    hostile = "<script>alert('a long name')</script>"
    rows = [
        {"name": name, "framework": framework, "share": share, "said": f"{share:.0%}"}
        for name, framework, share in (("PyTorch", "pytorch", 0.6), (hostile, "x", 0.3))
    ]
    svg = bar_chart(rows, size, is_sample=True, key="models")
    widths = {
        shape["fill"]: float(re.findall(r"h([\d.]+)", shape["d"])[0])
        for shape in shapes(svg)
        if shape["tag"] == "path"
    }
    assert widths[PALETTE["none"]] == pytest.approx(widths[PALETTE["pytorch"]] / 2, abs=0.2)
    assert {"60%", "30%", "SAMPLE"} <= set(_texts(svg))
    assert "<script" not in svg
    with pytest.raises(ValueError, match="no framework"):
        bar_chart([], size, is_sample=False, key="models")


def test_ids_differ_between_charts_of_a_page() -> None:
    svgs = [ratio_chart(_ratios(1.0, 2.0), size, is_sample=True) for size in ("wide", "narrow")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in svgs]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("is_sample", [False, True])
def test_sample_is_written_across(is_sample: bool) -> None:
    for svg in (
        ratio_chart(_ratios(1.0, 2.0), "wide", is_sample=is_sample),
        share_chart(_papers("jax", 0.1, 0.2), "narrow", is_sample=is_sample, key="share"),
    ):
        assert ("SAMPLE" in _texts(svg)) is is_sample


def test_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="no period has a ratio"):
        ratio_chart(_ratios(None, None), "wide", is_sample=False)
    with pytest.raises(ValueError, match="no row"):
        share_chart(_papers("mxnet", 0.5), "wide", is_sample=False, key="share")
    with pytest.raises(ValueError, match="no row"):
        share_chart(_papers("pytorch", None), "wide", is_sample=False, key="share")


def _ours(*shares: float) -> list[dict[str, Any]]:
    return [
        {
            "period_start": date(2018 + n, 1, 1),
            "share": share,
            "ci_low": share - 0.1,
            "ci_high": share + 0.1,
        }
        for n, share in enumerate(shares)
    ]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_others_are_named_and_drawn_as_spans(size: Any) -> None:
    theirs = [{"period_start": date(2019, 1, 1), "low": 0.3, "high": 0.5}]
    svg = comparison_chart(
        _ours(0.2, 0.4, 0.6), {"counted by others": theirs}, size, name="roles", is_sample=True
    )
    assert {"ours: roles", "counted by others", "SAMPLE"} <= set(_texts(svg))
    spans = [shape["stroke"] for shape in shapes(svg) if shape.get("stroke-width") == "3"]
    assert spans == [PALETTE["tensorflow"]]
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(PALETTE.values())
    without = comparison_chart(_ours(0.2, 0.4), {}, size, name="roles", is_sample=False)
    assert "#0072b2" not in without


def test_no_year_of_ours_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="no year"):
        comparison_chart([], {}, "wide", name="roles", is_sample=False)
