/*
description: Landing files that were loaded.
key: [file]
made_by: warehouse.load
columns:
  file: VARCHAR | Name of the landing file, below `landing/`
  digest: VARCHAR | SHA-256 of its bytes
  lines: BIGINT | Lines in it
*/
