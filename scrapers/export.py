"""Writes landing lines.

Belongs here: the feed exporter that Scrapy's `-O file.jsonl` uses. Does not belong here: the shape
of a line (`scrapers.landing`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
        line = item.model_dump_json(exclude_none=True).encode()
        with _or_end():
            self._file.write(line + b"\n")

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
