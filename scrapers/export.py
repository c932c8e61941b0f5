"""From the lines that spiders yield to the landing file.

Belongs here: putting lines together, taking personal data out of them, and the feed exporter that
Scrapy's `-O file.jsonl` uses. Does not belong here: the shape of a line (`scrapers.landing`), or
what is personal in a text (`scrapers.personal`).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, Any, Self, TypeVar

from pydantic import BaseModel
from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter

from scrapers.landing import Batch, Posting
from scrapers.personal import KEY_VARIABLE, author_key, redact_row

Item = TypeVar("Item", bound=BaseModel)


def redacted(line: Item) -> Item:
    """A landing line without personal data; who posted is a keyed hash, or nobody without a key."""
    if isinstance(line, Posting) and line.poster:
        key = _key()
        poster = author_key(line.poster, key) if key else None
        line = line.model_copy(update={"poster": poster})
    return redact_row(line)


@cache
def _key() -> bytes | None:
    given = os.environ.get(KEY_VARIABLE)
    # A digest has the length that a key needs, whatever was given.
    return hashlib.blake2b(given.encode()).digest() if given else None


def text_of(lines: Iterable[BaseModel]) -> bytes:
    """Landing lines as JSON lines; what the source did not say is left out."""
    return "".join(f"{line.model_dump_json(exclude_none=True)}\n" for line in lines).encode()


class BatchMiddleware:
    """Puts landing lines together: Scrapy's way of an item costs more than reading an advert."""

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the setting BATCH_LINES; one by one where another format is wanted."""
        feeds = crawler.settings.getdict("FEEDS").values()
        is_ours = bool(feeds) and all(feed.get("format") == "jsonl" for feed in feeds)
        return cls(crawler.settings.getint("BATCH_LINES") if is_ours else 1)

    def process_spider_output(self, response: Any, result: Iterable[Any]) -> Iterator[Any]:  # noqa: ARG002
        """Batches and requests, of a callback that gives them one after the other."""
        lines: list[Any] = []
        for item in result:
            yield from self._add(lines, item)
        yield from self._rest(lines)

    async def process_spider_output_async(
        self,
        response: Any,  # noqa: ARG002
        result: AsyncIterator[Any],
    ) -> AsyncIterator[Any]:
        """Batches and requests, of a callback that waits in between."""
        lines: list[Any] = []
        async for item in result:
            for ready in self._add(lines, item):
                yield ready
        for ready in self._rest(lines):
            yield ready

    def _add(self, lines: list[Any], item: Any) -> Iterator[Any]:
        if not isinstance(item, BaseModel) or self._most <= 1:
            # A batch that comes finished must not overtake the lines before it.
            yield from self._rest(lines)
            yield item
            return
        lines.append(item)
        if len(lines) == self._most:
            yield from self._rest(lines)

    @staticmethod
    def _rest(lines: list[Any]) -> Iterator[Any]:
        if lines:
            yield Batch(lines[:])
            lines.clear()


class RedactPipeline:
    """Lets texts past the captures only without personal data."""

    def process_item(self, item: Any) -> Any:
        """A landing line, or several."""
        if isinstance(item, Batch):
            return item._replace(lines=[redacted(line) for line in item.lines])
        return redacted(item)


class LandingExporter(BaseItemExporter):
    """JSON lines straight from the contract's models: several times quicker than field by field."""

    def __init__(self, file: IO[bytes], **kwargs: Any) -> None:
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: BaseModel | Batch) -> None:
        """Write landing lines.

        Args:
            item: A line of the contract, or several.
        """
        text = text_of(item.lines) + item.text if isinstance(item, Batch) else text_of([item])
        with _or_end():
            self._file.write(text)

    def finish_exporting(self) -> None:
        """Make sure that all lines are on the disk."""
        with _or_end():
            self._file.flush()


@contextmanager
def _or_end() -> Iterator[None]:
    """End the process where a line can't be written: Scrapy would go on, and exit with success."""
    try:
        yield
    except OSError as error:
        sys.stderr.write(f"can't write the landing file: {error}\n")
        sys.stderr.flush()
        os._exit(os.EX_IOERR)
