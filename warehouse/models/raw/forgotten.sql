/*
description: Requests to delete texts, one row per request. No text and no name is in it.
key: [request]
made_by: warehouse.forget
columns:
  request: VARCHAR | Instant at which it was asked, UTC, as its folder below `forgotten/` is called
  forgotten_on: DATE | Day of the request, UTC
  scope: VARCHAR | posting, company or before
  subject: VARCHAR | Keyed hash of the adverts' ids or of the employer; the day where scope is before
  reason: VARCHAR | Why, in the words of the one who deleted
  n_adverts: BIGINT | Adverts that lost their texts
  n_versions: BIGINT | Versions of them
  n_landing_lines: BIGINT | Lines of landing files that were emptied
  n_captures: BIGINT | Answers and table rows that were emptied or dropped in captures
  is_done: BOOLEAN | Whether it was carried through to its end
*/
