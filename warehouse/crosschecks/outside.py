"""Figures of others: what they measure, whose they are, and their values by year.

Belongs here: reading the shipped figures and newer observed ones, yearly values, and when the lead
changed hands. Does not belong here: our own series (`ours`) or what follows from both (`compare`).

A series is one row of `outside_series.csv`, a figure one row of `outside_figures.csv`: a year or a
shorter period with the least and the greatest share that its source allows. They are yearly sums
and means, never a copy of anybody's file.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any, Literal, NamedTuple, cast, get_args

import duckdb

Subject = Literal["roles", "papers", "downloads"]
Measures = Literal["framework_share", "ml_share"]


class FiguresError(ValueError):
    """A shipped file does not say what it must; the message names the file and the series."""


class Figure(NamedTuple):
    """What one source says of one period."""

    period_start: date
    period_end: date  # last day
    low: float  # least and greatest share; the same where one value is given
    high: float
    is_observed: bool = False  # read by a run, not shipped

    @property
    def middle(self) -> float:
        """Middle of the period in decimal years."""
        return (_decimal(self.period_start) + _decimal(self.period_end, days=1)) / 2

    @property
    def days(self) -> int:
        """Length of the period."""
        return (self.period_end - self.period_start).days + 1

    def is_within(self, other: Figure) -> bool:
        """Whether the period is a part of another one, and not all of it."""
        return (
            self.days < other.days
            and other.period_start <= self.period_start
            and self.period_end <= other.period_end
        )


class OutsideSeries(NamedTuple):
    """A series of somebody else."""

    series: str
    subject: Subject
    measures: Measures
    compared_with: tuple[str, ...]  # names of our series
    name: str
    source: str
    url: str
    licence: str
    note: str
    figures: tuple[Figure, ...]  # by middle

    def years(self) -> dict[int, tuple[float, float]]:
        """Least and greatest share by calendar year, ascending.

        Periods of a year are averaged by their days; one that is a part of a longer one is left
        out, for it is in that one already.
        """
        whole = [
            one for one in self.figures if not any(one.is_within(other) for other in self.figures)
        ]
        by_year: dict[int, list[Figure]] = {}
        for figure in whole:
            by_year.setdefault(int(figure.middle), []).append(figure)
        return {year: _mean(found) for year, found in sorted(by_year.items())}

    def crossing(self) -> tuple[float, float]:
        """When PyTorch took the lead, as far as the figures tell.

        Returns:
            Middle of the last period in which it surely trailed and of the first from which on it
            surely leads, in decimal years; infinite where there is no such period.
        """
        trailed = [figure.middle for figure in self.figures if figure.high <= _EVEN]
        leading = math.inf
        for figure in reversed(self.figures):
            if figure.low <= _EVEN:
                break
            leading = figure.middle
        return max(trailed, default=-math.inf), leading


_EVEN = 0.5


def outside_series(con: duckdb.DuckDBPyConnection, as_of: date) -> list[OutsideSeries]:
    """All series of others, with what is known of them as of a day.

    Args:
        con: Connection to a warehouse with `out.reference_series`.
        as_of: The day that counts as now; periods that begin later are left out.

    Returns:
        The shipped series, each with shipped figures and with newer ones that a run has read.

    Raises:
        FiguresError: A shipped file does not say what it must.
    """
    found = []
    for series in shipped_series():
        newest = max(figure.period_end for figure in series.figures)
        newer = _observed(con, series.series, newest)
        figures = [f for f in (*series.figures, *newer) if f.period_start <= as_of]
        if figures:
            by_middle = tuple(sorted(figures, key=lambda figure: figure.middle))
            found.append(series._replace(figures=by_middle))
    return found


def shipped_series() -> list[OutsideSeries]:
    """The series that ship with the project, by name.

    Raises:
        FiguresError: A word is unknown, a share is none, a series has no figure, or a figure no
            series.
    """
    figures: dict[str, list[Figure]] = {}
    for row in _rows("outside_figures.csv"):
        low, high = float(row["share_low"]), float(row["share_high"])
        start, end = (date.fromisoformat(row[f"period_{end}"]) for end in ("start", "end"))
        if not (0 <= low <= high <= 1 and start <= end):
            raise FiguresError(f"outside_figures.csv: {row['series']} of {start} is no share")
        figures.setdefault(row["series"], []).append(Figure(start, end, low, high))
    found = [_of_row(row, figures.pop(row["series"], [])) for row in _rows("outside_series.csv")]
    if figures:
        raise FiguresError(f"outside_series.csv: lacks {', '.join(sorted(figures))}")
    return sorted(found)


def _of_row(row: dict[str, str], figures: list[Figure]) -> OutsideSeries:
    if not figures:
        raise FiguresError(f"outside_figures.csv: no figure of {row['series']}")
    for column, words in (("subject", get_args(Subject)), ("measures", get_args(Measures))):
        if row[column] not in words:
            raise FiguresError(f"outside_series.csv: {row['series']}: {column} {row[column]!r}")
    return OutsideSeries(
        series=row["series"],
        subject=cast("Subject", row["subject"]),
        measures=cast("Measures", row["measures"]),
        compared_with=tuple(row["compared_with"].split(";")),
        name=row["name"],
        source=row["source"],
        url=row["url"],
        licence=row["licence"],
        note=row["note"],
        figures=tuple(sorted(figures, key=lambda figure: figure.middle)),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("warehouse.crosschecks") / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


# Newer values of the same series, as the spider `reference` reads them. Downloads are of the 30
# days before the day that they are dated, and a package that is not among the most downloaded ones
# has no value.
_OBSERVED = {
    "conference_papers": """
        WITH counted AS (
            SELECT
                year(period_start) AS held_in, min(period_start) AS period_start,
                max(period_start) AS period_end,
                sum(value) FILTER (WHERE ends_with(series, '_pytorch')) AS pytorch,
                sum(value) FILTER (WHERE ends_with(series, '_tensorflow')) AS tensorflow
            FROM out.reference_series
            WHERE source = 'conference_papers' AND period_start > $newest
            GROUP BY ALL
        )
        SELECT
            period_start, period_end, pytorch / (pytorch + tensorflow) AS share_low,
            pytorch / (pytorch + tensorflow) AS share_high
        FROM counted WHERE pytorch + tensorflow > 0
    """,
    "pypi_downloads": """
        WITH counted AS (
            SELECT
                period_start AS counted_on,
                max(value) FILTER (WHERE series = 'downloads_torch') AS torch,
                max(value) FILTER (WHERE series = 'downloads_tensorflow') AS tensorflow,
                coalesce(sum(value) FILTER (WHERE series IN (
                    'downloads_tensorflow-gpu', 'downloads_tensorflow-cpu', 'downloads_tf-nightly'
                )), 0) AS others
            FROM out.reference_series
            WHERE source = 'pypi_downloads' AND period_start > $newest
            GROUP BY ALL
        )
        SELECT
            counted_on - 30, counted_on - 1, torch / (torch + tensorflow + others) AS share_low,
            torch / (torch + tensorflow) AS share_high
        FROM counted WHERE torch > 0 AND tensorflow > 0
    """,
    "indeed_ai_share": """
        SELECT
            min(period_start), max(period_start), avg(value) / 100 AS share_low,
            avg(value) / 100 AS share_high
        FROM out.reference_series
        WHERE source = 'hiring_lab_ai_share' AND series = 'ai_share_of_postings_us'
            AND period_start > $newest
        GROUP BY date_trunc('month', period_start)
    """,
}


def _observed(con: duckdb.DuckDBPyConnection, series: str, newest: date) -> list[Figure]:
    """Figures of a series that are newer than those that ship with the project."""
    if series not in _OBSERVED:
        return []
    rows: list[tuple[Any, ...]] = con.execute(_OBSERVED[series], {"newest": newest}).fetchall()
    return [Figure(start, end, low, high, is_observed=True) for start, end, low, high in rows]


def _mean(figures: list[Figure]) -> tuple[float, float]:
    days = sum(figure.days for figure in figures)
    return (
        sum(figure.low * figure.days for figure in figures) / days,
        sum(figure.high * figure.days for figure in figures) / days,
    )


def _decimal(day: date, days: int = 0) -> float:
    """A day's beginning in decimal years, or that of some days later."""
    first, following = (date(day.year + n, 1, 1) for n in (0, 1))
    return day.year + ((day - first).days + days) / (following - first).days
