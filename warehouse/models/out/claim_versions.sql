/*
description: "An earlier version of a claim's rule, judged on the same data as the one that counts now."
key: [claim_id, claim_version]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
like: out.claim_verdicts
columns:
  claim_id:
  claim_version: INTEGER | Version of the rule, earlier than the one that counts
  registered_on:
  superseded_on: DATE | Day on which the next version took its place
  superseded_because: VARCHAR | Why
  rule:
  estimate:
  ci_low:
  ci_high:
  n_roles:
  n_companies:
  n_papers:
  n_models:
  verdict: VARCHAR | The verdict by this version
  reason:
  is_sample:
*/
