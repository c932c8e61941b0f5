/*
description: Rows that were refused on the way in.
key: [source, board, observed_on, line]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the row
  board: VARCHAR | Board that held it
  observed_on: DATE | Day of the observation, UTC
  line: BIGINT | Position among the refused rows of that board and day, from 0
  source_id: VARCHAR | The source's own id, where it has one
  stage: VARCHAR | parse, load or normalise
  reason: VARCHAR | Why it was refused
  sample: VARCHAR | Shape of the row, without personal data
  n_rows: BIGINT | Rows that it stands for
*/
