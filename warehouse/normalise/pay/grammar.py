"""The grammar of written amounts: figures, and ranges of two figures.

Belongs here: how numbers, scales ("k", "lakh", "万") and ranges are written in the languages of
adverts. Does not belong here: whether an amount is pay (`evidence`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import NamedTuple

from warehouse.normalise.pay import currency, period, words

# Indian, then Western grouping by one sign throughout, then plain digits; decimals follow. The
# leading "[0-9]" lets `re` skip to digits at once.
_NUMBER = (
    r"[0-9](?:\d?(?:,\d{2})+,\d{3}(?!\d)|\d{0,2}(?:,\d{3})+(?!\d)|(?<!0)\d{0,2}(?:\.\d{3})+(?!\d)"
    r"|\d{0,2}(?:['’]\d{3})+(?!\d)|(?<!0)\d{0,2}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)"
    r"|\d{1,2},\d{4}(?!\d)|\d*)"
)
_END = r"(?![^\W_])"
_SCALE = (
    rf"(?P<k>\+?[kKкК]{_END}|[kK](?=(?:EUR|USD|GBP|CHF|CAD|AUD|PLN|INR|SEK|euros?|eur)\b)"
    rf"|(?:thousand|Tsd\.?|тыс\.?|тысяч\w*|tys\.?|tis\.?|ribu|rb){_END}|T(?=\s?(?:€|EUR))|[千천](?![万만]))"
    rf"|(?P<lpa>(?:LPA|lpa|Lpa|L\.P\.A\.?|[Ll](?:akh|ac)s?\s?(?:PA|pa|p\.a\.?)){_END})"
    rf"|(?P<lakh>(?:[Ll]akhs?|[Ll]acs?|L){_END})"
    rf"|(?P<crore>(?:[Cc]rores?|Cr){_END})"
    rf"|(?P<man>[万萬만])|(?P<senman>[千천][万만])|(?P<oku>[億亿억])|(?P<mil>mil{_END})"
    rf"|(?P<juta>(?:juta|jt|triệu){_END})"
    rf"|(?P<m>(?:-?[Mm]illion(?:s|en)?|MM|mm|[Mm]n|[Mm]ln|Mio\.?|Mil|mil\.|M|m|млн){_END})"
    rf"|(?P<b>(?:-?[Bb]illions?|-?[Tt]rillions?|[BbTt]n|BN|Mrd\.?|B|b|T|млрд){_END})"
)
_FIGURE = re.compile(
    rf"{_NUMBER}(?:[.,]\d{{1,2}}(?!\d))?(?:[.,][-–—]+(?!\s?\d))?"
    rf"(?:[ \u00a0\u202f]?(?:{_SCALE}))?"
)
_ENGLISH_MARKS = frozenset({None, "$", "US$", "USD", "£"})  # "mil" is a million, else a thousand
_SCALES = {
    "k": Decimal(1000),
    "lpa": Decimal(100_000),
    "lakh": Decimal(100_000),
    "crore": Decimal(10_000_000),
    "man": Decimal(10_000),
    "senman": Decimal(10_000_000),
    "oku": Decimal(100_000_000),
    "juta": Decimal(1_000_000),
    "m": Decimal(1_000_000),
    "b": Decimal(1_000_000_000),
}
_GLUED_UNIT = re.compile(r"(?:hrs?|yr|pa|ph|pm|pcm|pw|pd|p/[ahmdw]|p\.)(?!\w)")  # "$40hr"
_DECIMALS = re.compile(r"[.,](\d{1,2})$")
_COUNTED = re.compile(
    r"\s?(?:%|percent\b|°|x\b"
    r"|\+?[\s-]?(?:people|employees|staff|days?|weeks?|months?|years?|yrs?|hours?|hrs|users|clients"
    r"|customers|members|engineers|developers|companies|countries|minutes?|points|stores"
    r"|Tage|Urlaubstage|Jahre|Stunden|jours|ans|días|años|heures|horas|days’)\b)"
)
_JOINT = (
    r"(?P<sign>[-‐-―−﹣－~〜～_]+>?|→|&[mn]dash;"
    r"|(?:up\s?to|to|until|till?|bis(?:\szu)?|à|au?|al|do|до|tot|through|hasta|ao|até|ate"
    r"|jusqu['’]à|fino\sa|hingga|sampai|đến|から)(?!\w)"
    r"|(?:(?:[.,;/]|and)\s*)?(?:an?\s|the\s)?max(?:imum)?\.?(?:\s?(?:of|is|salary|:))*"
    r"|(?P<both>(?:and|und|y|et|e|en|och|og|i|и)(?!\w)|&)|(?P<slash>/))"
)
_PLAIN_JOINTS = frozenset({"-", "–", "—", "to", "bis"})  # most joints, without the pattern
_BETWEEN_REACH = 30
_HOURLY = re.compile(r"\s?(?:/|per\s|an\s)\s?h")
_RANGE_REACH = 100  # characters between the two figures of a range
_NEAR = 25  # the same where one of them is a bare number
MOST_FIGURES = 2000
"""Longer than any advert: 27 is the most among 82,869 real ones. What has more is a price list."""
_THOUSANDS = 10_000  # a number from here on needs no "k"
_NEEDLESS_K = 'a "k" behind full thousands; left out'
TOO_LARGE = Decimal(10) ** 12
"""No currency's yearly pay has thirteen digits; longer figures are ids and nonsense."""


class Figure(NamedTuple):
    """A number as written, with what is attached to it."""

    start: int  # of the currency mark before the number, or of the number
    end: int  # of the number, its scale, or the currency mark after it
    number: Decimal  # without the scale
    scale: str | None  # a group name of the grammar
    mark: str | None  # currency mark as written
    is_marked_before: bool
    is_grouped: bool  # "120,000"
    is_counted: bool  # a percentage, or so many days, people
    is_comma_decimal: bool  # "188,00"
    is_overlong: bool  # "70,0000"

    @property
    def has_needless_k(self) -> bool:
        """Whether full thousands are said to be thousands: "130,000K"."""
        return self.scale == "k" and self.is_grouped and self.number >= _THOUSANDS

    def value(self, scale: str | None = None) -> Decimal:
        """The amount with its own scale, else this one."""
        name = self.scale or scale
        if name is None or self.has_needless_k:
            return self.number
        value = self.number * _SCALES[name]
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


class Amount(NamedTuple):
    """One figure, or a range of two, as the text has it."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    is_range: bool
    marks: tuple[str, ...]  # currency marks as written, in order
    scale: str | None
    is_grouped: bool
    is_counted: bool
    inner: str  # what stands between the two figures
    slip: str | None  # a slip of the pen that was read over


def to_decimal(raw: str) -> Decimal:
    """The number that digits with grouping and decimal signs write.

    Args:
        raw: "120,000.50", "65.000", "7 916,66", "3,00,000", "120'000", "31,2".

    Returns:
        Its exact value. One or two digits behind the last comma or point are decimals, three are
        a group, so that no locale has to be known.
    """
    if raw.isdigit():
        return Decimal(raw)
    decimals = _DECIMALS.search(raw)
    whole = re.sub(r"\D", "", raw[: decimals.start()] if decimals else raw)
    return Decimal(f"{whole}.{decimals.group(1)}" if decimals else whole)


def figures(text: str, *, is_prose: bool = False) -> list[Figure]:
    """All numbers of a text that could be amounts, in order.

    Args:
        text: Plain text.
        is_prose: Leave out small numbers and years that have no currency, unless a telling figure
            is near: of prose, most numbers are such.

    Returns:
        One figure for each of the first `MOST_FIGURES`; numbers inside words, dates and addresses
        are left out.
    """
    found: list[Figure] = []
    looked_at = _telling(text) if is_prose else _FIGURE.finditer(text)
    for m in islice(looked_at, MOST_FIGURES):
        figure = _figure(text, m, found[-1].end if found else 0)
        if figure:
            found.append(figure)
    return found


def _telling(text: str) -> Iterator[re.Match[str]]:
    """The figures that could be pay by their looks, and those beside such a one."""
    plain: re.Match[str] | None = None  # the last one, as long as nothing followed it
    reach = 0  # how far from the last telling figure the next one is beside it
    for m in _FIGURE.finditer(text):
        begin, end = m.span()
        if end - begin < 6 and _is_plain(text, m, begin, end):
            if begin < reach:
                yield m
                plain, reach = None, 0
            else:
                plain = m
            continue
        if plain and begin - plain.end() < _NEAR:
            yield plain
        yield m
        plain, reach = None, end + _NEAR


def _is_plain(text: str, m: re.Match[str], begin: int, end: int) -> bool:
    """Whether a short number is small or a year, without a scale or a currency mark."""
    if m.lastgroup:
        return False
    if end - begin > 3:
        digits = m.group()
        if digits[:2] not in {"19", "20"} and digits.isdigit():
            return False
    if _HOURLY.match(text, end):
        return False
    return not currency.may_be_marked(text, begin, end)


def _figure(text: str, m: re.Match[str], previous_end: int) -> Figure | None:
    """A number with what is attached to it; None inside a word, a date or an address."""
    begin, end = m.span()
    start = begin
    mark: str | None = None
    hit = currency.before(text, begin)
    if hit and hit[1] >= previous_end:
        mark, start = hit
    is_marked_before = mark is not None
    if not is_marked_before and begin:
        previous = text[begin - 1]
        if (previous.isalpha() and previous.isascii()) or previous in "_@#=%":
            return None
        if previous in ".,:'" and text[begin - 2 : begin - 1].isdigit():
            return None
    scale = m.lastgroup
    digits = m.group()[: m.start(scale) - begin] if scale else m.group()
    digits = digits.rstrip(".,-–—+ \u00a0\u202f")
    tail = currency.after(text, end)
    if tail and tail.group(2) and (mark or digits.isdigit()):
        tail = None  # "level 3 $120k": the mark of the next figure
    if tail:
        own = currency.code_of(mark) if mark else None
        if own is None or own == currency.code_of(tail.group(1)):
            mark = tail.group(1)
            end = tail.end(1) if tail.group(2) else tail.end()
    else:
        behind = text[end : end + 2]
        is_word = behind[:1] == "_" or (behind[:1].isalnum() and behind[0].isascii())
        if is_word and not (mark and _GLUED_UNIT.match(text, end)):
            return None
        if behind[:1] in (".", ",") and behind[1:].isdigit():
            return None
    number = to_decimal(digits)
    is_overlong = digits[-5:-4] == ","
    if is_overlong:
        number /= 10
    if number >= TOO_LARGE:
        return None
    if scale == "mil":
        scale = "m" if mark in _ENGLISH_MARKS else "k"
    return Figure(
        start,
        end,
        number,
        scale,
        mark,
        is_marked_before,
        len(digits) > 3 and not digits[:-3].isdigit(),
        mark is None and bool(_COUNTED.match(text, m.end())),
        digits[-3:-2] == ",",
        is_overlong,
    )


@cache
def _gap() -> re.Pattern[str]:
    codes = "|".join(currency.currencies())
    return re.compile(
        rf"[\s*]*\+?(?:(?:{period.inline()}|(?:{words.alternatives('gross')})(?!\w)"
        rf"|\[[^\]]{{0,90}}\]|\((?:[^()]{{0,30}})\)|(?:{codes})(?!\w)|/)[\s*]*){{0,4}}"
        r"(?:[;,]?\s*(?:this\s|which\s)?(?:rising|rises|increasing|increases|going|progressing)\s)?"
        rf"[\s*]*{_JOINT}[\s*]*"
        r"(?:(?:up\sto|about|around|approx\.?|ca\.?|circa|over|max(?:imum)?:?|от|до)\s)?[\s~*]*",
        re.IGNORECASE,
    )


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words.alternatives('between')})(?!\w)[^.;|]*\Z", re.IGNORECASE)


def amounts(text: str, *, is_prose: bool = False) -> list[Amount]:
    """The figures of a text, joined to ranges where the text joins them.

    Args:
        text: Plain text.
        is_prose: As for `figures`.

    Returns:
        Amounts in order; a figure is part of one amount only.
    """
    marked = figures(text, is_prose=is_prose)
    found: list[Amount] = []
    i = 0
    while i < len(marked):
        amount = _range(text, marked[i], marked[i + 1]) if i + 1 < len(marked) else None
        if amount is None:
            only = marked[i]
            value = only.value()
            marks = (only.mark,) if only.mark else ()
            amount = Amount(
                *(only.start, only.end, value, value, False, marks, only.scale),
                *(only.is_grouped, only.is_counted, ""),
                _NEEDLESS_K if only.has_needless_k else None,
            )
            i += 1
        else:
            i += 2
        found.append(amount)
    return found


def _range(text: str, first: Figure, second: Figure) -> Amount | None:
    """The range that two neighbouring figures write, if they do."""
    if not 0 < second.start - first.end <= _RANGE_REACH:
        return None
    inner = text[first.end : second.start]
    if first.is_counted or second.is_counted:
        return None
    is_bare = first.mark is None and first.scale is None and not first.is_grouped
    if is_bare and second.is_marked_before:
        return None  # "3 - €60k"
    is_slash = False
    if inner.strip() not in _PLAIN_JOINTS:
        joint = _gap().fullmatch(inner)
        if joint is None:
            return None
        is_slash = joint.group("slash") is not None
        if joint.group("both") and not _between().search(
            text, max(0, first.start - _BETWEEN_REACH), first.start
        ):
            return None
    marks = tuple(mark for mark in (first.mark, second.mark) if mark)
    codes = {code for mark in marks if (code := currency.code_of(mark))}
    if len(codes) > 1:
        return None
    if is_slash and ((second.mark and second.is_marked_before) or len(inner) > 1):
        return None
    low, high = _values(first, second)
    slip = None
    if is_slip := _lacks_digit(first, second):
        low, high = low * 1000, high
    elif is_slip := _lacks_digit(second, first):
        low, high = low, high * 1000
    if is_slip:
        slip = "a digit is missing behind a comma; read as thousands"
    if first.is_overlong or second.is_overlong:
        slip = "a digit too many behind a comma; read as thousands"
    if first.has_needless_k or second.has_needless_k:
        slip = _NEEDLESS_K
    if low > high and not ((second.scale and first.scale) or (second.mark and first.mark)):
        return None  # "$120,000 - 15 days": not the end of a range
    if is_bare and high > 10 * low and not second.mark:
        return None
    return Amount(
        *(first.start, second.end, low, high, True, marks, second.scale or first.scale),
        *(first.is_grouped or second.is_grouped, False, inner, slip),
    )


def _lacks_digit(figure: Figure, other: Figure) -> bool:
    """Whether a comma that groups the other figure's thousands has two digits here: "$188,00"."""
    return (
        figure.is_comma_decimal
        and not figure.is_grouped
        and other.is_grouped
        and not other.is_comma_decimal
        and figure.number * 100 < other.number
    )


def _values(first: Figure, second: Figure) -> tuple[Decimal, Decimal]:
    """Both ends; a scale or thousands written once ("120-150k", "55-65,000") count for both."""
    low, high = first.value(), second.value()
    if second.scale in {"man", "senman", "juta"} and first.scale is None and low <= second.number:
        return first.value(second.scale), high
    is_short = 10 <= first.number < 1000 and first.scale is None and first.number.as_tuple()[2] == 0
    is_one_mark = second.is_grouped and second.scale is None and not second.is_marked_before
    if is_short and is_one_mark and high < 1_000_000:
        return (low * 1000 if low * 100 < high and low * 1000 <= high else low), high
    if first.scale is None and second.scale and first.number < 1000 and not first.is_grouped:
        scaled = first.value(second.scale)
        low = scaled if scaled <= high else low
    if second.scale is None and first.scale and second.number < 1000 and not second.is_grouped:
        high = second.value(first.scale)
    return low, high
