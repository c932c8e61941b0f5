-- PyTorch to TensorFlow in machine-learning roles, year by year, with the 95 % interval.
-- duckdb -readonly data/published/warehouse.duckdb < docs/examples/ratio_by_year.sql
SELECT
    year(ratio.period_start) AS year,
    round(ratio.ratio, 2) AS pytorch_per_tensorflow,
    round(ratio.ci_low, 2) AS ci_low,
    round(ratio.ci_high, 2) AS ci_high,
    ratio.n_roles,
    ratio.n_companies,
    ratio.is_partial,
    run.is_sample
FROM out.framework_ratio_by_year AS ratio
CROSS JOIN (SELECT bool_or(is_sample) AS is_sample FROM out.claim_verdicts) AS run
WHERE ratio.sources = 'all' AND ratio.population = 'ml'
ORDER BY year;
