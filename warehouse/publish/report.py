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
from warehouse.publish.cards import articles_said, cards, in_words
from warehouse.publish.changed import changes_section
from warehouse.publish.compared import compared_section
from warehouse.publish.employers import employers_section
from warehouse.publish.models import models_section
from warehouse.publish.papers import papers_section
from warehouse.publish.pay import pay_section
from warehouse.publish.quality import (
    accounts_section,
    checks_section,
    refused_section,
    sources_section,
)
from warehouse.publish.rows import Publication, Row
from warehouse.publish.skills import skills_section
from warehouse.publish.snapshot import SAMPLE_MARK
from warehouse.publish.trends import trends_section
from warehouse.publish.wording import (
    REASONS,
    TOPICS,
    VERDICTS,
    count,
    counted,
    date_of,
    day_said,
    topic_of,
)
from warehouse.statistics.multiplicity import by_chance

QUESTIONS = {
    "hire_more_pytorch_2026": "Do employers ask for PyTorch more than for TensorFlow?",
    "pay_pytorch_over_tf": "Do they pay more for it?",
    "paper_only_framework_2026": "Do papers use little else?",
}
"""What most readers come for, by the claim that answers it, in the order of the page."""
_ANSWERS = {
    "supported": "Yes, by these data.",
    "contradicted": "No, by these data.",
    "undetermined": "It can’t be told from these data.",
}
_HEADLINES = 8
_DECIDABLE = ("supported", "contradicted", "undetermined")
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
    counts = Counter(row["verdict"] for row in verdicts)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("warehouse.publish"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = count
    environment.filters["counted"] = counted
    environment.filters["day"] = day_said
    return environment.get_template("report.html.j2").render(
        is_sample=is_sample,
        as_of=day_said(run["as_of"]),
        method_version=run.get("method_version"),
        palette=charts.PALETTE,
        totals=_totals(publication),
        signs=VERDICTS,
        counts=counts,
        filters=[f"all {len(judged)}", *(f"{verdict} {counts[verdict]}" for verdict in _DECIDABLE)],
        judged=judged,
        chance=by_chance(sum(row.get("p_value", 0.0) is not None for row in judged)),
        questions=_questions(judged),
        about=_about(judged),
        headlines=decided[:_HEADLINES],
        n_more=len(decided[_HEADLINES:]),
        articles=articles_said(judged),
        untold=_untold(judged),
        topics=cards(publication, judged),
        out_of_scope=[row for row in verdicts if row["verdict"] == "out_of_scope"],
        trends=trends_section(publication, is_sample=is_sample),
        pay=pay_section(publication, is_sample=is_sample),
        skills=skills_section(publication),
        employers=employers_section(publication, is_sample=is_sample),
        papers=papers_section(publication, is_sample=is_sample),
        models=models_section(publication, is_sample=is_sample),
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
    """Every claim's row, in words."""
    if not publication.has("out.claim_verdicts"):
        return []
    rows = publication.rows('SELECT * FROM "out".claim_verdicts ORDER BY claim_id')
    return [in_words(row) for row in rows]


def _headlines(judged: Sequence[Row]) -> list[Row]:
    """The decided claims, the firmest first: what a reader in a hurry should see."""
    topics = list(TOPICS)
    decided = [row for row in judged if row["verdict"] in ("supported", "contradicted")]
    return sorted(
        decided,
        key=lambda row: (
            row["fragile_said"] != "",
            row["unsettled_said"] != "",
            _place(topic_of(row), topics),
        ),
    )


def _questions(judged: Sequence[Row]) -> list[tuple[str, str, Row]]:
    """Each question with its answer and the claim that it comes from, whatever its verdict."""
    rows = {row["claim_id"]: row for row in judged}
    return [
        (question, _ANSWERS[rows[claim]["verdict"]], rows[claim])
        for claim, question in QUESTIONS.items()
        if claim in rows
    ]


def _about(judged: Sequence[Row]) -> dict[str, list[Row]]:
    """Claims by the first word of their id, decided ones first: for the section of their topic."""
    order = list(_ANSWERS)
    found: dict[str, list[Row]] = {topic: [] for topic in TOPICS}
    for row in sorted(judged, key=lambda row: order.index(row["verdict"])):
        found.setdefault(topic_of(row), []).append(row)
    return found


def _untold(judged: Sequence[Row]) -> list[tuple[int, str]]:
    """Why claims are undetermined: how many for which reason, the most frequent first."""
    kinds = Counter(
        (row["reason"] or "").split(":")[0] for row in judged if row["verdict"] == "undetermined"
    )
    return [(n, REASONS[kind]) for kind, n in kinds.most_common() if kind in REASONS]


def _place(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else len(names)


def _totals(publication: Publication) -> dict[str, int]:
    """Rows behind the page, by what they are called there."""
    labels = {
        "adverts": "core.postings",
        "roles": "core.roles",
        "papers": "core.papers",
    }
    return {
        name: publication.rows(f"SELECT count(*) AS n FROM {label}")[0]["n"]
        for name, label in labels.items()
        if publication.has(label)
    }
