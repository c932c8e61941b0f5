"""Large files in ranges: asked for piece by piece, and taken up where an earlier crawl broke off.

Belongs here: the requests for the pieces, and what proves that a file is whole. Does not belong
here: which files there are, and what they hold (`scrapers.spiders`).

Each piece is an ordinary Scrapy request (RFC 9110, 14): robots.txt, pauses, budget and redirects
apply. Pieces are not recorded in the WARC file: the whole file lies beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.landing import BoardState
from scrapers.spiders.base import header, judge_exception

RANGE_BYTES = 16 * 1024 * 1024
RANGE_TIMEOUT_S = 180
"""Time for one range: enough for a slow line of one megabit a second."""
NO_SUCH_FILE = (404, 410)

_CONTENT_RANGE = re.compile(r"bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)")
_BLOCK_BYTES = 1024 * 1024


class Wanted(NamedTuple):
    """A file, and what is said of it by whoever names it."""

    url: str
    path: Path
    """Where it shall lie when it is whole."""
    sha256: str | None = None
    size: int | None = None
    """Bytes; believed only where there is no sha256."""
    is_settled: bool = False
    """Whether a whole file that lies there already is the one, without asking for a newer one."""
    known: Mapping[str, Any] = MappingProxyType({})
    """etag, last_modified and digest of a version that was read before and need not come again."""


class Fetched(NamedTuple):
    """What came of it."""

    state: BoardState
    """ok: it is there; unchanged: it is the version that is known, and was not sent."""
    reason: str | None = None
    path: Path | None = None
    """The whole file; None where there is none."""
    digest: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    has_wrong_sum: bool = False


class _RefusedError(Exception):
    """An answer that ends the download."""

    def __init__(self, reason: str, state: BoardState = "failed", *, is_sum: bool = False) -> None:
        super().__init__(reason)
        self.state: BoardState = state
        self.is_sum = is_sum


class _ChangedError(Exception):
    """The file is another than the one whose beginning lies here."""


class Download:
    """Fetches one file. `then` is called once, with what came of it, and says what follows."""

    def __init__(
        self,
        wanted: Wanted,
        then: Callable[[Fetched], Iterator[Any]],
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        self._wanted = wanted
        self._then = then
        self._meta = dict(meta or {})
        self._part = wanted.path.with_name(wanted.path.name + ".part")
        self._notes = _notes_of(wanted.path)
        self._hash = hashlib.sha256()
        self._offset = 0
        self._total: int | None = None
        self._about: dict[str, Any] = {}
        self._kept: dict[str, Any] | None = None
        self._has_old_bytes = False
        self._is_anew = False

    def begin(self) -> Iterator[Any]:
        """The first request, or what follows where the file is there already."""
        try:
            self._wanted.path.parent.mkdir(parents=True, exist_ok=True)
            self._look()
            if self._kept is not None and (self._wanted.sha256 or self._wanted.is_settled):
                yield from self._then(self._whole(self._kept))
                return
        except OSError as error:
            yield from self._then(_unkept(error))
            return
        yield self._request()

    def answer(self, response: Response) -> Iterator[Any]:
        """Take a piece, and ask for the next one."""
        try:
            if response.status == 304 and self._kept is not None:
                done = self._whole(self._kept, response)
            elif response.status == 304 and self._version():
                done = self._whole(self._version(), response)._replace(state="unchanged", path=None)
            elif self._take(response):
                done = self._finish(response)
            else:
                yield self._request()
                return
        except _ChangedError as error:
            if not self._is_anew:
                yield self._anew()
                return
            done = Fetched("failed", f"{error}, and again when begun anew", status=response.status)
        except _RefusedError as error:
            done = Fetched(error.state, str(error), status=response.status)
            done = done._replace(has_wrong_sum=error.is_sum)
        except OSError as error:
            done = _unkept(error)
        yield from self._then(done)

    def failed(self, failure: Failure) -> Iterator[Any]:
        """A piece that did not come; what came before it stays for the next crawl."""
        error = failure.value or RuntimeError("no reason given")
        is_too_large = isinstance(error, DownloadCancelledError)
        if is_too_large and self._offset and not self._is_anew:
            # A server that says the file has changed sends all of it (If-Range).
            yield self._anew()
            return
        state, reason = judge_exception(error)
        if is_too_large:
            reason = "the server serves no parts of the file, and as one answer it is too large"
        else:
            reason += self._rest()
        yield from self._then(Fetched("failed" if state == "truncated" else state, reason))

    def _rest(self) -> str:
        return f"; {self._offset} bytes are kept to go on from" if self._offset else ""

    # --- pieces ---------------------------------------------------------------------------------

    def _look(self) -> None:
        """See what lies there: the whole file, its beginning, or nothing."""
        wanted = self._wanted
        notes: dict[str, Any] = {}
        with suppress(FileNotFoundError, ValueError):
            notes = dict(json.loads(self._notes.read_text(encoding="utf-8")))
        is_same = notes.get("url") == wanted.url and notes.get("wanted") == wanted.sha256
        if is_same and notes.get("digest") and wanted.path.exists():
            self._kept = notes
            self._part.unlink(missing_ok=True)
            return
        # Without a validator, only a checksum at the end can tell the beginning from another one.
        is_known = bool(_validator(notes) or wanted.sha256)
        if is_same and is_known and self._part.exists():
            self._about = notes
            with self._part.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    self._hash.update(block)
                    self._offset += len(block)
            self._has_old_bytes = self._offset > 0
        else:
            self._part.unlink(missing_ok=True)

    def _request(self) -> Request:
        # Compressed on the way, offsets would count other bytes.
        headers = {"Accept-Encoding": "identity"}
        version = self._version()
        if version.get("etag"):
            headers["If-None-Match"] = version["etag"]
        elif version.get("last_modified"):
            headers["If-Modified-Since"] = version["last_modified"]
        headers["Range"] = f"bytes={self._offset}-{self._offset + RANGE_BYTES - 1}"
        validator = _validator(self._about)
        if self._offset and validator:
            headers["If-Range"] = validator
        return Request(
            self._wanted.url,
            callback=self.answer,
            errback=self.failed,
            headers=headers,
            meta={**self._meta, "dont_record": True, "download_timeout": RANGE_TIMEOUT_S},
            dont_filter=True,
        )

    def _version(self) -> Mapping[str, Any]:
        """The version that need not come: it lies here, or its rows were read before."""
        if self._kept is not None:
            return self._kept
        # Of a file whose beginning lies here, a newer version is on its way.
        is_whole = self._wanted.known.get("digest") and not self._offset
        return self._wanted.known if is_whole else {}

    def _anew(self) -> Request:
        self._is_anew = True
        self._has_old_bytes = False
        self._forget()
        return self._request()

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._hash = hashlib.sha256()
        self._offset = 0
        self._total = None
        self._about = {}

    def _take(self, response: Response) -> bool:
        """Append what came; whether that was the last of it."""
        if response.status == 200:
            # The server ignores ranges, or the file has changed: either way this is all of it.
            self._forget()
            self._has_old_bytes = False
            self._note(response, len(response.body))
            self._append(response.body)
            return True
        match = _CONTENT_RANGE.fullmatch(header(response, "Content-Range") or "")
        total = int(match[3]) if match and match[3] != "*" else None
        if response.status == 416 and self._offset:
            if total is not None and total != self._offset:
                raise _ChangedError("the file has become shorter")
            return True
        if response.status in (401, 403, 451):
            raise _RefusedError(f"HTTP {response.status}: the file is not for us", "forbidden")
        if response.status != 206:
            raise _RefusedError(f"HTTP {response.status}{self._rest()}")
        if match is None or match[1] is None or "decoded" in response.flags:
            raise _RefusedError("the server sends a part and does not say which one")
        if int(match[1]) != self._offset or not response.body:
            raise _RefusedError(f"asked for bytes from {self._offset}, got {match[0]!r}")
        is_longer = self._total is not None and total is not None and total != self._total
        if self._offset and (is_longer or self._is_other(response)):
            raise _ChangedError("the file changed while it was fetched")
        if self._total is None:
            self._total = total
            self._note(response, total)
        self._append(response.body)
        if self._total is None:  # of unknown length: a piece that is not full is the last one
            return len(response.body) < RANGE_BYTES
        return self._offset >= self._total

    def _is_other(self, response: Response) -> bool:
        for name, field in (("etag", "ETag"), ("last_modified", "Last-Modified")):
            known, said = self._about.get(name), header(response, field)
            if known and said:
                return bool(known != said)
        return False

    def _note(self, response: Response, total: int | None) -> None:
        """Before the first piece: is there room, and which version of the file is it of."""
        free = shutil.disk_usage(self._part.parent).free
        if total is not None and total - self._offset > free:
            raise _RefusedError(
                f"the file has {total / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free on the disk"
            )
        self._about = {
            "url": self._wanted.url,
            "wanted": self._wanted.sha256,
            "etag": header(response, "ETag"),
            "last_modified": header(response, "Last-Modified"),
        }
        self._write_notes()

    def _append(self, body: bytes) -> None:
        with self._part.open("ab") as file:
            file.write(body)
        self._hash.update(body)
        self._offset += len(body)

    def _write_notes(self) -> None:
        self._notes.write_text(json.dumps(self._about), encoding="utf-8")

    # --- the whole ------------------------------------------------------------------------------

    def _finish(self, response: Response) -> Fetched:
        wanted, found = self._wanted, self._hash.hexdigest()
        wrong = None
        if wanted.sha256 is not None and found != wanted.sha256:
            wrong = f"its sha256 is {found[:12]}… and shall be {wanted.sha256[:12]}…"
        elif wanted.sha256 is None and wanted.size is not None and self._offset != wanted.size:
            wrong = f"it has {self._offset} bytes and shall have {wanted.size}"
        if wrong and self._has_old_bytes and not self._is_anew:
            raise _ChangedError(wrong)
        if wrong:
            self._forget()
            self._notes.unlink(missing_ok=True)
            raise _RefusedError(f"not the file that is meant: {wrong}", is_sum=True)
        self._about |= {"url": wanted.url, "wanted": wanted.sha256, "digest": f"sha256:{found}"}
        self._part.replace(wanted.path)
        self._write_notes()
        return self._whole(self._about, response)

    def _whole(self, about: Mapping[str, Any], response: Response | None = None) -> Fetched:
        return Fetched(
            "ok",
            path=self._wanted.path,
            digest=about["digest"],
            status=response.status if response is not None else None,
            etag=about.get("etag"),
            last_modified=about.get("last_modified"),
        )


def forget(path: Path) -> None:
    """Remove a file that was fetched, and what is noted of it.

    Args:
        path: Where it lies, or shall lie.
    """
    for file in (path, path.with_name(path.name + ".part"), _notes_of(path)):
        file.unlink(missing_ok=True)


def _notes_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _validator(about: Mapping[str, Any]) -> str | None:
    """What If-Range takes: a strong entity tag, else the time of the last change."""
    etag = about.get("etag")
    if etag and not etag.startswith("W/"):
        return str(etag)
    return about.get("last_modified")


def _unkept(error: OSError) -> Fetched:
    return Fetched("failed", f"the file can't be kept: {error.strerror or error}")
