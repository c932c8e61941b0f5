"""Figures of claims in the words of findings."""

from __future__ import annotations

import pytest

from warehouse.claims.rules import Part, Unit
from warehouse.claims.words import say


@pytest.mark.parametrize(
    ("unit", "estimate", "interval", "said"),
    [
        ("share of variance", -0.0004, (-0.0071, 0.008), "0.0 % (95 % interval −0.7 % to 0.8 %)"),
        (
            "share per year",
            -0.0038,
            (-0.0223, 0.0154),
            "−0.38 points a year (95 % interval −2.23 to +1.54 points a year)",
        ),
        (
            "difference of shares",
            0.0002,
            (-0.045, 0.073),
            "0.0 points (95 % interval −4.5 to +7.3 points)",
        ),
        ("ratio", 1.2, (1.0, float("inf")), "1.20 (95 % interval 1.00 or more)"),
        (
            "year",
            2021.08363,
            (float("-inf"), 2021.75),
            "January 2021 (95 % interval October 2021 or",
        ),
    ],
)
def test_signs_and_units(
    unit: Unit, estimate: float, interval: tuple[float, float], said: str
) -> None:
    assert say(Part("part", "label", unit, estimate, interval, ())).startswith(f"label: {said}")
