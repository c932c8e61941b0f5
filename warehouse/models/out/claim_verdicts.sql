/*
description: "One claim of the articles, and what the data say of it."
key: [claim_id]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
columns:
  claim_id: VARCHAR | Id of the claim in the registry
  claim_version: INTEGER | Version of the claim's rule; a changed rule is a new version
  article: VARCHAR | Articles that make the claim
  statement: VARCHAR | What they say, in our words
  estimand: VARCHAR | What is measured, with its population and denominator
  estimate: DOUBLE | Point estimate in its unit, NULL where there is none
  ci_low: DOUBLE | Lower end of the 95 % interval, NULL where open
  ci_high: DOUBLE | Upper end of the 95 % interval, NULL where open
  unit: "VARCHAR | Unit of the estimate: ratio, share, USD a year, year …"
  estimate_corrected: DOUBLE | Estimate with the extractor's error taken out (Rogan-Gladen), NULL where that can't be done
  ci_low_corrected: DOUBLE | Lower end of its interval, which carries the uncertainty of that error too
  ci_high_corrected: DOUBLE | Upper end of it
  n_roles: BIGINT | Roles that the estimand counts, of its population and window
  n_companies: BIGINT | Companies behind them
  n_papers: BIGINT | Papers that the estimand counts
  n_models: BIGINT | Models in the rankings
  n_pytorch_only: BIGINT | Units that name the PyTorch family and not TensorFlow
  n_tensorflow_only: BIGINT | Units that name the TensorFlow family and not PyTorch
  n_both: BIGINT | Units that name both
  n_neither: BIGINT | Units that name neither
  window_start: DATE | First day that counts
  window_end: DATE | Last day that counts
  sources: VARCHAR | Sources that have units in the window
  silent_sources: VARCHAR | Sources that have such roles and can't speak to the claim, each with the reason
  rule: VARCHAR | When the claim is supported, written down before the data
  registered_on: DATE | Day on which this version of the rule was written down
  verdict: VARCHAR | supported, contradicted, undetermined or out_of_scope
  reason: VARCHAR | Why, in a few words
  would_decide: VARCHAR | How much more data would settle an undetermined claim
  p_value: DOUBLE | One-sided p-value of the verdict (of an undetermined claim the smaller one of both), NULL where there is too little data
  holds_after_holm: BOOLEAN | Whether the verdict stands when all claims are taken together (Holm); NULL unless decided
  finding: VARCHAR | What was found, in one sentence
  fragile_under: VARCHAR | Variants under which the verdict turns into its opposite
  unsettled_under: VARCHAR | Variants under which the verdict becomes undetermined
  proxy: BOOLEAN | Whether what is measured only stands in for what the article speaks of
  caveats: VARCHAR | What to keep in mind
  is_sample: BOOLEAN | Whether this is about the sample market and not the world
  method_version: VARCHAR | Version of the normalisers
  as_of: DATE | Newest day of observation that counts
  redo_sql: VARCHAR | Query on the published warehouse that gives the estimate of every part anew, written independently of how it was made; of a fit, the counts and medians that it goes through. NULL out of scope
*/
