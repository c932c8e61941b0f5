/*
description: Roles open on boards that list all that they have, and how many came and went, by month; see out.market_flow_by_day.
key: [month, sources, population, framework]
like: out.market_flow_by_day
columns:
  month: DATE | First day of the month
  sources:
  population:
  framework:
  stock: INTEGER | Roles open at the end of the month, or on the newest day of it
  found:
  inflow:
  n_new:
  n_reopened:
  n_reposted:
  closures:
  lost:
  is_partial: BOOLEAN | Whether the month is not over, was not watched, or not from its first day, or closures can still become known
*/
SELECT
    date_trunc('month', day)::DATE AS month,
    sources,
    population,
    framework,
    arg_max(stock, day) AS stock,
    sum(found)::INTEGER AS found,
    sum(inflow)::INTEGER AS inflow,
    sum(n_new)::INTEGER AS n_new,
    sum(n_reopened)::INTEGER AS n_reopened,
    sum(n_reposted)::INTEGER AS n_reposted,
    sum(closures)::INTEGER AS closures,
    sum(lost)::INTEGER AS lost,
    bool_or(is_partial)
    OR NOT bool_or(is_listed)
    OR min(day) > date_trunc('month', min(day))::DATE
    OR max(day) < last_day(max(day)) AS is_partial
FROM out.market_flow_by_day
GROUP BY ALL
