SELECT period_start, ratio, ci_low, ci_high, n_roles, n_companies, is_partial
FROM out.framework_ratio_by_year
WHERE sources = 'all' AND population = 'ml'
ORDER BY period_start
