"""The chart of pay: medians with their intervals, quartiles and tails, level by level.

Belongs here: marks, scales and layout of that chart. Does not belong here: which cells of the table
are shown or too thin (`pay`), or what the charts of all sections share (`charts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from warehouse.publish import charts
from warehouse.publish.charts import INK, JAX, MUTED, PYTORCH, TENSORFLOW, Size

COLOURS = {"all": MUTED, "pytorch": PYTORCH, "tensorflow": TENSORFLOW, "jax": JAX}
"""Colour of a framework's rows; `all` is any role."""


class Bar(NamedTuple):
    """One line of the chart: what a framework's roles of one level pay, or why that isn't known.

    Pay is in US dollars a year. An end of the interval that is None is open; quartiles and tails
    are None where too few roles carry them.
    """

    framework: str
    label: str
    said: Mapping[Size, str]
    median: float | None = None
    low: float | None = None
    high: float | None = None
    quartiles: tuple[float, float] | None = None
    tails: tuple[float, float] | None = None


class _Layout(NamedTuple):
    width: int
    left: int
    right: int  # kept free for figures: fonts of readers may run wider than the measured one
    font: int
    ticks: int


_LAYOUTS: dict[Size, _Layout] = {
    "wide": _Layout(width=500, left=96, right=192, font=13, ticks=7),
    "narrow": _Layout(width=150, left=80, right=138, font=12, ticks=3),
}
_LINE = 23  # height of a row, pixels
_HEADING = 30  # height of a level's name
_STEP = 25_000  # the axis ends on a multiple, US dollars a year


def pay_chart(
    levels: Sequence[tuple[str, Sequence[Bar]]], size: Size, *, name: str, is_sample: bool
) -> str:
    """Pay by level and framework, one line each, on one axis of US dollars a year.

    Args:
        levels: Name of a level and its lines, from top to bottom.
        size: Width to lay out for.
        name: Tells the chart from others of the page: letters, digits and dashes.
        is_sample: Writes SAMPLE across the chart.

    Returns:
        An SVG element.

    Raises:
        ValueError: No line has a median.
    """
    known = [bar for _, bars in levels for bar in bars if bar.median is not None]
    if not known:
        raise ValueError("no pay is known")
    layout = _LAYOUTS[size]
    least, most = _domain(known)
    headings, lines, height = _placed(levels)
    x = alt.X(
        "low:Q",
        title=None,
        scale=alt.Scale(domain=[least, most], nice=False, zero=False),
        axis=alt.Axis(
            orient="top",
            labelFlush=False,
            tickCount=layout.ticks,
            labelExpr="'$' + format(datum.value / 1000, 'd') + 'k'",
        ),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], range=[0, height]), axis=None)
    # in the upper part of a tall chart, where it is seen first
    layers = charts.sample_mark(size, layout.width, min(height, 470), is_sample=is_sample)
    spans = [
        *_spans(lines, x, y, least=least, most=most),
        charts.blank(
            [
                {"low": bar.median, "y": place, "colour": COLOURS[bar.framework]}
                for place, bar in lines
                if bar.median is not None
            ]
        )
        .mark_point(filled=True, size=62, opacity=1)
        .encode(x, y, alt.Color("colour:N", scale=None, legend=None)),
    ]
    chart = alt.layer(*layers, *spans, *_texts(headings, lines, y, size)).properties(
        width=layout.width, height=height
    )
    return charts.rendered(chart, f"pay-{name}-{size}")


def _domain(known: Sequence[Bar]) -> tuple[float, float]:
    """Whole steps around all that is drawn."""
    values = [
        value
        for bar in known
        for value in (bar.median, bar.low, bar.high, *(bar.quartiles or ()), *(bar.tails or ()))
        if value is not None
    ]
    least = math.floor(min(values) / _STEP) * _STEP
    most = math.ceil(max(values) / _STEP) * _STEP
    return max(0, least), max(most, least + 2 * _STEP)


def _placed(
    levels: Sequence[tuple[str, Sequence[Bar]]],
) -> tuple[list[tuple[float, str]], list[tuple[float, Bar]], float]:
    """Where headings and lines stand, pixels from the top, and the height of all."""
    headings: list[tuple[float, str]] = []
    lines: list[tuple[float, Bar]] = []
    top = 0.0
    for level, bars in levels:
        headings.append((top + _HEADING * 0.6, level))
        top += _HEADING
        lines += [(top + (place + 0.5) * _LINE, bar) for place, bar in enumerate(bars)]
        top += _LINE * len(bars)
    return headings, lines, top + 4


def _spans(
    lines: Sequence[tuple[float, Bar]], x: alt.X, y: alt.Y, *, least: float, most: float
) -> list[alt.Chart]:
    """Tails thin, quartiles broad and pale, the interval strong, dashed to an open end."""

    def mark(values: Sequence[Mapping[str, Any]], **style: Any) -> list[alt.Chart]:
        drawn = charts.blank(values).mark_rule(**style)
        colour = alt.Stroke("colour:N", scale=None, legend=None)
        return [drawn.encode(x, y, alt.X2("high:Q"), colour)] if values else []

    def span(place: float, bar: Bar, low: float, high: float) -> dict[str, Any]:
        return {"low": low, "high": high, "y": place, "colour": COLOURS[bar.framework]}

    intervals, opened = [], []
    for place, bar in lines:
        if bar.median is None or (bar.low is None and bar.high is None):
            continue
        low, high = bar.low, bar.high
        if low is None:
            opened.append(span(place, bar, least, bar.median))
        if high is None:
            opened.append(span(place, bar, bar.median, most))
        intervals.append(
            span(
                place, bar, bar.median if low is None else low, bar.median if high is None else high
            )
        )
    return [
        *mark([span(y, bar, *bar.tails) for y, bar in lines if bar.tails], strokeWidth=1.2),
        *mark(
            [span(y, bar, *bar.quartiles) for y, bar in lines if bar.quartiles],
            strokeWidth=13,
            opacity=0.25,
        ),
        *mark(intervals, strokeWidth=3.5),
        *mark(opened, strokeWidth=3.5, strokeDash=[3, 3]),
    ]


def _texts(
    headings: Sequence[tuple[float, str]],
    lines: Sequence[tuple[float, Bar]],
    y: alt.Y,
    size: Size,
) -> list[alt.Chart]:
    """Names at the left, figures at the right, and what can't be told within the plot."""
    layout = _LAYOUTS[size]
    style: dict[str, Any] = {"baseline": "middle", "fontSize": layout.font}

    def column(values: Sequence[Mapping[str, Any]], x: int, **more: Any) -> list[alt.Chart]:
        mark = charts.blank(values).mark_text(**style, **more)
        return [mark.encode(y, alt.Text("text:N"), x=alt.value(x))] if values else []

    names: dict[str, list[dict[str, Any]]] = {}
    for place, bar in lines:
        names.setdefault(COLOURS[bar.framework], []).append({"y": place, "text": bar.label})
    figures = [(place, bar, bar.median is None) for place, bar in lines]
    left = [
        column(named, -8, align="right", color=colour, fontWeight=600)
        for colour, named in names.items()
    ]
    return [
        charts.blank([{"y": 0}])
        .mark_point(opacity=0, color=MUTED)
        .encode(y, x=alt.value(layout.width + layout.right)),
        *column(
            [{"y": _HEADING * 0.6, "text": "median · state pay"}],
            layout.width + 8,
            align="left",
            color=MUTED,
        ),
        *column(
            [{"y": place, "text": text} for place, text in headings],
            -layout.left,
            align="left",
            color=INK,
            fontWeight=700,
        ),
        *(chart for charts_of_one in left for chart in charts_of_one),
        *column(
            [{"y": y, "text": bar.said[size]} for y, bar, is_thin in figures if not is_thin],
            layout.width + 8,
            align="left",
            color=INK,
        ),
        *column(
            [{"y": y, "text": bar.said[size]} for y, bar, is_thin in figures if is_thin],
            4,
            align="left",
            color=MUTED,
            fontStyle="italic",
        ),
    ]
