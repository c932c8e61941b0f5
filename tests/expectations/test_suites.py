"""Every check passes on a valid warehouse and catches the change that it is there for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from expectations.catalogue import SUITES, TABLES, Check, checks_for
from expectations.runner import SAMPLE_CHARS, SAMPLES, CheckOutcome, run_suite
from tests.expectations.failing_cases import CASES, VARIANTS
from tests.expectations.mutations import may_see, mutation
from tests.expectations.tables import warehouse

DERIVED = {
    table: [check for check in checks_for(table) if check.name not in CASES.get(table, {})]
    for table in TABLES
}


@pytest.fixture(scope="module")
def whole() -> duckdb.DuckDBPyConnection:
    return warehouse()


@pytest.fixture
def con(whole: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The valid warehouse; what a test changes is undone."""
    whole.execute("BEGIN")
    yield whole
    whole.execute("ROLLBACK")


@pytest.mark.parametrize("table", TABLES)
def test_valid_table_has_rows_and_passes(con: duckdb.DuckDBPyConnection, table: str) -> None:
    assert con.execute(f"SELECT count(*) > 0 FROM {table}").fetchall() == [(True,)]
    outcomes = run_suite(con, table)
    assert [outcome.name for outcome in outcomes] == [check.name for check in checks_for(table)]
    assert [outcome for outcome in outcomes if not outcome.passed] == []


def test_cases_by_hand_are_of_checks_that_are_there() -> None:
    for table, changes in CASES.items():
        assert set(changes) <= {check.name for check in checks_for(table)}


@pytest.mark.parametrize("table", [table for table in TABLES if DERIVED[table]])
def test_every_check_of_a_header_catches_its_change(
    con: duckdb.DuckDBPyConnection, table: str
) -> None:
    for check in DERIVED[table]:
        _caught(con, check, mutation(check))
        con.execute("ROLLBACK")
        con.execute("BEGIN")


@pytest.mark.parametrize(
    ("table", "name", "change"),
    [
        *(
            pytest.param(table, name, change, id=f"{table}-{name}")
            for table, changes in CASES.items()
            for name, change in changes.items()
        ),
        *(
            pytest.param(*variant, id=f"{variant[0]}-{variant[1]}-{number}")
            for number, variant in enumerate(VARIANTS, start=2)
        ),
    ],
)
def test_failing_case_fails_its_check_alone(
    con: duckdb.DuckDBPyConnection, table: str, name: str, change: str
) -> None:
    [check] = [check for check in checks_for(table) if check.name == name]
    failed = _caught(con, check, change)
    derived = {check.name for check in DERIVED[table]}
    assert [outcome.name for outcome in failed if outcome.name not in derived] == [name]


def _caught(con: duckdb.DuckDBPyConnection, check: Check, change: str) -> list[CheckOutcome]:
    """Make a change and judge: the check fails, others only where they look at what changed."""
    con.execute(change)
    suite = SUITES[check.table]
    checks = {other.name: other for other in suite.checks}
    failed = [outcome for outcome in run_suite(con, check.table) if not outcome.passed]
    assert check.name in {outcome.name for outcome in failed}, change
    for outcome in failed:
        other = checks[outcome.name]
        if other != check:
            assert may_see(change, other, suite.frames[other.frame]), (change, outcome)
        observed = outcome.observed
        assert json.loads(json.dumps(observed)) == observed
        assert observed["unexpected_count"] >= 1
        assert 1 <= len(observed["samples"]) <= SAMPLES
        assert all(len(sample) <= SAMPLE_CHARS for sample in observed["samples"])
    return failed


@pytest.mark.parametrize("table", ["core.papers", "core.paper_frameworks", "out.papers"])
def test_a_table_may_be_empty_where_nothing_went_in(
    con: duckdb.DuckDBPyConnection, table: str
) -> None:
    for name in ("core.papers", "core.paper_frameworks", "raw.papers", "raw.paper_links", table):
        con.execute(f"DELETE FROM {name}")
    outcomes = {outcome.name: outcome.passed for outcome in run_suite(con, table)}
    assert outcomes["table_is_not_empty"]
