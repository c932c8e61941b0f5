/*
description: "One claim under one variant: the same question on other readings of the same data."
key: [claim_id, variant]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
like: out.claim_verdicts
columns:
  claim_id:
  variant: VARCHAR | What is done otherwise
  estimate:
  ci_low:
  ci_high:
  n_roles:
  n_companies:
  n_papers:
  n_models:
  verdict: VARCHAR | The verdict under this variant
  reason:
  is_sample:
*/
