/*
description: Rows that were refused or quarantined, with the reason. Rows in are rows kept and rows refused (out.row_accounts).
key: [stage, source, board, observed_on, line]
like: raw.refused
columns:
  source:
  board:
  observed_on: DATE | Day of the observation, UTC; of a pay band the first day on which its advert was seen
  line: BIGINT | Position among the refused rows of that stage, board and day, from 0
  source_id:
  stage: VARCHAR | parse and load (on the way in), normalise (the normalisers failed) or pay (an implausible band)
  reason:
  sample:
  n_rows:
*/
SELECT
    source,
    board,
    observed_on,
    line,
    source_id,
    stage,
    reason,
    sample,
    n_rows
FROM raw.refused
-- A line that could not even be read has no day; it must be seen all the same.
WHERE observed_on IS NULL OR observed_on <= getvariable('as_of')
UNION ALL
SELECT
    source,
    board,
    observed_on,
    row_number() OVER (PARTITION BY source, board, observed_on ORDER BY content_hash) - 1 AS line,
    source_id,
    'normalise' AS stage,
    reason,
    sample,
    1 AS n_rows
FROM core.fact_refusals
WHERE observed_on <= getvariable('as_of')
UNION ALL
SELECT
    posting.source,
    posting.board,
    posting.first_seen_on AS observed_on,
    row_number() OVER (
        PARTITION BY posting.source, posting.board, posting.first_seen_on
        ORDER BY posting.source_id, band.band
    ) - 1 AS line,
    posting.source_id,
    'pay' AS stage,
    band.reason,
    concat_ws(' ', band.pay_min, '-', band.pay_max, band.currency, 'per', lower(band.period))
        AS sample,
    1 AS n_rows
FROM core.pay_bands AS band
INNER JOIN core.posting_rows AS posting ON band.posting_id = posting.posting_id
WHERE NOT band.is_plausible
