"""The sample market's papers as the archive of Papers with Code holds them.

Belongs here: which papers there are, the frameworks of their repositories, and the Parquet file.
Does not belong here: employers and their adverts.

Shares are planted as counts, not drawn: a year's papers get exactly their share of frameworks.
"""

from __future__ import annotations

import io
from random import Random
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.market.phrases import fill, table
from scrapers.market.world import MarketSpec

URL = (
    "https://huggingface.co/datasets/pwc-archive/links-between-paper-and-code/resolve/main/data/"
    "train-00000-of-00001.parquet"
)
_LAST_MONTH = 7  # of the last year: when the archive froze
_UNDATED_RATE = 0.06
_EXTRA_REPOSITORY_RATE = 0.08
_OFFICIAL_RATE = 0.65

# Year: weight among papers, and the share of papers whose first repository is in each framework.
_YEARS: dict[int, tuple[int, dict[str, float]]] = {
    2016: (80, {"pytorch": 0.01, "tf": 0.30, "torch": 0.08, "caffe2": 0.04, "mxnet": 0.02}),
    2017: (120, {"pytorch": 0.05, "tf": 0.38, "torch": 0.05, "caffe2": 0.03, "mxnet": 0.03}),
    2018: (180, {"pytorch": 0.12, "tf": 0.38, "jax": 0.01, "caffe2": 0.02, "mxnet": 0.03}),
    2019: (230, {"pytorch": 0.17, "tf": 0.36, "jax": 0.02, "mxnet": 0.03, "caffe2": 0.01}),
    2020: (360, {"pytorch": 0.20, "tf": 0.33, "jax": 0.03, "mxnet": 0.02, "paddle": 0.01}),
    2021: (240, {"pytorch": 0.25, "tf": 0.28, "jax": 0.04, "mindspore": 0.02, "paddle": 0.02}),
    2022: (220, {"pytorch": 0.30, "tf": 0.24, "jax": 0.06, "mindspore": 0.02, "paddle": 0.02}),
    2023: (220, {"pytorch": 0.34, "tf": 0.20, "jax": 0.07, "mindspore": 0.02, "paddle": 0.02}),
    2024: (250, {"pytorch": 0.37, "tf": 0.17, "jax": 0.08, "mindspore": 0.02, "paddle": 0.02}),
    2025: (800, {"pytorch": 0.385, "tf": 0.14, "jax": 0.09, "mindspore": 0.02, "paddle": 0.02}),
}


class Link(NamedTuple):
    """A link of a paper to a repository, in the archive's own columns."""

    paper_url: str
    paper_title: str
    paper_arxiv_id: str | None
    paper_url_abs: str | None
    paper_url_pdf: str | None
    repo_url: str
    is_official: bool
    mentioned_in_paper: bool | None
    mentioned_in_github: bool | None
    framework: str


_SCHEMA = pa.schema(
    [
        pa.field(name, pa.bool_() if name.startswith(("is_", "mentioned_")) else pa.large_string())
        for name in Link._fields
    ]
)


def links(spec: MarketSpec) -> list[Link]:
    """All links, in the order of the file.

    Args:
        spec: Its seed and its number of papers count.

    Returns:
        One row per paper and repository; a paper's rows stand apart from each other.
    """
    rng = Random(f"{spec.seed}:papers")
    rows: list[Link] = []
    total = sum(weight for weight, _ in _YEARS.values())
    taken: set[str] = set()
    for year, (weight, shares) in _YEARS.items():
        count = max(1, round(spec.papers * weight / total))
        frameworks = [f for f, share in shares.items() for _ in range(round(share * count))]
        frameworks = (frameworks + ["none"] * count)[:count]
        dated = [n >= round(_UNDATED_RATE * count) for n in range(count)]
        rng.shuffle(frameworks)
        for framework, is_dated in zip(frameworks, dated, strict=True):
            rows += _paper(rng, year, framework, shares, taken, is_dated=is_dated)
    rng.shuffle(rows)
    return rows


def _paper(
    rng: Random,
    year: int,
    framework: str,
    shares: dict[str, float],
    taken: set[str],
    *,
    is_dated: bool,
) -> list[Link]:
    words = table("papers")
    slug = ""
    title = ""
    while not slug or slug in taken:
        pieces = {key: rng.choice(words[key]) for key in ("adjective", "method", "task")}
        title = fill(rng.choice(words["frame"]), pieces, rng)
        if slug:
            title += f" {rng.choice(('II', 'Revisited', 'in the Wild', 'at Scale', 'under Shift'))}"
        slug = title.lower().replace(":", "").replace(" ", "-")
        if slug in taken:
            slug = f"{slug}-{rng.randrange(2, 99)}"
    taken.add(slug)
    month = rng.randrange(1, (_LAST_MONTH if year == max(_YEARS) else 12) + 1)
    arxiv_id = f"{year % 100:02d}{month:02d}.{rng.randrange(1, 19_000):05d}" if is_dated else None
    owner = f"{rng.choice(words['method']).split()[0].lower()}-{rng.getrandbits(20):05x}"
    repository = slug[:24].strip("-")
    found = [(framework, f"https://github.com/{owner}/{repository}", rng.random() < _OFFICIAL_RATE)]
    while rng.random() < _EXTRA_REPOSITORY_RATE:
        other = rng.choices([*shares, "none"], [*shares.values(), 0.4])[0]
        again = f"https://github.com/user{rng.getrandbits(24):06x}/{repository}-{other}"
        found.append((other, again, False))
    return [
        Link(
            paper_url=f"https://paperswithcode.com/paper/{slug}",
            paper_title=title,
            paper_arxiv_id=arxiv_id,
            paper_url_abs=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else None,
            paper_url_pdf=f"https://arxiv.org/pdf/{arxiv_id}.pdf" if arxiv_id else None,
            repo_url=url,
            is_official=is_official,
            mentioned_in_paper=rng.choice((None, is_official)),
            mentioned_in_github=rng.choice((None, True, False)),
            framework=name,
        )
        for name, url, is_official in found
    ]


def parquet(rows: list[Link]) -> bytes:
    """The file's bytes.

    Args:
        rows: Links, at least none.

    Returns:
        One row group, compressed with Snappy.
    """
    columns = dict(zip(Link._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    data = pa.table({n: list(columns.get(n, ())) for n in Link._fields}, schema=_SCHEMA)
    buffer = io.BytesIO()
    pq.write_table(data, buffer)
    return buffer.getvalue()
