/*
description: One row per board and day on which it was asked, with the state that counts as of the as-of day.
key: [source, board, observed_on]
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file that was asked
  observed_on: DATE | Day of the answer, UTC
  state: VARCHAR | ok, unchanged, unknown, failed, truncated, suspect or forbidden
  is_listing: BOOLEAN | Whether it shows all that is open, so that what is absent has closed
  http_status: INTEGER | HTTP status of the answer, NULL where none came
  reason: VARCHAR | Why the observation is not complete, or what was odd about it
  n_rows: INTEGER | Rows that it showed; an unchanged board shows those of before
values:
  state: [ok, unchanged, unknown, failed, truncated, suspect, forbidden]
*/
WITH counted AS (
    SELECT
        asked.source,
        asked.board,
        asked.observed_on,
        asked.state,
        asked.is_listing,
        asked.http_status,
        asked.reason,
        greatest(any_value(asked.rows_seen), count(seen.source_id))::INTEGER AS n_rows
    FROM raw.boards AS asked
    LEFT JOIN raw.observations AS seen
        ON
            asked.source = seen.source
            AND asked.board = seen.board
            AND asked.observed_on = seen.observed_on
    WHERE asked.observed_on <= getvariable('as_of')
    GROUP BY ALL
),

-- Neighbours in time among the complete listings; an incomplete one says nothing of a drop.
beside AS (
    SELECT
        source,
        board,
        observed_on,
        lag(n_rows) OVER days AS n_before,
        lead(n_rows) OVER days AS n_after
    FROM counted
    WHERE state IN ('ok', 'unchanged') AND is_listing
    WINDOW days AS (PARTITION BY source, board ORDER BY observed_on)
),

-- More than half of a board gone at once is more often a fault than a layoff, until it repeats.
judged AS (
    SELECT
        counted.*,
        beside.n_before,
        2 * counted.n_rows < beside.n_before
        -- Not repeated: nothing came after it, or the next one showed as many as before.
        AND 2 * coalesce(beside.n_after, beside.n_before) >= beside.n_before AS is_suspect
    FROM counted
    LEFT JOIN beside
        ON
            counted.source = beside.source
            AND counted.board = beside.board
            AND counted.observed_on = beside.observed_on
)

SELECT
    source,
    board,
    observed_on,
    CASE WHEN is_suspect THEN 'suspect' ELSE state END AS state,
    is_listing,
    http_status,
    CASE
        WHEN is_suspect
            THEN concat_ws('; ', n_rows || ' adverts after ' || n_before || ', kept apart', reason)
        ELSE reason
    END AS reason,
    n_rows
FROM judged
