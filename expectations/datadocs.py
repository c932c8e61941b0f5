"""Data Docs: what every check found, as pages that load nothing from anywhere.

Belongs here: turning outcomes into Great Expectations' results, having its renderers say them, and
laying that out. Does not belong here: judging (`expectations.runner`), or putting the pages in
place (`warehouse.publish`).

The words are those of Great Expectations' own renderers; the pages are not. Its templates load
styles and scripts from six hosts, show next to nothing without them, and do not escape what comes
from outside.
"""

# Great Expectations exports its classes without saying so:
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from expectations.catalogue import OVER_TIME, SUITES, all_checks
from expectations.check import Check

INDEX = "index.html"


class Part(NamedTuple):
    """A piece of a sentence; a parameter is set apart from the words around it."""

    text: str
    is_parameter: bool = False


class Entry(NamedTuple):
    """A check as its page shows it."""

    name: str
    severity: str
    passed: bool
    kind: str
    guards: str
    rule: list[list[Part]]
    found: list[list[Part]]
    samples: list[str]
    compared_with: str
    sql: str


class Page(NamedTuple):
    """The page of a table."""

    table: str
    file: str
    entries: list[Entry]

    @property
    def failed(self) -> list[Entry]:
        """The checks that failed, critical ones first."""
        failed = [entry for entry in self.entries if not entry.passed]
        return sorted(failed, key=lambda entry: entry.severity != "critical")


def write_data_docs(
    folder: Path,
    outcomes: Mapping[str, Mapping[str, Mapping[str, Any]]],
    *,
    as_of: str,
    is_sample: bool,
) -> list[Path]:
    """Write the pages: an index, and one page per table.

    Great Expectations is imported, which takes seconds where it was not needed before.

    Args:
        folder: Where to write; made when it is not there.
        outcomes: By table and check: whether it `passed`, and what was `observed`. What is not in
            the catalogue is left out.
        as_of: The day of the run, ISO.
        is_sample: Whether the figures are of the sample market.

    Returns:
        The files, the index first.

    Raises:
        OSError: The folder can't be written.
    """
    pages = [_page(table, found) for table, found in outcomes.items() if _is_known(table)]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("expectations"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder.mkdir(parents=True, exist_ok=True)
    template = environment.get_template("data_docs.html.j2")
    shared = {"as_of": as_of, "is_sample": is_sample, "pages": pages}
    written = []
    for file, page in [(INDEX, None), *((page.file, page) for page in pages)]:
        (folder / file).write_text(template.render(page=page, **shared), encoding="utf-8")
        written.append(folder / file)
    return written


def _is_known(table: str) -> bool:
    return table in SUITES or table in OVER_TIME


def _page(table: str, found: Mapping[str, Mapping[str, Any]]) -> Page:
    entries = [
        _entry(check, found[check.name]) for check in all_checks(table) if check.name in found
    ]
    return Page(table, f"{table}.html", entries)


def _entry(check: Check, outcome: Mapping[str, Any]) -> Entry:
    observed = outcome["observed"]
    if check.offender:  # what a renderer says of a column of offenders helps nobody
        rule = [[Part("No row breaks the rule.")]]
        if "mostly" in check.kwargs:
            share = f"{100 * check.kwargs['mostly']:g}\N{NO-BREAK SPACE}%"
            rule = [[Part(share, is_parameter=True), Part(" of the rows keep the rule at least.")]]
        found = [[Part(f"{observed['unexpected_count']:,} of {observed['element_count']:,}")]]
    else:
        rule, found = _said(check, outcome)
    return Entry(
        name=check.name,
        severity=check.severity,
        passed=outcome["passed"],
        kind=check.expectation,
        guards=check.description,
        rule=rule,
        found=found,
        samples=observed.get("samples", []),
        compared_with=observed.get("compared_with", ""),
        sql=_sql(check),
    )


def _said(check: Check, outcome: Mapping[str, Any]) -> tuple[list[list[Part]], list[list[Part]]]:
    """What Great Expectations says of the rule, and of what it found."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # some releases read it while being imported
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.render.renderer.content_block import (
        ValidationResultsTableContentBlockRenderer,
    )

    from expectations.runner import expectation_of

    configuration = expectation_of(check).configuration
    configuration.description = None  # it would stand in for the rule
    result = ExpectationValidationResult(
        success=outcome["passed"],
        expectation_config=configuration,
        result=_result(outcome["observed"]),
        exception_info={
            "raised_exception": False,
            "exception_message": None,
            "exception_traceback": None,
        },
    )
    rendered: Any = ValidationResultsTableContentBlockRenderer.render([result])
    block = rendered.to_json_dict()
    _, rule, found = block["table"][0][:3]
    return [*_sentences(rule)], [*_sentences(found)]


def _result(observed: Mapping[str, Any]) -> dict[str, Any]:
    """The result that an outcome was taken from, as far as renderers look at it."""
    if "observed_value" in observed:
        return {"observed_value": observed["observed_value"]}
    unexpected, rows = observed.get("unexpected_count", 0), observed.get("element_count", 0)
    share = 100 * unexpected / rows if rows else 0.0
    return {
        "element_count": rows,
        "missing_count": 0,
        "missing_percent": 0.0,
        "unexpected_count": unexpected,
        "unexpected_percent": share,
        "unexpected_percent_total": share,
        "unexpected_percent_nonmissing": share,
        "partial_unexpected_list": [],
    }


def _sentences(block: Any) -> Iterable[list[Part]]:
    """The sentences in what a renderer gives: text, templates with parameters, lists of both."""
    match block:
        case None | "":
            return
        case list():
            for inner in block:
                yield from _sentences(inner)
        case {"content_block_type": "string_template", "string_template": template}:
            yield [*_parts(template["template"], template.get("params", {}))]
        case dict():
            return  # tables of unexpected values: the samples say it, with their keys
        case _:
            yield [Part(str(block))]


def _parts(template: str, parameters: Mapping[str, Any]) -> Iterable[Part]:
    """Split `$column must be …` at its parameters."""
    # the longest name first: $min_value is not $min with something behind it
    names = sorted(parameters, key=len, reverse=True)
    rest = " ".join(template.split())
    while rest:
        places = [(rest.find(f"${name}"), -len(name), name) for name in names]
        found = min((place for place in places if place[0] >= 0), default=None)
        if found is None:
            yield Part(rest)
            return
        start, _, name = found
        if start:
            yield Part(rest[:start])
        yield Part(str(parameters[name]), is_parameter=True)
        rest = rest[start + len(name) + 1 :]


def _sql(check: Check) -> str:
    """What can be asked to see the rows that break a rule."""
    if not check.offender:
        return ""
    suites = [suites[check.table] for suites in (SUITES, OVER_TIME) if check.table in suites]
    frame = next(suite.frames[check.frame] for suite in suites if check in suite.checks)
    return (
        f"SELECT *, {check.offender} AS offender\nFROM {frame.relation}\nWHERE offender IS NOT NULL"
    )
