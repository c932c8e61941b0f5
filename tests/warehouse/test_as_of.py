"""A past day: the macros of a later warehouse say what a run as of that day says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.building import make
from warehouse import models
from warehouse.facts import normalise_pending
from warehouse.load import load_file

FIRST = date(2026, 3, 1)
DAYS = 24
COLUMNS = (
    "posting_id, company, title, family, level, is_ml_role, country, is_us, workplace, posted_on, "
    "first_seen_on, last_seen_on, closed_on, is_open, is_excerpt, content_hash"
)


def lines_of(day: date, board: str, shown: dict[int, int], state: str) -> Iterator[dict[str, Any]]:
    envelope = {"source": "lever", "board": board, "observed_at": f"{day}T06:00:00Z"}
    for number, version in shown.items() if state in ("ok", "truncated") else ():
        tool = "PyTorch" if version % 2 else "TensorFlow"
        yield envelope | {
            "kind": "posting",
            "source_id": f"{board}{number}",
            "company": board,
            "title": f"Machine Learning Engineer {number}",
            "body": f"You build models with {tool}. " + f"Subject {number} is yours. " * 30,
            "posted_on": str(FIRST - timedelta(days=number)),
        }
    yield envelope | {"kind": "board", "state": state, "url": "https://api.example/"}


def market(seed: int) -> Iterator[tuple[date, list[dict[str, Any]]]]:
    """Days of two boards: adverts come, change, go and come back, and answers fail or halve."""
    draw = random.Random(seed)
    open_: dict[str, dict[int, int]] = {
        board: dict.fromkeys(range(6), 1) for board in ("one", "two")
    }
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        lines: list[dict[str, Any]] = []
        for board, shown in open_.items():
            for advert in range(10):
                if draw.random() < 0.08:
                    shown.pop(advert, None)
                elif draw.random() < 0.06:
                    shown[advert] = shown.get(advert, 0) + 1
            state = draw.choices(("ok", "failed", "truncated"), (8, 1, 1))[0]
            seen = dict(sorted(shown.items()))
            if draw.random() < 0.12:
                seen = dict(list(seen.items())[: len(seen) // 3])  # suspect, or a layoff
            lines += lines_of(day, board, seen, state)
        yield day, lines


def build(con: duckdb.DuckDBPyConnection, day: date) -> None:
    make(con, "core.roles", day)
    make(con, "core.postings", day)
    make(con, "out.posting_versions", day)
    make(con, "out.posting_spells", day)
    make(con, "out.board_health", day)


@pytest.mark.parametrize("seed", [1, 2])
def test_macros_say_what_a_run_as_of_the_day_says(seed: int, tmp_path: Path) -> None:
    with duckdb.connect() as con:
        models.create_schemas(con)
        said: dict[date, list[tuple[Any, ...]]] = {}
        for day, lines in market(seed):
            path = tmp_path / f"{day}.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            load_file(con, path, f"lever/{path.name}")
            if day > FIRST + timedelta(days=3):
                normalise_pending(con, workers=1)
                build(con, day)
                said[day] = con.execute(
                    f"SELECT {COLUMNS} FROM core.postings ORDER BY ALL"
                ).fetchall()
        models.create_macros(con)
        for day, rows in said.items():
            found = con.execute(
                f"SELECT {COLUMNS} FROM out.postings_as_of($1) ORDER BY ALL", [day]
            ).fetchall()
            assert found == rows, day
        # There was something to get wrong.
        [(closed, reopened, changed)] = con.execute(
            "SELECT (SELECT count(closed_on) FROM core.spells), "
            "(SELECT count(*) FROM core.spells WHERE spell_no > 1), "
            "(SELECT count(*) FROM out.posting_versions WHERE version_no > 1)"
        ).fetchall()
        assert min(closed, reopened, changed) > 0


def test_counts_as_of_a_day_are_those_of_its_roles(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        models.create_schemas(con)
        for day, lines in market(3):
            path = tmp_path / f"{day}.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            load_file(con, path, f"lever/{path.name}")
        normalise_pending(con, workers=1)
        build(con, FIRST + timedelta(days=DAYS - 1))
        models.create_macros(con)
        counted = con.execute(
            'SELECT sum(pytorch_only), sum(tensorflow_only), sum("both"), sum(neither) '
            "FROM out.framework_counts_as_of($1) WHERE population = 'all'",
            [FIRST + timedelta(days=DAYS - 1)],
        ).fetchall()
        assert (
            counted
            == con.execute(
                "SELECT count(*) FILTER (has_pytorch AND NOT has_tensorflow), "
                "count(*) FILTER (has_tensorflow AND NOT has_pytorch), "
                "count(*) FILTER (has_pytorch AND has_tensorflow), "
                "count(*) FILTER (NOT has_pytorch AND NOT has_tensorflow) FROM core.roles"
            ).fetchall()
        )
