"""What roles pay, by framework and level: place by place.

Belongs here: choosing the cells of `pay_by_framework_level` that the page shows, and their words.
Does not belong here: how the chart is drawn (`charts_pay`), or how quantiles and intervals are made
(`warehouse.statistics.pay`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from warehouse.publish.charts import Size
from warehouse.publish.charts_pay import COLOURS, Bar, pay_chart
from warehouse.publish.names import country, level, role_family, technology
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.wording import count, counted, day_said, figure, interval, is_number
from warehouse.statistics.pay import MIN_COMPANIES, MIN_ROLES

_LEVELS = ("all", "intern", "junior", "mid", "senior", "staff", "manager", "executive")
_NAMED = tuple(framework for framework in COLOURS if framework != "all")
_QUANTILES = ("p10", "p25", "p50", "p75", "p90", "p50_ci_low", "p50_ci_high")
_ENOUGH_FOR_QUARTILES = 10  # roles that state pay; fewer carry a median and its interval alone
_ENOUGH_CELLS = 3  # known cells of named frameworks, for a place or family to be a choice
_MOST_PLACES = 3
_MOST_PANELS = 5
_UNIT = "USD a year"


class _Slice(NamedTuple):
    """A place and a family of roles."""

    country: str
    family: str

    @property
    def label(self) -> str:
        """Name of the choice."""
        place = country(self.country)
        return place if self.family == "all" else f"{place}, {role_family(self.family)}"


Cells = Mapping[tuple[str, str], Row]  # by framework and level


def pay_section(publication: Publication, *, is_sample: bool) -> Row | None:
    """Pay by framework and level: a panel for each place and family that has enough to show.

    Args:
        publication: Reads `out.pay_by_framework_level`, and `out.skill_by_framework` for how many
            roles name both frameworks.
        is_sample: Marks the charts.

    Returns:
        `panels` with label, sentences and figure, the one to show first leading; `window` in words;
        `shared`, a sentence on roles that count twice, or empty. None where no pay is known.
    """
    if not publication.has("out.pay_by_framework_level"):
        return None
    slices: dict[_Slice, dict[tuple[str, str], Row]] = {}
    for row in publication.rows(
        'SELECT * FROM "out".pay_by_framework_level ORDER BY framework, level, family, country'
    ):
        row.update({name: float(row[name]) for name in _QUANTILES if is_number(row[name])})
        cells = slices.setdefault(_Slice(row["country"], row["family"]), {})
        cells[row["framework"], row["level"]] = row
    chosen = _choices(slices)
    if not chosen:
        return None
    rows = [row for cells in slices.values() for row in cells.values()]
    return {
        "panels": [
            {
                "label": one.label,
                "sentences": _sentences(one, slices[one]),
                "figure": _figure(one, slices[one], is_sample=is_sample),
            }
            for one in chosen
        ],
        "window": f"{day_said(rows[0]['window_start'])} to {day_said(rows[0]['window_end'])}",
        "shared": _shared(publication),
    }


def _choices(slices: Mapping[_Slice, Cells]) -> list[_Slice]:
    """The country with the most known cells, all countries, others, and that country's families."""
    known = {one: _n_known(cells) for one, cells in slices.items()}
    paid = {
        one: sum(
            row["n_roles_paid"] for (framework, _), row in cells.items() if framework in _NAMED
        )
        for one, cells in slices.items()
    }
    ranked = sorted(known, key=lambda one: (-known[one], -paid[one], one))
    countries = [
        one
        for one in ranked
        if one.family == "all" and one.country != "all" and known[one] >= _ENOUGH_CELLS
    ]
    everywhere = _Slice("all", "all")
    has_any = any(is_number(row["p50"]) for row in slices.get(everywhere, {}).values())
    places = [*countries[:1], *([everywhere] if has_any else []), *countries[1:_MOST_PLACES]]
    families = [
        one
        for one in ranked
        if places
        and one.country == places[0].country
        and one.family != "all"
        and known[one] >= _ENOUGH_CELLS
    ]
    return [*places, *families][:_MOST_PANELS]


def _n_known(cells: Cells) -> int:
    return sum(
        is_number(row["p50"]) for (framework, _), row in cells.items() if framework in _NAMED
    )


def _sentences(one: _Slice, cells: Cells) -> list[str]:
    """What the figures of all levels together say, and who states pay at all."""
    rows = {name: row for name in (*_NAMED, "all") if (row := cells.get((name, "all")))}
    place = "" if one.country == "all" else f"in {_article(country(one.country))} "
    whose = "" if one.family == "all" else f"of {role_family(one.family)} "
    everybody = "roles of any kind" if one.family == "all" else f"all {role_family(one.family)}"
    compared = [name for name in _NAMED if name in rows][:2]
    told = [
        f"{_median(rows[name])} for {technology(name)} roles"
        for name in compared
        if is_number(rows[name]["p50"])
    ]
    sentences = []
    if told:
        any_role = rows.get("all", {}).get("p50")
        subject = f"{place}the median stated base pay {whose}".strip()
        sentences.append(
            f"{subject[0].upper()}{subject[1:]} is {_in_words(told)}"
            + (
                f"; for {everybody} it is {figure(any_role, _UNIT)}."
                if is_number(any_role)
                else "."
            )
        )
    sentences += [
        f"Too few {technology(name)} roles state pay to tell a median: "
        f"{count(rows[name]['n_roles_paid'])} of {count(rows[name]['n_roles'])}."
        for name in compared
        if not is_number(rows[name]["p50"])
    ]
    rates = [
        f"{figure(row['disclosure_rate'], 'share')} of "
        + (everybody if name == "all" else f"{technology(name)} roles")
        for name, row in rows.items()
        if name in (*compared, "all") and is_number(row["disclosure_rate"])
    ]
    if rates:
        sentences.append(f"Pay is stated at all by {_in_words(rates)}.")
    return sentences


def _median(row: Row) -> str:
    ends = interval(row["p50_ci_low"], row["p50_ci_high"], _UNIT) or "open at both ends"
    return (
        f"{figure(row['p50'], _UNIT)} a year (95 % interval {ends}; "
        f"{counted(row['n_roles_paid'], 'roles')} at "
        f"{counted(row['n_companies_paid'], 'companies')})"
    )


def _article(place: str) -> str:
    return f"the {place}" if place.startswith("United") else place


def _in_words(parts: Sequence[str]) -> str:
    return " and ".join([*([", ".join(parts[:-1])] if parts[:-1] else []), parts[-1]])


def _shared(publication: Publication) -> str:
    """How many TensorFlow roles name PyTorch too: they count on both sides."""
    if not publication.has("out.skill_by_framework"):
        return ""
    rows = publication.rows(
        """SELECT n_roles, n_roles_framework, share FROM "out".skill_by_framework
        WHERE population = 'all' AND framework = 'tensorflow' AND skill = 'pytorch'"""
    )
    return "".join(
        f"Of the roles that name TensorFlow anywhere, {count(row['n_roles'])} of "
        f"{count(row['n_roles_framework'])} ({figure(row['share'], 'share')}) name PyTorch too."
        for row in rows
    )


def _figure(one: _Slice, cells: Cells, *, is_sample: bool) -> Figure:
    """The chart of one place, with every cell of it in the table."""
    frameworks = ["all", "pytorch", "tensorflow"]
    frameworks += ["jax"] if any(framework == "jax" for framework, _ in cells) else []
    shown = [
        name
        for name in _LEVELS
        if name == "all"
        or any(is_number(cells.get((other, name), {}).get("p50")) for other in _NAMED)
    ]
    levels = [
        (level(name), [_bar(framework, cells.get((framework, name))) for framework in frameworks])
        for name in shown
    ]
    unshown = [level(name) for name in _LEVELS if name not in shown]
    slug = f"{one.country}-{one.family}".lower().replace("_", "-")
    drawn = {
        size: Markup(pay_chart(levels, size, name=slug, is_sample=is_sample)) for size in _SIZES
    }
    medians = [
        f"{bar.label} {figure(bar.median, _UNIT)} ({name})"
        for name, bars in levels
        for bar in bars
        if bar.median is not None and bar.framework in _NAMED
    ]
    said = f"Medians: {', '.join(medians)}. " if medians else "No framework has enough roles. "
    return Figure(
        drawn["wide"],
        drawn["narrow"],
        alternative=(
            f"Chart of stated base pay by level and framework, {one.label}. {said}"
            "The table below the chart holds every value."
        ),
        note=(
            "Dot: median. Strong line: its 95 % interval, dashed where it is open, none where both "
            "ends are. Pale bar: the middle half of the roles; thin line: 10th to 90th percentile; "
            f"both only from {_ENOUGH_FOR_QUARTILES} roles that state pay on. Beside it: the "
            "median, and how many of the roles state pay. Too few: pay stated by fewer than "
            f"{MIN_ROLES} roles, or at fewer than {MIN_COMPANIES} companies."
            + (
                f" Levels at which no framework has enough are left out: {', '.join(unshown)}."
                if unshown
                else ""
            )
        ),
        columns=(
            "level",
            "roles that name",
            "roles",
            "companies",
            "state pay",
            "at companies",
            "of all",
            "median",
            "95 % interval",
            "middle half",
            "10th to 90th percentile",
        ),
        rows=[_told(row) for row in _in_order(cells.values())],
    )


_SIZES: tuple[Size, ...] = ("wide", "narrow")


def _in_order(rows: Iterable[Row]) -> list[Row]:
    order = {name: place for place, name in enumerate((*_LEVELS, *COLOURS))}
    return sorted(
        rows,
        key=lambda row: (
            _LEVELS.index(row["level"]) if row["level"] in _LEVELS else len(_LEVELS),
            order.get(row["framework"], len(order)),
            row["framework"],
        ),
    )


def _bar(framework: str, row: Row | None) -> Bar:
    """A line of the chart; a cell too thin for the table is told from one too thin for pay."""
    label = "any role" if framework == "all" else technology(framework)
    if row is None:
        few = f"fewer than {MIN_ROLES} roles or {MIN_COMPANIES} companies"
        return Bar(framework, label, {"wide": few, "narrow": "too few roles"})
    paid, roles = count(row["n_roles_paid"]), count(row["n_roles"])
    if not is_number(row["p50"]):
        few_said = f"too few: {paid} of {roles} roles state pay"
        if row["n_roles_paid"] >= MIN_ROLES:
            state = "states" if row["n_companies_paid"] == 1 else "state"
            few_said = f"too few: {counted(row['n_companies_paid'], 'companies')} {state} pay"
        return Bar(framework, label, {"wide": few_said, "narrow": f"too few: {paid} of {roles}"})
    has_spread = row["n_roles_paid"] >= _ENOUGH_FOR_QUARTILES
    return Bar(
        framework,
        label,
        {
            "wide": f"{figure(row['p50'], _UNIT)} · {paid} of {roles}",
            "narrow": f"${round(row['p50'] / 1000, 1):g}k · {paid}/{roles}",
        },
        median=row["p50"],
        low=_known(row["p50_ci_low"]),
        high=_known(row["p50_ci_high"]),
        quartiles=_pair(row["p25"], row["p75"]) if has_spread else None,
        tails=_pair(row["p10"], row["p90"]) if has_spread else None,
    )


def _known(value: float | None) -> float | None:
    return value if is_number(value) else None


def _pair(low: float | None, high: float | None) -> tuple[float, float] | None:
    return (low, high) if is_number(low) and is_number(high) else None  # type: ignore[return-value]


def _told(row: Row) -> tuple[str, ...]:
    return (
        level(row["level"]),
        "anything" if row["framework"] == "all" else technology(row["framework"]),
        count(row["n_roles"]),
        count(row["n_companies"]),
        count(row["n_roles_paid"]),
        count(row["n_companies_paid"]),
        figure(row["disclosure_rate"], "share"),
        figure(row["p50"], _UNIT),
        interval(row["p50_ci_low"], row["p50_ci_high"], _UNIT),
        interval(row["p25"], row["p75"], _UNIT),
        interval(row["p10"], row["p90"], _UNIT),
    )
