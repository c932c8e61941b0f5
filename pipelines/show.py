"""What the command line prints of a publication.

Belongs here: tables for a terminal. Does not belong here: the report page (`warehouse.publish`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.forget import Found
from warehouse.query import open_published

NUMBERS = ("roles", "units", "employers")
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
COLOURS = {"supported": "green", "contradicted": "red", "undetermined": "yellow"}


class UnknownClaimError(LookupError):
    """There is no such claim; the message lists those that there are."""


def show_outcome(data: Path, console: Console) -> None:
    """The verdict table, and where everything lies.

    Args:
        data: The DATA folder, with a publication.
        console: Where to print.
    """
    published = data / "published"
    run = json.loads((published / "run.json").read_text(encoding="utf-8"))
    with open_published(data) as con:
        show_verdicts(con, console)
    sources = [f"{name}: {of['state']}" for name, of in run["sources"].items()]
    console.print(f"as of {run['as_of']} · {' · '.join(sources)}", highlight=False)
    for failed in run["checks"]["failed"]:
        console.print(
            f"[yellow]warning[/] {failed['table']}: {failed['check']} "
            f"{escape(str(failed['observed']))}",
            highlight=False,
        )
    for label, path in (
        ("report", published / "index.html"),
        ("tables", published / "reports"),
        ("warehouse", published / "warehouse.duckdb"),
        ("this run", published / "run.json"),
    ):
        console.print(f"{label:<10} {path}", highlight=False, soft_wrap=True)


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
    table = Table(
        title="SAMPLE MARKET: simulated adverts, not the world" if is_sample else "Verdicts",
        title_style="bold black on yellow" if is_sample else "bold",
        expand=False,
    )
    for name in ("claim", "verdict", "estimate \\[95 % interval]", "roles", "employers"):
        table.add_column(
            name, justify="right" if name in NUMBERS else "left", no_wrap=name == "claim"
        )
    judged = [row for row in rows if row["verdict"] != "out_of_scope"]
    for row in judged:
        colour = COLOURS.get(row["verdict"], "")
        table.add_row(
            row["claim_id"],
            f"[{colour}]{row['verdict']}[/]" if colour else row["verdict"],
            _estimate(row),
            _count(row["n_roles"]),
            _count(row["n_companies"]),
        )
    console.print(table)
    console.print(f"{len(rows) - len(judged)} further claims are out of scope.", highlight=False)


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
        known = [row["claim_id"] for row in _rows(con, "SELECT claim_id FROM out.claim_verdicts")]
        raise UnknownClaimError(f"{claim!r} is no claim; there are: {', '.join(known)}")
    if rows[0]["is_sample"]:
        console.print("[bold black on yellow]SAMPLE MARKET: simulated adverts, not the world[/]")
    table = Table(show_header=False, expand=False)
    for name, value in rows[0].items():
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
        sensitivity = Table(title="Sensitivity", expand=False)
        for name in ("variant", "verdict", "estimate \\[95 % interval]", "units", "employers"):
            sensitivity.add_column(name, justify="right" if name in NUMBERS else "left")
        for row in variants:
            sensitivity.add_row(
                escape(row["variant"]),
                row["verdict"],
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
    table = Table(title="Parts", expand=False)
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
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.3g}"
    return str(value)
