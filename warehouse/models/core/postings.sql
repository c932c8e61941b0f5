/*
description: One advert of one source, in the newest version known at the as-of day.
key: [posting_id]
columns:
  posting_id: VARCHAR | source:board:source_id
  source: VARCHAR | Source that shows the advert
  board: VARCHAR | Board or thread on that source
  source_id: VARCHAR | The source's own id of the advert
  company: VARCHAR | Employer, as the source or the text names it
  company_id: VARCHAR | Normalised employer; adverts that name none are each their own
  title: VARCHAR | Title, as the source or the text names it
  role_id: VARCHAR | The role that this advert and its copies are for
  family: VARCHAR | Role family
  level: VARCHAR | Level
  is_ml_role: BOOLEAN | Whether machine learning is the core of the work, framework names left aside
  countries: VARCHAR[] | Countries where the work can be done, ISO 3166 alpha-2
  country: VARCHAR | The country, where there is only one
  region: VARCHAR | US state
  is_us: BOOLEAN | Whether the United States is among them, NULL where no country is known
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  posted_on: DATE | Day of posting as the source tells it
  posted_basis: VARCHAR | stated, relative or inferred
  first_seen_on: DATE | First day on which we saw it
  last_seen_on: DATE | Last day on which we saw it
  closed_on: DATE | First complete listing without it, once two in a row lack it
  is_open: BOOLEAN | Seen in the last 45 days, in the newest complete listing of its board where there is one, and not expired
  text: VARCHAR | Plain text as a reader sees it
  text_chars: INTEGER | Length of the text, characters
  is_excerpt: BOOLEAN | Whether the source gives a part of the text only, or none
  is_duplicate: BOOLEAN | Whether another advert of its role comes before it, the employer's own first, then the earliest
  url: VARCHAR | Address of the advert
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  method_version: VARCHAR | Version of the normalisers
*/
WITH linked AS (
    SELECT
        advert.*,
        advert.origin_id IS NOT NULL AS is_passed_on,
        md5(coalesce(link.first_posting_id, advert.posting_id)) AS linked_role_id
    FROM core.adverts AS advert
    LEFT JOIN core.role_links AS link ON advert.posting_id = link.posting_id
),

-- An id that several boards of a source have says nothing without the board.
own AS (
    SELECT
        source,
        source_id,
        any_value(company_id) AS company_id,
        any_value(linked_role_id) AS role_id
    FROM linked
    WHERE NOT is_passed_on
    GROUP BY source, source_id
    HAVING count(DISTINCT board) = 1
),

-- An advert that is passed on is for the role of the employer's own advert; where that is not
-- here, those that pass on the same one are for one role.
roles AS (
    SELECT
        linked.*,
        coalesce(
            own.role_id,
            min(linked.linked_role_id) FILTER (WHERE linked.is_passed_on) OVER (
                PARTITION BY
                    linked.origin_source,
                    linked.origin_id,
                    CASE
                        WHEN linked.origin_source IN ('bamboohr', 'workday')
                            THEN linked.company_id
                    END
            ),
            linked.linked_role_id
        ) AS role_id
    FROM linked
    LEFT JOIN own
        ON
            linked.origin_source = own.source
            AND linked.origin_id = own.source_id
            -- Numbers that each tenant counts for itself.
            AND (
                linked.origin_source NOT IN ('bamboohr', 'workday')
                OR linked.company_id = own.company_id
            )
)

SELECT
    posting_id,
    source,
    board,
    source_id,
    company,
    company_id,
    title,
    role_id,
    family,
    level,
    is_ml_role,
    countries,
    country,
    region,
    is_us,
    workplace,
    posted_on,
    posted_basis,
    first_seen_on,
    last_seen_on,
    closed_on,
    is_open,
    text,
    length(text)::INTEGER AS text_chars,
    is_excerpt,
    row_number() OVER (
        PARTITION BY role_id
        ORDER BY is_passed_on, coalesce(posted_on, first_seen_on), posting_id
    ) > 1 AS is_duplicate,
    url,
    content_hash,
    method_version
FROM roles
