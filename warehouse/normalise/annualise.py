"""Pay per year and in US dollars: the constants, the dated exchange rates, the arithmetic.

Belongs here: how a stated rate of pay becomes a yearly one and one in dollars, for comparison only.
Does not belong here: what an advert states (`warehouse.normalise.pay`), which is kept as written.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from warehouse.normalise.types import PayBand, Period

# A full-time year: 40 hours and 5 days in each of 52 weeks (5 U.S.C. 5504 uses 2,087 hours for
# federal staff; 2,080 is the Bureau of Labor Statistics' full-time year in its wage estimates).
HOURS_A_YEAR = 2080
DAYS_A_YEAR = 260
WEEKS_A_YEAR = 52
MONTHS_A_YEAR = 12

PERIODS_A_YEAR: dict[Period, int] = {
    "YEAR": 1,
    "MONTH": MONTHS_A_YEAR,
    "WEEK": WEEKS_A_YEAR,
    "DAY": DAYS_A_YEAR,
    "HOUR": HOURS_A_YEAR,
}
_TOO_LARGE = Decimal(10) ** 15


@cache
def exchange_rates() -> dict[str, dict[int, Decimal]]:
    """Yearly average exchange rates, from `vocabulary/exchange_rates.csv`.

    The column `source` there says whose they are: ECB, the mean of the European Central Bank's
    daily euro reference rates crossed with the dollar; HMRC, the yearly averages that HM Revenue &
    Customs publishes (years to 31 December), crossed likewise; PEG, an official fixed rate to the
    dollar, or to the euro, crossed with its rate (XOF). The last year is the mean of the part of it
    that had been published.

    To add a year, add its rows: for ECB divide the yearly mean of the series
    `EXR/A.<currency>.EUR.SP00.A` by that of the dollar, for HMRC the "average for the year to 31
    December" by that of the dollar, and repeat PEG rows. Until then the last year counts. Not
    there are: BYN before its redenomination of 2016, GEL before 2014 (HMRC begins then), and HRK
    and BGN since they became the euro.

    Returns:
        Units of a currency (ISO 4217) that one US dollar bought, by currency and year.
    """
    rates: dict[str, dict[int, Decimal]] = {}
    table = files("warehouse.normalise") / "vocabulary" / "exchange_rates.csv"
    with table.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            by_year = rates.setdefault(row["currency"], {})
            by_year[int(row["year"])] = Decimal(row["units_per_usd"])
    return rates


def units_per_usd(currency: str, on: date) -> Decimal | None:
    """The exchange rate of the year that a date lies in.

    Args:
        currency: ISO 4217 code.
        on: A date; after the table's last year for a currency, that last year counts.

    Returns:
        Units of the currency for one US dollar, or None where the table has no such year.
    """
    if currency == "USD":
        return Decimal(1)
    by_year = exchange_rates().get(currency)
    if by_year is None:
        return None
    return by_year.get(min(on.year, max(by_year)))


def annualise(band: PayBand) -> tuple[Decimal | None, Decimal | None]:
    """The ends of a band per year of full-time work, in the band's own currency.

    Args:
        band: A pay band; an open end stays open.

    Returns:
        Lower and upper end.
    """
    times = PERIODS_A_YEAR[band.period]
    return (
        None if band.pay_min is None else band.pay_min * times,
        None if band.pay_max is None else band.pay_max * times,
    )


def to_usd_year(band: PayBand, on: date) -> tuple[Decimal | None, Decimal | None]:
    """The ends of a band in US dollars per year of full-time work.

    Args:
        band: A pay band; an open end stays open.
        on: The day that the advert was posted, which chooses the exchange rate.

    Returns:
        Lower and upper end, rounded to cents; both None where the exchange rate is not known.
    """
    rate = units_per_usd(band.currency, on)
    if rate is None:
        return None, None
    low, high = annualise(band)
    return _cents(low, rate), _cents(high, rate)


def _cents(value: Decimal | None, rate: Decimal) -> Decimal | None:
    """An end of a band in dollars; one that no column of money can hold is left out."""
    if value is None or abs(value / rate) >= _TOO_LARGE:
        return None
    return (value / rate).quantize(Decimal("0.01"))
