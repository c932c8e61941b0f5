"""What the feeds have in common: the employers' adverts that a feed passes on.

Belongs here: which adverts those are, and what a feed calls them. Does not belong here: payloads
(one module per feed) and HTTP (`serve`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from scrapers.market.shelf import Shelf, slug_of
from scrapers.market.world import Advert, World

T = TypeVar("T")

LAG = timedelta(days=1)
"""A feed shows an advert so long after its employer."""


def passed_on(
    world: World, day: date, feed: str, share: float, wants: Callable[[Advert], bool]
) -> Shelf:
    """What a feed shows on a day.

    Args:
        world: The market.
        day: The day.
        feed: Name of the feed's source.
        share: How many of the adverts that it wants it finds, as a fraction.
        wants: Whether the feed is for such adverts.

    Returns:
        The adverts of all boards that it passes on, newest first.
    """
    found = [
        item
        for boards in world.boards.values()
        for adverts in boards.values()
        for item in adverts
        if item.is_listed
        and item.is_open(day)
        and item.is_open(day - LAG)
        and wants(item)
        and Random(f"{world.spec.seed}:found by {feed}:{item.source_id}").random() < share
    ]
    found.sort(key=lambda item: (item.posted_at, item.source_id), reverse=True)
    return Shelf(feed, "", day, world.spec.seed, tuple(found))


def is_remote(item: Advert) -> bool:
    """Whether feeds of remote jobs want it."""
    return item.role.workplace == "remote"


def number_of(feed: str, item: Advert) -> int:
    """The number that a feed gives an advert, seven digits long."""
    digest = hashlib.blake2b(f"{feed}:{item.source_id}".encode(), digest_size=8).digest()
    return 1_000_000 + int.from_bytes(digest, "big") % 9_000_000


def slug(feed: str, item: Advert, *parts: str) -> str:
    """The end of an advert's address on a feed."""
    return slug_of(" ".join((*parts, str(number_of(feed, item)))))


def seconds(item: Advert) -> int:
    """When the feed found the advert, epoch seconds."""
    return int((item.posted_at + LAG).timestamp())


def in_pages(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Items in pages of a size; one empty page where there are none."""
    return [items[begin : begin + size] for begin in range(0, max(len(items), 1), size)]


def as_json(value: Any, *, ascii_only: bool = False) -> bytes:
    """A JSON body."""
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":")).encode()
