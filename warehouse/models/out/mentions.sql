/*
description: A framework, skill or topic named in an advert, one row per place in the text.
key: [posting_id, span_start, framework]
materialized: view
like: core.mentions
columns:
  posting_id: VARCHAR | Advert (out.postings)
  framework: VARCHAR | Leaf id of the vocabulary
  family:
  kind:
  section:
  negated: BOOLEAN | Said not to be used
  is_alternative:
  is_boilerplate:
  surface:
  span_start:
  span_end:
values:
  framework: technology
*/
SELECT
    posting_id,
    technology AS framework,
    family,
    kind,
    section,
    is_negated AS negated,
    is_alternative,
    is_boilerplate,
    surface,
    span_start,
    span_end
FROM core.mentions
