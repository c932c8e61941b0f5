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
    expectation: str  # a class of `expectations.vocabulary`
    kwargs: Mapping[str, Any]
    severity: Severity  # critical: published figures would be wrong
    description: str  # what it guards, and what to do when it fails
    frame: str = ROWS
    offender: str = ""  # SQL over the frame: the offending value, NULL where the rule holds


class Frame(NamedTuple):
    """What some checks of a suite judge, in one pass.

    `relation` is anything that can follow FROM: the table, one row per source or per distinct
    combination of values, or only the rows that break a rule. It stays in DuckDB; only counts and
    a few samples leave it.
    """

    relation: str
    key: tuple[str, ...]  # the columns by which a sample names its row


class Suite(NamedTuple):
    """Everything that is expected of one table."""

    table: str
    frames: Mapping[str, Frame]
    checks: tuple[Check, ...]
    covers: frozenset[str] = frozenset()
    """Names of checks that follow from the header and that others of this suite stand for."""


KEYS = "keys"
"""Name of the frame of keys that stand in several rows."""


def keys(table: str, key: tuple[str, ...]) -> Frame:
    """The frame that `ExpectKeyToBeUnique` judges: keys of several rows, with how many.

    Args:
        table: The table.
        key: Columns of its key.
    """
    names = ", ".join(f'"{name}"' for name in key)
    return Frame(
        f"(SELECT {names}, count(*) AS n_rows FROM {table} GROUP BY ALL HAVING count(*) > 1)", key
    )


WHOLE = "whole"
"""Name of the frame of one row that says how many rows a table has, and what it is made from."""


def whole(table: str, made_from: str, *, day: str = "observed_on") -> Frame:
    """The frame of one row that `not_empty` judges.

    Args:
        table: The table.
        made_from: The table whose rows it is made from.
        day: Column of `made_from` by which only rows up to the as-of day count; empty where all do.
    """
    until = f"WHERE {day} <= coalesce(getvariable('as_of'), 'infinity'::DATE)" if day else ""
    return Frame(
        f"""(
        SELECT
            (SELECT count(*) FROM {made_from} {until}) AS n_rows_before,
            (SELECT count(*) FROM {table}) AS n_rows
        )""",
        ("n_rows_before", "n_rows"),
    )


def not_empty(table: str, description: str, severity: Severity = "critical") -> Check:
    """Rows went in, so rows must be there: a run of paper sources alone may well have no adverts.

    Args:
        table: The table; its suite has a frame `whole`.
        description: What to do when it fails.
        severity: What an empty table means for published figures.
    """
    return Check(
        table, "table_is_not_empty", "ExpectRowsToBeThere", {}, severity, description, frame=WHOLE
    )
