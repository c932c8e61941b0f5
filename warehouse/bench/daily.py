"""A day on which one posting in a hundred changed, against the first load: seconds and bytes.

Belongs here: a made-up market of any size as landing lines, loading it, and loading the day after.
Does not belong here: whether the tables are right (tests), or how fast single stages are
(`stages`).

Boards are of very different sizes, as on the platforms: most are small, a few are hundreds of times
larger. A third of the changed postings are new, a third are edited, a third are gone, spread over
all postings alike. A board with a change lands all its lines again, as a crawl of it does; the
others say that nothing changed. Texts are of words that nobody wrote, 1,500 to 2,500 characters,
each its own; technologies and pay stand in them as in adverts.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scrapers.landing import BoardObservation
from warehouse import models
from warehouse.bench.material import Material
from warehouse.bench.measure import (
    Row,
    Stopwatch,
    Timing,
    Written,
    compare,
    in_fresh_process,
    stopwatch,
    written_so_far,
)
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.matching.grouping import TABLE as LINKS
from warehouse.matching.grouping import link_roles

CHANGED_SHARE = 0.01
"""Of the postings of the first day: new, edited and gone ones together."""
STAGES = ("load", "facts", "match", "build", "close", "all")
"""`close` is the checkpoint of the file, `all` the sum of the others."""

_SOURCE = "bench"
_FIRST_DAY = date(2026, 1, 31)
_ASKED_AT = time(6, tzinfo=UTC)
_SEED = 20260131
_BOARD_LOG_MEAN, _BOARD_LOG_SPREAD = 2.0, 1.4  # of the logarithm: median 8, mean 20
_BOARD_MOST = 3_000
_TOGETHER = 10_000  # postings that are drawn together
_WORDS = 24_000
_WORD_SYLLABLES = (2, 5)
_SENTENCES = 60_000
_SENTENCE_WORDS = (6, 13)
_BODY_SENTENCES = (22, 34)
_SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in "aeiou")
_LEVELS = ("", "", "Senior ", "Staff ", "Junior ")
_TITLES = (
    "Machine Learning Engineer", "Research Scientist", "Software Engineer", "Data Engineer",
    "Data Scientist", "Product Designer", "Account Executive", "Site Reliability Engineer",
)  # fmt: skip
_TEAMS = ("Search", "Ranking", "Vision", "Speech", "Payments", "Growth", "Platform", "Safety")
_PLACES = (
    "San Francisco, United States", "New York, United States", "Seattle, United States",
    "London, United Kingdom", "Berlin, Germany", "Paris, France", "Toronto, Canada",
    "Amsterdam, Netherlands",
)  # fmt: skip
_TOOLS = ("PyTorch", "TensorFlow", "PyTorch or TensorFlow", "PyTorch and JAX", "SQL", "Python")


class Day(NamedTuple):
    """A day of the market as a landing file."""

    path: Path
    on: date
    postings: int
    """Postings that are open on it."""
    changed: int
    lines: int


def daily(material: Material) -> Iterator[Row]:
    """The stages of a day with few changes, each against the same stage of the first load.

    Args:
        material: Says how many postings there are on the first day.
    """
    with tempfile.TemporaryDirectory(prefix="bench-daily-") as folder:
        first, second = write_days(material.adverts, Path(folder))
        data = Path(folder) / "data"
        before = in_fresh_process(run_day, first, first.postings, data)
        after = in_fresh_process(run_day, second, first.postings, data)
    for stage in STAGES:
        yield compare(
            "daily",
            f"{stage}, {second.changed:,} postings changed, {second.lines:,} lines",
            "postings/s",
            [after[stage]],
            {f"the first load, {first.lines:,} lines": [before[stage]]},
        )


def run_day(day: Day, items: int, data: Path) -> dict[str, Timing]:
    """Load a day and make all tables of core.

    Args:
        day: The landing file.
        items: What rates are counted in.
        data: Folder of the warehouse, which is made or goes on.

    Returns:
        Time, peak memory and bytes of every stage.
    """
    meter = _Meter(data)
    with ExitStack() as stack:
        with meter.measure("load"):
            con = stack.enter_context(open_working(data))
            load_file(con, day.path, f"{_SOURCE}/{day.path.name}")
        with meter.measure("facts") as watch:
            normalise_pending(con, progress=lambda _done, _total: watch.look_at_workers())
        for table, model in models.models().items():
            if table == LINKS:
                with meter.measure("match"):
                    link_roles(con)
            elif model.sql and table.startswith("core."):
                with meter.measure("build"):
                    models.build(con, table, as_of=day.on)
        with meter.measure("close"):
            stack.close()
    return meter.timings(items)


class _Meter:
    """Adds up what the parts of a stage take."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seconds: dict[str, float] = defaultdict(float)
        self._peaks: dict[str, list[float]] = defaultdict(list)
        self._written: dict[str, Written] = defaultdict(Written)

    @contextmanager
    def measure(self, stage: str) -> Iterator[Stopwatch]:
        before = written_so_far(self._folder)
        with stopwatch() as watch:
            yield watch
        self._written[stage] += written_so_far(self._folder) - before
        self._seconds[stage] += watch.seconds
        if watch.peak_mb is not None:
            self._peaks[stage].append(watch.peak_mb)

    def timings(self, items: int) -> dict[str, Timing]:
        made = {
            stage: Timing(
                items, seconds, max(self._peaks[stage], default=None), self._written[stage]
            )
            for stage, seconds in self._seconds.items()
        }
        made["all"] = Timing(
            items,
            sum(self._seconds.values()),
            max((peak for peaks in self._peaks.values() for peak in peaks), default=None),
            sum(self._written.values(), Written()),
        )
        return made


# -------------------------------------------------------------------------------- the market


def write_days(postings: int, folder: Path) -> tuple[Day, Day]:
    """Write the first day of a market, and the one after it.

    Args:
        postings: Open on the first day; at least 20.
        folder: Where the landing files go.

    Returns:
        Both days; the same number of postings gives the same bytes.
    """
    rng = np.random.default_rng(_SEED)
    sizes = _board_sizes(rng, postings)
    each = max(1, round(postings * CHANGED_SHARE / 3))
    moved = rng.choice(postings, 2 * each, replace=False)
    gone, edited = set(moved[:each].tolist()), set(moved[each:].tolist())
    starts = np.cumsum(sizes) - sizes
    # A large board gets a new posting as often as it loses one.
    joined = np.searchsorted(starts, np.sort(rng.integers(postings, size=each)), side="right") - 1
    new: dict[int, list[int]] = defaultdict(list)
    for number, board in enumerate(joined.tolist(), postings):
        new[board].append(number)
    paths = folder / "first.jsonl", folder / "second.jsonl"
    days = _FIRST_DAY, _FIRST_DAY + timedelta(days=1)
    lines = [0, 0]
    with paths[0].open("w", encoding="ascii") as one, paths[1].open("w", encoding="ascii") as two:
        for board, (start, size) in enumerate(zip(starts.tolist(), sizes.tolist(), strict=True)):
            there = range(start, start + size)
            one.writelines(_posting(board, number, days[0]) for number in there)
            one.write(_board(board, days[0], "ok", size, 0))
            lines[0] += size + 1
            if new[board] or not (gone.isdisjoint(there) and edited.isdisjoint(there)):
                left = [*(n for n in there if n not in gone), *new[board]]
                two.writelines(_posting(board, n, days[1], is_edited=n in edited) for n in left)
                two.write(_board(board, days[1], "ok", len(left), 1))
                lines[1] += len(left) + 1
            else:
                two.write(_board(board, days[1], "unchanged", 0, 0))
                lines[1] += 1
    return (
        Day(paths[0], days[0], postings, postings, lines[0]),
        Day(paths[1], days[1], postings, 3 * each, lines[1]),
    )


def _board_sizes(rng: np.random.Generator, postings: int) -> np.ndarray:
    drawn = np.ceil(rng.lognormal(_BOARD_LOG_MEAN, _BOARD_LOG_SPREAD, postings))
    sizes = np.minimum(drawn, _BOARD_MOST).astype(np.int64)
    n_boards = int(np.searchsorted(np.cumsum(sizes), postings)) + 1
    sizes = sizes[:n_boards]
    sizes[-1] -= sizes.sum() - postings
    return sizes


def _posting(board: int, number: int, day: date, *, is_edited: bool = False) -> str:
    # Nothing in it needs an escape, and json.dumps would be half of the time.
    sentences, draws = _drawn(number // _TOGETHER)
    n_sentences, level, title, team, place, age, tool, pay = draws[number % _TOGETHER]
    said = [_sentences()[n] for n in sentences[number % _TOGETHER, :n_sentences]]
    if is_edited:
        said[1] = "We have changed this advert after the first talks."
    bullets = [
        f"Experience with {_TOOLS[tool]} is needed.",
        *said[6 : len(said) - 6],
        f"The base salary is ${100 + pay},000 - ${130 + pay},000 a year." if pay % 2 else said[0],
    ]
    body = (
        f"<p>{' '.join(said[:3])}</p><p>{' '.join(said[3:6])}</p><h3>What you bring</h3>"
        f"<ul><li>{'</li><li>'.join(bullets)}</li></ul><p>{' '.join(said[-6:])}</p>"
    )
    return (
        f'{{"source":"{_SOURCE}","board":"board-{board}","observed_at":"{day}T06:00:00Z",'
        f'"kind":"posting","source_id":"{number}",'
        f'"url":"https://{_SOURCE}.example/{board}/{number}","company":"{_company(board)}",'
        f'"title":"{_LEVELS[level]}{_TITLES[title]}, {_TEAMS[team]}","body":"{body}",'
        f'"location":"{_PLACES[place]}","posted_on":"{_FIRST_DAY - timedelta(days=age)}",'
        '"posted_basis":"stated"}\n'
    )


def _board(board: int, day: date, state: str, rows: int, version: int) -> str:
    digest = blake2b(f"{board}:{version}".encode(), digest_size=32).hexdigest()
    line = BoardObservation(
        source=_SOURCE,
        board=f"board-{board}",
        observed_at=datetime.combine(day, _ASKED_AT),
        state="ok" if state == "ok" else "unchanged",
        url=f"https://{_SOURCE}.example/{board}",
        http_status=200,
        rows_seen=rows,
        payload_digest=f"sha256:{digest}",
    )
    return f"{line.model_dump_json(exclude_none=True)}\n"


@lru_cache(maxsize=4)
def _drawn(block: int) -> tuple[np.ndarray, list[list[int]]]:
    """What the postings of a block say: numbers of sentences, and of everything else."""
    rng = np.random.default_rng((_SEED, block))
    sentences = rng.integers(_SENTENCES, size=(_TOGETHER, _BODY_SENTENCES[1]))
    ends = [
        _BODY_SENTENCES,
        *((0, len(names)) for names in (_LEVELS, _TITLES, _TEAMS, _PLACES)),
        (0, 200),
        (0, len(_TOOLS)),
        (0, 120),
    ]
    draws = np.stack([rng.integers(low, high, _TOGETHER) for low, high in ends], axis=1)
    return sentences, draws.tolist()


@cache
def _sentences() -> list[str]:
    rng = np.random.default_rng((_SEED, 1, 1))

    def joined(parts: Sequence[str], lengths: tuple[int, int], count: int, gap: str) -> list[str]:
        drawn = (rng.integers(len(parts), size=n) for n in rng.integers(*lengths, count))
        return [gap.join(parts[n] for n in numbers) for numbers in drawn]

    words = joined(_SYLLABLES, _WORD_SYLLABLES, _WORDS, "")
    return [f"{s.capitalize()}." for s in joined(words, _SENTENCE_WORDS, _SENTENCES, " ")]


@lru_cache(maxsize=4)
def _company(board: int) -> str:
    """A name that no other board has: its number in syllables."""
    said = ""
    number = board + len(_SYLLABLES) ** 2
    while number:
        number, place = divmod(number, len(_SYLLABLES))
        said += _SYLLABLES[place]
    return f"{said.capitalize()} Works"
