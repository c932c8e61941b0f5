"""The charts of the report page, as inline SVG that needs no script and no network.

Belongs here: marks, scales, colours and wording of charts made from rows of `out`. Does not belong
here: choosing or computing the rows (`report` reads them), or the page around a chart.

Colours are literal here, so that an SVG stands alone; the page's style sheet maps each of them to
its counterpart for dark mode (`PALETTE`). Framework hues are Okabe and Ito's, which stay apart for
colour-blind readers (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import vl_convert as vlc

from warehouse.publish.svg import lean

Row = Mapping[str, Any]
Size = Literal["wide", "narrow"]
SIZES: tuple[Size, Size] = ("wide", "narrow")

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
    "tensorflow": ("TensorFlow", TENSORFLOW),
    "tf": ("TensorFlow", TENSORFLOW),
    "jax": ("JAX", JAX),
    "none": ("none found", NONE),
}
"""Frameworks that a chart draws: their label in the tables to name and colour."""

_SHAPES = {PYTORCH: "circle", TENSORFLOW: "square", JAX: "triangle-up", NONE: "diamond"}
"""Shape of a line's dots by its colour, so that lines are told apart without colour too."""

_WIDTH: dict[Size, int] = {"wide": 780, "narrow": 330}
_LABELS: dict[Size, int] = {"wide": 90, "narrow": 76}  # room for names at the ends of lines
_HEIGHT: dict[Size, int] = {"wide": 330, "narrow": 270}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# fonts of readers may run wider than the one that the layout is measured with
_PADDING = {"left": 8, "right": 16, "top": 4, "bottom": 4}
_CONFIG = {
    "font": _FONT,
    "background": "transparent",
    "aria": False,
    "padding": _PADDING,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "domainColor": GRID,
        "tickColor": GRID,
        "gridColor": GRID,
        "labelPadding": 6,
    },
}
_BAR = 20  # width of the widest bar, pixels
_BAR_NAME = 18  # letters of a name beside a bar
_RATIO_LIMITS = (1 / 64, 64)  # a hopelessly wide interval must not flatten the line


def ratio_chart(
    rows: Sequence[Row],
    size: Size,
    *,
    is_sample: bool,
    key: str = "ratio",
    steps: Sequence[tuple[date, str]] = (),
) -> str:
    """PyTorch : TensorFlow over time on a log axis, with interval band and the number of roles.

    Args:
        rows: Periods in order: period_start, ratio, ci_low, ci_high, n_named, is_partial, and tip
            to be shown on hovering, where it is there. A period without a ratio leaves a gap; of
            an interval, one missing end is open, two are none.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.
        key: Begins the ids in the SVG; another for each chart of a page.
        steps: First periods of what is made of other sources than the one before, with a note.

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
    periods = [row["period_start"] for row in rows]
    x = _time_axis(periods, size, labels=False)
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
    width, height = _WIDTH[size], _HEIGHT[size]
    upper = alt.layer(
        *sample_mark(size, width, height, is_sample=is_sample),
        *_interval_band(points, PYTORCH, x, scale),
        even,
        *_line_with_partials(points, "ratio", PYTORCH, x, y),
        _note("more PyTorch ↑", x=6, y=8, baseline="top"),
        _note("more TensorFlow ↓", x=6, y=height - 8, baseline="bottom"),
        *_steps(steps, periods, x, size),
        *_tips(rows, x, size, width, height),
        width=width,
        height=height,
    )
    counts = (
        base.mark_bar(color=NONE, opacity=0.55, size=max(1, min(_BAR, 0.7 * width / len(rows))))
        .encode(
            _time_axis(periods, size, labels=True),
            alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=2, format="~s")),
        )
        .properties(
            width=width,
            height=52,
            title=alt.Title("roles naming either", anchor="start", color=MUTED, fontSize=11),
        )
    )
    chart = alt.vconcat(upper, counts, spacing=10).resolve_scale(x="shared")
    return _svg(chart, f"{key}-{size}")


def share_chart(
    rows: Sequence[Row],
    size: Size,
    *,
    is_sample: bool,
    key: str,
    tips: Sequence[Row] = (),
    steps: Sequence[tuple[date, str]] = (),
) -> str:
    """Shares over time, a line with its interval band for each framework, named at its end.

    Args:
        rows: period_start, framework, share, ci_low, ci_high, is_partial, in order of time; a
            period without a share leaves a gap, frameworks outside `FRAMEWORKS` are left out.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.
        key: Begins the ids in the SVG; another for each chart of a page.
        tips: period_start and tip, what is shown on hovering a period.
        steps: First periods of what is made of other sources than the one before, with a note.

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
        raise ValueError("no row is of a framework that is drawn")
    periods = sorted({row["period_start"] for found in by_framework.values() for row in found})
    x = _time_axis(periods, size, labels=True)
    scale_top = _share_top(row for found in by_framework.values() for row in found)
    scale = alt.Scale(domain=[0, scale_top], nice=False)
    y = alt.Y(
        "share:Q",
        title=None,
        scale=scale,
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    width, height = _WIDTH[size] - _LABELS[size], _HEIGHT[size]
    layers = sample_mark(size, width, height, is_sample=is_sample)
    lines: list[alt.Chart] = []
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
        lines += _line_with_partials(points, "share", colour, x, y)
    chart = alt.layer(
        *layers,
        *lines,
        *_end_labels(by_framework, size, scale, scale_top),
        *_steps(steps, periods, x, size),
        *_tips(tips, x, size, width, height),
        width=width,
        height=height,
    )
    return _svg(chart, f"{key}-{size}")


def bar_chart(rows: Sequence[Row], size: Size, *, is_sample: bool, key: str) -> str:
    """Shares of one day, a bar for each framework with its share at the end.

    Args:
        rows: name, framework, share (0 to 1), said (the share in words), in the order to draw.
        size: Width to lay out for.
        is_sample: Writes SAMPLE across the chart.
        key: Begins the ids in the SVG; another for each chart of a page.

    Returns:
        An SVG element.

    Raises:
        ValueError: There is no row.
    """
    if not rows:
        raise ValueError("no framework to draw")
    values = [
        {
            "name": row["name"][:_BAR_NAME],
            "share": row["share"],
            "said": row["said"],
            "colour": FRAMEWORKS.get(row["framework"], ("", NONE))[1],
        }
        for row in rows
    ]
    names = [row["name"] for row in values]
    y = alt.Y(
        "name:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names, paddingInner=0.3, paddingOuter=0.1),
        axis=alt.Axis(domain=False, ticks=False, labelColor=INK, labelLimit=140),
    )
    top = max(row["share"] for row in rows) or 1
    x = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top], nice=False))
    width, height = _WIDTH[size] - (160 if size == "wide" else 130), 30 * len(rows)
    bars = _chart(values).mark_bar().encode(x, y, alt.Color("colour:N", scale=None))
    said = _chart(values).mark_text(align="left", dx=6, color=INK, fontSize=12)
    chart = alt.layer(
        *sample_mark(size, width, height, is_sample=is_sample),
        bars,
        said.encode(x, y, alt.Text("said:N")),
        width=width,
        height=height,
    )
    return _svg(chart, f"{key}-{size}")


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
        ours: period_start, share, ci_low, ci_high, in order of time; no year twice. Its tip is
            shown on hovering, where it is there.
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
    layers = sample_mark(size, _WIDTH[size], _HEIGHT[size] * 0.7, is_sample=is_sample)
    layers += _interval_band(points, PYTORCH, x, scale)
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
    layers += _tips(ours, x, size, _WIDTH[size], _HEIGHT[size] * 0.7)
    chart = alt.layer(*layers, width=_WIDTH[size], height=_HEIGHT[size] * 0.7)
    return _svg(chart, f"compared-{re.sub(r'[^a-z]+', '-', name.lower())}-{size}")


def _chart(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    # as text, for Altair copies a chart dozens of times, and each value of its data with it
    return alt.Chart({"values": json.dumps(list(values)), "format": {"type": "json"}})


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
                color=colour,
                shape=_SHAPES.get(colour, "circle"),
                filled=not is_partial,
                size=42 if is_partial else 26,
                opacity=1,
            )
            layers.append(mark.encode(x, y))
    return layers


def _end_labels(
    by_framework: Mapping[str, Sequence[Row]], size: Size, scale: alt.Scale, scale_top: float
) -> list[alt.Chart]:
    """Each line's name in its colour at the end of the line, moved apart."""
    gap = 17 / _HEIGHT[size] * scale_top
    ends = sorted(
        ([row["share"] for row in found if row["share"] is not None][-1], name)
        for name, found in by_framework.items()
    )
    heights: list[float] = []
    for share, _ in ends:
        heights.append(max(share, heights[-1] + gap) if heights else share)
    ceiling = scale_top
    for place in reversed(range(len(heights))):
        heights[place] = min(heights[place], ceiling)
        ceiling = heights[place] - gap
    charts: list[alt.Chart] = []
    for height, (_, framework) in zip(heights, ends, strict=True):
        name, colour = FRAMEWORKS[framework]
        mark = _chart([{"share": height}]).mark_text(
            align="left",
            dx=10 if size == "wide" else 4,
            color=colour,
            fontWeight=600,
            fontSize=13 if size == "wide" else 12,
            text=name,
        )
        charts.append(mark.encode(alt.Y("share:Q", scale=scale), x=alt.value("width")))
    return charts


def _share_top(rows: Iterable[Row]) -> float:
    """Where the axis of shares ends: above the lines, and the intervals as far as is readable."""
    found = [row for row in rows if row["share"] is not None]
    most: float = max(row["share"] for row in found)
    ends: float = max(_number(row["ci_high"]) or row["share"] for row in found)
    return min(1.0, max(0.1, math.ceil(min(ends, 2.5 * most + 0.05) * 20) / 20))


def _steps(
    steps: Sequence[tuple[date, str]], periods: Sequence[date], x: alt.X, size: Size
) -> list[alt.Chart]:
    """A rule halfway to each first period of another making, with a note at its head."""
    charts: list[alt.Chart] = []
    for number, (start, said) in enumerate(steps):
        before = [period for period in periods if period < start]
        if not before:
            continue
        day = start - (start - before[-1]) / 2
        at = [{"period": day.isoformat()}]
        is_late = (day - periods[0]) > (periods[-1] - periods[0]) / 2
        rule = _chart(at).mark_rule(color=MUTED, strokeWidth=1, strokeDash=[1, 3]).encode(x)
        note = _chart(at).mark_text(
            text=said,
            color=MUTED,
            fontSize=12 if size == "wide" else 11,
            align="right" if is_late else "left",
            baseline="bottom",
            dx=-4 if is_late else 4,
        )
        charts += [rule, note.encode(x, y=alt.value(-4 - 15 * number))]
    return charts


def _tips(
    rows: Sequence[Row], x: alt.X, size: Size, width: float, height: float
) -> list[alt.Chart]:
    """An unseen column over each period, which tells its figures on hovering.

    Phones have nothing that hovers, so the narrow drawing is spared them.
    """
    found = [row for row in rows if row.get("tip")]
    if size == "narrow" or not found:
        return []
    columns = [{"period": row["period_start"].isoformat(), "tip": row["tip"]} for row in found]
    mark = _chart(columns).mark_bar(
        color="transparent", size=math.ceil(width / max(1, len(rows) - 1)), aria=True
    )
    return [mark.encode(x, alt.Description("tip:N"), y=alt.value(0), y2=alt.value(height))]


def _time_axis(periods: Sequence[date], size: Size, *, labels: bool) -> alt.X:
    shown, form = _time_labels(periods, 12 if size == "wide" else 5)
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(type="utc", nice=False, padding=_BAR / 2),
        axis=alt.Axis(
            values=[day.isoformat() for day in shown],
            format=form,
            grid=False,
            labels=labels,
            ticks=labels,
            labelAngle=0,
        ),
    )


def _time_labels(periods: Sequence[date], most: int) -> tuple[list[date], str]:
    """Days to write at a time axis, at most so many, and how: years, quarters, months or days."""
    first, last = min(periods), max(periods)
    if last.year - first.year >= 2:
        days = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
        form = "%Y"
    elif (last - first).days > 62:
        months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
        days = [date(month // 12, month % 12 + 1, 1) for month in months]
        form = "%b %Y"
        if all(period.day == 1 and period.month % 3 == 1 for period in periods):
            days = [day for day in days if day.month % 3 == 1]
            form = "%Y Q%q"
        most = (most + 1) // 2
    else:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        form = "%-d %b"
        most = (most + 1) // 2
    step = math.ceil(len(days) / most)
    # the axis begins a little before the first period
    return [day for day in days[::step] if first - timedelta(days=3) <= day <= last], form


def _note(text: str, *, x: int, y: int, baseline: Literal["top", "bottom"]) -> alt.Chart:
    mark = _chart([{}]).mark_text(
        align="left", baseline=baseline, color=MUTED, fontSize=12, text=text
    )
    noted: alt.Chart = mark.encode(x=alt.value(x), y=alt.value(y))
    return noted


def sample_mark(
    size: Size, width: float, height: float, *, is_sample: bool, opacity: float = 0.22
) -> list[alt.Chart]:
    """The word SAMPLE across a chart of the sample market, as a layer; else no layer.

    Args:
        size: Width that the chart is laid out for.
        width: Width of what it stands on, pixels.
        height: Height of that.
        is_sample: Whether this is the sample market.
        opacity: Over filled areas more than over lines.
    """
    if not is_sample:
        return []
    return [
        _chart([{}])
        .mark_text(
            text="SAMPLE",
            color=SAMPLE,
            opacity=opacity,
            fontSize=min(84 if size == "wide" else 52, 0.6 * height),
            fontWeight=800,
            angle=340,
        )
        .encode(x=alt.value(width * 0.5), y=alt.value(height * 0.55))
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
    # neither checked nor configured by Altair, which would copy the chart at every step
    spec = chart.to_dict(validate=False)
    spec["config"] = _CONFIG
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg = lean(vlc.vegalite_to_svg(spec, vl_version=version))
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    # the picture is described by its caption and its table
    root = '<svg role="presentation" focusable="false"'
    return re.sub(r"<svg\b", root, svg, count=1)


# what the charts of a section in a module of its own are made with
blank, clamp, rendered = _chart, _clamp, _svg
