/*
description: "What roles of the twelve months before the as-of day pay: quantiles of the midpoint of the stated base band, in US dollars a year. The value all stands for the margin: whatever the role names, is, or where it is; a role of unknown level, or in several countries, counts in the margins alone. A role counts under every framework that it names. Cells of fewer than 5 roles or 3 companies are left out; where fewer than 5 roles at 3 companies state pay, the quantiles are NULL."
key: [framework, level, family, country]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.mentions]
columns:
  framework: VARCHAR | A framework that the role names, by family, or all for roles of any kind
  level: VARCHAR | Level, or all
  family: VARCHAR | Role family, or all
  country: VARCHAR | The country (ISO code), or all
  n_roles: INTEGER | Roles, whether they state pay or not
  n_companies: INTEGER | Companies behind them
  n_roles_paid: INTEGER | Roles that state base pay, on which the quantiles rest
  n_companies_paid: INTEGER | Companies behind those
  disclosure_rate: DOUBLE | Share of the roles that state base pay
  p10: DOUBLE | 10th percentile of the midpoint, US dollars a year
  p25: DOUBLE | 25th percentile
  p50: DOUBLE | Median
  p50_ci_low: DOUBLE | Lower end of the 95 % interval of the median, companies resampled, NULL where open
  p50_ci_high: DOUBLE | Upper end of the 95 % interval of the median, NULL where open
  p75: DOUBLE | 75th percentile
  p90: DOUBLE | 90th percentile
  window_start: DATE | First day on which a role that counts entered the market
  window_end: DATE | Last day, the as-of day
*/
