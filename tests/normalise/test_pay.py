"""Pay bands from texts, salary fields and structured figures.

The sentences are made up in the shape of real adverts; the labelled ones lie outside the project.
"""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.normalise.annualise import exchange_rates
from warehouse.normalise.pay import (
    currency,
    find_pay,
    gate,
    grammar,
    parse_pay_field,
    pay_from_components,
    words,
)
from warehouse.normalise.text import to_text
from warehouse.normalise.types import PayBand
from warehouse.score.intervals import total
from warehouse.score.pay import score_pay, score_peer_pay

Band = tuple[float | None, float | None, str, str]


def figures(bands: list[PayBand]) -> list[Band]:
    return [
        (
            None if b.pay_min is None else float(b.pay_min),
            None if b.pay_max is None else float(b.pay_max),
            b.currency,
            b.period,
        )
        for b in bands
    ]


RANGES = [
    ("Salary: $120-150k plus equity", [(120000, 150000, "USD", "YEAR")]),
    ("Acme | Backend | London | £65 - 80k + options", [(65000, 80000, "GBP", "YEAR")]),
    ("€ 45-60K | Berlin | full time", [(45000, 60000, "EUR", "YEAR")]),
    ("We pay 45-60k € for this", [(45000, 60000, "EUR", "YEAR")]),
    ("Base salary range: $131,000.00 to $164,500.00", [(131000, 164500, "USD", "YEAR")]),
    ("The pay range is 98,000 - 112,000 USD annually", [(98000, 112000, "USD", "YEAR")]),
    ("Salary $80k–$100k DOE + benefits", [(80000, 100000, "USD", "YEAR")]),
    ("a salary range of $80k -> $105k", [(80000, 105000, "USD", "YEAR")]),
    ("Salary: $55-65,000 a year", [(55000, 65000, "USD", "YEAR")]),
    ("Compensation is $90+K", [(90000, None, "USD", "YEAR")]),
    ("minimum of $95,000 and a maximum of $120,000 salary", [(95000, 120000, "USD", "YEAR")]),
    (
        "between $140,000 [our lowest market] to $190,000 [our highest]",
        [(140000, 190000, "USD", "YEAR")],
    ),
    ("Compensation: $45/hr - $60/hr", [(45, 60, "USD", "HOUR")]),
    ("paying $31 - $38hr", [(31, 38, "USD", "HOUR")]),
    ("pay starts from £12.10 an hour, rising to £13.50", [(12.1, 13.5, "GBP", "HOUR")]),
    ("Salary: 90,000 - 105,000\nEquity: some", [(90000, 105000, "USD", "YEAR")]),
]

PERIODS = [
    ("Day rate: £450 - £550", [(450, 550, "GBP", "DAY")]),
    ("£500/day outside IR35", [(500, 500, "GBP", "DAY")]),
    ("weekly pay of $1,500", [(1500, 1500, "USD", "WEEK")]),
    ("$7-9k USD / month", [(7000, 9000, "USD", "MONTH")]),
    ("Rate is $4,500–5,500 USD/mo", [(4500, 5500, "USD", "MONTH")]),
    ("$40–$55 USD or 160–220 PLN per hour", [(40, 55, "USD", "HOUR"), (160, 220, "PLN", "HOUR")]),
    (
        "an hourly rate equal to an annualized range of $99,000-119,000",
        [(99000, 119000, "USD", "YEAR")],
    ),
    ("A gross salary of 1.950€ for the traineeship", [(1950, 1950, "EUR", "MONTH")]),
    ("Salary: £60,000 - £75,000 + Annual Bonus", [(60000, 75000, "GBP", "YEAR")]),
]

OPEN = [
    ("up to €65K + equity", [(None, 65000, "EUR", "YEAR")]),
    ("Salary: from £45,000 per annum", [(45000, None, "GBP", "YEAR")]),
    ("Acme | Remote | $135K+ | apply", [(135000, None, "USD", "YEAR")]),
    ("Acme | Utrecht | €55.000 and up\n\nJoin us", [(55000, None, "EUR", "YEAR")]),
    ("you will earn no less than 19,400 PLN gross per month", [(19400, None, "PLN", "MONTH")]),
    ("Salary: $150K – $250K+ (base)", [(150000, 250000, "USD", "YEAR")]),
    ("Salary: $100,000 + 11% super", [(100000, 100000, "USD", "YEAR")]),
    ("Tester | Oxford | Permanent | to £48K | apply", [(None, 48000, "GBP", "YEAR")]),
    ("Salary to £70k for the right one", [(None, 70000, "GBP", "YEAR")]),
    ("the minimum salary is EUR 38,500 gross per year", [(38500, None, "EUR", "YEAR")]),
    ("Engineer | >= $150k | REMOTE", [(150000, None, "USD", "YEAR")]),
    (
        "Join the team!\n\nUp to €78k + equipment of your choice + equity",
        [(None, 78000, "EUR", "YEAR")],
    ),
]

LANGUAGES = [
    ("Gehalt: 55.000 - 65.000 € brutto im Jahr", [(55000, 65000, "EUR", "YEAR")]),
    ("Vergütung: bis zu 4.200 € monatlich", [(None, 4200, "EUR", "MONTH")]),
    ("Stundenlohn: 16,50 €", [(16.5, 16.5, "EUR", "HOUR")]),
    ("Wir zahlen 15,- € pro Stunde", [(15, 15, "EUR", "HOUR")]),
    ("Das Mindestgehalt beträgt jährlich € 41.300,50 brutto", [(41300.5, None, "EUR", "YEAR")]),
    ("Gehaltsspanne 60-75 T€", [(60000, 75000, "EUR", "YEAR")]),
    (
        "1. Ausbildungsjahr: 1.100,00 € 2. Ausbildungsjahr: 1.180,00 €",
        [(1100, 1100, "EUR", "MONTH"), (1180, 1180, "EUR", "MONTH")],
    ),
    ("Salaire : 38 000 € - 45 000 € brut annuel", [(38000, 45000, "EUR", "YEAR")]),
    ("Rémunération entre 42k€ et 50k€", [(42000, 50000, "EUR", "YEAR")]),
    ("de 900 euros brut par mois à 1100 euros brut par mois", [(900, 1100, "EUR", "MONTH")]),
    ("TJM : 450-550€", [(450, 550, "EUR", "DAY")]),
    ("Salario: 24.000€ - 28.000€ brutos/año", [(24000, 28000, "EUR", "YEAR")]),
    ("Retribuzione annua lorda (RAL): 30.000€ - 35.000€", [(30000, 35000, "EUR", "YEAR")]),
    ("Salaris tussen € 3.200 en € 4.500 bruto per maand", [(3200, 4500, "EUR", "MONTH")]),
    ("Wynagrodzenie: 15 000 - 20 000 PLN netto (B2B)", [(15000, 20000, "PLN", "MONTH")]),
    ("Stawka: 120-150 zł/h", [(120, 150, "PLN", "HOUR")]),
    ("Mzda: 45 000 - 60 000 Kč/měsíc", [(45000, 60000, "CZK", "MONTH")]),
    ("Lön: 38 000 - 45 000 kr/månad", [(38000, 45000, "SEK", "MONTH")]),
    ("Årslønn kr 650 000 - 750 000", [(650000, 750000, "NOK", "YEAR")]),
    ("Løn: 40.000 kr. pr. måned", [(40000, 40000, "DKK", "MONTH")]),
    ("Salário: R$ 5.000,00 a R$ 7.500,00 por mês", [(5000, 7500, "BRL", "MONTH")]),
    ("年収550万円〜800万円", [(5500000, 8000000, "JPY", "YEAR")]),
    ("月給 28万円 ~ 35万円", [(280000, 350000, "JPY", "MONTH")]),
    ("月薪15k-25k", [(15000, 25000, "CNY", "MONTH")]),
    ("薪资：8000-12000元/月", [(8000, 12000, "CNY", "MONTH")]),
    ("연봉 5000만원 - 7000만원", [(50000000, 70000000, "KRW", "YEAR")]),
    ("Зарплата от 150 000 до 200 000 руб. в месяц", [(150000, 200000, "RUB", "MONTH")]),
    ("Fizetés: bruttó 600 000 - 800 000 Ft/hó", [(600000, 800000, "HUF", "MONTH")]),
    ("Salariu: 5.000 - 7.000 lei pe lună", [(5000, 7000, "RON", "MONTH")]),
    ("Maaş: 45.000 TL / ay", [(45000, 45000, "TRY", "MONTH")]),
    ("CTC 18-25 LPA", [(1800000, 2500000, "INR", "YEAR")]),
    ("₹12,00,000 – ₹18,00,000 a year", [(1200000, 1800000, "INR", "YEAR")]),
    ("Salary: CHF 110'000 – 130'000", [(110000, 130000, "CHF", "YEAR")]),
    ("Salary: R45,000 - R60,000 per month CTC", [(45000, 60000, "ZAR", "MONTH")]),
    ("Salary: ₪25,000-₪35,000 per month", [(25000, 35000, "ILS", "MONTH")]),
    ("We pay 14M JPY/yr in Kyoto", [(14000000, 14000000, "JPY", "YEAR")]),
]

SEVERAL = [
    ("Acme | EQUITY, REMOTE (US), $170k, https://acme.example", [(170000, 170000, "USD", "YEAR")]),
    (
        "We weigh skills, education, etc.$104,000 - $143,000 per year",
        [(104000, 143000, "USD", "YEAR")],
    ),
    ("A market of many customers. $90k - $110k plus options", [(90000, 110000, "USD", "YEAR")]),
    ("Salary min. £41,000", [(41000, None, "GBP", "YEAR")]),
    (
        "The usual pay range for this role is:\n\n$27.10 - $55.20\n\nThis is an hourly rate",
        [(27.1, 55.2, "USD", "HOUR")],
    ),
    ("Bookkeeper\n\n$2200-$2500 month | UK hours", [(2200, 2500, "USD", "MONTH")]),
    (
        "Pay Range:\nLevel 1: $23.00 - $26.50\nLevel 2: $25.50 - $31.00",
        [(23, 26.5, "USD", "HOUR"), (25.5, 31, "USD", "HOUR")],
    ),
    ("Annual Pay: $9,100.50 - $10,400.25 (part-time)", [(9100.5, 10400.25, "USD", "YEAR")]),
    (
        "Salary (38h)\n\nMid: €71,200\nSenior: €83,900",
        [(71200, 71200, "EUR", "YEAR"), (83900, 83900, "EUR", "YEAR")],
    ),
    (
        "Target pay, Base + Commission taken together: $140,000 - $165,000",
        [(140000, 165000, "USD", "YEAR")],
    ),
    (
        "$130k base + $130k variable ($260k OTE)",
        [(130000, 130000, "USD", "YEAR"), (260000, 260000, "USD", "YEAR")],
    ),
    ("75-120k base & 200k+ equity", [(75000, 120000, "USD", "YEAR")]),
    (
        "London: £80k-£100k; Berlin: €75k-€95k; US: $130k-$160k",
        [
            (80000, 100000, "GBP", "YEAR"),
            (75000, 95000, "EUR", "YEAR"),
            (130000, 160000, "USD", "YEAR"),
        ],
    ),
    (
        "Level 3: $140,000-$160,000\nLevel 4: $165,000-$190,000",
        [(140000, 160000, "USD", "YEAR"), (165000, 190000, "USD", "YEAR")],
    ),
    ("Salary $90k-$110k. To repeat: the salary is $90k-$110k.", [(90000, 110000, "USD", "YEAR")]),
    (
        "$29-51 per hour, consisting of $29 an hour base wage plus $22 per hour in tips",
        [(29, 51, "USD", "HOUR")],
    ),
    ("We raised $50M. Salary range $121,000-$159,000/year.", [(121000, 159000, "USD", "YEAR")]),
    # words of other money that name a job, a tier's own line, and a list that goes on
    (
        "Pay range:\nGlass Blower/Grade 1: $23.00 - $29.00/hour\n"
        "Glass Blower/Grade 2: $28.00 - $34.50/hour",
        [(23, 29, "USD", "HOUR"), (28, 34.5, "USD", "HOUR")],
    ),
    ("Regional Account Executive: $150,000 - $160,000 a year", [(150000, 160000, "USD", "YEAR")]),
    ("- Infrastructure Engineer ($170-230K): apply here", [(170000, 230000, "USD", "YEAR")]),
    (
        "Annual salary USD 93,000 - 187,000 in Ohio // 91,500 - 176,000 in Iowa",
        [(93000, 187000, "USD", "YEAR"), (91500, 176000, "USD", "YEAR")],
    ),
    (
        "What we give is fair ($115K-$150K / 0.2+%).",
        [(115000, 150000, "USD", "YEAR")],
    ),
    ("Benefits and equity are competitive ($115K-$170K).", [(115000, 170000, "USD", "YEAR")]),
    (
        "- Cloud Database Engineer (Hybrid) 130k-160k\n\nApply",
        [(130000, 160000, "USD", "YEAR")],
    ),
    ("Early Career or Backend Engineers (110-130k in Texas)", [(110000, 130000, "USD", "YEAR")]),
    ("Acme | Boise, ID & Remote | 150k+ and up\n\nJoin us", [(150000, None, "USD", "YEAR")]),
    (
        "The approximate yearly pay will be the following:\n\nNetherlands: 78.000 EUR.\n\n"
        "UK: 75.000 GBP.\n\nSpain: 65.000 EUR.",
        [
            (78000, 78000, "EUR", "YEAR"),
            (75000, 75000, "GBP", "YEAR"),
            (65000, 65000, "EUR", "YEAR"),
        ],
    ),
    (
        "Pay\n\nMin\n\nUSD $108,500.00/Yr.\n\nMax\n\nUSD $140,950.00/Yr.",
        [(108500, 140950, "USD", "YEAR")],
    ),
    ("Salary (in euros) is approx. 75k, paid monthly", [(75000, 75000, "EUR", "YEAR")]),
    ("Compensation: EUR +/-120k and stock options", [(120000, 120000, "EUR", "YEAR")]),
    ("Web Developer | REMOTE | €45 EUR/hour", [(45, 45, "EUR", "HOUR")]),
    ("The budget for this role is $40K/yr.", [(40000, 40000, "USD", "YEAR")]),
    ("a generous stipend ($72,000) for fellows", [(72000, 72000, "USD", "YEAR")]),
    (
        "The salary range for this sales opportunity is $61,000 to $72,000",
        [(61000, 72000, "USD", "YEAR")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*RANGES, *PERIODS, *OPEN, *LANGUAGES, *SEVERAL])
def test_a_text_states_these_bands(text: str, expected: list[Band]) -> None:
    assert figures(find_pay(text)) == expected


FALSE_FRIENDS = [
    "Equity: $50,000 - $100,000 in RSUs over 4 years",
    "Sign-on bonus of $20,000",
    "Refer someone you know and earn $400 - $900",
    "We'll give you a $2,000 home office stipend and $100/month for internet",
    "Company paid commuter benefit; $300/month\n\nCompensation range to be agreed",
    "Up to $5,000 per year for professional development",
    "tuition assistance of $5,250 annually",
    "401k match up to $3,000",
    "tell your friends: £10k for each successful referral!",
    "in the last 6 months we have paid artists over $200K+",
    "Our user base went from 10k to 500k within months",
    "we only earn some $1000 a month, the two of us",
    "$29K comprehensive coverage for our clients",
    "competitive pay, dental, 401K and stock",
    "Life insurance: three times your salary, up to $300k",
    "A bonus of up to $12 on top of each hour billed",
    "shift differential of $1.50/hr offered",
    "Series B: $45M led by a large fund",
    "We crossed $5M ARR and process $10B a year",
    "a company valued at $600k to $900k before revenue",
    "You will own a portfolio of $500k-$2M accounts",
    "consistently closing $250k-$400k deals",
    "our clients spend marketing budgets of $100k–$400k/month",
    "Our product costs $49/month; plans start at $99 per month",
    "luxury flats nearby for $1,900 / month",
    "customers save $120,000 per year on average",
    "large clients who each send us more than $12k/month",
    "the average nurse makes $36k a year and the top 5% more",
    "The builds that we take on cost between $40K and $600K",
    "Bring in up to $800K+ of new business a year",
    "for every employee we set aside $4,000 yearly on average",
    "Won $100,000 in prize money",
    "trusted by 50,000 users in 2,000 firms",
    "book and pay with ease in 30,000+ shops",
    "our stack is PHP7.4+ and PHP 8",
    "about 250k lines of code, 75K+ stars",
    "Tickets restaurant à 9 € par jour",
    "Prime de cooptation de 1 500 €",
    "Monatliches Gehaltsextra von 45 €/ Monat als Karte",
    "Persönliches Budget: 2.200,00 € jährlich",
    "Reiskostenvergoeding van € 250 per maand",
    "Karta MultiSport o wartości 150 zł",
    "příspěvek 9600 Kč na rok",
    "Friskvårdsbidrag 5 000 kr per år",
    "Vale refeição de R$ 35,00 por dia",
    "資本金1億円の会社です",
    "founded in 2019, open 24/7, 38,5 h/Woche",
    "Competitive salary based on experience",
]


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_other_money_is_not_pay(text: str) -> None:
    assert figures(find_pay(text)) == []


@pytest.mark.parametrize(
    ("text", "place", "expected", "is_ambiguous"),
    [
        ("Salary $90k - $110k", {"location": "Sydney, Australia"}, "AUD", True),
        ("Salary $90k - $110k", {"location": "Toronto, ON"}, "CAD", True),
        ("Salary $90k - $110k", {"location": "Vancouver, WA"}, "USD", False),
        ("Salary $90k - $110k", {"location": "Santa Fe, New Mexico"}, "USD", False),
        ("Salary $90k - $110k", {"location": "Toronto or New York"}, "USD", False),
        ("Salary $90k - $110k", {"country": "NZ"}, "NZD", True),
        ("Salary $90k - $110k USD", {"country": "CA"}, "USD", False),
        ("Salary $90k - $110k plus super (AUD)", {}, "USD", False),
        ("Salary: $90,000 - $110,000/yr + super (AUD)", {}, "AUD", False),
        ("Salary: CA$90k - CA$110k", {"location": "Boston, MA"}, "CAD", False),
        ("Pay in Canadian dollars: $95,000 to $115,000", {}, "CAD", False),
        ("Salary $90k - $110k plus AUD performance bonus", {}, "USD", False),
        ("Acme | Backend | Toronto, Canada | $90k - $110k", {}, "CAD", True),
        ("Acme | Data | London, UK\n- Engineering | 35k-80k + equity", {}, "GBP", False),
        ("Salary 500 000 - 600 000 kr", {"country": "NO"}, "NOK", False),
    ],
)
def test_the_place_decides_a_shared_mark(
    text: str, place: dict[str, str], expected: str, is_ambiguous: bool
) -> None:
    (band,) = find_pay(text, **place)
    assert (band.currency, band.is_currency_ambiguous) == (expected, is_ambiguous)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Salary: $150k", "base"),
        ("OTE: $180k - $220k", "total"),
        ("$160,000 OTE", "total"),
        ("yearly on target earnings: $75,000-$100,000", "total"),
        ("Total compensation of $300k-$400k", "total"),
        ("Rate: $80-100/hr for contractors", "contract"),
        ("£500/day for six weeks", "contract"),
        ("Pay: $22/hr for our interns", "base"),
    ],
)
def test_the_kind_of_pay(text: str, kind: str) -> None:
    assert [band.kind for band in find_pay(text)] == [kind]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Zone A (NYC, SF): $160,000 - $200,000 per year", "Zone A"),
        ("New York City, NY Range: $91k - $108.5k", "New York City, NY"),
        ("Pay:\nLevel 1: to be agreed\nLevel 2: $28.00 - $34.50/hour", "Level 2"),
        ("1. Staff Firmware Engineer - $190K-250K + equity", "Staff Firmware Engineer"),
        ("In Abhängigkeit von Erfahrung bis zu 60.000 € p.a. Gehalt", None),
        ("In Canada, the salary range is $95,000 - $115,000 CAD", "Canada"),
        (
            "For Toronto and Vancouver based staff, the pay is $95k - $115k CAD",
            "Toronto and Vancouver",
        ),
        ("The salary range for this role is $120k - $140k", None),
    ],
)
def test_the_label_of_a_band(text: str, zone: str | None) -> None:
    assert [band.zone for band in find_pay(text)] == [zone]


@pytest.mark.parametrize(
    ("text", "low", "high", "reason"),
    [
        ("Salary: $1.00 – $500,000.00", "1.00", "500000.00", "10 times"),
        ("Salary: $26 per year", "26", "26", "too little per year"),
        ("Pay: $90,000 per hour", "90000", "90000", "too much per hour"),
        ("Salary: $300K - $200K", "200000", "300000", "larger end first"),
        ("Salary: $188,00 - $235,000", "188000", "235000", "a digit is missing"),
        ("The salary range is $130,000 - 150,000K", "130000", "150000", "left out"),
        ("Salary: $70,0000 to $125,000", "70000", "125000", "a digit too many"),
    ],
)
def test_an_implausible_band_is_kept_with_its_reason(
    text: str, low: str, high: str, reason: str
) -> None:
    (band,) = find_pay(text)
    assert not band.is_plausible
    assert band.reason is not None
    assert reason in band.reason
    assert (band.pay_min, band.pay_max) == (Decimal(low), Decimal(high))
    assert band.evidence in text


FIELDS = [
    ("$150K – $170K • Offers Equity", None, [(150000, 170000, "USD", "YEAR")]),
    ("€3K – €5K per month", None, [(3000, 5000, "EUR", "MONTH")]),
    ("₹8.8L – ₹10.6L", None, [(880000, 1060000, "INR", "YEAR")]),
    ("CA$185.2K – CA$231.4K", None, [(185200, 231400, "CAD", "YEAR")]),
    ("$90K – $100K • $60K – $80K Commission", None, [(90000, 100000, "USD", "YEAR")]),
    (
        "$120K – $150K • OTE $200K – $220K",
        None,
        [(120000, 150000, "USD", "YEAR"), (200000, 220000, "USD", "YEAR")],
    ),
    ("$148,200/year - $232,700/year", None, [(148200, 232700, "USD", "YEAR")]),
    ("38 To 44 (USD) Hourly", None, [(38, 44, "USD", "HOUR")]),
    ("83,000 - 97,400.85", "AU", [(83000, 97400.85, "AUD", "YEAR")]),
    (
        "$67k - $73k pa (Level 4) plus salary packaging to $18,000pa",
        "AU",
        [(67000, 73000, "AUD", "YEAR")],
    ),
    ("Up to $210K Package", "AU", [(None, 210000, "AUD", "YEAR")]),
    ("до 280 000 руб.", None, [(None, 280000, "RUB", "MONTH")]),
    ("150-160元/天", None, [(150, 160, "CNY", "DAY")]),
    ("Up to 22 lakhs per annum", None, [(None, 2200000, "INR", "YEAR")]),
    ("$1.5M - $2M", None, [(1500000, 2000000, "USD", "YEAR")]),
    ("Competitive, DOE", None, []),
    ("13% super, 3 days a week, level A04", "AU", []),
    ("401K", None, []),
    ("Posted 2025", None, []),
]


@pytest.mark.parametrize(("raw", "country", "expected"), FIELDS)
def test_a_salary_field(raw: str, country: str | None, expected: list[Band]) -> None:
    bands = parse_pay_field(raw, country=country)
    assert figures(bands) == expected
    assert {(band.provenance, band.start) for band in bands} <= {("structured", None)}


def test_what_is_paid_once_is_set_aside() -> None:
    (band,) = parse_pay_field("$60.00 once")
    assert (band.pay_min, band.is_plausible) == (Decimal("60.00"), False)


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        (
            {
                "min": 150000,
                "max": 170000,
                "currency": "USD",
                "interval": "1 YEAR",
                "type": "Salary",
            },
            (150000, 170000, "USD", "YEAR"),
        ),
        ({"min": 40, "max": 40, "currency": "USD", "interval": "1 HOUR"}, (40, 40, "USD", "HOUR")),
        (
            {"min": "70,000", "max": None, "currency": "eur", "interval": "per-year-salary"},
            (70000, None, "EUR", "YEAR"),
        ),
        (
            {"min": 3000, "max": 5000, "currency": "EUR", "interval": "NONE"},
            (3000, 5000, "EUR", "MONTH"),
        ),
        (
            {"min": 48000, "max": 56000, "currency": "€", "interval": "Jahr"},
            (48000, 56000, "EUR", "YEAR"),
        ),
        (
            {"min": "65.000 €", "max": "70.000 €", "currency": None, "interval": "annual"},
            (65000, 70000, "USD", "YEAR"),
        ),
        ({"min": 15, "max": 18, "currency": "$", "interval": "Stunde"}, (15, 18, "USD", "HOUR")),
    ],
)
def test_structured_figures(component: dict[str, Any], expected: Band) -> None:
    (band,) = pay_from_components([component])
    assert figures([band]) == [expected]
    assert band.is_plausible


@pytest.mark.parametrize(
    "component",
    [
        {"min": 0.1, "max": 0.5, "currency": None, "interval": "NONE", "type": "EquityPercentage"},
        {"min": 20000, "max": 40000, "currency": "USD", "interval": "1 YEAR", "type": "Commission"},
        {"min": 30000, "max": 30000, "currency": "USD", "interval": "1 YEAR", "type": "Bonus"},
        {"min": None, "max": None, "currency": "USD", "interval": "1 YEAR", "type": "Salary"},
        {"min": float("nan"), "max": None, "currency": "USD", "interval": "1 YEAR"},
        {"min": 0, "max": 0, "currency": "USD", "interval": "1 YEAR"},
    ],
)
def test_structured_figures_that_are_not_pay(component: dict[str, Any]) -> None:
    assert pay_from_components([component]) == []


def test_an_interval_that_is_no_period_sets_the_figure_aside() -> None:
    (band,) = pay_from_components(
        [{"min": 2000, "max": 2400, "currency": "USD", "interval": "bi-week-salary"}]
    )
    assert not band.is_plausible
    assert "bi-week" in (band.reason or "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("120,000.50", "120000.50"),
        ("65.000", "65000"),
        ("7 916,66", "7916.66"),
        ("3,00,000", "300000"),
        ("120'000", "120000"),
        ("31,2", "31.2"),
        ("1.098.200", "1098200"),
        ("45", "45"),
    ],
)
def test_a_number_in_any_locale(raw: str, expected: str) -> None:
    assert grammar.to_decimal(raw) == Decimal(expected)


MARKS = st.sampled_from(
    [("$", "USD"), ("£", "GBP"), ("€", "EUR"), ("CHF ", "CHF"), ("C$", "CAD"), ("PLN ", "PLN")]
)


@given(MARKS, st.integers(20, 400), st.integers(1, 200), st.booleans())
def test_every_written_form_of_a_range_is_read_alike(
    mark: tuple[str, str], low: int, spread: int, is_yearly: bool
) -> None:
    sign, code = mark
    high = low + spread
    said = " per year" if is_yearly else ""
    expected = (Decimal(low * 1000), Decimal(high * 1000), code)
    for written in (
        f"{sign}{low}k - {sign}{high}k",
        f"{sign}{low}-{high}k",
        f"{sign}{low},000 to {sign}{high},000",
        f"{sign}{low}.000 – {high}.000",
        f"{sign}{low} 000 - {high} 000",
    ):
        (band,) = find_pay(f"Salary: {written}{said}, depending on experience")
        assert (band.pay_min, band.pay_max, band.currency) == expected, written


@given(
    st.text(alphabet="$£€ 0123456789.,kKMm-–/+()|\n: salaryperhouquitbns%CHF年万円", max_size=120)
)
@example("kr)1")
def test_any_text_gives_ordered_bands_or_none(text: str) -> None:
    assert find_pay(text) == find_pay(text)
    for band in find_pay(text):
        assert band.start is not None
        assert text[band.start :].startswith(band.evidence)
    for band in [*find_pay(text), *parse_pay_field(text)]:
        assert band.pay_min is not None or band.pay_max is not None
        if band.pay_min is not None and band.pay_max is not None:
            assert band.pay_min <= band.pay_max
        assert band.is_plausible == (band.reason is None)


@given(
    st.text(max_size=60), st.sampled_from(["$90k", "Salary: €3.500", "年収500万円", "&pound;1", ""])
)
def test_no_text_breaks_the_parser(noise: str, pay: str) -> None:
    text = f"{noise}{pay}{noise}"
    for band in find_pay(text, title=noise, location=noise):
        assert band.start is not None
        assert text[band.start : band.start + len(band.evidence)] == band.evidence
    assert all(band.start is None for band in parse_pay_field(text))


def test_half_a_surrogate_pair_breaks_nothing() -> None:
    half = chr(0xD800)
    (band,) = find_pay(f"Salary {half} up to $90k{half}", title=half, location=half)
    assert band.evidence == "$90k"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.text(max_size=12) | st.integers() | st.floats()
            for name in ("min", "max", "currency", "interval", "type", "zone")
        },
    )
)
def test_no_component_breaks_the_parser(component: dict[str, Any]) -> None:
    for band in pay_from_components([component]):
        assert band.provenance == "structured"
        assert band.is_plausible == (band.reason is None)


@pytest.mark.parametrize(
    "piece",
    [
        "9",
        "$1-",
        "1,",
        "$",
        "1 ",
        "$100k ",
        "k-",
        "&amp;",
        "Â£1 ",
        "USD 100 ",
        "| $90k ",
        "1-",
        "5万",
    ],
)
def test_hostile_texts_are_read_in_bounded_work(piece: str) -> None:
    text = piece * (200_000 // len(piece)) + " salary $100k"
    assert len(grammar.figures(text)) <= grammar.MOST_FIGURES
    find_pay(text)
    parse_pay_field(text)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Pay in \\*short\\*: \\$76,000 \\- \\$85,000 \\+ super", "\\$76,000 \\- \\$85,000"),
        ("R&amp;D lead &ndash; salary &pound;41,000 &ndash; &#163;45,000 pa", None),
        ("Ops &amp;amp; sales, salary: $91,000 &amp;mdash; $95,000. Tea &amp; cake", None),
        ("Salary: €50,000", "€50,000"),
    ],
)
def test_evidence_lies_in_the_text_as_given(text: str, evidence: str | None) -> None:
    (band,) = find_pay(text)
    assert band.start is not None
    assert text[band.start : band.start + len(band.evidence)] == band.evidence
    if evidence is not None:
        assert band.evidence == evidence


@pytest.mark.parametrize(
    "text", [text for text, bands in [*RANGES, *PERIODS, *OPEN, *LANGUAGES, *SEVERAL] if bands]
)
def test_the_gate_lets_pay_through(text: str) -> None:
    assert gate.may_state_pay(text)


@pytest.mark.parametrize(
    "text",
    [
        "There are 31 of us, we began in 2018, and 5000 shops rely on us.",
        "We raised $35 million and have a 401k plan.",
        "Phone screen, then two interviews. Remote within the US.",
    ],
)
def test_the_gate_spares_texts_without_pay(text: str) -> None:
    assert not gate.may_state_pay(text)


def test_each_currency_has_a_rate_and_one_row() -> None:
    with (files("warehouse.normalise") / "vocabulary" / "currencies.csv").open() as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert len(codes) == len(set(codes))
    assert set(codes) - {"USD"} == set(exchange_rates())
    assert all(row.year_from > 0 for row in currency.currencies().values())


def test_no_mark_names_two_currencies() -> None:
    own = [mark for row in currency.currencies().values() for mark in row.symbols]
    shared = {mark for row in currency.currencies().values() for mark in row.shared_symbols}
    assert len(own) == len(set(own))
    assert not shared & set(own)


def test_no_word_speaks_of_pay_and_of_other_money() -> None:
    pay = {w for role, _, w in words.rows() if role in {"pay", "weak_pay", "hint"}}
    other = {w for role, _, w in words.rows() if role == "not_pay"}
    assert pay & other == set()


def test_words_right_behind_a_figure_are_whole_words() -> None:
    """`period.after` looks the first of them up."""
    roles = {"adverb", "initials", "gross"}
    assert not [word for role, _, word in words.rows() if role in roles and "*" in word]


@pytest.mark.parametrize(
    ("before", "mark"),
    [("pays $", "$"), ("CAD $", "CAD $"), ("CAD: ($", "CAD: ($"), ("C$", "C$"), ("vocal $", "$")],
)
def test_the_mark_before_a_figure_is_the_whole_mark(before: str, mark: str) -> None:
    hit = currency.before(f"{before}90k", len(before))
    assert hit == (mark, len(before) - len(mark))


def _labelled(shared: Path, name: str) -> list[dict[str, Any]]:
    with (shared / "gold" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.shared
def test_strict_bands_on_labelled_postings(shared: Path) -> None:
    outcomes = score_pay(
        _labelled(shared, "pay.jsonl"),
        lambda row: find_pay(
            row["text"], title=row.get("title", ""), location=row.get("location", "")
        ),
    )
    found = total([outcome.counts for outcome in outcomes])
    assert found.precision >= 0.97
    assert found.f1 >= 0.95


@pytest.mark.shared
@pytest.mark.parametrize(
    ("kind", "is_negative", "bar"),
    [("prose", False, 0.90), ("field", False, 0.92), ("prose", True, 0.97), ("field", True, 0.97)],
)
def test_cases_of_other_extractors(shared: Path, kind: str, is_negative: bool, bar: float) -> None:
    rows = [
        row
        for row in _labelled(shared, "peer_pay.jsonl")
        if row["kind"] == kind and row["negative"] == is_negative
    ]
    outcomes = score_peer_pay(
        rows,
        lambda row: (
            parse_pay_field(row["text"], country=row.get("country"))
            if kind == "field"
            else find_pay(to_text(row["text"]), country=row.get("country"))
        ),
    )
    right = sum(not outcome.surplus and not outcome.missed for outcome in outcomes)
    assert right / len(outcomes) >= bar
