"""The board lists: which boards are still there, `hiring-signal boards check`; listing and adding.

Belongs here: what an answer says of a board, the commands, and what a row must look like. Does not
belong here: reading a list (`scrapers.boards`), or asking (`scrapers.spiders`).
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from pipelines.options import (
    Format,
    Quiet,
    Rows,
    completing,
    console,
    fail,
    list_names,
    nearest,
    print_rows,
    stderr,
    words_of,
)
from pipelines.progress import Reporter
from scrapers.boards import COLUMNS, SHIPPED, BoardListError, BoardRow, read_boards

if TYPE_CHECKING:
    from scrapers.landing import BoardObservation

app = typer.Typer(help="The lists of boards that are asked.", no_args_is_help=True)

State = Literal["alive", "empty", "dead", "moved", "unclear"]
"""dead: the platform knows no such board; moved: it sends us elsewhere; unclear: neither was to be
found out (no answer, not allowed, another shape)."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_WORKDAY = re.compile(r"[\w-]+/wd\d+/[\w-]+")
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Two letters in CLDR's table of territories that are groups, tests or "unknown"."""


class BoardCheck(NamedTuple):
    """What one request to a board says of it."""

    source: str
    board: str
    company: str | None
    state: State
    rows: int
    """Adverts that its first answer shows or, on a careers site, sitemaps."""
    reason: str | None
    url: str | None


class ListedBoard(NamedTuple):
    """One row of the lists."""

    source: str
    board: str
    company: str | None
    country: str | None


class ListedPlatform(NamedTuple):
    """How many boards a platform's list has."""

    source: str
    boards: int


def platforms() -> tuple[str, ...]:
    """The sources that have a list of boards, in the order of their names."""
    from pipelines.observe import SPIDERS

    return tuple(sorted(name for name, spider in SPIDERS.items() if spider.takes_boards))


def check_boards(
    sources: Sequence[str] = (),
    *,
    boards: Path | None = None,
    origins: Path | None = None,
    settings: Mapping[str, object] | None = None,
    tell: Callable[[int, int, str], None] = lambda *_: None,
) -> list[BoardCheck]:
    """Ask each board of the lists once, and say what became of it.

    Nothing of the answers is kept. A board that has moved within its own platform (Lever's two
    regions, Personio's two domains) is alive.

    Args:
        sources: Which platforms; all where empty.
        boards: Folder of the lists; the shipped ones where None.
        origins: YAML file of origins that are served elsewhere.
        settings: Further Scrapy settings.
        tell: Told now and then how many answers there were, how many boards are asked, and how many
            platforms are done.

    Returns:
        A row for each board, by source and in the order of its list.

    Raises:
        BoardListError: A list can't be used.
    """
    from pipelines.observe import LISTEN_EVERY_S, LIVE_PARALLEL

    lists = {source: read_boards(source, boards) for source in sources or platforms()}
    asked = {
        **(settings or {}),
        "CHECK_ONLY": True,
        "BOARDS_DIR": boards.resolve() if boards else None,
        "ORIGINS_FILE": origins.resolve() if origins else None,
    }
    with (
        tempfile.TemporaryDirectory(prefix="boards-") as folder,
        ThreadPoolExecutor(LIVE_PARALLEL) as pool,
    ):
        found = {
            source: pool.submit(_observations, source, asked, Path(folder))
            for source, rows in lists.items()
            if rows
        }
        waiting, in_all = set(found.values()), sum(map(len, lists.values()))
        while waiting:
            _, waiting = wait(waiting, LISTEN_EVERY_S)
            done = f"{len(found) - len(waiting)} of {len(found)} platforms done"
            # Some boards take more than one answer, and every host has its robots.txt.
            tell(min(in_all, _answers(Path(folder))), in_all, done)
        return [
            _checked(source, row, *found[source].result())
            for source, rows in lists.items()
            for row in rows.values()
        ]


def _answers(folder: Path) -> int:
    """How many answers the spiders have had by now."""
    said = 0
    for path in folder.glob("*.answers"):
        with suppress(OSError, ValueError):
            said += int(path.read_text(encoding="ascii"))
    return said


def _observations(
    source: str, settings: Mapping[str, object], folder: Path
) -> tuple[dict[str, BoardObservation], str | None]:
    """What a spider says of its boards and, if it broke off, its last words."""
    from pydantic import ValidationError

    from pipelines.observe import LOG_TAIL_CHARS, run_spider
    from scrapers.landing import BoardObservation, read_line

    found: dict[str, BoardObservation] = {}
    out = folder / f"{source}.jsonl"
    own = {**settings, "PROGRESS_FILE": folder / f"{source}.answers"}
    done = run_spider(source, own, out, cwd=folder)
    lines = out.read_bytes().splitlines() if out.exists() else []
    for line in lines:
        # The last line of a spider that broke off may be half of one.
        with suppress(ValidationError):
            read = read_line(line)
            if isinstance(read, BoardObservation):
                found[read.board] = read
    if done.returncode == 0:
        return found, None
    tail = " ".join(done.stderr.split())[-LOG_TAIL_CHARS:]
    return found, f"the spider broke off (exit {done.returncode}): {tail}"


def _checked(
    source: str, row: BoardRow, found: Mapping[str, BoardObservation], broken: str | None
) -> BoardCheck:
    seen = found.get(row.board)
    if seen is None:
        reason = broken or "the spider said nothing of it"
        return BoardCheck(source, row.board, row.company, "unclear", 0, reason, None)
    state = _state_of(seen)
    return BoardCheck(
        source, row.board, row.company, state, seen.rows_seen, seen.reason, seen.url or None
    )


def _state_of(seen: BoardObservation) -> State:
    if seen.state in ("ok", "unchanged"):
        return "alive" if seen.rows_seen else "empty"
    if seen.state == "unknown":
        return "dead"
    if seen.state == "failed" and "redirected to" in (seen.reason or ""):
        return "moved"
    return "unclear"


def fault_of(source: str, row: BoardRow) -> str | None:
    """What is wrong with a row of a list, as far as nobody needs to be asked.

    Args:
        source: Name of a platform.
        row: The row.

    Returns:
        A sentence; None where the row is well-formed.
    """
    from pipelines.observe import SPIDERS

    spider = SPIDERS[source]
    if not row.company:
        return "the company is missing"
    if row.country and row.country not in _countries():
        return f"{row.country!r} is no country of ISO 3166 (two capital letters)"
    if source == "workday" and not _WORKDAY.fullmatch(row.board):
        return f"{row.board!r} must be written tenant/wd5/Site"
    if source == "jobposting":
        host = row.board.rpartition("://")[2].partition("/")[0]
        is_host = _HOST.fullmatch(host) and "." in host
        return None if is_host else f"{row.board!r} does not begin with the name of a host"
    in_host = any("://{board}." in template for template in spider.templates)
    if in_host and not (_HOST.fullmatch(row.board) and "." not in row.board):
        return f"{row.board!r} can't be the first part of a host's name (lower case)"
    escaped = "%?#" if source == "workday" else "%?#/"
    if not row.board.isprintable() or any(char in row.board for char in escaped):
        return f"{row.board!r} must be written as in its address, without escapes"
    if any(spider.board_of(url) != row.board for url in spider.addresses(row.board)):
        return f"{row.board!r} is not what a board of {source} is called"
    return None


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2) - _NO_COUNTRIES


def add_board(source: str, row: BoardRow, directory: Path = SHIPPED) -> Path:
    """Write a row into a platform's list, where the order of names has it.

    Args:
        source: Name of a platform.
        row: The row.
        directory: Where the lists lie.

    Returns:
        The list.

    Raises:
        BoardListError: The row is malformed or its board is there already; nothing is written.
    """
    path = directory / f"{source}.csv"
    rows = list(read_boards(source, directory).values())
    fault = fault_of(source, row)
    if fault:
        raise BoardListError(fault)
    there = [old.board for old in rows if old.board.casefold() == row.board.casefold()]
    if there:
        raise BoardListError(f"{path}: {there[0]!r} is there already")
    rows = sorted([*rows, row], key=lambda row: (row.board.casefold(), row.board))
    new = path.with_name(path.name + ".new")
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    new.replace(path)
    return path


# --- commands ------------------------------------------------------------------------------------

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="Only this platform; repeatable.",
        autocompletion=completing(list_names),
    ),
]
Boards = Annotated[
    Path | None,
    typer.Option(
        "--boards", metavar="DIR", exists=True, file_okay=False, help="Lists of your own."
    ),
]


@app.callback()
def main() -> None:
    """The lists of boards that are asked."""


@app.command()
def check(
    *,
    source: Sources = None,
    boards: Boards = None,
    origins: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Origins that are served elsewhere."
        ),
    ] = None,
    format: Rows = Format.TABLE,  # noqa: A002
    quiet: Quiet = False,
) -> None:
    """Ask each board once: which are alive, empty, dead, moved or unclear.

    Exit status: 0 asked, whatever came of it; 2 wrong usage.

    Example: `hiring-signal boards check --source lever --format csv`
    """
    from scrapers.origins import OriginsError, read_origins

    names = _known(source)
    try:
        if origins:
            read_origins(origins)
        counts = Counter({name: len(read_boards(name, boards)) for name in names})
    except (OriginsError, BoardListError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error
    if not quiet:
        asked = f"Asking {counts.total():,} boards of {len(+counts)} platforms, each once"
        stderr.print(asked, highlight=False, soft_wrap=True)
    with Reporter(is_quiet=quiet).stage("boards") as stage:
        found = check_boards(names, boards=boards, origins=origins, tell=stage.advance)
    _write(BoardCheck._fields, found, format)
    if format is Format.TABLE:
        states = Counter(row.state for row in found)
        said = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
        console.print(said or "There is no board to ask.", highlight=False)


@app.command("list")
def list_(
    *,
    source: Sources = None,
    boards: Boards = None,
    format: Rows = Format.TABLE,  # noqa: A002
) -> None:
    """Say how many boards each platform's list has, or which those of one are.

    Exit status: 0 listed; 2 wrong usage, or a list can't be used.

    Examples: `hiring-signal boards list` ·
    `hiring-signal boards list --source workday --format json`
    """
    try:
        lists = {name: read_boards(name, boards) for name in _known(source)}
    except BoardListError as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error
    if source:
        rows = [ListedBoard(name, *row) for name, there in lists.items() for row in there.values()]
        _write(ListedBoard._fields, rows, format)
    else:
        counts = [ListedPlatform(name, len(there)) for name, there in lists.items()]
        _write(ListedPlatform._fields, counts, format)
    if format is Format.TABLE:
        total = sum(map(len, lists.values()))
        console.print(f"{total:,} boards of {len(lists)} platforms", highlight=False)


@app.command()
def add(
    platform: Annotated[
        str, typer.Argument(metavar="PLATFORM", autocompletion=completing(list_names))
    ],
    name: Annotated[str, typer.Argument(metavar="BOARD", help="As in the board's address.")],
    *,
    company: Annotated[str, typer.Option(metavar="NAME", help="In its usual spelling.")],
    country: Annotated[
        str | None, typer.Option(metavar="XX", help="Of its head office, ISO 3166.")
    ] = None,
    boards: Boards = None,
) -> None:
    """Add a board to the list of its platform.

    Exit status: 0 added; 1 the list can't be written; 2 the row is malformed or there already.

    Example: `hiring-signal boards add lever matchgroup --company "Match Group" --country US`
    """
    [source] = _known([platform], "PLATFORM")
    try:
        path = add_board(
            source, BoardRow(name.strip(), company.strip(), country or None), boards or SHIPPED
        )
    except BoardListError as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error
    except OSError as error:
        fail(words_of(error))
    console.print(f"{path}: {name.strip()} added", highlight=False, soft_wrap=True)


def _known(names: Sequence[str] | None, option: str = "--source") -> tuple[str, ...]:
    known = platforms()
    for name in names or ():
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} has no list of boards{nearest(name, known)}; "
                f"there are: {', '.join(known)}",
                param_hint=option,
            )
    return tuple(dict.fromkeys(names)) if names else known


def _write(
    fields: Sequence[str],
    rows: Iterable[BoardCheck] | Iterable[ListedBoard] | Iterable[ListedPlatform],
    style: Format,
) -> None:
    if style is not Format.TABLE:
        print_rows(fields, [row._asdict() for row in rows], style)
        return
    table = Table(*(field.capitalize() for field in fields), box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    console.print(table)
