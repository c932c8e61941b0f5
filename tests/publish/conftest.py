"""Working warehouses and publications for the tests of publishing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.publish.tables import RUN, build
from warehouse.publish.swap import publish


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working warehouse that tests only read."""
    return build(tmp_path_factory.mktemp("working") / "warehouse.duckdb")


@pytest.fixture
def working(built: Path, tmp_path: Path) -> Path:
    """A working warehouse of the test's own."""
    return Path(shutil.copy(built, tmp_path / "warehouse.duckdb"))


@pytest.fixture(scope="session")
def published(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one publication that tests only read, large CSVs included."""
    data = tmp_path_factory.mktemp("published")
    publish(built, data, RUN, csv_on_request=("postings", "mentions"))
    return data


@pytest.fixture(scope="session")
def sample(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a sample market."""
    data = tmp_path_factory.mktemp("sample")
    publish(built, data, {**RUN, "is_sample": True})
    return data
