"""What all tests share.

Belongs here: fixtures that several folders use. Does not belong here: what only one needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scrapers.server import Site, serve

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real captures and labelled postings, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the real captures are not beside the project")
    return SHARED


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on loopback that stands in for whatever is asked."""
    with serve() as running:
        yield running
