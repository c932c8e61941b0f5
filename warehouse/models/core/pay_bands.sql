/*
description: A pay band of an advert, as stated and in US dollars a year.
key: [posting_id, band]
materialized: view
like: core.fact_pay_bands
columns:
  posting_id: VARCHAR | Advert (core.postings)
  band: INTEGER | Position among the bands of the advert, from 0
  role_no:
  provenance: VARCHAR | structured (the source's own field), parsed (from the text) or estimated
  kind:
  pay_min:
  pay_max:
  currency:
  period:
  pay_min_usd_year:
  pay_max_usd_year:
  zone:
  evidence:
  is_plausible:
  reason:
*/
SELECT
    posting.posting_id,
    band.band,
    band.role_no,
    band.provenance,
    band.kind,
    band.pay_min,
    band.pay_max,
    band.currency,
    band.period,
    band.pay_min_usd_year,
    band.pay_max_usd_year,
    band.zone,
    band.evidence,
    band.is_plausible,
    band.reason
FROM core.posting_rows AS posting
INNER JOIN core.fact_pay_bands AS band ON posting.content_hash = band.content_hash
