"""Imports of bulk tables: what lies where, what importing again changes, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.imports import ImportReport, ImportUsageError, import_table
from pipelines.settings import FolderError, Plan, try_folder
from scrapers.mappings.model import MappingError
from scrapers.tables import TableError
from warehouse import database
from warehouse.load import load_file

DAY = date(2024, 5, 20)
MAP = """
fields:
  source_id: id
  body: text
  title: title
ignored:
  n: number of the row
"""
TABLE = "n,id,text,title,stars\n1,a,We build.,Builder,3\n2,b,,Painter,4\n3,c,We paint.,Painter,5\n"


@pytest.fixture
def trove(tmp_path: Path) -> Path:
    """A table and its mapping, beside an empty DATA folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "trove.csv").write_text(TABLE)
    (tmp_path / "map.yaml").write_text(MAP)
    return tmp_path


def run(trove: Path, day: date | None = DAY, **changes: Any) -> ImportReport:
    arguments: dict[str, Any] = {
        "data": trove / "data",
        "file": trove / "trove.csv",
        "source": "trove",
        "mapping": trove / "map.yaml",
        "observed_on": day,
    }
    return import_table(**(arguments | changes))


def landed(report: ImportReport) -> list[dict[str, Any]]:
    return [json.loads(line) for line in report.path.read_text().splitlines()]


def loaded(data: Path) -> list[tuple[Any, ...]]:
    """The ledger after loading all landing files."""
    folder = data / "landing"
    with database.open_working(data) as con:
        for path in sorted(folder.glob("*/*.jsonl")):
            load_file(con, path, path.relative_to(folder).as_posix())
        return con.execute(
            "SELECT board, observed_on, source_id, title FROM raw.observations "
            "JOIN raw.bodies USING (content_hash, source, board, source_id) ORDER BY ALL"
        ).fetchall()


def test_an_import_lands_the_table_and_keeps_the_file(trove: Path) -> None:
    report = run(trove)
    assert (report.rows, report.refused, report.is_new) == (2, 1, True)
    assert report.examples == ("line 3: body: nothing in 'text'",)
    assert report.unmapped == ("stars",)
    assert report.path.parent == trove / "data" / "landing" / "trove"
    assert [line["kind"] for line in landed(report)] == ["posting", "refusal", "posting", "board"]
    [kept] = (trove / "data" / "captures" / "trove").iterdir()
    assert kept.read_text() == TABLE
    assert kept.name.startswith("trove-")
    assert kept.suffix == ".csv"
    assert not kept.stat().st_mode & 0o222
    assert loaded(trove / "data") == [
        ("trove", DAY, "a", "Builder"),
        ("trove", DAY, "c", "Painter"),
    ]


def test_importing_again_changes_nothing(trove: Path) -> None:
    first = run(trove)
    files = list((trove / "data").rglob("trove-*"))
    before = [path.stat().st_mtime_ns for path in files]
    again = run(trove)
    assert again == first._replace(is_new=False)
    assert [path.stat().st_mtime_ns for path in files] == before
    assert len(files) == 3


def test_another_day_or_mapping_replaces_what_was_imported(trove: Path) -> None:
    run(trove)
    assert [row[1] for row in loaded(trove / "data")] == [DAY, DAY]
    earlier = DAY - timedelta(days=40)
    assert run(trove, earlier).is_new
    assert [row[1] for row in loaded(trove / "data")] == [earlier, earlier]
    (trove / "map.yaml").write_text(MAP.replace("source_id: id", "source_id: {hash: [title, id]}"))
    run(trove, earlier)
    ids = {row[2] for row in loaded(trove / "data")}
    assert len(ids) == 2
    assert not ids & {"a", "c"}
    assert len(list((trove / "data" / "landing" / "trove").glob("*.jsonl"))) == 1


def test_the_next_issue_of_a_table_is_another_observation(trove: Path) -> None:
    run(trove)
    (trove / "trove.csv").write_text(TABLE.replace("1,a,We build.,Builder,3\n", ""))
    later = DAY + timedelta(days=30)
    run(trove, later)
    assert [row[1:3] for row in loaded(trove / "data")] == [(DAY, "a"), (DAY, "c"), (later, "c")]
    assert len(list((trove / "data" / "captures" / "trove").iterdir())) == 2
    # Changing the first one leaves the second.
    (trove / "trove.csv").write_text(TABLE)
    run(trove, DAY + timedelta(days=1))
    assert {row[1] for row in loaded(trove / "data")} == {DAY + timedelta(days=1), later}


def test_personal_data_stays_in_the_captures(trove: Path) -> None:
    address = "jo.doe" + "@" + "acme-botany.example.com"
    (trove / "trove.csv").write_text(TABLE.replace("We build.", f"Write to {address} now."))
    report = run(trove)
    assert address not in report.path.read_text()
    [kept] = (trove / "data" / "captures" / "trove").iterdir()
    assert address in kept.read_text()


@pytest.mark.parametrize("name", ["", "Trove", "1st", "a-b", "a/b", "../a", "tröve", "a\n"])
def test_names_that_are_none(name: str, trove: Path) -> None:
    with pytest.raises(ImportUsageError, match="no name for a source"):
        run(trove, source=name)


@pytest.mark.parametrize("name", ["ashby", "hackernews", "sample"])
def test_names_that_are_taken(name: str, trove: Path) -> None:
    with pytest.raises(ImportUsageError, match="a source of its own"):
        run(trove, source=name)


def test_days_to_come_are_not_observed(trove: Path) -> None:
    with pytest.raises(ImportUsageError, match="still to come"):
        run(trove, datetime.now(UTC).date() + timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"file": "nowhere.csv"}, TableError),
        ({"mapping": "nowhere"}, MappingError),
        ({"mapping": "data_scientist_indeed"}, MappingError),
        ({"observed_on": None}, TableError),
    ],
)
def test_what_fails_leaves_nothing(
    changes: dict[str, Any], error: type[Exception], trove: Path
) -> None:
    if "file" in changes:
        changes = {"file": trove / changes["file"]}
    with pytest.raises(error):
        run(trove, **changes)
    assert not [p for p in (trove / "data").rglob("*") if p.is_file() and p.name.startswith("tro")]


def test_a_table_that_turns_out_damaged_leaves_what_was_imported(trove: Path) -> None:
    report = run(trove)
    before = report.path.read_bytes()
    (trove / "map.yaml").write_text(MAP.replace("body: text", "body: titles"))
    with pytest.raises(MappingError, match="no column 'titles'"):
        run(trove)
    assert report.path.read_bytes() == before
    assert len(loaded(trove / "data")) == 2


def test_tables_of_the_world_do_not_mix_with_the_sample(trove: Path) -> None:
    try_folder(Plan(mode="sample", data=trove / "data"))
    with pytest.raises(FolderError, match="holds the sample market"):
        run(trove)
