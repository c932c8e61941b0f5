/*
description: Roles that one version of an advert offers, most often one.
key: [content_hash, role_no]
made_by: warehouse.facts
columns:
  content_hash: VARCHAR | Version of the advert (raw.bodies)
  role_no: INTEGER | Position among the roles of that version, from 0
  title: VARCHAR | Title of the role as written, NULL where none is
  is_ml_role: BOOLEAN | Whether machine learning is the core of the work, framework names left aside
  family: VARCHAR | Role family
  level: VARCHAR | Level
  is_main: BOOLEAN | Whether the advert counts as this role, the first for machine learning, else the first
  span_start: INTEGER | Where the stretch of the text begins that speaks of this role alone, characters
  span_end: INTEGER | Where it ends
values:
  family: role family
*/
