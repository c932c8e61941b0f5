"""A server on 127.0.0.1 that stands in for the platforms.

Belongs here: routes, what was asked, and when. Does not belong here: payloads.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """One response; `promised` says a longer Content-Length than is sent."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    promised: int | None = None


class Asked(NamedTuple):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    at: float


class Site:
    """Routes by path; a route is an answer or a function of how often it was asked."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.routes: dict[str, Answer | Callable[[int], Answer]] = {}
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
            answer = site.answer(self.path)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
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
