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
