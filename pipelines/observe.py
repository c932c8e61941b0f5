"""Runs spiders, each in a process of its own, and lands what they yield.

Belongs here: what a run asks of which source, and the subprocess. Does not belong here: the spiders
(`scrapers`), or loading what they land (`warehouse.load`).
"""

from __future__ import annotations

import hashlib
import json
import os
import pkgutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple

import scrapers.spiders
from pipelines.settings import Plan
from scrapers.archive import OPEN_SUFFIX, STAMP, Archive, finish_open
from scrapers.boards import read_boards
from scrapers.landing import BoardObservation
from scrapers.market.write import write_market
from scrapers.personal import KEY_VARIABLE, read_key
from scrapers.spiders.base import BoardSpider
from scrapers.webarchive import archives, land_warc
from warehouse.digest import digest_of_code
from warehouse.load import Known


def _spiders() -> dict[str, type[BoardSpider]]:
    """The spiders by the name of their source, which is also that of their module."""
    found: dict[str, type[BoardSpider]] = {}
    for module in pkgutil.iter_modules(scrapers.spiders.__path__):
        members = vars(import_module(f"scrapers.spiders.{module.name}")).values()
        for member in members:
            if isinstance(member, type) and getattr(member, "name", None) == module.name:
                found[module.name] = member
    return found


SPIDERS = _spiders()
SOURCES = tuple(SPIDERS)
SAMPLE_FOLDER = "sample"
SCRAPERS = Path(scrapers.__file__ or "").parent
CRAWL_FILE = "crawl.json"
"""Below `landing/`: the live crawl that is under way, removed when its run is published."""
LIVE_PARALLEL = 8
"""Sources asked at the same time in a live run: they are different hosts, and mostly waited for."""
LISTEN_EVERY_S = 0.5
MOST_READ = 64 * 1024 * 1024
"""Bytes of a landing file that are looked through at a time, to say how far its spider is."""
PARTIAL, ANSWERS = ".partial", ".answers"
"""Endings of a landing file that is being written, and of the number of answers it is made from."""
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


class Heard(NamedTuple):
    """How far a spider is that is at work."""

    source: str
    n_requests: int
    n_boards: int
    n_boards_in_all: int | None
    """None where that is not known beforehand."""
    n_adverts: int


class Crawl(NamedTuple):
    """A live crawl."""

    stamp: str
    """When it began."""
    is_resumed: bool
    """Whether it goes on where an earlier process broke off."""


def observe(
    plan: Plan, known: dict[str, Known], tell: Callable[[Heard], None] = lambda _: None
) -> Iterator[Landing]:
    """Ask all sources of a run, several at a time.

    Args:
        plan: The run.
        known: By source, what is known of earlier observations (`warehouse.load.known_of`).
        tell: Is told now and then how far each spider is.

    Yields:
        What came of each source, as it comes.
    """
    if plan.mode in ("kept", "warc"):
        yield from _observe_nobody(plan)
        return
    folder = plan.replay
    if plan.mode == "sample":
        folder = sample_market(plan.data)
        plan = plan._replace(boards=plan.boards or folder / "boards")
    archive = Archive(folder) if folder else None
    crawl = None if archive else begin_crawl(plan)
    stem = crawl.stamp if crawl else f"replay-{_fingerprint(archive, plan)}"
    sources = plan.sources or SOURCES
    parallel = LIVE_PARALLEL if archive is None else os.cpu_count() or 1
    with ThreadPoolExecutor(parallel) as pool:
        waiting = {
            pool.submit(_observe_source, plan, source, folder, archive, crawl, known[source], stem)
            for source in sources
        }
        listeners = [_Listener(plan, source, archive, stem) for source in sources]
        try:
            while waiting:
                done, waiting = wait(waiting, LISTEN_EVERY_S, FIRST_COMPLETED)
                for listener in listeners:
                    if (heard := listener.hear()) is not None:
                        tell(heard)
                for future in done:
                    yield future.result()
        finally:
            # After an interrupt those that wait for their turn are not asked any more.
            pool.shutdown(wait=False, cancel_futures=True)
    for source in SOURCES:
        if source not in sources:
            yield Landing(source, "absent", reason="not asked for in this run")


class _Listener:
    """Reads how far a spider is from the files that it is writing."""

    def __init__(self, plan: Plan, source: str, archive: Archive | None, stem: str) -> None:
        self._source = source
        path = plan.data / "landing" / source / f"{stem}.jsonl"
        self._partial = path.with_name(path.name + PARTIAL)
        self._answers = path.with_name(path.name + ANSWERS)
        spider = SPIDERS[source]
        listed = len(read_boards(source, plan.boards)) if spider.takes_boards else 0
        known = (listed if plan.boards else 0) if archive else listed
        self._boards_in_all = known or None
        self._read_to = 0
        self._found = Counter(dict.fromkeys((b"board", b"posting"), 0))

    def hear(self) -> Heard | None:
        """How far it is; None where it is not at work."""
        try:
            with self._partial.open("rb") as file:
                file.seek(self._read_to)
                new = file.read(MOST_READ)
        except OSError:
            return None
        # A line that is being written is read whole the next time.
        whole = new[: new.rfind(b"\n") + 1]
        self._read_to += len(whole)
        for kind in self._found:
            self._found[kind] += whole.count(b'"kind":"%s"' % kind)
        try:
            requests = int(self._answers.read_text(encoding="ascii") or 0)
        except (OSError, ValueError):
            requests = 0
        return Heard(
            self._source,
            requests,
            self._found[b"board"],
            self._boards_in_all,
            self._found[b"posting"],
        )


def _observe_nobody(plan: Plan) -> Iterator[Landing]:
    for source in SOURCES:
        if plan.mode == "warc" and source == "jobposting":
            folder = plan.data / "landing" / source
            folder.mkdir(parents=True, exist_ok=True)
            files = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in archives(plan.warc)]
            name = hashlib.sha256(repr((files, _code())).encode()).hexdigest()[:16]
            path = folder / f"warc-{name}.jsonl"
            if not path.exists():
                land_warc(plan.warc, path)
            yield Landing(source, "asked", path)
        else:
            yield Landing(source, "absent", reason="not asked for in this run")


def begin_crawl(plan: Plan) -> Crawl:
    """Begin a live crawl, or go on with one of today that was not published.

    What a killed spider recorded is made whole, so that nothing is asked twice.

    Args:
        plan: The run.
    """
    captures, landing = plan.data / "captures", plan.data / "landing"
    for path in captures.glob(f"*{OPEN_SUFFIX}"):
        finish_open(path)
    now = datetime.now(UTC)
    asked = hashlib.sha256(repr((_lists(plan.boards), plan.origins)).encode()).hexdigest()[:16]
    file = landing / CRAWL_FILE
    there = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if there.get("asked") == asked and there["stamp"][:8] == now.strftime(STAMP)[:8]:
        return Crawl(there["stamp"], is_resumed=True)
    landing.mkdir(parents=True, exist_ok=True)
    crawl = Crawl(now.strftime(STAMP), is_resumed=False)
    new = file.with_name(file.name + ".new")
    new.write_text(json.dumps({"stamp": crawl.stamp, "asked": asked}), encoding="utf-8")
    new.replace(file)
    return crawl


def end_crawl(data: Path) -> None:
    """A crawl that is published is over: the next run asks anew.

    Args:
        data: The DATA folder.
    """
    (data / "landing" / CRAWL_FILE).unlink(missing_ok=True)


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
    crawl: Crawl | None,
    known: Known,
    stem: str,
) -> Landing:
    landing = plan.data / "landing" / source
    landing.mkdir(parents=True, exist_ok=True)
    spider = SPIDERS[source]
    if crawl is not None:
        if spider.on_request and source not in plan.sources:
            return Landing(source, "absent", reason=f"asked only with --source {source}")
        if spider.takes_boards and not read_boards(source, plan.boards):
            return Landing(source, "absent", reason="there is no board list for it")
    else:
        assert archive is not None
        is_listed = spider.takes_boards and plan.boards and read_boards(source, plan.boards)
        if not is_listed and not spider.boards_in(archive):
            return Landing(source, "absent", reason="the captures hold nothing of it")
    path = landing / f"{stem}.jsonl"
    if path.exists():
        return Landing(source, "kept", path)
    reason = _crawl(plan, source, folder, path, crawl, known if archive is None else {})
    return Landing(source, "failed" if reason else "asked", path, reason)


def _fingerprint(archive: Archive | None, plan: Plan) -> str:
    assert archive is not None
    asked = [
        (url, entry.captured_at.isoformat(), entry.digest)
        for url in archive.urls()
        for entry in archive.entries(url)
    ]
    # Landed lines are good as long as the spiders and the shipped board lists stay.
    text = repr((asked, _lists(plan.boards), _code()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _lists(boards: Path | None) -> list[tuple[str, bytes]]:
    paths = boards.glob("*.csv") if boards else ()
    return sorted((path.name, path.read_bytes()) for path in paths)


@cache
def _code() -> str:
    return digest_of_code(SCRAPERS, without=("market",))


def _crawl(
    plan: Plan,
    source: str,
    replay: Path | None,
    path: Path,
    crawl: Crawl | None,
    known: Known,
) -> str | None:
    """Run one spider; the landing file gets its name only when it is whole."""
    partial = path.with_name(path.name + PARTIAL)
    partial.unlink(missing_ok=True)
    answers = path.with_name(path.name + ANSWERS)
    known_file = path.with_name(path.name + ".known")
    known_file.write_text(json.dumps(known), encoding="utf-8")
    settings = {
        "KNOWN_FILE": known_file,
        "BOARDS_DIR": plan.boards,
        "ORIGINS_FILE": plan.origins,
        "REPLAY_DIR": replay,
        "RECORD_DIR": None if replay else plan.data / "captures",
        "PROGRESS_FILE": answers,
        "RESUME_SINCE": crawl.stamp if crawl and crawl.is_resumed else None,
    }
    try:
        key = read_key(plan.data).hex()
        done = run_spider(source, settings, partial, cwd=plan.data, key=key)
    finally:
        known_file.unlink(missing_ok=True)
        answers.unlink(missing_ok=True)
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


def run_spider(
    source: str, settings: Mapping[str, object], out: Path, *, cwd: Path, key: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one spider in a process of its own.

    Args:
        source: Its name.
        settings: Scrapy settings; those that are None are left as they are.
        out: Where its landing lines go.
        cwd: Folder that it runs in.
        key: Secret that names of posters are hashed with; without one they are left out.
    """
    command: list[str] = [sys.executable, "-m", "scrapers.leash", "crawl", source]
    for name, value in settings.items():
        if value is not None:
            command += ["-s", f"{name}={value}"]
    command += ["-O", f"{out}:jsonl"]
    with subprocess.Popen(
        command,
        # Held open while this process lives; the spider ends with it.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={
            **os.environ,
            "SCRAPY_SETTINGS_MODULE": "scrapers.settings",
            **({KEY_VARIABLE: key} if key else {}),
        },
    ) as spider:
        assert spider.stderr is not None
        said = spider.stderr.read()
        return subprocess.CompletedProcess(command, spider.wait(), stderr=said)


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
