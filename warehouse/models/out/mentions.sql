/*
description: A framework or skill named in an advert, one row per place in the text.
key: [posting_id, span_start, framework]
columns:
  posting_id: VARCHAR | Advert (out.postings)
  framework: VARCHAR | Leaf id of the vocabulary
  family: VARCHAR | Family that the leaf rolls up to
  kind: VARCHAR | framework or skill
  section: VARCHAR | requirements, preferred, about or other
  negated: BOOLEAN | Said not to be used
  is_alternative: BOOLEAN | Named as one of several to choose from
  is_boilerplate: BOOLEAN | Its line stands in most adverts of the employer, for at least five titles
  surface: VARCHAR | As written
  span_start: INTEGER | Offset in the text, characters
  span_end: INTEGER | Offset of the end in the text, characters
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
