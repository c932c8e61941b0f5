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
  metro:
  is_us:
  workplace:
  posted_on:
  posted_basis:
  first_seen_on:
  ended_on:
  closed_on:
  is_open:
  text_chars:
  is_excerpt:
  is_duplicate: BOOLEAN | Whether another advert of its role comes before it, the employer's own first, then the earliest
  url:
  content_hash:
  method_version:
*/
WITH linked AS (
    SELECT
        advert.* EXCLUDE (text, titles, last_seen_on),
        advert.origin_id IS NOT NULL AS is_passed_on,
        md5(coalesce(link.first_posting_id, advert.posting_id)) AS linked_role_id
    FROM core.adverts AS advert
    LEFT JOIN core.role_links AS link ON advert.posting_id = link.posting_id
),

-- An advert that is passed on is for the role of the employer's own advert; where that is not
-- here, those that pass on the same one are for one role.
passed_on AS (
    SELECT
        posting_id,
        origin_source,
        origin_id,
        -- Numbers that each tenant counts for itself.
        CASE WHEN origin_source IN ('bamboohr', 'workday') THEN company_id END AS tenant,
        min(linked_role_id) OVER (PARTITION BY origin_source, origin_id, tenant) AS role_id
    FROM linked
    WHERE is_passed_on
),

-- An id that several boards of a source have says nothing without the board.
own AS (
    SELECT
        linked.source,
        linked.source_id,
        any_value(linked.company_id) AS company_id,
        any_value(linked.linked_role_id) AS role_id
    FROM linked
    SEMI JOIN passed_on
        ON linked.source = passed_on.origin_source AND linked.source_id = passed_on.origin_id
    WHERE NOT linked.is_passed_on
    GROUP BY linked.source, linked.source_id
    HAVING count(DISTINCT linked.board) = 1
),

roles_passed_on AS (
    SELECT
        passed_on.posting_id,
        coalesce(own.role_id, passed_on.role_id) AS role_id
    FROM passed_on
    LEFT JOIN own
        ON
            passed_on.origin_source = own.source
            AND passed_on.origin_id = own.source_id
            AND coalesce(passed_on.tenant = own.company_id, TRUE)
),

roles AS (
    SELECT
        linked.*,
        coalesce(roles_passed_on.role_id, linked.linked_role_id) AS role_id
    FROM linked
    LEFT JOIN roles_passed_on ON linked.posting_id = roles_passed_on.posting_id
),

-- Most roles have one advert, and nothing to put in order.
several AS (
    SELECT role_id
    FROM roles
    GROUP BY role_id
    HAVING count(*) > 1
),

first_of_several AS (
    SELECT
        roles.role_id,
        arg_min(
            roles.posting_id,
            (roles.is_passed_on, roles.posted_or_seen_on, roles.posting_id)
        ) AS posting_id
    FROM roles
    INNER JOIN several ON roles.role_id = several.role_id
    GROUP BY roles.role_id
)

SELECT
    roles.posting_id,
    roles.source,
    roles.board,
    roles.source_id,
    roles.company,
    roles.company_id,
    roles.title,
    roles.role_id,
    roles.family,
    roles.level,
    roles.is_ml_role,
    roles.countries,
    roles.country,
    roles.region,
    roles.metro,
    roles.is_us,
    roles.workplace,
    roles.posted_on,
    roles.posted_basis,
    roles.first_seen_on,
    roles.ended_on,
    roles.closed_on,
    roles.is_open,
    roles.text_chars,
    roles.is_excerpt,
    coalesce(first_of_several.posting_id <> roles.posting_id, FALSE) AS is_duplicate,
    roles.url,
    roles.content_hash,
    roles.method_version
FROM roles
LEFT JOIN first_of_several ON roles.role_id = first_of_several.role_id
