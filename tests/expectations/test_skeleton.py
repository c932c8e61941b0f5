"""What follows from a header: shown on headers of tables that are not there."""

from __future__ import annotations

import duckdb
import pytest

from expectations import runner, vocabulary
from expectations.catalogue import SUITES
from expectations.check import Check, Suite
from expectations.skeleton import CARRIED, merge, skeleton
from warehouse.models import Column, Model, models

FLOW = Model(
    table="out.market_flow_by_day",
    description="Stock and flow.",
    key=("day", "sources", "population", "framework"),
    columns=tuple(
        Column(name, *kind.split(" | "))
        for name, kind in {
            "day": "DATE | Day",
            "sources": "VARCHAR | all, panel or one source",
            "population": "VARCHAR | ml or all",
            "framework": "VARCHAR | any or a family",
            "stock": "INTEGER | Open at the end of the day",
            "found": "INTEGER | There when their board was first listed",
            "inflow": "INTEGER | Came in",
            "n_new": "INTEGER | New",
            "n_reopened": "INTEGER | Open again",
            "n_reposted": "INTEGER | Posted again",
            "closures": "INTEGER | Closed",
            "lost": "INTEGER | Of boards that were given up",
            "is_partial": "BOOLEAN | Whether the day was not observed whole",
        }.items()
    ),
    sql="",
    made_by="warehouse.statistics",
    materialized="table",
    reads=("core.role_rows",),
    values={"population": ("ml", "all"), "framework": ("any", "pytorch", "tensorflow", "jax")},
)
DAYS = """
CREATE SCHEMA raw; CREATE SCHEMA core; CREATE SCHEMA out;
CREATE TABLE raw.boards AS SELECT 'ashby' AS source, 'one' AS board, DATE '2026-08-01' AS observed_on;
CREATE TABLE core.role_rows AS SELECT 1 AS role_id;
CREATE TABLE out.market_flow_by_day AS
SELECT DATE '2026-07-01' + day AS day, series AS sources, 'all' AS population, 'any' AS framework,
    stock, found, n_new + n_reopened AS inflow, n_new, n_reopened, 0 AS n_reposted, closures, lost,
    false AS is_partial
FROM (VALUES (0, 100, 97, 2, 1, 0, 0), (1, 103, 0, 3, 2, 2, 0), (2, 90, 0, 0, 0, 3, 10))
    AS days (day, stock, found, n_new, n_reopened, closures, lost),
    (VALUES ('all'), ('panel')) AS serieses (series)
"""  # noqa: E501


def derived(model: Model) -> Suite:
    return skeleton(model.table, {**models(), model.table: model})


def table(**columns: str) -> Model:
    return FLOW._replace(
        table="out.new_table",
        key=(next(iter(columns)),),
        columns=tuple(Column(name, *kind.split(" | ")) for name, kind in columns.items()),
        values={},
    )


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ("SELECT 1", set()),
        ("UPDATE {t} SET stock = 104 WHERE stock = 103", {"stock_carries_over"}),
        ("UPDATE {t} SET found = 96 WHERE found = 97", {"stock_carries_over"}),
        ("UPDATE {t} SET lost = 0", {"stock_carries_over"}),
        ("DELETE FROM {t} WHERE stock = 103", {"stock_carries_over"}),
        ("UPDATE {t} SET n_new = 4 WHERE n_new = 3", {"inflow_is_sum_of_parts"}),
        ("UPDATE {t} SET framework = 'caffe' WHERE stock = 90", {"framework_is_known"} | {
            "stock_carries_over"}),
        ("INSERT INTO {t} FROM {t}", {"table_key_is_unique", "stock_carries_over"}),
        ("UPDATE {t} SET is_partial = NULL", {"is_partial_is_stated"}),
        ("DELETE FROM {t}", {"table_is_not_empty"}),
    ],
)  # fmt: skip
def test_the_account_of_stock_and_flow(
    change: str, failed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SUITES, FLOW.table, derived(FLOW))
    with duckdb.connect() as con:
        con.execute(DAYS)
        con.execute(change.format(t=FLOW.table))
        outcomes = runner.run_suite(con, FLOW.table)
    assert {outcome.name for outcome in outcomes if not outcome.passed} == failed


def test_a_new_table_has_its_checks_without_a_line_of_work() -> None:
    names = {check.name: check for check in derived(FLOW).checks}
    assert names["stock_carries_over"].frame == CARRIED
    assert names.keys() == {
        "table_is_not_empty",
        "table_key_is_unique",
        "stock_carries_over",
        "inflow_is_sum_of_parts",
        "is_partial_is_stated",
        "day_is_within_data",
        *(f"{name}_is_stated" for name in FLOW.key),
        *(f"{name}_is_known" for name in ("sources", "population", "framework")),
        *(
            f"{column.name}_is_not_negative"
            for column in FLOW.columns
            if column.type == "INTEGER"
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "name", "expectation", "kwargs"),
    [
        (
            {"posting_id": "VARCHAR | Advert"},
            "posting_id_has_posting",
            "ExpectReferenceToExist",
            {"column": "posting_id", "table": "out.postings", "key": "posting_id"},
        ),
        (
            {"n": "INTEGER | Number", "role_id": "VARCHAR | Role"},
            "role_id_has_role",
            "ExpectReferenceToExist",
            {"column": "role_id", "table": "core.roles", "key": "role_id"},
        ),
        (
            {"first_posting_id": "VARCHAR | First advert (core.adverts)"},
            "first_posting_id_has_posting",
            "ExpectReferenceToExist",
            {"column": "first_posting_id", "table": "core.adverts", "key": "posting_id"},
        ),
        (
            {"content_hash": "VARCHAR | Version"},
            "content_hash_has_body",
            "ExpectReferenceToExist",
            {"column": "content_hash", "table": "raw.bodies", "key": "content_hash"},
        ),
        (
            {"share_of_named": "DOUBLE | Of those that name any"},
            "share_of_named_is_share",
            "ExpectShareOfWhole",
            {"column": "share_of_named"},
        ),
        (
            {"opened_on": "DATE | First day", "closed_on": "DATE | Last day, NULL while open"},
            "closed_on_is_not_before_opened_on",
            "ExpectOrder",
            {"column": "closed_on", "low": "opened_on"},
        ),
        (
            {"lift": "DOUBLE | Lift", "ci_low": "DOUBLE | Low", "ci_high": "DOUBLE | High"},
            "lift_is_within_interval",
            "ExpectIntervalToHoldEstimate",
            {"column": "lift"},
        ),
        (
            {"source": "VARCHAR | Source", "board": "VARCHAR | Board"},
            "board_was_asked",
            "ExpectBoardToBeAsked",
            {},
        ),
        (
            {"pay_mid_usd_year": "DOUBLE | Middle", "is_plausible": "BOOLEAN | Whether"},
            "pay_mid_usd_year_is_plausible",
            "ExpectPayToBePlausibleUsd",
            {"column": "pay_mid_usd_year", "only": "is_plausible"},
        ),
    ],
)
def test_a_column_has_the_check_of_its_name_and_type(
    columns: dict[str, str], name: str, expectation: str, kwargs: dict[str, str]
) -> None:
    [check] = [check for check in derived(table(**columns)).checks if check.name == name]
    assert (check.expectation, check.kwargs, check.severity) == (expectation, kwargs, "critical")


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"n": "INTEGER | Number", "is_us": "BOOLEAN | In the US, NULL where unknown"}, "is_us"),
        ({"day": "DATE | Day, NULL where unknown"}, "day_is_stated"),
        ({"n": "INTEGER | Number", "posting_ids": "VARCHAR[] | Adverts"}, "posting_ids"),
    ],
)
def test_what_a_header_leaves_open_is_not_checked(columns: dict[str, str], name: str) -> None:
    assert not [check for check in derived(table(**columns)).checks if check.name.startswith(name)]


@pytest.mark.parametrize("name", ["core.postings", "out.postings", "out.newest_postings"])
def test_an_excerpt_needs_no_role(name: str) -> None:
    """Jobicy gives teasers of some adverts: they have an id of a role, and no role."""
    [check] = [one for one in skeleton(name, models()).checks if one.name == "role_id_has_role"]
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core")
        con.execute("CREATE TABLE core.roles AS SELECT 'of-a' AS role_id")
        con.execute(
            """
            CREATE TABLE core.adverts AS
            SELECT unnest(['a', 'b', 'c']) AS posting_id, unnest([false, false, true]) AS is_excerpt
            """
        )
        broken = getattr(vocabulary, check.expectation)(check=check.name, **check.kwargs).broken()
        rows = "SELECT posting_id, 'of-' || posting_id AS role_id FROM core.adverts"
        found = con.execute(f"SELECT posting_id FROM ({rows}) WHERE {broken}").fetchall()
    assert found == [("b",)]


def test_a_table_is_not_held_against_one_that_is_made_from_it() -> None:
    """core.postings is made from core.adverts, whose posting_id it takes over."""
    kinds = {check.expectation for check in skeleton("core.adverts", models()).checks}
    names = {check.name for check in skeleton("core.adverts", models()).checks}
    assert "ExpectReferenceToExist" in kinds  # of its versions
    assert "posting_id_has_posting" not in names


def test_what_is_written_by_hand_stands_for_what_is_derived() -> None:
    suite = derived(FLOW)
    written = Check(FLOW.table, "day_is_within_data", "ExpectNoOffender", {}, "warning", "Mine.")
    merged = merge(
        suite, Suite(FLOW.table, {}, (written,), covers=frozenset({"stock_carries_over"}))
    )
    by_name = {check.name: check for check in merged.checks}
    assert by_name["day_is_within_data"] is written
    assert "stock_carries_over" not in by_name
    assert CARRIED not in merged.frames
    assert len(merged.checks) == len(suite.checks) - 1
