/*
description: "What became of all rows at each stage, by source: rows in are rows kept, refused and set aside. Nothing is lost between two stages."
key: [stage, source]
columns:
  stage: VARCHAR | load (rows of landing files), normalise (versions of adverts), adverts, mentions, pay (bands), roles (adverts that are for one), papers or models
  source: VARCHAR | Source of the rows
  rows_in: BIGINT | Rows that the stage was given
  rows_kept: BIGINT | Rows that it passed on
  rows_refused: BIGINT | Rows that it refused or quarantined, with a reason each (out.refused_rows)
  rows_set_aside: BIGINT | Good rows that count elsewhere or not yet, as the description of set_aside says
  set_aside: VARCHAR | Which rows those are, NULL where a stage has none
*/
WITH loaded AS (
    SELECT
        source,
        sum(rows_in) AS rows_in,
        sum(rows_kept) AS rows_kept,
        sum(rows_refused) AS rows_refused,
        sum(rows_set_aside) AS rows_set_aside
    FROM raw.accounts
    GROUP BY source
),

shown AS (
    SELECT DISTINCT content_hash
    FROM raw.sightings
),

normalised AS (
    SELECT
        body.source,
        count(*) AS rows_in,
        count(fact.content_hash) AS rows_kept,
        count(refusal.content_hash) AS rows_refused,
        count(*) FILTER (
            WHERE fact.content_hash IS NULL
            AND refusal.content_hash IS NULL
            AND shown.content_hash IS NULL
        ) AS rows_set_aside
    FROM raw.bodies AS body
    LEFT JOIN core.facts AS fact ON body.content_hash = fact.content_hash
    LEFT JOIN core.fact_refusals AS refusal ON body.content_hash = refusal.content_hash
    LEFT JOIN shown ON body.content_hash = shown.content_hash
    GROUP BY body.source
),

observed AS (
    SELECT DISTINCT
        source,
        CASE WHEN source = 'jobhive' THEN 'all' ELSE board END AS board,
        source_id
    FROM raw.sightings
    WHERE from_on <= getvariable('as_of')
),

newest AS (
    SELECT
        source,
        board,
        source_id,
        content_hash
    FROM core.spells
    WHERE is_newest
),

adverts AS (
    SELECT
        observed.source,
        count(*) AS rows_in,
        count(posting.posting_id) AS rows_kept,
        count(refusal.content_hash) AS rows_refused,
        count(*) FILTER (WHERE newest.source IS NULL) AS rows_set_aside
    FROM observed
    LEFT JOIN newest
        ON
            observed.source = newest.source
            AND observed.board = newest.board
            AND observed.source_id = newest.source_id
    LEFT JOIN core.fact_refusals AS refusal ON newest.content_hash = refusal.content_hash
    LEFT JOIN core.posting_rows AS posting
        ON
            observed.source = posting.source
            AND observed.board = posting.board
            AND observed.source_id = posting.source_id
    GROUP BY observed.source
),

mentioned AS (
    SELECT
        posting.source,
        count(*) AS rows_in
    FROM core.posting_rows AS posting
    INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
    GROUP BY posting.source
),

mentions_kept AS (
    SELECT
        posting.source,
        count(*) AS rows_kept
    FROM core.mentions AS mention
    INNER JOIN core.posting_rows AS posting ON mention.posting_id = posting.posting_id
    GROUP BY posting.source
),

paid AS (
    SELECT
        posting.source,
        count(*) AS rows_in
    FROM core.posting_rows AS posting
    INNER JOIN core.fact_pay_bands AS band ON posting.content_hash = band.content_hash
    GROUP BY posting.source
),

pay_kept AS (
    SELECT
        posting.source,
        count(*) FILTER (WHERE band.is_plausible) AS rows_kept,
        count(*) FILTER (WHERE NOT band.is_plausible) AS rows_refused
    FROM core.pay_bands AS band
    INNER JOIN core.posting_rows AS posting ON band.posting_id = posting.posting_id
    GROUP BY posting.source
),

roles AS (
    SELECT
        posting.source,
        count(*) AS rows_in,
        count(role.role_id) FILTER (WHERE NOT posting.is_excerpt) AS rows_kept,
        count(*) FILTER (WHERE posting.is_excerpt) AS rows_set_aside
    FROM core.posting_rows AS posting
    LEFT JOIN core.role_rows AS role ON posting.role_id = role.role_id
    GROUP BY posting.source
),

listed AS (
    SELECT
        source,
        paper_url
    FROM raw.papers
    WHERE observed_on <= getvariable('as_of')
    UNION
    SELECT
        source,
        paper_url
    FROM raw.paper_links
    WHERE observed_on <= getvariable('as_of')
),

papers AS (
    SELECT
        listed.source,
        count(*) AS rows_in,
        count(paper.paper_id) AS rows_kept
    FROM listed
    LEFT JOIN core.papers AS paper ON listed.source || ':' || listed.paper_url = paper.paper_id
    GROUP BY listed.source
),

ranked AS (
    SELECT DISTINCT
        source,
        board,
        observed_on,
        model_id
    FROM raw.models
    WHERE observed_on <= getvariable('as_of')
),

models_in AS (
    SELECT
        source,
        count(*) AS rows_in
    FROM ranked
    GROUP BY source
),

models_kept AS (
    SELECT
        source,
        count(*) AS rows_kept
    FROM core.models
    GROUP BY source
),

told AS (
    SELECT
        'load' AS stage,
        *,
        'rows of an answer of which another one of the day tells more' AS set_aside
    FROM loaded
    UNION ALL
    SELECT
        'normalise' AS stage,
        *,
        'versions that only such an answer shows' AS set_aside
    FROM normalised
    UNION ALL
    SELECT
        'adverts' AS stage,
        *,
        'adverts of suspect listings alone' AS set_aside
    FROM adverts
    UNION ALL
    SELECT
        'mentions' AS stage,
        mentioned.source,
        mentioned.rows_in,
        coalesce(mentions_kept.rows_kept, 0) AS rows_kept,
        0 AS rows_refused,
        0 AS rows_set_aside,
        NULL AS set_aside
    FROM mentioned
    LEFT JOIN mentions_kept ON mentioned.source = mentions_kept.source
    UNION ALL
    SELECT
        'pay' AS stage,
        paid.source,
        paid.rows_in,
        coalesce(pay_kept.rows_kept, 0) AS rows_kept,
        coalesce(pay_kept.rows_refused, 0) AS rows_refused,
        0 AS rows_set_aside,
        NULL AS set_aside
    FROM paid
    LEFT JOIN pay_kept ON paid.source = pay_kept.source
    UNION ALL
    SELECT
        'roles' AS stage,
        source,
        rows_in,
        rows_kept,
        0 AS rows_refused,
        rows_set_aside,
        'adverts of which only an excerpt is known' AS set_aside
    FROM roles
    UNION ALL
    SELECT
        'papers' AS stage,
        source,
        rows_in,
        rows_kept,
        0 AS rows_refused,
        0 AS rows_set_aside,
        NULL AS set_aside
    FROM papers
    UNION ALL
    SELECT
        'models' AS stage,
        models_in.source,
        models_in.rows_in,
        coalesce(models_kept.rows_kept, 0) AS rows_kept,
        0 AS rows_refused,
        0 AS rows_set_aside,
        NULL AS set_aside
    FROM models_in
    LEFT JOIN models_kept ON models_in.source = models_kept.source
)

SELECT
    stage,
    source,
    rows_in::BIGINT AS rows_in,
    rows_kept::BIGINT AS rows_kept,
    rows_refused::BIGINT AS rows_refused,
    rows_set_aside::BIGINT AS rows_set_aside,
    set_aside
FROM told
