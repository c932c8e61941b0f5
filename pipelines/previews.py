"""What Dagster's pages show of a table: its first rows, and a small drawing.

Belongs here: turning values into Markdown that stays inert, and figures into drawings small enough
to be shown at once. Does not belong here: which asset shows what (`tables`, `defs`), or the charts
of the report page (`warehouse.publish.charts`).

Dagster's web pages show Markdown of less than 1,000 characters in place and longer one behind a
button, and keep every word of it in the event log, a run at a time. A Vega drawing is thirty times
that, so the drawings are written by hand, in few strokes.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import duckdb

from warehouse import models

ROWS = 5
CELL_CHARS = 60
COLUMNS = 14
"""Of a wide table, the columns that are shown; the schema beside it names all."""
IN_PLACE = 1_000 - 40
"""Characters of Markdown from which on Dagster hides it behind a button, less `SAMPLE`."""
POINTS = 40
"""Points of a line at most; of more periods, the newest are drawn."""
FOREST_ROWS = 60

SAMPLE = "**SAMPLE MARKET, not the world**"

PYTORCH, TENSORFLOW, MUTED = "#c2500a", "#0072b2", "#69717a"
VERDICTS = {"supported": "#00795a", "contradicted": "#b3261e", "undetermined": "#b08800"}
_WIDTH, _HEIGHT = 300, 60
_NO_BREAK_HYPHEN = "\N{NON-BREAKING HYPHEN}"


# --- rows ----------------------------------------------------------------------------------------


def table(
    names: Sequence[str], rows: Sequence[Sequence[object]], *, chars: int = CELL_CHARS
) -> str:
    """Rows as a Markdown table in which no value is markup.

    Every value is a code span: in one, Markdown knows neither HTML nor links, images or entities,
    and bare addresses are not made links either (https://spec.commonmark.org/0.31.2/#code-spans).
    What would end the span or the cell is put in other words, and what would steer the direction of
    text is left out.

    Args:
        names: Of the columns, ours.
        rows: Values.
        chars: Characters of a value that are shown.
    """
    lines: list[Sequence[str]] = [names, ["---"] * len(names)]
    lines += [[_cell(value, chars) for value in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object, chars: int) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"`{str(value).replace('-', _NO_BREAK_HYPHEN)}`"
    # Cut before it is looked through: a text may be long.
    text = " ".join(str(value)[: 8 * chars].split())
    text = "".join(_sign(sign) for sign in text)
    if len(text) > chars:
        text = text[: chars - 1] + "…"
    return f"`{text}`" if text.strip() else ""


def _sign(sign: str) -> str:
    if sign == "`":
        return "'"
    if sign == "|":
        return "\N{BROKEN BAR}"
    if sign == "\\":
        return "\N{BIG REVERSE SOLIDUS}"
    # Controls, format characters (among them those that turn the direction) and half pairs.
    is_shown = unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    return sign if is_shown else "\N{REPLACEMENT CHARACTER}"


def preview(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """The first rows of a table as a Markdown table; long values are cut.

    Args:
        con: The working warehouse.
        name: The table, with schema.
    """
    names = [column.name for column in models.models()[name].columns][:COLUMNS]
    chosen = ", ".join(f'"{name}"' for name in names)
    rows = con.execute(f"SELECT {chosen} FROM {name} LIMIT {ROWS}").fetchall()
    return table(names, rows)


# --- drawings ------------------------------------------------------------------------------------


class Point(NamedTuple):
    """A figure of a period with its interval; what is not known is None."""

    period: str
    value: float | None
    low: float | None = None
    high: float | None = None


def line(points: Sequence[Point], said: str, *, colour: str = PYTORCH, is_log: bool = False) -> str:
    """A line with its interval band, as Markdown that Dagster shows in place.

    Args:
        points: In the order of time; a point without a value is left out. The newest `POINTS` of
            them are drawn.
        said: What it shows; our own words.
        colour: Of the line.
        is_log: Whether ratios are drawn: the scale is logarithmic, with a rule at 1.

    Returns:
        Markdown; empty where there are not two values.
    """
    known = [point for point in points if _is_drawn(point.value, is_log=is_log)][-POINTS:]
    if len(known) < 2:
        return ""
    values = [_scaled(float(point.value or 0), is_log=is_log) for point in known]
    # The band may be far wider than what the line does: it is cut at twice the line's own span.
    span = max(values) - min(values) or abs(values[0]) or 1.0
    bottom, top = min(values) - span / 2, max(values) + span / 2
    if is_log:
        bottom, top = min(bottom, 0.0), max(top, 0.0)

    def at(number: int, value: float) -> str:
        x = 2 + round(number * (_WIDTH - 4) / (len(known) - 1))
        share = (min(max(value, bottom), top) - bottom) / (top - bottom)
        return f"{x} {_HEIGHT - 2 - round(share * (_HEIGHT - 4))}"

    def bound(value: float | None, otherwise: float) -> float:
        return (
            _scaled(float(value), is_log=is_log)
            if value is not None and _is_drawn(value, is_log=is_log)
            else otherwise
        )

    upper = [at(n, bound(point.high, top)) for n, point in enumerate(known)]
    lower = [at(n, bound(point.low, bottom)) for n, point in enumerate(known)]
    has_band = any(point.low is not None or point.high is not None for point in known)
    marks = (
        f"<path d='M{'L'.join([*upper, *lower[::-1]])}z' fill-opacity='.2'/>" if has_band else ""
    )
    if is_log:
        y = at(0, 0.0).split()[1]
        marks += f"<path d='M0 {y}H{_WIDTH}' stroke='#888' stroke-dasharray='4'/>"
    path = "L".join(at(n, value) for n, value in enumerate(values))
    marks += f"<path d='M{path}' fill='none' stroke='{colour}' stroke-width='2'/>"
    picture = _image(f"<g fill='{colour}'>{marks}</g>", "line", _WIDTH, _HEIGHT)
    ends = [f"{point.period}: {point.value:.3g}" for point in (known[0], known[-1])]
    found = f"{picture}\n\n{said}\n\n{' → '.join(ends)}"
    if len(found) >= IN_PLACE and len(known) > 4:
        return line(known[1 + len(known) // 10 :], said, colour=colour, is_log=is_log)
    return found


def bars(counts: Mapping[str, int], said: str, colours: Mapping[str, str]) -> str:
    """One bar cut into shares, with the counts in it, as Markdown that Dagster shows in place.

    Args:
        counts: By what is counted, in the order in which it is drawn; our own words.
        said: What it shows.
        colours: By what is counted.

    Returns:
        Markdown; empty where nothing is counted.
    """
    total = sum(counts.values())
    if not total:
        return ""
    marks, x = "", 0
    for name, count in counts.items():
        width = round(count * _WIDTH / total)
        if not count:
            continue
        colour = colours.get(name, MUTED)
        marks += f"<rect x='{x}' width='{width}' height='20' fill='{colour}'/>"
        if width >= 20:
            marks += f"<text x='{x + 4}' y='15' fill='#fff'>{count}</text>"
        x += width
    words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    picture = _image(f"<g font-size='13'>{marks}</g>", "bar", _WIDTH, 20)
    return f"{picture}\n\n{said}: {words}"


class Judged(NamedTuple):
    """A row of a forest: a figure, its interval, and the bounds that the claim names."""

    name: str
    verdict: str
    estimate: float
    low: float | None
    high: float | None
    claimed_from: float
    claimed_to: float
    """The same as `claimed_from` where the claim names one bound."""


def forest(rows: Sequence[Judged], said: str) -> str:
    """Every claim's figure with its interval, beside what is claimed.

    Figures of claims are shares, ratios, dollars and years; so each row is scaled by itself: what
    is claimed in the middle, and as much to each side as the interval reaches farther.

    Args:
        rows: Claims that have an estimate and name a bound.
        said: What it shows.

    Returns:
        Markdown, some thousand characters; empty where there is no row.
    """
    rows = rows[:FOREST_ROWS]
    if not rows:
        return ""
    left, width, step = 190, 240, 14
    marks = ""
    for number, row in enumerate(rows):
        y = 12 + number * step
        middle = (row.claimed_from + row.claimed_to) / 2
        ends = [row.low, row.estimate, row.high, row.claimed_to]
        reach = max(abs(end - middle) for end in ends if end is not None) or 1.0

        def at(value: float, middle: float = middle, reach: float = reach) -> int:
            return left + round(width / 2 * (1 + 0.95 * (value - middle) / reach))

        low = left if row.low is None else at(row.low)
        high = left + width if row.high is None else at(row.high)
        claimed = at(row.claimed_from) - 1
        colour = VERDICTS.get(row.verdict, MUTED)
        marks += (
            f"<text y='{y + 4}'>{row.name}</text>"
            f"<rect x='{claimed}' y='{y - 6}' width='{at(row.claimed_to) + 1 - claimed}' "
            "height='12' opacity='.5'/>"
            f"<path d='M{low} {y}H{high}' stroke='{colour}'/>"
            f"<circle cx='{at(row.estimate)}' cy='{y}' r='3.5' fill='{colour}'/>"
        )
    height = 12 + len(rows) * step
    drawn = f"<g font-size='11' fill='#888' stroke-width='2'>{marks}</g>"
    return f"{said}\n\n{_image(drawn, 'intervals', left + width + 4, height)}"


class Range(NamedTuple):
    """The middle half of a group."""

    name: str
    colour: str
    low: float
    middle: float
    high: float


def ranges(rows: Sequence[Range], said: str) -> str:
    """Middle halves of several groups on one scale.

    Args:
        rows: The groups, in the order in which they are drawn.
        said: What it shows.

    Returns:
        Markdown; empty where there is no group.
    """
    if not rows:
        return ""
    left, width, step = 130, 250, 14
    bottom, top = min(row.low for row in rows), max(row.high for row in rows)

    def at(value: float) -> int:
        return left + round((value - bottom) * width / (top - bottom or 1))

    marks = ""
    for number, row in enumerate(rows):
        y = 10 + number * step
        marks += (
            f"<text y='{y + 4}'>{row.name}</text>"
            f"<path d='M{at(row.low)} {y}H{at(row.high)}' stroke='{row.colour}'/>"
            f"<circle cx='{at(row.middle)}' cy='{y}' r='4' fill='{row.colour}'/>"
        )
    height = 12 + len(rows) * step
    marks += f"<text x='{left}' y='{height + 8}'>{bottom:,.0f}</text>"
    marks += f"<text x='{left + width}' y='{height + 8}' text-anchor='end'>{top:,.0f}</text>"
    drawn = f"<g font-size='11' fill='#888' stroke-width='4'>{marks}</g>"
    drawn = drawn.replace("<text ", "<text stroke='none' ")
    return f"{said}\n\n{_image(drawn, 'ranges', left + width + 10, height + 14)}"


def _is_drawn(value: float | None, *, is_log: bool) -> bool:
    return value is not None and math.isfinite(value) and (value > 0 or not is_log)


def _scaled(value: float, *, is_log: bool) -> float:
    return math.log2(value) if is_log else value


def _image(marks: str, alt: str, width: int, height: int) -> str:
    """An SVG as an image of Markdown; everything in it is ours, or a number."""
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"font-family='sans-serif'>{marks}</svg>"
    )
    for sign, code in (("%", "%25"), ("<", "%3C"), (">", "%3E"), ("#", "%23")):
        svg = svg.replace(sign, code)
    return f"![{alt}](<data:image/svg+xml,{svg}>)"


# --- which table is drawn how --------------------------------------------------------------------


def plots(con: duckdb.DuckDBPyConnection, name: str, *, is_sample: bool) -> dict[str, str]:
    """The drawings of a table, as Markdown by title; none for most tables.

    Args:
        con: The working warehouse, with the table built.
        name: The table, with schema.
        is_sample: Whether the figures are of the sample market, which is said beside them.
    """
    make = _PLOTS.get(name)
    drawn = make(con) if make else {}
    mark = f"\n\n{SAMPLE}" if is_sample else ""
    return {title: picture + mark for title, picture in drawn.items() if picture}


def _ratio(period: str, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = con.execute(
        "SELECT period_start, ratio, ci_low, ci_high "
        f"FROM out.framework_ratio_by_{period} "
        "WHERE sources = 'all' AND population = 'ml' ORDER BY period_start"
    ).fetchall()
    return {"plot": line(_points(rows), "PyTorch : TensorFlow", is_log=True)}


def _papers(period: str, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    drawn = {}
    for framework, colour, title in (
        ("pytorch", PYTORCH, "PyTorch"),
        ("tf", TENSORFLOW, "TensorFlow"),
    ):
        rows = con.execute(
            f"SELECT period_start, share, ci_low, ci_high FROM out.paper_share_by_{period} "
            "WHERE framework = $1 AND scope = 'all' ORDER BY period_start",
            [framework],
        ).fetchall()
        drawn[f"plot: {title}"] = line(_points(rows), f"{title} in papers", colour=colour)
    return drawn


def _verdicts(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    counts = dict(
        con.execute(
            "SELECT verdict, count(*) FROM out.claim_verdicts GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )
    shown = {name: counts.get(name, 0) for name in (*VERDICTS, "out_of_scope")}
    parts = con.execute(
        "SELECT p.claim_id, v.verdict, p.estimate, p.ci_low, p.ci_high, "
        "coalesce(p.claimed_low, p.claimed_high), coalesce(p.claimed_high, p.claimed_low) "
        "FROM out.claim_parts AS p JOIN out.claim_verdicts AS v USING (claim_id) "
        "WHERE p.estimate IS NOT NULL AND coalesce(p.claimed_low, p.claimed_high) IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY p.claim_id ORDER BY p.part_no) = 1 "
        "ORDER BY p.claim_id"
    ).fetchall()
    judged = [
        Judged(claim, verdict, float(estimate), _number(low), _number(high), *claimed)
        for claim, verdict, estimate, low, high, *claimed in parts
    ]
    return {
        "plot": bars(shown, "Claims by verdict", VERDICTS),
        "plot: each claim's interval": forest(judged, "What each claim claims, and what we find"),
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _pay(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = con.execute(
        "SELECT framework, level, p25, p50, p75 FROM out.pay_by_framework_level "
        "WHERE family = 'all' AND country = 'US' AND p25 IS NOT NULL AND p75 IS NOT NULL "
        "AND framework IN ('pytorch', 'tensorflow') ORDER BY level, framework"
    ).fetchall()
    colours = {"pytorch": PYTORCH, "tensorflow": TENSORFLOW}
    drawn = [
        Range(f"{level} {framework}", colours[framework], *map(float, quartiles))
        for framework, level, *quartiles in rows
    ]
    return {"plot": ranges(drawn, "Middle half of pay in the US, dollars a year")}


def _health(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = con.execute(
        "SELECT observed_on, sum(boards_answered), NULL, NULL FROM out.source_health "
        "GROUP BY observed_on ORDER BY observed_on"
    ).fetchall()
    return {"plot": line(_points(rows), "Boards that answered, by day")}


def _points(rows: Sequence[tuple[Any, ...]]) -> list[Point]:
    return [
        Point(f"{period:%Y-%m}", *(None if value is None else float(value) for value in figures))
        for period, *figures in rows
    ]


_PLOTS: dict[str, Callable[[duckdb.DuckDBPyConnection], dict[str, str]]] = {
    **{
        f"out.framework_ratio_by_{period}": partial(_ratio, period)
        for period in ("month", "quarter", "year")
    },
    **{f"out.paper_share_by_{period}": partial(_papers, period) for period in ("quarter", "year")},
    "out.claim_verdicts": _verdicts,
    "out.pay_by_framework_level": _pay,
    "out.source_health": _health,
}
