"""Scores for people: tables for a terminal, and the same as Markdown for the docs.

Belongs here: which scores stand together, and how a figure is written. Does not belong here: what
was measured (`report`, `corpus`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.table import Table

from warehouse.score.report import Mistake, Scores

_MEASURES = {"precision": "precision", "recall": "recall", "f1": "F1", "accuracy": "accuracy"}


class Sheet(NamedTuple):
    """A table of text."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def sheets(scores: Scores, mistakes: Sequence[Mistake]) -> Iterator[Sheet]:
    """The tables of a report: all parts, single labels, single sources, what was wrong.

    Args:
        scores: As `score_folder` gives them.
        mistakes: Likewise.

    Yields:
        The tables that have a row.
    """
    labels = {part for part in scores if part.startswith("mentions: ")}
    sources = {part for part in scores if " in " in part} - labels
    parts = scores.keys() - labels - sources
    for title, chosen in (
        ("Accuracy on labelled postings, with 95 % intervals", parts),
        ("Single frameworks", labels),
        ("Single sources", sources),
    ):
        rows = [(part, *_cells(score)) for part, score in scores.items() if part in chosen]
        if rows:
            yield Sheet(title, ("what", "cases", *_MEASURES.values()), rows)
    if mistakes:
        yield Sheet(
            "What was read otherwise than labelled",
            ("what", "posting", "label", "read"),
            [(mistake.part, mistake.id, mistake.due, mistake.given) for mistake in mistakes],
        )


def _cells(score: Mapping[str, Any]) -> list[str]:
    return [f"{score['n']:,}", *(_figure(score.get(measure)) for measure in _MEASURES)]


def _figure(value: Mapping[str, float] | None) -> str:
    if value is None:
        return ""
    return f"{value['estimate']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def as_table(sheet: Sheet) -> Table:
    """A sheet for a terminal.

    Args:
        sheet: The sheet.
    """
    table = Table(title=sheet.title)
    for column in sheet.columns:
        is_figure = column in {"cases", *_MEASURES.values()}
        table.add_column(column, justify="right" if is_figure else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    return table


def as_markdown(found: Iterable[Sheet]) -> str:
    """Sheets as a Markdown page's part.

    Args:
        found: The sheets.
    """
    return "\n".join(
        "\n".join(
            [
                f"### {sheet.title}",
                "",
                *(
                    "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
                    for row in (sheet.columns, ["---"] * len(sheet.columns), *sheet.rows)
                ),
                "",
            ]
        )
        for sheet in found
    )
