/*
description: What the normalisers read out of one version of an advert.
key: [content_hash]
made_by: warehouse.facts
columns:
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  method_version: VARCHAR | Version of the normalisers
  text: VARCHAR | Plain text as a reader sees it
  text_chars: INTEGER | Length of the text as it was read, characters
  text_hash: VARCHAR | Hash of the text without case, spacing and punctuation
  company: VARCHAR | Employer, as the source or the text names it
  company_id: VARCHAR | Normalised employer, NULL where nothing names it
  title: VARCHAR | Title, as the source or the text names it
  titles: VARCHAR[] | Titles of all the roles that it states, NULL where it states none
  is_ml_role: BOOLEAN | Whether machine learning is the core of the work, framework names left aside
  family: VARCHAR | Role family
  level: VARCHAR | Level
  countries: VARCHAR[] | Countries where the work can be done, ISO 3166 alpha-2
  is_us: BOOLEAN | Whether the United States is among them, NULL where no country is known
  region: VARCHAR | US state
  metro: VARCHAR | Large US metropolitan area, NULL where none is stated
  workplace: VARCHAR | onsite, hybrid, remote or unspecified
  is_agency_name: BOOLEAN | Whether the employer's name says that it staffs or recruits for others, NULL where nothing names it
values:
  family: role family
*/
