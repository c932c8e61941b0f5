"""The series tables: counts against plain SQL, gaps, partial periods, honest ends."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.claims.small_warehouse import add_roles, empty, fill, market
from warehouse.statistics.series import (
    Coverage,
    framework_ratio,
    framework_share,
    framework_share_by_month,
    is_partial,
    paper_share,
)

AS_OF = date(2026, 5, 20)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return market(11, n_roles=2500)


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_ratio_counts_are_those_of_plain_sql(con: duckdb.DuckDBPyConnection, grain: str):
    series = framework_ratio(con, grain, AS_OF)
    plain = con.execute(
        """
        WITH r AS (SELECT *, unnest(['all', source]) AS s FROM core.roles WHERE entered_on <= $2),
        p AS (
            SELECT *, 'all' AS population FROM r
            UNION ALL SELECT *, 'ml' FROM r WHERE is_ml_role)
        SELECT date_trunc($1, entered_on)::DATE AS period_start, s AS sources, population,
            sum((has_pytorch AND NOT has_tensorflow)::INT) AS pytorch_only,
            sum((has_tensorflow AND NOT has_pytorch)::INT) AS tensorflow_only,
            sum((has_pytorch AND has_tensorflow)::INT) AS both,
            sum((NOT has_pytorch AND NOT has_tensorflow)::INT) AS neither,
            sum(has_pytorch::INT) / nullif(sum(has_tensorflow::INT), 0) AS ratio,
            count(*) AS n_roles, count(DISTINCT company_id) AS n_companies
        FROM p GROUP BY ALL
        """,
        [grain, AS_OF],
    ).df()
    keys = ["sources", "population", "period_start"]
    plain["period_start"] = plain["period_start"].dt.date
    plain.loc[plain["ratio"] == 0, "ratio"] = np.nan  # no side may be zero
    seen = series[series["n_roles"] > 0][plain.columns]
    pd.testing.assert_frame_equal(
        seen.sort_values(keys, ignore_index=True),
        plain.sort_values(keys, ignore_index=True),
        check_dtype=False,
    )


def test_series_have_no_gaps(con: duckdb.DuckDBPyConnection):
    series = framework_ratio(con, "month", AS_OF)
    assert series["n_roles"].eq(0).any()  # the market is thin enough to have empty months
    for _, rows in series.groupby(["sources", "population"]):
        starts = pd.PeriodIndex(pd.to_datetime(rows["period_start"]), freq="M")
        assert list(starts) == list(pd.period_range(starts[0], starts[-1], freq="M"))
    empties = series[series["n_roles"] == 0]
    assert empties[["ratio", "ci_low", "ci_high"]].isna().all(axis=None)


def test_intervals_hold_the_ratio(con: duckdb.DuckDBPyConnection):
    series = framework_ratio(con, "year", AS_OF).dropna(subset=["ratio", "ci_low"])
    assert (series["ci_low"] < series["ratio"]).all()
    closed = series.dropna(subset=["ci_high"])
    assert (closed["ratio"] < closed["ci_high"]).all()
    assert len(closed) > 20


def test_a_side_of_zero_gives_an_open_interval():
    con = empty()
    rows = [
        {"company_id": f"c{i:02}", "entered_on": date(2026, 1, 5), "has_pytorch": True}
        for i in range(20)
    ]
    add_roles(con, rows)
    row = framework_ratio(con, "month", AS_OF).iloc[0]
    assert np.isnan(row["ratio"])
    assert np.isnan(row["ci_high"])
    assert row["ci_low"] == pytest.approx(0.025 ** (1 / 20) / (1 - 0.025 ** (1 / 20)))


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_share_counts_are_those_of_plain_sql(con: duckdb.DuckDBPyConnection, grain: str):
    series = framework_share(con, grain, AS_OF)
    for framework in ("pytorch", "tensorflow", "jax"):
        plain = con.execute(
            f"""
            SELECT date_trunc($1, entered_on)::DATE AS period, sum(has_{framework}::INT) AS n,
                count(DISTINCT company_id) FILTER (has_{framework}) AS companies,
                count(*) AS n_all, avg(has_{framework}::INT) AS share
            FROM core.roles WHERE entered_on <= $2 AND is_ml_role GROUP BY 1 ORDER BY 1
            """,
            [grain, AS_OF],
        ).df()
        chosen = (series["sources"] == "all") & (series["population"] == "ml")
        seen = series[chosen & (series["framework"] == framework) & series["share"].notna()]
        assert seen["period_start"].tolist() == plain["period"].dt.date.tolist()
        assert seen["n_roles"].tolist() == plain["n"].tolist()
        assert seen["n_companies"].tolist() == plain["companies"].tolist()
        assert seen["n_roles_all"].tolist() == plain["n_all"].tolist()
        assert seen["share"].tolist() == pytest.approx(plain["share"].tolist())


def test_shares_by_month_have_the_columns_of_their_table(con: duckdb.DuckDBPyConnection):
    by_month = framework_share_by_month(con, AS_OF)
    assert "n_roles_all" not in by_month
    plain = framework_share(con, "month", AS_OF).rename(columns={"period_start": "month"})
    pd.testing.assert_frame_equal(by_month, plain[by_month.columns], check_exact=True)


def test_share_intervals_hold_the_share_and_stay_in_range(con: duckdb.DuckDBPyConnection):
    series = framework_share_by_month(con, AS_OF).dropna(subset=["ci_low"])
    assert (series["ci_low"] <= series["share"]).all()
    assert (series["share"] <= series["ci_high"]).all()
    assert series["ci_low"].min() >= 0
    assert series["ci_high"].max() <= 1
    unseen = series[series["n_roles"] == 0]
    assert len(unseen)
    assert (unseen["ci_high"] > 0).all()  # not seeing it in few roles is not its absence


@pytest.mark.parametrize(
    ("period", "covered", "as_of", "partial"),
    [
        (date(2026, 4, 1), (date(2020, 1, 1), date(2026, 12, 31)), date(2026, 4, 30), False),
        (date(2026, 4, 1), (date(2020, 1, 1), date(2026, 12, 31)), date(2026, 4, 29), True),
        (date(2026, 4, 1), (date(2026, 4, 1), date(2026, 12, 31)), date(2026, 5, 1), False),
        (date(2026, 4, 1), (date(2026, 4, 2), date(2026, 12, 31)), date(2026, 5, 1), True),
        (date(2026, 4, 1), (date(2026, 5, 2), date(2026, 12, 31)), date(2026, 5, 9), True),
        (date(2026, 4, 1), (date(2020, 1, 1), date(2026, 4, 12)), date(2026, 9, 1), True),
    ],
)
def test_partial_periods(period: date, covered: tuple[date, date], as_of: date, partial: bool):
    number = 12 * period.year + period.month - 1
    assert is_partial(number, "month", Coverage(*covered), as_of) is partial


def test_a_board_speaks_from_its_first_observation_an_archive_from_its_first_thread():
    con = empty()
    add_roles(
        con,
        [
            {"company_id": "a", "source": source, "entered_on": date(2025, month, 3)}
            for source in ("hackernews", "ashby")
            for month in range(1, 7)
        ],
    )
    con.execute(
        "UPDATE core.postings SET first_seen_on = '2025-04-10', last_seen_on = '2025-06-30'"
    )
    series = framework_ratio(con, "month", AS_OF)
    partial = {
        source: [row.period_start.month for row in rows.itertuples() if row.is_partial]
        for source, rows in series[series["population"] == "all"].groupby("sources")
    }
    assert partial == {"all": [], "hackernews": [], "ashby": [1, 2, 3, 4]}


def test_a_gap_between_two_sources_is_partial():
    con = empty()
    add_roles(
        con,
        [
            {"company_id": "a", "source": "hackernews", "entered_on": date(2024, 11, 3)},
            {"company_id": "a", "source": "ashby", "entered_on": date(2025, 2, 3)},
            {"company_id": "a", "source": "ashby", "entered_on": date(2025, 5, 3)},
        ],
    )
    con.execute(
        """UPDATE core.postings SET first_seen_on = '2025-04-01', last_seen_on = '2025-05-31'
        WHERE source = 'ashby'"""
    )
    series = framework_ratio(con, "month", AS_OF)
    of_all = series[(series["sources"] == "all") & (series["population"] == "all")]
    assert [day.month for day in of_all.loc[of_all["is_partial"], "period_start"]] == [12, 1, 2, 3]


@pytest.mark.parametrize(("n_boards", "expected"), [(1, False), (2, True)])
def test_a_period_is_partial_when_most_of_it_comes_from_who_saw_a_part(
    n_boards: int, expected: bool
):
    con = empty()
    came = date(2025, 2, 3)
    rows = [{"company_id": "a", "source": "hackernews", "entered_on": date(2025, 1, 3)}]
    rows += [{"company_id": "a", "source": "hackernews", "entered_on": came}]
    rows += [
        {"company_id": f"b{n}", "source": "ashby", "entered_on": came} for n in range(n_boards)
    ]
    add_roles(con, rows)
    con.execute(
        """UPDATE core.postings SET first_seen_on = '2025-02-20', last_seen_on = '2025-05-31'
        WHERE source = 'ashby'"""
    )
    for series in (framework_ratio(con, "month", AS_OF), framework_share(con, "month", AS_OF)):
        of_all = series[(series["sources"] == "all") & (series["population"] == "all")]
        partial = of_all.groupby("period_start")["is_partial"].first()
        assert list(partial) == [False, expected]


def test_the_fixed_panel_is_a_source_set_of_its_own():
    con = empty()
    roles = [
        {"company_id": "a", "source": "ashby", "entered_on": date(2025, month, 3), "board": board}
        for board in ("long watched", "new")
        for month in range(3, 7)
    ]
    add_roles(con, roles)
    con.execute(
        "INSERT INTO core.boards VALUES "
        "('ashby', 'long watched', '2025-04-01', '2025-06-30', true), "
        "('ashby', 'new', '2025-06-01', '2025-06-30', false)"
    )
    series = framework_ratio(con, "month", AS_OF)
    panel = series[(series["sources"] == "panel") & (series["population"] == "all")]
    assert list(panel["n_roles"]) == [1, 1, 1, 1]
    assert list(panel["is_partial"]) == [True, False, False, False]
    assert set(series.loc[series["sources"] == "all", "n_roles"]) == {2}


def test_a_role_in_two_sources_counts_in_each_and_once_in_all():
    con = empty()
    role = {"company_id": "a", "entered_on": date(2026, 1, 3), "sources": ["ashby", "lever"]}
    add_roles(con, [role])
    series = framework_ratio(con, "month", AS_OF)
    ml = series[series["population"] == "ml"].set_index("sources")
    assert ml["n_roles"].to_dict() == {"all": 1, "ashby": 1, "lever": 1}


def test_same_again_in_any_order_of_rows(con: duckdb.DuckDBPyConnection):
    other = empty()
    for table in ("roles", "postings"):
        rows = con.execute(f"FROM core.{table}").df()
        fill(other, table, rows.iloc[np.random.default_rng(1).permutation(len(rows))])
    first = framework_share_by_month(con, AS_OF)
    pd.testing.assert_frame_equal(first, framework_share_by_month(other, AS_OF), check_exact=True)


@pytest.mark.parametrize("grain", ["quarter", "year"])
@pytest.mark.parametrize("scope", ["all", "official"])
def test_paper_counts_are_those_of_plain_sql(
    con: duckdb.DuckDBPyConnection, grain: str, scope: str
):
    series = paper_share(con, grain, AS_OF)
    plain = con.execute(
        f"""
        WITH paper AS (
            SELECT paper_id, date_trunc($1, any_value(published_on))::DATE AS period,
                bool_or(framework = 'pytorch') AS is_pytorch,
                bool_and(framework = 'none') AS is_none
            FROM core.papers JOIN core.paper_frameworks USING (paper_id)
            WHERE {"is_official" if scope == "official" else "true"} GROUP BY paper_id)
        SELECT period, sum(is_pytorch::INT) AS n, avg(is_pytorch::INT) AS share,
            sum(is_pytorch::INT) / sum((NOT is_none)::INT) AS of_named, sum(is_none::INT) AS n_none
        FROM paper GROUP BY period ORDER BY period
        """,
        [grain],
    ).df()
    of_scope = series[series["scope"] == scope]
    pytorch = of_scope[of_scope["framework"] == "pytorch"]
    assert pytorch["period_start"].tolist() == plain["period"].dt.date.tolist()
    assert pytorch["n_papers"].tolist() == plain["n"].tolist()
    assert pytorch["share"].tolist() == pytest.approx(plain["share"].tolist())
    assert pytorch["share_of_named"].tolist() == pytest.approx(plain["of_named"].tolist())
    nothing = of_scope[of_scope["framework"] == "none"]
    assert nothing["n_papers"].tolist() == plain["n_none"].tolist()
    assert (pytorch["ci_low"] < pytorch["share"]).all()
    assert (pytorch["share"] < pytorch["ci_high"]).all()


def test_the_year_in_which_the_archive_ends_is_partial(con: duckdb.DuckDBPyConnection):
    series = paper_share(con, "year", AS_OF)
    partial = series.groupby("period_start")["is_partial"].all()
    assert [day.year for day in partial[partial].index] == [2025]


def test_no_rows_give_empty_tables_of_the_same_shape(con: duckdb.DuckDBPyConnection):
    for table in (
        lambda c: framework_ratio(c, "month", AS_OF),
        lambda c: framework_share_by_month(c, AS_OF),
        lambda c: paper_share(c, "year", AS_OF),
    ):
        nothing = table(empty())
        assert len(nothing) == 0
        assert list(nothing) == list(table(con))
