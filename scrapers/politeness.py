"""Being a good guest: robots.txt without a leak, and Retry-After.

Belongs here: what every spider owes every server and Scrapy does not do by itself. Does not belong
here: numbers (`scrapers.settings`).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

LONGEST_WAIT_S = 120.0
"""A server that asks for more than this is left alone for this run."""


_TURN = "holds_turn_of"
"""Where a request notes in its meta that it has its host's turn."""


class HostBusyError(IgnoreRequest):
    """A host asked to be left alone for longer than a run waits."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, one host at a time.

    Up to Scrapy 2.19 the requests that wait for the same robots.txt share one Deferred: the first
    gets the rules, the others get None and go through. A lock per host lets none wait on that
    Deferred.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host; fetched once."""
        async with self._locks[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)


class RetryAfterMiddleware:
    """One request to a host at a time, and none before it may be asked again (Retry-After).

    Scrapy's own limit queues requests behind the middlewares, where an answer that asks for a pause
    can't hold them back any more.
    """

    def __init__(self) -> None:
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = {}
        self._busy: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        """Build; it has no settings."""
        return cls()

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn, and until it may be asked again.

        Raises:
            HostBusyError: It asked for a longer pause than `LONGEST_WAIT_S`.
        """
        host = urlsplit(request.url).netloc
        await self._turns[host].acquire()
        request.meta[_TURN] = host
        if host in self._busy:
            self._release(request)
            raise HostBusyError(self._busy[host])
        wait = self._not_before.get(host, 0.0) - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note what a 429 or 503 asks for; one that asks for too much is not retried."""
        self._release(request)
        if response.status in (429, 503):
            seconds = retry_after_s(response.headers.get(b"Retry-After"), datetime.now(UTC))
            host = urlsplit(request.url).netloc
            if seconds is not None and seconds > LONGEST_WAIT_S:
                request.meta["dont_retry"] = True
                self._busy[host] = f"the server asked to be left alone for {seconds:.0f} s"
            elif seconds is not None:
                self._not_before[host] = asyncio.get_running_loop().time() + seconds
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Give the host's turn to the next one."""
        self._release(request)

    def _release(self, request: Request) -> None:
        host = request.meta.pop(_TURN, None)
        if host is not None:
            self._turns[host].release()


def retry_after_s(value: bytes | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date).

    Args:
        value: The header's value.
        now: The present instant, UTC.

    Returns:
        Seconds, not below 0; None where the header is absent or not understood.
    """
    if not value:
        return None
    text = value.decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.astimezone(UTC) - now).total_seconds())
