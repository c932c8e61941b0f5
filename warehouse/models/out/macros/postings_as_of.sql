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

boards AS (
    SELECT
        asked.source,
        asked.board,
        max(asked.observed_on) FILTER (WHERE asked.is_sound) AS newest_on,
        max(asked.observed_on) FILTER (WHERE asked.is_complete) AS newest_listing_on
    FROM out.board_health AS asked
    ANTI JOIN doubted
        ON
            asked.source = doubted.source
            AND asked.board = doubted.board
            AND asked.observed_on = doubted.observed_on
    WHERE asked.observed_on <= day
    GROUP BY ALL
),

-- The newest day of each advert's board that counted then.
known AS (
    SELECT
        posting.posting_id,
        posting.source,
        posting.board,
        posting.role_id,
        posting.first_seen_on,
        posting.is_excerpt,
        boards.newest_on,
        boards.newest_listing_on
    FROM core.postings AS posting
    INNER JOIN boards ON posting.source = boards.source AND posting.board = boards.board
),

spells AS (
    SELECT
        spell.posting_id,
        max(spell.spell_no) AS spell_no
    FROM out.posting_spells AS spell
    INNER JOIN known ON spell.posting_id = known.posting_id
    WHERE spell.opened_on <= known.newest_on
    GROUP BY spell.posting_id
),

versions AS (
    SELECT
        version.posting_id,
        max(version.version_no) AS version_no
    FROM out.posting_versions AS version
    INNER JOIN known ON version.posting_id = known.posting_id
    WHERE version.from_on <= known.newest_on
    GROUP BY version.posting_id
),

told AS (
    SELECT
        known.*,
        version.* EXCLUDE (posting_id, version_no, is_newest, from_on, until_on, changed),
        least(
            known.newest_on, CASE WHEN spell.ended_on <= day THEN spell.ended_on END
        ) AS last_seen_on,
        CASE WHEN spell.confirmed_on <= day THEN spell.closed_on END AS closed_on
    FROM known
    INNER JOIN spells ON known.posting_id = spells.posting_id
    INNER JOIN out.posting_spells AS spell
        ON spells.posting_id = spell.posting_id AND spells.spell_no = spell.spell_no
    INNER JOIN versions ON known.posting_id = versions.posting_id
    INNER JOIN out.posting_versions AS version
        ON versions.posting_id = version.posting_id AND versions.version_no = version.version_no
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
