"""Papers with code, by framework.

Belongs here: choosing the rows of the papers' series that the page shows, and their words. Does not
belong here: how a chart is drawn (`charts`), or any figure that is not in a table of `out`.
"""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication
from warehouse.publish.wording import count, figure, interval, is_number

_THIN_YEAR = 20  # fewer papers with code likewise


def paper_figure(publication: Publication, *, is_sample: bool) -> Figure | None:
    """The papers chart with its table; none where no paper has a framework."""
    if not publication.has("out.paper_share_by_year"):
        return None
    rows = publication.rows(
        """SELECT * FROM "out".paper_share_by_year WHERE scope = 'all'
        ORDER BY period_start, share DESC, framework"""
    )
    rows = [row for row in rows if is_number(row["share"])]
    papers: dict[date, int] = {}
    for row in rows:
        if row["share"]:
            total = round(row["n_papers"] / row["share"])
            papers[row["period_start"]] = max(total, papers.get(row["period_start"], 0))
    known = [row for row in rows if row["framework"] in charts.FRAMEWORKS]
    drawn = [row for row in known if papers.get(row["period_start"], 0) >= _THIN_YEAR] or known
    if not drawn:
        return None
    oldest, newest = drawn[0]["period_start"], drawn[-1]["period_start"]
    plotted = [
        row if row in drawn else {**row, "share": None}
        for row in known
        if oldest <= row["period_start"] <= newest
    ]
    said = ", ".join(
        f"{charts.FRAMEWORKS[row['framework']][0]} {figure(row['share'], 'share')}"
        for row in drawn
        if row["period_start"] == newest
    )
    return Figure(
        Markup(charts.paper_chart(plotted, "wide", is_sample=is_sample)),
        Markup(charts.paper_chart(plotted, "narrow", is_sample=is_sample)),
        alternative=(
            "Line chart of the share of papers with code by framework and year. In "
            f"{newest.year}: {said}. The table below the chart holds every value."
        ),
        note=(
            "Share of the papers with code that have a repository in the framework; a paper can "
            "count for several. Bands: 95 % intervals. Hollow dots and dashes: years not fully "
            f"observed. Years with fewer than {_THIN_YEAR} papers and rarer frameworks are in the "
            "table only."
        ),
        columns=(
            "year",
            "framework",
            "papers",
            "of papers with code",
            "95 % interval",
            "of papers naming any framework",
            "partial",
        ),
        rows=[
            (
                str(row["period_start"].year),
                charts.FRAMEWORKS.get(row["framework"], (row["framework"],))[0],
                count(row["n_papers"]),
                figure(row["share"], "share"),
                interval(row["ci_low"], row["ci_high"], "share"),
                figure(row["share_of_named"], "share"),
                "partial" if row["is_partial"] else "",
            )
            for row in rows
        ],
    )
