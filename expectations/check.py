"""The shape of a check and of a suite: plain data, readable without Great Expectations.

Belongs here: the types that suites are written in. Does not belong here: the checks themselves
(`expectations.suites`), or how they are run (`expectations.runner`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Severity = Literal["critical", "warning"]

ROWS = "rows"
"""Name of the frame that holds the rows of the table itself; every suite has it."""


class Check(NamedTuple):
    """One expectation of one table.

    A check judges columns of a frame. Where the rule spans rows or tables, `offender` says it in
    SQL instead, and the expectation judges the column that this gives. `name` is
    `<column>_<rule>` and is never changed: the history of the check hangs on it.
    """

    table: str  # "core.postings"
    name: str
    expectation: str  # a class of `expectations.vocabulary`, or else of Great Expectations
    kwargs: Mapping[str, Any]
    severity: Severity  # critical: published figures would be wrong
    description: str  # what it guards, and what to do when it fails
    frame: str = ROWS
    offender: str = ""  # SQL over the frame: the offending value, NULL where the rule holds


class Frame(NamedTuple):
    """What some checks of a suite judge, in one validation.

    `relation` is anything that can follow FROM. Large tables are cut down here: a frame can be one
    row per source or per distinct combination of values, or only the rows that break a rule.
    """

    relation: str
    key: tuple[str, ...]  # the columns by which a sample names its row


class Suite(NamedTuple):
    """Everything that is expected of one table."""

    table: str
    frames: Mapping[str, Frame]
    checks: tuple[Check, ...]


WHOLE = "whole"
"""Name of the frame of one row that says how many rows a table has, and what it is made from."""


def whole(table: str, made_from: str) -> Frame:
    """The frame of one row that `not_empty` judges.

    Args:
        table: The table.
        made_from: The table of raw whose rows it is made from; those up to the as-of day count.
    """
    return Frame(
        f"""(
        SELECT
            (
                SELECT count(*) FROM {made_from}
                WHERE observed_on <= coalesce(getvariable('as_of'), 'infinity'::DATE)
            ) AS n_rows_before,
            (SELECT count(*) FROM {table}) AS n_rows
        )""",
        ("n_rows_before", "n_rows"),
    )


def not_empty(table: str, description: str) -> Check:
    """Rows went in, so rows must be there: a run of paper sources alone may well have no adverts.

    Args:
        table: The table; its suite has a frame `whole`.
        description: What to do when it fails.
    """
    return Check(
        table,
        "table_is_not_empty",
        "ExpectNoOffender",
        {},
        "critical",
        description,
        frame=WHOLE,
        offender="CASE WHEN n_rows_before > 0 AND n_rows = 0 THEN n_rows_before END",
    )
