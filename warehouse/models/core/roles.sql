/*
description: One role, after its copies, reposts and cities are merged; adverts of which only an excerpt is known are left out. The unit of every statistic.
key: [role_id]
materialized: view
like: core.role_rows
columns:
  role_id:
  company_id:
  source:
  sources:
  board:
  entered_on:
  last_seen_on: DATE | Last day on which one of its adverts was seen
  is_open:
  is_ml_role:
  family:
  level:
  country:
  is_us:
  region:
  metro:
  workplace:
  has_pytorch:
  has_tensorflow:
  has_jax:
  pay_min_usd_year:
  pay_max_usd_year:
  pay_mid_usd_year:
  n_adverts:
*/
SELECT
    role.role_id,
    role.company_id,
    role.source,
    role.sources,
    role.board,
    role.entered_on,
    coalesce(role.ended_on, greatest(board.newest_on, role.entered_on)) AS last_seen_on,
    role.is_open,
    role.is_ml_role,
    role.family,
    role.level,
    role.country,
    role.is_us,
    role.region,
    role.metro,
    role.workplace,
    role.has_pytorch,
    role.has_tensorflow,
    role.has_jax,
    role.pay_min_usd_year,
    role.pay_max_usd_year,
    role.pay_mid_usd_year,
    role.n_adverts
FROM core.role_rows AS role
LEFT JOIN core.boards AS board
    ON role.shown_source = board.source AND role.shown_board = board.board
