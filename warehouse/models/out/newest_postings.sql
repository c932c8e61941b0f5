/*
description: "The adverts that name a framework, ranked from the newest on: `WHERE framework = 'pytorch' ORDER BY rank LIMIT 20`. Copies and reposts of a role are left out. A family stands for all of its frameworks: pytorch holds what names PyTorch Lightning alone, pytorch-lightning only what names that."
key: [framework, rank]
materialized: view
like: core.postings
columns:
  framework: VARCHAR | Framework, or family of frameworks, that the advert names, not negated
  rank: BIGINT | Place among the adverts that name it, 1 for the newest
  posting_id: VARCHAR | Advert (out.postings)
  role_id:
  source:
  company:
  title:
  level:
  family:
  country:
  workplace:
  posted_on:
  first_seen_on:
  is_open:
  url:
*/
WITH named AS (
    SELECT
        family AS framework,
        posting_id
    FROM core.mentions
    WHERE kind = 'framework' AND NOT is_negated
    UNION
    SELECT
        technology AS framework,
        posting_id
    FROM core.mentions
    WHERE kind = 'framework' AND NOT is_negated
)

SELECT
    named.framework,
    row_number() OVER (
        PARTITION BY named.framework
        ORDER BY coalesce(posting.posted_on, posting.first_seen_on) DESC, posting.posting_id
    ) AS rank,
    posting.posting_id,
    posting.role_id,
    posting.source,
    posting.company,
    posting.title,
    posting.level,
    posting.family,
    posting.country,
    posting.workplace,
    posting.posted_on,
    posting.first_seen_on,
    posting.is_open,
    posting.url
FROM named
INNER JOIN core.postings AS posting ON named.posting_id = posting.posting_id
WHERE NOT posting.is_duplicate
