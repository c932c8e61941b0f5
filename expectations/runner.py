"""Runs a suite over a table: the one place with a Great Expectations context.

Belongs here: drawing the frames out of DuckDB, one validation per frame, and turning results into
outcomes. Does not belong here: what is expected (`expectations.suites`), or what a failed check
stops (`pipelines`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from expectations.catalogue import SUITES
from expectations.check import Check, Frame, Severity, Suite

if TYPE_CHECKING:
    import pandas as pd

SAMPLES = 5
SAMPLE_CHARS = 80


class CheckOutcome(NamedTuple):
    """What one check found."""

    table: str
    name: str
    passed: bool
    severity: Severity
    observed: dict[str, Any]
    """JSON-safe facts: `unexpected_count` of `element_count` rows of the frame and up to five
    `samples` ("posting_id=…, level=…"), or the `observed_value` of a check of the whole frame."""


class ExpectationFault(RuntimeError):  # noqa: N818 - not an error of the data
    """A check could not be judged: the machinery is broken, which says nothing of the data."""

    def __init__(self, table: str, name: str, reason: str) -> None:
        super().__init__(f"{table}: {name} could not be judged: {reason}")
        self.table = table
        self.name = name


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
    outcomes: dict[str, CheckOutcome] = {}
    for name, frame in suite.frames.items():
        checks = [check for check in suite.checks if check.frame == name]
        outcomes.update(_judge(con, frame, checks))
    return [outcomes[check.name] for check in suite.checks]


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


def _judge(
    con: duckdb.DuckDBPyConnection, frame: Frame, checks: list[Check]
) -> dict[str, CheckOutcome]:
    batches = _batches()
    from great_expectations import ExpectationSuite

    expectations = [expectation_of(check) for check in checks]
    data = _draw(con, frame, checks, expectations)
    validation = batches.get_batch({"dataframe": data}).validate(
        ExpectationSuite(name=checks[0].table, expectations=expectations),
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": SAMPLES,
            "unexpected_index_column_names": list(frame.key),
        },
    )
    # results come in another order than the suite's
    results = {
        result["expectation_config"]["meta"]["check"]: result
        for result in validation.to_json_dict()["results"]
    }
    return {check.name: _outcome(check, frame, results[check.name]) for check in checks}


def expectation_of(check: Check) -> Any:
    """The expectation of Great Expectations that a check is; importing it takes seconds."""
    import great_expectations.expectations as gxe

    from expectations import vocabulary

    kind = getattr(vocabulary, check.expectation, None) or getattr(gxe, check.expectation)
    column = {"column": check.name} if check.offender else {}
    return kind(
        **column,
        **check.kwargs,
        severity=check.severity,
        description=check.description,
        meta={"check": check.name},
    )


def _draw(
    con: duckdb.DuckDBPyConnection, frame: Frame, checks: list[Check], expectations: list[Any]
) -> pd.DataFrame:
    """Only what the checks look at."""
    columns = {name: f'"{name}"' for name in frame.key}
    for check, expectation in zip(checks, expectations, strict=True):
        judged = (
            {check.name: f'({check.offender}) AS "{check.name}"'}
            if check.offender
            else {name: f'"{name}"' for name in _columns(expectation)}
        )
        try:
            # binds without running, so that what is missing is said of the check that needs it
            con.sql(f"SELECT {', '.join(judged.values()) or 1} FROM {frame.relation}")
        except duckdb.Error as error:
            raise ExpectationFault(check.table, check.name, str(error)) from error
        columns |= judged
    try:
        data: pd.DataFrame = con.sql(
            f"SELECT {', '.join(columns.values())} FROM {frame.relation}"
        ).df()
    except duckdb.Error as error:
        names = ", ".join(check.name for check in checks)
        raise ExpectationFault(checks[0].table, names, str(error)) from error
    return data


def _columns(expectation: Any) -> Iterable[str]:
    for field in ("column", "column_A", "column_B"):
        if hasattr(expectation, field):
            yield getattr(expectation, field)
    yield from getattr(expectation, "column_list", ())


def _outcome(check: Check, frame: Frame, result: dict[str, Any]) -> CheckOutcome:
    reasons = list(_exceptions(result["exception_info"]))
    if reasons:
        raise ExpectationFault(check.table, check.name, "; ".join(reasons))
    found = result["result"]
    observed = {
        fact: found[fact]
        for fact in ("unexpected_count", "element_count", "observed_value")
        if fact in found
    }
    if found.get("unexpected_count"):
        observed["samples"] = [
            _sample(row, frame.key) for row in found["partial_unexpected_index_list"][:SAMPLES]
        ]
    return CheckOutcome(check.table, check.name, result["success"], check.severity, observed)


def _exceptions(info: dict[str, Any]) -> Iterable[str]:
    """The messages in an exception_info, which is flat, or nested by metric."""
    if "raised_exception" in info:
        if info["raised_exception"]:
            yield info["exception_message"]
        return
    for nested in info.values():
        yield from _exceptions(nested)


def _sample(row: dict[str, Any], key: tuple[str, ...]) -> str:
    named = [*key, *(column for column in row if column not in key)]
    return ", ".join(f"{column}={row[column]}" for column in named)[:SAMPLE_CHARS]
