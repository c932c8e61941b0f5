"""Writes the sample market: WARC captures of every source, and the truth beside them.

Belongs here: which request gets which answer on which day, failures included, and the files. Does
not belong here: what happens in the market (`world`) and how a platform shows it (one module each).
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.market import ashby, greenhouse, hackernews, lever, papers, truth
from scrapers.market.world import (
    BOARD_PLATFORMS,
    HOSTILE_COMPANY,
    Advert,
    Employer,
    MarketSpec,
    World,
    simulate,
)

SOURCES = (*BOARD_PLATFORMS, "hackernews", "papers")
TRUTH_FILE, TRUTH_POSTINGS_FILE = "truth.json", "truth_postings.jsonl"
UNKNOWN_LEVER_BOARD = "closed-down"

_BOARDS_SERVED_AT = time(6, tzinfo=UTC)
_THREADS_SERVED_AT = time(23, tzinfo=UTC)
_JSON = "application/json"
_GZIP_MEMBER = 16 + zlib.MAX_WBITS
_MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>We'll be right back</title></head>"
    "<body><h1>Scheduled maintenance</h1><p>Please try again in a few minutes.</p></body></html>"
)


class Response(NamedTuple):
    """One answer of a server."""

    url: str
    at: datetime
    body: bytes
    status: int = 200
    content_type: str = _JSON
    length: int | None = None  # as declared; None where it is the body's own


def write_market(directory: Path, *, seed: int = 20261031, scale: float = 1.0) -> None:
    """Write a sample market: `{ashby,greenhouse,lever,hackernews,papers}.warc.gz` and its truth.

    Beside them lie `truth.json` (per claim the planted verdict and the value of its estimand),
    `truth_postings.jsonl` (one line per posting) and `boards/<platform>.csv` (the boards asked).
    The same seed and scale give the same bytes. The folder appears whole or not at all.

    Args:
        directory: Where it shall lie; an earlier market there is replaced.
        seed: Decides everything that is left to chance.
        scale: 1.0 for some 7,000 adverts; below that, planted verdicts do not hold.

    Raises:
        FileExistsError: The folder holds something that is not a sample market.
        ValueError: The scale is not above zero.
    """
    write_world(directory, simulate(MarketSpec.scaled(seed, scale)), holds=scale >= 1)


def write_world(directory: Path, world: World, *, holds: bool) -> None:
    """Write a simulated market, of any size and dates.

    Args:
        directory: Where it shall lie; an earlier market there is replaced.
        world: The market.
        holds: Whether it is large enough for the planted verdicts.

    Raises:
        FileExistsError: The folder holds something that is not a sample market.
    """
    is_old = directory.exists() and any(directory.iterdir())
    if is_old and not (directory / TRUTH_FILE).is_file():
        raise FileExistsError(f"{directory} holds something else than a sample market")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".market-", dir=directory.parent) as made:
        new = Path(made) / "new"
        new.mkdir()
        _write_files(new, world, holds=holds)
        if directory.exists():
            directory.rename(Path(made) / "old")
        new.rename(directory)
        shutil.rmtree(Path(made) / "old", ignore_errors=True)


def _write_files(directory: Path, world: World, *, holds: bool) -> None:
    spec = world.spec
    links = papers.links(spec)
    rows: list[dict[str, Any]] = []
    seen: list[dict[str, Any]] = []
    for platform in BOARD_PLATFORMS:
        responses = _board_responses(world, platform, rows, seen)
        _write_warc(directory / f"{platform}.warc.gz", responses, spec)
        _write_boards(directory / "boards" / f"{platform}.csv", world, platform)
    _write_warc(directory / "hackernews.warc.gz", _thread_responses(world), spec)
    rows += [truth.post_row(p) for thread in world.threads for p in thread.posts]
    served_at = datetime.combine(spec.papers_observed_on, _BOARDS_SERVED_AT)
    content = papers.parquet(links)
    archive = Response(papers.URL, served_at, content, content_type="application/octet-stream")
    _write_warc(directory / "papers.warc.gz", [archive], spec)
    with (directory / TRUTH_POSTINGS_FILE).open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    summary = _summary(world, rows, seen, links, holds=holds)
    text = json.dumps(summary, ensure_ascii=False, indent=2, default=_plain_value)
    (directory / TRUTH_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _plain_value(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return dict(value)  # type: ignore[call-overload]


def _summary(
    world: World,
    rows: list[dict[str, Any]],
    seen: list[dict[str, Any]],
    links: list[papers.Link],
    *,
    holds: bool,
) -> dict[str, Any]:
    spec = world.spec
    claims = {}
    for claim, value in truth.estimates(rows, links, spec).items():
        verdict, reason = truth.PLANTED[claim] if holds else (None, "market too small")
        claims[claim] = {"verdict": verdict, "reason": reason, **value}
    return {
        "label": truth.LABEL,
        "as_of": spec.as_of,
        "spec": vars(spec),
        "claims": claims,
        "counts": {
            "postings": {s: sum(r["source"] == s for r in rows) for s in SOURCES[:-1]},
            "roles": len({r["role_key"] for r in rows}),
            "threads": len(world.threads),
            "papers": len({link.paper_url for link in links}),
            "paper_links": len(links),
        },
        "not_served_well": seen,
        "unlisted": sorted(
            a.source_id
            for boards in world.boards.values()
            for adverts in boards.values()
            for a in adverts
            if not a.is_listed
        ),
    }


# -------------------------------------------------------------------------------- what is served


def _board_responses(
    world: World, platform: str, rows: list[dict[str, Any]], seen: list[dict[str, Any]]
) -> Iterator[Response]:
    """Every board on every observation date; notes the truth of what was served and what failed."""
    module = {"ashby": ashby, "greenhouse": greenhouse, "lever": lever}[platform]
    for board, adverts in sorted(world.boards[platform].items()):
        rendered: dict[tuple[str, int], str] = {}
        sighted: dict[str, tuple[Advert, date, date]] = {}
        render = _renderer(world, platform, board)
        for day in world.spec.observation_dates:
            at = datetime.combine(day, _BOARDS_SERVED_AT) + timedelta(seconds=len(board))
            shown = [a for a in adverts if a.is_open(day)]
            fault = world.faults.get((platform, board, day))
            if fault:
                seen.append({"source": platform, "board": board, "on": day, "fault": fault})
            if fault == "error":
                yield Response(
                    module.url(board), at, b'{"error":"internal server error"}', status=500
                )
                continue
            if fault == "html":
                page = _MAINTENANCE.encode()
                yield Response(module.url(board), at, page, content_type="text/html; charset=utf-8")
                continue
            texts = []
            for item in shown:
                key = (item.source_id, item.version(day))
                if key not in rendered:
                    rendered[key] = module.dump(render(item, day))
                texts.append(rendered[key])
            good = shown
            if fault in ("lost_id", "lost_title") and shown:
                broken = render(shown[0], day)
                broken.pop("id" if fault == "lost_id" else "title")
                texts[0], good = module.dump(broken), shown[1:]
            body = module.body(texts)
            if fault == "truncated":
                yield Response(module.url(board), at, body[: len(body) * 2 // 3], length=len(body))
                continue
            for item in good:
                first = sighted[item.source_id][1] if item.source_id in sighted else day
                sighted[item.source_id] = (item, first, day)
            yield Response(module.url(board), at, body)
        rows += [
            truth.advert_row(item, platform, board, first, last)
            for item, first, last in sighted.values()
            if item.is_listed
        ]
    if platform == "lever":
        for day in world.spec.observation_dates:
            at = datetime.combine(day, _BOARDS_SERVED_AT)
            yield Response(lever.url(UNKNOWN_LEVER_BOARD), at, lever.UNKNOWN, status=404)


def _renderer(world: World, platform: str, board: str) -> Callable[[Advert, date], dict[str, Any]]:
    """The function from an advert and a day to its row, on one board."""
    seed = world.spec.seed
    if platform == "ashby":
        return lambda item, day: ashby.row(item, board, day, seed)
    if platform == "lever":
        return lambda item, day: lever.row(item, board, day, seed)
    employer = world.employer_of(platform, board)
    # Some boards escape twice all over; the company name of one is a spreadsheet formula.
    escapes = 2 if Random(f"{seed}:escapes:{board}").random() < 2 / 3 else 1
    is_hostile = board == min(world.boards[platform])
    company = HOSTILE_COMPANY if is_hostile else employer.name
    return lambda item, day: greenhouse.row(item, board, day, seed, company, escapes)


def _thread_responses(world: World) -> Iterator[Response]:
    last_day = world.spec.as_of
    served_at = datetime.combine(last_day, _THREADS_SERVED_AT)
    yield Response(hackernews.LISTING_URL, served_at, hackernews.listing(world.threads))
    for thread in world.threads:
        following = (thread.month.replace(day=28) + timedelta(days=4)).replace(day=1)
        day = min(following - timedelta(days=1), last_day)
        at = datetime.combine(day, _THREADS_SERVED_AT)
        yield Response(hackernews.thread_url(thread), at, hackernews.item(thread, world.spec))


# --------------------------------------------------------------------------------------- files


def _write_boards(path: Path, world: World, platform: str) -> None:
    """The boards that the captures hold, as `--boards` takes them."""
    path.parent.mkdir(exist_ok=True)
    owners: dict[str, Employer] = {
        e.board: e for e in world.employers if e.platform == platform and e.board
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("board", "company", "country"))
        for board, employer in sorted(owners.items()):
            writer.writerow((board, employer.name, employer.places[0].country))
        if platform == "lever":
            writer.writerow((UNKNOWN_LEVER_BOARD, "Closed Down", ""))


def _write_warc(path: Path, responses: Iterable[Response], spec: MarketSpec) -> None:
    """Write records that depend on nothing but their content: no clock, no random ids."""
    with path.open("wb") as file:
        info = (
            f"format: WARC File Format 1.1\r\ndescription: {truth.LABEL}\r\n"
            f"software: hiring-signal sample market, seed {spec.seed}\r\n"
        )
        at = datetime.combine(spec.as_of, _THREADS_SERVED_AT)
        file.write(
            _member(path.name, "warcinfo", at, info.encode(), "application/warc-fields", None, spec)
        )
        for response in responses:
            headers = StatusAndHeaders(
                f"{response.status} {HTTPStatus(response.status).phrase}",
                [
                    ("Content-Type", response.content_type),
                    ("Date", response.at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
                    ("Content-Length", str(response.length or len(response.body))),
                ],
                "HTTP/1.1",
            )
            file.write(
                _member(
                    response.url,
                    "response",
                    response.at,
                    response.body,
                    "application/http; msgtype=response",
                    headers,
                    spec,
                )
            )


def _member(
    url: str,
    kind: str,
    at: datetime,
    payload: bytes,
    content_type: str,
    headers: StatusAndHeaders | None,
    spec: MarketSpec,
) -> bytes:
    """One record as a gzip member, whose header holds no time."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False)
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{spec.seed} {stamp} {url}")
    about = {
        "WARC-Record-ID": f"<urn:uuid:{name}>",
        "WARC-Date": stamp,
    }
    if kind == "warcinfo":
        about["WARC-Filename"] = url
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=content_type,
        http_headers=headers,
        warc_headers_dict=about,
    )
    writer.write_record(record)
    squeezer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_MEMBER)
    return squeezer.compress(buffer.getvalue()) + squeezer.flush()
