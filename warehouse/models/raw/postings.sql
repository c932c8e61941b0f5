/*
description: Every advert on every day on which it was seen, as it was served.
key: [source, board, source_id, observed_on]
materialized: view
like: raw.bodies
columns:
  source:
  board:
  source_id:
  observed_on: DATE | Day on which it was seen, UTC
  observed_at: TIMESTAMP | Instant of the board's answer, UTC
  content_hash: VARCHAR | Version that was seen (raw.bodies)
  url:
  company: VARCHAR | Employer as named by the source
  title: VARCHAR | Title as served
  body:
  location_raw: VARCHAR | Location as served
  posted_on:
  posted_basis:
*/
SELECT
    seen.source,
    seen.board,
    seen.source_id,
    seen.observed_on,
    asked.observed_at,
    seen.content_hash,
    body.url,
    body.company,
    body.title,
    body.body,
    body.location AS location_raw,
    body.posted_on,
    body.posted_basis
FROM raw.observations AS seen
INNER JOIN raw.bodies AS body ON seen.content_hash = body.content_hash
INNER JOIN raw.boards AS asked
    ON
        seen.source = asked.source
        AND seen.board = asked.board
        AND seen.observed_on = asked.observed_on
