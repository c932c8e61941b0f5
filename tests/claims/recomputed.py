"""Every figure of the verdict table on a second path: plain SQL and sums, by the registry's words.

Belongs here: which units each claim is about and what is measured on them, read anew from its
statement, estimand, population and window, and a plain reading of its rule. Does not belong here:
comparing with the table (the tests), or anything of `warehouse.claims` and `warehouse.statistics`,
which this is to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

REGISTRY = Path(__file__).resolve().parents[2] / "warehouse" / "claims"
Array = npt.NDArray[Any]
Rows = dict[str, Array]
Estimate = Callable[[Rows, Array], float]
Sides = Callable[[Rows], list[Array]]


class Part(NamedTuple):
    """One measured quantity: its value for rows that count so often, and the sides it compares.

    Attributes:
        estimate: From columns and weights of rows.
        sides: Masks of the rows on each side.
        tolerance: How far the table may be from it, in its unit, where the registry's words leave
            room (else 1e-8 of it).
        of_width: The same in widths of the interval.
    """

    estimate: Estimate
    sides: Sides
    tolerance: float = 0.0
    of_width: float = 0.0


class Recomputation(NamedTuple):
    """A claim: the units that it counts, as SQL over `units`, and what is measured on them."""

    sql: str
    parts: Mapping[str, Part]


class Recomputed(NamedTuple):
    """What comes out: figures by part, rows and companies on each side by part, and counts."""

    estimates: dict[str, float]
    sides: dict[str, list[tuple[int, int]]]
    counts: dict[str, int]


# The units. A role names what is said, not negated, in an advert of its first year. Archives keep
# all adverts; other sources speak for a day when they were read within a quarter of it.
UNITS = """
CREATE OR REPLACE TEMP TABLE advert AS
SELECT
    a.posting_id, a.role_id, coalesce(a.posted_on, a.first_seen_on) AS came_on,
    a.source = 'hackernews' OR a.first_seen_on - coalesce(a.posted_on, a.first_seen_on) <= 92
        AS is_timely,
    a.source = 'hackernews' OR a.posted_on IS NOT NULL
        OR coalesce(a.first_seen_on > b.first_listing_on, false) AS is_dated
FROM core.postings AS a LEFT JOIN core.boards AS b USING (source, board);

CREATE OR REPLACE TEMP TABLE said AS
WITH first_year AS (
    SELECT posting_id, role_id FROM advert
    QUALIFY came_on <= min(came_on) OVER (PARTITION BY role_id) + 365
), term AS (
    SELECT posting_id, technology AS term FROM core.mentions WHERE is_negated IS NOT true
    UNION SELECT posting_id, family FROM core.mentions WHERE is_negated IS NOT true
)
SELECT role_id, list(DISTINCT term) AS terms FROM first_year JOIN term USING (posting_id)
GROUP BY role_id;

CREATE OR REPLACE TEMP TABLE large AS
SELECT company_id FROM core.companies
WHERE n_open_most >= (
    SELECT quantile_cont(n_open_most, 0.75) FROM core.companies
    WHERE company_id IN (SELECT company_id FROM core.roles)
);

CREATE OR REPLACE TEMP TABLE role AS
SELECT
    r.role_id, coalesce(r.company_id, r.role_id) AS cluster, r.source, r.entered_on AS day,
    coalesce(r.is_ml_role, false) AS is_ml, coalesce(r.is_us, false) AS is_us,
    coalesce(r.family, '') AS family, r.level, coalesce(r.metro, r.region) AS place,
    r.company_id IN (FROM large) AS is_large, t.is_timely, t.is_dated,
    r.pay_mid_usd_year AS pay, r.pay_min_usd_year AS pay_low, r.pay_max_usd_year AS pay_high,
    coalesce(s.terms, []) AS terms,
    list_contains(coalesce(s.terms, []), 'pytorch') AS p,
    list_contains(coalesce(s.terms, []), 'tensorflow') AS t,
    list_contains(coalesce(s.terms, []), 'jax') AS j
FROM core.roles AS r
JOIN (
    SELECT role_id, bool_or(is_timely) AS is_timely, bool_or(is_dated) AS is_dated
    FROM advert GROUP BY role_id
) AS t USING (role_id)
LEFT JOIN said AS s USING (role_id)
WHERE r.entered_on <= getvariable('as_of');

CREATE OR REPLACE TEMP TABLE long_source AS
SELECT source FROM role WHERE is_timely AND is_dated
GROUP BY source HAVING max(day) - min(day) >= 2 * 365.25;

-- A paper counts once, whoever lists it; `pwc` is asked by framework and has no denominator.
CREATE OR REPLACE TEMP TABLE paper AS
SELECT
    coalesce(arxiv_id, paper_id) AS cluster, min(published_on) AS day,
    bool_or(framework = 'pytorch') AS p, bool_or(framework = 'tf') AS t,
    bool_or(framework <> 'none') AS is_naming,
    lower(string_agg(concat_ws(' | ', title, array_to_string(tasks, ' | ')), ' | ')) AS about
FROM core.papers JOIN core.paper_frameworks USING (paper_id)
WHERE source <> 'pwc' AND published_on <= getvariable('as_of') GROUP BY 1;

CREATE OR REPLACE TEMP TABLE model AS
SELECT
    split_part(model_id, '/', 1) AS cluster, ranking,
    list_contains(frameworks, 'pytorch') AS p, list_contains(frameworks, 'tf') AS t
FROM core.models WHERE snapshot <= getvariable('as_of')
QUALIFY snapshot = max(snapshot) OVER (PARTITION BY source, ranking);
"""

YEAR = "is_timely AND day > getvariable('as_of') - INTERVAL 12 MONTH"
OF_A_PAST = "is_timely AND is_dated"
ML = "is_ml AND " + YEAR
EITHER = "(p OR t) AND " + YEAR
EDGE = "terms && ['edge-ai', 'mobile', 'embedded', 'in-browser', 'ios', 'android']"
PAID = f"pay IS NOT NULL AND is_us AND {YEAR}"


# Figures. `u` are columns of the rows, `w` says how often each row counts.
def ratio(upper: str, lower: str) -> Part:
    return Part(lambda u, w: w @ u[upper] / (w @ u[lower]), lambda u: [u[upper], u[lower]])


def share(column: str) -> Part:
    return Part(lambda u, w: w @ u[column] / w.sum(), lambda u: [u[column], ~u[column]])


def share_gap(first: str, second: str) -> Part:
    return Part(
        lambda u, w: (w @ u[first] - w @ u[second]) / w.sum(), lambda u: [u[first], u[second]]
    )


def ratio_of_ratios(upper: str, lower: str) -> Part:
    def estimate(u: Rows, w: Array) -> float:
        inside, outside = w * u["inside"], w * ~u["inside"]
        return (inside @ u[upper] / (inside @ u[lower])) / (
            outside @ u[upper] / (outside @ u[lower])
        )

    return Part(
        estimate,
        lambda u: [u[x] & g for g in (u["inside"], ~u["inside"]) for x in (upper, lower)],
    )


def share_between(column: str, inside: str, against: str) -> Part:
    return Part(
        lambda u, w: (
            (w * u[inside]) @ u[column] / (w @ u[inside])
            - (w * u[against]) @ u[column] / (w @ u[against])
        ),
        lambda u: [u[inside], u[against]],
    )


def lift(skill: str, of: str, against: str) -> Part:
    return Part(
        lambda u, w: (
            ((w * u[of]) @ u[skill] / (w @ u[of]))
            / ((w * u[against]) @ u[skill] / (w @ u[against]))
        ),
        lambda u: [u[of] & u[skill], u[against] & u[skill]],
    )


def companies(u: Rows, w: Array, column: str) -> tuple[Array, Array]:
    """Give for each company whether a role of it has what is asked, and how often it counts."""
    code = u["company"]
    return np.bincount(code, u[column]) > 0, np.bincount(code, w) / np.bincount(code)


def of_companies(column: str) -> Array | Any:
    return lambda u: (np.bincount(u["company"], u[column]) > 0)[u["company"]]


def company_share(column: str) -> Part:
    def estimate(u: Rows, w: Array) -> float:
        has, weight = companies(u, w, column)
        return weight @ has / weight.sum()

    having = of_companies(column)
    return Part(estimate, lambda u: [having(u), ~having(u)])


def company_ratio(upper: str, lower: str) -> Part:
    def estimate(u: Rows, w: Array) -> float:
        above, weight = companies(u, w, upper)
        below, _ = companies(u, w, lower)
        return weight @ above / (weight @ below)

    return Part(estimate, lambda u: [of_companies(upper)(u), of_companies(lower)(u)])


def both_share() -> Part:
    def both(u: Rows) -> Array:
        return of_companies("p")(u) & of_companies("t")(u)

    def estimate(u: Rows, w: Array) -> float:
        p, weight = companies(u, w, "p")
        t, _ = companies(u, w, "t")
        return weight @ (p & t) / weight.sum()

    return Part(estimate, lambda u: [both(u), ~both(u)])


def decimal_year(day: Array) -> Array:
    at = pd.DatetimeIndex(day)
    return (at.year + (at.day_of_year - 1) / np.where(at.is_leap_year, 366, 365)).to_numpy(
        np.float64
    )


def years(day: Array) -> Array:
    """Years of mean length since 1970."""
    return day.astype("datetime64[D]").astype(np.float64) / 365.2425


def slope(column: str) -> Part:
    """A straight line with one slope for all sources and a level for each."""

    def estimate(u: Rows, w: Array) -> float:
        x, y = years(u["day"]), u[column].astype(float)
        upper = lower = 0.0
        for source in np.unique(u["source"]):
            here = u["source"] == source
            if w[here].sum() == 0:
                continue
            mean = np.average(x[here], weights=w[here])
            upper += (w[here] * (x[here] - mean)) @ y[here]
            lower += w[here] @ (x[here] - mean) ** 2
        return upper / lower

    return Part(
        estimate, lambda u: [u[column], ~u[column], u["is_first_half"], ~u["is_first_half"]]
    )


def crossing(ahead: str, behind: str) -> Part:
    """Last day on which the smoothed counts were equal: where a normal kernel's sums cross."""

    def estimate(u: Rows, w: Array) -> float:
        x = decimal_year(u["day"])
        lead = w * (u[ahead].astype(float) - u[behind])
        bins = np.round(x * 365.25).astype(int)
        days = np.arange(bins.min(), bins.max() + 1)
        daily = np.bincount(bins - bins.min(), lead)
        reach = np.arange(-1461, 1462)
        kernel = np.exp(-0.5 * (reach / (0.5 * 365.25)) ** 2)
        smooth = np.convolve(daily, kernel)[1461:-1461]
        behind_at = np.flatnonzero(smooth <= 0)
        if len(behind_at) == 0 or behind_at[-1] == len(days) - 1:
            return np.nan
        return float(days[behind_at[-1]] / 365.25)

    # By day, at the middle of the kernel; the table goes by month and dates each by the mean day of
    # the adverts in the kernel, which differs where they grow or fall: a fifth of the kernel is let
    # pass.
    return Part(estimate, lambda u: [u[ahead], u[behind]], tolerance=0.1)


def deviations(u: Rows, w: Array) -> tuple[Array, int]:
    """Cells' deviations from independence in units of phi, and the lesser of rows and columns."""
    kind = np.where(u["p"] & u["t"], 2, np.where(u["p"], 0, 1))
    _, level = np.unique(u["level"].astype(str), return_inverse=True)
    table = np.zeros((3, level.max() + 1))
    np.add.at(table, (kind, level), w)
    table /= table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    found = np.divide(table - expected, np.sqrt(expected), where=expected > 0, out=0 * table)
    return found.ravel(), min((table.sum(axis=1) > 0).sum(), (table.sum(axis=0) > 0).sum())


def cramers_v() -> Part:
    """Cramér's V less what chance adds to phi squared: its jackknife variance over companies."""

    def estimate(u: Rows, w: Array) -> float:
        found, least = deviations(u, w)
        companies = np.unique(u["company"][w > 0])
        left_out = np.array([deviations(u, w * (u["company"] != c))[0] for c in companies])
        n = len(companies)
        chance = np.square(left_out - left_out.mean(axis=0)).sum() * (n - 1) / n
        return float(np.sqrt(max(0.0, found @ found - chance) / (least - 1)))

    # The table has this variance from draws, widened as for intervals; both are rough where hardly
    # a role names one of the two alone.
    return Part(estimate, lambda u: [u["p"], u["t"]], of_width=0.15)


def turn() -> Part:
    """Slope of the yearly log ratios of 2022 to 2025 less that of 2018 to 2021, by precision."""

    def estimate(u: Rows, w: Array) -> float:
        year = pd.DatetimeIndex(u["day"]).year.to_numpy()
        counts = [
            ((w * (year == y)) @ u["p"] + 0.5, (w * (year == y)) @ u["t"] + 0.5)
            for y in range(2018, 2026)
        ]
        logs = [np.log(p / t) for p, t in counts]
        # The root of the precision, as polyfit has it.
        weights = [(1 / p + 1 / t) ** -0.5 for p, t in counts]
        early, late = (
            np.polyfit(range(4), logs[span], 1, w=weights[span])[0]
            for span in (slice(4), slice(4, 8))
        )
        return float(late - early)

    def sides(u: Rows) -> list[Array]:
        year = pd.DatetimeIndex(u["day"]).year.to_numpy()
        return [u[x] & (year == y) for x in "pt" for y in range(2018, 2026)]

    return Part(estimate, sides)


def everything(u: Rows) -> list[Array]:
    return [np.ones(len(u["p"]), np.bool_)]


def quantile(values: Array, w: Array, q: float) -> float:
    """The least value at or below which a share `q` of the rows lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(w[order])
    return float(values[order][np.searchsorted(reached, q * reached[-1] - 1e-9)])


def pay_range(low: float, high: float) -> dict[str, Part]:
    def percentile(q: float) -> Part:
        return Part(lambda u, w: quantile(u["pay"], w, q), everything)

    overlap = Part(
        lambda u, w: w @ ((u["pay_low"] <= high) & (u["pay_high"] >= low)) / w.sum(), everything
    )
    return {"p10": percentile(0.1), "p90": percentile(0.9), "overlap": overlap}


def median(values: Array, w: Array) -> float:
    """The middle of where half of the rows lie below and half above."""
    order = np.argsort(values, kind="stable")
    reached, values = np.cumsum(w[order]), values[order]
    half = reached[-1] / 2
    upper = min(np.searchsorted(reached, half + 1e-9), len(values) - 1)
    return float((values[np.searchsorted(reached, half - 1e-9)] + values[upper]) / 2)


def matched_median() -> Part:
    """Median regression of log pay on the group and its strata, by trying differences.

    The least sum of absolute deviations is attained where a role of the group meets one of the
    others of its stratum; of several such differences the middle is taken.
    """

    def strata(u: Rows) -> list[Array]:
        """Rows of each stratum that holds both sides."""
        keys = u["stratum"]
        masks = [np.flatnonzero(keys == key) for key in np.unique(keys)]
        return [m for m in masks if u["is_group"][m].any() and not u["is_group"][m].all()]

    def estimate(u: Rows, w: Array) -> float:
        logs, of_group = np.log(u["pay"]), u["is_group"]
        held = [m for m in (m[w[m] > 0] for m in strata(u)) if len(m)]
        tried = np.unique(
            np.concatenate([
                np.subtract.outer(logs[m][of_group[m]], logs[m][~of_group[m]]).ravel()
                for m in held
            ] or [np.empty(0)])
        )  # fmt: skip

        def loss(difference: float) -> float:
            total = 0.0
            for m in held:
                left = logs[m] - difference * of_group[m]
                total += w[m] @ np.abs(left - median(left, w[m]))
            return total

        if not len(tried):
            return np.nan
        # The loss is convex in the difference, flat at its least alone.
        low, high = 0, len(tried) - 1
        while high - low > 2:
            third = (high - low) // 3
            if loss(tried[low + third]) < loss(tried[high - third]) - 1e-9:
                high -= third
            else:
                low += third
        best = min(range(low, high + 1), key=lambda i: loss(tried[i]))
        least = loss(tried[best]) + 1e-9
        low = high = best
        while low > 0 and loss(tried[low - 1]) <= least:
            low -= 1
        while high + 1 < len(tried) and loss(tried[high + 1]) <= least:
            high += 1
        return float(np.expm1((tried[low] + tried[high]) / 2))

    def sides(u: Rows) -> list[Array]:
        kept = np.zeros(len(u["pay"]), np.bool_)
        for m in strata(u):
            kept[m] = True
        return [kept & u["is_group"], kept & ~u["is_group"]]

    return Part(estimate, sides, tolerance=2e-5)


def median_against() -> Part:
    def estimate(u: Rows, w: Array) -> float:
        logs, inside = np.log(u["pay"]), u["is_group"]
        if not (w * inside).any():
            return np.nan
        return float(np.expm1(median(logs[inside], w[inside]) - median(logs, w)))

    return Part(estimate, lambda u: [u["is_group"], *everything(u)])


def filled(column: Array) -> pd.Series[Any]:
    """Give what is unknown a value of its own."""
    return pd.Series(column).fillna("").astype(str)


def dummies(*columns: Array) -> Array:
    """A column of 0 and 1 for every value of every column."""
    return np.concatenate([
        pd.get_dummies(filled(column)).to_numpy(np.float64) for column in columns
    ], axis=1)  # fmt: skip


def framework(u: Rows) -> Array:
    return u["p"] + 2 * u["t"].astype(int)


def explained(u: Rows) -> dict[str, float]:
    """Shares of the variance of log pay of company, level and framework, each coming last.

    All by unbiased quadratic forms, with hat matrices in full: the variance of residuals with a
    factor and without it; that of companies by what they put into the squared residuals of a
    regression without them (Henderson's third method). The whole is half the mean squared
    difference of two roles of different companies. Roles alike in all are one, counted so often.
    """
    names = ("level", "framework", "family", "place")
    frame = pd.DataFrame({"pay": u["pay"], "company": u["company"], "framework": framework(u)})
    for name in ("level", "family", "place"):
        frame[name] = filled(u[name])
    frame = frame.groupby(list(frame), as_index=False).size()
    y, w = np.log(frame["pay"].to_numpy()), frame["size"].to_numpy(np.float64)
    z = dummies(frame["company"])

    def squares(x: Array) -> tuple[float, float, float]:
        """Weighted squared residuals, and how much of them noise and companies are to put in."""
        maker = np.eye(len(y)) - x @ np.linalg.pinv(x.T @ (w[:, None] * x), rcond=1e-10) @ (x.T * w)
        rest = np.sqrt(w)[:, None] * maker
        return (
            float(((rest @ y) ** 2).sum()),
            float((rest**2).sum()),
            float(((rest @ z) ** 2).sum()),
        )

    def noise(*held: str) -> float:
        found, of_noise, _ = squares(
            np.concatenate([z, dummies(*(frame[n] for n in held))], axis=1)
        )
        return found / of_noise

    full = noise(*names)
    found, of_noise, of_companies = squares(dummies(*(frame[name] for name in names)))
    parts = {"company": (found - full * of_noise) / of_companies}
    for name in ("level", "framework"):
        parts[name] = noise(*(other for other in names if other != name)) - full
    apart = np.outer(w, w) * (frame["company"].to_numpy()[:, None] != frame["company"].to_numpy())
    whole = (apart * np.subtract.outer(y, y) ** 2).sum() / 2 / apart.sum()
    shares = {name: value / whole for name, value in parts.items()}
    for name in ("company", "level"):
        shares[f"{name} less framework"] = shares[name] - shares["framework"]
    return shares


def variance_share(name: str) -> Part:
    def estimate(u: Rows, w: Array) -> float:
        if "explained" not in u:  # all parts come out of it at once
            u["explained"] = np.array(explained(u))
        return float(u["explained"].item()[name])

    return Part(estimate, lambda u: [*everything(u), u["p"] | u["t"]], tolerance=0.01)


def coefficients(u: Rows, w: Array, skills: tuple[str, ...]) -> dict[str, float]:
    """Least squares of log pay on skills, frameworks, level, family, place and every company.

    A coefficient is NaN where the rest says already who has the skill.
    """
    named = np.stack([u[name] for name in (*skills, "p", "t")], axis=1).astype(np.float64)
    controls = dummies(u["level"], u["family"], u["place"])
    weight = np.maximum(np.bincount(u["company"], w), 1e-300)
    root = np.sqrt(w)[:, None]

    def inside(columns: Array) -> Array:
        """Less the mean of each company, which is what a column for every company does."""
        means = np.stack([np.bincount(u["company"], w * c) / weight for c in columns.T], axis=1)
        return columns - means[u["company"]]

    held, left = inside(controls), inside(named)
    left = left - held @ np.linalg.lstsq(root * held, root * left, rcond=1e-10)[0]
    found = np.linalg.lstsq(root * left, root[:, 0] * np.log(u["pay"]), rcond=1e-10)[0]
    known = (np.square(left) * root**2).sum(axis=0) > 1e-9
    names = (*skills, "pytorch", "tensorflow")
    values = {name: found[i] if known[i] else np.nan for i, name in enumerate(names)}
    best = [np.nanmax([values[n] for n in group] + [-np.inf]) for group in (skills, names[-2:])]
    return values | {"premium": float(best[0] - best[1])}


def skill_coefficient(u: Rows, w: Array, name: str) -> float:
    if "fitted" not in u or not np.array_equal(u["fitted_with"], w):
        u["fitted"] = np.array(coefficients(u, w, tuple(OPERATIONAL)))
        u["fitted_with"] = w
    return float(u["fitted"].item()[name])


def column(name: str) -> str:
    return {"pytorch": "p", "tensorflow": "t"}.get(name, name)


def top_decile(skill: str) -> Part:
    def is_top(u: Rows, w: Array) -> Array:
        return u["pay"] > quantile(u["pay"], w, 0.9)

    def sides(u: Rows) -> list[Array]:
        top = is_top(u, np.ones(len(u["pay"])))
        return [top, ~top]

    def estimate(u: Rows, w: Array) -> float:
        top = is_top(u, w)
        return (w * top) @ u[skill] / (w @ top) - (w * ~top) @ u[skill] / (w @ ~top)

    return Part(estimate, sides)


def segment(inside: str, where: str = ML, upper: str = "p", lower: str = "t") -> Recomputation:
    """Claims that a lead is larger inside a segment than outside."""
    sql = f"SELECT *, coalesce({inside}, false) AS inside FROM role WHERE {where}"
    return Recomputation(sql, {"ratio": ratio_of_ratios(upper, lower)})


def skills(pairs: Mapping[str, str], of: str, against: str) -> Recomputation:
    """Claims that skills travel with a framework."""
    columns = ", ".join(f'terms && {terms} AS "{name}"' for name, terms in pairs.items())
    return Recomputation(
        f"SELECT *, {columns} FROM role WHERE {EITHER}",
        {name: lift(name, of, against) for name in pairs},
    )


def roles(where: str, parts: Mapping[str, Part]) -> Recomputation:
    return Recomputation(f"FROM role WHERE {where}", parts)


def matched(group: str, against: str, alike: str, where: str) -> Recomputation:
    """Claims that one group of like roles is paid more than another."""
    return Recomputation(
        f"""SELECT *, coalesce({group}, false) AS is_group,
            concat_ws(' | ', {", ".join(f"coalesce({column}, '')" for column in alike.split())})
                AS stratum
        FROM role WHERE (({group}) <> ({against})) AND {where} AND {PAID}""",
        {"difference": matched_median()},
    )


def papers(where: str, parts: Mapping[str, Part]) -> Recomputation:
    return Recomputation(f"FROM paper WHERE {where}", parts)


def about(phrases: str) -> str:
    """SQL for papers whose title or a task holds a phrase, in the singular or the plural."""
    words = [p.strip().replace(" ", "[ -]") for p in phrases.split(",")]
    exact = "|".join(word for word in words if not word.endswith("*"))
    begun = "|".join(word.removesuffix("*") for word in words if word.endswith("*"))
    pattern = rf"\b(({exact})s?\b|({begun or exact}\b))"
    return f"regexp_matches(about, '{pattern}')"


LANGUAGE = about(
    "transformer, language model, language modeling, natural language, machine translation, "
    "question answering, text classification, text generation, summarization, sentiment, "
    "named entity, dialogue, llm, bert, gpt*"
)
REINFORCEMENT = about(
    "reinforcement learning, offline rl, deep rl, policy gradient, q-learning, multi-agent rl, "
    "actor-critic, openai gym, atari game*"
)
TREND = f"""
SELECT *, day - first_on < (last_on - first_on) / 2 AS is_first_half FROM role, (
    SELECT (getvariable('as_of') - INTERVAL 60 MONTH)::DATE + 1 AS first_on,
        getvariable('as_of') AS last_on
) WHERE is_ml AND {OF_A_PAST} AND day >= first_on AND source IN (FROM long_source)
"""
OPERATIONAL = {
    "evaluation": "evaluation",
    "training systems": "training-systems",
    "inference": "inference",
    "MLOps": "mlops",
    "data quality": "data-quality",
    "product sense": "product-sense",
}
OPERATIONAL_COLUMNS = ", ".join(
    f"terms && ['{t}'] AS \"{name}\"" for name, t in OPERATIONAL.items()
)
COMPANY_YEAR = (
    "SELECT *, count(*) OVER c AS n, bool_or(p OR t) OVER c AS has_either FROM role WHERE"
)
P_TO_T = {"pytorch:tensorflow": ratio("p", "t")}

CLAIMS: dict[str, Recomputation] = {
    "hire_more_pytorch_2026": roles(f"is_ml AND {OF_A_PAST} AND year(day) = 2026", P_TO_T),
    "hire_ratio_two_to_one": roles(
        f"is_us AND {OF_A_PAST} AND year(day) = 2024 AND quarter(day) = 4", P_TO_T
    ),
    "hire_tf_led_2020": roles(f"{OF_A_PAST} AND year(day) = 2020", P_TO_T),
    "hire_crossover_by_2024": roles(
        f"{OF_A_PAST} AND day >= '2015-01-01' AND source IN (FROM long_source)",
        {"crossing": crossing("p", "t")},
    ),
    "hire_volume_order": roles(ML, {"gap": share_gap("p", "t")}),
    "hire_both_in_demand": roles(ML, {"pytorch": share("p"), "tensorflow": share("t")}),
    "hire_jax_fraction": roles(
        YEAR, {"jax:pytorch": ratio("j", "p"), "jax:tensorflow": ratio("j", "t")}
    ),
    "hire_tf_declining": Recomputation(TREND, {"slope": slope("t")}),
    "hire_pytorch_growing": Recomputation(TREND, {"slope": slope("p")}),
    "hire_both_named": Recomputation(
        f"SELECT *, p AND t AS both_named FROM role WHERE {EITHER}", {"share": share("both_named")}
    ),
    "seg_llm": segment("terms && ['llm', 'rag', 'agents']"),
    "seg_research": segment("family = 'research'"),
    "seg_cv_research": segment(
        "terms && ['computer-vision'] AND (family = 'research' OR terms && ['research'])"
    ),
    "seg_finetuning": segment("terms && ['fine-tuning']"),
    "seg_ml_platform": segment("family = 'ml_platform'"),
    "seg_startups": segment("terms && ['startup']"),
    "seg_tf_edge": segment(EDGE, YEAR, "t", "p"),
    "seg_tf_three_homes": Recomputation(
        f"""SELECT *, terms && ['production', 'legacy'] OR {EDGE}
            OR terms && ['gcp', 'vertex-ai', 'bigquery'] AS is_home
        FROM role WHERE t AND NOT p AND {YEAR}""",
        {"share": share("is_home")},
    ),
    "seg_tf_enterprise": roles(f"is_large AND {YEAR}", P_TO_T),
    "seg_research_pytorch": roles(f"family = 'research' AND {EITHER}", {"share": share("p")}),
    "seg_nlp": roles(f"terms && ['nlp', 'llm', 'bert'] AND {EITHER}", {"share": share("p")}),
    "seg_rl": roles(f"terms && ['reinforcement-learning'] AND {EITHER}", {"share": share("p")}),
    "seg_cv_production_tf": roles(
        f"""terms @> ['computer-vision', 'production'] AND {EITHER}
        AND family IN ('ml_engineer', 'ml_platform', 'data_scientist', 'data_engineer',
            'software_engineer', 'hardware')""",
        {"share": share("t")},
    ),
    "seg_timeseries_tf": roles(f"terms && ['time-series'] AND {EITHER}", {"share": share("t")}),
    "seg_routing": Recomputation(
        f"""SELECT *,
            family = 'research'
                OR terms && ['applied-ai', 'llm', 'rag', 'agents', 'fine-tuning', 'research']
                AS "applied AI, language models, research",
            terms && ['production', 'inference', 'mlops', 'mobile', 'edge-ai', 'ios', 'android',
                'legacy'] AS "production, serving, mobile, modernisation"
        FROM role WHERE {EITHER}""",
        {
            group: share_between(group, "p", "t")
            for group in (
                "applied AI, language models, research",
                "production, serving, mobile, modernisation",
            )
        },
    ),
    "seg_level_by_framework": roles(
        f"is_ml AND level IS NOT NULL AND {EITHER}", {"v": cramers_v()}
    ),
    "seg_new_vs_legacy": Recomputation(
        f"""SELECT *, terms && ['greenfield'] AS is_new, terms && ['legacy'] AS is_old
        FROM role WHERE terms && ['greenfield', 'legacy'] AND {EITHER}""",
        {"difference": share_between("t", "is_new", "is_old")},
    ),
    "emp_both_40": Recomputation(
        f"""{COMPANY_YEAR} {ML} WINDOW c AS (PARTITION BY cluster) QUALIFY n >= 2 AND has_either""",
        {"share": both_share()},
    ),
    "emp_count_ratio": Recomputation(
        f"""{COMPANY_YEAR} {YEAR} WINDOW c AS (PARTITION BY cluster) QUALIFY has_either""",
        {"ratio": company_ratio("t", "p")},
    ),
    "emp_market_share": roles(
        ML, {"tensorflow": company_share("t"), "pytorch": company_share("p")}
    ),
    "pay_pytorch_senior": roles(f"level = 'senior' AND p AND {PAID}", pay_range(230e3, 430e3)),
    "pay_tf_senior": roles(f"level = 'senior' AND t AND {PAID}", pay_range(210e3, 390e3)),
    "pay_both_staff": roles(f"level = 'staff' AND p AND t AND {PAID}", pay_range(300e3, 600e3)),
    "pay_senior_ml": roles(
        f"level = 'senior' AND family = 'ml_engineer' AND {PAID}", pay_range(220e3, 380e3)
    ),
    "pay_senior_platform": roles(
        f"level = 'senior' AND family = 'ml_platform' AND {PAID}", pay_range(300e3, 500e3)
    ),
    "pay_pytorch_over_tf": matched(
        "p AND NOT t", "t AND NOT p", "level family place", "level = 'senior'"
    ),
    "pay_research_pytorch": matched(
        "p AND NOT t", "t AND NOT p", "level place", "family = 'research'"
    ),
    "pay_platform_premium": matched(
        "family = 'ml_platform'", "family = 'ml_engineer'", "level place", "level = 'senior'"
    ),
    "pay_scope_over_framework": roles(
        f"is_ml AND {PAID}",
        {
            name: variance_share(name)
            for name in (
                "company less framework",
                "level less framework",
                "company",
                "level",
                "framework",
            )
        },
    ),
    "pay_skill_premium": Recomputation(
        f"SELECT *, {OPERATIONAL_COLUMNS} FROM role WHERE is_ml AND {PAID}",
        {
            name: Part(
                lambda u, w, name=name: skill_coefficient(u, w, name),
                lambda u, name=name: (
                    [
                        *everything(u),
                        u["p"] | u["t"],
                        np.any([u[name] for name in OPERATIONAL], axis=0),
                    ]
                    if name == "premium"
                    else [u[column(name)]]
                ),
                tolerance=1e-7,
            )
            for name in ("premium", *OPERATIONAL, "pytorch", "tensorflow")
        },
    ),
    "pay_top_skillset": Recomputation(
        f"SELECT *, {OPERATIONAL_COLUMNS} FROM role WHERE is_ml AND {PAID}",
        {name: top_decile(name) for name in OPERATIONAL},
    ),
    "pay_tf_mlops": Recomputation(
        f"""SELECT *, t AND (family = 'ml_platform' OR terms && ['mlops', 'enterprise-ai'])
            AS is_group
        FROM role WHERE is_ml AND {PAID}""",
        {"difference": median_against()},
    ),
    "skill_pytorch_llm": skills(
        {
            "fine-tuning": "['fine-tuning']",
            "RAG": "['rag']",
            "embeddings": "['embeddings']",
            "latency": "['latency']",
            "quantisation": "['quantisation']",
            "evaluation": "['evaluation']",
        },
        of="p",
        against="t",
    ),
    "skill_tf_production": skills(
        {
            "Keras": "['keras']",
            "TFRecord": "['tfrecord']",
            "TensorFlow Serving": "['tf-serving']",
            "TensorFlow Lite": "['tflite']",
            "TFX": "['tfx']",
        },
        of="t",
        against="p",
    ),
    "skill_tf_cloud_scale": skills(
        {
            "Kubernetes": "['kubernetes']",
            "cloud": "['aws', 'gcp', 'azure']",
            "MLOps": "['mlops', 'mlflow', 'kubeflow', 'sagemaker', 'vertex-ai']",
        },
        of="t",
        against="p",
    ),
    "skill_hf_pytorch": segment("terms && ['huggingface']", YEAR),
    "paper_pytorch_60": papers("year(day) = 2025", {"share": share("p")}),
    "paper_tf_15": papers("year(day) = 2025", {"share": share("t")}),
    "paper_pytorch_led_2020": papers("year(day) = 2020", P_TO_T),
    "paper_only_framework_2026": papers(
        "is_naming AND day > getvariable('as_of') - INTERVAL 12 MONTH", {"share": share("p")}
    ),
    "paper_growth_2022_2025": papers("year(day) BETWEEN 2018 AND 2025", {"turn": turn()}),
    "paper_nlp_transformers": papers(
        f"is_naming AND year(day) BETWEEN 2023 AND 2025 AND {LANGUAGE}", {"share": share("p")}
    ),
    "paper_rl": papers(
        f"is_naming AND year(day) BETWEEN 2023 AND 2025 AND {REINFORCEMENT}", {"share": share("p")}
    ),
    "model_pytorch_primary": Recomputation(
        "SELECT *, ranking = 'newest' AS is_newest, ranking <> 'newest' AS is_used FROM model",
        {
            f"{name} {ranking}": Part(
                lambda u, w, x=x, of=of: (w * u[of]) @ u[x] / (w @ u[of]), lambda u, of=of: [u[of]]
            )
            for ranking, of in (("newest", "is_newest"), ("most downloaded", "is_used"))
            for name, x in (("pytorch", "p"), ("tensorflow", "t"))
        },
    ),
}


def prepare(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make the tables of units of a warehouse, as temporary ones."""
    con.execute("SET VARIABLE as_of = $as_of", {"as_of": as_of})
    con.execute(UNITS)


def rows_of(con: duckdb.DuckDBPyConnection, claim_id: str) -> Rows:
    """Read the units that a claim counts, by column; `company` numbers their clusters."""
    frame = con.sql(CLAIMS[claim_id].sql).df().sort_values("cluster", kind="stable")
    u = {name: frame[name].to_numpy() for name in frame}
    for name in frame:
        if frame[name].dtype == object and name not in ("terms",) and _is_logical(frame[name]):
            u[name] = frame[name].fillna(False).to_numpy(np.bool_)
    u["company"] = pd.factorize(frame["cluster"])[0]
    return u


def _is_logical(column: pd.Series[Any]) -> bool:
    return all(isinstance(value, bool) or pd.isna(value) for value in column)


def recompute(con: duckdb.DuckDBPyConnection, claim_id: str) -> Recomputed:
    """Recompute all figures of a claim."""
    u = rows_of(con, claim_id)
    company = u["company"]
    n, n_companies = len(company), len(np.unique(company))
    kind = claim_id.split("_")[0]
    p, t = u["p"], u["t"]
    counts = {"n_papers": n} if kind == "paper" else {"n_models": n} if kind == "model" else {
        "n_roles": n, "n_companies": n_companies
    }  # fmt: skip
    cells = {"pytorch_only": p & ~t, "tensorflow_only": t & ~p, "both": p & t, "neither": ~(p | t)}
    counts |= {f"n_{name}": int(cell.sum()) for name, cell in cells.items()}
    estimates, sides = {}, {}
    for name, part in CLAIMS[claim_id].parts.items():
        with np.errstate(all="ignore"):
            value = part.estimate(u, np.ones(n)) if n else np.nan
        estimates[name] = value if np.isfinite(value) else np.nan
        sides[name] = [(int(m.sum()), len(np.unique(company[m]))) for m in part.sides(u)]
    return Recomputed(estimates, sides, counts)


def bootstrap(
    con: duckdb.DuckDBPyConnection, claim_id: str, part: str, draws: int = 2000, seed: int = 1
) -> tuple[float, float]:
    """Ends of a plain 95 % percentile interval: companies drawn with replacement, over and over."""
    u = rows_of(con, claim_id)
    n = int(u["company"].max()) + 1
    rng = np.random.default_rng(seed)
    values = []
    with np.errstate(all="ignore"):
        for _ in range(draws):
            often = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
            values.append(CLAIMS[claim_id].parts[part].estimate(u, often[u["company"]]))
    low, high = np.quantile(np.array(values)[np.isfinite(values)], [0.025, 0.975])
    return float(low), float(high)


def wilson(u: Rows, flag: str) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of independent units."""
    n, share, z = len(u[flag]), float(u[flag].mean()), 1.959963985
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return float((middle - half) / (1 + z**2 / n)), float((middle + half) / (1 + z**2 / n))


def association(
    con: duckdb.DuckDBPyConnection, claim_id: str, draws: int = 1000, seed: int = 1
) -> tuple[float, float]:
    """Ends of Cramér's V by a test turned round.

    All lengths of the vector of deviations, in its direction, at which one as long as that seen, or
    as short, comes up in more than 2.5 % of the draws.
    """
    u = rows_of(con, claim_id)
    seen, least = deviations(u, np.ones(len(u["p"])))
    rng = np.random.default_rng(seed)
    n = int(u["company"].max()) + 1
    company = u["company"]

    def drawn() -> Array:
        often = np.bincount(rng.integers(0, n, n), minlength=n)
        return deviations(u, often[company].astype(float))[0] - seen

    noise = np.array([drawn() for _ in range(draws)])
    length = np.linalg.norm(seen)
    tested = np.linspace(0, np.sqrt(least - 1), 2001)
    longer = [
        (np.linalg.norm(value * seen / length + noise, axis=1) >= length).mean() for value in tested
    ]
    held = tested[(np.array(longer) > 0.025) & (np.array(longer) < 0.975)] / np.sqrt(least - 1)
    return float(held.min()), float(held.max())


# What the extractor's own mistakes do to figures.
FLAGS = {"pytorch": "p", "tensorflow": "t", "jax": "j"}
CORRECTED: dict[str, tuple[str, Callable[[Rows], float]]] = {
    **{
        claim: ("pytorch:tensorflow", lambda c: c["p"].sum() / c["t"].sum())
        for claim in (
            "hire_more_pytorch_2026",
            "hire_ratio_two_to_one",
            "hire_tf_led_2020",
            "seg_tf_enterprise",
        )
    },
    "hire_jax_fraction": ("jax:pytorch", lambda c: c["j"].sum() / c["p"].sum()),
    "hire_both_in_demand": ("pytorch", lambda c: c["p"].mean()),
    "hire_volume_order": ("gap", lambda c: c["p"].mean() - c["t"].mean()),
    "hire_both_named": ("share", lambda c: c["both"].sum() / c["either"].sum()),
    **{
        claim: ("share", lambda c: c["p"].sum() / c["either"].sum())
        for claim in ("seg_research_pytorch", "seg_nlp", "seg_rl")
    },
    **{
        claim: ("share", lambda c: c["t"].sum() / c["either"].sum())
        for claim in ("seg_cv_production_tf", "seg_timeseries_tf")
    },
}
"""Ratios and shares that are corrected for misreading, of indicators right on average."""


def rates(q: float, framework: str) -> tuple[float, float]:
    """Sensitivity and specificity in a population of which a share `q` is read as naming it.

    From the fresh labelled sample (all frameworks together where it holds fewer than ten), with
    half a case added to right and to wrong ones; how often a reading is false is measured among
    positive readings, and the specificity follows from it.
    """
    counts = pd.read_csv(REGISTRY / "extractor_error.csv").query("sample == 'kept'")
    own = counts[counts["framework"] == framework]
    if own["true_positive"].sum() + own["false_negative"].sum() < 10:
        own = counts
    tp, fn, fp = (own[name].sum() for name in ("true_positive", "false_negative", "false_positive"))
    sensitivity, false = (tp + 0.5) / (tp + fn + 1), (fp + 0.5) / (tp + fp + 1)
    return sensitivity, 1 - q * false / (1 - q * (1 - false) / sensitivity)


def corrected(con: duckdb.DuckDBPyConnection, claim_id: str) -> float:
    """Correct a ratio or share by Rogan and Gladen, over all of the claim's population.

    A share stays within 0 and 1, as they have it.
    """
    u = con.sql(CLAIMS[claim_id].sql.replace(EITHER, YEAR)).df()
    c: dict[str, Array] = {}
    for framework_name, flag in FLAGS.items():
        read = u[flag].to_numpy(np.float64)
        sensitivity, specificity = rates(read.mean(), framework_name)
        c[flag] = (read - (1 - specificity)) / (sensitivity + specificity - 1)
    c["both"] = c["p"] * c["t"]
    c["either"] = c["p"] + c["t"] - c["both"]
    part, figure = CORRECTED[claim_id]
    value = float(figure(c))
    return min(max(value, 0.0), 1.0) if part == "share" else value


# The rules, read anew.
@cache
def entries() -> dict[str, dict[str, Any]]:
    """Read the registry's claims that data can judge, as they stand in its files."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(REGISTRY.glob("*.yaml"))]
    return {entry["id"]: entry for entry in files if "out_of_scope" not in entry}


def window(entry: Mapping[str, Any], as_of: date) -> tuple[date, date]:
    """First and last day of a claim's window."""
    asked = entry["window"]
    if "first" in asked:
        return asked["first"], min(asked.get("last", as_of), as_of)
    before = pd.Timestamp(as_of) - pd.DateOffset(months=asked["last_months"])
    return before.date() + timedelta(days=1), as_of


def holds(condition: Mapping[str, Any], low: float, high: float) -> str:
    """Say if a condition holds on a whole interval; an end that is missing is open."""
    if np.isnan(low) and np.isnan(high):
        return "undetermined"
    low, high = (-np.inf if np.isnan(low) else low), (np.inf if np.isnan(high) else high)
    [(kind, value)] = [(k, v) for k, v in condition.items() if k != "part"]
    inside, outside = {
        "above": lambda: (low > value, high <= value),
        "below": lambda: (high < value, low >= value),
        "at_least": lambda: (low >= value, high < value),
        "at_most": lambda: (high <= value, low > value),
        "band": lambda: (value[0] <= low and high <= value[1], high < value[0] or value[1] < low),
    }[kind]()
    return "supported" if inside else "contradicted" if outside else "undetermined"


def is_too_few(sides: list[tuple[int, int]], kind: str) -> bool:
    """Under 30 units or 10 companies on a side; papers have no companies."""
    return any(n < 30 or (kind != "paper" and companies < 10) for n, companies in sides)


def verdict_of(
    entry: Mapping[str, Any],
    intervals: Mapping[str, tuple[float, float]],
    sides: Mapping[str, list[tuple[int, int]]],
) -> str:
    """Read a rule: every condition on every part that it speaks of, or as many as it needs."""
    kind = entry["id"].split("_")[0]
    found = [
        "undetermined" if is_too_few(sides[part], kind) else holds(condition, *intervals[part])
        for condition in entry["rule"]["conditions"]
        for part in ([condition["part"]] if "part" in condition else intervals)
    ]
    needed = entry["rule"].get("needs", len(found))
    if found.count("supported") >= needed:
        return "supported"
    return "contradicted" if len(found) - found.count("contradicted") < needed else "undetermined"


def told_sides(text: str) -> Iterator[tuple[int, int]]:
    """Read the counts of `sides` in out.claim_parts; papers have no companies."""
    for side in text.split("; "):
        numbers = re.search(r": ([\d,]+) \w+(?: at ([\d,]+) compan(?:y|ies))?$", side)
        assert numbers is not None, side
        n, companies = numbers.groups()
        yield int(n.replace(",", "")), int((companies or "0").replace(",", ""))
