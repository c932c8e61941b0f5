/*
description: A framework or skill named in an advert, one row per place in the text.
key: [posting_id, span_start, technology]
columns:
  posting_id: VARCHAR | Advert (core.postings)
  technology: VARCHAR | Leaf id of the vocabulary
  family: VARCHAR | Family that the leaf rolls up to
  kind: VARCHAR | framework or skill
  section: VARCHAR | requirements, preferred, about or other
  is_negated: BOOLEAN | Said not to be used
  is_alternative: BOOLEAN | Named as one of several to choose from
  is_boilerplate: BOOLEAN | Its line stands in most adverts of the employer, for at least five titles
  surface: VARCHAR | As written
  span_start: INTEGER | Offset in the text, characters
  span_end: INTEGER | Offset of the end in the text, characters
values:
  family: technology family
  kind: [framework, skill]
  technology: technology
*/
WITH titles AS (
    SELECT
        company_id,
        count(DISTINCT title) AS n
    FROM core.postings
    GROUP BY company_id
    HAVING n >= 5
),

lines AS (
    SELECT
        posting.company_id,
        mention.line_hash,
        count(DISTINCT posting.title) AS n
    FROM core.postings AS posting
    INNER JOIN titles ON posting.company_id = titles.company_id
    INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
    GROUP BY ALL
),

boilerplate AS (
    SELECT
        lines.company_id,
        lines.line_hash
    FROM lines
    INNER JOIN titles ON lines.company_id = titles.company_id
    WHERE lines.n >= 5 AND lines.n > 0.5 * titles.n
)

SELECT
    posting.posting_id,
    mention.technology,
    mention.family,
    mention.kind,
    mention.section,
    mention.is_negated,
    mention.is_alternative,
    boilerplate.line_hash IS NOT NULL AS is_boilerplate,
    mention.surface,
    mention.span_start,
    mention.span_end
FROM core.postings AS posting
INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
LEFT JOIN boilerplate
    ON
        posting.company_id = boilerplate.company_id
        AND mention.line_hash = boilerplate.line_hash
