"""The many ways in which pay is written, from `pay_forms.tsv`: languages, currencies, encodings.

The cases are made up. They were written before anybody looked at what the parser makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from warehouse.normalise.pay import find_pay, gate, parse_pay_field
from warehouse.normalise.text import to_text
from warehouse.normalise.types import PayBand


class Expected(NamedTuple):
    low: Decimal | None
    high: Decimal | None
    currency: str
    period: str

    def is_met_by(self, band: PayBand) -> bool:
        return (
            (band.pay_min, band.pay_max) == (self.low, self.high)
            and self.currency in {"?", band.currency}
            and self.period in {"?", band.period}
        )


def expected_of(written: str) -> Expected:
    """A band as the table writes it: an open end is a figure left out."""
    amount, currency, period = written.split()
    low, dots, high = amount.partition("..")
    return Expected(
        Decimal(low) if low else None,
        Decimal(high if dots else low) if high or not dots else None,
        currency,
        period,
    )


def cases(kind: str) -> Iterator[tuple[str, str | None, list[Expected]]]:
    """Text, country and bands; a country stands before its currency: "AU:AUD"."""
    table = Path(__file__).with_name("pay_forms.tsv")
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            continue
        of_kind, text, bands = line.split("\t")
        if of_kind == kind:
            country = next((word[:2] for word in bands.split() if word[2:3] == ":"), None)
            bands = bands.replace(f"{country}:", "")
            yield text, country, [expected_of(band) for band in bands.split(";") if band.strip()]


def assert_met(bands: list[PayBand], expected: list[Expected]) -> None:
    assert len(bands) == len(expected), bands
    for wanted in expected:
        assert any(wanted.is_met_by(band) for band in bands), (wanted, bands)


@pytest.mark.parametrize(("text", "country", "expected"), list(cases("prose")))
def test_prose(text: str, country: str | None, expected: list[Expected]) -> None:
    plain = to_text(text)
    bands = find_pay(plain, country=country)
    assert_met(bands, expected)
    for band in bands:
        assert band.start is not None
        assert plain[band.start : band.start + len(band.evidence)] == band.evidence
    assert gate.may_state_pay(plain) or not bands


@pytest.mark.parametrize(("text", "country", "expected"), list(cases("field")))
def test_a_field(text: str, country: str | None, expected: list[Expected]) -> None:
    assert_met(parse_pay_field(text, country=country), expected)


@pytest.mark.xfail(strict=True, reason="small figures without currency and period are too common")
def test_small_figures_behind_a_label() -> None:
    assert find_pay("Hourly pay rate: 20 to 25")
