"""Pay bands: what an advert's text, its salary field or a board's structured figures state.

Belongs here: the way from those three to `PayBand`s. Does not belong here: yearly pay in dollars
(`warehouse.normalise.annualise`). The steps are in the modules beside: which texts to skip
(`gate`), how amounts are written (`grammar`), in which currency (`currency`), per what (`period`),
what the words around say (`evidence`), which amounts are pay (`candidates`), for whom (`zones`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import re2

from warehouse.normalise.annualise import PERIODS_A_YEAR
from warehouse.normalise.pay import (
    candidates,
    currency,
    evidence,
    gate,
    grammar,
    markup,
    period,
    words,
    zones,
)
from warehouse.normalise.pay.candidates import Candidate
from warehouse.normalise.types import PayBand, PayKind, Period

# The widest band that adverts state in earnest; wider ones are placeholders ("$1 – $500,000").
WIDEST_RATIO = 10
# Yearly pay outside these multiples of a currency's `year_from` is a slip of the pen: in dollars
# less than 1,200 or more than 6 million.
SMALLEST_YEAR, LARGEST_YEAR = Decimal("0.1"), Decimal(500)

_EMPLOYED = re.compile(r"(?<!\w)(?:full[- ]?time|part[- ]?time|intern|employee)s?(?!\w)", re.I)
_HEADER_LENGTH = 250
_CONTRACT_REACH = 150

_NOT_BASE = re.compile(
    r"equity|bonus|commission|stock|share|option|benefit|allowance|stipend|profit|incentive", re.I
)
_TOTAL = re.compile(r"\bote\b|total|on.?target", re.IGNORECASE)
_INTERVALS: tuple[tuple[re.Pattern[str], Period], ...] = (
    (re.compile(r"year|annu|\byr\b|\bpa\b", re.IGNORECASE), "YEAR"),
    (re.compile(r"month", re.IGNORECASE), "MONTH"),
    (re.compile(r"week", re.IGNORECASE), "WEEK"),
    (re.compile(r"da(?:y|ily)", re.IGNORECASE), "DAY"),
    (re.compile(r"hour|\bhr\b", re.IGNORECASE), "HOUR"),
)
# Intervals that are no period of the table; the figure is kept and set aside.
_ODD_INTERVAL = re.compile(r"\bbi\b|semi|\btime\b|once|fortnight|quarter|[2-9]", re.IGNORECASE)
_ONCE = re.compile(r"\s*\(?(?:once|one[- ]time|one[- ]off)\b", re.IGNORECASE)


def find_pay(
    text: str, *, title: str = "", location: str = "", country: str | None = None
) -> list[PayBand]:
    """The pay bands that a posting's text states.

    Args:
        text: Plain text (`warehouse.normalise.text.to_text`).
        title: The posting's title.
        location: The posting's location field; it decides what a bare "$" or "kr" means.
        country: ISO 3166 alpha-2 of its only country, where known.

    Returns:
        Each band once, in the order of the text, provenance "parsed". An implausible band is kept
        with its reason. Empty where no pay is stated.
    """
    if not gate.may_state_pay(text):
        return []
    cleaned = markup.clean(text)
    text = cleaned.text
    header = text[:_HEADER_LENGTH].split("\n", 1)[0]
    local = currency.of_country(country) if country else _only_place(location or header)
    found = candidates.in_text(text, local)
    if not found:
        return []
    header = markup.encodable(f"{title}\n{header}")
    is_contract = _is_contract(header) and not _EMPLOYED.search(header)
    return _distinct(_band(c, cleaned, _kind(c, text, is_contract=is_contract)) for c in found)


def parse_pay_field(raw: str, *, country: str | None = None) -> list[PayBand]:
    """The pay bands of a board's own salary string.

    Args:
        raw: "$150K – $170K • Offers Equity", "€3K – €5K per month", "₹8.8L".
        country: ISO 3166 alpha-2 of the posting's only country, where known.

    Returns:
        The bands, provenance "structured"; equity, bonus and commission are left out.
    """
    cleaned = markup.clean(raw)
    found = candidates.in_field(cleaned.text, currency.of_country(country) if country else None)
    return [
        band._replace(provenance="structured", start=None)
        for band in _distinct(
            _band(c, cleaned, _kind(c, cleaned.text, is_contract=False)) for c in found
        )
    ]


def pay_from_components(components: Iterable[dict[str, Any]]) -> list[PayBand]:
    """The pay bands of a board's structured compensation.

    Args:
        components: One mapping for each: `min`, `max` (number, string or None), `currency`
            (ISO code or None), `interval` ("1 YEAR", "per-year-salary", "hourly", "NONE" or None),
            `type` ("Salary", "EquityPercentage", … or None), `zone` (or None).

    Returns:
        A band for each component that is pay and has a figure, provenance "structured".
    """
    bands: list[PayBand] = []
    for part in components:
        kind = str(part.get("type") or "")
        low, high = _number(part.get("min")), _number(part.get("max"))
        size = low if high is None else high
        if _NOT_BASE.search(kind) or not size:
            continue  # a 0 is how forms leave a figure out
        code, is_ambiguous = _currency(part.get("currency"))
        said, oddity = _interval(str(part.get("interval") or ""))
        per = said or (period.by_size(size, code) if code in currency.currencies() else "YEAR")
        low, high, reason = _plausible(low, high, code, per)
        interval = part.get("interval") or ""
        bands.append(
            PayBand(
                *(low, high, code, per, "total" if _TOTAL.search(kind) else "base"),
                zone=part.get("zone") or None,
                evidence=f"{part.get('min')} – {part.get('max')} {code} {interval}".strip(),
                provenance="structured",
                is_plausible=not (oddity or reason),
                reason=oddity or reason,
                is_currency_ambiguous=is_ambiguous,
                is_period_inferred=said is None,
            )
        )
    return _distinct(bands)


def _only_place(said: str) -> str | None:
    """The currency of the places named, where they share one."""
    found = currency.places_of(said)
    return found.pop() if len(found) == 1 else None


@cache
def _contract() -> Any:  # re2 has no types
    return re2.compile(rf"(?i)\b(?:{words.alternatives('contract', spaces='[ -]')})\b")


def _is_contract(said: str) -> bool:
    return words.may_have(said.lower(), "contract") and _contract().search(said) is not None


def _kind(found: Candidate, text: str, *, is_contract: bool) -> PayKind:
    if evidence.is_total(found.around):
        return "total"
    if is_contract or (found.period == "DAY" and not found.is_period_inferred):
        return "contract"
    near = text[max(0, found.amount.start - _CONTRACT_REACH) : found.end + 40]
    return "contract" if _is_contract(near) else "base"


def _band(found: Candidate, cleaned: markup.Cleaned, kind: PayKind) -> PayBand:
    amount, text = found.amount, cleaned.text
    low: Decimal | None = amount.low
    high: Decimal | None = amount.high
    if not amount.is_range:
        bound = evidence.bound(text, amount.start, amount.end, found.around.cues)
        low = None if bound == "ceiling" else low
        high = None if bound == "floor" else high
    low, high, reason = _plausible(low, high, found.currency.code, found.period)
    reason = reason or amount.slip
    if reason is None and _ONCE.match(text, found.end):
        reason = "paid once, not per period"
    start, end = cleaned.span(amount.start, found.end)
    return PayBand(
        *(low, high, found.currency.code, found.period, kind),
        zone=zones.zone_of(found.around.left, found.around.right),
        evidence=cleaned.given[start:end],
        provenance="parsed",
        is_plausible=reason is None,
        reason=reason,
        is_currency_ambiguous=found.currency.is_ambiguous,
        is_period_inferred=found.is_period_inferred,
        start=start,
    )


def _plausible(
    low: Decimal | None, high: Decimal | None, code: str, per: Period
) -> tuple[Decimal | None, Decimal | None, str | None]:
    """Both ends in order, and why the band is not plausible, if so."""
    if low is not None and high is not None:
        if low > high:
            return high, low, "stated with the larger end first"
        if high > low * WIDEST_RATIO:
            return low, high, f"the upper end is more than {WIDEST_RATIO} times the lower"
    row = currency.currencies().get(code)
    size = high if high is not None else low
    if row is not None and size is not None:
        times_year_from = size * PERIODS_A_YEAR[per] / row.year_from
        if times_year_from < SMALLEST_YEAR:
            return low, high, f"too little per {per.lower()}"
        if times_year_from > LARGEST_YEAR:
            return low, high, f"too much per {per.lower()}"
    return low, high, None


def _currency(said: object) -> tuple[str, bool]:
    """A structured currency as a code, and whether that is a guess: "EUR", "€", "$", None."""
    mark = str(said or "").strip()
    code = currency.code_of(mark) if mark else None
    if code or (len(mark) == 3 and mark.isalpha()):
        return code or mark.upper(), False
    shared = currency.sharing(mark) if mark else ()
    return (shared[0] if shared else "USD"), True


def _interval(said: str) -> tuple[Period | None, str | None]:
    """A structured interval as a period, and why the figure can't be used with it, if so."""
    oddity = f"interval {said!r} is no period" if _ODD_INTERVAL.search(said) else None
    for pattern, per in _INTERVALS:
        if pattern.search(said):
            return per, oddity
    return period.of_word(said.strip().lower()), oddity


def _number(value: object) -> Decimal | None:
    """A figure of a structured field, which may be written out ("150,000", "€45k")."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
        return number if number.is_finite() and abs(number) < grammar.TOO_LARGE else None
    except InvalidOperation:
        written = grammar.figures(str(value))
        return written[0].value() if written else None


def _distinct(bands: Iterable[PayBand]) -> list[PayBand]:
    """Each band once; a single figure that only repeats an end of a band is left out."""
    bands = list(bands)
    if len(bands) < 2:
        return bands
    found: dict[tuple[object, ...], PayBand] = {}
    for band in bands:
        found.setdefault((band.pay_min, band.pay_max, band.currency, band.period), band)
    ends = {
        (end, b.currency, b.period)
        for b in found.values()
        if b.pay_min != b.pay_max and b.pay_min is not None and b.pay_max is not None
        for end in (b.pay_min, b.pay_max)
    }
    return [
        b
        for b in found.values()
        if (b.pay_min is not None and b.pay_max is not None and b.pay_min != b.pay_max)
        or (b.pay_max if b.pay_min is None else b.pay_min, b.currency, b.period) not in ends
    ]
