"""What spiders of papers, models and series share, and job boards do not have.

Belongs here: how lists that are no company's board are walked. Does not belong here: the walk
itself (`base`), addresses and payloads (one module per source).
"""

from __future__ import annotations

from scrapers.spiders.base import BoardSpider


class ListSpider(BoardSpider):
    """Files and lists that are no company's board.

    Nothing closes because such a list does not show it. The rows of its answers belong together, so
    only the first one is asked for conditionally: behind an unchanged one nothing has changed, and
    behind a changed one all is read anew.
    """

    takes_boards = False
    is_listing = False
    keeps_pages = False
