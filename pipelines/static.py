"""Serves the published folder on this machine's loopback, to be read and nothing else.

Belongs here: which file answers which request, and what a browser is told of it. Does not belong
here: what is published (`warehouse.publish`), or Dagster's own pages (`pipelines.serve`).

Only files of the publication that is current at the time of the request are served: a path is gone
down one folder at a time, no link in it is followed (but the one that publishing swaps), folders
are not listed, and pages may load nothing and run nothing. A page elsewhere can't ask through the
reader's browser under another name (https://owasp.org/www-community/attacks/DNS_Rebinding): only
names of this machine are answered.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

HOST = "127.0.0.1"
INDEX = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8; header=present",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/octet-stream",
}
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SHOWN = (".html", ".json", ".md", ".txt", ".xml", ".csv", ".png", ".svg")
_CHUNK = 256 * 1024
_TIMEOUT_S = 30.0
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_NAMES = ("127.0.0.1", "localhost")


class Found(NamedTuple):
    """An open file of the publication."""

    file: IO[bytes]
    name: str
    size: int
    changed_at: float
    tag: str


class NoSuchFileError(LookupError):
    """Nothing of that name is published."""


class NothingThereError(LookupError):
    """Nothing is published at all."""


class MovedError(LookupError):
    """A folder was asked for without the slash at its end."""


def open_published_file(data: Path, path: str, stack: ExitStack) -> Found:
    """Open a file of the current publication.

    Args:
        data: The DATA folder.
        path: As a request names it, with its escapes: "/reports/postings.csv".
        stack: Closes what was opened.

    Raises:
        NothingThereError: Nothing is published.
        NoSuchFileError: There is no such file in the publication, or it is none to be served.
        MovedError: It is a folder that has a page of its own.
    """
    parts = _parts(path)
    try:
        root = (data / "published").resolve(strict=True)
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise NothingThereError(str(data)) from error
    stack.callback(os.close, folder)
    if parts[-1] == "":
        parts[-1] = INDEX
    for part in parts[:-1]:
        folder = _open(part, os.O_DIRECTORY, folder)
        stack.callback(os.close, folder)
    opened = _open(parts[-1], os.O_NONBLOCK, folder)
    state = os.fstat(opened)
    if stat.S_ISDIR(state.st_mode):
        stack.callback(os.close, opened)
        with ExitStack() as inner:
            inner.callback(os.close, _open(INDEX, os.O_NONBLOCK, opened))
        raise MovedError(parts[-1])
    file = stack.enter_context(os.fdopen(opened, "rb"))
    if not stat.S_ISREG(state.st_mode):
        raise NoSuchFileError(path)
    tag = f'"{root.name}-{state.st_mtime_ns:x}-{state.st_size:x}"'
    return Found(file, parts[-1], state.st_size, state.st_mtime, tag)


def _parts(path: str) -> list[str]:
    """The names that a path is made of.

    Raises:
        NoSuchFileError: One of them is none that a publication has.
    """
    try:
        parts = [unquote_to_bytes(part).decode("utf-8") for part in path.split("/")[1:]]
    except UnicodeDecodeError as error:
        raise NoSuchFileError(path) from error
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        # An escaped slash, a folder above, a hidden file, a NUL.
        is_odd = part.startswith(".") or not part.isprintable() or "/" in part or "\\" in part
        if is_odd or (not part and not is_last):
            raise NoSuchFileError(path)
    if not parts:
        raise NoSuchFileError(path)
    return parts


def _open(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)
    except OSError as error:
        raise NoSuchFileError(name) from error


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; everything else is not implemented."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "hiring-signal"
    sys_version = ""
    timeout = _TIMEOUT_S

    def do_GET(self) -> None:
        """Answer with a file."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with what would be said of a file."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: whoever reads on this machine needs no log of it."""

    def end_headers(self) -> None:
        """Tell the browser to trust nothing beyond the page itself."""
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def _answer(self, *, with_body: bool) -> None:
        try:
            host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
            path = urlsplit(self.path).path
        except ValueError:
            host, path = None, ""
        if host not in _NAMES:
            self._say(HTTPStatus.MISDIRECTED_REQUEST, "This server is for this machine alone.")
            return
        with ExitStack() as stack:
            try:
                found = open_published_file(self.server.data, path, stack)
            except NoSuchFileError:
                self._say(HTTPStatus.NOT_FOUND, "Nothing of that name is published.")
            except NothingThereError:
                self._say(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "Nothing is published yet: run `hiring-signal run`, then load this again.",
                )
            except MovedError:
                self._moved(path)
            else:
                self._send(found, with_body=with_body)

    def _send(self, found: Found, *, with_body: bool) -> None:
        if self.headers.get("If-None-Match") == found.tag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", found.tag)
            self.end_headers()
            return
        try:
            asked = self._range(found)
        except ValueError:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{found.size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        # A part that is the whole is still a part, to clients that ask whether parts are served.
        first, last = asked or (0, found.size - 1)
        self.send_response(HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT)
        ending = os.path.splitext(found.name)[1].lower()
        self.send_header("Content-Type", TYPES.get(ending, "application/octet-stream"))
        if ending not in SHOWN:
            self.send_header("Content-Disposition", "attachment")
        if asked is not None:
            self.send_header("Content-Range", f"bytes {first}-{last}/{found.size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Last-Modified", formatdate(found.changed_at, usegmt=True))
        self.send_header("ETag", found.tag)
        self.end_headers()
        if with_body:
            self._copy(found.file, first, last - first + 1)

    def _range(self, found: Found) -> tuple[int, int] | None:
        """The first and the last byte that are asked for; None where all are.

        Raises:
            ValueError: The file has none of them.
        """
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        if_range = self.headers.get("If-Range")
        if not match or match.groups() == ("", "") or (if_range and if_range != found.tag):
            return None
        if match[1] and match[2] and int(match[1]) > int(match[2]):
            return None  # none to be heeded (RFC 9110, 14.1.1)
        if not match[1]:
            first, last = max(0, found.size - int(match[2])), found.size - 1
        else:
            first = int(match[1])
            last = min(int(match[2]), found.size - 1) if match[2] else found.size - 1
        if first > last:
            raise ValueError(match[0])
        return first, last

    def _copy(self, file: IO[bytes], first: int, count: int) -> None:
        file.seek(first)
        try:
            while count > 0 and (chunk := file.read(min(_CHUNK, count))):
                self.wfile.write(chunk)
                count -= len(chunk)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    def _moved(self, path: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        # Only the last part, relative: what was asked for must not become another host.
        self.send_header("Location", f"{path.rsplit('/', 1)[1]}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _say(self, status: HTTPStatus, words: str) -> None:
        body = f"{words}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that goes away is no error of ours."""


@contextmanager
def serving(data: Path, port: int) -> Iterator[str]:
    """Serve the published folder in another thread.

    Args:
        data: The DATA folder; nothing needs to be published yet.
        port: Port on the loopback; 0 for any that is free.

    Yields:
        The address of the report.

    Raises:
        OSError: The port is taken.
    """
    with _Server(data, port) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
