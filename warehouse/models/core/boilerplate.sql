/*
description: A line that stands in most adverts of an employer, for at least five titles; what it names says little of a single role.
key: [company_id, line_hash]
columns:
  company_id: VARCHAR | Normalised employer
  line_hash: VARCHAR | Hash of the line (core.fact_mentions)
*/
WITH titles AS (
    SELECT
        company_id,
        count(DISTINCT title) AS n
    FROM core.posting_rows
    GROUP BY company_id
    HAVING n >= 5
),

lines AS (
    SELECT
        posting.company_id,
        mention.line_hash,
        count(DISTINCT posting.title) AS n
    FROM core.posting_rows AS posting
    INNER JOIN titles ON posting.company_id = titles.company_id
    INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
    GROUP BY ALL
)

SELECT
    lines.company_id,
    lines.line_hash
FROM lines
INNER JOIN titles ON lines.company_id = titles.company_id
WHERE lines.n >= 5 AND lines.n > 0.5 * titles.n
