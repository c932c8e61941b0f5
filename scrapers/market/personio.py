"""The sample market as Personio serves it.

Belongs here: the request and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from scrapers.market.shelf import Shelf, department, html_of
from scrapers.market.world import Advert

ORIGINS = ("https://*.jobs.personio.de", "https://*.jobs.personio.com", "https://www.personio.com")
CONTENT_TYPE = "text/xml; charset=UTF-8"
UNKNOWN_GOES_TO = "https://www.personio.com/"
"""Where Personio sends who asks for a board that it does not have: 307, then a page of its own."""

_SUFFIXES = (".jobs.personio.de", ".jobs.personio.com")
_EMPLOYMENT = {
    "full": "permanent",
    "part": "permanent",
    "intern": "intern",
    "contract": "freelance",
}
_SENIORITY = {"intern": "student", "junior": "entry-level", "executive": "executive"}
_YEARS = {"junior": "lt-1", "mid": "2-5", "senior": "5-7", "staff": "7-10", "manager": "7-10"}
_PERIOD = {"YEAR": "yearly", "MONTH": "monthly", "HOUR": "hourly"}


def url(board: str) -> str:
    """The address that a board is asked for at."""
    return f"https://{board}{_SUFFIXES[0]}/xml"


def board_of(host: str, target: str) -> str | None:
    """The board that a request is for; None where it is for something else."""
    if urlsplit(target).path.rstrip("/") != "/xml":
        return None
    return next((host.removesuffix(s) for s in _SUFFIXES if host.endswith(s)), None)


def answer(shelf: Shelf, _target: str, _form: Any) -> bytes | None:
    """The body of an answer; None where there is nothing under that address."""
    positions = "".join(_position(shelf, item) for item in shelf.adverts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>\n{positions}</workzag-jobs>\n'
    ).encode()


def _position(shelf: Shelf, item: Advert) -> str:
    rng, role = shelf.rng("personio", item), item.role
    offices = [
        f"Remote {p.country_name}" if role.workplace == "remote" else p.city for p in item.places
    ]
    parts = [
        _tag("id", item.source_id),
        _tag("subcompany", rng.choice((shelf.company, f"{shelf.company} GmbH", ""))),
        _tag("office", offices[0]),
        _block("additionalOffices", (_tag("office", o) for o in dict.fromkeys(offices[1:]))),
        _tag("department", department(item)),
        _tag("recruitingCategory", rng.choice(("Tech", "Business", ""))),
        _tag("name", role.title),
        _block("jobDescriptions", (_section(*s) for s in _grouped(shelf, item))),
        _tag("employmentType", _EMPLOYMENT[role.contract]),
        _tag("seniority", _SENIORITY.get(role.level, "experienced")),
        _tag("schedule", "part-time" if role.contract == "part" else "full-time"),
        _tag("yearsOfExperience", _YEARS.get(role.level, "")),
        _tag("keywords", ""),
        _tag("occupation", "data_science" if role.is_ml else "software_and_web_development"),
        _tag("occupationCategory", "it_software"),
        _tag("createdAt", item.posted_at.strftime("%Y-%m-%dT%H:%M:%S+00:00")),
    ]
    band = shelf.band(item)
    if band:
        ends = (("min", band.pay_min), ("max", band.pay_max))
        sums = [_tag(name, f"{value:.0f}") for name, value in ends if value is not None]
        kind = _tag("type", _PERIOD[band.period])
        parts.append(
            _block("salaryInformation", (*sums, _tag("currencyCode", band.currency), kind))
        )
    return f"<position>\n{''.join(parts)}</position>\n"


def _grouped(shelf: Shelf, item: Advert) -> Iterable[tuple[str, str]]:
    """The sections of an advert, each with a heading: the platform asks for one."""
    for section in shelf.sections(item):
        yield section.heading or "Equal opportunity", html_of([section], heading="")


def _section(heading: str, html: str) -> str:
    # A CDATA section can't hold its own end.
    value = html.replace("]]>", "]]]]><![CDATA[>")
    return _block("jobDescription", (_tag("name", heading), f"<value><![CDATA[{value}]]></value>"))


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _block(name: str, parts: Iterable[str]) -> str:
    return f"<{name}>{''.join(parts)}</{name}>\n"
