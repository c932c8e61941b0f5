"""Any careers site: from its sitemaps to pages with schema.org JobPosting data.

Belongs here: finding a site's sitemaps and choosing the pages to ask for. Does not belong here:
reading a page (`scrapers.jobposting`), or archives of pages that nobody asks for
(`scrapers.webarchive`).

A board is a host (`careers.acme.example`), a host and the folder that its adverts lie in
(`www.acme.example/careers`), or the full address of a site, a sitemap or a page. In a replay every
archived page of a host is read whose sitemap the archive lacks.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.misc import walk_modules_iter
from scrapy.utils.spider import iter_spider_classes

from scrapers.archive import Archive, Entry
from scrapers.boards import BoardRow
from scrapers.jobposting import absolute, day_of, page_of, parse, postings_of, stable, text_of
from scrapers.landing import BoardObservation, BoardState, Line, Page
from scrapers.spiders.base import (
    Board,
    BoardSpider,
    ShapeError,
    Step,
    TruncatedError,
    Walk,
)

PAGES_PER_SITE = 2_000
"""Pages that a site is asked for in one run; the others are said to be left out."""
SITEMAPS_PER_SITE = 100
DEEPEST_INDEX = 3
"""Sitemaps of sitemaps; the protocol allows none of them to nest at all."""
SITEMAP_BYTES = 64 * 1024 * 1024
"""Unpacked; the protocol's own limit is 50 MiB."""
SNIFFED_BYTES = 2_000
ONE_VISIT = timedelta(hours=1)
FEW_ADDRESSES = 50
"""So many addresses that do not look like adverts are asked all the same."""

_JOB_WORDS = (
    "jobs?|careers?|vacanc(?:y|ies)|positions?|openings?|opportunit(?:y|ies)|roles?|requisitions?"
    "|postings?|stellen?|stellenangebote?|stellenanzeigen?|karriere|emplois?|offres?|recrutement"
    "|carrieres?|empleos?|vagas?|vacatures?|lavoro|lediga-jobb|stillinger"
)
_JOB_ADDRESS = re.compile(
    rf"/(?:[\w.-]*[-_.])?(?:{_JOB_WORDS})(?:[-_.][\w.-]*)?/+[^/?#]"
    r"|[?&](?:gh_jid|ashby_jid|job_?id|jid|req_?id)="
    rf"|/(?:{_JOB_WORDS})[-_][^/]*\d",
    re.IGNORECASE,
)
_ABOUT_JOBS = re.compile(rf"(?:\b|_)(?:{_JOB_WORDS})(?:\b|_)", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_XML = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex|rss|feed)\b")
_FIRST = ("/robots.txt", "/sitemap.xml")


class Address(NamedTuple):
    """One address of a sitemap."""

    url: str
    changed_at: datetime | None


class Sitemap(NamedTuple):
    """What a sitemap names."""

    sitemaps: list[Address]
    pages: list[Address]
    is_whole: bool


@dataclass(slots=True)
class _Progress:
    """What was asked of one site in one walk."""

    asked: set[str] = field(default_factory=set)
    sitemaps: int = 0
    pages: int = 0
    left: int = 0
    blank: int = 0
    """Pages without a JobPosting."""
    lost: list[tuple[BoardState, str]] = field(default_factory=list)
    """Sitemaps that can't be read."""


class JobpostingSpider(BoardSpider):
    """Careers sites, by sitemap and page."""

    name = "jobposting"
    # What robots.txt says is the same on most days; the sitemaps that it names are not.
    is_paged = True

    def __init__(self, boards: str | None = None, **kwargs: Any) -> None:
        super().__init__(boards, **kwargs)
        self._progress: defaultdict[tuple[str, str, datetime | None], _Progress] = defaultdict(
            _Progress
        )

    @classmethod
    def addresses(cls, board: str) -> list[str]:
        """Where a site's sitemaps are named, or the one address that is meant."""
        if "://" in board:
            parts = urlsplit(board)
            if parts.path.strip("/") or parts.query:
                return [board]
            return [f"{parts.scheme}://{parts.netloc}{path}" for path in _FIRST]
        return [f"https://{board.split('/')[0]}{path}" for path in _FIRST]

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The host whose robots.txt or first sitemap this is."""
        parts = urlsplit(url)
        if parts.path not in _FIRST or parts.query:
            return None
        return parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """The hosts of pages that no other spider asks for."""
        return sorted(_pages_in(archive))

    def requests_for(self, row: BoardRow) -> Iterator[Request]:
        """The first request of a site; in a replay without sitemaps, all its pages, day by day."""
        archive = self.archive
        pages = _pages_in(archive).get(row.board, {}) if archive is not None else {}
        if archive is None or not pages or self._has_sitemap(archive, row.board):
            yield from _visits(super().requests_for(row))
            return
        days: defaultdict[date, dict[str, Entry]] = defaultdict(dict)
        for url, entries in pages.items():
            for entry in entries:
                days[entry.captured_at.date()][url] = entry
        number = 0
        for _, captures in sorted(days.items()):
            at = min(entry.captured_at for entry in captures.values())
            walk = Walk(row, [], at, url=next(iter(captures)), pending=len(captures))
            for url, entry in captures.items():
                request = self.ask(walk, Step(url, kind="page"))
                request.meta["capture_at"] = entry.captured_at
                # In the order of time: a page can only be the same as one that was read before it.
                yield request.replace(priority=-number)
                number += 1

    def _has_sitemap(self, archive: Archive, board: str) -> bool:
        """Whether a walk through an archived site can go beyond its robots.txt."""
        begins = any(archive.entries(url) for url in self.addresses(board))
        return begins and any(
            _is_sitemap(url) and urlsplit(url).netloc == board for url in archive.urls()
        )

    @staticmethod
    def decode(body: bytes, charset: str | None = None) -> bytes | list[str] | dict[str, Any]:
        """What a site may answer with: the lines of a text, a page's data and links, or XML."""
        data = _unpacked(body)
        start = data[:SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if not start.startswith(b"<") and b"<html" not in start:
            return text_of(data, charset).splitlines()
        if _XML.search(start):
            return data
        tree = parse(data, charset)
        if tree is None:
            raise ShapeError("the page is empty")
        page = page_of(tree)
        if not page["postings"]:
            page["links"] = [str(link) for link in tree.xpath("//a/@href")]
        return page

    @classmethod
    def read(cls, payload: Any, step: Step, board: Board) -> Iterator[Line | Step]:
        """The adverts of a page, or what robots.txt or a sitemap say to ask."""
        if step.kind == "page":
            if not isinstance(payload, dict):
                raise ShapeError("no page but something else")
            yield from postings_of(payload, step.url, board)
        elif step.kind == "listing" and urlsplit(step.url).path.endswith("/robots.txt"):
            # A site that knows one page only gives that as its robots.txt, too.
            said = _SITEMAP_LINE.findall("\n".join(payload)) if isinstance(payload, list) else []
            named = [url for url in (absolute(step.url, url) for url in said) if _is_web(url)]
            for url in named or [urljoin(step.url, "/sitemap.xml")]:
                yield Step(url, kind="sitemap")
        elif step.kind == "listing" and isinstance(payload, dict) and not _is_sitemap(step.url):
            yield from _entry_page(payload, step, board)
        else:
            yield from _sitemap_steps(payload, step, board)

    # --- the walk -------------------------------------------------------------------------------

    def _of(self, walk: Walk) -> _Progress:
        return self._progress[walk.row.board, walk.url, walk.capture_at]

    def _follow(self, walk: Walk, step: Step, number: int) -> Iterator[Line | Request]:
        progress = self._of(walk)
        name = stable(step.url, with_fragment=False)
        if name in progress.asked:
            return
        progress.asked.add(name)
        walk.notes += [said for key, said in step.extra if key == "note"]
        if step.kind == "sitemap":
            if progress.sitemaps >= SITEMAPS_PER_SITE:
                walk.troubles.append(("truncated", f"more than {SITEMAPS_PER_SITE} sitemaps"))
                return
            progress.sitemaps += 1
            walk.pending += 1
            # Whatever was known of it: it says which adverts are open today.
            yield self.ask(walk, step).replace(priority=-number)
            return
        if progress.pages >= PAGES_PER_SITE:
            progress.left += 1
            return
        progress.pages += 1
        is_blank = True
        for item in super()._follow(walk, step, number):
            is_blank = False
            yield item
        # Read a while ago, without an advert.
        progress.blank += is_blank

    def _page(
        self,
        response: Response,
        walk: Walk,
        step: Step,
        known: dict[str, Any],
        digest: str,
        found: list[str],
        steps: list[Step],
    ) -> Page:
        if step.kind == "page" and not found:
            self._of(walk).blank += 1
        return super()._page(response, walk, step, known, digest, found, steps)

    def _note_failure(
        self, walk: Walk, step: Step, trouble: tuple[BoardState, str], *, is_first: bool
    ) -> None:
        if step.kind == "sitemap":
            state, reason = trouble
            state = "failed" if state == "unknown" else state
            self._of(walk).lost.append((state, f"{step.url}: {reason}"))
        else:
            super()._note_failure(walk, step, trouble, is_first=is_first)

    def _moved(self, response: Response, walk: Walk, step: Step) -> tuple[BoardState, str] | None:
        """From http to https, or to the same host with `www.`, is no other site."""
        assert response.request is not None
        there = response.request.meta.get("asked_url", response.url)
        return None if stable(there) == stable(step.url) else super()._moved(response, walk, step)

    def _end(self, walk: Walk) -> BoardObservation:
        progress = self._progress.pop((walk.row.board, walk.url, walk.capture_at), _Progress())
        is_lone = self.board_of(walk.url) is None and progress.sitemaps + progress.pages == 0
        for state, reason in progress.lost:
            walk.troubles.append(("truncated" if progress.pages else state, reason))
        if progress.left:
            said = f"{progress.left} more pages than the {PAGES_PER_SITE} that are asked at once"
            walk.troubles.append(("truncated", said))
        where = "the page" if progress.blank == 1 else f"{progress.blank} pages"
        if progress.blank and not is_lone and not walk.rows and not walk.refused:
            # More often a site that builds its data in the browser than one without a vacancy.
            walk.troubles.insert(0, ("failed", f"no JobPosting on {where}"))
        elif progress.blank:
            walk.notes.append(f"no JobPosting on {where}")
        observation = super()._end(walk)
        # Pages that somebody chose are no listing of what is open.
        return observation.model_copy(update={"is_listing": False}) if is_lone else observation


def _visits(requests: Iterable[Request]) -> Iterator[Request]:
    """Of the captures of one visit that a walk can begin with, one.

    robots.txt is captured twice, as it is also asked for to be obeyed; and the sitemap that is
    asked where it names none could begin a walk, too.
    """
    visit: list[Request] = []
    for request in requests:
        at = request.meta.get("capture_at")
        if visit and (at is None or at - visit[-1].meta["capture_at"] > ONE_VISIT):
            yield [begun for begun in visit if begun.url == visit[0].url][-1]
            visit = []
        visit.append(request)
    if visit:
        yield [begun for begun in visit if begun.url == visit[0].url][-1]


# --- what other spiders leave --------------------------------------------------------------------


@cache
def _others() -> tuple[type[BoardSpider], ...]:
    return tuple(
        spider
        for module in walk_modules_iter("scrapers.spiders")
        for spider in iter_spider_classes(module)
        if issubclass(spider, BoardSpider) and spider is not JobpostingSpider
    )


@lru_cache(maxsize=1)
def _pages_in(archive: Archive) -> dict[str, dict[str, list[Entry]]]:
    """By host, the captures of HTML pages on hosts that no other spider asks; or of a sitemap."""
    urls: defaultdict[str, list[str]] = defaultdict(list)
    taken: set[str] = set()
    for url in archive.urls():
        if _is_web(url):
            host = urlsplit(url).netloc
            urls[host].append(url)
            if host not in taken and any(other.board_of(url) is not None for other in _others()):
                taken.add(host)
    found: dict[str, dict[str, list[Entry]]] = {}
    for host, addresses in urls.items():
        if host in taken:
            continue
        pages: dict[str, list[Entry]] = {}
        for url in addresses:
            served = [entry for entry in archive.entries(url) if entry.status == 200]
            if served and _is_html(archive, url):
                pages[url] = served
        # robots.txt alone may have been asked by any spider.
        if pages or any(_is_sitemap(url) for url in addresses):
            found[host] = pages
    return found


def _is_html(archive: Archive, url: str) -> bool:
    headers = {name.lower(): value for name, value in archive.fetch(url).headers}
    return "html" in headers.get("content-type", "").lower()


def _is_sitemap(url: str) -> bool:
    path = urlsplit(url).path
    return path.endswith((".xml", ".xml.gz", ".txt")) and path != "/robots.txt"


# --- sitemaps ------------------------------------------------------------------------------------


def read_sitemap(payload: bytes | list[str] | dict[str, Any]) -> Sitemap:
    """Read a sitemap: XML (an index or a list of addresses), or lines of text.

    Args:
        payload: As `JobpostingSpider.decode` gives it.

    Returns:
        What it names, in its order.

    Raises:
        ShapeError: It is none.
    """
    if isinstance(payload, dict):
        raise ShapeError("no sitemap but a page")
    if isinstance(payload, list):
        lines = [line.strip() for line in payload]
        found = [Address(line, None) for line in lines if _is_web(line)]
        if not found:
            raise ShapeError("an empty sitemap" if not any(lines) else "no sitemap but a text")
        return Sitemap([], found, is_whole=True)
    data = payload
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(data, parser=parser)
    name = "" if root is None else etree.QName(root).localname.lower()
    if name not in ("urlset", "sitemapindex"):
        raise ShapeError(f"not a sitemap but {name or 'something else'!r}")
    entries = []
    for element in root.iterchildren(etree.Element):
        parts = {
            etree.QName(part).localname.lower(): part.text
            for part in element.iterchildren(etree.Element)
        }
        url = (parts.get("loc") or "").strip()
        if _is_web(url):
            entries.append(Address(url, _changed_at(parts.get("lastmod"))))
    is_whole = data.rstrip().endswith(b">") and name.encode() in data.rstrip().lower()[-40:]
    if name == "urlset":
        return Sitemap([], entries, is_whole)
    return Sitemap(entries, [], is_whole)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, SITEMAP_BYTES)
    except zlib.error as error:
        raise ShapeError(f"not gzip: {error}") from error
    if unpacker.unconsumed_tail:
        raise TruncatedError(f"a sitemap of more than {SITEMAP_BYTES} bytes")
    return data


def _changed_at(said: str | None) -> datetime | None:
    """When a page last changed; of a mere day, its end, lest a change on it be missed."""
    text = (said or "").strip()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is not None and len(text) > len("2026-01-31"):
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    day = day_of(text, date.max)
    return datetime.combine(day, time.max, UTC) if day else None


def _sitemap_steps(payload: Any, step: Step, board: Board) -> Iterator[Step]:
    depth = int(dict(step.extra).get("depth", "0"))
    sitemap = read_sitemap(payload)
    if sitemap.sitemaps:
        if depth >= DEEPEST_INDEX:
            raise TruncatedError(f"sitemaps nested more than {DEEPEST_INDEX} deep")
        about = [s for s in sitemap.sitemaps if _ABOUT_JOBS.search(urlsplit(s.url).path)]
        chosen = about or sitemap.sitemaps
        note = _note(len(chosen), len(sitemap.sitemaps), "sitemaps are about jobs")
        for number, one in enumerate(chosen):
            extra = (("depth", str(depth + 1)), *(() if number else note))
            yield Step(one.url, kind="sitemap", extra=extra)
    changed = {page.url: page.changed_at for page in sitemap.pages}
    pages = choose(list(changed), step.url, board.name)
    note = _note(len(pages), len(changed), "addresses look like adverts")
    # The newest first: if not all can be asked, the oldest are left.
    earliest = datetime.min.replace(tzinfo=UTC)
    pages.sort(key=lambda url: changed[url] or earliest, reverse=True)
    for number, url in enumerate(pages):
        extra = () if number else note
        yield Step(url, kind="page", changed_at=changed[url], extra=extra)
    if not sitemap.is_whole:
        raise TruncatedError("the sitemap is cut short")
    if changed and not pages:
        raise TruncatedError(f"none of the {len(changed)} addresses looks like an advert")


def _note(count: int, of: int, said: str) -> tuple[tuple[str, str], ...]:
    """What an observation says of a choice; it travels with the first of what was chosen."""
    return (("note", f"{count} of {of} {said}"),) if count < of else ()


def choose(urls: list[str], sitemap: str, board: str) -> list[str]:
    """The addresses of a sitemap that are worth asking for.

    Args:
        urls: All that it names.
        sitemap: Its own address.
        board: The name of the board; behind its host, the folder that adverts lie in.

    Returns:
        Those of the board's site (or of a part of it), each once: below its folder, where it has
        one; else those that look like adverts'; else all, where the site or the sitemap is about
        jobs, or where they are few.
    """
    host, _, folder = board.rpartition("://")[2].partition("/")
    if "://" in board:
        folder = ""
    own = [url for url in dict.fromkeys(urls) if _is_of(url, host)]
    if folder:
        start = f"/{folder.strip('/')}/"
        return [url for url in own if urlsplit(url).path.startswith(start)]
    alike = [url for url in own if _JOB_ADDRESS.search(_behind_host(url))]
    if alike:
        return alike
    is_about = _ABOUT_JOBS.search(host) or _ABOUT_JOBS.search(urlsplit(sitemap).path)
    return own if is_about or len(own) <= FEW_ADDRESSES else []


def _behind_host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _is_of(url: str, host: str) -> bool:
    """Whether an address is of a site or of a part of it (jobs.acme.example of acme.example)."""
    there = urlsplit(url).netloc.lower().removeprefix("www.")
    here = host.lower().removeprefix("www.")
    return there == here or there.endswith(f".{here}")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


# --- a page as the board -------------------------------------------------------------------------


def _entry_page(page: dict[str, Any], step: Step, board: Board) -> Iterator[Line | Step]:
    """A page's own adverts; without any, the pages that it links to and that look like adverts."""
    yield from postings_of(page, step.url, board)
    if page["postings"] or page.get("damage"):
        return
    links = [absolute(step.url, link) for link in page["links"]]
    host = urlsplit(step.url).netloc
    found = dict.fromkeys(
        link.partition("#")[0]
        for link in links
        if _is_web(link) and _is_of(link, host) and _JOB_ADDRESS.search(_behind_host(link))
    )
    found.pop(step.url, None)
    if not found:
        raise ShapeError("no JobPosting on the page, and no link to an advert")
    for link in found:
        yield Step(link, kind="page")
