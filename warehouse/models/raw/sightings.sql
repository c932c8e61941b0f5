/*
description: When a version of an advert was shown. It stands in every answer of its board that was read, from the first to the last before the one that lacks it; a day on which nothing changes adds no row.
key: [source, board, source_id, content_hash, from_on]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the advert
  board: VARCHAR | Board or thread that showed it
  source_id: VARCHAR | The source's own id of the advert
  content_hash: VARCHAR | Version that was shown (raw.bodies)
  from_on: DATE | Day of the first answer that showed it, UTC
  until_on: DATE | Day of the first answer after it without this version, NULL while there is none
*/
