"""From landing lines to facts in a warehouse, each time in a fresh process, at two sizes.

Belongs here: loading and normalising, with their peak memory. Does not belong here: single
normalisers (`normalisers`), or what follows on facts (`verdicts`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse.bench.material import Material, Sample, write_landing
from warehouse.bench.measure import Row, Timing, compare, forget_texts, in_fresh_process, stopwatch
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.normalise.posting import read_facts

ONE_CORE_ITEMS = 1_000
"""Enough adverts to know the speed of one core."""


def load(material: Material) -> Iterator[Row]:
    """Landing lines into schema raw, against reading the same lines as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _landings(material, Path(folder))
        few, many = [], []
        for _ in range(material.stage_repeats):
            few.append(in_fresh_process(_load, small))
            many.append(in_fresh_process(_load, large))
    yield compare(
        "load",
        "load_file",
        "lines/s",
        [load for load, _ in many],
        {
            "json.loads alone": [plain for _, plain in many],
            f"1/{material.growth} of the lines": [load for load, _ in few],
        },
    )


def normalise(material: Material) -> Iterator[Row]:
    """`normalise_pending` on all cores: many adverts against fewer, and against one core."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _landings(material, Path(folder))
        few, many, alone = [], [], []
        repeats = max(1, material.stage_repeats - 1)  # the dearest part of the suite
        for repeat in range(repeats):
            few.append(in_fresh_process(_normalise, small))
            alone.append(_one_core(material.samples[repeat::repeats]))
            many.append(in_fresh_process(_normalise, large))
    yield compare(
        "facts",
        "normalise_pending, all cores",
        "adverts/s",
        many,
        {"read_facts, one core": alone, f"1/{material.growth} of the adverts": few},
    )


def _one_core(samples: Sequence[Sample]) -> Timing:
    forget_texts()
    with stopwatch() as watch:
        for sample in samples[:ONE_CORE_ITEMS]:
            read_facts(sample.advert)
    return Timing(len(samples[:ONE_CORE_ITEMS]), watch.seconds)


def _landings(material: Material, folder: Path) -> tuple[Path, Path]:
    adverts = len(material.postings[: material.adverts])
    sizes = {folder / "small.jsonl": adverts, folder / "large.jsonl": adverts * material.growth}
    for path, size in sizes.items():
        write_landing(material.postings, size, path)
    small, large = sizes
    return small, large


def _load(landing: Path) -> tuple[Timing, Timing]:
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        with stopwatch() as load:
            lines = load_file(con, landing, landing.name).lines
        with stopwatch() as plain, landing.open("rb") as file:
            for line in file:
                json.loads(line)
        return load.timing(lines), Timing(lines, plain.seconds)


def _normalise(landing: Path) -> Timing:
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        load_file(con, landing, landing.name)
        with stopwatch() as watch:
            adverts = normalise_pending(con, progress=lambda _done, _total: watch.look_at_workers())
        return watch.timing(adverts)
