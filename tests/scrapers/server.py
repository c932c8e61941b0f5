"""A server on 127.0.0.1 that stands in for the platforms.

Belongs here: routes, what was asked, and when. Does not belong here: payloads.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """One response; `promised` says a longer Content-Length than is sent, `stream` none at all."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    promised: int | None = None
    stream: Callable[[], Iterator[bytes]] | None = None


class Asked(NamedTuple):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    at: float
    form: dict[str, Any] | None = None


class Site:
    """Routes by path; a route is an answer or a function of how often it was asked.

    `forms` answer POST requests by the JSON object that was sent.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.routes: dict[str, Answer | Callable[[int], Answer]] = {}
        self.forms: dict[str, Callable[[dict[str, Any]], Answer]] = {}
        self.asked: list[Asked] = []

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        """The answer to a path; 404 for one without a route."""
        route = self.routes.get(path, Answer(b"no such page", 404))
        times = sum(asked.path == path for asked in self.asked)
        return route(times) if callable(route) else route


def as_json(payload: Any, **headers: str) -> Answer:
    """A JSON answer."""
    return Answer(
        json.dumps(payload).encode(), headers={"Content-Type": "application/json", **headers}
    )


@contextmanager
def serve() -> Iterator[Site]:
    """Run a server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(Asked(self.path, dict(self.headers), time.monotonic()))
            self._send(site.answer(self.path))

        def do_POST(self) -> None:
            form = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            site.asked.append(Asked(self.path, dict(self.headers), time.monotonic(), form))
            answer = site.forms.get(self.path)
            self._send(answer(form) if answer else Answer(b"no such page", 404))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.stream is not None:
                self.end_headers()
                self.close_connection = True
                with suppress(ConnectionError):  # the other side has had enough
                    for piece in answer.stream():
                        self.wfile.write(piece)
                return
            length = len(answer.body) if answer.promised is None else answer.promised
            if answer.status != 304:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = answer.promised is not None

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
