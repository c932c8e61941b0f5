"""The simulated job market on this machine's loopback: `hiring-signal market serve`.

Belongs here: the command, and what it prints. Does not belong here: what is served
(`scrapers.market`).
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipelines.options import command, console, day_of, fail, source_names

app = typer.Typer(help="The simulated job market, as something to crawl.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """The simulated job market, as something to crawl."""


@app.command()
def serve(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65_000, help="The first port, one per origin; 0 for any.")
    ] = 8001,
    boards: Annotated[int, typer.Option(help="Job boards, over all platforms.")] = 400,
    seed: Annotated[int, typer.Option(help="Decides all that is left to chance.")] = 20261031,
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="The market's day; default: its newest.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[@SOURCE[/BOARD]]", help="What goes wrong and where; repeatable."
        ),
    ] = None,
    crawl_delay: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="What each robots.txt asks for.")
    ] = None,
    write_boards: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Where the board lists are written."),
    ] = None,
    origins: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Where the origins file is written."),
    ] = None,
    list_faults: Annotated[
        bool, typer.Option("--list-faults", help="Say which faults there are, and end.")
    ] = False,
) -> None:
    """Serve every source on 127.0.0.1 until Ctrl-C, for `hiring-signal run --live --origins FILE`.

    A POST to `/__day?date=DATE` on any of its ports moves the market to another day; a GET of
    `/__stats` counts requests and bytes by source, a POST begins the count anew.

    Exit status: 0 after an interrupt, 1 a port is in use, 2 wrong usage.

    Examples: `hiring-signal market serve` · `hiring-signal market serve --list-faults` ·
    `hiring-signal market serve --boards 40 --fault 429@lever`
    """
    from pipelines.settings import data_folder
    from scrapers.market.faults import FAULTS, FaultError, read_fault
    from scrapers.market.serve import Market, Served, serve_until, simulated

    if list_faults:
        table = Table("Fault", "What happens")
        for name, known in FAULTS.items():
            table.add_row(name, known.does)
        console.print(table)
        return
    try:
        planted = [read_fault(text) for text in fault or ()]
        on = day_of(day, "--day")
        market = Market(simulated(boards, seed), day=on, faults=planted, crawl_delay_s=crawl_delay)
    except (FaultError, ValueError) as error:
        fail(str(error), 2)
    folder = data_folder("") / "market"
    boards_folder = (write_boards or folder / "boards").resolve()
    origins_file = (origins or folder / "origins.yaml").resolve()

    def ready(served: Served) -> None:
        served.write_boards(boards_folder)
        served.write_origins(origins_file)
        table = Table("Source", "Origin", "Served at", "Boards")
        for source in market.sources:
            for number, origin in enumerate(source.origins):
                count = len(source.listed()) if number == 0 else 0
                at = f"http://127.0.0.1:{served.ports[origin]}"
                table.add_row("" if number else source.name, origin, at, str(count or ""))
        console.print(table)
        # A folder of its own: the built-in market lies in the one that is meant by default.
        words = ["run", "--live", "--origins", str(origins_file), "--boards", str(boards_folder)]
        words += ["--data", "trial"]
        asked = set(source_names())
        names = {source.name for source in market.sources}
        if asked > names & asked:
            # What is not served here would be asked out in the world.
            words += [f"--source={name}" for name in sorted(names & asked)]
        console.print(f"The market of {market.day:%-d %B %Y}. To crawl it:", highlight=False)
        console.print(command(*words), highlight=False, soft_wrap=True, markup=False)
        console.print("Ctrl-C ends it.", highlight=False)

    async def until_stopped() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await serve_until(stopped, market, port, ready)

    try:
        asyncio.run(until_stopped())
    except OSError as error:
        last = port + len(market.sources) if port else 0
        fail(f"a port from {port} on (to {last} or so) can't be had; give another --port: {error}")
    asked = sum(counts["requests"] for counts in market.stats.values())
    sent = sum(counts["body_bytes"] for counts in market.stats.values())
    console.print(f"{asked:,} requests answered, {sent:,} bytes sent.", highlight=False)
    if market.trespasses:
        forbidden = ", ".join(sorted(set(market.trespasses))[:5])
        console.print(f"[red]asked for although robots.txt forbids it:[/] {forbidden}")
