/*
description: "PyTorch and TensorFlow among the roles that had entered the market, by month, as it was known on a past day; intervals come from a run with --as-of."
parameters: [day]
columns:
  month: First day of the month in which the roles entered
  population: ml (machine-learning roles) or all
  pytorch_only: Roles that name the PyTorch family and not TensorFlow
  tensorflow_only: Roles that name the TensorFlow family and not PyTorch
  both: Roles that name both
  neither: Roles that name neither
  ratio: (pytorch_only + both) / (tensorflow_only + both), NULL where the denominator is 0
  n_roles: Roles that entered the market in the month
  n_companies: Companies behind them
*/
WITH adverts AS (
    SELECT
        *,
        coalesce(posted_on, first_seen_on) AS on_market_on,
        min(coalesce(posted_on, first_seen_on)) OVER (PARTITION BY role_id) AS entered_on
    FROM out.postings_as_of(day)
),

roles AS (
    SELECT
        role_id,
        any_value(entered_on) AS entered_on,
        arg_min(company_id, (on_market_on, posting_id)) AS company_id,
        arg_min(is_ml_role, (on_market_on, posting_id)) AS is_ml_role,
        bool_or(has_pytorch AND on_market_on <= entered_on + 365) AS has_pytorch,
        bool_or(has_tensorflow AND on_market_on <= entered_on + 365) AS has_tensorflow
    FROM adverts
    WHERE NOT is_excerpt AND entered_on <= day
    GROUP BY role_id
),

populations AS (
    SELECT
        *,
        unnest(CASE WHEN is_ml_role THEN ['all', 'ml'] ELSE ['all'] END) AS population
    FROM roles
)

SELECT
    date_trunc('month', entered_on)::DATE AS month,
    population,
    count(*) FILTER (WHERE has_pytorch AND NOT has_tensorflow) AS pytorch_only,
    count(*) FILTER (WHERE has_tensorflow AND NOT has_pytorch) AS tensorflow_only,
    count(*) FILTER (WHERE has_pytorch AND has_tensorflow) AS "both",
    count(*) FILTER (WHERE NOT has_pytorch AND NOT has_tensorflow) AS neither,
    count(*) FILTER (WHERE has_pytorch)
    / nullif(count(*) FILTER (WHERE has_tensorflow), 0) AS ratio,
    count(*) AS n_roles,
    count(DISTINCT company_id) AS n_companies
FROM populations
GROUP BY ALL
ORDER BY ALL
