"""Suite of `out.claim_verdicts`: what the data say of each statement.

Belongs here: that a verdict keeps to the rules that were written down before. Does not belong
here: whether a statement is true; a contradicted claim is a finding, not a failure.
"""

from __future__ import annotations

from functools import partial

from expectations.check import KEYS, ROWS, WHOLE, Check, Frame, Suite, keys

TABLE = "out.claim_verdicts"
check = partial(Check, TABLE)

FRAMES = {
    ROWS: Frame(TABLE, ("claim_id", "verdict")),
    KEYS: keys(TABLE, ("claim_id",)),
    # Every claim of the registry is judged, whatever was observed.
    WHOLE: Frame(
        f"(SELECT 1 AS n_rows_before, count(*) AS n_rows FROM {TABLE})",
        ("n_rows_before", "n_rows"),
    ),
    "decided": Frame(
        f"(SELECT * FROM {TABLE} WHERE verdict IN ('supported', 'contradicted'))",
        ("claim_id", "verdict"),
    ),
}

CHECKS = (
    check(
        "table_is_not_empty",
        "ExpectRowsToBeThere",
        {},
        "critical",
        "No claim was judged. Look at the claim registry.",
        frame=WHOLE,
    ),
    check(
        "claim_id_is_stated",
        "ExpectToBeStated",
        {"column": "claim_id"},
        "critical",
        "A verdict belongs to a claim. Look at the claim registry.",
    ),
    check(
        "claim_id_is_unique",
        "ExpectKeyToBeUnique",
        {},
        "critical",
        "One claim, one verdict. Look for two entries of the same id in the claim registry.",
        frame=KEYS,
    ),
    check(
        "verdict_is_stated",
        "ExpectToBeStated",
        {"column": "verdict"},
        "critical",
        "Every claim has a verdict, if only undetermined. Look at the claim's estimator.",
    ),
    check(
        "verdict_is_known",
        "ExpectVerdictToBeKnown",
        {},
        "critical",
        "A verdict is supported, contradicted, undetermined or out_of_scope. Look at the claim's "
        "rule.",
    ),
    check(
        "reason_is_stated_when_not_decided",
        "ExpectNoOffender",
        {},
        "critical",
        "An undetermined or out_of_scope claim says why, or the reader takes it for a finding. "
        "Look at the claim's rule.",
        offender="CASE WHEN verdict IN ('undetermined', 'out_of_scope') "
        "AND coalesce(trim(reason), '') = '' THEN claim_id END",
    ),
    check(
        "statement_is_stated",
        "ExpectToBeStated",
        {"column": "statement"},
        "critical",
        "Nobody can read a verdict on nothing. Look at the claim registry.",
    ),
    check(
        "rule_is_stated",
        "ExpectToBeStated",
        {"column": "rule"},
        "critical",
        "A decided claim shows the rule it was judged by. Look at the claim registry.",
        frame="decided",
    ),
    check(
        "estimate_is_stated_when_decided",
        "ExpectNoOffender",
        {},
        "warning",
        "A decided claim has an estimate, unless that is without bound. Look at the claim's "
        "estimator.",
        frame="decided",
        offender="CASE WHEN coalesce(isnan(estimate), true) THEN claim_id END",
    ),
    check(
        "ci_low_or_ci_high_is_stated_when_decided",
        "ExpectNoOffender",
        {},
        "critical",
        "A claim is decided on an interval, never without one; only one end may be open. Look at "
        "the claim's estimator.",
        frame="decided",
        # an open end is NULL or NaN
        offender="CASE WHEN coalesce(isnan(ci_low), true) AND coalesce(isnan(ci_high), true) "
        "THEN claim_id END",
    ),
    check(
        "estimate_is_within_interval",
        "ExpectIntervalToHoldEstimate",
        {},
        "critical",
        "The interval holds the estimate, or one of the two is wrong. Look at the bootstrap.",
    ),
    check(
        "n_roles_is_enough_when_decided",
        "ExpectNoOffender",
        {},
        "critical",
        "Under 30 roles a claim about adverts is undetermined. Look at the claim's rule.",
        frame="decided",
        offender="CASE WHEN n_roles < 30 THEN n_roles END",
    ),
    check(
        "n_companies_is_enough_when_decided",
        "ExpectNoOffender",
        {},
        "critical",
        "Under 10 employers a claim about adverts is undetermined: one employer's habits would "
        "decide it. Look at the claim's rule.",
        frame="decided",
        offender="CASE WHEN n_companies < 10 THEN n_companies END",
    ),
    check(
        "n_papers_is_enough_when_decided",
        "ExpectNoOffender",
        {},
        "critical",
        "Under 30 papers a claim about papers is undetermined. Look at the claim's rule.",
        frame="decided",
        offender="CASE WHEN n_papers < 30 THEN n_papers END",
    ),
    check(
        "window_end_is_not_before_window_start",
        "ExpectOrder",
        {"column": "window_end", "low": "window_start"},
        "critical",
        "A window runs forward. Look at the claim's window.",
        frame="decided",
    ),
    check(
        "method_version_is_stated",
        "ExpectToBeStated",
        {"column": "method_version"},
        "critical",
        "A verdict without its method can't be repeated. Look at the judging step.",
    ),
    check(
        "as_of_is_stated",
        "ExpectToBeStated",
        {"column": "as_of"},
        "critical",
        "A verdict holds as of a day. Look at the judging step.",
    ),
    check(
        "as_of_is_one_day",
        "ExpectNoOffender",
        {},
        "critical",
        "All verdicts of a table are of one day. Verdicts of two runs are mixed: judge again.",
        offender=f"CASE WHEN as_of <> (SELECT max(as_of) FROM {TABLE}) THEN as_of END",
    ),
)

SUITE = Suite(TABLE, FRAMES, CHECKS)
