/*
description: What came of asking a board, one row per board and day.
key: [source, board, observed_on]
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file that was asked
  observed_on: DATE | Day of the answer, UTC
  state: VARCHAR | ok, unchanged, unknown, failed, truncated, suspect or forbidden
  is_sound: BOOLEAN | Whether the adverts that it showed count
  is_complete: BOOLEAN | Whether the adverts that it lacked count as gone too
  http_status: INTEGER | HTTP status of the answer, NULL where none came
  reason: VARCHAR | Why the observation is not complete, or what was odd about it
  postings_seen: INTEGER | Rows that the payload held and that fit; an unchanged board keeps those of before
*/
SELECT
    source,
    board,
    observed_on,
    state,
    is_sound,
    is_complete,
    http_status,
    reason,
    n_rows AS postings_seen
FROM core.listings
