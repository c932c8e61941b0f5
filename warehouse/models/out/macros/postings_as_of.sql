/*
description: The adverts as they were known on a past day, in the version of then. Which adverts are for one role is as known now.
parameters: [day]
columns:
  posting_id: Advert (out.postings)
  source: Source that shows the advert
  board: Board or thread on that source
  role_id: The role that the advert is for, as known now
  company: Employer, as the version of then names it
  company_id: Normalised employer
  title: Title of then
  family: Role family
  level: Level
  is_ml_role: Whether machine learning is the core of the work
  country: The country, where there is only one
  is_us: Whether the United States is among its countries
  workplace: onsite, hybrid, remote or unspecified
  posted_on: Day of posting as its source told it then
  posted_basis: stated, relative or inferred
  first_seen_on: First day on which it was seen
  last_seen_on: Last day, of those until then, on which it was seen
  closed_on: First complete listing without it, where two in a row lacked it by then
  is_open: Whether it counted as open on that day
  is_excerpt: Whether the source gives a part of the text only, or none
  has_pytorch: Named the PyTorch family then, not negated
  has_tensorflow: Named the TensorFlow family then, not negated
  has_jax: Named the JAX family then, not negated
  content_hash: Version of then
*/
WITH listed AS (
    SELECT
        source,
        board,
        observed_on,
        2 * postings_seen < lag(postings_seen) OVER days AS is_drop,
        lead(observed_on) OVER days IS NULL AS is_newest
    FROM out.board_health
    WHERE observed_on <= day AND (is_complete OR state = 'suspect')
    WINDOW days AS (PARTITION BY source, board ORDER BY observed_on)
),

-- A drop by more than half was not believed on the day itself, as nothing had repeated it yet.
doubted AS (
    SELECT
        source,
        board,
        observed_on
    FROM listed
    WHERE is_newest AND is_drop
),

sound AS (
    SELECT
        asked.source,
        asked.board,
        asked.observed_on,
        asked.is_complete
    FROM out.board_health AS asked
    ANTI JOIN doubted
        ON
            asked.source = doubted.source
            AND asked.board = doubted.board
            AND asked.observed_on = doubted.observed_on
    WHERE asked.observed_on <= day AND asked.is_sound
),

boards AS (
    SELECT
        source,
        board,
        max(observed_on) FILTER (WHERE is_complete) AS newest_listing_on
    FROM sound
    GROUP BY ALL
),

-- Of each sighting, the last day that counted then.
seen AS (
    SELECT
        sighting.posting_id,
        sighting.content_hash,
        sighting.from_on,
        sound.observed_on AS last_on
    FROM out.sightings AS sighting
    ASOF INNER JOIN sound
        ON
            sighting.source = sound.source
            AND sighting.board = sound.board
            AND coalesce(sighting.until_on, 'infinity'::DATE) > sound.observed_on
    WHERE sighting.from_on <= sound.observed_on
),

newest AS (
    SELECT
        posting_id,
        max(last_on) AS last_seen_on,
        arg_max(content_hash, (last_on, from_on)) AS content_hash
    FROM seen
    GROUP BY posting_id
),

versions AS (
    SELECT DISTINCT ON (posting_id, content_hash) *
    FROM out.posting_versions
),

spells AS (
    SELECT
        spell.posting_id,
        arg_max_null(
            CASE WHEN spell.confirmed_on <= boards.newest_listing_on THEN spell.closed_on END,
            spell.spell_no
        ) AS closed_on
    FROM out.posting_spells AS spell
    INNER JOIN newest ON spell.posting_id = newest.posting_id
    INNER JOIN core.postings AS posting ON spell.posting_id = posting.posting_id
    LEFT JOIN boards ON posting.source = boards.source AND posting.board = boards.board
    WHERE spell.opened_on <= newest.last_seen_on
    GROUP BY spell.posting_id
),

told AS (
    SELECT
        posting.posting_id,
        posting.source,
        posting.board,
        posting.role_id,
        posting.first_seen_on,
        posting.is_excerpt,
        version.* EXCLUDE (posting_id, version_no, is_newest, from_on, until_on, changed),
        newest.last_seen_on,
        spells.closed_on,
        boards.newest_listing_on
    FROM newest
    INNER JOIN core.postings AS posting ON newest.posting_id = posting.posting_id
    INNER JOIN versions AS version
        ON newest.posting_id = version.posting_id AND newest.content_hash = version.content_hash
    LEFT JOIN boards ON posting.source = boards.source AND posting.board = boards.board
    LEFT JOIN spells ON newest.posting_id = spells.posting_id
)

SELECT
    posting_id,
    source,
    board,
    role_id,
    company,
    company_id,
    title,
    family,
    level,
    is_ml_role,
    country,
    is_us,
    workplace,
    posted_on,
    posted_basis,
    first_seen_on,
    last_seen_on,
    closed_on,
    last_seen_on >= coalesce(newest_listing_on, last_seen_on)
    AND last_seen_on >= day - 45
    AND (newest_listing_on IS NOT NULL OR coalesce(expires_on >= day, TRUE)) AS is_open,
    is_excerpt,
    has_pytorch,
    has_tensorflow,
    has_jax,
    content_hash
FROM told
