"""How fast a crawl is where nothing holds it back, against one that only downloads.

Belongs here: crawling the simulated market, served on this machine. Does not belong here: reading
and loading what was crawled (`warehouse.bench`), or how figures are compared
(`warehouse.bench.measure`).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep

from scrapers.spiders.ashby import AshbySpider
from warehouse.bench.material import Material
from warehouse.bench.measure import Row, Timing, compare

CRAWL = "crawl"
ROUNDS = 20
"""How often each board is asked: a crawl of two seconds and more, starting it left aside."""
REPEATS = 3
READY_SECONDS = 120
BARE = Path(__file__).with_name("bench_bare.py")
# Both crawls obey robots.txt and ask one host one request at a time; only the delays are off.
_QUICK = {"DOWNLOAD_DELAY": "0", "AUTOTHROTTLE_ENABLED": "False", "REQUEST_BUDGET": "1000000"}


class CrawlError(RuntimeError):
    """A crawl that was to be timed failed."""


def crawl(material: Material) -> Iterator[Row]:  # noqa: ARG001
    """All boards of one platform, many times over.

    Each is timed on all pages and on one; what is compared is the difference, without starting.

    Args:
        material: Not needed; each part is given it.

    Raises:
        CrawlError: The market could not be served, or a crawl failed.
    """
    with tempfile.TemporaryDirectory() as name, _served(Path(name)) as origins:
        folder = Path(name)
        with (folder / "boards" / "ashby.csv").open(encoding="utf-8") as file:
            boards = [row["board"] for row in csv.DictReader(file)]
        # The market makes a page when it is first asked for.
        _time(_bare(folder, boards), origins, folder)
        ours: list[Timing] = []
        bare: list[Timing] = []
        for _ in range(REPEATS):
            for timings, command in ((ours, _ours), (bare, _bare)):
                whole = _time(command(folder, boards * ROUNDS), origins, folder)
                start = _time(command(folder, boards[:1]), origins, folder)
                timings.append(Timing(len(boards) * ROUNDS - 1, max(whole - start, 1e-9), None))
        yield compare(
            CRAWL, "read, redact, record and land", "pages/s", ours, {"download only": bare}
        )


def _ours(folder: Path, boards: Sequence[str]) -> list[str]:
    command = ["crawl", AshbySpider.name, "-a", f"boards={','.join(boards)}"]
    command += ["-s", f"RECORD_DIR={folder / 'captures'}", "-s", "READERS=1"]
    return [*command, "-O", str(folder / "out.jsonl")]


def _bare(folder: Path, boards: Sequence[str]) -> list[str]:
    addresses = folder / "addresses.txt"
    addresses.write_text("\n".join(map(AshbySpider.address, boards)), encoding="utf-8")
    return ["runspider", str(BARE), "-a", f"addresses={addresses}"]


def _time(command: list[str], origins: Path, folder: Path) -> float:
    settings = [f"ORIGINS_FILE={origins}", *(f"{key}={value}" for key, value in _QUICK.items())]
    words = [sys.executable, "-m", "scrapy", *command]
    for setting in settings:
        words += ["-s", setting]
    start = perf_counter()
    done = subprocess.run(
        words,
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "SCRAPY_SETTINGS_MODULE": "scrapers.settings"},
    )
    if done.returncode:
        raise CrawlError(f"a crawl failed: {done.stderr.strip()[-500:]}")
    return perf_counter() - start


@contextmanager
def _served(folder: Path) -> Iterator[Path]:
    """The simulated market in a process of its own; gives the file of its origins."""
    origins = folder / "origins.yaml"
    words = [sys.executable, "-c", "from pipelines.cli import main; main()", "market", "serve"]
    words += ["--port", "0", "--origins", str(origins), "--write-boards", str(folder / "boards")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = monotonic() + READY_SECONDS
            while not origins.exists():
                if server.poll() is not None or monotonic() > until:
                    raise CrawlError("the market could not be served")
                sleep(0.1)
            yield origins
        finally:
            server.terminate()
