"""HTTP/1.1 as the served market speaks it: heads, conditions, ranges, codings, connections.

Belongs here: bytes from and to the socket. Does not belong here: what is answered (`serve`).
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from scrapers.market.faults import JSON, Answer

COMPRESS_FROM = 256
"""Bytes below which a body is not worth compressing."""
HEAD_BYTES = 64 * 1024
FORM_BYTES = 1024 * 1024
DRIP_S = 1.0
_UNCOMPRESSED = ("application/octet-stream", "application/gzip")


class Prepared(NamedTuple):
    """An answer with all that can be said of it beforehand."""

    answer: Answer
    etag: str = ""
    modified: str = ""
    squeezed: bytes | None = None


def prepared(answer: Answer, modified: str = "") -> Prepared:
    """Say beforehand what can be said of an answer.

    Args:
        answer: The answer; only one with status 200 gets a coding, and none that is plain.
        modified: Since when it is what it is, as HTTP writes dates; empty for no validators.
    """
    if answer.status != 200 or answer.is_plain:
        return Prepared(answer)
    etag = hashlib.sha256(answer.body).hexdigest()[:20] if modified else ""
    squeezed = None
    if len(answer.body) >= COMPRESS_FROM and answer.content_type not in _UNCOMPRESSED:
        squeezed = gzip.compress(answer.body, 5, mtime=0)
    return Prepared(answer, etag, modified, squeezed)


class Ask(NamedTuple):
    """A request as it came in."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Reply(NamedTuple):
    """What goes over the wire: a head, then a body, a part of a file, or no end of something."""

    head: bytes
    body: bytes = b""
    file: Path | None = None
    start: int = 0
    length: int = 0
    ending: str = "whole"


# ----------------------------------------------------------------------------------------- replies


def reply(ask: Ask, given: Prepared) -> Reply:
    """The reply to a request: conditional, in part, compressed, without its body, as it asks.

    Args:
        ask: The request.
        given: What there is under its address.
    """
    answer, etag = given.answer, given.etag
    if answer.ending == "reset":
        return Reply(b"", ending="reset")
    if ask.method == "HEAD":
        return reply(ask._replace(method="GET"), given)._replace(body=b"", ending="whole")
    headers = [("Content-Type", answer.content_type), *answer.headers]
    if answer.ending == "endless":
        head = _head(answer.status, [*headers, ("Transfer-Encoding", "chunked")])
        return Reply(head, answer.body, ending="endless")
    body, part = answer.body, None
    if given.squeezed is not None:
        headers.append(("Vary", "Accept-Encoding"))
    wants_gzip = "range" not in ask.headers and _accepts_gzip(ask.headers)
    if etag:
        # The bytes of a coding are others, so that both can't have the same strong tag.
        weak = "W/" if wants_gzip and given.squeezed is not None else ""
        headers += [("ETag", f'{weak}"{etag}"'), ("Last-Modified", given.modified)]
        headers.append(("Accept-Ranges", "bytes"))
        if _is_unchanged(ask.headers, etag, given.modified):
            # RFC 9110, 15.4.5: what says something of a content is left out.
            return Reply(_head(304, headers[1:]))
        part = _range(ask.headers, len(body), etag, given.modified)
    if wants_gzip and given.squeezed is not None:
        body = given.squeezed
        headers.append(("Content-Encoding", "gzip"))
    status = answer.status
    if part is not None:
        start, end = part
        said = f"{start}-{end - 1}" if start < end else "*"
        headers.append(("Content-Range", f"bytes {said}/{len(body)}"))
        status, body = (206, body[start:end]) if start < end else (416, b"")
    headers.append(("Content-Length", str(len(body))))
    return Reply(_head(status, headers), body, ending=answer.ending)


def file_reply(ask: Ask, path: Path) -> Reply:
    """The reply that sends a file or a part of it, as it is.

    Args:
        ask: The request.
        path: The file.
    """
    about = path.stat()
    etag = f"{about.st_mtime_ns:x}-{about.st_size:x}"
    modified = format_datetime(datetime.fromtimestamp(int(about.st_mtime), UTC), usegmt=True)
    kinds = {".json": JSON, ".csv": "text/csv; charset=utf-8"}
    headers = [
        ("Content-Type", kinds.get(path.suffix, "application/octet-stream")),
        ("ETag", f'"{etag}"'),
        ("Last-Modified", modified),
        ("Accept-Ranges", "bytes"),
    ]
    if _is_unchanged(ask.headers, etag, modified):
        return Reply(_head(304, headers[1:]))
    start, end, status = 0, about.st_size, 200
    part = _range(ask.headers, about.st_size, etag, modified)
    if part is not None:
        start, end = part
        said = f"{start}-{end - 1}" if start < end else "*"
        headers.append(("Content-Range", f"bytes {said}/{about.st_size}"))
        status = 206 if start < end else 416
    length = max(0, end - start)
    head = _head(status, [*headers, ("Content-Length", str(length))])
    if ask.method == "HEAD" or not length:
        return Reply(head)
    return Reply(head, file=path, start=start, length=length)


def _accepts_gzip(headers: Mapping[str, str]) -> bool:
    for part in headers.get("accept-encoding", "").split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return not re.fullmatch(r"q=0(\.0*)?", quality.strip())
    return False


def _is_unchanged(headers: Mapping[str, str], etag: str, modified: str) -> bool:
    """RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since.

    A date must be the very one that was given, as some servers have it: the market's day can be
    moved back, and then what is older is new.
    """
    given = headers.get("if-none-match")
    if given is not None:
        tags = [tag.strip().removeprefix("W/").strip('"') for tag in given.split(",")]
        return etag in tags or "*" in tags
    return headers.get("if-modified-since") == modified


def _range(
    headers: Mapping[str, str], size: int, etag: str, modified: str
) -> tuple[int, int] | None:
    """The part of a body that is asked for, its end excluded; empty where there is no such part.

    None where the whole is asked for, or several parts, or a part of something else than it is now.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", headers.get("range", ""))
    if not match or not any(match.groups()):
        return None
    if headers.get("if-range", f'"{etag}"') not in (f'"{etag}"', modified):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return min(int(first), size), min(size, int(last) + 1 if last else size)


@lru_cache(maxsize=2)
def _now(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def _head(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Date: {_now(int(time.time()))}", "Server: sample-market", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


# ----------------------------------------------------------------------------------------- sockets


class Connection(asyncio.Protocol):
    """One connection; its requests are answered one after the other."""

    def __init__(self, respond: Callable[[Ask], Reply], open_ones: set[Connection]) -> None:
        self._respond = respond
        self._open_ones = open_ones
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the connection, and what was still being sent over it."""
        self._open_ones.discard(self)
        self._may_write.set()
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        """The client reads more slowly than is written."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._may_write.set()

    def close(self) -> None:
        """End the connection."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete."""
        self._buffer += data
        self._work()

    def _work(self) -> None:
        while self._task is None and not self._transport.is_closing():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > HEAD_BYTES:
                    self._refuse(431)
                return
            parsed = _read_head(self._buffer[:end])
            if parsed is None:
                self._refuse(400)
                return
            method, target, headers = parsed
            length = headers.get("content-length", "0")
            if "transfer-encoding" in headers or not length.isdecimal():
                self._refuse(411)
                return
            if int(length) > FORM_BYTES:
                self._refuse(413)
                return
            if len(self._buffer) < end + 4 + int(length):
                if headers.get("expect", "").lower() == "100-continue":
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body = self._buffer[end + 4 : end + 4 + int(length)]
            self._buffer = self._buffer[end + 4 + int(length) :]
            self._send(
                self._respond(Ask(method, target, headers, body)),
                closes=headers.get("connection", "").lower() == "close",
            )

    def _refuse(self, status: int) -> None:
        self._transport.write(_head(status, [("Content-Length", "0"), ("Connection", "close")]))
        self._transport.close()

    def _send(self, reply: Reply, *, closes: bool) -> None:
        if reply.ending == "reset":
            self._transport.abort()
            return
        if reply.ending == "cut":
            self._transport.write(reply.head + reply.body[: len(reply.body) // 2])
            self._transport.close()
            return
        if reply.file or reply.ending != "whole":
            self._task = asyncio.ensure_future(self._stream(reply, closes=closes))
            return
        self._transport.write(reply.head + reply.body)
        if closes:
            self._transport.close()

    async def _stream(self, reply: Reply, *, closes: bool) -> None:
        self._transport.write(reply.head)
        if reply.file:
            loop = asyncio.get_running_loop()
            with reply.file.open("rb") as file:
                await loop.sendfile(self._transport, file, reply.start, reply.length)
        elif reply.ending == "endless":
            chunk = f"{len(reply.body):x}\r\n".encode() + reply.body + b"\r\n"
            blanks = f"{len(reply.body):x}\r\n".encode() + b" " * len(reply.body) + b"\r\n"
            while not self._transport.is_closing():
                self._transport.write(chunk)
                chunk = blanks
                # Room for others: a client that reads fast would never let them have a turn.
                await asyncio.sleep(0)
                await self._may_write.wait()
        else:
            for position in range(len(reply.body)):
                if self._transport.is_closing():
                    break
                self._transport.write(reply.body[position : position + 1])
                await asyncio.sleep(DRIP_S)
        self._task = None
        if closes:
            self._transport.close()
        else:
            self._work()


def _read_head(head: bytes) -> tuple[str, str, dict[str, str]] | None:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            return None
        headers[name.strip().lower()] = value.strip()
    method, target, _ = words
    if target.startswith(("http://", "https://")):
        # As proxies are asked.
        parts = urlsplit(target)
        target = parts._replace(scheme="", netloc="").geturl()
    return method, target or "/", headers
