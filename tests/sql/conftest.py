"""A publication of synthetic tables to ask.

Belongs here: fixtures of the tests of ad-hoc SQL. Does not belong here: the tables
(`tests.publish.tables`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.publish.tables import RUN, build, change, plain_page
from warehouse.publish import report
from warehouse.publish.swap import publish
from warehouse.query import open_published

MACROS = """
CREATE MACRO out.open_since(day) AS TABLE SELECT * FROM out.postings WHERE posted_on + 0 >= day;
CREATE MACRO out.twice(x) AS 2 * x;
COMMENT ON MACRO TABLE out.open_since IS 'Adverts since a day.';
"""


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATA folder with one publication."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "render_report", plain_page)
        publish(build(folder / "warehouse.duckdb"), folder, RUN)
    path = (folder / "published" / "warehouse.duckdb").resolve()
    path.chmod(0o644)
    change(path, MACROS)
    path.chmod(0o444)
    return folder


@pytest.fixture
def con(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, as `hiring-signal sql` has it."""
    with open_published(data) as opened:
        yield opened
