"""Conventions that every check keeps to."""

from __future__ import annotations

import re

import pytest

from expectations.catalogue import SUITES, TABLES, Check, checks_for, looked_at
from expectations.skeleton import EXEMPT, MAY_BE_EMPTY, OFTEN_EMPTY, skeleton
from warehouse.models import models


def columns_of(table: str) -> set[str]:
    return {column.name for column in models()[table].columns}


CHECKS = [pytest.param(check, id=f"{t}-{check.name}") for t in TABLES for check in checks_for(t)]


@pytest.mark.parametrize("check", CHECKS)
def test_name_begins_with_a_column_of_the_table(check: Check) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", check.name)
    assert any(
        check.name.startswith(f"{column}_") for column in {*columns_of(check.table), "table"}
    )


@pytest.mark.parametrize("check", CHECKS)
def test_description_says_what_it_guards_and_what_to_do(check: Check) -> None:
    sentences = [part for part in re.split(r"[.:] ", check.description) if part]
    assert check.description.endswith(".")
    assert len(sentences) >= 2
    assert len(check.description) <= 220


@pytest.mark.parametrize("table", TABLES)
def test_suite_is_whole(table: str) -> None:
    suite = SUITES[table]
    names = [check.name for check in suite.checks]
    assert len(names) == len(set(names))
    assert {check.table for check in suite.checks} == {table}
    assert {check.severity for check in suite.checks} <= {"critical", "warning"}
    # a frame that nothing judges would be drawn for nothing
    assert {check.frame for check in suite.checks} == set(suite.frames)


def test_every_table_and_view_of_core_and_out_has_a_suite() -> None:
    expected = {table for table in models() if not table.startswith("raw.")}
    assert set(TABLES) == {"raw.postings", *expected}


@pytest.mark.parametrize("table", TABLES)
def test_every_suite_counts_rows(table: str) -> None:
    """An empty frame passes every expectation of columns."""
    found = [check for check in checks_for(table) if check.name == "table_is_not_empty"]
    assert len(found) == (table not in OFTEN_EMPTY)
    # A small market may well state no pay and name nothing.
    may_be_empty = table in ("core.mentions", "core.pay_bands", *MAY_BE_EMPTY)
    for check in found:
        assert check.severity == ("warning" if may_be_empty else "critical")


@pytest.mark.parametrize("table", [table for table in TABLES if table != "raw.postings"])
def test_every_key_is_stated_and_unique(table: str) -> None:
    names = {check.name for check in checks_for(table)}
    model = models()[table]
    for column in model.columns:
        if column.name in model.key and "NULL" not in column.description:
            assert f"{column.name}_is_stated" in names
    unique = {check.expectation for check in checks_for(table) if "_unique" in check.name}
    assert unique <= {"ExpectKeyToBeUnique", "ExpectNoOffender"}
    assert unique


@pytest.mark.parametrize("table", TABLES)
def test_a_suite_waits_for_no_table_that_waits_for_it(table: str) -> None:
    """Critical checks block what is made from their table."""

    def upstream(name: str) -> set[str]:
        reads = set(models()[name].reads)
        return reads.union(*(upstream(read) for read in reads))

    for other in looked_at(table):
        assert table not in upstream(other), other


@pytest.mark.parametrize("table", TABLES)
def test_what_a_suite_covers_would_be_derived(table: str) -> None:
    names = {check.name for check in checks_for(table)}
    assert not SUITES[table].covers & names
    assert SUITES[table].covers <= {check.name for check in skeleton(table, models()).checks}


def test_exempt_checks_are_of_columns_that_are_there() -> None:
    for table, name in EXEMPT:
        assert any(name.startswith(f"{column}_") for column in columns_of(table)), (table, name)


def test_table_without_suite_is_an_error() -> None:
    with pytest.raises(KeyError):
        checks_for("core.nothing")
