/*
description: When a version of an advert was shown, in every sound answer of its board from one day to another; the ledger of observations, with no row for a day on which nothing changed.
key: [posting_id, content_hash, board, from_on]
materialized: view
like: raw.sightings
columns:
  posting_id: VARCHAR | Advert (out.postings)
  source:
  board: VARCHAR | Board or thread that showed it; of a data set, the file
  content_hash: VARCHAR | Version that was shown (out.posting_versions)
  from_on:
  until_on:
*/
SELECT
    posting.posting_id,
    sighting.source,
    sighting.board,
    sighting.content_hash,
    sighting.from_on,
    CASE WHEN sighting.until_on <= getvariable('as_of') THEN sighting.until_on END AS until_on
FROM raw.sightings AS sighting
INNER JOIN core.posting_rows AS posting
    ON
        sighting.source = posting.source
        AND sighting.source_id = posting.source_id
        -- A day's file of the data set shows what is in the whole one.
        AND posting.board = CASE WHEN sighting.source = 'jobhive' THEN 'all' ELSE sighting.board END
WHERE sighting.from_on <= getvariable('as_of')
