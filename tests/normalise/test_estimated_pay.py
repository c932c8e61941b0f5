"""Pay that somebody guessed stays apart from what employers state, down to the warehouse."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import facts, models
from warehouse.load import load_file
from warehouse.normalise.posting import Advert, read_facts

QUIET = "We look after measuring instruments."
STATED = {"min": "90000", "max": "110000", "currency": "USD", "interval": "year"}
GUESSED = {"min": "70000", "max": "130000", "currency": "USD", "interval": "year"}


def bands(**advert: Any) -> list[tuple[str, int | None, int | None, str]]:
    found = read_facts(Advert(**{"body": QUIET, "title": "Instrument Maker", **advert})).pay_bands
    return [
        (
            band.provenance,
            None if band.pay_min is None else int(band.pay_min),
            None if band.pay_max is None else int(band.pay_max),
            band.period,
        )
        for band in found
    ]


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ({}, []),
        (
            {"estimated_pay_text": "$70K - $130K"},
            [("estimated", 70_000, 130_000, "YEAR")],
        ),
        (
            {"estimated_pay_text": "$31-$44 Per Hour"},
            [("estimated", 31, 44, "HOUR")],
        ),
        (
            {"pay_components": [GUESSED | {"is_estimated": True}]},
            [("estimated", 70_000, 130_000, "YEAR")],
        ),
        (
            {"pay_components": [GUESSED | {"is_estimated": False}]},
            [("structured", 70_000, 130_000, "YEAR")],
        ),
        (
            {"pay_components": [STATED, GUESSED | {"is_estimated": True}]},
            [("structured", 90_000, 110_000, "YEAR"), ("estimated", 70_000, 130_000, "YEAR")],
        ),
        # A guess does not silence the employer's own words, nor the other way round.
        (
            {
                "pay_text": "$90,000 - $110,000 a year",
                "pay_components": [GUESSED | {"is_estimated": True}],
            },
            [("structured", 90_000, 110_000, "YEAR"), ("estimated", 70_000, 130_000, "YEAR")],
        ),
        (
            {"pay_components": [STATED], "estimated_pay_text": "$70K - $130K"},
            [("structured", 90_000, 110_000, "YEAR"), ("estimated", 70_000, 130_000, "YEAR")],
        ),
        # Of the same guess in figures and in words, the figures.
        (
            {
                "pay_components": [GUESSED | {"is_estimated": True}],
                "estimated_pay_text": "$70K - $130K",
            },
            [("estimated", 70_000, 130_000, "YEAR")],
        ),
        (
            {
                "body": f"{QUIET} The salary is $95,000 - $105,000 per year.",
                "estimated_pay_text": "$95,000 - $105,000",
            },
            [("parsed", 95_000, 105_000, "YEAR"), ("estimated", 95_000, 105_000, "YEAR")],
        ),
    ],
)
def test_guesses_have_a_provenance_of_their_own(
    advert: dict[str, Any], expected: list[tuple[str, int, int, str]]
) -> None:
    assert bands(**advert) == expected


PAY_FIELD = st.sampled_from(["", "$90K - $110K", "€50,000 a year", "£400 a day", "Equity", "n/a"])


@given(PAY_FIELD, PAY_FIELD, st.booleans(), st.booleans())
def test_a_guess_changes_nothing_that_is_stated(
    stated: str, guess: str, has_stated: bool, has_guess: bool
) -> None:
    components = [STATED] * has_stated
    without = bands(pay_text=stated, pay_components=components)
    guessed = [GUESSED | {"is_estimated": True}] * has_guess
    found = bands(pay_text=stated, pay_components=components + guessed, estimated_pay_text=guess)
    assert [band for band in found if band[0] != "estimated"] == without
    assert not any(band[0] == "estimated" for band in without)


def test_guesses_come_through_the_warehouse_apart(tmp_path: Path) -> None:
    envelope = {"source": "trove", "board": "a", "observed_at": "2024-05-20T00:00:00Z"}
    advert = {"kind": "posting", "title": "Instrument Maker", "body": QUIET} | envelope
    adverts = [
        {"source_id": "1", "estimated_pay_text": "$70K - $130K"},
        {"source_id": "2", "pay_components": [GUESSED | {"is_estimated": True}]},
        {"source_id": "3", "pay_text": "$70K - $130K"},
        {"source_id": "4", "pay_components": [GUESSED]},
    ]
    seen = {"kind": "board", "state": "ok", "url": "file:a.csv"} | envelope
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps(row) + "\n" for row in [*(advert | a for a in adverts), seen])
    )
    with duckdb.connect() as con:
        models.create_schemas(con)
        load_file(con, path, "trove/a.jsonl")
        assert facts.normalise_pending(con, workers=1).read == 4
        found = con.execute(
            "SELECT source_id, provenance, pay_min, pay_max_usd_year "
            "FROM core.fact_pay_bands JOIN raw.observations USING (content_hash) ORDER BY source_id"
        ).fetchall()
    assert found == [
        ("1", "estimated", Decimal(70_000), 130_000.0),
        ("2", "estimated", Decimal(70_000), 130_000.0),
        ("3", "structured", Decimal(70_000), 130_000.0),
        ("4", "structured", Decimal(70_000), 130_000.0),
    ]
