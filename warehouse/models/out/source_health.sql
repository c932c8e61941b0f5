/*
description: What came of asking a source, one row per source and day.
key: [source, observed_on]
columns:
  source: VARCHAR | Source
  observed_on: DATE | Day of the answers, UTC
  state: VARCHAR | ok when every board answered, partial when some did, failed when none did
  boards_asked: INTEGER | Boards, threads or files that were asked
  boards_answered: INTEGER | Of those, the ones with a complete listing
  postings_seen: BIGINT | Rows seen, adverts or links
  reason: VARCHAR | The incomplete ones, by state, with an example
values:
  state: [ok, partial, failed]
*/
WITH days AS (
    SELECT
        source,
        observed_on,
        count(*)::INTEGER AS boards_asked,
        (count(*) FILTER (WHERE state IN ('ok', 'unchanged')))::INTEGER AS boards_answered,
        sum(postings_seen)::BIGINT AS postings_seen,
        string_agg(
            state || ' ' || board || coalesce(' (' || reason || ')', ''), '; ' ORDER BY board
        ) FILTER (WHERE state NOT IN ('ok', 'unchanged') OR reason IS NOT NULL) AS reason
    FROM out.board_health
    GROUP BY source, observed_on
)

SELECT
    source,
    observed_on,
    CASE
        WHEN boards_answered = boards_asked THEN 'ok'
        WHEN boards_answered > 0 THEN 'partial'
        ELSE 'failed'
    END AS state,
    boards_asked,
    boards_answered,
    postings_seen,
    reason
FROM days
