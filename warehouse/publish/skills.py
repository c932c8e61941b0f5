"""What roles that name a framework name beside it: a heat map of lifts, and the firmest pairs.

Belongs here: choosing the rows of `skill_by_framework` and `comention_by_year` that the page shows,
and their words. Does not belong here: how a lift and its interval are made
(`warehouse.statistics.comentions`), or the colours of the cells (`templates/report.css`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from warehouse.publish.names import technology
from warehouse.publish.rows import Publication, Row
from warehouse.publish.wording import (
    count,
    counted,
    day_said,
    figure,
    interval,
    is_number,
    is_ratio,
)
from warehouse.statistics.multiplicity import by_chance

POPULATIONS = {"ml": "machine-learning roles", "all": "all roles"}
"""Populations of the table, in the order of the switch."""

STEPS = (1.25, 2.0, 4.0)
"""Lifts from which a cell is coloured more strongly; their inverses likewise for less."""

_PAIR = ("pytorch", "tensorflow")
_KINDS = {"skill": "Skills", "framework": "Other frameworks"}
_MOST_FRAMEWORKS = 6
_ENOUGH_ROLES = (
    10  # that name skill and framework, in a column of the pair: for a skill to be a row
)
_ENOUGH_FRAMEWORK_ROLES = 10  # that name a framework: for it to be a column
_MOST_SKILLS = 26
_MOST_NAMED = 5  # skills that one sentence names
_PAIRS = 8


class Cell(NamedTuple):
    """A cell of the heat map: the lift, its colour, and whether its interval leaves out 1."""

    said: str = "·"
    shade: str = ""
    sign: str = ""


Lifts = Mapping[tuple[str, str], Row]  # by framework and skill


def skills_section(publication: Publication) -> Row | None:
    """Lifts by skill and framework, a panel for each population, and the pairs of a year.

    Args:
        publication: Reads `out.skill_by_framework` and `out.comention_by_year`.

    Returns:
        `panels` with label, sentences, frameworks, groups of rows, and the table behind; `window`
        in words; `pairs` of the newest whole year, or None. None where no skill has enough roles.
    """
    if not publication.has("out.skill_by_framework"):
        return None
    rows = publication.rows(
        'SELECT * FROM "out".skill_by_framework ORDER BY population, framework, skill'
    )
    panels = [
        panel
        for population in POPULATIONS
        if (panel := _panel(population, [row for row in rows if row["population"] == population]))
    ]
    if not panels:
        return None
    return {
        "panels": panels,
        "window": f"{day_said(rows[0]['window_start'])} to {day_said(rows[0]['window_end'])}",
        "pairs": _pairs(publication),
    }


def _panel(population: str, rows: Sequence[Row]) -> Row | None:
    """The heat map of one population."""
    usable = [row for row in rows if is_ratio(row["lift"])]
    frameworks = _columns(usable)
    lifts = {(row["framework"], row["skill"]): row for row in usable}
    leading = [name for name in _PAIR if name in frameworks] or frameworks[:2]
    shown = _skills(usable, leading)
    if not shown:
        return None
    sizes = {row["framework"]: row["n_roles_framework"] for row in usable}
    groups = [
        (
            heading,
            [
                (
                    technology(skill),
                    figure(_share_all(usable, skill), "share"),
                    [_cell(lifts.get((framework, skill))) for framework in frameworks],
                )
                for skill in _sorted(shown[kind], lifts, leading)
            ],
        )
        for kind, heading in _KINDS.items()
        if shown.get(kind)
    ]
    n_cells = sum(
        (framework, skill) in lifts
        for skills in shown.values()
        for skill in skills
        for framework in frameworks
    )
    return {
        "label": POPULATIONS[population],
        "is_of_all": population == "all",
        "sentences": _sentences(usable, lifts, POPULATIONS[population]),
        "frameworks": [(technology(name), count(sizes[name])) for name in frameworks],
        "groups": groups,
        "n_cells": n_cells,
        "n_by_chance": round(2 * by_chance(n_cells).expected),
        "behind": [_told(row) for row in usable if row["framework"] in frameworks],
    }


def _columns(rows: Sequence[Row]) -> list[str]:
    """PyTorch, TensorFlow and JAX first, then the frameworks that most roles name."""
    sizes = {row["framework"]: row["n_roles_framework"] for row in rows}
    first = {name: place for place, name in enumerate((*_PAIR, "jax"))}
    enough = [name for name, n in sizes.items() if n >= _ENOUGH_FRAMEWORK_ROLES]
    ranked = sorted(enough, key=lambda name: (first.get(name, len(first)), -sizes[name], name))
    return ranked[:_MOST_FRAMEWORKS]


def _skills(rows: Sequence[Row], leading: Sequence[str]) -> dict[str, list[str]]:
    """Skills by kind, those that most roles of the leading frameworks name."""
    most: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["framework"] in leading and row["n_roles"] >= _ENOUGH_ROLES:
            key = (row["kind"], row["skill"])
            most[key] = max(row["n_roles"], most.get(key, 0))
    ranked = sorted(most, key=lambda key: (-most[key], key))[:_MOST_SKILLS]
    kinds: dict[str, list[str]] = {}
    for kind, skill in ranked:
        kinds.setdefault(kind, []).append(skill)
    return kinds


def _sorted(skills: Sequence[str], lifts: Lifts, leading: Sequence[str]) -> list[str]:
    """From what leans to the first of the two frameworks to what leans to the other.

    What only one of them names often enough can't be placed between them and comes last.
    """

    def place(skill: str) -> tuple[bool, float, str]:
        found = [lifts.get((name, skill)) for name in leading]
        values = [math.log(row["lift"]) for row in found if row]
        is_whole = len(values) == len(leading)
        leaning = values[0] - values[-1] if is_whole and len(values) > 1 else values[0]
        return not is_whole, -leaning, skill

    return sorted(skills, key=place)


def _share_all(rows: Sequence[Row], skill: str) -> float | None:
    return next((row["share_all"] for row in rows if row["skill"] == skill), None)


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell()
    lift = row["lift"]
    steps = sum(max(lift, 1 / lift) >= step for step in STEPS)
    side = "more" if lift > 1 else "less"
    return Cell(figure(lift), f"{side}-{steps}" if steps else "", _sign(row))


def _sign(row: Row) -> str:
    """Where the whole interval lies; an open end leaves nothing out on its side."""
    if is_number(row["ci_low"]) and row["ci_low"] > 1:
        return "↑"
    return "↓" if is_number(row["ci_high"]) and row["ci_high"] < 1 else ""


def _sentences(rows: Sequence[Row], lifts: Lifts, whose: str) -> list[str]:
    """The firmest company of either framework, and where the two lie apart."""
    sentences = []
    for name in _PAIR:
        firm = [
            row
            for row in rows
            if row["framework"] == name
            and row["kind"] == "skill"
            and row["n_roles"] >= _ENOUGH_ROLES
            and _sign(row) == "↑"
        ]
        if firm:
            row = max(firm, key=lambda row: (row["ci_low"], row["skill"]))
            ends = interval(row["ci_low"], row["ci_high"], "ratio")
            sentences.append(
                f"{technology(name)} roles stand out most by {technology(row['skill'])}: they "
                f"name it {figure(row['lift'])} times as often as {whose} do (95 % interval "
                f"{ends}; {counted(row['n_roles'], 'roles')} at "
                f"{counted(row['n_companies'], 'companies')})."
            )
    apart = {name: _apart(lifts, name, other) for name, other in (_PAIR, _PAIR[::-1])}
    told = [f"{_named(skills)} to {technology(name)}" for name, skills in apart.items() if skills]
    if told:
        sentences.append(
            f"Intervals of the two lie apart for what leans further: {'; '.join(told)}."
        )
    elif {name for name, _ in lifts} >= set(_PAIR):
        sentences.append(
            "For no skill do the intervals of PyTorch and TensorFlow lie apart, so nothing here "
            "tells the two from each other."
        )
    return sentences


def _apart(lifts: Lifts, name: str, other: str) -> list[str]:
    """Skills whose whole interval lies above that of the other framework, the furthest first."""
    gaps = {
        skill: row["ci_low"] / below["ci_high"]
        for (framework, skill), row in lifts.items()
        if framework == name
        and row["kind"] == "skill"
        and (below := lifts.get((other, skill)))
        and is_number(row["ci_low"])
        and is_ratio(below["ci_high"])
        and row["ci_low"] > below["ci_high"]
    }
    return sorted(gaps, key=lambda skill: (-gaps[skill], skill))


def _named(skills: Sequence[str]) -> str:
    more = len(skills[_MOST_NAMED:])
    said = ", ".join(technology(skill) for skill in skills[:_MOST_NAMED])
    return f"{said} and {more} more" if more else said


def _told(row: Row) -> tuple[str, ...]:
    return (
        technology(row["skill"]),
        technology(row["framework"]),
        count(row["n_roles"]),
        count(row["n_companies"]),
        figure(row["share"], "share"),
        figure(row["share_all"], "share"),
        figure(row["lift"]),
        interval(row["ci_low"], row["ci_high"], "ratio"),
    )


def _pairs(publication: Publication) -> Row | None:
    """The pairs of the newest whole year that machine-learning roles name together most firmly."""
    if not publication.has("out.comention_by_year"):
        return None
    rows = publication.rows(
        """SELECT * FROM "out".comention_by_year
        WHERE population = 'ml' AND NOT is_partial AND n_roles >= $1 AND ci_low > 1
            AND NOT isnan(ci_low)
        QUALIFY year = max(year) OVER ()
        ORDER BY ci_low DESC, technology_a, technology_b LIMIT $2""",
        [_ENOUGH_ROLES, _PAIRS],
    )
    if not rows:
        return None
    return {
        "year": rows[0]["year"],
        "n_roles": counted(rows[0]["n_roles_all"], "machine-learning roles"),
        "rows": [
            {
                "pair": f"{technology(row['technology_a'])} and {technology(row['technology_b'])}",
                "lift": figure(row["lift"]),
                "interval": interval(row["ci_low"], row["ci_high"], "ratio"),
                "based_on": counted(row["n_roles"], "roles"),
                "companies": counted(row["n_companies"], "companies"),
            }
            for row in rows
        ],
    }
