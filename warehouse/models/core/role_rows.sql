/*
description: All of core.roles that does not move from day to day.
key: [role_id]
columns:
  role_id: VARCHAR | The role
  company_id: VARCHAR | Normalised employer, the cluster of every interval
  source: VARCHAR | Source of its earliest advert
  sources: VARCHAR[] | All sources that show it
  board: VARCHAR | Board of its earliest advert
  entered_on: DATE | Day it came on the market, posted where stated, else first seen
  ended_on: DATE | Last day on which one of its adverts was seen, NULL while one is on show
  shown_source: VARCHAR | Source of the board that shows it, NULL where none does
  shown_board: VARCHAR | Board that shows it, of several the one read last
  is_open: BOOLEAN | Whether one of its adverts is open
  is_ml_role: BOOLEAN | Whether machine learning is the core of the work
  family: VARCHAR | Role family
  level: VARCHAR | Level
  country: VARCHAR | The country, where there is only one
  is_us: BOOLEAN | Whether the United States is among its countries, NULL where no country is known
  region: VARCHAR | US state
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  has_pytorch: BOOLEAN | Names the PyTorch family, not negated, in an advert of its first year
  has_tensorflow: BOOLEAN | Names the TensorFlow family, not negated, in an advert of its first year
  has_jax: BOOLEAN | Names the JAX family, not negated, in an advert of its first year
  pay_min_usd_year: DOUBLE | Lowest lower end of its stated base bands
  pay_max_usd_year: DOUBLE | Highest upper end of its stated base bands
  pay_mid_usd_year: DOUBLE | Mean of the midpoints of its stated base bands, structured before parsed
  n_adverts: INTEGER | Adverts that are for it
values:
  family: role family
*/
WITH entered AS (
    SELECT
        role_id,
        min(coalesce(posted_on, first_seen_on)) AS entered_on
    FROM core.posting_rows
    GROUP BY role_id
),

-- What a role asked for when it came: an opening that is posted again for years changes, and must
-- not carry the tools of the last year back to the first.
named AS (
    SELECT
        posting.role_id,
        bool_or(mention.family = 'pytorch') AS has_pytorch,
        bool_or(mention.family = 'tensorflow') AS has_tensorflow,
        bool_or(mention.family = 'jax') AS has_jax
    FROM core.posting_rows AS posting
    INNER JOIN entered ON posting.role_id = entered.role_id
    INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
    WHERE
        mention.kind = 'framework'
        AND NOT mention.is_negated
        AND coalesce(posting.posted_on, posting.first_seen_on) <= entered.entered_on + 365
    GROUP BY posting.role_id
),

stated AS (
    SELECT
        posting.role_id,
        band.provenance,
        min(band.pay_min_usd_year) AS pay_min_usd_year,
        max(band.pay_max_usd_year) AS pay_max_usd_year,
        round(avg((band.pay_min_usd_year + band.pay_max_usd_year) / 2), 2) AS pay_mid_usd_year
    FROM core.posting_rows AS posting
    INNER JOIN core.fact_pay_bands AS band ON posting.content_hash = band.content_hash
    INNER JOIN core.fact_roles AS main ON posting.content_hash = main.content_hash AND main.is_main
    WHERE
        band.kind = 'base'
        -- What another role of the same comment pays says nothing of this one.
        AND coalesce(band.role_no, main.role_no) = main.role_no
        AND band.is_plausible
        AND band.provenance IN ('structured', 'parsed')
    GROUP BY ALL
),

-- An employer's own field beats what we read out of the text.
pay AS (
    SELECT *
    FROM stated
    QUALIFY row_number() OVER (PARTITION BY role_id ORDER BY provenance = 'structured' DESC) = 1
)

SELECT
    posting.role_id,
    first(posting.company_id ORDER BY posting.is_duplicate, posting.posting_id) AS company_id,
    first(posting.source ORDER BY posting.is_duplicate, posting.posting_id) AS source,
    list(DISTINCT posting.source ORDER BY posting.source) AS sources,
    first(posting.board ORDER BY posting.is_duplicate, posting.posting_id) AS board,
    min(coalesce(posting.posted_on, posting.first_seen_on)) AS entered_on,
    CASE WHEN bool_and(posting.ended_on IS NOT NULL) THEN max(posting.ended_on) END AS ended_on,
    arg_max(posting.source, (board.newest_on, posting.board))
    FILTER (WHERE posting.ended_on IS NULL) AS shown_source,
    arg_max(posting.board, (board.newest_on, posting.board))
    FILTER (WHERE posting.ended_on IS NULL) AS shown_board,
    bool_or(posting.is_open) AS is_open,
    first(posting.is_ml_role ORDER BY posting.is_duplicate, posting.posting_id) AS is_ml_role,
    first(posting.family ORDER BY posting.is_duplicate, posting.posting_id) AS family,
    first(posting.level ORDER BY posting.is_duplicate, posting.posting_id) AS level,
    first(posting.country ORDER BY posting.is_duplicate, posting.posting_id) AS country,
    first(posting.is_us ORDER BY posting.is_duplicate, posting.posting_id) AS is_us,
    first(posting.region ORDER BY posting.is_duplicate, posting.posting_id) AS region,
    first(posting.workplace ORDER BY posting.is_duplicate, posting.posting_id) AS workplace,
    coalesce(any_value(named.has_pytorch), FALSE) AS has_pytorch,
    coalesce(any_value(named.has_tensorflow), FALSE) AS has_tensorflow,
    coalesce(any_value(named.has_jax), FALSE) AS has_jax,
    any_value(pay.pay_min_usd_year) AS pay_min_usd_year,
    any_value(pay.pay_max_usd_year) AS pay_max_usd_year,
    any_value(pay.pay_mid_usd_year) AS pay_mid_usd_year,
    count(*)::INTEGER AS n_adverts
FROM core.posting_rows AS posting
LEFT JOIN named ON posting.role_id = named.role_id
LEFT JOIN pay ON posting.role_id = pay.role_id
LEFT JOIN core.boards AS board ON posting.source = board.source AND posting.board = board.board
-- What an excerpt does not name, the advert may well name.
WHERE NOT posting.is_excerpt
GROUP BY posting.role_id
