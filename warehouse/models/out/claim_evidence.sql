/*
description: "What a verdict rests on: one row for each claim and each role, paper or model that it counts, with the first advert of the role to look at."
key: [claim_id, unit, role_id, paper_id, model_id]
materialized: view
columns:
  claim_id: VARCHAR | Claim (out.claim_verdicts)
  unit: VARCHAR | role, paper or model
  cell: VARCHAR | pytorch_only, tensorflow_only, both or neither, as it was counted
  has_jax: BOOLEAN | Whether it names the JAX family
  entered_on: DATE | Day on which the role came on the market or the paper was published, or of the model's snapshot
  role_id: VARCHAR | Role (core.roles), NULL for a paper or model
  posting_id: VARCHAR | First advert of the role (out.postings)
  company_id: VARCHAR | Employer that it was counted for, the cluster of the interval
  paper_id: VARCHAR | Paper (out.papers), NULL for a role or model; of several sources the first in the alphabet
  model_id: VARCHAR | Model of a hub, with the ranking that it counts in; NULL for a role or paper
  company: VARCHAR | Employer as the advert writes it
  title: VARCHAR | Title of the advert or paper
  pay_mid_usd_year: DOUBLE | Mean of the midpoints of the role's stated base bands
  url: VARCHAR | Address of the advert or paper
*/
WITH papers AS (
    SELECT
        coalesce(arxiv_id, paper_id) AS unit_id,
        min(paper_id) AS paper_id,
        arg_min(title, paper_id) AS title,
        coalesce(
            'https://arxiv.org/abs/' || any_value(arxiv_id),
            substr(min(paper_id), strpos(min(paper_id), ':') + 1)
        ) AS url
    FROM core.papers
    GROUP BY ALL
)

SELECT
    claim.claim_id,
    counted.unit,
    counted.cell,
    counted.has_jax,
    counted.entered_on,
    role.role_id,
    advert.posting_id,
    coalesce(role.company_id, role.role_id) AS company_id,
    NULL::VARCHAR AS paper_id,
    NULL::VARCHAR AS model_id,
    advert.company,
    advert.title,
    role.pay_mid_usd_year,
    advert.url
FROM out.claim_sets AS claim
INNER JOIN out.claim_units AS counted
    ON claim.claim_set = counted.claim_set AND counted.unit = 'role'
INNER JOIN core.roles AS role ON counted.unit_id = role.role_id
LEFT JOIN core.postings AS advert ON role.role_id = advert.role_id AND NOT advert.is_duplicate
UNION ALL
SELECT
    claim.claim_id,
    counted.unit,
    counted.cell,
    counted.has_jax,
    counted.entered_on,
    NULL AS role_id,
    NULL AS posting_id,
    NULL AS company_id,
    paper.paper_id,
    NULL AS model_id,
    NULL AS company,
    paper.title,
    NULL AS pay_mid_usd_year,
    paper.url
FROM out.claim_sets AS claim
INNER JOIN out.claim_units AS counted
    ON claim.claim_set = counted.claim_set AND counted.unit = 'paper'
INNER JOIN papers AS paper ON counted.unit_id = paper.unit_id
UNION ALL
SELECT
    claim.claim_id,
    counted.unit,
    counted.cell,
    counted.has_jax,
    counted.entered_on,
    NULL AS role_id,
    NULL AS posting_id,
    NULL AS company_id,
    NULL AS paper_id,
    counted.unit_id AS model_id,
    NULL AS company,
    NULL AS title,
    NULL AS pay_mid_usd_year,
    NULL AS url
FROM out.claim_sets AS claim
INNER JOIN out.claim_units AS counted
    ON claim.claim_set = counted.claim_set AND counted.unit = 'model'
