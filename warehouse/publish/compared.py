"""Our series beside those of others.

Belongs here: choosing the rows of the cross-checks that the page shows, and their words. Does not
belong here: the comparison itself (`warehouse.crosschecks`).
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.terms import source_name
from warehouse.publish.wording import count, figure, interval, is_number, points

_MEASURES = {"direction": "Direction", "crossing_date": "When PyTorch took the lead"}
_AGREEMENT = {True: "agree", False: "differ", None: "can’t be told"}


def compared_section(publication: Publication, *, is_sample: bool) -> Row | None:
    """Our series beside those of others: what was compared, whose they are, and the levels."""
    if not publication.has("out.cross_checks"):
        return None
    rows = publication.rows(
        """SELECT * FROM "out".cross_checks
        ORDER BY our_series, outside_series, measure DESC, period_start"""
    )
    if not rows:
        return None
    judged = [row for row in rows if row["measure"] in _MEASURES]
    for row in judged:
        row["ours_named"] = _series_name(row["our_series"])
        row["measure_said"] = _MEASURES[row["measure"]]
        row["agrees_said"] = _AGREEMENT[row["agrees"]]
        row.update(compared_said(row))
    levels = [row for row in rows if row["measure"] == "level"]
    outside = {row["outside_series"]: row for row in reversed(rows)}
    return {
        "rows": judged,
        "told": [row for row in judged if row["agrees"] is not None],
        "figures": [
            (
                _series_name(name),
                _level_figure(_series_name(name), of_one, is_sample=is_sample),
            )
            for name in dict.fromkeys(row["our_series"] for row in levels)
            if (of_one := _framework_levels(judged, levels, name))
        ],
        "outside": sorted(outside.values(), key=lambda row: str(row["outside_name"])),
    }


def compared_said(row: Row) -> dict[str, str]:
    """A row of `out.cross_checks` in words: our figure, its interval, and what theirs allows.

    Args:
        row: measure, ours, ci_low, ci_high, theirs_low, theirs_high.

    Returns:
        ours_said, interval_said and theirs_said; a figure that is not there is a dash or empty.
    """
    if row["measure"] == "direction":
        theirs = [points(row[f"theirs_{end}"]) for end in ("low", "high")]
        has_interval = is_number(row["ci_low"]) and is_number(row["ci_high"])
        ends = (points(row["ci_low"]), points(row["ci_high"]))
        return {
            "ours_said": points(row["ours"]),
            "interval_said": " to ".join(ends) if has_interval else "",
            "theirs_said": " to ".join(dict.fromkeys(theirs)),
        }
    unit = row["unit"]
    return {
        "ours_said": figure(row["ours"], unit),
        "interval_said": interval(row["ci_low"], row["ci_high"], unit),
        "theirs_said": figure(row["theirs_low"], unit)
        if row["theirs_low"] == row["theirs_high"]
        else interval(row["theirs_low"], row["theirs_high"], unit),
    }


def _series_name(series: str) -> str:
    """A series of ours with its source as people call it."""
    source, _, what = series.partition(" ")
    return f"{source_name(source)} {what}".strip()


def _framework_levels(
    judged: Sequence[Row], levels: Sequence[Row], name: str
) -> dict[str, list[Row]]:
    """Levels of one series of ours by outside series, those alone that are of frameworks.

    What measures something else has no date at which PyTorch took the lead.
    """
    of_frameworks = [
        row["outside_series"]
        for row in judged
        if row["our_series"] == name and row["measure"] == "crossing_date"
    ]
    found = {
        series: [
            row for row in levels if (row["our_series"], row["outside_series"]) == (name, series)
        ]
        for series in of_frameworks
    }
    return {series: rows for series, rows in found.items() if rows}


def _level_figure(name: str, by_outside: dict[str, list[Row]], *, is_sample: bool) -> Figure:
    """Our share by year and theirs, as a small chart with its table."""
    rows = [row for found in by_outside.values() for row in found]
    mine = {
        row["period_start"]: {**row, "share": row["ours"], "tip": _tip(rows, row)}
        for row in sorted(rows, key=lambda row: row["period_start"])
    }
    theirs = {
        found[0]["outside_name"]: [
            {
                "period_start": row["period_start"],
                "low": row["theirs_low"],
                "high": row["theirs_high"],
            }
            for row in found
            if is_number(row["theirs_low"]) and is_number(row["theirs_high"])
        ]
        for found in by_outside.values()
    }
    drawn = {
        size: Markup(
            charts.comparison_chart(
                list(mine.values()), theirs, size, name=name, is_sample=is_sample
            )
        )
        for size in ("wide", "narrow")
    }
    newest = max(mine)
    return Figure(
        drawn["wide"],
        drawn["narrow"],
        alternative=(
            f"Line chart of PyTorch's share in {name} by year beside {', '.join(theirs)}: ours "
            f"{figure(mine[newest]['share'], 'share')} in {newest.year}. The table below the chart "
            "holds every value."
        ),
        note=(
            "Share of PyTorch among mentions of PyTorch and TensorFlow, in years that both sides "
            "hold. Band: 95 % interval of ours. Above the line PyTorch leads."
        ),
        columns=("year", "against", "ours", "95 % interval", "theirs", "based on"),
        rows=[
            (
                str(row["period_start"].year),
                row["outside_name"],
                said["ours_said"],
                said["interval_said"],
                said["theirs_said"],
                count(row["n_units"]),
            )
            for row in rows
            if (said := compared_said(row))
        ],
    )


def _tip(rows: Sequence[Row], of_year: Row) -> str:
    """What hovering a year tells, a line for us and for each of the others."""
    ours = compared_said(of_year)
    lines = [
        f"{of_year['period_start'].year}",
        f"ours {ours['ours_said']} ({ours['interval_said']}), from {count(of_year['n_units'])}",
    ]
    lines += [
        f"{row['outside_name']} {compared_said(row)['theirs_said']}"
        for row in rows
        if row["period_start"] == of_year["period_start"]
    ]
    return "\n".join(lines)
