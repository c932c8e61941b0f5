"""The sample market as Arbeitnow passes it on: adverts of German-speaking and British employers.

Belongs here: the addresses and the shape of the answers. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from scrapers.market.feeds import as_json, in_pages, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, department, html_of, slug_of
from scrapers.market.world import Advert, World

ORIGIN = "https://www.arbeitnow.com"
CONTENT_TYPE = "application/json"
PAGE_ROWS = 100

_PATH = "/api/job-board-api"
_COUNTRIES = ("DE", "AT", "CH", "GB")
_TYPES = {"full": "Full time", "part": "Part time", "intern": "Internship", "contract": "Freelance"}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """Every page of the feed on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "arbeitnow", 0.7, lambda a: a.places[0].country in _COUNTRIES)
    pages = in_pages([_row(shelf, item) for item in shelf.adverts], PAGE_ROWS)
    found = {}
    for number, rows in enumerate(pages, 1):
        # A new advert came in while the pages were turned: the last row of a page is the first of
        # the next one as well.
        moved = pages[number - 2][-1:] if number > 1 else ()
        last = number == len(pages)
        value = {
            "data": [*moved, *rows],
            "links": {
                "first": f"{ORIGIN}{_PATH}?page=1",
                "last": None,
                "prev": f"{ORIGIN}{_PATH}?page={number - 1}" if number > 1 else None,
                "next": None if last else f"{ORIGIN}{_PATH}?page={number + 1}",
            },
            "meta": {
                "current_page": number,
                "from": (number - 1) * PAGE_ROWS + 1,
                "path": f"{ORIGIN}{_PATH}",
                "per_page": PAGE_ROWS,
                "to": (number - 1) * PAGE_ROWS + len(rows),
            },
        }
        found[f"{_PATH}?page={number}"] = as_json(value, ascii_only=True), CONTENT_TYPE
    return found


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role, place = shelf.rng("arbeitnow", item), item.role, item.places[0]
    name = slug("arbeitnow", item, role.title, place.city)
    text = html_of(shelf.sections(item))
    if rng.random() < 0.35:
        text = escape(text)
    tld, where = ("co.uk", "United Kingdom") if place.country == "GB" else ("com", "Germany")
    said = f'<a href="https://www.arbeitnow.{tld}/english-speaking-jobs">Jobs in {where}</a>'
    remote = role.workplace == "remote"
    return {
        "slug": name,
        "company_name": role.employer.name,
        "title": role.title,
        "description": f"{text}<p>Find more {said} on Arbeitnow</a>",
        "remote": remote,
        "url": f"{ORIGIN}/jobs/companies/{slug_of(role.employer.name)}/{name}",
        "tags": [*(["Remote"] if remote else []), department(item)],
        "job_types": [_TYPES[role.contract]] if rng.random() < 0.6 else [],
        "location": place.city,
        "created_at": seconds(item),
    }
