/*
description: "Base pay that an employer states, by family, level and country of the role, in US dollars a year: one row for roles that are alike, each role with the ends of its own stated bands."
key: [company_id, family, level, country]
materialized: view
like: core.roles
columns:
  company_id:
  company: VARCHAR | Employer as its newest advert with pay writes it
  family:
  level:
  country:
  n_roles: INTEGER | Roles that state base pay
  n_open: INTEGER | Roles among them that are open
  pay_min_usd_year: DOUBLE | Least lower end
  pay_min_median_usd_year: DOUBLE | Median of the lower ends
  pay_mid_median_usd_year: DOUBLE | Median of the midpoints
  pay_max_median_usd_year: DOUBLE | Median of the upper ends
  pay_max_usd_year: DOUBLE | Greatest upper end
  first_entered_on: DATE | Day on which the first of the roles came on the market
  last_entered_on: DATE | Day on which the last of the roles came on the market
*/
SELECT
    role.company_id,
    arg_max(advert.company, (role.entered_on, role.role_id)) AS company,
    role.family,
    role.level,
    role.country,
    count(*)::INTEGER AS n_roles,
    count(*) FILTER (WHERE role.is_open)::INTEGER AS n_open,
    min(role.pay_min_usd_year) AS pay_min_usd_year,
    quantile_disc(role.pay_min_usd_year, 0.5) AS pay_min_median_usd_year,
    quantile_disc(role.pay_mid_usd_year, 0.5) AS pay_mid_median_usd_year,
    quantile_disc(role.pay_max_usd_year, 0.5) AS pay_max_median_usd_year,
    max(role.pay_max_usd_year) AS pay_max_usd_year,
    min(role.entered_on) AS first_entered_on,
    max(role.entered_on) AS last_entered_on
FROM core.roles AS role
INNER JOIN core.postings AS advert ON role.role_id = advert.role_id AND NOT advert.is_duplicate
WHERE role.pay_min_usd_year IS NOT NULL OR role.pay_max_usd_year IS NOT NULL
GROUP BY ALL
