"""A year of daily answers, loaded file by file: the tables are what was planted, as of any day."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from pipelines import bench_year
from pipelines.bench_year import Agreement, agreements, build_tables, replay
from scrapers.market.year import Landing, Year, YearSpec, simulate_year, truth_of
from warehouse.bench.material import Material
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file

SPEC = replace(YearSpec.scaled(0.1), dying_rate=0.25, silent_rate=0.15)
"""More boards die or fall silent than in the full year: there are few boards."""

DAILY = 30
"""The first days come one by one, as from a daily crawl; later ones a week at a time."""

SAMPLED = (2, 30, 79, 128, 226, 324, 365)
"""Days, counted from 1, on which the tables are made while the year is loaded."""

AFTERWARDS = (60, 200)
"""Days as of which they are made again when all of the year is there."""


class Loaded(NamedTuple):
    """A warehouse that has the whole year, and what was found while it was loaded."""

    con: duckdb.DuckDBPyConnection
    year: Year
    found: dict[int, dict[str, Agreement]]


def day(number: int) -> date:
    return SPEC.first_day + timedelta(days=number - 1)


def files() -> list[range]:
    """The days of each landing file, in the order of loading: some files come late."""
    ordered = [range(n, n + 1) for n in range(1, DAILY + 1)]
    ordered += [range(n, min(n + 7, SPEC.days + 1)) for n in range(DAILY + 1, SPEC.days + 1, 7)]
    for number in (3, 10, 11, 20, 40, 60):  # two weeks late, three days late, the wrong way round
        ordered.insert(number + 2, ordered.pop(number))
    return ordered


def planted() -> Year:
    """A year in which the first answer of a board is cut short: what it lacked is found later."""
    year = simulate_year(SPEC)
    number, board = next((n, b) for n, b in enumerate(year.boards) if len(b.answers[0].shown) > 3)
    cut = replace(board, faults={**board.faults, board.days[0]: "truncated"})
    return Year(SPEC, (*year.boards[:number], cut, *year.boards[number + 1 :]))


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    year = planted()
    landing = Landing(year)
    found: dict[int, dict[str, Agreement]] = {}
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        path = Path(folder) / "landing.jsonl"
        there: set[int] = set()
        for count, days in enumerate(files()):
            lines = "".join(line for number in days for line in landing.lines(day(number)))
            path.write_text(lines, encoding="utf-8")
            assert load_file(con, path, f"year/{days[0]}.jsonl").is_new
            if count % 9 == 0:
                assert not load_file(con, path, f"year/{days[0]}.jsonl").is_new
                assert load_file(con, path, f"again/{days[0]}.jsonl").is_new
            there.update(days)
            newest = max(there)
            if newest in SAMPLED and newest not in found and len(there) == newest:
                found[newest] = made(con, year, newest)
        for number in AFTERWARDS:
            found[number] = made(con, year, number)
        build_tables(con, day(SPEC.days))
        yield Loaded(con, year, found)


def made(con: duckdb.DuckDBPyConnection, year: Year, number: int) -> dict[str, Agreement]:
    normalise_pending(con, workers=1)
    build_tables(con, day(number))
    return agreements(con, year, day(number))


@pytest.mark.parametrize("number", [*SAMPLED, *AFTERWARDS])
def test_the_tables_are_what_was_planted(loaded: Loaded, number: int) -> None:
    for found in loaded.found[number].values():
        assert found.compared > 0
        assert found.differing == ()


def test_the_year_has_every_way_to_come_and_to_go(loaded: Loaded) -> None:
    truth = truth_of(loaded.year, day(SPEC.days))
    kinds = {(spell.entry, spell.exit) for spell in truth.role_spells}
    for entry in ("found", "new", "reopened", "reposted"):
        assert {(entry, "open"), (entry, "closed")} <= kinds
    assert any(how == "lost" for _, how in kinds)
    assert len(truth.panel) < len(truth.listings) < 2 * len(truth.panel)
    assert len(truth.adverts) > 2_500
    assert any(board.answers[0].state == "truncated" for board in loaded.year.boards)


def test_lifetimes_are_those_of_spells_that_are_whole(loaded: Loaded) -> None:
    truth = truth_of(loaded.year, day(SPEC.days))
    planted = sorted(s.days_open or 0 for s in truth.role_spells if s.is_whole)
    rows = loaded.con.execute(
        "SELECT days_open FROM core.role_spells WHERE is_whole ORDER BY 1"
    ).fetchall()
    assert [days for (days,) in rows] == planted
    assert len(planted) > 1_000


def test_stock_is_that_of_the_day_before_and_what_came_less_what_went(loaded: Loaded) -> None:
    [(rows, wrong)] = loaded.con.execute(
        """SELECT count(*), count(*) FILTER (
            stock <> coalesce(before, 0) + found + inflow - closures - lost)
        FROM (SELECT *, lag(stock) OVER (
            PARTITION BY sources, population, framework ORDER BY day) AS before
            FROM out.market_flow_by_day)"""
    ).fetchall()
    assert rows > 10_000
    assert wrong == 0


@pytest.mark.parametrize(
    ("table", "change", "part"),
    [
        ("core.role_spells", "SET days_open = days_open + 1 WHERE days_open = 20", "role spells"),
        ("out.market_flow_by_day", "SET stock = stock - 1 WHERE framework = 'jax'", "days"),
        ("core.posting_rows", "SET closed_on = closed_on + 1", "adverts"),
        ("raw.sightings", "SET until_on = until_on + 1 WHERE until_on IS NOT NULL", "ledger"),
        ("raw.sightings", "SET from_on = from_on + 1", "versions"),
        ("core.spells", "SET is_found = NOT is_found", "advert spells"),
        ("core.posting_rows", "SET role_id = 'one'", "roles"),
    ],
)  # fmt: skip
def test_what_differs_is_found(loaded: Loaded, table: str, change: str, part: str) -> None:
    con = loaded.con
    con.execute("BEGIN")
    try:
        con.execute(f"UPDATE {table} {change}")
        found = agreements(con, loaded.year, day(SPEC.days))
    finally:
        con.execute("ROLLBACK")
    assert found[part].differing


class TestBenchmark:
    def test_a_replay_compares_every_so_often_and_on_the_last_day(self) -> None:
        done = replay(replace(YearSpec.scaled(0.01), days=12), 5)
        assert done.build.items == 3
        assert done.load.items > done.last_loads.items > 0
        assert all(found.compared and not found.differing for found in done.agreements.values())

    def test_a_year_that_is_read_wrong_is_no_measurement(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def wrong(*_: object) -> dict[str, Agreement]:
            return {"days": Agreement(2, ("2026-01-01: 3, planted 4",))}

        monkeypatch.setattr(bench_year, "agreements", wrong)
        monkeypatch.setattr(bench_year, "in_fresh_process", lambda call, *given: call(*given))
        material = Material(choose_postings=lambda _: [], adverts=60)
        with pytest.raises(bench_year.YearError, match=r"1 rows differ .* planted 4"):
            list(bench_year.year(material, days=2))
        monkeypatch.setattr(bench_year, "agreements", lambda *_: {"days": Agreement(2, ())})
        rows = list(bench_year.year(material, days=2))
        assert [row.unit for row in rows] == ["observations/s", "builds/s"]
        assert "days 2" in rows[1].what
