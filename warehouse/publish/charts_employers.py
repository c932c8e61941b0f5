"""The chart of employers: which framework they name, year by year.

Belongs here: marks, scales and layout of that chart. Does not belong here: counting employers
(`employers`), or what the charts of all sections share (`charts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt

from warehouse.publish import charts
from warehouse.publish.charts import MUTED, NONE, PYTORCH, TENSORFLOW, Size

SIDES = {
    "n_pytorch_only": ("PyTorch alone", PYTORCH),
    "n_both": ("both", NONE),
    "n_tensorflow_only": ("TensorFlow alone", TENSORFLOW),
}
"""Employers by what they name: column to name and colour, from top to bottom of a bar."""

_WIDTH: dict[Size, int] = {"wide": 780, "narrow": 320}
_HEIGHT: dict[Size, int] = {"wide": 280, "narrow": 230}
_WIDEST_BAR = 44  # pixels


class _Part(NamedTuple):
    year: int
    low: float
    high: float
    colour: str
    is_partial: bool


def employers_chart(years: Sequence[charts.Row], size: Size, *, is_sample: bool) -> str:
    """Shares of the employers naming either framework that name one alone or both, by year.

    Args:
        years: year, is_partial, n_named and the columns of `SIDES`, in order of time; a year in
            which nobody names either is left out.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.

    Returns:
        An SVG element. A year that is not over is hollow.

    Raises:
        ValueError: In no year does an employer name either.
    """
    named = [row for row in years if row["n_named"]]
    if not named:
        raise ValueError("no employer names either framework")
    first, last = named[0]["year"], named[-1]["year"]
    step = _WIDTH[size] / (last - first + 1)
    bar = min(_WIDEST_BAR, 0.72 * step)
    x_scale = alt.Scale(domain=[first - 0.5, last + 0.5], nice=False, zero=False)
    every = 1 if step >= 40 else 2
    x = alt.X(
        "year:Q",
        title=None,
        scale=x_scale,
        axis=alt.Axis(
            values=list(range(last, first - 1, -every)), format="d", grid=False, labelAngle=0
        ),
    )
    y = alt.Y(
        "low:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )
    layers: list[alt.Chart] = []
    for is_partial in (False, True):
        parts = [part._asdict() for part in _parts(named) if part.is_partial is is_partial]
        style: dict[str, Any] = (
            {"filled": False, "strokeWidth": 2, "strokeDash": [4, 3]} if is_partial else {}
        )
        if parts:
            bars = charts.blank(parts).mark_bar(size=bar, **style)
            channel = alt.Stroke if is_partial else alt.Fill
            layers.append(
                bars.encode(x, y, alt.Y2("high:Q"), channel("colour:N", scale=None, legend=None))
            )
    counts = charts.blank([{"year": row["year"], "n": f"{row['n_named']:,}"} for row in named])
    layers.append(
        counts.mark_text(baseline="bottom", color=MUTED, fontSize=12, dy=-4).encode(
            x, alt.Text("n:N"), y=alt.value(0)
        )
    )
    mark = charts.sample_mark(size, _WIDTH[size], _HEIGHT[size], is_sample=is_sample, opacity=0.3)
    chart = alt.layer(*layers, *_legend(size), *mark)
    return charts.rendered(
        chart.properties(width=_WIDTH[size], height=_HEIGHT[size]), f"employers-{size}"
    )


def _parts(years: Sequence[charts.Row]) -> list[_Part]:
    """Each year's bar, from its foot: TensorFlow alone, both, PyTorch alone."""
    parts = []
    for row in years:
        foot = 0.0
        for column, (_, colour) in reversed(SIDES.items()):
            head = foot + row[column] / row["n_named"]
            if row[column]:
                parts.append(_Part(row["year"], foot, head, colour, bool(row["is_partial"])))
            foot = head
    return parts


def _legend(size: Size) -> list[alt.Chart]:
    """Names above the bars, in their colours; on a phone they still fit in one line."""
    offsets = (0, 118, 166) if size == "wide" else (0, 108, 152)
    return [
        charts.blank([{}])
        .mark_text(align="left", baseline="bottom", color=colour, fontWeight=600, text=name)
        .encode(x=alt.value(offset), y=alt.value(-26), size=alt.value(13))
        for offset, (name, colour) in zip(offsets, SIDES.values(), strict=True)
    ]
