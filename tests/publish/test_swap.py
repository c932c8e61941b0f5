"""What readers of DATA/published can rely on, whatever happens to the publisher."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.publish.tables import PLAIN_PAGE, RUN, change, plain_page
from warehouse.publish import report, snapshot, swap
from warehouse.publish.swap import publish


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are tested elsewhere; here a page is a file."""
    monkeypatch.setattr(report, "render_report", plain_page)


def _files(data: Path) -> dict[str, tuple[int, bytes]]:
    """Inode and bytes of all that readers see."""
    published = data / "published"
    return {
        path.relative_to(published.resolve()).as_posix(): (path.stat().st_ino, path.read_bytes())
        for path in sorted(published.resolve().rglob("*"))
        if path.is_file()
    }


def _titles(data: Path) -> list[Any]:
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        return con.execute("SELECT DISTINCT title FROM out.postings").fetchall()


def test_layout(published: Path) -> None:
    link = published / "published"
    assert link.is_symlink()
    assert not os.path.isabs(os.readlink(link)), "the data directory may move"
    assert {path.name for path in link.iterdir()} == {
        "warehouse.duckdb", "index.html", "run.json", "reports", "parquet", "archive",
        "changes.md", "reports.sqlite", "metadata.json",
    }  # fmt: skip
    assert sorted(path.name for path in (published / "publications").iterdir()) == [
        ".lock",
        link.resolve().name,
    ]
    assert link.resolve().stat().st_mode & 0o055 == 0o055, "a static host reads it as another user"


def test_warehouse_holds_out_and_parts_of_core_with_their_comments(
    built: Path, published: Path
) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{built}' AS working (READ_ONLY)")
        path = published / "published" / "warehouse.duckdb"
        con.execute(f"ATTACH '{path}' AS fresh (READ_ONLY)")
        before, after = (snapshot.relations(con, name) for name in ("working", "fresh"))
        assert [(one.label, one.comment, one.columns) for one in before] == [
            (one.label, one.comment, one.columns) for one in after
        ]
        for relation in before:
            difference = con.execute(
                f"FROM working.{relation.label} EXCEPT ALL FROM fresh.{relation.label}"
            ).fetchall()
            assert difference == [], relation.label
        rows = con.execute("SELECT posting_id FROM fresh.core.postings").fetchall()
    labels = {one.label for one in after}
    assert {"core.postings", "core.roles", "out.open_postings"} <= labels
    assert not labels & {"raw.postings", "core.facts"}
    assert rows == sorted(rows)


def test_run_json(published: Path) -> None:
    said = json.loads((published / "published" / "run.json").read_text())
    assert said["seconds"] == RUN["seconds"]
    assert said["rows"]["out.postings"] == 40
    assert said["rows"]["out.open_postings"] == 20
    assert said["publication"] == (published / "published").resolve().name
    assert list(said) == sorted(said)


@pytest.mark.usefixtures("_quick")
def test_same_content_replaces_only_run_json(working: Path, tmp_path: Path) -> None:
    first = publish(working, tmp_path, RUN)
    before = _files(tmp_path)
    change(working, "CREATE TABLE raw.more AS SELECT 1 AS one")
    second = publish(working, tmp_path, {**RUN, "seconds": {"load": 0.1}})
    after = _files(tmp_path)
    assert (first.is_changed, second.is_changed) == (True, False)
    assert second.path == first.path
    assert second.rows == first.rows
    assert after.pop("run.json") != before.pop("run.json")
    assert after == before


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(
    ("sql", "more"),
    [
        ("UPDATE out.postings SET title = 'x' WHERE posting_id = 'ashby:board:7'", {}),
        ("INSERT INTO out.mentions FROM out.mentions LIMIT 1", {}),
        ("ALTER TABLE out.pay_bands ALTER pay_min TYPE DECIMAL(18, 3)", {}),
        ("COMMENT ON COLUMN out.pay_bands.pay_max IS 'Upper end'", {}),
        ("COMMENT ON TABLE core.roles IS 'A role'", {}),
        ("CREATE TABLE out.more AS SELECT 1 AS one", {}),
        ("CREATE OR REPLACE VIEW out.open_postings AS SELECT title FROM out.postings", {}),
        ("SELECT 1", {"is_sample": True}),
        ("SELECT 1", {"as_of": "2026-03-02"}),
        ("SELECT 1", {"method_version": "1.1"}),
    ],
)
def test_other_content_is_another_publication(
    working: Path, tmp_path: Path, sql: str, more: Mapping[str, Any]
) -> None:
    first = publish(working, tmp_path, RUN)
    change(working, sql)
    second = publish(working, tmp_path, {**RUN, **more})
    assert second.is_changed
    assert second.publication_id > first.publication_id
    assert (tmp_path / "published").resolve() == second.path.resolve()


@pytest.mark.usefixtures("_quick")
def test_row_order_does_not_matter(working: Path, tmp_path: Path) -> None:
    publish(working, tmp_path, RUN)
    change(
        working,
        "CREATE OR REPLACE TABLE out.mentions AS FROM out.mentions ORDER BY hash(posting_id)",
    )
    assert not publish(working, tmp_path, RUN).is_changed


@pytest.mark.usefixtures("_quick")
def test_a_damaged_publication_is_made_anew(working: Path, tmp_path: Path) -> None:
    first = publish(working, tmp_path, RUN)
    (first.path / "index.html").unlink()
    second = publish(working, tmp_path, RUN)
    assert second.is_changed
    assert (tmp_path / "published" / "index.html").read_text() == PLAIN_PAGE


STEPS = (
    (swap, "content_digest"),
    (swap, "copy_warehouse"),
    (swap, "write_csv"),
    (swap, "write_data_package"),
    (swap, "write_sqlite"),
    (swap, "summary"),
    (swap.archive, "write_zip"),
    (swap.archive, "write_index"),
    (report, "render_report"),
    (swap, "_write_run"),
    (swap, "_sync"),
    (swap, "_point"),
)


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_failure_at_any_step_leaves_the_last_publication(
    working: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, step: str,
    is_after: bool,
) -> None:  # fmt: skip
    publish(working, tmp_path, RUN)
    before = _files(tmp_path)
    change(working, "UPDATE out.postings SET title = 'new'")
    real = getattr(module, step)

    def failing(*args: Any, **kwargs: Any) -> None:
        if is_after:
            real(*args, **kwargs)
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(module, step, failing)
        with pytest.raises(OSError, match="no space left"):
            publish(working, tmp_path, RUN)
    is_swapped = is_after and step == "_point"
    assert (_files(tmp_path) == before) is not is_swapped
    leftovers = [path.name for path in (tmp_path / "publications").glob(".*")]
    assert leftovers == [".lock"]
    publish(working, tmp_path, RUN)
    assert _titles(tmp_path) == [("new",)]
    number = (tmp_path / "published").resolve().name[:6]
    archived = {path.name for path in (tmp_path / "archive").iterdir()}
    assert archived == {"2026-03-01-000001.zip", f"2026-03-01-{number}.zip"} or is_swapped


@pytest.mark.parametrize(
    "step", ["copy_warehouse", "write_data_package", "_sync", "_point", "_prune"]
)
def test_killed_at_a_step_then_run_again(working: Path, tmp_path: Path, step: str) -> None:
    script = textwrap.dedent(
        f"""
        import os, signal, sys
        from pathlib import Path
        from tests.publish.tables import RUN, plain_page
        from warehouse.publish import report, swap
        report.render_report = plain_page
        real = swap.{step}
        def killed(*args, **kwargs):
            real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
        swap.{step} = killed
        swap.publish(Path(sys.argv[1]), Path(sys.argv[2]), RUN)
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(working), str(tmp_path)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    is_out = (tmp_path / "published").exists()
    assert is_out is (step in ("_point", "_prune")), "published exactly when the swap was done"
    publish(working, tmp_path, RUN)
    assert len(_titles(tmp_path)) == 40
    assert not (tmp_path / "publications" / ".building").exists()
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["2026-03-01-000001.zip"]


@pytest.mark.usefixtures("_quick")
def test_old_publications_are_pruned_but_open_readers_go_on(working: Path, tmp_path: Path) -> None:
    first = publish(working, tmp_path, RUN, keep=2)
    with duckdb.connect(str(first.path / "warehouse.duckdb"), read_only=True) as reader:
        for number in range(3):
            change(working, f"UPDATE out.postings SET title = '{number}'")
            result = publish(working, tmp_path, RUN, keep=2)
        assert reader.execute("SELECT count(DISTINCT title) FROM out.postings").fetchall() == [
            (40,)
        ]
    kept = sorted(path.name for path in (tmp_path / "publications").glob("0*"))
    assert [name[:6] for name in kept] == ["000003", "000004"]
    assert len(result.pruned) == 1
    assert _titles(tmp_path) == [("2",)]


@contextmanager
def _reading(look: Callable[[], object]) -> Iterator[list[object]]:
    """What `look` gives in another thread, over and over, errors included."""
    is_over = threading.Event()
    seen: list[object] = []

    def read() -> None:
        while not is_over.is_set():
            try:
                seen.append(look())
            except OSError as error:
                seen.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    yield seen
    is_over.set()
    reader.join()


def test_the_link_is_there_at_any_moment(tmp_path: Path) -> None:
    targets = [tmp_path / "publications" / name for name in "ab"]
    swap._point(tmp_path, targets[0])
    with _reading(lambda: os.readlink(tmp_path / "published")) as seen:
        for number in range(2000):
            swap._point(tmp_path, targets[number % 2])
    assert set(seen) == {"publications/a", "publications/b"}


@pytest.mark.usefixtures("_quick")
def test_readers_see_a_whole_publication_at_any_moment(working: Path, tmp_path: Path) -> None:
    def is_whole() -> bool:
        folder = (tmp_path / "published").resolve(strict=True)
        said = json.loads((folder / "run.json").read_text())
        return said["publication"] == folder.name and (folder / "index.html").exists()

    publish(working, tmp_path, RUN)
    with _reading(is_whole) as seen:
        for number in range(4):
            change(working, f"UPDATE out.postings SET title = '{number}'")
            publish(working, tmp_path, RUN)
    assert set(seen) == {True}


@pytest.mark.usefixtures("_quick")
def test_the_working_file_is_free_afterwards(working: Path, tmp_path: Path) -> None:
    publish(working, tmp_path, RUN)
    change(working, "CREATE TABLE raw.again AS SELECT 1 AS one")
    assert not (tmp_path / "warehouse.duckdb.wal").exists()


def test_a_directory_in_the_place_of_the_link_is_left_alone(working: Path, tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    with pytest.raises(FileExistsError, match="move it away"):
        publish(working, tmp_path, RUN)


@pytest.mark.parametrize(
    ("run", "options", "error"),
    [
        ({"as_of": "2026-03-01"}, {}, KeyError),
        ({"is_sample": False}, {}, KeyError),
        (RUN, {"keep": 0}, ValueError),
        (RUN, {"csv_on_request": ["roles"]}, ValueError),
    ],
)
def test_wrong_usage_is_told_before_anything_is_written(
    working: Path, tmp_path: Path, run: Mapping[str, Any], options: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        publish(working, tmp_path, run, **options)
    assert not (tmp_path / "publications").exists()


@pytest.mark.usefixtures("_quick")
def test_sample_is_marked_in_every_table(working: Path, tmp_path: Path) -> None:
    publish(working, tmp_path, {**RUN, "is_sample": True})
    path = tmp_path / "published" / "warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        comments = [one.comment or "" for one in snapshot.relations(con)]
    assert comments
    assert all(comment.startswith("SAMPLE DATA") for comment in comments)
