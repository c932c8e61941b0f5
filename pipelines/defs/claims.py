"""Series and verdicts: what the statistics say of the tables.

Belongs here: which step makes which tables. Does not belong here: the statistics
(`warehouse.statistics`) or the claims (`warehouse.claims`).
"""

from __future__ import annotations

from typing import Any

from pipelines.tables import Work, made_asset
from warehouse.claims.judge import judge
from warehouse.normalise.posting import method_version
from warehouse.statistics.comentions import comentions
from warehouse.statistics.pay import pay_by_framework_level
from warehouse.statistics.series import (
    framework_ratio,
    framework_share,
    framework_share_by_month,
    paper_share,
)


def _series(work: Work) -> dict[str, Any]:
    con, as_of = work.con, work.as_of
    return {
        "out.framework_ratio_by_month": framework_ratio(con, "month", as_of),
        "out.framework_ratio_by_quarter": framework_ratio(con, "quarter", as_of),
        "out.framework_ratio_by_year": framework_ratio(con, "year", as_of),
        "out.framework_share_by_month": framework_share_by_month(con, as_of),
        "out.framework_share_by_quarter": framework_share(con, "quarter", as_of),
        "out.framework_share_by_year": framework_share(con, "year", as_of),
    }


def _papers(work: Work) -> dict[str, Any]:
    return {
        "out.paper_share_by_quarter": paper_share(work.con, "quarter", work.as_of),
        "out.paper_share_by_year": paper_share(work.con, "year", work.as_of),
    }


def _comentions(work: Work) -> dict[str, Any]:
    found = comentions(work.con, work.as_of)
    return {"out.comention_by_year": found.by_year, "out.skill_by_framework": found.by_framework}


def _pay(work: Work) -> dict[str, Any]:
    return {"out.pay_by_framework_level": pay_by_framework_level(work.con, work.as_of)}


def _claims(work: Work) -> dict[str, Any]:
    judged = judge(
        work.con, as_of=work.as_of, method_version=method_version(), is_sample=work.is_sample
    )
    return {
        "out.claim_verdicts": judged.verdicts,
        "out.claim_sensitivity": judged.sensitivity,
        "out.claim_parts": judged.parts,
        "out.claim_versions": judged.versions,
        "out.claim_units": judged.units,
        "out.claim_sets": judged.sets,
    }


series = made_asset(
    "series",
    (
        "out.framework_ratio_by_month",
        "out.framework_ratio_by_quarter",
        "out.framework_ratio_by_year",
        "out.framework_share_by_month",
        "out.framework_share_by_quarter",
        "out.framework_share_by_year",
    ),
    _series,
)
papers = made_asset(
    "paper_series", ("out.paper_share_by_quarter", "out.paper_share_by_year"), _papers
)
together = made_asset(
    "comentions", ("out.comention_by_year", "out.skill_by_framework"), _comentions
)
pay = made_asset("pay", ("out.pay_by_framework_level",), _pay)
claims = made_asset(
    "claims",
    (
        "out.claim_verdicts",
        "out.claim_sensitivity",
        "out.claim_parts",
        "out.claim_versions",
        "out.claim_units",
        "out.claim_sets",
    ),
    _claims,
)
