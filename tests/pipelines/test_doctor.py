"""What the doctor finds, and what it says to do."""

from __future__ import annotations

import fcntl
import gzip
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import doctor
from pipelines.doctor import FAIL, OK, WARN, Finding, Setup, examine
from pipelines.instance import HOME
from scrapers import settings as scrapy_settings
from tests.pipelines.conftest import ON_SAMPLE, Command
from tests.publish.tables import RUN, build
from tests.scrapers.server import Answer, serve
from warehouse.publish.swap import publish


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dagster_home"
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HIRING_SIGNAL_WEBHOOK", raising=False)
    return folder


@pytest.fixture
def data(tmp_path: Path, published_once: Path) -> Path:
    """A DATA folder that has published something."""
    return Path(shutil.copytree(published_once, tmp_path / "data", symlinks=True))


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once") / "data"
    folder.mkdir()
    publish(build(folder / "warehouse.duckdb"), folder, {**RUN, "is_sample": True})
    (folder / "world.json").write_text('{"world": "sample"}')
    (folder / "captures" / "sample").mkdir(parents=True)
    (folder / "captures" / "sample" / "l.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n"))
    return folder


def found(setup: Setup) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(setup)}


def test_a_set_up_that_is_well(data: Path) -> None:
    seen = found(Setup(data))
    assert {name for name, finding in seen.items() if finding.state == FAIL} == set()
    assert "as of" in seen["publication"].said
    assert seen["captures"].said.startswith("1 files")
    assert seen["contact"].state == WARN
    assert "scrapers/settings.py" in seen["contact"].remedy
    assert "--install-completion" in seen["completion"].remedy


def test_nothing_there_yet_is_no_failure(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    seen = found(Setup(tmp_path / "new" / "data"))
    assert {name for name, finding in seen.items() if finding.state == FAIL} == set()
    assert seen["publication"] == Finding("publication", WARN, "none yet", "hiring-signal run")
    assert set(tmp_path.rglob("*")) == before, "looking changes nothing"


def break_publication(data: Path) -> None:
    path = (data / "published" / "warehouse.duckdb").resolve()
    path.chmod(0o600)
    path.write_bytes(b"garbage" * 4_000)


def break_capture(data: Path) -> None:
    (data / "captures" / "sample" / "l.warc.gz").write_bytes(b"no gzip")


def break_world(data: Path) -> None:
    (data / "captures" / "ashby-2.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n"))


BREAKS = {
    "publication": (break_publication, FAIL, "damaged", "run --kept"),
    "captures": (break_capture, FAIL, "sample/l.warc.gz", "take them out"),
    "market": (break_world, FAIL, "captures of the other", "move"),
    "warehouse": (
        lambda data: (data / "warehouse.duckdb").write_bytes(b"garbage" * 4_000),
        FAIL,
        "damaged",
        "run --kept",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_and_the_rest_looked_at(name: str, data: Path) -> None:
    damage, state, said, remedy = BREAKS[name]
    damage(data)
    seen = found(Setup(data))
    assert seen[name].state == state
    assert said in seen[name].said
    assert remedy in seen[name].remedy
    assert [n for n, finding in seen.items() if finding.state == FAIL] == [name]


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        (lambda data: (data / "published" / "run.json").unlink(), FAIL, "lacks run.json"),
        (lambda data: (data / "published" / "run.json").write_text("{"), FAIL, "damaged"),
        (lambda data: (data / "published").unlink(), WARN, "none yet"),
    ],
)
def test_a_publication_that_is_not_whole(change: object, state: str, said: str, data: Path) -> None:
    assert callable(change)
    change(data)
    seen = found(Setup(data))["publication"]
    assert seen.state == state
    assert said in seen.said
    assert "hiring-signal run" in seen.remedy


def test_a_run_that_is_at_work_is_only_mentioned(data: Path) -> None:
    with (data / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert found(Setup(data))["warehouse"].state == WARN
    assert found(Setup(data))["warehouse"].state == OK


def test_ports_in_use_are_named(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        seen = found(Setup(data, port=port))["ports"]
    assert seen.state == WARN
    assert str(port) in seen.said


@pytest.mark.parametrize(
    ("contact", "state"),
    [
        ("https://jobs.acme.example/bot", OK),
        ("bot@acme.example", OK),
        ("nobody", FAIL),
        (doctor.EXAMPLE_CONTACT, WARN),
    ],
)
def test_the_contact(contact: str, state: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrapy_settings, "CONTACT", contact)
    assert found(Setup(data))["contact"].state == state


def test_the_example_contact_is_that_of_the_settings() -> None:
    assert scrapy_settings.CONTACT == doctor.EXAMPLE_CONTACT


def test_packages_that_do_not_fit_are_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: "0.0.1" if name == "duckdb" else "99")
    seen = found(Setup(data))["packages"]
    assert seen.state == FAIL
    assert "duckdb is 0.0.1 and not" in seen.said
    assert seen.remedy == "make setup"


def test_dagster_s_folder(data: Path, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "dagster.yaml").write_text("a: [")
    seen = found(Setup(data))["dagster home"]
    assert seen.state == FAIL
    assert str(HOME) in seen.remedy


def test_a_webhook_is_only_said_to_be_set(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRING_SIGNAL_WEBHOOK", "https://hooks.example/secret")
    assert not any("secret" in finding.said for finding in examine(Setup(data)))


def test_a_part_that_can_not_be_looked_at_leaves_the_others(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Setup) -> Iterator[Finding]:
        raise RuntimeError("odd")
        yield

    monkeypatch.setitem(doctor._LOOKS, "clock", broken)
    seen = found(Setup(data))
    assert seen["clock"].state == FAIL
    assert "odd" in seen["clock"].said
    assert "publication" in seen


def test_origins_are_asked_for_their_rules_alone(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = tmp_path / "origins.yaml"
    addresses = [
        ("lever", "https://api.lever.co/v0/postings/x"),
        ("ashby", "https://api.ashbyhq.com/posting-api/x"),
        ("gone", "https://gone.example/x"),
        ("down", "https://down.example/x"),
    ]
    monkeypatch.setattr(doctor, "_addresses", lambda: addresses)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    with serve() as first, serve() as second, serve() as third:
        first.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /v0/")
        second.routes["/robots.txt"] = Answer(b"User-agent: *\nAllow: /")
        origins.write_text(
            f"https://*.lever.co: {first.origin}\nhttps://api.ashbyhq.com: {second.origin}\n"
            f"https://gone.example: {third.origin}\n"
            f"https://down.example: http://127.0.0.1:{closed}\n"
        )
        seen = found(Setup(data, origins=origins, is_online=True))
        assert not [*first.paths(), *second.paths(), *third.paths()]
    states = {name: seen[f"online: {name}"] for name, _ in addresses}
    assert states["lever"].state == WARN
    assert "forbids /v0/postings/x" in states["lever"].said
    assert states["ashby"].state == OK
    assert states["gone"].state == OK
    assert states["down"].state == FAIL
    assert not any(name.startswith("online") for name in found(Setup(data, origins=origins)))


def test_every_source_has_an_address_to_ask() -> None:
    from pipelines.observe import SPIDERS

    asked = dict(doctor._addresses())
    assert set(asked) <= set(SPIDERS)
    assert len(asked) >= 20
    assert all(url.startswith("https://") and "{" not in url for url in asked.values()), asked


@ON_SAMPLE
def test_the_command_ends_with_what_it_found(
    sample: Path, command: Command, tmp_path: Path
) -> None:
    done = command("doctor", "--data", sample, "--format", "json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["is_well"]) == (0, True)
    (tmp_path / "world.json").write_text("{")
    done = command("doctor", "--data", tmp_path)
    assert done.returncode == 1
    assert "→ remove" in done.stdout
