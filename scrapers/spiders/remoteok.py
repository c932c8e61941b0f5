"""Remote OK's feed: its newest adverts in one list, the terms of use first.

Belongs here: the feed's address and payload, and what it does to texts. Does not belong here: what
pay or a text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from scrapers.landing import Line, PayComponent, Posting
from scrapers.spiders.base import Board, BoardSpider, day, each_row

# What the feed adds to each text: a word, and whoever asks as an encoded address. Both differ from
# crawl to crawl, so that no advert would ever be the same again.
_ASKED_BY_CHARS = 2_000  # of the end, where alone it is looked for
_ASKED_BY = re.compile(
    r"(?:\s|<br\s*/?>|&nbsp;)*(?:<p[^>]*>\s*)?(?:Please|Be sure to) mention the words?\b"
    r"(?:(?!</p>|mention the word).){1,300}?\bto show you read the job post completely"
    r"(?:\s*\(\s*#[^)<]*\))?\.?(?:\s*This is a beta feature[^.<]*\.)?"
    r"(?:\s*Companies can search these words[^.<]*\.)?(?:\s*</p>)?",
    re.IGNORECASE | re.DOTALL,
)

# Characters that a byte from 0x80 on becomes when UTF-8 is read as Latin-1 or as Windows-1252.
_BYTE_OF = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    character: byte
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode("cp1252", errors="ignore"))
}
_RUN = re.compile(f"[{''.join(map(re.escape, _BYTE_OF))}]+")
# What nobody writes: control characters, and what accented letters, dashes, quotes and longer
# sequences turn into. A capital before a sign ("CAFÉ®", "MANHÃ ") happens to be UTF-8 as well.
_PROOF = re.compile("[\x80-\x9f]|[ÂÃ][¡-¿]|â[€‚„†‡ˆ‰Š‹Œ“”–—˜™š›œ]|.{4}", re.DOTALL)


class RemoteokSpider(BoardSpider):
    """The newest adverts; its terms ask for a link back, which is each posting's `url`."""

    name = "remoteok"
    takes_boards = False
    fixed_boards = ("api",)
    templates = ("https://remoteok.com/{board}",)
    is_listing = False

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The feed, where this is its address and not that of another file beside it."""
        board = super().board_of(url)
        return board if board in cls.fixed_boards else None

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The adverts, without the notice before them."""

        def build(row: dict[str, Any]) -> Posting | None:
            if "legal" in row and "id" not in row:
                return None
            epoch = row.get("epoch")  # seconds
            posted = row.get("date") or (int(epoch) * 1000 if epoch else None)
            text = repaired(row["description"])
            # Nothing stated is 0.
            low, high = row.get("salary_min") or None, row.get("salary_max") or None
            return Posting(
                **board.envelope(),
                source_id=str(row["id"]),
                url=row.get("url"),
                company=_plain(row.get("company")),
                title=_plain(row["position"]),
                body=text[:-_ASKED_BY_CHARS] + _ASKED_BY.sub("", text[-_ASKED_BY_CHARS:]),
                location=_plain(row.get("location")).strip(" ,"),
                is_remote=True,
                posted_on=day(posted),
                posted_basis="stated" if posted else None,
                pay_components=(
                    PayComponent(
                        type="Salary",
                        min=low,
                        max=high,
                        # As its form asks for: a year's pay in US dollars.
                        currency="USD",
                        interval="YEAR",
                        # Who posts there fills in pay; for what it takes from elsewhere the site
                        # shows an estimate "based on similar jobs".
                        is_estimated=not row.get("original"),
                    ),
                )
                if low or high
                else (),
            )

        return each_row(payload, "of adverts", board, build)


def repaired(text: str) -> str:
    """A text whose UTF-8 was read as Latin-1 or Windows-1252, read as UTF-8.

    Only what proves to be such damage is changed: sequences of bytes that are UTF-8 where one of
    them is nothing that anybody writes, and where most of the text's sequences are UTF-8.

    Args:
        text: Plain text or HTML, damaged or not.

    Returns:
        The text as it was meant; an undamaged one as it is.
    """
    if text.isascii():
        return text
    runs = set(_RUN.findall(text))
    meant = {run: said for run in runs if (said := _as_utf8(run)) is not None}
    if 2 * len(meant) <= len(runs) or not any(map(_PROOF.search, meant)):
        return text
    return _RUN.sub(lambda match: meant.get(match[0], match[0]), text)


def _as_utf8(run: str) -> str | None:
    try:
        return bytes(_BYTE_OF[character] for character in run).decode()
    except UnicodeDecodeError:
        return None


def _plain(text: str | None) -> str:
    return unescape(repaired(text or ""))
