"""How something is timed: repeats, baselines in the same breath, peak memory, the machine.

Belongs here: everything that all parts of the suite share. Does not belong here: what is measured.

On a shared machine two runs can't be compared, but two things done right after one another can.
So each repeat times the subject and then each of its baselines on the same input, and the ratio is
taken repeat by repeat. Each repeat has input of its own: caches that know a text would flatter.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, ParamSpec, TypeVar

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

WARM_UP_ITEMS = 100
"""Patterns are compiled on first use, and RE2 builds its automata as texts ask for them; a run of
many adverts does not notice."""

_Cache = type(lru_cache(lambda: None))
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_POLL_SECONDS = 0.1
_FORGET_PEAK = "5"  # what `/proc/self/clear_refs` takes for it (proc(5))


@dataclass(frozen=True)
class Spread:
    """A figure over the repeats."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of one figure per repeat."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found))


@dataclass(frozen=True)
class Labels:
    """Where subject and baseline find the same, over all repeats."""

    both: int
    only_subject: int
    only_baseline: int


@dataclass(frozen=True)
class Written:
    """What a stage wrote, bytes."""

    to_disk: int = 0
    """Sent to storage by the process and the workers that it waited for (`write_bytes` of
    proc(5)); 0 where the system does not tell, or keeps files in memory."""
    said: int = 0
    """Passed to write calls by them, pipes between them included (`wchar`)."""
    grown: int = 0
    """By how much the files of the folder grew."""

    def __add__(self, other: Written) -> Written:
        return Written(
            self.to_disk + other.to_disk, self.said + other.said, self.grown + other.grown
        )

    def __sub__(self, other: Written) -> Written:
        return self + Written(-other.to_disk, -other.said, -other.grown)


@dataclass(frozen=True)
class Baseline:
    """The plain way to do it, in the same run."""

    name: str
    seconds: Spread
    rate: Spread
    ratio: Spread
    """The subject's rate by this one's: above 1, the subject is faster."""
    peak_mb: float | None = None
    labels: Labels | None = None
    written: Written | None = None


@dataclass(frozen=True)
class Row:
    """One thing measured. Seconds are for one repeat of `items` items."""

    part: str
    what: str
    unit: str
    items: int
    repeats: int
    seconds: Spread
    rate: Spread
    mb_per_s: Spread | None
    peak_mb: float | None
    baselines: tuple[Baseline, ...]
    written: Written | None = None


@dataclass(frozen=True)
class Contender(Generic[T]):
    """A way to do something with one item of input.

    `labels` says what a result found, where that can be compared. `items` limits a slow way to the
    first so many of each repeat; rates stay comparable, because they are per byte.
    """

    name: str
    run: Callable[[T], Any]
    labels: Callable[[Any], Iterable[Hashable]] | None = None
    items: int | None = None


@dataclass(frozen=True)
class Timing:
    """One repeat of a whole stage."""

    items: int
    seconds: float
    peak_mb: float | None = None
    written: Written | None = None

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds


def race(
    part: str,
    subject: Contender[T],
    baselines: Sequence[Contender[T]],
    items: Sequence[T],
    size: Callable[[T], int],
    repeats: int,
) -> Row:
    """Time ways to do the same, item by item, on inputs that none of them has seen.

    Args:
        part: Part of the suite.
        subject: What is measured.
        baselines: What it is compared with.
        items: The inputs; each repeat gets its share.
        size: Bytes of an input.
        repeats: How often; at most as often as there are items.

    Returns:
        The row; rates in items a second, ratios of bytes a second.
    """
    contenders = [subject, *baselines]
    warm_up = items[: min(WARM_UP_ITEMS, len(items) // 10)]
    for contender in contenders:
        for item in warm_up[: contender.items]:
            contender.run(item)
    forget_texts()
    items = items[len(warm_up) :]
    repeats = max(1, min(repeats, len(items)))
    seconds: list[list[float]] = [[] for _ in contenders]
    counts: list[list[int]] = [[] for _ in contenders]
    sizes: list[list[int]] = [[] for _ in contenders]
    found: list[list[set[Hashable]]] = [[] for _ in contenders]
    for repeat in range(repeats):
        share = items[repeat::repeats]
        for number, contender in enumerate(contenders):
            given = share[: contender.items]
            start = perf_counter()
            results = [contender.run(item) for item in given]
            seconds[number].append(perf_counter() - start)
            counts[number].append(len(given))
            sizes[number].append(sum(map(size, given)))
            if contender.labels:
                found[number].append(
                    {(i, x) for i, result in enumerate(results) for x in contender.labels(result)}
                )
    speeds = [
        [bytes_ / s / 1e6 for bytes_, s in zip(*pair, strict=True)]
        for pair in zip(sizes, seconds, strict=True)
    ]

    def rate(number: int) -> Spread:
        return Spread.of(n / s for n, s in zip(counts[number], seconds[number], strict=True))

    return Row(
        part=part,
        what=subject.name,
        unit="adverts/s",
        items=counts[0][0],
        repeats=repeats,
        seconds=Spread.of(seconds[0]),
        rate=rate(0),
        mb_per_s=Spread.of(speeds[0]),
        peak_mb=None,
        baselines=tuple(
            Baseline(
                name=contender.name,
                seconds=Spread.of(seconds[number]),
                rate=rate(number),
                ratio=Spread.of(a / b for a, b in zip(speeds[0], speeds[number], strict=True)),
                labels=_labels(found[0], found[number], counts[number]),
            )
            for number, contender in enumerate(baselines, 1)
        ),
    )


def _labels(
    subject: list[set[Hashable]], baseline: list[set[Hashable]], counts: list[int]
) -> Labels | None:
    """Compare what was found in the items that both have seen."""
    if not subject or not baseline:
        return None
    both = only_subject = only_baseline = 0
    for ours, theirs, count in zip(subject, baseline, counts, strict=True):
        seen = {label for label in ours if label[0] < count}  # type: ignore[index]
        both += len(seen & theirs)
        only_subject += len(seen - theirs)
        only_baseline += len(theirs - seen)
    return Labels(both, only_subject, only_baseline)


def compare(
    part: str,
    what: str,
    unit: str,
    subject: Sequence[Timing],
    baselines: dict[str, Sequence[Timing]],
) -> Row:
    """A row of stages that were timed one by one.

    Args:
        part: Part of the suite.
        what: What was measured.
        unit: Of its rate.
        subject: One timing per repeat.
        baselines: By name, one timing per repeat, made right before or after the subject's.

    Returns:
        The row; peaks are the largest of all repeats, what was written is that of the first.
    """
    return Row(
        part=part,
        what=what,
        unit=unit,
        items=subject[0].items,
        repeats=len(subject),
        seconds=Spread.of(t.seconds for t in subject),
        rate=Spread.of(t.rate for t in subject),
        mb_per_s=None,
        peak_mb=_peak_of(subject),
        baselines=tuple(
            Baseline(
                name=name,
                seconds=Spread.of(t.seconds for t in timings),
                rate=Spread.of(t.rate for t in timings),
                ratio=Spread.of(a.rate / b.rate for a, b in zip(subject, timings, strict=True)),
                peak_mb=_peak_of(timings),
                written=timings[0].written,
            )
            for name, timings in baselines.items()
        ),
        written=subject[0].written,
    )


def _peak_of(timings: Sequence[Timing]) -> float | None:
    peaks = [t.peak_mb for t in timings if t.peak_mb is not None]
    return max(peaks) if peaks else None


class Stopwatch:
    """Seconds and peak memory of a stage of this process and the processes that it starts."""

    def __init__(self) -> None:
        self._workers: dict[int, float] = {}
        self._start = perf_counter()
        self.seconds = 0.0
        self.peak_mb: float | None = None

    def look_at_workers(self) -> None:
        """Note the peaks of the worker processes; they take theirs along when they end."""
        for process in multiprocessing.active_children():
            if process.pid is not None and (peak := peak_mb(process.pid)) is not None:
                self._workers[process.pid] = peak

    def stop(self) -> None:
        """Take the time and the peak: this process and all workers, each at its own worst."""
        self.seconds = perf_counter() - self._start
        own = peak_mb(os.getpid())
        self.peak_mb = None if own is None else own + sum(self._workers.values())

    def timing(self, items: int) -> Timing:
        """What was measured.

        Args:
            items: How many items the stage worked on.
        """
        return Timing(items, self.seconds, self.peak_mb)


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure what is done inside; an earlier peak of this process does not count."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text(_FORGET_PEAK, encoding="ascii")
    watch = Stopwatch()
    yield watch
    watch.stop()


def written_so_far(folder: Path) -> Written:
    """What this process has written since it began, and how large a folder is.

    Args:
        folder: It need not be there yet.
    """
    try:
        lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    except OSError:  # this is no Linux
        lines = []
    said = dict(line.split(": ") for line in lines)
    return Written(
        int(said.get("write_bytes", 0)),
        int(said.get("wchar", 0)),
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    )


def timed_process(
    command: list[str],
    items: int,
    environment: Mapping[str, str],
    fault: Callable[[str], Exception],
) -> Timing:
    """Time a process from its start to its end, with its peak memory.

    Args:
        command: What to run.
        items: How many it works on.
        environment: Variables beside those of this process.
        fault: Makes the error of a process that fails, of what it said.

    Raises:
        Exception: What `fault` makes, where the exit status is not 0.
    """
    start = perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak: float | None = None
    while True:
        try:
            _, said = process.communicate(timeout=_POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            peak = peak_mb(process.pid) or peak
    if process.returncode:
        raise fault(said.strip())
    return Timing(items, perf_counter() - start, peak)


def peak_mb(pid: int) -> float | None:
    """Peak resident memory of a process in MB (10^6 bytes); None where the system doesn't tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has just ended, or this is no Linux
        return None
    found = _PEAK.search(status)
    return int(found[1]) * 1024 / 1e6 if found else None


def forget_texts() -> None:
    """Empty the caches of the normalisers that remember titles, headings, places and the like.

    Those that hold compiled vocabularies (one entry, or without bound) stay.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("warehouse.normalise."):
            for value in vars(module).values():
                if isinstance(value, _Cache) and (value.cache_parameters()["maxsize"] or 0) > 1:
                    value.cache_clear()


def in_fresh_process(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function in a process of its own, so that nothing earlier weighs on its memory."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result()


def machine() -> dict[str, str | int | float]:
    """What it runs on, and how busy that was just now."""
    has_affinity = sys.platform == "linux"
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1,
        "python": platform.python_version(),
        "system": platform.system(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu_model() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        info = ""
    found = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()
