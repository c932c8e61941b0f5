"""The sample market as Remote OK passes it on: its newest remote adverts, in the wrong charset.

Belongs here: the address and the shape of the answer. Does not belong here: what an advert says
(`texts`), or HTTP (`serve`).
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime
from typing import Any

from scrapers.market.feeds import as_json, is_remote, number_of, passed_on, seconds, slug
from scrapers.market.shelf import Shelf, html_of
from scrapers.market.world import Advert, World

ORIGIN = "https://remoteok.com"
CONTENT_TYPE = "application/json"
NEWEST = 100

_WORDS = ("AFFABLE", "BRISK", "CANDID", "DEFT", "EAGER", "FRANK", "GENIAL", "HARDY")


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The feed on a day.

    Args:
        world: The market.
        day: The day.

    Returns:
        By path and query: body and content type.
    """
    shelf = passed_on(world, day, "remoteok", 0.5, is_remote)
    rows = [_row(shelf, item) for item in shelf.adverts[:NEWEST]]
    notice = {
        "last_updated": seconds(shelf.adverts[0]) if shelf.adverts else 0,
        "legal": "API Terms of Service: link back to the page of the advert, please.",
    }
    return {"/api": (as_json([notice, *rows], ascii_only=True), CONTENT_TYPE)}


def _row(shelf: Shelf, item: Advert) -> dict[str, Any]:
    rng, role, place = shelf.rng("remoteok", item), item.role, item.places[0]
    band = shelf.band(item)
    # Only a year's pay in dollars fits its form; who fills it in has posted there himself.
    fits = band is not None and band.period == "YEAR" and band.currency == "USD"
    band = band if fits else None
    name = slug("remoteok", item, "remote", role.title, role.employer.name)
    page = f"https://remoteOK.com/remote-jobs/{name}"
    where = (place.city, place.city, place.region, place.country_name)
    return {
        "slug": name,
        "id": str(number_of("remoteok", item)),
        "epoch": seconds(item),
        "date": datetime.fromtimestamp(seconds(item), UTC).isoformat(),
        "company": _damaged(role.employer.name),
        "company_logo": "",
        "position": _damaged(role.title),
        "tags": [role.family.replace("_", " "), "digital nomad"],
        "description": _damaged(html_of(shelf.sections(item)))
        + _asked_by(shelf, rng.choice(_WORDS)),
        "location": _damaged(", ".join(where) if rng.random() < 0.6 else f"{place.country_name}, "),
        "salary_min": int(band.pay_min or 0) if band else 0,
        "salary_max": int(band.pay_max or 0) if band else 0,
        "apply_url": page,
        **({"original": True} if band else {}),
        "logo": "",
        "url": page,
    }


def _damaged(text: str) -> str:
    """UTF-8 that was read as Latin-1."""
    return text.encode().decode("latin-1")


def _asked_by(shelf: Shelf, word: str) -> str:
    """What the feed adds for whoever asks; another address on another day."""
    address = f"198.51.100.{shelf.day.toordinal() % 250}"
    tag = f"R{b64encode(address.encode()).decode()}"
    return (
        f"<br/><br/>Please mention the word **{word}** and tag {tag} when applying to show you "
        f"read the job post completely (#{tag}). This is a beta feature to avoid spam applicants. "
        "Companies can search these words to find applicants that read this and see they're human."
    )
