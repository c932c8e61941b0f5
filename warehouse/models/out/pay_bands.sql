/*
description: A pay band of an advert, as stated and in US dollars a year.
key: [posting_id, band]
materialized: view
like: core.pay_bands
columns:
  posting_id: VARCHAR | Advert (out.postings)
  band:
  role_no:
  provenance:
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
    posting_id,
    band,
    role_no,
    provenance,
    kind,
    pay_min,
    pay_max,
    currency,
    period,
    pay_min_usd_year,
    pay_max_usd_year,
    zone,
    evidence,
    is_plausible,
    reason
FROM core.pay_bands
