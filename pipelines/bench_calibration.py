"""The shape of the sample market, in which planted worlds are drawn.

Belongs here: reading that shape off the simulated market. Does not belong here: the worlds and what
is counted in them (`warehouse.bench.calibration`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from scrapers.market.world import Band, MarketSpec, Pay, World, simulate
from scrapers.market.world import Role as PlantedRole
from warehouse.bench.worlds_claims import Role, Shape, Tastes, shape_of

CALIBRATION = "calibration"


def sample_shape() -> Shape:
    """Simulate the sample market and take its shape.

    Returns:
        Its roles with their employers, days, facts and stated pay, and how employers differ; not
        what roles name.
    """
    world = simulate(MarketSpec())
    return shape_of(list(_roles(world)), _tastes(world), world.spec.as_of)


def _roles(world: World) -> Iterator[Role]:
    for platform, boards in world.boards.items():
        for adverts in boards.values():
            yield from _once(platform, ((advert.role, 1) for advert in adverts))
    posts = [post for thread in world.threads for post in thread.posts]
    yield from _once("hackernews", ((role, 1) for post in posts for role in post.roles))


def _once(source: str, adverts: Iterator[tuple[PlantedRole, Literal[1]]]) -> Iterator[Role]:
    """Count the adverts of each role."""
    roles: dict[str, tuple[PlantedRole, int]] = {}
    for role, one in adverts:
        known = roles.get(role.key)
        roles[role.key] = (known[0], known[1] + one) if known else (role, one)
    for role, n_adverts in roles.values():
        place = role.places[0]
        is_us = place.country == "US"
        yield Role(
            company=role.employer.key,
            entered_on=role.opened_at.date(),
            source=source,
            family=role.family,
            level=role.level,
            region=place.region if is_us else None,
            metro=place.city if is_us else None,
            is_ml=role.is_ml,
            is_us=is_us,
            n_adverts=n_adverts,
            pay_usd_year=_pay_usd_year(role.pay) if is_us else None,
        )


def _pay_usd_year(pay: Pay | None) -> float | None:
    """Midpoint of stated base pay, where it is yearly and whole."""
    if pay is None:
        return None
    bands = [middle for band in pay.bands if (middle := _middle(band)) is not None]
    return float(np.mean(bands)) if bands else None


def _middle(band: Band) -> float | None:
    if band.pay_min is None or band.pay_max is None or band.period != "YEAR" or band.kind != "base":
        return None
    return (band.pay_min + band.pay_max) / 2


def _tastes(world: World) -> Tastes:
    tilts = np.array([(e.tilt_pytorch, e.tilt_tensorflow) for e in world.employers])
    (of_pytorch, both), (_, of_tensorflow) = np.cov(tilts.T)
    return Tastes(
        variance_pytorch=float(of_pytorch),
        variance_tensorflow=float(of_tensorflow),
        correlation=float(both / np.sqrt(of_pytorch * of_tensorflow)),
        uniform_share=float(np.mean([bool(e.boilerplate_tools) for e in world.employers])),
    )
