/*
description: A pay band of an advert, as stated and in US dollars a year.
key: [posting_id, band]
columns:
  posting_id: VARCHAR | Advert (core.postings)
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
    posting.posting_id,
    band.band,
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
FROM core.postings AS posting
INNER JOIN core.fact_pay_bands AS band ON posting.content_hash = band.content_hash
