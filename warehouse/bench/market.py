"""A market of any size as the tables of schema core that series and claims read: no texts.

Belongs here: drawing it, in SQL, the same each time. Does not belong here: truth to test against
(`scrapers.market`): only its size and shape matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from warehouse.claims.registry import Claim, load_registry
from warehouse.statistics.series import FRAMEWORKS

AS_OF = date(2026, 6, 30)

_PAPERS = 3_000
_DRAW = """
-- A number from 0 to 1 that depends on the row and the purpose alone.
CREATE MACRO draw(i, what) AS hash(i || ' ' || what) / 18446744073709551616.0;

CREATE SCHEMA core;

CREATE TABLE core.roles AS
WITH placed AS (
    SELECT
        i,
        -- Each company has a role, and few have most of them.
        CASE WHEN i < getvariable('companies') THEN i
            ELSE floor(getvariable('companies') * draw(i, 'company') ** 3) END::BIGINT AS company,
        date '2018-01-01' + (draw(i, 'day') * 3100)::INTEGER AS entered_on,
        draw(i, 'is_ml') < 0.6 AS is_ml_role,
        CASE WHEN draw(i, 'has_pay') < 0.5 THEN 100000 + 200000 * draw(i, 'pay') END AS middle
    FROM range(getvariable('roles')) AS numbers (i)
),

sourced AS (
    SELECT
        *,
        (['hackernews', 'ashby', 'greenhouse'])[1 + (2.99 * draw(company, 'source'))::INTEGER % 3]
            AS source,
        (entered_on - date '2018-01-01') / 3100 AS age
    FROM placed
)

SELECT
    'role-' || i AS role_id,
    'company-' || company AS company_id,
    source,
    company::VARCHAR AS board,
    [source] AS sources,
    entered_on,
    is_ml_role,
    (['research', 'ml_engineer', 'ml_platform', 'software_engineer'])[1 + (i % 4)] AS family,
    (['junior', 'mid', 'senior', 'staff'])[1 + (i % 5) % 4] AS level,
    CASE WHEN i % 3 > 0 THEN 'US' ELSE 'DE' END AS country,
    i % 3 > 0 AS is_us,
    CASE WHEN i % 3 > 0 THEN (['CA', 'NY', 'WA', 'TX'])[1 + (i % 7) % 4] END AS region,
    CASE WHEN i % 5 = 1 THEN 'San Francisco Bay Area' END AS metro,
    'onsite' AS workplace,
    draw(i, 'pytorch') < if(is_ml_role, 0.2 + 0.4 * age, 0.04) AS has_pytorch,
    draw(i, 'tensorflow') < if(is_ml_role, 0.5 - 0.3 * age, 0.04) AS has_tensorflow,
    draw(i, 'jax') < if(is_ml_role, 0.1, 0.01) AS has_jax,
    0.85 * middle AS pay_min_usd_year,
    1.15 * middle AS pay_max_usd_year,
    middle AS pay_mid_usd_year
FROM sourced;

-- One role in seven is advertised twice.
CREATE TABLE core.postings AS
SELECT
    role_id || '-' || copy AS posting_id,
    copy > 0 AS is_duplicate,
    entered_on AS posted_on,
    if(source = 'hackernews', entered_on, greatest(entered_on, date '2025-10-01'))
        AS first_seen_on,
    first_seen_on AS last_seen_on,
    roles.*
FROM core.roles
CROSS JOIN range(2) AS copies (copy)
WHERE copy = 0 OR draw(role_id, 'copy') < 1 / 7;

CREATE TABLE core.boards AS
SELECT
    source,
    board,
    date '2025-10-01' AS first_listing_on,
    date '2026-06-30' AS newest_listing_on,
    i % 4 > 0 AS is_panel
FROM (
    SELECT *, row_number() OVER (ORDER BY source, board) AS i
    FROM (SELECT DISTINCT source, board FROM core.roles WHERE source <> 'hackernews')
);

CREATE TABLE core.companies AS
SELECT
    company_id,
    count(*)::INTEGER AS n_open_most,
    draw(company_id, 'agency') < 0.03 AS is_agency
FROM core.roles GROUP BY company_id;

CREATE TABLE core.mentions AS
SELECT
    posting_id,
    family AS technology,
    family,
    'framework' AS kind,
    false AS is_negated,
    draw(posting_id, 'boilerplate') < 0.05 AS is_boilerplate
FROM (
    SELECT
        posting_id,
        unnest([
            CASE WHEN has_pytorch THEN 'pytorch' END,
            CASE WHEN has_tensorflow THEN 'tensorflow' END,
            CASE WHEN has_jax THEN 'jax' END
        ]) AS family
    FROM core.postings
)
WHERE family IS NOT NULL
UNION ALL
-- What a role asks for beside frameworks stands in all its adverts.
SELECT
    posting_id,
    skill AS technology,
    skill AS family,
    'skill' AS kind,
    false AS is_negated,
    draw(posting_id, skill) < 0.05 AS is_boilerplate
FROM core.postings
CROSS JOIN (SELECT unnest(getvariable('skills')) AS skill)
WHERE draw(role_id, skill) < 0.12;

CREATE TABLE core.papers AS
SELECT
    'paper-' || i AS paper_id,
    'pwc_archive' AS source,
    NULL::VARCHAR AS arxiv_id,
    (['Language models', 'Deep reinforcement learning', 'On graphs'])[1 + i % 3] AS title,
    []::VARCHAR[] AS tasks,
    date '2019-01-01' + (draw(i, 'published') * 2390)::INTEGER AS published_on
FROM range(getvariable('papers')) AS numbers (i);

CREATE TABLE core.paper_frameworks AS
SELECT
    paper_id,
    (['pytorch', 'tf', 'jax', 'none'])[
        CASE WHEN draw(paper_id, link) < 0.55 THEN 1 WHEN draw(paper_id, link) < 0.7 THEN 2
            WHEN draw(paper_id, link) < 0.73 THEN 3 ELSE 4 END
    ] AS framework,
    draw(paper_id, 'official') < 0.5 AS is_official
FROM core.papers
CROSS JOIN range(2) AS links (link);

CREATE TABLE core.models AS
SELECT
    'hub' AS source,
    (['newest', 'most downloaded'])[1 + i % 2] AS ranking,
    date '2026-06-01' AS snapshot,
    'owner-' || i % 700 || '/model-' || i AS model_id,
    [CASE WHEN draw(i, 'model') < 0.9 THEN 'pytorch' ELSE 'tf' END] AS frameworks
FROM range(2000) AS numbers (i);
"""


@contextmanager
def make_market(roles: int, companies: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make a market in memory.

    Args:
        roles: Rows of `core.roles`.
        companies: Companies that have them.

    Yields:
        A connection to a database with the tables of core that series and claims read.
    """
    with duckdb.connect() as con:
        sizes = {"roles": roles, "companies": companies, "papers": _PAPERS}
        for name, size in sizes.items():
            con.execute(f"SET VARIABLE {name} = $size", {"size": size})
        con.execute("SET VARIABLE skills = $skills", {"skills": _skills()})
        con.execute(_DRAW)
        yield con


def _skills() -> list[str]:
    """Name what the claims look for in adverts beside the frameworks."""
    claims = [claim for claim in load_registry() if isinstance(claim, Claim)]
    return sorted({term for claim in claims for term in claim.terms()} - set(FRAMEWORKS))
