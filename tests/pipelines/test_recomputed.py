"""Every figure and verdict on a second path, over whole runs of the sample and the captures."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.claims.table_checks import differences, of_folder, sql_differences
from tests.pipelines.conftest import ON_CAPTURES, ON_SAMPLE


@ON_SAMPLE
def test_the_sample_markets_table_is_that_of_the_second_path(sample: Path) -> None:
    with duckdb.connect(str(sample / "warehouse.duckdb"), read_only=True) as con:
        assert differences(of_folder(con)) == []


def by_sql(data: Path) -> list[str]:
    """Run the SQL of every claim on what was published, as a reader would."""
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        verdicts = con.sql("FROM out.claim_verdicts WHERE redo_sql IS NOT NULL").df()
        parts = con.sql("FROM out.claim_parts").df()
        assert len(verdicts) >= 50
        return sql_differences(con, verdicts, parts, verdicts["claim_id"])


@ON_SAMPLE
def test_the_sample_markets_estimates_are_those_of_their_sql(sample: Path) -> None:
    assert by_sql(sample) == []


@ON_CAPTURES
def test_the_captures_table_is_that_of_the_second_path(captures: Path) -> None:
    with duckdb.connect(str(captures / "warehouse.duckdb"), read_only=True) as con:
        assert differences(of_folder(con)) == []


@ON_CAPTURES
def test_the_captures_estimates_are_those_of_their_sql(captures: Path) -> None:
    assert by_sql(captures) == []
