"""Jobicy's feed of remote jobs: its newest hundred, some with a teaser where the text is due.

Belongs here: the feed's address and payload, and telling a teaser from an advert. Does not belong
here: what pay or a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from scrapers.landing import Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, ShapeError, day, each_row

TEASER_CHARS = 1_000
"""A text that breaks off below this length is a teaser; the feed's own are of about 400."""

_END_CHARS = 60
_TAG = re.compile(r"<[^<>]*>")
_BROKEN_OFF = re.compile(r"(?:…|\.\.\.)[\])]?\s*(?:(?:read|see|continue|learn) \w+\W*)?\Z", re.I)


class JobicySpider(BoardSpider):
    """The newest adverts; its terms ask for a link back, which is each posting's `url`."""

    name = "jobicy"
    takes_boards = False
    fixed_boards = ("remote-jobs",)
    templates = ("https://jobicy.com/api/v2/{board}?count=100",)
    is_listing = False

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts; a teaser is marked, as nothing can be told from what it does not name."""
        if not isinstance(payload, dict):
            raise ShapeError("the payload is no object")

        def build(row: dict[str, Any]) -> Posting:
            text = row.get("jobDescription") or ""
            places = _listed(row.get("jobGeo"))
            posted = row.get("pubDate")
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=row.get("url"),
                company=unescape(row.get("companyName") or ""),
                title=unescape(row["jobTitle"]),
                body=text,
                is_excerpt=is_teaser(text, row.get("jobExcerpt") or ""),
                location=places[0] if places else None,
                secondary_locations=tuple(places[1:]),
                is_remote=True,
                employment_type=", ".join(_listed(row.get("jobType"))) or None,
                posted_on=day(posted),
                posted_basis="stated" if posted else None,
                pay_components=tuple(_pay(row)),
            )

        yield from each_row(payload.get("jobs"), "'jobs'", board, build)


def is_teaser(description: str, excerpt: str) -> bool:
    """Whether what is given as an advert's text is only its teaser.

    It is one where there is no text, where a short one breaks off, or where it is no longer than
    an excerpt that breaks off itself.

    Args:
        description: The text, HTML.
        excerpt: Its beginning as the feed shows it in lists, HTML.
    """
    text, beginning = _seen(description), _seen(excerpt)
    is_short = len(text) < TEASER_CHARS and _BROKEN_OFF.search(text[-_END_CHARS:])
    is_no_longer = len(text) <= len(beginning) and _BROKEN_OFF.search(beginning[-_END_CHARS:])
    return not text or bool(is_short or is_no_longer)


def _seen(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", unescape(html))).split())


def _listed(value: Any) -> list[str]:
    """One value, several with commas between, or a list."""
    parts = value.split(",") if isinstance(value, str) else value or ()
    return [said for part in parts if (said := unescape(part).strip())]


def _pay(row: dict[str, Any]) -> Iterator[PayComponent]:
    """Pay by the fields' present names, or by those that they had while all pay was a year's."""
    for prefix, interval in (("salary", row.get("salaryPeriod")), ("annualSalary", "yearly")):
        low, high = row.get(f"{prefix}Min") or None, row.get(f"{prefix}Max") or None
        if low or high:
            currency = row.get("salaryCurrency") or None
            yield PayComponent(
                type="Salary", min=low, max=high, currency=currency, interval=interval
            )
            return
