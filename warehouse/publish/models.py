"""Models of a hub, by framework.

Belongs here: choosing the rows of the models' shares that the page shows, and their words. Does not
belong here: how a chart is drawn (`charts`), or any figure that is not in a table of `out`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from warehouse.publish import charts
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.wording import count, counted, day_said, figure

_ENOUGH_SNAPSHOTS = 3  # for lines over time; of fewer, the newest day is shown as bars
_MOST_BARS = 12
_ORDER = ("newest", "most downloaded")
_NAMES = {
    "pytorch": "PyTorch",
    "tf": "TensorFlow",
    "jax": "JAX",
    "paddle": "PaddlePaddle",
    "mxnet": "MXNet",
    "mindspore": "MindSpore",
    "onnx": "ONNX",
    "openvino": "OpenVINO",
    "coreml": "Core ML",
    "mlx": "MLX",
    "gguf": "GGUF",
    "safetensors": "safetensors only",
    "none": "none found",
}
_NO_FRAMEWORK = ("safetensors", "none")


class Panel(NamedTuple):
    """The chart of one ranking, and the sentence above it."""

    name: str
    said: str
    figure: Figure


def models_section(publication: Publication, *, is_sample: bool) -> list[Panel]:
    """The shares of models by ranking, newest first; empty where no model was observed.

    Args:
        publication: Its `out.model_share` is read.
        is_sample: Marks the charts.
    """
    if not publication.has("out.model_share"):
        return []
    by_ranking: dict[str, list[Row]] = {}
    for row in publication.rows(
        """SELECT snapshot, framework, "group" AS ranking, n_models, share FROM "out".model_share
        WHERE share IS NOT NULL ORDER BY snapshot, share DESC, framework"""
    ):
        by_ranking.setdefault(row["ranking"], []).append(row)
    rankings = sorted(
        by_ranking,
        key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name),
    )
    return [
        _panel(name, by_ranking[name], f"models-{number}", is_sample=is_sample)
        for number, name in enumerate(rankings)
    ]


def _panel(ranking: str, rows: Sequence[Row], key: str, *, is_sample: bool) -> Panel:
    """One ranking: over time where there are days enough, else its newest day."""
    days = list(dict.fromkeys(row["snapshot"] for row in rows))
    newest = [row for row in rows if row["snapshot"] == days[-1]]
    drawn = {row["framework"] for row in rows} & (set(charts.FRAMEWORKS) - {"none"})
    is_course = len(days) >= _ENOUGH_SNAPSHOTS and bool(drawn)
    said = ", ".join(
        f"{_name(row)} {figure(row['share'], 'share')}"
        for row in newest
        if row["framework"] not in _NO_FRAMEWORK
    )
    if is_course:
        lines = _lines(rows, days, drawn)
        wide, narrow = (
            Markup(charts.share_chart(lines, size, is_sample=is_sample, key=key))
            for size in charts.SIZES
        )
    else:
        bars = [
            {**row, "name": _name(row), "said": figure(row["share"], "share")}
            for row in newest[:_MOST_BARS]
        ]
        wide, narrow = (
            Markup(charts.bar_chart(bars, size, is_sample=is_sample, key=key))
            for size in charts.SIZES
        )
    day = day_said(days[-1])
    n_models = _ranked(newest)
    return Panel(
        f"{ranking[:1].upper()}{ranking[1:]}",
        f"On {day}, of the {counted(n_models, f'{ranking} models')} that were read: "
        f"{said or 'none for a known framework'}. A model can be for several.",
        Figure(
            wide,
            narrow,
            alternative=(
                f"{'Line' if is_course else 'Bar'} chart of the share of the {ranking} models by "
                f"framework. On {day}: {said or 'none for a known framework'}. The table below "
                "the chart holds every value."
            ),
            note=(
                f"Share of the {ranking} models that were read"
                f"{', by day of observation' if is_course else f' on {day}'}. "
                f"{'Rarer frameworks are in the table only. ' if is_course else ''}"
                "“safetensors only”: the format of the weights is all that is known."
            ),
            columns=("day", "framework", "models", "of the ranking"),
            rows=[
                (
                    row["snapshot"].isoformat(),
                    _name(row),
                    count(row["n_models"]),
                    figure(row["share"], "share"),
                )
                for row in _newest_first(rows, days)
            ],
        ),
    )


def _newest_first(rows: Sequence[Row], days: Sequence[date]) -> list[Row]:
    """The rows of each day in their order, the newest day first."""
    return [row for day in reversed(days) for row in rows if row["snapshot"] == day]


def _lines(rows: Sequence[Row], days: Sequence[date], drawn: set[str]) -> list[Row]:
    """A row for each day and drawn framework; one that a day lacks has no model."""
    found = {(row["snapshot"], row["framework"]): row["share"] for row in rows}
    return [
        {
            "period_start": day,
            "framework": framework,
            "share": found.get((day, framework), 0.0),
            "ci_low": None,
            "ci_high": None,
            "is_partial": False,
        }
        for day in days
        for framework in sorted(drawn)
    ]


def _ranked(rows: Sequence[Row]) -> int:
    """Models of a ranking that were read, which each share is of."""
    return max((round(row["n_models"] / row["share"]) for row in rows if row["share"]), default=0)


def _name(row: Row) -> str:
    framework: str = row["framework"]
    return _NAMES.get(framework, framework)
