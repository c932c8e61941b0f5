/*
description: The ledger. One narrow row per advert and day on which it was seen.
key: [source, board, source_id, observed_on]
materialized: view
like: raw.sightings
columns:
  source:
  board:
  source_id:
  observed_on: DATE | Day on which it was seen, UTC
  content_hash: VARCHAR | Version that was seen (raw.bodies)
*/
SELECT
    shown.source,
    shown.board,
    shown.source_id,
    asked.observed_on,
    shown.content_hash
FROM raw.sightings AS shown
INNER JOIN raw.boards AS asked
    ON
        shown.source = asked.source
        AND shown.board = asked.board
        AND shown.from_on <= asked.observed_on
        AND coalesce(shown.until_on > asked.observed_on, TRUE)
WHERE asked.is_read
