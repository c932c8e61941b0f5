"""The sample market as Greenhouse serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or which failures a board has (`write`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from html import escape
from random import Random
from typing import Any

from scrapers.market.texts import BOLD, END, Section, advert
from scrapers.market.world import Advert, Place

_EASTERN = timezone(timedelta(hours=-4))


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true"


def row(
    item: Advert, board: str, day: date, seed: int, company: str, escapes: int
) -> dict[str, Any]:
    """One element of `jobs`, as it stands on a day.

    Args:
        item: The advert.
        board: The name of its board.
        day: The day of the observation.
        seed: The market's seed.
        company: What the board calls its company.
        escapes: How often the HTML of `content` is entity-escaped: 1 or 2.

    Returns:
        The row, ready to be written as JSON.
    """
    role, version = item.role, item.version(day)
    rng = Random(f"{seed}:greenhouse:{item.source_id}")
    content = _html(advert(role, seed, version), fancy=rng.random() < 0.5)
    for _ in range(escapes):
        content = escape(content).replace("&#x27;", "&#39;")
    changed = item.edited_at if version and item.edited_at else item.posted_at
    number = int(item.source_id)
    team = role.family.replace("_", " ").title()
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/{board}/jobs/{number}",
        "data_compliance": [
            {
                "type": "gdpr",
                "requires_consent": False,
                "requires_processing_consent": False,
                "requires_retention_consent": False,
                "retention_period": None,
                "demographic_data_consent_applies": False,
            }
        ],
        "internal_job_id": item.internal_id,
        "location": {"name": _location(item.places, role.workplace, rng)},
        "metadata": None,
        "id": number,
        "updated_at": _eastern(changed + timedelta(hours=rng.randrange(1, 60))),
        "requisition_id": f"REQ-{item.internal_id % 9973}",
        "title": role.title,
        "company_name": company,
        "first_published": _eastern(item.posted_at),
        "language": role.language,
        "application_deadline": None,
        "content": content,
        "departments": [
            {"id": 70_000 + len(team), "name": team, "child_ids": [], "parent_id": None}
        ],
        "offices": [
            {
                "id": 80_000 + len(p.city),
                "name": f"{p.city} Office",
                "location": f"{p.city}, {p.country_name}",
                "child_ids": [],
                "parent_id": None,
            }
            for p in item.places
        ],
        "ai_disclaimer": None,
        "include_ai_disclaimer": False,
        "ai_opt_out_request_url": f"http://app.greenhouse.io/ai_opt_out_request/job_post/{number}",
    }


def dump(value: dict[str, Any]) -> str:
    """A row as Greenhouse writes JSON: UTF-8, with `&`, `<` and `>` as escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def body(rows: Iterable[str]) -> bytes:
    """The response of a board, of rows already written as JSON."""
    listed = list(rows)
    return f'{{"jobs":[{",".join(listed)}],"meta":{{"total":{len(listed)}}}}}'.encode()


def _eastern(moment: datetime) -> str:
    return moment.astimezone(_EASTERN).isoformat(timespec="seconds")


def _location(where: tuple[Place, ...], workplace: str, rng: Random) -> str:
    first = where[0]
    style = rng.random()
    if style < 0.02:
        return rng.choice(("N/A", "Hybrid"))
    names = []
    for place in where:
        if place.country == "US":
            names.append(f"{place.city}, {place.region_code}" if style < 0.6 else place.city)
        else:
            names.append(f"{place.city}, {place.country_name}" if style < 0.6 else place.city)
    joint = rng.choice(("; ", "; ", " / ", " or ")) if style < 0.6 else rng.choice((", ", " / "))
    said = joint.join(names)
    if workplace == "remote":
        where_said = {"United States": "US", "United Kingdom": "UK"}.get(
            first.country_name, first.country_name
        )
        return rng.choice((f"{where_said}-Remote", f"Remote in {where_said}", f"{said}; Remote"))
    return said


def _markup(text: str) -> str:
    html = escape(text, quote=False).replace("\u00a0", "&nbsp;").replace("’", "&rsquo;")
    return html.replace(BOLD, "<b>").replace(END, "</b>")


def _html(sections: Iterable[Section], *, fancy: bool) -> str:
    opening, closing = ('<span style="font-weight: 400;">', "</span>") if fancy else ("", "")
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(f"<h3><strong>{_markup(section.heading)}</strong></h3>")
        parts += [f"<p>{opening}{_markup(p)}{closing}</p>" for p in section.paragraphs]
        if section.bullets:
            items = "\n".join(f"<li>{opening}{_markup(b)}{closing}</li>" for b in section.bullets)
            parts.append(f"<ul>\n{items}\n</ul>")
        if fancy:
            parts.append("<p>&nbsp;</p>")
    return "\n".join(parts)
