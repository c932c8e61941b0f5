"""The report page: one self-contained HTML file made from a published warehouse.

Belongs here: reading the rows that the page shows and putting them in words. Does not belong here:
how a chart is drawn (`charts`), how the page looks (`templates`), or any figure that is not in a
table of `out`.

Everything from outside is escaped by the template engine; the page carries no script and forbids
every request by its own content security policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import jinja2

from warehouse.publish import charts
from warehouse.publish.archive import Archived
from warehouse.publish.changed import changes_section
from warehouse.publish.compared import compared_section
from warehouse.publish.papers import paper_figure
from warehouse.publish.quality import (
    accounts_section,
    checks_section,
    refused_section,
    sources_section,
)
from warehouse.publish.rows import Publication, Row
from warehouse.publish.snapshot import SAMPLE_MARK
from warehouse.publish.trends import ratio_figure
from warehouse.publish.wording import (
    TOPICS,
    VERDICTS,
    count,
    date_of,
    day_said,
    figure,
    interval,
    is_number,
    listed,
)
from warehouse.statistics.multiplicity import by_chance

_HEADLINES = 8
_ARCHIVED = 10


def render_report(
    con: duckdb.DuckDBPyConnection,
    run: Mapping[str, Any],
    *,
    reports: Iterable[str] = (),
    annexes: Mapping[str, str] | None = None,
    archived: Sequence[Archived] = (),
) -> str:
    """The report page as HTML.

    Args:
        con: Connection whose current database is the published copy; it is only read.
        run: The run: `is_sample` and `as_of` are required; `method_version` and the outcomes of
            `checks` and `changes` are shown when there.
        reports: Names of the CSV files in `reports/`, to link to.
        annexes: Folders of pages beside the report, with their titles, to link to.
        archived: Zips of the archive, newest first, to link to.

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
    environment.filters["count"] = count
    return environment.get_template("report.html.j2").render(
        is_sample=is_sample,
        as_of=day_said(run["as_of"]),
        method_version=run.get("method_version"),
        palette=charts.PALETTE,
        totals=_totals(publication),
        signs=VERDICTS,
        counts=Counter(row["verdict"] for row in verdicts),
        judged=judged,
        chance=by_chance(sum(row.get("p_value", 0.0) is not None for row in judged)),
        headlines=decided[:_HEADLINES],
        n_more=len(decided[_HEADLINES:]),
        topics=_by_topic(judged),
        out_of_scope=[row for row in verdicts if row["verdict"] == "out_of_scope"],
        ratio=ratio_figure(publication, is_sample=is_sample),
        papers=paper_figure(publication, is_sample=is_sample),
        compared=compared_section(publication, is_sample=is_sample),
        checks=checks_section(run.get("checks")),
        annexes=sorted((annexes or {}).items()),
        sources=sources_section(publication, date_of(run["as_of"])),
        accounts=accounts_section(publication),
        refused=refused_section(publication),
        changes=changes_section(publication, run),
        archived=[
            {"file": one.file, "day": day_said(one.as_of), "kilobytes": -(-one.bytes // 1000)}
            for one in archived[:_ARCHIVED]
        ],
        n_archived=len(archived),
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
        row["article_said"] = listed(row["article"])
        row["fragile_said"] = listed(row["fragile_under"])
        row["unsettled_said"] = listed(row.get("unsettled_under"))
        row["corrected_said"] = _corrected(row)
        row["silent_said"] = row.get("silent_sources") or ""
        row["would_decide_said"] = row.get("would_decide") or ""
        row.setdefault("finding", None)
        row.setdefault("caveats", None)
    return found


def _corrected(row: Row) -> str:
    """The estimate with the extractor's error taken out, where that can be done."""
    estimate, unit = row.get("estimate_corrected"), row.get("unit")
    if not is_number(estimate):
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
