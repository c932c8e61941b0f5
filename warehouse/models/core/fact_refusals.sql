/*
description: Versions of adverts that the normalisers could not read.
key: [content_hash]
made_by: warehouse.facts
columns:
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  source: VARCHAR | Source of the advert
  board: VARCHAR | Board or thread that showed it
  observed_on: DATE | First day on which it was seen, UTC
  source_id: VARCHAR | The source's own id of the advert
  reason: VARCHAR | What went wrong
  sample: VARCHAR | Shape of the text, without personal data
*/
