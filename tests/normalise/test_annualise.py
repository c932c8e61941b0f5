"""Yearly pay and pay in dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.annualise import (
    PERIODS_A_YEAR,
    annualise,
    exchange_rates,
    to_usd_year,
    units_per_usd,
)
from warehouse.normalise.types import PayBand, Period


def band(low: str | None, high: str | None, currency: str, period: Period) -> PayBand:
    return PayBand(
        *(None if low is None else Decimal(low), None if high is None else Decimal(high)),
        currency,
        period,
        "base",
        zone=None,
        evidence="",
        provenance="parsed",
        is_plausible=True,
    )


@pytest.mark.parametrize(
    ("period", "expected"),
    [("YEAR", 100), ("MONTH", 1200), ("WEEK", 5200), ("DAY", 26000), ("HOUR", 208000)],
)
def test_a_full_time_year(period: Period, expected: int) -> None:
    assert annualise(band("100", "100", "USD", period)) == (Decimal(expected), Decimal(expected))


def test_an_open_end_stays_open() -> None:
    assert annualise(band(None, "50", "USD", "HOUR")) == (None, Decimal(104000))
    assert to_usd_year(band("50", None, "USD", "HOUR"), date(2024, 1, 1)) == (
        Decimal("104000.00"),
        None,
    )


@pytest.mark.parametrize(
    ("currency", "year", "low", "high"),
    [
        # loose bounds from common knowledge, against a column or a year mixed up
        ("EUR", 2015, "1.05", "1.17"),
        ("EUR", 2022, "1.00", "1.10"),
        ("GBP", 2015, "1.48", "1.58"),
        ("CAD", 2020, "0.70", "0.78"),
        ("JPY", 2012, "0.012", "0.013"),
        ("INR", 2023, "0.0115", "0.0125"),
        ("AED", 2012, "0.272", "0.273"),
    ],
)
def test_dollars_by_the_year_of_posting(currency: str, year: int, low: str, high: str) -> None:
    one_million = band("1000000", None, currency, "YEAR")
    dollars, _ = to_usd_year(one_million, date(year, 6, 1))
    assert dollars is not None
    assert Decimal(low) <= dollars / 1_000_000 <= Decimal(high)


def test_an_unknown_currency_or_an_early_year_has_no_dollars() -> None:
    assert to_usd_year(band("1", "2", "XAU", "YEAR"), date(2020, 1, 1)) == (None, None)
    assert to_usd_year(band("1", "2", "EUR", "YEAR"), date(1999, 1, 1)) == (None, None)


def test_after_the_last_year_the_last_year_counts() -> None:
    last = max(exchange_rates()["EUR"])
    assert units_per_usd("EUR", date(last + 5, 1, 1)) == exchange_rates()["EUR"][last]
    assert last >= 2026


NOT_IN_THE_TABLE = {
    "BYN": range(2011, 2016),  # redenominated in 2016
    "GEL": range(2011, 2014),  # the source begins in 2014
    "HRK": range(2023, 2027),  # became the euro
    "BGN": range(2026, 2027),  # became the euro
}


def test_each_currency_has_every_year_of_the_adverts() -> None:
    for currency, by_year in exchange_rates().items():
        missing = set(range(2011, 2027)) - set(by_year)
        assert missing == set(NOT_IN_THE_TABLE.get(currency, ())), currency


def test_a_rate_fixed_to_the_euro_moves_with_it() -> None:
    rates = exchange_rates()
    for year, rate in rates["XOF"].items():
        assert abs(rate / rates["EUR"][year] - Decimal("655.957")) < Decimal("0.001")


def test_rates_are_positive_and_move_by_less_than_fourfold_a_year() -> None:
    for currency, by_year in exchange_rates().items():
        for year, rate in by_year.items():
            assert rate > 0
            before = by_year.get(year - 1)
            if before is not None:
                assert Decimal("0.25") < rate / before < 4, (currency, year)


@given(
    st.decimals("0.01", "10000000", places=2),
    st.sampled_from(sorted(PERIODS_A_YEAR)),
    st.sampled_from(sorted(exchange_rates())),
    st.integers(2016, 2030),
)
def test_money_stays_exact_decimal(
    amount: Decimal, period: Period, currency: str, year: int
) -> None:
    one = PayBand(amount, amount, currency, period, "base", None, "", "parsed", is_plausible=True)
    low, high = annualise(one)
    assert low == high == amount * PERIODS_A_YEAR[period]
    dollars, _ = to_usd_year(one, date(year, 1, 1))
    assert dollars is not None
    rate = units_per_usd(currency, date(year, 1, 1))
    assert rate is not None
    assert low is not None
    assert abs(dollars - low / rate) <= Decimal("0.005")
