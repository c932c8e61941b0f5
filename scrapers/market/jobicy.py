"""The sample market as Jobicy passes it on: its newest remote adverts, some as teasers.

Belongs here: the address and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from html import escape
from typing import Any

from scrapers.market.feeds import as_json, is_remote, number_of, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, department, html_of, slug_of
from scrapers.market.texts import plain
from scrapers.market.world import Advert, World

ORIGIN = "https://jobicy.com"
CONTENT_TYPE = "application/json; charset=UTF-8"
NEWEST = 100
TEASERS = 0.2
"""The share of adverts whose text is only a teaser."""

_TEASER_CHARS = 400
_GEO = {"United States": "USA", "United Kingdom": "UK"}
_PERIOD = {"YEAR": "yearly", "MONTH": "monthly", "HOUR": "hourly"}
_TYPES = {"full": "Full-Time", "part": "Part-Time", "intern": "Internship", "contract": "Contract"}
_LEVELS = {"intern": "Entry Level", "junior": "Junior", "mid": "Midweight", "executive": "Director"}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The feed on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "jobicy", 0.5, is_remote)
    rows = [_row(shelf, item) for item in shelf.adverts[:NEWEST]]
    value = {
        "apiVersion": "2.1",
        "documentationUrl": f"{ORIGIN}/jobs-rss-feed",
        "friendlyNotice": "Link back to the page of the advert, please.",
        "jobCount": len(rows),
        "xRayHash": f"{day.toordinal():032x}",
        "clientKey": "",
        "lastUpdate": f"{day.isoformat()} 05:00:00",
        "jobs": rows,
    }
    return {"/api/v2/remote-jobs?count=100": (as_json(value), CONTENT_TYPE)}


def is_teaser(shelf: Shelf, item: Advert) -> bool:
    """Whether the feed gives only the beginning of an advert's text."""
    return shelf.rng("jobicy", item).random() < TEASERS


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    role, band, sections = item.role, shelf.band(item), shelf.sections(item)
    number = number_of("jobicy", item)
    name = f"{number}-{slug_of(role.title)}"
    lines = [line for section in sections for line in (*section.paragraphs, *section.bullets)]
    teaser = f"{escape(plain(' '.join(lines))[:_TEASER_CHARS], quote=False)}&hellip;"
    places = dict.fromkeys(_GEO.get(p.country_name, p.country_name) for p in item.places)
    posted = datetime.fromtimestamp(seconds(item), UTC).isoformat()
    row: dict[str, Any] = {
        "id": number,
        "url": f"{ORIGIN}/jobs/{name}",
        "jobSlug": name,
        "jobTitle": escape(role.title, quote=False),
        "companyName": escape(role.employer.name, quote=False),
        "companyLogo": f"https://pictures.example/{slug('jobicy', item)}.webp",
        "jobIndustry": [department(item)],
        "jobType": [_TYPES[role.contract]],
        "jobGeo": ",  ".join(places),
        "jobLevel": _LEVELS.get(role.level, "Senior"),
        "jobExcerpt": teaser,
        "jobDescription": f"<p>{teaser}</p>" if is_teaser(shelf, item) else html_of(sections),
        "pubDate": posted,
    }
    if band:
        row |= {
            "salaryMin": band.pay_min,
            "salaryMax": band.pay_max,
            "salaryCurrency": band.currency,
            "salaryPeriod": _PERIOD[band.period],
        }
    return row
