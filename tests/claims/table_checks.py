"""The verdict table held against its second path, claim by claim.

Belongs here: telling where the two differ. Does not belong here: the second path (`recomputed`), or
which data they run on (the tests).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from tests.claims import recomputed as anew

COUNTS = ("n_roles", "n_companies", "n_papers", "n_models")
CELLS = ("n_pytorch_only", "n_tensorflow_only", "n_both", "n_neither")
RELATIVE = 2e-8  # tables keep nine digits


class Judged(NamedTuple):
    """A warehouse with its tables of verdicts and of measured parts."""

    con: duckdb.DuckDBPyConnection
    verdicts: pd.DataFrame  # by claim_id
    parts: pd.DataFrame  # by claim_id and part
    as_of: date


def held(con: duckdb.DuckDBPyConnection, verdicts: pd.DataFrame, parts: pd.DataFrame) -> Judged:
    """Make the second path's tables beside a warehouse's own."""
    as_of = pd.Timestamp(verdicts["as_of"].iloc[0]).date()
    anew.prepare(con, as_of)
    parts = parts.sort_values("part_no").set_index(["claim_id", "part"])
    return Judged(con, verdicts.set_index("claim_id"), parts, as_of)


def of_folder(con: duckdb.DuckDBPyConnection) -> Judged:
    """Read the tables of a working warehouse."""
    return held(con, con.sql("FROM out.claim_verdicts").df(), con.sql("FROM out.claim_parts").df())


def differences(judged: Judged) -> list[str]:
    """Tell every difference, for all claims."""
    return [line for claim in anew.entries() for line in differences_of(judged, claim)]


def differences_of(judged: Judged, claim: str) -> list[str]:
    """Tell where the table and the second path differ on a claim."""
    row, parts = judged.verdicts.loc[claim], judged.parts.loc[claim]
    again = anew.recompute(judged.con, claim)
    found = [
        *_counts(row, again),
        *_windows(row, anew.window(anew.entries()[claim], judged.as_of)),
        *_figures(parts, again, claim),
        *_headline(row, parts),
        *_verdict(row, parts, again, claim),
        *_corrected(judged, row, parts, claim),
    ]
    return [f"{claim}: {line}" for line in found]


def _counts(row: pd.Series[Any], again: anew.Recomputed) -> Iterator[str]:
    for name in (*COUNTS, *CELLS):
        told, counted = row[name], again.counts.get(name)
        if pd.isna(told) != (counted is None) or (counted is not None and told != counted):
            yield f"{name} {told}, recomputed {counted}"


def _windows(row: pd.Series[Any], days: tuple[date, date]) -> Iterator[str]:
    told = tuple(pd.Timestamp(row[f"window_{end}"]).date() for end in ("start", "end"))
    if told != days:
        yield f"window {told}, recomputed {days}"


def _figures(parts: pd.DataFrame, again: anew.Recomputed, claim: str) -> Iterator[str]:
    if list(parts.index) != list(again.estimates):
        yield f"parts {list(parts.index)}, recomputed {list(again.estimates)}"
        return
    for name, part in parts.iterrows():
        told, estimate = float(part["estimate"]), again.estimates[str(name)]
        again_part = anew.CLAIMS[claim].parts[str(name)]
        width = np.nan_to_num(float(part["ci_high"]) - float(part["ci_low"]))
        slack = max(again_part.tolerance, again_part.of_width * width, 1e-9)
        if not np.isclose(told, estimate, rtol=RELATIVE, atol=slack, equal_nan=True):
            yield f"{name} {told}, recomputed {estimate}"
        sides = again.sides[str(name)]
        if claim.startswith("paper"):
            sides = [(n, 0) for n, _ in sides]
        if list(anew.told_sides(part["sides"])) != sides:
            yield f"sides of {name} {part['sides']}, recomputed {sides}"


def _headline(row: pd.Series[Any], parts: pd.DataFrame) -> Iterator[str]:
    """The figure of the table is that of a part which the rule speaks of."""
    ends = ["estimate", "ci_low", "ci_high"]
    asked = parts.loc[parts["condition"].notna(), ends].to_numpy(np.float64)
    told = row[ends].to_numpy(np.float64)
    if not any(np.array_equal(told, other, equal_nan=True) for other in asked):
        yield f"{told} is of no part with a condition"


def _verdict(
    row: pd.Series[Any], parts: pd.DataFrame, again: anew.Recomputed, claim: str
) -> Iterator[str]:
    asked = parts[parts["condition"].notna()]
    intervals = {
        str(name): (float(part["ci_low"]), float(part["ci_high"]))
        for name, part in asked.iterrows()
    }
    read = anew.verdict_of(anew.entries()[claim], intervals, again.sides)
    if read != row["verdict"]:
        yield f"{row['verdict']} ({row['reason']}), read anew {read}"


def _corrected(
    judged: Judged, row: pd.Series[Any], parts: pd.DataFrame, claim: str
) -> Iterator[str]:
    told = row["estimate_corrected"]
    if claim not in anew.CORRECTED or pd.isna(told):
        return
    name = anew.CORRECTED[claim][0]
    if float(parts.loc[name, "estimate"]) != float(row["estimate"]):
        return  # another part stands in the table
    estimate = anew.corrected(judged.con, claim)
    if not np.isclose(told, estimate, rtol=1e-6):
        yield f"corrected {told}, recomputed {estimate}"


def sql_differences(
    con: duckdb.DuckDBPyConnection,
    verdicts: pd.DataFrame,
    parts: pd.DataFrame,
    claims: Iterable[str],
) -> list[str]:
    """Tell where the SQL that claims are published with gives another estimate than the table."""
    texts = verdicts.set_index("claim_id")["redo_sql"]
    found = []
    for claim in claims:
        result = con.execute(texts[claim])
        names = [column[0] for column in result.description or ()]
        rows = result.fetchall()
        if "what the fit goes through" in texts[claim]:
            continue
        if len(rows) != 1:
            found.append(f"{claim}: {len(rows)} rows")
            continue
        again = dict(zip(names, rows[0], strict=True))
        for part in parts[parts["claim_id"] == claim].itertuples():
            told, value = float(part.estimate), again[part.part]
            value = np.nan if value is None or not np.isfinite(value) else float(value)
            if not np.isclose(told, value, rtol=1e-7, atol=1e-9, equal_nan=True):
                found.append(f"{claim}: {part.part} {told}, by SQL {value}")
    return found
