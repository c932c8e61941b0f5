"""Downloads of packages in the market, in the file of the most downloaded ones.

Belongs here: the file's address and payload; the figures are made up. Does not belong here: other
outside series (`reference`).
"""

from __future__ import annotations

import json
from datetime import date

from scrapers.market.world import World

ORIGIN = "https://hugovk.github.io"
_MILLIONS = {"boto3": 1500.0, "numpy": 500.0, "torch": 70.0, "tensorflow": 19.0, "jax": 9.0}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str]]:  # noqa: ARG001
    """The file of the month."""
    payload = {
        "last_update": f"{day.replace(day=1).isoformat()} 07:04:16",
        "rows": [
            {"download_count": round(millions * 1_000_000), "project": project}
            for project, millions in _MILLIONS.items()
        ],
    }
    path = "/top-pypi-packages/top-pypi-packages.min.json"
    return {path: (json.dumps(payload).encode(), "application/json; charset=utf-8")}
