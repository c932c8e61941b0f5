"""Amounts of a text that are pay.

Belongs here: weighing what grammar, evidence, currency and period say about each amount, and
taking or leaving it. Does not belong here: the shape of the result (`warehouse.normalise.pay`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from warehouse.normalise.annualise import PERIODS_A_YEAR
from warehouse.normalise.pay import currency, evidence, grammar, period
from warehouse.normalise.pay.currency import Resolved
from warehouse.normalise.pay.evidence import Reading, Surroundings
from warehouse.normalise.pay.grammar import Amount
from warehouse.normalise.types import Period

# The same pay said in another currency or per another period.
_ALTERNATIVE = re.compile(r"[\s*]*(?:or|/|=|~|≈|,|oder|ou)?[\s*~≈(]*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_PLUS_BETWEEN = re.compile(r"\+|\bplus\b", re.IGNORECASE)

# Pay per year that a text may state without any word of pay, as multiples of a currency's
# `year_from`: for the dollar 6,000 (part of a year) to 840,000.
_LEAST, _MOST = Decimal("0.5"), Decimal(70)
_MOST_SAID = Decimal(200)  # the same beside a word of pay
# Millions of this currency (yen, forint) are pay where a period is said.
_LARGE_UNIT = 1_000_000
_LARGE_SCALES = frozenset({"m", "oku"})
# Without a word of pay, the ends of a range are this close: "$250k - $2M" are deals.
_CLOSE = 5
_NEAR = 45
_LEAST_BARE = 1000
_SCRIPT_REACH = 5  # characters behind an amount that may tell its script: "15-25K·14薪"
_LIST_GAP = 60  # characters between two bands of a list
# What may stand between a word of pay and its figure when that has no currency.
_LABEL_GAP = re.compile(
    r"(?:[\s:：~≈=*()–—>+/±-]|approx\.|ca\."
    r"|(?:of|is|are|was|will|should|be|around|about|approx|approximately|ca|up|to|upto|from|range|at"
    r"|least|starting|starts|between|min|max|and|the|for|this|role|position|in|total|base|gross"
    r"|brutto|annual|yearly|monthly|us|euros?|eur|usd|gbp|dollars|[àâ]|på|von|ab|bis|от|до)\b){0,16}",
    re.IGNORECASE,
)
# Something else is counted: "20,000+ locations".
_NOUN = re.compile(
    r"\+?[ ](?!(?:www|https?|per|base|gross|salary|plus|and|or|depending|dependent|based|doe|brutto"
    r"|annual|yearly|with|for|total|comp|compensation|range|negotiable|basic|ote|if|to|in|as|is|on"
    r"|at|a)\b)[a-z]{3,}"
)


class Candidate(NamedTuple):
    """An amount that is pay, with all that was read about it."""

    amount: Amount
    around: Surroundings
    currency: Resolved
    period: Period
    is_period_inferred: bool
    end: int  # where the words of its period end


class _Read(NamedTuple):
    amount: Amount
    around: Surroundings
    reading: Reading
    currency: Resolved | None
    said: Period | None  # right behind the amount, or between its figures
    before: Period | None  # in the clause before
    end: int


def in_text(text: str, local: str | None) -> list[Candidate]:
    """The amounts of a text that are pay.

    Args:
        text: Plain text.
        local: The currency of the only place that the posting names, for shared marks.

    Returns:
        Candidates in the order of the text.
    """
    found: list[Candidate] = []
    reads = _reads(text, local)
    skip_until = 0
    for read in reads:
        if read.amount.start < skip_until:
            continue
        previous = found[-1] if found else None
        resolved = read.currency or (previous.currency if previous else Resolved("USD", False))
        if not _is_accepted(text, read, resolved, previous):
            continue
        found.append(_candidate(read, resolved, previous, text))
        if evidence.is_breakdown(read.around.right):
            stop = _SENTENCE_END.search(text, read.end)
            skip_until = stop.start() if stop else len(text)
    return found


def in_field(text: str, local: str | None) -> list[Candidate]:
    """The amounts of a salary field that are pay: all that are not said to be other money.

    Args:
        text: The field.
        local: The currency of the only place that the posting names, for shared marks.

    Returns:
        Candidates in the order of the field.
    """
    found: list[Candidate] = []
    for read in _reads(text, local, in_field=True):
        previous = found[-1] if found else None
        is_bare = not read.amount.marks and read.amount.high < _LEAST_BARE
        if (
            (read.said is None and (is_bare or (not read.amount.marks and _is_years(read.amount))))
            or read.reading.is_other
            or (previous and _PLUS_BETWEEN.search(text, previous.amount.end, read.amount.start))
        ):
            continue
        resolved = read.currency or (previous.currency if previous else Resolved("USD", False))
        found.append(_candidate(read, resolved, previous, text))
    return found


def _reads(text: str, local: str | None, *, in_field: bool = False) -> list[_Read]:
    reads: list[_Read] = []
    previous_end = 0
    for amount in grammar.amounts(text, is_prose=not in_field):
        if _is_possible(text, amount, in_field=in_field):
            reads.append(_read(text, amount, local, previous_end))
            previous_end = amount.end
    _share_periods(text, reads)
    return reads


def _is_possible(text: str, amount: Amount, *, in_field: bool = False) -> bool:
    """Whether an amount as written can be pay at all."""
    if amount.is_counted or amount.scale == "b" or amount.high == 0:
        return False
    if in_field:
        return not (amount.scale == "k" and amount.low == 401_000)
    if amount.scale == "k" and amount.low == 401_000:
        return False
    if amount.high < 50 and "PHP" in amount.marks:
        return False  # a version of the language
    if amount.marks:
        return True
    if amount.scale in _LARGE_SCALES:
        return False
    if (amount.scale and amount.scale != "lakh") or amount.is_grouped:
        return True
    if amount.high < _LEAST_BARE:
        return period.after(text, amount.end)[0] == "HOUR"
    return not _is_years(amount) if amount.is_range else amount.high >= 2100


def _is_years(amount: Amount) -> bool:
    return 1900 <= amount.low <= 2100 and 1900 <= amount.high <= 2100


def _read(text: str, amount: Amount, local: str | None, previous_end: int) -> _Read:
    said, end = period.after(text, amount.end)
    if said is None and amount.inner:
        said, _ = period.after(amount.inner, 0)
    if amount.scale == "lpa":
        said = "YEAR"
    around = evidence.surroundings(text, amount.start, end)
    reading = evidence.read(around)
    hints = tuple(h for h in (local, reading.implied_currency) if h)
    if amount.scale in {"lpa", "lakh", "crore"}:
        hints = ("INR", *hints)
    if not amount.marks:
        script = currency.of_script(text[amount.start : end + _SCRIPT_REACH])
        hints = (*hints, script) if script else hints
    own_left = around.left
    if previous_end > around.start:
        own_left = text[previous_end : amount.start]
    resolved = currency.resolve(text, own_left, (amount.end, end), amount.marks, hints)
    return _Read(amount, around, reading, resolved, said, period.before(list(around.cues)), end)


def _share_periods(text: str, reads: list[_Read]) -> None:
    """Give an amount the period of the alternative behind it: "$45–70 or €40–60 per hour"."""
    for i in range(len(reads) - 2, -1, -1):
        read, following = reads[i], reads[i + 1]
        if read.said is None and following.said and read.currency != following.currency:
            gap = text[read.amount.end : following.amount.start]
            if len(gap) < 12 and _ALTERNATIVE.fullmatch(gap):
                reads[i] = read._replace(said=following.said)


def _is_accepted(text: str, read: _Read, resolved: Resolved, previous: Candidate | None) -> bool:
    amount, reading = read.amount, read.reading
    row = currency.currencies()[resolved.code]
    year_from = row.year_from
    is_yearly = year_from <= amount.high <= year_from * (_MOST_SAID if reading.is_pay else _MOST)
    said = read.said or read.before
    least = year_from if said in {"YEAR", "MONTH"} else year_from * _LEAST
    if said is None and row.is_quoted_monthly and not (is_yearly or resolved.is_ambiguous):
        said = "MONTH"
    most = year_from * (_MOST_SAID if reading.is_pay else _MOST)
    is_sized = said is not None and least <= amount.high * PERIODS_A_YEAR[said] <= most
    if reading.is_other:
        return False
    if reading.is_stipend:
        return (amount.marks != () and year_from * 2 <= amount.high <= year_from * _MOST) or (
            is_sized
            and read.said in {"MONTH", "WEEK", "YEAR"}
            and amount.high >= (year_from / 12 * Decimal("0.8"))
        )
    is_large_unit = read.said is not None and is_sized and year_from >= _LARGE_UNIT
    if (
        amount.scale in _LARGE_SCALES
        and not is_large_unit
        and not (amount.high <= year_from * 200 and reading.is_pay and _is_near(reading))
    ):
        return False
    if not amount.marks:
        is_sized = is_sized or (read.said is None and is_yearly)
        goes_on = (
            amount.is_range and amount.is_grouped and _continues(text, read, resolved, previous)
        )
        return (is_sized and goes_on) or _is_accepted_bare(read, is_sized=is_sized)
    if reading.is_pay:
        return True
    if reading.is_weak and (is_yearly or is_sized):
        return True
    if reading.is_hint and not amount.is_range and (is_yearly or is_sized):
        return True
    if _continues(text, read, resolved, previous):
        return True
    if amount.is_range:
        is_close = amount.low == 0 or amount.high <= amount.low * _CLOSE
        return is_close and (is_sized if said else is_yearly)
    if read.said and is_sized:
        # "for $1,200 a month" is a price; by the hour or year only people are paid
        return read.said not in {"MONTH", "WEEK"} or evidence.is_unspoken(read.around.left)
    return is_yearly and (read.around.is_cell or read.around.opens_cell or read.around.ends_cell)


def _is_accepted_bare(read: _Read, *, is_sized: bool) -> bool:
    """Whether an amount without a currency is pay: only beside a word of pay."""
    amount, reading = read.amount, read.reading
    if not is_sized:
        return False
    if amount.scale == "lpa":
        return True
    if amount.scale == "k" and read.said == "YEAR" and evidence.is_unspoken(read.around.left):
        return not reading.is_other
    if reading.is_named:
        return True
    if _NOUN.match(read.around.right):
        return False
    if reading.is_pay and reading.gap is not None:
        return _is_near(reading) if amount.is_range else bool(_LABEL_GAP.fullmatch(reading.gap))
    is_named = reading.is_weak or read.around.is_cell
    is_placed = read.around.opens_cell
    if amount.scale != "k" or reading.is_other:
        return False
    if amount.is_range:
        return is_named or is_placed or evidence.names_a_job(read.around)
    is_least = evidence.is_unspoken(read.around.left) and evidence.is_open(read.around.right)
    return is_least or (is_named and is_placed)


def _is_near(reading: Reading) -> bool:
    return reading.gap is not None and len(reading.gap) <= _NEAR


def _continues(text: str, read: _Read, resolved: Resolved, previous: Candidate | None) -> bool:
    """Whether an amount goes on with a list of bands: like the last one in form, and close."""
    if previous is None:
        return False
    gap = text[previous.end : read.amount.start]
    if previous.currency != resolved and not ("\n" in gap and gap.rstrip().endswith(":")):
        return False
    was, code = previous.amount, resolved.code
    was_code = previous.currency.code
    return (
        len(gap) < _LIST_GAP
        and ". " not in gap
        and was.is_range == read.amount.is_range
        and period.by_size(was.high, was_code) == period.by_size(read.amount.high, code)
    )


def _candidate(read: _Read, resolved: Resolved, previous: Candidate | None, text: str) -> Candidate:
    amount = read.amount
    said = read.said
    if said is None and read.before:
        year_from = currency.currencies()[resolved.code].year_from
        yearly = amount.high * PERIODS_A_YEAR[read.before]
        if year_from / 4 <= yearly <= year_from * 200:
            said = read.before
    if said is None and previous and len(text[previous.end : read.amount.start]) < _LIST_GAP:
        by_size = period.by_size(amount.high, resolved.code)
        was = period.by_size(previous.amount.high, previous.currency.code)
        if by_size == was and not previous.is_period_inferred:
            said = previous.period
    inferred = said is None
    return Candidate(
        amount,
        read.around,
        resolved,
        said or period.by_size(amount.high, resolved.code),
        inferred,
        read.end,
    )
