"""The sample market as We Work Remotely passes it on: its newest remote adverts, as RSS.

Belongs here: the address and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from scrapers.market.feeds import is_remote, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, html_of
from scrapers.market.texts import name_tools, plain
from scrapers.market.world import Advert, World

ORIGIN = "https://weworkremotely.com"
CONTENT_TYPE = "application/rss+xml; charset=utf-8"
NEWEST = 100

_OPEN = timedelta(days=30)
_TYPES = {"full": "Full-Time", "part": "Part-Time", "intern": "Full-Time", "contract": "Contract"}
_CATEGORIES = {
    "go_to_market": "Sales and Marketing",
    "product_design": "Design",
    "management": "Management and Finance",
    "software_engineer": "Full-Stack Programming",
    "ml_platform": "DevOps and Sysadmin",
    "research": "All Other Remote",
    "operations": "All Other Remote",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss">\n  <channel>\n'
    f"    <title>Remote jobs</title>\n    <link>{ORIGIN}/remote-jobs.rss</link>\n"
    "    <description>Remote jobs</description>\n    <language>en-US</language>\n"
    "    <ttl>60</ttl>\n"
)


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The feed on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "weworkremotely", 0.5, is_remote)
    items = "\n".join(_item(shelf, item) for item in shelf.adverts[:NEWEST])
    body = f"{_HEAD}\n{items}\n  </channel>\n</rss>\n"
    return {"/remote-jobs.rss": (body.encode(), CONTENT_TYPE)}


def _item(shelf: Shelf, item: Advert) -> str:
    rng, role, place = shelf.rng("weworkremotely", item), item.role, item.places[0]
    owner = role.employer
    page = f"{ORIGIN}/remote-jobs/{slug('weworkremotely', item, owner.name, role.title)}"
    posted = datetime.fromtimestamp(seconds(item), UTC)
    named = role.tools.must + role.tools.nice
    # The flag of a country is its code in regional indicators.
    flag = "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in place.country)
    is_american = {p.country for p in item.places} == {"US"}
    text = (
        f"\n<p>\n  <strong>Headquarters:</strong> {escape(owner.places[0].city)}\n"
        f'    <br /><strong>URL:</strong> <a href="https://{owner.domain}">https://{owner.domain}</a>'
        f"\n</p>\n\n{html_of(shelf.sections(item))}\n"
        f'\n<p><strong>To apply:</strong> <a href="{page}">{page}</a></p>\n'
    )
    fields = {
        "title": f"{owner.name}: {role.title}",
        "region": "USA Only" if is_american else "Anywhere in the World",
        "country": f"{flag} {place.country_name}",
        "state": place.region if rng.random() < 0.5 else "",
        "skills": plain(name_tools(named, rng)) if named else "",
        "category": _CATEGORIES.get(role.family, "Back-End Programming"),
        "type": _TYPES[role.contract],
        "description": text,
        "pubDate": format_datetime(posted),
        "expires_at": format_datetime(posted + _OPEN),
        "guid": page,
        "link": page,
    }
    said = "\n".join(f"      <{name}>{escape(value)}</{name}>" for name, value in fields.items())
    picture = '<media:content url="https://pictures.example/logo.gif" type="image/png"/>'
    return f"    <item>\n      {picture}\n{said}\n    </item>\n"
