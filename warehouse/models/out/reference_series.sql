/*
description: Outside series to check our own figures against, each value as it was last published. No verdict is made from them.
key: [source, series, period_start]
columns:
  series: VARCHAR | Name of the series
  period_start: DATE | First day of the period that the value is for
  value: DOUBLE | The value
  unit: VARCHAR | What it counts or is a share of
  source: VARCHAR | File that it is published in
  observed_on: DATE | Day on which it was read, UTC
*/
SELECT
    series,
    period_start,
    value,
    unit,
    board AS source,
    observed_on
FROM raw.series
WHERE observed_on <= getvariable('as_of')
QUALIFY
    row_number() OVER (
        PARTITION BY board, series, period_start ORDER BY observed_on DESC, line DESC
    ) = 1
