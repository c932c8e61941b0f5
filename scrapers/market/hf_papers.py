"""Newer papers of the market as Hugging Face's daily lists show them.

Belongs here: the lists' addresses and payload. Does not belong here: which papers there are
(`preprints`).
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from scrapers.market.preprints import Preprint, days, of_day
from scrapers.market.world import World

ORIGIN = "https://huggingface.co"
_DELAY = timedelta(days=1)


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """One list a day: the papers of the day before."""
    return {
        f"/api/daily_papers?date={on.isoformat()}": (
            json.dumps([row(paper, on) for paper in of_day(world.spec.seed, on - _DELAY)]).encode(),
            "application/json; charset=utf-8",
        )
        for on in days(day)
    }


def row(paper: Preprint, on: date) -> dict[str, Any]:
    """One entry of a list.

    Args:
        paper: The paper.
        on: The day of the list.
    """
    shown: dict[str, Any] = {
        "id": paper.arxiv_id,
        "authors": [],
        "publishedAt": f"{paper.published_on.isoformat()}T00:00:00.000Z",
        "submittedOnDailyAt": f"{on.isoformat()}T00:00:00.000Z",
        "title": paper.title,
        "summary": f"We study {paper.task.lower()}.",
        "upvotes": int(paper.arxiv_id[-2:]),
        "ai_keywords": [paper.task.lower()],
    }
    if paper.repository:
        shown["githubRepo"] = f"https://github.com/{paper.repository}"
        shown["githubRepoAddedBy"] = "user"
        shown["githubStars"] = int(paper.arxiv_id[-3:]) * 7
    return {
        "paper": shown,
        "publishedAt": f"{paper.published_on.isoformat()}T20:00:00.000Z",
        "title": paper.title,
        "summary": shown["summary"],
        "numComments": 1,
        "isAuthorParticipating": False,
    }
