/*
description: Frameworks, skills and topics named in one version of an advert, one row per place in the text.
key: [content_hash, span_start, technology]
made_by: warehouse.facts
columns:
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  technology: VARCHAR | Leaf id of the vocabulary
  family: VARCHAR | Family that the leaf rolls up to
  kind: VARCHAR | framework, skill, or topic (wording that tells what sort of work it is for)
  section: VARCHAR | requirements, preferred, about or other
  is_negated: BOOLEAN | Said not to be used
  is_alternative: BOOLEAN | Named as one of several to choose from
  surface: VARCHAR | As written
  span_start: INTEGER | Offset in the text, characters
  span_end: INTEGER | Offset of the end in the text, characters
  line_hash: VARCHAR | Hash of the line of text that holds it
values:
  family: technology family
  kind: [framework, skill, topic]
  technology: technology
*/
