/*
description: What came of asking a board, one row per board and day.
key: [source, board, observed_on]
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file that was asked
  observed_on: DATE | Day of the answer, UTC
  state: VARCHAR | ok, unchanged, unknown, failed, truncated, suspect or forbidden
  http_status: INTEGER | HTTP status of the answer, NULL where none came
  reason: VARCHAR | Why the observation is not complete, or what was odd about it
  postings_seen: INTEGER | Rows that the payload held and that fit; an unchanged board keeps those of before
*/
SELECT
    asked.source,
    asked.board,
    asked.observed_on,
    asked.state,
    asked.http_status,
    asked.reason,
    greatest(any_value(asked.rows_seen), count(seen.source_id))::INTEGER AS postings_seen
FROM raw.boards AS asked
LEFT JOIN raw.observations AS seen
    ON
        asked.source = seen.source
        AND asked.board = seen.board
        AND asked.observed_on = seen.observed_on
        AND asked.state = 'unchanged'
WHERE asked.observed_on <= getvariable('as_of')
GROUP BY ALL
