"""The sample market on a careers site of its own: sitemaps, and pages with JobPosting data.

Belongs here: the addresses and the markup, sound and damaged as sites write it. Does not belong
here: what an advert says (`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape
from random import Random
from typing import Any

from scrapers.market.feeds import in_pages, passed_on, slug
from scrapers.market.shelf import Shelf, html_of
from scrapers.market.texts import plain
from scrapers.market.world import Advert, World

ORIGIN = "https://jobs.guild.example"
HTML, XML = "text/html; charset=utf-8", "application/xml"
SITEMAP_ROWS = 100

_SHARE = 0.04
_CONTRACT = {"full": "FULL_TIME", "part": "PART_TIME", "intern": "INTERN", "contract": "CONTRACTOR"}
_SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_OTHERS = ("/", "/about", "/blog/how-we-choose", "/contact")


def boards(_world: World) -> list[tuple[str, str, str]]:
    """The row of the site in a board list."""
    return [(ORIGIN.removeprefix("https://"), "", "")]


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """Every sitemap and page of the site on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path: body and content type.
    """
    shelf = passed_on(world, day, "jobposting", _SHARE, lambda _item: True)
    found: dict[str, tuple[bytes, str]] = {}
    names = []
    for number, items in enumerate(in_pages(shelf.adverts, SITEMAP_ROWS), 1):
        names.append(f"/sitemap-jobs-{number}.xml.gz")
        rows = [(_path(item), _changed_on(item, day)) for item in items]
        # Without a time, or the same sitemap would be other bytes on every day.
        found[names[-1]] = (
            gzip.compress(_sitemap("urlset", "url", rows), mtime=0),
            "application/gzip",
        )
    names.append("/sitemap-pages.xml")
    found[names[-1]] = _sitemap("urlset", "url", [(path, None) for path in _OTHERS]), XML
    index = [(name, None) for name in names]
    found["/sitemap.xml"] = _sitemap("sitemapindex", "sitemap", index), XML
    for path in _OTHERS:
        data = json.dumps({"@context": "https://schema.org", "@graph": [_SITE]})
        found[path] = _page("The Guild", _script(data), "<p>Work for members.</p>"), HTML
    for item in shelf.adverts:
        found[_path(item)] = _advert(shelf, item), HTML
    return found


_SITE = {"@type": "WebSite", "@id": f"{ORIGIN}/#site", "name": "The Guild", "url": f"{ORIGIN}/"}


def _path(item: Advert) -> str:
    return f"/jobs/{slug('jobposting', item, item.role.title, item.places[0].city)}"


def _changed_on(item: Advert, day: date) -> date:
    edited = item.edited_at is not None and item.edited_at.date() <= day
    return item.edited_at.date() if edited and item.edited_at else item.posted_at.date()


def _sitemap(root: str, element: str, rows: Sequence[tuple[str, date | None]]) -> bytes:
    parts = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SCHEMA}>']
    for path, changed_on in rows:
        changed = f"<lastmod>{changed_on.isoformat()}</lastmod>" if changed_on else ""
        parts.append(f"<{element}><loc>{ORIGIN}{path}</loc>{changed}</{element}>")
    return "\n".join([*parts, f"</{root}>\n"]).encode()


def _page(title: str, head: str, body: str) -> bytes:
    return (
        f"<!doctype html>\n<html lang=en><head><title>{escape(title)}</title>{head}</head>"
        f"<body><nav><a href=/jobs>Jobs</a></nav><main>{body}</main></body></html>\n"
    ).encode()


def _script(data: str) -> str:
    # Lest a closing tag in a text close the script.
    data = data.replace("</", "<\\/")
    return f'<script type="application/ld+json">{data}</script>'


def _advert(shelf: Shelf, item: Advert) -> bytes:
    rng = shelf.rng("jobposting", item)
    node = _node(shelf, item)
    title = f"<h1>{escape(item.role.title)}</h1>"
    if rng.random() < 0.2:
        return _page(item.role.title, "", _microdata(node))
    head = rng.choice(_WAYS)(node, rng)
    shown = title + str(node["description"]) if rng.random() < 0.7 else title
    return _page(item.role.title, head, shown)


def _node(shelf: Shelf, item: Advert) -> dict[str, Any]:
    role, band = item.role, shelf.band(item)
    node: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": role.title,
        "description": html_of(shelf.sections(item)),
        "identifier": {"@type": "PropertyValue", "name": "The Guild", "value": item.source_id},
        "datePosted": item.posted_at.date().isoformat(),
        "validThrough": f"{item.closed_on + timedelta(days=30)}T23:59",
        "employmentType": _CONTRACT[role.contract],
        "hiringOrganization": {"@type": "Organization", "name": role.employer.said_as},
        "jobLocation": [
            {
                "@type": "Place",
                "address": {
                    "@type": "PostalAddress",
                    "addressLocality": place.city,
                    "addressRegion": place.region,
                    "addressCountry": place.country,
                },
            }
            for place in item.places
        ],
    }
    if role.workplace == "remote":
        node["jobLocationType"] = "TELECOMMUTE"
        names = dict.fromkeys(place.country_name for place in item.places)
        node["applicantLocationRequirements"] = [{"@type": "Country", "name": n} for n in names]
    if band:
        node["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": band.currency,
            "value": {
                "@type": "QuantitativeValue",
                "minValue": band.pay_min or 0,
                "maxValue": band.pay_max or 0,
                "unitText": band.period,
            },
        }
    return node


# --- ways to write it ----------------------------------------------------------------------------


def _sound(node: dict[str, Any], _rng: Random) -> str:
    return _script(json.dumps(node))


def _graph(node: dict[str, Any], _rng: Random) -> str:
    us = {"@type": "Organization", "@id": "#us", **node["hiringOrganization"]}
    referring = {**node, "hiringOrganization": {"@id": "#us"}}
    return _script(json.dumps({"@context": "https://schema.org", "@graph": [_SITE, us, referring]}))


def _escaped(node: dict[str, Any], rng: Random) -> str:
    text = escape(node["description"])
    return _script(
        json.dumps({**node, "description": escape(text) if rng.random() < 0.5 else text})
    )


def _repeating(node: dict[str, Any], _rng: Random) -> str:
    """One value is due, ten come."""
    for place in node["jobLocation"]:
        country = place["address"]["addressCountry"]
        place["address"]["addressCountry"] = {"@type": "Country", "name": [country] * 10}
    return _script(json.dumps(node))


def _careless(node: dict[str, Any], _rng: Random) -> str:
    """Line breaks in strings, a comma too many, a semicolon, CDATA marks."""
    data = json.dumps(node, ensure_ascii=False).replace("</p><p>", "</p>\n\t<p>")
    return _script(f"//<![CDATA[\n{data[:-1]},}};\n//]]>")


def _undated(node: dict[str, Any], _rng: Random) -> str:
    return _script(json.dumps({**node, "datePosted": "1970-01-01T00:00:00Z"}))


_WAYS: tuple[Callable[[dict[str, Any], Random], str], ...] = (
    *(_sound, _sound, _sound, _graph, _escaped, _repeating, _careless, _undated),
)


def _microdata(node: dict[str, Any]) -> str:
    def meta(name: str, value: object) -> str:
        return f'<meta itemprop="{name}" content="{escape(plain(str(value)))}">'

    parts = [
        '<article itemscope itemtype="https://schema.org/JobPosting">',
        f'<h1 itemprop="title">{escape(node["title"])}</h1>',
        meta("datePosted", node["datePosted"]) + meta("employmentType", node["employmentType"]),
        '<div itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">',
        f'<span itemprop="name">{escape(node["hiringOrganization"]["name"])}</span></div>',
    ]
    for place in node["jobLocation"]:
        parts.append(
            '<div itemprop="jobLocation" itemscope itemtype="https://schema.org/Place">'
            '<p itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">'
        )
        said = place["address"].items()
        parts += [meta(name, value) for name, value in said if name != "@type"]
        parts.append("</p></div>")
    if node.get("jobLocationType"):
        parts.append(meta("jobLocationType", node["jobLocationType"]))
    if pay := node.get("baseSalary"):
        parts.append(
            '<div itemprop="baseSalary" itemscope itemtype="https://schema.org/MonetaryAmount">'
            + meta("currency", pay["currency"])
        )
        parts += [meta(name, pay["value"][name]) for name in ("minValue", "maxValue", "unitText")]
        parts.append("</div>")
    return "\n".join(
        [*parts, f'<div itemprop="description">{node["description"]}</div>', "</article>"]
    )
