"""Every figure and verdict again on a second path, over a planted market."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.claims import recomputed as anew
from tests.claims.small_warehouse import fill, market
from tests.claims.table_checks import Judged, differences_of, held
from warehouse.claims.judge import judge

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def judged() -> Judged:
    con = market(7, n_companies=1500, n_roles=12_000)
    # The market's papers begin in 2019; a claim compares slopes from 2018 on.
    papers = pd.DataFrame(
        {
            "paper_id": [f"old-{i}" for i in range(400)],
            "source": "pwc_archive",
            "published_on": date(2018, 7, 1),
            "title": "Convolutions",
        }
    )
    links = papers[["paper_id"]].assign(
        framework=["pytorch" if i % 3 else "tf" for i in range(400)], is_official=True
    )
    fill(con, "papers", papers)
    fill(con, "paper_frameworks", links)
    tables = judge(con, as_of=AS_OF, method_version="test", is_sample=False)
    return held(con, tables.verdicts, tables.parts)


def test_no_judged_claim_lacks_its_recomputation() -> None:
    assert set(anew.CLAIMS) == set(anew.entries())


@pytest.mark.parametrize("claim", sorted(anew.CLAIMS))
def test_figures_and_verdict_are_those_of_the_second_path(judged: Judged, claim: str) -> None:
    assert differences_of(judged, claim) == []
