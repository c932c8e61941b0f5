/*
description: Models as a hub ranks them, one row per model, ranking and day of observation.
key: [source, board, observed_on, line]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the model
  board: VARCHAR | Ranking that lists it
  observed_on: DATE | Day of the observation, UTC
  line: BIGINT | Position in the landing file, from 0
  model_id: VARCHAR | The hub's id of the model
  library: VARCHAR | Library that the hub names for it
  tags: VARCHAR[] | Tags of the model
  downloads: BIGINT | Downloads of the last 30 days
  likes: BIGINT | Likes
  created_on: DATE | Day on which it came to the hub
  rank: BIGINT | Place in the ranking, from 0
*/
