/*
description: Pay bands of one version of an advert.
key: [content_hash, band]
made_by: warehouse.facts
columns:
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  band: INTEGER | Position among the bands of that version, from 0
  role_no: INTEGER | Role of the advert that it is for, NULL where it is for several or all
  provenance: VARCHAR | structured, parsed or estimated
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
values:
  kind: [base, total, contract]
*/
