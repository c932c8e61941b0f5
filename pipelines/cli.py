"""The command line: `hiring-signal`.

Belongs here: commands, their options, exit codes and what is printed. Does not belong here: what a
command does. Heavy libraries are imported by the command that needs them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import nullcontext
from datetime import date
from enum import StrEnum
from io import BufferedIOBase, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.boards import app as boards_app
from pipelines.market import app as market_app

if TYPE_CHECKING:
    import duckdb

app = typer.Typer(
    name="hiring-signal",
    help="Find out from public data if what articles say about PyTorch and TensorFlow is true.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console()
stderr = Console(stderr=True)

_MOST_SQL = 1_000_000


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class ReportFormat(StrEnum):
    """How scores and the benchmark's results are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class PageFormat(StrEnum):
    """How a page is written."""

    MARKDOWN = "markdown"


app.add_typer(boards_app, name="boards")
app.add_typer(market_app, name="market")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="HIRING_SIGNAL_DATA",
        file_okay=False,
        help="Where captures, warehouse and publications lie.",
        show_default="data",
    ),
]


def main() -> None:
    """Run the command line; a reader that goes away (`| head`) is no error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character is no reason to fail.
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:
        # Python would complain once more when it flushes what nobody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(message: str, code: int = 1) -> NoReturn:
    from warehouse.answers import printable  # what went wrong may quote what somebody else wrote

    stderr.print(f"[red]error:[/] {escape(printable(message))}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _data(given: Path | None) -> Path:
    from pipelines.settings import data_folder

    return data_folder(str(given) if given else "")


@app.command()
def run(
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]", exists=True, help="Further paths of --warc."),
    ] = None,
    *,
    sample: Annotated[
        bool, typer.Option("--sample", help="Observe the built-in sample market (the default).")
    ] = False,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Answer every request from the WARC files in DIR.",
        ),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask the sources themselves.")] = False,
    warc: Annotated[
        list[Path] | None,
        typer.Option(
            "--warc",
            metavar="PATH…",
            exists=True,
            help="Read job adverts out of web archives: WARC files, or folders of them.",
        ),
    ] = None,
    kept: Annotated[
        bool, typer.Option("--kept", help="Ask nobody: build from what was landed before.")
    ] = False,
    data: Data = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Judge what was known on that day; default: newest."),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Ask only this source; repeatable.")
    ] = None,
    boards: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="Board lists instead of the shipped."
        ),
    ] = None,
    origins: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HIRING_SIGNAL_ORIGINS",
            exists=True,
            dir_okay=False,
            help="YAML of origins that are served elsewhere.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Observe, load, normalise, check, judge and publish.

    Exit status: 0 published, 1 a check or a stage failed (nothing published), 2 wrong usage.

    Examples: `hiring-signal run` · `hiring-signal run --replay captures/ --data trial/` ·
    `hiring-signal run --live --source ashby --source lever` · `hiring-signal run --warc crawl/`
    """
    from scrapers.boards import BoardListError, read_boards
    from scrapers.origins import OriginsError, read_origins
    from scrapers.webarchive import archives

    modes = {
        "sample": sample,
        "replay": replay is not None,
        "live": live,
        "warc": bool(warc),
        "kept": kept,
    }
    if sum(modes.values()) > 1:
        raise typer.BadParameter(f"choose one of {', '.join(f'--{name}' for name in modes)}")
    if more and not warc:
        raise typer.BadParameter(f"{more[0]}: only --warc takes several paths")
    as_of_day = _day(as_of)
    mode = next((name for name, is_chosen in modes.items() if is_chosen), "sample")
    try:
        if origins:
            read_origins(origins)
        for path in sorted(boards.glob("*.csv")) if boards else ():
            _must_be_platform(path)
            read_boards(path.stem, boards)
        archives([*(warc or ()), *(more or ())])
    except (OriginsError, BoardListError, FileNotFoundError) as error:
        raise typer.BadParameter(str(error)) from error

    from pipelines.launch import LaunchError, known_sources, launch

    for name in source or ():
        if name not in known_sources():
            raise typer.BadParameter(
                f"{name!r} is no source; there are: {', '.join(known_sources())}",
                param_hint="--source",
            )
    folder = _data(data)
    if not quiet:
        what = {
            "sample": "the sample market",
            "live": "the sources, live",
            "warc": f"{len([*(warc or ()), *(more or ())])} web archives",
            "kept": "nothing new",
        }.get(mode)
        stderr.print(f"Observing {what or replay} into {folder}", highlight=False, soft_wrap=True)
    try:
        launch(
            {
                "mode": mode,
                "data": str(folder),
                "replay": str(replay.resolve()) if replay else "",
                "as_of": as_of_day.isoformat() if as_of_day else "",
                "sources": list(source or ()),
                "boards": str(boards.resolve()) if boards else "",
                "origins": str(origins.resolve()) if origins else "",
                "warc": [str(path.resolve()) for path in (*(warc or ()), *(more or ()))],
            },
            is_quiet=quiet,
        )
    except LaunchError as error:
        _fail(str(error))
    if not quiet:
        from pipelines.show import show_outcome

        show_outcome(folder, console)


def _must_be_platform(path: Path) -> None:
    from pipelines.observe import SPIDERS

    platforms = [name for name, spider in SPIDERS.items() if spider.takes_boards]
    if path.stem not in platforms:
        raise typer.BadParameter(
            f"{path}: {path.stem!r} is no platform that takes a board list; there are: "
            f"{', '.join(platforms)}",
            param_hint="--boards",
        )


def _day(text: str | None, option: str = "--as-of") -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no date; write it like 2026-01-31", param_hint=option
        ) from error


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, help="CSV, JSON lines, Parquet."
        ),
    ],
    *,
    source: Annotated[str, typer.Option(metavar="NAME", help="What the source is to be called.")],
    mapping: Annotated[
        str,
        typer.Option(
            "--map", metavar="MAP.yaml", help="Which column is what; a file, or a shipped one."
        ),
    ],
    observed_on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Day of the table, where its rows do not say it."),
    ] = None,
    land_only: Annotated[
        bool, typer.Option("--land-only", help="Leave the rest to the next run.")
    ] = False,
    data: Data = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Take in a bulk table as captures of one more source, and publish anew.

    Exit status: 0 published, 1 the table or a stage failed (nothing published), 2 wrong usage.

    Example: `hiring-signal import jobs.csv --source old_jobs --map jobs.yaml`
    """
    from pipelines.imports import ImportUsageError, import_table
    from pipelines.launch import LaunchError, launch
    from pipelines.settings import FolderError
    from scrapers.mappings.model import MappingError
    from scrapers.tables import TableError

    day = _day(observed_on, "--observed-on")
    folder = _data(data)
    try:
        report = import_table(folder, file, source, mapping, day)
    except (ImportUsageError, MappingError) as error:
        raise typer.BadParameter(str(error)) from error
    except (TableError, FolderError) as error:
        _fail(str(error))
    if not quiet:
        said = f"{report.rows:,} rows, {report.refused:,} refused"
        stderr.print(f"{file} as {source}: {said}", highlight=False, soft_wrap=True)
        if report.unmapped:
            stderr.print(f"not mapped: {', '.join(report.unmapped)}", soft_wrap=True)
    if land_only:
        return
    try:
        launch({"mode": "kept", "data": str(folder)}, is_quiet=quiet)
    except LaunchError as error:
        _fail(str(error))
    if not quiet:
        from pipelines.show import show_outcome

        show_outcome(folder, console)


@app.command()
def forget(
    *,
    posting: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="This advert (posting_id of out.postings); repeatable."),
    ] = None,
    company: Annotated[
        str | None, typer.Option(metavar="NAME", help="All adverts of this employer, and its name.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="All adverts last seen before this day.")
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is published in out.forgotten.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    data: Data = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Delete texts of adverts for good: captures, landing files, warehouse, publications.

    Counts, dates and what was read out of the texts stay, and so do all figures; out.forgotten says
    that it was done. An advert that is seen again does not bring its text back. What is published
    is published anew, and all older publications are removed.

    Exit status: 0 done, also where it was done before, 1 not all could be deleted, 2 wrong usage.

    Examples: `hiring-signal forget --posting lever:acme:4f2a --reason "asked by the employer"` ·
    `hiring-signal forget --before 2024-01-01 --dry-run`
    """
    from pipelines.forget import (
        ForgetError,
        UnknownAdvertError,
        drop_publications,
        is_published_without,
    )
    from pipelines.forget import forget as delete
    from pipelines.launch import LaunchError, launch
    from pipelines.settings import FolderError
    from pipelines.show import show_forgotten
    from warehouse.forget import Scope

    asked: dict[Scope, Any] = {
        "posting": posting or None,
        "company": company or None,
        "before": _day(before, "--before"),
    }
    given = [(scope, value) for scope, value in asked.items() if value is not None]
    if len(given) != 1:
        raise typer.BadParameter("give one of --posting, --company and --before")
    [(scope, value)] = given
    folder = _data(data)

    def tell(step: str) -> None:
        if not quiet:
            stderr.print(step, highlight=False)

    try:
        if dry_run or (sys.stdin.isatty() and not yes):
            show_forgotten(delete(folder, scope, value, is_trial=True), console, is_trial=True)
            if dry_run:
                return
            if not typer.confirm("Delete this for good?", default=False, err=True):
                raise typer.Exit(1)
        found = delete(folder, scope, value, reason=reason, tell=tell)
        drop_publications(folder)
        if not is_published_without(folder):
            launch({"mode": "kept", "data": str(folder)}, is_quiet=quiet)
    except UnknownAdvertError as error:
        _fail(str(error), 2)
    except LaunchError as error:
        _fail(
            f"the texts are deleted, but what is published still shows them: {error}\n"
            "Mend that and give the same command again, or remove "
            f"{folder / 'published'} and {folder / 'publications'}."
        )
    except (ForgetError, FolderError, OSError) as error:
        _fail(str(error))
    if not quiet:
        show_forgotten(found, console, is_trial=False)


@app.command()
def extract() -> None:
    """Read facts out of adverts: JSON lines in, JSON lines out.

    Example: `echo '{"id": 1, "text": "PyTorch, $150-180k"}' | hiring-signal extract`
    """
    from warehouse.extract import extract_batches, lines_by_batch

    is_clean = True
    out = sys.stdout.buffer
    for answers in extract_batches(lines_by_batch(cast("BufferedIOBase", sys.stdin.buffer))):
        for answer in answers:
            is_clean = is_clean and "error" not in answer
            out.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        out.flush()
    if not is_clean:
        raise typer.Exit(1)


@app.command()
def sql(
    query: Annotated[
        str | None,
        typer.Argument(help="One statement; without it, standard input or a prompt."),
    ] = None,
    *,
    format: Annotated[  # noqa: A002
        Format | None,
        typer.Option(help="How rows are printed.", show_default="by --output, else table"),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", metavar="FILE", exists=True, dir_okay=False, help="Read SQL from FILE."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            dir_okay=False,
            help="Write there, in whole or not at all; csv or json by its ending.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Time limit of a query.")
    ] = 60.0,
    memory: Annotated[str, typer.Option(metavar="SIZE", help="Memory limit.")] = "2GB",
    data: Data = None,
) -> None:
    """Read-only SQL on the published warehouse, also while a run is writing.

    Exit status: 0 answered, 1 no answer (the message says why), 2 wrong usage.

    Examples: `hiring-signal sql "FROM claim_verdicts"` · `hiring-signal sql < query.sql` ·
    `hiring-signal sql "FROM postings" --output postings.csv`
    """
    from warehouse import query as published
    from warehouse.answers import FORMATS, format_of

    if query is not None and file is not None:
        raise typer.BadParameter("give either a query or --file")
    try:
        published.confine(memory)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--memory") from error
    # a run that is ended is cleaned up after as one that is interrupted
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    form = format.value if format else format_of(output.name) if output else "table"
    try:
        script = query if query is not None else _script(file)
        with published.open_published(_data(data), memory=memory) as con:
            if script is None:
                from warehouse.shell import prompt

                def reopen() -> duckdb.DuckDBPyConnection:
                    published.confine(memory)
                    return published.open_published(_data(data), memory=memory)

                prompt(con, timeout_s=timeout, when_stuck=_give_up, reopen=reopen)
                return
            parts = published.statements(con, script)
            if form != "table" or output or not parts:
                parts = [script]
            with published.whole_file(output) if output else nullcontext(sys.stdout) as stream:
                for part in parts:
                    answer = published.run_query(con, part, timeout, when_stuck=_give_up)
                    FORMATS[form](answer, stream)
    except (published.NothingPublishedError, published.QueryError) as error:
        _fail(str(error))


def _script(file: Path | None) -> str | None:
    """The SQL in a file or on standard input; None where a person sits there."""
    if file is None and sys.stdin.isatty():
        return None
    from warehouse.query import QueryError

    raw = file.read_bytes() if file else sys.stdin.buffer.read(_MOST_SQL + 1)
    if len(raw) > _MOST_SQL:
        raise QueryError(f"{file or 'standard input'} is too long for a query: over 1 MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueryError(f"{file or 'standard input'} is not text in UTF-8") from error


def _give_up() -> None:
    """The way out of a query that can't be interrupted; runs in another thread."""
    from warehouse.query import abandon

    sys.stderr.write("error: over the time limit, and the query would not stop: ended with it\n")
    sys.stderr.flush()
    abandon(1)


@app.command()
def claims(
    claim: Annotated[str | None, typer.Argument(metavar="[ID]", help="One claim in full.")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only validate the registry.")] = False,
    data: Data = None,
) -> None:
    """The verdict table, or one claim in full with its evidence and sensitivity.

    Examples: `hiring-signal claims` · `hiring-signal claims hire_tf_declining`
    """
    if check:
        from warehouse.claims.registry import check_registry

        faults = check_registry()
        for fault in faults:
            stderr.print(fault, highlight=False, soft_wrap=True)
        if faults:
            raise typer.Exit(1)
        console.print("The registry is valid.")
        return
    from pipelines.show import UnknownClaimError, show_claim, show_verdicts
    from warehouse import query as published

    try:
        with published.open_published(_data(data)) as con:
            if claim is None:
                show_verdicts(con, console)
            else:
                show_claim(con, claim, console)
    except (published.NothingPublishedError, UnknownClaimError) as error:
        _fail(str(error))


@app.command()
def changes(
    *,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="All that moved since that day; default: the last publication."
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        ReportFormat, typer.Option(help="How it is printed.")
    ] = ReportFormat.TABLE,
    data: Data = None,
) -> None:
    """What changed with the last publication: verdicts, figures, sources, and why.

    Exit status: 0 printed, 1 nothing is published, 2 wrong usage.

    Examples: `hiring-signal changes` · `hiring-signal changes --since 2026-01-01 --format json`
    """
    from pipelines.show_changes import show_changes
    from warehouse.query import NothingPublishedError

    day = _day(since, "--since")
    try:
        show_changes(_data(data), format.value, day, console)
    except NothingPublishedError as error:
        _fail(str(error))


@app.command()
def findings(
    *,
    brief: Annotated[
        bool, typer.Option("--brief", help="Only what the README says, between its marks.")
    ] = False,
    format: Annotated[  # noqa: A002, ARG001
        PageFormat, typer.Option(help="How the page is written.")
    ] = PageFormat.MARKDOWN,
    data: Data = None,
) -> None:
    """What each article got right, what wrong, and what can't be told, as a page of figures.

    Written to standard output from the last publication; no text of any advert is in it.

    Examples: `hiring-signal findings > findings.md` · `hiring-signal findings --brief`
    """
    from warehouse import query as published
    from warehouse.publish.findings import NoVerdictsError, findings_brief, findings_page

    try:
        with published.open_published(_data(data)) as con:
            sys.stdout.write(findings_brief(con) if brief else findings_page(con))
    except (published.NothingPublishedError, NoVerdictsError) as error:
        _fail(str(error))


@app.command()
def score(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Labelled postings.")
    ],
    *,
    captures: Annotated[
        Path | None,
        typer.Option(
            "--data",
            file_okay=False,
            help="A DATA folder made from the real captures: scores what shows there alone too.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        ReportFormat, typer.Option(help="How scores are printed.")
    ] = ReportFormat.TABLE,
    errors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Write the counts that verdicts are corrected with (CSV); needs --data.",
        ),
    ] = None,
) -> None:
    """Accuracy of the normalisers on labelled postings, with 95 % intervals.

    Per kind of fact, framework and source, with a list of what was read otherwise than labelled.

    Examples: `hiring-signal score labels/` · `hiring-signal score labels/ --data trial/`
    """
    from warehouse import query as published
    from warehouse.score.corpus import score_names, score_publication
    from warehouse.score.extractor_error import as_csv, extractor_error
    from warehouse.score.report import ScoreError, score_folder
    from warehouse.score.show import as_markdown, as_table, sheets

    if errors and not captures:
        raise typer.BadParameter("needs --data", param_hint="--errors")
    try:
        report = score_folder(directory).joined(score_names())
        if captures:
            with published.open_published(captures) as con:
                report = report.joined(score_publication(con))
                if errors:
                    errors.write_text(as_csv(extractor_error(directory, con)), encoding="utf-8")
    except (ScoreError, published.NothingPublishedError) as error:
        _fail(str(error))
    if format is ReportFormat.JSON:
        mistakes = [mistake._asdict() for mistake in report.mistakes]
        whole = report.scores | {"mistakes": {"n": len(mistakes), "cases": mistakes}}
        sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
        return
    found = sheets(report.scores, report.mistakes)
    if format is ReportFormat.MARKDOWN:
        sys.stdout.write(as_markdown(found))
        return
    for sheet in found:
        console.print(as_table(sheet))


@app.command()
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web server.")] = 3000,
    *,
    data: Data = None,
) -> None:
    """Start Dagster's web server and daemon, schedules on, on 127.0.0.1.

    Example: `HIRING_SIGNAL_DATA=live/ hiring-signal up --port 3000`
    """
    from pipelines.serve import serve

    raise typer.Exit(serve(port, _data(data)))


@app.command()
def bench(
    *,
    only: Annotated[
        list[str] | None, typer.Option(metavar="PART", help="Measure only this; repeatable.")
    ] = None,
    adverts: Annotated[int, typer.Option(min=20, help="Adverts to measure on.")] = 4000,
    texts: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            exists=True,
            help="A landing file, or a folder of them, instead of the sample market.",
        ),
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option(min=20, help="Planted worlds of each family, for calibration; 1,000."),
    ] = None,
    format: Annotated[  # noqa: A002
        ReportFormat, typer.Option(help="How results are printed.")
    ] = ReportFormat.TABLE,
) -> None:
    """How fast it all is, each part against the plain way to do it; some minutes.

    `calibration` is measured when it alone is asked for: how often intervals and verdicts are right
    in worlds whose truth is planted; a quarter of an hour.

    Examples: `hiring-signal bench` · `hiring-signal bench --only text --only pay --format json` ·
    `hiring-signal bench --only calibration --worlds 200`
    """
    from pipelines import bench as suite
    from pipelines.bench_calibration import CALIBRATION
    from pipelines.bench_crawl import CrawlError
    from warehouse.bench.material import BenchError
    from warehouse.bench.report import as_json, input_line, machine_line, table_of

    if only == [CALIBRATION]:
        _calibrate(worlds, format)
        return
    if worlds is not None:
        raise typer.BadParameter(f"is for --only {CALIBRATION} alone", param_hint="--worlds")
    if format is ReportFormat.MARKDOWN:
        raise typer.BadParameter(f"markdown is for {CALIBRATION} alone", param_hint="--format")
    for name in only or ():
        if name == CALIBRATION:
            raise typer.BadParameter(f"{CALIBRATION} is measured alone", param_hint="--only")
        if name not in suite.parts():
            raise typer.BadParameter(
                f"{name!r} is no part; there are: {', '.join(suite.parts())}", param_hint="--only"
            )
    try:
        with stderr.status("measuring") as status:
            results = suite.measure(
                only or (),
                suite.material_of(texts, adverts),
                str(texts or "sample market"),
                tell=lambda name: status.update(f"measuring {name}"),
            )
    except (BenchError, CrawlError, suite.RunError) as error:
        _fail(str(error))
    if format is ReportFormat.JSON:
        sys.stdout.write(json.dumps(as_json(*results), indent=2) + "\n")
    else:
        for line in (machine_line(results.machine), input_line(results.input)):
            console.print(line, highlight=False)
        console.print(table_of(results.rows))
        console.print(f"{results.seconds:.0f} s in all", highlight=False)


def _calibrate(worlds: int | None, format_: ReportFormat) -> None:
    """Print how often intervals and verdicts are right in planted worlds."""
    from pipelines.bench_calibration import sample_shape
    from warehouse.bench.calibration import WORLDS, as_json, calibrate, page, tables_of
    from warehouse.bench.report import grid_of

    with stderr.status("drawing worlds") as status:
        found = calibrate(sample_shape(), worlds or WORLDS, tell=status.update)
    if format_ is ReportFormat.MARKDOWN:
        sys.stdout.write(page(found))
    elif format_ is ReportFormat.JSON:
        sys.stdout.write(json.dumps(as_json(found), indent=2) + "\n")
    else:
        for table in tables_of(found):
            console.print(grid_of(table.title, table.header, table.rows))
