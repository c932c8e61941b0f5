/*
description: What was last learnt from each answer of a board that takes several; for asking anew.
key: [source, board, url]
made_by: warehouse.load
columns:
  source: VARCHAR | Source that the answer is of
  url: VARCHAR | Address that was asked; where a form was sent, with its fields
  board: VARCHAR | Board that it is part of
  observed_at: TIMESTAMP | Instant of the answer, UTC
  http_status: INTEGER | HTTP status of the answer
  payload_digest: VARCHAR | SHA-256 of the body
  etag: VARCHAR | Validator that the server gave
  last_modified: VARCHAR | Validator that the server gave
  source_ids: VARCHAR[] | Adverts that it showed
  steps: VARCHAR[] | What it said to ask next, as the spider writes it
*/
