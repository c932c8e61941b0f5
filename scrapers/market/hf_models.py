"""Models of the market as the Hugging Face Hub ranks them.

Belongs here: which models there are, the rankings' addresses, payload and cursors. Does not belong
here: papers.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random
from typing import Any

from scrapers.market.phrases import table
from scrapers.market.world import World

ORIGIN = "https://huggingface.co"
MODELS = 2_400
"""In each ranking; three pages of it."""
PAGE_SIZE = 1_000
SORTED_BY = {"downloads": "downloads", "newest": "createdAt"}
_TAGS: dict[str, dict[tuple[str, ...], int]] = {
    "downloads": {
        ("pytorch", "safetensors"): 40,
        ("pytorch",): 14,
        ("pytorch", "tf", "jax", "safetensors"): 8,
        ("pytorch", "tf"): 6,
        ("safetensors",): 18,
        ("onnx",): 5,
        ("gguf",): 6,
        (): 3,
    },
    "newest": {
        ("safetensors",): 55,
        ("pytorch",): 8,
        ("gguf",): 18,
        ("mlx", "safetensors"): 5,
        ("keras",): 1,
        ("jax",): 1,
        (): 12,
    },
}


def answers(world: World, day: date) -> dict[str, tuple[bytes, str, dict[str, str]]]:
    """The pages of both rankings; each names the next one in its Link header."""
    found = {}
    for ranking, key in SORTED_BY.items():
        rows = models(world.spec.seed, ranking, day)
        start = f"/api/models?sort={key}&limit={PAGE_SIZE}&full=true"
        for first in range(0, len(rows), PAGE_SIZE):
            path = f"{start}&cursor=after{first}" if first else start
            following = first + PAGE_SIZE
            headers = {}
            if following < len(rows):
                headers["Link"] = f'<{ORIGIN}{start}&cursor=after{following}>; rel="next"'
            body = json.dumps(rows[first:following]).encode()
            found[path] = (body, "application/json; charset=utf-8", headers)
    return found


def models(seed: int, ranking: str, day: date) -> list[dict[str, Any]]:
    """A ranking on a day.

    Args:
        seed: The market's.
        ranking: downloads or newest.
        day: The day.
    """
    rng = Random(f"{seed}:models:{ranking}")
    methods = table("papers")["method"]
    weights = _TAGS[ranking]
    rows = []
    for place in range(MODELS):
        tags = rng.choices([*weights], [*weights.values()])[0]
        name = f"{rng.choice(methods).lower().replace(' ', '-')}-{rng.getrandbits(28):07x}"
        age = timedelta(minutes=7 * place) if ranking == "newest" else timedelta(days=40 + place)
        created = f"{(day - timedelta(days=age.days)).isoformat()}T08:00:00.000Z"
        rows.append(
            {
                "_id": f"{rng.getrandbits(96):024x}",
                "id": f"maker-{place % 97}/{name}",
                "modelId": f"maker-{place % 97}/{name}",
                "author": f"maker-{place % 97}",
                "private": False,
                "gated": False,
                "likes": rng.randrange(400),
                "downloads": 9_000_000 // (place + 1) if ranking == "downloads" else place % 5,
                "tags": ["transformers", *tags, "en", "region:us"],
                "pipeline_tag": "text-generation",
                "library_name": "keras" if "keras" in tags else "transformers",
                "createdAt": created,
                "lastModified": created,
            }
        )
    return rows
