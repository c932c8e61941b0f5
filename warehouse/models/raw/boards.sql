/*
description: One row per board and day on which it was asked, and what came of it.
key: [source, board, observed_on]
made_by: warehouse.load
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file that was asked
  observed_on: DATE | Day of the answer, UTC
  observed_at: TIMESTAMP | Instant of the answer, UTC
  state: VARCHAR | ok, unchanged, unknown, failed, truncated or forbidden
  is_listing: BOOLEAN | Whether it shows all that is open, so that what is absent has closed
  is_read: BOOLEAN | Whether adverts were read from it, so that those that it lacks were not shown
  url: VARCHAR | Address that was asked
  http_status: INTEGER | HTTP status of the answer, NULL where none came
  reason: VARCHAR | Why the observation is not complete, or what was odd about it
  rows_seen: INTEGER | Rows that the payload held and that fit
  payload_digest: VARCHAR | SHA-256 of the body
  etag: VARCHAR | Validator that the server gave
  last_modified: VARCHAR | Validator that the server gave
*/
