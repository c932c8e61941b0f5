/*
description: The text of an advert in the version of core.postings.
key: [posting_id]
materialized: view
like: core.adverts
columns:
  posting_id: VARCHAR | Advert (core.postings)
  content_hash:
  text:
*/
SELECT
    posting.posting_id,
    posting.content_hash,
    fact.text
FROM core.posting_rows AS posting
INNER JOIN core.facts AS fact ON posting.content_hash = fact.content_hash
