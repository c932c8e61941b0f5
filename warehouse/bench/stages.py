"""From landing lines to facts in a warehouse, each time in a fresh process, at two sizes.

Belongs here: loading and normalising, with their peak memory. Does not belong here: single
normalisers (`normalisers`), or what follows on facts (`verdicts`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.bench.material import Material, write_landing
from warehouse.bench.measure import Row, Timing, compare, in_fresh_process, stopwatch
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file


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
    """`normalise_pending`: all cores against one, and many adverts against fewer."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _landings(material, Path(folder))
        one, all_cores, many = [], [], []
        for _ in range(material.stage_repeats):
            one.append(in_fresh_process(_normalise, small, 1))
            all_cores.append(in_fresh_process(_normalise, small, None))
            many.append(in_fresh_process(_normalise, large, None))
    yield compare(
        "facts", "normalise_pending, all cores", "adverts/s", all_cores, {"one core": one}
    )
    yield compare(
        "facts",
        f"normalise_pending, {material.growth} times as many",
        "adverts/s",
        many,
        {f"1/{material.growth} of the adverts": all_cores},
    )


def _landings(material: Material, folder: Path) -> tuple[Path, Path]:
    adverts = len(material.postings)
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


def _normalise(landing: Path, workers: int | None) -> Timing:
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        load_file(con, landing, landing.name)
        with stopwatch() as watch:
            adverts = normalise_pending(
                con, workers=workers, progress=lambda _done, _total: watch.look_at_workers()
            )
        return watch.timing(adverts)
