"""Registry files for tests: the digest that registers a rule, filled in.

Belongs here: what tests need to write claims of their own. Does not belong here: tests.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import yaml

from warehouse.claims.registry import check_registry

_NONE = "0" * 12


def registered(text: str) -> str:
    """Register the rule of a claim without `registered`, as of the first day of 2026."""
    claim = yaml.safe_load(text)
    text += f"registered: {{day: 2026-01-01, digest: '{_NONE}'}}\n"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{claim['id']}.yaml").write_text(text, encoding="utf-8")
        [error] = check_registry(Path(folder))
    found = re.search(r"its digest is (\w+)", error)
    assert found, error
    return text.replace(_NONE, found[1])
