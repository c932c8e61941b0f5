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
WITH boards AS (
    SELECT
        source,
        board,
        max(observed_on) FILTER (WHERE is_sound) AS newest_on,
        max(observed_on) FILTER (WHERE is_complete) AS newest_listing_on
    FROM out.board_health
    WHERE observed_on <= day
    GROUP BY ALL
),

spells AS (
    SELECT
        posting_id,
        max(opened_on) AS opened_on,
        arg_max({'ended_on': ended_on, 'closed_on': closed_on, 'confirmed_on': confirmed_on}, spell_no)
            AS newest
    FROM out.posting_spells
    WHERE opened_on <= day
    GROUP BY posting_id
),

versions AS (
    SELECT
        posting_id,
        max(version_no) AS version_no
    FROM out.posting_versions
    WHERE from_on <= day
    GROUP BY posting_id
),

told AS (
    SELECT
        posting.posting_id,
        posting.source,
        posting.board,
        posting.role_id,
        version.*,
        posting.first_seen_on,
        CASE WHEN spells.newest.ended_on <= day
                THEN spells.newest.ended_on
            ELSE coalesce(boards.newest_on, spells.opened_on)
        END AS last_seen_on,
        CASE WHEN spells.newest.confirmed_on <= day THEN spells.newest.closed_on END AS closed_on,
        posting.is_excerpt,
        boards.newest_listing_on
    FROM spells
    INNER JOIN versions ON spells.posting_id = versions.posting_id
    INNER JOIN out.posting_versions AS version
        ON versions.posting_id = version.posting_id AND versions.version_no = version.version_no
    INNER JOIN core.postings AS posting ON spells.posting_id = posting.posting_id
    LEFT JOIN boards ON posting.source = boards.source AND posting.board = boards.board
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
