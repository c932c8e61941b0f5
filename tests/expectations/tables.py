"""A valid tiny warehouse in memory, of any size that is asked for.

Belongs here: tables that meet every expectation. Does not belong here: ways to break them
(`failing_cases`), or the models that make such tables in earnest (`warehouse.models`).
"""

from __future__ import annotations

import duckdb

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
SELECT role_id, company_id, source FROM core.postings;

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


def warehouse(n_postings: int = 30, mentions_each: int = 3) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory that meets every expectation.

    Args:
        n_postings: Rows of raw.postings and core.postings.
        mentions_each: Mentions in each of them.

    Returns:
        A connection to it.
    """
    con = duckdb.connect()
    con.execute("SET VARIABLE n_postings = ?", [n_postings])
    con.execute("SET VARIABLE mentions_each = ?", [mentions_each])
    con.execute(SCRIPT)
    return con
