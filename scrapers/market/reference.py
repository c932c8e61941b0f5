"""Outside series of the market, in the files of Indeed Hiring Lab.

Belongs here: the files' addresses and columns; the figures are made up. Does not belong here:
downloads of packages (`downloads`).
"""

from __future__ import annotations

import math
from datetime import date, timedelta

from scrapers.market.world import World

ORIGIN = "https://raw.githubusercontent.com"
FIRST_DAY = date(2020, 2, 1)
COUNTRIES = ("DE", "GB", "US")
_EVERY = timedelta(days=7)
_CSV = "text/plain; charset=utf-8"


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:  # noqa: ARG001
    """Both files up to a day, one value a week."""
    weeks = [FIRST_DAY + n * _EVERY for n in range((day - FIRST_DAY) // _EVERY + 1)]
    share = ["date,jobcountry,AI_share_postings"]
    index = ["date,jobcountry,indeed_job_postings_index_SA,indeed_job_postings_index_NSA,variable"]
    for number, week in enumerate(weeks):
        for place, country in enumerate(COUNTRIES):
            share.append(f"{week.isoformat()},{country},{1.5 + place / 4 + number / 90:.6f}")
        for variable in ("total postings", "new postings"):
            level = 100 + 30 * math.sin(number / 40)
            season = 3 * math.sin(number / 8.3)
            index.append(f"{week.isoformat()},US,{level:.2f},{level + season:.2f},{variable}")
    return {
        "/hiring-lab/ai-tracker/main/AI_posting.csv": (_csv(share), _CSV),
        "/hiring-lab/job_postings_tracker/master/US/aggregate_job_postings_US.csv": (
            _csv(index),
            _CSV,
        ),
    }


def _csv(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
