"""From landing lines to facts in a warehouse, each time in a fresh process, at two sizes.

Belongs here: loading and normalising, with their peak memory. Does not belong here: single
normalisers (`normalisers`), or what follows on facts (`verdicts`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.bench.baselines import plain_facts
from warehouse.bench.material import Material, Sample, write_landing
from warehouse.bench.measure import Row, Timing, compare, forget_texts, in_fresh_process, stopwatch
from warehouse.bench.normalisers import SLOW_ITEMS
from warehouse.database import open_working
from warehouse.facts import TOGETHER, normalise_pending
from warehouse.load import load_file
from warehouse.matching.grouping import link_roles
from warehouse.normalise.posting import read_batch, read_facts

ONE_CORE_ITEMS = 1_000
"""Enough adverts to know the speed of one core."""
_BOARD = "bench"
_SOME_DAY = date(2026, 1, 31)


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
        {"read_batch, one core": alone, f"1/{material.growth} of the adverts": few},
    )


def match(material: Material) -> Iterator[Row]:
    """`link_roles`: many adverts against fewer."""
    with tempfile.TemporaryDirectory() as folder:
        adverts = Path(folder) / "adverts.parquet"
        pq.write_table(pa.Table.from_pylist([*map(_to_match, material.samples)]), adverts)
        few, many = [], []
        for _ in range(material.stage_repeats):
            few.append(in_fresh_process(_match, adverts, 1))
            many.append(in_fresh_process(_match, adverts, material.growth))
    yield compare(
        "match",
        "link_roles",
        "adverts/s",
        many,
        {f"1/{material.growth} of the adverts": few},
    )


def _to_match(sample: Sample) -> dict[str, object]:
    facts = read_facts(sample.advert)
    return {
        "company_id": facts.company_id or f"unnamed:{facts.text_hash}",
        "titles": [facts.title] if facts.title else None,
        "countries": list(facts.place.countries),
        "text": facts.text,
        "posted_or_seen_on": sample.advert.posted_on or _SOME_DAY,
        "source": "hackernews" if sample.markup == "comments" else _BOARD,
    }


def _match(adverts: Path, copies: int) -> Timing:
    """Time it on so many copies of a market, each with employers of its own."""
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        con.execute(
            """CREATE TABLE core.adverts AS SELECT
                concat_ws(':', source, number, copy) AS posting_id, source,
                number::VARCHAR AS board,
                concat_ws(':', company_id, copy) AS company_id, titles, countries,
                NULL::VARCHAR AS requisition_id, text, NULL::VARCHAR AS url, posted_or_seen_on,
                false AS is_excerpt
            FROM (SELECT *, row_number() OVER () AS number FROM read_parquet($1)),
                (SELECT unnest(range($2)) AS copy)""",
            [str(adverts), copies],
        )
        [(rows,)] = con.execute("SELECT count(*) FROM core.adverts").fetchall()
        with stopwatch() as watch:
            link_roles(con)
        return watch.timing(rows)


def stream(material: Material) -> Iterator[Row]:
    """`read_batch` on one core, once the first half of the adverts was read: a long run's rate."""
    samples = material.samples
    half = len(samples) // 2
    _read(samples[:half])
    ours, plain = [], []
    for repeat in range(material.stage_repeats):
        share = samples[half + repeat :: material.stage_repeats]
        ours.append(_read(share))
        few = share[:SLOW_ITEMS]
        with stopwatch() as watch:
            for sample in few:
                plain_facts(sample.advert.body, sample.title, sample.location)
        plain.append(Timing(len(few), watch.seconds))
    yield compare(
        "facts",
        "read_batch, one core, after as many",
        "adverts/s",
        ours,
        {"the plain ways together": plain},
    )


def _read(samples: Sequence[Sample]) -> Timing:
    with stopwatch() as watch:
        for start in range(0, len(samples), TOGETHER):
            read_batch([sample.advert for sample in samples[start : start + TOGETHER]])
    return Timing(len(samples), watch.seconds)


def _one_core(samples: Sequence[Sample]) -> Timing:
    forget_texts()
    return _read(samples[:ONE_CORE_ITEMS])


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
            done = normalise_pending(con, progress=lambda _done, _total: watch.look_at_workers())
        return watch.timing(done.read)
