"""The sample market as Teamtailor serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.market.shelf import Shelf, html_of, slug_of
from scrapers.market.world import Advert, Band

ORIGINS = ("https://*.teamtailor.com",)
CONTENT_TYPE = "application/feed+json; charset=utf-8"
PAGE_ROWS = 30

_SUFFIX = ".teamtailor.com"
_EMPLOYMENT = {
    "full": "FULL_TIME",
    "part": "PART_TIME",
    "intern": "INTERN",
    "contract": "CONTRACTOR",
}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://{board}{_SUFFIX}/jobs.json"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    is_listing = urlsplit(target).path == "/jobs.json"
    return host.removesuffix(_SUFFIX) if is_listing and host.endswith(_SUFFIX) else None


def answer(shelf: Shelf, target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    said = parse_qs(urlsplit(target).query).get("page", ["1"])[0]
    page = int(said) if said.isdecimal() and int(said) else 1
    adverts = shelf.adverts[::-1]
    home = f"https://{shelf.board}{_SUFFIX}/jobs"
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": shelf.company,
        "home_page_url": home,
        "feed_url": f"{home}.json",
    }
    if page * PAGE_ROWS < len(adverts):
        feed["next_url"] = f"{home}.json?page={page + 1}"
    shown = adverts[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    feed["items"] = [_item(shelf, item) for item in shown]
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode()


def _item(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role = shelf.rng("teamtailor", item), item.role
    number = int(item.source_id)
    html = html_of(shelf.sections(item), "h2")
    posted = item.posted_at.isoformat(timespec="seconds")
    posting: dict[str, Any] = {
        "@context": "http://schema.org/",
        "@type": "JobPosting",
        "title": role.title,
        "description": html,
        "identifier": {"@type": "PropertyValue", "name": shelf.company, "value": number},
        "datePosted": posted,
        "employmentType": _EMPLOYMENT[role.contract],
        "hiringOrganization": {
            "@type": "Organization",
            "name": shelf.company,
            "sameAs": f"https://{shelf.board}{_SUFFIX}",
        },
        "jobLocation": [
            {
                "@type": "Place",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": None,
                    "addressLocality": place.city,
                    "postalCode": None,
                    "addressCountry": place.country,
                    "addressRegion": place.region or None,
                },
            }
            for place in item.places
        ],
    }
    if role.workplace == "remote":
        posting["jobLocationType"] = "TELECOMMUTE"
        posting["applicantLocationRequirements"] = [
            {"@type": "Country", "name": item.places[0].country}
        ]
    if rng.random() < 0.3:
        posting["validThrough"] = (item.posted_at + timedelta(days=120)).date().isoformat()
    band = shelf.band(item)
    if band:
        posting["baseSalary"] = _salary(band)
    return {
        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "title": role.title,
        "url": f"https://{shelf.board}{_SUFFIX}/jobs/{number}-{slug_of(role.title)}",
        "date_published": posted,
        "content_html": html,
        "_jobposting": posting,
    }


def _salary(band: Band) -> dict[str, Any]:
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": band.period}
    if band.pay_min is not None and band.pay_min == band.pay_max:
        value["value"] = band.pay_min
    else:
        ends = (("minValue", band.pay_min), ("maxValue", band.pay_max))
        value |= {name: end for name, end in ends if end is not None}
    return {"@type": "MonetaryAmount", "currency": band.currency, "value": value}
