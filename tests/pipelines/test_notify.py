"""The webhook: told once of a new publication, never an obstacle, and never given away."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipelines import notify as sending
from pipelines.notify import SITE_VARIABLE, VARIABLE, message, notify
from tests.publish.logged import build_logged, publish_logged
from tests.publish.tables import plain_page
from warehouse.publish import report
from warehouse.publish.swap import add_to_run

SECRET = "T0SECRET"


class Hook(NamedTuple):
    """A receiver: its address, what it got, and what it answers next."""

    address: str
    got: list[tuple[str, dict[str, Any]]]
    answers: list[int]


@pytest.fixture
def hook() -> Iterator[Hook]:
    got: list[tuple[str, dict[str, Any]]] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            got.append((self.path, json.loads(body)))
            status = answers.pop(0) if answers else 200
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            got.append((self.path, {}))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Hook(f"http://127.0.0.1:{server.server_port}/hooks/{SECRET}", got, answers)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notified")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "render_report", plain_page)
        publish_logged(build_logged(folder / "working.duckdb"), folder)
    return folder


def tell(data: Path, address: str) -> tuple[dict[str, Any] | None, list[str], list[float]]:
    """What came of it, what was warned of, and the pauses that were made."""
    warned: list[str] = []
    paused: list[float] = []
    told = notify(data, {VARIABLE: address}, warn=warned.append, sleep=paused.append)
    return told, warned, paused


def test_a_publication_is_told(data: Path, hook: Hook) -> None:
    told, warned, _ = tell(data, hook.address)
    assert told == {"state": "sent", "tries": 1}
    assert warned == []
    [(path, body)] = hook.got
    assert path.endswith(SECRET)
    assert body["text"].startswith("Hiring Signal, as of 1 March 2026: first publication")
    assert body["text"].endswith("Report: published/index.html")
    assert body["changes"]["since"] is None
    assert body["verdicts"] == {"supported": 1}
    assert body["is_sample"] is False


def test_a_site_is_linked_to(data: Path) -> None:
    assert message(data, "https://example.org/jobs/")["text"].endswith(
        "Report: https://example.org/jobs/index.html"
    )
    assert sending._site({SITE_VARIABLE: "javascript:alert(1)"}) is None
    assert sending._site({SITE_VARIABLE: "https://example.org"}) == "https://example.org"


@pytest.mark.parametrize(
    ("answers", "state", "requests"),
    [
        ([500], "sent", 2),
        ([500, 503], "failed", 2),
        ([404, 404], "failed", 2),
        ([302, 302], "failed", 2),
        ([307, 200], "sent", 2),
    ],
)
def test_one_more_try_and_no_redirects(
    data: Path, hook: Hook, answers: list[int], state: str, requests: int
) -> None:
    hook.answers.extend(answers)
    told, warned, paused = tell(data, hook.address)
    assert told is not None
    assert told["state"] == state
    assert len(hook.got) == requests
    assert {path for path, _ in hook.got} == {f"/hooks/{SECRET}"}
    assert paused == [sending.PAUSE_S]
    assert bool(warned) is (state == "failed")
    assert SECRET not in json.dumps([told, warned])


@pytest.mark.parametrize(
    "address",
    [
        f"http://hooks.example.org/{SECRET}",
        f"ftp://127.0.0.1/{SECRET}",
        f"file:///{SECRET}",
        f"https:///{SECRET}",
        f"https://[bad/{SECRET}",
        f"https://127.0.0.1:notaport/{SECRET}",
        f"http://127.0.0.1.{SECRET}.example/",
        SECRET,
    ],
)
def test_other_addresses_are_told_nothing(data: Path, address: str) -> None:
    told, warned, paused = tell(data, address)
    assert told is not None
    assert told["state"] == "failed"
    assert "https://" in told["reason"]
    assert paused == []
    assert SECRET not in json.dumps([told, warned])


@pytest.mark.parametrize("rest", [f"/{SECRET}", f"/{SECRET} \x00", f"/a?b={SECRET}"])
def test_nobody_there_is_a_warning(data: Path, rest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 1.0)
    told, warned, _ = tell(data, f"http://127.0.0.1:9{rest}")
    assert told is not None
    assert told["state"] == "failed"
    assert warned
    assert SECRET not in json.dumps([told, warned])


def test_one_who_never_answers_is_left(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told, _, _ = tell(data, f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}")
    assert told == {"state": "failed", "reason": "no answer (TimeoutError)"}


@pytest.mark.parametrize("address", ["", "  "])
def test_without_an_address_nothing_is_sent(data: Path, address: str) -> None:
    assert tell(data, address) == (None, [], [])


def test_the_run_notes_what_came_of_it(data: Path) -> None:
    folder = (data / "published").resolve()
    add_to_run(folder, {"webhook": {"state": "sent", "tries": 1}})
    said = json.loads((folder / "run.json").read_text())
    assert said["webhook"] == {"state": "sent", "tries": 1}
    assert said["publication"] == folder.name
    assert said["rows"]["core.postings"] == 1


def test_one_who_answers_a_letter_at_a_time_is_left(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.4)
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = server.accept()
                threading.Thread(target=trickle, args=(connection,), daemon=True).start()

    def trickle(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while not ended.wait(0.1):
                connection.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        started = time.monotonic()
        told, _, _ = tell(data, f"http://127.0.0.1:{server.getsockname()[1]}/{SECRET}")
        took = time.monotonic() - started
        ended.set()
        thread.join()
    assert told == {"state": "failed", "reason": "no answer (TimeoutError)"}
    assert took < 5


@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"\x00\xff" * 40_000, b"HTTP/1.1 999 \r\n\r\n", b""]
)
def test_garbage_is_no_answer(data: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 2.0)

    def say(server: socket.socket) -> None:
        for _ in range(2):
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=say, args=(server,), daemon=True)
        thread.start()
        told, warned, _ = tell(data, f"http://127.0.0.1:{server.getsockname()[1]}/{SECRET}")
        thread.join(5)
    assert told is not None
    assert told["state"] == "failed"
    assert SECRET not in json.dumps([told, warned])
