/*
description: A paper of one source, as its newest observation lists it.
key: [paper_id]
columns:
  paper_id: VARCHAR | source:address of the paper there
  source: VARCHAR | Source of the paper
  arxiv_id: VARCHAR | arXiv id without version, NULL where there is none
  title: VARCHAR | Title
  published_on: DATE | Day of publication; where only the arXiv id tells, the first of its month
  published_basis: VARCHAR | stated or arxiv_id, NULL where nothing tells
  tasks: VARCHAR[] | Tasks that the source files it under, sorted; none where it says nothing of them
values:
  published_basis: [stated, arxiv_id]
*/
WITH listed AS (
    SELECT
        source,
        board,
        observed_on,
        paper_url,
        arxiv_id,
        title,
        published_on,
        tasks
    FROM raw.papers
    UNION ALL
    SELECT
        source,
        board,
        observed_on,
        paper_url,
        arxiv_id,
        title,
        published_on,
        [] AS tasks
    FROM raw.paper_links
),

-- A paper stays where later lists are shorter, or show a later window.
newest AS (
    SELECT *
    FROM listed
    WHERE observed_on <= getvariable('as_of')
    QUALIFY observed_on = max(observed_on) OVER (PARTITION BY source, board, paper_url)
),

named AS (
    SELECT
        source || ':' || paper_url AS paper_id,
        any_value(source) AS source,
        regexp_replace(max(arxiv_id), 'v\d+$', '') AS arxiv_id,
        max(title) AS title,
        min(published_on) AS stated_on,
        coalesce(list_sort(list_distinct(flatten(list(tasks)))), []) AS tasks
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
    END AS published_basis,
    tasks
FROM dated
