"""The results as a table for a terminal, and as JSON.

Belongs here: how results are shown. Does not belong here: what they mean (`docs/benchmarks.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from warehouse.bench.measure import Baseline, Row, Spread, Written

_COLUMNS = (
    "part", "measured", "rate", "MB/s", "seconds", "peak MB", "written MB", "against", "ratio",
    "labels",
)  # fmt: skip
_NUMBERS = frozenset(_COLUMNS) - {"part", "measured", "against"}


def as_json(
    rows: Sequence[Row], machine: Mapping[str, Any], input_: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    """The results as plain data.

    Args:
        rows: What was measured.
        machine: What it was measured on.
        input_: What was read.
        seconds: How long all of it took.
    """
    return {
        "machine": dict(machine),
        "input": dict(input_),
        "seconds": round(seconds, 1),
        "rows": [asdict(row) for row in rows],
    }


def machine_line(machine: Mapping[str, Any]) -> str:
    """The machine in one line."""
    return (
        f"{machine['cores']} cores, {machine['cpu']}, {machine['system']}, "
        f"Python {machine['python']}, load {machine['load_before']} before"
    )


def input_line(read: Mapping[str, Any]) -> str:
    """What was read in one line."""
    if "adverts" not in read:
        return "no adverts needed"
    kinds = ", ".join(f"{count:,} {markup}" for markup, count in read["markup"].items())
    return f"{read['adverts']:,} adverts ({read['mb']} MB) of {read['adverts_from']}: {kinds}"


def table_of(rows: Sequence[Row]) -> Table:
    """The results as a table: medians over the repeats; of ratios smallest and largest too.

    Args:
        rows: What was measured.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in _COLUMNS:
        is_number = name in _NUMBERS
        table.add_column(name, justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        cells = [
            row.part,
            row.what,
            f"{_short(row.rate.median)} {row.unit}",
            _short(row.mb_per_s.median) if row.mb_per_s else "",
            _short(row.seconds.median),
            "" if row.peak_mb is None else f"{row.peak_mb:,.0f}",
            "" if row.written is None else _written(row.written),
        ]
        for baseline in row.baselines:
            table.add_row(
                *cells, _against(row, baseline), _spread(baseline.ratio), _labels(baseline)
            )
            cells = [""] * len(cells)
    return table


def grid_of(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Any figures as a table: texts to the left in the first column, the others to the right.

    Args:
        title: Above it.
        header: Names of the columns.
        rows: Cells, ready to print.
    """
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(header):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _against(row: Row, baseline: Baseline) -> str:
    peak = baseline.peak_mb
    said = baseline.name + ("" if peak is None else f" ({peak:,.0f} MB)")
    if row.written is not None and baseline.written is not None:
        said += f", written {_written(baseline.written)} MB"
        pairs = zip(astuple(row.written), astuple(baseline.written), strict=True)
        said += f", of which {' / '.join(_share(ours, theirs) for ours, theirs in pairs)}"
    return said


def _written(written: Written) -> str:
    """To storage, to write calls, growth of files; MB."""
    return " / ".join(_short(figure / 1e6) for figure in astuple(written))


def _share(part: float, whole: float) -> str:
    return f"{_short(100 * part / whole)} %" if whole > 0 else "-"


def _labels(baseline: Baseline) -> str:
    found = baseline.labels
    return f"{found.both:,} +{found.only_subject:,} -{found.only_baseline:,}" if found else ""


def _spread(figure: Spread) -> str:
    return f"{_short(figure.median)} \\[{_short(figure.min)}–{_short(figure.max)}]"


def _short(figure: float) -> str:
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}" if figure >= 1 else f"{figure:.2g}"
