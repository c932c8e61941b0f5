"""Checks: one per expectation.

Belongs here: nothing but their list. Does not belong here: what is expected (`expectations`).
"""

from expectations.catalogue import JUDGED
from pipelines.checks import suite_checks

CHECKS = [suite_checks(table) for table in JUDGED]
