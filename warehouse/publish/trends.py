"""Series over time: how often frameworks are asked for.

Belongs here: choosing the rows of the series that the page shows, and their words. Does not belong
here: how a chart is drawn (`charts`), or any figure that is not in a table of `out`.
"""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.wording import count, figure, interval, is_ratio, period_namer

_SERIES = (("quarter", 1), ("year", 2), ("month", 0))
"""Periods of `framework_ratio_by_*` in the order of preference, and how steady each is."""

_ENOUGH_PERIODS = 6  # for a series to show a course
_ENOUGH_NAMED = 30  # roles naming either, in the median period: the size that verdicts ask for
_THIN_PERIOD = 10  # fewer roles than that make no point worth seeing


class _Series(NamedTuple):
    """A series of ratios: its period and rows, and those rows that are worth a point."""

    period: str
    steadiness: int
    rows: list[Row]
    drawn: list[Row]

    def merit(self) -> tuple[bool, bool, int]:
        """What makes a series the one to show; the first of equals is taken."""
        named = [row["n_named"] for row in self.drawn]
        is_long = len(named) >= _ENOUGH_PERIODS
        is_thick = is_long and median(named) >= _ENOUGH_NAMED
        # among long series that are all thin the steadiest, among short ones the longest
        rank = 0 if is_thick else self.steadiness if is_long else len(named)
        return is_thick, is_long, rank


def _ratio_series(publication: Publication) -> _Series | None:
    """The ratio by quarter where there is enough of it, else by what carries it best."""
    found = []
    for period, steadiness in _SERIES:
        table = f"framework_ratio_by_{period}"
        if not publication.has(f"out.{table}"):
            continue
        rows = publication.rows(
            f"""SELECT *, pytorch_only + tensorflow_only + "both" AS n_named
            FROM "out".{table} WHERE sources = 'all' AND population = 'ml'
            ORDER BY period_start"""
        )
        drawn = [
            row for row in rows if is_ratio(row["ratio"]) and row["n_named"] >= _THIN_PERIOD
        ] or [row for row in rows if is_ratio(row["ratio"])]
        if drawn:
            found.append(_Series(period, steadiness, rows, drawn))
    return max(found, key=_Series.merit, default=None)


def ratio_figure(publication: Publication, *, is_sample: bool) -> Figure | None:
    """The chart of the ratio with its table; none where no period has a ratio."""
    series = _ratio_series(publication)
    if series is None:
        return None
    period, drawn = series.period, series.drawn
    points = {row["period_start"]: row for row in drawn}
    plotted = [
        points.get(row["period_start"], {**row, "ratio": None})
        for row in series.rows
        if drawn[0]["period_start"] <= row["period_start"] <= drawn[-1]["period_start"]
    ]
    rows = [row for row in series.rows if row["n_named"]]
    whole = [row for row in drawn if not row["is_partial"]] or drawn
    first, last = whole[0], whole[-1]
    name = period_namer(period)
    return Figure(
        Markup(charts.ratio_chart(plotted, "wide", is_sample=is_sample)),
        Markup(charts.ratio_chart(plotted, "narrow", is_sample=is_sample)),
        alternative=(
            f"Line chart of PyTorch roles per TensorFlow role, by {period}: "
            f"{figure(first['ratio'], 'ratio')} in {name(first['period_start'])}, "
            f"{figure(last['ratio'], 'ratio')} in {name(last['period_start'])}. "
            "The table below the chart holds every value."
        ),
        note=(
            f"Machine-learning roles by the {period} in which they entered the market, all sources "
            f"together: {count(sum(row['n_named'] for row in rows))} roles name either framework. "
            "Axis by doublings; above the 1 : 1 line more roles name PyTorch, below it more name "
            "TensorFlow. Band: 95 % interval, whole companies resampled. Hollow dots and dashes: "
            f"periods not fully observed. A {period} with fewer than {_THIN_PERIOD} such roles is "
            "in the table only."
        ),
        columns=(
            period,
            "PyTorch : TensorFlow",
            "95 % interval",
            "PyTorch only",
            "TensorFlow only",
            "both",
            "companies",
            "partial",
        ),
        rows=[
            (
                name(row["period_start"]),
                figure(row["ratio"], "ratio"),
                interval(row["ci_low"], row["ci_high"], "ratio"),
                count(row["pytorch_only"]),
                count(row["tensorflow_only"]),
                count(row["both"]),
                count(row["n_companies"]),
                "partial" if row["is_partial"] else "",
            )
            for row in rows
        ],
    )
