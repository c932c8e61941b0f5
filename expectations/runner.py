"""Runs a suite over a table: the one place with a Great Expectations context.

Belongs here: counting offenders in DuckDB, one pass over each frame, one validation per table, and
turning results into outcomes. Does not belong here: what is expected (`expectations.suites`,
`expectations.skeleton`), or what a failed check stops (`pipelines`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pandas as pd

from expectations.catalogue import SUITES
from expectations.check import Check, Frame, Severity, Suite

if TYPE_CHECKING:
    from expectations.vocabulary import Rule

SAMPLES = 5
SAMPLE_CHARS = 80


class CheckOutcome(NamedTuple):
    """What one check found."""

    table: str
    name: str
    passed: bool
    severity: Severity
    observed: dict[str, Any]
    """JSON-safe facts: `unexpected_count` of `element_count` rows of the frame, and where there are
    any, up to five `samples` ("posting_id=…, level=…")."""


class ExpectationFault(RuntimeError):  # noqa: N818 - not an error of the data
    """A check could not be judged: the machinery is broken, which says nothing of the data."""

    def __init__(self, table: str, name: str, reason: str) -> None:
        super().__init__(f"{table}: {name} could not be judged: {reason}")
        self.table = table
        self.name = name


class _Counts(NamedTuple):
    """One row of the frame that Great Expectations judges."""

    check: str
    element_count: int  # rows of the frame
    judged_count: int  # those that `mostly` is a share of
    unexpected_count: int
    samples: list[str]


def run_suite(con: duckdb.DuckDBPyConnection, table: str) -> list[CheckOutcome]:
    """Judge a table by its suite.

    The first call in a process imports Great Expectations, which takes several seconds.

    Args:
        con: The warehouse that holds the table and those it refers to; nothing is written to it.
        table: One of `expectations.catalogue.TABLES`.

    Returns:
        One outcome per check, in the order of the suite.

    Raises:
        KeyError: The table has no suite.
        ExpectationFault: A check could not be judged: a table or column is missing, or Great
            Expectations failed.
    """
    return judge_suite(con, SUITES[table])


def judge_suite(con: duckdb.DuckDBPyConnection, suite: Suite) -> list[CheckOutcome]:
    """Judge what one suite expects.

    Args:
        con: The warehouse that holds what its frames read; nothing is written to it.
        suite: The suite.

    Returns:
        One outcome per check, in the order of the suite.

    Raises:
        ExpectationFault: A check could not be judged.
    """
    batches = _batches()
    from great_expectations import ExpectationSuite

    rules = {check.name: expectation_of(check) for check in suite.checks}
    counts: list[_Counts] = []
    for name, frame in suite.frames.items():
        checks = [check for check in suite.checks if check.frame == name]
        counts += _count(con, frame, checks, rules)
    validation = batches.get_batch({"dataframe": pd.DataFrame(counts)}).validate(
        ExpectationSuite(name=suite.table, expectations=list(rules.values())),
        result_format="SUMMARY",
    )
    # results come in another order than the suite's
    results = {result.expectation_config.meta["check"]: result for result in validation.results}
    return [_outcome(check, results[check.name]) for check in suite.checks]


@cache
def _batches() -> Any:
    """The context, its source of frames and their batches; made once per process."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # some releases read it while being imported
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("warehouse").add_dataframe_asset("frame")
    return frames.add_batch_definition_whole_dataframe("whole")


def expectation_of(check: Check) -> Rule:
    """The expectation of Great Expectations that a check is; importing it takes seconds."""
    from expectations import vocabulary

    kind = getattr(vocabulary, check.expectation)
    offender = {"offender": check.offender} if check.offender else {}
    rule: Rule = kind(
        check=check.name,
        **offender,
        **check.kwargs,
        severity=check.severity,
        description=check.description,
        meta={"check": check.name},
    )
    return rule


def _count(
    con: duckdb.DuckDBPyConnection, frame: Frame, checks: list[Check], rules: dict[str, Rule]
) -> list[_Counts]:
    """Judge all checks of a frame in one pass over it."""
    inner, outer = ["true AS is_row"], ["count(*)"]
    parameters: dict[str, Any] = {}
    for number, check in enumerate(checks):
        rule = rules[check.name]
        inner.append(f"({rule.offending()}) AS offending_{number}")
        inner.append(f"({rule.judged() or 'true'}) AS is_judged_{number}")
        outer.append(f"count(*) FILTER (WHERE is_judged_{number})")
        outer.append(f"count(offending_{number})")
        parameters |= rule.parameters()
    query = f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {frame.relation})"
    try:
        [(n_rows, *found)] = con.execute(query, parameters).fetchall()
    except duckdb.Error as error:
        raise _fault_of_one(con, frame, checks, rules, error) from error
    return [
        _Counts(
            check.name,
            n_rows,
            judged,
            unexpected,
            _samples(con, frame, rules[check.name]) if unexpected else [],
        )
        for check, judged, unexpected in zip(checks, found[::2], found[1::2], strict=True)
    ]


def _fault_of_one(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    checks: list[Check],
    rules: dict[str, Rule],
    error: duckdb.Error,
) -> ExpectationFault:
    """Say what is missing of the check that needs it."""
    for check in checks:
        rule = rules[check.name]
        try:
            con.execute(
                f"SELECT count({rule.offending()}) FROM {frame.relation}", rule.parameters()
            )
        except duckdb.Error as its_error:
            return ExpectationFault(check.table, check.name, str(its_error))
    names = ", ".join(check.name for check in checks)
    return ExpectationFault(checks[0].table, names, str(error))


def _samples(con: duckdb.DuckDBPyConnection, frame: Frame, rule: Rule) -> list[str]:
    """A few of the rows that break a rule, by their key; always the same ones."""
    key = [f'"{name}"' for name in frame.key]
    rows = con.execute(
        f"SELECT {', '.join([*key, f'({rule.offending()}) AS offending'])} FROM {frame.relation} "
        f"WHERE ({rule.offending()}) IS NOT NULL ORDER BY ALL LIMIT {SAMPLES}",
        rule.parameters(),
    ).fetchall()
    names = [*frame.key, *([] if rule.label() in frame.key else [rule.label()])]
    return [
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=False))[:SAMPLE_CHARS]
        for row in rows
    ]


def _outcome(check: Check, result: Any) -> CheckOutcome:
    reasons = list(_exceptions(result.exception_info))
    if reasons:
        raise ExpectationFault(check.table, check.name, "; ".join(reasons))
    found = result.result
    observed: dict[str, Any] = {fact: found[fact] for fact in ("unexpected_count", "element_count")}
    if found["unexpected_count"]:
        observed["samples"] = found["partial_unexpected_list"]
    return CheckOutcome(check.table, check.name, bool(result.success), check.severity, observed)


def _exceptions(info: dict[str, Any]) -> Iterable[str]:
    """The messages in an exception_info, which is flat, or nested by metric."""
    if "raised_exception" in info:
        if info["raised_exception"]:
            yield info["exception_message"]
        return
    for nested in info.values():
        yield from _exceptions(nested)
