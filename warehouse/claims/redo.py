"""The SQL of a claim: a query on the published warehouse that gives its estimates anew.

Belongs here: writing a claim's population and measure as a query on `out.claim_roles`,
`out.claim_papers` or `out.claim_evidence`, for people who want to see for themselves. Does not
belong here: the estimates that are published (`judge`); they come from other code, so that the two
hold each other in check.

Intervals are no matter of a query, and neither are fits: for a regression, a match or a crossing
the query gives the counts and medians that the fit goes through, and says so in its first line.
All that goes into a query are names and figures that the registry has validated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from warehouse.claims.counts import (
    CramersV,
    GroupGaps,
    Lift,
    ModelShares,
    Ratio,
    RatioOfRatios,
    Share,
    ShareContrast,
    ShareGap,
    Shares,
)
from warehouse.claims.employers import CompanyRatio, CompanyShare, CompanyShares
from warehouse.claims.filters import (
    ModelPopulation,
    PaperPopulation,
    RoleFilter,
)
from warehouse.claims.pay import (
    MatchedMedian,
    MedianAgainst,
    PayRange,
    SkillPremium,
    TopDecile,
    VarianceShares,
)
from warehouse.claims.population import SEEN_WITHIN_DAYS
from warehouse.claims.registry import Claim
from warehouse.claims.trends import Crossing, LogRatioTurn, YearlySlope

EITHER = "(names_pytorch OR names_tensorflow)"
BOTH = "names_pytorch AND names_tensorflow"
_PAID = "pay_mid_usd_year IS NOT NULL"
_NAMED = """CASE
    WHEN names_pytorch AND names_tensorflow THEN 'both' WHEN names_pytorch THEN 'pytorch'
    WHEN names_tensorflow THEN 'tensorflow' ELSE 'neither'
  END"""
_YEAR_DAYS = 365.2425


class _Query(NamedTuple):
    """What a measure asks of its units.

    Attributes:
        columns: Names and expressions.
        conditions: On the units, beyond those of the population.
        inner: A query over the units, which `{units}` stands for, that the columns are taken of.
        tail: How rows are grouped and ordered.
        is_fit: Whether it only tells what a fit goes through.
    """

    columns: Mapping[str, str]
    conditions: tuple[str, ...] = ()
    inner: str = ""
    tail: str = ""
    is_fit: bool = False


def redo_sql(claim: Claim, first: date, last: date, sources: Iterable[str]) -> str:
    """Write a claim as a query on the published warehouse.

    Args:
        claim: The claim.
        first: First day of its window.
        last: Last day, included.
        sources: The sources that speak to it, where not all may.

    Returns:
        One SELECT. Its columns are the parts of the claim (out.claim_parts), in one row; of a fit,
        a table of what it goes through.
    """
    query = _query_of(claim, first, last)
    table, population = _units_of(claim, first, last, sorted(sources))
    where = "\n  AND ".join([*population, *query.conditions])
    units = f"FROM {table}\nWHERE {where}"
    if query.inner:
        units = f"FROM (\n{_indented(query.inner.format(units=units))}\n)"
    columns = ",\n  ".join(
        f"{expression} AS {_identifier(name)}" for name, expression in query.columns.items()
    )
    what = (
        "what the fit goes through; the fit itself is no matter of SQL"
        if query.is_fit
        else "the estimate of each part"
    )
    # Not "--", which a spreadsheet would take for a formula.
    text = f"/* {claim.id}, version {claim.version}: {what} */\nSELECT\n  {columns}\n{units}"
    return f"{text}\n{query.tail}" if query.tail else text


def _units_of(claim: Claim, first: date, last: date, sources: list[str]) -> tuple[str, list[str]]:
    """The relation that holds the units of a claim, and the conditions that choose them."""
    population = claim.population
    if isinstance(population, ModelPopulation):
        return "out.claim_evidence", [f"claim_id = {_text(claim.id)}"]
    days = f"BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
    if isinstance(population, PaperPopulation):
        found = ["is_official" if population.is_official else "NOT is_official"]
        found.append(f"published_on {days}")
        if population.is_naming:
            found.append("is_naming")
        if population.pattern is not None:
            found.append(f"regexp_matches(about, {_text(population.pattern)})")
        return "out.claim_papers", found
    found = _conditions(population)
    found += [f"entered_on {days}", f"days_unseen <= {SEEN_WITHIN_DAYS}"]
    window = claim.window
    if window.first is not None or window.min_source_years is not None:
        found.append("is_dated")
    if population.sources is not None or window.min_source_years is not None:
        found.append(_among("source", sources) if sources else "false")
    return "out.claim_roles", found


def _conditions(asked: RoleFilter) -> list[str]:
    """A filter as conditions that all must hold."""
    found = []
    for name in ("is_ml_role", "is_us"):
        wanted = getattr(asked, name)
        if wanted is not None:
            found.append(name if wanted else f"NOT {name}")
    for name in ("family", "level", "country", "workplace"):
        wanted = getattr(asked, name)
        if wanted is not None:
            found.append(_among(name, wanted))
    if asked.names_any is not None:
        found.append(_names_any(asked.names_any))
    found += [f"list_contains(names, {_text(term)})" for term in asked.names_all or ()]
    if asked.names_none is not None:
        found.append(f"NOT {_names_any(asked.names_none)}")
    if asked.employer is not None:
        found.append("is_large_employer")
    if asked.any_of is not None:
        found.append("(" + " OR ".join(_predicate(part) for part in asked.any_of) + ")")
    return found


def _predicate(asked: RoleFilter) -> str:
    """A filter as one condition; what is unknown is not so."""
    found = " AND ".join(_conditions(asked))
    return f"coalesce({found}, false)"


def _names_any(terms: Iterable[str]) -> str:
    return f"list_has_any(names, [{', '.join(map(_text, terms))}])"


def _among(column: str, values: Iterable[str]) -> str:
    listed = [_text(value) for value in values]
    return f"{column} = {listed[0]}" if len(listed) == 1 else f"{column} IN ({', '.join(listed)})"


def _names(framework: str) -> str:
    return f"names_{framework}"


def _share(upper: str, lower: str = "") -> str:
    """Units with the one thing by those with the other, or by all."""
    below = f"count_if({lower})" if lower else "count(*)"
    return f"count_if({upper}) / nullif({below}, 0)"


def _flagged(**flags: str) -> str:
    columns = ", ".join(f"{condition} AS {name}" for name, condition in flags.items())
    return f"SELECT *, {columns}\n{{units}}"


def _query_of(claim: Claim, first: date, last: date) -> _Query:
    measure = claim.measure
    if isinstance(measure, YearlySlope):
        return _yearly_slope(measure, first, last)
    return _WRITERS[type(measure)](measure)


def _ratio(measure: Ratio) -> _Query:
    pairs = zip(measure.part_names, measure.pairs, strict=True)
    return _Query({name: _share(_names(upper), _names(lower)) for name, (upper, lower) in pairs})


def _share_of(measure: Share) -> _Query:
    if measure.having is not None:
        named = _predicate(measure.having)
    else:
        named = BOTH if measure.naming == "both" else _names(str(measure.naming))
    return _Query({"share": _share(named)}, (EITHER,) if measure.among == "either" else ())


def _shares(measure: Shares) -> _Query:
    return _Query({str(name): _share(_names(name)) for name in measure.naming})


def _share_gap(measure: ShareGap) -> _Query:
    gap = f"(count_if({_names(measure.naming)}) - count_if({_names(measure.minus)}))"
    return _Query({"gap": f"{gap} / nullif(count(*), 0)"})


def _share_contrast(measure: ShareContrast) -> _Query:
    groups, named = ("in_first", "in_second"), _names(measure.naming)
    difference = " - ".join(_share(f"{group} AND {named}", group) for group in groups)
    inner = _flagged(in_first=_predicate(measure.inside), in_second=_predicate(measure.against))
    either = (EITHER,) if measure.among == "either" else ()
    return _Query({"difference": difference}, either, inner=inner)


def _ratio_of_ratios(measure: RatioOfRatios) -> _Query:
    upper, lower = map(_names, measure.pair)
    inside, outside = (
        _share(f"{group} AND {upper}", f"{group} AND {lower}")
        for group in ("is_inside", "NOT is_inside")
    )
    inner = _flagged(is_inside=_predicate(measure.inside))
    return _Query({"ratio": f"({inside})\n    / nullif({outside}, 0)"}, inner=inner)


def _lift(measure: Lift) -> _Query:
    of, against = _names(measure.of), _names(measure.against)
    return _Query(
        {
            skill: f"({_share(f'{of} AND {_names_any(terms)}', of)})"
            f"\n    / nullif({_share(f'{against} AND {_names_any(terms)}', against)}, 0)"
            for skill, terms in measure.skills.items()
        },
        (f"({of} OR {against})",),
    )


def _group_gaps(measure: GroupGaps) -> _Query:
    of, against = _names(measure.of), _names(measure.against)
    return _Query(
        {
            group: f"{_share(f'{of} AND {_predicate(asked)}', of)}"
            f"\n    - {_share(f'{against} AND {_predicate(asked)}', against)}"
            for group, asked in measure.groups.items()
        },
        (f"({of} OR {against})",),
    )


def _cramers_v(measure: CramersV) -> _Query:
    cells = {"pytorch only": "names_pytorch AND NOT names_tensorflow"}
    cells["tensorflow only"] = "names_tensorflow AND NOT names_pytorch"
    cells["both"] = BOTH
    columns = {measure.by: measure.by} | {n: f"count_if({c})" for n, c in cells.items()}
    return _Query(
        columns, (EITHER, f"{measure.by} IS NOT NULL"), tail="GROUP BY 1 ORDER BY 1", is_fit=True
    )


def _models(measure: ModelShares) -> _Query:
    cells = {
        "pytorch": "cell IN ('pytorch_only', 'both')",
        "tensorflow": "cell IN ('tensorflow_only', 'both')",
        "jax": "has_jax",
    }
    return _Query(
        {
            f"{framework} {ranking}": _share(
                f"{cells[framework]} AND ends_with(model_id, {_text(' ' + ranking)})",
                f"ends_with(model_id, {_text(' ' + ranking)})",
            )
            for ranking in measure.rankings
            for framework in measure.naming
        }
    )


def _of_companies(min_roles: int) -> str:
    return (
        "SELECT company_id, bool_or(names_pytorch) AS names_pytorch,\n"
        "  bool_or(names_tensorflow) AS names_tensorflow, bool_or(names_jax) AS names_jax\n"
        f"{{units}}\nGROUP BY company_id HAVING count(*) >= {min_roles}"
    )


def _company_share(measure: CompanyShare) -> _Query:
    return _Query({"share": _share(BOTH, EITHER)}, inner=_of_companies(measure.min_roles))


def _company_shares(measure: CompanyShares) -> _Query:
    shares = {str(framework): _share(_names(framework)) for framework in measure.naming}
    return _Query(shares, inner=_of_companies(measure.min_roles))


def _company_ratio(measure: CompanyRatio) -> _Query:
    ratio = _share(_names(measure.upper), _names(measure.lower))
    return _Query({"ratio": ratio}, inner=_of_companies(1))


def _yearly_slope(measure: YearlySlope, first: date, last: date) -> _Query:
    middle = date.fromordinal((first.toordinal() + last.toordinal() + 1) // 2)
    year = f"(entered_on - DATE '{middle.isoformat()}') / {_YEAR_DAYS}"
    named = f"{_names(measure.naming)}::INTEGER"
    inner = (
        f"SELECT source, regr_sxy({named}, {year}) AS sxy, regr_sxx({named}, {year}) AS sxx\n"
        "{units}\nGROUP BY source"
    )
    return _Query({"slope": "sum(sxy) / nullif(sum(sxx), 0)"}, inner=inner)


def _log_ratio_turn(measure: LogRatioTurn) -> _Query:
    upper, lower = _names(measure.upper), _names(measure.lower)
    columns = {
        "year": "year(published_on)",
        measure.upper: f"count_if({upper})",
        measure.lower: f"count_if({lower})",
        "log ratio": f"ln((count_if({upper}) + 0.5) / (count_if({lower}) + 0.5))",
    }
    return _Query(columns, tail="GROUP BY 1 ORDER BY 1", is_fit=True)


def _crossing(measure: Crossing) -> _Query:
    ahead, behind = _names(measure.ahead), _names(measure.behind)
    columns = {
        "quarter": "date_trunc('quarter', entered_on)::DATE",
        measure.ahead: f"count_if({ahead})",
        measure.behind: f"count_if({behind})",
    }
    return _Query(columns, (f"({ahead} OR {behind})",), tail="GROUP BY 1 ORDER BY 1", is_fit=True)


def _pay_range(measure: PayRange) -> _Query:
    low, high = measure.range_usd_year
    overlaps = (
        f"coalesce(pay_min_usd_year, pay_mid_usd_year) <= {high:.10g}\n"
        f"    AND coalesce(pay_max_usd_year, pay_mid_usd_year) >= {low:.10g}"
    )
    columns = {f"p{p}": f"quantile_disc(pay_mid_usd_year, {p / 100})" for p in (10, 90)}
    return _Query(columns | {"overlap": _share(overlaps)}, (_PAID,))


def _matched_median(measure: MatchedMedian) -> _Query:
    columns = {name: name for name in measure.alike} | {
        f"{what} of the {place} group": f"{function} FILTER ({group})"
        for place, group in (("first", "is_first"), ("second", "is_second"))
        for what, function in (("n", "count(*)"), ("median", "median(pay_mid_usd_year)"))
    }
    inner = _flagged(is_first=_predicate(measure.group), is_second=_predicate(measure.against))
    return _Query(
        columns,
        (_PAID,),
        inner=inner,
        tail="GROUP BY ALL HAVING bool_or(is_first AND NOT is_second)\n"
        "  AND bool_or(is_second AND NOT is_first)\nORDER BY ALL",
        is_fit=True,
    )


def _median_against(measure: MedianAgainst) -> _Query:
    inside = f"median(ln(pay_mid_usd_year)) FILTER ({_predicate(measure.group)})"
    return _Query(
        {"difference": f"exp({inside}\n    - median(ln(pay_mid_usd_year))) - 1"}, (_PAID,)
    )


def _variance_shares(_: VarianceShares) -> _Query:
    columns = {
        "level": "level",
        "framework": _NAMED,
        "n roles": "count(*)",
        "n companies": "count(DISTINCT company_id)",
        "mean log pay": "avg(ln(pay_mid_usd_year))",
        "variance of log pay": "var_samp(ln(pay_mid_usd_year))",
    }
    return _Query(columns, (_PAID,), tail="GROUP BY 1, 2 ORDER BY 1, 2", is_fit=True)


def _skill_premium(measure: SkillPremium) -> _Query:
    has = {name: _names_any(terms) for name, terms in measure.skills.items()}
    has |= {framework: _names(framework) for framework in ("pytorch", "tensorflow")}
    return _Query(
        {
            f"{name}: raw difference of log pay": f"avg(ln(pay_mid_usd_year)) FILTER ({named})"
            f"\n    - avg(ln(pay_mid_usd_year)) FILTER (NOT {named})"
            for name, named in has.items()
        },
        (_PAID,),
        is_fit=True,
    )


def _top_decile(measure: TopDecile) -> _Query:
    inner = "SELECT *, pay_mid_usd_year > quantile_disc(pay_mid_usd_year, 0.9) OVER () AS is_top\n"
    return _Query(
        {
            skill: f"{_share(f'is_top AND {_names_any(terms)}', 'is_top')}"
            f"\n    - {_share(f'NOT is_top AND {_names_any(terms)}', 'NOT is_top')}"
            for skill, terms in measure.skills.items()
        },
        (_PAID,),
        inner=inner + "{units}",
    )


_WRITERS: dict[type, Callable[..., _Query]] = {
    Ratio: _ratio,
    Share: _share_of,
    Shares: _shares,
    ShareGap: _share_gap,
    ShareContrast: _share_contrast,
    RatioOfRatios: _ratio_of_ratios,
    Lift: _lift,
    GroupGaps: _group_gaps,
    CramersV: _cramers_v,
    ModelShares: _models,
    CompanyShare: _company_share,
    CompanyShares: _company_shares,
    CompanyRatio: _company_ratio,
    LogRatioTurn: _log_ratio_turn,
    Crossing: _crossing,
    PayRange: _pay_range,
    MatchedMedian: _matched_median,
    MedianAgainst: _median_against,
    VarianceShares: _variance_shares,
    SkillPremium: _skill_premium,
    TopDecile: _top_decile,
}


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return name if name.isidentifier() and name != "both" else f'"{name}"'


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
