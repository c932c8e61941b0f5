"""The stages of a run over a warehouse: each in a fresh process, at two sizes.

Belongs here: loading, normalising, series and claims, with their peak memory. Does not belong here:
a whole run with its crawls (`pipelines.bench`), or single normalisers (`normalisers`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warehouse.bench.market import AS_OF, make_market
from warehouse.bench.material import Material, write_landing
from warehouse.bench.measure import Row, Timing, compare, in_fresh_process, stopwatch
from warehouse.claims.judge import judge
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.normalise.posting import method_version
from warehouse.statistics.series import framework_ratio, framework_share_by_month, paper_share


def load(material: Material) -> Iterator[Row]:
    """Landing lines into schema raw, against reading the same lines as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = _landings(material, Path(folder))
        subject, plain, quarter = [], [], []
        for _ in range(material.stage_repeats):
            quarter.append(in_fresh_process(_load, small))
            subject.append(in_fresh_process(_load, large))
            plain.append(in_fresh_process(_read_json, large))
    yield compare(
        "load",
        "load_file",
        "lines/s",
        subject,
        {"json.loads alone": plain, f"1/{material.growth} of the lines": quarter},
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


def claims(material: Material) -> Iterator[Row]:
    """Series and claims on a made-up market, against the same market a quarter the size."""
    roles, companies, growth = material.roles, material.companies, material.growth
    small, large = [], []
    for _ in range(material.stage_repeats):
        small.append(in_fresh_process(_judge, roles // growth, companies // growth))
        large.append(in_fresh_process(_judge, roles, companies))
    for number, what in enumerate(("series", "claims")):
        yield compare(
            "claims",
            f"{what}, {large[0][number].items:,} roles",
            "roles/s",
            [timings[number] for timings in large],
            {f"1/{material.growth} of the roles": [timings[number] for timings in small]},
        )


def _landings(material: Material, folder: Path) -> tuple[Path, Path]:
    adverts = len(material.postings)
    sizes = {folder / "small.jsonl": adverts, folder / "large.jsonl": adverts * material.growth}
    for path, size in sizes.items():
        write_landing(material.postings, size, path)
    small, large = sizes
    return small, large


def _load(landing: Path) -> Timing:
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        with stopwatch() as watch:
            lines = load_file(con, landing, landing.name).lines
        return watch.timing(lines)


def _read_json(landing: Path) -> Timing:
    with stopwatch() as watch, landing.open("rb") as file:
        lines = sum(1 for _ in map(json.loads, file))
    return watch.timing(lines)


def _normalise(landing: Path, workers: int | None) -> Timing:
    with tempfile.TemporaryDirectory() as folder, open_working(Path(folder)) as con:
        load_file(con, landing, landing.name)
        with stopwatch() as watch:
            adverts = normalise_pending(
                con, workers=workers, progress=lambda _done, _total: watch.look_at_workers()
            )
        return watch.timing(adverts)


def _judge(roles: int, companies: int) -> tuple[Timing, Timing]:
    with make_market(roles, companies) as con:
        with stopwatch() as series:
            framework_ratio(con, "month", AS_OF)
            framework_ratio(con, "quarter", AS_OF)
            framework_ratio(con, "year", AS_OF)
            framework_share_by_month(con, AS_OF)
            paper_share(con, "quarter", AS_OF)
            paper_share(con, "year", AS_OF)
        with stopwatch() as verdicts:
            judge(con, as_of=AS_OF, method_version=method_version(), is_sample=True)
    return series.timing(roles), verdicts.timing(roles)
