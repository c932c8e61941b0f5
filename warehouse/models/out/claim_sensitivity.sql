/*
description: "One claim under one variant: the same question on other readings of the same data."
key: [claim_id, variant]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.papers, core.paper_frameworks]
columns:
  claim_id: VARCHAR | Id of the claim in the registry
  variant: VARCHAR | What is done otherwise
  estimate: DOUBLE | Point estimate in its unit, NULL where there is none
  ci_low: DOUBLE | Lower end of the 95 % interval, NULL where open
  ci_high: DOUBLE | Upper end of the 95 % interval, NULL where open
  n_roles: BIGINT | Roles in the population and window
  n_companies: BIGINT | Companies behind them
  n_papers: BIGINT | Papers in the population and window
  verdict: VARCHAR | The verdict under this variant
  reason: VARCHAR | Why, in a few words
  is_sample: BOOLEAN | Whether this is about the sample market and not the world
*/
