"""After any change the links are those that comparing all adverts anew gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import models
from warehouse.matching import changes, grouping
from warehouse.matching.grouping import Linked, link_roles
from warehouse.matching.rules import Basis, basis_of_same
from warehouse.matching.signature import Signature
from warehouse.normalise.posting import method_version

WORDS = [f"duty{number}" for number in range(200)]
TABLES = (grouping.TABLE, changes.TABLE)


class Advert(NamedTuple):
    """What a market is made of; `start` and `length` say which words a text has."""

    company: str = "acme"
    source: str = "ashby"
    board: str = "b1"
    title: str | None = "Platform Engineer"
    countries: tuple[str, ...] = ("US",)
    requisition: str | None = None
    url: str | None = None
    start: int = 0
    length: int = 100
    day: int = 0
    is_excerpt: bool = False


ADVERTS = st.builds(
    Advert,
    company=st.sampled_from(["acme", "acme", "zenith"]),
    source=st.sampled_from(["ashby", "greenhouse", "hackernews", "hackernews"]),
    board=st.sampled_from(["b1", "b2", "b3"]),
    title=st.sampled_from([None, "Platform Engineer", "Platform Engineers", "Data Engineer"]),
    countries=st.sampled_from([(), ("US",), ("US",), ("DE", "US")]),
    requisition=st.sampled_from([None, None, None, "R1", "R2"]),
    url=st.sampled_from([None, None, None, "x.com/1", "x.com/1?utm_source=y", "x.com/2", "x.com/"]),
    start=st.integers(0, 8).map(lambda step: 8 * step),
    length=st.sampled_from([20, 90, 100]),
    day=st.integers(0, 30).map(lambda step: 20 * step),
    is_excerpt=st.integers(0, 9).map(lambda number: number == 0),
)
NAMES = st.sampled_from([f"p{number}" for number in range(30)])
STEPS = st.lists(
    st.dictionaries(
        NAMES,
        st.one_of(ADVERTS, st.just("gone"), st.integers(0, 30).map(lambda step: 20 * step)),
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        models.create_schemas(connection)
        connection.execute("SET VARIABLE as_of = DATE '2026-01-31'")
        connection.execute(
            "CREATE TABLE core.adverts (posting_id VARCHAR, source VARCHAR, board VARCHAR,"
            " company_id VARCHAR, titles VARCHAR[], countries VARCHAR[], requisition_id VARCHAR,"
            " text VARCHAR, url VARCHAR, posted_or_seen_on DATE, is_excerpt BOOLEAN,"
            " content_hash VARCHAR, method_version VARCHAR)"
        )
        yield connection


@pytest.fixture
def con(shared: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for table in ("core.adverts", *TABLES):
        shared.execute(f"DELETE FROM {table}")
    return shared


def show(con: duckdb.DuckDBPyConnection, market: dict[str, Advert]) -> None:
    """Make `core.adverts` hold these."""
    rows = [
        (
            name,
            advert.source,
            advert.board,
            advert.company,
            [advert.title] if advert.title else None,
            list(advert.countries),
            advert.requisition,
            " ".join(WORDS[advert.start : advert.start + advert.length]),
            f"https://{advert.url}" if advert.url else None,
            date(2025, 1, 1) + timedelta(days=advert.day),
            advert.is_excerpt,
            repr((name, advert._replace(day=0))),
            method_version(),
        )
        for name, advert in market.items()
    ]
    con.execute("DELETE FROM core.adverts")
    if rows:
        con.executemany(f"INSERT INTO core.adverts VALUES ({', '.join('?' * 13)})", rows)


def written(con: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    return [con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in TABLES]


def anew(con: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """What a warehouse that knows nothing gets."""
    for table in TABLES:
        con.execute(f"DELETE FROM {table}")
    link_roles(con)
    return written(con)


@settings(max_examples=25, deadline=None)
@given(
    market=st.dictionaries(NAMES, ADVERTS, min_size=8, max_size=30),
    steps=STEPS,
    most_roles=st.sampled_from([2, grouping.MOST_ROLES]),
)
def test_links_after_changes_are_those_of_a_full_run(
    shared: duckdb.DuckDBPyConnection,
    market: dict[str, Advert],
    steps: list[dict[str, Advert | str | int]],
    most_roles: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "MOST_ROLES", most_roles)
        for table in TABLES:
            shared.execute(f"DELETE FROM {table}")
        show(shared, market)
        link_roles(shared)
        for step in steps:
            market = after(market, step)
            show(shared, market)
            link_roles(shared)
            assert written(shared) == anew(shared)


def after(market: dict[str, Advert], step: dict[str, Advert | str | int]) -> dict[str, Advert]:
    """A market in which adverts are new or edited, gone, or of another day."""
    changed = dict(market)
    for name, what in step.items():
        if isinstance(what, Advert):
            changed[name] = what
        elif isinstance(what, int) and name in changed:
            changed[name] = changed[name]._replace(day=what)
        else:
            changed.pop(name, None)
    return changed


MARKET = {
    "a1": Advert(),
    "a2": Advert(day=1),
    "a3": Advert(day=2, length=95),
    "b1": Advert(title="Data Engineer"),
    "b2": Advert(title="Data Engineer", day=1, start=90),
    "c1": Advert(company="zenith"),
    "c2": Advert(company="zenith", day=1),
    "d1": Advert(title="Designer"),
}


@pytest.mark.parametrize(
    ("what", "name", "advert", "expected"),
    [
        ("nothing", "a1", MARKET["a1"], Linked(linked=3, changed=0, affected=0, written=0)),
        ("text", "b2", MARKET["b2"]._replace(start=0), Linked(4, 1, 2, 1)),
        ("a day that matters not", "a3", MARKET["a3"]._replace(day=3), Linked(3, 1, 3, 0)),
        ("a day that matters", "a3", MARKET["a3"]._replace(day=-1), Linked(3, 1, 3, 3)),
        ("a new copy", "a4", Advert(day=9), Linked(4, 1, 4, 1)),
        ("alone", "e1", Advert(title="Cook"), Linked(3, 1, 1, 1)),
        ("an excerpt", "c2", MARKET["c2"]._replace(is_excerpt=True), Linked(2, 1, 1, 0)),
        ("into another block", "d1", Advert(title="Data Engineer"), Linked(4, 1, 3, 1)),
        ("gone", "a1", None, Linked(2, 1, 2, 2)),
    ],
)
def test_a_change_is_looked_at_where_it_can_matter(
    con: duckdb.DuckDBPyConnection, what: str, name: str, advert: Advert | None, expected: Linked
) -> None:
    show(con, MARKET)
    assert link_roles(con) == Linked(linked=3, changed=8, affected=8, written=8)
    show(con, {k: v for k, v in (MARKET | {name: advert}).items() if v})
    assert link_roles(con) == expected, what
    assert written(con) == anew(con), what


def test_a_requisition_leads_from_title_to_title(con: duckdb.DuckDBPyConnection) -> None:
    market = {
        "a": Advert(day=0),
        "b": Advert(day=1, requisition="R1", start=100),
        "c": Advert(day=2, requisition="R1", title="Data Engineer", url="x.com/1"),
        "d": Advert(day=3, title="Designer", url="x.com/1"),
        "e": Advert(day=4, title="Cook"),
    }
    show(con, market)
    link_roles(con)
    show(con, market | {"a": Advert(day=5)})
    assert link_roles(con).affected == 4


def test_what_is_as_it_was_is_not_written(con: duckdb.DuckDBPyConnection) -> None:
    show(con, MARKET)
    link_roles(con)
    before = {table: rows_at(con, table) for table in TABLES}
    show(con, MARKET | {"b2": MARKET["b2"]._replace(start=0)})
    link_roles(con)
    moved = {
        table: {posting for posting, place in rows_at(con, table) - before[table]}
        for table in TABLES
    }
    assert moved == {grouping.TABLE: {"b2"}, changes.TABLE: {"b2"}}


def rows_at(con: duckdb.DuckDBPyConnection, table: str) -> set[tuple[str, int]]:
    return set(con.execute(f"SELECT posting_id, rowid FROM {table}").fetchall())


def test_other_code_compares_everything_and_writes_what_differs(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(con, MARKET)
    link_roles(con)
    con.execute(f"UPDATE {grouping.TABLE} SET basis = 'other' WHERE posting_id = 'a3'")
    assert link_roles(con).written == 0
    monkeypatch.setattr(changes, "method_version", lambda: "another")
    assert link_roles(con) == Linked(linked=3, changed=8, affected=8, written=1)


def test_an_advert_after_a_change_is_compared_with_what_may_differ_only(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = {
        f"p{number:02}": Advert(
            source="hackernews", board=f"t{number}", start=number * 3, length=2, day=number
        )
        for number in range(40)
    }
    show(con, market)
    assert link_roles(con).linked == 0
    compared = 0

    def count(*given: Signature) -> Basis | None:
        nonlocal compared
        compared += 1
        return basis_of_same(*given)

    monkeypatch.setattr(grouping, "basis_of_same", count)
    new = Advert(source="hackernews", board="t", start=190, day=99)
    show(con, market | {"new": new})
    link_roles(con)
    assert compared == 40
    compared = 0
    show(con, market | {"new": new, "p20": market["p20"]._replace(start=150)})
    link_roles(con)
    assert compared == 20 + 20
    assert written(con) == anew(con)


def test_a_link_that_is_missing_is_made(con: duckdb.DuckDBPyConnection) -> None:
    show(con, MARKET)
    link_roles(con)
    con.execute(f"DELETE FROM {changes.TABLE} WHERE posting_id IN ('a1', 'c1')")
    con.execute(f"UPDATE {changes.TABLE} SET inputs_hash = NULL WHERE posting_id = 'b1'")
    assert link_roles(con) == Linked(linked=3, changed=3, affected=7, written=0)
    assert written(con) == anew(con)
