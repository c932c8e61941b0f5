"""What a person sees while a run works, and how long each stage took.

Belongs here: the console's lines. Does not belong here: what is done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

DETAIL_FROM_S = 1.0
"""A part of a stage, "tables (core.roles)", is worth a line of its own from here on."""


class Stage:
    """A stage at work: how far it is, and what it found."""

    def __init__(self, name: str, bar: Progress | None) -> None:
        self._bar = bar
        self._task = bar.add_task(name, total=None) if bar else None
        self.found = ""
        self.seconds = 0.0

    def advance(self, done: int, total: int) -> None:
        """Show how much of the stage is done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None)


class Reporter:
    """Prints one line per stage, with a moving bar meanwhile where there is a terminal."""

    def __init__(self, console: Console | None = None, *, is_quiet: bool = True) -> None:
        self._console = console or Console(stderr=True)
        self._is_quiet = is_quiet

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Show a stage while it works.

        Args:
            name: What the reader shall call it.

        Yields:
            The stage; its `found` is printed at the end, its `seconds` are then known.
        """
        started = time.perf_counter()
        if self._is_quiet or not self._console.is_terminal:
            stage = Stage(name, None)
            yield stage
        else:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=self._console, transient=True) as bar:
                stage = Stage(name, bar)
                yield stage
        stage.seconds = time.perf_counter() - started
        is_detail = "(" in name
        if not self._is_quiet and (not is_detail or stage.seconds >= DETAIL_FROM_S):
            self._console.print(
                f"  {name:<34} {stage.seconds:6.1f} s  {stage.found}",
                highlight=False,
                soft_wrap=True,
            )


_reporter = Reporter()


def reporter() -> Reporter:
    """The reporter of this process."""
    return _reporter


def use_reporter(new: Reporter) -> None:
    """Have stages reported to somebody; only the command line does so."""
    global _reporter
    _reporter = new
