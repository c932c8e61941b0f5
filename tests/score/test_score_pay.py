"""Counting right, surplus and missed pay bands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from warehouse.normalise.types import PayBand, Period
from warehouse.score.intervals import Counts
from warehouse.score.pay import score_pay, score_peer_pay


def found(
    low: int | None, high: int | None, currency: str = "USD", period: Period = "YEAR"
) -> PayBand:
    return PayBand(
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        currency,
        period,
        "base",
        zone=None,
        evidence="",
        provenance="parsed",
        is_plausible=True,
    )


def label(low: int | None, high: int | None, **more: Any) -> dict[str, Any]:
    return {"min": low, "max": high, "currency": "USD", "period": "YEAR", **more}


@pytest.mark.parametrize(
    ("bands", "row", "expected"),
    [
        ([found(1, 2)], {"bands": [label(1, 2)]}, (1, 0, 0)),
        ([found(1, 2), found(1, 2)], {"bands": [label(1, 2)]}, (1, 0, 0)),
        ([found(1, 3)], {"bands": [label(1, 2)]}, (0, 1, 1)),
        ([found(1, 2, "EUR")], {"bands": [label(1, 2)]}, (0, 1, 1)),
        ([found(1, 2, "USD", "HOUR")], {"bands": [label(1, 2)]}, (0, 1, 1)),
        ([found(None, 2)], {"bands": [label(None, 2)]}, (1, 0, 0)),
        ([], {"bands": []}, (0, 0, 0)),
        ([found(1, 2)], {"bands": []}, (0, 1, 0)),
        ([found(1, 2)], {"bands": [], "optional": [label(1, 2)]}, (0, 0, 0)),
        ([], {"bands": [], "optional": [label(1, 2)]}, (0, 0, 0)),
        ([found(1, 2)], {"bands": [], "unsure": [label(1, 2)]}, (0, 0, 0)),
        ([found(1, 2, "CAD")], {"bands": [label(1, 2, currency_ambiguous=True)]}, (1, 0, 0)),
        ([found(1, 3)], {"bands": [label(1, 2, disputed=["max"])]}, (1, 0, 0)),
        ([found(1, 2)], {"bands": [label(1, 2), label(3, 4)]}, (1, 0, 1)),
    ],
)
def test_strict_match(
    bands: list[PayBand], row: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    [outcome] = score_pay([{"id": "a", **row}], lambda _: bands)
    assert outcome.counts == Counts(*expected)


@pytest.mark.parametrize(
    ("bands", "checked", "labels", "expected"),
    [
        ([found(1, 2, "EUR")], ["min", "max"], [label(1, 2)], (1, 0, 0)),
        ([found(1, 2, "EUR")], ["currency"], [label(1, 2)], (0, 1, 1)),
        ([found(5, 6)], ["currency", "period"], [label(1, 2)], (1, 0, 0)),
        ([found(1, 2)], [], [], (0, 1, 0)),
        ([], ["min"], [label(1, 2), label(3, 4)], (0, 0, 2)),
    ],
)
def test_only_the_checked_fields_count(
    bands: list[PayBand],
    checked: list[str],
    labels: list[dict[str, Any]],
    expected: tuple[int, int, int],
) -> None:
    row = {"id": "a", "check": checked, "bands": labels}
    [outcome] = score_peer_pay([row], lambda _: bands)
    assert outcome.counts == Counts(*expected)


def test_rows_are_counted_one_by_one() -> None:
    rows = [{"id": "a", "bands": [label(1, 2)]}, {"id": "b", "bands": [label(3, 4)]}]
    outcomes = score_pay(rows, lambda row: [found(1, 2)] if row["id"] == "a" else [])
    assert [outcome.counts for outcome in outcomes] == [Counts(1, 0, 0), Counts(0, 0, 1)]
    assert outcomes[1].missed == ("3 4 USD YEAR",)
