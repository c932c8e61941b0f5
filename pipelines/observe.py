"""Runs spiders, each in a process of its own, and lands what they yield.

Belongs here: what a run asks of which source, and the subprocess. Does not belong here: the spiders
(`scrapers`), or loading what they land (`warehouse.load`).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import scrapers
from pipelines.settings import Plan
from scrapers.archive import Archive
from scrapers.landing import BoardObservation
from scrapers.market.write import write_market
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.base import BoardSpider
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.hackernews import LISTING, HackernewsSpider
from scrapers.spiders.lever import LeverSpider
from scrapers.spiders.pwc_archive import PwcArchiveSpider
from warehouse.digest import digest_of_code

SPIDERS: dict[str, type[BoardSpider]] = {
    spider.name: spider
    for spider in (AshbySpider, GreenhouseSpider, LeverSpider, HackernewsSpider, PwcArchiveSpider)
}
SOURCES = tuple(SPIDERS)
SAMPLE_FOLDER = "sample"
SCRAPERS = Path(scrapers.__file__ or "").parent
LIVE_PARALLEL = 6
"""Sources asked at the same time in a live run: they are different hosts, and mostly waited for."""
LOG_TAIL_CHARS = 500
"""How much of a broken spider's last words is kept."""


class SpiderError(RuntimeError):
    """A replay that broke off; nothing of it is kept."""


class Landing(NamedTuple):
    """What asking one source gave."""

    source: str
    state: Literal["asked", "kept", "absent", "failed"]
    """kept: landed before, nothing to ask; absent: there is nothing to ask it for."""
    path: Path | None = None
    reason: str | None = None


def observe(plan: Plan, known: dict[str, dict[str, dict[str, str]]]) -> Iterator[Landing]:
    """Ask all sources of a run, several at a time.

    Args:
        plan: The run.
        known: By source and address, what is known of earlier observations (`known_boards`).

    Yields:
        What came of each source, as it comes.
    """
    folder = plan.replay
    if plan.mode == "sample":
        folder = sample_market(plan.data)
        plan = plan._replace(boards=plan.boards or folder / "boards")
    archive = Archive(folder) if folder else None
    sources = plan.sources or SOURCES
    parallel = LIVE_PARALLEL if archive is None else os.cpu_count() or 1
    with ThreadPoolExecutor(parallel) as pool:
        waiting = [
            pool.submit(_observe_source, plan, source, folder, archive, known.get(source, {}))
            for source in sources
        ]
        for future in as_completed(waiting):
            yield future.result()
    for source in SOURCES:
        if source not in sources:
            yield Landing(source, "absent", reason="not asked for in this run")


def sample_market(data: Path) -> Path:
    """The folder of the sample market's captures, written where it is not there yet."""
    folder = data / "captures" / SAMPLE_FOLDER
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_market(folder)
    return folder


def _observe_source(
    plan: Plan,
    source: str,
    folder: Path | None,
    archive: Archive | None,
    known: dict[str, dict[str, str]],
) -> Landing:
    landing = plan.data / "landing" / source
    landing.mkdir(parents=True, exist_ok=True)
    if archive is None:
        path = landing / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl"
    else:
        asked = _asked_of(archive, source)
        if not asked and plan.boards is None:
            return Landing(source, "absent", reason="the captures hold nothing of it")
        path = landing / f"replay-{_fingerprint(asked, plan)}.jsonl"
        if path.exists():
            return Landing(source, "kept", path)
    reason = _crawl(plan, source, folder, path, known if archive is None else {})
    return Landing(source, "failed" if reason else "asked", path, reason)


def _asked_of(archive: Archive, source: str) -> list[tuple[str, str, str]]:
    spider = SPIDERS[source]
    extra = {LISTING} if spider is HackernewsSpider else set()
    return [
        (url, entry.captured_at.isoformat(), entry.digest)
        for url in archive.urls()
        if url in extra or spider.board_of(url) is not None
        for entry in archive.entries(url)
    ]


def _fingerprint(asked: list[tuple[str, str, str]], plan: Plan) -> str:
    boards = sorted(
        (path.name, path.read_bytes())
        for path in (plan.boards.glob("*.csv") if plan.boards else ())
    )
    # Landed lines are good as long as the spiders and the shipped board lists stay.
    code = digest_of_code(SCRAPERS, without=("market",))
    return hashlib.sha256(repr((asked, boards, code)).encode()).hexdigest()[:16]


def _crawl(
    plan: Plan,
    source: str,
    replay: Path | None,
    path: Path,
    known: dict[str, dict[str, str]],
) -> str | None:
    """Run one spider; the landing file gets its name only when it is whole."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    known_file = path.with_name(path.name + ".known")
    known_file.write_text(json.dumps(known), encoding="utf-8")
    settings = {
        "KNOWN_FILE": known_file,
        "BOARDS_DIR": plan.boards,
        "ORIGINS_FILE": plan.origins,
        "REPLAY_DIR": replay,
        "RECORD_DIR": None if replay else plan.data / "captures",
    }
    command: list[str] = [sys.executable, "-m", "scrapy", "crawl", source]
    for name, value in settings.items():
        if value is not None:
            command += ["-s", f"{name}={value}"]
    # Scrapy fills in a percent sign of a feed's path.
    command += ["-O", f"{str(partial).replace('%', '%%')}:jsonl"]
    try:
        done = subprocess.run(
            command,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=plan.data,
            env={**os.environ, "SCRAPY_SETTINGS_MODULE": "scrapers.settings"},
        )
    finally:
        known_file.unlink(missing_ok=True)
    reason = None
    if done.returncode != 0 or not partial.exists():
        tail = " ".join(done.stderr.split())[-LOG_TAIL_CHARS:]
        reason = f"the spider broke off (exit {done.returncode}): {tail}"
        if replay is not None:
            # Nobody's server is to blame, and what is missing would be missing for ever.
            partial.unlink(missing_ok=True)
            raise SpiderError(f"{source}: {reason}; run again")
        broken = BoardObservation(
            source=source,
            board="(spider)",
            observed_at=datetime.now(UTC),
            state="failed",
            url="",
            reason=reason,
        )
        # What it had yielded by then is kept: boards that it was through with are observed. The
        # line that it was in the middle of is refused when it is loaded.
        with partial.open("ab") as file:
            file.write(b"\n" + broken.model_dump_json(exclude_none=True).encode() + b"\n")
    partial.replace(path)
    return reason


def counts(path: Path) -> dict[str, int]:
    """Lines of a landing file by kind.

    Args:
        path: A landing file.
    """
    found: Counter[str] = Counter()
    with path.open("rb") as file:
        for line in file:
            found[str(_row(line).get("kind", "unreadable"))] += 1
    return dict(found)


def preview(path: Path, rows: int = 5) -> Sequence[dict[str, str]]:
    """The first postings or links of a landing file, without their texts."""
    found: list[dict[str, str]] = []
    with path.open("rb") as file:
        for line in file:
            row = _row(line)
            if row.get("kind") in ("posting", "paper_link"):
                found.append(
                    {
                        name: str(row.get(name) or "")[:80]
                        for name in ("board", "title", "company", "location", "framework")
                        if row.get(name)
                    }
                )
            if len(found) == rows:
                break
    return found


def _row(line: bytes) -> dict[str, object]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}  # the load says why it is refused
    return row if isinstance(row, dict) else {}
