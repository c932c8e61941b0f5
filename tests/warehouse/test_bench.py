"""The benchmark suite: that it measures what it says, and that every part gives sane figures."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines import bench
from pipelines.cli import app
from scrapers.landing import Posting
from warehouse.bench import baselines, measure
from warehouse.bench.market import make_market
from warehouse.bench.material import BenchError, Material, choose, read_landing, write_landing
from warehouse.bench.measure import (
    Contender,
    Labels,
    Row,
    Spread,
    Timing,
    compare,
    forget_texts,
    in_fresh_process,
    race,
    stopwatch,
)
from warehouse.bench.normalisers import MARKUPS
from warehouse.bench.report import as_json, input_line, machine_line, table_of
from warehouse.bench.suite import PARTS
from warehouse.database import open_working
from warehouse.facts import normalise_pending
from warehouse.load import load_file
from warehouse.normalise import mentions, role

ADVERTS = 60


@cache
def material() -> Material:
    return replace(
        bench.material_of(None, ADVERTS),
        roles=400,
        companies=80,
        growth=2,
        repeats=2,
        stage_repeats=1,
    )


def posting(source_id: str, body: str = "<p>We look for a PyTorch engineer.</p>") -> Posting:
    return Posting(
        source="ashby",
        board="acme",
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
        source_id=source_id,
        title="Machine Learning Engineer",
        body=body,
    )


class Clock:
    """Time that passes only with work."""

    def __init__(self) -> None:
        self.now = 0.0

    def work(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(measure, "perf_counter", lambda: made.now)
    return made


class TestMeasuring:
    def test_a_spread_is_median_min_and_max(self) -> None:
        assert Spread.of([3.0, 1.0, 2.0, 9.0]) == Spread(2.5, 1.0, 9.0)

    def test_each_repeat_has_input_of_its_own(self) -> None:
        seen: list[int] = []
        row = race("x", Contender("all", seen.append), [], range(10), lambda _: 1, 3)
        # The first is for warming up.
        assert sorted(seen) == list(range(10))
        assert (row.items, row.repeats) == (3, 3)

    def test_there_are_no_more_repeats_than_items(self) -> None:
        row = race("x", Contender("all", str), [], [1, 2], lambda _: 1, 5)
        assert (row.items, row.repeats) == (1, 2)

    def test_the_ratio_is_the_subjects_speed_by_the_baselines(self, clock: Clock) -> None:
        fast, slow = Contender("fast", clock.work), Contender("slow", lambda s: clock.work(4 * s))
        row = race("x", fast, [slow], [1.0, 2.0, 3.0, 2.0], lambda _: 100, 2)
        assert row.baselines[0].ratio == Spread(4.0, 4.0, 4.0)
        assert row.seconds == Spread(4.0, 4.0, 4.0)

    def test_a_slow_baseline_may_do_less_and_is_compared_by_bytes(self, clock: Clock) -> None:
        items = [1, 10, 10, 10, 10]
        one = Contender("one", lambda size: clock.work(2 * size), items=1)
        row = race("x", Contender("all", clock.work), [one], items, lambda size: size, 1)
        assert row.baselines[0].ratio.median == pytest.approx(2)
        assert row.baselines[0].seconds.median == 2

    def test_labels_are_compared_where_both_have_looked(self) -> None:
        ours = Contender("ours", str, lambda text: {"a", "b"} & set(text))
        theirs = Contender("theirs", str, lambda text: {"b", "c"} & set(text), items=2)
        row = race("x", ours, [theirs], ["ab", "bc", "aaa"], len, 1)
        assert row.baselines[0].labels == Labels(both=2, only_subject=1, only_baseline=1)

    def test_stages_are_compared_repeat_by_repeat(self) -> None:
        subject = [Timing(100, 1.0, 50.0), Timing(100, 4.0, 70.0)]
        other = [Timing(100, 2.0, 30.0), Timing(100, 8.0, None)]
        row = compare("x", "y", "rows/s", subject, {"other": other})
        assert row.baselines[0].ratio == Spread(2.0, 2.0, 2.0)
        assert (row.peak_mb, row.baselines[0].peak_mb) == (70.0, 30.0)

    @pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
    def test_an_earlier_peak_does_not_count(self) -> None:
        first, second = in_fresh_process(_two_peaks)
        assert first > 300
        assert second < first - 150

    def test_texts_are_forgotten_and_vocabularies_kept(self) -> None:
        mentions.find_mentions("PyTorch")
        role.classify_role("Data Engineer", "")
        vocabulary = mentions._vocabulary()
        assert mentions._read.cache_info().currsize
        forget_texts()
        assert not mentions._read.cache_info().currsize
        assert not role._read_title.cache_info().currsize
        assert mentions._vocabulary() is vocabulary


def _two_peaks() -> tuple[float, float]:
    with stopwatch() as large:
        len(bytes(300_000_000).hex(" ", 64)[:1])
    with stopwatch() as small:
        len(bytes(1_000))
    return large.peak_mb or 0, small.peak_mb or 0


class TestMaterial:
    def test_an_advert_is_chosen_once(self) -> None:
        lines = [posting(str(number % 7)) for number in range(50)]
        assert sorted(p.source_id for p in choose(lines, 100)) == [*"0123456"]

    def test_the_choice_is_the_same_each_time(self) -> None:
        lines = [posting(str(number)) for number in range(50)]
        first, again = choose(lines, 10), choose(iter(lines), 10)
        assert first == again
        assert len({p.source_id for p in first}) == 10

    def test_no_advert_is_an_error(self) -> None:
        with pytest.raises(BenchError, match="no advert"):
            choose([], 10)

    def test_a_file_that_is_no_landing_file_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "texts.jsonl"
        path.write_text(posting("1").model_dump_json() + '\n{"text": "PyTorch"}\n')
        with pytest.raises(BenchError, match="line 2"):
            list(read_landing(path))

    def test_the_sample_market_has_every_markup(self) -> None:
        assert {sample.markup for sample in material().samples} == set(MARKUPS)
        assert len(material().samples) == ADVERTS

    def test_a_written_landing_file_is_all_new_adverts(self, tmp_path: Path) -> None:
        path = tmp_path / "large.jsonl"
        write_landing([posting("1"), posting("2")], 5, path)
        with open_working(tmp_path) as con:
            assert load_file(con, path, path.name).lines == 6
            counts = "(SELECT count(*) FROM raw.bodies), (SELECT count(*) FROM raw.refused)"
            assert con.execute(f"SELECT {counts}").fetchall() == [(5, 0)]

    def test_samples_are_what_a_run_normalises(self, tmp_path: Path) -> None:
        path = tmp_path / "landing.jsonl"
        write_landing(material().postings[:ADVERTS], ADVERTS, path)
        with open_working(tmp_path) as con:
            load_file(con, path, path.name)
            normalise_pending(con, workers=1)
            rows = con.execute("SELECT text, title FROM core.facts").fetchall()
        assert sorted(rows) == sorted((s.text, s.title or None) for s in material().samples)

    def test_a_made_up_market_has_its_size(self) -> None:
        with make_market(500, 90) as con:
            found = con.execute(
                "SELECT count(*), count(DISTINCT company_id), bool_or(has_jax) FROM core.roles"
            ).fetchall()
            adverts = con.execute("SELECT count(*) FROM core.postings").fetchall()
        assert found == [(500, 90, True)]
        assert 520 < adverts[0][0] < 640


class TestBaselines:
    def test_text_without_tags(self) -> None:
        assert baselines.plain_text("<p>R&amp;D</p>").split() == ["R&D"]

    def test_the_aliases_are_those_of_the_vocabulary(self) -> None:
        text = "PyTorch and scikit learn, no Fortran"
        at_once = {
            name
            for surface in baselines.surfaces_at_once(text)
            for name in baselines.technologies_of(surface)
        }
        one_by_one = baselines.technologies_one_by_one(text)
        ours = {mention.technology for mention in mentions.find_mentions(text)}
        assert ours <= at_once <= one_by_one

    def test_keywords(self) -> None:
        assert baselines.has_pay("up to $150k")
        assert not baselines.has_pay("150 people")
        assert baselines.is_ml("Machine Learning Engineer", "")
        assert not baselines.is_ml("Email Marketing", "")
        assert baselines.countries("Berlin, Germany") == {"DE"}


class TestParts:
    @pytest.mark.parametrize("name", PARTS)
    def test_a_part_gives_sane_rows(self, name: str) -> None:
        rows = list(PARTS[name](material()))
        assert rows
        for row in rows:
            _is_sane(row)
            assert row.part == name
            assert row.baselines
        text = json.dumps(as_json(rows, {}, {}, 1.0))
        assert len(json.loads(text)["rows"]) == len(rows)

    def test_rows_of_stages_tell_their_memory(self) -> None:
        if sys.platform != "linux":
            pytest.skip("peaks are read from /proc")
        [row] = PARTS["load"](material())
        assert row.peak_mb
        assert row.baselines[-1].peak_mb

    def test_a_first_run_is_compared_with_a_second(self, monkeypatch: pytest.MonkeyPatch) -> None:
        commands: list[list[str]] = []

        def timed(command: list[str], home: Path) -> Timing:
            commands.append(command)
            market = Path(command[command.index("--replay") + 1])
            assert (market / "ashby.warc.gz").is_file()
            return Timing(1, 8.0 / len(commands))

        monkeypatch.setattr(bench, "_timed", timed)
        [row] = bench.whole_run(material(), scale=0.01)
        assert row.baselines[0].ratio.median == 2
        assert commands[0] == commands[1]

    def test_a_run_that_fails_is_no_measurement(self, tmp_path: Path) -> None:
        say = "import sys; sys.exit('no such folder')"
        with pytest.raises(bench.RunError, match="no such folder"):
            bench._timed([sys.executable, "-c", say], tmp_path)
        assert bench._timed([sys.executable, "-c", ""], tmp_path).seconds > 0


def _is_sane(row: Row) -> None:
    assert row.items > 0
    assert row.repeats > 0
    for figure in (row.seconds, row.rate, *(b.ratio for b in row.baselines)):
        assert 0 < figure.min <= figure.median <= figure.max


class TestReport:
    def test_the_table_names_every_row_and_baseline(self) -> None:
        row = compare(
            "load", "load_file", "lines/s", [Timing(10, 1.0, 99.6)], {"less": [Timing(5, 1.0, 44)]}
        )
        console = Console(width=200, record=True, file=sys.stderr)
        console.print(table_of([row]))
        text = console.export_text()
        assert "load_file" in text
        assert "10 lines/s" in text
        assert "less (44 MB)" in text
        assert "2 [2–2]" in text

    def test_lines_say_what_was_measured_on_what(self) -> None:
        results = bench.measure(["text"], material(), "sample market", tell=lambda *_: None)
        assert "cores" in machine_line(results.machine)
        assert f"{ADVERTS} adverts" in input_line(results.input)


class TestCommand:
    def test_json(self) -> None:
        result = CliRunner().invoke(
            app, ["bench", "--only", "text", "--adverts", "40", "--format", "json"]
        )
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert found["machine"]["cores"] >= 1
        assert found["input"]["adverts"] == 40
        assert {row["part"] for row in found["rows"]} == {"text"}

    def test_texts_of_ones_own(self, tmp_path: Path) -> None:
        path = tmp_path / "landing.jsonl"
        path.write_text("".join(posting(str(i)).model_dump_json() + "\n" for i in range(30)))
        result = CliRunner().invoke(app, ["bench", "--only", "pay", "--texts", str(path)])
        assert result.exit_code == 0, result.output
        assert "30 adverts" in result.stdout

    @pytest.mark.parametrize(
        ("options", "code"), [(["--only", "speed"], 2), (["--only", "pay", "--texts"], 1)]
    )
    def test_what_cannot_be_measured_is_said(
        self, options: list[str], code: int, tmp_path: Path
    ) -> None:
        empty = tmp_path / "empty.jsonl"
        empty.touch()
        given = [*options, str(empty)] if options[-1] == "--texts" else options
        assert CliRunner().invoke(app, ["bench", *given]).exit_code == code
