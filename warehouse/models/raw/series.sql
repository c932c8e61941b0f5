/*
description: Outside series for cross-checks, one row per value and day of observation.
key: [source, board, observed_on, line]
made_by: warehouse.load
columns:
  source: VARCHAR | Who publishes the series
  board: VARCHAR | File that holds it
  observed_on: DATE | Day of the observation, UTC
  line: BIGINT | Position in the landing file, from 0
  series: VARCHAR | Name of the series
  period_start: DATE | First day of the period that the value is for
  value: DOUBLE | The value
  unit: VARCHAR | What it counts or is a share of
*/
