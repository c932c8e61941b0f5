"""How often the pay that a text states is the pay that the employer's own fields state.

Belongs here: what counts as the same band, and the counts over adverts that have both. Does not
belong here: how bands are found (`warehouse.normalise.pay`), or labels given by people (`pay`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from warehouse.normalise.types import PayBand, Period

# "$145k" in the text for 144,750 in the fields: half of the last of three digits.
ROUNDING = Decimal("0.005")


class Agreement(NamedTuple):
    """Counts of adverts."""

    structured: int  # a band in the employer's fields
    agree: int  # of those, a band of the text equals one of the fields
    rounded: int  # the same but for rounding
    misread: int  # the figures of the fields are written in the text, which was read otherwise
    missed: int  # they are written in the text, and no band was found
    other_figures: int  # the text states bands, and the figures of the fields are not in it
    ids: dict[str, tuple[str, ...]]  # the adverts behind each of the last four counts

    def share(self) -> float | None:
        """The part of the adverts that write the fields' figures in their text where both agree."""
        both = self.agree + self.rounded + self.misread + self.missed
        return (self.agree + self.rounded) / both if both else None

    def share_of_all(self) -> float | None:
        """The part of all adverts whose text states a band where it agrees with the fields."""
        both = self.agree + self.rounded + self.misread + self.missed + self.other_figures
        return (self.agree + self.rounded) / both if both else None


class _Range(NamedTuple):
    low: Decimal
    high: Decimal
    currency: str
    period: Period


def agreement(adverts: Iterable[tuple[str, str, Sequence[PayBand]]]) -> Agreement:
    """Compare parsed with structured bands, advert by advert.

    Both sides are taken as stated, without what is implausible or estimated. They agree where some
    band of the text equals some band of the fields in both ends, currency and period; one is
    enough, because texts often give one zone of many. An open end takes the figure of the other
    one, because a field with a single figure does not say which end it is. Where one side splits by
    level what the other gives as one range, the range from the lowest to the highest end counts as
    a band too. The kind is not compared: a field named "salary" often holds what the text calls
    on-target earnings. Figures that differ by rounding are told apart from equal ones.

    Where they differ and the text doesn't have the figures of the fields, the employer states two
    different things (one of them is often out of date; a capture can't say which), whatever the
    parser does: such adverts are counted apart. Where the text has the figures, the parser is at
    fault until somebody has looked.

    Args:
        adverts: Id, text and all bands of each advert.

    Returns:
        The counts, with the ids of adverts that do not plainly agree.
    """
    structured = agree = 0
    ids: dict[str, list[str]] = {key: [] for key in ("rounded", "misread", "missed", "other")}
    for name, text, bands in adverts:
        ours = _ranges([b for b in bands if b.provenance == "structured"])
        theirs = _ranges([b for b in bands if b.provenance == "parsed"])
        structured += bool(ours)
        if not ours:
            continue
        is_written = any(_is_written(band, text) for band in ours)
        if _any_equal(theirs, ours, Decimal(0)):
            agree += 1
        elif _any_equal(theirs, ours, ROUNDING):
            ids["rounded"].append(name)
        elif theirs:
            ids["misread" if is_written else "other"].append(name)
        elif is_written:
            ids["missed"].append(name)
    return Agreement(
        structured,
        agree,
        rounded=len(ids["rounded"]),
        misread=len(ids["misread"]),
        missed=len(ids["missed"]),
        other_figures=len(ids["other"]),
        ids={key: tuple(found) for key, found in ids.items()},
    )


def _ranges(bands: Sequence[PayBand]) -> list[_Range]:
    """The plausible bands, and for each currency and period the range that they span together."""
    found: list[_Range] = []
    spans: dict[tuple[str, Period], _Range] = {}
    for band in bands:
        low = band.pay_max if band.pay_min is None else band.pay_min
        high = band.pay_min if band.pay_max is None else band.pay_max
        if not band.is_plausible or low is None or high is None:
            continue
        one = _Range(low, high, band.currency, band.period)
        found.append(one)
        span = spans.setdefault((band.currency, band.period), one)
        spans[band.currency, band.period] = span._replace(
            low=min(span.low, low), high=max(span.high, high)
        )
    return [*found, *(span for span in spans.values() if span not in found)]


def _any_equal(left: Sequence[_Range], right: Sequence[_Range], tolerance: Decimal) -> bool:
    return any(
        (a.currency, a.period) == (b.currency, b.period)
        and abs(a.low - b.low) <= tolerance * b.low
        and abs(a.high - b.high) <= tolerance * b.high
        for a in left
        for b in right
    )


def _is_written(band: _Range, text: str) -> bool:
    """Whether both ends of a range stand in a text; a single number may count anything."""
    return band.low < band.high and all(
        re.search(_written(end), text) for end in (band.low, band.high)
    )


def _written(end: Decimal) -> str:
    """A pattern for a figure in digits, grouped or not, or in thousands."""
    forms = [re.escape(f"{end.normalize():,f}").replace(",", r"[,. ’']?")]
    if end >= 1000:
        forms.append(re.escape(f"{(end / 1000).normalize():f}") + r"\s?[kK]")
    return rf"(?<![\d.,])(?:{'|'.join(forms)})(?!\d)"
