"""A file on the loopback server that can be had in pieces.

Belongs here: routes that heed Range and validators. Does not belong here: what is in the file.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.scrapers.server import Answer, Site


def ranged(site: Site, content: bytes, etag: str = '"v1"') -> Callable[[int], Answer]:
    """A route that heeds If-None-Match, Range and If-Range."""

    def answer(_times: int) -> Answer:
        asked = site.asked[-1].headers
        if asked.get("If-None-Match") == etag:
            return Answer(status=304, headers={"ETag": etag})
        if "Range" not in asked or asked.get("If-Range", etag) != etag:
            return Answer(content, headers={"ETag": etag})
        first, last = map(int, asked["Range"].removeprefix("bytes=").split("-"))
        body = content[first : last + 1]
        said = f"bytes {first}-{first + len(body) - 1}/{len(content)}"
        return Answer(body, 206, {"ETag": etag, "Content-Range": said})

    return answer
