"""What the command line prints of a publication.

Belongs here: tables for a terminal. Does not belong here: the report page (`warehouse.publish`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from pipelines.options import Format, command, nearest, print_json, print_rows
from warehouse.query import open_published

if TYPE_CHECKING:
    # Heavy, and needed for their shapes alone.
    from pipelines.doctor import Finding
    from pipelines.forget import Found

NUMBERS = ("roles", "units", "employers")
ROLES_FROM, EMPLOYERS_FROM = 80, 96
"""Columns of a terminal from which on the verdict table has room for counts."""
SOME = 3
"""Claims that are named where none is like the one that was asked for."""
LEADING = ("claim_id", "statement", "verdict", "finding", "reason", "would_decide")
"""What one reads first of a claim; the other columns follow in the order of the table."""
EVIDENCE_ROWS = 2
"""Units of each cell that are shown of one claim."""

_NEWEST_EVIDENCE = """
SELECT cell, entered_on, company, title, url
FROM out.claim_evidence WHERE claim_id = $1
QUALIFY row_number() OVER (
    PARTITION BY cell ORDER BY entered_on DESC, role_id, paper_id
) <= $2
ORDER BY cell = 'neither', cell, entered_on DESC, role_id, paper_id
"""
_OF_A_CLAIM = (
    ("parts", "claim_parts", "part_no"),
    ("sensitivity", "claim_sensitivity", "ALL"),
    ("versions", "claim_versions", "claim_version"),
    ("evidence", "claim_evidence", "cell, entered_on DESC, role_id, paper_id"),
)
"""What is published of a claim beside its verdict: key, table, order."""
COLOURS = {"supported": "green", "contradicted": "red", "undetermined": "yellow"}


class UnknownClaimError(LookupError):
    """There is no such claim; the message says which are like it."""


def outcome(data: Path, run_id: str) -> dict[str, Any]:
    """What came of a run, as JSON can hold it.

    Args:
        data: The DATA folder, with a publication.
        run_id: The run's id in Dagster.

    Returns:
        `run_id`, `publication`, `is_sample`, `as_of`, `verdicts` (counts), `sources`, `checks`
        (`passed`, `failed`), `rows` by table, `paths` and `seconds_by_stage`.
    """
    run = _run(data)
    return {
        "run_id": run_id,
        **{
            name: run[name]
            for name in ("publication", "is_sample", "as_of", "verdicts", "sources", "checks")
        },
        "rows": run["rows"],
        "paths": {name: str(path) for name, path in _paths(data).items()},
        "seconds_by_stage": run["seconds_by_stage"],
    }


def _run(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / "published" / "run.json").read_text("utf-8"))
    return found


def _paths(data: Path) -> dict[str, Path]:
    published = data / "published"
    return {
        "report": published / "index.html",
        "tables": published / "reports",
        "warehouse": published / "warehouse.duckdb",
        "this run": published / "run.json",
    }


def show_outcome(data: Path, console: Console) -> None:
    """The verdict table, and where everything lies.

    Args:
        data: The DATA folder, with a publication.
        console: Where to print.
    """
    run = _run(data)
    with open_published(data) as con:
        show_verdicts(con, console)
    states = {name: of["state"] for name, of in run["sources"].items()}
    other = [f"{name}: {state}" for name, state in states.items() if state != "ok"]
    well = f"{len(states) - len(other)} of {len(states)} sources ok"
    console.print(" · ".join([f"as of {run['as_of']}", well, *other]), highlight=False)
    for failed in run["checks"]["failed"]:
        observed = failed["observed"]
        console.print(
            f"[yellow]warning[/] {failed['table']}: {escape(failed['check'].replace('_', ' '))}: "
            f"{observed['unexpected_count']:,} of {observed['element_count']:,} rows",
            highlight=False,
        )
        if failed.get("guards"):
            guards = Padding(escape(failed["guards"]), (0, 0, 0, 8))
            console.print(guards, highlight=False, style="dim")
    for label, path in _paths(data).items():
        console.print(f"{label:<10} {path}", highlight=False, soft_wrap=True, markup=False)
    for label, words in (
        ("To read it in a browser", ("report", "--open")),
        ("One claim in full", ("claims", "ID")),
    ):
        line = f"{label}: {command(*words, data=data)}"
        console.print(line, highlight=False, style="dim", soft_wrap=True, markup=False)


def show_forgotten(found: Found, console: Console, *, is_trial: bool) -> None:
    """What was deleted, or would be.

    Args:
        found: Counts and files.
        console: Where to print.
        is_trial: Whether it was only looked for.
    """
    if not found.n_versions and not found.n_landing_lines and not found.n_captures:
        console.print("Nothing to delete: it was forgotten before.", highlight=False)
        return
    console.print("This would be deleted:" if is_trial else "Deleted:", highlight=False)
    emptied = f"in {len(found.capture_files)} files, {found.n_dropped:,} of them left empty"
    for label, said in (
        ("texts", f"{found.n_versions:,} versions of {found.n_adverts:,} adverts"),
        ("landing", f"{found.n_landing_lines:,} lines in {len(found.landing_files)} files"),
        ("captures", f"{found.n_captures:,} answers or rows {emptied}"),
        ("published", "all publications of before" + (", made anew without" if is_trial else "")),
    ):
        console.print(f"{label:<10} {said}", highlight=False, soft_wrap=True)
    for name in (*(f"landing/{name}" for name in found.landing_files), *found.capture_files):
        console.print(f"           {name}", highlight=False, soft_wrap=True)
    for why in found.damaged:
        console.print(f"[yellow]warning[/] {escape(why)}", highlight=False, soft_wrap=True)


def show_verdicts(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    """The verdicts, one line each; claims that nothing here can show are only counted.

    Args:
        con: A published warehouse.
        console: Where to print.
    """
    rows = _rows(con, "SELECT * FROM out.claim_verdicts")
    is_sample = any(row["is_sample"] for row in rows)
    table = _grid(
        "SAMPLE MARKET: simulated adverts, not the world" if is_sample else "Verdicts",
        is_sample=is_sample,
    )
    has_roles, has_employers = console.width >= ROLES_FROM, console.width >= EMPLOYERS_FROM
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("estimate \\[95 % interval]", no_wrap=has_roles)
    if has_roles:
        table.add_column("roles", justify="right")
    if has_employers:
        table.add_column("employers", justify="right")
    judged = [row for row in rows if row["verdict"] != "out_of_scope"]
    for row in judged:
        counts = [_count(row["n_roles"])] if has_roles else []
        counts += [_count(row["n_companies"])] if has_employers else []
        table.add_row(row["claim_id"], _coloured(row["verdict"]), _estimate(row), *counts)
    console.print(table)
    console.print(
        f"{len(rows) - len(judged)} further claims are out of scope.",
        highlight=False,
        style="dim",
    )


def print_claims(con: duckdb.DuckDBPyConnection, claim: str | None, style: Format) -> None:
    """Claims for a program to read, on standard output.

    Args:
        con: A published warehouse.
        claim: The id of one; None for all.
        style: JSON: an array of all, or one object with all that is published of the claim. CSV:
            rows of out.claim_verdicts.

    Raises:
        UnknownClaimError: There is no such claim.
    """
    where, given = ("WHERE claim_id = $1", [claim]) if claim else ("ORDER BY claim_id", None)
    rows = _rows(con, f"SELECT * FROM out.claim_verdicts {where}", given)
    if claim and not rows:
        raise _unknown(con, claim)
    names = [name for (name, *_) in con.execute("DESCRIBE out.claim_verdicts").fetchall()]
    if claim is None or style is Format.CSV:
        print_rows(names, rows, style)
        return
    whole = {name: _json(rows[0][name]) for name in names}
    for key, table, order in _OF_A_CLAIM:
        found = _rows(con, f"FROM out.{table} WHERE claim_id = $1 ORDER BY {order}", [claim])
        whole[key] = [
            {name: _json(value) for name, value in row.items() if name != "claim_id"}
            for row in found
        ]
    print_json(whole)


def _json(value: object) -> object:
    """A value as JSON can hold it; a number that is none is null."""
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _unknown(con: duckdb.DuckDBPyConnection, claim: str) -> UnknownClaimError:
    known = [row["claim_id"] for row in _rows(con, "SELECT claim_id FROM out.claim_verdicts")]
    like = nearest(claim, known) or f"; there are {', '.join(sorted(known)[:SOME])} and more"
    return UnknownClaimError(f"{claim!r} is no claim{like} (hiring-signal claims lists them)")


def _grid(title: str, *, is_sample: bool = False, **more: Any) -> Table:
    """A table for a person, with as few lines as a narrow terminal has room for."""
    return Table(
        title=title,
        title_style="bold black on yellow" if is_sample else "bold",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        expand=False,
        **more,
    )


def _coloured(verdict: str) -> str:
    colour = COLOURS.get(verdict, "")
    return f"[{colour}]{verdict}[/]" if colour else verdict


def show_claim(con: duckdb.DuckDBPyConnection, claim: str, console: Console) -> None:
    """One claim in full.

    Args:
        con: A published warehouse.
        claim: Its id.
        console: Where to print.

    Raises:
        UnknownClaimError: There is no such claim.
    """
    rows = _rows(con, "SELECT * FROM out.claim_verdicts WHERE claim_id = $1", [claim])
    if not rows:
        raise _unknown(con, claim)
    if rows[0]["is_sample"]:
        console.print("[bold black on yellow]SAMPLE MARKET: simulated adverts, not the world[/]")
    table = _grid("", show_header=False)
    table.title = None
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    row = {name: rows[0][name] for name in LEADING if name in rows[0]} | rows[0]
    for name, value in row.items():
        if value is not None:
            is_date = rows[0]["unit"] == "year" and name.startswith(("estimate", "ci_"))
            is_date = is_date and isinstance(value, float)
            table.add_row(name, escape(_year(value) if is_date else _plain(value)))
    console.print(table)
    _show_parts(con, claim, console)
    variants = _rows(
        con, "SELECT * EXCLUDE (claim_id) FROM out.claim_sensitivity WHERE claim_id = $1", [claim]
    )
    if variants:
        sensitivity = _grid("Sensitivity")
        for name in ("variant", "verdict", "estimate \\[95 % interval]", "units", "employers"):
            sensitivity.add_column(name, justify="right" if name in NUMBERS else "left")
        for row in variants:
            sensitivity.add_row(
                escape(row["variant"]),
                _coloured(row["verdict"]),
                _estimate(row | {"unit": rows[0]["unit"]}),
                _count(_n_units(row)),
                _count(row["n_companies"]),
            )
        console.print(sensitivity)
    _show_versions(con, claim, rows[0]["unit"], console)
    _show_evidence(con, claim, console)


def _show_parts(con: duckdb.DuckDBPyConnection, claim: str, console: Console) -> None:
    """What the verdict was put together from, where that is more than one figure."""
    parts = _rows(con, "FROM out.claim_parts WHERE claim_id = $1 ORDER BY part_no", [claim])
    if len(parts) < 2:
        return
    table = _grid("Parts")
    for name in ("part", "verdict", "estimate \\[95 % interval]", "condition", "compared"):
        table.add_column(name)
    for row in parts:
        table.add_row(
            escape(row["part"]),
            row["verdict"] or "reported",
            _estimate(row | {"reason": None}),
            row["condition"] or "",
            escape(row["sides"] or ""),
        )
    console.print(table)


def _show_versions(
    con: duckdb.DuckDBPyConnection, claim: str, unit: str | None, console: Console
) -> None:
    """What earlier versions of the rule make of the same data."""
    query = "FROM out.claim_versions WHERE claim_id = $1 ORDER BY claim_version"
    for row in _rows(con, query, [claim]):
        console.print(
            f"By version {row['claim_version']} of the rule (until {row['superseded_on']}: "
            f"{escape(row['superseded_because'])}): {row['verdict']}, "
            f"{_estimate(row | {'unit': unit})}",
            highlight=False,
        )


def _n_units(row: dict[str, Any]) -> int | None:
    """Roles, papers or models, whichever were counted."""
    counts: list[int | None] = [row[name] for name in ("n_roles", "n_papers", "n_models")]
    return next((n for n in counts if n is not None), None)


def _show_evidence(con: duckdb.DuckDBPyConnection, claim: str, console: Console) -> None:
    """The newest units of each cell, to be looked at."""
    [counted] = _rows(
        con, "SELECT count(*) AS n FROM out.claim_evidence WHERE claim_id = $1", [claim]
    )
    if not counted["n"]:
        return
    rows = _rows(con, _NEWEST_EVIDENCE, [claim, EVIDENCE_ROWS])
    console.print(
        f"The newest of {counted['n']:,} units that it rests on (out.claim_evidence)", style="bold"
    )
    for row in rows:
        said = [row["cell"].replace("_", " "), _plain(row["entered_on"])]
        said += [_harmless(row[name]) for name in ("company", "title") if row[name]]
        console.print(" · ".join(said), highlight=False, soft_wrap=True)
        if row["url"]:
            console.print(f"  {_harmless(row['url'])}", highlight=False, soft_wrap=True)


def _rows(
    con: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[dict[str, Any]]:
    result = con.execute(query, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _estimate(row: dict[str, Any]) -> str:
    if row["estimate"] is None:
        return (row["reason"] or "").split(":")[0]
    # A date in decimal years needs its decimals more than four digits.
    write = _year if row["unit"] == "year" else _plain
    return f"{write(row['estimate'])} \\[{write(row['ci_low'])}, {write(row['ci_high'])}]"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _year(value: float | None) -> str:
    return "…" if value is None else f"{value:.1f}"


def _harmless(text: str) -> str:
    """A text from outside, which must not steer the terminal."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))


def _plain(value: object) -> str:
    if value is None:
        return "…"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    return str(value)


STATES = {"ok": "green", "warn": "yellow", "fail": "red"}


def show_findings(found: Sequence[Finding], console: Console) -> None:
    """What was found of the set-up, and what to do about it.

    Args:
        found: By `pipelines.doctor.examine`.
        console: Where to print.
    """
    table = _grid("")
    table.title = None
    table.add_column("", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("found", overflow="fold")
    for finding in found:
        said = _harmless(finding.said)
        if finding.remedy:
            said += f"\n[bold]→[/] {_harmless(finding.remedy)}"
        colour = STATES[finding.state]
        table.add_row(f"[{colour}]{finding.state}[/]", finding.name, said)
    console.print(table)
    counts = [f"{sum(f.state == state for f in found)} {state}" for state in STATES]
    console.print(" · ".join(counts), highlight=False)
