"""Dagster's web server and daemon, on this machine's loopback only.

Belongs here: starting and stopping them together. Does not belong here: what they serve.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from pipelines.instance import prepare_home
from pipelines.settings import DATA_VARIABLE

PATIENCE_S = 20.0


def serve(port: int, data: Path) -> int:
    """Serve until interrupted or until one of the two ends.

    `dagster dev` ignores an interrupt when it is started without a terminal; so the two processes
    that it would start are started here, each the leader of its own group, and are ended together.

    Args:
        port: Port of the web server.
        data: The DATA folder that runs work on.

    Returns:
        Exit status: 0 after an interrupt, 1 when one of the two ended by itself.
    """
    prepare_home()
    environment = {**os.environ, DATA_VARIABLE: str(data), "DAGSTER_TELEMETRY_ENABLED": "false"}
    module = ["-m", "pipelines.definitions"]
    commands = (
        ["dagster_webserver", "-h", "127.0.0.1", "-p", str(port), *module],
        ["dagster._daemon", "run", *module],
    )
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    running = [
        subprocess.Popen([sys.executable, "-m", *command], env=environment, start_new_session=True)
        for command in commands
    ]
    while not stopping and all(process.poll() is None for process in running):
        time.sleep(0.2)
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
    deadline = time.monotonic() + PATIENCE_S
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    return 0 if stopping else 1
