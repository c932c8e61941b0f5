/*
description: Versions of adverts whose texts were deleted, one row per version and day from which it was shown.
key: [source, board, source_id, content_hash, from_on, request]
made_by: warehouse.forget
columns:
  source: VARCHAR | Source of the advert
  board: VARCHAR | Board or thread that showed it
  source_id: VARCHAR | The source's own id of the advert
  from_on: DATE | Day from which it was shown in this version, NULL where a later answer of the day replaced it
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  company: VARCHAR | What the employer is called from now on, NULL where it was not to be forgotten
  request: VARCHAR | Request that it is part of (raw.forgotten)
*/
