"""What `hiring-signal changes` prints: what moved between publications.

Belongs here: the three forms in which it is printed. Does not belong here: the words of the summary
(`warehouse.publish.changed`), or the command's options (`cli`).
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from warehouse.answers import printable
from warehouse.publish.changed import changed_rows, summary, told
from warehouse.query import open_published


def show_changes(data: Path, form: str, since: date | None, console: Console) -> None:
    """Print what changed with the last publication, or since a day.

    Args:
        data: The DATA folder, with a publication.
        form: `markdown`, `json` or `table`.
        since: All that moved in publications as of that day or later.
        console: Where a table is printed; the other forms go to standard output.

    Raises:
        warehouse.query.NothingPublishedError: There is no publication.
    """
    with open_published(data) as con:
        run = json.loads((data / "published" / "run.json").read_text(encoding="utf-8"))
        if form == "markdown":
            sys.stdout.write(summary(con, run, since=since))
        elif form == "json":
            sys.stdout.write(json.dumps(as_json(con, run, since), indent=2, default=str) + "\n")
        else:
            _show_table(con, run, since, console)


def as_json(
    con: duckdb.DuckDBPyConnection, run: dict[str, Any], since: date | None
) -> dict[str, Any]:
    """Counts and rows of the log.

    Args:
        con: The published warehouse.
        run: Its `run.json`.
        since: As for `show_changes`.

    Returns:
        `publication`, `as_of`, `is_sample`, `changes` of the last publication as `run.json` has
        them, and `rows` of `out.figure_changes`.
    """
    return {
        **{name: run.get(name) for name in ("publication", "as_of", "is_sample", "changes")},
        "rows": changed_rows(con, run, since=since),
    }


def _show_table(
    con: duckdb.DuckDBPyConnection, run: dict[str, Any], since: date | None, console: Console
) -> None:
    rows = changed_rows(con, run, since=since)
    if run["is_sample"]:
        console.print("[bold black on yellow]SAMPLE MARKET: simulated adverts, not the world[/]")
    if not rows:
        [headline, *_] = summary(con, run, since=since).splitlines()
        console.print(headline.removeprefix("# "), highlight=False, soft_wrap=True)
        return
    table = Table(expand=False)
    for name in (*(("as of",) if since else ()), "figure", "before", "after", "why"):
        table.add_column(name, no_wrap=name == "as of")
    for row in rows:
        words = told(row)
        several = f" ({row['n_figures']:,} figures)" if row["n_figures"] > 1 else ""
        what = f"{words['kind']}{several}: {words['table']}, {row['figure']}"
        table.add_row(
            *((str(row["as_of_after"]),) if since else ()),
            escape(printable(what)),
            *(escape(printable(_said(words, when))) for when in ("before", "after")),
            escape(words["why"]),
        )
    console.print(table)


def _said(words: dict[str, Any], when: str) -> str:
    ends = words[f"interval_{when}"]
    parts = (words[f"state_{when}"], words[f"value_{when}"], f"({ends})" if ends else "")
    return " ".join(filter(None, parts))
