"""arXiv: the newest papers of a query (Atom), and all papers of a set (OAI-PMH).

Belongs here: both interfaces' addresses and payloads, and the repository that an abstract or a
comment names. Does not belong here: abstracts themselves, which are not kept.

Both are one request every three seconds (https://info.arxiv.org/help/api/tou.html). A board is a
query ("cat:cs.LG") or a set ("oai:cs", "oai:cs:cs:LG"; "oai:cs@2026-08-01" from a day on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote
from xml.etree import ElementTree as ET

from scrapy import Request

from scrapers.boards import BoardRow
from scrapers.landing import Line, Paper
from scrapers.spiders.base import (
    EXCERPT_CHARS,
    Board,
    ShapeError,
    Step,
    Total,
    TruncatedError,
    day,
    each_row,
)
from scrapers.spiders.lists import ListSpider

QUERY = "https://export.arxiv.org/api/query"
RECORDS = "https://export.arxiv.org/oai2"
DELAY_S = 3.0
PAGE_SIZE = 200
LOOK_BACK_DAYS = 7
"""How far back a query's newest papers are followed, and a set's where it was never read."""
MOST_PAGES = 25
SET = "oai:"
_NEWEST = f"&sortBy=submittedDate&sortOrder=descending&start=0&max_results={PAGE_SIZE}"
_ID = re.compile(r"(?:abs/|arXiv\.org:)?((?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5}))(v\d+)?$")
_REPOSITORY = re.compile(
    r"(?:https?://)?(?<![\w.@-])(?:www\.)?((?:github|gitlab|bitbucket|codeberg)\.(?:com|org))"
    r"/([A-Za-z0-9][\w-]*)/([\w.-]*\w)",
    re.IGNORECASE,
)
_NO_OWNERS = frozenset({"about", "explore", "features", "orgs", "sponsors", "topics", "users"})


class ArxivSpider(ListSpider):
    """Queries and sets."""

    name = "arxiv"
    fixed_boards = ("cat:cs.LG", "cat:cs.CL", "cat:cs.CV", "oai:cs")
    # Its sets have moved to another host, to which the documented one leads.
    may_move = True
    custom_settings = {"DOWNLOAD_DELAY": DELAY_S}  # noqa: RUF012

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """The first address of a query or a set."""
        if board.startswith(SET):
            name, _, since = board.removeprefix(SET).partition("@")
            return [
                f"{RECORDS}?verb=ListRecords&metadataPrefix=arXiv&set={quote(name, safe=':')}"
                + (f"&from={since}" if since else "")
            ]
        return [f"{QUERY}?search_query={quote(board, safe=':')}{_NEWEST}"]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The query or set whose first address this is, however long its pages are."""
        place, _, query = url.partition("?")
        said = {name: values[0] for name, values in parse_qs(query).items()}
        if place == QUERY and said.get("search_query") and said.get("start", "0") == "0":
            return said["search_query"]
        if place == RECORDS and said.get("verb") == "ListRecords" and "resumptionToken" not in said:
            return SET + said.get("set", "") + (f"@{said['from']}" if "from" in said else "")
        return None

    def requests(self) -> Iterator[Request]:
        """The boards; in a replay the first pages that the archive holds, of any length."""
        archive = self.archive
        if archive is None or self._asked:
            yield from super().requests()
            return
        firsts = [(url, board) for url in archive.urls() if (board := self.board_of(url))]
        for url, board in firsts:
            for number, capture in enumerate(archive.entries(url)):
                row = BoardRow(board, None, None)
                yield self.begin(row, [url], capture.captured_at).replace(priority=-number)

    def requests_for(self, row: BoardRow) -> Iterator[Request]:
        """The first page; of a set what has come or changed since it was last read."""
        if self.archive is not None or not row.board.startswith(SET) or "@" in row.board:
            yield from super().requests_for(row)
            return
        read_on = [
            datetime.fromisoformat(known["observed_at"]).date()
            for url, known in self.known_boards.items()
            if (self.board_of(url) or "").partition("@")[0] == row.board
            and known.get("observed_at")
        ]
        since = since_of(datetime.now(UTC).date(), read_on)
        yield self.begin(row, self.addresses(f"{row.board}@{since.isoformat()}"))

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> Any:  # noqa: ARG004
        """The root of an XML document."""
        if not body.strip():
            raise ShapeError("the body is empty")
        # Neither interface declares entities; a document that does is not theirs.
        if b"<!DOCTYPE" in body[:2000].upper() or b"<!ENTITY" in body:
            raise ShapeError(f"not XML; it begins {_beginning(body)!r}")
        try:
            return ET.fromstring(body)
        except ET.ParseError as error:
            if body.lstrip().startswith(b"<") and error.code in (3, 5):
                # No element found, or an unclosed token: the end is missing.
                raise TruncatedError(f"XML cut short after {len(body)} bytes") from error
            raise ShapeError(f"not XML; it begins {_beginning(body)!r}") from error

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step | Total]:
        """The papers of one page, and the next page."""
        yield from cls.postings(payload, board)
        if _local(payload) == "feed":
            yield from _after_feed(payload, step, board)
        else:
            yield from _after_records(payload, step)

    @staticmethod
    def postings(payload: Any, board: Board) -> Iterator[Line]:
        """The papers of a page of either interface."""
        kind = _local(payload)
        if kind == "feed":
            entries = _children(payload, "entry")
            for entry in entries:
                if "/api/errors" in _text(entry, "id"):
                    raise ShapeError(f"arXiv says: {_text(entry, 'summary')[:200]}")
            yield from each_row(entries, "of entries", board, lambda e: _paper_of_entry(e, board))
            return
        if kind not in ("OAI-PMH", "ListRecords", "GetRecord", "record"):
            raise ShapeError(f"XML of another kind: {kind}")
        for error in _children(payload, "error"):
            _raise(error)
        records = [e for e in payload.iter() if _local(e) == "record"]
        yield from each_row(records, "of records", board, lambda e: _paper_of_record(e, board))


def since_of(today: date, read_on: list[date]) -> date:
    """The day from which on a set is asked.

    Args:
        today: The present day, UTC.
        read_on: Days on which it was read whole.

    Returns:
        The day before it was last read, as arXiv's days end later than UTC's.
    """
    last = max(read_on, default=today - timedelta(days=LOOK_BACK_DAYS))
    return last - timedelta(days=1)


def repository_in(*texts: str | None) -> str | None:
    """The first repository that texts name.

    Args:
        texts: Abstracts and comments, with or without TeX.

    Returns:
        Its address at GitHub, GitLab, Bitbucket or Codeberg; None where there is none.
    """
    for text in texts:
        plain = re.sub(r"\\([_#%&~-])", r"\1", text or "")
        for match in _REPOSITORY.finditer(plain):
            host, owner, name = match[1].lower(), match[2], re.sub(r"\.git$", "", match[3])
            if owner.lower() not in _NO_OWNERS and name:
                return f"https://{host}/{owner}/{name}"
    return None


def _after_feed(feed: ET.Element, step: Step, board: Board) -> Iterator[Step]:
    """The next page of a query of ours, as long as papers are of late."""
    entries = _children(feed, "entry")
    total, start = (int(_text(feed, name) or "0") for name in ("totalResults", "startIndex"))
    if not entries and start < total:
        raise TruncatedError(f"a page without entries, at {start} of {total}")
    ours = ArxivSpider.address(board.name)
    if re.sub(r"(?<=&start=)\d+", "0", step.url) != ours:
        return  # somebody else's query: what was captured is what was asked
    horizon = board.observed_at.date() - timedelta(days=LOOK_BACK_DAYS)
    oldest = min((on for e in entries if (on := _day(_text(e, "published")))), default=horizon)
    following = start + len(entries)
    if not entries or following >= total or oldest < horizon:
        return
    if following >= MOST_PAGES * PAGE_SIZE:
        raise TruncatedError(f"the newest {following} papers reach back to {oldest} only")
    yield Step(ours.replace("start=0&", f"start={following}&"))


def _after_records(root: ET.Element, step: Step) -> Iterator[Step]:
    """The next page of a set, by its token."""
    records = sum(_local(e) == "record" for e in root.iter())
    said = dict(step.extra)
    rows, page = int(said.get("rows", "0")) + records, int(said.get("page", "1"))
    token = next((e for e in root.iter() if _local(e) == "resumptionToken"), None)
    if token is None:
        return
    if not (token.text or "").strip():
        whole = token.get("completeListSize") or ""
        if whole.isdigit() and int(whole) > rows:
            raise TruncatedError(f"the set has {whole} papers and gives {rows}")
        return
    if not records:
        raise TruncatedError("a page without records says that there is another")
    if page >= MOST_PAGES:
        raise TruncatedError(f"{MOST_PAGES} pages read, and there are more")
    yield Step(
        f"{RECORDS}?verb=ListRecords&resumptionToken={quote((token.text or '').strip(), safe='')}",
        extra=(("rows", str(rows)), ("page", str(page + 1))),
    )


def _raise(error: ET.Element) -> None:
    """What an error of OAI-PMH means (Protocol 2.0, 3.6)."""
    code, said = error.get("code") or "", (error.text or "").strip()
    if code == "noRecordsMatch":
        return  # nothing has come since
    if code == "badResumptionToken":
        raise TruncatedError(f"the list broke off: {said or code}"[:200])
    raise ShapeError(f"arXiv says: {code} {said}".strip()[:200])


def _paper_of_entry(entry: ET.Element, board: Board) -> Paper:
    return _paper(
        board,
        identity=_text(entry, "id"),
        title=_text(entry, "title"),
        published=_text(entry, "published"),
        texts=(_text(entry, "summary"), _text(entry, "comment")),
    )


def _paper_of_record(record: ET.Element, board: Board) -> Paper | None:
    """A record in arXiv's own formats (arXiv, arXivRaw) or in Dublin Core."""
    if any(header.get("status") == "deleted" for header in _children(record, "header")):
        return None
    metadata = next(iter(_children(record, "metadata")), None)
    data = next(iter(metadata), None) if metadata is not None else None
    if data is None:
        raise ValueError("the record has no metadata")
    days = [_text(data, "created"), *(_text(v, "date") for v in _children(data, "version"))]
    days += sorted(_all(data, "date"))
    texts = [_text(data, "abstract"), _text(data, "comments"), *_all(data, "description")]
    header = next(iter(_children(record, "header")), None)
    return _paper(
        board,
        identity=_text(data, "id") or (_text(header, "identifier") if header is not None else ""),
        title=_text(data, "title"),
        published=next(filter(None, days), ""),
        texts=tuple(texts),
    )


def _paper(
    board: Board, *, identity: str, title: str, published: str, texts: tuple[str, ...]
) -> Paper:
    match = _ID.search(identity)
    if not match:
        raise ValueError(f"no arXiv id: {identity[:60]!r}")
    return Paper(
        **board.envelope(),
        paper_url=f"https://arxiv.org/abs/{match[1]}",
        title=title or None,
        arxiv_id=match[1],
        published_on=_day(published),
        repo_url=repository_in(*texts),
    )


def _day(text: str) -> date | None:
    if re.match(r"\d{4}-", text) or not text:
        return day(text)
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC).date()


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if _local(child) == name]


def _all(element: ET.Element, name: str) -> list[str]:
    return [" ".join((child.text or "").split()) for child in _children(element, name)]


def _text(element: ET.Element, name: str) -> str:
    return next(iter(_all(element, name)), "")


def _beginning(body: bytes) -> str:
    return " ".join(body[:500].decode("utf-8", "replace").split())[:EXCERPT_CHARS]
