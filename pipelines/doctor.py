"""Looks at the set-up and says what to do about it: `hiring-signal doctor`.

Belongs here: what is looked at, and the remedy. Does not belong here: the options and the table
that is printed (`cli`, `show`), or checks of the data (`expectations`).

Nothing is changed by looking, and nobody is asked unless that is wished for.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import duckdb
import yaml
from packaging.requirements import Requirement
from protego import Protego

from pipelines.instance import CONFIG, HOME, HOME_VARIABLE, STORES
from pipelines.notify import VARIABLE
from pipelines.options import words_of
from pipelines.serve import is_free
from pipelines.settings import FolderError, world_of
from scrapers import settings as scrapy_settings
from scrapers.archive import OPEN_SUFFIX
from scrapers.boards import SHIPPED, BoardListError, read_boards
from scrapers.origins import OriginsError, OriginsMiddleware, read_origins
from warehouse import database
from warehouse import query as published
from warehouse.publish.swap import RUN, WAREHOUSE

State = Literal["ok", "warn", "fail"]
OK: State = "ok"
WARN: State = "warn"
FAIL: State = "fail"

PYTHON = (3, 11)
LEAST_FREE_GB, ENOUGH_FREE_GB = 0.5, 5.0
"""Below the first a run can't end well; below the second it is a matter of days."""
ENOUGH_MEMORY_GB = 4.0
STALE_DAYS = 3
"""A daily run that has not published for as long is worth a look."""
SPOT_CHECKS = 3
"""Captures that are looked into, the newest ones."""
SHOWN = 3
"""Examples of a fault that are named."""
EXAMPLE_CONTACT = "https://github.com/hiring-signal/hiring-signal"
CHROMIUM = Path("/usr/bin/chromium")
ASK_TIMEOUT_S = 10.0
ROBOTS_BYTES = 500_000
_GB = 1e9
_PUBLISHED = (WAREHOUSE, "index.html", RUN, "reports/datapackage.json")


class Finding(NamedTuple):
    """What was found of one part of the set-up."""

    name: str
    state: State
    said: str
    remedy: str = ""


class Setup(NamedTuple):
    """What is looked at."""

    data: Path
    origins: Path | None = None
    port: int = 3000
    is_online: bool = False


Look = Callable[[Setup], Iterator[Finding]]


def examine(setup: Setup) -> list[Finding]:
    """Look at everything.

    Args:
        setup: Where.

    Returns:
        What was found, in an order that a remedy early on may mend what comes later.
    """
    return [finding for name, look in _LOOKS.items() for finding in _carefully(name, look, setup)]


def _carefully(name: str, look: Look, setup: Setup) -> Iterator[Finding]:
    try:
        yield from look(setup)
    # One part that is broken in a way nobody thought of must not keep the others from being told.
    except Exception as error:  # noqa: BLE001
        yield Finding(name, FAIL, f"can't be looked at: {words_of(error)}", "mend that first")


# --- the program ---------------------------------------------------------------------------------


def _python(_: Setup) -> Iterator[Finding]:
    said = sys.version.partition(" ")[0]
    wanted = ".".join(map(str, PYTHON))
    if sys.version_info < PYTHON:
        yield Finding("python", FAIL, f"{said} is too old", f"install Python {wanted} or newer")
    else:
        yield Finding("python", OK, said)


def _packages(_: Setup) -> Iterator[Finding]:
    wrong = []
    n = 0
    for text in distribution("hiring-signal").requires or ():
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        n += 1
        try:
            there = version(wanted.name)
        except PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(there, prereleases=True):
            wrong.append(f"{wanted.name} is {there} and not {wanted.specifier}")
    if wrong:
        yield Finding("packages", FAIL, "; ".join(wrong), "make setup")
    else:
        yield Finding("packages", OK, f"{n} packages as they are asked for")


def _machine(_: Setup) -> Iterator[Finding]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    said = f"{os.cpu_count()} cores, {memory:.0f} GB of memory"
    if memory < ENOUGH_MEMORY_GB:
        yield Finding(
            "machine",
            WARN,
            said,
            f"a large warehouse wants {ENOUGH_MEMORY_GB:.0f} GB; below, the disk helps out",
        )
    else:
        yield Finding("machine", OK, said)


def _clock(setup: Setup) -> Iterator[Finding]:
    now = datetime.now(UTC)
    zone = datetime.now().astimezone()
    said = f"{now:%Y-%m-%d %H:%M} UTC, here {zone:%H:%M} ({zone.tzname()}); days are those of UTC"
    files = [setup.data / "published" / RUN, setup.data / database.FILE]
    newest = max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
    if newest > time.time() + 3600:
        yield Finding(
            "clock", FAIL, f"{said}; files of a run are from the future", "set the clock right"
        )
    else:
        yield Finding("clock", OK, said)


# --- the data folder -----------------------------------------------------------------------------


def _folder(setup: Setup) -> Iterator[Finding]:
    data = setup.data
    there = next(path for path in (data, *data.parents) if path.exists())
    if not there.is_dir():
        yield Finding("data folder", FAIL, f"{there} is no folder", "give another with --data")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = "give yourself the right to write there, or another folder with --data"
        yield Finding("data folder", FAIL, f"{there} can't be written to", remedy)
        return
    free = shutil.disk_usage(there).free / _GB
    said = f"{data}, {free:,.1f} GB free"
    if free < LEAST_FREE_GB:
        yield Finding("data folder", FAIL, said, "free some space: a run needs its size again")
    elif free < ENOUGH_FREE_GB:
        yield Finding("data folder", WARN, said, "free some space before daily live runs")
    elif not data.exists():
        yield Finding("data folder", OK, f"{said}; made by the first run")
    else:
        yield Finding("data folder", OK, said)


def _world(setup: Setup) -> Iterator[Finding]:
    try:
        world = world_of(setup.data)
    except (FolderError, KeyError, TypeError, AttributeError) as error:
        yield Finding("market", FAIL, str(error), f"remove {setup.data / 'world.json'}")
        return
    has_sample = (setup.data / "captures" / "sample").exists()
    has_other = any((setup.data / "captures").glob("*.warc.gz"))
    if (world == "real" and has_sample) or (world == "sample" and has_other):
        yield Finding(
            "market",
            FAIL,
            f"it is for the {world} market, and captures of the other lie there too",
            "move captures/sample or the other captures out of it",
        )
    elif world is None:
        yield Finding("market", OK, "nothing observed yet: sample or real, as the first run is")
    else:
        yield Finding("market", OK, f"the {world} market")


def _publication(setup: Setup) -> Iterator[Finding]:
    link = setup.data / "published"
    if not link.exists():
        state, said = (FAIL, "its link leads nowhere") if link.is_symlink() else (WARN, "none yet")
        yield Finding("publication", state, said, "hiring-signal run")
        return
    missing = [part for part in _PUBLISHED if not (link / part).is_file()]
    if missing:
        yield Finding(
            "publication", FAIL, f"lacks {', '.join(missing)}", "hiring-signal run --kept"
        )
        return
    try:
        run = json.loads((link / RUN).read_text(encoding="utf-8"))
        with published.open_published(setup.data) as con:
            [(claims,)] = con.execute("SELECT count(*) FROM out.claim_verdicts").fetchall()
        as_of = date.fromisoformat(run["as_of"])
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error) as error:
        remedy = f"remove {link.resolve()}, then hiring-signal run --kept"
        yield Finding("publication", FAIL, f"damaged: {words_of(error)}", remedy)
        return
    said = f"{link.resolve().name}, as of {as_of}, {claims} claims"
    days = (datetime.now(UTC).date() - as_of).days
    if not run["is_sample"] and run.get("mode") == "live" and days > STALE_DAYS:
        remedy = "see that `hiring-signal up` runs, and what its last run says"
        yield Finding("publication", WARN, f"{said}: {days} days old", remedy)
    else:
        yield Finding("publication", OK, said)


def _warehouse(setup: Setup) -> Iterator[Finding]:
    path = setup.data / database.FILE
    if not path.exists():
        yield Finding("warehouse", OK, "none yet; made by the first run")
        return
    if _is_taken(setup.data / ".lock"):
        yield Finding("warehouse", WARN, "a run is working on it", "wait for it to end")
        return
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            [(tables,)] = con.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    except duckdb.Error as error:
        is_locked = "Could not set lock" in str(error)
        yield Finding(
            "warehouse",
            WARN if is_locked else FAIL,
            words_of(error),
            "" if is_locked else f"move {path} away, then hiring-signal run --kept",
        )
        return
    size = path.stat().st_size / _GB
    yield Finding("warehouse", OK, f"{tables} tables, {size:.2f} GB, open to a run")


def _is_taken(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _captures(setup: Setup) -> Iterator[Finding]:
    folder = setup.data / "captures"
    files = [path for path in folder.rglob("*.warc.gz") if path.is_file()]
    if not files:
        yield Finding("captures", OK, "none yet")
        return
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:SPOT_CHECKS]
    broken = [path.relative_to(folder).as_posix() for path in newest if not _is_readable(path)]
    size = sum(path.stat().st_size for path in files) / _GB
    said = f"{len(files):,} files, {size:.2f} GB"
    if broken:
        remedy = "take them out of captures/, or put copies of them back"
        yield Finding("captures", FAIL, f"can't be read: {', '.join(broken)}", remedy)
    elif unfinished := sum(1 for _ in folder.glob(f"*{OPEN_SUFFIX}")):
        remedy = "nothing, when a run is at work; else the next live run makes them whole"
        yield Finding("captures", WARN, f"{said}, {unfinished} unfinished", remedy)
    else:
        yield Finding("captures", OK, f"{said}; the {len(newest)} newest can be read")


def _is_readable(path: Path) -> bool:
    try:
        with gzip.open(path) as file:
            return file.read(64 * 1024).startswith(b"WARC/")
    except (OSError, EOFError, ValueError):
        return False


# --- going live ----------------------------------------------------------------------------------


def _contact(_: Setup) -> Iterator[Finding]:
    contact = scrapy_settings.CONTACT
    if contact == EXAMPLE_CONTACT:
        remedy = "before going live, set CONTACT in scrapers/settings.py to an address of yours"
        yield Finding("contact", WARN, "still the example", remedy)
    elif not re.fullmatch(r"https?://\S+\.\S+|\S+@\S+\.\S+", contact):
        remedy = "set CONTACT in scrapers/settings.py to a web or mail address"
        yield Finding("contact", FAIL, f"{contact!r} is no address", remedy)
    else:
        yield Finding("contact", OK, contact)


def _boards(_: Setup) -> Iterator[Finding]:
    from pipelines.boards import fault_of, platforms

    counts: Counter[str] = Counter()
    wrong = []
    for source in platforms():
        try:
            rows = read_boards(source).values()
        except BoardListError as error:
            wrong.append(str(error))
            continue
        counts[source] = len(rows)
        wrong += [
            f"{source}.csv, {row.board}: {fault}"
            for row in rows
            if (fault := fault_of(source, row)) is not None
        ]
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        remedy = f"mend the rows in {SHIPPED}"
        yield Finding("board lists", FAIL, "; ".join(wrong[:SHOWN]) + more, remedy)
    else:
        yield Finding("board lists", OK, f"{counts.total():,} boards of {len(counts)} platforms")


def _origins(setup: Setup) -> Iterator[Finding]:
    if setup.origins is None:
        yield Finding("origins", OK, "none: the sources themselves are asked")
        return
    try:
        there = read_origins(setup.origins)
    except OriginsError as error:
        yield Finding("origins", FAIL, str(error), "mend the file, or unset HIRING_SIGNAL_ORIGINS")
        return
    yield Finding("origins", OK, f"{len(there)} origins are served elsewhere: {setup.origins}")


class _Answer(NamedTuple):
    """What an origin said to its robots.txt being asked for."""

    source: str
    origin: str
    state: State
    said: str


def _online(setup: Setup) -> Iterator[Finding]:
    if not setup.is_online:
        return
    try:
        served = OriginsMiddleware(read_origins(setup.origins) if setup.origins else {})
    except OriginsError:
        return  # said already
    asked = _addresses()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda of: _ask(of[0], of[1], served), asked))
    for answer in answers:
        remedy = {
            OK: "",
            WARN: "nothing of it will be asked; that is for its owner to say",
            FAIL: "look at the network, a proxy, or --origins",
        }[answer.state]
        said = f"{answer.origin}: {answer.said}"
        yield Finding(f"online: {answer.source}", answer.state, said, remedy)


def _addresses() -> list[tuple[str, str]]:
    """For each source the first address that it would ask; hosts of many boards by one of them."""
    from pipelines.observe import SPIDERS

    found = []
    for source, spider in SPIDERS.items():
        boards = list(read_boards(source)) if spider.takes_boards else ["x"]
        if not boards:
            continue
        seen = set()
        for url in spider.addresses(boards[0]) if spider.takes_boards else spider.templates:
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            if origin not in seen:
                seen.add(origin)
                found.append((source, url.replace("{board}", "x")))
    return found


def _ask(source: str, url: str, served: OriginsMiddleware) -> _Answer:
    from scrapy import Request

    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    robots = f"{origin}/robots.txt"
    sent = served.process_request(Request(robots))
    asked = urllib.request.Request(
        sent.url if sent else robots, headers={"User-Agent": scrapy_settings.USER_AGENT}
    )
    try:
        with urllib.request.urlopen(asked, timeout=ASK_TIMEOUT_S) as answer:
            text = answer.read(ROBOTS_BYTES).decode("utf-8", "replace")
            status = answer.status
    except urllib.error.HTTPError as error:
        error.close()
        if error.code < 500:
            return _Answer(source, origin, OK, f"HTTP {error.code}: no rules, so all is allowed")
        return _Answer(source, origin, FAIL, f"HTTP {error.code}")
    except (OSError, ValueError) as error:
        return _Answer(source, origin, FAIL, f"no answer: {getattr(error, 'reason', error)}")
    allowed = Protego.parse(text).can_fetch(url, scrapy_settings.ROBOTSTXT_USER_AGENT)
    if not allowed:
        return _Answer(source, origin, WARN, f"robots.txt forbids {parts.path}")
    return _Answer(source, origin, OK, f"HTTP {status}, we may ask")


# --- Dagster -------------------------------------------------------------------------------------


def _instance(_: Setup) -> Iterator[Finding]:
    home = Path(os.environ.get(HOME_VARIABLE) or HOME).resolve()
    if not home.exists():
        yield Finding("dagster home", OK, f"{home}, made by the first run")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        remedy = f"give yourself the right to write there, or set {HOME_VARIABLE} to another folder"
        yield Finding("dagster home", FAIL, f"{home} can't be written to", remedy)
        return
    config = home / CONFIG
    try:
        said = yaml.safe_load(config.read_text(encoding="utf-8")) if config.exists() else {}
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        remedy = f"copy {HOME / CONFIG} over it"
        yield Finding("dagster home", FAIL, f"{config} can't be read: {error}", remedy)
        return
    if not isinstance(said or {}, dict):
        remedy = f"copy {HOME / CONFIG} over it"
        yield Finding("dagster home", FAIL, f"{config} is no mapping", remedy)
        return
    if not all((home / store).exists() for store in STORES):
        yield Finding("dagster home", OK, f"{home}, not used yet")
        return
    yield Finding("dagster home", OK, str(home))
    yield _schedule(home)


def _schedule(home: Path) -> Finding:
    import dagster as dg
    from dagster._core.scheduler.instigation import InstigatorStatus

    os.environ[HOME_VARIABLE] = str(home)
    with dg.DagsterInstance.get() as instance:
        states = [
            state for state in instance.all_instigator_state() if state.instigator_name == "daily"
        ]
        beats = instance.get_daemon_heartbeats()
    is_stopped = any(state.status is InstigatorStatus.STOPPED for state in states)
    beat = max((of.timestamp for of in beats.values()), default=0.0)
    seconds = datetime.now(UTC).timestamp() - beat
    if is_stopped:
        remedy = "start it in the UI: hiring-signal up, Automation, daily"
        return Finding("schedule", WARN, "switched off by hand", remedy)
    if seconds < 300:
        return Finding("schedule", OK, "on, daily at 05:17 UTC; the daemon is at work")
    return Finding(
        "schedule",
        WARN,
        "on, but no daemon is at work" if beat else "on, and never was started",
        "for daily runs: hiring-signal up",
    )


def _ports(setup: Setup) -> Iterator[Finding]:
    wanted = (setup.port, setup.port + 1 if setup.port < 65535 else setup.port - 1)
    taken = [str(port) for port in wanted if not is_free(port)]
    if taken:
        remedy = "nothing, if that is `hiring-signal up` itself; else give it another --port"
        yield Finding("ports", WARN, f"in use: {', '.join(taken)}", remedy)
    else:
        yield Finding("ports", OK, f"{wanted[0]} and {wanted[1]} are free for `hiring-signal up`")


# --- what is nice to have ------------------------------------------------------------------------


def _extras(_: Setup) -> Iterator[Finding]:
    said = "set" if os.environ.get(VARIABLE) else "not set: nobody is told of a publication"
    yield Finding("webhook", OK, f"{VARIABLE} is {said}")
    there = CHROMIUM.exists()
    yield Finding("chromium", OK, str(CHROMIUM) if there else "none: browser tests are skipped")
    home = Path.home()
    scripts = {
        "bash": home / ".bash_completions" / "hiring-signal.sh",
        "zsh": home / ".zfunc" / "_hiring-signal",
        "fish": home / ".config" / "fish" / "completions" / "hiring-signal.fish",
    }
    shells = [shell for shell, path in scripts.items() if path.exists()]
    if shells:
        yield Finding("completion", OK, f"installed for {', '.join(shells)}")
    else:
        remedy = "if you like: hiring-signal --install-completion"
        yield Finding("completion", OK, "not installed", remedy)


_LOOKS: dict[str, Look] = {
    "python": _python,
    "packages": _packages,
    "machine": _machine,
    "clock": _clock,
    "data folder": _folder,
    "market": _world,
    "captures": _captures,
    "warehouse": _warehouse,
    "publication": _publication,
    "contact": _contact,
    "board lists": _boards,
    "origins": _origins,
    "online": _online,
    "dagster home": _instance,
    "ports": _ports,
    "extras": _extras,
}
