/*
description: "How much more often than by chance a role names two technologies, by the year in which it entered the market. At least one of the two is a framework. Pairs in fewer than 5 roles or at fewer than 3 companies are left out, so that what is never named together has no row."
key: [year, population, technology_a, technology_b]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.mentions]
columns:
  year: INTEGER | Year in which the roles entered the market
  population: VARCHAR | ml (machine-learning roles) or all
  technology_a: VARCHAR | A framework or skill, by family; the first of the two in the alphabet
  technology_b: VARCHAR | The other one
  n_roles: INTEGER | Roles that name both, not negated, in an advert of their first year
  n_companies: INTEGER | Companies behind those
  n_roles_a: INTEGER | Roles that name technology_a
  n_roles_b: INTEGER | Roles that name technology_b
  n_roles_all: INTEGER | Roles of the year and population
  lift: DOUBLE | Share of roles naming both over the product of the shares naming each, 1 where they are independent
  ci_low: DOUBLE | Lower end of the 95 % interval of the lift, companies resampled
  ci_high: DOUBLE | Upper end of the 95 % interval of the lift
  is_partial: BOOLEAN | Whether the year is not over at the as-of day
*/
