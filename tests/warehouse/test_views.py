"""The views of schema out, and what companies use: a few rows, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import models
from warehouse.publish.snapshot import PUBLISHED_CORE, copy_warehouse, publishable, relations

AS_OF = date(2026, 6, 30)
VIEWS = [
    name
    for name, model in models.models().items()
    if name.startswith("out.") and model.materialized == "view"
]
PUBLISHED = {f"core.{name}" for name in PUBLISHED_CORE}
"""What is read from elsewhere becomes a table in the publication."""
STANDING = [
    name
    for name in VIEWS
    if all(read in PUBLISHED or read.startswith("out.") for read in models.models()[name].reads)
]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        for table in ("core.roles", "core.postings", "core.mentions"):
            columns = ", ".join(f'"{c.name}" {c.type}' for c in models.models()[table].columns)
            connection.execute(f"CREATE TABLE {table} ({columns})")
        yield connection


def add(con: duckdb.DuckDBPyConnection, table: str, *rows: dict[str, Any]) -> None:
    for row in rows:
        places = ", ".join("?" for _ in row)
        con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))


def role(con: duckdb.DuckDBPyConnection, role_id: str, **fields: Any) -> None:
    """A role of Acme with an advert of the same id that says the same."""
    usual: dict[str, Any] = {
        "company_id": "acme",
        "is_open": True,
        "is_ml_role": True,
        "family": "research",
        "level": "senior",
        "country": "US",
        "entered_on": date(2026, 3, 1),
        "has_pytorch": False,
        "has_tensorflow": False,
        "has_jax": False,
    } | fields
    add(con, "core.roles", {"role_id": role_id, "n_adverts": 1} | usual)
    advert(con, role_id, role_id, is_open=usual["is_open"], posted_on=usual["entered_on"])


def advert(con: duckdb.DuckDBPyConnection, posting_id: str, role_id: str, **fields: Any) -> None:
    usual: dict[str, Any] = {
        "company_id": "acme",
        "company": "Acme",
        "title": f"Title {posting_id}",
        "is_open": True,
        "is_duplicate": False,
        "posted_on": date(2026, 3, 1),
        "first_seen_on": date(2026, 3, 2),
        "url": f"https://acme.example/{posting_id}",
    }
    add(con, "core.postings", {"posting_id": posting_id, "role_id": role_id} | usual | fields)


def mention(con: duckdb.DuckDBPyConnection, posting_id: str, *technologies: str) -> None:
    """Mentions of frameworks; "leaf<family" for a leaf, "!" before what is denied."""
    for name in technologies:
        leaf, _, family = name.removeprefix("!").partition("<")
        add(
            con,
            "core.mentions",
            {
                "posting_id": posting_id,
                "technology": leaf,
                "family": family or leaf,
                "kind": "skill" if leaf.isupper() else "framework",
                "is_negated": name.startswith("!"),
            },
        )


def built(con: duckdb.DuckDBPyConnection, table: str, columns: str, order: str = "ALL") -> Any:
    models.build(con, table, as_of=AS_OF)
    return con.execute(f"SELECT {columns} FROM {table} ORDER BY {order}").fetchall()


def test_open_roles_are_those_of_machine_learning_that_are_open(
    con: duckdb.DuckDBPyConnection,
) -> None:
    role(con, "open", pay_min_usd_year=1.0, pay_max_usd_year=2.0)
    role(con, "closed", is_open=False)
    role(con, "other", is_ml_role=False)
    mention(con, "open", "pytorch", "flax<jax", "flax<jax", "!tensorflow", "SQL")
    mention(con, "other", "pytorch")
    role(con, "bare")
    columns = "role_id, company, title, frameworks, pay_min_usd_year, pay_max_usd_year, posted_on"
    assert built(con, "out.open_ml_roles", columns) == [
        ("bare", "Acme", "Title bare", [], None, None, date(2026, 3, 1)),
        ("open", "Acme", "Title open", ["flax", "pytorch"], 1.0, 2.0, date(2026, 3, 1)),
    ]


def test_an_open_role_shows_an_advert_that_is_still_there(
    con: duckdb.DuckDBPyConnection,
) -> None:
    role(con, "r")
    con.execute("UPDATE core.postings SET is_open = false")
    mention(con, "r", "tensorflow")
    advert(con, "late", "r", is_duplicate=True, posted_on=date(2026, 5, 1))
    advert(con, "early", "r", is_duplicate=True, posted_on=date(2026, 4, 1))
    mention(con, "late", "pytorch")
    assert built(con, "out.open_ml_roles", "posting_id, url, posted_on, frameworks") == [
        ("early", "https://acme.example/early", date(2026, 4, 1), ["pytorch"])
    ]


def test_bands_of_an_employer_are_those_of_roles_that_are_alike(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for number, (low, middle, high) in enumerate([(10, 15, 20), (12, 20, 30), (14, 14, 14)]):
        role(
            con,
            f"r{number}",
            pay_min_usd_year=low,
            pay_mid_usd_year=middle,
            pay_max_usd_year=high,
            is_open=number == 0,
            entered_on=date(2026, 1, 1 + number),
        )
    role(con, "elsewhere", country=None, pay_max_usd_year=5.0)
    role(con, "silent", level="staff")
    con.execute("UPDATE core.postings SET company = 'Acme, Inc.' WHERE posting_id = 'r2'")
    advert(con, "copy", "r0", is_duplicate=True)
    bands = (
        "country, n_roles, n_open, pay_min_usd_year, pay_min_median_usd_year, "
        "pay_mid_median_usd_year, pay_max_median_usd_year, pay_max_usd_year, last_entered_on, "
        "company"
    )
    assert built(con, "out.pay_bands_by_employer", bands) == [
        ("US", 3, 1, 10.0, 12.0, 15.0, 20.0, 30.0, date(2026, 1, 3), "Acme, Inc."),
        (None, 1, 1, None, None, None, 5.0, 5.0, date(2026, 3, 1), "Acme"),
    ]


def test_newest_adverts_are_ranked_within_a_framework_and_within_its_family(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for day, names in enumerate(
        [("pytorch",), ("pytorch-lightning<pytorch", "pytorch"), ("!pytorch", "SQL")], 1
    ):
        advert(con, f"p{day}", f"r{day}", posted_on=date(2026, 4, day))
        mention(con, f"p{day}", *names)
    advert(con, "unsaid", "r4", posted_on=None, first_seen_on=date(2026, 5, 1))
    advert(con, "copy", "r4", is_duplicate=True, posted_on=date(2026, 6, 1))
    mention(con, "unsaid", "pytorch")
    mention(con, "copy", "pytorch")
    assert built(con, "out.newest_postings", "framework, rank, posting_id") == [
        ("pytorch", 1, "unsaid"),
        ("pytorch", 2, "p2"),
        ("pytorch", 3, "p1"),
        ("pytorch-lightning", 1, "p2"),
    ]


def test_a_company_uses_both_when_two_roles_name_one_each(
    con: duckdb.DuckDBPyConnection,
) -> None:
    role(con, "p", has_pytorch=True)
    role(con, "t", has_tensorflow=True, is_ml_role=False)
    role(con, "before", entered_on=date(2025, 12, 31), has_jax=True)
    role(con, "sales", company_id="shop", is_ml_role=False)
    role(con, "nobody", company_id=None, has_pytorch=True)
    role(con, "next", company_id="late", entered_on=date(2026, 7, 1), has_pytorch=True)
    columns = """company_id, year, uses_pytorch, uses_tensorflow, uses_both, uses_jax, n_roles,
        n_ml_roles, n_roles_both, is_partial, company"""
    assert built(con, "out.company_framework_use", columns, "year") == [
        ("acme", 2025, False, False, False, True, 1, 1, 0, False, "Acme"),
        ("acme", 2026, True, True, True, False, 2, 1, 0, True, "Acme"),
    ]


def test_a_company_without_machine_learning_counts_where_it_names_a_framework(
    con: duckdb.DuckDBPyConnection,
) -> None:
    role(con, "ml")
    role(con, "plain", company_id="shop", is_ml_role=False)
    columns = "company_id, n_ml_roles"
    assert built(con, "out.company_framework_use", columns) == [("acme", 1)]
    con.execute("UPDATE core.roles SET has_tensorflow = true WHERE role_id = 'plain'")
    assert built(con, "out.company_framework_use", columns) == [("acme", 1), ("shop", 0)]


def test_views_that_people_ask_most_stand_on_what_is_published() -> None:
    asked = {"open_ml_roles", "pay_bands_by_employer", "newest_postings", "claim_evidence"}
    assert {f"out.{name}" for name in (*asked, "postings", "mentions", "pay_bands")} <= {*STANDING}


def test_the_published_copy_has_the_views_and_they_answer(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "working.duckdb")) as con:
        models.create_schemas(con)
        for table, model in models.models().items():
            if model.sql:
                models.build(con, table, as_of=AS_OF)
    fresh = tmp_path / "fresh.duckdb"
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{tmp_path / 'working.duckdb'}' AS working (READ_ONLY)")
        con.execute("SET VARIABLE as_of = $day", {"day": AS_OF})
        shown = publishable(relations(con, "working"))
        copy_warehouse(con, "working", fresh, shown, is_sample=False)
    with duckdb.connect(str(fresh), read_only=True) as con:
        found = {relation.label: relation for relation in relations(con)}
        for view in VIEWS:
            assert (found[view].view_sql is not None) == (view in STANDING)
            assert con.execute(f"SELECT count(*) FROM {view}").fetchall() == [(0,)]
            assert found[view].comment == models.models()[view].description
            assert [column.comment for column in found[view].columns] == [
                column.description for column in models.models()[view].columns
            ]
