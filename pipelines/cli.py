"""The command line: `hiring-signal`.

Belongs here: commands, their options, exit codes and what is printed. Does not belong here: what a
command does. Heavy libraries are imported by the command that needs them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import nullcontext
from io import BufferedIOBase, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from pipelines.boards import app as boards_app
from pipelines.market import app as market_app
from pipelines.options import (
    Data,
    Format,
    Origins,
    Outcome,
    OutcomeFormat,
    PageFormat,
    Panel,
    Quiet,
    ReportFormat,
    Rows,
    claim_ids,
    completing,
    console,
    day_of,
    fail,
    is_asked_for_traceback,
    mapping_names,
    nearest,
    print_json,
    source_names,
    stderr,
    table_names,
    words_of,
)

if TYPE_CHECKING:
    import duckdb

app = typer.Typer(
    name="hiring-signal",
    help="Find out from public data if what articles say about PyTorch and TensorFlow is true.",
    epilog="Begin with `hiring-signal run`, then `hiring-signal report`; "
    "`hiring-signal doctor` looks at the set-up.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_MOST_SQL = 1_000_000
INTERRUPTED = 130
"""Exit status after Ctrl-C, as a shell has it."""
_PARTS = (
    *("text", "mentions", "pay", "role", "facts", "match", "load", "claims", "daily"),
    *("crawl", "snapshot", "year", "run", "calibration"),
)
"""Of the benchmark suite, for the shell: importing it takes seconds."""

app.add_typer(boards_app, name="boards", rich_help_panel=Panel.LOOK_AFTER)
app.add_typer(market_app, name="market", rich_help_panel=Panel.MEASURE)


def main() -> None:
    """Run the command line; a reader that goes away (`| head`) is no error."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character is no reason to fail.
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:
        _end_unread()
    except SystemExit as ended:
        # Typer and rich have seen these first, and end without a word.
        if isinstance(ended.__context__, BrokenPipeError):
            _end_unread()
        if ended.code == INTERRUPTED:
            stderr.print("interrupted", highlight=False)
        raise
    # Whatever it is, whoever sits there gets words and an exit status, not a page of source code.
    except Exception as error:
        if is_asked_for_traceback():
            raise
        try:
            fail(words_of(error))
        except typer.Exit as ended:
            sys.exit(ended.exit_code)


def _open_streams() -> None:
    """What a shell has closed (`<&-`, `>&-`) reads as empty and swallows what is written."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:  # else a file that is opened later would get the lines
                os.dup2(nothing, number)
                os.close(nothing)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


def _end_unread() -> NoReturn:
    # Python would complain once more when it flushes what nobody reads.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _print_version(is_asked: bool) -> None:
    if not is_asked:
        return
    from importlib.metadata import version

    from warehouse.normalise.posting import method_version

    said = {"hiring-signal": version("hiring-signal"), "method": method_version()}
    said |= {name: version(name) for name in ("duckdb", "dagster", "scrapy", "great-expectations")}
    said["python"] = sys.version.partition(" ")[0]
    for name, number in said.items():
        typer.echo(f"{name} {number}")
    raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print versions of the program, the method and what it is built on.",
        ),
    ] = False,
) -> None:
    """Find out from public data if what articles say about PyTorch and TensorFlow is true."""


def _data(given: Path | None) -> Path:
    from pipelines.settings import data_folder

    return data_folder(str(given) if given else "")


@app.command(rich_help_panel=Panel.MAKE)
def run(
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", exists=True, help="Further paths of --warc."),
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
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Ask only this source; repeatable.",
            autocompletion=completing(source_names),
        ),
    ] = None,
    boards: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="Board lists instead of the shipped."
        ),
    ] = None,
    origins: Origins = None,
    format: Outcome = OutcomeFormat.TABLE,  # noqa: A002
    quiet: Quiet = False,
) -> None:
    """Observe, load, normalise, check, judge and publish.

    Exit status: 0 published, 1 a check or a stage failed (nothing published), 2 wrong usage.

    Examples: `hiring-signal run` · `hiring-signal run --replay captures/ --data trial/` ·
    `hiring-signal run --live --source ashby --source lever` · `hiring-signal run --warc crawl/` ·
    `hiring-signal run --quiet --format json`
    """
    started = time.monotonic()
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
    as_of_day = day_of(as_of)
    mode = next((name for name, is_chosen in modes.items() if is_chosen), "sample")
    try:
        if origins:
            read_origins(origins)
        for path in sorted(boards.glob("*.csv")) if boards else ():
            _must_be_platform(path)
            read_boards(path.stem, boards)
        archives([*(warc or ()), *(more or ())])
    except (OriginsError, BoardListError, FileNotFoundError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error

    from pipelines.launch import LaunchError, known_sources, launch

    for name in source or ():
        if name not in known_sources():
            raise typer.BadParameter(
                f"{name!r} is no source{nearest(name, known_sources())}; "
                f"there are: {', '.join(known_sources())}",
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
        run_id = launch(
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
        fail(str(error))
    _print_outcome(folder, format, run_id, started, quiet=quiet)


def _print_outcome(
    folder: Path,
    style: OutcomeFormat,
    run_id: str,
    started: float,
    *,
    quiet: bool,
    **more: Any,
) -> None:
    """What came of a run: on request as JSON, else as a table, which --quiet leaves out."""
    from pipelines.show import outcome, show_outcome

    if style is OutcomeFormat.JSON:
        seconds = round(time.monotonic() - started, 1)
        print_json({**more, **outcome(folder, run_id), "seconds": seconds})
    elif not quiet:
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


@app.command("import", rich_help_panel=Panel.MAKE)
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
            "--map",
            metavar="MAP.yaml",
            help="Which column is what; a file, or a shipped one.",
            autocompletion=completing(mapping_names),
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
    format: Outcome = OutcomeFormat.TABLE,  # noqa: A002
    quiet: Quiet = False,
) -> None:
    """Take in a bulk table as captures of one more source, and publish anew.

    Exit status: 0 published, 1 the table or a stage failed (nothing published), 2 wrong usage.

    Example: `hiring-signal import jobs.csv --source old_jobs --map jobs.yaml`
    """
    started = time.monotonic()
    from pipelines.imports import ImportUsageError, import_table
    from pipelines.launch import LaunchError, launch
    from pipelines.progress import Reporter
    from pipelines.settings import FolderError
    from scrapers.mappings.model import MappingError
    from scrapers.tables import TableError

    day = day_of(observed_on, "--observed-on")
    folder = _data(data)
    try:
        with Reporter(is_quiet=quiet).stage("import") as stage:
            report = import_table(folder, file, source, mapping, day, tell=stage.advance)
            stage.found = f"{report.rows:,} rows, {report.refused:,} refused"
    except (ImportUsageError, MappingError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from error
    except (TableError, FolderError) as error:
        fail(str(error))
    if not quiet:
        said = f"{report.rows:,} rows, {report.refused:,} refused"
        stderr.print(f"{file} as {source}: {said}", highlight=False, soft_wrap=True, markup=False)
        if report.unmapped:
            unmapped = ", ".join(report.unmapped)
            stderr.print(f"not mapped: {unmapped}", highlight=False, soft_wrap=True, markup=False)
    imported = {"imported": {**report._asdict(), "source": source}}
    if land_only:
        if format is OutcomeFormat.JSON:
            print_json(imported)
        return
    try:
        run_id = launch({"mode": "kept", "data": str(folder)}, is_quiet=quiet)
    except LaunchError as error:
        fail(str(error))
    _print_outcome(folder, format, run_id, started, quiet=quiet, **imported)


@app.command(rich_help_panel=Panel.MAKE)
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web server.")] = 3000,
    *,
    report_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the report; 0 for any.", show_default="--port + 1"
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Start Dagster's web server and daemon, schedules on, and the report, on 127.0.0.1.

    Exit status: 0 after an interrupt, 1 a server ended or a port is in use, 2 wrong usage.

    Example: `HIRING_SIGNAL_DATA=live/ hiring-signal up --port 3000`
    """
    from pipelines.serve import PortError, serve

    beside = report_port if report_port is not None else port + 1 if port < 65535 else port - 1
    if beside == port:
        raise typer.BadParameter("must be another than --port", param_hint="--report-port")
    try:
        raise typer.Exit(serve(port, _data(data), report_port=beside, say=_say))
    except PortError as error:
        fail(str(error))


@app.command(rich_help_panel=Panel.READ)
def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            help="One statement, or the name of a table; without it, standard input or a prompt.",
            autocompletion=completing(table_names),
        ),
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

    Examples: `hiring-signal sql claim_verdicts` ·
    `hiring-signal sql "SELECT verdict, count(*) FROM claim_verdicts GROUP BY ALL"` ·
    `hiring-signal sql < query.sql` ·
    `hiring-signal sql "FROM postings" --output postings.csv`
    """
    from warehouse import query as published
    from warehouse.answers import FORMATS, format_of

    if query is not None and file is not None:
        raise typer.BadParameter("give either a query or --file")
    try:
        published.confine(memory)
    except ValueError as error:
        raise typer.BadParameter(" ".join(str(error).split()), param_hint="--memory") from error
    # a run that is ended is cleaned up after as one that is interrupted
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    form = format.value if format else format_of(output.name) if output else "table"
    try:
        script = query if query is not None else _script(file)
        if script in table_names():
            script = f"FROM {script}"
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
        fail(str(error))


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


@app.command(rich_help_panel=Panel.READ)
def claims(
    claim: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="One claim in full.", autocompletion=completing(claim_ids)
        ),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only validate the registry.")] = False,
    format: Rows = Format.TABLE,  # noqa: A002
    data: Data = None,
) -> None:
    """The verdict table, or one claim in full with its evidence and sensitivity.

    As JSON a claim is one object, with its parts, variants, versions and all of its evidence; as
    CSV it is the row of out.claim_verdicts.

    Exit status: 0 shown, or the registry is valid; 1 nothing is published, there is no such claim,
    or the registry has faults; 2 wrong usage.

    Examples: `hiring-signal claims` · `hiring-signal claims hire_tf_declining` ·
    `hiring-signal claims --format csv` · `hiring-signal claims pay_pytorch_senior --format json`
    """
    if check:
        from warehouse.claims.registry import check_registry

        faults = check_registry()
        for fault in faults:
            stderr.print(fault, highlight=False, soft_wrap=True, markup=False)
        if format is Format.JSON:
            print_json({"is_valid": not faults, "faults": faults})
        if faults:
            raise typer.Exit(1)
        if format is Format.TABLE:
            console.print("The registry is valid.")
        return
    from pipelines.show import UnknownClaimError, print_claims, show_claim, show_verdicts
    from warehouse import query as published

    try:
        with published.open_published(_data(data)) as con:
            if format is not Format.TABLE:
                print_claims(con, claim, format)
            elif claim is None:
                show_verdicts(con, console)
            else:
                show_claim(con, claim, console)
    except (published.NothingPublishedError, UnknownClaimError) as error:
        fail(str(error))


@app.command(rich_help_panel=Panel.READ)
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

    day = day_of(since, "--since")
    try:
        show_changes(_data(data), format.value, day, console)
    except NothingPublishedError as error:
        fail(str(error))


@app.command(rich_help_panel=Panel.READ)
def findings(
    *,
    brief: Annotated[
        bool, typer.Option("--brief", help="Only what the README says, between its marks.")
    ] = False,
    format: Annotated[  # noqa: A002, ARG001
        PageFormat, typer.Option(help="How the page is written.")
    ] = PageFormat.MARKDOWN,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """What each article got right, what wrong, and what can't be told, as a page of figures.

    Written to standard output from the last publication; no text of any advert is in it.

    Exit status: 0 written, 1 nothing is published, 2 wrong usage.

    Examples: `hiring-signal findings > findings.md` · `hiring-signal findings --brief`
    """
    from pipelines.progress import Reporter
    from warehouse import query as published
    from warehouse.publish.findings import NoVerdictsError, findings_brief, findings_page

    try:
        with (
            published.open_published(_data(data)) as con,
            Reporter(is_quiet=quiet).stage("findings"),
        ):
            page = findings_brief(con) if brief else findings_page(con)
        sys.stdout.write(page)
    except (published.NothingPublishedError, NoVerdictsError) as error:
        fail(str(error))


@app.command(rich_help_panel=Panel.READ)
def report(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the server; 0 for any that is free.")
    ] = 3001,
    is_opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser.")
    ] = False,
    path: Annotated[
        bool, typer.Option("--path", help="Only print where the file lies, and end.")
    ] = False,
    data: Data = None,
) -> None:
    """Serve the published report, tables and files on 127.0.0.1, to be read.

    What a later run publishes is served from then on. The report also opens as a file.

    Exit status: 0 after an interrupt, 1 nothing is published or the port is in use, 2 wrong usage.

    Examples: `hiring-signal report --open` · `hiring-signal report --path` ·
    `hiring-signal report --port 8080 --data trial/`
    """
    from pipelines.serve import PortError, serve_report
    from warehouse.query import nothing_published

    folder = _data(data)
    page = folder / "published" / "index.html"
    if not page.is_file():
        fail(nothing_published(folder))
    if path:
        typer.echo(page)
        return
    try:
        serve_report(port, folder, is_opened=is_opened, say=_say)
    except PortError as error:
        fail(str(error))


def _say(line: str) -> None:
    stderr.print(line, highlight=False, soft_wrap=True, markup=False)


@app.command(rich_help_panel=Panel.MEASURE)
def extract() -> None:
    """Read facts out of adverts: JSON lines in, JSON lines out.

    Exit status: 0 every line was answered, 1 a line was no advert (its answer says why).

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


@app.command(rich_help_panel=Panel.MEASURE)
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
    quiet: Quiet = False,
) -> None:
    """Accuracy of the normalisers on labelled postings, with 95 % intervals.

    Per kind of fact, framework and source, with a list of what was read otherwise than labelled.

    Exit status: 0 scored, 1 there is nothing to score, 2 wrong usage.

    Examples: `hiring-signal score labels/` · `hiring-signal score labels/ --data trial/`
    """
    from pipelines.progress import Reporter
    from warehouse import query as published
    from warehouse.score.corpus import score_names, score_publication
    from warehouse.score.extractor_error import as_csv, extractor_error
    from warehouse.score.report import ScoreError, score_folder
    from warehouse.score.show import as_markdown, as_table, sheets

    if errors and not captures:
        raise typer.BadParameter("needs --data", param_hint="--errors")
    try:
        with Reporter(is_quiet=quiet).stage("score") as stage:
            report = score_folder(directory, tell=stage.advance).joined(score_names())
            if captures:
                stage.tell("what is published")
                with published.open_published(captures) as con:
                    report = report.joined(score_publication(con))
                    if errors:
                        stage.tell("errors of the extractors")
                        errors.write_text(as_csv(extractor_error(directory, con)), encoding="utf-8")
    except (ScoreError, published.NothingPublishedError) as error:
        fail(str(error))
    if format is ReportFormat.JSON:
        mistakes = [mistake._asdict() for mistake in report.mistakes]
        print_json(report.scores | {"mistakes": {"n": len(mistakes), "cases": mistakes}})
        return
    found = sheets(report.scores, report.mistakes)
    if format is ReportFormat.MARKDOWN:
        sys.stdout.write(as_markdown(found))
        return
    for sheet in found:
        console.print(as_table(sheet))


@app.command(rich_help_panel=Panel.MEASURE)
def bench(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART",
            help="Measure only this; repeatable.",
            autocompletion=completing(lambda: _PARTS),
        ),
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
    quiet: Quiet = False,
) -> None:
    """How fast it all is, each part against the plain way to do it; some minutes.

    `calibration` is measured when it alone is asked for: how often intervals and verdicts are right
    in worlds whose truth is planted; a quarter of an hour.

    Exit status: 0 measured, 1 a part failed, 2 wrong usage.

    Examples: `hiring-signal bench` · `hiring-signal bench --only text --only pay --format json` ·
    `hiring-signal bench --only calibration --worlds 200`
    """
    from pipelines import bench as suite
    from pipelines.bench_calibration import CALIBRATION
    from pipelines.bench_crawl import CrawlError
    from pipelines.progress import Reporter
    from warehouse.bench.material import BenchError
    from warehouse.bench.report import as_json, input_line, machine_line, table_of

    if only == [CALIBRATION]:
        _calibrate(worlds, format, quiet=quiet)
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
                f"{name!r} is no part{nearest(name, suite.parts())}; "
                f"there are: {', '.join(suite.parts())}",
                param_hint="--only",
            )
    try:
        with Reporter(is_quiet=quiet).stage("bench") as stage:
            results = suite.measure(
                only or (),
                suite.material_of(texts, adverts),
                str(texts or "sample market"),
                tell=stage.advance,
            )
    except (BenchError, CrawlError, suite.RunError) as error:
        fail(str(error))
    if format is ReportFormat.JSON:
        sys.stdout.write(json.dumps(as_json(*results), indent=2) + "\n")
    else:
        for line in (machine_line(results.machine), input_line(results.input)):
            console.print(line, highlight=False)
        console.print(table_of(results.rows))
        console.print(f"{results.seconds:.0f} s in all", highlight=False)


def _calibrate(worlds: int | None, format_: ReportFormat, *, quiet: bool) -> None:
    """Print how often intervals and verdicts are right in planted worlds."""
    from pipelines.bench_calibration import sample_shape
    from pipelines.progress import Reporter
    from warehouse.bench.calibration import WORLDS, as_json, calibrate, page, tables_of
    from warehouse.bench.report import grid_of

    with Reporter(is_quiet=quiet).stage("calibration") as stage:
        found = calibrate(sample_shape(), worlds or WORLDS, tell=stage.advance)
    if format_ is ReportFormat.MARKDOWN:
        sys.stdout.write(page(found))
    elif format_ is ReportFormat.JSON:
        sys.stdout.write(json.dumps(as_json(found), indent=2) + "\n")
    else:
        for table in tables_of(found):
            console.print(grid_of(table.title, table.header, table.rows))


@app.command(rich_help_panel=Panel.LOOK_AFTER)
def doctor(
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask each origin for its robots.txt.")
    ] = False,
    origins: Origins = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port that `up` would be given.")
    ] = 3000,
    data: Data = None,
    format: Outcome = OutcomeFormat.TABLE,  # noqa: A002
) -> None:
    """Look at the set-up and say what to do about what is not right.

    Nothing is changed, and nobody is asked without --online.

    Exit status: 0 all is well, warnings aside; 1 something fails; 2 wrong usage.

    Examples: `hiring-signal doctor` · `hiring-signal doctor --online` ·
    `hiring-signal doctor --data live/ --format json`
    """
    from pipelines.doctor import FAIL, Setup, examine
    from pipelines.show import show_findings

    found = examine(Setup(_data(data), origins=origins, port=port, is_online=online))
    is_well = all(finding.state != FAIL for finding in found)
    if format is OutcomeFormat.JSON:
        print_json({"is_well": is_well, "findings": [finding._asdict() for finding in found]})
    else:
        show_findings(found, console)
    if not is_well:
        raise typer.Exit(1)


@app.command(rich_help_panel=Panel.LOOK_AFTER)
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
    format: Outcome = OutcomeFormat.TABLE,  # noqa: A002
    quiet: Quiet = False,
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
    from pipelines.progress import Reporter
    from pipelines.settings import FolderError
    from pipelines.show import show_forgotten
    from warehouse.forget import Scope

    asked: dict[Scope, Any] = {
        "posting": posting or None,
        "company": company or None,
        "before": day_of(before, "--before"),
    }
    given = [(scope, value) for scope, value in asked.items() if value is not None]
    if len(given) != 1:
        raise typer.BadParameter("give one of --posting, --company and --before")
    [(scope, value)] = given
    folder = _data(data)

    is_json = format is OutcomeFormat.JSON
    told = Reporter(is_quiet=quiet)
    try:
        if dry_run or (sys.stdin.isatty() and not yes):
            with told.stage("look through") as stage:
                trial = delete(folder, scope, value, is_trial=True, progress=stage.advance)
            if dry_run and is_json:
                print_json({**trial._asdict(), "is_trial": True})
            else:
                show_forgotten(trial, stderr if is_json else console, is_trial=True)
            if dry_run:
                return
            if not typer.confirm("Delete this for good?", default=False, err=True):
                raise typer.Exit(1)
        with told.stage("forget") as stage:

            def tell(step: str) -> None:
                stage.tell(step)
                if not quiet and not told.is_moving:
                    stderr.print(step, highlight=False)

            found = delete(folder, scope, value, reason=reason, tell=tell, progress=stage.advance)
        drop_publications(folder)
        if not is_published_without(folder):
            launch({"mode": "kept", "data": str(folder)}, is_quiet=quiet)
    except UnknownAdvertError as error:
        fail(str(error), 2)
    except LaunchError as error:
        fail(
            f"the texts are deleted, but what is published still shows them: {error}\n"
            "Mend that and give the same command again, or remove "
            f"{folder / 'published'} and {folder / 'publications'}."
        )
    except (ForgetError, FolderError, OSError) as error:
        fail(str(error))
    if is_json:
        print_json({**found._asdict(), "is_trial": False})
    elif not quiet:
        show_forgotten(found, console, is_trial=False)
