"""Tells a chat program what a new publication changed, by an incoming webhook.

Belongs here: where it is sent, and that a failure harms nothing. Does not belong here: what is said
(`warehouse.publish.changed`).

The body, `{"text": …}` with counts beside it, is what Slack, Mattermost, Rocket.Chat, Google Chat
and others take. The address is a secret: it is neither printed nor logged nor kept.
"""

from __future__ import annotations

import ipaddress
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

from warehouse.publish.changed import summary
from warehouse.query import open_published

VARIABLE = "HIRING_SIGNAL_WEBHOOK"
SITE_VARIABLE = "HIRING_SIGNAL_SITE"
"""Where `published/` is served, if it is: the message links to it."""
TIMEOUT_S = 10.0
PAUSE_S = 2.0
_TRIES = 2


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would send the message, and what its address tells, to another place."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """No request follows."""


def message(data: Path, site: str | None = None) -> dict[str, Any]:
    """What is sent of the publication that readers see.

    Args:
        data: The DATA folder.
        site: Address at which `published/` is served.

    Returns:
        `text`, and for programs `as_of`, `is_sample`, `publication`, `changes` and `verdicts`.
    """
    run = json.loads((data / "published" / "run.json").read_text(encoding="utf-8"))
    where = f"{site.rstrip('/')}/index.html" if site else "published/index.html"
    with open_published(data) as con:
        text = summary(con, run, report=where)
    said = ("as_of", "is_sample", "publication", "changes", "verdicts")
    return {
        "text": text.removeprefix("# ").strip(),
        **{name: run[name] for name in said if name in run},
    }


def notify(
    data: Path,
    environment: Mapping[str, str] | None = None,
    *,
    warn: Callable[[str], object] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any] | None:
    """Send what the publication changed to the webhook, if there is one.

    Args:
        data: The DATA folder, with a new publication.
        environment: Variables of the process; its own by default.
        warn: Told why nothing was sent.
        sleep: Waits between two tries, in seconds.

    Returns:
        What `run.json` says of it: `state` (sent or failed) and, of a failure, the `reason`; None
        where no webhook is set.
    """
    variables = os.environ if environment is None else environment
    address = (variables.get(VARIABLE) or "").strip()
    if not address:
        return None
    reason = "the address must begin with https://, or with http:// on this machine"
    if _may_be_told(address):
        body = json.dumps(message(data, _site(variables)), default=str).encode()
        for tried in range(1, _TRIES + 1):
            reason = _send(address, body)
            if not reason:
                return {"state": "sent", "tries": tried}
            if tried < _TRIES:
                sleep(PAUSE_S)
    warn(f"{VARIABLE}: nothing was sent: {reason}")
    return {"state": "failed", "reason": reason}


def _site(variables: Mapping[str, str]) -> str | None:
    site = (variables.get(SITE_VARIABLE) or "").strip()
    parts = _split(site)
    return site if parts and parts.scheme in ("http", "https") and parts.hostname else None


def _may_be_told(address: str) -> bool:
    parts = _split(address)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # an odd one is only noticed when asked for
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _send(address: str, body: bytes) -> str:
    """Why it could not be sent, without a word of the address; empty where it was."""
    said: list[str] = []
    # The limit of a socket counts from byte to byte: an answer that drips in would hold the run.
    asking = Thread(target=lambda: said.append(_ask(address, body)), daemon=True)
    asking.start()
    asking.join(2 * TIMEOUT_S)
    return said[0] if said else f"no answer ({TimeoutError.__name__})"


def _ask(address: str, body: bytes) -> str:
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        request = urllib.request.Request(
            address, body, {"Content-Type": "application/json"}, method="POST"
        )
        with opener.open(request, timeout=TIMEOUT_S):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"HTTP {error.code}"
    except urllib.error.URLError as error:
        return f"no answer ({type(error.reason).__name__})"
    except (OSError, ValueError, HTTPException) as error:
        # their messages may quote the address
        return f"no answer ({type(error).__name__})"
