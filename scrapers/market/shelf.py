"""One board on one day, as the modules that speak a platform's protocol are given it.

Belongs here: what those modules share: the adverts that are shown, their markup and their stated
pay. Does not belong here: payloads (one module per platform) and HTTP (`serve`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from random import Random
from typing import NamedTuple

from scrapers.market.ashby import junk_band
from scrapers.market.texts import BOLD, END, Section, advert, raised
from scrapers.market.world import Advert, Band, Place

OPENING = ("about", "role")
CLOSING = ("benefits", "values", "process", "eeo")


class Shelf(NamedTuple):
    """The adverts that a board shows on a day, oldest first."""

    board: str
    company: str
    day: date
    seed: int
    adverts: tuple[Advert, ...]

    def sections(self, item: Advert) -> tuple[Section, ...]:
        """The text of an advert as it stands on the day."""
        return advert(item.role, self.seed, item.version(self.day))

    def rng(self, platform: str, item: Advert) -> Random:
        """Decides what the platform leaves to the employer, the same on every day."""
        return Random(f"{self.seed}:{platform}:{item.source_id}")

    def band(self, item: Advert) -> Band | None:
        """The band in the board's own field on the day, junk and all; None where it has none."""
        pay = item.role.pay
        if pay is None or not pay.in_field:
            return None
        pay = raised(pay) if item.version(self.day) else pay
        return junk_band(pay.bands[0]) if pay.is_junk else pay.bands[0]


def markup(text: str) -> str:
    """A sentence as HTML."""
    html = escape(text, quote=False).replace("\u00a0", "&nbsp;")
    return html.replace(BOLD, "<strong>").replace(END, "</strong>")


def html_of(sections: Iterable[Section], heading: str = "h3") -> str:
    """Sections as HTML.

    Args:
        sections: In reading order.
        heading: The element of their headings; empty for none.
    """
    parts: list[str] = []
    for section in sections:
        if section.heading and heading:
            parts.append(f"<{heading}>{markup(section.heading)}</{heading}>")
        parts += [f"<p>{markup(p)}</p>" for p in section.paragraphs]
        if section.bullets:
            parts.append(f"<ul>{''.join(f'<li>{markup(b)}</li>' for b in section.bullets)}</ul>")
    return "".join(parts)


def only(sections: Iterable[Section], *kinds: str) -> list[Section]:
    """The sections of some kinds, in reading order."""
    return [s for s in sections if s.kind in kinds]


def slug_of(title: str) -> str:
    """A title as addresses have it."""
    words = "".join(c if c.isalnum() and c.isascii() else " " for c in title.lower()).split()
    return "-".join(words)


def amount(value: float) -> str:
    """A sum of money with separators, `120,000`."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def place_said(place: Place) -> str:
    """A place as most boards write it."""
    if place.country == "US":
        return f"{place.city}, {place.region_code}"
    return f"{place.city}, {place.country_name}"


def department(item: Advert) -> str:
    """What the board calls the department."""
    return item.role.family.replace("_", " ").title()
