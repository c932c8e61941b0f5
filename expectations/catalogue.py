"""The catalogue: every check there is, by table.

Belongs here: the list of suites and how to look a check up. Does not belong here: a check (what
follows from a header is in `expectations.skeleton`, the rest in `expectations.suites`, one module
for each table). Importing it costs nothing: Great Expectations is not
needed to know what is expected.
"""

from __future__ import annotations

import re
from functools import cache

from expectations.check import Check, Suite
from expectations.skeleton import merge, skeleton
from expectations.suites import (
    core_facts,
    core_mentions,
    core_models,
    core_papers,
    core_pay_bands,
    core_postings,
    core_role_links,
    out_claim_verdicts,
    out_cross_checks,
    out_figure_changes,
    out_reference_series,
    out_row_accounts,
    over_time,
    raw_postings,
)
from warehouse.models import models

__all__ = [
    "JUDGED",
    "OVER_TIME",
    "SUITES",
    "TABLES",
    "Check",
    "Suite",
    "all_checks",
    "checks_for",
    "looked_at",
]

_WRITTEN: dict[str, Suite] = {
    suite.table: suite
    for suite in (
        raw_postings.SUITE,
        core_facts.SUITE,
        core_role_links.SUITE,
        core_postings.SUITE,
        core_mentions.SUITE,
        core_pay_bands.SUITE,
        core_papers.PAPERS,
        core_papers.PAPER_FRAMEWORKS,
        core_models.SUITE,
        out_claim_verdicts.SUITE,
        out_cross_checks.SUITE,
        out_figure_changes.SUITE,
        out_reference_series.SUITE,
        out_row_accounts.SUITE,
    )
}
"""What is expected beyond the header of a table."""

SUITES: dict[str, Suite] = {
    raw_postings.TABLE: raw_postings.SUITE,
    **{
        table: merge(skeleton(table, models()), _WRITTEN.get(table))
        for table in models()
        if not table.startswith("raw.")
    },
}
"""A suite for every table and view of core and out, and for the adverts of raw."""

TABLES: tuple[str, ...] = tuple(SUITES)
"""The tables that have a suite, upstream first."""

OVER_TIME: dict[str, Suite] = {suite.table: suite for suite in over_time.SUITES}
"""What is expected of a table beside what the runs before found, by table."""

JUDGED: tuple[str, ...] = tuple(dict.fromkeys((*SUITES, *OVER_TIME)))
"""The tables that anything is expected of."""


def checks_for(table: str) -> tuple[Check, ...]:
    """The checks of one table.

    Args:
        table: One of `TABLES`, e.g. "core.postings".

    Returns:
        Its checks, in the order of its suite.

    Raises:
        KeyError: The table has no suite.
    """
    return SUITES[table].checks


def all_checks(table: str) -> tuple[Check, ...]:
    """The checks of one table, those that look back at earlier runs last.

    Args:
        table: One of `JUDGED`.
    """
    return tuple(
        check for suites in (SUITES, OVER_TIME) if table in suites for check in suites[table].checks
    )


@cache
def looked_at(table: str) -> tuple[str, ...]:
    """The other tables that the suite of a table looks at, sorted.

    They must be built before it is judged, and a change of theirs may change what is found.

    Args:
        table: One of `TABLES`.

    Raises:
        KeyError: The table has no suite.
    """
    suite = SUITES[table]
    said = [frame.relation for frame in suite.frames.values()]
    said += [check.offender for check in suite.checks]
    said += [str(check.kwargs.get("table", "")) for check in suite.checks]
    found = {name for text in said for name in re.findall(r"\b(?:raw|core|out)\.\w+", text)}
    if any(check.expectation in _HELD_AGAINST_BOARDS for check in suite.checks):
        found.add("raw.boards")
    return tuple(sorted((found & models().keys()) - {table}))


_HELD_AGAINST_BOARDS = ("ExpectBoardToBeAsked", "ExpectDayWithinData")
