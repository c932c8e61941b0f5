/*
description: A paper of one source.
key: [paper_id]
columns:
  paper_id: VARCHAR | source:address of the paper there
  source: VARCHAR | Source of the paper
  arxiv_id: VARCHAR | arXiv id without version, NULL where there is none
  title: VARCHAR | Title
  published_on: DATE | Day of publication; where only the arXiv id tells, the first of its month
  published_basis: VARCHAR | stated or arxiv_id, NULL where nothing tells
*/
WITH newest AS (
    SELECT *
    FROM raw.paper_links
    WHERE observed_on <= getvariable('as_of')
    QUALIFY observed_on = max(observed_on) OVER (PARTITION BY source, board)
),

named AS (
    SELECT
        source || ':' || paper_url AS paper_id,
        any_value(source) AS source,
        regexp_replace(max(arxiv_id), 'v\d+$', '') AS arxiv_id,
        max(title) AS title,
        min(published_on) AS stated_on
    FROM newest
    GROUP BY ALL
),

-- arXiv ids begin with year and month: 0704.0001 on, and archive/9107001 before.
dated AS (
    SELECT
        *,
        regexp_extract(arxiv_id, '^(?:[a-z-]+(?:\.[A-Z]{2})?/)?(\d{4})(?:\.\d{4,5}|\d{3})$', 1)
            AS yymm
    FROM named
)

SELECT
    paper_id,
    source,
    arxiv_id,
    title,
    coalesce(
        stated_on,
        try_strptime(
            CASE WHEN yymm >= '9100' THEN '19' ELSE '20' END || nullif(yymm, ''), '%Y%m'
        )::DATE
    ) AS published_on,
    CASE
        WHEN stated_on IS NOT NULL THEN 'stated'
        WHEN published_on IS NOT NULL THEN 'arxiv_id'
    END AS published_basis
FROM dated
