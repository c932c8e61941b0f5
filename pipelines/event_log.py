"""Dagster's event log while a run goes on: one open connection in the place of one for each event.

Belongs here: how events are written. Does not belong here: where they are kept
(`pipelines.instance`), or which there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, create_engine, event


@contextmanager
def kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep the files of the event log open for the time of a run.

    Dagster opens its SQLite file anew for every event, and closes it, which writes through to the
    disk each time: a run of some hundred checks, each with its three events, would wait for that
    longer than for its work. Here a file is opened once, and a commit is in the write-ahead log
    without waiting for the disk (https://www.sqlite.org/pragma.html#pragma_synchronous): a power
    cut may cost the newest events, never the file. Others read and write the files meanwhile.

    Args:
        instance: The instance that the run is recorded in; one that keeps its events elsewhere is
            left alone.

    Yields:
        Nothing.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    connect = storage._connect
    with ExitStack() as opened:
        kept: dict[str, Connection] = {}

        @contextmanager
        def reuse(shard: str) -> Iterator[Connection]:
            if shard not in kept:
                with connect(shard):
                    pass  # makes the file where there is none
                kept[shard] = _open(storage.conn_string_for_shard(shard), opened)
            with storage._db_lock, kept[shard].begin():
                yield kept[shard]

        storage._connect = reuse  # type: ignore[method-assign]
        try:
            yield
        finally:
            storage._connect = connect  # type: ignore[method-assign]


def _open(address: str, opened: ExitStack) -> Connection:
    # Dagster's own threads share it under its lock.
    engine = create_engine(address, connect_args={"timeout": 60, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")

    opened.callback(engine.dispose)
    connection = engine.connect()
    opened.callback(connection.close)
    return connection
