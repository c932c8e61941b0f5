"""The report page: one self-contained HTML file made from a published warehouse.

Belongs here: reading the rows that the page shows and putting them in words. Does not belong here:
how a chart is drawn (`charts`), how the page looks (`templates`), or any figure that is not in a
table of `out`.

Everything from outside is escaped by the template engine; the page carries no script and forbids
every request by its own content security policy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

import duckdb
import jinja2
from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.snapshot import SAMPLE_MARK, Relation, relations

Row = dict[str, Any]

VERDICTS = {
    "supported": "✓",
    "contradicted": "✗",
    "undetermined": "?",
    "out_of_scope": "–",
}
"""Verdicts in the order of the page, with the sign that tells them apart without colour."""

TOPICS = {
    "hire": "Hiring volume",
    "seg": "Who hires for what",
    "emp": "Employers and teams",
    "pay": "Pay",
    "skill": "Skills that travel with a framework",
    "paper": "Papers",
    "model": "Models",
}
"""Topics by the first word of a claim's id, in the order of the page."""

_SERIES = (("quarter", 1), ("year", 2), ("month", 0))
"""Periods of `framework_ratio_by_*` in the order of preference, and how steady each is."""

_ENOUGH_PERIODS = 6  # for a series to show a course
_ENOUGH_NAMED = 30  # roles naming either, in the median period: the size that verdicts ask for
_THIN_PERIOD = 10  # fewer roles than that make no point worth seeing
_THIN_YEAR = 20  # fewer papers with code likewise
_HEADLINES = 8
_REFUSALS = 20
_REASON_CHARS = 220
_POINTS = "\N{NO-BREAK SPACE}points"
_SLOPE = " points a year"
_STAGES = ("load", "normalise", "adverts", "mentions", "pay", "roles", "papers", "models")
_ACCOUNT = ("rows_in", "rows_kept", "rows_refused", "rows_set_aside")


class Figure(NamedTuple):
    """A chart with what stands in for it: words for those who can't see it, and its rows."""

    wide: Markup
    narrow: Markup
    alternative: str
    note: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Publication:
    """Rows of a published warehouse, by relation; an absent relation is told from an empty one."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.relations: dict[str, Relation] = {
            relation.label: relation for relation in relations(con)
        }

    def has(self, label: str) -> bool:
        """Whether the warehouse holds `schema.name`."""
        return label in self.relations

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a query as mappings from column to value."""
        cursor = self._con.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def render_report(
    con: duckdb.DuckDBPyConnection,
    run: Mapping[str, Any],
    *,
    reports: Iterable[str] = (),
    annexes: Mapping[str, str] | None = None,
) -> str:
    """The report page as HTML.

    Args:
        con: Connection whose current database is the published copy; it is only read.
        run: The run: `is_sample` and `as_of` are required; `method_version` and the outcomes of
            `checks` are shown when there.
        reports: Names of the CSV files in `reports/`, to link to.
        annexes: Folders of pages beside the report, with their titles, to link to.

    Returns:
        A whole document that loads nothing from anywhere.

    Raises:
        KeyError: `run` lacks a required entry, or a table lacks a column of the contract.
        duckdb.Error: A table cannot be read.
    """
    is_sample = bool(run["is_sample"])
    publication = Publication(con)
    descriptions = {
        label: (found.comment or "").removeprefix(SAMPLE_MARK.strip()).strip()
        for label, found in publication.relations.items()
    }
    verdicts = _verdicts(publication)
    judged = [row for row in verdicts if row["verdict"] != "out_of_scope"]
    decided = _headlines(judged)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("warehouse.publish"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = _count
    return environment.get_template("report.html.j2").render(
        is_sample=is_sample,
        as_of=_day(run["as_of"]),
        method_version=run.get("method_version"),
        palette=charts.PALETTE,
        totals=_totals(publication),
        signs=VERDICTS,
        counts=Counter(row["verdict"] for row in verdicts),
        judged=judged,
        headlines=decided[:_HEADLINES],
        n_more=len(decided[_HEADLINES:]),
        topics=_by_topic(judged),
        out_of_scope=[row for row in verdicts if row["verdict"] == "out_of_scope"],
        ratio=_ratio_figure(publication, is_sample=is_sample),
        papers=_paper_figure(publication, is_sample=is_sample),
        compared=_compared(publication, is_sample=is_sample),
        checks=_checks(run.get("checks")),
        annexes=sorted((annexes or {}).items()),
        sources=_sources(publication, _date(run["as_of"])),
        accounts=_accounts(publication),
        refused=_refused(publication),
        reports=[(name, descriptions.get(f"out.{name}")) for name in sorted(reports)],
    )


def _verdicts(publication: Publication) -> list[Row]:
    """Every claim's row, in words; columns beyond the contract may lack."""
    if not publication.has("out.claim_verdicts"):
        return []
    found = publication.rows('SELECT * FROM "out".claim_verdicts ORDER BY claim_id')
    for row in found:
        unit = row.get("unit")
        row["estimate_said"] = figure(row["estimate"], unit)
        row["interval_said"] = interval(row["ci_low"], row["ci_high"], unit)
        row["based_said"] = _based_on(row)
        row["article_said"] = _listed(row["article"])
        row["fragile_said"] = _listed(row["fragile_under"])
        row["unsettled_said"] = _listed(row.get("unsettled_under"))
        row["corrected_said"] = _corrected(row)
        row["silent_said"] = row.get("silent_sources") or ""
        row["would_decide_said"] = row.get("would_decide") or ""
        row.setdefault("finding", None)
        row.setdefault("caveats", None)
    return found


def interval(low: float | None, high: float | None, unit: str | None) -> str:
    """Both ends of an interval in words; an open one is told as such.

    Args:
        low: Lower end; NULL and NaN are open.
        high: Upper end likewise.
        unit: As for `figure`.
    """
    match _is_number(low), _is_number(high):
        case True, True:
            start = figure(low, unit).removesuffix(_SLOPE).removesuffix(_POINTS)
            return f"{start} to {figure(high, unit)}"
        case True, False:
            return f"{figure(low, unit)} or {'later' if unit == 'year' else 'more'}"
        case False, True:
            return f"{figure(high, unit)} or {'earlier' if unit == 'year' else 'less'}"
        case _:
            return ""


def _corrected(row: Row) -> str:
    """The estimate with the extractor's error taken out, where that can be done."""
    estimate, unit = row.get("estimate_corrected"), row.get("unit")
    if not _is_number(estimate):
        return ""
    ends = interval(row["ci_low_corrected"], row["ci_high_corrected"], unit)
    return f"{figure(estimate, unit)} ({ends})" if ends else figure(estimate, unit)


def _based_on(row: Row) -> list[str]:
    """How many units a verdict rests on, the larger unit last."""
    counted = {
        "papers": row.get("n_papers"),
        "models": row.get("n_models"),
        "roles": row["n_roles"],
        "companies": row["n_companies"],
    }
    return [f"{n:,} {name}" for name, n in counted.items() if n is not None]


def _headlines(judged: Sequence[Row]) -> list[Row]:
    """The decided claims, the firmest first: what a reader in a hurry should see."""
    decided = [row for row in judged if row["verdict"] in ("supported", "contradicted")]
    by_topic = [row for _, rows in _by_topic(decided) for row in rows]
    return sorted(
        by_topic, key=lambda row: (row["fragile_said"] != "", row["unsettled_said"] != "")
    )


def _by_topic(judged: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {heading: [] for heading in (*TOPICS.values(), "Other")}
    for row in judged:
        groups[TOPICS.get(row["claim_id"].split("_")[0], "Other")].append(row)
    return [(heading, rows) for heading, rows in groups.items() if rows]


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
            row for row in rows if _is_ratio(row["ratio"]) and row["n_named"] >= _THIN_PERIOD
        ] or [row for row in rows if _is_ratio(row["ratio"])]
        if drawn:
            found.append(_Series(period, steadiness, rows, drawn))
    return max(found, key=_Series.merit, default=None)


def _ratio_figure(publication: Publication, *, is_sample: bool) -> Figure | None:
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
    name = _period_namer(period)
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
            f"together: {_count(sum(row['n_named'] for row in rows))} roles name either framework. "
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
                _count(row["pytorch_only"]),
                _count(row["tensorflow_only"]),
                _count(row["both"]),
                _count(row["n_companies"]),
                "partial" if row["is_partial"] else "",
            )
            for row in rows
        ],
    )


def _paper_figure(publication: Publication, *, is_sample: bool) -> Figure | None:
    if not publication.has("out.paper_share_by_year"):
        return None
    rows = publication.rows(
        """SELECT * FROM "out".paper_share_by_year WHERE scope = 'all'
        ORDER BY period_start, share DESC, framework"""
    )
    rows = [row for row in rows if _is_number(row["share"])]
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
                _count(row["n_papers"]),
                figure(row["share"], "share"),
                interval(row["ci_low"], row["ci_high"], "share"),
                figure(row["share_of_named"], "share"),
                "partial" if row["is_partial"] else "",
            )
            for row in rows
        ],
    )


_MEASURES = {"direction": "Direction", "crossing_date": "When PyTorch took the lead"}
_AGREEMENT = {True: "agree", False: "differ", None: "can’t be told"}


def _compared(publication: Publication, *, is_sample: bool) -> Row | None:
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
        row["measure_said"] = _MEASURES[row["measure"]]
        row["agrees_said"] = _AGREEMENT[row["agrees"]]
        row.update(compared_said(row))
    levels = [row for row in rows if row["measure"] == "level"]
    outside = {row["outside_series"]: row for row in reversed(rows)}
    return {
        "rows": judged,
        "told": [row for row in judged if row["agrees"] is not None],
        "figures": [
            (name, _level_figure(name, of_one, is_sample=is_sample))
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
        theirs = [_points(row[f"theirs_{end}"]) for end in ("low", "high")]
        has_interval = _is_number(row["ci_low"]) and _is_number(row["ci_high"])
        ends = (_points(row["ci_low"]), _points(row["ci_high"]))
        return {
            "ours_said": _points(row["ours"]),
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


def _points(value: float | None) -> str:
    """A change of a share in percentage points, with its sign."""
    return f"{value * 100:+.1f} points".replace("-", "−") if _is_number(value) and value else "–"


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
        row["period_start"]: {**row, "share": row["ours"]}
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
                _count(row["n_units"]),
            )
            for row in rows
            if (said := compared_said(row))
        ],
    )


def _checks(checks: Mapping[str, Any] | None) -> Row | None:
    """How many checks there are, and those that did not pass, in words."""
    if checks is None:
        return None
    failed = [
        {
            "name": check["check"].replace("_", " "),
            "table": check["table"],
            "is_critical": check.get("severity") == "critical",
            "guards": check.get("guards"),
            **_observed(check.get("observed") or {}),
        }
        for check in checks["failed"]
    ]
    return {
        "passed": checks["passed"],
        "total": checks["passed"] + len(failed),
        "failed": sorted(failed, key=lambda check: (not check["is_critical"], check["table"])),
    }


def _observed(observed: Mapping[str, Any]) -> Row:
    """What a check saw: how much of what it looked at, and the first of it."""
    said = ""
    if "unexpected_count" in observed:
        said = f"{observed['unexpected_count']:,} of {observed['element_count']:,}"
    elif "observed_value" in observed:
        said = f"{observed['observed_value']}"
    return {
        "said": said,
        "compared_with": observed.get("compared_with", ""),
        "samples": [_seen(sample) for sample in observed.get("samples", ())],
    }


def _seen(sample: str) -> str:
    """A sample as a reader takes it: what was measured, and what was seen of it."""
    measured, _, seen = sample.partition(", ")
    if not measured.startswith("measured=") or "=" not in seen:
        return sample
    return f"{measured.removeprefix('measured=')}: {seen.partition('=')[2]}"


def _accounts(publication: Publication) -> list[Row]:
    """Rows in and what became of them, by stage in the order of the way, all sources together."""
    if not publication.has("out.row_accounts"):
        return []
    stages: dict[str, Row] = {}
    for row in publication.rows('SELECT * FROM "out".row_accounts ORDER BY stage, source'):
        summed = stages.setdefault(
            row["stage"],
            {"stage": row["stage"], **dict.fromkeys(_ACCOUNT, 0), "set_aside": None},
        )
        for column in _ACCOUNT:
            summed[column] += row[column]
        summed["set_aside"] = summed["set_aside"] or row.get("set_aside")
    order = {stage: place for place, stage in enumerate(_STAGES)}
    return sorted(stages.values(), key=lambda row: order.get(row["stage"], len(order)))


def _sources(publication: Publication, as_of: date) -> list[Row]:
    """The newest answer of every board, summed up by source: the boards' days may differ."""
    if not publication.has("out.board_health"):
        return []
    rows = publication.rows(
        """WITH newest AS (
            SELECT *, state IN ('ok', 'unchanged') AS is_answered FROM "out".board_health
            QUALIFY row_number() OVER (PARTITION BY source, board ORDER BY observed_on DESC) = 1
        )
        SELECT
            source,
            max(observed_on) AS newest_on,
            count(*) AS boards_asked,
            count(*) FILTER (WHERE is_answered) AS boards_answered,
            sum(postings_seen)::BIGINT AS postings_seen,
            string_agg(
                state || ' ' || board || coalesce(' (' || reason || ')', ''), '; ' ORDER BY board
            ) FILTER (WHERE NOT is_answered) AS reason,
            CASE boards_answered WHEN boards_asked THEN 'ok' WHEN 0 THEN 'failed' ELSE 'partial'
            END AS state
        FROM newest GROUP BY source ORDER BY source"""
    )
    newest = _newest_adverts(publication)
    for row in rows:
        row["reason"] = _shortened(row["reason"])
        row["days_behind"] = (as_of - row["newest_on"]).days
        row["newest_posted_on"] = newest.get(row["source"])
    return rows


def _newest_adverts(publication: Publication) -> dict[str, date]:
    """The newest day of posting of each source."""
    if not publication.has("out.postings"):
        return {}
    rows = publication.rows(
        'SELECT source, max(posted_on) AS newest_on FROM "out".postings GROUP BY source'
    )
    return {row["source"]: row["newest_on"] for row in rows}


def _refused(publication: Publication) -> list[Row]:
    if not publication.has("out.refused_rows"):
        return []
    rows = publication.rows(
        f"""SELECT source, stage, reason, count(*) AS n FROM "out".refused_rows
        GROUP BY ALL ORDER BY n DESC, source, stage, reason LIMIT {_REFUSALS}"""
    )
    for row in rows:
        row["reason"] = _shortened(row["reason"])
    return rows


def _totals(publication: Publication) -> dict[str, int]:
    """Rows behind the page, by what they are called there."""
    counted = {
        "adverts": "core.postings",
        "roles": "core.roles",
        "papers": "core.papers",
    }
    return {
        name: publication.rows(f"SELECT count(*) AS n FROM {label}")[0]["n"]
        for name, label in counted.items()
        if publication.has(label)
    }


def figure(value: float | Decimal | None, unit: str | None = None) -> str:
    """A figure in words, to the precision that a reader can use.

    Args:
        value: The figure; NULL and NaN give a dash.
        unit: One of `warehouse.claims.rules.Unit`: shares are told in per cent, their differences
            in points, log pay as a per cent of pay, `year` (decimal) as its month; a ratio and
            anything else is plain.
    """
    if not _is_number(value):
        return "–"
    number = float(value or 0)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    match unit:
        case "share" | "share of variance":
            digits = 1 if abs(number) < 0.1 else 0
            said = f"{number * 100:.{digits}f}\N{NO-BREAK SPACE}%"
        case "difference of shares":
            said = f"{number * 100:+.1f}{_POINTS}"
        case "share per year":
            said = f"{number * 100:+.1f}{_SLOPE}"
        case "relative difference":
            said = f"{number * 100:+.1f}\N{NO-BREAK SPACE}%"
        case "log pay":
            said = f"{math.expm1(number) * 100:+.1f}\N{NO-BREAK SPACE}%"
        case "USD a year":
            said = f"${number:,.0f}"
        case "year":
            said = f"{date(int(number), int(number % 1 * 12) + 1, 1):%B %Y}"
        case _:
            digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
            said = f"{number:,.{digits}f}"
    return said.replace("-", "−")


def _is_number(value: float | Decimal | None) -> bool:
    return value is not None and not math.isnan(value)


def _is_ratio(value: float | None) -> bool:
    return value is not None and 0 < value < math.inf


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def _day(value: date | str) -> str:
    day = _date(value)
    return f"{day.day} {day:%B %Y}"


def _period_namer(period: str) -> Callable[[date], str]:
    names: dict[str, Callable[[date], str]] = {
        "year": lambda day: f"{day.year}",
        "quarter": lambda day: f"{day.year} Q{(day.month + 2) // 3}",
        "month": lambda day: f"{day:%Y-%m}",
    }
    return names[period]


def _listed(value: str | Sequence[str] | None) -> str:
    return value if isinstance(value, str) else ", ".join(value or ())


def _shortened(text: str | None) -> str:
    if text is None:
        return ""
    return text if len(text) <= _REASON_CHARS else text[: _REASON_CHARS - 1].rstrip() + "…"
