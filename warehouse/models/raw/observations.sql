/*
description: The ledger. One narrow row per advert and day on which it was seen.
key: [source, board, source_id, observed_on]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the advert
  board: VARCHAR | Board or thread that showed it
  source_id: VARCHAR | The source's own id of the advert
  observed_on: DATE | Day on which it was seen, UTC
  content_hash: VARCHAR | Version that was seen (raw.bodies)
*/
