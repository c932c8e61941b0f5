"""Dagster's web server and daemon and the report beside them, on this machine's loopback only.

Belongs here: starting and stopping them together. Does not belong here: what they serve
(`pipelines.static` serves the report).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pipelines.instance import prepare_home
from pipelines.settings import DATA_VARIABLE, REPORT_VARIABLE
from pipelines.static import HOST, serving

PATIENCE_S = 20.0


class PortError(OSError):
    """A port can't be had; the message says which, and what to do."""


def serve(
    port: int, data: Path, *, report_port: int, say: Callable[[str], None] = lambda _: None
) -> int:
    """Serve until interrupted or until one of the two ends.

    `dagster dev` ignores an interrupt when it is started without a terminal; so the two processes
    that it would start are started here, each the leader of its own group, and are ended together.

    Args:
        port: Port of the web server.
        data: The DATA folder that runs work on.
        report_port: Port of the report.
        say: Is told the addresses.

    Returns:
        Exit status: 0 after an interrupt, 1 when one of the two ended by itself.

    Raises:
        PortError: One of the ports is taken.
    """
    _try_port(port, "--port")
    _try_port(report_port, "--report-port")
    prepare_home()
    stopping = _when_told()
    with serving(data, report_port) as address:
        environment = {
            **os.environ,
            DATA_VARIABLE: str(data),
            REPORT_VARIABLE: address,
            "DAGSTER_TELEMETRY_ENABLED": "false",
        }
        module = ["-m", "pipelines.definitions"]
        commands = (
            ["dagster_webserver", "-h", HOST, "-p", str(port), *module],
            ["dagster._daemon", "run", *module],
        )
        running = [
            subprocess.Popen(
                [sys.executable, "-m", *command], env=environment, start_new_session=True
            )
            for command in commands
        ]
        say(f"Dagster   http://{HOST}:{port}/")
        say(f"report    {address}")
        say("Ctrl-C ends both.")
        while not stopping() and all(process.poll() is None for process in running):
            time.sleep(0.2)
        for process in running:
            # Also where it ended by itself: what it started lives on in its group.
            _signal(process, signal.SIGINT)
        deadline = time.monotonic() + PATIENCE_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
    return 0 if stopping() else 1


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def serve_report(
    port: int, data: Path, *, is_opened: bool, say: Callable[[str], None] = lambda _: None
) -> None:
    """Serve the published folder until interrupted.

    Args:
        port: Port on the loopback; 0 for any that is free.
        data: The DATA folder.
        is_opened: Whether to open it in the reader's browser.
        say: Is told the address.

    Raises:
        PortError: The port is taken.
    """
    if port:
        _try_port(port, "--port")
    stopping = _when_told()
    with serving(data, port) as address:
        say(f"report    {address}")
        say("Ctrl-C ends it.")
        if is_opened:
            webbrowser.open(address)
        while not stopping():
            time.sleep(0.2)


def _when_told() -> Callable[[], bool]:
    """Whether somebody has asked this process to end, from now on."""
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    # The last is what a terminal says when its window is closed.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return lambda: stopping


def is_free(port: int) -> bool:
    """Whether a port of the loopback can be had."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def _try_port(port: int, option: str) -> None:
    if not is_free(port):
        raise PortError(
            f"port {port} is in use or not allowed; end what uses it, or give another {option}"
        )
