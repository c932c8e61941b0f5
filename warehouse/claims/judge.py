"""From warehouse to verdicts: every claim of the registry measured, judged and tried for fragility.

Belongs here: the tables of verdicts, parts, sensitivity and superseded versions. Does not belong
here: how anything is measured (`estimators`), varied (`variants`) or decided (`rules`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

import duckdb
import numpy as np
import pandas as pd

from warehouse.claims.counts import Measured
from warehouse.claims.evidence import Counted, counted, evidence_tables
from warehouse.claims.population import Evidence, Units, read_evidence
from warehouse.claims.quantities import Quantity, resolved
from warehouse.claims.redo import redo_sql
from warehouse.claims.registry import REGISTRY, Claim, OutOfScope, load_registry
from warehouse.claims.rules import (
    Judgement,
    Part,
    claim_p_value,
    judge_parts,
    number_of,
    what_would_decide,
)
from warehouse.claims.variants import Silence, silences, sources_of, speaking, variants
from warehouse.claims.words import say
from warehouse.statistics.bootstrap import DRAWS
from warehouse.statistics.intervals import Interval
from warehouse.statistics.misclassification import (
    ErrorCounts,
    Rates,
    posteriors,
    read_error_counts,
    with_extractor_error,
)
from warehouse.statistics.multiplicity import LEVEL, holm
from warehouse.statistics.series import FRAMEWORKS

ERRORS = REGISTRY / "extractor_error.csv"
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
    "estimate_corrected",
    "ci_low_corrected",
    "ci_high_corrected",
    "n_roles",
    "n_companies",
    "n_papers",
    "n_models",
    "n_pytorch_only",
    "n_tensorflow_only",
    "n_both",
    "n_neither",
    "window_start",
    "window_end",
    "sources",
    "silent_sources",
    "rule",
    "registered_on",
    "verdict",
    "reason",
    "would_decide",
    "p_value",
    "holds_after_holm",
    "finding",
    "fragile_under",
    "unsettled_under",
    "proxy",
    "caveats",
    "is_sample",
    "method_version",
    "as_of",
    "redo_sql",
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
    "n_models",
    "verdict",
    "reason",
    "is_sample",
)
PART_COLUMNS = (
    "claim_id",
    "claim_version",
    "part",
    "part_no",
    "label",
    "unit",
    "estimate",
    "ci_low",
    "ci_high",
    "condition",
    "verdict",
    "sides",
    "is_sample",
    "claimed_low",
    "claimed_high",
)
VERSION_COLUMNS = (
    "claim_id",
    "claim_version",
    "registered_on",
    "superseded_on",
    "superseded_because",
    "rule",
    "estimate",
    "ci_low",
    "ci_high",
    "n_roles",
    "n_companies",
    "n_papers",
    "n_models",
    "verdict",
    "reason",
    "is_sample",
)
_DATES = ("window_start", "window_end", "registered_on", "superseded_on", "as_of")
_COUNTS = [c for c in VERDICT_COLUMNS if c.startswith("n_")]


class Judged(NamedTuple):
    """The tables of verdicts and of what they rest on."""

    verdicts: pd.DataFrame  # out.claim_verdicts
    sensitivity: pd.DataFrame  # out.claim_sensitivity
    parts: pd.DataFrame  # out.claim_parts
    versions: pd.DataFrame  # out.claim_versions
    units: pd.DataFrame  # out.claim_units
    sets: pd.DataFrame  # out.claim_sets


class Result(NamedTuple):
    """A claim, or a variant of it, measured and judged."""

    parts: tuple[Part, ...]
    base: Units
    judgement: Judgement


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
        crossing dates decimal years, an open end of an interval is empty); the table of
        sensitivity, a row per claim and variant; a row per claim and measured part; a row per claim
        and superseded version of its rule; and the units that each verdict rests on
        (`evidence.evidence_tables`).

    Raises:
        ValueError: If the registry has errors.
    """
    claims = load_registry(registry)
    judged = [claim for claim in claims if isinstance(claim, Claim)]
    evidence = read_evidence(
        con,
        as_of,
        {term for claim in judged for term in claim.terms()}
        | {term for claim in judged for old in claim.superseded for term in old.terms()},
        {pattern for claim in judged for pattern in claim.patterns},
    )
    errors = read_error_counts(ERRORS)
    tables = _Tables([], [], [], [])
    rests_on: dict[str, Counted] = {}
    for claim in claims:
        stamp = {
            "claim_id": claim.id,
            "claim_version": claim.version,
            "is_sample": is_sample,
            "method_version": method_version,
            "as_of": as_of,
        }
        said = {
            "article": ", ".join(claim.articles) or None,
            "statement": claim.statement,
            "caveats": " ".join(claim.caveats) or None,
        }
        if isinstance(claim, OutOfScope):
            out = {"verdict": "out_of_scope", "reason": claim.out_of_scope, "proxy": False}
            tables.verdicts.append(stamp | said | out)
            continue
        found = _judge_claim(claim, evidence, errors, as_of)
        rests_on[claim.id] = counted(found.result.base)
        row = stamp | said | _verdict_row(claim, found)
        if is_sample:
            row["finding"] = f"SAMPLE, not the world: {row['finding']}"
        tables.verdicts.append(row)
        tables.parts.extend(stamp | part for part in _part_rows(claim, found.result))
        tables.sensitivity.extend(
            stamp | {"variant": name} | _figures(variant)
            for name, variant in found.variants.items()
        )
        for earlier in claim.superseded:
            old = claim.at_version(earlier)
            result = _judge_alone(old, evidence, as_of)
            row = {
                "claim_version": earlier.version,
                "registered_on": earlier.registered.day,
                "superseded_on": earlier.until,
                "superseded_because": earlier.because,
                "rule": earlier.rule.words,
            }
            tables.versions.append(stamp | _figures(result) | row)
    return Judged(
        _frame(_with_multiplicity(tables.verdicts), VERDICT_COLUMNS),
        _frame(tables.sensitivity, SENSITIVITY_COLUMNS),
        _frame(tables.parts, PART_COLUMNS),
        _frame(tables.versions, VERSION_COLUMNS),
        *evidence_tables(evidence, rests_on),
    )


class _Tables(NamedTuple):
    """Rows of the tables as they are gathered."""

    verdicts: list[dict[str, object]]
    sensitivity: list[dict[str, object]]
    parts: list[dict[str, object]]
    versions: list[dict[str, object]]


class _Found(NamedTuple):
    """All that was found of one claim."""

    result: Result
    variants: dict[str, Result]
    corrected: Part | None  # the deciding part, corrected for the extractor's error
    silent: tuple[Silence, ...]


_CORRECTED = "corrected for extractor error"
_DRAWN = f"interval of {DRAWS:,} bootstrap draws"


def _judge_claim(
    claim: Claim, evidence: Evidence, errors: tuple[ErrorCounts, ...], as_of: date
) -> _Found:
    """Measure a claim and its variants, all drawn together."""
    units = speaking(claim, evidence, as_of)
    asked = {"": units} | dict(variants(claim, units, evidence, as_of))
    measured: dict[str, Measured] = {}
    for name, varied in asked.items():
        same = name and _is_same(varied, units)
        measured[name] = measured[""] if same else claim.measure.measure(varied)
    distinct = {id(found): found for found in measured.values()}
    parts = iter(
        resolved(units.weights, [part for found in distinct.values() for part in found.parts])
    )
    of = {key: tuple(next(parts) for _ in found.parts) for key, found in distinct.items()}
    results = {
        name: _result(claim, of[id(found)], found.base, as_of) for name, found in measured.items()
    }
    result = results.pop("")
    if any(isinstance(part, Quantity) and part.closed for part in measured[""].parts):
        redrawn = tuple(resolved(units.weights, measured[""].parts, is_drawn=True))
        results[_DRAWN] = _result(claim, redrawn, result.base, as_of)
    corrected = None
    if claim.measure.is_correctable and units.kind == "roles" and len(units):
        corrected_parts = _corrected(claim, units, result.parts, errors)
        results[_CORRECTED] = _result(claim, corrected_parts, result.base, as_of)
        corrected = next(p for p in corrected_parts if p.name == result.judgement.part.name)
    return _Found(result, results, corrected, tuple(silences(claim, units, evidence, as_of)))


def _judge_alone(claim: Claim, evidence: Evidence, as_of: date) -> Result:
    """Measure and judge a claim without its variants."""
    units = speaking(claim, evidence, as_of)
    found = claim.measure.measure(units)
    return _result(claim, tuple(resolved(units.weights, found.parts)), found.base, as_of)


def _is_same(varied: Units, units: Units) -> bool:
    """Tell whether a variant is the claim itself, unit by unit."""
    return (
        varied.store is units.store
        and varied.has_equal_companies == units.has_equal_companies
        and varied.has_pooled_sources == units.has_pooled_sources
        and np.array_equal(varied.rows, units.rows)
    )


def _result(claim: Claim, parts: tuple[Part, ...], base: Units, as_of: date) -> Result:
    """Judge the parts of a claim."""
    judgement = judge_parts(claim.rule, parts, base.kind)
    if len(base) == 0:
        what = f"no {base.kind} of this population"
        reason = (
            f"source missing: {what} seen in the window"
            if base.first <= as_of
            else f"not yet: the window begins on {base.first.isoformat()}"
        )
        judgement = judgement._replace(verdict="undetermined", reason=reason, is_too_few=True)
    return Result(parts, base, judgement)


def _corrected(
    claim: Claim, units: Units, parts: tuple[Part, ...], errors: tuple[ErrorCounts, ...]
) -> tuple[Part, ...]:
    """Correct every part for the extractor's error, which widens its interval."""
    shares = {framework: float(units.has(framework).mean()) for framework in FRAMEWORKS}
    known = posteriors(errors, {name: share for name, share in shares.items() if share > 0})

    @lru_cache(maxsize=64)
    def measured_at(rates: tuple[tuple[str, Rates], ...]) -> tuple[float, ...]:
        found = claim.measure.measure(replace(units, rates=dict(rates)))
        return tuple(part.estimate for part in found.parts)

    def corrected(place: int, part: Part) -> Part:
        if math.isnan(part.interval.low) or math.isnan(part.estimate):
            return part
        is_ratio = part.unit == "ratio" and part.estimate > 0
        scale: Literal["linear", "log"] = "log" if is_ratio else "linear"
        estimate, ends = with_extractor_error(
            lambda rates: measured_at(tuple(sorted(rates.items())))[place],
            part.interval,
            known,
            scale,
        )
        if part.unit == "share":  # a correction knows no bounds
            ends = Interval(max(0.0, ends.low), min(1.0, ends.high))
            estimate = min(1.0, max(0.0, estimate))
        return part._replace(estimate=estimate, interval=ends)

    return tuple(corrected(place, part) for place, part in enumerate(parts))


def _number(value: float) -> float:
    """Nine digits of a figure, which hide the last bit's noise; NaN for an open end."""
    return float(f"{value:.9g}") if math.isfinite(value) else math.nan


def _interval_columns(part: Part, suffix: str = "") -> dict[str, object]:
    return {
        f"estimate{suffix}": _number(part.estimate),
        f"ci_low{suffix}": _number(part.interval.low),
        f"ci_high{suffix}": _number(part.interval.high),
    }


def _figures(result: Result) -> dict[str, object]:
    """Columns that verdicts, variants and versions share."""
    base, n = result.base, len(result.base)
    return {
        **_interval_columns(result.judgement.part),
        "n_roles": n if base.kind == "roles" else None,
        "n_companies": base.n_companies() if base.kind == "roles" else None,
        "n_papers": n if base.kind == "papers" else None,
        "n_models": n if base.kind == "models" else None,
        "verdict": result.judgement.verdict,
        "reason": result.judgement.reason,
    }


def _part_rows(claim: Claim, result: Result) -> Iterator[dict[str, object]]:
    """Write a row for each part of a claim."""
    for place, part in enumerate(result.parts):
        condition = claim.rule.condition(part.name)
        sides = "; ".join(side.words(result.base.kind) for side in part.sides)
        yield {
            "part": part.name,
            "part_no": place + 1,
            "label": part.label,
            "unit": part.unit,
            **_interval_columns(part),
            "condition": condition.words if condition else None,
            "verdict": result.judgement.by_part.get(part.name),
            "sides": sides or None,
            "claimed_low": condition.claimed[0] if condition else None,
            "claimed_high": condition.claimed[1] if condition else None,
        }


def _verdict_row(claim: Claim, found: _Found) -> dict[str, object]:
    """Write the row of a judged claim."""
    result, judgement = found.result, found.result.judgement
    base = result.base
    pytorch, tensorflow = base.has("pytorch"), base.has("tensorflow")
    turned = [
        name
        for name, variant in found.variants.items()
        if variant.judgement.verdict == _OPPOSITE.get(judgement.verdict)
    ]
    unsettled = [
        name
        for name, variant in found.variants.items()
        if judgement.verdict in _OPPOSITE
        and variant.judgement.verdict == "undetermined"
        and not variant.judgement.is_too_few
    ]
    whole = number_of(len(base), base.kind)
    if base.kind == "roles":
        whole += f" at {number_of(base.n_companies(), 'companies')}"
    finding = "; ".join(say(part) for part in result.parts)
    return {
        **_figures(result),
        **(_interval_columns(found.corrected, "_corrected") if found.corrected else {}),
        "estimand": claim.estimand,
        "unit": judgement.part.unit,
        "n_pytorch_only": int((pytorch & ~tensorflow).sum()),
        "n_tensorflow_only": int((tensorflow & ~pytorch).sum()),
        "n_both": int((pytorch & tensorflow).sum()),
        "n_neither": int((~pytorch & ~tensorflow).sum()),
        "window_start": base.first,
        "window_end": base.last,
        "sources": ", ".join(sources_of(base)) or None,
        "silent_sources": "; ".join(map(str, found.silent)) or None,
        "rule": claim.rule.words,
        "registered_on": claim.registered.day,
        "reason": judgement.reason + (f"; proxy: {claim.proxy}" if claim.proxy else ""),
        "would_decide": what_would_decide(
            claim.rule,
            judgement,
            base.kind,
            len(base),
            base.n_companies() if base.kind == "roles" else 0,
        ),
        "p_value": _number(claim_p_value(claim.rule, judgement, result.parts)),
        "finding": f"{finding[0].upper()}{finding[1:]}; from {whole}.",
        "fragile_under": ", ".join(turned) or None,
        "unsettled_under": ", ".join(unsettled) or None,
        "proxy": claim.proxy is not None,
        "redo_sql": redo_sql(claim, base.first, base.last, sources_of(base)),
    }


def _with_multiplicity(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Say which verdicts hold when all claims with enough data are taken together (Holm)."""
    judged = [row for row in rows if row["verdict"] != "out_of_scope"]
    adjusted = holm([cast("float", row["p_value"]) for row in judged])
    for row, value in zip(judged, adjusted, strict=True):
        row["holds_after_holm"] = value <= LEVEL if row["verdict"] in _OPPOSITE else None
    return rows


def _frame(rows: list[dict[str, object]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Make a frame whose column types don't depend on what it holds."""
    frame = pd.DataFrame(rows, columns=list(columns))
    for column in columns:
        if column in _COUNTS or column in ("claim_version", "part_no"):
            frame[column] = frame[column].astype("Int64")
        elif column.startswith(("estimate", "ci_", "p_value", "claimed_")) and column != "estimand":
            frame[column] = frame[column].astype("float64")
        elif column in ("proxy", "is_sample"):
            frame[column] = frame[column].astype(bool)
        elif column == "holds_after_holm":
            frame[column] = frame[column].astype("boolean")
        elif column not in _DATES:
            frame[column] = frame[column].astype("str")
    return frame
