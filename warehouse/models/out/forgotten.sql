/*
description: Texts that were deleted on request, one row per request. Dates, counts and what was read out of the texts stayed.
key: [request_no]
like: raw.forgotten
columns:
  request_no: BIGINT | Running number, oldest first
  forgotten_on:
  scope: VARCHAR | posting (single adverts), company (all of an employer) or before (all last seen before a day)
  reason:
  n_adverts:
  n_versions:
  n_landing_lines:
  n_captures:
  is_done:
*/
SELECT
    row_number() OVER (ORDER BY request) AS request_no,
    forgotten_on,
    scope,
    reason,
    n_adverts,
    n_versions,
    n_landing_lines,
    n_captures,
    is_done
FROM raw.forgotten
