"""What a crawl is measured against: a spider that downloads pages and does nothing with them.

Belongs here: that spider, for `scrapy runspider`. Does not belong here: the measuring
(`pipelines.bench`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response


class BareSpider(Spider):
    """Asks for each line of a file of addresses."""

    name = "bare"

    def __init__(self, addresses: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._addresses = Path(addresses)

    async def start(self) -> AsyncIterator[Request]:
        """One request per line, twice the same line too."""
        for url in self._addresses.read_text(encoding="utf-8").split():
            yield Request(url, dont_filter=True)

    def parse(self, response: Response) -> None:
        """Do nothing."""
