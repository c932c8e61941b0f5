"""Interval strips: an interval on a scale beside the values that a claim allows.

Belongs here: scales, ticks and places, as per cent of a strip's width, so that one drawing fits a
phone and a desk. Does not belong here: which intervals are drawn (`cards`), or how (`templates`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warehouse.publish.wording import figure, is_number

_LOG_UNITS = ("ratio",)
_REACH = 8.0  # how far an interval may drag a log scale beyond estimates and claimed values
_SPANS = 3.0  # the same on a linear scale, in widths of what lies in between
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
    """From values of a unit to per cent of the width."""

    low: float
    high: float
    is_log: bool

    def at(self, value: float) -> float:
        """Place of a value, those beyond the scale at its ends."""
        low, high, value = (self._on(v) for v in (self.low, self.high, value))
        return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 2)

    def _on(self, value: float) -> float:
        return math.log(max(value, 1e-12)) if self.is_log else value


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


def _scale(figures: Iterable[Measured], unit: str | None) -> Scale | None:
    is_log = unit in _LOG_UNITS
    figures = list(figures)
    firm = _known((f.estimate for f in figures), is_log=is_log)
    firm += _known((end for f in figures for end in f.claimed or ()), is_log=is_log)
    ends = _known((end for f in figures for end in (f.low, f.high)), is_log=is_log)
    if not _known((f.estimate for f in figures), is_log=is_log) and not ends:
        return None
    firm = firm or ends
    low, high = min(firm), max(firm)
    if is_log:
        least, most = low / _REACH, high * _REACH
    else:
        reach = _SPANS * ((high - low) or abs(high) or 1.0)
        least, most = low - reach, high + reach
    low, high = (
        min([low, *(max(e, least) for e in ends)]),
        max([high, *(min(e, most) for e in ends)]),
    )
    if low == high:
        low, high = (low / 2, high * 2) if is_log else (low - 0.5 * _room(low), high + _room(high))
    if is_log:
        padding = (high / low) ** _PADDING
        return Scale(low / padding, high * padding, True)
    padding = _PADDING * (high - low)
    bounds = (0.0, 1.0) if unit in ("share", "share of variance") else (-math.inf, math.inf)
    if unit == "share of variance":
        bounds = (-math.inf, 1.0)
    return Scale(max(bounds[0], low - padding), min(bounds[1], high + padding), False)


def _known(values: Iterable[float | None], *, is_log: bool) -> list[float]:
    found = [float(v) for v in values if v is not None and is_number(v) and math.isfinite(v)]
    return [value for value in found if value > 0] if is_log else found


def _room(value: float) -> float:
    return abs(value) / 10 or 0.1


def _strip(measured: Measured, words: str, unit: str | None, scale: Scale) -> Strip:
    low, high = _end(measured.low, scale), _end(measured.high, scale)
    bar, is_open = None, (False, False)
    if low is not None or high is not None:
        start, end = scale.low if low is None else low, scale.high if high is None else high
        is_open = (low is None or low < scale.low, high is None or high > scale.high)
        bar = (scale.at(start), round(scale.at(end) - scale.at(start), 2))
    estimate = _end(measured.estimate, scale)
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


def _end(value: float | None, scale: Scale) -> float | None:
    if value is None or not is_number(value) or not math.isfinite(value):
        return None
    return value if value > 0 or not scale.is_log else scale.low / 2


def _claimed(
    claimed: tuple[float | None, float | None] | None, scale: Scale
) -> tuple[float, float] | None:
    if claimed is None or claimed == (None, None):
        return None
    start = scale.at(scale.low if claimed[0] is None else claimed[0])
    end = scale.at(scale.high if claimed[1] is None else claimed[1])
    return start, round(end - start, 2)


def _ticks(scale: Scale, unit: str | None) -> tuple[Tick, ...]:
    values = _ratio_ticks(scale) if scale.is_log else []
    if len(values) < 2:
        values = _even_ticks(scale, is_whole=unit == "year")
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
    inside = [value for value in _RATIO_TICKS if scale.low <= value <= scale.high]
    decades = [value for value in inside if math.log10(value) % 1 == 0]
    return inside if len(inside) <= _TICKS + 2 else decades if len(decades) >= 2 else inside[::2]


def _even_ticks(scale: Scale, *, is_whole: bool) -> list[float]:
    span = scale.high - scale.low
    step = 10.0 ** math.floor(math.log10(span / _TICKS))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= _TICKS + 1)
    step = max(step, 1.0) if is_whole else step
    first = math.ceil(scale.low / step - 1e-9)
    last = math.floor(scale.high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]
