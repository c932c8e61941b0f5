SELECT claim_id, statement, verdict, finding, reason, is_sample
FROM out.claim_verdicts
ORDER BY verdict, claim_id
