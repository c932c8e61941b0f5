"""From expectations to asset checks of Dagster: one check each, with its own history.

Belongs here: the adapter. Does not belong here: what is expected, or how it is judged
(`expectations`).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

import expectations
from expectations import words
from expectations.catalogue import JUDGED, OVER_TIME, SUITES, all_checks, looked_at
from expectations.check import Check
from pipelines import previews
from pipelines.settings import RunSettings
from pipelines.tables import Work, at_work, docs_link, key_of
from warehouse import database
from warehouse.digest import digest_of_code

SEVERITY = {
    "critical": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
}
NAME = "checks "
"""What entries of `meta.builds` about outcomes begin with; the table follows."""


def suite_checks(table: str) -> dg.AssetChecksDefinition:
    """The checks of a table; critical ones block everything downstream when they fail.

    Args:
        table: A table that anything is expected of.
    """
    checks = {check.name: check for check in all_checks(table)}
    specs = [
        dg.AssetCheckSpec(
            name=check.name,
            asset=key_of(table),
            additional_deps=[key_of(other) for other in looked_at(table)],
            description=described(check, docs_link(table)),
            blocking=check.severity == "critical",
            metadata={
                "expectation": check.expectation,
                "severity": check.severity,
            },
        )
        for check in checks.values()
    ]

    @dg.multi_asset_check(name=f"checks_{table.replace('.', '_')}", specs=specs)
    def judge(
        context: dg.AssetCheckExecutionContext, settings: RunSettings
    ) -> Iterator[dg.AssetCheckResult]:
        with at_work(context, settings, f"checks ({table})") as work:
            outcomes = outcomes_of(work, table)
        for name, outcome in outcomes.items():
            yield dg.AssetCheckResult(
                asset_key=key_of(table),
                check_name=name,
                passed=outcome["passed"],
                severity=SEVERITY[checks[name].severity],
                description=words.found(checks[name], outcome["observed"]),
                metadata=_metadata(checks[name], outcome),
            )

    return judge


def described(check: Check, page: str | None = None) -> str:
    """What a check guards, what it expects, and what its failure does, in plain words.

    Args:
        check: Any of the catalogue.
        page: Address of the page about all checks of its table.
    """
    stops = (
        "When it fails, nothing is published and what was published stands."
        if check.severity == "critical"
        else "When it fails, it is reported, and published all the same."
    )
    more = f"\n\n[All checks of {check.table}]({page})" if page else ""
    return f"{check.description}\n\n**Expected:** {words.expected(check)} {stops}{more}"


def _metadata(check: Check, outcome: dict[str, Any]) -> dict[str, Any]:
    """What was observed; of a failed check also what was expected, and rows that break it.

    There are some thousand checks in a run and most of them pass: of those only counts are kept.
    """
    observed = outcome["observed"]
    said: dict[str, Any] = {
        key: value for key, value in observed.items() if isinstance(value, int | float | str)
    }
    if outcome["passed"]:
        return said
    said["expected"] = words.expected(check)
    said["what to do"] = check.description
    if observed.get("samples"):
        rows = [[sample] for sample in observed["samples"]]
        said["rows that break it"] = dg.MetadataValue.md(previews.table(["row"], rows, chars=160))
    return said


def outcomes_of(work: Work, table: str) -> dict[str, dict[str, Any]]:
    """Judge a table, or give the outcomes of before where nothing has changed since.

    Args:
        work: The step.
        table: A table that anything is expected of.

    Returns:
        By check: whether it `passed`, and what was `observed`.
    """
    seen = [work.fingerprints.of(name) for name in (table, *looked_at(table))]
    fingerprint = hashlib.sha256(repr([*seen, suites_digest()]).encode()).hexdigest()
    found: dict[str, dict[str, Any]] | None = database.built(work.con, NAME + table, fingerprint)
    if found is None:
        # Five seconds of import: only where something is to be judged.
        from expectations.history import judge_over_time
        from expectations.runner import run_suite

        outcomes = run_suite(work.con, table) if table in SUITES else []
        if table in OVER_TIME:
            outcomes += judge_over_time(work.con, table, work.as_of)
        found = {
            outcome.name: {
                "passed": outcome.passed,
                "severity": outcome.severity,
                "observed": outcome.observed,
            }
            for outcome in outcomes
        }
        database.note_built(work.con, NAME + table, fingerprint, found)
    failed = sum(not outcome["passed"] for outcome in found.values())
    work.stage.found = f"{len(found)} checks, {failed} failed" if failed else f"{len(found)} checks"
    return found


def outcomes_noted(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dict[str, Any]]]:
    """What the checks of this run found, by table and check; a table of before is left out.

    Args:
        con: The working warehouse, after its tables were judged.
    """
    noted = {
        name.removeprefix(NAME): json.loads(detail)
        for name, detail in con.execute(
            "SELECT name, detail FROM meta.builds WHERE starts_with(name, $1)", [NAME]
        ).fetchall()
    }
    return {table: noted[table] for table in sorted(noted) if table in JUDGED}


def suites_digest() -> str:
    """Digest of all that is expected: outcomes are good as long as it stays."""
    return digest_of_code(Path(expectations.__file__ or "").parent)
