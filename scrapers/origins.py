"""Sends the requests for an origin elsewhere: to a mirror, a proxy or a test server.

Belongs here: reading an origins file and rewriting requests. Does not belong here: which addresses
a platform has (`scrapers.spiders`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

import yaml
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

SAMPLE_LINE = "# SAMPLE MARKET: simulated, not the world\n"
"""The first line of an origins file that leads to the simulated market."""


class OriginsError(ValueError):
    """An origins file that can't be used."""


def read_origins(path: Path) -> dict[str, str]:
    """Read a YAML file of origins, `https://api.example: http://127.0.0.1:8001` a line.

    A line for `https://*.example` is for all hosts below `example` that have no line of their own.
    Hosts are the same in upper and lower case.

    Args:
        path: The file.

    Returns:
        Where each origin is served, both as `scheme://host[:port]`, in lower case.

    Raises:
        OriginsError: The file is not such a mapping; the message names the file and the line.
    """
    try:
        mapping = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise OriginsError(f"{path}: can't be read as YAML: {error}") from error
    if not isinstance(mapping, dict):
        raise OriginsError(f"{path}: must be a mapping of origin to origin")
    return {
        _origin(path, key, may_be_many=True): _origin(path, value) for key, value in mapping.items()
    }


def leads_to_sample(path: Path) -> bool:
    """Whether an origins file says that what it leads to is a sample and not the world.

    Args:
        path: The file; one that can't be read says nothing, `read_origins` tells why.
    """
    try:
        return path.read_text(encoding="utf-8").startswith(SAMPLE_LINE.rstrip())
    except (OSError, UnicodeError):
        return False


def _origin(path: Path, value: object, *, may_be_many: bool = False) -> str:
    wrong = f"{path}: {value!r} is not an origin such as https://api.example"
    try:
        parts = urlsplit(str(value))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise OriginsError(f"{wrong}: {error}") from error
    if (
        parts.scheme not in ("http", "https")
        or not host
        or port == 0
        or "@" in parts.netloc
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise OriginsError(wrong)
    if "*" in host:
        if not may_be_many:
            raise OriginsError(f"{path}: {value!r}: only one host can stand for many, not *")
        domain = host.removeprefix("*.")
        if domain == host or "*" in domain or not all(domain.split(".")):
            raise OriginsError(
                f"{path}: {value!r}: * stands for all that is before a domain, as in "
                "https://*.example"
            )
    return _written(parts)


def _written(parts: SplitResult) -> str:
    """The origin of an address, as origins are compared."""
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(':')}"


class OriginsMiddleware:
    """Rewrites requests before anything else sees them, robots.txt included.

    `request.meta["asked_url"]` keeps the address that was asked for: archives are kept under it.
    The header `X-Forwarded-Host` tells the other server which host was meant, as one of it may
    stand for many.
    """

    def __init__(self, origins: dict[str, str]) -> None:
        self._origins = origins

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the setting ORIGINS_FILE."""
        path = crawler.settings["ORIGINS_FILE"]
        return cls(read_origins(Path(path)) if path else {})

    def process_request(self, request: Request) -> Request | None:
        """Send a request for a mapped origin to where it is served."""
        parts = urlsplit(request.url)
        target = self._target(parts)
        if target is None:
            self._follow(request, parts)
            return None
        there = urlsplit(target)
        url = parts._replace(scheme=there.scheme, netloc=there.netloc).geturl()
        rewritten = request.replace(
            url=url, meta={**request.meta, "asked_url": request.url}, dont_filter=True
        )
        rewritten.headers["X-Forwarded-Host"] = parts.netloc
        return rewritten

    def _target(self, parts: SplitResult) -> str | None:
        host = parts.netloc.lower()
        found = self._origins.get(_written(parts))
        while found is None and "." in host:
            host = host.split(".", 1)[1]
            found = self._origins.get(f"{parts.scheme}://*.{host}")
        return found

    def _follow(self, request: Request, parts: SplitResult) -> None:
        """A redirect inside the other server is one inside the origin that it stands for."""
        asked: str | None = request.meta.get("asked_url")
        if asked is None or not request.meta.get("redirect_urls"):
            return
        before = urlsplit(asked)
        target = self._target(before)
        if target == _written(parts):
            parts = parts._replace(scheme=before.scheme, netloc=before.netloc)
        request.meta["asked_url"] = parts.geturl()


class OriginsAddon:
    """Adds the middleware where an origins file is set."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Put the middleware first."""
        if settings["ORIGINS_FILE"]:
            settings["DOWNLOADER_MIDDLEWARES"]["scrapers.origins.OriginsMiddleware"] = 10
