"""Lines that were read before are not read again, and nothing else comes of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warehouse import load, models
from warehouse.load import load_file


def line(number: int, day: str, body: str, **more: Any) -> str:
    row = {"source": "lever", "board": "acme", "observed_at": f"{day}T06:00:00Z"}
    row |= {"kind": "posting", "source_id": str(number), "title": "Job", "body": body, **more}
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def asked(day: str) -> str:
    row = {"source": "lever", "board": "acme", "observed_at": f"{day}T06:00:00Z", "kind": "board"}
    return json.dumps(row | {"state": "ok", "url": "https://api.example/"})


def put(con: duckdb.DuckDBPyConnection, folder: Path, name: str, *lines: str) -> None:
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(text.encode() + b"\n" for text in lines))
    load_file(con, path, f"lever/{path.name}")


def loaded(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    return {
        table: con.execute(f"FROM raw.{table} ORDER BY ALL").fetchall()
        for table in ("boards", "bodies", "sightings", "refused", "accounts")
    }


def read_lines(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    read: list[bytes] = []
    real = load.read_line
    monkeypatch.setattr(load, "read_line", lambda raw: read.append(raw) or real(raw))
    return read


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(min_size=1).filter(lambda text: text.strip()), min_size=1, max_size=4),
    st.sets(st.integers(0, 3)),
)
@example(['"observed_at":"2026-10-01T06:00:00Z"', "\x1f,\x85\u2028\\n", "a\"b'c\t", "ü" * 400], {1})
def test_what_is_loaded_is_the_same_with_and_without(bodies: list[str], edited: set[int]) -> None:
    days = []
    for day in ("2026-10-01", "2026-10-02"):
        is_second = day.endswith("2")
        texts = [
            f"{text} edited" if is_second and n in edited else text for n, text in enumerate(bodies)
        ]
        # No line of a file ends but with its end.
        days.append([line(n, day, text.replace("\r", " ")) for n, text in enumerate(texts)])
    results = []
    for is_quick in (True, False):
        with (
            pytest.MonkeyPatch.context() as patch,
            tempfile.TemporaryDirectory() as folder,
            duckdb.connect() as con,
        ):
            if not is_quick:
                patch.setattr(load, "_find_known", lambda *_: load._NOTHING_KNOWN)
            models.create_schemas(con)
            put(con, Path(folder), "a", *days[0], asked("2026-10-01"))
            put(con, Path(folder), "b", *days[1], asked("2026-10-02"))
            results.append(loaded(con))
    assert results[0] == results[1]


@pytest.fixture
def con() -> Any:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def test_only_lines_that_differ_are_read(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        con,
        tmp_path,
        "a",
        *(line(n, "2026-10-01", "text") for n in range(300)),
        asked("2026-10-01"),
    )
    read = read_lines(monkeypatch)
    second = [line(n, "2026-10-02", "text" if n != 7 else "other") for n in range(300)]
    put(con, tmp_path, "b", *second, asked("2026-10-02"))
    assert len(read) == 2  # the edited advert and the board
    assert con.execute("SELECT count(*) FROM raw.sightings WHERE until_on IS NULL").fetchall() == [
        (300,)
    ]


@pytest.mark.parametrize("odd", [b"\n", b"\xff\xfe\n", b"{\n", b"\r\n"], ids=repr)
def test_odd_lines_in_between_do_not_shift_the_others(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, odd: bytes
) -> None:
    put(con, tmp_path, "a", *(line(n, "2026-10-01", f"text {n}") for n in range(300)),
        asked("2026-10-01"))  # fmt: skip
    lines = [line(n, "2026-10-02", f"text {n}").encode() + b"\n" for n in range(300)]
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"".join([*lines[:5], odd, *lines[5:], asked("2026-10-02").encode() + b"\n"]))
    load_file(con, path, "lever/b.jsonl")
    assert con.execute(
        "SELECT count(*), count(*) FILTER (until_on IS NULL) FROM raw.sightings"
    ).fetchall() == [(300, 300)]
    [(rows_in, kept, refused)] = con.execute(
        "SELECT rows_in, rows_kept, rows_refused FROM raw.accounts WHERE file = 'lever/b.jsonl'"
    ).fetchall()
    assert (rows_in, kept, refused) == (301, 300, 1)


def test_more_lines_than_duckdb_stores_at_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Rows beyond one row group, put into a table made in the same transaction, were lost."""
    adverts = 125_000
    first = [line(n, "2026-10-01", "text") for n in range(adverts)]
    put(con, tmp_path, "a", *first, asked("2026-10-01"))
    second = [line(n, "2026-10-02", "text" if n % 50_000 else "other") for n in range(adverts)]
    put(con, tmp_path, "b", *second[1:], asked("2026-10-02"))
    assert con.execute(
        "SELECT count(*) FILTER (from_on = DATE '2026-10-02'), count(until_on) FROM raw.sightings"
    ).fetchall() == [(2, 3)]
    assert con.execute("SELECT rows_in, rows_kept FROM raw.accounts ORDER BY file").fetchall() == [
        (adverts, adverts),
        (adverts - 1, adverts - 1),
    ]
