/*
description: One advert of one source, in the newest version known at the as-of day.
key: [posting_id]
materialized: view
like: core.postings
columns:
  - posting_id
  - source
  - board
  - source_id
  - company
  - company_id
  - title
  - role_id
  - family
  - level
  - is_ml_role
  - country
  - region
  - metro
  - is_us
  - workplace
  - posted_on
  - posted_basis
  - first_seen_on
  - last_seen_on
  - closed_on
  - is_open
  - text_chars
  - is_duplicate
  - url
*/
SELECT
    posting_id,
    source,
    board,
    source_id,
    company,
    company_id,
    title,
    role_id,
    family,
    level,
    is_ml_role,
    country,
    region,
    metro,
    is_us,
    workplace,
    posted_on,
    posted_basis,
    first_seen_on,
    last_seen_on,
    closed_on,
    is_open,
    text_chars,
    is_duplicate,
    url
FROM core.postings
