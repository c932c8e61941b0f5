"""Counts of right and wrong readings, as the claims carry them along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from warehouse.score.extractor_error import as_csv, count_errors, extractor_error
from warehouse.score.report import ScoreError
from warehouse.statistics.misclassification import ErrorCounts, read_error_counts

FAMILY_OF = {"tensorflow": "tensorflow", "tflite": "tensorflow", "pytorch": "pytorch"}


def row(name: str, *labels: str, optional: tuple[str, ...] = ()) -> dict[str, object]:
    return {"id": name, "labels": list(labels), "optional": list(optional)}


def test_families_count_as_one_and_open_questions_not_at_all():
    rows = [
        row("leaf for leaf", "tflite"),  # another leaf of the family is right too
        row("missed", "pytorch", "tensorflow"),
        row("surplus", "keras"),
        row("nothing"),
        row("open", optional=("tflite",)),
        row("due all the same", "tensorflow", optional=("tflite",)),
    ]
    given = {
        "leaf for leaf": {"tensorflow"},
        "missed": {"pytorch"},
        "surplus": {"keras", "tflite"},
        "nothing": set(),
        "open": {"tflite"},
        "due all the same": {"tensorflow", "tflite"},
    }
    assert list(count_errors(rows, given, "kept", FAMILY_OF)) == [
        ErrorCounts("pytorch", "kept", 1, 0, 5, 0),
        ErrorCounts("tensorflow", "kept", 2, 1, 1, 1),
        ErrorCounts("jax", "kept", 0, 0, 6, 0),
    ]


@pytest.fixture
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """A publication that has one of the labelled adverts, and reads one framework too many."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA out; "
            "CREATE TABLE out.postings AS SELECT 'hackernews:22465477:22467656' AS posting_id; "
            "CREATE TABLE out.mentions AS SELECT posting_id, framework, 'framework' AS kind "
            "FROM out.postings, (VALUES ('tensorflow'), ('jax')) AS found (framework)"
        )
        yield con


def test_samples_are_counted_where_they_are(tmp_path: Path, published: duckdb.DuckDBPyConnection):
    labelled = {
        "id": "hackernews-1",
        "text": "We train models with PyTorch and TensorFlow Lite.",
        "labels": ["pytorch", "tflite"],
        "optional": [],
    }
    assert [c.sample for c in extractor_error(tmp_path, published)] == ["tuned"] * 3
    (tmp_path / "frameworks.jsonl").write_text(json.dumps(labelled), encoding="utf-8")
    assert extractor_error(tmp_path, published) == [
        ErrorCounts("pytorch", "gold", 1, 0, 0, 0),
        ErrorCounts("tensorflow", "gold", 1, 0, 0, 0),
        ErrorCounts("jax", "gold", 0, 0, 1, 0),
        ErrorCounts("pytorch", "tuned", 0, 0, 1, 0),
        ErrorCounts("tensorflow", "tuned", 1, 0, 0, 0),
        ErrorCounts("jax", "tuned", 0, 0, 0, 1),
    ]


def test_a_faulty_row_is_named(tmp_path: Path, published: duckdb.DuckDBPyConnection):
    (tmp_path / "frameworks.jsonl").write_text('{"id": "x"}', encoding="utf-8")
    with pytest.raises(ScoreError, match="line 1"):
        extractor_error(tmp_path, published)


def test_what_is_written_can_be_read(tmp_path: Path):
    counts = [
        ErrorCounts(framework, "kept", 1, 2, 3, 4) for framework in ("pytorch", "tensorflow", "jax")
    ]
    path = tmp_path / "errors.csv"
    path.write_text(as_csv(counts), encoding="utf-8")
    assert list(read_error_counts(path)) == counts


def test_the_command_needs_a_publication(tmp_path: Path):
    answer = CliRunner().invoke(app, ["score", str(tmp_path), "--errors", str(tmp_path / "e.csv")])
    assert answer.exit_code == 2
    assert "needs --data" in answer.output
