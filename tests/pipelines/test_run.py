"""The main job as a whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest

from scrapers.archive import Archive
from tests.claims.test_evidence import differences
from tests.pipelines.conftest import ON_SAMPLE, PROGRAM, Command, archived_with, published
from tests.publish.test_tables import CONTRACT
from tests.scrapers.server import as_json, serve
from tests.scrapers.test_crawl import crawl
from warehouse import models
from warehouse.publish.snapshot import PUBLISHED_CORE
from warehouse.publish.tables import ON_REQUEST


@ON_SAMPLE
def test_the_sample_markets_verdicts_are_those_that_were_planted(sample: Path) -> None:
    truth = json.loads((sample / "captures" / "sample" / "truth.json").read_text())
    planted = {claim: of["verdict"] for claim, of in truth["claims"].items()}
    columns = published_columns(sample, "SELECT claim_id, verdict FROM out.claim_verdicts")
    found = dict(columns)
    assert len(planted) == 12
    assert {claim: found[claim] for claim in planted} == planted
    assert {"supported", "contradicted", "undetermined"} == set(planted.values())


def published_columns(data: Path, query: str) -> list[Any]:
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


@ON_SAMPLE
def test_every_verdict_of_the_sample_market_is_recounted_from_its_evidence(sample: Path) -> None:
    with duckdb.connect(str(sample / "published" / "warehouse.duckdb"), read_only=True) as con:
        assert differences(con, con.execute("FROM out.claim_verdicts").df()) == []
    written = {path.name for path in (sample / "published" / "reports").iterdir()}
    assert "comention_by_year.csv" in written
    assert "claim_evidence.csv" not in written


@ON_SAMPLE
def test_every_advert_of_the_sample_market_is_there_with_its_facts(sample: Path) -> None:
    lines = (sample / "captures" / "sample" / "truth_postings.jsonl").read_text().splitlines()
    truth = {(row["source"], row["source_id"]): row for row in map(json.loads, lines)}
    rows = published_columns(
        sample,
        """
        SELECT source, source_id, is_ml_role, p.family, level, is_us,
            list(DISTINCT framework) FILTER (WHERE kind = 'framework')
        FROM out.postings AS p LEFT JOIN out.mentions USING (posting_id) GROUP BY ALL
        """,
    )
    assert {(row[0], row[1]) for row in rows} == set(truth)
    right = dict.fromkeys(("is_ml_role", "family", "level", "us", "frameworks"), 0)
    for source, source_id, *facts, frameworks in rows:
        said = truth[source, source_id]
        for name, fact in zip(("is_ml_role", "family", "level", "us"), facts, strict=True):
            right[name] += fact == said[name]
        right["frameworks"] += set(frameworks or ()) == set(said["frameworks"])
    shares = {name: count / len(rows) for name, count in right.items()}
    assert min(shares.values()) > 0.9, shares


@ON_SAMPLE
def test_the_sample_is_marked_wherever_it_is_shown(sample: Path) -> None:
    folder = sample / "published"
    assert json.loads((folder / "run.json").read_text())["is_sample"] is True
    assert "SAMPLE" in (folder / "index.html").read_text()
    assert published_columns(sample, "SELECT bool_and(is_sample) FROM out.claim_verdicts") == [
        (True,)
    ]
    [(comment,)] = published_columns(
        sample, "SELECT comment FROM duckdb_tables() WHERE table_name = 'claim_verdicts'"
    )
    assert "SAMPLE" in comment


@ON_SAMPLE
def test_all_failures_of_the_sample_market_are_reported(sample: Path) -> None:
    states = published_columns(
        sample, "SELECT state, count(*) FROM out.board_health GROUP BY ALL ORDER BY ALL"
    )
    assert {"ok", "unchanged", "failed", "truncated", "unknown", "suspect"} == {
        state for state, _ in states
    }
    reasons = published_columns(sample, "SELECT DISTINCT stage FROM out.refused_rows")
    assert sorted(reasons) == [("parse",), ("pay",)]


@ON_SAMPLE
def test_the_reports_of_the_sample_market_are_a_valid_data_package(sample: Path) -> None:
    folder = (sample / "published" / "reports").resolve()
    checked = frictionless.validate(folder / "datapackage.json")
    assert checked.valid, checked.flatten(["title", "rowNumber", "fieldName", "message"])[:10]
    assert {f"{name}.csv" for name in set(CONTRACT) - ON_REQUEST} <= {
        path.name for path in folder.iterdir()
    }


@ON_SAMPLE
def test_the_archive_of_the_sample_market_names_nobody(sample: Path) -> None:
    [path] = (sample / "archive").glob("*.zip")
    assert frictionless.validate(str(path)).valid
    assert archived_with(sample, "SELECT DISTINCT company FROM core.postings") == set()
    boards = "SELECT DISTINCT board FROM out.board_health WHERE source NOT IN ('pwc_archive')"
    assert archived_with(sample, f"{boards} AND length(board) > 3") == set()


@ON_SAMPLE
def test_running_again_changes_nothing(sample: Path, command: Command) -> None:
    before = published(sample)
    files = {
        path: (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in (sample / "published" / "reports").iterdir()
    }
    done = command("run", "--sample", "--data", sample)
    assert done.returncode == 0, done.stderr
    assert published(sample) == before
    assert files == {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}
    assert "unchanged, kept" in done.stderr
    assert "0 adverts read" in done.stderr


@ON_SAMPLE
def test_published_tables_can_be_asked_and_claims_shown(sample: Path, command: Command) -> None:
    done = command("sql", "SELECT count(*) AS n FROM out.postings", "--format", "csv",
                   "--data", sample)  # fmt: skip
    assert done.stdout.splitlines()[0] == "n"
    assert int(done.stdout.splitlines()[1]) > 5_000
    assert command("sql", "DROP TABLE out.postings", "--data", sample).returncode == 1
    one = command("claims", "hire_tf_declining", "--data", sample)
    assert "Sensitivity" in one.stdout
    assert "it rests on" in one.stdout
    odd = command("claims", "hire_tf_declines", "--data", sample)
    assert odd.returncode == 1
    assert "hire_tf_declining" in odd.stderr


@ON_SAMPLE
def test_the_world_does_not_come_into_a_sample(
    sample: Path, tmp_path: Path, command: Command
) -> None:
    real = lever_archive(tmp_path / "real", tmp_path, 1_772_323_200_000)
    done = command("run", "--replay", real, "--data", sample)
    assert done.returncode == 1
    assert "holds the sample market" in done.stderr


def test_a_run_that_is_killed_and_started_again_gives_the_same_tables(
    market: Path, tmp_path: Path, command: Command, home: dict[str, str]
) -> None:
    calm = tmp_path / "calm"
    started = time.monotonic()
    assert command("run", "--replay", market, "--data", calm).returncode == 0
    seconds = time.monotonic() - started
    rough = tmp_path / "rough"
    moments = random.Random(5)
    killed = 0
    for _ in range(3):
        process = subprocess.Popen(
            [*PROGRAM, "run", "--replay", str(market), "--data", str(rough)],
            env=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(0.15, 0.8) * seconds)
        killed += process.poll() is None
        # The spiders too: this is the plug being pulled.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert killed > 0
    done = command("run", "--replay", market, "--data", rough)
    assert done.returncode == 0, done.stderr
    assert published(rough) == published(calm)
    run = json.loads((rough / "published" / "run.json").read_text())
    assert run["is_sample"], "a replayed sample is still a sample"


def test_two_runs_do_not_share_a_folder(
    market: Path, tmp_path: Path, command: Command, home: dict[str, str]
) -> None:
    data = tmp_path / "data"
    words = ["run", "--replay", str(market), "--data", str(data)]
    first = subprocess.Popen([*PROGRAM, *words], env=home, stderr=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        while not (data / "world.json").exists():
            time.sleep(0.05)
        second = command(*words)
    finally:
        first.kill()
        first.wait()
    assert second.returncode == 1
    assert "another run is working" in second.stderr


def lever_archive(folder: Path, command_cwd: Path, created_at: int) -> Path:
    """Record a board whose adverts were all posted at one instant."""
    rows = [
        {
            "id": str(number),
            "text": f"ML Engineer {number}",
            "description": f"<p>PyTorch, team {number}</p>",
            "createdAt": created_at,
        }
        for number in range(20)
    ]
    with serve() as site:
        site.routes["/v0/postings/acme?mode=json"] = as_json(rows)
        crawl(command_cwd, "lever", site, boards="acme", RECORD_DIR=folder)
    assert Archive(folder).urls()
    return folder


def test_a_failed_check_blocks_and_what_was_published_stands(
    tmp_path: Path, command: Command
) -> None:
    data = tmp_path / "data"
    good = lever_archive(tmp_path / "good", tmp_path, 1_772_323_200_000)
    done = command("run", "--replay", good, "--data", data)
    assert done.returncode == 0, done.stderr
    before = published(data)
    # All posted in 1970: a shifted clock, and figures by period would be wrong.
    bad = lever_archive(tmp_path / "bad", tmp_path, 86_400_000)
    done = command("run", "--replay", bad, "--data", data)
    assert done.returncode == 1
    assert "posted_on" in done.stderr
    assert "Nothing was published" in done.stderr
    assert published(data) == before


def test_a_live_run_asks_the_origins_that_it_is_given(tmp_path: Path, command: Command) -> None:
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "lever.csv").write_text(
        "board,company,country\nacme,Acme Robotics,US\ngone,Gone,US\n"
    )
    origins = tmp_path / "origins.yaml"
    job = {"id": "1", "text": "Senior ML Engineer", "description": "<p>PyTorch</p>",
           "createdAt": 1_772_323_200_000}  # fmt: skip
    data = tmp_path / "data"
    words = ("run", "--live", "--source", "lever", "--boards", boards, "--origins", origins,
             "--data", data)  # fmt: skip
    with serve() as site:
        origins.write_text(f"https://*.lever.co: {site.origin}\n")
        site.routes["/v0/postings/acme?mode=json"] = as_json([job])
        done = command(*words)
        assert done.returncode == 0, done.stderr
        again = command(*words)
        assert again.returncode == 0, again.stderr
    assert published_columns(data, "SELECT company, title FROM out.postings") == [
        ("Acme Robotics", "Senior ML Engineer")
    ]
    run = json.loads((data / "published" / "run.json").read_text())
    assert run["sources"]["lever"]["state"] == "partial"
    assert "unknown gone" in run["sources"]["lever"]["reason"]
    assert {"lever"} == set(run["sources"])
    assert len(list((data / "captures").glob("lever-*.warc.gz"))) == 2


def test_nothing_observed_is_a_failure_and_not_an_empty_market(
    tmp_path: Path, command: Command
) -> None:
    (tmp_path / "empty").mkdir()
    done = command("run", "--replay", tmp_path / "empty", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert "nothing was observed" in done.stderr
    assert "NothingObservedError" not in done.stderr
    assert not (tmp_path / "data" / "published").exists()


def test_a_day_of_which_nothing_is_known_is_not_published(tmp_path: Path, command: Command) -> None:
    archive = lever_archive(tmp_path / "captures", tmp_path, 1_772_323_200_000)
    words = ("run", "--replay", archive, "--data", tmp_path / "data")
    for day in ("1990-01-01", "2999-01-01"):
        done = command(*words, "--as-of", day)
        assert done.returncode == 1
        assert f"nothing is known as of {day}" in done.stderr
    assert not (tmp_path / "data" / "published").exists()


def test_a_file_that_is_no_archive_is_named(tmp_path: Path, command: Command) -> None:
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "odd.warc.gz").write_bytes(b"no archive")
    done = command("run", "--replay", tmp_path / "captures", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert "odd.warc.gz" in done.stderr
    assert "take the file out" in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("run", "--replay", "nowhere"), "nowhere"),
        (("run", "--sample", "--live"), "choose one of"),
        (("run", "--as-of", "yesterday"), "2026-01-31"),
        (("run", "--source", "monster"), "hackernews"),
        (("run", "--depth", "3"), "--depth"),
        (("up", "--port", "0"), "port"),
    ],
)
def test_wrong_usage_says_what_is_right(
    words: tuple[str, ...], complaint: str, command: Command, tmp_path: Path
) -> None:
    done = command(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_asking_before_anything_is_published_says_what_to_do(
    command: Command, tmp_path: Path
) -> None:
    done = command("sql", "SELECT 1", "--data", tmp_path)
    assert done.returncode == 1
    assert "hiring-signal run" in done.stderr


def test_extract_answers_every_line_and_says_which_were_none(command: Command) -> None:
    lines = (
        b'{"id": "a", "text": "We use <b>Py</b>Torch. Pay: $150-180k", "title": "ML Engineer"}\n'
        b"no json\n"
        b'{"id": "c"}\n'
        b'{"id": 4, "text": "Nothing here", "month": "May"}\n'
        b'{"id": 5, "text": "Nothing here", "unknown": [1]}\n'
        b'{"id": 6, "text": false}\n'
        b'{"id": "\\ud83d", "text": "half a pair \\ud83d", "title": "ML \\ud83d"}\n'
        + b"[" * 100_000
        + b"\n"
    )
    done = command("extract", stdin=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [answer["id"] for answer in answers] == ["a", None, "c", 4, 5, 6, "?", None]
    assert [mention["framework"] for mention in answers[0]["mentions"]] == ["pytorch"]
    assert answers[0]["pay_bands"][0]["max"] == 180000
    assert answers[0]["role"]["ml_role"] is True
    assert [answer.get("error", "")[:7] for answer in answers[1:4]] == ["line 2:", "line 3:",
                                                                       "line 4:"]  # fmt: skip
    assert ["error" in answer for answer in answers[4:]] == [False, True, False, True]
    assert command("extract", stdin=lines.splitlines()[0]).returncode == 0


@pytest.mark.shared
def test_the_labelled_postings_are_scored(command: Command, shared: Path) -> None:
    done = command("score", shared / "gold", "--format", "json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["mentions"]["f1"]["estimate"] >= 0.97
    assert scores["pay bands"]["f1"]["estimate"] >= 0.80
    assert scores["roles: ml_role"]["accuracy"]["estimate"] >= 0.85
    assert scores["roles: level"]["accuracy"]["estimate"] >= 0.85
    assert scores["roles: us"]["accuracy"]["estimate"] >= 0.95


def test_a_folder_without_labels_can_not_be_scored(command: Command, tmp_path: Path) -> None:
    assert "holds none of" in command("score", tmp_path).stderr
    (tmp_path / "pay.jsonl").write_text('{"id": 1, "text": "x"}\n{ no json\n')
    done = command("score", tmp_path)
    assert done.returncode == 1
    assert "pay.jsonl, line 2" in done.stderr


def test_a_second_live_run_of_the_same_day_keeps_the_adverts_of_detail_pages(
    tmp_path: Path, command: Command
) -> None:
    boards, origins, data = tmp_path / "boards", tmp_path / "origins.yaml", tmp_path / "da ta%20x"
    boards.mkdir()
    (boards / "bamboohr.csv").write_text("board,company,country\nacme,Acme,US\n")
    rows = [{"id": str(n), "jobOpeningName": f"ML Engineer {n}"} for n in (1, 2)]
    words = ("run", "--live", "--source", "bamboohr", "--boards", boards, "--origins", origins,
             "--data", data)  # fmt: skip
    with serve() as site:
        origins.write_text(f"https://*.bamboohr.com: {site.origin}\n")
        site.routes["/careers/list"] = as_json({"meta": {"totalCount": 2}, "result": rows})
        for row in rows:
            opening = {**row, "description": f"<p>PyTorch {row['id']}</p>"}
            site.routes[f"/careers/{row['id']}/detail"] = as_json(
                {"result": {"jobOpening": opening}}
            )
        for _ in range(2):
            done = command(*words)
            assert done.returncode == 0, done.stderr
            assert published_columns(data, "SELECT count(*) FROM out.postings") == [(2,)]
        assert len(site.paths()) == 3 + 1


@ON_SAMPLE
def test_nothing_published_is_undescribed_and_nothing_described_is_missing(sample: Path) -> None:
    bare = published_columns(
        sample,
        """
        SELECT schema_name, table_name, NULL FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT schema_name, view_name, NULL FROM duckdb_views()
        WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT schema_name, table_name, column_name FROM duckdb_columns()
        WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT schema_name, function_name, NULL FROM duckdb_functions()
        WHERE schema_name = 'out' AND comment IS NULL
        """,
    )
    assert bare == []
    there = {
        f"{schema}.{table}": kind
        for schema, table, kind in published_columns(
            sample,
            "SELECT table_schema, table_name, table_type FROM information_schema.tables "
            "WHERE table_schema IN ('core', 'out')",
        )
    }
    described = {
        table
        for table in models.models()
        if table.startswith("out.") or table.removeprefix("core.") in PUBLISHED_CORE
    }
    assert there.keys() == described
    columns = {
        (f"{schema}.{table}", column)
        for schema, table, column in published_columns(
            sample,
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE NOT internal",
        )
    }
    assert columns == {
        (table, column.name) for table in described for column in models.models()[table].columns
    }
    macros = {
        f"out.{name}"
        for (name,) in published_columns(
            sample, "SELECT function_name FROM duckdb_functions() WHERE schema_name = 'out'"
        )
    }
    assert macros == models.macros().keys()
    dictionary = (Path(__file__).parents[2] / "docs" / "data-dictionary.md").read_text()
    assert all(f"## {name}" in dictionary for name in (*described, *macros))


@ON_SAMPLE
def test_every_csv_is_described_field_by_field(sample: Path) -> None:
    reports = sample / "published" / "reports"
    package = json.loads((reports / "datapackage.json").read_text())
    assert {f"{part['path']}" for part in package["resources"]} == {
        path.name for path in reports.glob("*.csv")
    }
    expected = {f"{table.split('.')[1]}.csv" for table in models.models() if table[:4] == "out."}
    assert {path.name for path in reports.glob("*.csv")} == expected - {
        f"{name}.csv" for name in ON_REQUEST
    }
    for part in package["resources"]:
        assert part["description"]
        assert [field for field in part["schema"]["fields"] if not field.get("description")] == []


@ON_SAMPLE
def test_rows_in_are_rows_kept_and_refused_at_every_stage(sample: Path) -> None:
    accounts = json.loads((sample / "published" / "run.json").read_text())["row_accounts"]
    assert accounts.keys() == {
        "adverts", "load", "mentions", "normalise", "papers", "pay", "roles"
    }  # fmt: skip
    for rows in accounts.values():
        parts = rows["rows_kept"] + rows["rows_refused"] + rows["rows_set_aside"]
        assert rows["rows_in"] == parts > 0
    # The junk that the sample market holds is told row by row.
    assert accounts["load"]["rows_refused"] > 0
    assert accounts["pay"]["rows_refused"] > 0
