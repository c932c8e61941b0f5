"""Conventions that every check keeps to."""

from __future__ import annotations

import re
from functools import cache

import pytest

from expectations.catalogue import SUITES, TABLES, Check, checks_for
from tests.expectations.tables import warehouse


@cache
def columns_of(table: str) -> set[str]:
    return {row[0] for row in warehouse(1).sql(f"DESCRIBE {table}").fetchall()}


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


@pytest.mark.parametrize("table", TABLES)
def test_every_suite_counts_rows(table: str) -> None:
    """An empty frame passes every expectation of columns."""
    (check,) = [check for check in checks_for(table) if check.name == "table_is_not_empty"]
    # A small market may well state no pay and name nothing.
    may_be_empty = table in ("core.mentions", "core.pay_bands")
    assert check.severity == ("warning" if may_be_empty else "critical")


def test_table_without_suite_is_an_error() -> None:
    with pytest.raises(KeyError):
        checks_for("core.nothing")
