"""Landing files into raw: once per source, board and day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import models
from warehouse.load import known_of, load_file, newest_observation


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def posting(
    number: int, day: str = "2026-10-01", board: str = "acme", **more: Any
) -> dict[str, Any]:
    return {
        "kind": "posting",
        "source": "lever",
        "board": board,
        "observed_at": f"{day}T06:00:00Z",
        "source_id": str(number),
        "title": f"Job {number}",
        "body": f"<p>Work {number}</p>",
        **more,
    }


def asked(day: str = "2026-10-01", board: str = "acme", **more: Any) -> dict[str, Any]:
    return {
        "kind": "board",
        "source": "lever",
        "board": board,
        "observed_at": f"{day}T06:00:00Z",
        "state": "ok",
        "url": f"https://api.example/{board}",
        **more,
    }


def load(
    con: duckdb.DuckDBPyConnection, folder: Path, name: str, *lines: dict[str, Any] | str
) -> None:
    path = folder / f"{name}.jsonl"
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    )
    load_file(con, path, f"lever/{name}.jsonl")


def seen(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return con.execute(
        "SELECT observed_on::VARCHAR, board, source_id FROM raw.observations ORDER BY ALL"
    ).fetchall()


def dump(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    return {
        table: con.execute(f"FROM raw.{table} ORDER BY ALL").fetchall()
        for table in ("boards", "bodies", "observations", "paper_links", "refused")
    }


def test_loading_a_file_again_changes_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lines = (posting(1), posting(2), asked())
    load(con, tmp_path, "a", *lines)
    before = dump(con)
    load(con, tmp_path, "a", *lines)
    load(con, tmp_path, "same lines under another name", *lines)
    assert dump(con) == before
    assert len(before["observations"]) == 2


def test_the_same_text_on_two_days_is_kept_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), asked())
    load(con, tmp_path, "b", posting(1, "2026-10-02"), asked("2026-10-02"))
    assert len(seen(con)) == 2
    assert con.execute("SELECT count(*) FROM raw.bodies").fetchall() == [(1,)]


def test_the_later_answer_of_a_day_counts(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    later = {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "a", posting(1), asked())
    load(con, tmp_path, "b", posting(2) | later, asked() | later)
    assert seen(con) == [("2026-10-01", "acme", "2")]


def test_a_failure_never_takes_the_place_of_an_answer(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), asked())
    later = {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "b", asked(state="failed", reason="HTTP 500") | later)
    assert seen(con) == [("2026-10-01", "acme", "1")]
    assert con.execute("SELECT state FROM raw.boards").fetchall() == [("ok",)]


def test_boards_of_one_day_can_come_in_several_files(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), asked(), asked(board="other", state="failed"))
    load(con, tmp_path, "b", posting(2, board="other"), asked(board="other"))
    assert [row[1:] for row in seen(con)] == [("acme", "1"), ("other", "2")]


def test_an_unchanged_board_shows_what_it_showed_before(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    same = {"payload_digest": "sha256:1"}
    load(con, tmp_path, "a", posting(1), posting(2), asked(**same))
    load(con, tmp_path, "b", asked("2026-10-02", state="failed", reason="HTTP 500"))
    load(
        con,
        tmp_path,
        "c",
        asked("2026-10-03", state="unchanged", **same),
        asked("2026-10-04", state="unchanged", **same),
    )
    days = [day for day, _, _ in seen(con)]
    assert days == ["2026-10-01"] * 2 + ["2026-10-03"] * 2 + ["2026-10-04"] * 2


def test_unchanged_means_the_same_bytes_and_not_the_day_before(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    large, small = {"payload_digest": "sha256:1"}, {"payload_digest": "sha256:2"}
    # Loaded before what it refers to, as happens when files are copied about.
    load(con, tmp_path, "c", asked("2026-10-03", state="unchanged", **large))
    load(con, tmp_path, "b", posting(1, "2026-10-02"), asked("2026-10-02", **small))
    load(con, tmp_path, "a", posting(1), posting(2), asked(**large))
    assert [day for day, _, _ in seen(con)] == ["2026-10-01"] * 2 + ["2026-10-02"] + [
        "2026-10-03"
    ] * 2


def test_the_order_of_loading_within_a_day_does_not_matter(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    later = {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "b", posting(2) | later, asked() | later)
    load(con, tmp_path, "a", posting(1), asked())
    cut = asked(board="cut", state="truncated", reason="cut short")
    load(con, tmp_path, "c", posting(3, board="cut"), cut)
    load(con, tmp_path, "d", asked(board="cut", state="failed", reason="HTTP 500") | later)
    assert seen(con) == [("2026-10-01", "acme", "2"), ("2026-10-01", "cut", "3")]


def test_an_unchanged_answer_on_the_same_day_takes_nothing_away(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    later = {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "a", posting(1), asked(), asked(state="unchanged") | later)
    load(con, tmp_path, "b", asked(state="unchanged") | later)
    assert seen(con) == [("2026-10-01", "acme", "1")]
    assert con.execute("SELECT state FROM raw.boards").fetchall() == [("ok",)]


def test_a_line_that_does_not_fit_is_refused_and_the_rest_goes_on(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    untitled = posting(3, title=None, body=" ")
    local = posting(4, observed_at="2026-10-01T06:00:00+02:00")
    load(con, tmp_path, "a", posting(1), "{ no json", untitled, local, posting(2), asked())
    assert [row[2] for row in seen(con)] == ["1", "2"]
    refused = con.execute(
        "SELECT source_id, stage, reason FROM raw.refused ORDER BY source_id NULLS FIRST"
    ).fetchall()
    assert [row[:2] for row in refused] == [(None, "load"), ("3", "load"), ("4", "load")]
    assert "line 2 of the landing file" in refused[0][2]
    assert "neither a title nor a text" in refused[1][2]
    assert "UTC" in refused[2][2]


def test_rows_of_a_board_that_was_not_finished_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(
        con, tmp_path, "a", posting(1), posting(2), posting(3, board="whole"), asked(board="whole")
    )
    assert [row[1] for row in seen(con)] == ["whole"]
    [(board, reason)] = con.execute("SELECT board, reason FROM raw.refused").fetchall()
    assert board == "acme"
    assert reason.startswith("2 rows, but no observation")


def test_the_same_id_twice_in_one_listing_counts_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), posting(1, title="Job 1, moved"), asked())
    assert len(seen(con)) == 1
    assert con.execute("SELECT source_id FROM raw.refused").fetchall() == [("1",)]


def test_a_load_that_breaks_off_leaves_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(con)
    with monkeypatch.context() as patch:
        patch.setattr(
            "warehouse.merge._STORE", ("INSERT INTO raw.boards BY NAME SELECT 1 AS nope",)
        )
        with pytest.raises(duckdb.Error):
            load(con, tmp_path, "a", posting(1), asked())
    assert dump(con) == before
    load(con, tmp_path, "a", posting(1), asked())
    assert len(seen(con)) == 1


def test_known_boards_are_those_that_answered(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), asked(etag='"v1"', payload_digest="sha256:1"))
    load(con, tmp_path, "b", asked("2026-10-02", state="failed", reason="HTTP 500", etag='"x"'))
    [(url, known)] = known_of(con, "lever")["boards"].items()
    assert url == "https://api.example/acme"
    assert known["etag"] == '"v1"'
    assert known["observed_at"].startswith("2026-10-01")
    assert known_of(con, "ashby") == {"boards": {}, "pages": {}}


def test_the_newest_observation_counts_failures_too(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert newest_observation(con) is None
    load(con, tmp_path, "a", asked("2026-10-05", state="failed", reason="HTTP 500"))
    assert str(newest_observation(con)) == "2026-10-05"


def still(number: int, day: str) -> dict[str, Any]:
    return {
        "kind": "seen",
        "source": "lever",
        "board": "acme",
        "observed_at": f"{day}T06:00:00Z",
        "source_id": str(number),
    }


def page(day: str, url: str, *ids: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "page",
        "source": "lever",
        "board": "acme",
        "observed_at": f"{day}T06:00:00Z",
        "url": url,
        "http_status": 200,
        "payload_digest": f"sha256:{day}",
        "source_ids": ids,
        **more,
    }


def versions(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return con.execute(
        "SELECT observed_on::VARCHAR, observations.source_id, body FROM raw.observations "
        "JOIN raw.bodies USING (content_hash) ORDER BY ALL"
    ).fetchall()


def test_an_advert_that_is_still_there_keeps_the_version_of_the_nearest_day(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1, body="old"), asked())
    load(con, tmp_path, "b", posting(1, "2026-10-20", body="new"), asked("2026-10-20"))
    load(con, tmp_path, "c", still(1, "2026-10-21"), asked("2026-10-21"))
    load(con, tmp_path, "d", still(1, "2026-10-03"), asked("2026-10-03"))
    assert versions(con) == [
        ("2026-10-01", "1", "old"),
        ("2026-10-03", "1", "old"),
        ("2026-10-20", "1", "new"),
        ("2026-10-21", "1", "new"),
    ]


def test_an_advert_said_to_be_unchanged_that_was_never_read_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", still(9, "2026-10-01"), asked())
    assert seen(con) == []
    [(source_id, reason)] = con.execute("SELECT source_id, reason FROM raw.refused").fetchall()
    assert (source_id, "no earlier version" in reason) == ("9", True)


def test_a_row_that_can_not_be_read_today_does_not_close_its_advert(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    refusal = {
        "kind": "refusal",
        "source": "lever",
        "board": "acme",
        "observed_at": "2026-10-02T06:00:00Z",
        "source_id": "1",
        "reason": "field 'text' is missing",
    }
    load(con, tmp_path, "a", posting(1), posting(2), asked())
    load(con, tmp_path, "b", refusal, posting(2, "2026-10-02"), asked("2026-10-02"))
    assert ("2026-10-02", "acme", "1") in seen(con)


def test_what_is_known_of_a_page_is_its_newest_answer(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    url = "https://api.example/acme?page=2"
    new = page("2026-10-02", url, "1", "2", etag='"b"', steps=["{}"])
    rows = (posting(1, "2026-10-02"), posting(2, "2026-10-02"))
    load(con, tmp_path, "b", *rows, new, asked("2026-10-02"))
    load(con, tmp_path, "a", posting(1), page("2026-10-01", url, "1", etag='"a"'), asked())
    known = known_of(con, "lever")["pages"][url]
    assert (known["etag"], known["ids"], known["steps"]) == ('"b"', ["1", "2"], ["{}"])
    assert known["observed_at"].startswith("2026-10-02")


def test_the_last_day_of_an_advert_that_moves_makes_no_new_version(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1, expires_on="2026-11-01"), asked())
    load(con, tmp_path, "b", posting(1, "2026-10-02", expires_on="2026-11-02"), asked("2026-10-02"))
    assert con.execute("SELECT count(*) FROM raw.bodies").fetchall() == [(1,)]


def test_two_windows_of_one_day_together_show_more(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    window, later = {"is_listing": False}, {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "a", posting(1), posting(2), asked(**window))
    load(con, tmp_path, "b", posting(2, **later), posting(3, **later), asked(**window) | later)
    assert [row[2] for row in seen(con)] == ["1", "2", "3"]
    load(con, tmp_path, "a", posting(1), posting(2), asked(**window))
    assert [row[2] for row in seen(con)] == ["1", "2", "3"]


def test_still_there_on_the_same_day_is_the_version_of_that_morning(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    evening = {"observed_at": "2026-10-02T18:00:00Z"}
    load(con, tmp_path, "a", posting(1, body="old"), asked())
    load(con, tmp_path, "b", posting(1, "2026-10-02", body="new"), asked("2026-10-02"))
    load(con, tmp_path, "c", still(1, "2026-10-02") | evening, asked("2026-10-02") | evening)
    assert versions(con)[-1] == ("2026-10-02", "1", "new")


def test_a_listing_with_adverts_that_are_not_known_is_not_whole(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", posting(1), still(9, "2026-10-01"), asked())
    assert con.execute("SELECT state FROM raw.boards").fetchall() == [("truncated",)]


def test_a_page_is_known_only_when_its_adverts_are(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    url = "https://api.example/acme?page=2"
    load(con, tmp_path, "a", posting(1), page("2026-10-01", url, "1"))  # it broke off
    assert known_of(con, "lever")["pages"] == {}
    load(con, tmp_path, "b", posting(1), page("2026-10-01", url, "1", "2"), asked())
    assert known_of(con, "lever")["pages"] == {}
    load(con, tmp_path, "c", posting(1), page("2026-10-01", url, "1"), asked())
    assert known_of(con, "lever")["pages"][url]["ids"] == ["1"]


def test_an_earlier_archive_of_the_same_day_adds_its_adverts(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    window, later = {"is_listing": False}, {"observed_at": "2026-10-01T18:00:00Z"}
    load(con, tmp_path, "b", posting(2, **later), asked(**window) | later)
    load(con, tmp_path, "a", posting(1), asked(**window))
    assert [row[2] for row in seen(con)] == ["1", "2"]


def test_what_did_not_change_since_an_answer_that_is_loaded_later_is_told_by_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    same = {"payload_digest": "sha256:1"}
    load(con, tmp_path, "a", asked(state="unchanged", **same))
    load(con, tmp_path, "b", posting(1, "2026-10-02"), asked("2026-10-02", **same))
    assert [day for day, _, _ in seen(con)] == ["2026-10-01", "2026-10-02"]


def test_a_cut_answer_and_one_of_unknown_bytes_end_nothing_whatever_comes_first(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    same = {"payload_digest": "sha256:1"}
    noon = {"observed_at": "2026-10-02T12:00:00Z"}
    cut = asked("2026-10-02", state="truncated", reason="cut short")
    load(con, tmp_path, "c", posting(1, "2026-10-02"), cut)
    load(con, tmp_path, "b", asked("2026-10-02", state="unchanged", **same) | noon)
    load(con, tmp_path, "a", posting(1), posting(2), asked(**same))
    assert con.execute("SELECT source_id, until_on FROM raw.sightings ORDER BY ALL").fetchall() == [
        ("1", None),
        ("2", None),
    ]


def test_a_listing_counts_before_a_window_of_the_same_day(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    later = {"observed_at": "2026-10-01T12:00:00Z"}
    load(con, tmp_path, "w", posting(1) | later, asked(is_listing=False) | later)
    load(con, tmp_path, "l", posting(1), posting(2), asked())
    assert [row[2] for row in seen(con)] == ["1", "2"]
    assert con.execute("SELECT is_listing FROM raw.boards").fetchall() == [(True,)]
