"""What the runs before found: figures of every table, by day, that the next runs are held against.

Belongs here: measuring a table in one pass, remembering what was measured, and judging it beside
what is remembered. Does not belong here: how much a figure may move (`expectations.suites.
over_time`), or what a failed check stops (`pipelines`).
"""

from __future__ import annotations

from datetime import date

import duckdb

from expectations.catalogue import OVER_TIME
from expectations.runner import CheckOutcome, judge_suite
from expectations.suites.over_time import SOURCED
from warehouse import models

NOW = "metrics_now"
"""The temporary table of what was measured last; it has the columns of `meta.run_metrics`."""

_COLUMNS = """(
    as_of DATE,
    table_name VARCHAR,
    metric VARCHAR,
    group_name VARCHAR,
    value DOUBLE,
    n BIGINT,
    spread DOUBLE
)"""
"""`value` rests on `n` rows; `spread` is what says how far it varies by chance: the standard
deviation of a mean, the interquartile range of the logarithm of a median."""

_LOCAL = "local_currencies"
"""The temporary table of which money is paid in a country."""

_OPEN_ROLES = "core.roles WHERE is_ml_role AND is_open"
_ALL_ROLES = "core.roles WHERE is_ml_role"
_SHARE_WITH = """
SELECT
    '{metric}' AS metric,
    source || '/' || named.family AS group_name,
    avg(named.is_named::INTEGER) AS value,
    count(*) AS n,
    NULL AS spread
FROM (
    SELECT source, unnest([
        {{family: 'pytorch', is_named: has_pytorch}},
        {{family: 'tensorflow', is_named: has_tensorflow}},
        {{family: 'jax', is_named: has_jax}}
    ]) AS named
    FROM {roles}
)
GROUP BY ALL
"""
_PAY_OF_LEVEL = """
SELECT
    '{metric}' AS metric,
    source || '/' || level AS group_name,
    median(pay_mid_usd_year) AS value,
    count(*) AS n,
    quantile_cont(ln(pay_mid_usd_year), 0.75) - quantile_cont(ln(pay_mid_usd_year), 0.25) AS spread
FROM core.roles
WHERE pay_mid_usd_year > 0 AND {which}
GROUP BY ALL
"""
_PAY_BY = """
SELECT
    'band_median_usd_year' AS metric,
    '{column} ' || {column} AS group_name,
    median(pay_usd_year) AS value,
    count(*) AS n,
    NULL AS spread
FROM stated
GROUP BY ALL
"""

MEASURES: dict[str, tuple[str, ...]] = {
    "core.listings": (
        # A board that did not answer keeps its last answer: a failure is no loss of adverts.
        """
        SELECT
            'volume' AS metric,
            source AS group_name,
            sum(n_rows) AS value,
            count(*) AS n,
            NULL AS spread
        FROM (
            SELECT source, board, arg_max(n_rows, observed_on) AS n_rows
            FROM core.listings
            WHERE state IN ('ok', 'unchanged', 'suspect') AND is_listing
            GROUP BY ALL
        )
        GROUP BY source
        """,
        # An imported table or an archive is of its day and does not go stale.
        """
        SELECT
            'days_without_answer' AS metric,
            source AS group_name,
            getvariable('as_of') - max(observed_on) FILTER (state IN ('ok', 'unchanged')) AS value,
            count(DISTINCT board) AS n,
            NULL AS spread
        FROM core.listings
        GROUP BY source
        HAVING bool_or(is_listing)
        """,
    ),
    "core.postings": (
        """
        WITH boards AS (
            SELECT
                source, board, min(observed_on) AS first_asked_on, bool_or(is_listing) AS is_listing
            FROM core.listings
            GROUP BY ALL
        ),

        measured AS (
            SELECT
                posting.source,
                count(*) AS n_adverts,
                -- What a board shows when it is first asked is old.
                count(*) FILTER (
                    posting.first_seen_on > boards.first_asked_on
                    AND posting.first_seen_on > getvariable('as_of') - 28
                ) AS n_new,
                count(posting.posted_on) AS n_dated,
                count(*) FILTER (posting.posted_on > posting.first_seen_on + 1) AS n_after_seen,
                count(posting.posted_on) FILTER (posting.is_open) AS n_open_dated,
                count(*) FILTER (posting.is_open AND isodow(posting.posted_on) > 5) AS n_weekend,
                count(DISTINCT posting.posted_on) FILTER (posting.is_open) AS n_open_days,
                bool_or(boards.is_listing) AS is_listing,
                max(posting.posted_on) AS newest_posted_on,
                count(*) FILTER (posting.is_open AND NOT posting.is_excerpt) AS n_open,
                avg(posting.text_chars)
                    FILTER (posting.is_open AND NOT posting.is_excerpt) AS text_chars,
                stddev_pop(posting.text_chars)
                    FILTER (posting.is_open AND NOT posting.is_excerpt) AS text_chars_spread
            FROM core.postings AS posting
            LEFT JOIN boards ON posting.source = boards.source AND posting.board = boards.board
            GROUP BY posting.source
        )

        SELECT found.metric, source AS group_name, found.value, found.n, found.spread
        FROM measured, unnest([
            {metric: 'adverts', value: n_adverts::DOUBLE, n: n_adverts, spread: NULL::DOUBLE},
            {metric: 'new_adverts', value: n_new, n: n_adverts, spread: NULL},
            {metric: 'posted_after_seen_share', value: n_after_seen / n_dated, n: n_dated,
                spread: NULL},
            -- The adverts of a thread are of its first days, whatever weekday that is.
            {metric: 'weekend_share', value: CASE WHEN n_open_days >= 30 THEN
                n_weekend / n_open_dated END, n: n_open_dated, spread: NULL},
            {metric: 'days_without_new', value: CASE WHEN is_listing THEN
                getvariable('as_of') - newest_posted_on END, n: n_dated, spread: NULL},
            {metric: 'text_chars', value: text_chars, n: n_open, spread: text_chars_spread}
        ]) AS unnested (found)
        """,
    ),
    "core.roles": (
        _SHARE_WITH.format(metric="mention_share_open", roles=_OPEN_ROLES),
        _SHARE_WITH.format(metric="mention_share_all", roles=_ALL_ROLES),
        _PAY_OF_LEVEL.format(metric="pay_usd_year_open", which="is_open"),
        _PAY_OF_LEVEL.format(metric="pay_usd_year_all", which="true"),
    ),
    "core.pay_bands": (
        """
        SELECT
            'pay_share' AS metric,
            source AS group_name,
            avg((posting_id IN (FROM (SELECT posting_id FROM core.pay_bands)))::INTEGER) AS value,
            count(*) AS n,
            NULL AS spread
        FROM core.postings
        WHERE is_open AND NOT is_excerpt
        GROUP BY source
        """,
        f"""
        SELECT
            'foreign_currency_share' AS metric,
            posting.source || '/' || posting.country AS group_name,
            avg((band.currency <> local.currency)::INTEGER) AS value,
            count(*) AS n,
            NULL AS spread
        FROM core.pay_bands AS band
        INNER JOIN core.postings AS posting ON band.posting_id = posting.posting_id
        INNER JOIN {_LOCAL} AS local ON posting.country = local.country
        WHERE band.currency IS NOT NULL AND band.provenance <> 'estimated'
        GROUP BY ALL
        """,
        f"""
        WITH stated AS (
            SELECT currency, period, coalesce(
                (pay_min_usd_year + pay_max_usd_year) / 2, pay_min_usd_year, pay_max_usd_year
            ) AS pay_usd_year
            FROM core.pay_bands
            WHERE kind = 'base' AND is_plausible AND pay_usd_year IS NOT NULL
        )
        {_PAY_BY.format(column="currency")} UNION ALL {_PAY_BY.format(column="period")}
        """,
    ),
    "core.paper_frameworks": (
        """
        SELECT
            'framework_share' AS metric,
            framework AS group_name,
            count(*) / sum(count(*)) OVER () AS value,
            sum(count(*)) OVER () AS n,
            NULL AS spread
        FROM core.paper_frameworks
        GROUP BY framework
        """,
    ),
}
"""What is measured of a table beside its rows and its NULLs: `metric`, `group_name`, `value`, `n`,
`spread`, as of the variable `as_of`."""


def judge_over_time(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> list[CheckOutcome]:
    """Measure a table, hold it against the runs before, and remember it.

    Figures are compared with those of earlier days of observation alone: a run as of a past day
    does not see what came after it. What is remembered of a day is replaced when the day is run
    again; a day before the newest that is remembered is judged and not remembered.

    Args:
        con: The working warehouse; `meta.run_metrics` is written.
        table: One of `expectations.catalogue.OVER_TIME`.
        as_of: Newest day of observation that counts.

    Returns:
        One outcome per check; each says in `compared_with` which runs it was held against.

    Raises:
        KeyError: The table has no such checks.
        ExpectationFault: A check could not be judged.
        duckdb.Error: A table that is measured is not there.
    """
    suite = OVER_TIME[table]
    measure(con, table, as_of)
    said = compared_with(con, table, as_of)
    outcomes = [
        outcome._replace(observed={**outcome.observed, "compared_with": said})
        for outcome in judge_suite(con, suite)
    ]
    remember(con, table, as_of)
    return outcomes


def measure(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> None:
    """Fill `metrics_now` with the figures of a table.

    Args:
        con: The working warehouse.
        table: A table of `core` or `out`.
        as_of: Newest day of observation that counts.
    """
    con.execute(f"CREATE TABLE IF NOT EXISTS meta.run_metrics {_COLUMNS}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {NOW} {_COLUMNS}")
    con.execute("SET VARIABLE as_of = $day", {"day": as_of})
    if table == "core.pay_bands":
        _local_currencies(con)
    for query in (_rows_and_nulls(table), *MEASURES.get(table, ())):
        con.execute(
            f"""
            INSERT INTO {NOW}
            -- Six digits: the order in which threads add up must not show.
            SELECT
                $as_of, $table, metric, group_name,
                CASE WHEN value = 0 THEN 0
                    ELSE round(value, 5 - floor(log10(abs(value)))::INTEGER) END,
                n, round(spread, 6)
            FROM ({query})
            WHERE isfinite(value) AND group_name IS NOT NULL
            """,
            {"as_of": as_of, "table": table},
        )


def remember(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> bool:
    """Keep what was measured last, unless it is known or a later day is.

    Args:
        con: The working warehouse, after `measure`.
        table: The table that was measured.
        as_of: The day that it was measured for.

    Returns:
        Whether anything was written.
    """
    [(newest,)] = con.execute(
        "SELECT max(as_of) FROM meta.run_metrics WHERE table_name = $1", [table]
    ).fetchall()
    if newest is not None and as_of < newest:
        return False
    kept = "SELECT * FROM meta.run_metrics WHERE table_name = $table AND as_of = $as_of"
    day = {"table": table, "as_of": as_of}
    [(differing,)] = con.execute(
        f"""SELECT count(*) FROM (
            ({kept} EXCEPT ALL SELECT * FROM {NOW}) UNION ALL
            (SELECT * FROM {NOW} EXCEPT ALL {kept})
        )""",
        day,
    ).fetchall()
    if not differing:
        return False
    con.execute("BEGIN")
    try:
        con.execute(
            "DELETE FROM meta.run_metrics WHERE table_name = $table AND as_of = $as_of", day
        )
        con.execute(f"INSERT INTO meta.run_metrics SELECT * FROM {NOW} ORDER BY ALL")
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return True


def compared_with(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> str:
    """The runs that figures of a table are held against, in words.

    Args:
        con: The working warehouse, after `measure`.
        table: The table.
        as_of: The day of the run; only days before it count.
    """
    days = [
        day
        for (day,) in con.execute(
            "SELECT DISTINCT as_of FROM meta.run_metrics WHERE table_name = $1 AND as_of < $2 "
            "ORDER BY as_of DESC LIMIT 4",
            [table, as_of],
        ).fetchall()
    ]
    if not days:
        return "no earlier run"
    if len(days) == 1:
        return f"one earlier run, of {days[0]}"
    return f"{len(days)} earlier runs, of {days[-1]} to {days[0]}"


def _rows_and_nulls(table: str) -> str:
    """Counts rows and what each column states, in one pass."""
    names = [column.name for column in models.models()[table].columns]
    stated = ", ".join(f'count("{name}") AS "{name}"' for name in names)
    if table in SOURCED:
        source, is_whole = '"source"', 'grouping("source") = 1'
        grouped = 'GROUP BY GROUPING SETS ((), ("source"))'
    else:
        source, is_whole, grouped = "NULL::VARCHAR", "true", ""
    return f"""
        WITH counted AS (
            SELECT {source} AS "_source", {is_whole} AS "_is_whole", count(*) AS "_n", {stated}
            FROM {table} {grouped}
        )
        SELECT 'rows' AS metric, 'all' AS group_name, "_n"::DOUBLE AS value, "_n" AS n,
            NULL::DOUBLE AS spread
        FROM counted WHERE "_is_whole"
        UNION ALL
        SELECT
            CASE WHEN "_is_whole" THEN 'null_share' ELSE 'null_share_of_source' END AS metric,
            CASE WHEN "_is_whole" THEN _column ELSE "_source" || '/' || _column END AS group_name,
            1 - _stated / "_n" AS value,
            "_n" AS n,
            NULL AS spread
        FROM (
            UNPIVOT counted
            ON COLUMNS(* EXCLUDE ("_source", "_is_whole", "_n"))
            INTO NAME _column VALUE _stated
        )
        WHERE "_n" > 0
    """


def _local_currencies(con: duckdb.DuckDBPyConnection) -> None:
    # What money words mean is slow to read, and only needed here.
    from warehouse.normalise.pay.currency import of_country

    countries = [
        country
        for (country,) in con.execute(
            "SELECT DISTINCT country FROM core.postings WHERE country IS NOT NULL"
        ).fetchall()
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_LOCAL} (country VARCHAR, currency VARCHAR)")
    con.execute(
        f"INSERT INTO {_LOCAL} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])",
        [countries, [of_country(country) for country in countries]],
    )
