"""Cross-checks: our series held against those of others.

Belongs here: which step makes the table. Does not belong here: the comparison
(`warehouse.crosschecks`).
"""

from __future__ import annotations

from typing import Any

from pipelines.tables import Work, made_asset
from warehouse.crosschecks.compare import cross_checks


def _cross_checks(work: Work) -> dict[str, Any]:
    return {"out.cross_checks": cross_checks(work.con, as_of=work.as_of, is_sample=work.is_sample)}


crosschecks = made_asset("cross_checks", ("out.cross_checks",), _cross_checks)
