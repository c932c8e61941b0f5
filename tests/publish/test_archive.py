"""The archive: figures of every publication, without anything that somebody may want deleted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import frictionless
import pytest

from tests.publish.logged import BOARD, COMPANY, build_logged, publish_logged
from tests.publish.tables import change, plain_page
from warehouse import models
from warehouse.publish import archive, report

FLIP = "UPDATE out.claim_verdicts SET verdict = 'contradicted' WHERE claim_id = 'hire_more'"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)


@pytest.fixture(scope="module")
def built_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_logged(tmp_path_factory.mktemp("logged") / "warehouse.duckdb")


@pytest.fixture
def working_log(built_log: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built_log, tmp_path / "working.duckdb"))


def zips(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.zip"))


def index(data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (data / "published" / "archive" / "index.json").read_text(encoding="utf-8")
    )
    return found


def test_a_zip_is_a_data_package_that_is_opened_as_it_is(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    path = tmp_path / "archive" / "2026-03-01-000001.zip"
    checked = frictionless.validate(str(path))
    assert checked.valid, checked.flatten(["title", "fieldName", "message"])
    package = frictionless.Package(str(path))
    rows = package.get_resource("claim_verdicts").read_rows()
    assert [row["verdict"] for row in rows] == ["supported", "undetermined", "out_of_scope"]
    with zipfile.ZipFile(path) as opened:
        assert {"datapackage.json", "run.json", "changes.md"} <= set(opened.namelist())
        run = json.loads(opened.read("run.json"))
    assert run["publication"] == (tmp_path / "published").resolve().name
    assert run["sources"] == {"ashby": {"state": "partial"}}
    assert "refused_rows" not in run


def test_nothing_of_an_employer_or_a_board_is_in_it(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    names = zips(tmp_path / "archive")
    assert len(names) == 2
    for name in names:
        with zipfile.ZipFile(tmp_path / "archive" / name) as opened:
            for member in opened.namelist():
                text = opened.read(member).decode()
                assert COMPANY not in text, member
                assert BOARD not in text, member
                if member.endswith(".csv"):
                    header = next(csv.reader(io.StringIO(text)))
                    assert not set(header) & archive.LEFT_OUT, member
            assert not {"postings.csv", "source_health.csv", "board_health.csv"} & set(
                opened.namelist()
            )


def test_no_archived_table_has_a_row_for_a_single_subject() -> None:
    """A key of an advert, a role, an employer or a board would make a row of one of them."""
    subjects = {
        "posting_id",
        "role_id",
        "company",
        "company_id",
        "board",
        "paper_id",
        "content_hash",
    }
    for name in archive.FIGURES:
        model = models.models()[f"out.{name}"]
        assert not subjects & set(model.key), name
        kept = {column.name for column in model.columns} - archive.LEFT_OUT
        assert not kept & {*subjects, "url", "title", "text", "evidence", "sample"}, name


def test_the_same_figures_give_the_same_bytes(built_log: Path, tmp_path: Path) -> None:
    digests = set()
    for name in "ab":
        data = tmp_path / name
        data.mkdir()
        working = Path(shutil.copy(built_log, data / "working.duckdb"))
        publish_logged(working, data, run_id=name, seconds_by_stage={"load": name})
        path = data / "archive" / "2026-03-01-000001.zip"
        os.utime(path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_archive_keeps_what_publications_lose(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.publish.logged.KEEP", 2)
    for number in range(4):
        change(working_log, f"UPDATE out.claim_verdicts SET n_roles = {number}")
        publish_logged(working_log, tmp_path)
    assert len(list((tmp_path / "publications").glob("0*"))) == 2
    names = [f"2026-03-01-00000{number}.zip" for number in (1, 2, 3, 4)]
    assert zips(tmp_path / "archive") == names
    assert zips(tmp_path / "published" / "archive") == names
    assert [entry["file"] for entry in index(tmp_path)] == names[::-1]
    for entry in index(tmp_path):
        path = tmp_path / "published" / "archive" / entry["file"]
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.samefile(tmp_path / "archive" / entry["file"]), "it takes no room twice"
        assert path.stat().st_mode & 0o777 == 0o444


def test_publishing_the_same_again_archives_nothing(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    path = tmp_path / "archive" / "2026-03-01-000001.zip"
    before = path.stat().st_ino
    publish_logged(working_log, tmp_path)
    assert zips(tmp_path / "archive") == [path.name]
    assert path.stat().st_ino == before


def test_a_zip_that_did_not_reach_the_archive_is_brought_there(
    working_log: Path, tmp_path: Path
) -> None:
    """As after a kill between the swap and the archive, and where links can't be made."""
    publish_logged(working_log, tmp_path)
    path = tmp_path / "archive" / "2026-03-01-000001.zip"
    path.unlink()
    publish_logged(working_log, tmp_path)
    assert path.exists()
    path.unlink()
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    assert len(zips(tmp_path / "archive")) == len(zips(tmp_path / "published" / "archive")) == 2


def test_without_hard_links_there_are_copies(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not on this file system")

    monkeypatch.setattr(os, "link", refuse)
    publish_logged(working_log, tmp_path)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    for folder in (tmp_path / "archive", tmp_path / "published" / "archive"):
        assert zips(folder) == ["2026-03-01-000001.zip", "2026-03-01-000002.zip"]


def test_a_damaged_zip_is_not_listed_and_harms_nothing(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    (tmp_path / "archive" / "2020-01-01-000001.zip").write_bytes(b"no zip")
    (tmp_path / "archive" / "notes.txt").write_text("mine")
    (tmp_path / "published" / "archive" / "index.json").chmod(0o644)
    (tmp_path / "published" / "archive" / "index.json").write_text("{")
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    assert [entry["file"] for entry in index(tmp_path)] == [
        "2026-03-01-000002.zip",
        "2026-03-01-000001.zip",
    ]
    assert not (tmp_path / "published" / "archive" / "notes.txt").exists()


def test_an_archive_that_was_thinned_out_stays_so(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    for number in (1, 2):
        change(working_log, f"UPDATE out.claim_verdicts SET n_roles = {number}")
        publish_logged(working_log, tmp_path)
        (tmp_path / "archive" / "2026-03-01-000001.zip").unlink(missing_ok=True)
    change(working_log, FLIP)
    publish_logged(working_log, tmp_path)
    assert zips(tmp_path / "published" / "archive")[0] == "2026-03-01-000002.zip"


def test_a_number_that_the_archive_has_is_not_given_again(
    working_log: Path, tmp_path: Path
) -> None:
    """Publications may be thrown away; what was archived of them is kept for good."""
    publish_logged(working_log, tmp_path)
    path = tmp_path / "archive" / "2026-03-01-000001.zip"
    before = path.read_bytes()
    shutil.rmtree(tmp_path / "publications")
    (tmp_path / "published").unlink()
    change(working_log, FLIP)
    again = publish_logged(working_log, tmp_path)
    assert again.publication_id.startswith("000002-")
    assert path.read_bytes() == before
    assert zips(tmp_path / "archive") == [path.name, "2026-03-01-000002.zip"]


@pytest.mark.parametrize("damage", ["bits", "a list", "encrypted", "a folder"])
def test_any_damage_of_a_zip_harms_nothing(working_log: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "archive" / "2020-01-01-000900.zip"
    path.parent.mkdir()
    if damage == "a folder":
        path.mkdir()
    else:
        said = [] if damage == "a list" else {"as_of": "2020-01-01", "publication": "x" * 999}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("run.json", json.dumps(said))
        raw = bytearray(path.read_bytes())
        if damage == "bits":  # a block of no known kind
            raw[30 + len("run.json")] |= 0b110
        if damage == "encrypted":
            raw[6] |= 1
            raw[raw.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(raw)
    publish_logged(working_log, tmp_path)
    files = [entry["file"] for entry in index(tmp_path)]
    assert [name for name in files if "2026" in name] == files
    assert len(files) == 1
