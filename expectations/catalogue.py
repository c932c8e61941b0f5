"""The catalogue: every check there is, by table.

Belongs here: the list of suites and how to look a check up. Does not belong here: a check (one
module per suite in `expectations.suites`). Importing it costs nothing: Great Expectations is not
needed to know what is expected.
"""

from __future__ import annotations

from expectations.check import Check, Suite
from expectations.suites import (
    core_mentions,
    core_models,
    core_papers,
    core_pay_bands,
    core_postings,
    core_role_links,
    out_claim_verdicts,
    out_reference_series,
    over_time,
    raw_postings,
)

__all__ = ["JUDGED", "OVER_TIME", "SUITES", "TABLES", "Check", "Suite", "all_checks", "checks_for"]

SUITES: dict[str, Suite] = {
    suite.table: suite
    for suite in (
        raw_postings.SUITE,
        core_role_links.SUITE,
        core_postings.SUITE,
        core_mentions.SUITE,
        core_pay_bands.SUITE,
        core_papers.PAPERS,
        core_papers.PAPER_FRAMEWORKS,
        core_models.SUITE,
        out_claim_verdicts.SUITE,
        out_reference_series.SUITE,
    )
}

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
