"""The sample market as Ashby serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or which failures a board has (`write`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import date
from html import escape
from random import Random
from typing import Any

from scrapers.market.texts import BOLD, END, Section, advert, plain, raised
from scrapers.market.world import Advert, Band, Pay, Place

_P = '<p style="min-height:1.5em">'
_EMPLOYMENT = {"full": "FullTime", "part": "PartTime", "intern": "Intern", "contract": "Contract"}
_INTERVAL = {"YEAR": "1 YEAR", "MONTH": "1 MONTH", "HOUR": "1 HOUR"}
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "CA$", "AUD": "A$", "INR": "₹", "JPY": "¥"}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true"


def row(item: Advert, board: str, day: date, seed: int) -> dict[str, Any]:
    """One element of `jobs`, as it stands on a day."""
    role, version = item.role, item.version(day)
    rng = Random(f"{seed}:ashby:{item.source_id}")
    sections = advert(role, seed, version)
    place = item.places[0]
    is_remote = {"remote": True, "hybrid": rng.choice((None, True)), "onsite": False}[
        role.workplace
    ]
    if rng.random() < 0.12:
        is_remote = None
    team = role.title.split(",")[-1].strip() if "," in role.title else role.family.replace("_", " ")
    pay = raised(role.pay) if role.pay and version else role.pay
    link = f"https://jobs.ashbyhq.com/{board}/{item.source_id}"
    return {
        "id": item.source_id,
        "title": role.title,
        "department": "R&D" if role.is_ml else rng.choice(("Business", "Engineering")),
        "team": team.title(),
        "employmentType": _EMPLOYMENT[role.contract],
        "location": _location(place, role.workplace, rng),
        "shouldDisplayCompensationOnJobPostings": bool(pay and pay.in_field),
        "secondaryLocations": [
            {"location": p.city, "address": _address(p)} for p in item.places[1:]
        ],
        "publishedAt": item.posted_at.isoformat(timespec="milliseconds"),
        "isListed": item.is_listed,
        "isRemote": is_remote,
        "workplaceType": None
        if rng.random() < 0.4
        else {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite"}[role.workplace],
        "address": _address(place) if rng.random() < 0.98 else None,
        "jobUrl": link,
        "applyUrl": f"{link}/application",
        "descriptionHtml": _html(sections),
        "descriptionPlain": _plain(sections),
        "compensation": _compensation(pay, rng),
    }


def body(rows: Iterable[str]) -> bytes:
    """The response of a board, of rows already written as JSON."""
    return f'{{"jobs": [{", ".join(rows)}], "apiVersion": "1"}}'.encode()


def dump(value: dict[str, Any]) -> str:
    """A row as Ashby writes JSON."""
    return json.dumps(value)


def _location(place: Place, workplace: str, rng: Random) -> str:
    if workplace == "remote":
        where = {"United States": "US", "United Kingdom": "UK"}.get(
            place.country_name, place.country_name
        )
        return rng.choice((f"Remote ({where})", f"Remote - {where}", f"{where} - Remote", "Remote"))
    if place.country == "US":
        return rng.choice(
            (
                place.city,
                f"{place.city}, {place.region_code}",
                f"{place.city}, {place.region}",
                f"{place.city} Office",
                place.short,
            )
        )
    return rng.choice((place.city, f"{place.city}, {place.country_name}", f"{place.city} office"))


def _address(place: Place) -> dict[str, dict[str, str]]:
    return {
        "postalAddress": {
            "addressRegion": place.region,
            "addressCountry": place.country_as_written,
            "addressLocality": place.city,
        }
    }


def _markup(text: str) -> str:
    html = escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return html.replace(BOLD, "<strong>").replace(END, "</strong>")


def _html(sections: Iterable[Section]) -> str:
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(f"<h2><strong>{_markup(section.heading)}</strong></h2>")
        parts += [f"{_P}{_markup(p)}</p>" for p in section.paragraphs]
        if section.bullets:
            items = "".join(f"<li>{_P}{_markup(b)}</p></li>" for b in section.bullets)
            parts.append(f'<ul style="min-height:1.5em">{items}</ul>')
        parts.append(f"{_P}</p>")
    return "".join(parts)


def _plain(sections: Iterable[Section]) -> str:
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(section.heading.upper())
        parts += section.paragraphs
        parts += [f" - {b}" for b in section.bullets]
    return plain("\n\n".join(parts))


def _short(value: float, currency: str, *, exact: bool) -> str:
    sign = _SIGNS.get(currency, f"{currency} ")
    if exact or value < 1_000:
        return f"{sign}{value:,.2f}"
    if value >= 1_000_000:
        return f"{sign}{value / 1_000_000:g}M"
    return f"{sign}{round(value / 100) / 10:g}K"


def _band_text(band: Band) -> str:
    exact = band.period == "HOUR"
    ends = [_short(v, band.currency, exact=exact) for v in (band.pay_min, band.pay_max) if v]
    said = " – ".join(dict.fromkeys(ends))
    return said + {"YEAR": "", "MONTH": " per month", "HOUR": " per hour"}[band.period]


def _component(kind: str, interval: str, band: Band | None = None) -> dict[str, Any]:
    return {
        "compensationType": kind,
        "interval": interval,
        "currencyCode": band.currency if band else None,
        "minValue": band.pay_min if band else None,
        "maxValue": band.pay_max if band else None,
    }


def junk_band(band: Band) -> Band:
    """A band that nobody can mean, as boards show when a form was filled in carelessly."""
    if round((band.pay_min or 0) / 1000) % 2:
        return band._replace(pay_min=26, pay_max=26, period="YEAR")
    return band._replace(pay_min=1, pay_max=500_000, period="YEAR")


def _compensation(pay: Pay | None, rng: Random) -> dict[str, Any]:
    if pay is None or not pay.in_field:
        return {
            "compensationTierSummary": None,
            "scrapeableCompensationSalarySummary": None,
            "compensationTiers": [],
            "summaryComponents": [],
        }
    band = junk_band(pay.bands[0]) if pay.is_junk else pay.bands[0]
    said = _band_text(band)
    is_total = band.kind == "total"
    label = "On Target Earnings " if is_total else rng.choice(("", "", "", "Base Annual Pay "))
    if band.period != "YEAR":
        label = ""
    components = [(f"{label}{said}", _component("Salary", _INTERVAL[band.period], band))]
    extras = [
        ("Offers Equity", _component("EquityPercentage", "NONE")),
        ("Offers Bonus", _component("Bonus", "1 YEAR")),
        ("Offers Commission", _component("Commission", "1 YEAR")),
        (
            "$40K – $90K Equity",
            _component("EquityCashValue", "1 YEAR", Band(40_000, 90_000, "USD", "YEAR", "base")),
        ),
    ]
    chosen = [
        e
        for e, rate in zip(extras, (0.6, 0.12, 0.3 if is_total else 0.02, 0.05), strict=True)
        if rng.random() < rate
    ]
    components += chosen
    if rng.random() < 0.25:
        components.reverse()
    information = rng.choice((None, None, None, "Pay depends on experience and location."))
    tail = [text for text, _ in chosen] + ([information] if information else [])
    return {
        "compensationTierSummary": " • ".join([said, *tail]),
        "scrapeableCompensationSalarySummary": said.replace("–", "-"),
        "compensationTiers": [
            {
                "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                "tierSummary": " • ".join([f"{label}{said}", *tail]),
                "title": None,
                "additionalInformation": information,
                "components": [
                    {
                        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                        "summary": text,
                        **component,
                    }
                    for text, component in components
                ],
            }
        ],
        "summaryComponents": [component for _, component in components],
    }
