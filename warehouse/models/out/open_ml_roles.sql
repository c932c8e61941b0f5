/*
description: "The machine-learning roles that are open at the as-of day: one row a role, with what it names and pays and where to read it."
key: [role_id]
materialized: view
like: core.roles
columns:
  role_id:
  company_id:
  company: VARCHAR | Employer as its advert writes it
  title: VARCHAR | Title of its first advert that is still open
  level:
  family:
  country:
  region:
  workplace:
  frameworks: VARCHAR[] | Frameworks that its open adverts name, not negated, in the order of the alphabet
  pay_min_usd_year:
  pay_max_usd_year:
  posted_on: DATE | Day on which that advert was posted, NULL where it does not say
  entered_on:
  last_seen_on:
  n_adverts:
  posting_id: VARCHAR | That advert (out.postings)
  url: VARCHAR | Its address
*/
WITH named AS (
    SELECT
        posting.role_id,
        list(DISTINCT mention.technology ORDER BY mention.technology) AS frameworks
    FROM core.postings AS posting
    INNER JOIN core.mentions AS mention ON posting.posting_id = mention.posting_id
    WHERE
        posting.is_open
        AND mention.kind = 'framework'
        AND NOT mention.is_negated
    GROUP BY posting.role_id
),

adverts AS (
    SELECT
        role_id,
        posting_id,
        company,
        title,
        posted_on,
        url
    FROM core.postings
    WHERE is_open
    -- The employer's own first, as everywhere.
    QUALIFY row_number() OVER (
        PARTITION BY role_id ORDER BY is_duplicate, coalesce(posted_on, first_seen_on), posting_id
    ) = 1
)

SELECT
    role.role_id,
    role.company_id,
    advert.company,
    advert.title,
    role.level,
    role.family,
    role.country,
    role.region,
    role.workplace,
    coalesce(named.frameworks, []) AS frameworks,
    role.pay_min_usd_year,
    role.pay_max_usd_year,
    advert.posted_on,
    role.entered_on,
    role.last_seen_on,
    role.n_adverts,
    advert.posting_id,
    advert.url
FROM core.roles AS role
INNER JOIN adverts AS advert ON role.role_id = advert.role_id
LEFT JOIN named ON role.role_id = named.role_id
WHERE role.is_open AND role.is_ml_role
