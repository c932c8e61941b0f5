"""The sample market as Workable serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapers.market.shelf import Shelf, department, html_of
from scrapers.market.world import Advert, Place

ORIGINS = ("https://apply.workable.com",)
CONTENT_TYPE = "application/json; charset=utf-8"

_PREFIX = "/api/v1/widget/accounts/"
_EMPLOYMENT = {"full": "Full-time", "part": "Part-time", "intern": "Other", "contract": "Contract"}
_EXPERIENCE = {
    "intern": "Internship",
    "junior": "Entry level",
    "mid": "Associate",
    "senior": "Mid-Senior level",
    "staff": "Mid-Senior level",
    "manager": "Director",
    "executive": "Executive",
}
_FUNCTION = {"research": "Research", "data_scientist": "Data Analyst", "operations": ""}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://apply.workable.com{_PREFIX}{board}?details=true"


def board_of(_host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    path = urlsplit(target).path
    name = unquote(path.removeprefix(_PREFIX).rstrip("/"))
    return name if path.startswith(_PREFIX) and name and "/" not in name else None


def answer(shelf: Shelf, target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    details = "details=true" in urlsplit(target).query
    rows = [row for item in shelf.adverts for row in _rows(shelf, item, details=details)]
    value = {"name": shelf.company, "description": None, "jobs": rows}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def shortcode(item: Advert) -> str:
    """The name of an advert in Workable's addresses."""
    return f"{int(item.source_id):010X}"


def _rows(shelf: Shelf, item: Advert, *, details: bool) -> list[dict[str, Any]]:
    """The rows of an advert: Workable repeats it for each country that it is shown in."""
    rng, role = shelf.rng("workable", item), item.role
    code = shortcode(item)
    link = f"https://apply.workable.com/j/{code}"
    countries: dict[str, list[Place]] = {}
    for place in item.places:
        countries.setdefault(place.country, []).append(place)
    shown: dict[str, Any] = {
        "title": role.title,
        "shortcode": code,
        "code": rng.choice(("", "", f"R-{item.internal_id % 997}")),
        "employment_type": _EMPLOYMENT[role.contract],
        "telecommuting": role.workplace == "remote",
        "department": rng.choice((department(item), department(item), None)),
        "url": link,
        "shortlink": link,
        "application_url": f"{link}/apply",
        "published_on": item.posted_at.date().isoformat(),
        "created_at": item.posted_at.date().isoformat(),
    }
    rest: dict[str, Any] = {
        "education": rng.choice(("Bachelor's Degree", "Master's Degree", "", None)),
        "experience": rng.choice((_EXPERIENCE[role.level], _EXPERIENCE[role.level], "", None)),
        "function": rng.choice((_FUNCTION.get(role.family, "Engineering"), None)),
        "industry": rng.choice(("Computer Software", "", None)),
    }
    text = {"description": html_of(shelf.sections(item))} if details else {}
    return [
        {
            **shown,
            "country": first.country_name,
            "city": first.city,
            "state": first.region,
            **rest,
            "locations": [
                {
                    "country": place.country_name,
                    "countryCode": place.country,
                    "city": place.city,
                    "region": place.region or None,
                    "hidden": False,
                }
                for place in group
            ],
            **text,
        }
        for first, *_ in countries.values()
        for group in [countries[first.country]]
    ]
