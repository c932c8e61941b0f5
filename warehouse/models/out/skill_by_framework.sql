/*
description: "What roles that name a framework name beside it, in the twelve months before the as-of day. Skills in fewer than 5 roles with the framework, or at fewer than 3 companies, are left out."
key: [framework, skill, population]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.mentions]
columns:
  framework: VARCHAR | A framework, by family
  skill: VARCHAR | Any other technology, by family
  kind: VARCHAR | Whether the skill is a framework or a skill
  population: VARCHAR | ml (machine-learning roles) or all
  n_roles: INTEGER | Roles that name both, not negated, in an advert of their first year
  n_companies: INTEGER | Companies behind those
  n_roles_framework: INTEGER | Roles that name the framework
  share: DOUBLE | Share of the framework's roles that name the skill
  share_all: DOUBLE | Share of all roles of the population that name the skill
  lift: DOUBLE | share over share_all, 1 where framework and skill are independent
  ci_low: DOUBLE | Lower end of the 95 % interval of the lift, companies resampled
  ci_high: DOUBLE | Upper end of the 95 % interval of the lift
  window_start: DATE | First day on which a role that counts entered the market
  window_end: DATE | Last day, the as-of day
*/
