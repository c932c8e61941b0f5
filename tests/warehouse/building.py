"""Tables of a warehouse, built as a run builds them, without Dagster.

Belongs here: what several tests build. Does not belong here: tests.
"""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse import models
from warehouse.matching.grouping import TABLE as LINKS
from warehouse.matching.grouping import link_roles

AS_OF = date(2026, 10, 31)


def make(con: duckdb.DuckDBPyConnection, wanted: str, as_of: date = AS_OF) -> None:
    """Make a table from its sources, with all of `core` and `out` that it reads."""
    reads = {wanted}
    for table in reversed(models.models()):
        if table in reads:
            reads |= set(models.models()[table].reads)
    for table, model in models.models().items():
        if table in reads and table == LINKS:
            con.execute("SET VARIABLE as_of = $day", {"day": as_of})
            link_roles(con)
        elif table in reads and model.sql:
            models.build(con, table, as_of=as_of)
