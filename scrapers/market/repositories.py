"""The files of the repositories of newer papers, as GitHub serves them raw.

Belongs here: their addresses. Does not belong here: what they hold (`preprints`).
"""

from __future__ import annotations

from datetime import date

from scrapers.market import preprints
from scrapers.market.world import World

ORIGIN = "https://raw.githubusercontent.com"


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:
    """The dependency files of all repositories."""
    seed = world.spec.seed
    return {
        f"/{paper.repository}/HEAD/{name}": (body, "text/plain; charset=utf-8")
        for on in preprints.days(day)
        for paper in preprints.of_day(seed, on)
        for name, body in preprints.files(seed, paper).items()
    }
