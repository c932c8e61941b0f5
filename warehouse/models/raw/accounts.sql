/*
description: What became of the rows of each landing file when it was loaded. Rows in are rows kept, refused and set aside.
key: [file]
made_by: warehouse.load
columns:
  file: VARCHAR | Name of the landing file, below `landing/`
  source: VARCHAR | Source of the file
  rows_in: BIGINT | Rows that it holds, adverts, links and others, those that its spider refused included
  rows_kept: BIGINT | Rows that are in raw now, or were there already
  rows_refused: BIGINT | Rows that do not fit, by the spider or by the load (raw.refused)
  rows_set_aside: BIGINT | Rows of an answer of which another one of the same day tells more
*/
