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
WITH seen AS (
    SELECT
        observed.source,
        -- A day's file of the data set shows what is in the whole one, and only that is a listing.
        CASE WHEN observed.source = 'jobhive' THEN 'all' ELSE observed.board END AS board,
        observed.source_id,
        min(observed.observed_on) AS first_seen_on,
        max(observed.observed_on) AS last_seen_on,
        arg_max(observed.content_hash, observed.observed_on) AS content_hash
    FROM raw.observations AS observed
    INNER JOIN core.listings AS listing
        ON
            observed.source = listing.source
            AND observed.board = listing.board
            AND observed.observed_on = listing.observed_on
    WHERE listing.state <> 'suspect'
    GROUP BY ALL
),

-- Only complete listings can say that an advert is gone.
complete AS (
    SELECT
        source,
        board,
        list(observed_on ORDER BY observed_on) AS days
    FROM core.listings
    WHERE state IN ('ok', 'unchanged') AND is_listing
    GROUP BY ALL
),

dated AS (
    SELECT
        seen.*,
        complete.days[-1] AS newest_listing_on,
        list_filter(complete.days, LAMBDA day: day > seen.last_seen_on) AS days_without
    FROM seen
    LEFT JOIN complete ON seen.source = complete.source AND seen.board = complete.board
),

described AS (
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
        fact.is_us,
        fact.workplace,
        body.posted_on,
        body.posted_basis,
        dated.first_seen_on,
        dated.last_seen_on,
        CASE WHEN len(dated.days_without) >= 2 THEN dated.days_without[1] END AS closed_on,
        dated.last_seen_on >= coalesce(dated.newest_listing_on, dated.last_seen_on)
        AND dated.last_seen_on >= getvariable('as_of') - 45
        -- A listing that still shows it knows better than a deadline that may have been moved.
        AND (
            dated.newest_listing_on IS NOT NULL
            OR coalesce(body.expires_on >= getvariable('as_of'), TRUE)
        ) AS is_open,
        fact.text,
        length(fact.text)::INTEGER AS text_chars,
        coalesce(body.is_excerpt, FALSE) AS is_excerpt,
        fact.text_hash,
        body.url,
        body.origin_source,
        body.origin_id,
        dated.content_hash,
        fact.method_version
    FROM dated
    INNER JOIN raw.bodies AS body ON dated.content_hash = body.content_hash
    INNER JOIN core.facts AS fact ON dated.content_hash = fact.content_hash
),

-- The same text by the same employer under the same title in the same country is one role.
texts AS (
    SELECT
        *,
        origin_id IS NOT NULL AS is_passed_on,
        md5(concat_ws(
            '|', company_id, lower(coalesce(title, '')), text_hash, array_to_string(countries, ',')
        )) AS text_role_id
    FROM described
),

-- An id that several boards of a source have says nothing without the board.
own AS (
    SELECT
        source,
        source_id,
        any_value(company_id) AS company_id,
        any_value(text_role_id) AS role_id
    FROM texts
    WHERE NOT is_passed_on
    GROUP BY source, source_id
    HAVING count(DISTINCT board) = 1
),

-- An advert that is passed on is for the role of the employer's own advert; where that is not
-- here, those that pass on the same one are for one role.
roles AS (
    SELECT
        texts.*,
        coalesce(
            own.role_id,
            min(texts.text_role_id) FILTER (WHERE texts.is_passed_on) OVER (
                PARTITION BY
                    texts.origin_source,
                    texts.origin_id,
                    CASE
                        WHEN texts.origin_source IN ('bamboohr', 'workday')
                            THEN texts.company_id
                    END
            ),
            texts.text_role_id
        ) AS role_id
    FROM texts
    LEFT JOIN own
        ON
            texts.origin_source = own.source
            AND texts.origin_id = own.source_id
            -- Numbers that each tenant counts for itself.
            AND (
                texts.origin_source NOT IN ('bamboohr', 'workday')
                OR texts.company_id = own.company_id
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
    text_chars,
    is_excerpt,
    row_number() OVER (
        PARTITION BY role_id
        ORDER BY is_passed_on, coalesce(posted_on, first_seen_on), posting_id
    ) > 1 AS is_duplicate,
    url,
    content_hash,
    method_version
FROM roles
