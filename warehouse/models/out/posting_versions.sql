/*
description: Every version of an advert, as its source changed it, with what was read out of each.
key: [posting_id, version_no]
materialized: view
like: core.adverts
columns:
  posting_id: VARCHAR | Advert (out.postings)
  version_no: INTEGER | Number of the version, from 1
  is_newest: BOOLEAN | Whether it is the newest version known
  content_hash:
  from_on: DATE | First day on which it was seen
  until_on: DATE | Day of the first answer of its board that no longer showed it, NULL while there is none
  changed: "VARCHAR[] | What differs from the version before, of company, title, text, location, pay, department, workplace, posted_on, url and other; empty for the first"
  company:
  company_id:
  title:
  family:
  level:
  is_ml_role:
  country:
  is_us:
  workplace:
  posted_on:
  posted_basis:
  expires_on: DATE | Last day of the advert as its source first told it
  has_pytorch: BOOLEAN | Names the PyTorch family, not negated
  has_tensorflow: BOOLEAN | Names the TensorFlow family, not negated
  has_jax: BOOLEAN | Names the JAX family, not negated
*/
WITH shown AS (
    SELECT
        posting_id,
        content_hash,
        from_on,
        until_on,
        lag(content_hash) OVER (PARTITION BY posting_id ORDER BY from_on, content_hash)
            AS hash_before
    FROM out.sightings
),

numbered AS (
    SELECT
        *,
        (sum((content_hash IS DISTINCT FROM hash_before)::INTEGER) OVER (
            PARTITION BY posting_id
            ORDER BY from_on, content_hash
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ))::INTEGER AS version_no
    FROM shown
),

versions AS (
    SELECT
        posting_id,
        version_no,
        any_value(content_hash) AS content_hash,
        min(from_on) AS from_on,
        CASE WHEN bool_and(until_on IS NOT NULL) THEN max(until_on) END AS until_on
    FROM numbered
    GROUP BY ALL
),

ordered AS (
    SELECT
        *,
        lag(content_hash) OVER versions_of AS hash_before,
        lead(content_hash) OVER versions_of IS NULL AS is_newest
    FROM versions
    WINDOW versions_of AS (PARTITION BY posting_id ORDER BY version_no)
),

-- What tells two versions apart, field by field.
differing AS (
    SELECT
        ordered.posting_id,
        ordered.version_no,
        list_filter([
            CASE WHEN now.company IS DISTINCT FROM old.company THEN 'company' END,
            CASE WHEN now.title IS DISTINCT FROM old.title THEN 'title' END,
            CASE WHEN now.body IS DISTINCT FROM old.body THEN 'text' END,
            CASE
                WHEN
                    (now.location, now.secondary_locations, now.address_country)
                    IS DISTINCT FROM (old.location, old.secondary_locations, old.address_country)
                    THEN 'location'
            END,
            CASE
                WHEN
                    (now.pay_text, now.pay_components)
                    IS DISTINCT FROM (old.pay_text, old.pay_components)
                    THEN 'pay'
            END,
            CASE
                WHEN (now.department, now.team) IS DISTINCT FROM (old.department, old.team)
                    THEN 'department'
            END,
            CASE
                WHEN (now.workplace, now.is_remote) IS DISTINCT FROM (old.workplace, old.is_remote)
                    THEN 'workplace'
            END,
            CASE WHEN now.posted_on IS DISTINCT FROM old.posted_on THEN 'posted_on' END,
            CASE WHEN now.url IS DISTINCT FROM old.url THEN 'url' END
        ], LAMBDA name: name IS NOT NULL) AS names
    FROM ordered
    INNER JOIN raw.bodies AS now ON ordered.content_hash = now.content_hash
    INNER JOIN raw.bodies AS old ON ordered.hash_before = old.content_hash
),

named AS (
    SELECT
        content_hash,
        bool_or(family = 'pytorch') AS has_pytorch,
        bool_or(family = 'tensorflow') AS has_tensorflow,
        bool_or(family = 'jax') AS has_jax
    FROM core.fact_mentions
    WHERE kind = 'framework' AND NOT is_negated
    GROUP BY content_hash
)

SELECT
    ordered.posting_id,
    ordered.version_no,
    ordered.is_newest,
    ordered.content_hash,
    ordered.from_on,
    ordered.until_on,
    CASE
        WHEN ordered.hash_before IS NULL THEN []
        WHEN len(differing.names) = 0 THEN ['other']
        ELSE differing.names
    END AS changed,
    fact.company,
    coalesce(fact.company_id, 'unnamed:' || fact.text_hash) AS company_id,
    fact.title,
    fact.family,
    fact.level,
    fact.is_ml_role,
    CASE WHEN len(fact.countries) = 1 THEN fact.countries[1] END AS country,
    fact.is_us,
    fact.workplace,
    body.posted_on,
    body.posted_basis,
    body.expires_on,
    coalesce(named.has_pytorch, FALSE) AS has_pytorch,
    coalesce(named.has_tensorflow, FALSE) AS has_tensorflow,
    coalesce(named.has_jax, FALSE) AS has_jax
FROM ordered
INNER JOIN raw.bodies AS body ON ordered.content_hash = body.content_hash
LEFT JOIN core.facts AS fact ON ordered.content_hash = fact.content_hash
LEFT JOIN differing
    ON ordered.posting_id = differing.posting_id AND ordered.version_no = differing.version_no
LEFT JOIN named ON ordered.content_hash = named.content_hash
