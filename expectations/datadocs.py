"""Data Docs: what every check found, as pages that load nothing from anywhere.

Belongs here: laying out outcomes with the words of their expectations. Does not belong here:
judging (`expectations.runner`), or putting the pages in place (`warehouse.publish`).

The pages are not those of Great Expectations: its templates load styles and scripts from six hosts,
show next to nothing without them, and do not escape what comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from expectations.catalogue import OVER_TIME, SUITES, all_checks
from expectations.check import Check

INDEX = "index.html"
SHOWN_VALUES = 40
"""Of the words that a column may hold, how many a page lists."""


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
    return Entry(
        name=check.name,
        severity=check.severity,
        passed=outcome["passed"],
        kind=check.expectation,
        guards=check.description,
        rule=[*_rule(check)],
        found=[[Part(f"{observed['unexpected_count']:,} of {observed['element_count']:,}")]],
        samples=observed.get("samples", []),
        compared_with=observed.get("compared_with", ""),
        sql=_sql(check),
    )


def _rule(check: Check) -> Iterable[list[Part]]:
    """What is expected, in the words of the expectation, and of what."""
    from expectations import vocabulary

    kind = getattr(vocabulary, check.expectation)
    yield [Part((kind.__doc__ or "").strip().splitlines()[0])]
    if "mostly" in check.kwargs:
        share = f"{100 * check.kwargs['mostly']:g}\N{NO-BREAK SPACE}%"
        yield [Part(share, is_parameter=True), Part(" of the rows keep the rule at least.")]
    for name, value in check.kwargs.items():
        if name == "mostly":
            continue
        values = value if isinstance(value, list | tuple) else [value]
        said = ", ".join(map(str, values[:SHOWN_VALUES]))
        more = f" and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
        yield [Part(f"{name.replace('_', ' ')}: "), Part(said, is_parameter=True), Part(more)]


def _sql(check: Check) -> str:
    """What can be asked to see the rows that break a rule."""
    if not check.offender:
        return ""
    suites = [suites[check.table] for suites in (SUITES, OVER_TIME) if check.table in suites]
    frame = next(suite.frames[check.frame] for suite in suites if check in suite.checks)
    return (
        f"SELECT *, {check.offender} AS offender\nFROM {frame.relation}\nWHERE offender IS NOT NULL"
    )
