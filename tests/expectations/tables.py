"""A valid tiny warehouse in memory, of any size that is asked for.

Belongs here: tables that meet every expectation: some by hand, the published ones by their own
queries, the rest from their headers alone, so that a new table needs nothing here. Does not belong
here: ways to break them (`failing_cases`, `mutations`), or the models that make such tables in
earnest (`warehouse.models`).
"""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter

import duckdb

from expectations.catalogue import looked_at
from expectations.check import Check
from expectations.skeleton import ORDERED, SUMS, skeleton
from warehouse.models import Column, Model, models

SCRIPT = """
CREATE SCHEMA raw;
CREATE SCHEMA core;
CREATE SCHEMA out;

CREATE TABLE raw.postings AS
SELECT
    CASE WHEN i % 3 = 0 THEN 'ashby' ELSE 'hackernews' END AS source,
    'board' || i % 7 AS board,
    'id' || i AS source_id,
    DATE '2026-08-01' AS observed_on,
    TIMESTAMP '2026-08-01 05:00:00' AS observed_at,
    md5(i::VARCHAR) AS content_hash,
    'Employer ' || i % 50 AS company,
    CASE WHEN i % 3 = 0 THEN 'Engineer ' || i END AS title,
    'https://jobs.example.com/' || i AS url,
    'We look for somebody who knows PyTorch, posting ' || i AS body,
    NULL::VARCHAR AS location_raw,
    DATE '2026-07-31' - (i % 1500)::INT AS posted_on,
    'stated' AS posted_basis
FROM range(getvariable('n_postings')) AS numbers (i);

CREATE TABLE raw.observations AS
SELECT source, board, source_id, observed_on, content_hash FROM raw.postings;

CREATE TABLE raw.bodies AS
SELECT DISTINCT content_hash FROM raw.postings;

CREATE TABLE raw.boards AS
SELECT DISTINCT source, board, observed_on, true AS is_listing FROM raw.postings;

CREATE TABLE raw.paper_links AS
SELECT 'pwc_archive' AS source, DATE '2025-07-28' AS observed_on;

CREATE TABLE raw.papers AS
FROM raw.paper_links WHERE false;

CREATE TABLE raw.models AS
SELECT 'hf_models' AS source, DATE '2026-08-01' AS observed_on;

CREATE TABLE raw.series AS
SELECT 'reference' AS source, DATE '2026-08-01' AS observed_on;

CREATE TABLE core.postings AS
SELECT
    source || ':' || board || ':' || source_id AS posting_id,
    source,
    board,
    source_id,
    company,
    lower(company) AS company_id,
    title,
    'role-' || source_id AS role_id,
    'ml_engineer' AS family,
    'senior' AS level,
    true AS is_ml_role,
    ['US'] AS countries,
    'US' AS country,
    'CA' AS region,
    'San Francisco Bay Area' AS metro,
    true AS is_us,
    'remote' AS workplace,
    posted_on,
    posted_basis,
    observed_on AS first_seen_on,
    observed_on AS last_seen_on,
    NULL::DATE AS closed_on,
    true AS is_open,
    body AS text,
    length(body)::INTEGER AS text_chars,
    false AS is_excerpt,
    false AS is_duplicate,
    url,
    content_hash,
    '1' AS method_version
FROM raw.postings;

CREATE TABLE core.roles AS
SELECT role_id, company_id, source, board FROM core.postings;

CREATE TABLE core.mentions AS
SELECT
    posting_id,
    CASE n % 3 WHEN 0 THEN 'pytorch' WHEN 1 THEN 'tflite' ELSE 'kubernetes' END AS technology,
    CASE n % 3 WHEN 0 THEN 'pytorch' WHEN 1 THEN 'tensorflow' ELSE 'kubernetes' END AS family,
    CASE n % 3 WHEN 2 THEN 'skill' ELSE 'framework' END AS kind,
    'requirements' AS section,
    false AS is_negated,
    false AS is_alternative,
    false AS is_boilerplate,
    'PyTorch' AS surface,
    (10 * n)::INTEGER AS span_start,
    (10 * n + 7)::INTEGER AS span_end
FROM core.postings, range(getvariable('mentions_each')) AS numbers (n);

CREATE TABLE core.adverts AS
SELECT posting_id, false AS is_excerpt
FROM core.postings;

CREATE TABLE core.role_links AS
SELECT posting_id, posting_id AS first_posting_id, 'first' AS basis
FROM core.postings;

CREATE TABLE core.pay_bands AS
SELECT
    posting_id,
    0 AS band,
    'parsed' AS provenance,
    'base' AS kind,
    150000::DECIMAL(18, 2) AS pay_min,
    210000::DECIMAL(18, 2) AS pay_max,
    'USD' AS currency,
    'YEAR' AS period,
    150000::DOUBLE AS pay_min_usd_year,
    210000::DOUBLE AS pay_max_usd_year,
    NULL::VARCHAR AS zone,
    '$150k to $210k' AS evidence,
    true AS is_plausible,
    NULL::VARCHAR AS reason
FROM core.postings
WHERE source = 'ashby';

CREATE TABLE core.papers AS
SELECT
    'pwc_archive:paper' || i AS paper_id,
    'pwc_archive' AS source,
    '2' || lpad((i % 6)::VARCHAR, 1, '0') || '07.' || lpad(i::VARCHAR, 5, '0') AS arxiv_id,
    'On the training of networks, part ' || i AS title,
    DATE '2024-07-01' AS published_on,
    'arxiv_id' AS published_basis,
    ['Tracking'] AS tasks
FROM range(20) AS numbers (i);

CREATE TABLE core.paper_frameworks AS
SELECT
    paper_id,
    'pytorch' AS framework,
    true AS is_official,
    'https://code.example.org/' || arxiv_id AS repo_url,
    'label' AS basis
FROM core.papers;

CREATE TABLE core.models AS
SELECT
    'hf_models' AS source,
    'most downloaded' AS ranking,
    DATE '2026-08-01' AS snapshot,
    'hub/model' || i AS model_id,
    i AS rank,
    'transformers' AS library,
    1000 - i AS downloads,
    DATE '2026-07-01' AS created_on,
    ['pytorch'] AS frameworks
FROM range(20) AS numbers (i);

CREATE TABLE out.claim_verdicts AS
SELECT
    claim_id,
    'careers' AS article,
    'More adverts ask for one than for the other.' AS statement,
    'ratio of roles' AS estimand,
    CASE WHEN decided THEN 2.0::DOUBLE END AS estimate,
    CASE WHEN decided THEN 1.5::DOUBLE END AS ci_low,
    CASE WHEN decided THEN 2.6::DOUBLE END AS ci_high,
    n_roles,
    n_companies,
    n_papers,
    DATE '2026-01-01' AS window_start,
    DATE '2026-08-01' AS window_end,
    'all' AS sources,
    'supported if > 1' AS rule,
    verdict,
    CASE WHEN NOT decided THEN 'no posting can show it' END AS reason,
    NULL::VARCHAR AS fragile_under,
    false AS proxy,
    '1' AS method_version,
    DATE '2026-08-01' AS as_of
FROM (
    VALUES
    ('hire_one', 'supported', true, 400, 120, NULL),
    ('hire_two', 'contradicted', true, 400, 120, NULL),
    ('paper_one', 'supported', true, NULL, NULL, 700),
    ('pay_one', 'undetermined', false, 3, 2, NULL),
    ('scope_one', 'out_of_scope', false, NULL, NULL, NULL)
) AS claims (claim_id, verdict, decided, n_roles, n_companies, n_papers);

CREATE TABLE out.row_accounts AS
SELECT stage, source, 10 AS rows_in, 8 AS rows_kept, 1 AS rows_refused, 1 AS rows_set_aside
FROM (VALUES ('load'), ('roles')) AS stages (stage), (VALUES ('ashby'), ('lever')) AS s (source);

CREATE TABLE out.cross_checks AS
SELECT
    'papers' AS our_series,
    'conference_papers' AS outside_series,
    measure,
    'share' AS unit,
    40::BIGINT AS n_units,
    CASE WHEN measure <> 'level' THEN true END AS agrees,
    DATE '2026-01-01' AS period_start,
    DATE '2026-08-01' AS period_end
FROM (VALUES ('direction'), ('crossing_date'), ('level')) AS measures (measure);

CREATE TABLE out.figure_changes AS
SELECT
    '000001-0123456789abcdef' AS publication_before,
    'claim_verdicts' AS table_name,
    kind,
    'estimate' AS measure,
    said_before,
    said_after,
    value_after::DOUBLE AS value_after,
    2.0::DOUBLE AS value_before,
    1.5::DOUBLE AS ci_low_before,
    2.6::DOUBLE AS ci_high_before,
    'new data' AS why,
    1 AS n_figures
FROM (VALUES
    ('verdict flipped', 'supported', 'contradicted', 2.1),
    ('moved beyond its interval', 'supported', 'supported', 2.9),
    ('moved', 'supported', 'supported', 2.2),
    ('source lost', 'ok', 'failed', NULL)
) AS changes (kind, said_before, said_after, value_after);

CREATE TABLE out.reference_series AS
SELECT
    'index' AS series,
    (DATE '2026-01-01' + INTERVAL (i) MONTH)::DATE AS period_start,
    100.0::DOUBLE + i AS value,
    'index, 1 February 2020 = 100' AS unit,
    'hiring_lab_postings_us' AS source,
    DATE '2026-08-01' AS observed_on
FROM range(6) AS numbers (i);
"""


N_FILLED = 6
"""Rows of a table that is made from its header; a key of words only may have fewer."""
DAY = "DATE '2026-07-01'"


def warehouse(n_postings: int = 30, mentions_each: int = 3) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory that meets every expectation and has rows in every table.

    Args:
        n_postings: Rows of raw.postings and core.postings.
        mentions_each: Mentions in each of them.

    Returns:
        A connection to it.
    """
    con = duckdb.connect()
    con.execute("SET VARIABLE n_postings = ?", [n_postings])
    con.execute("SET VARIABLE mentions_each = ?", [mentions_each])
    con.execute("SET VARIABLE as_of = DATE '2026-08-01'")
    con.execute(SCRIPT)
    for statement in _rest():
        con.execute(statement)
    return con


@cache
def _rest() -> tuple[str, ...]:
    """What makes the tables that `SCRIPT` does not, and the columns that it leaves out."""
    with duckdb.connect() as con:
        con.execute("SET VARIABLE n_postings = 6; SET VARIABLE mentions_each = 1")
        con.execute("SET VARIABLE as_of = DATE '2026-08-01'")
        con.execute(SCRIPT)
        statements = []
        for table in _in_order():
            for statement in _making(con, models()[table]):
                con.execute(statement)
                statements.append(statement)
    return tuple(statements)


def _in_order() -> list[str]:
    """All tables, each after those that its checks hold it against; those by hand are there."""
    by_hand = set(re.findall(r"CREATE TABLE (\w+\.\w+)", SCRIPT))
    graph = {
        table: {*model.reads, *(() if table.startswith("raw.") else looked_at(table))} - by_hand
        for table, model in models().items()
    }
    return list(TopologicalSorter(graph).static_order())


def _making(con: duckdb.DuckDBPyConnection, model: Model) -> list[str]:
    table = model.table
    there = con.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema || '.' || table_name = $table",
        {"table": table},
    ).fetchall()
    checks = skeleton(table, models()).checks
    if there:
        known = {name for (name,) in there}
        missing = [column for column in model.columns if column.name not in known]
        values = ", ".join(_filled(model, column, checks) for column in missing)
        return [
            f"CREATE OR REPLACE TABLE {table} AS SELECT * EXCLUDE (i){values and ', '}{values} "
            f"FROM (SELECT *, row_number() OVER () - 1 AS i FROM {table})"
        ]
    if table.startswith("out.") and model.sql:
        con.execute(f"CREATE TABLE {table} AS {model.sql}")
        [(n_rows,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
        con.execute(f"DROP TABLE {table}")
        if n_rows:
            return [f"CREATE TABLE {table} AS {model.sql}"]
    values = ", ".join(_filled(model, column, checks) for column in model.columns)
    key = ", ".join(f'"{name}"' for name in model.key)
    return [
        f"CREATE TABLE {table} AS SELECT {values} FROM range({N_FILLED}) AS numbers (i) "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY i) = 1"
    ]


def _filled(model: Model, column: Column, checks: tuple[Check, ...]) -> str:
    return f'({_value(model, column, checks)})::{column.type} AS "{column.name}"'


FLOW = {
    "stock": "10",
    "found": "CASE WHEN i = 0 THEN 10 ELSE 0 END",
    "inflow": "3",
    "closures": "3",
    "lost": "0",
}
"""A series of which the account closes, with three in and three out every day."""

NUMBERS = {"ci_low": "0.4", "ci_high": "0.6", "share": "0.5"}
TEXTS = {
    "source": "'ashby'",
    "sources": "'all'",
    "country": "'US'",
    "currency": "'USD'",
    "url": "'https://jobs.example.com/' || i",
    "repo_url": "'https://code.example.org/' || i",
    "arxiv_id": "'2607.0000' || i",
}
VOCABULARIES = {
    "ExpectTechnologyToBeKnown": "pytorch",
    "ExpectTechnologyFamilyToBeKnown": "pytorch",
    "ExpectRoleFamilyToBeKnown": "ml_engineer",
    "ExpectPaperFrameworkToBeKnown": "pytorch",
}


def _value(model: Model, column: Column, checks: tuple[Check, ...]) -> str:
    """A value of a column that its checks allow, over the row's number i."""
    name, kind = column.name, column.type
    is_key = name in model.key
    mine = {check.expectation: check for check in checks if check.kwargs.get("column") == name}
    if any(check.expectation == "ExpectBoardToBeAsked" for check in checks) and name in (
        "source",
        "board",
    ):
        # One board of its own in every row, with its source.
        return _picked(name, "raw.boards", "source, board")
    if reference := mine.get("ExpectReferenceToExist"):
        key = reference.kwargs["key"]
        return _picked(key, reference.kwargs["table"], key)
    if word := mine.get("ExpectWordToBeKnown"):
        return f"'{word.kwargs['words'][0]}'"
    for expectation, word in VOCABULARIES.items():
        if expectation in mine:
            return f"'{word}'"
    if kind == "BOOLEAN":
        return "true" if name == "is_plausible" else "false"
    if kind == "DATE":
        period = mine.get("ExpectPeriodToBegin")
        if period:
            unit = period.kwargs["unit"]
            return f"date_trunc('{unit}', DATE '2020-01-01' + i * INTERVAL 1 {unit})"
        if any(low in model.key for low, high in ORDERED if high == name):
            return f"{DAY} + i::INTEGER + 1"
        return f"{DAY} + i::INTEGER" if is_key else DAY
    if kind == "TIMESTAMP":
        return f"{DAY}::TIMESTAMP"
    if FLOW.keys() <= {other.name for other in model.columns} and name in FLOW:
        return FLOW[name]
    if kind == "DOUBLE" or kind.startswith("DECIMAL"):
        return NUMBERS.get(name, "100000" if "pay" in name else "0.5")
    if re.fullmatch(r"U?(SMALL|BIG|HUGE)?INT(EGER)?", kind):
        if is_key:
            return "i"
        if any(low in model.key for low, high in ORDERED if high == name):
            return "i + 1"
        parts = SUMS.get(name, ((),))[0]
        there = {other.name for other in model.columns}
        return str(len(parts)) if parts and set(parts) <= there else "1"
    if kind == "VARCHAR[]":
        return "['US']" if name == "countries" else "['some']"
    if kind == "VARCHAR":
        return TEXTS.get(name, f"'{name} ' || i" if is_key else f"'some {name}'")
    return "NULL"


def _picked(key: str, table: str, order: str) -> str:
    rows = f'(SELECT list("{key}" ORDER BY {order}) FROM {table})'
    return f"{rows}[1 + i % len({rows})]"
