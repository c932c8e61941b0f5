/*
description: "The claims that a set of units counts in (out.claim_units)."
key: [claim_set, claim_id]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
columns:
  claim_set: BIGINT | Number of the set, which depends on its claims alone
  claim_id: VARCHAR | Claim (out.claim_verdicts)
*/
