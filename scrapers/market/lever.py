"""The sample market as Lever serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or which failures a board has (`write`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from random import Random
from typing import Any

from scrapers.market.texts import BOLD, END, Section, advert, plain, raised
from scrapers.market.world import Advert, Place

_COMMITMENT = {"full": "Full-time", "part": "Part-time", "intern": "Intern", "contract": "Contract"}
_INTERVAL = {"YEAR": "per-year-salary", "MONTH": "per-month-salary", "HOUR": "per-hour-wage"}
UNKNOWN = b'{"ok":false,"error":"Document not found"}'


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://api.lever.co/v0/postings/{board}?mode=json"


def row(item: Advert, board: str, day: date, seed: int) -> dict[str, Any]:
    """One element of the list, as it stands on a day."""
    role, version = item.role, item.version(day)
    rng = Random(f"{seed}:lever:{item.source_id}")
    sections = advert(role, seed, version)
    parts = {k: [s for s in sections if s.kind == k] for k in ("about", "role", "pay")}
    ending = [s for s in sections if s.kind in ("benefits", "values", "process", "eeo")]
    lists = [s for s in sections if s.kind in ("duties", "must", "nice")]
    place = item.places[0]
    pay = raised(role.pay) if role.pay and version else role.pay
    said = [_location(p, rng) for p in item.places]
    link = f"https://jobs.lever.co/{board}/{item.source_id}"
    value: dict[str, Any] = {
        "additionalPlain": _plain(ending),
        "additional": _html(ending),
        "categories": {
            "commitment": _COMMITMENT[role.contract],
            "department": "Research and Development" if role.is_ml else "Company",
            "location": said[0],
            "team": role.family.replace("_", " ").title(),
            "allLocations": said,
        },
        "createdAt": int(item.posted_at.timestamp() * 1000),
        "descriptionPlain": _plain(parts["about"] + parts["role"]),
        "description": _html(parts["about"] + parts["role"]),
        "id": item.source_id,
        "lists": [
            {
                "text": s.heading or "",
                "content": "\n" + "\n".join(f"<li>{_markup(b)}</li>" for b in s.bullets),
            }
            for s in lists
        ],
    }
    if pay and pay.in_field:
        band = pay.bands[0]
        value["salaryRange"] = {
            "min": band.pay_min,
            "max": band.pay_max,
            "currency": band.currency,
            "interval": _INTERVAL[band.period],
        }
    if parts["pay"]:
        value["salaryDescription"] = _html(parts["pay"])
        value["salaryDescriptionPlain"] = _plain(parts["pay"])
    return {
        **value,
        "text": role.title,
        "country": place.country if rng.random() < 0.97 else None,
        "workplaceType": role.workplace if rng.random() < 0.9 else "unspecified",
        "opening": _html(parts["about"]),
        "openingPlain": _plain(parts["about"]),
        "descriptionBody": _html(parts["role"]),
        "descriptionBodyPlain": _plain(parts["role"]),
        "hostedUrl": link,
        "applyUrl": f"{link}/apply",
    }


def dump(value: dict[str, Any]) -> str:
    """A row as Lever writes JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def body(rows: Iterable[str]) -> bytes:
    """The response of a board, of rows already written as JSON."""
    return f"[{','.join(rows)}]".encode()


def _location(place: Place, rng: Random) -> str:
    if place.country == "US":
        return rng.choice((f"{place.city}, {place.region}", f"{place.city}, {place.region_code}"))
    return rng.choice((place.city, f"{place.city}, {place.country_name}"))


def _markup(text: str) -> str:
    html = escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return html.replace(BOLD, "<b>").replace(END, "</b>")


def _html(sections: Sequence[Section]) -> str:
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(f'<div><b style="font-size: 18px">{_markup(section.heading)}</b></div>')
        parts += [f"<div>{_markup(p)}</div>" for p in section.paragraphs]
        if section.bullets:
            parts.append(f"<ul>{''.join(f'<li>{_markup(b)}</li>' for b in section.bullets)}</ul>")
        parts.append("<div><br></div>")
    return "".join(parts)


def _plain(sections: Sequence[Section]) -> str:
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(section.heading)
        parts += section.paragraphs
        parts += section.bullets
        parts.append("")
    return plain("\n".join(parts))
