"""Data quality and the health of the sources, as the page shows them.

Belongs here: checks, freshness, accounts of rows and refusals in words. Does not belong here: what
is checked (`expectations`), or how a source is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from warehouse.publish.rows import Publication, Row
from warehouse.publish.wording import shortened

_REFUSALS = 20
_STAGES = ("load", "normalise", "adverts", "mentions", "pay", "roles", "papers", "models")
_ACCOUNT = ("rows_in", "rows_kept", "rows_refused", "rows_set_aside")


def checks_section(checks: Mapping[str, Any] | None) -> Row | None:
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


def accounts_section(publication: Publication) -> list[Row]:
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


def sources_section(publication: Publication, as_of: date) -> list[Row]:
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
        row["reason"] = shortened(row["reason"])
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


def refused_section(publication: Publication) -> list[Row] | None:
    """The most frequent reasons for refusals, by source and stage; None where none are kept."""
    if not publication.has("out.refused_rows"):
        return None
    rows = publication.rows(
        f"""SELECT source, stage, reason, count(*) AS n FROM "out".refused_rows
        GROUP BY ALL ORDER BY n DESC, source, stage, reason LIMIT {_REFUSALS}"""
    )
    for row in rows:
        row["reason"] = shortened(row["reason"])
    return rows
