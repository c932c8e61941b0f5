/*
description: A pay band of an advert, as stated and in US dollars a year.
key: [posting_id, band]
columns:
  posting_id: VARCHAR | Advert (out.postings)
  band: INTEGER | Position among the bands of the advert, from 0
  provenance: VARCHAR | structured (the source's own field), parsed (from the text) or estimated
  kind: VARCHAR | base, total or contract
  pay_min: DECIMAL(18, 2) | Lower end as stated, NULL where open
  pay_max: DECIMAL(18, 2) | Upper end as stated, NULL where open
  currency: VARCHAR | ISO 4217
  period: VARCHAR | YEAR, MONTH, WEEK, DAY or HOUR
  pay_min_usd_year: DOUBLE | Lower end, US dollars a year
  pay_max_usd_year: DOUBLE | Upper end, US dollars a year
  zone: VARCHAR | Place or level that the band is for
  evidence: VARCHAR | Piece of text or field that states it
  is_plausible: BOOLEAN | Whether it can be a salary
  reason: VARCHAR | Why it can't
*/
SELECT
    posting_id,
    band,
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
