"""Papers of the market that are newer than the frozen archive, and their repositories.

Belongs here: which papers come out on which day, and what their repositories depend on. Does not
belong here: how a source shows them (one module each).

Each day is made by itself, so that a list is the same whichever other days are asked for. Days go
on for a year after the market's last one: a served market is asked on the day of the reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from scrapers.market.phrases import fill, table
from scrapers.market.world import World

DAYS_BEFORE, DAYS_AFTER = 60, 365
"""Days beside the one that is served of which there are papers."""
FRAMEWORK_WEIGHTS = {"pytorch": 62, "tf": 4, "jax": 11, "paddle": 2, "none": 21}
_WITH_CODE = 0.55
_READABLE = 0.85
_PACKAGES = {
    "pytorch": "torch>=2.3",
    "tf": "tensorflow==2.16.1",
    "jax": "jax[cuda12]>=0.4.30",
    "paddle": "paddlepaddle-gpu==2.6.1",
}
_OTHERS = ("numpy", "pandas>=2", "tqdm", "matplotlib", "einops", "hydra-core", "scikit-learn")


class Preprint(NamedTuple):
    """A paper, and its repository where it has one."""

    arxiv_id: str
    title: str
    task: str
    published_on: date
    repository: str | None
    """owner/name on GitHub."""
    framework: str | None
    """What the repository is written in; None without a repository."""


@cache
def of_day(seed: int, on: date) -> tuple[Preprint, ...]:
    """The papers that come out on a day; none at weekends.

    Args:
        seed: The market's.
        on: The day.
    """
    rng = Random(f"{seed}:preprints:{on.isoformat()}")
    words = table("papers")
    found = []
    for number in range(0 if on.weekday() > 4 else rng.randrange(3, 8)):
        pieces = {key: rng.choice(words[key]) for key in ("adjective", "method", "task")}
        title = fill(rng.choice(words["frame"]), pieces, rng)
        has_code = rng.random() < _WITH_CODE
        framework = rng.choices([*FRAMEWORK_WEIGHTS], [*FRAMEWORK_WEIGHTS.values()])[0]
        owner = f"{pieces['method'].split()[0].lower()}-{rng.getrandbits(20):05x}"
        found.append(
            Preprint(
                f"{on:%y%m}.{on.day:02}{number:03}",
                title,
                pieces["task"],
                on,
                f"{owner}/{pieces['task'].lower().replace(' ', '-')}" if has_code else None,
                framework if has_code else None,
            )
        )
    return tuple(found)


def days(day: date) -> Iterator[date]:
    """The days around the one that is served."""
    for offset in range(-DAYS_BEFORE, DAYS_AFTER + 1):
        yield day + timedelta(days=offset)


def until(world: World, day: date) -> list[Preprint]:
    """The papers of the last days, newest first.

    Args:
        world: The market.
        day: The day that is served.
    """
    recent = (day - timedelta(days=back) for back in range(DAYS_BEFORE + 1))
    return [paper for on in recent for paper in reversed(of_day(world.spec.seed, on))]


def files(seed: int, paper: Preprint) -> dict[str, bytes]:
    """The dependency files of a paper's repository by name; some have none.

    Args:
        seed: The market's.
        paper: The paper.
    """
    if paper.framework is None:
        return {}
    rng = Random(f"{seed}:files:{paper.arxiv_id}")
    if rng.random() > _READABLE:
        return {}
    needs = rng.sample(_OTHERS, 3)
    if paper.framework in _PACKAGES:
        needs.insert(1, _PACKAGES[paper.framework])
    lines = "".join(f"{need}\n" for need in needs)
    quoted = ", ".join(f'"{need}"' for need in needs)
    conda = "".join(f"    - {need}\n" for need in needs)
    shapes = {
        "requirements.txt": lines,
        "pyproject.toml": f'[project]\nname = "code"\nversion = "0"\ndependencies = [{quoted}]\n',
        "environment.yml": f"name: code\ndependencies:\n  - python=3.11\n  - pip:\n{conda}",
        "setup.py": (
            "from setuptools import setup\n\n"
            f'setup(name="code", version="0", install_requires=[{quoted}])\n'
        ),
    }
    name = rng.choice([*shapes, "requirements.txt", "requirements.txt"])
    return {name: shapes[name].encode()}
