"""Papers with code, by framework.

Belongs here: choosing the rows of the papers' series that the page shows, and their words. Does not
belong here: how a chart is drawn (`charts`), or any figure that is not in a table of `out`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.terms import source_name, source_terms
from warehouse.publish.wording import count, counted, figure, interval, is_number, period_namer

_SCOPES = {"all": "All repositories", "official": "The authors’ own"}
_THIN_PERIOD = 20  # papers with code; fewer make no point worth seeing
_ENOUGH_QUARTERS = 6  # for a chart by quarter beside that by year
_NO_FRAMEWORK = "none"
_ALWAYS_LISTED = ("pytorch", "tf")  # the rest only where a paper has them


class Panel(NamedTuple):
    """One chart of the papers, and the sentence above it."""

    name: str
    said: str
    figure: Figure


def papers_section(publication: Publication, *, is_sample: bool) -> Row | None:
    """The share of papers by framework, for all repositories and for the authors' own.

    Args:
        publication: Its `out.paper_share_by_year` and `_by_quarter` are read, and `out.papers` for
            where the papers come from.
        is_sample: Marks the charts.

    Returns:
        panels (`Panel`, all repositories by year first) and population, which says whose papers
        they are; None where no paper has a framework.
    """
    panels: list[Panel] = []
    for scope in _SCOPES:
        for period in ("year", "quarter"):
            key = f"papers-{len(panels)}"
            found = _panel(publication, scope, period, key, is_sample=is_sample)
            if found is not None:
                panels.append(found)
    return {"panels": panels, "population": _population(publication)} if panels else None


def _panel(
    publication: Publication, scope: str, period: str, key: str, *, is_sample: bool
) -> Panel | None:
    """The chart of one scope by one period; none where nothing can be drawn, or too little."""
    table = f"paper_share_by_{period}"
    if not publication.has(f"out.{table}"):
        return None
    rows = [
        row
        for row in publication.rows(
            f"""SELECT * FROM "out".{table} WHERE scope = ?
            ORDER BY period_start, share DESC, framework""",
            [scope],
        )
        if is_number(row["share"])
    ]
    papers = _papers_by_period(rows)
    known = [row for row in rows if row["framework"] in charts.FRAMEWORKS]
    thick = [row for row in known if papers[row["period_start"]] >= _THIN_PERIOD]
    if period == "quarter" and len({row["period_start"] for row in thick}) < _ENOUGH_QUARTERS:
        return None
    drawn = thick or known
    if not drawn:
        return None
    oldest, newest = drawn[0]["period_start"], drawn[-1]["period_start"]
    plotted = [
        row if row in drawn else {**row, "share": None}
        for row in known
        if oldest <= row["period_start"] <= newest
    ]
    by_period: dict[date, list[Row]] = {}
    for row in rows:
        if oldest <= row["period_start"] <= newest:
            by_period.setdefault(row["period_start"], []).append(row)
    name = period_namer(period)
    tips = [
        {"period_start": start, "tip": _tip(of_period, name(start), papers[start])}
        for start, of_period in by_period.items()
    ]
    whole = [row for row in drawn if not row["is_partial"]]
    told = (whole or drawn)[-1]["period_start"]
    wide, narrow = (
        Markup(charts.share_chart(plotted, size, is_sample=is_sample, key=key, tips=tips))
        for size in charts.SIZES
    )
    listed = [
        row
        for row in (rows if period == "year" else known)
        if row["n_papers"] or row["framework"] in _ALWAYS_LISTED
    ]
    of_told = [row for row in drawn if row["period_start"] == told]
    repository = "a repository" if scope == "all" else "a repository of the authors’ own"
    return Panel(
        f"{_SCOPES[scope]}, by {period}",
        _said(of_told, name(told), period, papers[told], repository),
        Figure(
            wide,
            narrow,
            alternative=(
                "Line chart of the share of papers with code by framework, "
                f"{_SCOPES[scope].lower()}, by {period}. In {name(told)}: "
                f"{', '.join(f'{_name(row)} {_share(row)}' for row in of_told)}. "
                "The table below the chart holds every value."
            ),
            note=(
                f"Share of the papers that have {repository}, by its framework; a paper can count "
                "for several. Bands: 95 % intervals. Hollow dots and dashes: periods not wholly "
                f"in the source. A {period} with fewer than {_THIN_PERIOD} papers is in the table "
                "only, rarer frameworks in the table by year."
            ),
            columns=(
                period,
                "framework",
                "papers",
                "of papers with code",
                "95 % interval",
                "of papers naming any framework",
                "partial",
            ),
            rows=[
                (
                    name(row["period_start"]),
                    _name(row),
                    count(row["n_papers"]),
                    _share(row),
                    interval(row["ci_low"], row["ci_high"], "share"),
                    figure(row["share_of_named"], "share"),
                    "partial" if row["is_partial"] else "",
                )
                for row in listed
            ],
        ),
    )


def _papers_by_period(rows: Sequence[Row]) -> dict[date, int]:
    """Papers with code by period, which each share is of."""
    papers = {row["period_start"]: 0 for row in rows}
    for row in rows:
        if row["share"]:
            of_row = round(row["n_papers"] / row["share"])
            papers[row["period_start"]] = max(of_row, papers[row["period_start"]])
    return papers


def _said(rows: Sequence[Row], name: str, period: str, n_papers: int, repository: str) -> str:
    """What the newest whole period says, the commonest framework first."""
    is_partial = any(row["is_partial"] for row in rows)
    which = "which the source holds in part" if is_partial else f"the newest whole {period}"
    enough = " with enough papers" if not is_partial else ""
    shares = [
        f"{_share(row)} in {_name(row)}{_interval(row)}"
        for row in rows
        if row["framework"] != _NO_FRAMEWORK
    ]
    if shares:
        shares[0] = shares[0].replace("(", "(95 % interval ", 1)
    return (
        f"In {name}, {which}{enough}, {counted(n_papers, 'papers')} had {repository}: "
        f"{', '.join(shares)}."
    )


def _interval(row: Row) -> str:
    ends = interval(row["ci_low"], row["ci_high"], "share")
    return f" ({ends})" if ends else ""


def _name(row: Mapping[str, str]) -> str:
    framework = row["framework"]
    return charts.FRAMEWORKS[framework][0] if framework in charts.FRAMEWORKS else framework


def _share(row: Row) -> str:
    return figure(row["share"], "share")


def _tip(rows: Sequence[Row], name: str, n_papers: int) -> str:
    """What hovering a period tells, a line for each framework that is drawn."""
    partial = " (partial)" if rows[0]["is_partial"] else ""
    lines = [f"{name}{partial}, {counted(n_papers, 'papers')} with code"]
    for row in rows:
        if row["framework"] in charts.FRAMEWORKS:
            ends = interval(row["ci_low"], row["ci_high"], "share")
            lines.append(f"{_name(row)} {_share(row)}{f' ({ends})' if ends else ''}")
    return "\n".join(lines)


def _population(publication: Publication) -> str:
    """Whose papers they are, with how many each source lists, and which source can't count."""
    if not publication.has("out.papers"):
        return ""
    listed = publication.rows(
        """SELECT source, count(*) AS n, year(min(published_on)) AS first_year,
            year(max(published_on)) AS last_year
        FROM "out".papers GROUP BY source ORDER BY n DESC, source"""
    )
    said = []
    for row in (row for row in listed if row["source"] != "pwc"):
        what = source_terms().get(row["source"], {}).get("what", "")
        years = sorted({row["first_year"], row["last_year"]} - {None})
        told = [part for part in (what, " to ".join(map(str, years))) if part]
        details = f" ({'; '.join(told)})" if told else ""
        said.append(f"{count(row['n'])} of {source_name(row['source'])}{details}")
    if not said:
        return ""
    population = f"Papers listed: {', '.join(said)}. A paper of several sources counts once."
    if any(row["source"] == "pwc" for row in listed):
        population += (
            " The new Papers with Code lists no paper without a framework and is left out of the "
            "shares."
        )
    return population
