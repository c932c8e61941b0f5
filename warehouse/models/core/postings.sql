/*
description: One advert of one source, in the newest version known at the as-of day.
key: [posting_id]
materialized: view
like: core.posting_rows
columns:
  posting_id:
  source:
  board:
  source_id:
  company:
  company_id:
  title:
  role_id:
  family:
  level:
  is_ml_role:
  countries:
  country:
  region:
  metro:
  is_us:
  workplace:
  posted_on:
  posted_basis:
  first_seen_on:
  last_seen_on: DATE | Last day on which we saw it
  closed_on:
  is_open:
  text_chars:
  is_excerpt:
  is_duplicate:
  url:
  content_hash: VARCHAR | Version of the advert (raw.bodies, core.texts)
  method_version:
*/
SELECT
    posting.posting_id,
    posting.source,
    posting.board,
    posting.source_id,
    posting.company,
    posting.company_id,
    posting.title,
    posting.role_id,
    posting.family,
    posting.level,
    posting.is_ml_role,
    posting.countries,
    posting.country,
    posting.region,
    posting.metro,
    posting.is_us,
    posting.workplace,
    posting.posted_on,
    posting.posted_basis,
    posting.first_seen_on,
    coalesce(posting.ended_on, greatest(board.newest_on, posting.first_seen_on)) AS last_seen_on,
    posting.closed_on,
    posting.is_open,
    posting.text_chars,
    posting.is_excerpt,
    posting.is_duplicate,
    posting.url,
    posting.content_hash,
    posting.method_version
FROM core.posting_rows AS posting
LEFT JOIN core.boards AS board ON posting.source = board.source AND posting.board = board.board
