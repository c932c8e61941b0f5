/*
description: One row per board and day on which it was asked, with the state that counts as of the as-of day.
key: [source, board, observed_on]
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file that was asked
  observed_on: DATE | Day of the answer, UTC
  state: VARCHAR | ok, unchanged, unknown, failed, truncated, suspect or forbidden
  is_listing: BOOLEAN | Whether it shows all that is open, so that what is absent has closed
  is_sound: BOOLEAN | Whether the adverts that it showed count
  is_complete: BOOLEAN | Whether the adverts that it lacked count as gone too
  http_status: INTEGER | HTTP status of the answer, NULL where none came
  reason: VARCHAR | Why the observation is not complete, or what was odd about it
  n_rows: INTEGER | Rows that it showed; an unchanged board shows those of before
values:
  state: [ok, unchanged, unknown, failed, truncated, suspect, forbidden]
*/
WITH moved AS (
    SELECT
        source,
        board,
        from_on AS observed_on,
        1 AS n
    FROM raw.sightings
    UNION ALL
    SELECT
        source,
        board,
        until_on AS observed_on,
        -1 AS n
    FROM raw.sightings
    WHERE until_on IS NOT NULL
),

-- Adverts come and go on days on which their board was read.
balance AS (
    SELECT
        source,
        board,
        observed_on,
        sum(n) AS n
    FROM moved
    GROUP BY ALL
),

shown AS (
    SELECT
        asked.source,
        asked.board,
        asked.observed_on,
        sum(coalesce(balance.n, 0)) OVER (
            PARTITION BY asked.source, asked.board
            ORDER BY asked.observed_on
        ) AS n_shown
    FROM raw.boards AS asked
    LEFT JOIN balance
        ON
            asked.source = balance.source
            AND asked.board = balance.board
            AND asked.observed_on = balance.observed_on
    WHERE asked.is_read
),

counted AS (
    SELECT
        asked.source,
        asked.board,
        asked.observed_on,
        asked.state,
        asked.is_listing,
        asked.is_read,
        asked.http_status,
        asked.reason,
        greatest(asked.rows_seen, coalesce(shown.n_shown, 0))::INTEGER AS n_rows
    FROM raw.boards AS asked
    LEFT JOIN shown
        ON
            asked.source = shown.source
            AND asked.board = shown.board
            AND asked.observed_on = shown.observed_on
    WHERE asked.observed_on <= getvariable('as_of')
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
    WHERE state IN ('ok', 'unchanged') AND is_listing AND is_read
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
    is_read AND is_suspect IS NOT TRUE AS is_sound,
    state IN ('ok', 'unchanged') AND is_listing AND is_read AND is_suspect IS NOT TRUE
        AS is_complete,
    http_status,
    CASE
        WHEN is_suspect
            THEN concat_ws('; ', n_rows || ' adverts after ' || n_before || ', kept apart', reason)
        ELSE reason
    END AS reason,
    n_rows
FROM judged
