"""The sample market as Workday serves it: a list asked for by POST, 20 rows a page, then details.

Belongs here: the requests and the shape of the answers. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from random import Random
from typing import Any
from urllib.parse import urlsplit

from scrapers.market.shelf import Shelf, department, html_of
from scrapers.market.world import Advert, Place

ORIGINS = ("https://*.myworkdayjobs.com",)
CONTENT_TYPE = "application/json;charset=UTF-8"
PAGE_ROWS = 20
CAP = 2_000
"""Workday states no larger total than this, whatever the board holds."""

_SUFFIX = ".myworkdayjobs.com"
_HOSTS = ("wd1", "wd3", "wd5", "wd12")
_SITES = ("Careers", "External", "External_Career_Site", "jobs")
_OLDEST_DAYS = 30


def host_of(board: str) -> str:
    """The host of a tenant, `acme.wd5.myworkdayjobs.com`."""
    return f"{board}.{_of(board, _HOSTS)}{_SUFFIX}"


def site_of(board: str) -> str:
    """The name of a tenant's site."""
    return _of(board, _SITES)


def name_of(board: str) -> str:
    """The board as board lists have it: tenant, host and site."""
    return f"{board}/{_of(board, _HOSTS)}/{site_of(board)}"


def url(board: str) -> str:
    """The address that a board is asked for at, by POST."""
    return f"https://{host_of(board)}{_base(board)}/jobs"


def detail_url(board: str, item: Advert) -> str:
    """The address that an advert is asked for at."""
    return f"https://{host_of(board)}{_base(board)}{_path(item)}"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    board = host.split(".")[0]
    is_ours = host == host_of(board) and urlsplit(target).path.startswith(f"{_base(board)}/job")
    return board if is_ours else None


def answer(shelf: Shelf, target: str, form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    path = urlsplit(target).path.removeprefix(_base(shelf.board))
    if path != "/jobs":
        item = next((a for a in shelf.adverts if _path(a) == path), None)
        return None if item is None else _json(_detail(shelf, item))
    if not isinstance(form, dict):
        return None
    adverts = shelf.adverts[::-1]
    offset = max(0, _whole(form.get("offset"), 0))
    limit = min(PAGE_ROWS, max(1, _whole(form.get("limit"), PAGE_ROWS)))
    total = min(len(adverts), CAP)
    # Many tenants state the total on the first page only.
    if offset and site_of(shelf.board) == "External":
        total = 0
    return _json(
        {
            "total": total,
            "jobPostings": [_row(shelf, a) for a in adverts[:CAP][offset : offset + limit]],
            "facets": _facets(adverts) if not offset else [],
            "userAuthenticated": False,
        }
    )


def _of(board: str, choices: tuple[str, ...]) -> str:
    return Random(f"workday:{board}:{choices[0]}").choice(choices)


def _base(board: str) -> str:
    return f"/wday/cxs/{board}/{site_of(board)}"


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _requisition(item: Advert) -> str:
    return f"JR{item.source_id}"


def _path(item: Advert) -> str:
    """The advert's path: its place and title with a dash for each sign, then the requisition."""

    def dashed(text: str) -> str:
        return "".join(c if c.isascii() and c.isalnum() else "-" for c in text).strip("-")

    title = dashed(item.role.title)[:80]
    return f"/job/{dashed(_said(item.places[0]))}/{title}_{_requisition(item)}"


def _said(place: Place) -> str:
    if place.country == "US":
        return f"US, {place.region_code}, {place.city}"
    return f"{place.country_name}, {place.city}"


def _posted(shelf: Shelf, item: Advert) -> str:
    days = (shelf.day - item.posted_at.date()).days
    if days > _OLDEST_DAYS:
        return f"Posted {_OLDEST_DAYS}+ Days Ago"
    return {0: "Posted Today", 1: "Posted Yesterday"}.get(days, f"Posted {days} Days Ago")


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": item.role.title,
        "externalPath": _path(item),
        "locationsText": f"{len(item.places)} Locations"
        if len(item.places) > 1
        else _said(item.places[0]),
        "postedOn": _posted(shelf, item),
        "bulletFields": [_requisition(item)],
    }
    if shelf.rng("workday", item).random() < 0.5:
        row["timeType"] = _time(item)
    return row


def _time(item: Advert) -> str:
    return "Part time" if item.role.contract == "part" else "Full time"


def _facets(adverts: tuple[Advert, ...]) -> list[dict[str, Any]]:
    def facet(name: str, said: str, values: Counter[str]) -> dict[str, Any]:
        return {
            "facetParameter": name,
            "descriptor": said,
            "values": [
                {"descriptor": value, "id": _id(value), "count": count}
                for value, count in values.most_common()
            ],
        }

    places = facet("locations", "Locations", Counter(_said(a.places[0]) for a in adverts))
    return [
        facet("jobFamilyGroup", "Job Category", Counter(department(a) for a in adverts)),
        facet("timeType", "Time Type", Counter(_time(a) for a in adverts)),
        {"facetParameter": "locationMainGroup", "values": [places]},
    ]


def _detail(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role = shelf.rng("workday", item), item.role
    first, *others = item.places
    country = {
        "descriptor": first.country_as_written
        if first.country != "US"
        else "United States of America",
        "id": _id(first.country),
        "alpha2Code": first.country,
    }
    info: dict[str, Any] = {
        "id": _id(item.source_id),
        "title": role.title,
        "jobDescription": html_of(shelf.sections(item), "h2"),
        "location": _said(first),
        "postedOn": _posted(shelf, item),
        "startDate": item.posted_at.date().isoformat(),
        "timeType": _time(item),
        "jobReqId": _requisition(item),
        "jobPostingId": _path(item).rsplit("/", 1)[1],
        "jobPostingSiteId": site_of(shelf.board),
        "country": country,
        "canApply": True,
        "posted": True,
        "includeResumeParsing": True,
        "jobRequisitionLocation": {"descriptor": _said(first), "country": country},
        "externalUrl": f"https://{host_of(shelf.board)}/{site_of(shelf.board)}{_path(item)}",
        "questionnaireId": uuid.UUID(int=rng.getrandbits(128), version=4).hex,
    }
    if others:
        info["additionalLocations"] = [_said(place) for place in others]
    if role.workplace != "onsite":
        info["remoteType"] = {"remote": "Remote", "hybrid": "Hybrid"}[role.workplace]
    return {
        "jobPostingInfo": info,
        "hiringOrganization": {"name": shelf.company, "url": ""},
        "similarJobs": [],
        "userAuthenticated": False,
    }
