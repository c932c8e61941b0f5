"""Newer papers of the market as the new Papers with Code files them under frameworks.

Belongs here: the API's addresses and payloads. Does not belong here: which papers there are
(`preprints`).

A table of addresses can't hold every pair of days: lists begin where the frozen archive ends.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from scrapers.market.preprints import DAYS_AFTER, Preprint, until
from scrapers.market.world import World

ORIGIN = "https://paperswithcode.co"
START = "2025-07-29"
PAGE_SIZE = 100
NAMES = {"pytorch": "PyTorch", "tf": "TensorFlow", "jax": "JAX", "paddle": "PaddlePaddle"}
_JSON = "application/json"


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The catalogue, and for each framework the papers up to any day from this one on."""
    frameworks = [{"slug": name.lower(), "name": name} for name in (*NAMES.values(), "vLLM")]
    category = {"slug": "core", "name": "Core", "frameworks": frameworks}
    domains = [{"slug": "training", "name": "Training", "categories": [category]}]
    found = {"/api/v1/frameworks/": (json.dumps({"domains": domains}).encode(), _JSON)}
    papers = until(world, day)
    for framework, name in NAMES.items():
        rows = [row(paper) for paper in papers if paper.framework == framework]
        for ahead in range(DAYS_AFTER + 1):
            end = (day + timedelta(days=ahead)).isoformat()
            for page in range(1, 2 + (len(rows) - 1) // PAGE_SIZE if rows else 2):
                asked = {"framework": name, "start_date": START, "end_date": end}
                more = urlencode({**asked, "page": page, "page_size": PAGE_SIZE})
                shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
                payload = {
                    "count": len(rows),
                    "next_page": page + 1 if page * PAGE_SIZE < len(rows) else None,
                    "previous_page": page - 1 or None,
                    "results": shown,
                    "applied_filters": asked,
                }
                found[f"/api/v1/papers/?{more}"] = (json.dumps(payload).encode(), _JSON)
    return found


def row(paper: Preprint) -> dict[str, Any]:
    """One paper of a page.

    Args:
        paper: A paper with a repository.
    """
    address = f"https://github.com/{paper.repository}"
    return {
        "id": str(int(paper.arxiv_id.replace(".", ""))),
        "arxiv_id": paper.arxiv_id,
        "title": paper.title,
        "authors": [],
        "published": paper.published_on.isoformat(),
        "url_abs": f"https://arxiv.org/abs/{paper.arxiv_id}",
        "has_official_implementation": True,
        "code_repository_count": 1,
        "repositories": [{"url": address, "is_official": True, "num_stars": 1}],
        "tasks": [{"id": "1", "name": paper.task, "slug": paper.task.lower().replace(" ", "-")}],
    }
