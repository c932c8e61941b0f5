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
  metro: VARCHAR | Large US metropolitan area, NULL where none is stated
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
WITH counted AS (
    SELECT
        role_id,
        count(*) FILTER (WHERE NOT is_excerpt)::INTEGER AS n_adverts,
        any_value(posting_id) FILTER (WHERE NOT is_excerpt) AS some_posting_id,
        min(coalesce(posted_on, first_seen_on)) AS first_on
    FROM core.posting_rows
    GROUP BY role_id
),

-- Most roles have one advert, and nothing to put together.
several AS (
    SELECT
        posting.role_id,
        arg_min(posting.posting_id, (posting.is_duplicate, posting.posting_id)) AS first_posting_id,
        list(DISTINCT posting.source ORDER BY posting.source) AS sources,
        min(coalesce(posting.posted_on, posting.first_seen_on)) AS entered_on,
        CASE WHEN bool_and(posting.ended_on IS NOT NULL) THEN max(posting.ended_on) END AS ended_on,
        arg_max(
            { 'source': posting.source, 'board': posting.board }, (board.newest_on, posting.board)
        ) FILTER (WHERE posting.ended_on IS NULL) AS shown_by,
        bool_or(posting.is_open) AS is_open
    FROM core.posting_rows AS posting
    INNER JOIN counted ON posting.role_id = counted.role_id AND counted.n_adverts > 1
    LEFT JOIN core.boards AS board
        ON posting.source = board.source AND posting.board = board.board
    WHERE NOT posting.is_excerpt
    GROUP BY posting.role_id
),

naming AS (
    SELECT
        content_hash,
        bool_or(family = 'pytorch') AS has_pytorch,
        bool_or(family = 'tensorflow') AS has_tensorflow,
        bool_or(family = 'jax') AS has_jax
    FROM core.fact_mentions
    WHERE
        kind = 'framework'
        AND NOT is_negated
        AND family IN ('pytorch', 'tensorflow', 'jax')
    GROUP BY content_hash
),

-- What a role asked for when it came: an opening that is posted again for years changes, and must
-- not carry the tools of the last year back to the first.
named AS (
    SELECT
        posting.role_id,
        bool_or(naming.has_pytorch) AS has_pytorch,
        bool_or(naming.has_tensorflow) AS has_tensorflow,
        bool_or(naming.has_jax) AS has_jax
    FROM core.posting_rows AS posting
    INNER JOIN naming ON posting.content_hash = naming.content_hash
    INNER JOIN counted ON posting.role_id = counted.role_id
    WHERE coalesce(posting.posted_on, posting.first_seen_on) <= counted.first_on + 365
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
    counted.role_id,
    posting.company_id,
    posting.source,
    coalesce(several.sources, [posting.source]) AS sources,
    posting.board,
    coalesce(several.entered_on, posting.posted_on, posting.first_seen_on) AS entered_on,
    CASE WHEN several.role_id IS NULL THEN posting.ended_on ELSE several.ended_on END AS ended_on,
    CASE
        WHEN several.role_id IS NOT NULL THEN several.shown_by.source
        WHEN posting.ended_on IS NULL THEN posting.source
    END AS shown_source,
    CASE
        WHEN several.role_id IS NOT NULL THEN several.shown_by.board
        WHEN posting.ended_on IS NULL THEN posting.board
    END AS shown_board,
    coalesce(several.is_open, posting.is_open) AS is_open,
    posting.is_ml_role,
    posting.family,
    posting.level,
    posting.country,
    posting.is_us,
    posting.region,
    posting.metro,
    posting.workplace,
    coalesce(named.has_pytorch, FALSE) AS has_pytorch,
    coalesce(named.has_tensorflow, FALSE) AS has_tensorflow,
    coalesce(named.has_jax, FALSE) AS has_jax,
    pay.pay_min_usd_year,
    pay.pay_max_usd_year,
    pay.pay_mid_usd_year,
    counted.n_adverts
FROM counted
LEFT JOIN several ON counted.role_id = several.role_id
-- What an excerpt does not name, the advert may well name: a role of excerpts alone is none.
INNER JOIN core.posting_rows AS posting
    ON coalesce(several.first_posting_id, counted.some_posting_id) = posting.posting_id
LEFT JOIN named ON counted.role_id = named.role_id
LEFT JOIN pay ON counted.role_id = pay.role_id
