/*
description: A role that an advert offers; a comment of a thread may offer several, each with its own title.
key: [posting_id, role_no]
materialized: view
like: core.fact_roles
columns:
  posting_id: VARCHAR | Advert (core.postings)
  role_no: INTEGER | Position among the roles of the advert, from 0
  title:
  family:
  level:
  is_ml_role:
  is_main:
  span_start:
  span_end:
*/
SELECT
    posting.posting_id,
    role.role_no,
    role.title,
    role.family,
    role.level,
    role.is_ml_role,
    role.is_main,
    role.span_start,
    role.span_end
FROM core.posting_rows AS posting
INNER JOIN core.fact_roles AS role ON posting.content_hash = role.content_hash
