"""The benchmark of a day with few changes: its market, and what it says was written."""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console

from scrapers.landing import BoardObservation, Line, Posting, read_line
from warehouse.bench.daily import STAGES, Day, run_day, write_days
from warehouse.bench.measure import Timing, Written, compare, written_so_far
from warehouse.bench.report import as_json, table_of
from warehouse.matching.signature import words_of

POSTINGS = 3_000


@cache
def days() -> tuple[Day, Day, list[Line], list[Line]]:
    with TemporaryDirectory() as folder:
        first, second = write_days(POSTINGS, Path(folder))
        return first, second, read(first.path), read(second.path)


def read(path: Path) -> list[Line]:
    return [read_line(line) for line in path.read_bytes().splitlines()]


def adverts(lines: list[Line]) -> dict[str, Posting]:
    return {line.source_id: line for line in lines if isinstance(line, Posting)}


class TestMarket:
    def test_a_day_has_what_it_says(self) -> None:
        first, second, before, after = days()
        assert (first.lines, second.lines) == (len(before), len(after))
        assert len(adverts(before)) == first.postings == POSTINGS
        assert second.changed == 30

    def test_a_third_each_is_new_edited_and_gone(self) -> None:
        _, second, before, after = days()
        old, new = adverts(before), adverts(after)
        asked = {line.board: line.state for line in after if isinstance(line, BoardObservation)}
        gone = {i for i, line in old.items() if asked[line.board] == "ok" and i not in new}
        edited = {i for i in old.keys() & new.keys() if old[i].body != new[i].body}
        assert len(gone) == len(edited) == len(new.keys() - old.keys()) == second.changed // 3

    def test_boards_without_a_change_have_no_lines_and_the_same_digest(self) -> None:
        _, _, before, after = days()
        boards = [
            {line.board: line for line in lines if isinstance(line, BoardObservation)}
            for lines in (before, after)
        ]
        assert boards[0].keys() == boards[1].keys()
        shown = Counter(line.board for line in after if isinstance(line, Posting))
        for name, board in boards[1].items():
            is_same = board.payload_digest == boards[0][name].payload_digest
            assert is_same == (board.state == "unchanged")
            assert board.rows_seen == shown[name]
        states = Counter(board.state for board in boards[1].values())
        assert states["unchanged"] > states["ok"] > 0

    def test_sizes_of_boards_have_a_heavy_tail(self) -> None:
        sizes = sorted(Counter(line.board for line in adverts(days()[2]).values()).values())
        assert sizes[-1] > 10 * statistics.median(sizes)

    def test_texts_are_long_and_each_its_own(self) -> None:
        texts = [line.body for line in adverts(days()[2]).values()]
        chars = sorted(map(len, texts))
        assert 1_400 < chars[len(chars) // 20] < chars[-len(chars) // 20] < 3_000
        words = [words_of(text) for text in texts[:200]]
        overlaps = [len(a & b) / len(a | b) for a in words[:20] for b in words if a is not b]
        assert max(overlaps) < 0.5

    def test_employers_have_names_of_their_own(self) -> None:
        names = {(line.board, line.company) for line in adverts(days()[2]).values()}
        assert len({board for board, _ in names}) == len({name for _, name in names}) == len(names)

    def test_the_same_size_gives_the_same_bytes(self, tmp_path: Path) -> None:
        made = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            made.append([day.path.read_bytes() for day in write_days(200, tmp_path / name)])
        assert made[0] == made[1]


class TestMeasuring:
    def test_a_second_day_goes_on_where_the_first_ended(self, tmp_path: Path) -> None:
        first, second = write_days(200, tmp_path)
        before = run_day(first, 200, tmp_path / "data")
        after = run_day(second, 200, tmp_path / "data")
        assert set(before) == set(after) == set(STAGES)
        for stages in (before, after):
            parts = [timing for name, timing in stages.items() if name != "all"]
            assert stages["all"].seconds == pytest.approx(sum(part.seconds for part in parts))
        assert before["load"].written is not None
        assert before["all"].written is not None
        if sys.platform == "linux":
            assert before["load"].written.said > 0
        size = sum(p.stat().st_size for p in (tmp_path / "data").rglob("*") if p.is_file())
        assert after["all"].written is not None
        assert before["all"].written.grown + after["all"].written.grown == size

    def test_what_is_written_is_counted(self, tmp_path: Path) -> None:
        before = written_so_far(tmp_path)
        (tmp_path / "file").write_bytes(bytes(100_000))
        written = written_so_far(tmp_path) - before
        assert written.grown == 100_000
        if sys.platform == "linux":
            assert 100_000 <= written.said < 200_000
        assert written_so_far(tmp_path / "not there").grown == 0

    def test_the_report_gives_bytes_and_their_share(self) -> None:
        row = compare(
            "daily",
            "load",
            "postings/s",
            [Timing(10, 1.0, 50.0, Written(1_000_000, 2_000_000, 0))],
            {"the first load": [Timing(10, 2.0, 60.0, Written(50_000_000, 40_000_000, 0))]},
        )
        console = Console(width=220, record=True, file=sys.stderr)
        console.print(table_of([row]))
        text = " ".join(console.export_text().split())
        assert "1 / 2 / 0" in text
        assert "written 50 / 40 / 0 MB, of which 2 % / 5 % / -" in text
        [shown] = json.loads(json.dumps(as_json([row], {}, {}, 1.0)))["rows"]
        assert shown["written"] == {"to_disk": 1_000_000, "said": 2_000_000, "grown": 0}
