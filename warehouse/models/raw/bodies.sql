/*
description: One row per version of an advert, as its source said it. Nothing is interpreted.
key: [content_hash]
made_by: warehouse.load
columns:
  content_hash: VARCHAR | Hash of everything below the digest
  line_digest: BLOB | Digest of the landing line that it was first read from, all but its instant; NULL where the line was written otherwise
  source: VARCHAR | Source of the advert
  board: VARCHAR | Board or thread that showed it
  source_id: VARCHAR | The source's own id of the advert
  url: VARCHAR | Address of the advert
  company: VARCHAR | Employer as named by the source, NULL where the text alone names it
  title: VARCHAR | Title as served, NULL where the text alone has one
  body: VARCHAR | Text as served, HTML or plain
  is_excerpt: BOOLEAN | Whether the source gives a part of the text only, or none
  location: VARCHAR | Location as served
  secondary_locations: VARCHAR[] | Further locations as served
  address_locality: VARCHAR | Town of a structured address
  address_region: VARCHAR | Region of a structured address
  address_country: VARCHAR | Country of a structured address
  is_remote: BOOLEAN | The source's own flag
  workplace: VARCHAR | The source's own word for onsite, hybrid, remote
  department: VARCHAR | Department as served
  team: VARCHAR | Team as served
  employment_type: VARCHAR | Employment type as served
  posted_on: DATE | Day of posting as the source tells it
  posted_basis: VARCHAR | stated, relative or inferred
  pay_text: VARCHAR | The source's own salary field
  pay_components: STRUCT("type" VARCHAR, "min" VARCHAR, "max" VARCHAR, currency VARCHAR, "interval" VARCHAR, zone VARCHAR, is_estimated BOOLEAN)[] | The source's own structured pay
  estimated_pay_text: VARCHAR | Pay that the source or a data set guessed, in words
  requisition_id: VARCHAR | Requisition or internal job that several adverts share
  poster: VARCHAR | Keyed hash of who posted it, where the source says; not part of the hash above
  expires_on: DATE | Last day of the advert as the source first told it; not part of the hash
  origin_source: VARCHAR | Source of the employer's own board, where the advert is passed on
  origin_id: VARCHAR | Id of the advert there
*/
