"""What can go wrong at a server, on demand: each fault by its name.

Belongs here: the table of faults, how they are named on the command line, and what each makes of a
good answer. Does not belong here: sockets and headers that every answer has (`serve`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

Header = tuple[str, str]

BOMB_BYTES = 1 << 30
"""What the gzip bomb inflates to."""
RETRY_AFTER_S = 1
LONG_RETRY_AFTER_S = 86_400
CAP = 2_000
"""The total that a capped source states."""
LOGIN_PATH = "/login"
TOTALS = ("total", "totalCount", "total_count", "nbHits", "job_count", "jobCount", "count")
"""Fields in which the sources state how many rows there are."""
MAINTENANCE = (
    b"<!DOCTYPE html><html><head><title>Back soon</title></head>"
    b"<body><h1>We are at work on the site</h1><p>Nothing is lost. Come again in an hour.</p>"
    b"</body></html>"
)
LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>"
    b'<form method="post"><label>Name <input name="name"></label>'
    b'<label>Password <input name="password" type="password"></label></form></body></html>'
)
HTML = "text/html; charset=utf-8"
JSON = "application/json"


class Answer(NamedTuple):
    """One response, before the headers that all have."""

    body: bytes = b""
    content_type: str = JSON
    status: int = 200
    headers: tuple[Header, ...] = ()
    ending: str = "whole"
    """whole | cut (half the body, then the connection closes) | reset (it closes without a word) |
    endless (more of the body for ever) | drip (one byte a second)."""
    is_plain: bool = False
    """Sent as it is: no content coding, no validators."""


NOT_FOUND = Answer(b'{"error":"not found"}', status=404)


class Call(NamedTuple):
    """A request as a fault sees it."""

    target: str
    """Path and query."""
    times: int
    """How often this address was asked before."""
    good: Callable[[], Answer]
    """The answer without the fault."""
    first: Callable[[], Answer]
    """The first answer that was given under this path, whatever its query or body."""
    elsewhere: str
    """The address of another board of the source."""


class Fault(NamedTuple):
    """A fault: what a reader is told of it, and what it makes of a call."""

    does: str
    spoil: Callable[[Call], Answer]


class Planted(NamedTuple):
    """A fault and where it strikes: everywhere, at a source, or at one of its boards."""

    name: str
    source: str | None = None
    board: str | None = None
    is_rest: bool = False
    """Whether a board's first address is spared: only details and further pages fail."""

    def strikes(self, source: str, board: str, is_first: bool) -> bool:
        """Whether it is planted for a request."""
        if self.is_rest and is_first:
            return False
        return self.source in (None, source) and self.board in (None, board)


class FaultError(ValueError):
    """A fault that can't be understood."""


def read_fault(text: str) -> Planted:
    """Read a fault as the command line has it.

    Args:
        text: `NAME`, `NAME@SOURCE` or `NAME@SOURCE/BOARD`; with `+` at its end it spares a board's
            first address.

    Returns:
        The fault.

    Raises:
        FaultError: There is no fault of that name.
    """
    rest = text.removesuffix("+")
    name, _, where = rest.partition("@")
    source, _, board = where.partition("/")
    if name not in FAULTS:
        raise FaultError(f"there is no fault {name!r}; there are: {', '.join(FAULTS)}")
    return Planted(name, source or None, board or None, is_rest=rest != text)


def _status(status: int, said: str) -> Callable[[Call], Answer]:
    body = json.dumps({"error": said}).encode()
    return lambda _call: Answer(body, status=status)


def _too_many(call: Call) -> Answer:
    if call.times:
        return call.good()
    wait = ("Retry-After", str(RETRY_AFTER_S))
    return Answer(b'{"error":"too many requests"}', status=429, headers=(wait,))


def _busy(_call: Call) -> Answer:
    wait = ("Retry-After", str(LONG_RETRY_AFTER_S))
    return Answer(b'{"error":"too many requests"}', status=429, headers=(wait,))


def _once(call: Call) -> Answer:
    if call.times:
        return call.good()
    return Answer(b'{"error":"internal server error"}', status=500)


def _html(_call: Call) -> Answer:
    return Answer(MAINTENANCE, HTML)


def _truncated(call: Call) -> Answer:
    good = call.good()
    return good._replace(body=good.body[: len(good.body) * 2 // 3])


def _cut(call: Call) -> Answer:
    return call.good()._replace(ending="cut", is_plain=True)


def _reset(_call: Call) -> Answer:
    return Answer(ending="reset")


def _empty(call: Call) -> Answer:
    return call.good()._replace(body=b"", is_plain=True)


@cache
def gzip_bomb(size: int = BOMB_BYTES) -> bytes:
    """A gzip stream of a JSON list that holds nothing but blanks.

    Args:
        size: Bytes that it inflates to, rounded up to a whole MiB.

    Returns:
        A stream about a thousandth as long. It is put together from copies of one compressed block
        (after a full flush, RFC 1951 blocks stand on their own), as compressing it all takes long.
    """
    block = b" " * (1 << 20)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    opening = squeezer.compress(b"[") + squeezer.flush(zlib.Z_FULL_FLUSH)
    squeezed = squeezer.compress(block) + squeezer.flush(zlib.Z_FULL_FLUSH)
    ending = squeezer.flush(zlib.Z_FINISH)
    count = -(-size // len(block))
    checksum = zlib.crc32(b"[")
    for _ in range(count):
        checksum = zlib.crc32(block, checksum)
    length = (1 + count * len(block)) & 0xFFFFFFFF
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    trailer = checksum.to_bytes(4, "little") + length.to_bytes(4, "little")
    return header + opening + squeezed * count + ending + trailer


def _bomb(call: Call) -> Answer:
    coding = ("Content-Encoding", "gzip")
    return Answer(gzip_bomb(), call.good().content_type, headers=(coding,), is_plain=True)


def _endless(call: Call) -> Answer:
    opening = b"[" if call.good().content_type.startswith(JSON) else b"<feed>"
    return Answer(
        opening + b" " * 65_535, call.good().content_type, ending="endless", is_plain=True
    )


def _slow(call: Call) -> Answer:
    return call.good()._replace(ending="drip", is_plain=True)


def _charset(call: Call) -> Answer:
    good = _spelled_out(call.good())
    body = good.body.decode("utf-8", "replace").encode("cp1252", "replace")
    return good._replace(body=body, content_type=_labelled(good, "utf-8"))


def _mislabelled(call: Call) -> Answer:
    good = _spelled_out(call.good())
    return good._replace(content_type=_labelled(good, "iso-8859-1"))


def _spelled_out(answer: Answer) -> Answer:
    """JSON with its letters as they are: as escapes they are the same in every charset."""
    try:
        text = json.dumps(json.loads(answer.body), ensure_ascii=False)
    except ValueError:
        return answer
    return answer._replace(body=text.encode("utf-8", "replace"))


def _labelled(answer: Answer, charset: str) -> str:
    return f"{answer.content_type.split(';')[0]}; charset={charset}"


def _moved(call: Call) -> Answer:
    return Answer(b"", status=302, headers=(("Location", call.elsewhere),))


def _login(call: Call) -> Answer:
    # The page itself is served by whoever serves the origin.
    return Answer(b"", status=302, headers=(("Location", f"{LOGIN_PATH}?next={call.target}"),))


def _repeats(call: Call) -> Answer:
    first = call.first()
    path = urlsplit(call.target).path

    def promise(payload: dict[str, Any]) -> None:
        _set_totals(payload, lambda _total: 100 * CAP)
        if "items" in payload and "jsonfeed" in str(payload.get("version")):
            payload["next_url"] = f"{path}?page={1 + _page(call.target)}"

    return _edited(first, promise)


def _total(call: Call) -> Answer:
    return _edited(call.good(), lambda payload: _set_totals(payload, lambda total: total + 7))


def _cap(call: Call) -> Answer:
    if _page(call.target) > 1:
        return Answer(b'{"error":"page out of range"}', status=400)
    return _edited(call.good(), lambda payload: _set_totals(payload, lambda _total: CAP))


def _page(target: str) -> int:
    """The page that an address names: 1 for the first one, also where it names none."""
    query = parse_qs(urlsplit(target).query)
    if query.get("page", ["1"])[0].isdecimal() and "page" in query:
        return int(query["page"][0])
    return 2 if any(query.get(name, ["0"])[0] != "0" for name in ("offset", "skip")) else 1


def _edited(answer: Answer, edit: Callable[[dict[str, Any]], None]) -> Answer:
    try:
        payload = json.loads(answer.body)
    except ValueError:
        return answer
    if not isinstance(payload, dict):
        return answer
    edit(payload)
    return answer._replace(body=json.dumps(payload, ensure_ascii=False).encode())


def _set_totals(payload: dict[str, Any], total: Callable[[int], int]) -> None:
    for part in (payload, payload.get("meta")):
        if isinstance(part, dict):
            for name in TOTALS:
                if isinstance(part.get(name), int):
                    part[name] = total(part[name])


def _disallow(call: Call) -> Answer:
    # The server counts who asks nonetheless; robots.txt names the board.
    return call.good()


FAULTS: Mapping[str, Fault] = {
    "429": Fault(
        f"429 with Retry-After: {RETRY_AFTER_S} once per address, then all is well", _too_many
    ),
    "429-long": Fault(f"429 with Retry-After: {LONG_RETRY_AFTER_S} every time", _busy),
    "500-once": Fault("500 once per address, then all is well", _once),
    "401": Fault("401 every time", _status(401, "unauthorized")),
    "403": Fault("403 every time", _status(403, "forbidden")),
    "404": Fault("404 every time", _status(404, "not found")),
    "410": Fault("410 every time", _status(410, "gone")),
    "500": Fault("500 every time", _status(500, "internal server error")),
    "503": Fault("503 every time, without Retry-After", _status(503, "unavailable")),
    "html": Fault("a maintenance page in HTML, status 200", _html),
    "truncated": Fault("two thirds of the body, as if that were all of it", _truncated),
    "cut": Fault("half of the promised body, then the connection closes", _cut),
    "reset": Fault("the connection closes without an answer", _reset),
    "empty": Fault("status 200 and no body", _empty),
    "bomb": Fault("a gzip body of 1 MB that inflates to 1 GiB", _bomb),
    "endless": Fault("a body that never ends, as fast as it is read", _endless),
    "slow": Fault("one byte a second", _slow),
    "charset": Fault("Windows-1252 bytes that the header calls UTF-8", _charset),
    "mislabelled": Fault("UTF-8 bytes that the header calls ISO-8859-1", _mislabelled),
    "moved": Fault("a redirect to another board of the source", _moved),
    "login": Fault("a redirect to a login page, which answers 200", _login),
    "repeats": Fault(
        "every further page is the first one again, and a total that never comes", _repeats
    ),
    "total": Fault(
        "a stated total 7 above the number of rows, where the source states one", _total
    ),
    "cap": Fault(f"a stated total of {CAP} and status 400 for every page after the first", _cap),
    "disallow": Fault(
        "robots.txt forbids the address; who asks for it nonetheless is counted", _disallow
    ),
}
"""Every fault by the name that `--fault` takes."""
