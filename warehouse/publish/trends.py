"""Series over time: how often frameworks are asked for, by source.

Belongs here: choosing the rows of the series that the page shows, and their words. Does not belong
here: how a chart is drawn (`charts`), or any figure that is not in a table of `out`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.terms import source_name, source_terms
from warehouse.publish.wording import (
    count,
    counted,
    day_said,
    figure,
    interval,
    is_number,
    is_ratio,
    period_namer,
)

_GRAINS = (("quarter", 1), ("year", 2), ("month", 0))
"""Periods of `framework_ratio_by_*` in the order of preference, and how steady each is."""

_ENOUGH_PERIODS = 6  # for a series to show a course
_ENOUGH_NAMED = 30  # roles naming either, in the median period: the size that verdicts ask for
_THIN_PERIOD = 10  # fewer roles than that make no point worth seeing
_THIN_ROLES = 30  # likewise machine-learning roles, for a share
_MOST_PANELS = 8
_MOST_STEPS = 3
_COMBINED = ("all", "panel")
_FRAMEWORKS = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}


class Panel(NamedTuple):
    """What the page says of one source set: what it can speak of, and two charts with a sentence.

    `share` lacks where no period has enough roles, which `share_said` then tells.
    """

    name: str
    about: str
    ratio_said: str
    ratio: Figure
    share_said: str
    share: Figure | None


class _Series(NamedTuple):
    """A series of ratios: its period and rows, and those rows that are worth a point."""

    sources: str
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

    def has_course(self) -> bool:
        """Whether there are enough periods worth a point to be seen by themselves."""
        thick = [row for row in self.drawn if row["n_named"] >= _THIN_PERIOD]
        return len(thick) >= _ENOUGH_PERIODS

    def newest_whole(self) -> Row | None:
        """The newest row worth a point whose period was observed in whole."""
        return next((row for row in reversed(self.drawn) if not row["is_partial"]), None)


class _Origin(NamedTuple):
    """The source that most roles of a period come from, how many, and whether it saw it whole."""

    source: str
    n_roles: int
    is_partial: bool


def trends_section(publication: Publication, *, is_sample: bool) -> Row | None:
    """The ratio and the shares over time, for all sources and for each that shows a course.

    Args:
        publication: Its `out.framework_ratio_by_*` and `out.framework_share_by_*` are read, and
            `out.boards` for what a source can speak of.
        is_sample: Marks the charts.

    Returns:
        panels (`Panel`, all sources first), and silent, which names the sources that are too thin
        for a course; None where no period of any has a ratio.
    """
    found = {grain: _by_sources(publication, grain) for grain, _ in _GRAINS}
    sources = sorted(
        {name for by_sources in found.values() for name in by_sources},
        key=lambda name: (
            _COMBINED.index(name) if name in _COMBINED else len(_COMBINED),
            -_named(found, name),
            name,
        ),
    )
    shown, silent = [], []
    for name in sources:
        series = _best(found, name)
        if series is not None and (name == "all" or series.has_course()):
            shown.append(series)
        elif name not in _COMBINED:
            silent.append((name, _named(found, name)))
    if not shown:
        return None
    boards = _boards(publication)
    panels = []
    for number, series in enumerate(shown[:_MOST_PANELS]):
        origins = _origins(found[series.period]) if series.sources == "all" else {}
        panels.append(
            Panel(
                _name(series.sources),
                _about(series, origins, boards),
                _ratio_said(series, origins),
                _ratio_figure(series, origins, number, is_sample=is_sample),
                *_shares(publication, series, origins, number, is_sample=is_sample),
            )
        )
    silent += [(series.sources, _named(found, series.sources)) for series in shown[_MOST_PANELS:]]
    return {"panels": panels, "silent": _silent_said(silent)}


def _by_sources(publication: Publication, grain: str) -> dict[str, list[Row]]:
    """Rows of the ratio by one period, by source set."""
    table = f"framework_ratio_by_{grain}"
    if not publication.has(f"out.{table}"):
        return {}
    by_sources: dict[str, list[Row]] = {}
    for row in publication.rows(
        f"""SELECT *, pytorch_only + tensorflow_only + "both" AS n_named
        FROM "out".{table} WHERE population = 'ml' ORDER BY sources, period_start"""
    ):
        by_sources.setdefault(row["sources"], []).append(row)
    return by_sources


def _named(found: Mapping[str, Mapping[str, list[Row]]], sources: str) -> int:
    """Roles of a source set that name either framework; every period holds them all."""
    totals = (
        sum(row["n_named"] for row in by_sources.get(sources, ())) for by_sources in found.values()
    )
    return max(totals, default=0)


def _best(found: Mapping[str, Mapping[str, list[Row]]], sources: str) -> _Series | None:
    """The ratio by quarter where there is enough of it, else by what carries it best."""
    candidates = []
    for grain, steadiness in _GRAINS:
        rows = found[grain].get(sources, [])
        drawn = [
            row for row in rows if is_ratio(row["ratio"]) and row["n_named"] >= _THIN_PERIOD
        ] or [row for row in rows if is_ratio(row["ratio"])]
        if drawn:
            candidates.append(_Series(sources, grain, steadiness, rows, drawn))
    return max(candidates, key=_Series.merit, default=None)


def _name(sources: str) -> str:
    return {"all": "All sources", "panel": "Fixed panel"}.get(sources) or source_name(sources)


def _whom(sources: str) -> str:
    """A source set within a sentence."""
    combined = {"all": "all sources together", "panel": "the fixed panel"}
    return combined.get(sources) or source_name(sources)


def _silent_said(silent: Sequence[tuple[str, int]]) -> str:
    """The sources that have no course of their own, with what they have."""
    named = [f"{_name(name)} ({count(n)})" for name, n in silent if n]
    without = [_name(name) for name, n in silent if not n]
    said = []
    if named:
        said.append(
            "Too few for a course of their own, with the roles that name either framework: "
            f"{', '.join(named)}."
        )
    if without:
        said.append(f"No role that names either: {', '.join(without)}.")
    return " ".join(said)


def _boards(publication: Publication) -> dict[str, Row]:
    """Boards by source, and those of the panel: how many, since when, and whether an archive."""
    if not publication.has("out.boards"):
        return {}
    rows = publication.rows(
        """SELECT source, count(*) AS n, bool_and(is_archive) AS is_archive,
            min(first_on) AS first_on, max(newest_on) AS newest_on
        FROM "out".boards GROUP BY source
        UNION ALL
        SELECT 'panel', count(*), false, max(first_listing_on), max(newest_listing_on)
        FROM "out".boards WHERE is_panel HAVING count(*) > 0"""
    )
    return {row["source"]: row for row in rows}


def _origins(by_sources: Mapping[str, list[Row]]) -> dict[date, _Origin]:
    """The source that at least half of a period's roles come from, where there is one."""
    everyone = {row["period_start"]: row["n_roles"] for row in by_sources.get("all", ())}
    found: dict[date, _Origin] = {}
    for source, rows in by_sources.items():
        if source in _COMBINED:
            continue
        for row in rows:
            start, n_roles = row["period_start"], row["n_roles"]
            is_half = 2 * n_roles >= everyone.get(start, 0) > 0
            if is_half and (start not in found or n_roles > found[start].n_roles):
                found[start] = _Origin(source, n_roles, bool(row["is_partial"]))
    return found


def _about(series: _Series, origins: Mapping[date, _Origin], boards: Mapping[str, Row]) -> str:
    """What a source set can speak of, and what not."""
    own = boards.get(series.sources)
    match series.sources:
        case "all":
            namer = period_namer(series.period)
            steps = _changes(series.drawn, origins)
            said = "Every source together, a role that several show counted once."
            if len(steps) > 1:
                made = ", ".join(
                    f"{_name(source)} from {namer(start)} on" for start, source in steps
                )
                n_all = len(series.drawn)
                n_made = sum(row["period_start"] in origins for row in series.drawn)
                of_all = counted(n_all, f"{series.period}s")
                where = f", in {count(n_made)} of {of_all}" if n_made < n_all else ""
                said += (
                    f" Half of the roles or more come from one source{where}: {made}. Where that "
                    "changes, a step in the lines can be one of the sources and not of the market; "
                    "the chart of a single source has no such step."
                )
            return said
        case "panel":
            since = (
                f" {_there_are(own['n'])}, watched since {day_said(own['first_on'])}."
                if own
                else ""
            )
            return (
                "The boards that were listed in whole throughout the newest 365 days, or since "
                "boards are watched where that is less: adding a board can’t move this series."
                f"{since} Boards show what is open now: of the time before, only roles that stayed "
                "open are left."
            )
        case source:
            what = source_terms().get(source, {}).get("what", "")
            begins = f"{what[:1].upper()}{what[1:]}. " if what else ""
            if own is None:
                return begins.strip()
            days = f"{day_said(own['first_on'])} to {day_said(own['newest_on'])}"
            if own["is_archive"]:
                return (
                    f"{begins}An archive: adverts stay readable after the role is filled, so "
                    f"each of its months speaks as it was written. Read: {_threads(own['n'])}, "
                    f"{days}."
                )
            n_boards = counted(own["n"], "boards")
            return (
                f"{begins}{_name(source)} shows what is open now; {n_boards} "
                f"read from {days}. Of the time before that, only roles that stayed open are "
                "left, so those periods are partial."
            )


def _threads(n: int) -> str:
    return "one thread or file" if n == 1 else f"{count(n)} threads or files"


def _there_are(n: int) -> str:
    return "There is one such board" if n == 1 else f"There are {count(n)} such boards"


def _changes(drawn: Sequence[Row], origins: Mapping[date, _Origin]) -> list[tuple[date, str]]:
    """First period of each run of periods whose roles come mostly from the same source."""
    changes: list[tuple[date, str]] = []
    for row in drawn:
        origin = origins.get(row["period_start"])
        if origin and (not changes or changes[-1][1] != origin.source):
            changes.append((row["period_start"], origin.source))
    return changes


def _steps(drawn: Sequence[Row], origins: Mapping[date, _Origin]) -> list[tuple[date, str]]:
    """What the chart of all sources notes at periods that are made of another source."""
    changes = _changes(drawn, origins)[1:]
    if len(changes) > _MOST_STEPS:
        return []  # a mixture, that no rule through the chart could tell
    return [(start, f"from here mostly {_name(source)[:24]}") for start, source in changes]


def _origin_said(row: Row, origins: Mapping[date, _Origin], period: str) -> str:
    """Which source most roles of a period come from, as a sentence; nothing where none does."""
    origin = origins.get(row["period_start"])
    if origin is None:
        return ""
    partial = f", which saw only part of that {period}" if origin.is_partial else ""
    return (
        f" Of its {counted(row['n_roles'], 'machine-learning roles')}, {count(origin.n_roles)} "
        f"{'comes' if origin.n_roles == 1 else 'come'} from {_name(origin.source)}{partial}."
    )


def _period_said(series: _Series, row: Row) -> str:
    """Which period a sentence speaks of."""
    name = period_namer(series.period)(row["period_start"])
    if row["is_partial"]:
        return f"No {series.period} was observed in whole; in {name}, the newest one"
    return f"In {name}, the newest whole {series.period} with enough roles"


def _ratio_said(series: _Series, origins: Mapping[date, _Origin]) -> str:
    """What the newest whole period says of the ratio."""
    row = series.newest_whole() or series.drawn[-1]
    low, high = row["ci_low"], row["ci_high"]
    # what holds every ratio from nothing up says nothing
    ends = interval(low, high, "ratio") if low or is_ratio(high) else ""
    if is_number(low) and low > 1:
        leads = "PyTorch leads"
    elif is_number(high) and high < 1:
        leads = "TensorFlow leads"
    else:
        leads = "which of the two leads can’t be told"
    return (
        f"{_period_said(series, row)}, "
        f"{counted(row['pytorch_only'] + row['both'], 'roles')} named PyTorch and "
        f"{count(row['tensorflow_only'] + row['both'])} TensorFlow: "
        f"{figure(row['ratio'], 'ratio')} to 1"
        f" ({f'95 % interval {ends}' if ends else 'too few for an interval'}), {leads}."
        f"{_origin_said(row, origins, series.period)}"
    )


def _ratio_figure(
    series: _Series, origins: Mapping[date, _Origin], number: int, *, is_sample: bool
) -> Figure:
    """The chart of the ratio with its table."""
    period, drawn = series.period, series.drawn
    name = period_namer(period)
    points = {row["period_start"]: row for row in drawn}
    plotted = [
        {**points.get(row["period_start"], {**row, "ratio": None}), "tip": _ratio_tip(row, name)}
        for row in series.rows
        if drawn[0]["period_start"] <= row["period_start"] <= drawn[-1]["period_start"]
    ]
    rows = [row for row in series.rows if row["n_named"]]
    whole = [row for row in drawn if not row["is_partial"]] or drawn
    first, last = whole[0], whole[-1]
    wide, narrow = (
        Markup(
            charts.ratio_chart(
                plotted,
                size,
                is_sample=is_sample,
                key=f"ratio-{number}",
                steps=_steps(drawn, origins),
            )
        )
        for size in charts.SIZES
    )
    of_whom = _whom(series.sources)
    return Figure(
        wide,
        narrow,
        alternative=(
            f"Line chart of PyTorch roles per TensorFlow role, {of_whom}, by {period}: "
            f"{figure(first['ratio'], 'ratio')} in {name(first['period_start'])}, "
            f"{figure(last['ratio'], 'ratio')} in {name(last['period_start'])}. "
            "The table below the chart holds every value."
        ),
        note=(
            f"Machine-learning roles by the {period} in which they entered the market, {of_whom}: "
            f"{_naming_either(sum(row['n_named'] for row in rows))}. "
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
            *(("mostly from",) if origins else ()),
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
                *_origin_cell(row, origins),
                "partial" if row["is_partial"] else "",
            )
            for row in rows
        ],
    )


def _naming_either(n: int) -> str:
    return f"{counted(n, 'roles')} {'names' if n == 1 else 'name'} either framework"


def _origin_cell(row: Row, origins: Mapping[date, _Origin]) -> tuple[str, ...]:
    if not origins:
        return ()
    origin = origins.get(row["period_start"])
    return (_name(origin.source) if origin else "",)


def _ratio_tip(row: Row, name: Callable[[date], str]) -> str:
    """What hovering a period tells."""
    ends = interval(row["ci_low"], row["ci_high"], "ratio")
    return (
        f"{name(row['period_start'])}{' (partial)' if row['is_partial'] else ''}: "
        f"{figure(row['ratio'], 'ratio')} to 1{f' ({ends})' if ends else ''}, "
        f"{counted(row['n_named'], 'roles')}"
    )


def _shares(
    publication: Publication,
    series: _Series,
    origins: Mapping[date, _Origin],
    number: int,
    *,
    is_sample: bool,
) -> tuple[str, Figure | None]:
    """The shares of roles by the same period, as a sentence and a chart with its table."""
    by_period = _share_rows(publication, series)
    drawn = {
        start: by_framework
        for start, by_framework in by_period.items()
        if next(iter(by_framework.values()))["n_all"] >= _THIN_ROLES
    }
    named = [
        name
        for name in _FRAMEWORKS
        if any(row[name]["n_roles"] for row in drawn.values() if name in row)
    ]
    if not named:
        return _no_shares_said(series, by_period), None
    period, name = series.period, period_namer(series.period)
    points = [
        by_framework[framework] if start in drawn else {**by_framework[framework], "share": None}
        for start, by_framework in by_period.items()
        for framework in named
        if framework in by_framework and min(drawn) <= start <= max(drawn)
    ]
    tips = [
        {"period_start": start, "tip": _share_tip(by_framework, name(start))}
        for start, by_framework in by_period.items()
        if min(drawn) <= start <= max(drawn)
    ]
    of_ratio = [row for row in series.rows if row["period_start"] in drawn]
    wide, narrow = (
        Markup(
            charts.share_chart(
                points,
                size,
                is_sample=is_sample,
                key=f"share-{number}",
                tips=tips,
                steps=_steps(of_ratio, origins),
            )
        )
        for size in charts.SIZES
    )
    whole = [row for row in of_ratio if not row["is_partial"]]
    newest = (whole or of_ratio)[-1]
    shares = drawn[newest["period_start"]]
    of_whom = _whom(series.sources)
    said = (
        f"{_period_said(series, newest)}, of "
        f"{counted(newest['n_roles'], 'machine-learning roles')} "
        f"{_named_said(shares, with_interval=True)}."
    )
    return said, Figure(
        wide,
        narrow,
        alternative=(
            f"Line chart of the share of machine-learning roles that name each framework, "
            f"{of_whom}, by {period}. In {name(newest['period_start'])} "
            f"{_named_said(shares, with_interval=False)}. "
            "The table below the chart holds every value."
        ),
        note=(
            f"Share of the machine-learning roles that entered the market in a {period}, "
            f"{of_whom}; a role that names several frameworks counts for each, one that names none "
            "for none. Bands: 95 % intervals, whole companies resampled. Hollow dots and dashes: "
            f"periods not fully observed. A {period} with fewer than {_THIN_ROLES} such roles is "
            "in the table only."
        ),
        columns=(
            period,
            "roles",
            *(
                column
                for framework in named
                for column in (_FRAMEWORKS[framework], f"{_FRAMEWORKS[framework]}, 95 % interval")
            ),
            "partial",
        ),
        rows=[
            (
                name(start),
                count(next(iter(by_framework.values()))["n_all"]),
                *(cell for framework in named for cell in _share_cells(by_framework, framework)),
                "partial" if next(iter(by_framework.values()))["is_partial"] else "",
            )
            for start, by_framework in by_period.items()
        ],
    )


def _no_shares_said(series: _Series, by_period: Mapping[date, Mapping[str, Row]]) -> str:
    """Why there is no chart of the shares."""
    if not by_period:
        return "This publication holds no figures for this chart."
    return (
        f"No {series.period} has {_THIN_ROLES} machine-learning roles of {_whom(series.sources)} "
        "of which some name a framework: too few for a share."
    )


def _share_rows(publication: Publication, series: _Series) -> dict[date, dict[str, Row]]:
    """Rows of the shares that hold a role, by period and framework, with all roles as `n_all`."""
    table = f"framework_share_by_{series.period}"
    if not publication.has(f"out.{table}"):
        return {}
    start = "month" if series.period == "month" else "period_start"
    everyone = {row["period_start"]: row["n_roles"] for row in series.rows}
    found: dict[date, dict[str, Row]] = {}
    for row in publication.rows(
        f"""SELECT {start} AS period_start, framework, n_roles, share, ci_low, ci_high, is_partial
        FROM "out".{table} WHERE population = 'ml' AND sources = ? ORDER BY 1, framework""",
        [series.sources],
    ):
        n_all = everyone.get(row["period_start"], 0)
        if n_all and row["framework"] in _FRAMEWORKS and is_number(row["share"]):
            found.setdefault(row["period_start"], {})[row["framework"]] = {**row, "n_all": n_all}
    return found


def _share_cells(by_framework: Mapping[str, Row], framework: str) -> tuple[str, str]:
    row = by_framework.get(framework)
    if row is None:
        return "–", ""
    return figure(row["share"], "share"), interval(row["ci_low"], row["ci_high"], "share")


def _named_said(by_framework: Mapping[str, Row], *, with_interval: bool) -> str:
    """The shares of a period in one clause."""
    said = []
    for framework, name in _FRAMEWORKS.items():
        if framework in by_framework:
            share, ends = _share_cells(by_framework, framework)
            said.append(f"{share} named {name}{f' ({ends})' if with_interval and ends else ''}")
    if with_interval and said and "(" in said[0]:
        said[0] = said[0].replace("(", "(95 % interval ", 1)
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _share_tip(by_framework: Mapping[str, Row], name: str) -> str:
    """What hovering a period tells, a line for each framework."""
    any_row = next(iter(by_framework.values()))
    lines = [
        f"{name}{' (partial)' if any_row['is_partial'] else ''}, "
        f"{counted(any_row['n_all'], 'roles')}"
    ]
    for framework, said in _FRAMEWORKS.items():
        if framework in by_framework:
            share, ends = _share_cells(by_framework, framework)
            lines.append(f"{said} {share}{f' ({ends})' if ends else ''}")
    return "\n".join(lines)
