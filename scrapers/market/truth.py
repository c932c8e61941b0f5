"""What is true in the sample market: per posting, and per claim.

Belongs here: the planted verdicts, the truth of each posting that a market shows, and the value
that each estimand has on it. Does not belong here: intervals and decision rules (the warehouse has
them).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scrapers.market.ashby import junk_band
from scrapers.market.papers import Link
from scrapers.market.texts import raised
from scrapers.market.world import (
    JAX_FAMILY,
    PYTORCH_FAMILY,
    TENSORFLOW_FAMILY,
    Advert,
    Band,
    MarketSpec,
    Place,
    Post,
    Role,
    Tools,
)

LABEL = "SAMPLE: a simulated job market, not the world"

PLANTED: Mapping[str, tuple[str, str]] = {
    "hire_more_pytorch_2026": ("supported", ""),
    "hire_ratio_two_to_one": ("undetermined", "too few observations"),
    "hire_tf_led_2020": ("supported", ""),
    "hire_crossover_by_2024": ("supported", ""),
    "hire_jax_fraction": ("contradicted", ""),
    "hire_tf_declining": ("supported", ""),
    "emp_both_40": ("contradicted", ""),
    "seg_research_pytorch": ("contradicted", ""),
    "pay_pytorch_senior": ("contradicted", ""),
    "paper_pytorch_60": ("contradicted", ""),
    "paper_tf_15": ("supported", ""),
    "paper_pytorch_led_2020": ("contradicted", ""),
}
"""Claim: its verdict in a market of scale 1 or more, and the reason where it is undetermined."""

CROSSOVER_ON = date(2023, 1, 1)
"""When the planted shares of PyTorch and TensorFlow are equal."""

_HOURS_A_YEAR, _MONTHS_A_YEAR = 2080, 12


def advert_row(
    item: Advert, source: str, board: str, first_seen: date, last_seen: date
) -> dict[str, Any]:
    """The truth of a board's advert, as it last stood there."""
    role = item.role
    pay = role.pay
    if pay and item.version(last_seen):
        pay = raised(pay)
    bands: list[dict[str, Any]] = []
    if pay and pay.in_field and source != "greenhouse":
        junk = pay.is_junk and source == "ashby"
        bands += [_band(junk_band(b) if junk else b, "structured", junk) for b in pay.bands]
    if pay and pay.in_text:
        bands += [_band(b, "parsed", is_junk=False) for b in pay.bands]
    return {
        "source": source,
        "source_id": item.source_id,
        "board": board,
        **_role_row(role, role.tools, item.places),
        "n_roles": 1,
        "posted_on": item.posted_at.date().isoformat(),
        "first_seen_on": first_seen.isoformat(),
        "last_seen_on": last_seen.isoformat(),
        "pay_bands": bands,
        "is_copy": item.is_copy,
    }


def post_row(post: Post) -> dict[str, Any]:
    """The truth of a hiring post; of several roles in it the first one counts."""
    lead = post.roles[0]
    bands = lead.pay.bands if lead.pay else ()
    return {
        "source": "hackernews",
        "source_id": str(post.comment_id),
        "board": None,
        **_role_row(lead, lead.tools, lead.places),
        "n_roles": len(post.roles),
        "posted_on": post.posted_at.date().isoformat(),
        "first_seen_on": None,
        "last_seen_on": None,
        "pay_bands": [_band(b, "parsed", is_junk=False) for b in bands],
        "is_copy": post.is_copy,
    }


def _role_row(role: Role, tools: Tools, where: Sequence[Place]) -> dict[str, Any]:
    countries = sorted({p.country for p in where})
    return {
        "company": role.employer.key,
        "role_key": role.key,
        "title": role.title,
        "frameworks": sorted(tools.named()),
        "negated": sorted(tools.named() - tools.asked()),
        "is_ml_role": role.is_ml,
        "family": role.family,
        "level": role.level,
        "language": role.language,
        "countries": countries,
        "us": "US" in countries,
        "workplace": role.workplace,
    }


def _band(band: Band, provenance: str, is_junk: bool) -> dict[str, Any]:
    return {
        "min": band.pay_min,
        "max": band.pay_max,
        "currency": band.currency,
        "period": band.period,
        "kind": band.kind,
        "zone": band.zone,
        "provenance": provenance,
        "is_plausible": not is_junk,
    }


def roles(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per role, dated by its earliest posting: what claims count.

    Args:
        rows: The truth of postings.

    Returns:
        The earliest posting of each role, with `has_pytorch`, `has_tensorflow` and `has_jax` by
        family, negated names left out.
    """
    earliest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: (r["posted_on"], r["source_id"])):
        if row["role_key"] in earliest:
            continue
        asked = set(row["frameworks"]) - set(row["negated"])
        earliest[row["role_key"]] = {
            **row,
            "has_pytorch": bool(asked & PYTORCH_FAMILY),
            "has_tensorflow": bool(asked & TENSORFLOW_FAMILY),
            "has_jax": bool(asked & JAX_FAMILY),
        }
    return list(earliest.values())


def estimates(
    rows: Iterable[Mapping[str, Any]], links: Sequence[Link], spec: MarketSpec
) -> dict[str, dict[str, Any]]:
    """The value of each claim's estimand on the truth.

    Args:
        rows: The truth of postings.
        links: The papers' links.
        spec: Says what "now" is.

    Returns:
        Claim: estimate (None where nothing is in its population), and the counts behind it.
    """
    ml = [r for r in roles(rows) if r["is_ml_role"]]
    year_ago = spec.as_of.replace(year=spec.as_of.year - 1).isoformat()
    recent = [r for r in ml if r["posted_on"] > year_ago]
    fourth_quarter = [r for r in ml if r["us"] and "2024-10-01" <= r["posted_on"] <= "2024-12-31"]
    research = [
        r for r in recent if r["family"] == "research" and (r["has_pytorch"] or r["has_tensorflow"])
    ]
    jax = _ratio(recent, "has_jax", "has_pytorch")
    jax_tensorflow = _ratio(recent, "has_jax", "has_tensorflow")
    return {
        "hire_more_pytorch_2026": _ratio(_in_year(ml, 2026), "has_pytorch", "has_tensorflow"),
        "hire_ratio_two_to_one": _ratio(fourth_quarter, "has_pytorch", "has_tensorflow"),
        "hire_tf_led_2020": _ratio(_in_year(ml, 2020), "has_pytorch", "has_tensorflow"),
        "hire_crossover_by_2024": {"estimate": CROSSOVER_ON.isoformat()},
        "hire_jax_fraction": {**jax, "estimate_jax_tensorflow": jax_tensorflow["estimate"]},
        "hire_tf_declining": _slope(ml, spec),
        "emp_both_40": _both(recent),
        "seg_research_pytorch": {
            "estimate": _mean([r["has_pytorch"] for r in research]),
            "n_roles": len(research),
        },
        "pay_pytorch_senior": _senior_pay(ml),
        **_paper_estimates(links),
    }


def _in_year(rows: Iterable[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    return [r for r in rows if r["posted_on"].startswith(f"{year}-")]


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None


def _ratio(rows: Sequence[Mapping[str, Any]], over: str, under: str) -> dict[str, Any]:
    n_over = sum(r[over] for r in rows)
    n_under = sum(r[under] for r in rows)
    return {
        "estimate": round(n_over / n_under, 4) if n_under else None,
        "n_over": n_over,
        "n_under": n_under,
        "n_roles": len(rows),
        "n_companies": len({r["company"] for r in rows}),
    }


def _slope(ml: Sequence[Mapping[str, Any]], spec: MarketSpec) -> dict[str, Any]:
    """Least squares of naming TensorFlow on time, per year, over the last five years."""
    start = spec.as_of.replace(year=spec.as_of.year - 5)
    rows = [r for r in ml if r["posted_on"] > start.isoformat()]
    times = [(date.fromisoformat(r["posted_on"]) - start).days / 365.25 for r in rows]
    names = [float(r["has_tensorflow"]) for r in rows]
    if len(set(times)) < 2:
        return {"estimate": None, "n_roles": len(rows)}
    slope = statistics.linear_regression(times, names).slope
    return {"estimate": round(slope, 4), "n_roles": len(rows)}


def _both(recent: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Share of companies that name both, among those that name either and have two ML roles."""
    of_company: dict[str, list[Mapping[str, Any]]] = {}
    for row in recent:
        of_company.setdefault(row["company"], []).append(row)
    both = []
    for rows in of_company.values():
        named = [any(r[f"has_{f}"] for r in rows) for f in ("pytorch", "tensorflow")]
        if len(rows) >= 2 and any(named):
            both.append(all(named))
    return {"estimate": _mean(both), "n_companies": len(both)}


def yearly_midpoint_usd(row: Mapping[str, Any]) -> float | None:
    """The yearly midpoint of a posting's first plausible base band in US dollars.

    Args:
        row: The truth of a posting.

    Returns:
        US dollars a year; None where no band with both ends is stated in dollars.
    """
    for band in row["pay_bands"]:
        if (
            band["currency"] == "USD"
            and band["kind"] == "base"
            and band["is_plausible"]
            and band["min"] is not None
            and band["max"] is not None
        ):
            times = {"YEAR": 1, "MONTH": _MONTHS_A_YEAR, "HOUR": _HOURS_A_YEAR}[band["period"]]
            return float((band["min"] + band["max"]) / 2 * times)
    return None


def _senior_pay(ml: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [r for r in ml if r["us"] and r["level"] == "senior" and r["has_pytorch"]]
    middles = sorted(m for r in rows if (m := yearly_midpoint_usd(r)) is not None)
    if len(middles) < 2:
        return {"estimate": None, "n_roles": len(middles)}
    tenths = statistics.quantiles(middles, n=10, method="inclusive")
    return {
        "estimate": round(statistics.median(middles)),
        "p10": round(tenths[0]),
        "p90": round(tenths[-1]),
        "n_roles": len(middles),
        "n_companies": len({r["company"] for r in rows if yearly_midpoint_usd(r) is not None}),
    }


def _paper_estimates(links: Sequence[Link]) -> dict[str, dict[str, Any]]:
    papers: dict[str, set[str]] = {}
    years: dict[str, int] = {}
    for link in links:
        if link.paper_arxiv_id:
            papers.setdefault(link.paper_url, set()).add(link.framework)
            years[link.paper_url] = 2000 + int(link.paper_arxiv_id[:2])
    newest = [names for url, names in papers.items() if years[url] == 2025]
    of_2020 = [names for url, names in papers.items() if years[url] == 2020]
    n_tensorflow = sum("tf" in names for names in of_2020)
    n_pytorch = sum("pytorch" in names for names in of_2020)
    return {
        "paper_pytorch_60": {
            "estimate": _mean(["pytorch" in names for names in newest]),
            "n_papers": len(newest),
        },
        "paper_tf_15": {
            "estimate": _mean(["tf" in names for names in newest]),
            "n_papers": len(newest),
        },
        "paper_pytorch_led_2020": {
            "estimate": round(n_pytorch / n_tensorflow, 4) if n_tensorflow else None,
            "n_papers": len(of_2020),
        },
    }
