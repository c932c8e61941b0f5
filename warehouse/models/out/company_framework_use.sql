/*
description: What a company's roles of a year name, any role of any of its teams. Company and years without a machine-learning role in which no role names PyTorch, TensorFlow or JAX are left out.
key: [company_id, year]
columns:
  company_id: VARCHAR | Normalised employer
  company: VARCHAR | Its name as its newest advert writes it
  year: INTEGER | Year in which the roles entered the market
  uses_pytorch: BOOLEAN | Whether a role names the PyTorch family
  uses_tensorflow: BOOLEAN | Whether a role names the TensorFlow family
  uses_both: BOOLEAN | Whether both are named, in one role or in two
  uses_jax: BOOLEAN | Whether a role names the JAX family
  n_roles: INTEGER | Roles of the year
  n_ml_roles: INTEGER | Machine-learning roles among them
  n_roles_pytorch: INTEGER | Roles that name the PyTorch family
  n_roles_tensorflow: INTEGER | Roles that name the TensorFlow family
  n_roles_both: INTEGER | Roles that name both
  n_roles_jax: INTEGER | Roles that name the JAX family
  is_partial: BOOLEAN | Whether the year is not over at the as-of day
*/
WITH named AS (
    SELECT
        company_id,
        arg_max(company, (coalesce(posted_on, first_seen_on), posting_id)) AS company
    FROM core.postings
    GROUP BY company_id
),

used AS (
    SELECT
        company_id,
        year(entered_on)::INTEGER AS year,
        count(*)::INTEGER AS n_roles,
        count(*) FILTER (WHERE is_ml_role)::INTEGER AS n_ml_roles,
        count(*) FILTER (WHERE has_pytorch)::INTEGER AS n_roles_pytorch,
        count(*) FILTER (WHERE has_tensorflow)::INTEGER AS n_roles_tensorflow,
        count(*) FILTER (WHERE has_pytorch AND has_tensorflow)::INTEGER AS n_roles_both,
        count(*) FILTER (WHERE has_jax)::INTEGER AS n_roles_jax
    FROM core.roles
    WHERE company_id IS NOT NULL AND entered_on <= getvariable('as_of')
    GROUP BY ALL
)

SELECT
    used.company_id,
    named.company,
    used.year,
    used.n_roles_pytorch > 0 AS uses_pytorch,
    used.n_roles_tensorflow > 0 AS uses_tensorflow,
    used.n_roles_pytorch > 0 AND used.n_roles_tensorflow > 0 AS uses_both,
    used.n_roles_jax > 0 AS uses_jax,
    used.n_roles,
    used.n_ml_roles,
    used.n_roles_pytorch,
    used.n_roles_tensorflow,
    used.n_roles_both,
    used.n_roles_jax,
    getvariable('as_of')::DATE < make_date(used.year, 12, 31) AS is_partial
FROM used
LEFT JOIN named ON used.company_id = named.company_id
WHERE
    used.n_ml_roles > 0
    OR used.n_roles_pytorch > 0
    OR used.n_roles_tensorflow > 0
    OR used.n_roles_jax > 0
