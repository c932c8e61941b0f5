/*
description: All of core.postings that does not move from day to day.
key: [posting_id]
like: core.adverts
columns:
  posting_id:
  source:
  board:
  source_id:
  company:
  company_id:
  title:
  role_id: VARCHAR | The role that this advert and its copies are for
  family:
  level:
  is_ml_role:
  countries:
  country:
  region:
  is_us:
  workplace:
  posted_on:
  posted_basis:
  first_seen_on:
  ended_on:
  closed_on:
  is_open:
  text_chars: INTEGER | Length of the text, characters
  is_excerpt:
  is_duplicate: BOOLEAN | Whether another advert of its role comes before it, the employer's own first, then the earliest
  url:
  content_hash:
  method_version:
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
    ended_on,
    closed_on,
    is_open,
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
