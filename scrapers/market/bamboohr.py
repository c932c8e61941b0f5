"""The sample market as BambooHR serves it: a list without texts, then one answer per advert.

Belongs here: the requests and the shape of the answers. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from scrapers.market.shelf import Shelf, amount, department, html_of
from scrapers.market.world import Advert, Band

ORIGINS = ("https://*.bamboohr.com",)
CONTENT_TYPE = "application/json"

_SUFFIX = ".bamboohr.com"
_DETAIL = re.compile(r"/careers/(\d+)/detail")
_EMPLOYMENT = {
    "full": "Full-Time",
    "part": "Part-Time",
    "intern": "Internship",
    "contract": "Contract",
}
_EXPERIENCE = {
    "intern": "Student (College)",
    "junior": "Entry-level",
    "mid": "Mid-level",
    "senior": "Experienced",
    "staff": "Experienced",
    "manager": "Manager/Supervisor",
    "executive": "Senior Manager/Supervisor",
}
_PLACE_TYPE = {"onsite": "0", "remote": "1", "hybrid": "2"}
_PER = {"YEAR": "per year", "MONTH": "per month", "HOUR": "per hour"}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://{board}{_SUFFIX}/careers/list"


def detail_url(board: str, item: Advert) -> str:
    """The address that an advert is asked for at."""
    return f"https://{board}{_SUFFIX}/careers/{item.source_id}/detail"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    path = urlsplit(target).path
    is_ours = path == "/careers/list" or _DETAIL.fullmatch(path)
    return host.removesuffix(_SUFFIX) if is_ours and host.endswith(_SUFFIX) else None


def answer(shelf: Shelf, target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    match = _DETAIL.fullmatch(urlsplit(target).path)
    if match is None:
        rows = [_row(shelf, item) for item in shelf.adverts]
        return _json({"meta": {"totalCount": len(rows)}, "result": rows})
    item = next((a for a in shelf.adverts if a.source_id == match[1]), None)
    return None if item is None else _json(_detail(shelf, item))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role, place = shelf.rng("bamboohr", item), item.role, item.places[0]
    in_own_field = rng.random() < 0.6
    nowhere = {"country": None, "state": None, "province": None, "city": None}
    return {
        "id": item.source_id,
        "jobOpeningName": role.title,
        "departmentId": str(18_000 + len(role.family)),
        "departmentLabel": department(item),
        "employmentStatusLabel": _EMPLOYMENT[role.contract],
        "employmentType": None,
        "location": {"city": place.city, "state": place.region or None}
        if in_own_field
        else {"city": None, "state": None},
        "atsLocation": nowhere
        if in_own_field
        else {
            "country": place.country_name,
            "state": place.region or None,
            "province": None,
            "city": place.city,
        },
        "isRemote": rng.choice((None, True)) if role.workplace == "remote" else None,
        "locationType": _PLACE_TYPE[role.workplace],
    }


def _detail(shelf: Shelf, item: Advert) -> dict[str, Any]:
    row, place = _row(shelf, item), item.places[0]
    band = shelf.band(item)
    opening = {
        "jobOpeningShareUrl": f"https://{shelf.board}{_SUFFIX}/careers/{item.source_id}",
        "jobOpeningName": row["jobOpeningName"],
        "jobOpeningStatus": "Open",
        "departmentId": row["departmentId"],
        "departmentLabel": row["departmentLabel"],
        "employmentStatusLabel": row["employmentStatusLabel"],
        "location": {
            **row["location"],
            "postalCode": None,
            "addressCountry": place.country_name if row["location"]["city"] else None,
        },
        "atsLocation": {**row["atsLocation"], "countryId": None, "stateId": None},
        "description": html_of(shelf.sections(item), "h4"),
        "compensation": _said(band) if band else None,
        "datePosted": item.posted_at.date().isoformat(),
        "minimumExperience": _EXPERIENCE[item.role.level],
        "locationType": row["locationType"],
    }
    form = {"firstName": {"isRequired": True, "value": ""}, "resumeFileId": {"isRequired": True}}
    return {"meta": {}, "result": {"jobOpening": opening, "formFields": form}}


def _said(band: Band) -> str:
    ends = [amount(end) for end in (band.pay_min, band.pay_max) if end is not None]
    said = " - ".join(dict.fromkeys(ends))
    return f"{band.currency} {said} {_PER[band.period]}"
