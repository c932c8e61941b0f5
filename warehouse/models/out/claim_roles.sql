/*
description: "A role as claims see it: the day and employer that it counts for, whether it can speak for that day, and all that its adverts name. The SQL of a claim (out.claim_verdicts.redo_sql) reads it."
key: [role_id]
materialized: view
columns:
  role_id: VARCHAR | Role (core.roles)
  company_id: VARCHAR | Employer that it counts for, the cluster of intervals; the role itself where none is known
  source: VARCHAR | Source of its first advert
  entered_on: DATE | Day on which it came on the market
  days_unseen: INTEGER | Days from then until one of its adverts was first seen; 0 in an archive, which keeps all. Over 92 it speaks of no day but those on which it was seen
  is_dated: BOOLEAN | Whether that day is known, stated or seen; one of unknown age speaks of the present alone
  is_ml_role: BOOLEAN | Machine-learning role, decided without looking at framework names
  family: VARCHAR | Kind of work
  level: VARCHAR | Seniority
  country: VARCHAR | ISO 3166 code
  is_us: BOOLEAN | Whether it is in the United States, NULL where that is not known
  place: VARCHAR | Metro area, else state
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  is_large_employer: BOOLEAN | Whether its employer is in the top quarter by roles on show at once, of employers with a board
  names: "VARCHAR[] | Technologies, their families and topics that adverts of its first year name and do not negate"
  names_pytorch: BOOLEAN | Whether the PyTorch family is among them
  names_tensorflow: BOOLEAN | Whether the TensorFlow family is among them
  names_jax: BOOLEAN | Whether the JAX family is among them
  pay_min_usd_year: DOUBLE | Mean of the lower ends of its stated base bands
  pay_max_usd_year: DOUBLE | Mean of the upper ends likewise
  pay_mid_usd_year: DOUBLE | Mean of their midpoints
*/
WITH adverts AS (
    SELECT
        posting.posting_id,
        posting.role_id,
        coalesce(posting.posted_on, posting.first_seen_on) AS came_on,
        CASE
            WHEN board.is_archive THEN 0
            ELSE
                greatest(
                    0, posting.first_seen_on - coalesce(posting.posted_on, posting.first_seen_on)
                )
        END AS days_unseen,
        posting.posted_on IS NOT NULL
        OR coalesce(board.is_archive, FALSE)
        OR coalesce(posting.first_seen_on > board.first_listing_on, FALSE) AS is_dated
    FROM core.postings AS posting
    LEFT JOIN core.boards AS board
        ON posting.source = board.source AND posting.board = board.board
),

named AS (
    SELECT
        early.role_id,
        mention.technology,
        mention.family
    FROM (
        SELECT
            posting_id,
            role_id
        FROM adverts
        QUALIFY came_on <= min(came_on) OVER (PARTITION BY role_id) + 365
    ) AS early
    INNER JOIN core.mentions AS mention ON early.posting_id = mention.posting_id
    WHERE mention.is_negated IS NOT TRUE
),

terms AS (
    SELECT
        role_id,
        list_sort(list(DISTINCT term)) AS names
    FROM (
        SELECT
            role_id,
            technology AS term
        FROM named
        UNION
        SELECT
            role_id,
            family AS term
        FROM named
        WHERE family IS NOT NULL
    ) AS said
    GROUP BY role_id
),

seen AS (
    SELECT
        role_id,
        min(days_unseen)::INTEGER AS days_unseen,
        bool_or(is_dated) AS is_dated
    FROM adverts
    GROUP BY role_id
),

large AS (
    SELECT company_id
    FROM core.companies
    WHERE
        n_open_most >= (
            SELECT quantile_cont(company.n_open_most, 0.75)
            FROM core.companies AS company
            WHERE company.company_id IN (SELECT core.roles.company_id FROM core.roles)
        )
)

SELECT
    role.role_id,
    coalesce(role.company_id, role.role_id) AS company_id,
    role.source,
    role.entered_on,
    seen.days_unseen,
    seen.is_dated,
    coalesce(role.is_ml_role, FALSE) AS is_ml_role,
    role.family,
    role.level,
    role.country,
    role.is_us,
    coalesce(role.metro, role.region) AS place,
    role.workplace,
    large.company_id IS NOT NULL AS is_large_employer,
    coalesce(terms.names, []) AS names,
    list_contains(coalesce(terms.names, []), 'pytorch') AS names_pytorch,
    list_contains(coalesce(terms.names, []), 'tensorflow') AS names_tensorflow,
    list_contains(coalesce(terms.names, []), 'jax') AS names_jax,
    role.pay_min_usd_year,
    role.pay_max_usd_year,
    role.pay_mid_usd_year
FROM core.roles AS role
INNER JOIN seen ON role.role_id = seen.role_id
LEFT JOIN terms ON role.role_id = terms.role_id
LEFT JOIN large ON role.company_id = large.company_id
