"""The sample market as Himalayas passes it on: remote adverts, twenty a page.

Belongs here: the addresses and the shape of the answers. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from scrapers.market.feeds import as_json, in_pages, is_remote, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, department, html_of, slug_of
from scrapers.market.texts import plain
from scrapers.market.world import Advert, World

ORIGIN = "https://himalayas.app"
CONTENT_TYPE = "application/json"
PAGE_ROWS = 20

_OPEN = int(timedelta(days=60).total_seconds())
_PERIOD = {"YEAR": "annual", "MONTH": "monthly", "HOUR": "hourly"}
_TYPES = {"full": "Full Time", "part": "Part Time", "intern": "Intern", "contract": "Contractor"}
_SENIORITY = {
    "intern": "Entry-level",
    "junior": "Entry-level",
    "mid": "Mid-level",
    "senior": "Senior",
    "staff": "Senior",
    "manager": "Manager",
    "executive": "Executive",
}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """Every page of the feed on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "himalayas", 0.6, is_remote)
    found = {}
    for number, items in enumerate(in_pages(shelf.adverts, PAGE_ROWS)):
        value = {
            "comments": "Made up, and free to use.",
            "updatedAt": seconds(shelf.adverts[0]) if shelf.adverts else 0,
            "offset": number * PAGE_ROWS,
            "limit": PAGE_ROWS,
            "totalCount": len(shelf.adverts),
            "jobs": [_row(shelf, item) for item in items],
        }
        target = f"/jobs/api?limit={PAGE_ROWS}&offset={number * PAGE_ROWS}"
        found[target] = as_json(value), CONTENT_TYPE
    return found


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    role, band, sections = item.role, shelf.band(item), shelf.sections(item)
    owner = slug_of(role.employer.name)
    page = f"{ORIGIN}/companies/{owner}/jobs/{slug('himalayas', item, role.title)}"
    first = next((p for section in sections for p in section.paragraphs), "")
    return {
        "title": role.title,
        "excerpt": plain(first)[:300],
        "companyName": role.employer.name,
        "companySlug": owner,
        "companyLogo": f"https://pictures.example/{owner}.png",
        "employmentType": _TYPES[role.contract],
        "minSalary": band.pay_min if band else None,
        "maxSalary": band.pay_max if band else None,
        "salaryPeriod": _PERIOD[band.period] if band else "annual",
        "seniority": [_SENIORITY[role.level]],
        "currency": band.currency if band else None,
        "locationRestrictions": list(dict.fromkeys(p.country_name for p in item.places)),
        "timezoneRestrictions": [],
        "categories": ["-".join(role.title.split())],
        "parentCategories": [department(item)],
        "description": f"{html_of(sections)}"
        f'<p>Originally posted on <a href="{ORIGIN}">Himalayas</a></p>',
        "pubDate": seconds(item),
        "expiryDate": seconds(item) + _OPEN,
        "applicationLink": page,
        "guid": page,
    }
