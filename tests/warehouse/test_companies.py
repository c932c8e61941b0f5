"""Employers: how large they are, and which recruit for others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from tests.warehouse.building import make
from warehouse import models


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def listed(
    con: duckdb.DuckDBPyConnection,
    board: str,
    days: list[str],
    *,
    source: str = "lever",
    is_listing: bool = True,
) -> None:
    """Days on which a board was read in whole."""
    con.executemany(
        "INSERT INTO raw.boards BY NAME SELECT $1 AS source, $2 AS board, $3::DATE AS observed_on, "
        "'ok' AS state, $4 AS is_listing, true AS is_read",
        [[source, board, day, is_listing] for day in days],
    )


def advert(
    con: duckdb.DuckDBPyConnection,
    key: str,
    company: str | None,
    *,
    board: str = "acme",
    source: str = "lever",
    shown: tuple[str, str | None] = ("2026-10-01", None),
    is_agency_name: bool = False,
    topics: tuple[str, ...] = (),
    is_negated: bool = False,
    is_excerpt: bool = False,
) -> None:
    """An advert with a text of its own; each is for a role of its own."""
    con.execute(
        "INSERT INTO raw.sightings BY NAME SELECT $1 AS source, $2 AS board, $3 AS source_id, "
        "$3 AS content_hash, $4::DATE AS from_on, $5::DATE AS until_on",
        [source, board, key, *shown],
    )
    con.execute(
        "INSERT INTO raw.bodies BY NAME SELECT $1 AS content_hash, $2 AS source, $3 AS board, "
        "$1 AS source_id, 'text' AS body, $4 AS is_excerpt",
        [key, source, board, is_excerpt],
    )
    con.execute(
        "INSERT INTO core.facts BY NAME SELECT $1 AS content_hash, '1' AS method_version, "
        "'text ' || $1 AS text, $1 AS text_hash, $2::VARCHAR AS company, "
        "lower(split_part($2, ' ', 1)) AS company_id, 'Job ' || $1 AS title, "
        "CASE WHEN $2 IS NOT NULL THEN $3 END AS is_agency_name",
        [key, company, is_agency_name],
    )
    con.execute(
        "INSERT INTO core.fact_roles BY NAME SELECT $1 AS content_hash, 0 AS role_no, "
        "'Job' AS title, true AS is_main",
        [key],
    )
    for start, topic in enumerate(topics):
        con.execute(
            "INSERT INTO core.fact_mentions BY NAME SELECT $1 AS content_hash, $2 AS technology, "
            "$2 AS family, 'topic' AS kind, $3 AS is_negated, $4 AS span_start",
            [key, topic, is_negated, start],
        )


def companies(con: duckdb.DuckDBPyConnection, columns: str) -> list[tuple[Any, ...]]:
    make(con, "out.companies", date(2026, 10, 31))
    return con.execute(f"SELECT {columns} FROM out.companies ORDER BY company_id").fetchall()


def test_a_company_has_its_most_frequent_name_and_all_its_sources(
    con: duckdb.DuckDBPyConnection,
) -> None:
    advert(con, "a", "Acme Ltd")
    advert(con, "b", "Acme Ltd", source="ashby")
    advert(con, "c", "Acme", source="himalayas", board="jobs")
    advert(con, "d", None, board="other")
    assert companies(con, "company_id, company, n_sources") == [("acme", "Acme Ltd", 3)]


def test_the_most_roles_on_show_are_counted_day_by_day(con: duckdb.DuckDBPyConnection) -> None:
    listed(con, "acme", ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05"])
    advert(con, "a", "Acme", shown=("2026-10-01", "2026-10-03"))
    advert(con, "b", "Acme", shown=("2026-10-01", None))
    # On the day on which one goes another comes: never three at once.
    advert(con, "c", "Acme", shown=("2026-10-03", None))
    assert companies(con, "has_board, n_open_most") == [(True, 2)]


def test_a_feed_of_many_employers_is_nobodys_board(con: duckdb.DuckDBPyConnection) -> None:
    listed(con, "jobs", ["2026-10-01", "2026-10-02"], source="himalayas")
    listed(con, "zeta", ["2026-10-01", "2026-10-02"])
    for key, company in [("a", "Acme"), ("b", "Bolt"), ("c", "Zeta")]:
        advert(con, key, company, source="himalayas", board="jobs")
    advert(con, "z", "Zeta", board="zeta")
    advert(con, "y", "Zeta", board="zeta")
    advert(con, "x", "Bolt", board="zeta")
    assert companies(con, "company_id, has_board, n_open_most") == [
        ("acme", False, None),
        ("bolt", False, None),
        ("zeta", True, 2),
    ]


def test_a_board_that_never_gave_a_complete_listing_tells_no_size(
    con: duckdb.DuckDBPyConnection,
) -> None:
    listed(con, "acme", ["2026-10-01"], is_listing=False)
    advert(con, "a", "Acme")
    assert companies(con, "has_board, n_open_most") == [(False, None)]


def test_an_agency_is_told_by_its_name_before_its_wording(con: duckdb.DuckDBPyConnection) -> None:
    advert(con, "a", "Acme Staffing", is_agency_name=True, topics=("for-a-client",))
    advert(con, "b", "Bolt", topics=("startup",))
    assert companies(con, "company_id, is_agency, agency_basis") == [
        ("acme", True, "name"),
        ("bolt", False, None),
    ]


@pytest.mark.parametrize(
    ("with_wording", "without", "is_agency"),
    [(2, 2, True), (2, 3, False), (1, 0, False), (3, 0, True), (0, 4, False)],
)
def test_two_adverts_and_half_of_them_must_speak_of_a_client(
    con: duckdb.DuckDBPyConnection, with_wording: int, without: int, is_agency: bool
) -> None:
    for number in range(with_wording):
        advert(con, f"w{number}", "Acme", topics=("startup", "for-a-client"))
    for number in range(without):
        advert(con, f"o{number}", "Acme", topics=("startup",))
    # Neither an excerpt, which may leave it out, nor a denial tells anything.
    advert(con, "e", "Acme", is_excerpt=True, topics=("for-a-client",))
    assert companies(con, "is_agency, agency_basis") == [
        (is_agency, "wording" if is_agency else None)
    ]


def test_a_denial_is_no_wording_of_an_agency(con: duckdb.DuckDBPyConnection) -> None:
    for key in "ab":
        advert(con, key, "Acme", topics=("for-a-client",), is_negated=True)
    assert companies(con, "is_agency") == [(False,)]
