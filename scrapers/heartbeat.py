"""Says how many answers a spider has had, for whoever started it.

Belongs here: the count, written to a file while the spider works. Does not belong here: what is
shown of it (`pipelines.progress`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

EVERY_S = 0.5


class Heartbeat:
    """Extension: writes the number of answers to the file of the setting PROGRESS_FILE."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answers = 0
        self._loop = LoopingCall(self._write)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from the setting PROGRESS_FILE.

        Raises:
            NotConfigured: Nobody wants to know.
        """
        path = crawler.settings["PROGRESS_FILE"]
        if not path:
            raise NotConfigured
        heartbeat = cls(Path(path))
        crawler.signals.connect(heartbeat.count, signals.response_received)
        crawler.signals.connect(heartbeat.begin, signals.spider_opened)
        crawler.signals.connect(heartbeat.end, signals.spider_closed)
        return heartbeat

    def count(self) -> None:
        """One more answer."""
        self._answers += 1

    def begin(self) -> None:
        """Write from now on."""
        self._loop.start(EVERY_S)

    def end(self) -> None:
        """Write no more."""
        if self._loop.running:
            self._loop.stop()

    def _write(self) -> None:
        self._path.write_text(str(self._answers), encoding="ascii")
