/*
description: Rows that were refused, with the reason. Rows in are rows kept and rows refused.
key: [source, board, observed_on, line]
columns:
  source: VARCHAR | Source of the row
  board: VARCHAR | Board that held it
  observed_on: DATE | Day of the observation, UTC, NULL where the line does not say
  line: BIGINT | Position among the refused rows of that board and day; below 0 where the normalisers refused it
  source_id: VARCHAR | The source's own id, where it has one
  stage: VARCHAR | parse, load or normalise
  reason: VARCHAR | Why it was refused
  sample: VARCHAR | Shape of the row, without personal data
values:
  stage: [parse, load, normalise]
*/
SELECT
    source,
    board,
    observed_on,
    line,
    source_id,
    stage,
    reason,
    sample
FROM raw.refused
-- A line that could not even be read has no day; it must be seen all the same.
WHERE observed_on IS NULL OR observed_on <= getvariable('as_of')
UNION ALL
SELECT
    source,
    board,
    observed_on,
    -1 - row_number() OVER (
        PARTITION BY source, board, observed_on
        ORDER BY content_hash
    ) AS line,
    source_id,
    'normalise' AS stage,
    reason,
    sample
FROM core.fact_refusals
WHERE observed_on <= getvariable('as_of')
