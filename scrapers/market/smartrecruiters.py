"""The sample market as jobs.smartrecruiters.com shows it: employers of other boards, there too.

Belongs here: the addresses, the pages, and the search behind those that are built in the browser.
Does not belong here: what an advert says (`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from random import Random
from typing import Any

from scrapers.market.feeds import as_json, number_of, passed_on
from scrapers.market.shelf import Shelf, department, html_of, only, place_said, slug_of
from scrapers.market.world import Advert, Employer, World

ORIGIN = "https://jobs.smartrecruiters.com"
HTML, JSON = "text/html; charset=utf-8", "application/json"
SEARCH_ROWS = 100

_SHARE = 0.04
"""Of the employers with boards."""
_SHELL = 0.4
"""Of the companies, those whose page is built in the browser."""
_TYPES = {"full": "Full-time", "part": "Part-time", "intern": "Intern", "contract": "Contract"}
_SECTIONS = (
    ("st-companyDescription", "Company Description", None, ("about",)),
    ("st-jobDescription", "Job Description", "responsibilities", ("role", "duties", "pay")),
    ("st-qualifications", "Qualifications", "qualifications", ("must", "nice")),
    ("st-additionalInformation", "Additional Information", "incentives",
     ("benefits", "values", "process", "eeo")),
)  # fmt: skip


def boards(world: World) -> list[tuple[str, str, str]]:
    """The companies' rows in a board list."""
    return [(company(e), e.name, e.places[0].country) for e in _employers(world)]


def company(employer: Employer) -> str:
    """What an employer is called in the platform's addresses."""
    return "".join(part.capitalize() for part in slug_of(employer.name).split("-"))


def _employers(world: World) -> Iterator[Employer]:
    for employer in world.employers:
        chance = Random(f"{world.spec.seed}:smartrecruiters:{employer.key}").random()
        if employer.board and chance < _SHARE:
            yield employer


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """Every page on a day, and what the searches behind them find.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    found: dict[str, tuple[bytes, str]] = {}
    for employer in _employers(world):
        key = employer.key

        def is_own(item: Advert, key: str = key) -> bool:
            return item.role.employer.key == key

        shelf = passed_on(world, day, "smartrecruiters", 0.5, is_own)
        name = company(employer)
        is_shell = Random(f"{world.spec.seed}:shell:{key}").random() < _SHELL
        links = "".join(
            f'<li class="opening-job"><a href="{ORIGIN}{_path(name, item)}" class="link--block">'
            f"<h4>{escape(item.role.title)}</h4></a></li>"
            for item in shelf.adverts
        )
        body = '<div id="root"></div>' if is_shell or not links else f"<ul>{links}</ul>"
        found[f"/{name}"] = _page(employer.name, body), HTML
        rows = [_row(shelf, name, item) for item in shelf.adverts]
        search = {"offset": 0, "limit": SEARCH_ROWS, "totalFound": len(rows)}
        value = {**search, "content": rows[:SEARCH_ROWS]}
        found[f"/sr-jobs/search?company={name}&limit={SEARCH_ROWS}"] = as_json(value), JSON
        for item in shelf.adverts:
            page = _page(item.role.title, _advert(shelf, item)), HTML
            found[_path(name, item)] = found[f"/{name}/{_number(item)}"] = page
    return found


def _number(item: Advert) -> str:
    return f"7440001{number_of('smartrecruiters', item):08d}"


def _path(name: str, item: Advert) -> str:
    return f"/{name}/{_number(item)}-{slug_of(item.role.title)}"


def _page(title: str, body: str) -> bytes:
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{escape(title)}</title></head>"
        f"<body>{body}</body></html>"
    ).encode()


def _row(shelf: Shelf, name: str, item: Advert) -> dict[str, Any]:
    place, role, number = item.places[0], item.role, _number(item)
    return {
        "id": number,
        "name": role.title,
        "uuid": f"{item.internal_id:032x}",
        "refNumber": f"REF{item.internal_id}",
        "company": {"identifier": name, "name": role.employer.name},
        "releasedDate": item.posted_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "location": {
            "city": place.city,
            "region": place.region_code,
            "country": place.country.lower(),
            "remote": role.workplace == "remote",
            "hybrid": role.workplace == "hybrid",
            "fullLocation": f"{place.city}, {place.region_code}, {place.country_name}",
        },
        "department": {"label": department(item)} if shelf.rng("sr", item).random() < 0.7 else {},
        "typeOfEmployment": {"label": _TYPES[role.contract]},
        "ref": f"https://api.smartrecruiters.com/v1/companies/{name}/postings/{number}",
    }


def _advert(shelf: Shelf, item: Advert) -> str:
    role, place = item.role, item.places[0]
    sections = shelf.sections(item)
    parts = []
    for name, heading, prop, kinds in _SECTIONS:
        text = html_of(only(sections, *kinds))
        if text:
            marked = f' itemprop="{prop}"' if prop else ""
            parts.append(
                f'<section class="job-section" id="{name}"><h2>{heading}</h2>'
                f'<div class="wysiwyg"{marked}>{text}</div></section>'
            )
    spoken = escape(place_said(place))
    return (
        '<main class="jobad-main" itemscope itemtype="http://schema.org/JobPosting">'
        f'<h1 class="job-title" itemprop="title">{escape(role.title)}</h1>'
        f'<meta itemprop="datePosted" content="{item.posted_at:%Y-%m-%dT%H:%M:%S.000Z}">'
        '<div itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization">'
        f'<meta itemprop="name" content="{escape(role.employer.name)}"></div>'
        '<ul><li itemprop="jobLocation" itemscope itemtype="http://schema.org/Place">'
        f'<spl-job-location formattedaddress="{spoken}" workplacetype="{role.workplace}">'
        "</spl-job-location></li>"
        f'<li itemprop="employmentType">{_TYPES[role.contract]}</li></ul>'
        f'<div class="job-sections" itemprop="description">{"".join(parts)}</div>'
        '<a id="st-apply" href="/oneclick-ui/company/x">Apply</a></main>'
    )
