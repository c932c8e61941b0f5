/*
description: "A role, paper or model that claims were judged on, as they were judged: units that count in the same claims share a set (out.claim_sets). out.claim_evidence puts the two together."
key: [unit, unit_id, is_official]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
columns:
  claim_set: BIGINT | The claims that it counts in (out.claim_sets)
  unit: VARCHAR | role, paper or model
  unit_id: VARCHAR | The role_id; the arXiv id of the paper, else its paper_id; or id and ranking of the model. out.claim_evidence says which
  is_official: BOOLEAN | Whether only the official repositories of a paper count, NULL for a role or model
  entered_on: DATE | Day on which the role came on the market or the paper was published, or of the model's snapshot
  cell: VARCHAR | pytorch_only, tensorflow_only, both or neither
  has_jax: BOOLEAN | Whether it names the JAX family
*/
