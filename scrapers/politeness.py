"""Being a good guest: robots.txt without a leak, pauses, and a budget.

Belongs here: what every spider owes every server and Scrapy does not do by itself. Does not belong
here: numbers (`scrapers.settings`).
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Self
from urllib.parse import urlsplit

import tldextract
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

LONGEST_WAIT_S = 120.0
"""A server that asks for more than this is left alone for this run."""


_TURN = "holds_turn_of"
"""Where a request notes in its meta that it has its site's turn."""
_UNREACHABLE = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    OSError,
    ResponseDataLossError,
)
_PAUSE_AFTER = frozenset((429, 500, 502, 503, 504))
_NOT_NOW = frozenset((408, 425, 429))
"""Statuses below 500 that say "not now", and nothing of what was asked for."""


class HostBusyError(IgnoreRequest):
    """A host asked to be left alone for longer than a run waits."""


class BudgetSpentError(IgnoreRequest):
    """A source was asked as often in this run as it may be."""


class RobotsUnreachableError(IgnoreRequest):
    """A host's rules can't be had, so nothing of it may be asked (RFC 9309, 2.3.1.4)."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt of every host, fetched once; nothing of a host is asked before.

    Up to Scrapy 2.19 a request that comes while the rules are being fetched is let through: all but
    one of those waiting find a Deferred without a result. Here a lock per host holds them back. A
    host is the one that was asked for, wherever its requests are sent.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rules: dict[str, RobotParser | str] = {}
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.crawl_delays: dict[str, float] = {}
        """Seconds between two requests that the rules of a site ask for."""

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host.

        Raises:
            RobotsUnreachableError: They can't be had.
        """
        asked = urlsplit(request.meta.get("asked_url", request.url))
        async with self._locks[asked.netloc]:
            if asked.netloc not in self._rules:
                self._rules[asked.netloc] = await self._fetch(
                    f"{asked.scheme}://{asked.netloc}/robots.txt", site_of(asked.netloc)
                )
        rules = self._rules[asked.netloc]
        if isinstance(rules, str):
            raise RobotsUnreachableError(rules)
        return rules

    async def _fetch(self, url: str, site: str) -> RobotParser | str:
        request = Request(url, priority=self.DOWNLOAD_PRIORITY, callback=NO_CALLBACK)
        request.meta["dont_obey_robotstxt"] = True
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except _UNREACHABLE as error:
            return f"robots.txt can't be had: {type(error).__name__}: {error}"[:200]
        if response.status >= 500 or response.status in _NOT_NOW:
            return f"robots.txt can't be had: HTTP {response.status}"
        # Any other 4xx says that there are no rules.
        rules = self._parserimpl.from_crawler(
            self.crawler, response.body if response.status == 200 else b""
        )
        if isinstance(rules, ProtegoRobotParser):
            self.crawl_delays[site] = max(
                self.crawl_delays.get(site, 0.0), rules.rp.crawl_delay(self._agent) or 0.0
            )
        return rules


# The list of public suffixes that comes with the library; it would fetch a newer one.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def site_of(host: str) -> str:
    """Whose server a host is: platforms that give each company a host have one limit for all.

    Args:
        host: Host, with or without port.

    Returns:
        The registered domain (`acme.recruitee.com` is `recruitee.com`); the host itself where it
        has none.
    """
    return _SUFFIXES(host).top_domain_under_public_suffix or host


class PaceMiddleware:
    """One request to a site at a time, and none before it may be asked again.

    What may be: `Retry-After`, else a pause that doubles with each failure in a row, and the
    Crawl-delay of robots.txt. Scrapy's own limit queues requests behind the middlewares, where an
    answer that asks for a pause can't hold them back any more.
    """

    def __init__(self, back_off_s: float, crawler: Crawler | None = None) -> None:
        self._back_off_s = back_off_s
        self._crawler = crawler
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._busy: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the setting RETRY_BACK_OFF_S."""
        return cls(crawler.settings.getfloat("RETRY_BACK_OFF_S"), crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the site's turn, and until it may be asked again.

        Raises:
            HostBusyError: It asked for a longer pause than `LONGEST_WAIT_S`.
        """
        host = _site(request)
        # Scrapy's delay and AutoThrottle go by this name too.
        request.meta["download_slot"] = host
        await self._turns[host].acquire()
        request.meta[_TURN] = host
        if host in self._busy:
            self._release(request)
            raise HostBusyError(self._busy[host])
        wait = self._not_before.get(host, 0.0) - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note what a failed answer asks for; one that asks for too much is not retried."""
        host = _site(request)
        # Whatever goes wrong here: a turn that is not given back holds the site for ever.
        try:
            if response.status in _PAUSE_AFTER:
                seconds = retry_after_s(response.headers.get(b"Retry-After"), datetime.now(UTC))
                if seconds is not None and seconds > LONGEST_WAIT_S:
                    request.meta["dont_retry"] = True
                    self._busy[host] = f"the server asked to be left alone for {seconds:.0f} s"
                self._pause(host, self._back_off(host) if seconds is None else seconds)
            else:
                self._failures.pop(host, None)
                self._pause(host, self._crawl_delay(host))
        finally:
            self._release(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Give the host's turn to the next one; one that does not answer gets a pause."""
        host = request.meta.get(_TURN)
        try:
            if host is not None and not isinstance(exception, IgnoreRequest):
                self._pause(host, self._back_off(host))
        finally:
            self._release(request)

    def _back_off(self, host: str) -> float:
        self._failures[host] += 1
        return float(min(LONGEST_WAIT_S, self._back_off_s * 2 ** (self._failures[host] - 1)))

    def _crawl_delay(self, host: str) -> float:
        robots = self._crawler and self._crawler.get_downloader_middleware(RobotsMiddleware)
        seconds = robots.crawl_delays.get(host, 0.0) if robots else 0.0
        if seconds > LONGEST_WAIT_S:
            self._busy[host] = f"robots.txt wants {seconds:.0f} s between two requests"
        return seconds

    def _pause(self, host: str, seconds: float) -> None:
        if seconds:
            self._not_before[host] = asyncio.get_running_loop().time() + seconds

    def _release(self, request: Request) -> None:
        host = request.meta.pop(_TURN, None)
        if host is not None:
            self._turns[host].release()


class BudgetMiddleware:
    """Counts what goes to the network, and stops at the source's budget for one run."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self.spent = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the settings REQUEST_BUDGETS (by spider) and REQUEST_BUDGET."""
        budgets = crawler.settings.getdict("REQUEST_BUDGETS")
        default = crawler.settings.getint("REQUEST_BUDGET")
        return cls(int(budgets.get(crawler.spidercls.name, default)))

    def process_request(self, request: Request) -> None:  # noqa: ARG002
        """Count a request.

        Raises:
            BudgetSpentError: There is none left.
        """
        if self.spent >= self._budget:
            raise BudgetSpentError(f"the budget of {self._budget} requests is spent")
        self.spent += 1


def _site(request: Request) -> str:
    return site_of(urlsplit(request.meta.get("asked_url", request.url)).netloc)


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
    # Superscripts are digits too, but no numbers.
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text).astimezone(UTC)
    except (OverflowError, TypeError, ValueError):
        return None
    return max(0.0, (at - now).total_seconds())
