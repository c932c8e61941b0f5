"""Forgetting: no byte of a text is left below DATA, the figures stay, and nothing comes back."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import forget as forgetting
from pipelines.forget import (
    ForgetError,
    UnknownAdvertError,
    forget,
    forget_again,
    forgotten_employers_are_back,
    keep_forgotten,
)
from pipelines.imports import import_table
from scrapers.forgotten import MARK
from scrapers.landing import BoardObservation, Posting
from tests.pipelines.conftest import Command, archived_with
from tests.scrapers.test_scrub import member
from warehouse import database, facts
from warehouse import forget as deleting
from warehouse.facts import normalise_pending
from warehouse.load import load_file

DAY = date(2026, 3, 1)
SECRET = "The heron counts on nobody but its own tower of brass."
OTHER = "Our painters like long walks and short meetings."
WHY = "the employer asked"
ID = "lever:acme:one"


def text_of(said: str) -> str:
    pay = "Salary: $150,000 - $180,000 a year."
    return f"<p>{said}</p><p>You know PyTorch well.</p><p>{pay}</p>"


def comment(said: str, employer: str) -> str:
    return f"{employer} | Heron Counter | Lisbon | Onsite<p>{text_of(said)}"


def land(data: Path, day: date, adverts: dict[str, tuple[str, str]], name: str = "") -> Path:
    """One board's answer of one day: by id, company and text; also as a capture."""
    at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    envelope: dict[str, Any] = {"source": "lever", "board": "acme", "observed_at": at}
    lines = [
        Posting(
            **envelope,
            source_id=source_id,
            url=f"https://jobs.lever.example/{source_id}",
            company=company,
            title=f"Heron Counter {source_id}",
            body=text_of(said),
            location="Lisbon, Portugal",
        )
        for source_id, (company, said) in adverts.items()
    ]
    done = BoardObservation(**envelope, state="ok", url="https://api.lever.example/acme")
    path = data / "landing" / "lever" / f"{name or day}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(line.model_dump_json(exclude_none=True) + "\n" for line in (*lines, done))
    path.write_text(text)
    rows = [
        {
            "id": line.source_id,
            "text": line.title,
            "description": line.body,
            "company": line.company,
        }
        for line in lines
    ]
    captures = data / "captures"
    captures.mkdir(exist_ok=True)
    url = "https://api.lever.co/v0/postings/acme?mode=json"
    capture = member(url, json.dumps(rows).encode(), coding="gzip")
    (captures / f"lever-{name or day}.warc.gz").write_bytes(capture)
    return path


def build(data: Path) -> None:
    """What a run does before tables are made."""
    with database.open_working(data) as con:
        keep_forgotten(con, data)
        folder = data / "landing"
        for path in sorted(folder.glob("*/*.jsonl"), key=lambda path: path.stat().st_mtime_ns):
            load_file(con, path, path.relative_to(folder).as_posix())
        normalise_pending(con, workers=1)
        is_back = forgotten_employers_are_back(con, data)
    if is_back:
        forget_again(data)


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with database.open_working(data) as con:
        return con.execute(query).fetchall()


def counted(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that figures are made from."""
    return {
        name: ask(data, f"SELECT {columns} FROM {name} ORDER BY ALL")
        for name, columns in {
            "raw.observations": "*",
            "core.facts": "content_hash, text_hash, company_id, is_ml_role, family, level, "
            "countries, is_us, region, workplace, method_version",
            "core.fact_roles": "content_hash, role_no, is_ml_role, family, level, is_main",
            "core.fact_mentions": "content_hash, technology, section, is_negated, line_hash",
            "core.fact_pay_bands": "content_hash, band, pay_min, pay_max, currency, is_plausible",
            "raw.bodies": "content_hash, source, board, source_id, is_excerpt, posted_on",
        }.items()
    }


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it lies there, and what packed ones hold."""
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            yield path.relative_to(folder).as_posix(), raw
            while raw.startswith(b"\x1f\x8b"):
                unpacker = zlib.decompressobj(wbits=31)
                record = unpacker.decompress(raw)
                yield path.name, record
                body = record.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2]
                if body.startswith(b"\x1f\x8b"):
                    yield path.name, zlib.decompressobj(wbits=31).decompress(body)
                raw = unpacker.unused_data


def holders(folder: Path, said: str) -> set[str]:
    """Files that hold a text: as bytes, or in a column of any type that a database reads."""
    found = {name for name, raw in contents(folder) if said.encode() in raw}
    for path in folder.rglob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            for schema, table in con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables()"
            ).fetchall():
                [(hits,)] = con.execute(
                    f"SELECT count(*) FROM {schema}.{table} AS t WHERE contains(t::VARCHAR, $1)",
                    [said],
                ).fetchall()
                if hits:
                    found.add(f"{path.name} {schema}.{table}")
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two adverts of two employers, seen on three days, one of them changed on the last."""
    folder = tmp_path / "data"
    folder.mkdir()
    both = {"one": ("Acme GmbH", SECRET), "two": ("Bolt", OTHER)}
    land(folder, DAY, both)
    land(folder, DAY + timedelta(1), both)
    land(folder, DAY + timedelta(2), both | {"one": ("Acme GmbH", f"{SECRET} Brass!")})
    build(folder)
    return folder


def test_no_byte_of_the_text_is_left_and_all_counts_stay(data: Path) -> None:
    before, neighbours = counted(data), len(holders(data, OTHER))
    assert {"warehouse.duckdb core.facts", "warehouse.duckdb raw.bodies"} <= holders(data, SECRET)
    found = forget(data, "posting", [ID], reason=WHY)
    assert (found.n_adverts, found.n_versions, found.n_landing_lines) == (1, 2, 3)
    assert (found.n_captures, found.n_dropped, len(found.capture_files)) == (3, 0, 3)
    assert counted(data) == before
    for said in (SECRET, "Heron Counter one", "jobs.lever.example/one", "Acme GmbH"):
        assert holders(data, said) == set(), said
    assert len(holders(data, OTHER)) == neighbours
    assert ask(
        data, "SELECT DISTINCT body, title, url FROM raw.bodies WHERE source_id = 'one'"
    ) == [(MARK, MARK, None)]
    build(data)
    assert counted(data) == before


def test_it_is_written_down_without_saying_what(data: Path) -> None:
    forget(data, "posting", [ID], reason=WHY)
    [row] = ask(data, "FROM raw.forgotten")
    assert row[2] == "posting"
    assert row[4:] == (WHY, 1, 2, 3, 3, True)
    assert "one" not in str(row).replace("employer", "")
    [tombstone] = deleting.tombstones(data)
    assert tuple(tombstone) == row


def test_asking_again_changes_nothing(data: Path) -> None:
    forget(data, "posting", [ID])
    files = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()}
    assert forget(data, "posting", [ID]).n_versions == 0
    left = {path: path.stat().st_mtime_ns for path in files if path.name not in (".lock",)}
    assert {p: t for p, t in files.items() if p in left and "warehouse" not in p.name} == {
        p: t for p, t in left.items() if "warehouse" not in p.name
    }
    assert len(deleting.tombstones(data)) == 1


def test_looking_only_changes_nothing(data: Path) -> None:
    before = dict(contents(data / "landing")) | dict(contents(data / "captures"))
    found = forget(data, "posting", [ID], is_trial=True)
    assert (found.n_adverts, found.n_versions, found.n_landing_lines) == (1, 2, 3)
    assert found.n_captures == 3
    assert before == dict(contents(data / "landing")) | dict(contents(data / "captures"))
    assert not deleting.tombstones(data)
    assert holders(data, SECRET)


@pytest.mark.parametrize(
    ("scope", "value", "said"),
    [
        ("posting", ["lever:acme:nobody"], "ids are like lever:acme:one, lever:acme:two"),
        ("company", "Nobody Ltd", "normalised: nobody"),
        ("before", date(2020, 1, 1), "last seen before 2020-01-01"),
    ],
)
def test_what_is_not_there_is_said(scope: Any, value: Any, said: str, data: Path) -> None:
    with pytest.raises(UnknownAdvertError, match=said):
        forget(data, scope, value)
    assert not deleting.tombstones(data)


def test_an_advert_that_is_seen_again_stays_forgotten(data: Path) -> None:
    forget(data, "posting", [ID])
    before = counted(data)
    tomorrow = DAY + timedelta(3)
    again = land(data, tomorrow, {"one": ("Acme GmbH", f"{SECRET} New!"), "two": ("Bolt", OTHER)})
    build(data)
    assert holders(data, SECRET) == set()
    assert len(again.read_text().splitlines()) == 3
    for name in ("core.facts", "core.fact_mentions", "core.fact_pay_bands", "raw.bodies"):
        assert counted(data)[name] == before[name]
    seen = ask(data, f"SELECT content_hash FROM raw.observations WHERE observed_on = '{tomorrow}' "
               "AND source_id = 'one'")  # fmt: skip
    newest = ask(data, "SELECT content_hash FROM raw.observations WHERE source_id = 'one' "
                 f"AND observed_on = '{tomorrow - timedelta(1)}'")  # fmt: skip
    assert seen == newest


def test_loading_alone_does_not_bring_a_text_back(data: Path) -> None:
    forget(data, "posting", [ID])
    path = land(data, DAY + timedelta(3), {"one": ("Acme GmbH", SECRET)})
    with database.open_working(data) as con:
        load_file(con, path, "lever/again.jsonl")
    assert not {name for name in holders(data, SECRET) if "warehouse" in name}


def test_a_warehouse_that_is_made_anew_knows_what_was_forgotten(data: Path) -> None:
    before = counted(data)
    forget(data, "posting", [ID])
    (data / database.FILE).unlink()
    build(data)
    assert counted(data) == before
    assert holders(data, SECRET) == set()
    assert len(ask(data, "FROM raw.forgotten")) == 1


def test_facts_of_forgotten_texts_outlive_the_method(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(data, "posting", [ID])
    before = counted(data)["core.fact_mentions"]
    monkeypatch.setattr(facts, "method_version", lambda: "another")
    build(data)
    versions = ask(data, "SELECT source_id, method_version <> 'another' FROM core.facts "
                   "JOIN raw.bodies USING (content_hash) ORDER BY ALL")  # fmt: skip
    assert versions == [("one", True), ("one", True), ("two", False)]
    assert counted(data)["core.fact_mentions"] == before


def test_texts_last_seen_before_a_day(data: Path) -> None:
    land(data, DAY - timedelta(30), {"old": ("Carp", SECRET.upper())}, name="a-old")
    build(data)
    before = counted(data)
    found = forget(data, "before", DAY)
    assert (found.n_adverts, found.n_versions) == (1, 1)
    assert holders(data, SECRET.upper()) == set()
    assert holders(data, SECRET)
    assert counted(data) == before
    assert ask(data, "SELECT subject FROM raw.forgotten") == [(DAY.isoformat(),)]


# --- employers -----------------------------------------------------------------------------------


def test_an_employer_goes_with_its_name(data: Path) -> None:
    before = counted(data)
    found = forget(data, "company", "ACME")
    assert (found.n_adverts, found.n_versions) == (1, 2)
    for said in (SECRET, "Acme GmbH", "Heron Counter one"):
        assert holders(data, said) == set(), said
    [(company, company_id)] = ask(data, "SELECT DISTINCT company, company_id FROM core.facts "
                                  "WHERE company_id <> 'bolt'")  # fmt: skip
    assert company.startswith("forgotten:")
    assert company_id == company.replace(":", "")
    after = counted(data)
    for name in (
        "raw.observations",
        "core.fact_mentions",
        "core.fact_pay_bands",
        "core.fact_roles",
    ):
        assert after[name] == before[name]


def test_a_board_of_the_employer_goes_with_what_it_does_not_list(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    land(folder, DAY, {"one": ("Acme", OTHER), "hidden": ("Acme", SECRET)})
    land(folder, DAY, {"one": ("Acme", OTHER)}, name="again")
    (folder / "captures" / "lever-again.warc.gz").unlink()
    (folder / "landing" / "lever" / f"{DAY}.jsonl").unlink()
    build(folder)
    assert holders(folder, SECRET)
    forget(folder, "company", "Acme")
    assert holders(folder, SECRET) == set()


def test_new_adverts_of_a_forgotten_employer_are_not_kept(data: Path) -> None:
    forget(data, "company", "Acme")
    adverts = {"three": ("Acme, Inc.", SECRET), "two": ("Bolt", OTHER)}
    land(data, DAY + timedelta(3), adverts)
    build(data)
    assert holders(data, SECRET) == set()
    assert holders(data, "Acme, Inc.") == set()
    assert ask(data, "SELECT is_excerpt, company LIKE 'forgotten:%' FROM raw.bodies "
               "WHERE source_id = 'three'") == [(True, True)]  # fmt: skip
    ids = ask(data, "SELECT DISTINCT company_id FROM core.facts ORDER BY ALL")
    assert len(ids) == 2  # of old and new adverts it is the same pseudonym


def test_a_text_that_names_a_forgotten_employer_goes_once_it_was_read(data: Path) -> None:
    forget(data, "company", "Acme")
    at = datetime(2026, 3, 4, 6, tzinfo=UTC)
    envelope: dict[str, Any] = {"source": "hackernews", "board": "1", "observed_at": at}
    path = data / "landing" / "hackernews" / "thread.jsonl"
    path.parent.mkdir()
    lines = (
        Posting(**envelope, source_id="77", body=comment(SECRET, "Acme")),
        Posting(**envelope, source_id="78", body=comment(OTHER, "Carp")),
        BoardObservation(**envelope, state="ok", url="https://news.example/1"),
    )
    path.write_text("".join(line.model_dump_json(exclude_none=True) + "\n" for line in lines))
    build(data)
    assert holders(data, SECRET) == set()
    assert ask(data, "SELECT count(*) FROM core.fact_mentions JOIN raw.bodies USING (content_hash) "
               "WHERE source_id = '77' AND family = 'pytorch'") == [(1,)]  # fmt: skip
    assert [t.reason for t in deleting.tombstones(data)] == ["", "seen again"]


# --- what breaks off -----------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["scrub_landing", "scrub_warc", "_note_landings"])
def test_what_broke_off_is_carried_through_when_asked_again(
    step: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(data)
    real = getattr(forgetting, step)
    calls = []

    def break_off(*arguments: Any, **more: Any) -> Any:
        calls.append(step)
        if len(calls) == 2 or step == "_note_landings":
            raise KeyboardInterrupt
        return real(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, step, break_off)
        with pytest.raises(KeyboardInterrupt):
            forget(data, "posting", [ID])
    assert [t.is_done for t in deleting.tombstones(data)] == [False]
    forget(data, "posting", [ID])
    assert [t.is_done for t in deleting.tombstones(data)] == [True]
    assert holders(data, SECRET) == set()
    assert counted(data) == before


@pytest.mark.parametrize("step", ["empty_tables", "compact", "note_done"])
def test_a_run_carries_through_what_broke_off(
    step: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(data)

    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deleting, step, break_off)
        with pytest.raises(KeyboardInterrupt):
            forget(data, "posting", [ID])
    (data / f"{database.FILE}.compact").write_bytes(SECRET.encode())
    build(data)
    assert [t.is_done for t in deleting.tombstones(data)] == [True]
    assert holders(data, SECRET) == set()
    assert counted(data) == before


def test_a_tombstone_that_broke_off_is_none(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deleting, "write_json", break_off)
        with pytest.raises(KeyboardInterrupt):
            forget(data, "posting", [ID])
    assert not deleting.tombstones(data)
    assert holders(data, SECRET)
    forget(data, "posting", [ID])
    assert holders(data, SECRET) == set()


def test_a_capture_that_cannot_be_read_is_said(data: Path) -> None:
    path = next((data / "captures").iterdir())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ForgetError, match="damaged after byte"):
        forget(data, "posting", [ID])
    assert [t.is_done for t in deleting.tombstones(data)] == [False]
    assert all(path.name in name for name in holders(data, SECRET))
    path.unlink()
    forget(data, "posting", [ID])
    assert [t.is_done for t in deleting.tombstones(data)] == [True]


# --- tables, publications, the command line ------------------------------------------------------


def test_an_imported_table_loses_the_row(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    table, mapping = tmp_path / "trove.csv", tmp_path / "map.yaml"
    table.write_text(f"id,text,title\na,{SECRET},Counter\nb,{OTHER},Painter\n")
    mapping.write_text("fields: {source_id: id, body: text, title: title}\n")
    import_table(folder, table, "trove", str(mapping), DAY)
    build(folder)
    before = counted(folder)
    found = forget(folder, "posting", ["trove:trove:a"])
    assert (found.n_landing_lines, found.n_captures) == (1, 1)
    assert holders(folder, SECRET) == set()
    [kept] = (folder / "captures" / "trove").iterdir()
    assert OTHER in kept.read_text()
    assert counted(folder) == before
    # The table itself still has it.
    import_table(folder, table, "trove", str(mapping), DAY + timedelta(1))
    build(folder)
    assert holders(folder, SECRET) == set()
    assert len(ask(folder, "FROM raw.observations")) == 2


def test_publications_of_before_go(data: Path) -> None:
    for number, requests in (("000001-" + "a" * 16, 0), ("000002-" + "b" * 16, 1)):
        folder = data / "publications" / number
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps({"forgotten": {"requests": requests}}))
    (data / "published").symlink_to("publications/000001-" + "a" * 16)
    assert forgetting.drop_publications(data) == ()
    forget(data, "posting", [ID])
    assert not forgetting.is_published_without(data)
    assert forgetting.drop_publications(data) == ()  # readers see it until there is another
    (data / "published").unlink()
    (data / "published").symlink_to("publications/000002-" + "b" * 16)
    assert forgetting.is_published_without(data)
    assert forgetting.drop_publications(data) == ("000001-" + "a" * 16,)


@pytest.mark.parametrize(
    "words",
    [[], ["--posting", "a", "--company", "b"], ["--before", "yesterday"], ["--company", ""]],
)
def test_wrong_usage(words: list[str], command: Command, tmp_path: Path) -> None:
    assert command("forget", *words, "--data", tmp_path).returncode == 2


def test_the_command_on_a_market(command: Command, market: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    captures = data / "captures" / "own"
    shutil.copytree(market, captures)
    replay = ("run", "--replay", captures, "--data", data, "-q")
    assert command(*replay).returncode == 0
    before = _figures(data)
    query = (
        "SELECT posting_id FROM core.postings WHERE is_ml_role AND source = 'ashby' "
        "ORDER BY text_chars DESC LIMIT 1"
    )
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        [(posting_id,)] = con.execute(query).fetchall()
    assert command("forget", "--posting", "nobody", "--data", data).returncode == 2
    done = command("forget", "--posting", posting_id, "--reason", WHY, "--data", data)
    assert done.returncode == 0, done.stderr
    assert "versions of 1 adverts" in done.stdout
    assert _figures(data) == before
    assert len(list((data / "publications").glob("0*"))) == 1
    # The archive stays: there never was anything in it that could be asked for.
    assert len(list((data / "archive").glob("*.zip"))) == 2
    assert archived_with(data, "SELECT DISTINCT company FROM core.postings") == set()
    assert [path.name for path in sorted((data / "published" / "archive").glob("*.zip"))] == [
        path.name for path in sorted((data / "archive").glob("*.zip"))
    ]
    assert json.loads((data / "published" / "run.json").read_text())["forgotten"]["requests"] == 1
    # Replayed from its own captures, all is found again but the text.
    assert command(*replay).returncode == 0
    assert _figures(data) == before
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute(
            "SELECT text FROM core.texts WHERE posting_id = $1", [posting_id]
        ).fetchall() == [(MARK,)]
        assert con.execute("SELECT scope, reason, n_adverts, is_done FROM out.forgotten"
                           ).fetchall() == [("posting", WHY, 1, True)]  # fmt: skip


def _figures(data: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(data / "published" / "warehouse.duckdb"), read_only=True) as con:
        names = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'out' "
            "AND (table_name LIKE 'framework_%' OR table_name LIKE 'claim_%') ORDER BY ALL"
        ).fetchall()
        assert len(names) == 12
        found = {name: con.execute(f"FROM out.{name} ORDER BY ALL").fetchall() for (name,) in names}
        found["roles"] = con.execute(
            "SELECT role_id, company_id, has_pytorch, n_adverts FROM core.roles ORDER BY ALL"
        ).fetchall()
        return found
