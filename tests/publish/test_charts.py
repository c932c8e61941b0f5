"""What the charts draw, seen in their SVG."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

import pytest

from warehouse.publish.charts import PALETTE, comparison_chart, paper_chart, ratio_chart


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


def test_partial_periods_are_dashed_and_hollow() -> None:
    whole = ratio_chart(_ratios(0.5, 1.0, 2.0), "wide", is_sample=False)
    partial = ratio_chart(
        _ratios(0.5, 1.0, 2.0, is_partial=[False, False, True]), "wide", is_sample=False
    )
    assert "stroke-dasharray" not in whole
    assert partial.count("stroke-dasharray") == 1
    filled = r'<path[^>]*d="M[^"]*A[^"]*"[^>]*fill="#c2500a"'
    assert len(re.findall(filled, whole)) == 3
    assert len(re.findall(filled, partial)) == 2


@pytest.mark.parametrize(
    ("ratios", "strokes"), [((1.0, 2.0, 3.0, 4.0), 1), ((1.0, 2.0, None, 4.0, 5.0), 2)]
)
def test_a_missing_period_breaks_the_line(ratios: tuple[float | None, ...], strokes: int) -> None:
    svg = ratio_chart(_ratios(*ratios), "wide", is_sample=False)
    line = re.search(r'd="([^"]+)"[^>]*stroke="#c2500a" stroke-width="2.2"', svg)
    assert line is not None
    assert line[1].count("M") == strokes


def _heights(svg: str) -> list[float]:
    """Vertical ends of the interval band, pixels from the top."""
    band = re.search(r'd="([^"]+)"[^>]*fill="#c2500a"[^>]*opacity="0.17"', svg) or re.search(
        r'fill="#c2500a"[^>]*d="([^"]+)"', svg
    )
    assert band is not None
    return [float(y) for _, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", band[1])]


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
    assert not re.search(r'd="M[^"]+"[^>]*opacity="0.17"', none)


def test_ticks_are_doublings_either_way() -> None:
    texts = _texts(ratio_chart(_ratios(0.2, 1.0, 5.0), "wide", is_sample=False))
    assert {"1 : 4", "1 : 2", "1 : 1", "2 : 1", "4 : 1"} <= set(texts)
    assert {"2018", "2019", "2020"} <= set(texts)


def test_a_hopeless_interval_does_not_flatten_the_line() -> None:
    svg = ratio_chart(_ratios(1.0, 1.2, ci_high=[1e9, 2.0]), "wide", is_sample=False)
    assert "4 : 1" in _texts(svg)
    assert "32 : 1" not in _texts(svg)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_frameworks_are_named_in_their_colours(size: Any) -> None:
    rows = [*_papers("pytorch", 0.2, 0.6), *_papers("tf", 0.4, 0.59), *_papers("mxnet", 0.1, 0.1)]
    svg = paper_chart(rows, size, is_sample=False)
    for name, colour in (("PyTorch", PALETTE["pytorch"]), ("TensorFlow", PALETTE["tensorflow"])):
        assert re.search(rf'<text[^>]*fill="{colour}"[^>]*>{name}</text>', svg)
    assert "mxnet" not in svg
    labels = re.findall(
        r"<text[^>]*translate\(([-\d.]+),([-\d.]+)\)[^>]*>(PyTorch|TensorFlow)", svg
    )
    (x1, y1, _), (x2, y2, _) = labels
    assert abs(float(y1) - float(y2)) >= 15 or abs(float(x1) - float(x2)) >= 100


def test_ids_differ_between_charts_of_a_page() -> None:
    svgs = [ratio_chart(_ratios(1.0, 2.0), size, is_sample=True) for size in ("wide", "narrow")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in svgs]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("is_sample", [False, True])
def test_sample_is_written_across(is_sample: bool) -> None:
    for svg in (
        ratio_chart(_ratios(1.0, 2.0), "wide", is_sample=is_sample),
        paper_chart(_papers("jax", 0.1, 0.2), "narrow", is_sample=is_sample),
    ):
        assert ("SAMPLE" in _texts(svg)) is is_sample


def test_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="no period has a ratio"):
        ratio_chart(_ratios(None, None), "wide", is_sample=False)
    with pytest.raises(ValueError, match="no paper"):
        paper_chart(_papers("mxnet", 0.5), "wide", is_sample=False)
    with pytest.raises(ValueError, match="no paper"):
        paper_chart(_papers("pytorch", None), "wide", is_sample=False)


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
    assert 'stroke="#0072b2" stroke-width="3"' in svg
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(PALETTE.values())
    without = comparison_chart(_ours(0.2, 0.4), {}, size, name="roles", is_sample=False)
    assert "#0072b2" not in without


def test_no_year_of_ours_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="no year"):
        comparison_chart([], {}, "wide", name="roles", is_sample=False)
