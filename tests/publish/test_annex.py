"""Pages beside the report: published with it, and by the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publish.tables import RUN
from warehouse.publish.swap import Annex, publish


class Writer:
    """An annex that counts how often it is written."""

    def __init__(self, digest: str = "1") -> None:
        self.written = 0
        self.annex = Annex("data_docs", "Data Docs", digest, self.write)

    def write(self, folder: Path) -> None:
        self.written += 1
        (folder / "index.html").write_text("<!doctype html><title>docs</title>")


def test_an_annex_is_swapped_in_with_the_report_that_links_to_it(
    working: Path, tmp_path: Path
) -> None:
    data, writer = tmp_path / "data", Writer()
    data.mkdir()
    assert publish(working, data, RUN, annexes=[writer.annex]).is_changed
    published = data / "published"
    assert (published / "data_docs" / "index.html").read_text().endswith("<title>docs</title>")
    assert 'href="data_docs/index.html">Data Docs</a>' in (published / "index.html").read_text()
    assert not publish(working, data, RUN, annexes=[writer.annex]).is_changed
    assert writer.written == 1, "what is unchanged is not written again"
    assert publish(working, data, RUN, annexes=[Writer("2").annex]).is_changed


def test_other_outcomes_of_checks_are_another_publication(working: Path, tmp_path: Path) -> None:
    passed = {"checks": {"passed": 3, "failed": []}}
    warned = {"checks": {"passed": 2, "failed": [{"table": "core.roles", "check": "a_b"}]}}
    assert publish(working, tmp_path, {**RUN, **passed}).is_changed
    assert not publish(working, tmp_path, {**RUN, **passed}).is_changed
    assert publish(working, tmp_path, {**RUN, **warned}).is_changed


def test_when_an_annex_can_not_be_written_the_last_publication_stands(
    working: Path, tmp_path: Path
) -> None:
    first = publish(working, tmp_path, RUN)

    def fail(folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish(working, tmp_path, RUN, annexes=[Annex("data_docs", "Data Docs", "1", fail)])
    assert (tmp_path / "published").resolve() == first.path.resolve()
    assert not (tmp_path / "publications" / ".building").exists()
