"""What a person sees while something long works, and how long each stage took.

Belongs here: bars on a terminal, plain lines elsewhere. Does not belong here: what is done.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

DETAIL_FROM_S = 1.0
"""A part of a stage, "tables (core.roles)", is worth a line of its own from here on."""
HEARTBEAT_S = 30.0
"""Without a terminal, a stage that takes longer says this often how far it is."""
_NARROW = 80
_PARTS_SHOWN = 10
_WORD_CHARS = 60

Item = TypeVar("Item")


class _Count(ProgressColumn):
    """How many of how many; nothing where nothing is counted."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(f"{task.completed:,.0f}" if task.completed else "")
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}")


class Stage:
    """A stage at work: how far it is, and what it found."""

    def __init__(self, name: str, bar: Progress | None = None, say: Console | None = None) -> None:
        self._name = name
        self._bar = bar
        self._say = say
        self._task = bar.add_task(escape(name), total=None, said="") if bar else None
        self._parts: dict[str, TaskID] = {}
        self._spoken_at = time.monotonic()
        self.found = ""
        self.seconds = 0.0

    def advance(self, done: int, total: int | None, said: str = "") -> None:
        """Show how much of the stage is done.

        Args:
            done: How much.
            total: Of how much; None or 0 where that is not known.
            said: What it is about at the moment.
        """
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task, completed=done, total=total or None, said=escape(said[:_WORD_CHARS])
            )
        elif self._say is not None and time.monotonic() - self._spoken_at >= HEARTBEAT_S:
            self._spoken_at = time.monotonic()
            count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else "at work"
            self._say.print(
                f"  {self._name}: {count}{f', {said}' if said else ''}",
                highlight=False,
                soft_wrap=True,
                markup=False,
            )

    def tell(self, said: str) -> None:
        """Show what the stage is about, where nothing can be counted."""
        self.advance(0, None, said)

    def part(self, name: str, done: int, total: int | None, said: str = "") -> None:
        """Show how far one of several things is that the stage does at the same time.

        Args:
            name: What it is called.
            done: How much of it is done.
            total: Of how much; None where that is not known.
            said: What else to say of it.
        """
        if self._bar is None:
            return
        if name not in self._parts:
            if len(self._parts) >= _PARTS_SHOWN:
                return
            self._parts[name] = self._bar.add_task(f"  {escape(name)}", total=None, said="")
        self._bar.update(
            self._parts[name], completed=done, total=total or None, said=escape(said[:_WORD_CHARS])
        )

    def part_is_done(self, name: str) -> None:
        """Take the line of a part away."""
        if self._bar is not None and name in self._parts:
            self._bar.remove_task(self._parts.pop(name))

    def each(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """The items, counted as they are asked for.

        Args:
            items: Anything.
            total: How many there are, where that is known.
        """
        for done, item in enumerate(items):
            self.advance(done, total)
            yield item


class Reporter:
    """Prints one line per stage, with a moving bar meanwhile where there is a terminal."""

    def __init__(self, console: Console | None = None, *, is_quiet: bool = True) -> None:
        self._console = console or Console(stderr=True)
        self._is_quiet = is_quiet
        self._steps: int | None = None
        self._done = 0

    @property
    def is_moving(self) -> bool:
        """Whether bars can be drawn: on a terminal that knows how, whatever FORCE_COLOR says."""
        console = self._console
        is_terminal = console.is_terminal and not console.is_dumb_terminal
        return not self._is_quiet and is_terminal and console.file.isatty()

    def expect(self, steps: int) -> None:
        """Say how many stages are to come, so that each can show which one it is."""
        self._steps, self._done = steps, 0

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Show a stage while it works.

        Args:
            name: What the reader shall call it.

        Yields:
            The stage; its `found` is printed at the end, its `seconds` are then known.
        """
        started = time.perf_counter()
        self._done += 1
        if self.is_moving:
            with Progress(*self._columns(), console=self._console, transient=True) as bar:
                stage = Stage(name, bar)
                yield stage
        else:
            stage = Stage(name, say=None if self._is_quiet else self._console)
            yield stage
        stage.seconds = time.perf_counter() - started
        is_detail = "(" in name
        if not self._is_quiet and (not is_detail or stage.seconds >= DETAIL_FROM_S):
            self._console.print(
                f"  {name:<34} {stage.seconds:6.1f} s  {stage.found}".rstrip(),
                highlight=False,
                soft_wrap=True,
                markup=False,
            )

    def _columns(self) -> list[ProgressColumn]:
        is_narrow = self._console.width < _NARROW
        counted = f"{self._done}/{self._steps}" if self._steps else ""
        columns: list[ProgressColumn] = [SpinnerColumn()]
        if counted:
            columns.append(TextColumn(counted, style="dim"))
        columns += [TextColumn("{task.description}"), BarColumn(bar_width=10 if is_narrow else 24)]
        columns += [_Count(), TimeElapsedColumn()]
        columns.append(TimeRemainingColumn(compact=True, elapsed_when_finished=False))
        if not is_narrow:
            columns.append(TextColumn("{task.fields[said]}", style="dim"))
        return columns


@contextmanager
def own_stderr() -> Iterator[Console]:
    """Standard error as it is now, whatever is done to it meanwhile.

    Dagster has each step write into a file that is copied to the terminal, and bars can't move in a
    file.

    Yields:
        A console on it.
    """
    try:
        number = os.dup(sys.stderr.fileno())
    except (OSError, ValueError):  # a stream that is no file, as in a test
        yield Console(stderr=True)
        return
    with os.fdopen(
        number, "w", buffering=1, encoding=sys.stderr.encoding, errors="replace"
    ) as file:
        yield Console(file=file)


_reporter = Reporter()


def reporter() -> Reporter:
    """The reporter of this process."""
    return _reporter


def use_reporter(new: Reporter) -> None:
    """Have stages reported to somebody; only the command line does so."""
    global _reporter
    _reporter = new
