/*
description: A role that an advert offers; a comment of a thread may offer several, each with its own title.
key: [posting_id, role_no]
materialized: view
like: core.posting_roles
columns:
  posting_id: VARCHAR | Advert (out.postings)
  role_no:
  title:
  family:
  level:
  is_ml_role:
  is_main:
*/
SELECT
    posting_id,
    role_no,
    title,
    family,
    level,
    is_ml_role,
    is_main
FROM core.posting_roles
