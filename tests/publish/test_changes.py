"""The log of figures that moved: what is a move, why it moved, and that the log keeps."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.publish.logged import build_logged, logged, publish_logged
from tests.publish.tables import change, plain_page
from warehouse import models
from warehouse.digest import digest_of_code
from warehouse.publish import report
from warehouse.publish.changes import (
    SERIES,
    Figure,
    Made,
    in_words,
    is_beyond,
    is_rounding,
    moves,
    newest_published,
    sources_moved,
    why,
)
from warehouse.publish.swap import add_to_run

BEFORE = Made(date(2026, 3, 1), False, "1.0", {"1.0": 10}, "landed", "code")
CLAIM = Figure(2.0, 1.5, 2.6, 200, "ratio", "supported", 1, "above 1")
RATIO = Figure(2.0, 1.5, 2.6, 200, "ratio")


@pytest.fixture(scope="module")
def built_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_logged(tmp_path_factory.mktemp("logged") / "warehouse.duckdb")


@pytest.fixture
def working_log(built_log: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built_log, tmp_path / "working.duckdb"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (CLAIM, CLAIM, None),
        (CLAIM, CLAIM._replace(said="undetermined"), "verdict flipped"),
        (CLAIM, CLAIM._replace(said="contradicted", value=0.4), "verdict flipped"),
        (RATIO, RATIO._replace(value=2.0004), None),
        (RATIO, RATIO._replace(value=2.1), "moved"),
        (RATIO, RATIO._replace(value=2.6), "moved"),
        (RATIO, RATIO._replace(value=2.61), "moved beyond its interval"),
        (RATIO, RATIO._replace(value=1.49), "moved beyond its interval"),
        (RATIO._replace(high=None), RATIO._replace(value=90.0), "moved"),
        (RATIO._replace(low=None, high=None), RATIO._replace(value=90.0), "moved"),
        (RATIO, RATIO._replace(value=float("inf")), "moved beyond its interval"),
        (RATIO._replace(value=float("inf"), high=None), RATIO, "moved"),
        (RATIO, RATIO._replace(value=None), "gone"),
        (RATIO._replace(value=None), RATIO, "new"),
        (RATIO._replace(value=None), RATIO._replace(value=None, n=3), None),
        (RATIO, None, "gone"),
        (None, RATIO, "new"),
        (Figure(2021.50, unit="year"), Figure(2021.53, unit="year"), None),
        (Figure(2021.50, unit="year"), Figure(2021.60, unit="year"), "moved"),
    ],
)
def test_what_happened_to_a_figure(
    before: Figure | None, after: Figure | None, kind: str | None
) -> None:
    sides = [{("key",): side} if side else {} for side in (before, after)]
    assert [move.kind for move in moves(*sides)] == ([kind] if kind else [])


def test_small_moves_are_one_row_that_names_the_largest() -> None:
    before = {(i,): Figure(100.0, 0, 1000, 5) for i in range(9)}
    after = {(i,): Figure(100.0 + i, 0, 1000, 5) for i in range(9)}
    [move] = moves(before, after)
    assert (move.kind, move.key, move.n_figures) == ("moved", (8,), 8)


def test_what_is_new_or_gone_is_one_row_but_of_claims() -> None:
    found = {(i,): RATIO._replace(n=i) for i in range(4)}
    [gone] = moves(found, {})
    assert (gone.kind, gone.key, gone.n_figures) == ("gone", (3,), 4)
    assert [move.n_figures for move in moves({}, found, is_each=True)] == [1, 1, 1, 1]


def test_a_method_that_moves_everything_does_not_flood_the_log() -> None:
    before = {(i,): Figure(100.0, 99, 101, 5) for i in range(500)}
    after = {(i,): Figure(200.0 + i, 199, 999, 5) for i in range(500)}
    told = moves(before, after, most=10)
    assert [move.n_figures for move in told] == [1] * 10 + [490]
    assert [move.key for move in told[:2]] == [(499,), (498,)]


FINITE = st.floats(allow_nan=False, width=32)
ANY = st.builds(
    Figure,
    st.none() | FINITE,
    st.none() | FINITE,
    st.none() | FINITE,
    st.none() | st.integers(0, 9),
    st.sampled_from([None, "ratio", "year"]),
    st.sampled_from([None, "supported"]),
)
TABLES = st.dictionaries(st.tuples(st.integers(0, 6)), ANY, max_size=6)


# the first draw imports much, which a busy machine takes seconds for
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TABLES, TABLES, st.booleans(), st.integers(1, 3))
def test_every_figure_is_counted_once_or_has_not_moved(
    before: dict[Any, Figure], after: dict[Any, Figure], is_each: bool, most: int
) -> None:
    told = moves(before, after, is_each=is_each, most=most)
    assert moves(before, before) == []
    assert len({(move.kind, move.key) for move in told}) == len(told), "a row has a key of its own"
    counted = sum(move.n_figures for move in told)
    alone = [moves({k: before[k]} if k in before else {}, {k: after[k]} if k in after else {})
             for k in {**before, **after}]  # fmt: skip
    assert counted == sum(map(len, alone))


@given(FINITE, FINITE)
def test_rounding_is_the_same_both_ways(one: float, other: float) -> None:
    assert is_rounding(one, other, None) == is_rounding(other, one, None)
    assert is_rounding(one, one, None)


def test_an_interval_without_ends_holds_everything() -> None:
    assert not is_beyond(Figure(1.0), 1e9)


@pytest.mark.parametrize(
    ("made", "after", "expected"),
    [
        (BEFORE._replace(as_of=date(2026, 3, 2)), RATIO, "new data"),
        (BEFORE._replace(landed="more"), RATIO, "new data"),
        (BEFORE._replace(method_version="2.0"), RATIO, "new method"),
        (BEFORE._replace(code="other"), RATIO, "new method"),
        # the same data read otherwise gives other counts
        (BEFORE._replace(method_version="2.0"), RATIO._replace(n=300), "new method"),
        (BEFORE._replace(landed="more", method_version="2.0"), RATIO, "both"),
        # adverts are read anew over several runs
        (BEFORE._replace(by_method={"0.9": 4, "1.0": 6}), RATIO, "new method"),
        # what was not noted: the counts tell
        (BEFORE._replace(landed=None), RATIO._replace(n=300), "new data"),
        (BEFORE._replace(landed=None), RATIO, "new method"),
        (BEFORE._replace(landed=None, method_version="2"), RATIO._replace(n=300), "new method"),
        # nothing of ours differs: libraries do
        (BEFORE, RATIO, "new method"),
        (BEFORE, CLAIM._replace(version=2), "claim re-registered"),
        (BEFORE._replace(as_of=date(2026, 3, 2)), CLAIM._replace(rule="x"), "claim re-registered"),
        (BEFORE._replace(as_of=date(2026, 3, 2)), CLAIM, "new data"),
    ],
)
def test_why_a_figure_moved(made: Made, after: Figure, expected: str) -> None:
    before = CLAIM if after.version else RATIO
    made_before = (
        BEFORE._replace(by_method={"0.9": 5, "1.0": 5}) if "0.9" in made.by_method else (BEFORE)
    )
    assert why(made_before, made, before, after) == expected


def test_sources_lost_and_found() -> None:
    states = {"a": "ok", "b": "failed", "c": "partial", "d": "ok", "e": "failed"}
    now = {"a": "failed", "b": "partial", "c": "ok", "e": "failed", "f": "ok", "g": "failed"}
    sides = [{(k,): Figure(None, said=v) for k, v in of.items()} for of in (states, now)]
    assert [(move.kind, move.key[0]) for move in sources_moved(*sides)] == [
        ("source lost", "a"),
        ("source recovered", "b"),
        ("source lost", "d"),
        ("new", "f"),
    ]


@pytest.mark.parametrize(
    ("table", "names", "key", "said"),
    [
        ("framework_ratio_by_month", ("period_start", "sources", "population"),
         (date(2026, 1, 1), "all", "ml"), "2026-01, all sources, machine-learning roles"),
        ("framework_ratio_by_quarter", ("period_start", "sources", "population"),
         (date(2026, 4, 1), "panel", "all"), "2026 Q2, fixed panel of boards, all roles"),
        ("paper_share_by_year", ("period_start", "framework", "scope"),
         (date(2026, 1, 1), "tf", "official"), "2026, tf, official repositories"),
        ("pay_by_framework_level", ("framework", "level", "family", "country"),
         ("all", "senior", "all", "US"), "any framework, senior, any kind of work, US"),
    ],
)  # fmt: skip
def test_keys_in_words(table: str, names: tuple[str, ...], key: Any, said: str) -> None:
    assert in_words(table, names, key) == said


def test_every_followed_figure_is_a_column_of_its_table() -> None:
    """A column that is renamed would end the log of its table without a word."""
    for series in SERIES:
        model = models.models()[f"out.{series.table}"]
        names = {column.name for column in model.columns}
        ends = {series.low, series.high} - {None}
        assert {*series.key, series.measure, series.n, *series.also, *ends} <= names, series.table
        assert f"out.{series.table}" in models.models()["out.figure_changes"].reads


# --- from one publication to the next ------------------------------------------------------------

FLIP = """UPDATE out.claim_verdicts SET verdict = 'undetermined', estimate = 1.1, ci_low = 0.8
WHERE claim_id = 'hire_more'"""
SHIFT = "UPDATE out.framework_ratio_by_month SET ratio = ratio * 1.01"
LOSE = "UPDATE out.source_health SET state = 'failed' WHERE source = 'ashby'"


def test_without_a_publication_the_log_is_empty(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    assert logged(tmp_path) == []


def test_what_moved_is_logged_once(working_log: Path, tmp_path: Path) -> None:
    first = publish_logged(working_log, tmp_path)
    for sql in (FLIP, SHIFT, LOSE):
        change(working_log, sql)
    second = publish_logged(working_log, tmp_path, made_from={"landed": "more", "code": "b"})
    expected = [
        ("claim_verdicts", "verdict flipped", "hire_more", "new data", 1),
        ("framework_ratio_by_month", "moved", "2025-12, all sources, machine-learning roles",
         "new data", 12),
        ("source_health", "source lost", "ashby", "new data", 1),
    ]  # fmt: skip
    assert [row[:2] for row in logged(tmp_path)] == [row[:2] for row in expected]
    assert logged(tmp_path)[0] == expected[0]
    assert logged(tmp_path)[1][4] == 12
    assert {row[0] for row in logged(tmp_path, "publication_before")} == {first.publication_id}
    assert logged(tmp_path, "figure_key, value_before, value_after, ci_low_after, ci_high_after, "
                  "said_before, said_after")[0] == (
        '{"claim_id": "hire_more"}', 2.0, 1.1, 0.8, 2.6, "supported", "undetermined",
    )  # fmt: skip
    again = publish_logged(working_log, tmp_path, made_from={"landed": "more", "code": "b"})
    assert (again.is_changed, again.publication_id) == (False, second.publication_id)


def test_the_log_outlives_the_working_warehouse(
    built_log: Path, working_log: Path, tmp_path: Path
) -> None:
    publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path, method_version="2.0")
    kept = logged(tmp_path)
    assert [row[3] for row in kept] == ["new method"]
    working_log.unlink()
    shutil.copy(built_log, working_log)  # made anew, its log empty
    publish_logged(working_log, tmp_path, as_of="2026-03-02")
    both = logged(tmp_path)
    assert set(kept) < set(both)
    assert {row[3] for row in both} == {"new method", "both"}


def test_another_world_begins_a_log_of_its_own(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    assert len(logged(tmp_path)) == 1
    publish_logged(working_log, tmp_path, is_sample=True)
    assert logged(tmp_path) == []


@pytest.mark.parametrize("damage", ["warehouse.duckdb", "run.json"])
def test_a_damaged_publication_is_passed_over(
    working_log: Path, tmp_path: Path, damage: str
) -> None:
    first = publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    second = publish_logged(working_log, tmp_path)
    (second.path / damage).unlink()
    found = newest_published(tmp_path)
    assert found is not None
    assert found.publication_id == first.publication_id
    assert publish_logged(working_log, tmp_path).is_changed
    assert [row[1] for row in logged(tmp_path)] == ["verdict flipped"]


def test_a_table_that_is_new_or_has_other_columns_is_no_move(
    working_log: Path, tmp_path: Path
) -> None:
    change(working_log, "ALTER TABLE out.claim_verdicts DROP claim_version")
    change(working_log, "DROP TABLE out.framework_ratio_by_month")
    change(working_log, "ALTER TABLE out.figure_changes RENAME TO other_changes")
    with duckdb.connect(str(working_log)) as con:
        con.execute("CREATE TABLE out.figure_changes AS FROM out.other_changes")
    publish_logged(working_log, tmp_path)
    with duckdb.connect(str(working_log)) as con:
        con.execute("ALTER TABLE out.claim_verdicts ADD claim_version INTEGER DEFAULT 1")
        columns = models.models()["out.framework_ratio_by_month"].columns
        listed = ", ".join(f'"{one.name}" {one.type}' for one in columns)
        con.execute(f"CREATE TABLE out.framework_ratio_by_month ({listed})")
    publish_logged(working_log, tmp_path)
    assert logged(tmp_path) == []


def test_the_log_of_a_publication_from_before_there_was_one(
    working_log: Path, tmp_path: Path
) -> None:
    """Its figures are compared all the same; what it did not note, the counts tell."""
    publish_logged(working_log, tmp_path, made_from={})
    published = tmp_path / "published" / "warehouse.duckdb"
    published.chmod(0o644)
    change(published, "DROP TABLE out.figure_changes")
    change(working_log, f"{FLIP}; UPDATE out.claim_verdicts SET n_roles = 300")
    publish_logged(working_log, tmp_path)
    assert logged(tmp_path) == [("claim_verdicts", "verdict flipped", "hire_more", "new data", 1)]


def test_a_failure_leaves_the_log_as_it_was(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    change(working_log, SHIFT)

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.publish.changes._all_moves", fail)
        with pytest.raises(RuntimeError, match="broken"):
            publish_logged(working_log, tmp_path)
    with duckdb.connect(str(working_log), read_only=True) as con:
        assert con.execute("SELECT kind FROM out.figure_changes").fetchall() == [
            ("verdict flipped",)
        ]


def test_the_digest_of_code_is_that_of_the_files_that_count(tmp_path: Path) -> None:
    (tmp_path / "judge.py").write_text("one = 1")
    digests = [digest_of_code(tmp_path, only=(".py",))]
    (tmp_path / "claim.yaml").write_text("a: rule")
    digests.append(digest_of_code(tmp_path, only=(".py",)))
    (tmp_path / "judge.py").write_text("one = 2")
    digests.append(digest_of_code(tmp_path, only=(".py",)))
    assert digests[0] == digests[1] != digests[2]


def test_every_flipped_verdict_has_a_row_of_its_own() -> None:
    before = {(f"c{i}",): CLAIM._replace(said="supported") for i in range(120)}
    after = {key: CLAIM._replace(said="contradicted") for key in before}
    told = moves(before, after, is_each=True)
    assert {move.key for move in told} == set(before)
    assert {move.n_figures for move in told} == {1}
    assert len(moves({}, after, is_each=True)) == 120


@pytest.mark.parametrize(("before", "after"), [(CLAIM, Figure(None)), (Figure(None), CLAIM)])
def test_a_claim_that_is_new_or_gone_was_registered(before: Figure, after: Figure) -> None:
    assert why(BEFORE, BEFORE, before, after) == "claim re-registered"


@pytest.mark.parametrize("said", ["[]", "7", '{"as_of": "soon", "is_sample": false}'])
def test_a_run_that_says_nonsense_is_passed_over(
    working_log: Path, tmp_path: Path, said: str
) -> None:
    first = publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    second = publish_logged(working_log, tmp_path)
    (second.path / "run.json").write_text(said)
    found = newest_published(tmp_path)
    assert found is not None
    assert found.publication_id == first.publication_id


def test_another_world_is_not_compared_with(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    publish_logged(working_log, tmp_path, is_sample=True)
    run = json.loads((tmp_path / "published" / "run.json").read_text())
    assert run["changes"]["since"] is None
    assert {of["before"] for of in run["changes"]["totals"].values()} == {None}
    assert "first publication" in (tmp_path / "published" / "changes.md").read_text()


def test_what_came_of_telling_stays_while_the_publication_does(
    working_log: Path, tmp_path: Path
) -> None:
    first = publish_logged(working_log, tmp_path)
    add_to_run(first.path, {"webhook": {"state": "failed", "reason": "HTTP 500"}})
    assert not publish_logged(working_log, tmp_path).is_changed
    run = json.loads((tmp_path / "published" / "run.json").read_text())
    assert run["webhook"] == {"state": "failed", "reason": "HTTP 500"}
