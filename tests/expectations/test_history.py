"""What is measured, what is remembered, and how far a figure may move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest

from expectations import history
from expectations.catalogue import OVER_TIME, SUITES, all_checks
from expectations.runner import judge_suite
from expectations.suites.over_time import MAY_SHRINK, SOURCED, Z
from warehouse import models

DAY = date(2026, 8, 1)


class Case(NamedTuple):
    """A figure of this run beside those of the runs before."""

    metric: str
    before: tuple[float, ...]  # newest last
    now: float | None
    n: int = 400
    spread: float | None = None
    group: str = "ashby"


# The check and all that fail with it: a jump is also a drift.
FAILING: dict[tuple[str, ...], Case] = {
    ("table_keeps_its_rows",): Case("rows", (1000,), 899),
    ("table_is_not_halved", "table_keeps_its_rows"): Case("rows", (1000,), 499),
    ("columns_keep_their_values",): Case("null_share", (0.0,), 0.05, group="company"),
    ("sources_keep_their_columns",): Case(
        "null_share_of_source", (0.1,), 0.9, group="lever/region"
    ),
    ("volume_is_not_low",): Case("volume", (1000, 1000, 1000, 1000), 790),
    ("volume_is_not_halved", "volume_is_not_low"): Case("volume", (1000, 1020, 980, 990), 480),
    ("volume_is_not_doubled",): Case("volume", (1000,), 2001),
    ("newest_answer_is_recent",): Case("days_without_answer", (), 4),
    ("adverts_of_a_source_are_not_lost",): Case("adverts", (1000,), 400),
    ("new_adverts_keep_coming",): Case("new_adverts", (100, 90, 110), 20),
    ("posted_on_is_recent",): Case("days_without_new", (), 46),
    ("posted_on_is_not_after_first_seen_on",): Case("posted_after_seen_share", (), 0.03),
    ("posted_on_keeps_its_weekdays",): Case("weekend_share", (0.04,), 0.28),
    ("text_chars_keeps_its_mean",): Case("text_chars", (4000,), 2900, spread=1500),
    ("mention_share_is_steady",): Case(
        "mention_share_open", (0.58, 0.57, 0.59), 0.38, group="ashby/pytorch"
    ),
    ("mention_share_has_not_jumped", "mention_share_is_steady"): Case(
        "mention_share_all", (0.58,), 0.1, group="ashby/pytorch"
    ),
    ("pay_mid_usd_year_is_steady",): Case(
        "pay_usd_year_open", (150_000,), 200_000, spread=0.4, group="ashby/senior"
    ),
    ("pay_mid_usd_year_has_not_jumped", "pay_mid_usd_year_is_steady"): Case(
        "pay_usd_year_all", (150_000,), 320_000, spread=0.4, group="ashby/senior"
    ),
    ("pay_mid_usd_year_median_is_plausible",): Case(
        "pay_usd_year_all", (), 1_800_000, spread=0.4, group="ashby/senior"
    ),
    ("pay_usd_year_is_plausible_by_currency_and_period",): Case(
        "band_median_usd_year", (), 150, group="period MONTH"
    ),
    ("currency_fits_country",): Case("foreign_currency_share", (), 0.7, group="ashby/DE"),
    ("currency_share_is_steady",): Case("foreign_currency_share", (0.02,), 0.55, group="ashby/PL"),
    ("pay_share_is_steady",): Case("pay_share", (0.5,), 0.35),
    ("pay_share_has_not_jumped", "pay_share_is_steady"): Case("pay_share", (0.5,), 0.05),
    ("framework_share_is_steady",): Case("framework_share", (0.3,), 0.2, n=2000, group="tf"),
}

# What may well happen, and is no fault.
PASSING: tuple[tuple[str, Case], ...] = (
    ("out.papers", Case("rows", (1000,), 900)),
    ("out.papers", Case("rows", (19,), 0)),
    ("out.papers", Case("rows", (1000,), 90_000)),
    ("out.papers", Case("null_share", (0.5,), 0.1, group="title")),
    ("out.papers", Case("null_share", (0.2, 0.9), 0.2, group="title")),
    ("out.papers", Case("null_share", (0.0,), 0.3, n=19, group="title")),
    ("core.listings", Case("volume", (20,), 9)),
    ("core.listings", Case("volume", (1000,), 800)),
    ("core.listings", Case("volume", (), 3)),
    ("core.listings", Case("volume", (1000, 480, 480), 480)),  # it has stayed so
    ("core.listings", Case("days_without_answer", (), 3)),
    ("core.postings", Case("weekend_share", (0.28,), 0.24)),
    ("core.postings", Case("posted_after_seen_share", (), 0.04, n=100)),
    ("core.postings", Case("text_chars", (4000,), 2900, n=25, spread=2500)),
    ("core.roles", Case("mention_share_open", (0.5,), 0.1, n=19, group="ashby/jax")),
    ("core.roles", Case("mention_share_open", (0.5,), 0.35, n=60, group="ashby/jax")),
    ("core.roles", Case("mention_share_open", (0.5,), None, group="ashby/jax")),
    ("core.roles", Case("mention_share_open", (0.02,), 0.03, n=100_000, group="ashby/jax")),
    ("core.roles", Case("pay_usd_year_open", (150_000,), 200_000, n=25, spread=0.6)),
    ("core.roles", Case("pay_usd_year_all", (), 1_800_000, n=19, spread=0.4)),
    ("core.pay_bands", Case("foreign_currency_share", (1.0,), 1.0, group="ashby/AR")),
    ("core.pay_bands", Case("foreign_currency_share", (), 1.0, n=19, group="ashby/DE")),
)


def _table_of(check: str) -> str:
    """The table to try a check on; what all tables have, on one of them."""
    tables = [table for table, suite in OVER_TIME.items() if check in _names(table)]
    return "out.papers" if "out.papers" in tables else tables[0]


def _names(table: str) -> list[str]:
    return [check.name for check in OVER_TIME[table].checks]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("CREATE SCHEMA raw; CREATE SCHEMA core; CREATE SCHEMA out; CREATE SCHEMA meta")
        models.create_schemas(made)
        made.execute("CREATE TABLE out.papers AS SELECT 'a' AS paper_id")
        made.execute("CREATE TABLE core.postings AS SELECT unnest(['DE', 'PL', 'AR']) AS country")
        made.execute(
            "CREATE TEMP TABLE local_currencies AS "
            "SELECT unnest(['DE', 'PL', 'AR']) AS country, "
            "unnest(['EUR', 'PLN', 'ARS']) AS currency"
        )
        made.execute(f"CREATE TABLE meta.run_metrics {history._COLUMNS}")
        made.execute(f"CREATE TEMP TABLE {history.NOW} {history._COLUMNS}")
        made.execute("SET VARIABLE as_of = $day", {"day": DAY})
        yield made


def _plant(con: duckdb.DuckDBPyConnection, table: str, case: Case) -> None:
    insert = "INSERT INTO {} VALUES ($1, $2, $3, $4, $5, $6, $7)"
    for back, value in enumerate(reversed(case.before), start=1):
        con.execute(
            insert.format("meta.run_metrics"),
            [DAY - timedelta(back), table, case.metric, case.group, value, case.n, case.spread],
        )
    if case.now is not None:
        con.execute(
            insert.format(history.NOW),
            [DAY, table, case.metric, case.group, case.now, case.n, case.spread],
        )


def test_every_check_over_time_has_a_failing_case() -> None:
    named = {check for suite in OVER_TIME.values() for check in (c.name for c in suite.checks)}
    assert {names[0] for names in FAILING} == named


def test_all_of_core_and_out_is_watched_and_no_name_is_taken_twice() -> None:
    missing = set(models.models()) - set(OVER_TIME)
    assert all(
        table.startswith("raw.") or models.models()[table].materialized == "view"
        for table in missing
    )
    for table in {*SUITES, *OVER_TIME}:
        names = [check.name for check in all_checks(table)]
        assert len(names) == len(set(names)), table
    for table in MAY_SHRINK:
        assert _names(table) == ["columns_keep_their_values"]
    assert all("sources_keep_their_columns" in _names(table) for table in SOURCED)


@pytest.mark.parametrize(("failing", "case"), FAILING.items(), ids=lambda value: value[0])
def test_a_figure_that_moves_too_far_fails_its_check_and_says_how_far(
    con: duckdb.DuckDBPyConnection, failing: tuple[str, ...], case: Case
) -> None:
    table = _table_of(failing[0])
    _plant(con, table, case)
    failed = {outcome.name: outcome for outcome in judge_suite(con, OVER_TIME[table])
              if not outcome.passed}  # fmt: skip
    assert set(failed) == set(failing)
    [sample] = failed[failing[0]].observed["samples"]
    assert case.group in sample
    assert any(character.isdigit() for character in sample.split("=")[-1])


@pytest.mark.parametrize(("table", "case"), PASSING)
def test_what_may_well_happen_passes(
    con: duckdb.DuckDBPyConnection, table: str, case: Case
) -> None:
    _plant(con, table, case)
    assert [outcome for outcome in judge_suite(con, OVER_TIME[table]) if not outcome.passed] == []


def test_a_source_that_is_gone_counts_as_nought(con: duckdb.DuckDBPyConnection) -> None:
    _plant(con, "core.listings", Case("volume", (100,), None))
    failed = [o.name for o in judge_suite(con, OVER_TIME["core.listings"]) if not o.passed]
    assert failed == ["volume_is_not_low", "volume_is_not_halved"]


def test_a_level_that_lasts_is_believed_on_the_third_day(con: duckdb.DuckDBPyConnection) -> None:
    before: tuple[float, ...] = (1000, 1000, 1000, 1000)
    found = []
    for _ in range(3):
        con.execute("DELETE FROM meta.run_metrics")
        con.execute(f"DELETE FROM {history.NOW}")
        _plant(con, "core.listings", Case("volume", before, 490))
        failed = {o.name for o in judge_suite(con, OVER_TIME["core.listings"]) if not o.passed}
        found.append("halved" if "volume_is_not_halved" in failed else "passes")
        before = (*before, 490)
    assert found == ["halved", "halved", "passes"]


def test_chance_alone_does_not_cry_wolf(con: duckdb.DuckDBPyConnection) -> None:
    """Ten thousand shares that do not change, drawn anew in each run."""
    draw = np.random.default_rng(7)
    share, n = draw.uniform(0.01, 0.9, 10_000), draw.integers(20, 300, 10_000)
    for back in range(5):
        drawn = pd.DataFrame({
            "day": DAY - timedelta(back),
            "measured": [f"s{number}/jax" for number in range(len(n))],
            "value": draw.binomial(n, share) / n,
            "n": n,
        })  # fmt: skip
        con.register("drawn", drawn)
        con.execute(
            f"""INSERT INTO {"meta.run_metrics" if back else history.NOW}
            SELECT day, 'core.roles', 'mention_share_open', measured, value, n, NULL FROM drawn"""
        )
    check = next(c for c in OVER_TIME["core.roles"].checks if c.name == "mention_share_is_steady")
    relation = OVER_TIME["core.roles"].frames[check.frame].relation
    [(alarms,)] = con.execute(
        f"SELECT count(*) FROM (SELECT {check.offender} AS offender FROM {relation}) "
        "WHERE offender IS NOT NULL"
    ).fetchall()
    assert Z == 4
    assert alarms <= 3  # independent runs give fewer than one in ten thousand


def _measured(con: duckdb.DuckDBPyConnection, table: str) -> dict[tuple[str, str], float]:
    history.measure(con, table, DAY)
    return {
        (metric, group): value
        for metric, group, value in con.execute(
            f"SELECT metric, group_name, value FROM {history.NOW}"
        ).fetchall()
    }


def test_rows_and_nulls_are_counted_in_one_pass(con: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(
        f'NULL::{column.type} AS "{column.name}"'
        for column in models.models()["core.models"].columns
    )
    con.execute("DROP TABLE IF EXISTS core.models")
    con.execute(f"CREATE TABLE core.models AS SELECT {columns} FROM range(4)")
    con.execute("UPDATE core.models SET rank = 1 WHERE rowid = 0")
    found = _measured(con, "core.models")
    assert found["rows", "all"] == 4
    assert found["null_share", "rank"] == 0.75
    assert found["null_share", "model_id"] == 1
    con.execute("DELETE FROM core.models")
    assert _measured(con, "core.models") == {("rows", "all"): 0}


def _papers(con: duckdb.DuckDBPyConnection, rows: int) -> None:
    columns = ", ".join(
        f'NULL::{column.type} AS "{column.name}"'
        for column in models.models()["out.papers"].columns
    )
    con.execute(f"CREATE OR REPLACE TABLE out.papers AS SELECT {columns} FROM range({rows})")


def _remembered(con: duckdb.DuckDBPyConnection) -> list[tuple[date, float]]:
    return con.execute(
        "SELECT as_of, value FROM meta.run_metrics WHERE metric = 'rows' ORDER BY as_of"
    ).fetchall()


def test_what_is_remembered_is_one_state_a_day_and_never_an_earlier_one(
    con: duckdb.DuckDBPyConnection,
) -> None:
    def run(day: date, rows: int) -> bool:
        _papers(con, rows)
        history.measure(con, "out.papers", day)
        return history.remember(con, "out.papers", day)

    tomorrow, last_week = DAY + timedelta(1), DAY - timedelta(7)
    assert run(DAY, 10)
    assert not run(DAY, 10), "the same again changes nothing"
    assert run(DAY, 12), "a second run of a day replaces the first"
    assert _remembered(con) == [(DAY, 12)]
    assert run(tomorrow, 12)
    assert not run(last_week, 5), "a look at a past day is no run of now"
    assert not run(DAY, 5)
    assert _remembered(con) == [(DAY, 12), (tomorrow, 12)]


def test_an_outcome_says_what_it_was_compared_with(con: duckdb.DuckDBPyConnection) -> None:
    said = []
    for day in range(6):
        _papers(con, 1000)
        [outcome, *_] = history.judge_over_time(con, "out.papers", DAY + timedelta(day))
        said.append(outcome.observed["compared_with"])
    assert said[:3] == [
        "no earlier run",
        "one earlier run, of 2026-08-01",
        "2 earlier runs, of 2026-08-01 to 2026-08-02",
    ]
    assert said[-1] == "4 earlier runs, of 2026-08-02 to 2026-08-05"
    _papers(con, 300)
    past = history.judge_over_time(con, "out.papers", DAY)
    assert all(outcome.passed for outcome in past), "a past day does not see what came after"
    now = history.judge_over_time(con, "out.papers", DAY + timedelta(6))
    assert [outcome.name for outcome in now if not outcome.passed] == [
        "table_keeps_its_rows",
        "table_is_not_halved",
    ]
