"""A year of daily observations, loaded day by day and compared with what was planted.

Belongs here: replaying a simulated year into a warehouse, and where the tables differ from its
truth. Does not belong here: the year and its truth (`scrapers.market.year`).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from scrapers.market.year import (
    Framework,
    Landing,
    Year,
    YearSpec,
    YearTruth,
    simulate_year,
    truth_of,
)
from warehouse import models
from warehouse.bench.material import Material
from warehouse.bench.measure import (
    Row,
    Stopwatch,
    Timing,
    compare,
    in_fresh_process,
    stopwatch,
)
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.matching.grouping import TABLE as LINKS
from warehouse.matching.grouping import link_roles

YEAR = "year"
COMPARED_EVERY_DAYS = 30
"""How often the tables are made and compared; the last day always is."""

_TABLES = (
    "out.market_flow_by_day",
    "out.postings",
    "out.posting_spells",
    "out.posting_versions",
    "out.role_spells",
)
FULL_ADVERTS = 27_000
"""Adverts of a year with more than 20,000 roles."""
_FRAMEWORKS: tuple[Framework, ...] = ("any", "pytorch", "tensorflow", "jax")


class YearError(RuntimeError):
    """The tables differ from what was planted; the message says where."""


class Agreement(NamedTuple):
    """Rows of a table that were compared with the truth, and those that differ."""

    compared: int
    differing: tuple[str, ...]


class Replayed(NamedTuple):
    """What a replay took, and what it found."""

    load: Timing  # items are observations: an advert on a day on which it was seen
    last_loads: Timing  # the same of the newest days alone
    build: Timing  # items are as-of days
    first_build: Timing
    roles: int
    agreements: Mapping[str, Agreement]


def year(material: Material, *, days: int = 365) -> Iterator[Row]:
    """Load a year day by day, read the facts of each day, and make the series of the market.

    Args:
        material: How many adverts.
        days: How long the year is.

    Raises:
        YearError: The tables differ from what was planted.
    """
    spec = replace(YearSpec.scaled(material.adverts / FULL_ADVERTS), days=days)
    done = in_fresh_process(replay, spec, COMPARED_EVERY_DAYS)
    wrong = [f"{name}: {row}" for name, found in done.agreements.items() for row in found.differing]
    if wrong:
        raise YearError(f"{len(wrong)} rows differ from the planted year, such as {wrong[0]}")
    compared = ", ".join(f"{name} {found.compared:,}" for name, found in done.agreements.items())
    yield compare(
        YEAR,
        f"load and facts, {days} days one by one, {done.roles:,} roles",
        "observations/s",
        [done.load],
        {f"its last {min(days, COMPARED_EVERY_DAYS)} days": [done.last_loads]},
    )
    yield compare(
        YEAR,
        f"core and series of the market; rows as planted: {compared}; others: 0",
        "builds/s",
        [done.build],
        {"the first of them": [done.first_build]},
    )


def replay(spec: YearSpec, every_days: int) -> Replayed:
    """Load a year into a warehouse of its own, and compare it with its truth on some days.

    Args:
        spec: The year.
        every_days: How often it is compared; the last day always is.

    Returns:
        Time, memory, and how many rows were compared and differ.
    """
    made = simulate_year(spec)
    landing = Landing(made)
    seen: Counter[date] = Counter()
    for board in made.boards:
        for answer in board.answers:
            seen[answer.day] += len(answer.shown)
    loads: list[Timing] = []
    builds: list[Timing] = []
    found: dict[str, Agreement] = {}
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        path = Path(folder) / "day.jsonl"
        for number, day in enumerate(spec.calendar(), 1):
            path.write_text("".join(landing.lines(day)), encoding="utf-8")
            with stopwatch() as watch:
                load_file(con, path, f"{YEAR}/{day}.jsonl")
                _read_facts(con, watch)
            loads.append(watch.timing(seen[day]))
            if number % every_days == 0 or number == spec.days:
                with stopwatch() as watch:
                    build_tables(con, day)
                builds.append(watch.timing(1))
                for name, agreement in agreements(con, made, day).items():
                    before = found.get(name, Agreement(0, ()))
                    found[name] = Agreement(
                        before.compared + agreement.compared,
                        before.differing + agreement.differing,
                    )
        roles = models.count(con, "core.role_rows")
    newest = loads[-every_days:]
    return Replayed(_sum(loads), _sum(newest), _sum(builds), builds[0], roles, found)


def _sum(timings: Sequence[Timing]) -> Timing:
    return Timing(
        sum(timing.items for timing in timings),
        sum(timing.seconds for timing in timings),
        max((t.peak_mb for t in timings if t.peak_mb is not None), default=None),
    )


def _read_facts(con: duckdb.DuckDBPyConnection, watch: Stopwatch) -> None:
    normalise_pending(con, progress=lambda _done, _total: watch.look_at_workers())


def build_tables(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make the tables that are compared, and all that they are made from.

    Args:
        con: A working warehouse, loaded and with facts.
        as_of: Newest day of observation that counts.
    """
    needed = set(_TABLES)
    for table, model in reversed(models.models().items()):
        if table in needed:
            needed.update(model.reads)
    for table, model in models.models().items():
        if table == LINKS:
            link_roles(con)
        elif table in needed and model.sql:
            models.build(con, table, as_of=as_of)


def agreements(con: duckdb.DuckDBPyConnection, made: Year, as_of: date) -> dict[str, Agreement]:
    """Compare the tables with the truth of a day.

    Args:
        con: A working warehouse with the tables of that day.
        made: The year.
        as_of: The day.

    Returns:
        For adverts, the adverts of roles, the ledger, versions, spells and the days of the series
        of the market: how many rows were compared, and those that differ, in words.
    """
    truth = truth_of(made, as_of)
    role_of = dict(con.execute("SELECT posting_id, role_id FROM out.postings").fetchall())
    return {
        "adverts": _adverts(con, truth),
        "roles": _roles(role_of, truth),
        "ledger": _ledger(con, truth),
        "versions": _versions(con, truth),
        "advert spells": _advert_spells(con, truth),
        "role spells": _role_spells(con, truth, role_of),
        "days": _days(con, truth),
    }


def _compared(expected: Mapping[Any, Any], actual: Mapping[Any, Any]) -> Agreement:
    keys = sorted({*expected, *actual}, key=str)
    return Agreement(
        len(keys),
        tuple(
            f"{key}: {actual.get(key)}, planted {expected.get(key)}"
            for key in keys
            if actual.get(key) != expected.get(key)
        ),
    )


def _adverts(con: duckdb.DuckDBPyConnection, truth: YearTruth) -> Agreement:
    rows = con.execute(
        "SELECT posting_id, first_seen_on, last_seen_on, closed_on FROM out.postings"
    ).fetchall()
    planted = {
        name: (advert.first_seen_on, advert.last_seen_on, advert.closed_on)
        for name, advert in truth.adverts.items()
    }
    return _compared(planted, {name: tuple(dates) for name, *dates in rows})


def _roles(role_of: Mapping[str, str], truth: YearTruth) -> Agreement:
    """Which adverts are for one role: each role as the set of its adverts."""
    found: dict[str, set[str]] = {}
    planted: dict[str, set[str]] = {}
    for name, role in role_of.items():
        found.setdefault(role, set()).add(name)
    for name, advert in truth.adverts.items():
        planted.setdefault(advert.role_key, set()).add(name)
    return _compared(
        *({min(names): sorted(names) for names in of.values()} for of in (planted, found))
    )


def _ledger(con: duckdb.DuckDBPyConnection, truth: YearTruth) -> Agreement:
    """On how many days each advert was seen."""
    rows = con.execute(
        "SELECT concat_ws(':', source, board, source_id), count(*) "
        "FROM raw.observations AS seen "
        "INNER JOIN core.listings AS listing USING (source, board, observed_on) "
        "WHERE listing.is_sound GROUP BY ALL"
    ).fetchall()
    planted = {name: advert.days_seen for name, advert in truth.adverts.items()}
    return _compared(planted, dict(rows))


def _versions(con: duckdb.DuckDBPyConnection, truth: YearTruth) -> Agreement:
    rows = con.execute(
        "SELECT posting_id, version_no, from_on FROM out.posting_versions"
    ).fetchall()
    planted = {
        (name, number): day
        for name, advert in truth.adverts.items()
        for number, (_, day) in enumerate(advert.versions, 1)
    }
    return _compared(planted, {(name, number): day for name, number, day in rows})


def _advert_spells(con: duckdb.DuckDBPyConnection, truth: YearTruth) -> Agreement:
    rows = con.execute(
        "SELECT posting_id, spell_no, opened_on, last_seen_on, closed_on, is_found "
        "FROM out.posting_spells"
    ).fetchall()
    planted = {
        (name, number): (
            spell.opened_on,
            spell.last_seen_on,
            spell.ended_on if spell.is_closed else None,
            spell.is_found,
        )
        for name, advert in truth.adverts.items()
        for number, spell in enumerate(advert.spells, 1)
    }
    return _compared(planted, {(name, number): tuple(rest) for name, number, *rest in rows})


def _role_spells(
    con: duckdb.DuckDBPyConnection, truth: YearTruth, role_of: Mapping[str, str]
) -> Agreement:
    names = {role_of[name]: a.role_key for name, a in truth.adverts.items() if name in role_of}
    rows = con.execute(
        "SELECT role_id, spell_no, source, board, opened_on, closed_on, entry, exit, days_open, "
        "is_whole FROM out.role_spells"
    ).fetchall()
    planted = {
        (spell.role_key, spell.spell_no): (*spell[2:], spell.days_open, spell.is_whole)
        for spell in truth.role_spells
    }
    return _compared(
        planted, {(names.get(role, role), number): tuple(rest) for role, number, *rest in rows}
    )


def _days(con: duckdb.DuckDBPyConnection, truth: YearTruth) -> Agreement:
    rows = con.execute(
        "SELECT sources, population, framework, day, stock, found, n_new, n_reopened, n_reposted, "
        "closures, lost, is_partial, inflow FROM out.market_flow_by_day"
    ).fetchall()
    sets = ["all", "panel", *sorted({source for source, _ in truth.listings})]
    planted = {
        (sources, population, framework, flow.day): (*flow[1:], flow.inflow)
        for sources in sets
        for population, is_ml in (("all", None), ("ml", True))
        for framework in _FRAMEWORKS
        for flow in truth.flow(sources, is_ml=is_ml, framework=framework)
    }
    return _compared(planted, {tuple(row[:4]): tuple(row[4:]) for row in rows})
