"""The shipped board lists."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from urllib.parse import unquote

import pytest

from pipelines.boards import fault_of, platforms
from scrapers.boards import COLUMNS, SHIPPED, BoardRow, read_boards

PLATFORMS = platforms()
LISTS = {name: list(read_boards(name).values()) for name in PLATFORMS}
FEWEST = 400
FEWEST_PER_PLATFORM = 8


# --- the shipped lists ---------------------------------------------------------------------------


def test_there_are_enough_boards_and_some_of_each_platform() -> None:
    assert sum(map(len, LISTS.values())) >= FEWEST
    assert {
        name: len(rows) for name, rows in LISTS.items() if len(rows) < FEWEST_PER_PLATFORM
    } == {}


def test_each_list_is_of_a_platform() -> None:
    assert {path.stem for path in SHIPPED.glob("*.csv")} == set(PLATFORMS)


@pytest.mark.parametrize("name", PLATFORMS)
def test_rows_are_well_formed(name: str) -> None:
    assert [fault for row in LISTS[name] if (fault := fault_of(name, row))] == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_rows_are_unique_and_sorted(name: str) -> None:
    keys = [unquote(row.board).casefold() for row in LISTS[name]]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("name", PLATFORMS)
def test_lists_are_plain_csv_without_stray_spaces(name: str) -> None:
    data = (SHIPPED / f"{name}.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    header, *rows = csv.reader(io.StringIO(data.decode()))
    assert tuple(header) == COLUMNS
    assert [row for row in rows if len(row) != 3 or any(cell != cell.strip() for cell in row)] == []


def test_no_company_is_listed_twice() -> None:
    """One that is would be asked twice, and its adverts be counted twice where they differ."""
    boards = defaultdict(list)
    for name, rows in LISTS.items():
        for row in rows:
            boards[(row.company or "").casefold()].append(f"{name}:{row.board}")
    assert {company: there for company, there in boards.items() if len(there) > 1} == {}


# --- what a row must look like -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "board"),
    [
        ("lever", "acme-2"),
        ("lever", "acme.ai"),
        ("ashby", "Acme Robotics"),
        ("lever", "acme&daughters"),
        ("workday", "acme/wd5/Acme_Careers"),
        ("workday", "acme/wd103/External"),
        ("recruitee", "acme1"),
        ("jobposting", "careers.acme.example"),
        ("jobposting", "www.acme.example/careers"),
    ],
)
def test_boards_that_are_well_formed(source: str, board: str) -> None:
    assert fault_of(source, BoardRow(board, "Acme", "DE")) is None


@pytest.mark.parametrize(
    ("source", "row", "said"),
    [
        ("lever", BoardRow("acme", None, "DE"), "company"),
        ("lever", BoardRow("acme", "Acme", "UK"), "country"),
        ("lever", BoardRow("acme", "Acme", "EU"), "country"),
        ("lever", BoardRow("acme", "Acme", "de"), "country"),
        ("lever", BoardRow("acme%20labs", "Acme", "DE"), "escapes"),
        ("lever", BoardRow("acme/jobs", "Acme", "DE"), "escapes"),
        ("lever", BoardRow("acme?all", "Acme", "DE"), "escapes"),
        ("workday", BoardRow("acme", "Acme", "DE"), "tenant/wd5/Site"),
        ("workday", BoardRow("acme/5/Careers", "Acme", "DE"), "tenant/wd5/Site"),
        ("recruitee", BoardRow("jobs.acme", "Acme", "DE"), "host"),
        ("personio", BoardRow("Acme", "Acme", "DE"), "host"),
        ("teamtailor", BoardRow("acme_labs", "Acme", "DE"), "host"),
        ("bamboohr", BoardRow("-acme", "Acme", "DE"), "host"),
        ("jobposting", BoardRow("acme", "Acme", "DE"), "host"),
        ("jobposting", BoardRow("/careers", "Acme", "DE"), "host"),
    ],
)
def test_rows_that_are_not(source: str, row: BoardRow, said: str) -> None:
    assert said in (fault_of(source, row) or "")
