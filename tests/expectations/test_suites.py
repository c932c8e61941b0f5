"""Every check passes on a valid warehouse and catches, alone, the change that it is there for."""

from __future__ import annotations

import json

import pytest

from expectations.catalogue import TABLES, checks_for
from expectations.runner import SAMPLE_CHARS, SAMPLES, run_suite
from tests.expectations.failing_cases import CASES, VARIANTS
from tests.expectations.tables import warehouse


@pytest.mark.parametrize("table", TABLES)
def test_valid_table_passes(table: str) -> None:
    outcomes = run_suite(warehouse(), table)
    assert [outcome.name for outcome in outcomes] == [check.name for check in checks_for(table)]
    assert [outcome for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_check_has_a_failing_case(table: str) -> None:
    assert list(CASES[table]) == [check.name for check in checks_for(table)]


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
def test_failing_case_fails_its_check_alone(table: str, name: str, change: str) -> None:
    con = warehouse()
    con.execute(change)
    failed = [outcome for outcome in run_suite(con, table) if not outcome.passed]
    assert [outcome.name for outcome in failed] == [name]
    observed = failed[0].observed
    assert json.loads(json.dumps(observed)) == observed
    if "observed_value" in observed:
        assert observed == {"observed_value": 0}
    else:
        assert 1 <= observed["unexpected_count"] <= observed["element_count"]
        assert 1 <= len(observed["samples"]) <= SAMPLES
        assert all(len(sample) <= SAMPLE_CHARS for sample in observed["samples"])


@pytest.mark.parametrize("table", ["core.papers", "core.paper_frameworks"])
def test_a_table_may_be_empty_where_nothing_went_in(table: str) -> None:
    con = warehouse()
    con.execute(f"DELETE FROM {table}")
    con.execute("DELETE FROM raw.paper_links")
    outcomes = {outcome.name: outcome.passed for outcome in run_suite(con, table)}
    assert outcomes["table_is_not_empty"]
