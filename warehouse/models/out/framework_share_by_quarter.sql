/*
description: Share of roles that name a framework family, by quarter and source.
key: [period_start, sources, population, framework]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.boards]
columns:
  period_start: DATE | First day of the period
  sources: VARCHAR | all, panel (boards listed throughout the newest 365 days, core.boards), or the one source that is counted
  population: VARCHAR | ml (machine-learning roles) or all
  framework: VARCHAR | Framework family
  n_roles: INTEGER | Roles that name it
  n_companies: INTEGER | Companies behind those
  n_roles_all: INTEGER | Roles of the period and population
  share: DOUBLE | Share of the roles of the period and population, NULL where there are none
  ci_low: DOUBLE | Lower end of the 95 % interval, company-clustered bootstrap
  ci_high: DOUBLE | Upper end of the 95 % interval
  is_partial: BOOLEAN | Whether the period is not over, or most of its roles come from sources that did not see all of it
values:
  population: [ml, all]
  framework: [pytorch, tensorflow, jax]
*/
