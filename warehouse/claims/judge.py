"""From warehouse to verdicts: every claim of the registry measured, judged and tried for fragility.

Belongs here: the table of verdicts, the table of sensitivity, and the variants. Does not belong
here: how anything is measured (`estimators`) or decided (`rules`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from warehouse.claims.estimators import CompanyShare, Measured, YearlySlope
from warehouse.claims.evidence import Counted, counted, evidence_tables
from warehouse.claims.population import Evidence, RolePopulation, Units, read_evidence
from warehouse.claims.registry import REGISTRY, Claim, OutOfScope, load_registry
from warehouse.claims.rules import Judgement, Part, Unit, judge_parts
from warehouse.statistics.series import FRAMEWORKS

SURVIVOR_DAYS = 365
_OPPOSITE = {"supported": "contradicted", "contradicted": "supported"}

VERDICT_COLUMNS = (
    "claim_id",
    "claim_version",
    "article",
    "statement",
    "estimand",
    "estimate",
    "ci_low",
    "ci_high",
    "unit",
    "n_roles",
    "n_companies",
    "n_papers",
    "n_pytorch_only",
    "n_tensorflow_only",
    "n_both",
    "n_neither",
    "window_start",
    "window_end",
    "sources",
    "rule",
    "verdict",
    "reason",
    "finding",
    "fragile_under",
    "unsettled_under",
    "proxy",
    "caveats",
    "is_sample",
    "method_version",
    "as_of",
)
SENSITIVITY_COLUMNS = (
    "claim_id",
    "variant",
    "estimate",
    "ci_low",
    "ci_high",
    "n_roles",
    "n_companies",
    "n_papers",
    "verdict",
    "reason",
    "is_sample",
)
_COUNTS = [c for c in VERDICT_COLUMNS if c.startswith("n_")]


class Judged(NamedTuple):
    """The tables of verdicts and of what they rest on."""

    verdicts: pd.DataFrame  # out.claim_verdicts
    sensitivity: pd.DataFrame  # out.claim_sensitivity
    units: pd.DataFrame  # out.claim_units
    sets: pd.DataFrame  # out.claim_sets


class Result(NamedTuple):
    """A claim, or a variant of it, measured and judged."""

    measured: Measured
    judgement: Judgement


def _evaluate(claim: Claim, units: Units, as_of: date) -> Result:
    """Measure and judge a claim on given units."""
    measured = claim.measure.measure(units)
    judgement = judge_parts(claim.rule, measured.parts, units.kind)
    if units.frame.empty:
        reason = (
            f"source missing: no {units.kind} of this population seen in the window"
            if units.first <= as_of
            else f"not yet: the window begins on {units.first.isoformat()}"
        )
        judgement = judgement._replace(verdict="undetermined", reason=reason, is_too_few=True)
    return Result(measured, judgement)


def _sources(units: Units) -> list[str]:
    """Name the sources that hold any of the units."""
    return sorted({name for names in units.frame["sources"].unique() for name in names.split(",")})


def _each_source(units: Units) -> Iterator[tuple[str, Units]]:
    """Yield the units of each source alone; a merged role belongs to each that advertised it."""
    names = units.frame["sources"]
    sets = {text: set(text.split(",")) for text in names.unique()}
    for source in _sources(units):
        holding = [text for text, members in sets.items() if source in members]
        yield f"source: {source}", units.where(names.isin(holding).to_numpy())


def _role_variants(claim: Claim, units: Units) -> Iterator[tuple[str, Units]]:
    """Yield the same claim on other readings of the same roles."""
    if not isinstance(claim.measure, CompanyShare):  # which counts each company once as it is
        yield "equal company weights", replace(units, has_equal_companies=True)
    own = {f"has_{name}": units.frame[f"own_{name}"] for name in FRAMEWORKS}
    yield "without boilerplate", replace(units, frame=units.frame.assign(**own))
    if not units.frame.empty:
        companies, sizes = np.unique(units.company, return_counts=True)
        largest = companies[sizes.argmax()]
        yield "without the largest employer", units.where(units.company != largest)
    # Adverts that were over a year old when their board was first read: only those that stayed
    # open are left of their time.
    survivors = units.frame["days_unseen"].to_numpy() > SURVIVOR_DAYS
    if survivors.any():
        yield "without survivors", units.where(~survivors)
    if isinstance(claim.measure, YearlySlope):
        yield "sources pooled", replace(units, has_pooled_sources=True)


def _variants(
    claim: Claim, units: Units, evidence: Evidence, as_of: date
) -> Iterator[tuple[str, Units]]:
    """Yield the units of a claim under each variant that applies to it."""
    yield from _each_source(units)
    population, window = claim.population, claim.window
    if isinstance(population, RolePopulation):
        yield "adverts unmerged", evidence.unmerged(population, window, as_of)
        yield from _role_variants(claim, units)
        return
    for name, field in (
        ("official repositories only", "is_official"),
        ("papers of known framework only", "is_naming"),
    ):
        if not getattr(population, field):
            other = population.model_copy(update={field: True})
            yield name, evidence.units(other, window, as_of)


def _month(year: float) -> str:
    """Name the month of a decimal year."""
    first = date(math.floor(year), 1, 1)
    days = (date(first.year + 1, 1, 1) - first).days
    return (first + timedelta(days=math.floor((year - first.year) * days))).strftime("%B %Y")


def _figure(value: float, unit: Unit) -> str:
    """Write a figure as a reader expects it."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "share per year":
        return f"{100 * value:+.2f} points a year"
    if unit == "USD a year":
        return f"{value:,.0f} USD a year"
    return _month(value) if unit == "year" else f"{value:.2f}"


def _say(part: Part) -> str:
    """Say in words what a part's estimate and interval are."""
    low, high = part.interval
    text = "can't be told" if math.isnan(part.estimate) else _figure(part.estimate, part.unit)
    if math.isnan(low) or math.isnan(high):
        return f"{part.label}: {text} (no interval)"
    if math.isinf(low) and math.isinf(high):
        ends = "open at both ends"
    elif math.isinf(high):
        ends = f"{_figure(low, part.unit)} or {'later' if part.unit == 'year' else 'more'}"
    elif math.isinf(low):
        ends = f"{_figure(high, part.unit)} or {'earlier' if part.unit == 'year' else 'less'}"
    else:
        ends = f"{_figure(low, part.unit)} to {_figure(high, part.unit)}"
    return f"{part.label}: {text} (95 % interval {ends})"


def _number(value: float) -> float:
    """Nine digits of a figure, which hide the last bit's noise; NaN for an open end."""
    return float(f"{value:.9g}") if math.isfinite(value) else math.nan


def _figures(result: Result) -> dict[str, object]:
    """Columns that verdicts and variants share."""
    base, part = result.measured.base, result.judgement.part
    n, is_papers = len(base.frame), base.kind == "papers"
    return {
        "estimate": _number(part.estimate),
        "ci_low": _number(part.interval.low),
        "ci_high": _number(part.interval.high),
        "n_roles": None if is_papers else n,
        "n_companies": None if is_papers else len(np.unique(base.company)),
        "n_papers": n if is_papers else None,
        "verdict": result.judgement.verdict,
        "reason": result.judgement.reason,
    }


def _verdict_row(claim: Claim, result: Result, variants: dict[str, Result]) -> dict[str, object]:
    """Write the row of a judged claim."""
    base, judgement = result.measured.base, result.judgement
    cells = base.names("pytorch"), base.names("tensorflow")
    turned = [
        name
        for name, variant in variants.items()
        if variant.judgement.verdict == _OPPOSITE.get(judgement.verdict)
    ]
    unsettled = [
        name
        for name, variant in variants.items()
        if judgement.verdict in _OPPOSITE
        and variant.judgement.verdict == "undetermined"
        and not variant.judgement.is_too_few
    ]
    n = f"{len(base.frame):,} {base.kind}"
    if base.kind == "roles":
        n += f" at {len(np.unique(base.company)):,} companies"
    finding = "; ".join(_say(part) for part in result.measured.parts)
    return {
        **_figures(result),
        "estimand": claim.estimand,
        "unit": judgement.part.unit,
        "n_pytorch_only": int((cells[0] & ~cells[1]).sum()),
        "n_tensorflow_only": int((cells[1] & ~cells[0]).sum()),
        "n_both": int((cells[0] & cells[1]).sum()),
        "n_neither": int((~cells[0] & ~cells[1]).sum()),
        "window_start": base.first,
        "window_end": base.last,
        "sources": ", ".join(_sources(base)) or None,
        "rule": claim.rule.words,
        "reason": judgement.reason + (f"; proxy: {claim.proxy}" if claim.proxy else ""),
        "finding": f"{finding[0].upper()}{finding[1:]}; from {n}.",
        "fragile_under": ", ".join(turned) or None,
        "unsettled_under": ", ".join(unsettled) or None,
        "proxy": claim.proxy is not None,
    }


def judge(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    method_version: str,
    is_sample: bool,
    registry: Path = REGISTRY,
) -> Judged:
    """Judge every claim of the registry.

    Args:
        con: Connection to a warehouse with the tables of schema `core`.
        as_of: The day that counts as now; nothing later is looked at.
        method_version: Version of the method that made the tables, for the record.
        is_sample: True for the sample market; every finding says so.
        registry: Folder with one YAML file per claim.

    Returns:
        The table of verdicts, a row per claim in the order of the registry (shares are fractions,
        crossing dates decimal years, an open end of an interval is empty), the table of
        sensitivity, a row per claim and variant, and the units that each verdict rests on
        (`evidence.evidence_tables`).

    Raises:
        ValueError: If the registry has errors.
    """
    claims = load_registry(registry)
    evidence = read_evidence(con, as_of)
    verdicts: list[dict[str, object]] = []
    sensitivity: list[dict[str, object]] = []
    rests_on: dict[str, Counted] = {}
    for claim in claims:
        row: dict[str, object] = {
            "claim_id": claim.id,
            "claim_version": claim.version,
            "article": ", ".join(claim.articles) or None,
            "statement": claim.statement,
            "caveats": " ".join(claim.caveats) or None,
            "is_sample": is_sample,
            "method_version": method_version,
            "as_of": as_of,
        }
        if isinstance(claim, OutOfScope):
            row |= {"verdict": "out_of_scope", "reason": claim.out_of_scope, "proxy": False}
            verdicts.append(row)
            continue
        units = evidence.units(claim.population, claim.window, as_of)
        variants = {
            name: _evaluate(claim, varied, as_of)
            for name, varied in _variants(claim, units, evidence, as_of)
        }
        result = _evaluate(claim, units, as_of)
        rests_on[claim.id] = counted(result.measured.base)
        row |= _verdict_row(claim, result, variants)
        if is_sample:
            row["finding"] = f"SAMPLE, not the world: {row['finding']}"
        verdicts.append(row)
        sensitivity += [
            {"claim_id": claim.id, "variant": name, "is_sample": is_sample, **_figures(variant)}
            for name, variant in variants.items()
        ]
    return Judged(
        _frame(verdicts, VERDICT_COLUMNS),
        _frame(sensitivity, SENSITIVITY_COLUMNS),
        *evidence_tables(evidence, rests_on),
    )


def _frame(rows: list[dict[str, object]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Make a frame whose column types don't depend on what it holds."""
    frame = pd.DataFrame(rows, columns=list(columns))
    for column in columns:
        if column in _COUNTS or column == "claim_version":
            frame[column] = frame[column].astype("Int64")
        elif column in ("estimate", "ci_low", "ci_high"):
            frame[column] = frame[column].astype("float64")
        elif column in ("proxy", "is_sample"):
            frame[column] = frame[column].astype(bool)
        elif column not in ("window_start", "window_end", "as_of"):
            frame[column] = frame[column].astype("str")
    return frame
