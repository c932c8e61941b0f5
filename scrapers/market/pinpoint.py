"""The sample market as Pinpoint serves it: sections in fields of their own, and no posting date.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapers.market.shelf import (
    CLOSING,
    OPENING,
    Shelf,
    amount,
    department,
    html_of,
    only,
    place_said,
)
from scrapers.market.world import Advert, Band

ORIGINS = ("https://*.pinpointhq.com",)
CONTENT_TYPE = "application/json; charset=utf-8"

_SUFFIX = ".pinpointhq.com"
_EMPLOYMENT = {
    "full": ("permanent_full_time", "Permanent - Full Time"),
    "part": ("permanent_part_time", "Permanent - Part Time"),
    "intern": ("internship", "Internship"),
    "contract": ("contract_full_time", "Contract - Full Time"),
}
_WORKPLACE = {"onsite": "On-site", "hybrid": "Hybrid", "remote": "Fully remote"}
_FREQUENCY = {"YEAR": "year", "MONTH": "month", "HOUR": "hour"}
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://{board}{_SUFFIX}/postings.json"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    is_listing = urlsplit(target).path == "/postings.json"
    return host.removesuffix(_SUFFIX) if is_listing and host.endswith(_SUFFIX) else None


def answer(shelf: Shelf, _target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    rows = {"data": [_row(shelf, item) for item in shelf.adverts]}
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role, place = shelf.rng("pinpoint", item), item.role, item.places[0]
    sections = shelf.sections(item)
    duties, asked = only(sections, "duties"), only(sections, "must", "nice")
    offered = only(sections, "pay", *CLOSING)
    code, said = _EMPLOYMENT[role.contract]
    path = f"/en/postings/{uuid.UUID(int=rng.getrandbits(128), version=4)}"
    deadline = item.posted_at + timedelta(days=150)
    return {
        "id": item.source_id,
        "title": role.title,
        "url": f"https://{shelf.board}{_SUFFIX}{path}",
        "path": path,
        "description": html_of(only(sections, *OPENING)),
        **_part("key_responsibilities", duties),
        **_part("skills_knowledge_expertise", asked),
        **_part("benefits", offered),
        "workplace_type": role.workplace,
        "workplace_type_text": _WORKPLACE[role.workplace],
        "employment_type": code,
        "employment_type_text": said,
        **_pay(shelf.band(item)),
        "deadline_at": f"{deadline:%Y-%m-%d}T23:59:59Z" if rng.random() < 0.3 else None,
        "reporting_to": rng.choice(("", "Head of Engineering", None)),
        "job": {
            "id": str(item.internal_id),
            "requisition_id": f"REQ-{item.internal_id % 9973}",
            "department": {"id": str(len(role.family)), "name": department(item)},
            "division": rng.choice((None, {"id": "1", "name": "Product"})),
            "structure_custom_group_one": None,
        },
        "location": {
            "id": str(len(place.city)),
            "name": rng.choice((place_said(place), f"{place.city} office")),
            "city": place.city,
            "province": place.region or None,
            "postal_code": None,
            "street_address": None,
        },
    }


def _part(name: str, sections: list[Any]) -> dict[str, str | None]:
    """A field of its own for some sections; the first heading stands in a second field."""
    if not sections:
        return {f"{name}_header": None, name: None}
    first, *rest = sections
    return {f"{name}_header": first.heading, name: html_of([first], "") + html_of(rest)}


def _pay(band: Band | None) -> dict[str, Any]:
    if band is None:
        fields = ("", "_minimum", "_maximum", "_currency", "_frequency")
        return {**{f"compensation{f}": None for f in fields}, "compensation_visible": False}
    sign = _SIGNS.get(band.currency, f"{band.currency} ")
    ends = [f"{sign}{amount(end)}" for end in (band.pay_min, band.pay_max) if end is not None]
    return {
        "compensation": f"{' - '.join(dict.fromkeys(ends))} / {_FREQUENCY[band.period]}",
        "compensation_minimum": band.pay_min,
        "compensation_maximum": band.pay_max,
        "compensation_currency": band.currency,
        "compensation_frequency": _FREQUENCY[band.period],
        "compensation_visible": True,
    }
