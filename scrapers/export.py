"""Writes landing lines.

Belongs here: the feed exporter that Scrapy's `-O file.jsonl` uses. Does not belong here: the shape
of a line (`scrapers.landing`).
"""

from __future__ import annotations

from typing import IO, Any

from pydantic import BaseModel
from scrapy.exporters import BaseItemExporter


class LandingExporter(BaseItemExporter):
    """JSON lines straight from the contract's models: several times quicker than field by field."""

    def __init__(self, file: IO[bytes], **kwargs: Any) -> None:
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: BaseModel) -> None:
        """Write one landing line; what the source did not say is left out.

        Args:
            item: A line of the contract.
        """
        self._file.write(item.model_dump_json(exclude_none=True).encode())
        self._file.write(b"\n")
