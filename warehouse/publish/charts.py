"""The charts of the report page, as inline SVG that needs no script and no network.

Belongs here: marks, scales, colours and wording of charts made from rows of `out`. Does not belong
here: choosing or computing the rows (`report` reads them), or the page around a chart.

Colours are literal here, so that an SVG stands alone; the page's style sheet maps each of them to
its counterpart for dark mode (`PALETTE`). Framework hues are Okabe and Ito's, which stay apart for
colour-blind readers (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import vl_convert as vlc

Row = Mapping[str, Any]
Size = Literal["wide", "narrow"]

INK, MUTED, GRID = "#1b1f24", "#57606a", "#d8dee4"
PYTORCH, TENSORFLOW, JAX, NONE = "#c2500a", "#0072b2", "#00795a", "#69717a"
SAMPLE = "#b3261e"
PALETTE: dict[str, str] = {
    "ink": INK,
    "muted": MUTED,
    "grid": GRID,
    "pytorch": PYTORCH,
    "tensorflow": TENSORFLOW,
    "jax": JAX,
    "none": NONE,
    "sample": SAMPLE,
}
"""Role of a colour to its value in the SVG; the style sheet has a `--chart-<role>` for each."""

FRAMEWORKS = {
    "pytorch": ("PyTorch", PYTORCH),
    "tf": ("TensorFlow", TENSORFLOW),
    "jax": ("JAX", JAX),
    "none": ("none found", NONE),
}
"""Frameworks that the papers chart draws: the sources' label to name and colour."""

_WIDTH: dict[Size, int] = {"wide": 780, "narrow": 330}
_HEIGHT: dict[Size, int] = {"wide": 330, "narrow": 270}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# fonts of readers may run wider than the one that the layout is measured with
_PADDING = {"left": 8, "right": 16, "top": 4, "bottom": 4}
_BAR = 20  # width of the widest bar, pixels
_RATIO_LIMITS = (1 / 64, 64)  # a hopelessly wide interval must not flatten the line


def ratio_chart(rows: Sequence[Row], size: Size, *, is_sample: bool) -> str:
    """PyTorch : TensorFlow over time on a log axis, with interval band and the number of roles.

    Args:
        rows: Periods in order: period_start, ratio, ci_low, ci_high, n_named, is_partial. A period
            without a ratio leaves a gap; of an interval, one missing end is open, two are none.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.

    Returns:
        An SVG element.

    Raises:
        ValueError: No row has a ratio to draw.
    """
    drawn = [row for row in rows if _is_drawable(row["ratio"])]
    if not drawn:
        raise ValueError("no period has a ratio")
    low, high = _ratio_domain(drawn)
    points = [
        {
            "period": row["period_start"].isoformat(),
            "ratio": _clamp(row["ratio"], low, high) if _is_drawable(row["ratio"]) else None,
            **_band(row, low, high, is_drawn=_is_drawable(row["ratio"])),
            "n": row["n_named"],
            "partial": bool(row["is_partial"]),
        }
        for row in rows
    ]
    x = _time_axis([row["period_start"] for row in rows], size, labels=False)
    scale = alt.Scale(type="log", base=2, domain=[low, high], nice=False)
    y = alt.Y(
        "ratio:Q",
        title=None,
        scale=scale,
        axis=alt.Axis(
            values=[2.0**power for power in range(-6, 7) if low <= 2.0**power <= high],
            labelExpr="datum.value >= 1 ? format(datum.value, 'd') + ' : 1' "
            ": '1 : ' + format(1 / datum.value, 'd')",
        ),
    )
    base = _chart(points)
    even = _chart([{"ratio": 1}]).mark_rule(color=INK, strokeWidth=1.2).encode(alt.Y("ratio:Q"))
    lines = _line_with_partials(points, "ratio", PYTORCH, x, y)
    sides = [
        _note("more PyTorch ↑", x=6, y=8, baseline="top"),
        _note("more TensorFlow ↓", x=6, y=_HEIGHT[size] - 8, baseline="bottom"),
    ]
    bands = _interval_band(points, PYTORCH, x, scale)
    layers = [*_sample_mark(size, is_sample), *bands, even, *lines, *sides]
    upper = alt.layer(*layers).properties(width=_WIDTH[size], height=_HEIGHT[size])
    counts = (
        base.mark_bar(
            color=NONE, opacity=0.55, size=max(1, min(_BAR, 0.7 * _WIDTH[size] / len(rows)))
        )
        .encode(
            _time_axis([row["period_start"] for row in rows], size, labels=True),
            alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=2, format="~s")),
        )
        .properties(
            width=_WIDTH[size],
            height=52,
            title=alt.Title("roles naming either", anchor="start", color=MUTED, fontSize=11),
        )
    )
    chart = alt.vconcat(upper, counts, spacing=10).resolve_scale(x="shared")
    return _svg(chart, f"ratio-{size}")


def paper_chart(rows: Sequence[Row], size: Size, *, is_sample: bool) -> str:
    """Share of papers with code per year and framework, with interval bands.

    Args:
        rows: period_start, framework, share, ci_low, ci_high, is_partial, in order of time; a year
            without a share leaves a gap, frameworks outside `FRAMEWORKS` are left to the table.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.

    Returns:
        An SVG element.

    Raises:
        ValueError: No row is of a framework that is drawn.
    """
    by_framework = {
        framework: [row for row in rows if row["framework"] == framework]
        for framework in FRAMEWORKS
    }
    by_framework = {
        name: found
        for name, found in by_framework.items()
        if any(row["share"] is not None for row in found)
    }
    if not by_framework:
        raise ValueError("no paper names a framework that is drawn")
    periods = sorted({row["period_start"] for found in by_framework.values() for row in found})
    x = _time_axis(periods, size, labels=True)
    top = max(
        row["ci_high"] or row["share"]
        for found in by_framework.values()
        for row in found
        if row["share"] is not None
    )
    scale_top = min(1.0, math.ceil(top * 10) / 10)
    scale = alt.Scale(domain=[0, scale_top], nice=False)
    y = alt.Y(
        "share:Q",
        title=None,
        scale=scale,
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    layers = _sample_mark(size, is_sample)
    for framework, found in by_framework.items():
        _, colour = FRAMEWORKS[framework]
        points = [
            {
                "period": row["period_start"].isoformat(),
                "share": row["share"],
                **_band(row, 0, scale_top, is_drawn=row["share"] is not None),
                "partial": bool(row["is_partial"]),
            }
            for row in found
        ]
        layers += _interval_band(points, colour, x, scale)
        layers += _line_with_partials(points, "share", colour, x, y)
    labels = _end_labels(by_framework, size, scale, gap=17 / _HEIGHT[size] * scale_top)
    chart = alt.layer(*layers, *labels).properties(
        width=_WIDTH[size] - (100 if size == "wide" else 0), height=_HEIGHT[size]
    )
    return _svg(chart, f"papers-{size}")


OTHERS = (TENSORFLOW, JAX, NONE)
"""Colours of outside series, in the order in which they are named."""


def comparison_chart(
    ours: Sequence[Row],
    others: Mapping[str, Sequence[Row]],
    size: Size,
    *,
    name: str,
    is_sample: bool,
) -> str:
    """A share of ours by year with its interval band, and what others say of the same years.

    Args:
        ours: period_start, share, ci_low, ci_high, in order of time; no year twice.
        others: By name of an outside series: period_start, low, high, the least and the greatest
            share that it allows.
        size: Width to lay out for.
        name: What our series is called.
        is_sample: Writes SAMPLE across the chart.

    Returns:
        An SVG element.

    Raises:
        ValueError: There is no year of ours to draw.
    """
    if not ours:
        raise ValueError("no year of ours to draw")
    points = [
        {
            "period": row["period_start"].isoformat(),
            "share": row["share"],
            **_band(row, 0, 1, is_drawn=True),
            "partial": False,
        }
        for row in ours
    ]
    periods = sorted({row["period_start"] for rows in (ours, *others.values()) for row in rows})
    x = _time_axis(periods, size, labels=True)
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("share:Q", title=None, scale=scale, axis=alt.Axis(format=".0%", tickCount=5))
    even = _chart([{"share": 0.5}]).mark_rule(color=INK, strokeWidth=1.2)
    layers = [*_sample_mark(size, is_sample), *_interval_band(points, PYTORCH, x, scale)]
    layers += [even.encode(alt.Y("share:Q")), *_line_with_partials(points, "share", PYTORCH, x, y)]
    legend = [(f"ours: {name}", PYTORCH)]
    for (other, rows), colour in zip(others.items(), OTHERS, strict=False):
        legend.append((other, colour))
        spans = [
            {
                "period": row["period_start"].isoformat(),
                "share": (row["low"] + row["high"]) / 2,
                "low": row["low"],
                "high": row["high"],
            }
            for row in rows
        ]
        span = _chart(spans).mark_rule(color=colour, strokeWidth=3)
        mark = _chart(spans).mark_point(color=colour, filled=True, size=46, shape="diamond")
        layers += [
            span.encode(x, alt.Y("low:Q", scale=scale), alt.Y2("high:Q")),
            mark.encode(x, y),
        ]
    for place, (text, colour) in enumerate(reversed(legend)):
        mark = _chart([{}]).mark_text(
            align="left", baseline="bottom", color=colour, fontWeight=600, fontSize=13, text=text
        )
        layers.append(mark.encode(x=alt.value(8), y=alt.value(-8 - 18 * place)))
    chart = alt.layer(*layers).properties(width=_WIDTH[size], height=_HEIGHT[size] * 0.7)
    return _svg(chart, f"compared-{re.sub(r'[^a-z]+', '-', name.lower())}-{size}")


def _chart(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    return alt.Chart({"values": list(values)})


def _band(row: Row, least: float, most: float, *, is_drawn: bool) -> dict[str, float | None]:
    """Both ends of a row's interval within the axis; one that is missing alone is open."""
    low, high = _number(row["ci_low"]), _number(row["ci_high"])
    if not is_drawn or (low is None and high is None):
        return {"low": None, "high": None}
    return {
        "low": _clamp(least if low is None else low, least, most),
        "high": _clamp(most if high is None else high, least, most),
    }


def _interval_band(
    points: Sequence[Mapping[str, Any]], colour: str, x: alt.X, scale: alt.Scale
) -> list[alt.Chart]:
    """The band through the intervals; one without neighbours is a bar, or it would not be seen."""
    has = [False, *(point["low"] is not None for point in points), False]
    alone = [point for n, point in enumerate(points) if has[n : n + 3] == [False, True, False]]
    ends = alt.Y("low:Q", scale=scale), alt.Y2("high:Q")
    layers = [_chart(points).mark_area(color=colour, opacity=0.17).encode(x, *ends)]
    if alone:
        mark = _chart(alone).mark_rule(color=colour, opacity=0.17, strokeWidth=7)
        layers.append(mark.encode(x, *ends))
    return layers


def _line_with_partials(
    points: Sequence[Mapping[str, Any]], field: str, colour: str, x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    """Solid through whole periods, dashed to and from partial ones, which get hollow dots."""
    shown = [point for point in points if point[field] is not None]
    whole = [point if not point["partial"] else {**point, field: None} for point in points]
    dashed: list[dict[str, Any]] = []
    for number, (one, other) in enumerate(pairwise(points)):
        is_gap = one[field] is None or other[field] is None
        if (one["partial"] or other["partial"]) and not is_gap:
            dashed += [{**one, "segment": number}, {**other, "segment": number}]

    layers = [_chart(whole).mark_line(color=colour, strokeWidth=2.2).encode(x, y)]
    if dashed:
        layers.append(
            _chart(dashed)
            .mark_line(color=colour, strokeWidth=2, strokeDash=[4, 4])
            .encode(x, y, alt.Detail("segment:N"))
        )
    for is_partial in (False, True):
        dots = [point for point in shown if point["partial"] is is_partial]
        if dots:
            mark = _chart(dots).mark_point(
                color=colour, filled=not is_partial, size=42 if is_partial else 26, opacity=1
            )
            layers.append(mark.encode(x, y))
    return layers


def _end_labels(
    by_framework: Mapping[str, Sequence[Row]], size: Size, scale: alt.Scale, *, gap: float
) -> list[alt.Chart]:
    """Each line's name in its colour, moved apart: at the end of the line, or above on a phone."""
    ends = sorted(
        ([row["share"] for row in found if row["share"] is not None][-1], name)
        for name, found in by_framework.items()
    )
    charts: list[alt.Chart] = []
    height = -gap
    for place, (share, framework) in enumerate(ends):
        name, colour = FRAMEWORKS[framework]
        style: dict[str, Any] = {"color": colour, "fontWeight": 600, "fontSize": 13, "text": name}
        if size == "wide":
            height = max(share, height + gap)
            mark = _chart([{"share": height}]).mark_text(align="left", dx=10, **style)
            charts.append(mark.encode(alt.Y("share:Q", scale=scale), x=alt.value("width")))
        else:
            row, column = divmod(len(ends) - 1 - place, 2)  # the largest first
            rows = (len(ends) + 1) // 2
            mark = _chart([{}]).mark_text(align="left", baseline="bottom", **style)
            charts.append(
                mark.encode(x=alt.value(8 + 160 * column), y=alt.value(-8 - 18 * (rows - 1 - row)))
            )
    return charts


def _time_axis(periods: Sequence[date], size: Size, *, labels: bool) -> alt.X:
    years = range(min(periods).year, max(periods).year + 2)
    step = math.ceil(len(years) / (12 if size == "wide" else 6))
    shown = [f"{year}-01-01" for year in years[::step] if year <= max(periods).year]
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(type="utc", nice=False, padding=_BAR / 2),
        axis=alt.Axis(
            values=shown, format="%Y", grid=False, labels=labels, ticks=labels, labelAngle=0
        ),
    )


def _note(text: str, *, x: int, y: int, baseline: Literal["top", "bottom"]) -> alt.Chart:
    mark = _chart([{}]).mark_text(
        align="left", baseline=baseline, color=MUTED, fontSize=12, text=text
    )
    noted: alt.Chart = mark.encode(x=alt.value(x), y=alt.value(y))
    return noted


def _sample_mark(size: Size, is_sample: bool) -> list[alt.Chart]:
    if not is_sample:
        return []
    return [
        _chart([{}])
        .mark_text(
            text="SAMPLE",
            color=SAMPLE,
            opacity=0.22,
            fontSize=84 if size == "wide" else 52,
            fontWeight=800,
            angle=340,
        )
        .encode(x=alt.value(_WIDTH[size] * 0.42), y=alt.value(_HEIGHT[size] * 0.55))
    ]


def _ratio_domain(drawn: Sequence[Row]) -> tuple[float, float]:
    """Whole powers of two around the estimates, and around the intervals as far as is readable."""
    ratios = [row["ratio"] for row in drawn]
    least = max(_RATIO_LIMITS[0], min([*ratios, 0.5]) / 2)
    most = min(_RATIO_LIMITS[1], max([*ratios, 2.0]) * 2)
    return 2.0 ** math.floor(math.log2(least)), 2.0 ** math.ceil(math.log2(most))


def _is_drawable(ratio: float | None) -> bool:
    return ratio is not None and 0 < ratio < math.inf


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _svg(chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart, prefix: str) -> str:
    """Renders without the network; ids get `prefix`, for a page holds several charts."""
    configured = (
        chart.configure(font=_FONT, background="transparent", aria=False, padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            labelFontSize=12,
            domainColor=GRID,
            tickColor=GRID,
            gridColor=GRID,
            labelPadding=6,
        )
    )
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg = vlc.vegalite_to_svg(configured.to_dict(), vl_version=version)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    # a font said once and pixels without their fractions' tails: a third of the bytes
    svg = re.sub(r"(\d\.\d\d)\d+", r"\1", svg.replace(f' font-family="{_FONT}"', ""))
    # the picture is described by its caption and its table; parts with roles would want names
    svg = re.sub(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"', "", svg)
    root = f'<svg role="presentation" focusable="false" font-family="{_FONT}"'
    return re.sub(r"<svg\b", root, svg, count=1)


# what the charts of a section in a module of its own are made with
blank, clamp, rendered = _chart, _clamp, _svg
