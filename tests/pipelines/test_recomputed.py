"""Every figure and verdict on a second path, over whole runs of the sample and the captures."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.claims.table_checks import differences, of_folder, sql_differences
from tests.pipelines.conftest import ON_SAMPLE, Command


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


@pytest.fixture(scope="session")
def captures(shared: Path, tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A DATA folder with the real captures replayed into it."""
    data = tmp_path_factory.mktemp("captures") / "data"
    done = command("run", "--quiet", "--replay", shared / "captures", "--data", data)
    assert done.returncode == 0, done.stderr
    return data


@pytest.mark.shared
@pytest.mark.xdist_group("captures")  # a replay takes a minute and a half
def test_the_captures_table_is_that_of_the_second_path(captures: Path) -> None:
    with duckdb.connect(str(captures / "warehouse.duckdb"), read_only=True) as con:
        assert differences(of_folder(con)) == []


@pytest.mark.shared
@pytest.mark.xdist_group("captures")
def test_the_captures_estimates_are_those_of_their_sql(captures: Path) -> None:
    assert by_sql(captures) == []
