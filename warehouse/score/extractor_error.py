"""Right and wrong readings of each framework's family, as the claims carry them along.

Belongs here: counting them on labelled postings and on the labelled captures, and writing the file
that `warehouse.statistics.misclassification` reads. Does not belong here: what is made of them, or
scores for people (`report`, `corpus`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from warehouse.score.corpus import published_frameworks
from warehouse.score.report import labelled_frameworks
from warehouse.statistics.misclassification import COLUMNS, FRAMEWORKS, ErrorCounts


def count_errors(
    rows: Sequence[Mapping[str, Any]],
    predicted: Mapping[str, Collection[str]],
    sample: str,
    family_of: Mapping[str, str],
) -> Iterator[ErrorCounts]:
    """Count readings by framework, families taken together as the claims do.

    A posting whose labels leave open whether it names a family ("optional") counts neither way.

    Args:
        rows: Labelled postings with "id", "labels" and "optional".
        predicted: Leaf ids found, by posting id.
        sample: What the sample is called.
        family_of: Family by leaf id; a leaf that is missing is a family of its own.

    Yields:
        The counts of each framework.
    """
    for framework in FRAMEWORKS:
        cells = {(due, given): 0 for due in (True, False) for given in (True, False)}
        for row in rows:
            due, may_be, given = (
                framework in {family_of.get(leaf, leaf) for leaf in leaves}
                for leaves in (row["labels"], row.get("optional", ()), predicted[row["id"]])
            )
            if due or not may_be:
                cells[due, given] += 1
        yield ErrorCounts(
            framework,
            sample,
            true_positive=cells[True, True],
            false_negative=cells[True, False],
            true_negative=cells[False, False],
            false_positive=cells[False, True],
        )


def extractor_error(directory: Path, con: duckdb.DuckDBPyConnection) -> list[ErrorCounts]:
    """Count readings on labelled postings and on both halves of the labelled captures.

    Args:
        directory: Holds `frameworks.jsonl`.
        con: A publication made from the captures that the labels speak of.

    Returns:
        The counts by sample and framework; a sample that is not there has no rows.

    Raises:
        ScoreError: If a row of `frameworks.jsonl` is not as its guide says.
    """
    family_of = _families()
    samples = {
        "gold": labelled_frameworks(directory),
        **{half: published_frameworks(con, half) for half in ("tuned", "kept")},
    }
    return [
        counts
        for sample, (rows, predicted) in samples.items()
        if rows
        for counts in count_errors(rows, predicted, sample, family_of)
    ]


def _families() -> dict[str, str]:
    """Family by leaf id."""
    path = files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    with path.open(encoding="utf-8") as lines:
        return {row["technology"]: row["family"] for row in csv.DictReader(lines)}


def as_csv(counts: Iterable[ErrorCounts]) -> str:
    """Write counts as the file that claims read.

    Args:
        counts: The counts.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(counts)
    return text.getvalue()
