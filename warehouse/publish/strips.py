"""Interval strips: an interval on a scale beside the values that a claim allows.

Belongs here: scales, ticks and places, as per cent of a strip's width, so that one drawing fits a
phone and a desk. Does not belong here: which intervals are drawn (`cards`), or how (`templates`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from warehouse.publish.wording import figure

_LOG_UNITS = ("ratio",)
_SHARES = ("share", "share of variance")
_REACH = 3.0  # how far an interval may drag the scale beyond the estimates, in usual widths
_ALIKE = 1e-9  # differences that no reader sees
_PADDING = 0.04  # of the scale, at both ends
_TICKS = 4
_RATIO_TICKS = tuple(m * 10.0**e for e in range(-4, 5) for m in (1, 2, 5))
_EDGE = 8.0  # per cent: nearer to an end a tick's label is aligned with it


class Measured(NamedTuple):
    """A figure to draw: NULL and NaN of an end is open, of the estimate unknown."""

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    verdict: str | None
    based: str
    claimed: tuple[float | None, float | None] | None = None


class Tick(NamedTuple):
    """A place on the scale with its label."""

    at: float
    label: str
    anchor: str


class Strip(NamedTuple):
    """A drawn figure; places are per cent of the width, None where there is nothing to draw."""

    label: str
    said: str
    interval: str
    based: str
    verdict: str | None
    at: float | None
    bar: tuple[float, float] | None  # start and width
    is_open: tuple[bool, bool]  # the bar goes on beyond the strip
    claimed: tuple[float, float] | None  # start and width


class Panel(NamedTuple):
    """Strips of one unit on one scale."""

    unit: str | None
    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]


class Scale(NamedTuple):
    """From values of a unit to per cent of the width; ends are logarithms where `is_log`."""

    low: float
    high: float
    is_log: bool

    def at(self, value: float) -> float:
        """Place of a value, those beyond the scale at its ends."""
        place = (self.on(value) - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, place)), 2)

    def on(self, value: float) -> float:
        """A value as the scale has it; nothing lies below all logarithms."""
        if not self.is_log:
            return value
        return math.log(value) if value > 0 else -math.inf


def panel_of(figures: Sequence[Measured], unit: str | None, *, said: Sequence[str]) -> Panel | None:
    """Draw figures of one unit on one scale.

    Args:
        figures: What is drawn.
        unit: Their unit, one of `warehouse.claims.rules.Unit`.
        said: Their intervals in words, in the same order.

    Returns:
        The panel; none where no figure is known.
    """
    scale = _scale(figures, unit)
    if scale is None:
        return None
    strips = tuple(
        _strip(measured, words, unit, scale) for measured, words in zip(figures, said, strict=True)
    )
    return Panel(unit, strips, _ticks(scale, unit))


def _scale(figures: Sequence[Measured], unit: str | None) -> Scale | None:
    is_log = unit in _LOG_UNITS
    estimates = _known((f.estimate for f in figures), is_log=is_log)
    claimed = _known((end for f in figures for end in f.claimed or ()), is_log=is_log)
    ends = _known((end for f in figures for end in (f.low, f.high)), is_log=is_log)
    if not estimates and not ends:
        return None
    firm = estimates + claimed or ends
    low, high = min(firm), max(firm)
    # An interval that knows next to nothing must not flatten the others.
    reach = _REACH * (_usual_width(figures, is_log=is_log) or math.inf)
    low, high = (
        min(end for end in [low, *ends] if end >= low - reach),
        max(end for end in [high, *ends] if end <= high + reach),
    )
    if high - low < _ALIKE * max(1.0, abs(high)):
        room = math.log(2) if is_log else max(abs(low) / 10, _ALIKE) if low else 0.1
        low, high = low - room, high + room
    padding = _PADDING * (high - low)
    low, high = low - padding, high + padding
    least, most = (0.0 if unit == "share" else -math.inf), (1.0 if unit in _SHARES else math.inf)
    if low >= most or high <= least:  # nothing that is of this unit
        return Scale(low, high, is_log)
    return Scale(max(least, low), min(most, high), is_log)


def _usual_width(figures: Sequence[Measured], *, is_log: bool) -> float:
    """The median width of intervals with two ends, as the scale has it; 0 where there is none."""
    known = [_known((f.low, f.high), is_log=is_log) for f in figures]
    return median([ends[1] - ends[0] for ends in known if len(ends) == 2] or [0.0])


def _known(values: Iterable[float | None], *, is_log: bool) -> list[float]:
    """The values that have a place on a scale, as it has them: their logarithms, if it is one."""
    found = [float(v) for v in values if v is not None and math.isfinite(v)]
    return [math.log(value) for value in found if value > 0] if is_log else found


def _strip(measured: Measured, words: str, unit: str | None, scale: Scale) -> Strip:
    low, high = _known_end(measured.low), _known_end(measured.high)
    bar, is_open = None, (False, False)
    if low is not None or high is not None:
        start = 0.0 if low is None else scale.at(low)
        end = 100.0 if high is None else scale.at(high)
        bar = (start, round(end - start, 2))
        is_open = (
            low is None or scale.on(low) < scale.low,
            high is None or scale.on(high) > scale.high,
        )
    estimate = _known_end(measured.estimate)
    return Strip(
        measured.label,
        figure(measured.estimate, unit),
        words,
        measured.based,
        measured.verdict,
        None if estimate is None else scale.at(estimate),
        bar,
        is_open,
        _claimed(measured.claimed, scale),
    )


def _known_end(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _claimed(
    claimed: tuple[float | None, float | None] | None, scale: Scale
) -> tuple[float, float] | None:
    if claimed is None or claimed == (None, None):
        return None
    start = 0.0 if claimed[0] is None else scale.at(claimed[0])
    end = 100.0 if claimed[1] is None else scale.at(claimed[1])
    return start, round(end - start, 2)


def _ticks(scale: Scale, unit: str | None) -> tuple[Tick, ...]:
    values = (
        _ratio_ticks(scale)
        if scale.is_log
        else _even_ticks(scale.low, scale.high, 1.0 if unit == "year" else 0.0)
    )
    return tuple(
        Tick(
            at,
            _label(value, unit),
            "start" if at < _EDGE else "end" if at > 100 - _EDGE else "middle",
        )
        for value in values
        for at in [scale.at(value)]
    )


def _label(value: float, unit: str | None) -> str:
    if unit == "year":
        return f"{value:.0f}"
    if unit in ("ratio", None, "Cramér's V"):
        return f"{value:.10g}"
    return (
        figure(value, unit).removesuffix("\N{NO-BREAK SPACE}points").removesuffix(" points a year")
    )


def _ratio_ticks(scale: Scale) -> list[float]:
    low, high = math.exp(scale.low), math.exp(scale.high)
    inside = [value for value in _RATIO_TICKS if low <= value <= high]
    if len(inside) < 2:
        return _even_ticks(low, high)
    decades = [value for value in inside if math.log10(value) % 1 == 0]
    if len(inside) <= _TICKS + 2:
        return inside
    return decades[:: math.ceil(len(decades) / _TICKS)] if len(decades) >= 2 else inside[::2]


def _even_ticks(low: float, high: float, least: float = 0.0) -> list[float]:
    """Round values between two ends, some four of them, no closer than `least`."""
    step = 10.0 ** math.floor(math.log10((high - low) / _TICKS))
    step *= next(m for m in (1, 2, 5, 10) if (high - low) / (step * m) <= _TICKS + 1)
    step = max(step, least)
    places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [round(n * step, 12) for n in places]
