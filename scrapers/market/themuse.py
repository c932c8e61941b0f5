"""The sample market as The Muse passes it on: adverts of all kinds, twenty a page.

Belongs here: the addresses and the shape of the answers. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from scrapers.market.feeds import as_json, in_pages, number_of, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, department, html_of, place_said, slug_of
from scrapers.market.world import Advert, World

ORIGIN = "https://www.themuse.com"
CONTENT_TYPE = "application/json; charset=utf-8"
PAGE_ROWS = 20
MOST_PAGES = 100
"""Pages that are answered without a key; further ones are a bad request."""

_LEVELS = {
    "intern": ("Internship", "internship"),
    "junior": ("Entry Level", "entry"),
    "mid": ("Mid Level", "mid"),
    "manager": ("Management", "management"),
    "executive": ("Management", "management"),
}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """Every page of the feed on a day, as far as they are answered.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "themuse", 0.4, lambda a: a.places[0].country in ("US", "CA"))
    pages = in_pages(shelf.adverts, PAGE_ROWS)
    found = {}
    for number, items in enumerate(pages[:MOST_PAGES]):
        value = {
            "page": number,
            "page_count": len(pages),
            "items_per_page": PAGE_ROWS,
            "took": 5,
            "timed_out": False,
            "total": len(shelf.adverts),
            "results": [_row(shelf, item) for item in items],
        }
        found[f"/api/public/jobs?page={number}"] = as_json(value), CONTENT_TYPE
    return found


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    role = item.role
    owner, name = slug_of(role.employer.name), slug("themuse", item, role.title)
    level, short = _LEVELS.get(role.level, ("Senior Level", "senior"))
    remote = ["Flexible / Remote"] if role.workplace == "remote" else []
    return {
        "contents": html_of(shelf.sections(item)),
        "name": role.title,
        "type": "external",
        "publication_date": datetime.fromtimestamp(seconds(item), UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        ),
        "short_name": name,
        "model_type": "jobs",
        "id": number_of("themuse", item),
        "locations": [{"name": said} for said in (*remote, *map(place_said, item.places))],
        "categories": [{"name": department(item)}],
        "levels": [{"name": level, "short_name": short}],
        "tags": [],
        "refs": {"landing_page": f"{ORIGIN}/jobs/{owner}/{name}"},
        "company": {
            "id": sum(map(ord, owner)),
            "short_name": owner.replace("-", ""),
            "name": role.employer.name,
        },
    }
