"""Runs Scrapy for as long as the one who started it lives.

Belongs here: ending a crawl whose run was killed, so that the next run does not ask beside it. Does
not belong here: what is crawled.

`python -m scrapers.leash crawl lever …` is `scrapy crawl lever …` that ends when its standard input
does: whoever starts it keeps the other end of the pipe open.
"""

from __future__ import annotations

import os
import sys
import threading

from scrapy.cmdline import execute


def main() -> None:
    """Run Scrapy with this command line."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    execute(["scrapy", *sys.argv[1:]])


def _end_with_input() -> None:
    # Not through sys.stdin: its lock would be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    # At once: what was recorded by now is made whole by the next run.
    os._exit(os.EX_UNAVAILABLE)


if __name__ == "__main__":
    main()
