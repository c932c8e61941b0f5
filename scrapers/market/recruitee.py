"""The sample market as Recruitee serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapers.market.shelf import Shelf, department, html_of, only, slug_of
from scrapers.market.world import Advert, Place

ORIGINS = ("https://*.recruitee.com",)
CONTENT_TYPE = "application/json; charset=utf-8"

_SUFFIX = ".recruitee.com"
_EMPLOYMENT = {
    "full": "fulltime_permanent",
    "part": "parttime_permanent",
    "intern": "internship",
    "contract": "freelance",
}
_EXPERIENCE = {
    "intern": "student_college",
    "junior": "entry_level",
    "mid": "mid_level",
    "senior": "experienced",
    "staff": "experienced",
    "manager": "manager",
    "executive": "executive",
}
_PERIOD = {"YEAR": "year", "MONTH": "month", "HOUR": "hour"}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://{board}{_SUFFIX}/api/offers"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    is_listing = urlsplit(target).path.rstrip("/") == "/api/offers"
    return host.removesuffix(_SUFFIX) if is_listing and host.endswith(_SUFFIX) else None


def answer(shelf: Shelf, _target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    rows = [_row(shelf, item, n) for n, item in enumerate(reversed(shelf.adverts), 1)]
    return json.dumps({"offers": rows}, ensure_ascii=False, separators=(",", ":")).encode()


def _row(shelf: Shelf, item: Advert, position: int) -> dict[str, Any]:
    rng, role = shelf.rng("recruitee", item), item.role
    sections = shelf.sections(item)
    requirements = only(sections, "must", "nice")
    description = html_of((s for s in sections if s not in requirements), "h2")
    number = int(item.source_id)
    place, slug = item.places[0], f"{slug_of(role.title)}-{number % 997}"
    link = f"https://{shelf.board}{_SUFFIX}/o/{slug}"
    band = shelf.band(item)
    changed = item.edited_at if item.version(shelf.day) and item.edited_at else item.posted_at
    texts = {"description": description, "requirements": html_of(requirements, "h2")}
    question = "Are you allowed to work in the country of the office?"
    hours = 20 if role.contract == "part" else 40
    guid = f"{number % 36**5:05x}"
    sharing = {
        "sharing_title": None,
        "sharing_description": None,
        "sharing_image": None,
        "highlight": None,
        "locations_question": None,
    }
    return {
        "options_cv": "required",
        "position": position,
        "min_hours_per_week": str(hours),
        "max_hours_per_week": str(hours),
        "min_hours": hours,
        "max_hours": hours,
        "employment_type_code": _EMPLOYMENT[role.contract],
        "experience_code": _EXPERIENCE[role.level],
        "education_code": rng.choice(("bachelor_degree", "master_degree", None)),
        "category_code": rng.choice(("information_technology", "engineering", None)),
        "locations_question_required": False,
        "locations_question_type": "multiple_choice",
        "location_question_visible": False,
        "careers_url": link,
        "careers_apply_url": f"{link}/c/new",
        "salary": {
            "min": _sum(band.pay_min) if band else None,
            "max": _sum(band.pay_max) if band else None,
            "period": _PERIOD[band.period] if band else None,
            "currency": band.currency if band else None,
        },
        "created_at": _stamp(item.posted_at),
        "published_at": _stamp(item.posted_at),
        "updated_at": _stamp(changed),
        "close_at": None,
        "status": "published",
        "options_cover_letter": "optional",
        "options_photo": "off",
        "options_salutation": "off",
        "options_phone": "required",
        "options_title": "off",
        "translations": {role.language: {"title": role.title, **texts, **sharing}},
        "guid": guid,
        "id": number,
        "slug": slug,
        "title": role.title,
        **texts,
        **sharing,
        "department": rng.choice((department(item), department(item), None)),
        "on_site": role.workplace == "onsite",
        "hybrid": role.workplace == "hybrid",
        "remote": role.workplace == "remote",
        "location": "Remote job" if role.workplace == "remote" else _said(place),
        "locations": [_location(p, n) for n, p in enumerate(item.places, number % 9973)],
        "city": place.city,
        "country": place.country_name,
        "country_code": place.country,
        "state_code": place.region_code or None,
        "state_name": place.region or None,
        "postal_code": None,
        "street": None,
        "company_name": shelf.company,
        "dynamic_fields": [],
        "tags": [],
        "cover_image": None,
        "mailbox_email": f"job.{guid}@{shelf.board}{_SUFFIX}",
        "open_questions": [
            {
                "id": number % 100_003,
                "position": 1,
                "options": {},
                "required": True,
                "body": question,
                "kind": "boolean",
                "translations": {role.language: {"body": question}},
                "open_question_options": [],
            }
        ],
    }


def _location(place: Place, number: int) -> dict[str, Any]:
    where = {"name": place.city, "city": place.city, "postal_code": None, "street": None}
    return {
        "id": number,
        **where,
        "note": None,
        "state": place.region or None,
        "state_code": place.region_code or None,
        "country": place.country_name,
        "country_code": place.country,
        "translations": {"en": {**where, "note": None}},
    }


def _said(place: Place) -> str:
    return ", ".join(part for part in (place.city, place.region, place.country_name) if part)


def _sum(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
