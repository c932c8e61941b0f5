"""The normalisers over the warehouse: what is pending, and what they can't read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import facts, models
from warehouse.load import load_file

AT = "2026-10-01T06:00:00Z"
ASKED = {"kind": "board", "source": "lever", "board": "acme", "observed_at": AT, "state": "ok",
         "url": "https://api.example/acme"}  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def land(
    con: duckdb.DuckDBPyConnection, folder: Path, *adverts: dict[str, Any], board: str = "acme"
) -> None:
    envelope = {"kind": "posting", "source": "lever", "board": board, "observed_at": AT}
    rows = [envelope | {"source_id": str(i), "title": "ML Engineer"} | advert
            for i, advert in enumerate(adverts)]  # fmt: skip
    path = folder / f"{board}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, ASKED | {"board": board}]))
    load_file(con, path, f"lever/{board}.jsonl")


def test_facts_are_read_once_and_again_when_the_method_changes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(con, tmp_path, {"body": "PyTorch, $150-180k"}, {"body": "Not TensorFlow"})
    assert facts.normalise_pending(con, workers=1).read == 2
    assert facts.normalise_pending(con, workers=1).read == 0
    assert con.execute(
        "SELECT pay_min::INT, pay_max_usd_year FROM core.fact_pay_bands"
    ).fetchall() == [(150000, 180000.0)]
    monkeypatch.setattr(facts, "method_version", lambda: "next")
    assert facts.normalise_pending(con, workers=1).read == 2
    assert con.execute("SELECT DISTINCT method_version FROM core.facts").fetchall() == [("next",)]
    assert con.execute("SELECT count(*) FROM core.fact_pay_bands").fetchall() == [(1,)]


def test_what_an_older_method_read_stands_until_it_is_read_anew_and_what_is_on_show_comes_first(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(con, tmp_path, *({"body": f"PyTorch and thing {number}"} for number in range(5)))
    facts.normalise_pending(con, workers=1)
    con.execute("UPDATE raw.sightings SET until_on = DATE '2026-10-02' WHERE source_id <> '3'")
    monkeypatch.setattr(facts, "method_version", lambda: "next")
    monkeypatch.setattr(facts, "BATCH_ROWS", 2)
    land(con, tmp_path, {"body": "A new one"}, board="other")
    by_version = "SELECT count(*) FILTER (method_version = 'next'), count(*) FROM core.facts"
    # The new one at once; of the others a batch in each run, whatever the time is up.
    done = facts.normalise_pending(con, workers=1, renew_seconds=0)
    assert done == facts.Progress(read=3, renewed=2, waiting=3)
    assert con.execute(by_version).fetchall() == [(3, 6)]
    assert con.execute(
        "SELECT method_version FROM core.facts JOIN raw.bodies USING (content_hash) "
        "WHERE source_id = '3' AND board = 'acme'"
    ).fetchall() == [("next",)]
    assert con.execute("SELECT count(*) FROM core.fact_mentions").fetchall() == [(5,)]
    assert facts.normalise_pending(con, workers=1, renew_seconds=0).waiting == 1
    assert facts.normalise_pending(con, workers=1, renew_seconds=0).waiting == 0
    assert facts.normalise_pending(con, workers=1) == facts.Progress(0, 0, 0)
    assert con.execute(by_version).fetchall() == [(6, 6)]


@pytest.mark.parametrize(
    "advert",
    [
        {"body": "Salary $" + "9" * 40 + " per year"},
        {"body": "Salary $" + "9" * 11 + "b per year"},
        {"body": "x", "pay_components": [{"type": "Salary", "min": 10**30, "currency": "USD"}]},
        {"body": "x", "pay_components": [{"type": "Salary", "min": "1e400", "currency": "USD"}]},
        {"body": "x", "pay_components": [{"type": "Salary", "min": "NaN", "currency": "USD"}]},
    ],
)
def test_absurd_figures_stop_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, advert: dict[str, Any]
) -> None:
    land(con, tmp_path, advert, {"body": "PyTorch"})
    assert facts.normalise_pending(con, workers=1).read == 2
    assert con.execute("SELECT count(*) FROM core.facts").fetchall() == [(2,)]


def test_an_advert_that_can_not_be_read_is_refused_and_the_rest_goes_on(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = facts.read_batch

    def fails_on_boom(adverts: list[Any]) -> Any:
        if any(advert.body == "boom" for advert in adverts):
            raise IndexError("out of range")
        return read(adverts)

    monkeypatch.setattr(facts, "read_batch", fails_on_boom)
    land(con, tmp_path, {"body": "boom"}, {"body": "PyTorch"})
    for _ in range(2):
        facts.normalise_pending(con, workers=1)
        models.build(con, "out.refused_rows", as_of=date(2026, 10, 31))
        assert con.execute("SELECT source_id, stage, reason FROM out.refused_rows").fetchall() == [
            ("0", "normalise", "the normalisers failed: IndexError: out of range")
        ]
    assert con.execute("SELECT count(*) FROM core.facts").fetchall() == [(1,)]
