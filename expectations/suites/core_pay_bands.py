"""Suite of `core.pay_bands`: the pay that adverts state.

Belongs here: that bands belong to adverts and that the plausible ones are. Does not belong here:
whether the text really says so; that is measured on labelled adverts.
"""

from __future__ import annotations

from functools import partial
from typing import get_args

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, whole
from warehouse.normalise.types import PayKind, Period, Provenance

TABLE = "core.pay_bands"
check = partial(Check, TABLE)

KEY = ("posting_id", "evidence")
FRAMES = {
    ROWS: Frame(TABLE, KEY),
    WHOLE: whole(TABLE, "core.postings", day=""),
    "plausible": Frame("(SELECT * FROM core.pay_bands WHERE is_plausible)", KEY),
    "repeats": Frame(
        """(
        SELECT posting_id, band, count(*) AS n_rows
        FROM core.pay_bands
        GROUP BY ALL
        HAVING count(*) > 1
        )""",
        ("posting_id", "band"),
    ),
}

CHECKS = (
    check(
        "table_is_not_empty",
        "ExpectRowsToBeThere",
        {},
        "warning",
        "No advert states pay: every pay claim would be undetermined. Look at the pay normaliser.",
        frame=WHOLE,
    ),
    check(
        "posting_id_is_stated",
        "ExpectToBeStated",
        {"column": "posting_id"},
        "critical",
        "A band without its advert is counted nowhere. Look at the normalising step.",
    ),
    check(
        "posting_id_has_posting",
        "ExpectReferenceToExist",
        {"column": "posting_id", "table": "core.postings", "key": "posting_id"},
        "critical",
        "Bands are left over from adverts that are gone. The two tables come from different "
        "runs: build both again.",
    ),
    check(
        "provenance_is_stated",
        "ExpectToBeStated",
        {"column": "provenance"},
        "critical",
        "Stated and estimated pay are never mixed; without the mark they would be. Look at the "
        "pay normaliser.",
    ),
    check(
        "provenance_is_known",
        "ExpectWordToBeKnown",
        {"column": "provenance", "words": list(get_args(Provenance))},
        "critical",
        "Pay is structured, parsed or estimated. Look at the pay normaliser.",
    ),
    check(
        "kind_is_known",
        "ExpectWordToBeKnown",
        {"column": "kind", "words": list(get_args(PayKind))},
        "critical",
        "Claims take base pay alone; another name falls out. Look at the pay normaliser.",
    ),
    check(
        "period_is_known",
        "ExpectWordToBeKnown",
        {"column": "period", "words": list(get_args(Period))},
        "critical",
        "A band that has no known period can't be put on a year. Look at the pay normaliser.",
    ),
    check(
        "currency_is_iso",
        "ExpectIsoCurrency",
        {},
        "critical",
        "Currencies are ISO 4217 codes, or no exchange rate is found. Look at the pay normaliser.",
    ),
    check(
        "is_plausible_is_stated",
        "ExpectToBeStated",
        {"column": "is_plausible"},
        "critical",
        "Implausible bands are left out of every figure; without the mark nobody knows. Look at "
        "the pay normaliser.",
    ),
    check(
        "is_plausible_is_mostly_true",
        "ExpectNoOffender",
        {"mostly": 0.85},
        "warning",
        "More than 15 % of the bands are implausible: a unit or a period is misread. Look at the "
        "reasons of the implausible bands.",
        offender="CASE WHEN NOT is_plausible THEN posting_id END",
    ),
    check(
        "reason_is_stated_when_implausible",
        "ExpectNoOffender",
        {},
        "warning",
        "A band that was set aside says why. Look at the pay normaliser.",
        offender="CASE WHEN NOT is_plausible AND coalesce(trim(reason), '') = '' "
        "THEN posting_id END",
    ),
    check(
        "evidence_is_stated",
        "ExpectToBeStated",
        {"column": "evidence"},
        "warning",
        "A band shows the words that state it, so that a reader can judge. Look at the pay "
        "normaliser.",
    ),
    check(
        "pay_min_or_pay_max_is_stated",
        "ExpectNoOffender",
        {},
        "critical",
        "A band has at least one end. Look at the pay normaliser.",
        offender="CASE WHEN pay_min IS NULL AND pay_max IS NULL THEN posting_id END",
    ),
    check(
        "band_is_unique_per_posting",
        "ExpectNoOffender",
        {},
        "critical",
        "A band that is there twice counts twice: the normalising step was not idempotent. "
        "Normalise these adverts again.",
        frame="repeats",
        offender="n_rows",
    ),
    check(
        "pay_max_is_not_below_pay_min",
        "ExpectOrder",
        {"column": "pay_max", "low": "pay_min"},
        "critical",
        "A plausible band runs from the lower to the upper figure. The ends were swapped or "
        "belong to two bands: look at the pay normaliser.",
        frame="plausible",
    ),
    check(
        "pay_min_usd_year_is_plausible",
        "ExpectPayToBePlausibleUsd",
        {"column": "pay_min_usd_year"},
        "critical",
        "Figures in cents, in thousands or of another period would shift every pay claim. Look "
        "at the samples' evidence, then at units and exchange rates.",
        frame="plausible",
    ),
    check(
        "pay_max_usd_year_is_plausible",
        "ExpectPayToBePlausibleUsd",
        {"column": "pay_max_usd_year"},
        "critical",
        "Figures in cents, in thousands or of another period would shift every pay claim. Look "
        "at the samples' evidence, then at units and exchange rates.",
        frame="plausible",
    ),
    check(
        "pay_min_usd_year_is_stated_with_pay_min",
        "ExpectNoOffender",
        {"mostly": 0.99},
        "warning",
        "A plausible figure was not put into dollars a year, so no pay claim counts it. A rate "
        "of exchange is missing: add it to the table of rates.",
        frame="plausible",
        offender="CASE WHEN pay_min IS NOT NULL AND pay_min_usd_year IS NULL THEN currency END",
    ),
)

SUITE = Suite(TABLE, FRAMES, CHECKS, covers=frozenset({"table_key_is_unique"}))
