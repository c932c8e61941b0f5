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
  country: VARCHAR | The country, where there is only one
  region: VARCHAR | US state
  is_us: BOOLEAN | Whether the United States is among them, NULL where no country is known
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  posted_on: DATE | Day of posting as the source tells it
  posted_basis: VARCHAR | stated, relative or inferred
  first_seen_on: DATE | First day on which we saw it
  last_seen_on: DATE | Last day on which we saw it
  closed_on: DATE | First complete listing without it, once two in a row lack it
  is_open: BOOLEAN | In the newest complete listing of its board, which is at most 45 days old
  text_chars: INTEGER | Length of the text, characters
  is_duplicate: BOOLEAN | Whether an earlier advert is for the same role
  url: VARCHAR | Address of the advert
*/
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
    text_chars,
    is_duplicate,
    url
FROM core.postings
