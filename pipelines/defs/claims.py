"""Series and verdicts: what the statistics say of the tables.

Belongs here: which step makes which tables. Does not belong here: the statistics
(`warehouse.statistics`) or the claims (`warehouse.claims`).
"""

from __future__ import annotations

from typing import Any

from pipelines.tables import Work, made_asset
from warehouse.claims.judge import judge
from warehouse.normalise.posting import method_version
from warehouse.statistics.series import framework_ratio, framework_share_by_month, paper_share


def _series(work: Work) -> dict[str, Any]:
    con, as_of = work.con, work.as_of
    return {
        "out.framework_ratio_by_month": framework_ratio(con, "month", as_of),
        "out.framework_ratio_by_quarter": framework_ratio(con, "quarter", as_of),
        "out.framework_ratio_by_year": framework_ratio(con, "year", as_of),
        "out.framework_share_by_month": framework_share_by_month(con, as_of),
    }


def _papers(work: Work) -> dict[str, Any]:
    return {
        "out.paper_share_by_quarter": paper_share(work.con, "quarter", work.as_of),
        "out.paper_share_by_year": paper_share(work.con, "year", work.as_of),
    }


def _claims(work: Work) -> dict[str, Any]:
    verdicts, sensitivity = judge(
        work.con, as_of=work.as_of, method_version=method_version(), is_sample=work.is_sample
    )
    return {"out.claim_verdicts": verdicts, "out.claim_sensitivity": sensitivity}


series = made_asset(
    "series",
    (
        "out.framework_ratio_by_month",
        "out.framework_ratio_by_quarter",
        "out.framework_ratio_by_year",
        "out.framework_share_by_month",
    ),
    _series,
)
papers = made_asset(
    "paper_series", ("out.paper_share_by_quarter", "out.paper_share_by_year"), _papers
)
claims = made_asset("claims", ("out.claim_verdicts", "out.claim_sensitivity"), _claims)
