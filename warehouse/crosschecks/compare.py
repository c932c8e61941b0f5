"""Our series against those of others: what agrees, what does not, and what can't be told.

Belongs here: the rows of `out.cross_checks`. Does not belong here: either side (`ours`,
`outside`), or any verdict: nothing that judges a claim reads this.

- direction: change of the share from the first to the last year that both sides hold. Agrees when
  both changes have one sign; ours can be told when its interval leaves out 0, theirs when the
  shares that its source allows do.
- crossing_date: when PyTorch took the lead. Agrees when our interval and their span meet, disagrees
  when they don't. An interval that is open at one end and meets theirs tells nothing.
- level: both shares of a year, side by side. Nothing is concluded: outside series agree with each
  other on direction, not on level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from warehouse.crosschecks.ours import (
    HACKERNEWS,
    LEAST_COMPANIES,
    LEAST_UNITS,
    OWN_CODE,
    PAPERS,
    Estimate,
    Series,
    our_series,
)
from warehouse.crosschecks.outside import OutsideSeries, outside_series

COLUMNS = (
    "our_series",
    "outside_series",
    "outside_name",
    "measure",
    "unit",
    "ours",
    "ci_low",
    "ci_high",
    "n_units",
    "n_companies",
    "theirs_low",
    "theirs_high",
    "period_start",
    "period_end",
    "agrees",
    "note",
    "caveats",
    "newest_figure_on",
    "is_observed",
    "source",
    "url",
    "licence",
    "is_sample",
)
OF_OURS = {
    HACKERNEWS: "",
    PAPERS: "Among all papers, repositories by others may be later re-implementations, which "
    "date PyTorch too early.",
    OWN_CODE: "",
}
"""What to keep in mind of a series of ours, whatever it is held against."""


class _Said(NamedTuple):
    """What one comparison says, apart from whose series it compares."""

    measure: str
    unit: str
    ours: Estimate | None
    theirs: tuple[float, float] | None
    years: tuple[int, int]
    agrees: bool | None
    note: str


def cross_checks(con: duckdb.DuckDBPyConnection, *, as_of: date, is_sample: bool) -> pd.DataFrame:
    """Compare every series of ours with the outside series that are of the same kind.

    Args:
        con: Connection to a warehouse with `core.roles`, `core.papers`, `core.paper_frameworks`
            and `out.reference_series`.
        as_of: The day that counts as now.
        is_sample: Whether ours is the sample market.

    Returns:
        The rows of `out.cross_checks`, in the order of its key: shares as fractions, dates of
        crossing in decimal years, an open end of an interval empty.

    Raises:
        outside.FiguresError: A shipped file of outside figures does not say what it must.
    """
    ours = {(series.name, series.measures): series for series in our_series(con, as_of)}
    rows = [
        _row(name, theirs, said, as_of) | {"is_sample": is_sample}
        for theirs in outside_series(con, as_of)
        for name in theirs.compared_with
        for said in _compared(ours.get((name, theirs.measures)), theirs)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["agrees"] = frame["agrees"].astype("boolean")
    for count in ("n_units", "n_companies"):
        frame[count] = frame[count].astype("Int64")
    keys = ["our_series", "outside_series", "measure", "period_start"]
    return frame.sort_values(keys, ignore_index=True)


def _compared(ours: Series | None, theirs: OutsideSeries) -> Iterator[_Said]:
    years = theirs.years()
    common = [year for year in years if ours is not None and year in ours.years]
    yield _direction(ours, theirs, years, common)
    if theirs.measures == "framework_share":
        yield _crossing(ours, theirs)
    if ours is not None:
        for year in common:
            yield _level(ours.share(year), years[year], year)


def _direction(
    ours: Series | None,
    theirs: OutsideSeries,
    years: dict[int, tuple[float, float]],
    common: list[int],
) -> _Said:
    if ours is None or len(common) < 2:
        note = f"Fewer than two years hold {_enough(theirs)} on our side."
        return _Said("direction", "share", None, None, (min(years), max(years)), None, note)
    first, last = common[0], common[-1]
    change = ours.change(first, last)
    low, high = years[last][0] - years[first][1], years[last][1] - years[first][0]
    our_sign, their_sign = _sign(*change.ends), _sign(low, high)
    if our_sign is None or their_sign is None:
        agrees = None
        side = (
            "our interval allows either sign"
            if our_sign is None
            else "their figures allow either sign"
        )
        note = f"{side[0].upper()}{side[1:]}."
    else:
        agrees = our_sign == their_sign
        note = f"From {first} to {last}: ours {_way(our_sign)}, theirs {_way(their_sign)}."
    return _Said("direction", "share", change, (low, high), (first, last), agrees, note)


def _crossing(ours: Series | None, theirs: OutsideSeries) -> _Said:
    span = theirs.crossing()
    years = (int(theirs.figures[0].middle), int(theirs.figures[-1].middle))
    found = ours.crossing() if ours is not None else None
    if found is None:
        note = f"{_enough(theirs)} are needed of either framework on our side."
        return _Said("crossing_date", "year", None, span, years, None, note)
    low, high = found.ends
    if math.isinf(span[0]) and math.isinf(span[1]):
        note = "Their figures show no change of lead."
        return _Said("crossing_date", "year", found, span, years, None, note)
    if low > span[1] or high < span[0]:
        note = f"Ours {'later' if low > span[1] else 'earlier'} than theirs."
        return _Said("crossing_date", "year", found, span, years, False, note)
    if math.isinf(low) or math.isinf(high):
        end = "lower" if math.isinf(low) else "upper"
        note = f"Our interval meets theirs, but is open at its {end} end."
        return _Said("crossing_date", "year", found, span, years, None, note)
    note = "Our interval and the span of theirs meet."
    if math.isinf(span[0]):
        note += " Theirs leads from its first figure on."
    elif math.isinf(span[1]):
        note += " Theirs has no lead that lasts."
    return _Said("crossing_date", "year", found, span, years, True, note)


def _level(ours: Estimate, theirs: tuple[float, float], year: int) -> _Said:
    low, high = theirs
    if high < ours.ends.low:
        note = "Theirs lies below our interval."
    elif low > ours.ends.high:
        note = "Theirs lies above our interval."
    else:
        note = "Theirs lies within our interval, or meets it."
    return _Said("level", "share", ours, theirs, (year, year), None, note)


def _row(name: str, theirs: OutsideSeries, said: _Said, as_of: date) -> dict[str, Any]:
    figure = max(theirs.figures, key=lambda figure: figure.period_end)
    low, high = said.ours.ends if said.ours else (math.nan, math.nan)
    return {
        "our_series": name,
        "outside_series": theirs.series,
        "outside_name": theirs.name,
        "measure": said.measure,
        "unit": said.unit,
        "ours": _finite(said.ours.value if said.ours else math.nan),
        "ci_low": _finite(low),
        "ci_high": _finite(high),
        "n_units": said.ours.n_units if said.ours else None,
        "n_companies": said.ours.n_companies if said.ours else None,
        "theirs_low": _finite(said.theirs[0] if said.theirs else math.nan),
        "theirs_high": _finite(said.theirs[1] if said.theirs else math.nan),
        "period_start": date(said.years[0], 1, 1),
        "period_end": min(date(said.years[1], 12, 31), as_of),
        "agrees": said.agrees,
        "note": said.note,
        "caveats": " ".join(filter(None, (OF_OURS[name], theirs.note))),
        "newest_figure_on": min(figure.period_end, as_of),
        "is_observed": any(figure.is_observed for figure in theirs.figures),
        "source": theirs.source,
        "url": theirs.url,
        "licence": theirs.licence,
    }


def _enough(theirs: OutsideSeries) -> str:
    if theirs.subject == "papers":
        return f"{LEAST_UNITS} papers"
    return f"{LEAST_UNITS} roles at {LEAST_COMPANIES} companies"


def _sign(low: float, high: float) -> int | None:
    """Sign of a change that lies between two ends; None where either sign is allowed."""
    return 1 if low > 0 else -1 if high < 0 else None


def _way(sign: int) -> str:
    return "up" if sign > 0 else "down"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
