"""Board lists: which boards of a platform are asked.

Belongs here: reading `boards/<platform>.csv`. Does not belong here: companies' identity
(`warehouse.normalise.employer`).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

SHIPPED = Path(__file__).parent / "boards"
COLUMNS = ("board", "company", "country")


class BoardRow(NamedTuple):
    """One row of a board list."""

    board: str
    company: str | None
    country: str | None  # ISO 3166 alpha-2 of the head office


class BoardListError(ValueError):
    """A board list that can't be used; the message names the file and the line."""


def read_boards(platform: str, directory: Path | None = None) -> dict[str, BoardRow]:
    """Read the board list of a platform.

    Args:
        platform: Name of a source; the file is `<platform>.csv`.
        directory: Where the list lies; the shipped ones where None.

    Returns:
        Rows by board name, in the file's order; empty where there is no such file.

    Raises:
        BoardListError: It is not UTF-8 or no CSV, lacks a column, or a board is empty or there
            twice.
    """
    path = (directory or SHIPPED) / f"{platform}.csv"
    if not path.exists():
        return {}
    try:
        return _read(path)
    except UnicodeError as error:
        raise BoardListError(f"{path}: must be UTF-8: {error}") from error


def _read(path: Path) -> dict[str, BoardRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            return _rows(path, reader)
        except csv.Error as error:
            line = reader.reader.line_num
            raise BoardListError(f"{path}, line {line}: can't be read as CSV: {error}") from error


def _rows(path: Path, reader: csv.DictReader[str]) -> dict[str, BoardRow]:
    rows: dict[str, BoardRow] = {}
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        needed = ", ".join(COLUMNS)
        raise BoardListError(f"{path}: column {missing[0]!r} is missing; needed: {needed}")
    for row in reader:
        board = (row["board"] or "").strip()
        if not board:
            raise BoardListError(f"{path}, line {reader.line_num}: the board is empty")
        if board in rows:
            raise BoardListError(f"{path}, line {reader.line_num}: {board!r} is there twice")
        rows[board] = BoardRow(
            board,
            (row["company"] or "").strip() or None,
            (row["country"] or "").strip() or None,
        )
    return rows
