"""How claims are measured: every estimator that a registry file may name.

Belongs here: the list of them. Does not belong here: the estimators themselves (`counts`,
`employers`, `trends`, `pay`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from warehouse.claims.counts import (
    CramersV,
    GroupGaps,
    Lift,
    ModelShares,
    Ratio,
    RatioOfRatios,
    Share,
    ShareContrast,
    ShareGap,
    Shares,
)
from warehouse.claims.employers import CompanyRatio, CompanyShare, CompanyShares
from warehouse.claims.pay import (
    MatchedMedian,
    MedianAgainst,
    PayRange,
    SkillPremium,
    TopDecile,
    VarianceShares,
)
from warehouse.claims.trends import Crossing, LogRatioTurn, YearlySlope

Measure = Annotated[
    Ratio
    | Share
    | Shares
    | ShareGap
    | ShareContrast
    | RatioOfRatios
    | Lift
    | GroupGaps
    | CramersV
    | CompanyShare
    | CompanyShares
    | CompanyRatio
    | YearlySlope
    | LogRatioTurn
    | Crossing
    | PayRange
    | MatchedMedian
    | MedianAgainst
    | VarianceShares
    | SkillPremium
    | TopDecile
    | ModelShares,
    Field(discriminator="estimator"),
]
OF_PAPERS = (Ratio, Share, Shares, ShareGap, LogRatioTurn)
OF_MODELS = (ModelShares,)
ONLY_PAPERS = (LogRatioTurn,)
OF_COMPANIES = (CompanyShare, CompanyShares, CompanyRatio)  # which count each company once as it is
