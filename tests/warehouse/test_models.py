"""Table headers and the queries under them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.warehouse.building import make
from warehouse import models

AS_OF = date(2026, 10, 31)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def test_every_table_builds_from_nothing_and_is_described(con: duckdb.DuckDBPyConnection) -> None:
    for table, model in models.models().items():
        if model.sql:
            assert models.build(con, table, as_of=AS_OF) == 0
    bare = con.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        "WHERE schema_name IN ('raw', 'core', 'out') AND comment IS NULL"
    ).fetchall()
    assert bare == []
    assert con.execute(
        "SELECT comment FROM duckdb_views() WHERE view_name = 'postings' AND schema_name = 'out'"
    ).fetchall() == [(models.models()["out.postings"].description,)]


def test_tables_of_a_step_are_made_anew_where_one_has_other_columns(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("INSERT INTO core.facts BY NAME SELECT 'a' AS content_hash")
    con.execute("INSERT INTO core.role_links BY NAME SELECT 'a' AS posting_id")
    con.execute("ALTER TABLE core.fact_pay_bands DROP COLUMN role_no")
    models.create_schemas(con)
    assert models.count(con, "core.facts") == 0
    assert models.count(con, "core.role_links") == 1
    assert "role_no" in [row[0] for row in con.execute("DESCRIBE core.fact_pay_bands").fetchall()]


def test_a_raw_table_with_other_columns_is_an_error(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE raw.bodies DROP COLUMN url")
    with pytest.raises(models.ModelError, match=r"raw\.bodies: column"):
        models.create_schemas(con)


def test_tables_come_after_those_that_they_read() -> None:
    order = list(models.models())
    for table, model in models.models().items():
        for read in model.reads:
            assert order.index(read) < order.index(table)


def test_a_table_like_another_takes_what_it_does_not_state_itself() -> None:
    tables = models.models()
    assert tables["out.papers"].columns == tables["core.papers"].columns
    core = {column.name: column for column in tables["core.mentions"].columns}
    out = {column.name: column for column in tables["out.mentions"].columns}
    assert out["surface"] == core["surface"]
    assert out["posting_id"].description == "Advert (out.postings)"


def test_keys_are_columns() -> None:
    for table, model in models.models().items():
        assert set(model.key) <= {column.name for column in model.columns}, table


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1", "header"),
        ("/*\ndescription: x\nkey: [a]\ncolumns: {}\n*/\n", "query or made_by"),
        ("/*\nkey: [a]\ncolumns: {}\n*/\nSELECT 1 AS a", "description"),
        ("/*\nlike: core.papers\ncolumns: {odd: }\n*/\nSELECT 1 AS odd", "odd"),
    ],
)
def test_a_header_that_lacks_something_is_named(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.sql"
    path.write_text(text)
    with pytest.raises(models.ModelError, match=complaint):
        models._read("out", path)


def test_a_query_that_gives_other_columns_than_its_header_is_refused(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models.models()["out.papers"]
    wrong = model._replace(sql=model.sql.replace("arxiv_id", "arxiv_id AS arxiv"))
    monkeypatch.setattr(models, "models", lambda: {"out.papers": wrong})
    con.execute(
        "CREATE TABLE core.papers AS SELECT NULL::VARCHAR AS paper_id, '' AS source, "
        "'' AS arxiv_id, '' AS title, NULL::DATE AS published_on, '' AS published_basis, "
        "[]::VARCHAR[] AS tasks"
    )
    with pytest.raises(models.ModelError, match="column 3"):
        models.build(con, "out.papers", as_of=AS_OF)
    assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'papers' "
                       "AND schema_name = 'out'").fetchall() == [(0,)]  # fmt: skip


def test_a_frame_with_other_columns_is_refused_and_the_rows_stay(
    con: duckdb.DuckDBPyConnection,
) -> None:
    names = [column.name for column in models.models()["out.paper_share_by_year"].columns]
    row = [date(2020, 1, 1), "pytorch", "all", 3, 0.5, 0.6, 0.1, 0.9, False]
    good = pd.DataFrame([row], columns=names)
    assert models.fill(con, "out.paper_share_by_year", good) == 1
    with pytest.raises(models.ModelError, match="share"):
        models.fill(con, "out.paper_share_by_year", good.drop(columns="share"))
    assert models.count(con, "out.paper_share_by_year") == 1


def observe(con: duckdb.DuckDBPyConnection, board: str, days: dict[str, tuple[str, str]]) -> None:
    """Days of a board: its state, and the ids that it showed."""
    for day, (state, ids) in days.items():
        con.execute(
            "INSERT INTO raw.boards BY NAME SELECT 'lever' AS source, $1 AS board, $2::DATE AS "
            "observed_on, $3 AS state, true AS is_listing, $3 IN ('ok', 'unchanged', 'truncated') "
            "AS is_read",
            [board, day, state],
        )
        if state in ("ok", "unchanged", "truncated"):
            con.execute(
                "UPDATE raw.sightings SET until_on = $2::DATE WHERE board = $1 AND until_on IS "
                "NULL AND NOT list_contains($3::VARCHAR[], source_id)",
                [board, day, ids.split()],
            )
        for source_id in ids.split():
            con.execute(
                "INSERT INTO raw.sightings SELECT 'lever', $1, $2, $2, $3::DATE, NULL WHERE NOT "
                "EXISTS (FROM raw.sightings WHERE (board, source_id) = ($1, $2) AND until_on IS "
                "NULL)",
                [board, source_id, day],
            )
            if not con.execute("FROM raw.bodies WHERE content_hash = $1", [source_id]).fetchall():
                con.execute(
                    "INSERT INTO raw.bodies BY NAME SELECT $1 AS content_hash, 'lever' AS source, "
                    "$2 AS board, $1 AS source_id, 'text' AS body",
                    [source_id, board],
                )
                con.execute(
                    "INSERT INTO core.facts BY NAME SELECT $1 AS content_hash, '1' AS "
                    "method_version, 'text' AS text, 'same' AS text_hash, 'Acme' AS company, "
                    "'acme' AS company_id, 'Job' AS title, ['US'] AS countries",
                    [source_id],
                )
                con.execute(
                    "INSERT INTO core.fact_roles BY NAME SELECT $1 AS content_hash, 0 AS role_no, "
                    "'Job' AS title, true AS is_main",
                    [source_id],
                )


def lives(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[str, tuple[str, bool]]:
    make(con, "core.postings", as_of=as_of)
    return {
        source_id: (str(closed_on), is_open)
        for source_id, closed_on, is_open in con.execute(
            "SELECT source_id, closed_on, is_open FROM core.postings"
        ).fetchall()
    }


def test_an_advert_is_closed_after_two_complete_listings_without_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(
        con,
        "acme",
        {
            "2026-10-01": ("ok", "stays closes once"),
            "2026-10-08": ("ok", "stays once"),
            "2026-10-15": ("unchanged", "stays once"),
            "2026-10-22": ("ok", "stays"),
        },
    )
    assert lives(con) == {
        "stays": ("None", True),
        "closes": ("2026-10-08", False),
        "once": ("None", False),
    }


def states(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[str, str]:
    models.build(con, "core.listings", as_of=as_of)
    return dict(con.execute("SELECT observed_on::VARCHAR, state FROM core.listings").fetchall())


def test_a_drop_by_more_than_half_is_suspect_and_kept_apart_until_it_repeats(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(
        con,
        "acme",
        {
            "2026-10-01": ("ok", "a b c d e"),
            "2026-10-08": ("ok", "a b z"),
            "2026-10-15": ("ok", "a"),
            "2026-10-22": ("ok", "a b c d"),
            "2026-10-29": ("ok", "a"),
        },
    )
    assert states(con) == {
        "2026-10-01": "ok",
        "2026-10-08": "ok",
        "2026-10-15": "suspect",
        "2026-10-22": "ok",
        "2026-10-29": "suspect",
    }
    # Nothing closed because of it, and what a suspect listing shows first is not known yet.
    assert lives(con)["b"] == ("None", True)


def test_a_drop_that_repeats_is_believed_from_its_first_day(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(
        con,
        "acme",
        {
            "2026-10-01": ("ok", "a b c d"),
            "2026-10-08": ("ok", "a"),
            "2026-10-12": ("failed", ""),
            "2026-10-15": ("unchanged", "a"),
        },
    )
    assert states(con, date(2026, 10, 14))["2026-10-08"] == "suspect"
    assert states(con)["2026-10-08"] == "ok"
    assert lives(con)["b"] == ("2026-10-08", False)


def test_a_new_advert_of_a_suspect_listing_is_kept_apart(con: duckdb.DuckDBPyConnection) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a b c d e"), "2026-10-08": ("ok", "new")})
    assert sorted(lives(con)) == ["a", "b", "c", "d", "e"]


def test_a_window_of_the_newest_adverts_closes_nothing_and_is_never_suspect(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "jobs", {"2026-10-01": ("ok", "a b c"), "2026-10-08": ("ok", "d")})
    observe(con, "jobs", {"2026-10-15": ("ok", "e")})
    con.execute("UPDATE raw.boards SET is_listing = false")
    assert set(states(con).values()) == {"ok"}
    assert lives(con)["a"] == ("None", True)


def test_listings_that_failed_close_nothing(con: duckdb.DuckDBPyConnection) -> None:
    days = {f"2026-10-{day:02}": (state, "") for day, state in
            ((8, "failed"), (15, "truncated"), (22, "unknown"), (29, "forbidden"))}  # fmt: skip
    observe(con, "acme", {"2026-10-01": ("ok", "a b")} | days)
    assert lives(con) == {"a": ("None", True), "b": ("None", True)}


def test_an_unchanged_answer_of_unknown_bytes_closes_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a")})
    for day in (2, 3, 4):
        con.execute(
            "INSERT INTO raw.boards BY NAME SELECT 'lever' AS source, 'acme' AS board, "
            "make_date(2026, 10, $1) AS observed_on, 'unchanged' AS state, true AS is_listing, "
            "false AS is_read",
            [day],
        )
    assert lives(con) == {"a": ("None", True)}


def test_an_advert_in_a_listing_that_broke_off_is_open(con: duckdb.DuckDBPyConnection) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a b"), "2026-10-08": ("truncated", "a")})
    assert lives(con) == {"a": ("None", True), "b": ("None", True)}


def test_nothing_is_known_to_be_open_on_a_board_not_read_for_long(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-08-01": ("ok", "a")})
    assert lives(con) == {"a": ("None", False)}


def test_as_of_a_past_day_what_came_later_is_not_known(con: duckdb.DuckDBPyConnection) -> None:
    observe(
        con,
        "acme",
        {
            "2026-10-01": ("ok", "a b"),
            "2026-10-08": ("ok", "a"),
            "2026-10-15": ("ok", "a c"),
        },
    )
    assert lives(con, date(2026, 10, 8)) == {"a": ("None", True), "b": ("None", False)}
    assert set(lives(con)) == {"a", "b", "c"}


def test_copies_by_one_employer_are_one_role_and_another_country_is_another(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a b c d")})
    con.execute("UPDATE core.facts SET countries = ['DE'] WHERE content_hash = 'c'")
    con.execute("UPDATE core.facts SET company_id = 'other' WHERE content_hash = 'd'")
    make(con, "core.postings")
    roles = con.execute(
        "SELECT list(source_id ORDER BY source_id), list(is_duplicate ORDER BY source_id) "
        "FROM core.postings GROUP BY role_id ORDER BY 1"
    ).fetchall()
    assert roles == [(["a", "b"], [False, True]), (["c"], [False]), (["d"], [False])]


@pytest.mark.parametrize(
    ("arxiv_id", "day", "basis"),
    [
        ("2106.01234", "2021-06-01", "arxiv_id"),
        ("0704.0001v2", "2007-04-01", "arxiv_id"),
        ("hep-th/9901001", "1999-01-01", "arxiv_id"),
        ("math.GT/0309136", "2003-09-01", "arxiv_id"),
        ("2113.01234", "None", "None"),
        ("not an id", "None", "None"),
        (None, "None", "None"),
    ],
)
def test_a_paper_is_dated_by_its_arxiv_id(
    con: duckdb.DuckDBPyConnection, arxiv_id: str | None, day: str, basis: str
) -> None:
    con.execute(
        "INSERT INTO raw.paper_links BY NAME SELECT 'pwc_archive' AS source, 'f' AS board, "
        "DATE '2026-01-01' AS observed_on, 0 AS line, 'p' AS paper_url, $1 AS arxiv_id",
        [arxiv_id],
    )
    models.build(con, "core.papers", as_of=AS_OF)
    [(found, found_basis)] = con.execute(
        "SELECT published_on, published_basis FROM core.papers"
    ).fetchall()
    assert (str(found), str(found_basis)) == (day, basis)


def test_an_employers_own_field_beats_what_the_text_says(con: duckdb.DuckDBPyConnection) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a")})
    for band, (provenance, low, high, kind) in enumerate(
        [
            ("parsed", 1.0, 2.0, "base"),
            ("structured", 100.0, 200.0, "base"),
            ("structured", 300.0, 400.0, "base"),
            ("structured", 9e6, 9e6, "total"),
        ]
    ):
        con.execute(
            "INSERT INTO core.fact_pay_bands BY NAME SELECT 'a' AS content_hash, $1 AS band, "
            "$2 AS provenance, $3 AS pay_min_usd_year, $4 AS pay_max_usd_year, $5 AS kind, "
            "true AS is_plausible",
            [band, provenance, low, high, kind],
        )
    make(con, "core.roles")
    assert con.execute(
        "SELECT pay_min_usd_year, pay_max_usd_year, pay_mid_usd_year FROM core.roles"
    ).fetchall() == [(100.0, 400.0, 250.0)]


def test_what_another_role_of_a_comment_pays_says_nothing_of_the_main_one(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a")})
    con.execute(
        "INSERT INTO core.fact_roles BY NAME SELECT 'a' AS content_hash, 1 AS role_no, "
        "'Designer' AS title, false AS is_main"
    )
    con.execute(
        "INSERT INTO core.fact_pay_bands BY NAME SELECT 'a' AS content_hash, * FROM (VALUES "
        "(0, 0, 'parsed', 'base', 10.0, 20.0, true), (1, 1, 'parsed', 'base', 70.0, 90.0, true), "
        "(2, NULL, 'parsed', 'base', 10.0, 30.0, true)) AS t(band, role_no, provenance, kind, "
        "pay_min_usd_year, pay_max_usd_year, is_plausible)"
    )
    make(con, "core.roles")
    make(con, "core.posting_roles")
    assert con.execute(
        "SELECT pay_min_usd_year, pay_max_usd_year, pay_mid_usd_year FROM core.roles"
    ).fetchall() == [(10.0, 30.0, 17.5)]
    assert con.execute(
        "SELECT title, is_main FROM core.posting_roles ORDER BY role_no"
    ).fetchall() == [("Job", True), ("Designer", False)]


def test_a_role_names_what_its_adverts_of_the_first_year_name(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a b")})
    con.execute("UPDATE raw.bodies SET posted_on = DATE '2022-03-01' WHERE content_hash = 'a'")
    con.execute("UPDATE raw.bodies SET posted_on = DATE '2026-03-01' WHERE content_hash = 'b'")
    con.execute(
        "INSERT INTO core.fact_mentions BY NAME SELECT * FROM (VALUES "
        "('a', 'jax', 'jax', 'framework', false, 0, 'h1'), "
        "('b', 'pytorch', 'pytorch', 'framework', false, 0, 'h2')) AS t(content_hash, technology, "
        "family, kind, is_negated, span_start, line_hash)"
    )
    make(con, "core.roles")
    assert con.execute(
        "SELECT entered_on, has_jax, has_pytorch, n_adverts FROM core.roles"
    ).fetchall() == [(date(2022, 3, 1), True, False, 2)]


def test_a_negated_mention_does_not_make_a_role_name_a_framework(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a")})
    con.execute(
        "INSERT INTO core.fact_mentions BY NAME SELECT 'a' AS content_hash, * FROM (VALUES "
        "('tensorflow', 'tensorflow', 'framework', true, 0, 'h1'), "
        "('torchvision', 'pytorch', 'framework', false, 9, 'h2')) "
        "AS t(technology, family, kind, is_negated, span_start, line_hash)"
    )
    make(con, "core.roles")
    assert con.execute(
        "SELECT has_pytorch, has_tensorflow, has_jax FROM core.roles"
    ).fetchall() == [(True, False, False)]


def test_a_line_in_most_adverts_of_an_employer_is_boilerplate(
    con: duckdb.DuckDBPyConnection,
) -> None:
    observe(con, "acme", {"2026-10-01": ("ok", "a b c d e f")})
    con.execute("UPDATE core.facts SET title = content_hash")
    con.execute(
        "INSERT INTO core.fact_mentions BY NAME SELECT content_hash, 'jax' AS technology, "
        "'jax' AS family, 'framework' AS kind, false AS is_negated, 0 AS span_start, "
        "CASE WHEN content_hash = 'f' THEN 'own' ELSE 'everywhere' END AS line_hash FROM core.facts"
    )
    make(con, "core.mentions")
    assert con.execute(
        "SELECT count(*) FILTER (WHERE is_boilerplate), count(*) FROM core.mentions"
    ).fetchall() == [(5, 6)]
