"""Which units speak to a claim, and the other readings of them that a verdict is tried under.

Belongs here: the time basis of sources, and the variants of the sensitivity table. Does not belong
here: judging them (`judge`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from warehouse.claims.estimators import OF_COMPANIES
from warehouse.claims.filters import PaperPopulation, RolePopulation, Window
from warehouse.claims.population import SEEN_WITHIN_DAYS, Evidence, Units, in_window
from warehouse.claims.registry import Claim
from warehouse.claims.trends import YearlySlope

_EPOCH = date(1970, 1, 1)
_YEAR_DAYS = 365.25
EARLY_DAYS = 31


class Silence(NamedTuple):
    """A source that can't speak to a claim, and why."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source} ({self.reason})"


def speaking(claim: Claim, evidence: Evidence, as_of: date, *, unmerged: bool = False) -> Units:
    """Choose the units that a claim is judged on.

    Args:
        claim: The claim.
        evidence: All units.
        as_of: The day that counts as now.
        unmerged: Take adverts, each counted for itself, for roles.
    """
    population, window = claim.population, claim.window
    units = in_window(evidence.universe(population, unmerged=unmerged), window, as_of)
    if not isinstance(population, RolePopulation):
        return units
    units = units.where(_is_seen_in_time(units, window))
    too_short = _short_sources(evidence, window)
    units = units.where(~np.isin(units.codes("source"), sorted(too_short)))
    if population.sources is not None:
        listed = units.store.texts["source"].among(population.sources)
        units = units.where(listed[units.codes("source")])
    return units


def _is_seen_in_time(units: Units, window: Window) -> np.ndarray:
    """Tell which roles were seen soon after they came, on a day that is known where it matters."""
    is_timely = units.column("days_unseen") <= SEEN_WITHIN_DAYS
    is_of_a_past = window.first is not None or window.min_source_years is not None
    return is_timely & units.column("is_dated") if is_of_a_past else is_timely


def _short_sources(evidence: Evidence, window: Window) -> set[int]:
    """Find the sources whose timely roles span too short a time for the window."""
    if window.min_source_years is None:
        return set()
    store = evidence.roles
    source, day = store.texts["source"].codes, store.columns["day"]
    is_timely = (store.columns["days_unseen"] <= SEEN_WITHIN_DAYS) & store.columns["is_dated"]
    short = set()
    for code in range(len(store.texts["source"].values)):
        days = day[(source == code) & is_timely]
        if len(days) == 0 or np.ptp(days) < window.min_source_years * _YEAR_DAYS:
            short.add(code)
    return short


def silences(claim: Claim, units: Units, evidence: Evidence, as_of: date) -> Iterator[Silence]:
    """Yield the sources that have roles of a claim's population and can't speak to it.

    Args:
        claim: The claim.
        units: Those that it is judged on.
        evidence: All units.
        as_of: The day that counts as now.
    """
    population = claim.population
    if not isinstance(population, RolePopulation):
        return
    universe = evidence.universe(population)
    store = universe.store
    in_time = set(np.unique(in_window(universe, claim.window, as_of).codes("source")))
    too_short = _short_sources(evidence, claim.window)
    for code in np.setdiff1d(universe.codes("source"), units.codes("source")):
        name = store.texts["source"].values[code]
        if population.sources is not None and name not in population.sources:
            yield Silence(name, population.sources_because or "")
        elif code in too_short:
            years = claim.window.min_source_years
            yield Silence(name, f"its adverts span less than {years:g} years")
        elif code in in_time:
            yield Silence(
                name,
                f"what it has of the window was first seen over {SEEN_WITHIN_DAYS} days after it "
                "came, or its day is not known",
            )
        else:
            # Of all that it has: the reason is then the same for every claim.
            days = store.columns["day"][store.texts["source"].codes == code]
            first, last = (_EPOCH + timedelta(days=int(d)) for d in (days.min(), days.max()))
            yield Silence(name, f"has none in the window: what it has came from {first} to {last}")


def variants(
    claim: Claim, units: Units, evidence: Evidence, as_of: date
) -> Iterator[tuple[str, Units]]:
    """Yield the units of a claim under each variant that applies to it.

    Args:
        claim: The claim.
        units: Those that it is judged on.
        evidence: All units.
        as_of: The day that counts as now.
    """
    yield from _each_source(units)
    population, window = claim.population, claim.window
    if isinstance(population, RolePopulation):
        yield "adverts unmerged", speaking(claim, evidence, as_of, unmerged=True)
        yield from _role_variants(claim, units, evidence, as_of)
    elif isinstance(population, PaperPopulation):
        for name, field in (
            ("official repositories only", "is_official"),
            ("papers of known framework only", "is_naming"),
        ):
            if not getattr(population, field):
                other = population.model_copy(update={field: True})
                yield name, in_window(evidence.universe(other), window, as_of)


def sources_of(units: Units) -> list[str]:
    """Name the sources that hold any of the units."""
    values = units.store.texts["sources"].values
    held = np.unique(units.codes("sources"))
    return sorted({name for code in held for name in values[code].split(",")})


def _each_source(units: Units) -> Iterator[tuple[str, Units]]:
    """Yield the units of each source alone; a merged role belongs to each that advertised it."""
    texts = units.store.texts["sources"]
    codes = units.codes("sources")
    for source in sources_of(units):
        holding = [text for text in texts.values if source in text.split(",")]
        yield f"source: {source}", units.where(texts.among(holding)[codes])


def _role_variants(
    claim: Claim, units: Units, evidence: Evidence, as_of: date
) -> Iterator[tuple[str, Units]]:
    """Yield the same claim on other readings of the same roles."""
    if not isinstance(claim.measure, OF_COMPANIES):
        yield "equal company weights", replace(units, has_equal_companies=True)
    yield "fixed panel of boards", units.where(units.column("is_panel"))
    yield "without staffing agencies", units.where(~units.column("is_agency"))
    yield "without boilerplate", speaking(claim, evidence.without_boilerplate(), as_of)
    if len(units):
        sizes = np.bincount(units.company)
        yield "without the largest employer", units.where(units.company != sizes.argmax())
    late = in_window(evidence.universe(claim.population), claim.window, as_of)
    listed = late.store.texts["source"].among(sources_of(units))[late.codes("source")]
    late = late.where(listed)
    if len(late) > len(units):
        yield "with roles that were seen late", late
    is_early = units.column("days_unseen") <= EARLY_DAYS
    if not is_early.all():
        yield f"only roles seen within {EARLY_DAYS} days", units.where(is_early)
    if isinstance(claim.measure, YearlySlope):
        yield "sources pooled", replace(units, has_pooled_sources=True)
