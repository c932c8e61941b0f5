/*
description: "A role or paper that claims were judged on, as they were judged: units that count in the same claims share a set (out.claim_sets). out.claim_evidence puts the two together."
key: [unit, unit_id, is_official]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.papers, core.paper_frameworks]
columns:
  claim_set: BIGINT | The claims that it counts in (out.claim_sets)
  unit: VARCHAR | role or paper
  unit_id: VARCHAR | Role (core.roles), or the arXiv id of the paper, else its paper_id (core.papers)
  is_official: BOOLEAN | Whether only the official repositories of a paper count, NULL for a role
  entered_on: DATE | Day on which the role came on the market or the paper was published
  cell: VARCHAR | pytorch_only, tensorflow_only, both or neither
  has_jax: BOOLEAN | Whether it names the JAX family
*/
