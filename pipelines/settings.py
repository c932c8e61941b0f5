"""What a run is told: where data lie, and what is observed.

Belongs here: the one resource that all assets share, its reading of the environment, and the lock
that keeps two runs apart. Does not belong here: what is done with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import IO, Literal, NamedTuple

import dagster as dg
from pydantic import Field, PrivateAttr

import scrapers
from scrapers.archive import holds_sample
from scrapers.origins import leads_to_sample
from warehouse import database
from warehouse.digest import digest_of_code

Mode = Literal["sample", "replay", "live", "warc", "kept"]
MODES: tuple[Mode, ...] = ("sample", "replay", "live", "warc", "kept")
"""warc: only web archives are read; kept: nobody is asked, what was landed before is built from."""
DATA_VARIABLE = "HIRING_SIGNAL_DATA"
MODE_VARIABLE = "HIRING_SIGNAL_MODE"
ORIGINS_VARIABLE = "HIRING_SIGNAL_ORIGINS"
REPORT_VARIABLE = "HIRING_SIGNAL_REPORT_URL"
"""Where `hiring-signal up` serves the report, for links to it."""
DEFAULT_DATA = "data"
RENEW_VARIABLE = "HIRING_SIGNAL_RENEW_SECONDS"
RENEW_SECONDS = 600.0
"""How long a run may read adverts anew that an older method has read: a large warehouse does so
over several runs, and each of them ends in time."""
WORLD_FILE = "world.json"
SERVED = "served"
"""Which market a folder is for whose sources were those of `market serve`: it has a past of its
own, and is not made anew when the generator changes."""


class Plan(NamedTuple):
    """What one run observes, and where it keeps it."""

    mode: Mode
    data: Path
    replay: Path | None = None
    as_of: date | None = None
    sources: tuple[str, ...] = ()  # empty: all
    boards: Path | None = None
    origins: Path | None = None
    warc: tuple[Path, ...] = ()  # files and folders

    @property
    def is_sample(self) -> bool:
        """Whether this run is about a sample market and not about the world."""
        if self.mode == "kept":
            return world_of(self.data) == "sample"
        return (
            self.mode == "sample"
            or self.is_served_sample
            or (self.replay is not None and holds_sample(self.replay))
        )

    @property
    def is_served_sample(self) -> bool:
        """Whether the sources that are asked are the simulated ones of `market serve`."""
        return self.mode == "live" and self.origins is not None and leads_to_sample(self.origins)


class FolderError(RuntimeError):
    """The DATA folder can't take this run; the message says why and what to do."""


class RunSettings(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What a run is told by its launcher; what is left empty, the environment or a default says."""

    mode: str = ""
    data: str = ""
    replay: str = ""
    as_of: str = ""
    sources: list[str] = Field(default_factory=list)
    boards: str = ""
    origins: str = ""
    warc: list[str] = Field(default_factory=list)

    _lock: IO[str] | None = PrivateAttr(default=None)

    def plan(self) -> Plan:
        """The run as it is meant.

        Raises:
            ValueError: The mode is unknown, or a replay has no folder.
        """
        mode = self.mode or os.environ.get(MODE_VARIABLE) or "sample"
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is none of {', '.join(MODES)}")
        if mode == "replay" and not self.replay:
            raise ValueError("a replay needs the folder of WARC files to replay")
        origins = self.origins or os.environ.get(ORIGINS_VARIABLE)
        return Plan(
            mode=mode,
            data=data_folder(self.data),
            replay=Path(self.replay).resolve() if self.replay else None,
            as_of=date.fromisoformat(self.as_of) if self.as_of else None,
            sources=tuple(self.sources),
            boards=Path(self.boards).resolve() if self.boards else None,
            origins=Path(origins).resolve() if origins else None,
            warc=tuple(Path(path).resolve() for path in self.warc),
        )

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Take the DATA folder for this run.

        Raises:
            FolderError: Another run has it, or it holds the other world.
        """
        self._lock = take_folder(self.plan())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Let the DATA folder go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def data_folder(given: str = "") -> Path:
    """The DATA folder: as given, else of the environment, else `data/` of the present folder."""
    return Path(given or os.environ.get(DATA_VARIABLE) or DEFAULT_DATA).resolve()


def renew_seconds() -> float:
    """Seconds that a run may spend on adverts that an older method has read.

    Raises:
        ValueError: HIRING_SIGNAL_RENEW_SECONDS is no number.
    """
    said = os.environ.get(RENEW_VARIABLE)
    try:
        return float(said) if said else RENEW_SECONDS
    except ValueError:
        raise ValueError(f"{RENEW_VARIABLE} is no number of seconds: {said!r}") from None


def take_folder(plan: Plan) -> IO[str]:
    """Take the DATA folder for one process, until what is returned is closed.

    Args:
        plan: What it is taken for.

    Raises:
        FolderError: Another process has it, it can't be written, or it holds the other world.
    """
    try:
        plan.data.mkdir(parents=True, exist_ok=True)
        lock = (plan.data / ".lock").open("w")
    except OSError as error:
        raise FolderError(
            f"{plan.data} can't be written to: {error.strerror}; give another folder with --data"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _keep_worlds_apart(plan)
    except BlockingIOError as error:
        lock.close()
        raise FolderError(
            f"another run is working on {plan.data}; wait for it, or give another folder "
            "with --data"
        ) from error
    except FolderError:
        lock.close()
        raise
    return lock


def _keep_worlds_apart(plan: Plan) -> None:
    path = plan.data / WORLD_FILE
    world = {"world": "sample" if plan.is_sample else "real"}
    there = _kept_world(plan.data)
    if not there and plan.mode == "kept":
        return  # it brings no market along, so which one the folder is for stays open
    if plan.is_served_sample or (plan.mode == "kept" and there.get("market") == SERVED):
        world["market"] = SERVED
    elif plan.is_sample:
        market = Path(scrapers.__file__ or "").parent / "market"
        world["market"] = digest_of_code(market)[:16]
    if there:
        if there["world"] != world["world"]:
            raise FolderError(
                f"{plan.data} holds the {there['world']} market and can't take the "
                f"{world['world']} one; give another folder with --data"
            )
        if there == world:
            return
        if SERVED in (there.get("market"), world.get("market")):
            raise FolderError(
                f"{plan.data} holds another sample market than the one that is asked for; give "
                "another folder with --data"
            )
        # The sample market was made by an older generator: make all of it anew. Captures that are
        # replayed can't be made anew, wherever they lie.
        for name in ("captures", "landing") if plan.mode == "sample" else ("landing",):
            shutil.rmtree(plan.data / name, ignore_errors=True)
        (plan.data / database.FILE).unlink(missing_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(world) + "\n", encoding="utf-8")
    new.replace(path)


def _kept_world(data: Path) -> dict[str, str]:
    try:
        there: dict[str, str] = json.loads((data / WORLD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise FolderError(f"{data / WORLD_FILE}: damaged; remove the file") from error
    return there


def world_of(data: Path) -> str | None:
    """What a DATA folder holds: sample or real; None where nothing yet."""
    return _kept_world(data).get("world")


def try_folder(plan: Plan) -> None:
    """Fail early where the DATA folder can't take a run.

    Args:
        plan: The run.

    Raises:
        FolderError: Another run has it, it can't be written, or it holds the other world.
    """
    take_folder(plan).close()
