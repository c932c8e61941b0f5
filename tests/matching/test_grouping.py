"""Adverts are put together employer by employer, in the real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from warehouse import models
from warehouse.matching import grouping
from warehouse.matching.grouping import link_roles, links
from warehouse.score.role_pairs import labelled_pairs, parts, score_pairs

LONG = " ".join(f"duty{number}" for number in range(120))


def row(name: str, text: str = LONG, **more: Any) -> dict[str, Any]:
    given = {
        "company_id": "acme",
        "source": "ashby",
        "board": "acme",
        "countries": ["US"],
        "titles": ["Platform Engineer"],
        "requisition": None,
        "text": text,
        "first_on": date(2026, 1, 1),
        "posting_ids": [name],
        "urls": [None],
        "was": None,
        "basis_was": None,
        "is_in_doubt": False,
        "outdated_in_bucket": 0,
    }
    return given | more


def firsts(*rows: dict[str, Any]) -> dict[str, str]:
    return {posting: first for posting, first, _ in links(rows)}


def test_a_role_is_named_after_its_first_advert() -> None:
    found = list(
        links(
            [
                row("a", posting_ids=["a", "a2"]),
                row("b", LONG + " and more"),
                row("c", titles=["Data Engineer"]),
                row("d", company_id="other"),
            ]
        )
    )
    assert found == [
        ("a", "a", "first"),
        ("a2", "a", "copy"),
        ("b", "a", "text"),
        ("c", "c", "first"),
        ("d", "d", "first"),
    ]


def versions(days_apart: int) -> list[dict[str, Any]]:
    """Comments of which each is near the one before; the last has little of the first."""
    words = [f"duty{number}" for number in range(300)]
    return [
        row(
            f"v{step}",
            " ".join(words[step * 20 : step * 20 + 120]),
            first_on=date(2026, 1, 1) + timedelta(days=days_apart * step),
            source="hackernews",
            board=f"thread{step}",
        )
        for step in range(6)
    ]


def test_reposts_are_compared_with_the_versions_before_them() -> None:
    assert set(firsts(*versions(days_apart=30)).values()) == {"v0"}


def test_small_steps_lead_on_for_a_year_only() -> None:
    assert [*dict.fromkeys(firsts(*versions(days_apart=120)).values())] == ["v0", "v4"]


def test_an_advert_joins_the_role_that_it_is_most_like() -> None:
    assert firsts(
        row("a", LONG + " " + " ".join(f"a{number}" for number in range(30))),
        row("b", LONG + " " + " ".join(f"b{number}" for number in range(50))),
        row("c", LONG + " " + " ".join(f"b{number}" for number in range(45))),
    ) == {"a": "a", "b": "b", "c": "b"}


def test_one_requisition_in_two_countries_is_two_roles() -> None:
    assert firsts(
        row("a", requisition="acme:R1"),
        row("b", requisition="acme:R1", countries=["DE"]),
        row("c", "another text " * 60, requisition="acme:R1", countries=["DE"]),
        row("d", "yet another text " * 60, requisition="acme:R2"),
    ) == {"a": "a", "b": "b", "c": "b", "d": "d"}


def test_one_title_by_the_thousand_is_not_compared_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = 0

    def count(*_: object) -> None:
        nonlocal compared
        compared += 1

    monkeypatch.setattr(grouping, "basis_of_same", count)
    list(links(row(str(number), f"text of its own {number}") for number in range(1000)))
    assert compared <= 1000 * grouping.MOST_ROLES


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        connection.execute("SET VARIABLE as_of = DATE '2026-01-31'")
        connection.execute(
            "CREATE TABLE core.adverts (posting_id VARCHAR, source VARCHAR, board VARCHAR,"
            " company_id VARCHAR, titles VARCHAR[], countries VARCHAR[], requisition_id VARCHAR,"
            " text VARCHAR, url VARCHAR, posted_or_seen_on DATE, is_excerpt BOOLEAN,"
            " content_hash VARCHAR, method_version VARCHAR)"
        )
        yield connection


def test_links_are_written_whole_and_again(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "INSERT INTO core.adverts SELECT 'p' || i, 'ashby', 'acme', 'acme', ['Engineer'], ['US'],"
        " NULL, $1, NULL, DATE '2026-01-01' + i::INTEGER, i = 3, 'v' || i, '1' FROM range(4) t(i)",
        [LONG],
    )
    assert link_roles(con).linked == 2
    assert link_roles(con).linked == 2
    assert con.execute("FROM core.role_links ORDER BY posting_id").fetchall() == [
        ("p0", "p0", "first"),
        ("p1", "p0", "copy"),
        ("p2", "p0", "copy"),
    ]


def test_a_failure_leaves_the_links_as_they_were(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    con.execute(
        "INSERT INTO core.adverts VALUES ('p', 'ashby', 'acme', 'acme', NULL, NULL, NULL, 'text',"
        " NULL, DATE '2026-01-01', false, 'v', '1')"
    )
    link_roles(con)
    con.execute("UPDATE core.adverts SET content_hash = 'w'")
    con.execute("INSERT INTO core.adverts SELECT * REPLACE ('o' AS posting_id) FROM core.adverts")
    with monkeypatch.context() as patch:
        patch.setattr(grouping, "_WRITE", (*grouping._WRITE, "INSERT INTO core.role_links FROM no"))
        with pytest.raises(duckdb.CatalogException, match="no"):
            link_roles(con)
    assert con.execute("FROM core.role_links").fetchall() == [("p", "p", "first")]
    assert link_roles(con).linked == 1
    assert con.execute("SELECT posting_id FROM core.role_inputs ORDER BY ALL").fetchall() == [
        ("o",),
        ("p",),
    ]


def test_pairs_are_scored_where_both_adverts_are_there() -> None:
    pairs = labelled_pairs()
    assert len(pairs) >= 400
    assert sum(pair.is_hard for pair in pairs) >= 200
    same = next(pair for pair in pairs if pair.is_same and pair.is_hard)
    other = next(pair for pair in pairs if not pair.is_same)
    roles = dict.fromkeys([same.posting_a, same.posting_b, other.posting_a, other.posting_b], "r")
    scored = score_pairs(pairs, roles)
    assert {(pair.is_same, *counts) for pair, counts in scored} == {
        (True, 1, 0, 0),
        (False, 0, 1, 0),
    }
    assert sum(len(counts) for counts in parts(scored).values()) > len(scored)
    roles[same.posting_b] = "s"
    [counts] = [counts for pair, counts in score_pairs(pairs, roles) if pair == same]
    assert counts == (0, 0, 1)
