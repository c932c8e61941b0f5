/*
description: One advert of one source, in the newest version known at the as-of day, before it is known which adverts are for one role.
key: [posting_id]
materialized: view
columns:
  posting_id: VARCHAR | source:board:source_id
  source: VARCHAR | Source that shows the advert
  board: VARCHAR | Board or thread on that source
  source_id: VARCHAR | The source's own id of the advert
  company: VARCHAR | Employer, as the source or the text names it
  company_id: VARCHAR | Normalised employer; adverts that name none are each their own
  title: VARCHAR | Title, as the source or the text names it
  family: VARCHAR | Role family
  level: VARCHAR | Level
  is_ml_role: BOOLEAN | Whether machine learning is the core of the work, framework names left aside
  countries: VARCHAR[] | Countries where the work can be done, ISO 3166 alpha-2
  country: VARCHAR | The country, where there is only one
  region: VARCHAR | US state
  metro: VARCHAR | Large US metropolitan area, NULL where none is stated
  is_us: BOOLEAN | Whether the United States is among them, NULL where no country is known
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  posted_on: DATE | Day of posting as the source tells it
  posted_basis: VARCHAR | stated, relative or inferred
  first_seen_on: DATE | First day on which we saw it
  last_seen_on: DATE | Last day on which we saw it
  ended_on: DATE | Last day on which it was seen, NULL while the newest sound answer of its board shows it
  closed_on: DATE | First complete listing without it, once two in a row lack it
  is_open: BOOLEAN | Seen in the last 45 days, in the newest complete listing of its board where there is one, and not expired
  text: VARCHAR | Plain text as a reader sees it
  text_chars: INTEGER | Length of the text, characters
  is_excerpt: BOOLEAN | Whether the source gives a part of the text only, or none
  url: VARCHAR | Address of the advert
  requisition_id: VARCHAR | Requisition or internal job that several adverts share
  posted_or_seen_on: DATE | Day of posting, else the first day on which we saw it
  titles: VARCHAR[] | Titles of all the roles that it states, NULL where it states none
  origin_source: VARCHAR | Where an advert that is passed on comes from
  origin_id: VARCHAR | Id of the advert there
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  method_version: VARCHAR | Version of the normalisers
values:
  family: role family
*/
WITH dated AS (
    SELECT
        spell.*,
        boards.newest_listing_on,
        coalesce(spell.ended_on, greatest(boards.newest_on, spell.opened_on)) AS last_seen_on
    FROM core.spells AS spell
    LEFT JOIN core.boards AS boards ON spell.source = boards.source AND spell.board = boards.board
    WHERE spell.is_newest
)

SELECT
    dated.source || ':' || dated.board || ':' || dated.source_id AS posting_id,
    dated.source,
    dated.board,
    dated.source_id,
    fact.company,
    coalesce(fact.company_id, 'unnamed:' || fact.text_hash) AS company_id,
    fact.title,
    fact.family,
    fact.level,
    fact.is_ml_role,
    fact.countries,
    CASE WHEN len(fact.countries) = 1 THEN fact.countries[1] END AS country,
    fact.region,
    fact.metro,
    fact.is_us,
    fact.workplace,
    body.posted_on,
    body.posted_basis,
    dated.first_seen_on,
    dated.last_seen_on,
    dated.ended_on,
    dated.closed_on,
    dated.last_seen_on >= coalesce(dated.newest_listing_on, dated.last_seen_on)
    AND dated.last_seen_on >= getvariable('as_of') - 45
    -- A listing that still shows it knows better than a deadline that may have been moved.
    AND (
        dated.newest_listing_on IS NOT NULL
        OR coalesce(body.expires_on >= getvariable('as_of'), TRUE)
    ) AS is_open,
    fact.text,
    fact.text_chars,
    coalesce(body.is_excerpt, FALSE) AS is_excerpt,
    body.url,
    body.requisition_id,
    coalesce(body.posted_on, dated.first_seen_on) AS posted_or_seen_on,
    fact.titles,
    body.origin_source,
    body.origin_id,
    dated.content_hash,
    fact.method_version
FROM dated
INNER JOIN raw.bodies AS body ON dated.content_hash = body.content_hash
INNER JOIN core.facts AS fact ON dated.content_hash = fact.content_hash
