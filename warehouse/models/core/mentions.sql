/*
description: A framework, skill or topic named in an advert, one row per place in the text.
key: [posting_id, span_start, technology]
materialized: view
columns:
  posting_id: VARCHAR | Advert (core.postings)
  technology: VARCHAR | Leaf id of the vocabulary
  family: VARCHAR | Family that the leaf rolls up to
  kind: VARCHAR | framework, skill, or topic (wording that tells what sort of work it is for)
  section: VARCHAR | requirements, preferred, about or other
  is_negated: BOOLEAN | Said not to be used
  is_alternative: BOOLEAN | Named as one of several to choose from
  is_boilerplate: BOOLEAN | Its line stands in most adverts of the employer, for at least five titles
  surface: VARCHAR | As written
  span_start: INTEGER | Offset in the text, characters
  span_end: INTEGER | Offset of the end in the text, characters
values:
  family: technology family
  kind: [framework, skill, topic]
  technology: technology
*/
SELECT
    posting.posting_id,
    mention.technology,
    mention.family,
    mention.kind,
    mention.section,
    mention.is_negated,
    mention.is_alternative,
    boilerplate.line_hash IS NOT NULL AS is_boilerplate,
    mention.surface,
    mention.span_start,
    mention.span_end
FROM core.posting_rows AS posting
INNER JOIN core.fact_mentions AS mention ON posting.content_hash = mention.content_hash
LEFT JOIN core.boilerplate AS boilerplate
    ON
        posting.company_id = boilerplate.company_id
        AND mention.line_hash = boilerplate.line_hash
