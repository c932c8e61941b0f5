/*
description: "One measured quantity of a claim: what its verdict was put together from, and what is reported beside it."
key: [claim_id, part]
made_by: warehouse.claims
reads: [core.roles, core.postings, core.mentions, core.pay_bands, core.boards, core.companies, core.papers, core.paper_frameworks, core.models]
like: out.claim_verdicts
columns:
  claim_id:
  claim_version:
  part: VARCHAR | Name of the part, as the claim's rule calls it
  part_no: INTEGER | Place among the parts, from 1
  label: VARCHAR | What was measured
  unit:
  estimate:
  ci_low:
  ci_high:
  condition: VARCHAR | What the whole interval must satisfy, NULL for a part that is only reported
  verdict: VARCHAR | Verdict of this part alone, NULL for a part that is only reported
  sides: VARCHAR | What was compared, with roles and companies on each side
  is_sample:
  claimed_low: DOUBLE | Lower end of where the claim puts the figure, in the unit of the part, NULL where it is open or the part is only reported
  claimed_high: DOUBLE | Upper end likewise
*/
