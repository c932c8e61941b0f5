"""How fast, and in how much memory, a snapshot of the whole market is read by its spider.

Belongs here: the part of the benchmark suite that runs a crawl. Does not belong here: the other
parts (`pipelines.bench`, `warehouse.bench`), or what a snapshot holds (`scrapers.market.jobhive`).
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from pipelines.bench_crawl import CrawlError
from scrapers.market import jobhive
from scrapers.market.faults import NOT_FOUND
from scrapers.market.serve import simulated
from scrapers.market.wire import Ask, Connection, Prepared, Reply, file_reply, reply
from warehouse.bench.material import Material
from warehouse.bench.measure import (
    Row,
    Timing,
    compare,
    in_fresh_process,
    stopwatch,
    timed_process,
)

ROWS_PER_ADVERT = 15
"""Rows of the larger snapshot for each advert of the suite's size."""
TEXT_CHARS = 1_500
"""About the median of an advert's text."""

_BOARDS = 200


def snapshot(material: Material) -> Iterator[Row]:
    """A crawl of a snapshot, against one a quarter the size, and all at once in memory.

    Args:
        material: How many adverts; its texts are not needed.

    Raises:
        CrawlError: A crawl failed.
    """
    large, small = (material.adverts * ROWS_PER_ADVERT // n for n in (1, material.growth))
    world = simulated(_BOARDS)
    many, few, plain = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        for rows in (large, small):
            made = jobhive.many(world, world.spec.as_of, rows, text_chars=TEXT_CHARS)
            jobhive.write_snapshot(Path(scratch) / str(rows), made, world.spec.as_of)
        for _ in range(material.stage_repeats):
            few.append(_crawl(Path(scratch) / str(small), small))
            plain.append(in_fresh_process(_plain, Path(scratch) / str(large)))
            many.append(_crawl(Path(scratch) / str(large), large))
    yield compare(
        "snapshot",
        f"scrapy crawl jobhive, {large:,} rows",
        "rows/s",
        many,
        {f"1/{material.growth} of the rows": few, "the file at once, as JSON": plain},
    )


def _crawl(folder: Path, rows: int) -> Timing:
    with _serving(folder) as origin, tempfile.TemporaryDirectory() as scratch:
        origins = Path(scratch) / "origins.yaml"
        origins.write_text(f"{jobhive.ORIGIN}: {origin}\n", encoding="utf-8")
        out = Path(scratch) / "out.jsonl"
        command = [sys.executable, "-m", "scrapy", "crawl", "jobhive", "-O", str(out)]
        # Pauses are for the server's sake; this one is ours.
        for setting in ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False"):
            command += ["-s", setting]
        command += ["-s", f"ORIGINS_FILE={origins}", "-s", f"RECORD_DIR={scratch}"]
        timing = timed_process(
            command,
            rows,
            {"SCRAPY_SETTINGS_MODULE": "scrapers.settings"},
            lambda said: CrawlError(f"the crawl failed: {said[-500:]}"),
        )
        with out.open("rb") as file:
            landed = sum(1 for _ in file) - 1  # the last line says what came of it
        if landed != rows:
            raise CrawlError(f"{landed} of {rows} rows landed")
        return timing


def _plain(folder: Path) -> Timing:
    """What one would write in an afternoon."""
    with stopwatch() as watch, tempfile.TemporaryFile("w", encoding="utf-8") as out:
        rows = pq.read_table(folder / jobhive.FOLDER / "all.parquet").to_pylist()
        for row in rows:
            out.write(json.dumps(row, default=str) + "\n")
    return watch.timing(len(rows))


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """Serve the files of a folder from a thread; yields the origin."""
    loop = asyncio.new_event_loop()
    stopped, opened = asyncio.Event(), threading.Event()
    origins: list[str] = []

    def respond(ask: Ask) -> Reply:
        path = folder / urlsplit(ask.target).path.lstrip("/")
        return file_reply(ask, path) if path.is_file() else reply(ask, Prepared(NOT_FOUND))

    async def run() -> None:
        made = partial(Connection, respond, open_ones := set[Connection]())
        server = await loop.create_server(made, "127.0.0.1", 0)
        origins.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        opened.set()
        await stopped.wait()
        server.close()
        for connection in tuple(open_ones):
            connection.close()
        await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    opened.wait()
    try:
        yield origins[0]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()
